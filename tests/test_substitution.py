"""The numbers put in, 6×23÷24: on 指标得分 as a formula over the cells, and the same in `explain`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import documents, libreoffice
from tests.test_comparison import outcome, workbook
from xlkpi import pipeline
from xlkpi.audit import explain
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents
from xlkpi.scoring import substitution
from xlkpi.writing.scored import scored

SEVEN = documents.SAMPLES / "示例局2023_七人评分.md"


def put_in(made: Outcome) -> dict[str, str]:
    """The text of each indicator, by code."""
    assert made.filled is not None
    assert made.scored is not None
    return {
        work.indicator.code.value or "": substitution.text(work, made.filled)
        for work in made.scored.indicator_scores
    }


def column(made: Outcome) -> dict[str, str]:
    """The column 代入 of 指标得分, by code."""
    sheet = scored(made, pipeline._choose_form_template(made, None)).named("指标得分")
    cells = dict(sheet.every_cell())
    at = next(place for place, cell in cells.items() if cell.value == "代入")
    return {
        str(cell.value): str(cells[row, at[1]].value)
        for (row, where), cell in cells.items()
        if where == 0 and row > at[0] and (row, at[1]) in cells and cell.value
    }


def of_sample(name: str) -> dict[str, str]:
    return put_in(score_documents([Document("试.xlsx", documents.sample(documents.SAMPLES / f"{name}.md"))])[0])  # fmt: skip


def test_computed_indicators_show_what_their_method_did_with_which_numbers() -> None:
    found = of_sample("示例局2023_七人评分") | {
        f"各 {code}": text for code, text in of_sample("示例局2023_各种计分").items()
    }
    for code, text in {
        "A1.1": "6×23÷24",
        "A1.3": "28≥20，得 4",
        "A4.2": "3×(1－(104.5－100)÷100)",
        "B1.1": "10×3421.61÷3692.5",
        "各 A1.2": "8200≥5000，得 6×90%",
        "各 A2.1": "93.5 所在档：6×80%",
        "各 A3.1": "4－2×0.5",
        "各 A4.2": "6433≤6500，得 5－0.5",
        "各 B1.1": "576.75÷616×100 所在档：10×90%",
        "各 C1.1": "",
        "各 D1.1": "6×(100×(201+107)÷335)÷95",
        "各 D1.2": "100×(22+15)÷39≥90，得 4",
    }.items():
        assert found[code] == text, code


def test_marks_are_listed_without_recusals_and_without_what_was_dropped() -> None:
    found = of_sample("示例局2023_七人评分")
    assert found["A1.2"] == "(4+3.5+3.5+3.5+3)÷5"  # of seven
    assert found["A2.2"] == "(4+3.5+3+3.5+3)÷5"  # two stepped aside, nothing is dropped
    assert of_sample("示例局2023_各种计分")["A2.2"] == "(4.5×40+4×30)÷(40+30)"
    marks = {"甲": "40 - 20 10", "乙": "36 27 - 9", "丙": "32 24 10 -"}
    median = put_in(outcome(workbook(marks, parameters="| 综合方法 | 中位数 |")))
    assert median["A1.1"] == "居中的得分 36"
    assert median["A1.2"] == "(27+24)÷2"
    hundred = put_in(
        outcome(
            workbook({"甲": "80 90 100 -", "乙": "85 - 95 90"}, parameters="| 打分制 | 百分制 |")
        )
    )
    assert hundred["A1.1"] == "(80+85)÷2÷100×40"
    assert hundred["A1.2"] == "(90)÷1÷100×30"


def test_the_sheet_and_explain_say_the_same() -> None:
    made = score_documents([Document("试.xlsx", documents.sample(SEVEN))])[0]
    shown = column(made)
    for code, text in put_in(made).items():
        assert shown[code] == text
        assert f"代入：{text} " in explain.explain_indicator(made, code)


def test_many_marks_are_a_sum() -> None:
    names = [f"评{n}" for n in range(1, 31)]
    marks = dict.fromkeys(names, "40 30 20 10") | {"评1": "30 30 20 10"}
    made = outcome(workbook(marks, names=" ".join(names)))
    assert put_in(made)["A1.1"] == "1190÷30"
    assert column(made)["A1.1"] == "1190÷30"


@pytest.mark.usefixtures("office")
def test_what_is_put_in_follows_the_cells(tmp_path: Path) -> None:
    """A mark raised, one withdrawn, a target that is reached now, one that is missed now."""
    path = documents.scored(tmp_path, "结果", documents.sample(SEVEN))
    (same,) = libreoffice.recalculated([path], tmp_path / "同")
    assert libreoffice.disagreements(path, same) == []
    steps = [
        {"do": "unprotect", "sheet": "评分_组长"},
        {"do": "set", "sheet": "评分_组长", "cell": "H6", "value": 5},
        {"do": "set", "sheet": "评分_组长", "cell": "H9", "value": ""},
        {"do": "unprotect", "sheet": "三级指标"},
        {"do": "set", "sheet": "三级指标", "cell": "H5", "value": 25},
        {"do": "set", "sheet": "三级指标", "cell": "H7", "value": 10},
    ]
    held = libreoffice.cells(libreoffice.edited(path, tmp_path / "改.xlsx", steps))["指标得分"]
    at = next(cell.rstrip("0123456789") for cell, value in held.items() if value == "代入")
    assert [str(held[f"{at}{row}"]) for row in (5, 6, 7)] == [
        "25≥24，得 6", "(4+4+3.5+3.5+3)÷5", "4×10÷20",
    ]  # fmt: skip
    assert str(held[f"{at}9"]) == "(3.5+3+3.5+3)÷4"
