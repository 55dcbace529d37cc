"""预算执行率, 按比例 and 达标得满分."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from xlkpi.domain import custom_rules
from xlkpi.domain.formula import Formula
from xlkpi.domain.methods.method import DIRECTIONS, Case, Method, worth
from xlkpi.domain.numbers import rounded
from xlkpi.domain.substitution import Choice, Day, Number, Substitution, measured
from xlkpi.domain.text import day

BUDGET_EXECUTION = "预算执行率"


def execution_rate(case: Case) -> Fraction:
    """Return 执行率 as a part of one, 0 where the budget is 0."""
    if not case.budget or case.executed is None:
        return Fraction(0)
    return case.executed / case.budget


EXECUTION_RATE = "IF({全年预算数}=0,0,{全年执行数}/{全年预算数})"


def rate_substitution(case: Case) -> Substitution:
    """Return 执行率 with the sums put in; the sums of many cells are rounded, for they may be a hair off."""
    spent, planned = _sums(case)
    return (Choice("{全年预算数}=0", not case.budget, ("0",), (spent, "÷", planned)),)


def _sums(case: Case) -> tuple[Number, Number]:
    return (
        Number("ROUND({全年执行数},6)", case.executed or 0),
        Number("ROUND({全年预算数},6)", case.budget or 0),
    )


class BudgetExecution(Method):
    """预算执行率: w × Σ执行 ÷ Σ预算 over all funds, at most w; a budget of 0 earns nothing."""

    name = BUDGET_EXECUTION
    budgeted = True

    def share(self, case: Case) -> Fraction:
        return min(Fraction(1), max(Fraction(0), execution_rate(case)))

    def formula(self, case: Case) -> Formula:
        return Formula(f"{{分值}}*MAX(0,MIN(1,{EXECUTION_RATE}))")

    def explain(self, case: Case) -> str:
        return "预算执行率：分值×全年执行数÷全年预算数，最多得满分"

    def substitution(self, case: Case) -> Substitution:
        spent, planned = _sums(case)
        ratio = f"ROUND({EXECUTION_RATE},{_GAP_PLACES})"
        rate = rounded(execution_rate(case), _GAP_PLACES)
        limit = Choice(
            f"{ratio}>1",
            rate > 1,
            ("，最多得 ", worth(case)),
            (Choice(f"{ratio}<0", rate < 0, ("，最少得 0",)),),
        )
        return (
            Choice(
                "{全年预算数}=0", not case.budget, ("全年预算数是 0，得 0",),
                (worth(case), "×", spent, "÷", planned, limit),
            ),
        )  # fmt: skip


def is_reached(case: Case) -> bool:
    """Whether the actual reaches the target, in the direction of 指标性质."""
    assert case.actual is not None and case.target is not None
    gap = rounded(case.actual - case.target, _GAP_PLACES)
    if case.lower_is_better or (case.nature == "=" and case.target == 0):
        return gap <= 0
    return gap >= 0


def is_met(case: Case) -> bool:
    """Whether the target is met to the letter: what only equals it does not meet > or <."""
    assert case.actual is not None and case.target is not None
    if not _strict(case):
        return is_reached(case)
    gap = rounded(case.actual - case.target, _GAP_PLACES)
    return gap < 0 if case.lower_is_better else gap > 0


def _strict(case: Case) -> bool:
    """Whether equality is not enough: it is where the actual, too, was typed as >5 or <5.

    A result keeps the number without that sign, so the formula depends on it only where it must.
    """
    if case.nature not in _STRICT:
        return False
    return case.actual_sign != case.nature or case.actual != case.target


_OPPOSITE = {">": "≤", "<": "≥"}
_STRICT = tuple(_OPPOSITE)
_GAP_PLACES = custom_rules.GAP_PLACES
_GAP = f"ROUND({{实际完成值}}-{{年度指标值}},{_GAP_PLACES})"


def _reached_formula(case: Case) -> str:
    if case.lower_is_better:
        return f"{_GAP}<=0"
    if case.nature == "=":
        return f"IF({{年度指标值}}=0,{_GAP}<=0,{_GAP}>=0)"
    return f"{_GAP}>=0"


def _met_formula(case: Case) -> str:
    return f"{_GAP}{case.nature}0" if _strict(case) else _reached_formula(case)


def _put_in(case: Case) -> tuple[Number | Day, Number | Day]:
    """Return the actual and the target, to be put in."""
    assert case.actual is not None and case.target is not None
    names = ("{实际完成值}", case.actual), ("{年度指标值}", case.target)
    if case.dated:
        actual, target = (Day(name, day(Decimal(int(value)))) for name, value in names)
        return actual, target
    return measured(*names[0]), measured(*names[1])


def _sign(case: Case, upwards: str, downwards: str) -> str | Choice:
    """Return the sign between actual and target; of = it depends on whether the target is 0."""
    if case.lower_is_better:
        return downwards
    if case.nature == "=":
        return Choice("{年度指标值}=0", case.target == 0, (downwards,), (upwards,))
    return upwards


def comparison(case: Case) -> Substitution:
    """Return the target reached, with the numbers put in."""
    actual, target = _put_in(case)
    return actual, _sign(case, "≥", "≤"), target


def missed(case: Case) -> Substitution:
    """Return the target not reached, with the numbers put in."""
    actual, target = _put_in(case)
    return actual, _sign(case, "<", ">"), target


def equality_text(case: Case) -> str:
    """Say what equality is worth where the ratio decides and the nature leaves it open."""
    text = f"；性质是“{case.nature}”，等于指标值时比例为 1，也得满分"
    return text if case.nature in _STRICT else ""


class Proportional(Method):
    """按比例: the target reached earns w; below it w × a ÷ t, or one of two inverse forms.

    What equals a target of > or < earns w as well: the ratio is 1.
    """

    name = "按比例"
    measured = True
    natures = DIRECTIONS
    scaled = True

    def share(self, case: Case) -> Fraction:
        """Return 1 where the target is reached, else how near the actual comes, never below 0."""
        if is_reached(case):
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
        short = "MAX(0,{实际完成值}/{年度指标值})"
        if case.lower_is_better and case.inverse == "比例":
            short = "{年度指标值}/{实际完成值}"
        elif case.lower_is_better:
            short = "MAX(0,1-({实际完成值}-{年度指标值})/{年度指标值})"
        reached = _reached_formula(case)
        return Formula(f"{{分值}}*IF({reached},1,IF({{年度指标值}}=0,0,{short}))")

    def explain(self, case: Case) -> str:
        return self._direction(case) + equality_text(case)

    def substitution(self, case: Case) -> Substitution:
        return (
            Choice(
                _reached_formula(case), is_reached(case), (*comparison(case), "，得 ", worth(case)),
                (Choice("{年度指标值}=0", case.target == 0, (*missed(case), "，得 0"), self._short(case)),),
            ),
        )  # fmt: skip

    def _short(self, case: Case) -> Substitution:
        """Return what falls short of the target, which is not 0."""
        (actual, target), points = _put_in(case), worth(case)
        assert case.actual is not None and case.target is not None
        if not case.lower_is_better:
            below = Choice("{实际完成值}<0", case.actual < 0, ("，最少得 0",))
            return points, "×", actual, "÷", target, below
        if case.inverse == "比例":
            return points, "×", target, "÷", actual
        twice = Choice(
            "{实际完成值}>2*{年度指标值}", case.actual > 2 * case.target, ("，最少得 0",)
        )
        return points, "×(1－(", actual, "－", target, ")÷", target, ")", twice

    def _direction(self, case: Case) -> str:
        if not case.lower_is_better:
            return "按比例（正向）：达到指标值得满分，否则 分值×完成值÷指标值"
        if case.inverse == "比例":
            return "按比例（反向，比例）：不超过指标值得满分，否则 分值×指标值÷完成值"
        return "按比例（反向，线性）：不超过指标值得满分，否则 分值×(1－(完成值－指标值)÷指标值)，最低 0"


class AllOrNothing(Method):
    """达标得满分: the target met earns w, else nothing; what equals it does not meet > or <."""

    name = "达标得满分"
    measured = True
    natures = DIRECTIONS
    dates = True

    def share(self, case: Case) -> Fraction:
        return Fraction(1 if is_met(case) else 0)

    def formula(self, case: Case) -> Formula:
        return Formula(f"{{分值}}*IF({_met_formula(case)},1,0)")

    def explain(self, case: Case) -> str:
        side = "低于" if case.lower_is_better else "高于"
        if case.nature in _STRICT:
            return f"达标得满分：{side}指标值得满分，否则得 0；性质是“{case.nature}”，等于指标值不算达到"
        return "达标得满分：达到指标值得满分，否则得 0"

    def substitution(self, case: Case) -> Substitution:
        met, unmet = comparison(case), missed(case)
        if _strict(case):
            actual, target = _put_in(case)
            met, unmet = (actual, case.nature, target), (actual, _OPPOSITE[case.nature], target)
        points: Substitution = ("，得 ", worth(case))
        return (Choice(_met_formula(case), is_met(case), (*met, *points), (*unmet, "，得 0")),)


PROPORTIONAL = Proportional()
