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
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from xlkpi.domain.version import VERSION
from xlkpi.runtime import protocol, spawn
from xlkpi.runtime.protocol import LIMITS, Limits, Lost, Refused, Report

Q = TypeVar("Q")
R = TypeVar("R")

_BOOT = spawn.BOOT
_Process = subprocess.Popen[bytes] | spawn.Process


class Worker:
    """One worker process, started at once so that it imports while the caller still thinks.

    It serves file after file; where it was `Lost` it is gone, and the next question starts another.
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
        reap(0)
        self._kill()  # all is done: nobody need wait until the system has taken its memory apart

    def ask(self, handle: Callable[[Q], Iterator[R]], request: Q) -> Iterator[R]:
        """Have the worker handle a request, and yield its replies; raises Lost, and what it Refused."""
        process = self._process or self._start()
        alarm = threading.Timer(self.limits.wall, self._expire)
        alarm.daemon = True
        alarm.start()
        end = protocol.End()
        try:
            self._send(process, protocol.encode_question(handle, request, self.limits))
            for reply in self._replies(process, protocol.find_command_name(handle)):
                if isinstance(reply, protocol.End):
                    end = reply
                else:
                    yield cast("R", reply)
            if end.out_of_memory:
                raise Lost("X019", limit=self._memory())
        except BaseException:  # also where the caller stops listening: half an answer is none
            self.close()
            raise
        finally:
            alarm.cancel()
        if end.grown:
            self.close()
        if end.refused:
            raise Refused(end.refused)
        if end.failure:  # the worker is well, and serves the next file
            raise Lost("X901", traceback=end.traceback, version=VERSION, code=end.failure)

    def close(self) -> None:
        """Kill the process: it has nothing to lose, for what is finished has been handed over.

        When this returns it is gone, and what it left half done is litter that may be cleaned.
        """
        self._kill()
        reap()

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        _killed.append(process)

    def _start(self, started: spawn.Process | None = None) -> _Process:
        self._late = False
        if started:  # and told
            self._process = started
            return started
        try:
            self._process = subprocess.Popen(
                spawn.make_command(_BOOT),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=None if spawn.shows_stderr() else subprocess.DEVNULL,
                env=spawn.make_environment(),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as problem:
            code = errno.errorcode.get(problem.errno or 0, "OSError")
            raise Lost("X902", version=VERSION, code=code) from problem
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it died: reading its answer says how
            spawn.send_line(self._process.stdin, spawn.list_module_paths())
        return self._process

    def _send(self, process: _Process, line: bytes) -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):  # likewise
            process.stdin.write(line)
            process.stdin.flush()

    def _replies(self, process: _Process, command: str) -> Iterator[object]:
        """The replies to one question, the last of which is an End."""
        assert process.stdout is not None
        kinds = protocol.load_command(command).replies
        reply: object = None
        while not isinstance(reply, protocol.End):
            line = process.stdout.readline(self.limits.answer + 1)
            if not line.endswith(b"\n"):
                raise self._lost(process, len(line))
            reply = _decode_reply(line, kinds)
            yield reply

    def _lost(self, process: _Process, length: int) -> Lost:
        """Name the end of a worker that did not finish its answer."""
        if length > self.limits.answer:
            return Lost("X036", limit=self.limits.answer // 1024 // 1024)
        try:
            ended = process.wait(timeout=1)  # it closes its pipe a moment before it is gone
        except (subprocess.TimeoutExpired, TimeoutError):
            _kill(process)
            ended = process.wait()
        return _name_cause(ended, self._late, self.limits)

    def _memory(self) -> int:
        return self.limits.memory // 1024 // 1024

    def _expire(self) -> None:
        process = self._process
        if process is not None:
            self._late = True
            _kill(process)


def _decode_reply(line: bytes, kinds: Mapping[str, type]) -> object:
    try:
        return protocol.decode_reply(line, kinds)
    except protocol.Malformed:
        raise Lost("X035", code="JSON") from None


@contextmanager
def use_worker(worker: Worker | None, limits: Limits = LIMITS) -> Iterator[Worker]:
    """Use the worker that is there, or one for this question alone."""
    if worker is not None:
        yield worker
        return
    with Worker(limits) as own:
        yield own


def ask_once(
    path: Path, handle: Callable[[Q], Iterator[R]], request: Q, worker: Worker | None
) -> R | Report:
    """Return the first reply to a request about a source, or a report of why there is none.

    Raises what was Refused.
    """
    with use_worker(worker) as asked:
        try:
            reply, *_ = *asked.ask(handle, request), None
        except Lost as lost:
            return protocol.report_lost(path, lost)
    if reply is None:
        return protocol.report_lost(path, Lost("X035", code="JSON"))
    return reply


_killed: list[_Process] = []
"""Killed, and perhaps not gone yet: the system takes a while to take their memory apart."""


def reap(limit: float | None = None) -> None:
    """Wait for those that were killed, so many seconds for each; for ever unless told."""
    for process in list(_killed):
        with contextlib.suppress(subprocess.TimeoutExpired, TimeoutError, ValueError):
            process.wait(timeout=limit)
            _killed.remove(process)  # ValueError: another thread has


atexit.register(reap)
_early: list[Worker] = []


def start_early(started: spawn.Process | None = None) -> None:
    """Make the worker that `take_worker` will hand out first, of a process that was started."""
    _early.append(Worker(started=started))


def take_worker() -> Worker:
    """Return a worker that nobody has: the one started early, else a new one."""
    return _early.pop() if _early else Worker()


def _kill(process: _Process) -> None:
    with contextlib.suppress(OSError):
        process.kill()


def _was_ended_by(ended: int, name: str) -> bool:
    """Whether a process was ended by a signal, which not every system has."""
    return ended == -getattr(signal, name, 0) != 0


def _name_cause(ended: int, late: bool, limits: Limits) -> Lost:
    """Name the end of a worker by its return code: a negative one is a signal."""
    if late:
        return Lost("X018", limit=f"{limits.wall:g}")
    if _was_ended_by(ended, "SIGXCPU"):
        return Lost("X018", limit=f"{limits.cpu:g}")
    if _was_ended_by(ended, "SIGKILL"):
        # Not by us: the system takes the largest process when memory runs out.
        return Lost("X019", limit=limits.memory // 1024 // 1024)
    return Lost("X035", code=ended)
