"""A worksheet that writes its rows straight from paper: the only place with xlsxwriter's private names.

xlsxwriter keeps a tuple a cell and builds each cell's XML from attribute lists; on our workbooks,
where most cells are formulas, that is most of the time that writing takes. A test holds what comes
out against the stock worksheet, and `emit.STOCK` switches back to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Protocol

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlkpi.place import column_letters
from xlkpi.write.book import Cell, Sheet

_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


def _escaped(text: str) -> str:
    """Escape text for XML; the standard library's own function costs an import of all of urllib."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Looks(Protocol):
    """The formats of a workbook, by style."""

    def __getitem__(self, style: str) -> Format:
        """Return the format of a style."""


class PaperWorksheet(Worksheet):  # type: ignore[misc]
    """xlsxwriter's worksheet, whose cells come from a sheet on paper."""

    def hold(self, paper: Sheet, looks: Looks, heights: Mapping[int, float]) -> None:
        """Take the cells; the shared texts get their numbers here, before any part is written."""
        self.paper = paper
        self.looks = looks
        self.heights = heights
        self.texts = {
            at: self.str_table._get_shared_string_index(cell.value)
            for at, cell in paper.cells.items()
            if not cell.formula and isinstance(cell.value, str) and cell.value
        }
        self.ignore_write_string = True  # a link beside a cell, not a text in it
        if paper.cells:  # the corners are enough, and cells are thousands
            rows, columns = zip(*paper.cells, strict=True)
            self._check_dimensions(min(rows), min(columns))
            self._check_dimensions(max(rows), max(columns))
        for (row, column), cell in paper.cells.items():
            if cell.link:
                shown = cell.value if isinstance(cell.value, str) and cell.value else " "
                self.write_string(
                    row, column, " ", looks[cell.style]
                )  # what it asks of a link's cell
                self.write_url(row, column, cell.link, looks[cell.style], shown)

    def _write_rows(self) -> None:
        rows: dict[int, list[tuple[int, Cell]]] = defaultdict(list)
        for (row, column), cell in self.paper.cells.items():
            rows[row].append((column, cell))
        for row in self.heights:
            rows.setdefault(row, [])
        self.fh.write("".join(self._lines(rows)))

    def _lines(self, rows: Mapping[int, list[tuple[int, Cell]]]) -> Iterator[str]:
        styles = dict.fromkeys(cell.style for cell in self.paper.cells.values())  # in a fixed order
        index = {style: self.looks[style]._get_xf_index() for style in styles}
        for row in sorted(rows):
            height = self.heights.get(row)
            own = f' ht="{height:.16g}" customHeight="1"' if height is not None else ""
            yield f'<row r="{row + 1}"{own}>'
            for column, cell in sorted(rows[row]):
                yield self._cell(row, column, cell, index[cell.style])
            yield "</row>"

    def _cell(self, row: int, column: int, cell: Cell, look: int) -> str:
        head = f'<c r="{column_letters(column)}{row + 1}" s="{look}"'
        value = cell.value
        if cell.formula:
            formula = _escaped(cell.formula[1:])
            if not isinstance(value, str):
                return f"{head}><f>{formula}</f><v>{value:.17g}</v></c>"
            kind = "e" if value in _ERRORS else "str"
            return f'{head} t="{kind}"><f>{formula}</f><v>{_escaped(value)}</v></c>'
        if not isinstance(value, str):
            return f"{head}><v>{value:.16G}</v></c>"
        if value:
            return f'{head} t="s"><v>{self.texts[row, column]}</v></c>'
        return f"{head}/>"

    def _get_range_data(
        self, row_start: int, col_start: int, row_end: int, col_end: int
    ) -> list[object]:
        """Return what a chart keeps of its cells."""
        block = (
            self.paper.cells.get((row, column))
            for row in range(row_start, row_end + 1)
            for column in range(col_start, col_end + 1)
        )
        return [cell.value if cell else "" for cell in block]
