"""What of a sheet's XML changes from workbook to workbook: its rows, merges, links, how far it reaches.

The rest, its frame, is xlsxwriter's (`xlkpi.writing.xlsx_rows`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from xlkpi.domain.location import Block, a1
from xlkpi.writing import cell_xml
from xlkpi.writing.book import Sheet
from xlkpi.writing.cell_xml import Contents
from xlkpi.writing.row_heights import heights

_MOST_LINKS = 65_530
"""Excel takes no more on one sheet."""


class SheetXml:
    """One sheet of a workbook that is being written."""

    def __init__(self, sheet: Sheet, styles: Mapping[str, int], contents: Contents) -> None:
        """Take the cells; texts get their indexes here, before any part is written."""
        self.sheet = sheet
        self.heights = heights(sheet)
        planned = sheet.planned
        self.pieces = planned.pieces(contents, self.heights) if planned else []
        self.planned = planned.plan.xml.rows if planned else {}
        self.beside: dict[int, list[tuple[int, str]]] = {}
        """Row → column and element of the cells that are not planned."""
        for (row, column), cell in sorted(sheet.cells.items()):
            head = cell_xml.beginning(row, column, styles[cell.style])
            self.beside.setdefault(row, []).append((column, contents.element(head, cell)))

    @property
    def reach(self) -> Block | None:
        """The first and the last cell; None without a cell."""
        rows = [*self.planned, *self.beside, *self.heights]
        columns = [column for _, column in self.sheet.cells]
        if self.planned and self.sheet.planned:
            columns += self.sheet.planned.plan.columns
        return (min(rows), min(columns), max(rows), max(columns)) if rows and columns else None

    @property
    def left_below(self) -> str:
        """What stands left in the footer."""
        return f"&L{self.sheet.footer}" if self.sheet.footer else ""

    def open_parts(self) -> list[str]:
        """Return what a frame leaves open, in order: reach, rows, merges, links, header, left of the footer."""
        top, left, bottom, right = self.reach or (0, 0, 0, 0)
        first, last, header = a1(top, left), a1(bottom, right), self.sheet.header
        return [
            f'<dimension ref="{first if first == last else f"{first}:{last}"}"/>',
            self._rows(),
            _merges(self.sheet.name, tuple(self.sheet.merges)),
            self._links(),
            f"<oddHeader>{cell_xml.escaped(header)}</oddHeader>" if header else "",
            cell_xml.escaped(self.left_below),
        ]

    def _rows(self) -> str:
        if not self.beside and self.planned.keys() >= self.heights.keys():
            return "".join(self.pieces)
        return "".join(map(self._row, sorted({*self.planned, *self.beside, *self.heights})))

    def _row(self, row: int) -> str:
        """Return a row, of which some cells may be planned and some not."""
        beside = self.beside.get(row, [])
        if row not in self.planned:
            cells = "".join(element for _, element in beside)
            return f"{cell_xml.row(row, self.heights.get(row))}{cells}</row>"
        planned = "".join(self.pieces[self.planned[row].first : self.planned[row].after])
        if not beside or not self.sheet.planned:
            return planned
        begun, *cells_planned = planned.removesuffix("</row>").split("<c ")
        columns = [column for (at, column), _ in self.sheet.planned.plan.cells if at == row]
        own = zip(columns, (f"<c {cell}" for cell in cells_planned), strict=True)
        return begun + "".join(cell for _, cell in sorted([*own, *beside])) + "</row>"

    def _links(self) -> str:
        links = self.sheet.planned.links() if self.sheet.planned else []
        links += [
            cell_xml.shown_link(cell_xml.link(at, cell.link), cell.value)
            for at, cell in sorted(self.sheet.cells.items())
            if cell.link
        ]
        return f"<hyperlinks>{''.join(links[:_MOST_LINKS])}</hyperlinks>" if links else ""


@lru_cache(maxsize=256)
def _merges(sheet: str, merges: Sequence[Block]) -> str:
    """Return the element of a sheet's merges. Those that share a cell make Excel call a file damaged."""
    cells = [
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]
    if len(cells) != len(set(cells)):
        raise ValueError(f"merges that overlap on {sheet}")
    each = (f'<mergeCell ref="{a1(t, le)}:{a1(b, r)}"/>' for t, le, b, r in merges)
    return f'<mergeCells count="{len(merges)}">{"".join(each)}</mergeCells>' if merges else ""
