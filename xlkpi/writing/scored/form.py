"""自评表: the official form as the layout has it, every figure live over the other sheets.

Merges, widths and least heights are the layout's; rows that repeat push down what is below them.
The looks are ours: a box from the first row with several texts to the last before the signatures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain import placeholders
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.formula import checked
from xlkpi.domain.location import Address
from xlkpi.domain.numbers import plain
from xlkpi.domain.placeholders import INDICATORS, TIERS
from xlkpi.domain.schema import FORM_SHEET
from xlkpi.domain.text import day
from xlkpi.writing.book import Book, Cell, Held, Sheet, legal
from xlkpi.writing.row_heights import HIGHEST, height
from xlkpi.writing.scored import total
from xlkpi.writing.scored.addresses import Addresses
from xlkpi.writing.scored.form_scores import Shown
from xlkpi.writing.scored.form_values import Filling, Record
from xlkpi.writing.scored.result import Result
from xlkpi.writing.styles import DATE

_ROW = 20.0
"""Height of a row for which the layout has none."""
_WIDTH = 10.0
_LITERAL = 250
"""Excel takes at most 255 characters of text inside a formula."""
_SIGNED = ("：", ":")
_MOST_DOUBTS = 3
"""So many rows of money are named below the form."""


def write(book: Book, result: Result, names: Addresses, layout: FormTemplate) -> None:
    """Fill in the sheet, which is already in the book."""
    _Form(book.named(FORM_SHEET), layout, Filling(result, names, layout)).write()


@dataclass(slots=True)
class _Block:
    """A cell of the layout with what is merged to it."""

    row: int
    column: int
    bottom: int
    right: int
    text: str


class _Form:
    """One form being written, from the top down."""

    def __init__(self, sheet: Sheet, layout: FormTemplate, filling: Filling) -> None:
        self.sheet = sheet
        self.layout = layout
        self.filling = filling
        self.blocks = _blocks(layout)
        self.box = _box(layout, self.blocks)
        self.next = 0
        """The row of the sheet to be written next."""
        self.spots: list[list[Address]] = []
        """Row of the layout → first and last row of each of its records."""

    def write(self) -> None:
        """Write all rows, then what is merged over several of them."""
        for column in range(self.layout.columns):
            self.sheet.widths[column] = self.layout.widths.get(column, _WIDTH)
        for row in range(self.layout.rows):
            self.spots.append([self._record(row, record, n) for n, record in self._records(row)])
        for block in (block for blocks in self.blocks for block in blocks):
            if block.bottom > block.row:
                top, bottom = self.spots[block.row][0][0], self.spots[block.bottom][-1][1]
                self._merge(top, block.column, bottom, block.right)
            elif block.text in _TIER_CELLS:
                self._tiers(block)
        self._steps()
        self._doubts()
        self._page()

    def _steps(self) -> None:
        """Say below the form how the total came of the scores, where it is not simply their sum."""
        said = total.words(self.filling.scored)
        if said:
            added = self.filling.scored.score_totals.added
            self._note(f"注：各项得分合计 {added:f}；{'；'.join(said)}")

    def _doubts(self) -> None:
        """Say below the form which amounts of a row are too far apart: it is never printed in silence."""
        doubts = self.filling.mixed_units
        said = "；".join(each.message for each in doubts[:_MOST_DOUBTS])
        more = f"；等 {len(doubts)} 处" if len(doubts) > _MOST_DOUBTS else ""
        if doubts:
            self._note(f"注：{said}{more}。尚待核对。")

    def _note(self, words: str) -> None:
        """Put a line across the form, below it."""
        last = self.layout.columns - 1
        self.sheet.merge(self.next, 0, last, words, "guide")
        cell = self.sheet.cells[self.next, 0]
        self.sheet.heights[self.next] = max(_ROW, height(cell, self._width(0, last)))
        self.next += 1

    def _records(self, row: int) -> list[tuple[int, Record]]:
        named = (name for block in self.blocks[row] for name in placeholders.names(block.text))
        group = next((group for name in named if (group := placeholders.group(name))), "")
        return list(enumerate(self.filling.records(group))) if group else [(0, {})]

    def _record(self, row: int, record: Record, n: int) -> Address:
        """Write a row of the layout once; a text too long for the highest row gets several."""
        cells = [
            (block, self._cell(block, record, n))
            for block in self.blocks[row]
            if n == 0 or block.bottom == block.row
        ]
        own = [each for each in cells if each[0].bottom == row and each[0].text not in _TIER_CELLS]
        high = max([self.layout.heights.get(row, _ROW), *(self._needs(*each) for each in own)])
        top, count = self.next, math.ceil(high / HIGHEST)
        self.next += count
        for block, cell in cells:
            self.sheet.cells[top, block.column] = cell
        for at in range(top, self.next):
            self.sheet.heights[at] = high / count
        for block, _ in own:
            self._merge(top, block.column, self.next - 1, block.right)
        return top, self.next - 1

    def _needs(self, block: _Block, cell: Cell) -> float:
        if not isinstance(cell.value, str) or not cell.value or not self._inside(block):
            return 0.0
        return height(cell, self._width(block.column, block.right))

    def _width(self, left: int, right: int) -> float:
        return sum(self.sheet.widths[column] for column in range(left, right + 1))

    def _merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Merge a block, and make its last row high enough for its text."""
        if (top, left) == (bottom, right):
            return
        cell = self.sheet.cells[top, left]
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.sheet.blank(row, column, cell.style)
        self.sheet.cells[top, left] = cell
        self.sheet.merges.append((top, left, bottom, right))
        if bottom > top and isinstance(cell.value, str):
            heights = self.sheet.heights
            have = sum(heights[row] for row in range(top, bottom + 1))
            missing = height(cell, self._width(left, right)) - have
            heights[bottom] = min(HIGHEST, heights[bottom] + max(0.0, missing))

    def _tiers(self, block: _Block) -> None:
        """Merge a first- or second-level indicator over the rows that have the same."""
        runs: list[tuple[int, int, str]] = []
        for top, bottom in self.spots[block.row]:
            formula = self.sheet.cells[top, block.column].formula
            if runs and formula and runs[-1][2] == formula:
                runs[-1] = (runs[-1][0], bottom, formula)
            else:
                runs.append((top, bottom, formula))
        for top, bottom, _ in runs:
            self._merge(top, block.column, bottom, block.right)

    def _inside(self, block: _Block) -> bool:
        return self.box[0] <= block.row <= self.box[1]

    # Cells.

    def _cell(self, block: _Block, record: Record, n: int) -> Cell:
        pieces = placeholders.split(block.text)
        named = [piece for piece, is_name in pieces if is_name]
        if not named:
            return Cell(legal(block.text), self._look(block, "form.label" if block.text else ""))
        if len(pieces) == 1:
            return self._single(block, self._shown(named[0], record))
        return self._joined(block, pieces, record, n)

    def _shown(self, name: str, record: Record) -> Shown:
        return record[name] if name in record else self.filling.of(name)

    def _single(self, block: _Block, shown: Shown) -> Cell:
        look = self._look(block, shown.style)
        value = legal(shown.value) if isinstance(shown.value, str) else float(shown.value)
        formula = checked("=" + shown.expression) if shown.expression else ""
        return Cell(value, look, formula, shown.link)

    def _joined(
        self, block: _Block, pieces: Sequence[tuple[str, bool]], record: Record, n: int
    ) -> Cell:
        """A text around placeholders; before a repeated one, 其中： is on the first row only."""
        parts, said = [], []
        for piece, is_name in pieces:
            if is_name:
                shown = self._shown(piece, record)
                parts.append(_as_text(shown))
                said.append(_printed(shown))
            else:
                again = n and piece.endswith(_SIGNED)
                text = legal("\u3000" * len(piece) if again else piece)
                parts.append(_literal(text))
                said.append(text)
        joined = "&".join(part for part in parts if part)
        formula = checked("=" + joined) if joined else ""
        return Cell(legal("".join(said)), self._look(block, "form.label"), formula)

    def _look(self, block: _Block, style: str) -> str:
        """Return the style within the box; above it titles, below it plain lines."""
        if self._inside(block):
            return style or "form.text"
        if block.row > self.box[1]:
            name = "form.line"
        else:
            titles = [row for row in range(self.box[0]) if any(b.text for b in self.blocks[row])]
            name = "title" if titles[:1] == [block.row] else "form.subtitle"
        number_format = style.partition(":")[2]
        return f"{name}:{number_format}" if number_format else name

    def _page(self) -> None:
        self.sheet.landscape = self.layout.landscape
        self.sheet.print_to = (self.next - 1, self.layout.columns - 1)
        for row, blocks in enumerate(self.blocks):
            if row and any(f"{{{INDICATORS}." in block.text for block in blocks):
                self.sheet.repeat = self.spots[row - 1][-1][1]


_TIER_CELLS = frozenset(f"{{{name}}}" for name in TIERS)


def _blocks(layout: FormTemplate) -> list[list[_Block]]:
    """Return the cells of each row that no merge covers."""
    merged = {(top, left): (bottom, right) for top, left, bottom, right in layout.merges}
    covered = {
        (row, column)
        for top, left, bottom, right in layout.merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - set(merged)
    return [
        [
            _Block(row, column, *merged.get(at, at), layout.cells.get(at, ""))
            for column in range(layout.columns)
            if (at := (row, column)) not in covered
        ]
        for row in range(layout.rows)
    ]


def _box(layout: FormTemplate, blocks: list[list[_Block]]) -> Address:
    """Return the first and the last row of the box."""
    said = [[block.text for block in row if block.text] for row in blocks]
    first = next((row for row, texts in enumerate(said) if len(texts) > 1), 0)
    last = max(
        row for row, texts in enumerate(said) if any("总分" in _named(text) for text in texts)
    )
    while last + 1 < layout.rows and said[last + 1] and not _signatures(said[last + 1]):
        last += 1
    return first, max(first, last)


def _named(text: str) -> set[str]:
    return set(placeholders.names(text))


def _signatures(texts: list[str]) -> bool:
    return any(sign in text for text in texts for sign in _SIGNED)


def _literal(text: str) -> str:
    """Return a text as a formula writes it, in pieces that Excel accepts."""
    pieces = [text[at : at + _LITERAL] for at in range(0, len(text), _LITERAL)]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def _as_text(shown: Shown) -> str:
    """Return the expression of a placeholder inside a text."""
    number_format = shown.style.partition(":")[2]
    if not shown.expression:
        return _literal(_printed(shown))
    if isinstance(shown.value, str) or not number_format:
        return shown.expression
    return f'TEXT({shown.expression},"{number_format}")'


def _printed(shown: Shown) -> str:
    """Return a value as the number format shows it."""
    if isinstance(shown.value, str):
        return shown.value
    number_format = shown.style.partition(":")[2]
    return _formatted(shown.value, number_format)


def _formatted(value: Held, number_format: str) -> str:
    if number_format == DATE:
        return day(Decimal(str(value)))
    exact = Fraction(value) if not isinstance(value, float) else Fraction(Decimal(repr(value)))
    percent = number_format.endswith("%")
    whole, _, decimals = number_format.rstrip("%").partition(".")
    if not number_format:
        return plain(exact)
    text = plain(exact * 100 if percent else exact, len(decimals))
    while "#" in decimals and text.endswith("0") and len(text.partition(".")[2]) > 2:
        text = text[:-1]
    units, _, rest = text.partition(".")
    units = f"{int(units):,}" if "," in whole else units
    return units + (f".{rest}" if rest else "") + ("%" if percent else "")
