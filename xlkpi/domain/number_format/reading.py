"""What a person reads in a cell, and whether that is the number that is stored.

The rules are in the package's docstring; here each is one function.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.number_format.codes import Kind, Section
from xlkpi.domain.number_format.display import Of, Piece
from xlkpi.domain.number_format.fractions import fraction_of
from xlkpi.domain.patterns import pattern

_TINY = Fraction(1, 10**14)
"""A double is shown with 15 digits at most."""

_MINUS = set("-−－﹣‐‑–—▼↓▽负")
_TRAILING_MINUS = set("-−－﹣")
_ZERO_WORDS = pattern(
    r"(?:[¥￥$€£₩]|[A-Z]{2,3}\$?|kr|元)?\s*(?:[-−－–—]{1,2}|零|〇|○)\s*(?:元|kr|€)?"
)
_SPACES = " \t\r\n\u00a0\u2002\u2003\u2009\u202f\u3000"
_INSIDE = {
    ",": ",", "，": ",", ".": ".", "．": ".", "'": ",", "’": ",", **dict.fromkeys(_SPACES, ","),
}  # fmt: skip
"""What the format may put between the digits of a number, and how it is read."""

_NUMBER = pattern(
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d*)(?:\.(?P<decimals>\d*))?(?:E(?P<exponent>[+-]?\d+))?"
)
_FRACTION = pattern(r"(?:(?P<whole>\d+),+)?(?P<top>\d+)/(?P<bottom>\d+)")

_NUMERALS = set("〇零○一二三四五六七八九十百千万亿兆两〡壹贰叁肆伍陆柒捌玖拾佰仟萬億廿卅半")
_ROOTS_AND_SIGNS = set("±∓√^×/／")
_POINTS = set(".．,，·")
_MORE_DIGITS = pattern(r"[.．·,，点又个\s]*[〇零○一二三四五六七八九十两半壹贰叁肆伍陆柒捌玖拾廿卅]")
"""Directly behind the digits: 5十, 5点五, 5又二分之一, 5个半."""

_FACTOR = pattern(
    r"(?:[余多来几]|\W)*(?:十?[百千万亿兆佰仟萬億]+|[kKM](?![A-Za-z]))(?P<unit>.*)", re.DOTALL
)
_NO_UNIT = pattern(r"\W*(?:以[上下内]|左右|余|多|整|及|之|的|来|$)", re.DOTALL)
"""What may follow a factor without being a unit: 5万以上 is 50,000 and more."""

_ENGLISH = pattern(r"\W*(?:hundred|thousand|million|billion|mn|bn)s?(?![A-Za-z])", re.IGNORECASE)
_FACTOR_BEFORE = pattern(r"(?<![^\W_])[百千万亿]\W*\Z")
_CUBIC = pattern(r"(?<![A-Za-z])[kcdm]?m[23²³](?!\w)")
_LIKE_DIGITS = pattern(r"[OoОоΟοI|]+(?![A-Za-z])")
_CURRENCY = pattern(r"[\s¥￥$€£元]*|[A-Z]{0,3}[$¥]?\s*")


class Reading(NamedTuple):
    """A number that a reader would read, and how finely it is shown."""

    value: Fraction
    step: Fraction


def differs(section: Section, pieces: list[Piece], value: Decimal) -> bool:
    """Whether a reader would read another number than the value, or none."""
    if section.white or not pieces:
        return True
    if section.stray and value:
        return True
    span = _span(pieces)
    if span is None:
        return not _worded("".join(piece.text for piece in pieces).strip(_SPACES), value)
    before, core, after = pieces[: span[0]], pieces[span[0] : span[1]], pieces[span[1] :]
    if _is_strange(pieces) or _joins(_literal(before), _literal(after), value):
        return True
    reading, sign = _read(section, core), _sign(before, after)
    percents = sum(piece.of is Of.PERCENT for piece in pieces)
    if reading is None or not sign or percents > 1 or (percents and _says_percent(pieces)):
        return True
    shown = Reading(sign * reading.value / 100**percents, reading.step / 100**percents)
    return not _agrees(shown, Fraction(value))


def _span(pieces: list[Piece]) -> tuple[int, int] | None:
    """Return where the digits of the value begin and end; None without any."""
    with_digits = [
        at for at, piece in enumerate(pieces)
        if piece.of is Of.VALUE and any(letter.isdigit() for letter in piece.text)
    ]  # fmt: skip
    if not with_digits:
        return None
    first, last = with_digits[0], with_digits[-1] + 1
    while first and pieces[first - 1].of is Of.VALUE:
        first -= 1
    while last < len(pieces) and pieces[last].of is Of.VALUE:
        last += 1
    return first, last


def _worded(text: str, value: Decimal) -> bool:
    """Whether literal text alone shows the value: a dash for zero, or the number itself."""
    if not value and _ZERO_WORDS.fullmatch(text):
        return True
    if not re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        return False
    return Decimal(text) == value


def _literal(part: list[Piece]) -> str:
    """Return the text beside the digits, without the signs for per cent."""
    return "".join(piece.text for piece in part if piece.of is not Of.PERCENT)


def _is_strange(pieces: list[Piece]) -> bool:
    """Whether the format itself puts digits or what looks like a part of a number."""
    text = "".join(piece.text if piece.of is Of.CODE else "\0" for piece in pieces)
    if any(_is_digit(letter) for letter in _CUBIC.sub("", text)):
        return True
    if any(unicodedata.category(letter) in {"Cf", "Mn", "Me"} for letter in text):
        return True
    if any(piece.of is Of.FILL and _is_part(piece.text) for piece in pieces):
        return True
    # Behind a line break the sign for per cent is not seen in a low row.
    lines = "".join("%" if piece.of is Of.PERCENT else piece.text for piece in pieces).splitlines()
    return any("%" in line for line in lines[1:])


def _is_digit(letter: str) -> bool:
    return unicodedata.category(letter).startswith("N") and letter not in _NUMERALS


def _is_part(letter: str) -> bool:
    """Whether a letter that is repeated could be read as a part of the number."""
    return _is_digit(letter) or letter in _NUMERALS | _MINUS | _POINTS | set("%+")


def _joins(before: str, after: str, value: Decimal) -> bool:
    """Whether words beside the digits make another number of them."""
    left = before.rstrip(_SPACES)
    if left[-1:] in _NUMERALS | _ROOTS_AND_SIGNS or _FACTOR_BEFORE.search(left):
        return True
    # "No.5" is a label, ".5" is a half
    if before[-1:] in _POINTS and not before[-2:-1].isalpha():
        return True
    right = after.lstrip(_SPACES)
    return bool(_MORE_DIGITS.match(right) or _LIKE_DIGITS.match(after)) or (
        value != 0 and _multiplies(right)
    )


def _multiplies(right: str) -> bool:
    """Whether a factor follows the digits that is not a part of a unit (万元, 千克, 百分点)."""
    factor = _FACTOR.match(right)
    if factor:
        return bool(_NO_UNIT.match(factor["unit"]))
    return bool(_ENGLISH.match(right))


def _sign(before: list[Piece], after: list[Piece]) -> int:
    """Return 1 or -1; 0 where the text has it both ways."""
    left, right = _literal(before).strip(_SPACES), _literal(after).lstrip(_SPACES)
    minus = any(piece.of is Of.SIGN for piece in before) or _has_minus(left)
    brackets = _opens(left) and re.search(r"[)）]", right) is not None
    if minus and "+" in left:
        return 0
    return -1 if minus or brackets or right[:1] in _TRAILING_MINUS else 1


def _has_minus(left: str) -> bool:
    """Whether a minus comes first before the digits, or next to them but for the currency."""
    near = left.rstrip("¥￥$€£元" + _SPACES)
    # 负债 is a word, and —— is a dash
    first = left[:1] in _MINUS - {"负"} and not left.startswith("——")
    return first or (near[-1:] in _MINUS and not near.endswith("——"))


def _opens(left: str) -> bool:
    """Whether a bracket opens before the digits, with at most a currency between."""
    _, bracket, inside = left.replace("（", "(").rpartition("(")
    inside = inside.strip("".join(_MINUS))
    return bool(bracket) and _CURRENCY.fullmatch(inside) is not None


def _says_percent(pieces: list[Piece]) -> bool:
    return any(re.search("[%％‰‱]|分之", piece.text) for piece in pieces if piece.of is Of.CODE)


def _read(section: Section, core: list[Piece]) -> Reading | None:
    """Read the digits, with what the format put between them."""
    text = "".join(_letters(core))
    if section.kind is Kind.FRACTION:
        return _fraction(text, Fraction(1, fraction_of(section.tokens).finest))
    match = _NUMBER.fullmatch(text)
    if match is None or not (match["whole"] or match["decimals"]):
        return None
    decimals, power = match["decimals"] or "", Fraction(10) ** int(match["exponent"] or 0)
    digits = int(match["whole"].replace(",", "") + decimals or "0")
    step = power / 10 ** len(decimals)
    return Reading(digits * step, step)


def _letters(core: list[Piece]) -> Iterator[str]:
    for piece in core:
        if piece.of is Of.VALUE:
            yield piece.text
        elif piece.of in {Of.CODE, Of.BLANK}:
            yield from (_INSIDE.get(letter, "?") for letter in piece.text)
        else:
            yield "?"


def _fraction(text: str, step: Fraction) -> Reading | None:
    if text.isdigit():
        return Reading(Fraction(int(text)), step)
    match = _FRACTION.fullmatch(text.strip(",").replace(" ", ""))
    if match is None:
        return None
    part = Fraction(int(match["top"]), int(match["bottom"]))
    return Reading(int(match["whole"] or 0) + part, step)


def _agrees(shown: Reading, stored: Fraction) -> bool:
    return abs(shown.value - stored) <= max(shown.step / 2, abs(stored) * _TINY)
