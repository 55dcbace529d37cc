"""What a new workbook is made of: rows of texts and numbers, sheet by sheet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

Fields = Mapping[str, "str | Decimal"]
"""One row to be written: header → what stands there; what is not named stays empty."""


class Contents(NamedTuple):
    """What a standard workbook is made of: a template's text, or a sample's."""

    template: str
    about: str
    """What the template is for, one paragraph."""
    sheets: Mapping[str, tuple[Fields, ...]]
    """Rows by sheet name of the format."""
    ballots: tuple[tuple[str, tuple[Fields, ...]], ...] = ()
    """Scorers and the rows that their sheets already have; empty in a template."""
    signed: Mapping[str, Fields] = MappingProxyType({})
    """Scorers and what stands beside 签字 and 日期 on their sheets."""
    part: str = ""
    """Which part of a split workbook it is, as in `Filled`."""
