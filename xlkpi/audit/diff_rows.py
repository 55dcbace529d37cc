"""The rows of two workbooks that are compared, what they contain, and which rows belong together.

Rows are paired by name. Among several of one name, and for a renamed row, the other columns decide.
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
"""Columns that name a row where the sheet's key does not: 序号 is only a number."""
_CODED = (*TIERS, schema.BALLOT, schema.REVIEW)
"""Sheets whose rows belong to an indicator."""


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
        """Sheets whose headers were not found, by folded name."""

    def read(self, table: Table, row: int, column: Column) -> str:
        """Return a cell as it was read; "" if it is empty."""
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

    def typed(self, table: Table, row: int, column: Column) -> str:
        """Return a cell as it was typed."""
        at = table.columns.get(column.header)
        if at is None:
            return ""
        if (row, at) in table.derived:
            derived = table.derived[row, at]
            return derived.named or f"={derived.formula}"
        value = table.grid.raw(row, at)
        if (row, at) in table.grid.percents and isinstance(value, int | float):
            number = from_double(float(value))
            return as_text(value) if number is None else _show_percent(number)
        return _read_raw(table, row, at, column)

    def rows(self, table: Table | None) -> list[Row]:
        """Return the rows of a table in order, with its rows of totals."""
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
    """Return the raw text of a cell. An error value or a formula without a result is not blank."""
    grid = table.grid
    if (row, at) in grid.errors:
        return grid.errors[row, at]
    text, cached = grid.formulas.get((row, at), ("", True))
    if not cached:
        return f"={text}"
    value = grid.raw(row, at)
    if (
        _is_percent_column(table, column)
        and isinstance(value, int | float)
        and not isinstance(value, bool)
    ):
        number = from_double(float(value))
        return as_text(value) if number is None else _show_percent(number)
    return tidy(as_text(value))


def _is_percent_column(table: Table, column: Column) -> bool:
    """Whether a column contains shares, which people write in per cent."""
    return table.sheet is schema.RULES and column.header == "得分比例"


def _show_percent(number: Decimal) -> str:
    return f"{plain(number.scaleb(2, EXACT))}%"


def list_input_columns(sheet: Sheet) -> list[Column]:
    """Return the columns that people fill in."""
    return [column for column in sheet.columns if not (column.computed or column.explanatory)]


class Row(NamedTuple):
    """A row of a table."""

    side: Side
    table: Table
    row: int
    total: bool
    values: tuple[str, ...]
    """Its cells as they were read, one for each of `list_input_columns`."""

    @property
    def fields(self) -> dict[str, str]:
        """The values by header."""
        headers = (column.header for column in list_input_columns(self.table.sheet))
        return dict(zip(headers, self.values, strict=True))

    @property
    def names(self) -> tuple[str, ...]:
        """The values of the columns that name it."""
        fields = self.fields
        return tuple(fields[header] for header in _list_key_headers(self.table.sheet))

    @property
    def other_values(self) -> tuple[str, ...]:
        """The values of the other columns."""
        names = _list_key_headers(self.table.sheet)
        return tuple(value for header, value in self.fields.items() if header not in names)

    @property
    def key(self) -> tuple[bool, tuple[str, ...]]:
        """What rows are paired by: totals with totals, the others by their names."""
        if self.total:
            return True, ()
        own = (schema.folded(name) for name in self.names)
        info = self.table.sheet is schema.INFO
        return False, tuple(name.rstrip(":?*") if info else name for name in own)

    @property
    def label(self) -> str:
        """What a message calls it: its names, the indicator's name, else its row number."""
        if self.total:
            return next((value for value in self.values if value), "")
        names = " ".join(name for name in self.names if name)
        return names or self.fields.get(self.table.sheet.name) or f"第 {self.row + 1} 行"

    @property
    def description(self) -> str:
        """All its values in one line, its name first."""
        sheet, fields = self.table.sheet, self.fields
        bare = [sheet.name] if sheet.name in fields else list(_list_key_headers(sheet))
        left = ["编号"] if sheet in TIERS and fields[sheet.name] else []
        first = [fields[header] for header in bare if fields[header]]
        others = [
            f"{header} {value}"
            for header, value in fields.items()
            if value and header not in (*bare, *left)
        ]
        return "；".join([*first, *others])

    @property
    def place(self) -> CellRef:
        """The cell of its name, else its first cell with content."""
        fields, columns = self.fields, self.table.columns
        ordered = [*_list_key_headers(self.table.sheet), *fields]
        header = next((h for h in ordered if fields[h] and h in columns), ordered[0])
        return self.table.place(self.row, header)

    def place_of(self, column: Column) -> CellRef:
        """Return the place of a cell; NOWHERE if the sheet lacks the column."""
        known = column.header in self.table.columns
        return self.table.place(self.row, column.header) if known else NOWHERE


def _list_key_headers(sheet: Sheet) -> tuple[str, ...]:
    return _KEYS.get(sheet.name, (sheet.key,))


def match_rows(old: Sequence[Row], new: Sequence[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Yield (old, new) pairs of rows; None where a row has no partner. New rows come last."""
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
    """Pair rows of one name: equal ones first, then in order. The keys are row numbers of the old ones.

    So a second project of the same name has its own partner, and a band inserted between two others
    of a rule is the one reported as added.
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
    """Pair rows that differ only in their names; never those of indicators, whose code identifies them."""
    known: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in new:
        if row.table.sheet not in _CODED and not row.total:
            known[row.other_values].append(row)
    pairs = {}
    for row in old:
        likely = (
            known.get(row.other_values, []) if any(row.other_values) or len(row.names) > 1 else []
        )
        other = next((each for each in likely if _share_a_value(row, each)), None)
        if other is not None and not row.total:
            likely.remove(other)
            pairs[row.row] = other
    return pairs


def _share_a_value(one: Row, other: Row) -> bool:
    return any(a and a == b for a, b in zip(one.values, other.values, strict=True))
