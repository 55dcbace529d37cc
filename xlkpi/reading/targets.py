"""指标性质, 年度指标值 and 实际完成值 as people type them: "≧", "≥50个", "90万元以内", "95%".

The cell of the number may also contain an operator and a unit, which must agree with the cells that
are theirs. Every changed reading is reported, and ambiguity stops.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from xlkpi.domain import numbers
from xlkpi.domain.cells import Derived, Number, State, Table, Text, Value
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.methods import Method
from xlkpi.domain.number_format.suffix import behind
from xlkpi.domain.numbers import plain
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import canonical, folded, is_percent
from xlkpi.domain.text import as_text
from xlkpi.reading import deadlines
from xlkpi.reading.parameters import lacks_percent_sign
from xlkpi.reading.target_spellings import QUANTITATIVE, SIGNS, split_target
from xlkpi.reading.units import is_unit, same_unit
from xlkpi.reading.values import Reader

_NATURES = {**SIGNS, "定性": "定性", "定性指标": "定性"}
_NOTHING = {
    *"-－—–―─/／\\、×", "无", "没有", "暂无", "未填", "不适用", "不考核", "不涉及", "n/a", "na",
}  # fmt: skip
"""What people type where they have no number."""
_ANSWERS = (
    "是", "否", "有", "无", "完成", "已完成", "全部完成", "按时完成", "按期完成", "及时完成", "如期完成", "未完成", "合格",
    "达标", "及时", "按时", "按期", "通过", "优", "良", "优秀", "良好",
)  # fmt: skip
"""Targets that a scorer can judge, and that are no numbers."""
_NUMERALS = "〇零一二三四五六七八九十百千万亿两半几数"
"""What makes a number in words of a text: 八场, 一半."""
_MULTIPLES = ("十", "百", "千", "万", "亿")
_DIGITS = pattern(r"\d+(?:\.\d+)?", re.ASCII)


class IndicatorValues(NamedTuple):
    """The typed cells by which one indicator is measured."""

    nature: Text
    target: Number
    actual: Number
    actual_sign: str
    """The operator typed before 实际完成值: "at least 266" is no number, but may well be enough."""
    in_points: bool
    """Whether the numbers were read in percentage points."""
    dated: bool = False
    """Whether they are dates."""
    units: tuple[str, str] = ("", "")
    """The units typed behind target and actual where 计量单位 is empty, "" where there is none."""


def read_indicator_values(
    reader: Reader, table: Table, row: int, unit: Text, method: Method | None, year: int | None
) -> IndicatorValues:
    """Read the cells of an indicator, as far as its method needs numbers there.

    `year` is 评价年度, of which a date without a year is.
    """
    target, actual = bool(method and method.targeted), bool(method and method.measured)
    nature = _read_nature(reader, table, row, target or actual)
    if not (target or actual):
        nothing: list[Number] = [
            Value(table.place(row, name)) for name in ("年度指标值", "实际完成值")
        ]
        return IndicatorValues(nature, nothing[0], nothing[1], "", False)
    goal, reached = _Cell(table, row, "年度指标值", unit), _Cell(table, row, "实际完成值", unit)
    if method and target:
        other = _read_date_or_answer(reader, goal, reached, nature, unit, method, year)
        if other:
            return other
    shown = goal.percent if target else reached.percent
    rate = bool(method and (method.surveyed or method.budgeted))  # both compare per cents
    points = rate or is_percent(unit.value) or (unit.blank and shown)
    sign = "=" if goal.form.soft and nature.value == "=" else goal.form.sign
    measured = _read_number(reader, goal, unit, points, sign) if target else Value(goal.place)
    nature = _take_sign(reader, nature, goal) if target else nature
    start = len(reader.findings)
    own = _read_number(reader, reached, unit, points) if actual else Value(reached.place)
    if measured.broken:
        _drop_echoes(reader.findings, start, unit.blank)
    elif target and unit.blank and own.good:
        measured, own = _check_units(reader, goal, reached, measured, own, points)
    units = (_typed_unit(goal, measured, unit, points), _typed_unit(reached, own, unit, points))
    return IndicatorValues(
        nature, measured, own, reached.sign if actual else "", points, units=units
    )


def _typed_unit(cell: _Cell, number: Number, unit: Text, points: bool) -> str:
    if not unit.blank or not number.good:
        return ""
    if points and cell.percent:
        return "%"
    return cell.unit or _shown_unit(cell)


def _shown_unit(cell: _Cell) -> str:
    """Return the unit that the format of a number writes behind it, as scored workbooks carry it."""
    suffix = behind(cell.table.grid.formats.get(cell.at, ""))
    return suffix if is_unit(suffix) and not cell.typed else ""


def _read_date_or_answer(
    reader: Reader, goal: _Cell, reached: _Cell, nature: Text, unit: Text, method: Method,
    year: int | None,
) -> IndicatorValues | None:  # fmt: skip
    """Return what comes of a target that is a date or a word; None where it is to be a number."""
    cells = deadlines.DatePair(goal.dated, reached.dated, nature, goal.table)
    unexpected = any(
        deadlines.is_date(c.raw) and c.at not in c.table.dates for c in (goal, reached)
    )
    found = None if unexpected else deadlines.read_dates(reader, cells, method, year)
    if found is None and method.dates and unit.blank and deadlines.are_months(cells):
        why = {"why": deadlines.A_MONTH, "year": year or deadlines.USUAL_YEAR}
        reader.findings.append(finding("X668", goal.place, goal.shown, **why))
        found = deadlines.mark_broken(cells)
    if found is None and _is_answer(goal.typed):
        details = {"method": method.name}
        reader.findings.append(finding("X671", goal.place, goal.typed.strip(), **details))
        found = deadlines.mark_broken(cells)
    return IndicatorValues(*found[:3], "", False, found.dated) if found else None


def _is_answer(typed: str) -> bool:
    """Whether a target is an answer that a scorer can judge, and no number: 是, 明显提升, 全覆盖."""
    plain = canonical(typed)
    if plain in _ANSWERS:
        return True
    counts = any(letter.isdecimal() or letter in _NUMERALS for letter in plain)
    return bool(plain) and not counts and not _is_nothing(typed) and plain not in SIGNS


def _read_nature(reader: Reader, table: Table, row: int, needed: bool) -> Text:
    value = reader.text(table, row, "指标性质")
    if not value.good:
        return value
    typed = value.value or ""
    read = _NATURES.get(canonical(typed)) or _NATURES.get(typed)
    if read is None:
        return value
    if read != typed and needed:
        reader.findings.append(finding("X507", value.place, typed, read=read))
    return value._replace(value=read)


def _take_sign(reader: Reader, nature: Text, goal: _Cell) -> Text:
    """Return 指标性质, with the operator from the target where its own cell has none."""
    form, sign = goal.form, goal.form.sign
    missing = nature.blank and "指标性质" not in goal.table.columns
    if any(form.clash):  # reported at the target
        return nature._replace(state=State.BROKEN, value=None)
    if not sign or missing or nature.broken or form.fits(nature.value or ""):
        return nature
    if nature.blank:
        reader.findings.append(finding("X616", nature.place, goal.typed, read=sign))
        return nature._replace(state=State.GOOD, value=sign)
    typed = nature.value or ""
    fitting = QUANTITATIVE.get(canonical(typed))
    if fitting is not None and (sign in fitting or not fitting):
        taken = finding("X675", nature.place, typed, target=goal.typed, read=sign)
        reader.findings.append(taken)
        return nature._replace(value=sign, typed=None)
    reader.findings.append(finding("X612", goal.place, goal.typed, nature=typed))
    return nature._replace(state=State.BROKEN, value=None)


def _is_nothing(typed: str) -> bool:
    """Whether a text means that there is no number: dashes, a slash, 无."""
    plain = folded(typed)
    return plain in _NOTHING or (bool(plain) and not plain.strip("-—–―─/"))


class _Cell:
    """One cell of a measure: its number and unit without the forms around them."""

    def __init__(self, table: Table, row: int, header: str, unit: Text) -> None:
        self.table, self.row, self.header = table, row, header
        self.place = table.place(row, header)
        self.at = (row, table.columns.get(header, -1))
        column = table.columns.get(header)
        computed = (row, column) in table.derived  # what is cached there counts for nothing
        self.raw = "" if column is None or computed else table.grid.raw(row, column)
        self.typed = self.raw if isinstance(self.raw, str) else ""
        self.shown = as_text(self.raw).strip()
        self.code = table.grid.formats.get(self.at, "")
        self.form = split_target(self.typed)
        self.sign = "" if self.form.soft else self.form.sign
        self.text = self.form.core
        self.read = numbers.from_text(self.text) if self.text else None
        suffix = self.read.suffix if self.read else ""
        self.suffix = "%" if suffix and is_percent(suffix) else suffix
        self.own_unit = bool(unit.value and self.suffix and same_unit(self.suffix, unit.value))
        shown = table.grid.percents | table.grid.percent_signed
        self.percent = self.suffix == "%" or self.at in shown

    @property
    def unit(self) -> str:
        """The unit behind the digits; "" where there is none."""
        fits = self.own_unit or is_unit(self.suffix)
        return self.suffix if fits and self.suffix != "%" else ""

    @property
    def dated(self) -> deadlines.DateCell:
        """The cell as a date would be read; with a number in its unit it is none."""
        numeric = self.own_unit or not isinstance(self.raw, str)
        return deadlines.DateCell(
            self.place, self.raw, self.sign, "" if numeric else self.form.rest,
            deadlines.show_partial_date(self.raw, self.code) or self.shown, self.code,
        )  # fmt: skip


def _read_number(reader: Reader, cell: _Cell, unit: Text, percent: bool, sign: str = "") -> Number:
    """Return the number of a cell; where 计量单位 is empty, any unit may follow the digits.

    `sign` is the operator that the finding about the reading names.
    """
    broken: Number = Value(cell.place, State.BROKEN, typed=cell.raw)
    if _is_nothing(cell.typed):
        reader.findings.append(finding("X608", cell.place, cell.typed.strip()))
        return broken
    if deadlines.is_date(cell.raw) and cell.at in cell.table.dates:
        reader.findings.append(finding("X503", cell.place, cell.shown))
        return broken
    if any(cell.form.clash):
        left, right = cell.form.clash
        reader.findings.append(finding("X669", cell.place, cell.typed, left=left, right=right))
        return broken
    expected = "%" if percent else unit.value or cell.unit
    if cell.unit and not same_unit(cell.unit, expected):
        details = {"unit": cell.unit, "expected": expected}
        reader.findings.append(finding("X512", cell.place, cell.typed, **details))
        return broken
    own = cell.unit or ("" if cell.typed else unit.value)  # a number's format may show its unit
    units = (own,) if own else ()
    mode, start = "points" if percent else "stop", len(reader.findings)
    number = reader.number(
        cell.table, cell.row, cell.header, units, percent=mode, limit=None, text=cell.text
    )
    if sign and number.good:
        _add_sign(reader.findings, start, sign)
    if (
        percent
        and number.value is not None
        and lacks_percent_sign(reader, number, cell.table, cell.header)
    ):
        code = "X664" if isinstance(number.typed, Derived) else "X606"
        reader.findings.append(_ask_if_percent(code, number))
        return Value(number.place, State.BROKEN, typed=number.typed)
    return number


def _add_sign(findings: list[Finding], start: int, sign: str) -> None:
    """Add the operator to the reported reading of a target: "95%以上" is ≥ 95."""
    findings[start:] = [
        finding("X507", each.place, each.found, read=f"{sign} {each.params['read']}")
        if each.code == "X507"
        else each
        for each in findings[start:]
    ]


def _ask_if_percent(code: str, number: Number, **details: object) -> Finding:
    """Ask whether a number is a part of one or a per cent."""
    value = number.value or Decimal(0)
    both = {"small": f"{plain(value)}%", "large": f"{plain(value * 100)}%"}
    return finding(code, number.place, plain(value), **both, **details)


_ECHOES = ("X506", "X606", "X607", "X664")
"""Codes that make no sense for an actual value while the unit of the target is unknown."""


def _drop_echoes(findings: list[Finding], start: int, unit_unknown: bool) -> None:
    """Remove findings about an actual value whose target could not be read.

    One cause, one finding: a good one gets none, and a per cent sign may fit what the target will be.
    """
    silent = ("X507", *(_ECHOES if unit_unknown else ()))
    findings[start:] = [each for each in findings[start:] if each.code not in silent]


_NEAR = 100
"""Times by which two numbers in one unit may differ where a 万 could be missing, which makes 10,000."""


def _check_units(
    reader: Reader, goal: _Cell, reached: _Cell, target: Number, own: Number, points: bool
) -> tuple[Number, Number]:
    """Return target and actual; report where they may be in different units.

    "50个" and 52 are alike, and so are "90万元" and 85; "3万" and 28000 need not be, and "3万元" and
    "28000元" are not. 100 and 0.95 may both be per cents, or not.
    """
    left, right = goal.unit, reached.unit
    if left and right:
        alike = same_unit(left, right)
    else:
        alike = not (left or right).startswith(_MULTIPLES) or _is_near(target, own)
    if not alike:
        details = {"target": goal.shown, "unit": goal.unit or reached.unit}
        reader.findings.append(finding("X607", reached.place, reached.shown, **details))
        return target, Value(own.place, State.BROKEN, typed=own.typed)
    if points or left or right or reader.from_result:
        return target, own
    return _check_hundredfold(reader, target, own)


def _check_hundredfold(reader: Reader, target: Number, own: Number) -> tuple[Number, Number]:
    """Stop where target and actual are without a unit and may be a per cent and a part of one."""
    assert target.value is not None and own.value is not None
    clear = isinstance(own.typed, Derived) and (own.typed.clear or own.typed.percent)
    if clear or not numbers.maybe_hundredfold(target.value, own.value):
        return target, own
    small, large, header = own, target, "年度指标值"
    if abs(target.value) < abs(own.value):
        small, large, header = target, own, "实际完成值"
    why = f"计量单位是空的，{header}是 {plain(large.value or Decimal(0))}"
    also = "，并在“计量单位”填 %；不是百分数的，请在“计量单位”写明单位"
    reader.findings.append(_ask_if_percent("X606", small, why=why, also=also))
    broken: Number = Value(small.place, State.BROKEN, typed=small.typed)
    return (target, broken) if small is own else (broken, own)


def _is_near(target: Number, own: Number) -> bool:
    left, right = (abs(number.value or Decimal(0)) for number in (target, own))
    return left <= right * _NEAR and right <= left * _NEAR
