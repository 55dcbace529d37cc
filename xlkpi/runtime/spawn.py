"""A worker's process, started before anything else is imported.

What a start costs is the worker's: the parent only waits for it. `subprocess` alone takes as long to
import as a new interpreter takes to start, so the first worker is started with `os`, which is there.
Where the system knows no `posix_spawn`, nothing is started here, and `xlkpi.runtime.supervisor` does it.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False  # importing typing for it would cost what is saved here
if TYPE_CHECKING:
    from typing import IO

# Where modules are found is told, not guessed: a virtual environment, a checkout and a notebook
# all differ, and a folder full of strangers' files must never be a place to import from.
BOOT = (
    "import gc, json, sys; gc.disable(); sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from xlkpi.runtime.worker import main; main()"
)
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def make_command(boot: str) -> list[str]:
    """Return how a worker is called, with what it would not learn from the environment any more."""
    flags = ["-X", f"utf8={sys.flags.utf8_mode}"]  # file names must mean the same in both
    flags += ["-B"] if sys.dont_write_bytecode else []
    return [sys.executable, "-I", *flags, "-c", boot]


def make_environment() -> dict[str, str]:
    """Return the environment of a worker: ours, and one thread for what computes."""
    return {**os.environ, **_ONE_THREAD}


def shows_stderr() -> bool:
    """Whether what a worker says on stderr is to be seen."""
    return os.environ.get("XLKPI_TRACEBACK") == "1"


def list_module_paths() -> list[str]:
    """Return where a worker finds its modules, which is the first thing that it is told."""
    try:
        here = os.getcwd()  # noqa: PTH109  (pathlib would cost a quarter of the start)
    except OSError:  # the folder is gone, and no module is found there
        return [each for each in sys.path if each]
    return [each or here for each in sys.path]


class Process:
    """A child process, as far as a supervisor asks `subprocess.Popen` for the same."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        """Take over a process that was started."""
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.returncode: int | None = None

    def kill(self) -> None:
        """End it; one that was waited for is gone, and its number may be another's."""
        if self.returncode is None:
            os.kill(self.pid, 9)

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended, a signal as a negative number; TimeoutError where it goes on."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, 0 if until is None else os.WNOHANG)
            except ChildProcessError:  # someone who ignores SIGCHLD started us
                pid, status = self.pid, 0
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
            elif until is not None and time.monotonic() > until:
                raise TimeoutError
            else:
                time.sleep(0.001)
        return self.returncode


def start() -> Process | None:
    """Start a worker; None where that takes `subprocess`, or cannot be done."""
    try:
        asked = os.pipe()
    except OSError:  # too many open files
        return None
    try:
        answered = os.pipe()
    except OSError:
        os.close(asked[0])
        os.close(asked[1])
        return None
    try:
        pid = _spawn(asked[0], answered[1])
    finally:
        os.close(asked[0])
        os.close(answered[1])
    if pid is None:
        os.close(asked[1])
        os.close(answered[0])
        return None
    process = Process(pid, os.fdopen(asked[1], "wb"), os.fdopen(answered[0], "rb"))
    import contextlib  # only here: by now the worker is starting up

    with contextlib.suppress(OSError):  # it died: reading its answer says how
        send_line(process.stdin, list_module_paths())
    return process


def send_line(stdin: IO[bytes], what: object) -> None:
    """Send a worker a line of JSON."""
    import json  # only here, like contextlib

    stdin.write(json.dumps(what).encode("ascii") + b"\n")
    stdin.flush()


def _spawn(stdin: int, stdout: int) -> int | None:
    if not hasattr(os, "posix_spawn") or min(stdin, stdout) < 3:  # ours are closed: ends would mix
        return None
    actions: list[tuple[object, ...]] = [
        (os.POSIX_SPAWN_DUP2, stdin, 0),
        (os.POSIX_SPAWN_DUP2, stdout, 1),
    ]
    if not shows_stderr():
        actions.append((os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0))
    try:
        return os.posix_spawn(
            sys.executable,
            make_command(BOOT),
            make_environment(),
            file_actions=actions,
            setsid=True,
        )
    except (NotImplementedError, OSError):
        return None
