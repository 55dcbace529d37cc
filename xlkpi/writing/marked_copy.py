"""A refused workbook → a copy in which every problem is marked in its cell, with a list in front.

The copy is made by openpyxl, which keeps the user's own formatting; where it cannot open the
source, the copy is written anew from what was read. It is an input like any other: 问题清单 says of
each marked cell what colour it had, so that the next run can take the marks off again.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeGuard

from xlkpi.domain import fingerprint, schema
from xlkpi.domain.cells import Grid
from xlkpi.domain.findings import Finding, Severity
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import Address, CellRef, a1, address, column_letters, without_overlaps
from xlkpi.domain.schema import PROBLEMS_SHEET
from xlkpi.domain.text import as_text
from xlkpi.writing import problem_list
from xlkpi.writing.book import Book, legal
from xlkpi.writing.escapes import escaped, is_literal, unescaped
from xlkpi.writing.kept_appearance import restore_looks, rich_text
from xlkpi.writing.styles import MARKED_FILL, WARNED_FILL
from xlkpi.writing.xlsx import emit

AUTHOR = "xlkpi"
"""Author of our comments, by which they are known again."""
_NO_FILL = "无"
_UNSEEN = frozenset(("X518", "X521"))
"""Codes of cells whose font has the colour of what is behind it."""
_MOST = 2_000
"""Findings that are marked and listed; whoever has more has pasted a column into a wrong place."""


def correction(data: bytes, filled: Filled, findings: Sequence[Finding]) -> bytes:
    """Return the bytes of the marked copy."""
    import openpyxl

    book = None if _is_slow(filled) else _opened(data, filled)
    if book is not None and _has_all(book, filled):
        try:
            return _marked(book, filled, findings)
        except Exception:  # noqa: BLE001  (what it opened it cannot always save: then our own)
            pass
    own = openpyxl.load_workbook(io.BytesIO(emit(_rewritten(filled))))
    for grid in _grids(filled):
        _restore(own[grid.name], grid)
    return _marked(own, filled, findings, anew=True)


def _has_all(book: Any, filled: Filled) -> bool:
    """Whether openpyxl saw the sheets: a strict workbook it opens without a word and without them."""
    return {grid.name for grid in filled.grids} <= {sheet.title for sheet in book.worksheets}


def _marked(book: Any, filled: Filled, findings: Sequence[Finding], anew: bool = False) -> bytes:
    original = _unmark(book)
    _keep_read(book, filled)
    _part_merges(book, findings)
    told = findings[:_MOST]
    marked = _mark(book, told, original)
    name = PurePath(filled.source.file).name
    problem_list.put(book, name, filled.identity, told, marked, more=len(findings) - len(told))
    if anew:
        problem_list.say_anew(book)
    contents, _ = fingerprint.split(_contents(book))
    book[PROBLEMS_SHEET][problem_list.FINGERPRINT_CELL] = fingerprint.digest(contents)
    buffer = io.BytesIO()
    book.save(buffer)
    return steady(buffer.getvalue())


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


def _part_merges(book: Any, findings: Sequence[Finding]) -> None:
    """Drop, of merges that overlap, the smaller: Excel would call the copy damaged.

    Those in the data stay, for they are told and to be taken off.
    """
    told = {(each.place.sheet, each.place.cell) for each in findings if each.code == "X110"}
    for sheet in book.worksheets:
        blocks = {
            (each.min_row, each.min_col, each.max_row, each.max_col): each
            for each in sheet.merged_cells.ranges
        }
        for block in blocks.keys() - without_overlaps(blocks):
            if (sheet.title, a1(block[0] - 1, block[1] - 1)) not in told:
                sheet.merged_cells.ranges.remove(blocks[block])


_DATES = dt.date | dt.time | dt.timedelta


def _write_date(cell: Any, held: object) -> None:
    """Give a date that has no format of its kind one: it would be stored as a bare number."""
    from openpyxl.styles.numbers import is_date_format

    if cell.is_date and not is_date_format(cell.number_format):
        cell.value = held


def steady(data: bytes) -> bytes:
    """Take the clock out of what openpyxl wrote, so that the same input gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2020-01-01T00:00:00Z\g<2>", content)
            steady = zipfile.ZipInfo(entry.filename)
            steady.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(steady, content)
    return buffer.getvalue()


_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def _contents(book: Any) -> Iterator[fingerprint.Content]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None and cell.value != "":
                    at = (cell.row - 1, cell.column - 1)
                    formula = (
                        str(getattr(cell.value, "text", cell.value))
                        if cell.data_type == "f"
                        else ""
                    )
                    text = isinstance(cell.value, str | list)  # a list of pieces
                    held = unescaped(str(cell.value)) if text else cell.value
                    yield sheet.title, at, held, formula


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


_MERGES = re.compile(rb"<((?:\w+:)?mergeCells)\b.*?</\1\s*>", re.DOTALL)


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


_LARGEST = 6 * 1024 * 1024
"""Bytes of XML: openpyxl makes an object of every cell, blank ones too, of every remark and format."""
_SLOW = (("worksheets", "comments", "styles"), ("sharedstrings",))
"""Parts that count together; texts are read faster, and there may be more of them."""
_WIDEST = 2_000_000
"""Cells between the first and the last of a sheet: a walk through them makes each."""


def _is_slow(filled: Filled) -> bool:
    """Whether openpyxl would translate a long shared formula for cell after cell, a character a µs."""
    lengths = [len(text) for grid in filled.grids for text, _ in grid.formulas.values()]
    return lengths.count(0) * max(lengths, default=0) > _MOST_TRANSLATED


_MOST_TRANSLATED = 4_000_000


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
        paper = book.sheet(grid.name, "rare")
        paper.widths = _widths(grid)
        for row, cells in enumerate(grid.rows):
            for column, held in enumerate(cells):
                if _is_number(held):
                    shown = "input:0%" if (row, column) in grid.percents else "input"
                    paper.number(row, column, held, shown)
                elif held not in ("", None):
                    paper.text(row, column, as_text(held), "input")
        for (row, column), (_, cached) in grid.formulas.items():
            if not cached:
                paper.formula(row, column, "=1/0", "#N/A", "input")
    names = (schema.TEMPLATE_NAME, schema.FORMAT_NAME)
    for name, place in zip(names, filled.format_places, strict=True):
        if place.sheet:
            book.names[name] = place.absolute
    return book


def _grids(filled: Filled) -> list[Grid]:
    return [*([filled.guide] if filled.guide else []), *filled.grids]


def _restore(sheet: Any, grid: Grid) -> None:
    """Give a sheet written anew what paper has no word for, and what may have been found wrong in it.

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
    for column in grid.hidden_columns:
        sheet.column_dimensions[column_letters(column)].hidden = True
    sheet.sheet_state = "hidden" if grid.hidden else "visible"


def _widths(grid: Grid) -> dict[int, float]:
    """As wide as what stands in a column, within reason; a line across several columns not counted."""
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


def _unmark(book: Any) -> dict[tuple[str, str], str]:
    """Take an earlier run's marks off; return the colours that its list told."""
    if PROBLEMS_SHEET not in book.sheetnames:
        return {}
    if book[PROBLEMS_SHEET]["D3"].value != fingerprint.LABEL:  # the user's own sheet of that name
        book[PROBLEMS_SHEET].title = f"{PROBLEMS_SHEET}（原有）"
        return {}
    told = _told_colours(book[PROBLEMS_SHEET])
    del book[PROBLEMS_SHEET]
    for sheet in book.worksheets:
        _uncomment(sheet)
    for (sheet, cell), colour in told.items():
        if sheet in book.sheetnames and _is_address(cell):
            _paint(book[sheet][cell], colour)
    return told


def _told_colours(listed: Any) -> dict[tuple[str, str], str]:
    told: dict[tuple[str, str], str] = {}
    for row in listed.iter_rows(min_row=problem_list.HEADER_ROW + 1, values_only=True):
        sheet, _, cell = str(row[3] or "").rpartition("!")
        if sheet and len(row) > 6:
            told[sheet, cell] = str(row[6] or _NO_FILL)
    return told


def _uncomment(sheet: Any) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment and cell.comment.author == AUTHOR:
                cell.comment = None


def _is_address(cell: str) -> bool:
    try:
        address(cell)
    except ValueError:
        return False
    return True


def _paint(cell: Any, colour: str) -> None:
    from openpyxl.styles import PatternFill

    if type(cell).__name__ == "MergedCell":
        return
    fill = PatternFill() if colour == _NO_FILL else PatternFill("solid", fgColor=colour)
    cell.fill = fill


def _colour(cell: Any) -> str:
    fill = cell.fill
    colour = fill.fgColor.rgb if fill and fill.patternType == "solid" else None
    return colour if isinstance(colour, str) and len(colour) == 8 else _NO_FILL


def _mark(
    book: Any, findings: Sequence[Finding], original: Mapping[tuple[str, str], str]
) -> dict[CellRef, str]:
    """Colour each cell that has findings and say them in a comment; return its own colour."""
    from openpyxl.comments import Comment

    by_place: dict[CellRef, list[Finding]] = {}
    for each in findings:
        if each.place.cell and each.severity is not Severity.NOTE:
            by_place.setdefault(each.place, []).append(each)
    own: dict[CellRef, str] = {}
    for place, said in by_place.items():
        if place.sheet not in book.sheetnames:
            continue
        cell = book[place.sheet][place.cell]
        if type(cell).__name__ == "MergedCell":
            cell = _owner(book[place.sheet], place)
        own[place] = original.get((place.sheet, place.cell)) or _colour(cell)
        stops = any(each.severity is Severity.ERROR for each in said)
        if not any(each.code in _UNSEEN for each in said):  # painted, it would be seen
            _paint(cell, MARKED_FILL if stops else WARNED_FILL)
        words = "\n".join(
            f"{each.severity.sign} {each.severity.chinese} {each.code}：{each.message}。\n怎么改：{each.remedy}"
            for each in said
        )
        if cell.comment:
            words += f"\n——\n原批注：{cell.comment.text}"
        cell.comment = Comment(legal(words), AUTHOR, height=_height(words), width=340)
    return own


def _owner(sheet: Any, place: CellRef) -> Any:
    """Return the cell that holds a merged block's value."""
    for block in sheet.merged_cells.ranges:
        if place.cell in block:
            return sheet.cell(block.min_row, block.min_col)
    return sheet.cell(1, 1)


def _height(words: str) -> int:
    lines = sum(1 + len(line) // 24 for line in words.split("\n"))
    return 30 + 19 * lines
