"""Sheets planned once for all workbooks of one shape, then filled with the values of each.

A plan says of each cell its formula, style and link, and where its value comes from. All that does
not depend on values is made when the plan is: formulas are checked and escaped, styles numbered,
cells without a value finished, lines of the fingerprint begun. To fill it is to call its sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from xlkpi.domain import fingerprint
from xlkpi.domain.location import Address
from xlkpi.writing import cell_xml
from xlkpi.writing.book import Book, Cell, Sheet, Source, stored
from xlkpi.writing.styles import properties

Index = Callable[[str], int]
"""Returns a text's index among the workbook's texts, which grow by it."""


class _Slot(NamedTuple):
    """A cell whose value is to be filled in, or a text that needs its index in the workbook."""

    piece: int
    """Its index among the sheet's cells."""
    value: int
    """The index of its value; -1 for a constant text."""
    head: str
    text: str
    """The escaped formula of a formula cell, the constant of a constant text."""


class SheetPlan:
    """The plan of one sheet."""

    def __init__(self, sheet: Sheet, styles: Mapping[str, int]) -> None:
        """Take a sheet whose cells hold constants and sources; `styles` numbers their styles."""
        self.sheet = replace(sheet, cells={})
        self.cells = sorted(sheet.cells.items())
        self.sources: list[Source] = []
        self.pieces: list[str] = []
        self.formulas: list[_Slot] = []
        self.contents: list[_Slot] = []
        """Constant texts, and sources without a formula, in the order of the cells."""
        self.lines: list[str] = []
        """Of constants and formulas; the former first, as many as `constants`."""
        self._begun: list[tuple[str, int]] = []
        formulas: list[str] = []
        for at, cell in self.cells:
            self._add(at, cell, cell_xml.beginning(*at, styles[cell.style]))
            if cell.formula:
                formulas.append(fingerprint.line(sheet.name, at, "", cell.formula))
        self.constants = len(self.lines)
        self.lines += formulas
        self.rows = _rows([at for at, _ in self.cells])
        self.columns = (
            min((at[1] for at, _ in self.cells), default=0),
            max((at[1] for at, _ in self.cells), default=0),
        )

    def _add(self, at: Address, cell: Cell, head: str) -> None:
        """Add a cell: finished, or as a slot."""
        piece, value = len(self.pieces), -1
        if callable(cell.value):
            value = len(self.sources)
            self.sources.append(cell.value)
        if cell.formula:
            text = cell_xml.escaped(cell.formula[1:])
            if value < 0:
                self.pieces.append(cell_xml.formula(head, text, cell.value))
                return
            self.formulas.append(_Slot(piece, value, head, text))
        elif value >= 0:
            self.contents.append(_Slot(piece, value, head, ""))
            self._begun.append((fingerprint.line(self.sheet.name, at, "", "")[:-1], value))
        elif cell.value == "":
            self.pieces.append(cell_xml.blank(head))
            return
        else:
            self.lines.append(fingerprint.line(self.sheet.name, at, cell.value, ""))
            if not isinstance(cell.value, str):
                self.pieces.append(cell_xml.number(head, cell.value))
                return
            self.contents.append(_Slot(piece, -1, head, cell.value))
        self.pieces.append("")

    def fill(self, values_of: object) -> Sheet:
        """Return the sheet with the values that the sources find there; more cells may be added."""
        values = [
            value if type(value) is float else stored(value)
            for value in [source(values_of) for source in self.sources]
        ]
        sheet = self.sheet
        return replace(
            sheet, cells={}, widths=dict(sheet.widths), heights=dict(sheet.heights),
            merges=list(sheet.merges), charts=list(sheet.charts), conditions=list(sheet.conditions),
            planned=FilledPlan(self, values),
        )  # fmt: skip


def _rows(at: Sequence[Address]) -> dict[int, tuple[int, int]]:
    """Return each row's first cell among all cells, and the one after its last."""
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

    def cells(self) -> Iterator[tuple[Address, Cell]]:
        """Yield all cells; for who looks at single ones."""
        values = iter(self.values)
        for at, cell in self.plan.cells:
            yield at, cell._replace(value=next(values)) if callable(cell.value) else cell

    def links(self) -> list[tuple[Address, Cell]]:
        """Return the cells that lead to another."""
        return [(at, cell) for at, cell in self.cells() if cell.link]

    def lines(self, formulas: bool) -> Iterator[str]:
        """Yield the lines that a fingerprint counts; only those of constants without `formulas`."""
        plan = self.plan
        yield from plan.lines if formulas else plan.lines[: plan.constants]
        for begun, at in plan._begun:
            value = self.values[at]
            if value != "":
                yield begun + fingerprint.plain(value)

    def pieces(self, index: Index) -> list[str]:
        """Return the cells' elements in order; texts get their index."""
        made, values = self.plan.pieces.copy(), self.values
        for piece, at, head, text in self.plan.formulas:
            made[piece] = cell_xml.formula(head, text, values[at])
        for piece, at, head, text in self.plan.contents:
            value = values[at] if at >= 0 else text
            if not isinstance(value, str):
                made[piece] = cell_xml.number(head, value)
            else:
                made[piece] = (
                    cell_xml.shared_text(head, index(value)) if value else cell_xml.blank(head)
                )
        return made


def _numbered(styles: Sequence[str]) -> dict[str, int]:
    """Number styles as a file does, from 1; those that look the same are one."""
    known: dict[str, int] = {}
    return {
        style: known.setdefault(repr(sorted(properties(style).items())), len(known) + 1)
        for style in styles
    }


class BookPlan:
    """The plans of a workbook's sheets, and the order of its styles."""

    def __init__(self, book: Book) -> None:
        """Plan every sheet of a book whose cells hold constants and sources."""
        styles = dict.fromkeys(
            cell.style for sheet in book.sheets for _, cell in sorted(sheet.cells.items())
        )
        self.styles = tuple(styles)
        self.numbers = _numbered(self.styles)
        self.sheets = [SheetPlan(sheet, self.numbers) for sheet in book.sheets]

    def fill(self, title: str, values_of: object) -> Book:
        """Return a workbook with the values that the sources find there."""
        sheets = [plan.fill(values_of) for plan in self.sheets]
        return Book(title, sheets, styles=self.styles, numbers=self.numbers)
