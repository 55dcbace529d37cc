"""评分规则, 满意度调查 and 加减分: the sheets that some ways of scoring look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlkpi.domain import custom_rules as rules_of_workbook
from xlkpi.domain import schema
from xlkpi.domain.cells import Number, State, Table, Text, Value
from xlkpi.domain.custom_rules import Entry, Rule
from xlkpi.domain.findings import finding
from xlkpi.domain.inputs import Adjustment, Survey
from xlkpi.domain.methods import VOTES
from xlkpi.domain.numbers import NOT_NEGATIVE, POSITIVE, plain
from xlkpi.domain.schema import RULES, canonical, folded
from xlkpi.reading.parameters import in_percent, lacks_percent_sign
from xlkpi.reading.values import Reader


def read_rule_entries(reader: Reader, table: Table | None) -> Iterator[Entry]:
    """Read the rows of 评分规则; per cents in bounds are points, in 得分比例 parts of one."""
    for row in table.rows if table else ():
        assert table is not None
        yield _read_entry(reader, table, row)


_MEASURED = ("下限", "基准", "步长")
"""Columns that are compared with 实际完成值, and so are in its unit."""


_PARTS = {
    "不计": ("不扣", "不扣分", "不计算", "不计分", "不计扣分", "不予扣分", "舍去", "忽略", "不算"),
    "按一步": (
        "按一步计", "按一步计算", "按一步扣", "按一步扣分", "按1步", "按1步计", "按1步计算", "按1步扣", "按1步扣分",
        "按一个步长计", "按一个步长计算", "按一个步长扣", "按一个步长扣分", "算一步", "算1步", "计一步", "计1步", "扣一步",
        "作一步计", "视为一步", "视同一步", "按整步", "按整步计",
    ),
    "按比例": (
        "按比例计", "按比例计算", "按比例扣", "按比例扣分", "按比例折算", "按比例计扣", "比例扣分", "按实际比例",
    ),
}  # fmt: skip
"""不足一步 in other words."""
_LEADS = (
    "不足一步", "不足1步", "不满一步", "不到一步", "不足一个步长", "不足部分", "的", "也", ",", ":",
)  # fmt: skip


def _read_part(reader: Reader, table: Table, row: int) -> Text:
    """不足一步: one of its words, or a plain synonym."""
    value = reader.text(table, row, "不足一步")
    typed = canonical(value.value or "").rstrip("。.;")
    while lead := next((each for each in _LEADS if typed.startswith(each)), ""):
        typed = typed.removeprefix(lead)
    read = next((word for word, others in _PARTS.items() if typed in (word, *others)), "")
    if not value.good or read in ("", canonical(value.value or "")):
        return reader.choice(table, row, "不足一步")
    reader.findings.append(finding("X507", value.place, value.value or "", read=read))
    return Value(value.place, State.GOOD, read, value.typed)


def _read_entry(reader: Reader, table: Table, row: int) -> Entry:
    texts = {"规则": reader.text(table, row, "规则")}
    for header in ("方式", "方向"):
        texts[header] = reader.choice(table, row, header)
    texts["不足一步"] = _read_part(reader, table, row)
    texts["含下限"] = reader.choice(table, row, "含下限", default=schema.YES)
    numbers = {
        header: reader.number(table, row, header, ("分",), percent="points", limit=None)
        for header in _MEASURED
    }
    numbers["得分比例"] = _read_share(reader, table, row)
    numbers["每步扣分"] = reader.number(table, row, "每步扣分", ("分",), NOT_NEGATIVE)
    numbers["得分"] = reader.number(table, row, "得分", ("分",), NOT_NEGATIVE)
    numbers["封底"] = reader.number(table, row, "封底", ("分",))
    broken = [header for header, text in texts.items() if text.broken]
    broken += [header for header, number in numbers.items() if number.broken]
    return Entry(
        name=texts["规则"].value or "",
        kind=texts["方式"].value or "",
        bound=numbers["下限"].value,
        inclusive=texts["含下限"].value != schema.NO,
        share=numbers["得分比例"].value,
        base=numbers["基准"].value,
        direction=texts["方向"].value or "",
        step=numbers["步长"].value,
        cost=numbers["每步扣分"].value,
        floor=numbers["封底"].value,
        places={column.header: table.place(row, column.header) for column in RULES.columns},
        broken=frozenset(broken),
        bare=frozenset(
            each for each in _MEASURED if lacks_percent_sign(reader, numbers[each], table, each)
        ),
        percents=frozenset(each for each in _MEASURED if in_percent(numbers[each], table, each)),
        points=numbers["得分"].value,
        part=texts["不足一步"].value or "",
    )


def _read_share(reader: Reader, table: Table, row: int) -> Number:
    """得分比例; a plain "80%" is how it is written and needs no finding."""
    start = len(reader.findings)
    share = reader.number(table, row, "得分比例", percent="fraction")
    if share.value is not None and share.typed == f"{plain(share.value * 100)}%":
        del reader.findings[start:]
    return share


def build_rules(rows: Sequence[Entry]) -> Mapping[str, Rule]:
    """Return the sound rules by folded name."""
    grouped = group_by_name(rows)
    return {
        key: rules_of_workbook.make_rule(group[0].name, group)
        for key, group in grouped.items()
        if key and _sound(group)
    }


def _sound(group: Sequence[Entry]) -> bool:
    return not any(entry.broken for entry in group) and not any(rules_of_workbook.flaws(group))


def group_by_name(rows: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Return the rows of each rule, in the order of the sheet."""
    grouped: dict[str, list[Entry]] = {}
    for entry in rows:
        grouped.setdefault(folded(entry.name), []).append(entry)
    return grouped


def read_surveys(reader: Reader, table: Table | None) -> Iterator[Survey]:
    """Read the rows of 满意度调查."""
    for row in table.rows if table else ():
        assert table is not None
        code, key = reader.code(table, row, "指标编号")
        first, second, third, fourth = (
            reader.number(table, row, header, ("份", "票", "人"), NOT_NEGATIVE) for header in VOTES
        )
        yield Survey(
            row=row,
            code=code,
            key=key,
            respondents=reader.text(table, row, "调查对象"),
            method=reader.text(table, row, "调查方式"),
            sent=reader.number(table, row, "发放问卷", ("份", "人"), NOT_NEGATIVE),
            votes=(first, second, third, fourth),
        )


def read_adjustments(reader: Reader, table: Table | None) -> Iterator[Adjustment]:
    """Read the rows of 加减分."""
    for row in table.rows if table else ():
        assert table is not None
        yield Adjustment(
            row=row,
            what=reader.text(table, row, "事项"),
            kind=reader.choice(table, row, "类别"),
            points=reader.number(table, row, "分值", ("分",), POSITIVE),
            effect=reader.choice(table, row, "后果"),
            basis=reader.text(table, row, "依据"),
        )
