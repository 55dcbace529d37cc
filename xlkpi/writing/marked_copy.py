"""A refused workbook → a copy in which every problem is marked in its cell, with a list in front.

The copy is made by openpyxl, which keeps the user's own formatting; where it cannot open the
source, the copy is written anew from what was read. It is an input like any other: its document
properties say of each marked cell what fill it had, so that the next run can take the marks off again.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from xlkpi.domain import fingerprint
from xlkpi.domain.findings import Finding, Severity
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef, a1, without_overlaps
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import PROBLEMS_SHEET
from xlkpi.writing import ballot_rows, original_fills, problem_list
from xlkpi.writing.book import legal
from xlkpi.writing.editable_source import (
    _grids,
    _has_all,
    _is_slow,
    _keep_read,
    _opened,
    _restore,
    _rewritten,
)
from xlkpi.writing.escapes import unescaped
from xlkpi.writing.original_fills import Fills, fill_of, kept_fills, paint
from xlkpi.writing.styles import MARKED_FILL, WARNED_FILL
from xlkpi.writing.xlsx import emit

AUTHOR = "xlkpi"
"""Author of our comments, by which they are known again."""
_UNSEEN = frozenset(("X518", "X521"))
"""Codes of cells whose font has the colour of what is behind it."""
_MOST = 2_000
"""Findings that are marked and listed; whoever has more has pasted a column into a wrong place."""


def correction(data: bytes, filled: Filled, findings: Sequence[Finding]) -> bytes:
    """Return the bytes of the marked copy."""
    import openpyxl

    book = None if _is_slow(filled) else _opened(data, filled)
    if book is not None and _has_all(book, filled):
        try:
            return _marked(book, filled, findings)
        except Exception:  # noqa: BLE001  (what it opened it cannot always save: then our own)
            pass
    own = openpyxl.load_workbook(io.BytesIO(emit(_rewritten(filled))))
    for grid in _grids(filled):
        _restore(own[grid.name], grid)
    return _marked(own, filled, findings, anew=True)


def _marked(book: Any, filled: Filled, findings: Sequence[Finding], anew: bool = False) -> bytes:
    _unmark(book)
    _keep_read(book, filled)
    findings = ballot_rows.rebuild(book, filled, findings)
    _part_merges(book, findings)
    told = findings[:_MOST]
    fills = _mark(book, told)
    name = PurePath(filled.source.file).name
    problem_list.put(book, filled, name, told, more=len(findings) - len(told))
    if anew:
        problem_list.say_anew(book)
    _keep_properties(book, filled, fills)
    buffer = io.BytesIO()
    book.save(buffer)
    return steady(buffer.getvalue())


def _keep_properties(book: Any, filled: Filled, fills: Fills) -> None:
    """Put what the next run needs into document properties; those of an earlier one go."""
    from openpyxl.packaging.custom import StringProperty

    kept = book.custom_doc_props
    kept.props = [each for each in kept.props if not each.name.startswith(fingerprint.OWN_PROPERTY)]
    own = {
        fingerprint.DIGEST_PROPERTY: fingerprint.digest(_contents(book)),
        fingerprint.IDENTITY_PROPERTY: filled.identity,
        fingerprint.SHA256_PROPERTY: filled.source.sha256,
        **dict(original_fills.properties(fills)),
    }
    for name, text in own.items():
        kept.append(StringProperty(name=name, value=text))


def _part_merges(book: Any, findings: Sequence[Finding]) -> None:
    """Drop, of merges that overlap, the smaller: Excel would call the copy damaged.

    Those in the data stay, for they are told and to be taken off.
    """
    told = {(each.place.sheet, each.place.cell) for each in findings if each.code == "X110"}
    for sheet in book.worksheets:
        blocks = {
            (each.min_row, each.min_col, each.max_row, each.max_col): each
            for each in sheet.merged_cells.ranges
        }
        for block in blocks.keys() - without_overlaps(blocks):
            if (sheet.title, a1(block[0] - 1, block[1] - 1)) not in told:
                sheet.merged_cells.ranges.remove(blocks[block])


def steady(data: bytes) -> bytes:
    """Take the clock out of what openpyxl wrote, so that the same input gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2020-01-01T00:00:00Z\g<2>", content)
            steady = zipfile.ZipInfo(entry.filename)
            steady.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(steady, content)
    return buffer.getvalue()


_MODIFIED = pattern(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def _contents(book: Any) -> Iterator[fingerprint.Content]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None and cell.value != "":
                    at = (cell.row - 1, cell.column - 1)
                    formula = (
                        str(getattr(cell.value, "text", cell.value))
                        if cell.data_type == "f"
                        else ""
                    )
                    text = isinstance(cell.value, str | list)  # a list of pieces
                    held = unescaped(str(cell.value)) if text else cell.value
                    yield sheet.title, at, held, formula


def _unmark(book: Any) -> None:
    """Take an earlier run's marks off; a sheet of the user's own under our name gets another."""
    fills = kept_fills(book)
    if PROBLEMS_SHEET in book.sheetnames:
        if problem_list.is_ours(book[PROBLEMS_SHEET]):
            del book[PROBLEMS_SHEET]
        else:
            book[PROBLEMS_SHEET].title = f"{PROBLEMS_SHEET}（原有）"
    of_columns = {(sheet, cell.rstrip("0123456789")): fill for (sheet, cell), fill in fills.items()}
    for sheet in book.worksheets if fills else ():
        for row in sheet.iter_rows():
            for cell in row:
                said = _take_remark(cell)
                # A row may have been put in above: then the mark is further down in the column.
                fill = fills.get((sheet.title, cell.coordinate)) or (
                    of_columns.get((sheet.title, cell.column_letter)) if said else None
                )
                if fill and fill_of(cell) in (MARKED_FILL, WARNED_FILL):
                    paint(cell, fill)


_SAID = pattern(r"\W (?:错误|提醒|提示) X\d{3}：")
"""How our remarks begin. LibreOffice does not keep their author."""
_OWN_REMARK = "\n——\n原批注："


def _take_remark(cell: Any) -> bool:
    """Take our remark off a cell, and leave the one that was there before; return whether there was ours."""
    from openpyxl.comments import Comment

    comment = getattr(cell, "comment", None)
    if not comment or (comment.author != AUTHOR and not _SAID.match(comment.text)):
        return False
    before = comment.text
    while _SAID.match(before):  # two problems of one merged cell are one remark in another
        before = before.partition(_OWN_REMARK)[2]
    cell.comment = Comment(before, "") if before else None
    return True


def _mark(book: Any, findings: Sequence[Finding]) -> Fills:
    """Colour each cell that has findings and say them in a comment; return the fills they had."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Protection

    by_place: dict[CellRef, list[Finding]] = {}
    for each in findings:
        if each.place.cell and each.severity is not Severity.NOTE:
            by_place.setdefault(each.place, []).append(each)
    own: Fills = {}
    for place, said in by_place.items():
        if place.sheet not in book.sheetnames:
            continue
        cell = book[place.sheet][place.cell]
        if type(cell).__name__ == "MergedCell":
            cell = _owner(book[place.sheet], place)
        _unfold(book[place.sheet], place.column)
        own.setdefault((place.sheet, cell.coordinate), fill_of(cell))
        cell.protection = Protection(
            locked=False
        )  # a code that a template locks may be the wrong one
        stops = any(each.severity is Severity.ERROR for each in said)
        if not any(each.code in _UNSEEN for each in said):  # painted, it would be seen
            paint(cell, MARKED_FILL if stops else WARNED_FILL)
        words = "\n".join(
            f"{each.severity.sign} {each.severity.chinese} {each.code}：{each.message}。\n怎么改：{each.remedy}"
            for each in said
        )
        if cell.comment:
            words += f"{_OWN_REMARK}{cell.comment.text}"
        cell.comment = Comment(legal(words), AUTHOR, height=_height(words), width=340)
    return own


def _unfold(sheet: Any, column: int) -> None:
    """Show a column that is hidden: what is marked in it would not be seen."""
    for each in sheet.column_dimensions.values():
        if each.hidden and (each.min or 0) <= column + 1 <= (each.max or 0):
            each.hidden = False


def _owner(sheet: Any, place: CellRef) -> Any:
    """Return the cell that has a merged block's value."""
    for block in sheet.merged_cells.ranges:
        if place.cell in block:
            return sheet.cell(block.min_row, block.min_col)
    return sheet.cell(1, 1)


def _height(words: str) -> int:
    lines = sum(1 + len(line) // 24 for line in words.split("\n"))
    return 30 + 19 * lines
