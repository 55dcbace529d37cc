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
from xlkpi.reading.xlsx.shapes import Noted, Row, closed_rows, plain_text, row_of, unescaped
from xlkpi.reading.xlsx.shared import Book
from xlkpi.reading.xlsx.sheet_parsed import framed_notes
from xlkpi.reading.xlsx.workbook import Listed

_VALUE = re.compile(rb"(<v>)([^<]*)")
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
    if _PlainRows(notes).take(xml[start:end]):
        return notes.facts()
    book.cells, book.merges = cells, merges
    return None


class _PlainRows:
    """Takes up rows as bytes; every method says False or None at the first thing that is not plain."""

    __slots__ = ("book", "indices", "notes", "room", "row", "texts", "whole")

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.book = notes.book
        self.row = -1
        self.texts: list[bytes] = []
        """All values."""
        self.indices: list[bytes] = []
        """Those of them that are numbers of shared texts."""
        self.whole: list[bytes] = []
        """Those that the engine reads up to the first entity."""
        self.room = 50_000
        """Cells whose shape may be worked out; rows that are all different are the parser's."""

    def take(self, rows: bytes) -> bool:
        """Take all rows."""
        split = (_VALUE_OR_TEXT if b"<is>" in rows else _VALUE).split
        *lines, rest = rows.split(b"</row>")
        known = self.book.rows
        for line in lines:
            parts = split(line)
            values = parts[2::3]
            parts[2::3] = [b""] * len(values)
            line = b"".join(parts)
            # Ballots have the same rows at the same places: most are known as they are.
            row = known.get(line) or self.shaped(line)
            if row is None or not self.take_row(row, values):
                return False
        return self.are_plain() and self.take_closed(rest)

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
        if text is None:
            return False
        rows, end = closed_rows(text)
        return end == len(text) and all(self.go_to(*each) for each in rows)

    def go_to(self, number: int, hidden: bool) -> bool:
        """Go on to a row further down, by the number it is written with."""
        if not self.row < number - 1 < LAST_ROW:
            return False
        self.row = number - 1
        if hidden:
            self.notes.hide(self.row)
        return True

    def take_row(self, row: Row, values: list[bytes]) -> bool:
        """Take the cells of one row; what is over a limit is the parser's to refuse."""
        number, before, shape, formulas, unsure, _, _ = row
        if before and not all(self.go_to(*each) for each in before):
            return False
        if not self.go_to(number, shape.hidden):
            return False
        if not shape.valued:
            return True
        notes, book = self.notes, self.book
        self.texts += values
        self.indices += [values[at] for at in shape.shared]
        self.whole += [values[at] for at in shape.whole]
        notes.formulas.update(formulas)
        for at, address in unsure:
            if not _bare(values[at]):
                notes.formulas[address] = formulas[address]._replace(cached=False)
        for noted in shape.noted:
            self.note(noted, values)
        if book.pieces:
            self.note_pieces(row, values)
        book.cells += shape.valued
        notes.rows = number
        if shape.last >= notes.columns:
            notes.columns = shape.last + 1
        limits = book.limits
        return (
            number <= limits.rows and notes.columns <= limits.columns and book.cells <= limits.cells
        )

    def note(self, noted: Noted, values: list[bytes]) -> None:
        """Note one cell, as the parser would."""
        address = (self.row, noted.column)
        bare = _bare(values[noted.value]) if noted.value >= 0 else ""
        if noted.error:
            self.notes.errors[address] = unescaped(bare)
        elif noted.style and (bare or not noted.number):
            self.notes.note_look(address, noted.style, noted.number)

    def note_pieces(self, row: Row, values: list[bytes]) -> None:
        """Note those of the row's texts that are in pieces."""
        for at, (column, style) in zip(row.shape.shared, row.shape.sharing, strict=True):
            if pieces := self.book.pieces.get(values[at].decode(errors="replace")):
                self.notes.note_pieces((self.row, column), pieces, style)

    def are_plain(self) -> bool:
        """Whether all values are; what is not even a text stops here, whatever was noted of it."""
        longest = max(map(len, self.texts), default=0)
        if longest > self.book.limits.text or plain_text(b"\n".join(self.texts)) is None:
            return False
        if any(b"&" in value for value in self.whole):
            return False
        indices = b"\0".join(self.indices).decode().split("\0") if self.indices else ()
        return self.book.shared.issuperset(indices)


def _bare(value: bytes) -> str:
    """A value without the spaces around it; one that is no text is refused in the end."""
    return value.decode(errors="replace").strip()
