"""The shape of a scored workbook: everything that decides formulas, styles and places, and no value.

Two workbooks of one shape have one plan, so whatever a plan looks at must be here, and a test fills
plans of one workbook with others' values to see that it is. What is compared may be more than needed:
then two plans are made where one would do.
"""

from __future__ import annotations

from collections.abc import Hashable

from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.inputs import Filled
from xlkpi.domain.results import AdjustmentTotals, IndicatorScore, Scored
from xlkpi.domain.schema import PARAMETER_LIST
from xlkpi.writing.scored.addresses import Addresses
from xlkpi.writing.scored.input_sheets import held_apart, printed
from xlkpi.writing.scored.result import Result

Shape = Hashable


def shape(result: Result, names: Addresses, layout: FormTemplate, own: bool) -> Shape:
    """Return the shape of a scored workbook, equal for those that one plan serves."""
    return (
        layout.label, own, names.review_total if result.scored.review else "",
        _inputs(result), _sheets(result.filled), _scores(result.scored),
    )  # fmt: skip


def _inputs(result: Result) -> Shape:
    """What is known beside the sheets' cells: whose they are, and how they were read."""
    filled = result.filled
    return (
        filled.info_text("金额单位"), filled.info_text("评价类型"),
        tuple(filled.parameters.values[each.name] for each in PARAMETER_LIST),
        filled.members, filled.merged,
        tuple((each.row, each.name.value, each.bound) for each in filled.grades),
        tuple(each.row for each in filled.projects),
        tuple((each.row, each.key) for each in filled.surveys),
        tuple((each.row, each.key) for each in filled.reviews),
        tuple((each.sheet, each.words > 0) for each in filled.cell_counts),
        frozenset(filled.readings), result.dates, frozenset(result.shares),
        frozenset(result.codes), frozenset(result.units.items()),
    )  # fmt: skip


def _sheets(filled: Filled) -> Shape:
    tables = {table.grid.name: table for table in filled.tables.values()}
    tables |= {ballot.table.grid.name: ballot.table for ballot in filled.ballots}
    ballots = tuple(tuple((mark.row, mark.key) for mark in each.marks) for each in filled.ballots)
    grids = [_sheet(grid, tables.get(grid.name)) for grid in filled.grids]
    return ballots, tuple(grids)


def _sheet(grid: Grid, table: Table | None) -> Shape:
    apart = tuple((row, column, type(held)) for row, column, held in held_apart(grid, table))
    if table is None:
        return grid.name, grid.merges, apart
    last = max(table.columns.values()) + 1
    rows = (*table.rows, *table.of_which, *table.totals)
    kinds = tuple(tuple(map(type, grid.rows[row][:last])) for row in rows)
    derived = tuple((at, each.formula, each.value is None) for at, each in table.derived.items())
    return (
        grid.name, grid.merges, apart, table.sheet.name, table.header_row,
        tuple(table.columns.items()), table.rows, table.of_which, table.totals,
        len(table.remarks), kinds, derived, grid.percents,
        printed(grid, table, [each[:2] for each in apart]),
    )  # fmt: skip


def _scores(scored: Scored) -> Shape:
    tiers = tuple(
        (each.tier.level, each.tier.row, each.tier.key, each.tier.parent_key, each.points,
         each.applicable)
        for tiers in scored.tiers
        for each in tiers
    )  # fmt: skip
    return (
        tuple(ballot.table.grid.name for ballot in scored.scorers),
        tuple(ballot.scorer.value for ballot in scored.scorers),
        tiers, tuple(_score(each) for each in scored.indicator_scores),
        scored.budget is None, scored.review is None, _adjustments(scored.adjustments),
        scored.groups, scored.group_sizes,
    )  # fmt: skip


def _score(work: IndicatorScore) -> Shape:
    rule = work.method.rule if work.method else None
    return (
        work.indicator.method.value, work.formula, work.group_formula, len(work.parts),
        work.score.as_tuple().exponent,
        tuple((given.place, given.mark is None) for given in work.given),
        tuple(rule.cells.items()) if rule else None,
    )  # fmt: skip


def _adjustments(totals: AdjustmentTotals) -> Shape:
    return totals.plus, totals.minus, totals.vetoes, totals.zero, totals.lowest, totals.not_best
