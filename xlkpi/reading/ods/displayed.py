"""The text that an .ods shows in a number's cell, compared with the number.

The file has both, so no format needs to be understood: a format is made up that shows the number in
the way in which it is shown, and where that one shows something else, so does the cell.
"""

from __future__ import annotations

import re

from xlkpi.domain import number_format
from xlkpi.reading.xlsx import writes_percent

_NUMBER = re.compile(
    r"(?P<sign>[-−+]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?P<decimals>\.\d+)?(?P<power>E[+-]\d+)?(?P<percent>%?)",
    re.ASCII | re.IGNORECASE,
)  # fmt: skip
_FRACTION = re.compile(r"(?:\d+ +)?(?P<top>\d+)/(?P<bottom>\d+)", re.ASCII)
_NUMERALS = ("[DBNum1]General", "[DBNum2]General", "[DBNum1]0", "[DBNum2]0", "[DBNum3]0")


def disguise(shown: str, value: float) -> str | None:
    """Return a format that shows what is shown; None where the number is plainly read in it.

    One with a sign for per cent that does not multiply is returned as well: it is for others to judge.
    """
    text = shown.strip().replace("％", "%")
    if text == f"{value:.15g}":
        return None
    for code in _codes(text, value):
        if _fits(code, text, value):
            return code if writes_percent(code) else None
    sign = "0;" if value < 0 else ""  # else a minus would be put before it
    return f"{sign}{_literal(text)}" if text else ";;;"


def disguise_date(shown: str, value: str) -> str | None:
    """Return a format that shows as little of a date as is shown; None where its day can be seen.

    `value` is as the file writes it, 2023-12-01 or with a time behind.
    """
    parts = re.match(r"(\d{4})-(\d\d)-(\d\d)", value)
    if parts is None or not shown.strip() or any(sign in shown for sign in "日号"):
        return None
    year, month, day = (int(part) for part in parts.groups())
    rest = [int(digits) for digits in re.findall(r"\d+", shown)]
    dated = year in rest or rest == [year % 100]  # Dec-23
    if dated:
        rest.remove(year if year in rest else year % 100)
    named = month in rest or re.search(r"[A-Za-z]{3}", shown) is not None
    if month in rest:
        rest.remove(month)
    if day in rest:
        return None
    return 'yyyy"年"m"月"' if named else "yyyy" if dated else "dddd"


def _fits(code: str, text: str, value: float) -> bool:
    """Whether the number under a format is shown so, and read as it is."""
    made = number_format.display(code, value)
    return (
        made is not None
        and " ".join(made.split()) == " ".join(text.split())
        and number_format.misleads(code, value) is None
    )


def _codes(text: str, value: float) -> list[str]:
    """Return formats that might show the number so."""
    if found := _FRACTION.search(text):
        digits = "?" * len(found["bottom"])
        return [f"# {digits}/{digits}", f"{digits}/{digits}"]
    found = _NUMBER.search(text)
    if found is None:
        return [*_NUMERALS, *(f"{'0;' * at}{_literal(text)}" for at in (1, 2))] if text else []
    before, after = text[: found.start()], text[found.end() :]
    digits = "#,##0" if "," in found["whole"] else "0" * len(found["whole"])
    places = "." + "0" * (len(found["decimals"]) - 1) if found["decimals"] else ""
    power = (
        f"{found['power'][:2].upper()}{'0' * (len(found['power']) - 2)}" if found["power"] else ""
    )
    section = f"{_literal(before + found['sign'])}{digits}{places}{power}{found['percent']}{_literal(after)}"
    quoted = (
        f"{_literal(before + found['sign'])}{digits}{places}{_literal(found['percent'] + after)}"
    )
    # The section for what is below zero, where the sign is the format's own, or that for zero.
    at = (1,) if value < 0 else (0,) if value else (0, 2)
    return [f"{'0;' * n}{each}" for each in dict.fromkeys((section, quoted)) for n in at]


def _literal(text: str) -> str:
    return "".join(f"\\{sign}" for sign in text)
