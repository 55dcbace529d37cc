"""A workbook → the bytes of an .xlsx, by xlsxwriter.

Texts are written as texts whatever they look like, and the same book gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlkpi.writing import styles
from xlkpi.writing.book import Book, Cell, Chart, Sheet
from xlkpi.writing.package import zipped
from xlkpi.writing.row_heights import heights
from xlkpi.writing.styles import numbered
from xlkpi.writing.xlsx_rows import FastWorkbook, FastWorksheet, Package

_CREATED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
"""Fixed, so that the same input gives the same bytes."""
_OPTIONS = {
    "in_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}
_UNLOCKED = {"autofilter": True, "format_columns": True, "format_rows": True}
STOCK = False
"""Whether to use xlsxwriter's own worksheet instead of ours: a test compares the two."""
_PAGES = "&C第 &P 页 共 &N 页"
_NAME = "&R&A"
"""The sheet's name: without it a loose page of a print set is of nobody knows what."""


class NotWritten(Exception):
    """xlsxwriter would not take a cell: our bug, never the user's."""


def emit(book: Book, compression: int = 6) -> bytes:
    """Return the workbook's bytes, deflated at that level: 2 takes a third of the time of 6."""
    numbers = numbered(dict.fromkeys(book.all_styles()))
    package = None if STOCK else Package(book, numbers)
    parts = (package and package.known()) or _make(book, numbers, package)
    return zipped(((name, text.encode("utf-8")) for name, text in parts.items()), compression)


def _make(book: Book, numbers: Mapping[str, int], package: Package | None) -> Mapping[str, str]:
    """Return the parts of a workbook unlike those before it; None for the package writes by xlsxwriter alone."""
    workbook = FastWorkbook(io.BytesIO(), _OPTIONS)
    workbook.package = package
    workbook.set_properties({"title": book.title, "author": "xlkpi", "created": _CREATED})
    workbook.set_size(24_000, 15_000)
    formats = _Formats(workbook)
    for style, number in numbers.items():
        if formats[style]._get_xf_index() != number:
            raise NotWritten(f"style {style} has not the number that it was given")
    kind = FastWorksheet if package else None
    sheets = [(sheet, workbook.add_worksheet(sheet.name, kind)) for sheet in book.sheets]
    for n, (sheet, worksheet) in enumerate(sheets):
        if package:
            worksheet.hold(package.sheets[n])
        else:
            _stock_cells(sheet, worksheet, formats)
        _sheet(sheet, worksheet, formats)
        for chart in sheet.charts:
            _chart(chart, workbook, worksheet)
    for name, reference in book.names.items():
        workbook.define_name(name, "=" + reference)
    return workbook.parts()


class _Formats:
    """The formats of one workbook, made once each."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self.workbook = workbook
        self.made: dict[str, Format] = {}

    def __getitem__(self, style: str) -> Format:
        if style not in self.made:
            self.made[style] = self.workbook.add_format(styles.properties(style))
        return self.made[style]

    def condition(self, style: str) -> Format:
        return self.workbook.add_format(styles.condition(style))


def _sheet(sheet: Sheet, worksheet: Worksheet, formats: _Formats) -> None:
    if sheet.charts or not isinstance(worksheet, FastWorksheet):  # a chart is placed by them
        for row, height in heights(sheet).items():
            worksheet.set_row(row, height)
    _geometry(sheet, worksheet)
    _rules(sheet, worksheet, formats)
    _page(sheet, worksheet)
    if sheet.protected:
        worksheet.protect("", _UNLOCKED)


def _stock_cells(sheet: Sheet, worksheet: Worksheet, formats: _Formats) -> None:
    inside, cells = set(), dict(sheet.every_cell())
    for top, left, bottom, right in sheet.merges:
        worksheet.merge_range(top, left, bottom, right, "", formats[cells[top, left].style])
        block = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        inside |= block - {(top, left)}  # merge_range has already put blanks there
    for at, cell in cells.items():
        if at not in inside:
            _cell(worksheet, *at, cell, formats[cell.style])


def _cell(worksheet: Worksheet, row: int, column: int, cell: Cell, look: Format) -> None:
    if cell.link:
        shown = cell.value if isinstance(cell.value, str) else ""
        _taken(worksheet.write_url(row, column, cell.link, look, shown or " "), row, column)
    if cell.formula:
        done = worksheet.write_formula(row, column, cell.formula, look, cell.value)
    elif isinstance(cell.value, float):
        done = worksheet.write_number(row, column, cell.value, look)
    elif cell.value == "":
        done = worksheet.write_blank(row, column, None, look)
    else:
        done = worksheet.write_string(row, column, cell.value, look)
    _taken(done, row, column)


def _taken(code: Any, row: int, column: int) -> None:
    if code:
        raise NotWritten(f"row {row} column {column}: xlsxwriter answered {code}")


def _geometry(sheet: Sheet, worksheet: Worksheet) -> None:
    for column, width in sheet.widths.items():
        shut = {"level": 1, "hidden": True} if column in sheet.folded else {}
        after = {"collapsed": True} if column - 1 in sheet.folded and not shut else {}
        worksheet.set_column(column, column, width, None, {**shut, **after})
    if sheet.freeze:
        worksheet.freeze_panes(*sheet.freeze)
    if sheet.filter:
        worksheet.autofilter(*sheet.filter)
    if sheet.repeat is not None:
        worksheet.repeat_rows(sheet.repeat)
    if sheet.print_to:
        worksheet.print_area(0, 0, *sheet.print_to)
    worksheet.set_tab_color(styles.TABS[sheet.tab])
    worksheet.hide_gridlines(2)


def _rules(sheet: Sheet, worksheet: Worksheet, formats: _Formats) -> None:
    for validation in sheet.validations:
        _taken(worksheet.data_validation(*validation.block, validation.options), 0, 0)
    for condition in sheet.conditions:
        options = {**condition.options, "format": formats.condition(condition.style)}
        _taken(worksheet.conditional_format(*condition.block, options), 0, 0)


def _page(sheet: Sheet, worksheet: Worksheet) -> None:
    worksheet.set_paper(9)
    if sheet.landscape:
        worksheet.set_landscape()
    worksheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    worksheet.fit_to_pages(1, 0)
    worksheet.center_horizontally()
    if sheet.header:
        worksheet.set_header(sheet.header)
    worksheet.set_footer(f"&L{sheet.footer}{_PAGES}{_NAME}" if sheet.footer else _PAGES)


def _chart(chart: Chart, workbook: xlsxwriter.Workbook, worksheet: Worksheet) -> None:
    made = workbook.add_chart({"type": "bar"})
    font = {"name": styles.FONT, "size": 10}
    made.add_series(
        {
            "name": chart.title, "categories": "=" + chart.names, "values": "=" + chart.values,
            "fill": {"color": styles.HEAD_FILL}, "gap": 60,
            "data_labels": {"value": True, "num_format": "0.0%", "font": font},
        }
    )  # fmt: skip
    made.set_title({"name": chart.title, "name_font": font, "overlay": False})
    made.set_legend({"none": True})
    # The bars have their figures, so that an axis would say them again and take a bar's room.
    made.set_x_axis({"min": 0, "max": 1, "visible": False, "major_gridlines": {"visible": False}})
    made.set_y_axis({"reverse": True, "num_font": font, "interval_unit": 1})
    made.set_size({"width": chart.size[0], "height": chart.size[1]})
    worksheet.insert_chart(*chart.at, made, {"object_position": 1})
