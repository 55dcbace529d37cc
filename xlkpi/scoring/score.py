"""Filled workbooks → scores. Only workbooks without errors come here; many are one frame."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain import methods
from xlkpi.domain.formula import Formula
from xlkpi.domain.inputs import (
    Adjustment,
    Ballot,
    Filled,
    Grade,
    Group,
    Indicator,
    Mark,
    Member,
    Project,
    ReviewRow,
    Tier,
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

Asked = tuple[Member, Ballot, dict[str, Mark]]
Tallies = dict[tuple[str, str], aggregate.MarkStats]
"""Of one workbook: by indicator and 评分组, "" where groups do not count."""


def score(books: Sequence[Filled]) -> list[Scored]:
    """Score workbooks that have no errors, in the order given."""
    asked = [_asked(book) for book in books]
    rows: list[aggregate.Row] = []
    items: dict[tuple[int, str, str], int] = {}
    for at, (book, scorers) in enumerate(zip(books, asked, strict=True)):
        weighs, grouped = _weighs(book), bool(book.groups)
        for indicator in book.indicators:
            for asked_of in scorers if indicator.judged else ():
                key = at, indicator.key, asked_of[0].group_key if grouped else ""
                rows.extend(_rows(items.setdefault(key, len(items)), indicator, asked_of, weighs))
    mark_stats = aggregate.mark_stats(rows)
    found: list[Tallies] = [{} for _ in books]
    for (of, code, group), item in items.items():
        if item in mark_stats:  # a group in which everybody stepped aside has no row
            found[of][code, group] = mark_stats[item]
    return [_scored(*each) for each in zip(books, asked, found, strict=True)]


def _asked(book: Filled) -> list[Asked]:
    """The members who are to score with their ballots, in the order of 评价工作组, groups together."""
    ballots = {folded(ballot.scorer.value): ballot for ballot in book.ballots}
    found = [
        (member, ballot, ballot.by_key())
        for member in book.members
        if member.is_scorer and (ballot := ballots.get(folded(member.name.value)))
    ]
    order = {group.key: at for at, group in enumerate(book.groups)}
    return sorted(found, key=lambda each: order[each[0].group_key]) if order else found


def _weighs(book: Filled) -> bool:
    return book.parameters.text("综合方法") == aggregate.Weighted.name


def _rows(item: int, indicator: Indicator, asked: Asked, weighs: bool) -> Iterator[aggregate.Row]:
    """The mark of one scorer; no row where there is none."""
    member, _, marks = asked
    value = marks[indicator.key].mark.value
    if value is not None:
        weight = (member.weight.value if weighs else None) or Decimal(1)
        yield aggregate.Row(item, value, weight)


def _scored(book: Filled, scorers: list[Asked], mark_stats: Tallies) -> Scored:
    counts = Counter(member.group_key for member, _, _ in scorers)
    groups = tuple(group for group in book.groups if counts[group.key])
    budget = _budget(book.projects)
    indicator_scores = tuple(
        _working(book, indicator, scorers, groups, mark_stats, budget)
        for indicator in book.indicators
    )
    adjustments = _adjustments(book.adjustments)
    third = [_third(work.indicator, work.score) for work in indicator_scores]
    score_totals = _score_totals(book, third, adjustments)
    return Scored(
        scorers=tuple(ballot for _, ballot, _ in scorers),
        indicator_scores=indicator_scores,
        tiers=score_totals.tiers,
        total=score_totals.total,
        grade=score_totals.grade,
        score_totals=score_totals,
        budget=budget,
        review=_review(book, score_totals, adjustments),
        adjustments=adjustments,
        groups=groups,
        group_sizes=tuple(counts[group.key] for group in groups),
    )


def _working(
    book: Filled, indicator: Indicator, scorers: list[Asked], groups: Sequence[Group],
    mark_stats: Tallies, budget: Budget | None,
) -> IndicatorScore:  # fmt: skip
    if indicator.judged and groups:
        return _grouped(book, indicator, scorers, groups, mark_stats)
    if indicator.judged:
        return _judged(book, indicator, scorers, mark_stats[indicator.key, ""])
    if indicator.applies:
        return _computed(book, indicator, budget)
    words = "不适用：不计分，其余指标的得分合计折算为 100 分"
    return IndicatorScore(indicator, (), Fraction(0), Decimal(0), Formula(""), words)


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
    book: Filled, third: Sequence[TierScore], adjustments: AdjustmentTotals
) -> ScoreTotals:
    """Add up, rescale to what applies, then 加减分 and 否决; every step rounded as it is printed."""
    places = book.parameters.decimals
    second = _parents(book.tier2, third, places)
    first = _parents(book.tier1, second, places)
    added = with_places(total([tier.score for tier in first]), places)
    applicable = total([tier.applicable for tier in third])
    rescaled = added
    if applicable != 100:
        rescaled = round_score(Fraction(added) * 100 / Fraction(applicable), places)
    points = total([rescaled, adjustments.points])
    if adjustments.plus or adjustments.minus:
        points = round_score(Fraction(points), book.finest_decimals)
    points = Decimal(0) if adjustments.zero else clamp_to_100(points)
    whole = with_places(points, places)
    band = _vetoed(grade(whole, book.grades), book.grades, adjustments)
    return ScoreTotals((first, second, tuple(third)), added, applicable, rescaled, whole, band)


def _vetoed(band: Grade, grades: Sequence[Grade], adjustments: AdjustmentTotals) -> Grade:
    """Return the grade that 否决 leaves."""
    if adjustments.lowest:
        return grades[-1]
    if adjustments.not_best and band is grades[0]:
        return grades[min(1, len(grades) - 1)]
    return band


def _review(book: Filled, own: ScoreTotals, adjustments: AdjustmentTotals) -> Review | None:
    """Return what the office above came to: its scores where it gave any, else the self-evaluation's."""
    rows = {row.key: row for row in book.reviews}
    if not any(row.done for row in rows.values()):
        return None
    third = [each._replace(score=_reviewed(book, rows, each)) for each in own.tiers[2]]
    score_totals = _score_totals(book, third, adjustments)
    gap = Fraction(own.total - score_totals.total)
    return Review(score_totals, rows, gap / Fraction(own.total) if own.total else Fraction(0))


def _reviewed(book: Filled, rows: Mapping[str, ReviewRow], own: TierScore) -> Decimal:
    row = rows.get(own.tier.key)
    if row is None or row.score.value is None or not own.applies:
        return own.score
    return capped_score(Fraction(row.score.value), own.points, book.parameters.decimals)


def _judged(
    book: Filled, indicator: Indicator, scorers: list[Asked], tally: aggregate.MarkStats
) -> IndicatorScore:
    way, trim = _way(book)
    exact, words = way.combine(tally, trim), way.words(tally, trim)
    formula = aggregate.formula(way, book.parameters.out_of_100, trim.per_end)
    return _combined(
        book, indicator, _given(book, indicator, scorers, False), exact, words, formula
    )


def _way(book: Filled) -> tuple[aggregate.Aggregation, aggregate.Trim]:
    settings = book.parameters
    trim = aggregate.Trim(settings.trim_from, settings.trim_count)
    return aggregate.BY_NAME[settings.text("综合方法")], trim


def _given(
    book: Filled, indicator: Indicator, scorers: list[Asked], grouped: bool
) -> tuple[ScorerMark, ...]:
    weighs = _weighs(book)
    given = []
    for member, _, marks in scorers:
        mark = marks[indicator.key].mark
        weight = member.weight if mark.good and weighs else None
        group = member.group_key if grouped else ""
        given.append(ScorerMark(member.name.value or "", mark.place, mark.value, weight, group))
    return tuple(given)


def _combined(
    book: Filled, indicator: Indicator, given: tuple[ScorerMark, ...], exact: Fraction, words: str,
    formula: Formula,
) -> IndicatorScore:  # fmt: skip
    """Say who stepped aside, and round."""
    if book.parameters.out_of_100:
        exact = exact / 100 * _points(indicator)
    recused = [each.scorer for each in given if each.mark is None]
    if recused:
        words += f"；{'、'.join(recused)} 回避"
    points = indicator.points.value or Decimal(0)
    score = capped_score(exact, points, book.parameters.decimals)
    return IndicatorScore(indicator, given, exact, score, formula, words)


def _grouped(
    book: Filled, indicator: Indicator, scorers: list[Asked], groups: Sequence[Group],
    mark_stats: Tallies,
) -> IndicatorScore:  # fmt: skip
    """Make one mark of each 评分组, then one of these by the groups' weights."""
    way, trim = _way(book)
    parts = tuple(
        _part(group, mark_stats.get((indicator.key, group.key)), way, trim) for group in groups
    )
    exact = aggregate.joined(
        [(_weight(part.group), part.mean) for part in parts if part.mean is not None]
    )
    hundred = book.parameters.out_of_100
    formula = aggregate.formula(way, hundred, trim.per_end, grouped=True)
    given = _given(book, indicator, scorers, True)
    work = _combined(book, indicator, given, exact, aggregate.words(parts, way), formula)
    return work._replace(parts=parts, group_formula=aggregate.formula(way, False, trim.per_end))


def _part(
    group: Group,
    tally: aggregate.MarkStats | None,
    way: aggregate.Aggregation,
    trim: aggregate.Trim,
) -> GroupMean:
    if tally is None:
        return GroupMean(group, None, "")
    return GroupMean(group, way.combine(tally, trim), way.words(tally, trim))


def _weight(group: Group) -> Fraction:
    return Fraction(group.weight.value or 0)


def _computed(book: Filled, indicator: Indicator, budget: Budget | None) -> IndicatorScore:
    method = methods.find(indicator.method.value, book.rules)
    assert method is not None  # a check has asked
    case = methods.Case(
        points=_points(indicator),
        nature=indicator.nature.value or "",
        target=_fraction(indicator.target.value),
        actual=_fraction(indicator.actual.value),
        budget=_fraction(budget.budget) if budget else None,
        executed=_fraction(budget.executed) if budget else None,
        inverse=book.parameters.text("反向公式"),
        votes=book.votes(indicator.key) if method.surveyed else None,
        criterion=book.parameters.text("满意度口径"),
        actual_sign=indicator.actual_sign,
    )
    exact, formula, words = method.points(case), method.formula(case), method.words(case)
    if indicator.dated:
        words += "；按日期比较，不迟于年度指标值的日期为达到"
    if indicator.deduction.value:
        exact, formula = (
            methods.deducted(exact, indicator.deduction.value),
            methods.deducted_formula(formula),
        )
        words += f"；核减 {plain(indicator.deduction.value)} 分：{indicator.deduction_reason.value}"
    score = capped_score(exact, indicator.points.value or Decimal(0), book.parameters.decimals)
    return IndicatorScore(indicator, (), exact, score, formula, words, method, case)


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
        fiscal=total([project.fiscal.value or Decimal(0) for project in projects]),
        executed=total([project.executed.value or Decimal(0) for project in projects]),
    )


def _parents(
    tiers: Sequence[Tier], below: Sequence[TierScore], places: int
) -> tuple[TierScore, ...]:
    """Every parent's score is the sum of its children's rounded scores."""
    children: dict[str, list[TierScore]] = defaultdict(list)
    for child in below:
        children[child.tier.parent_key].append(child)
    return tuple(_parent(tier, children[tier.key], places) for tier in tiers)


def _parent(tier: Tier, children: Sequence[TierScore], places: int) -> TierScore:
    points = tier.points.value or Decimal(0)
    score = with_places(total([child.score for child in children]), places, points)
    return TierScore(tier, points, score, total([child.applicable for child in children]))


def _third(indicator: Indicator, score: Decimal) -> TierScore:
    points = indicator.points.value or Decimal(0)
    return TierScore(indicator, points, score, points if indicator.applies else Decimal(0))


def grade(points: Decimal, grades: Sequence[Grade]) -> Grade:
    """Return the first band whose lower bound the printed total reaches (inclusive)."""
    for band in grades:
        if band.bound.value is not None and points >= band.bound.value:
            return band
    raise ValueError("the bands do not end at 0")
