"""Chinese on any console: click's own messages by gettext, and streams that can print Chinese."""

from __future__ import annotations

import contextlib
import gettext
import os
import sys
from pathlib import Path


def translate_click() -> None:
    """Translate click's own messages whatever the locale; must run before click prints anything."""
    # "messages" is gettext's default domain, which click uses; LANGUAGE wins over LC_ALL=C.
    gettext.bindtextdomain("messages", str(Path(__file__).with_name("locale")))
    os.environ["LANGUAGE"] = "zh_CN"


def set_up_streams() -> None:
    """Let stdout and stderr print Chinese, and replace characters that they cannot encode."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:  # another program's own stream; None under pythonw
            continue
        with contextlib.suppress(OSError, ValueError):  # closed
            reconfigure(
                encoding=None if _knows_chinese(stream.encoding) else "utf-8", errors="replace"
            )


def _knows_chinese(encoding: str) -> bool:
    """Whether an encoding has Chinese characters; GBK has them and is kept."""
    try:
        "中文".encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
