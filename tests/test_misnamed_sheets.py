"""Sheets that the clerk made: one's own are left alone, the format's under another name are told."""

from __future__ import annotations

import copy
import io

import openpyxl
import pytest

from tests import clerical_mishaps, documents, plain_workbook
from tests.plain_workbook import Book, Cell, Sheet
from xlkpi import pipeline
from xlkpi.domain.findings import Severity
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading import engine
from xlkpi.reading.unreadable import Unreadable

BASE = documents.RECIPES / "基本示例.md"
SEVEN = documents.SAMPLES / "示例局2023_七人评分.xlsx"


def outcome(data: bytes) -> Outcome:
    return score_documents([Document("示例.xlsx", data)])[0]


def loud(made: Outcome) -> list[tuple[str, str]]:
    return [(f.code, str(f.place)) for f in made.findings if f.severity is not Severity.NOTE]


def with_sheet(name: str, rows: list[list[object]]) -> bytes:
    book = plain_workbook.opened(documents.sample(BASE))
    book.sheets.append(Sheet(name, [[Cell(held) for held in row] for row in rows]))
    return plain_workbook.written(book)


@pytest.mark.parametrize(
    "rows",
    [
        [["姓名", "职务", "分工", "电话"], ["甲", "主任", "组长", "123"]],
        [["编号", "三级指标", "分值", "得分"], ["A1.1", "重点工作完成情况", 30, 28]],  # whose marks?
        [["评分人", "编号", "得分"], ["甲", "A1.1", 28]],
        [["评分人", "甲"], ["编号", "三级指标", "分值", "得分"], ["A1.1", "重点工作", 30, None]],  # not filled in
        [["参数", "值", "说明"], ["打印份数", 3, "双面"]],
        [["项目", "内容", "填写说明"], ["第一季度", "开会", ""]],
        [["事项", "类别", "分值"], ["考勤", "迟到", 1]],
        [["规则", "方式", "步长"], ["加班", "调休", 1]],
        [["项目名称", "全年预算数", "经办", "电话"], ["甲项目", 5, "乙", 1]],
        [["项目名称", "全年预算数", "全年执行数"]],
        [["项目名称", "全年预算数", "全年执行数", "科室", "经办", "电话", "状态"], ["甲", 5, 4, "一", "乙", 1, "完"]],
        [["问题", "答复"], ["何时交", "三月"]],
        [["指标编号", "满意度"], ["D1.1", 95]],
        [[]],
    ],
)  # fmt: skip
def test_a_sheet_of_ones_own_is_left_alone(rows: list[list[object]]) -> None:
    made = outcome(with_sheet("自己的表", rows))
    assert made.scored is not None
    assert loud(made) == []
    assert [f.code for f in made.findings] == ["X108"]


def test_results_pasted_under_other_names_are_left_alone() -> None:
    """Last year's results kept in this year's workbook: they have headers like ours, and marks."""
    data = SEVEN.read_bytes()
    before = outcome(data)
    scored = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(before)), data_only=True)
    book = plain_workbook.opened(data)
    results = before.filled.grids if before.filled else ()
    inputs = {grid.name for grid in results}
    added = [s for s in scored.worksheets if s.title not in inputs and s.title != "填表说明"]
    assert {"指标得分", "汇总", "评分对比"} <= {sheet.title for sheet in added}
    for sheet in added:
        rows = [[Cell(held) for held in row] for row in sheet.iter_rows(values_only=True)]
        book.sheets.append(Sheet(f"上年{sheet.title}", rows))
    after = outcome(plain_workbook.written(book))
    assert loud(after) == loud(before)
    assert sum(f.code == "X108" for f in after.findings) == len(added)
    assert after.scored is not None
    assert before.scored is not None
    assert after.scored.total == before.scored.total


def test_a_foreign_sheet_that_cannot_be_read_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = engine._rows

    def broken(book: object, sheet: str) -> list[list[object]]:
        if sheet == "自己的表":
            raise Unreadable("X017", reason="示例")
        return rows(book, sheet)

    monkeypatch.setattr(engine, "_rows", broken)
    made = outcome(with_sheet("自己的表", [["参数", "值"], ["打分制", "百分制"]]))
    assert made.scored is not None
    assert [f.code for f in made.findings] == ["X108"]


def looking_up(book: Book, formula: str) -> bytes:
    """评分_乙 with its names looked up by a formula that shows another department's."""
    made = copy.deepcopy(book)
    each = clerical_mishaps.table(made.sheet("评分_乙"))
    for number, row in enumerate(each.filled):
        cell = each.cell(row, "三级指标")
        cell.formula, cell.value = formula, f"别处的工作{number}"
    return plain_workbook.written(made)


@pytest.mark.parametrize(
    "formula",
    [
        "INDEX([1]三级指标!$C$5:$C$28,MATCH(A5,[1]三级指标!$A$5:$A$28,0))",
        "INDEX('[别处.xlsx]三级指标'!$C$5:$C$28,1)",
        "INDEX('D:\\自评\\[别 处.xlsx]三级指标'!$C$5:$C$28,1)",
    ],
)
def test_look_ups_into_another_workbook_tell_whose_ballot_it_is(formula: str) -> None:
    book = plain_workbook.opened(documents.sample(BASE))
    assert loud(outcome(looking_up(book, formula))) == [("X227", "评分_乙!B4")]


def test_a_look_up_that_went_stale_is_harmless() -> None:
    """Nobody has recalculated; the code stands, and the name is looked up again."""
    book = plain_workbook.opened(documents.sample(BASE))
    formula = "INDEX(三级指标!$C$5:$C$28,MATCH(A5,三级指标!$A$5:$A$28,0))"
    made = outcome(looking_up(book, formula))
    assert made.scored is not None
    assert loud(made) == []
