"""Sheets under foreign names that look like sheets of the format: a clerk renamed or copied them.

A clerk's own sheet is not one of them, so known headers alone are no evidence: the table must also
contain what only that sheet contains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from xlkpi.domain import schema
from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.inputs import MisnamedSheet
from xlkpi.domain.schema import Sheet, canonical
from xlkpi.domain.text import as_text
from xlkpi.reading import tables
from xlkpi.reading.scorer_name import read_scorer
from xlkpi.reading.values import Reader

_RESULTS = {canonical(name) for name in schema.RESULT_SHEETS}
_INFO = {canonical(name) for name, _ in schema.INFO_ROWS}
_HEADERS = 3
"""So many known headers, or all required ones where the sheet has no more: two may be a coincidence."""


def _among(sheet: Sheet, header: str) -> tuple[str, Callable[[str], bool]]:
    words = {canonical(choice) for choice in sheet.column(header).choices}
    return header, words.__contains__


_EVIDENCE: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    schema.INFO.name: ("项目", _INFO.__contains__),
    schema.PARAMETERS.name: ("参数", schema.PARAMETER_BY_NAME.__contains__),
    schema.ADJUSTMENT.name: _among(schema.ADJUSTMENT, "类别"),
    schema.RULES.name: _among(schema.RULES, "方式"),
    schema.MEMBERS.name: _among(schema.MEMBERS, "是否评分"),
    **{sheet.name: ("分值", bool) for sheet in (schema.TIER1, schema.TIER2, schema.TIER3)},
    **{sheet.name: ("全年执行数", bool) for sheet in (schema.EXECUTION, schema.FUNDS)},
    schema.GRADES.name: ("下限", bool),
    schema.SURVEY.name: ("满意", bool),
    schema.REVIEW.name: ("复核得分", bool),
    schema.BALLOT.name: ("得分", bool),
}
"""Sheet → a column, and the test that at least one of its cells must pass."""


def find_misnamed_sheets(grids: Iterable[Grid]) -> tuple[tuple[MisnamedSheet, ...], list[str]]:
    """Return those of the foreign sheets that look like the format's, and the names of the others."""
    found, others = [], []
    for grid in grids:
        each = None if canonical(grid.name) in _RESULTS else _find_misnamed(grid)
        if each:
            found.append(each)
        else:
            others.append(grid.name)
    return tuple(found), others


def _find_misnamed(grid: Grid) -> MisnamedSheet | None:
    likely = [
        found for sheet in (*schema.SHEETS, schema.BALLOT) if (found := _match_sheet(sheet, grid))
    ]
    if not likely:
        return None
    best = max(likely, key=lambda found: len(found.columns))
    head = grid.place(best.header_row, min(best.columns.values()))
    if best.sheet is not schema.BALLOT:
        return MisnamedSheet(best.sheet, head)
    reader = Reader()
    scorer = read_scorer(reader, best)
    named = "X219" not in {each.code for each in reader.findings}
    return MisnamedSheet(schema.BALLOT, head, scorer.value or "") if named else None


def _match_sheet(sheet: Sheet, grid: Grid) -> Table | None:
    """Return the table in a grid, if it is that of `sheet` and somebody has filled it in."""
    found, _ = tables.find_table(sheet, grid)
    if found is None or len(found.columns) < min(_HEADERS, _named(sheet)):
        return None
    heads = [raw for raw in grid.rows[found.header_row] if isinstance(raw, str) and raw.strip()]
    if 2 * len(found.columns) < len(heads):
        return None
    if sheet.name not in _EVIDENCE:
        return found if found.rows else None
    header, fits = _EVIDENCE[sheet.name]
    return found if any(fits(_text(found, row, header)) for row in found.rows) else None


def looks_like(sheet: Sheet, grid: Grid) -> bool:
    """Whether a grid contains the filled-in table of a sheet of the format."""
    return _match_sheet(sheet, grid) is not None


def _named(sheet: Sheet) -> int:
    return sum(not column.explanatory for column in sheet.columns)


def _text(found: Table, row: int, header: str) -> str:
    if not found.has(row, header):
        return ""
    return canonical(as_text(found.grid.raw(row, found.columns[header])))
