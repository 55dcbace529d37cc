"""Splitting and merging: the same figures back, blind parts, and every doubt refused by name."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests import documents, libreoffice
from tests.test_atomic_outputs import apart
from xlkpi.domain.findings import CODES
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import INFO_ROWS, MERGED, PART_INFO, PART_SHEETS
from xlkpi.domain.verification import Verification
from xlkpi.exchange.merge import Merge, merge
from xlkpi.exchange.split import Split, split
from xlkpi.exchange.template_contents import lost_formulas
from xlkpi.interfaces.cli.commands import cli
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.workbook import read
from xlkpi.runtime import files as disk
from xlkpi.runtime.commands import check, score, verify
from xlkpi.runtime.commands import merge as merging
from xlkpi.runtime.commands import split as splitting
from xlkpi.runtime.outputs import NewWorkbooks
from xlkpi.runtime.protocol import Refused, Report

BASE = documents.RECIPES / "基本示例.md"
SAMPLES = sorted(documents.SAMPLES.glob("*.md"))
Files = dict[str, bytes]


def outcome(data: bytes) -> Outcome:
    return score_documents([Document("示例.xlsx", data)])[0]


def figures(data: bytes) -> tuple[object, ...]:
    """Every exact score, the total and the grade: what merging must give back."""
    made = outcome(data).scored
    assert made is not None
    scores = [(w.indicator.key, w.exact, [g.mark for g in w.given]) for w in made.indicator_scores]
    return (
        scores,
        [b.scorer.value for b in made.scorers],
        made.total,
        made.grade.name.value,
        made.budget,
    )


def parted(data: bytes) -> Split:
    return split(Document("示例.xlsx", data))


def joined(files: Mapping[str, bytes]) -> Merge:
    return merge([Document(name, data) for name, data in files.items()])


def whole(files: Mapping[str, bytes]) -> bytes:
    made = joined(files)
    assert refusals(made) == set()
    return made.data


def refusals(made: Merge) -> set[tuple[str, str, str]]:
    return {
        (each.source.file, f.code, str(f.place)) for each in made.refused for f in each.findings
    }


def changed(data: bytes, *steps: documents.Step) -> bytes:
    return documents.mishandled(data, steps)


@pytest.fixture(scope="module")
def sound() -> bytes:
    return documents.sample(BASE)


@pytest.fixture(scope="module")
def files(sound: bytes) -> Files:
    return dict(parted(sound).files)


@pytest.fixture(scope="module")
def copies(sound: bytes) -> Files:
    """Whole copies, in each of which one scorer has filled in the own sheet."""
    return {
        f"{title}.xlsx": changed(sound, *(
            ("写", f"评分_{other}", cell, "空") for other in "甲乙丙" if other != who for cell in ("H5", "H9", "I9")
        ))
        for who, title in zip("甲乙丙", ("新建 Microsoft Excel 工作表", "最终版(3)", "a"), strict=True)
    }  # fmt: skip


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_split_and_merged_a_workbook_gives_the_same_figures(path: Path) -> None:
    data = documents.sample(path)
    made = parted(data)
    assert (made.uncarried, made.findings) == ((), ())
    again = joined(dict(made.files))
    assert figures(again.data) == figures(data)
    assert [f.code for f in outcome(again.data).findings] == [
        f.code for f in outcome(data).findings
    ]
    assert (again.empty, again.uncarried, again.findings) == ((), (), ())


def test_the_order_of_the_files_does_not_matter_and_twice_is_the_same_bytes(
    files: Files, copies: Files
) -> None:
    for held in (files, copies):
        backwards = dict(reversed(held.items()))
        elsewhere = {f"/别处/{name}": data for name, data in held.items()}
        assert whole(held) == whole(held) == whole(backwards) == whole(elsewhere)


def test_whole_copies_under_any_names_merge(sound: bytes, copies: Files) -> None:
    assert figures(whole(copies)) == figures(sound)


def test_five_whole_copies_of_one_workbook_merge(tmp_path: Path) -> None:
    data = documents.sample(documents.SAMPLES / "高新区考核办2023.md")
    names = [each.scorer.value for each in outcome(data).filled.ballots]  # type: ignore[union-attr]
    assert len(names) == 5
    paths = []
    for who in names:
        book = openpyxl.load_workbook(io.BytesIO(data))
        for other in names:
            for row in range(5, 5 + 60) if other != who else ():
                book[f"评分_{other}"].cell(row, 8).value = None
        paths.append(tmp_path / f"副本 {names.index(who)}.xlsx")
        book.save(paths[-1])
    out = tmp_path / "合并.xlsx"
    assert isinstance(merging.merge(paths, out), NewWorkbooks)
    assert figures(out.read_bytes()) == figures(data)


def test_a_merged_workbook_takes_further_parts_and_keeps_its_record(
    files: Files, sound: bytes
) -> None:
    early = {name: data for name, data in files.items() if "丙" not in name}
    made = joined(early)
    assert made.empty == ("丙",)
    late = joined({"合并.xlsx": made.data, "评分_丙.xlsx": files["评分_丙.xlsx"]})
    assert figures(late.data) == figures(sound)
    filled = outcome(late.data).filled
    assert filled is not None
    told = [(each.scorer.value, each.file.value) for each in filled.merged]
    assert {("（主表）", "主表.xlsx"), ("甲", "评分_甲.xlsx"), ("乙", "评分_乙.xlsx")} <= set(told)
    assert {("甲", "合并.xlsx"), ("丙", "评分_丙.xlsx")} <= set(told)


def test_parts_that_come_one_after_another_merge_one_after_another(
    files: Files, sound: bytes
) -> None:
    made = whole({name: files[name] for name in ("主表.xlsx", "评分_丙.xlsx")})
    for who in "乙甲":
        made = whole({f"合并{who}.xlsx": made, f"评分_{who}.xlsx": files[f"评分_{who}.xlsx"]})
    assert figures(made) == figures(sound)


def test_one_filling_in_two_files_is_fine(files: Files, sound: bytes) -> None:
    assert figures(whole({**files, "又一份.xlsx": files["评分_甲.xlsx"]})) == figures(sound)


def test_the_record_says_whose_ballot_came_of_which_file(files: Files) -> None:
    import hashlib

    data = whole(files)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[-1] == MERGED.name
    rows = [
        tuple(row) for row in book[MERGED.name].iter_rows(min_row=5, max_col=3, values_only=True)
    ]
    digests = {name: hashlib.sha256(held).hexdigest() for name, held in files.items()}
    expected = [("（主表）", "主表.xlsx"), *((who, f"评分_{who}.xlsx") for who in "甲乙丙")]
    assert rows == [(who, name, digests[name]) for who, name in expected]


def test_the_record_stands_in_the_scored_workbook(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "合并.xlsx"
    path.write_bytes(whole(files))
    made = score.score(path)
    assert made.scored is not None
    book = openpyxl.load_workbook(made.scored)
    assert MERGED.name in book.sheetnames
    told = [[cell.value for cell in row] for row in book["来源与指纹"].iter_rows(max_col=2)]
    assert ["合并：评分人", "文件"] in told
    assert ["甲", "评分_甲.xlsx"] in told
    verified = verify.verify(made.scored, path)
    assert isinstance(verified, Verification)
    assert verified.status == "same"


def strings(data: bytes) -> str:
    """Every part of a package, one after another."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return "\n".join(package.read(name).decode("utf-8") for name in package.namelist())


def test_a_part_tells_nothing_of_the_others() -> None:
    """No name, post, weight, mark, remark, phone or budget of anybody but the scorer."""
    text = BASE.read_text(encoding="utf-8")
    names = {"甲": "赵一示例", "乙": "钱二示例", "丙": "孙三示例"}
    for short, name in names.items():
        text = text.replace(f"| {short} |", f"| {name} |").replace(f"评分_{short}", f"评分_{name}")
    text = text.replace(
        "| 28 |\n| C1.1 | 29 |", "| 27.123457 | 旁人勿看 |\n| C1.1 | 29 |", 1
    ).replace("120.5 |", "120.519 |")
    text = text.replace(
        "评分_钱二示例\n| 编号 | 得分 |\n|---|---|",
        "评分_钱二示例\n| 编号 | 得分 | 评分说明 |\n|---|---|---|",
    )
    text = text.replace(
        "| 部门名称 |", "| 联系电话 | 0571-示例 | |\n| 填报人 | 周五示例 | |\n| 部门名称 |"
    )
    text += "\n## 佐证材料清单\n| 指标编号 | 材料名称 | 提供人 |\n|---|---|---|\n| A1.1 | 总结（示例） | 吴六示例 |\n"
    text = text.replace("| C1.1 | 29 |", "| C1.1 | 29 | |")
    text = text.replace("一份小而完整的示例", "两人意见不一（示例）")
    made = dict(parted(documents.book(text)).files)
    hidden = ["钱二示例", "孙三示例", "旁人勿看", "27.123457", "120.519", "0571-示例", "周五示例",
              "吴六示例", "主任（示例）", "两人意见不一"]  # fmt: skip
    main, own = strings(made["主表.xlsx"]), strings(made["评分_赵一示例.xlsx"])
    assert "赵一示例" in own
    assert "总结（示例）" in own
    assert [each for each in hidden if each in own] == []
    assert "旁人勿看" not in main
    assert "旁人勿看" in strings(made["评分_钱二示例.xlsx"])
    assert [each for each in hidden if each not in main] == ["旁人勿看", "27.123457"]
    assert figures(whole(made)) == figures(documents.book(text))


def test_what_the_office_above_found_stays_in_the_main_part() -> None:
    text = BASE.read_text(encoding="utf-8")
    text += "\n## 复核\n| 编号 | 复核得分 | 扣分原因 | 复核人 |\n|---|---|---|---|\n| A1.1 | 25.5 | 旁人勿看（示例） | 郑七示例 |\n"
    data = documents.book(text)
    made = dict(parted(data).files)
    assert "郑七示例" in strings(made["主表.xlsx"])
    assert all(
        "郑七示例" not in strings(held) for name, held in made.items() if name != "主表.xlsx"
    )
    one, other = outcome(data).scored, outcome(whole(made)).scored
    assert one
    assert other
    assert one.review
    assert other.review
    assert (one.review.deviation, one.total) == (other.review.deviation, other.total)


def test_what_a_part_shows_is_named_in_the_format() -> None:
    assert set(PART_INFO) <= {name for name, _ in INFO_ROWS}
    assert {sheet.name for sheet in PART_SHEETS} & {"评价工作组", "预算执行", "等级标准"} == set()


def test_who_does_not_score_gets_no_part(sound: bytes) -> None:
    away = changed(sound, ("写", "评价工作组", "E7", "缺席"), ("删表", "评分_丙", "", ""))
    assert [name for name, _ in parted(away).files] == ["主表.xlsx", "评分_甲.xlsx", "评分_乙.xlsx"]


def test_missing_marks_and_answers_do_not_keep_a_workbook_from_being_split(sound: bytes) -> None:
    early = changed(
        sound,
        ("写", "评分_甲", "H5", "空"),
        ("写", "三级指标", "H6", "空"),
        ("写", "基本信息", "B5", "空"),
    )
    assert {f.code for f in outcome(early).findings if f.severity == "error"} == {
        "X201",
        "X602",
        "X701",
    }
    assert len(parted(early).files) == 4


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (("写", "评价工作组", "A7", "丁"), "X241"),
        (("删表", "评分_乙", "", ""), "X207"),
        (("写", "一级指标", "C5", "数 50"), "X301"),
        (("写", "评分_甲", "H5", "错误 #N/A"), "X501"),
        (("写", "基本信息", "B9", "是"), "X703"),
    ],
)
def test_a_workbook_whose_structure_is_wrong_is_not_split(
    sound: bytes, step: documents.Step, code: str
) -> None:
    made = parted(changed(sound, step))
    assert made.files == ()
    assert code in {each.code for each in made.outcome.findings}


REFUSED: dict[str, tuple[dict[str, tuple[documents.Step, ...]], set[tuple[str, str, str]]]] = {
    "another fixed sheet": (
        {"评分_乙.xlsx": (("写", "三级指标", "H8", "数 98"), ("写", "参数", "B8", "数 1"))},
        {("评分_乙.xlsx", "X804", "三级指标!H8"), ("评分_乙.xlsx", "X804", "参数!B8")},
    ),
    "another department": (
        {"评分_乙.xlsx": (("写", "基本信息", "B5", "别的局（示例）"),)},
        {("评分_乙.xlsx", "X805", "基本信息!B5")},
    ),
    "another year": (
        {"评分_乙.xlsx": (("写", "基本信息", "B6", "2022"),)},
        {("评分_乙.xlsx", "X806", "基本信息!B6")},
    ),
    "another template": (
        {"评分_乙.xlsx": (("写", "填表说明", "B2", "项目支出绩效自评"),)},
        {("评分_乙.xlsx", "X807", "填表说明!B2")},
    ),
    "another indicator": (
        {"评分_乙.xlsx": (("写", "三级指标", "A10", "C1.2"), ("写", "三级指标", "B10", "C1"))},
        {("评分_乙.xlsx", "X808", "三级指标")},
    ),
    "a scorer who is nobody": (
        {"评分_乙.xlsx": (("写", "评分_乙", "B3", "丁"),)},
        {("评分_乙.xlsx", "X811", "评分_乙!B3"), ("评分_乙.xlsx", "X814", "评分_乙!B3")},
    ),
    "a mistyped code": (
        {"评分_乙.xlsx": (("写", "评分_乙", "A5", "A9.9"),)},
        {("评分_乙.xlsx", "X324", "评分_乙!A5")},
    ),
    "a row of 三级指标 that is gone": (
        {"评分_乙.xlsx": tuple(("写", "三级指标", f"{column}5", "空") for column in "ABCDEFGHIJKLMN")},
        {("评分_乙.xlsx", "X325", "三级指标!A4")},
    ),
    "a broken mark": (
        {"评分_乙.xlsx": (("写", "评分_乙", "H5", "错误 #N/A"),)},
        {("评分_乙.xlsx", "X501", "评分_乙!H5")},
    ),
    "a part without its ballot": (
        {"评分_乙.xlsx": (("删表", "评分_乙", "", ""),)},
        {("评分_乙.xlsx", "X106", "")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_part_that_does_not_belong_is_refused_at_its_cell(case: str, files: Files) -> None:
    steps, expected = REFUSED[case]
    held = {name: changed(data, *steps.get(name, ())) for name, data in files.items()}
    assert refusals(joined(held)) == expected


def test_two_fillings_of_one_ballot_are_refused_naming_both(files: Files) -> None:
    other = changed(files["评分_甲.xlsx"], ("写", "评分_甲", "H9", "数 27.6"))
    made = joined({**files, "甲 改.xlsx": other})
    (told,) = [f for each in made.refused for f in each.findings]
    assert (told.code, str(told.place)) == ("X803", "评分_甲!H9")
    named = {told.params["other"], made.refused[0].source.file}
    assert named == {"评分_甲.xlsx", "甲 改.xlsx"}
    assert {told.found, told.params["expected"]} == {"27.5", "27.6"}


def test_a_mark_that_one_of_two_lacks_is_another_filling(files: Files) -> None:
    other = changed(files["评分_甲.xlsx"], ("写", "评分_甲", "H9", "空"))
    (told,) = [f for each in joined({**files, "早.xlsx": other}).refused for f in each.findings]
    assert (told.code, told.place.cell) == ("X803", "H9")
    assert {told.found, told.params["expected"]} == {"27.5", "（空）"}


def test_two_different_main_parts_are_refused(files: Files) -> None:
    other = changed(files["主表.xlsx"], ("写", "预算执行", "G5", "数 1"))
    made = refusals(joined({**files, "主表2.xlsx": other}))
    assert {(code, place) for _, code, place in made} == {("X810", "预算执行!G5")}
    assert whole({**files, "主表的副本.xlsx": files["主表.xlsx"]})


def test_the_copy_that_differs_from_most_is_the_one_that_is_named(copies: Files) -> None:
    for name in copies:
        held = {**copies, name: changed(copies[name], ("写", "等级标准", "B5", "数 91"))}
        assert refusals(joined(held)) == {(name, "X804", "等级标准!B5")}


def test_what_is_no_workbook_to_merge_is_refused(files: Files, tmp_path: Path) -> None:
    scorers = {name: data for name, data in files.items() if name != "主表.xlsx"}
    assert {code for _, code, _ in refusals(joined(scorers))} == {"X809"}
    assert refusals(joined({"主表.xlsx": files["主表.xlsx"]})) == {("主表.xlsx", "X812", "")}
    path = tmp_path / "好.xlsx"
    path.write_bytes(whole(files))
    scored = score.score(path).scored
    assert scored is not None
    assert refusals(joined({**files, "结果.xlsx": scored.read_bytes()})) == {
        ("结果.xlsx", "X114", "来源与指纹")
    }
    assert refusals(joined({**files, "网页.xlsx": b"<html>"})) == {("网页.xlsx", "X004", "")}


def test_what_cannot_be_written_as_it_stands_is_refused(files: Files) -> None:
    """A control character, which no workbook can hold; nothing may change on the way."""
    main = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files["主表.xlsx"])) as old, zipfile.ZipFile(main, "w") as new:
        for info in old.infolist():
            found = "讲师临时变动".encode(), "讲师_x0001_临时变动".encode()
            new.writestr(info, old.read(info).replace(*found))
    assert refusals(joined({**files, "主表.xlsx": main.getvalue()})) == {
        ("主表.xlsx", "X813", "三级指标!M6")
    }


def test_a_formula_that_a_new_workbook_would_not_have_is_told() -> None:
    """`check` and `new` say it, by tests/test_templates.py."""
    data = documents.mishandled(documents.sample(BASE), [("写", "三级指标", "H6", "公式 =H7-1")])
    told = [(each.code, str(each.place)) for each in lost_formulas(read(data, "")[0])]
    assert told == [("X815", "三级指标!H6")]


def test_every_code_of_the_parts_is_raised_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [code for code in CODES if code.startswith("X8") and f'"{code}"' not in text] == []


def test_wrong_marks_are_merged_as_they_are_and_told_by_the_score(files: Files) -> None:
    held = {**files, "评分_甲.xlsx": changed(
        files["评分_甲.xlsx"], ("写", "评分_甲", "H5", "数 99"), ("写", "评分_甲", "H9", "百分比 0.85"))}  # fmt: skip
    found = {(f.code, str(f.place)) for f in outcome(whole(held)).findings}
    assert {("X203", "评分_甲!H5"), ("X506", "评分_甲!H9")} <= found


def test_a_per_cent_keeps_its_meaning(sound: bytes) -> None:
    data = changed(
        sound,
        ("写", "三级指标", "F6", "百分比 0.8"),
        ("写", "三级指标", "G6", "%"),
        ("写", "三级指标", "H6", "百分比 0.7"),
    )
    assert figures(whole(dict(parted(data).files))) == figures(data)


def test_what_is_not_carried_over_is_said(files: Files) -> None:
    noted = changed(
        files["评分_甲.xlsx"],
        ("写", "评分_甲", "L2", "改于 2024-01-05"),
        ("写", "评分_甲", "L6", "请留意"),
    )
    made = joined({**files, "评分_甲.xlsx": noted})
    assert [(name, place) for name, place, _ in made.uncarried] == [
        ("评分_甲.xlsx", "评分_甲!L2"),
        ("评分_甲.xlsx", "评分_甲!L6"),
    ]


NOTES = (
    ("写", "评分_甲", "A12", "附注：我对 C1.1 应回避"), ("写", "评分_甲", "A45", "附注：另见底稿"),
    ("写", "评分_甲", "C45", "底稿第 3 页"), ("写", "评分_甲", "B60", "另见附件"), ("写", "评分_甲", "I6", "请核实"),
)  # fmt: skip


def test_a_word_in_the_code_column_below_the_marks_is_said_too(
    files: Files, sound: bytes, copies: Files
) -> None:
    """It reads like a code of no indicator, and no row of it goes over."""
    expected = [f"评分_甲!{cell}" for cell in ("I6", "A12", "A45", "C45", "B60")]
    assert [place for place, _ in parted(changed(sound, *NOTES)).uncarried] == expected
    held = {**files, "评分_甲.xlsx": changed(files["评分_甲.xlsx"], *NOTES)}
    told = [("评分_甲.xlsx", place) for place in expected]
    assert [(name, place) for name, place, _ in joined(held).uncarried] == told
    name = "新建 Microsoft Excel 工作表.xlsx"
    made = joined({**copies, name: changed(copies[name], *NOTES)})
    assert [place for _, place, _ in made.uncarried] == expected


SIGNED = (("写", "评分_甲", "D3", "主任签名"), ("写", "评分_甲", "F3", "日期 2024-01-05"))


def signatures(data: bytes) -> dict[str, list[object]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    own = [sheet for sheet in book if sheet.title.startswith("评分_")]
    return {sheet.title: [sheet["D3"].value, sheet["F3"].value] for sheet in own}


def test_who_signed_when_goes_over_with_the_ballot(
    sound: bytes, files: Files, copies: Files
) -> None:
    expected = {
        "评分_甲": ["主任签名", "2024-01-05"],
        "评分_乙": [None, None],
        "评分_丙": [None, None],
    }
    made = parted(changed(sound, *SIGNED))
    assert made.uncarried == ()
    own = dict(made.files)
    assert signatures(own["评分_甲.xlsx"]) == {"评分_甲": expected["评分_甲"]}
    assert [name for name, data in own.items() if "主任签名" in strings(data)] == ["评分_甲.xlsx"]
    assert signatures(whole(own)) == expected
    late = joined({**files, "评分_甲.xlsx": changed(files["评分_甲.xlsx"], *SIGNED)})
    assert (late.uncarried, signatures(late.data)) == ((), expected)
    elsewhere = joined({**copies, "a.xlsx": changed(copies["a.xlsx"], *SIGNED)})
    assert (elsewhere.uncarried, signatures(elsewhere.data)) == ((), expected)
    assert figures(late.data) == figures(elsewhere.data) == figures(sound)


def test_two_signatures_on_one_ballot_are_refused_and_one_of_two_is_taken(files: Files) -> None:
    one = changed(files["评分_甲.xlsx"], *SIGNED)
    other = changed(files["评分_甲.xlsx"], SIGNED[0], ("写", "评分_甲", "F3", "2024-01-06"))
    assert signatures(whole({**files, "甲 又.xlsx": one}))["评分_甲"] == ["主任签名", "2024-01-05"]
    made = joined({**files, "评分_甲.xlsx": one, "甲 又.xlsx": other})
    (told,) = [f for each in made.refused for f in each.findings]
    assert (told.code, str(told.place)) == ("X803", "评分_甲!F3")
    assert {told.found, told.params["expected"]} == {"2024-01-05", "2024-01-06"}


def test_a_score_of_ones_own_that_was_typed_is_said_to_stay_behind() -> None:
    data = (documents.SAMPLES / "示例局2023_各种计分.xlsx").read_bytes()
    assert parted(changed(data, ("写", "复核", "E5", "数 3"))).uncarried == (("复核!E5", "3"),)


def test_a_signature_alone_is_no_filling(files: Files) -> None:
    empty = (*SIGNED, ("写", "评分_甲", "H5", "空"), ("写", "评分_甲", "H9", "空"))
    made = joined({**files, "评分_甲.xlsx": changed(files["评分_甲.xlsx"], *empty)})
    assert (made.empty, made.uncarried) == (("甲",), ())
    assert signatures(made.data)["评分_甲"] == ["主任签名", "2024-01-05"]


def test_a_control_total_is_held_and_then_said_to_stay_behind(sound: bytes) -> None:
    total = (("写", "评分_甲", "A10", "合计"), ("写", "评分_甲", "H10", "数 55.5"))
    made = parted(changed(sound, *total))
    assert [place for place, _ in made.uncarried] == ["评分_甲!A10", "评分_甲!H10"]
    wrong = parted(changed(sound, total[0], ("写", "评分_甲", "H10", "数 55")))
    assert [each.code for each in wrong.outcome.findings] == ["X311"]


def run(*arguments: object) -> tuple[int, str, str]:
    made = CliRunner().invoke(cli, [str(each) for each in arguments])
    return made.exit_code, made.stdout, made.stderr


def test_nothing_is_overwritten(sound: bytes, tmp_path: Path) -> None:
    source, home, out = tmp_path / "原.xlsx", tmp_path / "分册", tmp_path / "合并.xlsx"
    source.write_bytes(sound)
    home.mkdir()
    (home / "评分_丙.xlsx").write_bytes(b"theirs")
    assert run("split", source, "-o", home)[0] == 2
    assert [path.name for path in home.iterdir()] == ["评分_丙.xlsx"]
    (home / "评分_丙.xlsx").unlink()
    code, said, _ = run("split", source, "-o", home)
    assert code == 0
    assert said.count("已生成 ") == 4
    out.write_bytes(b"theirs")
    assert run("merge", *home.iterdir(), "-o", out)[0] == 2
    assert out.read_bytes() == b"theirs"
    assert run("merge", *home.iterdir(), "-o", tmp_path / "合并")[0] == 2
    assert run("split", source)[0] == run("merge", source)[0] == 2  # without -o


def test_a_name_taken_while_the_parts_are_put_in_place_leaves_none(
    sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, home = tmp_path / "原.xlsx", tmp_path / "分册"
    source.write_bytes(sound)
    place = disk.place

    def late(temporary: Path, path: Path, new: bool = False) -> None:
        if path.name == "评分_乙.xlsx":
            path.write_bytes(b"theirs")
        place(temporary, path, new)

    monkeypatch.setattr(disk, "place", late)
    with pytest.raises(Refused):
        splitting.split(source, home)
    assert [(path.name, path.read_bytes()) for path in home.iterdir()] == [
        ("评分_乙.xlsx", b"theirs")
    ]


@pytest.mark.usefixtures("processes")
def test_a_full_disk_leaves_no_part(sound: bytes, tmp_path: Path) -> None:
    source, small = tmp_path / "原.xlsx", tmp_path / "小盘"
    source.write_bytes(sound)
    small.mkdir()
    made = apart(
        f"mount -t tmpfs -o size=80k tmpfs {small} || exit 77\n"
        f"{sys.executable} -m xlkpi split {source} -o {small}/分册; code=$?\nls -AR {small}; exit $code"
    )
    assert made.returncode == 2, made.stderr.decode()
    assert "磁盘空间不足" in made.stderr.decode()
    assert made.stdout.decode().split() == [f"{small}:"]


def test_the_refusals_are_told_by_file_and_nothing_is_written(files: Files, tmp_path: Path) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "网页.xlsx").write_bytes(b"<html>")
    paths = sorted(tmp_path.iterdir())
    code, said, _ = run("merge", *paths, "-o", tmp_path / "合并.xlsx")
    assert code == 3
    assert "网页.xlsx › 整个工作簿  X004" in said
    assert sorted(tmp_path.iterdir()) == paths
    code, said, _ = run("merge", paths[0], paths[0], "-o", tmp_path / "合并.xlsx")
    assert (code, "X812" in said) == (1, True)  # one path given twice is one file


def test_a_part_is_not_scored_alone(files: Files, tmp_path: Path) -> None:
    for name, code in (("主表.xlsx", "X802"), ("评分_甲.xlsx", "X801")):
        path = tmp_path / name
        path.write_bytes(files[name])
        assert score.score(path).report.codes == check.check(path).codes == [code]
        assert isinstance(splitting.split(path, tmp_path / "分册"), Report)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["主表.xlsx", "评分_甲.xlsx"])


def test_parts_and_copies_given_to_score_are_offered_to_be_merged(
    files: Files, copies: Files, tmp_path: Path, sound: bytes
) -> None:
    for n, held in enumerate((files, copies)):
        folder = tmp_path / str(n)
        folder.mkdir()
        for name, data in held.items():
            (folder / name).write_bytes(data)
        paths = sorted(folder.iterdir())
        _, _, said = run("score", *paths)
        (line,) = [each for each in said.splitlines() if "xlkpi merge" in each]
        import shlex

        words = shlex.split(line.partition("：")[2])
        assert words == ["xlkpi", "merge", *map(str, paths), "-o", str(folder / "合并.xlsx")]
        assert run(*words[1:])[0] == 0
        assert figures((folder / "合并.xlsx").read_bytes()) == figures(sound)
    other = tmp_path / "别的部门.xlsx"
    other.write_bytes(changed(copies["a.xlsx"], ("写", "基本信息", "B5", "别的局（示例）")))
    assert "xlkpi merge" not in run("score", tmp_path / "1" / "a.xlsx", other)[2]


def test_a_scorers_part_is_no_template(files: Files, tmp_path: Path) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert run("new", tmp_path / "甲.xlsx", "--template", tmp_path / "评分_甲.xlsx")[0] == 2
    assert run("new", tmp_path / "乙.xlsx", "--template", tmp_path / "主表.xlsx")[0] == 0
    assert run("new", tmp_path / "丙.xlsx", "--with", MERGED.name)[0] == 2


def test_a_name_that_no_file_may_have_on_windows_is_written_wide(sound: bytes) -> None:
    text = (
        BASE.read_text(encoding="utf-8")
        .replace("| 甲 |", "| <甲> |")
        .replace("评分_甲", "评分_<甲>")
    )
    assert [name for name, _ in parted(documents.book(text)).files][1] == "评分_＜甲＞.xlsx"


@pytest.mark.usefixtures("office")
def test_parts_filled_in_with_other_programs_merge(sound: bytes, tmp_path: Path) -> None:
    """LibreOffice for one, openpyxl for another, an .ods from a third."""
    empty = changed(
        sound,
        *(("写", f"评分_{who}", cell, "空") for who in "甲乙丙" for cell in ("H5", "H9", "I9")),
    )
    source, home = tmp_path / "空.xlsx", tmp_path / "分册"
    source.write_bytes(empty)
    assert isinstance(splitting.split(source, home), NewWorkbooks)
    steps = [
        {"do": "set", "sheet": "评分_甲", "cell": c, "value": v}
        for c, v in (("H5", 28), ("H9", 27.5))
    ]
    libreoffice.edited(home / "评分_甲.xlsx", tmp_path / "甲.xlsx", steps)
    (tmp_path / "乙.xlsx").write_bytes(changed(
        (home / "评分_乙.xlsx").read_bytes(), ("写", "评分_乙", "H5", "数 28"), ("写", "评分_乙", "H9", "数 29")))  # fmt: skip
    steps = [
        {"do": "set", "sheet": "评分_丙", "cell": c, "value": v}
        for c, v in (("H5", 29), ("I9", "回避"))
    ]
    libreoffice.edited(home / "评分_丙.xlsx", tmp_path / "丙.ods", steps)
    out = tmp_path / "合并.xlsx"
    given = [tmp_path / "甲.xlsx", tmp_path / "乙.xlsx", tmp_path / "丙.ods", home / "主表.xlsx"]
    made = merging.merge(given, out)
    assert isinstance(made, NewWorkbooks), [each.text for each in made]
    assert made.remarks == ()
    assert figures(out.read_bytes()) == figures(sound)


@pytest.mark.usefixtures("office")
def test_libreoffice_gives_every_formula_of_the_parts_back(files: Files, tmp_path: Path) -> None:
    held = {
        "主表.xlsx": files["主表.xlsx"],
        "评分_甲.xlsx": files["评分_甲.xlsx"],
        "合并.xlsx": whole(files),
    }
    for name, data in held.items():
        (tmp_path / name).write_bytes(data)
    again = libreoffice.recalculated([tmp_path / name for name in held], tmp_path / "又")
    for name, path in zip(held, again, strict=True):
        assert libreoffice.disagreements(tmp_path / name, path) == [], name


def test_a_part_can_be_marked_in_and_nowhere_else(files: Files) -> None:
    book = openpyxl.load_workbook(io.BytesIO(files["评分_甲.xlsx"]))
    open_cells = {
        sheet.title
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    assert all(sheet.protection.sheet for sheet in book)
    assert open_cells == {"填表说明", "评分_甲"}  # the one shows the colour
    assert [sheet.title for sheet in book] == [
        "填表说明", "基本信息", "一级指标", "二级指标", "三级指标", "评分_甲", "参数",
    ]  # fmt: skip
    assert book["填表说明"]["B4"].value == "评分人：甲"


def test_the_sources_are_only_read(files: Files, tmp_path: Path) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        os.utime(tmp_path / name, (0, 0))
    merging.merge(sorted(tmp_path.iterdir()), tmp_path / "合并.xlsx")
    for name, data in files.items():
        assert (tmp_path / name).read_bytes() == data
        assert (tmp_path / name).stat().st_mtime == 0
