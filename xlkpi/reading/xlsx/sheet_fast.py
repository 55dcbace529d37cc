"""Plain rows, read twice as fast as a parser does.

Rows are plain as Excel, WPS, LibreOffice, openpyxl and xlsxwriter write them;
they are read as text, by one expression per cell. That way never refuses
anything; it only says "not plain", and then the parser reads the sheet. The
tests hold both to the same facts.
"""

from __future__ import annotations

import re

from xlkpi.reading.xlsx.addresses import LAST_ROW
from xlkpi.reading.xlsx.facts import SheetFacts
from xlkpi.reading.xlsx.notes import Notes
from xlkpi.reading.xlsx.shapes import (
    ATTRIBUTE,
    Noted,
    Shape,
    is_hidden,
    plain_text,
    shape_of,
    unescaped,
)
from xlkpi.reading.xlsx.shared import Book
from xlkpi.reading.xlsx.sheet_parsed import parsed_notes
from xlkpi.reading.xlsx.workbook import Listed

_VALUE = re.compile('(<v>|<f>|<is><t>|<is><t xml:space="preserve">)([^<]*)')
_ENTITY_IN_VALUE = re.compile("<v>[^<&]*&")
_NUMBER = re.compile("[1-9][0-9]{0,6}")
_CLOSED_ROW = re.compile(rf'<row r="([1-9][0-9]{{0,6}})"((?:{ATTRIBUTE})*) ?/>')
_MARK = "\0"
"""Stands for the row's number in a row's skeleton; XML cannot hold it."""
# Where the number ends a style, a height or a span, and not an address.
_NOT_ADDRESS = re.compile("\0(?<=[^A-Z]\0)")


def plain_facts(sheet: Listed, xml: bytes, book: Book) -> SheetFacts | None:
    """The facts of a sheet whose rows are plain; None where any of them is not."""
    start, end = xml.find(b"<sheetData>") + 11, xml.rfind(b"</sheetData>")
    rows = plain_text(xml[start:end]) if 11 <= start <= end else None
    frame = xml[:start] + xml[end:]
    if rows is None or b"<!" in frame:  # in the rows it is found not to be plain
        return None
    cells, merges = book.cells, book.merges
    # What is left without its rows is small; the parser reads it as ever.
    notes = parsed_notes(sheet, frame, book)
    if _PlainRows(notes).take(rows):
        return notes.facts()
    book.cells, book.merges = cells, merges
    return None


class _PlainRows:
    """Takes up rows as text; every method says False or None at the first thing that is not plain.

    What a row is apart from its number and its values is worked out once for
    all rows of that shape.
    """

    __slots__ = ("book", "escaped", "notes", "room", "row")

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.book = notes.book
        self.row = -1
        self.escaped = False
        """Whether an entity stands in any value."""
        self.room = 50_000
        """Cells whose shape may be worked out; rows that are all different are the parser's."""

    def take(self, text: str) -> bool:
        """Take all rows."""
        self.escaped = "&" in text and _ENTITY_IN_VALUE.search(text) is not None
        parts = _VALUE.split(text)
        texts = parts[2::3]
        parts[2::3] = [""] * len(texts)
        if max(map(len, texts), default=0) > self.book.limits.text:
            return False
        *rows, rest = "".join(parts).split("</row>")
        known, at = self.book.rows, 0
        for row in rows:
            # Ballots have the same rows at the same places: most are known as they are.
            number, shape = known.get(row) or self.shaped(row)
            if shape is None or not self.go_to(number, shape.hidden):
                return False
            if shape.valued and not self.take_row(shape, texts[at : at + shape.texts]):
                return False
            at += shape.texts
        return self.closed_rows(rest) == len(rest)

    def closed_rows(self, text: str) -> int:
        """Take the rows without any cell at the start of `text`; where they end, −1 for never."""
        at = 0
        while (match := _CLOSED_ROW.match(text, at)) is not None:
            hidden = is_hidden(match[2])
            if hidden is None or not self.go_to(int(match[1]), hidden):
                return -1
            at = match.end()
        return at

    def go_to(self, number: int, hidden: bool) -> bool:
        """Go on to a row further down, by the number it is written with."""
        if not self.row < number - 1 < LAST_ROW:
            return False
        self.row = number - 1
        if hidden:
            self.notes.hide(self.row)
        return True

    def shaped(self, text: str) -> tuple[int, Shape | None]:
        """The number and the shape of a row without its end tag and its values."""
        start = self.closed_rows(text)
        row = text[start:] if start > 0 else text
        end = row.find('"', 8)
        number = row[8:end]
        plain = start >= 0 and row.startswith('<row r="') and _NUMBER.fullmatch(number)
        if not plain or len(row) > self.book.limits.text:  # a text that stays in it may be too long
            return 0, None
        found = int(number), self.shape(row[end + 1 :], number)
        if start == 0 and len(self.book.rows) < 5_000:
            self.book.rows[text] = found
        return found

    def shape(self, skeleton: str, number: str) -> Shape | None:
        """The shape of a row, remembered; None where it is not plain."""
        marked = skeleton.replace(f'{number}"', f'{_MARK}"')
        marked = _NOT_ADDRESS.sub(number, marked)
        shapes = self.book.shapes
        if marked in shapes:
            return shapes[marked]
        shape = shape_of(marked, self.book.styles.numbers, self.book.styles.words)
        self.room -= shape.size if shape else 0
        if len(shapes) < 2_000:
            shapes[marked] = shape
        return shape if self.room > 0 else None

    def take_row(self, shape: Shape, texts: list[str]) -> bool:
        """Take the cells of one row; what is over a limit is the parser's to refuse."""
        notes, book, row = self.notes, self.book, self.row
        if not book.shared.issuperset([texts[at] for at in shape.shared]):
            return False
        if self.escaped and any("&" in texts[at] for at in shape.whole):
            return False
        formulas, written = notes.formulas, book.formulas
        for column, formula, value, text in shape.formulas:
            cached = text or bool(texts[value].strip())
            formulas[row, column] = written[texts[formula]][cached]
        for noted in shape.noted:
            self.note(noted, texts)
        if book.pieces:
            self.note_pieces(shape, texts)
        book.cells += shape.valued
        notes.rows = row + 1
        if shape.last >= notes.columns:
            notes.columns = shape.last + 1
        limits = book.limits
        return row < limits.rows and notes.columns <= limits.columns and book.cells <= limits.cells

    def note(self, noted: Noted, texts: list[str]) -> None:
        """Note one cell, as the parser would."""
        address = (self.row, noted.column)
        bare = texts[noted.value].strip() if noted.value >= 0 else ""
        written = texts[noted.formula] if noted.formula >= 0 else noted.written
        if written is not None:
            self.notes.formulas[address] = self.book.formulas[written][bool(bare) or noted.text]
        if noted.error:
            self.notes.errors[address] = unescaped(bare)
        elif noted.style and (bare or not noted.number):
            self.notes.note_look(address, noted.style, noted.number)

    def note_pieces(self, shape: Shape, texts: list[str]) -> None:
        """Note those of the row's texts that are in pieces."""
        for at, (column, style) in zip(shape.shared, shape.sharing, strict=True):
            if pieces := self.book.pieces.get(texts[at]):
                self.notes.note_pieces((self.row, column), pieces, style)
