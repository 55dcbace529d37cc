"""What the package of a workbook is refused for, and which facts are read from it."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineError

from tests import documents, random_books, random_sheets
from tests.zips import unzipped, zipped
from xlkpi.domain.findings import finding
from xlkpi.domain.location import CellRef
from xlkpi.reading import sniff as sniff_module
from xlkpi.reading import xlsx as scan_module
from xlkpi.reading.open import read_all_sheets
from xlkpi.reading.sniff import sniff
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import LIMITS, Formula, Limits, Package, SheetFacts, scan, sheet_fast
from xlkpi.reading.xlsx.engine_package import zip_stored

SHEET1 = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


Facts = Callable[[bytes], SheetFacts]


# --- workbooks in memory -----------------------------------------------------------------


def written(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    """A workbook by xlsxwriter."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    fill(book)
    book.close()
    return out.getvalue()


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@cache
def small() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("基本信息")
        sheet.write_row(0, 0, ["项目", "内容"])
        sheet.write_row(1, 0, ["部门名称", "某局"])
        sheet.write_number(2, 1, 12.5)

    return written(fill)


def rewritten(data: bytes, part: str, edit: Callable[[bytes], bytes]) -> bytes:
    """The package with one part edited (an absent one is given as empty)."""
    parts = unzipped(data)
    parts[part] = edit(parts.get(part, b""))
    return zipped(parts)


def sheet_xml(rows: str, after: str = "", before: str = "") -> bytes:
    xml = f"<worksheet {MAIN}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    return xml.encode()


def with_sheet(xml: bytes) -> bytes:
    return rewritten(small(), SHEET1, lambda _old: xml)


def with_rows(rows: str, after: str = "", before: str = "") -> bytes:
    return with_sheet(sheet_xml(rows, after, before))


def refusal(data: bytes, limits: Limits = LIMITS) -> Unreadable:
    """The cause for which `data` is refused by sniff, and failing that by scan."""
    try:
        sniff(data)
        scan(data, limits)
    except Unreadable as refused:
        return refused
    raise AssertionError("not refused")


def code(data: bytes, limits: Limits = LIMITS) -> str:
    return refusal(data, limits).code


@pytest.fixture(params=["plain", "parsed"])
def facts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Facts:
    """`scan` for the first sheet, by either way of reading rows."""
    if request.param == "parsed":
        monkeypatch.setattr(scan_module, "read_plain_facts", lambda *_: None)
    return lambda data: scan(data).sheets[0]


# --- sniff: what is it ---------------------------------------------------------------------


def ole(*streams: str) -> bytes:
    """A compound file whose root holds these streams, all empty."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    entries = [("Root Entry", 5, 0xFFFFFFFF, 1)]
    entries += [
        (name, 2, at + 2 if at + 1 < len(streams) else 0xFFFFFFFF, 0xFFFFFFFF)
        for at, name in enumerate(streams)
    ]
    directory = b""
    for name, kind, right, child in entries:
        text = (name + "\0").encode("utf-16-le")
        entry = text.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(text), kind, 1, 0xFFFFFFFF, right, child
        )
        directory += entry.ljust(128, b"\0")
    return bytes(header) + table + directory.ljust(512, b"\0")


HTML = "<html><head><meta charset='gb2312'></head><body><table><tr><td>得分</td></tr></table></body></html>"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "X001"),
        (ole("EncryptionInfo", "EncryptedPackage"), "X002"),
        (ole("SummaryInformation", "Book"), "X003"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(40), "X003"),
        (HTML.encode(), "X004"),
        (HTML.encode("gb18030"), "X004"),
        (("﻿" + HTML).encode("utf-16-le"), "X004"),
        (b"\r\n <!DOCTYPE html><p>x", "X004"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "X004"),
        (b'<?xml version="1.0"?><html xmlns="x"><table/></html>', "X004"),
        ("姓名,得分\n张三,95\n".encode(), "X005"),
        ("姓名,得分\n张三,95\n".encode("gb18030"), "X005"),
        ("姓名\t得分\n张三\t95\n".encode("utf-16"), "X005"),
        ("name,score\nx,95\n".encode("utf-16-le"), "X005"),
        (b"PK", "X006"),
        (bytes(5000), "X006"),
        (ole("WordDocument", "Workbook2"), "X007"),
        (ole("WordDocument"), "X007"),
        (b"%PDF-1.7\n", "X007"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "X007"),
        (b"Rar!\x1a\x07\x00", "X007"),
        (b"\x00\x01\x02\xff\xfe\x80" * 9, "X007"),
        (zipped({"a.txt": b"x"}), "X007"),
        (zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"wordprocessingml"}), "X007"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}), "X007"),
        (zipped({"xl/workbook.xml": b"<workbook/>"}), "X014"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_named(data: bytes, expected: str) -> None:
    with pytest.raises(Unreadable) as caught:
        sniff(data)
    assert caught.value.code == expected


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (ole("WordDocument"), "Word 文档"),
        (b"%PDF-1.7\n", "PDF"),
        (
            b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?><Workbook/>',
            "Excel 2003 XML 表格",
        ),
        (zipped({"自评.xlsx": b"PK"}), "压缩包（里面有工作簿，请先解压）"),
        (zipped({"OFD.xml": b"<o/>"}), "OFD 版式文件"),
        (b"b\x14#e" + bytes(range(200)), "被加密软件锁定的文件"),
    ],
)
def test_other_kinds_of_file_are_called_by_their_name(data: bytes, kind: str) -> None:
    assert refusal(data).params == {"kind": kind}


def test_a_word_file_with_a_table_in_it_is_a_word_file() -> None:
    """Only the root of a compound file counts: `Workbook` also stands below embedded objects."""
    data = bytearray(ole("WordDocument", "ObjectPool", "Workbook"))
    pool = 1024 + 2 * 128  # the directory is the second sector; Workbook hangs below the pool
    struct.pack_into("<I", data, pool + 72, 0xFFFFFFFF)
    struct.pack_into("<I", data, pool + 76, 3)
    assert refusal(bytes(data)).params == {"kind": "Word 文档"}


def test_rings_in_a_compound_file_end() -> None:
    data = bytearray(ole("Other", "Another"))
    struct.pack_into("<I", data, 512 + 4, 1)  # the directory's chain leads to itself
    struct.pack_into("<II", data, 1024 + 128 + 68, 1, 1)  # a sibling of itself
    assert code(bytes(data)) == "X007"


@given(st.binary(max_size=600))
@settings(max_examples=300, deadline=None)
def test_any_bytes_have_a_cause(data: bytes) -> None:
    for start in (b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"):
        assert code(start + data).startswith("X0")


def test_binary_workbooks_are_named() -> None:
    def binary(types: bytes) -> bytes:
        plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        return types.replace(plain, b"application/vnd.ms-excel.sheet.binary.macroEnabled.main")

    assert code(rewritten(small(), "[Content_Types].xml", binary)) == "X008"


def test_a_good_workbook_passes() -> None:
    sniff(small())
    sniff(saved(openpyxl.Workbook()))


def test_both_limits_on_entries_are_one() -> None:
    assert LIMITS.entries == sniff_module.ENTRIES


# --- damage ----------------------------------------------------------------------------------


@pytest.mark.parametrize("percent", range(0, 100, 5))
def test_a_truncated_workbook_is_unreadable(percent: int) -> None:
    data = small()
    assert code(data[: len(data) * percent // 100]) == ("X001" if percent == 0 else "X006")


@pytest.mark.parametrize("percent", range(5, 100, 5))
def test_a_workbook_half_zeros_is_unreadable(percent: int) -> None:
    data = small()
    kept = len(data) * percent // 100
    assert code(data[:kept] + bytes(len(data) - kept)) == "X006"


def test_every_flipped_byte_is_seen_or_harmless() -> None:
    data = small()
    good = scan(data)
    for at in range(0, len(data), 3):
        broken = bytearray(data)
        broken[at] ^= 0x55
        try:
            # A date in the directory or the padding may be damaged.
            found: Package | str = scan(bytes(broken))
        except Unreadable as refused:
            found = refused.code
        assert found in (good, "X002", "X006", "X011", "X013", "X014")


def test_a_lie_about_the_size_is_seen() -> None:
    data = bytearray(rewritten(small(), SHEET1, lambda xml: xml + b" " * 5_000_000))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(SHEET1)
    at = data.find(b"PK\x01\x02", 0)
    while data[at + 46 : at + 46 + len(SHEET1)] != SHEET1.encode():
        at = data.find(b"PK\x01\x02", at + 4)
    struct.pack_into("<I", data, at + 24, info.file_size - 5_000_000)
    assert code(bytes(data)) == "X006"


def test_something_before_the_package_is_refused() -> None:
    data = small()
    with pytest.raises(Unreadable) as caught:
        scan(data + data)
    assert caught.value.code == "X006"


def test_a_locked_entry_is_encryption() -> None:
    data = bytearray(small())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    assert code(bytes(data)) == "X002"


@pytest.mark.parametrize(
    ("part", "edit"),
    [
        (SHEET1, lambda xml: xml[:-20]),
        (SHEET1, lambda xml: xml.replace(b"</row>", b"</rox>", 1)),
        (SHEET1, lambda xml: xml.replace(b"<v>12.5", b"<v>&e;")),
        (SHEET1, lambda xml: xml.replace(b"<v>12.5", b"<v>\xff")),
        (SHEET1, lambda xml: xml.replace(b"<v>12.5", b"<v>\x01")),
        (SHEET1, lambda xml: b"<other/>"),
        ("xl/workbook.xml", lambda xml: xml[:-20]),
        ("xl/styles.xml", lambda xml: b""),
        ("xl/sharedStrings.xml", lambda xml: xml.replace(b"</sst>", b"")),
        ("xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet1.xml", b"sheet9.xml")),
        ("xl/theme/theme1.xml", lambda xml: b"not xml"),
        (SHEET1, lambda xml: xml.replace(b'<?xml version="1.0" encoding="UTF-8"', b'<?xml version="1.0" encoding="GBK"')),
    ],
)  # fmt: skip
def test_broken_xml_names_its_part(part: str, edit: Callable[[bytes], bytes]) -> None:
    refused = refusal(rewritten(small(), part, edit))
    assert refused.code == "X014"
    assert refused.params["part"] in (part, "xl/worksheets/sheet9.xml")


def test_missing_parts_are_named() -> None:
    for part in ("_rels/.rels", "xl/workbook.xml", SHEET1, "xl/_rels/workbook.xml.rels"):
        parts = unzipped(small())
        del parts[part]
        assert (code(zipped(parts)), refusal(zipped(parts)).params["part"]) == ("X014", part)


def test_a_shared_text_that_is_not_there() -> None:
    for index in ("99", "-1", "x", " 0 ", "0\n", "00", "&#48;"):
        rows = f'<row r="1"><c r="A1" t="s"><v>{index}</v></c></row>'
        assert code(with_rows(rows)) == "X014"


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B7"><v>1&#46;5</v></c>', '<c r="B7"><v>3&amp;5</v></c>', '<c r="B7"><v>0<!-- 注 -->6</v></c>',
        '<c r="B7"><v><!-- 注 -->6</v></c>', '<c r="B7"><v>3<?x y?>.5</v></c>', '<c r="B7"><v>3<x/>.5</v></c>',
        '<c r="B7" t="b"><v>&#49;</v></c>', '<c r="B7" t="inlineStr"><v>6</v></c>', '<c r="B7"><f>A1</f><v>1&#46;5</v></c>',
    ],
)  # fmt: skip
def test_a_value_that_the_engine_would_take_in_part_is_refused(cell: str) -> None:
    refused = refusal(with_rows(f'<row r="7">{cell}</row>'))
    assert refused.code == "X014"
    assert "工作表“基本信息”的 B7" in str(refused.params["what"])


def test_a_text_in_pieces_is_whole_to_both() -> None:
    """calamine puts the pieces of texts together, wherever they stand."""
    pieces = "1&#46;<!-- 注 -->5<?x y?>"
    cells = (
        f'<c r="A7" t="str"><v>{pieces}</v></c><c r="B7" t="s"><v>0</v></c>'
        f'<c r="C7" t="inlineStr"><is><t>{pieces}</t></is></c>'
    )
    parts = unzipped(with_rows(f'<row r="7">{cells}</row>'))
    parts["xl/sharedStrings.xml"] = f"<sst {MAIN}><si><t>{pieces}</t></si></sst>".encode()
    _, sheets = read_all_sheets(zipped(parts))
    assert sheets[0].rows[6][:3] == ["1.5", "1.5", "1.5"]


@pytest.mark.parametrize("after", ['</v><extLst><ext uri="x"/></extLst></c>', "<![CDATA[]]></v></c>"])  # fmt: skip
def test_what_is_only_unusual_is_not_called_damaged(after: str) -> None:
    refused = refusal(with_rows(f'<row r="7"><c r="B7"><v>6{after}</row>'))
    assert "少见" in str(refused.params["what"])
    assert "损坏" not in finding("X014", CellRef(""), **refused.params).message


def test_two_sheets_on_one_part() -> None:
    data = rewritten(
        small(),
        "xl/workbook.xml",
        lambda xml: xml.replace(b"</sheets>", b'<sheet name="x" sheetId="9" r:id="rId1"/></sheets>'),
    )  # fmt: skip
    assert code(data) == "X014"


# --- hostile packages ------------------------------------------------------------------------

ENTITIES = '<!DOCTYPE x [<!ENTITY e "1">]>'


@pytest.mark.parametrize(
    "part",
    [SHEET1, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "docProps/app.xml",
     "docProps/core.xml", "xl/theme/theme1.xml", "_rels/.rels", "xl/drawings/drawing1.xml",
     "xl/drawings/vmlDrawing1.vml"],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_any_part(part: str, encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?><!-- x -->{ENTITIES}<x>&e;</x>'
    refused = refusal(rewritten(small(), part, lambda _old: xml.encode(encoding)))
    assert (refused.code, refused.params) == ("X010", {"part": part})


@pytest.mark.parametrize(
    "name", ["xl/Worksheets/Sheet1.xml", "xl\\worksheets\\sheet1.xml", "/" + SHEET1, SHEET1]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_part_names_that_collide_are_refused(name: str) -> None:
    out = io.BytesIO(small())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, "<worksheet/>")
    refused = refusal(out.getvalue())
    assert refused.code == "X011"
    assert str(refused.params["part"]).lower() == SHEET1


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        ('<row r="2"/><row r="1"/>', "第 1 行"),
        ('<row r="1"/><row r="1"/>', "第 1 行"),
        ('<row r="0"/>', "第 0 行"),
        ('<row r="1048577"/>', "第 1048577 行"),
        ('<row r="１"/>', "第 １ 行"),
        ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>', "A1"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "A1"),
        ('<row r="1"><c r="A2"><v>1</v></c></row>', "A2"),
        ('<row r="2"><c r="A12"><v>1</v></c></row>', "A12"),
        ('<row r="1"><c r="C1"/><c r="B1"/></row>', "B1"),
        ('<row r="1"><c r="1"><v>1</v></c></row>', "1"),
        ('<row r="1"><c r="XFE1"><v>1</v></c></row>', "XFE1"),
        ('<row r="1"><c r="$A$1"><v>1</v></c></row>', "$A$1"),
        ('<row><c r="A1"/></row><row r="1"/>', "第 1 行"),
        ('<row r="5"/><row><c r="A7"/></row>', "A7"),
    ],
)  # fmt: skip
def test_cells_out_of_order_are_refused(rows: str, cell: str) -> None:
    refused = refusal(with_rows(rows))
    assert (refused.code, refused.params) == ("X012", {"sheet": "基本信息", "cell": cell})


def test_cells_in_a_foreign_namespace_do_not_slip_past() -> None:
    """calamine knows cells by their local name, so the limits must, too."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><y:row xmlns:y="z" r="900000"><y:c r="A900000"><y:v>1</y:v></y:c></y:row>'
    assert code(with_rows(rows)) == "X013"


def test_rows_outside_their_place_are_refused() -> None:
    more = '<sheetData><row r="9"/></sheetData>'
    assert code(with_rows("", after=more)) == "X014"
    assert code(with_rows("", before=f"<x>{more}</x>")) == "X014"


def test_a_second_workbook_part_at_the_usual_place_is_refused() -> None:
    parts = unzipped(small())
    parts["xl/other.xml"] = parts["xl/workbook.xml"]
    parts["xl/_rels/other.xml.rels"] = parts["xl/_rels/workbook.xml.rels"]
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"xl/other.xml")
    assert code(zipped(parts)) == "X014"


# --- limits ----------------------------------------------------------------------------------


def limit_of(data: bytes, limits: Limits = LIMITS) -> tuple[object, object]:
    refused = refusal(data, limits)
    assert refused.code == "X013"
    return refused.params["found"], refused.params["limit"]


def test_limit_on_entries() -> None:
    parts = unzipped(small()) | {f"x/{number}": b"" for number in range(2_000)}
    assert limit_of(zipped(parts))[1] == 2_000


def test_limits_on_bytes() -> None:
    data = small()
    total = sum(map(len, unzipped(data).values()))
    assert limit_of(data, LIMITS._replace(expanded=total - 1)) == (total, total - 1)
    largest = max(map(len, unzipped(data).values()))
    assert limit_of(data, LIMITS._replace(entry=largest - 1)) == (largest, largest - 1)
    scan(data, LIMITS._replace(expanded=total, entry=largest))


@pytest.mark.thorough
def test_a_bomb_is_refused_at_once() -> None:
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    block = bytes(1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(1024)) + packer.flush()
    name = b"xl/media/bomb.xml"

    def bomb(declared: int) -> bytes:
        """A good package with one more entry of 1 GiB that declares `declared` bytes."""
        parts = zipped(unzipped(small()))
        at, size, start, count = parts.rfind(b"PK\x05\x06"), 0, 0, 0
        count, _, size, start = struct.unpack_from("<HHII", parts, at + 8)
        sizes = (0, len(packed), declared, len(name))
        local = b"PK\x03\x04" + struct.pack("<5H3IHH", 20, 0, 8, 0, 0, *sizes, 0) + name + packed
        central = (
            b"PK\x01\x02" + struct.pack("<6H3I5H2I", 20, 20, 0, 8, 0, 0, *sizes, 0, 0, 0, 0, 0, start) + name
        )  # fmt: skip
        directory = parts[start : start + size] + central
        end = struct.pack(
            "<4s4H2IH", b"PK\x05\x06", 0, 0, count + 1, count + 1, len(directory), start + len(local), 0
        )  # fmt: skip
        return parts[:start] + local + directory + end

    honest, lying = bomb(1 << 30), bomb(1000)
    begun = time.process_time()
    assert limit_of(honest) == (1 << 30, LIMITS.entry)
    assert code(lying) == "X006"
    assert time.process_time() - begun < 2


def test_limit_on_sheets_comes_before_the_sheets() -> None:
    many = b"".join(b'<sheet name="s%d" sheetId="1" r:id="rId1"/>' % at for at in range(20_000))
    data = rewritten(
        small(), "xl/workbook.xml", lambda xml: xml.replace(b"</sheets>", many + b"</sheets>")
    )
    assert limit_of(data) == (20_001, 512)


@pytest.mark.parametrize(
    ("last", "found", "limit"), [("A1048576", 1_048_576, 20_000), ("XFD1", 16_384, 256)]
)
def test_two_far_cells_are_refused(last: str, found: int, limit: int) -> None:
    if last == "XFD1":
        rows = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'
    else:
        rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert limit_of(with_rows(rows)) == (found, limit)


def test_limit_on_valued_cells_is_for_all_sheets(facts: Facts) -> None:
    data = small()
    assert scan(data, LIMITS._replace(cells=5)).cells == 5
    assert limit_of(data, LIMITS._replace(cells=4)) == (5, 4)


def test_limit_on_merges() -> None:
    merges = "".join(f'<mergeCell ref="A{row}:B{row}"/>' for row in range(1, 12))
    data = with_rows("", after=f"<mergeCells>{merges}</mergeCells>")
    assert limit_of(data, LIMITS._replace(merges=10)) == (11, 10)


def test_a_merge_written_from_its_other_end_is_the_same(facts: Facts) -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    got = facts(with_rows(row, after='<mergeCells><mergeCell ref="C2:A1"/></mergeCells>'))
    assert got.merges == ((0, 0, 1, 2),)


def test_limit_on_text(facts: Facts) -> None:
    long = "长" * 32_768
    shared = f"<sst {MAIN}><si><t>a</t></si><si><r><t>{long[:-1]}</t></r><r><t>x</t></r></si></sst>"
    assert limit_of(rewritten(small(), "xl/sharedStrings.xml", lambda _: shared.encode())) == (
        32_768,
        32_767,
    )
    for cell in (
        f'<c r="A1" t="inlineStr"><is><t>{long}</t></is></c>',
        f'<c r="A1" t="str"><f>A2</f><v>{long}</v></c>',
        f'<c r="A1"><f>{long}</f><v>1</v></c>',
    ):
        assert limit_of(with_rows(f'<row r="1">{cell}</row>')) == (32_768, 32_767)
    scan(with_rows(f'<row r="1"><c r="A1" t="str"><f>A2</f><v>{long[:-1]}</v></c></row>'))


def test_a_declared_number_of_texts_is_not_believed() -> None:
    data = rewritten(
        small(), "xl/sharedStrings.xml",
        lambda xml: xml.replace(b'uniqueCount="4"', b'uniqueCount="4294967295"'),
    )  # fmt: skip
    assert limit_of(data)[0] == 4_294_967_295


@pytest.mark.thorough
def test_a_million_styled_blank_rows_are_read_in_bounded_time() -> None:
    blank = "".join(f'<row r="{row}" s="1" customFormat="1"/>' for row in range(2, 1_000_001))
    begun = time.process_time()
    facts = scan(with_rows('<row r="1"><c r="A1"><v>1</v></c></row>' + blank)).sheets[0]
    assert (facts.rows, facts.columns) == (1, 1)
    assert time.process_time() - begun < 15


def test_blank_cells_without_end_are_refused() -> None:
    rows = '<row r="1">' + "<c/>" * 6_000_000 + "</row>"
    begun = time.process_time()
    assert limit_of(with_rows(rows))[1] == LIMITS.tags
    assert time.process_time() - begun < 5


@pytest.mark.thorough
def test_rows_that_are_all_different_are_read_in_bounded_time() -> None:
    rows = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{"ABCDEFGH"[at]}{row}" s="{row * 8 + at}"/>' for at in range(8)) + "</row>"
        for row in range(1, 60_000)
    )  # fmt: skip
    begun = time.process_time()
    assert scan(with_rows(rows)).cells == 0
    assert time.process_time() - begun < 15


# --- facts -----------------------------------------------------------------------------------


def test_errors_and_formulas(facts: Facts) -> None:
    rows = (
        '<row r="1"><c r="A1" t="e"><v>#DIV/0!</v></c><c r="B1" t="e"><f>1/0</f><v>#N/A</v></c></row>'
        '<row r="2"><c r="A2"><f>SUM(A3:A4)</f></c><c r="B2"><f>A2*2</f><v></v></c>'
        '<c r="C2" t="str"><f>"a"&amp;B2</f><v></v></c><c r="D2"><f> 1+1 </f><v>2</v></c>'
        '<c r="E2"><f/><v>2</v></c><c r="F2"><f>B2</f><v/></c></row>'
        '<row r="3"><c r="A3"><f t="shared" ref="A3:A4" si="0">B3+1</f><v>1</v></c></row>'
        '<row r="4"><c r="A4"><f t="shared" si="0"/><v>1</v></c><c r="B4" t="s"><v>0</v></c></row>'
    )
    got = facts(with_rows(rows))
    assert got.errors == {(0, 0): "#DIV/0!", (0, 1): "#N/A"}
    assert got.formulas == {
        (0, 1): Formula("1/0", True),
        (1, 0): Formula("SUM(A3:A4)", False),
        (1, 1): Formula("A2*2", False),
        (1, 2): Formula('"a"&B2', True),
        (1, 3): Formula("1+1", True),
        (1, 4): Formula("", True),
        (1, 5): Formula("B2", False),
        (2, 0): Formula("B3+1", True),
        (3, 0): Formula("", True),
    }
    assert (got.rows, got.columns) == (4, 6)


def test_what_openpyxl_writes_has_no_cached_values(facts: Facts) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("甲", 0)
    sheet["A1"] = "=1+1"
    sheet["A2"] = 0.5
    sheet["A2"].number_format = "0.0%"
    sheet["B2"].number_format = "0%"
    got = facts(saved(book))
    assert got.formulas == {(0, 0): Formula("1+1", False)}
    assert got.percents == {(1, 0)}
    assert (got.rows, got.columns) == (2, 1)


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [
        ("0%", True), ("0.00%", True), ("0.0 %", True), ("[Red]0.0%;[Blue]-0.0%", True),
        ("General", False), ('0.0"%"', False), (r"0.0\%", False), ("0.0;0%", False), ("0％", False),
        ("[$%-409]0", False), ('"得分"0%', True),
    ],
)  # fmt: skip
def test_per_cent_formats(facts: Facts, number_format: str, shown: bool) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        style = book.add_format({"num_format": number_format})
        sheet.write_number(0, 0, 0.5, style)
        sheet.write_blank(1, 0, None, style)
        sheet.write_string(2, 0, "85", style)
        sheet.write_formula(3, 0, "=A1", style, 0.5)
        sheet.write_formula(4, 0, "=A2", style, "")

    expected = {(0, 0), (3, 0)} if shown else set()
    assert facts(written(fill)).percents == expected


def test_hidden_rows_columns_sheets_and_merges(facts: Facts) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("甲")
        for row in range(6):
            sheet.write_row(row, 0, [1, 2, 3, 4])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(3, 0)
        sheet.set_row(9, None, None, {"hidden": True})  # beyond the last value
        sheet.set_column(1, 2, None, None, {"hidden": True})
        sheet.set_column(8, 16_383, None, None, {"hidden": True})
        sheet.merge_range(4, 0, 5, 2, "合并")
        sheet.autofilter(0, 0, 5, 3)
        book.add_worksheet("乙").hide()
        book.add_worksheet("丙").very_hidden()

    data = written(fill)
    got = facts(data)
    assert got.hidden_rows == {2, 3}
    assert got.hidden_columns == {1, 2}
    assert got.merges == ((4, 0, 5, 2),)
    assert not got.filtered
    assert [(sheet.name, sheet.state) for sheet in scan(data).sheets] == [
        ("甲", "visible"),
        ("乙", "hidden"),
        ("丙", "veryHidden"),
    ]


def test_an_active_filter_is_known(facts: Facts) -> None:
    active = '<autoFilter ref="A1:B9"><filterColumn colId="0"/></autoFilter>'
    assert facts(with_rows("", after=active)).filtered
    aside = f"<customSheetViews><customSheetView>{active}</customSheetView></customSheetViews>"
    assert not facts(with_rows("", after=aside)).filtered


def test_the_facts_of_the_book() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("一 级")
        book.add_worksheet("图").write(0, 0, 1)
        book.add_chartsheet("图表")
        book.define_name("模板", "='一 级'!$A$1")
        book.define_name("图!局部", "=图!$A$1")

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"date_1904": True})
    fill(book)
    sheet = book.get_worksheet_by_name("一 级")
    assert sheet is not None
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=图!$A$1"})
    book.sheetnames["图表"].set_chart(chart)
    book.close()
    package = scan(out.getvalue())
    assert [sheet.name for sheet in package.sheets] == ["一 级", "图"]
    assert package.names == {"模板": "'一 级'!$A$1", "图!局部": "图!$A$1"}
    assert (package.date1904, package.macros, package.external_links) == (True, False, 0)
    assert package.producer == "Microsoft Excel"
    assert package.cells == 1


def test_macros_and_external_links_are_noted() -> None:
    parts = unzipped(small())
    parts["xl/vbaProject.bin"] = b"x"
    parts["xl/externalLinks/externalLink1.xml"] = b"<externalLink/>"
    rels = "xl/_rels/workbook.xml.rels"
    link = b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink" Target="externalLinks/externalLink1.xml"/>'
    parts[rels] = parts[rels].replace(b"</Relationships>", link + b"</Relationships>")
    del parts["docProps/app.xml"]
    package = scan(zipped(parts))
    assert (package.macros, package.external_links, package.producer) == (True, 1, "")


def test_positions_without_addresses_are_counted(facts: Facts) -> None:
    rows = '<row><c><v>1</v></c><c/><c t="e"><v>#REF!</v></c></row><row/><row><c r="B3"/><c t="e"><v>#NUM!</v></c></row>'
    got = facts(with_rows(rows))
    assert got.errors == {(0, 2): "#REF!", (2, 2): "#NUM!"}
    assert (got.rows, got.columns) == (3, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_prefixes_and_byte_order_marks(facts: Facts, encoding: str) -> None:
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row r="1"><x:c r="B1" t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData>'
        '<x:mergeCells><x:mergeCell ref="A1:B1"/></x:mergeCells></x:worksheet>'
    ).encode(encoding)
    got = facts(with_sheet(xml))
    assert got.errors == {(0, 1): "#N/A"}
    assert got.merges == ((0, 0, 0, 1),)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "iso-8859-1"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """calamine reads a sheet in UTF-16 as blank, without a word."""
    text = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>').decode()
    declared = f'<?xml version="1.0" encoding="{encoding[:10].removesuffix("-le")}"?>{text}'
    refused = refusal(with_sheet(declared.encode(encoding)))
    assert (refused.code, refused.params["part"]) == ("X014", SHEET1)


def test_a_wrong_dimension_is_ignored(facts: Facts) -> None:
    rows = '<row r="7"><c r="D7"><v>1</v></c></row>'
    for reference in ("A1", "A1:XFD1048576"):
        got = facts(with_rows(rows, before=f'<dimension ref="{reference}"/>'))
        assert (got.rows, got.columns) == (7, 4)


def test_styled_blanks_do_not_widen_the_extent(facts: Facts) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="900000"><c r="A900000" s="1"></c></row>'
    got = facts(with_rows(rows))
    assert (got.rows, got.columns) == (1, 1)


def test_odd_part_names_are_found() -> None:
    """Part names are alike regardless of case; targets may be absolute or relative."""
    parts = unzipped(small())
    parts["XL/SharedStrings.xml"] = parts.pop("xl/sharedStrings.xml")
    parts["xl/sheets/表.xml"] = parts.pop(SHEET1)
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace(b"worksheets/sheet1.xml", "/xl/sheets/表.xml".encode())
    assert scan(zipped(parts)).sheets[0].part == "xl/sheets/表.xml"
    parts[rels] = parts[rels].replace("/xl/sheets/表.xml".encode(), b"../xl/./sheets/%E8%A1%A8.xml")
    assert scan(zipped(parts)).sheets[0].part == "xl/sheets/表.xml"


# --- both ways of reading rows say the same -------------------------------------------------------


def both(data: bytes) -> tuple[Package | tuple[str, object], Package | tuple[str, object], int]:
    """What either way says (facts, or the code of its refusal), and how many sheets were plain."""
    plain = 0
    original = scan_module.read_plain_facts

    def counting(*given: object) -> object:
        nonlocal plain
        found = original(*given)  # type: ignore[arg-type]
        plain += found is not None
        return found

    def outcome() -> Package | tuple[str, object]:
        try:
            return scan(data)
        except Unreadable as refused:
            return refused.code, refused.params

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan_module, "read_plain_facts", counting)
        first = outcome()
        patch.setattr(scan_module, "read_plain_facts", lambda *_: None)
        return first, outcome(), plain


ONE_CELL = (

        "<c r='{}'/>", '<c r="{}"/>', '<c r="{}" s="1"/>', '<c r="{}" s="2" />', '<c r="{}" s="1"></c>',
        '<c r="{}"><v>12</v></c>', '<c r="{}" s="1"><v>0.12</v></c>', '<c r="{}" s="12"><v>1</v></c>',
        '<c r="{}" s="1" t="n"><v></v></c>', '<c r="{}" s="1"><v> </v></c>', '<c r="{}" s="1"><v/></c>',
        '<c r="{}" t="s"><v>1</v></c>', '<c r="{}" s="2" t="s"><v>12</v></c>', '<c r="{}" t="s"><v></v></c>',
        '<c r="{}" t="s"><v> 1</v></c>', '<c r="{}" t="s"/>', '<c r="{}" t="b"><v>1</v></c>',
        '<c r="{}" t="e"><v>#N/A</v></c>', '<c r="{}" t="e"/>', '<c r="{}" s="3" t="str"><v>a&amp;b</v></c>',
        '<c r="{}" s="1"><f>SUM({}:B2)*12</f><v>1</v></c>', '<c r="{}"><f>A1&lt;2</f></c>',
        '<c r="{}"><f t="shared" ref="A1:A12" si="0">A1</f><v>1</v></c>', '<c r="{}"><f t="shared" si="0"/><v>1</v></c>',
        '<c r="{}" t="str"><f>A1</f><v></v></c>', '<c r="{}" t="str"><f> A1 </f><v/></c>',
        '<c r="{}" t="s"><f>A1</f><v>1</v></c>', '<c r="{}" t="s"><f>A1</f></c>', '<c r="{}" t="inlineStr"><is><t>x</t></is></c>',
        '<c r="{}"><v>&#49;</v></c>', '<c r="{}"><v>3&amp;5</v></c>', '<c r="{}" t="b"><v>&lt;1</v></c>', '<c r="{}"><v>3<!-- x -->.5</v></c>',
        '<c r="{}"><v>3<?x y?>.5</v></c>', '<c r="{}"><v>3<x/>.5</v></c>', '<c r="{}"><v>3</v><extLst/></c>', '<c r="{}"><v>3</v><is><t>4</t></is></c>',
        '<c r="{}" t="s"><v>1<!-- -->2</v></c>', '<c r="{}" t="str"><v>3<!-- x -->&#46;5</v></c>', '<c r="{}" t="e"><v>&bad;</v></c>', '<c r="{}"><v>1</v><f>A1</f></c>',
        '<c t="s" r="{}"><v>1</v></c>', "<c><v>1</v></c>", '<c r="A1"><v>1</v></c>', '<c r="{}" s="1"><v>1</v> </c>',
        '<c r="{}" cm="1"><f t="array" ref="{}">A1</f><v>1</v></c>', '<c r="{}" s="1" s="2"><v>1</v></c>', "<!-- x -->", "\n",
        '<c r="{}" t="inlineStr"><is><t xml:space="preserve"> y&lt;</t></is></c>', '<c r="{}"><is><t>1</t></is></c>', '<c r="{}" s="1"><is><t>1</t></is></c>',
        '<c r="{}" t="inlineStr"><is><r><t>x</t></r></is></c>', '<c r="{}" t="inlineStr"><v>1</v></c>', '<c r="{}" t="inlineStr"><is/></c>',
        '<c r="{}"><v>1</v><v>2</v></c>', '<c r="{}" s="1">v</v></c>', '<c r="{}"/><v>5</v></c>', "</row><row>", '<c r="{}"><foo/><v>1</v></c>', '<c r="{}" t="s"><v>99</v></c>',
)  # fmt: skip
CELLS = st.sampled_from(ONE_CELL)
ROWS = st.sampled_from(
    ['<row r="{}">', '<row r="{}" spans="1:9" ht="{}">', '<row r="{}" hidden="1" ht="12" customHeight="1">', '<row r="{}" ht="0">',
     '<row r="{}" a="1" a="2">', "<row>", '<row r="1">', '<row r="{}" x14ac:dyDescent="0.2">', '<row hidden="true" r="{}">']
)  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 1, 1, 2, 10]),
            ROWS,
            st.lists(st.tuples(st.sampled_from([1, 1, 1, 3, 0]), CELLS), max_size=5),
        ),
        max_size=5,
    ),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_plain_and_parsed_rows_have_the_same_facts(
    rows: list[tuple[int, str, list[tuple[int, str]]]], closed: bool
) -> None:
    row, text = 0, ""
    for step, head, cells in rows:
        row += step
        column, inside = -1, ""
        for right, cell in cells:
            column += right
            inside += cell.replace("{}", f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[max(column, 0)]}{row}")
        text += head.replace("{}", str(row)) + inside + "</row>"
        if closed:
            row += 1
            text += f'<row r="{row}" s="1" hidden="1"/>'
    x14 = 'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
    styles = f'<styleSheet {MAIN}><cellXfs><xf/><xf numFmtId="9"/><xf/><xf/></cellXfs></styleSheet>'
    shared = f"<sst {MAIN}>" + "<si><t>x</t></si>" * 13 + "</sst>"
    parts = unzipped(small())
    parts[SHEET1] = sheet_xml(text).replace(b"<worksheet ", f"<worksheet {x14} ".encode())
    parts["xl/styles.xml"], parts["xl/sharedStrings.xml"] = styles.encode(), shared.encode()
    plain, parsed, _ = both(zipped(parts))
    assert plain == parsed


@pytest.mark.parametrize("cell", ONE_CELL)
def test_each_kind_of_cell_is_read_alike(cell: str) -> None:
    for before in ("", '<c r="A7"/>', '<c r="A7" s="1"><v>7</v></c>'):
        data = with_rows(f'<row r="7">{before}{cell.replace("{}", "B7")}</row>')
        plain, parsed, _ = both(data)
        assert plain == parsed


def typical() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        percent = book.add_format({"num_format": "0.0%"})
        grey = book.add_format({"bg_color": "#DDDDDD", "border": 1})
        for scorer in range(10):
            sheet = book.add_worksheet(f"评分_{scorer}")
            for row in range(60):
                for column in range(5):
                    sheet.write_string(row, column, f"文字 {row * column} <{scorer % 3}>", grey)
                sheet.write_number(row, 5, row / 7, percent)
                sheet.write_number(row, 6, row)
                sheet.write_blank(row, 7, None, grey)
                sheet.write_formula(row, 8, f'=IF(G{row + 1}<5,"a"&"b",F{row + 1})', grey, "甲&乙")
                sheet.write_formula(row, 9, f"=SUM(F{row + 1}:G{row + 1})", None, 12.5)

    return written(fill)


def test_what_programs_write_is_plain() -> None:
    data = typical()
    plain, parsed, sheets = both(data)
    assert plain == parsed
    assert sheets == 10
    again = saved(openpyxl.load_workbook(io.BytesIO(data)))
    plain, parsed, sheets = both(again)
    assert plain == parsed
    assert sheets == 10


OURS = sorted(
    path
    for folder in ("samples", "workbook_templates")
    for path in (documents.ROOT / folder).rglob("*.xlsx")
)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_our_own_workbooks_are_read_alike(path: Path) -> None:
    plain, parsed, _ = both(path.read_bytes())
    assert plain == parsed


ALIKE = (
    '<row r="1" hidden="1"><c r="A1" t="s"><v>{0}</v></c><c r="B1"><f>A2*2</f><v>{1}</v></c></row>'
    '<row r="3"><c r="A3" t="str"><f>"x"</f><v>{2}</v></c><c r="B3" t="e"><v>{3}</v></c><c r="C3" s="1"><v>1</v></c></row>'
)
VALUES = (
    ("0", "1", "", "#N/A"), ("1", "", "甲", "#REF!"), ("1", " ", "a&amp;b", "#DIV/0!"), ("99", "1", "", "#N/A"),
    ("0&#49;", "1", "", "#N/A"), ("0", "1", "&x;", "#N/A"), ("0", "1", "\x01", "#N/A"), ("0", "&#49;", "", "#N/A"),
    ("1\n0", "1", "", "#N/A"), ("", "1", "", ""), ("0", "1", "甲" * 40_000, "#N/A"), ("0", "1", "]]>", "#N/A"),
)  # fmt: skip


@pytest.mark.parametrize("values", VALUES)
def test_a_sheet_laid_out_as_the_one_before_is_read_by_its_own_values(
    values: tuple[str, str, str, str],
) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("甲", "乙", "丙"):
            book.add_worksheet(name).write_row(0, 0, ["项目", "内容"])

    parts = unzipped(written(fill))
    for n, own in enumerate((VALUES[0], values, VALUES[1]), start=1):
        parts[f"xl/worksheets/sheet{n}.xml"] = sheet_xml(ALIKE.format(*own))
    plain, parsed, _ = both(zipped(parts))
    assert plain == parsed


# --- what the engine gets ------------------------------------------------------------------


def cells_of(data: bytes) -> dict[str, str]:
    """What the engine reads in each sheet; as text, in which 1 is not 1.0 and not True."""
    book = pd.ExcelFile(io.BytesIO(data), engine="calamine").book
    return {name: rows_of(book, name) for name in book.sheet_names}


def rows_of(book: Any, name: str) -> str:
    try:
        return repr(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
    except CalamineError as problem:
        return type(problem).__name__


def shortened(data: bytes) -> bytes:
    parts: dict[str, bytes] = {}
    scan(data, LIMITS, engine_parts=parts)
    return zip_stored(parts)


def test_the_engine_reads_the_same_without_formulas_and_blank_cells() -> None:
    books = [path.read_bytes() for path in sorted(documents.SAMPLES.glob("*.xlsx"))]
    books += [random_books.workbook(seed) for seed in range(8)]
    books += [documents.recipe(path).workbook() for path in documents.recipes()[:8]]
    for data in books:
        assert cells_of(shortened(data)) == cells_of(data)


ODD_STYLES = f"""<styleSheet {MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode='0"%"'/></numFmts>
<cellXfs><xf/><xf numFmtId="9"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs></styleSheet>"""
ODD_TEXTS = f"<sst {MAIN}><si><t>x</t></si><si><t>12</t></si><si><t>&lt;v&gt;</t></si><si/><si><t>%b</t></si></sst>"


def test_facts_and_values_of_odd_sheets_do_not_depend_on_how_they_are_read() -> None:
    parts = unzipped(written(lambda book: [book.add_worksheet() for _ in range(2)]))  # type: ignore[arg-type, return-value]
    parts["xl/styles.xml"], parts["xl/sharedStrings.xml"] = ODD_STYLES.encode(), ODD_TEXTS.encode()
    shortened = 0
    for seed in range(600):
        rng = Random(seed)
        first = random_sheets.rows(rng)
        second = first if rng.random() < 0.2 else random_sheets.rows(rng)
        sheets = {SHEET1: sheet_xml(first), SHEET1.replace("1", "2"): sheet_xml(second)}
        data = zipped(parts | sheets)
        plain, parsed, _ = both(data)
        assert plain == parsed, seed
        if isinstance(plain, Package):
            given: dict[str, bytes] = {}
            scan(data, LIMITS, engine_parts=given)
            shortened += sum(given[part] != xml for part, xml in sheets.items())
            assert cells_of(zip_stored(given)) == cells_of(data), seed
    assert shortened > 250  # else nothing has been compared


@pytest.mark.parametrize("kind", [' t="inlineStr"', ""])
def test_a_formula_with_an_inline_text_has_its_own_text_and_a_value(
    facts: Facts, kind: str
) -> None:
    cells = f'<c r="A1"{kind}><f ca="1">NOW()</f><is><t>x</t></is></c>'
    assert facts(with_rows(f'<row r="1">{cells}</row>')).formulas == {
        (0, 0): Formula("NOW()", True)
    }


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1" 1a="x"><c r="A1"/></row>',
        '<row r="1"><c r="A1"><f a="1" a="2">B1</f><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>\uffff</v></c></row>',
    ],
)
def test_rows_that_are_no_xml_are_refused(row: str) -> None:
    assert code(with_rows(row)) == "X014"


def test_rows_in_a_processing_instruction_are_none(facts: Facts) -> None:
    row = '<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>'
    xml = f"<worksheet {MAIN}><?x <sheetData>{row}</sheetData>?></worksheet>"
    assert facts(with_sheet(xml.encode())).rows == 0


def test_what_is_cut_out_for_the_engine_is_nothing_but_formulas_and_blank_cells() -> None:
    rows = (
        '<row r="1" spans="1:5"><c r="A1" s="0"/><c r="B1"><f>1%*2&lt;3</f><v>1</v></c><c r="C1" t="str"><f>"%b"</f>'
        '<v>50%&amp;%s</v></c></row><row r="3"/><row r="4"><c r="A4" t="s"/><c r="D4"><f t="shared" si="0">A1</f></c></row>'
        '<row r="7" a:b="5%d" xmlns:a="a"><c r="E7"><v>8</v></c><c r="F7" t="b"><v>1</v></c><c r="G7"><v/></c></row>'
    )
    data = with_rows(rows)
    parts: dict[str, bytes] = {}
    scan(data, LIMITS, engine_parts=parts)
    assert b"<f>" not in parts[SHEET1]
    assert b'"A1"' not in parts[SHEET1]
    assert cells_of(zip_stored(parts)) == cells_of(data)


def test_a_large_package_is_given_to_the_engine_as_it_is() -> None:
    parts: dict[str, bytes] = {}
    scan(small(), LIMITS._replace(tags=1_000), engine_parts=parts)
    assert not parts


FORMATS = ("General", "0.00", "0%", "yyyy-mm-dd", '0!.0,"万元"', "@")


@pytest.mark.parametrize("first", FORMATS)
@pytest.mark.parametrize("code", FORMATS)
def test_rows_known_from_another_workbook_take_their_formats_from_this_one(
    first: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workbooks of one template share their rows; what the same style number means, they need not."""

    def shown_as(code: str) -> bytes:
        def fill(book: xlsxwriter.Workbook) -> None:
            style = book.add_format({"num_format": code, "bold": True})
            book.add_worksheet("三级指标").write_number(0, 0, 0.5, style)

        return written(fill)

    monkeypatch.setattr(sheet_fast, "_LAYOUTS", {})
    alone = scan(shown_as(code)).sheets
    monkeypatch.setattr(sheet_fast, "_LAYOUTS", {})
    scan(shown_as(first))
    assert scan(shown_as(code)).sheets == alone
