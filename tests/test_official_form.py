"""自评表: the official form from a layout, an office's own layout, and the public version."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.worksheet.cell_range import CellRange

from tests import documents, form_templates, libreoffice
from tests.test_templates import parts
from xlkpi import pipeline
from xlkpi.domain.placeholders import KNOWN
from xlkpi.exchange import new as blanks
from xlkpi.interfaces.cli.commands import cli
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.form_template import BadFormTemplate, read
from xlkpi.runtime.commands import score

TEXTS = sorted(form_templates.FOLDER.glob("*.md"))
BASE = (documents.RECIPES / "基本示例.md").read_text(encoding="utf-8")
SHEET = "自评表"
MONEY_AND_GOALS = """
## 资金来源
| 资金来源 | 年初预算数 | 全年预算数 | 全年执行数 |
|---|---|---|---|
| 当年财政拨款 | 150 | 170.5 | 165.25 |
| 上年结转资金 | 30 | 30 | 25 |

## 年度总体目标
| 序号 | 类型 | 预期目标 | 实际完成情况 |
|---|---|---|---|
| 1 | 总体目标 | 全年培训8场，=满意 | 培训7场 |
| 2 | 主要任务 | 减少投诉 | 投诉8件 |
"""
PROJECT = (
    BASE.replace("| 部门整体支出 |", "| 项目支出 |").replace(
        "| 金额单位 |",
        "| 项目名称 | 培训项目（示例） | |\n| 主管部门 | 示例局 | |\n| 联系电话 | 0571-12345678 | |\n"
        "| 填报人 | 甲 | |\n| 金额单位 |",
    )
    + MONEY_AND_GOALS
)


def form(text: str, own: bytes | None = None) -> openpyxl.worksheet.worksheet.Worksheet:
    """The sheet as it is written, with cached values."""
    return opened(text, own)[SHEET]


def opened(text: str, own: bytes | None = None, **how: bool) -> openpyxl.Workbook:
    made = score_documents([Document("示例.xlsx", documents.book(text))])[0]
    assert made.scored, [each.message for each in made.findings]
    layout = read(own, "版式") if own else None
    return openpyxl.load_workbook(
        io.BytesIO(pipeline.write_scored(made, layout)), **{"data_only": True, **how}
    )


def row(sheet: openpyxl.worksheet.worksheet.Worksheet, number: int) -> list[object]:
    return [cell.value for cell in sheet[number] if cell.value not in (None, "")]


def grid(kind: str = "项目支出") -> list[list[str]]:
    """The cells of a built-in layout, to be spoiled."""
    return form_templates.grid((form_templates.FOLDER / f"{kind}.md").read_text(encoding="utf-8"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["score", *map(str, arguments)])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "甲.xlsx"
    path.write_bytes(documents.book(PROJECT))
    return path


# the built-in layouts


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_a_layout_is_made_from_its_text(text: Path) -> None:
    """`make workbooks` has been run since the text, or the writer, was changed."""
    assert parts(text.with_suffix(".xlsx")) == parts(form_templates.layout(text))


def test_layouts_are_no_templates() -> None:
    assert {text.stem for text in TEXTS} == {"项目支出", "部门整体支出"}
    assert not {text.stem for text in TEXTS} & {name for name, _ in blanks.builtin()}


def test_an_office_may_edit_a_built_in_layout() -> None:
    sheet = openpyxl.load_workbook(TEXTS[0].with_suffix(".xlsx")).worksheets[0]
    assert not sheet.protection.sheet


@pytest.mark.usefixtures("office")
def test_a_layout_may_ask_how_points_came_about_and_what_the_review_gave(tmp_path: Path) -> None:
    """得分计算方法, 得分系数, 复核得分 and the target of January, live; a dash where there is none."""
    names = ("三级指标", "年初指标值", "年度指标值", "得分计算方法", "得分系数", "得分", "复核得分")
    own = form_templates.workbook(
        [
            ["", *["14"] * len(names)],
            ["", *(f"{{指标.{name}}}" for name in names)],
            ["", "总分", "<", "<", "<", "<", "{总分}", "{总分.复核得分}"],
        ]
    )
    review = """
## 复核
| 编号 | 复核得分 | 扣分原因 |
|---|---|---|
| A1.2 | 15 | 少办一场 |
"""
    two = BASE.replace("| 指标性质 | 年度指标值 |", "| 指标性质 | 年度指标值 | 年初指标值 |", 1)
    head, rule, *rest = two.partition("## 三级指标")[2].splitlines()[1:]
    rows = [line.split("|") for line in rest[: rest.index("")]]
    for line in rows:
        line.insert(7, " 6 ")
    table = "\n".join([head, rule + "---|", *("|".join(line) for line in rows)])
    text = two.partition("## 三级指标")[0] + "## 三级指标\n" + table + "\n\n"
    text += "## 评分_甲" + two.partition("## 评分_甲")[2]
    sheet = form(text + review, own)
    assert row(sheet, 2) == ["培训场次", "≥6场", "≥8场", "按比例（正向）：达到指标值得满分，否则 分值×完成值÷指标值",
                             0.875, 17.5, 15]  # fmt: skip
    assert row(sheet, 1)[3:] == ["全部完成得满分", pytest.approx(28.33 / 30), 28.33, 28.33]
    assert row(sheet, 6)[-2:] == [93.57, 91.07]
    path = tmp_path / "甲.xlsx"
    made = score_documents([Document("示例.xlsx", documents.book(text + review))])[0]
    path.write_bytes(pipeline.write_scored(made, read(own, "版式")))
    (again,) = libreoffice.recalculated([path], tmp_path / "again")
    assert list(libreoffice.disagreements(path, again)) == []
    plain = form(BASE, own)
    assert row(plain, 1)[1:] == [
        "全部完成",
        "全部完成得满分",
        pytest.approx(28.33 / 30),
        28.33,
        "—",
    ]


# the form


def test_the_form_of_a_department() -> None:
    sheet = form(BASE)
    assert [row(sheet, n) for n in range(1, sheet.max_row + 1)] == [
        ["部门整体支出绩效自评表"],
        ["（2023年度）"],
        ["部门名称", "示例办公室", "部门类别"],
        ["部门资金\n（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", 180, 200.5, 190.25, 10, pytest.approx(190.25 / 200.5), 9.49],
        ["按支出：基本支出", 80, 80, 80, "—", 1, "—"],
        ["　　　　项目支出", 100, 120.5, 110.25, "—", pytest.approx(110.25 / 120.5), "—"],
        ["按来源：当年财政拨款", "—", 200.5, "—", "—", "—", "—"],
        ["年度\n总体目标", "预期目标", "实际完成情况"],
        ["全年培训8场，重点工作全部完成（示例）。", "培训7场，重点工作基本完成（示例）。"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分",
         "偏差原因分析及改进措施"],
        ["产出指标", "数量指标", "重点工作完成情况", "全部完成", "基本完成", 30, 28.33],
        ["培训场次", "≥8场", "7场", 20, 17.5, "讲师临时变动，下年提前安排"],
        ["投诉件数", "≤10件", "8件", 10, 10],
        ["效益指标", "社会效益指标", "服务质量提升", "明显提升", "明显提升", 30, 28.25],
        ["总分", 100, 93.57],
        ["填报人：", "单位负责人：", "填报日期："],
    ]  # fmt: skip
    merged = {str(each) for each in sheet.merged_cells.ranges}
    assert {"A1:I1", "A4:A8", "A9:A10", "A11:A15", "B12:B14", "C12:C14", "A16:F16"} <= merged


def goals(text: str) -> list[object]:
    """The first row of 年度总体目标 on the form."""
    sheet = form(text)
    at = next(n for n in range(1, sheet.max_row + 1) if "预期目标" in row(sheet, n))
    return row(sheet, at + 1)


EXPECTED, DONE = "全年培训8场，重点工作全部完成（示例）。", "培训7场，重点工作基本完成（示例）。"
GOALS_HEAD = "\n## 年度总体目标\n| 序号 | 类型 | 预期目标 | 实际完成情况 |\n|---|---|---|---|\n"


@pytest.mark.parametrize(
    ("text", "shown", "told"),
    [
        (BASE, [EXPECTED, DONE], False),
        (BASE + MONEY_AND_GOALS, ["全年培训8场，=满意", "培训7场"], False),
        (BASE + GOALS_HEAD + "| 1 | | 全年目标（示例） | |\n", ["全年目标（示例）"], False),
        (BASE.replace(DONE, ""), [EXPECTED], False),
        (BASE.replace("一（三）绩效目标", "一 (三) 年初目标"), [EXPECTED, DONE], False),
        (BASE.replace(EXPECTED, ""), [DONE], True),
        (BASE.replace(EXPECTED, "").replace(DONE, ""), [], True),
        (BASE.replace("一（三）", "二（四）").replace("三（一）", "六（一）"), [], True),
    ],
)
def test_without_rows_of_goals_the_form_takes_the_chapters_about_them(
    text: str, shown: list[object], told: bool
) -> None:
    assert goals(text) == shown
    codes = [each.code for each in score_documents([Document("x", documents.book(text))])[0].findings]  # fmt: skip
    assert codes.count("X142") == told


def test_the_form_of_a_project() -> None:
    sheet = form(PROJECT)
    assert [row(sheet, n) for n in range(1, 13)] == [
        ["项目支出绩效自评表"],
        ["（2023年度）"],
        ["项目名称", "培训项目（示例）"],
        ["主管部门", "示例局", "实施单位", "示例办公室"],
        ["项目资金\n（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["年度资金总额", 180, 200.5, 190.25, 10, pytest.approx(190.25 / 200.5), 9.49],
        ["其中：当年财政拨款", 150, 170.5, 165.25, "—", pytest.approx(165.25 / 170.5), "—"],
        ["　　　上年结转资金", 30, 30, 25, "—", pytest.approx(25 / 30), "—"],
        ["年度\n总体目标", "预期目标", "实际完成情况"],
        ["全年培训8场，=满意", "培训7场"],
        ["减少投诉", "投诉8件"],
        row(form(BASE), 11),
    ]
    assert "A9:A11" in {str(each) for each in sheet.merged_cells.ranges}
    assert row(sheet, 18)[0] == "填报人：甲"


@pytest.mark.parametrize("name", ["高新区考核办2023", "示例项目2023"])
def test_the_points_and_scores_of_a_sample_add_up_to_its_total(name: str) -> None:
    made = score_documents([Document("x", (documents.SAMPLES / f"{name}.xlsx").read_bytes())])[0]
    sheet = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(made)), data_only=True)[SHEET]
    assert made.scored
    held = {cell.value: cell.row for line in sheet.iter_rows() for cell in line}
    first, last = held["一级指标"], held["总分"]
    amount = held["年度资金总额"]
    points = [
        sheet.cell(amount, 7).value,
        *(sheet.cell(n, 7).value for n in range(first + 1, last)),
    ]
    scores = [
        sheet.cell(amount, 9).value,
        *(sheet.cell(n, 8).value for n in range(first + 1, last)),
    ]
    assert sum(points) == sheet.cell(last, 7).value == 100
    assert sum(scores) == pytest.approx(float(made.scored.total))
    assert sheet.cell(last, 8).value == float(made.scored.total)


def test_indicators_stand_in_the_order_of_the_tiers() -> None:
    line = "| A1.1 | A1 | 重点工作完成情况"
    end = "| C1.1 | C1 | 服务质量提升"
    start = PROJECT.index(line)
    moved = PROJECT[: PROJECT.index("\n", start) + 1]
    own = PROJECT[start : PROJECT.index("\n", start) + 1]
    rest = PROJECT[len(moved) :]
    at = rest.index("\n", rest.index(end)) + 1
    text = moved.replace(own, "") + rest[:at] + own + rest[at:]
    names = [form(text).cell(n, 4).value for n in range(13, 17)]
    assert names == ["培训场次", "投诉件数", "重点工作完成情况", "服务质量提升"]


def test_an_execution_rate_among_others_stays_among_them() -> None:
    text = (
        PROJECT.replace("| B | 预算执行率指标 | 10 |\n", "")
        .replace("| A | 产出指标 | 60 |", "| A | 产出指标 | 70 |")
        .replace("| B1 | B |", "| B1 | A |")
    )
    sheet = form(text)
    assert row(sheet, 6)[4:] == ["—", pytest.approx(190.25 / 200.5), "—"]
    assert row(sheet, 16)[:3] == ["预算执行率", "预算执行率", "≥100%"]


def test_per_cents_read_as_people_see_them() -> None:
    book = documents.mishandled(
        documents.book(PROJECT), [("写", "三级指标", "F5", "百分比 0.955"), ("写", "三级指标", "H5", "百分比 1")]
    )  # fmt: skip
    made = score_documents([Document("x", book)])[0]
    sheet = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(made)), data_only=True)[SHEET]
    assert [sheet["E13"].value, sheet["F13"].value] == ["95.5%", "100%"]


def test_nothing_is_cut_off() -> None:
    """A goal longer than the highest row goes over several."""
    sheet = form(PROJECT.replace("减少投诉", "全面完成任务" * 400))
    at = next(each for each in sheet.merged_cells.ranges if str(each).startswith("B11:"))
    assert at.max_row > 11
    assert max(each.height for each in sheet.row_dimensions.values() if each.height) <= 409


def test_it_prints_alone_on_a4() -> None:
    sheet = form(PROJECT)
    assert sheet.page_setup.paperSize == 9
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((None, 0), (1, 0))
    assert sheet.print_area == "'自评表'!$A$1:$I$18"
    assert sheet.print_title_rows == "$12:$12"
    assert "校验码" in sheet.oddFooter.left.text


def test_every_figure_is_a_formula() -> None:
    sheet = opened(PROJECT, data_only=False)[SHEET]
    numbers = [
        c.coordinate for r in sheet.iter_rows() for c in r if isinstance(c.value, float | int)
    ]
    assert numbers == []


@pytest.mark.usefixtures("office")
def test_libreoffice_computes_the_form_alike(tmp_path: Path) -> None:
    texts = {
        "部门": BASE,
        "率": SHARED.replace("{}", ""),
        "项目": PROJECT,
        "长": PROJECT.replace("减少投诉", '引"号' * 2000),
    }
    own = form_templates.workbook(everything())
    paths = []
    for name, text in texts.items():
        for kind, layout in (("", None), ("全", own)):
            paths.append(tmp_path / f"{name}{kind}.xlsx")
            made = score_documents([Document("x", documents.book(text))])[0]
            paths[-1].write_bytes(
                pipeline.write_scored(made, read(layout, "x") if layout else None)
            )
    for path, theirs in zip(paths, libreoffice.recalculated(paths, tmp_path / "re"), strict=True):
        assert len(libreoffice.formulas(path)[SHEET]) > 40
        assert [d for d in libreoffice.disagreements(path, theirs) if d[0] == SHEET] == []


def everything() -> list[list[str]]:
    """A layout with every placeholder, alone and within a text."""
    single = sorted(
        name for name in KNOWN if name.partition(".")[0] not in ("资金来源", "目标", "指标")
    )
    rows = [["", f"{{{name}}}", f"即 {{{name}}} 元"] for name in single]
    rows += [["", "资金", "{资金来源.资金来源}{资金来源.年初预算数}/{资金来源.执行率}"]]
    rows += [["", "目标", "".join(f"{{{n}}}" for n in sorted(KNOWN) if n.startswith("目标"))]]
    rows += [["", f"{{{n}}}", f"{{{n}}}。"] for n in ("总分",)]
    named = [f"{{{n}}}" for n in sorted(KNOWN) if n.startswith("指标.")]
    texts = [*named, *(f"“{name}”" for name in named)]
    return [["行高", *["12"] * len(texts)], *([*r, *[""] * (len(texts) + 1 - len(r))] for r in rows),
            ["", *texts]]  # fmt: skip


@pytest.mark.usefixtures("office")
def test_a_mark_changed_in_the_scored_workbook_moves_the_form(source: Path, tmp_path: Path) -> None:
    made = score.score(source)
    assert made.scored
    out = libreoffice.edited(
        made.scored, tmp_path / "改.xlsx",
        [{"do": "unprotect", "sheet": "评分_甲"}, {"do": "set", "sheet": "评分_甲", "cell": "H5", "value": 25},
         {"do": "unprotect", "sheet": "基本信息"}, {"do": "set", "sheet": "基本信息", "cell": "B5", "value": "新名"}],
    )  # fmt: skip
    held = libreoffice.cells(out)[SHEET]
    assert held["H13"] == pytest.approx(27.33)
    assert held["H17"] == pytest.approx(92.57)


SHARED = BASE.replace("| ≤ | 10 | 件 | 8 | 达标得满分 |", "| ≥ | 100 | % | {} | 预算执行率 |")
"""Its 预算执行率 stands among other indicators of its first-level tier: {} is 实际完成值."""


@pytest.mark.parametrize("typed", ["", "94.89", "95%", "—"])
def test_the_rate_that_counts_stands_on_the_form(typed: str) -> None:
    """190.25 of 200.5: whatever was typed, or nothing, full marks never stand beside another rate."""
    sheet = form(SHARED.replace("{}", typed))
    (line,) = [row(sheet, n) for n in range(1, 40) if "投诉件数" in row(sheet, n)]
    assert "94.89%" in line
    assert not {"95%", "—"} & set(line)


def test_a_satisfaction_that_is_not_the_surveys_gives_way_to_it() -> None:
    text = (documents.SAMPLES / "示例局2023_各种计分.md").read_text(encoding="utf-8")
    for typed in ("", "99%", "很好"):
        mended = text.replace("| 90 | % | | 满意度 |", f"| 90 | % | {typed} | 满意度 |")
        sheet = form(mended)
        (line,) = [row(sheet, n) for n in range(1, 50) if "合作社满意度" in row(sheet, n)]
        assert "94.87%" in line
        assert typed not in line


def test_a_rate_without_a_unit_stands_with_its_per_cent() -> None:
    """A survey and 执行率 are compared in per cents, whether or not 计量单位 says so."""
    text = (documents.SAMPLES / "示例局2023_各种计分.md").read_text(encoding="utf-8")
    survey = form(text.replace("| 90 | % | | 满意度 |", "| 90 | | | 满意度 |"))
    (line,) = [row(survey, n) for n in range(1, 50) if "合作社满意度" in row(survey, n)]
    assert "≥90%" in line
    rate = form(SHARED.replace("{}", "").replace("| ≥ | 100 | % |", "| ≥ | 100 | |"))
    (line,) = [row(rate, n) for n in range(1, 40) if "投诉件数" in row(rate, n)]
    assert "≥100%" in line


def test_words_of_several_lines_are_indented_on_the_form() -> None:
    text = (documents.SAMPLES / "示例局2023_七人评分.md").read_text(encoding="utf-8")
    looks = {
        cell.value: (cell.alignment.horizontal, int(cell.alignment.indent))
        for line in form(text).iter_rows()
        for cell in line
    }
    assert looks["2份合同备案晚于规定时限"] == ("left", 1)
    assert looks["≥24项"] == ("center", 0)


# an office's own layout


OWN = [
    ["行高", "20", "20", "20", "20"],
    ["30", "本局自评表", "<", "<", "<"],
    ["", "单位", "{部门名称}", "得分｛ 总分 ｝分，{等级}", "<"],
    ["", "指标", "性质", "目标", "得分"],
    ["", "{指标.三级指标}", "{指标.指标性质}", "{指标.年度指标值}", "{指标.得分}"],
    ["", "联系电话：{联系电话}", "<", "填表：{填报人}", "<"],
]


def test_an_office_lays_out_its_own_form() -> None:
    sheet = form(PROJECT, form_templates.workbook(OWN, landscape=True))
    assert [row(sheet, n) for n in range(1, 10)] == [
        ["本局自评表"],
        ["单位", "示例办公室", "得分93.57分，优秀"],
        ["指标", "性质", "目标", "得分"],
        ["重点工作完成情况", "定性", "全部完成", 28.33],
        ["培训场次", "≥", "8场", 17.5],
        ["投诉件数", "≤", "10件", 10],
        ["预算执行率", "≥", "100%", 9.49],
        ["服务质量提升", "定性", "明显提升", 28.25],
        ["联系电话：0571-12345678", "填表：甲"],
    ]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.column_dimensions["A"].width == pytest.approx(20.7, abs=0.1)


@pytest.mark.usefixtures("office")
def test_a_layout_saved_by_another_program_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "版式.xlsx"
    path.write_bytes(form_templates.workbook(OWN))
    ours = read(path.read_bytes(), "版式")
    (saved,) = libreoffice.recalculated([path], tmp_path / "lo", strip=False)
    book = openpyxl.load_workbook(path)
    book.create_sheet("Sheet2")
    book.save(tmp_path / "op.xlsx")
    for other in (saved, tmp_path / "op.xlsx"):
        theirs = read(other.read_bytes(), "版式")
        assert (theirs.cells, theirs.merges) == (ours.cells, ours.merges)
        assert all(abs(theirs.widths[n] - ours.widths[n]) < 0.5 for n in ours.widths)
        assert theirs.heights[0] == pytest.approx(30, abs=0.5)


def spoiled(old: str, new: str) -> list[list[str]]:
    return [[cell.replace(old, new) for cell in line] for line in grid()]


HOSTILE: dict[str, tuple[Sequence[Sequence[str]], str]] = {
    "占位符不认识": (spoiled("{项目名称}", "{项目名}"), "B3 的占位符 {项目名} 不认识"),
    "空的占位符": (spoiled("{项目名称}", "{}"), "B3 的占位符 {} 不认识"),
    "没有指标行": (
        [line for line in grid() if "{指标.得分}" not in line],
        "缺少占位符 {指标.三级指标}；缺少占位符 {指标.得分}",
    ),
    "没有总分": (spoiled("{总分}", ""), "缺少占位符 {总分}"),
    "指标占两行": ([*grid(), ["", "{指标.编号}", *[""] * 8]], "“指标”的占位符只能在同一行"),
    "几千行": ([["行高", "9"], *[["", "x"]] * 3000], "行数为 201，超过上限 200"),
    "很宽": ([["行高", *["9"] * 60], ["", *["x"] * 60]], "列数为 41，超过上限 40"),
    "空的": ([["行高", "9"], ["", ""]], "里面是空的"),
    "太长": (spoiled("{项目名称}", "{项目名称}" + "长" * 600), "B3 有占位符，又超过 500 个字"),
    "竖着合并的指标": (
        [*OWN[:4], OWN[4], ["", "^", "", "", ""], OWN[5]],
        "A4 的“指标”占了几行",
    ),
    "混在一行": (
        [*OWN[:4], ["", "{指标.三级指标}", "{指标.得分}", "{目标.预期目标}", ""], OWN[5]],
        "第 4 行混有几种逐行重复的内容",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_layout_that_is_none_is_told(name: str) -> None:
    cells, words = HOSTILE[name]
    with pytest.raises(BadFormTemplate) as told:
        read(form_templates.workbook(cells), "版式")
    assert words in str(told.value)


def test_formulas_and_overlapping_merges_are_told() -> None:
    book = openpyxl.load_workbook(io.BytesIO(form_templates.workbook(OWN)))
    sheet = book.worksheets[0]
    sheet["B2"] = "=1+1"
    for block in ("C2:C3", "A9:A1048576"):
        sheet.merged_cells.ranges.add(CellRange(block))
    data = io.BytesIO()
    book.save(data)
    with pytest.raises(BadFormTemplate) as told:
        read(data.getvalue(), "版式")
    for words in ("B2 是公式", "从 C2 起的合并单元格与别的合并重叠", "从 A9 起的合并单元格太大"):
        assert words in str(told.value)


def test_two_sheets_are_no_layout() -> None:
    book = openpyxl.load_workbook(io.BytesIO(form_templates.workbook(OWN)))
    book.create_sheet("别的")["A1"] = 1
    data = io.BytesIO()
    book.save(data)
    with pytest.raises(BadFormTemplate, match="只能有一张有内容的工作表"):
        read(data.getvalue(), "版式")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<html>", documents.book(BASE)])
def test_a_layout_that_cannot_be_used_is_a_usage_error(data: bytes, source: Path) -> None:
    path = source.with_name("版式.xlsx")
    path.write_bytes(data)
    done = run(source, "--form", path)
    assert done.exit_code == 2
    assert "“版式.xlsx”不能用作自评表的版式：" in done.output
    assert not source.with_name("甲_评分结果.xlsx").exists()
    assert run(source, "--form", source.with_name("没有.xlsx")).exit_code == 2


def test_form_names_the_layout(source: Path) -> None:
    path = source.with_name("版式.xlsx")
    path.write_bytes(form_templates.workbook(OWN))
    assert run(source, "--form", path).exit_code == 0
    made = openpyxl.load_workbook(source.with_name("甲_评分结果.xlsx"), data_only=True)
    assert made[SHEET]["A1"].value == "本局自评表"


# the public version


def texts(path: Path) -> str:
    """All that the package says."""
    return "\n".join(part.decode("utf-8", "replace") for part in parts(path).values())


def test_the_public_version_holds_the_form_and_no_person(source: Path) -> None:
    text = PROJECT.replace("| 甲 |", "| 欧阳甲 |").replace("评分_甲", "评分_欧阳甲")
    text = text.replace("| | 回避 |", "| | 回避 |").replace(
        "| A1.1 | 30 | |", "| A1.1 | 30 | 个人意见 |"
    )
    source.write_bytes(documents.book(text))
    path = source.with_name("公开.xlsx")
    done = run(source, "--public", path)
    assert done.exit_code == 0
    assert f"公开版：{path}" in done.stdout
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [SHEET]
    held = [cell for line in book[SHEET].iter_rows() for cell in line if cell.value is not None]
    assert not [cell for cell in held if cell.data_type == "f" or cell.hyperlink]
    said = texts(path)
    for private in (
        "欧阳甲",
        "0571",
        "个人意见",
        "回避",
        "评分_",
        "<f>",
        "xlkpi_",
    ):
        assert private not in said
    whole = openpyxl.load_workbook(source.with_name("甲_评分结果.xlsx"), data_only=True)[SHEET]
    ours = {c.coordinate: c.value for line in whole.iter_rows() for c in line if c.value}
    public = {cell.coordinate: cell.value for cell in held if cell.value}
    assert {at: value for at, value in public.items() if ours.get(at) != value}.keys() == {
        "A18", "A19", "B19", "A20", "B20", "A21", "B21",
    }  # fmt: skip
    assert public["A18"] == "填报人："
    assert [public[at] for at in ("A19", "A20", "A21")] == ["源文件", "来源标识", "内容指纹"]


def test_an_own_layout_cannot_bring_persons_into_the_public_version(source: Path) -> None:
    layout, path = source.with_name("版式.xlsx"), source.with_name("公开.xlsx")
    layout.write_bytes(form_templates.workbook(OWN))
    assert run(source, "--form", layout, "--public", path).exit_code == 0
    assert "0571" not in texts(path)
    assert openpyxl.load_workbook(path)[SHEET]["A9"].value == "联系电话："


def test_the_public_version_is_ours_until_somebody_works_on_it(source: Path) -> None:
    path = source.with_name("公开.xlsx")
    first = score.score(source, public=path)
    assert first.public == path
    assert score.score(source, public=path).public == path
    book = openpyxl.load_workbook(path)
    book[SHEET]["B3"] = "改过"
    book.save(path)
    before = path.read_bytes()
    again = score.score(source, public=path)
    assert again.public == source.with_name("公开(2).xlsx")
    assert path.read_bytes() == before
    assert any("公开(2).xlsx" in words for words in again.remarks)
    for theirs in (source, source.with_name("甲_评分结果.xlsx")):
        made = score.score(source, public=theirs).public
        assert made and made != theirs
    assert source.read_bytes() == documents.book(PROJECT)


def test_a_refused_workbook_gets_no_public_version_and_an_older_one_is_told(source: Path) -> None:
    path = source.with_name("公开.xlsx")
    score.score(source, public=path)
    before = path.read_bytes()
    source.write_bytes(
        documents.mishandled(documents.book(PROJECT), [("写", "评分_甲", "H5", "数 99")])
    )
    made = score.score(source, public=path)
    assert made.correction
    assert made.public is None
    assert path.read_bytes() == before
    told = "来自改动以前的“甲.xlsx”，保留；它不是现在的内容，改好后再评会换成新的"
    assert {f"“公开.xlsx”{told}", "有错误要改，没有写公开版"} <= set(made.remarks)


def test_public_is_for_one_file_and_no_part_of_the_json(source: Path) -> None:
    other, path = source.with_name("乙.xlsx"), source.with_name("公开.xlsx")
    other.write_bytes(source.read_bytes())
    done = run(source, other, "--public", path)
    assert done.exit_code == 2
    assert "只能用于一个文件" in done.output
    assert not path.exists()
    done = run(source, "--public", path, "--json")
    (line,) = done.stdout.splitlines()
    assert set(json.loads(line)["outputs"]) == {"scored", "correction", "report"}
    assert str(path) in done.stderr
    assert path.exists()


# what was typed into the cell of a number


def retyped(text: str, name: str, **cells: str) -> str:
    """The text with these things in the row of an indicator."""
    lines = text.splitlines()
    columns = {"性质": 5, "指标值": 6, "单位": 7, "完成值": 8}
    at = next(n for n, line in enumerate(lines) if f"| {name} |" in line)
    held = lines[at].split("|")
    for header, content in cells.items():
        held[columns[header]] = f" {content} "
    lines[at] = "|".join(held)
    return "\n".join(lines) + "\n"


def line_of(text: str, name: str) -> list[object]:
    sheet = form(text)
    (found,) = [row(sheet, n) for n in range(1, 40) if name in row(sheet, n)]
    return found[found.index(name) :]


@pytest.mark.parametrize(
    ("target", "actual", "shown"),
    [
        ("95%以上", "94%", ["≥95%", "94%"]), ("≥50个", "49个", ["≥50个", "49个"]), ("≥9万元", "8.5万元", ["≥9万元", "8.5万元"]),
        ("≥95%", "94.5%", ["≥95%", "94.5%"]), ("≥50个", "49", ["≥50个", 49]), ("≥50", "49", ["≥50", 49]),
    ],
)  # fmt: skip
def test_a_unit_typed_behind_a_number_stands_on_the_form(
    target: str, actual: str, shown: list[object]
) -> None:
    text = retyped(BASE, "培训场次", 性质="", 指标值=target, 单位="", 完成值=actual)
    assert line_of(text, "培训场次")[1:3] == shown


@pytest.mark.parametrize(
    ("target", "nature", "shown"),
    [
        ("100%", "≤", "≤100%"), ("50个", "≥", "≥50个"), ("50个以上", "≥", "50个以上"), ("≥50个", "≥", "≥50个"),
        ("2023年底", "≤", "2023年底"), ("全部完成", "≥", "全部完成"), ("50个", "定性", "50个"), ("50个", "", "50个"),
    ],
)  # fmt: skip
def test_a_target_that_no_method_reads_keeps_its_sign(target: str, nature: str, shown: str) -> None:
    text = retyped(BASE, "重点工作完成情况", 性质=nature, 指标值=target)
    assert line_of(text, "重点工作完成情况")[1] == shown


@pytest.mark.usefixtures("office")
def test_typed_units_stand_on_ballots_are_live_and_verify(tmp_path: Path) -> None:
    text = retyped(BASE, "培训场次", 性质="", 指标值="≥95%", 单位="", 完成值="0.96%")
    text = retyped(text, "投诉件数", 性质="≤", 指标值="9万元", 单位="", 完成值="8.5万元")
    text = retyped(text, "重点工作完成情况", 性质="≥", 指标值="50个")
    path = documents.scored(tmp_path, "甲", documents.book(text))
    assert documents.verified(path.read_bytes(), path.name).status == "same"
    made = documents.verified(path.read_bytes(), path.name, documents.book(text))
    assert made.status == "same", made.differences
    (again,) = libreoffice.recalculated([path], tmp_path / "again")
    assert list(libreoffice.disagreements(path, again)) == []
    held = openpyxl.load_workbook(path)["三级指标"]
    shown = [held[at].number_format for at in ("F6", "H6", "F7", "H7")]
    assert shown == ['General"%"', 'General"%"', 'General"万元"', 'General"万元"'], shown
