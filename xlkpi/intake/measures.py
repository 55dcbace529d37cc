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
from xlkpi.layout import canonical
from xlkpi.model import Derived, Number, State, Table, Text, Value
from xlkpi.numbers import plain

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


class Measures(NamedTuple):
    """What one indicator is measured by."""

    nature: Text
    target: Number
    actual: Number
    actual_sign: str
    """The operator typed before 实际完成值: "at least 266" is no number, but may well be enough."""


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
        return Measures(nature, nothing[0], nothing[1], "")
    goal = _Cell(table, row, "年度指标值")
    points = percent or canonical(unit.value or "") == "%" or (unit.blank and goal.percent)
    measured, sign, suffix = _measure(reader, goal, unit, points, target, "")
    nature = _signed(reader, nature, goal, sign)
    own, own_sign, _ = _measure(
        reader, _Cell(table, row, "实际完成值"), unit, points, actual, suffix
    )
    return Measures(nature, measured, own, own_sign)


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


def _signed(reader: Reader, nature: Text, goal: _Cell, sign: str) -> Text:
    """Return 指标性质, taken from the operator before the target where its own cell is empty."""
    missing = nature.blank and "指标性质" not in goal.table.columns
    if not sign or missing or nature.broken or nature.value == sign:
        return nature
    if nature.blank:
        reader.findings.append(finding("X616", nature.place, goal.typed, read=sign))
        return nature._replace(state=State.GOOD, value=sign)
    place = goal.table.place(goal.row, goal.header)
    reader.findings.append(finding("X612", place, goal.typed, nature=nature.value))
    return nature._replace(state=State.BROKEN, value=None)


class _Cell:
    """One cell of a measure: its text without the operator before it."""

    def __init__(self, table: Table, row: int, header: str) -> None:
        self.table, self.row, self.header = table, row, header
        column = table.columns.get(header)
        computed = (row, column) in table.derived  # what is cached there counts for nothing
        held = "" if column is None or computed else table.grid.raw(row, column)
        self.typed = held if isinstance(held, str) else ""
        found = _SIGN.match(self.typed.translate(_WIDE))
        self.sign = _SIGNS[found[1]] if found else ""
        self.text = self.typed[found.end() :] if found else self.typed
        read = numbers.from_text(self.text) if self.text else None
        self.suffix = read.suffix if read else ""
        self.percent = self.suffix == "%" or (row, column) in table.grid.percents


def _measure(
    reader: Reader, cell: _Cell, unit: Text, percent: bool, wanted: bool, other: str
) -> tuple[Number, str, str]:
    """Return the number, the operator before it and the unit behind it.

    Where 计量单位 is empty any unit may stand behind the digits, as long as both cells agree (`other`).
    """
    if not wanted:
        return Value(cell.table.place(cell.row, cell.header)), "", ""
    units = () if percent else (unit.value,) if unit.value else ()
    if not units and not percent and cell.suffix not in ("", "%"):
        units = (other or cell.suffix,)
    mode = "points" if percent else "stop"
    number = reader.number(
        cell.table, cell.row, cell.header, units, "100", mode, limit=None, text=cell.text
    )
    if percent and number.value is not None and bare(number, cell.table, cell.header):
        small, large = f"{plain(number.value)}%", f"{plain(number.value * 100)}%"
        code = "X664" if isinstance(number.typed, Derived) else "X606"
        said = finding(code, number.place, plain(number.value), small=small, large=large)
        reader.findings.append(said)
        number = Value(number.place, State.BROKEN, typed=number.typed)
    return number, cell.sign, cell.suffix
