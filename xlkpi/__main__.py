"""The program's door: `xlkpi`, and `python -m xlkpi`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line.

    Where a workbook will be opened, its process is started before anything else: it imports what
    it needs while this one still reads the command line.
    """
    _name_files_in_chinese()
    if sys.argv[1:2] and sys.argv[1] in ("score", "check", "verify", "diff"):
        from xlkpi.runtime import spawn

        started = spawn.start()
        from xlkpi.runtime import supervisor

        supervisor.start_early(started)
    from xlkpi.interfaces.cli import commands

    try:
        commands.main()
    except SystemExit as ended:
        _leave(ended)


def _name_files_in_chinese() -> None:
    """Start again in UTF-8 mode where file names cannot be Chinese: LC_ALL=C without coercion, Latin-1.

    The outputs' names are, and Python cannot change its file system encoding once it runs.
    """
    try:
        os.fsencode("评分结果")
    except UnicodeEncodeError:
        if not sys.flags.utf8_mode:  # never twice
            os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def _leave(ended: SystemExit) -> None:
    """End at once: all is written, and taking the interpreter apart is time that a person waits."""
    if not isinstance(ended.code, int | None):
        raise ended
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # closed, full or not there: Python says so
        raise ended from None
    os._exit(ended.code or 0)


if __name__ == "__main__":
    main()
