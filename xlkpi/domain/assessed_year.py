"""评价年度 as people write it: 2023年度, ２０２３年, 2023.0, 二〇二三年."""

from __future__ import annotations

import re

from xlkpi.domain.schema import canonical

_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0+)?(?:年度|年)?", re.ASCII)


def read_year(typed: str) -> str:
    """Return the four digits of a year, "" where it is not certain which year is meant."""
    found = _YEAR.fullmatch(canonical(typed).translate(_DIGITS))
    return found[1] if found else ""
