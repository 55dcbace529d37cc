"""`explain` and `diff`: the way of a figure in words, and two workbooks side by side."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests import documents, random_books
from xlkpi import pipeline
from xlkpi.audit import explain
from xlkpi.domain import custom_rules
from xlkpi.domain.inputs import Filled
from xlkpi.domain.numbers import rounded
from xlkpi.domain.results import IndicatorScore, Outcome
from xlkpi.interfaces.cli.commands import cli
from xlkpi.pipeline import Document, score_documents
from xlkpi.scoring import substitution, trace

BASE = documents.RECIPES / "基本示例.md"
RICHER = documents.SAMPLES / "示例局2023_七人评分.xlsx"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


@pytest.fixture
def result(tmp_path: Path) -> Path:
    return documents.scored(tmp_path, "结果", RICHER.read_bytes())


def test_every_place_that_the_tree_names_holds_what_it_says(result: Path) -> None:
    """The marks, the points, the figures of 指标得分: read back from the workbook itself."""
    said = run("explain", result).output
    assert said.splitlines()[0].endswith("总分 83.61，等级 良好")
    book = openpyxl.load_workbook(result, data_only=True)
    found = re.findall(r"(-?[0-9][0-9.]*)（([^（）!]+)!([A-Z]+[0-9]+)）", said)
    assert len(found) > 200
    for figure, sheet, cell in found:
        held = book[sheet][cell].value
        assert abs(float(held) - float(figure)) < 1e-6, (sheet, cell, held, figure)
    outcome = score_documents([Document("x", RICHER.read_bytes())])[0]
    assert outcome.scored
    for work in outcome.scored.indicator_scores:
        for given in work.given:
            assert str(given.place) in said


def test_one_indicator_down_to_its_cells_and_up_to_the_grade(result: Path) -> None:
    said = run("explain", result, "a1.2").output
    assert "评分_组长!H6" in said
    assert "去掉一个最高分和一个最低分" in said
    for upwards in (
        "二级指标 A1",
        "一级指标 A",
        "总分 83.61 = A 41.12",
        "等级 良好：总分不低于 80",
    ):
        assert upwards in said
    assert "C4.3" not in said
    for level in ("A", "A1"):
        assert "往下" in run("explain", result, level).output
    unknown = run("explain", result, "Q9")
    assert (unknown.exit_code, "没有编号“Q9”" in unknown.output) == (2, True)


def test_what_cannot_be_explained_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(
        documents.mishandled(documents.sample(BASE), [("写", "评分_甲", "H5", "数 99")])
    )
    made = run("explain", broken)
    assert (made.exit_code, "X203" in made.output) == (1, True)
    assert run("explain", "没有这个.xlsx").exit_code == 3
    assert run("explain", "X999").exit_code == 2


CHANGED = [
    ("写", "评分_甲", "H5", "数 27"), ("写", "三级指标", "C6", "培训次数"), ("写", "三级指标", "F6", "数 9"),
    ("写", "预算执行", "G5", "数 100"), ("写", "基本信息", "B6", "2024"), ("写", "等级标准", "B5", "数 95"),
]  # fmt: skip


def test_each_kind_of_change_is_told_with_both_places(tmp_path: Path) -> None:
    old, new = tmp_path / "旧.xlsx", tmp_path / "新.xlsx"
    old.write_bytes(documents.sample(BASE))
    new.write_bytes(documents.mishandled(documents.sample(BASE), CHANGED))
    made = run("diff", old, new)
    assert made.exit_code == 1
    for line in (
        "得分 甲 A1.1：28（评分_甲!H5） → 27（评分_甲!H5）",
        "名称 A1.2：培训场次（三级指标!C6） → 培训次数（三级指标!C6）",
        "年度指标值 A1.2：8（三级指标!F6） → 9（三级指标!F6）",
        "全年执行数 项目一（示例）：110.25（预算执行!G5） → 100（预算执行!G5）",
        "基本信息：评价年度：2023（基本信息!B6） → 2024（基本信息!B6）",
        "等级下限 优秀：90（等级标准!B5） → 95（等级标准!B5）",
    ):
        assert line in made.output, made.output
    schema = json.loads((documents.ROOT / "docs/schema/diff-1.json").read_text(encoding="utf-8"))
    told = json.loads(run("diff", old, new, "--json").output)
    jsonschema.validate(told, schema)
    assert len(told["changes"]) == len(made.output.splitlines())


def test_added_and_dropped_indicators_and_ballots_are_told(tmp_path: Path) -> None:
    text = BASE.read_text(encoding="utf-8")
    old, new = tmp_path / "旧.xlsx", tmp_path / "新.xlsx"
    old.write_bytes(documents.book(text))
    new.write_bytes(documents.book(text.replace("A1.3", "A1.9").replace("评分_丙", "评分_丁").replace("| 丙 |", "| 丁 |")))  # fmt: skip
    said = run("diff", old, new).output
    for words in (
        "删去三级指标 A1.3：投诉件数",
        "新增三级指标 A1.9",
        "删去评分表 丙",
        "新增评分表 丁",
    ):
        assert words in said, said


def test_a_workbook_and_its_result_do_not_differ(tmp_path: Path) -> None:
    source = tmp_path / "甲.xlsx"
    source.write_bytes(documents.sample(BASE))
    result = documents.scored(tmp_path, "结果", documents.sample(BASE))
    made = run("diff", source, result)
    assert (made.output.strip(), made.exit_code) == ("没有差异", 0)
    assert run("diff", source, tmp_path / "没有.xlsx").exit_code == 3


def test_the_changes_as_a_workbook_that_is_never_put_over_another(tmp_path: Path) -> None:
    old, new, out = (tmp_path / f"{name}.xlsx" for name in ("旧", "新", "差异"))
    old.write_bytes(documents.sample(BASE))
    new.write_bytes(documents.mishandled(documents.sample(BASE), CHANGED))
    assert run("diff", old, new, "-o", out).exit_code == 1
    rows = list(openpyxl.load_workbook(out)["差异"].iter_rows(min_row=5, values_only=True))
    assert ("得分", "甲 A1.1", "28", "评分_甲!H5", "27", "评分_甲!H5") in [row[1:7] for row in rows]
    before = out.read_bytes()
    again = run("diff", old, new, "-o", out)
    assert (again.exit_code, "没有覆盖" in again.output) == (2, True)
    assert out.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 3


EVERY_WAY = documents.SAMPLES / "示例局2023_各种计分.xlsx"


def test_a_grade_that_a_veto_holds_down_is_not_said_to_come_of_the_total(tmp_path: Path) -> None:
    """93.34 reaches 优秀; 良好 it is because of 不得评为最高等级."""
    said = run("explain", documents.scored(tmp_path, "各种", EVERY_WAY.read_bytes())).output
    assert "等级 良好：按总分是 优秀，受一票否决限制" in said
    assert "等级 良好：总分不低于" not in said


def test_a_mark_in_bands_names_the_degree_of_its_band(tmp_path: Path) -> None:
    said = run("explain", documents.scored(tmp_path, "各种", EVERY_WAY.read_bytes()), "A2.2").output
    assert "完成程度：部分达成（三级指标!J9）" in said


def test_the_methods_say_a_rule_whole_and_a_deduction_shows_its_reason(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(
        documents.scored(tmp_path, "各种", EVERY_WAY.read_bytes()), data_only=True
    )
    methods = [str(cell.value) for row in book["方法与参数"] for cell in row if cell.value]
    assert any("≥200 得 80%" in text for text in methods)
    assert not any("票据不全" in text for text in methods)  # one indicator's alone
    summary = [str(cell.value) for row in book["汇总"] for cell in row if cell.value]
    assert "审计抽查发现一场培训费用票据不全（示例）" in summary
    assert book["评分规则"]["E6"].value == 0.8
    assert str(book["评分规则"]["E6"].number_format).endswith("%")


def outcome(data: bytes) -> Outcome:
    made = score_documents([Document("甲.xlsx", data)])[0]
    assert made.scored
    return made


FIGURE = re.compile(r"(-?[0-9][0-9.]*)(%?)（([^（）!、:]+)!([A-Z]+[0-9]+)）")
EQUATION = re.compile(r"([0-9.()×÷+－ -]*[0-9.)]) ([=≈]) (-?[0-9.]+)(%?)")


def numbered(text: str) -> Iterator[tuple[Fraction, str, Fraction]]:
    """The equations of a text: what the left side comes to, the sign, the right side."""
    for left, sign, right, share in EQUATION.findall(text):
        said = re.sub(r"[0-9.]+", lambda found: f'Fraction("{found[0]}")', left)
        for mine, theirs in (("×", "*"), ("÷", "/"), ("－", "-")):
            said = said.replace(mine, theirs)
        worth = eval(said.strip(), {"Fraction": Fraction})
        yield worth * (100 if share else 1), sign, Fraction(right)


@pytest.mark.parametrize("seed", [None, *range(16)])
def test_every_figure_on_the_way_stands_where_it_says_and_every_step_can_be_done_again(
    seed: int | None,
) -> None:
    """Of the sample with all ways of scoring, and of random workbooks."""
    made = outcome(EVERY_WAY.read_bytes() if seed is None else random_books.workbook(seed))
    book = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(made)), data_only=True)
    for figure, share, sheet, cell in FIGURE.findall(explain.explain_all(made)):
        held = book[sheet][cell].value
        expected = float(figure) / (100 if share else 1)
        assert abs(float(held) - expected) < 1e-6, (sheet, cell, held, figure)
    assert made.scored
    assert made.filled
    hundred = made.filled.parameters.out_of_100
    for work in made.scored.indicator_scores:
        steps = [*trace.explain_rule(work), *trace.explain_groups(work)]
        steps += [trace.explain_mark(work, given, hundred) for given in work.given]
        if made.scored.budget:
            steps += trace.explain_budget(made.filled, made.scored.budget)
        for left, sign, right in numbered("\n".join(steps)):
            assert right == (left if sign == "=" else Fraction(rounded(left, 9))), steps
        _holds(work)
        _put_in_holds(work, made.filled)


def _put_in_holds(work: IndicatorScore, filled: Filled) -> None:
    """The numbers put in come to the engine's own figure, worked out by whoever reads them."""
    said = substitution.text(work, filled)
    if not work.applies:
        assert said == ""
        return
    less = 0 if "，不低于 " not in said else 1
    said, _, floor = said.partition("，不低于 ")
    most = said.partition("，最多得 ")
    said = most[0].replace("，最少得 0", "")
    left = re.split("得 | 所在档：", said.replace("居中的得分 ", ""))[-1]
    left = re.sub(r"\|([^|]*)\|", r"abs(\1)", left)
    left = re.sub(r"([0-9.]+)%", r"(\1÷100)", left)
    left = re.sub(r"(?<![0-9.)])-([0-9.]+)", r"(0-\1)", left)
    left = re.sub(r"[0-9.]+", lambda found: f'Fraction("{found[0]}")', left)
    for mine, theirs in (("×", "*"), ("÷", "/"), ("－", "-")):
        left = left.replace(mine, theirs)
    worth = eval(left, {"Fraction": Fraction, "abs": abs})
    if less:
        assert worth < Fraction(floor)
        worth = Fraction(floor)
    worth = min(worth, Fraction(most[2])) if most[2] else worth
    if "，最少得 0" in most[0] or "，最少得 0" in substitution.text(work, filled):
        worth = max(worth, Fraction(0))
    assert abs(worth - work.exact) < Fraction(1, 10**8), (said, worth, work.exact)


def _holds(work: IndicatorScore) -> None:
    """What the words of a rule come to is the engine's own figure."""
    said = "".join(trace.explain_rule(work))
    exact, points = work.exact, Fraction(work.indicator.points.value or 0)
    if work.indicator.deduction.value:
        return
    if work.method and work.method.rule and work.method.rule.kind == custom_rules.BANDS:
        (share,) = re.findall(r"得分比例 ([0-9.]+)%", said) or ["0"]
        (own,) = re.findall(r"得分 ([0-9.]+)", said) or [""]
        assert exact == (Fraction(own) if own else points * Fraction(share) / 100)
    elif (
        work.method and work.method.rule and work.method.rule.kind != custom_rules.OVER_ACHIEVEMENT
    ):
        said = re.sub(r"（[^（）]*）", "", said)
        found = re.findall(r"得 ([0-9.]+)$", said) or re.findall(r"[=≈] ([0-9.]+)$", said)
        (left,) = found or [_plainly(said, points)]
        assert Fraction(left) == (Fraction(rounded(exact, 9)) if "≈" in said else exact), said


def _plainly(said: str, points: Fraction) -> Fraction:
    """What words without an equation come to: all, nothing, or what a point of a line says."""
    (share,) = re.findall(r"得分比例 ([0-9.]+)%$", said) or [""]
    (own,) = re.findall(r"得分 ([0-9.]+)$", said) or [""]
    if share or own:
        return points * Fraction(share) / 100 if share else Fraction(own)
    assert said.endswith(("不扣分", "得满分", "不得分")), said
    return Fraction(0) if said.endswith("不得分") else points


@pytest.mark.thorough
def test_the_random_books_hold_every_kind_of_figure_that_the_way_must_reach() -> None:
    said = "\n".join(
        explain.explain_all(outcome(random_books.workbook(seed))) for seed in range(40)
    )
    for words in (
        "代入：(", "折算 ", "预算执行率：", "得分比例", "个整步", "不足一步", "封底", "不打折", "约 ",
        "不到其他各档", "高于下限", "按比例所得再乘以", "在两点之间", "正在一点上", "一端以外", "都扣分",
        "按相差的比例扣分", "不足一步按一步", "不足一步按比例",
    ):  # fmt: skip
        assert words in said, words


def test_weights_rates_and_rows_of_rules_are_told_with_their_cells(tmp_path: Path) -> None:
    result = documents.scored(tmp_path, "各种", EVERY_WAY.read_bytes())
    for code, lines in {
        "A2.2": (
            "主任：4.5（评分_主任!H9），评分权重 40（评价工作组!F5）",
            "站长：回避（评分_站长!H9）",
            "代入：(4.5×40+4×30)÷(40+30) ≈ 4.285714286",
        ),
        "B1.1": (
            "全年执行数合计 576.75（预算执行!G5:G8），全年预算数合计 616（预算执行!D5:D8）",
            "预算执行率：576.75 ÷ 616 ≈ 93.628246753%",
            "预算执行率 约 93.628246753%，高于下限 90（评分规则!C10）：得分比例 90%（评分规则!E10）",
        ),
        "A3.1": ("，步长 5（评分规则!H13），共 2 个整步，每步扣 0.5（评分规则!I13）：4 － 2 × 0.5 = 3",),
        "A1.2": ("8200 ÷ 5000 = 164%，不低于下限 150（评分规则!C15）：按比例所得再乘以得分比例 90%（评分规则!E15）",),
    }.items():  # fmt: skip
        said = run("explain", result, code).output
        for line in lines:
            assert line in said, said
    rows = openpyxl.load_workbook(result)["来源与指纹"].iter_rows(values_only=True)
    origins = {str(row[0]).split(" ")[0]: row[2] for row in rows}
    assert (
        origins["A2.2"] == "评分_主任!H9、评分_站长!H9、评分_会计!H9、评价工作组!F5、评价工作组!F7"
    )
    assert origins["B1.1"] == (
        "预算执行!G5:G8、预算执行!D5:D8、评分规则!A9:A12、评分规则!C10、评分规则!E10"
    )


def test_a_mark_out_of_a_hundred_is_told_as_what_it_is_of_the_points(tmp_path: Path) -> None:
    marks = {"甲": ("数 79.5", "数 90"), "乙": ("数 82.6", "数 91"), "丙": ("数 85", "数 92.5")}
    steps = [("写", "参数", "B5", "百分制")]
    steps += [("写", f"评分_{who}", f"H{row}", mark) for who, held in marks.items() for row, mark in zip((5, 9), held, strict=True)]  # fmt: skip
    steps += [("写", "评分_丙", "I9", "空")]
    said = run("explain", documents.scored(tmp_path, "百分", documents.mishandled(documents.sample(BASE), steps)), "A1.1").output  # fmt: skip
    assert "甲：79.5（评分_甲!H5），折算 79.5 ÷ 100 × 30 = 23.85" in said
