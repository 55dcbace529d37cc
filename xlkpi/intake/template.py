"""Any workbook in the format → the contents of a template: its system kept, last year's answers not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlkpi.intake.cells import trouble
from xlkpi.layout import (
    BASE_DATA,
    EVIDENCE,
    EXECUTION,
    GOALS,
    INFO,
    PROBLEMS,
    REVIEW,
    SOURCES,
    SURVEY,
    TEXTS,
    TIER3,
    Kind,
)
from xlkpi.model import Contents, Fields, Filled, Table
from xlkpi.numbers import from_double
from xlkpi.texts import as_text

_EMPTIED = (EXECUTION, SURVEY, EVIDENCE, PROBLEMS, REVIEW)
"""Sheets whose rows are all answers."""
_ANSWERS = {
    TIER3.name: {
        "实际完成值",
        "完成程度",
        "佐证材料",
        "偏差原因分析及改进措施",
        "核减分",
        "核减理由",
    },
    TEXTS.name: {"正文"},
    SOURCES.name: {"年初预算数", "全年预算数", "全年执行数"},
    GOALS.name: {"预期目标", "实际完成情况", "完成程度", "未完成原因"},
    BASE_DATA.name: {"本年", "上年"},
}
_YEARLY = {"评价年度", "填报日期", "是否涉密"}
"""Lines of 基本信息 that are another year's."""


def contents(filled: Filled, name: str) -> Contents:
    """Return what a new workbook takes over from this one; `name` where it names no template."""
    sheets: dict[str, tuple[Fields, ...]] = {}
    for table in filled.tables.values():
        sheet = table.layout
        if sheet not in _EMPTIED:
            dropped = _ANSWERS.get(sheet.name, set())
            sheets[sheet.name] = tuple(_rows(table, dropped))
    sheets[INFO.name] = tuple(_undated(row) for row in sheets.get(INFO.name, ()))
    return Contents(filled.template or name, "", sheets)


def everything(filled: Filled) -> Contents:
    """Return all rows of a workbook, answers and ballots included."""
    sheets = {table.layout.name: tuple(_rows(table, set())) for table in filled.tables.values()}
    ballots = tuple(
        (ballot.scorer.value or "", tuple(_rows(ballot.table, set()))) for ballot in filled.ballots
    )
    return Contents(filled.template, "", sheets, ballots)


def _undated(row: Fields) -> Fields:
    """Return a line of 基本信息 without what was another year's."""
    return {k: v for k, v in row.items() if k != "内容" or row.get("项目") not in _YEARLY}


def _rows(table: Table, dropped: set[str]) -> Iterator[Fields]:
    for row in table.rows:
        fields: dict[str, str | Decimal] = {}
        for column in table.layout.columns:
            if column.header in dropped or column.computed or column.header not in table.columns:
                continue
            value = _value(table, row, table.columns[column.header], column.kind)
            if value != "":
                fields[column.header] = value
        if fields:
            yield fields


def _value(table: Table, row: int, column: int, kind: Kind) -> str | Decimal:
    grid = table.grid
    held = grid.raw(row, column)
    if not grid.occupied(row, column) or trouble(grid, row, column, dates=True):
        return ""
    numeric = isinstance(held, int | float) and not isinstance(held, bool)
    if numeric and kind in (Kind.NUMBER, Kind.MONEY, Kind.ANY):
        number = from_double(float(held))  # type: ignore[arg-type]
        return "" if number is None else number.normalize()
    return as_text(held)
