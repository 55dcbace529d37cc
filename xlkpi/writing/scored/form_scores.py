"""The figures of the official form that 指标得分 has: scores, shares, how they came about."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from xlkpi.domain.cells import Number, Text
from xlkpi.domain.formula import Formula
from xlkpi.domain.inputs import Filled, Fund, Project
from xlkpi.domain.location import CellRef, block_reference
from xlkpi.domain.methods import NOT_APPLICABLE, Votes, satisfaction_formula, satisfaction_rate
from xlkpi.domain.numbers import NOISE, round_score, rounded
from xlkpi.domain.results import IndicatorScore, Scored
from xlkpi.domain.schema import SCORES_SHEET
from xlkpi.domain.text import as_text
from xlkpi.writing.book import Held
from xlkpi.writing.scored import total as steps
from xlkpi.writing.scored.addresses import FIRST_SCORE, REVIEWED, Addresses, ScoreColumns
from xlkpi.writing.scored.amounts import LONGEST_FORMULA
from xlkpi.writing.scored.indicator_scores import score_format, votes
from xlkpi.writing.styles import RATE, sum_figure

DASH = "—"
TEXT, CENTER, FIGURE = "form.text", "form.center", "form.figure"
_COLUMNS = {"得分": "得分", "得分计算方法": "计分过程", "得分系数": "得分率", REVIEWED: REVIEWED}
"""A placeholder → the column of 指标得分 that it shows."""
NAMES = ("分值", *_COLUMNS)


AMOUNT_OF: dict[str, Callable[[Project | Fund], Number]] = {
    "年初预算数": lambda row: row.initial,
    "全年预算数": lambda row: row.budget,
    "全年执行数": lambda row: row.executed,
}
"""What finds an amount in a row of 预算执行 or 资金来源."""


class Shown(NamedTuple):
    """What a placeholder is replaced with."""

    expression: str
    """A formula without its equals sign; "" for a constant."""
    value: Held
    style: str = CENTER
    link: str = ""


NOTHING, NONE_TO_SHOW = Shown("", ""), Shown("", DASH)


def of_indicator(scored: Scored, work: IndicatorScore, name: str) -> Shown:
    """Return what replaces one of `NAMES` of an indicator."""
    points = work.indicator.points
    if name == "分值":
        return Shown(points.place.reference, points.value or 0, FIGURE)
    if name == REVIEWED and scored.review is None:
        return NONE_TO_SHOW
    at = scored.index_of(work)
    cell = _cell(scored, _COLUMNS[name], FIRST_SCORE + at)
    if name == "得分计算方法":
        return Shown(cell, work.explanation, TEXT, link(cell))
    if not work.applies:
        return Shown(cell, DASH if name == "得分系数" else NOT_APPLICABLE, CENTER, link(cell))
    if name == "得分系数":
        share = Fraction(work.score) / Fraction(points.value or 1)
        return Shown(cell, share, f"{FIGURE}:0.00##", link(cell))
    tiers = scored.review.score_totals.tiers if name == REVIEWED and scored.review else scored.tiers
    score = tiers[2][at].score
    return Shown(cell, score, f"{FIGURE}:{score_format(score)}", link(cell))


def is_rate(work: IndicatorScore) -> bool:
    """Whether the method compares per cents: 执行率, or what a survey came to."""
    return bool(work.method and (work.method.surveyed or work.method.budgeted))


def worded(told: Shown) -> Shown:
    """Indent what takes more than a line: centred, its lines would touch the border on both sides."""
    return told._replace(style=TEXT) if len(str(told.value)) > _LINE else told


_LINE = 8
"""Characters in a line of 年度指标值."""


def total(filled: Filled, scored: Scored, names: Addresses, reviewed: bool) -> Shown:
    """Return the total, or what the reviewing authority came to; its cell on 汇总 depends on this sheet."""
    look = f"{FIGURE}:{sum_figure(filled.parameters.decimals, filled.finest_decimals)}"
    if not reviewed:
        cell = names.total
        return Shown(cell, scored.total, look, link(cell))
    if scored.review is None:
        return NONE_TO_SHOW
    block = _cell(scored, REVIEWED, FIRST_SCORE, FIRST_SCORE + len(scored.indicator_scores) - 1)
    whole = steps.whole(f"ROUND(SUM({block}),6)", scored, names)
    return Shown(whole, scored.review.score_totals.total, look)


def _cell(scored: Scored, header: str, row: int, last: int = -1) -> str:
    column = ScoreColumns.of(scored).right(header)
    return block_reference(SCORES_SHEET, row, column, max(row, last), column)


def link(cell: str) -> str:
    """Return the target of a link to a reference."""
    return "internal:" + cell.replace("$", "")


@lru_cache(maxsize=1 << 12)
def copied(place: CellRef) -> str:
    """Return the expression of a live copy of a cell, empty where that is."""
    return f'IF({place.reference}="","",{place.reference})'


def same(text: Text) -> Shown:
    """Return a live copy of a text."""
    return Shown(copied(text.place), text.value or "")


def spelled(value: float, digits: int) -> str:
    """Return a number as a formula joins it to a text: at most 15 digits."""
    return as_text(float(f"{round(value, digits):.15g}"))


def rate(spending: Shown, budget: Shown) -> Shown:
    """Return 执行率 from two figures that are shown, a dash where one of them is none."""
    spent, planned = spending.value, budget.value
    if isinstance(spent, str) or isinstance(planned, str):
        return NONE_TO_SHOW
    value = Fraction(spent) / Fraction(planned) if planned else Fraction(0)
    above, below = spending.expression, budget.expression
    formula = f"IF({below}=0,0,{above}/{below})"
    known = above and below and len(formula) < LONGEST_FORMULA
    return Shown(formula if known else "", value, f"{FIGURE}:{RATE}")


def surveyed(filled: Filled, work: IndicatorScore) -> Shown:
    """Return the rate that a survey came to, in per cent."""
    caliber = filled.parameters.text("满意度口径")
    rows = [row.votes for row in filled.surveys if row.key == work.indicator.key]
    counts = (sum(int(vote.value or 0) for vote in kind) for kind in zip(*rows, strict=True))
    came_to = float(rounded(satisfaction_rate(Votes(*counts), caliber), 2))
    expression = Formula(satisfaction_formula(caliber)).at(votes(work, filled))[1:]
    return Shown(f'ROUND({expression},2)&"%"', spelled(came_to, 2) + "%")


def executed(scored: Scored, names: Addresses) -> Shown:
    """Return 执行率 over all funds, in per cent."""
    assert scored.budget is not None
    share = float(round_score(scored.budget.rate * 100, 2))
    spent, planned = (names.budget[name] for name in ("全年执行数", "全年预算数"))
    whole = f"ROUND(ROUND({spent}/{planned}*100,{NOISE}),2)"
    return Shown(f'IF({planned}=0,0,{whole})&"%"', spelled(share, 2) + "%")
