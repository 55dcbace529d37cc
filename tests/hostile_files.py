"""A folder of files made to hurt: bombs, rings, lies, halves; made one at a time, none kept.

Most stand on a workbook of the format with one wrong mark, so that what the scan lets through meets
the engines too, and still scores nowhere. `python -m tests.hostile_files` tells what becomes of each.
"""

from __future__ import annotations

import json
import random
import re
import resource
import struct
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import tests.documents as documents
from tests import zips
from tests.zips import Content, Entry, content, package, repeated

BALLOT = "xl/worksheets/sheet8.xml"
WORKBOOK = "xl/workbook.xml"
RELS = "xl/_rels/workbook.xml.rels"
TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
TYPES = "[Content_Types].xml"
ROWS, COLUMNS = 1_048_576, 16_384
WRONG = frozenset({"X203"})
"""What is found where the hostile part is harmless: the one wrong mark."""

Maker = Callable[[], bytes]


@dataclass(frozen=True)
class Hostile:
    """One file, and what it may be told; no codes: anything but a score."""

    name: str
    make: Maker
    codes: frozenset[str] = frozenset()
    slow: bool = False
    """Takes seconds to make or to refuse."""


_FILES: list[Hostile] = []


def _add(name: str, make: Maker, codes: str = "", slow: bool = False) -> None:
    _FILES.append(Hostile(name, make, frozenset(codes.split()), slow))


# --- the workbook below -----------------------------------------------------------------


@cache
def sound() -> bytes:
    """A workbook that scores."""
    return documents.sample(documents.RECIPES / "基本示例.md")


@cache
def _parts() -> tuple[tuple[str, bytes], ...]:
    """The parts of the same with one mark far too high."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(sound())) as opened:
        held = {info.filename: opened.read(info) for info in opened.infolist()}
    held[BALLOT], found = re.subn(rb'(<c r="H5"[^>]*><v>)[^<]*', rb"\g<1>999", held[BALLOT])
    assert found == 1
    return tuple(held.items())


def parts() -> dict[str, bytes | Content]:
    return dict(_parts())


def held(part: str) -> bytes:
    return dict(_parts())[part]


def with_part(part: str, made: bytes | Content, *more: Entry) -> bytes:
    return package({**parts(), part: made}, *more)


def put(part: str, mark: bytes, new: bytes, after: bool = False) -> bytes:
    """The workbook with `new` before (or after) the first `mark` in a part."""
    xml = held(part)
    assert mark in xml, (part, mark)
    put_in = mark + new if after else new + mark
    return with_part(part, xml.replace(mark, put_in, 1))


def rows(new: bytes) -> bytes:
    """More rows behind those of a ballot."""
    return put(BALLOT, b"</sheetData>", new)


def flood(part: str, mark: bytes, block: bytes, times: int) -> bytes:
    """A block so many times before the first `mark` of a part."""
    head, found, tail = held(part).partition(mark)
    assert found, (part, mark)
    return with_part(part, repeated(block, times, head, found + tail))


def mark(cell: bytes) -> bytes:
    """The ballot with another cell in place of the wrong mark; the next mark is then too high."""
    xml, found = re.subn(rb'<c r="H5"[^>]*>.*?</c>', lambda _: cell, held(BALLOT))
    assert found == 1
    return with_part(BALLOT, re.sub(rb'(<c r="H9"[^>]*>)<v>[^<]*', rb"\g<1><v>999", xml))


def numbered(first: int, last: int, row: str) -> bytes:
    return "".join(row.format(n) for n in range(first, last + 1)).encode()


# --- far cells, many cells ---------------------------------------------------------------

FAR = '<row r="1048576"><c r="{}1048576"{}><v>1</v></c></row>'
_add("two-far-cells", lambda: rows(FAR.format("XFD", "").encode()), "X013")
_add("last-row", lambda: rows(FAR.format("A", "").encode()), "X013")
_add("last-column", lambda: rows(b'<row r="5000"><c r="XFD5000"><v>1</v></c></row>'), "X013")
_add(
    "beyond-the-last", lambda: rows(b'<row r="1048577"><c r="A1048577"><v>1</v></c></row>'), "X012"
)
_add("beyond-the-last-column", lambda: rows(b'<row r="5000"><c r="XFE5000"/></row>'), "X012")
_add("row-in-twelve-digits", lambda: rows(b'<row r="999999999999"/>'), "X012")
_add("far-blank-cell", lambda: rows(b'<row r="1048576"><c r="XFD1048576" s="3"/></row>'), "X203")
_add(
    "rows-without-numbers",
    lambda: flood(BALLOT, b"</sheetData>", b"<row/>", 1_000_000),
    "X203",
    True,
)
_add(
    "styled-rows",
    lambda: rows(numbered(5000, ROWS, '<row r="{0}" s="3" customFormat="1"/>')), "X203", True,
)  # fmt: skip
_add(
    "styled-cells",
    lambda: rows(numbered(5000, ROWS, '<row r="{0}"><c r="A{0}" s="3"/></row>')), "X203", True,
)  # fmt: skip
_add("blank-cells", lambda: flood(BALLOT, b"</sheetData>", b"<c/>" * 100, 45_000), "X203")
_add("row-of-blank-cells", lambda: rows(b"<row>" + b"<c/>" * 4_500_000 + b"</row>"), "X203", True)
_add("six-million-tags", lambda: flood(BALLOT, b"</sheetData>", b"<row/>" * 100, 60_000), "X013")
_add(
    "twenty-million-cells",
    lambda: flood(BALLOT, b"</sheetData>", b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>", 20_000), "X013",
)  # fmt: skip
_add(
    "a-million-cells",
    lambda: flood(BALLOT, b"</sheetData>", b"<row>" + b"<c><v>1</v></c>" * 100 + b"</row>", 10_000), "X013",
)  # fmt: skip
_add(
    "as-many-cells-as-allowed",
    lambda: rows(numbered(5000, 19_999, '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="H{0}"><v>99</v></c></row>')),
    "", True,
)  # fmt: skip
_add(
    "hidden-columns",
    lambda: put(BALLOT, b"<sheetData>", b'<cols><col min="1" max="16384" hidden="1"/></cols>'),
    "X203",
)
_add(
    "columns-in-words",
    lambda: put(BALLOT, b"<sheetData>", b'<cols><col min="x" max="y" hidden="1"/></cols>'),
    "X014",
)

# --- order -------------------------------------------------------------------------------

ONE = b'<row r="%d"><c r="A%d"><v>1</v></c></row>'
_add("rows-out-of-order", lambda: rows(ONE % (6000, 6000) + ONE % (5999, 5999)), "X012")
_add("row-twice", lambda: rows(ONE % (6000, 6000) * 2), "X012")
_add(
    "cell-twice",
    lambda: rows(b'<row r="6000">' + b'<c r="A6000"><v>1</v></c>' * 2 + b"</row>"),
    "X012",
)
_add(
    "cells-out-of-order", lambda: rows(b'<row r="6000"><c r="B6000"/><c r="A6000"/></row>'), "X012"
)
_add("cell-of-another-row", lambda: rows(b'<row r="6000"><c r="A7"><v>1</v></c></row>'), "X012")
_add(
    "two-sheet-data", lambda: put(BALLOT, b"</sheetData>", b"<sheetData></sheetData>", True), "X014"
)
_add("value-twice", lambda: mark(b'<c r="H5"><v>1</v><v>2</v></c>'), "X014")

# --- bombs of the zip --------------------------------------------------------------------


def _bomb(declared: int | None) -> bytes:
    bomb = repeated(b"<!--" + bytes([65]) * (1 << 20) + b"-->", 1024)
    return package(parts(), Entry(b"xl/media/bomb.xml", bomb, declared))


_add("bomb-1-gib", lambda: _bomb(None), "X013", True)
_add("bomb-that-lies", lambda: _bomb(1000), "X006", True)
_add(
    "bomb-in-the-texts",
    lambda: flood(TEXTS, b"</sst>", b"<si><t>" + b"A" * 30_000 + b"</t></si>", 35_000),
    "X013",
    True,
)
_add(
    "many-large-parts",
    lambda: package(
        parts(), *[Entry(b"xl/m%d.xml" % n, repeated(b"<a/>", 1 << 20)) for n in range(60)]
    ),
    "X013 X015",
    True,
)
_add(
    "inner-zips", lambda: package(parts(), Entry(b"xl/media/a.xlsx", content(_nested(30)))), "X203"
)
_add("only-inner-zips", lambda: _nested(30), "X007")


def _nested(depth: int) -> bytes:
    inner = sound()
    for _ in range(depth):
        inner = package({"自评.xlsx": inner})
    return inner


def _overlapping() -> bytes:
    """A thousand names for the same packed bytes."""
    zipped = package(parts())
    start = zipped.rfind(b"PK\x05\x06")
    count, size, at = struct.unpack_from("<2xH2I", zipped, start + 8)
    again = zips.central(Entry(TYPES.encode(), content(held(TYPES))), 0)
    listed = zipped[at : at + size] + b"".join(
        again.replace(TYPES.encode(), b"[Content_%05d].xml" % n) for n in range(1000)
    )
    return zipped[:at] + listed + zips.end(count + 1000, len(listed), at)


_add("overlapping-entries", _overlapping, "X006")
_add(
    "quoted-overlap",
    lambda: zips.quoted(
        [*(b"xl/media/%04d.xml" % n for n in range(1500)), TYPES.encode()], content(held(TYPES))
    ), "X006 X014",
)  # fmt: skip
_add(
    "quoted-overlap-bomb",
    lambda: zips.quoted([b"%04d" % n for n in range(250)], repeated(b"A" * (1 << 20), 50)), "X006 X013 X007", True,
)  # fmt: skip
_add(
    "200000-entries",
    lambda: package(parts(), *[Entry(b"x/%06d" % n, content(b"")) for n in range(200_000)]),
    "X013",
    True,
)
_add(
    "too-few-entries-claimed",
    lambda: zips.archive([Entry(n.encode(), content(c)) for n, c in _parts()], 3),
    "X006",
)
_add(
    "long-comment",
    lambda: zips.archive(
        [Entry(n.encode(), content(c)) for n, c in _parts()], None, b"PK\x05\x06" * 16_000
    ),
    "X006",
)
_add("something-in-front", lambda: b"PK\x03\x04" + bytes(99) + package(parts()), "X006")
_add("two-packages", lambda: package(parts()) + package(parts()), "X006")
_add(
    "locked-entry", lambda: package(parts(), Entry(b"xl/a.xml", content(b"<a/>"), None, 1)), "X002"
)
_add(
    "method-99",
    lambda: package(
        {k: v for k, v in parts().items() if k != TEXTS},
        Entry(TEXTS.encode(), content(held(TEXTS)), method=99),
    ),
    "X006",
)
_add(
    "method-12-called-8",
    lambda: package(parts(), Entry(b"xl/a.xml", Content(b"BZh9" * 9, 99, 0))),
    "X006",
)
_add(
    "offset-beyond",
    lambda: package(parts(), Entry(b"xl/a.xml", content(b"<a/>"), at=0xFFFFFFF0)),
    "X006",
)
_add(
    "size-of-4-gib",
    lambda: package(parts(), Entry(b"xl/a.xml", content(b"<a/>"), 0xFFFFFFFE)),
    "X013",
)
_add(
    "size-of-zip64",
    lambda: package(parts(), Entry(b"xl/a.xml", content(b"<a/>"), 0xFFFFFFFF)),
    "X006 X013",
)

# --- names of parts ----------------------------------------------------------------------


def _beside(name: bytes, data: bytes = b"<a/>", **lie: object) -> Maker:
    return lambda: package(parts(), Entry(name, content(data), **lie))  # type: ignore[arg-type]


_add("part-twice", _beside(BALLOT.encode(), held(BALLOT)), "X011")
_add("part-in-another-case", _beside(b"xl/Worksheets/Sheet8.xml"), "X011")
_add("part-with-backslashes", _beside(rb"xl\worksheets\sheet8.xml"), "X011")
_add("part-with-a-slash-in-front", _beside(b"/xl/worksheets/sheet8.xml"), "X011")
_add("all-backslashes", lambda: package({k.replace("/", "\\"): v for k, v in parts().items()}))
_add("all-absolute", lambda: package({"/" + k: v for k, v in parts().items()}))
_add("climbing-names", _beside(b"../../../../tmp/xlkpi-was-here.xml"), "X203")
_add("climbing-and-colliding", _beside(b"xl/x/../worksheets/sheet8.xml"))
_add("drive-and-device-names", _beside(b"C:\\CON"), "X203")
_add("name-with-a-nul", _beside(b"xl/worksheets/sheet8.xml\0.png"), "X011 X006")
_add("name-of-60000", _beside(b"x" * 60_000 + b".xml"), "X203")
_add("name-not-in-utf8", _beside(b"xl/\xff\xfe\xd0.xml"), "X006 X011 X203")
_add("another-name-inside", _beside(b"xl/a.xml", local_name=b"xl/b.xml"), "X006")
_add("no-name", _beside(b""))

# --- declarations ------------------------------------------------------------------------

LAUGHS = (
    '<!DOCTYPE a [<!ENTITY e0 "ha">'
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE a [<!ENTITY e "{"A" * 50_000}">]>'
EXTERNAL = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p; <!ENTITY e "x">]>'
_DECLARATIONS = {
    "laughs": LAUGHS,
    "quadratic": QUADRATIC,
    "external": EXTERNAL,
    "parameter": PARAMETER,
}
_PLACES = {"workbook": WORKBOOK, "texts": TEXTS, "sheet": BALLOT, "styles": STYLES}


def _declared(part: str, declaration: str, encoding: str = "utf-8") -> bytes:
    text = re.sub(r"<\?xml.*?\?>", "", held(part).decode())
    text = re.sub(r"(<v>|<t>|<sheets>|<fonts[^>]*>)", lambda m: m[0] + "&e;", text, count=1)
    head = "" if encoding == "utf-8" else f'<?xml version="1.0" encoding="{encoding}"?>'
    return with_part(part, (head + declaration + text).encode(encoding))


def _add_declarations() -> None:
    for where, part in _PLACES.items():
        for kind, declaration in _DECLARATIONS.items():
            _add(f"{kind}-in-{where}", lambda p=part, d=declaration: _declared(p, d), "X010")  # type: ignore[misc]
        _add(f"wide-doctype-in-{where}", lambda p=part: _declared(p, EXTERNAL, "utf-16"), "X010")  # type: ignore[misc]
    _add(
        "doctype-in-a-part-nobody-reads",
        _beside(b"xl/comments1.xml", LAUGHS.encode() + b"<a/>"),
        "X010",
    )


_add_declarations()

# --- sheets ------------------------------------------------------------------------------

SHEET = b'<sheet name="s%d" sheetId="%d" r:id="%s"/>'


def _sheets(own: bool, count: int) -> bytes:
    listed = b"".join(SHEET % (n, n + 100, b"n%d" % n if own else b"rId8") for n in range(count))
    made = parts()
    made[WORKBOOK] = held(WORKBOOK).replace(b"</sheets>", listed + b"</sheets>")
    more = []
    if own:
        kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
        links = b"".join(
            b'<Relationship Id="n%d" Type="%s" Target="worksheets/n%d.xml"/>' % (n, kind, n)
            for n in range(count)
        )
        made[RELS] = held(RELS).replace(b"</Relationships>", links + b"</Relationships>")
        empty = content(
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
        )
        more = [Entry(b"xl/worksheets/n%d.xml" % n, empty) for n in range(count)]
    return package(made, *more)


_add("20000-sheets-on-one-part", lambda: _sheets(False, 20_000), "X013")
_add("20000-sheets", lambda: _sheets(True, 20_000), "X013", True)
_add("480-sheets", lambda: _sheets(True, 480), "X203", True)
_add("two-sheets-on-one-part", lambda: _sheets(False, 1), "X014")
_add(
    "sheet-name-of-40000",
    lambda: put(WORKBOOK, b"</sheets>", SHEET.replace(b"s%d", b"n" * 40_000) % (99, b"rId1")),
    "X014",
)
_add(
    "sheet-without-a-part", lambda: put(WORKBOOK, b"</sheets>", SHEET % (1, 99, b"nothing")), "X014"
)
_add(
    "sheet-renamed-to-40000",
    lambda: with_part(WORKBOOK, held(WORKBOOK).replace("参数".encode(), b"n" * 40_000)),
)
_add("sheet-that-is-a-picture", lambda: with_part(BALLOT, b"\x89PNG\r\n\x1a\n"), "X014")
_add("sheet-that-is-styles", lambda: with_part(BALLOT, held(STYLES)), "X014")
_add("sheet-that-is-empty", lambda: with_part(BALLOT, b""), "X014")

# --- texts and their numbers -------------------------------------------------------------

_TEXT = b'<c r="H5" t="s"><v>%s</v></c>'
for _name, _index in {
    "negative": b"-1",
    "huge": b"99999999999",
    "wordy": b"abc",
    "odd": b"1e2",
}.items():
    _add(f"text-index-{_name}", lambda n=_index: mark(_TEXT % n), "X014")  # type: ignore[misc]
for _count in (b"4294967295", b"-1", b"9" * 400):
    _add(
        f"text-count-{_count.decode()[:12]}",
        lambda n=_count: with_part(TEXTS, re.sub(rb'uniqueCount="\d+"', b'uniqueCount="%s"' % n, held(TEXTS))),  # type: ignore[misc]
        "X013 X014 X203",
    )  # fmt: skip
_add(
    "text-count-in-words",
    lambda: with_part(TEXTS, re.sub(rb'uniqueCount="\d+"', b'uniqueCount="many"', held(TEXTS))),
    "X014",
)
_add(
    "text-of-40000",
    lambda: put(TEXTS, b"</sst>", b"<si><t>" + b"A" * 40_000 + b"</t></si>"),
    "X013",
)
_add(
    "runs-without-end",
    lambda: put(TEXTS, b"</sst>", b"<si>" + b"<r><t>A</t></r>" * 40_000 + b"</si>"),
    "X013",
)
_add(
    "texts-without-end",
    lambda: flood(TEXTS, b"</sst>", b"<si><t/></si>", 1_200_000),
    "X203 X015",
    True,
)
_add("no-texts-part", lambda: package({k: v for k, v in parts().items() if k != TEXTS}), "X014")

# --- XML ---------------------------------------------------------------------------------


def _deep(part: str, mark: bytes, depth: int = 1_000_000) -> Maker:
    return lambda: put(part, mark, b"<g>" * depth + b"</g>" * depth)


_add("deep-in-a-sheet", _deep(BALLOT, b"</worksheet>"), "X203", True)
_add(
    "deep-in-a-cell",
    lambda: mark(b'<c r="H5"><v>' + b"<g>" * 10**6 + b"1" + b"</g>" * 10**6 + b"</v></c>"),
    "X014",
    True,
)
_add("deep-in-the-rows", _deep(BALLOT, b"</sheetData>"), "X203", True)
_add("deep-in-the-texts", _deep(TEXTS, b"</sst>"), "X203", True)
_add("deep-in-the-styles", _deep(STYLES, b"</styleSheet>", 400_000), "X203", True)
_add("deep-in-the-workbook", _deep(WORKBOOK, b"</workbook>", 400_000), "X203", True)
_add("deep-in-a-part-nobody-reads", _deep("xl/theme/theme1.xml", b"</a:theme>"), "", True)
_MANY = b" ".join(b'a%d="1"' % n for n in range(1_000_000))
_add(
    "a-million-attributes",
    lambda: put(BALLOT, b"</worksheet>", b"<x " + _MANY + b"/>"),
    "X203",
    True,
)
_add(
    "a-million-attributes-of-a-cell",
    lambda: mark(b'<c r="H5" ' + _MANY + b"><v>1</v></c>"),
    "X203",
    True,
)
_add("a-million-attributes-of-a-row", lambda: rows(b'<row r="5000" ' + _MANY + b"/>"), "X203", True)
_add(
    "a-million-attributes-in-the-texts",
    lambda: put(TEXTS, b"</sst>", b"<si " + _MANY + b"><t/></si>"),
    "X203",
    True,
)
_add(
    "a-million-attributes-in-the-styles",
    lambda: put(STYLES, b"</styleSheet>", b"<x " + _MANY + b"/>"),
    "X203",
    True,
)
_LONG = b"A" * (1 << 20)
_add(
    "attribute-of-90-mib",
    lambda: flood(
        BALLOT,
        b'"/></worksheet>' if b'"/></worksheet>' in held(BALLOT) else b"</worksheet>",
        _LONG,
        90,
    ),
    "",
    True,
)
_add(
    "long-attribute",
    lambda: with_part(
        BALLOT,
        repeated(_LONG, 90, held(BALLOT).replace(b"</worksheet>", b'<x a="'), b'"/></worksheet>'),
    ),
    "",
    True,
)
_add(
    "long-comment-in-a-sheet",
    lambda: with_part(
        BALLOT,
        repeated(_LONG, 90, held(BALLOT).replace(b"</worksheet>", b"<!--"), b"--></worksheet>"),
    ),
    "",
    True,
)
_add(
    "long-instruction",
    lambda: with_part(
        BALLOT,
        repeated(_LONG, 90, held(BALLOT).replace(b"</worksheet>", b"<?x "), b"?></worksheet>"),
    ),
    "",
    True,
)
_add(
    "long-text-between",
    lambda: with_part(
        BALLOT, repeated(_LONG, 90, held(BALLOT).replace(b"</worksheet>", b""), b"</worksheet>")
    ),
    "",
    True,
)
_add("long-text-in-the-styles", lambda: flood(STYLES, b"</styleSheet>", _LONG, 90), "", True)
_add(
    "long-attribute-in-the-texts",
    lambda: with_part(
        TEXTS, repeated(_LONG, 90, held(TEXTS).replace(b"</sst>", b'<x a="'), b'"/></sst>')
    ),
    "",
    True,
)
_add(
    "two-hundred-comments",
    lambda: flood(BALLOT, b"</worksheet>", b"<!--" + b"A" * 99_000 + b"-->", 900),
    "",
    True,
)
_add("data-section", lambda: mark(b'<c r="H5"><v><![CDATA[12]]></v></c>'), "X014")
_add("not-utf8", lambda: put(BALLOT, b"</worksheet>", b"<x>\xff\xfe\xc0\x80</x>"), "X014")
_add("a-nul", lambda: put(BALLOT, b"</worksheet>", b"\0"), "X014")
_add(
    "wide-sheet",
    lambda: with_part(BALLOT, held(BALLOT).decode().replace("UTF-8", "UTF-16").encode("utf-16")),
    "X014",
)
_add(
    "encoding-unknown", lambda: with_part(BALLOT, held(BALLOT).replace(b"UTF-8", b"cp437")), "X014"
)
for _name, _char in {
    "surrogate": b"&#xD800;",
    "nul": b"&#0;",
    "control": b"&#1;",
    "beyond": b"&#x110000;",
    "fffe": b"&#xFFFE;",
}.items():
    _add(
        f"character-{_name}",
        lambda c=_char: put(TEXTS, b"</sst>", b"<si><t>" + c + b"</t></si>"),
        "X014",
    )  # type: ignore[misc]
for _name, _char in {
    "escaped-surrogate": b"_xD800_",
    "escaped-nul": b"_x0000_",
    "escaped-bell": b"_x0007_",
    "bidi": "\u202e85".encode(),
    "noncharacter": "\U0010ffff\ufdd0".encode(),
}.items():
    _add(
        f"text-{_name}",
        lambda c=_char: mark(b'<c r="H5" t="inlineStr"><is><t>' + c + b"</t></is></c>"),
    )  # type: ignore[misc]
_add("undefined-entity", lambda: mark(b'<c r="H5"><v>&e;</v></c>'), "X014")
_add("undeclared-prefix", lambda: mark(b'<q:c r="H5"><q:v>1</q:v></q:c>'))

# --- merges, names, styles ---------------------------------------------------------------


def _merges(*refs: str) -> bytes:
    xml = re.sub(rb"<mergeCells.*?</mergeCells>", b"", held(BALLOT))
    made = "".join(f'<mergeCell ref="{ref}"/>' for ref in refs).encode()
    head, _, tail = xml.partition(b"</sheetData>")
    return with_part(BALLOT, head + b"</sheetData><mergeCells>" + made + b"</mergeCells>" + tail)


_add("65000-merges", lambda: _merges(*[f"A{n}:B{n}" for n in range(5000, 70_000)]), "X013")
_add("20000-merges", lambda: _merges(*[f"A{n}:B{n}" for n in range(5000, 24_000)]), "X203", True)
_add("merge-of-everything", lambda: _merges("A5000:XFD1048576"), "X203")
_add("overlapping-merges", lambda: _merges(*["A1:XFD1048576"] * 15_000))
_add("merges-over-many-cells", lambda: rows_and_merges())
_add("merge-in-words", lambda: _merges("A1:Q"), "X014")
_add("merge-backwards", lambda: _merges("J5000:A5"), "X110")


def rows_and_merges() -> bytes:
    """An extent of 20,000 × 256 under one merge after another."""
    xml = re.sub(rb"<mergeCells.*?</mergeCells>", b"", held(BALLOT))
    wide = b'<row r="20000"><c r="IV20000"><v>1</v></c></row></sheetData><mergeCells>'
    made = "".join(f'<mergeCell ref="A{n}:IV20000"/>' for n in range(60, 15_060)).encode()
    return with_part(BALLOT, xml.replace(b"</sheetData>", wide + made + b"</mergeCells>"))


_NAME = b'<definedName name="n%d">%s</definedName>'
_add(
    "a-million-names",
    lambda: put(
        WORKBOOK, b"</definedNames>", b"".join(_NAME % (n, b"$A$1") for n in range(1_000_000))
    ),
    "X013",
    True,
)
_add(
    "400000-names",
    lambda: put(
        WORKBOOK, b"</definedNames>", b"".join(_NAME % (n, b"$A$1") for n in range(400_000))
    ),
    "",
    True,
)
_add(
    "ring-of-names",
    lambda: put(WORKBOOK, b"</definedNames>", _NAME % (1, b"n2") + _NAME % (2, b"n1")),
    "X203",
)
_add(
    "our-names-in-a-ring",
    lambda: with_part(
        WORKBOOK, re.sub(rb'(name="xlkpi_format">)[^<]*', rb"\g<1>xlkpi_format", held(WORKBOOK))
    ),
)
_add(
    "name-of-40000-characters",
    lambda: put(
        WORKBOOK,
        b"</definedNames>",
        b'<definedName name="%s">%s</definedName>' % (b"n" * 40_000, b"A" * 40_000),
    ),
)
_add(
    "name-for-a-sheet-that-is-not",
    lambda: put(
        WORKBOOK,
        b"</definedNames>",
        b'<definedName name="a" localSheetId="99999999999">A1</definedName>',
    ),
)
_add("a-million-formats", lambda: flood(STYLES, b"</cellXfs>", b"<xf/>", 1_000_000), "X013")
_add("900000-formats", lambda: flood(STYLES, b"</cellXfs>", b"<xf/>", 900_000), "", True)
_add(
    "a-number-format-of-1-mib",
    lambda: put(
        STYLES,
        b"<fonts",
        b'<numFmts><numFmt numFmtId="199" formatCode="%s"/></numFmts>' % (b"[" * (1 << 20)),
    ),
    "",
    True,
)
_add("format-that-is-not", lambda: mark(b'<c r="H5" s="999999"><v>999</v></c>'))
_add("format-in-words", lambda: mark(b'<c r="H5" s="red"><v>999</v></c>'))
_BROKEN = {
    "fill": (STYLES, b"</fills>", b'<fill><patternFill patternType="plaid"/></fill>'),
    "font": (STYLES, b"</fonts>", b'<font><u val="wavy"/><family val="99"/></font>'),
    "border": (STYLES, b"</borders>", b'<border><left style="zigzag"/></border>'),
    "filter": (BALLOT, b"</sheetData>", b'<autoFilter ref="A4:J9"><filterColumn colId="0"><customFilters><customFilter operator="maybe" val="x"/></customFilters></filterColumn></autoFilter>'),
    "validation": (BALLOT, b"</sheetData>", b'<dataValidations><dataValidation type="guess" sqref="A1:XFD9"/></dataValidations>'),
    "condition": (BALLOT, b"</sheetData>", b'<conditionalFormatting sqref="A1"><cfRule type="mood" priority="x"/></conditionalFormatting>'),
    "link": (BALLOT, b"</worksheet>", b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>'),
    "pane": (BALLOT, b"</sheetViews>", b'<sheetView workbookViewId="x"><pane state="molten"/></sheetView>'),
    "view": (WORKBOOK, b"</bookViews>", b'<workbookView activeTab="4000000000" windowWidth="wide"/>'),
    "drawing": (BALLOT, b"</worksheet>", b'<drawing r:id="rId999"/><legacyDrawing r:id="rId998"/>'),
}  # fmt: skip
for _name, (_part, _mark, _new) in _BROKEN.items():
    _add(
        f"broken-{_name}",
        lambda p=_part, m=_mark, n=_new: put(p, m, n, after=m == b"</sheetData>"), "X203",  # type: ignore[misc]
    )  # fmt: skip
_add("comment-far-away", lambda: _commented("XFD1048576"), "X203")
_add("comment-nowhere", lambda: _commented("here"), "X203")


def _commented(cell: str, times: int = 1) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    links = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{kind}" Target="/xl/comments9.xml"/></Relationships>'
    each = f'<comment ref="{cell}" authorId="0"><text><t>x</t></text></comment>'
    said = f'<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors><author>a</author></authors><commentList>{each * times}</commentList></comments>'
    made = parts() | {
        "xl/worksheets/_rels/sheet8.xml.rels": links.encode(),
        "xl/comments9.xml": said.encode(),
    }
    made[TYPES] = held(TYPES).replace(
        b"</Types>",
        b'<Override PartName="/xl/comments9.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"/></Types>',
    )
    return package(made)


# --- the same thing a hundred thousand times ----------------------------------------------------


def _behind_rows(new: bytes, times: int, wrap: str) -> bytes:
    """The ballot with `new` so many times behind its rows, inside an element."""
    name = wrap.partition(" ")[0]
    xml = re.sub(rf"<{name}\b.*?</{name}>".encode(), b"", held(BALLOT), flags=re.DOTALL)
    head, found, tail = xml.partition(b"</sheetData>")
    begun = head + found + f"<{wrap}>".encode()
    return with_part(BALLOT, begun + new * times + f"</{name}>".encode() + tail)


_CONDITION = b'<cfRule type="cellIs" dxfId="0" priority="1" operator="lessThan"><formula>0</formula></cfRule>'
_VALIDATION = b'<dataValidation type="whole" sqref="A5"><formula1>1</formula1></dataValidation>'
_RANGE = b'<protectedRange name="x" sqref="A1:XFD1048576"/>'
_EVERYTHING = b'<hyperlink ref="A1:XFD1048576" location="x"/>'
for _name, _new, _times, _wrap in (
    ("300000-conditions", _CONDITION, 300_000, 'conditionalFormatting sqref="A5"'),
    ("300000-validations", _VALIDATION, 300_000, "dataValidations"),
    ("300000-links", b'<hyperlink ref="A5" location="x"/>', 300_000, "hyperlinks"),
    ("a-hundred-links-on-everything", _EVERYTHING, 100, "hyperlinks"),
    ("100000-protected-ranges", _RANGE, 100_000, "protectedRanges"),
    ("300000-page-breaks", b'<brk id="5"/>', 300_000, "rowBreaks"),
    ("300000-extensions", b"<ext><a/></ext>", 300_000, "extLst"),
):
    _add(_name, lambda n=_new, t=_times, w=_wrap: _behind_rows(n, t, w), "X203", _times > 100_000)  # type: ignore[misc]
for _name, _end, _new, _times in (
    ("60000-looks", b"</cellXfs>", b'<xf numFmtId="0" fontId="0"/>', 60_000),
    ("200000-fonts", b"</fonts>", b'<font><sz val="11"/><name val="x"/></font>', 200_000),
    ("60000-named-looks", b"</cellStyles>", b'<cellStyle name="x" xfId="0"/>', 60_000),
    ("60000-fills", b"</fills>", b'<fill><patternFill patternType="gray125"/></fill>', 60_000),
):
    _add(_name, lambda e=_end, n=_new, t=_times: flood(STYLES, e, n, t), "X203", True)  # type: ignore[misc]
_NUMBER_FORMAT = '<numFmt numFmtId="{0}" formatCode="0.0&quot;{0}&quot;"/>'
_add(
    "60000-number-formats",
    lambda: put(
        STYLES, b"<fonts", b"<numFmts>" + numbered(200, 60_199, _NUMBER_FORMAT) + b"</numFmts>"
    ),
    "X203",
    True,
)
_add(
    "condition-on-a-million-cells-one-by-one",
    lambda: _behind_rows(
        _CONDITION, 1, 'conditionalFormatting sqref="' + " ".join(f"A{n}" for n in range(1, ROWS)) + '"'
    ),
    "X203",
    True,
)  # fmt: skip
_add("200000-merges", lambda: _merges(*[f"A{n}:B{n}" for n in range(5000, 205_000)]), "X013")
_add("200000-remarks", lambda: _commented("A1", 200_000), "X203", True)
_add(
    "300000-relationships",
    lambda: put(RELS, b"</Relationships>", _LINK * 300_000),
    "X203",
    True,
)
_LINK = b'<Relationship Id="z" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/theme" Target="theme/theme1.xml"/>'
_add(
    "50000-content-types",
    lambda: flood(TYPES, b"</Types>", b'<Override PartName="/z" ContentType="a/b"/>', 50_000),
    "X203",
)
_add(
    "1900-tiny-parts",
    lambda: package(parts(), *[Entry(b"x/%04d.xml" % n, content(b"<a/>")) for n in range(1900)]),
    "X203",
)
_add(
    "hidden-columns-twenty-times",
    lambda: with_part(
        BALLOT,
        re.sub(
            rb"<cols>.*?</cols>",
            lambda _: b"<cols>" + numbered(1, COLUMNS, '<col min="{0}" max="{0}" hidden="1"/>') * 20 + b"</cols>",
            held(BALLOT),
        ),
    ),
    "X203",
    True,
)  # fmt: skip
for _name, _span in {"billion": b'min="1" max="999999999999"', "minus": b'min="-5" max="-9"'}.items():  # fmt: skip
    _add(
        f"column-{_name}",
        lambda s=_span: with_part(BALLOT, re.sub(rb"<cols>.*?</cols>", lambda _: b"<cols><col " + s + b' hidden="1"/></cols>', held(BALLOT))),  # type: ignore[misc]
        "X203",
    )  # fmt: skip
_add("formula-of-8192", lambda: mark(b'<c r="H5"><f>' + b"A1+" * 2_730 + b"1</f><v>1</v></c>"), "X203")  # fmt: skip
_add("a-thousand-ifs", lambda: mark(b'<c r="H5"><f>' + b"IF(1," * 1_000 + b"1" + b")" * 1_000 + b"</f><v>1</v></c>"), "X203")  # fmt: skip
_FOLLOWER = '<row r="{0}"><c r="A{0}"><f t="shared" si="7"/><v>1</v></c></row>'
_add(
    "followers-of-a-long-formula",
    lambda: rows(
        b'<row r="5000"><c r="A5000"><f t="shared" si="7" ref="A5000:A6999">' + b"A1+" * 2_700 + b"1</f><v>1</v></c></row>"
        + numbered(5001, 6999, _FOLLOWER)
    ),
    "", True,
)  # fmt: skip
_add("long-text-in-190000-cells", lambda: _one_text(14_600), "", True)
_add("long-text-in-20000-cells", lambda: _one_text(1_540), "X017 X019 X035", True)


def _one_text(times: int) -> bytes:
    """One text of 32,000 characters in thirteen cells a row: gigabytes to whoever copies it."""
    cells = "".join(f'<c r="{letter}{{0}}" t="s"><v>{{1}}</v></c>' for letter in "ABCDEFGHIJKLM")
    count = held(TEXTS).count(b"<si>")
    row = f'<row r="{{0}}">{cells}</row>'
    block = "".join(row.format(n, count) for n in range(5000, 5000 + times)).encode()
    made = parts() | {BALLOT: held(BALLOT).replace(b"</sheetData>", block + b"</sheetData>")}
    text = b"<si><t>" + b"A" * 32_000 + b"</t></si></sst>"
    return package({**made, TEXTS: held(TEXTS).replace(b"</sst>", text)})


for _name, _called in {
    "controls": "a&#9;b&#10;c&#13;", "signs": "[x]:*?/\\'", "nothing": "", "formula": "=1+1",
    "ours": "问题清单", "link": "http://127.0.0.1/",
}.items():  # fmt: skip
    _add(
        f"sheet-called-{_name}",
        lambda c=_called: with_part(WORKBOOK, held(WORKBOOK).replace("问题与措施".encode(), c.encode())),  # type: ignore[misc]
        "X203",
    )  # fmt: skip
_add(
    "two-sheets-nearly-alike",
    lambda: with_part(WORKBOOK, held(WORKBOOK).replace("问题与措施".encode(), "评分_甲 ".encode())),
    "X107",
)
_add(
    "ballot-called-with-controls",
    lambda: with_part(WORKBOOK, held(WORKBOOK).replace("评分_乙".encode(), "评分_乙&#10;&#9;".encode())),
    "X203",
)  # fmt: skip
_add(
    "drawing-that-is-its-own-sheet",
    lambda: package({
        **parts(),
        "xl/worksheets/_rels/sheet8.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="sheet8.xml"/></Relationships>',
    }),
    "X203",
)  # fmt: skip

# --- cells -------------------------------------------------------------------------------

_add(
    "shared-formula-far",
    lambda: mark(b'<c r="H5"><f t="shared" ref="A1:XFD1048576" si="0">A1+1</f><v>999</v></c>'),
)
_add(
    "array-formula-far",
    lambda: mark(b'<c r="H5"><f t="array" ref="A1:XFD1048576">A1:XFD1048576*2</f><v>999</v></c>'),
)
_add(
    "shared-formula-of-nobody",
    lambda: mark(b'<c r="H5"><f t="shared" si="4000000000"/><v>999</v></c>'),
)
_add(
    "formula-of-40000",
    lambda: mark(b'<c r="H5"><f>' + b"A1+" * 13_334 + b"1</f><v>1</v></c>"),
    "X013",
)
_add(
    "formula-of-brackets",
    lambda: mark(b'<c r="H5"><f>' + b"(" * 16_000 + b"1" + b")" * 16_000 + b"</f><v>1</v></c>"),
)
_add(
    "data-table",
    lambda: mark(
        b'<c r="H5"><f t="dataTable" ref="H5:XFD1048576" dt2D="1" r1="A1" r2="A2"/><v>9</v></c>'
    ),
)
NUMBERS = (
    "inf", "-inf", "nan", "1e400", "-1e400", "1e-400", "1e308", "5e-324", "9" * 400, "0." + "3" * 400, "0x10", "1_0",
    "--1", "1e", "", "１２", "1 2", "+", ".", "1,000", "Infinity", "\u0663",
)  # fmt: skip
for _n, _number in enumerate(NUMBERS):
    _add(f"number-{_n:02}", lambda n=_number: mark(f'<c r="H5"><v>{n}</v></c>'.encode()))  # type: ignore[misc]
for _n, _error in enumerate(
    ("#DIV/0!", "#ODD!", "", "x" * 30_000, "=1+1", "<b>".replace("<", "&lt;"), "#N/A\n#N/A")
):
    _add(f"error-{_n}", lambda e=_error: mark(f'<c r="H5" t="e"><v>{e}</v></c>'.encode()))  # type: ignore[misc]
for _n, _date in enumerate(("2023-12-31", "9999-99-99T99:99:99", "-1", "0000-00-00", "", "1e9")):
    _add(f"date-{_n}", lambda d=_date: mark(f'<c r="H5" t="d"><v>{d}</v></c>'.encode()))  # type: ignore[misc]
for _n, _serial in enumerate(("-1", "0", "2958466", "1e15", "-1e300", "60", "0.99999999999")):
    _add(f"serial-{_n}", lambda d=_serial: _dated(d))  # type: ignore[misc]
for _kind in ("b", "zzz", "", "str", "inlineStr", "S"):
    _add(f"kind-{_kind}", lambda k=_kind: mark(f'<c r="H5" t="{k}"><v>7</v></c>'.encode()))  # type: ignore[misc]


def _dated(serial: str) -> bytes:
    """A number shown as a date."""
    styles = held(STYLES)
    count = len(re.findall(rb"<xf ", styles.partition(b"<cellXfs")[2].partition(b"</cellXfs>")[0]))
    made = parts()
    made[STYLES] = styles.replace(
        b"</cellXfs>", b'<xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
    )
    cell = f'<c r="H5" s="{count}"><v>{serial}</v></c>'.encode()
    xml = re.sub(rb'<c r="H5"[^>]*>.*?</c>', lambda _: cell, held(BALLOT))
    made[BALLOT] = re.sub(rb'(<c r="H9"[^>]*>)<v>[^<]*', rb"\g<1><v>999", xml)
    return package(made)


# --- no workbook at all ------------------------------------------------------------------

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole(
    *streams: str, shift: int = 9, links: tuple[int, ...] = (_FAT, _END), ring: bool = False
) -> bytes:
    """A compound file by hand: a header, a table of sectors, a directory."""
    header = bytearray(512)
    header[:8] = _OLE
    struct.pack_into("<4H", header, 24, 0x3E, 3, 0xFFFE, shift)
    struct.pack_into("<H2I", header, 32, 6, 0, 0)
    struct.pack_into("<2I", header, 44, 1, 1)
    struct.pack_into("<109I", header, 76, 0, *[_FREE] * 108)
    table = struct.pack("<128I", *links, *[_FREE] * (128 - len(links)))
    directory = b""
    for at, name in enumerate(("Root Entry", *streams)):
        text = (name + "\0").encode("utf-16-le")
        right = (at if ring else at + 1) if 0 < at < len(streams) else _FREE
        fields = (
            len(text),
            5 if at == 0 else 2,
            1,
            at if ring else _FREE,
            right,
            1 if at == 0 else _FREE,
        )
        entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", *fields)
        directory += entry.ljust(128, b"\0")
    return bytes(header) + table + directory.ljust(512, b"\0")


_add("encrypted", lambda: ole("EncryptionInfo", "EncryptedPackage"), "X002")
_add("encrypted-in-a-ring", lambda: ole("EncryptionInfo", "EncryptedPackage", ring=True), "X002")
_add("ring-of-sectors", lambda: ole("Workbook", links=(_FAT, 1)))
_add("ring-of-three", lambda: ole("Workbook", links=(_FAT, 2, 3, 1)))
_add("ring-of-names-in-ole", lambda: ole("a", "b", "c", ring=True))
_add("huge-sectors", lambda: ole("Workbook", shift=0xFFFF))
_add("tiny-sectors", lambda: ole("Workbook", shift=0))
_add("xls-stream-of-noise", lambda: ole("Workbook") + random.Random(1).randbytes(100_000))
_add("ole-header-alone", lambda: _OLE, "X007 X003 X006")
_add("ole-and-noise", lambda: _OLE + random.Random(2).randbytes(50_000))
_add(
    "xls-header-and-noise",
    lambda: b"\x09\x08\x10\x00\x00\x06\x05\x00" + random.Random(3).randbytes(5000),
)
_add(
    "xlsb",
    lambda: with_part(
        TYPES,
        held(TYPES).replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.binary.macroEnabled.main",
        ),
    ),
    "X008",
)
_add(
    "word",
    lambda: package({TYPES: b"<Types>wordprocessingml</Types>", "word/document.xml": b"<w/>"}),
    "X007",
)
_add(
    "strict",
    lambda: with_part(
        WORKBOOK,
        held(WORKBOOK).replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ),
    ),
    "X203",
)
_add(
    "html",
    lambda: "<html><body><table><tr><td>得分</td></tr></table></body></html>".encode(),
    "X004",
)
_add("mhtml", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "X004")
_add("csv", lambda: "姓名,得分\n张三,95\n".encode("gb18030"), "X005")
_add("long-line-of-text", lambda: b"A" * (19 << 20), "X005")
_add(
    "xml-2003",
    lambda: b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
    "X007",
)
_add("laughing-xml", lambda: b'<?xml version="1.0"?>' + LAUGHS.encode() + b"<a>&e11;</a>", "X007")
_add("pdf", lambda: b"%PDF-1.7\n%%EOF", "X007")
_add("png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), "X007")
_add("empty", lambda: b"", "X001")
_add("one-byte", lambda: b"P")
_add("two-bytes", lambda: b"PK", "X006")
_add("all-zero", lambda: bytes(5 << 20), "X006")
_add("noise", lambda: random.Random(4).randbytes(1 << 20), "X007")
_add("20-mib-and-a-byte", lambda: sound() + bytes((20 << 20) + 1 - len(sound())), "X015")
_add("many-ends", lambda: b"PK\x03\x04" + b"PK\x05\x06" * (4 << 20), "X006")
_add("many-directory-marks", lambda: b"PK\x03\x04" + b"PK\x01\x02" * (4 << 20), "X013")


def _ods(rows: bytes, doctype: str = "") -> bytes:
    head = f'<?xml version="1.0"?>{doctype}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="基本信息">'
    tail = b"</table:table></office:spreadsheet></office:body></office:document-content>"
    kind = Content(b"application/vnd.oasis.opendocument.spreadsheet", 46, 0, zips.STORED)
    import zlib

    kind = Content(kind.packed, len(kind.packed), zlib.crc32(kind.packed), zips.STORED)
    manifest = b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.spreadsheet"/></m:manifest>'
    parts = {"mimetype": kind, "content.xml": head.encode() + rows + tail}
    return package({**parts, "META-INF/manifest.xml": manifest})


_FILLED = b'<table:table-cell%s office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
_WIDE = (
    b'<table:table-row table:number-rows-repeated="%d">'
    + _FILLED % b' table:number-columns-repeated="%d"'
    + b"</table:table-row>"
)
_add("ods-filled-to-the-edge", lambda: _ods(_WIDE % (ROWS, COLUMNS)))
_add("ods-filled-rows", lambda: _ods(_WIDE % (ROWS, 1)))
_add("ods-filled-columns", lambda: _ods(_WIDE % (1, COLUMNS) * 1000))
_add("ods-repeated-beyond", lambda: _ods(_WIDE % (10**18, 10**18)))
_add("ods-repeated-minus", lambda: _ods(_WIDE % (-5, -5)))
_add(
    "ods-spaces",
    lambda: _ods(
        b'<table:table-row><table:table-cell office:value-type="string"><text:p><text:s text:c="2000000000"/></text:p></table:table-cell></table:table-row>'
    ),
)
_add("ods-laughs", lambda: _ods(b"", LAUGHS))
_add(
    "ods-deep",
    lambda: _ods(
        b"<table:table-row>" + b"<g>" * 400_000 + b"</g>" * 400_000 + b"</table:table-row>"
    ),
    slow=True,
)

_add(
    "ods-text-repeated",
    lambda: _ods(_LONG_TEXT % (b"x" * 32_000)),
    "X013",
)
_LONG_TEXT = b'<table:table-row table:number-rows-repeated="19999"><table:table-cell table:number-columns-repeated="10" office:value-type="string"><text:p>%s<text:tab/></text:p></table:table-cell></table:table-row>'
_add("ods-formula-repeated", lambda: _ods(_LONG_FORMULA % (b"1+" * 16_000)), "X013")
_LONG_FORMULA = b'<table:table-row table:number-rows-repeated="19999"><table:table-cell table:number-columns-repeated="10" table:formula="of:=%s1" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>'
_SPANNED = b'<table:table-cell table:number-columns-spanned="16000" table:number-rows-spanned="1000000" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
_add("ods-merges", lambda: _ods(b"<table:table-row>" + _SPANNED * 200 + b"</table:table-row>"))
_HIDDEN = (
    b'<table:table-column table:visibility="collapse" table:number-columns-repeated="16000000"/>'
)
_add("ods-hidden-columns", lambda: _ods(_HIDDEN * 10_000))

# --- families ----------------------------------------------------------------------------


def _add_families() -> None:
    for percent in range(100):
        _add(
            f"cut-at-{percent:02}",
            lambda p=percent: _whole()[: len(_whole()) * p // 100],
            "X001 X006",
        )  # type: ignore[misc]
        _add(f"zeros-from-{percent:02}", lambda p=percent: _zeros(p))  # type: ignore[misc]
    chosen = random.Random(20231231)
    for number in range(100):
        at, bit = chosen.random(), chosen.randrange(8)
        _add(f"flip-{number:02}", lambda a=at, b=bit: _flipped(a, b))  # type: ignore[misc]


@cache
def _whole() -> bytes:
    return package(parts())


def _zeros(percent: int) -> bytes:
    at = len(_whole()) * percent // 100
    return _whole()[:at] + bytes(len(_whole()) - at)


def _flipped(at: float, bit: int) -> bytes:
    data = bytearray(_whole())
    data[int(at * len(data))] ^= 1 << bit
    return bytes(data)


_add_families()


def files() -> tuple[Hostile, ...]:
    """All of them, by name; each is made when it is asked for."""
    return tuple(_FILES)


def folder() -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of all of them."""
    for each in files():
        yield f"{each.name}.xlsx", each.make()


def main(*wanted: str) -> None:
    """A line for each: name, codes, seconds, and the memory of this process so far in MiB."""
    from xlkpi.pipeline import Document, score_documents

    for each in files():
        if wanted and each.name not in wanted:
            continue
        begun = time.perf_counter()
        data = each.make()
        made = time.perf_counter()
        outcome = score_documents([Document(f"{each.name}.xlsx", data)])[0]
        codes = sorted({f.code for f in outcome.findings if f.severity == "error"})
        taken, peak = time.perf_counter() - made, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        line = {
            "name": each.name, "status": outcome.status, "codes": codes, "seconds": round(taken, 2),
            "made": round(made - begun, 2), "bytes": len(data), "peak": peak // 1024,
        }  # fmt: skip
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
