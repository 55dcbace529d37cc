"""The formulas of an input sheet's computed columns, at whatever addresses the table is.

Shared by the blank, where staff see them work, and the scored workbook, where they are live again.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from xlkpi.domain.location import a1, block_reference
from xlkpi.domain.methods import CRITERIA, satisfaction_formula

TITLE_ROW, GUIDE_ROW, LIVE_ROW, HEADER_ROW, FIRST_ROW = range(5)
"""Where everything is on an input sheet of a blank; a reader never relies on it."""


class Spot(NamedTuple):
    """Where a table is: its sheet, columns, and first and last row of data."""

    sheet: str
    columns: dict[str, int]
    first: int
    last: int

    def block(self, header: str) -> str:
        """Return the absolute reference of a column's data."""
        column = self.columns[header]
        return block_reference(self.sheet, self.first, column, self.last, column)

    def cell(self, row: int, header: str) -> str:
        """Return the relative reference of a cell, for a formula on the same sheet."""
        return a1(row, self.columns[header])


def looked_up(header: str, code: str, indicators: Spot) -> str:
    """Return the formula that finds an indicator's text or points by its code; "" where unknown."""
    found = f"INDEX({indicators.block(header)},MATCH({code},{indicators.block('编号')},0))"
    return f'=IF({code}="","",IFERROR(IF({found}="","",{found}),"编号不存在"))'


def looked_up_target(code: str, indicators: Spot) -> str:
    """Return the formula that finds an indicator's target as 三级指标 shows it, bare in an inserted row."""
    at = f"MATCH({code},{indicators.block('编号')},0)"
    column = max(indicators.columns.values()) + 2
    shown = block_reference(indicators.sheet, indicators.first, column, indicators.last, column)
    found, bare = f"INDEX({shown},{at})", f"INDEX({indicators.block('年度指标值')},{at})"
    return f'=IF({code}="","",IFERROR(IF({found}="",{bare}&"",{found}),"编号不存在"))'


REVIEW_COPIES = {"三级指标": "三级指标", "分值": "分值", "自评完成值": "实际完成值"}
"""What 复核 shows of an indicator → the column of 三级指标 that it comes from."""


def execution_rate(row: int, spot: Spot) -> str:
    """Return 执行率 of a row of 预算执行."""
    budget, executed = spot.cell(row, "全年预算数"), spot.cell(row, "全年执行数")
    rate = f"IF({budget}=0,0,{executed}/{budget})"
    return (
        f'=IF(OR({budget}="",{executed}=""),"",'
        f'IF(AND(ISNUMBER({budget}),ISNUMBER({executed})),{rate},"✗ 不是数"))'
    )


def length(row: int, spot: Spot) -> str:
    """Return 字数 of a row of 文字材料."""
    text = spot.cell(row, "正文")
    return f'=IF({text}="","",LEN({text}))'


def valid_votes(row: int, spot: Spot) -> str:
    """Return 有效问卷 of a row of 满意度调查."""
    first, last = spot.cell(row, "很满意"), spot.cell(row, "不满意")
    return f'=IF(COUNT({first}:{last})=0,"",SUM({first}:{last}))'


def satisfaction(row: int, spot: Spot, caliber: str) -> str:
    """Return 满意度 of a row of 满意度调查 by a 满意度口径, as a part of one."""
    votes = spot.cell(row, "有效问卷")
    return f'=IF(N({votes})=0,"",{_satisfied(row, spot, caliber)}/100)'


def satisfaction_as_set(row: int, spot: Spot, parameters: Spot) -> str:
    """Return 满意度 of a row by the 满意度口径 of 参数; the default where none does."""
    default, *others = CRITERIA
    said, votes = setting("满意度口径", parameters), spot.cell(row, "有效问卷")
    rate = _satisfied(row, spot, default)
    for caliber in others:
        rate = f'IF({said}="{caliber}",{_satisfied(row, spot, caliber)},{rate})'
    return f'=IF(N({votes})=0,"",{rate}/100)'


def setting(name: str, parameters: Spot) -> str:
    """Return the formula text for a parameter of 参数, "" where it has no such line."""
    names, values = parameters.block("参数"), parameters.block("值")
    return f'IFERROR(INDEX({values},MATCH("{name}",{names},0)),"")'


def _satisfied(row: int, spot: Spot, caliber: str) -> str:
    """Return the rate of a row in percentage points."""
    return _NAMED.sub(lambda found: f"N({spot.cell(row, found[1])})", satisfaction_formula(caliber))


_NAMED = re.compile(r"\{([^{}]+)\}")
