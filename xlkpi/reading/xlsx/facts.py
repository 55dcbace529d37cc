"""The facts of the scan: a workbook and its sheets, without the values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from xlkpi.domain.location import Address
from xlkpi.domain.text import Pieces


class Formula(NamedTuple):
    """A formula as written."""

    text: str
    """Without the equals sign; empty for the followers of a shared formula."""
    cached: bool
    """False where no value is stored with it, so that engines show a blank."""


class SheetFacts(NamedTuple):
    """One worksheet, apart from its values."""

    name: str
    part: str
    """Name of the part in the package."""
    state: str
    """`visible`, `hidden` or `veryHidden`."""
    errors: Mapping[Address, str]
    """Cells that hold an error, with its text (`#DIV/0!`)."""
    formulas: Mapping[Address, Formula]
    percents: frozenset[Address]
    """Cells with a number that is shown as per cent, by the first section of its format."""
    hidden_rows: frozenset[int]
    """Within the extent; zero-based."""
    hidden_columns: frozenset[int]
    """Within the extent; zero-based."""
    merges: tuple[tuple[int, int, int, int], ...]
    """First row, first column, last row, last column; all zero-based, inclusive."""
    rows: int
    """Last valued row + 1; `<dimension>` is never trusted."""
    columns: int
    """Last valued column + 1."""
    filtered: bool
    """A filter of the sheet is active."""
    texts: Mapping[Address, str] = MappingProxyType({})
    """Texts that the engine would read otherwise than the program that wrote them shows them."""
    cells: int = 0
    """Valued cells."""
    formats: Mapping[Address, str] = MappingProxyType({})
    """Number formats that may show another number, or another text, than the cell contains."""
    struck: frozenset[Address] = frozenset()
    """Cells that are struck through as a whole."""
    unseen: frozenset[Address] = frozenset()
    """Cells whose font has the colour of what is behind it."""
    pieces: Mapping[Address, Pieces] = MappingProxyType({})
    """Texts with pieces that are raised, lowered, struck through or white."""
    zeros_hidden: bool = False
    """The sheet shows zeros as blank."""


class Link(NamedTuple):
    """A relationship to another part of the package."""

    id: str
    kind: str
    """Last word of the type: `worksheet`, `styles`, …"""
    part: str
    """The part's name in the package; as resolved where there is none of that name."""
    target: str
    """As it is written."""


class Package(NamedTuple):
    """One workbook, apart from its values."""

    sheets: tuple[SheetFacts, ...]
    """Worksheets in the workbook's order; chart, dialog and macro sheets are left out."""
    names: Mapping[str, str]
    """Defined names and what they refer to; one local to a sheet is `Sheet!name`."""
    date1904: bool
    macros: bool
    external_links: int
    cells: int
    """Valued cells of all sheets."""
    producer: str
    """The program that wrote the file, as it calls itself; empty where it gives no name."""
    main: str = "xl/workbook.xml"
    """Name of the workbook part."""
    main_target: str = "xl/workbook.xml"
    """The same as the package refers to it."""
    links: tuple[Link, ...] = ()
    """What the workbook part refers to; of .xlsx alone."""
    other_sheets: tuple[str, ...] = ()
    """Names of sheets that are no tables: charts, dialogs."""
    other_content: tuple[str, ...] = ()
    """Content other than the sheets, which is not read; in Chinese."""
