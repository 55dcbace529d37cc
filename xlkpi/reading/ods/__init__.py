"""OpenDocument workbooks (.ods): the facts of the package, and the limits, before an engine opens it.

[OpenDocument 1.3, part 3, chapter 9]: cells have no addresses, and repeat; a program that
writes a blank million of them repeats one, and so does a bomb.
"""

from __future__ import annotations

from xlkpi.reading.ods.content import CONTENT, Content
from xlkpi.reading.ods.styles import Styles
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import LIMITS, Limits, Package, check_limit
from xlkpi.reading.xlsx import parts as xml_parts
from xlkpi.reading.xlsx.other_content import find_other_content
from xlkpi.reading.xlsx.parts import Parts, count_tags, local_name

_STYLES = "styles.xml"
_MACROS = ("basic/", "dialogs/")
"""Folders of a workbook's own program; LibreOffice writes a DOCTYPE before each of its modules."""


def scan_ods(data: bytes, limits: Limits = LIMITS) -> Package:
    """Read the facts of the package; raises Unreadable as `scan` does."""
    parts = Parts(data, limits)
    _refuse_locked(parts)
    xml = parts.read(CONTENT)
    check_limit(limits.tags, count_tags(xml), "表格与文字的标记数")
    xml_parts.refuse_sections(xml, CONTENT)
    reader = Content(limits, _read_styles(parts))
    reader.read(xml)
    produced = _read_producer(parts)
    parts.check_unread(_MACROS)
    return Package(
        sheets=tuple(sheet.facts() for sheet in reader.sheets if sheet not in reader.elsewhere),
        names=reader.names,
        date1904=False,
        macros=any(name.startswith(_MACROS) for name in parts),
        external_links=len(reader.elsewhere),
        cells=reader.book.cells,
        producer=produced,
        other_content=find_other_content(parts),
    )


def _refuse_locked(parts: Parts) -> None:
    if parts.find("META-INF/manifest.xml") and xml_parts.read_elements(
        parts, "META-INF/manifest.xml", "encryption-data"
    ):
        raise Unreadable("X002")


def _read_producer(parts: Parts) -> str:
    if parts.find("meta.xml") is None:
        return ""
    items = xml_parts.read_elements(parts, "meta.xml", "generator")
    return items[0].text.strip() if items else ""


def _read_styles(parts: Parts) -> Styles:
    """The styles that a workbook's own are made from."""
    styles = Styles()
    if parts.find(_STYLES) is None:
        return styles
    xml = parts.read(_STYLES)
    check_limit(parts.limits.elements, count_tags(xml), "部件的元素数", part=_STYLES)

    def start(name: str, prefixed: dict[str, str]) -> None:
        styles.start(local_name(name), {local_name(key): value for key, value in prefixed.items()})

    parser = xml_parts.new_parser(_STYLES)
    parser.StartElementHandler = start
    xml_parts.parse(parser, xml, _STYLES)
    return styles
