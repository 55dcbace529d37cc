"""Sheets planned once for all workbooks of one shape, then filled with the values of each.

A plan says of each cell its formula, style and link, and where its value comes from. All that does
not depend on values is made with it, once: the XML between the values, the lines of the fingerprint
as far as they go. To fill it is to call its sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from xlkpi.domain import fingerprint
from xlkpi.domain.location import Address
from xlkpi.writing import cell_xml
from xlkpi.writing.book import Book, Cell, Item, Sheet, Source, stored
from xlkpi.writing.cell_xml import Contents
from xlkpi.writing.row_heights import planned_lines, text_lines
from xlkpi.writing.styles import numbered

Cells = Sequence[tuple[Address, Cell]]

_comparable = lru_cache(maxsize=1 << 14)(fingerprint.comparable)
"""The same; of what a file stores no two values are equal that it counts as two."""


class _Sources:
    """Where a sheet's values come from."""

    def __init__(self, cells: Cells) -> None:
        self.numbers = [-1] * len(cells)
        """The index of each cell's value; -1 for a constant."""
        self.single: list[Source] = []
        items: dict[Callable[[Any], Sequence[str | float]], list[int]] = {}
        for n, (_, cell) in enumerate(cells):
            if isinstance(cell.value, Item):
                items.setdefault(cell.value.of, []).append(n)
            elif callable(cell.value):
                self.numbers[n] = len(self.single)
                self.single.append(cell.value)
        self.lists = [(of, [cells[n][1].value.at for n in found]) for of, found in items.items()]
        together = (n for found in items.values() for n in found)
        for number, n in enumerate(together, start=len(self.single)):
            self.numbers[n] = number

    def values(self, values_of: object) -> list[str | float]:
        values = [stored(source(values_of)) for source in self.single]
        for of, wanted in self.lists:
            found = of(values_of)
            values += [found[at] for at in wanted]
        return values


class _Row(NamedTuple):
    """A row in the XML of its sheet."""

    number: int
    first: int
    """Its first piece."""
    after: int
    """The piece after its last."""


class _Xml:
    """The XML of a sheet's rows in pieces; every second one is a gap for what a workbook has of its own.

    What gaps are filled with is numbered on end: how rows begin, then contents, then cells with a formula.
    """

    def __init__(self, cells: Cells, numbers: Sequence[int], styles: Mapping[str, int]) -> None:
        self.rows: dict[int, _Row] = {}
        self.begun: list[str] = []
        """How each row begins that has no height of its own."""
        self.contents: list[int | str] = []
        """What cells without a formula contain: the index of a value, or a text, which needs an index too."""
        self.formulas: list[tuple[str, str, int]] = []
        """Beginning, escaped formula, and index of the value."""
        self.pieces, self._gaps = [""], list[tuple[int, int]]()
        for row, held in groupby(zip(cells, numbers, strict=True), key=lambda each: each[0][0][0]):
            first = len(self.pieces)
            self._leave(0, cell_xml.row(row))
            for (at, cell), number in held:
                self._cell(cell_xml.beginning(*at, styles[cell.style]), cell, number)
            self.pieces[-1] += "</row>"
            self.rows[row] = _Row(len(self.begun) - 1, first, len(self.pieces))
        starts = 0, len(self.begun), len(self.begun) + len(self.contents)
        self.order = [starts[kind] + number for kind, number in self._gaps]
        """The number of what each gap is filled with."""

    def _leave(self, kind: int, filling: object) -> None:
        """Leave a gap for one more of a kind."""
        kinds: tuple[list[Any], ...] = self.begun, self.contents, self.formulas
        self._gaps.append((kind, len(kinds[kind])))
        kinds[kind].append(filling)
        self.pieces += "", ""

    def _cell(self, head: str, cell: Cell, number: int) -> None:
        if cell.formula:
            text = cell_xml.escaped(cell.formula[1:])
            if number >= 0:
                self._leave(2, (head, text, number))
            else:
                self.pieces[-1] += cell_xml.formula(head, text, cell.value)
            return
        self.pieces[-1] += head
        if number >= 0 or (isinstance(cell.value, str) and cell.value):
            self._leave(1, number if number >= 0 else cell.value)
        else:
            self.pieces[-1] += cell_xml.ending(cell.value)

    def filled(
        self, values: Sequence[str | float], contents: Contents, heights: Mapping[int, float]
    ) -> list[str]:
        """Return the pieces without gaps; rows get their heights, texts their indexes."""
        begun = self.begun.copy()
        for row, height in heights.items():
            if row in self.rows:
                begun[self.rows[row].number] = cell_xml.row(row, height)
        fillings = [
            *begun,
            *contents.endings([n if isinstance(n, str) else values[n] for n in self.contents]),
            *[cell_xml.formula(head, text, values[n]) for head, text, n in self.formulas],
        ]
        pieces = self.pieces.copy()
        pieces[1::2] = map(fillings.__getitem__, self.order)
        return pieces


class SheetPlan:
    """The plan of one sheet."""

    def __init__(self, sheet: Sheet, styles: Mapping[str, int]) -> None:
        """Take a sheet whose cells hold constants and sources; `styles` numbers their styles."""
        self.sheet = replace(sheet, cells={})
        self.cells = sorted(sheet.cells.items())
        columns = [column for (_, column), _ in self.cells] or [0]
        self.columns = min(columns), max(columns)
        self.sources = _Sources(self.cells)
        self.numbers = self.sources.numbers
        numbered_cells = list(zip(self.cells, self.numbers, strict=True))
        self.xml = _Xml(self.cells, self.numbers, styles)
        self.links = [
            (cell_xml.link(at, cell.link), number, cell.value)
            for (at, cell), number in numbered_cells
            if cell.link
        ]
        """How each link's element begins, and the index of the value it shows; -1 for a constant."""
        self.height_lines, self.wrapping = planned_lines(sheet, numbered_cells)
        """The lines of text that rows need at least; the cells that may need more."""
        lines = sorted(_line(sheet.name, *each) for each in numbered_cells)
        self.lines = ["" if number >= 0 else begun for begun, number, _ in lines]
        """The lines of the fingerprint in order; "" for those that end with a value."""
        self.begun = [
            (n, begun, number) for n, (begun, number, _) in enumerate(lines) if number >= 0
        ]
        self.of_formulas = [n for n, (_, _, formula) in enumerate(lines) if formula]

    def fill(self, values_of: object) -> Sheet:
        """Return the sheet with the values that the sources find there; more cells may be added."""
        sheet = self.sheet
        return replace(
            sheet, cells={}, widths=dict(sheet.widths), heights=dict(sheet.heights),
            merges=list(sheet.merges), charts=list(sheet.charts), conditions=list(sheet.conditions),
            planned=FilledPlan(self, self.sources.values(values_of)),
        )  # fmt: skip


def _line(sheet: str, cell: tuple[Address, Cell], number: int) -> tuple[str, int, bool]:
    """Return a cell's line of the fingerprint as far as it goes, the value that ends it, whether it is a formula's."""
    at, held = cell
    if held.formula:
        return fingerprint.line(sheet, at, "", held.formula), -1, True
    if number >= 0:
        return fingerprint.line(sheet, at, "", "")[:-1], number, False
    return fingerprint.line(sheet, at, held.value, "") if held.value != "" else "", -1, False


class FilledPlan:
    """A plan with the values of one workbook."""

    def __init__(self, plan: SheetPlan, values: list[str | float]) -> None:
        """Take the values in the order of the plan's sources."""
        self.plan = plan
        self.values = values
        self._lines: list[str] | None = None

    def cells(self) -> Iterator[tuple[Address, Cell]]:
        """Yield all cells in order."""
        for (at, cell), number in zip(self.plan.cells, self.plan.numbers, strict=True):
            yield at, cell._replace(value=self.values[number]) if number >= 0 else cell

    def lines(self, formulas: bool) -> list[str]:
        """Return the lines that a fingerprint counts, in order; only those of constants without `formulas`."""
        if self._lines is None:  # asked for twice, worked out once
            self._lines, values = self.plan.lines.copy(), self.values
            for n, begun, number in self.plan.begun:
                value = values[number]
                if value != "":
                    self._lines[n] = begun + _comparable(value)
        lines = self._lines
        if not formulas and self.plan.of_formulas:
            lines = lines.copy()
            for n in self.plan.of_formulas:
                lines[n] = ""
        return list(filter(None, lines))

    def links(self) -> list[str]:
        """Return the elements of the cells that lead to another."""
        values = self.values
        return [
            cell_xml.shown_link(begun, text if number < 0 else values[number])
            for begun, number, text in self.plan.links
        ]

    def lines_of_rows(self) -> dict[int, int]:
        """Return the lines of text that rows need, of those that need more than one."""
        lines = self.plan.height_lines.copy()
        for row, fits, room, number in self.plan.wrapping:
            value = self.values[number]
            if isinstance(value, str) and (len(value) > fits or "\n" in value):
                count = text_lines(value, room)
                if count > lines.get(row, 1):
                    lines[row] = count
        return lines

    def pieces(self, contents: Contents, heights: Mapping[int, float]) -> list[str]:
        """Return the XML of all rows in pieces; texts get their index."""
        return self.plan.xml.filled(self.values, contents, heights)


class BookPlan:
    """The plans of a workbook's sheets, and the order of its styles."""

    def __init__(self, book: Book) -> None:
        """Plan every sheet of a book whose cells hold constants and sources."""
        styles = dict.fromkeys(
            cell.style for sheet in book.sheets for _, cell in sorted(sheet.cells.items())
        )
        self.styles = tuple(styles)
        numbers = numbered(self.styles)
        self.sheets = [SheetPlan(sheet, numbers) for sheet in book.sheets]

    def fill(self, title: str, values_of: object) -> Book:
        """Return a workbook with the values that the sources find there."""
        sheets = [plan.fill(values_of) for plan in self.sheets]
        return Book(title, sheets, styles=self.styles)
