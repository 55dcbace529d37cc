"""The records of an old workbook's stream (.xls, .et): whole or not, and where its formulas are.

[MS-XLS]: a stream of substreams, the workbook's own and one a sheet, each from a BOF record to an
EOF record; a record is its number, its length and so many bytes. A file that was copied in part and
filled with zeros still opens in every reader, with wrong values; here it does not.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from xlkpi.intake.unreadable import Unreadable
from xlkpi.place import Address

_EOF, _FORMULA, _BOF = 0x000A, 0x0006, frozenset((0x0009, 0x0209, 0x0409, 0x0809))
_RECORD = struct.Struct("<HH")
_CELL = struct.Struct("<HH")
_SECTOR = 512
_SHEET = 0x0085


def sheets(stream: bytes) -> list[int]:
    """Return where the substreams of the worksheets start; charts and macro sheets are left out."""
    found = []
    for number, at, length in _records(stream, 0):
        if number == _SHEET and length >= 6:
            start, _state, kind = struct.unpack_from("<IBB", stream, at)
            if kind == 0:
                found.append(start)
    return found


def formulas(stream: bytes, start: int) -> list[Address]:
    """Return the cells with formulas of the sheet whose substream starts there; X006 unless whole."""
    return [
        _CELL.unpack_from(stream, at)
        for number, at, length in _records(stream, start)
        if number == _FORMULA and length >= _CELL.size
    ]


def whole(stream: bytes) -> None:
    """Refuse a stream whose own records do not end, or that has been filled with zeros (X006)."""
    for _ in _records(stream, 0):
        pass
    end = stream.rstrip(b"\0")
    for at in range(0, len(end) - _SECTOR, _SECTOR):
        if not any(stream[at : at + _SECTOR]):
            raise _damaged()


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """(number, offset of the content, length) of one substream's records, charts inside it too."""
    depth, at = 0, start
    while at + _RECORD.size <= len(stream):
        number, length = _RECORD.unpack_from(stream, at)
        at += _RECORD.size
        if at + length > len(stream) or (number == 0 and length == 0):
            raise _damaged()
        depth += (number in _BOF) - (number == _EOF)
        if depth <= 0:
            if number == _EOF:
                return
            raise _damaged()
        if depth == 1:
            yield number, at, length
        at += length
    raise _damaged()


def _damaged() -> Unreadable:
    return Unreadable("X006", what="旧版格式的记录不完整")
