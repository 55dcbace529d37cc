"""A workbook as a clerk sees it: sheets of cells that can be moved, and a small writer of its own.

The writer is no part of the tool: what it writes is plain, and it can write it in several ways.
"""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from xlkpi.domain.location import a1, address
from xlkpi.domain.text import serial
from xlkpi.reading.open import read_all_sheets

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = (0, 9, 14)
"""Number formats: general, per cent, date."""


@dataclass(eq=False)
class Cell:
    """One cell; it keeps its identity wherever it is moved, so that it can be found again."""

    value: object = None
    formula: str | None = None
    cached: bool = True
    error: bool = False
    style: int = 0


Row = list[Cell]


@dataclass(eq=False)
class Sheet:
    """One sheet; rows may have different lengths."""

    name: str
    rows: list[Row]
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False
    filtered: bool = False
    merges: list[tuple[Cell, Cell]] = field(default_factory=list)

    def at(self, cell: Cell) -> tuple[int, int] | None:
        for n, row in enumerate(self.rows):
            for m, other in enumerate(row):
                if other is cell:
                    return n, m
        return None


@dataclass
class Book:
    """A workbook."""

    sheets: list[Sheet]
    names: dict[str, str]
    inline: bool = False
    addresses: bool = True
    dimension: str = ""

    def sheet(self, name: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.name == name)

    def find(self, cell: Cell) -> str | None:
        """`Sheet!A1` of a cell; None where it is gone."""
        for sheet in self.sheets:
            at = sheet.at(cell)
            if at:
                return f"{sheet.name}!{a1(*at)}"
        return None


def opened(data: bytes) -> Book:
    """The cells of a workbook."""
    package, grids = read_all_sheets(data)
    sheets = []
    for grid in grids:
        rows = [[Cell(held if held != "" else None) for held in row] for row in grid.rows]
        for (row, column), (text, cached) in grid.formulas.items():
            rows[row][column].formula, rows[row][column].cached = text, cached
        for row, column in grid.percents:
            rows[row][column].style = 1
        sheets.append(Sheet(grid.name, rows))
    return Book(sheets, {name: text for name, text in package.names.items() if "!" not in name})


def written(book: Book) -> bytes:
    """The bytes of a workbook."""
    texts: dict[str, int] = {}
    parts = {
        f"xl/worksheets/sheet{n}.xml": _sheet(sheet, book, texts)
        for n, sheet in enumerate(book.sheets, 1)
    }
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for name in parts
    )
    parts["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
        f"{overrides}</Types>"
    )
    parts["_rels/.rels"] = _links([("officeDocument", "xl/workbook.xml")])
    kinds = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(book.sheets) + 1)]
    parts["xl/_rels/workbook.xml.rels"] = _links(
        [*kinds, ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
    )
    listed = "".join(_listed(n, sheet) for n, sheet in enumerate(book.sheets, 1))
    named = "".join(
        f"<definedName name={quoteattr(name)}>{escape(text)}</definedName>"
        for name, text in book.names.items()
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets>'
        f"<definedNames>{named}</definedNames></workbook>"
    )
    formats = "".join(f'<xf numFmtId="{number}" applyNumberFormat="1"/>' for number in STYLES)
    parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}"><cellXfs>{formats}</cellXfs></styleSheet>'
    held = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{held}</sst>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for name, text in parts.items():
            package.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>\n{text}')
    return buffer.getvalue()


def _listed(number: int, sheet: Sheet) -> str:
    state = ' state="hidden"' if sheet.hidden else ""
    return f'<sheet name={quoteattr(sheet.name)} sheetId="{number}"{state} r:id="rId{number}"/>'


def _links(targets: list[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'


def _sheet(sheet: Sheet, book: Book, texts: dict[str, int]) -> str:
    columns = "".join(
        f'<col min="{n + 1}" max="{n + 1}" width="9" hidden="1"/>'
        for n in sorted(sheet.hidden_columns)
    )
    rows = "".join(_row(n, row, sheet, book, texts) for n, row in enumerate(sheet.rows))
    areas = [(sheet.at(first), sheet.at(last)) for first, last in sheet.merges]
    merges = "".join(
        f'<mergeCell ref="{a1(*first)}:{a1(*last)}"/>' for first, last in areas if first and last
    )
    size = f'<dimension ref="{book.dimension}"/>' if book.dimension else ""
    width = max((len(row) for row in sheet.rows), default=1)
    area = f"{a1(0, 0)}:{a1(len(sheet.rows), width)}"
    filtered = f'<autoFilter ref="{area}"/>' if sheet.filtered else ""
    return (
        f'<worksheet xmlns="{MAIN}">{size}{f"<cols>{columns}</cols>" if columns else ""}'
        f"<sheetData>{rows}</sheetData>{filtered}{f'<mergeCells>{merges}</mergeCells>' if merges else ''}</worksheet>"
    )


def _row(number: int, row: Row, sheet: Sheet, book: Book, texts: dict[str, int]) -> str:
    hidden = ' hidden="1"' if number in sheet.hidden_rows else ""
    cells = "".join(
        _cell(number, column, cell, book, texts)
        for column, cell in enumerate(row)
        if cell.value is not None or cell.formula is not None or not book.addresses
    )
    return f'<row r="{number + 1}"{hidden}>{cells}</row>'


def _cell(row: int, column: int, cell: Cell, book: Book, texts: dict[str, int]) -> str:
    head = f'<c r="{a1(row, column)}"' if book.addresses else "<c"
    head += f' s="{cell.style}"' if cell.style else ""
    formula = f"<f>{escape(cell.formula)}</f>" if cell.formula is not None else ""
    value = cell.value if cell.cached else None
    if value is None:
        empty = bool(formula) and cell.cached  # a formula that shows nothing
        return f'{head} t="str">{formula}<v></v></c>' if empty else f"{head}>{formula}</c>"
    if cell.error:
        return f'{head} t="e">{formula}<v>{escape(str(value))}</v></c>'
    if isinstance(value, bool):
        return f'{head} t="b">{formula}<v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"{head}>{formula}<v>{value!r}</v></c>"
    if formula:
        return f'{head} t="str">{formula}<v>{escape(str(value))}</v></c>'
    if book.inline:
        return f'{head} t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'
    index = texts.setdefault(str(value), len(texts))
    return f'{head} t="s"><v>{index}</v></c>'


@lru_cache(maxsize=4)
def _opened(data: bytes) -> Book:
    return opened(data)


def followed(data: bytes, steps: Sequence[tuple[str, str, str, str]]) -> bytes:
    """The workbook after some of the steps of `documents`, many times faster than openpyxl does them."""
    book = copy.deepcopy(_opened(data))
    for what, name, where, content in steps:
        sheet = book.sheet(name)
        if what == "改名":
            sheet.name = content
        elif what == "插入":
            sheet.rows.insert(int(where) - 1, [])
        else:
            assert what == "写", what
            _type(_at(sheet, where), content)
    return written(book)


def _at(sheet: Sheet, where: str) -> Cell:
    row, column = address(where)
    while len(sheet.rows) <= row:
        sheet.rows.append([])
    while len(sheet.rows[row]) <= column:
        sheet.rows[row].append(Cell())
    return sheet.rows[row][column]


def _type(cell: Cell, content: str) -> None:
    kind, _, rest = content.partition(" ")
    cell.value, cell.formula, cell.error, cell.style = content, None, False, 0
    if kind == "数":
        cell.value = float(rest)
    elif kind == "百分比":
        cell.value, cell.style = float(rest), 1
    elif kind == "日期":
        cell.value, cell.style = serial(date.fromisoformat(rest)), 2
    elif kind == "错误":
        cell.value, cell.error = rest, True
    elif content == "空":
        cell.value = None
