"""What is wrong with cells as such, whatever they should hold: error values, dates, formulas."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from xlkpi.domain import numbers
from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.location import Address
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import ACTUAL, TARGET, Kind
from xlkpi.domain.text import as_text

_DATES = (dt.datetime, dt.date, dt.time, dt.timedelta)


def find_broken_code(grid: Grid, row: int, column: int, dates: bool = False) -> str | None:
    """Return the code of what makes a cell unreadable whatever it should hold, None where sound."""
    at = (row, column)
    if at in grid.errors:
        return "X501"
    if at in grid.formulas:
        text, cached = grid.formulas[at]
        if "DISPIMG(" in text.upper():
            return "X513"
        if not cached:
            return "X502"
    if at in grid.covered:
        return "X110"  # reported once, at the merge
    raw = grid.raw(row, column)
    if isinstance(raw, str):
        image = "=" in raw and raw.lstrip().upper().startswith("=DISPIMG(")
        return "X513" if image else None
    return "X503" if isinstance(raw, _DATES) and not dates else None


def find_broken_inputs(table: Table) -> Iterator[Finding]:
    """Find what is broken, or is a formula, in the input columns of a table."""
    for column in table.sheet.columns:
        if column.computed or column.header not in table.columns:
            continue
        dates = column.kind is Kind.DATE or table.sheet.name == "基本信息"
        at, formulas = table.columns[column.header], table.grid.formulas
        for row in _find_unusual_rows(table, at):
            if (row, at) in table.derived:
                continue
            code = find_broken_code(table.grid, row, at, dates or (row, at) in table.dates)
            if code or (row, at) in formulas:
                typed = column.header in _SIGNED and _CONSTANT.match(
                    formulas.get((row, at), ("",))[0]
                )
                yield from _report_broken(
                    table.grid, (row, at), "X674" if typed and not code else code
                )


def _find_unusual_rows(table: Table, column: int) -> Iterator[int]:
    """Yield the rows whose cell is not simply a number or a text: most cells need no closer look."""
    grid, special = table.grid, table.grid.special
    for row in (*table.rows, *table.of_which):
        raw = grid.raw(row, column)
        usual = "=" not in raw if isinstance(raw, str) else isinstance(raw, float)
        if not usual or (row, column) in special:
            yield row


_SIGNED = ("指标性质", TARGET.header, ACTUAL.header)
"""Columns where = is typed for an operator, and Excel takes it for a formula's."""
_CONSTANT = pattern(r"\s*[+-]?\s*[\d.,]+\s*%?\s*\Z", re.ASCII)


def _report_broken(grid: Grid, at: Address, code: str | None) -> Iterator[Finding]:
    # Old formats, and the followers of a shared formula, contain no formula text.
    formula = "=" + (grid.formulas[at][0] or "…") if at in grid.formulas else ""
    if code == "X501":
        yield finding(code, grid.place(*at), grid.errors[at])
    elif code == "X674":
        read = _display(grid, at)
        yield finding(code, grid.place(*at), formula, read=read, typed=formula[1:].strip())
    elif code == "X503":
        yield finding(code, grid.place(*at), as_text(grid.raw(*at)))
    elif code and code != "X110":
        yield finding(code, grid.place(*at), formula)
    elif formula and grid.occupied(*at):
        yield finding("X504", grid.place(*at), formula)


def _display(grid: Grid, at: Address) -> str:
    """Return a number as the cell shows it."""
    raw = grid.raw(*at)
    if at in grid.percents and isinstance(raw, int | float):
        value = numbers.from_double(float(raw))
        return "" if value is None else f"{numbers.plain(value.scaleb(2, numbers.EXACT))}%"
    return as_text(raw)
