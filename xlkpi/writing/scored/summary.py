"""汇总: what the leaders sign and what the auditors start from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from xlkpi.domain import schema
from xlkpi.domain.inputs import Ballot, Filled, Member
from xlkpi.domain.location import a1, block_reference, block_references, quoted
from xlkpi.domain.methods import NOT_APPLICABLE
from xlkpi.domain.results import Budget, Scored, TierScore
from xlkpi.writing.book import Book, Chart, Held, Sheet, Source
from xlkpi.writing.scored import addresses, total
from xlkpi.writing.scored.amounts import add_column
from xlkpi.writing.scored.result import Result
from xlkpi.writing.styles import MONEY, RATE, sum_figure

LAST = 6
"""The last printed column of 汇总; the contents are right of it."""
_HEADS = ("编号", "指标", "分值", "得分", "得分率", "失分")
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


def plan(book: Book, result: Result, names: addresses.Addresses) -> None:
    """Plan 汇总, down to the group that evaluated; what follows depends on what was found."""
    filled, scored = result.filled, result.scored
    sheet = book.named(schema.SUMMARY_SHEET)
    unit = filled.info_text("金额单位") or "万元"
    sheet.merge(0, 0, LAST, _title, "title")
    sheet.merge(1, 0, LAST, f"金额单位：{unit}    点击蓝色数字可查看计算过程和原始数据", "guide")
    rows = addresses.SummaryRows.of(result)
    _tiers(sheet, "一、一级指标得分", 0, rows, filled, scored)
    total.plan(sheet, filled, scored, rows.first + len(scored.tiers[0]) + 1, names)
    _tiers(sheet, "二、二级指标得分", 1, rows, filled, scored)
    _chart(sheet, rows, len(scored.tiers[0]))
    _budget(sheet, scored.budget, filled, rows.budget)
    _group(sheet, filled, scored, rows.group)
    _contents(sheet, book)
    _headline(sheet, filled, names)
    sheet.widths = {0: 10, 1: 26, 2: 12, 3: 12, 4: 12, 5: 12, 6: 12, 7: 3, 8: 20, 9: 34}
    sheet.heights.update({0: 34, 1: 20, 3: 40})


def _title(result: Result) -> str:
    said = result.filled.info_text
    return f"{said('部门名称')} {said('评价年度')}年度{said('评价类型')}绩效自评汇总"


def _grade(result: Result) -> Held:
    return result.scored.grade.name.value or ""


def _headline(sheet: Sheet, filled: Filled, names: addresses.Addresses) -> None:
    """Put the total, the grade and the verdict of 校验 on top."""
    row = addresses.TOTAL_AT[0]
    for column, label in ((0, "总分"), (2, "等级"), (5, "校验")):
        sheet.text(row, column, label, "label")
    total = names.total.rpartition("!")[2]
    link = f"internal:{quoted(schema.SCORES_SHEET)}!A1"
    sheet.formula(
        *addresses.TOTAL_AT, f"={total}", lambda r: r.scored.total, f"big:{_look(filled)}", link
    )
    link = f"internal:{quoted(schema.GRADE_SHEET)}!A1"
    sheet.formula(*addresses.GRADE_AT, f"={names.grade}", _grade, "big", link)
    sheet.blank(row, 4, "big")
    sheet.merges.append((row, 3, row, 4))
    link = f"internal:{quoted(schema.RECONCILIATION_SHEET)}!A1"
    sheet.formula(row, 6, f"={names.verdict}", "全部通过", "big.text", link)


def _tiers(
    sheet: Sheet,
    title: str,
    level: int,
    rows: addresses.SummaryRows,
    filled: Filled,
    scored: Scored,
) -> None:
    """Put one tier's table, its header two rows above, its total below."""
    top, tiers = (rows.first, rows.second)[level], scored.tiers[level]
    sheet.merge(top - 2, 0, LAST, title, "block")
    sheet.row(top - 1, [*_HEADS, "所属一级" if level else "明细"], "head")
    for at in range(len(tiers)):
        _tier(sheet, level, at, rows, filled, scored)
    _total(sheet, top, level, filled, scored)


def _tier(
    sheet: Sheet, level: int, at: int, rows: addresses.SummaryRows, filled: Filled, scored: Scored
) -> None:
    def of(result: Result) -> TierScore:
        return result.scored.tiers[level][at]

    row, tier, style = (rows.first, rows.second)[level] + at, scored.tiers[level][at], _look(filled)
    place = tier.tier.points.place
    addresses.copy(sheet, (row, 0), tier.tier.code, "code", lambda r: of(r).tier.code.value or "")
    addresses.copy(sheet, (row, 1), tier.tier.name, "text", lambda r: of(r).tier.name.value or "")
    sheet.formula(row, 2, "=" + place.reference, tier.points, "figure", place.link)
    below = _of_third(row, tier, scored) if level else _of_second(row, tier, rows, scored)
    added, link = below
    if tier.applies:
        score = f"=ROUND({added},6)"
        sheet.formula(row, 3, score, lambda r: of(r).score, f"link.strong:{style}", link)
        _rate_and_loss(sheet, row, lambda r: of(r).score, _applicable(scored, row, [tier]), style)
    else:
        sheet.row(row, [NOT_APPLICABLE, "—", "—"], "grey", start=3)
    if level:
        upper = tier.tier.parent
        addresses.copy(sheet, (row, 6), upper, "center", lambda r: of(r).tier.parent.value or "")
    else:
        sheet.text(row, 6, "查看", "link.box", link)


def _look(filled: Filled) -> str:
    """Return the number format of a sum of scores."""
    return sum_figure(filled.parameters.decimals, filled.finest_decimals)


def _of_second(
    row: int, tier: TierScore, rows: addresses.SummaryRows, scored: Scored
) -> tuple[str, str]:
    """Return the formula that adds up a first-level indicator's children, and a link to them."""
    top, second = rows.second, scored.tiers[1]
    last = top + len(second)
    at = next((n for n, each in enumerate(second) if each.tier.parent_key == tier.tier.key), 0)
    parents, scores = f"$G${top + 1}:$G${last}", f"$D${top + 1}:$D${last}"
    link = f"internal:{quoted(schema.SUMMARY_SHEET)}!A{top + at + 1}"
    return f"SUMPRODUCT(--({parents}={a1(row, 0, 'column')}),{scores})", link


def _of_third(row: int, tier: TierScore, scored: Scored) -> tuple[str, str]:
    """Return the same for a second-level indicator, over 指标得分."""
    last, column = (
        addresses.FIRST_SCORE + len(scored.indicator_scores),
        addresses.ScoreColumns.of(scored).right("得分"),
    )
    own = (
        n for n, w in enumerate(scored.indicator_scores) if w.indicator.parent_key == tier.tier.key
    )
    parents = block_reference(schema.SCORES_SHEET, addresses.FIRST_SCORE, 1, last - 1, 1)
    scores = block_reference(schema.SCORES_SHEET, addresses.FIRST_SCORE, column, last - 1, column)
    link = f"internal:{quoted(schema.SCORES_SHEET)}!A{addresses.FIRST_SCORE + next(own, 0) + 1}"
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
        addresses.FIRST_SCORE + at
        for at, work in enumerate(scored.indicator_scores)
        if work.applies and work.indicator.parent_key in keys
    ]
    return f"ROUND(SUM({block_references(schema.SCORES_SHEET, 3, rows)}),6)", value


def _rate_and_loss(
    sheet: Sheet, row: int, score: Callable[[Result], Decimal], applicable: Applicable, style: str
) -> None:
    """得分率 and 失分 of what applies: what does not is not lost."""
    points, value = applicable
    rate = f"=IF({points}=0,0,D{row + 1}/{points})"
    sheet.formula(
        row, 4, rate, lambda r: score(r) / value if value else Decimal(0), f"figure:{RATE}"
    )
    loss = f"=ROUND({points}-D{row + 1},6)"
    sheet.formula(row, 5, loss, lambda r: value - score(r), f"figure:{style}")


def _total(sheet: Sheet, top: int, level: int, filled: Filled, scored: Scored) -> None:
    def score(result: Result) -> Decimal:
        return sum((tier.score for tier in result.scored.tiers[level]), Decimal())

    tiers = scored.tiers[level]
    row, style = top + len(tiers), _look(filled)
    sheet.blank(row, 0, "strong")
    sheet.text(row, 1, "合计", "strong")
    points = sum((tier.points for tier in tiers), Decimal())
    sheet.formula(row, 2, f"=ROUND(SUM(C{top + 1}:C{row}),6)", points, "strong.figure")
    added = f"ROUND(SUM(D{top + 1}:D{row}),6)"
    if level == 0 and not addresses.step_rows(scored):  # then it is the total
        added = f"MAX(0,MIN(100,{added}))"
    sheet.formula(row, 3, "=" + added, score, f"strong.figure:{style}")
    _rate_and_loss(sheet, row, score, _applicable(scored, row, tiers), style)
    sheet.blank(row, 6, "strong")


_CHART_WIDTH = 700
"""Pixels of the printed columns."""
_ROW = 20
"""Pixels of a row."""


def _chart(sheet: Sheet, rows: addresses.SummaryRows, count: int) -> None:
    """Put the chart below the table that it draws, where it is printed too."""
    last = rows.first + count - 1
    names = block_reference(schema.SUMMARY_SHEET, rows.first, 1, last, 1)
    values = block_reference(schema.SUMMARY_SHEET, rows.first, 4, last, 4)
    size = (_CHART_WIDTH, _ROW * (addresses.chart_rows(count) - 1))
    sheet.charts.append(Chart((rows.chart, 0), "一级指标得分率", names, values, size))


def _budget(sheet: Sheet, budget: Budget | None, filled: Filled, row: int) -> None:
    sheet.merge(row - 2, 0, LAST, "三、预算执行", "block")
    sheet.merge(row - 1, 0, 1, "其中项目支出个数", "head")
    sheet.row(row - 1, [f"{header}合计" for header in addresses.BUDGET_SUMS], "head", start=2)
    sheet.merge(row - 1, 5, LAST, "执行率", "head")
    table = filled.tables.get(schema.EXECUTION.name)
    if budget is None or table is None:
        sheet.merge(row, 0, LAST, "没有填写预算执行数据", "center")
        return
    sheet.number(row, 0, lambda r: r.scored.budget.projects, "figure")
    sheet.blank(row, 1, "figure")
    sheet.merges.append((row, 0, row, 1))
    sums: tuple[Source, ...] = (
        lambda r: r.scored.budget.budget,
        lambda r: r.scored.budget.fiscal.shown,
        lambda r: r.scored.budget.executed,
    )
    for column, (header, value) in enumerate(
        zip(addresses.BUDGET_SUMS, sums, strict=True), start=2
    ):
        if header not in table.columns:
            sheet.text(row, column, "—", "grey")
            continue
        added = add_column(table, header, table.rows)
        link = table.place(table.rows[0], header).link
        if added:
            sheet.formula(row, column, f"={added}", value, f"link.figure:{MONEY}", link)
        else:
            sheet.number(row, column, value, f"figure:{MONEY}")
    rate = f"=IF(C{row + 1}=0,0,E{row + 1}/C{row + 1})"
    sheet.formula(row, 5, rate, lambda r: r.scored.budget.rate, f"figure:{RATE}")
    sheet.blank(row, 6, "figure")
    sheet.merges.append((row, 5, row, 6))


def _group(sheet: Sheet, filled: Filled, scored: Scored, row: int) -> None:
    sheet.merge(row, 0, LAST, "四、评价工作组", "block")
    row += 1
    sheet.merge(row, 0, 1, "姓名", "head")
    sheet.merge(row, 2, 3, "职务", "head")
    sheet.text(row, 4, "分工", "head")
    sheet.merge(row, 5, LAST, "评分情况", "head")
    marked = {schema.folded(ballot.scorer.value): ballot for ballot in scored.scorers}
    for row, member in enumerate(filled.members, start=row + 1):  # noqa: B020
        _member(
            sheet, row, member, bool(scored.groups), marked.get(schema.folded(member.name.value))
        )


def _member(sheet: Sheet, row: int, member: Member, grouped: bool, ballot: Ballot | None) -> None:
    sheet.merge(row, 0, 1, member.name.value or "", "text")
    sheet.merge(row, 2, 3, member.post.value or "", "text")
    role = _beside(member) if grouped and member.group.value else member.role.value or ""
    sheet.text(row, 4, role, "center")
    said = {"否": "不评分", "缺席": "缺席，未评分"}.get(
        member.status.value or "", "已评分，查看评分表"
    )
    sheet.merge(row, 5, LAST, said, "link.box" if ballot else "center")
    if ballot:
        there = f"internal:{quoted(ballot.table.grid.name)}!A1"
        sheet.text(row, 5, said, "link.box", there)


def _beside(member: Member) -> str:
    """Return 分工 with the 评分组."""
    return (
        f"{member.role.value}（{member.group.value}）"
        if member.role.value
        else member.group.value or ""
    )


def _contents(sheet: Sheet, book: Book) -> None:
    sheet.row(3, ["目录（点击前往）", "内容"], "head", start=8)
    for row, each in enumerate(book.sheets, start=4):
        words = RESULT_WORDS.get(each.name) if each.name in schema.RESULT_SHEETS else None
        known = schema.sheet_named(each.name)
        if words is None:
            words = (
                "评分人原始打分"
                if each.name.startswith(schema.BALLOT_PREFIX)
                else "填报内容（原地址）"
            )
        sheet.text(row, 8, each.name, "link", f"internal:{quoted(each.name)}!A1")
        sheet.text(
            row, 9, words if known or each.name in schema.RESULT_SHEETS else "填表说明", "plain"
        )
