"""Zip files: honest ones taken apart and put together, and ones made entry by entry, so that they may lie."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

UTF8 = 0x800
STORED, DEFLATED = 0, 8


def unzipped(data: bytes) -> dict[str, bytes]:
    """The entries of an honest zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    """An honest zip of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return buffer.getvalue()


@dataclass(frozen=True)
class Content:
    """What an entry holds, already packed."""

    packed: bytes
    size: int
    crc: int
    method: int = DEFLATED


def content(data: bytes, level: int = 1) -> Content:
    """Deflated bytes."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return Content(packer.compress(data) + packer.flush(), len(data), zlib.crc32(data))


def repeated(block: bytes, times: int, head: bytes = b"", tail: bytes = b"") -> Content:
    """`head`, `block` so many times, `tail`: packed once, and never all in memory."""
    # After a full flush the packer has forgotten all before it, so its output can be repeated.
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    middle = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(tail) + packer.flush()
    crc = zlib.crc32(head)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
    size = len(head) + len(block) * times + len(tail)
    return Content(first + middle * times + last, size, zlib.crc32(tail, crc))


@dataclass(frozen=True)
class Entry:
    """One entry as the directory declares it."""

    name: bytes
    content: Content
    declared: int | None = None
    """Size that is claimed; None for the truth."""
    flags: int = UTF8
    local_name: bytes | None = None
    """Name in the local header; None for the same."""
    at: int | None = None
    """Offset that the directory claims; None for the truth."""
    method: int | None = None


def _sizes(entry: Entry) -> tuple[int, int, int]:
    declared = entry.content.size if entry.declared is None else entry.declared
    return entry.content.crc, len(entry.content.packed), declared


def _method(entry: Entry) -> int:
    return entry.content.method if entry.method is None else entry.method


def local(entry: Entry) -> bytes:
    """The entry where it stands: header and packed bytes."""
    name = entry.name if entry.local_name is None else entry.local_name
    fields = (20, entry.flags, _method(entry), 0, 0x21, *_sizes(entry), len(name), 0)
    return b"PK\x03\x04" + struct.pack("<5H3IHH", *fields) + name + entry.content.packed


def central(entry: Entry, at: int) -> bytes:
    """The entry in the directory."""
    place = at if entry.at is None else entry.at
    fields = (20, 20, entry.flags, _method(entry), 0, 0x21, *_sizes(entry))
    tail = (len(entry.name), 0, 0, 0, 0, 0, place)
    return b"PK\x01\x02" + struct.pack("<6H3I", *fields) + struct.pack("<5H2I", *tail) + entry.name


def end(count: int, size: int, start: int, comment: bytes = b"") -> bytes:
    """The end of the directory."""
    fields = (0, 0, count & 0xFFFF, count & 0xFFFF, size, start, len(comment))
    return b"PK\x05\x06" + struct.pack("<4H2IH", *fields) + comment


def archive(entries: Iterable[Entry], count: int | None = None, comment: bytes = b"") -> bytes:
    """A zip of these entries; `count` is how many its end claims."""
    body, listed = bytearray(), bytearray()
    number = 0
    for entry in entries:
        listed += central(entry, len(body))
        body += local(entry)
        number += 1
    claimed = number if count is None else count
    return bytes(body + listed + end(claimed, len(listed), len(body), comment))


def package(parts: dict[str, bytes | Content], *more: Entry) -> bytes:
    """A sound zip of these parts, and what else is asked for behind them."""
    entries = [
        Entry(name.encode(), each if isinstance(each, Content) else content(each))
        for name, each in parts.items()
    ]
    return archive([*entries, *more])


def quoted(names: list[bytes], kernel: Content) -> bytes:
    """Files that overlap: each starts with a stored block that holds the next one's header.

    All of them end in the same packed bytes, so that the whole is far smaller than its parts.
    """
    body = b""
    offsets: list[tuple[Entry, int]] = []
    packed, size, crc_of = kernel.packed, kernel.size, kernel
    plain = zlib.decompress(packed, -15)
    entry = Entry(names[-1], crc_of)
    chain = [(local(entry), entry)]
    for name in reversed(names[:-1]):
        header, inner = chain[-1]
        quote = header[: len(header) - len(inner.content.packed)]
        block = b"\x00" + struct.pack("<HH", len(quote), len(quote) ^ 0xFFFF) + quote
        plain = quote + plain
        packed = block + inner.content.packed
        size = len(plain)
        entry = Entry(name, Content(packed, size, zlib.crc32(plain)))
        chain.append((local(entry), entry))
    body = chain[-1][0]
    at = 0
    for (full, entry), following in zip(chain[::-1], [*chain[::-1][1:], None], strict=True):
        offsets.append((entry, at))
        if following is not None:
            at += len(full) - len(following[0])
    listed = b"".join(central(entry, place) for entry, place in offsets)
    return body + listed + end(len(offsets), len(listed), len(body))
