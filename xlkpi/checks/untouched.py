"""Sheets that nobody has begun to fill in: one finding for each, not one for each empty cell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from xlkpi.domain.cells import Table
from xlkpi.domain.expected_content import CELLS_MISSING
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.schema import (
    ACTUAL,
    BALLOT,
    BASE_DATA,
    EXECUTION,
    INFO,
    REQUIRED_INFO,
    SURVEY,
    TIER3,
)

_EMPTY_CELLS = ("X201", "X405", "X602", "X603", "X614", "X661", "X678", "X701")
"""Errors at a cell that is empty."""
_EMPTY_SHEETS = {"X402": EXECUTION, "X641": SURVEY}
"""Errors of indicators that need a sheet without a row."""
_ANSWERS = {
    TIER3.name: (ACTUAL.header, "完成程度", "佐证材料", "偏差原因分析及改进措施", "核减分", "核减理由"),
    BASE_DATA.name: ("本年", "上年"),
    EXECUTION.name: ("年初预算数", "全年预算数", "其中：财政资金", "到位资金", "全年执行数", "偏差原因"),
    BALLOT.name: ("得分", "评分说明"),
}  # fmt: skip
"""Columns that are all empty while nobody has begun."""
_HOW = {
    "X405": "没有发生的填 0",
    "X602": "没有完成的填 0，不考核的把评分方式改为“不适用”",
    "X614": "完成程度选三档之一",
    "X641": "填各档票数，或更改这些指标的评分方式",
    "X402": "或更改这些指标的评分方式",
    "X661": "没有发生的填 0",
    "X678": "日期指标填完成的日期",
    "X701": "填在“内容”一栏",
    CELLS_MISSING: "评分人打分的写完成情况",
}
"""What the remedy says beside that the cells are to be filled in; those of a sheet fit into one param."""


def fold(filled: Filled, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those of the empty cells of an untouched sheet as one."""
    kept = list(findings)
    by_sheet: dict[str, list[Finding]] = defaultdict(list)
    for each in kept:
        if each.code in _EMPTY_CELLS:
            by_sheet[each.place.sheet].append(each)
        elif each.code in _EMPTY_SHEETS:
            by_sheet[each.code].append(each)
    told: dict[int, Finding] = {}
    gone: set[int] = set()
    for sheet, alike in by_sheet.items():
        wished = [each for each in kept if (each.code, each.place.sheet) == (CELLS_MISSING, sheet)]
        one = _tell(filled, sheet, [*alike, *wished]) if len(alike) > 1 else None
        if one:
            told[id(alike[0])] = one
            gone |= {id(each) for each in (*alike, *wished)}
    return [told.get(id(each), each) for each in kept if id(each) in told or id(each) not in gone]


def _tell(filled: Filled, sheet: str, alike: Sequence[Finding]) -> Finding | None:
    """Return the one finding about a sheet, or of a code; None where somebody has begun."""
    if sheet in _EMPTY_SHEETS:
        return _tell_empty_sheet(filled, sheet, alike)
    place = min(each.place for each in alike)
    for ballot in filled.ballots:
        if ballot.table.grid.name == sheet:
            if any(each.params.get("hint") for each in alike) or not _is_untouched(ballot.table):
                return None
            return finding("X246", place, scorer=alike[0].params["scorer"], count=len(alike))
    table = next((each for each in filled.tables.values() if each.grid.name == sheet), None)
    if table is None or not _is_untouched(table):
        return None
    if table.sheet is INFO:
        if {each.params["name"] for each in alike} != {*REQUIRED_INFO}:
            return None
        what = "、".join(str(each.params["name"]) for each in alike)
    else:
        headers = {column: header for header, column in table.columns.items()}
        counts: Counter[str] = Counter()
        for each in alike:
            counts[headers.get(each.place.column, "")] += int(str(each.params.get("count", 1)))
        what = "、".join(f"{header} {count} 格" for header, count in counts.items())
    return finding("X126", place, name=sheet, what=f"{what}都空着", how=_how(alike))


def _tell_empty_sheet(filled: Filled, code: str, alike: Sequence[Finding]) -> Finding | None:
    sheet = _EMPTY_SHEETS[code]
    table = filled.tables.get(sheet.name)
    if table is None or table.rows:
        return None
    first = alike[0].params["code"]
    place = table.head(sheet.columns[0].header)
    what = f"{first} 等 {len(alike)} 个指标要用它计分"
    return finding("X126", place, name=table.grid.name, what=what, how=_how(alike))


def _how(alike: Sequence[Finding]) -> str:
    codes = dict.fromkeys(each.code for each in alike)
    return "".join(f"；{_HOW[code]}" for code in codes if code in _HOW)


def _is_untouched(table: Table) -> bool:
    """Whether every cell for an answer is empty, but for the template's own formulas."""
    return not any(
        table.has(row, header) and (row, table.columns[header]) not in table.derived
        for row in table.rows
        for header in _ANSWERS.get(table.sheet.name, ())
    )
