"""The program on one page: sources → outcomes → the bytes of outputs. Nothing is put anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from xlkpi.checks import afterwards, check
from xlkpi.domain.findings import Finding, Severity, errors, finding, fold
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.inputs import Filled, Source
from xlkpi.domain.location import CellRef
from xlkpi.domain.results import Outcome, Scored, Status
from xlkpi.domain.schema import MAIN_PART, SCORERS_PART, SOURCE_SHEET
from xlkpi.reading import form_template, source_file
from xlkpi.reading.form_template import BadFormTemplate
from xlkpi.reading.open import OpenedWorkbook
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.workbook import read_workbook
from xlkpi.scoring.score import score
from xlkpi.writing.marked_copy import correction
from xlkpi.writing.public_form import published
from xlkpi.writing.scored import scored
from xlkpi.writing.xlsx import emit


@dataclass(frozen=True, eq=False, repr=False)
class Document:
    """A source's bytes and the name it goes by; None where it could not be opened."""

    file: str
    data: bytes | None
    reason: str = ""
    """Why it could not be opened, in Chinese."""
    keep_parts: bool = False
    """Whether somebody will compare the package's parts."""

    @cached_property
    def workbook(self) -> OpenedWorkbook:
        """What is in it, scanned and read once, whoever asks; of a document that could be opened."""
        assert self.data is not None
        return OpenedWorkbook(self.file, self.data, keep_parts=self.keep_parts)


def outcomes(documents: Sequence[Document]) -> list[Outcome]:
    """Read, check and score; the marks of all sound workbooks are one frame."""
    made = [_understood(document) for document in documents]
    sound = [n for n, each in enumerate(made) if each.filled and not errors(each.findings)]
    results = score([filled for n in sound if (filled := made[n].filled)])
    for n, result in zip(sound, results, strict=True):
        made[n] = _scored(made[n], result)
    return made


def _scored(outcome: Outcome, result: Scored) -> Outcome:
    filled = outcome.filled
    assert filled is not None
    later = afterwards(filled, result)
    findings = _ordered(filled, [*outcome.findings, *later]) if later else outcome.findings
    return replace(outcome, findings=findings, scored=result)


def _understood(document: Document) -> Outcome:
    """Read and check one source."""
    if document.data is None:
        lost = finding("X015", CellRef(""), reason=document.reason)
        return Outcome(Source(document.file, ""), (lost,))
    try:
        filled, findings = read_workbook(document.workbook)
    except Unreadable as problem:
        return unreadable(document.workbook, problem)
    told, folded = fold(_ordered(filled, [*findings, *check(filled)]))
    return Outcome(filled.source, tuple(told), filled, folded=tuple(folded))


def unreadable(workbook: OpenedWorkbook, problem: Unreadable) -> Outcome:
    """Return the outcome of a file that is no workbook."""
    source = Source(workbook.file, workbook.sha256, len(workbook.data))
    return Outcome(source, (finding(problem.code, CellRef(""), **problem.params),))


def _ordered(filled: Filled, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors first, then as one meets them leafing through the workbook."""
    sheets = {grid.name: n for n, grid in enumerate(filled.grids)}
    gravity = list(Severity)

    def key(each: Finding) -> tuple[int, int, int, int]:
        place = each.place
        return gravity.index(each.severity), sheets.get(place.sheet, -1), place.row, place.column

    return tuple(sorted(findings, key=key))


FORMS = "自评表版式"
"""The folder of the built-in layouts."""


class Made(NamedTuple):
    """What came of one source."""

    outcome: Outcome
    identity: str
    """Whose workbook it is; "" where it could not be read."""
    outputs: Iterator[tuple[str, bytes]]
    """Kind (scored, correction, public) and bytes, each made when it is asked for."""


def document(path: Path, file: str = "", keep_parts: bool = False) -> Document:
    """Open a source; one that cannot be opened is told in its outcome."""
    try:
        return Document(file or str(path), source_file.load(path), keep_parts=keep_parts)
    except source_file.Unopened as problem:
        return Document(file or str(path), None, str(problem))


def checked(path: Path, file: str = "") -> Outcome:
    """Return the outcome of one source, which goes by the name `file`."""
    return understood(document(path, file))


def made(path: Path, file: str, own: FormTemplate | None, public: bool) -> Made:
    """Return the outcome of one source, and its outputs."""
    opened = document(path, file)
    outcome = understood(opened)
    identity = outcome.filled.identity if outcome.filled else ""
    return Made(outcome, identity, _outputs(outcome, opened.data, own, public))


def _outputs(
    outcome: Outcome, data: bytes | None, own: FormTemplate | None, public: bool
) -> Iterator[tuple[str, bytes]]:
    if outcome.filled is None or data is None or _is_no_source(outcome):
        return
    if outcome.status is Status.REFUSED:
        yield "correction", correction(data, outcome.filled, outcome.findings)
        return
    yield "scored", result(outcome, own)
    if public:
        yield "public", emit(published(outcome, _form(outcome, own)))


def result(outcome: Outcome, own: FormTemplate | None = None) -> bytes:
    """Return the scored workbook of an outcome that was scored."""
    return emit(scored(outcome, _form(outcome, own), own is not None), compression=3)


def form(path: Path) -> FormTemplate:
    """Return an office's own layout of 自评表; BadLayout where the file is none."""
    try:
        return form_template.read(source_file.load(path), path.name)
    except source_file.Unopened as problem:
        raise BadFormTemplate(str(problem)) from problem


@cache
def _built_in(kind: str) -> FormTemplate:
    return form(source_file.templates_folder() / FORMS / f"{kind}.xlsx")


def _form(outcome: Outcome, own: FormTemplate | None) -> FormTemplate:
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
        return finding("X114", CellRef(SOURCE_SHEET))
    if filled.part == MAIN_PART:
        return finding("X802", CellRef(""))
    if filled.part:
        return finding("X801", CellRef(""), filled.part.removeprefix(SCORERS_PART))
    return None


def _is_no_source(outcome: Outcome) -> bool:
    return [each.code for each in outcome.findings] in (["X114"], ["X801"], ["X802"])
