"""What the cells of a marked copy looked like before our marks, for the run that takes them off again.

It is kept in document properties, which Excel, WPS and LibreOffice save again and nobody has to look
at. A property holds 255 characters, so that it is kept in pieces.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from xlkpi.domain import fingerprint
from xlkpi.domain.location import address
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import PROBLEMS_SHEET

Fills = dict[tuple[str, str], str]
"""(sheet, cell) → its own fill: `NO_FILL`, ARGB, or the element of any other."""

NO_FILL = "无"
_PIECE = "xlkpi.fills."
_LONGEST = 240
_MOST = 4_000_000
"""Bytes that the pieces may expand to: a stranger may have written them."""
_ARGB = pattern(r"[0-9A-Fa-f]{8}\Z")


def fill_of(cell: Any) -> str:
    """Return a cell's own fill."""
    from openpyxl.xml.functions import tostring

    fill = cell.fill
    if not fill or fill.fill_type is None:
        return NO_FILL
    colour = fill.fgColor.rgb if fill.fill_type == "solid" and fill.fgColor.type == "rgb" else None
    if isinstance(colour, str) and _ARGB.match(colour):
        return colour
    return str(tostring(fill.to_tree()).decode())


def paint(cell: Any, fill: str) -> None:
    """Give a cell a fill; one under a merge has none."""
    from openpyxl.styles import PatternFill
    from openpyxl.styles.fills import Fill
    from openpyxl.xml.functions import fromstring

    if type(cell).__name__ == "MergedCell":
        return
    if fill == NO_FILL:
        cell.fill = PatternFill()
    elif _ARGB.match(fill):
        cell.fill = PatternFill("solid", fgColor=fill)
    else:
        try:
            tree: Any = fromstring(fill)
            cell.fill = Fill.from_tree(tree)
        except Exception:  # noqa: BLE001  (not as we wrote it: then without)
            cell.fill = PatternFill()


def properties(fills: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    """Yield names and texts of the document properties that keep fills."""
    cells: dict[str, dict[str, list[str]]] = {}
    for (sheet, cell), fill in fills.items():
        cells.setdefault(fill, {}).setdefault(sheet, []).append(cell)
    text = base64.b64encode(zlib.compress(json.dumps(cells).encode())).decode()
    for number, start in enumerate(range(0, len(text), _LONGEST)):
        yield f"{_PIECE}{number}", text[start : start + _LONGEST]


def kept_fills(book: Any) -> Fills:
    """Return the fills that a marked copy keeps: in its properties, or in 问题清单 of an older one."""
    pieces = {
        int(each.name[len(_PIECE) :]): str(each.value)
        for each in book.custom_doc_props.props
        if each.name.startswith(_PIECE) and each.name[len(_PIECE) :].isdecimal()
    }
    if pieces:
        return _unpacked("".join(pieces[number] for number in sorted(pieces)))
    listed = PROBLEMS_SHEET in book.sheetnames
    older = listed and book[PROBLEMS_SHEET]["D3"].value == fingerprint.LABEL
    return _listed(book[PROBLEMS_SHEET]) if older else {}


def _unpacked(text: str) -> Fills:
    try:
        packed = base64.b64decode(text)
        held = json.loads(zlib.decompressobj().decompress(packed, _MOST))
        return {
            (str(sheet), str(cell)): str(fill)
            for fill, sheets in held.items()
            for sheet, cells in sheets.items()
            for cell in cells
            if _is_address(str(cell))
        }
    except (binascii.Error, zlib.error, ValueError, AttributeError, TypeError, RecursionError):
        return {}


_OLD_HEADS = 5
"""The row of the headers in an older copy; the colour is in the seventh column, 原底色."""


def _listed(sheet: Any) -> Fills:
    fills: Fills = {}
    for row in sheet.iter_rows(min_row=_OLD_HEADS + 1, values_only=True):
        at = str(row[3] or "") if len(row) > 6 else ""
        home, _, cell = at.rpartition("!")
        if home and _is_address(cell):
            fills[home, cell] = str(row[6] or NO_FILL)
    return fills


def _is_address(cell: str) -> bool:
    try:
        address(cell)
    except ValueError:
        return False
    return True
