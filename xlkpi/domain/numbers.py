"""Numbers as people type them, and exact decimals.

Scores are decimals: a cell's double counts as its shortest text, and nothing is rounded in binary.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
"""Wide enough that no sum or product of cells is ever rounded by the context."""

DIGITS = 15
"""Significant digits that Excel shows of a number, and that a double keeps exactly."""
_SIGNIFICANT = Context(prec=DIGITS, rounding=ROUND_HALF_UP)

MAX_DECIMALS = 6
"""得分, 分值 and weights: more is a pasted quotient such as 9.333333333333334."""

LARGEST = Decimal(10) ** 15
"""Beyond it a double no longer represents every whole number."""

_PLAIN = re.compile(r"[+-]?(\d+)(\.\d+)?\Z", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?\Z", re.ASCII)
_WIDE = str.maketrans("０１２３４５６７８９．，％＋－", "0123456789.,%+-")
_SPACES = " \t\r\n\u00a0\u3000"
_INVISIBLE = {"Cf", "Cc"}


class Number(NamedTuple):
    """A number that was read from a text."""

    value: Decimal
    """As it counts, before any unit is applied: "85%" is 85 with suffix "%"."""
    suffix: str
    """The text behind the digits: "", "%", "分", "万元" …"""
    plain: bool
    """Whether the text was the bare number, so that there is nothing to report."""


def from_double(value: float) -> Decimal | None:
    """Return a double's 15 significant digits, as Excel shows them; None for nan and infinities.

    7.0000000000000009 is 7: the digits behind them are noise of binary computing.
    """
    return significant(Decimal(repr(value))) if math.isfinite(value) else None


def significant(value: Decimal) -> Decimal:
    """Return a number to the digits that count."""
    return value if len(value.as_tuple().digits) <= DIGITS else _SIGNIFICANT.plus(value)


def from_text(text: str) -> Number | None:
    """Read a number as typed, strictly; None where it is not exactly one number.

    Full-width digits and signs, spaces around, a thousands comma and a unit behind are read and
    reported (`plain` is False). Python's own generosity (1_000, nan, other scripts' digits) and
    invisible characters are not.
    """
    if not text or invisible(text):
        return None
    narrow = text.translate(_WIDE).strip(_SPACES)
    digits = re.match(r"[+-]?\s*[\d,.]*", narrow, re.ASCII)
    body = digits[0].rstrip() if digits else ""
    suffix = narrow[len(body) :].strip(_SPACES)
    if _GROUPED.match(body):
        return Number(Decimal(body.replace(",", "")), suffix, plain=False)
    if not _PLAIN.match(body):
        return None
    return Number(Decimal(body), suffix, plain=not suffix and body == text)


def invisible(text: str) -> bool:
    """Whether a text has characters inside that nobody sees."""
    return any(unicodedata.category(letter) in _INVISIBLE for letter in text.strip(_SPACES))


_SLIPS = str.maketrans("。，、·：OoQlI|", ".....000111")
"""What a hand types, or an input method puts, where a point or a digit was meant."""


def likely_number(text: str) -> str:
    """Return the number that a mistyped text most likely means, to be proposed and never used; "" if none."""
    narrow = text.translate(_WIDE).translate(_SLIPS).replace(",", ".").strip(_SPACES)
    narrow = re.sub(r"^\.(?=\d)", "0.", narrow).rstrip(".")
    digits = any(letter.isdecimal() for letter in text)
    return narrow if digits and _PLAIN.match(narrow) else ""


_WHOLE_FROM, _WHOLE_TO = 50, 200


def as_shown(value: float) -> float:
    """Return a number without the noise behind the digits that count."""
    if len(repr(value)) <= DIGITS + 1:  # a point or a sign among them: there is no noise
        return float(value)
    number = from_double(value)
    return value if number is None else float(number)


def maybe_hundredfold(left: Decimal, right: Decimal) -> bool:
    """Whether two numbers of one unit may be a part of one and a per cent: 0.95 and 100.

    A part is at most 1, and the other more than thirty times as much: 30 % done of what was asked is
    rare, and 0.5 days of 5 are not.
    1 is a count as well, so that it is asked about beside what looks like a per cent alone; and nothing
    beyond 1,000 does.
    """
    small, large = sorted((abs(left), abs(right)))
    if small == 1:
        return _WHOLE_FROM <= large <= _WHOLE_TO
    return 0 < small < 1 < large <= 1_000 and large >= 30 * small


def decimals(value: Decimal) -> int:
    """Return the number of decimal places: 1.50 has one."""
    return _decimals(value) if value else 0


@lru_cache(maxsize=4096)  # equal numbers have equally many
def _decimals(value: Decimal) -> int:
    exponent = value.normalize(EXACT).as_tuple().exponent
    return max(0, -int(exponent))


def scaled(value: Decimal, places: int) -> int:
    """Return value × 10**places as an integer; it must have no more places than that."""
    return int(value.scaleb(places, EXACT))


def half_up(numerator: int, denominator: int, places: int) -> int:
    """Return numerator/denominator × 10**places rounded half away from zero, as an integer.

    This is Excel's ROUND done on integers; denominator > 0.
    """
    sign = -1 if numerator < 0 else 1
    rounded_up: int = (2 * abs(numerator) * 10**places + denominator) // (2 * denominator)
    return sign * rounded_up


def rounded(value: Fraction | Decimal, places: int) -> Decimal:
    """Return the value half-up with exactly `places` decimals."""
    exact = value if isinstance(value, Fraction) else Fraction(value)
    return Decimal(half_up(exact.numerator, exact.denominator, places)).scaleb(-places, EXACT)


def quotient(value: Decimal, by: Decimal) -> float:
    """Return value ÷ by as the nearest double, which is what a formula would show of the exact one."""
    (above, left), (below, right) = value.as_integer_ratio(), by.as_integer_ratio()
    return above * right / (left * below)


NOISE = 12
"""Decimals to which a score is taken before it is rounded: ROUND(ROUND(x,12),2).

A formula works on doubles, where a tie such as 9.345 may come out a hair below; twelve places put it
back on the tie. The engine takes the same two steps, so that both agree on every value.
"""


def round_score(value: Fraction, places: int) -> Decimal:
    """Return a score: half-up to `places`, by way of the places that take the noise off a formula."""
    twelve = half_up(value.numerator, value.denominator, NOISE)
    return Decimal(half_up(twelve, 10**NOISE, places)).scaleb(-places, EXACT)


def capped_score(value: Fraction, points: Decimal, places: int) -> Decimal:
    """Return the score of an indicator: `round_score`, never above its 分值, and 分值 itself when fully met.

    It carries as many decimals as it is printed with: `places`, or as many as 分值 has.
    """
    full = rounded(value, NOISE) >= points
    score = points if full else min(points, round_score(value, places))
    return with_places(score, places, points)


def with_places(score: Decimal, places: int, *others: Decimal) -> Decimal:
    """Return the same score with `places` decimals, or as many as it or one of the others has."""
    wanted = max(places, *(decimals(each) for each in (score, *others)))
    return score if score.as_tuple().exponent == -wanted else rounded(score, wanted)


def total(values: list[Decimal]) -> Decimal:
    """Return the exact sum."""
    result = Decimal(0)
    for value in values:
        result = EXACT.add(result, value)
    return result


def clamp_to_100(points: Decimal) -> Decimal:
    """Keep a total within 0 and 100: rounding each indicator up can carry a sum past it."""
    return min(Decimal(100), max(Decimal(0), points))


def plain(value: Decimal | Fraction, places: int | None = None) -> str:
    """Return the number as people write it: without exponent, without trailing zeros or with `places`."""
    if places is not None:
        return f"{rounded(value, places):f}"
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{value.normalize(EXACT):f}"
    return "0" if text in ("-0", "") else text


def money(value: Decimal) -> str:
    """Return an amount exactly, with at least two decimals."""
    return plain(value, max(2, decimals(value)))
