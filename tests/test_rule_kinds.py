"""直线, 偏离, 不足一步 and 得分: their laws, published schemes worked by hand, and what stops.

分档, 步长 and 超额完成 have theirs in `test_methods`; formulas are held against LibreOffice in `test_formulas`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import documents, plain_workbook
from tests.counts import drawn
from tests.custom_rule_rows import (
    DIRECTIONS,
    LOWER,
    astray,
    banded,
    pointed,
    stepped,
    straight,
    table,
)
from tests.test_custom_rules import BASE, RIGHT, R, T, done, figures, outcome, stops
from xlkpi.audit import reference
from xlkpi.domain import methods
from xlkpi.domain.custom_rules import A_STEP, HIGHER, IN_PROPORTION, PARTS, Rule
from xlkpi.domain.methods import Case
from xlkpi.domain.results import Outcome

MANY = settings(max_examples=drawn(100, 5000))

points_ = st.decimals("0.001", 100, places=3)
value_ = st.decimals(-500, 500, places=3) | st.integers(-20, 200).map(Decimal)
step_ = st.sampled_from(["0.1", "0.01", "0.3", "1", "2.5", "5", "10"]).map(Decimal)
cost_ = st.decimals("0.001", 20, places=3)
target_ = (st.integers(-50, 500).map(Decimal) | st.decimals(-99, 99, places=2)).filter(bool)


def earned(
    rule: Rule, points: Decimal, value: Decimal | Fraction, target: Decimal | None = None
) -> Fraction:
    """What the engine gives for a value."""
    method = methods.find("甲", {"甲": rule})
    assert method is not None
    goal = None if target is None else Fraction(target)
    return method.points(Case(Fraction(points), target=goal, actual=Fraction(value)))


# 直线


@st.composite
def lines_(draw: st.DrawFn, whole: bool = False) -> Rule:
    """Two to six points, rising or falling; `whole`: from nothing to all."""
    bounds = draw(st.lists(st.decimals(-50, 150, places=2), min_size=2, max_size=6, unique=True))
    inner = draw(st.lists(st.decimals(0, 1, places=3), min_size=len(bounds) - 2, max_size=len(bounds) - 2))  # fmt: skip
    ends = (Decimal(0), Decimal(1))
    if not whole:
        ends = draw(st.tuples(st.decimals(0, "0.4", places=2), st.decimals("0.5", 1, places=2)))
    shares = sorted([*ends, *(min(ends[1], max(ends[0], each)) for each in inner)])
    return straight(list(zip(sorted(bounds, reverse=draw(st.booleans())), shares, strict=True)))


@given(lines_(), points_, value_)
@MANY
def test_a_line_is_the_second_implementations(rule: Rule, points: Decimal, value: Decimal) -> None:
    """Also on its points and a hair beside them, in shares and in points."""
    inside = [each.share * points for each in rule.entries if each.share is not None]
    for made in (rule, pointed(rule, inside)):
        bounds = [each.bound for each in made.entries if each.bound is not None]
        hairs = [Decimal(text) for text in ("0", "0.001", "-0.001", "4e-10", "-4e-10")]
        for at in (value, *(bound + hair for bound in bounds for hair in hairs)):
            own = earned(made, points, at)
            assert 0 <= own <= points
            assert own == reference.score_straight(Fraction(points), table(made), Fraction(at))


@given(lines_(), points_)
@MANY
def test_a_point_earns_exactly_what_its_row_says(rule: Rule, points: Decimal) -> None:
    for row in rule.entries:
        assert row.bound is not None
        assert row.share is not None
        assert earned(rule, points, row.bound) == Fraction(points) * Fraction(row.share)


@given(lines_(), points_, value_, value_)
@MANY
def test_a_line_only_rises_or_only_falls(
    rule: Rule, points: Decimal, one: Decimal, two: Decimal
) -> None:
    rising = (rule.entries[0].share or 0) > (rule.entries[-1].share or 0)
    worse, better = sorted((one, two), reverse=not rising)
    assert earned(rule, points, worse) <= earned(rule, points, better)


@given(lines_(whole=True), points_, value_)
@MANY
def test_a_line_from_nothing_to_all_has_no_jump(
    rule: Rule, points: Decimal, value: Decimal
) -> None:
    """A millionth further never earns more than the steepest stretch does."""
    rows = list(pairwise(rule.entries))
    steepest = max(
        abs(Fraction((a.share or 0) - (b.share or 0)) / Fraction((a.bound or 0) - (b.bound or 0)))
        for a, b in rows
    )
    for at in (value, *(each.bound or Decimal(0) for each in rule.entries)):
        for hair in (Decimal("1e-6"), Decimal("-1e-6")):
            gap = abs(earned(rule, points, at + hair) - earned(rule, points, at))
            assert gap <= Fraction(points) * steepest * Fraction(1, 10**6)


@pytest.mark.parametrize(
    ("line", "value", "expected"),
    [
        # 执行率: none below 70 %, all from 100 % on
        ("70:0 100:1", "70", "0"), ("70:0 100:1", "69.99", "0"), ("70:0 100:1", "0", "0"),
        ("70:0 100:1", "85", "5"), ("70:0 100:1", "91", "7"), ("70:0 100:1", "100", "10"),
        ("70:0 100:1", "100.3", "10"),
        # cost: all up to 100 %, none from 120 % on
        ("100:1 120:0", "95", "10"), ("100:1 120:0", "100", "10"), ("100:1 120:0", "105", "7.5"),
        ("100:1 120:0", "119", "0.5"), ("100:1 120:0", "120", "0"), ("100:1 120:0", "300", "0"),
        # 60 % of the points at 60, all at 95, none below
        ("60:0.6 95:1", "60", "6"), ("60:0.6 95:1", "59.9", "0"), ("60:0.6 95:1", "77.5", "8"),
        # two slopes
        ("0:0 60:0.9 100:1", "30", "4.5"), ("0:0 60:0.9 100:1", "80", "9.5"),
        # what stands at the good end is less than all; beyond it is all
        ("60:0 90:0.9", "90", "9"), ("60:0 90:0.9", "90.1", "10"),
    ],
)  # fmt: skip
def test_lines_of_the_field_worked_by_hand(line: str, value: str, expected: str) -> None:
    points = [each.split(":") for each in line.split()]
    rule = straight([(Decimal(bound), Decimal(part)) for bound, part in points])
    assert earned(rule, Decimal(10), Decimal(value)) == Fraction(expected)


# 偏离


@st.composite
def deviations_(draw: st.DrawFn, points: Decimal, base: Decimal | None = None) -> Rule:
    floor = draw(st.none() | st.decimals(0, points, places=3))
    if draw(st.booleans()):
        return astray(base, floor=floor)
    return astray(base, draw(step_), draw(cost_), floor, draw(st.sampled_from(("", *PARTS))))


@given(st.data(), points_, target_, value_)
@MANY
def test_a_deviation_is_the_second_implementations_and_costs_alike_on_either_side(
    data: st.DataObject, points: Decimal, target: Decimal, away: Decimal
) -> None:
    rule = data.draw(deviations_(points))
    floor = rule.entries[0].floor or 0
    both = [earned(rule, points, target + side * away, target) for side in (1, -1)]
    (row,) = table(rule)
    for own, side in zip(both, (1, -1), strict=True):
        value = Fraction(target + side * away)
        assert floor <= own <= points
        assert own == reference.score_deviation(Fraction(points), row, Fraction(target), value)
    assert both[0] == both[1]
    assert earned(rule, points, target, target) == points


@given(st.data(), points_, target_, value_, value_)
@MANY
def test_further_from_the_target_never_earns_more(
    data: st.DataObject, points: Decimal, target: Decimal, one: Decimal, two: Decimal
) -> None:
    rule = data.draw(deviations_(points))
    near, far = sorted((abs(one), abs(two)))
    for side in (1, -1):
        nearer = earned(rule, points, target + side * near, target)
        assert nearer >= earned(rule, points, target - side * far, target)


@given(st.data(), points_, target_, target_, value_)
@MANY
def test_a_base_stands_in_for_the_target(
    data: st.DataObject, points: Decimal, base: Decimal, target: Decimal, value: Decimal
) -> None:
    own = data.draw(deviations_(points))
    based = own._replace(entries=(own.entries[0]._replace(base=base),))
    assert earned(based, points, value, target) == earned(own, points, value, base)


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (astray(), "100", "10"), (astray(), "120", "8"), (astray(), "80", "8"), (astray(), "0", "0"),
        (astray(), "250", "0"), (astray(floor=Decimal(3)), "250", "3"),
        (astray(step=Decimal(5), cost=Decimal(1)), "104.9", "10"),
        (astray(step=Decimal(5), cost=Decimal(1)), "95", "9"),
        (astray(step=Decimal(5), cost=Decimal(1), part=A_STEP), "104.9", "9"),
        (astray(step=Decimal(5), cost=Decimal(1), part=IN_PROPORTION), "90.5", "8.1"),
    ],
)  # fmt: skip
def test_deviations_from_100_worked_by_hand(rule: Rule, value: str, expected: str) -> None:
    assert earned(rule, Decimal(10), Decimal(value), Decimal(100)) == Fraction(expected)


# 不足一步


@given(points_, value_, st.sampled_from(DIRECTIONS), step_, cost_, value_)
@MANY
def test_a_part_of_a_step_costs_nothing_its_part_or_a_step(
    points: Decimal, base: Decimal, direction: str, step: Decimal, cost: Decimal, value: Decimal
) -> None:
    """Each is the second implementation's; at whole steps all three are one."""
    rules = {part: stepped(base, direction, step, cost, None, part) for part in PARTS}
    none, whole, pro_rata = (earned(rule, points, value) for rule in rules.values())
    assert points >= none >= pro_rata >= whole >= 0
    for rule in rules.values():
        own = earned(rule, points, value)
        assert own == reference.score_stepped(Fraction(points), table(rule)[0], Fraction(value))
    side = -1 if direction == LOWER else 1
    for count in (0, 1, 3, 29):
        at = {earned(rule, points, base + side * count * step) for rule in rules.values()}
        assert at == {max(Fraction(0), Fraction(points) - count * Fraction(cost))}


@pytest.mark.parametrize(
    ("part", "value", "expected"),
    [
        # ≤ 100 % full, each point above −0.5: 不满 1 % 按 1 % 计算, and pro rata
        (A_STEP, "100", "10"), (A_STEP, "100.01", "9.5"), (A_STEP, "101", "9.5"), (A_STEP, "101.2", "9"),
        (A_STEP, "100.0000000004", "10"), (IN_PROPORTION, "100.5", "9.75"), (IN_PROPORTION, "103.2", "8.4"),
        ("", "101.9", "9.5"), (A_STEP, "99", "10"), (IN_PROPORTION, "99", "10"), (A_STEP, "500", "0"),
    ],
)  # fmt: skip
def test_parts_of_steps_worked_by_hand(part: str, value: str, expected: str) -> None:
    rule = stepped(Decimal(100), HIGHER, Decimal(1), Decimal("0.5"), None, part)
    assert earned(rule, Decimal(10), Decimal(value)) == Fraction(expected)


# 得分


@given(points_, st.decimals(0, 1, places=3), value_)
@MANY
def test_what_a_row_earns_in_points_does_not_scale(
    points: Decimal, part: Decimal, value: Decimal
) -> None:
    """Within the points it is what stands there, whatever they are."""
    amount = part * points
    rule = pointed(banded([(None, True, Decimal(0)), (Decimal(0), True, Decimal(0))]), [amount, Decimal(0)])  # fmt: skip
    expected = Fraction(amount) if value >= 0 else 0
    assert earned(rule, points, value) == earned(rule, points + 9, value) == expected


# > and <


@pytest.mark.parametrize(
    ("nature", "actual", "full", "share"),
    [
        (">", "100", 0, 1), (">", "100.001", 1, 1), (">", "99", 0, Fraction(99, 100)),
        (">", "100.0000000004", 0, 1), ("<", "100", 0, 1), ("<", "99.999", 1, 1),
        ("<", "101", 0, Fraction(99, 100)), ("≥", "100", 1, 1), ("≤", "100", 1, 1), ("=", "100", 1, 1),
    ],
)  # fmt: skip
def test_equality_does_not_meet_a_strict_target_but_its_ratio_is_1(
    nature: str, actual: str, full: int, share: Fraction
) -> None:
    case = Case(Fraction(10), nature, Fraction(100), Fraction(actual))
    assert methods.BY_NAME["达标得满分"].points(case) == 10 * full
    assert methods.BY_NAME["按比例"].points(case) == 10 * share
    for name in ("达标得满分", "按比例"):
        assert ("等于指标值" in methods.BY_NAME[name].explain(case)) == (nature in "<>")


def test_what_only_equals_a_strict_target_is_asked_for_its_reason_and_keeps_its_proportion() -> (
    None
):
    made = done(("写", T, "E5", ">"))  # A1.1, 按比例: 12 of 12
    assert figures(made) == RIGHT
    assert set(stops(made)) == {("X609", f"{T}!M5")}
    words = [w.explanation for w in made.scored.indicator_scores if w.indicator.code.value == "A1.1"] if made.scored else []  # fmt: skip
    assert "等于指标值时比例为 1" in "".join(words)


@pytest.mark.parametrize(
    ("nature", "typed", "expected"),
    [
        (">", "≥100", {"X609", "X613"}),
        ("≥", "≥100", set()),
        (">", "≥101", set()),
        (">", ">100", set()),
        ("≥", ">100", set()),
        (">", "100", {"X609"}),
    ],
)
def test_at_least_the_target_is_not_enough_where_more_is_asked_for(
    nature: str, typed: str, expected: set[str]
) -> None:
    made = done(("写", T, "E11", nature), ("写", T, "H11", typed))  # A3.2, 达标得满分: 100
    assert {code for code, _ in stops(made)} == expected


# whole workbooks: the sample with all rules, changed cell by cell


def rows(first: int, *held: Sequence[str]) -> list[documents.Step]:
    """Rows of 评分规则 below the sample's own: column letter and text in turn."""
    return [
        ("写", R, f"{cell[0]}{first + n}", cell[1:])
        for n, cells in enumerate(held)
        for cell in cells
    ]


LINE = rows(17, ("A甲", "B直线", "C70", "E0%"), ("A甲", "B直线", "C100", "E100%"))
ASTRAY = rows(17, ("A甲", "B偏离"))
BY_LINE, BY_ASTRAY = (
    [*LINE, ("写", T, "I8", "甲")],
    [*ASTRAY, ("写", T, "I8", "甲"), ("写", T, "E8", "=")],
)
BUDGETED = ("写", T, "I14", "预算执行率:甲")


def score(code: str, *steps: documents.Step) -> str:
    made = done(*steps)
    assert made.scored, stops(made)
    (own,) = [
        each.score for each in made.scored.indicator_scores if each.indicator.code.value == code
    ]
    return f"{own:f}"


@pytest.mark.parametrize(
    ("code", "steps", "expected"),
    [
        ("A2.1", BY_LINE, "4.70"),  # 93.5 of 70 to 100, 6 points
        ("A2.1", [*BY_LINE, ("写", R, "C17", "70%"), ("写", R, "C18", "百分比 1")], "4.70"),
        ("A2.1", [*BY_LINE, ("写", R, "E17", "空"), ("写", R, "E18", "空"), ("写", R, "L17", "0"), ("写", R, "L18", "6分")], "4.70"),
        ("A2.1", BY_ASTRAY, "5.91"),  # 93.5 against 95
        ("A2.1", [*BY_ASTRAY, ("写", R, "F17", "90")], "5.77"),
        ("A2.1", [*BY_ASTRAY, ("写", R, "H17", "1%"), ("写", R, "I17", "0.5")], "5.50"),
        ("A2.1", [*BY_ASTRAY, ("写", R, "H17", "1%"), ("写", R, "I17", "0.5"), ("写", R, "K17", " 按 一步")], "5.00"),
        ("A3.1", [("写", R, "K13", "按一步")], "2.50"), ("A3.1", [("写", R, "K13", "按比例")], "2.80"),
        ("A3.1", [("写", R, "K13", "不计")], "3.00"),
        ("B1.1", [*LINE, BUDGETED], "7.88"),  # 576.75 of 616 is 93.63 %
        ("B1.1", [*ASTRAY, BUDGETED, ("写", T, "E14", "=")], "9.36"),
        ("B1.1", [*ASTRAY, BUDGETED, ("写", T, "E14", "空"), ("写", R, "F17", "100")], "9.36"),
        ("A3.2", [("写", T, "E11", ">")], "0.00"),
    ],
    ids=str,
)  # fmt: skip
def test_rules_of_the_field_in_a_workbook(
    code: str, steps: list[documents.Step], expected: str
) -> None:
    assert score(code, *steps) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([*BY_LINE, ("写", R, "C18", "空")], "X630 评分规则!C18"),
        ([*BY_LINE, ("写", R, "C18", "70")], "X630 评分规则!C18"),
        ([*BY_LINE, ("写", R, "E18", "0%")], "X630 评分规则!E18"),
        ([*BY_LINE, ("写", R, "E18", "空")], "X630 评分规则!E18"),
        ([*BY_LINE, ("写", R, "E18", "数 100")], "X630 评分规则!E18"),
        ([*BY_LINE, ("写", R, "C17", "0.7")], "X606 评分规则!C17"),
        ([*BY_LINE, ("写", R, "L18", "6")], "X630 评分规则!L18"),
        ([*BY_LINE, ("写", R, "E18", "空"), ("写", R, "L18", "6")], "X630 评分规则!L18"),
        ([*BY_LINE, ("写", R, "E17", "空"), ("写", R, "E18", "空"), ("写", R, "L17", "0"), ("写", R, "L18", "7")], "X681 评分规则!L18"),
        ([*BY_LINE, ("写", R, "E17", "空"), ("写", R, "E18", "空"), ("写", R, "L17", "-1"), ("写", R, "L18", "6")], "X630 评分规则!L17"),
        ([*BY_LINE, ("写", R, "E17", "空"), ("写", R, "E18", "空"), ("写", R, "L17", "0"), ("写", R, "L18", "5")], "X680 评分规则!L18"),
        ([*BY_LINE, ("写", R, "E17", "60%")], "X680 评分规则!E17"),
        ([*BY_LINE, ("写", R, "E18", "90%")], "X680 评分规则!E18"),
        ([*BY_LINE, ("写", R, "D18", "否")], "X637 评分规则!D18"),
        ([*BY_LINE, *rows(19, ("A甲", "B直线", "C110", "E50%"))], "X630 评分规则!E19"),
        ([*rows(17, ("A甲", "B直线", "C70", "E0%")), ("写", T, "I8", "甲")], "X630 评分规则!A17"),
        ([*BY_ASTRAY, *rows(18, ("A甲", "B偏离"))], "X630 评分规则!A18"),
        ([*BY_ASTRAY, ("写", R, "H17", "1%")], "X630 评分规则!I17"),
        ([*BY_ASTRAY, ("写", R, "I17", "1")], "X630 评分规则!H17"),
        ([*BY_ASTRAY, ("写", R, "K17", "按一步")], "X630 评分规则!H17, X630 评分规则!I17"),
        ([*BY_ASTRAY, ("写", R, "H17", "0%"), ("写", R, "I17", "1")], "X630 评分规则!H17"),
        ([*BY_ASTRAY, ("写", R, "F17", "0%")], "X630 评分规则!F17"),
        ([*BY_ASTRAY, ("写", R, "F17", "0.95")], "X606 评分规则!F17"),
        ([*BY_ASTRAY, ("写", R, "F17", "98")], "X683 三级指标!F8"),
        ([*BY_ASTRAY, ("写", R, "J17", "9")], "X633 评分规则!J17"),
        ([*BY_ASTRAY, ("写", R, "G17", "高于扣分")], "X637 评分规则!G17"),
        ([*BY_ASTRAY, ("写", T, "F8", "数 0")], "X682 三级指标!F8"),
        ([*BY_ASTRAY, ("写", T, "F8", "空")], "X603 三级指标!F8"),
        ([*BY_ASTRAY, ("写", T, "E8", "≥")], "X684 三级指标!E8"),
        ([*BY_ASTRAY, ("写", T, "E8", "定性")], "X684 三级指标!E8"),
        ([*BY_ASTRAY, ("写", T, "E8", "空"), ("写", T, "F8", "≥95%")], "X684 三级指标!E8"),
        ([*ASTRAY, BUDGETED, ("写", T, "E14", "="), ("写", T, "F14", "空")], "X603 三级指标!F14"),
        ([("写", R, "K13", "四舍五入")], "X510 评分规则!K13"), ([("写", R, "K5", "按一步")], "X637 评分规则!K5"),
        ([("写", R, "L15", "5"), ("写", R, "E15", "空")], "X630 评分规则!L15"),
        ([("写", R, "L5", "80%")], "X506 评分规则!L5"), ([("写", R, "L13", "2")], "X637 评分规则!L13"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_with_a_rule_is_told_at_its_cell(
    steps: list[documents.Step], expected: str
) -> None:
    assert {" ".join(each) for each in stops(done(*steps))} == set(expected.split(", "))


def test_a_workbook_without_the_new_columns_is_scored_as_it_was() -> None:
    made = done(("写", R, "K4", "空"), ("写", R, "L4", "空"))
    assert figures(made) == RIGHT == figures(outcome(BASE))
    assert not stops(made)


def test_a_line_of_all_its_points_over_the_budget_fits_a_formula() -> None:
    """A cell holds 8,192 characters and 64 levels."""
    line = [("A甲", "B直线", f"C{2 + 5 * n}%", f"E{5 * n}%") for n in range(19)]
    made = done(*rows(17, *line, ("A甲", "B直线", "C100", "E100%")), BUDGETED)
    assert made.scored, stops(made)
    (own,) = [each for each in made.scored.indicator_scores if each.indicator.code.value == "B1.1"]
    assert own.method
    assert own.method.rule
    addresses = dict.fromkeys(own.formula.names, "SUM(预算执行!$D$1001:$D$1200)")
    assert len(own.formula.at(addresses | own.method.rule.cells)) < 8192


# without a unit, a per cent may be a part of one


def _bands(*bounds: str) -> list[documents.Step]:
    """A rule of 分档 with these bounds, each worth less than the one before it, down to nothing."""
    shares = ("100%", "80%", "60%")
    rest = ("A甲", "B分档", "E0%")
    made = [("A甲", "B分档", f"C{held}", f"E{share}") for held, share in zip(bounds, shares, strict=False)]  # fmt: skip
    return rows(17, *made, rest)


def _stepped(base: str, side: str = "低于扣分") -> list[documents.Step]:
    return rows(17, ("A甲", "B步长", f"F{base}", f"G{side}", "H1", "I1"))


def _unitless(rule: list[documents.Step], actual: str, target: str = "空", unit: str = "空") -> Outcome:  # fmt: skip
    cells = (("I8", "甲"), ("E8", "空"), ("F8", target), ("G8", unit), ("H8", actual))
    return done(*rule, *(("写", T, *cell) for cell in cells))


SMALL_LINE = rows(17, ("A甲", "B直线", "C0.7", "E0%"), ("A甲", "B直线", "C1", "E100%"))
ASTRAY_100 = rows(17, ("A甲", "B偏离", "F100"))


@pytest.mark.parametrize(
    ("rule", "actual", "code", "readings"),
    [
        (LINE, "0.85", "X606", ("0.85%", "85%")), (LINE, "数 0.85", "X606", ("0.85%", "85%")),
        (_bands("90", "80", "60"), "0.95", "X606", ("95%",)),
        (_stepped("100"), "0.99", "X606", ("99%",)), (_stepped("5", "高于扣分"), "0.04", "X606", ("4%",)),
        (ASTRAY_100, "0.99", "X606", ("0.99%", "99%")), (LINE, "1", "X606", ("1%", "100%")),
        (SMALL_LINE, "85", "X695", ("85%",)), (_bands("0.9", "0.8"), "数 85", "X695", ("85%",)),
        (_stepped("0.95"), "90", "X695", ("90%",)),
        (_stepped("0.05", "高于扣分"), "4", "X695", ("4%",)),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("target", ["空", "数 100"])
def test_without_a_unit_an_actual_is_a_per_cent_or_a_part_of_one(
    rule: list[documents.Step], actual: str, code: str, readings: tuple[str, ...], target: str
) -> None:
    made = _unitless(rule, actual, target)
    at = [each for each in made.findings if str(each.place) == f"{T}!H8"]
    asked = [each for each in at if each.code != "X507"]
    assert [each.code for each in asked] == [code]
    assert not made.scored and "计量单位" in asked[0].remedy
    assert all(reading in asked[0].message + asked[0].remedy for reading in readings)


def test_a_target_that_no_rule_reads_asks_as_well() -> None:
    assert ("X606", f"{T}!H8") in stops(_unitless(_stepped("0"), "0.95", "数 100"))


@pytest.mark.parametrize(
    ("rule", "actual", "unit"),
    [
        (LINE, "85%", "空"), (LINE, "百分比 0.85", "空"), (LINE, "0.85%", "空"), (LINE, "85", "空"),
        (LINE, "0.85", "万元"), (SMALL_LINE, "85", "天"), (SMALL_LINE, "0.85", "空"), (LINE, "0.85个", "空"),
        (_stepped("0", "高于扣分"), "3", "空"), (_bands("3", "2", "1"), "1", "空"), (LINE, "0", "空"),
        (_bands("5000", "4000"), "0.5", "空"),
    ],
    ids=str,
)  # fmt: skip
def test_a_unit_or_a_number_of_the_same_size_is_clear(
    rule: list[documents.Step], actual: str, unit: str
) -> None:
    assert _unitless(rule, actual, unit=unit).scored


def test_a_bare_per_cent_beside_rules_is_read_again_as_it_was(tmp_path: Path) -> None:
    steps = [*LINE, *(("写", T, *cell) for cell in (("I8", "甲"), ("G8", "空"), ("H8", "0.85%")))]
    source = plain_workbook.followed(BASE, steps)
    held = documents.scored(tmp_path, "甲", source).read_bytes()
    assert figures(outcome(held)) == figures(outcome(source))


# a rule that pays for what 指标性质 does not ask for

_FALLING = rows(17, ("A甲", "B直线", "C70", "E100%"), ("A甲", "B直线", "C100", "E0%"))


@pytest.mark.parametrize(
    ("rule", "nature", "against"),
    [
        (_stepped("100"), "≤", True), (_stepped("100"), "<", True), (_stepped("100"), "反向", True),
        (_stepped("100", "高于扣分"), "≥", True), (_stepped("100", "高于扣分"), "正向指标", True),
        (LINE, "≤", True), (_FALLING, ">", True), (_bands("90", "80"), "≤", True),
        (_stepped("100"), "≥", False), (_stepped("100", "高于扣分"), "不高于", False), (LINE, "≥", False),
        (LINE, "空", False), (LINE, "定性", False), (_FALLING, "<", False), (_stepped("100"), "=", False),
        (_bands("90", "80"), ">", False),
    ],
    ids=str,
)  # fmt: skip
def test_a_rule_against_the_direction_of_its_indicator_is_told_once(
    rule: list[documents.Step], nature: str, against: bool
) -> None:
    made = done(*rule, ("写", T, "I8", "甲"), ("写", T, "E8", nature))
    told = [each for each in made.findings if each.code == "X696"]
    assert [str(each.place) for each in told] == [f"{T}!E8"] * against
    assert all("评分规则!" in each.message for each in told)
    assert made.scored


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("按一步计", "按一步"), ("按1步", "按一步"), ("不足一步按一步扣", "按一步"), ("按１步计算。", "按一步"), ("不足一步的也按一步计", "按一步"),
        ("不扣", "不计"), ("不足一步不扣分", "不计"), ("按比例计算", "按比例"), ("按比例扣", "按比例"), ("不足一步的，按比例折算", "按比例"),
    ],
)  # fmt: skip
def test_what_plainly_says_how_a_part_of_a_step_counts_is_read_and_listed(
    typed: str, expected: str
) -> None:
    made = done(("写", R, "K13", typed))
    listed = {(each.found, each.params.get("read")) for each in made.findings if each.code == "X507"}  # fmt: skip
    assert (typed, expected) in listed
    assert figures(made) == figures(done(("写", R, "K13", expected)))


@pytest.mark.parametrize("typed", ["不按比例", "按两步", "不按一步计", "一步", "四舍五入按一步"])
def test_what_does_not_plainly_say_so_stops(typed: str) -> None:
    assert set(stops(done(("写", R, "K13", typed)))) == {("X510", f"{R}!K13")}
