"""Dates as people write them: 2023年12月底前, 12月31日前, 第三季度末, 2023.12.31.

A month, a quarter or a year is a span of days. What could be two days, or is none, is not guessed.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from typing import NamedTuple

from xlkpi.domain import numbers
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import canonical


class Days(NamedTuple):
    """The days that a text may mean."""

    first: dt.date
    last: dt.date
    until: bool = False
    """Whether the text means "no later than": 12月底前."""


class Unclear(NamedTuple):
    """A text about a date that is no clear one."""

    why: str


EXAMPLES = (
    "2023-12-31", "2023/12/31", "2023.12.31", "2023年12月31日", "2023年12月31日前", "12月31日前", "2023年12月底前",
    "2023-12月底前", "12月底前", "6月底", "2023年底前", "年底前", "年内", "第三季度末前", "二季度", "上半年", "12月前", "2023-02-30", "12/11", "农历十二月底",
)  # fmt: skip
"""For the documentation, which lists what each is read as."""

_LONGEST = 40
_THIS = r"本年度?|当年度?|今年"
_YEAR = rf"(?:(?P<y>\d{{4}})年度?|{_THIS})"
_ENDS = r"(?P<end>底|末|终)?(?P<within>份?内|份|以内|之内)?(?P<before>前|之前|以前|止|为止)?"
_VERB = r"(?:(?:全部|全面|如期|按期)?(?:完成|完工|竣工|办结|交付))?"
_ON = r"(?:于|在|截至|截止到?|至|到)?"


def _pattern(what: str) -> re.Pattern[str]:
    return pattern(rf"{_ON}{what}{_ENDS}{_VERB}\Z", re.ASCII)


_DAYS = (
    _pattern(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]?"),
    _pattern(r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})日?"),
    _pattern(rf"(?:{_THIS})?(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})[日号]"),
)
_MONTHS = (
    _pattern(rf"{_YEAR}?(?P<m>\d{{1,2}})月"),
    _pattern(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})月?"),
)
_QUARTER = _pattern(rf"{_YEAR}?第?(?P<q>[一二三四1234])季度?")
_HALF = _pattern(rf"{_YEAR}?(?P<half>[上下])半年")
_WHOLE = _pattern(rf"(?:{_YEAR}|年)")
_ABOUT = pattern(
    r"农历|阴历|腊月|正月|\d年\d+月|\d月\d|[年月]度?[底末]|季度[底末前内]|半年[底末前内]|月[上中下]旬|\d+[-/.]\d+[-/.]\d+|\d月[之以]?前|\d年[之以]?前",
    re.ASCII,
)


def parse_days(text: str, year: int | None, certain: bool = False) -> Days | Unclear | None:
    """Return the days a text means; None where it is about no date.

    `year` is 评价年度, of which a date without a year is; `certain` where this must be a date, so
    that 12月 are no twelve months, and no number is one.
    """
    if numbers.invisible(text):
        return None
    plain = canonical(text)
    fits = len(plain) <= _LONGEST
    span = _span(plain, year, certain) if fits else None
    if span is None and (certain or (fits and _ABOUT.search(plain))):
        return Unclear("看不出是哪一天")
    return span


def _span(plain: str, year: int | None, certain: bool) -> Days | Unclear | None:
    for form in _DAYS:
        if found := form.match(plain):
            return _day(found, year)
    for form in _MONTHS:
        if found := form.match(plain):
            bare = not any(found[name] for name in ("end", "within", "before"))
            named = "年" in plain or "-" in plain or "/" in plain
            dated = not bare or ((named or certain) and "." not in plain)
            if dated and not _is_amount(found, plain):
                month = int(found["m"])
                return _period(found, year, month, month)
    if found := _QUARTER.match(plain):
        quarter = "一二三四1234".index(found["q"]) % 4
        return _period(found, year, 3 * quarter + 1, 3 * quarter + 3)
    if found := _HALF.match(plain):
        return _period(found, year, *((1, 6) if found["half"] == "上" else (7, 12)))
    found = _WHOLE.match(plain)
    if found and any(found[name] for name in ("end", "within", "before")):
        return _period(found, year, 1, 12)
    return None


def _is_amount(found: re.Match[str], plain: str) -> bool:
    """Whether it is a number with decimals, 3917.9以内, that only looks like a year and a month."""
    a_month = _is_our_time(int(found["y"] or 0)) and 1 <= int(found["m"]) <= 12
    return "." in plain and not (found["end"] or found["before"] or a_month)


def _is_our_time(year: int) -> bool:
    return 1990 <= year <= 2100


def _year(found: re.Match[str], year: int | None) -> int | None:
    own = found.groupdict().get("y")
    return int(own) if own else year


def _day(found: re.Match[str], year: int | None) -> Days | Unclear:
    number = _year(found, year)
    if found["end"] or found["within"]:
        return Unclear("看不出是哪一天")
    if number is None:
        return Unclear("没有写年份")
    try:
        day = dt.date(number, int(found["m"]), int(found["d"]))
    except ValueError:
        return Unclear("不是日历上有的一天")
    return _within(Days(day, day, bool(found["before"])))


def _period(found: re.Match[str], year: int | None, first: int, last: int) -> Days | Unclear:
    number = _year(found, year)
    if number is None:
        return Unclear("没有写年份")
    if found["before"] in ("前", "之前", "以前") and not (found["end"] or found["within"]):
        return Unclear("看不出到这一段的开头为止，还是到它的末尾为止")
    if not 1 <= first <= 12 or not number:
        return Unclear("不是日历上有的月份")
    end = dt.date(number, last, monthrange(number, last)[1])
    return _within(Days(dt.date(number, first, 1), end, bool(found["before"])))


def _within(span: Days) -> Days | Unclear:
    """Return a span of our times; another year is a slip of the hand."""
    return span if _is_our_time(span.first.year) else Unclear("年份不对")
