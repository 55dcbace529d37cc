"""The ballots of a marked copy follow 三级指标: rows for new indicators, none for dropped ones.

Only what is plain is done. A code that is missing while another is unknown may be the same one, mistyped,
and a row that one scorer alone has may be a slip: both are left as they are, and reported. Every mark
that is taken off is listed with its value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from typing import Any

from xlkpi.domain import methods, schema
from xlkpi.domain.findings import Finding, errors, finding
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Ballot, Filled, Mark
from xlkpi.domain.location import CellRef
from xlkpi.domain.text import as_text
from xlkpi.writing.escapes import escaped

_TIERS = (schema.TIER1.name, schema.TIER2.name, schema.TIER3.name)
_FOLLOWS = ("X204", "X223")
"""What the checks say of ballots that lag behind 三级指标."""
_DROPPED = "X326"
"""What they say once, of a code that all ballots contain."""


def rebuild(book: Any, filled: Filled, findings: Sequence[Finding]) -> list[Finding]:
    """Bring the ballots of an openpyxl workbook up to date; return the findings about the copy."""
    if any(each.place.sheet in _TIERS and each.code != _DROPPED for each in errors(findings)):
        return list(findings)  # the tiers themselves are in doubt
    ballots = [each for each in filled.ballots if each.table.grid.name in book.sheetnames]
    dropped = _dropped(filled, ballots, book)
    done: dict[tuple[str, str, str], Finding] = {}
    for ballot in ballots:
        absent, unknown = _absent(filled, ballot), _unknown(filled, ballot)
        sheet = book[ballot.table.grid.name]
        if absent and not unknown:
            done |= dict(_add(sheet, ballot, absent))
        elif not absent:
            done |= dict(
                _take_off(sheet, ballot, [each for each in unknown if each.key in dropped])
            )
    all_taken = all(
        ("X204", ballot.table.grid.name, key) in done for ballot in ballots for key in dropped
    )
    left = [
        each
        for each in findings
        if _named(each) not in done and not (each.code == _DROPPED and all_taken)
    ]
    return [*left, *(each for each in done.values() if each.code != "X245" or each.params["said"])]


def _named(each: Finding) -> tuple[str, str, str]:
    """Return what a finding about a ballot and the finding about its copy have in common."""
    code = str(each.params.get("code", each.found)) if each.code in _FOLLOWS else ""
    return each.code, each.place.sheet, schema.folded(code)


def _absent(filled: Filled, ballot: Ballot) -> list[Indicator]:
    """Return the judged indicators for which a scorer's ballot has no row."""
    name = schema.folded(ballot.scorer.value)
    asked = any(
        schema.folded(each.name.value) == name and each.is_scorer for each in filled.members
    )
    if not asked or any(mark.code.broken for mark in ballot.marks):
        return []
    times = Counter(each.key for each in filled.indicators)
    rows = ballot.by_key()
    return [
        each
        for each in filled.indicators
        if each.judged and each.key and times[each.key] == 1 and each.key not in rows
    ]


def _unknown(filled: Filled, ballot: Ballot) -> list[Mark]:
    """Return the rows of a ballot whose codes 三级指标 does not have."""
    known = {each.key for each in filled.indicators} | filled.of_which_by_key(3).keys()
    if "" in known:
        return []
    return [mark for mark in ballot.marks if mark.key and mark.key not in known]


def _dropped(filled: Filled, ballots: Sequence[Ballot], book: Any) -> set[str]:
    """Return the unknown codes that every ballot has: of indicators that were there when it was made."""
    everywhere = [{mark.key for mark in _unknown(filled, each)} for each in ballots]
    common = set.intersection(*everywhere) if everywhere else set[str]()
    if len(ballots) > 1:
        return common
    return {  # of one ballot: where the template put them, locked
        mark.key
        for each in ballots
        for mark in _unknown(filled, each)
        if _cell(book[each.table.grid.name], each, mark.row, "编号").protection.locked
    }


def _cell(sheet: Any, ballot: Ballot, row: int, header: str) -> Any:
    return sheet.cell(row + 1, ballot.table.columns[header] + 1)


Done = Iterator[tuple[tuple[str, str, str], Finding]]
"""What a finding of the checks has in common with the finding that takes its place, and this one."""


def _add(sheet: Any, ballot: Ballot, absent: Sequence[Indicator]) -> Done:
    """Put the codes of new indicators into spare rows, where the rest is looked up by them."""
    row = max((*ballot.table.rows, *ballot.table.totals, ballot.table.header_row))
    above = max(ballot.table.rows, default=row)
    for indicator in absent:
        row = _next_free(sheet, ballot, row + 1)
        _make_alike(sheet, above, row)
        cell = _cell(sheet, ballot, row, "编号")
        cell.value, cell.data_type = escaped(indicator.code.value or ""), "s"
        cell.number_format = "@"
        told = finding(
            "X244", ballot.table.place(row, "得分"), scorer=ballot.scorer.value or "", row=row + 1,
            indicator=indicator.name.value or "", code=indicator.label,
        )  # fmt: skip
        yield ("X223", ballot.table.grid.name, schema.folded(indicator.label)), told


def _next_free(sheet: Any, ballot: Ballot, row: int) -> int:
    """Return the next row in which nobody has typed anything."""
    while any(
        cell.value not in (None, "") and cell.data_type != "f"
        for cell in sheet[row + 1]
        if cell.column <= max(ballot.table.columns.values()) + 1
    ):
        row += 1
    return row


def _make_alike(sheet: Any, above: int, row: int) -> None:
    """Give a row beyond the spare ones the look-ups and looks of a row of the table."""
    from openpyxl.formula.translate import Translator

    cells = list(sheet[above + 1])
    if any(sheet.cell(row + 1, each.column).data_type == "f" for each in cells):
        return
    for each in cells:
        target = sheet.cell(row + 1, each.column)
        target._style = copy(each._style)
        if each.data_type == "f" and isinstance(each.value, str):
            target.value = Translator(each.value, each.coordinate).translate_formula(
                target.coordinate
            )


def _take_off(sheet: Any, ballot: Ballot, marks: Sequence[Mark]) -> Done:
    """Empty the rows of dropped indicators: they are spare rows then."""
    from openpyxl.styles import Protection

    for mark in marks:
        said = []
        for header in ("得分", "评分说明", "编号"):
            if header in ballot.table.columns:
                cell = _cell(sheet, ballot, mark.row, header)
                grid, at = ballot.table.grid, (mark.row, ballot.table.columns[header])
                held = grid.errors.get(at) or as_text(grid.raw(*at))
                if header != "编号" and held not in ("", methods.UNMARKED, methods.NOT_APPLICABLE):
                    said.append(f"{header} {held}")
                cell.value = None
                cell.protection = Protection(locked=False)
        told = finding(
            "X245", CellRef(ballot.table.grid.name), mark.code.value or "",
            scorer=ballot.scorer.value or "", row=mark.row + 1, said="、".join(said),
        )  # fmt: skip
        yield ("X204", ballot.table.grid.name, mark.key), told
