"""How cells must agree with one another: one small generator per check, named in a tuple.

A check yields findings and stops nothing itself; it passes over broken values, of which the
reading has already reported, so that one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

from xlkpi.checks import (
    adjustments,
    ballot_copies,
    ballots,
    base_data,
    basic_info,
    budget,
    comparison,
    completion_levels,
    double_counting,
    expected_content,
    indicators,
    mistyped,
    of_which,
    review,
    rule_percents,
    rules,
    scorer_groups,
    structure,
    survey,
    tiers,
    typed_values,
)
from xlkpi.domain.findings import Finding, errors
from xlkpi.domain.inputs import Filled
from xlkpi.domain.results import Scored

Check = Callable[[Filled], Iterator[Finding]]


def _of_sources(check: Check) -> Check:
    """Leave a check out for a scored workbook.

    What was typed as a text is a number there: a total that passes over texts would seem to be wrong.
    """

    @wraps(check)
    def checked(filled: Filled) -> Iterator[Finding]:
        return iter(()) if filled.from_result else check(filled)

    return checked


CHECKS: tuple[Check, ...] = (
    structure.required_sheets,
    structure.foreign_names,
    structure.empty_sheets,
    structure.format_version,
    basic_info.required_info,
    basic_info.unknown_info,
    basic_info.year,
    basic_info.secret,
    basic_info.grade_rows,
    basic_info.grade_bounds,
    tiers.codes_present,
    tiers.codes_unique,
    tiers.names_present,
    tiers.names_unique,
    tiers.points_positive,
    tiers.points_finer,
    tiers.parents_exist,
    tiers.children_exist,
    tiers.tier_one_is_100,
    tiers.children_add_up,
    _of_sources(tiers.control_totals),
    of_which.rows,
    of_which.unmarked,
    of_which.childless,
    of_which.unreviewed,
    of_which.unsurveyed,
    ballots.members_unique,
    ballots.someone_scores,
    ballots.weights,
    ballots.weights_alike,
    scorer_groups.members_grouped,
    scorer_groups.weights_present,
    scorer_groups.weights_positive,
    scorer_groups.weights_consistent,
    scorer_groups.weights_alike,
    scorer_groups.weights_apart,
    scorer_groups.weights_of_groups,
    scorer_groups.names_apart,
    scorer_groups.nobody_of_a_group,
    scorer_groups.nobody_on_an_indicator,
    scorer_groups.trimming,
    ballots.ballots_present,
    ballots.ballots_of_members,
    ballots.sheet_names,
    ballots.ballots_unique,
    ballot_copies.ballots_own,
    ballot_copies.looked_up,
    ballots.codes_known,
    ballots.codes_unique,
    ballots.codes_present,
    ballots.all_marked,
    ballots.within_limits,
    ballot_copies.scale,
    ballots.mark_or_recusal,
    ballots.silent_members,
    ballots.somebody_left,
    ballots.computed_marked,
    _of_sources(ballots.control_totals),
    budget.header_units,
    budget.measure_units,
    budget.present,
    budget.complete,
    budget.amounts,
    budget.mixed_units,
    budget.optional_amounts,
    double_counting.totals,
    double_counting.parts_of_a_row,
    _of_sources(budget.control_totals),
    budget.funds_complete,
    budget.funds_add_up,
    budget.reasons,
    budget.typed_rate,
    budget.typed_rates,
    expected_content.columns,
    expected_content.goals,
    expected_content.sheets,
    indicators.known,
    indicators.numbers_present,
    base_data.present,
    base_data.computable,
    indicators.natures,
    indicators.signs,
    indicators.deductions,
    typed_values.readable,
    indicators.something_applies,
    indicators.budget_needed,
    indicators.judged_shares,
    indicators.reasons,
    completion_levels.present,
    completion_levels.marks_inside,
    rules.sound,
    rules.fits,
    rules.line_ends,
    rules.deviations,
    rule_percents.scale,
    rule_percents.unstated_percents,
    rules.natures,
    rules.unused_columns,
    rules.renamed_parts,
    rules.covered,
    rules.lowest,
    survey.present,
    survey.codes_known,
    survey.votes,
    survey.repeated,
    _of_sources(survey.control_totals),
    survey.sent,
    survey.typed_rate,
    survey.typed_results,
    survey.unanswered,
    adjustments.complete,
    adjustments.amounts,
    adjustments.effects,
    adjustments.repeated,
    review.codes_known,
    review.codes_unique,
    review.within_limits,
    review.applicable,
)
Afterwards = Callable[[Filled, Scored], Iterator[Finding]]

AFTERWARDS: tuple[Afterwards, ...] = (
    review.reasons,
    review.own_scores,
    comparison.marks_compared,
)
"""Checks that need the scores; none of their findings is an error."""


def check(filled: Filled) -> list[Finding]:
    """Return the findings of every check, in the order of the tuple; of a mistyped cell only its own.

    What follows from a mistyped code or name is wrong in the workbook as it is, and right in the
    one that was meant.
    """
    found = _check(filled)
    if not errors(found):
        return found
    meant = mistyped.correct(filled)
    rest = _check(meant.filled) if meant.findings else []
    left = [each for each in rest if (each.code, each.place) not in meant.explained]
    told = [*meant.findings, *left]
    return told if meant.findings and len(errors(told)) <= len(errors(found)) else found


def _check(filled: Filled) -> list[Finding]:
    return [finding for each in CHECKS for finding in each(filled)]


def afterwards(filled: Filled, scored: Scored) -> list[Finding]:
    """Return the findings about a workbook that was scored."""
    return [finding for each in AFTERWARDS for finding in each(filled, scored)]
