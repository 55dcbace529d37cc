"""Parts, or whole copies, of one workbook → the workbook again; any doubt refuses it, by name.

What comes out depends on what stands in the files and on their names, never on their order or folders.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import PurePath
from typing import NamedTuple

from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Contents, Fields, Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import MAIN_PART, MERGED, SCORERS_PART, SHEETS, SOURCE_SHEET, Sheet, folded
from xlkpi.exchange import parts
from xlkpi.exchange.contents import rows
from xlkpi.exchange.parts import Filling, Held, Rows
from xlkpi.pipeline import Document, outcomes
from xlkpi.reading.open import reopen
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

_STOPS = frozenset((
    "X102", "X103", "X104", "X107", "X110", "X115", "X118", "X120",  # what is what
    "X204", "X205", "X206", "X210", "X218", "X219", "X225", "X227",  # whose mark it is, and of what
    "X216", "X221", "X309", "X311", "X314", "X703",
    "X501", "X502", "X503", "X513", "X515", "X516", "X517", "X518", "X522",  # what stands there
))  # fmt: skip
"""Errors of a file that merging would hide or guess at; all others are there to be told afterwards."""
_MAIN = "（主表）"
_NOBODY = "（没有评分）"


class Merge(NamedTuple):
    """The merged workbook, or why there is none."""

    refused: tuple[Outcome, ...] = ()
    """Of each file that stands in the way, with those findings alone."""
    data: bytes = b""
    empty: tuple[str, ...] = ()
    """Scorers whose ballots nobody has filled in yet."""
    left: tuple[tuple[str, str, str], ...] = ()
    """Files, places and texts that were not carried over."""
    said: tuple[tuple[str, tuple[Finding, ...]], ...] = ()


class _File(NamedTuple):
    """One file that was read."""

    outcome: Outcome
    filled: Filled
    label: str
    """What it is called in a sentence: its name, or its path where another has that name too."""
    fillings: tuple[Filling, ...]
    """The ballots in which something stands."""
    signed: tuple[Filling, ...]
    """Those that are signed or dated, with or without marks."""

    @property
    def name(self) -> str:
        return PurePath(self.outcome.source.file).name

    @property
    def scorer(self) -> str:
        """Whose part it is; "" where it is none."""
        part = self.filled.part
        return part.removeprefix(SCORERS_PART) if part and part != MAIN_PART else ""

    @property
    def main(self) -> bool:
        return self.filled.part == MAIN_PART


_Told = tuple[_File, Finding]


def merge(documents: Sequence[Document]) -> Merge:
    """Return the workbook that these are the parts or copies of; or what keeps them apart."""
    read = [outcomes([document])[0] for document in documents]
    unfit = [found for each in read if (found := _unfit(each))]
    if unfit:
        return Merge(tuple(unfit))
    given = _files(read)
    files = sorted(given, key=lambda each: (each.outcome.source.sha256, each.name, each.label))
    if told := list(_alone(files)):
        return Merge(_refusals(given, told))
    base = _base(files)
    if told := list(_against(base, files)) or list(_conflicts(base, files)):
        return Merge(_refusals(given, told))
    return _merged(base, files)


def _unfit(outcome: Outcome) -> Outcome | None:
    """Return what makes a file useless here, None where it will do."""
    filled = outcome.filled
    if filled is None:
        return outcome
    found = [each for each in outcome.findings if each.code in _STOPS]
    if SOURCE_SHEET in filled.result_sheets:
        found = [finding("X114", CellRef(SOURCE_SHEET))]
    elif filled.part.startswith(SCORERS_PART):
        found += [each for each in outcome.findings if each.code == "X106"]
    return Outcome(outcome.source, tuple(found), filled) if found else None


def _files(read: Sequence[Outcome]) -> list[_File]:
    names = Counter(PurePath(each.source.file).name for each in read)
    made = []
    for each in read:
        name = PurePath(each.source.file).name
        label = name if names[name] == 1 else each.source.file
        assert each.filled is not None
        held = parts.fillings(each.filled)
        filled, signed = (
            tuple(one for one in held if one.cells),
            tuple(one._replace(cells={}) for one in held if one.signed),
        )
        made.append(_File(each, each.filled, label, filled, signed))
    return made


def _refusals(files: Sequence[_File], told: Sequence[_Told]) -> tuple[Outcome, ...]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for file, each in told:
        found[file.label].append(each)
    return tuple(
        Outcome(file.outcome.source, tuple(found[file.label]), file.filled)
        for file in files
        if file.label in found
    )


def _alone(files: Sequence[_File]) -> Iterator[_Told]:
    """One file is nothing to merge, and scorers' parts alone are no workbook."""
    if len(files) == 1:
        yield files[0], finding("X812", CellRef(""))
    elif all(each.scorer for each in files):
        yield files[0], finding("X809", CellRef(""))


def _base(files: Sequence[_File]) -> _File:
    """Return the file that the others are held against: 主表, else a whole copy; as most of them are."""
    likely = [each for each in files if each.main] or [each for each in files if not each.scorer]
    held = {each.label: _fixed(each) for each in likely}
    alike = Counter(held.values())
    return max(likely, key=lambda each: alike[held[each.label]])  # of equals the first


def _fixed(file: _File) -> str:
    held = [
        (
            name,
            [sorted((k, parts.words(v).strip()) for k, v in fields.items()) for _, fields in held],
        )
        for name, held in _whole(file.filled).items()
    ]
    return repr((_identity(file), held))


def _whole(filled: Filled) -> dict[str, Rows]:
    """Return the rows of every sheet that is not a scorer's."""
    tables = ((sheet, filled.tables.get(sheet.name)) for sheet in SHEETS if sheet is not MERGED)
    return {sheet.name: list(rows(table)) if table else [] for sheet, table in tables}


def _identity(file: _File) -> tuple[tuple[str, str, str], ...]:
    """Return (code, what, as it says) of what makes two files those of one workbook."""
    filled = file.filled
    who = ("部门名称", "评价类型", "项目名称")
    version = filled.version if filled.version is not None else "未注明"
    return (
        *(("X805", name, filled.said(name)) for name in who),
        ("X806", "评价年度", filled.said("评价年度")),
        ("X807", "模板", f"{filled.template or '未注明'}，格式 {version}"),
    )


def _against(base: _File, files: Iterable[_File]) -> Iterator[_Told]:
    """Hold every file against the base: whose it is, its indicators, and what is the same in all."""
    for file in files:
        if file is not base:
            found = list(_other(base, file)) or list(_differing(base, file))
            yield from ((file, each) for each in found)


def _other(base: _File, file: _File) -> Iterator[Finding]:
    for (code, name, expected), (_, _, found) in zip(_identity(base), _identity(file), strict=True):
        if folded(found) != folded(expected):
            at = _place(file.filled, name)
            yield finding(
                code,
                at,
                found or "（空）",
                name=name,
                other=base.label,
                expected=expected or "（空）",
            )
            return
    mine, theirs = ([each.key for each in one.filled.indicators] for one in (base, file))
    if mine != theirs:
        yield finding(
            "X808", CellRef("三级指标"), _change(base.filled, file.filled), other=base.label
        )


def _place(filled: Filled, name: str) -> CellRef:
    if name in filled.info:
        return filled.info[name].place
    return filled.format_places[0] if name == "模板" else CellRef("")


def _change(base: Filled, filled: Filled) -> str:
    """Say how a list of indicators differs from another."""
    mine = {each.key: each.label for each in base.indicators}
    theirs = {each.key: each.label for each in filled.indicators}
    missing = [label for key, label in mine.items() if key not in theirs]
    more = [label for key, label in theirs.items() if key not in mine]
    said = [
        f"{word} {'、'.join(held[:5])}{' 等' if len(held) > 5 else ''}"
        for word, held in (("缺少", missing), ("多出", more))
        if held
    ]
    return "，".join(said) or "次序不同"


def _differing(base: _File, file: _File) -> Iterator[Finding]:
    """Yield the first cell of each sheet that is not as in the base, and how many there are."""
    mine, theirs = (
        parts.shown(one.filled) if file.scorer else _whole(one.filled) for one in (base, file)
    )
    for sheet in SHEETS:
        cells = list(
            _cells(sheet, base, mine.get(sheet.name, ()), file, theirs.get(sheet.name, ()))
        )
        if cells:
            at, found, there, expected = cells[0]
            said = {"other": base.label, "where": str(there), "expected": expected}
            if file.main and base.main:
                yield finding("X810", at, found, **said)
            else:
                yield finding("X804", at, found, count=len(cells), **said)


def _cells(
    sheet: Sheet, base: _File, mine: Rows, file: _File, theirs: Rows
) -> Iterator[tuple[CellRef, str, CellRef, str]]:
    nothing: tuple[int, Fields] = (-1, {})
    for (row, expected), (at, found) in zip_longest(mine, theirs, fillvalue=nothing):
        for column in sheet.columns:
            one, other = expected.get(column.header, ""), found.get(column.header, "")
            if not parts.same(one, other):
                yield (
                    _at(file.filled, sheet, at, column.header), parts.words(other),
                    _at(base.filled, sheet, row, column.header), parts.words(one),
                )  # fmt: skip


def _at(filled: Filled, sheet: Sheet, row: int, header: str) -> CellRef:
    table = filled.tables.get(sheet.name)
    return table.place(row, header) if table and row >= 0 else CellRef(sheet.name)


def _conflicts(base: _File, files: Iterable[_File]) -> Iterator[_Told]:
    """Every filling is of a member who scores, in the own part, and of one member they are all alike."""
    names = {folded(each.name.value) for each in base.filled.members if each.scores}
    first: dict[str, tuple[_File, Filling]] = {}
    yield from _signatures(files)
    for file in files:
        yield from ((file, each) for each in _renamed(file))
        for filling in file.fillings:
            scorer = filling.scorer.value or ""
            if folded(scorer) not in names:
                yield file, finding("X811", filling.scorer.place, scorer, other=base.label)
                continue
            other, held = first.setdefault(folded(scorer), (file, filling))
            if found := _conflict(filling, held, other.label, scorer):
                yield file, found


def _signatures(files: Iterable[_File]) -> Iterator[_Told]:
    """Of two that say when and by whom a ballot was signed, both say the same; one may say nothing."""
    first: dict[tuple[str, str], tuple[_File, CellRef, Held]] = {}
    for file in files:
        for each in file.signed:
            scorer = each.scorer.value or ""
            for (_, label), (here, found) in each.signed.items():
                at = (folded(scorer), label)
                other, there, expected = first.setdefault(at, (file, here, found))
                if not parts.same(found, expected):
                    said = {"where": str(there), "expected": parts.words(expected)}
                    yield (
                        file,
                        finding(
                            "X803",
                            here,
                            parts.words(found),
                            scorer=scorer,
                            other=other.label,
                            **said,
                        ),
                    )


def _renamed(file: _File) -> Iterator[Finding]:
    for ballot in file.filled.ballots if file.scorer else ():
        name = ballot.scorer.value or ""
        if folded(name) != folded(file.scorer):
            yield finding("X814", ballot.scorer.place, name, expected=file.scorer)


def _conflict(one: Filling, other: Filling, label: str, scorer: str) -> Finding | None:
    """Return the first cell in which two fillings differ."""
    for at in dict.fromkeys((*one.cells, *other.cells)):
        nothing = (one.scorer.place, "")
        here, found = one.cells.get(at, nothing)
        there, expected = other.cells.get(at, nothing)
        if not parts.same(found, expected):
            where = here if at in one.cells else there._replace(sheet=one.scorer.place.sheet)
            return finding(
                "X803", where, parts.words(found), scorer=scorer, other=label,
                where=str(there if at in other.cells else here), expected=parts.words(expected),
            )  # fmt: skip
    return None


def _merged(base: _File, files: Sequence[_File]) -> Merge:
    made = parts.whole(
        base.filled, [each for file in files for each in (*file.fillings, *file.signed)]
    )
    record = tuple(_record(files, [scorer for scorer, _ in made.ballots]))
    made = made._replace(part="", sheets={**made.sheets, MERGED.name: record})
    book = blank(made)
    data = emit(book)
    written = parts.Written(reopen(data))
    changed = [(base, each) for each in written.changed(base.filled)]
    changed += [
        (file, each)
        for file in files
        for each in written.changed_in((*file.fillings, *file.signed))
    ]
    if changed:
        return Merge(_refusals(files, changed))
    beside = parts.texts([book])
    left = {
        (file.label if file.fillings or file is base else "", str(at), text): None
        for file in files
        for at, text in parts.left(file.filled, beside)
    }
    said = tuple((file.label, tuple(parts.said(file.outcome.findings))) for file in files)
    return Merge((), data, _empty(made), tuple(left), tuple(each for each in said if each[1]))


def _record(files: Sequence[_File], scorers: Sequence[str]) -> Iterator[Fields]:
    """Yield the rows of 合并记录: older ones, then whose ballot came of which of these files."""
    older = {
        (old.scorer.value or "", old.file.value or "", old.sha256.value or "")
        for file in files
        for old in file.filled.merged
    }
    new = {(who, file.name, file.outcome.source.sha256) for file in files for who in _whose(file)}
    order = {who: n for n, who in enumerate((_MAIN, *scorers))}

    def key(row: tuple[str, str, str]) -> tuple[bool, int, tuple[str, str, str]]:
        return row not in older, order.get(row[0], len(order)), row

    for row in sorted(older | new, key=key):
        yield dict(zip((column.header for column in MERGED.columns), row, strict=True))


def _whose(file: _File) -> list[str]:
    if file.main:
        return [_MAIN]
    return [each.scorer.value or "" for each in file.fillings] or [file.scorer or _NOBODY]


def _empty(made: Contents) -> tuple[str, ...]:
    return tuple(scorer for scorer, held in made.ballots if not held)
