"""What was typed into the sheets that were read, as sources of planned cells."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from typing import TypeGuard

from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.numbers import as_shown
from xlkpi.domain.text import as_text, tidy
from xlkpi.writing.book import Item, Source, stored
from xlkpi.writing.scored.result import Result

GridOf = Callable[[Result], Grid]
"""Finds a sheet that was read in whatever the plan is filled with."""


def grid(at: int) -> GridOf:
    """Return what finds the sheet at that place in the file."""
    return lambda result: result.filled.grids[at]


def is_number(held: object) -> TypeGuard[int | float]:
    """Return whether a number was typed."""
    return isinstance(held, int | float) and not isinstance(held, bool)


def number(grid_of: GridOf, row: int, column: int) -> Source:
    """Return what finds a cell's number."""

    def find(result: Result) -> float:
        held = grid_of(result).raw(row, column)
        assert isinstance(held, int | float)
        return as_shown(held)

    return find


def text(grid_of: GridOf, row: int, column: int) -> Source:
    """Return what finds a cell's text."""
    return lambda result: as_text(grid_of(result).raw(row, column))


def tidied(grid_of: GridOf, row: int, column: int) -> Callable[[Result], str]:
    """Return what finds a cell's text without what is around it."""
    return lambda result: tidy(as_text(grid_of(result).raw(row, column)))


class OfTable:
    """What was typed into a table: most cells of a workbook, so found at once, not cell by cell."""

    def __init__(self, table: Table, grid_of: GridOf) -> None:
        """Take the table of the workbook that is planned."""
        rows, last = (*table.rows, *table.of_which, *table.totals), max(table.columns.values()) + 1
        self.lengths = {row: len(table.grid.rows[row][:last]) for row in rows}
        """How many cells of each row are found."""
        starts = accumulate(self.lengths.values(), initial=0)
        self.starts = dict(zip(rows, starts, strict=False))

        def find(result: Result) -> list[str | float]:
            found = grid_of(result).rows
            return [
                held if held == "" else _stored(held) for row in rows for held in found[row][:last]
            ]

        self.find = find

    def cell(self, row: int, column: int) -> Source | str:
        """Return what finds one cell, or "" for one beyond the end of its row."""
        return Item(self.find, self.starts[row] + column) if column < self.lengths[row] else ""


@lru_cache(maxsize=1 << 14, typed=True)
def _stored(held: object) -> str | float:
    """Return what a scored workbook has for what was typed."""
    return stored(as_shown(held) if is_number(held) else tidy(as_text(held)))
