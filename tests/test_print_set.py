"""What an auditor files: who, which year, 校验码 and page on every page, and no empty paper."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests import documents, libreoffice
from xlkpi import pipeline
from xlkpi.domain.schema import PRINT_SET
from xlkpi.pipeline import Document, score_document
from xlkpi.writing.book import page_header

SEVEN = documents.SAMPLES / "示例局2023_七人评分.md"
BASE = documents.RECIPES / "基本示例.md"
OLDER = documents.SAMPLES / "formats" / "评分结果_旧版.xlsx"


def result_of(source: bytes) -> bytes:
    return pipeline.write_scored(score_document(Document("甲.xlsx", source)))


@lru_cache
def seven() -> bytes:
    return result_of(documents.sample(SEVEN))


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_each_sheet_of_the_print_set_says_whose_it_is_and_which_page() -> None:
    book = opened(seven())
    code = next(row[5].value for row in book["汇总"].iter_rows() if row[4].value == "校验码：")
    for name in PRINT_SET:
        sheet = book[name]
        assert sheet.oddHeader.left.text == "示例市数据局（示例）"
        assert sheet.oddHeader.right.text == "2023年度部门整体支出绩效自评"
        assert sheet.oddFooter.left.text == f"校验码 {code}"
        assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
        assert sheet.oddFooter.right.text == "&A"
        assert sheet.page_setup.paperSize in (9, "9")
        assert sheet.page_setup.fitToHeight == 0
    assert [book[n].oddHeader.left.text for n in book.sheetnames if n not in PRINT_SET] == [
        None
    ] * (len(book.sheetnames) - len(PRINT_SET))


def test_the_summary_says_which_sheets_are_filed() -> None:
    sheet = opened(seven())["汇总"]
    last = re.fullmatch(r"'汇总'!\$A\$1:\$G\$(\d+)", sheet.print_area)
    assert last
    said = sheet.cell(int(last[1]), 1).value
    assert said.startswith("归档打印：汇总、等级、自评表、指标得分、检查记录。")


def test_the_long_table_of_the_summary_repeats_its_header_and_explains_missing_reasons() -> None:
    sheet = opened(seven())["汇总"]
    header = int(sheet.print_title_rows.rpartition("$")[2])
    assert [sheet.cell(header, c).value for c in (1, 2, 3, 4)] == [
        "编号",
        "指标",
        "失分",
        "原因和措施",
    ]
    texts = [str(row[3].value) for row in sheet.iter_rows(min_row=header + 1)]
    said = [each for each in texts if each.startswith("待补")]
    tier3 = opened(seven())["三级指标"]
    cells = [cell for row in tier3.iter_rows() for cell in row]
    (column,) = {c.column_letter for c in cells if c.value == "偏差原因分析及改进措施"}
    (row,) = {c.row for c in cells if c.value == "C4.3"}
    place = f"三级指标!{column}{row}"
    assert said == [
        f"待补：没有完成指标，或大大超过了指标值。请在填报的工作簿的 {place} 写明原因，再评一次"
    ]


def test_a_reason_that_nobody_has_to_write_is_said_to_be_none_of_those() -> None:
    """业务流程规范性 lost points by its marks, and has no target to be compared with."""
    source = documents.mishandled(documents.sample(SEVEN), [("写", "三级指标", "M10", "空")])
    sheet = opened(result_of(source))["汇总"]
    said = [str(row[3].value) for row in sheet.iter_rows() if row[3].value]
    (told,) = (each for each in said if each.startswith("没有写原因"))
    assert told == "没有写原因（不是必填）"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("财政局", "2023年度绩效自评", "&L财政局&R2023年度绩效自评"),
        ("A&R所", "2023年度", "&LA&&R所&R2023年度"),
        ("甲\n乙  丙", "&P", "&L甲 乙 丙&R&&P"),
        ("&" * 500, "长" * 500, "&L" + "&&" * 60 + "&R" + "长" * 60),
    ],
)
def test_staff_text_in_a_header_is_text_and_short(left: str, right: str, expected: str) -> None:
    made = page_header(left, right)
    assert made == expected
    assert len(made) <= 255


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("name", ["A&R所（示例）", "&" * 200, '3&"黑体"&72大'])
def test_a_department_with_codes_of_headers_in_its_name_verifies_when_saved_again(
    tmp_path: Path, name: str
) -> None:
    source = documents.mishandled(documents.sample(BASE), [("写", "基本信息", "B5", name)])
    path = tmp_path / "甲.xlsx"
    path.write_bytes(result_of(source))
    assert documents.verified(path.read_bytes(), "甲.xlsx", source).status == "same"
    (again,) = libreoffice.saved_as([path], tmp_path / "后", "xlsx")["xlsx"]
    assert documents.verified(again.read_bytes(), "甲.xlsx", source).status == "resaved"


def test_input_sheets_print_no_further_than_they_hold_anything() -> None:
    """Of 三级指标 核减分 and 核减理由 are empty; of 资金来源 everything is filled in."""
    book = opened(seven())
    areas = {name: book[name].print_area.rpartition("!")[2] for name in ("三级指标", "资金来源")}
    assert areas == {"三级指标": "$A$1:$N$29", "资金来源": "$A$1:$D$7"}
    for sheet in book.worksheets:
        if sheet.title in input_names():
            last = re.search(r":\$([A-Z]+)\$(\d+)\Z", sheet.print_area)
            assert last, sheet.title
            cells = [c for row in sheet.iter_rows() for c in row if c.value not in (None, "")]
            assert max(c.row for c in cells) == int(last[2]), sheet.title
            for block in sheet.merged_cells.ranges:
                edge = openpyxl.utils.column_index_from_string(last[1])
                assert block.min_col >= edge or block.max_col <= edge, sheet.title


def input_names() -> set[str]:
    outcome = score_document(Document("甲.xlsx", documents.sample(SEVEN)))
    assert outcome.filled
    return {grid.name for grid in outcome.filled.grids}


@pytest.mark.usefixtures("office")
def test_the_pages_of_the_two_main_samples_have_become_fewer(tmp_path: Path) -> None:
    """They were 51 and 42; what is filed of them is 8 and 6 at most."""
    for name, most in (("示例局2023_七人评分", 44), ("高新区考核办2023", 38)):
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(result_of(documents.sample(documents.SAMPLES / f"{name}.md")))
        texts = [page_text(page) for page in libreoffice.printed(path, tmp_path)]
        assert len(texts) <= most
        filed = [text for text in texts if "校验码 " in text]
        assert len(filed) <= 8
        assert all("2023年度部门整体支出绩效自评" in text for text in filed)


def page_text(page: str) -> str:
    return " ".join(page.split())


def test_a_result_has_no_guide_and_still_names_template_and_version() -> None:
    book = opened(seven())
    assert "填表说明" not in book.sheetnames
    assert all(s.sheet_state == "visible" for s in book.worksheets)
    for name, value in (("xlkpi_template", "部门整体支出绩效自评"), ("xlkpi_format", "1")):
        sheet, cell = next(iter(book.defined_names[name].destinations))
        assert (sheet, book[sheet][cell].value) == ("来源与指纹", value)
    lines = {row[0].value: row[2].value for row in book["来源与指纹"].iter_rows()}
    assert lines["填表说明"] == "填写说明，没有带入评分结果"


def test_a_result_is_read_as_the_template_that_it_came_of() -> None:
    outcome = score_document(Document("甲.xlsx", seven()))
    assert outcome.filled
    assert (outcome.filled.template, outcome.filled.version) == ("部门整体支出绩效自评", 1)
    assert "X105" not in [each.code for each in outcome.findings]
    assert outcome.filled.guide is None


def test_a_result_of_before_with_its_guide_still_verifies() -> None:
    assert "填表说明" in opened(OLDER.read_bytes()).sheetnames
    made = documents.verified(OLDER.read_bytes(), "旧版.xlsx")
    assert (made.status, made.differences) == ("other-version", ())


def test_an_older_result_with_a_changed_mark_does_not_verify() -> None:
    book = opened(OLDER.read_bytes())
    book["评分_甲"]["H5"].value = 1
    buffer = io.BytesIO()
    book.save(buffer)
    assert documents.verified(buffer.getvalue(), "旧版.xlsx").status == "changed"


def test_the_chart_of_the_summary_is_printed_and_covers_no_cell() -> None:
    sheet = opened(seven())["汇总"]
    last = int(sheet.print_area.rpartition("$")[2])
    (chart,) = sheet._charts
    top, bottom = chart.anchor._from.row + 1, chart.anchor.to.row + 1
    assert chart.anchor.to.col <= 6
    assert bottom <= last
    covered = sheet.iter_rows(min_row=top, max_row=bottom, max_col=7, values_only=True)
    assert [value for row in covered for value in row if value is not None] == []


def test_nothing_in_a_box_of_a_result_touches_a_line() -> None:
    """Numbers stand right, codes and texts left, both indented; short words are centred."""
    used = {
        sheet.title: {
            (cell.alignment.horizontal, cell.alignment.indent)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None and cell.border.left.style
        }
        for sheet in opened(seven()).worksheets
    }
    for title, looks in used.items():
        assert looks <= {("left", 1.0), ("right", 1.0), ("center", 0.0)}, title


def test_numbers_of_an_input_sheet_stand_right_and_its_codes_left() -> None:
    sheet = opened(seven())["三级指标"]
    row = sheet[6]
    assert [cell.alignment.horizontal for cell in row[:2]] == ["left", "left"]
    assert (row[3].alignment.horizontal, row[5].alignment.horizontal) == ("right", "right")


def test_a_percentage_typed_as_text_is_printed_with_its_sign() -> None:
    """A text 90 in 年度指标值 or 实际完成值 that no method reads has 计量单位 % like a number."""
    for cell, typed, expected in (
        ("F6", "90", "≥90%"),
        ("H6", "90", "90%"),
        ("H6", "９０", "９０%"),
        ("H6", "90.5", "90.5%"),
        ("H6", "九成", "九成"),
        ("H6", "90%", "90%"),
    ):
        source = documents.mishandled(documents.sample(SEVEN), [("写", "三级指标", cell, typed)])
        book = openpyxl.load_workbook(io.BytesIO(result_of(source)), data_only=True)
        row = next(
            [each.value for each in row if each.value is not None]
            for row in book["自评表"].iter_rows()
            if any(each.value == "年度工作计划完成率" for each in row)
        )
        assert expected in row, (cell, typed, row)
