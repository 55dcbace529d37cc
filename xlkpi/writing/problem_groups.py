"""Findings as 问题清单 tells them: what repeats in one line, and a text for each who has to act."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xlkpi.domain.findings import TOGETHER, Finding, Severity
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef, list_places
from xlkpi.domain.schema import BALLOT, BALLOT_PREFIX, sheet_named

STAFF = "填报人"
_YOU = "您"
_FEWEST = 3
"""So many findings of one code on one sheet are one line."""
_MOST_NAMES = 3
_MOST_ITEMS = 24
"""Items of a text: what fits into one cell that can still be seen whole."""


class Problem(NamedTuple):
    """One line of 问题清单."""

    findings: tuple[Finding, ...]
    message: str
    remedy: str

    @property
    def first(self) -> Finding:
        """The finding that the line's link leads to."""
        return self.findings[0]

    @property
    def places(self) -> str:
        """All cells of the line."""
        sheets: dict[str, list[CellRef]] = {}
        for each in self.findings:
            sheets.setdefault(each.place.sheet, []).append(each.place)
        return "、".join(_on_one_sheet(places) for places in sheets.values())


def _on_one_sheet(places: Sequence[CellRef]) -> str:
    """Return the cells of one sheet, which is named once: 评分_张三!H6、H9."""
    first = places[0]
    if len(places) == 1:
        return first.label
    return f"{first.sheet}!{list_places(places).replace(f'{first.sheet}!', '')}"


def find_scorers(filled: Filled) -> dict[str, str]:
    """Return whose each scorer's sheet is."""
    named = {each.table.grid.name: each.scorer.value or "" for each in filled.ballots}
    return {
        grid.name: named.get(grid.name) or grid.name.removeprefix(BALLOT_PREFIX)
        for grid in filled.grids
        if sheet_named(grid.name) is BALLOT
    }


def group(findings: Sequence[Finding]) -> list[Problem]:
    """Return the lines of 问题清单: the same of several scorers, or much of one kind on a sheet, is one."""
    same = _gathered(findings, _what)
    kinds = _gathered(findings, _kind)
    lines: dict[object, list[Finding]] = {}
    for number, each in enumerate(findings):
        alike, others = len(same[_what(each)]), len(kinds[_kind(each)])
        line: object = number
        if each.code in TOGETHER and others >= max(_FEWEST, alike + 1):
            line = _kind(each)
        elif alike > 1:
            line = _what(each)
        lines.setdefault(line, []).append(each)
    return [_problem(tuple(each)) for each in lines.values()]


def _what(each: Finding) -> tuple[object, ...]:
    """Return what is the same in one problem of several scorers."""
    params = sorted((name, value) for name, value in each.params.items() if name != "scorer")
    return each.code, each.found, tuple(params)


def _kind(each: Finding) -> tuple[object, ...]:
    return each.code, each.place.sheet


def _gathered(
    findings: Iterable[Finding], key: Callable[[Finding], tuple[object, ...]]
) -> dict[tuple[object, ...], list[Finding]]:
    gathered: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        gathered.setdefault(key(each), []).append(each)
    return gathered


def _problem(alike: tuple[Finding, ...]) -> Problem:
    first = alike[0]
    if len(alike) > 1 and len({_what(each) for each in alike}) > 1:
        return Problem(alike, *_together(alike, first.params.get("scorer", "")))
    names = dict.fromkeys(str(each.params.get("scorer", "")) for each in alike)
    told = first._replace(params={**first.params, "scorer": _list_names(list(names))})
    return Problem(alike, told.message, told.remedy)


def _together(alike: Sequence[Finding], scorer: object) -> tuple[str, str]:
    sentence, remedy = TOGETHER[alike[0].code]
    figures = {"count": len(alike), "scorer": scorer}
    return sentence.format_map(figures), remedy.format_map(figures)


def _list_names(names: Sequence[str]) -> str:
    more = f" 等 {len(names)} 人" if len(names) > _MOST_NAMES else ""
    return "、".join(names[:_MOST_NAMES]) + more


def write_texts(findings: Iterable[Finding], scorers: Mapping[str, str]) -> dict[str, str]:
    """Return who has to act → a text to forward; it is one paragraph, so that it pastes anywhere."""
    by_person: dict[str, list[Finding]] = {}
    for each in findings:
        if each.severity is not Severity.NOTE:
            by_person.setdefault(scorers.get(each.place.sheet, STAFF), []).append(each)
    names = sorted(by_person, key=lambda name: name == STAFF)  # the scorers first
    return {name: _text(name, by_person[name]) for name in names}


def _text(name: str, findings: Sequence[Finding]) -> str:
    items = [item for alike in _gathered(findings, _kind).values() for item in _items(alike)]
    more = f"其余 {len(items) - _MOST_ITEMS} 处见“问题清单”。" if len(items) > _MOST_ITEMS else ""
    if len(items) == 1:
        return f"{name}：{items[0]}"
    numbered = (f"（{number}）{item}" for number, item in enumerate(items[:_MOST_ITEMS], start=1))
    return f"{name}：{''.join(numbered)}{more}"


def _items(alike: Sequence[Finding]) -> Iterator[str]:
    if alike[0].code in TOGETHER and len(alike) > 1:
        yield _item(alike, *_together(alike, f" {_YOU} "))
        return
    for same in _gathered(alike, _what).values():
        params = dict(same[0].params)
        if "scorer" in params and sheet_named(same[0].place.sheet) is BALLOT:
            params["scorer"] = f" {_YOU} "
        told = same[0]._replace(params=params)
        yield _item(same, told.message, told.remedy)


def _item(alike: Sequence[Finding], message: str, remedy: str) -> str:
    said = f"{message}。{remedy}"
    for spaced in (f"  {_YOU}  ", f" {_YOU}  ", f"  {_YOU} ", f" {_YOU} "):
        said = said.replace(spaced, _YOU)
    return f"{_where([each.place for each in alike])}{said.strip()}"


def _where(places: Sequence[CellRef]) -> str:
    sheet = places[0].sheet
    cells = list_places([each for each in places if each.cell])
    inside = cells.replace(f"{sheet}!", "")
    return f"{sheet} 的 {inside}，" if inside else f"{sheet}：" if sheet else ""
