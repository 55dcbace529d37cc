"""校验码: twelve characters by which a signed paper is matched to its file.

The first 12 of a SHA-256 over the inputs as read, wherever they stand, and the results. It does not
depend on looks, on result sheets, or on the program that saved the file last.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlkpi.domain import fingerprint
from xlkpi.domain.inputs import Filled
from xlkpi.domain.results import Scored
from xlkpi.writing.book import Book

LENGTH = 12


def of_book(book: Book, filled: Filled, scored: Scored) -> str:
    """Return the code of a scored workbook whose input sheets have been written."""
    inputs = {grid.name for grid in filled.grids}
    constants = (
        line
        for sheet in book.sheets
        if sheet.name in inputs
        for line in sheet.lines(formulas=False)
    )
    return fingerprint.digest_lines([*constants, *_results(scored)])[:LENGTH]


def _results(scored: Scored) -> Iterator[str]:
    figures = [f"{scored.total:f}", scored.grade.name.value or ""]
    figures += [f"{t.score:f}" if t.applies else "" for tiers in scored.tiers for t in tiers]
    if scored.review:
        score_totals = scored.review.score_totals
        figures += [f"{score_totals.total:f}", score_totals.grade.name.value or ""]
    for row, figure in enumerate(figures):
        yield fingerprint.line("", (row, 0), figure, "")
