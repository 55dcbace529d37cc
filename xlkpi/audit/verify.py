"""Verify a scored workbook: write it again from its own input sheets, and compare cell by cell.

Three independent tests. The figures are computed a second time, over fractions, by
`xlkpi.audit.reference`, which shares no code with the engine. The fingerprint over all cells, which
is written in the workbook, detects any edit. And the whole workbook is written again in memory,
from the file's own input sheets or from the source file, and compared, cells and appearance: that
names the changed cell, and does not trust the fingerprint. Without the source, what only the source
can tell (how a number was typed, what was found) is taken from the file, and the fingerprint alone
protects it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePath

from xlkpi import pipeline
from xlkpi.audit import appearance
from xlkpi.audit.crosscheck import find_disagreements
from xlkpi.audit.recorded import add_recorded, read_labels
from xlkpi.domain import fingerprint, methods
from xlkpi.domain.cells import Grid
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.location import Address, a1, address
from xlkpi.domain.results import Outcome, Status
from xlkpi.domain.schema import GRADE_SHEET, SOURCE_SHEET, SUMMARY_SHEET
from xlkpi.domain.text import as_text
from xlkpi.domain.verification import Difference, Verification
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading import form_template
from xlkpi.reading.open import OpenedWorkbook, reopen
from xlkpi.writing.scored.addresses import CODE_LABEL
from xlkpi.writing.scored.provenance import PROGRAM, PROGRAM_LABEL


class NotScored(Exception):
    """The file is a workbook, but not a scored one of ours."""


@dataclass(frozen=True, slots=True)
class _Cell:
    value: str
    formula: str


def verify(
    result: Document, source: Outcome | None = None, form: FormTemplate | None = None
) -> Verification:
    """Compare a scored workbook with what it should be; with `source`, also its inputs with that file.

    `form` is the office's own layout of 自评表 with which it was scored; without it the layout saved
    in the workbook is trusted. Raises NotScored, or Unreadable if the bytes are not a workbook.
    """
    workbook = result.workbook
    grids = workbook.grids
    recorded = read_labels(grids)
    if not any(grid.name == SOURCE_SHEET for grid in grids):
        raise NotScored
    rescored = add_recorded(score_documents([result])[0], grids)
    edited = list(_check_fingerprint(workbook))
    name = recorded.get(fingerprint.SOURCE_LABEL, result.file)
    right = rescored if source is None else _rename_source(source, name, bool(edited))
    kept = form_template.kept(grids)
    own = _write_again(rescored, form or kept, workbook)
    expected = own if source is None else _write_again(right, form or kept, workbook, own)
    code = _find_verification_code(own.grids) if own else ""
    differences = [*edited, *_find_forbidden(workbook)]
    if recorded.get(PROGRAM_LABEL, PROGRAM) != PROGRAM and not edited:
        differences += _compare_totals(grids, rescored)
        differences += _compare_inputs(grids, rescored, expected)
        return Verification("other-version", tuple(differences), code)
    differences += _compare_scores(rescored, right)
    saved_by_us = True
    if expected and expected is not workbook:  # the same object where all bytes are the same
        differences += _compare_sheets(grids, expected.grids)
        saved_by_us, visible = appearance.compare(workbook, expected)
        differences += visible
    trusted = kept.label if kept and form is None else ""
    if differences:
        inputs = _find_changed_inputs(differences, rescored, expected)
        # A changed input explains most of the others: it comes first.
        told = tuple(dict.fromkeys([*inputs, *differences]))
        return Verification("changed", told, code, trusted, len(inputs))
    return Verification("same" if saved_by_us else "resaved", (), code, trusted)


def _rename_source(source: Outcome, stated: str, edited: bool) -> Outcome:
    """Give the source the name that the result states: the file may have been renamed since.

    But if the result was edited, its statement is worth nothing, and the real name counts.
    """
    own = PurePath(source.source.file).name
    named = source.source._replace(file=own if edited and own else stated)
    return replace(
        source, source=named, filled=source.filled and source.filled._replace(source=named)
    )


def _write_again(
    outcome: Outcome, layout: FormTemplate | None, *known: OpenedWorkbook | None
) -> OpenedWorkbook | None:
    """Write the scored workbook of an outcome; None unless it is scored."""
    if outcome.status is not Status.SCORED:
        return None
    return reopen(pipeline.write_scored(outcome, layout), *known, keep_parts=True)


def _compare_scores(rescored: Outcome, right: Outcome) -> Iterator[Difference]:
    """The workbook's own inputs must score, as the reference does; so must the source's."""
    if rescored.status is not Status.SCORED:
        codes = "、".join(each.code for each in rescored.findings if each.severity == "error")
        yield Difference("", "", "inputs", codes, "可以评分的填报内容")
    else:
        for place, ours, reference in find_disagreements(rescored):
            yield Difference(place.sheet, place.cell, "figure", ours, reference)
    if right is not rescored and right.status is not Status.SCORED:
        yield Difference("", "", "source", "有错误、不能评分的工作簿", "评分时所用的、改好的工作簿")


def _check_fingerprint(workbook: OpenedWorkbook) -> Iterator[Difference]:
    _, stated, now = workbook.stamp
    if stated != now:
        yield Difference(SOURCE_SHEET, "", "fingerprint", now[:12], (stated or "")[:12])


def _find_forbidden(workbook: OpenedWorkbook) -> Iterator[Difference]:
    """Report what no scored workbook contains: macros, hidden sheets, links to other files."""
    if workbook.package.macros:
        yield Difference("", "", "macro", "宏", "没有宏")
    for facts in workbook.package.sheets:
        if facts.state != "visible":
            yield Difference(facts.name, "", "hidden", "隐藏的工作表", "没有隐藏的工作表")
    for name, content in workbook.parts.items():
        if name.endswith(".rels") and b'TargetMode="External"' in content:
            yield Difference("", "", "link", f"通向文件外的链接（{name}）", "没有通向文件外的链接")
        if "/externalLinks/" in name and name.endswith(".xml"):
            yield Difference("", "", "link", f"引用其他工作簿（{name}）", "没有外部引用")


def _compare_sheets(found: list[Grid], expected: list[Grid]) -> Iterator[Difference]:
    names, right = [grid.name for grid in found], [grid.name for grid in expected]
    if names != right:
        yield Difference("", "", "sheets", "、".join(names), "、".join(right))
    by_name = {grid.name: grid for grid in found}
    for grid in expected:
        if grid.name in by_name:
            yield from _compare_cells(by_name[grid.name], grid)


def _find_changed_inputs(
    differences: list[Difference], rescored: Outcome, expected: OpenedWorkbook | None
) -> list[Difference]:
    """Return those of cells that people fill in: on an input sheet, where no formula is expected."""
    names = {grid.name for grid in rescored.filled.grids} if rescored.filled else set[str]()
    grids = {grid.name: grid for grid in (expected.grids if expected else []) if grid.name in names}
    return [
        each
        for each in dict.fromkeys(differences)
        if each.kind in _OF_CELLS and each.sheet in grids
        and address(each.cell) not in grids[each.sheet].formulas
    ]  # fmt: skip


_OF_CELLS = ("value", "formula", "extra", "missing")


def _compare_cells(found: Grid, expected: Grid) -> Iterator[Difference]:
    left, right = _collect_cells(found), _collect_cells(expected)
    for at in sorted({*left, *right}):
        ours, theirs = right.get(at), left.get(at)
        if ours == theirs:
            continue
        name, cell = found.name, a1(*at)
        if theirs is None:
            assert ours is not None
            yield Difference(name, cell, "missing", "", _show(ours))
        elif ours is None:
            yield Difference(name, cell, "extra", _show(theirs), "")
        elif fingerprint.same_formula("=" + theirs.formula, "=" + ours.formula):
            if theirs.value != ours.value and not _is_rounding_noise(theirs, ours):
                kind = "result" if ours.formula else "value"
                yield Difference(name, cell, kind, *_show_apart(theirs, ours))
        else:
            yield Difference(name, cell, "formula", _show(theirs), _show(ours))


def _is_rounding_noise(left: _Cell, right: _Cell) -> bool:
    """Whether two results differ only by the binary rounding of another program, never as printed."""
    if left.value[:1] != right.value[:1]:
        return False
    try:
        return bool(left.formula) and math.isclose(
            float(left.value[1:]), float(right.value[1:]), rel_tol=1e-12, abs_tol=1e-12
        )
    except ValueError:
        return False


def _show(cell: _Cell) -> str:
    return f"={cell.formula}" if cell.formula else cell.value[1:]


def _show_apart(*cells: _Cell) -> list[str]:
    """Show the values, with their types where nothing else differs."""
    values = [cell.value[1:] for cell in cells]
    if len({*values}) > 1:
        return values
    return [
        f"{text}（{_TYPES.get(cell.value[:1], '空')}）"
        for text, cell in zip(values, cells, strict=True)
    ]


_TYPES = {"s": "文本", "n": "数", "b": "逻辑值", "e": "错误值"}


def _collect_cells(grid: Grid) -> dict[Address, _Cell]:
    """Return the cells that have content; of a value the first character is its type."""
    cells: dict[Address, _Cell] = {}
    for row, values in enumerate(grid.rows):
        for column, value in enumerate(values):
            if value not in ("", None):
                cells[row, column] = _Cell(fingerprint.comparable(value), "")
    for at, error in grid.errors.items():
        cells[at] = _Cell("e" + error, "")
    for at, (text, _) in grid.formulas.items():
        cells[at] = _Cell(cells[at].value if at in cells else "", text)
    return cells


def _find_verification_code(grids: list[Grid]) -> str:
    """Return 校验码 of a workbook that we have just written; "" if it has none."""
    for grid in grids:
        if grid.name == SUMMARY_SHEET:
            for row in grid.rows:
                for left, right in pairwise(row):
                    if left == CODE_LABEL:
                        return str(right)
    return ""


def _compare_totals(grids: list[Grid], rescored: Outcome) -> Iterator[Difference]:
    """Compare the total and the grade of another version's workbook, wherever 汇总 and 等级 show them.

    Other versions lay out their sheets differently, so the labels are searched for.
    """
    if rescored.scored is None:
        yield from _compare_scores(rescored, rescored)
        return
    right = {"总分": float(rescored.scored.total), "等级": rescored.scored.grade.name.value or ""}
    named: set[str] = set()
    for grid in grids:
        for label, row, column in _find_labels(grid, right) if grid.name in _TOPS else ():
            value = grid.raw(row, column + 1)
            if label == "等级" and value not in _list_grades(rescored):
                continue  # the head of a column
            named.add(label)
            if fingerprint.comparable(value) != fingerprint.comparable(right[label]):
                cell = a1(row, column + 1)
                yield Difference(grid.name, cell, "value", as_text(value), as_text(right[label]))
    for label in right.keys() - named:
        yield Difference(SUMMARY_SHEET, "", "missing", "", f"{label} {right[label]}")


_TOPS = (SUMMARY_SHEET, GRADE_SHEET)


def _find_labels(grid: Grid, wanted: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Yield (label, row, column) of each wanted label that has a filled cell to its right."""
    for row, cells in enumerate(grid.rows):
        for column, (value, beside) in enumerate(pairwise(cells)):
            if value in wanted and beside not in ("", None):
                yield str(value), row, column


def _list_grades(outcome: Outcome) -> list[str | None]:
    assert outcome.filled is not None
    return [grade.name.value for grade in outcome.filled.grades]


def _compare_inputs(
    grids: list[Grid], rescored: Outcome, expected: OpenedWorkbook | None
) -> Iterator[Difference]:
    """Compare the input sheets of another version's workbook: they are copies of the source's.

    What a version says of its own accord is left out: how to fill in a sheet, and what nobody marks.
    """
    right = expected.grids if expected else []
    names = {grid.name for grid in rescored.filled.grids} if rescored.filled else set[str]()
    for each in _compare_sheets(
        [grid for grid in grids if grid.name in names],
        [grid for grid in right if grid.name in names],
    ):
        said = each.cell == _GUIDE_CELL or {each.found, each.expected} <= _OWN_WORDS
        if not said:
            yield each


_GUIDE_CELL = "A2"
"""Where every input sheet says how it is filled in."""
_OWN_WORDS = {"", methods.UNMARKED, methods.NOT_APPLICABLE}
"""What a ballot says beside an indicator that its scorer does not mark."""
