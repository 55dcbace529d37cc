"""The numbers between the cells and a score: weights, 百分制, the budget's rate, the row of a rule that applied.

Each in words, with the cells that they stand in. A figure in words is exact, or says 约 and ≈: to
nine places, by which a rule compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from xlkpi import rules
from xlkpi.methods import Case
from xlkpi.model import Budget, Filled, Given, Part, Working
from xlkpi.numbers import EXACT, plain
from xlkpi.place import Place, listed
from xlkpi.rules import Entry, Rule

_PLACES = rules.GAP_PLACES


def rule_places(work: Working) -> list[Place]:
    """Return the cells of its rule: the name of every row, then the numbers of the row that applied."""
    if not work.method or not work.method.rule or not work.case:
        return []
    rule, value = work.method.rule, work.method.value(work.case)
    names = sorted(entry.places["规则"] for entry in rule.entries)
    if rule.kind == rules.STEPS:
        return [*names, *_held(rule.entries[0], ("基准", "步长", "每步扣分", "封底"))]
    found = None if value is None else rules.band(rule, value)
    return [*names, *(_held(found, ("下限", "得分比例")) if found else ())]


def _held(entry: Entry, headers: tuple[str, ...]) -> Iterator[Place]:
    """The cells in which a number of this row stands."""
    held = {
        "下限": entry.bound, "得分比例": entry.share, "基准": entry.base, "步长": entry.step,
        "每步扣分": entry.cost, "封底": entry.floor,
    }  # fmt: skip
    return (entry.places[header] for header in headers if held[header] is not None)


def budget_places(filled: Filled) -> tuple[list[Place], list[Place]]:
    """Return the cells that Σ全年执行数 and Σ全年预算数 are made of."""
    projects = filled.projects
    return [each.executed.place for each in projects], [each.budget.place for each in projects]


def weight_places(work: Working) -> list[Place]:
    """Return the cells of the weights of those who marked, and of their groups, where weights count."""
    own = [given.weight.place for given in work.given if given.weight]
    return own + [part.group.weight.place for part in work.parts if part.mean is not None]


def mark(work: Working, given: Given, hundred: bool) -> str:
    """Say what a scorer gave, in 百分制 what it is of the points, and its weight."""
    if given.mark is None:
        return f"{given.scorer}：回避（{given.place}）"
    said = f"{given.scorer}：{plain(given.mark)}（{given.place}）"
    if hundred:
        points = plain(work.indicator.points.value or Decimal(0))
        said += f"，折算 {plain(given.mark)} ÷ 100 × {points} = {_worth(work, given, hundred)}"
    if given.weight and given.weight.value is not None:
        said += f"，评分权重 {plain(given.weight.value)}（{given.weight.place}）"
    return said


def _worth(work: Working, given: Given, hundred: bool) -> str:
    """Return a mark out of the indicator's points; in 百分制 not rounded."""
    assert given.mark is not None
    if not hundred:
        return plain(given.mark)
    points = work.indicator.points.value
    assert points is not None
    return plain(EXACT.multiply(given.mark, points).scaleb(-2, EXACT))


def weighted(work: Working, hundred: bool) -> Iterator[str]:
    """Say the weighted mean with its numbers, where weights count."""
    if not work.parts:
        yield from _mean(work, work.given, work.exact, hundred, "")
        return
    for part in work.parts:
        own = [given for given in work.given if given.group == part.group.key]
        yield from _mean(work, own, part.mean, False, f"{part.group.name}：")
        yield _part(part)
    yield from _joined(work, hundred)


def _mean(
    work: Working, given: Sequence[Given], mean: Fraction | None, hundred: bool, whose: str
) -> Iterator[str]:
    weighed = [(g, plain(g.weight.value)) for g in given if g.weight and g.weight.value]
    if weighed and mean is not None:
        products = " + ".join(f"{_worth(work, g, hundred)} × {weight}" for g, weight in weighed)
        weights = " + ".join(weight for _, weight in weighed)
        yield f"{whose}加权平均：({products}) ÷ ({weights}) {_equals(mean)}"


def _part(part: Part) -> str:
    """Say what a group gave, in the scale of the marks, and its weight."""
    group, weight = part.group, part.group.weight
    if part.mean is None:
        return f"{group.name}：无人评分，组权重按其余各组折算"
    said = f"{group.name}：{part.words}，组得分 {_said(part.mean)}"
    return f"{said}，组权重 {_weight(part)}（{weight.place}）"


def _weight(part: Part) -> str:
    return plain(part.group.weight.value or Decimal(0))


def _joined(work: Working, hundred: bool) -> Iterator[str]:
    """Say the mean of the groups with its numbers, in 百分制 what it is of the points."""
    there = [(part.mean, _weight(part)) for part in work.parts if part.mean is not None]
    products = " + ".join(f"{_quotient(mean)} × {weight}" for mean, weight in there)
    points = work.indicator.points.value or Decimal(0)
    one = work.exact * 100 / Fraction(points) if hundred else work.exact
    weights = " + ".join(weight for _, weight in there)
    yield f"按组权重：({products}) ÷ ({weights}) {_equals(one)}"
    if hundred:
        yield f"折算：{_quotient(one)} ÷ 100 × {plain(points)} {_equals(work.exact)}"


def _quotient(value: Fraction) -> str:
    """Return a number that can be reckoned on with: a mean that nine places do not hold as a quotient."""
    exact, text = _near(value)
    return text if exact else f"({value.numerator} ÷ {value.denominator})"


def budget(filled: Filled, held: Budget) -> Iterator[str]:
    """Say 预算执行率 with the cells that it comes of."""
    executed, planned = (listed(each) for each in budget_places(filled))
    spent, whole = plain(held.executed), plain(held.budget)
    yield f"全年执行数合计 {spent}（{executed}），全年预算数合计 {whole}（{planned}）"
    if held.budget:
        yield f"预算执行率：{spent} ÷ {whole} {_equals(held.rate * 100)}%"
    else:
        yield "预算执行率：全年预算数合计是 0，按 0 计算"


def rule(work: Working) -> Iterator[str]:
    """Say which row of its rule applied, or how many whole steps there are."""
    method, case = work.method, work.case
    if not method or not method.rule or not case:
        return
    value = method.value(case)
    if value is None:
        yield "年度指标值是 0，算不出完成了百分之几，不打折"
    elif method.rule.kind == rules.STEPS:
        name = "预算执行率" if method.budgeted else "实际完成值"
        yield f"{name} {_said(value)}{'%' if method.budgeted else ''} {_steps(method.rule, case, value)}"
    elif method.rule.kind == rules.OVERDONE:
        ratio = f"{_exact(case.actual)} ÷ {_exact(case.target)} {_equals(value)}%"
        yield f"完成值÷指标值 {ratio}，{_kept(rules.band(method.rule, value))}"
    else:
        name = "预算执行率" if method.budgeted else "实际完成值"
        unit = "%" if method.budgeted else ""
        yield f"{name} {_said(value)}{unit}，{_band(rules.band(method.rule, value))}"


def _band(entry: Entry | None) -> str:
    if entry is None:
        return "低于最低一档，得 0"
    return f"{_reached(entry)}：{_share(entry)}"


def _kept(entry: Entry | None) -> str:
    if entry is None:
        return "不到打折的下限，不打折"
    if entry.share is None:
        return f"{_reached(entry)}：得分比例留空，不打折，须说明原因（{entry.places['规则']}）"
    return f"{_reached(entry)}：按比例所得再乘以{_share(entry)}"


def _reached(entry: Entry) -> str:
    """Say by which bound a row applies."""
    if entry.bound is None:
        return "不到其他各档，按下限留空的一档"
    sign = "不低于" if entry.inclusive else "高于"
    return f"{sign}下限 {plain(entry.bound)}（{entry.places['下限']}）"


def _share(entry: Entry) -> str:
    share = entry.share
    assert share is not None
    return f"得分比例 {plain(share * 100)}%（{entry.places['得分比例']}）"


def _steps(made: Rule, case: Case, value: Fraction) -> str:
    entry, count = made.entries[0], rules.steps(made, value)
    assert entry.base is not None
    assert entry.step is not None
    assert entry.cost is not None
    side = "高" if entry.direction == rules.HIGHER else "低"
    base = f"基准 {plain(entry.base)}（{entry.places['基准']}）"
    if rules.beyond(made, value) <= 0:
        return f"不{side}于{base}：不扣分"
    beyond = _said(abs(value - Fraction(entry.base)))
    gap = f"比{base}{side} {beyond}，步长 {plain(entry.step)}（{entry.places['步长']}）"
    if not count:
        return f"{gap}，不足一步：不扣分"
    points, cost = _exact(case.points), plain(entry.cost)
    left = rules.unfloored(made, case.points, value)
    said = (
        f"{gap}，共 {count} 个整步，每步扣 {cost}（{entry.places['每步扣分']}）："
        f"{points} － {count} × {cost} = {_exact(left)}"
    )
    if left >= (entry.floor or 0):
        return said
    if entry.floor is None:
        return f"{said}，扣完为止，得 0"
    return f"{said}，封底 {plain(entry.floor)}（{entry.places['封底']}），得 {plain(entry.floor)}"


def _exact(value: Fraction | None) -> str:
    """Return a number that comes of sums and products of cells alone, with all its places."""
    if value is None:
        return ""
    return plain(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))


def _near(value: Fraction) -> tuple[bool, str]:
    """Return whether nine places hold a number, and it with as many of them as it needs."""
    text = plain(value, _PLACES).rstrip("0").rstrip(".")
    return Fraction(text) == value, text


def _said(value: Fraction) -> str:
    exact, text = _near(value)
    return text if exact else f"约 {text}"


def _equals(value: Fraction) -> str:
    exact, text = _near(value)
    return f"= {text}" if exact else f"≈ {text}"
