"""Money: an amount that is not filled in is not 0, and no sum looks whole without it."""

from __future__ import annotations

import io
import itertools
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice
from xlkpi import pipeline
from xlkpi.domain.cells import Number, State, add_amounts
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents
from xlkpi.writing.text import score_report

BASE = (documents.RECIPES / "基本示例.md").read_text(encoding="utf-8")
HEADERS = ("年初预算数", "其中：财政资金", "到位资金")
ROWS = (
    ("甲项目（示例）", "项目支出", "100", "120.5", "120.5", "120.5", "110.25"),
    ("日常运转（示例）", "基本支出", "80", "80", "70", "80", "80"),
    ("乙项目（示例）", "项目支出", "0", "10", "0", "10", "10"),
)


def outcome(*empty: tuple[int, int]) -> Outcome:
    """The base sample with three rows of money, some cells of them empty."""
    head, rest = BASE.split("## 预算执行\n")
    _, rest = rest.split("## 一级指标")
    rows = [
        ["" if (at, column) in empty else held for column, held in enumerate(row)]
        for at, row in enumerate(ROWS)
    ]
    columns = ["项目名称", "支出类别", "年初预算数", "全年预算数", *HEADERS[1:], "全年执行数"]
    table = [columns, ["---"] * len(columns), *rows]
    said = "\n".join(f"| {' | '.join(row)} |" for row in table)
    text = f"{head}## 预算执行\n{said}\n\n## 一级指标{rest}"
    return score_documents([Document("示例.xlsx", documents.book(text))])[0]


def sums(made: Outcome) -> tuple[object, object, object]:
    """财政资金 of 汇总, and 年初预算数 and 财政资金 of 自评表."""
    book = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(made)), data_only=True)
    summary = list(book["汇总"].iter_rows(values_only=True))
    at = next(n for n, row in enumerate(summary) if "其中：财政资金合计" in row)
    form = {str(row[1]): row for row in book["自评表"].iter_rows(values_only=True) if row[1]}
    initial = next(row for name, row in form.items() if name == "年度资金总额")
    fiscal = next(row for name, row in form.items() if "当年财政拨款" in name)
    return summary[at + 1][3], initial[3], fiscal[4]


INITIAL, FISCAL = 2, 4


@pytest.mark.parametrize(
    ("empty", "expected"),
    [
        ((), (190.5, 180, 190.5)),
        (((1, FISCAL),), ("—（1 项未填）", 180, "—（1 项未填）")),
        (((0, FISCAL), (2, FISCAL)), ("—（2 项未填）", 180, "—（2 项未填）")),
        (((0, FISCAL), (1, FISCAL), (2, FISCAL)), ("—", 180, "—")),
        (((2, INITIAL),), (190.5, "—（1 项未填）", 190.5)),
        (((0, INITIAL), (1, INITIAL), (2, INITIAL)), (190.5, "—", 190.5)),
    ],
)
def test_no_sum_looks_whole_where_an_amount_is_missing(
    empty: tuple[tuple[int, int], ...], expected: tuple[object, ...]
) -> None:
    made = outcome(*empty)
    assert sums(made) == expected
    fiscal = score_report(made)["budget"]["fiscal"]
    assert fiscal == ("190.50" if expected[0] == 190.5 else None)


def test_columns_that_are_partly_empty_are_told_in_one_warning_and_counted() -> None:
    made = outcome((0, FISCAL), (2, FISCAL), (1, INITIAL), (0, 5))
    (told,) = [each for each in made.findings if each.code == "X420"]
    assert (told.place.cell, told.params["count"]) == ("E5", "4")
    columns = "“年初预算数”的 C6、“其中：财政资金”的 E5、E7、“到位资金”的 F5"
    assert told.params["columns"] == columns
    book = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(made)), data_only=True)
    cells = [str(cell) for row in book["汇总"].iter_rows(values_only=True) for cell in row if cell]
    assert any("待补 4 项" in cell for cell in cells)


def test_a_column_that_nobody_fills_in_is_no_finding() -> None:
    made = outcome(*((at, column) for at in range(3) for column in (INITIAL, FISCAL, 5)))
    assert [each.code for each in made.findings] == []


def test_a_sum_is_shown_only_of_amounts_that_are_all_there() -> None:
    place = outcome().filled.projects[0].fiscal.place  # type: ignore[union-attr]
    blank = Number(place)
    for states in itertools.product((True, False), repeat=3):
        amounts = [Number(place, State.GOOD, each) if there else blank
                   for there, each in zip(states, map(Decimal, (1, 2, 4)), strict=True)]  # fmt: skip
        shown = add_amounts(amounts).shown
        assert isinstance(shown, str) is not all(states)
        assert shown == 7 if all(states) else str(shown).startswith("—")


@pytest.mark.usefixtures("office")
def test_libreoffice_says_the_same_of_what_is_missing(tmp_path: Path) -> None:
    cases: tuple[tuple[tuple[int, int], ...], ...] = (
        (), ((1, FISCAL),), ((0, FISCAL), (2, FISCAL), (1, INITIAL)),
        tuple((at, column) for at in range(3) for column in (INITIAL, FISCAL)),
    )  # fmt: skip
    paths = [tmp_path / f"{n}.xlsx" for n in range(len(cases))]
    for path, empty in zip(paths, cases, strict=True):
        path.write_bytes(pipeline.write_scored(outcome(*empty)))
    again = libreoffice.recalculated(paths, tmp_path / "again")
    for path, theirs in zip(paths, again, strict=True):
        assert list(libreoffice.disagreements(path, theirs)) == []


def mixed(*amounts: str) -> Outcome:
    """The base sample with one project of these amounts, in the order of the sheet."""
    old = "| 100 | 120.5 | 120.5 | 120.5 | 110.25 |"
    assert BASE.count(old) == 1
    text = BASE.replace(old, f"| {' | '.join(amounts)} |")
    return score_documents([Document("示例.xlsx", documents.book(text))])[0]


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        # 年初预算数, 全年预算数, 财政资金, 到位资金, 全年执行数 → cell, both figures, how many times
        (("120", "1200000", "1200000", "1200000", "1100000"),
         ("C5", "全年预算数 1200000.00", "年初预算数 120.00", "10000")),
        (("120", "120", "1200000", "120", "110"), ("E5", "其中：财政资金 1200000.00", "全年预算数 120.00", "10000")),
        (("120", "120", "120", "120", "1100000"), ("G5", "全年执行数 1100000.00", "全年预算数 120.00", "9167")),
        (("1200000", "1200000", "1200000", "1200000", "110"),
         ("G5", "全年预算数 1200000.00", "全年执行数 110.00", "10909")),
        (("100", "100", "100", "100", "300.01"), ("G5", "全年执行数 300.01", "全年预算数 100.00", "3.0")),
        (("0", "120", "", "", "11900"), ("G5", "全年执行数 11900.00", "全年预算数 120.00", "99")),
    ],
)  # fmt: skip
def test_a_row_that_mixes_units_is_told_once_with_both_figures_and_below_the_form(
    amounts: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    made = mixed(*amounts)
    of_row = [each for each in made.findings if each.place.row == 4 and each.code not in ("X411", "X420")]  # fmt: skip
    (told,) = of_row
    cell, large, small, times = expected
    money = {"large": large, "small": small}
    assert told.code == "X421"
    assert told.place.cell == cell
    assert told.params["times"] == times
    assert {name: str(told.params[name]).replace(",", "") for name in money} == money
    book = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(made)), data_only=True)
    notes = [str(row[0]) for row in book["自评表"].iter_rows(values_only=True) if row[0]]
    assert str(told.params["large"]) in notes[-1]
    assert str(told.params["small"]) in notes[-1]
    assert "尚待核对" in notes[-1]


@pytest.mark.parametrize(
    "amounts",
    [
        ("100", "120.5", "120.5", "120.5", "110.25"),
        ("100", "100", "100", "100", "300"),
        ("1.21", "120", "120", "120", "110"),
        ("0", "120", "0", "0", "0"),
        ("", "120", "", "", "110"),
    ],
)
def test_a_row_in_one_unit_is_no_finding_and_the_form_has_no_note(amounts: tuple[str, ...]) -> None:
    made = mixed(*amounts)
    assert "X421" not in [each.code for each in made.findings]
    book = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(made)), data_only=True)
    assert not any(
        "尚待核对" in str(cell.value) for row in book["自评表"].iter_rows() for cell in row
    )


def test_the_public_form_has_the_note_too(tmp_path: Path) -> None:
    old = "| 100 | 120.5 | 120.5 | 120.5 | 110.25 |"
    path = tmp_path / "示例.xlsx"
    text = BASE.replace(old, "| 120 | 1200000 | 1200000 | 1200000 | 1100000 |")
    path.write_bytes(documents.book(text))
    public = dict(documents.outputs(path, public=True))["public"]
    book = openpyxl.load_workbook(io.BytesIO(public))
    assert any("尚待核对" in str(cell.value) for row in book.worksheets[0] for cell in row)


def test_the_summary_names_amounts_that_are_too_far_apart_before_all_else() -> None:
    source = documents.mishandled(
        documents.sample(documents.RECIPES / "基本示例.md"), [("写", "预算执行", "G6", "数 800000")]
    )
    outcome = score_documents([Document("示例.xlsx", source)])[0]
    (told,) = [each for each in outcome.findings if each.code == "X421"]
    sheet = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(outcome)))["汇总"]
    at = next(c.row for c in sheet["A"] if str(c.value).startswith("五、"))
    assert sheet.cell(at + 2, 2).value == f"{told.title}：{told.message}"
    assert sheet.cell(at + 2, 1).hyperlink.location.endswith("G6")
    assert sheet.cell(at + 3, 1).value == "评分对比"
