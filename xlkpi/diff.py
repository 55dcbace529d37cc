"""Two workbooks side by side: two drafts, or two years; what was added, dropped and changed, with both places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from xlkpi.model import Filled, Indicator, Number, Outcome, Text, Tier
from xlkpi.numbers import plain
from xlkpi.place import Place
from xlkpi.texts import as_text
from xlkpi.write.book import Book
from xlkpi.write.emit import emit

T = TypeVar("T")

SCHEMA = "xlkpi.diff/1"
_LEVELS = ("", "一级指标", "二级指标", "三级指标")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs."""

    what: str
    """In Chinese: 总分, 等级, 三级指标新增, 分值, 得分 …"""
    code: str
    """The indicator, the project or the scorer that it concerns; "" for the whole."""
    old: str
    new: str
    old_place: Place
    new_place: Place


_NOWHERE = Place("")


def changes(old: Outcome, new: Outcome) -> list[Change]:
    """Return what differs, the results first, then as one leafs through the workbook."""
    assert old.filled is not None and new.filled is not None
    return [
        *_results(old, new),
        *_basics(old.filled, new.filled),
        *_tiers(old.filled, new.filled),
        *_marks(old.filled, new.filled),
        *_budget(old.filled, new.filled),
        *_grades(old.filled, new.filled),
        *_reviews(old.filled, new.filled),
    ]


def _results(old: Outcome, new: Outcome) -> Iterator[Change]:
    totals = [f"{each.scored.total:f}" if each.scored else "没有评分" for each in (old, new)]
    grades = [
        (each.scored.grade.name.value or "") if each.scored else "没有评分" for each in (old, new)
    ]
    for what, (left, right) in (("总分", totals), ("等级", grades)):
        if left != right:
            yield Change(what, "", left, right, _NOWHERE, _NOWHERE)
    if old.scored and new.scored:
        before = {work.indicator.key: work for work in old.scored.workings}
        for work in new.scored.workings:
            was = before.get(work.indicator.key)
            if was and was.score != work.score:
                places = was.indicator.points.place, work.indicator.points.place
                yield Change(
                    "指标得分", work.indicator.label, f"{was.score:f}", f"{work.score:f}", *places
                )


def _basics(old: Filled, new: Filled) -> Iterator[Change]:
    for name, was, now in _paired(old.info, new.info):
        yield from _cell(f"基本信息：{name}", "", was, now)


def _tiers(old: Filled, new: Filled) -> Iterator[Change]:
    for level, left, right in (
        (1, old.tier1, new.tier1), (2, old.tier2, new.tier2), (3, old.indicators, new.indicators)
    ):  # fmt: skip
        yield from _tier(
            level, {each.key: each for each in left}, {each.key: each for each in right}
        )


def _tier(level: int, old: Mapping[str, Tier], new: Mapping[str, Tier]) -> Iterator[Change]:
    for _, was, now in _paired(old, new):
        if was and now:
            yield from _indicator(was, now)
        elif now:
            name = now.name
            yield Change(
                f"新增{_LEVELS[level]}", now.label, "", name.value or "", _NOWHERE, name.place
            )
        elif was:
            name = was.name
            yield Change(
                f"删去{_LEVELS[level]}", was.label, name.value or "", "", name.place, _NOWHERE
            )


def _indicator(old: Tier, new: Tier) -> Iterator[Change]:
    yield from _cell("名称", new.label, old.name, new.name)
    yield from _cell("上级编号", new.label, old.parent, new.parent)
    yield from _cell("分值", new.label, old.points, new.points)
    if isinstance(old, Indicator) and isinstance(new, Indicator):
        for what, left, right in (
            ("指标性质", old.nature, new.nature), ("年度指标值", old.target_text, new.target_text),
            ("计量单位", old.unit, new.unit), ("实际完成值", old.actual_text, new.actual_text),
            ("评分方式", old.method, new.method), ("偏差原因分析及改进措施", old.reason, new.reason),
        ):  # fmt: skip
            yield from _cell(what, new.label, left, right)


def _marks(old: Filled, new: Filled) -> Iterator[Change]:
    before = {each.scorer.value or "": each for each in old.ballots}
    after = {each.scorer.value or "": each for each in new.ballots}
    for name, was, now in _paired(before, after):
        if was is None or now is None:
            places = (each.scorer.place if each else None for each in (was, now))
            yield _on_one_side("评分表", name, *places)
            continue
        for _, left, right in _paired(was.by_key(), now.by_key()):
            if left and right:
                code = f"{name} {right.code.value or ''}"
                yield from _cell("得分", code, left.mark, right.mark)
                yield from _cell("评分说明", code, left.remark, right.remark)


def _budget(old: Filled, new: Filled) -> Iterator[Change]:
    before = {each.name.value or "": each for each in old.projects}
    after = {each.name.value or "": each for each in new.projects}
    for name, was, now in _paired(before, after):
        if was is None or now is None:
            places = (each.name.place if each else None for each in (was, now))
            yield _on_one_side("预算执行项目", name, *places)
            continue
        for what, left, right in (
            ("全年预算数", was.budget, now.budget), ("全年执行数", was.executed, now.executed)
        ):  # fmt: skip
            yield from _cell(what, name, left, right)


def _grades(old: Filled, new: Filled) -> Iterator[Change]:
    before = {each.name.value or "": each for each in old.grades}
    after = {each.name.value or "": each for each in new.grades}
    for name, was, now in _paired(before, after):
        yield from _cell("等级下限", name, was.bound if was else None, now.bound if now else None)


def _reviews(old: Filled, new: Filled) -> Iterator[Change]:
    before = {each.key: each for each in old.reviews}
    after = {each.key: each for each in new.reviews}
    for _, was, now in _paired(before, after):
        either = now or was
        code = (either.code.value or "") if either else ""
        for what, left, right in (
            ("复核得分", was and was.score, now and now.score),
            ("扣分原因", was and was.reason, now and now.reason),
        ):
            yield from _cell(what, code, left, right)


def _paired(old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    """Yield (key, what it was, what it is), the old ones first, in their order."""
    for key in dict.fromkeys([*old, *new]):
        yield key, old.get(key), new.get(key)


def _on_one_side(what: str, name: str, old: Place | None, new: Place | None) -> Change:
    """Return the change of something that stands in one of the two only."""
    word = "删去" if old else "新增"
    return Change(f"{word}{what}", name, "", "", old or _NOWHERE, new or _NOWHERE)


def _cell(
    what: str, code: str, old: Text | Number | None, new: Text | Number | None
) -> Iterator[Change]:
    left, right = _said(old), _said(new)
    if left != right:
        places = (each.place if each is not None else _NOWHERE for each in (old, new))
        yield Change(what, code, left, right, *places)


def _said(cell: Text | Number | None) -> str:
    if cell is None or cell.blank:
        return ""
    if cell.value is None:  # broken: as it was typed
        return as_text(cell.typed)
    return plain(cell.value) if isinstance(cell.value, Decimal) else cell.value


def text(found: Iterable[Change]) -> str:
    """Return the changes as people read them, a line each."""
    return "\n".join(
        f"{each.what}{' ' + each.code if each.code else ''}："
        f"{_one(each.old, each.old_place)} → {_one(each.new, each.new_place)}"
        for each in found
    )


def _one(said: str, place: Place) -> str:
    where = f"（{place}）" if str(place) else ""
    return f"{said or '（空）'}{where}"


def report(old: Outcome, new: Outcome, found: Iterable[Change]) -> dict[str, Any]:
    """Return what `diff --json` prints."""
    listed = [
        {
            "what": each.what, "code": each.code or None, "old": each.old, "new": each.new,
            "old_place": str(each.old_place) or None, "new_place": str(each.new_place) or None,
        }
        for each in found
    ]  # fmt: skip
    return {"schema": SCHEMA, "old": old.source.file, "new": new.source.file, "changes": listed}


def workbook(old: str, new: str, found: Iterable[Change]) -> bytes:
    """Return the changes as a workbook of one sheet."""
    book = Book("两份工作簿的差异")
    paper = book.sheet("差异")
    paper.merge(0, 0, 6, "两份工作簿的差异", "heading")
    paper.merge(1, 0, 6, f"旧：{old}    新：{new}", "guide")
    paper.row(3, ["序号", "内容", "指标、项目或评分人", "旧", "旧的位置", "新", "新的位置"], "head")
    row = 3
    for row, each in enumerate(found, start=4):
        paper.number(row, 0, row - 3, "center")
        for column, said in enumerate(
            (each.what, each.code, each.old, str(each.old_place), each.new, str(each.new_place)),
            start=1,
        ):
            paper.text(row, column, said, "text")
    if row == 3:
        paper.merge(4, 0, 6, "没有差异", "center")
    paper.widths = {0: 6, 1: 20, 2: 24, 3: 30, 4: 18, 5: 30, 6: 18}
    paper.freeze = (4, 0)
    paper.repeat = 3
    paper.landscape = True
    return emit(book)
