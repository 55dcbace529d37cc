"""Rules of 评分规则 as the tests make them, and the same as rows of cells for the second implementation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlkpi.audit import reference
from xlkpi.domain import custom_rules
from xlkpi.domain.custom_rules import BANDS, DEVIATION, HIGHER, LINE, STEPS, Entry, Rule
from xlkpi.domain.location import CellRef

LOWER = "低于扣分"
DIRECTIONS = (HIGHER, LOWER)
CALIBERS = ("满意以上", "基本满意以上", "指数100-80-60-40")
Band = tuple[Decimal | None, bool, Decimal | None]
"""下限, 含下限, 得分比例."""


def entry(kind: str, **said: object) -> Entry:
    """A row of 评分规则."""
    nothing = dict.fromkeys(("bound", "share", "base", "step", "cost", "floor"))
    held = {**nothing, "inclusive": True, "direction": "", **said}
    places = {
        header: CellRef("评分规则") for header in ("规则", "方式", "下限", "得分比例", "封底")
    }
    return Entry(name="甲", kind=kind, places=places, **held)  # type: ignore[arg-type]


def banded(bands: Sequence[Band], kind: str = BANDS) -> Rule:
    """A rule of 分档 or 超额完成."""
    rows = [entry(kind, bound=b, inclusive=i, share=s) for b, i, s in bands]
    return custom_rules.make_rule("甲", rows)


def stepped(
    base: Decimal, direction: str, step: Decimal, cost: Decimal, floor: Decimal | None = None,
    part: str = "",
) -> Rule:  # fmt: skip
    """A rule of 步长."""
    row = entry(STEPS, base=base, direction=direction, step=step, cost=cost, floor=floor, part=part)
    return custom_rules.make_rule("甲", [row])


def pointed(rule: Rule, points: Sequence[Decimal]) -> Rule:
    """The same rule with 得分 in its rows, the highest first, instead of 得分比例."""
    rows = zip(rule.entries, points, strict=True)
    return rule._replace(entries=tuple(row._replace(share=None, points=each) for row, each in rows))


def straight(points: Sequence[tuple[Decimal, Decimal]]) -> Rule:
    """A rule of 直线: 下限 and 得分比例 of its points."""
    return custom_rules.make_rule("甲", [entry(LINE, bound=b, share=s) for b, s in points])


def astray(
    base: Decimal | None = None, step: Decimal | None = None, cost: Decimal | None = None,
    floor: Decimal | None = None, part: str = "",
) -> Rule:  # fmt: skip
    """A rule of 偏离, by steps where there is one."""
    row = entry(DEVIATION, base=base, step=step, cost=cost, floor=floor, part=part)
    return custom_rules.make_rule("甲", [row])


def table(rule: Rule) -> list[reference.Row]:
    """The same as rows of cells."""
    return [_cells(row) for row in rule.entries]


def _cells(row: Entry) -> dict[str, reference.Content]:
    held = {
        "方式": row.kind, "下限": row.bound, "含下限": "是" if row.inclusive else "否", "得分比例": row.share,
        "基准": row.base, "方向": row.direction, "步长": row.step, "每步扣分": row.cost, "封底": row.floor,
        "不足一步": row.part or None, "得分": row.points,
    }  # fmt: skip
    return {name: value for name, value in held.items() if value is not None}
