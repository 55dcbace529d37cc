"""Targets and actual values in all the spellings that offices use: a table of what each is read as.

The document is tests/spellings.md. All its rows stand in one workbook and are read at once.
"""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import pytest

from tests import clerk_book, documents
from xlkpi import reference
from xlkpi.findings import Finding, Severity
from xlkpi.model import Indicator, Outcome
from xlkpi.numbers import plain
from xlkpi.pipeline import Document, outcomes
from xlkpi.texts import day

PAGE = documents.ROOT / "tests" / "spellings.md"
BASE = documents.sample(documents.RECIPES / "基本示例.md")
HEADERS = {"E": "性质", "F": "指标值", "G": "单位", "H": "完成值"}
FIRST = 5


class Line(NamedTuple):
    target: str
    unit: str
    nature: str
    actual: str
    method: str
    expected: str

    @property
    def stops(self) -> bool:
        return self.expected.startswith("X")


LINES = [
    Line(*row)
    for table in documents._tables(PAGE.read_text(encoding="utf-8"))
    for row in table
]


def workbook(lines: list[Line], points: str = "数 1") -> bytes:
    """The sample with an indicator a line in place of its own."""
    book = copy.deepcopy(clerk_book._opened(BASE))
    rows = book.sheet("三级指标").rows
    del rows[FIRST - 1 :]
    for n, line in enumerate(lines):
        held = [
            f"A1.{n}", "A1", f"指标{n}", points, line.nature, line.target, line.unit, line.actual,
            line.method or "达标得满分",
        ]  # fmt: skip
        row = [clerk_book.Cell() for _ in held]
        for cell, content in zip(row, held, strict=True):
            clerk_book._type(cell, content)
        rows.append(row)
    return clerk_book.written(book)


@lru_cache(maxsize=1)
def read() -> Outcome:
    return outcomes([Document("甲.xlsx", workbook(LINES))])[0]


@lru_cache(maxsize=1)
def told() -> dict[int, list[Finding]]:
    found = defaultdict(list)
    for each in read().findings:
        if each.place.sheet == "三级指标" and each.place.cell[0] in HEADERS:
            found[each.place.row - FIRST + 1].append(each)
    return found


def said(indicator: Indicator) -> str:
    numbers = (indicator.target.value, indicator.actual.value)
    assert None not in numbers
    spelled = [day(n) if indicator.dated else plain(n) for n in numbers if n is not None]
    return f"{indicator.nature.value} {spelled[0]} · {spelled[1]}"


def test_the_table_is_long_enough_and_says_nothing_twice() -> None:
    assert len(LINES) >= 120
    assert len({line[:5] for line in LINES}) == len(LINES)


@pytest.mark.parametrize("n", range(len(LINES)), ids=lambda n: "|".join(LINES[n][:5]))
def test_a_spelling_is_read_as_the_table_says(n: int) -> None:
    line, findings = LINES[n], told()[n]
    stopped = [f"{f.code} {HEADERS[f.place.cell[0]]}" for f in findings if f.severity == "error"]
    if line.stops:
        assert stopped == [line.expected]  # one cause, one finding
        return
    assert not stopped
    indicator = _indicators()[n]
    assert said(indicator) == line.expected
    changed = {cell.place for cell in (indicator.target, indicator.actual) if _changed(cell.typed)}
    notes = {f.place for f in findings if f.code == "X507"}
    assert changed <= notes, "a changed reading is listed"


def _indicators() -> tuple[Indicator, ...]:
    filled = read().filled
    assert filled is not None
    return filled.indicators


def _changed(typed: object) -> bool:
    """Whether a cell holds a text that is more than digits, or a plain date."""
    return isinstance(typed, str) and not re.fullmatch(r"[\d.-]+", typed)


def test_a_good_actual_beside_an_unreadable_target_is_left_alone() -> None:
    for n, line in enumerate(LINES):
        if line.stops and line.expected.endswith("指标值"):
            assert {f.place.cell[0] for f in told()[n] if f.severity == "error"} == {"F"}, line
