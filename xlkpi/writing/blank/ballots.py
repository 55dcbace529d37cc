"""The ballots of a blank: one sheet a scorer, with what a mark may be."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlkpi.domain import schema
from xlkpi.domain.location import a1
from xlkpi.domain.workbook_contents import Fields
from xlkpi.writing import computed_columns
from xlkpi.writing.blank import live_checks, live_marks, unasked
from xlkpi.writing.blank.head import put_filter, put_head, spot_of
from xlkpi.writing.book import Book, Validation
from xlkpi.writing.book import Sheet as Worksheet
from xlkpi.writing.computed_columns import (
    LIVE_ROW,
    Spot,
)


def put_ballot(
    book: Book, scorer: str, listed: list[Fields], marks: Sequence[Fields], signed: Fields,
    spots: dict[str, Spot],
) -> None:  # fmt: skip
    """Add the sheet of a scorer: a row for each indicator that is marked, with the marks that are given."""
    name = schema.BALLOT_PREFIX + scorer
    worksheet = book.sheet(name, "fill")
    spot = spot_of(schema.BALLOT, name, listed)
    needed = [schema.MARK]
    put_head(worksheet, schema.BALLOT.columns, f"评分表（{scorer}）", schema.BALLOT.guide, needed)
    given = {str(mark.get("编号", "")): mark for mark in marks}
    for row in range(spot.first, spot.last + 1):
        at = row - spot.first
        indicator = listed[at] if at < len(listed) else {}
        _ballot_row(worksheet, spot, row, indicator, given, spots[schema.TIER3.name])
    _identity(worksheet, scorer, signed)
    _mark_limits(worksheet, spot)
    members = schema.MEMBERS.name
    shown = spots[members] if any(sheet.name == members for sheet in book.sheets) else None
    live_marks.check(worksheet, spot, listed, given, spots, shown)
    unasked.grey_marks(worksheet, spot)
    put_filter(worksheet, spot)


def _ballot_row(
    worksheet: Worksheet,
    spot: Spot,
    row: int,
    indicator: Fields,
    given: dict[str, Fields],
    tier3: Spot,
) -> None:
    code = str(indicator.get("编号", ""))
    mark = given.get(code, {}) if code else {}
    if code:
        worksheet.text(row, 0, code, "locked.code")
    else:
        worksheet.blank(row, 0, "input.code")
    for column in schema.BALLOT.columns[1:]:
        at = spot.columns[column.header]
        if column.computed:
            formula, cached = _looked_up(column.header, row, indicator, tier3)
            style = "locked.number" if column.kind is schema.Kind.NUMBER else "locked"
            worksheet.formula(row, at, formula, cached, style)
        else:
            value = mark.get(column.header, "")
            style = "input.number" if column.kind is schema.Kind.NUMBER else "input"
            if isinstance(value, Decimal):
                worksheet.number(row, at, value, style)
            elif value:
                worksheet.text(row, at, value, style)
            else:
                worksheet.blank(row, at, style)


def _looked_up(header: str, row: int, indicator: Fields, tier3: Spot) -> tuple[str, str | Decimal]:
    """Return the formula of a looked-up cell, and what it shows when the workbook is made."""
    code = a1(row, 0)
    if header == schema.TARGET.header:
        return computed_columns.looked_up_target(code, tier3), live_checks.target_said(indicator)
    return computed_columns.looked_up(header, code, tier3), indicator.get(header, "")


def _identity(worksheet: Worksheet, scorer: str, signed: Fields) -> None:
    row = LIVE_ROW
    worksheet.text(row, 0, schema.SCORER_LABEL, "label")
    worksheet.text(row, 1, scorer, "input.code")
    for column, label, style in zip(
        (2, 4), schema.SIGN_LABELS, ("label", "sign.label"), strict=True
    ):
        worksheet.text(row, column, label, style)
        if label in signed:
            worksheet.text(row, column + 1, str(signed[label]), "input")
        else:
            worksheet.blank(row, column + 1, "input")
    worksheet.heights[row] = 24


def _mark_limits(worksheet: Worksheet, spot: Spot) -> None:
    mark = spot.columns["得分"]
    points = a1(spot.first, spot.columns["分值"], "column")
    options = {
        "validate": "decimal", "criteria": "between", "minimum": 0,
        "maximum": "=" + live_marks.limit(points), "error_title": "得分不对",
        "error_message": "得分应在 0 到分值之间（百分制为 0 到 100）；回避时留空并在“评分说明”写“回避”。",
        "input_title": "得分", "input_message": "0 到分值之间的数；回避时留空，在右边写“回避”。",
    }  # fmt: skip
    worksheet.validations.append(Validation((spot.first, mark, spot.last, mark), options))
