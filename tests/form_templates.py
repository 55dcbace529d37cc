"""Layouts of the official form from their Markdown grids: what `make workbooks` makes of them.

The first row of the grid tells the columns' widths, the first column the rows' heights; `<` is
merged with what is left of it, `^` with what is above it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.documents import ROOT
from xlkpi.writing.book import Book, Sheet
from xlkpi.writing.xlsx import emit

FOLDER = ROOT / "workbook_templates" / "自评表版式"
Grid = Sequence[Sequence[str]]


def layout(path: Path) -> bytes:
    """The workbook of a Markdown grid."""
    return workbook(grid(path.read_text(encoding="utf-8")), path.stem)


def grid(text: str) -> list[list[str]]:
    """The cells of the first table, the row of dashes left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rows = [
        [
            cell.strip(" ").replace("\\|", "|").replace("<br>", "\n")
            for cell in line[1:-1].split("|")
        ]
        for line in lines
    ]
    return [rows[0], *rows[2:]]


def workbook(cells: Grid, title: str = "版式", landscape: bool = False) -> bytes:
    """The workbook of a grid whose first row and column are widths and heights."""
    paper = Sheet("自评表", "fill", protected=False, landscape=landscape)
    paper.widths = {n: float(width) for n, width in enumerate(cells[0][1:]) if width}
    for row, (height, *texts) in enumerate(cells[1:]):
        if height:
            paper.heights[row] = float(height)
        for column, text in enumerate(texts):
            look = "form.text" if "{" in text else "form.label"
            paper.text(row, column, "" if text in ("<", "^") else text, look)
    texts = [row[1:] for row in cells[1:]]
    paper.merges = [merge for merge in _merges(texts) if merge[:2] != merge[2:]]
    return emit(Book(title, [paper]))


def _merges(texts: Grid) -> list[tuple[int, int, int, int]]:
    found = []
    for row, held in enumerate(texts):
        for column, text in enumerate(held):
            if text not in ("<", "^"):
                right = column + _run(held[column + 1 :], "<")
                below = [line[column] for line in texts[row + 1 :]]
                found.append((row, column, row + _run(below, "^"), right))
    return found


def _run(cells: Sequence[str], sign: str) -> int:
    found = re.match(r"1*", "".join("1" if cell == sign else "0" for cell in cells))
    assert found
    return found.end()
