"""实际完成值 over 基础数据 in a workbook to be filled in: names become cells, and it stays empty until they are filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain import base_data_formula
from xlkpi.domain.base_data_formula import Item, NamedFormula, NotANumber, NotUnderstood, Ref
from xlkpi.domain.location import Address, block_reference
from xlkpi.domain.numbers import NOISE, rounded
from xlkpi.domain.schema import ACTUAL, BASE_DATA, TIER3, canonical
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.writing.book import Sheet as Worksheet
from xlkpi.writing.computed_columns import Spot

Computed = Mapping[Address, tuple[str, Decimal | str]]
"""Cells of 三级指标 → the formula, and what it comes to now."""


def computed(contents: Contents, data: Spot, indicators: Spot) -> tuple[Contents, Computed]:
    """Return the contents with what the formulas over names come to, and the formulas over cells.

    NotUnderstood where a formula names what does not stand on 基础数据.
    """
    known = _Rows(contents.sheets.get(BASE_DATA.name, ()), data)
    rows: list[Fields] = []
    found: dict[Address, tuple[str, Decimal | str]] = {}
    for offset, row in enumerate(contents.sheets.get(TIER3.name, ())):
        text = row.get(ACTUAL.header)
        if isinstance(text, NamedFormula):
            formula, value = known.cell(text)
            found[indicators.first + offset, indicators.columns[ACTUAL.header]] = formula, value
            row = {**row, ACTUAL.header: value}
        rows.append(row)
    if not found:
        return contents, found
    return contents._replace(sheets={**contents.sheets, TIER3.name: tuple(rows)}), found


def put(worksheet: Worksheet, cells: Computed) -> None:
    """Put the formulas into 三级指标, grey and locked."""
    for (row, column), (formula, value) in cells.items():
        worksheet.formula(row, column, formula, value, "locked.number")


class _Rows:
    """The rows of 基础数据, where they will be."""

    def __init__(self, rows: Sequence[Fields], spot: Spot) -> None:
        self.rows, self.spot = rows, spot
        names = [canonical(str(row.get("数据项", ""))) for row in rows]
        self.at = {name: n for n, name in enumerate(names) if name and names.count(name) == 1}
        self.at |= {f"#{n + 1}": n for n in range(len(rows))}

    def cell(self, text: NamedFormula) -> tuple[str, Decimal | str]:
        """Return a formula over cells, and its value now."""
        formula = base_data_formula.parse(text.removeprefix("="))
        refs = base_data_formula.references(formula.pieces)
        body = base_data_formula.rewrite(formula.pieces, self.block)
        cells = sum(len(self._cells(ref)) for ref in refs)
        return base_data_formula.guard(body, [self.block(ref) for ref in refs], cells), self._value(
            formula
        )

    def _value(self, formula: base_data_formula.Formula) -> Decimal | str:
        try:
            held = formula.value(self._numbers)
        except (NotANumber, ZeroDivisionError):
            return ""
        return held if isinstance(held, str) else rounded(held, NOISE).normalize()

    def _numbers(self, ref: Ref) -> list[Fraction]:
        held = [self.rows[row].get(year) for row, year in self._cells(ref)]
        if not all(isinstance(each, Decimal) for each in held):
            raise NotANumber
        return [Fraction(each) for each in held if isinstance(each, Decimal)]

    def _cells(self, ref: Ref) -> list[tuple[int, str]]:
        first, last = self._item(ref.first), self._item(ref.last or ref.first)
        years = list(base_data_formula.YEARS)
        columns = years[years.index(first[1]) : years.index(last[1]) + 1]
        return [(row, year) for row in range(first[0], last[0] + 1) for year in columns]

    def _item(self, point: base_data_formula.Point) -> tuple[int, str]:
        if not isinstance(point, Item) or canonical(point.name) not in self.at:
            raise NotUnderstood(f"{BASE_DATA.name}: {point}")
        return self.at[canonical(point.name)], point.year

    def block(self, ref: Ref) -> str:
        """Return the reference to what a formula names."""
        cells = self._cells(ref)
        if not cells:
            raise NotUnderstood(f"{BASE_DATA.name}: {ref}")
        (top, first), (bottom, last) = cells[0], cells[-1]
        spot = self.spot
        return block_reference(
            spot.sheet,
            spot.first + top,
            spot.columns[first],
            spot.first + bottom,
            spot.columns[last],
        )
