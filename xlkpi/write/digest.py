"""A fingerprint of a workbook's own cells, by which an output knows whether it was worked on.

It counts formulas by their text and everything else by its value, so that opening and saving in
Excel, WPS or LibreOffice does not change it, and any edit does. It stands in a visible cell, right
of the label, and leaves that cell out of itself.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable

from xlkpi.place import Address

LABEL = "内容指纹"
"""The text left of the fingerprint's cell."""

Content = tuple[str, Address, object, str]
"""(sheet, address, value, formula text or "")."""


def digest(contents: Iterable[Content]) -> str:
    """Return the fingerprint of cells in any order."""
    lines = sorted(
        f"{sheet}\t{row}\t{column}\t{_text(value, formula)}"
        for sheet, (row, column), value, formula in contents
    )
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()


def _text(value: object, formula: str) -> str:
    if formula:
        return "=" + "".join(formula.lstrip("=").split()).replace("'", "").upper()
    if isinstance(value, bool):
        return f"b{value}"
    if isinstance(value, int | float):
        return f"n{float(value):.14g}"
    return "s" + str(value).replace("\r\n", "\n").replace("\r", "\n")


def matches(data: bytes) -> bool | None:
    """Tell whether a workbook of ours still has the cells it was written with; None if not ours."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data))
    except Exception:  # noqa: BLE001  (whatever it is, it is not an untouched file of ours)
        return None
    return of_book(book)


def of_book(book: object) -> bool | None:
    """Do the same for a workbook that openpyxl has opened."""
    contents, said = openpyxl_contents(book)
    return None if said is None else digest(contents) == said


def openpyxl_contents(book: object) -> tuple[list[Content], str | None]:
    """Return the cells of an openpyxl workbook without the fingerprint's own, and the fingerprint."""
    contents: list[Content] = []
    said: str | None = None
    for sheet in book.worksheets:  # type: ignore[attr-defined]
        labels = set()
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None or cell.value == "":
                    continue
                at = (cell.row - 1, cell.column - 1)
                if cell.value == LABEL:
                    labels.add((at[0], at[1] + 1))
                if at in labels:
                    said = str(cell.value)
                    continue
                formula = _formula(cell)
                contents.append((sheet.title, at, cell.value, formula))
    return contents, said


def _formula(cell: object) -> str:
    if cell.data_type != "f":  # type: ignore[attr-defined]
        return ""
    value = cell.value  # type: ignore[attr-defined]
    return str(getattr(value, "text", value) or "=")
