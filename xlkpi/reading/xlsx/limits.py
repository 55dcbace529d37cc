"""How large a workbook may be, and the one check that refuses a larger one."""

from __future__ import annotations

from typing import NamedTuple

from xlkpi.reading.unreadable import Unreadable


class Limits(NamedTuple):
    """How large a workbook may be; each is checked before memory is spent on it."""

    expanded: int = 200 * 1024 * 1024
    """Bytes of all entries, inflated."""
    entry: int = 100 * 1024 * 1024
    """Bytes of one entry, inflated."""
    entries: int = 2_000
    sheets: int = 512
    cells: int = 200_000
    """Valued cells (with a value, an inline text or a formula) of all sheets."""
    rows: int = 20_000
    """Last valued row of a sheet."""
    columns: int = 256
    """Last valued column of a sheet."""
    text: int = 32_767
    """Characters of one text or formula."""
    repeated: int = 20_000_000
    """Characters of all cells of an .ods, in which one cell may repeat a hundred thousand times."""
    merges: int = 20_000
    """Merged ranges of all sheets."""
    tags: int = 5_000_000
    """Tags of all sheets and of the shared texts: blank cells cost time too."""
    elements: int = 1_000_000
    """Tags of any other part that is read."""


LIMITS = Limits()


def check_limit(limit: int, found: int, what: str, **where: object) -> None:
    """Raise X013 where `found` is over its limit; `where` names the part or the sheet."""
    if found > limit:
        raise Unreadable("X013", what=what, found=found, limit=limit, **where)
