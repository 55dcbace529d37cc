"""The case the project was asked for, from the sample to the scored workbook, as a user runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import documents, libreoffice

SAMPLE = documents.SAMPLES / "高新区考核办2023.xlsx"


def xlkpi(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The program as a user starts it."""
    return subprocess.run(
        [sys.executable, "-m", "xlkpi", *map(str, arguments)],
        capture_output=True, encoding="utf-8", timeout=60, check=False, cwd=cwd or documents.ROOT,
    )  # fmt: skip


@pytest.fixture(scope="module")
def scored(
    processes: None, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, object]]:
    """The sample's scored workbook, and what `--json` said."""
    source = Path(shutil.copy(SAMPLE, tmp_path_factory.mktemp("case")))
    run = xlkpi("score", "--json", source)
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    return Path(said["outputs"]["scored"]), said


def test_it_scores_100_and_is_excellent(scored: tuple[Path, dict[str, object]]) -> None:
    path, said = scored
    assert path.name == "高新区考核办2023_评分结果.xlsx"
    assert (said["schema"], said["status"]) == ("xlkpi.score/1", "scored")
    assert (said["department"], said["year"]) == ("高新区考核办", "2023")
    assert (said["total"], said["grade"]) == ("100.00", "优秀")
    tiers = [t for t in said["tiers"] if t["tier"] == 1]
    assert [(t["name"], t["points"], t["score"], t["rate"]) for t in tiers] == [
        ("产出指标", "50.00", "50.00", "1.0000"),
        ("预算执行率指标", "10.00", "10.00", "1.0000"),
        ("效益指标", "30.00", "30.00", "1.0000"),
        ("满意度指标", "10.00", "10.00", "1.0000"),
    ]
    assert said["budget"] == {
        "projects": 5, "budget": "4969.63", "fiscal": "4969.63", "executed": "4969.63",
        "rate": "1.0000",
    }  # fmt: skip
    assert said["outputs"]["correction"] is None
    assert said["outputs"]["report"] is None


@pytest.mark.usefixtures("processes")
def test_a_path_alone_means_score(tmp_path: Path) -> None:
    source = Path(shutil.copy(SAMPLE, tmp_path))
    run = xlkpi(source)
    assert run.returncode == 0, run.stderr
    assert "100.00" in run.stdout
    assert "优秀" in run.stdout
    assert str(tmp_path / "高新区考核办2023_评分结果.xlsx") in run.stdout


def test_the_scored_workbook_opens_on_its_results_and_holds_the_inputs(
    scored: tuple[Path, dict[str, object]],
) -> None:
    held = libreoffice.cells(scored[0])
    assert list(held)[:9] == [
        "汇总",
        "等级",
        "自评表",
        "指标得分",
        "评分对比",
        "检查记录",
        "方法与参数",
        "校验",
        "来源与指纹",
    ]
    source = libreoffice.cells(SAMPLE)
    for sheet in ("预算执行", "三级指标", "评分_组长", "文字材料", "等级标准"):
        live = libreoffice.formulas(SAMPLE)[sheet]  # running totals and checks are the blank's own
        for cell, value in source[sheet].items():
            if value not in (None, "", "检查", "评分表上的指标值", "未评项数") and cell not in live:
                assert held[sheet].get(cell) == value, f"{sheet}!{cell}"


@pytest.mark.usefixtures("office")
def test_libreoffice_gives_every_formula_cell_back_unchanged(
    scored: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    blank = documents.ROOT / "workbook_templates" / "部门整体支出绩效自评.xlsx"
    ours = [scored[0], SAMPLE, blank]
    for path, theirs in zip(ours, libreoffice.recalculated(ours, tmp_path), strict=True):
        formulas = sum(len(cells) for cells in libreoffice.formulas(path).values())
        assert formulas > 100
        assert libreoffice.disagreements(path, theirs) == []


@pytest.mark.usefixtures("office")
def test_a_mark_changed_inside_the_scored_workbook_moves_the_total(
    scored: tuple[Path, dict[str, object]], tmp_path: Path
) -> None:
    marks = libreoffice.cells(scored[0])["评分_会计"]
    assert marks["A5"] == "A1.1"
    points = float(marks["H5"])
    out = libreoffice.edited(
        scored[0], tmp_path / "改.xlsx",
        [{"do": "unprotect", "sheet": "评分_会计"}, {"do": "set", "sheet": "评分_会计", "cell": "H5", "value": points - 1}],
    )  # fmt: skip
    held = libreoffice.cells(out)
    assert held["汇总"]["B4"] == pytest.approx(99.8)
    assert held["汇总"]["G4"] == "有不符项"  # the program's own figures no longer agree, and say so


@pytest.mark.usefixtures("processes")
def test_same_input_same_bytes(tmp_path: Path) -> None:
    results = []
    for folder, seed in (("一", "1"), ("二/很长的中文路径", "2")):
        home = tmp_path / folder
        home.mkdir(parents=True)
        source = Path(shutil.copy(SAMPLE, home))
        subprocess.run(
            [sys.executable, "-m", "xlkpi", "score", source.name],
            cwd=home, check=True, capture_output=True, timeout=60,
            env={"PYTHONPATH": str(documents.ROOT), "PYTHONHASHSEED": seed, "TZ": f"Asia/Shanghai{seed}", "PATH": ""},
        )  # fmt: skip
        results.append((home / "高新区考核办2023_评分结果.xlsx").read_bytes())
    assert results[0] == results[1]
