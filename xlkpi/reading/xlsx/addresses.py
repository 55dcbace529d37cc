"""Addresses as sheets write them: columns by their letters, merged ranges."""

from __future__ import annotations

import re

from xlkpi.domain import location
from xlkpi.reading.xlsx.cache import Memo

LAST_ROW = 1_048_576
_LAST_COLUMN = 16_384

_LETTERS = re.compile("[A-Za-z]{1,3}")
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?")


def _column(letters: str) -> int:
    """Letters → zero-based column; −1 where they are none."""
    if not _LETTERS.fullmatch(letters):
        return -1
    _row, column = location.address(f"{letters.upper()}1")
    return column if column < _LAST_COLUMN else -1


COLUMNS = Memo(_column)
"""Zero-based columns by their letters; −1 where they are none."""


def parse_range(reference: str) -> tuple[int, int, int, int] | None:
    """First row, first column, last row, last column of a range or a cell; None where it is neither."""
    match = _RANGE.fullmatch(reference)
    if match is None:
        return None
    left, top, right, bottom = match.groups()
    return int(top) - 1, COLUMNS[left], int(bottom or top) - 1, COLUMNS[right or left]
