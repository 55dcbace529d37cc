"""One workbook → 主表 and a part for every scorer, with what that scorer needs."""

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

_STILL = frozenset((
    "X126", "X201", "X246", "X402", "X405", "X412", "X602", "X603", "X614", "X641", "X661", "X678",
    "X701",
))  # fmt: skip
"""Errors that only report something that is not filled in yet."""
_AS_A_FILE = str.maketrans('<>"|', "＜＞＂｜")
"""Characters that Excel allows in a sheet's name, and Windows forbids in a file's."""


class Split(NamedTuple):
    """The parts of a workbook, or why there are none."""

    outcome: Outcome
    """If refused, with no findings but the errors."""
    files: tuple[tuple[str, bytes], ...] = ()
    """Names and bytes."""
    uncarried: tuple[tuple[str, str], ...] = ()
    """(cell, text) of what no part contains."""
    findings: tuple[Finding, ...] = ()


def split(document: Document) -> Split:
    """Return the parts of a workbook; none where its structure is wrong."""
    outcome = pipeline.score_document(document)
    filled = outcome.filled
    stops = [each for each in errors(outcome.findings) if each.code not in _STILL]
    if filled is None or stops:
        return Split(_refused(outcome, stops))
    given = parts.filled_ballots(filled)
    contents = parts.whole_workbook(filled, given)
    written = parts.ReadBack(reopen(emit(blank(contents)), document.workbook))
    changed = [*written.changed(filled), *written.changed_in(given)]
    if changed:
        return Split(_refused(outcome, changed))
    books = [(f"{MAIN_PART}.xlsx", blank(parts.main_part(contents)))]
    for scorer, _ in contents.ballots:
        name = f"{BALLOT_PREFIX}{scorer.translate(_AS_A_FILE)}.xlsx"
        books.append((name, blank(parts.scorer_part(contents, scorer))))
    left = (
        (str(at), text)
        for at, text in parts.uncarried_texts(
            filled, parts.written_texts([book for _, book in books])
        )
    )
    files = tuple((name, emit(book)) for name, book in books)
    return Split(outcome, files, tuple(left), tuple(parts.not_carried(outcome.findings)))


def _refused(outcome: Outcome, stops: list[Finding]) -> Outcome:
    return Outcome(outcome.source, tuple(stops) or outcome.findings, outcome.filled)
