"""How high a row must be so that nothing in it is cut off.

Excel and WPS size a row themselves only when someone types into it, and never for merged cells, so
the height is estimated here: a Chinese character is two units of column width, and a bit.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from xlkpi.domain.location import Address
from xlkpi.writing.book import Cell, Sheet
from xlkpi.writing.styles import properties, wraps

_LINE = 15.0
HIGHEST = 400.0
"""Excel allows 409 points."""
_DEFAULT_WIDTH = 8.43
_UNIT = 1.06
"""Units of width that a narrow character takes, with a little room."""


def heights(sheet: Sheet) -> dict[int, float]:
    """Return a height for every row whose text needs more than one line, given heights kept."""
    lines = sheet.planned.lines_of_rows() if sheet.planned else {}
    for row, needed in _counted(sheet, sheet.cells.items()):
        if needed > lines.get(row, 1):
            lines[row] = needed
    high = {row: min(HIGHEST, 4 + _LINE * needed) for row, needed in lines.items() if needed > 1}
    return {row: _whole_pixels(high) for row, high in {**high, **sheet.heights}.items()}


def _counted(sheet: Sheet, cells: Iterable[tuple[Address, Cell]]) -> Iterator[tuple[int, int]]:
    """Yield row and lines of the cells that wrap."""
    spans = {(top, left): right for top, left, _, right in sheet.merges}
    for (row, column), cell in cells:
        if row not in sheet.heights and isinstance(cell.value, str) and wraps(cell.style):
            width = _width(sheet, column, spans.get((row, column), column))
            yield row, text_lines(cell.value, _room(cell.style, width))


class Wrapping(NamedTuple):
    """A planned cell whose text may need several lines."""

    row: int
    fits: int
    """So many characters fit into one line, whatever they are."""
    room: float
    """Units of width that a line has."""
    number: int
    """The index of its value."""


def planned_lines(
    sheet: Sheet, cells: Iterable[tuple[tuple[Address, Cell], int]]
) -> tuple[dict[int, int], list[Wrapping]]:
    """Return the lines that each row's constants need, and the cells whose values are yet to come.

    Each cell has the index of its value, or -1.
    """
    spans = {(top, left): right for top, left, _, right in sheet.merges}
    lines: dict[int, int] = {}
    wrapping = []
    for ((row, column), cell), number in cells:
        if row not in sheet.heights and wraps(cell.style):
            width = _width(sheet, column, spans.get((row, column), column))
            room = _room(cell.style, width)
            if number >= 0:
                wrapping.append(Wrapping(row, _fitting(room), room, number))
            elif isinstance(cell.value, str):
                lines[row] = max(lines.get(row, 1), text_lines(cell.value, room))
    return lines, wrapping


@lru_cache(maxsize=512)
def _fitting(room: float) -> int:
    return next(n for n in count(int(room), -1) if 2 * n * _UNIT <= room)


def height(cell: Cell, width: float) -> float:
    """Return how high a row must be for a text that wraps at that width; it may be beyond any row."""
    return 4 + _LINE * text_lines(str(cell.value), _room(cell.style, width))


def _whole_pixels(points: float) -> float:
    """Return the height that a screen can show: a pixel is three quarters of a point."""
    return round(points / 0.75) * 0.75


def _width(sheet: Sheet, first: int, last: int) -> float:
    if first == last:
        return sheet.widths.get(first, _DEFAULT_WIDTH)
    return sum(sheet.widths.get(column, _DEFAULT_WIDTH) for column in range(first, last + 1))


def _room(style: str, width: float) -> float:
    return max(1.0, (width - 1 - _indent(style)) * 10.5 / _size(style))


def text_lines(text: str, room: float) -> int:
    """Return how many lines a text takes."""
    if 2 * len(text) * _UNIT <= room and "\n" not in text:  # it fits whatever its characters are
        return 1
    return sum(max(1, math.ceil(_units(line) / room)) for line in text.split("\n"))


@lru_cache(maxsize=512)
def _indent(style: str) -> float:
    """Return the units of width that an indent takes: three spaces."""
    return 1.5 if properties(style).get("indent") else 0.0


@lru_cache(maxsize=512)
def _size(style: str) -> float:
    size = properties(style).get("font_size", 10.5)
    assert isinstance(size, float | int)
    return size


@lru_cache(maxsize=4096)
def _units(line: str) -> float:
    wide = sum(width in "WFA" for width in map(unicodedata.east_asian_width, line))
    return (len(line) + wide) * _UNIT
