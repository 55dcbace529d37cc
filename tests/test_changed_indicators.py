"""Adding and dropping an indicator is one step: the marked copy brings the ballots up to date."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents
from xlkpi.runtime.commands.new import new as make
from xlkpi.writing import marked_copy

BASE = documents.RECIPES / "基本示例.md"
ADDED = [
    ("写", "三级指标", "D9", "数 20"), ("写", "三级指标", "A10", "C1.2"), ("写", "三级指标", "B10", "C1"),
    ("写", "三级指标", "C10", "新加的指标"), ("写", "三级指标", "D10", "数 10"),
    ("写", "三级指标", "H10", "已完成"), ("写", "评分_甲", "H9", "数 17.5"), ("写", "评分_乙", "H9", "数 19"),
]  # fmt: skip
"""C1.1 gives ten of its points to a new indicator."""
DROPPED = [
    ("写", "三级指标", "D5", "数 60"), ("删除行", "三级指标", "6", ""), ("删除行", "三级指标", "6", ""),
    *(("写", f"评分_{name}", f"H{row}", "数 7") for name in "甲乙丙" for row in (6,)),
    ("写", "评分_乙", "I6", "属实"),
]  # fmt: skip
"""A1.2, which scorers had marked, and A1.3 are gone; A1.1 has their points."""


def outcome(data: bytes) -> Outcome:
    return score_documents([Document("示例.xlsx", data)])[0]


def copy_of(data: bytes) -> bytes:
    made = outcome(data)
    assert made.filled is not None
    return marked_copy.correction(data, made.filled, made.findings)


def listed(copy: bytes) -> list[tuple[str, str, str]]:
    """(code, place, message) of the list in front."""
    rows = openpyxl.load_workbook(io.BytesIO(copy))["问题清单"].iter_rows(
        min_row=6, values_only=True
    )
    return [(str(row[2]), str(row[3]), str(row[4])) for row in rows if row[2]]


def errors(data: bytes) -> list[tuple[str, str]]:
    return [(f.code, str(f.place)) for f in outcome(data).findings if f.severity == "error"]


def test_a_new_indicator_is_put_into_every_ballot_and_no_mark_moves() -> None:
    data = documents.mishandled(documents.sample(BASE), ADDED)
    copy = copy_of(data)
    told = listed(copy)
    assert [each[:2] for each in told if each[0] in ("X223", "X244")] == [
        ("X244", "评分_甲!H10、评分_乙!H10、评分_丙!H10")
    ]
    before, after = (openpyxl.load_workbook(io.BytesIO(each)) for each in (data, copy))
    for name in "甲乙丙":
        sheet = after[f"评分_{name}"]
        assert (sheet["A10"].value, sheet["A10"].data_type, sheet["H10"].value) == (
            "C1.2",
            "s",
            None,
        )
        for row in range(5, 10):
            for column in (1, 8, 9):
                assert (
                    sheet.cell(row, column).value == before[f"评分_{name}"].cell(row, column).value
                )
    assert errors(copy) == [("X201", f"评分_{name}!H10") for name in "甲乙丙"]
    answered = [("写", f"评分_{name}", "H10", "数 8") for name in "甲乙丙"]
    assert outcome(documents.mishandled(copy, answered)).scored is not None


@pytest.mark.usefixtures("office")
def test_the_row_of_a_new_indicator_shows_what_is_looked_up(tmp_path: Path) -> None:
    path = tmp_path / "示例_待修改.xlsx"
    path.write_bytes(copy_of(documents.mishandled(documents.sample(BASE), ADDED)))
    (result,) = libreoffice.recalculated([path], tmp_path / "lo")
    held = libreoffice.cells(result)["评分_乙"]
    assert (held["B10"], held["G10"], held["J10"], held["H3"]) == ("新加的指标", 10, "○ 未评分", 1)


def test_a_dropped_indicator_is_taken_off_and_its_marks_are_listed() -> None:
    data = documents.mishandled(documents.sample(BASE), DROPPED)
    assert errors(data) == [("X326", "三级指标!A4")]
    copy = copy_of(data)
    told = listed(copy)
    assert [each[:2] for each in told] == [("X245", "评分_甲、评分_丙"), ("X245", "评分_乙")]
    assert "甲、丙 的评分表第 6 行原有得分 7，" in told[0][2]
    assert "原有得分 7、评分说明 属实，" in told[1][2]
    assert outcome(copy).scored is not None  # dropped again as it is
    sheet = openpyxl.load_workbook(io.BytesIO(copy))["评分_乙"]
    assert [sheet.cell(row, 1).value for row in range(5, 10)] == [
        "A1.1",
        None,
        None,
        "B1.1",
        "C1.1",
    ]
    assert not sheet["A6"].protection.locked


@pytest.mark.parametrize(
    "steps",
    [
        [("写", "三级指标", "A9", "C1.9")],  # one code mistyped, or one dropped and one added
        [*DROPPED, ("写", "三级指标", "D5", "数 50")],  # the points do not add up: nobody meant it
        [("写", "评分_甲", "A12", "C9"), ("写", "评分_甲", "H12", "数 3")],  # one scorer's slip
    ],
)
def test_what_may_be_a_slip_is_left_as_it_is(steps: list[documents.Step]) -> None:
    data = documents.mishandled(documents.sample(BASE), steps)
    copy = copy_of(data)
    assert not {"X244", "X245"} & {code for code, *_ in listed(copy)}
    assert errors(copy) == errors(data)


def test_beyond_the_spare_rows_a_row_is_made_like_the_others() -> None:
    spare = [("写", "评分_甲", f"I{row}", "备注") for row in range(10, 30)]
    copy = copy_of(documents.mishandled(documents.sample(BASE), [*ADDED, *spare]))
    sheet = openpyxl.load_workbook(io.BytesIO(copy))["评分_甲"]
    assert sheet["A30"].value == "C1.2"
    assert sheet["G30"].value == sheet["G9"].value.replace("A9", "A30")
    assert sheet["H30"].has_style
    assert ("X244", "评分_甲!H30") in [each[:2] for each in listed(copy)]


@pytest.mark.usefixtures("office")
def test_a_ballot_says_that_it_lags_behind(tmp_path: Path) -> None:
    source = tmp_path / "原.xlsx"
    source.write_bytes(documents.sample(BASE))
    typed = [
        ("三级指标", f"{c}10", v) for c, v in (("A", "C1.2"), ("B", "C1"), ("C", "新加"), ("D", 5))
    ]
    steps = [{"do": "set", "sheet": s, "cell": c, "value": v} for s, c, v in typed]
    held = libreoffice.cells(libreoffice.edited(source, tmp_path / "加.xlsx", steps))
    assert (held["评分_甲"]["J3"], held["评分_甲"]["H3"]) == ("✗ 缺 1 个指标", 1)
    assert "评分表与三级指标对不上" in held["填表说明"]["B4"]
    steps = [
        {"do": "unprotect", "sheet": "三级指标"},
        {"do": "delete_rows", "sheet": "三级指标", "row": 8, "count": 1},
    ]
    held = libreoffice.cells(libreoffice.edited(source, tmp_path / "删.xlsx", steps))
    assert (held["评分_甲"]["J3"], held["评分_甲"]["H3"]) == ("✗ 有多出的指标", 0)


def test_a_changed_workbook_as_template_lists_the_new_indicator(tmp_path: Path) -> None:
    path = tmp_path / "改过的.xlsx"
    path.write_bytes(documents.mishandled(documents.sample(BASE), ADDED))
    new = make(tmp_path / "新.xlsx", str(path), "", "2024", ["甲"], []).paths[0]
    codes = [cell.value for cell in openpyxl.load_workbook(new)["评分_甲"]["A"][4:10]]
    assert codes == ["A1.1", "A1.2", "A1.3", "B1.1", "C1.1", "C1.2"]
