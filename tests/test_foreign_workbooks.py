"""A workbook that is not of the format gets one sentence; one of ours that lost sheets gets its findings."""

from __future__ import annotations

import copy
import io
import json
import random
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests import documents, plain_workbook
from tests.counts import drawn
from xlkpi import pipeline
from xlkpi.domain.findings import Finding
from xlkpi.domain.results import Status
from xlkpi.interfaces.cli.commands import cli
from xlkpi.pipeline import Document, score_documents

BASE = documents.RECIPES / "基本示例.md"
NEW = "请拖入用空白模板填写的工作簿；还没有的，请用 xlkpi new 生成一份。"
FILL_IN = "请用 xlkpi new 生成一份空白工作簿，把这张表的内容填进去，再拖入那一份"

Rows = list[list[object]]
FORM: Rows = [
    ["项目支出绩效自评表"],
    ["（2023年度）"],
    ["项目名称", "示例项目", None, "主管部门", "示例局", "实施单位", "示例中心"],
    ["项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    ["年度总体目标", "预期目标", None, None, "实际完成情况"],
    ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    [None, "产出指标", "数量指标", "培训场次", 8, 8, 10, 10],
]


def workbook(**sheets: Rows) -> bytes:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def found(data: bytes) -> tuple[Finding, ...]:
    (outcome,) = score_documents([Document("示例.xlsx", data)])
    assert outcome.status is not Status.UNREADABLE
    return outcome.findings


@pytest.mark.parametrize(
    ("sheets", "what", "how"),
    [
        ({"Sheet1": [["增值税电子普通发票"], ["名称", "金额"], ["打印纸", 250]]}, "别的表格（开头是“增值税电子普通发票”）", NEW),
        ({"Sheet1": []}, "空的工作簿", NEW),
        ({"名单": [["序号", "姓名"], [1, "甲"]], "参数": [["参数", "值"], ["份数", 3]]}, "别的表格（开头是“序号”）", NEW),
        ({"Sheet1": FORM}, "财政部门的自评表（“项目支出绩效自评表”）", f"{FILL_IN}；评分后会得到填好的“自评表”。"),
        ({"自评表": FORM[2:]}, "财政部门的自评表", f"{FILL_IN}；评分后会得到填好的“自评表”。"),
        ({"封面": [["示例局"]], "附件2": [["部门整体支出绩效自评表（2023年度）"]]}, "财政部门的自评表（“部门整体支出绩效自评表（2023年度）”）", f"{FILL_IN}；评分后会得到填好的“自评表”。"),
        ({"Sheet1": [["项目支出绩效目标申报表"], ["项目名称", "示例"]]}, "财政部门的绩效目标表（“项目支出绩效目标申报表”）", f"{FILL_IN}。"),
        ({"预算执行": [["项目名称", "全年预算数", "全年执行数"], ["甲", 5, 4]]}, "别的表格，只有“预算执行”像标准格式的表", NEW[:-1] + "；是标准工作簿删剩下的，请从原件找回其余的表。"),
    ],
)  # fmt: skip
def test_a_foreign_workbook_is_told_what_it_is_taken_for(
    sheets: dict[str, Rows], what: str, how: str
) -> None:
    (only,) = found(workbook(**sheets))
    assert only.code == "X124"
    assert only.message == f"这不是标准的绩效自评工作簿，看内容是{what}"
    assert only.remedy == how


def test_the_offices_layout_and_the_public_version_are_told(tmp_path: Path) -> None:
    layout = documents.ROOT / "workbook_templates/自评表版式/项目支出.xlsx"
    assert [each.code for each in found(layout.read_bytes())] == ["X124"]
    source = tmp_path / "甲.xlsx"
    source.write_bytes(documents.sample(BASE))
    (only,) = found(dict(documents.outputs(source, public=True))["public"])
    assert only.message.endswith("看内容是本程序写出的公开版自评表")
    assert only.remedy == "要重新评分，请拖入原来的工作簿。"


def test_it_is_refused_and_no_copy_is_written(tmp_path: Path) -> None:
    path = tmp_path / "发票.xlsx"
    path.write_bytes(workbook(Sheet1=[["增值税电子普通发票"]]))
    done = CliRunner().invoke(cli, ["score", "--json", str(path)])
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert told["status"] == "refused"
    assert [each["code"] for each in told["findings"]] == ["X124"]
    assert told["outputs"] == {"scored": None, "correction": None, "report": None}
    assert [each.name for each in tmp_path.iterdir()] == ["发票.xlsx"]
    for command in ("score", "check"):
        said = CliRunner().invoke(cli, [command, str(path)]).output.splitlines()
        assert len(said) == 2, said
        assert said[0].startswith("发票.xlsx › 整个工作簿  X124 ✗ 错误  ")


@pytest.mark.parametrize(
    "path", [*documents.SAMPLES.glob("*.md"), BASE], ids=lambda path: path.stem
)
def test_one_of_ours_is_never_foreign_whatever_sheets_are_gone_or_renamed(path: Path) -> None:
    """Names and all, whatever is left of it; without its names, as long as two filled-in sheets are."""
    data = documents.sample(path)
    whole = plain_workbook.opened(data)
    dice = random.Random(path.stem)
    for _ in range(drawn(8, 200)):
        book = copy.deepcopy(whole)
        tables = [each for each in book.sheets if each.name != "填表说明"]
        kept = dice.sample(tables, dice.randint(1, len(tables)))
        named = dice.random() < 0.3
        if not named:
            book.names = {}
            if sum(_is_filled(each.name) for each in kept) < 2:
                continue
        book.sheets = kept
        for n, sheet in enumerate(kept):
            if not named and dice.random() < 0.3:
                sheet.name = f"Sheet{n + 1}"
        codes = {each.code for each in found(plain_workbook.written(book))}
        assert "X124" not in codes, [each.name for each in kept]


def _is_filled(name: str) -> bool:
    """Whether a sheet has in every sample more than its name to be known by."""
    return name.startswith("评分_") or name in (
        "基本信息", "评价工作组", "一级指标", "二级指标", "三级指标", "等级标准", "参数",
    )  # fmt: skip


def test_less_than_that_is_foreign() -> None:
    whole = plain_workbook.opened(documents.sample(BASE))
    for name in ("等级标准", "参数", "基本信息", "预算执行", "一级指标"):
        book = copy.deepcopy(whole)
        book.names, book.sheets = {}, [book.sheet(name)]
        (only,) = found(plain_workbook.written(book))
        assert only.code == "X124"
        assert f"只有“{name}”像标准格式的表" in only.message


def test_a_workbook_that_lost_all_headers_is_still_ours() -> None:
    """Its sheets' names and the name of its format are left."""
    data = documents.sample(BASE)
    for names in (True, False):
        book = plain_workbook.opened(data)
        book.names = book.names if names else {}
        for sheet in book.sheets:
            sheet.rows = sheet.rows[4:]
        assert "X102" in {each.code for each in found(plain_workbook.written(book))}


def test_a_marked_copy_a_result_and_a_part_are_ours(tmp_path: Path) -> None:
    source = tmp_path / "甲.xlsx"
    source.write_bytes(documents.sample(BASE))
    made = dict(documents.outputs(source))["scored"]
    assert pipeline.score_document(Document("甲.xlsx", made)).findings[0].code == "X114"
    source.write_bytes(
        documents.mishandled(source.read_bytes(), [("删表", "三级指标", "", ""), ("名称", "", "xlkpi_format", "空")])
    )  # fmt: skip
    copied = dict(documents.outputs(source))["correction"]
    assert "X124" not in {each.code for each in found(copied)}
