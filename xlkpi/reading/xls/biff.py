"""The records of an old workbook's stream (.xls, .et): whole or not, and where its formulas are.

[MS-XLS]: a stream of substreams, the workbook's own and one a sheet, each from a BOF record to an
EOF record; a record is its number, its length and so many bytes. A file that was copied in part and
filled with zeros still opens in every reader, with wrong values; here it does not.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from xlkpi.domain.location import Address
from xlkpi.reading.unreadable import Unreadable

_EOF, _FORMULA, _BOF = 0x000A, 0x0006, frozenset((0x0009, 0x0209, 0x0409, 0x0809))
_RECORD = struct.Struct("<HH")
_CELL = struct.Struct("<HH")
_SECTOR = 512
_SHEET = 0x0085
_WORKSHEET, _CHART = 0, 2
_OPAQUE = frozenset((0x004D, 0x005D, 0x007F, 0x00EB, 0x00EC, 0x00ED, 0x0866))
"""Records of a printer's driver and of pictures, in which kilobytes of zeros are normal."""
_CONTINUE = 0x003C


def find_sheets(stream: bytes) -> list[int]:
    """Return where the substreams of the worksheets start; charts and macro sheets are left out."""
    return [start for start, kind in _substreams(stream) if kind == _WORKSHEET]


def _substreams(stream: bytes) -> Iterator[tuple[int, int]]:
    """Where the substreams of the sheets start, and of what kind they are."""
    for number, at, length in _records(stream, 0):
        if number == _SHEET and length >= 6:
            start, _state, kind = struct.unpack_from("<IBB", stream, at)
            yield start, kind


def find_formulas(stream: bytes, start: int) -> list[Address]:
    """Return the cells with formulas of the sheet whose substream starts there; X006 unless whole."""
    return [
        _CELL.unpack_from(stream, at)
        for number, at, length in _records(stream, start)
        if number == _FORMULA and length >= _CELL.size
    ]


def check_whole(stream: bytes) -> None:
    """Refuse a stream whose own records do not end, or that has been filled with zeros (X006)."""
    allowed = _opaque_sectors(stream)
    end = stream.rstrip(b"\0")
    for at in range(0, len(end) - _SECTOR, _SECTOR):
        if not any(stream[at : at + _SECTOR]) and at // _SECTOR not in allowed:
            raise _damaged()


def _opaque_sectors(stream: bytes) -> set[int]:
    """The sectors that lie inside one record in which zeros are normal.

    Substreams that share records are refused: to walk them all could take for ever.
    """
    starts = [start for start, kind in _substreams(stream) if kind in (_WORKSHEET, _CHART)]
    inside: set[int] = set()
    end = 0
    for substream in sorted((0, *starts)):
        if substream < end:
            raise _damaged()
        opaque = False
        for number, at, length, _depth in _nested(stream, substream):
            end = at + length
            opaque = number in _OPAQUE or (opaque and number == _CONTINUE)
            if opaque:
                inside.update(range(-(-at // _SECTOR), (at + length) // _SECTOR))
    return inside


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """(number, offset of the content, length) of one substream's records, not of charts inside it."""
    return (
        (number, at, length) for number, at, length, depth in _nested(stream, start) if depth == 1
    )


def _nested(stream: bytes, start: int) -> Iterator[tuple[int, int, int, int]]:
    """The records of one substream and of the charts inside it, with their depth."""
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
        yield number, at, length, depth
        at += length
    raise _damaged()


def _damaged() -> Unreadable:
    return Unreadable("X006", what="旧版格式的记录不完整")
