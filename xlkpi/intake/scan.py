"""What a workbook's package says that no engine tells: limits, errors, formulas, formats.

pandas reads `#DIV/0!`, a formula without a value and a blank alike; calamine
aborts the process on two far-apart cells; openpyxl drops rows out of order. So
the package itself is read first, once, by a streaming parser, and whatever
would mislead an engine is refused here with its cause.

Elements are known by their local name, as calamine knows them: a cell in a
foreign namespace that only the engine sees would slip past every limit.

Rows are read twice as fast where they are written plainly, as Excel, WPS,
LibreOffice, openpyxl and xlsxwriter write them: as text, by one expression per
cell. That way never refuses anything; it only says "not plain", and then the
parser reads the sheet. The tests hold both to the same facts.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, NamedTuple, NoReturn, TypeVar
from urllib.parse import unquote
from xml.parsers import expat

from xlkpi.intake.unreadable import Unreadable

Address = tuple[int, int]
"""Zero-based (row, column)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a workbook may be; each is checked before memory is spent on it."""

    expanded: int = 200 * 1024 * 1024
    """Bytes of all entries, inflated."""
    entry: int = 100 * 1024 * 1024
    """Bytes of one entry, inflated."""
    entries: int = 2_000
    sheets: int = 512
    cells: int = 200_000
    """Valued cells (with a value, an inline text or a formula) of all sheets."""
    rows: int = 20_000
    """Last valued row of a sheet."""
    columns: int = 256
    """Last valued column of a sheet."""
    text: int = 32_767
    """Characters of one text or formula."""
    merges: int = 20_000
    """Merged ranges of all sheets."""
    tags: int = 5_000_000
    """Tags of all sheets and of the shared texts: blank cells cost time too."""
    elements: int = 1_000_000
    """Tags of any other part that is read."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as written."""

    text: str
    """Without the equals sign; empty for the followers of a shared formula."""
    cached: bool
    """False where no value is stored with it, so that engines show a blank."""


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """One worksheet, apart from its values."""

    name: str
    part: str
    """Name of the part in the package."""
    state: str
    """`visible`, `hidden` or `veryHidden`."""
    errors: Mapping[Address, str]
    """Cells that hold an error, with its text (`#DIV/0!`)."""
    formulas: Mapping[Address, Formula]
    percents: frozenset[Address]
    """Cells with a number that is shown as per cent."""
    hidden_rows: frozenset[int]
    """Within the extent; zero-based."""
    hidden_columns: frozenset[int]
    """Within the extent; zero-based."""
    merges: tuple[tuple[int, int, int, int], ...]
    """First row, first column, last row, last column; all zero-based, inclusive."""
    rows: int
    """Last valued row + 1; `<dimension>` is never trusted."""
    columns: int
    """Last valued column + 1."""
    filtered: bool
    """A filter of the sheet is active."""


@dataclass(frozen=True, slots=True)
class Package:
    """One workbook, apart from its values."""

    sheets: tuple[SheetFacts, ...]
    """Worksheets in the workbook's order; chart, dialog and macro sheets are left out."""
    names: Mapping[str, str]
    """Defined names and what they stand for; one local to a sheet is `Sheet!name`."""
    date1904: bool
    macros: bool
    external_links: int
    cells: int
    """Valued cells of all sheets."""
    producer: str
    """The program that wrote the file, as it calls itself; empty where it does not say."""


def scan(data: bytes, limits: Limits = LIMITS) -> Package:
    """Read the facts of the package in `data`.

    Raises `Unreadable`: X002 locked entries, X006 damaged zip, X010 DOCTYPE,
    X011 colliding part names, X012 cells out of order, X013 over a limit,
    X014 broken or missing parts, X016 strict OOXML.
    """
    parts = _Parts(data, limits)
    book, links = _book(parts)
    sheets = _sheet_list(parts, book, links)
    shared = _shared_texts(parts, links.usual("sharedStrings", "xl/sharedStrings.xml"))
    percents = _percent_styles(parts, links.usual("styles", "xl/styles.xml"))
    common = _Book(limits, shared, percents)
    facts = tuple(_sheet(parts, sheet, common) for sheet in sheets)
    producer = _producer(parts)
    parts.check_unread()
    return Package(
        sheets=facts,
        names=_names(book),
        date1904=any(
            _true(item.attributes.get("date1904")) for item in book if item.name == "workbookPr"
        ),
        macros=any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in parts),
        external_links=sum(link.kind == "externalLink" for link in links),
        cells=common.cells,
        producer=producer,
    )


# --- the zip --------------------------------------------------------------------------


class _Parts:
    """The entries of the zip, each inflated at most once, never beyond what it declares.

    Names are compared in lower case with forward slashes, as calamine and Excel
    do; two names that are then alike are refused, so that no two programs can
    read different parts.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.tags = 0
        self.unread = _entries(data, limits)
        self.names = {key: _slashed(info.orig_filename) for key, info in self.unread.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def find(self, part: str) -> str | None:
        """The part's name as the package writes it, or None where there is none."""
        return self.names.get(part.lower())

    def read(self, part: str) -> bytes:
        """The bytes of one part; X014 where it is missing."""
        info = self.unread.pop(part.lower(), None)
        if info is None:
            what = "被引用了两次" if part.lower() in self.names else "缺少这个部件"
            raise Unreadable("X014", part=part, what=what)
        return _inflate(self.data, info)

    def check_unread(self) -> None:
        """Refuse a damaged or DOCTYPE-bearing part among those that nobody asked for."""
        for key in [key for key in self.unread if key.endswith((".xml", ".rels", ".vml"))]:
            _check_root(self.read(key), self.names[key])


def _slashed(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


def _entries(data: bytes, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """Entries by lower-case name, within the limits that they declare."""
    # Counted before zipfile sees it: it would build an object for each of 400,000 entries.
    _within(limits.entries, data.count(b"PK\x01\x02"), "压缩包内的文件数")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error) as error:
        raise Unreadable("X006", what="压缩结构不完整") from error
    if len(infos) != _declared_entries(data):
        raise Unreadable("X006", what="压缩目录与内容不符")
    # With something before the first entry there may be a second package in it.
    if not infos or min(info.header_offset for info in infos) != 0:
        raise Unreadable("X006", what="压缩结构前面有多余内容" if infos else "压缩包是空的")
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        key = _slashed(info.orig_filename).lower()
        if key in entries or "\0" in key:
            raise Unreadable("X011", part=_slashed(info.orig_filename))
        entries[key] = info
        _packed(data, info)  # of every entry: a part whose name is damaged would not be missed
        _within(limits.entry, info.file_size, "压缩包内一个文件的字节数", part=info.filename)
    _within(limits.expanded, sum(info.file_size for info in infos), "解压后的总字节数")
    return entries


def _declared_entries(data: bytes) -> int:
    """How many entries the end of the directory speaks of: a damaged length swallows some."""
    end = data.rfind(b"PK\x05\x06")
    return int(struct.unpack_from("<H", data, end + 10)[0])


_LOCAL_HEADER = struct.Struct("<4s22xHH")


def _packed(data: bytes, info: zipfile.ZipInfo) -> tuple[int, int]:
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


def _inflate(data: bytes, info: zipfile.ZipInfo) -> bytes:
    """One entry, inflated by at most one byte more than it declares.

    Not by `ZipFile.read`: that stops in silence at the declared size, where
    other readers go on to the end of a bomb.
    """
    if info.flag_bits & 1:
        raise Unreadable("X002")
    start, stop = _packed(data, info)
    content = _unpacked(data[start:stop], info)
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise Unreadable("X006", what="压缩内容损坏", part=info.filename)
    return content


def _unpacked(packed: bytes, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type == zipfile.ZIP_STORED:
        return packed
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise Unreadable("X006", what="压缩方法不是工作簿所用的", part=info.filename)
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, info.file_size + 1)
    except zlib.error as error:
        raise Unreadable("X006", what="压缩内容损坏", part=info.filename) from error


def _within(limit: int, found: int, what: str, **where: object) -> None:
    if found > limit:
        raise Unreadable("X013", what=what, found=found, limit=limit, **where)


# --- XML ------------------------------------------------------------------------------


_Known = TypeVar("_Known")


class _Memo(dict[str, _Known], Generic[_Known]):
    """What a text means, worked out once for each, up to a bounded number of them."""

    def __init__(self, work: Callable[[str], _Known], room: int = 20_000) -> None:
        super().__init__()
        self.work = work
        self.room = room

    def __missing__(self, text: str) -> _Known:
        known = self.work(text)
        if len(self) < self.room:
            self[text] = known
        return known


def _local_name(name: str) -> str:
    return name.rpartition(":")[2]


def _parser(part: str) -> expat.XMLParserType:
    def refuse(*_declaration: object) -> None:
        raise Unreadable("X010", part=part)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    return parser


_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([^\"'>]*)")


def _is_utf8(xml: bytes) -> bool:
    """True unless the part says that it is something else: calamine reads that as blank."""
    declared = _DECLARED.match(xml)
    wide = b"\0" in xml[:4] or xml.startswith((b"\xff\xfe", b"\xfe\xff"))
    return not wide and (declared is None or declared[1].lower() == b"utf-8")


def _run(parser: expat.XMLParserType, xml: bytes, part: str) -> None:
    """Parse all of `xml`; X014 for anything that is not well-formed UTF-8."""
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        # LookupError and ValueError: an encoding that expat does not know, a number that is none.
        raise Unreadable("X014", part=part, what="XML 有错") from error
    finally:
        # Breaks the ring parser → handler → parser, so that memory goes at once.
        parser.StartElementHandler = None
        parser.EndElementHandler = None
        parser.CharacterDataHandler = None
    if not _is_utf8(xml):
        raise Unreadable("X014", part=part, what="编码不是 UTF-8")


class _AtRootError(Exception):
    """Raised to stop at the root element."""


def _check_root(xml: bytes, part: str) -> None:
    """Refuse a DOCTYPE; it can only stand before the root element, so stop there."""

    def stop(*_element: object) -> None:
        raise _AtRootError

    parser = _parser(part)
    parser.StartElementHandler = stop
    try:
        _run(parser, xml, part)
    except _AtRootError:
        return


class _Element(NamedTuple):
    """An element of a small part, by local names."""

    parent: str
    name: str
    attributes: dict[str, str]
    text: str


def _elements(parts: _Parts, part: str, *wanted: str) -> list[_Element]:
    """The wanted elements of a small part, in the order in which they end."""
    xml = parts.read(part)
    _within(parts.limits.elements, _tags(xml), "部件的元素数", part=part)
    local = _Memo(_local_name)
    path = [""]
    attributes_of: list[dict[str, str]] = []
    texts: list[str] = []
    found: list[_Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(local[name])
        attributes_of.append(attributes)
        texts.clear()

    def end(_name: str) -> None:
        name, attributes = path.pop(), attributes_of.pop()
        if name in wanted:
            found.append(_Element(path[-1], name, attributes, "".join(texts)))
        texts.clear()

    parser = _parser(part)
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    _run(parser, xml, part)
    return found


def _tags(xml: bytes) -> int:
    return xml.count(b"<")


def _true(value: str | None) -> bool:
    return value in ("1", "true")


# --- the workbook part ------------------------------------------------------------------


class _Link(NamedTuple):
    """A relationship to another part of the package."""

    id: str
    kind: str
    """Last word of the type: `worksheet`, `styles`, …"""
    strict: bool
    part: str
    """The part's name in the package; as resolved where there is none of that name."""


class _Links(list[_Link]):
    """The relationships of one part."""

    def __init__(self, parts: _Parts, source: str) -> None:
        super().__init__()
        self.parts = parts
        self.source = source

    def usual(self, kind: str, usual: str) -> str | None:
        """The part of that kind, or the one at the usual place, or None.

        Some programs follow the relationship and some look at the usual place;
        where both are there and differ, what they read would differ.
        """
        linked = next((link.part for link in self if link.kind == kind), None)
        there = self.parts.find(usual)
        if linked is not None and there is not None and linked != there:
            raise Unreadable("X014", part=linked, what=f"与 {there} 重复")
        return linked or there


def _links(parts: _Parts, source: str) -> _Links:
    """The internal relationships of the part `source` (empty: of the package)."""
    folder, name = posixpath.split(source)
    links = _Links(parts, source)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    for item in _elements(parts, part, "Relationship"):
        attributes = item.attributes
        if attributes.get("TargetMode", "").lower() != "external":
            kind = attributes.get("Type", "")
            links.append(
                _Link(
                    attributes.get("Id", ""),
                    kind.rpartition("/")[2],
                    kind.startswith("http://purl.oclc.org/"),
                    _target(parts, folder, attributes.get("Target", "")),
                )
            )
    return links


def _target(parts: _Parts, folder: str, target: str) -> str:
    """The part that a target means, relative to `folder` or absolute."""
    target = target.replace("\\", "/")
    relative = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    # Some programs write `xl/…` for `/xl/…`, and calamine takes it so.
    absolute = posixpath.normpath(target).lstrip("/")
    meant = {relative, unquote(relative)} | ({absolute} if target.startswith("xl/") else set())
    found = {name for name in map(parts.find, meant) if name is not None}
    if len(found) > 1:
        raise Unreadable("X014", part=relative, what="引用含糊")
    return found.pop() if found else relative


def _book(parts: _Parts) -> tuple[list[_Element], _Links]:
    """The elements of the workbook part, and its relationships."""
    roots = _links(parts, "")
    if any(link.strict and link.kind == "officeDocument" for link in roots):
        raise Unreadable("X016")
    main = roots.usual("officeDocument", "xl/workbook.xml")
    if main is None:
        raise Unreadable("X014", part="_rels/.rels", what="没有指向工作簿")
    book = _elements(parts, main, "workbook", "workbookPr", "sheet", "definedName")
    if not book or book[-1].name != "workbook":
        raise Unreadable("X014", part=main, what="不是工作簿")
    if any(value.startswith("http://purl.oclc.org/") for value in book[-1].attributes.values()):
        raise Unreadable("X016")
    return book, _links(parts, main)


class _Listed(NamedTuple):
    """A worksheet as the workbook part lists it."""

    name: str
    state: str
    part: str


def _sheet_list(parts: _Parts, book: list[_Element], links: _Links) -> list[_Listed]:
    items = [item for item in book if item.name == "sheet"]
    _within(parts.limits.sheets, len(items), "工作表数")
    by_id = {link.id: link for link in links}
    listed: list[_Listed] = []
    taken: set[str] = set()
    for item in items:
        name = item.attributes.get("name", "")
        link = by_id.get(_relationship_id(item.attributes))
        if link is None:
            raise Unreadable("X014", part=links.source, what=f"找不到工作表“{name}”")
        if link.part.lower() in taken:
            what = f"工作表“{name}”与另一个工作表指向同一部件"
            raise Unreadable("X014", part=link.part, what=what)
        taken.add(link.part.lower())
        if link.kind == "worksheet":
            state = item.attributes.get("state", "visible")
            listed.append(_Listed(name, state, link.part))
    return listed


def _relationship_id(attributes: dict[str, str]) -> str:
    """The value of `r:id`, whatever the prefix."""
    return next((value for key, value in attributes.items() if key.endswith(":id")), "")


def _names(book: list[_Element]) -> dict[str, str]:
    sheets = [item.attributes.get("name", "") for item in book if item.name == "sheet"]
    names: dict[str, str] = {}
    for item in book:
        if item.name == "definedName":
            name, local = item.attributes.get("name", ""), item.attributes.get("localSheetId")
            if local is not None and local.isdecimal() and int(local) < len(sheets):
                name = f"{sheets[int(local)]}!{name}"
            names[name] = item.text
    return names


def _producer(parts: _Parts) -> str:
    part = parts.find("docProps/app.xml")
    if part is None:
        return ""
    items = _elements(parts, part, "Application")
    return items[0].text.strip() if items else ""


# --- styles and shared texts --------------------------------------------------------------

_NOT_SHOWN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]')
"""What a number format's letters do not stand for themselves in."""


def _percent_styles(parts: _Parts, part: str | None) -> frozenset[str]:
    """Indices (as written in `s="…"`) of the cell formats that show per cent."""
    if part is None:
        return frozenset()
    items = _elements(parts, part, "numFmt", "xf")
    codes = {"9": "0%", "10": "0.00%"} | {
        item.attributes.get("numFmtId", ""): item.attributes.get("formatCode", "")
        for item in items
        if item.parent == "numFmts"
    }
    formats = [item for item in items if item.parent == "cellXfs"]
    return frozenset(
        str(index)
        for index, item in enumerate(formats)
        if _is_percent(codes.get(item.attributes.get("numFmtId", "0"), ""))
    )


def _is_percent(code: str) -> bool:
    """True where the first section of a number format multiplies by a hundred."""
    return "%" in _NOT_SHOWN.sub("", code).partition(";")[0]


def _shared_texts(parts: _Parts, part: str | None) -> frozenset[str]:
    """The indices (as written) that a cell may use; every text is within its limit."""
    if part is None:
        return frozenset()
    xml = parts.read(part)
    parts.tags += _tags(xml)
    _within(parts.limits.tags, parts.tags, "表格与文字的标记数")
    plain = _plain_texts(xml, parts.limits.text)
    declared, lengths = _text_lengths(xml, part, count_only=plain is not None)
    count = len(lengths) if plain is None else plain
    _within(parts.limits.text, max(lengths, default=0), "一个单元格的字数", part=part)
    # calamine reserves room for as many as are declared, and aborts at 4 billion.
    if declared > count + 1_000_000:
        raise Unreadable("X013", what="声明的文字条数", found=declared, limit=count)
    return frozenset(map(str, range(count)))


def _plain_texts(xml: bytes, limit: int) -> int | None:
    """How many texts there are, if that can be seen without parsing and none is long."""
    texts = xml.split(b"<si>")
    count = len(texts) - 1
    if not (xml.count(b"<si") == count == xml.count(b"</si>")):
        return None
    if b"<!" in xml or b":si" in xml or b"\0" in xml or max(map(len, texts)) > limit:
        return None
    return count


def _text_lengths(xml: bytes, part: str, *, count_only: bool) -> tuple[int, list[int]]:
    """The declared number of texts, and the length of each unless only that is wanted."""
    local = _Memo(_local_name)
    texts: list[str] = []
    lengths: list[int] = []
    declared = 0

    def start_root(_name: str, attributes: dict[str, str]) -> None:
        nonlocal declared
        declared = int(attributes.get("uniqueCount", "0"))
        parser.StartElementHandler = None if count_only else start

    def start(name: str, _attributes: dict[str, str]) -> None:
        if local[name] == "si":
            texts.clear()

    def end(name: str) -> None:
        if local[name] == "si":
            lengths.append(sum(map(len, texts)))

    parser = _parser(part)
    parser.StartElementHandler = start_root
    if not count_only:
        parser.EndElementHandler = end
        parser.CharacterDataHandler = texts.append
    _run(parser, xml, part)
    return declared, lengths


# --- one worksheet ------------------------------------------------------------------------


def _column(letters: str) -> int:
    """Letters → zero-based column; −1 where they are none."""
    if not re.fullmatch("[A-Za-z]{1,3}", letters):
        return -1
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1 if number <= 16_384 else -1


_COLUMNS = _Memo(_column)
_LAST_ROW = 1_048_576
_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?")


class _Book:
    """What the sheets of one workbook share: limits, shared texts, formats, what is known."""

    def __init__(self, limits: Limits, shared: frozenset[str], percents: frozenset[str]) -> None:
        self.limits = limits
        self.shared = shared
        self.percent_styles = percents
        self.cells = 0
        self.merges = 0
        self.local = _Memo(_local_name)
        self.shapes: dict[str, _Shape | None] = {}
        self.formulas = _Memo(_formulas)


def _sheet(parts: _Parts, sheet: _Listed, book: _Book) -> SheetFacts:
    """The facts of one worksheet."""
    xml = parts.read(sheet.part)
    parts.tags += _tags(xml)
    _within(parts.limits.tags, parts.tags, "表格与文字的标记数", sheet=sheet.name)
    return _plain_facts(sheet, xml, book) or _parsed_facts(sheet, xml, book)


def _parsed_facts(sheet: _Listed, xml: bytes, book: _Book) -> SheetFacts:
    reader = _Worksheet(sheet, book)
    _run(reader.parser, xml, sheet.part)
    return reader.facts()


class _Worksheet:
    """Follows the elements of one worksheet part.

    Two pairs of handlers: one for the frame of the sheet, which knows where it
    is, and one for the rows, which runs for every cell and therefore does as
    little as it can. Text is gathered for all of a cell and looked at only
    where the cell is of an odd kind.
    """

    __slots__ = (
        "book",
        "column",
        "columns",
        "errors",
        "filled",
        "filtered",
        "formula_at",
        "formulas",
        "hidden_rows",
        "hidden_spans",
        "inline",
        "kind",
        "limits",
        "local",
        "merges",
        "parser",
        "path",
        "percents",
        "row",
        "row_text",
        "rows",
        "sheet",
        "style",
        "texts",
        "value_at",
    )  # fmt: skip

    def __init__(self, sheet: _Listed, book: _Book) -> None:
        self.parser = _parser(sheet.part)
        self.parser.StartElementHandler = self.start_frame
        self.parser.EndElementHandler = self.end_frame
        self.sheet = sheet
        self.book = book
        self.limits = book.limits
        self.local = book.local
        self.path: list[str] = []
        self.filled = False
        self.row = -1
        self.row_text = "0"
        self.column = -1
        self.kind = "n"
        self.style = "0"
        self.texts: list[str] = []
        self.value_at = -1
        self.formula_at = -1
        self.inline = False
        self.errors: dict[Address, str] = {}
        self.formulas: dict[Address, Formula] = {}
        self.percents: set[Address] = set()
        self.hidden_rows: set[int] = set()
        self.hidden_spans: list[tuple[int, int]] = []
        self.merges: list[tuple[int, int, int, int]] = []
        self.rows = 0
        self.columns = 0
        self.filtered = False

    def facts(self) -> SheetFacts:
        hidden = (range(first, min(last, self.columns)) for first, last in self.hidden_spans)
        return SheetFacts(
            name=self.sheet.name,
            part=self.sheet.part,
            state=self.sheet.state,
            errors=self.errors,
            formulas=self.formulas,
            percents=frozenset(self.percents),
            hidden_rows=frozenset(row for row in self.hidden_rows if row < self.rows),
            hidden_columns=frozenset(column for span in hidden for column in span),
            merges=tuple(self.merges),
            rows=self.rows,
            columns=self.columns,
            filtered=self.filtered,
        )

    # The frame: everything but the rows.

    def start_frame(self, name: str, attributes: dict[str, str]) -> None:
        tag = self.local[name]
        if tag == "sheetData":
            self.enter_rows()
        elif tag == "col" and self.path == ["worksheet", "cols"]:
            if _true(attributes.get("hidden")) or attributes.get("width") == "0":
                self.hidden_spans.append((int(attributes["min"]) - 1, int(attributes["max"])))
        elif tag == "mergeCell" and self.path == ["worksheet", "mergeCells"]:
            self.merge(attributes.get("ref", ""))
        elif tag == "filterColumn" and self.path == ["worksheet", "autoFilter"]:
            self.filtered = True
        elif not self.path and tag != "worksheet":
            raise Unreadable("X014", part=self.sheet.part, what="不是工作表")
        self.path.append(tag)

    def end_frame(self, _name: str) -> None:
        self.path.pop()

    def enter_rows(self) -> None:
        # calamine takes the rows wherever they stand; Excel only here, and once.
        if self.filled or self.path != ["worksheet"]:
            self.refuse()
        self.filled = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.texts.append

    def refuse(self) -> NoReturn:
        raise Unreadable("X014", part=self.sheet.part, what="表格结构有错")

    def leave_rows(self) -> None:
        self.parser.StartElementHandler = self.start_frame
        self.parser.EndElementHandler = self.end_frame
        self.parser.CharacterDataHandler = None
        self.path.pop()

    def merge(self, reference: str) -> None:
        match = _RANGE.fullmatch(reference)
        if match is None:
            raise Unreadable("X014", part=self.sheet.part, what=f"合并区域“{reference}”有错")
        left, top, right, bottom = match.groups()
        self.book.merges += 1
        _within(self.limits.merges, self.book.merges, "合并单元格数", sheet=self.sheet.name)
        self.merges.append(
            (int(top) - 1, _COLUMNS[left], int(bottom or top) - 1, _COLUMNS[right or left])
        )

    # The rows.

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self.local[name]
        if tag == "c":
            reference = attributes.get("r")
            if reference is None:
                self.column += 1
            else:
                self.place(reference)
            self.kind = attributes.get("t", "n")
            self.style = attributes.get("s", "0")
            self.value_at = self.formula_at = -1
            self.inline = False
            self.texts.clear()
        elif tag == "v":
            if self.value_at >= 0:
                self.refuse()
            self.value_at = len(self.texts)
        elif tag == "row":
            self.start_row(attributes)
        elif tag == "f":
            if self.value_at >= 0 or self.formula_at >= 0:
                self.refuse()
            self.formula_at = len(self.texts)
        elif tag == "is":
            self.inline = True

    def end(self, name: str) -> None:
        tag = self.local[name]
        if tag == "c":
            if self.value_at >= 0 or self.formula_at >= 0 or self.inline:
                self.valued()
        elif tag == "sheetData":
            self.leave_rows()

    def start_row(self, attributes: dict[str, str]) -> None:
        row = attributes.get("r")
        if row is None:
            self.row += 1
            self.row_text = str(self.row + 1)
        else:
            number = int(row) - 1 if row.isascii() and row.isdecimal() else -1
            if not self.row < number < _LAST_ROW:
                raise Unreadable("X012", sheet=self.sheet.name, cell=f"第 {row} 行")
            self.row = number
            self.row_text = str(number + 1)
        self.column = -1
        hidden = _true(attributes.get("hidden")) or attributes.get("ht") == "0"
        if hidden and self.row < self.limits.rows:
            self.hidden_rows.add(self.row)

    def place(self, reference: str) -> None:
        """Go to a cell by its address; X012 where it is not to the right in this row."""
        if reference.endswith(self.row_text):
            column = _COLUMNS[reference[: -len(self.row_text)]]
            if column > self.column:
                self.column = column
                return
        raise Unreadable("X012", sheet=self.sheet.name, cell=reference)

    def valued(self) -> None:
        """Count a cell that has a value or a formula; look closer where it is odd."""
        self.book.cells += 1
        if self.row >= self.rows:
            self.grow_rows()
        if self.column >= self.columns:
            self.columns = self.column + 1
            _within(self.limits.columns, self.columns, "列数", sheet=self.sheet.name)
        texts = self.texts
        if self.formula_at < 0:
            if self.kind == "n":
                if self.style not in self.book.percent_styles:
                    return
            elif self.kind == "s" and len(texts) == 1 and texts[0] in self.book.shared:
                return
        self.odd()

    def grow_rows(self) -> None:
        # Once a row is often enough for the cells, too: a row has at most `columns` of them.
        self.rows = self.row + 1
        _within(self.limits.rows, self.rows, "行数", sheet=self.sheet.name)
        _within(self.limits.cells, self.book.cells, "有内容的单元格数")

    def odd(self) -> None:
        """Take apart the text of a cell that has a formula, an error, a per cent, a text."""
        texts, value_at, formula_at = self.texts, self.value_at, self.formula_at
        value = "".join(texts[value_at:]) if value_at >= 0 else None
        formula = None
        if formula_at >= 0:
            formula = "".join(texts[formula_at : value_at if value_at >= 0 else None])
        if self.inline:
            self.check_text(sum(map(len, texts)))
        self.note((self.row, self.column), self.kind, self.style, formula, value)

    def note(
        self, address: Address, kind: str, style: str, formula: str | None, value: str | None
    ) -> None:
        """Note a formula, an error, a per cent; check a text. None: no such element."""
        bare = "" if value is None else value.strip()
        if formula is not None:
            cached = bare != "" or (kind == "str" and value is not None)
            self.formulas[address] = Formula(formula.strip(), cached)
            self.check_text(len(formula))
        if kind == "n":
            if bare and style in self.book.percent_styles:
                self.percents.add(address)
        elif kind == "s":
            if bare and bare not in self.book.shared:
                raise Unreadable("X014", part=self.sheet.part, what=f"文字序号 {bare} 不存在")
        elif kind == "e":
            self.errors[address] = bare
        else:
            self.check_text(len(bare))

    def check_text(self, length: int) -> None:
        if length > self.limits.text:
            _within(self.limits.text, length, "一个单元格的字数", sheet=self.sheet.name)


# --- plain rows ---------------------------------------------------------------------------

_CONTROLS = bytes(code for code in range(32) if code not in (9, 10))
_ENTITY = re.compile("&[^;<&]{0,5};?")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_VALUE = re.compile('(<v>|<f>|<is><t>|<is><t xml:space="preserve">)([^<]*)')
_ATTRIBUTE = r' [\w:.]+="[^"<>&]*"'
_NUMBER = re.compile("[1-9][0-9]{0,6}")
_CLOSED_ROW = re.compile(rf'<row r="([1-9][0-9]{{0,6}})"((?:{_ATTRIBUTE})*) ?/>')
_ROW_TAIL = re.compile(rf"((?:{_ATTRIBUTE})*)>")
# The values and the formulas have been taken out by then, and the row's number is a mark.
_CELL = re.compile(
    r'<c r="([A-Z]+)\0"(?: s="(0|[1-9][0-9]*)")?(?: t="(n|s|b|e|str|inlineStr)")?'
    rf"(?: ?/>|>(<f></f>|<f(?:{_ATTRIBUTE})*(?:>([^<]*)</f>| ?/>))?"
    r'(<v></v>|<v ?/>|<is><t(?: xml:space="preserve")?></t></is>)?</c>)'
)
_MARK = "\0"
"""Stands for the row's number in a row's skeleton; XML cannot hold it."""
# Where the number ends a style, a height or a span, and not an address.
_NOT_ADDRESS = re.compile("\0(?<=[^A-Z]\0)")


def _plain_facts(sheet: _Listed, xml: bytes, book: _Book) -> SheetFacts | None:
    """The facts of a sheet whose rows are plain; None where any of them is not."""
    start, end = xml.find(b"<sheetData>") + 11, xml.rfind(b"</sheetData>")
    rows = _plain_text(xml[start:end]) if 11 <= start <= end else None
    if rows is None or b"<!" in xml:
        return None
    reader = _Worksheet(sheet, book)
    cells, merges = book.cells, book.merges
    # What is left without its rows is small; the parser reads it as ever.
    _run(reader.parser, xml[:start] + xml[end:], sheet.part)
    if _PlainRows(reader).take(rows):
        return reader.facts()
    book.cells, book.merges = cells, merges
    return None


def _plain_text(rows: bytes) -> str | None:
    """The rows as text, or None where only a parser knows what they mean."""
    if b"<?" in rows or b"]]>" in rows or len(rows.translate(None, _CONTROLS)) != len(rows):
        return None
    try:
        text = rows.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if "&" not in text or set(_ENTITY.findall(text)) <= _ENTITIES.keys() else None


class _Noted(NamedTuple):
    """A cell of a row that is noted whatever it holds.

    `formula` and `value` say which of the row's texts they are; −1 for none.
    """

    column: int
    formula: int
    value: int
    written: str | None
    """A formula with attributes, which stays in the skeleton; None for any other."""
    text: bool
    """The value is a text, and an empty one is a value."""
    percent: bool
    error: bool


class _Shape(NamedTuple):
    """All of a row but its number, its values and its formulas; most rows share one."""

    hidden: bool
    valued: int
    """How many of the cells are valued."""
    last: int
    """Column of the last valued cell; −1 for none."""
    shared: tuple[int, ...]
    """Which of the row's texts are numbers of shared texts."""
    noted: tuple[_Noted, ...]
    size: int
    """Cells, the blank ones too."""


# Workbooks of one template have the same rows, so these two remember them from file to file.
@lru_cache(maxsize=1_024)
def _shape(skeleton: str, percents: frozenset[str]) -> _Shape | None:
    """The shape of a row; None where it is not plain."""
    head = _ROW_TAIL.match(skeleton)
    hidden = _hidden(head[1]) if head else None
    cells = _cells(skeleton, head.end()) if head else None
    if hidden is None or cells is None:
        return None
    last, valued, texts = -1, 0, 0
    shared, noted = [], []
    for column, cell in cells:
        style, kind, formula, value = cell[2] or "0", cell[3] or "n", cell[4], cell[6]
        if formula is None and value is None:
            continue
        if value is not None and (kind == "inlineStr") != value.startswith("<is>"):
            return None
        last, valued = column, valued + 1
        formula_at = value_at = -1
        if formula == "<f></f>":
            formula_at, texts = texts, texts + 1
        if value is not None and not value.endswith("/>"):
            value_at, texts = texts, texts + 1
        if kind == "s" and value_at >= 0:
            shared.append(value_at)
        note = _Noted(
            column=column,
            formula=formula_at,
            value=value_at,
            written=(cell[5] or "") if formula and formula_at < 0 else None,
            text=kind == "str" and value is not None,
            percent=kind == "n" and style in percents,
            error=kind == "e",
        )
        if formula or note.percent or note.error:
            noted.append(note)
    return _Shape(hidden, valued, last, tuple(shared), tuple(noted), len(cells))


def _cells(skeleton: str, at: int) -> list[tuple[int, re.Match[str]]] | None:
    """The cells from `at` to the end, each with its column; None where anything else is there."""
    cells: list[tuple[int, re.Match[str]]] = []
    before = -1
    while at < len(skeleton):
        cell = _CELL.match(skeleton, at)
        if cell is None or _COLUMNS[cell[1]] <= before:
            return None
        before, at = _COLUMNS[cell[1]], cell.end()
        cells.append((before, cell))
    return cells


@lru_cache(maxsize=1_024)
def _formulas(written: str) -> tuple[Formula, Formula]:
    """A formula without and with a value, from how it is written."""
    text = _unescaped(written).strip()
    return Formula(text, False), Formula(text, True)


def _hidden(attributes: str) -> bool | None:
    """Whether a row is hidden; None where an attribute comes twice."""
    pairs = re.findall(r'([\w:.]+)="([^"]*)"', attributes)
    named = dict(pairs)
    if len(named) != len(pairs) or "r" in named:
        return None
    return _true(named.get("hidden")) or named.get("ht") == "0"


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)


class _PlainRows:
    """Takes up rows as text; every method says False at the first thing that is not plain.

    What a row is apart from its number and its values is worked out once for
    all rows of that shape.
    """

    __slots__ = ("book", "reader", "room", "row")

    def __init__(self, reader: _Worksheet) -> None:
        self.reader = reader
        self.book = reader.book
        self.row = -1
        self.room = 50_000
        """Cells whose shape may be worked out; rows that are all different are the parser's."""

    def take(self, text: str) -> bool:
        *rows, rest = text.split("</row>")
        for row in rows:
            start = self.closed_rows(row)
            if start < 0 or not self.take_row(row[start:] if start else row):
                return False
        return self.closed_rows(rest) == len(rest)

    def closed_rows(self, text: str) -> int:
        """Take the rows without any cell at the start of `text`; where they end, −1 for never."""
        at = 0
        while (match := _CLOSED_ROW.match(text, at)) is not None:
            hidden = _hidden(match[2])
            if hidden is None or not self.go_to(int(match[1]), hidden):
                return -1
            at = match.end()
        return at

    def go_to(self, number: int, hidden: bool) -> bool:
        if not self.row < number - 1 < _LAST_ROW:
            return False
        self.row = number - 1
        if hidden and self.row < self.book.limits.rows:
            self.reader.hidden_rows.add(self.row)
        return True

    def take_row(self, text: str) -> bool:
        """Take one row, without its end tag."""
        end = text.find('"', 8)
        number = text[8:end]
        if not text.startswith('<row r="') or not _NUMBER.fullmatch(number):
            return False
        if len(text) > self.book.limits.text:
            return False  # some text in it may be too long
        parts = _VALUE.split(text[end + 1 :])
        texts = parts[2::3]
        parts[2::3] = [""] * len(texts)
        shape = self.shape("".join(parts), number)
        if shape is None or not self.go_to(int(number), shape.hidden):
            return False
        if not self.book.shared.issuperset([texts[at] for at in shape.shared]):
            return False
        for noted in shape.noted:
            self.note(noted, texts)
        return shape.valued == 0 or self.grow(shape)

    def shape(self, skeleton: str, number: str) -> _Shape | None:
        """The shape of a row, remembered; None where it is not plain."""
        marked = skeleton.replace(f'{number}"', f'{_MARK}"')
        marked = _NOT_ADDRESS.sub(number, marked)
        shapes = self.book.shapes
        if marked in shapes:
            return shapes[marked]
        shape = _shape(marked, self.book.percent_styles)
        self.room -= shape.size if shape else 0
        if len(shapes) < 2_000:
            shapes[marked] = shape
        return shape if self.room > 0 else None

    def note(self, noted: _Noted, texts: list[str]) -> None:
        """Note one cell, as the parser would."""
        address = (self.row, noted.column)
        bare = texts[noted.value].strip() if noted.value >= 0 else ""
        written = texts[noted.formula] if noted.formula >= 0 else noted.written
        if written is not None:
            self.reader.formulas[address] = self.book.formulas[written][bool(bare) or noted.text]
        if noted.error:
            self.reader.errors[address] = _unescaped(bare)
        elif bare and noted.percent:
            self.reader.percents.add(address)

    def grow(self, shape: _Shape) -> bool:
        reader, limits = self.reader, self.book.limits
        self.book.cells += shape.valued
        reader.rows = self.row + 1
        reader.columns = max(reader.columns, shape.last + 1)
        return (
            reader.rows <= limits.rows
            and reader.columns <= limits.columns
            and self.book.cells <= limits.cells
        )
