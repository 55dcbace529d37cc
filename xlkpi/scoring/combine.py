"""Many marks → one: 算术平均, 加权平均, 去掉最高最低, 中位数; the figure beside its formula.

Marks are scaled integers in one frame, of one workbook or of many; pandas adds them up, and what
comes out is an exact fraction. Recused and absent scorers simply have no row in the frame, so
weights are renormalised over those who marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from xlkpi.formula import Formula
from xlkpi.numbers import decimals, scaled

_INT64_SAFE = 2**62


@dataclass(frozen=True, slots=True)
class Tally:
    """What the frame says of one indicator; marks are exact fractions."""

    count: int
    sum: Fraction
    low: Fraction
    high: Fraction
    middle: Fraction
    weighted: Fraction
    """Σ weight × mark ÷ Σ weight; 0 where there is no weight."""


class Way:
    """A 综合方法."""

    name: str

    def combined(self, tally: Tally, trim_from: int) -> Fraction:
        """Return the combined mark."""
        raise NotImplementedError

    def formula(self) -> str:
        """Return the same as a formula over {得分}, {权重} and {去极值最少人数}."""
        raise NotImplementedError

    def words(self, tally: Tally, trim_from: int) -> str:
        """Say what was really done with these marks."""
        raise NotImplementedError


class Mean(Way):
    """算术平均."""

    name = "算术平均"

    def combined(self, tally: Tally, trim_from: int) -> Fraction:
        """Return the mean."""
        return tally.sum / tally.count

    def formula(self) -> str:
        """Return the mean."""
        return "AVERAGE({得分})"

    def words(self, tally: Tally, trim_from: int) -> str:
        """Name the number of scorers."""
        return f"{tally.count} 人评分，算术平均"


class Weighted(Way):
    """加权平均, weights divided by their sum over those who marked."""

    name = "加权平均"

    def combined(self, tally: Tally, trim_from: int) -> Fraction:
        """Return the weighted mean."""
        return tally.weighted

    def formula(self) -> str:
        """Return the weighted mean; a recusal is text and counts on neither side."""
        return "SUMPRODUCT({权重},{得分})/SUMPRODUCT({权重}*ISNUMBER({得分}))"

    def words(self, tally: Tally, trim_from: int) -> str:
        """Name the number of scorers."""
        return f"{tally.count} 人评分，按评分权重加权平均"


class Trimmed(Way):
    """去掉最高最低: one copy of each, when enough marks remain on the indicator; else the mean."""

    name = "去掉最高最低"

    def combined(self, tally: Tally, trim_from: int) -> Fraction:
        """Return the trimmed mean."""
        if tally.count < trim_from:
            return tally.sum / tally.count
        return (tally.sum - tally.low - tally.high) / (tally.count - 2)

    def formula(self) -> str:
        """Return the trimmed mean."""
        return (
            "IF(COUNT({得分})>={去极值最少人数},"
            "(SUM({得分})-MAX({得分})-MIN({得分}))/(COUNT({得分})-2),AVERAGE({得分}))"
        )

    def words(self, tally: Tally, trim_from: int) -> str:
        """Say whether marks were dropped, or why not."""
        if tally.count < trim_from:
            return f"{tally.count} 人评分，不足 {trim_from} 人，不去极值，算术平均"
        return f"{tally.count} 人评分，去掉一个最高分和一个最低分，其余 {tally.count - 2} 人平均"


class Median(Way):
    """中位数."""

    name = "中位数"

    def combined(self, tally: Tally, trim_from: int) -> Fraction:
        """Return the median; of an even number the mean of the middle two."""
        return tally.middle

    def formula(self) -> str:
        """Return the median."""
        return "MEDIAN({得分})"

    def words(self, tally: Tally, trim_from: int) -> str:
        """Name the number of scorers."""
        return f"{tally.count} 人评分，取中位数"


WAYS: tuple[Way, ...] = (Mean(), Weighted(), Trimmed(), Median())
BY_NAME = {way.name: way for way in WAYS}


class Row(NamedTuple):
    """One mark in the frame."""

    item: int
    """Which indicator of which workbook: any number that tells them apart."""
    mark: Decimal
    weight: Decimal
    """1 where the workbook does not weigh."""


def tallies(rows: Sequence[Row]) -> dict[int, Tally]:
    """Add up the marks of every item, exactly."""
    if not rows:
        return {}
    mark_places = max(decimals(row.mark) for row in rows)
    weight_places = max(decimals(row.weight) for row in rows)
    marks = [scaled(row.mark, mark_places) for row in rows]
    weights = [scaled(row.weight, weight_places) for row in rows]
    largest = max(1, *map(abs, marks)) * max(1, *map(abs, weights)) * len(rows)
    kind = "int64" if largest < _INT64_SAFE else "object"  # Python's integers where int64 is short
    frame = pd.DataFrame(
        {
            "item": [row.item for row in rows],
            "mark": pd.Series(marks, dtype=kind),
            "weight": pd.Series(weights, dtype=kind),
        }
    )
    frame["product"] = frame["mark"] * frame["weight"]
    frame = frame.sort_values(["item", "mark"], kind="stable")
    groups = frame.groupby("item", sort=False)
    added = groups[["mark", "weight", "product"]].sum()
    ordered = list(frame["mark"])
    unit = 10**mark_places
    found: dict[int, Tally] = {}
    start = 0
    for item, count, (mark, weight, product) in zip(
        added.index, groups.size(), added.itertuples(index=False), strict=True
    ):
        own = ordered[start : start + count]
        start += count
        middle = int(own[(count - 1) // 2]) + int(own[count // 2])
        found[int(item)] = Tally(
            count=int(count),
            sum=Fraction(int(mark), unit),
            low=Fraction(int(own[0]), unit),
            high=Fraction(int(own[-1]), unit),
            middle=Fraction(middle, 2 * unit),
            weighted=Fraction(int(product), int(weight) * unit) if weight else Fraction(0),
        )
    return found


def formula(way: Way, hundred: bool) -> Formula:
    """Return the unrounded score as a formula: in 百分制 the combined mark counts in hundredths."""
    return Formula(f"({way.formula()})/100*{{分值}}" if hundred else way.formula())
