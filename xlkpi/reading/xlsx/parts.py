"""The parts of the package: found by name, inflated once, parsed by expat.

Elements are known by their local name, as calamine knows them: a cell in a
foreign namespace that only the engine sees would slip past every limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx.cache import Memo
from xlkpi.reading.xlsx.limits import Limits, check_limit
from xlkpi.reading.xlsx.package import inflate, normalize_name, read_directory


class Parts:
    """The entries of the zip, each inflated at most once, never beyond what it declares.

    Names are compared in lower case with forward slashes, as calamine and Excel
    do; two names that are then alike are refused, so that no two programs can
    read different parts.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.tags = 0
        """Tags of the sheets and the shared texts read so far, against `limits.tags`."""
        self.drawn = False
        """Whether something is drawn on a sheet; known when all parts have been looked at."""
        self.unread = read_directory(data, limits)
        self.names = {key: normalize_name(info.orig_filename) for key, info in self.unread.items()}
        self.small = sum(info.file_size for info in self.unread.values()) <= limits.tags
        """The package has no more bytes than it may have tags: they need not be counted."""
        self.engine_parts: dict[str, bytes] | None = None
        """The parts of the package for the engine; None where nobody asks for them."""

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
        content = inflate(self.data, info)
        if self.engine_parts is not None:
            self.engine_parts[self.names[part.lower()]] = content
        return content

    def count_tags(self, xml: bytes, **where: object) -> None:
        """Count the tags of a sheet or of the shared texts; X013 where all are too many."""
        if not self.small:
            self.tags += count_tags(xml)
            check_limit(self.limits.tags, self.tags, "表格与文字的标记数", **where)

    def check_unread(self, program: tuple[str, ...] = ()) -> None:
        """Refuse a damaged or DOCTYPE-bearing part among those that nobody asked for.

        Parts in the folders of `program` may declare a DOCTYPE: no workbook is read from them.
        """
        for key in [key for key in self.unread if key.endswith((".xml", ".rels", ".vml"))]:
            xml = self.read(key)
            # LibreOffice leaves empty parts for what was never set.
            if xml.strip() and not key.startswith(program):
                _check_root(xml, self.names[key])
            self.drawn = self.drawn or ("/drawings/drawing" in key and b"Anchor>" in xml)


def local_name(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def new_parser(part: str) -> expat.XMLParserType:
    """A parser that refuses a DOCTYPE with X010: no entity is ever defined."""

    def refuse(*_declaration: object) -> None:
        raise Unreadable("X010", part=part)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    return parser


_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([^\"'>]*)")


def _is_utf8(xml: bytes) -> bool:
    """Whether a part is UTF-8: calamine reads any other encoding as blank."""
    declared = _DECLARED.match(xml)
    wide = b"\0" in xml[:4] or xml.startswith((b"\xff\xfe", b"\xfe\xff"))
    return not wide and (declared is None or declared[1].lower() == b"utf-8")


def parse(parser: expat.XMLParserType, xml: bytes, part: str) -> None:
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
    """Refuse a DOCTYPE; it can only come before the root element, so stop there."""

    def stop(*_element: object) -> None:
        raise _AtRootError

    parser = new_parser(part)
    parser.StartElementHandler = stop
    try:
        parse(parser, xml, part)
    except _AtRootError:
        return


class Element(NamedTuple):
    """An element of a small part, by local names."""

    parent: str
    name: str
    attributes: dict[str, str]
    text: str


def read_elements(parts: Parts, part: str, *wanted: str) -> list[Element]:
    """The wanted elements of a small part, in the order in which they end."""
    xml = parts.read(part)
    check_limit(parts.limits.elements, count_tags(xml), "部件的元素数", part=part)
    return parse_elements(xml, part, *wanted)


def parse_elements(xml: bytes, part: str, *wanted: str) -> list[Element]:
    """The same of a part that has been read, and is not too large."""
    local = Memo(local_name)
    path = [""]
    attributes_of: list[dict[str, str]] = []
    texts: list[str] = []
    found: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(local[name])
        attributes_of.append(attributes)
        texts.clear()

    def end(_name: str) -> None:
        name, attributes = path.pop(), attributes_of.pop()
        if name in wanted:
            found.append(Element(path[-1], name, attributes, "".join(texts)))
        texts.clear()

    parser = new_parser(part)
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    parse(parser, xml, part)
    return found


def count_tags(xml: bytes) -> int:
    """No fewer than the tags of a part, without parsing it."""
    return xml.count(b"<")


def refuse_sections(xml: bytes, part: str) -> None:
    """Refuse a CDATA section with X014: it is text to a parser, and calamine reads a blank."""
    # One byte is looked for thirty times as fast as nine, and this one is rare in a sheet.
    if b"[" in xml and b"<![CDATA[" in xml:
        raise Unreadable("X014", part=part, what="用了少见的写法（CDATA 段）")


def is_true(value: str | None) -> bool:
    """Whether an attribute is there and true."""
    return value in ("1", "true")
