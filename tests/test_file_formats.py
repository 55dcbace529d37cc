"""The formats people have: the same result as the .xlsx they came from, or refused by name."""

from __future__ import annotations

import io
import re
import shutil
import struct
import sys
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice
from tests.counts import PROVE
from tests.zips import unzipped, zipped
from xlkpi import pipeline
from xlkpi.domain.cells import Grid
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.open import OpenedWorkbook
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xls import biff
from xlkpi.reading.xlsx import scan
from xlkpi.writing.marked_copy import correction

SOUND = [*sorted(documents.SAMPLES.glob("*.xlsx"))]
_CHOSEN = ("七人评分", "各种计分", "高新区考核办2023")
OFFICE = SOUND if PROVE else [path for path in SOUND if path.stem.endswith(_CHOSEN)]
"""Those that LibreOffice saves again: seven scorers, one with all sheets and rules, the asked-for case."""
BASE = documents.RECIPES / "基本示例.md"
BALLOT = "xl/worksheets/sheet8.xml"
TEXTS = "xl/sharedStrings.xml"
SPOILT: dict[str, list[documents.Step]] = {
    "错误值": [("写", "评分_甲", "H5", "错误 #DIV/0!")],
    "日期": [("写", "评分_甲", "H5", "日期 2023-12-31")],
    "百分数和文本": [("写", "评分_甲", "H5", "百分比 0.85"), ("写", "评分_甲", "H9", "９０"), ("写", "评分_乙", "H5", "９")],
    "公式": [("写", "评分_甲", "H5", "算得 21 =20+1")],
    "隐藏": [("隐藏", "评分_甲", "5", "")],
    "合并": [("合并", "评分_甲", "H9:I9", "")],
    "数字文本": [("写", "评分_甲", "H5", "27.31")],
}  # fmt: skip


def outcome(data: bytes) -> Outcome:
    return score_documents([Document("甲.xlsx", data)])[0]


def said(made: Outcome) -> list[tuple[str, str]]:
    return sorted((each.code, str(each.place)) for each in made.findings)


def figures(made: Outcome) -> tuple[object, ...]:
    assert made.scored, said(made)
    marks = tuple(
        (str(tier.tier.code.value), tier.score) for tiers in made.scored.tiers for tier in tiers
    )
    return made.scored.total, made.scored.grade.name.value, marks


@pytest.fixture(scope="module")
def converted(
    office: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, bytes]]:
    """By format, by name: the samples and spoilt workbooks as LibreOffice saves them."""
    folder = tmp_path_factory.mktemp("formats")
    paths = [Path(shutil.copy(path, folder)) for path in OFFICE]
    for name, steps in SPOILT.items():
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(documents.mishandled(documents.sample(BASE), steps))
    made = {"source": {path.stem: path.read_bytes() for path in paths}}
    for suffix, saved in libreoffice.saved_as(paths, folder, *libreoffice.FILTERS).items():
        made[suffix] = {path.stem: path.read_bytes() for path in saved}
    return made


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_saved_by_libreoffice_it_scores_the_same(
    converted: dict[str, dict[str, bytes]], suffix: str
) -> None:
    for path in OFFICE:
        source, saved = (outcome(converted[kind][path.stem]) for kind in ("source", suffix))
        assert figures(saved) == figures(source), path.stem
        told = said(saved)
        if suffix == "xls":  # it does not tell a formula: what the template computes is told as any
            told = [each for each in told if each[0] != "X504"]
        assert told == said(source), path.stem


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
@pytest.mark.parametrize("name", SPOILT)
def test_what_is_wrong_in_it_is_found_at_the_same_cell(
    converted: dict[str, dict[str, bytes]], suffix: str, name: str
) -> None:
    source, saved = (outcome(converted[kind][name]) for kind in ("source", suffix))
    assert said(source)
    assert said(saved) == said(source)


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_the_marked_copy_of_another_format_is_an_xlsx_with_everything_in_it(
    converted: dict[str, dict[str, bytes]], suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"甲.{suffix}"
    path.write_bytes(converted[suffix]["错误值"])
    ((kind, copy),) = documents.outputs(path)
    assert kind == "correction"
    book = openpyxl.load_workbook(io.BytesIO(copy))
    assert book.sheetnames[0] == "问题清单"
    assert "公式只留结果" in book["问题清单"]["D4"].value  # what it lacks is said
    assert "X501" in book["评分_甲"]["H5"].comment.text
    broken = [
        c.coordinate for row in book["预算执行"].iter_rows() for c in row if c.data_type == "e"
    ]
    assert broken == []  # a formula that shows an empty text is not a broken one
    assert book["三级指标"].column_dimensions["C"].width > 12
    book["评分_甲"]["H5"].value = 28
    mended = io.BytesIO()
    book.save(mended)
    again = outcome(mended.getvalue())
    assert again.scored, said(again)
    assert again.scored.total == outcome(documents.sample(BASE)).scored.total  # type: ignore[union-attr]


def test_a_half_copied_xls_never_gives_another_score(
    converted: dict[str, dict[str, bytes]], record_property: Callable[[str, object], None]
) -> None:
    """Cut, or filled with zeros: calamine alone reads some of these without a word."""
    whole = converted["xls"][OFFICE[0].stem]
    right = figures(outcome(whole))
    tried = 0
    for percent in range(0, 100, 4):
        at = len(whole) * percent // 100
        for data in (whole[:at], whole[:at] + bytes(len(whole) - at)):
            made = outcome(data)
            assert made.scored is None or figures(made) == right, percent
            assert made.findings or made.scored
            tried += 1
    record_property("half-copied .xls files, none scored wrongly", tried)


def test_an_xls_without_the_second_reader_is_refused_by_name(
    converted: dict[str, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlrd", None)
    assert said(outcome(converted["xls"][OFFICE[0].stem])) == [("X003", "")]


def test_an_xls_that_two_readers_read_differently_is_refused_by_cell(
    converted: dict[str, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import xlrd.sheet

    seen = xlrd.sheet.Sheet.cell_value

    def other(self: xlrd.sheet.Sheet, row: int, column: int) -> object:
        held = seen(self, row, column)
        return 29.0 if (self.name, row, column) == ("评分_会计", 4, 7) else held

    monkeypatch.setattr(xlrd.sheet.Sheet, "cell_value", other)
    (found,) = outcome(converted["xls"]["高新区考核办2023"]).findings
    assert (found.code, found.params["sheet"], found.params["cell"]) == ("X020", "评分_会计", "H5")


def test_an_empty_part_that_nobody_reads_is_no_damage(
    converted: dict[str, dict[str, bytes]],
) -> None:
    """As LibreOffice writes it into every .ods."""
    held = unzipped(converted["ods"][OFFICE[0].stem])
    held["Configurations2/accelerator/current.xml"] = b""
    made = outcome(zipped(held))
    assert figures(made) == figures(outcome(converted["source"][OFFICE[0].stem]))


def test_a_locked_ods_is_named() -> None:
    manifest = b'<m:manifest xmlns:m="urn:x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    data = zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": manifest, "content.xml": b"<a/>"})  # fmt: skip
    assert said(outcome(data)) == [("X002", "")]


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        ("2<text:tab/>5", "2\t5"),
        ("2<text:line-break/>5", "2\n5"),
        ("2</text:p><text:p>3<text:line-break/>5", "2\n3\n5"),
        ('2<text:s text:c="2"/><text:tab/>5', "2  \t5"),
        ("<text:ruby><text:ruby-base>25</text:ruby-base><text:ruby-text>7</text:ruby-text></text:ruby>", "25"),
        ("25<text:note><text:note-citation>7</text:note-citation></text:note>", "25"),
    ],
)  # fmt: skip
def test_a_text_of_an_ods_is_not_drawn_together_into_another_number(
    converted: dict[str, dict[str, bytes]], inside: str, read: str
) -> None:
    """calamine leaves tabs and line breaks out and puts readings in: 2, tab, 5 would be 25 points."""
    held = unzipped(converted["ods"]["数字文本"])
    content, typed = held["content.xml"].decode(), "<text:p>27.31</text:p>"
    assert content.count(typed) == 1
    held["content.xml"] = content.replace(typed, f"<text:p>{inside}</text:p>").encode()
    made = outcome(zipped(held))
    assert made.filled
    assert next(g for g in made.filled.grids if g.name == "评分_甲").raw(4, 7) == read
    codes = {code for code, place in said(made) if place == "评分_甲!H5"}
    assert codes == ({"X507"} if read == "25" else {"X511"})


def test_an_xls_whose_stream_has_another_name_is_refused_by_name(
    converted: dict[str, dict[str, bytes]],
) -> None:
    data = bytearray(converted["xls"][OFFICE[0].stem])
    name = "ETWorkbook".encode("utf-16-le")
    at = data.index("Workbook".encode("utf-16-le"))
    data[at : at + len(name)] = name
    struct.pack_into("<H", data, at + 64, len(name) + 2)
    assert said(outcome(bytes(data))) == [("X003", "")]


@pytest.mark.parametrize("number", [*range(27, 37), *range(50, 59)])
def test_a_date_of_an_old_workbook_is_one_in_every_date_format(
    converted: dict[str, dict[str, bytes]], number: int
) -> None:
    """A mark whose BIFF format is 27–36 or 50–58 is an error at its cell, or the file is refused."""
    import xlrd

    data = bytearray(converted["xls"]["高新区考核办2023"])
    with xlrd.open_workbook(file_contents=bytes(data), formatting_info=True) as book:
        style = book.sheet_by_name("评分_会计").cell_xf_index(4, 7)
    at, seen = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00"), 0
    while seen <= style:
        kind, length = struct.unpack_from("<HH", data, at)
        seen += kind == 0x00E0
        here, at = at + 4, at + 4 + length
    struct.pack_into("<H", data, here + 2, number)
    assert {("X503", "评分_会计!H5"), ("X020", "")} & set(said(outcome(bytes(data))))


def strict(held: dict[str, bytes]) -> dict[str, bytes]:
    """As Excel saves “Strict Open XML”: other names for the same."""
    old = "http://schemas.openxmlformats.org"
    names = {
        f"{old}/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
        f"{old}/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    made = dict(held)
    for part, data in held.items():
        for before, after in names.items():
            data = data.replace(before.encode(), after.encode())
        made[part] = data
    made["xl/workbook.xml"] = made["xl/workbook.xml"].replace(
        b"<workbook ", b'<workbook conformance="strict" ', 1
    )
    return made


def each_sheet(change: Callable[[bytes], bytes]) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda held: {
        name: change(data) if name.startswith("xl/worksheets/sheet") else data
        for name, data in held.items()
    }


def inline(held: dict[str, bytes]) -> dict[str, bytes]:
    texts = re.findall(rb"<si>(.*?)</si>", held[TEXTS], re.DOTALL)

    def put(found: re.Match[bytes]) -> bytes:
        return found[1] + b' t="inlineStr"><is>' + texts[int(found[2])] + b"</is></c>"

    return each_sheet(
        lambda xml: re.sub(rb'(<c r="[A-Z]+\d+"(?: s="\d+")?) t="s"><v>(\d+)</v></c>', put, xml)
    )(held)


def rich(held: dict[str, bytes]) -> dict[str, bytes]:
    """Every text in two runs, with a reading beside it."""

    def put(found: re.Match[bytes]) -> bytes:
        text = found[1].decode()
        left, right = (
            (text[: len(text) // 2], text[len(text) // 2 :]) if "&" not in text else (text, "")
        )
        runs = "".join(f'<r><t xml:space="preserve">{run}</t></r>' for run in (left, right))
        return f'<si>{runs}<rPh sb="0" eb="1"><t>duyin</t></rPh></si>'.encode()

    return {**held, TEXTS: re.sub(rb"<si><t[^>]*>([^<]*)</t></si>", put, held[TEXTS])}


def indented(held: dict[str, bytes]) -> dict[str, bytes]:
    """Every element of the sheets and of the texts on a line of its own, as some programs write them."""
    return {
        name: re.sub(rb"(?<!<v)(?<!<f)><(?!/v>)", b">\n  <", data)
        if name == TEXTS or name.startswith("xl/worksheets/sheet")
        else data
        for name, data in held.items()
    }


def without_texts(held: dict[str, bytes]) -> dict[str, bytes]:
    """All texts in their cells, and no part for shared ones."""
    rels = "xl/_rels/workbook.xml.rels"
    made = {name: data for name, data in inline(held).items() if name != TEXTS}
    return {**made, rels: re.sub(rb"<Relationship [^>]*sharedStrings[^>]*/>", b"", made[rels])}


def date_system(held: dict[str, bytes]) -> dict[str, bytes]:
    return {
        **held,
        "xl/workbook.xml": re.sub(
            rb"<workbookPr ", b'<workbookPr date1904="1" ', held["xl/workbook.xml"]
        ),
    }


def elsewhere(held: dict[str, bytes]) -> dict[str, bytes]:
    """The workbook part under another name, as Excel on the web has it."""
    names = {
        "xl/workbook.xml": "xl/workbook22.xml",
        "xl/_rels/workbook.xml.rels": "xl/_rels/workbook22.xml.rels",
    }
    telling = ("_rels/.rels", "[Content_Types].xml")
    return {
        names.get(part, part): data.replace(b"xl/workbook.xml", b"xl/workbook22.xml")
        if part in telling
        else data
        for part, data in held.items()
    }


def retold(old: bytes, new: bytes) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """The targets of the sheets and other parts written in another way."""
    rels = "xl/_rels/workbook.xml.rels"
    return lambda held: {**held, rels: held[rels].replace(old, new)}


def roundabout(held: dict[str, bytes]) -> dict[str, bytes]:
    """The workbook part by a roundabout way."""
    target = b'Target="xl/../xl/./workbook.xml"'
    return {
        **held, "_rels/.rels": held["_rels/.rels"].replace(b'Target="xl/workbook.xml"', target)
    }  # fmt: skip


def renamed_beside(held: dict[str, bytes]) -> dict[str, bytes]:
    """The shared texts and the formats under names of their own."""
    made = {}
    for part, data in held.items():
        telling = part.endswith((".rels", "[Content_Types].xml"))
        for old, new in (("sharedStrings.xml", "strings1.xml"), ("styles.xml", "looks1.xml")):
            part = part.replace(old, new)
            data = data.replace(old.encode(), new.encode()) if telling else data
        made[part] = data
    return made


def shuffled(held: dict[str, bytes]) -> dict[str, bytes]:
    """Sheet files numbered backwards: only the relationships say which is which."""
    rels = "xl/_rels/workbook.xml.rels"
    count = sum(part.startswith("xl/worksheets/sheet") for part in held)

    def other(found: re.Match[str]) -> str:
        return f"{found[1]}{count + 1 - int(found[2])}{found[3]}"

    moved = {re.sub(r"(worksheets/(?:_rels/)?sheet)(\d+)(\.xml)", other, n): d for n, d in held.items()}  # fmt: skip
    moved[rels] = re.sub(r"(worksheets/sheet)(\d+)(\.xml)", other, held[rels].decode()).encode()
    return moved


def prefixed(held: dict[str, bytes]) -> dict[str, bytes]:
    """Every element of a sheet with a prefix."""
    main = b'="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return each_sheet(
        lambda xml: re.sub(rb"<(/?)(\w+)(?=[\s/>])", rb"<\1x:\2", xml).replace(
            b"xmlns" + main, b"xmlns:x" + main
        )
    )(held)


def alternatives(held: dict[str, bytes]) -> dict[str, bytes]:
    """What newer programs put in for each other, in the workbook and in the sheets."""
    said = b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x15"><x15ac:absPath xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac" url="D:/"/></mc:Choice><mc:Fallback/></mc:AlternateContent>'
    book = {"xl/workbook.xml": held["xl/workbook.xml"].replace(b"<bookViews", said + b"<bookViews")}
    end = b"</worksheet>"
    return each_sheet(lambda xml: xml.replace(end, said + end))({**held, **book})


QUIRKS: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "strict": strict,
    "WPS 的 dimension": each_sheet(lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml)),
    "过大的 dimension": each_sheet(lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml)),
    "单元格里的文字": inline,
    "逐行缩进": indented,
    "富文本和读音": rich,
    "1904": date_system,
    "工作簿部件另有名字": elsewhere,
    "工作簿部件绕路": roundabout,
    "文字和格式的部件另有名字": renamed_beside,
    "路径前有点": retold(b'Target="', b'Target="./'),
    "路径绕出去": retold(b'Target="', b'Target="../xl/'),
    "路径里有转义": retold(b"worksheets/s", b"worksheets/%73"),
    "路径用反斜线": retold(b"worksheets/", b"worksheets\\"),
    "工作表部件次序相反": shuffled,
    "绝对路径": lambda held: {**held, "xl/_rels/workbook.xml.rels": held["xl/_rels/workbook.xml.rels"].replace(b'Target="', b'Target="/xl/')},
    "反斜线": lambda held: {name.replace("/", "\\"): data for name, data in held.items()},
    "带前缀的元素": prefixed,
    "替代内容": alternatives,
    "字节顺序标记": lambda held: {name: b"\xef\xbb\xbf" + data for name, data in held.items()},
    "没有文字部件": without_texts,
}  # fmt: skip


@cache
def as_it_is(path: Path) -> Outcome:
    return outcome(path.read_bytes())


@pytest.mark.parametrize("quirk", QUIRKS)
def test_another_way_to_write_the_same_file_scores_the_same(quirk: str) -> None:
    for path in SOUND:
        held = unzipped(path.read_bytes())
        changed = QUIRKS[quirk](held)
        assert changed != held
        source, made = as_it_is(path), outcome(zipped(changed))
        assert figures(made) == figures(source)
        assert said(made) == said(source)


def packed(method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"", wide: bool = False) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as package:
        package.comment = comment
        for name, data in unzipped(documents.sample(BASE)).items():
            with package.open(name, "w", force_zip64=wide) as entry:
                entry.write(data)
    return buffer.getvalue()


class Pipe(io.RawIOBase):
    """A stream that cannot go back, so that sizes stand behind the entries."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += data
        return len(data)


def streamed() -> bytes:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as package:  # type: ignore[call-overload]
        for name, data in unzipped(documents.sample(BASE)).items():
            package.writestr(name, data)
    return bytes(pipe.data)


def all_zip64() -> bytes:
    """A directory whose end says nothing but that its numbers stand in the record before it."""
    data = packed()
    end = data.rindex(b"PK\x05\x06")
    count, size, at = struct.unpack_from("<H2I", data, end + 10)
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, at)
    found = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)
    return data[:end] + record + found + last


@pytest.mark.parametrize(
    "data",
    [
        packed(zipfile.ZIP_STORED), packed(comment=b"by mail"), packed(wide=True), streamed(),
        all_zip64(), packed() + b"\r\n",
    ],
    ids=["stored", "comment", "zip64 entries", "streamed", "zip64", "mail"],
)  # fmt: skip
def test_another_way_to_pack_the_same_parts_scores_the_same(data: bytes) -> None:
    assert figures(outcome(data)) == figures(outcome(documents.sample(BASE)))
    assert not said(outcome(data))


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ("xl/media/image1.png", "图片、图形或图表"),
        ("xl/cellimages.xml", "图片、图形或图表"),
        ("xl/pivotCache/pivotCacheDefinition1.xml", "数据透视表或切片器"),
        ("xl/slicers/slicer1.xml", "数据透视表或切片器"),
        ("xl/embeddings/oleObject1.bin", "嵌入的文件或控件"),
        ("xl/connections.xml", "外部数据的连接"),
        ("xl/externalLinks/externalLink1.xml", "引用其他工作簿的链接"),
        ("_xmlsignatures/sig1.xml", "数字签名"),
        ("docMetadata/LabelInfo.xml", "敏感度标签"),
    ],
)
def test_what_a_package_holds_beside_its_sheets_is_said_and_changes_nothing(
    part: str, what: str
) -> None:
    """Neither output has it: an image that was evidence must not be gone without a word."""
    base = unzipped(documents.sample(BASE))
    made = outcome(zipped({**base, part: b"<a/>"}))
    assert figures(made) == figures(outcome(documents.sample(BASE)))
    (found,) = made.findings
    assert (found.code, found.params["what"]) == ("X122", what)


def test_a_drawing_is_said_and_an_empty_one_is_not() -> None:
    """LibreOffice and others leave a drawing part where nothing is drawn."""
    base = unzipped(documents.sample(BASE))
    part, shape = "xl/drawings/drawing1.xml", b"<d><oneCellAnchor></oneCellAnchor></d>"
    assert said(outcome(zipped({**base, part: shape}))) == [("X122", "")]
    assert said(outcome(zipped({**base, part: b"<d/>"}))) == []


def with_other_sheet(folder: str, kind: str) -> bytes:
    """The workbook with one more sheet that is no table."""
    held = unzipped(documents.sample(BASE))
    rels = "xl/_rels/workbook.xml.rels"
    link = f'<Relationship Id="rX" Type="http://schemas.openxmlformats.org/{kind}" Target="{folder}/sheet1.xml"/>'
    held[rels] = held[rels].replace(b"</Relationships>", link.encode() + b"</Relationships>")
    sheet = '<sheet name="另一张" sheetId="999" state="veryHidden" r:id="rX"/></sheets>'
    held["xl/workbook.xml"] = held["xl/workbook.xml"].replace(b"</sheets>", sheet.encode())
    return zipped({**held, f"xl/{folder}/sheet1.xml": b"<a/>"})


@pytest.mark.parametrize("kind", ["chartsheet", "dialogsheet"])
def test_a_sheet_that_is_no_table_is_said(kind: str) -> None:
    made = outcome(with_other_sheet(f"{kind}s", f"officeDocument/2006/relationships/{kind}"))
    assert figures(made) == figures(outcome(documents.sample(BASE)))
    assert said(made) == [("X108", "另一张")]


def test_a_macro_sheet_of_excel_4_is_named() -> None:
    """calamine does not read such a workbook."""
    (found,) = outcome(with_other_sheet("macrosheets", "x/xlMacrosheet")).findings
    assert (found.code, found.params["sheet"]) == ("X009", "另一张")


@pytest.mark.filterwarnings("ignore")  # as staff run it: here a warning would be an error
def test_the_marked_copy_of_a_strict_workbook_has_everything_in_it(tmp_path: Path) -> None:
    """openpyxl opens one without a word, and sees no sheet in it."""
    source = documents.mishandled(documents.sample(BASE), SPOILT["错误值"])
    path = tmp_path / "甲.xlsx"
    path.write_bytes(zipped(strict(unzipped(source))))
    ((kind, copy),) = documents.outputs(path)
    assert kind == "correction"
    assert [place for _, place in said(outcome(copy))] == ["评分_甲!H5"]
    book = openpyxl.load_workbook(io.BytesIO(copy))
    assert "X501" in book["评分_甲"]["H5"].comment.text
    book["评分_甲"]["H5"].value = 28
    mended = io.BytesIO()
    book.save(mended)
    assert figures(outcome(mended.getvalue())) == figures(outcome(documents.sample(BASE)))


def test_macros_are_said_and_nothing_else_changes() -> None:
    held = unzipped(documents.sample(BASE))
    held["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0" + bytes(99)
    held["[Content_Types].xml"] = held["[Content_Types].xml"].replace(
        b"spreadsheetml.sheet.main", b"spreadsheetml.sheet.main"
    ).replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )  # fmt: skip
    plain, made = outcome(documents.sample(BASE)), outcome(zipped(held))
    assert figures(made) == figures(plain)
    assert said(made) == sorted([*said(plain), ("X117", "")])
    assert not [name for name in unzipped(pipeline.write_scored(made)) if "vba" in name.lower()]


MODULE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"/>"""
"""As LibreOffice writes it."""


@pytest.mark.parametrize(
    ("part", "code"), [("Basic/Standard/Module1.xml", "X117"), ("Configurations2/x.xml", "X010")]
)
def test_only_the_macros_of_an_ods_may_declare_a_document_type(
    converted: dict[str, dict[str, bytes]], part: str, code: str
) -> None:
    held = unzipped(converted["ods"][OFFICE[0].stem])
    made = outcome(zipped({**held, part: MODULE}))
    assert (code, "") in said(made)
    assert (made.scored is not None) == (code == "X117")


def with_style(styles: bytes, number: int) -> tuple[bytes, int]:
    """The part with one more look, of this number format, and which of them it is."""
    more = b'<xf numFmtId="%d" applyNumberFormat="1"/></cellXfs>' % number
    changed = styles.replace(b"</cellXfs>", more)
    looks = re.search(rb"<cellXfs.*</cellXfs>", changed, re.DOTALL)
    assert looks
    return changed, len(re.findall(rb"<xf ", looks[0])) - 1


@pytest.mark.parametrize("number", [*range(27, 37), *range(50, 59), 14, 22, 45, 47])
def test_a_mark_in_a_cell_of_any_date_format_is_an_error_at_its_cell(number: int) -> None:
    """27–36 and 50–58 are dates in Chinese, Japanese and Korean programs, and to no one else."""
    held = unzipped(documents.sample(BASE))
    styles = held["xl/styles.xml"].replace(b"</cellXfs>", b'<xf numFmtId="%d" applyNumberFormat="1"/></cellXfs>' % number)  # fmt: skip
    count = len(re.findall(rb"<xf ", re.search(rb"<cellXfs.*</cellXfs>", styles, re.DOTALL)[0])) - 1  # type: ignore[index]
    held["xl/styles.xml"] = styles
    held[BALLOT] = re.sub(rb'<c r="H5"[^>]*>', b'<c r="H5" s="%d">' % count, held[BALLOT])
    held = unzipped(documents.sample(BASE))
    held["xl/styles.xml"], own = with_style(held["xl/styles.xml"], number)
    held[BALLOT] = re.sub(rb'<c r="H5"[^>]*>', b'<c r="H5" s="%d">' % own, held[BALLOT])
    assert ("X503", "评分_甲!H5") in said(outcome(zipped(held)))


@pytest.mark.parametrize("number", [*range(27, 37), *range(50, 59), 14, 22])
@pytest.mark.parametrize("early", [False, True])
def test_the_date_of_filling_is_the_same_day_in_every_date_format(number: int, early: bool) -> None:
    """With days counted from 1900 or from 1904."""
    held = unzipped(documents.SAMPLES.joinpath("高新区考核办2023.xlsx").read_bytes())
    styles = held["xl/styles.xml"].replace(b"</cellXfs>", b'<xf numFmtId="%d" applyNumberFormat="1"/></cellXfs>' % number)  # fmt: skip
    count = len(re.findall(rb"<xf ", re.search(rb"<cellXfs.*</cellXfs>", styles, re.DOTALL)[0])) - 1  # type: ignore[index]
    held["xl/styles.xml"] = styles
    cell = b'<c r="B19" s="%d"><v>%d</v></c>' % (count, 45450 - 1462 * early)
    info = "xl/worksheets/sheet2.xml"
    held[info], changed = re.subn(rb'<c r="B19"[^>]*>.*?</c>', lambda _: cell, held[info])
    assert changed == 1
    made = outcome(zipped(date_system(held) if early else held))
    assert made.filled
    assert made.filled.info["填报日期"].value == "2024-06-07"


PICTURE = '<f>_xlfn.DISPIMG("ID_0A1B",1)</f><v>=DISPIMG("ID_0A1B",1)</v>'


@pytest.mark.parametrize(
    ("kind", "inside", "code"),
    [
        ("inlineStr", "<is><t>27_x000D_</t></is>", "X507"),
        ("inlineStr", "<is><t>_x000D__x000A_27</t></is>", "X507"),
        ("inlineStr", "<is><t>_x0032_7</t></is>", "X507"),
        ("inlineStr", '<is><t>=DISPIMG("ID_0A1B",1)</t></is>', "X513"),
        ("str", PICTURE, "X513"),
    ],
)
def test_what_other_programs_leave_in_a_cell_is_read_or_named(
    kind: str, inside: str, code: str
) -> None:
    held = unzipped(documents.sample(BASE))
    cell = f'<c r="H5" t="{kind}">{inside}</c>'.encode()
    held[BALLOT] = re.sub(rb'<c r="H5"[^>]*>.*?</c>', lambda _: cell, held[BALLOT])
    assert code in [found for found, place in said(outcome(zipped(held))) if place == "评分_甲!H5"]


@pytest.mark.parametrize("suffix", ["xls", "ods"])
@pytest.mark.parametrize(
    "name", [name for name in SPOILT if name not in ("公式", "隐藏", "数字文本")]
)
def test_a_copy_written_anew_is_as_broken_as_its_source(
    converted: dict[str, dict[str, bytes]], suffix: str, name: str
) -> None:
    """Else a merge or a date that stops the source would be gone, and nobody asked about it."""
    data = converted[suffix][name]
    source = outcome(data)
    assert source.filled
    copy = outcome(correction(data, source.filled, source.findings))
    assert source.scored is copy.scored is None
    assert said(copy) == said(source)


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(
    "written",
    ["改_x000D_\n进", "改_x005F_x000D_进", "改_x005F_x0041_进", "改_x0041_进", "改_x0007_进", "改x005F_进", "改_xD83D_进"],
)  # fmt: skip
def test_what_is_escaped_in_a_text_is_kept_in_the_marked_copy_and_in_its_fingerprint(
    written: str, inline: bool
) -> None:
    """WPS leaves `_x000D_` in texts of several lines; the copy was then taken for one worked on."""
    held = unzipped(documents.sample(BASE))
    count = held[TEXTS].count(b"<si>")
    text = f'<t xml:space="preserve">{written}</t>'
    cell = f't="inlineStr"><is>{text}</is></c>' if inline else f't="s"><v>{count}</v></c>'
    held[TEXTS] = held[TEXTS].replace(b"</sst>", f"<si>{text}</si></sst>".encode())
    held[BALLOT], put = re.subn(rb'<c r="I5"[^>]*/>', f'<c r="I5" {cell}'.encode(), held[BALLOT])
    held[BALLOT], spoilt = re.subn(rb'(<c r="H5"[^>]*><v>)[^<]*', rb"\g<1>999", held[BALLOT])
    assert (put, spoilt) == (1, 1)
    source = outcome(zipped(held))
    assert source.filled
    copy = correction(zipped(held), source.filled, source.findings)
    before, after = (grid_of(made, "评分_甲").raw(4, 8) for made in (source, outcome(copy)))
    assert after == before
    assert OpenedWorkbook("", copy).origin is not None


def grid_of(made: Outcome, sheet: str) -> Grid:
    assert made.filled
    return next(grid for grid in made.filled.grids if grid.name == sheet)


def spoilt_ods(converted: dict[str, dict[str, bytes]], cell: str) -> bytes:
    """An .ods with another cell in 评分_甲!H5."""
    held = unzipped(converted["ods"]["日期"])
    date = rb'<table:table-cell(?:(?!<table:table-cell).)*?office:date-value="2023-12-31.*?</table:table-cell>'
    changed, count = re.subn(date, lambda _: cell.encode(), held["content.xml"], flags=re.DOTALL)
    assert count == 1
    return zipped({**held, "content.xml": changed})


@pytest.mark.parametrize(
    ("attributes", "shown", "code"),
    [
        ('office:value-type="float" office:value="0.85"', "85%", "X506"),
        ('office:value-type="float" office:value="0" table:formula="of:=1/0"', "#DIV/0!", "X501"),
        ('office:value-type="float" office:value="0" table:formula="of:=1/0"', "Err:502", "X501"),
        ('office:value-type="float" office:value="0" table:formula="of:=1/0"', "错误:502", "X501"),
        ('office:value-type="float" office:value="0" table:formula="of:=X()"', " #NAME?", "X501"),
        ('office:value-type="float" office:value="0"', "Err:502", "X501"),
        ('office:value-type="float" office:value="0"', "#REF!", "X501"),
        ('office:value-type="float" office:value="0.85"', "85％", "X506"),
        ('office:value-type="boolean" office:boolean-value="true"', "TRUE", "X509"),
        ('office:value-type="float" office:value="NaN"', "28", "X505"),
    ],
)
def test_what_an_ods_shows_in_a_cell_is_not_taken_for_another_mark(
    converted: dict[str, dict[str, bytes]], attributes: str, shown: str, code: str
) -> None:
    """As older office programs write per cents and errors: a number, and what it looks like."""
    cell = f"<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>"
    made = outcome(spoilt_ods(converted, cell))
    assert code in [found for found, place in said(made) if place == "评分_甲!H5"]
    assert made.scored is None


def test_a_sign_before_a_number_of_an_ods_is_no_error(
    converted: dict[str, dict[str, bytes]],
) -> None:
    cell = '<table:table-cell office:value-type="float" office:value="28"><text:p>#28</text:p></table:table-cell>'
    assert outcome(spoilt_ods(converted, cell)).scored


def test_a_flat_opendocument_and_a_workbook_of_excel_2003_are_named(
    converted: dict[str, dict[str, bytes]],
) -> None:
    """Both are XML with elements called style, table and meta, as web pages have them."""
    flat = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:meta><meta:generator>LibreOffice</meta:generator></office:meta><office:styles><style:style/></office:styles></office:document>"""
    old = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="a"/></Styles><Worksheet ss:Name="一"><Table/></Worksheet></Workbook>"""
    page = "<?xml version='1.0'?><!-- <a> --><!DOCTYPE html><html><body><table/></body></html>"
    for text, code, kind in ((flat, "X007", "fods"), (old, "X007", "Excel 2003 XML"), (page, "X004", "网页")):  # fmt: skip
        (found,) = outcome(text.encode()).findings
        assert found.code == code
        assert kind in found.message


REMARK = "<office:annotation><text:p>{}</text:p></office:annotation>"


@pytest.mark.parametrize(
    ("attributes", "before", "after"),
    [
        ('table:formula="of:=20+8" office:value-type="float" office:value="28"', "#重点", ""),
        ('office:value-type="float" office:value="28"', "", "占 30%"),
    ],
)
def test_a_remark_beside_a_cell_of_an_ods_is_not_what_the_cell_shows(
    converted: dict[str, dict[str, bytes]], attributes: str, before: str, after: str
) -> None:
    cell = f"<table:table-cell {attributes}>{REMARK.format(before)}<text:p>28</text:p>{REMARK.format(after)}</table:table-cell>"
    made = outcome(spoilt_ods(converted, cell))
    assert made.scored, said(made)


@pytest.mark.parametrize(
    "cell",
    [
        '<table:table-cell office:value-type="float"><text:p>28</text:p></table:table-cell>',
        "<table:table-cell><text:p>28</text:p></table:table-cell>",
    ],
)
def test_a_cell_of_an_ods_that_shows_what_it_does_not_hold_is_refused(
    converted: dict[str, dict[str, bytes]], cell: str
) -> None:
    """calamine reads a blank."""
    (found,) = outcome(spoilt_ods(converted, cell)).findings
    assert found.code == "X014"
    assert "评分_甲!H5" in found.message


LINKED = """<table:table table:name="'file:///a.xlsx'#$一"><table:table-source xlink:href="a.xlsx"/>\
<table:table-row><table:table-cell office:value-type="float" office:value="5"/></table:table-row></table:table>"""
DDE = (
    "<table:dde-links>"
    + "<table:dde-link><office:dde-source/><table:table><table:table-row/></table:table></table:dde-link>"
    * 2
    + "</table:dde-links>"
)


def test_what_an_ods_remembers_of_other_files_is_no_sheet_of_it(
    converted: dict[str, dict[str, bytes]],
) -> None:
    held = unzipped(converted["ods"]["日期"])
    end = b"</office:spreadsheet>"
    changed = held["content.xml"].replace(end, LINKED.encode() + DDE.encode() + end)
    made = outcome(zipped({**held, "content.xml": changed}))
    assert said(made) == said(outcome(converted["ods"]["日期"]))


def test_a_zip_that_is_two_kinds_of_workbook_is_refused(
    converted: dict[str, dict[str, bytes]],
) -> None:
    """The scan would look at the one, and calamine read the other."""
    both = {**unzipped(converted["ods"]["日期"]), **unzipped(documents.sample(BASE))}
    assert said(outcome(zipped(both))) == [("X014", "")]
    del both["[Content_Types].xml"]
    assert said(outcome(zipped(both))) == [("X014", "")]


def test_an_opendocument_of_an_unknown_kind_is_named() -> None:
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet-x"
    assert said(outcome(zipped({"mimetype": mimetype, "content.xml": b"<a/>"}))) == [("X007", "")]


def test_a_locked_xls_is_named(converted: dict[str, dict[str, bytes]]) -> None:
    """[MS-XLS] 2.4.117: FilePass stands where the passwords begin; here in place of WriteAccess."""
    whole = converted["xls"]["日期"]
    user, filepass = struct.pack("<HH", 0x5C, 112), struct.pack("<HHHHH", 0x2F, 54, 1, 1, 1)
    at = whole.index(user)
    locked = filepass + bytes(48) + struct.pack("<HH", 0x5C, 54) + b" " * 54
    data = whole[:at] + locked + whole[at + len(locked) :]
    assert said(outcome(data)) == [("X002", "")]


def test_two_sheets_of_one_name_in_an_xls_are_refused(
    converted: dict[str, dict[str, bytes]],
) -> None:
    """Which of them would a program read?"""
    first, second = ("评分_甲".encode("utf-16-le"), "评分_乙".encode("utf-16-le"))
    whole = converted["xls"]["日期"]
    at = whole.index(second, whole.index(first))
    assert struct.unpack_from("<B", whole, at - 2)[0] == len("评分_乙")  # the name of BoundSheet8
    data = whole[:at] + first + whole[at + len(first) :]
    assert said(outcome(data)) == [("X011", "")]


def record(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def stream(number: int, sheets: int = 1) -> bytes:
    """A workbook's stream with 2,000 zeros in a record of this number and in one that goes on with it.

    All of its sheets are said to stand where the only one stands.
    """
    start, end = record(0x0809, bytes(16)), record(0x000A, b"")
    told = struct.Struct("<IBB")
    at = len(start) + sheets * len(record(0x0085, bytes(told.size))) + len(end)
    named = sheets * record(0x0085, told.pack(at, 0, 0))
    blank = record(number, bytes(2_000)) + record(0x003C, bytes(2_000))
    return start + named + end + start + blank + end + b"\x01" * 600


def test_sheets_of_an_xls_that_share_records_are_refused() -> None:
    """Five hundred of them, each as long as the file, would take for ever."""
    biff.check_whole(stream(0x004D, sheets=1))
    with pytest.raises(Unreadable) as refused:
        biff.check_whole(stream(0x004D, sheets=2))
    assert refused.value.code == "X006"


def test_a_printers_settings_in_an_xls_may_be_zeros() -> None:
    """PLS holds what a printer's driver likes, kilobytes of zeros among it; pictures do too."""
    for number in (0x004D, 0x00EB, 0x00EC, 0x005D, 0x007F, 0x0866):
        biff.check_whole(stream(number))
    for number in (0x00FC, 0x0204, 0x003D):
        with pytest.raises(Unreadable) as refused:
            biff.check_whole(stream(number))
        assert refused.value.code == "X006"


@cache
def dated(serial: int) -> dict[str, bytes]:
    """The parts of a workbook that was signed on a day."""
    book = openpyxl.load_workbook(io.BytesIO(documents.sample(BASE)))
    info = book["基本信息"]
    info["A10"], info["B10"] = "填报日期", serial
    saved = io.BytesIO()
    book.save(saved)
    return unzipped(saved.getvalue())


@pytest.mark.parametrize("number", [14, *range(27, 37), *range(50, 59)])
@pytest.mark.parametrize("epoch", [1900, 1904])
def test_a_date_of_any_format_and_system_is_the_same_day(number: int, epoch: int) -> None:
    held = dict(dated(45291 - (1462 if epoch == 1904 else 0)))
    part = next(each.part for each in scan(zipped(held)).sheets if each.name == "基本信息")
    held["xl/styles.xml"], own = with_style(held["xl/styles.xml"], number)
    held[part] = re.sub(rb'<c r="B10"[^>]*>', b'<c r="B10" s="%d">' % own, held[part])
    if epoch == 1904:
        held["xl/workbook.xml"] = re.sub(
            rb"<workbookPr\b", b'<workbookPr date1904="1"', held["xl/workbook.xml"]
        )
    made = outcome(zipped(held))
    assert made.filled
    assert made.filled.info_text("填报日期") == "2023-12-31"


def test_a_formula_of_an_xls_is_told_though_its_text_is_not(
    converted: dict[str, dict[str, bytes]],
) -> None:
    (told,) = (each for each in outcome(converted["xls"]["公式"]).findings if each.code == "X504")
    assert told.message == "填写处是公式 =…，按保存的结果读取"
