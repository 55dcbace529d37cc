"""The command line: what is printed where, exit codes, Chinese whatever the console."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests import documents
from xlkpi.domain.findings import CODES
from xlkpi.interfaces.cli.commands import cli

BASE = documents.RECIPES / "基本示例.md"


def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    """What the command line says, in this process."""
    made = CliRunner().invoke(cli, [str(each) for each in arguments])
    return subprocess.CompletedProcess((), made.exit_code, made.stdout_bytes, made.stderr_bytes)


def started(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The same of the program itself, for what is a matter of its console, or of all of it."""
    return subprocess.run(
        [sys.executable, "-m", "xlkpi", *map(str, arguments)], capture_output=True, timeout=60,
        check=False, env={**os.environ, "PYTHONPATH": str(documents.ROOT), **environment},
    )  # fmt: skip


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "好.xlsx"
    path.write_bytes(documents.sample(BASE))
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(
        documents.mishandled(documents.sample(BASE), [("写", "评分_甲", "H5", "数 99")])
    )
    return path


@pytest.fixture
def nothing(tmp_path: Path) -> Path:
    path = tmp_path / "网页.xlsx"
    path.write_text("<html><table><tr><td>1</td></tr></table></html>", encoding="utf-8")
    return path


@pytest.mark.usefixtures("processes")
def test_exit_codes(sound: Path, broken: Path, nothing: Path) -> None:
    assert started("check", sound).returncode == 0
    assert started("check", broken).returncode == 1
    assert started("check", nothing).returncode == 3
    assert started("check", sound, nothing, broken).returncode == 3
    assert started("check", sound.with_name("没有.xlsx")).returncode == 3
    assert started("score").returncode == 2
    assert started("nonsense").returncode == 2


@pytest.mark.usefixtures("processes")
def test_a_file_that_may_not_be_read_does_not_stop_the_others(sound: Path) -> None:
    """click would call it wrong usage (2), and score none of them; here root may read everything."""
    other = sound.with_name("别人的.xlsx")
    other.write_bytes(b"")
    code = (
        "import os; from xlkpi.interfaces.cli import program; os.access = lambda *_, **__: False\n"
        "program.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", other, sound], capture_output=True, timeout=60,
        check=False, env={**os.environ, "PYTHONPATH": str(documents.ROOT)},
    )  # fmt: skip
    assert "好.xlsx：可以评分" in done.stdout.decode()
    assert "别人的.xlsx › 整个工作簿  X001" in done.stdout.decode()
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("out", "reason"), [("长" * 100 + ".xlsx", "文件名或路径太长"), ("好.xlsx/结果.xlsx", "路径中有一段是文件")]
)  # fmt: skip
def test_a_place_for_the_result_that_cannot_be_is_told(sound: Path, out: str, reason: str) -> None:
    done = run("score", sound, "-o", sound.parent / out)
    assert done.returncode == 2
    assert f"结果没有写出：{reason}" in done.stderr.decode()
    assert [path.name for path in sound.parent.iterdir()] == ["好.xlsx"]


@pytest.mark.usefixtures("processes")
def test_a_name_with_control_characters_is_one_plain_line_and_whole_in_json(tmp_path: Path) -> None:
    """A name out of a strange archive writes no lines of its own, and does not colour the console."""
    name = b"a\n\x1b[31m\xe2\x80\xae\xff\xe3\x80\x80.xlsx"
    path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118  (not every name is a text)
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(documents.sample(BASE))
    done = started("score", os.fsdecode(path))
    said = done.stdout.decode() + done.stderr.decode()
    assert "a��[31m��\u3000.xlsx：总分 93.57" in said
    assert not {"\x1b", "\u202e"} & set(said)
    assert all(line.count("a�") == 1 for line in said.splitlines())
    told = json.loads(started("score", "--json", os.fsdecode(path)).stdout)
    assert os.fsencode(told["source"]["file"]) == path
    assert os.fsencode(told["outputs"]["scored"]) in [
        os.path.join(os.fsencode(tmp_path), each)  # noqa: PTH118
        for each in os.listdir(os.fsencode(tmp_path))  # noqa: PTH208
    ]


def test_one_bad_file_does_not_stop_the_others(sound: Path, broken: Path, nothing: Path) -> None:
    made = run("score", "--json", nothing, broken, sound)
    lines = [json.loads(line) for line in made.stdout.decode("utf-8").splitlines()]
    assert [line["status"] for line in lines] == ["unreadable", "refused", "scored"]
    assert made.returncode == 3
    assert lines[0]["total"] is None
    assert lines[0]["findings"][0]["code"] == "X004"
    assert lines[1]["grade"] is None
    assert lines[1]["outputs"]["correction"].endswith("坏_待修改.xlsx")
    assert lines[2]["total"] == "93.57"


def test_nothing_is_written_for_what_is_no_workbook(nothing: Path) -> None:
    made = run("score", nothing)
    assert "另存为 .xlsx" in made.stdout.decode()
    assert [path.name for path in nothing.parent.iterdir()] == ["网页.xlsx"]


def test_check_writes_nothing(broken: Path) -> None:
    made = run("check", broken)
    assert "评分_甲!H5" in made.stdout.decode()
    assert [path.name for path in broken.parent.iterdir()] == ["坏.xlsx"]


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "utf-8"])
@pytest.mark.usefixtures("processes")
def test_no_console_can_make_it_raise(broken: Path, encoding: str) -> None:
    made = started("score", broken, LC_ALL="C", PYTHONIOENCODING=encoding)
    assert made.returncode == 1
    assert b"Traceback" not in made.stderr
    assert "得分" in made.stdout.decode("utf-8" if encoding == "ascii" else encoding)
    said = started("score", broken, "--json", LC_ALL="C", PYTHONIOENCODING=encoding)
    assert json.loads(said.stdout.decode("utf-8"))["status"] == "refused"


@pytest.mark.usefixtures("processes")
def test_usage_errors_are_chinese() -> None:
    made = started("score", "--nonsense", "x.xlsx", LC_ALL="C", PYTHONIOENCODING="ascii")
    said = made.stderr.decode()
    assert "错误" in said
    assert "Error" not in said
    assert "Usage" not in said


def test_new_makes_a_blank_with_a_ballot_for_each_scorer(tmp_path: Path) -> None:
    out = tmp_path / "空白.xlsx"
    made = run(
        "new", out, "--department", "示例局", "--year", "2024",
        "--scorer", "甲,主任,组长,2", "--scorer", "乙", "--with", "复核,加减分",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr.decode()
    book = openpyxl.load_workbook(out)
    assert {"评分_甲", "评分_乙", "复核", "加减分", "填表说明"} <= set(book.sheetnames)
    assert "资金来源" not in book.sheetnames
    assert book["基本信息"]["B5"].value == "示例局"
    assert [cell.value for cell in book["评价工作组"][5]][:6] == [
        "甲",
        "主任",
        "组长",
        None,
        "是",
        2,
    ]
    assert book["评分_乙"]["B3"].value == "乙"
    assert not [sheet for sheet in book.worksheets if sheet.sheet_state != "visible"]
    again = run("new", out)
    assert again.returncode == 2
    assert "已经存在" in again.stderr.decode()


@pytest.mark.parametrize(
    "scorers", [["甲", "甲"], ["A", "a"], ["甲/乙"], ["甲[1]"], ["人" * 29], [""], ["甲,,,零"]]
)
def test_new_refuses_names_that_cannot_be_sheets(tmp_path: Path, scorers: list[str]) -> None:
    options = [part for name in scorers for part in ("--scorer", name)]
    made = run("new", tmp_path / "空白.xlsx", *options)
    assert made.returncode == 2
    assert not list(tmp_path.iterdir())


def test_new_refuses_what_could_not_be_opened_or_is_no_year(tmp_path: Path) -> None:
    assert run("new", tmp_path / "空白").returncode == 2
    assert run("new", tmp_path / "空白.xlsx", "--year", "23").returncode == 2
    assert not list(tmp_path.iterdir())


def test_last_years_workbook_is_a_template(sound: Path, tmp_path: Path) -> None:
    out = tmp_path / "今年.xlsx"
    made = run("new", out, "--template", sound, "--year", "2024", "--scorer", "丁")
    assert made.returncode == 0, made.stderr.decode()
    book = openpyxl.load_workbook(out)
    assert book["三级指标"]["A6"].value == "A1.2"
    assert book["三级指标"]["F6"].value == 8  # this year's system starts from last year's target
    assert book["三级指标"]["H6"].value is None  # and not from last year's answer
    assert book["评分_丁"]["H5"].value is None
    assert book["预算执行"]["A5"].value is None
    assert book["基本信息"]["B5"].value == "示例办公室"
    assert book["基本信息"]["B6"].value == "2024"


def test_templates_are_listed() -> None:
    assert "部门整体支出绩效自评" in run("templates").stdout.decode()


def test_explain_tells_what_a_code_means() -> None:
    made = run("explain", "x203")
    assert made.returncode == 0
    assert CODES["X203"].title in made.stdout.decode()
    assert run("explain", "X999").returncode == 2


@pytest.mark.usefixtures("processes")
def test_our_own_bug_is_one_chinese_sentence(sound: Path, tmp_path: Path) -> None:
    bug = tmp_path / "bug.py"
    bug.write_text(
        "import sys, xlkpi.runtime.commands.score\n"
        "def broken(*_, **__): raise KeyError('boom')\n"
        "xlkpi.runtime.commands.score.score = broken\n"
        f"sys.argv = ['xlkpi', 'score', {str(sound)!r}]\n"
        "from xlkpi.interfaces.cli.program import main\nmain()\n",
        encoding="utf-8",
    )
    for shown in ("", "1"):
        made = subprocess.run(
            [sys.executable, bug], capture_output=True, check=False, timeout=60,
            env={**os.environ, "PYTHONPATH": str(documents.ROOT), "XLKPI_TRACEBACK": shown},
        )  # fmt: skip
        said = made.stderr.decode("utf-8")
        assert made.returncode == 4
        assert "程序出现内部错误" in said
        assert ("Traceback" in said) is bool(shown)


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full is Linux's")
@pytest.mark.parametrize("arguments", [["--json"], [], ["--help"]])
@pytest.mark.usefixtures("processes")
def test_a_result_that_cannot_be_printed_is_told_and_what_was_written_stays(
    sound: Path, arguments: list[str]
) -> None:
    with FULL.open("wb") as stdout:
        made = subprocess.run(
            [sys.executable, "-m", "xlkpi", "score", str(sound), *arguments], stdout=stdout,
            stderr=subprocess.PIPE, timeout=60, check=False,
            env={**os.environ, "PYTHONPATH": str(documents.ROOT)},
        )  # fmt: skip
    said = made.stderr.decode()
    assert made.returncode == 2
    assert "标准输出写不进去（磁盘空间不足）" in said.splitlines()[-1]
    assert "Error" not in said
    assert sound.with_name("好_评分结果.xlsx").exists() is ("--help" not in arguments)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the folder of a process stays")
@pytest.mark.usefixtures("processes")
def test_where_the_current_folder_is_gone_a_whole_path_is_scored(sound: Path) -> None:
    home = sound.with_name("走")
    home.mkdir()
    command = 'rmdir "$PWD" && exec "$0" -m xlkpi check "$@"'
    made = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, str(sound), "没有.xlsx"], cwd=home,
        capture_output=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(documents.ROOT)},
    )  # fmt: skip
    said = made.stdout.decode()
    assert "好.xlsx：可以评分" in said
    assert "X015" in said
    assert made.returncode == 3
