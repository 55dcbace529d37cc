"""What a reader sees in a cell is what counts there, or it stops with what is shown and what is stored."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color

from tests import documents, libreoffice
from tests.documents import Step
from tests.zips import unzipped, zipped
from xlkpi import pipeline
from xlkpi.domain import number_format
from xlkpi.domain.colours import PALETTE, alike, themed, tinted
from xlkpi.domain.findings import Finding
from xlkpi.domain.results import Outcome
from xlkpi.domain.text import LOWERED, PALE, RAISED, STRUCK, Piece
from xlkpi.exchange.merge import merge
from xlkpi.exchange.split import split
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading import xlsx as scan_module
from xlkpi.reading.displayed import shown_instead
from xlkpi.reading.open import read_all_sheets
from xlkpi.reading.xlsx import Package, is_mixed, scan, shown_text
from xlkpi.reading.xlsx.rich_text import find_pieces, may_contain_pieces
from xlkpi.reading.xlsx.styles import HARMLESS_CODES

BASE = documents.RECIPES / "基本示例.md"
MARK = "H5"
"""评分_甲's mark of A1.1, 30 points."""


def outcome(data: bytes) -> Outcome:
    return score_documents([Document("甲.xlsx", data)])[0]


def after(*steps: Step) -> Outcome:
    return outcome(documents.mishandled(documents.sample(BASE), steps))


def stops(made: Outcome) -> list[tuple[str, str]]:
    """(code, place) of all but the notes."""
    return [(f.code, str(f.place)) for f in made.findings if f.severity.value != "note"]


def shaped(code: str, value: str, cell: str = MARK, sheet: str = "评分_甲") -> list[Step]:
    return [("写", sheet, cell, f"数 {value}"), ("格式", sheet, cell, code)]


def only(made: Outcome, code: str) -> Finding:
    (found,) = [each for each in made.findings if each.code == code]
    return found


# --- number formats -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ('"26"', "20", "“26”"), ('0"0"', "2", "“20”"), ('General"0"', "2", "“20”"), (";;;", "20", "空白"),
        ('[=20]"满分";0', "20", "“满分”"), ("0.00,", "20", "“0.02”"), ("0,,", "20", "“0”"),
    ],
)  # fmt: skip
def test_a_mark_that_shows_another_number_stops_with_both(
    code: str, value: str, shown: str
) -> None:
    made = after(*shaped(code, value))
    assert stops(made) == [("X515", f"评分_甲!{MARK}")]
    found = only(made, "X515")
    assert f"存的是 {value}" in found.message
    assert shown in found.message
    assert value in found.remedy
    assert shown in found.remedy


@pytest.mark.parametrize(
    ("code", "unit", "stopped"),
    [
        ('0"元"', "万元", True), ('0"人民币元"', "万元", True), ('0"圆"', "万元", True), ('#,##0.00"万元"', "元", True), ('0"千元"', "元", True), ('"¥"0"元"', "万元", True),
        ('0"元"', "元", False), ('#,##0.00"万元"', "万元", False), ("¥#,##0.00", "万元", False), ('0"个"', "万元", False),
    ],
)  # fmt: skip
def test_another_unit_of_money_behind_the_digits_stops(code: str, unit: str, stopped: bool) -> None:
    """196000元 is no 196,000 万元, though the digits are the same."""
    steps = [("写", "基本信息", "B8", unit), *shaped(code, "120.5", "D5", "预算执行")]
    assert stops(after(*steps)) == ([("X512", "预算执行!D5")] if stopped else [])


@pytest.mark.parametrize(
    "code",
    ["0.0", "#,##0.00", '0"分"', '"约"0', "¥#,##0.00", "[Red]0", "0.00_);(0.00)", "@", "??0"],
)
def test_a_mark_that_is_only_dressed_up_counts(code: str) -> None:
    assert not stops(after(*shaped(code, "20")))


SCALED = [
    '0!.0,"万元"',
    '0\\.0,"万元"',
    '0.0,"千元"',
    "#,##0,",
    "0.00,",
    '[>=10000]0.00,"万";0',
    "0,,",
]


def test_amounts_and_measures_that_scale_stop() -> None:
    """196000 shown as 19.6万元: budget and target alike, each format at its own cell."""
    steps = []
    for n, code in enumerate(SCALED):
        steps += [("写", "预算执行", f"A{7 + n}", f"项目{n}（示例）")]
        steps += [
            step
            for column in "DG"
            for step in shaped(code, "196000", f"{column}{7 + n}", "预算执行")
        ]
    steps += [*shaped(SCALED[0], "196000", "H6", "三级指标"), ("写", "三级指标", "F6", "20")]
    found = stops(after(*steps))
    expected = {f"预算执行!{column}{7 + n}" for n in range(len(SCALED)) for column in "DG"}
    assert {place for code, place in found if code == "X515"} == expected | {"三级指标!H6"}
    assert {code for code, _ in found} == {"X515", "X420"}  # the other amounts of these rows


def test_a_judged_measure_that_shows_another_number_stops_too() -> None:
    """Scorers would see 196000 on their own sheets, and 自评表 would print it."""
    assert stops(after(*shaped(SCALED[0], "196000", "F5", "三级指标"))) == [("X515", "三级指标!F5")]


def test_the_unit_of_an_amount_is_said() -> None:
    found = only(after(*shaped(SCALED[0], "1205000", "D5", "预算执行")), "X515")
    assert "万元为单位" in found.remedy


@pytest.mark.parametrize(
    ("code", "held", "stop"),
    [("0;-0;0;@", "27", None), (";;;", "27", "X515"), ('0;0;0;"30"', "27", "X515"), ('@"0"', "2", "X515"),
     ("@", "27", None), ("_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)", "27", None)],
)  # fmt: skip
def test_a_mark_typed_as_a_text_is_held_against_the_fourth_section(
    code: str, held: str, stop: str | None
) -> None:
    made = after(("写", "评分_甲", MARK, held), ("格式", "评分_甲", MARK, code))
    assert [code for code, _ in stops(made)] == ([stop] if stop else [])


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [("@", "甲", "甲"), ("0", "甲", "甲"), (";;;", "甲", ""), ('"第"@"号"', "3", "第3号"), ("0;;;@", "甲", "甲"),
     ('0;"a;b";0;!x@', "甲", "x甲"), ("[Red]@_)", "甲", "甲")],
)  # fmt: skip
def test_how_a_format_shows_a_text(code: str, text: str, shown: str) -> None:
    assert shown_text(code, text) == shown


# --- per cents ----------------------------------------------------------------------------

PER_CENT: list[Step] = [("写", "三级指标", "G6", "%"), ("写", "三级指标", "F6", "数 95")]


@pytest.mark.parametrize(
    ("code", "value", "stop"),
    [("0%", "0.9", None), ("0%", "1.5", None), ("0%", "10", None), ("0%", "95", "X522"), ("0.00%", "-12", "X522"),
     ("[>1]0;0%", "0.9", None), ("[>1]0;0%", "90", None)],
)  # fmt: skip
def test_per_cents_count_as_they_are_shown(code: str, value: str, stop: str | None) -> None:
    made = after(*PER_CENT, *shaped(code, value, "H6", "三级指标"))
    assert [each for each, _ in stops(made) if each != "X609"] == ([stop] if stop else [])
    if stop:
        found = only(made, stop)
        assert f"存的是 {value}" in found.message
        assert f"{value}%" in found.remedy
        assert f"{int(value) * 100}%" in found.remedy


@pytest.mark.parametrize(
    ("code", "value", "points"), [('0"%"', "90", 90), ('0.0"%"', "0.8", Decimal("0.8")), ("0\\%", "90", 90), ('[>1]0"%";0%', "0.9", 90), ('[>1]0"%";0%', "90", 90)],
)  # fmt: skip
def test_a_sign_that_only_stands_there_says_as_much(code: str, value: str, points: object) -> None:
    made = after(*PER_CENT, *shaped(code, value, "H6", "三级指标"))
    assert made.filled
    assert made.filled.indicators[1].actual.value == points
    mark = after(*shaped(code, value))
    assert [each for each, _ in stops(mark)] == ["X506"]


def test_where_a_per_cent_means_nothing_the_numbers_that_the_cell_may_hold_are_proposed() -> None:
    found = only(after(("写", "评分_甲", MARK, "百分比 0.9")), "X506")
    assert "27 或 0.9" in found.remedy  # of at most 30, so not 90
    assert "“90%”" in found.message


def test_zeros_that_a_sheet_does_not_show_are_told_once() -> None:
    made = after(("写", "评分_甲", MARK, "数 0"), ("不显示零", "评分_甲", "", ""), ("不显示零", "评分_乙", "", ""))  # fmt: skip
    assert stops(made) == [("X523", "评分_甲")]
    assert MARK in only(made, "X523").message


# --- fonts --------------------------------------------------------------------------------


def test_a_mark_struck_through_stops() -> None:
    assert stops(after(("字体", "评分_甲", MARK, "删除线"))) == [("X516", f"评分_甲!{MARK}")]


def test_texts_struck_through_are_noted_and_many_folded() -> None:
    one = after(("字体", "三级指标", "C5", "删除线"))
    assert not stops(one)
    assert str(only(one, "X519").place) == "三级指标!C5"
    many = after(*(("字体", "三级指标", f"C{row}", "删除线") for row in range(5, 10)))
    assert "5 格文字" in only(many, "X519").message


def coloured(font: Color | None, fill: PatternFill | None = None) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(documents.sample(BASE)))
    cell = book["评分_甲"][MARK]
    cell.font, cell.fill = Font(color=font), fill or PatternFill()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def solid(colour: str) -> PatternFill:
    return PatternFill("solid", fgColor=colour)


@pytest.mark.parametrize(
    ("font", "fill", "seen"),
    [
        (Color(rgb="FFFFFFFF"), None, False), (Color(theme=0), None, False), (Color(indexed=9), None, False),
        (Color(indexed=65), None, False), (Color(rgb="FFFEFDFC"), None, False), (Color(rgb="FFFFFFFF"), solid("FFFFFFFF"), False),
        (Color(rgb="FF1F4E79"), solid("FF1F4E79"), False), (Color(theme=0, tint=-0.5), None, True),
        (Color(rgb="FFFFFFFF"), solid("FF1F4E79"), True), (Color(rgb="FFC00000"), None, True), (Color(theme=1), None, True),
        (None, None, True), (Color(rgb="FFFFFFFF"), PatternFill("gray125"), True), (Color(rgb="FFBFBFBF"), None, True),
    ],
)  # fmt: skip
def test_a_mark_without_contrast_stops(
    font: Color | None, fill: PatternFill | None, seen: bool
) -> None:
    made = outcome(coloured(font, fill))
    assert stops(made) == ([] if seen else [("X518", f"评分_甲!{MARK}")])


def test_a_palette_of_the_workbook_s_own_counts() -> None:
    held = unzipped(coloured(Color(indexed=2)))
    assert not stops(outcome(zipped(held)))
    red, white = b'<rgbColor rgb="00FF0000"', b'<rgbColor rgb="00FFFFFF"'
    held["xl/styles.xml"] = held["xl/styles.xml"].replace(red, white, 1)
    assert stops(outcome(zipped(held))) == [("X518", f"评分_甲!{MARK}")]


def test_codes_that_are_taken_for_plain_are() -> None:
    assert all(number_format.always_plain(code) and not is_mixed(code) for code in HARMLESS_CODES)


def test_colours() -> None:
    assert len(PALETTE) == 64
    assert themed(0) == "FFFFFF"
    assert themed(0, -0.5) == "808080"
    assert tinted("1F4E79", 1.0) == "FFFFFF"
    assert themed(4) == themed(4)
    assert not alike(themed(4), themed(5))
    assert not alike(themed(4), "FFFFFF")
    assert alike("FFFFFF", "FFF9D6")
    assert not alike("FFFFFF", "FFFF00")


# --- pieces -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "quoted"),
    [
        ("2+上标 2", "“2”和上标“2”"), ("2+下标 2", "“2”和下标“2”"), ("删除线 1+8", "画了删除线的“1”和“8”"),
        ("删除线 3+6", "画了删除线的“3”和“6”"), ("2+白色 5", "“2”和白色的“5”"),
    ],
)  # fmt: skip
def test_a_mark_in_pieces_stops_with_the_pieces(content: str, quoted: str) -> None:
    made = after(("分段", "评分_甲", MARK, content))
    assert stops(made) == [("X517", f"评分_甲!{MARK}")]
    assert quoted in only(made, "X517").message


def test_what_only_a_text_has_raised_is_no_matter() -> None:
    """m² in a unit and behind a number, CO₂ in a name."""
    assert not stops(after(("分段", "三级指标", "G6", "m+上标 2"), ("分段", "三级指标", "C7", "CO+下标 2+排放")))  # fmt: skip
    behind = after(("分段", "三级指标", "G6", "m+上标 2"), ("分段", "三级指标", "H6", "7m+上标 2"))
    assert "X517" not in {code for code, _ in stops(behind)}


RUNS: list[tuple[str, tuple[Piece, ...]]] = [
    ('<t>27</t><rPh sb="0" eb="2"><t>1</t></rPh><phoneticPr fontId="1"/>', ()),
    ('<r><t>27</t></r><rPh sb="0" eb="2"><r><rPr><strike/></rPr><t>1</t></r></rPh><r><rPr><b/></rPr><t>.5</t></r>', ()),
    ('<r><rPr><strike val="0"/></rPr><t>27</t></r>', ()),
    ('<r><rPr><vertAlign val="baseline"/></rPr><t>27</t></r>', ()),
    ("<r><rPr><strike/></rPr><t> </t></r><r><t>27</t></r>", ()),
    ("<r><rPr><strike/></rPr><t>2</t></r><r><rPr/><t>7</t></r>", (Piece("2", STRUCK), Piece("7"))),
    ('<r><t>2</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>7</t></r>', (Piece("2"), Piece("7", LOWERED))),
    ('<r><t>2</t></r><r><rPr><color theme="0"/></rPr><t>7</t></r>', (Piece("2"), Piece("7", PALE))),
    ('<r><t>2</t></r><r><rPr><color theme="1"/></rPr><t>7</t></r>', ()),
]  # fmt: skip


@pytest.mark.parametrize(("runs", "found"), RUNS)
def test_runs_of_a_text(runs: str, found: tuple[Piece, ...]) -> None:
    """Inline in the cell, and among the shared texts; readings are no text."""
    xml = f"<sst><si><t>甲</t></si><si>{runs}</si></sst>".encode()
    assert (find_pieces(xml, "") if may_contain_pieces(xml) else {}) == (
        {"1": found} if found else {}
    )
    held = unzipped(
        documents.mishandled(documents.sample(BASE), [("写", "评分_甲", MARK, "27.31")])
    )
    part = next(name for name, xml in held.items() if b"27.31" in xml)
    text = held[part].decode()
    inline = text.replace("<t>27.31</t>", runs)
    assert inline != text
    made = outcome(zipped({**held, part: inline.encode()}))
    assert [code for code, _ in stops(made)] == (["X517"] if found else [])


# --- the scan -----------------------------------------------------------------------------


def looked() -> bytes:
    """A sheet with every look in a number, a text, a formula and an empty cell, row after row."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("甲")
    looks: Sequence[dict[str, object]] = (
        {}, {"num_format": '0.0,"千元"'}, {"num_format": ";;;"}, {"num_format": "0%"}, {"font_strikeout": True},
        {"font_color": "white"}, {"font_color": "#FFFFFF", "bg_color": "#1F4E79"}, {"font_color": "#123456", "bg_color": "#123456"},
        {"num_format": "0%;0"}, {"num_format": "yyyy-mm-dd"},
    )  # fmt: skip
    raised, struck = (
        book.add_format({"font_script": 1}),
        book.add_format({"font_strikeout": True}),
    )
    white = book.add_format({"font_color": "white"})
    for row, look in enumerate(looks):
        made = book.add_format(look)
        sheet.write_number(row, 0, 50, made)
        sheet.write_string(row, 1, "文字", made)
        sheet.write_formula(row, 2, "=A1", made, 50)
        sheet.write_formula(row, 3, '="甲"', made, "甲")
        sheet.write_blank(row, 4, None, made)
        sheet.write_boolean(row, 5, True, made)
        sheet.write_rich_string(row, 6, "8", raised, f"{row}", made)
        sheet.write_rich_string(row, 7, struck, "3", "6", made)
        sheet.write_rich_string(row, 8, "3", white, "6", made)
    book.close()
    return out.getvalue()


def both(data: bytes) -> tuple[Package, Package, int]:
    """The facts by either way, and how many sheets were read the fast one."""
    fast = 0
    plain = scan_module.read_plain_facts

    def counting(*given: object) -> object:
        nonlocal fast
        found = plain(*given)  # type: ignore[arg-type]
        fast += found is not None
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan_module, "read_plain_facts", counting)
        first = scan(data)
        patch.setattr(scan_module, "read_plain_facts", lambda *_: None)
        return first, scan(data), fast


def test_both_ways_note_the_same_looks() -> None:
    plain, parsed, fast = both(looked())
    assert fast == 1
    assert plain == parsed
    (facts,) = plain.sheets
    assert {at for at in facts.formats if at[0] == 1} == {(1, 0), (1, 2)}
    assert {at for at in facts.formats if at[0] == 2} == {(2, at) for at in (0, 1, 2, 3, 6, 7, 8)}
    assert facts.struck == {(4, at) for at in (0, 1, 2, 3, 6, 7, 8)}
    assert facts.unseen == {(row, at) for row in (5, 7) for at in (0, 1, 2, 3, 6, 7, 8)}
    assert facts.pieces[0, 6] == (Piece("8"), Piece("0", RAISED))
    assert facts.pieces[0, 7] == (Piece("3", STRUCK), Piece("6"))
    assert facts.pieces[0, 8] == (Piece("3"), Piece("6", PALE))
    assert (6, 8) not in facts.pieces  # white on blue


def test_an_index_of_a_format_spelled_otherwise_is_the_same_format() -> None:
    held = unzipped(looked())
    sheet = "xl/worksheets/sheet1.xml"
    held[sheet] = held[sheet].replace(b's="5"', b's="05"')
    plain, parsed, fast = both(zipped(held))
    assert fast == 0
    assert plain == parsed == scan(looked())


def test_inline_texts_in_pieces() -> None:
    book = openpyxl.load_workbook(io.BytesIO(looked()), rich_text=True)  # written inline
    out = io.BytesIO()
    book.save(out)
    plain, parsed, fast = both(out.getvalue())
    assert fast == 0
    assert plain == parsed
    assert plain.sheets[0].pieces == scan(looked()).sheets[0].pieces
    _, (grid,) = read_all_sheets(out.getvalue())
    assert grid.raw(0, 6) == "80"


def test_nothing_is_noted_in_our_own_workbooks() -> None:
    """Blanks and results stay on the fast way, and none of their cells needs a second look."""
    blank = documents.sample(BASE)
    result = pipeline.write_scored(outcome(blank))
    for data in (blank, result):
        for facts in scan(data).sheets:
            noted = (facts.formats, facts.struck, facts.unseen, facts.pieces)
            assert not any(noted), facts.name


# --- the marked copy, and the other formats -------------------------------------------------

CASES: dict[str, tuple[list[Step], list[tuple[str, str]]]] = {
    "格式": (
        [*shaped('"26"', "20"), *shaped("0.0,\"千元\"", "120500", "D5", "预算执行"), *shaped(";;;", "20", "H9")],
        [("X515", "预算执行!D5"), ("X515", "评分_甲!H5"), ("X515", "评分_甲!H9")],
    ),
    "百分比": ([*PER_CENT, *shaped("0%", "95", "H6", "三级指标")], [("X522", "三级指标!H6")]),
    "字体": (
        [("字体", "评分_甲", "H5", "删除线"), ("字体", "评分_甲", "H9", "白色"), ("字体", "三级指标", "C5", "删除线")],
        [("X516", "评分_甲!H5"), ("X518", "评分_甲!H9")],
    ),
    "分段": (
        [("分段", "评分_甲", "H5", "2+上标 2"), ("分段", "评分_甲", "H9", "删除线 1+8"), ("分段", "评分_乙", "H5", "2+下标 2")],
        [("X517", "评分_甲!H5"), ("X517", "评分_甲!H9"), ("X517", "评分_乙!H5")],
    ),
    "装饰": (
        [*PER_CENT, *shaped('0"%"', "96", "H6", "三级指标"), *shaped('0"分"', "20"), *shaped("#,##0.00_);(#,##0.00)", "120.5", "D5", "预算执行"), *shaped("0.0", "27.31", "H9")],
        [],
    ),
}  # fmt: skip


CODES = [
    ";;;", '"26"', '0.0,"千元"', "0%", '0"分"', "#,##0.00_);(#,##0.00)", "# ?/?", "[DBNum1]General", "[DBNum2]0", "0.00E+00",
    "General", "0.0%", "¥#,##0.00", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "0;;", '[=50]"满分";0', "#",
    '0\\.0,"万元"', "0;-0;;@", "+0;-0;0", '"约"0', '0"%"', '0.00"元/㎡"', '0"万元"', '0"万"', 'General"0"', '0"0"',
    '[>=10000]0.00,"万";0', "#,##0,", "0.00,,", "[Red]-0.00;[Blue]0", "0_ ;[Red]-0\\ ", '"第"0"名"', "00000", "[>1]0;0%", "0.0;0%", "0%;0",
]  # fmt: skip
VALUES = (50, 0, -5, 0.95, 1234.5, 196000, 95, 1 / 3)
SAME_ALL_THE_SAME = ('General"0"', '0"0"')
"""A nought of the format behind a nought, or behind decimals: what is shown is the number."""


def listed() -> bytes:
    """Every code with every value."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("甲")
    for row, code in enumerate(CODES):
        made = book.add_format({"num_format": code})
        for column, value in enumerate(VALUES):
            sheet.write_number(row, column, value, made)
    book.close()
    return out.getvalue()


@pytest.fixture(scope="module")
def converted(
    office: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, bytes]]:
    """By format, by name: the cases as LibreOffice saves them."""
    folder = tmp_path_factory.mktemp("shown")
    paths = [folder / f"{name}.xlsx" for name in CASES]
    for path in paths:
        path.write_bytes(documents.mishandled(documents.sample(BASE), CASES[path.stem][0]))
    paths.append(folder / "格式表.xlsx")
    paths[-1].write_bytes(listed())
    made: dict[str, dict[str, bytes]] = {"xlsx": {path.stem: path.read_bytes() for path in paths}}
    for suffix, saved in libreoffice.saved_as(paths, folder, "xls", "ods").items():
        made[suffix] = {path.stem: path.read_bytes() for path in saved}
    return made


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
@pytest.mark.parametrize("name", CASES)
def test_every_format_obeys_the_same_law(
    converted: dict[str, dict[str, bytes]], suffix: str, name: str
) -> None:
    found = [each for each in stops(outcome(converted[suffix][name])) if each[0] != "X504"]
    assert sorted(found) == sorted(CASES[name][1])


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_formats_mislead_alike_in_every_kind_of_file(
    converted: dict[str, dict[str, bytes]], suffix: str
) -> None:
    (_, (grid,)), (_, (other,)) = (
        read_all_sheets(converted[kind]["格式表"]) for kind in ("xlsx", suffix)
    )
    for row, code in enumerate(CODES):
        for column, value in enumerate(VALUES):
            at = (row, column)
            found, expected = (shown_instead(each, at) is not None for each in (other, grid))
            easier = suffix == "ods" and code in SAME_ALL_THE_SAME
            assert found == expected or (easier and not found), (code, value)
            for share in ("percents", "percent_signed"):
                assert (at in getattr(other, share)) == (at in getattr(grid, share)), (code, value)


def rewritten(patch: pytest.MonkeyPatch, data: bytes) -> Callable[[bytes], object]:
    """Let openpyxl not open a source, so that its copy is written anew."""
    from xlkpi.writing import editable_source

    opened = editable_source._open
    patch.setattr(editable_source, "_open", lambda held: None if held == data else opened(held))
    return opened


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("name", [name for name, (_, found) in CASES.items() if found])
def test_a_marked_copy_shows_what_its_source_shows(
    name: str, anew: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "甲.xlsx"
    path.write_bytes(documents.mishandled(documents.sample(BASE), CASES[name][0]))
    if anew:
        rewritten(monkeypatch, path.read_bytes())
    ((_, copy),) = documents.outputs(path)
    assert stops(outcome(copy)) == stops(outcome(path.read_bytes()))


@pytest.mark.parametrize("name", [name for name, (_, found) in CASES.items() if found])
def test_what_would_lose_its_look_is_not_merged(name: str) -> None:
    """A new workbook would hold the number that nobody saw."""
    bad = documents.mishandled(documents.sample(BASE), CASES[name][0])
    made = merge([Document("甲.xlsx", bad), Document("乙.xlsx", documents.sample(BASE))])
    told = [(f.code, str(f.place)) for refused in made.refused for f in refused.findings]
    assert set(told) == set(CASES[name][1])
    assert split(Document("甲.xlsx", bad)).files == ()


def test_a_result_with_a_figure_struck_through_is_not_the_same(tmp_path: Path) -> None:
    path = documents.scored(tmp_path, "甲", documents.sample(BASE))
    book = openpyxl.load_workbook(path)
    book["汇总"]["D4"].font = Font(strike=True)
    book.save(path)
    assert any(
        "删除线" in str(each)
        for each in documents.verified(path.read_bytes(), path.name).differences
    )
