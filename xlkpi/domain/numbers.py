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


class ValueRange(NamedTuple):
    """What a cell may hold."""

    low: Decimal | None = None
    high: Decimal | None = None
    above: bool = False
    """Whether `low` itself is too low."""

    def contain(self, value: Decimal) -> bool:
        """Whether a number lies inside."""
        if self.low is not None and (value <= self.low if self.above else value < self.low):
            return False
        return self.high is None or value <= self.high

    @property
    def words(self) -> str:
        """What is asked for, behind 填: " 0 到 5 之间的数"."""
        if self.low is None:
            return "数字"
        low, high = plain(self.low), "" if self.high is None else plain(self.high)
        if self.above:
            return f"大于 {low}、不超过 {high} 的数" if high else f"大于 {low} 的数"
        return f" {low} 到 {high} 之间的数" if high else f"不小于 {low} 的数"


ANY = ValueRange()
NOT_NEGATIVE = ValueRange(Decimal(0))
POSITIVE = ValueRange(Decimal(0), above=True)
UP_TO_100 = ValueRange(Decimal(0), Decimal(100))

_MULTIPLES = {"百": 100, "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000,
              "千万": 10_000_000, "亿": 100_000_000}  # fmt: skip


_ABOUT = re.compile(r"(?:大约|大概|约|近|已|完成|达到?|共|计)*(.+?)(?:左右|上下)?")
_OTHER_SIZE = re.compile(r"[十百千万亿半多余几来成折倍%％\d./~至到、-]|[^\u4e00-\u9fff]")
"""What behind a number makes another one of it, or is no unit."""


def in_money_unit(number: Number, unit: str) -> str:
    """Return an amount such as 118.6万 in 元 or 万元; "" where it is none, or the unit is another."""
    multiple = number.suffix.removesuffix("元")
    times = _MULTIPLES.get(multiple, 1 if number.suffix == "元" else 0)
    if not times or unit not in ("元", "万元"):
        return ""
    amount = EXACT.multiply(number.value, Decimal(times))
    return plain(amount.scaleb(-4, EXACT) if unit == "万元" else amount)


def likely_number(text: str, unit: str = "") -> str:
    """Return the number that a mistyped text most likely means, to be proposed and never used; "" if none.

    `unit` is that of an amount of money.
    """
    found = _ABOUT.fullmatch(text.strip(_SPACES))
    text = found[1] if found else text
    number = from_text(text)
    if number and number.suffix:
        own = unit not in ("元", "万元") and not _OTHER_SIZE.search(number.suffix)
        if amount := plain(number.value) if own else in_money_unit(number, unit):
            return amount
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
