"""The disposable process: whatever becomes of it has a name, and the next file is scored all the same."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from pkgutil import iter_modules

import pytest

from tests import documents
from xlkpi.runtime import commands, spawn, supervisor
from xlkpi.runtime.commands import check, score
from xlkpi.runtime.supervisor import LIMITS, Limits, Worker

pytestmark = pytest.mark.usefixtures("processes")

BASE = documents.RECIPES / "基本示例.md"
TOTAL = "93.57"
READ = "import sys; sys.stdin.buffer.readline(); sys.stdin.buffer.readline(); "
"""A process that takes the question, and then …"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "甲.xlsx"
    path.write_bytes(documents.sample(BASE))
    return path


def scored(source: Path, limits: Limits = LIMITS) -> score.Result:
    with Worker(limits) as worker:
        return score.score(source, worker=worker)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("import os; os.abort()", "X035"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "X035"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "X019"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "X018"),
        ("sys.exit(0)", "X035"),
        ("import time; time.sleep(60)", "X018"),
        ("import os\nwhile True: os.write(1, b'x' * 65536)", "X036"),
        ("import os; os.write(1, b'Traceback\\n'); input()", "X035"),
        ("import os; os.write(1, b'[1]\\n'); input()", "X035"),
        ("import os; os.write(1, b'{\"End\"'); os.abort()", "X035"),
        ('import os; os.write(1, b\'{"End": {"grown": false}}\\n\'); input()', "X035"),
        (
            'import os; os.write(1, b\'{"Existing": {"known": {"a": [1, 2]}}}\\n\'); input()',
            "X035",
        ),
        ("import os; os.write(1, b'{\"Report\": {}}\\n'); input()", "X035"),
        ("import os; os.write(1, b'[' * 100000 + b'\\n'); input()", "X035"),
    ],
)
def test_every_end_of_a_worker_has_a_name(
    source: Path, monkeypatch: pytest.MonkeyPatch, then: str, code: str
) -> None:
    monkeypatch.setattr(supervisor, "_BOOT", f"{READ}\n{then}")
    made = scored(source, LIMITS._replace(wall=3))
    assert made.report.codes == [code]
    assert made.report.exit_code == 3
    assert made.report.json["source"]["sha256"]
    assert "甲.xlsx › 整个工作簿" in made.report.text
    assert names(source.parent) == ["甲.xlsx"]


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("import os; os.abort()", "X035"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "X019"),
        ("import time; time.sleep(60)", "X018"),
    ],
)
def test_every_end_of_a_worker_that_was_started_early_has_its_name_too(
    source: Path, monkeypatch: pytest.MonkeyPatch, then: str, code: str
) -> None:
    monkeypatch.setattr(spawn, "BOOT", f"{READ}\n{then}")
    with Worker(LIMITS._replace(wall=3), spawn.start()) as worker:
        assert check.check(source, worker).codes == [code]
        assert check.check(source, worker).status == "scored"  # by one that was not


def test_a_worker_that_was_started_early_serves_and_is_buried(source: Path) -> None:
    process = spawn.start()
    assert process is not None
    supervisor.start_early(process)
    with supervisor.take_worker() as worker:
        assert score.score(source, worker=worker).report.json["total"] == TOTAL
        assert check.check(source, worker).status == "scored"
    supervisor.reap()
    assert process.returncode == -signal.SIGKILL
    assert process.stdin.closed
    assert process.stdout.closed


def test_where_the_system_cannot_spawn_the_first_worker_is_started_like_any_other(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_arguments: object, **_named: object) -> int:
        raise NotImplementedError

    before = len(list(Path("/proc/self/fd").iterdir()))
    monkeypatch.setattr(os, "posix_spawn", unknown)
    assert spawn.start() is None
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    supervisor.start_early(None)
    with supervisor.take_worker() as worker:
        assert check.check(source, worker).status == "scored"


def test_one_crash_does_not_change_the_next_file(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = supervisor._BOOT
    monkeypatch.setattr(supervisor, "_BOOT", f"{READ} import os; os.abort()")
    with Worker() as worker:
        assert check.check(source, worker).codes == ["X035"]
        monkeypatch.setattr(supervisor, "_BOOT", real)
        assert check.check(source, worker).status == "scored"
        assert score.score(source, worker=worker).report.json["total"] == TOTAL


@pytest.mark.parametrize(
    ("limits", "codes"),
    [
        (LIMITS._replace(wall=0.05), {"X018"}),
        (LIMITS._replace(memory=150 * 1024 * 1024), {"X019", "X035"}),
        (LIMITS._replace(answer=1000), {"X036"}),
    ],
)
def test_a_limit_that_is_reached_is_told(source: Path, limits: Limits, codes: set[str]) -> None:
    made = scored(source, limits)
    assert set(made.report.codes) <= codes
    assert names(source.parent) == ["甲.xlsx"]


def test_a_file_that_grows_too_large_is_told_and_the_old_one_stays(source: Path) -> None:
    old = scored(source).scored
    assert old is not None
    before = old.read_bytes()
    made = scored(source, LIMITS._replace(output=4096))
    assert made.unwritten == "文件超过系统允许的大小"
    assert made.exit_code == 2
    assert old.read_bytes() == before
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]


def test_without_the_module_resource_the_clock_still_limits(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    hidden = "import sys; sys.modules['resource'] = None; " + supervisor._BOOT
    monkeypatch.setattr(supervisor, "_BOOT", hidden)
    assert scored(source).report.json["total"] == TOTAL
    assert scored(source, LIMITS._replace(wall=0.05)).report.codes == ["X018"]


def test_what_a_library_prints_is_no_answer(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = supervisor._BOOT.replace(
        "from xlkpi.runtime.worker import main; main()",
        "import os, threading, time; from xlkpi.runtime.worker import main\n"
        "threading.Timer(0.4, lambda: [os.write(1, b'noise\\n'), print('noise', flush=True)]).start()\n"
        "main()",
    )
    monkeypatch.setattr(supervisor, "_BOOT", noisy)
    with Worker() as worker:
        for _ in range(3):
            assert check.check(source, worker).status == "scored"


def test_it_works_from_a_thread(source: Path) -> None:
    made: list[score.Result] = []
    threads = [
        threading.Thread(target=lambda n=n: made.append(score.score(source, source.parent / f"{n}.xlsx")))
        for n in range(2)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.report.json["total"] for each in made] == [TOTAL, TOTAL]


def test_it_works_from_a_daemonic_process(source: Path) -> None:
    """As under a Dask worker: such a process may not have children by multiprocessing."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        assert pool.apply(_total, (str(source),)) == TOTAL


def _total(path: str) -> str:
    assert multiprocessing.current_process().daemon
    return str(score.score(Path(path)).report.json["total"])


@pytest.mark.parametrize("how", ["file", "stdin", "-c"])
def test_it_works_from_a_script_without_a_main_guard(
    source: Path, tmp_path: Path, how: str
) -> None:
    """And from a notebook, whose main module is no file."""
    code = textwrap.dedent(
        f"""
        import pathlib
        from xlkpi.runtime.commands import score
        print(score.score(pathlib.Path({str(source)!r})).report.json["total"])
        """
    )
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    arguments = {"file": [str(script)], "stdin": ["-"], "-c": ["-c", code]}[how]
    run = subprocess.run(
        [sys.executable, *arguments], input=code if how == "stdin" else None, text=True, timeout=60,
        capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(documents.ROOT)},
    )  # fmt: skip
    assert (run.stdout.strip(), run.stderr) == (TOTAL, "")


def test_a_folder_full_of_strangers_files_is_no_place_to_import_from(source: Path) -> None:
    """Downloads hold anything, a pandas.py too."""
    (source.parent / "pandas.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    (source.parent / "json.py").write_text("raise SystemExit('ran')", encoding="utf-8")
    program = Path(sys.executable).with_name("xlkpi")
    run = subprocess.run(
        [program, "score", source.name], cwd=source.parent, capture_output=True, timeout=60, check=False
    )  # fmt: skip
    assert TOTAL in run.stdout.decode()
    assert run.returncode == 0


def test_the_parent_opens_no_workbook(source: Path) -> None:
    """It loads nothing that could, so a hostile file never meets the process that supervises."""
    modules = [f"xlkpi.runtime.commands.{each.name}" for each in iter_modules(commands.__path__)]
    assert "xlkpi.runtime.commands.verify" in modules
    code = (
        f"import sys, pathlib, {', '.join(modules)}; from xlkpi.interfaces.cli import program\n"
        f"xlkpi.runtime.commands.score.score(pathlib.Path({str(source)!r}))\n"
        "print([m for m in ('pandas', 'numpy', 'python_calamine', 'openpyxl', 'xlsxwriter')"
        " if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True, env={**os.environ, "PYTHONPATH": str(documents.ROOT)})  # fmt: skip
    assert run.stdout.decode().strip() == "[]"


def impossible(*_: object, **__: object) -> None:
    raise OSError(errno.EMFILE, "Too many open files")


def test_a_worker_that_cannot_be_started_is_told_of_each_file_and_tried_again(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", impossible)
        worker = Worker()
        made = check.check(source, worker)
        assert made.codes == ["X902"]
        assert made.exit_code == 4
        assert "EMFILE" in made.text
        assert "Too many open files" in made.traceback
        assert "Traceback" not in made.text
    with worker:
        assert check.check(source, worker).exit_code == 0


@pytest.mark.parametrize("pipes", [0, 1])
def test_an_early_start_without_pipes_leaves_it_to_a_later_one(
    monkeypatch: pytest.MonkeyPatch, pipes: int
) -> None:
    opened: list[int] = []
    pipe = os.pipe

    def scarce() -> tuple[int, int]:
        if len(opened) == 2 * pipes:
            impossible()
        opened.extend(ends := pipe())
        return ends

    monkeypatch.setattr(os, "pipe", scarce)
    assert spawn.start() is None
    for end in opened:
        with pytest.raises(OSError, match="descriptor"):
            os.fstat(end)


@pytest.mark.skipif(os.name != "posix", reason="the limit is POSIX's")
@pytest.mark.parametrize("asked", ["", "1"])
def test_a_program_without_room_for_a_worker_says_so_and_no_traceback_unasked(
    source: Path, asked: str
) -> None:
    """Its own imports need a file or two at a time; the pipes of a worker need more."""
    code = (
        "import os, resource, sys; free = os.dup(0); os.close(free)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (free + 3, free + 3))\n"
        "from xlkpi.__main__ import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "check", str(source)], capture_output=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(documents.ROOT), "XLKPI_TRACEBACK": asked},
    )  # fmt: skip
    assert run.returncode == 4
    assert "X902" in run.stdout.decode()
    assert ("Traceback" in run.stderr.decode()) is bool(asked)


def test_a_worker_imports_nothing_that_one_workbook_does_not_need() -> None:
    """Beside pandas and xlsxwriter: every import is a part of the second that an accountant waits."""
    told = subprocess.run(
        [
            sys.executable, "-c",
            "import sys, pandas, xlsxwriter.workbook; before = set(sys.modules); import xlkpi.runtime.worker; "
            "import xlkpi.runtime.commands.score; "
            "print(*sorted(set(sys.modules) - before))",
        ],
        capture_output=True, text=True, check=True, cwd=documents.ROOT,
    )  # fmt: skip
    heavy = (
        "openpyxl",
        "urllib.request",
        "http",
        "ssl",
        "email",
        "asyncio",
        "unittest",
        "click.testing",
    )
    assert [name for name in told.stdout.split() if name.startswith(heavy)] == []
