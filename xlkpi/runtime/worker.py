"""The worker, a disposable process: it reads questions and writes replies, a line of JSON each.

Every untrusted file is opened here only, with limits of memory, computing time and written bytes
where the system has them. The work itself is the `handle` of a command in `xlkpi.runtime.commands`.
Outputs are left under temporary names: the parent puts them in place, as this process may die.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from xlkpi import pipeline as pipeline  # every command needs it: import before a question comes
from xlkpi.runtime import files, protocol
from xlkpi.runtime.protocol import End, Limits, Refused

_GROWN = 600 * 1024  # KiB of peak memory after which the next file gets a fresh process


def main() -> None:
    """Answer questions until the parent is gone."""
    answers = _private_stdout()
    gc.freeze()  # modules stay for ever: never look through them again
    gc.set_threshold(
        100_000
    )  # this process is short-lived: collecting rarely saves a tenth of the time
    gc.enable()
    questions: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    while True:
        for reply in answer(questions.get()):
            answers.write(protocol.encode_reply(reply))
            answers.flush()


def _private_stdout() -> BinaryIO:
    """Return stdout for answers alone, and send to nowhere what a library prints."""
    own = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(own, "wb")


def _listen(questions: SimpleQueue[bytes]) -> None:
    """Pass on the questions; when the parent is gone, remove temporary files and exit at once."""
    for line in sys.stdin.buffer:
        questions.put(line)
    files.discard_own()
    os._exit(0)


def answer(line: bytes) -> Iterator[object]:
    """Yield the replies to one question. Whatever goes wrong, the last one is an End."""
    try:
        question = protocol.decode_question(line)
        _limit(question.limits)
        yield from question.handle(question.request)
        yield End(grown=_has_grown())
    except (Refused, files.Unwritten) as problem:
        files.discard_own()
        yield End(refused=str(problem), grown=_has_grown())
    except MemoryError:
        yield End(out_of_memory=True)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as problem:  # noqa: BLE001  (a panic of calamine is no Exception)
        files.discard_own()
        text = "".join(traceback.format_exception(problem))
        yield End(failure=type(problem).__name__, traceback=text)


def _limit(limits: Limits) -> None:
    """Limit the resources for this file; computing time counts from now."""
    try:
        import resource
    except ImportError:  # Windows: only the parent's clock limits it
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, spent + limits.cpu),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_CORE, 0),  # a core file would contain the department's data
    ):
        hard = resource.getrlimit(kind)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # some systems know only the name
            resource.setrlimit(kind, (soft, hard))


def _has_grown() -> bool:
    """Whether this process has used so much memory that the next file should get a fresh one.

    Read from /proc: the peak in `resource` includes the parent's memory at the start.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:  # not Linux
        return False
    peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(peak.split()[1]) > _GROWN
