"""Any workbook in the format → the contents of a template: its system kept, last year's answers not.

What is kept is what an office decides on for all of its years: indicators, points, targets, rules,
grades, settings, words. What is not: whatever was filled in, marked, added or taken away for one
year, and who signed. Of another department's workbook the department itself is not kept either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from xlkpi.domain.base_data_formula import YEARS, Named
from xlkpi.domain.cells import Table
from xlkpi.domain.findings import Finding, errors, finding
from xlkpi.domain.inputs import Contents, Fields, Filled
from xlkpi.domain.numbers import EXACT, from_double, plain
from xlkpi.domain.schema import (
    ACTUAL,
    ADJUSTMENT,
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
    canonical,
    sheet_named,
)
from xlkpi.domain.text import as_text
from xlkpi.reading.broken_cells import find_broken_code

_EMPTIED = (EXECUTION, SURVEY, ADJUSTMENT, EVIDENCE, PROBLEMS, REVIEW, MERGED)
"""Sheets whose rows are all answers."""
_STANDING = (ADJUSTMENT,)
"""Optional ones of these that stand in a new workbook, empty, where they stood in the old one."""
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
_YEARLY = {
    "评价年度", "单位负责人", "财务负责人", "填报人", "联系电话", "填报日期", "是否涉密",
}  # fmt: skip
"""Lines of 基本信息 that are another year's: who signs is to be said anew."""
_SYSTEM = {"评价类型", "金额单位"}
"""Lines of 基本信息 that are no department's."""


_MISSING = frozenset(
    ["X106", "X201", "X207", "X215", "X220", "X223", "X402", "X602", "X678", "X603", "X614", "X641", "X661", "X701", "X702"]
)  # fmt: skip
"""Errors that only say that an answer, or somebody's ballot, is not there yet, or is another year's."""


def untouched(filled: Filled) -> bool:
    """Whether nobody has scored in a workbook, so that it may be meant to be a template."""
    marked = any(mark.mark.good or mark.recused for each in filled.ballots for mark in each.marks)
    return not (marked or filled.part or filled.result_sheets)


def hindrances(filled: Filled, findings: Sequence[Finding]) -> list[Finding]:
    """Return the errors of what a template takes over."""
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


def uncarried(filled: Filled) -> list[Finding]:
    """Return the formulas in 实际完成值 and on 基础数据 that a new workbook does not get.

    Those over 基础数据 that are understood (`derived`), and look at rows that have a name, are
    carried; others would be lost, together with what an office meant by them.
    """
    columns = ((TIER3.name, (ACTUAL.header,)), (BASE_DATA.name, YEARS))
    tables = [(filled.tables[name], headers) for name, headers in columns if name in filled.tables]
    return [
        finding("X815", table.place(row, header), "=" + (table.grid.formulas[at][0] or "…"))
        for table, headers in tables
        for row in table.rows
        for header in headers
        if header in table.columns
        and (at := (row, table.columns[header])) in table.grid.formulas
        and not (at in table.derived and table.derived[at].named)
    ]


def contents(filled: Filled, name: str, department: str = "") -> Contents:
    """Return what a new workbook takes over from this one; `name` where it names no template.

    `department` is whose the new one will be: of another one's, 基本信息 keeps what is no department's
    (评价类型, 金额单位), and 评价工作组 nobody. "" leaves it the same.
    """
    own = filled.said("部门名称")
    foreign = bool(own and department) and canonical(own) != canonical(department)
    sheets: dict[str, tuple[Fields, ...]] = {}
    for table in filled.tables.values():
        sheet = table.layout
        if sheet in _STANDING or (sheet is GROUP and foreign):
            sheets[sheet.name] = ()
        elif sheet not in _EMPTIED:
            dropped = _ANSWERS.get(sheet.name, set())
            sheets[sheet.name] = tuple(fields for _, fields in rows(table, dropped))
    sheets[INFO.name] = tuple(_kept(row, foreign) for row in sheets.get(INFO.name, ()))
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


def _kept(row: Fields, foreign: bool) -> Fields:
    """Return a line of 基本信息 without what was another year's, or `foreign`: another department's."""
    line = canonical(str(row.get("项目", ""))).rstrip(":?*")
    kept = line in _SYSTEM if foreign else line not in _YEARLY
    return {k: v for k, v in row.items() if k != "内容" or kept}


def rows(table: Table, dropped: Collection[str] = ()) -> Iterator[tuple[int, Fields]]:
    """Yield the rows of a table as they would be written again, each with where it stands."""
    for row in sorted((*table.rows, *table.of_which)):
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
    if not grid.occupied(row, at) or find_broken_code(grid, row, at, dates=True):
        return ""
    raw = grid.raw(row, at)
    numeric = isinstance(raw, int | float) and not isinstance(raw, bool)
    if numeric and column.kind in (Kind.NUMBER, Kind.MONEY, Kind.ANY):
        number = from_double(float(raw))  # type: ignore[arg-type]
        if number is not None and (row, at) in grid.percents:
            return plain(number.scaleb(2, EXACT)) + "%"
        return "" if number is None else number.normalize()
    return as_text(raw)
