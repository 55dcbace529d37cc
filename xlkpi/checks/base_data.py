"""What keeps a method from a value that the template computes from 基础数据."""

from __future__ import annotations

from collections.abc import Iterator

from xlkpi.domain.cells import Datum, Derived
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef


def present(filled: Filled) -> Iterator[Finding]:
    """Every number that a method needs is on 基础数据; reported once, at its cell."""
    missing: dict[CellRef, tuple[Datum, list[str]]] = {}
    for label, each in _needed(filled):
        for datum in each.missing:
            missing.setdefault(datum.number.place, (datum, []))[1].append(label)
    for place, (datum, labels) in missing.items():
        params = {"item": datum.name or f"第 {place.row + 1} 行", "year": datum.year}
        yield finding("X661", place, codes="、".join(labels), **params)


def computable(filled: Filled) -> Iterator[Finding]:
    """Numbers that are all there come to a number."""
    for label, each in _needed(filled):
        if each.problem:
            items = "，".join(datum.text for datum in each.data)
            yield finding(each.problem, each.place, "=" + each.formula, code=label, items=items)


def _needed(filled: Filled) -> Iterator[tuple[str, Derived]]:
    """Yield what a method measures by, and the code of the indicator."""
    by_place = {
        each.place: each for table in filled.tables.values() for each in table.derived.values()
    }
    for indicator in filled.indicators:
        found, method = by_place.get(indicator.actual.place), filled.method_of(indicator)
        if found and method and method.measured:
            yield indicator.label, found
