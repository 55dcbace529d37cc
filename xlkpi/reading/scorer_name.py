"""Whose ballot it is: the name next to 评分人, above the table, and next to it who signed when."""

from __future__ import annotations

from xlkpi.domain.cells import Grid, State, Table, Text, Value
from xlkpi.domain.findings import finding
from xlkpi.domain.location import CellRef
from xlkpi.domain.schema import HEADER_SEARCH_ROWS, SCORER_LABEL, SIGN_LABELS, canonical
from xlkpi.domain.text import as_text, tidy
from xlkpi.reading.values import Reader


def read_scorer(reader: Reader, table: Table) -> Text:
    """Read the name next to 评分人, or in the same cell behind a colon; report where there is none."""
    grid = table.grid
    for row in range(min(HEADER_SEARCH_ROWS, len(grid.rows), table.header_row)):
        for column, raw in enumerate(grid.rows[row]):
            label = canonical(raw) if isinstance(raw, str) else ""
            if label.rstrip(":") == SCORER_LABEL:
                return _read_right_of(reader, grid, row, column)
            if label.startswith(f"{SCORER_LABEL}:"):
                typed = as_text(raw).replace("：", ":").partition(":")[2]
                place, name = grid.place(row, column), tidy(typed)
                reader.note_invisible(place, typed, name)
                return Value(place, State.GOOD, name, raw)
    place = CellRef(grid.name, table.header_row, 0)
    reader.findings.append(finding("X219", place, rows=HEADER_SEARCH_ROWS))
    return Value(place, State.BROKEN)


def read_signatures(reader: Reader, table: Table, scorer: Text) -> dict[str, Text]:
    """Read the cells right of 签字 and 日期 in the scorer's row, where they are filled in."""
    grid, row, found = table.grid, scorer.place.row, dict[str, Text]()
    labels = (
        [canonical(as_text(h)).rstrip(":") for h in grid.rows[row]]
        if row < table.header_row
        else []
    )
    for column, label in enumerate(labels):
        value = reader.text_at(grid, row, column + 1, dates=True)
        if label in SIGN_LABELS and value.good and canonical(value.value or "") not in SIGN_LABELS:
            found.setdefault(label, value)
    return found


def _read_right_of(reader: Reader, grid: Grid, row: int, column: int) -> Text:
    """Read the scorer's name: the next cell with content, before 签字 and 日期."""
    for at in range(column + 1, column + 5):
        name = reader.text_at(grid, row, at)
        if canonical(name.value or "") in SIGN_LABELS:
            break
        if name.good:
            return name
    name = reader.text_at(grid, row, column + 1)
    reader.findings.append(finding("X218", name.place))
    return name._replace(state=State.BROKEN, value=None)
