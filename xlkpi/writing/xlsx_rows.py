"""A worksheet that writes its rows straight from paper: the only place with xlsxwriter's private names.

xlsxwriter keeps a tuple a cell and builds each cell's XML from attribute lists; on our workbooks,
where most cells are formulas, that is most of the time that writing takes. A test holds what comes
out against the stock worksheet, and `emit.STOCK` switches back to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlkpi.domain.location import Address, a1, column_letters
from xlkpi.writing.book import Cell, Sheet

_MOST_LINKS = 65_530
"""Excel takes no more on one sheet."""
_ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


def _escaped(text: str) -> str:
    """Escape text for XML; the standard library's own function costs an import of all of urllib."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Formats(Protocol):
    """The formats of a workbook, by style."""

    def __getitem__(self, style: str) -> Format:
        """Return the format of a style."""


class FastWorksheet(Worksheet):  # type: ignore[misc]
    """xlsxwriter's worksheet, whose cells come from a sheet on paper."""

    def hold(self, paper: Sheet, looks: Formats, heights: Mapping[int, float]) -> None:
        """Take the cells; the shared texts get their numbers here, before any part is written."""
        self.paper = paper
        self.looks = looks
        self.heights = heights
        self.cells = sorted(paper.cells.items())
        number = self.str_table._get_shared_string_index
        self.texts = [
            number(cell.value) if cell.value and isinstance(cell.value, str) and not cell.formula else 0
            for _, cell in self.cells
        ]  # fmt: skip
        if self.cells:  # the corners are enough, and cells are thousands
            columns = {column for _, column in paper.cells}
            self._check_dimensions(self.cells[0][0][0], min(columns))
            self._check_dimensions(self.cells[-1][0][0], max(columns))

    def _write_rows(self) -> None:
        held = {row for row, _ in self.paper.cells}
        rows: dict[int, list[str]] = {row: [] for row in sorted(held.union(self.heights))}
        styles = dict.fromkeys(cell.style for cell in self.paper.cells.values())  # in a fixed order
        looks = {style: self.looks[style]._get_xf_index() for style in styles}
        for ((row, column), cell), text in zip(self.cells, self.texts, strict=True):
            head = f'<c r="{column_letters(column)}{row + 1}" s="{looks[cell.style]}"'
            rows[row].append(_cell(head, cell, text))
        for row, cells in rows.items():
            height = self.heights.get(row)
            own = f' ht="{height:.16g}" customHeight="1"' if height is not None else ""
            self.fh.write(f'<row r="{row + 1}"{own}>{"".join(cells)}</row>')

    def _write_hyperlinks(self) -> None:
        links = [(at, cell) for at, cell in self.cells if cell.link][:_MOST_LINKS]
        if links:
            self.fh.write(f"<hyperlinks>{''.join(self._links(links))}</hyperlinks>")

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
        block = (
            self.paper.cells.get((row, column))
            for row in range(row_start, row_end + 1)
            for column in range(col_start, col_end + 1)
        )
        return [cell.value if cell else "" for cell in block]


def _cell(head: str, cell: Cell, text: int) -> str:
    """Return a cell's element, given how it begins and the number of its shared text."""
    value = cell.value
    if cell.formula:
        formula = _escaped(cell.formula[1:])
        if not isinstance(value, str):
            return f"{head}><f>{formula}</f><v>{value:.17g}</v></c>"
        kind = "e" if value in _ERRORS else "str"
        return f'{head} t="{kind}"><f>{formula}</f><v>{_escaped(value)}</v></c>'
    if not isinstance(value, str):
        return f"{head}><v>{value:.16G}</v></c>"
    return f'{head} t="s"><v>{text}</v></c>' if value else f"{head}/>"
