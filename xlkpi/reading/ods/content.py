"""content.xml of an .ods, read element by element: cells without addresses, rows and cells that repeat."""

from __future__ import annotations

import re
from math import isfinite

from xlkpi.domain.location import Address, a1
from xlkpi.domain.text import Pieces
from xlkpi.reading.ods.displayed import disguise, disguise_date
from xlkpi.reading.ods.styles import Appearance, Styles
from xlkpi.reading.ods.text import CellText
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import Formula, Limits, check_limit, writes_percent
from xlkpi.reading.xlsx.notes import Notes
from xlkpi.reading.xlsx.parts import local_name, new_parser, parse
from xlkpi.reading.xlsx.shared import Book
from xlkpi.reading.xlsx.workbook import ListedSheet

CONTENT = "content.xml"
_CELLS = frozenset(("table-cell", "covered-table-cell"))
_ERROR = re.compile(r"#|Err:[0-9]|错误[:：][0-9]")
"""How a formula's error looks; older programs save it as the number 0 that looks so."""
_STRICT = re.compile(r"#(?:N/A|[^#\s]*[!?！？])|(?:Err:|错误[:：])[0-9]+")
"""The same of a cell without a formula, where a `#` may also come before a number."""
_VALUE_ATTRIBUTE = {
    "float": "value", "percentage": "value", "currency": "value", "boolean": "boolean-value",
    "date": "date-value", "time": "time-value",
}  # fmt: skip
"""Attribute of the value, by type; texts are in paragraphs."""
_NUMBERS = ("float", "percentage", "currency")
_STYLED = (*_NUMBERS, "string")
_CACHED = re.compile(r"'.*'#", re.DOTALL)
"""Name of a sheet of another file whose values are kept for links; no program shows it."""
_RANGE = re.compile(r"\$?(?P<sheet>'(?:[^']|'')*'|[^.$]+)\.(?P<cell>\$?[A-Z]+\$?[0-9]+)\Z")


class Content:
    """Follows content.xml element by element."""

    def __init__(self, limits: Limits, styles: Styles) -> None:
        self.book = Book(limits)
        self.styles = styles
        self.sheets: list[Notes] = []
        self.names: dict[str, str] = {}
        self.elsewhere: list[Notes] = []
        """What is remembered of sheets in other files (external links, DDE)."""
        self.dde = False
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.row = self.column = self.width = 0
        self.row_times = 1
        self.row_style = ""
        self.column_styles: list[tuple[int, str]] = []
        """Column after the last of a span, and the style of its cells that name none."""
        self.cell: dict[str, str] | None = None
        self.depth = 0
        """Tables inside tables: only the outer ones are sheets."""
        self.text = CellText()
        self.total = 0
        """Characters of all cells, the repeated ones as often as they are."""

    def read(self, xml: bytes) -> None:
        parser = new_parser(CONTENT)
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parse(parser, xml, CONTENT)

    def characters(self, data: str) -> None:
        self.text.add(data)

    def start(self, name: str, prefixed: dict[str, str]) -> None:
        tag = local_name(name)
        if tag == "style":
            self.style = _attribute(prefixed, "name")
        if tag == "table-properties" and _attribute(prefixed, "display") == "false":
            self.hidden_styles.add(self.style)
        elif tag == "dde-links":
            self.dde = True
        elif tag == "table":
            self.start_table(prefixed)
        elif self.cell is not None:
            look = self.run_look(prefixed) if tag == "span" else ""
            self.text.start(tag, self.spaces(prefixed) if tag == "s" else 1, look)
        elif self.depth == 1:
            self.start_inside(tag, prefixed)
        elif not self.sheets:
            self.styles.start(tag, {local_name(key): value for key, value in prefixed.items()})
        if tag == "named-range":
            self.name(prefixed)

    def start_table(self, prefixed: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > 1:
            raise self.damaged("表格里还有表格")
        check_limit(self.book.limits.sheets, len(self.sheets) + 1, "工作表数")
        name = _attribute(prefixed, "name")
        if name and any(name == other.sheet.name for other in self.sheets):
            raise self.damaged(f"两张工作表同名“{name}”")
        hidden = _attribute(prefixed, "style-name") in self.hidden_styles
        listed = ListedSheet(name, "hidden" if hidden else "visible", CONTENT)
        self.sheets.append(Notes(listed, self.book))
        if self.dde:
            self.elsewhere.append(self.sheets[-1])
        self.row = self.width = 0
        self.column_styles = []

    def start_inside(self, tag: str, prefixed: dict[str, str]) -> None:
        if tag == "table-column":
            times = self.times(prefixed, "number-columns-repeated")
            if _attribute(prefixed, "visibility") in ("collapse", "filter"):
                self.sheets[-1].hidden_spans.append((self.width, self.width + times))
            self.width += times
            self.column_styles.append((self.width, _attribute(prefixed, "default-cell-style-name")))
        elif tag == "table-row":
            self.column = 0
            self.row_style = _attribute(prefixed, "default-cell-style-name")
            self.row_times = self.times(prefixed, "number-rows-repeated")
            if _attribute(prefixed, "visibility") in ("collapse", "filter"):
                last = min(self.row + self.row_times, self.book.limits.rows)
                for row in range(self.row, last):
                    self.sheets[-1].hide(row)
        elif tag in _CELLS:
            self.cell = {local_name(key): value for key, value in prefixed.items()}
            self.text = CellText()
        elif tag == "table-source" and _CACHED.match(self.sheets[-1].sheet.name):
            self.elsewhere.append(self.sheets[-1])

    def end(self, name: str) -> None:
        tag = local_name(name)
        if self.cell is not None and self.text.open:
            self.text.end()
        elif tag == "table":
            self.depth -= 1
        elif self.cell is not None:
            self.end_cell(self.cell)
            self.cell = None
        elif self.depth == 1 and tag == "table-row":
            self.row += self.row_times

    def end_cell(self, cell: dict[str, str]) -> None:
        times = self.times(cell, "number-columns-repeated")
        text = self.text.shown
        # What is typed twice in the attributes (office:, calcext:) keeps the later one, calcext.
        if cell.get("value-type") or cell.get("formula") or text:
            self.note_value(cell, text, times)
        self.merge(cell)
        self.column += times

    def note_value(self, cell: dict[str, str], text: str, times: int) -> None:
        """Note a cell with content, as often as it is repeated."""
        notes = self.sheets[-1]
        rows, columns = self.row + self.row_times, self.column + times
        if rows > notes.rows:
            notes.grow_rows(rows)
        if columns > notes.columns:
            notes.grow_columns(columns)
        notes.cells += times * self.row_times
        self.book.cells += times * self.row_times
        check_limit(self.book.limits.cells, self.book.cells, "有内容的单元格数")
        notes.check_text(len(text))
        self.total += (len(text) + len(cell.get("formula", ""))) * times * self.row_times
        check_limit(self.book.limits.repeated, self.total, "各格文字与公式的总字数")
        kind, formula = cell.get("value-type", ""), cell.get("formula")
        if text.strip() and not _has_value(cell):
            place = f"{notes.sheet.name}!{a1(self.row, self.column)}"
            raise self.damaged(f"{place} 有文字而没有值")
        error = kind == "error" or _shows_error(kind, formula, text.strip())
        percent = kind == "percentage" or (kind == "float" and text.rstrip().endswith(("%", "％")))
        shown = self.disguise(cell, text) if kind in _NUMBERS else None
        percent = percent and not (shown and writes_percent(shown))
        # Once for all that repeat it: a long formula a hundred thousand times is gigabytes.
        written = formula and Formula(formula.partition("=")[2], self.cached(kind))
        block = [(r, c) for r in range(self.row, rows) for c in range(self.column, columns)]
        for at in block:
            if written:
                notes.formulas[at] = written
            if error:
                notes.errors[at] = text or "#N/A"
            elif percent:
                notes.percents.add(at)
            elif kind == "string" and self.text.misread and "string-value" not in cell:
                notes.texts[at] = text
        self.note_date(cell, text, block)
        if kind in _STYLED:
            self.note_style(cell, shown, self.text.pieces if kind == "string" else (), block)

    def note_date(self, cell: dict[str, str], text: str, block: list[Address]) -> None:
        """Note a date that is shown without its day."""
        if code := disguise_date(text, cell.get("date-value", "")):
            self.sheets[-1].formats.update(dict.fromkeys(block, code))

    def note_style(
        self, cell: dict[str, str], shown: str | None, pieces: Pieces, block: list[Address]
    ) -> None:
        """Note how a cell, and all that repeat it, looks other than its value."""
        notes, look = self.sheets[-1], self.look(cell)
        pieces = look.against(pieces)
        for at in block:
            if shown is not None:
                notes.formats[at] = shown
            if look.struck:
                notes.struck.add(at)
            if look.unseen:
                notes.unseen.add(at)
            if pieces:
                notes.pieces[at] = pieces

    def look(self, cell: dict[str, str]) -> Appearance:
        """Return how a cell looks: by its own style, else by its row's, else by its column's."""
        name = cell.get("style-name") or self.row_style
        if not name:
            name = next((style for end, style in self.column_styles if self.column < end), "")
        return self.styles.look("table-cell", name or "Default")

    def run_look(self, prefixed: dict[str, str]) -> str:
        """Return how a run differs from what a reader takes for it."""
        return self.styles.look("text", _attribute(prefixed, "style-name")).run

    def disguise(self, cell: dict[str, str], text: str) -> str | None:
        """Return a format that shows what a number's cell shows, where that is not the number."""
        stored = cell.get("value", "")
        if (
            stored == text or not self.text.paragraphs
        ):  # without any the file does not contain what is shown
            return None
        try:
            value = float(stored)
        except ValueError:  # no number, which the engine finds out
            return None
        return disguise(text, value) if isfinite(value) else None

    def cached(self, kind: str) -> bool:
        """Whether a formula has a value; LibreOffice gives an empty text no type, only a paragraph."""
        if kind:
            return kind != "error"
        return self.text.paragraphs > 0 and not self.text.shown.strip()

    def merge(self, cell: dict[str, str]) -> None:
        down = self.times(cell, "number-rows-spanned")
        right = self.times(cell, "number-columns-spanned")
        if (down, right) != (1, 1):
            block = (self.row, self.column, self.row + down - 1, self.column + right - 1)
            self.sheets[-1].merge_area(block)

    def name(self, prefixed: dict[str, str]) -> None:
        found = _RANGE.match(_attribute(prefixed, "cell-range-address").partition(":")[0])
        if found:
            self.names[_attribute(prefixed, "name")] = f"{found['sheet']}!{found['cell']}"

    def times(self, attributes: dict[str, str], what: str) -> int:
        """Return how often something is repeated; 1 by default."""
        text = _attribute(attributes, what) or "1"
        if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 2**24:
            raise self.damaged(f"重复次数“{text[:20]}”有错")
        return int(text)

    def spaces(self, attributes: dict[str, str]) -> int:
        """Return how many spaces one element means; the engine would make all of them."""
        spaces = self.times(attributes, "c")
        sheet = self.sheets[-1].sheet.name
        check_limit(self.book.limits.text, spaces, "一个单元格的字数", sheet=sheet)
        return spaces

    def damaged(self, what: str) -> Unreadable:
        return Unreadable("X014", part=CONTENT, what=what)


def _shows_error(kind: str, formula: str | None, text: str) -> bool:
    """Whether a cell looks like an error, whatever its value."""
    if formula is not None:
        return _ERROR.match(text) is not None
    return kind == "float" and _STRICT.fullmatch(text) is not None


def _has_value(cell: dict[str, str]) -> bool:
    """Whether a cell that shows text has a type and a value: else calamine reads a blank."""
    kind = cell.get("value-type", "")
    return _VALUE_ATTRIBUTE.get(kind, "value-type") in cell if kind else "formula" in cell


def _attribute(attributes: dict[str, str], wanted: str) -> str:
    """Return an attribute by its local name."""
    return next((value for key, value in attributes.items() if local_name(key) == wanted), "")
