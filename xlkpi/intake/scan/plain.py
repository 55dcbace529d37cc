"""Plain rows, read twice as fast as a parser does.

Rows are plain as Excel, WPS, LibreOffice, openpyxl and xlsxwriter write them;
they are read as text, by one expression per cell. That way never refuses
anything; it only says "not plain", and then the parser reads the sheet. The
tests hold both to the same facts.
"""

from __future__ import annotations

import re

from xlkpi.intake.scan.addresses import LAST_ROW
from xlkpi.intake.scan.facts import SheetFacts
from xlkpi.intake.scan.notes import Notes
from xlkpi.intake.scan.shapes import (
    ATTRIBUTE,
    Noted,
    Shape,
    is_hidden,
    plain_text,
    shape_of,
    unescaped,
)
from xlkpi.intake.scan.shared import Book
from xlkpi.intake.scan.workbook import Listed
from xlkpi.intake.scan.worksheet import parsed_notes

_VALUE = re.compile('(<v>|<f>|<is><t>|<is><t xml:space="preserve">)([^<]*)')
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
    if rows is None or b"<!" in xml:
        return None
    cells, merges = book.cells, book.merges
    # What is left without its rows is small; the parser reads it as ever.
    notes = parsed_notes(sheet, xml[:start] + xml[end:], book)
    if _PlainRows(notes).take(rows):
        return notes.facts()
    book.cells, book.merges = cells, merges
    return None


class _PlainRows:
    """Takes up rows as text; every method says False at the first thing that is not plain.

    What a row is apart from its number and its values is worked out once for
    all rows of that shape.
    """

    __slots__ = ("book", "notes", "room", "row")

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.book = notes.book
        self.row = -1
        self.room = 50_000
        """Cells whose shape may be worked out; rows that are all different are the parser's."""

    def take(self, text: str) -> bool:
        """Take all rows."""
        *rows, rest = text.split("</row>")
        for row in rows:
            start = self.closed_rows(row)
            if start < 0 or not self.take_row(row[start:] if start else row):
                return False
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

    def take_row(self, text: str) -> bool:
        """Take one row, without its end tag."""
        end = text.find('"', 8)
        number = text[8:end]
        if not text.startswith('<row r="') or not _NUMBER.fullmatch(number):
            return False
        if len(text) > self.book.limits.text:
            return False  # some text in it may be too long
        parts = _VALUE.split(text[end + 1 :])
        texts = parts[2::3]
        parts[2::3] = [""] * len(texts)
        shape = self.shape("".join(parts), number)
        if shape is None or not self.go_to(int(number), shape.hidden):
            return False
        if not self.book.shared.issuperset([texts[at] for at in shape.shared]):
            return False
        for noted in shape.noted:
            self.note(noted, texts)
        return shape.valued == 0 or self.grow(shape)

    def shape(self, skeleton: str, number: str) -> Shape | None:
        """The shape of a row, remembered; None where it is not plain."""
        marked = skeleton.replace(f'{number}"', f'{_MARK}"')
        marked = _NOT_ADDRESS.sub(number, marked)
        shapes = self.book.shapes
        if marked in shapes:
            return shapes[marked]
        shape = shape_of(marked, self.book.percent_styles)
        self.room -= shape.size if shape else 0
        if len(shapes) < 2_000:
            shapes[marked] = shape
        return shape if self.room > 0 else None

    def note(self, noted: Noted, texts: list[str]) -> None:
        """Note one cell, as the parser would."""
        address = (self.row, noted.column)
        bare = texts[noted.value].strip() if noted.value >= 0 else ""
        written = texts[noted.formula] if noted.formula >= 0 else noted.written
        if written is not None:
            self.notes.formulas[address] = self.book.formulas[written][bool(bare) or noted.text]
        if noted.error:
            self.notes.errors[address] = unescaped(bare)
        elif bare and noted.percent:
            self.notes.percents.add(address)

    def grow(self, shape: Shape) -> bool:
        """Count the cells of a row; what is over a limit is the parser's to refuse."""
        notes, limits = self.notes, self.book.limits
        self.book.cells += shape.valued
        notes.rows = self.row + 1
        notes.columns = max(notes.columns, shape.last + 1)
        return (
            notes.rows <= limits.rows
            and notes.columns <= limits.columns
            and self.book.cells <= limits.cells
        )
