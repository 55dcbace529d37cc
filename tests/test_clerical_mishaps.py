"""The clumsy clerk at random: harmless deeds move no figure, harmful ones are found at their cell."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from functools import cache
from random import Random

import pytest

from tests import clerical_mishaps, documents, plain_workbook, random_books
from tests.counts import drawn
from tests.plain_workbook import Book
from xlkpi.domain.findings import CODES, Severity
from xlkpi.domain.location import a1
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents

PARTS = 20
EACH = drawn(6, 500)


def outcome(data: bytes) -> Outcome:
    return score_documents([Document("甲.xlsx", data)])[0]


def figures(made: Outcome) -> object:
    assert made.scored
    return (
        made.scored.total,
        made.scored.grade.name.value,
        [{str(tier.tier.code.value): tier.score for tier in tiers} for tiers in made.scored.tiers],
    )


@cache
def bases() -> list[tuple[Book, object]]:
    """Good workbooks and their figures."""
    data = [path.read_bytes() for path in sorted(documents.SAMPLES.glob("*.xlsx"))]
    data += [random_books.workbook(seed) for seed in range(12)]
    return [(plain_workbook.opened(each), figures(outcome(each))) for each in data]


def met(made: Book, expected: clerical_mishaps.Expected, outcome: Outcome) -> bool:
    """Whether what must be found is found where it is."""
    if expected.cell is not None:
        at = made.find(expected.cell)
        unread = {found.place.sheet for found in outcome.findings if found.code == "X102"}
        if at is None or at.rpartition("!")[0] in unread:
            return True  # another deed took the row away again, or the header of its table
    told = (*outcome.findings, *outcome.folded)  # a flood of one kind is told at its first cell
    for found in told:
        if found.code not in expected.codes:
            continue
        place = f"{found.place.sheet}!{found.place.cell}"
        if expected.cell is not None:
            if place == made.find(expected.cell):
                return True
        elif expected.sheet is None or found.place.sheet == expected.sheet.name:
            return True
    return False


@pytest.mark.parametrize("part", range(PARTS))
def test_no_deed_changes_a_score_in_silence(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    rng = Random(f"clerk {part}")
    counted: Counter[str] = Counter()
    for number in range(EACH):
        base, right = bases()[rng.randrange(len(bases()))]
        made, done, expected = clerical_mishaps.deformed(base, rng)
        if not done:
            continue
        told = outcome(plain_workbook.written(made))
        where = (part, number, done, [(f.code, str(f.place)) for f in told.findings][:8])
        missed = [each for each in expected if not met(made, each, told)]
        if missed and told.scored and figures(told) == right:
            # It fell upon what does not count: a row without points, a rule that nothing uses, or
            # a cell that the next mishap set right again.
            counted["without effect"] += 1
            continue
        assert not missed, (
            where,
            [(each.codes, each.cell and made.find(each.cell)) for each in missed],
        )
        reads_on = not any(
            CODES[code].severity is Severity.ERROR for each in expected for code in each.codes
        )
        if reads_on:
            assert told.scored, where
        if told.scored and not any(each.moves for each in expected):
            assert figures(told) == right, where
        counted["harmless" if reads_on else "harmful"] += 1
    assert counted["without effect"] <= 1 + EACH // 50
    record_property("clumsy workbooks, harmless: figures unchanged", counted["harmless"])
    record_property("clumsy workbooks, harmful: found at the cell", counted["harmful"])


def test_a1_is_what_the_generator_and_the_tool_both_mean() -> None:
    book, _ = bases()[0]
    sheet = book.sheets[1]
    assert book.find(sheet.rows[4][1]) == f"{sheet.name}!{a1(4, 1)}"


def test_a_right_total_sorted_to_the_top_is_still_right() -> None:
    base, right = bases()[0]
    made = copy.deepcopy(base)
    clerical_mishaps.a_right_total(made, Random(3))
    for each in clerical_mishaps.tiers(made):
        each.sheet.rows[each.head + 1 :] = each.sheet.rows[each.head + 1 :][::-1]
    assert figures(outcome(plain_workbook.written(made))) == right
