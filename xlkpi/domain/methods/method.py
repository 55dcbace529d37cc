"""What a scoring method is, and the values that it may use."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.custom_rules import Rule
from xlkpi.domain.formula import Formula
from xlkpi.domain.substitution import Number, Substitution

UPWARDS = ("≥", ">", "=")
DIRECTIONS = (*UPWARDS, "≤", "<")


class Votes(NamedTuple):
    """The valid answers of a survey, over all its rows, by satisfaction."""

    very: int
    pleased: int
    fairly: int
    not_pleased: int

    @property
    def valid(self) -> int:
        return sum(self)


class Case(NamedTuple):
    """The values that a method may use. Numbers are exact; None where the workbook has none."""

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
    votes: Votes | None = None
    criterion: str = "满意以上"
    """满意度口径."""
    actual_sign: str = ""
    """The operator typed before 实际完成值: what is "<5" meets < 5, though its number equals the target."""
    dated: bool = False
    """Whether target and actual are dates."""

    @property
    def lower_is_better(self) -> bool:
        """Whether 指标性质 is ≤ or <."""
        return self.nature in ("≤", "<")


POINTS = "{分值}"


def worth(case: Case) -> Number:
    """Return the 分值, to be put in."""
    return Number(POINTS, case.points)


class Method:
    """A method that computes points; `points` and `formula` must agree for every case."""

    name: str
    measured = False
    """Needs numbers in 年度指标值 and 实际完成值."""
    natures: tuple[str | None, ...] = ()
    """The allowed values of 指标性质, None for an empty cell; () where it does not matter."""
    scaled = False
    """Divides by the target, which then may not be below 0."""
    budgeted = False
    """Needs 预算执行."""
    surveyed = False
    """Needs 满意度调查, and a target in percentage points."""
    dates = False
    """Whether target and actual may be dates."""
    rule: Rule | None = None
    """The rule of 评分规则 that it follows."""

    def __eq__(self, other: object) -> bool:
        """Whether it computes alike: methods of two workbooks are compared by name and rule."""
        if not isinstance(other, Method) or type(self) is not type(other):
            return False
        return (self.name, self.rule) == (other.name, other.rule)

    def __hash__(self) -> int:
        """Go by the name."""
        return hash((type(self), self.name))

    @property
    def targeted(self) -> bool:
        """Whether it needs a number in 年度指标值."""
        return self.measured or self.surveyed

    def share(self, case: Case) -> Fraction:
        """Return the part of the points that is earned, from 0 to 1."""
        raise NotImplementedError

    def formula(self, case: Case) -> Formula:
        """Return the unrounded points as a formula over names."""
        raise NotImplementedError

    def explain(self, case: Case) -> str:
        """Return a Chinese sentence that explains the score to an auditor."""
        raise NotImplementedError

    def substitution(self, case: Case) -> Substitution:
        """Return the unrounded points with the numbers put in."""
        raise NotImplementedError

    def points(self, case: Case) -> Fraction:
        """Return the unrounded points."""
        return case.points * self.share(case)

    def value(self, case: Case) -> Fraction | None:
        """Return the value that a rule of 评分规则 is applied to; None without a rule or a value."""
        return None
