"""The disposable process: a question in, its replies out, a line of JSON each.

Everything that opens a stranger's file happens here, under limits of memory, computing time and
written bytes where the system knows them. What is done for a command stands in its `handle`, under
`xlkpi.runtime.commands`. Outputs are left under temporary names; to put them in place is the
parent's, who is there even if this process is not.
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

from xlkpi import pipeline as pipeline  # before the question is there: every command needs it
from xlkpi.runtime import files, protocol
from xlkpi.runtime.protocol import End, Limits, Refused

_GROWN = 600 * 1024  # KiB of peak memory after which the next file gets a fresh process


def main() -> None:
    """Serve questions until the parent is gone."""
    answers = _private_stdout()
    gc.freeze()  # what was imported stays; it was not collected while it was
    gc.set_threshold(100_000)  # short-lived and limited: collecting rarely is a tenth of the time
    gc.enable()
    questions: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    while True:
        for reply in answer(questions.get()):
            answers.write(protocol.encode_reply(reply))
            answers.flush()


def _private_stdout() -> BinaryIO:
    """Keep the answers' pipe for answers: what a library prints goes nowhere."""
    own = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(own, "wb")


def _listen(questions: SimpleQueue[bytes]) -> None:
    """Hand on what is asked; when nobody can ask any more, leave at once and leave no litter."""
    for line in sys.stdin.buffer:
        questions.put(line)
    files.discard_own()
    os._exit(0)


def answer(line: bytes) -> Iterator[object]:
    """Yield the replies to one question; whatever goes wrong, the last of them says how it ended."""
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
        said = "".join(traceback.format_exception(problem))
        yield End(failure=type(problem).__name__, traceback=said)


def _limit(limits: Limits) -> None:
    """Limit what this file may cost; computing time counts from here."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    for kind, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, spent + limits.cpu),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_CORE, 0),  # a core file would hold the department's data
    ):
        hard = resource.getrlimit(kind)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # a system that knows the name only
            resource.setrlimit(kind, (soft, hard))


def _has_grown() -> bool:
    """Whether so much memory was needed that the next file should get a fresh process.

    Asked of the process itself: what `resource` tells counts the parent's memory at the start too.
    """
    try:
        told = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:  # not Linux
        return False
    peak = next((line for line in told.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(peak.split()[1]) > _GROWN
