"""Formats that leave a number as it is and write a unit behind it: General"个" shows 52 as 52个."""

from __future__ import annotations

import re

from xlkpi.domain.patterns import pattern

_BEHIND = pattern(r'General((?:"[^"]*"|\\.)+)', re.IGNORECASE)
_LETTERS = pattern(r'"([^"]*)"|\\(.)')  # LibreOffice escapes a letter by itself
_LONGEST = 20


def behind(code: str) -> str:
    """Return what a format writes behind a number that it leaves as it is; "" for any other."""
    found = _BEHIND.fullmatch(code)
    unit = "".join(
        quoted or escaped for quoted, escaped in _LETTERS.findall(found[1] if found else "")
    )
    return unit if len(unit) <= _LONGEST else ""


def with_unit(unit: str) -> str:
    """Return the format; General, for 0.# would leave a point behind a whole number."""
    return f'General"{unit}"' if unit and behind(f'General"{unit}"') == unit else ""
