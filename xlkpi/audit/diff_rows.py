"""One of two workbooks that are compared: its rows, what was read and typed there, and which rows are the same.

A row is told from others by its name; of several with one name, and of one that was renamed, the rest decides.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlkpi.domain import schema
from xlkpi.domain.cells import Table
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import NOWHERE, CellRef
from xlkpi.domain.numbers import EXACT, from_double, plain
from xlkpi.domain.schema import Column, Sheet
from xlkpi.domain.text import as_text, day, tidy
from xlkpi.writing.scored.inputs_shown import codes, shares

TIERS = (schema.TIER1, schema.TIER2, schema.TIER3)
_KEYS: dict[str, tuple[str, ...]] = {
    schema.EVIDENCE.name: ("指标编号", "材料名称"),
    schema.PROBLEMS.name: (),
}
"""Columns by which rows are told apart where that is not the sheet's key: 序号 only counts them."""
_CODED = (*TIERS, schema.BALLOT, schema.REVIEW)
"""Sheets whose rows are an indicator's."""


class Side:
    """One of the two workbooks, as it was read."""

    def __init__(self, filled: Filled) -> None:
        self.filled = filled
        self.codes = codes(filled)
        self.shares = shares(filled.parameters)
        self.dates = filled.dates
        self.indicators = {each.key for each in filled.indicators}
        tables = (*filled.tables.values(), *(ballot.table for ballot in filled.ballots))
        read = {table.grid.name for table in tables}
        self.unread = {
            schema.folded(each.name): each for each in filled.grids if each.name not in read
        }
        """Sheets of the format whose headers were not found, by folded name."""

    def read(self, table: Table, row: int, column: Column) -> str:
        """Return what a cell was read as, "" for an empty one."""
        at = table.columns.get(column.header)
        if at is None:
            return ""
        place = table.grid.place(row, at)
        if place in self.shares:
            return _show_percent(self.shares[place])
        if place in self.codes:
            return self.codes[place]
        number = self.filled.readings.get(place)
        if (row, at) in table.derived:
            number = table.derived[row, at].value
            return "" if number is None else plain(number)
        if number is None:
            return _read_raw(table, row, at, column)
        spelled = (
            day
            if place in self.dates
            else _show_percent
            if _is_percent_column(table, column)
            else plain
        )
        return spelled(number)

    def typed(self, table: Table, row: int, column: schema.Column) -> str:
        """Return what a cell holds, however it was read."""
        at = table.columns.get(column.header)
        if at is None:
            return ""
        if (row, at) in table.derived:
            found = table.derived[row, at]
            return found.named or f"={found.formula}"
        held = table.grid.raw(row, at)
        if (row, at) in table.grid.percents and isinstance(held, int | float):
            number = from_double(float(held))
            return as_text(held) if number is None else _show_percent(number)
        return _read_raw(table, row, at, column)

    def rows(self, table: Table | None) -> list[Row]:
        """Return the rows of a table, totals among them."""
        if table is None:
            return []
        totals = set(table.totals)
        return [
            Row(self, table, row, row in totals, tuple(
                self.read(table, row, column) for column in list_input_columns(table.sheet)
            ))
            for row in sorted((*table.rows, *table.of_which, *totals))
        ]  # fmt: skip


def _read_raw(table: Table, row: int, at: int, column: Column) -> str:
    """Return what stands in a cell as it is: broken is not blank."""
    grid = table.grid
    if (row, at) in grid.errors:
        return grid.errors[row, at]
    text, cached = grid.formulas.get((row, at), ("", True))
    if not cached:
        return f"={text}"
    held = grid.raw(row, at)
    if (
        _is_percent_column(table, column)
        and isinstance(held, int | float)
        and not isinstance(held, bool)
    ):
        number = from_double(float(held))
        return as_text(held) if number is None else _show_percent(number)
    return tidy(as_text(held))


def _is_percent_column(table: Table, column: Column) -> bool:
    """Whether numbers of a column are parts of one, which people write in per cent."""
    return table.sheet is schema.RULES and column.header == "得分比例"


def _show_percent(number: Decimal) -> str:
    return f"{plain(number.scaleb(2, EXACT))}%"


def list_input_columns(sheet: Sheet) -> list[Column]:
    """Return the columns in which something is filled in."""
    return [column for column in sheet.columns if not (column.computed or column.explanatory)]


class Row(NamedTuple):
    """A row of a table."""

    side: Side
    table: Table
    row: int
    total: bool
    values: tuple[str, ...]
    """What its cells were read as, one for each of `list_input_columns`."""

    @property
    def fields(self) -> dict[str, str]:
        """The same by header."""
        headers = (column.header for column in list_input_columns(self.table.sheet))
        return dict(zip(headers, self.values, strict=True))

    @property
    def names(self) -> tuple[str, ...]:
        """What stands in the columns by which it is told from others."""
        fields = self.fields
        return tuple(fields[header] for header in _list_key_headers(self.table.sheet))

    @property
    def beyond(self) -> tuple[str, ...]:
        """What stands in the other columns."""
        names = _list_key_headers(self.table.sheet)
        return tuple(said for header, said in self.fields.items() if header not in names)

    @property
    def key(self) -> tuple[bool, tuple[str, ...]]:
        """What it is paired by: totals with totals, the others by their names."""
        if self.total:
            return True, ()
        own = (schema.folded(name) for name in self.names)
        info = self.table.sheet is schema.INFO
        return False, tuple(name.rstrip(":?*") if info else name for name in own)

    @property
    def label(self) -> str:
        """What it is called in a sentence: its names, the indicator's name, else its row."""
        if self.total:
            return next((said for said in self.values if said), "")
        names = " ".join(name for name in self.names if name)
        return names or self.fields.get(self.table.sheet.name) or f"第 {self.row + 1} 行"

    @property
    def whole(self) -> str:
        """Everything that stands in it, its name first."""
        sheet, fields = self.table.sheet, self.fields
        bare = [sheet.name] if sheet.name in fields else list(_list_key_headers(sheet))
        left = ["编号"] if sheet in TIERS and fields[sheet.name] else []
        first = [fields[header] for header in bare if fields[header]]
        others = [
            f"{header} {said}"
            for header, said in fields.items()
            if said and header not in (*bare, *left)
        ]
        return "；".join([*first, *others])

    @property
    def place(self) -> CellRef:
        """The cell of its name; of what stands in it, where it has none."""
        fields, columns = self.fields, self.table.columns
        ordered = [*_list_key_headers(self.table.sheet), *fields]
        held = next((h for h in ordered if fields[h] and h in columns), ordered[0])
        return self.table.place(self.row, held)

    def place_of(self, column: schema.Column) -> CellRef:
        """Return the place of a cell, nowhere where the sheet lacks the column."""
        known = column.header in self.table.columns
        return self.table.place(self.row, column.header) if known else NOWHERE


def _list_key_headers(sheet: Sheet) -> tuple[str, ...]:
    return _KEYS.get(sheet.name, (sheet.key,))


def match_rows(old: Sequence[Row], new: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Yield the rows in pairs, those of the old workbook first; None where one has no other."""
    theirs: dict[object, list[Row]] = defaultdict(list)
    mine: dict[object, list[Row]] = defaultdict(list)
    for rows, grouped in ((old, mine), (new, theirs)):
        for row in rows:
            grouped[row.key].append(row)
    other: dict[int, Row] = {}
    for key, group in mine.items():
        other |= _align(group, theirs.get(key, []))
    taken = {row.row for row in other.values()}
    other |= _match_renamed(
        [row for row in old if row.row not in other],
        [row for row in new if row.row not in taken],
    )
    taken = {row.row for row in other.values()}
    yield from ((row, other.get(row.row)) for row in old)
    yield from ((None, row) for row in new if row.row not in taken)


def _align(old: Sequence[Row], new: Sequence[Row]) -> dict[int, Row]:
    """Pair rows of one name, by the number of the old one's row: equal ones first, then in order.

    So a second project of the same name has its own partner, and a band put between two others of a
    rule is the one that was added.
    """
    pairs = {a.row: b for a, b in zip(old, new, strict=False) if a.values == b.values}
    rest: dict[tuple[str, ...], deque[Row]] = defaultdict(deque)
    taken = {row.row for row in pairs.values()}
    for row in new:
        if row.row not in taken:
            rest[row.values].append(row)
    for row in old:
        if row.row not in pairs and rest[row.values]:
            pairs[row.row] = rest[row.values].popleft()
    taken = {row.row for row in pairs.values()}
    left = (row for row in old if row.row not in pairs)
    right = (row for row in new if row.row not in taken)
    return pairs | {a.row: b for a, b in zip(left, right, strict=False)}


def _match_renamed(old: Iterable[Row], new: Iterable[Row]) -> dict[int, Row]:
    """Pair rows of which all but the name is the same; an indicator's code is more than a name."""
    known: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in new:
        if row.table.sheet not in _CODED and not row.total:
            known[row.beyond].append(row)
    pairs = {}
    for row in old:
        likely = known.get(row.beyond, []) if any(row.beyond) or len(row.names) > 1 else []
        other = next((each for each in likely if _share_a_value(row, each)), None)
        if other is not None and not row.total:
            likely.remove(other)
            pairs[row.row] = other
    return pairs


def _share_a_value(one: Row, other: Row) -> bool:
    return any(a and a == b for a, b in zip(one.values, other.values, strict=True))
