"""满意度: the rate of a survey, by 满意度口径, and its points."""

from __future__ import annotations

from fractions import Fraction

from xlkpi.domain.formula import Formula
from xlkpi.domain.methods.method import UPWARDS, Case, Method, Votes, worth
from xlkpi.domain.methods.standard import PROPORTIONAL, equality_text
from xlkpi.domain.numbers import rounded
from xlkpi.domain.substitution import PLACES, Choice, Day, Number, Substitution


class Satisfaction(Method):
    """满意度: the rate of a survey, by 满意度口径, then as 按比例 against the target.

    The survey's rate is in percentage points; its formula replaces {实际完成值}.
    """

    name = "满意度"
    surveyed = True
    natures = (*UPWARDS, None)

    def share(self, case: Case) -> Fraction:
        """Return 1 where the target is reached, else rate ÷ target."""
        return PROPORTIONAL.share(_as_proportional(case))

    def formula(self, case: Case) -> Formula:
        """Return the formula of 按比例 with the rate in the place of the actual value."""
        formula = PROPORTIONAL.formula(_as_proportional(case)).text
        return Formula(formula.replace("{实际完成值}", self.formula_of_rate(case)))

    def explain(self, case: Case) -> str:
        assert case.votes is not None
        rate = f"{rounded(satisfaction_rate(case.votes, case.criterion), 2):f}"
        return (
            f"满意度：有效问卷 {case.votes.valid} 份，口径“{case.criterion}”，"
            f"满意度 {rate}%；达到指标值得满分，否则 分值×满意度÷指标值{equality_text(case)}"
        )

    def substitution(self, case: Case) -> Substitution:
        as_proportional = _as_proportional(case)
        assert case.votes is not None and case.target is not None
        actual, target = self.formula_of_rate(case), Number("{年度指标值}", case.target)
        rate = rate_substitution(case.votes, case.criterion)
        points = worth(case)
        reached = f"ROUND({actual}-{{年度指标值}},{PLACES})>=0"
        short: Substitution = (points, "×(", *rate, ")÷", target)
        return (
            Choice(
                reached, PROPORTIONAL.share(as_proportional) == 1, (*rate, "≥", target, "，得 ", points), short,
            ),
        )  # fmt: skip

    @staticmethod
    def formula_of_rate(case: Case) -> str:
        """Return the survey's rate as a formula, in parentheses."""
        return f"({satisfaction_formula(case.criterion)})"


def _as_proportional(case: Case) -> Case:
    assert case.votes is not None
    return case._replace(nature="≥", actual=satisfaction_rate(case.votes, case.criterion))


_WEIGHTS = {
    "满意以上": (100, 100, 0, 0),
    "基本满意以上": (100, 100, 100, 0),
    "指数100-80-60-40": (100, 80, 60, 40),
}
"""满意度口径 → what a vote of each kind counts, in percentage points."""
CRITERIA = tuple(_WEIGHTS)
"""满意度口径, the default first."""
VOTES = ("很满意", "满意", "基本满意", "不满意")


def satisfaction_rate(votes: Votes, criterion: str) -> Fraction:
    """Return the rate of a survey in percentage points."""
    counted = sum(weight * count for weight, count in zip(_WEIGHTS[criterion], votes, strict=True))
    return Fraction(counted, votes.valid)


def satisfaction_formula(criterion: str) -> str:
    """Return the rate as a formula over {很满意} … {不满意}, the column sums of 满意度调查."""
    pairs = zip(VOTES, _WEIGHTS[criterion], strict=True)
    counted = "+".join(f"{weight}*{{{name}}}" for name, weight in pairs if weight)
    return f"({counted})/({'+'.join(f'{{{name}}}' for name in VOTES)})"


def rate_substitution(votes: Votes, criterion: str) -> Substitution:
    """Return the rate with the votes put in."""
    kinds = [
        (weight, Number(f"{{{name}}}", count))
        for name, weight, count in zip(VOTES, _WEIGHTS[criterion], votes, strict=True)
        if weight
    ]
    alike = len({weight for weight, _ in kinds}) == 1
    parts: list[str | Number | Day | Choice] = ["100×("] if alike else ["("]
    for at, (weight, number) in enumerate(kinds):
        parts += ["+"] if at else []
        parts += [number] if alike else [f"{weight}×", number]
    valid = "+".join(f"{{{name}}}" for name in VOTES)
    return (*parts, ")÷", Number(f"({valid})", votes.valid))
