"""等级: the bands, the total against each, the grade, the way to the next band, what is suggested."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlkpi.domain.cells import Text
from xlkpi.domain.inputs import Filled, Grade, Project
from xlkpi.domain.location import a1, quoted
from xlkpi.domain.results import Scored
from xlkpi.domain.schema import GRADE_SHEET, SUMMARY_SHEET
from xlkpi.writing.book import Book, Condition, Sheet
from xlkpi.writing.scored import total
from xlkpi.writing.scored.addresses import FIRST_GRADE, Addresses, copy
from xlkpi.writing.scored.result import Result
from xlkpi.writing.styles import MONEY, SHARE, sum_figure

_HEADS = ("等级", "下限（含）", "含义", "结果应用", "评定")
_SHARE = "建议安排比例"
"""One column more, where 结果应用 of any band names a share."""
_REACHED = "✓"
_REMARK = "（可按本地规定修改）"
"""What templates said behind their 结果应用: to whoever fills in the workbook, not to whoever reads a result."""
_NOT_DERIVED = (
    "“建议安排比例”只取“结果应用”里写得明白的（如“按本年预算的 90% 安排”）；"
    "其余列“—”，不从文字推算比例和金额。"
)


def write(book: Book, result: Result, names: Addresses) -> None:
    """Fill in 等级: the bands, the grade reached, the way to the next band, what is suggested."""
    filled, scored = result.filled, result.scored
    sheet = book.named(GRADE_SHEET)
    style = f"big:{sum_figure(filled.parameters.decimals, filled.finest_decimals)}"
    shares = [_share(grade) for grade in filled.grades]
    heads = [*_HEADS, _SHARE] if any(share is not None for share in shares) else [*_HEADS]
    wide, last = len(heads) - 1, FIRST_GRADE + len(filled.grades) - 1
    sheet.merge(0, 0, wide, "等级评定", "heading")
    sheet.merge(1, 0, wide, "总分达到下限（含）即评为该等级；以四舍五入后的总分为准。", "guide")
    sheet.text(2, 0, "总分", "label")
    link = f"internal:{quoted(SUMMARY_SHEET)}!A1"
    sheet.formula(2, 1, f"={names.total}", scored.total, style, link)
    sheet.row(4, heads, "head")
    for row, grade in enumerate(filled.grades, start=FIRST_GRADE):
        _band(sheet, row, grade, grade is scored.grade, names)
    if _SHARE in heads:
        for row, share in enumerate(shares):
            _suggested(sheet, FIRST_GRADE + row, filled.grades[row], share)
        sheet.merge(last + 1, 0, wide, _NOT_DERIVED, "guide")
    options: dict[str, object] = {
        "type": "formula",
        "criteria": f'=$E{FIRST_GRADE + 1}="{_REACHED}"',
    }
    sheet.conditions.append(Condition((FIRST_GRADE, 0, last, wide), options, "reached"))
    row = _result(sheet, filled, scored, last, wide)
    _suggestions(sheet, filled, scored, row + 2, last)
    sheet.widths = {0: 22, 1: 16, 2: 40, 3: 46, 4: 10, 5: 14}
    sheet.heights[2] = 34
    sheet.landscape = True


def _band(sheet: Sheet, row: int, grade: Grade, reached: bool, names: Addresses) -> None:
    """Put a band; the one that was reached is the only one with a mark, and with a look."""
    copy(sheet, (row, 0), grade.name, "text")
    bound, place = grade.bound.value or Decimal(0), grade.bound.place
    sheet.formula(row, 1, "=" + place.reference, bound, "figure", place.link)
    copy(sheet, (row, 2), grade.meaning, "text")
    _use(sheet, row, grade.use)
    own = names.grade.rpartition("!")[2]
    mark = f'=IF({a1(row, 0)}={own},"{_REACHED}","")'
    sheet.formula(row, 4, mark, _REACHED if reached else "", "big.text")


def _use(sheet: Sheet, row: int, use: Text) -> None:
    """Put 结果应用 without the template's remark."""
    said = use.value or ""
    end = next((end for end in (_REMARK, f"{_REMARK}。") if said.endswith(end)), "")
    if not end:
        copy(sheet, (row, 3), use, "text")
        return
    cell, kept = use.place.reference, end.removeprefix(_REMARK)
    left = f"LEFT({cell},MAX(0,LEN({cell})-{len(end)}))"
    formula = f'=IF({cell}={left}&"{end}",{left}&"{kept}",IF({cell}="","",{cell}))'
    sheet.formula(row, 3, formula, said.removesuffix(end) + kept, "text", use.place.link)


def _suggested(sheet: Sheet, row: int, grade: Grade, share: Decimal | None) -> None:
    if share is None:
        sheet.text(row, 5, "—", "grey")
    else:
        sheet.number(row, 5, share, f"figure:{SHARE}", grade.use.place.link)


def _share(grade: Grade) -> Decimal | None:
    """Return the part of this year's budget that 结果应用 plainly names; None where it does not."""
    said = grade.use.value or ""
    if not any(sign in said for sign in "%％﹪"):
        return None
    from xlkpi.writing.scored import (
        suggested_funding,  # its patterns take longer to make than the sheet
    )

    return suggested_funding.share(said)


def _result(sheet: Sheet, filled: Filled, scored: Scored, last: int, wide: int) -> int:
    """Put the grade, the way to the next band and what follows; return the last row."""
    row, count = last + 2, len(filled.grades)
    bands, bounds, uses = (f"${c}${FIRST_GRADE + 1}:${c}${last + 1}" for c in "ABD")
    passed, at = _passed(last), _place(scored, count, last)
    sheet.text(row, 0, "评定等级", "label")
    grade = scored.grade
    sheet.formula(row, 1, f"=INDEX({bands},{at})", grade.name.value or "", "big")
    sheet.text(row + 1, 0, "距上一档", "label")
    reached = sum(scored.total >= (each.bound.value or 0) for each in filled.grades)
    top = "受否决限制" if scored.adjustments.vetoes else "已是最高等级"
    gap: str | Decimal = top
    if reached < count:
        gap = (filled.grades[count - reached - 1].bound.value or Decimal()) - scored.total
    formula = f'=IF({passed}={count},"{top}",ROUND(INDEX({bounds},{count}-{passed})-$B$3,6))'
    sheet.formula(row + 1, 1, formula, gap, "big.text")
    sheet.text(row + 2, 0, "结果应用（建议）", "label")
    formula = f'=IF(INDEX({uses},{at})="","",INDEX({uses},{at}))'
    use = sheet.cells[FIRST_GRADE + filled.grades.index(grade), 3].value
    sheet.merge(row + 2, 1, wide, "", "text")
    sheet.formula(row + 2, 1, formula, use, "text")
    sheet.heights.update({row: 34, row + 1: 26})
    for veto in scored.adjustments.vetoes:
        row += 1
        words = f"一票否决：{veto.what.value}（{veto.effect.value}；依据：{veto.basis.value}）"
        sheet.merge(row + 2, 0, wide, words, "bad.box")
    return row + 2


def _passed(last: int) -> str:
    """Return the expression of how many bands' bounds the total reaches."""
    return f"SUMPRODUCT(--(ROUND($B$3-$B${FIRST_GRADE + 1}:$B${last + 1},9)>=0))"


def _place(scored: Scored, count: int, last: int) -> str:
    """Return the expression of the grade's place among the bands, best first."""
    return total.band(scored, f"{count}-{_passed(last)}+1", count)


def _suggestions(sheet: Sheet, filled: Filled, scored: Scored, row: int, last: int) -> None:
    """Put what the grade's share of this year's budget comes to, project by project."""
    projects = _projects(filled)
    if _share(scored.grade) is None or not projects:
        return
    sheet.merge(row, 0, len(_HEADS), "结果应用建议（仅供参考，以财政部门意见为准）", "block")
    heads = ["项目", "全年预算数", "说明", "", _SHARE, "建议安排金额"]
    sheet.row(row + 1, heads, "head")
    sheet.merges.append((row + 1, 2, row + 1, 3))
    at = _place(scored, len(filled.grades), last)
    share = f"INDEX($F${FIRST_GRADE + 1}:$F${last + 1},{at})"
    for row, project in enumerate(projects, start=row + 2):  # noqa: B020
        _suggestion(sheet, filled, scored, project, row, share)


def _projects(filled: Filled) -> Sequence[Project]:
    """The projects, where it is projects that are scored."""
    if "项目" not in filled.info_text("评价类型"):
        return ()
    return [each for each in filled.projects if each.kind.value == "项目支出" and each.name.value]


def _suggestion(
    sheet: Sheet, filled: Filled, scored: Scored, project: Project, row: int, share: str
) -> None:
    value = _share(scored.grade) or Decimal(0)
    budget = project.budget.value or Decimal(0)
    copy(sheet, (row, 0), project.name, "text")
    place = project.budget.place
    sheet.formula(row, 1, "=" + place.reference, budget, f"link.figure:{MONEY}", place.link)
    unit = filled.info_text("金额单位") or "万元"
    words = f"全年预算数×上表的建议安排比例（{unit}）"
    sheet.merge(row, 2, 3, words, "text")
    sheet.formula(row, 4, f'=IF(ISNUMBER({share}),{share},"—")', value, f"figure:{SHARE}")
    amount = f'=IF(ISNUMBER({a1(row, 4)}),ROUND({a1(row, 1)}*{a1(row, 4)},6),"—")'
    sheet.formula(row, 5, amount, budget * value, f"figure:{MONEY}")
