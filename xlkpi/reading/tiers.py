"""一级指标, 二级指标 and 三级指标: the tiers, the indicators, and the rows without points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from xlkpi.domain import methods, schema
from xlkpi.domain.cells import Number, State, Table, Text, Value
from xlkpi.domain.custom_rules import Rule
from xlkpi.domain.findings import finding
from xlkpi.domain.indicators import Indicator, OfWhichRow, Tier
from xlkpi.domain.numbers import ValueRange
from xlkpi.reading import tables
from xlkpi.reading.targets import read_indicator_values
from xlkpi.reading.values import Reader

POINTS = ValueRange(Decimal(0), Decimal(100), above=True)
"""分值 of a tier: all of them together are 100."""


def code_spellings(tiers: Sequence[Tier]) -> dict[str, str]:
    """Return each code's key → the code as its own row spells it."""
    return {tier.key: tier.code.value for tier in tiers if tier.code.value}


def read_tiers(
    reader: Reader, table: Table | None, level: int, spelling: Mapping[str, str]
) -> Iterator[Tier]:
    """Read the rows of 一级指标 or 二级指标; `spelling` is that of the tier above."""
    for row in table.rows if table else ():
        assert table is not None
        yield Tier(**_read_tier(reader, table, row, level, spelling))  # type: ignore[arg-type]


def _read_tier(
    reader: Reader, table: Table, row: int, level: int, spelling: Mapping[str, str]
) -> dict[str, object]:
    """Read what all tiers have."""
    parent_header = {1: "", 2: "一级编号", 3: "二级编号"}[level]
    code, key = reader.code(table, row, "编号")
    nobody: Text = Value(table.place(row, "编号"))
    parent, parent_key = (
        reader.code(table, row, parent_header, spelling) if parent_header else (nobody, "")
    )
    return {
        "level": level,
        "row": row,
        "code": code,
        "key": key,
        "parent": parent,
        "parent_key": parent_key,
        "name": reader.text(table, row, table.sheet.name),
        "points": reader.number(table, row, "分值", ("分",), POINTS),
    }


def read_indicators(
    reader: Reader, table: Table | None, rules: Mapping[str, Rule], spelling: Mapping[str, str],
    year: int | None,
) -> Iterator[Indicator]:  # fmt: skip
    """Read the rows of 三级指标; `rules` are the workbook's own methods, `year` is 评价年度."""
    for row in table.rows if table else ():
        assert table is not None
        method = _read_method(reader, table, row)
        unit = reader.text(table, row, "计量单位")
        if unit.value and not schema.names_unit(unit.value):
            unit = Value(unit.place)
        known = methods.find(method.value, rules)
        values = read_indicator_values(reader, table, row, unit, known, year)
        tier = _read_tier(reader, table, row, 3, spelling)
        points: Number = tier["points"]  # type: ignore[assignment]
        yield Indicator(
            **tier,  # type: ignore[arg-type]
            nature=values.nature,
            target=values.target,
            target_text=reader.text(table, row, "年度指标值"),
            unit=unit,
            actual=values.actual,
            actual_sign=values.actual_sign,
            actual_text=reader.text(table, row, "实际完成值"),
            in_points=values.in_points,
            dated=values.dated,
            target_unit=values.units[0],
            actual_unit=values.units[1],
            method=method,
            degree=_read_degree(reader, table, row),
            deduction=reader.number(
                table, row, "核减分", ("分",), ValueRange(Decimal(0), points.value)
            ),
            deduction_reason=reader.text(table, row, "核减理由"),
            reason=reader.text(table, row, "偏差原因分析及改进措施"),
        )


def _read_degree(reader: Reader, table: Table, row: int) -> Text:
    """Read 完成程度: the word, or the official phrase for it."""
    value = reader.text(table, row, "完成程度")
    if value.blank:
        return value
    typed = schema.canonical(value.value or "")
    read = schema.DEGREE_PHRASES.get(typed)
    if read is None:
        return reader.choice(table, row, "完成程度")
    if read != typed:
        reader.findings.append(finding("X507", value.place, value.value or "", read=read))
    return value._replace(value=read)


def _read_method(reader: Reader, table: Table, row: int) -> Text:
    value = reader.text(table, row, "评分方式")
    if value.broken:
        return value
    return Value(value.place, State.GOOD, methods.standard_name(value.value or ""), value.typed)


def read_of_which(
    reader: Reader, found: Mapping[str, Table], tiers: Iterable[Tier]
) -> Iterator[OfWhichRow]:
    """Read the rows without points; a code that an indicator has too is the indicator's."""
    known = {(tier.level, tier.key) for tier in tiers}
    for level, sheet in enumerate((schema.TIER1, schema.TIER2, schema.TIER3), start=1):
        table = found.get(sheet.name)
        for row in table.of_which if table else ():
            assert table is not None
            code = reader.text(table, row, "编号")
            key = schema.folded(code.value)
            yield OfWhichRow(
                level, reader.text(table, row, sheet.name), code,
                "" if (level, key) in known else key, tables.finding_code(table, row),
            )  # fmt: skip
