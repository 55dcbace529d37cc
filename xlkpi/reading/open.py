"""One file, opened once: its bytes, the package's facts, the sheets that the format knows, the fingerprint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from xlkpi.domain import fingerprint, schema
from xlkpi.domain.cells import Grid
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.location import Address, CellRef, address, column_letters
from xlkpi.domain.schema import canonical
from xlkpi.reading import engine
from xlkpi.reading.engine import EngineBook
from xlkpi.reading.sniff import Kind, sniff
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import LIMITS, Limits, Package, SheetFacts, read_properties
from xlkpi.reading.xlsx.package import inflate, read_directory

_RESULTS = {canonical(name) for name in schema.RESULT_SHEETS}


class KnownSheets(NamedTuple):
    """A workbook's cells, before anything is understood."""

    package: Package
    grids: tuple[Grid, ...]
    """The format's sheets, in the file's order; of two with one name the first."""
    guide: Grid | None
    """填表说明, whose words are carried into the outputs."""
    problems: Grid | None
    """问题清单 of a marked copy of ours, which explains how to take our marks off."""
    foreign: tuple[Grid, ...] = ()
    """Sheets under names that the format does not know: cells alone."""
    result_sheets: tuple[str, ...] = ()
    """Sheets that only a scored workbook has."""
    provenance: Grid | None = None
    """来源与指纹 of a scored workbook, which names the template and the format version."""


class Stamp(NamedTuple):
    """The fingerprint in a workbook, and that of its cells."""

    own: list[fingerprint.Content]
    """The cells without the fingerprint's own."""
    stated: str | None
    """The fingerprint stated in it; None where there is none."""
    digest: str
    """The fingerprint of the cells as they are."""


class Origin(NamedTuple):
    """What an output of ours came of."""

    file: str
    """The file's name; of a public version a hash of it."""
    identity: str
    """Whose workbook it is."""
    sha256: str
    """Digest of the file's bytes in hexadecimal, or as much of it as is recorded; "" where none is."""


class OpenedWorkbook:
    """One file that was loaded, and what is found in it: each worked out once, when it is asked for.

    Whoever needs a workbook is handed this object, so that its bytes are hashed, scanned and read by
    the engine once. What asks for its sheets raises Unreadable where the bytes are no workbook.
    """

    def __init__(
        self, file: str, data: bytes, limits: Limits = LIMITS, keep_parts: bool = False
    ) -> None:
        """Take the bytes of a file that goes by the name `file`; nothing is scanned yet.

        With `keep_parts` the parts that the scan inflates are kept, for `parts`: it costs their memory.
        """
        self.file = file
        self.data = data
        self._limits = limits
        self._keep_parts = keep_parts
        # By where the facts are in memory: two sheets of a broken file may have one name.
        self._rows: dict[int, list[list[object]]] = {}
        self._grids: dict[int, Grid] = {}

    @cached_property
    def sha256(self) -> str:
        """Digest of the file's bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def package(self) -> Package:
        """The facts of the scan."""
        return self._engine.package

    @property
    def _engine(self) -> EngineBook:
        if isinstance(self._opened, Unreadable):
            raise self._opened
        return self._opened

    @cached_property
    def _opened(self) -> EngineBook | Unreadable:
        """What cannot be read is not tried again."""
        try:
            return engine.open_book(self.data, self._limits, self._keep_parts)
        except Unreadable as problem:
            return problem

    def _read(self, facts: SheetFacts) -> list[list[object]]:
        if id(facts) not in self._rows:
            self._rows[id(facts)] = engine.read_rows(self._engine.book, facts)
        return self._rows[id(facts)]

    def _grid(self, facts: SheetFacts) -> Grid:
        if id(facts) not in self._grids:
            self._grids[id(facts)] = engine.make_grid(self._read(facts), facts)
        return self._grids[id(facts)]

    def _make_foreign_grid(self, facts: SheetFacts) -> Grid:
        """Return a foreign sheet's cells; empty where it cannot be read, for nothing of it is used."""
        try:
            rows = self._read(facts)
        except Unreadable:
            rows = []
        return Grid(name=facts.name, rows=rows, cells=facts.cells)

    @cached_property
    def grids(self) -> list[Grid]:
        """All sheets, whatever they are called."""
        return [self._grid(facts) for facts in self.package.sheets]

    @cached_property
    def known(self) -> tuple[KnownSheets, tuple[Finding, ...]]:
        """The sheets that the format knows.

        Of the findings some concern sheets: foreign ones, two of one name, hidden ones.
        """
        package = self.package
        kept, others, findings = _sort_sheets(package)
        if package.macros:
            findings.append(finding("X117", CellRef("")))
        if package.other_content and not _is_scored(package):
            findings.append(finding("X122", CellRef(""), what="、".join(package.other_content)))
        grids = tuple(self._grid(facts) for facts in kept)
        findings.extend(_find_hidden(grids))
        by_name = {canonical(facts.name): facts for facts in package.sheets}
        guide, problems, provenance = (
            self._grid(by_name[name]) if name in by_name else None
            for name in (_guide(package), schema.PROBLEMS_SHEET, schema.SOURCE_SHEET)
        )
        results = tuple(f.name for f in package.sheets if canonical(f.name) in _RESULTS)
        foreign = tuple(self._make_foreign_grid(facts) for facts in others)
        known = KnownSheets(package, grids, guide, problems, foreign, results, provenance)
        return known, tuple(findings)

    @cached_property
    def stamp(self) -> Stamp:
        """The fingerprint stated in the workbook, and that of its cells."""
        own, stated = fingerprint.split(each for grid in self.grids for each in list_contents(grid))
        stated = stated or self._properties.get(fingerprint.DIGEST_PROPERTY)
        return Stamp(own, stated, fingerprint.digest(own))

    @cached_property
    def _properties(self) -> Mapping[str, str]:
        """What a marked copy has in its document properties; an older one has it in cells."""
        names = {canonical(facts.name) for facts in self.package.sheets}
        ours = schema.PROBLEMS_SHEET in names and schema.SOURCE_SHEET not in names
        return read_properties(self.data, self._limits) if ours else {}

    @cached_property
    def origin(self) -> Origin | None:
        """What it came of; None for what is not ours, and for what someone has worked on since."""
        try:
            own, stated, digest = self.stamp
        except Unreadable:
            return None
        if stated is None or stated != digest:
            return None
        return _read_origin(own, self._properties)

    @cached_property
    def marked_from(self) -> Origin | None:
        """What a marked copy of ours came of, whether or not someone has worked on it; else None."""
        problems = self.known[0].problems
        if problems is None or schema.SOURCE_SHEET in self.known[0].result_sheets:
            return None
        own, properties = list(list_contents(problems)), self._properties
        stated = fingerprint.labelled_value(own, fingerprint.LABEL)
        ours = stated or fingerprint.DIGEST_PROPERTY in properties
        return _read_origin(own, properties) if ours else None

    @property
    def worked_on(self) -> bool:
        """Whether it is a scored workbook that somebody has worked on since."""
        return schema.SOURCE_SHEET in self.known[0].result_sheets and self.origin is None

    @cached_property
    def parts(self) -> Mapping[str, bytes]:
        """The package's entries by their names, inflated; none of an .xls. X006 where one is damaged."""
        kept = self._engine.parts
        if sniff(self.data) is Kind.XLS:
            return {}
        return {
            each.filename: kept[each.filename]
            if each.filename in kept
            else inflate(self.data, each)
            for each in read_directory(self.data, self._limits).values()
        }


def _read_origin(own: list[fingerprint.Content], properties: Mapping[str, str]) -> Origin:
    """Read what an output states of the file that it came of, in cells or in document properties."""
    labels = (fingerprint.SOURCE_LABEL, fingerprint.IDENTITY_LABEL, fingerprint.SHA256_LABEL)
    file, identity, sha256 = (fingerprint.labelled_value(own, label) or "" for label in labels)
    identity = identity or properties.get(fingerprint.IDENTITY_PROPERTY, "")
    sha256 = sha256 or properties.get(fingerprint.SHA256_PROPERTY, "")
    if not sha256 and _MASKED.fullmatch(file):
        file, _, sha256 = file.partition("-")
    return Origin(file, identity, sha256)


_MASKED = re.compile("[0-9a-f]{16}-[0-9a-f]{16}")
"""The source as a public version states it."""


def reopen(data: bytes, *known: OpenedWorkbook | None, keep_parts: bool = False) -> OpenedWorkbook:
    """Return a workbook that was written just now: one of `known` where it is the same, byte for byte."""
    same = (each for each in known if each and each.data == data)
    return next(same, None) or OpenedWorkbook("", data, keep_parts=keep_parts)


def read_all_sheets(data: bytes, limits: Limits = LIMITS) -> tuple[Package, list[Grid]]:
    """Read all sheets, whatever they are called."""
    workbook = OpenedWorkbook("", data, limits)
    return workbook.package, workbook.grids


def find_named_cell(package: Package, name: str) -> tuple[str, Address | None]:
    """Return the sheet and the cell that a defined name points to; ("", None) where to none."""
    names = {each.casefold(): text for each, text in package.names.items()}
    sheet, _, cell = names.get(name.casefold(), "").rpartition("!")
    try:
        return sheet.strip("'").replace("''", "'"), address(cell)
    except ValueError:
        return "", None


def _guide(package: Package) -> str:
    """Return the name of 填表说明, as compared: whatever it is called now, it contains the version."""
    sheet, _ = find_named_cell(package, schema.FORMAT_NAME)
    named = canonical(sheet)  # a scored workbook has the version on 来源与指纹
    return named if named and named not in _RESULTS else schema.GUIDE_SHEET


def _sort_sheets(package: Package) -> tuple[list[SheetFacts], list[SheetFacts], list[Finding]]:
    kept: dict[str, SheetFacts] = {}
    foreign: list[SheetFacts] = []
    findings = [finding("X108", CellRef(name), name) for name in package.other_sheets]
    scored = _is_scored(package)
    for facts in package.sheets:
        layout = schema.sheet_named(facts.name)
        plain = canonical(facts.name)
        if layout is None:
            ours = scored and plain in _RESULTS
            if not ours and plain not in (
                _guide(package),
                schema.GUIDE_SHEET,
                schema.PROBLEMS_SHEET,
            ):
                foreign.append(facts)
            continue
        key = plain.casefold() if layout is schema.BALLOT else layout.name
        if key in kept:
            other = kept[key].name
            findings.append(finding("X107", CellRef(facts.name), facts.name, other=other))
            continue
        kept[key] = facts
    return list(kept.values()), foreign, findings


def _is_scored(package: Package) -> bool:
    return any(canonical(facts.name) == schema.SOURCE_SHEET for facts in package.sheets)


def _find_hidden(grids: tuple[Grid, ...]) -> Iterator[Finding]:
    for grid in grids:
        if grid.hidden:
            yield finding("X111", CellRef(grid.name), what=f"隐藏的工作表“{grid.name}”")
        folded = _folded_by_us(grid)
        columns = [c for c in sorted(grid.hidden_columns - folded) if _any_in(grid, c)]
        if columns:
            letters = "、".join(column_letters(column) for column in columns)
            yield finding("X111", CellRef(grid.name), what=f"隐藏的第 {letters} 列")
        rows = [row for row in sorted(grid.hidden_rows) if _any(grid, row)]
        if rows:
            numbers = "、".join(str(row + 1) for row in rows[:10])
            more = f" 等 {len(rows)} 行" if len(rows) > 10 else ""
            yield finding("X111", CellRef(grid.name), what=f"隐藏的第 {numbers} 行{more}")


def _folded_by_us(grid: Grid) -> set[int]:
    """Return the columns that a blank folds away and that hold nothing but words of their drop-down."""
    sheet = schema.sheet_named(grid.name)
    columns = sheet.columns if sheet and grid.hidden_columns else ()
    choices = {canonical(each.header): each.choices for each in columns if each.folded}
    found: set[int] = set()
    for at, cells in enumerate(grid.rows[: schema.HEADER_SEARCH_ROWS] if choices else ()):
        for column in grid.hidden_columns:
            held = cells[column] if column < len(cells) else None
            header = canonical(held) if isinstance(held, str) else ""
            if header in choices and _only(grid, column, at + 1, choices[header]):
                found.add(column)
    return found


def _only(grid: Grid, column: int, first: int, words: Sequence[str]) -> bool:
    """Whether a column holds, from a row on, none but these words."""
    rows = range(first, len(grid.rows))
    return all(grid.raw(row, column) in words for row in rows if grid.occupied(row, column))


def _any_in(grid: Grid, column: int) -> bool:
    return any(grid.occupied(row, column) for row in range(len(grid.rows)))


def _any(grid: Grid, row: int) -> bool:
    width = len(grid.rows[row]) if row < len(grid.rows) else 0
    return any(grid.occupied(row, column) for column in range(width))


def list_contents(grid: Grid) -> Iterator[fingerprint.Content]:
    """Yield the contents of a sheet's cells, as the fingerprint counts them."""
    for row, cells in enumerate(grid.rows):
        for column, raw in enumerate(cells):
            at = (row, column)
            if at not in grid.formulas and raw not in ("", None):
                yield grid.name, at, raw, ""
    for at, (text, _) in grid.formulas.items():
        yield grid.name, at, "", "=" + text
    for at, error in grid.errors.items():
        if at not in grid.formulas:
            yield grid.name, at, error, ""
