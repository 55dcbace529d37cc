"""A fingerprint of a workbook's own cells, by which an output knows whether it was worked on.

It counts formulas by their text and everything else by its value, so that opening and saving in
Excel, WPS or LibreOffice does not change it, and any edit does. It is in a visible cell, right
of the label, and leaves that cell out of itself; a marked copy has it in a document property, where
no clerk has to look at it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

from xlkpi.domain.location import Address
from xlkpi.domain.schema import FORM_SHEET, PROBLEMS_SHEET, SOURCE_SHEET
from xlkpi.domain.text import as_text, serial

LABEL = "内容指纹"
"""The text left of the fingerprint's cell."""

Content = tuple[str, Address, object, str]
"""(sheet, address, value, formula text or "")."""

SOURCE_LABEL = "源文件"
"""The text left of the name of the file that an output came of."""

SHA256_LABEL = "源文件 SHA-256"
"""The text left of the digest of that file's bytes."""

IDENTITY_LABEL = "来源标识"
"""The text left of what identifies a department's workbook among those of one file name."""

OWN_PROPERTY = "xlkpi."
"""How the names of our document properties begin."""

DIGEST_PROPERTY = f"{OWN_PROPERTY}digest"
IDENTITY_PROPERTY = f"{OWN_PROPERTY}identity"
SHA256_PROPERTY = f"{OWN_PROPERTY}sha256"
"""The document properties in which a marked copy has the same three."""


def identity(*words: str) -> str:
    """Return twelve characters for whose workbook it is: department, year, kind, project."""
    return hashlib.sha256("\x1f".join(words).encode("utf-8", "replace")).hexdigest()[:12]


_HOMES = (SOURCE_SHEET, PROBLEMS_SHEET, FORM_SHEET)
"""The sheet that describes an output: of a scored workbook, a marked copy, a public version."""


def labelled_value(contents: Iterable[Content], label: str) -> str | None:
    """Return the text right of an output's own label; None where there is none.

    The same words elsewhere are staff's, and only words.
    """
    return _labelled_cell(list(contents), label)[1]


def _labelled_cell(
    contents: Sequence[Content], label: str
) -> tuple[tuple[str, Address] | None, str | None]:
    """Return the cell right of a label, and its text."""
    sheets = {each[0] for each in contents}
    home = next((sheet for sheet in _HOMES if sheet in sheets), None)
    labels = sorted(at for sheet, at, value, _ in contents if sheet == home and value == label)
    if home is None or not labels:
        return None, None
    # Staff's own words are below the labels, and above them on the public form.
    row, column = labels[-1] if home == FORM_SHEET else labels[0]
    beside = (row, column + 1)
    text = next((str(each[2]) for each in contents if each[:2] == (home, beside)), None)
    return (home, beside), text


def masked_name(name: str) -> str:
    """Return a file's name in the form that may be published: a hash of it."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]


def masked_source(name: str, sha256: str) -> str:
    """Return a file's name and the digest of its bytes in the form that may be published."""
    return f"{masked_name(name)}-{sha256[:16]}"


def split(contents: Iterable[Content]) -> tuple[list[Content], str | None]:
    """Return the cells without the fingerprint's own, and the fingerprint; None where there is none."""
    cells = list(contents)
    own, stated = _labelled_cell(cells, LABEL)
    return [each for each in cells if each[:2] != own], stated


def line(sheet: str, at: Address, value: object, formula: str) -> str:
    """Return the line of a cell, of which a fingerprint is made."""
    return f"{sheet}\t{at[0]}\t{at[1]}\t{_normal(formula) if formula else _text(value)}"


def digest(contents: Iterable[Content]) -> str:
    """Return the fingerprint of cells in any order."""
    return digest_lines(line(*each) for each in contents)


def digest_lines(lines: Iterable[str]) -> str:
    """Return the same of the cells' lines."""
    text = "\n".join(sorted(lines))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def comparable(value: object) -> str:
    """Return a value as it is compared: what another program writes for the same is the same.

    The first character distinguishes a text from a number that looks like it.
    """
    return _text(value)


def same_formula(left: str, right: str) -> bool:
    """Whether two formulas are the same but for spaces, quotes and letters' case outside texts."""
    return _normal(left) == _normal(right)


def _day(value: object) -> dt.date | None:
    """Return the day in a cell; None for a time of day, and for any other value."""
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else None
    return value if isinstance(value, dt.date) else None


@lru_cache(maxsize=1 << 14)
def _normal(formula: str) -> str:
    """Return a formula without what programs write differently: spaces, quotes, letters' case."""
    parts = formula.lstrip("=").split('"')  # every second one is a text
    parts[::2] = ["".join(part.split()).replace("'", "").upper() for part in parts[::2]]
    return "=" + '"'.join(parts)


def _text(value: object) -> str:
    if isinstance(value, str):
        return "s" + (as_text(value) if "\r" in value else value)
    if isinstance(value, bool):
        return f"b{value}"
    if isinstance(value, int | float):
        return f"n{float(value):.15g}"
    if day := _day(value):
        return f"n{serial(day)}"  # a day is written as a number, and read as a date
    return "s" + as_text(value)
