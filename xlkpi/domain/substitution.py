"""The numbers put in: 6×23÷24, as a text and as the formula that makes the same text of the cells.

A substitution is a row of parts: words, numbers, and choices between two rows. Each number stands
beside the expression of its cell, over names in braces; a choice beside the test that decides it. So
`text` and `formula` say the same, and the formula still does when a number in the workbook is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.formula import Formula
from xlkpi.domain.numbers import plain, rounded

PLACES = 9
"""Differences are rounded to it, here and in the formula: a double may lie a hair beside."""


class Number(NamedTuple):
    """A number that is put in."""

    expression: str
    """A formula over names."""
    value: Fraction | Decimal | int
    """What it comes to: a number with finitely many decimals."""


class Day(NamedTuple):
    """A date that is put in: its cell, and its text."""

    expression: str
    text: str


class Choice(NamedTuple):
    """One of two rows."""

    test: str
    """A formula over names."""
    holds: bool
    yes: Substitution
    no: Substitution = ()


Substitution = Sequence[str | Number | Day | Choice]


def text(parts: Substitution) -> str:
    """Return what a row of parts says."""
    return "".join(map(_text, parts))


def _text(part: str | Number | Day | Choice) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Number):
        value = part.value
        return plain(Fraction(value) if isinstance(value, int) else value)
    if isinstance(part, Day):
        return part.text
    return text(part.yes if part.holds else part.no)


def formula(parts: Substitution) -> Formula:
    """Return the formula that makes the text of a row of parts."""
    return Formula(_joined(parts))


def _joined(parts: Substitution) -> str:
    return "&".join(map(_formula, parts)) or '""'


def _formula(part: str | Number | Day | Choice) -> str:
    if isinstance(part, str):
        return f'"{part}"'
    if isinstance(part, Number):
        return part.expression
    if isinstance(part, Day):
        return f'TEXT({part.expression},"yyyy-mm-dd")'
    return f"IF({part.test},{_joined(part.yes)},{_joined(part.no)})"


def measured(name: str, value: Fraction) -> Number:
    """Return a target or an actual value as rules compare it: what is nearly 0 has no exponent then."""
    return Number(f"ROUND({name},{PLACES})", rounded(value, PLACES))


def percent(expression: str, share: Fraction | Decimal) -> Substitution:
    """Return a share as per cent."""
    value = rounded(Fraction(share) * 100, PLACES)
    return (Number(f"ROUND(100*{expression},{PLACES})", value), "%")


def not_below(unlimited: str, exact: Fraction, floor: str, least: Decimal | None) -> Choice:
    """Return the words for points that a floor lifts, and none for others."""
    falls = rounded(exact - Fraction(least or 0), PLACES) < 0
    end = Number(floor, least) if least is not None else "0"
    return Choice(f"ROUND({unlimited}-{floor},{PLACES})<0", falls, ("，不低于 ", end))
