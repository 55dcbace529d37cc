"""A target that is a date, and the day on which it was done, as numbers that can be compared.

Done on the day or before it is in time: 前 behind a day or the end of a month includes that day, as
offices mean it. The numbers are a spreadsheet's own serial numbers of days, so that its formulas work.
"""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from xlkpi.domain import methods
from xlkpi.domain.assessed_year import read_year
from xlkpi.domain.cells import Number, State, Table, Text, Value
from xlkpi.domain.findings import finding
from xlkpi.domain.location import CellRef
from xlkpi.domain.methods import Method
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import ACTUAL, TARGET, TIER3, canonical
from xlkpi.domain.text import as_text, serial
from xlkpi.reading.dates import Days, Unclear, parse_days
from xlkpi.reading.target_spellings import QUANTITATIVE
from xlkpi.reading.values import Reader
from xlkpi.reading.xlsx import date_letters, hides_day

_FITTING = ("≤", "<", "=", "定性")
"""指标性质 that a date may have; of = and 定性 nothing else than ≤ can be meant."""


class DateCell(NamedTuple):
    """A cell as a date would be read."""

    place: CellRef
    raw: object
    sign: str
    """The operator before the date."""
    text: str
    """The text behind the operator; "" where the cell contains a number."""
    shown: str
    code: str = ""
    """The number format, where it may show a date without its day."""


class DatePair(NamedTuple):
    """The cells that are compared."""

    target: DateCell
    actual: DateCell
    nature: Text
    table: Table


class DateReading(NamedTuple):
    """What was read."""

    nature: Text
    target: Number
    actual: Number
    dated: bool = False


def mark_date_cells(found: dict[str, Table]) -> dict[str, Table]:
    """Return the tables; 三级指标 knows the cells that may contain a date: those its methods measure."""
    table = found.get(TIER3.name)
    if table is None:
        return found
    column, dates = table.columns.get("评分方式", -1), set()
    for row in table.rows:
        way = methods.BY_NAME.get(methods.standard_name(as_text(table.grid.raw(row, column))))
        needed = ((TARGET, way and way.targeted), (ACTUAL, way and way.measured))
        dates |= {(row, table.columns.get(each.header, -1)) for each, asked in needed if asked}
    return {**found, TIER3.name: table._replace(dates=frozenset(dates))}


USUAL_YEAR = 2023
"""The year of an example, where the workbook has none."""


def year_of(raw: Text | None) -> int | None:
    """Return 评价年度 as a number; None where it is none, which is reported elsewhere."""
    year = read_year(raw.value or "") if raw else ""
    return int(year) if year else None


def is_date(raw: object) -> bool:
    """Whether a cell contains a date of the spreadsheet's own."""
    return isinstance(raw, dt.date | dt.time | dt.timedelta)


def mark_broken(pair: DatePair) -> DateReading:
    """Return both cells as broken: the finding at the target is enough, one cause gets one finding."""
    target, actual = pair.target, pair.actual
    done: Number = Value(actual.place)
    if actual.shown:
        done = Value(actual.place, State.BROKEN, typed=actual.raw)
    nature = Value[str](pair.nature.place, State.BROKEN, typed=pair.nature.typed)
    return DateReading(nature, Value(target.place, State.BROKEN, typed=target.raw), done)


def read_dates(
    reader: Reader, pair: DatePair, method: Method, year: int | None
) -> DateReading | None:
    """Read a target that is a date, and the date next to it; None where the target is none."""
    wanted = _parse_cell(pair.target, year)
    if wanted is None:
        return _without_target(reader, pair, method, year)
    if not method.dates:
        details = {"method": method.name}
        reader.findings.append(finding("X670", pair.target.place, pair.target.shown, **details))
        return mark_broken(pair)
    if isinstance(wanted, Unclear):
        _report_unclear(reader, pair.target, wanted, year)
        return mark_broken(pair)
    nature = _read_direction(reader, pair)
    if nature.broken:
        return mark_broken(pair)
    day = wanted.last
    target = _read_day(reader, pair.target, day, f"{nature.value or '≤'} ")
    _report_other_year(reader, target, day, year)
    return DateReading(
        nature, target, _read_done(reader, pair.actual, day, nature.value == "<", year), True
    )


A_MONTH = "像是年和月，又像是小数：2023.10 比 2023.9 小"
_MONTH = pattern(r"(?:19|20)\d\d(?:\.(?:0?[1-9]|1[0-2]))?\Z")


def are_months(pair: DatePair) -> bool:
    """Whether two numbers are most likely years and months: 2023.1 is what Excel makes of 2023.10."""
    texts = (str(pair.target.shown), str(pair.actual.shown))
    months = all(_MONTH.match(canonical(text).lstrip("≤<=")) for text in texts)
    return months and any("." in text for text in texts)


def show_partial_date(raw: object, code: str) -> str:
    """Return a date as far as its format shows it, "" where that is the day."""
    if not isinstance(raw, dt.date) or not hides_day(code):
        return ""
    month = "m" in date_letters(code)
    return f"{raw.year}年{raw.month}月" if month else f"{raw.year}年"


def _parse_cell(cell: DateCell, year: int | None, certain: bool = False) -> Days | Unclear | None:
    if isinstance(cell.raw, dt.date):
        day = cell.raw.date() if isinstance(cell.raw, dt.datetime) else cell.raw
        return _shown_days(day, cell.code)
    if is_date(cell.raw):
        return Unclear("只有时间，没有日期")
    return parse_days(cell.text, year, certain) if cell.text else None


def _shown_days(day: dt.date, code: str) -> Days | Unclear:
    """Return the days that a reader may take a date for: all of a month, where that is all that is shown."""
    if not hides_day(code):
        return Days(day, day)
    parts = date_letters(code)
    if "m" in parts:
        last = calendar.monthrange(day.year, day.month)[1]
        return Days(day.replace(day=1), day.replace(day=last))
    if "y" in parts or "e" in parts:
        return Days(dt.date(day.year, 1, 1), dt.date(day.year, 12, 31))
    return Unclear("只显示了星期，看不出是哪一天")


def _without_target(
    reader: Reader, pair: DatePair, method: Method, year: int | None
) -> DateReading | None:
    """Stop where the actual value is a date and the target a bare number: 45291 may be a date as well."""
    done = _parse_cell(pair.actual, year)
    known = isinstance(done, Days) and (is_date(pair.actual.raw) or done.first == done.last)
    if not method.dates or not known:
        return None
    if not pair.target.shown:  # reported as missing elsewhere
        return mark_broken(pair)._replace(target=Value(pair.target.place))
    _report_mixed(reader, pair.target, "实际完成值", pair.actual.shown, year)
    return mark_broken(pair)


def _report_mixed(reader: Reader, cell: DateCell, header: str, date: str, year: int | None) -> None:
    details = {"header": header, "date": date, "year": year or USUAL_YEAR}
    reader.findings.append(finding("X672", cell.place, cell.shown, **details))


def _report_unclear(reader: Reader, cell: DateCell, why: Unclear, year: int | None) -> None:
    if why.why == "没有写年份" and year is None:
        return  # 评价年度 is missing, and reported
    details = {"why": why.why, "year": year or USUAL_YEAR}
    reader.findings.append(finding("X668", cell.place, cell.shown, **details))


def _read_direction(reader: Reader, pair: DatePair) -> Text:
    """Return ≤ or <; broken where 指标性质 names another direction."""
    nature, sign = pair.nature, pair.target.sign
    if nature.broken or (nature.blank and "指标性质" not in pair.table.columns):
        return nature
    typed = nature.value or ""
    other = QUANTITATIVE.get(canonical(typed))
    fits = typed in _FITTING or nature.blank or other == () or bool(other and "≤" in other)
    read = typed if typed in ("≤", "<") else sign if sign in ("≤", "<") else "≤"
    if not fits or (sign and sign not in (read, "=")):
        details = {"nature": typed or sign}
        reader.findings.append(finding("X677", pair.target.place, pair.target.shown, **details))
        return nature._replace(state=State.BROKEN, value=None)
    if typed == read:
        return nature
    if nature.blank:
        reader.findings.append(finding("X616", nature.place, pair.target.shown, read=read))
    else:
        reader.findings.append(finding("X507", nature.place, typed, read=read))
    return nature._replace(state=State.GOOD, value=read, typed=None)


def _read_day(reader: Reader, cell: DateCell, day: dt.date, sign: str = "") -> Number:
    """Return a day as its serial number; report a changed reading."""
    value = Decimal(serial(day))
    reader.readings[cell.place] = value
    read = f"{sign}{day.isoformat()}"
    if cell.shown != read:
        reader.findings.append(finding("X507", cell.place, cell.shown, read=read))
    return Value(cell.place, State.GOOD, value, cell.raw)


def _report_other_year(reader: Reader, number: Number, day: dt.date, year: int | None) -> None:
    """Report a day of another year: the spreadsheet may have added that year by itself."""
    if year is not None and day.year != year:
        reader.findings.append(finding("X676", number.place, day.isoformat(), year=year))


def _read_done(
    reader: Reader, cell: DateCell, wanted: dt.date, strict: bool, year: int | None
) -> Number:
    """Return the day on which it was done; of a month the last, where it makes no difference which."""
    broken: Number = Value(cell.place, State.BROKEN, typed=cell.raw)
    if not cell.shown:
        return Value(cell.place)
    span = _parse_cell(cell, year, certain=True)
    if wanted.year != year and isinstance(cell.raw, str) and _lacks_year(cell):
        span = Unclear(f"没有写年份，而年度指标值是 {wanted.year} 年的")
    if span is None:
        _report_mixed(reader, cell, "年度指标值", wanted.isoformat(), year)
        return broken
    if isinstance(span, Unclear):
        _report_unclear(reader, cell, span, year)
        return broken
    if len(_in_time(cell.sign, span, wanted, strict)) > 1:
        details = {"date": wanted.isoformat(), "year": wanted.year}
        reader.findings.append(finding("X673", cell.place, cell.shown, **details))
        return broken
    number = _read_day(reader, cell, span.last)
    if is_date(cell.raw):
        _report_other_year(reader, number, span.last, year)
    return number


def _lacks_year(cell: DateCell) -> bool:
    """Whether a date was typed without its year, which is then 评价年度."""
    return isinstance(parse_days(cell.text, None, certain=True), Unclear) and isinstance(
        parse_days(cell.text, 2024, certain=True), Days
    )


def _in_time(sign: str, span: Days, wanted: dt.date, strict: bool) -> set[bool]:
    """Return whether it was done in time, once for each answer that is possible."""
    first, last = span.first, span.last
    if span.until or sign in ("≤", "<"):
        first = dt.date.min
    if sign in ("≥", ">"):
        last = dt.date.max
    return {day < wanted if strict else day <= wanted for day in (first, last)}
