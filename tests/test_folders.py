"""A folder that is given, files of a spreadsheet program at work, and sources that somebody has open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import documents
from tests.test_earlier_outputs import content, mend, work_on
from xlkpi.interfaces.cli.commands import cli
from xlkpi.runtime.commands import score

GOOD, BAD = content(25), content(99)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def without_notes(said: str) -> list[str]:
    """The lines but for what the marks of the workbooks give to be said."""
    return [line for line in said.splitlines() if " i 提示 " not in line]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound workbook, a broken one, and what else lies in an office's folder."""
    home = tmp_path / "报送"
    home.mkdir()
    (home / "甲.xlsx").write_bytes(GOOD)
    (home / "乙.xlsx").write_bytes(BAD)
    (home / "~$乙.xlsx").write_bytes(bytes(165))
    (home / "说明.docx").write_bytes(b"PK")
    (home / "旧").mkdir()
    (home / "旧" / "丙.xlsx").write_bytes(GOOD)
    return home


LISTED = "文件夹“报送”：2 个工作簿；没有处理：临时文件（~$乙.xlsx）；子文件夹（旧）；别的文件（说明.docx）"
OPEN = "有人正打开着“乙.xlsx”，读到的是已保存的内容；还有没保存的改动，请保存后再来一次"


@pytest.mark.parametrize("command", [["score"], []])
def test_every_workbook_of_a_folder_is_scored(folder: Path, command: list[str]) -> None:
    made = run(*command, folder)
    assert made.exit_code == 1  # the worst of them
    assert "甲.xlsx：总分 89.91，等级 良好" in made.stdout
    assert "乙.xlsx：没有评分（1 个错误、0 个提醒、0 个提示）" in made.stdout
    assert without_notes(made.stderr) == [LISTED, OPEN]
    assert set(names(folder)) == {"甲.xlsx", "乙.xlsx", "~$乙.xlsx", "说明.docx", "旧", "甲_评分结果.xlsx", "乙_待修改.xlsx"}  # fmt: skip
    assert names(folder / "旧") == ["丙.xlsx"]


def test_every_workbook_of_a_folder_is_checked(folder: Path) -> None:
    before = names(folder)
    made = run("check", folder)
    assert made.exit_code == 1
    assert "甲.xlsx：可以评分" in made.stdout
    assert "乙.xlsx：不能评分" in made.stdout
    assert without_notes(made.stderr) == [LISTED, OPEN]
    assert names(folder) == before


def test_the_second_time_its_own_outputs_are_no_sources(folder: Path) -> None:
    (folder / "~$乙.xlsx").unlink()
    score.score(folder / "甲.xlsx", public=folder / "公开.xlsx")
    score.score(folder / "甲.xlsx", folder / "上报.xlsx")
    run(folder)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for command in ("score", "check"):
        made = run(command, folder, "--json")
        told = [json.loads(line)["source"]["file"] for line in made.stdout.splitlines()]
        assert told == [str(folder / "乙.xlsx"), str(folder / "甲.xlsx")]
        assert without_notes(made.stderr)[:4] == [
            "文件夹“报送”：5 个工作簿；没有处理：评分结果（甲_评分结果.xlsx）；子文件夹（旧）；别的文件（说明.docx）",
            "“上报.xlsx”是评分结果，没有处理；要核对，请用 xlkpi verify",
            "“乙_待修改.xlsx”还没有人改动过，没有处理；它是由“乙.xlsx”标出来的",
            "“公开.xlsx”是公开版的自评表，没有处理",
        ]
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_the_copy_that_was_mended_stands_for_its_source(folder: Path) -> None:
    run(folder)
    copy = folder / "乙_待修改.xlsx"
    work_on(copy, "评分_甲", "H5", 98)
    assert score.score(copy).correction == folder / "乙_待修改(2).xlsx"
    mend(folder / "乙_待修改(2).xlsx")
    made = run(folder)
    assert made.exit_code == 0
    assert "乙_待修改(2).xlsx：总分" in made.stdout
    assert {
        "“乙.xlsx”已经在“乙_待修改.xlsx”里改，没有处理；以那一份为准",
        "“乙_待修改.xlsx”已经在“乙_待修改(2).xlsx”里改，没有处理；以那一份为准",
    } <= set(made.stderr.splitlines())
    assert (folder / "乙_评分结果.xlsx").exists()
    (folder / "乙.xlsx").write_bytes(content(98))  # worked on besides: both count
    assert "乙.xlsx：没有评分" in run(folder).stdout


def test_a_marked_copy_alone_is_a_source(folder: Path) -> None:
    run(folder)
    (folder / "乙.xlsx").unlink()
    assert "乙_待修改.xlsx：没有评分" in run(folder).stdout


def test_the_results_of_a_folder_go_into_another(folder: Path, tmp_path: Path) -> None:
    (folder / "乙.xlsx").unlink()
    assert run(folder, "-o", tmp_path / "出").exit_code == 0
    assert names(tmp_path / "出") == ["甲_评分结果.xlsx"]
    refused = run(folder, "--public", tmp_path / "公开.xlsx")
    assert (refused.exit_code, "--public 只能用于一个文件" in refused.stderr) == (2, True)


def test_a_folder_and_a_file_may_stand_together(folder: Path) -> None:
    made = run("check", folder / "旧", folder / "甲.xlsx")
    assert made.exit_code == 0
    assert [line.split("：")[0] for line in without_notes(made.stdout)] == ["丙.xlsx", "甲.xlsx"]


def test_a_folder_without_workbooks_is_told(tmp_path: Path) -> None:
    home = tmp_path / "空的"
    home.mkdir()
    (home / "甲_评分结果.xlsx").write_bytes(GOOD)
    made = run(home)
    assert made.exit_code == 3
    assert "X015" in made.stdout
    assert without_notes(made.stderr) == [
        "文件夹“空的”里没有可以处理的工作簿；没有处理：评分结果（甲_评分结果.xlsx）"
    ]


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"{n:02}.docx").write_bytes(b"")
    (tmp_path / "甲.xlsx").write_bytes(GOOD)
    assert "、07.docx 等 12 个" in run("check", tmp_path).stderr


@pytest.mark.parametrize("name", ["~$乙.xlsx", ".~乙.xlsx", ".~lock.乙.xlsx#"])
def test_a_programs_own_file_is_named_and_a_source_that_is_open_is_told(
    tmp_path: Path, name: str
) -> None:
    source, lock = tmp_path / "乙.xlsx", tmp_path / name
    source.write_bytes(GOOD)
    lock.write_bytes(b"\x05office" + bytes(158))
    made = run("score", lock)
    assert made.exit_code == 3
    assert "X021" in made.stdout
    assert "这是表格程序打开“乙.xlsx”时留下的临时文件，不是工作簿。请拖入“乙.xlsx”" in made.stdout
    assert sorted(names(tmp_path)) == sorted(["乙.xlsx", name])
    for command in ("score", "check"):
        assert without_notes(run(command, source).stderr) == [OPEN]
        assert without_notes(run(command, source, "--json").stderr) == [OPEN]
    lock.unlink()
    assert without_notes(run("score", source).stderr) == []


def test_a_workbook_with_the_name_of_a_lock_is_read(tmp_path: Path) -> None:
    path = tmp_path / "~$乙.xlsx"
    path.write_bytes(GOOD)
    assert run("check", path).exit_code == 0


def test_a_lock_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Excel on Windows lets nobody read it; here it is not even there."""
    assert "X021" in run("check", tmp_path / "~$乙.xlsx").stdout


def test_parts_of_a_folder_are_offered_for_merging(tmp_path: Path) -> None:
    source = tmp_path / "甲.xlsx"
    source.write_bytes(documents.sample(documents.RECIPES / "基本示例.md"))
    assert run("split", source, "-o", tmp_path / "分册").exit_code == 0
    assert "可以先合并再评分：xlkpi merge" in run(tmp_path / "分册").stderr
