"""等级: the bands, the total against each, the grade, the way to the next band."""

from __future__ import annotations

from decimal import Decimal

from xlkpi.layout import GRADE_SHEET, SUMMARY_SHEET
from xlkpi.model import Filled, Outcome, Scored
from xlkpi.place import quoted
from xlkpi.write.book import Book, Sheet
from xlkpi.write.names import Names
from xlkpi.write.styles import figure


def write(book: Book, outcome: Outcome, names: Names) -> None:
    """Fill in 等级: the bands, the total against each, the grade, the way to the next band."""
    filled, scored = outcome.filled, outcome.scored
    assert filled is not None and scored is not None
    paper = names.sheet(book, GRADE_SHEET)
    places = filled.parameters.places
    paper.merge(0, 0, 4, "等级评定", "heading")
    paper.merge(1, 0, 4, "总分达到下限（含）即评为该等级；以四舍五入后的总分为准。", "guide")
    paper.text(2, 0, "总分", "label")
    total = names.cells["总分"]
    link = f"internal:{quoted(SUMMARY_SHEET)}!A1"
    paper.formula(2, 1, f"={total}", scored.total, f"big:{figure(places)}", link)
    paper.row(4, ["等级", "下限（含）", "含义", "结果应用", "是否达到"], "head")
    reached = [g for g in filled.grades if scored.total >= (g.bound.value or 0)]
    for row, grade in enumerate(filled.grades, start=5):
        style = "strong" if grade is scored.grade else "text"
        Names.copy(paper, row, 0, grade.name, style)
        place = grade.bound.place
        paper.formula(row, 1, "=" + place.reference, grade.bound.value or 0, "figure", place.link)
        Names.copy(paper, row, 2, grade.meaning, style)
        Names.copy(paper, row, 3, grade.use, style)
        test = f'=IF(ROUND($B$3-B{row + 1},9)>=0,"达到","未达到")'
        paper.formula(row, 4, test, "达到" if grade in reached else "未达到", "center")
    _result(paper, filled, scored, names, 5, 4 + len(filled.grades))
    paper.widths = {0: 16, 1: 14, 2: 40, 3: 46, 4: 12}
    paper.heights[2] = 34
    paper.landscape = True


def _result(
    paper: Sheet, filled: Filled, scored: Scored, names: Names, first: int, last: int
) -> None:
    row = last + 2
    bands, bounds = f"$A${first + 1}:$A${last + 1}", f"$B${first + 1}:$B${last + 1}"
    uses = f"$D${first + 1}:$D${last + 1}"
    count = len(filled.grades)
    passed = f'COUNTIF($E${first + 1}:$E${last + 1},"达到")'
    at = f"{count}-{passed}+1"
    paper.text(row, 0, "评定等级", "label")
    grade = scored.grade
    paper.formula(row, 1, f"=INDEX({bands},{at})", grade.name.value or "", "big")
    names.cells["等级"] = paper.absolute(row, 1)
    paper.text(row + 1, 0, "距上一档", "label")
    position = filled.grades.index(grade)
    gap: str | Decimal = "已是最高等级"
    if position:
        gap = (filled.grades[position - 1].bound.value or Decimal()) - scored.total
    formula = f'=IF({passed}={count},"已是最高等级",ROUND(INDEX({bounds},{count}-{passed})-$B$3,6))'
    paper.formula(row + 1, 1, formula, gap, "big.text")
    paper.text(row + 2, 0, "结果应用", "label")
    formula = f'=IF(INDEX({uses},{at})="","",INDEX({uses},{at}))'
    paper.formula(row + 2, 1, formula, grade.use.value or "", "text")
    for column in (2, 3, 4):
        paper.blank(row + 2, column, "text")
    paper.merges.append((row + 2, 1, row + 2, 4))
    paper.heights.update({row: 34, row + 1: 26})
