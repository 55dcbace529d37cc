"""Plain rows, read several times as fast as a parser does.

Rows are plain as Excel, WPS, LibreOffice, openpyxl and xlsxwriter write them: they are cut at their
ends, their values are taken out, and what is left is known from the other ballots and from the other
workbooks of the template. That way never refuses anything; it only says "not plain", and then the
parser reads the sheet. The tests hold both to the same facts.
"""

from __future__ import annotations

import re

from xlkpi.reading.xlsx.addresses import LAST_ROW
from xlkpi.reading.xlsx.facts import SheetFacts
from xlkpi.reading.xlsx.notes import Notes
from xlkpi.reading.xlsx.shapes import Noted, Row, Shape, closed_rows, plain_text, row_of, unescaped
from xlkpi.reading.xlsx.shared import Book
from xlkpi.reading.xlsx.sheet_parsed import framed_notes
from xlkpi.reading.xlsx.workbook import Listed

_VALUE = re.compile(rb"<v>([^<]*)")
_VALUE_OR_TEXT = re.compile(rb'(<v>|<is><t>|<is><t xml:space="preserve">)([^<]*)')


def plain_facts(sheet: Listed, xml: bytes, book: Book) -> SheetFacts | None:
    """The facts of a sheet whose rows are plain; None where any of them is not."""
    start, end = xml.find(b"<sheetData>") + 11, xml.rfind(b"</sheetData>")
    frame = xml[:start] + xml[end:]
    if not 11 <= start <= end or b"<!" in frame:  # in the rows it is found not to be plain
        return None
    cells, merges = book.cells, book.merges
    # What is left without its rows is small; the parser reads it as ever.
    notes = framed_notes(sheet, frame, book)
    rows = _PlainRows(notes)
    if rows.take(xml[start:end]):
        if book.lean is not None and b"<is>" not in xml:
            book.lean[sheet.part] = b"".join((xml[:start], rows.lean(), xml[end:]))
        return notes.facts()
    book.cells, book.merges = cells, merges
    return None


class _PlainRows:
    """Takes up rows as bytes; every method says False or None at the first thing that is not plain."""

    __slots__ = ("book", "notes", "room", "row", "taken", "values")

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.book = notes.book
        self.row = 0
        """The number of the last row, counted from 1."""
        self.values: list[bytes] = []
        """All values of the sheet."""
        self.taken: list[tuple[int, Row]] = []
        """The rows with any cell, and which of the values is their first."""
        self.room = 50_000
        """Cells whose shape may be worked out; rows that are all different are the parser's."""

    def take(self, rows: bytes) -> bool:
        """Take all rows."""
        bare, self.values = _without_values(rows)
        *lines, rest = bare.split(b"</row>")
        known = self.book.rows
        at = 0
        for line in lines:
            # Ballots have the same rows at the same places: most are known as they are.
            row = known.get(line) or self.shaped(line)
            if row is None or not self.take_row(row, at):
                return False
            self.taken.append((at, row))
            at += row.shape.values
        return self.are_plain() and self.take_closed(rest)

    def lean(self) -> bytes:
        """What the engine needs of the rows."""
        return b"".join([row.lean for _, row in self.taken]) % tuple(self.values)

    def shaped(self, line: bytes) -> Row | None:
        """A row that this workbook has not had; None where it is not plain."""
        book = self.book
        row = row_of(line, book.styles.numbers, book.styles.words) if self.room > 0 else None
        if row is None or row.longest > book.limits.text:
            return None
        if row.skeleton not in book.skeletons:
            book.skeletons.add(row.skeleton)
            self.room -= row.shape.size
        if len(book.rows) < 5_000:
            book.rows[line] = row
        return row

    def take_closed(self, rest: bytes) -> bool:
        """Take the rows without any cell, of which there is nothing else left."""
        text = plain_text(rest)
        rows, end = closed_rows(text) if text is not None else ((), -1)
        return text is not None and end == len(text) and all(self.go_to(*each) for each in rows)

    def go_to(self, number: int, hidden: bool) -> bool:
        """Go on to a row further down, by the number it is written with."""
        if not self.row < number <= LAST_ROW:
            return False
        self.row = number
        if hidden:
            self.notes.hide(number - 1)
        return True

    def take_row(self, row: Row, at: int) -> bool:
        """Take the cells of one row, whose values begin at `at`; a limit is the parser's to tell."""
        shape, notes, book = row.shape, self.notes, self.book
        if row.before and not all(self.go_to(*each) for each in row.before):
            return False
        if not self.go_to(row.number, shape.hidden):
            return False
        if not shape.valued:
            return True
        notes.formulas.update(row.formulas)
        for value, address in row.unsure:
            if not _bare(self.values[at + value]):
                notes.formulas[address] = row.formulas[address]._replace(cached=False)
        for noted in shape.noted:
            self.note(noted, at)
        if book.pieces:
            self.note_pieces(shape, at)
        book.cells += shape.valued
        notes.rows = row.number
        if shape.last >= notes.columns:
            notes.columns = shape.last + 1
        limits = book.limits
        fits = row.number <= limits.rows and notes.columns <= limits.columns
        return fits and book.cells <= limits.cells

    def note(self, noted: Noted, at: int) -> None:
        """Note one cell, as the parser would."""
        address = (self.row - 1, noted.column)
        bare = _bare(self.values[at + noted.value]) if noted.value >= 0 else ""
        if noted.error:
            self.notes.errors[address] = unescaped(bare)
        elif noted.style and (bare or not noted.number):
            self.notes.note_look(address, noted.style, noted.number)

    def note_pieces(self, shape: Shape, at: int) -> None:
        """Note those of the row's texts that are in pieces."""
        for value, (column, style) in zip(shape.shared, shape.sharing, strict=True):
            if pieces := self.book.pieces.get(_decoded(self.values[at + value])):
                self.notes.note_pieces((self.row - 1, column), pieces, style)

    def are_plain(self) -> bool:
        """Whether all values are; what is not even a text stops here, whatever was noted of it."""
        values, taken, limit = self.values, self.taken, self.book.limits.text
        together = b"\n".join(values)
        long = len(together) > limit and max(map(len, values)) > limit
        if long or plain_text(together) is None:
            return False
        # The engine reads all values but texts up to the first entity.
        if b"&" in together and any(
            b"&" in values[at + value] for at, row in taken for value in row.shape.whole
        ):
            return False
        shared = [values[at + value] for at, row in taken for value in row.shape.shared]
        return not shared or self.book.shared.issuperset(_decoded(b"\0".join(shared)).split("\0"))


def _without_values(rows: bytes) -> tuple[bytes, list[bytes]]:
    """Rows with empty values and inline texts, and what stood there."""
    if b"<is>" not in rows:
        parts = _VALUE.split(rows)
        return b"<v>".join(parts[::2]), parts[1::2]
    parts = _VALUE_OR_TEXT.split(rows)
    values = parts[2::3]
    parts[2::3] = [b""] * len(values)
    return b"".join(parts), values


def _decoded(value: bytes) -> str:
    """A value as text; one that is none is refused in the end."""
    return value.decode(errors="replace")


def _bare(value: bytes) -> str:
    """The same without the spaces around it."""
    return _decoded(value).strip()
