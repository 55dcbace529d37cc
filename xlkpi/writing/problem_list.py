"""问题清单, the first sheet of a marked copy: every problem with a link and how to mend it, texts to forward.

What only programs need (the fingerprint, the cells' own fills) is in document properties.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlkpi.domain import fingerprint
from xlkpi.domain.findings import Finding, Severity
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef, quoted
from xlkpi.domain.schema import PROBLEMS_SHEET
from xlkpi.writing import problem_groups, styles
from xlkpi.writing.book import legal
from xlkpi.writing.escapes import escaped
from xlkpi.writing.problem_groups import Problem
from xlkpi.writing.row_heights import HIGHEST, text_lines

HEADER_ROW = 5
_HEADS = ("序号", "级别", "代码", "位置", "发现", "怎么改")
_WIDTHS = (6, 9, 9, 30, 50, 54)
_WORDS = "按下面的清单逐条修改，改完保存，再把这个文件拖到 xlkpi 上；标记和这张清单会自动去掉。"
_FORWARD = "转发给各人的话（点右边的格子，复制，发给本人）"

_ANEW = "这份副本是照读到的内容重新写的：公式只留结果，批注、图片和别的工作表没有带上，它们仍在原文件里。"


def put(book: Any, filled: Filled, source: str, findings: Sequence[Finding], more: int = 0) -> None:
    """Add the sheet in front of an openpyxl workbook.

    `more` findings are not listed, which is said below the others.
    """
    sheet = book.create_sheet(PROBLEMS_SHEET, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    _top(sheet, source, findings)
    _heads(sheet)
    problems = problem_groups.group(findings)
    for number, each in enumerate(problems, start=1):
        _row(sheet, number, each)
        if each.first.place.sheet in book.sheetnames:
            # LibreOffice does not wrap a link: many cells stay text, and the code leads to the first.
            column = _CODE if len(each.findings) > 1 else _PLACE
            _link(sheet.cell(HEADER_ROW + number, column), each.first.place)
    last = HEADER_ROW + len(problems) + 1
    if more:
        sheet.cell(last, 2).value = f"还有 {more} 个问题没有列出；改完以上的再评一次，会接着列出。"
        last += 1
    _forward(
        sheet, last + 1, problem_groups.write_texts(findings, problem_groups.find_scorers(filled))
    )
    _page(sheet)


def is_ours(sheet: Any) -> bool:
    """Whether a sheet of this name is one of ours, of this version or an older one."""
    if sheet["D3"].value == fingerprint.LABEL:
        return True
    heads = tuple(cell.value for cell in sheet[HEADER_ROW][: len(_HEADS)])
    return heads == _HEADS and sheet["A2"].value == _WORDS


def _top(sheet: Any, source: str, findings: Sequence[Finding]) -> None:
    from openpyxl.styles import Font

    errors = sum(1 for each in findings if each.severity is Severity.ERROR)
    sheet["A1"] = f"问题清单：有 {errors} 个错误要改" if errors else "问题清单"
    sheet["A1"].font = Font(name=styles.HEAD_FONT, size=15, bold=True, color="C00000")
    sheet["A2"] = _WORDS
    sheet["A3"], sheet["B3"] = fingerprint.SOURCE_LABEL, escaped(legal(source))
    sheet["B3"].data_type = "s"
    for name in ("A3", "B3"):
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


def _row(sheet: Any, number: int, each: Problem) -> None:
    from openpyxl.styles import Alignment, Font

    row, severity = HEADER_ROW + number, each.first.severity
    word = f"{severity.sign} {severity.chinese}"
    values: tuple[str | int, ...] = (
        number,
        word,
        each.first.code,
        each.places,
        each.message,
        each.remedy,
    )
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column)
        _hold(cell, value)
        cell.border = _box()
        short = column <= _SHORT
        cell.alignment = Alignment(
            horizontal="center" if short else "left",
            indent=0 if short else 1,
            wrap_text=True,
            vertical="center",
        )
        cell.font = Font(name=styles.FONT, size=10.5)
    if severity is Severity.ERROR:
        sheet.cell(row, 2).font = Font(name=styles.FONT, size=10.5, color="C00000", bold=True)
    lines = max(
        text_lines(str(value), width - (_TORN if column == _PLACE else _AIR))
        for column, (value, width) in enumerate(zip(values, _WIDTHS, strict=True), start=1)
    )
    sheet.row_dimensions[row].height = min(HIGHEST, 6 + 14.5 * lines)


_CODE, _PLACE = 3, 4
_SHORT = 3
"""Columns of short words, which are centred."""
_AIR = 3
"""Units of width that an indent and the borders take."""
_TORN = 9
"""The same of places, where a line ends before a long name."""


def _hold(cell: Any, value: str | int) -> None:
    cell.value = escaped(legal(value)) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl would make a formula of a text with "="


def _forward(sheet: Any, row: int, texts: Mapping[str, str]) -> None:
    """Write what each person is to be told, one cell a person, and above the list where it is."""
    from openpyxl.styles import Alignment, Font

    if not texts:
        return
    _inside(sheet["A4"], f"{quoted(PROBLEMS_SHEET)}!A{row}")
    sheet["A4"].value = f"转发给各人的话见第 {row} 行"
    sheet.cell(row, 1).value = _FORWARD
    sheet.cell(row, 1).font = Font(name=styles.HEAD_FONT, size=11.5)
    room = sum(_WIDTHS[3:]) - _AIR
    for below, (name, text) in enumerate(texts.items(), start=row + 1):
        _hold(sheet.cell(below, 1), name)
        _hold(sheet.cell(below, 4), text)
        for column in range(1, len(_HEADS) + 1):
            cell = sheet.cell(below, column)
            cell.border = _box()
            cell.font = Font(name=styles.FONT, size=10.5)
            cell.alignment = Alignment(
                horizontal="left", indent=1, wrap_text=True, vertical="center"
            )
        sheet.merge_cells(start_row=below, end_row=below, start_column=1, end_column=_SHORT)
        sheet.merge_cells(start_row=below, end_row=below, start_column=4, end_column=len(_HEADS))
        sheet.row_dimensions[below].height = min(HIGHEST, 6 + 14.5 * text_lines(text, room))


def _link(cell: Any, place: CellRef) -> None:
    _inside(cell, f"{quoted(place.sheet)}!{place.cell or 'A1'}")


def _inside(cell: Any, location: str) -> None:
    """Make a cell a link to a place in the file."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    # A location, not a target: openpyxl would write `#…` as a link out of the file.
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
    cell.font = Font(name=styles.FONT, size=10.5, color="0563C1", underline="single")


def _page(sheet: Any) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.sheet_properties.tabColor = "FFC00000"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
