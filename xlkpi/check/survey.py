"""满意度调查: votes are whole numbers that are all there, and belong to indicators that ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from xlkpi.findings import Finding, finding
from xlkpi.layout import SURVEY
from xlkpi.methods import VOTES, Votes, satisfied
from xlkpi.model import Filled, Indicator, Survey
from xlkpi.numbers import plain

_CLOSE = Fraction(1, 200)
"""Percentage points by which a typed rate may be off: it was rounded to two decimals."""


def _asking(filled: Filled) -> dict[str, Indicator]:
    """The indicators that are scored by a survey."""
    ways = ((each, filled.way(each)) for each in filled.indicators)
    return {each.key: each for each, way in ways if way and way.surveyed}


def present(filled: Filled) -> Iterator[Finding]:
    """An indicator that is scored by a survey has one."""
    if filled.misplaced(SURVEY):
        return
    surveyed = {row.key for row in filled.surveys}
    unsure = any(not row.key for row in filled.surveys)
    for key, indicator in _asking(filled).items():
        if key and key not in surveyed and not unsure:
            yield finding("X641", indicator.method.place, code=indicator.label)


def codes_known(filled: Filled) -> Iterator[Finding]:
    """A survey belongs to an indicator that asks for it."""
    known, asking = {each.key for each in filled.indicators}, _asking(filled)
    for row in filled.surveys:
        if row.code.blank:
            yield finding("X642", row.code.place, "（空）")
        elif row.key and row.key not in known:
            yield finding("X642", row.code.place, row.code.value or "")
        elif row.key and row.key not in asking:
            yield finding("X643", row.code.place, row.code.value or "")


def votes(filled: Filled) -> Iterator[Finding]:
    """Votes are whole, not negative, none is left out, and there are some."""
    asking = _asking(filled)
    for row in filled.surveys:
        for what, vote in zip(VOTES, row.votes, strict=True):
            value = vote.value
            if vote.blank and row.key in asking:
                yield finding("X644", vote.place, what=what)
            elif value is not None and (value < 0 or value != value.to_integral_value()):
                yield finding("X645", vote.place, plain(value))
    for key, indicator in asking.items():
        rows = [row for row in filled.surveys if row.key == key]
        counts = [vote.value for row in rows for vote in row.votes]
        if rows and all(count == 0 for count in counts):
            yield finding("X646", rows[0].votes[0].place, code=indicator.label)


def sent(filled: Filled) -> Iterator[Finding]:
    """No more answers are valid than were asked for, and the number that was asked is said."""
    asking = _asking(filled)
    for row in filled.surveys:
        valid = _valid(row)
        if row.key not in asking or valid is None:
            continue
        if row.sent.blank:
            yield finding("X647", row.sent.place, code=row.code.value)
        elif row.sent.value is not None and valid > row.sent.value:
            yield finding("X648", row.sent.place, plain(row.sent.value), valid=plain(valid))


def _valid(row: Survey) -> Decimal | None:
    counts = [vote.value for vote in row.votes]
    return None if None in counts else sum((c for c in counts if c is not None), Decimal(0))


def typed_rate(filled: Filled) -> Iterator[Finding]:
    """The rate that was typed as 实际完成值 is what the survey gives; the survey counts."""
    caliber = filled.parameters.text("满意度口径")
    for key, indicator in _asking(filled).items():
        typed = _points(indicator)
        rows = [row.votes for row in filled.surveys if row.key == key]
        counts = [[vote.value for vote in kind] for kind in zip(*rows, strict=True)]
        if typed is None or not counts or any(None in kind for kind in counts):
            continue
        whole = Votes(*(int(sum(c for c in kind if c is not None)) for kind in counts))
        if whole.valid > 0 and abs(satisfied(whole, caliber) - Fraction(typed)) > _CLOSE:
            rate = plain(satisfied(whole, caliber), 2)
            place = indicator.actual_text.place
            yield finding("X649", place, indicator.actual_text.value or "", rate=rate)


def _points(indicator: Indicator) -> Decimal | None:
    """A typed rate in percentage points: 96.5, "96.5%", or 0.965, however it is shown."""
    text = (indicator.actual_text.value or "").removesuffix("%")
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    return (
        value * 100 if isinstance(indicator.actual_text.typed, float) and 0 < value <= 1 else value
    )
