"""The input sheets of a scored workbook: what was read, at the addresses where it stood.

Numbers stand as they were read, so that the formulas can work on them; what they were typed as is
in 检查记录. Computed columns are live again. Staff text is only ever text.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from xlkpi.domain.cells import Derived, Grid, Table
from xlkpi.domain.inputs import Ballot, Filled, Parameters, Tier
from xlkpi.domain.location import Block, CellRef, apart, span
from xlkpi.domain.methods import NOT_APPLICABLE, VOTES, Votes, satisfied
from xlkpi.domain.number_format.suffix import with_unit
from xlkpi.domain.numbers import as_shown
from xlkpi.domain.results import Scored
from xlkpi.domain.schema import (
    BALLOT,
    EXECUTION,
    GUIDE_SHEET,
    PARAMETER_LIST,
    REVIEW,
    RULES,
    SCORES_SHEET,
    SURVEY,
    TEXTS,
    TIER3,
    Column,
    Kind,
)
from xlkpi.domain.text import as_text, day, tidy
from xlkpi.writing import computed_columns
from xlkpi.writing.addresses import Addresses
from xlkpi.writing.book import Book, Cell, Sheet, legal
from xlkpi.writing.computed_columns import REVIEW_COPIES, Spot
from xlkpi.writing.scored.indicator_scores import FIRST, Columns
from xlkpi.writing.styles import DATE, MONEY, SHARE


def spot(table: Table) -> Spot:
    """Return where a table that was read stands, from its first row of data to its last."""
    rows = table.rows or (table.header_row + 1,)
    return Spot(table.grid.name, dict(table.columns), min(rows), max(rows))


class Inputs:
    """Writes the sheets that were read back into a scored workbook."""

    def __init__(self, filled: Filled, scored: Scored) -> None:
        """Take the workbook as read, and what came of it."""
        self.filled = filled
        self.scored = scored
        self.codes = codes(filled)
        self.shares = shares(filled.parameters)
        self.dates = filled.dates
        self.units = units(filled)
        self.beside = {
            work.indicator.key: self._told(work.indicator.row) for work in scored.indicator_scores
        }
        """What 三级指标 says of each indicator, which stands beside its mark on every ballot."""
        self.by_grid = {table.grid.name: table for table in filled.tables.values()}
        self.by_grid |= {ballot.table.grid.name: ballot.table for ballot in filled.ballots}

    def write(self, book: Book) -> None:
        """Add every sheet in the order of the file, 填表说明 first."""
        if self.filled.guide:
            _constants(book.sheet(GUIDE_SHEET, "rare"), self.filled.guide)
        for grid in self.filled.grids:
            table = self.by_grid.get(grid.name)
            paper = book.sheet(grid.name, table.layout.tab if table else "rare")
            _constants(paper, grid, table)
            if table:
                self._table(paper, table)
        if REVIEW.name in self.filled.tables:
            table = self.filled.tables[REVIEW.name]
            self._beside_reviews(Addresses.sheet(book, table.grid.name), table)
        for ballot in self.filled.ballots:
            self._beside_marks(Addresses.sheet(book, ballot.table.grid.name), ballot)

    def _table(self, paper: Sheet, table: Table) -> None:
        sheet = table.layout
        for column in sheet.columns:
            at = table.columns.get(column.header)
            if at is None:
                continue
            beside = sheet in (BALLOT, REVIEW) and column.computed  # put in with what is given
            paper.text(table.header_row, at, str(table.grid.raw(table.header_row, at)), "head")
            paper.widths[at] = column.width
            style = _style(column)
            for row in () if beside else (*table.rows, *table.of_which, *table.totals):
                self._cell(paper, table, row, column, at, style)
        last = max(table.columns.values())
        paper.freeze = (table.header_row + 1, 0)
        paper.repeat = table.header_row
        paper.landscape = sum(column.width for column in sheet.columns) > 100
        if table.rows:
            bottom = max((*table.rows, *table.of_which, *table.totals))
            paper.filter = (table.header_row, min(table.columns.values()), bottom, last)
        paper.heights[0] = 26

    def _cell(
        self, paper: Sheet, table: Table, row: int, column: Column, at: int, style: str
    ) -> None:
        place = CellRef(table.grid.name, row, at)
        number = self.filled.readings.get(place)
        held = table.grid.raw(row, at)
        share = table.layout is RULES and column.header == "得分比例"
        figure = f"{style}:{SHARE}" if share else style
        if unit := with_unit(self.units.get(place, "")):
            figure = f"{style}:{unit}"
        if column.computed and row in table.rows:
            paper.cells.pop((row, at), None)
            self._computed(paper, table, row, column, at)
        elif (row, at) in table.derived:
            _derived(paper, table.derived[row, at])
        elif place in self.dates:
            paper.number(row, at, number or 0, f"{style}:{DATE}")
        elif number is not None:
            paper.number(row, at, number, figure)
        elif place in self.shares:
            paper.number(row, at, self.shares[place], f"{style}:{SHARE}")
        elif place in self.codes:
            paper.text(row, at, self.codes[place], style)
        elif isinstance(held, int | float) and not isinstance(held, bool):
            percent = (row, at) in table.grid.percents
            paper.number(row, at, as_shown(held), f"{style}:{SHARE}" if percent else figure)
        else:
            paper.text(row, at, tidy(as_text(held)), style)

    def _computed(self, paper: Sheet, table: Table, row: int, column: Column, at: int) -> None:
        if table.layout is EXECUTION:
            project = next(each for each in self.filled.projects if each.row == row)
            rate = _rate(project.budget.value, project.executed.value)
            paper.formula(
                row, at, computed_columns.execution_rate(row, spot(table)), rate, "figure:0.00%"
            )
        elif table.layout is TEXTS:
            text = tidy(as_text(table.grid.raw(row, table.columns["正文"])))
            paper.formula(
                row, at, computed_columns.length(row, spot(table)), len(text) or "", "figure"
            )
        elif table.layout is SURVEY and all(name in table.columns for name in VOTES):
            self._votes(paper, table, row, column, at)

    def _votes(self, paper: Sheet, table: Table, row: int, column: Column, at: int) -> None:
        survey = next(each for each in self.filled.surveys if each.row == row)
        votes = [int(vote.value or 0) for vote in survey.votes]
        caliber = self.filled.parameters.text("满意度口径")
        if column.header == "有效问卷":
            known = any(vote.good for vote in survey.votes)
            value = sum(votes) if known else ""
            paper.formula(row, at, computed_columns.valid_votes(row, spot(table)), value, "figure")
        else:
            share = satisfied(Votes(*votes), caliber) / 100 if sum(votes) else ""
            formula = computed_columns.satisfaction(row, spot(table), caliber)
            paper.formula(row, at, formula, share, "figure:0.00%")

    def _told(self, row: int) -> dict[str, Cell]:
        """Return the cells that a ballot shows of an indicator: copies to read, no figures of ours."""
        known = self.filled.tables[TIER3.name]
        cells = {}
        for column in BALLOT.columns:
            if column.computed and column.header in known.columns:
                held = shown(self.filled, known, row, column.header)
                look = "grey.text" if isinstance(held, str) else "grey.figure"
                unit = self.units.get(known.place(row, column.header), "")
                if not isinstance(held, str) and (code := with_unit(unit)):
                    look += f":{code}"
                cells[column.header] = Cell(legal(held) if isinstance(held, str) else held, look)
        return cells

    def _beside_reviews(self, paper: Sheet, table: Table) -> None:
        """Put what 三级指标 says, and the live score of the self-evaluation, beside each row."""
        rows = {
            work.indicator.key: FIRST + at for at, work in enumerate(self.scored.indicator_scores)
        }
        column = Columns.of(self.scored).right("得分")
        for each in self.filled.reviews:
            told = self.beside.get(each.key)
            if told is None:
                continue
            for header, name in REVIEW_COPIES.items():
                if header in table.columns and name in told:
                    paper.cells[each.row, table.columns[header]] = told[name]
            if "自评得分" in table.columns:
                at, row = table.columns["自评得分"], rows[each.key]
                work = self.scored.indicator_scores[row - FIRST]
                score = work.score if work.applies else NOT_APPLICABLE
                cell = span(SCORES_SHEET, row, column, row, column)
                paper.formula(each.row, at, f"={cell}", score, "grey.figure")

    def _beside_marks(self, paper: Sheet, ballot: Ballot) -> None:
        columns = ballot.table.columns
        for mark in ballot.marks:
            for header, cell in self.beside.get(mark.key, {}).items():
                if header in columns:
                    paper.cells[mark.row, columns[header]] = cell


def _derived(paper: Sheet, found: Derived) -> None:
    """Put what the template computes from 基础数据, live again; where it comes to nothing it stays empty."""
    row, at = found.place.row, found.place.column
    if found.value is None:
        paper.formula(row, at, found.formula, "", "grey.text")
    else:
        paper.formula(row, at, found.formula, found.value, "grey.figure")


def shown(filled: Filled, table: Table, row: int, header: str) -> str | float:
    """Return what a cell of a table holds in the scored workbook; codes aside."""
    place = table.place(row, header)
    number = filled.readings.get(place)
    if number is not None:
        return day(number) if place in filled.dates else float(number)
    at = table.columns[header]
    if (row, at) in table.derived:
        value = table.derived[row, at].value
        return "" if value is None else float(value)
    held = table.grid.raw(row, at)
    if isinstance(held, int | float) and not isinstance(held, bool):
        return as_shown(held)
    return tidy(as_text(held))


def units(filled: Filled) -> dict[CellRef, str]:
    """Return the cells of numbers behind which a unit was typed that stands in no other cell."""
    each_unit = [
        pair
        for each in filled.indicators
        for pair in ((each.target.place, each.target_unit), (each.actual.place, each.actual_unit))
    ]
    return {place: unit for place, unit in each_unit if unit and place not in filled.dates}


def codes(filled: Filled) -> dict[CellRef, str]:
    """Return each cell that names an indicator → the code as it was read.

    So is 指标性质 where it was taken from the operator before the target, and 是否评分, which formulas count.
    """
    tiers: tuple[Tier, ...] = (*filled.tier1, *filled.tier2, *filled.indicators)
    codes = {tier.code.place: tier.code.value or "" for tier in tiers}
    codes |= {tier.parent.place: tier.parent.value or "" for tier in tiers if tier.level > 1}
    natures = (each.nature for each in filled.indicators)
    codes |= {each.place: each.value or "" for each in natures if each.good and not each.typed}
    members = (each.status for each in filled.members)
    codes |= {each.place: each.value or "" for each in members if each.typed}
    groups = (each.group for each in filled.members)
    codes |= {each.place: each.value or "" for each in groups if each.good}
    codes |= {row.code.place: row.code.value or "" for row in filled.reviews}
    codes |= {row.code.place: row.code.value or "" for row in filled.surveys}
    for ballot in filled.ballots:
        codes |= {mark.code.place: mark.code.value or "" for mark in ballot.marks}
    return codes


def shares(settings: Parameters) -> dict[CellRef, Decimal]:
    """Return the cell of each per cent among the parameters → 0.8 for 80%, however it is typed."""
    held = ((each, settings.in_force(each)) for each in PARAMETER_LIST if each.percent)
    return {
        settings.values[each.name].place: share
        for each, share in held
        if isinstance(share, Decimal) and settings.values[each.name].place.sheet
    }


def _constants(paper: Sheet, grid: Grid, table: Table | None = None) -> None:
    """Copy every constant that the table does not write itself.

    Formulas outside the tables are the template's own checks and stay out.
    """
    for row, column, held in _held(grid, table):
        style = "heading" if row == 0 else "guide" if row < 3 else "plain"
        if isinstance(held, int | float) and not isinstance(held, bool):
            paper.number(row, column, as_shown(held), "plain")
        else:
            paper.text(row, column, as_text(held), style)
    _spread(paper, grid)
    if grid.name == GUIDE_SHEET:
        paper.widths = {0: 14, 1: 34, 2: 66}


LIVE_WORDS = ("", "检查", "未评项数")
"""Words beside the blank's own checks, which mean nothing without them."""


def _held(grid: Grid, table: Table | None) -> Iterator[tuple[int, int, object]]:
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


def _spread(paper: Sheet, grid: Grid) -> None:
    """Merge again what was merged beside the data, where it would not hide a cell.

    Of merges that overlap, or stand there twice, the largest: there are programs that write such.
    """
    shown: list[Block] = []
    for top, left, bottom, right in dict.fromkeys(grid.merges):
        others = [
            at
            for at in paper.cells
            if top <= at[0] <= bottom and left <= at[1] <= right and at != (top, left)
        ]
        if (top, left) in paper.cells and not others and top == bottom and left < right:
            shown.append((top, left, bottom, right))
    whole = apart(shown)
    paper.merges.extend(block for block in shown if block in whole)


def _style(column: Column) -> str:
    if column.kind is Kind.MONEY:
        return f"figure:{MONEY}"
    if column.kind is Kind.NUMBER:
        return "figure"
    return "code" if column.kind is Kind.CODE else "text"


def _rate(budget: Decimal | None, executed: Decimal | None) -> Fraction | str:
    if budget is None or executed is None:
        return ""
    return Fraction(executed) / Fraction(budget) if budget else Fraction(0)
