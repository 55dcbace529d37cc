"""What relates cells to one another: one small generator per check, named in a tuple.

A check yields findings and stops nothing itself; it passes over broken values, of which the
reading has already spoken, so that one mistake is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlkpi.check import (
    asides,
    base_data,
    basics,
    budget,
    copies,
    degrees,
    doubled,
    extras,
    groups,
    marks,
    methods,
    points,
    review,
    rules,
    structure,
    survey,
    typed,
)
from xlkpi.findings import Finding
from xlkpi.model import Filled, Scored

Check = Callable[[Filled], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    structure.required_sheets,
    structure.foreign_names,
    structure.empty_sheets,
    structure.format_version,
    basics.required_info,
    basics.unknown_info,
    basics.year,
    basics.secret,
    basics.grade_rows,
    basics.grade_bounds,
    points.codes_present,
    points.codes_unique,
    points.names_present,
    points.names_unique,
    points.points_positive,
    points.points_finer,
    points.parents_exist,
    points.children_exist,
    points.tier_one_is_100,
    points.children_add_up,
    points.control_totals,
    asides.told,
    asides.unmarked,
    asides.childless,
    asides.unreviewed,
    asides.unsurveyed,
    marks.members_unique,
    marks.someone_scores,
    marks.weights,
    marks.weights_alike,
    groups.members_grouped,
    groups.weights_present,
    groups.weights_positive,
    groups.weights_consistent,
    groups.weights_alike,
    groups.weights_apart,
    groups.weights_of_groups,
    groups.names_apart,
    groups.nobody_of_a_group,
    groups.nobody_on_an_indicator,
    groups.trimming,
    marks.ballots_present,
    marks.ballots_of_members,
    marks.sheet_names,
    marks.ballots_unique,
    copies.ballots_own,
    copies.looked_up,
    marks.codes_known,
    marks.codes_unique,
    marks.codes_present,
    marks.all_marked,
    marks.within_limits,
    copies.scale,
    marks.mark_or_recusal,
    marks.silent_members,
    marks.somebody_left,
    marks.computed_marked,
    marks.control_totals,
    budget.header_units,
    budget.measure_units,
    budget.present,
    budget.complete,
    budget.amounts,
    doubled.totals,
    doubled.parts_of_a_row,
    budget.control_totals,
    budget.funds_complete,
    budget.funds_add_up,
    budget.reasons,
    budget.typed_rate,
    budget.typed_rates,
    methods.known,
    methods.numbers_present,
    base_data.present,
    base_data.computable,
    methods.natures,
    methods.signs,
    methods.cuts,
    typed.readable,
    methods.something_applies,
    methods.budget_needed,
    methods.judged_shares,
    methods.reasons,
    degrees.present,
    degrees.marks_inside,
    rules.sound,
    rules.fits,
    rules.line_ends,
    rules.deviations,
    rules.scale,
    rules.unsaid_per_cents,
    rules.natures,
    rules.unused_columns,
    rules.renamed_parts,
    rules.covered,
    rules.lowest,
    survey.present,
    survey.codes_known,
    survey.votes,
    survey.repeated,
    survey.control_totals,
    survey.sent,
    survey.typed_rate,
    survey.typed_results,
    survey.unanswered,
    extras.complete,
    extras.amounts,
    extras.effects,
    extras.repeated,
    review.codes_known,
    review.codes_unique,
    review.within_limits,
    review.applicable,
)
Afterwards = Callable[[Filled, Scored], Iterator[Finding]]

AFTERWARDS: tuple[Afterwards, ...] = (review.reasons, review.own_scores)
"""What can only be asked once there are scores; none of it stops."""


def check(filled: Filled) -> list[Finding]:
    """Return what every check has to say, in the order of the tuple."""
    return [finding for each in CHECKS for finding in each(filled)]


def afterwards(filled: Filled, scored: Scored) -> list[Finding]:
    """Return what there is to say of a workbook that was scored."""
    return [finding for each in AFTERWARDS for finding in each(filled, scored)]
