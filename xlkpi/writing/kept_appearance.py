"""What made a reader see something else than a cell contains stays in the marked copy.

Else the copy would be scored by what nobody has looked at.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlkpi.domain import colours
from xlkpi.domain.cells import Grid
from xlkpi.domain.text import LOWERED, PALE, RAISED, STRUCK, Pieces
from xlkpi.writing.escapes import escaped


def rich_text(pieces: Pieces, font: Any) -> Any:
    """Return a text in pieces: openpyxl joins them on loading, and a raised 2 would become one of 82."""
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    looks: dict[str, dict[str, Any]] = {
        "": {}, RAISED: {"vertAlign": "superscript"}, LOWERED: {"vertAlign": "subscript"},
        STRUCK: {"strike": True}, PALE: {"color": colours.WHITE},
    }  # fmt: skip
    own: dict[str, Any] = {"rFont": font.name, "sz": font.sz, "b": font.b, "i": font.i}
    return CellRichText(
        *(TextBlock(InlineFont(**own, **looks[look]), escaped(text)) for text, look in pieces)
    )


def restore_looks(sheet: Any, grid: Grid) -> None:
    """Give cells what made a reader see something else than they hold."""
    from openpyxl.styles import Font, PatternFill

    sheet.sheet_view.showZeros = False if grid.zeros_hidden else None
    for (row, column), code in grid.formats.items():
        if not isinstance(grid.raw(row, column), dt.date | dt.time | dt.timedelta):
            sheet.cell(row + 1, column + 1).number_format = code
    for row, column in grid.struck | grid.unseen:
        cell = sheet.cell(row + 1, column + 1)
        unseen = (row, column) in grid.unseen
        cell.font = Font(
            strike=(row, column) in grid.struck, color=colours.WHITE if unseen else None
        )
        if unseen:
            cell.fill = PatternFill()
