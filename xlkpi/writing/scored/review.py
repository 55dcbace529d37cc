"""复核 beside 自评 in 汇总: the first level, the total and the grade, then every score that was changed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import a1, block_references, quoted
from xlkpi.domain.methods import NOT_APPLICABLE
from xlkpi.domain.numbers import total as added
from xlkpi.domain.results import IndicatorScore, Review, Scored
from xlkpi.domain.schema import SCORES_SHEET
from xlkpi.writing.book import Sheet
from xlkpi.writing.scored import total
from xlkpi.writing.scored.addresses import FIRST_SCORE, REVIEWED, Addresses, ScoreColumns, copy
from xlkpi.writing.scored.indicator_scores import score_format
from xlkpi.writing.scored.result import Result
from xlkpi.writing.styles import RATE, sum_figure

_LAST = 6


def write(sheet: Sheet, result: Result, review: Review, row: int, names: Addresses) -> int:
    """Put the block from `row` on, and return the row after it."""
    filled, scored = result.filled, result.scored
    words = "七、上级复核（与自评并列；自评总分和等级不因此改变）"
    sheet.merge(row, 0, _LAST, words, "block")
    heads = ["编号", "一级指标", "分值", "自评得分", "复核得分", "自评－复核", "偏离度"]
    sheet.row(row + 1, heads, "head")
    top = row + 2
    for at in range(len(scored.tiers[0])):
        _tier(sheet, filled, scored, review, at, top + at, names)
    row = top + len(scored.tiers[0])
    _total(sheet, filled, scored, review, top, row, names)
    _grade(sheet, filled, scored, review, row + 1, names)
    return _changes(sheet, scored, review, row + 2) + 1


def _tier(
    sheet: Sheet,
    filled: Filled,
    scored: Scored,
    review: Review,
    at: int,
    row: int,
    names: Addresses,
) -> None:
    own, other = scored.tiers[0][at], review.score_totals.tiers[0][at]
    look = f"figure:{sum_figure(filled.parameters.decimals, filled.finest_decimals)}"
    copy(sheet, (row, 0), own.tier.code, "code")
    copy(sheet, (row, 1), own.tier.name, "text")
    place = own.tier.points.place
    sheet.formula(row, 2, "=" + place.reference, own.points, "figure", place.link)
    if not own.applies:
        sheet.row(row, [NOT_APPLICABLE, NOT_APPLICABLE, "—", "—"], "grey", start=3)
        return
    sheet.formula(row, 3, f"={names.tier1[at]}", own.score, look)
    below = {tier.tier.key for tier in scored.tiers[1] if tier.tier.parent_key == own.tier.key}
    rows = [
        FIRST_SCORE + n
        for n, w in enumerate(scored.indicator_scores)
        if w.indicator.parent_key in below
    ]
    column = ScoreColumns.of(scored).right(REVIEWED)
    parts = block_references(SCORES_SHEET, column, rows)
    sheet.formula(row, 4, f"=ROUND(SUM({parts}),6)", other.score, look)
    _gap(sheet, row, own.score, other.score, look)


def _gap(sheet: Sheet, row: int, own: Decimal, other: Decimal, look: str) -> None:
    left, right = a1(row, 3), a1(row, 4)
    sheet.formula(row, 5, f"=ROUND({left}-{right},6)", own - other, look)
    share = Fraction(own - other) / Fraction(own) if own else Fraction(0)
    sheet.formula(row, 6, f"=IF({left}=0,0,({left}-{right})/{left})", share, f"figure:{RATE}")


def _total(
    sheet: Sheet,
    filled: Filled,
    scored: Scored,
    review: Review,
    top: int,
    row: int,
    names: Addresses,
) -> None:
    look = f"strong.figure:{sum_figure(filled.parameters.decimals, filled.finest_decimals)}"
    sheet.blank(row, 0, "strong")
    sheet.text(row, 1, "总分", "strong")
    points = added([tier.points for tier in scored.tiers[0]])
    sheet.formula(row, 2, f"=ROUND(SUM({a1(top, 2)}:{a1(row - 1, 2)}),6)", points, "strong.figure")
    sheet.formula(row, 3, f"={names.total}", scored.total, look)
    sum_of_tiers = f"ROUND(SUM({a1(top, 4)}:{a1(row - 1, 4)}),6)"
    formula = total.whole(sum_of_tiers, scored, names)
    sheet.formula(row, 4, f"={formula}", review.score_totals.total, look)
    _gap(sheet, row, scored.total, review.score_totals.total, look)
    assert sheet.absolute(row, 4) == names.review_total


def _grade(
    sheet: Sheet, filled: Filled, scored: Scored, review: Review, row: int, names: Addresses
) -> None:
    sheet.blank(row, 0, "strong")
    sheet.text(row, 1, "等级", "strong")
    sheet.blank(row, 2, "strong")
    sheet.formula(row, 3, f"={names.grade}", scored.grade.name.value or "", "strong.figure")
    band = _band(filled, scored, a1(row - 1, 4), names)
    sheet.formula(row, 4, f"={band}", review.score_totals.grade.name.value or "", "strong.figure")
    for column in (5, 6):
        sheet.blank(row, column, "strong")


def _band(filled: Filled, scored: Scored, whole: str, names: Addresses) -> str:
    """Return the expression of the grade of a total: the band's name by its place, best first."""
    place = str(len(filled.grades))
    for at, grade in reversed(list(enumerate(filled.grades, start=1))):
        place = f"IF(ROUND({whole}-{grade.bound.place.reference},9)>=0,{at},{place})"
    return f"INDEX({names.bands},{total.band(scored, place, len(filled.grades))})"


def _changes(sheet: Sheet, scored: Scored, review: Review, row: int) -> int:
    """List the indicators that were given another score, each with the reason and who gave it."""
    told = [work for work in scored.indicator_scores if _given(review, work)]
    if not told:
        sheet.merge(row, 0, _LAST, "复核没有改动任何指标得分", "center")
        return row
    sheet.row(row, ["编号", "三级指标", "自评得分", "复核得分", "扣减"], "head")
    sheet.merge(row, 5, _LAST, "扣分原因", "head")
    for work in told:
        row += 1
        _change(sheet, scored, review, work, row)
    return row


def _given(review: Review, work: IndicatorScore) -> bool:
    row = review.rows.get(work.indicator.key)
    given = row.score.value if row is not None and work.applies else None
    return given is not None and given != work.score


def _change(sheet: Sheet, scored: Scored, review: Review, work: IndicatorScore, row: int) -> None:
    columns, at = ScoreColumns.of(scored), FIRST_SCORE + scored.index_of(work)
    scores, look = quoted(SCORES_SHEET), f"figure:{score_format(work.score)}"
    other = next(t for t in review.score_totals.tiers[2] if t.tier.key == work.indicator.key).score
    copy(sheet, (row, 0), work.indicator.code, "code")
    copy(sheet, (row, 1), work.indicator.name, "text")
    for column, name, value in ((2, "得分", work.score), (3, REVIEWED, other)):
        cell = f"{scores}!{a1(at, columns.right(name))}"
        sheet.formula(row, column, f"={cell}", value, look, f"internal:{cell}")
    gap = f"=ROUND({a1(row, 2)}-{a1(row, 3)},6)"
    sheet.formula(row, 4, gap, work.score - other, look)
    told = review.rows[work.indicator.key]
    if told.reason.good:
        copy(sheet, (row, 5), told.reason, "text")
    elif other < work.score:
        words = f"待补：请复核人把扣分原因写在 {told.reason.place.label}"
        sheet.text(row, 5, words, "bad.box", told.reason.place.link)
    else:
        sheet.text(row, 5, "复核得分高于自评", "text")
    sheet.blank(row, 6, "text")
    sheet.merges.append((row, 5, row, 6))
