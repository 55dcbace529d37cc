"""待修改: what its 问题清单 tells, and how its marks come off again, whoever saved it in between."""

from __future__ import annotations

import io
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.styles.colors import Color

from tests import documents, libreoffice
from xlkpi.domain import fingerprint
from xlkpi.domain.findings import Severity
from xlkpi.pipeline import Document, score_document, score_documents, write_outputs
from xlkpi.reading.open import OpenedWorkbook
from xlkpi.writing import marked_copy, problem_groups
from xlkpi.writing.original_fills import fill_of

SEVEN = documents.SAMPLES / "示例局2023_七人评分.md"
BASE = documents.RECIPES / "基本示例.md"
OLDER = documents.SAMPLES / "formats" / "待修改_旧版.xlsx"
SCORERS = ("组长", "副组长", "业务科长", "财务科长", "纪检员", "会计", "内审员")


def copy_of(source: bytes, name: str = "甲.xlsx") -> bytes:
    """The marked copy of a workbook with errors."""
    document = Document(name, source)
    ((kind, data),) = write_outputs(score_document(document), document)
    assert kind == "correction"
    return data


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: Any) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def listed(data: bytes) -> list[tuple[object, ...]]:
    """The lines of 问题清单, and below them the texts to forward."""
    rows = opened(data)["问题清单"].iter_rows(min_row=6, values_only=True)
    return [row for row in rows if any(row)]


@pytest.fixture(scope="module")
def many() -> bytes:
    """Seven scorers with one problem in common, and one of them with ten more."""
    book = opened(documents.sample(SEVEN))
    for name in SCORERS:
        book[f"评分_{name}"]["H6"].value = None
    for row in (10, 11, 13, 14, 16, 18, 19, 20, 21):
        book["评分_业务科长"].cell(row, 8).value = None
    book["评分_会计"]["H9"].value = "九分"
    book["基本信息"]["B6"].value = None
    return copy_of(saved(book))


def test_the_list_shows_nothing_that_only_programs_need(many: bytes) -> None:
    sheet = opened(many)["问题清单"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert not any(fingerprint.LABEL in each or "原底色" in each for each in texts)
    digest = OpenedWorkbook("", many).stamp.stated
    assert digest
    assert not any(digest in each or "FFF9D6" in each for each in texts)
    assert all(each.sheet_state == "visible" for each in opened(many).worksheets)


def test_what_several_scorers_have_in_common_is_one_line_with_all_its_cells(many: bytes) -> None:
    lines = {(row[2], row[3]): (row[4], row[5]) for row in listed(many)}
    others = "、".join(f"评分_{name}!H6" for name in SCORERS if name != "业务科长")
    assert lines["X201", others] == (
        "组长、副组长、财务科长 等 6 人 没有给“年度工作计划完成率”（A1.2）打分",
        "请由 组长、副组长、财务科长 等 6 人 补填 0 到 5 之间的得分；需要回避的，在“评分说明”写“回避”。",
    )
    own = "评分_业务科长!H6、H10:H11、H13:H14、H16、H18:H21"
    assert lines["X201", own][0] == "业务科长 没有给 10 个指标打分"
    assert len([row for row in listed(many) if row[2] == "X201"]) == 2


def test_each_who_has_to_act_gets_a_text_to_forward(many: bytes) -> None:
    texts = {str(row[0]): str(row[3]) for row in listed(many) if row[0] in (*SCORERS, "填报人")}
    assert list(texts) == [*SCORERS, "填报人"]
    assert texts["业务科长"] == (
        "业务科长：评分_业务科长 的 H6、H10:H11、H13:H14、H16、H18:H21，您没有给 10 个指标打分。"
        "请由您逐行补填得分，不超过各行的分值；需要回避的，在“评分说明”写“回避”。"
    )
    assert texts["会计"].startswith(
        "会计：（1）评分_会计 的 H6，您没有给“年度工作计划完成率”（A1.2）打分。"
    )
    assert "（2）评分_会计 的 H9，“九分”不是一个数。" in texts["会计"]
    assert "基本信息 的 B6，“评价年度”没有填写。" in texts["填报人"]
    assert not any("\n" in each for each in texts.values())  # a paragraph pastes anywhere


def test_every_finding_is_in_a_line_and_what_asks_for_an_act_in_a_text(many: bytes) -> None:
    (outcome,) = score_documents([Document("甲.xlsx", many)])
    problems = problem_groups.group(outcome.findings)
    told = [each for problem in problems for each in problem.findings]
    assert sorted(told, key=outcome.findings.index) == list(outcome.findings)
    texts = problem_groups.write_texts(outcome.findings, {})
    to_act = [each for each in outcome.findings if each.severity is not Severity.NOTE]
    assert all(each.place.sheet in texts["填报人"] for each in to_act)


def work_through(data: bytes) -> Any:
    """The next copy, of a copy in which one problem is left."""
    return opened(copy_of(data))


def test_marks_come_off_again_and_leave_what_was_there() -> None:
    """A fill of any kind, and a remark of the user's own."""
    book = opened(documents.sample(BASE))
    theme = PatternFill("solid", fgColor=Color(theme=4, tint=0.5))
    hatched = PatternFill("darkUp", fgColor="FF00B050")
    for cell, fill in (("H5", theme), ("H9", hatched)):
        book["评分_甲"][cell].value, book["评分_甲"][cell].fill = 99, fill
    book["评分_甲"]["H5"].comment = Comment("问过财务科", "某人")
    book["评分_乙"]["H5"].value = 99
    marked = opened(copy_of(saved(book)))
    assert "X203" in marked["评分_甲"]["H5"].comment.text
    marked["评分_甲"]["H5"].value, marked["评分_甲"]["H9"].value = 28, 28
    again = work_through(saved(marked))
    mended = again["评分_甲"]["H5"]
    assert mended.comment.text == "问过财务科"
    assert (mended.fill.fgColor.theme, mended.fill.fgColor.tint) == (4, 0.5)
    assert again["评分_甲"]["H9"].fill.fill_type == "darkUp"
    assert again["评分_甲"]["H9"].comment is None
    assert again["评分_乙"]["H5"].fill.fgColor.rgb == "FFFFB3B3"


def test_marks_come_off_in_rows_that_have_moved_and_what_the_user_painted_stays() -> None:
    book = opened(documents.sample(BASE))
    book["评分_甲"]["H9"].value = 99
    book["评分_甲"]["H5"].value = 98
    book["评分_乙"]["H5"].value = 97
    marked = opened(copy_of(saved(book)))
    for sheet, cell, value in (("评分_甲", "H9", 28), ("评分_甲", "H5", 28)):
        marked[sheet][cell].value = value
    marked["评分_甲"]["H5"].fill = PatternFill("solid", fgColor="FF92D050")  # "done"
    _move_down(marked["评分_甲"], "H9", "H10")
    again = work_through(saved(marked))
    assert again["评分_甲"]["H5"].fill.fgColor.rgb == "FF92D050"
    assert again["评分_甲"]["H10"].fill.fgColor.rgb == "FFFFF9D6"
    assert again["评分_甲"]["H10"].comment is None


def _move_down(sheet: Any, source: str, target: str) -> None:
    """What inserting a row above does to a cell's mark."""
    old, new = sheet[source], sheet[target]
    new.fill, new.comment = copy(old.fill), Comment(old.comment.text, old.comment.author)
    old.fill, old.comment = PatternFill("solid", fgColor="FFFFF9D6"), None


def test_a_copy_of_an_older_version_is_known_and_cleaned() -> None:
    """Its fingerprint and its fills are in cells of 问题清单."""
    data = OLDER.read_bytes()
    assert opened(data)["问题清单"]["D3"].value == fingerprint.LABEL
    origin = OpenedWorkbook("", data).origin
    assert origin is not None
    assert (origin.file, origin.identity) == ("常见错误.xlsx", "750a6a8f0fc8")
    book = opened(data)
    book["评分_甲"]["H5"].value = 28
    assert OpenedWorkbook("", saved(book)).origin is None  # somebody has worked on it
    again = work_through(saved(book))
    assert again.sheetnames.count("问题清单") == 1
    assert again["评分_甲"]["H5"].comment is None
    assert fill_of(again["评分_甲"]["H5"]) == "FFFFF9D6"
    assert fill_of(again["评分_甲"]["H9"]) == "FFFFB3B3"


@pytest.mark.usefixtures("office")
def test_a_copy_that_libreoffice_saved_is_untouched_and_its_marks_come_off(tmp_path: Path) -> None:
    source = tmp_path / "甲_待修改.xlsx"
    source.write_bytes(copy_of(documents.mishandled(documents.sample(BASE), [
        ("写", "评分_甲", "H5", "数 99"), ("写", "评分_乙", "H5", "数 99"),
    ])))  # fmt: skip
    (path,) = libreoffice.saved_as([source], tmp_path / "后", "xlsx")["xlsx"]
    origin = OpenedWorkbook("", path.read_bytes()).origin
    assert origin is not None
    assert origin.file == "甲.xlsx"
    assert origin == OpenedWorkbook("", source.read_bytes()).origin
    book = opened(path.read_bytes())
    book["评分_甲"]["H5"].value = 28
    again = work_through(saved(book))
    assert again["评分_甲"]["H5"].comment is None
    assert fill_of(again["评分_甲"]["H5"]) == "FFFFF9D6"
    assert fill_of(again["评分_乙"]["H5"]) == "FFFFB3B3"
    remark = again["评分_乙"]["H5"].comment.text
    assert remark.count("X203") == 1  # ours was known again, and is not there twice


@pytest.mark.parametrize("text", ["", "0", "AAAA", "eJwDAAAAAAE=", "！"])
def test_damaged_properties_are_as_good_as_none(text: str) -> None:
    book = opened(copy_of(documents.mishandled(documents.sample(BASE), [
        ("写", "评分_甲", "H5", "数 99")
    ])))  # fmt: skip
    for each in book.custom_doc_props.props:
        each.value = text
    data = saved(book)
    assert OpenedWorkbook("", data).origin is None
    assert work_through(data)["评分_甲"]["H5"].value == 99


def test_the_author_is_written_where_it_is_known(many: bytes) -> None:
    assert opened(many)["评分_会计"]["H9"].comment.author == marked_copy.AUTHOR


def test_whatever_is_marked_can_be_mended_though_the_sheet_is_protected() -> None:
    """A code that the blank locks may be the wrong one."""
    data = documents.mishandled(
        documents.sample(documents.RECIPES / "基本示例.md"), [("写", "评分_乙", "A9", "C11")]
    )
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    assert ("X324", "评分_乙!A9") in [(each.code, str(each.place)) for each in outcome.findings]
    assert outcome.filled is not None
    copy = openpyxl.load_workbook(
        io.BytesIO(marked_copy.correction(data, outcome.filled, outcome.findings))
    )
    assert not copy["评分_乙"]["A9"].protection.locked
