"""评分方式, and what each method needs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from xlkpi import methods as rules_of
from xlkpi.findings import Finding, finding
from xlkpi.layout import EXECUTION, EXTRA, RULES, TIER3, canonical
from xlkpi.model import Filled, Indicator, Table, Text
from xlkpi.numbers import from_text, plain

_SUPPORTED = (rules_of.JUDGED, *rules_of.BY_NAME)
_SCALED = {name for name, method in rules_of.BY_NAME.items() if method.scaled}


def _rules(filled: Filled) -> set[str]:
    table = filled.tables.get(RULES.name)
    if not table:
        return set()
    column = table.columns["规则"]
    return {canonical(str(table.grid.raw(row, column))) for row in table.rows}


def _parts(indicator: Indicator, filled: Filled) -> tuple[bool, bool]:
    """Return whether the method is known, and whether it can be computed."""
    method = canonical(indicator.method.value or "")
    head, _, rule = method.partition(":")
    known = method in rules_of.NAMES or method in _rules(filled)
    if head == "预算执行率" and rule:
        return rule in _rules(filled), False
    return known, method in _SUPPORTED


def known(filled: Filled) -> Iterator[Finding]:
    """评分方式 is one of the methods or a rule of the workbook's own."""
    choices = "、".join((*rules_of.NAMES, *sorted(_rules(filled))))
    for indicator in filled.indicators:
        if indicator.method.good and not _parts(indicator, filled)[0]:
            yield finding(
                "X601", indicator.method.place, indicator.method.value or "", choices=choices
            )


def supported(filled: Filled) -> Iterator[Finding]:
    """What this version cannot compute stops, instead of being left out."""
    for indicator in filled.indicators:
        is_known, can = _parts(indicator, filled)
        if indicator.method.good and is_known and not can:
            yield finding(
                "X607", indicator.method.place, what=f"评分方式“{indicator.method.value}”",
                how="、".join(_SUPPORTED),
            )  # fmt: skip
        if indicator.cut.good:
            yield finding("X607", indicator.cut.place, what="核减分", how="留空")
    for sheet in (EXTRA,):
        table = filled.tables.get(sheet.name)
        if table and _used(filled, sheet.name):
            place = table.place(_used(filled, sheet.name)[0], sheet.key)
            yield finding("X607", place, what=f"“{sheet.name}”表", how="清空这张表")


def _used(filled: Filled, sheet: str) -> list[int]:
    return list(filled.tables[sheet].rows)


def numbers_present(filled: Filled) -> Iterator[Finding]:
    """A method that compares the actual with the target needs both, and a target not below 0."""
    for indicator in filled.indicators:
        method = indicator.method.value
        if not rules_of.measured(method) or not indicator.key:
            continue
        said = {"code": indicator.label, "method": method}
        if indicator.actual.blank:
            yield finding("X602", indicator.actual.place, **said)
        if indicator.target.blank:
            yield finding("X603", indicator.target.place, **said)
        target = indicator.target.value
        if method in _SCALED and target is not None and target < 0:
            yield finding("X605", indicator.target.place, plain(target), **said)


def natures(filled: Filled) -> Iterator[Finding]:
    """指标性质 tells which way is better; without it nothing is computed."""
    for indicator in filled.indicators:
        if not rules_of.measured(indicator.method.value) or not indicator.key:
            continue
        nature = indicator.nature
        said = {"code": indicator.label, "method": indicator.method.value}
        if nature.blank or (nature.good and nature.value not in rules_of.DIRECTIONS):
            yield finding("X604", nature.place, nature.value or "（空）", **said)


def budget_needed(filled: Filled) -> Iterator[Finding]:
    """预算执行率 needs projects; a budget of 0 gives 0 points, and is said."""
    budgets = [project.budget.value for project in filled.projects]
    for indicator in filled.indicators:
        if not rules_of.budgeted(indicator.method.value):
            continue
        if not filled.projects:
            if filled.misplaced(EXECUTION):
                continue
            yield finding("X402", indicator.method.place, code=indicator.label)
        elif all(amount == 0 for amount in budgets):
            yield finding("X407", filled.projects[0].budget.place)


def reasons(filled: Filled) -> Iterator[Finding]:
    """A target that was missed, or passed by far, is explained."""
    line = filled.parameters.numbers["超额完成说明线"]
    for indicator in filled.indicators:
        table = filled.tables[TIER3.name]
        if not indicator.reason.blank:
            continue
        if indicator.degree.value in ("部分达成", "未达成") or _missed(indicator, table):
            yield finding("X609", indicator.reason.place, code=indicator.label)
        else:
            ratio = _overdone(indicator, table)
            if ratio is not None and ratio * 100 >= line:
                shown = f"{plain(ratio * 100, 2)}%"
                said = f"{plain(line)}%"
                yield finding(
                    "X610", indicator.reason.place, shown, code=indicator.label, line=said
                )


def _case(indicator: Indicator, table: Table) -> rules_of.Case | None:
    """Return what a measuring rule would look at, judged indicators included; None without numbers."""
    target = indicator.target.value or _plain(indicator.target_text, table)
    actual = indicator.actual.value or _plain(indicator.actual_text, table)
    sound = indicator.nature.value in rules_of.DIRECTIONS and not indicator.method.broken
    if not sound or target is None or actual is None or target < 0:
        return None
    if not (indicator.judged or rules_of.measured(indicator.method.value)):
        return None
    return rules_of.Case(
        Fraction(1), indicator.nature.value or "", Fraction(target), Fraction(actual)
    )


def _plain(held: Text, table: Table) -> Decimal | None:
    """Return the number in a cell where a judged indicator may as well hold words."""
    read = from_text(held.value or "")
    if read and (held.place.row, held.place.column) in table.grid.percents:
        return read.value * 100
    return read.value if read and read.suffix in ("", "%") else None


def judged_shares(filled: Filled) -> Iterator[Finding]:
    """With unit % a bare 0.8 is told; scorers judge, so that it need not stop."""
    for indicator in filled.indicators:
        if not indicator.judged or indicator.unit.value not in ("%", "％"):
            continue
        for held in (indicator.target_text, indicator.actual_text):
            number = held.typed
            table = filled.tables[TIER3.name]
            shown = (held.place.row, held.place.column) in table.grid.percents
            if isinstance(number, int | float) and 0 < abs(number) <= 1 and not shown:
                yield finding("X611", held.place, plain(Decimal(repr(number))))


def _missed(indicator: Indicator, table: Table) -> bool:
    case = _case(indicator, table)
    return case is not None and not rules_of.reached(case)


def _overdone(indicator: Indicator, table: Table) -> Fraction | None:
    """Return actual ÷ target where more is better."""
    case = _case(indicator, table)
    if case is None or case.lower_is_better or not case.target or case.actual is None:
        return None
    return case.actual / case.target if case.target > 0 else None
