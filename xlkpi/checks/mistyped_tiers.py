"""Codes of the tiers that one cell spells unlike those that refer to it: a parent's, or one child's.

Every function returns the workbook as it was meant, with one finding for each mistyped cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from xlkpi.checks.odd_one_out import Correction, Support, choose, pair_strays
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Tier
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef, list_places
from xlkpi.domain.numbers import total
from xlkpi.domain.schema import TIER1, TIER2, TIER3, canonical

SHEETS = (TIER1.name, TIER2.name, TIER3.name)
_FIELDS = ("tier1", "tier2", "indicators")
_CHECK = "请核对这一格：应为“{expected}”的请改正，别处不用动；这一格没有错的，请改{where}。"
_EITHER = "请核对这两格，把写错的一格改正。"


def rows_of(filled: Filled, level: int) -> Sequence[Tier]:
    """Return the rows of a tier, 1 to 3."""
    return (filled.tier1, filled.tier2, filled.indicators)[level - 1]


def with_rows(filled: Filled, level: int, changed: Mapping[int, Tier | None]) -> Filled:
    """Return the workbook with other rows in a tier, by their index; None drops the row."""
    rows = (changed.get(n, row) for n, row in enumerate(rows_of(filled, level)))
    field: dict[str, Any] = {_FIELDS[level - 1]: tuple(row for row in rows if row)}
    return filled._replace(**field) if changed else filled


def name_odd_code(place: CellRef, found: str, expected: str, why: str, where: str) -> Finding:
    """Return the finding about a code that others spell otherwise; `where` these are."""
    how = _CHECK.format(expected=expected, where=where)
    return finding("X324", place, found, why=why, how=how)


def name_either(place: CellRef, found: str, other: CellRef, expected: str) -> Finding:
    """Return the finding about two codes of which one is wrong, nobody knows which."""
    why = f"{other} 写的是“{expected}”，两处应当相同，不知哪一处写错"
    return finding("X324", place, found, why=why, how=_EITHER)


def drop_copies(filled: Filled, level: int) -> Correction:
    """Report rows that repeat another of their tier, and leave them out: they change the sums."""
    first: dict[tuple[object, ...], Tier] = {}
    findings, dropped = [], dict[int, Tier | None]()
    for n, row in enumerate(rows_of(filled, level)):
        content = (row.key, row.parent_key, canonical(row.name.value or ""), row.points.value)
        other = first.setdefault(content, row) if row.key else row
        if other is not row:
            dropped[n] = None
            code, cell = row.code.value or "", other.code.place.cell
            findings.append(finding("X305", row.code.place, code, other=cell))
    return Correction(with_rows(filled, level, dropped), tuple(findings))


def correct_parents(filled: Filled, level: int) -> Correction:
    """Correct the codes of a tier and its children's references to them."""
    above = rows_of(filled, level)
    if not above or not all(row.key for row in above):
        return Correction(filled)
    made = _correct_spellings(filled, level)
    made = made.then(_find_dropped(made.filled, level))
    return made.then(_correct_moved(made.filled, level))


def _correct_spellings(filled: Filled, level: int) -> Correction:
    above, below = rows_of(filled, level), rows_of(filled, level + 1)
    keys = [row.key for row in above]
    children = _group_children(below)
    said = list(children)
    findings, codes, parents = [], dict[int, Tier | None](), dict[int, Tier | None]()
    for i, j in pair_strays(keys, said).items():
        row, own, key = above[i], keys[i], said[j]
        kids = [below[n] for n in children[key]]
        starts = {each: _fits(kids, each) for each in (own, key)}
        supports = {
            own: Support(1, keys.count(own) == 1, starts[own]),
            key: Support(len(kids), key not in keys, starts[key]),
        }
        meant, found, spelled = choose(supports), row.code.value or "", kids[0].parent.value or ""
        first = kids[0].parent.place
        if meant == own:
            for n in children[key]:
                parents[n] = replace(below[n], parent=row.code, parent_key=own)
                why = f"{SHEETS[level - 1]}表里是“{found}”（{row.code.place}），没有“{spelled}”"
                place = below[n].parent.place
                findings.append(name_odd_code(place, spelled, found, why, str(row.code.place)))
            continue
        codes[i] = replace(row, code=row.code._replace(value=spelled), key=key)
        if meant is None:
            findings.append(name_either(row.code.place, found, first, spelled))
            continue
        where = list_places([each.parent.place for each in kids], 2)
        why = f"{len(kids)} 个{SHEETS[level]}的上级编号是“{spelled}”（{where}），这张表里没有它"
        findings.append(name_odd_code(row.code.place, found, spelled, why, where))
    changed = with_rows(with_rows(filled, level, codes), level + 1, parents)
    return Correction(changed, tuple(findings))


def _group_children(below: Sequence[Tier]) -> dict[str, list[int]]:
    """Return the parents' codes in the order of their first child → the children."""
    children: dict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(below):
        if row.parent_key:
            children[row.parent_key].append(n)
    return children


def _fits(kids: Sequence[Tier], parent: str) -> bool:
    """Whether the children's codes begin with their parent's, as A1.2 and A1 do."""
    return all(kid.key.startswith(parent) for kid in kids)


def _find_dropped(filled: Filled, level: int) -> Correction:
    """Report a parent whose row is gone: its points are missing in the tier, too."""
    above, below = rows_of(filled, level), rows_of(filled, level + 1)
    known = {row.key for row in above} | filled.of_which_by_key(level).keys()
    findings, explained = [], set[tuple[str, CellRef]]()
    for key, children in _group_children(below).items():
        kids = [below[n] for n in children]
        missing = _sum(kids)
        follows = _find_shortage(filled, level, missing) if key not in known and missing else []
        if follows:
            where = list_places([kid.parent.place for kid in kids], 2)
            why = f"{len(kids)} 个{SHEETS[level]}的上级编号是它（{where}）"
            head = filled.tables[SHEETS[level - 1]].head("编号")
            code = kids[0].parent.value or ""
            findings.append(finding("X325", head, code, why=why, sheet=SHEETS[level - 1]))
            explained |= {*follows, *(("X303", kid.parent.place) for kid in kids)}
    return Correction(filled, tuple(findings), frozenset(explained))


def _find_shortage(filled: Filled, level: int, missing: Decimal) -> list[tuple[str, CellRef]]:
    """Return the findings about a sum in the tier above that lacks just these points."""
    if level == 1:
        short = _sum(filled.tier1) == 100 - missing
        return [("X301", filled.tables[TIER1.name].head("分值"))] if short else []
    for parent, kids in _families(filled, level - 1):
        points, there = parent.points.value, _sum(kids)
        if points is not None and there is not None and points - there == missing:
            return [("X302", parent.points.place), ("X304", parent.code.place)]
    return []


def _families(filled: Filled, level: int) -> Iterator[tuple[Tier, list[Tier]]]:
    """Yield the rows of a tier with their children, of which there may be none."""
    below = rows_of(filled, level + 1)
    for parent in rows_of(filled, level):
        yield parent, [kid for kid in below if kid.parent_key == parent.key]


def _sum(rows: Sequence[Tier]) -> Decimal | None:
    """Return the sum of the points; None where some are missing or broken."""
    points = [row.points.value for row in rows]
    known = [each for each in points if each is not None]
    return total(known) if len(known) == len(points) else None


def _correct_moved(filled: Filled, level: int) -> Correction:
    """Correct the parent of one child that is another's: one has too many points, one too few."""
    over, under = list[tuple[Tier, list[Tier], Decimal]](), list[tuple[Tier, Decimal]]()
    for parent, kids in _families(filled, level):
        points, found = parent.points.value, _sum(kids)
        if points is None or found is None:
            return Correction(filled)
        if found > points:
            over.append((parent, kids, found - points))
        elif found < points:
            under.append((parent, points - found))
    if len(over) != 1 or len(under) != 1 or over[0][2] != under[0][1]:
        return Correction(filled)
    (wrong, kids, difference), (right, _) = over[0], under[0]
    movable = [kid for kid in kids if kid.points.value == difference]
    return _move(filled, level, movable, wrong, right)


def _move(
    filled: Filled, level: int, movable: Sequence[Tier], wrong: Tier, right: Tier
) -> Correction:
    """Give the one of the children to its right parent that looks like that parent's child."""
    below = list(rows_of(filled, level + 1))
    irregular = [kid for kid in movable if kid.key.startswith(right.key)]
    beside = [kid for kid in movable if right.key in _find_neighbours(below, kid)]
    alone = next((each for each in (irregular, beside, movable) if len(each) == 1), None)
    if alone is None:
        return Correction(filled)
    (kid,) = alone
    found, expected = kid.parent.value or "", right.code.value or ""
    why = (
        f"算在它下面，“{wrong.code.value}”的{SHEETS[level]}多出的分值正好是“{expected}”所缺的"
        f"（{wrong.points.place}、{right.points.place.cell}）"
    )
    where = f"分值（{wrong.points.place}、{right.points.place.cell}）"
    told = name_odd_code(kid.parent.place, found, expected, why, where)
    moved = replace(kid, parent=kid.parent._replace(value=expected), parent_key=right.key)
    return Correction(with_rows(filled, level + 1, {below.index(kid): moved}), (told,))


def _find_neighbours(rows: Sequence[Tier], row: Tier) -> set[str]:
    """Return the parents of the rows before and behind a row."""
    beside = [pair for pair in pairwise(rows) if row in pair]
    return {each.parent_key for pair in beside for each in pair if each is not row}
