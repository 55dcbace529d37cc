"""The addresses that formulas on several sheets need: parameters, the budget's sums, tiers."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlkpi.domain.cells import Text
from xlkpi.writing.book import Book, Sheet


@dataclass(slots=True)
class Addresses:
    """Grows while the result sheets are filled in, each naming what the next may refer to."""

    parameters: dict[str, str] = field(default_factory=dict)
    """Parameter → the cell of 方法与参数 that holds the value in force."""
    budget: dict[str, str] = field(default_factory=dict)
    """全年预算数, 全年执行数 … → the cell of 汇总 with the sum."""
    cells: dict[str, str] = field(default_factory=dict)
    """Single figures: 总分, 等级, 校验 …"""

    def parameter(self, name: str) -> str:
        """Return the reference to a parameter in force."""
        return self.parameters[name]

    @staticmethod
    def sheet(book: Book, name: str) -> Sheet:
        """Return a sheet that stands in the book."""
        return next(sheet for sheet in book.sheets if sheet.name == name)

    @staticmethod
    def copy(paper: Sheet, row: int, column: int, value: Text, style: str) -> None:
        """Put a live copy of an input cell's text, which leads back to it."""
        cell = value.place.reference
        formula = f'=IF({cell}="","",{cell})'
        paper.formula(row, column, formula, value.value or "", style, value.place.link)
