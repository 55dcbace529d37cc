"""评分方式, and what each method needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from xlkpi.checks.rule_percents import unstated_percent
from xlkpi.domain import methods as rules_of
from xlkpi.domain.cells import Table, Text
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Filled
from xlkpi.domain.numbers import from_text, maybe_hundredfold, plain
from xlkpi.domain.schema import ACTUAL, EXECUTION, RULES, TARGET, TIER3, folded, is_percent
from xlkpi.domain.text import day


def known(filled: Filled) -> Iterator[Finding]:
    """评分方式 is one of the methods or a rule of the workbook's own."""
    names = dict.fromkeys(entry.name for entry in filled.entries if entry.name)
    executed = (f"预算执行率:{name}" for name in names)
    choices = "、".join((*rules_of.NAMES, *names, *executed))
    if RULES.name not in filled.tables or not names:
        choices += f"；或在“{RULES.name}”表补上这条规则"
    for indicator in filled.indicators:
        name = indicator.method.value
        if indicator.method.good and not (_is_known(name, names) or filled.method_of(indicator)):
            yield finding("X601", indicator.method.place, name or "", choices=choices)


def _is_known(name: str | None, own: Iterable[str]) -> bool:
    """Whether it is a word of the format or the name of a rule, which may have a flaw of its own."""
    tail = (name or "").removeprefix("预算执行率:")
    return name in rules_of.NAMES or folded(tail) in {folded(each) for each in own}


def numbers_present(filled: Filled) -> Iterator[Finding]:
    """A method that looks at the actual value or the target needs a number there."""
    for indicator in filled.indicators:
        method = filled.method_of(indicator)
        if method is None or not indicator.key:
            continue
        params = {"code": indicator.label, "method": method.name}
        doubted = filled.tables[TIER3.name].doubted
        if method.measured and indicator.actual.blank and ACTUAL.header not in doubted:
            if indicator.dated and indicator.target.value is not None:
                year = day(indicator.target.value)[:4]
                yield finding("X678", indicator.actual.place, **params, year=year)
            else:
                yield finding("X602", indicator.actual.place, **params)
        if method.targeted and indicator.target.blank and TARGET.header not in doubted:
            yield finding("X603", indicator.target.place, **params)
        target = indicator.target.value
        if target is not None and _indivisible(method, target):
            yield finding("X605", indicator.target.place, plain(target), **params)


def _indivisible(method: rules_of.Method, target: Decimal) -> bool:
    """Whether the target cannot be divided by as the method does: 0 has no 超额完成, and no multiple."""
    if method.rule and method.scaled:
        return target <= 0
    return (method.scaled or method.surveyed) and target < 0


def natures(filled: Filled) -> Iterator[Finding]:
    """指标性质 decides which way is better; without it nothing is computed."""
    for indicator in filled.indicators:
        method, nature = filled.method_of(indicator), indicator.nature
        if method is None or not indicator.key or nature.broken:
            continue
        unread = indicator.target.broken  # it might have contained the sign
        if nature.blank and (unread or "指标性质" in filled.tables[TIER3.name].doubted):
            continue
        if method.natures and nature.value not in method.natures:
            params = {"code": indicator.label, "method": method.name}
            yield finding("X604", nature.place, nature.value or "（空）", **params)


def signs(filled: Filled) -> Iterator[Finding]:
    """At least 266 is no number, but enough where 266 is; else what was reached would be a guess."""
    for indicator in filled.indicators:
        if not indicator.actual_sign or not indicator.actual.good or indicator.target.broken:
            continue
        if not _enough(filled, indicator):
            place = indicator.actual.place
            yield finding("X613", place, indicator.actual_text.value or "", code=indicator.label)


def _enough(filled: Filled, indicator: Indicator) -> bool:
    if indicator.actual_sign == "=":
        return True
    target, actual = indicator.target.value, indicator.actual.value
    method = filled.method_of(indicator)
    if method is None or method.rule or target is None or actual is None:
        return False
    nature = indicator.nature.value or ""
    case = rules_of.Case(
        Fraction(1), nature, Fraction(target), Fraction(actual), actual_sign=indicator.actual_sign
    )
    downwards = indicator.actual_sign in ("≤", "<")
    return downwards == case.lower_is_better and nature != "=" and method.share(case) == 1


def deductions(filled: Filled) -> Iterator[Finding]:
    """核减分 lowers what was computed, with a reason; a mark is for its scorer to lower."""
    for indicator in filled.indicators:
        cell, reason = indicator.deduction, indicator.deduction_reason
        deduction, points = cell.value, indicator.points.value
        params = {"code": indicator.label}
        if cell.blank and reason.good:
            yield finding("X667", reason.place, reason.value or "", **params)
        if deduction is None:
            continue
        if deduction and (indicator.judged or not indicator.applies):
            method = indicator.method.value or ""
            yield finding("X617", cell.place, plain(deduction), method=method, **params)
        elif deduction < 0 or (points is not None and deduction > points):
            limit = "分值" if points is None else plain(points)
            yield finding("X618", cell.place, plain(deduction), limit=limit, **params)
        elif deduction and reason.blank:
            yield finding("X619", reason.place, plain(deduction), **params)


def something_applies(filled: Filled) -> Iterator[Finding]:
    """Not every indicator is 不适用."""
    if filled.indicators and not any(each.applies for each in filled.indicators):
        yield finding("X620", filled.indicators[0].method.place)


def budget_needed(filled: Filled) -> Iterator[Finding]:
    """预算执行率 needs projects; a budget of 0 gives 0 points, and is reported."""
    budgets = [project.budget.value for project in filled.projects]
    for indicator in filled.indicators:
        method = filled.method_of(indicator)
        if method is None or not method.budgeted:
            continue
        if not filled.projects:
            unread = EXECUTION.name not in filled.tables and filled.has_sheet(EXECUTION)
            if filled.misplaced(EXECUTION) or unread:
                continue
            yield finding("X402", indicator.method.place, code=indicator.label)
        elif all(amount == 0 for amount in budgets):
            yield finding("X407", filled.projects[0].budget.place)


def reasons(filled: Filled) -> Iterator[Finding]:
    """A target that was missed, or passed by far, is explained."""
    for indicator in filled.indicators:
        if not indicator.reason.blank or not indicator.applies:
            continue
        case = _case(filled, indicator)
        missed = case is not None and not rules_of.is_met(case)
        if indicator.degree.value in ("部分达成", "未达成") or missed:
            yield finding("X609", indicator.reason.place, code=indicator.label)
        elif (
            case
            and (ratio := _ratio(case)) is not None
            and ratio >= (line := _line(filled, indicator))
        ):
            shown, line_text = f"{plain(ratio, 2)}%", f"{plain(line)}%"
            place = indicator.reason.place
            yield finding("X610", place, shown, code=indicator.label, line=line_text)


def _line(filled: Filled, indicator: Indicator) -> Decimal:
    """Return from what per cent of the target on a reason is asked for: the rule's own, else the setting."""
    method = filled.method_of(indicator)
    own = method.rule.lowest if method and method.rule and method.scaled else None
    return filled.parameters.numbers["超额完成说明线"] if own is None else own


def _case(filled: Filled, indicator: Indicator) -> rules_of.Case | None:
    """Return what a measuring rule would look at, judged indicators included; None without numbers."""
    method, table = filled.method_of(indicator), filled.tables[TIER3.name]
    if method and method.surveyed:
        return _surveyed(filled, indicator)
    if not (indicator.judged or (method and method.measured)):
        return None
    if indicator.target.broken or indicator.actual.broken:
        return None
    target = indicator.target.value or _plain_number(indicator.target_text, table)
    actual = indicator.actual.value or _plain_number(indicator.actual_text, table)
    sound = indicator.nature.value in rules_of.DIRECTIONS and not indicator.method.broken
    if not sound or target is None or actual is None or target < 0:
        return None
    unclear = indicator.judged and indicator.unit.blank and maybe_hundredfold(target, actual)
    if unclear or unstated_percent(filled, indicator):
        return None  # 0.95 may be as good as 95 %, so nothing is reported
    numbers = (Fraction(1), indicator.nature.value or "", Fraction(target), Fraction(actual))
    return rules_of.Case(*numbers, actual_sign=indicator.actual_sign)


def _surveyed(filled: Filled, indicator: Indicator) -> rules_of.Case | None:
    votes, target = filled.votes(indicator.key), indicator.target.value
    if votes is None or votes.valid <= 0 or target is None or target < 0:
        return None
    rate = rules_of.satisfaction_rate(votes, filled.parameters.text("满意度口径"))
    nature = indicator.nature.value if indicator.nature.value == ">" else "≥"
    return rules_of.Case(Fraction(1), nature, Fraction(target), rate)


def _ratio(case: rules_of.Case) -> Fraction | None:
    """Return actual ÷ target in per cent where more is better; dates, of which earlier is, have none."""
    if case.lower_is_better or not case.target or case.actual is None or case.target < 0:
        return None
    return case.actual / case.target * 100


def _plain_number(cell: Text, table: Table) -> Decimal | None:
    """Return the number in a cell of a judged indicator, which may contain words instead."""
    read = from_text(cell.value or "")
    if read and (cell.place.row, cell.place.column) in table.grid.percents:
        return read.value * 100
    return read.value if read and read.suffix in ("", "%") else None


def judged_shares(filled: Filled) -> Iterator[Finding]:
    """With unit % a bare 0.8 is reported; scorers judge, so that it need not stop."""
    for indicator in filled.indicators:
        if not indicator.judged or not is_percent(indicator.unit.value):
            continue
        for cell in (indicator.target_text, indicator.actual_text):
            number = cell.typed
            table = filled.tables[TIER3.name]
            at = (cell.place.row, cell.place.column)
            shown = at in table.grid.percents or at in table.grid.percent_signed
            if isinstance(number, bool) or shown:  # TRUE is 1 to Python, and no number
                continue
            if isinstance(number, int | float) and 0 < abs(number) <= 1:
                typed = Decimal(repr(number))
                both = {"small": f"{plain(typed)}%", "large": f"{plain(typed * 100)}%"}
                yield finding("X611", cell.place, plain(typed), **both)
