"""Sheets, and the format's version."""

from __future__ import annotations

from collections.abc import Iterator

from xlkpi.findings import Finding, finding
from xlkpi.layout import BALLOT, FORMAT_VERSION, SHEETS, sheet_named
from xlkpi.model import Filled
from xlkpi.place import Place


def required_sheets(filled: Filled) -> Iterator[Finding]:
    """Every required sheet stands in the workbook, and at least one ballot."""
    present = [sheet_named(grid.name) for grid in filled.grids]
    for sheet in SHEETS:
        if sheet.required and sheet not in present:
            yield finding("X101", Place(""), name=sheet.name)
    if BALLOT not in present:
        yield finding("X106", Place(""))


def empty_sheets(filled: Filled) -> Iterator[Finding]:
    """A required sheet that was found has at least one row."""
    for sheet in SHEETS:
        table = filled.tables.get(sheet.name)
        if sheet.required and table and not table.rows:
            yield finding("X113", table.head(table.layout.columns[0].header), name=sheet.name)


def format_version(filled: Filled) -> Iterator[Finding]:
    """A newer format is refused, naming both; none at all is a reminder."""
    if filled.version is None:
        yield finding("X105", filled.format_places[1])
    elif filled.version > FORMAT_VERSION:
        yield finding("X104", filled.format_places[1], str(filled.version), known=FORMAT_VERSION)
