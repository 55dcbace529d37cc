"""A worksheet that writes its rows straight from ours: the only place with xlsxwriter's private names.

xlsxwriter keeps a tuple a cell and builds each cell's XML from attribute lists; on our workbooks,
where most cells are formulas, that is most of the time that writing takes. A test holds what comes
out against the stock worksheet, and `xlsx.STOCK` switches back to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlkpi.domain.location import Address, a1
from xlkpi.writing import cell_xml
from xlkpi.writing.book import Cell, Sheet

_MOST_LINKS = 65_530
"""Excel takes no more on one sheet."""


class Formats(Protocol):
    """The formats of a workbook, by style."""

    def __getitem__(self, style: str) -> Format:
        """Return the format of a style."""


class FastWorksheet(Worksheet):  # type: ignore[misc]
    """xlsxwriter's worksheet, whose cells come from a sheet of ours."""

    def hold(self, sheet: Sheet, formats: Formats, heights: Mapping[int, float]) -> None:
        """Take the cells; the shared texts get their indexes here, before any part is written."""
        self.sheet = sheet
        self.formats = formats
        self.heights = heights
        self.cells = sorted(sheet.cells.items())
        index = self.str_table._get_shared_string_index
        self.planned = sheet.planned.pieces(index) if sheet.planned else []
        self.texts: dict[str, int] = {}
        for _, cell in self.cells:
            if isinstance(cell.value, str) and cell.value and not cell.formula:
                self.texts[cell.value] = index(cell.value)
        self.merge = [list(block) for block in sheet.merges]
        self._refuse_overlaps()
        self._corners()

    def _refuse_overlaps(self) -> None:
        """Merges that share a cell make Excel call a file damaged."""
        cells = [
            (row, column)
            for top, left, bottom, right in self.sheet.merges
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]
        if len(cells) != len(set(cells)):
            raise ValueError(f"merges that overlap on {self.sheet.name}")

    def _corners(self) -> None:
        """Tell xlsxwriter how far the cells reach: the corners are enough, and cells are thousands."""
        rows, columns = [at[0] for at, _ in self.cells], [at[1] for at, _ in self.cells]
        rows += self.heights
        if self.planned and self.sheet.planned:
            rows += self.sheet.planned.plan.rows
            columns += self.sheet.planned.plan.columns
        if rows and columns:
            self._check_dimensions(min(rows), min(columns))
            self._check_dimensions(max(rows), max(columns))

    def _write_rows(self) -> None:
        planned = self.sheet.planned.plan.rows if self.sheet.planned else {}
        beside = self._beside()
        for row in sorted({*planned, *beside, *self.heights}):
            first, last = planned.get(row, (0, 0))
            cells = self.planned[first:last]
            if row in beside:
                cells = self._joined(row, first, last, beside[row])
            height = self.heights.get(row)
            own = f' ht="{height:.16g}" customHeight="1"' if height is not None else ""
            self.fh.write(f'<row r="{row + 1}"{own}>{"".join(cells)}</row>')

    def _beside(self) -> dict[int, list[tuple[int, str]]]:
        """Return the column and the element of every cell that is not planned, by row."""
        rows: dict[int, list[tuple[int, str]]] = {}
        styles = dict.fromkeys(cell.style for cell in self.sheet.cells.values())  # a fixed order
        numbers = {style: self.formats[style]._get_xf_index() for style in styles}
        for (row, column), cell in self.cells:
            head = cell_xml.beginning(row, column, numbers[cell.style])
            element = cell_xml.element(head, cell, self.texts.__getitem__)
            rows.setdefault(row, []).append((column, element))
        return rows

    def _joined(self, row: int, first: int, last: int, beside: list[tuple[int, str]]) -> list[str]:
        """Return the elements of a row of which only some are planned."""
        if first == last:
            return [element for _, element in beside]
        assert self.sheet.planned is not None
        at = [column for (_, column), _ in self.sheet.planned.plan.cells[first:last]]
        own = zip(at, self.planned[first:last], strict=True)
        return [element for _, element in sorted([*own, *beside])]

    def _write_hyperlinks(self) -> None:
        links = [(at, cell) for at, cell in self.cells if cell.link]
        if self.sheet.planned:
            links += self.sheet.planned.links()
        if links:
            elements = self._links(sorted(links)[:_MOST_LINKS])
            self.fh.write(f"<hyperlinks>{''.join(elements)}</hyperlinks>")

    def _links(self, links: list[tuple[Address, Cell]]) -> Iterator[str]:
        for at, cell in links:
            kind, _, target = cell.link.partition(":")
            if kind != "internal":
                raise ValueError(f"a link that leads out: {cell.link}")
            shown = cell.value if isinstance(cell.value, str) and cell.value else " "
            where, said = self._escape_attributes(target), self._escape_attributes(shown)
            yield f'<hyperlink ref="{a1(*at)}" location="{where}" display="{said}"/>'

    def _get_range_data(
        self, row_start: int, col_start: int, row_end: int, col_end: int
    ) -> list[object]:
        """Return what a chart keeps of its cells."""
        cells = dict(self.sheet.every_cell())
        block = (
            cells.get((row, column))
            for row in range(row_start, row_end + 1)
            for column in range(col_start, col_end + 1)
        )
        return [cell.value if cell else "" for cell in block]
