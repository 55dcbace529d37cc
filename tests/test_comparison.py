"""评分对比: who marks high or low, which marks stand apart, how far the scorers agree."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import isclose
from pathlib import Path
from random import Random

import pytest

from tests import documents, libreoffice, random_books
from tests.counts import drawn
from xlkpi import pipeline
from xlkpi.domain.agreement import (
    ALONE,
    ALPHA_PLACES,
    CLOSE,
    EQUAL,
    FEW,
    SCARCE,
    SPREAD,
    UNIT,
    Line,
    Panel,
)
from xlkpi.domain.findings import OF_MARKS
from xlkpi.domain.location import address
from xlkpi.domain.numbers import rounded
from xlkpi.domain.results import IndicatorScore, Outcome
from xlkpi.domain.schema import COMPARISON_SHEET, METHODS_SHEET
from xlkpi.pipeline import Document, score_documents
from xlkpi.writing.book import Sheet
from xlkpi.writing.scored import scored

Rates = Sequence[Sequence[Fraction | None]]
BASIC = documents.RECIPES / "基本示例.md"


def workbook(
    marks: Mapping[str, str],
    points: str = "40 30 20 10",
    names: str = "甲 乙 丙 丁",
    parameters: str = "",
    computed: str = "| | | | | |",
) -> bytes:
    """A workbook of four judged indicators: each scorer's marks in their order, - for a recusal."""
    codes = [f"A1.{n}" for n, _ in enumerate(points.split(), start=1)]
    third = "\n".join(
        f"| {c} | A1 | 指标{c} | {p} {computed}" for c, p in zip(codes, points.split(), strict=True)
    )
    group = "\n".join(f"| {name} |" for name in names.split() if name in marks)
    ballots = "\n".join(
        f"## 评分_{name}\n| 编号 | 得分 | 评分说明 |\n|---|---|---|\n"
        + "\n".join(
            f"| {code} | | 回避 |" if mark == "-" else f"| {code} | {mark} | |"
            for code, mark in zip(codes, row.split(), strict=not computed.strip("| "))
        )
        for name, row in marks.items()
    )
    return documents.book(f"""# 试
## 基本信息
| 项目 | 内容 |
|---|---|
| 部门名称 | 示例 |
| 评价年度 | 2023 |
## 评价工作组
| 姓名 |
|---|
{group}
## 一级指标
| 编号 | 一级指标 | 分值 |
|---|---|---|
| A | 产出 | 100 |
## 二级指标
| 编号 | 一级编号 | 二级指标 | 分值 |
|---|---|---|---|
| A1 | A | 数量 | 100 |
## 三级指标
| 编号 | 二级编号 | 三级指标 | 分值 | 指标性质 | 年度指标值 | 计量单位 | 实际完成值 | 评分方式 |
|---|---|---|---|---|---|---|---|---|
{third}
{ballots}
## 等级标准
| 等级 | 下限 |
|---|---|
| 合格 | 0 |
## 参数
| 参数 | 值 |
|---|---|
| 小数位数 | 2 |
{parameters}""")


def outcome(data: bytes) -> Outcome:
    made = score_documents([Document("试.xlsx", data)])[0]
    assert made.scored is not None, [finding.message for finding in made.findings]
    return made


def panel(data: bytes) -> Panel:
    made = outcome(data)
    assert made.filled is not None
    assert made.scored is not None
    return Panel.of(made.filled, made.scored)


def sheets(data: bytes) -> dict[str, Sheet]:
    """方法与参数 and 评分对比 of a workbook."""
    made = outcome(data)
    book = scored(made, pipeline._choose_form_template(made, None))
    found = {name: book.named(name) for name in (METHODS_SHEET, COMPARISON_SHEET)}
    return {
        name: replace(sheet, cells=dict(sheet.every_cell()), planned=None)
        for name, sheet in found.items()
    }


def said(data: bytes) -> list[str]:
    """Every text on the sheet, top down."""
    cells = sheets(data)[COMPARISON_SHEET].cells
    found = [cells[at].value for at in sorted(cells)]
    return [value for value in found if value and isinstance(value, str)]


# alpha


def closed(rates: Rates) -> Fraction | str:
    """The closed form, with pairs and without any shortcut."""
    units = [known for row in rates if len(known := [x for x in row if x is not None]) > 1]
    values = [x for unit in units for x in unit]
    if max(map(len, rates)) < 2:
        return ALONE
    if len(units) < 2:
        return SCARCE
    if len(set(values)) == 1:
        return EQUAL
    within = sum(pairs(unit) / (len(unit) - 1) for unit in units)
    return 1 - (len(values) - 1) * within / pairs(values)


def pairs(values: Sequence[Fraction]) -> Fraction:
    return sum(((x - y) ** 2 for x, y in itertools.combinations(values, 2)), Fraction(0))


def coincidences(rates: Rates) -> float:
    """Krippendorff's own definition: observed ÷ expected disagreement of the coincidence matrix."""
    units = [known for row in rates if len(known := [x for x in row if x is not None]) > 1]
    held = sorted({x for unit in units for x in unit})
    matrix = dict.fromkeys(itertools.product(held, held), 0.0)
    for unit in units:
        for one, other in itertools.permutations(unit, 2):
            matrix[one, other] += 1 / (len(unit) - 1)
    sums = {x: sum(matrix[x, y] for y in held) for x in held}
    n = sum(sums.values())
    apart = {pair: float(pair[0] - pair[1]) ** 2 for pair in matrix}
    observed = sum(matrix[pair] * apart[pair] for pair in matrix)
    expected = sum(sums[x] * sums[y] * apart[x, y] for x, y in matrix) / (n - 1)
    return 1 - observed / expected


def random_rates(rng: Random) -> Rates:
    scorers, lines = rng.randint(1, 7), rng.randint(1, 9)
    steps = rng.choice((1, 2, 4, 10, 1000))
    missing = rng.choice((0, 0.2, 0.6))
    return [
        [
            None if rng.random() < missing else Fraction(rng.randint(0, steps), steps)
            for _ in range(scorers)
        ]
        for _ in range(lines)
    ]


@lru_cache(maxsize=1)
def some_working() -> IndicatorScore:
    made = outcome(documents.sample(BASIC)).scored
    assert made is not None
    return made.indicator_scores[0]


def as_panel(rates: Rates) -> Panel:
    """A panel of rates that need no rounding; alpha does not ask where they come from."""
    lines = []
    for row in rates:
        units = tuple(None if x is None else int(x * UNIT) for x in row)
        known = tuple(x for x in units if x is not None)
        lines.append(Line(some_working(), units, known, sum(known)))
    return Panel(tuple(map(str, range(len(rates[0])))), tuple(lines))


@pytest.mark.parametrize("seed", range(300))
def test_alpha_is_the_closed_form_and_krippendorffs_definition(seed: int) -> None:
    rates = random_rates(Random(seed))
    found, expected = as_panel(rates).agreement().alpha, closed(rates)
    if isinstance(expected, str):
        assert found == expected
        return
    assert found == rounded(expected, ALPHA_PLACES)
    assert isclose(float(expected), coincidences(rates), abs_tol=1e-12)


def test_alpha_says_why_it_does_not_apply() -> None:
    assert panel(workbook({"甲": "40 30 20 10"})).agreement().words == ALONE
    equal = {"甲": "40 30 20 10", "乙": "40 30 20 10"}
    assert panel(workbook(equal)).agreement().words == EQUAL
    scarce = {"甲": "40 30 - -", "乙": "20 - 20 10"}
    assert panel(workbook(scarce)).agreement().words == SCARCE


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("19 15 2 5 20", "一致性好"),
        ("12 16 6 4 17", "一致性可以接受"),
        ("5 16 12 2 20", "分歧较大，建议复核"),
    ],
)
def test_alpha_is_put_into_words(second: str, words: str) -> None:
    marks = {"甲": "20 10 2 5 20", "乙": second}
    assert panel(workbook(marks, FIVE)).agreement().words == words


FIVE = "20 20 20 20 20"


def test_alpha_is_no_verdict_where_all_mark_nearly_alike_or_few_indicators_are_marked() -> None:
    """Means of 93 %, nobody an outlier: alpha is below 0, and there is no dispute."""
    near = {"甲": "18 19 19 18 19", "乙": "19 18 18 19 18.5"}
    found = panel(workbook(near, FIVE)).agreement()
    assert isinstance(found.alpha, Decimal)
    assert found.alpha < 0
    assert found.words == CLOSE
    assert not any("建议复核" in text for text in said(workbook(near, FIVE)))
    few = {"甲": "40 15 2 10", "乙": "10 30 15 2"}
    assert panel(workbook(few)).agreement().words == FEW


def test_the_line_between_close_and_apart_is_a_standard_deviation_of_ten_points() -> None:
    """Half of the marks at 80 %, half at 100 %: exactly 10 points; a hair less is close."""
    on = panel(workbook({"甲": "16 16 16 16 16", "乙": FIVE}, FIVE)).agreement()
    assert (on.spread, on.words) == (SPREAD, "分歧较大，建议复核")
    less = panel(workbook({"甲": "16 16 16 16 16.0001", "乙": FIVE}, FIVE)).agreement()
    assert less.spread < SPREAD
    assert less.words == CLOSE


# the gist


def test_the_conclusion_leads_with_range_outliers_and_ballots_alike() -> None:
    marks = {"甲": "40 30 20 10", "乙": "40 30 10 10", "丙": "40 30 10 10"}
    assert (
        "各指标的极差最大 50.0 个百分点（A1.3），平均 12.5 个百分点；离群的得分 3 处；"
        "雷同的评分 2 处；打分偏宽的 1 人、偏严的 2 人。"
    ) in said(workbook(marks))
    equal = {"甲": "40 30 20 10", "乙": "40 30 20 10"}
    assert any(text.startswith("各人打分完全一致，极差都是 0；") for text in said(workbook(equal)))
    alone = "只有一名评分人，极差、离群和宽严无从比较；雷同的评分 1 处。"
    assert alone in said(workbook({"甲": "40 30 20 10"}))
    apart = {"甲": "40 30 - -", "乙": "- - 20 9"}
    assert any(text.startswith("没有两人以上打分的指标") for text in said(workbook(apart)))


def told(data: bytes) -> list[str]:
    """The lines of 汇总 about the marks: each finding's, and what its link leads to."""
    made = outcome(data)
    book = scored(made, pipeline._choose_form_template(made, None))
    cells, compared = (dict(book.named(name).every_cell()) for name in ("汇总", COMPARISON_SHEET))
    found = []
    for (row, column), cell in sorted(cells.items()):
        if column == 0 and COMPARISON_SHEET in cell.link:
            at = address(cell.link.rpartition("!")[2])
            found.append(f"{cells[row, 1].value} → {compared[at].value}")
    return found


def test_the_summary_tells_what_an_auditor_looks_for_and_leads_there() -> None:
    (gist, full) = told(workbook({"甲": "40 30 20 10", "乙": "40 30 20 10"}))
    assert gist.endswith("→ 评分对比")
    assert full == (
        "全部满分：所有评分人（甲、乙）给所有指标打的都是满分，共 8 个得分 → 四、雷同的评分"
    )
    marks = {"甲": "20 15 10 5", "乙": "40 30 15 8", "丙": "40 30 15 8", "丁": "40 30 20 9"}
    _, *found = told(workbook(marks))
    assert sorted(each.partition("：")[0] for each in found) == [
        "一张评分表的得分率都相同", "打分偏宽或偏严", "离群的得分", "评分表的得分相同",
    ]  # fmt: skip
    ends = {each.partition("：")[0]: each.rpartition(" → ")[2] for each in found}
    assert ends["离群的得分"] == "三、离群的得分"
    assert ends["打分偏宽或偏严"] == "二、宽严度"
    assert ends["评分表的得分相同"] == ends["一张评分表的得分率都相同"] == "四、雷同的评分"


def test_nothing_is_told_of_marks_that_differ_a_little() -> None:
    marks = {"甲": "38 28 20 10", "乙": "40 28 19 10", "丙": "39 29 19 9.5"}
    made = outcome(workbook(marks))
    assert [each.code for each in made.findings if each.code in OF_MARKS] == []
    assert len(told(workbook(marks))) == 1


def test_a_ballot_that_was_copied_is_told_once() -> None:
    """X224 says it with the words beside the marks; X252 does not repeat it."""
    points = "20 20 10 10 10 10 10 10"
    marks = {"甲": "18 20 9 10 8 10 9 10", "乙": "18 20 9 10 8 10 9 10"}
    findings = outcome(workbook(marks, points)).findings
    codes = [each.code for each in findings if each.code in OF_MARKS]
    assert codes == ["X224"]
    assert len(told(workbook(marks, points))) == 2


# leniency


def test_leniency_looks_only_at_indicators_that_others_marked_too() -> None:
    marks = {"甲": "40 30 20 10", "乙": "36 27 - 9", "丙": "32 24 0 -"}
    found = panel(workbook(marks))
    # 甲: +15, +15, +100, +10; 乙: 0, 0, −10; 丙: −15, −15, −100
    assert [found.leniency(scorer) for scorer in range(3)] == [
        Decimal(35),
        rounded(Fraction(-10, 3), 6),
        rounded(Fraction(-130, 3), 6),
    ]
    words = said(workbook(marks))
    at = words.index("宽严")
    assert words[at + 1 : at + 4] == ["偏宽", "居中", "偏严"]


def test_the_leniency_line_itself_is_still_in_the_middle() -> None:
    words = said(workbook({"甲": "40 30 20 10", "乙": "38 28.5 19 9.5"}))
    at = words.index("宽严")
    assert words[at + 1 : at + 3] == ["居中", "居中"]


def test_who_shares_no_indicator_cannot_be_compared() -> None:
    marks = {"甲": "40 30 20 -", "乙": "40 30 20 -", "丙": "- - - 5"}
    assert panel(workbook(marks)).leniency(2) is None
    words = said(workbook(marks))
    at = words.index("宽严")
    assert words[at + 1 : at + 4] == ["居中", "居中", "—"]


# outliers


def test_a_mark_on_the_line_is_none_and_a_hair_beyond_it_is_an_outlier() -> None:
    on, beyond = "32 30 20 10", "31.999 30 20 10"
    full = {"乙": "40 30 20 10", "丙": "40 30 20 10"}
    assert panel(workbook({"甲": on, **full})).outliers(Decimal(20)) == []
    (found,) = panel(workbook({"甲": beyond, **full})).outliers(Decimal(20))
    assert (found.line, found.scorer, found.gap) == (0, 0, Decimal("-20.0025"))
    assert "没有离群的得分" in said(workbook({"甲": on, **full}))
    words = said(workbook({"甲": beyond, **full}))
    assert "没有离群的得分" not in words
    assert words.count("离群") == 1


def test_outliers_are_held_against_the_others_only() -> None:
    """One of three at 0: 100 points from the others, though 67 from the mean of all."""
    marks = {"甲": "0 30 20 10", "乙": "40 30 20 10", "丙": "40 30 20 10"}
    gaps = [each.gap for each in panel(workbook(marks)).outliers(Decimal(20))]
    assert gaps == [Decimal(-100), Decimal(50), Decimal(50)]


def test_each_outlier_leads_to_the_scorers_cell() -> None:
    marks = {"甲": "20 30 20 10", "乙": "40 30 20 10", "丙": "40 30 20 10"}
    cells = sheets(workbook(marks))[COMPARISON_SHEET].cells.values()
    assert "internal:'评分_甲'!H5" in [cell.link for cell in cells]


@pytest.mark.parametrize("typed", ["5%", "５％", "5", "百分比 0.05"])
def test_the_line_is_a_parameter_however_it_is_typed(typed: str) -> None:
    marks = {"甲": "37 30 20 10", "乙": "40 30 20 10", "丙": "40 30 20 10"}
    data = workbook(marks, parameters="| 离群线 | 5% |")
    step = "数 5" if typed == "5" else typed
    found = sheets(documents.mishandled(data, [("写", "参数", "B6", step)]))
    values = [cell.value for cell in found[COMPARISON_SHEET].cells.values()]
    assert 5.0 in values
    assert values.count("离群") == 1
    assert 0.05 in [cell.value for cell in found[METHODS_SHEET].cells.values()]


def test_a_long_list_of_outliers_is_cut_and_says_so() -> None:
    points = " ".join(["1"] * 100)
    full, half, none = (" ".join([mark] * 100) for mark in ("1", "0.5", "0"))
    words = said(workbook({"甲": full, "乙": none, "丙": half}, points))
    assert not any("另有" in text for text in words)
    assert words.count("离群") == 200
    words = said(workbook({"甲": full, "乙": none, "丙": half, "丁": none}, points))
    assert "另有 100 处，见上面矩阵中的 ▲" in words


# ballots alike


def test_uniform_and_repeated_ballots_are_told() -> None:
    marks = {"甲": "40 30 20 10", "乙": "32 24 - 8", "丙": "32 24 - 8", "丁": "32 24 1 9"}
    found = panel(workbook(marks))
    assert found.uniform() == [0, 1, 2]
    assert found.repeats() == []  # that uniform ballots are the same follows
    words = said(workbook(marks))
    assert "4 项得分全部是满分" in words
    assert words.count("3 项得分全部是同一得分率（80.0%）") == 2
    assert words.count("雷同") == 3
    marks = {"甲": "40 30 20 9", "乙": "32 24 - 7", "丙": "32 24 - 7"}
    assert panel(workbook(marks)).repeats() == [(2, 1)]
    assert "与 乙 的各项得分完全相同" in said(workbook(marks))


def test_ballots_that_differ_anywhere_are_not_alike() -> None:
    marks = {"甲": "40 24 20 10", "乙": "40 24 20 9.99", "丙": "40 24 20 -"}
    found = panel(workbook(marks))
    assert (found.uniform(), found.repeats()) == ([], [])
    assert "没有雷同的评分" in said(workbook(marks))


def test_a_single_mark_is_no_pattern() -> None:
    marks = {"甲": "40 - - -", "乙": "40 - - -", "丙": "30 30 10 5"}
    found = panel(workbook(marks))
    assert (found.uniform(), found.repeats()) == ([], [])


def test_in_per_cent_marks_the_rate_is_out_of_a_hundred() -> None:
    marks = {"甲": "80 80 80 80", "乙": "80 90 100 -"}
    found = panel(workbook(marks, parameters="| 打分制 | 百分制 |"))
    assert found.uniform() == [0]
    assert [found.leniency(scorer) for scorer in (0, 1)] == [Decimal(-10), Decimal(10)]


def test_without_judged_indicators_there_is_nothing_to_compare() -> None:
    words = said(workbook({"甲": "", "乙": ""}, computed="| ≥ | 1 | 个 | 1 | 达标得满分 |"))
    assert words == ["评分对比", "没有由评分人打分的指标，不需要对比。"]


# the formulas


@pytest.fixture(scope="module")
def compared(
    office: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, Path]]:
    """Scored workbooks, ours and as LibreOffice recalculates them."""
    folder = tmp_path_factory.mktemp("comparison")
    many = {"甲": "40 30 20 10", "乙": "13.33 10 6.67 3.333", "丙": "0 - 20 10", "丁": "0 - 20 10"}
    books = {
        "基本示例": documents.sample(BASIC),
        "高新区考核办2023": documents.sample(documents.SAMPLES / "高新区考核办2023.md"),
        "一名评分人": workbook({"甲": "40 30 20 10"}),
        "得分接近": workbook({"甲": "18 19 19 18 19", "乙": "19 18 18 19 18.5"}, FIVE),
        "正好十个百分点": workbook({"甲": "16 16 16 16 16", "乙": FIVE}, FIVE),
        "没有共同的指标": workbook({"甲": "40 30 - -", "乙": "- - 20 9"}),
        "百分制": workbook(many, parameters="| 打分制 | 百分制 |\n| 离群线 | 12.5% |"),
        "都有": workbook(many),
        **{str(seed): random_books.workbook(seed) for seed in range(20_000, 20_000 + drawn(2, 4))},
    }
    ours = []
    for name, data in books.items():
        ours.append(folder / f"{name}.xlsx")
        ours[-1].write_bytes(pipeline.write_scored(outcome(data)))
    theirs = libreoffice.recalculated(ours, folder / "theirs")
    return {one.stem: (one, other) for one, other in zip(ours, theirs, strict=True)}


def test_libreoffice_finds_every_figure_of_the_sheet(
    compared: dict[str, tuple[Path, Path]],
) -> None:
    for name, (ours, theirs) in compared.items():
        assert libreoffice.disagreements(ours, theirs) == [], name


@pytest.mark.usefixtures("office")
def test_a_changed_mark_moves_matrix_and_verdicts(
    compared: dict[str, tuple[Path, Path]], tmp_path: Path
) -> None:
    ours = compared["高新区考核办2023"][0]
    steps = [
        {"do": "unprotect", "sheet": "评分_会计"},
        {"do": "set", "sheet": "评分_会计", "cell": "H5", "value": 0},
    ]
    held = libreoffice.cells(libreoffice.edited(ours, tmp_path / "改.xlsx", steps))
    words = [str(value) for value in held[COMPARISON_SHEET].values()]
    assert words.count("不雷同") == 1  # 会计 is not uniform any more
    gist = (
        "各指标的极差最大 100.0 个百分点（A1.1），平均 4.2 个百分点；离群的得分 5 处；"
        "雷同的评分 4 处；打分偏宽的 0 人、偏严的 0 人。"
    )
    assert gist in words
    assert gist in map(str, held["汇总"].values())
