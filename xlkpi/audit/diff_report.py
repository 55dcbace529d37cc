"""What differs between two workbooks, as people and programs read it: text, JSON, a workbook of one sheet."""

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
    """One thing that differs."""

    what: str
    """In Chinese: 总分, 等级, 新增三级指标, 分值, 得分 …"""
    code: str
    """The indicator, project, scorer or row that it concerns; "" for the whole."""
    old: str
    new: str
    old_place: CellRef
    new_place: CellRef


_LINE = 60
"""Characters of a text on a console's line; the JSON has all of it."""
_ROW = 120
"""Of a whole row that only one of the two has."""
_EXCERPT = 300
"""And in a cell that is too long to be shown on a sheet."""
_BEFORE = 15


def format_text(found: Iterable[Change]) -> str:
    """Return the changes as people read them, a line each."""
    return "\n".join(
        one_line(
            f"{each.what}{' ' + each.code if each.code else ''}："
            f"{_format_side(each.old, each.new, each.old_place)} → {_format_side(each.new, each.old, each.new_place)}"
        )
        for each in found
    )


def _format_side(said: str, other: str, place: CellRef) -> str:
    where = f"（{place}）" if str(place) else ""
    room = _LINE if other else _ROW
    return f"{_shorten(said, other, room) or '（空）'}{where}"


def _shorten(said: str, other: str, room: int) -> str:
    """Return a text on one line, of a longer one the part where it begins to differ."""
    said, other = (" ".join(each.split("\n")) for each in (said, other))
    if len(said) <= room:
        return said
    same = next(
        (n for n, (a, b) in enumerate(zip(said, other, strict=False)) if a != b),
        min(len(said), len(other)),
    )
    start = max(0, min(same - _BEFORE, len(said) - room))
    end = start + room
    return f"{'…' if start else ''}{said[start:end]}{'…' if end < len(said) else ''}"


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
    paper = book.sheet("差异")
    last = len(_HEADS) - 1
    paper.merge(0, 0, last, "两份工作簿的差异", "heading")
    paper.merge(1, 0, last, f"旧：{old}    新：{new}", "guide")
    paper.row(3, list(_HEADS), "head")
    row = 3
    for row, each in enumerate(found, start=4):
        paper.number(row, 0, row - 3, "center")
        held = (_fit_cell(each.old, each.new), _fit_cell(each.new, each.old))
        places = (str(each.old_place), str(each.new_place))
        for column, said in enumerate(
            (each.what, each.code, held[0], places[0], held[1], places[1]), start=1
        ):
            paper.text(row, column, said, "text")
    if row == 3:
        paper.merge(4, 0, last, "没有差异", "center")
    else:
        paper.filter = (3, 0, row, last)
    paper.widths = dict(enumerate(_WIDTHS))
    paper.freeze = (4, 0)
    paper.repeat = 3
    paper.landscape = True
    return emit(book)


def _fit_cell(said: str, other: str) -> str:
    """Return what a cell of the sheet shows: all of it where a row can be high enough."""
    high = height(Cell(said, "text"), _WIDTHS[3])
    return said if high <= HIGHEST else _shorten(said, other, _EXCERPT)
