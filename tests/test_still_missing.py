"""What is missing is one list: 还缺什么 of the blank, the warnings of the check, 待补 of 汇总."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice
from xlkpi import pipeline
from xlkpi.domain.findings import TO_ADD
from xlkpi.domain.results import Outcome
from xlkpi.exchange import markdown
from xlkpi.pipeline import Document, score_documents
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

TEXTS = """| 引言 | | 依据通知（示例）开展自评。 | 300 |
| 三（二）补充说明 | | | 300 |
| 四 结论补充 | | | 300 |
"""
GOAL = "| 一（三）绩效目标 | | 全年培训8场，重点工作全部完成（示例）。 | 600 |\n"
BASE = (
    (documents.RECIPES / "基本示例.md").read_text(encoding="utf-8").replace(GOAL, GOAL + TEXTS, 1)
)
LACKS = (
    ("| 全部完成 | | 基本完成 |", "| 全部完成 | | |", "实际完成值缺 1 项", "X140", 1),
    ("依据通知（示例）开展自评。", "", "文字材料缺 1 章", "X140", 1),
    (
        "| 年初指标值写得笼统（示例） | 下年度写明数量和时限（示例） | 主任（示例） | 2024-06-30 |\n",
        "", "问题与措施", "X141", 1,
    ),
    ("讲师临时变动，下年提前安排", "", "三级指标缺偏差原因 1 项", "X609", 1),
    ("| 基本支出 | 80 | 80 | 80 | 80 |", "| 基本支出 | | 80 | | 80 |", "预算执行有 2 格金额没填", "X420", 2),
    ("| 110.25 | |", "| 90 | |", "预算执行缺偏差原因 1 项", "X411", 1),
)  # fmt: skip
"""Text of the sample, what it becomes, what 还缺什么 says then, what the check says, how many they are."""


def line(data: bytes | Path) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data) if isinstance(data, bytes) else data, data_only=True)  # fmt: skip
    rows = book["填表说明"].iter_rows(values_only=True)
    return next(str(row[1]) for row in rows if row[0] == "还缺什么")


def items(said: str) -> list[str]:
    return [each for each in said.removeprefix("还缺：").split("；") if each and "✓" not in each]


def made(*at: int) -> tuple[bytes, Outcome]:
    """The blank as it is made of the sample without these things, and what comes of it."""
    text = BASE
    for n in at:
        there, instead, *_ = LACKS[n]
        assert text.count(there) == 1
        text = text.replace(there, instead)
    data = emit(blank(markdown.parse(text)))
    return data, score_documents([Document("示例.xlsx", data)])[0]


def owed(outcome: Outcome) -> list[tuple[str, int]]:
    return [
        (each.code, int(str(each.params.get("count", 1))))
        for each in outcome.findings
        if each.code in TO_ADD
    ]


def to_add(outcome: Outcome) -> int:
    book = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(outcome)), data_only=True)
    said = " ".join(str(cell.value) for row in book["汇总"].iter_rows() for cell in row)
    found = re.search(r"待补 (\d+) 项", said)
    return int(found[1]) if found else 0


def test_a_workbook_that_lacks_nothing_says_so_everywhere() -> None:
    data, outcome = made()
    assert line(data) == "✓ 必填项已齐"
    assert owed(outcome) == []
    assert to_add(outcome) == 0


@pytest.mark.parametrize("at", range(len(LACKS)), ids=[each[2] for each in LACKS])
def test_what_is_missing_is_said_by_the_blank_the_check_and_the_summary(at: int) -> None:
    *_, words, code, count = LACKS[at]
    data, outcome = made(at)
    assert items(line(data)) == [words]
    assert owed(outcome) == [(code, count)]
    assert to_add(outcome) == count


def test_all_that_is_missing_is_told_once_each_and_added_up() -> None:
    data, outcome = made(*range(len(LACKS)))
    amounts = "预算执行有 2 格金额没填"
    said = items(line(data).replace("预算执行有 2 格金额没填；缺", f"{amounts}；预算执行缺"))
    assert sorted(said) == sorted(each[2] for each in LACKS)
    assert sorted(owed(outcome)) == sorted((code, count) for *_, code, count in LACKS)
    assert to_add(outcome) == 7


def test_an_empty_chapter_about_goals_is_told_once_as_what_the_form_lacks() -> None:
    text = BASE.replace("全年培训8场，重点工作全部完成（示例）。", "").replace(
        "依据通知（示例）开展自评。", ""
    )
    data = emit(blank(markdown.parse(text)))
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    assert items(line(data)) == ["文字材料缺 2 章"]
    assert owed(outcome) == [("X142", 1), ("X140", 1)]


def test_chapters_that_only_add_to_ours_may_be_empty_and_so_may_what_does_not_apply() -> None:
    text = BASE.replace("| 基本完成 | 评分人打分 |", "| | 不适用 |").replace("| A1.1 | 28 | |", "")
    assert text.count("不适用") == 1
    data = emit(blank(markdown.parse(text)))
    assert "实际完成值缺" not in line(data)
    assert "X140" not in [each.code for each in score_documents([Document("x", data)])[0].findings]


@pytest.mark.usefixtures("office")
def test_libreoffice_counts_what_is_missing_alike(tmp_path: Path) -> None:
    """The line as the blank is made, and as another program computes it while staff type."""
    cases = ((), *((n,) for n in range(len(LACKS))), tuple(range(len(LACKS))))
    paths = [tmp_path / f"{n}.xlsx" for n in range(len(cases))]
    for path, at in zip(paths, cases, strict=True):
        path.write_bytes(made(*at)[0])
    for path, theirs in zip(paths, libreoffice.recalculated(paths, tmp_path / "lo"), strict=True):
        assert line(theirs) == line(path)


def test_the_line_fits_into_a_cell_with_many_scorers() -> None:
    """Excel takes formulas of 8192 characters, and shows what else it does not open as broken."""
    head, ballot = BASE.split("## 评分_甲")
    marks, rest = ballot.split("## 评分_乙")
    many = "".join(f"## 评分_示例评分人{n:02}{marks}" for n in range(60))
    book = openpyxl.load_workbook(io.BytesIO(emit(blank(markdown.parse(f"{head}{many}## 评分_乙{rest}")))))  # fmt: skip
    longest = max(len(str(cell.value)) for row in book["填表说明"].iter_rows() for cell in row)
    assert 4000 < longest <= 8192
