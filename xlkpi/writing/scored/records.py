"""检查记录 and 方法与参数: what was noticed, and by which rules the figures were made."""

from __future__ import annotations

from collections.abc import Sequence

from xlkpi.domain.findings import Finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.results import IndicatorScore, Outcome, Scored
from xlkpi.domain.schema import FINDINGS_SHEET, METHODS_SHEET, PARAMETER_LIST, PARAMETERS
from xlkpi.writing.book import Book, Sheet
from xlkpi.writing.scored.addresses import FIRST_PARAMETER
from xlkpi.writing.styles import SHARE

FINDINGS_HEADER = 3
"""Row of the header on 检查记录."""
FOLDED_TITLE = "逐格列出：上面合并成一条的提示"
"""Stands two rows above the first of them."""


def write_findings(book: Book, outcome: Outcome) -> None:
    """Fill in 检查记录: every finding, then every reading that was normalised and is folded into one of them."""
    findings, folded = outcome.findings, outcome.folded
    sheet = book.named(FINDINGS_SHEET)
    sheet.merge(0, 0, 5, "检查记录", "heading")
    words = "读取和检查时的每一条提醒、提示和换算；不妨碍评分，但提醒请逐条核对：数填错了的，得分也会错。点击位置可前往。"
    sheet.merge(1, 0, 5, words, "guide")
    list_findings(sheet, findings, FINDINGS_HEADER)
    if not findings:
        sheet.merge(4, 0, 5, "没有提醒，也没有换算。", "center")
    if folded:
        below = FINDINGS_HEADER + len(findings) + 2
        sheet.merge(below, 0, 5, FOLDED_TITLE, "block")
        list_findings(sheet, folded, below + 1)
        sheet.repeat, sheet.freeze = FINDINGS_HEADER, (FINDINGS_HEADER + 1, 0)


def list_findings(sheet: Sheet, findings: Sequence[Finding], header: int) -> None:
    """Put a table of findings with links; its header is in row `header`."""
    sheet.row(header, ["序号", "级别", "代码", "位置", "发现", "怎么改"], "head")
    for row, finding in enumerate(findings, start=header + 1):
        sheet.number(row, 0, row - header, "center")
        sheet.text(row, 1, f"{finding.severity.sign} {finding.severity.chinese}", "center")
        sheet.text(row, 2, finding.code, "center")
        where = finding.place.label
        link = finding.place.link if finding.place.sheet else ""
        sheet.text(row, 3, where, "link.box" if link else "text", link)
        sheet.text(row, 4, finding.message, "text")
        sheet.text(row, 5, finding.remedy, "text")
    sheet.widths = {0: 6, 1: 9, 2: 8, 3: 24, 4: 48, 5: 48}
    sheet.freeze = (header + 1, 0)
    sheet.repeat = header
    sheet.landscape = True


def write_methods(book: Book, filled: Filled, scored: Scored) -> None:
    """Fill in 方法与参数: the parameters in force, then every rule in words."""
    sheet = book.named(METHODS_SHEET)
    sheet.merge(0, 0, 3, "方法与参数", "heading")
    sheet.merge(
        1,
        0,
        3,
        "“去极值最少人数”“小数位数”“离群线”改动后公式随之变化；其余参数在评分时已定，改动后请重新评分。",
        "guide",
    )
    sheet.row(3, ["参数", "生效值", "来源", "说明"], "head")
    row = FIRST_PARAMETER - 1
    for parameter in PARAMETER_LIST:
        row += 1
        sheet.text(row, 0, parameter.name, "text")
        value = filled.parameters.values[parameter.name]
        held = filled.parameters.output_value(parameter)
        style = f"center:{SHARE}" if parameter.percent else "center"
        if value.place.sheet:
            sheet.formula(row, 1, f"={value.place.reference}", held, style, value.place.link)
            sheet.text(row, 2, f"“{PARAMETERS.name}”表", "center")
        else:
            sheet.text(row, 1, held, style) if isinstance(held, str) else sheet.number(
                row, 1, held, style
            )
            sheet.text(row, 2, "默认值", "center")
        sheet.text(row, 3, parameter.words, "text")
    _rules(sheet, filled, scored, row + 2)
    sheet.widths = {0: 20, 1: 16, 2: 14, 3: 70}
    sheet.landscape = True


def _rules(sheet: Sheet, filled: Filled, scored: Scored, row: int) -> None:
    sheet.merge(row, 0, 3, "计分规则", "block")
    used = dict.fromkeys(
        (work.indicator.method.value or "", _in_general(work)) for work in scored.indicator_scores
    )
    rules = [
        ("打分制", filled.parameters.text("打分制")),
        *used,
        ("取整", _rounding(filled)),
        ("等级", "从高到低，总分第一个达到（含）的下限所在的等级。"),
        ("回避和缺席", "回避、缺席的人不计入该指标，也不按 0 分计算。"),
        ("依据", "财预〔2020〕10号（项目支出绩效评价管理办法及自评表）、财预〔2021〕101号（成本指标的分值）、财预〔2013〕53号（共性指标体系框架）；本单位在“参数”“等级标准”中的设定。"),
    ]  # fmt: skip
    for name, words in rules:
        row += 1
        sheet.text(row, 0, name, "text")
        sheet.merge(row, 1, 3, words, "text")


def _rounding(filled: Filled) -> str:
    """Say how scores are rounded, and what is not: a 分值 that is finer than 小数位数."""
    places = filled.parameters.decimals
    said = (
        f"每个三级指标的得分四舍五入到 {places} 位小数，再逐级相加，相加时不再取整；"
        "公式先取到 12 位小数，消除二进制误差。等级按印出的总分定。"
    )
    if filled.finest_decimals > places:
        said += (
            f"有的分值多于 {places} 位小数：这些指标满分时得分就是分值，取整后也不超过分值，"
            f"总分按 {filled.finest_decimals} 位小数计。"
        )
    return said


def _in_general(work: IndicatorScore) -> str:
    """Say the rule without what is one indicator's alone: who stood aside, what was cut."""
    return work.explanation.partition("；核减 " if work.method else "；")[0]
