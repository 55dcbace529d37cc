"""The entry point of `xlkpi` and `python -m xlkpi`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line.

    The worker process is started before anything else where one will be needed: it imports its
    modules while this process still reads the command line.
    """
    _name_files_in_chinese()
    if sys.argv[1:2] and sys.argv[1] in ("score", "check", "verify", "diff"):
        from xlkpi.runtime import spawn

        started = spawn.start()
        from xlkpi.runtime import supervisor

        supervisor.start_early(started)
    from xlkpi.interfaces.cli import program

    try:
        program.main()
    except SystemExit as ended:
        _leave(ended)


def _name_files_in_chinese() -> None:
    """Start again in UTF-8 mode where file names cannot be Chinese: LC_ALL=C without coercion, Latin-1.

    Outputs have Chinese names, and Python cannot change its file system encoding once it runs.
    """
    try:
        os.fsencode("评分结果")
    except UnicodeEncodeError:
        if not sys.flags.utf8_mode:  # never twice
            os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])


def _leave(ended: SystemExit) -> None:
    """Exit at once: all is written, and the interpreter's own shutdown would make the user wait."""
    if not isinstance(ended.code, int | None):
        raise ended
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # closed, full or missing: Python reports it
        raise ended from None
    os._exit(ended.code or 0)


if __name__ == "__main__":
    main()
