"""Formulas over 基础数据: by names in a template, by cells in a workbook, exact in value.

`=ROUND([在职人员数]/[编制人数]*100,2)` and `=ROUND('基础数据'!$B$5/'基础数据'!$B$6*100,2)` are one language:
numbers, + - * / ( ), comparisons, a few functions, and references. Anything else in a
formula makes it one that we do not understand. Values are fractions: no double decides anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xlkpi.domain.base_data_formula.tokens import (
    YEARS,
    Item,
    NotUnderstood,
    Point,
    Ref,
    Token,
    references,
    rewrite,
    tokens,
)
from xlkpi.domain.base_data_formula.tree import Cells, Node, NotANumber, Value, parse_tree

__all__ = [
    "YEARS", "Formula", "Item", "NamedFormula", "NotANumber", "NotUnderstood", "Point", "Ref",
    "guard", "parse", "references", "rewrite", "tokens", "unguard",
]  # fmt: skip


class NamedFormula(str):
    """A formula over names, from a template: a text that staff typed never is one."""

    __slots__ = ()


def guard(text: str, blocks: Sequence[str], cells: int) -> str:
    """Return a formula that stays empty until all the cells it refers to are numbers."""
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
        parse_tree(pieces)
    except NotUnderstood:
        return False
    return True


class Formula(NamedTuple):
    """A formula that was understood."""

    pieces: tuple[Token, ...]
    tree: Node

    def value(self, cells: Cells) -> Value:
        """Return the value; ZeroDivisionError, NotANumber."""
        return self.tree.value(cells)


def parse(text: str) -> Formula:
    """Return the formula of a text without its equals sign; NotUnderstood."""
    pieces = tokens(text)
    return Formula(tuple(pieces), parse_tree(pieces))
