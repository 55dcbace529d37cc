"""The program on one page: sources → outcomes. Nothing is written here, and nothing printed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from xlkpi.check import afterwards, check
from xlkpi.findings import Finding, Severity, errors, finding, fold
from xlkpi.intake import Unreadable, read
from xlkpi.model import Filled, Outcome, Scored, Source
from xlkpi.place import Place
from xlkpi.scoring import score


class Document(NamedTuple):
    """A source's bytes and the name it goes by; None where it could not be opened."""

    file: str
    data: bytes | None
    reason: str = ""
    """Why it could not be opened, in Chinese."""


def outcomes(documents: Sequence[Document]) -> list[Outcome]:
    """Read, check and score; the marks of all sound workbooks are one frame."""
    made = [_understood(document) for document in documents]
    sound = [n for n, each in enumerate(made) if each.filled and not errors(each.findings)]
    results = score([filled for n in sound if (filled := made[n].filled)])
    for n, result in zip(sound, results, strict=True):
        made[n] = _scored(made[n], result)
    return made


def _scored(outcome: Outcome, result: Scored) -> Outcome:
    filled = outcome.filled
    assert filled is not None
    later = afterwards(filled, result)
    findings = _ordered(filled, [*outcome.findings, *later]) if later else outcome.findings
    return replace(outcome, findings=findings, scored=result)


def _understood(document: Document) -> Outcome:
    """Read and check one source."""
    if document.data is None:
        lost = finding("X015", Place(""), reason=document.reason)
        return Outcome(Source(document.file, ""), (lost,))
    try:
        filled, findings = read(document.data, document.file)
    except Unreadable as problem:
        digest = hashlib.sha256(document.data).hexdigest()
        source = Source(document.file, digest, len(document.data))
        return Outcome(source, (finding(problem.code, Place(""), **problem.params),))
    told, folded = fold(_ordered(filled, [*findings, *check(filled)]))
    return Outcome(filled.source, tuple(told), filled, folded=tuple(folded))


def _ordered(filled: Filled, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors first, then as one meets them leafing through the workbook."""
    sheets = {grid.name: n for n, grid in enumerate(filled.grids)}
    gravity = list(Severity)

    def key(each: Finding) -> tuple[int, int, int, int]:
        place = each.place
        return gravity.index(each.severity), sheets.get(place.sheet, -1), place.row, place.column

    return tuple(sorted(findings, key=key))
