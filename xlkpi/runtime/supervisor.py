"""The parent's side of a worker: starts it, asks it, limits it, and names what became of it.

A worker (`xlkpi.runtime.worker`) is a disposable process that opens the files of strangers. Nothing is
trusted that comes of it but one line of JSON an answer, and no more of that than a limit.

`subprocess`, not `multiprocessing`: it works from a thread, a notebook, a script without a main
guard, and a daemonic process, which may not have children of the other kind.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import json
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from xlkpi.domain.version import VERSION
from xlkpi.runtime import spawn

Answer = dict[str, Any]


class Limits(NamedTuple):
    """What one file may cost."""

    memory: int = 1024 * 1024 * 1024
    """Bytes of address space; only where the system can limit it (not on Windows)."""
    cpu: int = 15
    """Seconds of computing; likewise."""
    wall: float = 20.0
    """Seconds until an answer; everywhere."""
    answer: int = 16 * 1024 * 1024
    """Bytes of one answer."""
    output: int = 256 * 1024 * 1024
    """Bytes of a file that is written; only where the system can limit it."""


LIMITS = Limits()


class Lost(Exception):
    """A worker gave no answer: the finding's code and what its sentence is filled in with."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


_BOOT = spawn.BOOT
_Process = subprocess.Popen[bytes] | spawn.Process


class Worker:
    """One worker process, started at once so that it imports while the caller still thinks.

    It serves file after file; after a `Lost` it is gone, and the next question starts another.
    Not for several threads at a time.
    """

    def __init__(self, limits: Limits = LIMITS, started: spawn.Process | None = None) -> None:
        """Start the process, or take one that was; it is killed by `close`, or by leaving the `with`.

        Where none can be started, the first question tries again, and says why.
        """
        self.limits = limits
        self._process: _Process | None = None
        self._late = False
        with contextlib.suppress(Lost):
            self._start(started)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        bury(0)
        self._kill()  # all is done: nobody need wait until the system has taken its memory apart

    def ask(self, question: Mapping[str, object]) -> Iterator[Answer]:
        """Yield the answers to a question, the last one with "last": true; raises Lost."""
        process = self._process or self._start()
        alarm = threading.Timer(self.limits.wall, self._expire)
        alarm.daemon = True
        alarm.start()
        try:
            self._send(process, {"limits": self.limits._asdict(), **question})
            yield from self._answers(process)
        except BaseException:  # also where the caller stops listening: half an answer is none
            self.close()
            raise
        finally:
            alarm.cancel()

    def close(self) -> None:
        """Kill the process: it has nothing to lose, for what is finished has been handed over.

        When this returns it is gone, and what it left half done is litter that may be cleaned.
        """
        self._kill()
        bury()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        _dying.append(process)

    def _start(self, started: spawn.Process | None = None) -> _Process:
        self._late = False
        if started:  # and told
            self._process = started
            return started
        try:
            self._process = subprocess.Popen(
                spawn.command(_BOOT),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if spawn.talkative() else subprocess.DEVNULL,
                env=spawn.environment(),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as problem:
            code = errno.errorcode.get(problem.errno or 0, "OSError")
            raise Lost("X902", version=VERSION, code=code) from problem
        self._send(self._process, spawn.path())
        return self._process

    def _send(self, process: _Process, what: object) -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):  # it died: reading its answer says how
            spawn.tell(process.stdin, what)

    def _answers(self, process: _Process) -> Iterator[Answer]:
        assert process.stdout is not None
        while True:
            line = process.stdout.readline(self.limits.answer + 1)
            if not line.endswith(b"\n"):
                raise self._lost(process, len(line))
            answer = _understood(line)
            if "lost" in answer:
                raise Lost(answer["lost"], limit=self._memory())
            yield answer
            if answer.get("last"):
                if answer.get("grown"):
                    self.close()
                return

    def _lost(self, process: _Process, length: int) -> Lost:
        """Name the end of a worker that did not finish its answer."""
        if length > self.limits.answer:
            return Lost("X036", limit=self.limits.answer // 1024 // 1024)
        try:
            ended = process.wait(timeout=1)  # it closes its pipe a moment before it is gone
        except (subprocess.TimeoutExpired, TimeoutError):
            _kill(process)
            ended = process.wait()
        return _cause(ended, self._late, self.limits)

    def _memory(self) -> int:
        return self.limits.memory // 1024 // 1024

    def _expire(self) -> None:
        process = self._process
        if process is not None:
            self._late = True
            _kill(process)


def _understood(line: bytes) -> Answer:
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Lost("X035", code="JSON")
    return answer


_dying: list[_Process] = []
"""Killed, and perhaps not gone yet: the system takes a while to take their memory apart."""


def bury(limit: float | None = None) -> None:
    """Wait for those that were killed, so many seconds for each; for ever unless told."""
    for process in list(_dying):
        with contextlib.suppress(subprocess.TimeoutExpired, TimeoutError, ValueError):
            process.wait(timeout=limit)
            _dying.remove(process)  # ValueError: another thread has


atexit.register(bury)
_early: list[Worker] = []


def start_early(started: spawn.Process | None = None) -> None:
    """Make the worker that `worker` will hand out first, of a process that was started."""
    _early.append(Worker(started=started))


def worker() -> Worker:
    """Return a worker that nobody has: the one started early, else a new one."""
    return _early.pop() if _early else Worker()


def _kill(process: _Process) -> None:
    with contextlib.suppress(OSError):
        process.kill()


def _by(ended: int, name: str) -> bool:
    """Whether a process was ended by a signal, which not every system has."""
    return ended == -getattr(signal, name, 0) != 0


def _cause(ended: int, late: bool, limits: Limits) -> Lost:
    """Name the end of a worker by its return code: a negative one is a signal."""
    if late:
        return Lost("X018", limit=f"{limits.wall:g}")
    if _by(ended, "SIGXCPU"):
        return Lost("X018", limit=f"{limits.cpu:g}")
    if _by(ended, "SIGKILL"):
        # Not by us: the system takes the largest process when memory runs out.
        return Lost("X019", limit=limits.memory // 1024 // 1024)
    return Lost("X035", code=ended)
