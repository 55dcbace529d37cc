"""Where everything is in a scored workbook, known before anything is written.

Formulas on one sheet refer to cells of another; all of these cells follow from what was read and
scored: how many indicators, scorers, steps to the total and lines that lost points there are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from xlkpi.domain.cells import Text
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import Address, block_reference
from xlkpi.domain.results import Scored
from xlkpi.domain.schema import (
    EXECUTION,
    GRADE_SHEET,
    METHODS_SHEET,
    PARAMETER_LIST,
    RECONCILIATION_SHEET,
    SOURCE_SHEET,
    SUMMARY_SHEET,
)
from xlkpi.writing.book import Sheet, Source
from xlkpi.writing.scored.result import Result

RESCALED, ADJUSTED, VETOED = "折算", "加减分", "否决"
"""The steps that may come between the sum of tier one and the total."""
BUDGET_SUMS = ("全年预算数", "其中：财政资金", "全年执行数")
TOTAL_AT, GRADE_AT = (3, 1), (3, 3)
"""Where the total and the grade are on top of 汇总."""
CODE_LABEL = "校验码："
"""Left of the 校验码 among the signatures."""
FIRST_SCORE = 4
"""The row of the first indicator on 指标得分."""
FIRST_GRADE = 5
"""The row of the best grade on 等级."""
FIRST_PARAMETER = 4
"""The row of the first parameter on 方法与参数."""
FIRST_PROOF = 4
"""The row of the first line of 校验."""
FINGERPRINT_AT = (12, 1)
"""Where the fingerprint is on 来源与指纹."""
TEMPLATE_AT, FORMAT_AT = (7, 1), (8, 1)
"""Where the template's name and the format version are on it."""
_FIRST_TIER = 6
_SCORE_LEFT = ("编号", "二级编号", "三级指标", "分值", "评分方式")
_SCORE_RIGHT = ("代入", "合成（未取整）", "得分", "得分率", "最高减最低", "计分过程")
REVIEWED = "复核得分"
"""Rightmost on 指标得分, where there is a review."""


class ScoreColumns(NamedTuple):
    """The columns of 指标得分; they depend on the number of scorers, and of their groups."""

    scorers: int
    groups: int = 0

    @classmethod
    def of(cls, scored: Scored) -> ScoreColumns:
        """Return the columns of a scored workbook."""
        return cls(len(scored.scorers), len(scored.groups))

    @property
    def first_mark(self) -> int:
        """The first scorer's column."""
        return len(_SCORE_LEFT)

    @property
    def last_mark(self) -> int:
        """The last scorer's column."""
        return len(_SCORE_LEFT) + self.scorers - 1

    @property
    def first_group(self) -> int:
        """The first group's column, right of the scorers."""
        return len(_SCORE_LEFT) + self.scorers

    @property
    def last_group(self) -> int:
        """The last group's column."""
        return len(_SCORE_LEFT) + self.scorers + self.groups - 1

    def right(self, name: str) -> int:
        """Return a column right of the scorers and groups."""
        at = (*_SCORE_RIGHT, REVIEWED).index(name)
        return len(_SCORE_LEFT) + self.scorers + self.groups + at

    def heads(self, scorers: list[str], groups: list[str]) -> list[str]:
        """Return the header row."""
        return [*_SCORE_LEFT, *scorers, *groups, *_SCORE_RIGHT]


class SummaryRows(NamedTuple):
    """The rows of 汇总 where its tables begin."""

    first: int
    """The first first-level indicator; its header is above."""
    chart: int
    """The first of the rows that the chart covers."""
    second: int
    budget: int
    group: int
    """The heading of 评价工作组; so below."""
    notices: int
    deviations: int
    after: int
    """The first row below the deviations: the review's, or the signatures'."""

    @classmethod
    def of(cls, result: Result) -> SummaryRows:
        """Return the rows of a scored workbook."""
        first, second, _ = result.scored.tiers
        chart = _FIRST_TIER + len(first) + 2 + step_rows(result.scored)
        below = chart + chart_rows(len(first)) + 2
        budget = below + len(second) + 4
        group = budget + 2
        notices = group + len(result.filled.members) + 3
        compared = 1 + len(result.of_marks) if result.panel.lines else 0
        deviations = notices + 3 + len(result.of_money) + compared
        after = deviations + 3 + len(result.deviations)
        return cls(_FIRST_TIER, chart, below, budget, group, notices, deviations, after)


def chart_rows(bars: int) -> int:
    """Return how many rows of 汇总 its chart covers, with the blank one below it."""
    return 3 + math.ceil(1.3 * bars)


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


def step_rows(scored: Scored) -> int:
    """Return how many rows the steps take below the sum: one each, and the total's own."""
    count = len(steps(scored))
    return count + 1 if count else 0


@dataclass(frozen=True, slots=True)
class Addresses:
    """References to cells, as formulas of other sheets say them."""

    parameters: Mapping[str, str]
    """Parameter → the cell of 方法与参数 with the value in force."""
    budget: Mapping[str, str]
    """全年预算数, 全年执行数 … → the cell of 汇总 with the sum."""
    tier1: tuple[str, ...]
    """The scores of the first level on 汇总."""
    added: str
    """Σ of the first level."""
    steps: Mapping[str, str]
    """折算, 加减分, 否决, as far as there are such steps → the cell with what it comes to."""
    applicable: str
    """The points that apply, beside 折算."""
    total: str
    sum_digits: str
    """The expression of the decimals of a sum: 小数位数, or those of the finest 分值."""
    bands: str
    """The names of all grades, best first."""
    grade: str
    verdict: str
    """总结论 of 校验."""
    cells: str
    """The number of cells that were read, on 来源与指纹."""
    cell_kinds: str
    """What became of them."""
    review_total: str
    review_grade: str

    @classmethod
    def of(cls, result: Result, proofs: int) -> Addresses:
        """Return the addresses of a scored workbook; `proofs` is the number of lines of 校验."""
        filled, scored = result.filled, result.scored
        rows = SummaryRows.of(result)
        bottom = rows.first + len(scored.tiers[0])
        grades = len(filled.grades)
        parameters = {
            each.name: _cell(METHODS_SHEET, row, 1)
            for row, each in enumerate(PARAMETER_LIST, start=FIRST_PARAMETER)
        }
        counts = FINGERPRINT_AT[0] + 3 + len(filled.cell_counts)
        review = rows.after + 2 + len(scored.tiers[0])
        return cls(
            parameters=parameters,
            budget=_budget(filled, scored, rows.budget),
            tier1=tuple(_cell(SUMMARY_SHEET, row, 3) for row in range(rows.first, bottom)),
            added=_cell(SUMMARY_SHEET, bottom, 3),
            steps={
                step: _cell(SUMMARY_SHEET, row, 3)
                for row, step in enumerate(steps(scored), start=bottom + 1)
            },
            applicable=_cell(SUMMARY_SHEET, bottom + 1, 2),
            total=_cell(SUMMARY_SHEET, bottom + step_rows(scored), 3),
            sum_digits=_sum_digits(filled, parameters["小数位数"]),
            bands=block_reference(GRADE_SHEET, FIRST_GRADE, 0, FIRST_GRADE + grades - 1, 0),
            grade=_cell(GRADE_SHEET, FIRST_GRADE + grades + 1, 1),
            verdict=_cell(RECONCILIATION_SHEET, FIRST_PROOF + proofs + 1, 1),
            cells=_cell(SOURCE_SHEET, counts, 3),
            cell_kinds=block_reference(SOURCE_SHEET, counts, 4, counts, 9),
            review_total=_cell(SUMMARY_SHEET, review, 4),
            review_grade=_cell(SUMMARY_SHEET, review + 1, 4),
        )


def _cell(sheet: str, row: int, column: int) -> str:
    return block_reference(sheet, row, column, row, column)


def _sum_digits(filled: Filled, digits: str) -> str:
    finest = filled.finest_decimals
    return f"MAX({digits},{finest})" if finest > filled.parameters.decimals else digits


def _budget(filled: Filled, scored: Scored, row: int) -> dict[str, str]:
    table = filled.tables.get(EXECUTION.name)
    if not scored.budget or not table:
        return {}
    return {
        header: _cell(SUMMARY_SHEET, row, column)
        for column, header in enumerate(BUDGET_SUMS, start=2)
        if header in table.columns
    }


def copy(sheet: Sheet, at: Address, cell: Text, style: str, value: Source | None = None) -> None:
    """Put a live copy of an input cell's text, which leads back to it; in a plan `value` is its source."""
    there = cell.place.reference
    formula = f'=IF({there}="","",{there})'
    sheet.formula(*at, formula, value or cell.value or "", style, cell.place.link)
