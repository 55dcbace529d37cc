"""Checks that work while staff type: running totals, "还差 2 分", unscored rows, repeated codes.

They guide; `xlkpi check` decides. Each is a formula beside the value that it has when the workbook
is made, and says its verdict with a sign before any colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from xlkpi.domain import methods, schema
from xlkpi.domain.location import a1
from xlkpi.domain.numbers import plain
from xlkpi.domain.recusal import denial_formula, denies_mark, is_recusal, recusal_formula
from xlkpi.domain.workbook_contents import Fields
from xlkpi.writing.book import Condition
from xlkpi.writing.book import Sheet as Worksheet
from xlkpi.writing.computed_columns import HEADER_ROW, LIVE_ROW, Spot, setting

HEADER = "检查"
OK = "✓"
_WIDTH = 15


def checks(
    worksheet: Worksheet, sheet: schema.Sheet, spots: dict[str, Spot], rows: Sequence[Fields]
) -> None:
    """Add the live checks that a table has."""
    spot = spots[sheet.name]
    if sheet is schema.TIER1:
        _total(worksheet, spot, rows)
    if sheet in (schema.TIER1, schema.TIER2):
        below = spots[schema.TIER2.name if sheet is schema.TIER1 else schema.TIER3.name]
        parent = "一级编号" if sheet is schema.TIER1 else "二级编号"
        _column(worksheet, sheet, spot, lambda row: _parent_check(row, spot, below, parent), rows)
    if sheet is schema.TIER3:
        above = spots[schema.TIER2.name]
        _column(worksheet, sheet, spot, lambda row: _indicator_check(row, spot, above), rows)
    if sheet is schema.EXECUTION:
        _money(worksheet, spot, rows)


def _looks(worksheet: Worksheet, first: int, last: int, column: int) -> None:
    top = a1(first, column, "column")
    tests = (("good", f'=LEFT({top},1)="{OK}"'), ("bad", f'=LEFT({top},1)="✗"'))
    for style, test in tests:
        options: dict[str, object] = {"type": "formula", "criteria": test}
        worksheet.conditions.append(Condition((first, column, last, column), options, style))


UNSCORED = "○ 不计分"
"""What the check column shows for a row 其中：… without points."""


def aside(row: Fields, sheet: schema.Sheet) -> str:
    """Return the code of the finding about a row of a tier without points, "" for any other row."""
    parent = {schema.TIER2.name: "一级编号", schema.TIER3.name: "二级编号"}.get(sheet.name, "")
    headers = (sheet.name, "编号", parent, "评分方式", "分值")
    held = (row.get(header, "") for header in headers)
    return schema.of_which_code(*(plain(x) if isinstance(x, Decimal) else x for x in held))


def row_said(row: Fields, sheet: schema.Sheet) -> str:
    """Return what the check column shows for a row when the workbook is made."""
    why = aside(row, sheet)
    return (UNSCORED if "其中" in str(row.get(sheet.name)) else "") if why else OK


def _unless_aside(formula: str, row: int, sheet: schema.Sheet, spot: Spot) -> str:
    """Return a check that passes over a row 其中：… without points."""
    name, points = spot.cell(row, sheet.name), spot.cell(row, "分值")
    test = f'AND(N({points})=0,COUNTIF({name},"*其中*")>0)'
    return f'=IF({test},"{UNSCORED}",{formula.removeprefix("=")})'


def _column(
    worksheet: Worksheet,
    sheet: schema.Sheet,
    spot: Spot,
    formula: Callable[[int], str],
    rows: Sequence[Fields],
) -> None:
    """Add the check column right of the table; a sound template's rows all pass."""
    at = max(spot.columns.values()) + 1
    worksheet.text(HEADER_ROW, at, HEADER, "head")
    worksheet.widths[at] = _WIDTH
    for row in range(spot.first, spot.last + 1):
        offset = row - spot.first
        shown = row_said(rows[offset], sheet) if offset < len(rows) else ""
        worksheet.formula(row, at, _unless_aside(formula(row), row, sheet, spot), shown, "check")
    _looks(worksheet, spot.first, spot.last, at)


def short_or_over(expected: str, found: str) -> str:
    """Return the formula text for how far a sum is off: ✗ 还差 2 分."""
    return (
        f'IF({found}={expected},"{OK}",IF({found}<{expected},'
        f'"✗ 还差 "&ROUND({expected}-{found},6)&" 分","✗ 多出 "&ROUND({found}-{expected},6)&" 分"))'
    )


def _total(worksheet: Worksheet, spot: Spot, rows: Sequence[Fields]) -> None:
    added = f"ROUND(SUM({spot.block('分值')}),6)"
    text = f'="分值合计 "&{added}&"，应为 100  "&{short_or_over("100", added)}'
    whole = sum((v for row in rows if isinstance(v := row.get("分值"), Decimal)), Decimal(0))
    worksheet.formula(
        LIVE_ROW, 0, text, f"分值合计 {plain(whole)}，应为 100  {_off(whole)}", "strong"
    )
    worksheet.merges.append((LIVE_ROW, 0, LIVE_ROW, 2))
    worksheet.heights[LIVE_ROW] = 22


def _off(whole: Decimal) -> str:
    if whole == 100:
        return OK
    gap = plain(abs(100 - whole))
    return f"✗ 还差 {gap} 分" if whole < 100 else f"✗ 多出 {gap} 分"


def _repeated(row: int, spot: Spot) -> str:
    return f"SUMPRODUCT(--({spot.block('编号')}={spot.cell(row, '编号')}))>1"


def _parent_check(row: int, spot: Spot, below: Spot, parent: str) -> str:
    code, points = spot.cell(row, "编号"), spot.cell(row, "分值")
    added = f"ROUND(SUMPRODUCT(--({below.block(parent)}={code}),{below.block('分值')}),6)"
    return (
        f'=IF({code}="",IF({points}="","","✗ 缺编号"),IF({_repeated(row, spot)},"✗ 编号重复",'
        f'IF({points}="","✗ 缺分值",{short_or_over(points, added)})))'
    )


def _indicator_check(row: int, spot: Spot, above: Spot) -> str:
    code, parent, points = (spot.cell(row, name) for name in ("编号", "二级编号", "分值"))
    known = f"SUMPRODUCT(--({above.block('编号')}={parent}))"
    return (
        f'=IF({code}="",IF({points}="","","✗ 缺编号"),IF({_repeated(row, spot)},"✗ 编号重复",'
        f'IF({known}=0,"✗ 上级不存在",IF({points}="","✗ 缺分值","{OK}"))))'
    )


def _money(worksheet: Worksheet, spot: Spot, rows: Sequence[Fields]) -> None:
    budget, executed = spot.block("全年预算数"), spot.block("全年执行数")
    text = (
        f'="合计：全年预算数 "&ROUND(SUM({budget}),6)&"，全年执行数 "&ROUND(SUM({executed}),6)'
        f'&IF(SUM({budget})=0,"","，执行率 "&ROUND(SUM({executed})/SUM({budget})*100,2)&"%")'
        f'&IF(COUNTA({budget},{executed})>COUNT({budget},{executed}),"  ✗ 有不是数的格子","")'
    )
    sums = [
        sum((v for row in rows if isinstance(v := row.get(name), Decimal)), Decimal(0))
        for name in ("全年预算数", "全年执行数")
    ]
    said = f"合计：全年预算数 {plain(sums[0])}，全年执行数 {plain(sums[1])}"
    if sums[0]:
        said += f"，执行率 {plain(round(sums[1] / sums[0] * 100, 2))}%"
    worksheet.formula(LIVE_ROW, 0, text, said, "strong")
    worksheet.merges.append((LIVE_ROW, 0, LIVE_ROW, 4))
    worksheet.heights[LIVE_ROW] = 22


def limit(points: str, spots: dict[str, Spot]) -> str:
    """Return the formula text of the highest mark: 100 in 百分制, else the indicator's points."""
    hundred = f'{setting("打分制", spots[schema.PARAMETERS.name])}="百分制"'
    return f"IF({hundred},100,{points})"


def ballot(
    worksheet: Worksheet, spot: Spot, listed: Sequence[Fields], given: dict[str, Fields],
    spots: dict[str, Spot],
) -> None:  # fmt: skip
    """Add a ballot's check column and the number of marks that are still missing."""
    at = max(spot.columns.values()) + 1
    worksheet.text(HEADER_ROW, at, HEADER, "head")
    worksheet.widths[at] = _WIDTH
    missing = 0
    for row in range(spot.first, spot.last + 1):
        offset = row - spot.first
        indicator = listed[offset] if offset < len(listed) else {}
        said = _mark_said(indicator, given)
        missing += said.startswith("○")
        worksheet.formula(row, at, _mark_check(row, spot, spots), said, "check")
    _looks(worksheet, spot.first, spot.last, at)
    worksheet.text(LIVE_ROW, spot.columns["分值"], "未评项数", "sign.label")
    block = f"{a1(spot.first, at, 'both')}:{a1(spot.last, at, 'both')}"
    count = f'=SUMPRODUCT(--({block}="○ 未评分"))'
    worksheet.formula(LIVE_ROW, spot.columns["得分"], count, missing, "strong.figure")


def _mark_check(row: int, spot: Spot, spots: dict[str, Spot]) -> str:
    code, mark, remark = (spot.cell(row, name) for name in ("编号", "得分", "评分说明"))
    points = spot.cell(row, "分值")
    method = spots[schema.TIER3.name]
    way = f"INDEX({method.block('评分方式')},MATCH({code},{method.block('编号')},0))"
    judged = f'OR({way}="",{way}="{methods.JUDGED}",{way}="评委打分",{way}="{methods.BANDED}")'
    unmarked = f'IF({way}="{methods.NOT_APPLICABLE}","{methods.NOT_APPLICABLE}","系统计分")'
    return (
        f'=IFERROR(IF({code}="",IF({mark}="","","✗ 缺编号"),IF(NOT(ISNUMBER(MATCH({code},'
        f'{method.block("编号")},0))),"✗ 编号不存在",IF(NOT({judged}),{unmarked},'
        f'IF({mark}="",IF({recusal_formula(remark)},"{OK} 回避","○ 未评分"),'
        f'IF({denial_formula(remark)},"✗ 回避应留空",IF(NOT(ISNUMBER({mark})),"✗ 不是数",'
        f'IF(OR({mark}<0,{mark}>{limit(points, spots)}),"✗ 超出范围","{OK}"))))))),"✗ 是错误值")'
    )


def _mark_said(indicator: Fields, given: dict[str, Fields]) -> str:
    code = str(indicator.get("编号", ""))
    if not code:
        return ""
    if said := unmarked(indicator):
        return said
    mark = given.get(code, {})
    remark = str(mark.get("评分说明", ""))
    if isinstance(mark.get("得分"), Decimal):
        return "✗ 回避应留空" if denies_mark(remark) else OK
    return f"{OK} 回避" if is_recusal(remark) else "○ 未评分"


def unmarked(indicator: Fields) -> str:
    """Return what a ballot shows where scorers mark nothing; "" where they do."""
    method = methods.standard_name(str(indicator.get("评分方式", "")))
    if methods.is_judged(method):
        return ""
    return method if method == methods.NOT_APPLICABLE else "系统计分"
