"""What a workbook must come to, worked out a second time and plainly, over fractions.

Written from the contract's arithmetic and the field's tables, not from `xlkpi.scoring`, and it
imports nothing of ours: it looks at rows of cells, by header. `verify` holds a scored workbook
against it, and the tests the engine. Sound workbooks only.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Held = str | Decimal
Row = Mapping[str, Held]
Sheets = Mapping[str, Sequence[Row]]
"""Rows by header, by sheet of the format."""
Ballots = Sequence[tuple[str, Sequence[Row]]]
"""Scorers and their rows."""

_DEFAULTS = {
    "打分制": "分值制", "综合方法": "算术平均", "去极值最少人数": "6", "小数位数": "2", "反向公式": "线性",
}  # fmt: skip
_SIGNS = {
    ">=": "≥", "≧": "≥", "不低于": "≥", "大于等于": "≥", "大于": ">", "等于": "=",
    "<=": "≤", "≦": "≤", "不超过": "≤", "小于": "<",
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """The figures of a workbook; scores by code, in the order of the sheets."""

    total: Fraction
    grade: str
    tiers: tuple[dict[str, Fraction], dict[str, Fraction], dict[str, Fraction]]
    review: tuple[Fraction, str] | None = None
    """Total and grade as the office above has them; None where it has said nothing."""


def half_up(value: Fraction, places: int) -> Fraction:
    """Commercial rounding: a half goes away from zero."""
    whole = math.floor(abs(value) * 10**places + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**places)


def settled(value: Fraction, places: int) -> Fraction:
    """A score, in the two steps of the printed formula ROUND(ROUND(x,12),places)."""
    return half_up(half_up(value, 12), places)


def plain(text: str) -> str:
    """A code or a name as it is compared."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def figure(held: Held) -> Fraction:
    """A number as typed: with a thousands comma, a unit, in full-width digits; 85% is 85."""
    if isinstance(held, Decimal):
        return Fraction(held)
    digits = re.match(r"-?[\d,.]+", unicodedata.normalize("NFKC", held).strip())
    assert digits, held
    return Fraction(digits[0].replace(",", ""))


# several marks → one


def mean(marks: Sequence[Fraction]) -> Fraction:
    """算术平均."""
    return sum(marks, Fraction(0)) / len(marks)


def weighted(marks: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    """加权平均 over those who marked."""
    return sum((m * w for m, w in zip(marks, weights, strict=True)), Fraction(0)) / sum(weights)


def trimmed(marks: Sequence[Fraction], enough: int) -> Fraction:
    """去掉最高最低: one copy of each, where enough marks are left."""
    if len(marks) < enough:
        return mean(marks)
    rest = list(marks)
    rest.remove(max(rest))
    rest.remove(min(rest))
    return mean(rest)


def median(marks: Sequence[Fraction]) -> Fraction:
    """中位数: of an even number the mean of the middle two."""
    row, half = sorted(marks), len(marks) // 2
    return row[half] if len(row) % 2 else (row[half - 1] + row[half]) / 2


def combined(
    way: str, marks: Sequence[Fraction], weights: Sequence[Fraction], enough: int
) -> Fraction:
    """The marks of those who marked, by 综合方法."""
    if way == "加权平均":
        return weighted(marks, weights)
    if way == "去掉最高最低":
        return trimmed(marks, enough)
    return median(marks) if way == "中位数" else mean(marks)


# no marks at all


def reached(sign: str, target: Fraction, actual: Fraction) -> bool:
    """Whether the target is met, by 指标性质; less than 5e-10 is noise of somebody's doubles."""
    gap = half_up(actual - target, 9)
    if sign in ("≤", "<") or (sign == "=" and target == 0):
        return gap <= 0
    return gap >= 0


def proportional(
    points: Fraction, sign: str, target: Fraction, actual: Fraction, inverse: str
) -> Fraction:
    """按比例: the field's table, row by row."""
    if reached(sign, target, actual):
        return points
    if target == 0:
        return Fraction(0)
    if sign not in ("≤", "<"):
        return max(Fraction(0), points * actual / target)
    if inverse == "比例":
        return points * target / actual
    if actual >= 2 * target:
        return Fraction(0)
    return points * (1 - (actual - target) / target)


def all_or_nothing(points: Fraction, sign: str, target: Fraction, actual: Fraction) -> Fraction:
    """达标得满分."""
    return points if reached(sign, target, actual) else Fraction(0)


def execution(points: Fraction, budget: Fraction, executed: Fraction) -> Fraction:
    """预算执行率, over the total of all funds."""
    return min(points, points * executed / budget) if budget else Fraction(0)


# the workbook


def verdict(sheets: Sheets, ballots: Ballots) -> Verdict:
    """Every score of a sound workbook."""
    return _Book(sheets, ballots).verdict()


class _Book:
    def __init__(self, sheets: Sheets, ballots: Ballots) -> None:
        self.sheets = sheets
        said = {plain(str(r["参数"])): str(r["值"]) for r in self.rows("参数")}
        settings = {name: said.get(name, default) for name, default in _DEFAULTS.items()}
        self.hundred = settings["打分制"] == "百分制"
        self.way = settings["综合方法"]
        self.enough = int(settings["去极值最少人数"])
        self.places = int(settings["小数位数"])
        self.inverse = settings["反向公式"]
        by_name = {
            plain(name): {plain(str(row["编号"])): row for row in rows} for name, rows in ballots
        }
        members = [r for r in self.rows("评价工作组") if r.get("是否评分", "是") == "是"]
        self.scorers = [(by_name[plain(str(r["姓名"]))], _weight(r.get("评分权重"))) for r in members]  # fmt: skip

    def rows(self, sheet: str) -> list[dict[str, Held]]:
        """The rows that count: neither empty ones nor totals."""
        held = self.sheets.get(sheet, ())
        rows = [{k: v for k, v in row.items() if v != ""} for row in held]
        totals = ("合计", "总计", "小计")
        return [r for r in rows if r and not any(plain(str(v)) in totals for v in r.values())]

    def verdict(self) -> Verdict:
        """Score the third tier, add up, grade."""
        third = {plain(str(r["编号"])): settled(self.exact(r), self.places) for r in self.rows("三级指标")}  # fmt: skip
        second = self.added("二级指标", "三级指标", "二级编号", third)
        first = self.added("一级指标", "二级指标", "一级编号", second)
        total = self.total(first)
        return Verdict(total, self.grade(total), (first, second, third), self.review(third))

    def total(self, first: dict[str, Fraction]) -> Fraction:
        return min(Fraction(100), max(Fraction(0), sum(first.values(), Fraction(0))))

    def review(self, third: dict[str, Fraction]) -> tuple[Fraction, str] | None:
        """What the office above came to, whose score stands where it gave one."""
        rows = [r for r in self.rows("复核") if r.keys() & {"复核得分", "复核完成值", "扣分原因"}]
        if not rows:
            return None
        given = {plain(str(r["编号"])): r["复核得分"] for r in rows if "复核得分" in r}
        other = third | {k: settled(figure(v), self.places) for k, v in given.items()}
        second = self.added("二级指标", "三级指标", "二级编号", other)
        total = self.total(self.added("一级指标", "二级指标", "一级编号", second))
        return total, self.grade(total)

    def added(
        self, sheet: str, below: str, parent: str, scores: dict[str, Fraction]
    ) -> dict[str, Fraction]:
        made = {plain(str(row["编号"])): Fraction(0) for row in self.rows(sheet)}
        for row in self.rows(below):
            made[plain(str(row[parent]))] += scores[plain(str(row["编号"]))]
        return made

    def grade(self, total: Fraction) -> str:
        bands = [(figure(r["下限"]), str(r["等级"])) for r in self.rows("等级标准")]
        return max(band for band in bands if band[0] <= total)[1]

    def exact(self, row: dict[str, Held]) -> Fraction:
        """The score of an indicator before it is rounded."""
        points, method = figure(row["分值"]), str(row.get("评分方式", "评分人打分"))
        if method == "评分人打分":
            return self.judged(plain(str(row["编号"])), points)
        if method == "预算执行率":
            money = self.rows("预算执行")
            budget = sum((figure(r["全年预算数"]) for r in money), Fraction(0))
            executed = sum((figure(r["全年执行数"]) for r in money), Fraction(0))
            return execution(points, budget, executed)
        sign = unicodedata.normalize("NFKC", str(row["指标性质"]))
        sign = _SIGNS.get(sign, sign)
        target, actual = figure(row["年度指标值"]), figure(row["实际完成值"])
        if method == "达标得满分":
            return all_or_nothing(points, sign, target, actual)
        assert method == "按比例"
        return proportional(points, sign, target, actual, self.inverse)

    def judged(self, code: str, points: Fraction) -> Fraction:
        """What the scorers gave; who stepped aside counts on neither side."""
        marks, weights = [], []
        for ballot, weight in self.scorers:
            if plain(str(ballot[code].get("评分说明", ""))) == "回避":
                continue
            marks.append(figure(ballot[code]["得分"]))
            weights.append(weight)
        one = combined(self.way, marks, weights, self.enough)
        return one / 100 * points if self.hundred else one


def _weight(held: Held | None) -> Fraction:
    if held is None:
        return Fraction(1)
    return figure(held) / (100 if str(held).endswith("%") else 1)
