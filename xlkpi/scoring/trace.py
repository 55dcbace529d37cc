"""The intermediate numbers between cells and a score: weights, 百分制, 执行率, the row of a rule that applied.

Each as a sentence, with the cells of its numbers. A figure is exact, or marked 约 and ≈: to
nine places, by which a rule compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain import custom_rules
from xlkpi.domain.custom_rules import Entry, Rule
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef, list_places
from xlkpi.domain.methods import Case
from xlkpi.domain.numbers import EXACT, plain, rounded
from xlkpi.domain.results import Budget, GroupMean, IndicatorScore, ScorerMark
from xlkpi.scoring import substitution

_PLACES = custom_rules.GAP_PLACES


def rule_places(work: IndicatorScore) -> list[CellRef]:
    """Return the cells of its rule: the name of every row, then the numbers of the row that applied."""
    if not work.method or not work.method.rule or not work.case:
        return []
    rule, value = work.method.rule, work.method.value(work.case)
    names = sorted(entry.places["规则"] for entry in rule.entries)
    values = [place for entry in _applied_rows(rule, value) for place in _number_places(entry)]
    return [*names, *(place for place in values if place not in names)]


def _applied_rows(rule: Rule, value: Fraction | None) -> list[Entry]:
    """Return the rows of a rule whose numbers decided the points of a value."""
    if rule.kind in (custom_rules.STEPS, custom_rules.DEVIATION):
        return [rule.entries[0]]
    if value is None:
        return []
    if rule.kind == custom_rules.LINE:
        return custom_rules.points_around(rule, value) or list(rule.entries)
    found = custom_rules.band(rule, value)
    return [found] if found else []


def _number_places(entry: Entry) -> Iterator[CellRef]:
    """Yield the cells of a row's numbers that its 方式 uses."""
    values = {
        "下限": entry.bound, "得分比例": entry.share, "得分": entry.points, "基准": entry.base,
        "步长": entry.step, "每步扣分": entry.cost, "封底": entry.floor,
    }  # fmt: skip
    for header, value in values.items():
        if value is not None and header in custom_rules.COLUMNS[entry.kind]:
            yield entry.places[header]


def budget_places(filled: Filled) -> tuple[list[CellRef], list[CellRef]]:
    """Return the cells that are added up to Σ全年执行数 and to Σ全年预算数."""
    projects = filled.projects
    return [each.executed.place for each in projects], [each.budget.place for each in projects]


def weight_places(work: IndicatorScore) -> list[CellRef]:
    """Return the cells of the weights of those who marked, and of their groups, where weights count."""
    own = [given.weight.place for given in work.given if given.weight]
    return own + [part.group.weight.place for part in work.parts if part.mean is not None]


def explain_mark(work: IndicatorScore, given: ScorerMark, hundred: bool) -> str:
    """Return a scorer's mark as a sentence; in 百分制 also its worth in points; and its weight."""
    if given.mark is None:
        return f"{given.scorer}：回避（{given.place}）"
    text = f"{given.scorer}：{plain(given.mark)}（{given.place}）"
    if hundred:
        points = plain(work.indicator.points.value or Decimal(0))
        text += f"，折算 {plain(given.mark)} ÷ 100 × {points} = {_worth_in_points(work, given, hundred)}"
    if given.weight and given.weight.value is not None:
        text += f"，评分权重 {plain(given.weight.value)}（{given.weight.place}）"
    return text


def _worth_in_points(work: IndicatorScore, given: ScorerMark, hundred: bool) -> str:
    """Return a mark out of the indicator's points; in 百分制 not rounded."""
    assert given.mark is not None
    if not hundred:
        return plain(given.mark)
    points = work.indicator.points.value
    assert points is not None
    return plain(EXACT.multiply(given.mark, points).scaleb(-2, EXACT))


def explain_groups(work: IndicatorScore) -> Iterator[str]:
    """Yield what each group's marks come to, where there are groups."""
    yield from map(_explain_group, work.parts)


def explain_numbers(work: IndicatorScore, filled: Filled) -> str:
    """Return the computation with its numbers, as 指标得分 shows it, and what it comes to."""
    return f"代入：{substitution.text(work, filled)} {_equals(work.exact)}"


def _explain_group(part: GroupMean) -> str:
    """Return a group's mean, on the scale of the marks, and its weight, as a sentence."""
    group, weight = part.group, part.group.weight
    if part.mean is None:
        return f"{group.name}：无人评分，组权重按其余各组折算"
    text = f"{group.name}：{part.explanation}，组得分 {_approximate(part.mean)}"
    return f"{text}，组权重 {_weight_text(part)}（{weight.place}）"


def _weight_text(part: GroupMean) -> str:
    return plain(part.group.weight.value or Decimal(0))


def explain_budget(filled: Filled, sums: Budget) -> Iterator[str]:
    """Yield 预算执行率 with the cells that it is computed from."""
    executed, planned = (list_places(each) for each in budget_places(filled))
    spent, planned_total = plain(sums.executed), plain(sums.budget)
    yield f"全年执行数合计 {spent}（{executed}），全年预算数合计 {planned_total}（{planned}）"
    if sums.budget:
        yield f"预算执行率：{spent} ÷ {planned_total} {_equals(sums.rate * 100)}%"
    else:
        yield "预算执行率：全年预算数合计是 0，按 0 计算"


def explain_rule(work: IndicatorScore) -> Iterator[str]:
    """Yield which row of its rule applied, or how many steps there are."""
    method, case = work.method, work.case
    if not method or not method.rule or not case:
        return
    value = method.value(case)
    if value is None:
        yield "年度指标值是 0，算不出完成了百分之几，不打折"
    elif method.rule.kind == custom_rules.OVER_ACHIEVEMENT:
        ratio = f"{_exact_text(case.actual)} ÷ {_exact_text(case.target)} {_equals(value)}%"
        yield f"完成值÷指标值 {ratio}，{_explain_kept(custom_rules.band(method.rule, value))}"
    else:
        name = "预算执行率" if method.budgeted else "实际完成值"
        unit = "%" if method.budgeted else ""
        yield f"{name} {_approximate(value)}{unit}{_EXPLAIN[method.rule.kind](work, method.rule, value)}"


def _explain_band(_work: IndicatorScore, rule: Rule, value: Fraction) -> str:
    entry = custom_rules.band(rule, value)
    if entry is None:
        return "，低于最低一档，得 0"
    return f"，{_bound_text(entry)}：{_earned_text(entry)}"


def _explain_kept(entry: Entry | None) -> str:
    if entry is None:
        return "不到打折的下限，不打折"
    if entry.share is None:
        return f"{_bound_text(entry)}：得分比例留空，不打折，须说明原因（{entry.places['规则']}）"
    return f"{_bound_text(entry)}：按比例所得再乘以{_earned_text(entry)}"


def _bound_text(entry: Entry) -> str:
    """Return the bound by which a row applies, as a clause."""
    if entry.bound is None:
        return "不到其他各档，按下限留空的一档"
    sign = "不低于" if entry.inclusive else "高于"
    return f"{sign}下限 {plain(entry.bound)}（{entry.places['下限']}）"


def _earned_text(entry: Entry) -> str:
    if entry.points is not None:
        return f"得分 {plain(entry.points)}（{entry.places['得分']}）"
    share = entry.share
    assert share is not None
    return f"得分比例 {plain(share * 100)}%（{entry.places['得分比例']}）"


def _explain_line(work: IndicatorScore, rule: Rule, value: Fraction) -> str:
    points = custom_rules.points_around(rule, value)
    ends = "、".join(
        f"下限 {plain(each.bound or Decimal(0))}（{each.places['下限']}）{_earned_text(each)}"
        for each in reversed(points)
    )
    if not points:
        above = value > Fraction(rule.entries[0].bound or 0)
        return f"，在直线{'高' if above else '低'}的一端以外：{_all_or_nothing(custom_rules.rises(rule) == above)}"
    if len(points) == 1:
        return f"，正在一点上：{ends}"
    return f"，在两点之间：{ends}，按直线计算：{_explain_between(work, points, value)}"


def _explain_between(work: IndicatorScore, points: Sequence[Entry], value: Fraction) -> str:
    """Return the computation between two points of a line, with its numbers."""
    high, low = points
    more, less = (
        plain(each.share or Decimal(0)) if each.points is None else plain(each.points)
        for each in points
    )
    gap, span = (
        plain(rounded(end - Fraction(low.bound or 0), _PLACES))
        for end in (value, Fraction(high.bound or 0))
    )
    worth = _exact_text(work.case and work.case.points)
    text = f"{less} + ({more} － {less}) × {gap} ÷ {span}"
    left = Fraction(less) + (Fraction(more) - Fraction(less)) * Fraction(gap) / Fraction(span)
    if low.points is None:
        return f"{worth} × ({text}) {_equals(Fraction(worth) * left)}"
    return f"{text} {_equals(left)}"


def _all_or_nothing(good: bool) -> str:
    return "得满分" if good else "不得分"


def _explain_deviation(work: IndicatorScore, rule: Rule, value: Fraction) -> str:
    assert work.case is not None
    entry, target = rule.entries[0], work.case.target
    goal = custom_rules.reference_value(rule, target)
    base = f"基准 {_approximate(goal)}（{entry.places['基准']}）"
    if entry.base is None:
        base = f"年度指标值 {_approximate(goal)}（{work.indicator.target.place}）"
    if custom_rules.by_steps(entry):
        return f" {_explain_step_count(work.case, rule, value, f'与{base}相差')}"
    exact, away = _nine_places(abs(value - goal))
    text = f" 与{base}相差 {_approximate(abs(value - goal))}，按相差的比例扣分"
    left = custom_rules.points_before_floor(rule, work.case.points, value, target)
    if exact:
        text += f"：{_exact_text(work.case.points)} × (1 － {away} ÷ {_nine_places(abs(goal))[1]}) {_equals(left)}"
    return text + _explain_floor(work.case, rule, value)


def _explain_floor(case: Case, rule: Rule, value: Fraction) -> str:
    floor = rule.entries[0].floor
    if custom_rules.points_before_floor(rule, case.points, value, case.target) >= (floor or 0):
        return ""
    if floor is None:
        return "，扣完为止，得 0"
    return f"，封底 {plain(floor)}（{rule.entries[0].places['封底']}），得 {plain(floor)}"


def _explain_steps(work: IndicatorScore, rule: Rule, value: Fraction) -> str:
    entry = rule.entries[0]
    assert work.case is not None
    assert entry.base is not None
    side = "高" if entry.direction == custom_rules.HIGHER else "低"
    base = f"基准 {plain(entry.base)}（{entry.places['基准']}）"
    if custom_rules.excess(rule, value) <= 0:
        return f" 不{side}于{base}：不扣分"
    return f" {_explain_step_count(work.case, rule, value, f'比{base}{side}')}"


def _explain_step_count(case: Case, rule: Rule, value: Fraction, side: str) -> str:
    """Return how many steps there are beyond the base, and what they cost."""
    entry = rule.entries[0]
    assert entry.step is not None
    assert entry.cost is not None
    count = custom_rules.step_count(rule, value, case.target)
    beyond = custom_rules.excess(rule, value, case.target)
    if not beyond:
        return f"{side} 0：不扣分"
    exact = abs(value - custom_rules.reference_value(rule, case.target))
    gap = f"{side} {_approximate(exact)}，步长 {plain(entry.step)}（{entry.places['步长']}）"
    if not count:
        return f"{gap}，不足一步：不扣分"
    points, cost = _exact_text(case.points), plain(entry.cost)
    left = custom_rules.points_before_floor(rule, case.points, value, case.target)
    times = _approximate(count)
    if entry.part == custom_rules.IN_PROPORTION:
        times = f"{_nine_places(beyond)[1]} ÷ {plain(entry.step)}"
    text = (
        f"{gap}，共 {_count_text(entry, count)}，每步扣 {cost}（{entry.places['每步扣分']}）："
        f"{points} － {times} × {cost} {_equals(left)}"
    )
    return text + _explain_floor(case, rule, value)


def _count_text(entry: Entry, count: Fraction) -> str:
    if entry.part == custom_rules.IN_PROPORTION:
        return f"{_approximate(count)} 步（不足一步按比例，{entry.places['不足一步']}）"
    if entry.part == custom_rules.A_STEP:
        return f"{_approximate(count)} 步（不足一步按一步，{entry.places['不足一步']}）"
    return f"{_approximate(count)} 个整步"


_EXPLAIN = {
    custom_rules.BANDS: _explain_band,
    custom_rules.STEPS: _explain_steps,
    custom_rules.LINE: _explain_line,
    custom_rules.DEVIATION: _explain_deviation,
}


def _exact_text(value: Fraction | None) -> str:
    """Return a number with all its places: sums and products of cells have finitely many."""
    if value is None:
        return ""
    return plain(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))


def _nine_places(value: Fraction) -> tuple[bool, str]:
    """Return whether nine places are exact, and the number with as many of them as it needs."""
    text = plain(value, _PLACES).rstrip("0").rstrip(".")
    return Fraction(text) == value, text


def _approximate(value: Fraction) -> str:
    exact, text = _nine_places(value)
    return text if exact else f"约 {text}"


def _equals(value: Fraction) -> str:
    exact, text = _nine_places(value)
    return f"= {text}" if exact else f"≈ {text}"
