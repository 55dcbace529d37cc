"""What a number format makes of a text: most show it as it is, a fourth section may not."""

from __future__ import annotations

import re

from xlkpi.domain.patterns import pattern

_SIGN = pattern(r'"([^"]*)"?|[\\!](.)|[_*].|\[[^\]]*\]|(;)|(@)|(.)', re.DOTALL)


def split_sections(code: str) -> list[str]:
    """Return the sections of a format; a semicolon in quotes divides nothing."""
    ends = [sign.start() for sign in _SIGN.finditer(code) if sign[3]]
    starts = [0, *(end + 1 for end in ends)]
    return [code[start:end] for start, end in zip(starts, [*ends, len(code)], strict=True)]


def is_percent(section: str) -> bool:
    """Whether a section multiplies by a hundred: a sign in quotes or escaped is only text."""
    return any(sign[5] == "%" for sign in _SIGN.finditer(section))


def date_letters(code: str) -> str:
    """Return the letters of a format for parts of a number or a date, in lower case."""
    return "".join(sign[5] for sign in _SIGN.finditer(split_sections(code)[0]) if sign[5]).lower()


def hides_day(code: str) -> bool:
    """Whether a format shows a date without the day of its month: yyyy年m月, mmm-yy, dddd."""
    if "0" in code or "#" in code or not code:
        return False
    parts = date_letters(code)
    if "general" in parts:
        return False
    dated = bool(set(parts) & set("yme")) or "dd" in parts
    days = re.sub("d{3,}", "", parts)
    return dated and "d" not in days and not set(parts) & set("hs?")


def is_mixed(code: str) -> bool:
    """Whether some sections for numbers are per cent and some are not."""
    return "%" in code and len({is_percent(each) for each in split_sections(code)[:3]}) > 1


def writes_percent(code: str) -> bool:
    """Whether a section for numbers has a sign for per cent that is only text."""
    if "%" not in code and "％" not in code:
        return False
    return any("%" in text or "％" in text for text in map(_words, split_sections(code)[:3]))


def _words(section: str) -> str:
    signs = _SIGN.finditer(section)
    return "".join(
        sign[1] or sign[2] or (sign[5] if sign[5] == "％" else "") or "" for sign in signs
    )


def shown_text(code: str, text: str) -> str:
    """Return how a format shows a text."""
    parts = split_sections(code)
    section = parts[3] if len(parts) > 3 else parts[-1]
    signs = list(_SIGN.finditer(section))
    if len(parts) < 4 and not any(sign[4] for sign in signs):
        return text
    return "".join(text if sign[4] else sign[1] or sign[2] or sign[5] or "" for sign in signs)


def alters_texts(code: str) -> bool:
    """Whether a format shows a text as another one; spaces around it are no change."""
    return shown_text(code, "x").strip() != "x"
