"""What becomes of the outputs of earlier runs: nothing of a person's and no good result is ever lost."""

from __future__ import annotations

import hashlib
import io
import random
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import openpyxl
import pytest

from tests import documents
from tests.counts import chosen, drawn
from xlkpi.runtime.commands import score
from xlkpi.runtime.commands.score import Result

BASE = documents.RECIPES / "基本示例.md"


@lru_cache(maxsize=16)
def content(mark: float, other: float = 20) -> bytes:
    """A workbook with these two marks; 99 is refused."""
    steps = [("写", "评分_甲", "H5", f"数 {mark}"), ("写", "评分_乙", "H5", f"数 {other}")]
    return documents.mishandled(documents.sample(BASE), steps)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "甲.xlsx"
    path.write_bytes(content(99))
    return path


def work_on(path: Path, sheet: str, cell: str, value: object) -> None:
    path.write_bytes(worked(path.read_bytes(), sheet, cell, value))


@lru_cache(maxsize=128)
def worked(data: bytes, sheet: str, cell: str, value: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    if cell:
        book[sheet][cell].value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def mend(path: Path, mark: float = 28) -> None:
    work_on(path, "评分_甲", "H5", mark)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def copied(source: Path) -> Path:
    made = score.score(source).correction
    assert made is not None
    return made


def test_the_older_source_keeps_the_result_of_the_copy_that_was_mended(source: Path) -> None:
    """Refused, mended in the marked copy, scored; and then somebody drops the old file again."""
    copy = copied(source)
    mend(copy)
    result = score.score(copy).scored
    assert result is not None
    before = result.read_bytes()
    made = score.score(source)
    assert result.read_bytes() == before
    assert made.remarks == (
        "“甲_待修改.xlsx”已经改好、评出过结果，没有覆盖；这一次的写入“甲_待修改(2).xlsx”，请在那里改",
        "“甲_评分结果.xlsx”来自后来改好的“甲_待修改.xlsx”，保留；这一次拖入的是另一份内容，有错误要改。"
        "要重新评分，请拖入“甲_待修改.xlsx”",
    )
    assert score.score(source).remarks == made.remarks  # and once more: no third copy
    assert names(source.parent) == ["甲.xlsx", "甲_待修改(2).xlsx", "甲_待修改.xlsx", "甲_评分结果.xlsx"]  # fmt: skip
    assert score.score(copy).scored == result  # its own source replaces it
    assert names(source.parent) == ["甲.xlsx", "甲_待修改.xlsx", "甲_评分结果.xlsx"]


def test_an_older_source_that_scores_does_not_replace_the_result_of_the_mended_copy(
    source: Path,
) -> None:
    copy = copied(source)
    mend(copy)
    result = score.score(copy).scored
    assert result is not None
    before = result.read_bytes()
    source.write_bytes(content(25))
    made = score.score(source)
    assert made.scored == source.with_name("甲_评分结果(2).xlsx")
    assert result.read_bytes() == before
    assert made.remarks[0] == (
        "“甲_评分结果.xlsx”来自后来改好的“甲_待修改.xlsx”，没有覆盖；这一次的写入“甲_评分结果(2).xlsx”"
    )
    source.write_bytes(content(24))
    assert score.score(source).scored == made.scored
    assert result.read_bytes() == before


def test_the_mended_copy_replaces_the_result_of_what_the_file_contained_before(
    source: Path,
) -> None:
    source.write_bytes(content(25))
    result = score.score(source).scored
    source.write_bytes(content(99))
    copy = copied(source)
    mend(copy)
    made = score.score(copy)
    assert made.scored == result
    assert names(source.parent) == ["甲.xlsx", "甲_待修改.xlsx", "甲_评分结果.xlsx"]


def test_the_mended_copy_leaves_alone_the_result_of_the_file_as_it_is_now(source: Path) -> None:
    """Both the copy and the file were mended: nobody knows which is meant."""
    copy = copied(source)
    mend(copy)
    source.write_bytes(content(25))
    result = score.score(source).scored
    assert result is not None
    before = result.read_bytes()
    made = score.score(copy)
    assert made.scored == source.with_name("甲_评分结果(2).xlsx")
    assert result.read_bytes() == before
    assert "来自另一份内容，即“甲.xlsx”现在的内容，没有覆盖" in made.remarks[0]


def test_a_mended_and_scored_copy_is_said_to_be_done_with(source: Path) -> None:
    copy = copied(source)
    mend(copy)
    assert score.score(copy).remarks == (
        "“甲_待修改.xlsx”已经改好、评出结果；以后还要改分、补原因的，就在这一份里改，再拖一次",
    )
    named = copy.rename(source.with_name("定稿.xlsx"))
    assert (
        "“定稿.xlsx”已经改好、评出结果；以后还要改分、补原因的，就在这一份里改，再拖一次"
        in score.score(named).remarks
    )


@pytest.mark.parametrize("number", [1, 2])
def test_a_copy_that_nobody_worked_on_is_not_copied_again(source: Path, number: int) -> None:
    """The clerk drops the marked copy as it came."""
    copy = copied(source)
    if number == 2:
        work_on(copy, "评分_甲", "H5", 98)
        copy = copied(copy)
    before = {path: path.read_bytes() for path in source.parent.iterdir()}
    for _ in range(2):
        made = score.score(copy)
        assert made.report.status == "refused"
        assert made.correction == copy
        assert made.remarks == (
            f"“{copy.name}”还没有改动，问题与上次相同；请在其中改好、保存后再拖入",
        )
    assert {path: path.read_bytes() for path in source.parent.iterdir()} == before


def test_every_marked_copy_is_the_same_when_it_is_copied_again(tmp_path: Path) -> None:
    """Whatever the problems are: what is asked of an untouched copy is that it would be made again."""
    for recipe in chosen(documents.recipes(), 8):
        path = tmp_path / f"{recipe.stem}.xlsx"
        path.write_bytes(documents.recipe(recipe).workbook())
        copy = score.score(path).correction
        if copy:
            assert score.score(copy).correction == copy, recipe.stem


def test_an_untouched_copy_given_elsewhere_is_written_there(source: Path, tmp_path: Path) -> None:
    copy = copied(source)
    made = score.score(copy, tmp_path / "夹", folder=True)
    assert made.correction == tmp_path / "夹" / "甲_待修改.xlsx"


def test_a_copy_whose_file_is_gone_stays(source: Path) -> None:
    """It alone holds what was in that file."""
    first = copied(source)
    mend(first)
    source.write_bytes(content(98))
    second = copied(source)
    assert second.name == "甲_待修改(2).xlsx"
    source.unlink()
    made = score.score(first)
    assert second.exists()
    assert (
        "“甲_待修改(2).xlsx”来自另一份内容（“甲.xlsx”），原文件已不在这里，没有删除；"
        "以这一次的评分结果为准，不再需要的请自行删除"
    ) in made.remarks


def test_a_result_under_a_name_of_ones_own_is_known_again(source: Path, tmp_path: Path) -> None:
    """With -o, the marked copy bears the result's name, not the source's."""
    out = tmp_path / "上报.xlsx"
    source.write_bytes(content(25))
    score.score(source, out)
    source.write_bytes(content(99))
    copy = score.score(source, out).correction
    assert copy == tmp_path / "上报_待修改.xlsx"
    mend(copy)
    assert score.score(copy, out).scored == out
    before = out.read_bytes()
    made = score.score(source, out)
    assert out.read_bytes() == before
    assert "“上报.xlsx”来自后来改好的“上报_待修改.xlsx”，保留" in made.remarks[-1]


# Any sequence of what people do


@dataclass
class Desk:
    """A folder at work, and what is known of the outputs in it."""

    source: Path
    dice: random.Random
    made: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Digest of an output that nobody has worked on → kind, digest and name of its source."""
    log: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.source.parent

    def files(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    def act(self) -> None:
        """Let somebody do something to a file; who has changed one mostly drops it next."""
        paths = sorted(self.files(), key=lambda each: each.name)
        copies = [path for path in paths if "待修改" in path.name]
        results = [path for path in paths if "评分结果" in path.name]
        path = self.dice.choice(self.dice.choice([[self.source], copies, copies, results]) or paths)
        acts = [self.work_on, self.work_on, self.drop, self.drop, self.save, self.lose]
        act = self.dice.choice(acts)
        self.log.append(f"{act.__name__} {path.name}")
        act(path)
        if act == self.work_on and self.dice.random() < 0.7:
            self.log.append(f"drop {path.name}")
            self.drop(path)

    def work_on(self, path: Path) -> None:
        if path == self.source:
            path.write_bytes(content(self.dice.choice([25, 26, 98, 99])))
        elif "评分结果" in path.name:
            work_on(path, "汇总", "A40", "批注")
        else:
            now = openpyxl.load_workbook(path)["评分_甲"]["H5"].value  # the same again is no work
            mend(path, self.dice.choice([mark for mark in (27, 28, 97) if mark != now]))

    def save(self, path: Path) -> None:
        """Save it without a change: another program's bytes, nobody's work."""
        known = self.made.get(digest(path.read_bytes()))
        work_on(path, "", "", None)
        if known:
            self.made[digest(path.read_bytes())] = known

    def lose(self, path: Path) -> None:
        if path != self.source:
            path.unlink()

    def drop(self, path: Path) -> None:
        before = self.files()
        result = score.score(path)
        for kind in ("scored", "correction"):
            output = getattr(result, kind)
            if output and output != path:
                self.made[digest(output.read_bytes())] = kind, digest(before[path]), path.name
        self.check(path, result, before)

    def check(self, path: Path, result: Result, before: dict[Path, bytes]) -> None:
        after = self.files()
        assert after[path] == before[path], "a source"
        if result.report.codes == ["X114"]:
            assert after == before
            return
        output = result.scored or result.correction
        assert output is not None and output in after
        assert output == path or self.made[digest(after[output])][1] == digest(before[path])
        told = "".join(result.remarks)
        for old, data in before.items():
            if after.get(old) == data:
                continue
            kind, digested, name = self.made.get(digest(data), ("a person's", "", ""))
            assert kind != "a person's", old.name
            assert old == output or f"“{old.name}”" in told, old.name
            if kind == "scored":
                assert result.scored, f"a result lost by a refusal: {old.name}"
                assert self.is_past(before, digested, name, path), old.name
            else:
                beside = {digest(each) for each in before.values()}
                gone = self.folder / name not in before
                assert digested in beside or not gone, f"the last of its content: {old.name}"
        untouched = [
            each for each, data in after.items()
            if self.made.get(digest(data), ("",))[0] == "correction"
            and (each == output or (self.folder / self.made[digest(data)][2]) in before)
        ]  # fmt: skip
        assert len(untouched) <= (1 if result.correction else 0), [each.name for each in untouched]

    def is_past(self, before: dict[Path, bytes], digested: str, name: str, path: Path) -> bool:
        """Whether the content is dropped, or has been changed since in the file that is, or in an older."""
        if digest(before[path]) == digested or name == path.name:
            return True
        there = before.get(self.folder / name)
        return len(name) < len(path.name) and there is not None and digest(there) != digested


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("seed", range(drawn(8, 400)))
def test_no_sequence_loses_what_is_a_persons_or_a_good_result(source: Path, seed: int) -> None:
    desk = Desk(source, random.Random(seed))
    desk.log.append("drop 甲.xlsx")
    desk.drop(source)
    try:
        for _ in range(10):
            desk.act()
    except AssertionError as problem:
        raise AssertionError(
            f"{problem}; after: {'; '.join(desk.log)}; now {names(source.parent)}"
        ) from problem
