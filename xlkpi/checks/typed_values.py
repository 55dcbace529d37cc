"""What was typed where the tool computes by itself: a rate that nothing is computed from, and so never used.

It is compared with the computed one, to as many decimals as it was typed with: one, or the two that are
shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain.cells import State, Table, Text, Value
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.numbers import EXACT, from_text
from xlkpi.domain.text import as_text

_CLOSE = {1: Fraction(1, 20), 2: Fraction(1, 200)}
"""Decimals of a typed rate → percentage points by which it may be off: it was rounded so."""


def rate_points(typed: Text) -> Decimal | None:
    """Return a typed rate in percentage points: 96.5, "96.5%", or 0.965, however it is shown; None for no rate."""
    read = from_text(typed.value or "")
    if read is None or read.suffix not in ("", "%"):
        return None
    part = isinstance(typed.typed, float) and 0 < read.value <= 1
    return read.value * 100 if part else read.value


def differs(typed: Text, rate: Fraction) -> bool:
    """Whether a rate was typed that is not the one computed, in percentage points."""
    typed_rate = rate_points(typed)
    if typed_rate is None:
        return False
    rounded_to_one = typed_rate == typed_rate.quantize(Decimal("0.1"), context=EXACT)
    return abs(rate - Fraction(typed_rate)) > _CLOSE[1 if rounded_to_one else 2]


def is_other(typed: Text, rate: Fraction) -> bool:
    """Whether anything but the computed rate was typed."""
    return rate_points(typed) is None or differs(typed, rate)


def typed_text(table: Table, row: int, header: str) -> Text:
    """Return what was typed into a column that the workbook computes; blank for a formula.

    Dashes and the like count as blank.
    """
    place = table.place(row, header)
    at = (row, table.columns.get(header, -1))
    if header not in table.columns or at in table.grid.formulas or at in table.grid.errors:
        return Value(place)
    value = table.grid.raw(*at)
    text = as_text(value).strip()
    return Value(place, State.GOOD, text, value) if any(map(str.isalnum, text)) else Value(place)


def readable(filled: Filled) -> Iterator[Finding]:
    """实际完成值 of an indicator with a rate of its own is a rate."""
    for indicator in filled.indicators:
        method, typed = filled.method_of(indicator), indicator.actual_text
        has_rate = method and (method.surveyed or method.budgeted)
        if method and has_rate and typed.good and rate_points(typed) is None:
            params = {"code": indicator.label, "method": method.name}
            yield finding("X666", typed.place, typed.value or "", **params)
