"""A scored workbook against what it should be: written again from its own input sheets, cell by cell.

Three nets. The figures are computed a second time, over fractions, by `xlkpi.reference`, which
shares nothing with the engine. The fingerprint over all cells, which stands in the workbook,
catches any edit, wherever it is. And the whole workbook is made again in memory, from the file's own
input sheets or from the source file, and compared: that names the cell, and does not trust the
fingerprint.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from xlkpi import fingerprint, job
from xlkpi.figures import disagreements
from xlkpi.intake.grids import contents, every_sheet
from xlkpi.intake.scan import Package
from xlkpi.layout import FINDINGS_SHEET, FORM_SHEET, SOURCE_SHEET, SUMMARY_SHEET
from xlkpi.model import Counted, Grid, Outcome, Source, Status
from xlkpi.pipeline import Document, outcomes
from xlkpi.place import Address, a1
from xlkpi.version import VERSION
from xlkpi.write.origin import CENSUS, CENSUS_HEADS, FORM_LABEL

SCHEMA = "xlkpi.verify/1"
SEAL_LABEL = "校验码："
_PROGRAM = "计分程序"
_NOTICES = "五、提醒"
"""How the line of 汇总 begins that counts what 检查记录 lists."""
_UNTOUCHED = ("docProps/core.xml", "docProps/app.xml", "xl/styles.xml", "xl/workbook.xml")
"""Parts that every other program writes in its own way; the last two depend on 自评表's layout too."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the workbook is not what it should be."""

    sheet: str
    cell: str
    kind: str
    """`value`, `formula`, `result` (what a formula shows), `extra`, `missing`, `figure` (of which a
    second, independent computation says something else); of the whole
    workbook `sheets`, `hidden`, `macro`, `link`, `fingerprint`, `source`, `inputs`."""
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it."""

    status: str
    """`same`; `resaved` by another program and otherwise the same; `changed`; `other-version`, of
    which the figures alone were compared."""
    differences: tuple[Difference, ...]
    seal: str
    """校验码 as the workbook's own inputs and results give it; "" where they cannot be read."""


class NotScored(Exception):
    """The file is a workbook, but not a scored one of ours."""


@dataclass(frozen=True, slots=True)
class _Cell:
    value: str
    formula: str


def verified(
    data: bytes, file: str, source: bytes | None = None, source_file: str = ""
) -> Verified:
    """Compare a scored workbook with what it should be; with `source`, also its inputs with that file.

    Raises NotScored; Unreadable where the bytes are no workbook.
    """
    package, grids = every_sheet(data)
    told = _told(grids)
    if not any(grid.name == SOURCE_SHEET for grid in grids):
        raise NotScored
    again = _as_told(outcomes([Document(file, data)])[0], told, _told_census(grids))
    touched = list(_stamp(grids))
    # A source may have been renamed since; where the result was worked on, that is no excuse.
    told_file = told.get(fingerprint.SOURCE_LABEL, file)
    name = source_file if touched and source_file else told_file
    right = again if source is None else _of(source, name)
    own = _made(again)
    seal = _seal(own.grids)
    if VERSION not in told.get(_PROGRAM, VERSION) and not touched:
        return Verified("other-version", tuple(_figures(grids, again)), seal)
    differences = [*touched, *_whole(package, data), *_scored(again, right)]
    expected = own if source is None else _made(right)
    own_form = _own_form(told, _told(expected.grids)) and not touched
    if right.status is Status.SCORED:
        skipped = _from_elsewhere(grids) if source is None else frozenset[tuple[str, Address]]()
        left_out = {FINDINGS_SHEET} if source is None else set()
        if own_form:
            left_out |= {FORM_SHEET, SOURCE_SHEET}  # an office's own layout is not in the file
        differences += _compared(grids, expected.grids, skipped, left_out)
    if differences:
        return Verified("changed", tuple(dict.fromkeys(differences)), seal)
    same = _untouched(data, expected.data, _UNTOUCHED[:2] if own_form else _UNTOUCHED)
    return Verified("same" if same else "resaved", (), seal)


@dataclass(frozen=True, slots=True)
class _Made:
    """A scored workbook that has just been written, and what stands in it; empty where none could be."""

    data: bytes
    grids: list[Grid]


def _made(outcome: Outcome) -> _Made:
    if outcome.status is not Status.SCORED:
        return _Made(b"", [])
    data = job.result(outcome)
    return _Made(data, every_sheet(data)[1])


def _own_form(told: Mapping[str, str], expected: Mapping[str, str]) -> bool:
    """Whether 自评表 was laid out otherwise than we do it by ourselves."""
    return told.get(FORM_LABEL) != expected.get(FORM_LABEL)


def _of(source: bytes, file: str) -> Outcome:
    return outcomes([Document(file, source)])[0]


def _scored(again: Outcome, right: Outcome) -> Iterator[Difference]:
    """The workbook's own inputs, and the source's, must score."""
    if again.status is not Status.SCORED:
        codes = "、".join(each.code for each in again.findings if each.severity == "error")
        yield Difference("", "", "inputs", codes, "可以评分的填报内容")
    else:
        for place, ours, reference in disagreements(again):
            yield Difference(place.sheet, place.cell, "figure", ours, reference)
    if right is not again and right.status is not Status.SCORED:
        yield Difference("", "", "source", "有错误、不能评分的工作簿", "评分时所用的、改好的工作簿")


def _told(grids: list[Grid]) -> dict[str, str]:
    """What 来源与指纹 says, by its labels."""
    lines: dict[str, str] = {}
    for grid in grids:
        if grid.name == SOURCE_SHEET:
            for row in grid.rows:
                if len(row) > 1 and row[0] not in ("", None) and row[1] not in ("", None):
                    lines.setdefault(str(row[0]), str(row[1]))
    return lines


def _told_census(grids: list[Grid]) -> tuple[Counted, ...]:
    """What 来源与指纹 says of the source's cells, which only the source knows; the sums are held anew."""
    rows = next((grid.rows for grid in grids if grid.name == SOURCE_SHEET), ())
    lines: list[Counted] = []
    found = False
    for row in rows:
        if found and (len(row) < _COUNTS.stop or not all(map(_is_count, row[_COUNTS]))):
            break
        if found:
            lines.append(
                Counted(str(row[0]), *(int(str(count).partition(".")[0]) for count in row[_COUNTS]))
            )
        found = found or bool(row and row[0] == CENSUS)
    return tuple(lines[:-1])  # the last line adds them up


_COUNTS = slice(3, 3 + len(CENSUS_HEADS))
"""Columns of that table that hold counts."""


def _is_count(held: Any) -> bool:
    return isinstance(held, float | int) and held == int(held)


def _as_told(again: Outcome, told: Mapping[str, str], census: tuple[Counted, ...]) -> Outcome:
    """The outcome of the file's own inputs, under the name and with the counts of the source that it tells."""
    filled = again.filled
    if filled is None:
        return again
    cells = told.get("有内容的单元格", "0")
    size = told.get("源文件大小（字节）", "0")
    source = Source(
        told.get(fingerprint.SOURCE_LABEL, ""),
        told.get("源文件 SHA-256", ""),
        int(size) if size.isdecimal() else 0,
        told.get("源文件由何程序保存", "").replace("未注明", ""),
        int(cells) if cells.isdecimal() else 0,
    )
    version = told.get("格式版本", "")
    filled = filled._replace(
        source=source,
        template=told.get("模板", "").replace("未注明", ""),
        version=int(version) if version.isdecimal() else None,
        census=census,
    )
    findings = tuple(each for each in again.findings if each.code != "X105")
    return replace(again, source=source, filled=filled, findings=findings)


def _stamp(grids: list[Grid]) -> Iterator[Difference]:
    """The fingerprint against the cells."""
    own, said = fingerprint.split(each for grid in grids for each in contents(grid))
    now = fingerprint.digest(own)
    if said != now:
        yield Difference(SOURCE_SHEET, "", "fingerprint", now[:12], (said or "")[:12])


def _whole(package: Package, data: bytes) -> Iterator[Difference]:
    """What may stand nowhere in a scored workbook."""
    if package.macros:
        yield Difference("", "", "macro", "宏", "没有宏")
    for facts in package.sheets:
        if facts.state != "visible":
            yield Difference(facts.name, "", "hidden", "隐藏的工作表", "没有隐藏的工作表")
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            if name.endswith(".rels") and b'TargetMode="External"' in parts.read(name):
                yield Difference(
                    "", "", "link", f"通向文件外的链接（{name}）", "没有通向文件外的链接"
                )
            if "/externalLinks/" in name and name.endswith(".xml"):
                yield Difference("", "", "link", f"引用其他工作簿（{name}）", "没有外部引用")


def _from_elsewhere(grids: list[Grid]) -> frozenset[tuple[str, Address]]:
    """Cells that only the source can tell: the counts of notices; the fingerprint covers them."""
    found = set()
    for grid in grids:
        for row, cells in enumerate(grid.rows):
            if grid.name == SUMMARY_SHEET and cells and str(cells[0]).startswith(_NOTICES):
                found |= {(grid.name, (row, 0)), (grid.name, (row + 1, 0))}
            if grid.name == SOURCE_SHEET and cells and cells[0] == fingerprint.LABEL:
                found.add((grid.name, (row, 1)))
    return frozenset(found)


def _compared(
    found: list[Grid],
    expected: list[Grid],
    skipped: frozenset[tuple[str, Address]],
    left_out: Collection[str],
) -> Iterator[Difference]:
    """Cell by cell, but for sheets that only the fingerprint can speak for.

    Without the source that is 检查记录, which lists how things were typed.
    """
    names, right = [grid.name for grid in found], [grid.name for grid in expected]
    if names != right:
        yield Difference("", "", "sheets", "、".join(names), "、".join(right))
    by_name = {grid.name: grid for grid in found}
    for grid in expected:
        if grid.name in by_name and grid.name not in left_out:
            yield from _sheet(by_name[grid.name], grid, skipped)


def _sheet(
    found: Grid, expected: Grid, skipped: frozenset[tuple[str, Address]]
) -> Iterator[Difference]:
    left, right = _cells(found), _cells(expected)
    for at in sorted({*left, *right}):
        ours, theirs = right.get(at), left.get(at)
        if ours == theirs or (found.name, at) in skipped:
            continue
        name, cell = found.name, a1(*at)
        if theirs is None:
            assert ours is not None
            yield Difference(name, cell, "missing", "", _shown(ours))
        elif ours is None:
            yield Difference(name, cell, "extra", _shown(theirs), "")
        elif fingerprint.same("=" + theirs.formula, "=" + ours.formula):
            if theirs.value != ours.value and not _as_computed(theirs, ours):
                kind = "result" if ours.formula else "value"
                yield Difference(name, cell, kind, theirs.value, ours.value)
        else:
            yield Difference(name, cell, "formula", _shown(theirs), _shown(ours))


def _as_computed(left: _Cell, right: _Cell) -> bool:
    """Whether two results differ only in how far two programs compute: no printed figure does."""
    try:
        return bool(left.formula) and math.isclose(
            float(left.value), float(right.value), rel_tol=1e-12, abs_tol=1e-12
        )
    except ValueError:
        return False


def _shown(cell: _Cell) -> str:
    return f"={cell.formula}" if cell.formula else cell.value[1:]


def _cells(grid: Grid) -> dict[Address, _Cell]:
    """What each cell holds that holds anything, values as they are compared."""
    cells: dict[Address, _Cell] = {}
    for row, held in enumerate(grid.rows):
        for column, value in enumerate(held):
            if value not in ("", None):
                cells[row, column] = _Cell(fingerprint.plain(value), "")
    for at, error in grid.errors.items():
        cells[at] = _Cell(error, "")
    for at, (text, _) in grid.formulas.items():
        cells[at] = _Cell(cells[at].value if at in cells else "", text)
    return cells


def _seal(grids: list[Grid]) -> str:
    """校验码 of a workbook that has just been written; "" where there is none."""
    for grid in grids:
        if grid.name == SUMMARY_SHEET:
            for row in grid.rows:
                for left, right in pairwise(row):
                    if left == SEAL_LABEL:
                        return str(right)
    return ""


def _figures(grids: list[Grid], again: Outcome) -> Iterator[Difference]:
    """The total and the grade of another version's workbook, wherever they stand in 汇总."""
    if again.scored is None:
        yield from _scored(again, again)
        return
    summary = next((grid for grid in grids if grid.name == SUMMARY_SHEET), None)
    shown = {cell.value for cell in _cells(summary).values()} if summary else set[str]()
    for what in (float(again.scored.total), again.scored.grade.name.value or ""):
        if fingerprint.plain(what) not in shown:
            yield Difference(SUMMARY_SHEET, "", "value", "", str(what))


def _untouched(data: bytes, expected: bytes, parts: Collection[str]) -> bool:
    """Whether the file was last written by us: whether these parts are."""
    with zipfile.ZipFile(io.BytesIO(data)) as one, zipfile.ZipFile(io.BytesIO(expected)) as other:
        there = set(one.namelist())
        return all(name in there and one.read(name) == other.read(name) for name in parts)


def report(made: Verified) -> dict[str, Any]:
    """Return what `verify --json` prints."""
    listed = [
        {
            "sheet": each.sheet or None, "cell": each.cell or None, "kind": each.kind,
            "found": each.found, "expected": each.expected,
        }
        for each in made.differences
    ]  # fmt: skip
    return {"schema": SCHEMA, "status": made.status, "differences": listed}
