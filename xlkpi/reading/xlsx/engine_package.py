"""The package that the engine gets for a scanned .xlsx: parts uncompressed, without formulas and blank cells.

Formulas are three quarters of a blank's bytes, and the engine skips them; parts that the scan inflated
are not inflated again. Only sheets of plain rows are shortened, and a sheet with inline texts is left
whole. The law is test_facts_and_values_of_odd_sheets_do_not_depend_on_how_they_are_read.
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


def shorten_row(line: bytes) -> bytes:
    """Return a template of a plain row for the engine; `line` has neither values nor an end tag."""
    return _NEEDLESS.sub(b"", line).replace(b"%", b"%%").replace(b"<v>", b"<v>%b") + b"</row>"


def zip_stored(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip of these parts by their names, none of them compressed."""
    made: list[bytes] = []
    entries: list[bytes] = []
    at = 0
    for part, content in parts.items():
        name, size = part.encode(), len(content)
        header = _VERSION, _UTF8, 0, 0, _DAY, zlib.crc32(content), size, size, len(name), 0
        made += _LOCAL.pack(b"PK\x03\x04", *header), name, content
        entries += _ENTRY.pack(b"PK\x01\x02", _VERSION, *header, 0, 0, 0, 0, at), name
        at += _LOCAL.size + len(name) + size
    listing = b"".join(entries)
    count = len(parts)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(listing), at, 0)
    return b"".join((*made, listing, end))
