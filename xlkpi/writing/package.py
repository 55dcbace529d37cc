"""The parts of a package → its bytes: a zip, the same for the same parts.

The standard library writes the same, but cannot be given what is deflated already, and of the forty
parts of a scored workbook most are in the next one too.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import lru_cache
from struct import pack

_FIRST_DAY = 0x0021
"""1980-01-01, the first day that a zip can tell: that of every part."""
_VERSION, _DEFLATED = 20, 8
_SMALL = 1 << 14
"""Bytes of a part up to which it is kept deflated: to begin takes longer than so little."""


def zipped(parts: Iterable[tuple[str, bytes]], level: int) -> bytes:
    """Return the zip of these parts, name and content; its format is PKWARE's APPNOTE.TXT, 4.3."""
    files: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for path, content in parts:
        name = path.encode("ascii")
        checksum, data = (_kept if len(content) <= _SMALL else _deflated)(content, level)
        sizes = checksum, len(data), len(content), len(name), 0
        said = pack("<5H3L2H", _VERSION, 0, _DEFLATED, 0, _FIRST_DAY, *sizes)
        files += b"PK\x03\x04", said, name, data
        directory += b"PK\x01\x02", pack("<H", _VERSION), said, bytes(10), pack("<L", at), name
        at += 30 + len(name) + len(data)
    listed = b"".join(directory)
    count = len(directory) // 6
    end = pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(listed), at, 0)
    return b"".join((*files, listed, end))


def _deflated(content: bytes, level: int) -> tuple[int, bytes]:
    """Return the checksum of a part and its bytes in the zip."""
    deflating = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return zlib.crc32(content), deflating.compress(content) + deflating.flush()


_kept = lru_cache(maxsize=256)(_deflated)
