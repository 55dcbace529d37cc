"""Formulas over 基础数据: by names in a template, by cells in a workbook, exact in value.

`=ROUND([在职人员数]/[编制人数]*100,2)` and `=ROUND('基础数据'!$B$5/'基础数据'!$B$6*100,2)` are one language:
numbers, + - * / ( ), comparisons, a few functions, and references. Whatever else stands in a
formula makes it none of ours. Fractions all the way: a double never decides anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.location import CellRef, address
from xlkpi.domain.numbers import rounded

THIS_YEAR, LAST_YEAR = YEARS = ("本年", "上年")
_LONGEST = 2_000
_DEEPEST = 40
_FUNCTIONS = {"ROUND", "SUM", "MAX", "MIN", "IF", "COUNT", "IFERROR"}
_COMPARISONS = {"<", ">", "=", "<=", ">=", "<>"}


class NamedFormula(str):
    """A formula over names, as a template holds it: no text that staff typed is one."""

    __slots__ = ()


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


class NotANumber(ValueError):
    """A formula that comes to no number, whatever Excel would make of it."""


Value = Fraction | str
"""What a part of a formula comes to; the only text is the empty one."""
Cells = Callable[[Ref], Sequence[Fraction]]
"""The numbers that stand in what is referred to."""


class Token(NamedTuple):
    """A piece of a formula."""

    text: str
    ref: Ref | None = None


_SHEET = r"(?:'(?P<quoted{n}>(?:[^']|'')+)'|(?P<bare{n}>[^\s'!()+\-*/,;<>=&\"\[\]:$.]+))"
_CELL = r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})"
_TOKENS = re.compile(
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
    """Return the pieces of a formula without its equals sign; NotOurs."""
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


def guard(text: str, blocks: Sequence[str], cells: int) -> str:
    """Return a formula that stays empty until all the cells it refers to hold numbers."""
    return f'IF(COUNT({",".join(blocks)})<{cells},"",{text})'


def unguard(pieces: list[Token]) -> list[Token]:
    """Return the formula inside our own guard; one without it comes back as it is."""
    texts = [piece.text for piece in pieces]
    if texts[:4] != ["IF", "(", "COUNT", "("] or ")" not in texts[4:]:
        return pieces
    close = texts.index(")", 4)
    inner = pieces[close + 6 : -1]
    shut = texts[close + 1] == "<" and texts[close + 3 : close + 6] == [",", '""', ","]
    same = references(pieces[4:close]) == references(inner)
    if shut and same and texts[close + 2].isdigit() and _is_formula(inner):
        return inner
    return pieces


def _is_formula(pieces: Sequence[Token]) -> bool:
    """Whether these pieces make a formula by themselves."""
    try:
        _parse(pieces)
    except NotUnderstood:
        return False
    return True


class Formula(NamedTuple):
    """A formula that was understood."""

    pieces: tuple[Token, ...]
    tree: Node

    def value(self, cells: Cells) -> Value:
        """Return what it comes to; ZeroDivisionError, NoNumber."""
        return self.tree.value(cells)


def parse(text: str) -> Formula:
    """Return the formula of a text without its equals sign; NotOurs."""
    pieces = tokens(text)
    return Formula(tuple(pieces), _parse(pieces))


class Number(NamedTuple):
    """A number as written, or the empty text."""

    constant: Value

    def value(self, cells: Cells) -> Value:
        """Return it."""
        return self.constant


class Cell(NamedTuple):
    """What stands in the cells that are referred to."""

    ref: Ref

    def value(self, cells: Cells) -> Value:
        """Return the number in the one cell."""
        (number,) = cells(self.ref)
        return number


class Chain(NamedTuple):
    """Terms added up, or factors multiplied, from left to right."""

    first: Node
    rest: tuple[tuple[str, Node], ...]

    def value(self, cells: Cells) -> Value:
        """Return the result; ZeroDivisionError."""
        result = _number(self.first.value(cells))
        for sign, node in self.rest:
            other = _number(node.value(cells))
            if sign == "+":
                result += other
            elif sign == "-":
                result -= other
            elif sign == "*":
                result *= other
            else:
                result /= other
        return result


class Comparison(NamedTuple):
    """Two sides; 1 where it is so, 0 where not. A number is less than a text, as in Excel."""

    left: Node
    sign: str
    right: Node

    def value(self, cells: Cells) -> Value:
        """Return 1 or 0."""
        left, right = (_ranked(side.value(cells)) for side in (self.left, self.right))
        so = {
            "<": left < right, ">": left > right, "=": left == right,
            "<=": left <= right, ">=": left >= right, "<>": left != right,
        }  # fmt: skip
        return Fraction(so[self.sign])


def _ranked(value: Value) -> tuple[bool, Fraction]:
    return (True, Fraction(0)) if isinstance(value, str) else (False, value)


class Call(NamedTuple):
    """A function and what it is given."""

    name: str
    arguments: tuple[Node, ...]

    def value(self, cells: Cells) -> Value:
        """Return the result; ZeroDivisionError, NoNumber."""
        if self.name == "IF":
            return self._chosen(cells)
        if self.name == "IFERROR":
            return self._unless(cells)
        if self.name == "ROUND":
            return self._rounded(cells)
        numbers = [number for node in self.arguments for number in _numbers(node, cells, self.name)]
        if self.name == "COUNT":
            return Fraction(len(numbers))
        if self.name == "SUM":
            return sum(numbers, Fraction(0))
        return (max if self.name == "MAX" else min)(numbers, default=Fraction(0))

    def _chosen(self, cells: Cells) -> Value:
        so = _number(self.arguments[0].value(cells))
        return self.arguments[1 if so else 2].value(cells)

    def _unless(self, cells: Cells) -> Value:
        try:
            return self.arguments[0].value(cells)
        except (ZeroDivisionError, NotANumber):
            return self.arguments[1].value(cells)

    def _rounded(self, cells: Cells) -> Value:
        value, places = (_number(node.value(cells)) for node in self.arguments)
        if places.denominator != 1 or abs(places) > 12:
            raise NotANumber
        shift = Fraction(10) ** min(0, int(places))
        return Fraction(rounded(value * shift, max(0, int(places)))) / shift


Node = Number | Cell | Chain | Comparison | Call


def _numbers(node: Node, cells: Cells, name: str) -> Sequence[Fraction]:
    """Return what a function that takes many numbers is given; blank cells of a block do not count."""
    if isinstance(node, Cell):
        return cells(node.ref)
    try:
        value = node.value(cells)
    except (ZeroDivisionError, NotANumber):
        if name == "COUNT":
            return ()
        raise
    if isinstance(value, str) and name == "COUNT":
        return ()
    return (_number(value),)


def _number(value: Value) -> Fraction:
    if isinstance(value, str):
        raise NotANumber
    return value


_GIVEN = {"ROUND": (2, 2), "IF": (3, 3), "IFERROR": (2, 2)}


class _Parser:
    """Reads pieces from left to right."""

    def __init__(self, pieces: Sequence[Token]) -> None:
        self.pieces, self.at, self.depth = pieces, 0, 0

    def next(self) -> str:
        """Return the text of the piece that is to be read; "" at the end and before a reference."""
        return self.pieces[self.at].text if self.at < len(self.pieces) else ""

    def take(self, *texts: str) -> str:
        """Read one of these; "" where another stands."""
        found = self.next()
        if found in texts:
            self.at += 1
            return found
        return ""

    def formula(self) -> Node:
        node = self.sum()
        if self.at < len(self.pieces):
            raise NotUnderstood
        return node

    def comparison(self) -> Node:
        """Read a condition; it stands in IF and nowhere else, so that no TRUE is a number."""
        left = self.sum()
        sign = self.take(*_COMPARISONS)
        return Comparison(left, sign, self.sum()) if sign else left

    def sum(self) -> Node:
        return self.chain("+-", lambda: self.chain("*/", self.factor))

    def chain(self, signs: str, part: Callable[[], Node]) -> Node:
        first, rest = part(), []
        while sign := self.take(*signs):
            rest.append((sign, part()))
        return Chain(first, tuple(rest)) if rest else first

    def factor(self) -> Node:
        self.depth += 1
        if self.depth > _DEEPEST or self.at >= len(self.pieces):
            raise NotUnderstood
        node = self.signed()
        self.depth -= 1
        return node

    def signed(self) -> Node:
        if sign := self.take("+", "-"):
            return Chain(Number(Fraction(0)), ((sign, self.factor()),))
        piece = self.pieces[self.at]
        self.at += 1
        if piece.ref:
            if piece.ref.last:
                raise NotUnderstood  # a block stands for one number only inside a function
            return Cell(piece.ref)
        if piece.text == '""':
            return Number("")
        if piece.text[0].isdigit():
            return Number(Fraction(piece.text))
        if piece.text == "(":
            return self.closed(self.sum())
        return self.call(piece.text)

    def closed(self, node: Node) -> Node:
        if not self.take(")"):
            raise NotUnderstood
        return node

    def call(self, name: str) -> Node:
        if name not in _FUNCTIONS or not self.take("("):
            raise NotUnderstood
        given = [self.comparison() if name == "IF" else self.argument(name)]
        while self.take(","):
            given.append(self.argument(name))
        least, most = _GIVEN.get(name, (1, len(given)))
        if not least <= len(given) <= most:
            raise NotUnderstood
        return self.closed(Call(name, tuple(given)))

    def argument(self, name: str) -> Node:
        piece = self.pieces[self.at] if self.at < len(self.pieces) else None
        if name not in _GIVEN and piece and piece.ref and piece.ref.last:
            self.at += 1
            return Cell(piece.ref)
        return self.sum()


def _parse(pieces: Sequence[Token]) -> Node:
    return _Parser(pieces).formula()
