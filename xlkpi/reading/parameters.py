"""参数: the settings of a workbook, each a word from a list or a number within limits."""

from __future__ import annotations

from decimal import Decimal

from xlkpi.domain import schema
from xlkpi.domain.cells import Derived, Number, State, Table, Text, Value
from xlkpi.domain.findings import finding
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import plain
from xlkpi.domain.parameters import Parameters
from xlkpi.domain.schema import Parameter, canonical, folded
from xlkpi.reading import displayed
from xlkpi.reading.values import Reader


def read_parameters(reader: Reader, table: Table | None) -> Parameters:
    """Return the settings in force: the sheet's, else the defaults; report what cannot be."""
    values: dict[str, Text] = {
        each.name: Value(CellRef(""), State.GOOD, each.default) for each in schema.PARAMETER_LIST
    }
    seen: dict[str, CellRef] = {}
    for row in table.rows if table else ():
        assert table is not None
        name = reader.text(table, row, "参数")
        known = schema.PARAMETER_BY_NAME.get(canonical(name.value or ""))
        if name.blank:
            setting = reader.text(table, row, "值")
            reader.findings.append(finding("X709", setting.place, "（空）"))
        if not name.good:
            continue
        if known is None:
            reader.findings.append(finding("X709", name.place, name.value or ""))
        elif known.name in seen:
            other = seen[known.name].cell
            reader.findings.append(finding("X711", name.place, known.name, other=other))
        else:
            seen[known.name] = name.place
            values[known.name] = _read_setting(reader, table, row, known) or values[known.name]
    for known in schema.PARAMETER_LIST if table else ():
        if known.decides and known.name not in seen:
            assert table is not None
            details = {"name": known.name, "default": known.default}
            reader.findings.append(finding("X716", table.head("参数"), **details))
    amounts = {
        each.name: Decimal((values[each.name].value or each.default).rstrip("%"))
        for each in schema.PARAMETER_LIST
        if not each.choices
    }
    return Parameters(values, amounts)


def _read_setting(reader: Reader, table: Table, row: int, known: Parameter) -> Text | None:
    """Return what a row sets; None where it is empty, or impossible and reported."""
    setting = reader.text(table, row, "值")
    if setting.blank:
        details = {"name": known.name, "default": known.default}
        reader.findings.append(finding("X714", setting.place, **details))
    if not setting.good:
        return None
    return (_read_choice if known.choices else _read_amount)(reader, table, row, known, setting)


def _read_choice(
    reader: Reader, table: Table, row: int, known: Parameter, setting: Text
) -> Text | None:
    for choice in known.choices:
        if canonical(choice) == canonical(setting.value or ""):
            return setting._replace(value=choice)
    _refuse(reader, setting, known, "、".join(known.choices))
    return None


_KEPT = displayed.STOPPING_CODES | {"X522"}
"""Codes that describe the cell better than X710, “not a possible value”."""


def _read_amount(
    reader: Reader, table: Table, row: int, known: Parameter, setting: Text
) -> Text | None:
    start = len(reader.findings)
    number = reader.number(table, row, "值", percent="points" if known.percent else "stop")
    value = number.value
    if any(each.code in _KEPT for each in reader.findings[start:]):
        return None
    if known.percent or value is None:  # 80% is how it is written; a wrong one is reported below
        del reader.findings[start:]
        reader.readings.pop(setting.place, None)
    unit = "%" if known.percent else ""
    if (
        value is None
        or not _fits(known, value)
        or (known.percent and lacks_percent_sign(reader, number, table, "值"))
    ):
        _refuse(reader, setting, known, f"{known.low}{unit} 到 {known.high}{unit} 之间的数")
        return None
    return setting._replace(value=plain(value) + unit)


def _refuse(reader: Reader, setting: Text, known: Parameter, choices: str) -> None:
    found = setting.value or ""
    reader.findings.append(finding("X710", setting.place, found, name=known.name, choices=choices))


def _fits(known: Parameter, value: Decimal) -> bool:
    whole = known.percent or value == value.to_integral_value()
    return whole and known.low <= value <= known.high


def lacks_percent_sign(reader: Reader, number: Number, table: Table, header: str) -> bool:
    """Whether 0 < |x| ≤ 1 was typed without a per cent sign: 0.8 % or 80 %?"""
    if reader.from_result:
        return False
    value = number.value
    found = number.typed
    if isinstance(found, Derived) and (found.clear or found.percent):
        return False
    if value is None or not 0 < abs(value) <= 1:
        return bool(value) and isinstance(found, Derived) and found.quotient
    return not in_percent(number, table, header)


def in_percent(number: Number, table: Table, header: str) -> bool:
    """Whether it was typed as a per cent: "85%", or 0.85 or 85 in a cell shown as 85%."""
    if isinstance(number.typed, str):
        return any(word in folded(number.typed) for word in schema.PERCENT_WORDS)
    at = (number.place.row, table.columns.get(header, -1))
    return at in table.grid.percents or at in table.grid.percent_signed
