"""The zip: its directory must match its entries, and no entry is inflated beyond its declared size."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx.limits import Limits, check_limit


def normalize_name(name: str) -> str:
    """The name of an entry as the parts refer to each other: forward slashes, no leading one."""
    return name.replace("\\", "/").lstrip("/")


def read_directory(data: bytes, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """Entries by lower-case name, within the limits that they declare."""
    # Counted before zipfile sees it: it would build an object for each of 400,000 entries.
    check_limit(limits.entries, data.count(b"PK\x01\x02"), "压缩包内的文件数")
    infos = _list_entries(data)
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        key = normalize_name(info.orig_filename).lower()
        if key in entries or "\0" in key:
            raise Unreadable("X011", part=normalize_name(info.orig_filename))
        entries[key] = info
        _locate_content(
            data, info
        )  # of every entry: a part whose name is damaged would not be missed
        check_limit(limits.entry, info.file_size, "压缩包内一个文件的字节数", part=info.filename)
    check_limit(limits.expanded, sum(info.file_size for info in infos), "解压后的总字节数")
    return entries


def _list_entries(data: bytes) -> list[zipfile.ZipInfo]:
    """The directory as zipfile reads it; X006 where it cannot be all there is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error) as error:
        raise Unreadable("X006", what="压缩结构不完整") from error
    if len(infos) != _count_declared(data):
        raise Unreadable("X006", what="压缩目录与内容不符")
    # With something before the first entry there may be a second package in it.
    if not infos or min(info.header_offset for info in infos) != 0:
        raise Unreadable("X006", what="压缩结构前面有多余内容" if infos else "压缩包是空的")
    return infos


def _count_declared(data: bytes) -> int:
    """How many entries the end of the directory speaks of: a damaged length swallows some."""
    end = data.rfind(b"PK\x05\x06")
    count = int(struct.unpack_from("<H", data, end + 10)[0])
    if count == 0xFFFF and data[max(end - 20, 0) : end].startswith(b"PK\x06\x07"):  # zip64
        (at,) = struct.unpack_from("<Q", data, end - 12)
        record = data[at : at + 40]
        count = int.from_bytes(record[32:40], "little") if record[:4] == b"PK\x06\x06" else -1
    return count


_LOCAL_HEADER = struct.Struct("<4s22xHH")


def _locate_content(data: bytes, info: zipfile.ZipInfo) -> tuple[int, int]:
    """Where the compressed bytes of an entry start and stop; X006 where its header disagrees."""
    try:
        magic, name_length, extra_length = _LOCAL_HEADER.unpack_from(data, info.header_offset)
    except struct.error as error:
        raise Unreadable("X006", what="压缩内容不完整") from error
    name = info.header_offset + _LOCAL_HEADER.size
    start = name + name_length + extra_length
    stop = start + info.compress_size
    encoding = "utf-8" if info.flag_bits & 0x800 else "cp437"
    named = info.orig_filename.encode(encoding, "replace")
    if magic != b"PK\x03\x04" or data[name : name + name_length] != named or stop > len(data):
        raise Unreadable("X006", what="压缩目录与内容不符")
    return start, stop


def inflate(data: bytes, info: zipfile.ZipInfo) -> bytes:
    """One entry, inflated by at most one byte more than it declares.

    Not by `ZipFile.read`: that stops in silence at the declared size, where
    other readers go on to the end of a bomb.
    """
    if info.flag_bits & 1:
        raise Unreadable("X002")
    start, stop = _locate_content(data, info)
    content = _decompress(data[start:stop], info)
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise Unreadable("X006", what="压缩内容损坏", part=info.filename)
    return content


def _decompress(packed: bytes, info: zipfile.ZipInfo) -> bytes:
    """Stored or deflated bytes, unpacked; no more than a byte beyond the declared size."""
    if info.compress_type == zipfile.ZIP_STORED:
        return packed
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise Unreadable("X006", what="压缩方法不是工作簿所用的", part=info.filename)
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, info.file_size + 1)
    except zlib.error as error:
        raise Unreadable("X006", what="压缩内容损坏", part=info.filename) from error
