"""加减分: every row has its kind, its points or effect, and the document that it is based on."""

from __future__ import annotations

from collections.abc import Iterator

from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Adjustment, Filled
from xlkpi.domain.numbers import plain
from xlkpi.domain.schema import folded


def complete(filled: Filled) -> Iterator[Finding]:
    """事项, 类别 and 依据 are there; 加分 and 减分 have points, 否决 has its 后果."""
    for row in filled.adjustments:
        for what, value in (
            ("事项", row.what),
            ("类别", row.kind),
            ("依据（文件名和文号）", row.basis),
        ):
            if value.blank:
                yield finding("X651", value.place, what=what)
        counts = row.kind.value in ("加分", "减分")
        if counts and row.points.blank:
            yield finding("X651", row.points.place, what="分值")
        if row.kind.value == "否决" and row.effect.blank:
            yield finding("X651", row.effect.place, what="后果")


def amounts(filled: Filled) -> Iterator[Finding]:
    """分值 is a positive number, and so is what is taken away; 否决 has none."""
    for row in filled.adjustments:
        points = row.points.value
        if points is None:
            continue
        if row.kind.value in ("加分", "减分") and points <= 0:
            yield finding("X652", row.points.place, plain(points), kind=row.kind.value)
        elif row.kind.value == "否决" and points:
            yield finding("X653", row.points.place, plain(points))


def repeated(filled: Filled) -> Iterator[Finding]:
    """The same thing is not entered twice."""
    first: dict[tuple[object, ...], Adjustment] = {}
    for row in filled.adjustments:
        key = (folded(row.what.value), row.kind.value, row.points.value, row.effect.value)
        other = first.setdefault(key, row) if row.what.good else row
        if other is not row:
            yield finding("X655", row.what.place, row.what.value or "", other=str(other.row + 1))


def effects(filled: Filled) -> Iterator[Finding]:
    """后果 belongs to 否决."""
    for row in filled.adjustments:
        if row.effect.good and row.kind.value in ("加分", "减分"):
            yield finding("X654", row.effect.place, row.effect.value or "", kind=row.kind.value)
