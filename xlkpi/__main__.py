"""The program's door: `xlkpi`, and `python -m xlkpi`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line.

    Where a workbook will be opened, its process is started before anything else: it imports what
    it needs while this one still reads the command line.
    """
    if sys.argv[1:2] and sys.argv[1] in ("score", "check", "verify", "diff"):
        from xlkpi import early

        started = early.start()
        from xlkpi import supervisor

        supervisor.start_early(started)
    from xlkpi import cli

    cli.main()


if __name__ == "__main__":
    main()
