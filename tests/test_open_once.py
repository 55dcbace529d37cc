"""Every command loads a file once, scans it once and has the engine open it once, whoever looks into it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipInfo

import pytest

from tests import documents
from tests.zips import unzipped, zipped
from xlkpi.reading import engine, source_file
from xlkpi.reading import open as opening
from xlkpi.reading.open import OpenedWorkbook
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import parts
from xlkpi.reading.xlsx.package import inflate
from xlkpi.runtime import worker

BASE = documents.RECIPES / "基本示例.md"
OTHER = ("写", "评分_甲", "H5", "数 27")


class Passes:
    """How often each file was loaded, and each content scanned and opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.loaded: Counter[str] = Counter()
        self.scanned: Counter[str] = Counter()
        self.opened: Counter[str] = Counter()
        for module, name, counted, what in (
            (source_file, "load", self.loaded, str),
            (engine, "scan", self.scanned, digest),
            (engine, "_calamine", self.opened, digest),
        ):
            monkeypatch.setattr(module, name, counting(getattr(module, name), counted, what))

    def of(self, *paths: Path) -> list[tuple[int, int, int]]:
        contents = [(str(path), digest(path.read_bytes())) for path in paths]
        return [(self.loaded[at], self.scanned[key], self.opened[key]) for at, key in contents]


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def counting(
    work: Callable[..., Any], counted: Counter[str], what: Callable[[Any], str]
) -> Callable[..., Any]:
    def counts(given: Any, *rest: Any) -> Any:
        counted[what(given)] += 1
        return work(given, *rest)

    return counts


def answered(do: str, path: Path, **given: object) -> dict[str, Any]:
    """The first answer to a question, asked in this process."""
    question: dict[str, Any] = {"do": do, "path": str(path), "file": path.name, **given}
    answers = list(worker._DO[do]({"form": None, "source": None, "source_file": "", **question}))
    assert not any({"refused", "internal"} & answer.keys() for answer in answers)
    return dict(answers[0])


def score(path: Path, public: Path | None = None) -> Path:
    """Score, and put the result where it belongs: its path."""
    scored, correction = (path.with_stem(f"{path.stem}_{e}") for e in ("评分结果", "待修改"))
    given = {"scored": str(scored), "correction": str(correction), "public": public}
    for kind, temporary in answered("score", path, **given)["written"].items():
        Path(temporary).replace(path.with_name({"scored": scored.name}.get(kind, kind)))
    return scored


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "甲.xlsx"
    path.write_bytes(documents.mishandled(documents.sample(BASE), []))
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "别" / "甲.xlsx"
    path.parent.mkdir()
    path.write_bytes(documents.mishandled(documents.sample(BASE), [OTHER]))
    return path


ONCE = (1, 1, 1)


def test_score_and_check(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passes = Passes(monkeypatch)
    score(source)
    assert passes.of(source) == [ONCE]
    passes = Passes(monkeypatch)
    answered("check", source)
    assert passes.of(source) == [ONCE]


def test_score_over_an_older_output(
    source: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = shutil.copy(score(source), other.with_name("甲_评分结果.xlsx"))
    before = older.read_bytes()
    passes = Passes(monkeypatch)
    score(other)
    assert passes.of(other) == [ONCE]
    older.write_bytes(before)
    assert passes.of(older) == [ONCE]


def test_verify_with_and_without_the_source(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = score(source)
    passes = Passes(monkeypatch)
    assert answered("verify", result)["verified"]["status"] == "same"
    assert passes.of(result) == [ONCE]
    passes = Passes(monkeypatch)
    made = answered("verify", result, source=str(source), source_file=source.name)
    assert made["verified"]["status"] == "same"
    assert passes.of(result, source) == [ONCE, ONCE]


def test_verify_of_one_that_was_worked_on(
    source: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is made again then is a file of its own, and read once, too."""
    result = score(source)
    passes = Passes(monkeypatch)
    made = answered("verify", result, source=str(other), source_file=other.name)
    assert made["verified"]["status"] == "changed"
    assert passes.of(result, other) == [ONCE, ONCE]
    assert set(passes.scanned.values()) == set(passes.opened.values()) == {1}


def test_explain_and_diff(source: Path, other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = score(source)
    passes = Passes(monkeypatch)
    assert "注意" not in answered("explain", result, code="")["text"]
    assert passes.of(result) == [ONCE]
    passes = Passes(monkeypatch)
    made = answered("diff", result, other=str(other), other_file=other.name, out=None)
    assert (made["touched"], bool(made["report"]["changes"])) == ([], True)
    assert passes.of(result, other) == [ONCE, ONCE]


def test_split_and_merge(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passes = Passes(monkeypatch)
    written = answered("split", source, home=str(source.parent))["written"]
    assert passes.of(source) == [ONCE]
    made = [Path(temporary).replace(source.with_name(name)) for name, temporary in written]
    passes = Passes(monkeypatch)
    answered("merge", source, files=[(str(p), p.name) for p in made], out=str(source))
    assert passes.of(*made) == [ONCE] * len(made)


def test_a_part_is_inflated_once(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the parts are what any zip program finds."""
    inflated: Counter[str] = Counter()

    def counts(data: bytes, entry: ZipInfo) -> bytes:
        inflated[entry.filename] += 1
        return inflate(data, entry)

    for module in (parts, opening):
        monkeypatch.setattr(module, "inflate", counts)
    workbook = OpenedWorkbook(source.name, source.read_bytes(), keep_parts=True)
    assert dict(workbook.parts) == unzipped(source.read_bytes())
    assert set(inflated.values()) == {1}


def test_what_is_no_workbook_is_scanned_once_too(monkeypatch: pytest.MonkeyPatch) -> None:
    passes = Passes(monkeypatch)
    data = zipped({**unzipped(documents.sample(BASE)), "xl/styles.xml": b"<"})
    workbook = OpenedWorkbook("断.xlsx", data)
    for _ in range(2):
        with pytest.raises(Unreadable):
            _ = workbook.known
    assert workbook.origin is None
    assert passes.scanned[digest(data)] == 1
