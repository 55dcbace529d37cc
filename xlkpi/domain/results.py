"""The results of scoring: scores, totals, the grade, and the outcome of one source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain import indicators, inputs, methods
from xlkpi.domain.cells import AmountSum, Number
from xlkpi.domain.findings import Finding, Severity
from xlkpi.domain.formula import Formula
from xlkpi.domain.location import CellRef
from xlkpi.domain.methods import Method
from xlkpi.domain.numbers import quotient


class ScorerMark(NamedTuple):
    """One scorer's mark for one indicator."""

    scorer: str
    place: CellRef
    mark: Decimal | None
    """As typed; None for a recusal."""
    weight: Number | None = None
    """评分权重, only with 加权平均, and of scorers who marked."""
    group: str = ""
    """The key of the 评分组, where groups count."""


class GroupMean(NamedTuple):
    """The mean of one 评分组 for one indicator."""

    group: inputs.Group
    mean: Fraction | None
    """By 综合方法, in the scale of the marks; None where nobody of the group marked it."""
    explanation: str
    """How it was computed from the group's marks."""


class IndicatorScore(NamedTuple):
    """How one third-level indicator got its score."""

    indicator: indicators.Indicator
    given: tuple[ScorerMark, ...]
    """One for each scorer in the order of the ballots; empty where the indicator is computed."""
    exact: Fraction
    """Before rounding."""
    score: Decimal
    """Rounded half-up to 小数位数, at most 分值; 0, and nowhere printed, where it does not apply.

    It carries the decimals that it is printed with."""
    formula: Formula
    """The unrounded value over names that the writer knows."""
    explanation: str
    """A Chinese sentence about how this indicator was scored."""
    method: Method | None = None
    """The method that computed it; None where scorers marked it or it does not apply."""
    case: methods.Case | None = None
    """The values that the method used."""
    parts: tuple[GroupMean, ...] = ()
    """One for each of the groups that score, where groups count; `formula` is over their means."""
    group_formula: Formula = Formula("")
    """The mean of one group, over its own marks."""

    @property
    def applies(self) -> bool:
        return self.indicator.applies

    @property
    def rate(self) -> float:
        """Score ÷ 分值 as the nearest double, 0 where that is 0."""
        points = self.indicator.points.value
        return quotient(self.score, points) if points else 0.0


class TierScore(NamedTuple):
    """The score of an indicator of any tier."""

    tier: indicators.Tier
    points: Decimal
    score: Decimal
    applicable: Decimal
    """The part of the points that applies; less where an indicator below is 不适用."""

    @property
    def applies(self) -> bool:
        """Whether any indicator below applies: if none, `score` is 0 and nowhere printed."""
        return self.applicable != 0

    @property
    def rate(self) -> Fraction:
        """Score ÷ the points that apply, 0 where there are none."""
        return Fraction(self.score) / Fraction(self.applicable) if self.applicable else Fraction(0)


class Budget(NamedTuple):
    """The sums of 预算执行, over the projects and the basic expenditure together."""

    projects: int
    """Rows of 项目支出."""
    budget: Decimal
    fiscal: AmountSum
    """其中：财政资金, which need not be filled in."""
    executed: Decimal

    @property
    def rate(self) -> Fraction:
        """执行率, 0 where the budget is 0."""
        return Fraction(self.executed) / Fraction(self.budget) if self.budget else Fraction(0)


Tiers = tuple[tuple[TierScore, ...], tuple[TierScore, ...], tuple[TierScore, ...]]
"""First, second and third level, in the order of their sheets."""


class AdjustmentTotals(NamedTuple):
    """The rows of 加减分 by their effect."""

    plus: tuple[inputs.Adjustment, ...]
    minus: tuple[inputs.Adjustment, ...]
    zero: inputs.Adjustment | None = None
    """The first 否决 by which the total counts as 0."""
    lowest: inputs.Adjustment | None = None
    """The first by which the grade is the lowest."""
    not_best: inputs.Adjustment | None = None
    """The first by which the grade is not the best."""

    @property
    def points(self) -> Decimal:
        """Σ 加分 − Σ 减分."""
        signed = [(each, 1) for each in self.plus] + [(each, -1) for each in self.minus]
        return sum((sign * (each.points.value or Decimal(0)) for each, sign in signed), Decimal(0))

    @property
    def vetoes(self) -> tuple[inputs.Adjustment, ...]:
        """The 否决 that have an effect, the gravest first."""
        return tuple(each for each in (self.zero, self.lowest, self.not_best) if each)


NO_ADJUSTMENTS = AdjustmentTotals((), ())


class ScoreTotals(NamedTuple):
    """The totals of the scores of the third level."""

    tiers: Tiers
    added: Decimal
    """Σ of tier one."""
    applicable: Decimal
    """分值 of the indicators that apply; below 100 the sum is rescaled."""
    rescaled: Decimal
    """`added` × 100 ÷ `applicable`, rounded once more; `added` itself where all apply."""
    total: Decimal
    grade: inputs.Grade


class Review(NamedTuple):
    """The reviewing authority's result, beside the self-evaluation's, which it never replaces."""

    score_totals: ScoreTotals
    rows: Mapping[str, inputs.ReviewRow]
    """By the key of the indicator."""
    deviation: Fraction
    """(自评 − 复核) ÷ 自评; 0 where the self-evaluation's total is 0."""


class Scored(NamedTuple):
    """A scored workbook."""

    scorers: tuple[inputs.Ballot, ...]
    """Those whose marks were asked for, in the order of 评价工作组."""
    indicator_scores: tuple[IndicatorScore, ...]
    tiers: Tiers
    total: Decimal
    grade: inputs.Grade
    score_totals: ScoreTotals
    """The steps from the scores to total and grade."""
    budget: Budget | None
    review: Review | None = None
    adjustments: AdjustmentTotals = NO_ADJUSTMENTS
    """What 加减分 does to the total and the grade."""
    groups: tuple[inputs.Group, ...] = ()
    """The 评分组 that score, each with its scorers side by side; () where groups do not count."""
    group_sizes: tuple[int, ...] = ()
    """How many scorers each of them has."""

    def index_of(self, work: IndicatorScore) -> int:
        """Return the index of one of `indicator_scores`."""
        return next(at for at, each in enumerate(self.indicator_scores) if each is work)


class Status(StrEnum):
    """How the processing of a source ended."""

    SCORED = "scored"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that is known of one source, whether it could be scored or not."""

    source: inputs.Source
    findings: tuple[Finding, ...]
    filled: inputs.Filled | None = None
    scored: Scored | None = None
    folded: tuple[Finding, ...] = ()
    """The single notes of which one in `findings` represents many."""

    @property
    def status(self) -> Status:
        """Scored, refused (errors), or unreadable (not a workbook)."""
        if self.filled is None:
            return Status.UNREADABLE
        return Status.SCORED if self.scored else Status.REFUSED

    def count(self, severity: Severity) -> int:
        """Return how many findings of that severity there are."""
        return sum(1 for each in self.findings if each.severity is severity)
