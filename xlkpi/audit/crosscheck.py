"""The engine's figures against the reference's: a filled workbook as plain rows, and what differs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from xlkpi.audit import reference
from xlkpi.domain.cells import Number, Text
from xlkpi.domain.custom_rules import Entry
from xlkpi.domain.indicators import Indicator, Tier
from xlkpi.domain.inputs import Ballot, Filled, Survey
from xlkpi.domain.location import CellRef
from xlkpi.domain.methods import NOT_APPLICABLE
from xlkpi.domain.results import Outcome

Row = dict[str, str | Decimal]


def find_disagreements(outcome: Outcome) -> Iterator[tuple[CellRef, str, str]]:
    """(place, the engine's figure, the reference's) of every score, the total and the grade that differ."""
    filled, scored = outcome.filled, outcome.scored
    assert filled is not None and scored is not None
    right = reference.compute_verdict(
        _make_sheets(filled), [_make_ballot(each) for each in filled.ballots]
    )
    if Fraction(scored.total) != right.total:
        yield CellRef(""), f"{scored.total:f}", str(float(right.total))
    if scored.grade.name.value != right.grade:
        yield CellRef(""), scored.grade.name.value or "", right.grade
    review = scored.review and (
        Fraction(scored.review.score_totals.total),
        scored.review.score_totals.grade.name.value,
    )
    if review != right.review:
        yield CellRef(""), str(review), str(right.review)
    for tiers, expected in zip(scored.tiers, right.tiers, strict=True):
        for each in tiers:
            figure = expected.get(reference.normalise(each.tier.code.value or ""))
            own = Fraction(each.score) if each.applies else None
            if own != figure:
                yield each.tier.points.place, _show(own), _show(figure)


def _show(figure: Fraction | None) -> str:
    return NOT_APPLICABLE if figure is None else str(float(figure))


def _make_sheets(filled: Filled) -> dict[str, list[Row]]:
    return {
        "参数": [_make_setting(filled, name) for name in _SETTINGS],
        "评价工作组": [
            _make_row(
                姓名=each.name,
                评分组=each.group,
                是否评分=each.status,
                评分权重=each.weight,
                组权重=each.group_weight,
            )
            for each in filled.members
            if each.name.value
        ],
        "预算执行": [
            _make_row(全年预算数=each.budget, 全年执行数=each.executed) for each in filled.projects
        ],
        "一级指标": [_make_tier(each) for each in filled.tier1],
        "二级指标": [_make_tier(each, "一级编号") for each in filled.tier2],
        "三级指标": [_make_indicator(each) for each in filled.indicators],
        "评分规则": [_make_entry(each) for each in filled.entries],
        "满意度调查": [
            _make_row(指标编号=each.code, **_make_votes(each)) for each in filled.surveys
        ],
        "加减分": [
            _make_row(类别=each.kind, 分值=each.points, 后果=each.effect)
            for each in filled.adjustments
        ],
        "复核": [
            _make_row(
                编号=each.code, 复核得分=each.score, 复核完成值=each.actual, 扣分原因=each.reason
            )
            for each in filled.reviews
        ],
        "等级标准": [_make_row(等级=each.name, 下限=each.bound) for each in filled.grades],
    }


_SETTINGS = (
    "打分制",
    "综合方法",
    "反向公式",
    "去极值最少人数",
    "去极值个数",
    "小数位数",
    "满意度口径",
)


def _make_setting(filled: Filled, name: str) -> Row:
    held = filled.parameters.numbers.get(name)
    return {"参数": name, "值": filled.parameters.text(name) if held is None else held}


def _make_tier(tier: Tier, parent: str = "") -> Row:
    row = _make_row(编号=tier.code, 分值=tier.points)
    return {**row, **_make_row(**{parent: tier.parent})} if parent else row


def _make_indicator(each: Indicator) -> Row:
    return {
        **_make_tier(each, "二级编号"),
        **_make_row(
            评分方式=each.method,
            指标性质=each.nature,
            年度指标值=each.target,
            实际完成值=each.actual,
            核减分=each.deduction,
        ),
        **_make_signed(each),
    }


def _make_signed(each: Indicator) -> Row:
    """实际完成值 with the operator that stands before it."""
    value = each.actual.value
    return (
        {"实际完成值": f"{each.actual_sign}{value:f}"}
        if each.actual_sign and value is not None
        else {}
    )


def _make_entry(entry: Entry) -> Row:
    held = {
        "规则": entry.name,
        "方式": entry.kind,
        "下限": entry.bound,
        "含下限": "是" if entry.inclusive else "否",
        "得分比例": entry.share,
        "基准": entry.base,
        "方向": entry.direction,
        "步长": entry.step,
        "每步扣分": entry.cost,
        "封底": entry.floor,
        "不足一步": entry.part or None,
        "得分": entry.points,
    }
    return {name: value for name, value in held.items() if value is not None}


def _make_votes(survey: Survey) -> dict[str, Number]:
    return dict(zip(("很满意", "满意", "基本满意", "不满意"), survey.votes, strict=True))


def _make_ballot(ballot: Ballot) -> tuple[str, list[Row]]:
    rows = [
        {
            **_make_row(编号=each.code, 得分=each.mark),
            **({"评分说明": "回避"} if each.recused else {}),
        }
        for each in ballot.marks
        if each.code.value
    ]
    return ballot.scorer.value or "", rows


def _make_row(**cells: Text | Number) -> Row:
    """A row by header, without what is blank."""
    return {name: cell.value for name, cell in cells.items() if cell.value is not None}
