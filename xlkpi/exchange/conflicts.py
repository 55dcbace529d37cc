"""What keeps files from being merged: another workbook, other rows, two marks for one cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import PurePath
from typing import NamedTuple

from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import MAIN_PART, MERGED, SCORERS_PART, SHEETS, Sheet, folded
from xlkpi.domain.workbook_contents import Fields
from xlkpi.exchange import parts
from xlkpi.exchange.parts import CellValue, FilledBallot, Rows
from xlkpi.exchange.template_contents import rows


class PartFile(NamedTuple):
    """One file that was read."""

    outcome: Outcome
    filled: Filled
    label: str
    """What it is called in a sentence: its name, or its path where another has that name too."""
    ballots: tuple[FilledBallot, ...]
    """The ballots with at least one mark or remark."""
    signed: tuple[FilledBallot, ...]
    """Those that are signed or dated, with or without marks."""

    @property
    def name(self) -> str:
        """The file's own name, without its folder."""
        return PurePath(self.outcome.source.file).name

    @property
    def scorer(self) -> str:
        """The scorer whose part it is, "" for any other file."""
        part = self.filled.part
        return part.removeprefix(SCORERS_PART) if part and part != MAIN_PART else ""

    @property
    def main(self) -> bool:
        """Whether it is the 主表 of a split workbook."""
        return self.filled.part == MAIN_PART


FileFinding = tuple[PartFile, Finding]


def incomplete(files: Sequence[PartFile]) -> Iterator[FileFinding]:
    """Report a single file, and scorers' parts without 主表: neither makes a workbook."""
    if len(files) == 1:
        yield files[0], finding("X812", CellRef(""))
    elif all(each.scorer for each in files):
        yield files[0], finding("X809", CellRef(""))


def base_of(files: Sequence[PartFile]) -> PartFile:
    """Return the file that the others are compared with: 主表, else a whole copy; the commonest content wins."""
    likely = [each for each in files if each.main] or [each for each in files if not each.scorer]
    texts = {each.label: _fixed_text(each) for each in likely}
    alike = Counter(texts.values())
    return max(likely, key=lambda each: alike[texts[each.label]])  # of equals the first


def _fixed_text(file: PartFile) -> str:
    held = [
        (
            name,
            [
                sorted((k, parts.value_text(v).strip()) for k, v in fields.items())
                for _, fields in held
            ],
        )
        for name, held in _all_rows(file.filled).items()
    ]
    return repr((_identity(file), held))


def _all_rows(filled: Filled) -> dict[str, Rows]:
    """Return the rows of every sheet that is not a scorer's."""
    tables = ((sheet, filled.tables.get(sheet.name)) for sheet in SHEETS if sheet is not MERGED)
    return {sheet.name: list(rows(table)) if table else [] for sheet, table in tables}


def _identity(file: PartFile) -> tuple[tuple[str, str, str], ...]:
    """Return (finding code, what, text) of everything that must be equal in files of one workbook."""
    filled = file.filled
    who = ("部门名称", "评价类型", "项目名称")
    version = filled.version if filled.version is not None else "未注明"
    return (
        *(("X805", name, filled.info_text(name)) for name in who),
        ("X806", "评价年度", filled.info_text("评价年度")),
        ("X807", "模板", f"{filled.template or '未注明'}，格式 {version}"),
    )


def content_conflicts(base: PartFile, files: Iterable[PartFile]) -> Iterator[FileFinding]:
    """Compare every file with the base: department, year, template, indicators, and the shared rows."""
    for file in files:
        if file is not base:
            found = list(_other_workbook(base, file)) or list(_different_rows(base, file))
            yield from ((file, each) for each in found)


def _other_workbook(base: PartFile, file: PartFile) -> Iterator[Finding]:
    for (code, name, expected), (_, _, found) in zip(_identity(base), _identity(file), strict=True):
        if folded(found) != folded(expected):
            at = _place(file.filled, name)
            params = {"name": name, "other": base.label, "expected": expected or "（空）"}
            yield finding(code, at, found or "（空）", **params)
            return
    mine, theirs = ([each.key for each in one.filled.indicators] for one in (base, file))
    if mine != theirs:
        yield finding(
            "X808", CellRef("三级指标"), _change_text(base.filled, file.filled), other=base.label
        )


def _place(filled: Filled, name: str) -> CellRef:
    if name in filled.info:
        return filled.info[name].place
    return filled.format_places[0] if name == "模板" else CellRef("")


def _change_text(base: Filled, filled: Filled) -> str:
    mine = {each.key: each.label for each in base.indicators}
    theirs = {each.key: each.label for each in filled.indicators}
    missing = [label for key, label in mine.items() if key not in theirs]
    more = [label for key, label in theirs.items() if key not in mine]
    changes = [
        f"{word} {'、'.join(labels[:5])}{' 等' if len(labels) > 5 else ''}"
        for word, labels in (("缺少", missing), ("多出", more))
        if labels
    ]
    return "，".join(changes) or "次序不同"


def _different_rows(base: PartFile, file: PartFile) -> Iterator[Finding]:
    """Yield, for each sheet that differs from the base, its first differing cell and their number."""
    mine, theirs = (
        parts.shared_rows(one.filled) if file.scorer else _all_rows(one.filled)
        for one in (base, file)
    )
    for sheet in SHEETS:
        cells = list(
            _cells(sheet, base, mine.get(sheet.name, ()), file, theirs.get(sheet.name, ()))
        )
        if cells:
            at, found, there, expected = cells[0]
            params = {"other": base.label, "where": str(there), "expected": expected}
            if file.main and base.main:
                yield finding("X810", at, found, **params)
            else:
                yield finding("X804", at, found, count=len(cells), **params)


def _cells(
    sheet: Sheet, base: PartFile, mine: Rows, file: PartFile, theirs: Rows
) -> Iterator[tuple[CellRef, str, CellRef, str]]:
    nothing: tuple[int, Fields] = (-1, {})
    for (row, expected), (at, found) in zip_longest(mine, theirs, fillvalue=nothing):
        for column in sheet.columns:
            one, other = expected.get(column.header, ""), found.get(column.header, "")
            if not parts.same_value(one, other):
                yield (
                    _at(file.filled, sheet, at, column.header), parts.value_text(other),
                    _at(base.filled, sheet, row, column.header), parts.value_text(one),
                )  # fmt: skip


def _at(filled: Filled, sheet: Sheet, row: int, header: str) -> CellRef:
    table = filled.tables.get(sheet.name)
    return table.place(row, header) if table and row >= 0 else CellRef(sheet.name)


def ballot_conflicts(base: PartFile, files: Iterable[PartFile]) -> Iterator[FileFinding]:
    """Report ballots of strangers, ballots in another scorer's part, and two that differ for one member."""
    names = {folded(each.name.value) for each in base.filled.members if each.is_scorer}
    first: dict[str, tuple[PartFile, FilledBallot]] = {}
    yield from _signatures(files)
    for file in files:
        yield from ((file, each) for each in _renamed(file))
        for ballot in file.ballots:
            scorer = ballot.scorer.value or ""
            if folded(scorer) not in names:
                yield file, finding("X811", ballot.scorer.place, scorer, other=base.label)
                continue
            other, held = first.setdefault(folded(scorer), (file, ballot))
            if found := _first_conflict(ballot, held, other.label, scorer):
                yield file, found


def _signatures(files: Iterable[PartFile]) -> Iterator[FileFinding]:
    """Report two different signatures or dates on one member's ballot; an empty one is no conflict."""
    first: dict[tuple[str, str], tuple[PartFile, CellRef, CellValue]] = {}
    for file in files:
        for each in file.signed:
            scorer = each.scorer.value or ""
            for (_, label), (here, found) in each.signed.items():
                at = (folded(scorer), label)
                other, there, expected = first.setdefault(at, (file, here, found))
                if not parts.same_value(found, expected):
                    params = {"where": str(there), "expected": parts.value_text(expected)}
                    params |= {"scorer": scorer, "other": other.label}
                    yield file, finding("X803", here, parts.value_text(found), **params)


def _renamed(file: PartFile) -> Iterator[Finding]:
    for ballot in file.filled.ballots if file.scorer else ():
        name = ballot.scorer.value or ""
        if folded(name) != folded(file.scorer):
            yield finding("X814", ballot.scorer.place, name, expected=file.scorer)


def _first_conflict(
    one: FilledBallot, other: FilledBallot, label: str, scorer: str
) -> Finding | None:
    """Return the finding at the first cell in which two ballots of one scorer differ."""
    for at in dict.fromkeys((*one.cells, *other.cells)):
        nothing = (one.scorer.place, "")
        here, found = one.cells.get(at, nothing)
        there, expected = other.cells.get(at, nothing)
        if not parts.same_value(found, expected):
            where = here if at in one.cells else there._replace(sheet=one.scorer.place.sheet)
            return finding(
                "X803", where, parts.value_text(found), scorer=scorer, other=label,
                where=str(there if at in other.cells else here), expected=parts.value_text(expected),
            )  # fmt: skip
    return None
