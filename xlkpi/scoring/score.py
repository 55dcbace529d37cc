"""Filled workbooks → scores. Only workbooks without errors come here; many are one frame."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain import methods
from xlkpi.domain.cells import add_amounts
from xlkpi.domain.formula import Formula
from xlkpi.domain.indicators import Indicator, Tier
from xlkpi.domain.inputs import (
    Adjustment,
    Ballot,
    Filled,
    Grade,
    Group,
    Mark,
    Member,
    Project,
    ReviewRow,
)
from xlkpi.domain.numbers import capped_score, clamp_to_100, plain, round_score, total, with_places
from xlkpi.domain.results import (
    AdjustmentTotals,
    Budget,
    GroupMean,
    IndicatorScore,
    Review,
    Scored,
    ScorerMark,
    ScoreTotals,
    TierScore,
)
from xlkpi.domain.schema import folded
from xlkpi.scoring import aggregate

ScorerBallot = tuple[Member, Ballot, dict[str, Mark]]
"""A member who scores, the member's ballot, and its rows by the indicator's key."""
StatsByKey = dict[tuple[str, str], aggregate.MarkStats]
"""Of one workbook: by indicator and 评分组, "" where groups do not count."""


def score(workbooks: Sequence[Filled]) -> list[Scored]:
    """Score workbooks that have no errors, in the order given."""
    ballots = [_scorer_ballots(filled) for filled in workbooks]
    rows: list[aggregate.Row] = []
    items: dict[tuple[int, str, str], int] = {}
    for at, (filled, scorers) in enumerate(zip(workbooks, ballots, strict=True)):
        weighs, grouped = _uses_weights(filled), bool(filled.groups)
        for indicator in filled.indicators:
            for scorer in scorers if indicator.judged else ():
                key = at, indicator.key, scorer[0].group_key if grouped else ""
                item = items.setdefault(key, len(items))
                rows.extend(_mark_rows(item, indicator, scorer, weighs))
    mark_stats = aggregate.mark_stats(rows)
    found: list[StatsByKey] = [{} for _ in workbooks]
    for (of, code, group), item in items.items():
        if item in mark_stats:  # a group in which everybody recused themselves has no row
            found[of][code, group] = mark_stats[item]
    return [_score_workbook(*each) for each in zip(workbooks, ballots, found, strict=True)]


def _scorer_ballots(filled: Filled) -> list[ScorerBallot]:
    """Return the members who score with their ballots, in the order of 评价工作组, groups together."""
    ballots = {folded(ballot.scorer.value): ballot for ballot in filled.ballots}
    found = [
        (member, ballot, ballot.by_key())
        for member in filled.members
        if member.is_scorer and (ballot := ballots.get(folded(member.name.value)))
    ]
    order = {group.key: at for at, group in enumerate(filled.groups)}
    return sorted(found, key=lambda each: order[each[0].group_key]) if order else found


def _uses_weights(filled: Filled) -> bool:
    return filled.parameters.text("综合方法") == aggregate.Weighted.name


def _mark_rows(
    item: int, indicator: Indicator, scorer: ScorerBallot, weighs: bool
) -> Iterator[aggregate.Row]:
    """Yield the mark of one scorer, or nothing for a recusal: it is not a 0."""
    member, _, marks = scorer
    value = marks[indicator.key].mark.value
    if value is not None:
        weight = (member.weight.value if weighs else None) or Decimal(1)
        yield aggregate.Row(item, value, weight)


def _score_workbook(filled: Filled, scorers: list[ScorerBallot], mark_stats: StatsByKey) -> Scored:
    counts = Counter(member.group_key for member, _, _ in scorers)
    groups = tuple(group for group in filled.groups if counts[group.key])
    budget = _budget(filled.projects)
    indicator_scores = tuple(
        _score_indicator(filled, indicator, scorers, groups, mark_stats, budget)
        for indicator in filled.indicators
    )
    adjustments = _adjustments(filled.adjustments)
    third = [_tier3_score(scored.indicator, scored.score) for scored in indicator_scores]
    score_totals = _score_totals(filled, third, adjustments)
    return Scored(
        scorers=tuple(ballot for _, ballot, _ in scorers),
        indicator_scores=indicator_scores,
        tiers=score_totals.tiers,
        total=score_totals.total,
        grade=score_totals.grade,
        score_totals=score_totals,
        budget=budget,
        review=_review(filled, score_totals, adjustments),
        adjustments=adjustments,
        groups=groups,
        group_sizes=tuple(counts[group.key] for group in groups),
    )


def _score_indicator(
    filled: Filled, indicator: Indicator, scorers: list[ScorerBallot], groups: Sequence[Group],
    mark_stats: StatsByKey, budget: Budget | None,
) -> IndicatorScore:  # fmt: skip
    if indicator.judged and groups:
        return _score_grouped(filled, indicator, scorers, groups, mark_stats)
    if indicator.judged:
        return _score_judged(filled, indicator, scorers, mark_stats[indicator.key, ""])
    if indicator.applies:
        return _score_computed(filled, indicator, budget)
    explanation = "不适用：不计分，其余指标的得分合计折算为 100 分"
    return IndicatorScore(indicator, (), Fraction(0), Decimal(0), Formula(""), explanation)


def _adjustments(rows: Sequence[Adjustment]) -> AdjustmentTotals:
    """Sort the rows of 加减分 by what they do."""
    effects = {row.effect.value: row for row in reversed(rows) if row.kind.value == "否决"}
    return AdjustmentTotals(
        plus=tuple(row for row in rows if row.kind.value == "加分"),
        minus=tuple(row for row in rows if row.kind.value == "减分"),
        zero=effects.get("总分记零"),
        lowest=effects.get("最低等级"),
        not_best=effects.get("不得评为最高等级"),
    )


def _score_totals(
    filled: Filled, third: Sequence[TierScore], adjustments: AdjustmentTotals
) -> ScoreTotals:
    """Add up, rescale to what applies, then 加减分 and 否决; every step rounded as it is printed."""
    places = filled.parameters.decimals
    second = _parent_scores(filled.tier2, third, places)
    first = _parent_scores(filled.tier1, second, places)
    added = with_places(total([tier.score for tier in first]), places)
    applicable = total([tier.applicable for tier in third])
    rescaled = added
    if applicable != 100:
        rescaled = round_score(Fraction(added) * 100 / Fraction(applicable), places)
    points = total([rescaled, adjustments.points])
    if adjustments.plus or adjustments.minus:
        points = round_score(Fraction(points), filled.finest_decimals)
    points = Decimal(0) if adjustments.zero else clamp_to_100(points)
    final = with_places(points, places)
    band = _apply_vetoes(grade_for(final, filled.grades), filled.grades, adjustments)
    return ScoreTotals((first, second, tuple(third)), added, applicable, rescaled, final, band)


def _apply_vetoes(band: Grade, grades: Sequence[Grade], adjustments: AdjustmentTotals) -> Grade:
    """Return the grade that 否决 leaves."""
    if adjustments.lowest:
        return grades[-1]
    if adjustments.not_best and band is grades[0]:
        return grades[min(1, len(grades) - 1)]
    return band


def _review(filled: Filled, own: ScoreTotals, adjustments: AdjustmentTotals) -> Review | None:
    """Return the reviewing authority's result: its scores where it gave any, else the self-evaluation's."""
    rows = {row.key: row for row in filled.reviews}
    if not any(row.done for row in rows.values()):
        return None
    third = [each._replace(score=_reviewed_score(filled, rows, each)) for each in own.tiers[2]]
    score_totals = _score_totals(filled, third, adjustments)
    gap = Fraction(own.total - score_totals.total)
    return Review(score_totals, rows, gap / Fraction(own.total) if own.total else Fraction(0))


def _reviewed_score(filled: Filled, rows: Mapping[str, ReviewRow], own: TierScore) -> Decimal:
    row = rows.get(own.tier.key)
    if row is None or row.score.value is None or not own.applies:
        return own.score
    return capped_score(Fraction(row.score.value), own.points, filled.parameters.decimals)


def _score_judged(
    filled: Filled, indicator: Indicator, scorers: list[ScorerBallot], stats: aggregate.MarkStats
) -> IndicatorScore:
    method, trim = _aggregation(filled)
    exact, explanation = method.combine(stats, trim), method.explain(stats, trim)
    formula = aggregate.formula(method, filled.parameters.out_of_100, trim.per_end)
    marks = _scorer_marks(filled, indicator, scorers, False)
    return _indicator_score(filled, indicator, marks, exact, explanation, formula)


def _aggregation(filled: Filled) -> tuple[aggregate.Aggregation, aggregate.Trim]:
    settings = filled.parameters
    trim = aggregate.Trim(settings.trim_from, settings.trim_count)
    return aggregate.BY_NAME[settings.text("综合方法")], trim


def _scorer_marks(
    filled: Filled, indicator: Indicator, scorers: list[ScorerBallot], grouped: bool
) -> tuple[ScorerMark, ...]:
    weighs = _uses_weights(filled)
    marks = []
    for member, _, rows in scorers:
        mark = rows[indicator.key].mark
        weight = member.weight if mark.good and weighs else None
        group = member.group_key if grouped else ""
        marks.append(ScorerMark(member.name.value or "", mark.place, mark.value, weight, group))
    return tuple(marks)


def _indicator_score(
    filled: Filled, indicator: Indicator, marks: tuple[ScorerMark, ...], exact: Fraction,
    explanation: str, formula: Formula,
) -> IndicatorScore:  # fmt: skip
    """Round the combined mark, and name the scorers who recused themselves."""
    if filled.parameters.out_of_100:
        exact = exact / 100 * _points(indicator)
    recused = [each.scorer for each in marks if each.mark is None]
    if recused:
        explanation += f"；{'、'.join(recused)} 回避"
    points = indicator.points.value or Decimal(0)
    score = capped_score(exact, points, filled.parameters.decimals)
    return IndicatorScore(indicator, marks, exact, score, formula, explanation)


def _score_grouped(
    filled: Filled, indicator: Indicator, scorers: list[ScorerBallot], groups: Sequence[Group],
    mark_stats: StatsByKey,
) -> IndicatorScore:  # fmt: skip
    """Combine the marks of each 评分组, then the groups' means by the groups' weights."""
    method, trim = _aggregation(filled)
    parts = tuple(
        _group_mean(group, mark_stats.get((indicator.key, group.key)), method, trim)
        for group in groups
    )
    exact = aggregate.combine_groups(
        [(_weight(part.group), part.mean) for part in parts if part.mean is not None]
    )
    hundred = filled.parameters.out_of_100
    formula = aggregate.formula(method, hundred, trim.per_end, grouped=True)
    marks = _scorer_marks(filled, indicator, scorers, True)
    explanation = aggregate.explain_groups(parts, method)
    result = _indicator_score(filled, indicator, marks, exact, explanation, formula)
    of_group = aggregate.formula(method, False, trim.per_end)
    return result._replace(parts=parts, group_formula=of_group)


def _group_mean(
    group: Group, stats: aggregate.MarkStats | None, method: aggregate.Aggregation,
    trim: aggregate.Trim,
) -> GroupMean:  # fmt: skip
    if stats is None:
        return GroupMean(group, None, "")
    return GroupMean(group, method.combine(stats, trim), method.explain(stats, trim))


def _weight(group: Group) -> Fraction:
    return Fraction(group.weight.value or 0)


def _score_computed(filled: Filled, indicator: Indicator, budget: Budget | None) -> IndicatorScore:
    method = methods.find(indicator.method.value, filled.rules)
    assert method is not None  # `indicators.known` refuses any other name
    case = methods.Case(
        points=_points(indicator),
        nature=indicator.nature.value or "",
        target=_fraction(indicator.target.value),
        actual=_fraction(indicator.actual.value),
        budget=_fraction(budget.budget) if budget else None,
        executed=_fraction(budget.executed) if budget else None,
        inverse=filled.parameters.text("反向公式"),
        votes=filled.votes(indicator.key) if method.surveyed else None,
        criterion=filled.parameters.text("满意度口径"),
        actual_sign=indicator.actual_sign,
        dated=indicator.dated,
    )
    exact, formula, explanation = method.points(case), method.formula(case), method.explain(case)
    if indicator.dated:
        explanation += "；按日期比较，不迟于年度指标值的日期为达到"
    if deduction := indicator.deduction.value:
        exact, formula = methods.deducted(exact, deduction), methods.deducted_formula(formula)
        explanation += f"；核减 {plain(deduction)} 分：{indicator.deduction_reason.value}"
    score = capped_score(exact, indicator.points.value or Decimal(0), filled.parameters.decimals)
    return IndicatorScore(indicator, (), exact, score, formula, explanation, method, case)


def _fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _points(tier: Tier) -> Fraction:
    return Fraction(tier.points.value or 0)


def _budget(projects: Sequence[Project]) -> Budget | None:
    if not projects:
        return None
    return Budget(
        projects=sum(1 for project in projects if project.kind.value == "项目支出"),
        budget=total([project.budget.value or Decimal(0) for project in projects]),
        fiscal=add_amounts(project.fiscal for project in projects),
        executed=total([project.executed.value or Decimal(0) for project in projects]),
    )


def _parent_scores(
    tiers: Sequence[Tier], below: Sequence[TierScore], places: int
) -> tuple[TierScore, ...]:
    """Every parent's score is the sum of its children's rounded scores."""
    children: dict[str, list[TierScore]] = defaultdict(list)
    for child in below:
        children[child.tier.parent_key].append(child)
    return tuple(_parent_score(tier, children[tier.key], places) for tier in tiers)


def _parent_score(tier: Tier, children: Sequence[TierScore], places: int) -> TierScore:
    points = tier.points.value or Decimal(0)
    score = with_places(total([child.score for child in children]), places, points)
    return TierScore(tier, points, score, total([child.applicable for child in children]))


def _tier3_score(indicator: Indicator, score: Decimal) -> TierScore:
    points = indicator.points.value or Decimal(0)
    return TierScore(indicator, points, score, points if indicator.applies else Decimal(0))


def grade_for(points: Decimal, grades: Sequence[Grade]) -> Grade:
    """Return the first band whose lower bound the printed total reaches (inclusive)."""
    for band in grades:
        if band.bound.value is not None and points >= band.bound.value:
            return band
    raise ValueError("the bands do not end at 0")
