"""Bytes → the scan's facts and the engine's book; a sheet of it as a grid.

The engine is calamine, through pandas: seven times as fast as openpyxl, and it reads .xls and .ods
too. It knows values alone, so the scan adds errors, formulas and formats. Of a small .xlsx it gets
the package of `xlsx.engine_package`; test_scan holds its values to those of the whole file.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from xlkpi.domain.cells import Grid
from xlkpi.domain.location import Address
from xlkpi.reading.displayed import find_percents
from xlkpi.reading.sniff import Kind, sniff
from xlkpi.reading.standard_part_names import with_standard_names
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import Limits, Package, SheetFacts, check_limit, scan
from xlkpi.reading.xlsx.engine_package import zip_stored


class EngineBook(NamedTuple):
    """A file that was scanned and opened."""

    package: Package
    book: Any
    """calamine's."""
    parts: Mapping[str, bytes] = MappingProxyType({})
    """What the scan inflated, by the entries' names, where that was to be kept."""


def open_book(data: bytes, limits: Limits, keep_parts: bool) -> EngineBook:
    """Scan a file and open it; Unreadable where it may not be."""
    kind = sniff(data)
    if kind is Kind.XLS:
        return _open_xls(data)
    if kind is Kind.ODS:
        from xlkpi.reading.ods import scan_ods

        return EngineBook(scan_ods(data, limits), _open_calamine(data))
    parts: dict[str, bytes] = {}
    engine_parts: dict[str, bytes] = {}
    package = scan(data, limits, parts if keep_parts else None, engine_parts)
    named = with_standard_names(data, package)
    whole = named is not data or not engine_parts or bool(package.other_sheets)
    return EngineBook(package, _open_calamine(named if whole else zip_stored(engine_parts)), parts)


def _open_xls(data: bytes) -> EngineBook:
    from xlkpi.reading.xls import SecondReader

    second = SecondReader(data)
    book = _open_calamine(data)
    for facts in second.package.sheets:
        second.compare(facts.name, _rows(book, facts.name))
    return EngineBook(second.package, book)


def _open_calamine(data: bytes) -> Any:
    import pandas

    try:
        return pandas.ExcelFile(io.BytesIO(data), engine="calamine").book
    except MemoryError:  # the worker's to name
        raise
    except Exception as problem:
        raise Unreadable("X017", reason="读取程序打不开它") from problem


def read_rows(book: Any, facts: SheetFacts) -> list[list[object]]:
    """Return what the engine reads in a sheet, with the texts that it misreads corrected; X017."""
    return _with_texts(_rows(book, facts.name), facts.texts)


def _rows(book: Any, sheet: str) -> list[list[object]]:
    try:
        rows: list[list[object]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except BaseException as problem:  # calamine's panics are no Exception
        if isinstance(problem, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise Unreadable("X017", reason=f"工作表“{sheet}”读不出来") from problem
    return rows


def _with_texts(rows: list[list[object]], texts: Mapping[Address, str]) -> list[list[object]]:
    for (row, column), text in texts.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    return rows


def make_grid(rows: list[list[object]], facts: SheetFacts) -> Grid:
    """Return a sheet's cells with the facts of the scan; X013 where merges cover too many."""
    shares = find_percents(rows, facts.formats, facts.percents)
    return Grid(
        name=facts.name,
        rows=rows,
        errors=facts.errors,
        formulas=facts.formulas,
        percents=shares.shown,
        percent_signed=shares.signed,
        formats=facts.formats,
        struck=facts.struck,
        unseen=facts.unseen,
        pieces=facts.pieces,
        zeros_hidden=facts.zeros_hidden,
        merges=facts.merges,
        covered=_find_covered(facts),
        hidden_rows=facts.hidden_rows,
        hidden_columns=facts.hidden_columns,
        hidden=facts.state != "visible",
        cells=facts.cells,
    )


_COVERED = 1_000_000
"""Cells under merges of one sheet; they cannot overlap, but a file may claim it."""


def _find_covered(facts: SheetFacts) -> frozenset[Address]:
    covered: set[Address] = set()
    walked = 0
    for top, left, bottom, right in facts.merges:
        rows = range(top, min(bottom, facts.rows) + 1)
        columns = range(left, min(right, facts.columns) + 1)
        walked += len(rows) * len(columns)
        check_limit(_COVERED, walked, "合并单元格所占的格数", sheet=facts.name)
        for row in rows:
            for column in columns:
                if (row, column) != (top, left):
                    covered.add((row, column))
    return frozenset(covered)
