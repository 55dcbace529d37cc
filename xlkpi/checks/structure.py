"""Sheets, and the format's version."""

from __future__ import annotations

from collections.abc import Iterator

from xlkpi.domain import schema
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled, MisnamedSheet
from xlkpi.domain.location import CellRef


def required_sheets(filled: Filled) -> Iterator[Finding]:
    """Every required sheet is in the workbook, and at least one ballot."""
    present = [schema.sheet_named(grid.name) for grid in filled.grids]
    for sheet in schema.SHEETS:
        if sheet.required and sheet not in present and not filled.misplaced(sheet):
            yield finding("X101", CellRef(""), name=sheet.name)
    if schema.BALLOT not in present and not any(
        each.sheet is schema.BALLOT for each in filled.misnamed_sheets
    ):
        yield finding("X106", CellRef(""))
    if schema.PARAMETERS not in present and not filled.misplaced(schema.PARAMETERS):
        yield finding("X717", CellRef(""))


_DECIDES = (
    *(sheet for sheet in schema.SHEETS if sheet.required),
    schema.PARAMETERS, schema.EXECUTION, schema.FUNDS, schema.RULES, schema.SURVEY, schema.ADJUSTMENT, schema.REVIEW,
)  # fmt: skip
"""Sheets on which figures depend, where they are there."""


def foreign_names(filled: Filled) -> Iterator[Finding]:
    """A sheet of the format under a foreign name is not read: a spare copy is noted, a lost one stops."""
    for each in filled.misnamed_sheets:
        name = each.sheet.name
        if each.sheet is schema.BALLOT:
            name = f"{schema.BALLOT_PREFIX}{each.scorer or '姓名'}"
            lost = not _spare_ballot(filled, each)
        else:
            lost = each.sheet in _DECIDES and filled.misplaced(each.sheet)
        yield finding("X118" if lost else "X119", each.head, each.head.sheet, name=name)


def _spare_ballot(filled: Filled, stranger: MisnamedSheet) -> bool:
    """Whether the scorer has a ballot besides, or is a member who does not score."""
    key = schema.folded(stranger.scorer)
    silent = {schema.folded(member.name.value) for member in filled.members if not member.is_scorer}
    return key in silent | {schema.folded(ballot.scorer.value) for ballot in filled.ballots} - {""}


def empty_sheets(filled: Filled) -> Iterator[Finding]:
    """A required sheet that was found has at least one row."""
    for sheet in schema.SHEETS:
        table = filled.tables.get(sheet.name)
        if sheet.required and table and not table.rows and not filled.misplaced(sheet):
            yield finding("X113", table.head(table.sheet.columns[0].header), name=sheet.name)


def format_version(filled: Filled) -> Iterator[Finding]:
    """A newer format is refused, naming both; none at all is a reminder."""
    if filled.version is None:
        yield finding("X105", filled.format_places[1])
    elif filled.version > schema.FORMAT_VERSION:
        yield finding(
            "X104", filled.format_places[1], str(filled.version), known=schema.FORMAT_VERSION
        )
