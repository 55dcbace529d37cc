"""What a section makes of a number: pieces that know whether they come from the value."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.number_format.codes import Kind, Section, Token, Tokens
from xlkpi.domain.number_format.fractions import fraction_of
from xlkpi.domain.number_format.numerals import numerals

EXACT = Context(prec=2000, rounding=ROUND_HALF_UP)
"""Wide enough for the largest double, the decimals and the signs for per cent of any code."""


class Of(Enum):
    """Where a piece comes from."""

    VALUE = "digits, point and commas of the value"
    SIGN = "the minus that Excel puts before a negative"
    CODE = "literal text of the format"
    PERCENT = "a per cent sign that multiplies"
    BLANK = "a space for alignment"
    FILL = "a character repeated to the cell's width"


class Piece(NamedTuple):
    """A part of what is shown."""

    of: Of
    text: str


def pieces(section: Section, value: Decimal, *, signed: bool) -> list[Piece]:
    """Return what is shown; `signed`: a minus is put before a negative."""
    amount = EXACT.abs(value)
    pieces = list(_RENDER[section.kind](section, amount))
    # "-0" is shown without its sign, where digits are shown at all
    digits = "".join(piece.text for piece in pieces if piece.of is Of.VALUE)
    if signed and value < 0 and (not digits or digits.strip("0.,")):
        pieces.insert(0, Piece(Of.SIGN, "-"))
    return pieces


def text(section: Section, pieces: list[Piece]) -> str:
    """Return the pieces as they are shown, in the numerals of the section."""
    general = section.kind is Kind.GENERAL
    return "".join(
        numerals(piece.text, section.numerals, general=general)
        if piece.of is Of.VALUE and section.numerals
        else "" if piece == (Of.FILL, " ") else piece.text
        for piece in pieces
    )  # fmt: skip


def _number(section: Section, amount: Decimal) -> Iterator[Piece]:
    scaled = _hundredfold(section, amount).scaleb(-3 * section.thousands, EXACT)
    return placed(section.tokens, scaled, grouped=section.grouped)


def _hundredfold(section: Section, amount: Decimal) -> Decimal:
    """Return the amount × 100 for each sign for per cent."""
    return amount.scaleb(2 * sum(token.kind == "percent" for token in section.tokens), EXACT)


def placed(tokens: Tokens, amount: Decimal, *, grouped: bool) -> Iterator[Piece]:
    """Give each placeholder its digit."""
    point = _point(tokens)
    whole, decimals = _digits(tokens, amount)
    yield from _before_point(tokens[:point], whole, grouped=grouped)
    yield from _behind_point(tokens[point:], decimals)


def _point(tokens: Tokens) -> int:
    kinds = [token.kind for token in tokens]
    return kinds.index("point") if "point" in kinds else len(kinds)


def _digits(tokens: Tokens, amount: Decimal) -> tuple[str, str]:
    """Return the digits before and behind the point, rounded half up as Excel does."""
    places = _count(tokens[_point(tokens) :])
    rounded = f"{amount.quantize(Decimal(1).scaleb(-places), context=EXACT):f}"
    whole, _, decimals = rounded.partition(".")
    return whole.lstrip("0"), decimals


def _count(tokens: Tokens) -> int:
    return sum(token.kind == "digit" for token in tokens)


def _before_point(tokens: Tokens, whole: str, *, grouped: bool) -> Iterator[Piece]:
    """Show the whole number: its first placeholder takes all digits that are too many."""
    places = _count(tokens)
    aligned = whole.rjust(places)
    surplus = len(aligned) - places
    left = places
    for token in tokens:
        if token.kind != "digit":
            yield _fixed(token)
            continue
        start = 0 if left == places else surplus + places - left
        left -= 1
        share = aligned[start : surplus + places - left].strip()
        yield from _whole(token.text, share, left, grouped=grouped)


def _whole(placeholder: str, digits: str, left: int, *, grouped: bool) -> Iterator[Piece]:
    """Show the digits of one placeholder, of which `left` more follow before the point."""
    blank = placeholder == "?" and not digits
    digits = digits or {"0": "0", "?": " "}.get(placeholder, "")
    shown = ""
    for at, digit in enumerate(digits):
        follow = left + len(digits) - at - 1
        comma = grouped and follow and follow % 3 == 0
        shown += digit + ((" " if blank else ",") if comma else "")
    if shown:
        yield Piece(Of.BLANK if blank else Of.VALUE, shown)


def _behind_point(tokens: Tokens, decimals: str) -> Iterator[Piece]:
    """Show the first point as the value's own, and the decimals."""
    placeholders = "".join(token.text for token in tokens if token.kind == "digit")
    used = 0
    for at, token in enumerate(tokens):
        if token.kind == "digit":
            yield _decimal(decimals[used:], placeholders[used:])
            used += 1
        else:
            yield Piece(Of.VALUE, ".") if at == 0 else _fixed(token)


def _decimal(rest: str, placeholders: str) -> Piece:
    """Show one decimal: a zero with only zeros behind it goes, unless a 0 asks for it."""
    if rest.strip("0") or "0" in placeholders:
        return Piece(Of.VALUE, rest[0])
    return Piece(Of.BLANK, " " if placeholders[0] == "?" else "")


def _fixed(token: Token) -> Piece:
    """Show what does not depend on the value."""
    if token.kind == "space":
        return Piece(Of.BLANK, " ")
    of = {"percent": Of.PERCENT, "fill": Of.FILL}.get(token.kind, Of.CODE)
    return Piece(of, token.text)


def _general(section: Section, amount: Decimal) -> Iterator[Piece]:
    scaled = _hundredfold(section, amount)
    for token in section.tokens:
        if token.kind in {"general", "text"}:
            yield Piece(Of.VALUE, _as_general(scaled))
        else:
            yield _fixed(token)


def _as_general(amount: Decimal) -> str:
    """Show as General does in a wide cell: eleven characters, then with an exponent."""
    order = amount.adjusted() if amount else 0
    exact = amount.normalize(EXACT)
    short = -int(exact.as_tuple().exponent) <= 9
    if -5 < order < 11 or (order < 0 and short):
        places = min(9, max(0, 9 - order))
        return _trimmed(f"{amount.quantize(Decimal(1).scaleb(-places), context=EXACT):f}")
    mantissa = amount.scaleb(-order, EXACT).quantize(Decimal("1e-5"), context=EXACT)
    if mantissa >= 10:
        mantissa, order = Decimal(1), order + 1
    return f"{_trimmed(f'{mantissa:f}')}E{'-' if order < 0 else '+'}{abs(order):02d}"


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _scientific(section: Section, amount: Decimal) -> Iterator[Piece]:
    """Show a mantissa by its placeholders, then the exponent in steps of their number."""
    at = next(n for n, token in enumerate(section.tokens) if token.kind == "exponent")
    mantissa, behind = section.tokens[:at], section.tokens[at + 1 :]
    scaled = _hundredfold(section, amount)
    exponent = _exponent(mantissa, scaled)
    yield from placed(mantissa, scaled.scaleb(-exponent, EXACT), grouped=section.grouped)
    plus = "+" if section.tokens[at].text.endswith("+") else ""
    yield Piece(Of.VALUE, f"E{'-' if exponent < 0 else plus}{abs(exponent):0{_count(behind)}d}")
    yield from (_fixed(token) for token in behind if token.kind != "digit")


def _exponent(mantissa: Tokens, amount: Decimal) -> int:
    """Return the power of ten: a multiple of the placeholders before the point (##0.0E+0)."""
    if not amount:
        return 0
    step, order = _count(mantissa[: _point(mantissa)]), amount.adjusted()
    exponent = _floor(order, step)
    whole, _ = _digits(mantissa, amount.scaleb(-exponent, EXACT))
    # 9.99 rounds up to 10.0, which needs another place
    return exponent if len(whole) <= step else _floor(order + 1, step)


def _floor(order: int, step: int) -> int:
    return order // step * step if step else order + 1


def _fraction(section: Section, amount: Decimal) -> Iterator[Piece]:
    """Show a whole number (where it has a place of its own) and the nearest fraction."""
    layout = fraction_of(section.tokens)
    nearest = layout.nearest(Fraction(_hundredfold(section, amount)))
    whole = int(nearest) if layout.has_whole else 0
    part = nearest - whole
    if layout.has_whole:
        before = layout.before if whole or part else _with_zero(layout.before)
        yield from placed(before, Decimal(whole), grouped=section.grouped)
    else:
        yield from map(_fixed, layout.before)
    if part or not layout.has_whole:
        yield Piece(Of.VALUE, layout.shown(part))
        yield Piece(Of.BLANK, layout.padding(part))
    else:
        yield Piece(Of.BLANK, " " * layout.width)
    yield from map(_fixed, layout.behind)


def _with_zero(tokens: Tokens) -> Tokens:
    """Show a 0 that has no fraction, whatever its placeholder."""
    last = max(n for n, token in enumerate(tokens) if token.kind == "digit")
    return (*tokens[:last], Token("digit", "0"), *tokens[last + 1 :])


_RENDER = {
    Kind.NUMBER: _number, Kind.GENERAL: _general, Kind.TEXT: _general,
    Kind.SCIENTIFIC: _scientific, Kind.FRACTION: _fraction,
}  # fmt: skip
