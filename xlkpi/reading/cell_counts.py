"""Counts in = counts out: what became of every cell that has content by the package's own count.

The package's own count comes of the scan, the others of the cells that the engine read: a cell that
was lost between the two would be missing in the sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import overload

from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.inputs import CellCounts
from xlkpi.domain.location import Address
from xlkpi.domain.schema import REVIEW, Column


class CellCountLines(Sequence[CellCounts]):
    """A line for every sheet, counted when it is first asked for: outputs show them, no score needs them."""

    def __init__(
        self,
        grids: Sequence[Grid],
        tables: Sequence[Table],
        guide: Grid | None,
        unused: Sequence[Grid],
    ) -> None:
        """Keep what is to be counted, of which nothing changes any more."""
        self._counted = partial(count_cells, grids, tables, guide, unused)

    @cached_property
    def _lines(self) -> tuple[CellCounts, ...]:
        return self._counted()

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> CellCounts: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[CellCounts]: ...
    def __getitem__(self, at: int | slice) -> CellCounts | Sequence[CellCounts]:
        return self._lines[at]


def count_cells(
    grids: Iterable[Grid], tables: Iterable[Table], guide: Grid | None, unused: Iterable[Grid]
) -> tuple[CellCounts, ...]:
    """Return a line for every sheet: the format's, 填表说明, and those of which nothing is used."""
    by_name = {table.grid.name: table for table in tables}
    lines = [_count_sheet(grid, by_name.get(grid.name)) for grid in grids]
    if guide:
        lines.append(_line(guide, Counter(words=_count_occupied(guide))))
    lines += [_line(grid, Counter(listed=grid.cells)) for grid in unused]
    return tuple(lines)


def _count_sheet(grid: Grid, table: Table | None) -> CellCounts:
    if table is None:  # its header was not found, which is reported
        return _line(grid, Counter(listed=_count_occupied(grid)))
    by_row, below = _kinds(table)
    own = table.columns.get("自评得分") if table.sheet is REVIEW else None
    special, head = grid.formulas.keys() | grid.errors.keys(), table.header_row
    what = [  # a formula is of the template's, or of somebody's own
        by_row.get(row, below).get(column, "computed")
        for row, column in grid.formulas
        if row > head
    ]
    for row, column in grid.errors.keys() - grid.formulas.keys():
        if row > head:
            kinds = by_row.get(row, below)
            what.append("checked" if column == own else kinds.get(column, "listed"))
    what += ["words"] * (len(special) - len(what))
    for row, cells in enumerate(grid.rows):
        if cells.count("") == len(cells):  # spare rows, of which most tables consist
            continue
        raw = [at for at, raw in enumerate(cells) if raw != "" and raw is not None]
        typed = [at for at in raw if (row, at) not in special]
        if row <= head:
            what += ["words"] * len(typed)
            continue
        kinds = by_row.get(row, below)
        what += ["checked" if at == own else kinds.get(at, "listed") for at in typed]
    return _line(grid, Counter(what))


def _kinds(table: Table) -> tuple[dict[int, dict[int, str]], dict[int, str]]:
    """What the cells of the table's columns are: in each of its rows, and in any other."""
    kinds = {column.header: _kind(column) for column in table.sheet.columns}
    read = {at: kinds[header] for header, at in table.columns.items()}
    by_row = {
        **dict.fromkeys(table.rows, read),
        **dict.fromkeys(table.of_which, dict.fromkeys(read, "listed")),
        **dict.fromkeys(table.totals, dict.fromkeys(read, "checked")),
    }
    return by_row, {at: kind for at, kind in read.items() if kind == "words"}


def _kind(column: Column) -> str:
    if column.computed:
        return "computed"
    return "words" if column.explanatory else "used"


def _line(grid: Grid, counts: Counter[str]) -> CellCounts:
    """Return a line; what the package counts and the engine shows as blank is an empty text."""
    empty = max(0, grid.cells - counts.total())
    return CellCounts(grid.name, grid.cells, empty=empty, **counts)


def _count_occupied(grid: Grid) -> int:
    return sum(1 for _ in _addresses(grid))


def _addresses(grid: Grid) -> Iterator[Address]:
    """Yield every cell with content: a value, a formula, an error."""
    special = {*grid.formulas, *grid.errors}
    yield from special
    for row, cells in enumerate(grid.rows):
        for column, raw in enumerate(cells):
            if raw not in ("", None) and (row, column) not in special:
                yield row, column
