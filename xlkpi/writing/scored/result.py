"""A scored workbook as the cells of its sheets see it: what is computed once for several of them."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from xlkpi.domain.agreement import Agreement, Outlier, Panel
from xlkpi.domain.findings import MIXED_UNITS, OF_MARKS, TO_ADD, Finding
from xlkpi.domain.inputs import CellCounts, Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.results import IndicatorScore, Outcome, Scored
from xlkpi.domain.schema import BALLOT, TIER3
from xlkpi.writing.book import stored
from xlkpi.writing.scored import inputs_shown


class Result:
    """An outcome that was scored. The sources of planned cells are functions of it."""

    def __init__(self, outcome: Outcome) -> None:
        """Take the outcome; it must have been scored."""
        assert outcome.filled is not None and outcome.scored is not None
        self.outcome = outcome
        self.filled: Filled = outcome.filled
        self.scored: Scored = outcome.scored

    @cached_property
    def panel(self) -> Panel:
        """The scorers' marks side by side."""
        return Panel.of(self.filled, self.scored)

    @cached_property
    def agreement(self) -> Agreement:
        """How far the scorers agree."""
        return self.panel.agreement()

    @cached_property
    def leniency(self) -> list[Decimal | None]:
        """How high or low each scorer marks, in percentage points."""
        return [self.panel.leniency(scorer) for scorer in range(len(self.panel.scorers))]

    @cached_property
    def outliers(self) -> list[Outlier]:
        """The marks beyond 离群线."""
        return self.panel.outliers(self.filled.parameters.numbers["离群线"])

    @cached_property
    def far(self) -> list[int]:
        """How many marks of each indicator are beyond 离群线."""
        count = [0] * len(self.panel.lines)
        for outlier in self.outliers:
            count[outlier.line] += 1
        return count

    @cached_property
    def cells(self) -> list[int]:
        """The cells of all sheets that were read, then what became of them, kind by kind."""
        counts = self.filled.cell_counts
        return [sum(each[n] for each in counts) for n in range(1, len(CellCounts._fields))]  # type: ignore[misc]

    @cached_property
    def codes(self) -> dict[CellRef, str]:
        """Cells that name an indicator → the code as it was read."""
        return inputs_shown.codes(self.filled)

    @cached_property
    def shares(self) -> dict[CellRef, Decimal]:
        """Cells of per cents among the parameters → 0.8 for 80%."""
        return inputs_shown.shares(self.filled.parameters)

    @cached_property
    def dates(self) -> frozenset[CellRef]:
        """Cells that were read as dates."""
        return self.filled.dates

    @cached_property
    def units(self) -> dict[CellRef, str]:
        """Cells of numbers → the unit that was typed behind them."""
        return inputs_shown.units(self.filled)

    @cached_property
    def to_add(self) -> frozenset[CellRef]:
        """Cells in which a reason is still missing."""
        return frozenset(each.place for each in self.outcome.findings if each.code in TO_ADD)

    @cached_property
    def of_money(self) -> list[Finding]:
        """The findings about amounts that are too far apart: with them the score is probably wrong."""
        return [each for each in self.outcome.findings if each.code == MIXED_UNITS]

    @cached_property
    def of_marks(self) -> list[Finding]:
        """The findings about the marks compared."""
        return [each for each in self.outcome.findings if each.code in OF_MARKS]

    @cached_property
    def deviations(self) -> list[IndicatorScore]:
        """The indicators that lost points, gave a reason, or owe one."""
        return [
            each
            for each in self.scored.indicator_scores
            if each.indicator.reason.good
            or each.indicator.reason.place in self.to_add
            or (each.applies and each.score < (each.indicator.points.value or 0))
        ]

    @cached_property
    def places(self) -> dict[str, int]:
        """The key of each third-level indicator → its place among them."""
        return {each.key: at for at, each in enumerate(self.filled.indicators)}

    @cached_property
    def beside(self) -> list[dict[str, str | float]]:
        """What ballots show of each indicator, by header: copies to read, no figures of ours."""
        table = self.filled.tables[TIER3.name]
        headers = [
            column.header
            for column in BALLOT.columns
            if column.computed and column.header in table.columns
        ]
        return [
            {header: inputs_shown.shown(self.filled, table, each.row, header) for header in headers}
            for each in self.filled.indicators
        ]

    @cached_property
    def all_beside(self) -> list[str | float]:
        """The same values one after the other, as a file stores them."""
        return [stored(value) for each in self.beside for value in each.values()]
