"""A sheet that nobody has begun to fill in is one finding; one that somebody has begun is told by cell."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from tests.test_diff import RICH, base, edited
from xlkpi.checks import untouched
from xlkpi.domain.expected_content import CELLS_MISSING
from xlkpi.domain.findings import Finding, errors, shown
from xlkpi.domain.location import CellRef
from xlkpi.exchange.split import split
from xlkpi.pipeline import Document, score_document, write_outputs
from xlkpi.reading import source_file
from xlkpi.writing.styles import MARKED_FILL

TEMPLATES = sorted(source_file.templates_folder().glob("*.xlsx"))
SHEET = openpyxl.load_workbook(io.BytesIO(base(RICH)))["评分_站长"]
MARKS = [
    cell
    for (cell,) in SHEET["H5:H40"]
    if isinstance(cell.value, int | float) or "回避" in str(SHEET.cell(cell.row, 9).value)
]
"""The cells in which 站长 has marked, or stepped aside."""
BEGAN = "评分_站长"


def found(data: bytes) -> list[Finding]:
    return errors(score_document(Document("甲.xlsx", data)).findings)


def emptied(*others: tuple[str, str, str, str]) -> bytes:
    """The ballot of 站长 without a mark and without a remark."""
    steps = [("写", BEGAN, f"{column}{row}", "") for row in range(5, 41) for column in "HI"]
    return edited(*steps, *others)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_an_untouched_blank_gives_one_line_a_sheet(path: Path) -> None:
    """No sheet has two of them, and each says what is empty and how many cells it is."""
    told = found(path.read_bytes())
    assert len(told) <= 5
    lines = Counter(each.place.sheet for each in told if each.code in ("X126", "X246"))
    assert {*lines.values()} == {1}
    assert not {each.code for each in told} & {"X201", "X405", "X602", "X614", "X661", "X701"}
    (ballot,) = [each for each in told if each.code == "X246"]
    assert "个得分都空着" in ballot.message and "回避" in ballot.remedy


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_what_is_only_wished_for_on_an_untouched_sheet_is_told_with_the_rest(path: Path) -> None:
    """A warning about the same empty sheet would be a second line for one cause; no cell is lost."""
    outcome = score_document(Document("甲.xlsx", path.read_bytes()))
    empty = {each.place.sheet for each in outcome.findings if each.code == "X126"}
    assert not [
        each for each in outcome.findings if each.code == "X140" and each.place.sheet in empty
    ]
    for each in outcome.findings:
        if each.code == "X126" and each.place.sheet == "三级指标":
            assert "评分人打分的写完成情况" in each.remedy and "实际完成值" in each.message


def test_a_scorer_who_has_not_begun_is_one_finding() -> None:
    (told,) = found(emptied())
    assert (told.code, told.place.sheet, told.place.cell) == ("X246", BEGAN, MARKS[0].coordinate)
    assert told.message == f"站长 的评分表还没有填：{len(MARKS)} 个得分都空着"


@pytest.mark.parametrize(
    ("cell", "content"), [(MARKS[0].coordinate, "数 1"), (f"I{MARKS[0].row}", "情况属实")]
)
def test_a_scorer_who_has_begun_is_told_every_cell(cell: str, content: str) -> None:
    """A mark or a remark: the others may have been forgotten, and each has its own finding."""
    told = found(emptied(("写", BEGAN, cell, content)))
    codes = Counter(each.code for each in told)
    assert "X246" not in codes
    assert codes["X201"] == len(MARKS) - (cell == MARKS[0].coordinate)


def test_marks_in_a_wrong_column_are_no_empty_ballot() -> None:
    told = found(emptied(("写", BEGAN, f"L{MARKS[0].row}", "数 5")))
    assert "X246" not in {each.code for each in told}
    assert any("请移到“得分”一栏" in each.remedy for each in told)


def test_a_remedy_names_only_what_is_empty() -> None:
    """完成程度 is chosen, and no 0 is advised for it; 实际完成值 that was not reached is 0."""
    by_name = {path.stem: found(path.read_bytes()) for path in TEMPLATES}
    (degrees,) = [
        each
        for each in by_name["部门整体支出共性指标体系"]
        if each.code == "X126" and each.place.sheet == "三级指标"
    ]
    assert "填 0" not in degrees.remedy and "三档" in degrees.remedy
    (values,) = [
        each
        for each in by_name["项目支出绩效自评"]
        if each.code == "X126" and each.place.sheet == "三级指标"
    ]
    assert "填 0" in values.remedy and "三档" not in values.remedy


def test_the_marked_copy_marks_the_first_empty_cell() -> None:
    document = Document("甲.xlsx", emptied())
    outcome = score_document(document)
    copies = dict(write_outputs(outcome, document))
    cell = openpyxl.load_workbook(io.BytesIO(copies["correction"]))[BEGAN][MARKS[0].coordinate]
    assert cell.fill.fgColor.rgb == MARKED_FILL
    assert "个得分都空着" in cell.comment.text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_an_untouched_workbook_can_still_be_split(path: Path) -> None:
    assert split(Document("甲.xlsx", path.read_bytes())).files


def test_the_remedy_of_a_sheet_with_every_kind_of_empty_cell_is_not_cut_off() -> None:
    of_tier3 = ("X602", "X614", "X678", CELLS_MISSING)
    place = CellRef("三级指标", 4, 7)
    advice = untouched._how([Finding(code, place) for code in of_tier3])
    assert shown(advice) == advice
