"""The byte path: plain rows, several times as fast as the parser reads them.

Rows as Excel, WPS, LibreOffice, openpyxl and xlsxwriter write them are plain: they are cut at their
ends, their values are taken out, and the rest is the same in other ballots and other workbooks of the
template, so it is cached. This path never refuses a file: it returns None for anything unusual, and
then the parser reads the sheet. The law is test_plain_and_parsed_rows_have_the_same_facts.
"""

from __future__ import annotations

import re

from xlkpi.domain.location import Address
from xlkpi.reading.xlsx.addresses import LAST_ROW
from xlkpi.reading.xlsx.facts import Formula, SheetFacts
from xlkpi.reading.xlsx.limits import Limits
from xlkpi.reading.xlsx.notes import Notes
from xlkpi.reading.xlsx.shapes import (
    Layout,
    Row,
    WatchedCell,
    decode_plain,
    find_empty_rows,
    parse_row,
    unescape,
)
from xlkpi.reading.xlsx.shared import Book
from xlkpi.reading.xlsx.sheet_parsed import parse_frame
from xlkpi.reading.xlsx.workbook import ListedSheet

_VALUE = re.compile(rb"<v>([^<]*)")
_VALUE_OR_TEXT = re.compile(rb'(<v>|<is><t>|<is><t xml:space="preserve">)([^<]*)')


def read_plain_facts(sheet: ListedSheet, xml: bytes, book: Book) -> SheetFacts | None:
    """Return the facts of a sheet whose rows are plain; None where any of them is not."""
    start, end = xml.find(b"<sheetData>") + 11, xml.rfind(b"</sheetData>")
    frame = xml[:start] + xml[end:]
    if not 11 <= start <= end or not _is_plain_frame(frame):
        return None
    cells, merges = book.cells, book.merges
    # Without its rows a sheet is small: the parser reads the rest.
    notes = parse_frame(sheet, frame, book)
    inline = b"<is>" in xml
    bare, values = _cut_values(xml[start:end], inline)
    layout = _find_layout(bare, book)
    if layout is None or not _Values(notes, layout, values).take():
        book.cells, book.merges = cells, merges
        return None
    if book.engine_parts is not None and not inline:
        rows = layout.engine_bytes % tuple(values)
        book.engine_parts[sheet.part] = b"".join((xml[:start], rows, xml[end:]))
    return notes.facts()


def _is_plain_frame(frame: bytes) -> bool:
    """Whether no comment and no `<?…?>` may hide the rows that were cut out of `frame`.

    The XML declaration is none; what is between the rows `decode_plain` looks at.
    """
    return b"<!" not in frame and frame.find(b"<?", len("<?xml")) < 0


_LAYOUTS: dict[tuple[bytes, frozenset[str], frozenset[str], Limits], Layout] = {}
_MOST_LAYOUTS = 24
_LARGEST_LAYOUT = 1 << 19
"""Bytes of a sheet without its values; of more no layout is kept, so that memory is bounded."""


def _find_layout(bare: bytes, book: Book) -> Layout | None:
    """The rows of a sheet without their values; ballots and workbooks of one template share them."""
    key = bare, book.styles.numbers, book.styles.words, book.limits
    layout = _LAYOUTS.get(key)
    if layout is None:
        rows = _Rows(book)
        if not rows.take(bare):
            return None
        layout = rows.layout()
        if len(bare) <= _LARGEST_LAYOUT:
            if len(_LAYOUTS) >= _MOST_LAYOUTS:
                _LAYOUTS.clear()
            _LAYOUTS[key] = layout
    return layout


class _Rows:
    """Collects rows without values; every method returns False or None at the first thing not plain."""

    __slots__ = (
        "book",
        "cells",
        "columns",
        "formulas",
        "hidden",
        "last",
        "placed_rows",
        "room",
        "row",
    )

    def __init__(self, book: Book) -> None:
        self.book = book
        self.row = 0
        """The number of the last row, counted from 1."""
        self.last = 0
        """That of the last one with a value."""
        self.columns = 0
        self.cells = 0
        self.hidden: list[int] = []
        self.formulas: dict[Address, Formula] = {}
        self.placed_rows: list[tuple[int, Row]] = []
        """The rows with any cell, and which of the values is their first."""
        self.room = 50_000
        """Cells whose shape may be worked out; rows that are all different are the parser's."""

    def take(self, bare: bytes) -> bool:
        """Take all rows."""
        *lines, rest = bare.split(b"</row>")
        known = self.book.rows
        at = 0
        for line in lines:
            # Ballots have the same rows at the same places: most are known as they are.
            row = known.get(line) or self.recognize(line)
            if row is None or not self.add_row(row):
                return False
            self.placed_rows.append((at, row))
            at += row.shape.values
        return self.add_empty_rows(rest)

    def layout(self) -> Layout:
        """What has been taken."""
        placed_rows = self.placed_rows
        return Layout(
            rows=self.last,
            columns=self.columns,
            cells=self.cells,
            hidden=tuple(self.hidden),
            formulas=self.formulas,
            placed_rows=tuple(placed_rows),
            watched_rows=tuple(
                each for each in placed_rows if each[1].maybe_empty or each[1].shape.watched
            ),
            shared=tuple(at + value for at, row in placed_rows for value in row.shape.shared),
            whole=tuple(at + value for at, row in placed_rows for value in row.shape.whole),
            engine_bytes=b"".join([row.engine_bytes for _, row in placed_rows]),
        )

    def recognize(self, line: bytes) -> Row | None:
        """Return a row that is new in this workbook; None where it is not plain."""
        book = self.book
        row = parse_row(line, book.styles.numbers, book.styles.words) if self.room > 0 else None
        if row is None or row.longest > book.limits.text:
            return None
        if row.skeleton not in book.skeletons:
            book.skeletons.add(row.skeleton)
            self.room -= row.shape.size
        if len(book.rows) < 5_000:
            book.rows[line] = row
        return row

    def add_empty_rows(self, rest: bytes) -> bool:
        """Add the trailing rows without cells; False where anything else is left."""
        text = decode_plain(rest)
        rows, end = find_empty_rows(text) if text is not None else ((), -1)
        return text is not None and end == len(text) and all(self.go_to(*each) for each in rows)

    def go_to(self, number: int, hidden: bool) -> bool:
        """Go on to a row further down, by the number it is written with."""
        if not self.row < number <= LAST_ROW:
            return False
        self.row = number
        if hidden and number <= self.book.limits.rows:
            self.hidden.append(number - 1)
        return True

    def add_row(self, row: Row) -> bool:
        """Add the cells of one row; the parser refuses what is over a limit."""
        shape, limits = row.shape, self.book.limits
        if row.before and not all(self.go_to(*each) for each in row.before):
            return False
        if not self.go_to(row.number, shape.hidden):
            return False
        if not shape.valued:
            return True
        self.formulas.update(row.formulas)
        self.cells += shape.valued
        self.last = row.number
        if shape.last >= self.columns:
            self.columns = shape.last + 1
        fits = row.number <= limits.rows and self.columns <= limits.columns
        return fits and self.cells <= limits.cells


class _Values:
    """Takes up the values of a sheet whose rows are known."""

    __slots__ = ("book", "layout", "notes", "values")

    def __init__(self, notes: Notes, layout: Layout, values: list[bytes]) -> None:
        self.notes = notes
        self.book = notes.book
        self.layout = layout
        self.values = values

    def take(self) -> bool:
        """Note what there is; False where a value is not plain, or the workbook is too large."""
        notes, book, layout = self.notes, self.book, self.layout
        notes.rows, notes.columns = layout.rows, layout.columns
        notes.hidden_rows.update(layout.hidden)
        notes.formulas = {**layout.formulas}
        for at, row in layout.watched_rows:
            self.watch_row(row, at)
        for at, row in layout.placed_rows if book.pieces else ():
            self.note_pieces(row, at)
        book.cells += layout.cells
        return self.are_plain() and book.cells <= book.limits.cells

    def watch_row(self, row: Row, at: int) -> None:
        """Look at what matters of the values of one row, which begin at `at`."""
        for value, address in row.maybe_empty:
            if not _decode_stripped(self.values[at + value]):
                self.notes.formulas[address] = row.formulas[address]._replace(cached=False)
        for watched in row.shape.watched:
            bare = _decode_stripped(self.values[at + watched.value]) if watched.value >= 0 else ""
            self.note((row.number - 1, watched.column), watched, bare)

    def note(self, address: Address, watched: WatchedCell, bare: str) -> None:
        """Note one cell, as the parser would."""
        if watched.error:
            self.notes.errors[address] = unescape(bare)
        elif watched.style and (bare or not watched.number):
            self.notes.note_format(address, watched.style, watched.number)

    def note_pieces(self, row: Row, at: int) -> None:
        """Note those of the row's texts that are in pieces."""
        for value, (column, style) in zip(row.shape.shared, row.shape.shared_cells, strict=True):
            if pieces := self.book.pieces.get(_decode(self.values[at + value])):
                self.notes.note_pieces((row.number - 1, column), pieces, style)

    def are_plain(self) -> bool:
        """Whether all values are; what is not even a text stops here, whatever was noted of it."""
        values, layout, limit = self.values, self.layout, self.book.limits.text
        together = b"\n".join(values)
        long = len(together) > limit and max(map(len, values)) > limit
        if long or decode_plain(together) is None:
            return False
        # The engine reads all values but texts up to the first entity.
        if b"&" in together and any(b"&" in values[at] for at in layout.whole):
            return False
        shared = b"\0".join([values[at] for at in layout.shared])
        return not layout.shared or self.book.shared.issuperset(_decode(shared).split("\0"))


def _cut_values(rows: bytes, inline: bool) -> tuple[bytes, list[bytes]]:
    """Rows with empty values and, if there are any, `inline` texts; and what stood there."""
    if not inline:
        parts = _VALUE.split(rows)
        return b"<v>".join(parts[::2]), parts[1::2]
    parts = _VALUE_OR_TEXT.split(rows)
    values = parts[2::3]
    parts[2::3] = [b""] * len(values)
    return b"".join(parts), values


def _decode(value: bytes) -> str:
    """A value as text; one that is none is refused in the end."""
    return value.decode(errors="replace")


def _decode_stripped(value: bytes) -> str:
    """The same without the spaces around it."""
    return _decode(value).strip()
