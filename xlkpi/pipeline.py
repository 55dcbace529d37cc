"""The program on one page: source files → outcomes → the bytes of the outputs. No file is written here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from xlkpi.checks import afterwards, check, untouched
from xlkpi.domain.findings import Finding, Severity, errors, finding, fold
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.inputs import Filled, Source
from xlkpi.domain.location import CellRef
from xlkpi.domain.results import Outcome, Scored, Status
from xlkpi.domain.schema import MAIN_PART, SCORERS_PART, SOURCE_SHEET
from xlkpi.reading import form_template, source_file
from xlkpi.reading.foreign_workbook import find_foreign
from xlkpi.reading.form_template import BadFormTemplate
from xlkpi.reading.lock_files import find_owner
from xlkpi.reading.open import OpenedWorkbook
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.workbook import read_workbook
from xlkpi.scoring.score import score
from xlkpi.writing.marked_copy import correction
from xlkpi.writing.public_form import published
from xlkpi.writing.scored import scored
from xlkpi.writing.xlsx import emit

FORMS = "自评表版式"
"""The folder of the built-in layouts of 自评表."""


@dataclass(frozen=True, eq=False, repr=False)
class Document:
    """The bytes of a source file and its name; `data` is None if the file could not be opened."""

    file: str
    data: bytes | None
    reason: str = ""
    """Why it could not be opened, in Chinese."""
    keep_parts: bool = False
    """Whether the package's parts are needed later, to compare them."""

    @cached_property
    def workbook(self) -> OpenedWorkbook:
        """The opened file, scanned and read only once. There must be `data`."""
        assert self.data is not None
        return OpenedWorkbook(self.file, self.data, keep_parts=self.keep_parts)


def open_document(path: Path, file: str = "", keep_parts: bool = False) -> Document:
    """Read a source's bytes. A file that cannot be opened becomes a finding later, no exception."""
    try:
        return Document(file or str(path), source_file.load(path), keep_parts=keep_parts)
    except source_file.Unopened as problem:
        return Document(file or str(path), None, str(problem))


def score_file(path: Path, file: str = "") -> Outcome:
    """Score one source, called `file` in its outcome; see `score_document`."""
    return score_document(open_document(path, file))


def score_document(document: Document) -> Outcome:
    """Score one source, but neither a scored workbook of ours again nor a part of a workbook."""
    (outcome,) = score_documents([document])
    own = _find_own_output(outcome.filled) if outcome.filled else None
    return Outcome(outcome.source, (own,), outcome.filled) if own else outcome


def score_documents(documents: Sequence[Document]) -> list[Outcome]:
    """Read, check and score; the marks of all workbooks without errors are one frame."""
    outcomes = [_read_and_check(document) for document in documents]
    sound = [n for n, each in enumerate(outcomes) if each.filled and not errors(each.findings)]
    scores = score([filled for n in sound if (filled := outcomes[n].filled)])
    for n, scored_workbook in zip(sound, scores, strict=True):
        outcomes[n] = _add_scores(outcomes[n], scored_workbook)
    return outcomes


def _read_and_check(document: Document) -> Outcome:
    owner = find_owner(Path(document.file).name)
    if document.data is None:
        unopened = finding("X015", CellRef(""), reason=document.reason)
        return Outcome(Source(document.file, ""), (_name_lock(owner) or unopened,))
    try:
        filled, findings = read_workbook(document.workbook)
    except Unreadable as problem:
        rejected = reject(document.workbook, problem)
        lock = _name_lock(owner)
        return replace(rejected, findings=(lock,)) if lock else rejected
    if foreign := find_foreign(document.workbook, filled):
        return Outcome(filled.source, (foreign,), filled)
    found = untouched.fold(filled, [*findings, *check(filled)])
    listed, folded = fold(_sort_findings(filled, found))
    return Outcome(filled.source, tuple(listed), filled, folded=tuple(folded))


def _name_lock(owner: str) -> Finding | None:
    """Return what to say of the lock file of an open workbook."""
    return finding("X021", CellRef(""), owner=owner) if owner else None


def reject(workbook: OpenedWorkbook, problem: Unreadable) -> Outcome:
    """Return the outcome of a file that is not a workbook."""
    source = Source(workbook.file, workbook.sha256, len(workbook.data))
    return Outcome(source, (finding(problem.code, CellRef(""), **problem.params),))


def _add_scores(outcome: Outcome, result: Scored) -> Outcome:
    filled = outcome.filled
    assert filled is not None
    later = afterwards(filled, result)
    findings = _sort_findings(filled, [*outcome.findings, *later]) if later else outcome.findings
    return replace(outcome, findings=findings, scored=result)


def _sort_findings(filled: Filled, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors first, then in the order of the sheets and cells."""
    sheets = {grid.name: n for n, grid in enumerate(filled.grids)}
    gravity = list(Severity)

    def key(each: Finding) -> tuple[int, int, int, int]:
        place = each.place
        return gravity.index(each.severity), sheets.get(place.sheet, -1), place.row, place.column

    return tuple(sorted(findings, key=key))


def _find_own_output(filled: Filled) -> Finding | None:
    """Return why one of our own outputs cannot be scored as it is."""
    if filled.from_result:
        return finding("X114", CellRef(SOURCE_SHEET))
    if filled.part == MAIN_PART:
        return finding("X802", CellRef(""))
    if filled.part:
        return finding("X801", CellRef(""), filled.part.removeprefix(SCORERS_PART))
    return None


def write_outputs(
    outcome: Outcome, document: Document, own: FormTemplate | None = None, public: bool = False
) -> Iterator[tuple[str, bytes]]:
    """Yield (kind, bytes) of each output, written when it is asked for.

    The kinds are "correction" if the outcome has errors, else "scored" and with `public` "public".
    """
    if outcome.filled is None or document.data is None:
        return
    if [each.code for each in outcome.findings] in ([code] for code in _UNMARKED):
        return
    if outcome.status is Status.REFUSED:
        filled = outcome.filled._replace(source=_find_source(outcome, document.workbook))
        yield "correction", correction(document.data, filled, outcome.findings)
        return
    yield "scored", write_scored(outcome, own)
    if public:
        yield "public", emit(published(outcome, _choose_form_template(outcome, own)))


_UNMARKED = ("X114", "X124", "X801", "X802")
"""What is no workbook to be mended, but a result, a part, or something else."""


def _find_source(outcome: Outcome, workbook: OpenedWorkbook) -> Source:
    """Return what a marked copy is made of: of an untouched marked copy, what that was made of."""
    origin = workbook.origin if workbook.marked_from else None
    if origin is None:
        return outcome.source
    return outcome.source._replace(file=origin.file, sha256=origin.sha256)


def write_scored(outcome: Outcome, own: FormTemplate | None = None) -> bytes:
    """Return the scored workbook; the outcome must be scored. `own` is the office's layout of 自评表."""
    template = _choose_form_template(outcome, own)
    return emit(scored(outcome, template, own is not None), compression=2)


def read_form_template(path: Path) -> FormTemplate:
    """Read an office's own layout of 自评表. Raises BadFormTemplate if the file is not one."""
    try:
        return form_template.read(source_file.load(path), path.name)
    except source_file.Unopened as problem:
        raise BadFormTemplate(str(problem)) from problem


def _choose_form_template(outcome: Outcome, own: FormTemplate | None) -> FormTemplate:
    """Return the office's own layout, else the built-in one for the kind of expenditure."""
    assert outcome.filled is not None
    project = "项目" in outcome.filled.info_text("评价类型")
    return own or _load_built_in("项目支出" if project else "部门整体支出")


@cache
def _load_built_in(kind: str) -> FormTemplate:
    return read_form_template(source_file.templates_folder() / FORMS / f"{kind}.xlsx")
