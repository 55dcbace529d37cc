"""How an indicator gets its points without a scorer: each rule once, its points beside its formula.

A rule is stated over exact fractions for the engine and as a live formula for the workbook; a test
holds the two together through a spreadsheet program. Sources: the national form of 财预〔2020〕10号
(正向, 反向, 预算执行率) and the local tables described in the field's notes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from xlkpi.formula import Formula
from xlkpi.layout import canonical
from xlkpi.numbers import rounded

JUDGED = "评分人打分"
"""The default: scorers mark it, and `scoring.combine` makes one score of their marks."""

JUDGED_TOO = ("", "评委打分")
"""What is read as 评分人打分: an empty cell, and the word of other forms."""

NOT_YET = ("满意度", "定性三档", "不适用")
"""Methods of the format that cannot be computed yet; using one stops."""

DIRECTIONS = ("≥", ">", "=", "≤", "<")


class Case(NamedTuple):
    """What a rule may look at. Numbers are exact; None where the workbook has none."""

    points: Fraction
    nature: str = ""
    target: Fraction | None = None
    actual: Fraction | None = None
    budget: Fraction | None = None
    """Σ 全年预算数."""
    executed: Fraction | None = None
    """Σ 全年执行数."""
    inverse: str = "线性"
    """反向公式: 线性 or 比例."""

    @property
    def lower_is_better(self) -> bool:
        """Whether 指标性质 is ≤ or <."""
        return self.nature in ("≤", "<")


class Method:
    """A way to compute points; `points` and `formula` must agree for every case."""

    name: str
    measured = False
    """Needs numbers in 年度指标值 and 实际完成值, and a direction in 指标性质."""
    scaled = False
    """Divides by the target, which then may not be below 0."""
    budgeted = False
    """Needs 预算执行."""

    def share(self, case: Case) -> Fraction:
        """Return the part of the points that is earned, from 0 to 1."""
        raise NotImplementedError

    def formula(self, case: Case) -> Formula:
        """Return the unrounded points as a formula over names."""
        raise NotImplementedError

    def words(self, case: Case) -> str:
        """Say what is done, for someone who audits it."""
        raise NotImplementedError

    def points(self, case: Case) -> Fraction:
        """Return the unrounded points."""
        return case.points * self.share(case)


class BudgetExecution(Method):
    """预算执行率: w × Σ执行 ÷ Σ预算 over all funds, at most w; a budget of 0 earns nothing."""

    name = "预算执行率"
    budgeted = True

    def share(self, case: Case) -> Fraction:
        """Return the rate kept within 0 and 1."""
        if not case.budget or case.executed is None:
            return Fraction(0)
        return min(Fraction(1), max(Fraction(0), case.executed / case.budget))

    def formula(self, case: Case) -> Formula:
        """Return points × rate."""
        return Formula("{分值}*IF({全年预算数}=0,0,MAX(0,MIN(1,{全年执行数}/{全年预算数})))")

    def words(self, case: Case) -> str:
        """Say the rule."""
        return "预算执行率：分值×全年执行数÷全年预算数，最多得满分"


def reached(case: Case) -> bool:
    """Whether the actual reaches the target, in the direction of 指标性质."""
    assert case.actual is not None and case.target is not None
    gap = rounded(case.actual - case.target, _GAP_PLACES)
    if case.lower_is_better or (case.nature == "=" and case.target == 0):
        return gap <= 0
    return gap >= 0


_GAP_PLACES = 9
"""A gap is rounded before it is compared: 0.1+0.2, pasted as a double, reaches 0.3 and no more."""
_GAP = f"ROUND({{实际完成值}}-{{年度指标值}},{_GAP_PLACES})"


def _reached_formula(case: Case) -> str:
    if case.lower_is_better:
        return f"{_GAP}<=0"
    if case.nature == "=":
        return f"IF({{年度指标值}}=0,{_GAP}<=0,{_GAP}>=0)"
    return f"{_GAP}>=0"


class Proportional(Method):
    """按比例: the target reached earns w; below it w × a ÷ t, or one of two inverse forms."""

    name = "按比例"
    measured = True
    scaled = True

    def share(self, case: Case) -> Fraction:
        """Return 1 where the target is reached, else how near the actual comes, never below 0."""
        if reached(case):
            return Fraction(1)
        assert case.actual is not None and case.target is not None
        if not case.target:
            return Fraction(0)
        if not case.lower_is_better:
            return max(Fraction(0), case.actual / case.target)
        if case.inverse == "比例":
            return case.target / case.actual
        return max(Fraction(0), 1 - (case.actual - case.target) / case.target)

    def formula(self, case: Case) -> Formula:
        """Return the same over names."""
        short = "MAX(0,{实际完成值}/{年度指标值})"
        if case.lower_is_better and case.inverse == "比例":
            short = "{年度指标值}/{实际完成值}"
        elif case.lower_is_better:
            short = "MAX(0,1-({实际完成值}-{年度指标值})/{年度指标值})"
        reached = _reached_formula(case)
        return Formula(f"{{分值}}*IF({reached},1,IF({{年度指标值}}=0,0,{short}))")

    def words(self, case: Case) -> str:
        """Say the rule in the direction that applies."""
        if not case.lower_is_better:
            return "按比例（正向）：达到指标值得满分，否则 分值×完成值÷指标值"
        if case.inverse == "比例":
            return "按比例（反向，比例）：不超过指标值得满分，否则 分值×指标值÷完成值"
        return "按比例（反向，线性）：不超过指标值得满分，否则 分值×(1－(完成值－指标值)÷指标值)，最低 0"


class AllOrNothing(Method):
    """达标得满分: the target reached earns w, else nothing."""

    name = "达标得满分"
    measured = True

    def share(self, case: Case) -> Fraction:
        """Return 1 or 0."""
        return Fraction(1 if reached(case) else 0)

    def formula(self, case: Case) -> Formula:
        """Return the same over names."""
        return Formula(f"{{分值}}*IF({_reached_formula(case)},1,0)")

    def words(self, case: Case) -> str:
        """Say the rule."""
        return "达标得满分：达到指标值得满分，否则得 0"


METHODS: tuple[Method, ...] = (BudgetExecution(), Proportional(), AllOrNothing())
BY_NAME = {method.name: method for method in METHODS}
NAMES = (JUDGED, *BY_NAME, *NOT_YET)
"""Every word that 评分方式 may hold besides the names of a workbook's own rules."""


def budgeted(name: str | None) -> bool:
    """Whether the method of that name needs 预算执行."""
    return name in BY_NAME and BY_NAME[name].budgeted


def measured(name: str | None) -> bool:
    """Whether the method of that name needs numbers in 年度指标值 and 实际完成值."""
    return name in BY_NAME and BY_NAME[name].measured


def spelled(typed: str) -> str:
    """Return a method as the format spells it; what is none of them comes back as it is."""
    plain = canonical(typed)
    if plain in JUDGED_TOO:
        return JUDGED
    return next((name for name in NAMES if canonical(name) == plain), typed)
