"""Differences between two workbooks as text, as JSON and as a workbook of one sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from xlkpi.domain.location import CellRef
from xlkpi.domain.results import Outcome
from xlkpi.domain.text import one_line
from xlkpi.writing.book import Book, Cell
from xlkpi.writing.row_heights import HIGHEST, height
from xlkpi.writing.xlsx import emit

SCHEMA = "xlkpi.diff/1"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    what: str
    """In Chinese: 总分, 等级, 新增三级指标, 分值, 得分 …"""
    code: str
    """The indicator, project, scorer or row that it concerns; "" for the whole workbook."""
    old: str
    new: str
    old_place: CellRef
    new_place: CellRef


_LINE = 60
"""Characters of a value on a line of the console; the JSON has all of it."""
_ROW = 120
"""The same, of a whole row that only one of the two has."""
_EXCERPT = 300
"""The same, in a cell of the workbook that no row is high enough for."""
_BEFORE = 15
"""Characters shown before the first difference."""


def format_text(found: Iterable[Change]) -> str:
    """Return the changes for people, a line each."""
    return "\n".join(
        one_line(
            f"{each.what}{' ' + each.code if each.code else ''}："
            f"{_format_side(each.old, each.new, each.old_place)} → {_format_side(each.new, each.old, each.new_place)}"
        )
        for each in found
    )


def _format_side(text: str, other: str, place: CellRef) -> str:
    where = f"（{place}）" if str(place) else ""
    room = _LINE if other else _ROW
    return f"{_shorten(text, other, room) or '（空）'}{where}"


def _shorten(text: str, other: str, room: int) -> str:
    """Return a text on one line; of a long one, the part where it begins to differ from `other`."""
    text, other = (" ".join(each.split("\n")) for each in (text, other))
    if len(text) <= room:
        return text
    same = next(
        (n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b),
        min(len(text), len(other)),
    )
    start = max(0, min(same - _BEFORE, len(text) - room))
    end = start + room
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def make_json(old: Outcome, new: Outcome, found: Iterable[Change]) -> dict[str, Any]:
    """Return what `diff --json` prints."""
    listed = [
        {
            "what": each.what, "code": each.code or None, "old": each.old, "new": each.new,
            "old_place": str(each.old_place) or None, "new_place": str(each.new_place) or None,
        }
        for each in found
    ]  # fmt: skip
    return {"schema": SCHEMA, "old": old.source.file, "new": new.source.file, "changes": listed}


_HEADS = ("序号", "内容", "指标、项目或评分人", "旧", "旧的位置", "新", "新的位置")
_WIDTHS = (6, 22, 22, 38, 18, 38, 18)


def write_workbook(old: str, new: str, found: Iterable[Change]) -> bytes:
    """Return the changes as a workbook of one sheet."""
    book = Book("两份工作簿的差异")
    sheet = book.sheet("差异")
    last = len(_HEADS) - 1
    sheet.merge(0, 0, last, "两份工作簿的差异", "heading")
    sheet.merge(1, 0, last, f"旧：{old}    新：{new}", "guide")
    sheet.row(3, list(_HEADS), "head")
    row = 3
    for row, each in enumerate(found, start=4):
        sheet.number(row, 0, row - 3, "center")
        old_text, new_text = _fit_cell(each.old, each.new), _fit_cell(each.new, each.old)
        places = (str(each.old_place), str(each.new_place))
        for column, text in enumerate(
            (each.what, each.code, old_text, places[0], new_text, places[1]), start=1
        ):
            sheet.text(row, column, text, "text")
    if row == 3:
        sheet.merge(4, 0, last, "没有差异", "center")
    else:
        sheet.filter = (3, 0, row, last)
    sheet.widths = dict(enumerate(_WIDTHS))
    sheet.freeze = (4, 0)
    sheet.repeat = 3
    sheet.landscape = True
    return emit(book)


def _fit_cell(text: str, other: str) -> str:
    """Shorten a text only if no row of the sheet can be high enough for it."""
    high = height(Cell(text, "text"), _WIDTHS[3])
    return text if high <= HIGHEST else _shorten(text, other, _EXCERPT)
