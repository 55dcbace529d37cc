"""评价年度 as people write it: read as four digits where it is certain, listed, and printed once."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from tests import documents
from xlkpi.exchange.new import Refused, new_workbook
from xlkpi.pipeline import Document, score_documents, write_scored
from xlkpi.writing import text

BASE = documents.RECIPES / "基本示例.md"


def made_with(typed: str) -> bytes:
    return documents.mishandled(documents.sample(BASE), [("写", "基本信息", "B6", typed)])


@pytest.mark.parametrize(
    "typed", ["２０２３年", "2023年度", "2023 年", "2023.0", "2023 年度 ", "二〇二三年", "二零二三年度", "２０２３"]
)  # fmt: skip
def test_a_year_in_other_words_is_read_and_listed(typed: str) -> None:
    made = score_documents([Document("示例.xlsx", made_with(typed))])[0]
    assert [(each.code, str(each.place), each.params["read"]) for each in made.findings] == [
        ("X507", "基本信息!B6", "2023")
    ]
    assert text.score_report(made)["year"] == "2023"


@pytest.mark.parametrize("typed", ["2023", "数 2023"])
def test_a_plain_year_needs_no_note(typed: str) -> None:
    made = score_documents([Document("示例.xlsx", made_with(typed))])[0]
    assert made.scored
    assert not made.findings
    assert text.score_report(made)["year"] == "2023"


def test_a_date_that_shows_the_year_alone_is_that_year() -> None:
    """What a spreadsheet program makes of 2023年 in a cell with such a format."""
    data = documents.mishandled(
        made_with("日期 2023-01-01"), [("格式", "基本信息", "B6", 'yyyy"年"')]
    )
    made = score_documents([Document("示例.xlsx", data)])[0]
    assert [each.message for each in made.findings] == ["“2023年”读作 2023"]


@pytest.mark.parametrize(
    "typed", ["23年", "2023-2024", "2023—2024年度", "日期 2024-03-15", "2023年1-12月", "2023.5", "去年", "数 202", "2023年上半年"]
)  # fmt: skip
def test_what_may_be_another_year_stops(typed: str) -> None:
    made = score_documents([Document("示例.xlsx", made_with(typed))])[0]
    assert [(each.code, str(each.place)) for each in made.findings] == [("X702", "基本信息!B6")]


@pytest.mark.parametrize("typed", ["2023年度", "2023年", "数 2023", "2023"])
def test_no_sheet_says_the_word_twice(typed: str, tmp_path: Path) -> None:
    source = documents.mishandled(made_with(typed), [])
    path = documents.scored(tmp_path, "结果", source)
    assert documents.verified(path.read_bytes(), path.name).status in ("same", "resaved")
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            for held in row:
                assert not {"年年", "年度年度", "年度年", "年 年度"} & {
                    str(held)[at : at + n] for n in (2, 3, 4) for at in range(len(str(held)))
                }, (sheet.title, held)
    assert "2023年度" in str(book["汇总"]["A1"].value)


@pytest.mark.parametrize("typed", ["2023年", "２０２３年度", "2023"])
def test_a_blank_carries_the_digits(typed: str, tmp_path: Path) -> None:
    made = new_workbook(tmp_path / "空白.xlsx", year=typed)
    book = openpyxl.load_workbook(io.BytesIO(made.data))
    assert book["基本信息"]["B6"].value == "2023"


def test_a_blank_is_not_made_for_an_unclear_year(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="23年"):
        new_workbook(tmp_path / "空白.xlsx", year="23年")


def test_workbooks_of_one_year_are_one_department_to_merge_and_compare() -> None:
    plain, worded = (
        score_documents([Document("示例.xlsx", made_with(typed))])[0].filled
        for typed in ("2023", "2023年度")
    )
    assert plain is not None
    assert worded is not None
    assert plain.identity == worded.identity


def test_the_bytes_of_a_result_do_not_depend_on_what_was_made_before() -> None:
    """A plan of a plain year is not filled with a worded one's."""
    first = write_scored(score_documents([Document("示例.xlsx", made_with("2023年度"))])[0])
    write_scored(score_documents([Document("示例.xlsx", made_with("2023"))])[0])
    again = write_scored(score_documents([Document("示例.xlsx", made_with("2023年度"))])[0])
    assert first == again
