"""How an indicator gets its points without a scorer: each rule once, its points beside its formula.

A rule is stated over exact fractions for the engine and as a live formula for the workbook; a test
holds the two together through a spreadsheet program. Sources: the national form of 财预〔2020〕10号
(正向, 反向, 预算执行率) and the local tables described in the field's notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain import custom_rules
from xlkpi.domain.custom_rules import Rule
from xlkpi.domain.formula import Formula
from xlkpi.domain.methods.by_rule import ByRule, OverAchievement
from xlkpi.domain.methods.method import DIRECTIONS, UPWARDS, Case, Method, Votes
from xlkpi.domain.methods.satisfaction import (
    CRITERIA,
    VOTES,
    Satisfaction,
    satisfaction_formula,
    satisfaction_rate,
)
from xlkpi.domain.methods.standard import (
    BUDGET_EXECUTION,
    PROPORTIONAL,
    AllOrNothing,
    BudgetExecution,
    is_met,
)
from xlkpi.domain.schema import canonical, folded
from xlkpi.domain.substitution import Number, Substitution, not_below

__all__ = [
    "BANDED", "BY_NAME", "CRITERIA", "DIRECTIONS", "JUDGED", "JUDGED_ALIASES", "METHODS", "NAMES",
    "NOT_APPLICABLE", "UNMARKED", "UPWARDS", "VOTES", "Case", "Method", "Votes", "deducted",
    "deducted_formula", "deducted_substitution", "find", "is_judged", "is_met", "satisfaction_formula",
    "satisfaction_rate", "standard_name",
]  # fmt: skip

JUDGED = "评分人打分"
"""The default: scorers mark it, and `scoring.aggregate` combines their marks."""
JUDGED_ALIASES = ("", "评委打分")
"""What is read as 评分人打分: an empty cell, and the word of other forms."""
BANDED = "定性三档"
"""Judged too; a mark must lie in the band that 完成程度 names."""
NOT_APPLICABLE = "不适用"
"""No score; the others are rescaled to 100."""
UNMARKED = "系统计分"
"""What sheets say where scorers do not mark an indicator."""


def deducted(points: Fraction, less: Decimal) -> Fraction:
    """Return the points after 核减分, never below 0."""
    return max(Fraction(0), points - Fraction(less))


def deducted_formula(points: Formula) -> Formula:
    """Return `deducted` as a formula over names."""
    return Formula(f"MAX(0,{points.text}-{{核减分}})")


def deducted_substitution(
    points: Substitution, unlimited: Formula, exact: Fraction, less: Decimal
) -> Substitution:
    """Return `deducted` with the numbers put in; `unlimited` is the formula of the points before it."""
    deduction = Number("{核减分}", less)
    floor = not_below(f"({unlimited.text}-{{核减分}})", exact - Fraction(less), "0", None)
    return (*points, "－", deduction, floor)


METHODS: tuple[Method, ...] = (BudgetExecution(), PROPORTIONAL, AllOrNothing(), Satisfaction())
BY_NAME = {method.name: method for method in METHODS}
NAMES = (JUDGED, *BY_NAME, BANDED, NOT_APPLICABLE)
"""The values of 评分方式, besides the names of a workbook's own rules."""


def find(name: str | None, known: Mapping[str, Rule]) -> Method | None:
    """Return the method of a name, `known` being the workbook's own rules by folded name.

    None where scorers mark, where the indicator does not apply, and for a name that is none.
    """
    if name in NAMES:  # a rule of such a name has a finding, and never replaces the method
        return BY_NAME.get(name)
    head, colon, tail = (name or "").partition(":")
    if colon and head == BUDGET_EXECUTION:
        rule = known.get(folded(tail))
        fits = rule is not None and rule.kind != custom_rules.OVER_ACHIEVEMENT
        return ByRule(rule, budgeted=True) if rule and fits else None
    rule = known.get(folded(name))
    if rule is None:
        return None
    return OverAchievement(rule) if rule.kind == custom_rules.OVER_ACHIEVEMENT else ByRule(rule)


def standard_name(typed: str) -> str:
    """Return a method as the format spells it; a rule's name comes back as it is.

    `预算执行率：甲` is read with either colon.
    """
    plain = canonical(typed)
    if plain in JUDGED_ALIASES:
        return JUDGED
    if plain.startswith(f"{BUDGET_EXECUTION}:"):
        return plain
    return _SPELLED.get(plain, typed)


_SPELLED = {canonical(name): name for name in reversed(NAMES)}
"""As compared → as the format spells it."""


def is_judged(name: str | None) -> bool:
    """Whether scorers mark an indicator of that method."""
    return name in (JUDGED, BANDED)
