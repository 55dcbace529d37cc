"""预算执行."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from xlkpi import methods
from xlkpi.check.points import control_total
from xlkpi.findings import Finding, finding
from xlkpi.layout import EXECUTION, canonical
from xlkpi.model import Filled, Number, Project
from xlkpi.numbers import money

_AMOUNTS: dict[str, Callable[[Project], Number]] = {
    "年初预算数": lambda p: p.initial,
    "全年预算数": lambda p: p.budget,
    "其中：财政资金": lambda p: p.fiscal,
    "到位资金": lambda p: p.received,
    "全年执行数": lambda p: p.executed,
}


def _amounts(project: Project) -> Iterator[tuple[str, Number]]:
    for header, of in _AMOUNTS.items():
        yield header, of(project)


def present(filled: Filled) -> Iterator[Finding]:
    """A wholly empty sheet is a reminder."""
    table = filled.tables.get(EXECUTION.name)
    needed = any(methods.budgeted(indicator.method.value) for indicator in filled.indicators)
    if table and not filled.projects and not needed:
        yield finding("X401", table.head("项目名称"))


def complete(filled: Filled) -> Iterator[Finding]:
    """A row has a name, a budget and an execution; nothing spent is 0, not blank."""
    seen: dict[str, Project] = {}
    for project in filled.projects:
        if project.name.blank:
            yield finding("X408", project.name.place)
        for what, amount in (("全年预算数", project.budget), ("全年执行数", project.executed)):
            if amount.blank and (project.name.good or any(a.good for _, a in _amounts(project))):
                called = project.name.value or f"第 {project.row + 1} 行"
                yield finding("X405", amount.place, project=called, what=what)
        name = canonical(project.name.value or "")
        if name and name in seen:
            other = seen[name].name.place.cell
            yield finding("X409", project.name.place, project.name.value or "", other=other)
        seen.setdefault(name, project)


def amounts(filled: Filled) -> Iterator[Finding]:
    """No amount is below 0; spending and fiscal funds stay within the budget."""
    for project in filled.projects:
        for _, amount in _amounts(project):
            if amount.value is not None and amount.value < 0:
                yield finding("X404", amount.place, money(amount.value))
        budget = project.budget.value
        if budget is None or budget < 0:
            continue
        for code, amount in (("X403", project.executed), ("X406", project.fiscal)):
            if amount.value is not None and amount.value > budget:
                yield finding(code, amount.place, money(amount.value), budget=money(budget))


def control_totals(filled: Filled) -> Iterator[Finding]:
    """A row named 合计 says what the projects add up to."""
    table = filled.tables.get(EXECUTION.name)
    if not table:
        return
    for header, of in _AMOUNTS.items():
        amounts = {project.row: of(project) for project in filled.projects}
        parts = {
            row: Decimal(0) if amount.blank else amount.value for row, amount in amounts.items()
        }
        if any(amount.good for amount in amounts.values()):
            yield from control_total(table, header, parts)
