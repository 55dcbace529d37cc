"""What a section makes of a number: pieces that know whether they come from the value."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from fractions import Fraction
from typing import NamedTuple

from xlkpi.number_format.codes import Kind, Section, Token, slash
from xlkpi.number_format.numerals import numerals

_EXACT = Context(prec=700, rounding=ROUND_HALF_UP)
"""Wide enough for the largest double with the decimals of any format."""


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
    amount = _EXACT.abs(value)
    made = list(_RENDER[section.kind](section, amount))
    # "-0" is shown without its sign, where digits are shown at all
    digits = "".join(piece.text for piece in made if piece.of is Of.VALUE)
    if signed and value < 0 and (not digits or digits.strip("0.,")):
        made.insert(0, Piece(Of.SIGN, "-"))
    return made


def text(section: Section, made: list[Piece]) -> str:
    """Return the pieces as they are shown, in the numerals of the section."""
    general = section.kind is Kind.GENERAL
    return "".join(
        numerals(piece.text, section.numerals, general=general)
        if piece.of is Of.VALUE and section.numerals
        else "" if piece == (Of.FILL, " ") else piece.text
        for piece in made
    )  # fmt: skip


def _number(section: Section, amount: Decimal) -> Iterator[Piece]:
    percents = sum(token.kind == "percent" for token in section.tokens)
    scaled = amount.scaleb(2 * percents - 3 * section.thousands, _EXACT)
    return _placed(section.tokens, scaled, grouped=section.grouped)


def _placed(tokens: tuple[Token, ...], amount: Decimal, *, grouped: bool) -> Iterator[Piece]:
    """Give each placeholder its digit; the first takes all that are too many."""
    whole, decimals = _digits(tokens, amount)
    places, point = len(decimals), False
    left, used = _before_point(tokens), 0
    first = True
    for token in tokens:
        if token.kind == "point":
            yield Piece(Of.CODE if point else Of.VALUE, ".")
            point = True
        elif token.kind != "digit":
            yield _fixed(token)
        elif point:
            rest = decimals[places - (places - used) :]
            yield _decimal(rest, _after(tokens, used))
            used += 1
        else:
            left -= 1
            have = whole[: len(whole) - left] if first else whole[len(whole) - left - 1 :][:1]
            have = have if len(whole) > left else ""
            yield from _whole(token.text, have, left, grouped=grouped)
            first = False


def _before_point(tokens: tuple[Token, ...]) -> int:
    kinds = [token.kind for token in tokens]
    end = kinds.index("point") if "point" in kinds else len(kinds)
    return kinds[:end].count("digit")


def _after(tokens: tuple[Token, ...], used: int) -> str:
    """Return the placeholders behind the point, from one on."""
    return "".join(token.text for token in tokens if token.kind == "digit")[
        _before_point(tokens) + used :
    ]


def _digits(tokens: tuple[Token, ...], amount: Decimal) -> tuple[str, str]:
    """Return the digits before and behind the point, rounded half up as Excel does."""
    places = sum(token.kind == "digit" for token in tokens) - _before_point(tokens)
    rounded = f"{amount.quantize(Decimal(1).scaleb(-places), context=_EXACT):f}"
    whole, _, decimals = rounded.partition(".")
    return whole.lstrip("0"), decimals


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
    percents = sum(token.kind == "percent" for token in section.tokens)
    scaled = amount.scaleb(2 * percents, _EXACT)
    for token in section.tokens:
        if token.kind in {"general", "text"}:
            yield Piece(Of.VALUE, _as_general(scaled))
        else:
            yield _fixed(token)


def _as_general(amount: Decimal) -> str:
    """Show as General does in a wide cell: eleven characters, then with an exponent."""
    order = amount.adjusted() if amount else 0
    exact = amount.normalize(_EXACT)
    short = -int(exact.as_tuple().exponent) <= 9
    if -5 < order < 11 or (order < 0 and short):
        places = min(9, max(0, 9 - order))
        return _trimmed(f"{amount.quantize(Decimal(1).scaleb(-places), context=_EXACT):f}")
    mantissa = amount.scaleb(-order, _EXACT).quantize(Decimal("1e-5"), context=_EXACT)
    if mantissa >= 10:
        mantissa, order = Decimal(1), order + 1
    return f"{_trimmed(f'{mantissa:f}')}E{'-' if order < 0 else '+'}{abs(order):02d}"


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _scientific(section: Section, amount: Decimal) -> Iterator[Piece]:
    """Show a mantissa by its placeholders, then the exponent in steps of their number."""
    at = next(n for n, token in enumerate(section.tokens) if token.kind == "exponent")
    mantissa, behind = section.tokens[:at], section.tokens[at + 1 :]
    scaled = amount.scaleb(2 * sum(token.kind == "percent" for token in section.tokens), _EXACT)
    exponent = _exponent(mantissa, scaled)
    yield from _placed(mantissa, scaled.scaleb(-exponent, _EXACT), grouped=section.grouped)
    width = sum(token.kind == "digit" for token in behind)
    plus = "+" if section.tokens[at].text.endswith("+") else ""
    yield Piece(Of.VALUE, f"E{'-' if exponent < 0 else plus}{abs(exponent):0{width}d}")
    yield from (_fixed(token) for token in behind if token.kind != "digit")


def _exponent(mantissa: tuple[Token, ...], amount: Decimal) -> int:
    if not amount:
        return 0
    step = _before_point(mantissa)
    order = amount.adjusted()
    for exponent in (_floor(order, step), _floor(order + 1, step)):
        whole, _ = _digits(mantissa, amount.scaleb(-exponent, _EXACT))
        if len(whole) <= step:
            return exponent
    return _floor(order + 1, step)


def _floor(order: int, step: int) -> int:
    return order // step * step if step else order + 1


def _fraction(section: Section, amount: Decimal) -> Iterator[Piece]:
    """Show a whole number (where it has a place of its own) and the nearest fraction."""
    bar = slash(section.tokens)
    above, below, behind = _fraction_parts(section.tokens, bar)
    before = section.tokens[: bar - len(above)]
    has_whole = any(token.kind == "digit" for token in before)
    exact = Fraction(amount.scaleb(2 * sum(t.kind == "percent" for t in section.tokens), _EXACT))
    nearest = _nearest(exact, below)
    whole = int(nearest) if has_whole else 0
    top, bottom = _top_and_bottom(nearest - whole, below)
    hidden = has_whole and top == 0
    if has_whole:
        # a whole 0 without a fraction is shown, whatever its placeholder
        shown = _with_zero(before) if hidden and not whole else before
        yield from _placed(shown, Decimal(whole), grouped=section.grouped)
    else:
        yield from map(_fixed, before)
    if hidden:
        yield Piece(Of.BLANK, " " * (len(above) + 1 + len(below)))
    else:
        padding = {"?": " ", "0": "0"}.get(above[0], "")
        yield Piece(Of.VALUE, f"{_padded(str(top), above, padding)}/{bottom}")
        yield Piece(Of.BLANK, " " * (below.count("?") and max(0, len(below) - len(str(bottom)))))
    yield from map(_fixed, behind)


def denominator(section: Section) -> int:
    """Return the largest denominator that a fraction may have."""
    below = _fraction_parts(section.tokens, slash(section.tokens))[1]
    return int(below) if below.isdigit() and below.strip("0") else int(10 ** len(below)) - 1


def _fraction_parts(
    tokens: tuple[Token, ...], bar: int
) -> tuple[str, str, tuple[Token, ...]]:  # fmt: skip
    """Return the placeholders above and below the bar, and what stands behind."""
    first = bar
    while first and tokens[first - 1].kind == "digit":
        first -= 1
    last = bar + 1
    while last < len(tokens) and _below(tokens[last]):
        last += 1
    above = "".join(token.text for token in tokens[first:bar])
    return above, "".join(token.text for token in tokens[bar + 1 : last]), tokens[last:]


def _below(token: Token) -> bool:
    return token.kind == "digit" or (token.kind == "literal" and token.text in set("123456789"))


def _nearest(exact: Fraction, below: str) -> Fraction:
    if below.isdigit() and below.strip("0"):
        fixed = int(below)
        return Fraction((2 * exact * fixed + 1) // 2, fixed)
    return exact.limit_denominator(int(10 ** len(below)) - 1)


def _top_and_bottom(nearest: Fraction, below: str) -> tuple[int, int]:
    if below.isdigit() and below.strip("0"):
        return int(nearest * int(below)), int(below)
    return nearest.numerator, nearest.denominator


def _with_zero(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    last = max(n for n, token in enumerate(tokens) if token.kind == "digit")
    return (*tokens[:last], Token("digit", "0"), *tokens[last + 1 :])


def _padded(digits: str, placeholders: str, padding: str) -> str:
    return padding * max(0, len(placeholders) - len(digits)) + digits


_RENDER = {
    Kind.NUMBER: _number, Kind.GENERAL: _general, Kind.TEXT: _general,
    Kind.SCIENTIFIC: _scientific, Kind.FRACTION: _fraction,
}  # fmt: skip
