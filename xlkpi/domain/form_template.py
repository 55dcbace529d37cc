"""The official form as an office lays it out, and the same as lines of text.

The lines are in a scored workbook whose 自评表 has a layout that is not ours, so that the workbook
can be made again from itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from xlkpi.domain import placeholders
from xlkpi.domain.location import Address, a1, address, column_letters

Line = tuple[str, str, str]
"""(kind, address, a text or a number)."""

FIRST_LINE = 4
"""Row of the first line on 自评表版式."""
_NAME, _PAGE, _ROWS, _COLUMNS, _CELL, _MERGE, _WIDTH, _HEIGHT = (
    "版式名称", "纸张方向", "行数", "列数", "文字", "合并", "列宽", "行高"
)  # fmt: skip
_LANDSCAPE = "横向"


class FormTemplate(NamedTuple):
    """The official form as an office lays it out: texts with placeholders, cell by cell."""

    name: str
    cells: Mapping[Address, str]
    """The texts of cells that are not under a merge; empty ones are left out."""
    merges: tuple[tuple[int, int, int, int], ...]
    """First row, first column, last row, last column."""
    rows: int
    columns: int
    widths: Mapping[int, float]
    heights: Mapping[int, float]
    landscape: bool = False

    @property
    def label(self) -> str:
        """Its name, and eight characters that distinguish it from other layouts of that name."""
        content = repr((sorted(self.cells.items()), self.merges))
        return (
            f"{self.name}（{hashlib.sha256(content.encode('utf-8', 'replace')).hexdigest()[:8]}）"
        )

    @property
    def names(self) -> frozenset[str]:
        """Every placeholder in it."""
        return frozenset(name for text in self.cells.values() for name in placeholders.names(text))

    def without(self, names: Iterable[str]) -> FormTemplate:
        """Return the layout with nothing in the place of some placeholders."""
        gone = tuple(names)
        cells = {at: placeholders.without(text, gone) for at, text in self.cells.items()}
        return self._replace(cells=cells)

    def lines(self) -> Iterator[Line]:
        """Yield the layout as lines; `of_lines` makes the same of them."""
        yield _NAME, "", self.name
        yield _PAGE, "", _LANDSCAPE if self.landscape else "纵向"
        yield _ROWS, "", str(self.rows)
        yield _COLUMNS, "", str(self.columns)
        for at, text in sorted(self.cells.items()):
            yield _CELL, a1(*at), text
        for top, left, bottom, right in self.merges:
            yield _MERGE, f"{a1(top, left)}:{a1(bottom, right)}", ""
        for column, width in sorted(self.widths.items()):
            yield _WIDTH, f"{column_letters(column)}1", repr(width)
        for row, height in sorted(self.heights.items()):
            yield _HEIGHT, a1(row, 0), repr(height)

    @classmethod
    def of_lines(cls, lines: Iterable[Line]) -> FormTemplate:
        """Return the layout of these lines; ValueError or KeyError where they make none."""
        rows = list(lines)
        once = {what: text for what, _, text in rows if what not in _MANY}
        of = {what: [(at, text) for each, at, text in rows if each == what] for what in _MANY}
        return cls(
            name=once[_NAME],
            cells={address(at): text for at, text in of[_CELL]},
            merges=tuple(_block(at) for at, _ in of[_MERGE]),
            rows=int(once[_ROWS]),
            columns=int(once[_COLUMNS]),
            widths={address(at)[1]: float(text) for at, text in of[_WIDTH]},
            heights={address(at)[0]: float(text) for at, text in of[_HEIGHT]},
            landscape=once[_PAGE] == _LANDSCAPE,
        )


_MANY = (_CELL, _MERGE, _WIDTH, _HEIGHT)


def _block(reference: str) -> tuple[int, int, int, int]:
    first, _, last = reference.partition(":")
    return (*address(first), *address(last))
