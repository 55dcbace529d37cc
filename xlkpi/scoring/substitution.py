"""The numbers put in for an indicator, 6×23÷24 or (4+4+3.5)÷3: once for 指标得分 and for `explain`.

Of computed indicators their method says it; of judged ones the marks are listed here, recusals left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain import methods, substitution
from xlkpi.domain.inputs import Filled
from xlkpi.domain.methods.method import POINTS
from xlkpi.domain.numbers import rounded
from xlkpi.domain.results import IndicatorScore, ScorerMark
from xlkpi.domain.substitution import Choice, Number, Substitution
from xlkpi.scoring import aggregate

_LISTED = 20
"""So many marks are listed one by one; more as their sum, for a formula may not be any longer."""
_NO_MARK = Decimal(0)


def of(work: IndicatorScore, filled: Filled) -> Substitution:
    """Return the unrounded score with the numbers put in; nothing where it does not apply."""
    if work.method:
        return _computed(work)
    if not work.applies:
        return ()
    way = _Way(filled.parameters.text("综合方法"), _trim(filled), len(work.given) <= _LISTED)
    combined = _of_groups(work, way) if work.parts else _combined(way, work.given, 1)
    if not filled.parameters.out_of_100:
        return combined
    return (*combined, "÷100×", Number(POINTS, work.indicator.points.value or 0))


def text(work: IndicatorScore, filled: Filled) -> str:
    """Return the same as a text."""
    return substitution.text(of(work, filled))


def _computed(work: IndicatorScore) -> Substitution:
    method, case, less = work.method, work.case, work.indicator.deduction.value
    assert method is not None
    assert case is not None
    put_in = method.substitution(case)
    if not less:
        return put_in
    return methods.deducted_substitution(put_in, method.formula(case), method.points(case), less)


class _Way(NamedTuple):
    """How marks become one."""

    name: str
    trim: aggregate.Trim
    listed: bool


def _trim(filled: Filled) -> aggregate.Trim:
    return aggregate.Trim(filled.parameters.trim_from, filled.parameters.trim_count)


class _Marks(NamedTuple):
    """Marks side by side, some of which may be recusals."""

    given: Sequence[ScorerMark]
    first: int
    """The number of the first of them among all, from 1."""

    @property
    def block(self) -> str:
        """The block of their cells."""
        return f"{{第{self.first}人得分}}:{{第{self.first + len(self.given) - 1}人得分}}"

    @property
    def weights(self) -> str:
        """The block of the cells of their weights."""
        return f"{{第{self.first}人权重}}:{{第{self.first + len(self.given) - 1}人权重}}"

    @property
    def known(self) -> list[Decimal]:
        """The marks without recusals, the highest first."""
        return sorted((each.mark for each in self.given if each.mark is not None), reverse=True)

    @property
    def number(self) -> Number:
        """How many these are."""
        return Number(f"COUNT({self.block})", len(self.known))

    def joined(self, part: str) -> Substitution:
        """Return a part of each who marked, joined by +: 得分, 权重, or both as a product."""
        made: list[str | Number | Choice] = []
        before = 0
        for at, given in enumerate(self.given):
            number = self.first + at
            own = self._part(part, number, given)
            if at:
                block = f"{{第{self.first}人得分}}:{{第{number - 1}人得分}}"
                own = (Choice(f"COUNT({block})>0", before > 0, ("+",)), *own)
            made.append(Choice(f"ISNUMBER({{第{number}人得分}})", given.mark is not None, own))
            before += given.mark is not None
        return ("(", *made, ")")

    @staticmethod
    def _part(part: str, number: int, given: ScorerMark) -> Substitution:
        mark = Number(f"{{第{number}人得分}}", given.mark or _NO_MARK)
        if part == "得分":
            return (mark,)
        weight = (given.weight and given.weight.value) or _NO_MARK
        weighs = Number(f"{{第{number}人权重}}", weight)
        return (weighs,) if part == "权重" else (mark, "×", weighs)


def _combined(way: _Way, given: Sequence[ScorerMark], first: int) -> Substitution:
    """Return the marks combined by 综合方法; at least one is no recusal."""
    marks = _Marks(given, first)
    if way.name == aggregate.Weighted.name:
        return _weighted(way, marks)
    if way.name == aggregate.Median.name:
        return _median(marks)
    if way.name == aggregate.Trimmed.name:
        return _trimmed(way, marks)
    return _mean(way, marks)


def _mean(way: _Way, marks: _Marks) -> Substitution:
    total: Substitution = (Number(f"ROUND(SUM({marks.block}),6)", sum(marks.known, Decimal(0))),)
    return (*(marks.joined("得分") if way.listed else total), "÷", marks.number)


def _weighted(way: _Way, marks: _Marks) -> Substitution:
    if way.listed:
        return (*marks.joined("乘积"), "÷", *marks.joined("权重"))
    pairs = [(each.mark, each.weight.value) for each in marks.given if each.mark is not None and each.weight]  # fmt: skip
    product = sum((Fraction(mark) * Fraction(weight or 0) for mark, weight in pairs), Fraction(0))
    weights = sum((weight or _NO_MARK for _, weight in pairs), Decimal(0))
    return (
        Number(f"ROUND(SUMPRODUCT({marks.weights},{marks.block}),9)", rounded(product, 9)), "÷",
        Number(f"ROUND(SUMPRODUCT({marks.weights}*ISNUMBER({marks.block})),6)", weights),
    )  # fmt: skip


def _median(marks: _Marks) -> Substitution:
    known, block, count = marks.known, marks.block, marks.number.expression
    half = len(known) // 2
    middle = ("居中的得分 ", Number(f"MEDIAN({block})", known[half]))
    two: Substitution = (
        "(", Number(f"LARGE({block},INT({count}/2))", known[half - 1]), "+",
        Number(f"LARGE({block},INT({count}/2)+1)", known[half]), ")÷2",
    )  # fmt: skip
    return (Choice(f"{count}-2*INT({count}/2)=1", len(known) % 2 == 1, middle, two),)


def _trimmed(way: _Way, marks: _Marks) -> Substitution:
    """Return the marks that are left, from the highest; all of them where they are too few to drop any."""
    each, mean = way.trim.per_end, _mean(way, marks)
    if len(marks.given) <= 2 * each:
        return mean
    known, count = marks.known, marks.number.expression
    left = known[each : len(known) - each]
    number = Number(f"{count}-{2 * each}", len(left))
    total = Number(f"ROUND({aggregate.sum_of_rest(marks.block, each)},6)", sum(left, Decimal(0)))
    rest: Substitution = ("去掉后合计 ", total)
    if way.listed:
        rest = ("(", *_largest(marks, each), ")")
    return (
        Choice(
            f"{count}>={aggregate.enough(each)}",
            way.trim.applies_to(len(known)),
            (*rest, "÷", number),
            mean,
        ),
    )


def _largest(marks: _Marks, each: int) -> Substitution:
    """Return the marks but so many at either end, joined by +, the highest first."""
    known, count = marks.known, marks.number.expression
    made: list[Number | Choice] = []
    for k in range(each + 1, len(marks.given) - each + 1):
        mark = Number(f"LARGE({marks.block},{k})", known[k - 1] if k <= len(known) else _NO_MARK)
        plus = ("+", mark) if k > each + 1 else (mark,)
        made.append(Choice(f"{count}>={k + each}", k + each <= len(known), plus))
    return made


def _of_groups(work: IndicatorScore, way: _Way) -> Substitution:
    """Return the groups' means by their weights; a group in which nobody marked is left out."""
    products: list[str | Number | Choice] = []
    weights: list[str | Number | Choice] = []
    first, before = 1, False
    for n, part in enumerate(work.parts, start=1):
        own = [given for given in work.given if given.group == part.group.key]
        marks, marked = _Marks(own, first), part.mean is not None
        plus: Substitution = ()
        if first > 1:
            plus = (Choice(f"COUNT({{第1人得分}}:{{第{first - 1}人得分}})>0", before, ("+",)),)
        weight = Number(f"{{第{n}组权重}}", part.group.weight.value or _NO_MARK)
        mean: Substitution = (
            Number(f"ROUND({{第{n}组得分}},6)", rounded(part.mean or Fraction(0), 6)),
        )
        if way.listed and marked:
            mean = _combined(way, own, first)
        elif way.listed:
            mean = _combined(way, [each._replace(mark=_NO_MARK) for each in own], first)
        test = f"COUNT({marks.block})>0"
        products.append(Choice(test, marked, (*plus, *mean, "×", weight)))
        weights.append(Choice(test, marked, (*plus, weight)))
        first, before = first + len(own), before or marked
    rounding = () if way.listed else ("组得分取六位小数：",)
    return (*rounding, "(", *products, ")÷(", *weights, ")")
