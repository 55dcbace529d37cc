"""How the scorers' marks compare: exact figures, each of which a formula on 评分对比 finds again.

Marks count as 得分率 (mark ÷ full mark) to twelve places, in whole units of 10**-12, so that equal
is equal here and in a formula; differences are percentage points to six places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.inputs import Filled
from xlkpi.domain.numbers import EXACT, NOISE, half_up, rounded
from xlkpi.domain.results import IndicatorScore, Scored, ScorerMark

UNIT = 10**NOISE
POINT_PLACES = 6
NOISE_PLACES = 10
"""Taken first, here and in the formulas: a double may lie a hair beside a tie."""
"""Percentage points are rounded to it before they are shown or held against a line."""
ALPHA_PLACES = 6
NOTHING = 20
"""A sum of squares that is 0 to so many places is noise: marks of six decimals leave 1e-16."""
LENIENCY = Decimal(5)
"""宽严线, percentage points: who is further than this from the others marks high or low."""
GOOD, FAIR = Decimal("0.8"), Decimal("0.667")
"""Krippendorff's own bounds for alpha: reliable, and good enough for tentative conclusions."""
ALONE, SCARCE, EQUAL = "只有一名评分人", "有效数据不足", "评分完全一致，系数不适用"
"""Why there is no alpha."""
ENOUGH, SPREAD = 5, Decimal(10)
"""Indicators with two marks, and 标准差 of all marks in percentage points, below which alpha says
nothing: where all mark nearly alike, chance would agree as well, and alpha is low without any dispute."""
FEW, CLOSE = "指标太少，不作判断", "得分都很接近，不作判断"
"""Why alpha is not put into words."""


class Line(NamedTuple):
    """The marks of one judged indicator."""

    work: IndicatorScore
    rates: tuple[int | None, ...]
    """得分率 of each scorer in units of 10**-12; None for a recusal."""
    known: tuple[int, ...]
    """The same without recusals."""
    sum: int

    @classmethod
    def of(cls, work: IndicatorScore, hundred: bool) -> Line:
        """Return the line of a working that has marks."""
        full = Decimal(100) if hundred else work.indicator.points.value or Decimal(1)
        rates = tuple(_rate(given, full.as_integer_ratio()) for given in work.given)
        known = tuple(rate for rate in rates if rate is not None)
        return cls(work, rates, known, sum(known))

    @property
    def highest(self) -> int:
        """The highest rate, 0 where everybody stepped aside."""
        return max(self.known, default=0)

    @property
    def lowest(self) -> int:
        """The lowest rate, 0 likewise."""
        return min(self.known, default=0)

    @property
    def mean(self) -> Fraction:
        """The mean 得分率, 0 where everybody stepped aside."""
        return Fraction(self.sum, UNIT * len(self.known)) if self.known else Fraction(0)

    @property
    def apart(self) -> int:
        """M × 离差平方和 in units of 10**-24, exactly."""
        return len(self.known) * sum(x * x for x in self.known) - self.sum**2

    @property
    def squares(self) -> Fraction:
        """离差平方和: the sum of squared distances from the mean."""
        count = len(self.known)
        return Fraction(self.apart, count * UNIT**2) if count else Fraction(0)

    @property
    def shown_mean(self) -> float:
        """The mean as the nearest double."""
        return self.sum / (UNIT * len(self.known)) if self.known else 0.0

    @property
    def shown_squares(self) -> float:
        """离差平方和 as the nearest double."""
        return self.apart / (len(self.known) * UNIT**2) if self.known else 0.0

    @property
    def factor(self) -> Fraction:
        """M ÷ (m − 1): a distance from the mean × this is the one from the others' mean."""
        count = len(self.known)
        return Fraction(count, count - 1) if count > 1 else Fraction(0)

    def gap(self, scorer: int) -> Decimal | None:
        """Return a mark's distance from the mean of the others', in percentage points."""
        rate, others = self.rates[scorer], len(self.known) - 1
        if rate is None or others < 1:
            return None
        apart = (others + 1) * rate - self.sum
        return _points(100 * apart, others * UNIT)


def _rate(given: ScorerMark, full: tuple[int, int]) -> int | None:
    if given.mark is None:
        return None
    above, below = given.mark.as_integer_ratio()
    return half_up(above * full[1], below * full[0], NOISE)


def _points(numerator: int, denominator: int) -> Decimal:
    noisy = half_up(numerator, denominator, NOISE_PLACES)
    places = half_up(noisy, 10**NOISE_PLACES, POINT_PLACES)
    return Decimal(places).scaleb(-POINT_PLACES, EXACT)


class Outlier(NamedTuple):
    """A mark too far from the others'."""

    line: int
    scorer: int
    gap: Decimal
    """Percentage points."""


class Panel(NamedTuple):
    """All marks of all scorers."""

    scorers: tuple[str, ...]
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, filled: Filled, scored: Scored) -> Panel:
        """Return the panel of a workbook that was scored; computed indicators have no line."""
        hundred = filled.parameters.out_of_100
        return cls(
            tuple(ballot.scorer.value or "" for ballot in scored.scorers),
            tuple(Line.of(work, hundred) for work in scored.indicator_scores if work.given),
        )

    def marks(self, scorer: int) -> list[int]:
        """Return the rates that a scorer gave."""
        return [rate for line in self.lines if (rate := line.rates[scorer]) is not None]

    def mean(self, scorer: int) -> Fraction | None:
        """Return a scorer's mean 得分率, None without a mark."""
        marks = self.marks(scorer)
        return Fraction(sum(marks), len(marks) * UNIT) if marks else None

    def leniency(self, scorer: int) -> Decimal | None:
        """Return the mean distance from the others' mean on the same indicators, in points."""
        shared = [
            (len(line.known), rate, line.sum)
            for line in self.lines
            if (rate := line.rates[scorer]) is not None and len(line.known) > 1
        ]
        if not shared:
            return None
        common = math.lcm(*(count - 1 for count, _, _ in shared))
        apart = sum((m * rate - whole) * (common // (m - 1)) for m, rate, whole in shared)
        return _points(100 * apart, common * len(shared) * UNIT)

    def outliers(self, limit: Decimal) -> list[Outlier]:
        """Return the marks further than `limit` points from the others' mean, the furthest first."""
        found = [
            Outlier(at, scorer, gap)
            for at, line in enumerate(self.lines)
            for scorer in range(len(self.scorers))
            if (gap := line.gap(scorer)) is not None and abs(gap) > limit
        ]
        return sorted(found, key=lambda each: -abs(each.gap))

    def uniform(self) -> list[int]:
        """Return the scorers whose marks, two at least, are all at the same 得分率."""
        held = [self.marks(scorer) for scorer in range(len(self.scorers))]
        return [
            scorer for scorer, marks in enumerate(held) if len(marks) > 1 and len(set(marks)) == 1
        ]

    def repeats(self) -> list[tuple[int, int]]:
        """Return (scorer, the first one with the very same ballot, recusals included).

        Uniform ballots are left out: that they are the same follows from it.
        """
        first: dict[tuple[int | None, ...], int] = {}
        found, uniform = [], set(self.uniform())
        for scorer in range(len(self.scorers)):
            ballot = tuple(line.rates[scorer] for line in self.lines)
            earlier = first.setdefault(ballot, scorer)
            if earlier != scorer and scorer not in uniform and len(self.marks(scorer)) > 1:
                found.append((scorer, earlier))
        return found

    @property
    def all_full(self) -> bool:
        """Whether every mark of every scorer, two at least, is the full one."""
        known = [rate for line in self.lines for rate in line.known]
        return len(known) > 1 and set(known) == {UNIT}

    def partial(self) -> list[tuple[int, Decimal]]:
        """Return the scorers beyond 宽严线 with their leniency, the furthest first."""
        gaps = [(scorer, self.leniency(scorer)) for scorer in range(len(self.scorers))]
        found = [(scorer, gap) for scorer, gap in gaps if gap is not None and abs(gap) > LENIENCY]
        return sorted(found, key=lambda each: -abs(each[1]))

    def agreement(self) -> Agreement:
        """Return Krippendorff's alpha and the sums that it is made of."""
        return Agreement.of(self.lines, len(self.scorers))


class Agreement(NamedTuple):
    """Krippendorff's alpha for intervals in closed form, over indicators with two marks or more.

    alpha = 1 − (n − 1) · Σ_u [Σ_{i<j in u} (x_i − x_j)² ÷ (m_u − 1)] ÷ Σ_{i<j} (x_i − x_j)², where
    the squared differences of m values come to m × their 离差平方和.
    """

    units: int
    """Indicators with at least two marks."""
    values: int
    """Their marks."""
    mean: Fraction
    within: Fraction
    """Σ m ÷ (m − 1) × 离差平方和 of each indicator."""
    whole: Fraction
    """离差平方和 of all their marks together."""
    alpha: Decimal | str
    """Rounded to six places, or why there is none."""

    @classmethod
    def of(cls, lines: Sequence[Line], scorers: int) -> Agreement:
        """Return the agreement of so many scorers."""
        units = [line for line in lines if len(line.known) > 1]
        values = sum(len(line.known) for line in units)
        total = sum(line.sum for line in units)
        mean = Fraction(total, values * UNIT) if values else Fraction(0)
        # Over one denominator: of a fraction each time, most of the time would go into reducing it.
        common = math.lcm(*(len(line.known) - 1 for line in units))
        apart = sum(line.apart * (common // (len(line.known) - 1)) for line in units)
        within = Fraction(apart, common * UNIT**2)
        squares = sum(x * x for line in units for x in line.known)
        whole = Fraction(values * squares - total**2, values * UNIT**2) if values else Fraction(0)
        alpha = _alpha(scorers, len(units), values, within, whole)
        return cls(len(units), values, mean, within, whole, alpha)

    @property
    def spread(self) -> Decimal:
        """标准差 of their marks in percentage points, to six places."""
        variance = self.whole / self.values if self.values else Fraction(0)
        root = math.isqrt(int(variance * _ROOT**2))
        return rounded(Fraction(100 * root, _ROOT), POINT_PLACES)

    @property
    def words(self) -> str:
        """What alpha means, or why it means nothing."""
        if isinstance(self.alpha, str):
            return self.alpha
        if self.units < ENOUGH:
            return FEW
        if self.spread < SPREAD:
            return CLOSE
        return next(words for bound, words in VERDICTS if bound is None or self.alpha >= bound)


_ROOT = 10**20
"""A square root is taken to as many places as this has noughts."""
VERDICTS: tuple[tuple[Decimal | None, str], ...] = (
    (GOOD, "一致性好"),
    (FAIR, "一致性可以接受"),
    (None, "分歧较大，建议复核"),
)


def _alpha(
    scorers: int, units: int, values: int, within: Fraction, whole: Fraction
) -> Decimal | str:
    if scorers < 2:
        return ALONE
    if units < 2:  # over a single indicator alpha is 0 whatever the marks
        return SCARCE
    if not rounded(whole, NOTHING):
        return EQUAL
    return rounded(1 - (values - 1) * within / (values * whole), ALPHA_PLACES)
