"""Sheets planned once for all workbooks of one shape, then filled with the values of each.

A plan says of each cell its formula, style and link, and where its value comes from. To fill it is
to call its sources. When a plan is used again, all that does not depend on values is made, once:
formulas are escaped, styles numbered, cells without a value finished, lines of the fingerprint begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from xlkpi.domain import fingerprint
from xlkpi.domain.location import Address
from xlkpi.writing import cell_xml
from xlkpi.writing.book import Book, Cell, Sheet, Source, lines, stored
from xlkpi.writing.row_heights import planned_lines, text_lines
from xlkpi.writing.styles import numbered

Index = Callable[[str], int]
"""Returns a text's index among the workbook's texts, which grow by it."""


class _Slot(NamedTuple):
    """A cell whose element cannot be finished before its value or the index of its text is known."""

    piece: int
    """Its index among the sheet's cells."""
    value: int
    """The index of its value; -1 for a constant text."""
    head: str
    text: str
    """The escaped formula of a formula cell, the constant of a constant text."""


class _Made:
    """What of a sheet's cells does not depend on values."""

    def __init__(self, plan: SheetPlan) -> None:
        self.pieces: list[str] = []
        """The elements; where a slot is, that of an empty cell, or ""."""
        self.formulas: list[_Slot] = []
        self.contents: list[_Slot] = []
        """Constant texts, and values without a formula."""
        self.constants: list[str] = []
        """Lines of the fingerprint."""
        self.formula_lines: list[str] = []
        self.begun: list[tuple[str, int]] = []
        """Beginnings of lines, and the index of the value that follows."""
        values = 0
        for at, cell in plan.cells:
            value = values if callable(cell.value) else -1
            values += value >= 0
            head = cell_xml.beginning(*at, plan.styles[cell.style])
            self.pieces.append(self._piece(head, cell, value))
            self._line(plan.sheet.name, at, cell, value)
        # Sorted here, so that to sort them with all others is to merge.
        self.constants.sort()
        self.formula_lines.sort()
        self.begun.sort()

    def _piece(self, head: str, cell: Cell, value: int) -> str:
        """Return the element of a cell, finished or not; then a slot is kept."""
        at = len(self.pieces)
        if cell.formula:
            text = cell_xml.escaped(cell.formula[1:])
            if value < 0:
                return cell_xml.formula(head, text, cell.value)
            self.formulas.append(_Slot(at, value, head, text))
        elif value >= 0:
            self.contents.append(_Slot(at, value, head, ""))
            return cell_xml.blank(head)
        elif cell.value == "":
            return cell_xml.blank(head)
        elif isinstance(cell.value, str):
            self.contents.append(_Slot(at, -1, head, cell.value))
        else:
            return cell_xml.number(head, cell.value)
        return ""

    def _line(self, sheet: str, at: Address, cell: Cell, value: int) -> None:
        if cell.formula:
            self.formula_lines.append(fingerprint.line(sheet, at, "", cell.formula))
        elif value >= 0:
            self.begun.append((fingerprint.line(sheet, at, "", "")[:-1], value))
        elif cell.value != "":
            self.constants.append(fingerprint.line(sheet, at, cell.value, ""))


class SheetPlan:
    """The plan of one sheet."""

    def __init__(self, sheet: Sheet, styles: Mapping[str, int]) -> None:
        """Take a sheet whose cells hold constants and sources; `styles` numbers their styles."""
        self.sheet = replace(sheet, cells={})
        self.styles = styles
        self.cells = sorted(sheet.cells.items())
        self.rows = _rows([at for at, _ in self.cells])
        columns = [column for (_, column), _ in self.cells] or [0]
        self.columns = min(columns), max(columns)
        self.sources: list[Source] = []
        self.links: list[tuple[str, int, str]] = []
        """How each link's element begins, and the index of the value it shows; -1 for a constant."""
        for at, cell in self.cells:
            value = -1
            if callable(cell.value):
                value = len(self.sources)
                self.sources.append(cell.value)
            if cell.link:
                self.links.append((cell_xml.link(at, cell.link), value, cell.value))
        self.lines, self.wrapping = planned_lines(sheet, self.cells)
        """The lines of text that rows need at least; the cells that may need more."""
        self.made: _Made | None = None

    def fill(self, values_of: object) -> Sheet:
        """Return the sheet with the values that the sources find there; more cells may be added."""
        values = [stored(source(values_of)) for source in self.sources]
        sheet = self.sheet
        return replace(
            sheet, cells={}, widths=dict(sheet.widths), heights=dict(sheet.heights),
            merges=list(sheet.merges), charts=list(sheet.charts), conditions=list(sheet.conditions),
            planned=FilledPlan(self, values),
        )  # fmt: skip

    def make(self) -> None:
        """Make what does not depend on values: worth it from the second workbook on."""
        self.made = self.made or _Made(self)


def _rows(at: Sequence[Address]) -> dict[int, tuple[int, int]]:
    """Return the index of each row's first cell among all cells, and the one after its last."""
    rows = {}
    for row, cells in groupby(range(len(at)), key=lambda index: at[index][0]):
        held = list(cells)
        rows[row] = held[0], held[-1] + 1
    return rows


class FilledPlan:
    """A plan with the values of one workbook."""

    def __init__(self, plan: SheetPlan, values: list[str | float]) -> None:
        """Take the values in the order of the plan's sources."""
        self.plan = plan
        self.values = values
        self._lines: list[str] | None = None

    def cells(self) -> Iterator[tuple[Address, Cell]]:
        """Yield all cells in order."""
        values = iter(self.values)
        for at, cell in self.plan.cells:
            if callable(cell.value):
                yield at, Cell(next(values), cell.style, cell.formula, cell.link)
            else:
                yield at, cell

    def lines(self, formulas: bool) -> list[str]:
        """Return the lines that a fingerprint counts; only those of constants without `formulas`."""
        made = self.plan.made
        if made is None:
            return list(lines(self.plan.sheet.name, self.cells(), formulas))
        own = made.constants + self._value_lines(made)
        return own + made.formula_lines if formulas else own

    def _value_lines(self, made: _Made) -> list[str]:
        """Return the lines of what has a value and no formula; asked for twice, worked out once."""
        if self._lines is None:
            held = ((begun, self.values[at]) for begun, at in made.begun)
            self._lines = [
                begun + fingerprint.comparable(value) for begun, value in held if value != ""
            ]
        return self._lines

    def links(self) -> Iterator[str]:
        """Yield the elements of the cells that lead to another."""
        for begun, at, text in self.plan.links:
            yield cell_xml.shown_link(begun, text if at < 0 else self.values[at])

    def lines_of_rows(self) -> dict[int, int]:
        """Return the lines of text that rows need, of those that need more than one."""
        lines = self.plan.lines.copy()
        for row, room, at in self.plan.wrapping:
            value = self.values[at]
            if value and isinstance(value, str):
                count = text_lines(value, room)
                if count > lines.get(row, 1):
                    lines[row] = count
        return lines

    def pieces(self, index: Index) -> list[str]:
        """Return the cells' elements in order; texts get their index."""
        made = self.plan.made
        if made is None:
            styles = self.plan.styles
            return [
                cell_xml.element(cell_xml.beginning(*at, styles[cell.style]), cell, index)
                for at, cell in self.cells()
            ]
        pieces, values = made.pieces.copy(), self.values
        for piece, at, head, text in made.formulas:
            pieces[piece] = cell_xml.formula(head, text, values[at])
        for piece, at, head, text in made.contents:
            value = values[at] if at >= 0 else text
            if value != "":
                pieces[piece] = cell_xml.content(head, value, index)
        return pieces


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

    def make(self) -> None:
        """Make what does not depend on values."""
        for sheet in self.sheets:
            sheet.make()

    def fill(self, title: str, values_of: object) -> Book:
        """Return a workbook with the values that the sources find there."""
        sheets = [plan.fill(values_of) for plan in self.sheets]
        return Book(title, sheets, styles=self.styles)
