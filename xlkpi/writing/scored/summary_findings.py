"""The end of 汇总: what was noticed, what lost points and why, the review, the signatures."""

from __future__ import annotations

from decimal import Decimal

from xlkpi.domain import schema
from xlkpi.domain.findings import TO_ADD, Finding, Severity
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.location import a1, quoted
from xlkpi.domain.methods import NOT_APPLICABLE
from xlkpi.domain.results import IndicatorScore, Scored
from xlkpi.writing.book import Book, Sheet
from xlkpi.writing.scored import addresses, comparison_findings, review, summary
from xlkpi.writing.scored.indicator_scores import score_format
from xlkpi.writing.scored.marks_matrix import VERDICT
from xlkpi.writing.scored.result import Result


def write(book: Book, result: Result, names: addresses.Addresses, code: str) -> None:
    """Add the notices, the deviations, the review and the signatures with the 校验码."""
    sheet, rows = book.named(schema.SUMMARY_SHEET), addresses.SummaryRows.of(result)
    _notices(sheet, result, rows.notices)
    _deviations(sheet, result, rows.deviations)
    row = rows.after
    if result.scored.review:
        row = review.write(sheet, result, result.scored.review, row, names) + 1
    _signatures(sheet, row, code)
    sheet.merge(row + 4, 0, summary.LAST, _FILED, "guide")
    sheet.print_to = (row + 4, summary.LAST)


_FILED = (
    f"归档打印：{'、'.join(schema.PRINT_SET)}。按住 Ctrl 逐个点这几张表的标签，再打印；"
    "每页都有部门、年度、校验码和页码。其余各表留在文件里备查。"
)


def _notices(sheet: Sheet, result: Result, row: int) -> None:
    """Say how many notices there are, and what an auditor looks for among the marks."""
    outcome = result.outcome
    warnings, notes = outcome.count(Severity.WARNING), outcome.count(Severity.NOTE)
    missing = sum(
        int(str(each.params.get("count", 1))) for each in outcome.findings if each.code in TO_ADD
    )
    said = f"五、提醒 {warnings} 条、提示 {notes} 条"
    if missing:
        said += f"；待补 {missing} 项"
    sheet.merge(row, 0, summary.LAST, said, "block")
    words = "逐条见“检查记录”" if warnings or notes else "没有需要说明的事项"
    link = f"internal:{quoted(schema.FINDINGS_SHEET)}!A1"
    _across(sheet, row + 1, 0, words, "link.box", link)
    below = row + 2
    for n, each in enumerate(result.of_money):
        _tell(sheet, below + n, each, each.place.link)
    if result.panel.lines:
        _compared(sheet, result, below + len(result.of_money))


def _across(sheet: Sheet, row: int, first: int, words: str, style: str, link: str = "") -> None:
    """Put a text from a column to the last one."""
    sheet.merge(row, first, summary.LAST, words, style)
    sheet.text(row, first, words, style, link)


def _compared(sheet: Sheet, result: Result, row: int) -> None:
    """Put the gist of 评分对比, which follows the marks, and each finding about them with its link."""
    compared = quoted(schema.COMPARISON_SHEET)
    sheet.text(row, 0, "评分对比", "link.center", f"internal:{compared}!A1")
    _across(sheet, row, 1, "", "text")
    gist = f"={compared}!{a1(VERDICT, 1)}"
    sheet.formula(row, 1, gist, comparison_findings.conclusion(result), "text")
    for row, each in enumerate(result.of_marks, start=row + 1):  # noqa: B020
        at = comparison_findings.row_of(each.code, result)
        _tell(sheet, row, each, f"internal:{compared}!{a1(at, 0)}")


def _tell(sheet: Sheet, row: int, told: Finding, link: str) -> None:
    """Put a finding; the link is beside the sentence: a text that is one is shown on one line by some programs."""
    sheet.text(row, 0, told.severity.chinese, "link.center", link)
    _across(sheet, row, 1, f"{told.title}：{told.message}", "text")


def _deviations(sheet: Sheet, result: Result, row: int) -> None:
    """List the indicators that lost points or gave a reason, each with its reason or 待补."""
    sheet.merge(row, 0, summary.LAST, "六、失分、偏差原因和改进措施", "block")
    if not result.deviations:
        sheet.merge(row + 1, 0, summary.LAST, "没有失分的指标，也没有填写原因", "center")
        return
    row += 1
    sheet.repeat = row  # programs repeat it on the pages below it: this table alone may be long
    sheet.row(row, ["编号", "指标", "失分"], "head")
    sheet.merge(row, 3, summary.LAST, "原因和措施", "head")
    for row, work in enumerate(result.deviations, start=row + 1):  # noqa: B020
        addresses.copy(sheet, (row, 0), work.indicator.code, "code")
        addresses.copy(sheet, (row, 1), work.indicator.name, "text")
        _loss_of(sheet, row, work, result.scored)
        for column in range(4, summary.LAST + 1):
            sheet.blank(row, column, "text")
        sheet.merges.append((row, 3, row, summary.LAST))
        _reason(sheet, row, work.indicator, work.indicator.reason.place in result.to_add)


def _reason(sheet: Sheet, row: int, indicator: Indicator, missing: bool) -> None:
    """Copy the reason, or say of a missing one whether it has to be written, and where."""
    place = indicator.reason.place
    if indicator.reason.good:
        addresses.copy(sheet, (row, 3), indicator.reason, "text")
    elif missing:
        said = f"待补：没有完成指标，或大大超过了指标值。请在填报的工作簿的 {place.label} 写明原因，再评一次"
        sheet.text(row, 3, said, "bad.box")
    elif indicator.deduction.value:
        addresses.copy(sheet, (row, 3), indicator.deduction_reason, "text")
    else:
        sheet.text(row, 3, "没有写原因（不是必填）", "text", place.link)


def _loss_of(sheet: Sheet, row: int, work: IndicatorScore, scored: Scored) -> None:
    if not work.applies:
        sheet.text(row, 2, NOT_APPLICABLE, "grey")
        return
    at = addresses.FIRST_SCORE + scored.index_of(work)
    score = addresses.ScoreColumns.of(scored).right("得分")
    scores = quoted(schema.SCORES_SHEET)
    formula = f"=ROUND({scores}!{a1(at, 3)}-{scores}!{a1(at, score)},6)"
    loss = (work.indicator.points.value or Decimal()) - work.score
    link = f"internal:{scores}!{a1(at, score)}"
    sheet.formula(row, 2, formula, loss, f"figure:{score_format(work.score)}", link)


def _signatures(sheet: Sheet, row: int, code: str) -> None:
    sheet.text(row + 2, 4, addresses.CODE_LABEL, "sign.label")
    sheet.text(row + 2, 5, code, "sign")
    sheet.blank(row + 2, 6, "sign")
    blocks = (("填报人", "财务负责人"), ("单位负责人", "单位（盖章）"), ("日期", ""))
    for offset, (left, right) in enumerate(blocks):
        at = row + offset
        sheet.heights[at] = 30
        sheet.text(at, 0, f"{left}：", "sign.label")
        for column in (1, 2):
            sheet.blank(at, column, "sign")
        if right:
            sheet.text(at, 4, f"{right}：", "sign.label")
            for column in (5, 6):
                sheet.blank(at, column, "sign")
