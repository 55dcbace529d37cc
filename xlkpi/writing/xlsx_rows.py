"""The parts of a workbook: what is in all of them comes of xlsxwriter, once, the rest straight from ours.

xlsxwriter keeps a tuple a cell and builds each cell's XML from attribute lists; on our workbooks,
where most cells are formulas, that is most of the time that writing takes. So of each part that it
makes, all that a workbook has of its own is left open, and the rest is kept for the next one. This
is the only place with xlsxwriter's private names. A test holds what comes out against the stock
worksheet, and `xlsx.STOCK` switches back to it.
"""

from __future__ import annotations

import io
import re
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlkpi.domain.location import a1, address
from xlkpi.writing import cell_xml
from xlkpi.writing.book import Book, Chart, Sheet
from xlkpi.writing.cell_xml import Contents
from xlkpi.writing.sheet_xml import SheetXml

Parts = dict[str, str]
"""Name → text, in order."""
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_GAP = "\ue000"
"""Stands for what a frame leaves open while it is made."""
_TITLE = re.compile("(?<=<dc:title>)[^<]*")
_VALUE = re.compile("(?<=<c:v>)[^<]*")
_AREA = re.compile(r'(Print_Area" localSheetId="(\d+)">[^<]*!)[^<!]*')


class _Kept(OrderedDict[Hashable, Any]):
    """What was made lately, by all that decides it; of more than `most` the oldest goes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def keep(self, key: Hashable, made: Any) -> None:
        self[key] = made
        if len(self) > self.most:
            self.popitem(last=False)


_FRAMES = _Kept(200)
"""A sheet's XML in pieces, between which something is open."""
_DRAWINGS = _Kept(20)
_PACKAGES = _Kept(20)
"""All parts of a workbook, some of which are made anew for the next."""


def forget() -> None:
    """Forget what earlier workbooks left."""
    for kept in (_FRAMES, _DRAWINGS, _PACKAGES):
        kept.clear()


class Package:
    """A workbook that is being written."""

    def __init__(self, book: Book, styles: Mapping[str, int]) -> None:
        """Take the cells; `styles` numbers their styles."""
        self.book = book
        self.contents = Contents()
        self.sheets = [SheetXml(sheet, styles, self.contents) for sheet in book.sheets]
        self.charts = [(sheet, chart) for sheet in book.sheets for chart in sheet.charts]
        sheets = tuple(
            (sheet.name, sheet.filter, sheet.repeat, bool(sheet.print_to), tuple(sheet.charts),
             tuple(each.style for each in sheet.conditions))
            for sheet in book.sheets
        )  # fmt: skip
        names = tuple(book.names.items())
        self.key = sheets, tuple(styles), names, bool(book.title), bool(self.contents.texts)

    def known(self) -> Parts | None:
        """Return the parts if all that comes of xlsxwriter was made for an earlier workbook."""
        kept: Parts | None = _PACKAGES.get(self.key)
        frames = [_FRAMES[key] for key in self._frames() if key in _FRAMES]
        drawings = [_DRAWINGS[key] for key in self._drawings() if key in _DRAWINGS]
        charts = [values for each in self.charts if (values := _values(*each))]
        found = len(frames), len(drawings), len(charts)
        if kept is None or found != (len(self.sheets), len(self._drawings()), len(self.charts)):
            return None
        parts = kept.copy()
        for n, (sheet, frame) in enumerate(zip(self.sheets, frames, strict=True), start=1):
            parts[f"xl/worksheets/sheet{n}.xml"] = _filled(frame, sheet)
        for n, drawing in enumerate(drawings, start=1):
            parts[f"xl/drawings/drawing{n}.xml"] = drawing
        for n, values in enumerate(charts, start=1):
            _put(parts, f"xl/charts/chart{n}.xml", _VALUE, values)
        if self.contents.texts:
            parts["xl/sharedStrings.xml"] = self.texts()
        _put(parts, "docProps/core.xml", _TITLE, [_data(self.book.title)])
        parts["xl/workbook.xml"] = _AREA.sub(self._area, parts["xl/workbook.xml"])
        return parts

    def _area(self, found: re.Match[str]) -> str:
        """Return the name of what is printed of a sheet, with how far that reaches in this workbook."""
        last = self.book.sheets[int(found[2])].print_to
        return f"{found[1]}$A$1:{a1(*last, 'both')}" if last else found[0]

    def keep(self, parts: Parts, frames: list[list[str] | None]) -> None:
        """Keep what xlsxwriter made for the next workbook."""
        drawings = (text for name, text in parts.items() if name.startswith("xl/drawings/drawing"))
        for key, drawing in zip(self._drawings(), drawings, strict=True):
            _DRAWINGS.keep(key, drawing)
        for key, frame, sheet in zip(self._frames(), frames, self.book.sheets, strict=True):
            if frame and not sheet.validations:
                _FRAMES.keep(key, frame)
        _PACKAGES.keep(self.key, {n: "" if n.startswith(_ROWS) else t for n, t in parts.items()})

    def _frames(self) -> list[Hashable]:
        """Return what decides each sheet's XML but what a frame leaves open."""
        looks = tuple(each.style for sheet in self.book.sheets for each in sheet.conditions)
        return [
            (n, sheet.tab, tuple(sheet.widths.items()), sheet.folded, sheet.freeze, sheet.landscape,
             sheet.filter, bool(sheet.footer), sheet.protected, bool(sheet.charts),
             bool(sheet.validations), (repr(sheet.conditions), looks) if sheet.conditions else ())
            for n, sheet in enumerate(self.book.sheets)
        ]  # fmt: skip

    def _drawings(self) -> list[Hashable]:
        """Return what decides where the charts of each sheet are."""
        return [
            (
                tuple(each.sheet.charts),
                tuple(each.sheet.widths.items()),
                each.sheet.folded,
                tuple(each.heights.items()),
            )
            for each in self.sheets
            if each.sheet.charts
        ]

    def texts(self) -> str:
        """Return the part with the texts."""
        counts = f'count="{self.contents.uses}" uniqueCount="{len(self.contents.texts)}"'
        texts = "".join(map(_text, self.contents.texts))
        return f"{_DECLARED}<sst {_MAIN} {counts}>{texts}</sst>"


_ROWS = ("xl/worksheets/sheet", "xl/sharedStrings.xml")


def _put(parts: Parts, name: str, where: re.Pattern[str], texts: Iterable[str]) -> None:
    """Put these texts, in order, where a part has those of the workbook that it was made for."""
    own = iter(texts)
    parts[name] = where.sub(lambda _: next(own), parts[name])


def _filled(frame: list[str], sheet: SheetXml) -> str:
    pieces = [""] * (2 * len(frame) - 1)
    pieces[::2], pieces[1::2] = frame, sheet.open_parts()
    return "".join(pieces)


def _values(sheet: Sheet, chart: Chart) -> list[str] | None:
    """Return what a chart shows in the order of its part; None where that is not names and numbers."""
    names, values = (_block(sheet, each) for each in (chart.names, chart.values))
    if all(isinstance(each, str) for each in names) and all(isinstance(e, float) for e in values):
        return [_data(str(each)) for each in (chart.title, *names, *values)]
    return None


def _block(sheet: Sheet, reference: str) -> list[Any]:
    """Return the values of a block of the sheet's cells."""
    first, _, last = reference.rpartition("!")[2].partition(":")
    (top, left), (bottom, right) = address(first), address(last or first)
    return _held(sheet, top, left, bottom, right)


def _held(sheet: Sheet, top: int, left: int, bottom: int, right: int) -> list[Any]:
    cells = dict(sheet.every_cell())
    at = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
    return [cells[each].value if each in cells else "" for each in at]


@lru_cache(maxsize=1 << 14)
def _text(text: str) -> str:
    """Return the element of a text, as xlsxwriter writes it."""
    stock = SharedStrings()
    stock.fh = io.StringIO()
    stock._write_si(text)
    return str(stock.fh.getvalue())


def _data(text: str) -> str:
    """Return a text as xlsxwriter writes it into an element."""
    return str(Workbook._escape_control_characters(cell_xml.escaped(text)))


class _Packager(Packager):  # type: ignore[misc]
    """Keeps the parts of a workbook instead of handing them on to be zipped."""

    package: Package | None

    def _write_shared_strings_file(self) -> None:
        if self.package and self.package.contents.texts:
            part = io.StringIO(self.package.texts())
            self.filenames.append((part, "xl/sharedStrings.xml", False))
        else:
            super()._write_shared_strings_file()

    def _create_package(self) -> list[Any]:
        if self.package:
            self.workbook.str_table.count = self.package.contents.uses
        self.parts = {name: text.getvalue() for text, name, _ in super()._create_package()}
        return []


class FastWorkbook(Workbook):  # type: ignore[misc]
    """xlsxwriter's workbook, of which the parts are taken before they are zipped."""

    package: Package | None = None
    """Whose cells it writes; None where xlsxwriter has them."""

    def _get_packager(self) -> _Packager:
        self.packager = _Packager()
        self.packager.package = self.package
        return self.packager

    def parts(self) -> Parts:
        """Finish the workbook and return its parts."""
        self.close()
        parts: Parts = self.packager.parts
        if self.package:
            self.package.keep(parts, [sheet.frame for sheet in self.worksheets()])
        return parts


class FastWorksheet(Worksheet):  # type: ignore[misc]
    """xlsxwriter's worksheet, whose cells come from a sheet of ours."""

    fh: Any
    held: SheetXml
    frame: list[str] | None = None

    def hold(self, held: SheetXml) -> None:
        """Take the cells."""
        self.held = held
        if held.reach:
            top, left, bottom, right = held.reach
            self._check_dimensions(top, left)
            self._check_dimensions(bottom, right)

    def _assemble_xml_file(self) -> None:
        if not self.held.reach:
            super()._assemble_xml_file()
            return
        own, self.fh = self.fh, io.StringIO()
        super()._assemble_xml_file()
        # In between there may be what somebody typed: lists of what may be chosen.
        *first, rest = self.fh.getvalue().split(_GAP, 3)
        self.frame, self.fh = [*first, *rest.rsplit(_GAP, 3)], own
        self.fh.write(_filled(self.frame, self.held))

    def set_header(self, header: str) -> None:
        """Set the header, which is left open."""
        if not self.held.reach:
            super().set_header(header)

    def set_footer(self, footer: str) -> None:
        """Set the footer; what stands left in it is left open."""
        pages = footer.removeprefix(self.held.left_below)
        super().set_footer(f"{_GAP}{pages}" if self.held.reach else footer)

    def _write_dimension(self) -> None:
        self._leave_open()

    def _write_rows(self) -> None:
        self._leave_open()

    def _write_merge_cells(self) -> None:
        self._leave_open()

    def _write_hyperlinks(self) -> None:
        self._leave_open()

    def _write_odd_footer(self) -> None:
        self._leave_open()  # the header, of which there may be none
        super()._write_odd_footer()

    def _leave_open(self) -> None:
        self.fh.write(_GAP if self.held.reach else "")

    def _get_range_data(
        self, row_start: int, col_start: int, row_end: int, col_end: int
    ) -> list[object]:
        """Return what a chart keeps of its cells."""
        return _held(self.held.sheet, row_start, col_start, row_end, col_end)
