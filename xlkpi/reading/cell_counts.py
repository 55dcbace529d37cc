"""Counts in = counts out: what became of every cell that the package says holds something.

The package's own count comes of the scan, the others of the cells that the engine read: a cell that
was lost between the two would be missing in the sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.inputs import CellCounts
from xlkpi.domain.location import Address
from xlkpi.domain.schema import REVIEW, Column


def cell_counts(
    grids: Iterable[Grid], tables: Iterable[Table], guide: Grid | None, unused: Iterable[Grid]
) -> tuple[CellCounts, ...]:
    """Return a line for every sheet: the format's, 填表说明, and those of which nothing is used."""
    by_name = {table.grid.name: table for table in tables}
    lines = [_counted(grid, by_name.get(grid.name)) for grid in grids]
    if guide:
        lines.append(_line(guide, Counter(words=_held(guide))))
    lines += [_line(grid, Counter(listed=grid.cells)) for grid in unused]
    return tuple(lines)


def _counted(grid: Grid, table: Table | None) -> CellCounts:
    if table is None:  # its header was not found, and a finding says so
        return _line(grid, Counter(listed=_held(grid)))
    kinds = {column.header: _kind(column) for column in table.layout.columns}
    by_column = {at: kinds[header] for header, at in table.columns.items()}
    rows, totals, of_which = set(table.rows), set(table.totals), set(table.of_which)
    own = table.columns.get("自评得分") if table.layout is REVIEW else None
    counts: Counter[str] = Counter()
    for row, column in _addresses(grid):
        kind = by_column.get(column)
        if row <= table.header_row:
            counts["words"] += 1
        elif kind and (row in totals or (column == own and (row, column) not in grid.formulas)):
            counts["checked"] += 1
        elif kind and row in of_which:
            counts["listed"] += 1
        elif kind and (row in rows or kind == "words"):
            counts[kind] += 1
        else:  # a formula of the template's, or what somebody wrote where nothing is read
            counts["computed" if (row, column) in grid.formulas else "listed"] += 1
    return _line(grid, counts)


def _kind(column: Column) -> str:
    if column.computed:
        return "computed"
    return "words" if column.words else "used"


def _line(grid: Grid, counts: Counter[str]) -> CellCounts:
    """What the package counts and the engine shows as blank is a text without a letter."""
    empty = max(0, grid.cells - counts.total())
    return CellCounts(grid.name, grid.cells, empty=empty, **counts)


def _held(grid: Grid) -> int:
    return sum(1 for _ in _addresses(grid))


def _addresses(grid: Grid) -> Iterator[Address]:
    """Every cell that holds something: a value, a formula, an error."""
    special = {*grid.formulas, *grid.errors}
    yield from special
    for row, cells in enumerate(grid.rows):
        for column, held in enumerate(cells):
            if held not in ("", None) and (row, column) not in special:
                yield row, column
