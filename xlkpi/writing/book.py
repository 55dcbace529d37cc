"""A workbook on paper: what will stand in which cell. Blank, scored and forms are made of it.

It knows no file and no library. `emit` turns it into bytes, `digest` into a fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.formula import checked
from xlkpi.domain.location import Address, a1

_LONGEST = 32_767
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Held = str | int | float | Decimal | Fraction


def legal(text: str) -> str:
    """Return a text that a workbook can hold: control characters and lone surrogates become U+FFFD."""
    if text.isprintable() and len(text) <= _LONGEST // 2:
        return text
    sound = _ILLEGAL.sub("\ufffd", text)
    if len(sound) <= _LONGEST // 2:  # Excel counts UTF-16 units, at most two a character
        return sound
    return sound.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", "ignore")


class Cell(NamedTuple):
    """What stands in a cell."""

    value: str | float
    style: str
    formula: str = ""
    link: str = ""


class Validation(NamedTuple):
    """What may be typed into a block of cells, and what the cell says."""

    block: tuple[int, int, int, int]
    options: dict[str, object]


class Condition(NamedTuple):
    """A look that depends on the cell."""

    block: tuple[int, int, int, int]
    options: dict[str, object]
    style: str


class Chart(NamedTuple):
    """A bar chart of one column over another."""

    at: Address
    title: str
    names: str
    values: str
    size: tuple[int, int]


@dataclass(slots=True)
class Sheet:
    """One sheet."""

    name: str
    tab: str = "result"
    cells: dict[Address, Cell] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    freeze: Address | None = None
    landscape: bool = False
    repeat: int | None = None
    """The header row to print on every page."""
    filter: tuple[int, int, int, int] | None = None
    print_to: Address | None = None
    """The last cell that is printed."""
    footer: str = ""
    protected: bool = True

    def text(self, row: int, column: int, value: str, style: str = "text", link: str = "") -> None:
        """Put a text; whatever it looks like, it stays a text."""
        self.cells[row, column] = Cell(legal(value), style, "", link)

    def number(
        self, row: int, column: int, value: Held, style: str = "figure", link: str = ""
    ) -> None:
        """Put a number."""
        self.cells[row, column] = Cell(float(value), style, "", link)

    def formula(
        self, row: int, column: int, formula: str, value: Held, style: str = "figure",
        link: str = "",
    ) -> None:  # fmt: skip
        """Put a formula with the value that it computes to."""
        cached = legal(value) if isinstance(value, str) else float(value)
        text = formula if formula.startswith("=") else "=" + formula
        self.cells[row, column] = Cell(cached, style, checked(text), link)

    def blank(self, row: int, column: int, style: str) -> None:
        """Put an empty cell that only has a look."""
        self.cells[row, column] = Cell("", style)

    def row(self, row: int, values: list[str], style: str, start: int = 0) -> None:
        """Put texts side by side."""
        for offset, value in enumerate(values):
            self.text(row, start + offset, value, style)

    def merge(self, row: int, first: int, last: int, value: str, style: str) -> None:
        """Put a text over several columns of a row."""
        for column in range(first, last + 1):
            self.blank(row, column, style)
        self.text(row, first, value, style)
        if last > first:
            self.merges.append((row, first, row, last))

    def absolute(self, row: int, column: int) -> str:
        """Return the reference to a cell of this sheet, for a formula anywhere."""
        return f"'{self.name.replace(chr(39), chr(39) * 2)}'!{a1(row, column, 'both')}"

    def block(self, first_row: int, last_row: int, column: int) -> str:
        """Return the reference to a column's rows, for a formula anywhere."""
        top, bottom = a1(first_row, column, "both"), a1(last_row, column, "both")
        return f"'{self.name.replace(chr(39), chr(39) * 2)}'!{top}:{bottom}"


@dataclass(slots=True)
class Book:
    """One workbook."""

    title: str
    sheets: list[Sheet] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Defined names → reference."""

    def sheet(self, name: str, tab: str = "result") -> Sheet:
        """Add a sheet."""
        made = Sheet(name, tab)
        self.sheets.append(made)
        return made

    def contents(self) -> Iterator[tuple[str, Address, str | float, str]]:
        """Yield (sheet, address, value, formula) of every cell that holds something."""
        for sheet in self.sheets:
            for at, cell in sheet.cells.items():
                if cell.formula or cell.value != "":
                    yield sheet.name, at, cell.value, cell.formula
