"""What the cells of the input sheets show in a scored workbook, where it is not simply what was typed."""

from __future__ import annotations

from decimal import Decimal

from xlkpi.domain.cells import Table
from xlkpi.domain.indicators import Tier
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import as_shown
from xlkpi.domain.parameters import Parameters
from xlkpi.domain.schema import PARAMETER_LIST, YEAR
from xlkpi.domain.text import as_text, day, tidy


def shown(filled: Filled, table: Table, row: int, header: str) -> str | float:
    """Return what a cell of a table contains in the scored workbook; codes aside."""
    place = table.place(row, header)
    number = filled.readings.get(place)
    if number is not None:
        return day(number) if place in filled.dates else float(number)
    at = table.columns[header]
    if (row, at) in table.derived:
        value = table.derived[row, at].value
        return "" if value is None else float(value)
    held = table.grid.raw(row, at)
    if isinstance(held, int | float) and not isinstance(held, bool):
        return as_shown(held)
    return tidy(as_text(held))


def units(filled: Filled) -> dict[CellRef, str]:
    """Return the cells of numbers behind which a unit was typed that is in no other cell."""
    each_unit = [
        pair
        for each in filled.indicators
        for pair in ((each.target.place, each.target_unit), (each.actual.place, each.actual_unit))
    ]
    return {place: unit for place, unit in each_unit if unit and place not in filled.dates}


def codes(filled: Filled) -> dict[CellRef, str]:
    """Return each cell that names an indicator → the code as it was read.

    So are 评价年度 in other words than its digits, 指标性质 where it was taken from the operator before
    the target, and 是否评分, which formulas count.
    """
    tiers: tuple[Tier, ...] = (*filled.tier1, *filled.tier2, *filled.indicators)
    codes = {tier.code.place: tier.code.value or "" for tier in tiers}
    codes |= {tier.parent.place: tier.parent.value or "" for tier in tiers if tier.level > 1}
    natures = (each.nature for each in filled.indicators)
    codes |= {each.place: each.value or "" for each in natures if each.good and not each.typed}
    members = (each.status for each in filled.members)
    codes |= {each.place: each.value or "" for each in members if each.typed}
    groups = (each.group for each in filled.members)
    codes |= {each.place: each.value or "" for each in groups if each.good}
    year = filled.info.get(YEAR)
    if year and year.good and tidy(as_text(year.typed)) != year.value:
        codes[year.place] = year.value or ""
    codes |= {row.code.place: row.code.value or "" for row in filled.reviews}
    codes |= {row.code.place: row.code.value or "" for row in filled.surveys}
    for ballot in filled.ballots:
        codes |= {mark.code.place: mark.code.value or "" for mark in ballot.marks}
    return codes


def shares(settings: Parameters) -> dict[CellRef, Decimal]:
    """Return the cell of each per cent among the parameters → 0.8 for 80%, however it is typed."""
    held = ((each, settings.output_value(each)) for each in PARAMETER_LIST if each.percent)
    return {
        settings.values[each.name].place: share
        for each, share in held
        if isinstance(share, Decimal) and settings.values[each.name].place.sheet
    }
