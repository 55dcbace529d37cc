"""复核: the reviewing authority's scores belong to indicators, stay within 分值, and have reasons."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlkpi.domain.cells import Text
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.methods import NOT_APPLICABLE
from xlkpi.domain.numbers import from_double, from_text, plain
from xlkpi.domain.results import Scored
from xlkpi.domain.schema import canonical
from xlkpi.domain.text import as_text


def codes_known(filled: Filled) -> Iterator[Finding]:
    """A row of 复核 belongs to an indicator that exists."""
    known = {indicator.key for indicator in filled.indicators} | filled.of_which_by_key(3).keys()
    for row in filled.reviews:
        if row.key and known and row.key not in known:
            yield finding("X621", row.code.place, row.code.value or "")
        if row.code.blank and row.done:
            yield finding("X621", row.code.place, "（空）")


def codes_unique(filled: Filled) -> Iterator[Finding]:
    """An indicator has one row in 复核."""
    first = {row.key: row for row in reversed(filled.reviews)}
    for row in filled.reviews:
        if row.key and first[row.key] is not row:
            other = first[row.key].code.place.cell
            yield finding("X622", row.code.place, row.code.value or "", other=other)


def applicable(filled: Filled) -> Iterator[Finding]:
    """A score for what does not apply changes nothing, and is reported."""
    skipped = {each.key for each in filled.indicators if not each.applies}
    for row in filled.reviews:
        if row.key in skipped and row.score.value is not None:
            yield finding("X625", row.score.place, plain(row.score.value), code=row.code.value)


def within_limits(filled: Filled) -> Iterator[Finding]:
    """0 ≤ 复核得分 ≤ 分值, in 百分制 too: it is a score, not a mark."""
    points = {indicator.key: indicator.points.value for indicator in filled.indicators}
    for row in filled.reviews:
        limit, score = points.get(row.key), row.score.value
        if limit is not None and score is not None and not 0 <= score <= limit:
            yield finding("X623", row.score.place, plain(score), limit=plain(limit))


def reasons(filled: Filled, scored: Scored) -> Iterator[Finding]:
    """A deduction needs its reason; the self-evaluation's figures do not depend on it."""
    own = {work.indicator.key: work.score for work in scored.indicator_scores}
    for row in filled.reviews:
        score = row.score.value
        if score is not None and score < own[row.key] and row.reason.blank:
            yield finding(
                "X624", row.reason.place, plain(score), code=row.code.value, own=plain(own[row.key])
            )


def own_scores(filled: Filled, scored: Scored) -> Iterator[Finding]:
    """A 自评得分 that somebody typed is the self-evaluation's: a result shows that, and not what was typed."""
    own = {work.indicator.key: work for work in scored.indicator_scores}
    for row in filled.reviews:
        work = own.get(row.key)
        if row.own.blank or work is None:
            continue
        if work.applies:
            same, expected = _number(row.own) == work.score, f"{work.score:f}"
        else:
            same, expected = canonical(row.own.value or "") == NOT_APPLICABLE, NOT_APPLICABLE
        if not same:
            found = as_text(row.own.typed) or "错误值"
            yield finding("X626", row.own.place, found, code=row.code.value, own=expected)


def _number(typed: Text) -> Decimal | None:
    """Return the number that was typed, with 分 behind it or without; None where it is none."""
    value = typed.typed
    if isinstance(value, int | float) and not isinstance(value, bool):
        return from_double(float(value))
    read = from_text(typed.value or "")
    return read.value if read and read.suffix in ("", "分") else None
