"""One mistyped code or name gives one finding, at that cell, however many cells follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import is_dataclass, replace
from functools import lru_cache, partial
from typing import Any, NamedTuple

import pytest

from tests.counts import chosen
from tests.documents import SAMPLES
from tests.plain_workbook import followed
from xlkpi.checks import check
from xlkpi.checks.odd_one_out import Support, choose, pair_strays
from xlkpi.domain.cells import Text
from xlkpi.domain.findings import Finding, Severity
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import folded
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.workbook import read

S = "示例局2023_七人评分"
MAIN = (S, "高新区考核办2023")


class Named(NamedTuple):
    """A cell with a code or a name, what else stands in its column, and how another text gets there."""

    cell: Text
    column: Sequence[str]
    typed: Callable[[str], Any]


@lru_cache
def filled_in(name: str) -> Filled:
    return read((SAMPLES / f"{name}.xlsx").read_bytes(), name)[0]


def cells(filled: Filled) -> Iterator[Named]:
    """Every code and name of the tiers, of 评价工作组 and of the ballots."""
    for field in ("tier1", "tier2", "indicators"):
        for name, key in (("code", "key"), ("parent", "parent_key"), ("name", "")):
            yield from column_of(filled, field, name, key)
    yield from column_of(filled, "members", "name", "")
    yield from column_of(filled, "ballots", "scorer", "")
    for n, ballot in enumerate(filled.ballots):
        for each in column_of(ballot, "marks", "code", "key"):
            typed = partial(put_inside, filled, n, each.typed)
            yield each._replace(typed=typed)


def column_of(filled: Any, field: str, name: str, key: str) -> Iterator[Named]:
    rows = getattr(filled, field)
    column = [getattr(row, name).value or "" for row in rows]
    for n, row in enumerate(rows):
        if getattr(row, name).good:
            yield Named(getattr(row, name), column, partial(put, filled, field, n, name, key))


def put(filled: Any, field: str, n: int, name: str, key: str, text: str) -> Any:
    """The same with another text in one row."""
    rows = getattr(filled, field)
    changes = {name: getattr(rows[n], name)._replace(value=text)}
    changes |= {key: folded(text)} if key else {}
    change = replace if is_dataclass(rows[n]) else type(rows[n])._replace
    return filled._replace(**{field: (*rows[:n], change(rows[n], **changes), *rows[n + 1 :])})


def put_inside(filled: Filled, n: int, typed: Callable[[str], Any], text: str) -> Filled:
    return filled._replace(ballots=(*filled.ballots[:n], typed(text), *filled.ballots[n + 1 :]))


def typos(text: str, column: Sequence[str]) -> set[str]:
    """A sign left out, one too many, another one; the entry above and the one below."""
    sign = "9" if text.isascii() else "某"
    at = column.index(text)
    beside = {column[at - 1], column[(at + 1) % len(column)]}
    return {text[1:] or "丙", text + sign, text[:-1] + sign, *beside} - {text}


def cases() -> list[tuple[str, str, str]]:
    return [
        (name, str(each.cell.place), typo)
        for name in MAIN
        for each in cells(filled_in(name))
        for typo in sorted(typos(each.cell.value or "", each.column))
    ]


def loud(found: Sequence[Finding]) -> set[tuple[str, CellRef]]:
    return {(each.code, each.place) for each in found if each.severity is not Severity.NOTE}


@pytest.mark.parametrize("name", MAIN)
def test_one_mistyped_cell_gives_one_finding_at_that_cell(name: str) -> None:
    filled = filled_in(name)
    named = {str(each.cell.place): each for each in cells(filled)}
    before = loud(check(filled))
    drawn = [each for each in chosen(cases(), 1_200) if each[0] == name]
    for _, place, typo in drawn:
        found = check(named[place].typed(typo))
        new = [each for each in found if (each.code, each.place) in loud(found) - before]
        assert len(new) <= 1, (place, typo, new)
        for each in new:
            cell = named[place].cell.place.cell
            assert str(each.place) == place or cell in each.message, (place, typo, each)


def outcome(*steps: tuple[str, str, str, str], name: str = S) -> Outcome:
    data = followed((SAMPLES / f"{name}.xlsx").read_bytes(), steps)
    return score_documents([Document("示例.xlsx", data)])[0]


def found(*steps: tuple[str, str, str, str]) -> list[tuple[str, str]]:
    return [
        (each.code, str(each.place))
        for each in outcome(*steps).findings
        if each.severity is Severity.ERROR
    ]


def test_seven_scorers_are_not_told_to_spread_a_typo() -> None:
    made = outcome(("写", "三级指标", "A20", "2.1"))
    (error,) = [each for each in made.findings if each.severity is Severity.ERROR]
    assert (error.code, str(error.place)) == ("X324", "三级指标!A20")
    assert "7 张评分表里都是“C2.1”" in error.message
    assert "应为“C2.1”" in error.remedy
    assert made.scored is None


def test_what_else_is_wrong_is_still_told() -> None:
    assert found(
        ("写", "三级指标", "A20", "2.1"),
        ("写", "评分_组长", "H20", "空"),
        ("写", "评分_会计", "A9", "A9.9"),
        ("写", "评价工作组", "A6", "副组"),
    ) == [
        ("X241", "评价工作组!A6"),
        ("X324", "三级指标!A20"),
        ("X201", "评分_组长!H20"),
        ("X324", "评分_会计!A9"),
    ]


def test_two_typos_in_one_tier_are_two_findings() -> None:
    steps = (("写", "三级指标", "A20", "2.1"), ("写", "三级指标", "A21", "22"))
    assert found(*steps) == [("X324", "三级指标!A20"), ("X324", "三级指标!A21")]


@pytest.mark.parametrize("typed", ["ｃ２.１", "c2.1", " C2.1 ", "C 2.1"])
def test_a_code_spelled_with_other_letters_is_the_same_code(typed: str) -> None:
    assert found(("写", "三级指标", "A20", typed)) == []


def test_a_code_that_became_a_number_is_told_once() -> None:
    assert found(("写", "三级指标", "A20", "数 2.1")) == [("X309", "三级指标!A20")]
    assert found(("写", "一级指标", "A6", "数 2")) == [("X324", "一级指标!A6")]


def test_ballots_in_an_order_of_their_own_are_no_typo() -> None:
    """Sorted by the scorer, row 20 and 21 change places."""
    marks = filled_in(S).ballots[0].marks
    steps = [
        ("写", "评分_组长", each.mark.place.cell, f"数 {other.mark.value}")
        for each, other in ((marks[15], marks[16]), (marks[16], marks[15]))
    ]
    codes = [("写", "评分_组长", "A20", "C2.2"), ("写", "评分_组长", "A21", "C2.1")]
    assert found(*steps, *codes) == []


def test_rows_that_are_gone_are_told_once() -> None:
    gone = [("写", "三级指标", f"{column}20", "空") for column in "ABCDEFGHIJKLMN"]
    (error,) = [e for e in outcome(*gone).findings if e.severity is Severity.ERROR]
    assert (error.code, str(error.place)) == ("X325", "三级指标!A4")
    assert error.found == "C2.1"


def test_a_row_of_a_higher_tier_that_is_gone_is_told_once() -> None:
    for sheet, row in (("二级指标", 11), ("二级指标", 9), ("一级指标", 8)):
        gone = [("写", sheet, f"{column}{row}", "空") for column in "ABCD"]
        assert found(*gone) == [("X325", f"{sheet}!A4")]


def test_a_sheet_that_was_renamed_is_one_reminder() -> None:
    made = outcome(("改名", "评分_会计", "", "评分_快计"))
    assert sorted(code for code, _ in loud(made.findings)) == ["X209", "X609"]
    assert made.scored is not None


ONE = "示例项目2023"


def test_where_nobody_can_tell_one_finding_names_both_cells() -> None:
    """One scorer against the tier: two cells, as likely the one as the other."""
    filled = filled_in(ONE)
    lone = filled._replace(ballots=filled.ballots[:1], members=filled.members[:1])
    ballot = lone.ballots[0]
    n, mark = next((n, each) for n, each in enumerate(ballot.marks) if each.mark.good)
    own = next(each for each in lone.indicators if each.key == mark.key)
    text = f"{mark.code.value}7"  # begins with its parent's code as well
    new = mark._replace(code=mark.code._replace(value=text), key=folded(text))
    marks = (*ballot.marks[:n], new, *ballot.marks[n + 1 :])
    changed = lone._replace(ballots=(ballot._replace(marks=marks),))
    (error,) = [e for e in check(changed) if e.severity is Severity.ERROR]
    assert error.place == own.code.place
    assert str(mark.code.place) in error.message
    assert "不知哪一处写错" in error.message


def test_what_most_cells_say_is_meant() -> None:
    assert choose({"甲": Support(2), "乙": Support(1)}) == "甲"
    assert choose({"甲": Support(1), "乙": Support(1)}) is None
    assert choose({"甲": Support(1, unrepeated=False), "乙": Support(1)}) == "乙"
    assert choose({"甲": Support(1, regular=False), "乙": Support(1)}) == "乙"
    assert choose({"甲": Support(2, unrepeated=False), "乙": Support(1)}) == "甲"


def test_strays_are_paired_by_the_gap_that_they_fill() -> None:
    assert pair_strays("abcd", "axcd") == {1: 1}
    assert pair_strays("abcd", "abcd") == {}
    assert pair_strays("abcd", "dcba") == {}
    assert pair_strays("abcd", "dxba") == {2: 1}
    assert pair_strays("abcc", "abcd") == {3: 3}
    assert pair_strays("abdd", "abcd") == {2: 2}
    assert pair_strays("abxyef", "abcdef") == {2: 2, 3: 3}
    assert pair_strays("abxyef", "abcef") == {}
    assert pair_strays("", "abc") == {}
