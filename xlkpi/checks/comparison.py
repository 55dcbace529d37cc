"""What an auditor looks for among the marks: all full or all alike, copied, far from the others', high or low.

None of it is an error, and none moves a score; 评分对比 shows each figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from xlkpi.checks import ballot_copies
from xlkpi.domain.agreement import LENIENCY, UNIT, Outlier, Panel
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import plain
from xlkpi.domain.results import Scored

_NAMED = 3
"""So many scorers are named in a sentence."""


def marks_compared(filled: Filled, scored: Scored) -> Iterator[Finding]:
    """Marks that leave a doubt whether each scorer marked alone and each indicator by itself."""
    panel = Panel.of(filled, scored)
    places = [ballot.scorer.place for ballot in scored.scorers]
    if panel.all_full:
        yield _all_full(panel, places)
    else:
        yield from _uniform(panel, places)
    copied = {ballot.scorer.place for ballot, _, _ in ballot_copies.copies(filled)}
    yield from _repeated(panel, places, copied)
    limit = filled.parameters.numbers["离群线"]
    if outliers := panel.outliers(limit):
        yield _outlying(panel, outliers, limit)
    if partial := panel.partial():
        yield _partial(panel, places, partial)


def _all_full(panel: Panel, places: Sequence[CellRef]) -> Finding:
    who = _named(panel, range(len(panel.scorers)))
    return finding("X250", places[0], who=who, count=sum(len(each.known) for each in panel.lines))


def _uniform(panel: Panel, places: Sequence[CellRef]) -> Iterator[Finding]:
    """Yield the ballots with one 得分率 throughout, those of one rate together."""
    of_rate: dict[int, list[int]] = {}
    for scorer in panel.uniform():
        of_rate.setdefault(panel.marks(scorer)[0], []).append(scorer)
    for rate, scorers in of_rate.items():
        share = plain(Fraction(100 * rate, UNIT), 1)
        level = "满分" if rate == UNIT else f"同一得分率（{share}%）"
        yield finding("X251", places[scorers[0]], who=_named(panel, scorers), level=level)


def _repeated(panel: Panel, places: Sequence[CellRef], told: set[CellRef]) -> Iterator[Finding]:
    """Yield the ballots that are the same, each set of them once; `told` are known as copies."""
    of_first: dict[int, list[int]] = {}
    for scorer, first in panel.repeats():
        if places[scorer] not in told:
            of_first.setdefault(first, []).append(scorer)
    for first, scorers in of_first.items():
        count = len(panel.marks(first))
        other = panel.scorers[first]
        yield finding(
            "X252", places[scorers[0]], who=_named(panel, scorers), other=other, count=count
        )


def _outlying(panel: Panel, outliers: Sequence[Outlier], limit: Decimal) -> Finding:
    furthest = outliers[0]
    line = panel.lines[furthest.line]
    given = line.work.given[furthest.scorer]
    assert given.mark is not None
    return finding(
        "X253", given.place, plain(given.mark), count=len(outliers), line=plain(limit),
        who=_named(panel, dict.fromkeys(each.scorer for each in outliers)),
        scorer=panel.scorers[furthest.scorer], code=line.work.indicator.code.value,
        side="高" if furthest.gap > 0 else "低", gap=plain(Fraction(abs(furthest.gap)), 1),
    )  # fmt: skip


def _partial(
    panel: Panel, places: Sequence[CellRef], partial: Sequence[tuple[int, Decimal]]
) -> Finding:
    high = _with_gaps(panel, [each for each in partial if each[1] > 0])
    low = _with_gaps(panel, [each for each in partial if each[1] < 0])
    sides = [f"{side}的有 {who}" for side, who in (("偏宽", high), ("偏严", low)) if who]
    words = {"high": sides[0], "low": "".join(f"，{side}" for side in sides[1:])}
    return finding("X254", places[partial[0][0]], line=plain(LENIENCY), **words)


def _with_gaps(panel: Panel, partial: Sequence[tuple[int, Decimal]]) -> str:
    named = [
        f"{panel.scorers[scorer]}（{'+' if gap > 0 else '-'}{plain(Fraction(abs(gap)), 1)}）"
        for scorer, gap in partial
    ]
    return _listed(named)


def _named(panel: Panel, scorers: Sequence[int] | range | dict[int, None]) -> str:
    return _listed([panel.scorers[scorer] for scorer in scorers])


def _listed(names: Sequence[str]) -> str:
    said = "、".join(names[:_NAMED])
    return said if len(names) <= _NAMED else f"{said}等 {len(names)} 人"
