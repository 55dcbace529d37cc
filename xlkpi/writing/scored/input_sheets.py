"""The input sheets of a scored workbook: what was read, at the addresses where it was.

Numbers are stored as they were read, so that the formulas can work on them; how they were typed is
in 检查记录. Computed columns are live again. Staff text is only ever text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fractions import Fraction

from xlkpi.domain import schema
from xlkpi.domain.cells import Derived, Grid, Table
from xlkpi.domain.inputs import Ballot, Survey
from xlkpi.domain.location import Address, Block, CellRef, block_reference, without_overlaps
from xlkpi.domain.methods import NOT_APPLICABLE, VOTES, Votes, satisfaction_rate
from xlkpi.domain.number_format.suffix import with_unit
from xlkpi.writing import computed_columns
from xlkpi.writing.book import Book, Held, Item, Sheet, Source
from xlkpi.writing.computed_columns import REVIEW_COPIES, Spot
from xlkpi.writing.scored import typed_cells
from xlkpi.writing.scored.addresses import FIRST_SCORE, ScoreColumns
from xlkpi.writing.scored.result import Result
from xlkpi.writing.scored.typed_cells import GridOf
from xlkpi.writing.styles import DATE, MONEY, SHARE


def spot(table: Table) -> Spot:
    """Return where a table that was read is, from its first row of data to its last."""
    rows = table.rows or (table.header_row + 1,)
    return Spot(table.grid.name, dict(table.columns), min(rows), max(rows))


def plan(book: Book, result: Result) -> None:
    """Plan every sheet that was read in the order of the file; they are added.

    填表说明 is for whoever fills in, and is left out: 来源与指纹 names the template and the version.
    """
    filled = result.filled
    tables = {table.grid.name: table for table in filled.tables.values()}
    tables |= {ballot.table.grid.name: ballot.table for ballot in filled.ballots}
    for at, grid in enumerate(filled.grids):
        table = tables.get(grid.name)
        sheet = book.sheet(grid.name, table.sheet.tab if table else "rare")
        _constants(sheet, grid, typed_cells.grid(at), table)
        if table:
            _Table(sheet, table, typed_cells.grid(at), result).plan()
    if schema.REVIEW.name in filled.tables:
        table = filled.tables[schema.REVIEW.name]
        _beside_reviews(book.named(table.grid.name), table, result)
    for ballot in filled.ballots:
        _beside_marks(book.named(ballot.table.grid.name), ballot, result)


class _Table:
    """The table of one sheet."""

    def __init__(self, sheet: Sheet, table: Table, grid_of: GridOf, result: Result) -> None:
        self.sheet = sheet
        self.table = table
        self.grid_of = grid_of
        self.result = result
        self.filled = result.filled
        self.typed = typed_cells.OfTable(table, grid_of)

    def plan(self) -> None:
        sheet, table = self.sheet, self.table
        for column in table.sheet.columns:
            at = table.columns.get(column.header)
            if at is not None:
                sheet.text(table.header_row, at, self._head(at), "head")
                sheet.widths[at] = _width(table.sheet, column)
                self._column(column, at)
        last = max(table.columns.values())
        sheet.freeze = (table.header_row + 1, 0)
        sheet.repeat = table.header_row
        sheet.landscape = sum(column.width for column in table.sheet.columns) > 100
        if table.rows:
            bottom = max((*table.rows, *table.of_which, *table.totals))
            sheet.filter = (table.header_row, min(table.columns.values()), bottom, last)
        sheet.heights[0] = 26
        apart = [at[:2] for at in held_apart(table.grid, table)]
        sheet.print_to = printed(table.grid, table, apart)
        edge = sheet.print_to[1]
        sheet.merges = [  # what is merged beyond the edge would be cut off on paper
            (top, left, bottom, min(right, edge) if left < edge else right)
            for top, left, bottom, right in sheet.merges
        ]

    def _head(self, at: int) -> Source:
        row = self.table.header_row
        return lambda result: str(self.grid_of(result).raw(row, at))

    def _column(self, column: schema.Column, at: int) -> None:
        table = self.table
        if table.sheet in (schema.BALLOT, schema.REVIEW) and column.computed:
            return  # put in beside what is given
        style = _style(column)
        for row in (*table.rows, *table.of_which, *table.totals):
            if column.computed and row in table.rows:
                self._computed(row, column, at)
            elif (row, at) in table.derived:
                self._derived(table.derived[row, at])
            else:
                self._cell(row, column, at, style)

    def _cell(self, row: int, column: schema.Column, at: int, style: str) -> None:
        table, result = self.table, self.result
        place = CellRef(table.grid.name, row, at)
        figure = style
        if table.sheet is schema.RULES and column.header == "得分比例":
            figure = f"{style}:{SHARE}"
        if unit := with_unit(result.units.get(place, "")):
            figure = f"{style}:{unit}"
        held = table.grid.raw(row, at)
        if style == "text" and (place in self.filled.readings or typed_cells.is_number(held)):
            figure = figure.replace("text", "figure", 1)
        if place in result.dates:
            self.sheet.number(row, at, lambda r: r.filled.readings.get(place, 0), f"{style}:{DATE}")
        elif place in self.filled.readings:
            self.sheet.number(row, at, lambda r: r.filled.readings[place], figure)
        elif place in result.shares:
            self.sheet.number(row, at, lambda r: r.shares[place], f"{style}:{SHARE}")
        elif place in result.codes:
            self.sheet.text(row, at, lambda r: r.codes[place], style)
        elif typed_cells.is_number(held):
            percent = (row, at) in table.grid.percents
            shown = f"{figure.partition(':')[0]}:{SHARE}" if percent else figure
            self.sheet.number(row, at, self.typed.cell(row, at), shown)
        else:
            self.sheet.text(row, at, self.typed.cell(row, at), style)

    def _computed(self, row: int, column: schema.Column, at: int) -> None:
        sheet = self.table.sheet
        if sheet is schema.EXECUTION:
            formula = computed_columns.execution_rate(row, spot(self.table))
            n = [each.row for each in self.filled.projects].index(row)
            self.sheet.formula(row, at, formula, _rate(n), "figure:0.00%")
        elif sheet is schema.TEXTS:
            formula = computed_columns.length(row, spot(self.table))
            text = typed_cells.tidied(self.grid_of, row, self.table.columns["正文"])
            self.sheet.formula(row, at, formula, lambda r: len(text(r)) or "", "figure")
        elif sheet is schema.SURVEY and all(name in self.table.columns for name in VOTES):
            self._votes(row, column, at)

    def _votes(self, row: int, column: schema.Column, at: int) -> None:
        n = [each.row for each in self.filled.surveys].index(row)
        caliber = self.filled.parameters.text("满意度口径")

        def valid(result: Result) -> Held:
            survey = result.filled.surveys[n]
            return sum(_counts(survey)) if any(vote.good for vote in survey.votes) else ""

        def share(result: Result) -> Held:
            votes = _counts(result.filled.surveys[n])
            return satisfaction_rate(Votes(*votes), caliber) / 100 if sum(votes) else ""

        if column.header == "有效问卷":
            formula = computed_columns.valid_votes(row, spot(self.table))
            self.sheet.formula(row, at, formula, valid, "figure")
        else:
            formula = computed_columns.satisfaction(row, spot(self.table), caliber)
            self.sheet.formula(row, at, formula, share, "figure:0.00%")

    def _derived(self, found: Derived) -> None:
        """Put what the template computes from 基础数据, live again; it stays empty without a value."""
        at, name = (found.place.row, found.place.column), self.table.sheet.name

        def value(result: Result) -> Held:
            now = result.filled.tables[name].derived[at].value
            return "" if now is None else now

        style = "grey.text" if found.value is None else "grey.figure"
        self.sheet.formula(*at, found.formula, value, style)


def _counts(survey: Survey) -> list[int]:
    return [int(vote.value or 0) for vote in survey.votes]


def _beside(result: Result) -> list[str | float]:
    return result.all_beside


def _copied(n: int, header: str, result: Result) -> tuple[Source, str]:
    """Return where a ballot's copy of an indicator's cell comes from, and its style."""
    held = result.beside[n][header]
    style = "grey.text" if isinstance(held, str) else "grey.figure"
    third = result.filled.tables[schema.TIER3.name]
    unit = result.units.get(third.place(result.filled.indicators[n].row, header), "")
    if not isinstance(held, str) and (code := with_unit(unit)):
        style += f":{code}"
    return Item(_beside, n * len(result.beside[n]) + list(result.beside[n]).index(header)), style


def _beside_reviews(sheet: Sheet, table: Table, result: Result) -> None:
    """Put what 三级指标 contains, and the live score of the self-evaluation, beside each row."""
    column = ScoreColumns.of(result.scored).right("得分")
    for each in result.filled.reviews:
        n = result.places.get(each.key)
        if n is None:
            continue
        for header, name in REVIEW_COPIES.items():
            if header in table.columns and name in result.beside[n]:
                value, style = _copied(n, name, result)
                sheet.number(each.row, table.columns[header], value, style)
        if "自评得分" in table.columns:
            cell = block_reference(
                schema.SCORES_SHEET, FIRST_SCORE + n, column, FIRST_SCORE + n, column
            )
            at = table.columns["自评得分"]
            sheet.formula(each.row, at, f"={cell}", _own_score(n), "grey.figure")


def _own_score(n: int) -> Source:
    def find(result: Result) -> Held:
        work = result.scored.indicator_scores[n]
        return work.score if work.applies else NOT_APPLICABLE

    return find


def _beside_marks(sheet: Sheet, ballot: Ballot, result: Result) -> None:
    columns = ballot.table.columns
    for mark in ballot.marks:
        n = result.places.get(mark.key)
        for header in result.beside[n] if n is not None else ():
            if n is not None and header in columns:
                value, style = _copied(n, header, result)
                sheet.number(mark.row, columns[header], value, style)


def _constants(sheet: Sheet, grid: Grid, grid_of: GridOf, table: Table | None = None) -> None:
    """Copy every constant that the table does not write itself.

    Formulas outside the tables are the template's own checks and stay out.
    """
    for row, column, held in held_apart(grid, table):
        if typed_cells.is_number(held):
            sheet.number(row, column, typed_cells.number(grid_of, row, column), "plain")
        else:
            style = "heading" if row == 0 else "guide" if row < 3 else "plain"
            sheet.text(row, column, typed_cells.text(grid_of, row, column), style)
    _spread(sheet, grid)


LIVE_WORDS = ("", *schema.OWN_COLUMNS, "未评项数")
"""Words beside the blank's own checks, which mean nothing without them."""


def held_apart(grid: Grid, table: Table | None) -> Iterator[tuple[int, int, object]]:
    """Yield row, column and content of the cells that are no part of the table."""
    own = set(table.columns.values()) if table else set()
    rows = {*table.rows, *table.of_which, *table.totals} if table else set()
    for row, cells in enumerate(grid.rows):
        skipped = own if row in rows else ()
        for column, held in enumerate(cells):
            if held in LIVE_WORDS or column in skipped:
                continue
            at = (row, column)
            if at not in grid.formulas and at not in grid.errors:
                yield row, column, held


def _spread(sheet: Sheet, grid: Grid) -> None:
    """Merge again what was merged beside the data, where it would not hide a cell.

    Of merges that overlap, or stand there twice, the largest: there are programs that write such.
    """
    shown: list[Block] = []
    for top, left, bottom, right in dict.fromkeys(grid.merges):
        others = [
            at
            for at in sheet.cells
            if top <= at[0] <= bottom and left <= at[1] <= right and at != (top, left)
        ]
        if (top, left) in sheet.cells and not others and top == bottom and left < right:
            shown.append((top, left, bottom, right))
    whole = without_overlaps(shown)
    sheet.merges.extend(block for block in shown if block in whole)


def _style(column: schema.Column) -> str:
    if column.kind is schema.Kind.MONEY:
        return f"figure:{MONEY}"
    if column.kind is schema.Kind.NUMBER:
        return "figure"
    return "code" if column.kind is schema.Kind.CODE else "text"


_AIR = 2.0
"""Width that the indent of a figure takes."""
_WIDER = {(schema.BALLOT.name, "评分标准"): 58.0, (schema.BALLOT.name, "佐证材料"): 26.0}
"""Columns of long texts whose rows would else make a third page of every ballot."""


def _width(sheet: schema.Sheet, column: schema.Column) -> float:
    if column.kind in (schema.Kind.MONEY, schema.Kind.NUMBER, schema.Kind.ANY):
        return column.width + _AIR
    return _WIDER.get((sheet.name, column.header), column.width)


def printed(grid: Grid, table: Table, apart: Collection[Address]) -> Address:
    """Return the last cell of an input sheet that is printed: the last row and column that hold anything.

    Columns to the right that nobody filled in stay out; those that the format computes are filled.
    `apart` are the cells beside the table that hold something.
    """
    rows = (*table.rows, *table.of_which, *table.totals)
    computed = {each.header for each in table.sheet.columns if each.computed}
    own = [
        at
        for header, at in table.columns.items()
        if not rows or header in computed or any(grid.occupied(row, at) for row in rows)
    ]
    head = min(table.columns.values())
    return (
        max((table.header_row, *rows, *(row for row, _ in apart))),
        max((head, *own, *(column for row, column in apart if row > table.header_row))),
    )


def _rate(n: int) -> Source:
    """Return what finds 执行率 of a row of 预算执行."""

    def find(result: Result) -> Held:
        project = result.filled.projects[n]
        budget, executed = project.budget.value, project.executed.value
        if budget is None or executed is None:
            return ""
        return Fraction(executed) / Fraction(budget) if budget else Fraction(0)

    return find
