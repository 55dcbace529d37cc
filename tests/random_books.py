"""Random sound workbooks: whatever a clerk may rightly type, from one seed.

Sound means that nothing in it stops. Points add up at every tier, every mark is there or recused,
and somebody is always left; beyond that everything varies, ties and odd spellings more than in
real life. What the figures must come to is for `xlkpi.reference` to say.
"""

from __future__ import annotations

import math
import unicodedata
from decimal import Decimal
from functools import lru_cache
from random import Random

from xlkpi.model import Contents, Fields
from xlkpi.write.blank import blank
from xlkpi.write.emit import emit

Rows = tuple[Fields, ...]
Cell = str | Decimal

WAYS = ("算术平均", "加权平均", "去掉最高最低", "中位数")
NATURES = {
    "≥": ("≥", ">=", "不低于", "大于等于"),
    ">": (">", "大于", "＞"),
    "=": ("=", "等于", "＝"),
    "≤": ("≤", "<=", "不超过", "≦"),
    "<": ("<", "小于", "＜"),
}
"""As it is read → as it is typed."""
_NAMES = (
    "张三", "李四", "王小五", "Li Lei", "O'Neil", "赵六（会计）", "欧阳 修", "Wang-7", "钱出纳", "孙副主任", "周", "=吴",
)  # fmt: skip
_UNITS = ("个", "场", "件", "人次", "万元", "")
_GRADES = (
    (("优秀", "90"), ("良好", "80"), ("中等", "60"), ("较差", "0")),
    (("优", "90"), ("良", "80"), ("中", "60"), ("差", "0")),
    (("优秀", "95.5"), ("良好", "89.5"), ("合格", "60"), ("不合格", "0")),
    (("合格", "60"), ("不合格", "0")),
    (("已评", "0"),),
)


@lru_cache(maxsize=512)
def workbook(seed: int) -> bytes:
    """The filled workbook of a seed."""
    return emit(blank(contents(seed)))


def contents(seed: int) -> Contents:
    """What stands in the workbook of a seed."""
    return _Maker(Random(seed)).contents()


def number(rng: Random, low: Decimal, high: Decimal, places: int) -> Decimal:
    """Any number from low to high with at most so many decimals."""
    first, last = math.ceil(low.scaleb(places)), math.floor(high.scaleb(places))
    return Decimal(rng.randint(first, last)).scaleb(-places) if first <= last else low


def split(rng: Random, whole: Decimal, parts: int, places: int) -> list[Decimal]:
    """Positive parts that add up to the whole exactly."""
    places = max(places, -int(whole.as_tuple().exponent))
    units = int(whole.scaleb(places))
    while units < parts:
        units, places = units * 10, places + 1
    cuts = sorted(rng.sample(range(1, units), parts - 1))
    sizes = [b - a for a, b in zip([0, *cuts], [*cuts, units], strict=True)]
    return [_short(Decimal(size).scaleb(-places)) for size in sizes]


def tied(rng: Random, low: Decimal, high: Decimal, places: int) -> Decimal:
    """A number that ends in a 5 behind `places` decimals: rounding it is a matter of the rule."""
    unit = Decimal(1).scaleb(-places)
    return min(high, max(low, number(rng, low, high, places) - unit / 2))


def _short(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize():f}")


class _Maker:
    """One workbook in the making."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.way = rng.choice(WAYS)
        self.hundred = rng.random() < 0.4
        self.places = rng.choice((2, 2, 2, 2, 2, 0, 1, 3, 4))
        self.trim_from = rng.randint(3, 7)
        self.inverse = rng.choice(("线性", "比例"))
        self.computed = rng.choice((0, 0.3, 0.3, 0.6, 1))
        self.recusals = rng.choice((0, 0, 0.15, 0.5))
        self.clumsy = rng.random() < 0.3
        self.unit = rng.choice(("万元", "元"))
        self.style = rng.choice(
            ("A1.1", "A1.1", "a1.1", "Ａ1.1", "C1.1.1", "Zb-1.1.1", "指标1.1.1", "1.1.1")
        )
        self.point_places = rng.choice((0, 0, 1, 1, 2, 3))

    def contents(self) -> Contents:
        """All sheets and ballots."""
        members = self._members()
        tier1, tier2, tier3 = self._tiers()
        scorers = [row for row in members if row.get("是否评分", "是") == "是"]
        sheets: dict[str, Rows] = {
            "基本信息": self._info(),
            "评价工作组": members,
            "预算执行": self._budget(),
            "一级指标": tier1,
            "二级指标": tier2,
            "三级指标": tier3,
            "等级标准": self._grades(),
            "参数": self._parameters(),
        }
        ballots = self._ballots(scorers, tier3) + self._silent(members)
        self.rng.shuffle(ballots)
        if self._chance(0.3):
            sheets["复核"] = self._reviews(tier3)
        return Contents("随机工作簿", "", sheets, tuple(ballots))

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    # what everybody's workbook has

    def _info(self) -> Rows:
        return (
            {"项目": "部门名称", "内容": self.rng.choice(("示例办公室", "某局（示例）", "=SUM(A1)", "O'Neil"))},
            {"项目": "评价年度", "内容": self.rng.choice((Decimal(2023), "2023", "2023年度"))},
            {"项目": "评价类型", "内容": self.rng.choice(("部门整体支出", "项目支出"))},
            {"项目": "金额单位", "内容": self.unit},
        )  # fmt: skip

    def _grades(self) -> Rows:
        return tuple(
            {"等级": name, "下限": Decimal(bound), "含义": "说明", "结果应用": "应用"}
            for name, bound in self.rng.choice(_GRADES)
        )

    def _parameters(self) -> Rows:
        held: list[tuple[str, Cell, str]] = [
            ("打分制", "百分制" if self.hundred else "分值制", "分值制"),
            ("综合方法", self.way, "算术平均"),
            ("去极值最少人数", Decimal(self.trim_from), "6"),
            ("小数位数", Decimal(self.places), "2"),
            ("反向公式", self.inverse, "线性"),
        ]
        rows: list[Fields] = [
            {"参数": name, "值": value}
            for name, value, default in held
            if str(value) != default or self._chance(0.8)  # a default need not be written down
        ]
        self.rng.shuffle(rows)
        return tuple(rows)

    # who scores

    def _members(self) -> Rows:
        scorers, others = (
            self.rng.choice((1, 1, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9)),
            self.rng.choice((0, 0, 1, 2)),
        )
        names = self.rng.sample(_NAMES, scorers + others)
        kinds = self._weights(scorers)
        rows: list[Fields] = []
        for name, weight in zip(names[:scorers], kinds, strict=True):
            row: dict[str, Cell] = {"姓名": name, "职务": "职员"}
            if self._chance(0.5):
                row["是否评分"] = "是"
            if weight is not None:
                row["评分权重"] = weight
            rows.append(row)
        rows += [
            {"姓名": name, "是否评分": self.rng.choice(("否", "缺席"))} for name in names[scorers:]
        ]
        self.rng.shuffle(rows)
        return tuple(rows)

    def _weights(self, count: int) -> list[Cell | None]:
        if self.way != "加权平均" and self._chance(0.7):
            return [None] * count
        kind = self.rng.choice(("whole", "tenths", "per cent", "fine", "huge"))
        made: list[Cell | None] = []
        for _ in range(count):
            if kind == "whole":
                made.append(Decimal(self.rng.randint(1, 6)))
            elif kind == "tenths":
                made.append(number(self.rng, Decimal("0.05"), Decimal(2), 2))
            elif kind == "per cent":
                made.append(f"{self.rng.randint(1, 60)}%")
            elif kind == "fine":
                made.append(number(self.rng, Decimal("0.000001"), Decimal(1), 6))
            else:  # beyond int64, times a mark
                made.append(number(self.rng, Decimal(10) ** 13, Decimal(10) ** 14 - 1, 1))
        return made

    # the tiers

    def _tiers(self) -> tuple[Rows, Rows, Rows]:
        tier1: list[Fields] = []
        tier2: list[Fields] = []
        tier3: list[Fields] = []
        for one, points in self._children(Decimal(100), 3):
            code = self._code(one)
            tier1.append({"编号": code, "一级指标": f"一级 {one}", "分值": points})
            for two, part in self._children(points, 3):
                below = f"{code}.{two}" if "1.1.1" in self.style else f"{code}{two}"
                name = f"二级 {one}-{two}"
                tier2.append({"编号": below, "一级编号": self._spelled(code), "二级指标": name, "分值": part})  # fmt: skip
                for three, bit in self._children(part, 12 if self._chance(0.05) else 4):
                    row = self._indicator(f"{one}-{two}-{three}", bit)
                    tier3.append({"编号": f"{below}.{three}", "二级编号": self._spelled(below), **row})  # fmt: skip
        for tier in (tier1, tier2, tier3):
            if self._chance(0.3):
                self.rng.shuffle(tier)
            if self._chance(0.2):
                tier.insert(self.rng.randrange(len(tier)), {})
        if self._chance(0.2):
            tier1.append({"一级指标": "合计", "分值": Decimal(100)})
        if self._chance(0.2):
            tier3.append({"三级指标": "合 计", "分值": Decimal(100)})
        return tuple(tier1), tuple(tier2), tuple(tier3)

    def _code(self, ordinal: int) -> str:
        """A first-level code: A, B … where the third level is A1.1, else C1 for C1.1.1."""
        if "1.1.1" in self.style:
            return self.style.replace("1.1.1", str(ordinal))
        return chr(ord(self.style[0]) + ordinal - 1)

    def _children(self, whole: Decimal, most: int) -> list[tuple[int, Decimal]]:
        """Numbers and points; 1 and 10 may stand side by side, as 1.1 and 1.10 do."""
        count = self.rng.randint(1, most)
        if whole == 100 and count == 3 and self._chance(0.3):
            points = [Decimal("22.5"), Decimal("37.5"), Decimal(40)]
        else:
            points = split(self.rng, whole, count, self.point_places)
        numbers = sorted(self.rng.sample((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20), count))
        return list(zip(numbers, points, strict=True))

    def _spelled(self, code: str) -> str:
        """The code, or another spelling of it that counts as the same."""
        if not self.clumsy or self._chance(0.6):
            return code
        wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in code)
        return self.rng.choice((code.upper(), code.lower(), f" {code}", wide))

    def _indicator(self, name: str, points: Decimal) -> Fields:
        row: dict[str, Cell] = {"三级指标": f"指标 {name}", "分值": points, "评分标准": "酌情"}
        method = "评分人打分"
        if self._chance(self.computed):
            method = self.rng.choice(("预算执行率", "按比例", "按比例", "达标得满分"))
        if method == "评分人打分":
            row |= {"指标性质": "定性", "年度指标值": "明显提升", "实际完成值": "96.5%"}
            if self._chance(0.5):
                row["评分方式"] = method
        elif method == "预算执行率":
            row |= {"评分方式": method, "年度指标值": "100%"}
        else:
            row |= {"评分方式": method, **self._measured(method, points)}
        return row

    def _measured(self, method: str, points: Decimal) -> dict[str, Cell]:
        rng = self.rng
        nature = rng.choice(tuple(NATURES))
        target, actual = measure(rng, points, self.places)
        if method == "达标得满分" and self._chance(0.1):
            target, actual = -target, -actual
        unit = rng.choice(_UNITS)
        percent = self._chance(0.2) and not any(0 < abs(x) <= 1 for x in (target, actual))
        row: dict[str, Cell] = {
            "指标性质": rng.choice(NATURES[nature]) if self.clumsy else nature,
            "年度指标值": target,
            "实际完成值": actual,
            "计量单位": "%" if percent else unit,
        }
        if self.clumsy and (percent or unit):
            row["实际完成值"] = f"{actual:f}{row['计量单位']}"
        if self.clumsy and self._chance(0.3):
            row["年度指标值"] = _wide(f"{target:f}")
        return row

    # the money

    def _budget(self) -> Rows:
        rows: list[Fields] = []
        top = Decimal(10) ** self.rng.randint(2, 7)
        nothing = self._chance(0.05)
        for n in range(self.rng.randint(1, 6)):
            budget = number(self.rng, Decimal(1), top, self.rng.choice((0, 2, 2, 4)))
            if nothing or self._chance(0.1):
                budget = Decimal(0)
            spent = self.rng.choice((
                budget, budget, Decimal(0), number(self.rng, Decimal(0), budget, 2), budget + 7,
            ))  # fmt: skip
            rows.append(
                {
                    "项目名称": f"项目{n}", "支出类别": self.rng.choice(("", "项目支出", "基本支出")),
                    "年初预算数": budget, "全年预算数": self._typed_money(budget),
                    "其中：财政资金": budget, "全年执行数": self._typed_money(spent),
                }
            )  # fmt: skip
        if self._chance(0.2):
            rows.insert(self.rng.randrange(len(rows)), {})
        if self._chance(0.2) and not self.clumsy:
            whole = [row["全年预算数"] for row in rows if row]
            rows.append({"项目名称": "合计", "全年预算数": sum(whole, Decimal(0))})
        return tuple(rows)

    def _typed_money(self, value: Decimal) -> Cell:
        if self.clumsy and self._chance(0.3):
            return f"{value:,f}{self.unit}"
        return value

    # the marks

    def _ballots(self, scorers: list[Fields], tier3: Rows) -> list[tuple[str, Rows]]:
        judged = [row for row in tier3 if row.get("编号") and row.get("评分方式", "") in ("", "评分人打分")]  # fmt: skip
        names = [str(row["姓名"]) for row in scorers]
        made: dict[str, list[Fields]] = {name: [] for name in names}
        for row in judged:
            limit = Decimal(100) if self.hundred else row["分值"]
            assert isinstance(limit, Decimal)
            for name, fields in zip(names, self._marks(limit, len(names)), strict=True):
                made[name].append({"编号": row["编号"], **fields})
        return [(self._scorer(name), tuple(rows)) for name, rows in made.items()]

    def _scorer(self, name: str) -> str:
        """The name on the ballot, which need not be spelled to the letter."""
        if not self.clumsy or self._chance(0.7):
            return name
        return self.rng.choice((name.upper(), name.lower(), f"{name[:1]} {name[1:]}"))

    def _marks(self, limit: Decimal, count: int) -> list[Fields]:
        alike = self._mark(limit) if self._chance(0.1) else None
        left = self.rng.randrange(count)  # somebody always is
        return [
            {"评分说明": self.rng.choice(("回避", "回 避"))}
            if at != left and self._chance(self.recusals)
            else {"得分": self._typed_mark(self._mark(limit) if alike is None else alike)}
            for at in range(count)
        ]

    def _mark(self, limit: Decimal) -> Decimal:
        kind = self.rng.random()
        if kind < 0.3:
            return limit
        if kind < 0.36:
            return Decimal(0)
        if kind < 0.6:
            return tied(self.rng, Decimal(0), limit, min(self.places, 2))
        if kind < 0.62:
            return number(self.rng, Decimal(0), limit, 6)
        return number(self.rng, Decimal(0), limit, self.rng.choice((0, 0, 1, 1, 2, 3)))

    def _typed_mark(self, mark: Decimal) -> Cell:
        if not self.clumsy or self._chance(0.8):
            return mark
        return self.rng.choice((f"{mark:f}分", _wide(f"{mark:f}"), f"{mark:f}"))

    # the office above

    def _reviews(self, tier3: Rows) -> Rows:
        rows: list[Fields] = []
        for row in tier3:
            points = row.get("分值")
            if not row.get("编号") or not isinstance(points, Decimal) or self._chance(0.2):
                continue
            said: dict[str, Cell] = {"编号": self._spelled(str(row["编号"]))}
            if self._chance(0.5):
                said["复核得分"] = self._typed_mark(self._mark(points))
            if self._chance(0.5):
                said["扣分原因"] = "缺少佐证材料（示例）"
            rows.append(said)
        self.rng.shuffle(rows)
        return tuple(rows)

    def _silent(self, members: Rows) -> list[tuple[str, Rows]]:
        """Ballots left empty by those who were absent."""
        absent = [str(row["姓名"]) for row in members if row.get("是否评分") in ("否", "缺席")]
        return [(name, ()) for name in absent if self._chance(0.4)]


def measure(rng: Random, points: Decimal, places: int) -> tuple[Decimal, Decimal]:
    """A target and what was reached: on it, a hair beside it, far off, or where the score is a tie."""
    target = number(
        rng, Decimal(0), Decimal(10) ** rng.randint(0, 6), rng.choice((0, 0, 1, 2, 3))
    )  # fmt: skip
    if rng.random() < 0.1:
        target = Decimal(0)
    hair = Decimal(1).scaleb(-rng.randint(0, 3))
    kind = rng.random()
    if kind < 0.15:
        return target, target
    if kind < 0.35:
        return target, target + rng.choice((hair, -hair))
    if kind < 0.45:
        return target, 2 * target + rng.choice((hair, -hair, Decimal(0)))
    if kind < 0.7:
        times = rng.choice((1, 2, 4, 5, 8, 10, 100, 1000))
        target, share = points * times, tied(rng, Decimal(0), points, places) * times
        return target, rng.choice((share, 2 * target - share))
    if kind < 0.75:
        return target, -number(rng, Decimal(1), Decimal(50), 1)
    return target, number(rng, Decimal(0), 2 * target + 3, rng.choice((0, 1, 2, 3)))


def _wide(text: str) -> str:
    """The same in full-width digits, as an input method leaves them."""
    made = "".join(chr(ord(c) + 0xFEE0) if c in "0123456789.-" else c for c in text)
    assert unicodedata.normalize("NFKC", made) == text
    return made
