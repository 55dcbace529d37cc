"""A formula over names: {得分}, {分值}. The rule carries it, the writer turns names into addresses.

Only functions that Excel 2010, WPS and LibreOffice share, and compute alike, may be in a
workbook; `at` is the one gate that every formula of ours passes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

ALLOWED = frozenset([
    "SUM", "SUMPRODUCT", "SUMIFS", "COUNT", "COUNTA", "COUNTIF", "AVERAGE", "MEDIAN", "DEVSQ",
    "MAX", "MIN", "LARGE", "SMALL", "ROUND", "INT", "ABS", "IF", "IFERROR", "AND", "OR", "NOT",
    "INDEX", "MATCH", "LEN", "TEXT", "HYPERLINK", "ISNUMBER", "N", "LEFT", "RIGHT", "MID", "FIND",
    "SUBSTITUTE", "ISERROR", "ISLOGICAL", "CELL",
])  # fmt: skip
"""Functions that the three programs share and compute alike."""

_NAME = re.compile(r"\{([^{}]+)\}")
_CALL = re.compile(r"([A-Za-z_.][A-Za-z0-9_.]*)\(")
_TEXT = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'')


@lru_cache(maxsize=1 << 14)
def checked(text: str) -> str:
    """Return the formula; ValueError where it calls what the three programs do not share."""
    if ALLOWED.issuperset(_CALL.findall(text)):  # nearly always, texts inside it and all
        return text
    strange = {name.upper() for name in _CALL.findall(_TEXT.sub("", text))} - ALLOWED
    if strange:
        raise ValueError(f"functions not on the allow-list: {sorted(strange)} in {text}")
    return text


class Formula(NamedTuple):
    """An Excel formula, without its equals sign, whose inputs are named in braces."""

    text: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names that `at` must be given, in order of first use."""
        return tuple(dict.fromkeys(_NAME.findall(self.text)))

    def at(self, addresses: Mapping[str, str]) -> str:
        """Return the formula with addresses for names; KeyError for a name without one."""
        return "=" + _NAME.sub(lambda found: addresses[found[1]], self.text)

    @property
    def words(self) -> str:
        """The formula as people read it, names without braces."""
        return _NAME.sub(r"\1", self.text)
