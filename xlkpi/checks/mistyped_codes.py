"""Codes of third-level indicators that one cell spells unlike the others: on 三级指标, a ballot, a survey."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from xlkpi.checks.ballots import says_something
from xlkpi.checks.mistyped_tiers import name_either, name_odd_code, with_rows
from xlkpi.checks.odd_one_out import Correction, Support, choose, pair_strays
from xlkpi.domain.cells import Text
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Indicator, Tier
from xlkpi.domain.inputs import Filled, Mark
from xlkpi.domain.location import CellRef, list_places
from xlkpi.domain.numbers import total
from xlkpi.domain.schema import EVIDENCE, TIER3, folded
from xlkpi.domain.text import as_text


class _Row(NamedTuple):
    """A row of a ballot, with its ballot's index and its own."""

    ballot: int
    row: int
    mark: Mark


def correct_codes(filled: Filled) -> Correction:
    """Correct the codes of 三级指标 and of the ballots, where one points to nothing in the other."""
    if not filled.indicators or not all(each.key for each in filled.indicators):
        return Correction(filled)
    made = _correct_spellings(filled)
    return made.then(_find_dropped(made.filled))


def _correct_spellings(filled: Filled) -> Correction:
    keys = [each.key for each in filled.indicators]
    others = _count_elsewhere(filled)
    findings, codes = list[Finding](), dict[int, Tier | None]()
    marks: dict[tuple[int, int], Mark] = {}
    for i, rows in sorted(_find_claims(filled, keys).items()):
        indicator = filled.indicators[i]
        used = any(others.get(row.mark.key) or row.mark.key in keys for row in rows)
        used = used or indicator.judged or keys.count(indicator.key) > 1
        if not (used or _stops(row.mark for row in rows)):
            continue  # nobody looks at a computed indicator's rows on ballots
        meant = choose(_weigh(filled, keys, i, rows, others))
        agreeing = [row for row in rows if row.mark.key == (meant or rows[0].mark.key)]
        if meant != indicator.key:
            code = agreeing[0].mark.code
            codes[i] = replace(
                indicator, code=indicator.code._replace(value=code.value), key=agreeing[0].mark.key
            )
            findings.append(_name_indicator(indicator, agreeing, sure=meant is not None))
        right = codes.get(i) or indicator
        for row in rows:
            if row.mark.key != right.key:
                marks[row.ballot, row.row] = row.mark._replace(code=right.code, key=right.key)
                findings.append(_name_mark(row.mark, right.code))
    return Correction(_with_marks(with_rows(filled, 3, codes), marks), tuple(findings))


def _find_claims(filled: Filled, keys: Sequence[str]) -> dict[int, list[_Row]]:
    """Return for each indicator the rows of ballots that are probably its, though their code differs."""
    claims: dict[int, list[_Row]] = defaultdict(list)
    known: dict[tuple[str, ...], dict[int, int]] = {}
    for n, ballot in enumerate(filled.ballots):
        own = tuple(mark.key for mark in ballot.marks)
        if own not in known:
            known[own] = pair_strays(keys, own)
        for i, j in known[own].items():
            claims[i].append(_Row(n, j, ballot.marks[j]))
    return claims


def _weigh(
    filled: Filled, keys: Sequence[str], i: int, rows: Sequence[_Row], others: Mapping[str, int]
) -> dict[str, Support]:
    """Return what speaks for the code of an indicator, and for each of those on its rows."""
    own, parent = keys[i], filled.indicators[i].parent_key
    once = keys.count(own) == 1
    differing = {row.ballot for row in rows}
    agreeing = sum(
        any(mark.key == own for mark in ballot.marks)
        for n, ballot in enumerate(filled.ballots)
        if n not in differing
    )
    cells = 1 + (agreeing + others.get(own, 0) if once else 0)
    supports = {own: Support(cells, once, own.startswith(parent))}
    for key in dict.fromkeys(row.mark.key for row in rows):
        said, new = sum(row.mark.key == key for row in rows), key not in keys
        supports[key] = Support(
            said + (others.get(key, 0) if new else 0), new, key.startswith(parent)
        )
    return supports


def _count_elsewhere(filled: Filled) -> dict[str, int]:
    """Return how many rows of the other sheets name an indicator, by its code."""
    counts: dict[str, int] = defaultdict(int)
    table = filled.tables.get(EVIDENCE.name)
    column = table.columns.get("指标编号", -1) if table else -1
    listed = [folded(as_text(table.grid.raw(row, column))) for row in table.rows] if table else []
    for key in (
        *(row.key for row in filled.reviews),
        *(row.key for row in filled.surveys),
        *listed,
    ):
        if key:
            counts[key] += 1
    return counts


def _name_indicator(indicator: Indicator, rows: Sequence[_Row], sure: bool) -> Finding:
    """Return the finding about an indicator's code that ballots spell otherwise."""
    place, found = indicator.code.place, indicator.code.value or ""
    code = rows[0].mark.code
    if not sure:
        return name_either(place, found, code.place, code.value or "")
    where = list_places([row.mark.code.place for row in rows], 1)
    many = f"{len(rows)} 张评分表里都是" if len(rows) > 1 else "评分表里是"
    why = f"{many}“{code.value}”（{where}），这张表里没有它"
    return name_odd_code(place, found, code.value or "", why, "评分表")


def _name_mark(mark: Mark, right: Text) -> Finding:
    """Return the finding about a code on a ballot that 三级指标 spells otherwise."""
    why = f"三级指标表里是“{right.value}”（{right.place}），这张评分表里没有它"
    return name_odd_code(
        mark.code.place, mark.code.value or "", right.value or "", why, str(right.place)
    )


def _with_marks(filled: Filled, changed: Mapping[tuple[int, int], Mark]) -> Filled:
    """Return the workbook with other rows on its ballots, by the ballot's index and the row's."""
    if not changed:
        return filled
    ballots = (
        ballot._replace(
            marks=tuple(changed.get((n, j), mark) for j, mark in enumerate(ballot.marks))
        )
        for n, ballot in enumerate(filled.ballots)
    )
    return filled._replace(ballots=tuple(ballots))


def _find_dropped(filled: Filled) -> Correction:
    """Report codes that all ballots contain and 三级指标 does not: a row is gone there.

    Where the points of the others still add up, somebody meant it.
    """
    known = {each.key for each in filled.indicators} | filled.of_which_by_key(3).keys()
    ballots = [ballot for ballot in filled.ballots if ballot.marks]
    rows: dict[str, list[Mark]] = defaultdict(list)
    for ballot in ballots:
        for key, mark in ballot.by_key().items():
            if key and key not in known:
                rows[key].append(mark)
    short = _find_short_parents(filled)
    gone = {
        key: marks
        for key, marks in rows.items()
        if len(marks) == len(ballots) and (short or (_stops(marks) and len(marks) > 1))
    }
    if not gone:
        return Correction(filled)
    of_these = [each for each in short if any(key.startswith(each.key) for key in gone)]
    explained = _list_consequences(filled, gone, of_these or short[:1])
    left = (
        ballot._replace(marks=tuple(mark for mark in ballot.marks if mark.key not in gone))
        for ballot in filled.ballots
    )
    told = _name_dropped(
        "X325" if short else "X326", filled, [marks[0].code for marks in gone.values()]
    )
    return Correction(filled._replace(ballots=tuple(left)), (told,), explained)


def _stops(marks: Iterable[Mark]) -> bool:
    return any(map(says_something, marks))


def _find_short_parents(filled: Filled) -> list[Tier]:
    """Return the second-level indicators whose children have too few points."""
    short = []
    for parent in filled.tier2:
        kids = (each for each in filled.indicators if each.parent_key == parent.key)
        there = total([each.points.value or Decimal(0) for each in kids])
        if parent.points.value is not None and there < parent.points.value:
            short.append(parent)
    return short


def _list_consequences(
    filled: Filled, gone: Collection[str], parents: Iterable[Tier]
) -> frozenset[tuple[str, CellRef]]:
    """Return the codes and places of what follows from rows of 三级指标 that are gone."""
    sums = {("X302", parent.points.place) for parent in parents}
    childless = {("X304", parent.code.place) for parent in parents}
    surveys = {("X642", row.code.place) for row in filled.surveys if row.key in gone}
    reviews = {("X621", row.code.place) for row in filled.reviews if row.key in gone}
    return frozenset(sums | childless | surveys | reviews)


def _name_dropped(code: str, filled: Filled, dropped: Sequence[Text]) -> Finding:
    ballots = sum(bool(ballot.marks) for ballot in filled.ballots)
    many = f"{ballots} 张评分表里都有它" if ballots > 1 else "评分表里有它"
    place = list_places([each.place for each in dropped], 1)
    found = "、".join(each.value or "" for each in dropped)
    head = filled.tables[TIER3.name].head("编号")
    return finding(code, head, found, why=f"{many}（{place}）", sheet=TIER3.name)


def correct_surveys(filled: Filled) -> Correction:
    """Correct the one code of 满意度调查 that is no indicator's, where one indicator lacks its survey."""
    methods = ((each, filled.method_of(each)) for each in filled.indicators)
    surveyed = [each for each, method in methods if method and method.surveyed and each.key]
    known = {each.key for each in filled.indicators} | filled.of_which_by_key(3).keys()
    strange = [row for row in filled.surveys if row.key and row.key not in known]
    there = {row.key for row in filled.surveys}
    missing = [each for each in surveyed if each.key not in there]
    if len(strange) != 1 or len(missing) != 1:
        return Correction(filled)
    (row,), (right,) = strange, missing
    why = f"三级指标表里是“{right.label}”（{right.code.place}），按满意度计分，而这张表里没有它"
    told = name_odd_code(
        row.code.place, row.code.value or "", right.label, why, str(right.code.place)
    )
    surveys = (
        each._replace(key=right.key, code=right.code) if each is row else each
        for each in filled.surveys
    )
    return Correction(filled._replace(surveys=tuple(surveys)), (told,))
