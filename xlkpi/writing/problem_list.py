"""问题清单, the first sheet of a marked copy: every problem with a link, and how to mend it.

Its last column keeps each marked cell's own colour, for the run that takes the marks off again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from xlkpi.domain import fingerprint
from xlkpi.domain.findings import Finding, Severity
from xlkpi.domain.inputs import Source
from xlkpi.domain.location import CellRef, quoted
from xlkpi.domain.schema import PROBLEMS_SHEET
from xlkpi.writing import styles
from xlkpi.writing.book import legal
from xlkpi.writing.escapes import escaped

HEADER_ROW = 5
FINGERPRINT_CELL = "E3"
_HEADS = ("序号", "级别", "代码", "位置", "发现", "怎么改", "原底色")
_WIDTHS = (6, 9, 9, 26, 46, 50, 11)
_WORDS = "按下面的清单逐条修改，改完保存，再把这个文件拖到 xlkpi 上；标记和这张清单会自动去掉。"

_ANEW = "这份副本是照读到的内容重新写的：公式只留结果，批注、图片和别的工作表没有带上，它们仍在原文件里。"


def put(
    book: Any, source: Source, identity: str, findings: Sequence[Finding],
    colours: Mapping[CellRef, str], more: int = 0,
) -> None:  # fmt: skip
    """Add the sheet in front of an openpyxl workbook; the fingerprint's cell is left to the caller.

    `more` findings are not listed, which is said below the others.
    """
    sheet = book.create_sheet(PROBLEMS_SHEET, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    _top(sheet, source, identity, findings)
    _heads(sheet)
    for number, each in enumerate(findings, start=1):
        _row(sheet, number, each, colours.get(each.place, ""))
        if each.place.sheet in book.sheetnames:
            _link(sheet.cell(HEADER_ROW + number, 4), each.place)
    if more:
        last = HEADER_ROW + len(findings) + 1
        sheet.cell(last, 2).value = f"还有 {more} 个问题没有列出；改完以上的再评一次，会接着列出。"
    _page(sheet)


def _top(sheet: Any, source: Source, identity: str, findings: Sequence[Finding]) -> None:
    from openpyxl.styles import Alignment, Font

    errors = sum(1 for each in findings if each.severity is Severity.ERROR)
    sheet["A1"] = f"问题清单：有 {errors} 个错误要改" if errors else "问题清单"
    sheet["A1"].font = Font(name=styles.HEAD_FONT, size=15, bold=True, color="C00000")
    sheet["A2"] = _WORDS
    sheet["A3"], sheet["B3"] = fingerprint.SOURCE_LABEL, escaped(legal(PurePath(source.file).name))
    sheet["B3"].data_type = "s"
    sheet["A4"], sheet["B4"] = fingerprint.IDENTITY_LABEL, identity
    sheet["B4"].data_type = "s"
    sheet["D3"] = fingerprint.LABEL
    sheet["E1"], sheet["F1"] = fingerprint.SHA256_LABEL, source.sha256
    sheet["F1"].data_type = "s"
    for name in ("D3", "E1"):
        sheet[name].alignment = Alignment(horizontal="right")
    for name in ("A3", "B3", "A4", "B4", "D3", FINGERPRINT_CELL, "E1", "F1"):
        sheet[name].font = Font(name=styles.FONT, size=9, color="7F7F7F")


def say_anew(book: Any) -> None:
    """Say of a copy that was written anew what it lacks."""
    from openpyxl.styles import Font

    cell = book[PROBLEMS_SHEET]["D4"]
    cell.value = _ANEW
    cell.font = Font(name=styles.FONT, size=10.5, color="C00000")


def _box() -> Any:
    from openpyxl.styles import Border, Side

    thin = Side(style="thin", color="9A9A9A")
    return Border(left=thin, right=thin, top=thin, bottom=thin)


def _heads(sheet: Any) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    for column, head in enumerate(_HEADS, start=1):
        cell = sheet.cell(HEADER_ROW, column, head)
        cell.font = Font(name=styles.HEAD_FONT, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="FF1F4E79")
        cell.border = _box()
        cell.alignment = Alignment(horizontal="center", vertical="center")


def _row(sheet: Any, number: int, each: Finding, colour: str) -> None:
    from openpyxl.styles import Alignment, Font

    row = HEADER_ROW + number
    where = each.place.label
    severity = f"{each.severity.sign} {each.severity.chinese}"
    values = (number, severity, each.code, where, each.message, each.remedy, colour)
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        cell.value = escaped(legal(value)) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"  # openpyxl would make a formula of a text with "="
        cell.border = _box()
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.font = Font(name=styles.FONT, size=10.5)
    sheet.cell(row, len(_HEADS)).font = Font(name=styles.FONT, size=8, color="BFBFBF")
    if each.severity is Severity.ERROR:
        sheet.cell(row, 2).font = Font(name=styles.FONT, size=10.5, color="C00000", bold=True)
    lines = 1 + max(len(each.message), len(each.remedy)) // 22
    sheet.row_dimensions[row].height = 15 * lines


def _link(cell: Any, place: CellRef) -> None:
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    # A location, not a target: openpyxl would write `#…` as a link out of the file.
    inside = f"{quoted(place.sheet)}!{place.cell or 'A1'}"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=inside)
    cell.font = Font(name=styles.FONT, size=10.5, color="0563C1", underline="single")


def _page(sheet: Any) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.sheet_properties.tabColor = "FFC00000"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
