"""What a workbook must come to, worked out a second time and plainly, over fractions.

Written from the contract's arithmetic and the field's tables, not from `xlkpi.scoring.score`, and it
imports nothing of ours: it looks at rows of cells, by header. `verify` holds a scored workbook
against it, and the tests the engine. Sound workbooks only.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

Content = str | Decimal
Row = Mapping[str, Content]
Sheets = Mapping[str, Sequence[Row]]
"""Rows by header, by sheet of the format."""
Ballots = Sequence[tuple[str, Sequence[Row]]]
"""Scorers and their rows."""
Scores = dict[str, Fraction]
"""Scores by code."""

_DEFAULTS = {
    "打分制": "分值制", "综合方法": "算术平均", "去极值最少人数": "6", "去极值个数": "1", "小数位数": "2", "反向公式": "线性",
    "满意度口径": "满意以上",
}  # fmt: skip
_BEFORE = (
    (
        "≥",
        r"[≥≧⩾≮]|>=|=>|不[得能应可]?[低少小]于|[大高多]于(?:或者?)?等于|等于或大于|至少|最少|最低|起码",
    ),
    ("≤", r"[≤≦⩽≯]|<=|=<|不[得能应可]?(?:[高大多迟晚]于|超过?|突破)|[未没]有?超过"),
    ("≤", r"[小低少]于(?:或者?)?等于|等于或小于|至多|最多|最高|最迟|最晚"),
    (">", r">|[大高多晚]于|超[过出]"),
    ("<", r"<|[小低少早]于|不[足满到]|未满"),
    ("=", r"[=═]|等于"),
)
"""What is said before a number, the first that fits; of two that end alike the longer stands first."""
_BEHIND = (
    (">", r"不含.*以上|以上.*不含"),
    ("<", r"不含.*以下|以下.*不含"),
    ("≥", r"以上"),
    ("≤", r"以下|内\Z"),
)
_SOFT = r"达|完成|实现"


@dataclass(frozen=True)
class Verdict:
    """The figures of a workbook; scores by code, in the order of the sheets, of what applies."""

    total: Fraction
    grade: str
    tiers: tuple[dict[str, Fraction], dict[str, Fraction], dict[str, Fraction]]
    review: tuple[Fraction, str] | None = None
    """Total and grade as the office above has them; None where it has said nothing."""


def round_half_up(value: Fraction, places: int) -> Fraction:
    """Commercial rounding: a half goes away from zero."""
    whole = math.floor(abs(value) * 10**places + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**places)


def round_score(value: Fraction, places: int) -> Fraction:
    """A score, in the two steps of the printed formula ROUND(ROUND(x,12),places)."""
    return round_half_up(round_half_up(value, 12), places)


def cap_score(value: Fraction, points: Fraction, places: int) -> Fraction:
    """A score that is never above its 分值, and 分值 itself where it is fully met."""
    if round_half_up(value, 12) >= points:
        return points
    return min(points, round_score(value, places))


def count_places(points: Sequence[Fraction], places: int) -> int:
    """小数位数, or the decimals of the finest 分值."""
    while any(each * 10**places % 1 for each in points):
        places += 1
    return places


def normalise(text: str) -> str:
    """A code or a name as it is compared."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def parse_number(held: Content) -> Fraction:
    """A number as typed, behind a sign, with commas, a unit, in full-width digits; 85% is 85."""
    if isinstance(held, Decimal):
        return Fraction(held)
    digits = re.search(r"-?\d[\d,.]*", unicodedata.normalize("NFKC", held))
    assert digits, held
    return Fraction(digits[0].replace(",", ""))


def parse_share(held: Content) -> Fraction:
    """A part of a whole as typed: 80% is 0.8, and so is 0.8."""
    return parse_number(held) / (100 if str(held).strip().endswith(("%", "％")) else 1)


def find_sign(held: Content) -> str:
    """The sign of a 指标性质, or the one said with a target; "" where there is none."""
    text = normalise(str(held))
    digits = re.search(r"\d", text)
    before, rest = (text[: digits.start()], text[digits.start() :]) if digits else (text, "")
    behind = re.sub(r"\A[\d.,]+", "", rest)
    said = [sign for sign, words in _BEFORE if re.search(words, before)]
    said += [sign for sign, words in _BEHIND if re.search(words, behind)]
    if re.search(_SOFT, before):
        said.append("≥")
    return said[0] if said else ""


def parse_day(held: Content, year: int) -> Fraction | None:
    """The last day that a text about a date may mean, counted in days; None where it is about none."""
    text = normalise(str(held)) if isinstance(held, str) else ""
    if found := re.search(r"(\d{4})[年/.-](\d+)[月/.-](\d+)|()(\d+)月(\d+)[日号]", text):
        parts = [part for part in found.groups() if part]
        own, month, number = map(int, parts if len(parts) == 3 else [str(year), *parts])
        return Fraction(dt.date(own, month, number).toordinal())
    said = re.search(r"(\d{4})[年-]", text)
    own = int(said[1]) if said else year
    if (found := re.search(r"(\d+)月", text)) and (said or re.search(r"[底末份]", text)):
        return _find_last_day(own, int(found[1]))
    if found := re.search(r"([一二三四1-4])季度", text):
        return _find_last_day(own, 3 * ("一二三四1234".index(found[1]) % 4 + 1))
    if found := re.search(r"([上下])半年", text):
        return _find_last_day(own, 6 if found[1] == "上" else 12)
    return _find_last_day(own, 12) if re.search(r"年度?[底末内]", text) else None


def _find_last_day(year: int, month: int) -> Fraction:
    """The last day of a month."""
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    return Fraction(following.toordinal() - 1)


# several marks → one


def mean(marks: Sequence[Fraction]) -> Fraction:
    """算术平均."""
    return sum(marks, Fraction(0)) / len(marks)


def weighted_mean(marks: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    """加权平均 over those who marked."""
    return sum((m * w for m, w in zip(marks, weights, strict=True)), Fraction(0)) / sum(weights)


def trimmed_mean(marks: Sequence[Fraction], enough: int, each: int = 1) -> Fraction:
    """去掉最高最低: so many copies of each, where enough marks are left."""
    if len(marks) < enough or len(marks) <= 2 * each:
        return mean(marks)
    rest = list(marks)
    for _ in range(each):
        rest.remove(max(rest))
        rest.remove(min(rest))
    return mean(rest)


def median(marks: Sequence[Fraction]) -> Fraction:
    """中位数: of an even number the mean of the middle two."""
    row, half = sorted(marks), len(marks) // 2
    return row[half] if len(row) % 2 else (row[half - 1] + row[half]) / 2


def combine(
    way: str, marks: Sequence[Fraction], weights: Sequence[Fraction], enough: int, each: int = 1
) -> Fraction:
    """The marks of those who marked, by 综合方法."""
    if way == "加权平均":
        return weighted_mean(marks, weights)
    if way == "去掉最高最低":
        return trimmed_mean(marks, enough, each)
    return median(marks) if way == "中位数" else mean(marks)


# no marks at all


def is_reached(sign: str, target: Fraction, actual: Fraction) -> bool:
    """Whether the target is met, by 指标性质; less than 5e-10 is noise of somebody's doubles."""
    gap = round_half_up(actual - target, 9)
    if sign in ("≤", "<") or (sign == "=" and target == 0):
        return gap <= 0
    return gap >= 0


def score_proportional(
    points: Fraction, sign: str, target: Fraction, actual: Fraction, inverse: str
) -> Fraction:
    """按比例: the field's table, row by row."""
    if is_reached(sign, target, actual):
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


def score_all_or_nothing(
    points: Fraction, sign: str, target: Fraction, actual: Fraction, own: str = ""
) -> Fraction:
    """达标得满分; to equal the target is not to be above or below it, unless its own sign says so."""
    if sign in (">", "<") and own != sign and round_half_up(actual - target, 9) == 0:
        return Fraction(0)
    return points if is_reached(sign, target, actual) else Fraction(0)


def score_execution(points: Fraction, budget: Fraction, executed: Fraction) -> Fraction:
    """预算执行率, over the total of all funds."""
    return min(points, points * executed / budget) if budget else Fraction(0)


# a rule of the office's own


def reaches_bound(row: Row, value: Fraction) -> bool:
    """Whether a value reaches the row's 下限, or exceeds it where 含下限 says 否."""
    if "下限" not in row:
        return True
    gap = round_half_up(value - parse_number(row["下限"]), 9)
    return gap > 0 if row.get("含下限") == "否" else gap >= 0


def find_highest(rows: Sequence[Row], value: Fraction) -> Row | None:
    """The row with the highest 下限 that the value reaches: of [80 and (80 the second is higher."""
    there = [row for row in rows if reaches_bound(row, value)]
    return max(there, key=_rank, default=None)


def _rank(row: Row) -> tuple[bool, Fraction, bool]:
    known = "下限" in row
    return known, parse_number(row["下限"]) if known else Fraction(0), row.get("含下限") == "否"


def score_banded(points: Fraction, rows: Sequence[Row], value: Fraction) -> Fraction:
    """分档."""
    row = find_highest(rows, value)
    assert row is not None, value
    return find_points(points, row)


def find_points(points: Fraction, row: Row) -> Fraction:
    """What a row says: so many points, or such a share of them."""
    return parse_number(row["得分"]) if "得分" in row else points * parse_share(row["得分比例"])


def score_straight(points: Fraction, rows: Sequence[Row], value: Fraction) -> Fraction:
    """直线: between two rows in proportion; nothing beyond the worse end, all beyond the better one."""
    line = sorted((parse_number(row["下限"]), find_points(points, row)) for row in rows)
    (low, first), (high, last) = line[0], line[-1]
    if round_half_up(value - low, 9) < 0:
        return Fraction(0) if first < last else points
    if round_half_up(value - high, 9) > 0:
        return points if first < last else Fraction(0)
    for (left, less), (right, more) in pairwise(line):
        if round_half_up(value - right, 9) < 0:
            return less + (more - less) * round_half_up(value - left, 9) / round_half_up(
                right - left, 9
            )
        if round_half_up(value - right, 9) == 0:
            return more
    raise AssertionError(value)


def score_stepped(points: Fraction, row: Row, value: Fraction) -> Fraction:
    """步长: every step on the bad side costs, down to the floor; noise as in `is_reached`."""
    beyond = round_half_up(value - parse_number(row["基准"]), 9)
    if row["方向"] == "低于扣分":
        beyond = -beyond
    return subtract_steps(points, row, beyond) if beyond > 0 else points


def subtract_steps(points: Fraction, row: Row, distance: Fraction) -> Fraction:
    """What the steps of a distance leave, a part of a step being counted by 不足一步."""
    steps = distance / parse_number(row["步长"])
    part = row.get("不足一步", "不计")
    if part != "按比例":
        whole = round_half_up(steps, 9)
        steps = Fraction(math.ceil(whole) if part == "按一步" else math.floor(whole))
    return max(
        points - steps * parse_number(row["每步扣分"]), parse_number(row.get("封底", Decimal(0)))
    )


def score_deviation(points: Fraction, row: Row, target: Fraction, value: Fraction) -> Fraction:
    """偏离: the distance from 基准, else from the target, costs on either side."""
    goal = parse_number(row["基准"]) if "基准" in row else target
    if "步长" in row:
        return subtract_steps(points, row, abs(round_half_up(value - goal, 9)))
    floor = parse_number(row.get("封底", Decimal(0)))
    return max(floor, points * (1 - abs(value - goal) / abs(goal)))


def find_overachievement_factor(
    rows: Sequence[Row], target: Fraction, actual: Fraction
) -> Fraction:
    """超额完成: the factor for having done so much more than was asked."""
    row = find_highest(rows, actual / target * 100)
    return parse_share(row["得分比例"]) if row and "得分比例" in row else Fraction(1)


# a survey


def compute_satisfaction(caliber: str, votes: Sequence[Fraction]) -> Fraction:
    """满意度 in percentage points, of 很满意, 满意, 基本满意 and 不满意."""
    very, fairly, somewhat, _ = votes
    if caliber == "满意以上":
        content = very + fairly
    elif caliber == "基本满意以上":
        content = very + fairly + somewhat
    else:
        assert caliber == "指数100-80-60-40"
        content = sum((v * w for v, w in zip(votes, (100, 80, 60, 40), strict=True)), Fraction(0)) / 100  # fmt: skip
    return 100 * content / sum(votes)


# the workbook


def compute_verdict(sheets: Sheets, ballots: Ballots) -> Verdict:
    """Every score of a sound workbook."""
    return _Book(sheets, ballots).verdict()


class _Book:
    def __init__(self, sheets: Sheets, ballots: Ballots) -> None:
        self.sheets = sheets
        said = {normalise(str(r["参数"])): str(r["值"]) for r in self.rows("参数")}
        settings = {name: said.get(name, default) for name, default in _DEFAULTS.items()}
        self.hundred = settings["打分制"] == "百分制"
        self.way = settings["综合方法"]
        self.enough = int(settings["去极值最少人数"])
        self.each = int(settings["去极值个数"])
        self.places = int(settings["小数位数"])
        self.inverse = settings["反向公式"]
        self.caliber = settings["满意度口径"]
        lines = {normalise(str(r["项目"])): str(r.get("内容", "")) for r in self.rows("基本信息")}
        self.year = int(parse_number(lines.get("评价年度") or "1900"))
        by_name = {
            normalise(name): {normalise(str(row["编号"])): row for row in rows}
            for name, rows in ballots
        }
        members = [r for r in self.rows("评价工作组") if r.get("是否评分", "是") == "是"]
        self.scorers = [
            (
                by_name[normalise(str(r["姓名"]))],
                _parse_weight(r.get("评分权重")),
                normalise(str(r.get("评分组", ""))),
            )
            for r in members
        ]
        self.shares = self.groups()

    def groups(self) -> dict[str, Fraction]:
        """The groups' weights; a group's may stand with any of its members."""
        rows = [r for r in self.rows("评价工作组") if "评分组" in r and "组权重" in r]
        return {normalise(str(r["评分组"])): _parse_weight(r["组权重"]) for r in rows}

    def rows(self, sheet: str) -> list[dict[str, Content]]:
        """The rows that count: neither empty ones nor totals."""
        held = self.sheets.get(sheet, ())
        rows = [{k: v for k, v in row.items() if v != ""} for row in held]
        if sheet in ("一级指标", "二级指标", "三级指标"):  # 其中 without points is no indicator
            rows = [r for r in rows if re.search("[1-9]", str(r.get("分值", "")))]
        totals = ("合计", "总计", "小计")
        return [r for r in rows if r and not any(normalise(str(v)) in totals for v in r.values())]

    def verdict(self) -> Verdict:
        """Score the third tier, add up, grade."""
        third = {
            normalise(str(r["编号"])): cap_score(
                self.exact(r), parse_number(r["分值"]), self.places
            )
            for r in self.rows("三级指标")
            if find_method(r) != "不适用"
        }
        tiers = self.tiers(third)
        total, grade = self.outcome(tiers)
        return Verdict(total, grade, tiers, self.review(third))

    def tiers(self, third: Scores) -> tuple[Scores, Scores, Scores]:
        second = self.added("二级指标", "三级指标", "二级编号", third)
        return self.added("一级指标", "二级指标", "一级编号", second), second, third

    def outcome(self, tiers: tuple[Scores, Scores, Scores]) -> tuple[Fraction, str]:
        """Total and grade, with what documents add, take away or forbid."""
        total, added = self.rescaled(tiers), Fraction(0)
        for row in self.rows("加减分"):
            if row["类别"] in ("加分", "减分"):
                added += parse_number(row["分值"]) * (1 if row["类别"] == "加分" else -1)
        if added:
            points = [
                parse_number(r["分值"]) for r in self.rows("三级指标") if find_method(r) != "不适用"
            ]
            total = round_score(total + added, count_places(points, self.places))
        total = min(Fraction(100), max(Fraction(0), total))
        vetoes = {str(row["后果"]) for row in self.rows("加减分") if row["类别"] == "否决"}
        if "总分记零" in vetoes:
            return Fraction(0), self.grade(Fraction(0))
        names = [name for _, name in sorted(self.bands(), reverse=True)]
        if "最低等级" in vetoes:
            return total, names[-1]
        grade = self.grade(total)
        if "不得评为最高等级" in vetoes and grade == names[0]:
            grade = names[:2][-1]
        return total, grade

    def rescaled(self, tiers: tuple[Scores, Scores, Scores]) -> Fraction:
        """The sum of tier one, as if what applies made up 100 points."""
        first, _, third = tiers
        added = sum(first.values(), Fraction(0))
        points = self.points()
        if third.keys() == points.keys():
            return added
        return round_score(added * 100 / sum(points[code] for code in third), self.places)

    def points(self) -> Scores:
        """分值 of the third level by code."""
        return {normalise(str(r["编号"])): parse_number(r["分值"]) for r in self.rows("三级指标")}

    def review(self, third: Scores) -> tuple[Fraction, str] | None:
        """What the office above came to, whose score stands where it gave one."""
        rows = [r for r in self.rows("复核") if r.keys() & {"复核得分", "复核完成值", "扣分原因"}]
        if not rows:
            return None
        given = {normalise(str(r["编号"])): r["复核得分"] for r in rows if "复核得分" in r}
        points = self.points()
        other = {
            code: cap_score(parse_number(given[code]), points[code], self.places)
            if code in given
            else own
            for code, own in third.items()
        }
        return self.outcome(self.tiers(other))

    def added(self, sheet: str, below: str, parent: str, scores: Scores) -> Scores:
        """The sums of the children; no sum where none of them applies."""
        made: Scores = {}
        for row in self.rows(sheet):
            code = normalise(str(row["编号"]))
            children = [normalise(str(r["编号"])) for r in self.rows(below) if normalise(str(r[parent])) == code]  # fmt: skip
            counted = [scores[child] for child in children if child in scores]
            if counted:
                made[code] = sum(counted, Fraction(0))
        return made

    def bands(self) -> list[tuple[Fraction, str]]:
        return [(parse_number(r["下限"]), str(r["等级"])) for r in self.rows("等级标准")]

    def grade(self, total: Fraction) -> str:
        return max(band for band in self.bands() if band[0] <= total)[1]

    def exact(self, row: Row) -> Fraction:
        """The score of an indicator before it is rounded."""
        points, method = parse_number(row["分值"]), find_method(row)
        if method in JUDGED:
            return self.judged(normalise(str(row["编号"])), points)
        earned = self.computed(row, points, method)
        return max(Fraction(0), earned - parse_number(row.get("核减分", Decimal(0))))

    def computed(self, row: Row, points: Fraction, method: str) -> Fraction:
        """What an indicator earns without anybody's marks."""
        if method in ("按比例", "达标得满分"):
            return self.measured(row, points, method)
        if method == "满意度":
            return self.surveyed(row, points)
        if method.partition(":")[0] == "预算执行率":
            return self.executed(row, points, method.partition(":")[2])
        rows, actual = self.rule(method), parse_number(row["实际完成值"])
        if rows[0]["方式"] != "超额完成":
            return self.ruled(rows, row, points, actual)
        factor = find_overachievement_factor(rows, parse_number(row["年度指标值"]), actual)
        return factor * self.measured(row, points, "按比例")

    def measured(self, row: Row, points: Fraction, method: str) -> Fraction:
        sign, target, actual = self.read(row)
        if method == "达标得满分":
            own = find_sign(row["实际完成值"])
            return score_all_or_nothing(points, sign, target, actual, own)
        return score_proportional(points, sign, target, actual, self.inverse)

    def executed(self, row: Row, points: Fraction, rule: str) -> Fraction:
        """预算执行率, in proportion or by a rule over percentage points."""
        budget, spent = self.money()
        if not rule:
            return score_execution(points, budget, spent)
        rate = 100 * spent / budget if budget else Fraction(0)
        return self.ruled(self.rule(rule), row, points, rate)

    def read(self, row: Row) -> tuple[str, Fraction, Fraction]:
        """Sign, target and actual of an indicator; the sign is 指标性质, else what is said with the target."""
        goal, done = row["年度指标值"], row["实际完成值"]
        own = find_sign(row.get("指标性质", ""))
        until, finished = parse_day(goal, self.year), parse_day(done, self.year)
        if until is not None and finished is not None:
            return "<" if "<" in (own, find_sign(goal)) else "≤", until, finished
        return own or find_sign(goal), parse_number(goal), parse_number(done)

    def money(self) -> tuple[Fraction, Fraction]:
        """What was budgeted and what was spent, of all funds."""
        rows = self.rows("预算执行")
        budget = sum((parse_number(r["全年预算数"]) for r in rows), Fraction(0))
        return budget, sum((parse_number(r["全年执行数"]) for r in rows), Fraction(0))

    def rule(self, name: str) -> list[dict[str, Content]]:
        rows = [r for r in self.rows("评分规则") if normalise(str(r["规则"])) == normalise(name)]
        assert rows, name
        return rows

    def ruled(
        self, rows: Sequence[Row], indicator: Row, points: Fraction, value: Fraction
    ) -> Fraction:
        """What a rule of the office's own makes of a value."""
        if rows[0]["方式"] == "分档":
            return score_banded(points, rows, value)
        if rows[0]["方式"] == "直线":
            return score_straight(points, rows, value)
        (row,) = rows
        if rows[0]["方式"] == "步长":
            return score_stepped(points, row, value)
        assert rows[0]["方式"] == "偏离"
        target = parse_number(indicator["年度指标值"]) if "基准" not in row else Fraction(0)
        return score_deviation(points, row, target, value)

    def surveyed(self, row: Row, points: Fraction) -> Fraction:
        """满意度, held against the target in proportion."""
        code = normalise(str(row["编号"]))
        rows = [r for r in self.rows("满意度调查") if normalise(str(r["指标编号"])) == code]
        kinds = ("很满意", "满意", "基本满意", "不满意")
        votes = [sum((parse_number(r[kind]) for r in rows), Fraction(0)) for kind in kinds]
        rate = compute_satisfaction(self.caliber, votes)
        return score_proportional(points, "≥", parse_number(row["年度指标值"]), rate, self.inverse)

    def judged(self, code: str, points: Fraction) -> Fraction:
        """What the scorers gave; who stepped aside counts on neither side."""
        given: dict[str, list[tuple[Fraction, Fraction]]] = {}
        for ballot, weight, group in self.scorers:
            if normalise(str(ballot[code].get("评分说明", ""))) != "回避":
                given.setdefault(group, []).append((parse_number(ballot[code]["得分"]), weight))
        one = self.joined(given)
        return one / 100 * points if self.hundred else one

    def joined(self, given: Mapping[str, list[tuple[Fraction, Fraction]]]) -> Fraction:
        """One mark for each group, then one of these by the groups' weights."""
        means = {
            group: combine(
                self.way, [m for m, _ in pairs], [w for _, w in pairs], self.enough, self.each
            )
            for group, pairs in given.items()
        }
        if len(means) == 1:
            return next(iter(means.values()))
        return weighted_mean(list(means.values()), [self.shares[group] for group in means])


JUDGED = ("评分人打分", "评委打分", "定性三档")


def find_method(row: Row) -> str:
    """评分方式 as it is compared; who says nothing has the scorers mark."""
    return normalise(str(row.get("评分方式", "评分人打分")))


def _parse_weight(held: Content | None) -> Fraction:
    return Fraction(1) if held is None else parse_share(held)
