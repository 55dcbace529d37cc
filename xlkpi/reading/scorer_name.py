"""Whose ballot it is: the name beside 评分人, above the table; and who signed it when, beside that."""

from __future__ import annotations

from xlkpi.domain.cells import Grid, State, Table, Text, Value
from xlkpi.domain.findings import finding
from xlkpi.domain.location import CellRef
from xlkpi.domain.schema import HEADER_SEARCH_ROWS, SCORER_LABEL, SIGN_LABELS, canonical
from xlkpi.domain.text import as_text, tidy
from xlkpi.reading.values import Reader


def scorer_of(reader: Reader, table: Table) -> Text:
    """Read the name beside 评分人, or in the same cell behind a colon; without one it is broken, and said."""
    grid = table.grid
    for row in range(min(HEADER_SEARCH_ROWS, len(grid.rows), table.header_row)):
        for column, held in enumerate(grid.rows[row]):
            label = canonical(held) if isinstance(held, str) else ""
            if label.rstrip(":") == SCORER_LABEL:
                return _right_of(reader, grid, row, column)
            if label.startswith(f"{SCORER_LABEL}:"):
                typed = as_text(held).replace("：", ":").partition(":")[2]
                place, name = grid.place(row, column), tidy(typed)
                reader.unseen(place, typed, name)
                return Value(place, State.GOOD, name, held)
    place = CellRef(grid.name, table.header_row, 0)
    reader.findings.append(finding("X219", place, rows=HEADER_SEARCH_ROWS))
    return Value(place, State.BROKEN)


def signed(reader: Reader, table: Table, scorer: Text) -> dict[str, Text]:
    """Read the cells right of 签字 and 日期 in the scorer's row, where something stands there."""
    grid, row, found = table.grid, scorer.place.row, dict[str, Text]()
    said = (
        [canonical(as_text(h)).rstrip(":") for h in grid.rows[row]]
        if row < table.header_row
        else []
    )
    for column, label in enumerate(said):
        value = reader.text_at(grid, row, column + 1, dates=True)
        if label in SIGN_LABELS and value.good and canonical(value.value or "") not in SIGN_LABELS:
            found.setdefault(label, value)
    return found


def _right_of(reader: Reader, grid: Grid, row: int, column: int) -> Text:
    """Read the scorer's name: the next cell that holds something, before 签字 and 日期."""
    for at in range(column + 1, column + 5):
        name = reader.text_at(grid, row, at)
        if canonical(name.value or "") in SIGN_LABELS:
            break
        if name.good:
            return name
    name = reader.text_at(grid, row, column + 1)
    reader.findings.append(finding("X218", name.place))
    return name._replace(state=State.BROKEN, value=None)
