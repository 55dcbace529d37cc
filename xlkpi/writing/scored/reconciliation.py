"""校验: sums and counts, and every figure's formula against the program's own result."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import a1, blocks, quoted, span
from xlkpi.domain.results import Scored
from xlkpi.domain.schema import ABSENT, GROUP, NO, PROOF_SHEET, RECUSED, SCORES_SHEET
from xlkpi.writing.addresses import Addresses
from xlkpi.writing.book import Book, Held
from xlkpi.writing.scored.indicator_scores import FIRST, Columns
from xlkpi.writing.scored.provenance import totals
from xlkpi.writing.scored.summary import Rows
from xlkpi.writing.scored.total import steps, whole


def write(book: Book, filled: Filled, scored: Scored, names: Addresses) -> None:
    """Fill in 校验: sums and counts, and every score's formula against the program's own figure."""
    paper = names.sheet(book, PROOF_SHEET)
    paper.merge(0, 0, 4, "校验", "heading")
    words = "左右两栏应当相等。“程序结果”是计分时另行算出的数：改动得分、分值、等级下限或计分办法后，这里会显示“不符”。"
    paper.merge(1, 0, 4, words, "guide")
    paper.row(3, ["核对内容", "公式结果", "应为 / 程序结果", "差", "结论"], "head")
    row = 3
    for what, formula, found, expected in _proofs(filled, scored, names):
        row += 1
        paper.text(row, 0, what, "text")
        paper.formula(row, 1, formula, found, "figure")
        if isinstance(expected, tuple):
            paper.formula(row, 2, expected[0], expected[1], "figure")
        elif isinstance(expected, str):
            paper.text(row, 2, expected, "figure")
        else:
            paper.number(row, 2, expected, "figure")
        left, right = a1(row, 1), a1(row, 2)
        gap = f"=IF(AND(ISNUMBER({left}),ISNUMBER({right})),ROUND({left}-{right},9),0)"
        paper.formula(row, 3, gap, 0, "figure")
        test = f'=IF(AND({a1(row, 3)}=0,OR(ISNUMBER({left}),{left}={right})),"✓ 通过","✗ 不符")'
        paper.formula(row, 4, test, "✓ 通过", "center")
    block = f"E5:E{row + 1}"
    row += 2
    paper.text(row, 0, "总结论", "label")
    verdict = f'=IF(COUNTIF({block},"✓ 通过")={row - 5},"全部通过","有不符项")'
    paper.formula(row, 1, verdict, "全部通过", "big.text")
    names.cells["校验"] = paper.absolute(row, 1)
    paper.widths = {0: 52, 1: 18, 2: 18, 3: 12, 4: 14}


Proof = tuple[str, str, Held, Held | tuple[str, Held]]


def _proofs(filled: Filled, scored: Scored, names: Addresses) -> list[Proof]:
    rows = Rows.of(scored)
    return [
        *_sum_proofs(scored, names, rows),
        *_mark_proofs(filled, scored),
        *_cell_proofs(filled, names),
        *_result_proofs(scored, names),
        *_tier_proofs(scored, rows.first, rows.second),
        *_input_proofs(filled, scored, names),
        *_indicator_proofs(scored),
        *_budget_proofs(scored, names),
    ]


def _sum_proofs(scored: Scored, names: Addresses, rows: Rows) -> list[Proof]:
    """Points add up to 100 at every level, and scores to the total."""
    last = FIRST + len(scored.indicator_scores) - 1
    score = Columns.of(scored).right("得分")
    scores = span(SCORES_SHEET, FIRST, score, last, score)
    tier1 = f"'汇总'!$C${rows.first + 1}:$C${rows.first + len(scored.tiers[0])}"
    tier2 = f"'汇总'!$C${rows.second + 1}:$C${rows.second + len(scored.tiers[1])}"
    points = span(SCORES_SHEET, FIRST, 3, last, 3)
    total, kept = f"={names.cells['总分']}", "、".join([*steps(scored), "0 到 100 之间"])
    proofs: list[Proof] = [
        (f"{level}指标分值合计 = 100", f"=ROUND(SUM({block}),6)", 100, 100)
        for level, block in (("一级", tier1), ("二级", tier2), ("三级", points))
    ]
    for level, block in (("三级", scores), ("二级", tier2.replace("$C$", "$D$"))):
        formula = f"={whole(f'ROUND(SUM({block}),6)', scored, names)}"
        what = f"{level}指标得分合计（{kept}）= 总分"
        proofs.append((what, formula, scored.total, (total, scored.total)))
    return proofs


def _mark_proofs(filled: Filled, scored: Scored) -> list[Proof]:
    """Marks, recusals and absences are as many as scorers times judged indicators.

    How many they should be is counted on 评价工作组, how many there are on 指标得分, whose columns are
    the ballots: a ballot that is gone, or a member who is said to have been away, tells them apart.
    """
    columns, last = Columns.of(scored), FIRST + len(scored.indicator_scores) - 1
    judged = [work for work in scored.indicator_scores if work.given]
    marks = sum(1 for work in judged for given in work.given if given.mark is not None)
    recused = sum(len(work.given) for work in judged) - marks
    block = span(SCORES_SHEET, FIRST, columns.first_mark, last, columns.last_mark)
    absent = sum(member.status.value == ABSENT for member in filled.members)
    asked, away = _asked(filled), _said(filled, ABSENT)
    scorers, count = len(scored.scorers), len(judged)
    given = f'COUNT({block})+COUNTIF({block},"{RECUSED}")'
    return [
        ("得分个数 + 回避个数 = 评分人 × 打分指标", f"={given}", marks + recused, scorers * count),
        ("得分个数 = 读入的得分个数", f"=COUNT({block})", marks, marks),
        ("（评分人 + 缺席）× 打分指标 = 得分 + 回避 + 缺席未评", f"=({asked})*{count}",
         (scorers + absent) * count,
         (f"={given}+{away}*{count}", marks + recused + absent * count)),
        ("缺席人数 = 读入时", f"={away}", absent, absent),
    ]  # fmt: skip


def _cell_proofs(filled: Filled, names: Addresses) -> list[Proof]:
    """Every cell of the source is accounted for."""
    cells, whole = totals(filled), f"={names.cells['格数']}"
    return [
        ("读入 + 核对 + 自动计算 + 说明 + 列出 + 空文本 = 有内容的格",
         f"=SUM({names.cells['各类格数']})", sum(cells[1:]), (whole, cells[0])),
        ("有内容的格 = 文件自报的个数", whole, cells[0], filled.source.cells),
    ]  # fmt: skip


def _result_proofs(scored: Scored, names: Addresses) -> list[Proof]:
    """Totals and grades by formula are the program's own, the review's too."""
    results = [("", scored.total, scored.grade)]
    if scored.review:
        results.append(("复核", scored.review.score_totals.total, scored.review.score_totals.grade))
    proofs: list[Proof] = []
    for whose, total, grade in results:
        for what, value in (("总分", total), ("等级", grade.name.value or "")):
            name = f"{whose}{what}"
            proofs.append((f"{name}：公式 = 程序结果", f"={names.cells[name]}", value, value))
    return proofs


def _indicator_proofs(scored: Scored) -> list[Proof]:
    score = Columns.of(scored).right("得分")
    return [
        (
            f"{work.indicator.code.value} {work.indicator.name.value}：公式 = 程序结果",
            f"={quoted(SCORES_SHEET)}!{a1(row, score, 'both')}",
            work.score,
            work.score,
        )
        for row, work in enumerate(scored.indicator_scores, start=FIRST)
        if work.applies
    ]


def _budget_proofs(scored: Scored, names: Addresses) -> list[Proof]:
    if not scored.budget:
        return []
    sums = (("全年预算数", scored.budget.budget), ("全年执行数", scored.budget.executed))
    return [
        (f"{name}合计：公式 = 程序结果", f"={names.budget[name]}", value, value)
        for name, value in sums
    ]


def _asked(filled: Filled) -> str:
    """Return the formula that counts the members who were to score, whether they came or not."""
    table = filled.tables[GROUP.name]
    names = blocks(table.grid.name, table.columns["姓名"], table.rows)
    return f"COUNTA({names})-{_said(filled, NO)}"


def _said(filled: Filled, word: str) -> str:
    """Return the formula that counts the members of whom 是否评分 says a word."""
    table = filled.tables[GROUP.name]
    if "是否评分" not in table.columns:
        return "0"
    at = table.columns["是否评分"]
    block = span(table.grid.name, min(table.rows), at, max(table.rows), at)
    return f'COUNTIF({block},"{word}")'


def _input_proofs(filled: Filled, scored: Scored, names: Addresses) -> list[Proof]:
    """Hold the inputs that move no total by themselves: marks, points, bounds, the way of scoring."""
    columns, last = Columns.of(scored), FIRST + len(scored.indicator_scores) - 1
    proofs: list[Proof] = []
    for offset, ballot in enumerate(scored.scorers):
        at = columns.first_mark + offset
        given = [work.given[offset].mark for work in scored.indicator_scores if work.given]
        found = sum((mark for mark in given if mark is not None), Decimal())
        formula = f"=ROUND(SUM({span(SCORES_SHEET, FIRST, at, last, at)}),6)"
        proofs.append((f"{ballot.scorer.value} 的得分合计 = 读入时", formula, found, found))
    for tiers in scored.tiers:
        for tier in tiers:
            what = f"{tier.tier.code.value} {tier.tier.name.value}：分值 = 读入时"
            cell = f"={tier.tier.points.place.reference}"
            proofs.append((what, cell, tier.points, tier.points))
    for grade in filled.grades:
        bound = grade.bound.value or Decimal()
        cell = f"={grade.bound.place.reference}"
        proofs.append((f"等级“{grade.name.value}”的下限 = 读入时", cell, bound, bound))
    for name in ("打分制", "综合方法", "反向公式", "满意度口径"):
        used = filled.parameters.text(name)
        proofs.append((f"{name} = 计分时所用", f"={names.parameter(name)}", used, used))
    if filled.parameters.trimmed > 1:
        each = filled.parameters.trimmed
        proofs.append(("去极值个数 = 计分时所用", f"={names.parameter('去极值个数')}", each, each))
    return [*proofs, *_group_proofs(filled, scored)]


def _group_proofs(filled: Filled, scored: Scored) -> Iterator[Proof]:
    """Who is in which group moves no total by itself; nor does a weight that another row tells too."""
    heads = {group.key: group.weight.place for group in scored.groups}
    for member in filled.members:
        if member.scores and member.group_key in heads:
            name, group = member.name.value, member.group
            yield (
                f"{name} 的评分组 = 计分时所用",
                f"={group.place.reference}",
                group.value or "",
                group.value or "",
            )
        weight = member.group_weight
        if member.group_key in heads and weight.value and weight.place != heads[member.group_key]:
            cell, value = f"={weight.place.reference}", weight.value
            yield f"{member.name.value} 的组权重 = 计分时所用", cell, value, value


def _tier_proofs(scored: Scored, first: int, second: int) -> list[Proof]:
    proofs: list[Proof] = []
    for start, tiers in ((first, scored.tiers[0]), (second, scored.tiers[1])):
        for offset, tier in enumerate(tiers):
            if not tier.applies:
                continue
            what = f"{tier.tier.code.value} {tier.tier.name.value}：公式 = 程序结果"
            cell = f"='汇总'!$D${start + offset + 1}"
            proofs.append((what, cell, tier.score, tier.score))
    return proofs
