"""Amounts of one row that can hardly be in one unit: 万元 beside 元."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from xlkpi.domain.cells import Number
from xlkpi.domain.schema import BUDGET, EXECUTED

_FAR = 100
"""From so many times another amount of its row on, an amount is doubted: 10,000 is 万元 beside 元."""
_OVERSPENT = 3
"""Above so many times the budget, what was spent is doubted."""


class OddPair(NamedTuple):
    """Two amounts of one row that are too far apart."""

    large: tuple[str, Decimal]
    """The header and the amount of the larger one."""
    small: tuple[str, Decimal]
    odd: Number
    """The one that is away from the others, or the larger one of two."""

    @property
    def ratio(self) -> Fraction:
        """How many times the smaller one the larger one is."""
        return Fraction(self.large[1]) / Fraction(self.small[1])


def odd_pair(amounts: Mapping[str, Number]) -> OddPair | None:
    """Return the amounts of a row that are too far apart, None where there are none; 0 is no amount."""
    known = {name: held.value for name, held in amounts.items() if held.value and held.value > 0}
    rising = sorted(known.items(), key=lambda each: each[1])
    if len(rising) > 1 and rising[-1][1] >= _FAR * rising[0][1]:
        odd, other = rising[0], rising[-1]
        if not _is_low_odd([value for _, value in rising]):
            odd, other = other, odd
        budget = known.get(BUDGET.header, odd[1])
        if max(budget, odd[1]) >= _FAR * min(budget, odd[1]):  # the figure that people know
            other = BUDGET.header, budget
        large, small = (odd, other) if odd[1] > other[1] else (other, odd)
        return OddPair(large, small, amounts[odd[0]])
    budgeted, spent = known.get(BUDGET.header), known.get(EXECUTED.header)
    if budgeted and spent and spent > _OVERSPENT * budgeted:
        pair = (EXECUTED.header, spent), (BUDGET.header, budgeted)
        return OddPair(*pair, amounts[EXECUTED.header])
    return None


def _is_low_odd(values: Sequence[Decimal]) -> bool:
    """Whether the widest gap among rising amounts is nearer to the least: then that is away from the others."""
    gaps = [high / low for low, high in pairwise(values)]
    return 2 * (gaps.index(max(gaps)) + 1) < len(values)
