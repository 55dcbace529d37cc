"""The three tiers and their points: codes, parents, children, sums, both ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xlkpi.domain import numbers
from xlkpi.domain.cells import Table
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Tier
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import list_places
from xlkpi.domain.numbers import decimals, from_text, plain, total
from xlkpi.domain.schema import PARAMETER_BY_NAME, TIER1, TIER2, TIER3, canonical

_NAMES = {1: "一级指标", 2: "二级指标", 3: "三级指标"}
_PARENTS = {2: "一级编号", 3: "二级编号"}


def _tiers(filled: Filled) -> tuple[Sequence[Tier], Sequence[Tier], Sequence[Tier]]:
    return filled.tier1, filled.tier2, filled.indicators


def codes_present(filled: Filled) -> Iterator[Finding]:
    """Every row with content has a code, and below the first tier a parent's."""
    for tiers in _tiers(filled):
        for tier in tiers:
            if tier.code.blank:
                yield finding("X306", tier.code.place)
            if tier.level > 1 and tier.parent.blank and tier.key:
                yield finding(
                    "X303", tier.parent.place, "（空）",
                    parent=_PARENTS[tier.level], sheet=_NAMES[tier.level - 1],
                )  # fmt: skip


def codes_unique(filled: Filled) -> Iterator[Finding]:
    """A code names one row of its tier."""
    for tiers in _tiers(filled):
        seen: dict[str, Tier] = {}
        for tier in tiers:
            if tier.key and tier.key in seen:
                other = seen[tier.key].code.place.cell
                yield finding("X305", tier.code.place, tier.code.value or "", other=other)
            seen.setdefault(tier.key, tier)


def names_present(filled: Filled) -> Iterator[Finding]:
    """Every indicator has a name."""
    for tiers in _tiers(filled):
        for tier in tiers:
            if tier.name.blank and tier.key:
                yield finding("X312", tier.name.place, code=tier.label)


def names_unique(filled: Filled) -> Iterator[Finding]:
    """Two third-level indicators of one name may be one thing counted twice."""
    seen: dict[str, Tier] = {}
    for tier in filled.indicators:
        name = canonical(tier.name.value or "")
        if name and name in seen:
            other = seen[name].name.place.cell
            yield finding("X313", tier.name.place, tier.name.value or "", other=other)
        seen.setdefault(name, tier)


def points_positive(filled: Filled) -> Iterator[Finding]:
    """分值 is there and above 0."""
    for tiers in _tiers(filled):
        for tier in tiers:
            if tier.points.blank and (tier.key or tier.name.good):
                yield finding("X307", tier.points.place, code=tier.label)
            elif tier.points.value is not None and tier.points.value <= 0:
                yield finding("X308", tier.points.place, plain(tier.points.value))


def points_finer(filled: Filled) -> Iterator[Finding]:
    """A 分值 with more decimals than 小数位数 is reported once, with the consequence."""
    places, finest = filled.parameters.decimals, filled.finest_decimals
    finer = [
        each
        for each in filled.indicators
        if each.applies and each.points.value and decimals(each.points.value) > places
    ]
    if finer:
        first, settable = finer[0], finest <= PARAMETER_BY_NAME["小数位数"].high
        how = f"在“参数”把小数位数改为 {finest}" if settable else "调整这些分值"
        yield finding(
            "X315", first.points.place, plain(first.points.value or Decimal(0)), code=first.label,
            places=places, finest=finest, which=f" {len(finer)} 个指标" if finer[1:] else "这个指标",
            how=f"要让各项得分的小数位数一致，请{how}",
        )  # fmt: skip


def parents_exist(filled: Filled) -> Iterator[Finding]:
    """Every parent's code is in the tier above."""
    pairs = ((filled.tier1, filled.tier2), (filled.tier2, filled.indicators))
    for level, (above, tiers) in enumerate(pairs, start=1):
        known = {tier.key for tier in above}
        if not above or "" in known:  # the parent may be the one whose code is missing
            continue
        known |= filled.of_which_by_key(level).keys()  # has a finding of its own
        for tier in tiers:
            if tier.parent_key and tier.parent_key not in known:
                yield finding(
                    "X303", tier.parent.place, tier.parent.value or "",
                    parent=_PARENTS[tier.level], sheet=_NAMES[tier.level - 1],
                )  # fmt: skip


def _orphans(above: Sequence[Tier], below: Sequence[Tier]) -> list[Tier]:
    """Return the children of unknown parents; each has a finding."""
    known = {tier.key for tier in above}
    return [tier for tier in below if tier.parent_key not in known]


def children_exist(filled: Filled) -> Iterator[Finding]:
    """Every first- and second-level indicator has children."""
    for tiers, below in ((filled.tier1, filled.tier2), (filled.tier2, filled.indicators)):
        if not below or _orphans(tiers, below):
            continue
        parents = {tier.parent_key for tier in below}
        for tier in tiers:
            if tier.key and tier.key not in parents:
                yield finding(
                    "X304", tier.code.place,
                    name=tier.name.value or "", code=tier.label, child=_NAMES[tier.level + 1],
                )  # fmt: skip


def tier_one_is_100(filled: Filled) -> Iterator[Finding]:
    """Tier one adds up to 100."""
    amounts = _amounts(filled.tier1)
    table = filled.tables.get(TIER1.name)
    if amounts is None or table is None or not amounts:
        return
    found = total(amounts)
    if found != 100:
        yield finding(
            "X301", table.head("分值"), plain(found), difference=_difference(Decimal(100) - found)
        )


def children_add_up(filled: Filled) -> Iterator[Finding]:
    """The points of the children add up to their parent's."""
    for tiers, below in ((filled.tier1, filled.tier2), (filled.tier2, filled.indicators)):
        children: dict[str, list[Tier]] = defaultdict(list)
        for tier in below:
            children[tier.parent_key].append(tier)
        for tier in tiers:
            amounts = _amounts(children.get(tier.key, []))
            if not amounts or not tier.key or tier.points.value is None or tier.points.value <= 0:
                continue
            found = total(amounts)
            if found < tier.points.value and _orphans(tiers, below):
                continue  # what is missing may be the child whose parent is unknown
            if found != tier.points.value:
                yield finding(
                    "X302", tier.points.place, plain(found),
                    name=tier.name.value or "", code=tier.label,
                    points=plain(tier.points.value), child=_NAMES[tier.level + 1],
                    difference=_difference(tier.points.value - found),
                )  # fmt: skip


def control_totals(filled: Filled) -> Iterator[Finding]:
    """A row named 合计, 总计 or 小计 equals the sum of its parts."""
    for sheet, tiers in zip((TIER1, TIER2, TIER3), _tiers(filled), strict=True):
        table = filled.tables.get(sheet.name)
        if table:
            parts = {tier.row: tier.points.value for tier in tiers}
            yield from control_total(table, "分值", parts)


def control_total(table: Table, header: str, parts: dict[int, Decimal | None]) -> Iterator[Finding]:
    """Compare a column's control totals with its parts; 小计 counts from the total before it."""
    column = table.columns.get(header)
    start = table.header_row
    for row in table.totals:
        subtotal = any("小计" in str(table.grid.raw(row, c)) for c in table.columns.values())
        counted = {
            at: value for at, value in parts.items() if at < row and (at > start or not subtotal)
        }
        amounts = list(counted.values())
        start = row
        if column is None or any(value is None for value in amounts):
            continue
        stated = _typed_number(table.grid.raw(row, column))
        expected = total([value for value in amounts if value is not None])
        grand_total = total([value for value in parts.values() if value is not None])
        if (
            not subtotal and stated == grand_total
        ):  # sorted to the top, it is still the total of all
            continue
        if stated is not None and stated != expected:
            name = str(table.grid.raw(row, table.columns[table.sheet.columns[0].header])) or "合计"
            place = table.place(row, header)
            texts = {at: value for at, value in counted.items() if _is_text(table, at, column)}
            if texts and stated == expected - total([value for value in texts.values() if value]):
                cells = list_places([table.place(at, header) for at in texts])
                details = {"what": name, "expected": plain(expected), "cells": cells}
                yield finding("X316", place, plain(stated), **details)
            else:
                yield finding("X311", place, plain(stated), what=name, expected=plain(expected))


def _is_text(table: Table, row: int, column: int) -> bool:
    """Whether a number was read from a text, which SUM passes over."""
    return isinstance(table.grid.raw(row, column), str) and table.grid.occupied(row, column)


def _typed_number(raw: object) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        value = numbers.from_double(float(raw))
        return None if value is None else Decimal(plain(value, 9))  # a sum cached in binary
    read = from_text(str(raw))
    return read.value if read else None


def _amounts(tiers: Sequence[Tier]) -> list[Decimal] | None:
    """Return the points of the tiers; None while one of them is missing, broken or not above 0."""
    amounts = [tier.points.value for tier in tiers]
    sound = [amount for amount in amounts if amount is not None and amount > 0]
    return sound if len(sound) == len(amounts) else None


def _difference(missing: Decimal) -> str:
    return f"还差 {plain(missing)} 分" if missing > 0 else f"多出 {plain(-missing)} 分"
