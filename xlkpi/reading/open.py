"""Bytes → grids: what every known sheet holds, through pandas and calamine, with the scan's facts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xlkpi.domain import fingerprint
from xlkpi.domain.cells import Grid
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.location import Address, CellRef, address, column_letters
from xlkpi.domain.schema import (
    BALLOT,
    FORMAT_NAME,
    GUIDE_SHEET,
    PROBLEMS_SHEET,
    RESULT_SHEETS,
    SOURCE_SHEET,
    canonical,
    sheet_named,
)
from xlkpi.reading.displayed import percents
from xlkpi.reading.sniff import Kind, sniff
from xlkpi.reading.standard_names import usual
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import LIMITS, Limits, Package, SheetFacts, scan, within
from xlkpi.reading.xlsx.lean import stored

_RESULTS = {canonical(name) for name in RESULT_SHEETS}


class Opened(NamedTuple):
    """A workbook's cells, before anything is understood."""

    package: Package
    grids: tuple[Grid, ...]
    """The format's sheets, in the file's order; of two with one name the first."""
    guide: Grid | None
    """填表说明, whose words are carried into the outputs."""
    problems: Grid | None
    """问题清单 of a marked copy of ours, which tells how to take our marks off."""
    foreign: tuple[Grid, ...] = ()
    """Sheets under names that the format does not know: cells alone."""
    result_sheets: tuple[str, ...] = ()
    """Sheets that only a scored workbook has."""


def opened(data: bytes) -> tuple[Opened, list[Finding]]:
    """Read the bytes of a workbook; Unreadable where they are none.

    Of the findings some concern sheets: foreign ones, two of one name, hidden ones.
    """
    package, book = _opened(data)
    kept, others, findings = _known(package)
    if package.macros:
        findings.append(finding("X117", CellRef("")))
    if package.beside and not _is_scored(package):
        findings.append(finding("X122", CellRef(""), what="、".join(package.beside)))
    grids = tuple(_grid(book, facts) for facts in kept)
    findings.extend(_hidden(grids))
    by_name = {canonical(facts.name): facts for facts in package.sheets}
    guide, problems = (
        _grid(book, by_name[name]) if name in by_name else None
        for name in (_guide(package), PROBLEMS_SHEET)
    )
    results = tuple(f.name for f in package.sheets if canonical(f.name) in _RESULTS)
    foreign = tuple(_bare(book, facts) for facts in others)
    return Opened(package, grids, guide, problems, foreign, results), findings


def _opened(data: bytes, limits: Limits = LIMITS):  # type: ignore[no-untyped-def]
    """Return the package's facts, and the engine's book of a file that may be opened."""
    kind = sniff(data)
    if kind is Kind.XLS:
        return _agreed(data)
    if kind is Kind.ODS:
        from xlkpi.reading.ods import scan_ods

        return scan_ods(data, limits), _calamine(data)
    lean: dict[str, bytes] = {}
    package = scan(data, limits, lean)
    named = usual(data, package)
    whole = named is not data or not lean or bool(package.other_sheets)
    return package, _calamine(named if whole else stored(lean))


def _agreed(data: bytes):  # type: ignore[no-untyped-def]
    from xlkpi.reading.xls import Second

    second = Second(data)
    book = _calamine(data)
    for facts in second.package.sheets:
        second.compare(facts.name, _rows(book, facts.name))
    return second.package, book


def named(package: Package, name: str) -> tuple[str, Address | None]:
    """Return the sheet and the cell that a defined name points to; ("", None) where to none."""
    names = {each.casefold(): text for each, text in package.names.items()}
    sheet, _, cell = names.get(name.casefold(), "").rpartition("!")
    try:
        return sheet.strip("'").replace("''", "'"), address(cell)
    except ValueError:
        return "", None


def _guide(package: Package) -> str:
    """Return the name of 填表说明, as compared: whatever it is called now, the version stands there."""
    sheet, _ = named(package, FORMAT_NAME)
    return canonical(sheet) or GUIDE_SHEET


def _known(package: Package) -> tuple[list[SheetFacts], list[SheetFacts], list[Finding]]:
    kept: dict[str, SheetFacts] = {}
    foreign: list[SheetFacts] = []
    findings = [finding("X108", CellRef(name), name) for name in package.other_sheets]
    scored = _is_scored(package)
    for facts in package.sheets:
        layout = sheet_named(facts.name)
        plain = canonical(facts.name)
        if layout is None:
            ours = scored and plain in _RESULTS
            if not ours and plain not in (_guide(package), GUIDE_SHEET, PROBLEMS_SHEET):
                foreign.append(facts)
            continue
        key = plain.casefold() if layout is BALLOT else layout.name
        if key in kept:
            other = kept[key].name
            findings.append(finding("X107", CellRef(facts.name), facts.name, other=other))
            continue
        kept[key] = facts
    return list(kept.values()), foreign, findings


def _is_scored(package: Package) -> bool:
    return any(canonical(facts.name) == SOURCE_SHEET for facts in package.sheets)


def _calamine(data: bytes):  # type: ignore[no-untyped-def]
    import pandas

    try:
        return pandas.ExcelFile(io.BytesIO(data), engine="calamine").book
    except MemoryError:  # the worker's to name
        raise
    except Exception as problem:
        raise Unreadable("X017", reason="读取程序打不开它") from problem


def _grid(book, facts: SheetFacts) -> Grid:  # type: ignore[no-untyped-def]
    rows = _with_texts(_rows(book, facts.name), facts.texts)
    shares = percents(rows, facts.formats, facts.percents)
    return Grid(
        name=facts.name,
        rows=rows,
        errors=facts.errors,
        formulas=facts.formulas,
        percents=shares.shown,
        signed=shares.signed,
        formats=facts.formats,
        struck=facts.struck,
        unseen=facts.unseen,
        pieces=facts.pieces,
        zeros_hidden=facts.zeros_hidden,
        merges=facts.merges,
        covered=_covered(facts),
        hidden_rows=facts.hidden_rows,
        hidden_columns=facts.hidden_columns,
        hidden=facts.state != "visible",
        cells=facts.cells,
    )


def _bare(book, facts: SheetFacts) -> Grid:  # type: ignore[no-untyped-def]
    """Return a foreign sheet's cells; one that cannot be read is nobody's business, and empty."""
    try:
        rows = _with_texts(_rows(book, facts.name), facts.texts)
    except Unreadable:
        rows = []
    return Grid(name=facts.name, rows=rows, cells=facts.cells)


def _rows(book, sheet: str) -> list[list[object]]:  # type: ignore[no-untyped-def]
    try:
        rows: list[list[object]] = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except BaseException as problem:  # calamine's panics are no Exception
        if isinstance(problem, (KeyboardInterrupt, SystemExit, MemoryError)):
            raise
        raise Unreadable("X017", reason=f"工作表“{sheet}”读不出来") from problem
    return rows


def _with_texts(rows: list[list[object]], texts: Mapping[Address, str]) -> list[list[object]]:
    """Put in the texts that the scan knows better than the engine."""
    for (row, column), text in texts.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    return rows


_COVERED = 1_000_000
"""Cells under merges of one sheet; they cannot overlap, but a file may say that they do."""


def _covered(facts: SheetFacts) -> frozenset[Address]:
    covered: set[Address] = set()
    walked = 0
    for top, left, bottom, right in facts.merges:
        rows = range(top, min(bottom, facts.rows) + 1)
        columns = range(left, min(right, facts.columns) + 1)
        walked += len(rows) * len(columns)
        within(_COVERED, walked, "合并单元格所占的格数", sheet=facts.name)
        for row in rows:
            for column in columns:
                if (row, column) != (top, left):
                    covered.add((row, column))
    return frozenset(covered)


def _hidden(grids: tuple[Grid, ...]) -> Iterator[Finding]:
    for grid in grids:
        if grid.hidden:
            yield finding("X111", CellRef(grid.name), what=f"隐藏的工作表“{grid.name}”")
        columns = [column for column in sorted(grid.hidden_columns) if _any_in(grid, column)]
        if columns:
            letters = "、".join(column_letters(column) for column in columns)
            yield finding("X111", CellRef(grid.name), what=f"隐藏的第 {letters} 列")
        rows = [row for row in sorted(grid.hidden_rows) if _any(grid, row)]
        if rows:
            numbers = "、".join(str(row + 1) for row in rows[:10])
            more = f" 等 {len(rows)} 行" if len(rows) > 10 else ""
            yield finding("X111", CellRef(grid.name), what=f"隐藏的第 {numbers} 行{more}")


def _any_in(grid: Grid, column: int) -> bool:
    return any(grid.occupied(row, column) for row in range(len(grid.rows)))


def _any(grid: Grid, row: int) -> bool:
    width = len(grid.rows[row]) if row < len(grid.rows) else 0
    return any(grid.occupied(row, column) for column in range(width))


def every_sheet(data: bytes, limits: Limits = LIMITS) -> tuple[Package, list[Grid]]:
    """Read all sheets, whatever they are called; Unreadable where the bytes are no workbook."""
    package, book = _opened(data, limits)
    return package, [_grid(book, facts) for facts in package.sheets]


def origin(data: bytes) -> tuple[str, str] | None:
    """Return the file's name and the identity that an output of ours came of, while it is untouched.

    None for what is not ours, and for what someone has worked on since.
    """
    try:
        _, grids = every_sheet(data)
    except Unreadable:
        return None
    own, said = fingerprint.split(each for grid in grids for each in contents(grid))
    if said is None or fingerprint.digest(own) != said:
        return None
    labels = (fingerprint.SOURCE_LABEL, fingerprint.IDENTITY_LABEL)
    name, identity = (fingerprint.told(own, label) or "" for label in labels)
    return name, identity


def contents(grid: Grid) -> Iterator[fingerprint.Content]:
    """Yield what a sheet's cells hold, as the fingerprint counts it."""
    for row, cells in enumerate(grid.rows):
        for column, held in enumerate(cells):
            at = (row, column)
            if at not in grid.formulas and held not in ("", None):
                yield grid.name, at, held, ""
    for at, (text, _) in grid.formulas.items():
        yield grid.name, at, "", "=" + text
    for at, error in grid.errors.items():
        if at not in grid.formulas:
            yield grid.name, at, error, ""
