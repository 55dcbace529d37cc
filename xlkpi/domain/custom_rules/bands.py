"""分档: the highest band that a value reaches. 超额完成: bands over what was reached of the target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from xlkpi.domain.custom_rules.entries import (
    GAP_PLACES,
    Entry,
    Flaw,
    Rule,
    earned_text,
    shown,
    sort_key,
)
from xlkpi.domain.custom_rules.kind import (
    Kind,
    Measured,
    earned_flaws,
    earned_name,
    earned_points,
    row_limit_flaws,
    share_flaws,
    within_points,
)
from xlkpi.domain.numbers import rounded
from xlkpi.domain.substitution import Number, Substitution, percent

MOST = 60
"""Bands of a rule: a formula may nest 64 deep."""


class Bands(Kind):
    """分档: the row with the highest 下限 that the value reaches decides what is earned."""

    def flaws(self, entries: Sequence[Entry]) -> Iterator[Flaw]:
        """Every band earns something between nothing and all, and no two begin alike."""
        yield from earned_flaws(entries, "请填这一档得分值的百分之几，例如 80%；不得分的填 0。")
        yield from _alike(entries)
        yield from row_limit_flaws(entries, MOST, "请合并相近的档次。")

    def points(
        self, rule: Rule, worth: Fraction, value: Fraction, target: Fraction | None
    ) -> Fraction:
        """Return what the band earns; a value below all of them earns nothing."""
        found = band(rule, value)
        return min(worth, earned_points(found, worth)) if found else Fraction(0)

    def formula(self, rule: Rule, value: str, target: str) -> str:
        return within_points(rule, band_formula(rule, value))

    def substitution(
        self, rule: Rule, worth: Number, value: Measured, target: Number
    ) -> Substitution:
        found, formula = band(rule, value.exact), band_formula(rule, value.formula)
        said = (*value.said, " 所在档：")
        if rule.in_points:
            earned = earned_points(found, Fraction(0)) if found else Fraction(0)
            return (*said, "得 ", Number(formula, earned))
        share = earned_points(found, Fraction(1)) if found else Fraction(0)
        return (*said, worth, "×", *percent(formula, share))

    def explain(self, rule: Rule) -> str:
        ends = [f"{_from(entry)}得 {earned_text(entry)}" for entry in rule.entries]
        return f"分档：{'，'.join(ends)}"


class OverAchievement(Kind):
    """超额完成: what was reached far beyond the target keeps a part of its points."""

    def flaws(self, entries: Sequence[Entry]) -> Iterator[Flaw]:
        """Every band begins above the target; an empty 得分比例 only asks for the reason."""
        for entry in entries:
            yield from share_flaws(entry)
            if entry.points is not None:
                how = "请清空“得分”，在“得分比例”填打几折，例如 90%；不打折的留空。"
                yield Flaw(entry.places["得分"], "是“超额完成”，不能填得分", how)
            if entry.bound is None and "下限" not in entry.broken:
                how = "请填完成值达到指标值的百分之几起，例如 150%。"
                yield Flaw(entry.places["下限"], "没有填下限", how)
            yield from _not_over(entry)
        yield from _alike(entries)
        yield from row_limit_flaws(entries, MOST, "请合并相近的档次。")

    def explain(self, rule: Rule) -> str:
        ends = [f"{_from(entry)}得{_kept(entry)}" for entry in rule.entries]
        return f"超额完成（完成值÷指标值，%）：{'，'.join(ends)}"


def band(rule: Rule, value: Fraction) -> Entry | None:
    """Return the highest band that a value reaches; None where it is below all of them."""
    return next((entry for entry in rule.entries if _reaches(entry, value)), None)


def _reaches(entry: Entry, value: Fraction) -> bool:
    if entry.bound is None:
        return True
    gap = rounded(value - Fraction(entry.bound), GAP_PLACES)
    return gap >= 0 if entry.inclusive else gap > 0


def kept_share(rule: Rule, value: Fraction) -> Fraction | None:
    """Return what 超额完成 keeps of the points; None below all bands."""
    found = band(rule, value)
    return earned_points(found, Fraction(1)) if found else None


def band_formula(rule: Rule, value: str, below: str = "0") -> str:
    """Return what the band earns over names; `below` is for a value below all bands."""
    formula = below
    for n, entry in reversed(list(enumerate(rule.entries, start=1))):
        bare = entry.share is None and entry.points is None
        earned = "1" if bare else earned_name(rule, n)
        if entry.bound is None:
            formula = earned
        else:
            sign = ">=" if entry.inclusive else ">"
            formula = f"IF(ROUND({value}-{{下限{n}}},{GAP_PLACES}){sign}0,{earned},{formula})"
    return formula


def _alike(entries: Sequence[Entry]) -> Iterator[Flaw]:
    known = [entry for entry in entries if "下限" not in entry.broken]
    for above, below in pairwise(sorted(known, key=sort_key, reverse=True)):
        if sort_key(above) == sort_key(below):
            bound = "留空" if below.bound is None else f"是 {shown(below.bound)}"
            how = "请删去一行，或改成不同的下限。"
            yield Flaw(below.places["下限"], f"有两行的下限都{bound}", how)


_ALL = 100
"""The target itself, in per cent of it."""
_TIMES = 10
"""Up to here a bound without a per cent sign was most likely meant as a multiple of the target."""


def _not_over(entry: Entry) -> Iterator[Flaw]:
    """What only reaches the target has its full points: over-completion begins above 100 %."""
    bound, place = entry.bound, entry.places["下限"]
    if bound is None or bound > _ALL or (bound == _ALL and not entry.inclusive):
        return
    sign = "%" if "下限" in entry.percents else ""
    what = f"的下限 {shown(bound)}{sign} 不是超额：这里填完成值为指标值的百分之几，要大于 100"
    how = "请填大于 100 的百分数，例如 130 或“130%”。"
    if bound == _ALL:
        how = "超过 100% 就算超额的，请在“含下限”选“否”；另有界限的，请填大于 100 的百分数，例如“130%”。"
    elif 1 < bound <= _TIMES and not sign:
        meant = shown(bound * 100)
        how = f"如果是指标值的 {shown(bound)} 倍，请写成 {meant} 或“{meant}%”。"
    yield Flaw(place, what, how)


def _from(entry: Entry) -> str:
    if entry.bound is None:
        return "其余"
    return f"{'≥' if entry.inclusive else '>'}{shown(entry.bound)} "


def _kept(entry: Entry) -> str:
    kept: Decimal | None = entry.share
    return "全部，须说明原因" if kept is None else f" {shown(kept * 100)}%"
