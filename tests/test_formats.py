"""The formats people have: the same result as the .xlsx they came from, or refused by name."""

from __future__ import annotations

import io
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice
from tests.zips import unzipped, zipped
from xlkpi import job
from xlkpi.model import Outcome
from xlkpi.pipeline import Document, outcomes

SOUND = [*sorted(documents.SAMPLES.glob("*.xlsx"))]
BASE = documents.RECIPES / "基本示例.md"
BALLOT = "xl/worksheets/sheet8.xml"
TEXTS = "xl/sharedStrings.xml"
SPOILT: dict[str, list[documents.Step]] = {
    "错误值": [("写", "评分_甲", "H5", "错误 #DIV/0!")],
    "日期": [("写", "评分_甲", "H5", "日期 2023-12-31")],
    "百分数": [("写", "评分_甲", "H5", "百分比 0.85")],
    "公式": [("写", "评分_甲", "H5", "算得 21 =20+1")],
    "隐藏": [("隐藏", "评分_甲", "5", "")],
    "合并": [("合并", "评分_甲", "H9:I9", "")],
    "文本": [("写", "评分_甲", "H5", "文本 ９０"), ("写", "评分_乙", "H5", "文本 ９")],
}


def outcome(data: bytes) -> Outcome:
    return outcomes([Document("甲.xlsx", data)])[0]


def said(made: Outcome) -> list[tuple[str, str]]:
    return sorted((each.code, str(each.place)) for each in made.findings)


def figures(made: Outcome) -> tuple[object, ...]:
    assert made.scored, said(made)
    marks = tuple(
        (str(tier.tier.code.value), tier.score) for tiers in made.scored.tiers for tier in tiers
    )
    return made.scored.total, made.scored.grade.name.value, marks


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """By format, by name: the samples and spoilt workbooks as LibreOffice saves them."""
    folder = tmp_path_factory.mktemp("formats")
    paths = [Path(shutil.copy(path, folder)) for path in SOUND]
    for name, steps in SPOILT.items():
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(documents.mishandled(documents.sample(BASE), steps))
    filters = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}
    made = {"source": {path.stem: path.read_bytes() for path in paths}}
    for suffix, name in filters.items():
        saved = libreoffice._converted(paths, folder / suffix, suffix, name, shutil.copy)
        made[suffix] = {path.stem: path.read_bytes() for path in saved}
    return made


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_saved_by_libreoffice_it_scores_the_same(
    converted: dict[str, dict[str, bytes]], suffix: str
) -> None:
    for path in SOUND:
        source, saved = (outcome(converted[kind][path.stem]) for kind in ("source", suffix))
        assert figures(saved) == figures(source), path.stem
        assert said(saved) == said(source), path.stem


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
    ((kind, copy),) = job.made(path, path.name, None, public=False).outputs
    assert kind == "correction"
    book = openpyxl.load_workbook(io.BytesIO(copy))
    assert book.sheetnames[0] == "问题清单"
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
    whole = converted["xls"][SOUND[0].stem]
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
    assert said(outcome(converted["xls"][SOUND[0].stem])) == [("X003", "")]


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
    held = unzipped(converted["ods"][SOUND[0].stem])
    held["Configurations2/accelerator/current.xml"] = b""
    made = outcome(zipped(held))
    assert figures(made) == figures(outcome(converted["source"][SOUND[0].stem]))


def test_a_locked_ods_is_named() -> None:
    manifest = b'<m:manifest xmlns:m="urn:x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    data = zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": manifest, "content.xml": b"<a/>"})  # fmt: skip
    assert said(outcome(data)) == [("X002", "")]


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


def date_system(held: dict[str, bytes]) -> dict[str, bytes]:
    return {
        **held,
        "xl/workbook.xml": re.sub(
            rb"<workbookPr ", b'<workbookPr date1904="1" ', held["xl/workbook.xml"]
        ),
    }


QUIRKS: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "strict": strict,
    "WPS 的 dimension": each_sheet(lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml)),
    "过大的 dimension": each_sheet(lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml)),
    "单元格里的文字": inline,
    "富文本和读音": rich,
    "1904": date_system,
}  # fmt: skip


@pytest.mark.parametrize("quirk", QUIRKS)
def test_another_way_to_write_the_same_file_scores_the_same(quirk: str) -> None:
    for path in SOUND:
        held = unzipped(path.read_bytes())
        changed = QUIRKS[quirk](held)
        assert changed != held
        source, made = outcome(path.read_bytes()), outcome(zipped(changed))
        assert figures(made) == figures(source)
        assert said(made) == said(source)


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
    assert not [name for name in unzipped(job.result(made)) if "vba" in name.lower()]


@pytest.mark.parametrize("number", [*range(27, 37), *range(50, 59), 14, 22, 45, 47])
def test_a_mark_in_a_cell_of_any_date_format_is_an_error_at_its_cell(number: int) -> None:
    """27–36 and 50–58 are dates in Chinese, Japanese and Korean programs, and to no one else."""
    held = unzipped(documents.sample(BASE))
    styles = held["xl/styles.xml"].replace(b"</cellXfs>", b'<xf numFmtId="%d" applyNumberFormat="1"/></cellXfs>' % number)  # fmt: skip
    count = len(re.findall(rb"<xf ", re.search(rb"<cellXfs.*</cellXfs>", styles, re.DOTALL)[0])) - 1  # type: ignore[index]
    held["xl/styles.xml"] = styles
    held[BALLOT] = re.sub(rb'<c r="H5"[^>]*>', b'<c r="H5" s="%d">' % count, held[BALLOT])
    assert ("X503", "评分_甲!H5") in said(outcome(zipped(held)))


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
