"""`diff` misses nothing: every changed input cell is listed at its address, and nothing else is."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests import documents, random_books
from tests.counts import chosen, drawn
from xlkpi import pipeline
from xlkpi.audit import diff, diff_report
from xlkpi.audit.diff import Change
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import BASE_DATA, SHEETS
from xlkpi.interfaces.cli.commands import cli
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.workbook import read

RICH = documents.SAMPLES / "示例局2023_各种计分.md"
COMPUTED = documents.SAMPLES / "示例馆2023_共性指标.md"
"""实际完成值 comes of 基础数据 there."""
OTHERS = """
## 资金来源

| 资金来源 | 年初预算数 | 全年预算数 | 全年执行数 |
| --- | --- | --- | --- |
| 当年财政拨款 | 260.00 | 240.00 | 228.40 |
| 其他资金 | | 20.00 | 19.00 |

## 年度总体目标

| 序号 | 类型 | 预期目标 | 实际完成情况 | 完成程度 | 未完成原因 |
| --- | --- | --- | --- | --- | --- |
| 1 | 总体目标 | 培训 12 场 | 培训 12 场 | 达成 | |
| 2 | 主要任务 | 建站 3 个 | 建站 2 个 | 部分达成 | 选址推迟 |

## 基础数据

| 数据项 | 本年 | 上年 | 单位 | 来源 |
| --- | --- | --- | --- | --- |
| 在职人员数 | 40 | 41 | 人 | 人事台账 |

## 倒查词表

| 词语 | 说明 | 建议写法 |
| --- | --- | --- |
| 力争 | 没有承诺 | 写明数量 |

## 合并记录

| 评分人 | 文件 | SHA-256 |
| --- | --- | --- |
| 主任 | 主任.xlsx | 0123abcd |
"""
"""Sheets that no sample has beside the others."""
PARTS = 8
CHOSEN = 5
"""Changes a part in the normal run; all of them with `make prove`."""


class Edit(NamedTuple):
    """One cell to be changed."""

    sheet: str
    cell: str
    content: str | float | None


@cache
def base(path: Path, others: str = "") -> bytes:
    """A workbook as openpyxl saves it, so that nothing but the edit differs."""
    text = path.read_text(encoding="utf-8") + others
    return documents.mishandled(documents.book(text), [])


def unscored(data: bytes) -> Outcome:
    """What diff looks at; that a change also stops the scoring does not concern it."""
    filled, _ = read(data, "甲.xlsx")
    return Outcome(filled.source, (), filled)


def whole(path: Path) -> bytes:
    return base(path, OTHERS if path == RICH else "")


@cache
def before(path: Path) -> Outcome:
    return unscored(whole(path))


def edits(path: Path) -> Iterator[Edit]:
    """Every input cell of every table: changed and emptied, or filled in where it is empty."""
    filled = before(path).filled
    assert filled
    for table in (*filled.tables.values(), *(ballot.table for ballot in filled.ballots)):
        for column in table.sheet.columns:
            at = table.columns.get(column.header)
            if column.computed or column.explanatory or at is None:
                continue
            for row in (*table.rows, *table.totals):
                place, held = table.grid.place(row, at), table.grid.raw(row, at)
                if (row, at) in table.derived or (row, at) in table.grid.formulas:
                    continue
                if held in ("", None):
                    yield Edit(place.sheet, place.cell, "新写的")
                    continue
                number = isinstance(held, float | int) and not isinstance(held, bool)
                changed = float(held) + 1 if number else f"{held}改"  # type: ignore[arg-type]
                yield Edit(place.sheet, place.cell, changed)
                yield Edit(place.sheet, place.cell, None)
    for ballot in filled.ballots:
        place = ballot.scorer.place
        yield Edit(place.sheet, place.cell, "别人")


@cache
def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(whole(path)))


def changed(path: Path, edit: Edit) -> bytes:
    cell = opened(path)[edit.sheet][edit.cell]
    held, cell.value = cell.value, edit.content
    buffer = io.BytesIO()
    opened(path).save(buffer)
    cell.value = held
    return buffer.getvalue()


def places(change: Change) -> set[str]:
    return {str(place) for place in (change.old_place, change.new_place) if place.sheet}


def test_every_sheet_of_the_format_is_among_them() -> None:
    filled = before(RICH).filled
    assert filled
    assert {sheet.name for sheet in SHEETS} == set(filled.tables)
    assert len(filled.ballots) == 3


@pytest.mark.parametrize("part", range(PARTS))
def test_every_changed_input_cell_is_listed_at_its_address_and_no_other(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    mine = [(path, edit) for path in (RICH, COMPUTED) for edit in edits(path)][part::PARTS]
    mine = chosen(mine, CHOSEN, part)
    for path, edit in mine:
        found = diff.find_changes(before(path), unscored(changed(path, edit)))
        assert f"{edit.sheet}!{edit.cell}" in {each for c in found for each in places(c)}, edit
        sheets = {each.rpartition("!")[0] for change in found for each in places(change)}
        allowed = {edit.sheet, *(["三级指标"] if edit.sheet == BASE_DATA.name else [])}
        assert sheets <= allowed, (edit, found)
        if edit.sheet != BASE_DATA.name:
            assert len(found) <= 2, (edit, found)  # a key that changed: one dropped, one added
    record_property("input cells changed one at a time, all listed by diff", len(mine))


@pytest.mark.parametrize("seed", range(40_000, 40_000 + drawn(6, 120)))
def test_a_random_workbook_and_its_result_do_not_differ(seed: int) -> None:
    source = random_books.workbook(seed)
    made = score_documents([Document("甲.xlsx", source)])[0]
    again = pipeline.write_scored(made)
    other = Outcome(made.source, (), read(again, "乙.xlsx")[0], made.scored)
    assert diff.find_changes(made, other) == []


@pytest.mark.parametrize("path", sorted(documents.SAMPLES.glob("*.xlsx")), ids=lambda p: p.stem)
def test_a_sample_and_its_result_do_not_differ(path: Path, tmp_path: Path) -> None:
    made = run("diff", path, documents.scored(tmp_path, "结果", path.read_bytes()))
    assert (made.output.strip(), made.exit_code) == ("没有差异", 0)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def edited(*steps: documents.Step, path: Path = RICH) -> bytes:
    return documents.mishandled(base(path), steps)


def told(old: bytes, new: bytes) -> list[Change]:
    one, other = score_documents([Document("旧.xlsx", old), Document("新.xlsx", new)])
    return diff.find_changes(one, other)


def lines(old: bytes, new: bytes) -> list[str]:
    return diff_report.format_text(told(old, new)).splitlines()


def test_the_cause_is_listed_beside_a_changed_total() -> None:
    """A rule, a setting, a weight, a vote, a bonus: each moves the total, and is named."""
    for step, words in (
        (("写", "评分规则", "C9", "数 96"), "评分规则：下限 执行率分档：95（评分规则!C9） → 96（评分规则!C9）"),
        (("写", "参数", "B6", "算术平均"), "参数：综合方法：加权平均（参数!B6） → 算术平均（参数!B6）"),
        (("写", "评价工作组", "F5", "数 9"), "评价工作组：评分权重 主任：40（评价工作组!F5） → 9（评价工作组!F5）"),
        (("写", "满意度调查", "E5", "数 20"), "满意度调查：很满意 D1.1：121（满意度调查!E5） → 20（满意度调查!E5）"),
        (("写", "加减分", "C5", "数 1"), "加减分：分值 获市级农技推广先进集体（示例）：2（加减分!C5） → 1（加减分!C5）"),
        (("写", "三级指标", "O13", "数 1"), "核减分 A4.2：0.5（三级指标!O13） → 1（三级指标!O13）"),
    ):  # fmt: skip
        found = lines(base(RICH), edited(step))
        assert found[0].startswith("总分：93.34 → ") or step[1] == "评分规则", found
        assert words in found, found
    shares = lines(base(RICH), edited(("写", "评分规则", "E5", "90%")))
    assert shares == ["评分规则：得分比例 合格率分档：100%（评分规则!E5） → 90%（评分规则!E5）"]


def test_a_second_project_of_the_same_name_has_its_own_lines() -> None:
    same = str(openpyxl.load_workbook(io.BytesIO(base(RICH)))["预算执行"]["A6"].value)
    twice = ("写", "预算执行", "A7", same)
    for cell in ("G6", "G7"):
        found = lines(edited(twice), edited(twice, ("写", "预算执行", cell, "数 1")))
        assert [
            line for line in found if "全年执行数" in line and f"→ 1（预算执行!{cell}）" in line
        ]
        assert len([line for line in found if "预算执行!" in line]) == 1


def test_a_band_put_between_two_others_is_the_one_that_was_added() -> None:
    text = RICH.read_text(encoding="utf-8")
    band = next(line for line in text.splitlines() if line.startswith("| 合格率分档 |"))
    more = text.replace(band, f"{band}\n| 合格率分档 | 分档 | 99% | 是 | 97% | | | | | |")
    found = [
        each
        for each in told(documents.book(text), documents.book(more))
        if not each.old_place.sheet
    ]
    assert [(each.what, each.code, each.old) for each in found] == [
        ("新增评分规则", "合格率分档", "")
    ]
    assert found[0].new == "合格率分档；方式 分档；下限 99；含下限 是；得分比例 97%"


def test_what_one_side_alone_has_is_shown_there() -> None:
    gone = edited(*(("写", "预算执行", f"{column}6", "空") for column in "ABCDEFGHI"))
    dropped = next(each for each in told(base(RICH), gone) if each.what == "删去预算执行项目")
    assert dropped.old.startswith(f"{dropped.code}；支出类别 项目支出；年初预算数 80")
    assert (str(dropped.old_place), dropped.new, dropped.new_place.sheet) == ("预算执行!A6", "", "")
    added = next(each for each in told(gone, base(RICH)) if each.what == "新增预算执行项目")
    assert (added.new, added.new_place, added.old) == (dropped.old, dropped.old_place, "")


def test_a_row_with_another_name_and_nothing_else_is_one_line() -> None:
    found = lines(base(RICH), edited(("写", "预算执行", "A6", "改名项目")))
    assert found == [
        "项目名称 改名项目：农业技术培训（示例）（预算执行!A6） → 改名项目（预算执行!A6）"
    ]


def test_an_absent_score_is_never_0(tmp_path: Path) -> None:
    """C1.1 is 不适用 in the one, marked in the other."""
    old = RICH.read_bytes()
    text = old.decode("utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| C1.1 |"))
    other = text.replace(row, row.replace("| 不适用 |", "| 评分人打分 |"), 1)
    assert other != text
    for scorer, mark in (("主任", 5), ("站长", 5), ("会计", 5)):
        head, _, tail = other.partition(f"## 评分_{scorer}")
        rows = tail.splitlines()
        at = next((n for n, line in enumerate(rows) if line.startswith("| C")), len(rows))
        rows.insert(at, f"| C1.1 | {mark} | |")
        other = f"{head}## 评分_{scorer}" + "\n".join(rows) + "\n"
    found = lines(documents.book(text), documents.book(other))
    assert "指标得分 C1.1：不适用（三级指标!A15） → 5.00（三级指标!A15）" in found, found
    paths = [
        documents.scored(tmp_path, name, documents.book(each))
        for name, each in (("旧", text), ("新", other))
    ]
    said = run("diff", *paths).output
    assert "指标得分 C1.1：不适用（指标得分!K15） → 5.00（指标得分!K15）" in said, said


def test_every_result_that_is_named_stands_in_the_scored_workbook(tmp_path: Path) -> None:
    other = edited(
        ("写", "评分_主任", "H17", "数 0.5"),
        ("写", "等级标准", "B5", "数 85"),
        ("写", "加减分", "D7", "最低等级"),
    )
    paths = [
        documents.scored(tmp_path, name, data) for name, data in (("旧", base(RICH)), ("新", other))
    ]
    made = run("diff", *paths, "--json")
    assert made.exit_code == 1
    books = [openpyxl.load_workbook(path, data_only=True) for path in paths]
    results = [
        each
        for each in json.loads(made.output)["changes"]
        if each["what"] in ("总分", "等级", "指标得分")
    ]
    assert {each["what"] for each in results} == {"总分", "等级", "指标得分"}
    for each in results:
        for book, side in zip(books, ("old", "new"), strict=True):
            sheet, _, cell = each[f"{side}_place"].rpartition("!")
            held = book[sheet][cell].value
            assert held == each[side] or float(held) == float(each[side]), each
    draft = tmp_path / "未评分.xlsx"
    draft.write_bytes(documents.mishandled(other, [("新表", "汇总", "", "")]))  # somebody's own
    mixed = json.loads(run("diff", paths[0], draft, "--json").output)["changes"]
    assert (mixed[0]["what"], mixed[0]["old_place"], mixed[0]["new_place"]) == (
        "总分",
        "汇总!B4",
        None,
    )


def test_what_is_typed_otherwise_is_listed_between_two_drafts() -> None:
    """It is read as the same, yet somebody changed the cell: at least 12 is not 12."""
    for cell, typed in (("H5", "≥12"), ("D5", "8分")):
        found = lines(base(RICH), edited(("写", "三级指标", cell, typed)))
        assert [line for line in found if line.endswith(f"→ {typed}（三级指标!{cell}）")], found


def test_a_setting_without_its_row_is_the_default() -> None:
    text = RICH.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| 综合方法 |"))
    without = documents.book(text.replace(row + "\n", ""))
    found = [each for each in told(documents.book(text), without) if each.what.startswith("参数")]
    assert [(each.what, each.old, each.new, each.new_place.sheet) for each in found] == [
        ("参数：综合方法", "加权平均", "算术平均（默认）", "")
    ]


def test_a_long_text_is_one_line_that_shows_where_it_differs(tmp_path: Path) -> None:
    """The console's line is short, JSON and the workbook have the whole text."""
    long = "这是很长的一段说明。\n" * 20
    old, new = (edited(("写", "文字材料", "C5", text)) for text in (long + "甲", long + "乙"))
    found = told(old, new)
    said = diff_report.format_text(found)
    assert len(said.splitlines()) == len(found) == 1
    assert "一段说明。 甲（文字材料!C5）" in said
    assert "一段说明。 乙（文字材料!C5）" in said
    assert len(said) < 200
    assert (found[0].old, found[0].new) == (long + "甲", long + "乙")
    book = openpyxl.load_workbook(
        io.BytesIO(diff_report.write_workbook("旧.xlsx", "新.xlsx", found))
    )
    cell = book["差异"]["D5"]
    assert cell.value == found[0].old
    assert cell.alignment.wrap_text
    endless = [replace(found[0], old=long * 9, new=long * 9 + "乙")]
    shown = openpyxl.load_workbook(
        io.BytesIO(diff_report.write_workbook("旧.xlsx", "新.xlsx", endless))
    )
    assert str(shown["差异"]["F5"].value).endswith("这是很长的一段说明。 乙")
    assert len(str(shown["差异"]["F5"].value)) < 310


def test_a_result_that_was_worked_on_is_told_to_be(tmp_path: Path) -> None:
    """Its inputs are those of its source, so nothing differs; what it shows is another matter."""
    source = tmp_path / "甲.xlsx"
    source.write_bytes(base(RICH))
    result = documents.scored(tmp_path, "结果", base(RICH))
    assert "改动过" not in run("diff", source, result).stderr
    book = openpyxl.load_workbook(result)
    book["汇总"]["B4"] = 100
    book.save(result)
    for arguments in ((source, result), (result, source)):
        made = run("diff", *arguments)
        assert (made.stdout.strip(), made.exit_code) == ("没有差异", 0)
        assert made.stderr.startswith(f"注意：{result} 这份评分结果被改动过")


def test_a_sheet_that_could_not_be_read_is_told_and_not_said_to_be_empty() -> None:
    """Its header is gone on one side; where it is gone on both, the cells are compared as they are."""
    other = ("写", "评分_站长", "H17", "数 1")
    both = told(
        edited(("写", "三级指标", "A4", "别的")), edited(("写", "三级指标", "A4", "别的"), other)
    )
    assert [str(each.new_place) for each in both] == ["评分_站长!H17"]
    for sheet, header in (("预算执行", "A4"), ("评分_主任", "A4"), ("问题与措施", "A4")):
        lost = edited(("写", sheet, header, "别的"))
        found = [each for each in told(base(RICH), lost) if each.what == "工作表"]
        assert [(each.what, each.code, each.old, each.new) for each in found] == [
            ("工作表", sheet, "", diff.UNREAD)
        ]
        assert str(found[0].new_place) == sheet
        again = edited(("写", sheet, header, "别的"), ("写", sheet, "B5", "又改"))
        assert told(lost, lost) == []
        assert [str(each.new_place) for each in told(lost, again)] == [f"{sheet}!B5"]


def test_a_sheet_that_could_not_be_read_does_not_differ_in_the_result(tmp_path: Path) -> None:
    lost = edited(("写", "问题与措施", "A4", "别的"), ("写", "问题与措施", "F5", "公式 =1+1"))
    source = tmp_path / "甲.xlsx"
    source.write_bytes(lost)
    made = run("diff", source, documents.scored(tmp_path, "结果", lost))
    assert (made.output.strip(), made.exit_code) == ("没有差异", 0)
