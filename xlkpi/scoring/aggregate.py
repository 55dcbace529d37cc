"""Many marks → one: 算术平均, 加权平均, 去掉最高最低, 中位数; the figure beside its formula.

Marks are scaled integers in one frame, of one workbook or of many; pandas adds them up, and what
comes out is an exact fraction. Recused and absent scorers simply have no row in the frame, so
weights are renormalised over those who marked. Where there are 评分组, the marks of a group become
one first, by the same method, and then the means of the groups by the groups' weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from xlkpi.domain.formula import Formula
from xlkpi.domain.numbers import decimals, plain, scaled
from xlkpi.domain.results import GroupMean

_INT64_SAFE = 2**62


@dataclass(frozen=True, slots=True)
class MarkStats:
    """The sums over the marks of one indicator; exact."""

    count: int
    total: int
    """Σ mark × `unit`."""
    product: int
    """Σ weight × mark × `unit`, in the scale of the weights."""
    weight: int
    """Σ weight, in that scale."""
    marks: Sequence[int]
    """The marks times `unit`."""
    unit: int

    @property
    def sum(self) -> Fraction:
        """Σ mark."""
        return Fraction(self.total, self.unit)

    @property
    def weighted(self) -> Fraction:
        """Σ weight × mark ÷ Σ weight; 0 where there is no weight."""
        return Fraction(self.product, self.weight * self.unit) if self.weight else Fraction(0)

    @property
    def ordered(self) -> Sequence[int]:
        """The marks from the lowest to the highest, times `unit`."""
        return sorted(self.marks)

    @property
    def middle(self) -> Fraction:
        """The mark in the middle; of an even number the mean of the middle two."""
        ordered = self.ordered
        two = ordered[(self.count - 1) // 2] + ordered[self.count // 2]
        return Fraction(two, 2 * self.unit)

    def ends(self, each: int) -> Fraction:
        """Return the sum of so many of the lowest and as many of the highest marks."""
        ordered = self.ordered
        ends = (*ordered[:each], *ordered[self.count - each :])
        return Fraction(sum(ends), self.unit)


class Trim(NamedTuple):
    """When marks are dropped, and how many."""

    least: int
    """去极值最少人数."""
    per_end: int = 1
    """去极值个数, at either end."""

    def applies_to(self, count: int) -> bool:
        """Whether marks are dropped where so many are left: one has to remain."""
        return count >= max(self.least, 2 * self.per_end + 1)


class Aggregation:
    """A 综合方法."""

    name: str

    def combine(self, stats: MarkStats, trim: Trim) -> Fraction:
        raise NotImplementedError

    def formula(self, each: int = 1) -> str:
        """Return the same as a formula over {得分}, {权重} and {去极值最少人数}; `each` is 去极值个数."""
        raise NotImplementedError

    def explain(self, stats: MarkStats, trim: Trim) -> str:
        """Return a Chinese sentence about what was done with these marks."""
        raise NotImplementedError


class Mean(Aggregation):
    """算术平均."""

    name = "算术平均"

    def combine(self, stats: MarkStats, trim: Trim) -> Fraction:
        return Fraction(stats.total, stats.unit * stats.count)

    def formula(self, each: int = 1) -> str:
        return "AVERAGE({得分})"

    def explain(self, stats: MarkStats, trim: Trim) -> str:
        return f"{stats.count} 人评分，算术平均"


class Weighted(Aggregation):
    """加权平均, weights divided by their sum over those who marked."""

    name = "加权平均"

    def combine(self, stats: MarkStats, trim: Trim) -> Fraction:
        return stats.weighted

    def formula(self, each: int = 1) -> str:
        """Divide by the weights of those who marked: a recusal is a text and counts nowhere."""
        return "SUMPRODUCT({权重},{得分})/SUMPRODUCT({权重}*ISNUMBER({得分}))"

    def explain(self, stats: MarkStats, trim: Trim) -> str:
        return f"{stats.count} 人评分，按评分权重加权平均"


class Trimmed(Aggregation):
    """去掉最高最低: so many copies of each, when enough marks remain on the indicator; else the mean."""

    name = "去掉最高最低"

    def combine(self, stats: MarkStats, trim: Trim) -> Fraction:
        if not trim.applies_to(stats.count):
            return stats.sum / stats.count
        return (stats.sum - stats.ends(trim.per_end)) / (stats.count - 2 * trim.per_end)

    def formula(self, each: int = 1) -> str:
        """Divide what is left by how many are, where enough are left."""
        return (
            f"IF(COUNT({{得分}})>={enough(each)},"
            f"({sum_of_rest('{得分}', each)})/(COUNT({{得分}})-{2 * each}),AVERAGE({{得分}}))"
        )

    def explain(self, stats: MarkStats, trim: Trim) -> str:
        if not trim.applies_to(stats.count):
            least = max(trim.least, 2 * trim.per_end + 1)
            return f"{stats.count} 人评分，不足 {least} 人，不去极值，算术平均"
        left = stats.count - 2 * trim.per_end
        if trim.per_end == 1:
            return f"{stats.count} 人评分，去掉一个最高分和一个最低分，其余 {left} 人平均"
        return f"{stats.count} 人评分，去掉 {trim.per_end} 个最高分和 {trim.per_end} 个最低分，其余 {left} 人平均"


def enough(each: int) -> str:
    """Return the expression of how many marks there must be for any to be dropped."""
    return "{去极值最少人数}" if each == 1 else f"MAX({{去极值最少人数}},{2 * each + 1})"


def sum_of_rest(block: str, each: int) -> str:
    """Return the expression of the sum without the dropped marks, one term for each of those."""
    if each == 1:
        return f"SUM({block})-MAX({block})-MIN({block})"
    ends = (f"-LARGE({block},{n})-SMALL({block},{n})" for n in range(1, each + 1))
    return f"SUM({block}){''.join(ends)}"


class Median(Aggregation):
    """中位数."""

    name = "中位数"

    def combine(self, stats: MarkStats, trim: Trim) -> Fraction:
        """Of an even number of marks, take the mean of the middle two."""
        return stats.middle

    def formula(self, each: int = 1) -> str:
        return "MEDIAN({得分})"

    def explain(self, stats: MarkStats, trim: Trim) -> str:
        return f"{stats.count} 人评分，取中位数"


AGGREGATIONS: tuple[Aggregation, ...] = (Mean(), Weighted(), Trimmed(), Median())
BY_NAME = {each.name: each for each in AGGREGATIONS}


class Row(NamedTuple):
    """One mark in the frame."""

    item: int
    """Any number that identifies the indicator and its workbook."""
    mark: Decimal
    weight: Decimal
    """1 where the workbook does not weigh."""


def mark_stats(rows: Sequence[Row]) -> dict[int, MarkStats]:
    """Add up the marks of every item, exactly."""
    if not rows:
        return {}
    items = [row.item for row in rows]
    marks, unit = _as_integers([row.mark for row in rows])
    weights, _ = _as_integers([row.weight for row in rows])
    largest = max(1, *map(abs, marks)) * max(1, *map(abs, weights)) * len(rows)
    kind = "int64" if largest < _INT64_SAFE else "object"  # Python's integers where int64 is short
    # One block of numbers: a frame of three named columns takes longer to make and to add up.
    block = pd.Series([*marks, *marks, *weights], dtype=kind).to_numpy(copy=True).reshape(3, -1)
    block[1] *= block[2]
    sums = pd.DataFrame(block.T, index=items).groupby(level=0, sort=False).sum()
    own: dict[int, list[int]] = {}
    for item, each in zip(items, marks, strict=True):
        own.setdefault(item, []).append(each)
    return {
        item: MarkStats(len(own[item]), added, product, total, own[item], unit)
        for item, (added, product, total) in zip(sums.index, sums.to_numpy().tolist(), strict=True)
    }


def _as_integers(values: Sequence[Decimal]) -> tuple[list[int], int]:
    """Return decimals as integers on one scale, and how many of these are 1."""
    places = max(map(decimals, values))
    return [scaled(each, places) for each in values], 10**places


GROUPS_FORMULA = "SUMPRODUCT({组权重},{组得分})/SUMPRODUCT({组权重}*ISNUMBER({组得分}))"
"""The mean of the groups by their weights; a group in which nobody marked shows a text."""


def combine_groups(parts: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """Return one mark of the groups' (weight, mean), over those in which somebody marked."""
    total = sum((weight for weight, _ in parts), Fraction(0))
    return sum((weight * mean for weight, mean in parts), Fraction(0)) / total


def explain_groups(parts: Sequence[GroupMean], method: Aggregation) -> str:
    """Return a Chinese sentence: the result in each group, and which weights counted."""
    marked = [part for part in parts if part.mean is not None]
    inside = "；".join(f"{part.group.name} {part.explanation}" for part in marked)
    weights = "、".join(f"{part.group.name} {_weight(part)}" for part in marked)
    text = f"先在评分组内合成（{method.name}），再按组权重（{weights}）加权平均；{inside}"
    empty = "、".join(part.group.name for part in parts if part.mean is None)
    return f"{text}；{empty} 无人评分，按其余各组的权重折算" if empty else text


def _weight(part: GroupMean) -> str:
    weight = part.group.weight.value
    return "" if weight is None else plain(weight)


def formula(method: Aggregation, hundred: bool, each: int = 1, grouped: bool = False) -> Formula:
    """Return the unrounded score as a formula: in 百分制 the combined mark counts in hundredths."""
    one = GROUPS_FORMULA if grouped else method.formula(each)
    return Formula(f"({one})/100*{{分值}}" if hundred else one)
