"""The program around the commands: it speaks Chinese, and never ends with a traceback."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from typing import NoReturn

import click

from xlkpi.domain.version import VERSION
from xlkpi.interfaces.cli.commands import cli
from xlkpi.interfaces.cli.console import set_up_streams, translate_click


def main() -> None:
    """Run the command line. Whatever goes wrong, the user sees one Chinese sentence."""
    translate_click()
    set_up_streams()
    try:
        cli(prog_name="xlkpi")
    except OSError as problem:
        # Errors of files are reported where files are written: what is left is stdout.
        if problem.errno not in _UNPRINTED or problem.filename is not None:
            _report_internal(problem)
        _report_unprinted(problem)
    except Exception as problem:  # noqa: BLE001  (the last resort: never a traceback)
        _report_internal(problem)


_UNPRINTED = (errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC))
"""Errors of a file or device that is full or broken."""


def _report_unprinted(problem: OSError) -> NoReturn:
    """Report that stdout could not take what was printed."""
    from xlkpi.reading.source_file import explain

    if os.environ.get("XLKPI_TRACEBACK") == "1":
        traceback.print_exception(problem)
    _discard_stdout()
    with contextlib.suppress(OSError):  # it may have been stderr
        click.echo(
            f"显示的内容没有写完：标准输出写不进去（{explain(problem)}）。"
            "已经写出的文件不受影响；请换一个位置重新运行，没有轮到的文件也要重新运行。",
            err=True,
        )
    sys.exit(2)


def _discard_stdout() -> None:
    """Point stdout to nowhere: Python flushes it at exit, which would fail once more."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _report_internal(problem: Exception) -> NoReturn:
    from xlkpi.domain.findings import finding
    from xlkpi.domain.location import CellRef

    if os.environ.get("XLKPI_TRACEBACK") == "1":
        traceback.print_exception(problem)
    internal = finding("X901", CellRef(""), version=VERSION, code=type(problem).__name__)
    click.echo(f"{internal.message}。{internal.remedy}", err=True)
    sys.exit(4)
