"""What a new workbook is made of: rows of texts and numbers, sheet by sheet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

Fields = Mapping[str, "str | Decimal"]
"""One row to be written: header → value; headers without a value stay empty."""


class Contents(NamedTuple):
    """The contents of a standard workbook, from a template's text or a sample's."""

    template: str
    about: str
    """What the template is for, one paragraph."""
    sheets: Mapping[str, tuple[Fields, ...]]
    """Rows by sheet name of the format."""
    ballots: tuple[tuple[str, tuple[Fields, ...]], ...] = ()
    """Scorers and the rows that their sheets already have; empty in a template."""
    signed: Mapping[str, Fields] = MappingProxyType({})
    """Scorer → the texts beside 签字 and 日期 on that scorer's sheet."""
    part: str = ""
    """Which part of a split workbook it is, as in `Filled`."""
