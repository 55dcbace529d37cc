"""The facts of a sheet while its rows are read, by either path."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from xlkpi.domain.location import Address, a1
from xlkpi.domain.text import PALE, Pieces
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx.addresses import parse_range
from xlkpi.reading.xlsx.facts import Formula, SheetFacts
from xlkpi.reading.xlsx.limits import check_limit
from xlkpi.reading.xlsx.shared import Book
from xlkpi.reading.xlsx.workbook import ListedSheet

TEXTS = ("s", "str", "inlineStr")
"""Kinds of cells that hold a text."""


class Frame(NamedTuple):
    """What is noted of a sheet without its rows."""

    hidden_spans: tuple[tuple[int, int], ...]
    merges: tuple[tuple[int, int, int, int], ...]
    filtered: bool
    zeros_hidden: bool


@dataclass(slots=True, eq=False)
class Notes:
    """The facts of one worksheet, as far as it has been read."""

    sheet: ListedSheet
    book: Book
    errors: dict[Address, str] = field(default_factory=dict)
    formulas: dict[Address, Formula] = field(default_factory=dict)
    percents: set[Address] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_spans: list[tuple[int, int]] = field(default_factory=list)
    """First column and the one after the last."""
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    texts: dict[Address, str] = field(default_factory=dict)
    """Those that the engine would read otherwise than the program that wrote them shows them."""
    formats: dict[Address, str] = field(default_factory=dict)
    struck: set[Address] = field(default_factory=set)
    unseen: set[Address] = field(default_factory=set)
    pieces: dict[Address, Pieces] = field(default_factory=dict)
    cells: int = 0
    """Valued cells, where the reader counts them by sheet."""
    rows: int = 0
    columns: int = 0
    filtered: bool = False
    zeros_hidden: bool = False

    def facts(self) -> SheetFacts:
        """What has been noted, within the extent."""
        hidden = (range(first, min(last, self.columns)) for first, last in self.hidden_spans)
        return SheetFacts(
            name=self.sheet.name,
            part=self.sheet.part,
            state=self.sheet.state,
            errors=self.errors,
            formulas=self.formulas,
            percents=frozenset(self.percents),
            hidden_rows=frozenset(row for row in self.hidden_rows if row < self.rows),
            hidden_columns=frozenset(column for span in hidden for column in span),
            merges=tuple(self.merges),
            rows=self.rows,
            columns=self.columns,
            filtered=self.filtered,
            texts=self.texts,
            cells=self.cells,
            formats=self.formats,
            struck=frozenset(self.struck),
            unseen=frozenset(self.unseen),
            pieces=self.pieces,
            zeros_hidden=self.zeros_hidden,
        )

    def frame(self) -> Frame:
        """What has been noted so far, where no row has been read yet."""
        return Frame(tuple(self.hidden_spans), tuple(self.merges), self.filtered, self.zeros_hidden)

    def add_frame(self, frame: Frame) -> None:
        """Note the same again; merges count against the limit of this workbook."""
        self.hidden_spans += frame.hidden_spans
        for area in frame.merges:
            self.merge_area(area)
        self.filtered, self.zeros_hidden = frame.filtered, frame.zeros_hidden

    def damaged(self, what: str) -> Unreadable:
        """The cause for a sheet that breaks the rules of its part."""
        return Unreadable("X014", part=self.sheet.part, what=what)

    def hide(self, row: int) -> None:
        """Note a hidden row; none beyond the limit, where there may be a million."""
        if row < self.book.limits.rows:
            self.hidden_rows.add(row)

    def merge(self, reference: str) -> None:
        """Note a merged range."""
        area = parse_range(reference)
        if area is None:
            raise self.damaged(f"合并区域“{reference}”有错")
        self.merge_area(area)

    def merge_area(self, area: tuple[int, int, int, int]) -> None:
        """Note a merged range by its first and last row and column."""
        self.book.merges += 1
        check_limit(
            self.book.limits.merges, self.book.merges, "合并单元格数", sheet=self.sheet.name
        )
        top, left, bottom, right = area  # some write a range from its other end
        self.merges.append((min(top, bottom), min(left, right), max(top, bottom), max(left, right)))

    def grow_rows(self, rows: int) -> None:
        """Go on to a row further down."""
        # Once a row is often enough for the cells, too: a row has at most `columns` of them.
        self.rows = rows
        limits = self.book.limits
        check_limit(limits.rows, rows, "行数", sheet=self.sheet.name)
        check_limit(limits.cells, self.book.cells, "有内容的单元格数")

    def grow_columns(self, columns: int) -> None:
        """Go on to a column further right."""
        self.columns = columns
        check_limit(self.book.limits.columns, columns, "列数", sheet=self.sheet.name)

    def note(
        self, address: Address, kind: str, style: str, formula: str | None, value: str | None
    ) -> None:
        """Note a formula, an error, a format; check a text. None: no such element."""
        bare = "" if value is None else value.strip()
        if formula is not None:
            cached = bare != "" or (kind == "str" and value is not None)
            self.formulas[address] = Formula(formula.strip(), cached)
            self.check_text(len(formula))
        if style not in self.book.styles.harmless and (bare if kind == "n" else kind in TEXTS):
            # Also an index that is spelled as no program spells it.
            index = str(int(style)) if style.isascii() and style.isdecimal() else style
            self.note_format(address, index, kind == "n")
        if kind == "n":
            return
        if kind == "s":
            # As it is written: with a space around the index calamine takes the first text.
            if value and value not in self.book.shared:
                where = f"工作表“{self.sheet.name}”的 {a1(*address)}"
                raise self.damaged(f"{where}，文字序号“{bare}”不存在或写法有错")
            if value and value in self.book.pieces:
                self.note_pieces(address, self.book.pieces[value], style)
        elif kind == "e":
            self.errors[address] = bare
        else:
            if kind == "inlineStr" and bare:  # calamine shows a blank
                raise self.damaged(f"工作表“{self.sheet.name}”的 {a1(*address)}，文字的写法有错")
            self.check_text(len(bare))

    def note_format(self, address: Address, style: str, number: bool) -> None:
        """Note how the format of a cell changes its number or text."""
        styles = self.book.styles
        formats = styles.formats if number else styles.texts
        if style in formats:
            self.formats[address] = formats[style]
        if number and style in styles.percents:
            self.percents.add(address)
        if style in styles.struck:
            self.struck.add(address)
        if style in styles.unseen:
            self.unseen.add(address)

    def note_pieces(self, address: Address, pieces: Pieces, style: str) -> None:
        """Note a text in pieces; white ones are seen where the cell is not."""
        if style in self.book.styles.dark:
            pieces = tuple(each._replace(look="") if each.look == PALE else each for each in pieces)
        if any(each.look for each in pieces):
            self.pieces[address] = pieces

    def check_text(self, length: int) -> None:
        """Refuse a text or a formula of so many characters, if they are too many."""
        if length > self.book.limits.text:  # for every text: spares the call
            check_limit(self.book.limits.text, length, "一个单元格的字数", sheet=self.sheet.name)
