"""A scored workbook against what it should be: written again from its own input sheets, cell by cell.

Three nets. The figures are computed a second time, over fractions, by `xlkpi.audit.reference`, which
shares nothing with the engine. The fingerprint over all cells, which stands in the workbook,
catches any edit, wherever it is. And the whole workbook is made again in memory, from the file's own
input sheets or from the source file, and compared, cells and looks: that names the cell, and does
not trust the fingerprint. What only the source knows (how things were typed, what was noticed) is
taken from the file without one, and the fingerprint speaks for it.
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
from xlkpi.audit.recorded import PROGRAM, add_recorded, read_labels
from xlkpi.domain import fingerprint
from xlkpi.domain.cells import Grid
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.location import Address, a1
from xlkpi.domain.results import Outcome, Status
from xlkpi.domain.schema import GRADE_SHEET, SOURCE_SHEET, SUMMARY_SHEET
from xlkpi.domain.text import as_text
from xlkpi.domain.verification import Difference, Verification
from xlkpi.domain.version import VERSION
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading import form_template
from xlkpi.reading.open import OpenedWorkbook, reopen

CODE_LABEL = "校验码："


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

    `form` is the office's own layout of 自评表 by which it was scored; without it the layout that the
    workbook keeps is believed. Raises NotScored; Unreadable where the bytes are no workbook.
    """
    workbook = result.workbook
    grids = workbook.grids
    told = read_labels(grids)
    if not any(grid.name == SOURCE_SHEET for grid in grids):
        raise NotScored
    again = add_recorded(score_documents([result])[0], grids)
    touched = list(_check_fingerprint(workbook))
    stated = told.get(fingerprint.SOURCE_LABEL, result.file)
    right = again if source is None else _rename_source(source, stated, bool(touched))
    kept = form_template.kept(grids)
    own = _write_again(again, form or kept, workbook)
    expected = own if source is None else _write_again(right, form or kept, workbook, own)
    code = _find_verification_code(own.grids) if own else ""
    beyond = [*touched, *_find_forbidden(workbook)]
    if VERSION not in told.get(PROGRAM, VERSION) and not touched:
        figures = [
            *beyond,
            *_compare_totals(grids, again),
            *_compare_inputs(grids, again, expected),
        ]
        return Verification("other-version", tuple(figures), code)
    differences = [*beyond, *_compare_scores(again, right)]
    looked = appearance.Appearance(ours=True)
    if expected and expected is not workbook:  # made again byte for byte: nothing can differ
        looked = appearance.compare(workbook, expected)
        differences += _compare_sheets(grids, expected.grids)
        differences += [Difference(*each) for each in looked.found]
    believed = kept.label if kept and form is None else ""
    if differences:
        return Verification("changed", tuple(dict.fromkeys(differences)), code, believed)
    return Verification("same" if looked.ours else "resaved", (), code, believed)


def _rename_source(source: Outcome, stated: str, touched: bool) -> Outcome:
    """The source's outcome under the name that the result states: it may have been renamed since.

    Where the result was worked on, that is no excuse.
    """
    own = PurePath(source.source.file).name
    named = source.source._replace(file=own if touched and own else stated)
    return replace(
        source, source=named, filled=source.filled and source.filled._replace(source=named)
    )


def _write_again(
    outcome: Outcome, layout: FormTemplate | None, *known: OpenedWorkbook | None
) -> OpenedWorkbook | None:
    """The scored workbook of an outcome, written just now; None where it has none."""
    if outcome.status is not Status.SCORED:
        return None
    return reopen(pipeline.write_scored(outcome, layout), *known, keep_parts=True)


def _compare_scores(again: Outcome, right: Outcome) -> Iterator[Difference]:
    """The workbook's own inputs, and the source's, must score."""
    if again.status is not Status.SCORED:
        codes = "、".join(each.code for each in again.findings if each.severity == "error")
        yield Difference("", "", "inputs", codes, "可以评分的填报内容")
    else:
        for place, ours, reference in find_disagreements(again):
            yield Difference(place.sheet, place.cell, "figure", ours, reference)
    if right is not again and right.status is not Status.SCORED:
        yield Difference("", "", "source", "有错误、不能评分的工作簿", "评分时所用的、改好的工作簿")


def _check_fingerprint(workbook: OpenedWorkbook) -> Iterator[Difference]:
    """The fingerprint against the cells."""
    _, stated, now = workbook.stamp
    if stated != now:
        yield Difference(SOURCE_SHEET, "", "fingerprint", now[:12], (stated or "")[:12])


def _find_forbidden(workbook: OpenedWorkbook) -> Iterator[Difference]:
    """What may stand nowhere in a scored workbook."""
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
    """Cell by cell."""
    names, right = [grid.name for grid in found], [grid.name for grid in expected]
    if names != right:
        yield Difference("", "", "sheets", "、".join(names), "、".join(right))
    by_name = {grid.name: grid for grid in found}
    for grid in expected:
        if grid.name in by_name:
            yield from _compare_cells(by_name[grid.name], grid)


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
    """Whether two results differ only in how far two programs compute: no printed figure does."""
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
    """The values, with their types where nothing else differs."""
    said = [cell.value[1:] for cell in cells]
    if len({*said}) > 1:
        return said
    return [
        f"{text}（{_TYPES.get(cell.value[:1], '空')}）"
        for text, cell in zip(said, cells, strict=True)
    ]


_TYPES = {"s": "文本", "n": "数", "b": "逻辑值", "e": "错误值"}


def _collect_cells(grid: Grid) -> dict[Address, _Cell]:
    """What each cell holds that holds anything, values as they are compared."""
    cells: dict[Address, _Cell] = {}
    for row, held in enumerate(grid.rows):
        for column, value in enumerate(held):
            if value not in ("", None):
                cells[row, column] = _Cell(fingerprint.comparable(value), "")
    for at, error in grid.errors.items():
        cells[at] = _Cell("e" + error, "")
    for at, (text, _) in grid.formulas.items():
        cells[at] = _Cell(cells[at].value if at in cells else "", text)
    return cells


def _find_verification_code(grids: list[Grid]) -> str:
    """校验码 of a workbook that has just been written; "" where there is none."""
    for grid in grids:
        if grid.name == SUMMARY_SHEET:
            for row in grid.rows:
                for left, right in pairwise(row):
                    if left == CODE_LABEL:
                        return str(right)
    return ""


def _compare_totals(grids: list[Grid], again: Outcome) -> Iterator[Difference]:
    """The total and the grade of another version's workbook: wherever 汇总 and 等级 name them."""
    if again.scored is None:
        yield from _compare_scores(again, again)
        return
    right = {"总分": float(again.scored.total), "等级": again.scored.grade.name.value or ""}
    named: set[str] = set()
    for grid in grids:
        for label, row, column in _find_labels(grid, right) if grid.name in _TOPS else ():
            value = grid.raw(row, column + 1)
            if label == "等级" and value not in _list_grades(again):
                continue  # the head of a column
            named.add(label)
            if fingerprint.comparable(value) != fingerprint.comparable(right[label]):
                cell = a1(row, column + 1)
                yield Difference(grid.name, cell, "value", as_text(value), as_text(right[label]))
    for label in right.keys() - named:
        yield Difference(SUMMARY_SHEET, "", "missing", "", f"{label} {right[label]}")


_TOPS = (SUMMARY_SHEET, GRADE_SHEET)


def _find_labels(grid: Grid, wanted: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Each label of a sheet that something stands right of."""
    for row, cells in enumerate(grid.rows):
        for column, (held, beside) in enumerate(pairwise(cells)):
            if held in wanted and beside not in ("", None):
                yield str(held), row, column


def _list_grades(again: Outcome) -> list[str | None]:
    assert again.filled is not None
    return [grade.name.value for grade in again.filled.grades]


def _compare_inputs(
    grids: list[Grid], again: Outcome, expected: OpenedWorkbook | None
) -> Iterator[Difference]:
    """The input sheets of another version's workbook, which stand as they stood in the source."""
    right = expected.grids if expected else []
    names = {grid.name for grid in again.filled.grids} if again.filled else set[str]()
    yield from _compare_sheets(
        [grid for grid in grids if grid.name in names],
        [grid for grid in right if grid.name in names],
    )
