"""Bytes → the scan's facts and the engine's book, by pandas and calamine; a sheet of it as a grid."""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from xlkpi.domain.cells import Grid
from xlkpi.domain.location import Address
from xlkpi.reading.displayed import percents
from xlkpi.reading.sniff import Kind, sniff
from xlkpi.reading.standard_names import usual
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import Limits, Package, SheetFacts, scan, within
from xlkpi.reading.xlsx.lean import stored


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
        return _agreed(data)
    if kind is Kind.ODS:
        from xlkpi.reading.ods import scan_ods

        return EngineBook(scan_ods(data, limits), _calamine(data))
    parts: dict[str, bytes] = {}
    lean: dict[str, bytes] = {}
    package = scan(data, limits, parts if keep_parts else None, lean)
    named = usual(data, package)
    whole = named is not data or not lean or bool(package.other_sheets)
    return EngineBook(package, _calamine(named if whole else stored(lean)), parts)


def _agreed(data: bytes) -> EngineBook:
    from xlkpi.reading.xls import Second

    second = Second(data)
    book = _calamine(data)
    for facts in second.package.sheets:
        second.compare(facts.name, _rows(book, facts.name))
    return EngineBook(second.package, book)


def _calamine(data: bytes) -> Any:
    import pandas

    try:
        return pandas.ExcelFile(io.BytesIO(data), engine="calamine").book
    except MemoryError:  # the worker's to name
        raise
    except Exception as problem:
        raise Unreadable("X017", reason="读取程序打不开它") from problem


def read_rows(book: Any, facts: SheetFacts) -> list[list[object]]:
    """Return what the engine reads in a sheet, with the texts that the scan knows better; X017."""
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


def grid(rows: list[list[object]], facts: SheetFacts) -> Grid:
    """Return a sheet's cells with what the scan tells of them; X013 where merges cover too many."""
    shares = percents(rows, facts.formats, facts.percents)
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
        covered=_covered(facts),
        hidden_rows=facts.hidden_rows,
        hidden_columns=facts.hidden_columns,
        hidden=facts.state != "visible",
        cells=facts.cells,
    )


_COVERED = 1_000_000
"""Cells under merges of one sheet; they cannot overlap, but a file may say that they do."""


def _covered(facts: SheetFacts) -> frozenset[Address]:
    covered: set[Address] = set()
    walked = 0
    for top, left, bottom, right in facts.merges:
        rows = range(top, min(bottom, facts.rows) + 1)
        columns = range(left, min(right, facts.columns) + 1)
        walked += len(rows) * len(columns)
        within(_COVERED, walked, "合并单元格所占的格数", sheet=facts.name)
        for row in rows:
            for column in columns:
                if (row, column) != (top, left):
                    covered.add((row, column))
    return frozenset(covered)
