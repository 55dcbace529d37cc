"""定性三档: 完成程度 names a band, and every mark lies inside it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.methods import BANDED
from xlkpi.domain.numbers import plain
from xlkpi.domain.schema import DEGREES, folded


def present(filled: Filled) -> Iterator[Finding]:
    """完成程度 is filled in, and the two bounds of the bands are in order."""
    lower, upper = _bounds(filled)
    if lower > upper:
        yield _out_of_order(filled, lower, upper)
    for indicator in filled.indicators:
        if indicator.method.value == BANDED and indicator.degree.blank and indicator.key:
            yield finding("X614", indicator.degree.place, code=indicator.label)


def _out_of_order(filled: Filled, lower: Decimal, upper: Decimal) -> Finding:
    """Report at the setting in the sheet; the other may be a default."""
    settings = filled.parameters.values
    low, high = (f"{plain(bound)}%" for bound in (lower, upper))
    if str(settings["定性部分达成下限"].place):
        name, found, choices = "定性部分达成下限", low, f"不大于“定性达成下限”（{high}）的数"
    else:
        name, found, choices = "定性达成下限", high, f"不小于“定性部分达成下限”（{low}）的数"
    return finding("X710", settings[name].place, found, name=name, choices=choices)


def _bounds(filled: Filled) -> tuple[Decimal, Decimal]:
    numbers = filled.parameters.numbers
    return numbers["定性部分达成下限"], numbers["定性达成下限"]


def marks_inside(filled: Filled) -> Iterator[Finding]:
    """A mark lies inside the band of 完成程度: [80 %, 100 %], [60 %, 80 %), [0, 60 %) by default."""
    banded = {each.key: each for each in filled.indicators if each.method.value == BANDED}
    lower, upper = _bounds(filled)
    if lower > upper:
        return  # has a finding; nothing lies between them
    silent = {folded(m.name.value) for m in filled.members if not m.is_scorer}
    for ballot in filled.ballots:
        if folded(ballot.scorer.value) in silent:
            continue
        for mark in ballot.marks:
            indicator, value = banded.get(mark.key), mark.mark.value
            limit = _limit(filled, indicator)
            if indicator and value is not None and limit is not None and 0 <= value <= limit:
                yield from _outside(filled, indicator, mark.mark.place, value, limit)


def _limit(filled: Filled, indicator: Indicator | None) -> Decimal | None:
    if indicator is None:
        return None
    return Decimal(100) if filled.parameters.out_of_100 else indicator.points.value


def _outside(
    filled: Filled, indicator: Indicator, place: CellRef, value: Decimal, limit: Decimal
) -> Iterator[Finding]:
    lower, upper = (bound * limit / 100 for bound in _bounds(filled))
    degree = indicator.degree.value or ""
    bands: dict[str, tuple[Decimal, Decimal | None]] = dict(
        zip(DEGREES, ((upper, None), (lower, upper), (Decimal(0), lower)), strict=True)
    )
    if degree not in bands:
        return
    least, below = bands[degree]
    if value < least or (below is not None and value >= below):
        ends = f"不低于 {plain(least)}" + (f"、低于 {plain(below)}" if below is not None else "")
        yield finding("X615", place, plain(value), degree=degree, band=ends)
