"""复核: the reviewing authority's scores are beside the self-evaluation's, whose total and grade stay."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests import documents
from xlkpi import pipeline
from xlkpi.audit import explain
from xlkpi.domain.results import Outcome
from xlkpi.domain.workbook_contents import Fields
from xlkpi.exchange import markdown
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.open import read_all_sheets
from xlkpi.writing import text as plain
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

BASE = (documents.RECIPES / "基本示例.md").read_text(encoding="utf-8")


def reviewed(*rows: Fields) -> Outcome:
    contents = markdown.parse(BASE)
    sheets = {**contents.sheets, "复核": rows} if rows else contents.sheets
    made = score_documents([Document("甲.xlsx", emit(blank(contents._replace(sheets=sheets))))])[0]
    assert made.scored, [each.message for each in made.findings]
    return made


def told(made: Outcome) -> Any:
    return plain.score_report(made)["review"]


def test_worked_by_hand() -> None:
    """A1.1 was given 28.33 of 30 and now 20.5; what is left empty stays, and so does the total."""
    own = reviewed()
    made = reviewed(
        {"编号": "A1.1", "复核得分": Decimal("20.5"), "扣分原因": "两项没有验收（示例）"}, {"编号": "C1.1"}
    )  # fmt: skip
    assert own.scored
    assert made.scored
    assert (made.scored.total, made.scored.grade.name.value) == (
        own.scored.total,
        own.scored.grade.name.value,
    )
    score = next(w.score for w in own.scored.indicator_scores if w.indicator.key == "a1.1")
    total = own.scored.total - score + Decimal("20.5")
    deviation = Fraction(own.scored.total - total) / Fraction(own.scored.total)
    assert told(made) == {
        "total": f"{total:f}",
        "grade": "良好",
        "deviation": f"{round(float(deviation), 4):.4f}",
    }


@pytest.mark.parametrize("rows", [(), ({"编号": "A1.1"}, {"编号": "C1.1"})])
def test_without_a_word_of_the_office_above_there_is_no_review(rows: tuple[Fields, ...]) -> None:
    assert told(reviewed(*rows)) is None


def test_who_agrees_with_everything_comes_to_the_same() -> None:
    made = reviewed({"编号": "A1.1", "复核完成值": "已核实"})
    assert made.scored
    assert told(made) == {
        "total": f"{made.scored.total:f}",
        "grade": made.scored.grade.name.value,
        "deviation": "0.0000",
    }


def test_a_score_may_be_raised_without_a_reason_and_lowered_only_with_one() -> None:
    raised = reviewed({"编号": "A1.1", "复核得分": Decimal(30)})
    lowered = reviewed({"编号": "A1.1", "复核得分": Decimal(1)})
    assert "X624" not in [each.code for each in raised.findings]
    assert [str(each.place) for each in lowered.findings if each.code == "X624"] == ["复核!H5"]


def test_every_deduction_stands_in_the_summary_with_its_reason() -> None:
    made = reviewed({"编号": "A1.1", "复核得分": Decimal(9), "扣分原因": "没有佐证材料（示例）"})
    _, grids = read_all_sheets(pipeline.write_scored(made))
    summary = next(grid for grid in grids if grid.name == "汇总")
    row = next(r for r in summary.rows if "没有佐证材料（示例）" in r)
    assert [row[0], row[2], row[3]] == ["A1.1", 28.33, 9]
    said = explain.explain_indicator(made, "A1.1")
    assert "复核得分 9（复核!G5），扣分原因：没有佐证材料（示例）" in said


def test_a_new_workbook_asks_for_a_review_of_every_indicator() -> None:
    contents = markdown.parse(BASE)
    made = score_documents([Document("甲.xlsx", emit(blank(contents, ["复核"])))])[0]
    assert made.filled
    assert [row.key for row in made.filled.reviews] == [each.key for each in made.filled.indicators]
    assert told(made) is None


OWN = documents.SAMPLES / "示例局2023_各种计分.xlsx"


def typed(content: str) -> tuple[Outcome, list[str]]:
    """A sample with that in 自评得分 of A1.3, which comes to 5.70; and where X626 is told."""
    data = documents.mishandled(OWN.read_bytes(), [("写", "复核", "E5", content)])
    made = score_documents([Document("甲.xlsx", data)])[0]
    assert made.scored
    return made, [f"{f.place} {f.found}" for f in made.findings if f.code == "X626"]


@pytest.mark.parametrize("content", ["数 5.7", "5.7", " 5.70 分", "空", "公式 =指标得分!J7"])
def test_a_typed_score_of_ones_own_that_is_the_scores_is_not_told(content: str) -> None:
    assert typed(content)[1] == []


@pytest.mark.parametrize(
    ("content", "found"),
    [("数 3", "3"), ("数 5.699", "5.699"), ("五分七", "五分七"), ("百分比 0.95", "0.95"), ("错误 #N/A", "错误值"), ("5.7%", "5.7%")],
)  # fmt: skip
def test_another_score_of_ones_own_is_told_at_its_cell(content: str, found: str) -> None:
    """It stops nothing: the result shows what was computed, and says what had been typed."""
    (before, _), (made, told) = typed("空"), typed(content)
    assert told == [f"复核!E5 {found}"]
    assert plain.score_report(made)["total"] == plain.score_report(before)["total"]
    assert plain.score_report(made)["review"] == plain.score_report(before)["review"]
    (said,) = (f for f in made.findings if f.code == "X626")
    assert "5.70" in said.message


def test_a_typed_score_of_ones_own_counts_as_held_against_the_scores() -> None:
    kinds = [next(line for line in made.filled.cell_counts if line.sheet == "复核") for made, _ in (typed("空"), typed("数 3")) if made.filled]  # fmt: skip
    assert (kinds[1].checked - kinds[0].checked, kinds[1].computed) == (1, kinds[0].computed)
