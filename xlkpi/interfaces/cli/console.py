"""The program speaks Chinese: click's own words by gettext, and consoles that can print them."""

from __future__ import annotations

import contextlib
import gettext
import os
import sys
from pathlib import Path


def chinese() -> None:
    """Make click's own words Chinese, whatever the locale; call before click prints anything."""
    # "messages" is gettext's default domain, which click uses; LANGUAGE wins over LC_ALL=C.
    gettext.bindtextdomain("messages", str(Path(__file__).with_name("locale")))
    os.environ["LANGUAGE"] = "zh_CN"


def console() -> None:
    """Make stdout and stderr able to print Chinese, and never raise over a character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:  # another program's own stream; None under pythonw
            continue
        with contextlib.suppress(OSError, ValueError):  # closed, or nobody reads it any more
            reconfigure(encoding=None if _can(stream.encoding) else "utf-8", errors="replace")


def _can(encoding: str) -> bool:
    """Whether an encoding knows Chinese; GBK does and is kept."""
    try:
        "中文".encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
