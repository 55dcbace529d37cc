"""评分组: who is in which, and what each weighs; and how many marks 去掉最高最低 drops."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlkpi.domain.cells import Number
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Filled, Group
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import plain
from xlkpi.domain.schema import MEMBERS, canonical, folded


def members_grouped(filled: Filled) -> Iterator[Finding]:
    """Where one scorer has a group, everyone has."""
    if not any(member.is_scorer and member.group.good for member in filled.members):
        return
    for member in filled.members:
        if member.is_scorer and member.group.blank:
            yield finding("X230", member.group.place, scorer=member.name.value or "这名成员")


def weights_present(filled: Filled) -> Iterator[Finding]:
    """Every group weighs something; where none does, it is one thing that was forgotten."""
    bare = [group for group in filled.groups if group.weight.blank]
    if bare and len(bare) == len(filled.groups):
        names = "、".join(group.name for group in bare)
        yield finding("X231", _weight_place(filled, bare[0]), group=names)
        return
    for group in bare:
        yield finding("X231", _weight_place(filled, group), group=group.name)


def _weight_place(filled: Filled, group: Group) -> CellRef:
    """Return the cell that wants a weight; that of the group where the column is missing."""
    first = next(member for member in filled.members if member.group_key == group.key)
    table = filled.tables[MEMBERS.name]
    return first.group_weight.place if "组权重" in table.columns else first.group.place


def weights_positive(filled: Filled) -> Iterator[Finding]:
    """A group's weight is above 0."""
    for member in filled.members:
        value = member.group_weight.value
        if filled.groups and value is not None and value <= 0:
            yield finding("X232", member.group_weight.place, plain(value))


def weights_consistent(filled: Filled) -> Iterator[Finding]:
    """The rows of a group have one weight, or only one of them has it."""
    heads = {group.key: group.weight for group in filled.groups}
    for member in filled.members:
        head, weight = heads.get(member.group_key), member.group_weight
        if head is None or head.value is None or weight.value in (None, head.value):
            continue
        yield finding(
            "X233", weight.place, plain(weight.value or Decimal(0)),
            group=member.group.value, other=head.place.cell, expected=plain(head.value),
        )  # fmt: skip


def weights_alike(filled: Filled) -> Iterator[Finding]:
    """A weight of 40% beside one of 30 would count as 0.4 beside 30."""
    weights = [group.weight for group in filled.groups if group.weight.value is not None]
    shares = [weight for weight in weights if _is_share(filled, weight)]
    for weight in weights if shares else ():
        value, first = weight.value, shares[0]
        if value is not None and value > 1 and weight not in shares and first.value is not None:
            params = {"other": first.place.cell, "share": f"{plain(first.value * 100)}%"}
            yield finding("X236", weight.place, plain(value), **params)


_APART = 20
"""Times by which two weights differ of which one is a share and one a percentage, by mistake."""


def weights_apart(filled: Filled) -> Iterator[Finding]:
    """A weight of 0.4 beside 30 was most likely meant as 40 %: of groups, and of scorers who are weighed."""
    groups = [group.weight for group in filled.groups]
    weighs = filled.parameters.text("综合方法") == "加权平均"
    scorers = [member.weight for member in filled.members if member.is_scorer and weighs]
    for weights in (scorers, groups):
        known = [
            (each.value, each) for each in weights if each.value is not None and each.value > 0
        ]
        if not known:
            continue
        (low, small), (high, large) = min(known), max(known)
        if low < 1 < high and high >= low * _APART and not _is_share(filled, small):
            params = {"other": large.place.cell, "expected": plain(high), "times": int(high / low)}
            yield finding("X240", small.place, plain(low), **params)


def _is_share(filled: Filled, weight: Number) -> bool:
    typed = isinstance(weight.typed, str) and "%" in canonical(weight.typed)
    at = (weight.place.row, weight.place.column)
    return typed or at in filled.tables[MEMBERS.name].grid.percents


def weights_of_groups(filled: Filled) -> Iterator[Finding]:
    """A group's weight is beside a group: else the groups may be under another header."""
    bare = [
        member for member in filled.members if member.group.blank and not member.group_weight.blank
    ]
    if any(member.group.good for member in filled.members):
        bare = [member for member in bare if not member.is_scorer]  # X230 reports the others
    for member in bare[:1]:
        value = member.group_weight.value
        found = plain(value) if value is not None else ""
        yield finding("X237", member.group_weight.place, found)


def names_apart(filled: Filled) -> Iterator[Finding]:
    """领导 and 领导组 may be one group."""
    seen: dict[str, Group] = {}
    for group in filled.groups:
        key = folded(group.name).removesuffix("小组").removesuffix("组")
        if key in seen:
            place = next(m.group.place for m in filled.members if m.group_key == group.key)
            yield finding("X239", place, group.name, other=seen[key].name)
        seen.setdefault(key, group)


def nobody_of_a_group(filled: Filled) -> Iterator[Finding]:
    """The weight of a group in which nobody scores goes to the others, and that is reported."""
    names = {member.group_key: member for member in reversed(filled.members) if member.group_key}
    scoring = {member.group_key for member in filled.members if member.is_scorer}
    unsure = any(member.status.broken for member in filled.members)
    for key, member in names.items():
        absent = any(m.status.value == "缺席" for m in filled.members if m.group_key == key)
        weighs = any(m.group_key == key and m.group_weight.good for m in filled.members)
        if key not in scoring and (absent or weighs) and scoring - {""} and not unsure:
            why = "全部缺席" if absent else "都不评分"
            yield finding("X235", member.group.place, member.group.value or "", why=why)


def nobody_on_an_indicator(filled: Filled) -> Iterator[Finding]:
    """A group whose members all recused themselves from an indicator has no weight there."""
    judged = [each for each in filled.indicators if each.judged and each.key]
    recused = {group.key: _stepped_aside(filled, group, judged) for group in filled.groups}
    for group in filled.groups:
        here = [each for each in judged if each.key in recused[group.key]]
        if here and len(here) == len(judged):
            place = next(m.group.place for m in filled.members if m.group_key == group.key)
            yield finding("X235", place, group.name, why="全部回避")
            continue
        for each in here:
            if any(each.key not in keys for keys in recused.values()):  # else nobody is left: X215
                params = {"indicator": each.name.value or "", "code": each.label}
                yield finding("X234", each.code.place, group.name, **params)


def _stepped_aside(filled: Filled, group: Group, judged: list[Indicator]) -> set[str]:
    """Return the indicators from which everybody of a group stepped aside."""
    members = [each for each in filled.members if each.is_scorer and each.group_key == group.key]
    names = {folded(each.name.value) for each in members}
    ballots = [each.by_key() for each in filled.ballots if folded(each.scorer.value) in names]
    return {
        each.key
        for each in judged
        if ballots and all(each.key in rows and rows[each.key].recused for rows in ballots)
    }


def trimming(filled: Filled) -> Iterator[Finding]:
    """Of the least number of marks that are trimmed one has to remain."""
    settings = filled.parameters
    least, dropped = settings.trim_from, 2 * settings.trim_count
    if settings.text("综合方法") == "去掉最高最低" and least <= dropped:
        params = {"least": least, "each": dropped, "needed": dropped + 1}
        place = settings.values["去极值个数"].place
        yield finding("X238", place, str(settings.trim_count), **params)
