"""What a workbook is expected to say beyond what the score needs; no score depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from xlkpi.domain.cells import Table
from xlkpi.domain.expected_content import (
    CELLS_MISSING,
    COLUMNS,
    GOALS_MISSING,
    SHEET_MISSING,
    SHEETS,
    ExpectedColumn,
)
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef, list_places
from xlkpi.domain.schema import GOAL_CHAPTERS, GOALS, SCORERS_PART, TEXTS, TIER3, canonical
from xlkpi.domain.text import as_text

_MOST_RUNS = 6
"""Runs of cells that a finding names."""


def columns(filled: Filled) -> Iterator[Finding]:
    """Cells that are expected beside others: one finding a column."""
    for expected in COLUMNS:
        table = filled.tables.get(expected.sheet.name)
        if table is None or expected.code != CELLS_MISSING or not _readable(table, expected):
            continue
        rows = [row for row in table.rows if row in _expected(filled, table, expected)]
        empty = [table.place(row, expected.header) for row in rows
                 if not table.has(row, expected.header)]  # fmt: skip
        if empty:
            details = {"sheet": table.sheet.name, "header": expected.header, "count": len(empty)}
            yield finding(CELLS_MISSING, empty[0], **details, cells=list_places(empty, _MOST_RUNS))


def _readable(table: Table, expected: ExpectedColumn) -> bool:
    """Whether the sheet has the columns; one that may be there under another name has a finding."""
    headers = {expected.header, expected.beside}
    return headers <= table.columns.keys() and table.doubted.isdisjoint({*headers, expected.by})


def _expected(filled: Filled, table: Table, expected: ExpectedColumn) -> set[int]:
    """Return the rows in which the cell is expected; where a rule needs it, it has a finding of its own."""
    named = {row for row in table.rows if table.has(row, expected.beside)}
    if expected.sheet is not TIER3:
        told = _told_as_goal(filled) if expected.sheet is TEXTS else None
        return {row for row in named if row != told and not _excepted(table, row, expected)}
    kept = {each.row for each in filled.indicators if each.judged}
    return {
        row for row in named & kept if (row, table.columns[expected.header]) not in table.derived
    }


def _told_as_goal(filled: Filled) -> int | None:
    """Return the row of the chapter about goals where `goals` says that it is empty."""
    return filled.chapter_row(GOAL_CHAPTERS[0]) if any(goals(filled)) else None


def _excepted(table: Table, row: int, expected: ExpectedColumn) -> bool:
    typed = canonical(as_text(table.grid.raw(row, table.columns.get(expected.by, -1))))
    return any(typed.startswith(canonical(each)) for each in expected.unless)


def goals(filled: Filled) -> Iterator[Finding]:
    """自评表 has a goal: a row of 年度总体目标, or the chapter of 文字材料 that stands in for it."""
    held, texts = filled.tables.get(GOALS.name), filled.tables.get(TEXTS.name)
    elsewhere = filled.misplaced(GOALS) or filled.misplaced(TEXTS)
    if (held and held.rows) or elsewhere or filled.part.startswith(SCORERS_PART):
        return
    row = filled.chapter_row(GOAL_CHAPTERS[0])
    if texts and row is not None and texts.has(row, "正文"):
        return
    if texts is None:
        yield finding(GOALS_MISSING, CellRef(""))
    else:
        yield finding(
            GOALS_MISSING, texts.head("正文") if row is None else texts.place(row, "正文")
        )


def sheets(filled: Filled) -> Iterator[Finding]:
    """Sheets that are to have a row."""
    for sheet in SHEETS:
        table = filled.tables.get(sheet.name)
        if table and not table.rows and not filled.misplaced(sheet):
            yield finding(SHEET_MISSING, table.head(sheet.key), name=sheet.name)
