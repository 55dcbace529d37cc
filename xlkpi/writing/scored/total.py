"""From Σ of tier one to the total: rescaling, 加减分, 否决; each step a cell of 汇总, each rule once.

The same expression serves the self-evaluation's total and the review's.
"""

from __future__ import annotations

from decimal import Decimal

from xlkpi.domain.inputs import Adjustment, Filled
from xlkpi.domain.location import block_references
from xlkpi.domain.numbers import NOISE, plain
from xlkpi.domain.results import Scored
from xlkpi.domain.schema import SCORES_SHEET
from xlkpi.writing.book import Held, Sheet
from xlkpi.writing.scored.addresses import ADJUSTED, FIRST_SCORE, RESCALED, Addresses, steps
from xlkpi.writing.scored.result import Result
from xlkpi.writing.styles import sum_figure


def whole(added: str, scored: Scored, names: Addresses) -> str:
    """Return the expression of a total over the expression of a sum of tier one."""
    digits, said = names.parameters["小数位数"], added
    if RESCALED in names.steps:
        said = f"ROUND(ROUND({said}*100/{names.applicable},{NOISE}),{digits})"
    if ADJUSTED in names.steps:
        said = f"ROUND(ROUND({said}+{names.steps[ADJUSTED]},{NOISE}),{names.sum_digits})"
    said = f"MAX(0,MIN(100,{said}))"
    if scored.adjustments.zero:
        said = f'IF({scored.adjustments.zero.what.place.reference}="",{said},0)'
    return said


def band(scored: Scored, at: str, count: int) -> str:
    """Return the expression of the grade's place among the bands, best first, that 否决 leaves."""
    adjustments = scored.adjustments
    if adjustments.not_best:
        cell = adjustments.not_best.what.place.reference
        at = f'IF({cell}="",{at},MIN({count},MAX(2,{at})))'
    if adjustments.lowest:
        at = f'IF({adjustments.lowest.what.place.reference}="",{at},{count})'
    return at


def plan(sheet: Sheet, filled: Filled, scored: Scored, row: int, names: Addresses) -> None:
    """Plan the steps from `row` on, then the total."""
    style = f"strong.figure:{sum_figure(filled.parameters.decimals, filled.finest_decimals)}"
    for step in steps(scored):
        _blanks(sheet, row)
        if step == RESCALED:
            _rescaled(sheet, scored, row, names, style)
        elif step == ADJUSTED:
            _adjusted(sheet, scored, row)
        else:
            _vetoed(sheet, scored, row)
        row += 1
    if steps(scored):
        _blanks(sheet, row)
        sheet.text(row, 1, "总分", "strong")
        formula = whole(_local(names.added), scored, names)
        sheet.formula(row, 3, f"={formula}", lambda r: r.scored.total, style)


def _local(reference: str) -> str:
    """Return a reference as formulas on its own sheet write it."""
    return reference.rpartition("!")[2]


def _blanks(sheet: Sheet, row: int) -> None:
    for column in range(7):
        sheet.blank(row, column, "strong")


def _rescaled(sheet: Sheet, scored: Scored, row: int, names: Addresses, style: str) -> None:
    """Sum × 100 ÷ the points of what applies, rounded once more."""
    works = enumerate(scored.indicator_scores, start=FIRST_SCORE)
    parts = block_references(SCORES_SHEET, 3, [at for at, work in works if work.applies])
    sheet.text(row, 1, "折算（×100÷适用分值）", "strong")
    applicable = scored.score_totals.applicable
    sheet.formula(row, 2, f"=ROUND(SUM({parts}),6)", applicable, "strong.figure")
    added, cell = _local(names.added), _local(names.applicable)
    formula = f"=ROUND(ROUND({added}*100/{cell},{NOISE}),{names.parameters['小数位数']})"
    sheet.formula(row, 3, formula, lambda r: r.scored.score_totals.rescaled, style)


def _adjusted(sheet: Sheet, scored: Scored, row: int) -> None:
    adjustments = scored.adjustments
    words = f"加减分（加 {len(adjustments.plus)}、减 {len(adjustments.minus)}）"
    sheet.text(row, 1, words, "strong")
    formula = f"=ROUND({_sum(adjustments.plus)}-{_sum(adjustments.minus)},6)"
    link = (*adjustments.plus, *adjustments.minus)[0].points.place.link
    sheet.formula(row, 3, formula, _points, "link.strong:0.00####", link)


def _points(result: Result) -> Held:
    return result.scored.adjustments.points


def _vetoed(sheet: Sheet, scored: Scored, row: int) -> None:
    vetoes = scored.adjustments.vetoes
    said = "、".join(dict.fromkeys(each.effect.value or "" for each in vetoes))
    sheet.text(row, 1, "一票否决", "strong")
    sheet.merge(row, 3, 6, said, "strong")
    sheet.text(row, 3, said, "link.box", vetoes[0].what.place.link)


def _sum(group: tuple[Adjustment, ...]) -> str:
    if not group:
        return "0"
    place = group[0].points.place
    return f"SUM({block_references(place.sheet, place.column, [each.points.place.row for each in group])})"


def words(scored: Scored) -> list[str]:
    """Say each step, for someone who audits it."""
    score_totals, adjustments, said = scored.score_totals, scored.adjustments, []
    if score_totals.applicable != 100:
        said.append(
            f"有不适用的指标，适用分值 {plain(score_totals.applicable)}："
            f"{score_totals.added:f} × 100 ÷ {plain(score_totals.applicable)} = {score_totals.rescaled:f}"
        )
    for row, sign in (
        *((each, "加") for each in adjustments.plus),
        *((each, "减") for each in adjustments.minus),
    ):
        points = plain(row.points.value or Decimal(0))
        said.append(
            f"{sign} {points} 分：{row.what.value}（{row.points.place}，依据：{row.basis.value}）"
        )
    said += [
        f"否决：{row.what.value}，{row.effect.value}（{row.effect.place}，依据：{row.basis.value}）"
        for row in adjustments.vetoes
    ]
    return said
