"""One cell → a typed value. Broken is not blank, and nothing is guessed.

`Reader` reads texts, codes and numbers, keeps every changed reading, and reports what it could not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from xlkpi.domain import numbers
from xlkpi.domain.cells import Derived, Grid, Number, State, Table, Text, Value
from xlkpi.domain.findings import Finding, errors, finding
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import ValueRange
from xlkpi.domain.schema import canonical, is_percent
from xlkpi.domain.text import as_text, tidy, trimmed
from xlkpi.reading import displayed, number_findings
from xlkpi.reading.broken_cells import find_broken_code
from xlkpi.reading.xlsx.cache import Memo

NOTHING_SPELLED: Mapping[str, str] = MappingProxyType({})
"""No code has a known spelling: each keeps the one that was typed."""
_WILD = frozenset("*?~")
"""Wildcards in a spreadsheet's look-ups."""
_SHOWN = 60
"""Characters of a text that a sentence shows."""
_LARGEST_SHARE = 10
"""A per cent cell above this got its format after its number: 95 became 9500%."""


class Reader:
    """Reads cells of tables; collects the findings, and every number read from a text."""

    def __init__(self, from_result: bool = False) -> None:
        """Start without findings; `from_result` where the inputs are those of a scored workbook.

        There "0.8%" has become the number 0.8, and ambiguity was resolved before scoring.
        """
        self.from_result = from_result
        self.findings: list[Finding] = []
        self.readings: dict[CellRef, Decimal] = {}
        self._unseen: dict[CellRef, Finding] = {}

    def text(self, table: Table, row: int, header: str, dates: bool = False) -> Text:
        """Read a text; numbers and (where `dates`) dates are written out."""
        value = _text(table, row, header, dates)
        if value.typed != value.value:  # hardly ever
            self._note_cleaned(value)
        return value

    def text_at(self, grid: Grid, row: int, column: int, dates: bool = False) -> Text:
        """Read the text of a cell that belongs to no table."""
        value = _text_at(grid, row, column, dates)
        self._note_cleaned(value)
        return value

    def all_findings(self) -> list[Finding]:
        """Return all findings; a cell that could not be read gets none about invisible characters."""
        stopped = {each.place for each in errors(self.findings)}
        unseen = [each for place, each in self._unseen.items() if place not in stopped]
        return self.findings + unseen

    def _note_cleaned(self, value: Text) -> None:
        typed = value.typed
        if (
            isinstance(typed, str)
            and typed != value.value
            and value.good
            and value.value is not None
        ):
            self.note_invisible(value.place, as_text(typed), value.value)

    def note_invisible(self, place: CellRef, typed: str, read: str) -> None:
        """Note that a text was read without the invisible characters in it.

        Spaces around it do not count: nobody sees the difference.
        """
        typed = trimmed(typed)
        if typed != read:
            self._unseen[place] = _report_reading(place, typed, read)

    def code(
        self, table: Table, row: int, header: str, spelling: Mapping[str, str] = NOTHING_SPELLED
    ) -> tuple[Text, str]:
        """Read a code and its key for comparison; codes are text, 1.1 is not 1.10.

        `spelling`: keys → codes as their own rows spell them, so that formulas find them whatever
        the case.
        """
        value = _text(table, row, header)
        if not value.good or value.value is None:
            return value, ""
        if isinstance(value.typed, float | int) and not isinstance(value.typed, bool):
            whole = float(value.typed).is_integer()
            code = "X310" if whole else "X309"
            self.findings.append(finding(code, value.place, value.value, read=value.value))
            if not whole:
                return Value(value.place, State.BROKEN, typed=value.typed), ""
        code = canonical(value.value)
        key = code.casefold()
        code = spelling.get(key, code)
        typed = value.value
        if isinstance(value.typed, str) and value.typed != typed:
            typed = trimmed(value.typed)
        if code != typed:
            self.findings.append(finding("X507", value.place, typed, read=code))
        if not _WILD.isdisjoint(key):
            self.findings.append(finding("X314", value.place, value.value))
            return Value(value.place, State.BROKEN, typed=value.typed), ""
        return value if code == value.value else value._replace(value=code), key

    def choice(self, table: Table, row: int, header: str, default: str = "") -> Text:
        """Read one of the column's words; an empty cell is the default."""
        value = self.text(table, row, header)
        choices = table.sheet.column(header).choices
        if value.blank:
            return Value(value.place, State.GOOD, default, "") if default else value
        if not value.good or value.value is None:
            return value
        for choice in choices:
            if canonical(choice) == canonical(value.value):
                return Value(value.place, State.GOOD, choice, value.typed)
        listed = "、".join(choices)
        self.findings.append(finding("X510", value.place, value.value, choices=listed))
        return Value(value.place, State.BROKEN, typed=value.typed)

    def number(
        self, table: Table, row: int, header: str, units: Iterable[str] = (),
        within: ValueRange = numbers.ANY, percent: str = "stop", limit: int | None = numbers.MAX_DECIMALS, text: str | None = None,
    ) -> Number:  # fmt: skip
        """Read a number strictly.

        `units` may follow the digits and are left out. `percent`: "stop" (its meaning would
        be a guess), "points" (85% counts as 85), "fraction" (85% counts as 0.85). `limit` is the
        most decimals allowed, None for any. `within` is what the cell may hold, for the advice beside a
        text that is no number; checks look at the numbers themselves. `text` is the part of a typed text that counts, if not all of it.
        """
        column = table.columns.get(header)
        if column is None:
            return Value(table.place(row, header))
        at, grid = (row, column), table.grid
        place = CellRef(grid.name, row, column)
        if at not in grid.special:
            plain = _plain_number(place, grid.raw(row, column), limit)
            if plain is not None:
                return plain
        elif at in table.derived:
            return self._read_derived(table.derived[at], percent, limit)
        return self._read_unusual(grid, place, tuple(units), within, percent, limit, text)

    def _read_unusual(
        self, grid: Grid, place: CellRef, units: tuple[str, ...], within: ValueRange, percent: str,
        limit: int | None, text: str | None,
    ) -> Number:  # fmt: skip
        row, column = place.row, place.column
        raw = grid.raw(row, column)
        if find_broken_code(grid, row, column):
            return Value(place, State.BROKEN, typed=raw)
        if not grid.occupied(row, column):
            return Value(place)
        problem = displayed.find_unclear_number(grid, (row, column), units[0] if units else "")
        counts = text if text is not None and isinstance(raw, str) else str(raw)
        read = None if problem else self._read_raw(place, raw, units, within, percent, grid, counts)
        problem = problem if read is None else number_findings.check_size(place, read, limit)
        if problem:
            self.findings.append(problem)
        if read is None or problem:
            return Value(place, State.BROKEN, typed=raw)
        return Value(place, State.GOOD, read, raw)

    def _read_derived(self, found: Derived, percent: str, limit: int | None) -> Number:
        """Return the number that was computed; broken where it is a per cent and must not be one."""
        value, place = found.value, found.place
        if value is None:
            return Value(place, State.BROKEN, typed=found)
        if found.percent and percent == "stop":
            typed = f"{numbers.plain(value)}%"
            self.findings.append(number_findings.report_percent(place, typed, value))
            return Value(place, State.BROKEN, typed=found)
        if problem := number_findings.check_size(place, value, limit):
            self.findings.append(problem)
            return Value(place, State.BROKEN, typed=found)
        return Value(place, State.GOOD, value, found)

    def _read_raw(
        self, place: CellRef, raw: object, units: tuple[str, ...], within: ValueRange, percent: str,
        grid: Grid, counts: str,
    ) -> Decimal | None:  # fmt: skip
        if isinstance(raw, bool):
            self.findings.append(finding("X509", place, "TRUE" if raw else "FALSE"))
            return None
        if isinstance(raw, int | float):
            value = numbers.from_double(float(raw))
            if value is None:
                self.findings.append(finding("X505", place, str(raw), wanted=within.words))
                return None
            at = (place.row, place.column)
            if at in grid.percent_signed:
                return self._percent(place, f"{numbers.plain(value)}%", value, percent, within)
            if at in grid.percents:
                return self._read_shown_percent(place, raw, value, percent, within)
            return self._without_noise(place, raw, value)
        return self._parse_text(place, str(raw), units, within, percent, counts)

    def _parse_text(
        self, place: CellRef, typed: str, units: tuple[str, ...], within: ValueRange, percent: str,
        counts: str,
    ) -> Decimal | None:  # fmt: skip
        found = numbers.from_text(counts)
        if found is None:
            self.findings.append(number_findings.report_text(place, typed, within, units))
            return None
        if found.suffix and is_percent(found.suffix):
            return self._percent(place, typed, found.value, percent, within)
        if found.suffix and canonical(found.suffix) not in {canonical(unit) for unit in units}:
            self.findings.append(
                number_findings.report_unit(place, typed, found.suffix, units, within)
            )
            return None
        return self._note_reading(place, typed, numbers.significant(found.value))

    def _without_noise(self, place: CellRef, raw: float, value: Decimal) -> Decimal:
        """Return the value; report one whose last digits are noise of a binary computation."""
        exact = Decimal(repr(float(raw)))
        return value if value == exact else self._note_reading(place, f"{exact:f}", value)

    def _read_shown_percent(
        self, place: CellRef, raw: float, value: Decimal, percent: str, within: ValueRange
    ) -> Decimal | None:
        typed = numbers.plain(value.scaleb(2, numbers.EXACT)) + "%"
        if percent != "stop" and abs(value) > _LARGEST_SHARE and not self.from_result:
            self.findings.append(finding("X522", place, typed, held=numbers.plain(value)))
            return None
        if percent == "fraction":
            return self._without_noise(place, raw, value)
        return self._percent(place, typed, value.scaleb(2, numbers.EXACT), percent, within)

    def _percent(
        self, place: CellRef, typed: str, points: Decimal, percent: str, within: ValueRange
    ) -> Decimal | None:
        if percent == "stop":
            self.findings.append(number_findings.report_percent(place, typed, points, within))
            return None
        value = points if percent == "points" else points.scaleb(-2, numbers.EXACT)
        return self._note_reading(place, typed, value)

    def _note_reading(self, place: CellRef, typed: str, value: Decimal) -> Decimal:
        self.readings[place] = value
        self.findings.append(finding("X507", place, typed, read=numbers.plain(value)))
        return value


def _plain_number(place: CellRef, raw: object, limit: int | None) -> Number | None:
    """Return the value of a plain cell that is empty or a number in order; None for `_read_unusual`."""
    if raw == "":
        return Value(place)
    # 0.0 == -0.0: the cache below would return one for the other.
    read = _exact_number(raw) if isinstance(raw, float) and raw else None
    if read is None or (limit is not None and read[1] > limit):
        return None
    return Value(place, State.GOOD, read[0], raw)


@lru_cache(maxsize=4096)
def _exact_number(raw: float) -> tuple[Decimal, int] | None:
    """Return a number that needs no finding, and its decimals; None for any other."""
    value = numbers.from_double(raw)
    if value is None or value != Decimal(repr(raw)) or abs(value) >= numbers.LARGEST:
        return None
    return value, numbers.decimals(value)


def _text(table: Table, row: int, header: str, dates: bool = False) -> Text:
    column = table.columns.get(header)
    if column is None:
        return Value(table.place(row, header))
    grid, at = table.grid, (row, column)
    raw = grid.raw(row, column)
    if at not in grid.special:
        if isinstance(raw, str) and "=" not in raw:  # nearly always
            read, place = _TIDIED[raw], CellRef(grid.name, row, column)
            return Value(place, State.GOOD, read, raw) if read else Value(place)
    elif at in table.derived:
        return read_derived_text(table.derived[at])
    return _text_at(grid, row, column, dates or at in table.dates)


def _text_at(grid: Grid, row: int, column: int, dates: bool = False) -> Text:
    place = CellRef(grid.name, row, column)
    raw = grid.raw(row, column)
    if find_broken_code(grid, row, column, dates):
        return Value(place, State.BROKEN, typed=raw)
    read = _TIDIED[raw] if isinstance(raw, str) else tidy(as_text(raw))
    return Value(place, State.GOOD, read, raw) if read else Value(place)


_TIDIED = Memo(lambda raw: tidy(as_text(raw)))


def _report_reading(place: CellRef, typed: str, read: str) -> Finding:
    """Report a changed text; of a long one only the part that changed."""
    at = next(
        (n for n, (old, new) in enumerate(zip(typed, read, strict=False)) if old != new), len(read)
    )
    start = at - 10 if at > _SHOWN - 10 else 0
    lead = "…" if start else ""
    return finding("X507", place, lead + typed[start:], read=lead + read[start:])


def read_derived_text(found: Derived) -> Text:
    """Return what a cell that the template computes reads as; blank where the result is no number."""
    if found.value is None:
        return Value(found.place)
    sign = "%" if found.percent else ""
    return Value(found.place, State.GOOD, numbers.plain(found.value) + sign, found)
