"""What the engine needs of a package that was scanned: nothing is packed, no formula is in it, no blank cell.

Formulas are three quarters of a blank's bytes, and the engine passes over them; what was inflated for
the scan need not be inflated again. What it reads of cells is the same, and a test says so.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping

_NEEDLESS = re.compile(rb'<f>[^<]*</f>|<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")? ?/>')
_LOCAL = struct.Struct("<4s5H3I2H")
_ENTRY = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _UTF8, _DAY = 20, 0x800, 0x21


def lean_row(line: bytes) -> bytes:
    """A plain row without its values and its end tag → what the engine needs of it, to be filled with values."""
    return _NEEDLESS.sub(b"", line).replace(b"%", b"%%").replace(b"<v>", b"<v>%b") + b"</row>"


def stored(parts: Mapping[str, bytes]) -> bytes:
    """A zip of these parts by their names, none of them packed."""
    made: list[bytes] = []
    entries: list[bytes] = []
    at = 0
    for part, content in parts.items():
        name, size = part.encode(), len(content)
        told = _VERSION, _UTF8, 0, 0, _DAY, zlib.crc32(content), size, size, len(name), 0
        made += _LOCAL.pack(b"PK\x03\x04", *told), name, content
        entries += _ENTRY.pack(b"PK\x01\x02", _VERSION, *told, 0, 0, 0, 0, at), name
        at += _LOCAL.size + len(name) + size
    listing = b"".join(entries)
    count = len(parts)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(listing), at, 0)
    return b"".join((*made, listing, end))
