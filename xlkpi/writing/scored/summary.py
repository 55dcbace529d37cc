"""汇总: what the leaders sign and what the auditors start from."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from xlkpi.domain.findings import TO_ADD, Severity
from xlkpi.domain.inputs import Filled, Member
from xlkpi.domain.location import a1, blocks, quoted, span
from xlkpi.domain.methods import NOT_APPLICABLE
from xlkpi.domain.results import Budget, IndicatorScore, Outcome, Scored, TierScore
from xlkpi.domain.schema import (
    BALLOT_PREFIX,
    EXECUTION,
    FINDINGS_SHEET,
    GRADE_SHEET,
    PROOF_SHEET,
    RESULT_SHEETS,
    SCORES_SHEET,
    SUMMARY_SHEET,
    folded,
    sheet_named,
)
from xlkpi.writing.addresses import Addresses
from xlkpi.writing.book import Book, Chart, Sheet
from xlkpi.writing.scored import review, total
from xlkpi.writing.scored.indicator_scores import FIRST, Columns, score_format
from xlkpi.writing.styles import MONEY, RATE, sum_figure

_SUMS = ("全年预算数", "其中：财政资金", "全年执行数")
_LAST = 6
"""The last printed column of 汇总; the contents stand right of it."""
_HEADS = ("编号", "指标", "分值", "得分", "得分率", "失分")
_FIRST = 6
"""The row of the first first-level indicator."""
TOTAL_AT, GRADE_AT = (3, 1), (3, 3)
"""Where the total and the grade stand on top."""
RESULT_WORDS = {
    "汇总": "总分、等级、各级指标得分、签字",
    "等级": "等级区间、评定结果、距上一档的差距",
    "自评表": "官方格式的自评表，可单独打印上报",
    "指标得分": "每个指标各人得分到最终得分的过程",
    "评分对比": "各评分人的宽严、离群、雷同和一致性",
    "检查记录": "读取时的每一条提醒和换算",
    "方法与参数": "计分规则、取整方法、生效的参数",
    "校验": "合计、个数、公式与程序结果的核对",
    "来源与指纹": "源文件、指纹、模板和版本",
    "自评表版式": "本单位自己的自评表版式，逐格照录",
}


class Rows(NamedTuple):
    """Where the tables of 汇总 stand; they depend on the number of indicators."""

    first: int
    second: int
    budget: int

    @classmethod
    def of(cls, scored: Scored) -> Rows:
        """Return the rows for these tiers."""
        first, second, _ = scored.tiers
        below = _FIRST + len(first) + 4 + total.rows(scored)
        return cls(_FIRST, below, below + len(second) + 4)


def locate(book: Book, filled: Filled, scored: Scored, names: Addresses) -> None:
    """Name the cells of 汇总 that other sheets refer to, before any of them is filled in."""
    rows, paper = Rows.of(scored), names.sheet(book, SUMMARY_SHEET)
    bottom = rows.first + len(scored.tiers[0])
    names.cells["得分合计"] = paper.absolute(bottom, 3)
    total.locate(paper, filled, scored, bottom + 1, names)
    for at in range(len(scored.tiers[0])):
        names.cells[f"一级得分{at}"] = paper.absolute(rows.first + at, 3)
    table = filled.tables.get(EXECUTION.name)
    if scored.budget and table:
        for column, header in enumerate(_SUMS, start=2):
            if header in table.columns:
                names.budget[header] = paper.absolute(rows.budget, column)


def write(book: Book, outcome: Outcome, names: Addresses) -> None:
    """Fill in 汇总."""
    filled, scored = outcome.filled, outcome.scored
    assert filled is not None and scored is not None
    paper = names.sheet(book, SUMMARY_SHEET)
    kind = filled.said("评价类型")
    title = f"{filled.said('部门名称')} {filled.said('评价年度')}年度{kind}绩效自评汇总"
    paper.merge(0, 0, _LAST, title, "title")
    unit = filled.said("金额单位") or "万元"
    paper.merge(1, 0, _LAST, f"金额单位：{unit}    点击蓝色数字可查看计算过程和原始数据", "guide")
    rows = Rows.of(scored)
    first, second, _ = scored.tiers
    _tiers(paper, "一、一级指标得分", first, rows.first, filled, scored)
    total.write(paper, filled, scored, rows.first + len(first) + 1, names)
    _tiers(paper, "二、二级指标得分", second, rows.second, filled, scored)
    _chart(paper, len(first), len(book.sheets))
    row = _budget(paper, scored.budget, filled, rows.budget)
    row = _group(paper, filled, scored, row + 1)
    row = _notices(paper, outcome, row + 1)
    row = _deviations(paper, outcome, row + 2)
    if scored.review:
        row = review.write(paper, filled, scored, scored.review, row + 1, names)
    _signatures(paper, row + 1, names.cells["校验码"])
    _contents(paper, book)
    paper.widths = {0: 10, 1: 26, 2: 12, 3: 12, 4: 12, 5: 12, 6: 12, 7: 3, 8: 20, 9: 34}
    paper.heights.update({0: 34, 1: 20, 3: 40})
    paper.print_to = (row + 6, _LAST)


def headline(book: Book, filled: Filled, scored: Scored, names: Addresses) -> None:
    """Put the total, the grade and the verdict of 校验 on top, once all of them stand somewhere."""
    paper = names.sheet(book, SUMMARY_SHEET)
    row = TOTAL_AT[0]
    for column, label in ((0, "总分"), (2, "等级"), (5, "校验")):
        paper.text(row, column, label, "label")
    total = names.cells["总分"].rpartition("!")[2]
    link = f"internal:{quoted(SCORES_SHEET)}!A1"
    paper.formula(*TOTAL_AT, f"={total}", scored.total, f"big:{_look(filled)}", link)
    grade = names.cells["等级"]
    link = f"internal:{quoted(GRADE_SHEET)}!A1"
    paper.formula(*GRADE_AT, f"={grade}", scored.grade.name.value or "", "big", link)
    paper.blank(row, 4, "big")
    paper.merges.append((row, 3, row, 4))
    proof = names.cells["校验"]
    link = f"internal:{quoted(PROOF_SHEET)}!A1"
    paper.formula(row, 6, f"={proof}", "全部通过", "big.text", link)


def _tiers(
    paper: Sheet, title: str, tiers: Sequence[TierScore], top: int, filled: Filled, scored: Scored
) -> None:
    """Put one tier's table, its header two rows above `top`, its total below."""
    upper = tiers is scored.tiers[0]
    paper.merge(top - 2, 0, _LAST, title, "block")
    paper.row(top - 1, [*_HEADS, "明细" if upper else "所属一级"], "head")
    look = _look(filled)
    for row, tier in enumerate(tiers, start=top):
        Addresses.copy(paper, row, 0, tier.tier.code, "code")
        Addresses.copy(paper, row, 1, tier.tier.name, "text")
        place = tier.tier.points.place
        paper.formula(row, 2, "=" + place.reference, tier.points, "figure", place.link)
        added, link = _of_second(row, tier, scored) if upper else _of_third(row, tier, scored)
        if tier.applies:
            paper.formula(row, 3, f"=ROUND({added},6)", tier.score, f"link.strong:{look}", link)
            _rate_and_loss(paper, row, tier.score, _applicable(scored, row, [tier]), look)
        else:
            paper.row(row, [NOT_APPLICABLE, "—", "—"], "grey", start=3)
        if upper:
            paper.text(row, 6, "查看", "link.box", link)
        else:
            Addresses.copy(paper, row, 6, tier.tier.parent, "center")
    _total(paper, top, tiers, filled, scored)


def _look(filled: Filled) -> str:
    """Return the number format of a sum of scores."""
    return sum_figure(filled.parameters.places, filled.finest_places)


def _of_second(row: int, tier: TierScore, scored: Scored) -> tuple[str, str]:
    """Return the formula that adds up a first-level indicator's children, and a link to them."""
    top, second = Rows.of(scored).second, scored.tiers[1]
    last = top + len(second)
    at = next((n for n, each in enumerate(second) if each.tier.parent_key == tier.tier.key), 0)
    parents, scores = f"$G${top + 1}:$G${last}", f"$D${top + 1}:$D${last}"
    link = f"internal:{quoted(SUMMARY_SHEET)}!A{top + at + 1}"
    return f"SUMPRODUCT(--({parents}={a1(row, 0, 'column')}),{scores})", link


def _of_third(row: int, tier: TierScore, scored: Scored) -> tuple[str, str]:
    """Return the same for a second-level indicator, over 指标得分."""
    last, column = FIRST + len(scored.indicator_scores), Columns.of(scored).right("得分")
    own = (
        n for n, w in enumerate(scored.indicator_scores) if w.indicator.parent_key == tier.tier.key
    )
    parents = span(SCORES_SHEET, FIRST, 1, last - 1, 1)
    scores = span(SCORES_SHEET, FIRST, column, last - 1, column)
    link = f"internal:{quoted(SCORES_SHEET)}!A{FIRST + next(own, 0) + 1}"
    return f"SUMPRODUCT(--({parents}={a1(row, 0, 'column')}),{scores})", link


Applicable = tuple[str, Decimal]
"""The expression of the points that apply, and what they are."""


def _applicable(scored: Scored, row: int, tiers: Sequence[TierScore]) -> Applicable:
    """Return the points of some tiers that apply: all of column C, else those of 指标得分 that do."""
    points, value = (
        sum(each, Decimal()) for each in ((t.points for t in tiers), (t.applicable for t in tiers))
    )
    if points == value:
        return f"C{row + 1}", points
    keys = {tier.tier.key for tier in tiers}
    if tiers[0].tier.level == 1:
        keys = {each.tier.key for each in scored.tiers[1] if each.tier.parent_key in keys}
    rows = [
        FIRST + at
        for at, work in enumerate(scored.indicator_scores)
        if work.applies and work.indicator.parent_key in keys
    ]
    return f"ROUND(SUM({blocks(SCORES_SHEET, 3, rows)}),6)", value


def _rate_and_loss(
    paper: Sheet, row: int, score: Decimal, applicable: Applicable, look: str
) -> None:
    """得分率 and 失分 of what applies: what does not is not lost."""
    points, value = applicable
    rate = score / value if value else Decimal(0)
    paper.formula(row, 4, f"=IF({points}=0,0,D{row + 1}/{points})", rate, f"figure:{RATE}")
    loss = f"=ROUND({points}-D{row + 1},6)"
    paper.formula(row, 5, loss, value - score, f"figure:{look}")


def _total(
    paper: Sheet, top: int, tiers: Sequence[TierScore], filled: Filled, scored: Scored
) -> None:
    row, look = top + len(tiers), _look(filled)
    paper.blank(row, 0, "strong")
    paper.text(row, 1, "合计", "strong")
    points = sum((tier.points for tier in tiers), Decimal())
    score = sum((tier.score for tier in tiers), Decimal())
    paper.formula(row, 2, f"=ROUND(SUM(C{top + 1}:C{row}),6)", points, "strong.figure")
    added = f"ROUND(SUM(D{top + 1}:D{row}),6)"
    if top == _FIRST and not total.rows(scored):  # then it is the total
        added = f"MAX(0,MIN(100,{added}))"
    paper.formula(row, 3, "=" + added, score, f"strong.figure:{look}")
    _rate_and_loss(paper, row, score, _applicable(scored, row, tiers), look)
    paper.blank(row, 6, "strong")


def _chart(paper: Sheet, count: int, sheets: int) -> None:
    """Put the chart under the contents, beside the printed page."""
    last = _FIRST + count - 1
    names = span(SUMMARY_SHEET, _FIRST, 1, last, 1)
    values = span(SUMMARY_SHEET, _FIRST, 4, last, 4)
    paper.charts.append(
        Chart((sheets + 5, 8), "一级指标得分率", names, values, (400, 90 + 34 * count))
    )


def _budget(paper: Sheet, budget: Budget | None, filled: Filled, row: int) -> int:
    paper.merge(row - 2, 0, _LAST, "三、预算执行", "block")
    paper.merge(row - 1, 0, 1, "其中项目支出个数", "head")
    paper.row(row - 1, [f"{header}合计" for header in _SUMS], "head", start=2)
    paper.merge(row - 1, 5, _LAST, "执行率", "head")
    table = filled.tables.get(EXECUTION.name)
    if budget is None or table is None:
        paper.merge(row, 0, _LAST, "没有填写预算执行数据", "center")
        return row + 1
    paper.number(row, 0, budget.projects, "figure")
    paper.blank(row, 1, "figure")
    paper.merges.append((row, 0, row, 1))
    sums = zip(_SUMS, (budget.budget, budget.fiscal, budget.executed), strict=True)
    for column, (header, value) in enumerate(sums, start=2):
        if header not in table.columns:
            paper.text(row, column, "—", "grey")
            continue
        added = blocks(table.grid.name, table.columns[header], table.rows)
        link = table.place(table.rows[0], header).link
        paper.formula(row, column, f"=SUM({added})", value, f"link.figure:{MONEY}", link)
    rate = f"=IF(C{row + 1}=0,0,E{row + 1}/C{row + 1})"
    paper.formula(row, 5, rate, budget.rate, f"figure:{RATE}")
    paper.blank(row, 6, "figure")
    paper.merges.append((row, 5, row, 6))
    return row + 1


def _group(paper: Sheet, filled: Filled, scored: Scored, row: int) -> int:
    paper.merge(row, 0, _LAST, "四、评价工作组", "block")
    row += 1
    paper.merge(row, 0, 1, "姓名", "head")
    paper.merge(row, 2, 3, "职务", "head")
    paper.text(row, 4, "分工", "head")
    paper.merge(row, 5, _LAST, "评分情况", "head")
    marked = {folded(ballot.scorer.value): ballot for ballot in scored.scorers}
    for member in filled.members:
        row += 1
        paper.merge(row, 0, 1, member.name.value or "", "text")
        paper.merge(row, 2, 3, member.post.value or "", "text")
        paper.text(row, 4, member.role.value or "", "center")
        ballot = marked.get(folded(member.name.value))
        if scored.groups and member.group.value:
            paper.text(row, 4, _beside(member), "center")
        said = {"否": "不评分", "缺席": "缺席，未评分"}.get(
            member.status.value or "", "已评分，查看评分表"
        )
        paper.merge(row, 5, _LAST, said, "link.box" if ballot else "center")
        if ballot:
            sheet = quoted(ballot.table.grid.name)
            paper.text(row, 5, said, "link.box", f"internal:{sheet}!A1")
    return row + 1


def _beside(member: Member) -> str:
    """Return 分工 with the 评分组."""
    return (
        f"{member.role.value}（{member.group.value}）"
        if member.role.value
        else member.group.value or ""
    )


def _notices(paper: Sheet, outcome: Outcome, row: int) -> int:
    warnings, notes = outcome.count(Severity.WARNING), outcome.count(Severity.NOTE)
    missing = sum(1 for each in outcome.findings if each.code in TO_ADD)
    said = f"五、提醒 {warnings} 条、提示 {notes} 条"
    if missing:
        said += f"；待补 {missing} 项"
    paper.merge(row, 0, _LAST, said, "block")
    row += 1
    words = "逐条见“检查记录”" if warnings or notes else "没有需要说明的事项"
    paper.merge(row, 0, _LAST, words, "link.box")
    paper.text(row, 0, words, "link.box", f"internal:{quoted(FINDINGS_SHEET)}!A1")
    return row


def _deviations(paper: Sheet, outcome: Outcome, row: int) -> int:
    """List the indicators that lost points or gave a reason, each with its reason or 待补."""
    filled, scored = outcome.filled, outcome.scored
    assert filled is not None and scored is not None
    missing = {each.place for each in outcome.findings if each.code in TO_ADD}
    told = [
        work
        for work in scored.indicator_scores
        if work.indicator.reason.good
        or work.indicator.reason.place in missing
        or (work.applies and work.score < (work.indicator.points.value or 0))
    ]
    paper.merge(row, 0, _LAST, "六、失分、偏差原因和改进措施", "block")
    if not told:
        paper.merge(row + 1, 0, _LAST, "没有失分的指标，也没有填写原因", "center")
        return row + 2
    row += 1
    paper.row(row, ["编号", "指标", "失分"], "head")
    paper.merge(row, 3, _LAST, "原因和措施", "head")
    for work in told:
        row += 1
        Addresses.copy(paper, row, 0, work.indicator.code, "code")
        Addresses.copy(paper, row, 1, work.indicator.name, "text")
        _loss_of(paper, row, work, scored)
        for column in range(4, _LAST + 1):
            paper.blank(row, column, "text")
        paper.merges.append((row, 3, row, _LAST))
        if work.indicator.reason.good:
            Addresses.copy(paper, row, 3, work.indicator.reason, "text")
        elif work.indicator.cut.value and work.indicator.reason.place not in missing:
            Addresses.copy(paper, row, 3, work.indicator.cut_reason, "text")
        elif work.indicator.reason.place in missing:
            paper.text(row, 3, "待补", "bad.box", work.indicator.reason.place.link)
        else:
            paper.text(row, 3, "没有写原因", "text", work.indicator.reason.place.link)
    return row + 1


def _loss_of(paper: Sheet, row: int, work: IndicatorScore, scored: Scored) -> None:
    if not work.applies:
        paper.text(row, 2, NOT_APPLICABLE, "grey")
        return
    at = FIRST + scored.indicator_scores.index(work)
    score = Columns.of(scored).right("得分")
    sheet = quoted(SCORES_SHEET)
    formula = f"=ROUND({sheet}!{a1(at, 3)}-{sheet}!{a1(at, score)},6)"
    loss = (work.indicator.points.value or Decimal()) - work.score
    link = f"internal:{sheet}!{a1(at, score)}"
    paper.formula(row, 2, formula, loss, f"figure:{score_format(work.score)}", link)


def _signatures(paper: Sheet, row: int, code: str) -> None:
    paper.text(row + 2, 4, "校验码：", "sign.label")
    paper.text(row + 2, 5, code, "sign")
    paper.blank(row + 2, 6, "sign")
    blocks = (("填报人", "财务负责人"), ("单位负责人", "单位（盖章）"), ("日期", ""))
    for offset, (left, right) in enumerate(blocks):
        at = row + offset
        paper.heights[at] = 30
        paper.text(at, 0, f"{left}：", "sign.label")
        for column in (1, 2):
            paper.blank(at, column, "sign")
        if right:
            paper.text(at, 4, f"{right}：", "sign.label")
            for column in (5, 6):
                paper.blank(at, column, "sign")


def _contents(paper: Sheet, book: Book) -> None:
    paper.row(3, ["目录（点击前往）", "内容"], "head", start=8)
    for row, sheet in enumerate(book.sheets, start=4):
        words = RESULT_WORDS.get(sheet.name) if sheet.name in RESULT_SHEETS else None
        known = sheet_named(sheet.name)
        if words is None:
            words = (
                "评分人原始打分" if sheet.name.startswith(BALLOT_PREFIX) else "填报内容（原地址）"
            )
        paper.text(row, 8, sheet.name, "link", f"internal:{quoted(sheet.name)}!A1")
        paper.text(row, 9, words if known or sheet.name in RESULT_SHEETS else "填表说明", "plain")
