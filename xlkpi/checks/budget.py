"""预算执行."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from xlkpi.checks import typed_values
from xlkpi.checks.money_scale import odd_pair
from xlkpi.checks.tiers import control_total
from xlkpi.domain.cells import Number, Table
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled, Fund, Project
from xlkpi.domain.location import CellRef, list_places
from xlkpi.domain.numbers import money, plain, total
from xlkpi.domain.schema import (
    ACTUAL,
    EXECUTION,
    FUNDS,
    INFO_CHOICES,
    TARGET,
    TIER3,
    canonical,
    header_unit,
)

_AMOUNTS: dict[str, Callable[[Project], Number]] = {
    "年初预算数": lambda p: p.initial,
    "全年预算数": lambda p: p.budget,
    "其中：财政资金": lambda p: p.fiscal,
    "到位资金": lambda p: p.received,
    "全年执行数": lambda p: p.executed,
}


_OPTIONAL: dict[str, dict[str, Callable[[Any], Number]]] = {
    EXECUTION.name: {
        header: of for header, of in _AMOUNTS.items() if not EXECUTION.column(header).required
    },
    FUNDS.name: {"年初预算数": lambda fund: fund.initial},
}
_MOST_RUNS = 2
"""Runs of cells that a finding names, of each column."""


def _amounts(project: Project) -> Iterator[tuple[str, Number]]:
    for header, of in _AMOUNTS.items():
        yield header, of(project)


def _called(row: Project | Fund) -> str:
    return row.name.value or f"第 {row.row + 1} 行"


def header_units(filled: Filled) -> Iterator[Finding]:
    """A unit of money in a header is 金额单位: of two units nobody knows which applies."""
    unit = filled.info_text("金额单位") or "万元"
    for sheet in (EXECUTION, FUNDS):
        table = filled.tables.get(sheet.name)
        for header, column in table.columns.items() if table and table.rows else ():
            typed = str(table.grid.raw(table.header_row, column)) if table else ""
            own = header_unit(typed)
            if table and own and own != unit:
                yield _other_money(table.head(header), typed.strip(), own, unit)
                break
        else:
            yield from _unit_above(table, unit)


_ABOVE = re.compile(r"单位[:：]?([百千]?万?元|亿元)")


def _unit_above(table: Table | None, unit: str) -> Iterator[Finding]:
    """A line above the table may name the unit: 单位：元."""
    for row in range(table.header_row if table and table.rows else 0):
        assert table is not None
        for column, value in enumerate(table.grid.rows[row]):
            typed = value.strip() if isinstance(value, str) else ""
            found = _ABOVE.search(canonical(typed))
            if found and found[1] != unit:
                yield _other_money(table.grid.place(row, column), typed, found[1], unit)
                return


def _other_money(place: CellRef, typed: str, own: str, unit: str) -> Finding:
    """Two units of money are named for one table; only two of them can be 金额单位."""
    known = own in INFO_CHOICES["金额单位"]
    how = f"把“基本信息”的金额单位改为“{own}”，或" if known else ""
    return finding("X418", place, typed, unit=own, expected=unit, how=f"{how}把金额换算成{unit}")


def measure_units(filled: Filled) -> Iterator[Finding]:
    """A unit of money in the header of a target or an actual is the other's, and that of 计量单位."""
    table = filled.tables.get(TIER3.name)
    named = {
        header: unit
        for header in (TARGET.header, ACTUAL.header)
        if table and header in table.columns
        and (unit := header_unit(str(table.grid.raw(table.header_row, table.columns[header]))))
    }  # fmt: skip
    measured = [each for each in filled.indicators if each.target.good or each.actual.good]
    units = (each.unit.value or "" for each in measured)
    units_of_rows = {unit for unit in units if unit.endswith("元")}
    for header, unit in named.items():
        others = {*named.values(), *units_of_rows} - {unit}
        if table and measured and others:
            typed = str(table.grid.raw(table.header_row, table.columns[header])).strip()
            yield finding(
                "X419", table.head(header), typed, unit=unit, expected="、".join(sorted(others))
            )
            return


def present(filled: Filled) -> Iterator[Finding]:
    """A wholly empty sheet is a reminder."""
    table = filled.tables.get(EXECUTION.name)
    methods = (filled.method_of(indicator) for indicator in filled.indicators)
    needed = any(method.budgeted for method in methods if method)
    if table and not filled.projects and not needed and not filled.misplaced(EXECUTION):
        yield finding("X401", table.head("项目名称"))


def complete(filled: Filled) -> Iterator[Finding]:
    """A row has a name, a budget and an execution; nothing spent is 0, not blank."""
    seen: dict[str, Project] = {}
    for project in filled.projects:
        if project.name.blank:
            yield finding("X408", project.name.place)
        for what, amount in (("全年预算数", project.budget), ("全年执行数", project.executed)):
            if amount.blank and (project.name.good or any(a.good for _, a in _amounts(project))):
                yield finding("X405", amount.place, project=_called(project), what=what)
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
        if budget is None or budget < 0 or odd_pair(dict(_amounts(project))):
            continue
        for code, amount in (("X403", project.executed), ("X406", project.fiscal)):
            if amount.value is not None and amount.value > budget:
                yield finding(code, amount.place, money(amount.value), budget=money(budget))


def mixed_units(filled: Filled) -> Iterator[Finding]:
    """The amounts of a row are in one unit: none is a hundred times another, nor spent thrice the budget."""
    unit = filled.info_text("金额单位") or "万元"
    rows: list[tuple[Project | Fund, dict[str, Number]]] = [
        *((project, dict(_amounts(project))) for project in filled.projects),
        *((fund, {name: of(fund) for name, (of, _) in _FUNDS.items()}) for fund in filled.funds),
    ]
    for row, amounts in rows:
        if pair := odd_pair(amounts):
            large, small = (f"{name} {money(value)}" for name, value in (pair.large, pair.small))
            times = plain(pair.ratio, 0 if pair.ratio >= 10 else 1)
            yield finding("X421", pair.odd.place, project=_called(row), unit=unit,
                          large=large, small=small, times=times)  # fmt: skip


def optional_amounts(filled: Filled) -> Iterator[Finding]:
    """An optional column of money is filled in for all rows or for none: what is missing is not 0."""
    for sheet, rows in ((EXECUTION, filled.projects), (FUNDS, _funds_with_amounts(filled))):
        columns = {
            header: [of(row).place for row in rows if of(row).blank]
            for header, of in _OPTIONAL[sheet.name].items()
        }
        partly = {header: empty for header, empty in columns.items() if 0 < len(empty) < len(rows)}
        if partly:
            said = (f"“{header}”的 {_cells(empty)}" for header, empty in partly.items())
            count = sum(map(len, partly.values()))
            first = min(min(empty) for empty in partly.values())
            yield finding("X420", first, columns="、".join(said), count=count)


def _cells(places: Sequence[CellRef]) -> str:
    """Return places of one sheet without its name."""
    return list_places(places, _MOST_RUNS).replace(f"{places[0].sheet}!", "")


def control_totals(filled: Filled) -> Iterator[Finding]:
    """A row named 合计 equals the sum of the projects, or of the sources of funds."""
    for header, of in _AMOUNTS.items():
        amounts = {project.row: of(project) for project in filled.projects}
        yield from _column_totals(filled.tables.get(EXECUTION.name), header, amounts)
    for header, (of_fund, _) in _FUNDS.items():
        amounts = {fund.row: of_fund(fund) for fund in filled.funds}
        yield from _column_totals(filled.tables.get(FUNDS.name), header, amounts)


def _column_totals(
    table: Table | None, header: str, amounts: Mapping[int, Number]
) -> Iterator[Finding]:
    if table and any(amount.good for amount in amounts.values()):
        blank_is_0 = {
            row: Decimal(0) if amount.blank else amount.value for row, amount in amounts.items()
        }
        yield from control_total(table, header, blank_is_0)


_FUNDS: dict[str, tuple[Callable[[Fund], Number], Callable[[Project], Number]]] = {
    "年初预算数": (lambda fund: fund.initial, lambda project: project.initial),
    "全年预算数": (lambda fund: fund.budget, lambda project: project.budget),
    "全年执行数": (lambda fund: fund.executed, lambda project: project.executed),
}


def _funds_with_amounts(filled: Filled) -> list[Fund]:
    """Return the sources of funds with any amount; a template already lists their names."""
    return [fund for fund in filled.funds if not all(of(fund).blank for of, _ in _FUNDS.values())]


def funds_complete(filled: Filled) -> Iterator[Finding]:
    """A source of funds has a budget and an execution."""
    for fund in _funds_with_amounts(filled):
        for what, amount in (("全年预算数", fund.budget), ("全年执行数", fund.executed)):
            if amount.blank:
                yield finding("X412", amount.place, project=_called(fund), what=what)


def funds_add_up(filled: Filled) -> Iterator[Finding]:
    """The sums of the sources of funds equal those of the projects, column by column."""
    table, funds = filled.tables.get(FUNDS.name), _funds_with_amounts(filled)
    if not table or not funds or not filled.projects:
        return
    for what, (of_fund, of_project) in _FUNDS.items():
        given = [of_fund(fund) for fund in funds]
        spent = [of_project(project) for project in filled.projects]
        if not all(amount.good for amount in (*given, *spent)):
            continue
        found = total([amount.value for amount in given if amount.value is not None])
        expected = total([amount.value for amount in spent if amount.value is not None])
        if found != expected:
            expected_text = money(expected)
            yield finding("X410", table.head(what), money(found), what=what, expected=expected_text)


def reasons(filled: Filled) -> Iterator[Finding]:
    """A project below 执行率说明线 has a reason."""
    line = filled.parameters.numbers["执行率说明线"]
    for project in filled.projects:
        budget, executed = project.budget.value, project.executed.value
        if not budget or executed is None or not project.reason.blank:
            continue
        rate = Fraction(executed) / Fraction(budget) * 100
        if 0 <= rate < line:
            yield finding(
                "X411", project.reason.place, f"{plain(rate, 2)}%",
                project=_called(project), line=f"{plain(line)}%",
            )  # fmt: skip


def typed_rate(filled: Filled) -> Iterator[Finding]:
    """A rate typed as 实际完成值 equals that of 预算执行, which is the one that counts."""
    rate = _rate(
        [project.executed for project in filled.projects],
        [project.budget for project in filled.projects],
    )
    for indicator in filled.indicators if rate is not None else ():
        method, typed = filled.method_of(indicator), indicator.actual_text
        assert rate is not None
        if method and method.budgeted and typed_values.differs(typed, rate):
            yield finding("X665", typed.place, typed.value or "", rate=plain(rate, 2))


def typed_rates(filled: Filled) -> Iterator[Finding]:
    """A typed 执行率 equals the rate of the row's amounts, which are what counts."""
    table = filled.tables.get(EXECUTION.name)
    for project in filled.projects if table else ():
        assert table is not None
        typed = typed_values.typed_text(table, project.row, "执行率")
        rate = _rate([project.executed], [project.budget])
        if typed.good and rate is not None and typed_values.is_other(typed, rate):
            params = {"project": _called(project), "rate": plain(rate, 2)}
            yield finding("X414", typed.place, typed.value or "", **params)


def _rate(executed: Sequence[Number], budget: Sequence[Number]) -> Fraction | None:
    """Return 执行率 in percentage points, 0 where nothing was budgeted; None where an amount is missing."""
    spent = [amount.value for amount in executed if amount.value is not None]
    planned = [amount.value for amount in budget if amount.value is not None]
    if not budget or len(spent) < len(executed) or len(planned) < len(budget):
        return None
    planned_total = total(planned)
    return Fraction(total(spent)) / Fraction(planned_total) * 100 if planned_total else Fraction(0)
