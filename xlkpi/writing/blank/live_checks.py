"""Checks that work while staff type: running totals, "还差 2 分", repeated codes, what is no number.

They guide; `xlkpi check` decides, and where a formula cannot tell they say ○ rather than ✓. Each is a
formula beside the value that it has when the workbook is made, and says its verdict with a sign before any
colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from xlkpi.domain import methods, schema
from xlkpi.domain.location import a1
from xlkpi.domain.numbers import plain
from xlkpi.domain.schema import CHECKS, SHOWN_TARGET
from xlkpi.domain.shown_target import shown_target, shown_target_formula
from xlkpi.domain.workbook_contents import Fields
from xlkpi.writing.blank.cell_tests import (
    OK,
    TOTALS,
    UNSURE,
    first_of,
    is_code,
    is_no_date,
    is_shown_plainly,
    is_total,
    may_be_date,
    one_of,
    quoted,
    stripped,
    summed,
)
from xlkpi.writing.book import Condition
from xlkpi.writing.book import Sheet as Worksheet
from xlkpi.writing.computed_columns import HEADER_ROW, LIVE_ROW, Spot

_WIDTH = 17
_PARENTS = {schema.TIER2: "一级编号", schema.TIER3: "二级编号"}


def checks(
    worksheet: Worksheet, sheet: schema.Sheet, spots: dict[str, Spot], rows: Sequence[Fields],
    projects: Sequence[Fields] | None,
) -> None:  # fmt: skip
    """Add the live checks that a table has; `projects` is None where 预算执行 does not stand beside it."""
    spot = spots[sheet.name]
    if sheet is schema.TIER1:
        _total(worksheet, spot, rows)
        below = spots[schema.TIER2.name]
        _column(worksheet, sheet, spot, None, lambda row: _sum_check(row, spot, below), rows)
    elif sheet is schema.TIER2:
        above, below = spots[schema.TIER1.name], spots[schema.TIER3.name]
        _column(worksheet, sheet, spot, above, lambda row: _sum_check(row, spot, below), rows)
    elif sheet is schema.TIER3:
        above = spots[schema.TIER2.name]
        budget = spots[schema.EXECUTION.name].block("全年预算数") if projects is not None else ""
        known = projects is None or any("全年预算数" in each for each in projects)
        _column(
            worksheet, sheet, spot, above, lambda row: _answer_check(row, spot, budget), rows, known
        )
    elif sheet is schema.EXECUTION:
        _money(worksheet, spot, rows)


def signs(worksheet: Worksheet, first: int, last: int, column: int) -> None:
    """Colour the verdicts of a check column by their signs."""
    top = a1(first, column, "column")
    tests = (("good", f'=LEFT({top},1)="{OK}"'), ("bad", f'=LEFT({top},1)="✗"'))
    for style, test in tests:
        options: dict[str, object] = {"type": "formula", "criteria": test}
        worksheet.conditions.append(Condition((first, column, last, column), options, style))


TOTAL_ROW = "○ 合计行，不计入"
UNSCORED = "○ 不计分"
"""What the check column shows for a row 其中：… without points."""


def aside(row: Fields, sheet: schema.Sheet) -> str:
    """Return the code of the finding about a row of a tier without points, "" for any other row."""
    parent = {schema.TIER2.name: "一级编号", schema.TIER3.name: "二级编号"}.get(sheet.name, "")
    headers = (sheet.name, "编号", parent, "评分方式", "分值")
    held = (row.get(header, "") for header in headers)
    return schema.of_which_code(*(plain(x) if isinstance(x, Decimal) else x for x in held))


def row_said(row: Fields, sheet: schema.Sheet, budgeted: bool = True) -> str:
    """Return what the check column shows for a row of a sound template when the workbook is made.

    `budgeted`: whether 预算执行 has a budget.
    """
    if aside(row, sheet):
        return UNSCORED if "其中" in str(row.get(sheet.name)) else ""
    return _answers_said(row, budgeted) if sheet is schema.TIER3 else OK


def column_head(worksheet: Worksheet, at: int) -> None:
    """Put the head of a check column."""
    worksheet.text(HEADER_ROW, at, CHECKS, "head")
    worksheet.widths[at] = _WIDTH


def _column(
    worksheet: Worksheet,
    sheet: schema.Sheet,
    spot: Spot,
    above: Spot | None,
    sound: Callable[[int], str],
    rows: Sequence[Fields],
    budgeted: bool = True,
) -> None:
    """Add the check column right of the table; `sound` is the verdict on a row whose own cells are."""
    at = max(spot.columns.values()) + 1
    column_head(worksheet, at)
    for row in range(spot.first, spot.last + 1):
        offset = row - spot.first
        shown = row_said(rows[offset], sheet, budgeted) if offset < len(rows) else ""
        formula = first_of(_cell_cases(row, sheet, spot, above), sound(row))
        worksheet.formula(row, at, f"=IFERROR({formula},{quoted('✗ 有错误值')})", shown, "check")
    signs(worksheet, spot.first, spot.last, at)
    if sheet is schema.TIER3:
        _shown_targets(worksheet, spot, at + 1, rows)


def _shown_targets(worksheet: Worksheet, spot: Spot, at: int, rows: Sequence[Fields]) -> None:
    """Put beside the check what ballots show as the target: once here, not in every ballot's rows."""
    worksheet.text(HEADER_ROW, at, SHOWN_TARGET, "head")
    worksheet.widths[at] = 14
    for row in range(spot.first, spot.last + 1):
        given = rows[row - spot.first] if row - spot.first < len(rows) else {}
        parts = (spot.cell(row, header) for header in ("年度指标值", "指标性质", "计量单位"))
        worksheet.formula(row, at, f"={shown_target_formula(*parts)}", target_said(given), "check")


def target_said(indicator: Fields) -> str:
    """Return the target that ballots show of an indicator when the workbook is made."""
    target = indicator.get("年度指标值", "")
    nature, unit = (str(indicator.get(name, "")) for name in ("指标性质", "计量单位"))
    return shown_target(target, nature, unit) if target != "" else ""


def _cell_cases(
    row: int, sheet: schema.Sheet, spot: Spot, above: Spot | None
) -> list[tuple[str, str]]:
    """Return what may be wrong with the cells of a row of a tier, and how the check says so."""
    code, name, points = (spot.cell(row, header) for header in ("编号", sheet.name, "分值"))
    whole = f"{a1(row, 0)}:{a1(row, max(spot.columns.values()))}"
    cases = [(f"SUMPRODUCT(--ISERROR({whole}))>0", "✗ 有错误值")] if sheet is schema.TIER3 else []
    cases += [
        (f'AND(N({points})=0,COUNTIF({name},"*其中*")>0)', UNSCORED),
        (f"OR({is_total(code)},{is_total(name)})", TOTAL_ROW),
        (f'AND({code}="",{points}="")', ""),
        (f'{code}=""', "✗ 缺编号"),
        (f"SUMPRODUCT(--({spot.block('编号')}={code}))>1", "✗ 编号重复"),
        (f"NOT({is_code(code)})", UNSURE),
        (f"ISNUMBER({code})", "✗ 编号成了数字"),
    ]
    if above is not None:
        parent = spot.cell(row, _PARENTS[sheet])
        cases.append((f"SUMPRODUCT(--({above.block('编号')}={parent}))=0", "✗ 上级不存在"))
    cases += [
        (f'{stripped(name)}=""', "✗ 缺名称"),
        (f'{points}=""', "✗ 缺分值"),
        (f"NOT(ISNUMBER({points}))", "✗ 分值不是数字"),
        (f"{points}<=0", "✗ 分值应大于 0"),
        (f"ROUND({points},6)<>{points}", "✗ 小数位太多"),
        (f"NOT({is_shown_plainly(points)})", UNSURE),
    ]
    return [(test, quoted(words)) for test, words in cases]


def short_or_over(expected: str, found: str) -> str:
    """Return the formula text for how far a sum is off: ✗ 还差 2 分."""
    return (
        f'IF({found}={expected},"{OK}",IF({found}<{expected},'
        f'"✗ 还差 "&ROUND({expected}-{found},6)&" 分","✗ 多出 "&ROUND({found}-{expected},6)&" 分"))'
    )


def _sum_check(row: int, spot: Spot, below: Spot) -> str:
    """Return the verdict whether the children of a row add up to its points."""
    code, points = spot.cell(row, "编号"), spot.cell(row, "分值")
    parent = "一级编号" if "一级编号" in below.columns else "二级编号"
    added = f"ROUND(SUMPRODUCT(--({below.block(parent)}={code}),{below.block('分值')}),6)"
    return short_or_over(points, added)


_NO_BUDGET = "○ 缺预算执行"
_COMPARED = ("按比例", "达标得满分")
"""Methods that a formula can follow: two numbers and a sign."""


def _answer_check(row: int, spot: Spot, budget: str) -> str:
    """Return the verdict on what a row of 三级指标 needs for its 评分方式.

    Whatever is no plain number where one is needed, and an office's own rules, are left to the program.
    """
    nature, target, unit, actual, way, degree, less = (
        spot.cell(row, header)
        for header in (
            "指标性质", "年度指标值", "计量单位", "实际完成值", "评分方式", "完成程度", "核减分",
        )
    )  # fmt: skip
    signs = one_of(nature, schema.NATURES[:-1])
    share = f'AND({unit}="%",OR(ABS({target})<=1,ABS({actual})<=1))'
    plainly = (
        f'AND({signs},COUNT({target},{actual})=2,N({target})>0,{unit}<>"",NOT({share}),'
        f"{is_shown_plainly(target, actual)})"
    )
    judged = one_of(f'{way}&""', ("", methods.JUDGED, *methods.JUDGED_ALIASES[1:]))
    cases = (
        (f'OR({less}<>"",AND({degree}<>"",NOT({one_of(degree, schema.DEGREES)})))', UNSURE),
        (f"NOT({is_no_date(target, actual)})", UNSURE),
        *([(f'AND({way}="预算执行率",COUNT({budget})=0)', _NO_BUDGET)] if budget else []),
        (f'OR({way}="{methods.NOT_APPLICABLE}",{way}="预算执行率")', OK),
        (f'AND({way}="{methods.BANDED}",{degree}="")', "○ 缺完成程度"),
        (f'AND({actual}="",{way}<>"满意度",LEFT({way},5)<>"预算执行率")', "○ 缺实际完成值"),
        (f'OR({judged},{way}="{methods.BANDED}")', OK),
        (f"NOT({one_of(way, _COMPARED)})", UNSURE),
        (f'{target}=""', "○ 缺年度指标值"),
        (plainly, OK),
    )
    return first_of([(test, quoted(words)) for test, words in cases], quoted(UNSURE))


def _answers_said(row: Fields, budgeted: bool) -> str:
    """Return what `_answer_check` comes to for a row when the workbook is made."""
    way = methods.standard_name(str(row.get("评分方式", "")))
    target, actual, degree = (row.get(h, "") for h in ("年度指标值", "实际完成值", "完成程度"))
    asked = way != "满意度" and not way.startswith("预算执行率")
    compared = way in _COMPARED
    cases = (
        (any(isinstance(x, Decimal) and may_be_date(x) for x in (target, actual)), UNSURE),
        (row.get("核减分", "") != "" or degree not in ("", *schema.DEGREES), UNSURE),
        (way == "预算执行率" and not budgeted, _NO_BUDGET),
        (way in (methods.NOT_APPLICABLE, "预算执行率"), OK),
        (way == methods.BANDED and degree == "", "○ 缺完成程度"),
        (actual == "" and asked, "○ 缺实际完成值"),
        (methods.is_judged(way), OK),
        (compared and target == "", "○ 缺年度指标值"),
        (compared and _is_plain(row, target, actual), OK),
    )
    return next((words for holds, words in cases if holds), UNSURE)


def _is_plain(row: Fields, target: object, actual: object) -> bool:
    if not isinstance(target, Decimal) or not isinstance(actual, Decimal) or target <= 0:
        return False
    share = row.get("计量单位") == "%" and (abs(target) <= 1 or abs(actual) <= 1)
    return row.get("指标性质") in schema.NATURES[:-1] and bool(row.get("计量单位")) and not share


def _total(worksheet: Worksheet, spot: Spot, rows: Sequence[Fields]) -> None:
    added = points_total(spot)
    text = f'="分值合计 "&{added}&"，应为 100  "&{short_or_over("100", added)}'
    whole = sum((v for row in rows if isinstance(v := row.get("分值"), Decimal)), Decimal(0))
    worksheet.formula(
        LIVE_ROW, 0, text, f"分值合计 {plain(whole)}，应为 100  {_off(whole)}", "strong"
    )
    worksheet.merges.append((LIVE_ROW, 0, LIVE_ROW, 2))
    worksheet.heights[LIVE_ROW] = 22


def points_total(spot: Spot) -> str:
    """Return the sum of the first tier's points, as a formula text."""
    return summed(spot.block("分值"), spot.block("编号"), spot.block("一级指标"))


def _off(whole: Decimal) -> str:
    if whole == 100:
        return OK
    gap = plain(abs(100 - whole))
    return f"✗ 还差 {gap} 分" if whole < 100 else f"✗ 多出 {gap} 分"


def _money(worksheet: Worksheet, spot: Spot, rows: Sequence[Fields]) -> None:
    budget, executed = spot.block("全年预算数"), spot.block("全年执行数")
    names = spot.block("项目名称"), spot.block("支出类别")
    planned, spent = summed(budget, *names), summed(executed, *names)
    text = (
        f'="合计：全年预算数 "&{planned}&"，全年执行数 "&{spent}'
        f'&IF({planned}=0,"","，执行率 "&ROUND({spent}/{planned}*100,2)&"%")'
        f'&IF(COUNTA({budget},{executed})>COUNT({budget},{executed}),"  ✗ 有不是数的格子","")'
    )
    sums = [
        sum(
            (v for row in rows if _counts(row) and isinstance(v := row.get(name), Decimal)),
            Decimal(0),
        )
        for name in ("全年预算数", "全年执行数")
    ]
    said = f"合计：全年预算数 {plain(sums[0])}，全年执行数 {plain(sums[1])}"
    if sums[0]:
        said += f"，执行率 {plain(round(sums[1] / sums[0] * 100, 2))}%"
    worksheet.formula(LIVE_ROW, 0, text, said, "strong")
    worksheet.merges.append((LIVE_ROW, 0, LIVE_ROW, 4))
    worksheet.heights[LIVE_ROW] = 22


def _counts(row: Fields) -> bool:
    """Whether a row of 预算执行 is no control total."""
    names = ("".join(str(row.get(header, "")).split()) for header in ("项目名称", "支出类别"))
    return not any(name in TOTALS for name in names)
