"""直线: points run straight from point to point, none beyond the bad end and all beyond the good one."""

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
    within_points,
)
from xlkpi.domain.numbers import rounded
from xlkpi.domain.substitution import Choice, Number, Substitution, percent

MOST = 20
"""Points of a rule: a formula is limited to 8,192 characters."""


class Line(Kind):
    """直线: each row is a point, 下限 its value, 得分比例 or 得分 what that value earns."""

    def flaws(self, entries: Sequence[Entry]) -> Iterator[Flaw]:
        """Two points at least, each at a value of its own, and ever better in one direction."""
        if len(entries) == 1:
            how = "请再加一行：直线要有两个点，一个是开始得分的值，一个是得满分的值。"
            yield Flaw(entries[0].places["规则"], "是“直线”，只有一行", how)
        yield from earned_flaws(entries, "请填到这个值时得分值的百分之几，例如 0% 或 100%。")
        for entry in entries:
            if entry.bound is None and "下限" not in entry.broken:
                how = "请填这一点的值，例如 70；直线的每一行都是一个点。"
                yield Flaw(entry.places["下限"], "没有填下限", how)
        yield from _course(entries)
        yield from row_limit_flaws(entries, MOST, "请减少中间的点。")

    def points(
        self, rule: Rule, worth: Fraction, value: Fraction, target: Fraction | None
    ) -> Fraction:
        """Return the points on the line; a point's own value earns exactly what its row gives."""
        points = rule.entries[::-1]
        if _gap(value, points[-1]) > 0:
            return worth if rises(rule) else Fraction(0)
        if _gap(value, points[0]) < 0:
            return Fraction(0) if rises(rule) else worth
        at = max(n for n, point in enumerate(points) if _gap(value, point) >= 0)
        earned = earned_points(points[at], worth)
        if at + 1 < len(points):
            upper = points[at + 1]
            part = _gap(value, points[at]) / _gap(_bound(upper), points[at])
            earned += (earned_points(upper, worth) - earned) * part
        return min(worth, earned)

    def formula(self, rule: Rule, value: str, target: str) -> str:
        everything = "{分值}" if rule.in_points else "1"
        above, said = (everything, "0") if rises(rule) else ("0", everything)
        for n in range(len(rule.entries), 0, -1):
            gap = f"ROUND({value}-{{下限{n}}},{GAP_PLACES})"
            said = f"IF({gap}>=0,{_stretch_formula(rule, n, gap)},{said})"
        return within_points(rule, f"IF(ROUND({value}-{{下限1}},{GAP_PLACES})>0,{above},{said})")

    def substitution(
        self, rule: Rule, worth: Number, value: Measured, target: Number
    ) -> Substitution:
        beyond: Substitution = (*value.said, " 在直线以外，得 ")
        above, said = (*beyond, worth), (*beyond, "0")
        if not rises(rule):
            above, said = said, above
        for n in range(len(rule.entries), 0, -1):
            test = f"ROUND({value.formula}-{{下限{n}}},{GAP_PLACES})>=0"
            reached = _gap(value.exact, rule.entries[n - 1]) >= 0
            said = (Choice(test, reached, _stretch(rule, n, worth, value), said),)
        test = f"ROUND({value.formula}-{{下限1}},{GAP_PLACES})>0"
        return (Choice(test, _gap(value.exact, rule.entries[0]) > 0, above, said),)

    def explain(self, rule: Rule) -> str:
        ends = [f"{shown(point.bound)} 得 {earned_text(point)}" for point in rule.entries[::-1]]
        low, high = shown(rule.entries[-1].bound), shown(rule.entries[0].bound)
        bad, good = (f"低于 {low}", f"高于 {high}")
        if not rises(rule):
            bad, good = (f"高于 {high}", f"低于 {low}")
        return f"直线：{'，'.join(ends)}，两点之间按直线计算，{bad} 不得分，{good} 得满分"


def rises(rule: Rule) -> bool:
    """Whether more is better."""
    return _earned(rule.entries[0]) > _earned(rule.entries[-1])


def points_around(rule: Rule, value: Fraction) -> list[Entry]:
    """Return the points between which a value lies, the higher first: one at an end, none beyond."""
    points = rule.entries
    if _gap(value, points[0]) > 0 or _gap(value, points[-1]) < 0:
        return []
    at = next(n for n, point in enumerate(points) if _gap(value, point) >= 0)
    return [points[at]] if _gap(value, points[at]) == 0 else [points[at - 1], points[at]]


def _bound(point: Entry) -> Fraction:
    assert point.bound is not None
    return Fraction(point.bound)


def _gap(value: Fraction, point: Entry) -> Fraction:
    return Fraction(rounded(value - _bound(point), GAP_PLACES))


def _earned(entry: Entry) -> Decimal:
    """Return what a row earns, to be compared with the other rows of its rule only."""
    return (entry.share if entry.points is None else entry.points) or Decimal(0)


def _stretch_formula(rule: Rule, n: int, gap: str) -> str:
    """What is earned between the n-th point and the one above it."""
    own = earned_name(rule, n)
    if n == 1:
        return own
    above = earned_name(rule, n - 1)
    span = f"ROUND({{下限{n - 1}}}-{{下限{n}}},{GAP_PLACES})"  # of itself: 123456.7 − 123456
    return f"({own}+({above}-{own})*{gap}/{span})"


def _earned_part(rule: Rule, n: int) -> Substitution:
    """Return what the n-th point earns, to be put in."""
    entry, name = rule.entries[n - 1], earned_name(rule, n)
    if entry.points is not None:
        return (Number(name, entry.points),)
    return percent(name, entry.share or Decimal(0))


def _stretch(rule: Rule, n: int, worth: Number, value: Measured) -> Substitution:
    """Return what is earned between the n-th point and the one above it, or on it."""
    own = _earned_part(rule, n)
    on_point: Substitution = ("得 ", *own) if rule.in_points else (worth, "×", *own)
    if n == 1:
        return on_point
    entry, upper = rule.entries[n - 1], rule.entries[n - 2]
    gap = Number(
        f"ROUND({value.formula}-{{下限{n}}},{GAP_PLACES})",
        rounded(value.exact - _bound(entry), GAP_PLACES),
    )
    span = Number(
        f"ROUND({{下限{n - 1}}}-{{下限{n}}},{GAP_PLACES})",
        rounded(_bound(upper) - _bound(entry), GAP_PLACES),
    )
    part: Substitution = (*own, "+(", *_earned_part(rule, n - 1), "－", *own, ")×", gap, "÷", span)
    between = part if rule.in_points else (worth, "×(", *part, ")")
    return (Choice(f"{gap.expression}=0", gap.value == 0, on_point, between),)


def _course(entries: Sequence[Entry]) -> Iterator[Flaw]:
    """The values differ, and what they earn only rises or only falls."""
    known = [each for each in entries if each.bound is not None]
    points = sorted(known, key=sort_key)
    for low, high in pairwise(points):
        if _gap(_bound(high), low) == 0:
            how = "请删去一行，或改成不同的下限。"
            yield Flaw(high.places["下限"], f"有两行的下限都是 {shown(high.bound)}", how)
            return
    if len(points) < len(entries) or len(points) < 2:  # has a flaw already
        return
    if any(each.share is None and each.points is None for each in points):
        return
    rise = _earned(points[-1]) - _earned(points[0])
    header = "得分比例" if points[0].points is None else "得分"
    if rise == 0:
        how = f"请把最好的一点和最差的一点填成不同的{header}。"
        yield Flaw(points[-1].places[header], f"两端的{header}一样，看不出高了好还是低了好", how)
        return
    for low, high in pairwise(points):
        if (_earned(high) - _earned(low)) * rise < 0:
            what = f"的{header}随下限忽高忽低（{shown(high.bound)} 这一行）"
            how = "直线只能一路升或一路降，请核对；高了低了都扣分的，请用“偏离”。"
            yield Flaw(high.places[header], what, how)
            return
