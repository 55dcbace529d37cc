"""指标性质, 年度指标值 and 实际完成值 as people really type them: read alike and told, or stopped.

Every case is typed into one indicator that is scored 按比例. What is accepted gives the score that
the plain numbers give; what is not stops at its cell with its code.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from tests import documents, plain_workbook
from xlkpi.checks.typed_values import differs
from xlkpi.domain.cells import State, Text, Value
from xlkpi.domain.findings import Severity
from xlkpi.domain.location import CellRef
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents

BASE = documents.sample(documents.RECIPES / "基本示例.md")
ROW = 6
COLUMNS = {"性质": "E", "指标值": "F", "单位": "G", "完成值": "H", "评分方式": "I"}


def typed(**cells: str) -> Outcome:
    """The outcome with these things typed into the indicator's row, as `documents` writes them."""
    steps = [("写", "三级指标", f"{COLUMNS[name]}{ROW}", held) for name, held in cells.items()]
    return score_documents([Document("甲.xlsx", plain_workbook.followed(BASE, steps))])[0]


def told(made: Outcome) -> set[tuple[str, str]]:
    """(code, header) of what was said about the row, 待补 aside."""
    headers = {column: name for name, column in COLUMNS.items()}
    return {
        (each.code, headers[each.place.cell[0]])
        for each in made.findings
        if each.place.sheet == "三级指标" and each.place.cell[0] in headers
    }


def stops(made: Outcome) -> dict[tuple[str, str], str]:
    """The same of errors, with their remedies."""
    headers = {column: name for name, column in COLUMNS.items()}
    return {
        (each.code, headers[each.place.cell[0]]): each.remedy
        for each in made.findings
        if each.severity is Severity.ERROR
    }


def read(made: Outcome) -> tuple[Decimal | None, Decimal | None, str | None]:
    indicator = next(each for each in made.filled.indicators if each.key == "a1.2")
    return indicator.target.value, indicator.actual.value, indicator.nature.value


@pytest.mark.parametrize("sign", ["≥", "≧", ">=", "＞＝", "不低于", "不少于", "大于等于", " ≥ "])
def test_at_least_in_every_spelling(sign: str) -> None:
    made = typed(性质=sign)
    assert made.scored
    assert read(made) == (8, 7, "≥")


@pytest.mark.parametrize("sign", ["≤", "≦", "<=", "＜＝", "不高于", "不超过", "小于等于"])
def test_at_most_in_every_spelling(sign: str) -> None:
    made = typed(性质=sign)
    assert made.scored
    assert read(made) == (8, 7, "≤")


@pytest.mark.parametrize("sign", ["正向", "反向", "≥≤", "约", "^"])
def test_what_is_no_direction_stops(sign: str) -> None:
    assert set(stops(typed(性质=sign))) == {("X604", "性质")}


ALIKE: list[tuple[dict[str, str], tuple[str, str]]] = [
    ({"指标值": "≥8场"}, ("8", "7")),
    ({"指标值": "≥ 8 场", "完成值": "7场"}, ("8", "7")),
    ({"指标值": "＞＝８场", "完成值": "７ 场"}, ("8", "7")),
    ({"指标值": ">=1,200场", "完成值": "1,100"}, ("1200", "1100")),
    ({"指标值": "8", "完成值": " 7 "}, ("8", "7")),
    ({"指标值": "≥8场", "单位": "空", "完成值": "数 7"}, ("8", "7")),
    ({"指标值": "数 8", "单位": "空", "完成值": "7场"}, ("8", "7")),
    ({"指标值": "≥9万元", "单位": "空", "完成值": "7.5万元"}, ("9", "7.5")),
    ({"指标值": "≥9万元", "单位": "万元", "完成值": "数 7.5"}, ("9", "7.5")),
    ({"指标值": "≥500㎡", "单位": "m2", "完成值": "数 400"}, ("500", "400")),
    ({"指标值": ">=95%", "单位": "%", "完成值": "数 90"}, ("95", "90")),
    ({"指标值": ">=95%", "单位": "百分率", "完成值": "百分比 0.9"}, ("95", "90")),
    ({"指标值": "95％", "单位": "％", "完成值": "90%"}, ("95", "90")),
    ({"指标值": "百分比 0.951", "单位": "%", "完成值": "百分比 0.9"}, ("95.1", "90")),
    ({"指标值": "数 95.1", "单位": "%", "完成值": "数 0"}, ("95.1", "0")),
    ({"指标值": "≥95%", "单位": "空", "完成值": "90%"}, ("95", "90")),
    ({"指标值": "≥95%", "单位": "空", "完成值": "百分比 0.9"}, ("95", "90")),
    ({"指标值": "≥95%", "单位": "空", "完成值": "数 90"}, ("95", "90")),
    ({"指标值": "百分比 0.95", "单位": "空", "完成值": "数 90"}, ("95", "90")),
    ({"指标值": "≥0.5%", "单位": "%", "完成值": "0.4%"}, ("0.5", "0.4")),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "numbers"), ALIKE, ids=lambda held: str(held))
def test_what_is_read_is_told_and_scores_as_the_plain_numbers_do(
    cells: dict[str, str], numbers: tuple[str, str]
) -> None:
    made = typed(**cells)
    assert not stops(made)
    assert made.scored
    target, actual = Decimal(numbers[0]), Decimal(numbers[1])
    assert read(made) == (target, actual, "≥")
    work = next(work for work in made.scored.indicator_scores if work.indicator.key == "a1.2")
    assert work.exact == 20 * work.exact.__class__(actual) / work.exact.__class__(target)
    changed = {
        name for name, held in cells.items()
        if name in ("指标值", "完成值") and not held.startswith("数 ")
    }  # fmt: skip
    assert {("X507", name) for name in changed} <= told(made)


def test_the_direction_is_taken_from_the_target_where_it_is_not_given() -> None:
    made = typed(性质="空", 指标值="≤8场")
    assert read(made)[2] == "≤"
    assert ("X616", "性质") in told(made)
    assert made.scored


def test_an_operator_against_the_direction_stops() -> None:
    assert set(stops(typed(性质="≥", 指标值="≤8场"))) == {("X612", "指标值")}
    assert set(stops(typed(性质="定性", 指标值="≥8场"))) == {("X612", "指标值")}


STOPS: list[tuple[dict[str, str], tuple[str, str]]] = [
    ({"指标值": "数 95.1", "单位": "%", "完成值": "数 0.951"}, ("X606", "完成值")),
    ({"指标值": "数 0.95", "单位": "%", "完成值": "数 96"}, ("X606", "指标值")),
    ({"指标值": "数 95", "单位": "%", "完成值": "0.951"}, ("X606", "完成值")),
    ({"指标值": "数 95", "单位": "百分率", "完成值": "数 0.951"}, ("X606", "完成值")),
    ({"指标值": "数 95", "单位": "%", "完成值": "数 1"}, ("X606", "完成值")),
    ({"指标值": "≥95%", "单位": "空", "完成值": "数 0.96"}, ("X606", "完成值")),
    ({"指标值": "数 95", "单位": "空", "完成值": "96%"}, ("X506", "完成值")),
    ({"指标值": "95%", "单位": "场"}, ("X506", "指标值")),
    ({"指标值": "≥8场", "单位": "%"}, ("X512", "指标值")),
    ({"指标值": "≥8个"}, ("X512", "指标值")),
    ({"单位": "万元", "完成值": "70000元"}, ("X512", "完成值")),
    ({"指标值": "≥9万元", "单位": "空", "完成值": "75000元"}, ("X607", "完成值")),
    ({"指标值": "≥3万人", "单位": "空", "完成值": "数 28000"}, ("X607", "完成值")),
    ({"指标值": "数 30000", "单位": "空", "完成值": "2.8万人"}, ("X607", "完成值")),
    ({"指标值": "≥8个", "单位": "空", "完成值": "7场"}, ("X607", "完成值")),
    ({"完成值": "约7"}, ("X505", "完成值")),
    ({"完成值": "7-8"}, ("X505", "完成值")),
    ({"完成值": "7-8", "单位": "空"}, ("X505", "完成值")),
    ({"完成值": "7/8", "单位": "空"}, ("X505", "完成值")),
    ({"完成值": "7场以上"}, ("X613", "完成值")),
    ({"完成值": "7场以上", "单位": "空"}, ("X613", "完成值")),
    ({"完成值": "7左右", "单位": "空"}, ("X505", "完成值")),
    ({"完成值": "7多场", "单位": "空"}, ("X505", "完成值")),
    ({"完成值": "7场半", "单位": "空"}, ("X505", "完成值")),
    ({"完成值": "9成", "单位": "空"}, ("X505", "完成值")),
    ({"完成值": "2023年12月", "单位": "空"}, ("X505", "完成值")),
    ({"完成值": "100%以上", "单位": "空"}, ("X506", "完成值")),
    ({"完成值": "7万多", "单位": "空"}, ("X505", "完成值")),
    ({"指标值": "八场"}, ("X505", "指标值")),
    ({"指标值": "≥"}, ("X505", "指标值")),
    ({"指标值": "全部完成"}, ("X671", "指标值")),
    *(({"完成值": held}, ("X608", "完成值")) for held in ("—", "——", "-", "/", "／", "无", "暂无", "N/A", "不适用")),
    ({"指标值": "—"}, ("X608", "指标值")),
    ({"完成值": "空"}, ("X602", "完成值")),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "expected"), STOPS, ids=lambda held: str(held))
def test_what_may_be_read_in_two_ways_stops_at_its_cell(
    cells: dict[str, str], expected: tuple[str, str]
) -> None:
    assert set(stops(typed(**cells))) == {expected}


@pytest.mark.parametrize("held", ["—", "/", "空"])
def test_without_a_number_the_remedy_names_both_ways_out(held: str) -> None:
    (remedy,) = stops(typed(完成值=held)).values()
    assert "填 0" in remedy
    assert "不适用" in remedy


@pytest.mark.parametrize("held", ["约7", "7场左右", "大约完成7场"])
def test_the_number_that_was_meant_is_proposed(held: str) -> None:
    (remedy,) = stops(typed(完成值=held)).values()
    assert "例如 7；" in remedy


@pytest.mark.parametrize(
    ("cells", "accepted"),
    [
        ({"指标值": "数 260", "单位": "米", "完成值": "≥266米"}, True),
        ({"指标值": "≥260米", "单位": "米", "完成值": "不少于260"}, True),
        ({"指标值": "数 260", "单位": "米", "完成值": "=250米"}, True),
        ({"指标值": "数 270", "单位": "米", "完成值": "≥266米"}, False),
        ({"指标值": "数 260", "单位": "米", "完成值": "≤266米"}, False),
        ({"性质": "≤", "指标值": "数 270", "单位": "米", "完成值": "≤266米"}, True),
        ({"性质": "≤", "指标值": "数 270", "单位": "米", "完成值": "≥266米"}, False),
        ({"性质": "=", "指标值": "数 260", "单位": "米", "完成值": "≥266米"}, False),
    ],
)
def test_at_least_so_much_is_enough_where_so_much_is(cells: dict[str, str], accepted: bool) -> None:
    made = typed(**cells)
    assert bool(made.scored) is accepted
    assert set(stops(made)) == (set() if accepted else {("X613", "完成值")})


def test_words_are_welcome_where_scorers_judge() -> None:
    made = typed(评分方式="评分人打分", 指标值="≥8场以上", 完成值="—")
    assert not told(made)


@pytest.mark.parametrize(
    ("typed", "rate", "differ"),
    [
        ("96.5%", "96.53", False),
        ("96.53", "96.5333", False),
        ("96.54%", "96.53", True),
        ("97%", "96.53", True),
        ("100%", "100", False),
        ("已完成", "96.53", False),
    ],
)
def test_a_typed_rate_is_held_against_the_computed_one_as_far_as_it_was_rounded(
    typed: str, rate: str, differ: bool
) -> None:
    held: Text = Value(CellRef("三级指标", 4, 7), State.GOOD, typed, typed)
    assert differs(held, Fraction(rate)) == differ
