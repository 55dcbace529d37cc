"""Any workbook in the format → the contents of a template: its system kept, last year's answers not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from xlkpi.derived import Named
from xlkpi.findings import Finding, errors
from xlkpi.intake.cells import trouble
from xlkpi.layout import (
    BALLOT,
    BASE_DATA,
    EVIDENCE,
    EXECUTION,
    GOALS,
    GROUP,
    INFO,
    MERGED,
    PROBLEMS,
    REVIEW,
    SOURCES,
    SURVEY,
    TEXTS,
    TIER3,
    Column,
    Kind,
    sheet_named,
)
from xlkpi.model import Contents, Fields, Filled, Table
from xlkpi.numbers import EXACT, from_double, plain
from xlkpi.texts import as_text

_EMPTIED = (EXECUTION, SURVEY, EVIDENCE, PROBLEMS, REVIEW, MERGED)
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


_MISSING = frozenset(
    ["X106", "X201", "X207", "X215", "X220", "X223", "X402", "X602", "X603", "X614", "X641", "X661", "X701"]
)  # fmt: skip
"""Errors that only say that an answer, or somebody's ballot, is not there yet."""


def hindrances(filled: Filled, findings: Sequence[Finding]) -> list[Finding] | None:
    """Return the errors of what a template takes over; None for a workbook that somebody has scored in."""
    marked = any(mark.mark.good or mark.recused for each in filled.ballots for mark in each.marks)
    if marked or filled.part or filled.result_sheets:
        return None
    return [
        each for each in errors(findings) if each.code not in _MISSING and not _answer(filled, each)
    ]


def _answer(filled: Filled, said: Finding) -> bool:
    """Whether an error concerns what a template does not take over."""
    whole = said.code in ("X101", "X113")  # a sheet that is not there, or empty
    sheet = sheet_named(str(said.params["name"]) if whole else said.place.sheet)
    if sheet is None or said.code == "X107":
        return False
    if sheet in (*_EMPTIED, GROUP, BALLOT):
        return True
    table = filled.tables.get(sheet.name)
    dropped = _ANSWERS.get(sheet.name, set())
    inside = table is not None and said.place.row > table.header_row
    return inside and any(
        table.columns.get(header) == said.place.column for header in dropped if table
    )


def contents(filled: Filled, name: str) -> Contents:
    """Return what a new workbook takes over from this one; `name` where it names no template."""
    sheets: dict[str, tuple[Fields, ...]] = {}
    for table in filled.tables.values():
        sheet = table.layout
        if sheet not in _EMPTIED:
            dropped = _ANSWERS.get(sheet.name, set())
            sheets[sheet.name] = tuple(fields for _, fields in rows(table, dropped))
    sheets[INFO.name] = tuple(_undated(row) for row in sheets.get(INFO.name, ()))
    return Contents(filled.template or name, "", sheets)


def everything(filled: Filled) -> Contents:
    """Return all rows of a workbook, answers and ballots included."""
    sheets = {
        table.layout.name: tuple(fields for _, fields in rows(table))
        for table in filled.tables.values()
    }
    ballots = tuple(
        (ballot.scorer.value or "", tuple(fields for _, fields in rows(ballot.table)))
        for ballot in filled.ballots
    )
    return Contents(filled.template, "", sheets, ballots)


def _undated(row: Fields) -> Fields:
    """Return a line of 基本信息 without what was another year's."""
    return {k: v for k, v in row.items() if k != "内容" or row.get("项目") not in _YEARLY}


def rows(table: Table, dropped: Collection[str] = ()) -> Iterator[tuple[int, Fields]]:
    """Yield the rows of a table as they would be written again, each with where it stands."""
    for row in table.rows:
        fields: dict[str, str | Decimal] = {}
        for column in table.layout.columns:
            if column.computed or column.header not in table.columns:
                continue
            value = held(table, row, column)
            if value != "" and (column.header not in dropped or isinstance(value, Named)):
                fields[column.header] = value
        if fields:
            yield row, fields


def held(table: Table, row: int, column: Column) -> str | Decimal:
    """Return what stands in a cell as it would be written again, "" where nothing that can be.

    A number shown as per cent becomes a text: what 0.85 means there depends on that it reads 85%.
    """
    grid, at = table.grid, table.columns[column.header]
    if (row, at) in table.derived:
        return table.derived[row, at].named
    if not grid.occupied(row, at) or trouble(grid, row, at, dates=True):
        return ""
    raw = grid.raw(row, at)
    numeric = isinstance(raw, int | float) and not isinstance(raw, bool)
    if numeric and column.kind in (Kind.NUMBER, Kind.MONEY, Kind.ANY):
        number = from_double(float(raw))  # type: ignore[arg-type]
        if number is not None and (row, at) in grid.percents:
            return plain(number.scaleb(2, EXACT)) + "%"
        return "" if number is None else number.normalize()
    return as_text(raw)
