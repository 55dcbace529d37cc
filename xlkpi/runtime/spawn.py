"""Start a worker's process before anything else is imported.

Until the worker has started, the parent can only wait. Importing `subprocess` takes as long as a new
interpreter takes to start, so the first worker is started with `os`, which is imported already. On a
system without `posix_spawn` nothing is started here, and `xlkpi.runtime.supervisor` does it.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False  # importing typing would cost the time that is saved here
if TYPE_CHECKING:
    from typing import IO

# The worker is sent our module path, as a virtual environment, a checkout and a notebook all differ.
# Python runs isolated: a folder full of untrusted files must never be a place to import from.
BOOT = (
    "import gc, json, sys; gc.disable(); sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from xlkpi.runtime.worker import main; main()"
)
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def make_command(boot: str) -> list[str]:
    """Return a worker's command line, with the flags that -I would keep it from reading in the environment."""
    flags = ["-X", f"utf8={sys.flags.utf8_mode}"]  # both must decode file names alike
    flags += ["-B"] if sys.dont_write_bytecode else []
    return [sys.executable, "-I", *flags, "-c", boot]


def make_environment() -> dict[str, str]:
    """Return our environment, with one thread for numerical libraries."""
    return {**os.environ, **_ONE_THREAD}


def shows_stderr() -> bool:
    """Whether a worker's stderr is shown, for developers."""
    return os.environ.get("XLKPI_TRACEBACK") == "1"


def list_module_paths() -> list[str]:
    """Return the folders of modules, the first thing that a worker is sent."""
    try:
        here = os.getcwd()  # noqa: PTH109  (pathlib would cost a quarter of the start)
    except OSError:  # the folder is gone, and no module is found there
        return [each for each in sys.path if each]
    return [each or here for each in sys.path]


class Process:
    """A child process, with the part of `subprocess.Popen` that the supervisor uses."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        """Wrap a process that has been started."""
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.returncode: int | None = None

    def kill(self) -> None:
        """Kill it, unless it was waited for: then its number may belong to another process."""
        if self.returncode is None:
            os.kill(self.pid, 9)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, negative for a signal; raises TimeoutError if it is still running."""
        until = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, 0 if until is None else os.WNOHANG)
            except ChildProcessError:  # whoever started us ignores SIGCHLD
                pid, status = self.pid, 0
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
            elif until is not None and time.monotonic() > until:
                raise TimeoutError
            else:
                time.sleep(0.001)
        return self.returncode


def start() -> Process | None:
    """Start a worker; None if that needs `subprocess` or is impossible."""
    try:
        questions = os.pipe()
    except OSError:  # too many open files
        return None
    try:
        answers = os.pipe()
    except OSError:
        os.close(questions[0])
        os.close(questions[1])
        return None
    try:
        pid = _spawn(questions[0], answers[1])
    finally:
        os.close(questions[0])
        os.close(answers[1])
    if pid is None:
        os.close(questions[1])
        os.close(answers[0])
        return None
    process = Process(pid, os.fdopen(questions[1], "wb"), os.fdopen(answers[0], "rb"))
    import contextlib  # only now: the worker is starting up meanwhile

    with contextlib.suppress(OSError):  # it has died: reading its answer finds out how
        send_line(process.stdin, list_module_paths())
    return process


def send_line(stdin: IO[bytes], value: object) -> None:
    """Send a value as a line of JSON."""
    import json  # only here, like contextlib

    stdin.write(json.dumps(value).encode("ascii") + b"\n")
    stdin.flush()


def _spawn(stdin: int, stdout: int) -> int | None:
    if (
        not hasattr(os, "posix_spawn") or min(stdin, stdout) < 3
    ):  # stdin or stdout is closed here: the pipe's ends would collide
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
