"""The content of a cell → its text in an output; texts in pieces that look different."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from xlkpi.domain import numbers

_UNSEEN = ("Cf", "Cc")
_AROUND = " \t\n\u00a0\u3000"

STRUCK, RAISED, LOWERED, PALE = "删除线", "上标", "下标", "白色"
"""How a piece of a text may differ from what a reader takes for it."""


class Piece(NamedTuple):
    """A part of a text in one cell."""

    text: str
    look: str = ""
    """How it differs; "" where it does not."""


Pieces = tuple[Piece, ...]


def as_text(value: object) -> str:
    """Return a value as text: numbers without ".0", dates as 2024-06-07, nothing as ""."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        number = numbers.from_double(float(value))
        return str(value) if number is None else numbers.plain(number)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return "" if value is None else as_text(str(value))


_BEGINNING = dt.date(1899, 12, 30)


def serial(day: dt.date) -> int:
    """Return a day's number in a spreadsheet."""
    return (day - _BEGINNING).days


def day(number: Decimal) -> str:
    """Return the day that a number is in a spreadsheet: 45291 is 2023-12-31."""
    return (_BEGINNING + dt.timedelta(days=int(number))).isoformat()


def tidy(text: str) -> str:
    """Return a text without the spaces around it and without invisible characters."""
    if not text.isprintable():  # nearly all are, and then there is no such character in it
        text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    return trimmed(text)


def trimmed(text: str) -> str:
    """Return a text without the spaces around it."""
    return text.strip(_AROUND)


def one_line(name: object) -> str:
    """Return a file's name or path as it is printed: whatever is in it, it writes no line of its own."""
    return "".join(c if c.isprintable() or c in _SPACES else "\ufffd" for c in str(name))


def file_name(path: Path | str) -> str:
    """Return a file's own name as it is printed; the folder's where a path such as `.` has none."""
    path = Path(path)
    own = path.name if path.name not in ("", "..") else path.resolve().name
    return one_line(own or path)


_SPACES = "\u00a0\u3000"
"""Spaces that are no control characters; Chinese names have them."""
