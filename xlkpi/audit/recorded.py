"""What a scored workbook tells of its source, where the source is not at hand: its name, its cells, its findings.

None of it can be computed from the inputs as they were read; the fingerprint alone speaks for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from xlkpi.domain import fingerprint
from xlkpi.domain.cells import Grid
from xlkpi.domain.findings import CODES, Finding
from xlkpi.domain.inputs import CellCounts, Source
from xlkpi.domain.location import NOWHERE, CellRef, address
from xlkpi.domain.results import Outcome, Status
from xlkpi.domain.schema import FINDINGS_SHEET, SOURCE_SHEET
from xlkpi.writing.scored.provenance import CELL_COUNT_HEADS, CELL_COUNTS
from xlkpi.writing.scored.records import FINDINGS_HEADER, FOLDED_TITLE

PROGRAM = "计分程序"
"""The label left of the version that scored."""


def read_labels(grids: list[Grid]) -> dict[str, str]:
    """What 来源与指纹 says, by its labels."""
    lines: dict[str, str] = {}
    for grid in grids:
        if grid.name == SOURCE_SHEET:
            for row in grid.rows:
                if len(row) > 1 and row[0] not in ("", None) and row[1] not in ("", None):
                    lines.setdefault(str(row[0]), str(row[1]))
    return lines


def _read_cell_counts(grids: list[Grid]) -> tuple[CellCounts, ...]:
    """What 来源与指纹 says of the source's cells, which only the source knows; the sums are held anew."""
    rows = next((grid.rows for grid in grids if grid.name == SOURCE_SHEET), ())
    lines: list[CellCounts] = []
    found = False
    for row in rows:
        if found and (len(row) < _COUNTS.stop or not all(map(_is_count, row[_COUNTS]))):
            break
        if found:
            counts: Any = row[_COUNTS]
            lines.append(CellCounts(str(row[0]), *map(int, counts)))
        found = found or bool(row and row[0] == CELL_COUNTS)
    return tuple(lines[:-1])  # the last line adds them up


_COUNTS = slice(3, 3 + len(CELL_COUNT_HEADS))
"""Columns of that table that hold counts."""


def _is_count(held: Any) -> bool:
    return isinstance(held, float | int) and math.isfinite(held) and held == int(held)


class _RecordedFinding(Finding):
    """A line of 检查记录, in the words that stand there."""

    @property
    def message(self) -> str:
        """As it stands there."""
        return str(self.params["message"])

    @property
    def remedy(self) -> str:
        """As it stands there."""
        return str(self.params["remedy"])


def _read_findings(grids: list[Grid]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What 检查记录 lists, and below it what was folded: how things were typed stands in the source alone."""
    rows = next((grid.rows for grid in grids if grid.name == FINDINGS_SHEET), [])
    listed = _parse_findings(rows[FINDINGS_HEADER + 1 :])
    title = FINDINGS_HEADER + len(listed) + 2
    folded = title < len(rows) and rows[title][:1] == [FOLDED_TITLE]
    return listed, _parse_findings(rows[title + 2 :]) if folded else ()


def _parse_findings(rows: Sequence[Sequence[object]]) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for number, row in enumerate(rows, start=1):
        if len(row) < 6 or row[0] != number or str(row[2]) not in CODES:
            break
        said = {"message": row[4], "remedy": row[5]}
        found.append(_RecordedFinding(str(row[2]), _parse_place(str(row[3])), "", said))
    return tuple(found)


def _parse_place(said: str) -> CellRef:
    """The place that a text tells; what is none of the file's places tells the whole file."""
    sheet, _, cell = said.rpartition("!")
    if said == NOWHERE.label:
        return NOWHERE
    try:
        return CellRef(sheet, *address(cell))
    except ValueError:
        return CellRef(said)


def add_recorded(again: Outcome, grids: list[Grid]) -> Outcome:
    """The outcome of the file's own inputs, with what it tells of its source, which is not at hand."""
    filled, told = again.filled, read_labels(grids)
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
        cell_counts=_read_cell_counts(grids),
    )
    # A workbook that cannot be scored any more has findings of its own, which are to be told.
    findings, folded = again.findings, again.folded
    if again.status is Status.SCORED:
        findings, folded = _read_findings(grids)
    return replace(again, source=source, filled=filled, findings=findings, folded=folded)
