"""Signs that a ballot was copied, overwritten, or marked on another scale.

Beside a code the template shows the indicator's name, target, actual and points. They are never
trusted; but the scorer saw them, so a text that differs puts the mark in doubt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from xlkpi.checks.lookups import clear_indicators
from xlkpi.domain.cells import Grid, Value
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Ballot, Filled, Mark
from xlkpi.domain.location import Address, CellRef, list_places
from xlkpi.domain.methods import JUDGED
from xlkpi.domain.numbers import EXACT, from_double, from_text, plain
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import ACTUAL, POINTS, TARGET, TIER3, canonical, folded
from xlkpi.domain.shown_target import shown_target
from xlkpi.domain.text import as_text

_NAME = TIER3.name
_ELSEWHERE = pattern(r"\[[^\]]+\][^\]!]*!")
"""In a formula: a sheet of another workbook."""
_ENOUGH = 8
"""So many marks alike are no coincidence; fewer may be."""
_SOME = 3
"""So many small marks suggest another scale."""


@dataclass(frozen=True, slots=True, eq=False)
class _Overwritten:
    """A looked-up cell that somebody typed over."""

    mark: Mark
    indicator: Indicator
    header: str
    own: _LookedUp
    """The indicator's own cell."""
    place: CellRef
    found: str
    expected: str
    differs: bool
    """Whether it says something else than the indicator's own cell."""

    @property
    def counts(self) -> bool:
        """Whether the scorer's mark or recusal on this row is used."""
        return self.indicator.judged and (not self.mark.mark.blank or self.mark.recused)


def _rate(filled: Filled, indicator: Indicator, mark: Decimal) -> Decimal | None:
    full = Decimal(100) if filled.parameters.out_of_100 else indicator.points.value
    return EXACT.divide(mark, full) if full else None


def ballots_own(filled: Filled) -> Iterator[Finding]:
    """No ballot repeats another's marks and words; marks at one and the same rate throughout may."""
    for ballot, other, count in copies(filled):
        yield finding(
            "X224", ballot.scorer.place, ballot.scorer.value or "",
            other=other.scorer.value, count=count,
        )  # fmt: skip


def copies(filled: Filled) -> Iterator[tuple[Ballot, Ballot, int]]:
    """Yield each ballot that looks copied, the first like it, and how many marks they have."""
    known = {key: each for key, each in clear_indicators(filled).items() if each.judged}
    silent = {folded(member.name.value) for member in filled.members if not member.is_scorer}
    first: dict[tuple[object, ...], Ballot] = {}
    for ballot in filled.ballots:
        rows = ballot.by_key()
        marks = [(each, rows[key]) for key, each in known.items() if key in rows]
        given = [(each, mark.mark.value) for each, mark in marks if mark.mark.value is not None]
        if len(given) < _ENOUGH or folded(ballot.scorer.value) in silent:
            continue
        first_rate = _rate(filled, *given[0])
        if all(_rate(filled, *each) == first_rate for each in given[1:]):
            continue
        content = tuple((mark.key, mark.mark.value, mark.remark.value) for _, mark in marks)
        other = first.setdefault(content, ballot)
        if other is not ballot and ballot.scorer.good and other.scorer.good:
            yield ballot, other, len(given)


def scale(filled: Filled) -> Iterator[Finding]:
    """Marks out of 100 are not all within 分值, nor marks out of 分值 all within 1: some rate is meant."""
    known, hundred = clear_indicators(filled), filled.parameters.out_of_100
    for ballot in filled.ballots:
        given = [
            (mark.mark.value, points)
            for mark in ballot.marks
            if (each := known.get(mark.key)) and each.method.value == JUDGED  # bands have their own limits
            and mark.mark.value is not None and (points := each.points.value) is not None and points > 1
        ]  # fmt: skip
        if len(given) < _SOME or not any(value for value, _ in given):
            continue
        params = {"scorer": ballot.scorer.value or "", "count": len(given)}
        params["system"] = "百分制" if hundred else "分值制"
        if all(value <= 1 for value, _ in given):
            params |= {"limit": " 1", "what": "得分率"}
        elif hundred and all(value <= points < 100 for value, points in given):
            params |= {"limit": "分值", "what": "分值制"}
        else:
            continue
        yield finding("X228", ballot.table.head("得分"), **params)


def looked_up(filled: Filled) -> Iterator[Finding]:
    """What is beside a code is what 三级指标 contains, also where somebody typed over the look-up.

    Another indicator's name beside a mark stops, and so do names that are half of them nobody's.
    Where the ballots agree with one another, 三级指标 was changed, and has the one finding.
    """
    known = clear_indicators(filled)
    owners = {canonical(each.name.value or ""): each for each in filled.indicators}
    cells = list[_Overwritten]()
    for ballot in filled.ballots:
        found = list(_typed_over(filled, known, ballot))
        nobodys = [cell for cell in found if cell.differs and _is_foreign_name(cell, owners)]
        strange = [cell for cell in nobodys if cell.counts]
        judged = (mark for mark in ballot.marks if mark.key in known and known[mark.key].judged)
        marked = sum(not mark.mark.blank or mark.recused for mark in judged)
        if len(strange) > 1 and 2 * len(strange) >= marked:
            cell = strange[0]
            yield finding(
                "X227", ballot.table.head(_NAME), cell.found, count=marked,
                different=len(strange), code=cell.indicator.label, expected=cell.expected,
            )  # fmt: skip
            found = [cell for cell in found if cell not in nobodys]
        cells += found
    shared = _find_shared(cells)
    yield from _changed_since(shared, owners)
    told = {id(cell) for group in shared for cell in group}
    rest = [cell for cell in cells if cell.differs and id(cell) not in told]
    for _, own in groupby(rest, key=lambda cell: cell.place.sheet):
        yield from _typed_otherwise(list(own), owners)


def _typed_otherwise(
    cells: Sequence[_Overwritten], owners: Mapping[str, Indicator]
) -> Iterator[Finding]:
    """Report what one ballot has typed over, of which no other ballot says the same."""
    swapped = _find_swapped(cells, owners)
    for cell in cells:
        if cell not in swapped.values():
            yield _difference(cell, owners, swapped)


def _find_shared(cells: Iterable[_Overwritten]) -> list[list[_Overwritten]]:
    """Return the groups of cells in which several ballots contain the same, and none what 三级指标 does."""
    groups: dict[tuple[str, str], list[_Overwritten]] = defaultdict(list)
    for cell in cells:
        groups[cell.indicator.key, cell.header].append(cell)
    return [
        group
        for group in groups.values()
        if len(group) > 1 and all(each.differs for each in group)
        and len({canonical(each.found) for each in group}) == 1
    ]  # fmt: skip


def _changed_since(
    shared: Sequence[Sequence[_Overwritten]], owners: Mapping[str, Indicator]
) -> Iterator[Finding]:
    """Report cells of 三级指标 that all ballots contradict: a name, a target; codes that were swapped."""
    firsts = [group[0] for group in shared]
    swapped = _find_swapped(firsts, owners)
    for group, cell in zip(shared, firsts, strict=True):
        owner = owners.get(canonical(cell.found)) if cell.header == _NAME else None
        params = {"where": list_places([each.place for each in group], 1), "count": len(group)}
        if owner and any(each.counts for each in group):
            other = swapped.get(cell)
            also = f"；{other.indicator.code.place.cell} 正好相反，像是互换了" if other else ""
            if cell not in swapped.values():
                yield finding(
                    "X243", cell.indicator.code.place, cell.indicator.label,
                    name=cell.found, other=owner.label, also=also, **params,
                )  # fmt: skip
            continue
        yield finding(
            "X242", cell.own.place, cell.expected or "（空）",
            code=cell.indicator.label, header=cell.header, other=cell.found or "（空）", **params,
        )  # fmt: skip


def _find_swapped(
    cells: Sequence[_Overwritten], owners: Mapping[str, Indicator]
) -> dict[_Overwritten, _Overwritten]:
    """Return, of two cells with each other's names beside their codes, the first → the second."""
    named = {cell.indicator.key: cell for cell in cells if cell.header == _NAME}
    swapped: dict[_Overwritten, _Overwritten] = {}
    for cell in named.values():
        owner = owners.get(canonical(cell.found))
        other = named.get(owner.key) if owner else None
        if other and owners.get(canonical(other.found)) is cell.indicator and other not in swapped:
            swapped[cell] = other
    return swapped


def _difference(
    cell: _Overwritten,
    owners: Mapping[str, Indicator],
    swapped: Mapping[_Overwritten, _Overwritten],
) -> Finding:
    owner = owners.get(canonical(cell.found)) if cell.header == _NAME else None
    params = {"code": cell.indicator.label, "expected": cell.expected or "（空）"}
    if owner and cell.counts:
        other = swapped.get(cell)
        also = f"（{other.place.cell} 正好相反，像是互换了）" if other else ""
        return finding("X225", cell.place, cell.found, other=owner.label, also=also, **params)
    return finding("X226", cell.place, cell.found, header=cell.header, **params)


def _is_foreign_name(cell: _Overwritten, owners: Mapping[str, Indicator]) -> bool:
    """Whether a name beside a code is none of ours, nor nearly that of its indicator."""
    strange = canonical(cell.found) not in owners and not _alike(cell.found, cell.expected)
    return cell.header == _NAME and strange


def _alike(one: str, other: str) -> bool:
    """Whether one name is the other with something added: a number in front, a word in brackets."""
    first, second = ("".join(filter(str.isalnum, canonical(name))) for name in (one, other))
    return bool(first and second) and (first in second or second in first)


def _typed_over(
    filled: Filled, known: Mapping[str, Indicator], ballot: Ballot
) -> Iterator[_Overwritten]:
    """Find the looked-up cells that were typed over, or look up elsewhere."""
    table, source = ballot.table, filled.tables.get(TIER3.name, ballot.table).grid
    columns = [(header, table.columns[header]) for header in _LOOKED_UP if header in table.columns]
    for mark in ballot.marks:
        for header, column in columns:
            at = (mark.row, column)
            formula = table.grid.formulas.get(at)
            if formula and "[" not in formula[0]:
                continue  # looked up as the blank does, nearly always
            indicator = known.get(mark.key) if _typed(table.grid, at) else None
            if indicator is None or (own := _LOOKED_UP[header](indicator)).broken:
                continue
            found, expected = as_text(table.grid.raw(*at)), _text(own)
            there = (own.place.row, own.place.column)
            same = canonical(found) in (canonical(expected), _as_ballots_show(indicator, header))
            differs = not (same or _numbers(table.grid, at) & _numbers(source, there))
            place = table.grid.place(*at)
            yield _Overwritten(mark, indicator, header, own, place, found, expected, differs)


_LookedUp = Value[str] | Value[Decimal]
_LOOKED_UP: Mapping[str, Callable[[Indicator], _LookedUp]] = {
    _NAME: lambda each: each.name,
    TARGET.header: lambda each: each.target_text,
    ACTUAL.header: lambda each: each.actual_text,
    POINTS.header: lambda each: each.points,
}
"""The looked-up columns that identify the indicator and its content."""


def _as_ballots_show(indicator: Indicator, header: str) -> str:
    """Return a target as a blank's ballots show it, as compared: they may have been pasted as values."""
    if header != TARGET.header:
        return ""
    text = indicator.target_text.value or ""
    read = from_text(text)
    target = read.value if read and not read.suffix else text
    return canonical(shown_target(target, indicator.nature.value or "", indicator.unit.value or ""))


def _text(own: _LookedUp) -> str:
    return plain(own.value) if isinstance(own.value, Decimal) else own.value or ""


def _typed(grid: Grid, at: Address) -> bool:
    """Whether somebody typed there, or copied a formula that looks into another workbook."""
    if at in grid.formulas:
        text, _ = grid.formulas[at]
        if "[" not in text or not _ELSEWHERE.search(text):
            return False
    return at not in grid.errors and grid.occupied(*at)


def _numbers(grid: Grid, at: Address) -> set[Decimal]:
    """Return the numbers that a cell may mean: 95% is 95 and 0.95, 8场 is 8."""
    raw = grid.raw(*at)
    if isinstance(raw, bool):
        return set()
    if isinstance(raw, int | float):
        value = from_double(float(raw))
        shown = at in grid.percents
        return set() if value is None else {value, value * 100} if shown else {value}
    read = from_text(raw) if isinstance(raw, str) else None
    if read is None:
        return set()
    return {read.value, read.value / 100} if read.suffix == "%" else {read.value}
