"""What stands in 指标性质, 年度指标值 and 实际完成值 as people type it: "≧", "≥50个", "≤90万元", "95%".

An operator and a unit may stand in the cell of the number; what they say must agree with the cells
that are theirs. Every changed reading is told, and ambiguity stops.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from xlkpi import numbers
from xlkpi.findings import finding
from xlkpi.intake.cells import Reader
from xlkpi.intake.settings import bare
from xlkpi.layout import canonical, folded, is_percent
from xlkpi.model import Derived, Number, State, Table, Text, Value
from xlkpi.numbers import plain
from xlkpi.texts import as_text

OPERATORS = {
    "≥": "≥", "≧": "≥", ">=": "≥", "=>": "≥", "大于等于": "≥", "大于或等于": "≥", "不低于": "≥", "不少于": "≥",
    "≤": "≤", "≦": "≤", "<=": "≤", "=<": "≤", "小于等于": "≤", "小于或等于": "≤", "不高于": "≤", "不超过": "≤",
    ">": ">", "大于": ">", "<": "<", "小于": "<", "=": "=", "═": "=", "﹦": "=", "等于": "=", "定性": "定性",
}  # fmt: skip
_SIGNS = {sign: read for sign, read in OPERATORS.items() if read != "定性"}
_SIGN = re.compile(
    r"\s*("
    + "|".join(sorted((re.escape(sign) for sign in _SIGNS), key=len, reverse=True))
    + r")\s*"
)
_WIDE = str.maketrans("＞＜＝", "><=")
_NOTHING = {
    *"-－—–―─/／\\、×",
    "无",
    "没有",
    "暂无",
    "未填",
    "不适用",
    "不考核",
    "不涉及",
    "n/a",
    "na",
}
"""What people type where they have no number."""
_LETTER = r"(?:[^\W\d_]|[㎡㎥℃°‰])"
_UNIT = re.compile(rf"{_LETTER}+(?:/{_LETTER}+)*\Z")
_VAGUE = re.compile("以上|以下|以内|以外|左右|上下|多|余|约|近|半|成|折|至|到|不足|未")
"""What behind a number makes it no number: "50个以上"."""
_MULTIPLES = ("十", "百", "千", "万", "亿")
_DIGITS = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


class Measures(NamedTuple):
    """What one indicator is measured by."""

    nature: Text
    target: Number
    actual: Number
    actual_sign: str
    """The operator typed before 实际完成值: "at least 266" is no number, but may well be enough."""
    in_points: bool
    """Whether the numbers were read in percentage points."""


def measures(
    reader: Reader, table: Table, row: int, unit: Text, *, target: bool, actual: bool, percent: bool
) -> Measures:
    """Read the cells of an indicator of which a method needs the target, the actual value, or both.

    `percent`: values are in percentage points whatever the unit says.
    """
    needed = target or actual
    nature = _nature(reader, table, row, needed)
    if not needed:
        nothing = [Value[Decimal](table.place(row, name)) for name in ("年度指标值", "实际完成值")]
        return Measures(nature, nothing[0], nothing[1], "", False)
    goal, reached = _Cell(table, row, "年度指标值"), _Cell(table, row, "实际完成值")
    shown = goal.percent if target else reached.percent
    points = percent or is_percent(unit.value) or (unit.blank and shown)
    measured = _measure(reader, goal, unit, points) if target else Value(goal.place)
    nature = _signed(reader, nature, goal) if target else nature
    own = _measure(reader, reached, unit, points) if actual else Value(reached.place)
    if target and unit.blank and measured.good and own.good:
        own = _alike(reader, goal, reached, measured, own)
    return Measures(nature, measured, own, reached.sign if actual else "", points)


def _nature(reader: Reader, table: Table, row: int, needed: bool) -> Text:
    value = reader.text(table, row, "指标性质")
    if not value.good:
        return value
    typed = value.value or ""
    read = OPERATORS.get(canonical(typed)) or OPERATORS.get(typed)
    if read is None:
        return value
    if read != typed and needed:
        reader.findings.append(finding("X507", value.place, typed, read=read))
    return value._replace(value=read)


def _signed(reader: Reader, nature: Text, goal: _Cell) -> Text:
    """Return 指标性质, taken from the operator before the target where its own cell is empty."""
    sign = goal.sign
    missing = nature.blank and "指标性质" not in goal.table.columns
    if not sign or missing or nature.broken or nature.value == sign:
        return nature
    if nature.blank:
        reader.findings.append(finding("X616", nature.place, goal.typed, read=sign))
        return nature._replace(state=State.GOOD, value=sign)
    reader.findings.append(finding("X612", goal.place, goal.typed, nature=nature.value))
    return nature._replace(state=State.BROKEN, value=None)


def _is_nothing(typed: str) -> bool:
    """Whether a text says that there is no number: dashes, a slash, 无."""
    plain = folded(typed)
    return plain in _NOTHING or (bool(plain) and not plain.strip("-—–―─/"))


class _Cell:
    """One cell of a measure: its text without the operator before it."""

    def __init__(self, table: Table, row: int, header: str) -> None:
        self.table, self.row, self.header = table, row, header
        self.place = table.place(row, header)
        column = table.columns.get(header)
        computed = (row, column) in table.derived  # what is cached there counts for nothing
        held = "" if column is None or computed else table.grid.raw(row, column)
        self.typed = held if isinstance(held, str) else ""
        self.shown = as_text(held).strip()
        found = _SIGN.match(self.typed.translate(_WIDE))
        self.sign = _SIGNS[found[1]] if found else ""
        self.text = self.typed[found.end() :] if found else self.typed
        read = numbers.from_text(self.text) if self.text else None
        self.suffix = read.suffix if read else ""
        at = (row, column)
        self.percent = self.suffix == "%" or at in table.grid.percents or at in table.grid.signed

    @property
    def unit(self) -> str:
        """The unit behind the digits; "" where what stands there is none."""
        fits = _UNIT.match(self.suffix) and not _VAGUE.search(self.suffix)
        return self.suffix if fits and self.suffix != "%" else ""

    @property
    def example(self) -> str:
        """What to propose where the text is no number: the only one in it, if there is one."""
        found = _DIGITS.findall(canonical(self.typed))
        return found[0] if len(found) == 1 else "100"


def _measure(reader: Reader, cell: _Cell, unit: Text, percent: bool) -> Number:
    """Return the number of a cell; where 计量单位 is empty, any unit may stand behind the digits."""
    if _is_nothing(cell.typed):
        reader.findings.append(finding("X608", cell.place, cell.typed.strip()))
        return Value(cell.place, State.BROKEN, typed=cell.typed)
    expected = "%" if percent else unit.value or cell.unit
    if cell.unit and folded(cell.unit) != folded(expected):
        said = {"unit": cell.unit, "expected": expected}
        reader.findings.append(finding("X512", cell.place, cell.typed, **said))
        return Value(cell.place, State.BROKEN, typed=cell.typed)
    units = (cell.unit,) if cell.unit else ()
    mode = "points" if percent else "stop"
    number = reader.number(
        cell.table, cell.row, cell.header, units, cell.example, mode, limit=None, text=cell.text
    )
    if percent and number.value is not None and bare(reader, number, cell.table, cell.header):
        small, large = f"{plain(number.value)}%", f"{plain(number.value * 100)}%"
        code = "X664" if isinstance(number.typed, Derived) else "X606"
        told = finding(code, number.place, plain(number.value), small=small, large=large)
        reader.findings.append(told)
        return Value(number.place, State.BROKEN, typed=number.typed)
    return number


_NEAR = 100
"""Times by which two numbers in one unit may differ where a 万 could be missing, which makes 10,000."""


def _alike(reader: Reader, goal: _Cell, reached: _Cell, target: Number, own: Number) -> Number:
    """Return the actual value where nothing says that its unit is another than the target's.

    "50个" and 52 are alike, and so are "90万元" and 85; "3万" and 28000 need not be, and "3万元" and
    "28000元" are not.
    """
    left, right = canonical(goal.unit), canonical(reached.unit)
    alone = not left or not right
    if left == right or (
        alone and (not (left or right).startswith(_MULTIPLES) or _near(target, own))
    ):
        return own
    said = {"target": goal.shown, "unit": goal.unit or reached.unit}
    reader.findings.append(finding("X607", reached.place, reached.shown, **said))
    return Value(own.place, State.BROKEN, typed=own.typed)


def _near(target: Number, own: Number) -> bool:
    left, right = (abs(number.value or Decimal(0)) for number in (target, own))
    return left <= right * _NEAR and right <= left * _NEAR
