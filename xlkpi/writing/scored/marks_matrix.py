"""Where the marks of all scorers are on 评分对比, and what its blocks share."""

from __future__ import annotations

from typing import NamedTuple

from xlkpi.domain import agreement
from xlkpi.domain.location import a1, block_reference
from xlkpi.writing.book import Sheet
from xlkpi.writing.scored.result import Result

TITLE, GUIDE, VERDICT, APART, LENIENCY, TOP = range(6)
"""Rows above the first block."""


LEFT = ("编号", "三级指标", "分值")


RIGHT = ("人数", "平均", "最高", "最低", "极差", "离群数", "离差平方和", "折算系数")


WIDEST = 15
"""Texts are spread over the columns up to this one, however many scorers there are."""


SHARE, GAP, SQUARES = "0.0%", "+0.0;-0.0;0.0", "0.000000"


NONE = "—"


class Matrix(NamedTuple):
    """Where the matrix is, and the references to its parts."""

    scorers: int
    lines: int
    first: int = TOP + 4
    """The row of the first indicator."""

    @classmethod
    def of(cls, result: Result) -> Matrix:
        """Return the matrix of a scored workbook."""
        return cls(len(result.panel.scorers), len(result.panel.lines))

    @property
    def leniency(self) -> int:
        """The row of the heading of 宽严度."""
        return self.last + 2

    @property
    def outliers(self) -> int:
        """The row of the heading of 离群的得分; how long the list is depends on what was found."""
        return self.leniency + 8

    @property
    def strictness(self) -> str:
        """The block of the words 偏宽, 居中, 偏严."""
        row = self.leniency + 6
        return block_reference("", row, self.mark(0), row, self.mark(self.scorers - 1))

    @property
    def last(self) -> int:
        """The row of the last indicator."""
        return self.first + self.lines - 1

    @property
    def last_column(self) -> int:
        """The last column of all."""
        return self.right(RIGHT[-1])

    @property
    def words(self) -> int:
        """The last column that texts are spread over."""
        return min(self.last_column, WIDEST)

    def mark(self, scorer: int) -> int:
        """Return a scorer's column."""
        return len(LEFT) + scorer

    def right(self, name: str) -> int:
        """Return a column right of the scorers."""
        return len(LEFT) + self.scorers + RIGHT.index(name)

    def row(self, line: int) -> int:
        """Return an indicator's row."""
        return self.first + line

    def marks(self, row: int) -> str:
        """Return the block of an indicator's marks."""
        return f"{a1(row, self.mark(0), 'column')}:{a1(row, self.mark(self.scorers - 1), 'column')}"

    def down(self, column: int) -> str:
        """Return the block of a column over all indicators."""
        return block_reference("", self.first, column, self.last, column)

    def at(self, row: int, name: str) -> str:
        """Return a cell right of the scorers."""
        return a1(row, self.right(name), "column")


FAR_LINE = a1(APART, 1, "both")


LENIENCY_LINE = a1(LENIENCY, 1, "both")


def put_heading(sheet: Sheet, matrix: Matrix, row: int, title: str, words: str) -> int:
    """Put a block's heading and its explaining line; return the row below."""
    sheet.merge(row, 0, matrix.words, title, "block")
    sheet.merge(row + 1, 0, matrix.words, words, "guide")
    return row + 2


def gap_formula(matrix: Matrix, row: int, mark: str) -> str:
    """Return the formula of a mark's distance from the others' mean."""
    mean, factor = matrix.at(row, "平均"), matrix.at(row, "折算系数")
    return f"ROUND(ROUND(100*({mark}-{mean})*{factor},{agreement.NOISE_PLACES}),{agreement.POINT_PLACES})"
