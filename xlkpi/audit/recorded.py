"""Read what a scored workbook records of its source when the source is not given: name, cell counts, findings.

None of it can be computed from the inputs as they were read; only the fingerprint protects it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from xlkpi.domain import fingerprint
from xlkpi.domain.cells import Grid
from xlkpi.domain.findings import CODES, Finding
from xlkpi.domain.inputs import CellCounts, Source
from xlkpi.domain.location import NOWHERE, CellRef, address
from xlkpi.domain.patterns import pattern
from xlkpi.domain.results import Outcome, Status
from xlkpi.domain.schema import FINDINGS_SHEET, SOURCE_SHEET
from xlkpi.writing.scored import provenance
from xlkpi.writing.scored.provenance import CELL_COUNT_HEADS, CELL_COUNTS
from xlkpi.writing.scored.records import FINDINGS_HEADER, FOLDED_TITLE


def read_labels(grids: list[Grid]) -> dict[str, str]:
    """Return what 来源与指纹 records, by label."""
    lines: dict[str, str] = {}
    for grid in grids:
        if grid.name == SOURCE_SHEET:
            for row in grid.rows:
                if len(row) > 1 and row[0] not in ("", None) and row[1] not in ("", None):
                    lines.setdefault(str(row[0]), str(row[1]))
    return lines


def _read_cell_counts(grids: list[Grid]) -> tuple[CellCounts, ...]:
    """Return the counts of the source's cells in 来源与指纹, without the line of totals."""
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
"""The columns of that table that contain counts."""


def _is_count(value: Any) -> bool:
    return isinstance(value, float | int) and math.isfinite(value) and value == int(value)


class _RecordedFinding(Finding):
    """A line of 检查记录, with the message and remedy written there instead of those of its code."""

    @property
    def message(self) -> str:
        """As written in the workbook."""
        return str(self.params["message"])

    @property
    def remedy(self) -> str:
        """As written in the workbook."""
        return str(self.params["remedy"])


def _read_findings(grids: list[Grid]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings in 检查记录, and the folded ones listed below them."""
    rows = next((grid.rows for grid in grids if grid.name == FINDINGS_SHEET), [])
    listed = _parse_findings(rows[FINDINGS_HEADER + 1 :])
    title = FINDINGS_HEADER + len(listed) + 2
    folded = title < len(rows) and rows[title][:1] == [FOLDED_TITLE]
    return listed, _parse_findings(rows[title + 2 :]) if folded else ()


def _parse_findings(rows: Sequence[Sequence[object]]) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for number, row in enumerate(rows, start=1):
        if len(row) < 6 or row[0] != number or str(row[2]) not in CODES:
            break
        texts = {"message": row[4], "remedy": row[5], **_read_count(str(row[2]), str(row[4]))}
        findings.append(_RecordedFinding(str(row[2]), _parse_place(str(row[3])), "", texts))
    return tuple(findings)


def _read_count(code: str, message: str) -> dict[str, object]:
    """Return how many cells a line counts, where its code says that: 汇总 adds them up."""
    before, counted, after = CODES[code].sentence.partition("{count}")
    texts = (_NAMED.sub(".*?", re.escape(part)) for part in (before, after))
    found = re.fullmatch(r"(\d+)".join(texts), message) if counted else None
    return {"count": int(found[1])} if found else {}


_NAMED = pattern(r"\\\{\w+\\\}")
"""A finding's params in a sentence that is made a pattern."""


def _parse_place(text: str) -> CellRef:
    """Parse `sheet!A1`; a text without a cell is the name of a sheet."""
    sheet, _, cell = text.rpartition("!")
    if text == NOWHERE.label:
        return NOWHERE
    try:
        return CellRef(sheet, *address(cell))
    except ValueError:
        return CellRef(text)


def add_recorded(outcome: Outcome, grids: list[Grid]) -> Outcome:
    """Add what a scored workbook records of its source to the outcome of its own inputs."""
    filled, recorded = outcome.filled, read_labels(grids)
    if filled is None:
        return outcome
    cells = recorded.get(provenance.CELLS_LABEL, "0")
    size = recorded.get(provenance.SIZE_LABEL, "0")
    source = Source(
        recorded.get(fingerprint.SOURCE_LABEL, ""),
        recorded.get(fingerprint.SHA256_LABEL, ""),
        int(size) if size.isdecimal() else 0,
        recorded.get(provenance.PRODUCER_LABEL, "").replace(provenance.NOT_STATED, ""),
        int(cells) if cells.isdecimal() else 0,
    )
    version = recorded.get(provenance.VERSION_LABEL, "")
    filled = filled._replace(
        source=source,
        template=recorded.get(provenance.TEMPLATE_LABEL, "").replace(provenance.NOT_STATED, ""),
        version=int(version) if version.isdecimal() else None,
        cell_counts=_read_cell_counts(grids),
    )
    # If its inputs no longer score, their own errors must be reported, not the recorded findings.
    findings, folded = outcome.findings, outcome.folded
    if outcome.status is Status.SCORED:
        findings, folded = _read_findings(grids)
    return replace(outcome, source=source, filled=filled, findings=findings, folded=folded)
