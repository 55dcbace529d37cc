"""满意度调查: votes are complete whole numbers, and belong to indicators that need them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlkpi.checks import typed_values
from xlkpi.checks.tiers import control_total
from xlkpi.domain.cells import Text
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Filled, Survey
from xlkpi.domain.methods import VOTES, Votes, satisfaction_rate
from xlkpi.domain.numbers import from_text, plain
from xlkpi.domain.schema import SURVEY, TIER3, folded


def _surveyed_indicators(filled: Filled) -> dict[str, Indicator]:
    """Return the indicators that are scored by a survey, by key."""
    methods = ((each, filled.method_of(each)) for each in filled.indicators)
    return {each.key: each for each, method in methods if method and method.surveyed}


def present(filled: Filled) -> Iterator[Finding]:
    """An indicator that is scored by a survey has one."""
    if filled.misplaced(SURVEY):
        return
    surveyed = {row.key for row in filled.surveys}
    unsure = any(not row.key for row in filled.surveys)
    for key, indicator in _surveyed_indicators(filled).items():
        if key and key not in surveyed and not unsure:
            yield finding("X641", indicator.method.place, code=indicator.label)


def codes_known(filled: Filled) -> Iterator[Finding]:
    """A survey belongs to an indicator that asks for it."""
    if TIER3.name not in filled.tables:  # has a finding, which explains every row here
        return
    known, asking = {each.key for each in filled.indicators}, _surveyed_indicators(filled)
    of_which = filled.of_which_by_key(3)
    for row in filled.surveys:
        if row.key in of_which:
            continue  # reported with the others of that row
        if row.code.blank:
            yield finding("X642", row.code.place, "（空）")
        elif row.key and row.key not in known:
            yield finding("X642", row.code.place, row.code.value or "")
        elif row.key and row.key not in asking:
            yield finding("X643", row.code.place, row.code.value or "")


def votes(filled: Filled) -> Iterator[Finding]:
    """Votes are whole numbers, not negative, complete, and not all 0."""
    asking = _surveyed_indicators(filled)
    for row in filled.surveys:
        if all(vote.blank for vote in row.votes) and row.key in asking:
            yield finding("X644", row.votes[0].place, what="、".join(VOTES))
            continue
        for what, vote in zip(VOTES, row.votes, strict=True):
            value = vote.value
            if vote.blank and row.key in asking:
                yield finding("X644", vote.place, what=what)
            elif value is not None and (value < 0 or value != value.to_integral_value()):
                yield finding("X645", vote.place, plain(value))
    for key, indicator in asking.items():
        rows = [row for row in filled.surveys if row.key == key]
        counts = [vote.value for row in rows for vote in row.votes]
        if rows and all(count == 0 for count in counts):
            yield finding("X646", rows[0].votes[0].place, code=indicator.label)


def repeated(filled: Filled) -> Iterator[Finding]:
    """The same survey is not pasted twice."""
    first: dict[tuple[object, ...], Survey] = {}
    for row in filled.surveys:
        counts = tuple(vote.value for vote in row.votes)
        if not row.key or None in counts:
            continue
        other = first.setdefault(
            (row.key, folded(row.respondents.value), row.method.value, *counts), row
        )
        if other is not row:
            code = row.code.value or ""
            yield finding("X640", row.code.place, code, other=str(other.row + 1))


def control_totals(filled: Filled) -> Iterator[Finding]:
    """A row named 合计 equals the sum of the rows above it."""
    table = filled.tables.get(SURVEY.name)
    if not table:
        return
    for at, header in enumerate(VOTES):
        parts = {row.row: row.votes[at].value for row in filled.surveys}
        yield from control_total(table, header, parts)
    parts = {row.row: row.sent.value for row in filled.surveys}
    yield from control_total(table, "发放问卷", parts)


def sent(filled: Filled) -> Iterator[Finding]:
    """No more answers are valid than were sent out, and the number sent is filled in."""
    asking = _surveyed_indicators(filled)
    for row in filled.surveys:
        valid = _valid_votes(row)
        if row.key not in asking or valid is None:
            continue
        if row.sent.blank:
            yield finding("X647", row.sent.place, code=row.code.value)
        elif row.sent.value is not None and valid > row.sent.value:
            yield finding("X648", row.sent.place, plain(row.sent.value), valid=plain(valid))


def _valid_votes(row: Survey) -> Decimal | None:
    counts = [vote.value for vote in row.votes]
    return None if None in counts else sum((c for c in counts if c is not None), Decimal(0))


def typed_rate(filled: Filled) -> Iterator[Finding]:
    """A rate typed as 实际完成值 equals that of the survey, which is the one that counts."""
    criterion = filled.parameters.text("满意度口径")
    for key, indicator in _surveyed_indicators(filled).items():
        votes = filled.votes(key)
        if votes is None or votes.valid <= 0:
            continue
        if typed_values.differs(indicator.actual_text, satisfaction_rate(votes, criterion)):
            rate = plain(satisfaction_rate(votes, criterion), 2)
            place = indicator.actual_text.place
            yield finding("X649", place, indicator.actual_text.value or "", rate=rate)


def typed_results(filled: Filled) -> Iterator[Finding]:
    """Typed 有效问卷 and 满意度 equal those of the row's votes, which are what counts."""
    table, criterion = filled.tables.get(SURVEY.name), filled.parameters.text("满意度口径")
    for row in filled.surveys if table else ():
        assert table is not None
        valid = _valid_votes(row)
        if valid is None:
            continue
        typed = typed_values.typed_text(table, row.row, "有效问卷")
        if typed.good and _number(typed) != valid:
            yield finding(
                "X650", typed.place, typed.value or "", what="有效问卷", expected=plain(valid)
            )
        typed = typed_values.typed_text(table, row.row, "满意度")
        if typed.blank:
            continue
        votes = Votes(*(int(vote.value or 0) for vote in row.votes))
        rate = satisfaction_rate(votes, criterion) if votes.valid > 0 else None
        if rate is None or typed_values.is_other(typed, rate):
            expected = "没有票数" if rate is None else f"{plain(rate, 2)}%"
            yield finding("X650", typed.place, typed.value or "", what="满意度", expected=expected)


def _number(typed: Text) -> Decimal | None:
    read = from_text(typed.value or "")
    return read.value if read and read.suffix in ("", "份") else None


def unanswered(filled: Filled) -> Iterator[Finding]:
    """A survey beside others of its indicator has answers too."""
    for key in _surveyed_indicators(filled):
        rows = [row for row in filled.surveys if row.key == key]
        counts = [_valid_votes(row) for row in rows]
        for row, valid in zip(rows, counts, strict=True):
            if valid == 0 and any(counts):
                sent = plain(row.sent.value or Decimal(0))
                yield finding("X656", row.votes[0].place, code=row.code.value, sent=sent)
