"""The check column of a ballot: what a mark may be, and how many are still missing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlkpi.domain import methods, schema
from xlkpi.domain.location import a1, block_reference
from xlkpi.domain.recusal import denial_formula, denies_mark, is_recusal, recusal_formula
from xlkpi.domain.workbook_contents import Fields
from xlkpi.writing.blank import live_checks
from xlkpi.writing.blank.cell_tests import (
    OK,
    UNSURE,
    first_of,
    is_shown_plainly,
    is_total,
    one_of,
    quoted,
)
from xlkpi.writing.book import Sheet as Worksheet
from xlkpi.writing.computed_columns import LIVE_ROW, Spot, setting

_MISSING = "○ 未评分"
_HUNDRED, _POINTS, _SILENT = "百分制", "分值制", "不评分"
LAGS_BEHIND = (LIVE_ROW, 9)
"""Where a ballot says that its rows are not those of 三级指标 any more."""
_BROKEN = "✗ 有错误值"
_UNKNOWN = "✗ 编号不存在"
_SCALE = (LIVE_ROW, 8)
"""Where a ballot says which of them holds for it, for all of its rows."""


def limit(points: str) -> str:
    """Return the formula text of the highest mark: 100 in 百分制, else the indicator's points."""
    return f'IF({a1(*_SCALE, "both")}="{_HUNDRED}",100,{points})'


def check(
    worksheet: Worksheet, spot: Spot, listed: Sequence[Fields], given: dict[str, Fields],
    spots: dict[str, Spot], members: Spot | None,
) -> None:  # fmt: skip
    """Add a ballot's check column, the number of marks that are still missing, and the scale."""
    at = max(spot.columns.values()) + 1
    live_checks.column_head(worksheet, at)
    missing = 0
    for row in range(spot.first, spot.last + 1):
        offset = row - spot.first
        said = _said(listed[offset] if offset < len(listed) else {}, given)
        missing += said == _MISSING
        worksheet.formula(row, at, _formula(row, spot, spots[schema.TIER3.name]), said, "check")
    live_checks.signs(worksheet, spot.first, spot.last, at)
    worksheet.text(LIVE_ROW, spot.columns["分值"], "未评项数", "sign.label")
    block = f"{a1(spot.first, at, 'both')}:{a1(spot.last, at, 'both')}"
    absent = _absent(spot, spots[schema.TIER3.name])
    count = f'=SUMPRODUCT(--({block}="{_MISSING}"))+{absent}'
    worksheet.formula(LIVE_ROW, spot.columns["得分"], count, missing, "strong.figure")
    more = f'IF(SUMPRODUCT(--({block}="{_UNKNOWN}"))>0,"✗ 有多出的指标","")'
    worksheet.formula(
        *LAGS_BEHIND, f'=IF({absent}>0,"✗ 缺 "&{absent}&" 个指标",{more})', "", "check"
    )
    live_checks.signs(worksheet, LIVE_ROW, LIVE_ROW, at)
    _scale(worksheet, spots[schema.PARAMETERS.name], members)


def _scale(worksheet: Worksheet, parameters: Spot, members: Spot | None) -> None:
    """Say which marks the ballot takes; none from a member who is not to mark."""
    text = f'IF({setting("打分制", parameters)}="{_HUNDRED}","{_HUNDRED}","{_POINTS}")'
    if members is not None:  # a scorer's part does not show them
        name = a1(LIVE_ROW, 1)
        found = f"INDEX({members.block('是否评分')},MATCH({name},{members.block('姓名')},0))"
        silent = one_of(f'IFERROR({found},"")', (schema.NO, schema.ABSENT))
        text = f'IF({silent},"{_SILENT}",{text})'
    worksheet.formula(*_SCALE, f"={text}", _POINTS, "check")


_JUDGED = ("", methods.JUDGED, *methods.JUDGED_ALIASES[1:], methods.BANDED)


def _absent(spot: Spot, indicators: Spot) -> str:
    """Return the formula text for how many indicators to be marked the ballot has no row for."""
    codes, ways = indicators.block("编号"), indicators.block("评分方式")
    own = f"{a1(spot.first, 0, 'both')}:{a1(spot.last, 0, 'both')}"
    at = max(indicators.columns.values()) + 1
    said = block_reference(indicators.sheet, indicators.first, at, indicators.last, at)
    passed_over = one_of(said, ("", live_checks.UNSCORED, live_checks.TOTAL_ROW))
    judged = one_of(f'{ways}&""', _JUDGED)
    return f"SUMPRODUCT((1-{passed_over})*{judged}*(1-ISNUMBER(MATCH({codes},{own},0))))"


def _formula(row: int, spot: Spot, indicators: Spot) -> str:
    code, mark, remark, points = (
        spot.cell(row, header) for header in ("编号", "得分", "评分说明", "分值")
    )
    codes = indicators.block("编号")
    way = f"INDEX({indicators.block('评分方式')},MATCH({code},{codes},0))"
    scale, unmarked = a1(*_SCALE, "both"), f'"{methods.UNMARKED}"'
    unsure = f'OR(NOT({is_shown_plainly(mark)}),{way}="{methods.BANDED}")'
    cases = [
        (f"ISERROR({remark})", quoted(_BROKEN)),
        (f'{code}=""', f'IF({mark}&{remark}="","","✗ 缺编号")'),
        (f"NOT(ISNUMBER(MATCH({code},{codes},0)))", f'IF({is_total(code)},"○ 合计行","{_UNKNOWN}")'),
        (f"SUMPRODUCT(--({a1(spot.first, 0, 'both')}:{a1(spot.last, 0, 'both')}={code}))>1", quoted("✗ 编号重复")),
        (f'{scale}="{_SILENT}"', f'IF({mark}="","○ {_SILENT}","✗ {_SILENT}的成员")'),
        (f'NOT({one_of(way + "&" + chr(34) * 2, _JUDGED)})',
         f'IF({way}="{methods.NOT_APPLICABLE}","{methods.NOT_APPLICABLE}",{unmarked})'),
        (f'{mark}=""', f'IF({recusal_formula(remark)},"{OK} 回避","{_MISSING}")'),
        (denial_formula(remark), quoted("✗ 回避应留空")),
        (f"NOT(ISNUMBER({mark}))", quoted("✗ 不是数字")),
        (f"OR({mark}<0,{mark}>{limit(points)})", quoted("✗ 超出范围")),
        (f"ROUND({mark},6)<>{mark}", quoted("✗ 小数位太多")),
        (unsure, quoted(UNSURE)),
    ]  # fmt: skip
    return f"=IFERROR({first_of(cases, quoted(OK))},{quoted(_BROKEN)})"


def _said(indicator: Fields, given: dict[str, Fields]) -> str:
    """Return what `_formula` comes to for a row when the workbook is made."""
    code = str(indicator.get("编号", ""))
    method = methods.standard_name(str(indicator.get("评分方式", "")))
    if not code:
        return ""
    if not methods.is_judged(method):
        return method if method == methods.NOT_APPLICABLE else methods.UNMARKED
    mark = given.get(code, {})
    remark = str(mark.get("评分说明", ""))
    if not isinstance(mark.get("得分"), Decimal):
        return f"{OK} 回避" if is_recusal(remark) else _MISSING
    if denies_mark(remark):
        return "✗ 回避应留空"
    return UNSURE if method == methods.BANDED else OK
