"""One workbook → 主表 and a part for every scorer, each of which shows what that scorer needs."""

from __future__ import annotations

from typing import NamedTuple

from xlkpi import pipeline
from xlkpi.domain.findings import Finding, errors
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import BALLOT_PREFIX, MAIN_PART
from xlkpi.exchange import parts
from xlkpi.pipeline import Document
from xlkpi.reading.open import reopen
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

_STILL = frozenset(("X201", "X402", "X405", "X412", "X602", "X603", "X701"))
"""Errors that say only that something is still to be filled in."""
_AS_A_FILE = str.maketrans('<>"|', "＜＞＂｜")
"""Signs that a sheet may be called by, and a file on Windows may not."""


class Split(NamedTuple):
    """The parts of a workbook, or why there are none."""

    outcome: Outcome
    """With the errors alone, where it was refused."""
    files: tuple[tuple[str, bytes], ...] = ()
    """Names and bytes."""
    left: tuple[tuple[str, str], ...] = ()
    """Places and texts that stand in none of them."""
    said: tuple[Finding, ...] = ()


def split(document: Document) -> Split:
    """Return the parts of a workbook; none where its structure is wrong."""
    outcome = pipeline.understood(document)
    filled = outcome.filled
    stops = [each for each in errors(outcome.findings) if each.code not in _STILL]
    if filled is None or stops:
        return Split(_refused(outcome, stops))
    given = parts.fillings(filled)
    made = parts.whole(filled, given)
    written = parts.Written(reopen(emit(blank(made)), document.workbook))
    changed = [*written.changed(filled), *written.changed_in(given)]
    if changed:
        return Split(_refused(outcome, changed))
    books = [(f"{MAIN_PART}.xlsx", blank(parts.of_main(made)))]
    for scorer, _ in made.ballots:
        name = f"{BALLOT_PREFIX}{scorer.translate(_AS_A_FILE)}.xlsx"
        books.append((name, blank(parts.of_scorer(made, scorer))))
    left = (
        (str(at), text) for at, text in parts.left(filled, parts.texts([book for _, book in books]))
    )
    files = tuple((name, emit(book)) for name, book in books)
    return Split(outcome, files, tuple(left), tuple(parts.said(outcome.findings)))


def _refused(outcome: Outcome, stops: list[Finding]) -> Outcome:
    return Outcome(outcome.source, tuple(stops) or outcome.findings, outcome.filled)
