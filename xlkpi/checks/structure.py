"""Sheets, and the format's version."""

from __future__ import annotations

from collections.abc import Iterator

from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled, MisnamedSheet
from xlkpi.domain.location import CellRef
from xlkpi.domain.schema import (
    ADJUSTMENT,
    BALLOT,
    BALLOT_PREFIX,
    EXECUTION,
    FORMAT_VERSION,
    FUNDS,
    PARAMETERS,
    REVIEW,
    RULES,
    SHEETS,
    SURVEY,
    folded,
    sheet_named,
)


def required_sheets(filled: Filled) -> Iterator[Finding]:
    """Every required sheet stands in the workbook, and at least one ballot."""
    present = [sheet_named(grid.name) for grid in filled.grids]
    for sheet in SHEETS:
        if sheet.required and sheet not in present and not filled.misplaced(sheet):
            yield finding("X101", CellRef(""), name=sheet.name)
    if BALLOT not in present and not any(each.sheet is BALLOT for each in filled.misnamed_sheets):
        yield finding("X106", CellRef(""))
    if PARAMETERS not in present and not filled.misplaced(PARAMETERS):
        yield finding("X717", CellRef(""))


_DECIDES = (
    *(sheet for sheet in SHEETS if sheet.required),
    PARAMETERS, EXECUTION, FUNDS, RULES, SURVEY, ADJUSTMENT, REVIEW,
)  # fmt: skip
"""Sheets on which figures depend, where they are there."""


def foreign_names(filled: Filled) -> Iterator[Finding]:
    """A sheet of the format under a foreign name goes unread: a spare copy is told, a lost one stops."""
    for each in filled.misnamed_sheets:
        name = each.sheet.name
        if each.sheet is BALLOT:
            name = f"{BALLOT_PREFIX}{each.scorer or '姓名'}"
            lost = not _spare_ballot(filled, each)
        else:
            lost = each.sheet in _DECIDES and filled.misplaced(each.sheet)
        yield finding("X118" if lost else "X119", each.head, each.head.sheet, name=name)


def _spare_ballot(filled: Filled, stranger: MisnamedSheet) -> bool:
    """Whether the scorer has a ballot besides, or is a member who does not score."""
    key = folded(stranger.scorer)
    silent = {folded(member.name.value) for member in filled.members if not member.is_scorer}
    return key in silent | {folded(ballot.scorer.value) for ballot in filled.ballots} - {""}


def empty_sheets(filled: Filled) -> Iterator[Finding]:
    """A required sheet that was found has at least one row."""
    for sheet in SHEETS:
        table = filled.tables.get(sheet.name)
        if sheet.required and table and not table.rows and not filled.misplaced(sheet):
            yield finding("X113", table.head(table.sheet.columns[0].header), name=sheet.name)


def format_version(filled: Filled) -> Iterator[Finding]:
    """A newer format is refused, naming both; none at all is a reminder."""
    if filled.version is None:
        yield finding("X105", filled.format_places[1])
    elif filled.version > FORMAT_VERSION:
        yield finding("X104", filled.format_places[1], str(filled.version), known=FORMAT_VERSION)
