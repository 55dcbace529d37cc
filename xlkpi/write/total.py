"""From Σ of tier one to the total: rescaling, 加减分, 否决; each step a cell of 汇总, each rule once.

The same expression serves the self-evaluation's total and the review's.
"""

from __future__ import annotations

from decimal import Decimal

from xlkpi.layout import SCORES_SHEET
from xlkpi.model import Extra, Filled, Scored
from xlkpi.numbers import NOISE, plain
from xlkpi.place import blocks
from xlkpi.write.book import Sheet
from xlkpi.write.names import Names
from xlkpi.write.scores import FIRST
from xlkpi.write.styles import sum_figure

RESCALED, ADJUSTED, VETOED = "折算", "加减分", "否决"
SUM_DIGITS = "合计小数位数"


def steps(scored: Scored) -> list[str]:
    """Return which steps there are between the sum of tier one and the total."""
    found = []
    if scored.summed.applicable != 100:
        found.append(RESCALED)
    if scored.extras.plus or scored.extras.minus:
        found.append(ADJUSTED)
    if scored.extras.vetoes:
        found.append(VETOED)
    return found


def rows(scored: Scored) -> int:
    """Return how many rows the steps take below the sum: one each, and the total's own."""
    count = len(steps(scored))
    return count + 1 if count else 0


def locate(paper: Sheet, filled: Filled, scored: Scored, row: int, names: Names) -> None:
    """Name the cells of the steps, of which the first stands in `row`; the total is the last."""
    digits, finest = names.parameter("小数位数"), filled.finest_places
    finer = finest > filled.parameters.places
    names.cells[SUM_DIGITS] = f"MAX({digits},{finest})" if finer else digits
    for offset, step in enumerate(steps(scored)):
        names.cells[step] = paper.absolute(row + offset, 3)
        if step == RESCALED:
            names.cells["适用分值"] = paper.absolute(row + offset, 2)
    names.cells["总分"] = paper.absolute(row - 1 + rows(scored), 3)


def whole(added: str, scored: Scored, names: Names) -> str:
    """Return the expression of a total over the expression of a sum of tier one."""
    digits, said = names.parameter("小数位数"), added
    if RESCALED in names.cells:
        said = f"ROUND(ROUND({said}*100/{names.cells['适用分值']},{NOISE}),{digits})"
    if ADJUSTED in names.cells:
        said = f"ROUND(ROUND({said}+{names.cells[ADJUSTED]},{NOISE}),{names.cells[SUM_DIGITS]})"
    said = f"MAX(0,MIN(100,{said}))"
    if scored.extras.zero:
        said = f'IF({scored.extras.zero.what.place.reference}="",{said},0)'
    return said


def band(scored: Scored, at: str, count: int) -> str:
    """Return the expression of the grade's place among the bands, best first, that 否决 leaves."""
    extras = scored.extras
    if extras.not_best:
        cell = extras.not_best.what.place.reference
        at = f'IF({cell}="",{at},MIN({count},MAX(2,{at})))'
    if extras.lowest:
        at = f'IF({extras.lowest.what.place.reference}="",{at},{count})'
    return at


def write(paper: Sheet, filled: Filled, scored: Scored, row: int, names: Names) -> None:
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
                dict.fromkeys(each.effect.value or "" for each in scored.extras.vetoes)
            )
            paper.text(row, 1, "一票否决", "strong")
            paper.merge(row, 3, 6, said, "strong")
            paper.text(row, 3, said, "link.box", scored.extras.vetoes[0].what.place.link)
        row += 1
    if steps(scored):
        _blanks(paper, row)
        paper.text(row, 1, "总分", "strong")
        formula = whole(names.cells["得分合计"].rpartition("!")[2], scored, names)
        paper.formula(row, 3, f"={formula}", scored.total, look)


def _blanks(paper: Sheet, row: int) -> None:
    for column in range(7):
        paper.blank(row, column, "strong")


def _rescaled(paper: Sheet, scored: Scored, row: int, names: Names, digits: str, look: str) -> None:
    """Sum × 100 ÷ the points of what applies, rounded once more."""
    summed = scored.summed
    applicable = [FIRST + n for n, work in enumerate(scored.workings) if work.applies]
    parts = blocks(SCORES_SHEET, 3, applicable)
    paper.text(row, 1, "折算（×100÷适用分值）", "strong")
    paper.formula(row, 2, f"=ROUND(SUM({parts}),6)", summed.applicable, "strong.figure")
    added = names.cells["得分合计"].rpartition("!")[2]
    cell = names.cells["适用分值"].rpartition("!")[2]
    formula = f"=ROUND(ROUND({added}*100/{cell},{NOISE}),{digits})"
    paper.formula(row, 3, formula, summed.rescaled, look)


def _adjusted(paper: Sheet, scored: Scored, row: int) -> None:
    extras = scored.extras
    paper.text(row, 1, f"加减分（加 {len(extras.plus)}、减 {len(extras.minus)}）", "strong")
    formula = f"=ROUND({_sum(extras.plus)}-{_sum(extras.minus)},6)"
    link = (*extras.plus, *extras.minus)[0].points.place.link
    paper.formula(row, 3, formula, extras.points, "link.strong:0.00####", link)


def _sum(group: tuple[Extra, ...]) -> str:
    if not group:
        return "0"
    place = group[0].points.place
    return f"SUM({blocks(place.sheet, place.column, [each.points.place.row for each in group])})"


def words(scored: Scored) -> list[str]:
    """Say each step, for someone who audits it."""
    summed, extras, said = scored.summed, scored.extras, []
    if summed.applicable != 100:
        said.append(
            f"有不适用的指标，适用分值 {plain(summed.applicable)}："
            f"{summed.added:f} × 100 ÷ {plain(summed.applicable)} = {summed.rescaled:f}"
        )
    for row, sign in (
        *((each, "加") for each in extras.plus),
        *((each, "减") for each in extras.minus),
    ):
        points = plain(row.points.value or Decimal(0))
        said.append(
            f"{sign} {points} 分：{row.what.value}（{row.points.place}，依据：{row.basis.value}）"
        )
    said += [
        f"否决：{row.what.value}，{row.effect.value}（{row.effect.place}，依据：{row.basis.value}）"
        for row in extras.vetoes
    ]
    return said
