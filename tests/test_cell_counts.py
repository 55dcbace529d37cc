"""Counts in = counts out: every cell that a package holds is used, checked, computed or listed (promise 1)."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice, random_books
from xlkpi import pipeline
from xlkpi.domain.inputs import CellCounts, Filled
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.open import read_all_sheets
from xlkpi.reading.workbook import read

BASE = documents.sample(documents.RECIPES / "基本示例.md")
KINDS = CellCounts._fields[2:]


def counted(data: bytes) -> Filled:
    return read(data, "甲.xlsx")[0]


def holds_its_counts(filled: Filled) -> None:
    """The scan's count of the package is the sum of what the reading says became of its cells."""
    assert sum(line.cells for line in filled.cell_counts) == filled.source.cells
    for line in filled.cell_counts:
        assert sum(line.kinds) == line.cells, line


@pytest.mark.parametrize("path", sorted(documents.SAMPLES.glob("*.xlsx")), ids=lambda p: p.stem)
def test_every_cell_of_a_sample_is_accounted_for(path: Path) -> None:
    holds_its_counts(counted(path.read_bytes()))


@pytest.mark.parametrize("seed", range(12))
def test_every_cell_of_a_random_workbook_is_accounted_for(seed: int) -> None:
    holds_its_counts(counted(random_books.workbook(seed)))


def test_each_kind_of_cell_is_told_apart() -> None:
    """A note below, a column of one's own, a total, a sheet of one's own: listed or checked, not lost."""
    before = {line.sheet: line for line in counted(BASE).cell_counts}
    book = openpyxl.load_workbook(io.BytesIO(BASE))
    sheet = book["评分_甲"]
    sheet["B40"], sheet["B41"], sheet["H41"] = "备注：示例", "合计", 55.5
    sheet["N5"] = "自己的话"
    book.create_sheet("草稿")["C7"] = "随手记"
    saved = io.BytesIO()
    book.save(saved)
    filled = counted(saved.getvalue())
    holds_its_counts(filled)
    after = {line.sheet: line for line in filled.cell_counts}
    moved = {
        kind: getattr(after["评分_甲"], kind) - getattr(before["评分_甲"], kind) for kind in KINDS
    }
    assert moved == {**dict.fromkeys(KINDS, 0), "checked": 2, "listed": 2}
    assert after["草稿"] == CellCounts("草稿", 1, listed=1)


def test_the_scored_workbook_says_so_and_its_proof_holds() -> None:
    made = score_documents([Document("甲.xlsx", BASE)])[0]
    _, grids = read_all_sheets(pipeline.write_scored(made))
    by_name = {grid.name: grid for grid in grids}
    whole = next(row for row in by_name["来源与指纹"].rows if row[0] == "合计")
    assert made.filled
    assert whole[3] == sum(whole[4:]) == made.filled.source.cells
    proofs = {str(row[0]): row[4] for row in by_name["校验"].rows if len(row) > 4}
    assert proofs["有内容的格 = 文件自报的个数"] == "✓ 通过"


ATTENDED = "（评分人 + 缺席）× 打分指标 = 得分 + 回避 + 缺席未评"
AWAY = "缺席人数 = 读入时"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (None, set()),
        ({"do": "set", "sheet": "评价工作组", "cell": "E8", "value": "是"}, {ATTENDED, AWAY}),
        ({"do": "set", "sheet": "评价工作组", "cell": "E8", "value": "否"}, {AWAY}),
        ({"do": "delete_sheet", "sheet": "评分_乙"}, {ATTENDED}),
    ],
)
@pytest.mark.usefixtures("office")
def test_the_count_of_absences_fails_when_a_ballot_or_the_word_is_gone(
    step: libreoffice.Step | None, told: set[str], tmp_path: Path
) -> None:
    """Marks, recusals and absences are held against 评价工作组, not against themselves."""
    late = [("写", "评价工作组", "A8", "丁"), ("写", "评价工作组", "E8", " 缺 席")]
    source = tmp_path / "甲.xlsx"
    made = score_documents([Document("甲.xlsx", documents.mishandled(BASE, late))])[0]
    source.write_bytes(pipeline.write_scored(made))
    if step is None:
        (again,) = libreoffice.recalculated([source], tmp_path / "又")
        assert libreoffice.disagreements(source, again) == []
    else:
        free = {"do": "unprotect", "sheet": step["sheet"]}
        again = libreoffice.edited(source, tmp_path / "改.xlsx", [free, step])
    rows = openpyxl.load_workbook(again, data_only=True)["校验"].iter_rows(values_only=True)
    verdicts = {str(row[0]): row[4] for row in rows}
    assert {what for what in (ATTENDED, AWAY) if verdicts[what] != "✓ 通过"} == told
