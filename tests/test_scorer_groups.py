"""评分组, 去极值个数 and rows without points: the law, the laws of combining, and what people see of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import documents, libreoffice
from tests.counts import drawn
from xlkpi import pipeline
from xlkpi.audit import diff, explain, reference
from xlkpi.audit.crosscheck import find_disagreements
from xlkpi.domain import schema
from xlkpi.domain.findings import OF_MARKS
from xlkpi.domain.results import Outcome
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.exchange import markdown, template_contents
from xlkpi.exchange import new as blanks
from xlkpi.pipeline import Document, score_documents
from xlkpi.scoring import aggregate
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

MANY = settings(max_examples=drawn(60, 2000), deadline=None)
BASE = markdown.parse((documents.RECIPES / "基本示例.md").read_text(encoding="utf-8"))
CODES = ("A1.1", "C1.1")
"""What the scorers of the base mark, out of 30 points each."""

Cell = str | Decimal
Line = tuple[str, Cell, Sequence[Cell]]
"""评分组, 组权重, and a mark for each of CODES; a text is a remark."""


def book(
    lines: Sequence[Line], sheets: Mapping[str, Sequence[Fields]] | None = None, **more: Cell
) -> Contents:
    """The base with these scorers; `more` are parameters."""
    members, ballots = [], []
    for at, (group, weight, marks) in enumerate(lines):
        name = f"评委{at + 1}"
        row: dict[str, Cell] = {
            "姓名": name,
            "评分组": group,
            "组权重": weight,
            "评分权重": Decimal(1),
        }
        members.append({k: v for k, v in row.items() if v != ""})
        given = zip(CODES, marks, strict=True)
        ballots.append((name, tuple(
            {"编号": code, "评分说明" if isinstance(held, str) else "得分": held} for code, held in given
        )))  # fmt: skip
    settings_ = {str(row["参数"]): row["值"] for row in BASE.sheets["参数"]} | more
    made: dict[str, tuple[Fields, ...]] = {
        **BASE.sheets,
        "评价工作组": tuple(members),
        "参数": tuple({"参数": name, "值": value} for name, value in settings_.items()),
        **{name: tuple(rows) for name, rows in (sheets or {}).items()},
    }
    return BASE._replace(sheets=made, ballots=tuple(ballots))


def outcome(made: Contents) -> Outcome:
    return score_documents([Document("示例.xlsx", emit(blank(made)))])[0]


def scored(made: Contents) -> dict[str, Decimal]:
    """Every score of the third level, which the reference must find, too."""
    got = outcome(made)
    assert got.scored is not None, [each.message for each in got.findings]
    assert not list(find_disagreements(got))
    return {work.indicator.key: work.score for work in got.scored.indicator_scores}


def codes(made: Contents) -> list[str]:
    return told_codes(outcome(made))


def told_codes(got: Outcome) -> list[str]:
    """The codes about scorers and indicators, but for how marks compare."""
    found = {each.code for each in got.findings if each.code[1] in "23"}
    return sorted(found - set(OF_MARKS))


def plain(*marks: str) -> list[Cell]:
    return [mark if mark == "回避" else Decimal(mark) for mark in marks]


# groups


THREE: list[Line] = [
    ("领导", Decimal(40), plain("30", "24")),
    ("同级", Decimal(30), plain("20", "21")),
    ("同级", Decimal(30), plain("25", "24")),
    ("群众", Decimal(30), plain("10", "30")),
    ("群众", Decimal(30), plain("12", "27")),
    ("群众", Decimal(30), plain("14", "回避")),
]


def test_the_mean_of_each_group_then_the_groups_weights() -> None:
    """Leaders 40 %, peers 30 %, the public 30 %: 30×0.4 + 22.5×0.3 + 12×0.3 = 22.35."""
    made = scored(book(THREE))
    assert made["a1.1"] == Decimal("22.35")
    assert made["c1.1"] == Decimal("24.90")  # 24×0.4 + 22.5×0.3 + 28.5×0.3


def test_in_per_cent_of_points_too() -> None:
    lines: list[Line] = [
        ("甲组", Decimal(1), plain("80", "70")),
        ("乙组", Decimal(3), plain("60", "90")),
    ]
    assert scored(book(lines, 打分制="百分制"))["a1.1"] == Decimal("19.50")  # 65 of 100, out of 30


def test_a_group_that_stepped_aside_leaves_its_weight_to_the_others_and_is_told() -> None:
    lines = [
        (group, weight, [marks[0], "回避" if group == "领导" else marks[1]])
        for group, weight, marks in THREE
    ]
    got = outcome(book(lines))
    (told,) = [each for each in got.findings if each.code == "X234"]
    assert (told.place.cell, "领导" in told.message, "C1.1" in told.message) == ("A9", True, True)
    assert scored(book(lines))["c1.1"] == Decimal("25.50")  # (22.5 + 28.5) ÷ 2
    assert "领导 无人评分" in next(
        w.explanation for w in got.scored.indicator_scores if w.indicator.key == "c1.1"
    )  # type: ignore[union-attr]


def test_a_group_that_was_absent_is_told_once() -> None:
    made = book(THREE[1:])
    gone: Fields = {"姓名": "局长", "评分组": "领导", "组权重": Decimal(40), "是否评分": "缺席"}
    made = made._replace(sheets={**made.sheets, "评价工作组": (gone, *made.sheets["评价工作组"])})
    assert codes(made) == ["X235"]
    assert scored(made)["a1.1"] == Decimal("17.25")


@pytest.mark.parametrize("weight", ["", Decimal(5)])
def test_one_group_is_the_same_as_none(weight: Cell) -> None:
    one = book([("领导", weight, marks) for _, _, marks in THREE])
    none = book([("", "", marks) for _, _, marks in THREE])
    assert scored(one) == scored(none)
    assert codes(one) == []


def test_the_weight_may_stand_on_the_first_row_of_a_group_alone() -> None:
    seen: set[str] = set()
    lines: list[Line] = []
    for group, weight, marks in THREE:
        lines.append((group, "" if group in seen else weight, marks))
        seen.add(group)
    assert scored(book(lines)) == scored(book(THREE))


def test_a_group_is_the_same_in_another_spelling_and_that_is_told() -> None:
    lines = [
        (group if at != 2 else "Ａ 组", weight, marks)
        for at, (group, weight, marks) in enumerate(THREE)
    ]
    lines = [("A组" if group == "同级" else group, weight, marks) for group, weight, marks in lines]
    got = outcome(book(lines))
    assert [each.place.cell for each in got.findings if each.code == "X507"] == ["D7"]
    assert scored(book(lines)) == scored(book(THREE))


def test_each_way_is_applied_inside_the_groups() -> None:
    """去极值最少人数 counts inside the group: the larger one is trimmed, the smaller is not."""
    large = [("群众", Decimal(1), plain(m, "20")) for m in ("1", "10", "11", "12", "30")]
    small = [("领导", Decimal(1), plain(m, "20")) for m in ("3", "30")]
    made = book([*large, *small], 综合方法="去掉最高最低", 去极值最少人数=Decimal(5))
    assert scored(made)["a1.1"] == Decimal("13.75")  # (11 + 16.5) ÷ 2
    made = book([*large, *small], 综合方法="中位数")
    assert scored(made)["a1.1"] == Decimal("13.75")


mark_ = st.decimals(0, 30, places=2)
panel_ = st.lists(st.lists(mark_, min_size=1, max_size=4), min_size=2, max_size=4)
weight_ = st.decimals("0.01", 90, places=2)


def joined(
    panel: Sequence[Sequence[Decimal]], weights: Sequence[Decimal], way_: aggregate.Aggregation
) -> Fraction:
    """The engine's combination of groups of marks."""
    rows = [aggregate.Row(n, mark, Decimal(1)) for n, marks in enumerate(panel) for mark in marks]
    found = aggregate.mark_stats(rows)
    means = [way_.combine(found[n], aggregate.Trim(3)) for n in range(len(panel))]
    return aggregate.combine_groups(list(zip(map(Fraction, weights), means, strict=True)))


@given(
    panel_, st.data(), st.sampled_from(aggregate.AGGREGATIONS), st.randoms(use_true_random=False)
)
@MANY
def test_neither_the_order_nor_the_scale_of_groups_matters(
    panel: list[list[Decimal]], data: st.DataObject, way_: aggregate.Aggregation, rng: Random
) -> None:
    weights = [data.draw(weight_) for _ in panel]
    once = joined(panel, weights, way_)
    mixed = rng.sample([*zip(panel, weights, strict=True)], len(panel))
    other = [rng.sample(marks, len(marks)) for marks, _ in mixed]
    assert joined(other, [weight * 7 for _, weight in mixed], way_) == once
    means = [joined([marks], [Decimal(1)], way_) for marks in panel]
    assert min(means) <= once <= max(means)


@given(st.lists(mark_, min_size=2, max_size=6), st.data(), st.sampled_from(aggregate.AGGREGATIONS))
@MANY
def test_a_group_of_one_is_its_mark(
    marks: list[Decimal], data: st.DataObject, way_: aggregate.Aggregation
) -> None:
    weights = [data.draw(weight_) for _ in marks]
    exact = reference.weighted_mean([Fraction(m) for m in marks], [Fraction(w) for w in weights])
    assert joined([[mark] for mark in marks], weights, way_) == exact


@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(mark_, min_size=n, max_size=n), min_size=2, max_size=4)))  # fmt: skip
@MANY
def test_equal_sizes_and_equal_weights_are_the_plain_mean(panel: list[list[Decimal]]) -> None:
    everyone = [Fraction(mark) for marks in panel for mark in marks]
    made = joined(panel, [Decimal(3)] * len(panel), aggregate.BY_NAME["算术平均"])
    assert made == sum(everyone) / len(everyone)


def test_rows_in_any_order_give_the_same_scores() -> None:
    rng = Random(5)
    once = scored(book(THREE))
    for _ in range(3):
        assert scored(book(rng.sample(THREE, len(THREE)))) == once


# the errors that no sample shows


def test_a_weight_is_asked_for_once_where_all_are_missing() -> None:
    got = outcome(book([(group, "", marks) for group, _, marks in THREE]))
    (told,) = [each for each in got.findings if each.code == "X231"]
    assert "领导、同级、群众" in told.message


def test_an_absent_member_may_tell_the_weight_and_needs_no_group() -> None:
    made = book(
        [(group, "" if group == "领导" else weight, marks) for group, weight, marks in THREE]
    )
    others: tuple[Fields, ...] = (
        {"姓名": "副局长", "评分组": "领导", "组权重": Decimal(40), "是否评分": "缺席"},
        {"姓名": "联络员", "是否评分": "否"},
    )
    made = made._replace(
        sheets={**made.sheets, "评价工作组": (*made.sheets["评价工作组"], *others)}
    )
    assert codes(made) == []
    assert scored(made) == scored(book(THREE))


def test_a_group_whose_members_do_not_score_is_told_when_it_weighs_something() -> None:
    made = book(THREE)
    for weight, expected in (("", []), (Decimal(10), ["X235"])):
        row: dict[str, Cell] = {
            "姓名": "联络员",
            "评分组": "秘书",
            "组权重": weight,
            "是否评分": "否",
        }
        held = {k: v for k, v in row.items() if v != ""}
        sheets = {**made.sheets, "评价工作组": (*made.sheets["评价工作组"], held)}
        assert codes(made._replace(sheets=sheets)) == expected


def test_a_new_workbook_of_last_years_keeps_its_groups() -> None:
    """Without them the same marks would come to another score."""
    made = book(
        [(group, "" if at else weight, marks) for at, (group, weight, marks) in enumerate(THREE)]
    )
    scorers = blanks._members(made)
    told = blanks.prepare(made, "某局（示例）", "2024", scorers).sheets["评价工作组"]
    assert [row.get("评分组") for row in told] == [group for group, _, _ in THREE]
    assert told[0]["组权重"] == Decimal(40)
    assert "组权重" not in told[1]


# what people see


def test_words_and_the_way_of_a_figure_name_groups_means_and_weights() -> None:
    told = explain.explain_indicator(outcome(book(THREE)), "A1.1")
    assert "群众：3 人评分，算术平均，组得分 12，组权重 30（评价工作组!G8）" in told
    assert "代入：((30)÷1×40+(20+25)÷2×30+(10+12+14)÷3×30)÷(40+30+30) = 22.35" in told


def test_a_result_is_itself_again_and_a_changed_group_is_a_difference() -> None:
    got = outcome(book(THREE))
    data = pipeline.write_scored(got)
    again = score_documents([Document("结果.xlsx", data)])[0]
    assert again.filled is not None and got.filled is not None
    assert [m.group.value for m in again.filled.members] == [
        m.group.value for m in got.filled.members
    ]
    assert documents.verified(data, "结果.xlsx").status == "same"
    other = outcome(book([("群众", Decimal(30), THREE[0][2]), *THREE[1:]]))
    places = [str(each.old_place) for each in diff.find_changes(got, other)]
    assert "评价工作组!D5" in places


# 去极值个数


@given(st.lists(mark_, min_size=1, max_size=12), st.integers(3, 9), st.integers(1, 5))
@MANY
def test_so_many_marks_go_at_either_end(marks: list[Decimal], least: int, each: int) -> None:
    rows = [aggregate.Row(0, mark, Decimal(1)) for mark in marks]
    made = aggregate.BY_NAME["去掉最高最低"].combine(
        aggregate.mark_stats(rows)[0], aggregate.Trim(least, each)
    )
    kept = sorted(marks)
    if len(marks) >= least and len(marks) > 2 * each:
        kept = kept[each:-each]
    assert made == sum(map(Fraction, kept)) / len(kept)


def test_two_highest_and_two_lowest_are_dropped() -> None:
    lines: list[Line] = [("", "", plain(m, "20")) for m in ("1", "2", "10", "11", "12", "29", "30")]
    made = book(lines, 综合方法="去掉最高最低", 去极值最少人数=Decimal(7), 去极值个数=Decimal(2))
    assert scored(made)["a1.1"] == Decimal("11.00")
    words = next(w.explanation for w in outcome(made).scored.indicator_scores if w.given)  # type: ignore[union-attr]
    assert words == "7 人评分，去掉 2 个最高分和 2 个最低分，其余 3 人平均"


def test_the_formula_of_one_at_each_end_is_what_it_was() -> None:
    assert aggregate.BY_NAME["去掉最高最低"].formula() == (
        "IF(COUNT({得分})>={去极值最少人数},"
        "(SUM({得分})-MAX({得分})-MIN({得分}))/(COUNT({得分})-2),AVERAGE({得分}))"
    )


def test_too_many_matter_only_where_marks_are_trimmed() -> None:
    lines: list[Line] = [("", "", plain("20", "20"))] * 3
    three = Decimal(3)
    assert codes(book(lines, 去极值个数=three)) == []
    assert codes(book(lines, 综合方法="去掉最高最低", 去极值个数=three)) == ["X238"]
    assert (
        codes(book(lines, 综合方法="去掉最高最低", 去极值个数=three, 去极值最少人数=Decimal(7)))
        == []
    )


# rows without points


@pytest.mark.parametrize(
    ("name", "points", "expected"),
    [
        ("其中：财政拨款", "", "X318"),
        ("其中:自筹", "—", "X318"),
        ("其中，上年结转", "-", "X318"),
        ("　其 中：空格", "/", "X318"),
        ("1.其中：一", "——", "X318"),
        ("（1）其中：一", "－", "X318"),
        ("①其中 一", "无", "X318"),
        ("— 其中：一", "不计分", "X318"),
        ("【其中】一", "0", "X318"),
        ("其中：一", "0.00", "X318"),
        ("其中：一", "5", ""),
        ("其中：一", "5分", ""),
        ("重点工作，其中：一", "", ""),
        ("重点工作", "", ""),
        ("重点工作", "—", ""),
        ("", "", ""),
    ],
)
def test_what_makes_a_row_without_points(name: str, points: str, expected: str) -> None:
    assert schema.of_which_code(name, "A1.1", "A1", "", points) == expected


def test_without_any_code_a_name_alone_is_a_remark_and_an_indicator_is_not() -> None:
    assert schema.of_which_code("按季度填报", "", "", "", "") == "X319"
    assert schema.of_which_code("按季度填报", "", "A1", "", "") == ""
    assert schema.of_which_code("按季度填报", "", "", "按比例", "") == ""
    assert schema.of_which_code("按季度填报", "", "", "", "0") == ""


def aside(code: str = "") -> Contents:
    lines: list[Line] = [("", "", plain("20", "20"))] * 2
    third = list(BASE.sheets["三级指标"])
    row: dict[str, Cell] = {
        "三级指标": "其中：重点项目",
        "分值": "—",
        "实际完成值": Decimal(7),
        "评分标准": "见附件",
    }
    third.insert(1, {**row, "编号": code, "二级编号": "A1"} if code else row)
    return book(lines, {"三级指标": third})


@pytest.mark.parametrize("code", ["", "A1.1-1", "A1.1"])
def test_a_row_without_points_is_kept_listed_and_not_scored(code: str) -> None:
    got = outcome(aside(code))
    assert [
        (each.code, each.place.cell)
        for each in got.findings
        if each.code[1] in "123" and each.code not in OF_MARKS
    ] == [("X318", "C6")]
    assert scored(aside(code)) == scored(book([("", "", plain("20", "20"))] * 2))
    again = score_documents([Document("结果.xlsx", pipeline.write_scored(got))])[0]
    assert again.filled is not None
    grid = again.filled.tables["三级指标"].grid
    assert [grid.raw(5, at) for at in (2, 3, 7)] == ["其中：重点项目", "—", 7]
    assert sum(line.cells for line in got.filled.cell_counts) == sum(
        sum(line.kinds) for line in got.filled.cell_counts
    )  # type: ignore[union-attr]


def test_a_ballot_may_name_it_and_not_mark_it() -> None:
    made = aside("A1.1-1")
    name, rows = made.ballots[0]
    for held, expected in (("回避", ["X318"]), (Decimal(3), ["X318", "X320"])):
        row: Fields = {"编号": "A1.1-1", "评分说明" if isinstance(held, str) else "得分": held}
        data = emit(blank(made._replace(ballots=((name, rows), made.ballots[1]))))
        sheet = f"评分_{name}"
        step = (
            ("写", sheet, "A10", "A1.1-1"),
            (
                "写",
                sheet,
                "I10" if "评分说明" in row else "H10",
                "回避" if isinstance(held, str) else "数 3",
            ),
        )
        got = score_documents([Document("示例.xlsx", documents.mishandled(data, step))])[0]
        assert told_codes(got) == expected


def test_a_blank_has_no_ballot_row_for_it_and_does_not_call_it_broken() -> None:
    made = blank(aside("A1.1-1"))
    ballot = next(sheet for sheet in made.sheets if sheet.name.startswith("评分_"))
    assert "A1.1-1" not in [cell.value for cell in ballot.cells.values()]
    third = next(sheet for sheet in made.sheets if sheet.name == "三级指标")
    assert third.cells[5, len(schema.TIER3.shown(()))].value == "○ 不计分"


def test_it_stays_when_a_workbook_becomes_a_template() -> None:
    got = outcome(aside("A1.1-1")).filled
    assert got is not None
    rows = template_contents.contents(got, "").sheets["三级指标"]
    assert [row.get("三级指标") for row in rows][1] == "其中：重点项目"


def test_diff_tells_a_change_in_it() -> None:
    one, other = aside("A1.1-1"), aside("A1.1-1")
    rows = [
        {**row, "评分标准": "改了"} if row.get("分值") == "—" else row
        for row in other.sheets["三级指标"]
    ]
    other = other._replace(sheets={**other.sheets, "三级指标": tuple(rows)})
    told = diff.find_changes(outcome(one), outcome(other))
    assert [(str(each.new_place), each.new) for each in told] == [("三级指标!K6", "改了")]


@pytest.mark.usefixtures("office")
def test_libreoffice_finds_the_same_in_a_blank_and_in_results(tmp_path: Path) -> None:
    """A blank with rows 其中, and results with groups, in which one stepped aside or was trimmed."""
    away = [(group, w, [m[0], "回避" if group == "领导" else m[1]]) for group, w, m in THREE]
    large = [("群众", "60%", plain(m, "20")) for m in ("1", "2", "10", "11", "12.5", "29", "30")]
    trimmed_ = {"综合方法": "去掉最高最低", "去极值最少人数": Decimal(5), "去极值个数": Decimal(2)}
    made = {
        "空白": emit(blank(aside("A1.1-1"))),
        "回避": pipeline.write_scored(outcome(book(away, 打分制="百分制"))),
        "加权": pipeline.write_scored(outcome(book(THREE, 综合方法="加权平均"))),
        "去极值": pipeline.write_scored(
            outcome(book([*large, ("领导", "40%", plain("7", "回避"))], **trimmed_))
        ),
    }
    paths = [tmp_path / f"{name}.xlsx" for name in made]
    for path, data in zip(paths, made.values(), strict=True):
        path.write_bytes(data)
    for path, theirs in zip(
        paths, libreoffice.recalculated(paths, tmp_path / "theirs"), strict=True
    ):
        assert libreoffice.disagreements(path, theirs) == [], path.stem
