"""校验: sums and counts, and every figure's formula against the program's own result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import a1, block_reference, block_references, quoted
from xlkpi.domain.results import Scored, TierScore
from xlkpi.domain.schema import ABSENT, MEMBERS, NO, RECONCILIATION_SHEET, RECUSED, SCORES_SHEET
from xlkpi.writing.book import Book, Held, Source
from xlkpi.writing.scored.addresses import (
    FIRST_SCORE,
    Addresses,
    ScoreColumns,
    SummaryRows,
    steps,
)
from xlkpi.writing.scored.result import Result
from xlkpi.writing.scored.total import whole


def plan(book: Book, result: Result, names: Addresses) -> None:
    """Plan 校验: sums and counts, and every score's formula against the program's own figure."""
    sheet = book.named(RECONCILIATION_SHEET)
    sheet.merge(0, 0, 4, "校验", "heading")
    words = "左右两栏应当相等。“程序结果”是计分时另行算出的数：改动得分、分值、等级下限或计分办法后，这里会显示“不符”。"
    sheet.merge(1, 0, 4, words, "guide")
    sheet.row(3, ["核对内容", "公式结果", "应为 / 程序结果", "差", "结论"], "head")
    row = 3
    for proof in _proofs(result, names):
        row += 1
        sheet.text(row, 0, proof.what, "text")
        sheet.formula(row, 1, proof.formula, proof.found, "figure")
        if proof.other:
            sheet.formula(row, 2, proof.other, proof.expected, "figure")
        elif isinstance(proof.expected, str):
            sheet.text(row, 2, proof.expected, "figure")
        else:
            sheet.number(row, 2, proof.expected, "figure")
        left, right = a1(row, 1), a1(row, 2)
        gap = f"=IF(AND(ISNUMBER({left}),ISNUMBER({right})),ROUND({left}-{right},9),0)"
        sheet.formula(row, 3, gap, 0, "figure")
        test = f'=IF(AND({a1(row, 3)}=0,OR(ISNUMBER({left}),{left}={right})),"✓ 通过","✗ 不符")'
        sheet.formula(row, 4, test, "✓ 通过", "center")
    block = f"E5:E{row + 1}"
    row += 2
    sheet.text(row, 0, "总结论", "label")
    verdict = f'=IF(COUNTIF({block},"✓ 通过")={row - 5},"全部通过","有不符项")'
    sheet.formula(row, 1, verdict, "全部通过", "big.text")
    assert sheet.absolute(row, 1) == names.verdict, "the lines of 校验 are not as many as counted"
    sheet.widths = {0: 52, 1: 18, 2: 18, 3: 12, 4: 14}


class Proof(NamedTuple):
    """A line: a formula, and what it must come to."""

    what: str | Source
    formula: str
    found: Held | Source
    expected: Held | Source
    other: str = ""
    """The formula of what is expected; "" where it is a figure of the program's."""


def same(what: str | Source, formula: str, value: Held | Source) -> Proof:
    """Return a line whose formula comes to the very figure that the program has."""
    return Proof(what, formula, value, value)


def _proofs(result: Result, names: Addresses) -> list[Proof]:
    rows = SummaryRows.of(result)
    return [
        *_sum_proofs(result.scored, names, rows),
        *_mark_proofs(result),
        *_cell_proofs(names),
        *_result_proofs(result.scored, names),
        *_tier_proofs(result.scored, rows),
        *_input_proofs(result, names),
        *_indicator_proofs(result.scored),
        *_budget_proofs(result.scored, names),
    ]


def count(result: Result) -> int:
    """Return how many lines there are, before any of them is made."""
    filled, scored = result.filled, result.scored
    applicable = sum(each.applies for tiers in scored.tiers[:2] for each in tiers)
    applicable += sum(each.applies for each in scored.indicator_scores)
    inputs = len(scored.scorers) + sum(map(len, scored.tiers)) + len(filled.grades) + 4
    inputs += (filled.parameters.trim_count > 1) + sum(1 for _ in _group_proofs(filled, scored))
    results = 4 if scored.review else 2
    return 5 + 4 + 2 + results + applicable + inputs + (2 if scored.budget else 0)


def _sum_proofs(scored: Scored, names: Addresses, rows: SummaryRows) -> list[Proof]:
    """Points add up to 100 at every level, and scores to the total."""
    last = FIRST_SCORE + len(scored.indicator_scores) - 1
    score = ScoreColumns.of(scored).right("得分")
    scores = block_reference(SCORES_SHEET, FIRST_SCORE, score, last, score)
    tier1 = f"'汇总'!$C${rows.first + 1}:$C${rows.first + len(scored.tiers[0])}"
    tier2 = f"'汇总'!$C${rows.second + 1}:$C${rows.second + len(scored.tiers[1])}"
    points = block_reference(SCORES_SHEET, FIRST_SCORE, 3, last, 3)
    total, kept = f"={names.total}", "、".join([*steps(scored), "0 到 100 之间"])
    proofs = [
        same(f"{level}指标分值合计 = 100", f"=ROUND(SUM({block}),6)", 100)
        for level, block in (("一级", tier1), ("二级", tier2), ("三级", points))
    ]
    for level, block in (("三级", scores), ("二级", tier2.replace("$C$", "$D$"))):
        formula = f"={whole(f'ROUND(SUM({block}),6)', scored, names)}"
        what = f"{level}指标得分合计（{kept}）= 总分"
        proofs.append(Proof(what, formula, _total, _total, total))
    return proofs


def _total(result: Result) -> Held:
    return result.scored.total


def _grade(result: Result) -> Held:
    return result.scored.grade.name.value or ""


def _mark_proofs(result: Result) -> list[Proof]:
    """Marks, recusals and absences are as many as scorers times judged indicators.

    How many they should be is counted on 评价工作组, how many there are on 指标得分, whose columns are
    the ballots: a ballot that is gone, or a member who is said to have been away, tells them apart.
    """
    filled, scored = result.filled, result.scored
    columns, last = ScoreColumns.of(scored), FIRST_SCORE + len(scored.indicator_scores) - 1
    judged = [work for work in scored.indicator_scores if work.given]
    marks = sum(1 for work in judged for given in work.given if given.mark is not None)
    asked_of = sum(len(work.given) for work in judged)
    block = block_reference(SCORES_SHEET, FIRST_SCORE, columns.first_mark, last, columns.last_mark)
    absent = sum(member.status.value == ABSENT for member in filled.members)
    asked, away = _asked(filled), _said(filled, ABSENT)
    scorers, judged_count = len(scored.scorers), len(judged)
    given = f'COUNT({block})+COUNTIF({block},"{RECUSED}")'
    return [
        Proof("得分个数 + 回避个数 = 评分人 × 打分指标", f"={given}", asked_of, scorers * judged_count),
        same("得分个数 = 读入的得分个数", f"=COUNT({block})", marks),
        Proof("（评分人 + 缺席）× 打分指标 = 得分 + 回避 + 缺席未评", f"=({asked})*{judged_count}",
              (scorers + absent) * judged_count, asked_of + absent * judged_count,
              f"={given}+{away}*{judged_count}"),
        same("缺席人数 = 读入时", f"={away}", absent),
    ]  # fmt: skip


def _cell_proofs(names: Addresses) -> list[Proof]:
    """Every cell of the source is accounted for."""
    cells = f"={names.cells}"
    return [
        Proof("读入 + 核对 + 自动计算 + 说明 + 列出 + 空文本 = 有内容的格", f"=SUM({names.cell_kinds})",
              lambda r: sum(r.cells[1:]), lambda r: r.cells[0], cells),
        Proof("有内容的格 = 文件自报的个数", cells,
              lambda r: r.cells[0], lambda r: r.filled.source.cells),
    ]  # fmt: skip


def _result_proofs(scored: Scored, names: Addresses) -> list[Proof]:
    """Totals and grades by formula are the program's own, the review's too."""
    proofs = [
        same("总分：公式 = 程序结果", f"={names.total}", _total),
        same("等级：公式 = 程序结果", f"={names.grade}", _grade),
    ]
    if scored.review:
        proofs.append(same("复核总分：公式 = 程序结果", f"={names.review_total}", _review_total))
        proofs.append(same("复核等级：公式 = 程序结果", f"={names.review_grade}", _review_grade))
    return proofs


def _review_total(result: Result) -> Held:
    return result.scored.review.score_totals.total if result.scored.review else 0


def _review_grade(result: Result) -> Held:
    review = result.scored.review
    return (review.score_totals.grade.name.value if review else None) or ""


def _indicator_proofs(scored: Scored) -> list[Proof]:
    column = ScoreColumns.of(scored).right("得分")
    return [
        same(
            _named(2, at, "公式 = 程序结果"),
            f"={quoted(SCORES_SHEET)}!{a1(FIRST_SCORE + at, column, 'both')}",
            _score(2, at),
        )
        for at, work in enumerate(scored.indicator_scores)
        if work.applies
    ]


def _tier(level: int, at: int) -> Callable[[Result], TierScore]:
    """Return what finds an indicator of a tier."""
    return lambda result: result.scored.tiers[level][at]


def _score(level: int, at: int) -> Source:
    of = _tier(level, at)
    return lambda result: of(result).score


def _named(level: int, at: int, words: str) -> Source:
    of = _tier(level, at)
    return lambda result: f"{of(result).tier.code.value} {of(result).tier.name.value}：{words}"


def _budget_proofs(scored: Scored, names: Addresses) -> list[Proof]:
    if not scored.budget:
        return []
    return [
        same("全年预算数合计：公式 = 程序结果", f"={names.budget['全年预算数']}", _budgeted),
        same("全年执行数合计：公式 = 程序结果", f"={names.budget['全年执行数']}", _executed),
    ]


def _budgeted(result: Result) -> Held:
    return result.scored.budget.budget if result.scored.budget else 0


def _executed(result: Result) -> Held:
    return result.scored.budget.executed if result.scored.budget else 0


def _asked(filled: Filled) -> str:
    """Return the formula that counts the members who were to score, whether they came or not."""
    table = filled.tables[MEMBERS.name]
    names = block_references(table.grid.name, table.columns["姓名"], table.rows)
    return f"COUNTA({names})-{_said(filled, NO)}"


def _said(filled: Filled, word: str) -> str:
    """Return the formula that counts the members with a word in 是否评分."""
    table = filled.tables[MEMBERS.name]
    if "是否评分" not in table.columns:
        return "0"
    at = table.columns["是否评分"]
    block = block_reference(table.grid.name, min(table.rows), at, max(table.rows), at)
    return f'COUNTIF({block},"{word}")'


def _input_proofs(result: Result, names: Addresses) -> list[Proof]:
    """Hold the inputs that move no total by themselves: marks, points, bounds, the way of scoring."""
    filled, scored = result.filled, result.scored
    proofs = _scorer_proofs(scored)
    for level, tiers in enumerate(scored.tiers):
        for at, tier in enumerate(tiers):
            cell = f"={tier.tier.points.place.reference}"
            proofs.append(same(_named(level, at, "分值 = 读入时"), cell, tier.points))
    for grade in filled.grades:
        bound = grade.bound.value or Decimal()
        cell = f"={grade.bound.place.reference}"
        proofs.append(same(f"等级“{grade.name.value}”的下限 = 读入时", cell, bound))
    for name in ("打分制", "综合方法", "反向公式", "满意度口径"):
        cell = f"={names.parameters[name]}"
        proofs.append(same(f"{name} = 计分时所用", cell, filled.parameters.text(name)))
    if (each := filled.parameters.trim_count) > 1:
        proofs.append(same("去极值个数 = 计分时所用", f"={names.parameters['去极值个数']}", each))
    return [*proofs, *_group_proofs(filled, scored)]


def _scorer_proofs(scored: Scored) -> list[Proof]:
    first, last = FIRST_SCORE, FIRST_SCORE + len(scored.indicator_scores) - 1
    proofs = []
    for n, ballot in enumerate(scored.scorers):
        at = ScoreColumns.of(scored).first_mark + n
        formula = f"=ROUND(SUM({block_reference(SCORES_SHEET, first, at, last, at)}),6)"
        what = f"{ballot.scorer.value} 的得分合计 = 读入时"
        proofs.append(same(what, formula, _sum_of_marks(n)))
    return proofs


def _sum_of_marks(scorer: int) -> Source:
    def find(result: Result) -> Held:
        given = [work.given[scorer].mark for work in result.scored.indicator_scores if work.given]
        return sum((mark for mark in given if mark is not None), Decimal())

    return find


def _group_proofs(filled: Filled, scored: Scored) -> Iterator[Proof]:
    """Who is in which group moves no total by itself; nor does a weight that another row has too."""
    heads = {group.key: group.weight.place for group in scored.groups}
    for member in filled.members:
        if member.group_key not in heads:
            continue
        name, group, weight = member.name.value, member.group, member.group_weight
        if member.is_scorer:
            cell = f"={group.place.reference}"
            yield same(f"{name} 的评分组 = 计分时所用", cell, group.value or "")
        if weight.value and weight.place != heads[member.group_key]:
            cell = f"={weight.place.reference}"
            yield same(f"{name} 的组权重 = 计分时所用", cell, weight.value)


def _tier_proofs(scored: Scored, rows: SummaryRows) -> list[Proof]:
    return [
        same(
            _named(level, at, "公式 = 程序结果"), f"='汇总'!$D${first + at + 1}", _score(level, at)
        )
        for level, first in ((0, rows.first), (1, rows.second))
        for at, tier in enumerate(scored.tiers[level])
        if tier.applies
    ]
