from pathlib import Path

import pytest
import xlsxwriter

from tests import libreoffice
from tests.libreoffice import (
    cells,
    disagreements,
    edited,
    formulas,
    pictures,
    recalculated,
)

pytestmark = pytest.mark.usefixtures("office")


def workbook(path: Path, total: float = 30.3, protected: bool = False) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("评分_张三")
    for row, line in enumerate(
        [["编号", "得分"], ["C1.10", 20.1], ["C1.1", 10.2], ["C1.9", None]], start=0
    ):
        sheet.write_row(row, 0, line)
    looked_up = book.add_worksheet("指标得分")
    looked_up.write_formula("A1", "=SUM(评分_张三!B2:B4)", None, total)
    looked_up.write_formula(
        "A2", '=INDEX(评分_张三!B1:B4,MATCH("C1.1",评分_张三!A1:A4,0))', None, 10.2
    )
    looked_up.write_formula("A3", '=IF(A1>90,"优秀","")', None, "")
    looked_up.write_formula("A4", "=ROUND(A1/7,2)", None, 4.33)
    looked_up.write_formula("A5", "=A1/7", None, 30.3 / 7)
    looked_up.write_formula("A6", "=A1/0", None, "#DIV/0!")
    looked_up.write_formula("A7", '=IF(A1>3,"达标","未达标")', None, "达标")
    looked_up.write_formula("A8", "=A1>3", None, True)
    if protected:
        sheet.protect()
    book.close()
    return path


def test_right_results_agree(tmp_path):
    ours = workbook(tmp_path / "对.xlsx")
    (theirs,) = recalculated([ours], tmp_path / "out")
    assert theirs.name == "对.xlsx"
    assert disagreements(ours, theirs) == []


@pytest.mark.parametrize("strip", [True, False])
def test_a_wrong_cached_result_is_caught(tmp_path, strip):
    right, wrong = workbook(tmp_path / "对.xlsx"), workbook(tmp_path / "错.xlsx", total=99)
    theirs = recalculated([right, wrong], tmp_path / "out", strip=strip)
    assert disagreements(right, theirs[0]) == []
    assert disagreements(wrong, theirs[1]) == [("指标得分", "A1", 99, 30.3)]


def test_a_rounded_result_must_be_exact(tmp_path):
    for name, formula, ours in [
        ("rounded", "=ROUND(4.328571,2)", 4.330000000000001),
        ("not", "=4.33*1", 4.330000000000001),
        ("far", "=4.33*1", 4.3300000001),
    ]:
        book = xlsxwriter.Workbook(tmp_path / f"{name}.xlsx")
        book.add_worksheet("S").write_formula("A1", formula, None, ours)
        book.close()
    paths = [tmp_path / f"{name}.xlsx" for name in ("rounded", "not", "far")]
    theirs = recalculated(paths, tmp_path / "out")
    found = [disagreements(*pair) for pair in zip(paths, theirs, strict=True)]
    assert [len(each) for each in found] == [1, 0, 1]


def test_results_never_overwrite(tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    with pytest.raises(ValueError, match="overwrite"):
        recalculated([path], tmp_path)
    with pytest.raises(ValueError, match="overwrite"):
        recalculated([path, tmp_path / "b" / "a.xlsx"], tmp_path / "out")


def test_what_is_no_workbook_is_an_error(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(RuntimeError, match="did not convert"):
        recalculated([path], tmp_path / "out", strip=False)


def test_a_sorted_and_widened_sheet_keeps_its_sums(tmp_path):
    out = edited(
        workbook(tmp_path / "原.xlsx", protected=True),
        tmp_path / "改.xlsx",
        [
            {"do": "unprotect", "sheet": "评分_张三"},
            {"do": "sort", "sheet": "评分_张三", "range": "A1:B4", "column": 0, "ascending": False, "header": True},
            {"do": "insert_rows", "sheet": "评分_张三", "row": 2, "count": 2},
            {"do": "set", "sheet": "评分_张三", "cell": "A3", "value": "007"},
            {"do": "set", "sheet": "评分_张三", "cell": "B3", "value": 9.5},
            {"do": "formula", "sheet": "评分_张三", "cell": "B4", "value": "=SUM(指标得分!A2,1)"},
            {"do": "delete_rows", "sheet": "评分_张三", "row": 0, "count": 1},
            {"do": "rename", "sheet": "评分_张三", "to": "评分_李四"},
        ],
    )  # fmt: skip
    assert cells(out)["评分_李四"] == {
        "A1": "C1.9",
        "A2": "007", "B2": 9.5,
        "B3": 11.2,
        "A4": "C1.10", "B4": 20.1,
        "A5": "C1.1", "B5": 10.2,
    }  # fmt: skip
    assert cells(out)["指标得分"]["A1"] == pytest.approx(51)
    assert cells(out)["指标得分"]["A2"] == 10.2
    assert "评分_李四" in formulas(out)["指标得分"]["A1"]


def test_a_sheet_can_be_deleted_and_a_cell_emptied(tmp_path):
    out = edited(
        workbook(tmp_path / "原.xlsx"),
        tmp_path / "改.xlsx",
        [
            {"do": "delete_sheet", "sheet": "指标得分"},
            {"do": "set", "sheet": "评分_张三", "cell": "B2", "value": None},
        ],
    )
    assert list(cells(out)) == ["评分_张三"]
    assert "B2" not in cells(out)["评分_张三"]


@pytest.mark.parametrize(
    "step",
    [
        {"do": "set", "sheet": "评分_张三", "cell": "B2", "value": 1},
        {"do": "sort", "sheet": "评分_张三", "range": "A1:B4", "column": 0},
        {"do": "insert_rows", "sheet": "评分_张三", "row": 1, "count": 1},
    ],
)
def test_a_step_that_protection_forbids_is_an_error(tmp_path, step):
    with pytest.raises(RuntimeError, match="PermissionError"):
        edited(workbook(tmp_path / "原.xlsx", protected=True), tmp_path / "改.xlsx", [step])


def crashing(path: Path, times: int) -> Path:
    """A Python that is ended by signal 11 the first `times` that it is called."""
    path.write_text(
        f"""#!/bin/sh
echo >> '{path}.calls'
[ "$(wc -l < '{path}.calls')" -le {times} ] && kill -SEGV $$
exec {libreoffice.UNO_PYTHON} "$@"
"""
    )
    path.chmod(0o755)
    libreoffice.end()  # the next order starts its own
    return path


def test_steps_whose_client_crashes_once_are_done_again(tmp_path, monkeypatch):
    source, step = workbook(tmp_path / "原.xlsx"), {"do": "delete_sheet", "sheet": "指标得分"}
    monkeypatch.setattr(libreoffice, "UNO_PYTHON", str(crashing(tmp_path / "python", 1)))
    assert list(cells(edited(source, tmp_path / "改.xlsx", [step]))) == ["评分_张三"]


def test_a_client_that_always_crashes_is_an_error(tmp_path, monkeypatch):
    source = workbook(tmp_path / "原.xlsx")
    monkeypatch.setattr(libreoffice, "UNO_PYTHON", str(crashing(tmp_path / "python", 2)))
    with pytest.raises(libreoffice.Crashed, match="-11"):
        edited(source, tmp_path / "改.xlsx", [])


def test_pages_become_pictures(tmp_path):
    pages = pictures(workbook(tmp_path / "评分[1].xlsx"), tmp_path / "out")
    assert len(pages) == 2
    assert all(page.read_bytes().startswith(b"\x89PNG") for page in pages)
