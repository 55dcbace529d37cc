"""What a number is read as: the digits that Excel shows; and floods of readings, told as one."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import documents
from xlkpi import pipeline
from xlkpi.domain.findings import Finding
from xlkpi.domain.numbers import from_double, significant
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents

BASE = documents.RECIPES / "基本示例.md"


def outcome(*steps: documents.Step) -> Outcome:
    """What comes of the small sample after these steps."""
    data = documents.mishandled(documents.sample(BASE), steps)
    return score_documents([Document("示例.xlsx", data)])[0]


def notes(made: Outcome, code: str = "X507") -> list[Finding]:
    return [each for each in made.findings if each.code == code]


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("7.0000000000000009", "7"),
        ("9.3999999999999986", "9.4"),
        ("0.3000000000000001", "0.3"),
        ("27.00000000000001", "27"),
        ("28", None),
        ("27.5", None),
        ("26.123456", None),
    ],
)
def test_a_mark_is_what_its_fifteen_digits_say(stored: str, read: str | None) -> None:
    """Also in the check for six decimals; a changed reading is noted, a plain number is not."""
    made = outcome(("写", "评分_甲", "H5", f"数 {stored}"))
    assert made.filled is not None
    assert made.filled.ballots[0].marks[0].mark.value == Decimal(read or stored)
    assert [(each.place.cell, each.params["read"]) for each in notes(made)] == (
        [("H5", read)] if read else []
    )
    assert made.scored is not None


@pytest.mark.parametrize("stored", ["9.333333333333334", "9.1234567"])
def test_a_pasted_quotient_still_stops(stored: str) -> None:
    made = outcome(("写", "评分_甲", "H5", f"数 {stored}"))
    assert [(each.code, each.place.cell) for each in made.findings if each.code == "X508"] == [
        ("X508", "H5")
    ]


def test_money_with_a_binary_tail_is_told_and_written_as_read(tmp_path: Path) -> None:
    made = outcome(("写", "预算执行", "D5", "数 120.50000000000001"))
    assert made.filled is not None
    assert made.filled.projects[0].budget.value == Decimal("120.5")
    assert pipeline.write_scored(made)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_read_to_fifteen_digits(value: float) -> None:
    read = from_double(value)
    assert read is not None
    assert len(read.as_tuple().digits) <= 15
    assert read == 0 if value == 0 else abs(read / Decimal(repr(value)) - 1) < Decimal("1e-14")
    assert significant(read) == read


def test_a_format_given_to_a_whole_column_is_one_error(tmp_path: Path) -> None:
    """Five cells, one cause: told at the first, which names the others."""
    cells = [f"D{row}" for row in range(5, 10)]
    steps = [("写", "三级指标", cell, f"数 {points}")
             for cell, points in zip(cells, (30, 20, 10, 10, 30), strict=True)]  # fmt: skip
    made = outcome(*steps, *(("格式", "三级指标", cell, '0"0"') for cell in cells))
    (told,) = notes(made, "X515")
    assert told.message == (
        "5 格（D 列），例如：单元格里存的是 30，显示的却是“300”：以哪个为准，无从知道；见 三级指标!D5:D9"
    )
    assert len(made.folded) == 5


@cache
def flooded() -> Outcome:
    """Rows of 预算执行 whose amounts are texts with a unit, and one mark in full-width digits."""
    steps = [("写", "预算执行", f"{column}{row}", text)
             for row in (5, 6) for column, text in zip("CDEF", ("80万元",) * 4, strict=True)]  # fmt: skip
    return outcome(*steps, ("写", "评分_甲", "H5", "２８"), ("写", "预算执行", "G5", "８０"))


def test_a_flood_of_readings_is_one_line_a_sheet_and_kind() -> None:
    """The others of its sheet, and those of other sheets, stay visible beside it."""
    made = flooded()
    said = {str(each.place): each.message for each in notes(made)}
    assert said["预算执行!C5"] == (
        "8 格带单位或符号的数，例如：“80万元”读作 80；"
        "见 预算执行!C5:C6、预算执行!D5:D6、预算执行!E5:E6、预算执行!F5:F6"
    )
    assert said["预算执行!G5"] == "“８０”读作 80"
    assert said["评分_甲!H5"] == "“２８”读作 28"
    assert len(said) == 3
    assert len(made.folded) == 8


def test_up_to_three_of_a_kind_are_told_one_by_one() -> None:
    made = outcome(*(("写", "预算执行", f"{column}5", "80万元") for column in "CDE"))
    assert len(notes(made)) == 3
    assert made.folded == ()


def test_the_record_lists_every_reading_of_a_flood(tmp_path: Path) -> None:
    """检查记录: the folded line, then each cell with what was typed and what was read."""
    import openpyxl

    path = tmp_path / "结果.xlsx"
    path.write_bytes(pipeline.write_scored(flooded()))
    sheet = openpyxl.load_workbook(path)["检查记录"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = next(n for n, line in enumerate(lines) if str(line[0]).startswith("逐格列出"))
    places = [line[3] for line in lines[at + 2 : at + 10]]
    assert places == [f"预算执行!{column}{row}" for row in (5, 6) for column in "CDEF"]
    assert {line[4] for line in lines[at + 2 : at + 10]} == {"“80万元”读作 80"}


def test_a_result_with_a_flood_verifies_the_same() -> None:
    """Without its source: what 检查记录 says of the readings is held against the fingerprint."""
    assert documents.verified(pipeline.write_scored(flooded()), "结果.xlsx").status == "same"
