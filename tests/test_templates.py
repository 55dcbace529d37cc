"""Templates and samples are what their text says, and hold nothing that a program may not share."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import documents
from xlkpi import blanks, office
from xlkpi.formula import ALLOWED
from xlkpi.intake import markdown, read
from xlkpi.intake.template import everything
from xlkpi.layout import SHEETS
from xlkpi.model import Contents
from xlkpi.write.blank import blank
from xlkpi.write.emit import emit

TEXTS = sorted((documents.ROOT / "workbook_templates").glob("*.md")) + sorted(
    documents.SAMPLES.glob("*.md")
)


def parts(data: Path | bytes) -> dict[str, bytes]:
    import io

    with zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data) as package:
        return {name: package.read(name) for name in package.namelist()}


def rows(contents: Contents) -> dict[str, list[dict[str, object]]]:
    """Rows by sheet, ballots included, that hold something."""
    return {name: [dict(row) for row in held] for name, held in contents.sheets.items() if held}


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_the_workbook_is_made_from_its_text(text: Path) -> None:
    """`make workbooks` has been run since the text, or the writer, was changed."""
    committed, made = parts(text.with_suffix(".xlsx")), parts(documents.sample(text))
    assert committed.keys() == made.keys()
    different = [name for name in made if committed[name] != made[name]]
    assert not different


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_what_is_read_from_the_workbook_is_the_text(text: Path) -> None:
    said = markdown.parse(text.read_text(encoding="utf-8"))
    if not said.ballots:
        said = blanks.prepared(said, "", "", [blanks.Scorer("评分人1")])
    filled, _ = read(text.with_suffix(".xlsx").read_bytes(), text.name)
    assert rows(everything(filled)) == rows(said)
    assert filled.template == said.template
    assert filled.version == 1


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.stem)
def test_only_what_three_programs_share(text: Path) -> None:
    for name, part in parts(text.with_suffix(".xlsx")).items():
        assert b"extLst" not in part, name
        assert b"_xlfn" not in part, name
        assert "vbaProject" not in name
        if name.startswith("xl/worksheets/"):
            for formula in re.findall(rb"<f>(.*?)</f>", part):
                plain = re.sub(r'"[^"]*"', "", formula.decode("utf-8"))
                assert set(re.findall(r"([A-Z.]+)\(", plain)) <= ALLOWED
            for listed in re.findall(rb"<formula1>&quot;(.*?)&quot;</formula1>", part):
                assert len(listed.decode("utf-8")) <= 255
    workbook = parts(text.with_suffix(".xlsx"))["xl/workbook.xml"]
    assert b'state="' not in workbook  # no hidden sheets


def test_a_blank_has_the_sheets_of_the_contract_in_order() -> None:
    blank = next(path for path in TEXTS if path.stem == "部门整体支出绩效自评")
    filled, _ = read(blank.with_suffix(".xlsx").read_bytes(), "空白.xlsx")
    names = [grid.name for grid in filled.grids]
    expected = [sheet.name for sheet in SHEETS if not sheet.optional]
    expected.insert(expected.index("三级指标") + 1, "评分_评分人1")
    assert names == expected


def as_template(data: bytes, tmp_path: Path) -> str:
    """The last line of what `check` says."""
    path = tmp_path / "自制.xlsx"
    path.write_bytes(data)
    return (office.checked(path).text.splitlines() or [""])[-1]


TEMPLATES = sorted((documents.ROOT / "workbook_templates").glob("*.md"))


@pytest.mark.parametrize("text", TEMPLATES, ids=lambda path: path.stem)
def test_a_blank_is_told_to_be_a_sound_template(text: Path, tmp_path: Path) -> None:
    said = as_template(text.with_suffix(".xlsx").read_bytes(), tmp_path)
    assert said == "作为模板：可以使用（xlkpi new 新工作簿.xlsx --template 自制.xlsx）"


def test_what_keeps_a_workbook_from_being_a_template_is_told(tmp_path: Path) -> None:
    blank = TEMPLATES[0].with_suffix(".xlsx").read_bytes()
    answers = [("写", "基本信息", "B6", "去年"), ("写", "预算执行", "A5", "项目"), ("写", "预算执行", "D5", "-1"),
               ("写", "三级指标", "O5", "100"), ("写", "三级指标", "J5", "也许")]  # fmt: skip
    assert "可以使用" in as_template(documents.mishandled(blank, answers[1:]), tmp_path)
    broken = [
        ("写", "一级指标", "C5", "数 16"),
        ("写", "三级指标", "A6", "A1.1"),
        ("删表", "等级标准", "", ""),
    ]
    said = as_template(documents.mishandled(blank, [*answers, *broken]), tmp_path)
    assert said.startswith("作为模板：不能使用，请先改正：")
    assert "一级指标!C5 下级分值合计不符" in said
    assert "三级指标!A6 编号重复" in said
    assert "缺少工作表" in said
    assert "预算执行" not in said


def test_a_workbook_with_marks_is_told_nothing_of_templates(tmp_path: Path) -> None:
    sample = next(documents.SAMPLES.glob("*.xlsx")).read_bytes()
    assert "作为模板" not in as_template(sample, tmp_path)


def test_a_file_added_to_the_templates_is_a_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = documents.RECIPES / "基本示例.md"
    shutil.copy(text, tmp_path / "自制.md")
    contents = markdown.parse(text.read_text(encoding="utf-8"))
    (tmp_path / "自制.xlsx").write_bytes(emit(blank(contents)))
    monkeypatch.setattr(blanks, "folder", lambda: tmp_path)
    assert [name for name, _ in blanks.builtin()] == ["自制"]
    made = tmp_path / "新.xlsx"
    made.write_bytes(blanks.made(made, "自制"))
    filled, _ = read(made.read_bytes(), "新.xlsx")
    assert [each.code.value for each in filled.indicators][:2] == ["A1.1", "A1.2"]


def test_the_wheel_carries_the_templates(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--wheel-dir", tmp_path, documents.ROOT],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    wheel = next(tmp_path.glob("*.whl"))
    inside = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(inside)
    out = tmp_path / "空白.xlsx"
    subprocess.run(
        [sys.executable, "-c", "from xlkpi.cli import main; main()", "new", out],
        check=True, cwd=tmp_path, env={"PYTHONPATH": str(inside), "PATH": ""}, timeout=60,
    )  # fmt: skip
    assert out.is_file()
    assert (inside / "xlkpi" / "locale" / "zh_CN" / "LC_MESSAGES" / "messages.mo").is_file()
