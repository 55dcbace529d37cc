"""A cell as a worksheet's XML has it: how it begins, and how it ends for each kind of content."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from xlkpi.domain.location import Address, a1
from xlkpi.writing.book import Cell

_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


@lru_cache(maxsize=1 << 13)
def escaped(text: str) -> str:
    """Escape text for XML; the standard library's own function costs an import of all of urllib."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def beginning(row: int, column: int, style: int) -> str:
    """Return how a cell's element begins, given the number of its style."""
    return f'<c r="{a1(row, column)}" s="{style}"'


def formula(head: str, text: str, value: str | float) -> str:
    """Return a cell with a formula, escaped and without its equals sign, and its result."""
    if not isinstance(value, str):
        return f"{head}><f>{text}</f><v>{value:.17g}</v></c>"
    kind = "e" if value in _ERRORS else "str"
    return f'{head} t="{kind}"><f>{text}</f><v>{escaped(value)}</v></c>'


def number(head: str, value: float) -> str:
    """Return a cell with a number."""
    return f"{head}><v>{value:.16G}</v></c>"


def blank(head: str) -> str:
    """Return an empty cell that only has a style."""
    return f"{head}/>"


def content(head: str, value: str | float, index: Callable[[str], int]) -> str:
    """Return a cell without a formula; `index` finds a text's place among the workbook's texts."""
    if not isinstance(value, str):
        return number(head, value)
    return f'{head} t="s"><v>{index(value)}</v></c>' if value else blank(head)


def element(head: str, cell: Cell, index: Callable[[str], int]) -> str:
    """Return a cell, whatever is in it."""
    if cell.formula:
        return formula(head, escaped(cell.formula[1:]), cell.value)
    return content(head, cell.value, index)


def link(at: Address, target: str) -> str:
    """Return how the element of a link inside the workbook begins."""
    kind, _, where = target.partition(":")
    if kind != "internal":
        raise ValueError(f"a link that leads out: {target}")
    return f'<hyperlink ref="{a1(*at)}" location="{_attribute(where)}" display="'


def shown_link(begun: str, value: str | float) -> str:
    """Return a link's element. Of a cell with a number xlsxwriter writes a space as its text."""
    return f'{begun}{_attribute(value) if isinstance(value, str) and value else " "}"/>'


@lru_cache(maxsize=1 << 13)
def _attribute(text: str) -> str:
    return escaped(text).replace('"', "&quot;").replace("\n", "&#xA;")
