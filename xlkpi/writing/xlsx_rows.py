"""A worksheet that writes its rows straight from ours: the only place with xlsxwriter's private names.

xlsxwriter keeps a tuple a cell and builds each cell's XML from attribute lists; on our workbooks,
where most cells are formulas, that is most of the time that writing takes. A test holds what comes
out against the stock worksheet, and `xlsx.STOCK` switches back to it.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from xlkpi.writing import cell_xml
from xlkpi.writing.book import Sheet
from xlkpi.writing.cell_xml import Contents

_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_MOST_LINKS = 65_530
"""Excel takes no more on one sheet."""


_GAP = "\ue000"
"""Stands for what a frame leaves open while it is made; nothing that anybody typed is in a frame."""


class _Kept(OrderedDict[Hashable, list[Any]]):
    """What was made lately, by all that decides it; of more than `most` the oldest goes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def keep(self, key: Hashable, made: list[Any]) -> list[Any]:
        self[key] = made
        if len(self) > self.most:
            self.popitem(last=False)
        return made


_FRAMES = _Kept(200)
"""What surrounds a sheet's rows, its links and the words of its header and footer."""
_PACKAGES = _Kept(20)
"""The parts of a workbook, name and text; None for those that are made anew."""
_MADE_ANEW = ("xl/worksheets/sheet", "xl/charts/", "xl/drawings/drawing", "xl/sharedStrings.xml", "docProps/core.xml")  # fmt: skip


@lru_cache(maxsize=1 << 14)
def _text(text: str) -> str:
    """Return the element of a text, as xlsxwriter writes it."""
    stock = SharedStrings()
    stock.fh = io.StringIO()
    stock._write_si(text)
    return str(stock.fh.getvalue())


class _Parts(Packager):  # type: ignore[misc]
    """Keeps the parts of a workbook instead of handing them on to be zipped."""

    def _write_shared_strings_file(self) -> None:
        contents = self.workbook.contents
        if not contents.texts:
            super()._write_shared_strings_file()
            return
        counts = f'count="{contents.uses}" uniqueCount="{len(contents.texts)}"'
        texts = "".join(map(_text, contents.texts))
        part = io.StringIO(f"{_DECLARED}<sst {_MAIN} {counts}>{texts}</sst>")
        self.filenames.append([part, "xl/sharedStrings.xml", False])

    def _create_package(self) -> list[Any]:
        self.workbook.str_table.count = self.workbook.str_table.count or self.workbook.contents.uses
        key, known = self.workbook.package_key, _PACKAGES.get(self.workbook.package_key)
        if known is None:
            parts = [(name, text.getvalue()) for text, name, _ in super()._create_package()]
            if key is not None:
                _PACKAGES.keep(
                    key, [(n, None if n.startswith(_MADE_ANEW) else t) for n, t in parts]
                )
        else:
            parts = self._with_known(known)
        self.parts = parts
        return []

    def _with_known(self, known: list[tuple[str, str | None]]) -> list[tuple[str, str]]:
        """Return all parts in order, of which most are known."""
        self._write_worksheet_files()
        self._write_chart_files()
        self._write_drawing_files()
        self._write_shared_strings_file()
        self._write_core_file()
        made = {name: text for text, name, _ in self.filenames}
        return [(name, made[name].getvalue() if text is None else text) for name, text in known]


class FastWorkbook(Workbook):  # type: ignore[misc]
    """xlsxwriter's workbook, of which the parts are taken before they are zipped."""

    package_key: Hashable = None
    """All that decides the parts that are not made anew; None where they all are."""

    contents: Contents
    """The texts of the cells; none where xlsxwriter keeps them."""

    def _get_packager(self) -> _Parts:
        self.packager = _Parts()
        return self.packager

    def find_package(self, key: Hashable) -> bool:
        """Whether such a package was written, so that xlsxwriter does not need its styles."""
        self.package_key = key
        return key in _PACKAGES

    def parts(self) -> Iterator[tuple[str, bytes]]:
        """Finish the workbook and yield its parts, name and content, in order."""
        self.close()
        for name, text in self.packager.parts:
            yield name, text.encode("utf-8")


class FastWorksheet(Worksheet):  # type: ignore[misc]
    """xlsxwriter's worksheet, whose cells come from a sheet of ours."""

    fh: Any
    frame: list[str] | None = None
    """What surrounds the rows and the links; None where it is made anew."""
    frame_key: Hashable = None
    """All that decides it; None where it is not to be kept."""

    def find_frame(self, key: Hashable) -> bool:
        """Whether a sheet with the same frame was written, so that xlsxwriter needs no more of it."""
        self.frame_key, self.frame = key, _FRAMES.get(key)
        return self.frame is not None

    def _assemble_xml_file(self) -> None:
        if self.frame_key is None:
            super()._assemble_xml_file()
            return
        before, between, *after, end = self.frame or self._made_frame()
        self.fh.write(before)
        self._write_rows()
        self.fh.write(between)
        self._write_hyperlinks()
        margins = [self.sheet.header, self._left()][-len(after) :]
        for piece, margin in zip(after, margins, strict=True):
            self.fh.write(f"{piece}{cell_xml.escaped(margin)}")
        self.fh.write(end)

    def _made_frame(self) -> list[str]:
        """Return what is before the rows, the links, the header's words and the footer's, and after them."""
        own, self.fh, self.empty = self.fh, io.StringIO(), True
        super()._assemble_xml_file()
        frame = self.fh.getvalue().split(_GAP)
        self.fh, self.empty = own, False
        return _FRAMES.keep(self.frame_key, frame)

    def set_header(self, header: str) -> None:
        """Set the header; in a frame all of it is left open."""
        super().set_header(header if self.frame_key is None else _GAP)

    def set_footer(self, footer: str) -> None:
        """Set the footer; in a frame its left, which only this workbook has, is left open."""
        pages = footer.removeprefix(self._left()) if self.frame_key is not None else footer
        super().set_footer(f"{_GAP}{pages}" if self.frame_key is not None else footer)

    def _left(self) -> str:
        return f"&L{self.sheet.footer}" if self.sheet.footer else ""

    def hold(
        self,
        sheet: Sheet,
        styles: Mapping[str, int],
        heights: Mapping[int, float],
        contents: Contents,
    ) -> None:
        """Take the cells; texts get their indexes here, before any part is written."""
        self.empty = False
        self.sheet = sheet
        self.heights = heights
        self.pieces = sheet.planned.pieces(contents, heights) if sheet.planned else []
        self.rows = sheet.planned.plan.xml.rows if sheet.planned else {}
        self.beside: dict[int, list[tuple[int, str]]] = {}
        for (row, column), cell in sorted(sheet.cells.items()):
            head = cell_xml.beginning(row, column, styles[cell.style])
            self.beside.setdefault(row, []).append((column, contents.element(head, cell)))
        self.merge = [list(block) for block in sheet.merges]
        self._corners()

    def refuse_overlaps(self) -> None:
        """Merges that share a cell make Excel call a file damaged."""
        cells = [
            (row, column)
            for top, left, bottom, right in self.sheet.merges
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]
        if len(cells) != len(set(cells)):
            raise ValueError(f"merges that overlap on {self.sheet.name}")

    def _corners(self) -> None:
        """Tell xlsxwriter how far the cells reach: the corners are enough, and cells are thousands."""
        rows = [*self.rows, *self.beside, *self.heights]
        columns = [column for _, column in self.sheet.cells]
        if self.pieces and self.sheet.planned:
            columns += self.sheet.planned.plan.columns
        if rows and columns:
            self._check_dimensions(min(rows), min(columns))
            self._check_dimensions(max(rows), max(columns))

    def _write_rows(self) -> None:
        if self.empty:
            self.fh.write(_GAP)
            return
        if not self.beside and self.rows.keys() >= self.heights.keys():
            self.fh.write("".join(self.pieces))
            return
        for row in sorted({*self.rows, *self.beside, *self.heights}):
            if row not in self.rows:
                cells = "".join(element for _, element in self.beside.get(row, ()))
                self.fh.write(f"{cell_xml.row(row, self.heights.get(row))}{cells}</row>")
            else:
                self.fh.write(self._joined(row, self.rows[row].first, self.rows[row].after))

    def _joined(self, row: int, first: int, after: int) -> str:
        """Return a planned row with what stands beside it."""
        planned = "".join(self.pieces[first:after])
        if row not in self.beside:
            return planned
        assert self.sheet.planned is not None
        begun, *cells = planned.removesuffix("</row>").split("<c ")
        columns = [column for (at, column), _ in self.sheet.planned.plan.cells if at == row]
        own = zip(columns, (f"<c {cell}" for cell in cells), strict=True)
        return begun + "".join(cell for _, cell in sorted([*own, *self.beside[row]])) + "</row>"

    def _write_hyperlinks(self) -> None:
        if self.empty:
            self.fh.write(_GAP)
            return
        links = list(self.sheet.planned.links()) if self.sheet.planned else []
        links += (
            cell_xml.shown_link(cell_xml.link(at, cell.link), cell.value)
            for at, cell in sorted(self.sheet.cells.items())
            if cell.link
        )
        if links:
            self.fh.write(f"<hyperlinks>{''.join(links[:_MOST_LINKS])}</hyperlinks>")

    def _get_range_data(
        self, row_start: int, col_start: int, row_end: int, col_end: int
    ) -> list[object]:
        """Return what a chart keeps of its cells."""
        cells = dict(self.sheet.every_cell())
        block = (
            cells.get((row, column))
            for row in range(row_start, row_end + 1)
            for column in range(col_start, col_end + 1)
        )
        return [cell.value if cell else "" for cell in block]
