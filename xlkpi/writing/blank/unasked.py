"""Cells that need not be filled in now turn grey, and yellow again when another cell changes that.

They are never locked: whoever changes a 评分方式 in a finished workbook must be able to type the mark.
Conditional formats look at cells of their own sheet only and have no lists in braces: Excel allows
neither others' cells nor those.
"""

from __future__ import annotations

from xlkpi.domain import methods, schema
from xlkpi.domain.location import a1, column_letters
from xlkpi.writing.blank.cell_tests import quoted
from xlkpi.writing.book import Condition
from xlkpi.writing.book import Sheet as Worksheet
from xlkpi.writing.computed_columns import LIVE_ROW, Spot, setting

_WEIGHTED = "加权平均"


def grey(
    worksheet: Worksheet, sheet: schema.Sheet, spot: Spot, parameters: Spot, combined: str
) -> None:
    """Add the conditional formats that a table has; `combined` is the 综合方法 set now."""
    if sheet is schema.TIER3:
        _answers(worksheet, spot)
    elif sheet is schema.MEMBERS:
        _weights(worksheet, spot, parameters, combined)


def grey_marks(worksheet: Worksheet, spot: Spot) -> None:
    """Grey the marks of indicators that scorers do not mark: the check column says which."""
    check = a1(spot.first, max(spot.columns.values()) + 1, "column")
    test = _is_any(check, methods.UNMARKED, methods.NOT_APPLICABLE)
    for header in ("得分", "评分说明"):
        _condition(worksheet, spot, header, test)


def _answers(worksheet: Worksheet, spot: Spot) -> None:
    way, name = (a1(spot.first, spot.columns[h], "column") for h in ("评分方式", "三级指标"))
    judged = _is_any(way, "", methods.JUDGED, *methods.JUDGED_ALIASES[1:], methods.BANDED)
    none = _is_any(way, "满意度", methods.NOT_APPLICABLE)
    _condition(worksheet, spot, "实际完成值", f'OR({none},LEFT({way},5)="预算执行率")')
    _condition(worksheet, spot, "完成程度", f'AND({name}<>"",{way}<>"{methods.BANDED}")')
    for header in ("核减分", "核减理由"):
        _condition(worksheet, spot, header, f'AND({name}<>"",{judged})')


def _weights(worksheet: Worksheet, spot: Spot, parameters: Spot, combined: str) -> None:
    """Grey the weights that 综合方法 does not use, and say above them which it is."""
    said = setting("综合方法", parameters)
    used, unused = f"{_WEIGHTED}：要填评分权重", f"综合方法不是{_WEIGHTED}，不用填评分权重"
    words = f'=IF({said}="{_WEIGHTED}","{used}","{unused}")'
    worksheet.merge(LIVE_ROW, 0, 2, "", "guide")
    worksheet.formula(LIVE_ROW, 0, words, used if combined == _WEIGHTED else unused, "guide")
    live = a1(LIVE_ROW, 0, "both")
    _condition(worksheet, spot, "评分权重", f'LEFT({live},4)<>"{_WEIGHTED}"')
    column = spot.columns["评分组"]
    groups = f"{a1(spot.first, column, 'both')}:{a1(spot.last, column, 'both')}"
    _condition(worksheet, spot, "组权重", f"COUNTA({groups})=0")


def _is_any(cell: str, *words: str) -> str:
    return f"OR({','.join(f'{cell}={quoted(word)}' for word in words)})"


def _condition(worksheet: Worksheet, spot: Spot, header: str, test: str) -> None:
    at = spot.columns[header]
    options: dict[str, object] = {"type": "formula", "criteria": f"={test}"}
    worksheet.conditions.append(Condition((spot.first, at, spot.last, at), options, "unasked"))


def fold(worksheet: Worksheet, sheet: schema.Sheet, spot: Spot, given: frozenset[str]) -> None:
    """Fold the seldom used columns, unless they hold what somebody filled in, and say where they are.

    A formula says so: words beside the table go on into the results, formulas do not. The buttons of an
    outline do nothing in a protected sheet of Excel; showing hidden columns works everywhere.
    """
    folded = [column for column in sheet.columns if column.folded]
    if not folded or any(column.header in given and not column.choices for column in folded):
        return
    at = tuple(spot.columns[column.header] for column in folded)
    worksheet.folded = at
    left, right = column_letters(at[0] - 1), column_letters(at[-1] + 1)
    names = "”“".join(column.header for column in folded)
    words = (
        f"“{names}”平时不用填，已折叠（{column_letters(at[0])}—{column_letters(at[-1])} 列）："
        f"要用时选中 {left} 到 {right} 列，右键“取消隐藏”。"
    )
    worksheet.merge(LIVE_ROW, 0, 8, "", "guide")
    worksheet.formula(LIVE_ROW, 0, f'="{words}"', words, "guide")
