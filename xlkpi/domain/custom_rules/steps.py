"""步长: steps on the bad side of a base cost points. 偏离: so does the distance on either side of the target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil

from xlkpi.domain.custom_rules.entries import (
    A_STEP,
    DEVIATION,
    GAP_PLACES,
    HIGHER,
    IN_PROPORTION,
    STEPS,
    Entry,
    Flaw,
    Rule,
    shown,
)
from xlkpi.domain.custom_rules.kind import Kind, Measured, single_row_flaws
from xlkpi.domain.numbers import rounded
from xlkpi.domain.substitution import Choice, Number, Substitution, not_below


class _DistanceKind(Kind):
    """A rule by which a distance costs points, down to a floor."""

    def points(
        self, rule: Rule, worth: Fraction, value: Fraction, target: Fraction | None
    ) -> Fraction:
        return min(worth, max(_floor(rule), points_before_floor(rule, worth, value, target)))


class Steps(_DistanceKind):
    """步长: every step by which the value is on the bad side of 基准 costs 每步扣分, down to 封底."""

    ordered = False

    def flaws(self, entries: Sequence[Entry]) -> Iterator[Flaw]:
        """One row with a base, a side, a step and what it costs."""
        first = entries[0]
        yield from single_row_flaws(entries, STEPS)
        for header, value, how in (
            ("基准", first.base, "填开始扣分的数，例如 100"),
            ("方向", first.direction, "从下拉列表选择：高于扣分，或低于扣分"),
        ):
            if value in (None, "") and header not in first.broken:
                yield Flaw(first.places[header], f"没有填{header}", f"请{how}。")
        yield from _step_flaws(first)
        yield from _floor_flaws(first)

    def formula(self, rule: Rule, value: str, target: str) -> str:
        entry = rule.entries[0]
        gap = f"{value}-{{基准1}}" if entry.direction == HIGHER else f"{{基准1}}-{value}"
        beyond = f"ROUND({gap},{GAP_PLACES})"  # by itself: 123456.7 − 123456 in steps of 0.01
        return _floored_formula(rule, f"{{分值}}-{_count_formula(rule, beyond)}*{{每步扣分1}}")

    def substitution(
        self, rule: Rule, worth: Number, value: Measured, target: Number
    ) -> Substitution:
        entry = rule.entries[0]
        gap = f"{value.formula}-{{基准1}}"
        if entry.direction != HIGHER:
            gap = f"{{基准1}}-{value.formula}"
        beyond = f"ROUND({gap},{GAP_PLACES})"
        excessive = excess(rule, value.exact)
        fine: Substitution = (*value.said, " 不扣分，得 ", worth)
        costs = _steps_substitution(rule, worth, value, beyond, None)
        return (Choice(f"{beyond}<=0", excessive <= 0, fine, costs),)

    def explain(self, rule: Rule) -> str:
        entry = rule.entries[0]
        side = "高" if entry.direction == HIGHER else "低"
        return f"步长：基准 {shown(entry.base)}，每{side} {_step_words(rule)}{_floor_words(rule)}"


class Deviation(_DistanceKind):
    """偏离: 1 − |value − target| ÷ |target| of the points, or 每步扣分 for every 步长 of distance.

    The target is 基准, else the indicator's 年度指标值; the points never fall below 封底.
    """

    ordered = False

    def flaws(self, entries: Sequence[Entry]) -> Iterator[Flaw]:
        """One row; a step needs its cost and a cost its step; without them nothing is divided by 0."""
        first = entries[0]
        yield from single_row_flaws(entries, DEVIATION)
        if by_steps(first):
            yield from _step_flaws(first)
        elif first.base == 0:
            how = "目标是 0 的，请填步长和每步扣分：每差多少扣几分。"
            yield Flaw(first.places["基准"], "的基准是 0，不能按与它相差的比例扣分", how)
        yield from _floor_flaws(first)

    def formula(self, rule: Rule, value: str, target: str) -> str:
        goal = target if rule.entries[0].base is None else "{基准1}"
        if by_steps(rule.entries[0]):
            distance = f"ABS(ROUND({value}-{goal},{GAP_PLACES}))"
            return _floored_formula(
                rule, f"{{分值}}-{_count_formula(rule, distance)}*{{每步扣分1}}"
            )
        return _floored_formula(rule, f"{{分值}}*(1-ABS({value}-{goal})/ABS({goal}))")

    def substitution(
        self, rule: Rule, worth: Number, value: Measured, target: Number
    ) -> Substitution:
        entry = rule.entries[0]
        goal = target if entry.base is None else Number("{基准1}", entry.base)
        distance = f"ABS(ROUND({value.formula}-{goal.expression},{GAP_PLACES}))"
        if by_steps(entry):
            return _steps_substitution(rule, worth, value, distance, Fraction(goal.value))
        gap = f"ABS({value.formula}-{goal.expression})"
        size = Number(f"ABS({goal.expression})", abs(Fraction(goal.value)))
        unfloored = f"{{分值}}*(1-{gap}/{size.expression})"
        left = points_before_floor(rule, Fraction(worth.value), value.exact, Fraction(goal.value))
        apart: Substitution = ("|", *value.factor, "－", goal, "|÷", size)
        return (worth, "×(1－", *apart, ")", _floor_part(rule, unfloored, left))

    def explain(self, rule: Rule) -> str:
        entry = rule.entries[0]
        goal = "年度指标值" if entry.base is None else f"基准 {shown(entry.base)}"
        if by_steps(entry):
            return f"偏离：高于或低于{goal}都扣分，每差 {_step_words(rule)}{_floor_words(rule)}"
        return f"偏离：高于或低于{goal}都扣分，得 分值×(1－相差÷{goal}){_floor_words(rule)}"


def by_steps(entry: Entry) -> bool:
    """Whether 偏离 costs by steps: whoever fills in one of their columns means them."""
    unread = {"步长", "每步扣分", "不足一步"} & entry.broken
    return bool(unread or entry.part) or entry.step is not None or entry.cost is not None


def reference_value(rule: Rule, target: Fraction | None) -> Fraction:
    """Return what 偏离 is measured from: 基准, else the target."""
    base = rule.entries[0].base
    chosen = target if base is None else Fraction(base)
    assert chosen is not None
    return chosen


def excess(rule: Rule, value: Fraction, target: Fraction | None = None) -> Fraction:
    """Return how far a value is on the bad side, below 0 where it is on the good one."""
    entry = rule.entries[0]
    if rule.kind == DEVIATION:
        return Fraction(rounded(abs(value - reference_value(rule, target)), GAP_PLACES))
    assert entry.base is not None
    gap = value - Fraction(entry.base)
    return Fraction(rounded(gap if entry.direction == HIGHER else -gap, GAP_PLACES))


def step_count(rule: Rule, value: Fraction, target: Fraction | None = None) -> Fraction:
    """Return the number of steps, with 不足一步 counted as the rule says."""
    entry = rule.entries[0]
    assert entry.step is not None
    count = max(Fraction(0), excess(rule, value, target) / Fraction(entry.step))
    if entry.part == IN_PROPORTION:
        return count
    near = rounded(count, GAP_PLACES)
    return Fraction(ceil(near) if entry.part == A_STEP else int(near))


def points_before_floor(
    rule: Rule, worth: Fraction, value: Fraction, target: Fraction | None = None
) -> Fraction:
    """Return the points before 封底: below 0 where more is lost than there is."""
    entry = rule.entries[0]
    if rule.kind == DEVIATION and not by_steps(entry):
        away = reference_value(rule, target)
        return worth * (1 - abs(value - away) / abs(away))
    assert entry.cost is not None
    return worth - step_count(rule, value, target) * Fraction(entry.cost)


def _steps_substitution(
    rule: Rule, worth: Number, value: Measured, distance: str, target: Fraction | None
) -> Substitution:
    """Return the points less what the steps cost, with the numbers put in."""
    entry = rule.entries[0]
    assert entry.step is not None and entry.cost is not None
    cost, count = Number("{每步扣分1}", entry.cost), _count_formula(rule, distance)
    steps = step_count(rule, value.exact, target)
    times: Substitution = (Number(count, steps),)
    if entry.part == IN_PROPORTION:
        far = Number(f"MAX(0,{distance})", max(Fraction(0), excess(rule, value.exact, target)))
        times = (far, "÷", Number("{步长1}", entry.step))
    left = points_before_floor(rule, Fraction(worth.value), value.exact, target)
    unfloored = f"{{分值}}-{count}*{{每步扣分1}}"
    return (worth, "－", *times, "×", cost, _floor_part(rule, unfloored, left))


def _floor_part(rule: Rule, unfloored: str, left: Fraction) -> Choice:
    floor = rule.entries[0].floor
    return not_below(f"({unfloored})", left, "0" if floor is None else "{封底1}", floor)


def _count_formula(rule: Rule, distance: str) -> str:
    count = f"MAX(0,{distance}/{{步长1}})"
    part = rule.entries[0].part
    if part == IN_PROPORTION:
        return count
    if part == A_STEP:
        return f"(-INT(-ROUND({count},{GAP_PLACES})))"
    return f"INT(ROUND({count},{GAP_PLACES}))"


def _floored_formula(rule: Rule, unfloored: str) -> str:
    floor = "0" if rule.entries[0].floor is None else "{封底1}"
    return f"MIN({{分值}},MAX({floor},{unfloored}))"


def _floor(rule: Rule) -> Fraction:
    return Fraction(rule.entries[0].floor or 0)


def _step_flaws(entry: Entry) -> Iterator[Flaw]:
    needed: Iterable[tuple[str, Decimal | None, str]] = (
        ("步长", entry.step, "填每差多少扣一次分，例如 1"),
        ("每步扣分", entry.cost, "填每一步扣几分，例如 0.5"),
    )
    for header, value, how in needed:
        if value is None and header not in entry.broken:
            yield Flaw(entry.places[header], f"没有填{header}", f"请{how}。")
    for header, value, _ in needed:
        if value is not None and value <= 0:
            what = f"的{header} {shown(value)} 不是正数"
            yield Flaw(entry.places[header], what, "请填大于 0 的数。")


def _floor_flaws(entry: Entry) -> Iterator[Flaw]:
    if entry.floor is not None and entry.floor < 0:
        what = f"的封底 {shown(entry.floor)} 小于 0"
        yield Flaw(entry.places["封底"], what, "请填最少得几分；扣完为止的留空。")


PART_WORDS = {A_STEP: "不足一步按一步扣", IN_PROPORTION: "不足一步按比例扣"}


def _step_words(rule: Rule) -> str:
    entry = rule.entries[0]
    part = PART_WORDS.get(entry.part, "不足一步不扣")
    return f"{shown(entry.step)}（{part}）扣 {shown(entry.cost)} 分"


def _floor_words(rule: Rule) -> str:
    floor = rule.entries[0].floor
    return f"，最低 {shown(floor)} 分" if floor else "，扣完为止"
