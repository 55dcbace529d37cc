"""The place of a value: sheet and cell. A1 arithmetic is here and nowhere else.

Rows and columns are zero-based integers everywhere in the program; people see A1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

Address = tuple[int, int]
"""(row, column), both zero-based."""

Block = tuple[int, int, int, int]
"""First row, first column, last row, last column; zero-based, inclusive."""

_A1 = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]*)\Z")


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """Return the letters of a zero-based column: 0 is "A", 26 is "AA"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def a1(row: int, column: int, absolute: str = "") -> str:
    """Return the address of a cell; `absolute` names what gets a dollar: "", "row", "column", "both"."""
    if not absolute:
        return f"{column_letters(column)}{row + 1}"
    before = "$" if absolute in ("column", "both") else ""
    between = "$" if absolute in ("row", "both") else ""
    return f"{before}{column_letters(column)}{between}{row + 1}"


def address(text: str) -> Address:
    """Return (row, column) of an A1 text; ValueError where it is none."""
    found = _A1.match(text)
    if not found:
        raise ValueError(f"not an A1 address: {text!r}")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


@lru_cache(maxsize=1024)
def quoted(sheet: str) -> str:
    """Return a sheet's name for a formula, always in quotes: a name may contain anything."""
    return "'" + sheet.replace("'", "''") + "'"


def without_overlaps(merges: Iterable[Block]) -> set[Block]:
    """Return merges of which no two share a cell: of those that do, the largest, then the first."""
    kept: set[Block] = set()
    open_below: list[Block] = []
    for block in sorted(set(merges)):
        top, left, _, right = block
        open_below = [each for each in open_below if each[2] >= top]
        met = [each for each in open_below if each[1] <= right and left <= each[3]]
        if all(_size(each) < _size(block) for each in met):
            kept.difference_update(met)
            kept.add(block)
            open_below = [each for each in open_below if each not in met] + [block]
    return kept


def _size(block: Block) -> int:
    top, left, bottom, right = block
    return (bottom - top + 1) * (right - left + 1)


def block_reference(
    sheet: str, first_row: int, first_column: int, last_row: int, last_column: int
) -> str:
    """Return an absolute reference to a block of cells of a sheet, for a formula."""
    first = a1(first_row, first_column, "both")
    last = a1(last_row, last_column, "both")
    block = first if first == last else f"{first}:{last}"
    return f"{quoted(sheet)}!{block}" if sheet else block


class CellRef(NamedTuple):
    """A cell of a sheet, or a whole sheet where `row` is negative, or the file where `sheet` is ""."""

    sheet: str
    row: int = -1
    column: int = -1

    @property
    def cell(self) -> str:
        """The A1 text, "" for a whole sheet."""
        return a1(self.row, self.column) if self.row >= 0 else ""

    @property
    def reference(self) -> str:
        """The reference for a formula on another sheet: 'sheet'!B5."""
        return f"{quoted(self.sheet)}!{self.cell}"

    @property
    def absolute(self) -> str:
        """The same with dollars: 'sheet'!$B$5."""
        return f"{quoted(self.sheet)}!{a1(self.row, self.column, 'both')}"

    @property
    def link(self) -> str:
        """The target of a link inside the workbook."""
        return f"internal:{quoted(self.sheet)}!{self.cell or 'A1'}"

    def __str__(self) -> str:
        """Return the place as people write it: 评分_张三!D7."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    @property
    def label(self) -> str:
        """The same, but “整个工作簿” for the whole file."""
        return str(self) or "整个工作簿"


NOWHERE = CellRef("")
"""No cell of the file: the whole of it, or nothing there."""


def block_references(sheet: str, column: int, rows: Sequence[int]) -> str:
    """Return references to the rows of a table, in runs, so that totals between them stay out."""
    runs = _runs([CellRef(sheet, row, column) for row in rows])
    return ",".join(
        block_reference(sheet, top.row, column, bottom.row, column) for top, bottom in runs
    )


def list_places(places: Sequence[CellRef], most: int = 0) -> str:
    """Return places as people write them down: 预算执行!G5:G8、评分_张三!D7; of many the first `most`."""
    runs = _runs(places)
    shown = runs[:most] if most else runs
    text = "、".join(f"{a}" if a == b else f"{a}:{b.cell}" for a, b in shown)
    return text + (" 等" if len(runs) > len(shown) else "")


def _runs(places: Sequence[CellRef]) -> list[tuple[CellRef, CellRef]]:
    """Return the first and the last cell of each run of cells below one another."""
    runs: list[tuple[CellRef, CellRef]] = []
    for place in places:
        if runs and place == runs[-1][1]._replace(row=runs[-1][1].row + 1):
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return runs
