"""A worker's answer, and what it means: the nouns that every question about a source shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlkpi.reading import source_file
from xlkpi.runtime import files
from xlkpi.runtime.supervisor import Answer, Lost, Worker

Json = dict[str, Any]


class Refused(Exception):
    """What was asked cannot be done; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker says of one source."""

    status: str
    """`scored`, `refused` or `unreadable`."""
    report: Json
    """As `--json` prints it, without outputs."""
    text: str
    """The findings for a console, a line each."""
    counts: str
    """How many findings of each kind."""
    traceback: str = ""
    """Of our own bug, for developers."""

    @property
    def codes(self) -> list[str]:
        """The findings' codes."""
        return [each["code"] for each in self.report["findings"]]

    @property
    def exit_code(self) -> int:
        """0 scored, 1 errors, 3 not a workbook, 4 our own bug or no worker."""
        if self.codes in (["X901"], ["X902"]):
            return 4
        return {"scored": 0, "refused": 1, "unreadable": 3}[self.status]


@contextmanager
def at_hand(worker: Worker | None) -> Iterator[Worker]:
    """Use the worker that is there, or one for this source alone."""
    if worker is not None:
        yield worker
        return
    with Worker() as own:
        yield own


def source(path: Path) -> dict[str, object]:
    """Return how a question names a source: where it is, and what it goes by."""
    return {"path": str(files.absolute(path)), "file": str(path)}


def told(path: Path, answer: Answer) -> Report:
    """Return what an answer says of a source; Refused where it says that it cannot be done."""
    if "refused" in answer:
        raise Refused(answer["refused"])
    if "internal" in answer:
        return _internal(path, answer)
    return Report(**answer["told"])


def first(path: Path, question: dict[str, object], worker: Worker | None) -> Answer | Report:
    """Ask one question and return its first answer; Told where the worker gave none."""
    with at_hand(worker) as asked:
        try:
            answer, *_ = asked.ask(question)
        except Lost as lost:
            return lost_told(path, lost)
    return answer


def lost_told(path: Path, lost: Lost) -> Report:
    """Return what is told of a source whose worker gave no answer."""
    made = unreadable(path, lost.code, **lost.params)
    if lost.__cause__ is None:
        return made
    import traceback

    return replace(made, traceback="".join(traceback.format_exception(lost.__cause__)).rstrip())


def _internal(path: Path, answer: Answer) -> Report:
    from xlkpi.domain.version import VERSION

    made = unreadable(path, "X901", version=VERSION, code=answer["internal"])
    return replace(made, traceback=answer["traceback"])


def unreadable(path: Path, code: str, /, **params: object) -> Report:
    """Return what is told of a source of which nothing is known but this."""
    import hashlib

    from xlkpi.domain.findings import finding
    from xlkpi.domain.inputs import Source
    from xlkpi.domain.location import CellRef
    from xlkpi.domain.results import Outcome
    from xlkpi.writing import text as plain

    try:
        data = source_file.load(path)
    except source_file.Unopened:
        data = b""
    digest = hashlib.sha256(data).hexdigest() if data else ""
    read = Source(str(path), digest, len(data))
    return Report(**plain.told(Outcome(read, (finding(code, CellRef(""), **params),))))
