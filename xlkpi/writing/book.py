"""A workbook before it is a file: what each cell contains. Blanks, results and forms are made of it.

It knows no file and no library. `emit` turns it into bytes, `fingerprint` into a digest. A sheet may
have a plan (`xlkpi.writing.plan`): cells that all workbooks of one shape share, whose values alone
are this workbook's; what is written cell by cell stands beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from xlkpi.domain import fingerprint
from xlkpi.domain.formula import checked
from xlkpi.domain.location import Address, a1, quoted

if TYPE_CHECKING:
    from xlkpi.writing.plan import FilledPlan

_LONGEST = 32_767
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Held = str | int | float | Decimal | Fraction
"""What a cell may be given."""


class Item(NamedTuple):
    """A source that finds the values of many cells at once, as a file stores them."""

    of: Callable[[Any], Sequence[str | float]]
    """Cells with the very same function share what it returns."""
    at: int
    """The index of this cell's value."""

    def __call__(self, values_of: Any) -> str | float:
        return self.of(values_of)[self.at]


Source = Callable[[Any], Held] | Item
"""Where a planned cell's value comes from: a function of what the plan is filled with."""


def legal(text: str) -> str:
    """Return a text that a workbook can hold: control characters and lone surrogates become U+FFFD."""
    if text.isprintable() and len(text) <= _LONGEST // 2:
        return text
    sound = _ILLEGAL.sub("\ufffd", text)
    if len(sound) <= _LONGEST // 2:  # Excel counts UTF-16 units, at most two a character
        return sound
    return sound.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", "ignore")


def stored(value: Held) -> str | float:
    """Return what a file stores for a value."""
    if not isinstance(value, str):
        return float(value) + 0.0  # there is one 0, and no -0
    return legal(value) if value else value


class Cell(NamedTuple):
    """A cell; in a sheet that is being planned the value may be a source."""

    value: Any
    """A text, a float, or a `Source`."""
    style: str
    formula: str = ""
    link: str = ""


def page_header(left: str, right: str) -> str:
    """Return a page header of two texts, each cut where it is long: Excel takes 255 characters.

    A sign & begins a code there, and is doubled; each text is one line.
    """
    cut = (" ".join(legal(text).split())[:_LONGEST_MARGIN] for text in (left, right))
    return "".join(
        f"&{side}{text.replace('&', '&&')}" for side, text in zip("LR", cut, strict=True)
    )


_LONGEST_MARGIN = 60
"""Characters of either text: both doubled, and the codes, are below the limit."""


class Validation(NamedTuple):
    """What may be typed into a block of cells, and the message of each cell."""

    block: tuple[int, int, int, int]
    options: dict[str, object]


class Condition(NamedTuple):
    """A look that depends on the cell."""

    block: tuple[int, int, int, int]
    options: dict[str, object]
    style: str


class Chart(NamedTuple):
    """A bar chart of one column over another."""

    at: Address
    title: str
    names: str
    values: str
    size: tuple[int, int]


@dataclass(slots=True)
class Sheet:
    """One sheet."""

    name: str
    tab: str = "result"
    cells: dict[Address, Cell] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    folded: tuple[int, ...] = ()
    """Columns side by side that are folded away."""
    heights: dict[int, float] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    freeze: Address | None = None
    landscape: bool = False
    repeat: int | None = None
    """The header row to print on every page."""
    filter: tuple[int, int, int, int] | None = None
    print_to: Address | None = None
    """The last cell that is printed."""
    header: str = ""
    """What stands above every printed page, as `page_header` makes it."""
    footer: str = ""
    """What stands at the left below it; the page number always does."""
    protected: bool = True
    planned: FilledPlan | None = None
    """The cells that come of a plan; `cells` are those beside them."""

    def text(
        self, row: int, column: int, value: str | Source, style: str = "text", link: str = ""
    ) -> None:
        """Put a text; whatever it looks like, it stays a text."""
        said = value if callable(value) else legal(value)
        self.cells[row, column] = Cell(said, style, "", link)

    def number(
        self, row: int, column: int, value: Held | Source, style: str = "figure", link: str = ""
    ) -> None:
        """Put a number."""
        number = value if callable(value) else stored(value)
        self.cells[row, column] = Cell(number, style, "", link)

    def formula(
        self, row: int, column: int, formula: str, value: Held | Source, style: str = "figure",
        link: str = "",
    ) -> None:  # fmt: skip
        """Put a formula with the value that it computes to."""
        text = formula if formula.startswith("=") else "=" + formula
        cached = value if callable(value) else stored(value)
        self.cells[row, column] = Cell(cached, style, checked(text), link)

    def blank(self, row: int, column: int, style: str) -> None:
        """Put an empty cell that only has a look."""
        self.cells[row, column] = Cell("", style)

    def row(self, row: int, values: list[str], style: str, start: int = 0) -> None:
        """Put texts side by side."""
        for offset, value in enumerate(values):
            self.text(row, start + offset, value, style)

    def merge(self, row: int, first: int, last: int, value: str | Source, style: str) -> None:
        """Put a text over several columns of a row."""
        for column in range(first, last + 1):
            self.blank(row, column, style)
        self.text(row, first, value, style)
        if last > first:
            self.merges.append((row, first, row, last))

    def absolute(self, row: int, column: int) -> str:
        """Return the reference to a cell of this sheet, for a formula anywhere."""
        return f"{quoted(self.name)}!{a1(row, column, 'both')}"

    def every_cell(self) -> Iterator[tuple[Address, Cell]]:
        """Yield all cells, planned ones and others, in no order."""
        if self.planned:
            yield from self.planned.cells()
        yield from self.cells.items()

    def lines(self, formulas: bool = True) -> list[str]:
        """Return the lines that a fingerprint counts; only those of constants without `formulas`."""
        planned = self.planned.lines(formulas) if self.planned else []
        return [*planned, *lines(self.name, self.cells.items(), formulas)]


def lines(sheet: str, cells: Iterable[tuple[Address, Cell]], formulas: bool) -> Iterator[str]:
    """Yield the lines of the fingerprint of cells that hold something."""
    for at, cell in cells:
        if cell.formula:
            if formulas:
                yield fingerprint.line(sheet, at, "", cell.formula)
        elif cell.value != "":
            yield fingerprint.line(sheet, at, cell.value, "")


@dataclass(slots=True)
class Book:
    """One workbook."""

    title: str
    sheets: list[Sheet] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Defined names → reference."""
    styles: tuple[str, ...] = ()
    """The styles of the plans, in the order in which a file lists them; others follow."""

    def sheet(self, name: str, tab: str = "result") -> Sheet:
        """Add a sheet."""
        made = Sheet(name, tab)
        self.sheets.append(made)
        return made

    def named(self, name: str) -> Sheet:
        """Return the sheet of that name."""
        return next(sheet for sheet in self.sheets if sheet.name == name)

    @property
    def has_texts(self) -> bool:
        """Whether any cell contains a text, for which a file has a part of its own; planned sheets do."""
        return any(
            sheet.planned
            or any(
                isinstance(c.value, str) and c.value and not c.formula for c in sheet.cells.values()
            )
            for sheet in self.sheets
        )

    def all_styles(self) -> Iterator[str]:
        """Yield the styles in the order in which a file lists them; some more than once."""
        yield from self.styles
        for sheet in self.sheets:
            yield from (cell.style for cell in sheet.cells.values())

    def fingerprint(self) -> str:
        """Return the fingerprint of all cells."""
        return fingerprint.digest_lines(line for sheet in self.sheets for line in sheet.lines())
