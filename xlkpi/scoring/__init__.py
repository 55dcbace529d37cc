"""Filled workbooks → scores. Only workbooks without errors come here; many are one frame."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from xlkpi import methods
from xlkpi.formula import Formula
from xlkpi.layout import folded
from xlkpi.model import (
    Ballot,
    Budget,
    Extra,
    Extras,
    Filled,
    Given,
    Grade,
    Indicator,
    Mark,
    Member,
    Project,
    Review,
    Reviewed,
    Scored,
    Summed,
    Tier,
    TierScore,
    Working,
)
from xlkpi.numbers import plain, rounded, settled, total, within_100
from xlkpi.scoring import combine

Asked = tuple[Member, Ballot, dict[str, Mark]]


def score(books: Sequence[Filled]) -> list[Scored]:
    """Score workbooks that have no errors, in the order given."""
    asked = [_asked(book) for book in books]
    rows: list[combine.Row] = []
    items: dict[tuple[int, str], int] = {}
    for at, (book, scorers) in enumerate(zip(books, asked, strict=True)):
        for indicator in book.indicators:
            if indicator.judged:
                item = items[at, indicator.key] = len(items)
                rows.extend(_rows(item, indicator, scorers, _weighs(book)))
    tallies = combine.tallies(rows)
    return [
        _scored(
            book,
            scorers,
            {code: tallies[item] for (of, code), item in items.items() if of == at},
        )
        for at, (book, scorers) in enumerate(zip(books, asked, strict=True))
    ]


def _asked(book: Filled) -> list[Asked]:
    """The members who are to score with their ballots, in the order of 评价工作组."""
    ballots = {folded(ballot.scorer.value): ballot for ballot in book.ballots}
    return [
        (member, ballot, ballot.by_key())
        for member in book.members
        if member.scores and (ballot := ballots.get(folded(member.name.value)))
    ]


def _weighs(book: Filled) -> bool:
    return book.parameters.text("综合方法") == combine.Weighted.name


def _rows(item: int, indicator: Indicator, scorers: list[Asked], weighs: bool) -> list[combine.Row]:
    rows = []
    for member, _, marks in scorers:
        value = marks[indicator.key].mark.value
        if value is not None:
            weight = (member.weight.value if weighs else None) or Decimal(1)
            rows.append(combine.Row(item, value, weight))
    return rows


def _scored(book: Filled, scorers: list[Asked], tallies: dict[str, combine.Tally]) -> Scored:
    budget = _budget(book.projects)
    workings = tuple(
        _working(book, indicator, scorers, tallies, budget) for indicator in book.indicators
    )
    extras = _extras(book.extras)
    third = [_third(work.indicator, work.score) for work in workings]
    summed = _summed(book, third, extras)
    return Scored(
        scorers=tuple(ballot for _, ballot, _ in scorers),
        workings=workings,
        tiers=summed.tiers,
        total=summed.total,
        grade=summed.grade,
        summed=summed,
        budget=budget,
        review=_review(book, summed, extras),
        extras=extras,
    )


def _working(
    book: Filled, indicator: Indicator, scorers: list[Asked], tallies: dict[str, combine.Tally],
    budget: Budget | None,
) -> Working:  # fmt: skip
    if indicator.judged:
        return _judged(book, indicator, scorers, tallies[indicator.key])
    if indicator.applies:
        return _computed(book, indicator, budget)
    words = "不适用：不计分，其余指标的得分合计折算为 100 分"
    return Working(indicator, (), Fraction(0), Decimal(0), Formula(""), words)


def _extras(rows: Sequence[Extra]) -> Extras:
    """Sort the rows of 加减分 by what they do."""
    effects = {row.effect.value: row for row in reversed(rows) if row.kind.value == "否决"}
    return Extras(
        plus=tuple(row for row in rows if row.kind.value == "加分"),
        minus=tuple(row for row in rows if row.kind.value == "减分"),
        zero=effects.get("总分记零"),
        lowest=effects.get("最低等级"),
        not_best=effects.get("不得评为最高等级"),
    )


def _summed(book: Filled, third: Sequence[TierScore], extras: Extras) -> Summed:
    """Add up, rescale to what applies, then 加减分 and 否决; every step rounded as it is printed."""
    second = _parents(book.tier2, third)
    first = _parents(book.tier1, second)
    places = book.parameters.places
    added = rounded(total([tier.score for tier in first]), places)
    applicable = total([tier.applicable for tier in third])
    rescaled = added
    if applicable != 100:
        rescaled = settled(Fraction(added) * 100 / Fraction(applicable), places)
    points = Decimal(0) if extras.zero else within_100(total([rescaled, extras.points]))
    whole = rounded(points, places)
    band = _vetoed(grade(whole, book.grades), book.grades, extras)
    return Summed((first, second, tuple(third)), added, applicable, rescaled, whole, band)


def _vetoed(band: Grade, grades: Sequence[Grade], extras: Extras) -> Grade:
    """Return the grade that 否决 leaves."""
    if extras.lowest:
        return grades[-1]
    if extras.not_best and band is grades[0]:
        return grades[min(1, len(grades) - 1)]
    return band


def _review(book: Filled, own: Summed, extras: Extras) -> Review | None:
    """Return what the office above came to: its scores where it gave any, else the self-evaluation's."""
    rows = {row.key: row for row in book.reviews}
    if not any(row.done for row in rows.values()):
        return None
    third = [each._replace(score=_reviewed(book, rows, each)) for each in own.tiers[2]]
    summed = _summed(book, third, extras)
    gap = Fraction(own.total - summed.total)
    return Review(summed, rows, gap / Fraction(own.total) if own.total else Fraction(0))


def _reviewed(book: Filled, rows: Mapping[str, Reviewed], own: TierScore) -> Decimal:
    row = rows.get(own.tier.key)
    if row is None or row.score.value is None or not own.applies:
        return own.score
    return settled(Fraction(row.score.value), book.parameters.places)


def _judged(
    book: Filled, indicator: Indicator, scorers: list[Asked], tally: combine.Tally
) -> Working:
    settings = book.parameters
    way = combine.BY_NAME[settings.text("综合方法")]
    exact = way.combined(tally, settings.trim_from)
    if settings.hundred:
        exact = exact / 100 * _points(indicator)
    given, weighs = [], _weighs(book)
    for member, _, marks in scorers:
        mark = marks[indicator.key].mark
        weight = member.weight if mark.good and weighs else None
        given.append(Given(member.name.value or "", mark.place, mark.value, weight))
    words = way.words(tally, settings.trim_from)
    recused = [each.scorer for each in given if each.mark is None]
    if recused:
        words += f"；{'、'.join(recused)} 回避"
    formula = combine.formula(way, settings.hundred)
    score = settled(exact, settings.places)
    return Working(indicator, tuple(given), exact, score, formula, words)


def _computed(book: Filled, indicator: Indicator, budget: Budget | None) -> Working:
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
        caliber=book.parameters.text("满意度口径"),
        actual_sign=indicator.actual_sign,
    )
    exact, formula, words = method.points(case), method.formula(case), method.words(case)
    if indicator.cut.value:
        exact, formula = methods.cut(exact, indicator.cut.value), methods.cut_formula(formula)
        words += f"；核减 {plain(indicator.cut.value)} 分：{indicator.cut_reason.value}"
    score = settled(exact, book.parameters.places)
    return Working(indicator, (), exact, score, formula, words, method, case)


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


def _parents(tiers: Sequence[Tier], below: Sequence[TierScore]) -> tuple[TierScore, ...]:
    """Every parent's score is the sum of its children's rounded scores."""
    children: dict[str, list[TierScore]] = defaultdict(list)
    for child in below:
        children[child.tier.parent_key].append(child)
    return tuple(_parent(tier, children[tier.key]) for tier in tiers)


def _parent(tier: Tier, children: Sequence[TierScore]) -> TierScore:
    score = total([child.score for child in children])
    applicable = total([child.applicable for child in children])
    return TierScore(tier, tier.points.value or Decimal(0), score, applicable)


def _third(indicator: Indicator, score: Decimal) -> TierScore:
    points = indicator.points.value or Decimal(0)
    return TierScore(indicator, points, score, points if indicator.applies else Decimal(0))


def grade(points: Decimal, grades: Sequence[Grade]) -> Grade:
    """Return the first band whose lower bound the printed total reaches (inclusive)."""
    for band in grades:
        if band.bound.value is not None and points >= band.bound.value:
            return band
    raise ValueError("the bands do not end at 0")
