"""评分规则: a rule and the value that it looks at are on one scale, per cent or not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlkpi.domain.cells import Derived
from xlkpi.domain.custom_rules import COLUMNS, OVER_ACHIEVEMENT, Entry, Rule
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Filled
from xlkpi.domain.numbers import from_text, maybe_hundredfold, plain
from xlkpi.domain.schema import TIER3


def unread_target(filled: Filled, indicator: Indicator) -> Decimal | None:
    """Return the number in a 年度指标值 that no method reads; None where that is not clearly a number."""
    text = indicator.target_text
    read = from_text(text.value or "")
    shown = (text.place.row, text.place.column) in filled.tables[TIER3.name].grid.percents
    return read and (read.value * 100 if shown else read.value)


def scale(filled: Filled) -> Iterator[Finding]:
    """A rule and the value that it looks at are both in percentage points, or neither is.

    It goes by how the value was read, not by its unit alone: with no unit "95%" is in points too.
    In points a bare 0.9 is 0.9 % or 90 %: nobody knows, so it stops.
    """
    reported: set[tuple[str, bool]] = set()
    for indicator in filled.indicators:
        method = filled.method_of(indicator)
        if method is None or method.rule is None:
            continue
        points = method.budgeted or method.rule.kind == OVER_ACHIEVEMENT or indicator.in_points
        unknown = indicator.unit.broken or (indicator.unit.blank and not indicator.actual.good)
        if (method.rule.name, points) in reported or (unknown and not points):
            continue
        reported.add((method.rule.name, points))
        yield from (
            _unmarked_percents(method.rule)
            if points
            else _unwanted_percents(method.rule, indicator)
        )


def unstated_percents(filled: Filled) -> Iterator[Finding]:
    """Without a unit 0.95 beside a rule's 100, or 85 beside its 0.9, may be a per cent: it stops."""
    for indicator in filled.indicators:
        found = unstated_percent(filled, indicator)
        if found is None:
            continue
        header, rival = found
        why = f"计量单位是空的，{header}是 {plain(rival)}"
        actual = indicator.actual.value or Decimal(0)
        small, large = (f"{plain(each)}%" for each in (actual, actual * 100))
        place = indicator.actual.place
        if abs(actual) <= abs(rival):
            also = "，并在“计量单位”填 %；不是百分数的，请在“计量单位”写明单位"
            params = {"why": why, "also": also, "large": large}
            yield finding("X606", place, plain(actual), small=small, **params)
        else:
            yield finding("X695", place, plain(actual), why=why, read=small)


def unstated_percent(filled: Filled, indicator: Indicator) -> tuple[str, Decimal] | None:
    """Return what an actual without a unit may be a hundredfold of, or a hundredth, and its name.

    Rules that use the target as well compare it with the actual as it was read.
    """
    method, actual = filled.method_of(indicator), indicator.actual
    if method is None or method.rule is None or method.targeted or not method.measured:
        return None
    clear = isinstance(actual.typed, Derived) and (actual.typed.clear or actual.typed.percent)
    clear |= bool(indicator.in_points or indicator.dated or indicator.actual_unit)
    if clear or not indicator.unit.blank or actual.value is None or filled.from_result:
        return None
    for name, rival in _rivals(filled, indicator, method.rule):
        if maybe_hundredfold(rival, actual.value):
            return name, rival
    return None


def _rivals(filled: Filled, indicator: Indicator, rule: Rule) -> Iterator[tuple[str, Decimal]]:
    """Yield the largest number that a rule compares with an actual, and a target that no method reads."""
    if any(entry.percents & {"下限", "基准"} for entry in rule.entries):
        return  # has a finding at the rule's per cents
    numbers = [(header, value) for _, header, value in _measured(rule) if header != "步长"]
    if numbers:
        header, most = max(numbers, key=lambda each: abs(each[1]))
        yield f"评分规则“{rule.name}”的{header}", most
    target = from_text(indicator.target_text.value or "")
    if target and not target.suffix and target.value == unread_target(filled, indicator):
        yield "年度指标值", target.value


def _unmarked_percents(rule: Rule) -> Iterator[Finding]:
    for entry, header, value in _measured(rule):
        one_point = header == "步长" and value == 1  # as the format itself writes it
        if header in entry.bare and not one_point:
            small, large = f"{plain(value)}%", f"{plain(value * 100)}%"
            yield finding("X606", entry.places[header], plain(value), small=small, large=large)


def _unwanted_percents(rule: Rule, indicator: Indicator) -> Iterator[Finding]:
    unit = f"“{indicator.unit.value}”" if indicator.unit.value else "空的"
    for entry, header, value in _measured(rule):
        if header in entry.percents and value:  # 0% is 0 in any unit
            params = {"name": rule.name, "header": header, "code": indicator.label, "unit": unit}
            yield finding("X636", entry.places[header], f"{plain(value)}%", **params)


def _measured(rule: Rule) -> Iterator[tuple[Entry, str, Decimal]]:
    """Yield the numbers of a rule that are compared with a value, and their headers."""
    for entry in rule.entries:
        for header, value in (("下限", entry.bound), ("基准", entry.base), ("步长", entry.step)):
            if value is not None and header in COLUMNS[rule.kind]:
                yield entry, header, value
