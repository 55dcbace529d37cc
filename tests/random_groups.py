"""评分组, 去极值个数 and rows without points, laid over a random workbook with dice of their own.

A seed keeps everything else that it had.
"""

from __future__ import annotations

from decimal import Decimal
from random import Random

from xlkpi.domain.workbook_contents import Contents, Fields

Rows = tuple[Fields, ...]
Cell = str | Decimal

_NAMES = ("领导", "同级", "群众", "Public-1", "=专家")
_PARTS = (
    "其中：财政拨款",
    "其中:自筹",
    "①其中，上年结转",
    "（1）其中：办公费",
    " — 其中　差旅费",
    "其中：",
)
_NO_POINTS: tuple[Cell, ...] = ("", "—", "-", "/", "——", "无", Decimal(0))


def laid(made: Contents, rng: Random) -> Contents:
    """Return the workbook with what its dice add."""
    sheets = dict(made.sheets)
    if rng.random() < 0.45:
        sheets["评价工作组"] = _grouped(sheets["评价工作组"], rng)
    sheets["参数"] = _trimmed(sheets["参数"], rng)
    if rng.random() < 0.3:
        for name, parent in (("三级指标", "二级编号"), ("二级指标", "一级编号"), ("一级指标", "")):
            sheets[name] = _with_asides(sheets[name], name, parent, rng)
    return made._replace(sheets=sheets)


def _grouped(members: Rows, rng: Random) -> Rows:
    rows: list[dict[str, Cell]] = [dict(row) for row in members]
    scoring = [row for row in rows if row.get("是否评分", "是") == "是"]
    names = rng.sample(_NAMES, rng.choice((2, 2, 3, 4)))
    weights = dict(zip(names, _weights(len(names), rng), strict=True))
    for at, row in enumerate(rng.sample(scoring, len(scoring))):
        row["评分组"] = names[at] if at < len(names) else rng.choice(names)
    for row in rows:
        if row.get("是否评分") == "缺席" and rng.random() < 0.5:
            row["评分组"] = rng.choice(names)
    everywhere, told = rng.random() < 0.5, set[Cell]()
    for row in rows:
        group = row.get("评分组")
        if group and (everywhere or group not in told):
            row["组权重"] = weights[str(group)]
            told.add(group)
            row["评分组"] = rng.choice((group, group, f" {group} "))
    return tuple(rows)


def _weights(count: int, rng: Random) -> list[Cell]:
    kind = rng.choice(("whole", "thirds", "per cent", "fine", "huge"))
    made: list[Cell] = []
    for _ in range(count):
        if kind == "per cent":
            made.append(f"{rng.randint(1, 60)}%")
        elif kind == "huge":
            made.append(Decimal(rng.randint(10**13, 10**14)))
        else:
            places = {"whole": 0, "thirds": 1, "fine": 6}[kind]
            made.append(Decimal(rng.randint(1, 70)).scaleb(-places))
    return made


def _trimmed(settings: Rows, rng: Random) -> Rows:
    held = {str(row["参数"]): row["值"] for row in settings}
    if held.get("综合方法") != "去掉最高最低" or rng.random() < 0.5:
        return settings
    each, least = rng.choice((1, 2, 2, 3)), int(str(held.get("去极值最少人数", 6)))
    held["去极值个数"] = Decimal(each)
    held["去极值最少人数"] = Decimal(max(least, 2 * each + 1))
    return tuple({"参数": name, "值": value} for name, value in held.items())


def _with_asides(rows: Rows, name: str, parent: str, rng: Random) -> Rows:
    made: list[Fields] = []
    for row in rows:
        made.append(row)
        if row.get("编号") and rng.random() < 0.3:
            aside: dict[str, Cell] = {name: rng.choice(_PARTS), "分值": rng.choice(_NO_POINTS)}
            if rng.random() < 0.5:
                aside["编号"] = f"{row['编号']}-1"
                aside |= {parent: row[parent]} if parent else {}
            if name == "三级指标":
                aside |= {"年度指标值": "95%", "实际完成值": Decimal("96.5")}
            made.append({header: cell for header, cell in aside.items() if cell != ""})
    return tuple(made)
