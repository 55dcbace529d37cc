"""Any workbook in the format → the contents of a template: its system without one year's answers.

Kept is what an office decides for all years: indicators, points, targets, rules, grades, settings,
texts. Dropped is what was filled in, marked, added or deducted for one year, and who signed; of
another department's workbook also the department.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from xlkpi.domain import schema
from xlkpi.domain.base_data_formula import YEARS, NamedFormula
from xlkpi.domain.cells import Table
from xlkpi.domain.findings import Finding, errors, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.numbers import EXACT, from_double, plain
from xlkpi.domain.text import as_text
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.reading.broken_cells import find_broken_code

_EMPTIED = (
    schema.EXECUTION, schema.SURVEY, schema.ADJUSTMENT, schema.EVIDENCE, schema.PROBLEMS,
    schema.REVIEW, schema.MERGED,
)  # fmt: skip
"""Sheets whose rows are all answers."""
_STANDING = (schema.ADJUSTMENT,)
"""Those of them that a new workbook contains, empty, if the old one did."""
_ANSWERS = {
    schema.TIER3.name: {
        "实际完成值",
        "完成程度",
        "佐证材料",
        "偏差原因分析及改进措施",
        "核减分",
        "核减理由",
    },
    schema.TEXTS.name: {"正文"},
    schema.FUNDS.name: {"年初预算数", "全年预算数", "全年执行数"},
    schema.GOALS.name: {"预期目标", "实际完成情况", "完成程度", "未完成原因"},
    schema.BASE_DATA.name: {"本年", "上年"},
}
_YEARLY = {
    "评价年度", "单位负责人", "财务负责人", "填报人", "联系电话", "填报日期", "是否涉密",
}  # fmt: skip
"""Lines of 基本信息 that change every year, such as who signs."""
_SYSTEM = {"评价类型", "金额单位"}
"""Lines of 基本信息 that do not depend on the department."""

_MISSING = frozenset(
    ["X106", "X126", "X201", "X207", "X215", "X220", "X223", "X246", "X402", "X602", "X678", "X603", "X614", "X641", "X661", "X701", "X702"]
)  # fmt: skip
"""Errors that only report an answer or a ballot that is missing, or is another year's."""


def is_unmarked(filled: Filled) -> bool:
    """Whether nobody has marked anything, so that the workbook may be meant as a template."""
    marked = any(mark.mark.good or mark.recused for each in filled.ballots for mark in each.marks)
    return not (marked or filled.part or filled.result_sheets)


def blocking_errors(filled: Filled, findings: Sequence[Finding]) -> list[Finding]:
    """Return the errors in what a template takes over."""
    return [
        each
        for each in errors(findings)
        if each.code not in _MISSING and not _concerns_answers(filled, each)
    ]


def _concerns_answers(filled: Filled, error: Finding) -> bool:
    """Whether an error concerns what a template does not take over."""
    of_sheet = error.code in ("X101", "X113")  # a sheet that is not there, or empty
    sheet = schema.sheet_named(str(error.params["name"]) if of_sheet else error.place.sheet)
    if sheet is None or error.code == "X107":
        return False
    if sheet in (*_EMPTIED, schema.MEMBERS, schema.BALLOT):
        return True
    table = filled.tables.get(sheet.name)
    dropped = _ANSWERS.get(sheet.name, set())
    inside = table is not None and error.place.row > table.header_row
    return inside and any(
        table.columns.get(header) == error.place.column for header in dropped if table
    )


def lost_formulas(filled: Filled) -> list[Finding]:
    """Return the formulas in 实际完成值 and on 基础数据 that a new workbook would lose.

    Only formulas over 基础数据 that were understood (`derived`), and refer to named rows, are carried.
    """
    columns = ((schema.TIER3.name, (schema.ACTUAL.header,)), (schema.BASE_DATA.name, YEARS))
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
    """Return what a new workbook takes over; `name` is the template's if the workbook names none.

    `department` is the new workbook's, "" for the same. If it differs, 基本信息 keeps only what does
    not depend on the department (评价类型, 金额单位), and 评价工作组 is empty.
    """
    own = filled.info_text("部门名称")
    foreign = bool(own and department) and schema.canonical(own) != schema.canonical(department)
    sheets: dict[str, tuple[Fields, ...]] = {}
    for table in filled.tables.values():
        sheet = table.sheet
        if sheet in _STANDING or (sheet is schema.MEMBERS and foreign):
            sheets[sheet.name] = ()
        elif sheet not in _EMPTIED:
            dropped = _ANSWERS.get(sheet.name, set())
            sheets[sheet.name] = tuple(fields for _, fields in rows(table, dropped))
    sheets[schema.INFO.name] = tuple(
        _kept_fields(row, foreign) for row in sheets.get(schema.INFO.name, ())
    )
    return Contents(filled.template or name, "", sheets)


def all_contents(filled: Filled) -> Contents:
    """Return the contents of a workbook with all answers and ballots."""
    sheets = {
        table.sheet.name: tuple(fields for _, fields in rows(table))
        for table in filled.tables.values()
    }
    ballots = tuple(
        (ballot.scorer.value or "", tuple(fields for _, fields in rows(ballot.table)))
        for ballot in filled.ballots
    )
    return Contents(filled.template, "", sheets, ballots)


def _kept_fields(row: Fields, foreign: bool) -> Fields:
    """Return a line of 基本信息, without its answer if that is one year's or (`foreign`) another's."""
    line = schema.canonical(str(row.get("项目", ""))).rstrip(":?*")
    kept = line in _SYSTEM if foreign else line not in _YEARLY
    return {k: v for k, v in row.items() if k != "内容" or kept}


def rows(table: Table, dropped: Collection[str] = ()) -> Iterator[tuple[int, Fields]]:
    """Yield (row number, fields) of a table, 其中 rows included, ready to be written again."""
    for row in sorted((*table.rows, *table.of_which)):
        fields: dict[str, str | Decimal] = {}
        for column in table.sheet.columns:
            if column.computed or column.header not in table.columns:
                continue
            value = cell_value(table, row, column)
            if value != "" and (column.header not in dropped or isinstance(value, NamedFormula)):
                fields[column.header] = value
        if fields:
            yield row, fields


def cell_value(table: Table, row: int, column: schema.Column) -> str | Decimal:
    """Return a cell's content, ready to be written again; "" if it is empty or unreadable.

    A number shown as per cent becomes a text such as 85%: without the format 0.85 would mean 0.85.
    """
    grid, at = table.grid, table.columns[column.header]
    if (row, at) in table.derived:
        return table.derived[row, at].named
    if not grid.occupied(row, at) or find_broken_code(grid, row, at, dates=True):
        return ""
    raw = grid.raw(row, at)
    numeric = isinstance(raw, int | float) and not isinstance(raw, bool)
    if numeric and column.kind in (schema.Kind.NUMBER, schema.Kind.MONEY, schema.Kind.ANY):
        number = from_double(float(raw))  # type: ignore[arg-type]
        if number is not None and (row, at) in grid.percents:
            return plain(number.scaleb(2, EXACT)) + "%"
        return "" if number is None else number.normalize()
    return as_text(raw)
