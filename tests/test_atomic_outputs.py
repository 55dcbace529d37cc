"""Whole or absent: a process killed at any moment, a full disk, two runs at once, litter of the dead."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import documents
from tests.counts import drawn
from xlkpi.runtime import files, outputs
from xlkpi.runtime.commands import score

pytestmark = pytest.mark.usefixtures("processes")

BASE = documents.RECIPES / "基本示例.md"
KILLS = drawn(6, 200)
BROKEN = ("写", "评分_甲", "H5", "数 99")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "报送"
    folder.mkdir()
    path = folder / "甲.xlsx"
    path.write_bytes(documents.sample(BASE))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def started(*arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "xlkpi", *map(str, arguments)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(documents.ROOT)},
    )  # fmt: skip


def children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(word) for word in text.split()]


def temporaries(folder: Path) -> list[str]:
    return [name for name in names(folder) if name.startswith(".xlkpi-")]


def gone(pids: list[int]) -> None:
    """Wait until processes are no more: a worker whose parent was killed ends by itself."""
    for _ in range(1000):
        if not any(_running(pid) for pid in pids):
            return
        time.sleep(0.01)
    raise AssertionError("a worker outlives its parent")


def _running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


def moments(folder: Path) -> Iterator[Callable[[], None]]:
    """When to kill: at random, or as soon as something is being written."""
    dice = random.Random(2026)

    def at_random() -> None:
        time.sleep(dice.uniform(0.0, 1.0))

    def while_writing() -> None:
        until = time.monotonic() + 5
        while time.monotonic() < until and not temporaries(folder):
            time.sleep(0.0005)
        time.sleep(dice.choice([0, 0, 0.001, 0.003, 0.01]))

    while True:
        yield while_writing
        yield at_random


def test_killed_at_any_moment_the_output_is_whole_or_absent(
    source: Path, record_property: Callable[[str, object], None]
) -> None:
    """An old output survives or is replaced whole; the source never changes; the next run cleans up."""
    folder, sound = source.parent, source.read_bytes()
    broken = documents.mishandled(sound, [BROKEN])
    wholes = {}
    for data, name in ((sound, "甲_评分结果.xlsx"), (broken, "甲_待修改.xlsx")):
        source.write_bytes(data)
        score.score(source)
        wholes[name] = (folder / name).read_bytes()
    dice, at_hand = random.Random(7), moments(folder)
    hit = 0
    for n in range(KILLS):
        data = dice.choice([sound, broken])
        source.write_bytes(data)
        run = started("score", source)
        next(at_hand)()
        workers = children(run.pid)
        hit += bool(temporaries(folder))
        run.send_signal(signal.SIGKILL)
        if n % 3 == 0:
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
        run.wait()
        gone(workers)
        assert source.read_bytes() == data
        for path in folder.iterdir():
            if path != source and not path.name.startswith(".xlkpi-"):
                assert path.read_bytes() == wholes[path.name], path.name
    assert hit, "no kill fell into the writing"
    source.write_bytes(sound)
    score.score(source)
    assert names(folder) == ["甲.xlsx", "甲_评分结果.xlsx"]  # nothing is left of the dead
    record_property("runs killed, output whole or absent, nothing lost", KILLS)
    record_property("runs killed while a file was being written", hit)


def test_only_the_litter_of_the_dead_of_this_machine_is_cleaned(source: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = files._make_prefix(dead.pid) + "00.tmp"
    kept = [
        files._make_prefix(os.getpid()) + "00.tmp",  # alive
        f".xlkpi-00000000-{dead.pid}-00.tmp",  # of another machine
        files._make_prefix() + "x-00.tmp",
        files._make_prefix(dead.pid) + "00.xlsx",
        "~$甲.xlsx",
    ]
    for name in (left, *kept):
        source.with_name(name).write_bytes(b"half")
    score.score(source)
    assert names(source.parent) == sorted([*kept, "甲.xlsx", "甲_评分结果.xlsx"])


def test_a_full_disk_is_told_and_the_old_output_stays(tmp_path: Path) -> None:
    """A small disk of its own, almost full."""
    small = tmp_path / "小盘"
    small.mkdir()
    inside = (
        f"mount -t tmpfs -o size=160k tmpfs {small} && cp {tmp_path}/甲.xlsx {small} || exit 77\n"
        f"head -c 120000 /dev/zero > {small}/占用\n"
        f"{sys.executable} -m xlkpi score {small}/甲.xlsx; code=$?\n"
        f"ls -A {small}; rm {small}/占用; exit $code"
    )
    (tmp_path / "甲.xlsx").write_bytes(documents.sample(BASE))
    run = apart(inside)
    assert run.returncode == 2, run.stderr.decode()
    assert "磁盘空间不足" in run.stderr.decode()
    assert run.stdout.decode().split()[-2:] == ["占用", "甲.xlsx"]  # and no litter


def test_two_runs_on_one_file_leave_one_whole_output(source: Path) -> None:
    score.score(source)
    whole = source.with_name("甲_评分结果.xlsx").read_bytes()
    for before in (True, False):
        if not before:
            source.with_name("甲_评分结果.xlsx").unlink()
        runs = [started("score", source) for _ in range(3)]
        assert [run.wait() for run in runs] == [0, 0, 0]
        made = [path for path in source.parent.iterdir() if path != source]
        assert all(path.read_bytes() == whole for path in made)
        assert not temporaries(source.parent)


def test_a_name_taken_at_the_last_moment_is_not_overwritten(source: Path) -> None:
    """Between the look and the writing someone else put a file there."""
    target = source.with_name("结果.xlsx")
    temporary = files.prepare(target, b"ours")
    target.write_bytes(b"theirs")
    with pytest.raises(files.Taken):
        files.place(temporary, target, new=True)
    assert target.read_bytes() == b"theirs"
    put = outputs.put(target, temporary, {}, set())
    assert put.path == source.with_name("结果(2).xlsx")
    assert put.path.read_bytes() == b"ours"
    assert not temporaries(source.parent)


def test_an_output_changed_after_it_was_judged_is_its_users(source: Path) -> None:
    target = source.with_name("结果.xlsx")
    target.write_bytes(b"ours")
    seen = outputs.look_at(target)
    assert seen is not None
    known = {str(target): outputs.Standing(seen, "same")}
    target.write_bytes(b"worked on since")
    put = outputs.put(target, files.prepare(target, b"new"), known, set())
    assert put.path == source.with_name("结果(2).xlsx")
    assert target.read_bytes() == b"worked on since"


def test_a_file_system_without_links_is_written_to_all_the_same(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", none)
    assert score.score(source).scored == source.with_name("甲_评分结果.xlsx")
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]


def test_a_read_only_folder_is_told_and_nothing_is_written(source: Path) -> None:
    """Mounted so, where the system lets us: root writes into any other folder."""
    folder = source.parent
    run = apart(
        f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder} || exit 77\n"
        f"{sys.executable} -m xlkpi score {source}"
    )
    assert run.returncode == 2, run.stderr.decode()
    assert "磁盘是只读的" in run.stderr.decode()
    assert names(folder) == ["甲.xlsx"]


def apart(commands: str) -> subprocess.CompletedProcess[bytes]:
    """Run commands in a name space of their own, where disks may be mounted; skip where there is none."""
    run = subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"mount -t tmpfs tmpfs /mnt || exit 77\n{commands}"],
        capture_output=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(documents.ROOT)},
    )  # fmt: skip
    if run.returncode == 77 or b"unshare:" in run.stderr:
        pytest.skip("this system mounts no disk for us; the same law without one: test_worker")
    return run
