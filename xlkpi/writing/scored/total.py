"""From Σ of tier one to the total: rescaling, 加减分, 否决; each step a cell of 汇总, each rule once.

The same expression serves the self-evaluation's total and the review's.
"""

from __future__ import annotations

from decimal import Decimal

from xlkpi.domain.inputs import Adjustment, Filled
from xlkpi.domain.location import blocks
from xlkpi.domain.numbers import NOISE, plain
from xlkpi.domain.results import Scored
from xlkpi.domain.schema import SCORES_SHEET
from xlkpi.writing.addresses import Addresses
from xlkpi.writing.book import Sheet
from xlkpi.writing.scored.indicator_scores import FIRST
from xlkpi.writing.styles import sum_figure

RESCALED, ADJUSTED, VETOED = "折算", "加减分", "否决"
SUM_DIGITS = "合计小数位数"


def steps(scored: Scored) -> list[str]:
    """Return which steps there are between the sum of tier one and the total."""
    found = []
    if scored.score_totals.applicable != 100:
        found.append(RESCALED)
    if scored.adjustments.plus or scored.adjustments.minus:
        found.append(ADJUSTED)
    if scored.adjustments.vetoes:
        found.append(VETOED)
    return found


def rows(scored: Scored) -> int:
    """Return how many rows the steps take below the sum: one each, and the total's own."""
    count = len(steps(scored))
    return count + 1 if count else 0


def locate(paper: Sheet, filled: Filled, scored: Scored, row: int, names: Addresses) -> None:
    """Name the cells of the steps, of which the first stands in `row`; the total is the last."""
    digits, finest = names.parameter("小数位数"), filled.finest_places
    finer = finest > filled.parameters.places
    names.cells[SUM_DIGITS] = f"MAX({digits},{finest})" if finer else digits
    for offset, step in enumerate(steps(scored)):
        names.cells[step] = paper.absolute(row + offset, 3)
        if step == RESCALED:
            names.cells["适用分值"] = paper.absolute(row + offset, 2)
    names.cells["总分"] = paper.absolute(row - 1 + rows(scored), 3)


def whole(added: str, scored: Scored, names: Addresses) -> str:
    """Return the expression of a total over the expression of a sum of tier one."""
    digits, said = names.parameter("小数位数"), added
    if RESCALED in names.cells:
        said = f"ROUND(ROUND({said}*100/{names.cells['适用分值']},{NOISE}),{digits})"
    if ADJUSTED in names.cells:
        said = f"ROUND(ROUND({said}+{names.cells[ADJUSTED]},{NOISE}),{names.cells[SUM_DIGITS]})"
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


def write(paper: Sheet, filled: Filled, scored: Scored, row: int, names: Addresses) -> None:
    """Put the steps from `row` on, then the total."""
    look = f"strong.figure:{sum_figure(filled.parameters.places, filled.finest_places)}"
    digits = names.parameter("小数位数")
    for step in steps(scored):
        _blanks(paper, row)
        if step == RESCALED:
            _rescaled(paper, scored, row, names, digits, look)
        elif step == ADJUSTED:
            _adjusted(paper, scored, row)
        else:
            said = "、".join(
                dict.fromkeys(each.effect.value or "" for each in scored.adjustments.vetoes)
            )
            paper.text(row, 1, "一票否决", "strong")
            paper.merge(row, 3, 6, said, "strong")
            paper.text(row, 3, said, "link.box", scored.adjustments.vetoes[0].what.place.link)
        row += 1
    if steps(scored):
        _blanks(paper, row)
        paper.text(row, 1, "总分", "strong")
        formula = whole(names.cells["得分合计"].rpartition("!")[2], scored, names)
        paper.formula(row, 3, f"={formula}", scored.total, look)


def _blanks(paper: Sheet, row: int) -> None:
    for column in range(7):
        paper.blank(row, column, "strong")


def _rescaled(
    paper: Sheet, scored: Scored, row: int, names: Addresses, digits: str, look: str
) -> None:
    """Sum × 100 ÷ the points of what applies, rounded once more."""
    score_totals = scored.score_totals
    applicable = [FIRST + n for n, work in enumerate(scored.indicator_scores) if work.applies]
    parts = blocks(SCORES_SHEET, 3, applicable)
    paper.text(row, 1, "折算（×100÷适用分值）", "strong")
    paper.formula(row, 2, f"=ROUND(SUM({parts}),6)", score_totals.applicable, "strong.figure")
    added = names.cells["得分合计"].rpartition("!")[2]
    cell = names.cells["适用分值"].rpartition("!")[2]
    formula = f"=ROUND(ROUND({added}*100/{cell},{NOISE}),{digits})"
    paper.formula(row, 3, formula, score_totals.rescaled, look)


def _adjusted(paper: Sheet, scored: Scored, row: int) -> None:
    adjustments = scored.adjustments
    paper.text(
        row, 1, f"加减分（加 {len(adjustments.plus)}、减 {len(adjustments.minus)}）", "strong"
    )
    formula = f"=ROUND({_sum(adjustments.plus)}-{_sum(adjustments.minus)},6)"
    link = (*adjustments.plus, *adjustments.minus)[0].points.place.link
    paper.formula(row, 3, formula, adjustments.points, "link.strong:0.00####", link)


def _sum(group: tuple[Adjustment, ...]) -> str:
    if not group:
        return "0"
    place = group[0].points.place
    return f"SUM({blocks(place.sheet, place.column, [each.points.place.row for each in group])})"


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
