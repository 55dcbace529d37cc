"""What splitting and merging share: contents of workbooks and parts, and what neither carries over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from xlkpi.domain import schema
from xlkpi.domain.cells import Grid, Table, Text
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Ballot, Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import plain
from xlkpi.domain.text import as_text, tidy
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.exchange.template_contents import all_contents, cell_value, rows
from xlkpi.reading.open import OpenedWorkbook
from xlkpi.reading.workbook import read_workbook
from xlkpi.writing.blank.guide import SEEN
from xlkpi.writing.book import Book

CellValue = str | Decimal
Rows = Sequence[tuple[int, Fields]]
"""(row number, fields) of a table."""
_TYPED = ("得分", "评分说明")
"""The columns that a scorer fills in."""
_INFO = {schema.canonical(name) for name in schema.PART_INFO}


class FilledBallot(NamedTuple):
    """What one scorer filled in."""

    scorer: Text
    cells: Mapping[tuple[str, str], tuple[CellRef, CellValue]]
    """(indicator's key, header) → (cell, value), for the indicators that scorers mark."""
    signed: Mapping[tuple[str, str], tuple[CellRef, CellValue]]
    """("", 签字 or 日期) → (cell, text); a ballot with a signature alone is still empty."""


def filled_ballots(filled: Filled) -> list[FilledBallot]:
    """Return every ballot of a workbook; an empty one has no cells."""
    judged = {each.key for each in filled.indicators if each.judged}
    return [
        FilledBallot(each.scorer, dict(_typed_cells(each, judged)), _signatures(each))
        for each in filled.ballots
    ]


def _signatures(ballot: Ballot) -> dict[tuple[str, str], tuple[CellRef, CellValue]]:
    return {
        ("", label): (value.place, as_text(value.typed)) for label, value in ballot.signed.items()
    }


def _typed_cells(
    ballot: Ballot, judged: set[str]
) -> Iterator[tuple[tuple[str, str], tuple[CellRef, CellValue]]]:
    table = ballot.table
    for mark in ballot.marks:
        for header in _TYPED if mark.key in judged else ():
            if header in table.columns:
                value = cell_value(table, mark.row, table.sheet.column(header))
                if value != "":
                    yield (mark.key, header), (table.place(mark.row, header), value)


def same_value(one: CellValue, other: CellValue) -> bool:
    """Whether two cells have the same content; spaces around a text do not count."""
    if isinstance(one, str) and isinstance(other, str):
        return tidy(one) == tidy(other)
    return one == other


def value_text(value: CellValue) -> str:
    """Return a cell's content for a sentence."""
    return plain(value) if isinstance(value, Decimal) else value or "（空）"


def whole_workbook(filled: Filled, given: Iterable[FilledBallot]) -> Contents:
    """Return the contents of a workbook with these ballots, in the order of the members who score."""
    contents = all_contents(filled)
    cells: dict[str, Mapping[tuple[str, str], tuple[CellRef, CellValue]]] = {}
    signed: dict[str, Fields] = {}
    for each in given:
        key = schema.folded(each.scorer.value)
        cells[key] = each.cells or cells.get(key, {})
        own = {label: value for (_, label), (_, value) in each.signed.items()}
        signed[key] = {**signed.get(key, {}), **own}
    codes = [
        str(row["编号"]) for row in contents.sheets.get(schema.TIER3.name, ()) if row.get("编号")
    ]
    names = [each.name.value or "" for each in filled.members if each.is_scorer]
    ballots = tuple(
        (name, tuple(_marks(codes, cells.get(schema.folded(name), {})))) for name in names if name
    )
    beside = {name: signed.get(schema.folded(name), {}) for name in names}
    return contents._replace(about=_about(filled), ballots=ballots, signed=beside)


def _marks(
    codes: Sequence[str], cells: Mapping[tuple[str, str], tuple[CellRef, CellValue]]
) -> Iterator[Fields]:
    for code in codes:
        keyed = ((header, cells.get((schema.folded(code), header))) for header in _TYPED)
        row = {header: cell[1] for header, cell in keyed if cell}
        if row:
            yield {"编号": code, **row}


def _about(filled: Filled) -> str:
    """Return the template's description, right of its name on 填表说明."""
    place = filled.format_places[0]
    return as_text(filled.guide.raw(place.row, place.column + 1)) if filled.guide else ""


def main_part(contents: Contents) -> Contents:
    """Return everything but the ballots."""
    return contents._replace(ballots=(), signed={}, part=schema.MAIN_PART)


def scorer_part(contents: Contents, scorer: str) -> Contents:
    """Return one scorer's part: the indicators, the rules, and that scorer's ballot."""
    sheets = {
        sheet.name: tuple(
            kept
            for row in contents.sheets.get(sheet.name, ())
            if (kept := _shared_fields(sheet, row))
        )
        for sheet in schema.PART_SHEETS
    }
    ballots = tuple(each for each in contents.ballots if each[0] == scorer)
    signed = {scorer: contents.signed.get(scorer, {})}
    part = f"{schema.SCORERS_PART}{scorer}"
    return contents._replace(about="", sheets=sheets, ballots=ballots, signed=signed, part=part)


def shared_rows(filled: Filled) -> dict[str, Rows]:
    """Return, by sheet, the rows that every scorer's part contains."""
    return {
        sheet.name: [(at, kept) for at, row in rows(table) if (kept := _shared_fields(sheet, row))]
        for sheet in schema.PART_SHEETS
        if (table := filled.tables.get(sheet.name))
    }


def _shared_fields(sheet: schema.Sheet, row: Fields) -> Fields:
    """Return the fields of a row that a part contains; none of a line of 基本信息 about persons."""
    if (
        sheet is schema.INFO
        and schema.canonical(str(row.get("项目", ""))).rstrip(":?*") not in _INFO
    ):
        return {}
    dropped = schema.PART_DROPPED.get(sheet.name, ())
    return {header: value for header, value in row.items() if header not in dropped}


class ReadBack:
    """A workbook that was written, read again, to prove that no value changed."""

    def __init__(self, workbook: OpenedWorkbook) -> None:
        again, _ = read_workbook(workbook)
        self.rows = {
            name: [fields for _, fields in rows(table)] for name, table in again.tables.items()
        }
        self.ballots = {schema.folded(each.scorer.value): each for each in filled_ballots(again)}

    def changed(self, filled: Filled) -> Iterator[Finding]:
        """Yield the cells of the original's tables that changed; not of 合并记录, which grows."""
        for table in (each for each in filled.tables.values() if each.sheet is not schema.MERGED):
            found = self.rows.get(table.sheet.name, [])
            for n, (row, fields) in enumerate(rows(table)):
                other = found[n] if n < len(found) else {}
                for header, value in fields.items():
                    if not same_value(value, other.get(header, "")):
                        yield finding("X813", table.place(row, header), value_text(value))

    def changed_in(self, given: Iterable[FilledBallot]) -> Iterator[Finding]:
        """Yield the cells of the given ballots that changed."""
        for ballot in given:
            again = self.ballots.get(schema.folded(ballot.scorer.value))
            found = {**again.cells, **again.signed} if again else {}
            signed = (
                ballot.signed if again else {}
            )  # of a missing ballot `uncarried_texts` reports them
            for at, (place, value) in {**ballot.cells, **signed}.items():
                if at not in found or not same_value(value, found[at][1]):
                    yield finding("X813", place, value_text(value))


_NOT_CARRIED = (
    "X504",
    "X108",
    "X109",
    "X112",
    "X116",
    "X117",
    "X119",
    "X122",
    "X125",
    "X217",
    "X226",
)
"""Findings about content that no new workbook contains."""


def not_carried(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings about content that is not carried over."""
    return [each for each in findings if each.code in _NOT_CARRIED]


def written_texts(books: Sequence[Book]) -> Mapping[str, set[str]]:
    """Return the texts of new workbooks by sheet name."""
    written: dict[str, set[str]] = defaultdict(set)
    for sheet in (sheet for book in books for sheet in book.sheets):
        written[sheet.name] |= {as_text(cell.value) for cell in sheet.cells.values()}
    return written


def uncarried_texts(
    filled: Filled, written: Mapping[str, set[str]]
) -> Iterator[tuple[CellRef, str]]:
    """Yield (cell, text) of everything typed outside the tables that no new workbook contains."""
    for table in filled.tables.values():
        yield from _uncarried_cells(table, written.get(table.sheet.name, set()))
    for row in filled.reviews:
        if text := as_text(row.own.typed).strip():  # computed in a result, empty in a new workbook
            yield row.own.place, text
    judged = {each.key: each.judged for each in filled.indicators}
    for ballot in filled.ballots:
        beside = written.get(f"{schema.BALLOT_PREFIX}{ballot.scorer.value}", set())
        yield from _uncarried_cells(ballot.table, beside, frozenset(_unused(ballot, judged)))


def _unused(ballot: Ballot, judged: Mapping[str, bool]) -> Iterator[tuple[int, int]]:
    """Yield the cells of a ballot that are dropped: rows of no indicator, remarks on computed ones."""
    columns = ballot.table.columns
    for mark in ballot.marks:
        if mark.key not in judged:
            yield from ((mark.row, column) for column in columns.values())
        elif not judged[mark.key] and "评分说明" in columns:
            yield mark.row, columns["评分说明"]


def _uncarried_cells(
    table: Table, written: set[str], unused: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[tuple[CellRef, str]]:
    own = set(table.columns.values())
    inside = {table.header_row, *table.rows}
    for row, column, text in _constants(table.grid):
        ours = text == SEEN or text in written
        carried = row in inside and column in own and (row, column) not in unused
        if not ours and not carried:
            yield table.grid.place(row, column), text


def _constants(grid: Grid) -> Iterator[tuple[int, int, str]]:
    for row, cells in enumerate(grid.rows):
        for column, raw in enumerate(cells):
            if (row, column) not in grid.formulas and raw not in ("", None):
                text = as_text(raw)
                if text.strip():
                    yield row, column, text
