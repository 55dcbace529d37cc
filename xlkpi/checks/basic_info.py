"""基本信息 and 等级标准."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from xlkpi.domain.assessed_year import read_year
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.numbers import plain
from xlkpi.domain.schema import GRADES, INFO, INFO_ROWS, REQUIRED_INFO, YEAR, YES, canonical


def required_info(filled: Filled) -> Iterator[Finding]:
    """部门名称 and 评价年度 are filled in."""
    table = filled.tables.get(INFO.name)
    if not table or not table.rows:
        return
    for name in REQUIRED_INFO:
        line = filled.info.get(name)
        if line is None:
            yield finding("X701", table.head("项目"), name=name)
        elif line.blank:
            yield finding("X701", line.place, name=name)


def unknown_info(filled: Filled) -> Iterator[Finding]:
    """A line that the format does not know is reported, since nobody reads it."""
    known = {name for name, _ in INFO_ROWS}
    for name, line in filled.info.items():
        if line.good and name not in known:
            yield finding("X713", line.place, line.value or "", name=name or "（空）")


def year(filled: Filled) -> Iterator[Finding]:
    """评价年度 is a year."""
    line = filled.info.get(YEAR)
    if line and line.value and not read_year(line.value):
        yield finding("X702", line.place, line.value)


def secret(filled: Filled) -> Iterator[Finding]:
    """Secret material is not to be processed here."""
    line = filled.info.get("是否涉密")
    if line and line.value == YES:
        yield finding("X703", line.place, YES)


def grade_rows(filled: Filled) -> Iterator[Finding]:
    """Every band has a name and a lower bound, and no two share a name."""
    table = filled.tables.get(GRADES.name)
    seen: dict[str, str] = {}
    for grade in filled.grades:
        assert table is not None
        if grade.name.blank:
            yield finding("X706", grade.name.place, what="等级名称")
        if grade.bound.blank:
            yield finding("X706", grade.bound.place, what="下限")
        key = canonical(grade.name.value or "").casefold()
        if key and key in seen:
            yield finding("X707", grade.name.place, grade.name.value or "", other=seen[key])
        seen.setdefault(key, grade.name.place.cell)


def grade_bounds(filled: Filled) -> Iterator[Finding]:
    """The bounds descend from at most 100 and end at 0, so that every total has one grade."""
    bounds = [(grade, grade.bound.value) for grade in filled.grades]
    if any(bound is None for _, bound in bounds):
        return
    for (_, above), (grade, bound) in pairwise(bounds):
        if above is not None and bound is not None and bound >= above:
            yield finding(
                "X704",
                grade.bound.place,
                plain(bound),
                grade=grade.name.value or "",
                above=plain(above),
            )
    for grade, bound in bounds:
        if bound is not None and 0 < bound <= 1:
            said = {"grade": grade.name.value or "", "read": plain(bound * 100)}
            yield finding("X715", grade.bound.place, plain(bound), **said)
    if bounds:
        (first, top), (last, bottom) = bounds[0], bounds[-1]
        if top is not None and top > 100:
            yield finding("X708", first.bound.place, plain(top), grade=first.name.value or "")
        if bottom is not None and bottom != 0:
            yield finding("X705", last.bound.place, plain(bottom), grade=last.name.value or "")
