"""What may be in braces in a layout of the official form: {项目名称}, {指标.得分}.

One table drives the reading of layouts, the writing of the form and the documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from xlkpi.domain.schema import INFO_ROWS, INITIAL, canonical

FUNDS, GOALS, INDICATORS = "资金来源", "目标", "指标"
"""Rows with these prefixes repeat: {目标.预期目标} appears once for every goal."""
AMOUNTS = ("年初预算数", "全年预算数", "全年执行数")
SUMS = ("年度资金总额", "基本支出", "项目支出")
_TEXTS_OF_INDICATORS = ("评分标准", "佐证材料", "评价方面")

SINGLE: tuple[str, ...] = (
    *(name for name, _ in INFO_ROWS),
    *(f"{whole}.{figure}" for whole in SUMS for figure in (*AMOUNTS, "执行率")),
    "执行率", "执行率.分值", "执行率.得分", "执行率.偏差原因", "总分", "总分.分值", "总分.复核得分", "等级",
)  # fmt: skip
ROWS: Mapping[str, tuple[str, ...]] = {
    FUNDS: ("资金来源", *AMOUNTS, "执行率"),
    GOALS: ("序号", "类型", "预期目标", "实际完成情况", "完成程度", "未完成原因"),
    INDICATORS: (
        "编号", "一级指标", "二级指标", "三级指标", "指标性质", "年度指标值", "计量单位", "实际完成值",
        "分值", "得分", "偏差原因", *_TEXTS_OF_INDICATORS, INITIAL, "得分计算方法", "得分系数", "复核得分",
    ),
}  # fmt: skip
KNOWN = frozenset([*SINGLE, *(f"{group}.{name}" for group in ROWS for name in ROWS[group])])
NEEDED = (f"{INDICATORS}.三级指标", f"{INDICATORS}.得分", "总分")
"""A layout without one of these is no 自评表."""
PERSONS = ("单位负责人", "财务负责人", "填报人", "联系电话")
"""What a public version leaves out."""
TIERS = (f"{INDICATORS}.一级指标", f"{INDICATORS}.二级指标")
"""Merged over equal neighbours."""

_BRACES = re.compile(r"[{｛]([^{}｛｝]*)[}｝]")


@lru_cache(maxsize=512)
def split(text: str) -> tuple[tuple[str, bool], ...]:
    """Return a cell's text in pieces: (literal, False) and (name of a placeholder, True)."""
    pieces: list[tuple[str, bool]] = []
    for at, piece in enumerate(_BRACES.split(text)):
        if at % 2:
            pieces.append((canonical(piece), True))
        elif piece:
            pieces.append((piece, False))
    return tuple(pieces)


def names(text: str) -> list[str]:
    """Return the placeholders of a text in order."""
    return [piece for piece, is_name in split(text) if is_name]


def without(text: str, left_out: Iterable[str]) -> str:
    """Return the text with nothing in the place of some placeholders."""
    gone = set(left_out)
    return _BRACES.sub(lambda found: "" if canonical(found[1]) in gone else found[0], text)


def group(name: str) -> str:
    """Return the prefix by which a row repeats, "" for a placeholder that appears once."""
    prefix, dot, _ = name.partition(".")
    return prefix if dot and prefix in ROWS else ""
