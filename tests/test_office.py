"""Where results go, what is ours to replace, and what is never touched."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests import documents
from xlkpi import office
from xlkpi.write import emit

BASE = documents.RECIPES / "基本示例.md"
BROKEN = ("写", "评分_甲", "H5", "数 99")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A sound workbook 甲.xlsx in a folder of its own."""
    path = tmp_path / "甲.xlsx"
    path.write_bytes(documents.sample(BASE))
    return path


def spoil(path: Path) -> None:
    path.write_bytes(documents.mishandled(documents.sample(BASE), [BROKEN]))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def work_on(path: Path, sheet: str, cell: str, value: object) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet][cell].value = value
    book.save(path)


def test_a_sound_workbook_gets_its_result_beside_it(source: Path) -> None:
    before = source.read_bytes()
    made = office.handled(source)
    assert made.scored == source.with_name("甲_评分结果.xlsx")
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]
    assert source.read_bytes() == before


def test_a_refused_workbook_gets_a_marked_copy_and_nothing_scored(source: Path) -> None:
    spoil(source)
    made = office.handled(source)
    assert made.outcome.scored is None
    assert names(source.parent) == ["甲.xlsx", "甲_待修改.xlsx"]
    copy = openpyxl.load_workbook(made.correction)
    assert copy.sheetnames[0] == "问题清单"
    marked = copy["评分_甲"]["H5"]
    assert marked.value == 99
    assert "X203" in marked.comment.text
    assert "99" in marked.comment.text
    assert marked.fill.fgColor.rgb == "FFFFB3B3"
    row = [cell.value for cell in copy["问题清单"][6]]
    assert row[2:4] == ["X203", "评分_甲!H5"]
    assert copy["问题清单"]["D6"].hyperlink.location or copy["问题清单"]["D6"].hyperlink.target


def test_the_loop_mended_in_the_marked_copy_and_dropped_again(source: Path) -> None:
    spoil(source)
    copy = office.handled(source).correction
    assert copy is not None
    work_on(copy, "评分_甲", "H5", 28)
    made = office.handled(copy)
    assert made.scored == source.with_name("甲_评分结果.xlsx")
    assert copy.exists()  # the clerk's work is in it
    sound = source.with_name("好.xlsx")
    sound.write_bytes(documents.sample(BASE))
    mended, never_broken = (office.checked(path) for path in (copy, sound))
    assert mended.scored.total == never_broken.scored.total
    held = openpyxl.load_workbook(made.scored)
    assert "问题清单" not in held.sheetnames


def test_our_marks_are_taken_off_in_the_next_copy(source: Path) -> None:
    spoil(source)
    copy = office.handled(source).correction
    work_on(copy, "评分_甲", "H5", 28)  # mended
    work_on(copy, "评分_乙", "H5", 77)  # and another one broken
    second = office.handled(copy)
    assert second.correction == source.with_name("甲_待修改(2).xlsx")
    book = openpyxl.load_workbook(second.correction)
    assert book.sheetnames.count("问题清单") == 1
    mended, broken = book["评分_甲"]["H5"], book["评分_乙"]["H5"]
    assert mended.comment is None
    assert (
        mended.fill.fgColor.rgb == book["评分_丙"]["H5"].fill.fgColor.rgb
    )  # an input's own yellow
    assert "X203" in broken.comment.text


def test_an_untouched_stale_output_of_ours_is_replaced_or_removed(source: Path) -> None:
    spoil(source)
    office.handled(source)
    assert names(source.parent) == ["甲.xlsx", "甲_待修改.xlsx"]
    source.write_bytes(documents.sample(BASE))
    office.handled(source)
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]
    office.handled(source)
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]
    spoil(source)
    office.handled(source)
    assert names(source.parent) == ["甲.xlsx", "甲_待修改.xlsx"]


def test_an_output_that_was_worked_on_belongs_to_its_user(source: Path) -> None:
    result = office.handled(source).scored
    work_on(result, "汇总", "A20", "审计批注")
    before = result.read_bytes()
    made = office.handled(source)
    assert made.scored == source.with_name("甲_评分结果(2).xlsx")
    assert result.read_bytes() == before
    assert "甲_评分结果(2).xlsx" in made.said[0]
    assert office.handled(source).scored == made.scored  # ours, untouched: replaced


def test_a_file_that_is_not_ours_is_never_overwritten(source: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "别人的.xlsx"
    theirs.write_bytes(b"anything")
    made = office.handled(source, theirs)
    assert theirs.read_bytes() == b"anything"
    assert made.scored == tmp_path / "别人的(2).xlsx"
    assert office.handled(source, source).scored == source.with_name("甲(2).xlsx")
    assert source.read_bytes() == documents.sample(BASE)


def test_out_names_the_result_or_a_folder(source: Path, tmp_path: Path) -> None:
    assert office.handled(source, tmp_path / "出" / "结果.xlsx").scored == tmp_path / "出/结果.xlsx"
    assert office.handled(source, tmp_path / "夹", folder=True).scored.name == "甲_评分结果.xlsx"
    spoil(source)
    made = office.handled(source, tmp_path / "出" / "结果.xlsx")
    assert made.correction == tmp_path / "出" / "结果_待修改.xlsx"
    assert not (tmp_path / "出" / "结果.xlsx").exists()


def test_a_scored_workbook_is_not_scored_again(source: Path) -> None:
    result = office.handled(source).scored
    made = office.handled(result)
    assert [f.code for f in made.outcome.findings] == ["X114"]
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]


def test_an_old_output_survives_a_failed_write(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = office.handled(source).scored
    before = result.read_bytes()

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    assert office.handled(source).unwritten == "磁盘空间不足"
    assert result.read_bytes() == before
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]  # and no litter


def test_a_read_only_folder_is_told(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def deny(self: Path, mode: str = "r", *rest: object, **named: object) -> object:
        if "x" in mode:
            raise PermissionError(13, "Permission denied")
        return opened(self, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", deny)
    assert office.handled(source).unwritten.startswith("没有写入权限")
    assert names(source.parent) == ["甲.xlsx"]


def test_our_worksheet_writes_what_the_stock_one_writes(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one private name of xlsxwriter that we override changes no byte."""
    ours = office.handled(source).scored.read_bytes()
    monkeypatch.setattr(emit, "_Worksheet", None)
    stock = office.handled(source).scored.read_bytes()
    assert ours == stock


def test_two_sources_of_one_name_never_replace_each_others_results(
    source: Path, tmp_path: Path
) -> None:
    other = tmp_path / "另一处" / "甲.xlsx"
    other.parent.mkdir()
    other.write_bytes(source.read_bytes())
    taken: set[Path] = set()
    out = tmp_path / "出"
    first = office.handled(source, out, folder=True, taken=taken)
    second = office.handled(other, out, folder=True, taken=taken)
    assert first.scored == out / "甲_评分结果.xlsx"
    assert second.scored == out / "甲_评分结果(2).xlsx"


def test_a_file_where_a_folder_should_be_is_told(source: Path) -> None:
    assert office.handled(source, source / "x.xlsx").unwritten
