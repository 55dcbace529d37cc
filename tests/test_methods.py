"""The field's own ways of scoring: their laws, and the tables of the field worked by hand.

Named rules, surveys, what is taken off and what does not apply; the measured methods have theirs in
`test_scoring`, and whole workbooks are held against the second implementation there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests import documents, random_books
from tests.counts import drawn
from tests.custom_rule_rows import CALIBERS, DIRECTIONS, LOWER, Band, banded, stepped, table
from xlkpi.audit import reference
from xlkpi.domain import methods
from xlkpi.domain.custom_rules import HIGHER, OVER_ACHIEVEMENT, Rule
from xlkpi.domain.findings import errors
from xlkpi.domain.methods import Case, Method, Votes
from xlkpi.domain.numbers import rounded
from xlkpi.domain.results import Scored
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.exchange import markdown
from xlkpi.pipeline import Document, score_documents
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

MANY = settings(max_examples=drawn(100, 5000))
LAWFUL = drawn(10, 200)


def earned(rule: Rule, points: Decimal, value: Decimal | Fraction) -> Fraction:
    """What the engine gives for a value."""
    method = methods.find("甲", {"甲": rule})
    assert method is not None
    return method.points(Case(Fraction(points), actual=Fraction(value)))


points_ = st.decimals("0.001", 100, places=3)
value_ = st.decimals(-500, 500, places=3) | st.integers(-20, 200).map(Decimal)
share_ = st.decimals(0, 1, places=3)
bound_ = st.integers(-20, 120).map(Decimal) | st.decimals(-50, 150, places=2)
edges_ = st.lists(
    st.tuples(bound_, st.booleans()), min_size=1, max_size=9, unique_by=lambda e: (e[0], e[1])
)
direction_ = st.sampled_from(DIRECTIONS)
step_ = st.sampled_from(["0.1", "0.01", "0.3", "1", "2.5", "5", "10"]).map(Decimal)
cost_ = st.decimals("0.001", 20, places=3)


@st.composite
def bands_(draw: st.DrawFn) -> list[Band]:
    """Bands that take everything: the lowest has no bound."""
    edges = draw(edges_)
    return [(None, True, draw(share_)), *((b, i, draw(share_)) for b, i in edges)]


@st.composite
def steps_(draw: st.DrawFn, points: Decimal) -> Rule:
    floor = draw(st.none() | st.decimals(0, points, places=3))
    return stepped(draw(bound_), draw(direction_), draw(step_), draw(cost_), floor)


# 分档


@given(bands_(), points_, value_, st.randoms(use_true_random=False))
@MANY
def test_a_banded_value_is_the_second_implementations(
    bands: list[Band], points: Decimal, value: Decimal, rng: Random
) -> None:
    """Also on every bound and a hair beside it; the rows may stand in any order."""
    rule = banded(bands)
    for at in (value, *(b + off for b, _, _ in bands if b is not None for off in _OFF)):
        own = earned(rule, points, at)
        assert 0 <= own <= points
        assert own == reference.score_banded(Fraction(points), table(rule), Fraction(at))
        assert own == earned(banded(rng.sample(bands, len(bands))), points, at)


_OFF = [Decimal(text) for text in ("0", "0.001", "-0.001", "4e-10", "-4e-10", "6e-10", "-6e-10")]


@given(edges_, points_, value_, value_)
@MANY
def test_where_a_higher_band_is_worth_more_a_higher_value_never_earns_less(
    edges: list[tuple[Decimal, bool]], points: Decimal, one: Decimal, two: Decimal
) -> None:
    """And where it is worth less (a rate of complaints), never more."""
    ladder = sorted(edges, key=lambda e: (e[0], not e[1]))
    shares = [Decimal(n) / len(ladder) for n in range(len(ladder) + 1)]
    low, high = sorted((one, two))
    for worth, rising in ((shares, True), (shares[::-1], False)):
        rule = banded([(None, True, worth[0]), *((b, i, s) for (b, i), s in zip(ladder, worth[1:], strict=True))])  # fmt: skip
        less, more = earned(rule, points, low), earned(rule, points, high)
        assert (less <= more) if rising else (less >= more)


@given(bound_, points_, st.integers(0, 9))
@MANY
def test_a_bound_belongs_to_its_band_where_it_says_so(
    bound: Decimal, points: Decimal, places: int
) -> None:
    """Both sides of both brackets; less than 5e-10 is the noise of somebody's doubles."""
    hair = Decimal(1).scaleb(-places)
    noise = Decimal("4e-10")
    for inclusive in (True, False):
        rule = banded([(None, True, Decimal(0)), (bound, inclusive, Decimal(1))])
        on = points if inclusive else 0
        assert earned(rule, points, bound + hair) == points
        assert earned(rule, points, bound - hair) == 0
        assert [earned(rule, points, bound + off) for off in (0, noise, -noise)] == [on] * 3


@given(points_)
@MANY
def test_both_brackets_on_one_bound(points: Decimal) -> None:
    """`0; (0,10]; …`: nought itself is one band, all above it the next."""
    rule = banded([(Decimal(0), True, Decimal(1)), (Decimal(0), False, Decimal("0.5"))])
    assert earned(rule, points, Decimal(0)) == points
    assert earned(rule, points, Decimal("0.001")) == Fraction(points) / 2


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("95", 5), ("90", 5), ("89.99", 4), ("80", 4), ("79.99", 3), ("70", 3), ("69.9", 2),
        ("60", 2), ("59.99", 0), ("0", 0),
    ],
)  # fmt: skip
def test_bands_of_the_field_with_the_lower_bound(value: str, points: int) -> None:
    """≥90 → 5; [80,90) → 4; [70,80) → 3; [60,70) → 2; <60 → 0."""
    bands = [("90", "1"), ("80", "0.8"), ("70", "0.6"), ("60", "0.4"), (None, "0")]
    rule = banded([(Decimal(b) if b else None, True, Decimal(s)) for b, s in bands])
    assert earned(rule, Decimal(5), Decimal(value)) == points


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("0", 5), ("0.01", 4), ("10", 4), ("10.01", 3), ("20", 3), ("20.5", 2), ("30", 2),
        ("30.01", 0), ("400", 0), ("-3", 5),
    ],
)  # fmt: skip
def test_bands_of_the_field_with_the_upper_bound(value: str, points: int) -> None:
    """0; (0,10]; (10,20]; (20,30]; >30."""
    bands = [(None, "1"), ("0", "0.8"), ("10", "0.6"), ("20", "0.4"), ("30", "0")]
    rule = banded([(Decimal(b) if b else None, False, Decimal(s)) for b, s in bands])
    assert earned(rule, Decimal(5), Decimal(value)) == points


# 步长


@given(st.data(), points_, value_, st.integers(-30, 300))
@MANY
def test_a_stepped_value_is_the_second_implementations(
    data: st.DataObject, points: Decimal, value: Decimal, count: int
) -> None:
    """Also after exactly so many steps; never below the floor, never above the points."""
    rule = data.draw(steps_(points))
    row = rule.entries[0]
    assert row.base is not None
    assert row.step is not None
    for at in (value, row.base, *(row.base + count * row.step + off for off in _OFF)):
        own = earned(rule, points, at)
        assert (row.floor or 0) <= own <= points
        assert own == reference.score_stepped(Fraction(points), table(rule)[0], Fraction(at))


@given(st.data(), points_, value_, value_)
@MANY
def test_going_further_to_the_bad_side_never_earns_more(
    data: st.DataObject, points: Decimal, one: Decimal, two: Decimal
) -> None:
    rule = data.draw(steps_(points))
    better, worse = sorted((one, two), reverse=rule.entries[0].direction == LOWER)
    assert earned(rule, points, better) >= earned(rule, points, worse)


@given(points_, bound_, direction_, step_, st.integers(0, 300))
@MANY
def test_only_whole_steps_cost(
    points: Decimal, base: Decimal, direction: str, step: Decimal, count: int
) -> None:
    """Between two steps nothing changes; on the good side nothing costs at all."""
    cost = (points / 300).quantize(Decimal("1e-9"), ROUND_DOWN)  # 300 of them are no more
    rule = stepped(base, direction, step, cost)
    side = 1 if direction == HIGHER else -1
    left = points - count * cost
    for part in ("0", "0.001", "0.5", "0.999"):
        at = base + side * (count + Decimal(part)) * step
        assert earned(rule, points, at) == Fraction(points) - count * Fraction(cost)
    assert earned(rule, points, base - side * count * step) == points
    assert left >= 0


@pytest.mark.parametrize(
    ("direction", "step", "cost", "floor", "value", "expected"),
    [
        # ≤ 100 % full, each full percentage point above −0.5, floor 0
        (HIGHER, "1", "0.5", None, "100", "10"), (HIGHER, "1", "0.5", None, "100.99", "10"),
        (HIGHER, "1", "0.5", None, "101", "9.5"), (HIGHER, "1", "0.5", None, "119.9", "0.5"),
        (HIGHER, "1", "0.5", None, "120", "0"), (HIGHER, "1", "0.5", None, "500", "0"),
        (HIGHER, "1", "0.5", None, "80", "10"),
        # 100 % full, each 5 % below −2: only whole steps
        (LOWER, "5", "2", None, "99.27", "10"), (LOWER, "5", "2", None, "95.01", "10"),
        (LOWER, "5", "2", None, "95", "8"), (LOWER, "5", "2", None, "90", "6"),
        (LOWER, "5", "2", None, "75", "0"), (LOWER, "5", "2", None, "103", "10"),
        (LOWER, "5", "2", "4", "20", "4"), (LOWER, "5", "2", "10", "20", "10"),
        # INT((100.3−100)/0.1) is 2 in doubles and 3 in truth
        (HIGHER, "0.1", "1", None, "100.3", "7"), (LOWER, "0.1", "1", None, "99.7", "7"),
        (HIGHER, "0.1", "1", None, "100.29", "8"),
        # each breach −1
        (HIGHER, "1", "1", None, "103", "7"),
    ],
)  # fmt: skip
def test_steps_of_the_field_worked_by_hand(
    direction: str, step: str, cost: str, floor: str | None, value: str, expected: str
) -> None:
    least = None if floor is None else Decimal(floor)
    rule = stepped(Decimal(100), direction, Decimal(step), Decimal(cost), least)
    assert earned(rule, Decimal(10), Decimal(value)) == Fraction(expected)


@given(points_, st.integers(0, 40))
@MANY
def test_breaches_and_checklists_are_steps(points: Decimal, count: int) -> None:
    """A count: each breach costs one; each of ten items that is missing costs a tenth."""
    breaches = stepped(Decimal(0), HIGHER, Decimal(1), Decimal(1))
    assert earned(breaches, points, Decimal(count)) == max(0, Fraction(points) - count)
    items = stepped(Decimal(10), LOWER, Decimal(1), Decimal(1))
    assert earned(items, Decimal(10), Decimal(count)) == min(10, count)


# 超额完成


def overdone(rule: Rule, points: Decimal, target: Decimal, actual: Decimal) -> Fraction:
    """What the engine gives for having reached so much of the target."""
    method = methods.find("甲", {"甲": rule})
    assert method is not None
    return method.points(Case(Fraction(points), "≥", Fraction(target), Fraction(actual)))


factor_ = st.none() | share_
ratios_ = st.lists(
    st.tuples(st.decimals(100, 400, places=1), st.booleans(), factor_), min_size=1, max_size=6,
    unique_by=lambda band: (band[0], band[1]),
)  # fmt: skip


@given(ratios_, points_, st.decimals("0.01", 500, places=2), st.decimals(-100, 2000, places=2))
@MANY
def test_over_completion_multiplies_what_the_proportion_earned(
    bands: list[Band], points: Decimal, target: Decimal, actual: Decimal
) -> None:
    """As the second implementation has it, on every bound too; a missing factor takes nothing."""
    rule = banded(bands, OVER_ACHIEVEMENT)
    for at in (actual, target, *(target * b / 100 for b, _, _ in bands if b is not None)):
        worth, goal, value = Fraction(points), Fraction(target), Fraction(at)
        plain = reference.score_proportional(worth, "≥", goal, value, "线性")
        own = overdone(rule, points, target, at)
        assert 0 <= own <= plain <= points
        assert own == plain * reference.find_overachievement_factor(table(rule), goal, value)
        lowest = min(b for b, _, _ in bands if b is not None)
        assert own == plain or at * 100 >= target * lowest - target


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        ("8", "10"), ("4", "5"), ("11.99", "10"), ("12", "10"), ("15.99", "10"), ("16", "8"),
        ("24", "8"), ("24.01", "5"), ("800", "5"),
    ],
)  # fmt: skip
def test_over_completion_worked_by_hand(actual: str, expected: str) -> None:
    """Of a target of 8: from 150 % on explain, from 200 % on × 0.8, above 300 % × 0.5."""
    bands: list[Band] = [
        (Decimal(150), True, None), (Decimal(200), True, Decimal("0.8")),
        (Decimal(300), False, Decimal("0.5")),
    ]  # fmt: skip
    rule = banded(bands, OVER_ACHIEVEMENT)
    assert overdone(rule, Decimal(10), Decimal(8), Decimal(actual)) == Fraction(expected)


# 预算执行率 by a rule


@given(bands_(), points_, st.decimals(0, 1000, places=2), st.decimals(0, 2000, places=2))
@MANY
def test_a_rule_over_the_rate_of_execution_looks_at_percentage_points(
    bands: list[Band], points: Decimal, budget: Decimal, executed: Decimal
) -> None:
    """Not capped at 100, and 0 where there was no budget."""
    rule = banded(bands)
    method = methods.find("预算执行率:甲", {"甲": rule})
    assert method is not None
    case = Case(Fraction(points), budget=Fraction(budget), executed=Fraction(executed))
    rate = Fraction(executed) / Fraction(budget) * 100 if budget else Fraction(0)
    assert method.points(case) == reference.score_banded(Fraction(points), table(rule), rate)


def test_a_rate_of_execution_worked_by_hand() -> None:
    """98.4 % spent: two whole points short of 100, at 0.5 each … one whole point, so 9.5; 84 % is 16."""
    rule = stepped(Decimal(100), LOWER, Decimal(1), Decimal("0.5"), Decimal(3))
    method = methods.find("预算执行率:甲", {"甲": rule})
    assert method is not None
    for executed, expected in (
        ("98.4", "9.5"),
        ("98", "9"),
        ("84", "3"),
        ("104", "10"),
        ("0", "3"),
    ):
        case = Case(Fraction(10), budget=Fraction(1000), executed=Fraction(executed) * 10)
        assert method.points(case) == Fraction(expected)


# 满意度

count_ = st.integers(0, 10**6)
votes_ = st.tuples(count_, count_, count_, count_).filter(any)
caliber_ = st.sampled_from(CALIBERS)
goal_ = st.decimals(0, 100, places=2)


def satisfied(votes: tuple[int, int, int, int], points: Decimal, goal: Decimal, caliber: str) -> Fraction:  # fmt: skip
    """What the engine gives for a survey."""
    case = Case(Fraction(points), target=Fraction(goal), votes=Votes(*votes), criterion=caliber)
    return methods.BY_NAME["满意度"].points(case)


@given(votes_, points_, goal_, caliber_)
@MANY
def test_a_survey_is_the_second_implementations(
    votes: tuple[int, int, int, int], points: Decimal, goal: Decimal, caliber: str
) -> None:
    rate = reference.compute_satisfaction(caliber, [Fraction(n) for n in votes])
    assert 0 <= rate <= 100
    assert rate == methods.satisfaction_rate(Votes(*votes), caliber)
    own = satisfied(votes, points, goal, caliber)
    assert 0 <= own <= points
    assert own == reference.score_proportional(Fraction(points), "≥", Fraction(goal), rate, "线性")


@given(votes_, points_, goal_, caliber_, st.integers(0, 2), st.integers(1, 2))
@MANY
def test_a_happier_answer_never_earns_less(
    votes: tuple[int, int, int, int], points: Decimal, goal: Decimal, caliber: str, at: int, by: int
) -> None:
    """One answer moves up a kind or two."""
    worse = min(3, at + by)
    assume(votes[worse])
    better = list(votes)
    better[worse] -= 1
    better[at] += 1
    happier = (better[0], better[1], better[2], better[3])
    assert satisfied(happier, points, goal, caliber) >= satisfied(votes, points, goal, caliber)


@given(votes_)
@MANY
def test_the_wider_count_of_the_satisfied_is_never_smaller(
    votes: tuple[int, int, int, int],
) -> None:
    """And all answers alike tell what their kind is worth."""
    narrow, wide, _ = (methods.satisfaction_rate(Votes(*votes), caliber) for caliber in CALIBERS)
    assert narrow <= wide
    alike = [Votes(*(7 if n == at else 0 for n in range(4))) for at in range(4)]
    worth = [[methods.satisfaction_rate(each, caliber) for each in alike] for caliber in CALIBERS]
    assert worth == [[100, 100, 0, 0], [100, 100, 100, 0], [100, 80, 60, 40]]


@pytest.mark.parametrize(
    ("caliber", "goal", "expected"),
    [
        # 60 + 30 of 100 are 90 %; with the 6 fairly satisfied 96 %; 60 + 24 + 3.6 + 1.6 = 89.2 %
        ("满意以上", "90", "10.00"), ("满意以上", "95", "9.47"), ("基本满意以上", "95", "10.00"),
        ("指数100-80-60-40", "90", "9.91"), ("指数100-80-60-40", "89.2", "10.00"),
        ("满意以上", "90.01", "10.00"), ("满意以上", "0", "10.00"),
    ],
)  # fmt: skip
def test_surveys_worked_by_hand(caliber: str, goal: str, expected: str) -> None:
    own = satisfied((60, 30, 6, 4), Decimal(10), Decimal(goal), caliber)
    assert f"{rounded(own, 2):f}" == expected


@given(points_, st.sampled_from(methods.METHODS), st.sampled_from(methods.UPWARDS), value_)
@MANY
def test_where_nothing_was_wanted_nothing_less_is_enough(
    points: Decimal, method: Method, nature: str, actual: Decimal
) -> None:
    """A target of 0 never divides: it is reached or not, in every way that has a target."""
    numbers: Mapping[str, Fraction] = {"budget": Fraction(0), "executed": Fraction(1)}
    case = Case(Fraction(points), nature, Fraction(0), Fraction(actual), votes=Votes(1, 0, 0, 1))
    own = method.points(case._replace(**numbers))
    assert own in (0, points)


# whole workbooks


def scored(made: Contents) -> Scored:
    """What comes of a workbook, which must be sound."""
    (outcome,) = score_documents([Document("示例.xlsx", emit(blank(made)))])
    assert outcome.scored is not None, [f.message for f in errors(outcome.findings)]
    return outcome.scored


BASE = markdown.parse((documents.RECIPES / "基本示例.md").read_text(encoding="utf-8"))


def changed(code: str, **fields: str | Decimal) -> Contents:
    """The base sample with other cells in one indicator's row."""
    third = tuple({**row, **fields} if row.get("编号") == code else row for row in BASE.sheets["三级指标"])  # fmt: skip
    return with_rows(BASE, 三级指标=third)


def with_rows(made: Contents, **sheets: Sequence[Fields]) -> Contents:
    """The workbook with other rows on some sheets."""
    return made._replace(sheets={**made.sheets, **{name: tuple(r) for name, r in sheets.items()}})


def row(**fields: str) -> Fields:
    """A row of 加减分."""
    made: dict[str, str | Decimal] = {"事项": "示例", "依据": "示发〔2023〕1号", **fields}
    if "分值" in made:
        made["分值"] = Decimal(str(made["分值"]))
    return made


def test_what_does_not_apply_leaves_both_sides() -> None:
    """Of 93.57 (see test_scoring) C1.1's 28.25 of 30 go: 65.32 × 100 ÷ 70 = 93.3142…; C goes with it."""
    result = scored(changed("C1.1", 评分方式="不适用"))
    assert (f"{result.total:f}", result.score_totals.applicable) == ("93.31", 70)
    assert [each.tier.label for each in result.tiers[0] if not each.applies] == ["C"]


@pytest.mark.parametrize("seed", range(LAWFUL))
def test_rescaling_keeps_full_marks_at_100_and_nought_at_0(seed: int) -> None:
    """Whichever indicators are left out, as long as one is left."""
    rng = Random(seed)
    count = rng.randint(2, 12)
    points = random_books.split(rng, Decimal(100), count, rng.choice((0, 1, 2)))
    out = rng.sample(range(count), rng.randint(1, count - 1))
    for share in (Decimal(1), Decimal(0)):
        third = [
            {"分值": each, "评分方式": "不适用" if n in out else ""}
            for n, each in enumerate(points)
        ]
        marks = [share * each for each in points]
        result = scored(_branch(third, marks))
        assert result.total == 100 * share
        assert result.score_totals.rescaled == 100 * share


@pytest.mark.parametrize("seed", range(LAWFUL))
def test_rescaling_stays_within_0_and_100_and_keeps_the_order(seed: int) -> None:
    """Better marks never come to less, whatever is left out."""
    rng = Random(seed)
    points = random_books.split(rng, Decimal(100), 6, 1)
    third = [{"分值": each, "评分方式": "不适用" if n < 2 else ""} for n, each in enumerate(points)]
    marks = [random_books.number(rng, Decimal(0), each, 2) for each in points]
    better = [max(m, random_books.number(rng, m, each, 2)) for m, each in zip(marks, points, strict=True)]  # fmt: skip
    less, more = scored(_branch(third, marks)).total, scored(_branch(third, better)).total
    assert 0 <= less <= more <= 100


def _branch(third: Sequence[Fields], marks: Sequence[Decimal]) -> Contents:
    """A workbook of one branch and one scorer."""
    codes = [f"A1.{n}" for n, _ in enumerate(third)]
    rows = [
        {"编号": code, "二级编号": "A1", "三级指标": code, **each}
        for code, each in zip(codes, third, strict=True)
    ]
    made = with_rows(
        BASE,
        评价工作组=[{"姓名": "甲"}],
        一级指标=[{"编号": "A", "一级指标": "产出", "分值": Decimal(100)}],
        二级指标=[{"编号": "A1", "一级编号": "A", "二级指标": "数量", "分值": Decimal(100)}],
        三级指标=rows,
    )
    ballot = tuple({"编号": code, "得分": mark} for code, mark in zip(codes, marks, strict=True))
    return made._replace(ballots=(("甲", ballot),))


def test_a_cut_takes_off_and_stops_at_nothing() -> None:
    """A1.2 earns 17.50 of 20: less 2.25 is 15.25, less 17.5 nothing, less 20 nothing either."""
    for cut, expected in (("2.25", "15.25"), ("17.5", "0.00"), ("20", "0.00"), ("0.001", "17.50")):
        made = changed("A1.2", 核减分=Decimal(cut), 核减理由="佐证不全（示例）")
        work = next(w for w in scored(made).indicator_scores if w.indicator.label == "A1.2")
        assert f"{work.score:f}" == expected
        assert cut in work.explanation


@given(st.decimals("0.000001", 20, places=6), st.decimals("0.000001", 20, places=6))
@settings(max_examples=drawn(10, 200), deadline=None)
def test_a_cut_never_raises(one: Decimal, two: Decimal) -> None:
    """The more is cut the less is left, never more than without, never below 0."""
    totals = [
        scored(changed("A1.2", 核减分=cut, 核减理由="示例")).total for cut in sorted((one, two))
    ]
    assert Decimal("93.57") >= totals[0] >= totals[1] >= Decimal("76.07")


@pytest.mark.parametrize(
    ("adjustments", "total", "grade"),
    [
        ([row(类别="加分", 分值="2")], "95.57", "优秀"),
        ([row(类别="加分", 分值="6.43")], "100.00", "优秀"),
        ([row(类别="加分", 分值="50")], "100.00", "优秀"),
        ([row(类别="减分", 分值="3.57")], "90.00", "优秀"),
        ([row(类别="减分", 分值="3.575")], "90.00", "优秀"),  # 89.995
        ([row(类别="减分", 分值="3.5751")], "89.99", "良好"),
        ([row(类别="减分", 分值="94")], "0.00", "较差"),
        ([row(类别="加分", 分值="10"), row(类别="减分", 分值="4")], "99.57", "优秀"),
        ([row(类别="否决", 后果="不得评为最高等级")], "93.57", "良好"),
        ([row(类别="减分", 分值="20"), row(类别="否决", 后果="不得评为最高等级")], "73.57", "中等"),
        ([row(类别="否决", 后果="最低等级")], "93.57", "较差"),
        ([row(类别="否决", 后果="总分记零"), row(类别="加分", 分值="9")], "0.00", "较差"),
        ([row(类别="否决", 后果="不得评为最高等级"), row(类别="否决", 后果="最低等级")], "93.57", "较差"),
        ([row(类别="否决", 后果=w) for w in ("不得评为最高等级", "最低等级", "总分记零")], "0.00", "较差"),
    ],
)  # fmt: skip
def test_what_is_added_taken_away_and_forbidden(
    adjustments: list[Fields], total: str, grade: str
) -> None:
    """To 93.57, 优秀; added up before it is kept within 0…100, the gravest veto first, in any order."""
    for rows in (adjustments, adjustments[::-1]):
        result = scored(with_rows(BASE, 加减分=rows))
        assert (f"{result.total:f}", result.grade.name.value) == (total, grade)


def test_the_only_grade_stays_whatever_is_forbidden() -> None:
    veto = row(类别="否决", 后果="不得评为最高等级")
    made = with_rows(BASE, 加减分=[veto], 等级标准=[{"等级": "已评", "下限": Decimal(0)}])
    assert scored(made).grade.name.value == "已评"


VETOES = ("不得评为最高等级", "最低等级", "总分记零")


@given(st.lists(st.sampled_from(VETOES)), st.integers(0, 10000))
@MANY
def test_a_graver_veto_never_makes_a_better_grade(vetoes: list[str], points: int) -> None:
    """Each veto more leaves the total and the place of the grade where they are, or worse."""
    bands = [
        {"等级": name, "下限": Decimal(b)}
        for name, b in (("优", 90), ("良", 80), ("中", 60), ("差", 0))
    ]
    names = [str(band["等级"]) for band in bands]
    ends = []
    for count in range(len(vetoes) + 1):
        adjustments = [{"类别": "否决", "后果": each} for each in vetoes[:count]]
        ends.append(_ended(bands, adjustments, Decimal(points) / 100))
    for (before, grade), (after, worse) in pairwise(ends):
        assert after <= before
        assert names.index(worse) >= names.index(grade)


def _ended(bands: list[Fields], adjustments: list[Fields], points: Decimal) -> tuple[Fraction, str]:
    """Total and grade by the second implementation, which `test_scoring` holds the engine against."""
    tiers: dict[str, Sequence[Fields]] = {
        "一级指标": [{"编号": "A", "分值": Decimal(100)}],
        "二级指标": [{"编号": "B", "一级编号": "A", "分值": Decimal(100)}],
        "三级指标": [{"编号": "C", "二级编号": "B", "分值": Decimal(100)}],
    }
    ballot = [("甲", [{"编号": "C", "得分": points}])]
    sheets = {**tiers, "评价工作组": [{"姓名": "甲"}], "等级标准": bands, "加减分": adjustments}
    found = reference.compute_verdict(sheets, ballot)
    return found.total, found.grade


def test_the_office_above_has_the_same_said_of_its_scores() -> None:
    """复核 gives A1.1 20 for 28.33: 85.24 for 93.57; C1.1 out, 56.99 ÷ 70 = 81.41; plus 9, no 优秀."""
    review = [{"编号": "A1.1", "复核得分": Decimal(20), "扣分原因": "示例"}]
    adjustments = [row(类别="加分", 分值="9"), row(类别="否决", 后果="不得评为最高等级")]
    found = [
        scored(with_rows(made, 复核=review, **rows)).review
        for made in (BASE, changed("C1.1", 评分方式="不适用"))
        for rows in ({}, {"加减分": adjustments})
    ]
    assert [(f"{r.score_totals.total:f}", r.score_totals.grade.name.value) for r in found if r] == [
        ("85.24", "良好"), ("94.24", "良好"), ("81.41", "良好"), ("90.41", "良好"),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(LAWFUL))
def test_the_order_of_a_rules_rows_does_not_matter(seed: int) -> None:
    """Nor that of surveys, extras and reviews."""
    rng = Random(seed)
    made = random_books.contents(seed)
    sheets = {
        name: rng.sample(made.sheets[name], len(made.sheets[name]))
        for name in ("评分规则", "满意度调查", "加减分", "复核")
        if name in made.sheets
    }
    before, after = scored(made), scored(with_rows(made, **sheets))
    assert [work.score for work in before.indicator_scores] == [
        work.score for work in after.indicator_scores
    ]
    assert (before.total, before.grade.name.value) == (after.total, after.grade.name.value)
    assert (before.review and before.review.score_totals.total) == (after.review and after.review.score_totals.total)  # fmt: skip
