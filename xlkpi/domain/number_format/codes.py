"""A number format's code, taken apart: sections, their conditions and tokens (ECMA-376, 18.8.31)."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from xlkpi.domain.patterns import pattern


class Kind(Enum):
    """How a section shows a number."""

    NUMBER = "placeholders"
    GENERAL = "General"
    TEXT = "@"
    FRACTION = "# ?/?"
    SCIENTIFIC = "0E+0"
    DATE = "date or time"


class Token(NamedTuple):
    """A part of a section."""

    kind: str
    """literal, digit, point, comma, percent, slash, exponent, general, text, date, space, fill."""
    text: str
    """What it puts out; of a digit its placeholder, 0, # or ?."""


Tokens = tuple[Token, ...]


class Condition(NamedTuple):
    """Which values a section is for: [>=60]."""

    relation: str
    limit: Decimal

    def holds(self, value: Decimal) -> bool:
        """Whether the section is for this value."""
        return _RELATIONS[self.relation](value, self.limit)


_RELATIONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq,
    "<>": operator.ne, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One of the parts between the semicolons."""

    kind: Kind
    tokens: Tokens
    """In their order; commas that group or scale are no longer among them."""
    condition: Condition | None
    numerals: str
    """ "1", "2" or "3" of [DBNum1] …; "" for ordinary digits."""
    white: bool
    """Whether it is written in white: [White], [白色], [Color2]."""
    grouped: bool
    """Whether commas separate thousands."""
    thousands: int
    """How often the value is divided by 1000."""
    stray: bool
    """Whether there is a comma that offices may or may not take for a scaling one."""
    bare: bool
    """Whether a colour alone is there: Excel shows the number, LibreOffice nothing."""


class _Brackets(NamedTuple):
    """The meaning of a section's brackets."""

    condition: Condition | None
    numerals: str
    white: bool
    any: bool


_TOKEN = pattern(
    r"""
      "(?P<quoted>[^"]*)"
    | [\\!](?P<escaped>.)             # ! is the escape of Chinese, Japanese and Korean Excel
    | _(?P<space>.)
    | \*(?P<fill>.)
    | \[(?P<bracket>[^\]]*)\]
    | (?P<general>General|(?:G/)?通用格式|G/標準|G/표준)
    | (?P<exponent>E[+-])
    | (?P<date>AM/PM|A/P|上午/下午|[dmhysegb]+|aaa+)
    | (?P<digit>[0\#?])
    | (?P<point>\.)
    | (?P<comma>,)
    | (?P<percent>%)
    | (?P<slash>/)
    | (?P<text>@)
    | (?P<end>;)
    | (?P<literal>[^"\\!_*\[])        # Excel quotes other letters; other programs leave them as they are
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_CONDITION = pattern(r"\s*(<=|>=|<>|<|>|=)\s*(-?\d*\.?\d+(?:E[+-]?\d+)?)\s*", re.IGNORECASE)
_NUMERALS = pattern(r"(?:DB|Nat)Num(\d+)[^\]]*", re.IGNORECASE)
_ELAPSED = pattern(r"h+|m+|s+", re.IGNORECASE)
_COLOUR = pattern(r"[^\W\d_]+\s*\d{0,2}")
_WHITE = pattern(r"white|白色?|(?:color|colour|颜色)\s*2", re.IGNORECASE)

LONGEST = 255
"""Excel takes no longer code."""


@lru_cache(maxsize=1024)
def parse(code: str) -> tuple[Section, ...] | None:
    """Return the sections of a code; None where it is not one that Excel would open."""
    code = code or "General"
    if len(code) > LONGEST:
        return None
    found: list[list[tuple[str, str]]] = [[]]
    at = 0
    for match in _TOKEN.finditer(code):
        if match.start() != at:
            return None
        at = match.end()
        kind = match.lastgroup or ""
        if kind == "end":
            found.append([])
        else:
            found[-1].append((kind, match[kind]))
    if at != len(code) or len(found) > 4:
        return None
    sections = [_section(parts) for parts in found]
    complete = tuple(section for section in sections if section)
    return complete if len(complete) == len(sections) else None


def _section(parts: list[tuple[str, str]]) -> Section | None:
    brackets = _brackets([text for kind, text in parts if kind == "bracket"])
    if brackets is None:
        return None
    tokens = list(_tokens(parts))
    empty = brackets.any and not tokens
    kind = Kind.GENERAL if empty else _kind(tokens)
    if kind is None:
        return None
    tokens = [Token("general", "General")] if empty else _literal(tokens, kind)
    tokens = _with_units(tokens) if kind is Kind.NUMBER else tokens
    kept, grouped, thousands, stray = _commas(tokens)
    bare = empty and not brackets.condition and not brackets.numerals
    return Section(
        kind=kind, tokens=tuple(kept), condition=brackets.condition, numerals=brackets.numerals,
        white=brackets.white, grouped=grouped, thousands=thousands, stray=stray, bare=bare,
    )  # fmt: skip


def _brackets(bodies: list[str]) -> _Brackets | None:
    """Read the brackets of a section; None where one is unknown."""
    condition, numerals, white, seen = None, "", False, False
    for body in bodies:
        if body.startswith("$") or _ELAPSED.fullmatch(body):
            continue
        seen = True
        if match := _CONDITION.fullmatch(body):
            limit = float(match[2])
            if not math.isfinite(limit):
                return None
            condition = Condition(match[1], Decimal(repr(limit)))
        elif match := _NUMERALS.fullmatch(body):
            numerals = match[1][:1]
        elif _COLOUR.fullmatch(body):
            white = white or bool(_WHITE.fullmatch(body))
        else:
            return None
    return _Brackets(condition, numerals, white, seen)


def _tokens(parts: list[tuple[str, str]]) -> Iterator[Token]:
    for kind, text in parts:
        if kind == "bracket":
            if _ELAPSED.fullmatch(text):
                yield Token("date", text)
            elif text.startswith("$"):
                yield Token("literal", text[1:].rpartition("-")[0] if "-" in text else text[1:])
        else:
            yield Token("literal" if kind in {"quoted", "escaped"} else kind, text)


def _kind(tokens: list[Token]) -> Kind | None:
    kinds = [token.kind for token in tokens]
    for name, kind in (("date", Kind.DATE), ("text", Kind.TEXT), ("general", Kind.GENERAL)):
        if name in kinds:
            return kind
    if "exponent" in kinds:
        at = kinds.index("exponent")
        sound = "digit" in kinds[:at] and kinds[at + 1 : at + 2] == ["digit"]
        return Kind.SCIENTIFIC if sound and kinds.count("exponent") == 1 else None
    return Kind.FRACTION if slash(tokens) else Kind.NUMBER


def slash(tokens: list[Token] | Tokens) -> int:
    """Return the index of a fraction's bar, between two placeholders; 0 without one."""
    for at in range(1, len(tokens) - 1):
        before, bar, after = tokens[at - 1 : at + 2]
        below = after.kind == "digit" or (after.kind == "literal" and after.text in "123456789")
        if bar.kind == "slash" and before.kind == "digit" and below:
            return at
    return 0


def _literal(tokens: list[Token], kind: Kind) -> list[Token]:
    """Make literals of the tokens that have no meaning in this kind of section."""
    plain: set[str] = set() if kind is Kind.FRACTION else {"slash"}
    if kind in {Kind.GENERAL, Kind.TEXT}:
        plain |= {"digit", "point", "comma", "exponent"}
    return [Token("literal", token.text) if token.kind in plain else token for token in tokens]


def _with_units(tokens: list[Token]) -> list[Token]:
    """Give .00 the place for a whole number that Excel shows before the point: 50.00."""
    kinds = [token.kind for token in tokens]
    if "point" not in kinds or "digit" not in kinds:
        return tokens
    point = kinds.index("point")
    if "digit" in kinds[:point]:
        return tokens
    return [*tokens[:point], Token("digit", "#"), *tokens[point:]]


def _commas(tokens: list[Token]) -> tuple[list[Token], bool, int, bool]:
    """Take out the commas that group (between placeholders) or divide by 1000 (behind the last)."""
    kept: list[Token] = []
    grouped, thousands, stray = False, 0, False
    kinds = [token.kind for token in tokens]
    point = kinds.index("point") if "point" in kinds else len(kinds)
    for at, token in enumerate(tokens):
        if token.kind != "comma":
            kept.append(token)
        elif "digit" not in kinds[:at]:
            kept.append(Token("literal", ","))
        elif "digit" in kinds[at : point if at < point else None]:
            grouped, stray = True, stray or at > point
        elif kept[-1].kind in {"digit", "point"}:
            thousands += 1
        else:
            kept.append(Token("literal", ","))
            stray = True
    return kept, grouped, thousands, stray
