"""A cell as a worksheet's XML has it: how it begins, and how it ends for each kind of content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from xlkpi.domain.location import Address, a1
from xlkpi.writing.book import Cell

_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


@lru_cache(maxsize=1 << 13)
def escaped(text: str) -> str:
    """Escape text for XML; the standard library's own function costs an import of all of urllib."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=1 << 14)
def beginning(row: int, column: int, style: int) -> str:
    """Return how a cell's element begins, given the number of its style."""
    return f'<c r="{a1(row, column)}" s="{style}"'


def row(number: int, height: float | None = None) -> str:
    """Return how a row begins."""
    own = "" if height is None else f' ht="{height:.16g}" customHeight="1"'
    return f'<row r="{number + 1}"{own}>'


def formula(head: str, text: str, value: str | float) -> str:
    """Return a cell with a formula, escaped and without its equals sign, and its result."""
    if not isinstance(value, str):
        return f"{head}><f>{text}</f><v>{_exact(value)}</v></c>"
    kind = "e" if value in _ERRORS else "str"
    return f'{head} t="{kind}"><f>{text}</f><v>{escaped(value)}</v></c>'


@lru_cache(maxsize=1 << 13)
def _exact(value: float) -> str:
    return f"{value:.17g}"


def ending(value: str | float) -> str:
    """Return how a cell ends that contains nothing or a number; texts have an index."""
    return f"><v>{value:.16G}</v></c>" if value != "" else "/>"


class Contents(dict[str | float, str]):
    """What cells without a formula contain → how their elements end. Texts get an index at first use."""

    def __init__(self) -> None:
        """Begin a workbook."""
        super().__init__()
        self.texts: dict[str, int] = {}
        self.uses = 0
        """How many cells contain a text."""

    def __missing__(self, value: str | float) -> str:
        """Make the ending of one more."""
        if value and isinstance(value, str):
            index = self.texts.setdefault(value, len(self.texts))
            made = f' t="s"><v>{index}</v></c>'
        else:
            made = ending(value)
        self[value] = made
        return made

    def endings(self, values: Sequence[str | float]) -> Iterable[str]:
        """Return how the elements of these end."""
        self.uses += len([value for value in values if value and value.__class__ is str])
        return map(self.__getitem__, values)

    def element(self, head: str, cell: Cell) -> str:
        """Return a whole cell."""
        if cell.formula:
            return formula(head, escaped(cell.formula[1:]), cell.value)
        self.uses += cell.value != "" and isinstance(cell.value, str)
        return head + self[cell.value]


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
