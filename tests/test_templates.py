"""Templates and samples are what their text says, and hold nothing that a program may not share."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests import documents
from xlkpi import pipeline
from xlkpi.domain.formula import ALLOWED
from xlkpi.domain.schema import CHAPTERS, PARAMETER_LIST, REPORT_PARTS, SHEETS
from xlkpi.domain.workbook_contents import Contents
from xlkpi.exchange import markdown
from xlkpi.exchange import new as blanks
from xlkpi.exchange.template_contents import all_contents
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.workbook import read
from xlkpi.runtime.commands.check import check
from xlkpi.runtime.commands.new import new as make
from xlkpi.writing import marked_copy
from xlkpi.writing.blank import blank
from xlkpi.writing.scored.suggested_funding import share
from xlkpi.writing.xlsx import emit

TEXTS = sorted((documents.ROOT / "workbook_templates").glob("*.md")) + sorted(
    documents.SAMPLES.glob("*.md")
)


def parts(data: Path | bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data) as package:
        return {name: package.read(name) for name in package.namelist()}


def rows(contents: Contents) -> dict[str, list[dict[str, object]]]:
    """Rows by sheet, ballots included, that hold something."""
    return {name: [dict(row) for row in held] for name, held in contents.sheets.items() if held}


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_the_workbook_is_made_from_its_text(text: Path) -> None:
    """`make workbooks` has been run since the text, or the writer, was changed."""
    committed, made = parts(text.with_suffix(".xlsx")), parts(documents.sample(text))
    assert committed.keys() == made.keys()
    different = [name for name in made if committed[name] != made[name]]
    assert not different


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_what_is_read_from_the_workbook_is_the_text(text: Path) -> None:
    said = markdown.parse(text.read_text(encoding="utf-8"))
    if not said.ballots:
        said = blanks.prepare(said, "", "", [blanks.Scorer("评分人1")])
    filled, _ = read(text.with_suffix(".xlsx").read_bytes(), text.name)
    assert rows(all_contents(filled)) == rows(said)
    assert filled.template == said.template
    assert filled.version == 1


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_only_what_three_programs_share(text: Path) -> None:
    for name, part in parts(text.with_suffix(".xlsx")).items():
        assert b"extLst" not in part, name
        assert b"_xlfn" not in part, name
        assert "vbaProject" not in name
        if name.startswith("xl/worksheets/"):
            for formula in re.findall(rb"<f>(.*?)</f>", part):
                plain = re.sub(r'"[^"]*"', "", formula.decode("utf-8"))
                assert set(re.findall(r"([A-Z.]+)\(", plain)) <= ALLOWED
            for listed in re.findall(rb"<formula1>&quot;(.*?)&quot;</formula1>", part):
                assert len(listed.decode("utf-8")) <= 255
    workbook = parts(text.with_suffix(".xlsx"))["xl/workbook.xml"]
    assert b'state="' not in workbook  # no hidden sheets


def test_a_blank_has_the_sheets_of_the_contract_in_order() -> None:
    blank = next(path for path in TEXTS if path.stem == "部门整体支出绩效自评")
    filled, _ = read(blank.with_suffix(".xlsx").read_bytes(), "空白.xlsx")
    names = [grid.name for grid in filled.grids]
    expected = [sheet.name for sheet in SHEETS if not sheet.optional]
    expected.insert(expected.index("三级指标") + 1, "评分_评分人1")
    assert names == expected


def as_template(data: bytes, tmp_path: Path) -> str:
    """The last line of what `check` says."""
    path = tmp_path / "自制.xlsx"
    path.write_bytes(data)
    return (check(path).text.splitlines() or [""])[-1]


TEMPLATES = sorted((documents.ROOT / "workbook_templates").glob("*.md"))


@pytest.mark.parametrize("text", TEMPLATES, ids=lambda path: path.stem)
def test_a_blank_is_told_to_be_a_sound_template(text: Path, tmp_path: Path) -> None:
    said = as_template(text.with_suffix(".xlsx").read_bytes(), tmp_path)
    assert said == "作为模板：可以使用（xlkpi new 新工作簿.xlsx --template 自制.xlsx）"


def test_what_keeps_a_workbook_from_being_a_template_is_told(tmp_path: Path) -> None:
    blank = TEMPLATES[0].with_suffix(".xlsx").read_bytes()
    answers = [("写", "基本信息", "B6", "去年"), ("写", "预算执行", "A5", "项目"), ("写", "预算执行", "D5", "-1"),
               ("写", "三级指标", "O5", "100"), ("写", "三级指标", "J5", "也许")]  # fmt: skip
    assert "可以使用" in as_template(documents.mishandled(blank, answers[1:]), tmp_path)
    broken = [
        ("写", "一级指标", "C5", "数 16"),
        ("写", "三级指标", "A6", "A1.1"),
        ("删表", "等级标准", "", ""),
    ]
    said = as_template(documents.mishandled(blank, [*answers, *broken]), tmp_path)
    assert said.startswith("作为模板：不能使用，请先改正：")
    assert "一级指标!C5 下级分值合计不符" in said
    assert "三级指标!A6 编号重复" in said
    assert "缺少工作表" in said
    assert "预算执行" not in said


def test_a_workbook_with_marks_is_told_nothing_of_templates(tmp_path: Path) -> None:
    sample = next(documents.SAMPLES.glob("*.xlsx")).read_bytes()
    assert "作为模板" not in as_template(sample, tmp_path)


COMMON = documents.ROOT / "workbook_templates" / "部门整体支出共性指标体系.xlsx"


@pytest.mark.parametrize(
    "formula",
    [
        "=ROUND(SUM(预算执行!G5:G24)/1000*100,2)",
        "=ROUND(我的表!B5*100,2)",
        "=ROUND(#REF!/基础数据!B6*100,2)",
        '=VLOOKUP("在职人员数",基础数据!A5:B40,2,0)',
        "=H8",
        "=基础数据!B5*100/基础数据!B6%/100",
        '=ROUND(基础数据!B5/基础数据!B6*100,2)&"%"',
        "=ROUND(基础数据!B5/基础数据!B99*100,2)",  # a row without a name: understood, and carried nowhere
    ],
)
def test_a_formula_that_would_be_lost_is_told_by_check_and_by_new(
    formula: str, tmp_path: Path
) -> None:
    data = documents.mishandled(COMMON.read_bytes(), [("写", "三级指标", "H7", f"公式 {formula}")])
    said = as_template(data, tmp_path)
    assert said.endswith("；有 1 处公式不能带入，见上")
    line = next(x for x in check(tmp_path / "自制.xlsx").text.splitlines() if "X815" in x)
    assert line.startswith("自制.xlsx › 三级指标!H7  X815")
    new = make(tmp_path / "新.xlsx", str(tmp_path / "自制.xlsx"), "", "", ["甲"], [])
    assert new.remarks == (line,)
    assert openpyxl.load_workbook(new.paths[0])["三级指标"]["H7"].value is None


def test_a_formula_among_the_base_data_would_be_lost_too(tmp_path: Path) -> None:
    data = documents.mishandled(COMMON.read_bytes(), [("写", "基础数据", "B7", "公式 =B5+B6")])
    assert "1 处公式不能带入" in as_template(data, tmp_path)


def test_new_tells_what_check_says_of_a_template_and_makes_it_all_the_same(tmp_path: Path) -> None:
    broken = [("写", "三级指标", "A6", "A1.1"), ("写", "三级指标", "I7", "控制率每超2扣1"),
              ("删表", "等级标准", "", "")]  # fmt: skip
    data = documents.mishandled(COMMON.read_bytes(), broken)
    listed = as_template(data, tmp_path).partition("请先改正：")[2]
    assert "三级指标!A6 编号重复" in listed
    new = make(tmp_path / "新.xlsx", str(tmp_path / "自制.xlsx"), "", "", ["甲"], [])
    assert new.remarks == (f"模板“自制.xlsx”有错误，新工作簿照样生成了，请在其中改正：{listed}",)
    assert new.paths[0].is_file()


def test_new_tells_the_same_of_a_workbook_that_was_scored_in(tmp_path: Path) -> None:
    sample = documents.SAMPLES / "示例局2023_各种计分.xlsx"
    (tmp_path / "去年.xlsx").write_bytes(
        documents.mishandled(sample.read_bytes(), [("写", "一级指标", "C5", "数 51")])
    )
    new = make(tmp_path / "新.xlsx", str(tmp_path / "去年.xlsx"), "", "", ["甲"], [])
    assert "一级指标!C5 下级分值合计不符" in new.remarks[0]


@pytest.mark.parametrize("text", TEMPLATES, ids=lambda path: path.stem)
def test_new_says_nothing_of_a_sound_template(text: Path, tmp_path: Path) -> None:
    source = str(text.with_suffix(".xlsx"))
    assert make(tmp_path / "新.xlsx", source, "", "", ["甲"], []).remarks == ()


def lines(path: Path) -> dict[str, object]:
    """基本信息 of a workbook."""
    sheet = openpyxl.load_workbook(path)["基本信息"]
    return {
        row[0]: row[1] for row in sheet.iter_rows(min_row=5, max_col=2, values_only=True) if row[0]
    }


_SIGNING = ("单位负责人", "财务负责人", "填报人", "联系电话", "填报日期")


def last_year(tmp_path: Path) -> Path:
    """Last year's workbook, of a department that says all there is to say of itself."""
    text = (documents.SAMPLES / "示例局2023_各种计分.md").read_text(encoding="utf-8")
    more = "".join(
        f"| {name} | 旧 | |\n"
        for name in ("联系电话", "预算单位编码", "实施单位", "项目名称", "项目编码")
    )
    path = tmp_path / "去年.xlsx"
    path.write_bytes(documents.book(text.replace("| 是否涉密 |", more + "| 是否涉密 |", 1)))
    return path


def test_last_years_additions_and_signatures_are_not_this_years(tmp_path: Path) -> None:
    """A veto of last year's would cap this year's grade."""
    source = last_year(tmp_path)
    new = make(tmp_path / "新.xlsx", str(source), "", "2024", ["甲"], []).paths[0]
    book = openpyxl.load_workbook(new)
    assert [cell.value for cell in book["加减分"][4]][:2] == ["事项", "类别"]
    assert {cell.value for row in book["加减分"].iter_rows(min_row=5) for cell in row} == {None}
    before, after = lines(source), lines(new)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {*_SIGNING, "评价年度", "是否涉密"}
    assert {after[name] for name in _SIGNING} == {None}
    assert (after["评价年度"], after["部门类别"], after["项目编码"]) == ("2024", "经济部门", "旧")


def test_another_departments_workbook_gives_only_its_system(tmp_path: Path) -> None:
    source = last_year(tmp_path)
    new = make(tmp_path / "新.xlsx", str(source), "另一个局", "2024", [], []).paths[0]
    said = {name: value for name, value in lines(new).items() if value}
    assert said == {
        "部门名称": "另一个局", "评价年度": "2024", "评价类型": "部门整体支出", "金额单位": "万元",
    }  # fmt: skip
    book = openpyxl.load_workbook(new)
    assert book["评价工作组"]["A5"].value == "评分人1"
    assert book["三级指标"]["A5"].value == "A1.1"
    own = str(lines(source)["部门名称"])
    same = make(tmp_path / "同.xlsx", str(source), f" {own}", "2024", [], []).paths[0]
    assert lines(same)["部门类别"] == "经济部门"


def test_a_file_added_to_the_templates_is_a_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = documents.RECIPES / "基本示例.md"
    shutil.copy(text, tmp_path / "自制.md")
    contents = markdown.parse(text.read_text(encoding="utf-8"))
    (tmp_path / "自制.xlsx").write_bytes(emit(blank(contents)))
    monkeypatch.setattr(blanks, "folder", lambda: tmp_path)
    assert [name for name, _ in blanks.builtin()] == ["自制"]
    made = tmp_path / "新.xlsx"
    made.write_bytes(blanks.new_workbook(made, "自制").data)
    filled, _ = read(made.read_bytes(), "新.xlsx")
    assert [each.code.value for each in filled.indicators][:2] == ["A1.1", "A1.2"]


@pytest.mark.usefixtures("processes")
def test_the_wheel_carries_the_templates(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--wheel-dir", tmp_path, documents.ROOT],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    wheel = next(tmp_path.glob("*.whl"))
    inside = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(inside)
    out = tmp_path / "空白.xlsx"
    subprocess.run(
        [sys.executable, "-c", "from xlkpi.interfaces.cli.program import main; main()", "new", out],
        check=True, cwd=tmp_path, env={"PYTHONPATH": str(inside), "PATH": ""}, timeout=60,
    )  # fmt: skip
    assert out.is_file()
    assert (
        inside / "xlkpi" / "interfaces" / "cli" / "locale" / "zh_CN" / "LC_MESSAGES" / "messages.mo"
    ).is_file()


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_a_per_cent_in_our_own_texts_is_read_as_the_share_to_grant(text: Path) -> None:
    """结果应用 of templates and samples is worded so that an amount can be suggested."""
    for row in markdown.parse(text.read_text(encoding="utf-8")).sheets["等级标准"]:
        said = str(row["结果应用"])
        digits = re.findall(r"(\d+) ?%", said)
        assert share(said) == (Decimal(digits[0]) / 100 if digits else None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("按本年预算的 95％ 安排", "0.95"),
        ("项目支出最高 90% 保障", "0.9"),
        ("按 37.5% 安排，并报送整改方案。", "0.375"),
        ("建议压减下年度预算 20%", "0.8"),
        ("下年度预算扣减10%", "0.9"),
        ("在本年预算基础上核减 15%", "0.85"),
        ("调减20%后安排", "0.8"),
        ("压减 100%", "0"),
    ],
)
def test_a_share_or_a_cut_that_is_plain_is_read(said: str, expected: str) -> None:
    assert share(said) == Decimal(expected)


@pytest.mark.parametrize(
    "said",
    [
        "按不低于 10% 的比例压减", "压减至 80%", "压减到本年预算的 80%", "压减 20% 以上", "压减 120%", "不得压减 20%",
        "较上年增长 5% 安排", "按 5% 的增幅安排", "按不超过上年的 90% 安排", "不超过上年的 0.9 倍", "按下年度申报数的 80% 安排",
        "按 70%—90% 安排", "按 70-90% 安排", "按本年预算的九成安排", "按 90% 安排或扣减 10%", "按 90% 安排 3 个项目",
        "得分率 95% 以上的优先安排", "执行率低于80%的收回结余", "满意度达到 95% 的按规定安排", "未整改的，按 50% 安排",
        "整改到位后，按 90% 安排", "对一次性项目，按 50% 安排", "按 90% 安排，执行率低的除外", "结余资金按 80% 安排",
        "扣减结余的 10%", "优先保障", "",
    ],
)  # fmt: skip
def test_a_per_cent_that_may_mean_something_else_is_no_share(said: str) -> None:
    assert share(said) is None


def test_an_amount_is_suggested_only_where_the_text_is_plain() -> None:
    """The sheet 等级 shows what is granted, never what is cut; else neither amounts nor a column for them."""
    text = (documents.SAMPLES / "示例项目2023.md").read_text(encoding="utf-8")
    said = "建议继续安排"  # of 良, which the sample comes to
    plainly = suggestions(text.replace(said, "建议压减下年度预算 20%"))
    assert plainly["建议安排比例"] == [0.8] * len(plainly["全年预算数"])
    assert plainly["建议安排金额"] == [
        pytest.approx(amount * 0.8) for amount in plainly["全年预算数"]
    ]
    assert suggestions(text.replace(said, "执行率低于80%的收回结余")) == {}


def suggestions(text: str) -> dict[str, list[float]]:
    """The block under the bands, by its headers; nothing where there is none."""
    outcome = score_documents([Document("甲.xlsx", documents.book(text))])[0]
    page = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(outcome)), data_only=True)[
        "等级"
    ]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    heads = next((n for n, row in enumerate(rows) if row[0] == "项目"), None)
    if heads is None:
        assert not any("建议安排比例" in map(str, row) for row in rows)
        return {}
    assert any("不从文字推算" in str(row[0]) for row in rows)
    return {
        str(head): [row[at] for row in rows[heads + 1 :]] for at, head in enumerate(rows[heads])
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_is_called_as_its_file_is(path: Path) -> None:
    """A copy with the old heading would make workbooks that name another template."""
    assert markdown.parse(path.read_text(encoding="utf-8")).template == path.stem


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_blank_can_be_filtered_though_it_is_protected(path: Path) -> None:
    book = openpyxl.load_workbook(path.with_suffix(".xlsx"))
    forms = ("填表说明", "基本信息", "参数", "文字材料")  # the same lines in every workbook
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        flags = sheet.protection  # each of them locks
        assert not (flags.autoFilter or flags.formatColumns or flags.formatRows)
        filtered = sheet.auto_filter.ref or ""
        assert filtered == "" if sheet.title in forms else filtered.startswith("A4:"), sheet.title
    assert "箭头" in str([cell.value for cell in book["填表说明"]["A"]])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_formats_and_limits_keep_to_what_excel_takes(path: Path) -> None:
    """No list in braces and no other sheet's cells: Excel takes neither there."""
    for sheet in openpyxl.load_workbook(path.with_suffix(".xlsx")).worksheets:
        rules = [rule for each in sheet.conditional_formatting for rule in each.rules]
        limits = sheet.data_validations.dataValidation
        formulas = [text for rule in rules for text in rule.formula]
        formulas += [text for each in limits for text in (each.formula1, each.formula2) if text]
        assert not [text for text in formulas if "{" in text or "!" in text]


def test_seldom_used_columns_are_folded_and_said_to_be(tmp_path: Path) -> None:
    blank = TEMPLATES[1].with_suffix(".xlsx")
    sheet = openpyxl.load_workbook(blank)["三级指标"]
    folded = [letter for letter, each in sheet.column_dimensions.items() if each.hidden]
    assert [sheet[f"{letter}4"].value for letter in folded] == ["评价方面", "核减分", "核减理由"]
    hint = openpyxl.load_workbook(blank, data_only=True)["三级指标"]["A3"].value
    assert "已折叠（N—P 列）" in hint
    assert "选中 M 到 Q 列" in hint
    assert (
        "X111" not in check(blank).text
    )  # and nobody is told that the template's own words are hidden


def test_what_a_score_depends_on_is_not_folded_away() -> None:
    text = (documents.SAMPLES / "示例局2023_各种计分.md").read_text(encoding="utf-8")
    assert "核减分" in text
    sheet = openpyxl.load_workbook(io.BytesIO(documents.book(text)))["三级指标"]
    assert not [letter for letter, each in sheet.column_dimensions.items() if each.hidden]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ([], []),
        ([("O5", "数 1"), ("P5", "示例")], ["隐藏的第 O、P 列已照常读取"]),
        ([("P9", "示例")], ["隐藏的第 P 列已照常读取"]),
        ([("O9", "错误 #REF!")], ["隐藏的第 O 列已照常读取"]),
        ([("N9", "预算管理")], []),  # a word of its drop-down, like those of the template
        ([("N9", "另有说明")], ["隐藏的第 N 列已照常读取"]),
    ],
)
def test_folded_columns_are_told_as_hidden_once_they_hold_what_somebody_typed(
    typed: list[tuple[str, str]], told: list[str]
) -> None:
    blank = TEMPLATES[1].with_suffix(".xlsx").read_bytes()
    steps = [("写", "三级指标", *each) for each in typed]
    findings = score_documents([Document("甲.xlsx", documents.mishandled(blank, steps))])[
        0
    ].findings
    assert [each.message for each in findings if each.code == "X111"] == told


def test_a_hidden_column_is_shown_again_where_something_in_it_is_marked() -> None:
    text = documents.RECIPES / "基本示例.md"
    data = documents.mishandled(documents.sample(text), [("写", "三级指标", "O6", "很多")])
    outcome = score_documents([Document("甲.xlsx", data)])[0]
    assert ("X505", "三级指标!O6") in [(each.code, str(each.place)) for each in outcome.findings]
    copy = marked_copy.correction(data, outcome.filled, outcome.findings)
    sheet = openpyxl.load_workbook(io.BytesIO(copy))["三级指标"]
    hidden = [letter for letter, each in sheet.column_dimensions.items() if each.hidden]
    assert [sheet[f"{letter}4"].value for letter in hidden] == ["评价方面", "核减理由"]


def test_settings_are_open_but_not_yellow_and_have_drop_downs() -> None:
    book = openpyxl.load_workbook(TEMPLATES[1].with_suffix(".xlsx"))
    for name, cell in (("等级标准", "B5"), ("参数", "B5"), ("评分规则", "A5")):
        assert not book[name][cell].protection.locked
        assert book[name][cell].fill.patternType is None
    rows = {row[0].value: row[1].coordinate for row in book["参数"].iter_rows(min_row=5, max_col=2)}
    rules = {str(each.sqref): each for each in book["参数"].data_validations.dataValidation}
    for parameter in PARAMETER_LIST:
        rule = rules[rows[parameter.name]]
        if parameter.choices:
            assert rule.formula1 == f'"{",".join(parameter.choices)}"'
        else:
            bound = parameter.high / 100 if parameter.percent else parameter.high
            assert float(rule.formula2) == bound
            assert rule.type == ("decimal" if parameter.percent else "whole")


def test_the_legend_shows_every_colour_of_head_and_cell() -> None:
    book = openpyxl.load_workbook(TEMPLATES[1].with_suffix(".xlsx"))
    colours = {
        cell.fill.fgColor.rgb
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows(min_row=4)
        for cell in row
        if cell.fill.patternType == "solid" and cell.border.left.style
    }
    legend = {
        cell.fill.fgColor.rgb: cell.value
        for cell in book["填表说明"]["A"]
        if cell.fill.patternType == "solid"
    }
    assert colours <= legend.keys()
    assert "棕色表头" in legend.values()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_chapters_are_numbered_as_the_reports_parts(path: Path) -> None:
    rows = markdown.parse(path.read_text(encoding="utf-8")).sheets["文字材料"]
    assert [row["章节"] for row in rows] == list(CHAPTERS)
    numbers = [str(row["章节"])[0] for row in rows[1:]]
    assert numbers == sorted(numbers, key="一二三四五六".index)
    for row in rows[1:]:
        part = next(each for each in REPORT_PARTS if each.startswith(str(row["章节"])[0]))
        assert str(row["填写说明"]).startswith(f"报告“{part}”")
