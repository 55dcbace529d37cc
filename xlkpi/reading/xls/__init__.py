"""Old workbooks, .xls and .et: scored only where two readers agree cell for cell.

calamine shows their errors as blanks and reads half-copied ones without a word, so xlrd (the extra
`xls`) reads them too, knows what calamine does not, and is compared with it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from xlkpi.domain.location import Address, a1
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xls import biff
from xlkpi.reading.xls.styles import Formats
from xlkpi.reading.xlsx import LIMITS, Formula, Package, SheetFacts, check_limit

_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_STATES = ("visible", "hidden", "veryHidden")
_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = 1, 2, 3, 4, 5
_VALUED = frozenset((_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR))
_SECOND = timedelta(seconds=1)


class SecondReader:
    """The second reader's view of a workbook."""

    def __init__(self, data: bytes) -> None:
        """Read all of it; X003 without xlrd, X002 where it is locked, X006 where it cannot be read."""
        self.book = _book(data)
        self.by_name = {sheet.name: sheet for sheet in self.book.sheets()}
        self.package = _package(self.book, data)

    def compare(self, name: str, rows: Sequence[Sequence[object]]) -> None:
        """Compare the first reader's values of a sheet; X020 at the first cell where they differ."""
        sheet = self.by_name[name]
        height = max(sheet.nrows, len(rows))
        for row in range(height):
            first = rows[row] if row < len(rows) else ()
            width = max(sheet.row_len(row) if row < sheet.nrows else 0, len(first))
            for column in range(width):
                theirs = first[column] if column < len(first) else ""
                if not self._agree(sheet, (row, column), theirs):
                    raise Unreadable("X020", sheet=name, cell=a1(row, column))

    def _agree(self, sheet: Any, at: Address, theirs: object) -> bool:
        kind, value = _cell(sheet, at)
        if kind == _NUMBER:
            return isinstance(theirs, int | float) and float(theirs) == value
        if kind == _TEXT:
            return isinstance(theirs, str) and _lines(theirs) == _lines(value)
        if kind == _BOOLEAN:
            return theirs is bool(value)
        if kind == _DATE:
            return _is_same_time(value, theirs, self.book.datemode)
        return theirs in ("", None)  # a blank, or an error that the first reader does not show


def _book(data: bytes) -> Any:
    try:
        import xlrd
    except ImportError as problem:
        raise Unreadable("X003") from problem
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  (no path)
            book = xlrd.open_workbook(
                file_contents=data, logfile=nowhere, formatting_info=True, ragged_rows=True,
                on_demand=True,  # else it lets go of the stream
            )  # fmt: skip
            for number in range(book.nsheets):
                book.sheet_by_index(number)
    except MemoryError:
        raise
    except Exception as problem:  # whatever it chokes on, the file is not whole
        if isinstance(problem, xlrd.XLRDError) and "encrypted" in str(problem):
            raise Unreadable("X002") from problem
        raise Unreadable("X006", what="旧版格式的结构有错") from problem
    if book.biff_version < 80:
        raise Unreadable("X003")
    return book


def _package(book: Any, data: bytes) -> Package:
    stream = book.mem[book.base : book.base + book.stream_len]
    check_limit(LIMITS.sheets, book.nsheets, "工作表数")
    _refuse_namesakes(book)
    biff.check_whole(stream)
    starts = biff.find_sheets(stream)
    if len(starts) != book.nsheets:
        raise Unreadable("X006", what="工作表数与内容不符")
    sheets = tuple(
        _facts(book, sheet, biff.find_formulas(stream, start))
        for sheet, start in zip(book.sheets(), starts, strict=True)
    )
    cells = sum(sheet.cells for sheet in sheets)
    check_limit(LIMITS.cells, cells, "有内容的单元格数")
    return Package(
        sheets=sheets,
        names=_names(book),
        date1904=book.datemode == 1,
        macros=_MACROS in data,
        external_links=0,
        cells=cells,
        producer="",
    )


def _refuse_namesakes(book: Any) -> None:
    """Refuse two sheets of one name: each reader would find another one by it."""
    names = [name.casefold() for name in book.sheet_names()]
    for name in book.sheet_names():
        if names.count(name.casefold()) > 1:
            raise Unreadable("X011", part=name)


def _valued(sheet: Any) -> int:
    return sum(kind in _VALUED for row in range(sheet.nrows) for kind in sheet.row_types(row))


def _facts(book: Any, sheet: Any, formulas: Sequence[Address]) -> SheetFacts:
    from xlrd.biffh import error_text_from_code

    check_limit(LIMITS.rows, sheet.nrows, "行数", sheet=sheet.name)
    check_limit(LIMITS.columns, sheet.ncols, "列数", sheet=sheet.name)
    check_limit(LIMITS.merges, len(sheet.merged_cells), "合并单元格数", sheet=sheet.name)
    formats, cells = Formats(book, sheet), _cells(sheet)
    seen = [at for at, kind, _ in cells if kind in (_TEXT, _NUMBER) and formats.whole(at)]
    return SheetFacts(
        name=sheet.name,
        part="",
        cells=_valued(sheet),
        state=_STATES[min(sheet.visibility, 2)],
        errors={at: error_text_from_code.get(value, "#N/A") for at, kind, value in cells if kind == _ERROR},
        formulas={at: Formula("", cached=True) for at in formulas},
        percents=frozenset(
            at for at, kind, _ in cells if kind == _NUMBER and formats.of(at).percent
        ),
        formats={
            at: formats.of(at).code for at, kind, _ in cells
            if (kind == _NUMBER and formats.of(at).misleads) or (kind == _TEXT and formats.of(at).alters)
            or (kind == _DATE and formats.of(at).hides_day)
        },
        struck=frozenset(at for at in seen if formats.of(at).struck),
        unseen=frozenset(at for at in seen if formats.of(at).unseen),
        pieces={
            at: found for at, kind, text in cells
            if kind == _TEXT and at in sheet.rich_text_runlist_map and (found := formats.pieces(at, text))
        },
        hidden_rows=frozenset(
            row for row, info in sheet.rowinfo_map.items() if info.hidden and row < sheet.nrows
        ),
        hidden_columns=frozenset(
            column for column, info in sheet.colinfo_map.items()
            if info.hidden and column < sheet.ncols
        ),
        merges=tuple((top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells),
        rows=sheet.nrows,
        columns=sheet.ncols,
        filtered=False,
        zeros_hidden=not sheet.show_zero_values,
    )  # fmt: skip


def _cells(sheet: Any) -> list[tuple[Address, int, Any]]:
    return [
        ((row, column), kind, value)
        for row in range(sheet.nrows)
        for column, (kind, value) in enumerate(
            zip(sheet.row_types(row), sheet.row_values(row), strict=True)
        )
    ]


def _cell(sheet: Any, at: Address) -> tuple[int, Any]:
    row, column = at
    if row >= sheet.nrows or column >= sheet.row_len(row):
        return 0, ""
    return sheet.cell_type(row, column), sheet.cell_value(row, column)


def _names(book: Any) -> dict[str, str]:
    """Return the defined names that refer to one cell, as `Sheet!$A$1`."""
    names = {}
    for each in book.name_obj_list:
        try:
            sheet, row, bottom, column, right = each.area2d()
        except Exception:  # noqa: BLE001  (a formula, a constant, a ring: no cell of ours)
            continue
        if (bottom - row, right - column) == (1, 1):
            names[each.name] = f"'{sheet.name}'!{a1(row, column)}"
    return names


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_same_time(serial: float, theirs: object, datemode: int) -> bool:
    from xlrd.xldate import xldate_as_datetime

    try:
        ours = xldate_as_datetime(serial, datemode)
    except (ValueError, OverflowError):
        return False
    if isinstance(theirs, datetime):
        return bool(abs(theirs - ours) < _SECOND)
    if isinstance(theirs, date):
        return bool(theirs == ours.date())
    if isinstance(theirs, time):
        return bool(abs(datetime.combine(ours.date(), theirs) - ours) < _SECOND)
    if isinstance(theirs, timedelta):
        return abs(theirs.total_seconds() - serial * 86_400) < 1
    return False
