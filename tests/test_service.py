"""Where results go, what is ours to replace, and what is never touched."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests import documents
from xlkpi import pipeline
from xlkpi.runtime import files
from xlkpi.runtime.commands import score
from xlkpi.writing import xlsx

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
    made = score.score(source)
    assert made.scored == source.with_name("甲_评分结果.xlsx")
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]
    assert source.read_bytes() == before


def test_a_refused_workbook_gets_a_marked_copy_and_nothing_scored(source: Path) -> None:
    spoil(source)
    made = score.score(source)
    assert made.report.status == "refused"
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
    copy = score.score(source).correction
    assert copy is not None
    work_on(copy, "评分_甲", "H5", 28)
    made = score.score(copy)
    assert made.scored == source.with_name("甲_评分结果.xlsx")
    assert copy.exists()  # the clerk's work is in it
    sound = source.with_name("好.xlsx")
    sound.write_bytes(documents.sample(BASE))
    mended, never_broken = (pipeline.score_file(path) for path in (copy, sound))
    assert mended.scored.total == never_broken.scored.total
    held = openpyxl.load_workbook(made.scored)
    assert "问题清单" not in held.sheetnames


def test_our_marks_are_taken_off_in_the_next_copy(source: Path) -> None:
    spoil(source)
    copy = score.score(source).correction
    work_on(copy, "评分_甲", "H5", 28)  # mended
    work_on(copy, "评分_乙", "H5", 77)  # and another one broken
    second = score.score(copy)
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
    score.score(source)
    assert names(source.parent) == ["甲.xlsx", "甲_待修改.xlsx"]
    source.write_bytes(documents.sample(BASE))
    score.score(source)
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]
    score.score(source)
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]


def test_a_refusal_keeps_the_result_of_what_the_file_contained_before(source: Path) -> None:
    result = score.score(source).scored
    before = result.read_bytes()
    spoil(source)
    made = score.score(source)
    assert names(source.parent) == ["甲.xlsx", "甲_待修改.xlsx", "甲_评分结果.xlsx"]
    assert result.read_bytes() == before
    assert made.remarks == ("“甲_评分结果.xlsx”来自改动以前的“甲.xlsx”，保留；它不是现在的内容，改好后再评会换成新的",)  # fmt: skip


def test_an_output_that_was_worked_on_belongs_to_its_user(source: Path) -> None:
    result = score.score(source).scored
    work_on(result, "汇总", "A20", "审计批注")
    before = result.read_bytes()
    made = score.score(source)
    assert made.scored == source.with_name("甲_评分结果(2).xlsx")
    assert result.read_bytes() == before
    assert "甲_评分结果(2).xlsx" in made.remarks[0]
    assert score.score(source).scored == made.scored  # ours, untouched: replaced


def test_a_file_that_is_not_ours_is_never_overwritten(source: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "别人的.xlsx"
    theirs.write_bytes(b"anything")
    made = score.score(source, theirs)
    assert theirs.read_bytes() == b"anything"
    assert made.scored == tmp_path / "别人的(2).xlsx"
    assert score.score(source, source).scored == source.with_name("甲(2).xlsx")
    assert source.read_bytes() == documents.sample(BASE)


def test_out_names_the_result_or_a_folder(source: Path, tmp_path: Path) -> None:
    assert score.score(source, tmp_path / "出" / "结果.xlsx").scored == tmp_path / "出/结果.xlsx"
    assert score.score(source, tmp_path / "夹", folder=True).scored.name == "甲_评分结果.xlsx"
    spoil(source)
    made = score.score(source, tmp_path / "出" / "结果.xlsx")
    assert made.correction == tmp_path / "出" / "结果_待修改.xlsx"
    assert (tmp_path / "出" / "结果.xlsx").exists()  # of what the source contained before


def test_a_scored_workbook_is_not_scored_again(source: Path) -> None:
    result = score.score(source).scored
    made = score.score(result)
    assert made.report.codes == ["X114"]
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]


def test_an_old_output_survives_a_failed_write(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = score.score(source).scored
    before = result.read_bytes()

    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    assert score.score(source).unwritten == "磁盘空间不足"
    assert result.read_bytes() == before
    assert names(source.parent) == ["甲.xlsx", "甲_评分结果.xlsx"]  # and no litter


def test_a_read_only_folder_is_told(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def deny(self: Path, mode: str = "r", *rest: object, **named: object) -> object:
        if "x" in mode:
            raise PermissionError(13, "Permission denied")
        return opened(self, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(files.Unwritten, match="没有写入权限"):
        files.prepare(source.with_name("结果.xlsx"), b"whole")
    assert names(source.parent) == ["甲.xlsx"]


def test_our_worksheet_writes_what_the_stock_one_writes(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells, formulas, values, looks and links, cell by cell; the other parts to the byte."""
    ours = pipeline.write_scored(pipeline.score_file(source))
    monkeypatch.setattr(xlsx, "STOCK", True)
    stock = pipeline.write_scored(pipeline.score_file(source))
    left, right = (_parts(data) for data in (ours, stock))
    assert left.keys() == right.keys()
    for name in left:
        if not name.startswith(("xl/worksheets/sheet", "xl/sharedStrings", "xl/styles")):
            assert left[name] == right[name], name
    for values in (False, True):
        books = [
            openpyxl.load_workbook(io.BytesIO(data), data_only=values) for data in (ours, stock)
        ]
        for mine, theirs in zip(*(book.worksheets for book in books), strict=True):
            assert seen(mine) == seen(theirs)


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def seen(sheet: Worksheet) -> dict[str, tuple[object, ...]]:
    """What stands in each cell, and how it looks; an empty text is nothing."""
    return {
        cell.coordinate: (
            cell.value or None if cell.value != 0 else 0, cell.number_format,
            repr((cell.font, cell.fill, cell.border, cell.alignment, cell.protection)),
            cell.hyperlink.location if cell.hyperlink else None,
        )
        for row in sheet.iter_rows()
        for cell in row
    } | {f"行{n}": (line.height,) for n, line in sheet.row_dimensions.items()}  # fmt: skip


def test_two_sources_of_one_name_never_replace_each_others_results(
    source: Path, tmp_path: Path
) -> None:
    other = tmp_path / "另一处" / "甲.xlsx"
    other.parent.mkdir()
    other.write_bytes(source.read_bytes())
    taken: set[Path] = set()
    out = tmp_path / "出"
    first = score.score(source, out, folder=True, taken=taken)
    second = score.score(other, out, folder=True, taken=taken)
    assert first.scored == out / "甲_评分结果.xlsx"
    assert second.scored == out / "甲_评分结果(2).xlsx"


def test_a_file_where_a_folder_should_be_is_told(source: Path) -> None:
    assert score.score(source, source / "x.xlsx").unwritten


def test_the_loop_step_by_step(source: Path) -> None:
    """What stands on disk after each step, as the clerk sees it."""
    folder = source.parent
    spoil(source)
    copy = score.score(source).correction
    assert names(folder) == ["甲.xlsx", "甲_待修改.xlsx"]
    work_on(copy, "评分_乙", "H5", 77)  # mends nothing, breaks another
    score.score(copy)
    assert names(folder) == ["甲.xlsx", "甲_待修改(2).xlsx", "甲_待修改.xlsx"]
    second = folder / "甲_待修改(2).xlsx"
    work_on(second, "评分_甲", "H5", 28)
    work_on(second, "评分_乙", "H5", 27)
    made = score.score(second)
    assert made.scored == folder / "甲_评分结果.xlsx"
    # both copies were worked on: they are the clerk's, and it is said that they are old
    assert names(folder) == ["甲.xlsx", "甲_待修改(2).xlsx", "甲_待修改.xlsx", "甲_评分结果.xlsx"]
    assert any("甲_待修改.xlsx" in words for words in made.remarks)


def test_untouched_copies_go_away_with_their_numbers(source: Path) -> None:
    spoil(source)
    copy = score.score(source).correction
    work_on(copy, "评分_甲", "H9", 12)
    score.score(source)  # the first copy is the clerk's now: a second one
    assert (source.parent / "甲_待修改(2).xlsx").exists()
    source.write_bytes(documents.sample(BASE))
    score.score(source)
    assert names(source.parent) == ["甲.xlsx", "甲_待修改.xlsx", "甲_评分结果.xlsx"]


def test_a_source_of_another_kind_beside_it_keeps_its_own_result(source: Path) -> None:
    first = score.score(source).scored
    before = first.read_bytes()
    other = source.with_suffix(".xlsm")
    other.write_bytes(source.read_bytes())
    assert score.score(other).scored == source.with_name("甲_评分结果(2).xlsx")
    assert first.read_bytes() == before


def test_an_output_open_elsewhere_is_left_alone(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows: the old result is open in a spreadsheet program and cannot be replaced."""
    result = score.score(source).scored
    before, replace = result.read_bytes(), Path.replace

    def held(self: Path, target: Path) -> Path:
        if target == result:
            raise PermissionError(13, "being used by another process")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    made = score.score(source)
    assert made.scored == source.with_name("甲_评分结果(2).xlsx")
    assert "正在别的程序中打开" in made.remarks[0]
    assert result.read_bytes() == before


def test_a_name_as_long_as_the_file_system_takes(tmp_path: Path) -> None:
    source = tmp_path / f"{'长' * 83}.xlsx"  # 249 + 5 bytes
    source.write_bytes(documents.sample(BASE))
    made = score.score(source)
    assert made.scored is not None
    assert len(made.scored.name.encode()) <= 255
    assert made.scored.name.startswith("长" * 50)
    assert score.score(source).scored == made.scored
    spoil(source)
    copy = score.score(source).correction
    work_on(copy, "评分_甲", "H5", 28)
    assert score.score(copy).scored == made.scored


def test_another_departments_result_of_the_same_name_is_left_alone(
    source: Path, tmp_path: Path
) -> None:
    """Two runs, two folders, one file name: neither replaces the other's result."""
    out = tmp_path / "出"
    first = score.score(source, out, folder=True).scored
    before = first.read_bytes()
    other = tmp_path / "另一单位" / "甲.xlsx"
    other.parent.mkdir()
    named = [("写", "基本信息", "B5", "另一个办公室（示例）")]
    other.write_bytes(documents.mishandled(documents.sample(BASE), named))
    assert score.score(other, out, folder=True).scored == out / "甲_评分结果(2).xlsx"
    assert first.read_bytes() == before
    assert score.score(source, out, folder=True).scored == first


def test_a_marked_copy_is_the_same_bytes_at_any_time(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(source)
    copy = score.score(source).correction
    before = copy.read_bytes()
    copy.unlink()
    time.sleep(2.1)  # a zip's clock ticks every two seconds
    assert score.score(source).correction.read_bytes() == before


def test_the_users_own_sheet_of_our_name_is_kept(source: Path) -> None:
    mine = [("新表", "问题清单", "", ""), ("写", "问题清单", "A1", "我自己的笔记")]
    source.write_bytes(documents.mishandled(documents.sample(BASE), [*mine, BROKEN]))
    book = openpyxl.load_workbook(score.score(source).correction)
    assert book.sheetnames[0] == "问题清单"
    assert book["问题清单（原有）"]["A1"].value == "我自己的笔记"


@pytest.mark.parametrize(
    "name", ["甲_x0041_.xlsx", "甲_x000D_.xlsx", "甲\r.xlsx", "甲\x1b.xlsx", "甲\udcff\udcfe.xlsx", "甲\ufdd0.xlsx"]
)  # fmt: skip
def test_the_outputs_of_an_oddly_named_source_are_known_again(source: Path, name: str) -> None:
    """What a cell cannot hold of a name is no reason to heap up copies, or to leave a stale one."""
    odd = source.rename(source.with_name(name))
    sound = odd.read_bytes()
    for data, ending in ((documents.mishandled(sound, [BROKEN]), "_待修改"), (sound, "_评分结果")):
        for _ in range(2):
            odd.write_bytes(data)
            score.score(odd)
            assert names(odd.parent) == sorted([odd.name, f"{odd.stem}{ending}.xlsx"])
