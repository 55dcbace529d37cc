"""实际完成值 as the template computes it from 基础数据: the formulas of ours among those of a workbook.

What a formula refers to is read strictly, and changed readings are reported; the result
in the file is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain import base_data_formula
from xlkpi.domain.base_data_formula import YEARS, Formula, Item, NamedFormula, NotUnderstood, Ref
from xlkpi.domain.cells import Datum, Derived, State, Table, Value
from xlkpi.domain.findings import finding
from xlkpi.domain.location import Address, CellRef, block_reference
from xlkpi.domain.numbers import EXACT, NOISE, plain, rounded
from xlkpi.domain.schema import ACTUAL, BASE_DATA, TIER3, canonical, is_percent
from xlkpi.reading.parameters import lacks_percent_sign
from xlkpi.reading.values import Reader

_MOST = 200
"""Cells that one formula may refer to."""


def mark_derived_cells(reader: Reader, tables: Mapping[str, Table]) -> Mapping[str, Table]:
    """Return the tables, 三级指标 knowing which of its cells the template computes."""
    table, data = tables.get(TIER3.name), tables.get(BASE_DATA.name)
    if table is None or data is None or ACTUAL.header not in table.columns:
        return tables
    if not table.grid.formulas:
        return tables
    found = dict(_found(reader, table, _Data(reader, data)))
    return {**tables, TIER3.name: table._replace(derived=found)} if found else tables


def _found(reader: Reader, table: Table, data: _Data) -> Iterator[tuple[Address, Derived]]:
    column = table.columns[ACTUAL.header]
    for row in table.rows:
        text = table.grid.formulas.get((row, column), ("", False))[0]
        try:
            formula = base_data_formula.parse(text)
            read = data.read(formula)
        except NotUnderstood:
            continue
        if read and (row, column) not in table.grid.covered:
            shown = (row, column) in table.grid.percents
            yield (row, column), _derived(table.grid.place(row, column), formula, data, read, shown)


class _Data:
    """基础数据: cells are read when a formula refers to them, and once."""

    def __init__(self, reader: Reader, table: Table) -> None:
        self.reader, self.table = reader, table
        self.years = {table.columns[year]: year for year in YEARS if year in table.columns}
        self.known: dict[Address, Datum] = {}
        named = [row for row in table.rows if self._kept(row)]
        names = [canonical(self.name(row)) for row in named]
        self.names = {
            row: self.name(row) if names.count(name) == 1 and _plain(self.name(row)) else f"#{n}"
            for n, (row, name) in enumerate(zip(named, names, strict=True), start=1)
        }
        """What a template calls a row: its 数据项, its number where that is no name for it."""

    def _kept(self, row: int) -> bool:
        """Whether a template that takes over the table takes over the row."""
        return any(self.table.has(row, header) for header in ("数据项", "单位", "来源"))

    def name(self, row: int) -> str:
        return self._text(row, "数据项")

    def _text(self, row: int, header: str) -> str:
        return Reader().text(self.table, row, header).value or ""

    def read(self, formula: Formula) -> dict[Ref, list[Datum]]:
        """Return the cells that a formula refers to; NotUnderstood where it refers to other sheets."""
        return {ref: list(self._cells(ref)) for ref in base_data_formula.references(formula.pieces)}

    def _cells(self, ref: Ref) -> Iterator[Datum]:
        first, last = ref.first, ref.last or ref.first
        if isinstance(first, Item) or isinstance(last, Item):
            raise NotUnderstood
        own = canonical(first.sheet) == canonical(self.table.grid.name)
        columns = range(first.column, last.column + 1)
        if not own or first.row <= self.table.header_row or not set(columns) <= self.years.keys():
            raise NotUnderstood
        bottom = min(last.row, max(first.row, len(self.table.grid.rows)))
        if (bottom - first.row) * len(columns) > _MOST:
            raise NotUnderstood
        for row in range(first.row, bottom + 1):
            for column in columns:
                if ref.last is None or row in self.names or self.table.grid.occupied(row, column):
                    yield self._datum(row, column)

    def _datum(self, row: int, column: int) -> Datum:
        if (row, column) not in self.known:
            self.known[row, column] = self._read(row, self.years[column])
        return self.known[row, column]

    def _read(self, row: int, year: str) -> Datum:
        unit = self._text(row, "单位")
        share = is_percent(unit)
        mode = "points" if share else "stop"
        units = () if share or not unit else (unit,)
        number = self.reader.number(self.table, row, year, units, percent=mode, limit=None)
        if (
            share
            and number.value is not None
            and lacks_percent_sign(self.reader, number, self.table, year)
        ):
            small, large = f"{plain(number.value)}%", f"{plain(number.value * 100)}%"
            question = finding("X606", number.place, plain(number.value), small=small, large=large)
            self.reader.findings.append(question)
            number = Value(number.place, State.BROKEN, typed=number.typed)
        return Datum(self.name(row), year, number)

    def share(self, datum: Datum) -> bool:
        """Whether a number counts in percentage points."""
        return is_percent(self._text(datum.number.place.row, "单位"))

    def reference(self, ref: Ref) -> str:
        """Return a reference as a formula of any sheet writes it."""
        first, last = ref.first, ref.last or ref.first
        assert isinstance(first, CellRef) and isinstance(last, CellRef)
        return block_reference(self.table.grid.name, first.row, first.column, last.row, last.column)

    def named(self, ref: Ref) -> str:
        """Return what a template calls what is referred to; NotUnderstood where it has no name."""
        points = [ref.first] if ref.last is None else [ref.first, ref.last]
        return ":".join(self._item(point) for point in points if isinstance(point, CellRef))

    def _item(self, point: CellRef) -> str:
        if point.row not in self.names:
            raise NotUnderstood
        return str(Item(self.names[point.row], self.years[point.column]))


def _plain(name: str) -> bool:
    """Whether a name can be written in brackets."""
    wrong = set("[]:：\n") & set(name)
    return bool(name) and not wrong and not name.startswith("#") and len(name) <= 60


def _derived(
    place: CellRef, formula: Formula, data: _Data, read: Mapping[Ref, Sequence[Datum]], shown: bool
) -> Derived:
    each = tuple(dict.fromkeys(datum for group in read.values() for datum in group))
    value, problem = _value(formula, read)
    text = base_data_formula.rewrite(formula.pieces, data.reference)
    if value is None:
        text = _silent(text, formula, [data.reference(ref) for ref in read], len(each))
    if shown:
        text, value = f"({text})*100", value and value.scaleb(2, EXACT)
    clear = any(piece.text == "100" for piece in formula.pieces) or any(map(data.share, each))
    quotient = any(piece.text == "/" for piece in formula.pieces)
    named = _named(formula, data)
    return Derived(place, text, named, value, each, clear, quotient, shown, problem)


_SILENT = "IFERROR(IF(COUNT("


def _silent(text: str, formula: Formula, blocks: Sequence[str], cells: int) -> str:
    """Return the formula so that it stays empty where a number is missing, or it comes to none."""
    if text.startswith(_SILENT):
        return text
    pieces = list(formula.pieces)
    guarded = base_data_formula.unguard(pieces) is not pieces
    return f'IFERROR({text if guarded else base_data_formula.guard(text, blocks, cells)},"")'


def _value(formula: Formula, read: Mapping[Ref, Sequence[Datum]]) -> tuple[Decimal | None, str]:
    """Return what a formula comes to, a quotient that does not end to twelve decimals; or a code."""
    if any(datum.number.value is None for group in read.values() for datum in group):
        return None, ""
    try:
        result = formula.value(lambda ref: [_fraction(datum) for datum in read[ref]])
    except ZeroDivisionError:
        return None, "X662"
    except base_data_formula.NotANumber:
        return None, "X663"
    if isinstance(result, str):
        return None, "X663"
    return _decimal(result), ""


def _fraction(datum: Datum) -> Fraction:
    assert datum.number.value is not None
    return Fraction(datum.number.value)


def _decimal(value: Fraction) -> Decimal:
    """Return a fraction exactly where it ends within twelve decimals."""
    return rounded(value, NOISE).normalize(EXACT)


def _named(formula: Formula, data: _Data) -> NamedFormula:
    """Return the formula as templates write it, without our own guard; "" where it cannot be written so."""
    try:
        return NamedFormula(
            "="
            + base_data_formula.rewrite(base_data_formula.unguard(list(formula.pieces)), data.named)
        )
    except NotUnderstood:
        return NamedFormula("")
