"""Formats that leave a number as it is and write a unit behind it: General"个" shows 52 as 52个."""

from __future__ import annotations

import re

_BEHIND = re.compile(r'General"([^"]{1,20})"', re.IGNORECASE)


def behind(code: str) -> str:
    """Return what a format writes behind a number that it leaves as it is; "" for any other."""
    found = _BEHIND.fullmatch(code)
    return found[1] if found else ""


def with_unit(unit: str) -> str:
    """Return the format; General, for 0.# would leave a point behind a whole number."""
    return f'General"{unit}"' if behind(f'General"{unit}"') else ""
