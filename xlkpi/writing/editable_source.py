"""A refused workbook opened so that it can be marked: with openpyxl, or written anew from what was read."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from typing import Any, TypeGuard

from xlkpi.domain import schema
from xlkpi.domain.cells import Grid
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import Address, a1, column_letters
from xlkpi.domain.patterns import pattern
from xlkpi.domain.text import as_text
from xlkpi.writing.book import Book
from xlkpi.writing.escapes import escaped, is_literal
from xlkpi.writing.kept_appearance import restore_looks, rich_text

_DATES = dt.date | dt.time | dt.timedelta

_MERGES = pattern(rb"<((?:\w+:)?mergeCells)\b.*?</\1\s*>", re.DOTALL)

_LARGEST = 6 * 1024 * 1024
"""Bytes of XML: openpyxl makes an object of every cell, blank ones too, of every remark and format."""

_SLOW = (("worksheets", "comments", "styles"), ("sharedstrings",))
"""Parts that count together; texts are read faster, and there may be more of them."""

_WIDEST = 2_000_000
"""Cells between the first and the last of a sheet: a walk through them makes each."""

_MOST_TRANSLATED = 4_000_000


def _has_all(book: Any, filled: Filled) -> bool:
    """Whether openpyxl saw the sheets: a strict workbook it opens without a word and without them."""
    return {grid.name for grid in filled.grids} <= {sheet.title for sheet in book.worksheets}


def _keep_read(book: Any, filled: Filled) -> None:
    """Write anew what openpyxl would turn into something else than was read and found wrong.

    Texts that look escaped and are not; texts and dates that it takes for a number (`0_4`, a date
    without a format), which a scorer would get points for.
    """
    for grid in _grids(filled):
        sheet = book[grid.name]
        for row, cells in enumerate(grid.rows):
            for column, held in enumerate(cells):
                if not isinstance(held, str | _DATES) or (row, column) in grid.formulas:
                    continue
                cell = sheet.cell(row + 1, column + 1) if held != "" else None
                if cell is None or type(cell).__name__ == "MergedCell":
                    continue
                if isinstance(held, _DATES):
                    _write_date(cell, held)
                elif (row, column) in grid.pieces:
                    cell.value = rich_text(grid.pieces[row, column], cell.font)
                elif is_literal(held) or not isinstance(cell.value, str):
                    cell.value, cell.data_type = escaped(held), "s"


def _write_date(cell: Any, held: object) -> None:
    """Give a date that has no format of its kind one: it would be stored as a bare number."""
    from openpyxl.styles.numbers import is_date_format

    if cell.is_date and not is_date_format(cell.number_format):
        cell.value = held


def _opened(data: bytes, filled: Filled) -> Any:
    """Return the source as openpyxl opens it, with what lies beneath its merges; None where it cannot.

    openpyxl empties the cells beneath a merge on loading, and other programs keep them: so the merges
    are kept from it, and told it when the cells are there.
    """
    book = _open(data)
    beneath = {grid.name: _beneath(grid) for grid in _grids(filled)}
    if book is None or not any(beneath.values()):
        return book
    bare = _open(_without_merges(data))
    if bare is None or not _has_all(bare, filled):
        return None
    for sheet in book.worksheets:
        for block in sheet.merged_cells.ranges:
            bare[sheet.title].merged_cells.add(block.coord)
    kept = all(
        bare[name].cell(row + 1, column + 1).value is not None
        for name, cells in beneath.items()
        for row, column in cells
    )
    return bare if kept else None


def _beneath(grid: Grid) -> list[Address]:
    """Return the cells beneath merges that hold something all the same."""
    return [at for at in sorted(grid.covered) if grid.occupied(*at) or at in grid.formulas]


def _without_merges(data: bytes) -> bytes:
    """Return the package without the merges of its sheets."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if b"mergeCells" in content and entry.filename.lower().endswith(".xml"):
                content = _MERGES.sub(b"", content)
            new.writestr(entry.filename, content)
    return buffer.getvalue()


def _open(data: bytes) -> Any:
    """Return the source as openpyxl opens it; None where it cannot, or would take too much."""
    import openpyxl

    if _slow_bytes(data) > _LARGEST:
        return None
    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
    except Exception:  # noqa: BLE001  (7 % of foreign files: whatever it chokes on, we write our own)
        return None
    wide = any(sheet.max_row * sheet.max_column > _WIDEST for sheet in book.worksheets)
    return None if wide else book


def _is_slow(filled: Filled) -> bool:
    """Whether openpyxl would translate a long shared formula for cell after cell, a character a µs."""
    lengths = [len(text) for grid in filled.grids for text, _ in grid.formulas.values()]
    return lengths.count(0) * max(lengths, default=0) > _MOST_TRANSLATED


def _slow_bytes(data: bytes) -> int:
    """How much openpyxl would read at its slow pace."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            sizes = [(entry.filename.lower(), entry.file_size) for entry in package.infolist()]
    except zipfile.BadZipFile:  # another format
        return 0
    return max(
        sum(size for name, size in sizes if any(kind in name for kind in kinds)) for kinds in _SLOW
    )


def _rewritten(filled: Filled) -> Book:
    """Return the cells that were read, for a source that openpyxl cannot open.

    What was broken stays broken: an error, or a formula without a value, is never left blank.
    """
    book = Book("待修改")
    for grid in _grids(filled):
        worksheet = book.sheet(grid.name, "rare")
        worksheet.widths = _widths(grid)
        for row, cells in enumerate(grid.rows):
            for column, held in enumerate(cells):
                if _is_number(held):
                    shown = "input:0%" if (row, column) in grid.percents else "input"
                    worksheet.number(row, column, held, shown)
                elif held not in ("", None):
                    worksheet.text(row, column, as_text(held), "input")
        for (row, column), (_, cached) in grid.formulas.items():
            if not cached:
                worksheet.formula(row, column, "=1/0", "#N/A", "input")
    names = (schema.TEMPLATE_NAME, schema.FORMAT_NAME)
    for name, place in zip(names, filled.format_places, strict=True):
        if place.sheet:
            book.names[name] = place.absolute
    return book


def _grids(filled: Filled) -> list[Grid]:
    return [*([filled.guide] if filled.guide else []), *filled.grids]


def _restore(sheet: Any, grid: Grid) -> None:
    """Give a sheet written anew what `Sheet` has no field for, and what may have been found wrong in it.

    Else the copy would be scored with a merge or a date gone that nobody has looked at.
    """
    from openpyxl.cell.cell import ERROR_CODES

    for row, cells in enumerate(grid.rows, start=1):
        for column, held in enumerate(cells, start=1):
            if isinstance(held, bool | dt.date | dt.time | dt.timedelta):
                sheet.cell(row, column).value = held  # openpyxl gives it the format of its kind
    for (row, column), error in grid.errors.items():
        cell = sheet.cell(row + 1, column + 1)
        cell.value, cell.data_type = (error if error in ERROR_CODES else "#VALUE!"), "e"
    restore_looks(sheet, grid)
    for top, left, bottom, right in grid.merges:
        # Not by merge_cells, which empties the covered cells.
        sheet.merged_cells.add(f"{a1(top, left)}:{a1(bottom, right)}")
    for row in grid.hidden_rows:
        sheet.row_dimensions[row + 1].hidden = True
    _part_columns(sheet)
    for column in grid.hidden_columns:
        sheet.column_dimensions[column_letters(column)].hidden = True
    sheet.sheet_state = "hidden" if grid.hidden else "visible"


def _part_columns(sheet: Any) -> None:
    """Give each column dimensions of its own: openpyxl has one for neighbours alike, and hides them all."""
    for each in list(sheet.column_dimensions.values()):
        first, last = each.min or 0, each.max or 0
        for column in range(first + 1, last + 1):
            own = sheet.column_dimensions[column_letters(column - 1)]
            own.min = own.max = column
            own.width = each.width
        each.max = each.min


def _widths(grid: Grid) -> dict[int, float]:
    """The width that a column's contents need, within reason, without lines across several columns."""
    widths: dict[int, float] = {}
    for cells in grid.rows:
        if sum(held not in ("", None) for held in cells) < 2:
            continue
        for column, held in enumerate(cells):
            needed = 2.0 * len(as_text(held)) if isinstance(held, str) else 10.0
            widths[column] = max(widths.get(column, 8.0), min(needed, 36.0))
    return widths


def _is_number(held: object) -> TypeGuard[int | float]:
    """Whether a cell can be written as a number; `inf` is none in any spreadsheet program."""
    return isinstance(held, int | float) and not isinstance(held, bool) and math.isfinite(held)
