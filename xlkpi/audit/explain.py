"""Explain a score in words: from the total down to the scorers' cells, and up to the grade."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain.cells import Derived, Number, Text
from xlkpi.domain.location import a1, list_places
from xlkpi.domain.methods import BANDED, NOT_APPLICABLE, VOTES
from xlkpi.domain.numbers import plain
from xlkpi.domain.results import IndicatorScore, Outcome, Scored, TierScore
from xlkpi.domain.schema import SCORES_SHEET
from xlkpi.domain.text import day
from xlkpi.scoring import trace
from xlkpi.writing.scored import total
from xlkpi.writing.scored.addresses import FIRST_SCORE, ScoreColumns

_LEVELS = ("一级指标", "二级指标", "三级指标")
_STEP = "    "


class NoSuchCode(Exception):
    """No indicator has this code."""


def explain_all(outcome: Outcome) -> str:
    """Explain the grade, the total and every indicator, each with the cells it comes from."""
    scored = _require_scored(outcome)
    lines = [*_describe_outcome(outcome), *_explain_total(outcome)]
    for first in scored.tiers[0]:
        lines += ["", _describe_tier(first)]
        for second in _find_children(scored, 1, first):
            lines.append(_STEP + _describe_tier(second))
            for third in _find_children(scored, 2, second):
                lines.append(_STEP * 2 + _describe_tier(third))
                lines += [
                    _STEP * 3 + line
                    for line in _explain_score(outcome, _find_indicator_score(scored, third))
                ]
    return "\n".join(lines)


def explain_indicator(outcome: Outcome, code: str) -> str:
    """Explain one indicator, down to its cells and up to the grade. Raises NoSuchCode."""
    scored = _require_scored(outcome)
    for level, tiers in enumerate(scored.tiers):
        for tier in tiers:
            if (tier.tier.code.value or "").casefold() == code.strip().casefold():
                return "\n".join(
                    [*_describe_outcome(outcome), "", *_explain_tier(outcome, level, tier)]
                )
    raise NoSuchCode(code)


def _require_scored(outcome: Outcome) -> Scored:
    assert outcome.scored is not None
    return outcome.scored


def _describe_outcome(outcome: Outcome) -> Iterator[str]:
    assert outcome.filled is not None
    scored = _require_scored(outcome)
    who = f"{outcome.filled.info_text('部门名称')} {outcome.filled.info_text('评价年度')} 年度"
    yield f"{who}：总分 {scored.total:f}，等级 {scored.grade.name.value}"


def _explain_total(outcome: Outcome) -> Iterator[str]:
    """Explain how the total follows from tier one, and the grade from the total."""
    scored = _require_scored(outcome)
    score_totals = scored.score_totals
    parts, steps = _join_scores(scored.tiers[0]), total.words(scored)
    if steps:
        yield f"合计 {score_totals.added:f} = {parts}（一级指标得分相加）"
        yield from steps
        yield f"总分 {scored.total:f}（保持在 0 到 100 之间）"
    else:
        yield f"总分 {scored.total:f} = {parts}（一级指标得分相加，保持在 0 到 100 之间）"
    grade = scored.grade
    assert outcome.filled is not None
    reached = [each for each in outcome.filled.grades if scored.total >= (each.bound.value or 0)]
    if reached and reached[0] is not grade:
        yield f"等级 {grade.name.value}：按总分是 {reached[0].name.value}，受一票否决限制"
        return
    yield (
        f"等级 {grade.name.value}：总分不低于 {_show_number(grade.bound.value)}"
        f"（{grade.bound.place}），按四舍五入后的总分定"
    )
    yield from _explain_review(scored)


def _explain_review(scored: Scored) -> Iterator[str]:
    """Give the result of 复核, if the reviewing authority filled in anything."""
    if scored.review:
        score_totals = scored.review.score_totals
        share = plain(scored.review.deviation * 100, 2)
        yield f"复核总分 {score_totals.total:f}，等级 {score_totals.grade.name.value}，偏离度 {share}%（自评总分和等级不因此改变）"


def _explain_reviewed_score(scored: Scored, work: IndicatorScore) -> Iterator[str]:
    """Give the reviewing authority's score of one indicator, if there is one."""
    row = scored.review.rows.get(work.indicator.key) if scored.review else None
    if row is not None and row.score.value is not None:
        why = f"，扣分原因：{row.reason.value}" if row.reason.good else ""
        yield f"复核得分 {_show_number(row.score.value)}（{row.score.place}）{why}"


def _join_scores(tiers: tuple[TierScore, ...] | list[TierScore]) -> str:
    return " + ".join(f"{each.tier.label} {_show_score(each)}" for each in tiers)


def _show_score(each: TierScore) -> str:
    return f"{each.score:f}" if each.applies else NOT_APPLICABLE


def _describe_tier(each: TierScore) -> str:
    tier = each.tier
    if not each.applies:
        return f"{tier.label} {tier.name.value}：不适用，分值 {_show_number(each.points)}（{tier.points.place}）"
    share = plain(Fraction(each.rate) * 100, 2)
    part = "" if each.applicable == each.points else f"，其中适用 {_show_number(each.applicable)}"
    return (
        f"{tier.label} {tier.name.value}：{each.score:f} 分，分值 {_show_number(each.points)}"
        f"（{tier.points.place}）{part}，得分率 {share}%"
    )


def _find_children(scored: Scored, level: int, parent: TierScore) -> list[TierScore]:
    return [each for each in scored.tiers[level] if each.tier.parent_key == parent.tier.key]


def _find_indicator_score(scored: Scored, third: TierScore) -> IndicatorScore:
    return next(work for work in scored.indicator_scores if work.indicator.row == third.tier.row)


def _explain_score(outcome: Outcome, work: IndicatorScore) -> Iterator[str]:
    """List the cells behind a third-level score, what is done with them, and the cell of the formula."""
    assert outcome.filled is not None
    scored, out_of_100 = _require_scored(outcome), outcome.filled.parameters.out_of_100
    yield from (trace.explain_mark(work, given, out_of_100) for given in work.given)
    if not work.applies:
        yield f"计分：{work.explanation}（{work.indicator.method.place}）"
        return
    if work.indicator.method.value == BANDED:
        degree = work.indicator.degree
        yield f"完成程度：{degree.value}（{degree.place}）"
    if not work.given:
        yield from _list_inputs(work)
        yield from _list_lookups(outcome, work)
    columns = ScoreColumns.of(scored)
    row = FIRST_SCORE + scored.index_of(work)
    exact = f"{SCORES_SHEET}!{a1(row, columns.right('合成（未取整）'))}"
    rounded = f"{SCORES_SHEET}!{a1(row, columns.right('得分'))}"
    yield f"计分：{work.explanation}"
    yield from trace.explain_rule(work)
    yield from trace.explain_groups(work)
    yield trace.explain_numbers(work, outcome.filled)
    yield f"未取整 {_show_exact(work.exact)}（{exact}），四舍五入得 {work.score:f}（{rounded}）"
    yield from _explain_reviewed_score(scored, work)


def _list_lookups(outcome: Outcome, work: IndicatorScore) -> Iterator[str]:
    """List the rows of 预算执行, 评分规则 and 满意度调查 that the method uses, and 核减分."""
    filled, scored = outcome.filled, _require_scored(outcome)
    assert filled is not None
    if scored.budget and work.method and work.method.budgeted:
        yield from trace.explain_budget(filled, scored.budget)
    if work.method and work.method.rule:
        cells = list_places(sorted(entry.places["规则"] for entry in work.method.rule.entries))
        yield f"评分规则“{work.method.rule.name}”：{cells}"
    if work.method and work.method.surveyed:
        for row in filled.surveys:
            if row.key == work.indicator.key:
                votes = "，".join(
                    f"{name} {_show_number(vote.value)}（{vote.place}）"
                    for name, vote in zip(VOTES, row.votes, strict=True)
                )
                yield f"{row.respondents.value or '满意度调查'}：{votes}"
    if work.indicator.deduction.value:
        yield f"核减分：{_show_number(work.indicator.deduction.value)}（{work.indicator.deduction.place}）"


def _list_inputs(work: IndicatorScore) -> Iterator[str]:
    indicator = work.indicator
    cells: tuple[tuple[str, Text | Number], ...] = (
        ("指标性质", indicator.nature),
        ("年度指标值", indicator.target),
        ("实际完成值", indicator.actual),
    )
    for name, cell in cells:
        if cell.value not in (None, ""):
            text = _show_number(cell.value) if isinstance(cell.value, Decimal) else cell.value
            if indicator.dated and isinstance(cell.value, Decimal):
                text = day(cell.value)
            yield f"{name}：{text}（{cell.place}）"
    if isinstance(indicator.actual.typed, Derived):
        derived = indicator.actual.typed
        yield f"实际完成值由基础数据算得：{derived.named or derived.formula}"
        yield from (datum.text for datum in derived.data)


def _explain_tier(outcome: Outcome, level: int, tier: TierScore) -> Iterator[str]:
    scored = _require_scored(outcome)
    yield f"{_LEVELS[level]} {_describe_tier(tier)}"
    yield "往下，由哪些格子得来："
    if level == 2:
        yield from (
            _STEP + line for line in _explain_score(outcome, _find_indicator_score(scored, tier))
        )
    else:
        children = _find_children(scored, level + 1, tier)
        yield f"{_STEP}{_show_score(tier)} = {_join_scores(children)}"
        yield from (_STEP + _describe_tier(child) for child in children)
    yield "往上，到总分和等级："
    while level:
        level -= 1
        parent = next(each for each in scored.tiers[level] if each.tier.key == tier.tier.parent_key)
        addends = _join_scores(_find_children(scored, level + 1, parent))
        yield f"{_STEP}{_LEVELS[level]} {parent.tier.label} {parent.tier.name.value} {_show_score(parent)} = {addends}"
        tier = parent
    yield from (_STEP + line for line in _explain_total(outcome))


def _show_number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _show_exact(value: Fraction) -> str:
    text = plain(value, 6).rstrip("0")
    return text.rstrip(".") if "." in text else text
