"""Rows of 预算执行 and 资金来源 that count others once more: totals, sections, and 其中."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xlkpi.domain.cells import Text
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled, Project
from xlkpi.domain.numbers import EXACT, total
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import EXECUTION, canonical

_PARTS = 3
"""Fewer rows prove nothing: of two equal ones, either is the sum of the other."""
_WITHIN = re.compile(r"\W*(\d+\W+)?其中")
"""How the name of a row begins that is part of the row above: 其中：甲, （其中）甲, 1.其中：甲."""
_NUMERALS = tuple(
    pattern(numeral)
    for numeral in (
        r"第?[一二三四五六七八九十]+[部分类]*[、.:]", r"\([一二三四五六七八九十]+\)[、.]?",
        r"\d{1,2}[、.](?!\d)", r"\(\d{1,2}\)[、.]?", r"\d{1,2}(\.\d{1,2})+[、.]?",
    )
)  # fmt: skip
"""How sections are numbered, as compared, a style each."""


def totals(filled: Filled) -> Iterator[Finding]:
    """A row that is the sum of others, of all or of some beside it, is no project.

    One that is called as a section is counted twice for certain; elsewhere it may be chance.
    """
    projects = filled.projects
    grand_totals, groups = _grand_totals(projects), _groups(projects)
    for at, project in enumerate(projects):
        name, group = project.name, groups.get(at, ())
        called = name.value or "（空）"
        if group and _within(group[0].name.value):
            continue  # reported at its parts
        if group and _section(project, group):
            yield finding("X417", name.place, called, parts=_rows(group))
        elif at in grand_totals or group:
            parts = "其余各行" if at in grand_totals else _rows(group)
            yield finding("X413", name.place, called, parts=parts)


def parts_of_a_row(filled: Filled) -> Iterator[Finding]:
    """其中 marks a row as part of the one above, so that it would count twice.

    It is written once for several rows: those that add up to the row above are its parts, too.
    """
    groups = [each for each in _groups(filled.projects).values() if _within(each[0].name.value)]
    parts = {part.row for group in groups for part in group}
    yield from _within_others([(each.row, each.name) for each in filled.projects], parts)
    yield from _within_others([(each.row, each.name) for each in filled.funds], set())


def _within_others(names: Sequence[tuple[int, Text]], parts: set[int]) -> Iterator[Finding]:
    above = "上面一行"
    for row, name in names:
        if row in parts or _within(name.value):
            yield finding("X416", name.place, name.value or "（空）", above=above)
        elif name.value:
            above = f"“{name.value}”"


def _within(name: str | None) -> bool:
    return bool(_WITHIN.match(canonical(name or "")))


def _section(project: Project, group: Sequence[Project]) -> bool:
    """Whether a row is called as the heading of others: numbered as they are not, or by their kind."""
    name = canonical(project.name.value or "")
    style, rest = _numbered(name)
    if style and style not in {_numbered(canonical(each.name.value or ""))[0] for each in group}:
        return True
    kinds = {each.kind.value for each in group}
    return rest in EXECUTION.column("支出类别").choices and kinds <= {rest, project.kind.value}


def _numbered(name: str) -> tuple[int, str]:
    """Return the style of the numeral before a name, 0 where there is none, and the name behind it."""
    for style, numeral in enumerate(_NUMERALS, 1):
        if found := numeral.match(name):
            return style, name[found.end() :].rstrip(":")
    return 0, name.rstrip(":")


def _rows(group: Sequence[Project]) -> str:
    rows = [each.row + 1 for each in group]
    return f"第 {min(rows)} 至 {max(rows)} 行"


def _grand_totals(projects: Sequence[Project]) -> set[int]:
    """Return the positions of rows that are the sum of all the others."""
    budgets = [each.budget.value for each in projects if each.budget.value is not None]
    executions = [each.executed.value for each in projects if each.executed.value is not None]
    if len(projects) < _PARTS or not len(budgets) == len(executions) == len(projects):
        return set()
    sums = total(budgets), total(executions)
    pairs = enumerate(zip(budgets, executions, strict=True))
    return {at for at, (b, e) in pairs if b and e and (2 * b, 2 * e) == sums}


def _groups(projects: Sequence[Project]) -> dict[int, list[Project]]:
    """Return position of a row → the adjacent rows, two or more, of which it is the sum.

    First the rows below each, from the last to the first, so that a sum of sums is known by the
    rows of its sums; then, of what is neither a sum nor part of one, the rows above each.
    """
    found: dict[int, list[Project]] = {}
    count = len(projects)
    for at in reversed(range(count)):
        below = (projects[n] for n in range(at + 1, count) if n not in found)
        if group := _adding_up(projects[at], below):
            found[at] = group
    taken = {part.row for group in found.values() for part in group}
    for at in range(count):
        above = (projects[n] for n in range(at - 1, -1, -1) if n not in found)
        free = at not in found and projects[at].row not in taken
        if free and (group := _adding_up(projects[at], above)):
            found[at] = group[::-1]
    return found


def _adding_up(project: Project, others: Iterator[Project]) -> list[Project]:
    """Return the first of the others that add up to a row in both amounts; none where none do."""
    left = _amounts(project)
    if left is None or not all(left):
        return []
    group: list[Project] = []
    for other in others:
        amounts = _amounts(other)
        if amounts is None:
            return []
        left = EXACT.subtract(left[0], amounts[0]), EXACT.subtract(left[1], amounts[1])
        if min(left) < 0:
            return []
        group += [other] if any(amounts) else []
        if not any(left):
            return group if len(group) > 1 else []
    return []


def _amounts(project: Project) -> tuple[Decimal, Decimal] | None:
    """Return budget and execution; None where one is missing or below 0."""
    budget, executed = project.budget.value, project.executed.value
    if budget is None or executed is None or min(budget, executed) < 0:
        return None
    return budget, executed
