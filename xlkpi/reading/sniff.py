"""What kind of workbook is this? If none, what is it?

Decided by content, never by the file's name: staff rename files, and mail and
chat programs do too. Nothing here decompresses more than one small part.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import Enum

from xlkpi.domain.patterns import pattern
from xlkpi.reading.unreadable import Unreadable

ENTRIES = 2_000
"""Entries of a zip that are looked at; a workbook has dozens."""

_HEAD = 65_536
_TYPES_LIMIT = 4 * 1024 * 1024
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"II*\0", "图片"),
    (b"MM\0*", "图片"),
    (b"Rar!\x1a\x07", "压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"BZh", "压缩包"),
    (b"\xfd7zXZ\0", "压缩包"),
    (b"{\\rtf", "Word 文档（RTF）"),
    (b"MZ", "程序"),
    (b"L\0\0\0\x01\x14\x02\0", "快捷方式"),
    (b"SQLite format 3\0", "数据库"),
    (b"%TSD-Header-###%", "被加密软件锁定的文件"),
    (b"b\x14#e", "被加密软件锁定的文件"),
)


class Kind(Enum):
    """The containers that can be read."""

    OOXML = "xlsx"
    """.xlsx and .xlsm, strict or not."""
    ODS = "ods"
    XLS = "xls"
    """.xls, and .et of older WPS."""


def sniff(data: bytes) -> Kind:
    """Return what kind of workbook `data` is; raise `Unreadable` where it is none that can be read.

    The answer is what the file claims to be, not that it is sound: the scans check that.
    """
    if not data:
        raise Unreadable("X001")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) or data == b"PK\x03\x04"[: len(data)]:
        return _sniff_zip(data)
    if data.startswith(_OLE):
        return _sniff_ole(data)
    if _is_bare_biff(data):
        raise Unreadable("X003")
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise Unreadable("X007", kind=kind)
    if data.startswith(b"BM") and len(data) > 14 and data[6:10] == bytes(4):
        raise Unreadable("X007", kind="图片")
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        raise Unreadable("X007", kind="图片")
    if not data.strip(b"\0"):
        raise Unreadable("X006", what="内容全是零，没有下载或复制完整")
    text = _as_text(data[:_HEAD])
    raise Unreadable("X007", kind="未知格式") if text is None else _text_cause(text)


# --- zip ------------------------------------------------------------------------------

_WORKBOOK = (
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    b"application/vnd.ms-excel.sheet.macroenabled.main+xml",
    b"application/vnd.ms-excel.template.macroenabled.main+xml",
)
_BINARY = b"application/vnd.ms-excel.sheet.binary.macroenabled.main"
_OTHER_TYPES = (
    (b"wordprocessingml", "Word 文档"),
    (b"application/vnd.ms-word", "Word 文档"),
    (b"presentationml", "PowerPoint 演示文稿"),
    (b"application/vnd.ms-powerpoint", "PowerPoint 演示文稿"),
    (b"application/vnd.ms-visio", "Visio 图"),
    (b"application/vnd.ms-excel.addin", "Excel 加载项"),
)


_SPREADSHEET = (
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
)


def _sniff_zip(data: bytes) -> Kind:
    # Counted before zipfile sees it: it would build an object for each of 400,000 entries.
    entries = data.count(b"PK\x01\x02")
    if entries > ENTRIES:
        raise Unreadable("X013", what="压缩包内的文件数", found=entries, limit=ENTRIES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
            types = _small(archive, names.get("[content_types].xml"))
            mimetype = _small(archive, names.get("mimetype"))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise Unreadable("X006", what="压缩结构不完整") from error
    except (struct.error, zlib.error) as error:
        raise Unreadable("X006", what="压缩内容损坏") from error
    if mimetype is not None and mimetype.strip() in _SPREADSHEET:
        _refuse_both(names)
        return Kind.ODS
    if types is None:
        raise _foreign_zip(names, mimetype)
    _check_types(types)
    return Kind.OOXML


def _refuse_both(names: dict[str, str]) -> None:
    """Refuse an .ods with an .xlsx in it: calamine would read the .xlsx, which nothing scanned."""
    for name in names:
        if name == "[content_types].xml" or name.startswith("xl/"):
            raise Unreadable("X014", part=names[name], what="这个文件同时是两种格式的工作簿")


def _small(archive: zipfile.ZipFile, name: str | None) -> bytes | None:
    """The start of one entry, or None where there is none; a locked one is X002."""
    if name is None:
        return None
    if archive.getinfo(name).flag_bits & 1:
        raise Unreadable("X002")
    with archive.open(name) as entry:
        return entry.read(_TYPES_LIMIT)


def _check_types(types: bytes) -> None:
    # Without NULs a UTF-16 part can be searched like a UTF-8 one.
    declared = types.replace(b"\0", b"").lower()
    if any(kind in declared for kind in _WORKBOOK):
        return
    if _BINARY in declared:
        raise Unreadable("X008")
    for mark, kind in _OTHER_TYPES:
        if mark in declared:
            raise Unreadable("X007", kind=kind)
    raise Unreadable("X007", kind="未知格式")


def _foreign_zip(names: dict[str, str], mimetype: bytes | None) -> Unreadable:
    """The cause for a zip without `[Content_Types].xml`."""
    if "xl/workbook.xml" in names:
        return Unreadable("X014", part="[Content_Types].xml", what="缺少这个部件")
    return Unreadable("X007", kind=_zip_kind(names, mimetype or b""))


def _zip_kind(names: dict[str, str], mimetype: bytes) -> str:
    if b"opendocument.spreadsheet" in mimetype:
        return "OpenDocument 表格中不认识的一种"
    if b"opendocument" in mimetype:
        return "OpenDocument 文档（不是表格）"
    if "ofd.xml" in names:
        return "OFD 版式文件"
    if any(name.startswith("index/") and name.endswith(".iwa") for name in names):
        return "Numbers 表格"
    if any(name.endswith((".xlsx", ".xlsm", ".xls", ".et")) for name in names):
        return "压缩包（里面有工作簿，请先解压）"
    return "压缩包"


# --- compound files (OLE) ---------------------------------------------------------------

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # this and above are marks, not sectors
_DIRECTORY_SECTORS = 1_024
_STREAMS: tuple[tuple[str, str], ...] = (
    ("worddocument", "Word 文档"),
    ("powerpoint document", "PowerPoint 演示文稿"),
    ("visiodocument", "Visio 图"),
    ("__properties_version1.0", "Outlook 邮件"),
)


def _sniff_ole(data: bytes) -> Kind:
    try:
        streams = set(_root_streams(data))
    except (struct.error, IndexError) as error:
        raise Unreadable("X007", kind="损坏的旧版 Office 文件") from error
    if streams & {"encryptedpackage", "encryptioninfo"}:
        raise Unreadable("X002")
    if "workbook" in streams:  # .et of older WPS has the same stream
        return Kind.XLS
    if streams & {"book", "etworkbook"}:  # Excel 5 and 95, whose texts have no Unicode
        raise Unreadable("X003")
    for name, kind in _STREAMS:
        if name in streams:
            raise Unreadable("X007", kind=kind)
    raise Unreadable("X007", kind="损坏的旧版 Office 文件" if not streams else "未知格式")


def _root_streams(data: bytes) -> Iterator[str]:
    """Names in the root of a compound file, lower case.

    Only the root: a Word file with a table in it has a `Workbook` further down.
    Siblings form a tree of indices, which a hostile file bends into a ring.
    """
    directory = b"".join(_directory_sectors(data))
    count = len(directory) // 128
    if count == 0:
        return
    waiting = [struct.unpack_from("<I", directory, 76)[0]]
    seen: set[int] = set()
    while waiting:
        index = waiting.pop()
        if index >= count or index in seen:
            continue
        seen.add(index)
        entry = directory[index * 128 : index * 128 + 128]
        length, _kind, _colour, left, right = struct.unpack_from("<HBBII", entry, 64)
        yield entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
        waiting += [left, right]


def _directory_sectors(data: bytes) -> Iterator[bytes]:
    """The sectors of the directory, by its chain; cut short at a ring or a bad link."""
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):  # 512 or 4,096 bytes; there are no others
        return
    size = 1 << shift
    sector = struct.unpack_from("<I", data, 48)[0]
    tables = struct.unpack_from("<109I", data, 76)
    seen: set[int] = set()
    while sector < _END and sector not in seen and len(seen) < _DIRECTORY_SECTORS:
        seen.add(sector)
        start = (sector + 1) * size
        yield data[start : start + size]
        table, slot = divmod(sector, size // 4)
        if table >= len(tables) or tables[table] >= _END:
            return
        link = (tables[table] + 1) * size + slot * 4
        if link + 4 > len(data):
            return
        sector = struct.unpack_from("<I", data, link)[0]


def _is_bare_biff(data: bytes) -> bool:
    """True for a BIFF stream without a container, as very old programs export it."""
    return len(data) >= 6 and (
        data[0] == 9 and data[1] in (0, 2, 4, 8) and data[2] in (4, 6, 8, 16) and data[3] == 0
    )


# --- text -----------------------------------------------------------------------------

_CONTROL = pattern("[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
_HTML = pattern(r"<(?:!doctype\s+html|html|head|body|table|meta|style|div|tr)\b", re.IGNORECASE)

_PROLOG = pattern(r"\s+|<\?.*?\?>|<!--.*?-->|<!(?!--)[^>]*>", re.DOTALL)
"""What may come before the first element, one piece at a time."""


def _as_text(head: bytes) -> str | None:
    """The start of a file as text, or None where it is not text in UTF-8, UTF-16 or GBK."""
    for encoding in _encodings(head):
        # A cut inside a character is no error: only the start of the file is here.
        text = head.decode(encoding, "ignore" if encoding == "utf-16" else "replace")
        replaced = text[:-4].count("�") if len(head) >= _HEAD else text.count("�")
        if replaced == 0 and not _CONTROL.search(text):
            return text
    return None


def _encodings(head: bytes) -> tuple[str, ...]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if len(head) >= 4 and head[1::2].count(0) * 2 > len(head[1::2]):
        return ("utf-16-le",)
    if len(head) >= 4 and head[0::2].count(0) * 2 > len(head[0::2]):
        return ("utf-16-be",)
    return ("utf-8-sig", "gb18030")


def _text_cause(text: str) -> Unreadable:
    start = text.lstrip()
    if start.startswith("<?xml") and not _HTML.match(start, _prolog(start)):
        return Unreadable("X007", kind=_xml_kind(start))
    if re.match(r"mime-version:", start, re.IGNORECASE) or (
        start.startswith("<") and _HTML.search(start[:4096])
    ):
        return Unreadable("X004")
    return Unreadable("X005")


def _prolog(text: str) -> int:
    """Where the first element of an XML text begins: flat workbooks, too, have a `style` further down."""
    at = 0
    while found := _PROLOG.match(text, at):
        at = found.end()
    return at


def _xml_kind(text: str) -> str:
    if "urn:oasis:names:tc:opendocument" in text:
        return "OpenDocument 单个 XML 文件（.fods 一类）"
    if 'progid="Excel.Sheet"' in text or "urn:schemas-microsoft-com:office:spreadsheet" in text:
        return "Excel 2003 XML 表格"
    if 'progid="Word.Document"' in text:
        return "Word 文档（XML）"
    return "XML 文件"
