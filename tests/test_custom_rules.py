"""评分规则, 满意度调查 and 加减分 as clumsy clerks fill them: no figure moves in silence.

Everything is done to the sample that uses all of them.
"""

from __future__ import annotations

import io

import openpyxl
import pytest

from tests import documents, plain_workbook
from tests.documents import Step
from xlkpi.domain.findings import Severity
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents

TEXT = (documents.SAMPLES / "示例局2023_各种计分.md").read_text(encoding="utf-8")
BASE = documents.book(TEXT)


def outcome(data: bytes) -> Outcome:
    return score_documents([Document("甲.xlsx", data)])[0]


def done(*steps: Step) -> Outcome:
    return outcome(plain_workbook.followed(BASE, steps))


def rewritten(old: str, new: str) -> Outcome:
    assert old in TEXT
    return outcome(documents.book(TEXT.replace(old, new)))


def figures(made: Outcome) -> object:
    assert made.scored, [each.message for each in made.findings if each.severity is Severity.ERROR]
    scores = {work.indicator.key: work.score for work in made.scored.indicator_scores}
    return made.scored.total, made.scored.grade.name.value, scores


RIGHT = figures(outcome(BASE))


def stops(made: Outcome) -> dict[tuple[str, str], str]:
    """(code, place) of the errors and warnings, with their remedies."""
    loud = [each for each in made.findings if each.severity is not Severity.NOTE]
    return {(each.code, str(each.place)): each.remedy for each in loud}


R, S, X, T = "评分规则", "满意度调查", "加减分", "三级指标"


@pytest.mark.parametrize(
    "step",
    [
        ("写", R, "E6", "0.8"), ("写", R, "E6", "数 0.8"), ("写", R, "E6", "百分比 0.8"), ("写", R, "E6", "８０％"),
        ("写", R, "E6", " 80 % "), ("写", R, "E8", "数 0"), ("写", R, "C5", "95%"), ("写", R, "C5", "百分比 0.95"),
        ("写", R, "C5", "９５"), ("写", R, "C9", "数 95"), ("写", R, "C9", "百分比 0.95"), ("写", R, "C15", "数 150"),
        ("写", R, "D5", "空"), ("写", R, "D5", " 是 "), ("写", R, "J13", "1分"), ("写", R, "I13", "０.5"),
        ("写", R, "A6", " 合格率 分档"), ("写", R, "B6", " 分 档 "), ("插入", R, "7", ""), ("插入", R, "10", ""),
        ("写", T, "I8", "合格率 分档 "), ("写", T, "I14", "预算执行率：执行率分档"),
        ("写", T, "I14", " 预算执行率 ： 执行率 分档"), ("写", T, "I15", "不 适用"), ("写", T, "I19", " 满意度"),
        ("写", T, "J18", "达成"), ("写", T, "J9", "部分达成预期指标并具有一定效果"), ("写", T, "J9", "部分达成年度指标"),
        ("写", T, "J9", "部分达成并具有一定效果"), ("写", R, "C15", "百分比 1.5"),
        ("写", T, "O13", "0.5分"), ("写", T, "F19", "≥95%"), ("写", T, "F19", "百分比 0.95"), ("写", T, "F19", "95"),
        ("写", T, "E19", "空"), ("写", T, "G19", "空"),
        ("写", S, "E5", "121票"), ("写", S, "E5", "１２１"), ("写", S, "E5", "121 人"), ("写", S, "D5", "200份"),
        ("写", S, "H7", "0"), ("插入", S, "6", ""), ("写", X, "C5", "2分"), ("写", X, "C5", "２"), ("插入", X, "6", ""),
        ("写", X, "B7", " 否决 "), ("写", X, "C7", "数 0"), ("写", T, "H19", "91.94%"), ("写", T, "H19", "百分比 0.9194"),
    ],
    ids=str,
)  # fmt: skip
def test_what_says_the_same_scores_the_same(step: Step) -> None:
    made = done(step)
    assert figures(made) == RIGHT
    assert not stops(made)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (("写", R, "E6", "数 80"), f"X630 {R}!E6"),
        (("写", R, "E6", "80"), f"X630 {R}!E6"),
        (("写", R, "E6", "八成"), f"X505 {R}!E6"),
        (("写", R, "C6", "90%以上"), f"X505 {R}!C6"),
        (("写", R, "C6", "≥90"), f"X505 {R}!C6"),
        (("写", R, "C9", "0.95"), f"X606 {R}!C9"),
        (("写", R, "C14", "数 1.3"), f"X630 {R}!C14"),
        (("写", R, "C14", "80%"), f"X630 {R}!C14"),
        (("写", R, "C14", "数 100"), f"X630 {R}!C14"),
        (("写", R, "H13", "5%"), f"X636 {R}!H13"),
        (("写", R, "F13", "百分比 1"), f"X636 {R}!F13"),
        (("写", R, "E13", "80%"), f"X637 {R}!E13"),
        (("写", R, "D6", "不含"), f"X510 {R}!D6"),
        (("写", R, "B6", "分级"), f"X510 {R}!B6"),
        (("写", R, "B6", "空"), f"X630 {R}!B6"),
        (("写", R, "A6", "空"), f"X630 {R}!A6"),
        (("写", R, "H13", "五"), f"X505 {R}!H13"),
        (("写", R, "G13", "空"), f"X630 {R}!G13"),
        (("写", R, "F13", "空"), f"X630 {R}!F13"),
        (("写", R, "E6", "错误 #N/A"), f"X501 {R}!E6"),
        (("写", R, "A6", "错误 #N/A"), f"X501 {R}!A6"),
        (("写", T, "I8", "合格率分挡"), f"X601 {T}!I8"),
        (("写", S, "E5", "约121"), f"X505 {S}!E5"),
        (("写", S, "E5", "63%"), f"X506 {S}!E5"),
        (("写", S, "H7", "空"), f"X644 {S}!H7"),
        (("写", S, "H7", "—"), f"X505 {S}!H7"),
        (("写", X, "C6", "数 -2"), f"X652 {X}!C6"),
        (("写", X, "C6", "-2分"), f"X652 {X}!C6"),
        (("写", X, "C6", "−2"), f"X505 {X}!C6"),
        (("写", X, "D7", "空"), f"X651 {X}!D7"),
        (("写", X, "E5", "空"), f"X651 {X}!E5"),
        (("写", X, "B6", "扣分"), f"X510 {X}!B6"),
        (("写", X, "D7", "降一级"), f"X510 {X}!D7"),
        (("写", T, "F19", "数 0.95"), f"X606 {T}!F19"),
        (("写", T, "F19", "空"), f"X603 {T}!F19"),
        (("写", T, "E19", "≤"), f"X604 {T}!E19"),
        (("写", T, "J9", "基本达成"), f"X510 {T}!J9"),
        (("写", T, "J9", "未达成"), "X615 评分_主任!H9, X615 评分_会计!H9"),
        (("写", "评分_主任", "H18", "数 7.99"), "X615 评分_主任!H18"),
        (("写", T, "H8", "无"), f"X608 {T}!H8"),
        (("写", T, "H8", "数 0.935"), f"X606 {T}!H8"),
    ],
    ids=str,
)
def test_what_may_mean_two_things_stops_at_its_cell(step: Step, expected: str) -> None:
    assert {" ".join(each) for each in stops(done(step))} == set(expected.split(", "))


def test_a_share_of_80_is_mended_with_a_per_cent_sign() -> None:
    (remedy,) = stops(done(("写", R, "E6", "数 80"))).values()
    assert "“80%”" in remedy


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [("数 1.3", "“130%”"), ("数 2", "“200%”"), ("80%", "大于 100"), ("100%", "含下限")],
)
def test_a_bound_that_is_no_over_completion_is_told_how_to_be_written(
    typed: str, remedy: str
) -> None:
    told = stops(done(("写", R, "C14", typed)))
    assert remedy in told["X630", f"{R}!C14"]


def test_every_over_completion_may_be_a_band_of_its_own() -> None:
    """“> 100 %” is one; “≥ 100 %” is the target reached, which has its full points."""
    made = done(("写", R, "C14", "100%"), ("写", R, "D14", "否"))
    assert figures(made) == RIGHT
    assert not stops(made)


def test_a_bound_in_per_cent_is_held_against_a_value_in_per_cent_whatever_the_unit_cell_says() -> (
    None
):
    """With no unit it goes by what was typed: 93.5% is in percentage points, 0.935 need not be."""
    bounds = [("写", R, "C5", "95%"), ("写", R, "C6", "90%"), ("写", R, "C7", "80%")]
    assert figures(done(("写", T, "G8", "空"), ("写", T, "H8", "93.5%"), *bounds)) == RIGHT
    told = stops(done(("写", T, "G8", "空"), ("写", T, "H8", "数 0.935"), *bounds))
    assert set(told) == {("X636", f"{R}!C{row}") for row in (5, 6, 7)}


def test_a_rule_may_serve_two_units_until_a_per_cent_tells_them_apart() -> None:
    shared = [("写", T, "I7", "合格率分档"), ("写", T, "H7", "数 95")]  # 次, beside A2.1's %
    assert done(*shared).scored
    told = stops(done(*shared, ("写", R, "C5", "95%")))
    assert set(told) == {("X636", f"{R}!C5")}


@pytest.mark.parametrize(
    ("typed", "read"), [("部分达成并具有一定效果", "部分达成"), ("部分达成预期指标", "部分达成")]
)
def test_a_phrase_of_the_official_form_is_listed_with_what_it_was_read_as(
    typed: str, read: str
) -> None:
    made = done(("写", T, "J9", typed))
    assert ("X507", f"{T}!J9", f"“{typed}”读作 {read}") in {
        (each.code, str(each.place), each.message) for each in made.findings
    }


def test_a_deduction_typed_as_a_negative_number_is_told_how_to_be_written() -> None:
    (remedy,) = stops(done(("写", X, "C6", "数 -2"))).values()
    assert "减分" in remedy


@pytest.mark.parametrize(
    "name", ["按比例", "按 比例", "满意度", "定性三档", "不适用", "评委打分", "预算执行率：甲"]
)
def test_a_rule_named_like_a_built_in_way_never_stands_in_for_it(name: str) -> None:
    rows = [("写", R, "A17", name), ("写", R, "B17", "分档"), ("写", R, "E17", "0%")]
    told = stops(done(*rows))
    assert {code for code, _ in told} <= {"X630", "X631"}
    assert {place for _, place in told} == {f"{R}!A17"}


def test_the_case_of_a_name_does_not_matter_and_its_spelling_is_kept() -> None:
    made = outcome(documents.book(TEXT.replace("| 合格率分档 |", "| Band Ａ |", 1).replace("| 合格率分档 |", "| BAND A |")))  # fmt: skip
    assert figures(made) == RIGHT


def test_two_rules_of_one_name_are_one_rule_or_none() -> None:
    """Two steps, or bands that say two things of one value, stop; more bands are more bands."""
    assert set(stops(rewritten("| 执行率分档 |", "| 合格率分档 |"))) >= {
        ("X630", f"{R}!C9"),
        ("X630", f"{R}!C11"),
    }
    twice = "| 逾期扣分 | 步长 | | | | 0 | 高于扣分 | 5 | 0.5 | 1 |\n"
    assert set(stops(rewritten(twice, twice * 2))) == {("X630", f"{R}!A14")}


def total_row(sheet: str, **cells: str) -> list[Step]:
    return [("写", sheet, column, held) for column, held in cells.items()]


def test_a_total_below_the_survey_is_compared_and_not_counted() -> None:
    right = total_row(S, A8="合计", D8="数 390", E8="数 223", F8="数 122", G8="数 22", H8="数 7")
    assert figures(done(*right)) == RIGHT
    assert not stops(done(*right))
    wrong = done(*right, ("写", S, "F8", "数 123"))
    assert set(stops(wrong)) == {("X311", f"{S}!F8")}


def test_a_survey_pasted_twice_is_told_and_counted_as_it_stands() -> None:
    row = "| D1.2 | 合作社负责人（示例） | 电话 | 40 | 22 | 15 | 2 | 0 |\n"
    made = rewritten(row, row * 2)
    assert set(stops(made)) == {("X640", f"{S}!A8")}
    assert made.scored


def test_an_extra_pasted_twice_is_told_and_counted_as_it_stands() -> None:
    row = "| 决算报送逾期（示例） | 减分 | 0.5 | | 示财通〔2024〕3号（示例） |\n"
    made = rewritten(row, row * 2)
    assert set(stops(made)) == {("X655", f"{X}!A7")}
    assert made.scored
    assert made.scored.adjustments.points == 1


@pytest.mark.parametrize(
    ("sheet", "header"), [(X, "B4"), (X, "A4"), (S, "A4"), (R, "B4"), (R, "A4")]
)
def test_a_header_that_was_lost_never_loses_what_stands_below(sheet: str, header: str) -> None:
    made = done(("写", sheet, header, "别的"))
    assert made.scored is None


@pytest.mark.parametrize("sheet", [R, S, X])
def test_a_sheet_under_another_name_is_not_left_out_in_silence(sheet: str) -> None:
    made = done(("改名", sheet, "", f"{sheet}（终稿）"))
    assert made.scored is None
    assert "X118" in {code for code, _ in stops(made)}


@pytest.mark.parametrize("sheet", [R, S, X])
def test_a_second_table_below_is_not_left_out_in_silence(sheet: str) -> None:
    page = openpyxl.load_workbook(io.BytesIO(BASE))[sheet]
    row = [
        ("写", sheet, f"{cell.column_letter}25", str(cell.value)) for cell in page[4] if cell.value
    ]
    assert set(stops(done(*row))) == {("X120", f"{sheet}!A25")}
