"""A formula over 基础数据 as a tree that computes its value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.base_data_formula.tokens import NotUnderstood, Ref, Token
from xlkpi.domain.numbers import rounded

_DEEPEST = 40
_FUNCTIONS = {"ROUND", "SUM", "MAX", "MIN", "IF", "COUNT", "IFERROR"}
_COMPARISONS = {"<", ">", "=", "<=", ">=", "<>"}


class NotANumber(ValueError):
    """A formula that comes to no number, whatever Excel would make of it."""


Value = Fraction | str
"""What a part of a formula comes to; the only text is the empty one."""
Cells = Callable[[Ref], Sequence[Fraction]]
"""The numbers in the cells of a reference."""


class Number(NamedTuple):
    """A number as written, or the empty text."""

    constant: Value

    def value(self, cells: Cells) -> Value:
        return self.constant


class Cell(NamedTuple):
    """The number in the cell of a reference."""

    ref: Ref

    def value(self, cells: Cells) -> Value:
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
        """Return the result; ZeroDivisionError, NotANumber."""
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


_ARGUMENTS = {"ROUND": (2, 2), "IF": (3, 3), "IFERROR": (2, 2)}


class _Parser:
    """Reads pieces from left to right."""

    def __init__(self, pieces: Sequence[Token]) -> None:
        self.pieces, self.at, self.depth = pieces, 0, 0

    def next(self) -> str:
        """Return the text of the piece that is to be read; "" at the end and before a reference."""
        return self.pieces[self.at].text if self.at < len(self.pieces) else ""

    def take(self, *texts: str) -> str:
        """Read one of these; "" if another follows."""
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
        """Read a condition; it is allowed in IF and nowhere else, so that no TRUE is a number."""
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
                raise NotUnderstood  # a block is one number only inside a function
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
        least, most = _ARGUMENTS.get(name, (1, len(given)))
        if not least <= len(given) <= most:
            raise NotUnderstood
        return self.closed(Call(name, tuple(given)))

    def argument(self, name: str) -> Node:
        piece = self.pieces[self.at] if self.at < len(self.pieces) else None
        if name not in _ARGUMENTS and piece and piece.ref and piece.ref.last:
            self.at += 1
            return Cell(piece.ref)
        return self.sum()


def parse_tree(pieces: Sequence[Token]) -> Node:
    """Return the tree of these pieces; NotUnderstood where they make no formula by themselves."""
    return _Parser(pieces).formula()
