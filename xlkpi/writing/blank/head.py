"""Where the table of an input sheet is in a blank, and what is above its rows."""

from __future__ import annotations

from collections.abc import Sequence

from xlkpi.domain import schema
from xlkpi.domain.workbook_contents import Fields
from xlkpi.writing.book import Sheet as Worksheet
from xlkpi.writing.computed_columns import (
    FIRST_ROW,
    GUIDE_ROW,
    HEADER_ROW,
    TITLE_ROW,
    Spot,
)


def spot_of(sheet: schema.Sheet, name: str, rows: Sequence[Fields]) -> Spot:
    """Return where a table is, with the spare rows that the format gives it."""
    columns = {column.header: at for at, column in enumerate(sheet.shown(rows))}
    last = FIRST_ROW + max(1, len(rows) + sheet.spare) - 1
    return Spot(name, columns, FIRST_ROW, last)


def put_head(
    worksheet: Worksheet, columns: Sequence[schema.Column], title: str, words: str,
    needed: Sequence[schema.Column],
) -> None:  # fmt: skip
    """Put title, guide and header row of an input sheet; `needed` are the columns to be filled in."""
    last = len(columns) - 1
    worksheet.merge(TITLE_ROW, 0, last, title, "heading")
    worksheet.merge(GUIDE_ROW, 0, last, words, "guide")
    worksheet.heights.update({TITLE_ROW: 26, HEADER_ROW: 32})
    for at, column in enumerate(columns):
        style = "head.need" if column in needed else "head"
        worksheet.text(HEADER_ROW, at, column.header, style)
        worksheet.widths[at] = column.width
    worksheet.freeze = (FIRST_ROW, 2 if last > 5 else 0)
    worksheet.repeat = HEADER_ROW
    worksheet.landscape = sum(column.width for column in columns) > 100


def put_filter(worksheet: Worksheet, spot: Spot) -> None:
    """Let a table be filtered, by its check column too: on a protected sheet nobody can add a filter."""
    last = max(at for row, at in worksheet.cells if row == HEADER_ROW)
    worksheet.filter = (HEADER_ROW, 0, spot.last, last)
