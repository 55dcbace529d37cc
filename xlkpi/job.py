"""One source → its outcome → the bytes of its outputs, in memory. Nothing is put anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from xlkpi import disk
from xlkpi.findings import Finding, finding
from xlkpi.forms import FormLayout
from xlkpi.intake import layouts
from xlkpi.intake.layouts import BadLayout
from xlkpi.layout import MAIN_PART, SCORERS_PART, SOURCE_SHEET
from xlkpi.model import Filled, Outcome, Status
from xlkpi.pipeline import Document, outcomes
from xlkpi.place import Place
from xlkpi.write import plain
from xlkpi.write.correction import correction
from xlkpi.write.emit import emit
from xlkpi.write.publish import published
from xlkpi.write.scored import scored

__all__ = ["BadLayout", "Made", "checked", "form", "made", "result", "understood"]

FORMS = "自评表版式"
"""The folder of the built-in layouts."""


class Made(NamedTuple):
    """What came of one source."""

    told: dict[str, Any]
    identity: str
    """Whose workbook it is; "" where it could not be read."""
    outputs: Iterator[tuple[str, bytes]]
    """Kind (scored, correction, public) and bytes, each made when it is asked for."""


def document(path: Path, file: str = "") -> Document:
    """Open a source; one that cannot be opened is told in its outcome."""
    try:
        return Document(file or str(path), disk.load(path))
    except disk.Unopened as problem:
        return Document(file or str(path), None, str(problem))


def checked(path: Path, file: str = "", result: bool = False) -> Outcome:
    """Return the outcome of one source, which goes by the name `file`.

    With `result` a scored workbook will do too: the outcome of its own input sheets.
    """
    opened = document(path, file)
    return outcomes([opened])[0] if result else understood(opened)


def made(path: Path, file: str, own: FormLayout | None, public: bool) -> Made:
    """Return the outcome of one source as it is told, and its outputs."""
    opened = document(path, file)
    outcome = understood(opened)
    identity = outcome.filled.identity if outcome.filled else ""
    return Made(plain.told(outcome), identity, _outputs(outcome, opened.data, own, public))


def _outputs(
    outcome: Outcome, data: bytes | None, own: FormLayout | None, public: bool
) -> Iterator[tuple[str, bytes]]:
    if outcome.filled is None or data is None or _is_no_source(outcome):
        return
    if outcome.status is Status.REFUSED:
        yield "correction", correction(data, outcome.filled, outcome.findings)
        return
    yield "scored", result(outcome, own)
    if public:
        yield "public", emit(published(outcome, _form(outcome, own)))


def result(outcome: Outcome, own: FormLayout | None = None) -> bytes:
    """Return the scored workbook of an outcome that was scored."""
    return emit(scored(outcome, _form(outcome, own), own is not None))


def form(path: Path) -> FormLayout:
    """Return an office's own layout of 自评表; BadLayout where the file is none."""
    try:
        return layouts.read(disk.load(path), path.name)
    except disk.Unopened as problem:
        raise BadLayout(str(problem)) from problem


@cache
def _built_in(kind: str) -> FormLayout:
    return form(disk.templates() / FORMS / f"{kind}.xlsx")


def _form(outcome: Outcome, own: FormLayout | None) -> FormLayout:
    """Return the office's own layout, else the built-in one for the kind of expenditure."""
    assert outcome.filled is not None
    project = "项目" in outcome.filled.said("评价类型")
    return own or _built_in("项目支出" if project else "部门整体支出")


def understood(opened: Document) -> Outcome:
    """Read, check and score; a scored workbook of ours is not scored again, nor a part of one."""
    outcome = outcomes([opened])[0]
    found = _no_source(outcome.filled) if outcome.filled else None
    return Outcome(outcome.source, (found,), outcome.filled) if found else outcome


def _no_source(filled: Filled) -> Finding | None:
    """Say what a workbook of ours is that cannot be scored as it is."""
    if SOURCE_SHEET in filled.result_sheets:
        return finding("X114", Place(SOURCE_SHEET))
    if filled.part == MAIN_PART:
        return finding("X802", Place(""))
    if filled.part:
        return finding("X801", Place(""), filled.part.removeprefix(SCORERS_PART))
    return None


def _is_no_source(outcome: Outcome) -> bool:
    return [each.code for each in outcome.findings] in (["X114"], ["X801"], ["X802"])
