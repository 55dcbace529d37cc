"""One worksheet, read by the parser element by element: the reference for `sheet_fast`, and its fallback."""

from __future__ import annotations

from xlkpi.domain.location import a1
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx.addresses import COLUMNS, LAST_ROW
from xlkpi.reading.xlsx.facts import Formula, SheetFacts
from xlkpi.reading.xlsx.notes import Frame, Notes
from xlkpi.reading.xlsx.parts import is_true, new_parser, parse
from xlkpi.reading.xlsx.rich_text import find_pieces, may_contain_pieces
from xlkpi.reading.xlsx.shared import Book
from xlkpi.reading.xlsx.workbook import ListedSheet


def parse_facts(sheet: ListedSheet, xml: bytes, book: Book) -> SheetFacts:
    """Return the facts of a sheet, however its rows are written."""
    return parse_notes(sheet, xml, book).facts()


def parse_notes(sheet: ListedSheet, xml: bytes, book: Book) -> Notes:
    """Parse `xml`: all of a sheet, or what is left of it without its rows."""
    reader = _Worksheet(Notes(sheet, book), xml)
    parse(reader.parser, xml, sheet.part)
    return reader.notes


_FRAMES: dict[bytes, Frame] = {}
"""Notes of sheets without rows: the same for all ballots, and all workbooks of a template."""
_MOST_FRAMES = 128
_LONGEST_FRAME = 32_768
"""Bytes of one that is remembered."""


def parse_frame(sheet: ListedSheet, xml: bytes, book: Book) -> Notes:
    """The same as `parse_notes` for a sheet without its rows, cached by its bytes."""
    if xml in _FRAMES:
        notes = Notes(sheet, book)
        notes.add_frame(_FRAMES[xml])
        return notes
    notes = parse_notes(sheet, xml, book)
    if len(xml) <= _LONGEST_FRAME:
        if len(_FRAMES) >= _MOST_FRAMES:
            _FRAMES.clear()
        _FRAMES[xml] = notes.frame()
    return notes


class _Worksheet:
    """Follows the elements of one worksheet part.

    Two pairs of handlers: one for the frame of the sheet, which knows where it
    is, and one for the rows, which runs for every cell and therefore does as
    little as it can. Text is gathered for all of a cell and looked at only
    where the cell is of an odd kind.
    """

    __slots__ = (
        "book", "column", "filled", "formula_at", "inline_at", "inline_from", "kind", "local", "notes", "parser",
        "path", "row", "row_text", "style", "texts", "value_at", "value_from", "value_to", "xml",
    )  # fmt: skip

    def __init__(self, notes: Notes, xml: bytes) -> None:
        self.xml = xml
        self.parser = new_parser(notes.sheet.part)
        self.parser.StartElementHandler = self.start_frame
        self.parser.EndElementHandler = self.end_frame
        self.notes = notes
        self.book = notes.book
        self.local = notes.book.local
        self.path: list[str] = []
        self.filled = False
        self.row = -1
        self.row_text = "0"
        self.column = -1
        self.kind = "n"
        self.style = "0"
        self.texts: list[str] = []
        self.value_at = self.value_to = -1
        self.value_from = -1
        self.formula_at = -1
        self.inline_at = self.inline_from = -1

    # The frame: everything but the rows.

    def start_frame(self, name: str, attributes: dict[str, str]) -> None:
        tag = self.local[name]
        if tag == "sheetData":
            self.enter_rows()
        elif tag == "col" and self.path == ["worksheet", "cols"]:
            if is_true(attributes.get("hidden")) or attributes.get("width") == "0":
                span = int(attributes["min"]) - 1, int(attributes["max"])
                self.notes.hidden_spans.append(span)
        elif tag == "mergeCell" and self.path == ["worksheet", "mergeCells"]:
            self.notes.merge(attributes.get("ref", ""))
        elif tag == "filterColumn" and self.path == ["worksheet", "autoFilter"]:
            self.notes.filtered = True
        elif tag == "sheetView" and attributes.get("showZeros") in ("0", "false"):
            self.notes.zeros_hidden = True
        elif not self.path and tag != "worksheet":
            raise self.notes.damaged("不是工作表")
        self.path.append(tag)

    def end_frame(self, _name: str) -> None:
        self.path.pop()

    def enter_rows(self) -> None:
        # calamine takes rows anywhere, Excel only here, and once.
        if self.filled or self.path != ["worksheet"]:
            raise self.misplaced()
        self.filled = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.texts.append

    def leave_rows(self) -> None:
        self.parser.StartElementHandler = self.start_frame
        self.parser.EndElementHandler = self.end_frame
        self.parser.CharacterDataHandler = None
        self.path.pop()

    def misplaced(self) -> Unreadable:
        return self.notes.damaged("表格结构有错")

    # The rows.

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self.local[name]
        if tag == "c":
            reference = attributes.get("r")
            if reference is None:
                self.column += 1
            else:
                self.place(reference)
            self.kind = attributes.get("t", "n")
            self.style = attributes.get("s", "0")
            self.value_at = self.formula_at = self.inline_at = -1
            self.texts.clear()
        elif tag == "v":
            if self.value_at >= 0 or self.inline_at >= 0:
                raise self.misplaced()
            self.value_at = self.value_to = len(self.texts)
            self.value_from = self.parser.CurrentByteIndex
        elif tag == "row":
            self.start_row(attributes)
        elif tag == "f":
            if self.value_at >= 0 or self.formula_at >= 0:
                raise self.misplaced()
            self.formula_at = len(self.texts)
        elif tag in ("is", "extLst"):
            self.start_inline(tag)

    def start_inline(self, tag: str) -> None:
        if tag == "extLst":  # allowed, and the engine gives up the sheet
            raise self.notes.damaged("用了少见的写法（单元格里的 extLst）")
        if self.value_at >= 0 or self.inline_at >= 0:
            raise self.misplaced()
        self.inline_at = len(self.texts)
        self.inline_from = self.parser.CurrentByteIndex

    def end(self, name: str) -> None:
        tag = self.local[name]
        if tag == "c":
            if self.value_at >= 0 or self.formula_at >= 0 or self.inline_at >= 0:
                self.end_cell()
        elif tag == "v":
            self.value_to = len(self.texts)
            if self.kind != "str":
                self.check_whole()
        elif tag == "sheetData":
            self.leave_rows()

    def start_row(self, attributes: dict[str, str]) -> None:
        row = attributes.get("r")
        if row is None:
            self.row += 1
            self.row_text = str(self.row + 1)
        else:
            number = int(row) - 1 if row.isascii() and row.isdecimal() else -1
            if not self.row < number < LAST_ROW:
                raise self.disordered(f"第 {row} 行")
            self.row = number
            self.row_text = str(number + 1)
        self.column = -1
        if is_true(attributes.get("hidden")) or attributes.get("ht") == "0":
            self.notes.hide(self.row)

    def place(self, reference: str) -> None:
        """Go to a cell by its address; X012 where it is not to the right in this row."""
        if reference.endswith(self.row_text):
            column = COLUMNS[reference[: -len(self.row_text)]]
            if column > self.column:
                self.column = column
                return
        raise self.disordered(reference)

    def disordered(self, cell: str) -> Unreadable:
        return Unreadable("X012", sheet=self.notes.sheet.name, cell=cell)

    def check_whole(self) -> None:
        """Refuse a value in pieces, of which calamine takes one; only texts it puts together."""
        value = self.xml[self.value_from : self.parser.CurrentByteIndex]
        if b"&" in value or value.count(b"<") > 1:
            cell = a1(self.row, self.column)
            what = f"工作表“{self.notes.sheet.name}”的 {cell}，值里夹有注释、标记或转义字符（少见的写法）"
            raise self.notes.damaged(what)

    def end_cell(self) -> None:
        """Count a cell that has a value or a formula; examine it where it is not a plain number."""
        notes, book, texts = self.notes, self.book, self.texts
        book.cells += 1
        if self.row >= notes.rows:
            notes.grow_rows(self.row + 1)
        if self.column >= notes.columns:
            notes.grow_columns(self.column + 1)
        if self.formula_at < 0:
            harmless = self.style in book.styles.harmless
            if harmless and self.kind == "n":
                return
            if harmless and self.kind == "s" and len(texts) == 1 and texts[0] in book.whole:
                return
        self.examine()

    def examine(self) -> None:
        """Examine a cell with a formula, an error, a text or a format that matters."""
        texts, value_at, formula_at = self.texts, self.value_at, self.formula_at
        address = self.row, self.column
        value = "".join(texts[value_at : self.value_to]) if value_at >= 0 else None
        formula = None
        if formula_at >= 0:
            end = max(value_at, self.inline_at)
            formula = "".join(texts[formula_at : end if end >= formula_at else None])
        if self.inline_at >= 0:
            self.notes.check_text(sum(map(len, texts)))
            self.note_inline()
        self.notes.note(address, self.kind, self.style, formula, value)
        # calamine reads an inline text behind a formula, but a blank where the formula is behind it.
        if formula is not None and self.inline_at >= formula_at:
            cached = "".join(texts[self.inline_at :]).strip() != ""
            self.notes.formulas[address] = Formula(formula.strip(), cached)

    def note_inline(self) -> None:
        """Look at the runs of an inline text, if it has any."""
        xml = self.xml[self.inline_from : self.parser.CurrentByteIndex]
        if may_contain_pieces(xml) and (found := find_pieces(xml, self.notes.sheet.part)):
            (own,) = found.values()
            self.notes.note_pieces((self.row, self.column), own, self.style)
