"""Random sound workbooks: whatever a clerk may rightly type, from one seed.

Sound means that nothing in it stops. Points add up at every tier, every mark is there or recused,
and somebody is always left; beyond that everything varies, ties and odd spellings more than in
real life. What the figures must come to is for `xlkpi.audit.reference` to say.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from random import Random

from tests import random_groups
from tests.made_once import made_once
from xlkpi.domain.numbers import maybe_hundredfold
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.writing.blank import blank
from xlkpi.writing.book import Sheet
from xlkpi.writing.xlsx import emit

Rows = tuple[Fields, ...]
Cell = str | Decimal

AGGREGATIONS = ("算术平均", "加权平均", "去掉最高最低", "中位数")
NATURES = {
    "≥": ("≥", ">=", "不低于", "大于等于"),
    ">": (">", "大于", "＞"),
    "=": ("=", "等于", "＝"),
    "≤": ("≤", "<=", "不超过", "≦"),
    "<": ("<", "小于", "＜"),
}
"""As it is read → as it is typed."""
SPELLED = {
    "≥": ("≥{}", ">={}", "不低于{}", "{}以上", "{}（含）以上", "至少{}", "达到{}以上"),
    ">": (">{}", "大于{}", "超过{}", "{}以上（不含）"),
    "=": ("={}", "等于{}", "＝{}"),
    "≤": ("≤{}", "<={}", "不超过{}", "{}以内", "控制在{}以下", "不得高于{}"),
    "<": ("<{}", "小于{}", "低于{}", "不足{}"),
}
"""As it is read → as the target says it."""
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
@made_once
def workbook(seed: int) -> bytes:
    """The filled workbook of a seed."""
    made, rng = blank(contents(seed)), Random(f"百分数 {seed}")
    for sheet in made.sheets:
        if sheet.name in ("三级指标", "评分规则") and rng.random() < 0.5:
            _show_per_cents(sheet, rng)
    return emit(made)


def _show_per_cents(sheet: Sheet, rng: Random) -> None:
    """Leave some per cents as Excel does who types 95.1%: 0.951 in a cell that is shown as per cent."""
    for at, cell in sheet.cells.items():
        found = isinstance(cell.value, str) and re.fullmatch(r"(-?[\d.]+)%", cell.value)
        if found and rng.random() < 0.6:
            if abs(Decimal(found[1])) > 1000:  # it stops: X522
                continue
            style = f"{cell.style.partition(':')[0]}:0.0#######%"
            sheet.cells[at] = cell._replace(value=float(Decimal(found[1]) / 100), style=style)


def contents(seed: int) -> Contents:
    """What stands in the workbook of a seed."""
    maker = _Maker(Random(seed))
    made = maker.contents()
    local = _Local(maker, made, Random(f"本地规则 {seed}")).contents()
    return random_groups.laid(local, Random(f"评分组 {seed}"))


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
        self.way = rng.choice(AGGREGATIONS)
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
        unit = _unit(rng, target, actual)
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
        for header in ("年初预算数", "其中：财政资金"):
            if self._chance(0.15):
                self.rng.choice(rows)[header] = ""
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

    # the reviewing authority

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


# what the office has of its own

Said = dict[str, Cell]
_KINDS = ("不适用", "定性三档", "分档", "步长", "超额完成", "满意度", "预算执行率")
_CALIBERS = ("满意以上", "基本满意以上", "指数100-80-60-40")
_PHRASES = {
    "达成": ("达成", "达成预期指标", "达成年度指标"),
    "部分达成": ("部分达成", "部分达成预期指标并具有一定效果", "部分达成年度指标并具有一定效果"),
    "未达成": ("未达成", "未达成预期指标且效果较差", "未达成年度指标且效果较差"),
}
_NOISE = Decimal("4e-10")
"""What doubles may leave of a difference that is nought."""


class _Local:
    """The field's own rules and templates, laid over a workbook with dice of their own.

    A seed keeps everything else that it had: indicators are turned into others one by one.
    """

    def __init__(self, maker: _Maker, made: Contents, rng: Random) -> None:
        self.maker, self.made, self.rng = maker, made, rng
        self.turned = rng.choice((0, 0, 0.2, 0.5, 0.9))
        self.typed = rng.choice((0, 0, 0.5))
        self.cuts = rng.choice((0, 0, 0.3))
        self.out = rng.choice((0.3, 1, 1))
        self.lines: dict[str, Decimal] = {"达成": Decimal(80), "部分达成": Decimal(60)}
        self.settings: list[Fields] = []
        self.rules: list[list[Said]] = []
        self.surveys: list[Said] = []
        self.third: list[Said] = [dict(row) for row in made.sheets["三级指标"]]
        self.marks = {name: [dict(row) for row in rows] for name, rows in made.ballots}

    def contents(self) -> Contents:
        self._set()
        rows = [row for row in self.third if row.get("编号")]
        kept = self.rng.choice(rows)  # something always applies
        for row in rows:
            if self._chance(self.turned):
                self._turn(row, self.rng.choice(_KINDS[row is kept :]))
            self._spell(row)
            self._cut(row)
        sheets = dict(self.made.sheets)
        sheets["三级指标"] = tuple(self.third)
        sheets["参数"] = (*sheets["参数"], *self.settings)
        adjustments = self._adjustments() if self._chance(0.25) else ()
        rules = [row for rule in self.rules for row in self._shuffled(rule)]
        for name, held in (
            ("评分规则", rules),
            ("满意度调查", self.surveys),
            ("加减分", adjustments),
        ):
            if held:
                sheets[name] = tuple(held)
        if "复核" in sheets:
            sheets["复核"] = self._reviews(sheets["复核"])
        ballots = tuple((name, tuple(held)) for name, held in self.marks.items())
        return self.made._replace(sheets=sheets, ballots=ballots)

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _shuffled(self, rows: list[Said]) -> list[Said]:
        """In any order, and now and then with a blank row between."""
        rows = self.rng.sample(rows, len(rows))
        return [{}, *rows] if self._chance(0.2) else rows

    def _set(self) -> None:
        if self._chance(0.6):
            self.settings.append({"参数": "满意度口径", "值": self.rng.choice(_CALIBERS)})
        if self._chance(0.3):
            low, high = sorted(self.rng.sample(range(10, 100, 5), 2))
            self.lines = {"达成": Decimal(high), "部分达成": Decimal(low)}
            self.settings.append({"参数": "定性达成下限", "值": f"{high}%"})
            self.settings.append({"参数": "定性部分达成下限", "值": f"{low}%"})

    def _turn(self, row: Said, kind: str) -> None:
        """Have the indicator scored in that way."""
        judged = row.get("评分方式", "评分人打分") == "评分人打分"
        if kind == "定性三档" and not judged:
            return
        if kind == "不适用" and not self._chance(self.out):
            return
        for header in ("指标性质", "年度指标值", "实际完成值", "计量单位"):
            row.pop(header, None)
        if kind == "定性三档":
            self._degree(row)
            return
        if judged and self._chance(0.8):
            self._take_back(row["编号"])
        points = row["分值"]
        assert isinstance(points, Decimal)
        row |= getattr(self, self.rng.choice(_TURNS[kind]))(points, str(row["编号"]))

    def _take_back(self, code: Cell) -> None:
        for name, rows in self.marks.items():
            self.marks[name] = [row for row in rows if row["编号"] != code]

    def _not_applicable(self, _points: Decimal, _code: str) -> Said:
        return {
            "评分方式": "不适用",
            "年度指标值": self.rng.choice(("", "—", "/")),
            "实际完成值": "无",
        }

    # judged in three bands

    def _degree(self, row: Said) -> None:
        degree = self.rng.choice(tuple(_PHRASES))
        row["评分方式"] = "定性三档"
        row["完成程度"] = self.rng.choice(_PHRASES[degree]) if self.maker.clumsy else degree
        for rows in self.marks.values():
            for mark in rows:
                if mark["编号"] == row["编号"] and "得分" in mark:
                    mark["得分"] = self.maker._typed_mark(self._mark(row["分值"], degree))

    def _mark(self, points: Cell, degree: str) -> Decimal:
        """A mark inside the band: on its lower bound, close under its upper one, or between."""
        assert isinstance(points, Decimal)
        limit = Decimal(100) if self.maker.hundred else points
        high, low = (_short(self.lines[name] * limit / 100) for name in ("达成", "部分达成"))
        if degree == "达成":
            return self.rng.choice((high, limit, number(self.rng, high, limit, 2)))
        least, above = (low, high) if degree == "部分达成" else (Decimal(0), low)
        hair = Decimal("0.000001")
        return self.rng.choice((least, above - hair, number(self.rng, least, above - hair, 2)))

    # named rules

    def _known(self, kind: str, percent: bool, points: Decimal) -> list[Said] | None:
        """A rule that there is already and that fits, sometimes."""
        fitting = [
            rule
            for rule in self.rules
            if rule[0]["方式"] == kind
            and ("%" in str(rule[0]["规则"])) == percent
            and all(Decimal(str(row.get(h, 0))) <= points for row in rule for h in ("封底", "得分"))
        ]
        return self.rng.choice(fitting) if fitting and self._chance(0.5) else None

    def _name(self, kind: str, percent: bool) -> str:
        """A name of its own; one that says % is over percentage points."""
        name = self.rng.choice(
            (f"{kind}法", f"{kind} ", f"Rule-{kind}", f"市局（{kind}）", f"={kind}")
        )
        return f"{name}{len(self.rules) + 1}{'%' if percent else ''}"

    def _called(self, name: Cell) -> str:
        """The name as an indicator calls the rule, which need not be spelled to the letter."""
        text = str(name)
        if not self.maker.clumsy or self._chance(0.6):
            return text
        return self.rng.choice((text.upper(), text.lower(), f" {text}", text.replace("%", "％")))

    def _value(self, value: Decimal, percent: bool) -> Cell:
        """As typed; a small one in per cent must say so."""
        if percent and (self._chance(0.4) or 0 < abs(value) <= 1):
            return f"{value:f}%"
        return value

    def _share(self) -> Cell:
        kind = self.rng.random()
        if kind < 0.4:
            return f"{self.rng.randint(0, 20) * 5}%"
        if kind < 0.7:
            return Decimal(self.rng.choice(("0", "0.25", "0.5", "0.8", "0.95", "1")))
        return number(self.rng, Decimal(0), Decimal(1), self.rng.choice((2, 3, 6)))

    def _bounds(self, low: Decimal, high: Decimal) -> list[tuple[Decimal, bool]]:
        """Bounds and whether they are inclusive; [80 and (80 may stand side by side."""
        places = self.rng.choice((0, 0, 1, 2))
        count = self.rng.choice((1, 2, 3, 4, 5, 20))
        made = {
            (number(self.rng, low, high, places), self._chance(0.6)) for _ in range(count)
        }  # fmt: skip
        if self._chance(0.3):
            bound, inclusive = self.rng.choice(sorted(made))
            made.add((bound, not inclusive))
        return sorted(made)

    def _amount(self, points: Decimal | None) -> Said:
        """What a row earns: a share, or 得分 within the points of the one that the rule is made for."""
        if points is None:
            return {"得分比例": self._share()}
        return {"得分": number(self.rng, Decimal(0), points, self.rng.choice((0, 1, 3)))}

    def _bands(self, percent: bool, open_below: bool, points: Decimal | None = None) -> list[Said]:
        """A rule of 分档."""
        name = self._name("分档", percent)
        top = Decimal(120) if percent else Decimal(10) ** self.rng.randint(1, 5)
        rule: list[Said] = []
        for bound, inclusive in self._bounds(self.rng.choice((Decimal(0), -top)), top):
            row: Said = {"规则": name, "方式": "分档", "下限": self._value(bound, percent)}
            if not inclusive or self._chance(0.3):
                row["含下限"] = "是" if inclusive else "否"
            rule.append(row | self._amount(points))
        if open_below or self._chance(0.5):
            rule.append({"规则": name, "方式": "分档"} | self._amount(points))
        self.rules.append(rule)
        return rule

    def _steps(self, percent: bool, points: Decimal) -> list[Said]:
        """A rule of 步长."""
        base = number(self.rng, Decimal(0), Decimal(10) ** self.rng.randint(1, 4), 0)
        base = Decimal(100) if percent or self._chance(0.3) else base
        step = Decimal(self.rng.choice(("0.1", "0.1", "0.01", "0.3", "1", "2.5", "5", "10")))
        row: Said = {
            "规则": self._name("步长", percent), "方式": "步长", "基准": self._value(base, percent),
            "方向": self.rng.choice(("高于扣分", "低于扣分")), "步长": f"{step}%" if percent and step < 1 else self._value(step, percent and step > 1),
            "每步扣分": number(self.rng, Decimal("0.001"), max(Decimal("0.01"), points / 3), self.rng.choice((1, 2, 3))),
        }  # fmt: skip
        if not row["每步扣分"]:
            row["每步扣分"] = Decimal("0.5")
        if self._chance(0.5):
            row["封底"] = number(self.rng, Decimal(0), points, self.rng.choice((0, 1, 3)))
        if self._chance(0.5):
            row["不足一步"] = self.rng.choice(("不计", "按一步", "按比例"))
        self.rules.append([row])
        return [row]

    def _line(self, percent: bool, points: Decimal) -> list[Said]:
        """A rule of 直线: from nothing to all, either way, with points between."""
        name = self._name("直线", percent)
        top = Decimal(120) if percent else Decimal(10) ** self.rng.randint(1, 5)
        between = {bound for bound, _ in self._bounds(Decimal(0), top)}
        bounds = sorted(
            [*self.rng.sample(sorted(between), min(9, len(between))), top + 1, Decimal(-5)]
        )
        parts = sorted(number(self.rng, Decimal(0), Decimal(1), 3) for _ in bounds[2:])
        earned: list[Said] = [{"得分比例": part} for part in (Decimal(0), *parts, Decimal(1))]
        if self._chance(0.3):
            parts = sorted(number(self.rng, Decimal(0), points, 3) for _ in bounds[2:])
            earned = [{"得分": part} for part in (Decimal(0), *parts, points)]
        if self._chance(0.5):
            earned.reverse()
        rule = [
            {"规则": name, "方式": "直线", "下限": self._value(bound, percent)} | part
            for bound, part in zip(bounds, earned, strict=True)
        ]
        self.rules.append(rule)
        return rule

    def _straight(self, points: Decimal, _code: str) -> Said:
        percent = self._chance(0.4)
        rule = self._known("直线", percent, points) or self._line(percent, points)
        bounds = sorted(_digits(row["下限"]) for row in rule)
        one, two = self.rng.choice(bounds), self.rng.choice(bounds)
        value = self.rng.choice((one, (one + two) / 2, one + _NOISE, bounds[0] - 1, bounds[-1] + 1))
        return self._ruled(rule, value, percent)

    def _astray(self, points: Decimal, _code: str) -> Said:
        """A rule of 偏离 with a target of the indicator's own, or with a base."""
        row = dict(self._steps(percent=False, points=points)[0])
        self.rules.pop()
        row |= {"规则": self._name("偏离", percent=False), "方式": "偏离"}
        del row["方向"]
        goal, step = _digits(row["基准"]), _digits(row["步长"])
        if self._chance(0.5):
            for header in ("步长", "每步扣分", "不足一步"):
                row.pop(header, None)
            goal = goal or Decimal(8)
            row["基准"], step = goal, goal / 8
        based = self._chance(0.3)
        if not based:
            del row["基准"]
        self.rules.append([row])
        away = self.rng.choice((Decimal(0), step, 3 * step, step / 2, 20 * step))
        said = self._ruled([row], goal + self.rng.choice((1, -1)) * away, percent=False)
        return said | {
            "指标性质": self.rng.choice(("", "=")), "年度指标值": "" if based else goal,
        }  # fmt: skip

    def _banded(self, points: Decimal, _code: str) -> Said:
        percent = self._chance(0.4)
        own = points if self._chance(0.2) else None
        rule = self._known("分档", percent, points) or self._bands(percent, False, own)
        bounds = sorted(_digits(row["下限"]) for row in rule if "下限" in row)
        hair = Decimal(1).scaleb(-self.rng.randint(0, 3))
        near = self.rng.choice(bounds)
        value = self.rng.choice((
            near, near, near + hair, near - hair, near + _NOISE, near - _NOISE,
            number(self.rng, bounds[0] - 5, bounds[-1] + 5, 2),
        ))  # fmt: skip
        if all("下限" in row for row in rule) and value <= bounds[0] + hair:
            value = bounds[0] + 1  # below the lowest band nothing is said
        return self._ruled(rule, value, percent)

    def _stepped(self, points: Decimal, _code: str) -> Said:
        percent = self._chance(0.4)
        rule = self._known("步长", percent, points) or self._steps(percent, points)
        base, step = _digits(rule[0]["基准"]), _digits(rule[0]["步长"])
        count = self.rng.choice((0, 1, 2, 3, 3, 5, 7, 10, 29, 1000))
        off = self.rng.choice((Decimal(0), Decimal(0), step / 2, -step / 10, step / 10))
        side = 1 if (rule[0]["方向"] == "高于扣分") == self._chance(0.85) else -1
        return self._ruled(rule, base + side * (count * step + off), percent)

    def _ruled(self, rule: list[Said], value: Decimal, percent: bool) -> Said:
        said: Said = {
            "评分方式": self._called(rule[0]["规则"]), "指标性质": self.rng.choice(("", "≥", "≤", "定性")),
            "年度指标值": "", "计量单位": "%" if percent else self._unit_of(rule, _short(value)),
        }  # fmt: skip
        return said | {"实际完成值": self._value(_short(value), percent)}

    def _unit_of(self, rule: list[Said], value: Decimal) -> str:
        held = [_digits(row[h]) for row in rule for h in ("下限", "基准") if row.get(h, "") != ""]
        return _unit(self.rng, max(held, key=abs, default=Decimal(0)), value)

    def _overdone(self, points: Decimal, _code: str) -> Said:
        rule = self._known("超额完成", percent=False, points=points) or self._overdoing()
        target, actual = measure(self.rng, points, self.maker.places)
        if target <= 0:
            target = Decimal(self.rng.choice((8, 20, 250)))
        if self._chance(0.6):
            ratio = _digits(self.rng.choice(rule)["下限"])
            hair = Decimal("0.001")
            actual = target * ratio / 100 + self.rng.choice((Decimal(0), hair, -hair))
        return {
            "评分方式": self._called(rule[0]["规则"]), "指标性质": self.rng.choice(("≥", ">", "=")),
            "年度指标值": target, "实际完成值": _short(actual), "计量单位": _unit(self.rng, target, actual),
        }  # fmt: skip

    def _overdoing(self) -> list[Said]:
        """A rule of 超额完成."""
        name = self._name("超额完成", percent=False)
        rule: list[Said] = []
        made = self._bounds(Decimal(100), Decimal(300))
        over = {(bound, inclusive and bound > 100) for bound, inclusive in made}
        for bound, inclusive in sorted(over):
            row: Said = {"规则": name, "方式": "超额完成", "下限": self._value(bound, percent=True)}
            if not inclusive:
                row["含下限"] = "否"
            if self._chance(0.8):
                row["得分比例"] = self._share()
            rule.append(row)
        self.rules.append(rule)
        return rule

    def _executed(self, points: Decimal, _code: str) -> Said:
        if self._chance(0.5):
            rule = self._known("步长", percent=True, points=points)
            rule = rule or self._steps(percent=True, points=points)
        elif self._chance(0.3):
            rule = self._line(percent=True, points=points)
        else:
            rule = self._bands(percent=True, open_below=True)
        colon = "：" if self.maker.clumsy else ":"
        return {
            "评分方式": f"预算执行率{colon}{self._called(rule[0]['规则'])}",
            "年度指标值": "100%",
        }

    # surveys

    def _surveyed(self, _points: Decimal, code: str) -> Said:
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            votes = [self.rng.choice((0, 1, 7, 50, self.rng.randint(0, 400))) for _ in range(4)]
            votes[0] += sum(votes) == 0
            row: Said = {
                "指标编号": self.maker._spelled(code),
                "调查对象": "办事群众（示例）",
                "调查方式": "问卷",
            }
            row |= dict(
                zip(("很满意", "满意", "基本满意", "不满意"), map(Decimal, votes), strict=True)
            )
            if self._chance(0.8):
                row["发放问卷"] = Decimal(sum(votes) + self.rng.choice((0, 20, -1)))
            self.surveys.append(row)
        target = self.rng.choice(
            (Decimal(90), Decimal("95.5"), Decimal(100), "95%", "≥90%", "0.8%", Decimal(0))
        )
        return {
            "评分方式": "满意度", "指标性质": "" if self._chance(0.4) else "≥", "年度指标值": target,
            "计量单位": self.rng.choice(("%", "")), "实际完成值": self.rng.choice(("", "96.5%")),
        }  # fmt: skip

    # what may be said of any computed indicator

    def _spell(self, row: Said) -> None:
        """Write operator, number and unit into one cell, as forms do."""
        if row.get("评分方式") not in ("按比例", "达标得满分") or not self._chance(self.typed):
            return
        sign = next(s for s, ways in NATURES.items() if row["指标性质"] in ways)
        target, actual = _digits(row["年度指标值"]), _digits(row["实际完成值"])
        unit = row["计量单位"]
        row["年度指标值"] = self.rng.choice(SPELLED[sign]).format(f"{target:f}{unit}")
        if self._chance(0.5):
            del row["指标性质"]
        if (
            sign != "="
            and self._chance(0.5)
            and (actual - target) * (1 if sign in "≥>" else -1) >= 0
        ):
            row["实际完成值"] = f"{sign}{actual:f}{unit}"

    def _cut(self, row: Said) -> None:
        computed = row.get("评分方式", "评分人打分") not in ("评分人打分", "定性三档", "不适用")
        points = row["分值"]
        assert isinstance(points, Decimal)
        if computed and self._chance(self.cuts):
            cut = number(self.rng, Decimal("0.001"), points, self.rng.choice((0, 1, 2, 3)))
            row |= {
                "核减分": self.rng.choice((points, cut, cut)),
                "核减理由": "佐证材料不全（示例）",
            }

    # what is said of the whole

    def _adjustments(self) -> list[Said]:
        rows: list[Said] = []
        for n in range(self.rng.randint(1, 4)):
            row: Said = {
                "事项": f"事项{n}（示例）",
                "依据": f"示发〔2023〕{n}号",
                "类别": self.rng.choice(("加分", "减分", "否决")),
            }
            if row["类别"] == "否决":
                row["后果"] = self.rng.choice(
                    ("最低等级", "不得评为最高等级", "不得评为最高等级", "总分记零")
                )
            else:
                most = self.rng.choice((Decimal(2), Decimal(10), Decimal(150)))
                row["分值"] = number(self.rng, Decimal("0.5"), most, self.rng.choice((0, 1, 3, 6)))
                row["分值"] = row["分值"] or Decimal(1)
            rows.append(row)
        return rows

    def _reviews(self, rows: Rows) -> Rows:
        """The reviewing authority gives no points for what does not apply."""
        out = {_plain(row["编号"]) for row in self.third if row.get("评分方式") == "不适用"}
        return tuple(
            {
                name: cell
                for name, cell in row.items()
                if name != "复核得分" or _plain(row["编号"]) not in out
            }
            for row in rows
        )


_TURNS = {
    "不适用": ("_not_applicable",), "分档": ("_banded", "_straight"), "步长": ("_stepped", "_astray"),
    "超额完成": ("_overdone",), "满意度": ("_surveyed",), "预算执行率": ("_executed",),
}  # fmt: skip


def _plain(code: Cell) -> str:
    return unicodedata.normalize("NFKC", str(code)).strip().casefold()


def _digits(held: Cell) -> Decimal:
    """The number in a cell that this module wrote."""
    if isinstance(held, Decimal):
        return held
    found = re.search(r"-?[\d.]+", unicodedata.normalize("NFKC", held))
    assert found, held
    return Decimal(found[0])


def _unit(rng: Random, target: Decimal, actual: Decimal) -> str:
    """A unit, or none where nobody has to ask whether 0.95 of 100 is a per cent."""
    return rng.choice(_UNITS) or ("个" if maybe_hundredfold(target, _short(actual)) else "")


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
