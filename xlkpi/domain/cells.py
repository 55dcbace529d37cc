"""Cells, grids and tables, as they were read: every value knows the cell it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from xlkpi.domain.base_data_formula import NamedFormula
from xlkpi.domain.location import Address, CellRef
from xlkpi.domain.numbers import plain, total
from xlkpi.domain.schema import Sheet
from xlkpi.domain.text import Pieces

T = TypeVar("T")

NOTHING: Mapping[Address, Any] = MappingProxyType({})
"""An empty mapping, for what a grid has none of."""


class State(StrEnum):
    """Whether a cell is empty, readable or broken. Broken is not blank."""

    BLANK = "blank"
    GOOD = "good"
    BROKEN = "broken"


class Value(NamedTuple, Generic[T]):
    """A value and its cell."""

    place: CellRef
    state: State = State.BLANK
    value: T | None = None
    """None unless the state is GOOD."""
    typed: object = None
    """The cell's content before it was read."""

    @property
    def blank(self) -> bool:
        """Whether the cell is empty; a broken one is not."""
        return self.state is State.BLANK

    @property
    def good(self) -> bool:
        """Whether there is a value to work with."""
        return self.state is State.GOOD

    @property
    def broken(self) -> bool:
        """Whether the cell has content that cannot be read; a finding says why."""
        return self.state is State.BROKEN


Text = Value[str]

Number = Value[Decimal]


class AmountSum(NamedTuple):
    """The sum of a column of money in which some amounts may not be filled in."""

    total: Decimal
    """The sum of those that are."""
    known: int
    """How many are."""
    missing: int
    """How many are not: no amount is not 0."""

    @property
    def shown(self) -> Decimal | str:
        """The sum if every amount is there; else a dash, and how many are missing if some are there."""
        if self.known and not self.missing:
            return self.total
        return f"—（{self.missing} 项未填）" if self.known else "—"


def add_amounts(amounts: Iterable[Number]) -> AmountSum:
    """Add up the amounts that can be read."""
    held = [amount.value for amount in amounts]
    known = [value for value in held if value is not None]
    return AmountSum(total(known), len(known), len(held) - len(known))


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet as the engine returned them, with what only the package knows."""

    name: str
    rows: Sequence[Sequence[object]]
    """Row by row from A1; "" is blank. Rows may be shorter than `columns`."""
    errors: Mapping[Address, str] = field(default_factory=dict)
    """Error values: '#DIV/0!'."""
    formulas: Mapping[Address, tuple[str, bool]] = field(default_factory=dict)
    """Formula text, and whether the file contains its value."""
    percents: frozenset[Address] = frozenset()
    """Numbers shown as per cent: 0.95 as 95%."""
    percent_signed: frozenset[Address] = frozenset()
    """Numbers with a per cent sign that does not multiply: 95 shown as 95%."""
    formats: Mapping[Address, str] = field(default_factory=dict)
    """Number formats that may show another number, or another text, than the cell contains."""
    struck: frozenset[Address] = frozenset()
    """Cells that are struck through as a whole."""
    unseen: frozenset[Address] = frozenset()
    """Cells whose font has the colour of what is behind it."""
    pieces: Mapping[Address, Pieces] = field(default_factory=dict)
    """Texts in pieces that look unlike each other."""
    zeros_hidden: bool = False
    """Whether the sheet shows zeros as blanks."""
    merges: tuple[tuple[int, int, int, int], ...] = ()
    """First row, first column, last row, last column."""
    covered: frozenset[Address] = frozenset()
    """Cells under a merge, of which only the first can have a value."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    hidden: bool = False
    cells: int = 0
    """Non-blank cells, as counted in the package."""

    @cached_property
    def hollow(self) -> frozenset[Address]:
        """Broken cells, which are not blank, whatever the engine returned for them."""
        bare = (at for at, (_, cached) in self.formulas.items() if not cached)
        return frozenset((*self.errors, *bare))

    @cached_property
    def peculiar(self) -> frozenset[Address]:
        """Cells without a formula that have any property beside their content."""
        peculiar = (
            self.errors, self.percents, self.percent_signed, self.formats, self.struck, self.unseen,
            self.pieces, self.covered,
        )  # fmt: skip
        return frozenset().union(*peculiar)

    @cached_property
    def special(self) -> frozenset[Address]:
        """Cells with a formula or any such property; most have neither."""
        return self.peculiar.union(self.formulas)

    def raw(self, row: int, column: int) -> object:
        """Return the cell's content, "" beyond the edge."""
        if row < 0 or column < 0:
            return ""
        try:
            return self.rows[row][column]
        except IndexError:
            return ""

    def occupied(self, row: int, column: int) -> bool:
        """Whether the cell has content; a broken one has."""
        value = self.raw(row, column)
        if value is not None and (not isinstance(value, str) or value.strip()):
            return True
        return (row, column) in self.hollow

    def occupied_in(self, row: int, columns: Iterable[int]) -> list[int]:
        """Return those of the columns that have content in a row."""
        cells = self.rows[row] if row < len(self.rows) else ()
        if self.hollow:
            return [column for column in columns if self.occupied(row, column)]
        if cells.count("") == len(cells):  # a spare row
            return []
        width = len(cells)
        return [
            column
            for column in columns
            if column < width
            and (value := cells[column]) is not None
            and not (isinstance(value, str) and (not value or value.isspace()))
        ]

    def place(self, row: int, column: int) -> CellRef:
        return CellRef(self.name, row, column)


class Datum(NamedTuple):
    """A cell of 基础数据 that a formula refers to."""

    name: str
    """数据项."""
    year: str
    """本年 or 上年."""
    number: Number

    @property
    def text(self) -> str:
        """Name, year, number and cell, for a sentence."""
        value = self.number.value
        text = "（空）" if value is None else plain(value)
        return f"{self.name}（{self.year}）{text}（{self.number.place}）"


class Derived(NamedTuple):
    """实际完成值 that the template computes from 基础数据: recomputed, whatever the cell shows."""

    place: CellRef
    formula: str
    """As the scored workbook carries it, without the equals sign."""
    named: NamedFormula
    """Over names, as in a template."""
    value: Decimal | None
    """None where a number is missing or broken, or the formula comes to none."""
    data: tuple[Datum, ...]
    clear: bool
    """Whether it distinguishes per cent from fractions: a 0.8 of it is 0.8 and no 80 %."""
    quotient: bool
    """Whether it divides: 1.2 may be 120 % then."""
    percent: bool
    """Whether the cell shows per cent; `value` counts in percentage points then."""
    problem: str = ""
    """The code of what keeps it from a value when all the numbers are there."""

    @property
    def missing(self) -> tuple[Datum, ...]:
        """The numbers that are not there."""
        return tuple(each for each in self.data if each.number.blank)

    @property
    def state(self) -> State:
        """A missing number is not a missing answer: the number's own cell has the finding."""
        return State.GOOD if self.value is not None else State.BROKEN


class Table(NamedTuple):
    """The table of one sheet, found by its headers."""

    sheet: Sheet
    grid: Grid
    header_row: int
    columns: Mapping[str, int]
    """The contract's header text → column."""
    rows: tuple[int, ...]
    """Rows with at least one input."""
    totals: tuple[int, ...] = ()
    """Rows named 合计, 总计 or 小计."""
    remarks: tuple[int, ...] = ()
    """Rows with nothing but a note, below or between the data."""
    of_which: tuple[int, ...] = ()
    """Rows of a tier without points: 其中：…; kept, listed, never scored."""
    derived: Mapping[Address, Derived] = NOTHING
    """Cells that the template computes from 基础数据."""
    doubted: frozenset[str] = frozenset()
    """Headers missing beside a foreign one, which has a finding; their cells then have none."""
    dates: frozenset[Address] = frozenset()
    """Cells where a date may be the answer, or has a finding of its own."""

    def place(self, row: int, header: str) -> CellRef:
        """Return the place of a row's cell; the row itself where the sheet lacks the column."""
        return CellRef(self.grid.name, row, self.columns.get(header, 0))

    def head(self, header: str) -> CellRef:
        """Return the place of a header; the header row's start where the sheet lacks the column."""
        return self.place(self.header_row, header)

    def has(self, row: int, header: str) -> bool:
        """Whether that cell has content."""
        return header in self.columns and self.grid.occupied(row, self.columns[header])
