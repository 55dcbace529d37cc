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
from xlkpi.domain.verification import Verification
from xlkpi.reading import engine, source_file
from xlkpi.reading import open as opening
from xlkpi.reading.open import OpenedWorkbook
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import parts
from xlkpi.reading.xlsx.package import inflate
from xlkpi.runtime.commands import check, diff, explain, merge, score, split, verify
from xlkpi.runtime.protocol import SourcePath

BASE = documents.RECIPES / "基本示例.md"
OTHER = ("写", "评分_甲", "H5", "数 27")


class Passes:
    """How often each file was loaded, and each content scanned and opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.loaded: Counter[str] = Counter()
        self.scanned: Counter[str] = Counter()
        self.opened: Counter[str] = Counter()
        last = [
            ""
        ]  # calamine is given less than was scanned: it opens what was scanned just before

        def scanning(data: bytes) -> str:
            last[0] = digest(data)
            return last[0]

        for module, name, counted, what in (
            (source_file, "load", self.loaded, str),
            (engine, "scan", self.scanned, scanning),
            (engine, "_open_calamine", self.opened, lambda _: last[0]),
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


def named(path: Path) -> SourcePath:
    return SourcePath(path, path.name)


def scored(path: Path) -> Path:
    """Score, and put the result where it belongs: its path."""
    target = score.choose_target(path, None, False)
    prepared, _ = score.handle(score.Request(named(path), target, None))
    assert isinstance(prepared, score.Prepared) and prepared.written.scored
    return prepared.written.scored.replace(target.scored)


def verified(path: Path, source: Path | None = None) -> str:
    (made,) = verify.handle(verify.Request(named(path), source and named(source), None))
    assert isinstance(made, Verification)
    return made.status


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
    scored(source)
    assert passes.of(source) == [ONCE]
    passes = Passes(monkeypatch)
    list(check.handle(check.Request(named(source))))
    assert passes.of(source) == [ONCE]


def test_score_over_an_older_output(
    source: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = shutil.copy(scored(source), other.with_name("甲_评分结果.xlsx"))
    before = older.read_bytes()
    passes = Passes(monkeypatch)
    scored(other)
    assert passes.of(other) == [ONCE]
    older.write_bytes(before)
    assert passes.of(older) == [ONCE]


def test_verify_with_and_without_the_source(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = scored(source)
    passes = Passes(monkeypatch)
    assert verified(result) == "same"
    assert passes.of(result) == [ONCE]
    passes = Passes(monkeypatch)
    assert verified(result, source) == "same"
    assert passes.of(result, source) == [ONCE, ONCE]


def test_verify_of_one_that_was_worked_on(
    source: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is made again then is a file of its own, and read once, too."""
    result = scored(source)
    passes = Passes(monkeypatch)
    assert verified(result, other) == "changed"
    assert passes.of(result, other) == [ONCE, ONCE]
    assert set(passes.scanned.values()) == set(passes.opened.values()) == {1}


def test_explain_and_diff(source: Path, other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = scored(source)
    passes = Passes(monkeypatch)
    (words,) = explain.handle(explain.Request(named(result), ""))
    assert isinstance(words, explain.Explanation) and "注意" not in words.text
    assert passes.of(result) == [ONCE]
    passes = Passes(monkeypatch)
    (made,) = diff.handle(diff.Request(named(result), named(other), None))
    assert isinstance(made, diff.Comparison) and (made.worked_on, made.changes > 0) == ((), True)
    assert passes.of(result, other) == [ONCE, ONCE]


def test_split_and_merge(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passes = Passes(monkeypatch)
    (made,) = split.handle(split.Request(named(source), source.parent))
    assert passes.of(source) == [ONCE]
    assert isinstance(made, split.Parts)
    files = [temporary.replace(source.with_name(name)) for name, temporary in made.written]
    passes = Passes(monkeypatch)
    *_, merged = merge.handle(merge.Request(tuple(map(named, files)), source))
    assert isinstance(merged, merge.Merged)
    assert passes.of(*files) == [ONCE] * len(files)


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
