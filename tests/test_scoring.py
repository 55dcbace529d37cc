"""The scores: against a second implementation, by examples worked by hand, and by their laws."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import chain, pairwise
from random import Random

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import documents, random_books
from tests.counts import drawn
from xlkpi.audit import reference
from xlkpi.audit.crosscheck import find_disagreements
from xlkpi.domain.findings import errors
from xlkpi.domain.inputs import Filled
from xlkpi.domain.methods import BY_NAME, DIRECTIONS, NAMES, Case
from xlkpi.domain.numbers import half_up, round_score, rounded
from xlkpi.domain.results import Outcome, Scored
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.exchange import markdown
from xlkpi.pipeline import Document, score_documents
from xlkpi.scoring import aggregate
from xlkpi.scoring.score import score
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

BATCH = 25
BATCHES = drawn(5, 120)
LAWFUL = drawn(8, 300)
MANY = settings(max_examples=drawn(100, 5000))


def scored(data: bytes) -> Scored:
    """What comes of one workbook, which must be sound."""
    return _sound(score_documents([Document("随机.xlsx", data)]))[0]


def filled(seed: int) -> Filled:
    """The workbook of a seed as it is read."""
    read = score_documents([Document("随机.xlsx", random_books.workbook(seed))])[0].filled
    assert read is not None
    return read


def _sound(made: Sequence[Outcome]) -> list[Scored]:
    results = []
    for each in made:
        assert each.scored is not None, [f.message for f in errors(each.findings)]
        results.append(each.scored)
    return results


Figures = tuple[Decimal, str, list[dict[str, Decimal]]]


def figures(result: Scored) -> Figures:
    """Total, grade, and the scores of what applies in every tier by code, whatever their order."""
    tiers = [{each.tier.key: each.score for each in tier if each.applies} for tier in result.tiers]
    return result.total, str(result.grade.name.value), tiers


# a second implementation


def differences(seed: int, result: Scored) -> list[tuple[object, ...]]:
    """(seed, what, ours, the reference's) of every figure that differs."""
    contents = random_books.contents(seed)
    expected = reference.compute_verdict(contents.sheets, contents.ballots)
    total, grade, tiers = figures(result)
    found: list[tuple[object, ...]] = []
    if (total, grade) != (expected.total, expected.grade):
        found.append((seed, "total", total, grade, float(expected.total), expected.grade))
    for ours, theirs in zip(tiers, expected.tiers, strict=True):
        assert list(ours) == list(theirs), seed  # the same codes in the same order
        found += [(seed, c, ours[c], float(theirs[c])) for c in ours if ours[c] != theirs[c]]
    return found


def results(batch: int) -> list[tuple[int, Outcome, Scored]]:
    """(seed, what came of it) of a batch of random workbooks, scored as one frame."""
    seeds = range(batch * BATCH, (batch + 1) * BATCH)
    made = score_documents([Document(f"{s}.xlsx", random_books.workbook(s)) for s in seeds])
    return list(zip(seeds, made, _sound(made), strict=True))


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_figure_is_the_second_implementations(
    batch: int, record_property: Callable[[str, object], None]
) -> None:
    """To the last digit, and no score of any tier above its points, the review's too.

    The reference is given what was typed, and what was read of it.
    """
    made = results(batch)
    record_property("random workbooks, every figure the reference's too", len(made))
    assert [each for seed, _, result in made for each in differences(seed, result)] == []
    assert [(seed, each) for seed, outcome, _ in made for each in find_disagreements(outcome)] == []
    for _, _, result in made:
        assert 0 <= result.total <= 100
        reviewed = result.review.score_totals.tiers if result.review else ()
        for each in (*chain(*result.tiers), *chain(*reviewed)):
            assert 0 <= each.score <= each.applicable <= each.points
        for work in result.indicator_scores:
            points = work.indicator.points.value
            assert points is not None
            assert 0 <= work.exact <= points
            if work.exact == points:
                assert work.score == points


@pytest.mark.thorough
def test_the_random_workbooks_cover_what_they_are_for() -> None:
    """A generator that never recuses anybody proves nothing about recusals."""
    seen: dict[str, int] = {}
    for seed in range(BATCH * BATCHES):
        made = random_books.contents(seed)
        for trait in _settings(made) | _ways(made) | _marking(made) | _local(made):
            seen[trait] = seen.get(trait, 0) + 1
    wanted = {
        *aggregate.BY_NAME, "分值制", "百分制", "位数0", "位数1", "位数2", "位数3", "位数4", "反向线性", "反向比例",
        *NAMES, "否", "缺席", "回避", "去极值", "不足人数", "回避到不足人数",
        "分档", "步长", "超额完成", "直线", "偏离", "预算执行率:分档", "预算执行率:步长", "预算执行率:直线",
        "按一步", "步长按比例", "固定得分", "共用的规则", "空的下限", "不含下限",
        "带%的下限", "空的系数", "封底", "高于扣分", "低于扣分", "整步有零头", "达成", "部分达成", "未达成",
        "满意以上", "基本满意以上", "指数100-80-60-40", "几行调查", "核减分", "加分", "减分", "最低等级",
        "不得评为最高等级", "总分记零", "指标值带符号", "完成值带符号", "指标值带%", "完成值带%", "整个上级不适用", "复核与不适用",
        "复核与加减分", "评分组", "整组回避", "去极值个数", "没有分值的行",
    }  # fmt: skip
    assert {trait for trait in wanted if seen.get(trait, 0) < 3} == set(), seen


@pytest.mark.thorough
def test_some_random_workbooks_have_cells_shown_as_per_cent() -> None:
    """95.1% as Excel keeps it, in what is scored and in rules."""
    grids = [grid for seed in range(LAWFUL * 3) for grid in filled(seed).grids if grid.percents]
    assert {"三级指标", "评分规则"} <= {grid.name for grid in grids}


def _said(made: Contents, name: str, default: str) -> str:
    return {str(row["参数"]): str(row["值"]) for row in made.sheets["参数"]}.get(name, default)


def _third(made: Contents) -> list[Fields]:
    return [row for row in made.sheets["三级指标"] if row.get("编号")]


def _settings(made: Contents) -> set[str]:
    return {
        _said(made, "综合方法", "算术平均"),
        _said(made, "打分制", "分值制"),
        "位数" + _said(made, "小数位数", "2"),
        "反向" + _said(made, "反向公式", "线性"),
        *(str(row.get("是否评分", "是")) for row in made.sheets["评价工作组"]),
    }


def _ways(made: Contents) -> set[str]:
    """The methods, of rules the kind, and what is typed in the cells of an indicator."""
    kinds = {reference.normalise(str(row["规则"])): str(row["方式"]) for row in _rules(made)}
    called = [reference.normalise(str(row.get("评分方式", "评分人打分"))) for row in _third(made)]
    traits = {kinds.get(name, name) for name in called}
    for head, colon, tail in (name.partition(":") for name in called):
        traits |= {f"{head}:{kinds[tail]}"} if colon else set()
    traits |= {"共用的规则"} if any(called.count(name) > 1 for name in kinds) else set()
    traits |= {"核减分"} if any("核减分" in row for row in _third(made)) else set()
    for header, what in (("年度指标值", "指标值"), ("实际完成值", "完成值")):
        typed = [str(row.get(header, "")) for row in _third(made) if reference.find_method(row) not in reference.JUDGED]  # fmt: skip
        traits |= {f"{what}带%"} if any(text.endswith("%") for text in typed) else set()
        signed = any(text and text[0] in "≥≤><=＞＜＝不大小等" for text in typed)
        traits |= {f"{what}带符号"} if signed else set()
    return traits


def _rules(made: Contents) -> list[Fields]:
    return [row for row in made.sheets.get("评分规则", ()) if row]


def _marking(made: Contents) -> set[str]:
    """Who marked, who stepped aside, and how many were left."""
    traits: set[str] = set()
    way, few = _said(made, "综合方法", "算术平均"), int(_said(made, "去极值最少人数", "6"))
    codes: dict[str, list[Fields]] = {}
    for row in (row for _, rows in made.ballots for row in rows):
        codes.setdefault(str(row["编号"]), []).append(row)
    traits |= _grouping(made, codes)
    for rows in codes.values():
        left = sum("得分" in row for row in rows)
        traits |= {"回避"} if left < len(rows) else set()
        if way == "去掉最高最低":
            traits.add("去极值" if left >= few else "不足人数")
            traits |= {"回避到不足人数"} if left < few <= len(rows) else set()
    return traits


def _grouping(made: Contents, codes: dict[str, list[Fields]]) -> set[str]:
    """Groups, one that stepped aside as a whole, more marks dropped than one, rows without points."""
    groups = {
        str(row["姓名"]): str(row["评分组"]).strip()
        for row in made.sheets["评价工作组"]
        if "评分组" in row
    }
    traits = {"评分组"} if groups else set()
    owners = {id(row): name for name, rows in made.ballots for row in rows}
    for rows in codes.values():
        there = {groups.get(owners[id(row)]) for row in rows if "得分" in row}
        whole = {groups.get(owners[id(row)]) for row in rows}
        traits |= {"整组回避"} if whole - there else set()
    traits |= {"去极值个数"} if _said(made, "去极值个数", "1") != "1" else set()
    of_which = any("其中" in str(row.get("三级指标")) for row in made.sheets["三级指标"])
    return traits | ({"没有分值的行"} if of_which else set())


def _local(made: Contents) -> set[str]:
    """What stands on the sheets of the field's own rules."""
    traits: set[str] = set()
    for row in _rules(made):
        traits |= {str(row["方向"])} if "方向" in row else set()
        traits |= {"封底"} if row.get("封底") else set()
        traits |= {"带%的下限"} if "%" in str(row.get("下限", "")) else set()
        traits |= {"不含下限"} if row.get("含下限") == "否" else set()
        traits |= {"空的下限"} if row["方式"] == "分档" and "下限" not in row else set()
        traits |= {"空的系数"} if row["方式"] == "超额完成" and "得分比例" not in row else set()
        traits |= {"按一步"} if row.get("不足一步") == "按一步" else set()
        traits |= {"步长按比例"} if row.get("不足一步") == "按比例" else set()
        traits |= {"固定得分"} if "得分" in row else set()
        traits |= {"整步有零头"} if str(row.get("步长")) in ("0.1", "0.01", "0.3") else set()
    surveyed = [
        reference.normalise(str(row["指标编号"])) for row in made.sheets.get("满意度调查", ())
    ]
    traits |= {"几行调查"} if len(set(surveyed)) < len(surveyed) else set()
    traits |= {_said(made, "满意度口径", "满意以上")} if surveyed else set()
    traits |= {str(row["完成程度"])[:4].removesuffix("预期").removesuffix("年度") for row in _third(made) if "完成程度" in row}  # fmt: skip
    adjustments = made.sheets.get("加减分", ())
    traits |= {str(row.get("后果", row["类别"])) for row in adjustments}
    applies = {str(row["二级编号"]): False for row in _third(made)}
    for row in _third(made):
        applies[str(row["二级编号"])] |= row.get("评分方式") != "不适用"
    traits |= {"整个上级不适用"} if not all(applies.values()) else set()
    out = any(row.get("评分方式") == "不适用" for row in _third(made))
    if any("复核得分" in row for row in made.sheets.get("复核", ())):
        traits |= ({"复核与不适用"} if out else set()) | (
            {"复核与加减分"} if adjustments else set()
        )
    return traits


# the arithmetic below the workbooks


@given(
    st.integers(-(10**20), 10**20), st.integers(1, 10**12), st.integers(0, 6), st.integers(-3, 3)
)  # fmt: skip
@MANY
def test_rounding_is_half_away_from_zero(
    numerator: int, denominator: int, places: int, ulps: int
) -> None:
    """Against the decimal module, on any quotient and on a hair beside a tie."""
    tie = (2 * numerator + 1) * 10**6 + ulps  # in units of 10**-(places+1) × 5 ÷ 10**6
    for top, bottom in ((numerator, denominator), (5 * tie, 10 ** (places + 7))):
        with localcontext(prec=80):
            quotient = Decimal(top) / Decimal(bottom)
            if Fraction(quotient) != Fraction(top, bottom):
                quotient = quotient.quantize(Decimal(1).scaleb(-40), rounding="ROUND_FLOOR")
            expected = quotient.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        assert Decimal(half_up(top, bottom, places)).scaleb(-places) == expected
        assert rounded(Fraction(top, bottom), places) == expected
        assert reference.round_half_up(Fraction(top, bottom), places) == expected
        score = round_score(
            Fraction(top, bottom), places
        )  # by way of 12 places, as the formulas go
        assert score == reference.round_score(Fraction(top, bottom), places)
        off = abs(Fraction(top, bottom) * 10**places % 1 - Fraction(1, 2)) / 10**places
        assert score == expected or off <= Fraction(5, 10**13)


@pytest.mark.parametrize(
    ("text", "places", "expected"),
    [
        ("2.675", 2, "2.68"), ("2.674999999999999", 2, "2.67"), ("1.005", 2, "1.01"),
        ("0.5", 0, "1"), ("1.5", 0, "2"), ("2.5", 0, "3"), ("-2.5", 0, "-3"), ("-0.4", 0, "0"),
        ("99.995", 2, "100.00"), ("89.99499999", 2, "89.99"), ("0", 4, "0.0000"),
        ("8.1234500000000000000000000001", 4, "8.1235"),
    ],
)  # fmt: skip
def test_rounding_examples(text: str, places: int, expected: str) -> None:
    assert f"{rounded(Decimal(text), places):f}" == expected


marks_ = st.decimals(0, 100, places=6) | st.decimals(0, 100, places=3) | st.integers(0, 100)
weights_ = st.decimals("0.000001", 1000, places=6) | st.integers(1, 10**15)
huge_ = st.integers(0, 10**15).map(lambda n: Decimal(n) / 10**6) | st.integers(2**31, 10**15)
line_ = st.tuples(marks_ | huge_, weights_).map(lambda pair: tuple(Decimal(x) for x in pair))
items_ = st.lists(st.lists(line_, min_size=1, max_size=9), min_size=1, max_size=12)


@given(items_, st.integers(3, 7), st.randoms(use_true_random=False))
@MANY
def test_marks_of_many_indicators_are_combined_exactly(
    items: list[list[tuple[Decimal, Decimal]]], enough: int, rng: Random
) -> None:
    """One frame, rows in any order, numbers beyond int64: every way is the fraction it should be."""
    rows = [aggregate.Row(n, *line) for n, lines in enumerate(items) for line in lines]
    rng.shuffle(rows)
    made = aggregate.mark_stats(rows)
    assert sorted(made) == list(range(len(items)))
    for n, lines in enumerate(items):
        marks, weights = ([Fraction(x) for x in row] for row in zip(*lines, strict=True))
        for way in aggregate.AGGREGATIONS:
            expected = reference.combine(way.name, marks, weights, enough)
            assert way.combine(made[n], aggregate.Trim(enough)) == expected, way.name


@pytest.mark.parametrize("near", [2**31, 2**53, 2**61, 2**62, 2**63, 2**64, 10**30])
def test_marks_around_the_edge_of_int64(near: int) -> None:
    marks = [Decimal(near + n) for n in (-1, 0, 1, -1, 7)]
    rows = [aggregate.Row(0, mark, Decimal(near - n)) for n, mark in enumerate(marks)]
    tally = aggregate.mark_stats(rows)[0]
    exact, weights = [Fraction(m) for m in marks], [Fraction(row.weight) for row in rows]
    for way in aggregate.AGGREGATIONS:
        assert way.combine(tally, aggregate.Trim(5)) == reference.combine(
            way.name, exact, weights, 5
        )


def test_no_marks_at_all() -> None:
    assert aggregate.mark_stats([]) == {}


def combined(way: str, marks: str, weights: str = "", enough: int = 6) -> Fraction:
    """The engine's combination of marks as one reads them in a table."""
    weighed = weights.split() or ["1"] * len(marks.split())
    rows = [
        aggregate.Row(0, Decimal(m), Decimal(w))
        for m, w in zip(marks.split(), weighed, strict=True)
    ]  # fmt: skip
    return aggregate.BY_NAME[way].combine(aggregate.mark_stats(rows)[0], aggregate.Trim(enough))


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        # seven judges: 9.8 and 9.0 go, 9.5+9.3+9.6+9.4+9.7 = 47.5
        ("9.5 9.0 9.3 9.8 9.6 9.4 9.7", "9.50"),
        # the highest stands twice, the lowest three times, one of each goes: 9.2+8.5+8.5+9.0+8.8 = 44.0
        ("9.2 9.2 8.5 8.5 9.0 8.8 8.5", "8.80"),
        # nine judges: 98.5 and 90 go, 95+96.5+94+93+97+92.5+95.5 = 663.5, ÷ 7 = 94.7857…
        ("95 96.5 90 94 98.5 93 97 92.5 95.5", "94.79"),
        # nine judges, a seventh that rounds down: 88+90+91+89+92+90+91 = 631, ÷ 7 = 90.1428…
        ("88 90 91 89 92 90 91 95 80", "90.14"),
        # six marks, a tie behind the second place: 8.01+8.02+8.02+8.03 = 32.08; 8.00 and 8.04 go
        ("8.00 8.01 8.02 8.02 8.03 8.04", "8.02"),
        # four left: 7.01+7.01+7.01+7.03 = 28.06, ÷ 4 = 7.015 → 7.02
        ("7.00 7.01 7.01 7.01 7.03 9.00", "7.02"),
        # all alike
        ("9.9 9.9 9.9 9.9 9.9 9.9 9.9", "9.90"),
        # only five: nobody's mark goes, 44/5
        ("9 9 9 9 8", "8.80"),
    ],
)
def test_judging_panels_worked_by_hand(marks: str, expected: str) -> None:
    """One highest and one lowest mark are dropped, the rest averaged, half-up to two places."""
    assert f"{rounded(combined('去掉最高最低', marks), 2):f}" == expected


@given(st.lists(st.decimals(0, 10, places=1), min_size=7, max_size=9).filter(lambda x: len(x) != 8))
@MANY
def test_judging_panels_of_seven_and_nine(marks: list[Decimal]) -> None:
    """The same, stated as a panel's secretary does it on paper."""
    kept = sorted(marks)[1:-1]
    mean = (sum(kept) / len(kept)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert rounded(combined("去掉最高最低", " ".join(map(str, marks))), 2) == mean


@pytest.mark.parametrize(
    ("way", "marks", "weights", "expected"),
    [
        ("算术平均", "8 9 9", "", "8.67"),
        ("算术平均", "9.00 9.01", "", "9.01"),  # 9.005
        ("加权平均", "9 8 10", "20 40 40", "9.00"),
        ("加权平均", "9 8 10", "0.2 0.4 0.4", "9.00"),
        ("加权平均", "10 8", "1 2", "8.67"),
        ("中位数", "7 10 9", "", "9.00"),
        ("中位数", "7 10 9.01 9", "", "9.01"),  # 9.005
        ("去掉最高最低", "1 9 9 9 9 10", "", "9.00"),
    ],
)
def test_combinations_worked_by_hand(way: str, marks: str, weights: str, expected: str) -> None:
    assert f"{rounded(combined(way, marks, weights), 2):f}" == expected


# laws of combining

way_ = st.sampled_from(aggregate.AGGREGATIONS)
ballot_ = st.lists(
    st.tuples(st.decimals(0, 30, places=2), st.decimals("0.1", 9, places=1)), min_size=1, max_size=9
)  # fmt: skip


def _tally(lines: Sequence[tuple[Decimal, Decimal]]) -> aggregate.MarkStats:
    return aggregate.mark_stats([aggregate.Row(5, mark, weight) for mark, weight in lines])[5]


@given(way_, ballot_, st.integers(3, 7))
@MANY
def test_equal_marks_give_that_mark_under_every_way(
    way: aggregate.Aggregation, lines: list[tuple[Decimal, Decimal]], enough: int
) -> None:
    same = lines[0][0]
    assert (
        way.combine(_tally([(same, weight) for _, weight in lines]), aggregate.Trim(enough)) == same
    )


@given(way_, ballot_, st.integers(3, 7))
@MANY
def test_the_combined_mark_lies_between_the_lowest_and_the_highest(
    way: aggregate.Aggregation, lines: list[tuple[Decimal, Decimal]], enough: int
) -> None:
    marks = [mark for mark, _ in lines]
    assert min(marks) <= way.combine(_tally(lines), aggregate.Trim(enough)) <= max(marks)


@given(way_, ballot_, st.integers(3, 7), st.data())
@MANY
def test_a_better_mark_never_lowers_the_combined_one(
    way: aggregate.Aggregation,
    lines: list[tuple[Decimal, Decimal]],
    enough: int,
    data: st.DataObject,
) -> None:
    before = way.combine(_tally(lines), aggregate.Trim(enough))
    at = data.draw(st.integers(0, len(lines) - 1))
    mark, weight = lines[at]
    lines[at] = (data.draw(st.decimals(mark, 30, places=2)), weight)
    assert way.combine(_tally(lines), aggregate.Trim(enough)) >= before


@given(ballot_, st.decimals("0.001", 1000, places=3))
@MANY
def test_only_the_ratio_of_weights_counts(
    lines: list[tuple[Decimal, Decimal]], factor: Decimal
) -> None:
    way = aggregate.BY_NAME["加权平均"]
    scaled = [(mark, weight * factor) for mark, weight in lines]
    assert way.combine(_tally(scaled), aggregate.Trim(6)) == way.combine(
        _tally(lines), aggregate.Trim(6)
    )


# laws of the methods

number_ = st.decimals(-1000, 1000, places=3) | st.integers(-20, 200).map(Decimal)
target_ = st.decimals(0, 1000, places=3) | st.integers(0, 100).map(Decimal)
points_ = st.decimals("0.001", 100, places=3)
nature_ = st.sampled_from(DIRECTIONS)
inverse_ = st.sampled_from(("线性", "比例"))


def earned(
    method: str, points: Decimal, nature: str, target: Decimal, actual: Decimal, inverse: str = "线性"
) -> Fraction:  # fmt: skip
    """The engine's unrounded points of a measured indicator."""
    case = Case(Fraction(points), nature, Fraction(target), Fraction(actual), inverse=inverse)
    return BY_NAME[method].points(case)


def plainly(
    method: str, points: Decimal, nature: str, target: Decimal, actual: Decimal, inverse: str
) -> Fraction:
    """The same by the reference."""
    numbers = (Fraction(points), nature, Fraction(target), Fraction(actual))
    if method == "达标得满分":
        return reference.score_all_or_nothing(*numbers)
    return reference.score_proportional(*numbers, inverse)


measured_ = st.sampled_from(("按比例", "达标得满分"))


@given(measured_, points_, nature_, target_, number_, inverse_)
@MANY
def test_measured_points_are_the_second_implementations(
    method: str, points: Decimal, nature: str, target: Decimal, actual: Decimal, inverse: str
) -> None:
    for reached in (actual, target, 2 * target, target + actual / 1000):
        case = (method, points, nature, target, reached, inverse)
        assert earned(*case) == plainly(*case)


@given(measured_, points_, nature_, target_, number_, inverse_)
@MANY
def test_measured_points_lie_between_nothing_and_all(
    method: str, points: Decimal, nature: str, target: Decimal, actual: Decimal, inverse: str
) -> None:
    assert 0 <= earned(method, points, nature, target, actual, inverse) <= points


@given(measured_, points_, nature_, target_, number_, number_, inverse_)
@MANY
def test_doing_better_never_costs_points(
    method: str, points: Decimal, nature: str, target: Decimal, one: Decimal, two: Decimal,
    inverse: str,
) -> None:  # fmt: skip
    worse, better = sorted((one, two), reverse=nature in ("≤", "<"))
    if nature == "=" and target == 0:
        worse, better = better, worse  # nought was wanted: less is nearer
    low = earned(method, points, nature, target, worse, inverse)
    assert low <= earned(method, points, nature, target, better, inverse)


@given(measured_, points_, nature_, target_, inverse_, st.integers(0, 9))
@MANY
def test_the_target_itself_is_enough_and_a_hair_less_is_not(
    method: str, points: Decimal, nature: str, target: Decimal, inverse: str, places: int
) -> None:
    hair = Decimal(1).scaleb(-places)
    down = nature in ("≤", "<") or (nature == "=" and target == 0)
    short, over = (target + hair, target - hair) if down else (target - hair, target + hair)
    equal = (
        0 if method == "达标得满分" and nature in (">", "<") else points
    )  # neither above nor below
    assert earned(method, points, nature, target, target, inverse) == equal
    assert earned(method, points, nature, target, over, inverse) == points
    assert earned(method, points, nature, target, short, inverse) < points
    noise = (short - target) / hair * Decimal("4e-10")  # what doubles leave of 0.1+0.2-0.3
    assert earned(method, points, nature, target, target + noise, inverse) == equal


@given(points_, target_.filter(bool), st.integers(0, 9))
@MANY
def test_twice_the_allowed_earns_nothing_on_the_line_and_half_by_the_ratio(
    points: Decimal, target: Decimal, places: int
) -> None:
    hair = min(Decimal(1).scaleb(-places), target / 2)
    for nature in ("≤", "<"):
        assert earned("按比例", points, nature, target, 2 * target) == 0
        assert earned("按比例", points, nature, target, 2 * target + hair) == 0
        assert earned("按比例", points, nature, target, 2 * target - hair) > 0
        assert earned("按比例", points, nature, target, 2 * target, "比例") == Fraction(points) / 2


@pytest.mark.parametrize("inverse", ["线性", "比例"])
@pytest.mark.parametrize(
    ("nature", "actual", "share"),
    [
        ("≥", "0", 1), ("≥", "-0.001", 0), ("≥", "5", 1), (">", "0", 1), (">", "-1", 0),
        ("=", "0", 1), ("=", "-3", 1), ("=", "0.001", 0),
        ("≤", "0", 1), ("≤", "-3", 1), ("≤", "0.001", 0), ("<", "0", 1), ("<", "7", 0),
    ],
)  # fmt: skip
def test_a_target_of_0_is_reached_or_not(
    nature: str, actual: str, share: int, inverse: str
) -> None:
    for method in ("按比例", "达标得满分"):
        case = (Decimal(10), nature, Decimal(0), Decimal(actual), inverse)
        strict = method == "达标得满分" and nature in (">", "<") and actual == "0"
        assert earned(method, *case) == (0 if strict else 10 * share)


@pytest.mark.parametrize(
    ("nature", "target", "actual", "inverse", "expected"),
    [
        ("≤", "100", "150", "线性", "5.00"), ("≤", "100", "150", "比例", "6.67"),  # domain.md's example
        ("≥", "8", "7", "线性", "8.75"), (">", "8", "8", "线性", "10.00"), ("=", "8", "9", "线性", "10.00"),
        ("=", "8", "4", "线性", "5.00"), ("≤", "10", "10.01", "线性", "9.99"), ("≤", "3", "4", "线性", "6.67"),
        ("≤", "3", "4", "比例", "7.50"), ("<", "50", "100", "线性", "0.00"), ("<", "50", "99.99", "线性", "0.00"),
        ("<", "50", "99.97", "线性", "0.01"), ("≥", "1000", "267.5", "线性", "2.68"),
        ("≥", "1000", "267.4999", "线性", "2.67"),
    ],
)  # fmt: skip
def test_proportions_worked_by_hand(
    nature: str, target: str, actual: str, inverse: str, expected: str
) -> None:
    exact = earned("按比例", Decimal(10), nature, Decimal(target), Decimal(actual), inverse)
    assert f"{rounded(exact, 2):f}" == expected


money_ = st.decimals(0, 10**9, places=2)


@given(points_, money_, money_, money_)
@MANY
def test_budget_execution(points: Decimal, budget: Decimal, one: Decimal, two: Decimal) -> None:
    """Within 0…分值, the more is spent the more it earns, all at 100 %, nothing of nothing."""
    worth, whole = Fraction(points), Fraction(budget)

    def points_for(spent: Decimal) -> Fraction:
        case = Case(worth, budget=whole, executed=Fraction(spent))
        return BY_NAME["预算执行率"].points(case)

    less, more = sorted((one, two))
    assert 0 <= points_for(less) <= points_for(more) <= worth
    assert points_for(less) == reference.score_execution(worth, whole, Fraction(less))
    assert points_for(budget) == (worth if budget else 0)
    assert points_for(budget + 1) == (worth if budget else 0)
    assert not budget or points_for(budget - Decimal("0.01")) < worth


# laws of workbooks


def _shuffled(made: Contents, rng: Random) -> Contents:
    """The same people and indicators in another order, on every sheet but 等级标准."""
    sheets = dict(made.sheets)
    for name in [each for each in sheets if each not in ("等级标准", "基本信息")]:
        rows = [
            row
            for row in sheets[name]
            if "合计" not in map(reference.normalise, map(str, row.values()))
        ]
        sheets[name] = tuple(rng.sample(rows, len(rows)))
    return made._replace(sheets=sheets, ballots=tuple(rng.sample(made.ballots, len(made.ballots))))


@pytest.mark.parametrize("seed", range(LAWFUL))
def test_the_order_of_scorers_indicators_and_projects_does_not_matter(seed: int) -> None:
    made = _shuffled(random_books.contents(seed), Random(seed))
    before = figures(scored(random_books.workbook(seed)))
    assert figures(scored(emit(blank(made)))) == before


def _leafed(data: bytes, rng: Random) -> bytes:
    """The sheets in another order, and on every ballot the rows with their marks."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book.worksheets:
        if sheet.title.startswith("评分_"):
            rows = [row for row in range(5, sheet.max_row + 1) if sheet.cell(row, 1).value]
            held = [[sheet.cell(row, column).value for column in (1, 8, 9)] for row in rows]
            for row, values in zip(rows, rng.sample(held, len(held)), strict=True):
                for column, value in zip((1, 8, 9), values, strict=True):
                    sheet.cell(row, column).value = value
                    if isinstance(value, str):
                        sheet.cell(row, column).data_type = "s"
    book._sheets = rng.sample(book._sheets, len(book._sheets))  # move_sheet, all at once
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("seed", range(20, 20 + LAWFUL // 2))
def test_the_order_of_sheets_and_of_a_ballots_rows_does_not_matter(seed: int) -> None:
    data = random_books.workbook(seed)
    assert figures(scored(_leafed(data, Random(seed)))) == figures(scored(data))


def test_many_workbooks_scored_at_once_equal_each_scored_alone() -> None:
    books = [filled(seed) for seed in range(40, 40 + 2 * LAWFUL)]
    together = score(books)
    assert together == [score([book])[0] for book in books]
    assert score(books[::-1]) == together[::-1]


def test_no_workbooks_at_all() -> None:
    assert score([]) == []


def _limit(book: Filled, key: str) -> Decimal:
    points = {each.key: each.points.value for each in book.indicators}
    return Decimal(100) if book.parameters.out_of_100 else points[key] or Decimal(0)


def _improved(book: Filled, rng: Random) -> Filled | None:
    """The workbook with one mark a little, or much, better."""
    places = [(b, m) for b, each in enumerate(book.ballots) for m in range(len(each.marks))]
    places = [
        (b, m) for b, m in places
        if (value := book.ballots[b].marks[m].mark.value) is not None
        and value < _limit(book, book.ballots[b].marks[m].key)
    ]  # fmt: skip
    if not places:
        return None
    b, m = rng.choice(places)
    ballot = book.ballots[b]
    mark = ballot.marks[m]
    better = random_books.number(rng, mark.mark.value or Decimal(0), _limit(book, mark.key), 6)
    marks = list(ballot.marks)
    marks[m] = mark._replace(mark=mark.mark._replace(value=better))
    ballots = list(book.ballots)
    ballots[b] = ballot._replace(marks=tuple(marks))
    return book._replace(ballots=tuple(ballots))


@pytest.mark.parametrize("seed", range(70, 70 + LAWFUL))
def test_a_better_mark_never_lowers_a_score(seed: int) -> None:
    rng = Random(seed)
    books = [filled(seed)]
    while len(books) < 20 and (better := _improved(books[-1], rng)):
        books.append(better)
    _rising(score(books))


def _rising(results: Sequence[Scored]) -> None:
    for worse, better in pairwise(results):
        assert worse.total <= better.total
        for below, above in zip(worse.indicator_scores, better.indicator_scores, strict=True):
            assert below.score <= above.score


BASE = (documents.RECIPES / "基本示例.md").read_text(encoding="utf-8")


def test_the_total_never_passes_100() -> None:
    """Full marks on 22.5 points, rounded to whole numbers: 4 × 23 + 10 are more than there are."""
    tier3 = "\n".join(f"| A1.{n} | A1 | 指标{n} | 22.5 |" for n in range(1, 5))
    marks = "\n".join(f"| A1.{n} | 22.5 |" for n in range(1, 5))
    text = f"""# 示例

## 基本信息
| 项目 | 内容 |
|---|---|
| 部门名称 | 示例办公室 |
| 评价年度 | 2023 |

## 评价工作组
| 姓名 |
|---|
| 甲 |

## 一级指标
| 编号 | 一级指标 | 分值 |
|---|---|---|
| A | 产出 | 100 |

## 二级指标
| 编号 | 一级编号 | 二级指标 | 分值 |
|---|---|---|---|
| A1 | A | 数量 | 100 |

## 三级指标
| 编号 | 二级编号 | 三级指标 | 分值 |
|---|---|---|---|
{tier3}
| A1.5 | A1 | 指标5 | 10 |

## 评分_甲
| 编号 | 得分 |
|---|---|
{marks}
| A1.5 | 10 |

## 等级标准
| 等级 | 下限 |
|---|---|
| 优秀 | 90 |
| 较差 | 0 |

## 参数
| 参数 | 值 |
|---|---|
| 小数位数 | 0 |
"""
    result = scored(documents.book(text))
    assert (result.total, result.grade.name.value) == (100, "优秀")


def test_the_base_sample_worked_by_hand() -> None:
    """甲 28, 乙 27, 丙 30 → 28.33; 20×7/8; 8 ≤ 10; 190.25/200.5 of 10; 丙 steps aside: 28.25."""
    result = scored(documents.book(BASE))
    assert [f"{work.score:f}" for work in result.indicator_scores] == ["28.33", "17.50", "10.00", "9.49", "28.25"]  # fmt: skip
    assert (f"{result.total:f}", result.grade.name.value) == ("93.57", "优秀")


def test_a_grade_begins_exactly_at_its_bound() -> None:
    """A total of 89.99 is 良好, of 90.00 优秀, and 89.995 has been rounded before it is graded."""
    for marks, total, grade in [
        ("20.00", "89.99", "良好"), ("20.01", "90.00", "优秀"), ("20.005", "90.00", "优秀"),
        ("20.004999", "89.99", "良好"),
    ]:  # fmt: skip
        made = markdown.parse(BASE)
        rows = [row for row in made.sheets["评价工作组"] if row["姓名"] == "甲"]
        third = tuple(
            {**row, "评分方式": "", "年度指标值": "", "实际完成值": ""}
            for row in made.sheets["三级指标"]
        )
        given_marks = {"A1.1": marks, "A1.2": "19.99", "A1.3": "10", "B1.1": "10", "C1.1": "30"}
        ballot = tuple({"编号": code, "得分": Decimal(mark)} for code, mark in given_marks.items())
        book = made._replace(
            sheets={**made.sheets, "评价工作组": tuple(rows), "三级指标": third},
            ballots=(("甲", ballot),),
        )
        result = scored(emit(blank(book)))
        assert (f"{result.total:f}", result.grade.name.value) == (total, grade)
