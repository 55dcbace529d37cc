"""Nothing leaves the machine, and nothing is left on it but the named outputs (promise 12)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import documents
from xlkpi.runtime import protocol
from xlkpi.runtime.commands import check, explain, score, verify
from xlkpi.runtime.protocol import SourcePath

pytestmark = pytest.mark.usefixtures("processes")

ASKED_FOR = documents.SAMPLES / "高新区考核办2023.xlsx"

# Every connection and every file opened for writing passes CPython's audit hooks.
_WATCHED = """
import json, os, sys
told = {"network": [], "written": []}

def hook(event, args):
    if event.split(".")[0] in ("socket", "urllib", "http", "ftplib", "smtplib", "winreg"):
        told["network"].append(event)
    elif event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
        told["written"].append(str(args[0]))
    elif event == "subprocess.Popen" or event == "os.system":
        told["network"].append(event)

sys.addaudithook(hook)
"""
_SERVED = """
from xlkpi.runtime import protocol, worker
replies = list(worker.answer(sys.argv[1].encode()))
assert isinstance(replies[-1], protocol.End) and not replies[-1].failure, replies
print(json.dumps(told))
"""


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def watched(code: str, *arguments: str) -> dict[str, list[str]]:
    run = subprocess.run(
        [sys.executable, "-B", "-c", _WATCHED + code, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    made: dict[str, list[str]] = json.loads(run.stdout.splitlines()[-1])
    return made


def test_the_watch_itself_sees_a_connection_and_a_written_file(tmp_path: Path) -> None:
    code = (
        "import socket; s = socket.socket(); s.settimeout(1)\n"
        "try: s.connect(('127.0.0.1', 9))\nexcept OSError: pass\n"
        "open(sys.argv[1], 'w').close(); print(json.dumps(told))"
    )
    told = watched(code, str(tmp_path / "甲"))
    assert "socket.connect" in told["network"]
    assert told["written"] == [str(tmp_path / "甲")]


def question(do: str, source: Path) -> bytes:
    """A question about a source, as a worker reads it."""
    given = SourcePath(source, source.name)
    target = score.Target(*(source.with_name(f"{kind}.xlsx") for kind in score.KINDS[:2]))
    asked: dict[str, tuple[Callable[..., object], object]] = {
        "score": (score.handle, score.Request(given, target, None)),
        "check": (check.handle, check.Request(given)),
        "verify": (verify.handle, verify.Request(given, None, None)),
        "explain": (explain.handle, explain.Request(given, "")),
    }
    return protocol.encode_question(*asked[do], protocol.LIMITS)


@pytest.mark.parametrize("do", ["score", "check", "verify", "explain"])
def test_a_worker_asks_nobody_and_writes_its_outputs_alone(do: str, tmp_path: Path) -> None:
    source = Path(shutil.copy(ASKED_FOR, tmp_path))
    scored = tmp_path / "甲_评分结果.xlsx"
    if do in ("verify", "explain"):
        subprocess.run(
            [sys.executable, "-m", "xlkpi", "score", str(source), "-o", str(scored)], check=True
        )
        source = scored
    told = watched(_SERVED, question(do, source).decode())
    assert told["network"] == []
    own = {name for name in told["written"] if name != os.devnull}
    assert all(Path(name).parent == tmp_path for name in own), own
    assert bool(own) == (do == "score")


def test_a_run_leaves_its_output_and_nothing_else_anywhere(tmp_path: Path) -> None:
    """Neither at home, nor among temporary files, nor where it was started, nor beside the source."""
    home, scratch, here, desk = (tmp_path / name for name in ("家", "临时", "这里", "桌面"))
    for folder in (home, scratch, here, desk):
        folder.mkdir()
    source = Path(shutil.copy(ASKED_FOR, desk))
    own = {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(scratch),
        "TEMP": str(scratch),
    }
    environment = {**os.environ, **own, "XDG_CACHE_HOME": "", "XDG_CONFIG_HOME": ""}
    subprocess.run(
        [sys.executable, "-B", "-m", "xlkpi", str(source)],
        cwd=here, env={**environment, "PYTHONPATH": str(documents.ROOT)}, check=True, capture_output=True,
    )  # fmt: skip
    assert files(home) | files(scratch) | files(here) == set()
    assert files(desk) == {source.name, f"{source.stem}_评分结果.xlsx"}
