"""The pieces of a formula over 基础数据, and what they refer to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from xlkpi.domain.location import CellRef, address
from xlkpi.domain.patterns import pattern

THIS_YEAR, LAST_YEAR = YEARS = ("本年", "上年")
_LONGEST = 2_000


class Item(NamedTuple):
    """A reference by name: [三公经费:上年]."""

    name: str
    year: str = THIS_YEAR

    def __str__(self) -> str:
        """Return it as a template writes it."""
        return f"[{self.name}]" if self.year == THIS_YEAR else f"[{self.name}:{self.year}]"


Point = Item | CellRef


class Ref(NamedTuple):
    """One cell, or with `last` a block of them."""

    first: Point
    last: Point | None = None


class NotUnderstood(ValueError):
    """A formula that this language has no words for."""


class Token(NamedTuple):
    """A piece of a formula."""

    text: str
    ref: Ref | None = None


_SHEET = r"(?:'(?P<quoted{n}>(?:[^']|'')+)'|(?P<bare{n}>[^\s'!()+\-*/,;<>=&\"\[\]:$.]+))"
_CELL = r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})"
_TOKENS = pattern(
    r"\s*(?:"
    rf"\[\$?{_SHEET.format(n='o')}\.{_CELL}(?::\.?{_CELL})?\]"  # .ods: [$基础数据.$B$5]
    r"|(?P<named>\[[^\[\]]+\](?::\[[^\[\]]+\])?)"
    rf"|\$?{_SHEET.format(n='x')}!{_CELL}(?::{_CELL})?"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<call>[A-Z]+)(?=\()"
    r"|(?P<sign><=|>=|<>|[-+*/(),;<>=]|\"\")"
    r")\s*"
)


def tokens(text: str) -> list[Token]:
    """Return the pieces of a formula without its equals sign; NotUnderstood."""
    found: list[Token] = []
    at = 0
    if not text or len(text) > _LONGEST:
        raise NotUnderstood(text)
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise NotUnderstood(text)
        found.append(_token(match))
        at = match.end()
    return found


def _token(found: re.Match[str]) -> Token:
    groups = found.groupdict()
    if groups["named"]:
        return _named(groups["named"])
    for n, start in (("o", 3), ("x", 10)):
        sheet = groups[f"quoted{n}"] or groups[f"bare{n}"]
        if sheet:
            return _addressed(sheet.replace("''", "'"), found.groups()[start - 1 : start + 3])
    text = groups["number"] or groups["call"] or groups["sign"]
    return Token("," if text == ";" else text)


def _addressed(sheet: str, parts: Sequence[str | None]) -> Token:
    left, top, right, bottom = parts
    first = CellRef(sheet, *address(f"{left}{top}"))
    if not right:
        return Token("", Ref(first))
    last = CellRef(sheet, *address(f"{right}{bottom}"))
    if last.row < first.row or last.column < first.column:
        raise NotUnderstood(f"{first}:{last}")
    return Token("", Ref(first, last))


def _named(text: str) -> Token:
    first, *rest = (_item(part) for part in text[1:-1].split("]:["))
    return Token("", Ref(first, rest[0] if rest else None))


def _item(text: str) -> Item:
    name, colon, year = text.replace("：", ":").rpartition(":")
    if colon and year.strip() in YEARS and name.strip():
        return Item(name.strip(), year.strip())
    return Item(text.strip())


def references(pieces: Iterable[Token]) -> list[Ref]:
    """Return what a formula refers to, each once, in order."""
    return list(dict.fromkeys(piece.ref for piece in pieces if piece.ref))


def rewrite(pieces: Iterable[Token], at: Callable[[Ref], str]) -> str:
    """Return the formula with other words for what it refers to."""
    return "".join(at(piece.ref) if piece.ref else piece.text for piece in pieces)
