"""Plain rows, read several times as fast as a parser does.

Rows are plain as Excel, WPS, LibreOffice, openpyxl and xlsxwriter write them: they are cut at their
ends, their values are taken out, and what is left is known from the other ballots and from the other
workbooks of the template. That way never refuses anything; it only says "not plain", and then the
parser reads the sheet. The tests hold both to the same facts.
"""

from __future__ import annotations

import re

from xlkpi.domain.location import Address
from xlkpi.reading.xlsx.addresses import LAST_ROW
from xlkpi.reading.xlsx.facts import Formula, SheetFacts
from xlkpi.reading.xlsx.notes import Notes
from xlkpi.reading.xlsx.shapes import Layout, Noted, Row, closed_rows, plain_text, row_of, unescaped
from xlkpi.reading.xlsx.shared import Book
from xlkpi.reading.xlsx.sheet_parsed import framed_notes
from xlkpi.reading.xlsx.workbook import Listed

_VALUE = re.compile(rb"<v>([^<]*)")
_VALUE_OR_TEXT = re.compile(rb'(<v>|<is><t>|<is><t xml:space="preserve">)([^<]*)')


def plain_facts(sheet: Listed, xml: bytes, book: Book) -> SheetFacts | None:
    """The facts of a sheet whose rows are plain; None where any of them is not."""
    start, end = xml.find(b"<sheetData>") + 11, xml.rfind(b"</sheetData>")
    frame = xml[:start] + xml[end:]
    if not 11 <= start <= end or not _is_plain_frame(frame):
        return None
    cells, merges = book.cells, book.merges
    # What is left without its rows is small; the parser reads it as ever.
    notes = framed_notes(sheet, frame, book)
    bare, values = _without_values(xml[start:end])
    layout = _layout(bare, book)
    if layout is None or not _Values(notes, layout, values).take():
        book.cells, book.merges = cells, merges
        return None
    if book.lean is not None and b"<is>" not in xml:
        rows = layout.lean % tuple(values)
        book.lean[sheet.part] = b"".join((xml[:start], rows, xml[end:]))
    return notes.facts()


def _is_plain_frame(frame: bytes) -> bool:
    """Whether no comment and no `<?…?>` may hide the rows that were cut out of `frame`.

    The XML declaration is none; what is between the rows `plain_text` looks at.
    """
    return b"<!" not in frame and frame.find(b"<?", len("<?xml")) < 0


def _layout(bare: bytes, book: Book) -> Layout | None:
    """The rows of a sheet without their values; ballots stand side by side and are often alike in that."""
    if book.layout is None or book.layout.bare != bare:
        rows = _Rows(book)
        book.layout = rows.layout(bare) if rows.take(bare) else None
    return book.layout


class _Rows:
    """Takes up rows without values; every method says False or None at the first thing that is not plain."""

    __slots__ = ("book", "cells", "columns", "formulas", "hidden", "last", "room", "row", "taken")

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
        self.taken: list[tuple[int, Row]] = []
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
            row = known.get(line) or self.shaped(line)
            if row is None or not self.take_row(row):
                return False
            self.taken.append((at, row))
            at += row.shape.values
        return self.take_closed(rest)

    def layout(self, bare: bytes) -> Layout:
        """What has been taken."""
        taken = self.taken
        return Layout(
            bare=bare,
            rows=self.last,
            columns=self.columns,
            cells=self.cells,
            hidden=tuple(self.hidden),
            formulas=self.formulas,
            taken=tuple(taken),
            looked_at=tuple(each for each in taken if each[1].unsure or each[1].shape.noted),
            shared=tuple(at + value for at, row in taken for value in row.shape.shared),
            whole=tuple(at + value for at, row in taken for value in row.shape.whole),
            lean=b"".join([row.lean for _, row in taken]),
        )

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
        if hidden and number <= self.book.limits.rows:
            self.hidden.append(number - 1)
        return True

    def take_row(self, row: Row) -> bool:
        """Take the cells of one row; what is over a limit is the parser's to refuse."""
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
        for at, row in layout.looked_at:
            self.look_at(row, at)
        for at, row in layout.taken if book.pieces else ():
            self.note_pieces(row, at)
        book.cells += layout.cells
        return self.are_plain() and book.cells <= book.limits.cells

    def look_at(self, row: Row, at: int) -> None:
        """Look at what matters of the values of one row, which begin at `at`."""
        for value, address in row.unsure:
            if not _bare(self.values[at + value]):
                self.notes.formulas[address] = row.formulas[address]._replace(cached=False)
        for noted in row.shape.noted:
            bare = _bare(self.values[at + noted.value]) if noted.value >= 0 else ""
            self.note((row.number - 1, noted.column), noted, bare)

    def note(self, address: Address, noted: Noted, bare: str) -> None:
        """Note one cell, as the parser would."""
        if noted.error:
            self.notes.errors[address] = unescaped(bare)
        elif noted.style and (bare or not noted.number):
            self.notes.note_look(address, noted.style, noted.number)

    def note_pieces(self, row: Row, at: int) -> None:
        """Note those of the row's texts that are in pieces."""
        for value, (column, style) in zip(row.shape.shared, row.shape.sharing, strict=True):
            if pieces := self.book.pieces.get(_decoded(self.values[at + value])):
                self.notes.note_pieces((row.number - 1, column), pieces, style)

    def are_plain(self) -> bool:
        """Whether all values are; what is not even a text stops here, whatever was noted of it."""
        values, layout, limit = self.values, self.layout, self.book.limits.text
        together = b"\n".join(values)
        long = len(together) > limit and max(map(len, values)) > limit
        if long or plain_text(together) is None:
            return False
        # The engine reads all values but texts up to the first entity.
        if b"&" in together and any(b"&" in values[at] for at in layout.whole):
            return False
        shared = b"\0".join([values[at] for at in layout.shared])
        return not layout.shared or self.book.shared.issuperset(_decoded(shared).split("\0"))


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
