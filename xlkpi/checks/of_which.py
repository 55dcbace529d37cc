"""Rows of the tiers without points, 其中：…: listed, never scored, and nothing is scored by them."""

from __future__ import annotations

from collections.abc import Iterator

from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.numbers import plain


def rows(filled: Filled) -> Iterator[Finding]:
    """Every such row is reported."""
    for row in filled.of_which:
        yield finding(row.finding_code, row.name.place, row.name.value or "")


def unmarked(filled: Filled) -> Iterator[Finding]:
    """Nobody marks one."""
    of_which = filled.of_which_by_key(3)
    for ballot in filled.ballots if of_which else ():
        for mark in ballot.marks:
            if mark.key in of_which and mark.mark.value is not None:
                yield finding(
                    "X320", mark.mark.place, plain(mark.mark.value),
                    scorer=ballot.scorer.value or "", name=of_which[mark.key].name.value or "",
                    code=mark.code.value,
                )  # fmt: skip


def childless(filled: Filled) -> Iterator[Finding]:
    """None of them has indicators below: what these are part of would not be known."""
    for level, tiers in ((1, filled.tier2), (2, filled.indicators)):
        of_which = filled.of_which_by_key(level)
        for tier in tiers:
            if tier.parent_key in of_which:
                name = of_which[tier.parent_key].name
                yield finding(
                    "X321", tier.parent.place, tier.parent.value or "",
                    name=name.value or "", sheet=name.place.sheet,
                )  # fmt: skip


def unreviewed(filled: Filled) -> Iterator[Finding]:
    """The reviewing authority gives none of them a score."""
    of_which = filled.of_which_by_key(3)
    for row in filled.reviews:
        if row.key in of_which and row.score.value is not None:
            params = {"code": row.code.value, "name": of_which[row.key].name.value or ""}
            yield finding("X322", row.score.place, plain(row.score.value), **params)


def unsurveyed(filled: Filled) -> Iterator[Finding]:
    """The votes for one of them are not used."""
    of_which = filled.of_which_by_key(3)
    for row in filled.surveys:
        if row.key in of_which:
            name = of_which[row.key].name.value or ""
            yield finding("X323", row.code.place, row.code.value or "", name=name)
