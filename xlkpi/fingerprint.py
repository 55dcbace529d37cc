"""A fingerprint of a workbook's own cells, by which an output knows whether it was worked on.

It counts formulas by their text and everything else by its value, so that opening and saving in
Excel, WPS or LibreOffice does not change it, and any edit does. It stands in a visible cell, right
of the label, and leaves that cell out of itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from xlkpi.place import Address
from xlkpi.texts import as_text

LABEL = "内容指纹"
"""The text left of the fingerprint's cell."""

Content = tuple[str, Address, object, str]
"""(sheet, address, value, formula text or "")."""


SOURCE_LABEL = "源文件"
"""The text left of the name of the file that an output came of."""


IDENTITY_LABEL = "来源标识"
"""The text left of what tells one department's workbook from another's of the same file name."""


def identity(*words: str) -> str:
    """Return twelve characters for whose workbook it is: department, year, kind, project."""
    return hashlib.sha256("\x1f".join(words).encode("utf-8", "replace")).hexdigest()[:12]


def told(contents: Iterable[Content], label: str) -> str | None:
    """Return what stands right of the first cell that holds a label; None where there is none."""
    held = list(contents)
    beside = {
        (sheet, (row, column + 1)) for sheet, (row, column), value, _ in held if value == label
    }
    return next((str(value) for sheet, at, value, _ in held if (sheet, at) in beside), None)


def hidden(name: str) -> str:
    """Return a file's name as an output tells it that is to be published."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]


def split(contents: Iterable[Content]) -> tuple[list[Content], str | None]:
    """Return the cells without the fingerprint's own, and the fingerprint; None where there is none."""
    held = list(contents)
    labels = {
        (sheet, (row, column + 1)) for sheet, (row, column), value, _ in held if value == LABEL
    }
    said = told(held, LABEL)
    return [each for each in held if (each[0], each[1]) not in labels], said


def digest(contents: Iterable[Content]) -> str:
    """Return the fingerprint of cells in any order."""
    lines = [
        f"{sheet}\t{row}\t{column}\t{_text(value, formula)}"
        for sheet, (row, column), value, formula in contents
    ]
    lines.sort()
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()


def plain(value: object) -> str:
    """Return a value as it is compared: what another program writes for the same is the same."""
    return _text(value, "")[1:]


def same(left: str, right: str) -> bool:
    """Whether two formulas are the same but for spaces, quotes and letters' case."""
    return _text("", left) == _text("", right)


def _text(value: object, formula: str) -> str:
    if formula:
        return "=" + "".join(formula.lstrip("=").split()).replace("'", "").upper()
    if isinstance(value, str):
        return "s" + as_text(value).strip()
    if isinstance(value, bool):
        return f"b{value}"
    if isinstance(value, int | float):
        return f"n{float(value):.14g}"
    return "s" + as_text(value).strip()
