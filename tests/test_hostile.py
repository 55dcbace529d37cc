"""No file can hurt it: every hostile file ends in time and memory, with a Chinese sentence, and nothing scored."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests import documents, hostile_files
from tests.counts import chosen
from xlkpi.runtime.commands import score as scoring
from xlkpi.runtime.supervisor import Worker

CHINESE = re.compile(r"X\d{3} ✗ 错误  [^\n]*[一-鿿]")
OURS = {"X901"}
"""Our own bug, which is no named cause."""
QUICK = [each for each in hostile_files.files() if not each.slow]
SLOW = [each for each in hostile_files.files() if each.slow]
FILES = chosen(QUICK, 150) + chosen(SLOW, 4)
PARTS = 12


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("part", range(PARTS))
def test_every_hostile_file_is_refused_by_name_and_leaves_nothing(
    part: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    files = FILES[part::PARTS]
    with Worker() as worker:
        for each in files:
            _meets(each, tmp_path, worker)
    record_property("hostile files, each refused by name within 25 s and 1 GiB", len(files))


def _meets(each: hostile_files.Hostile, folder: Path, worker: Worker) -> None:
    source = folder / f"{each.name}.xlsx"
    data = each.make()
    source.write_bytes(data)
    begun = time.monotonic()
    made = scoring.score(source, worker=worker)
    assert time.monotonic() - begun < 25, each.name
    assert _peak(worker) < 1024 * 1024, each.name
    told = made.report
    assert told.status in ("refused", "unreadable"), (each.name, told.codes)
    assert told.exit_code in (1, 3), (each.name, told.codes)
    assert not OURS & set(told.codes), (each.name, told.codes)
    assert CHINESE.search(told.text), (each.name, told.text)
    assert not made.unwritten, each.name
    assert made.scored is None
    assert source.read_bytes() == data
    assert names(folder) == {source.name, *([made.correction.name] if made.correction else [])}
    assert (made.correction is not None) == (told.status == "refused"), each.name
    if each.codes:
        assert each.codes & set(told.codes), (each.name, told.codes, sorted(each.codes))
    for path in folder.iterdir():
        path.unlink()


def _peak(worker: Worker) -> int:
    """KiB that the worker's process has needed so far; 0 where it is gone, for it was limited."""
    process = worker._process
    try:
        told = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii") if process else ""
    except OSError:
        told = ""
    return int((re.findall(r"VmHWM:\s*(\d+)", told) or ["0"])[0])


def test_the_folder_is_large_enough() -> None:
    assert len({each.name for each in hostile_files.files()}) == len(hostile_files.files()) > 500


@pytest.mark.usefixtures("processes")
def test_on_the_command_line_good_files_are_scored_beside_hostile_ones(tmp_path: Path) -> None:
    good = [tmp_path / f"{name}.xlsx" for name in ("甲", "丙")]
    for path in good:
        path.write_bytes(documents.sample(documents.RECIPES / "基本示例.md"))
    names_of_bad = [
        "two-far-cells",
        "bomb-that-lies",
        "laughs-in-texts",
        "encrypted",
        "html",
        "number-08",
    ]
    bad = [each for each in hostile_files.files() if each.name in names_of_bad]
    for each in bad:
        (tmp_path / f"{each.name}.xlsx").write_bytes(each.make())
    (tmp_path / "文件夹.xlsx").mkdir()
    os.mkfifo(tmp_path / "管道.xlsx")
    (tmp_path / "圈.xlsx").symlink_to(tmp_path / "圈.xlsx")
    odd = [tmp_path / name for name in ("文件夹.xlsx", "管道.xlsx", "圈.xlsx", "没有.xlsx")]
    run = score(
        [
            good[0],
            *(tmp_path / f"{each.name}.xlsx" for each in bad),
            *odd,
            Path("/dev/zero"),
            good[1],
        ]
    )
    said = run.stdout.decode() + run.stderr.decode()
    assert run.returncode == 3
    assert "Traceback" not in said
    assert "panicked" not in said
    assert said.count("总分 93.57") == 2
    assert len(re.findall(CHINESE, said)) >= len(bad) + len(odd) + 1
    assert {path.name for path in tmp_path.glob("*_评分结果*")} == {
        "甲_评分结果.xlsx", "丙_评分结果.xlsx",
    }  # fmt: skip
    assert not list(tmp_path.glob(".xlkpi-*"))


def score(paths: Sequence[Path]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "xlkpi", "score", *map(str, paths)], capture_output=True,
        timeout=120, check=False, env={**os.environ, "PYTHONPATH": str(documents.ROOT)},
    )  # fmt: skip
