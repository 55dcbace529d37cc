"""等级: the grade reached is the only one marked, and nothing on the sheet is meant for another reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import documents, libreoffice
from xlkpi import pipeline
from xlkpi.domain.location import a1
from xlkpi.pipeline import Document, score_documents
from xlkpi.writing.scored import scored

TEXT = (documents.SAMPLES / "示例局2023_七人评分.md").read_text(encoding="utf-8")
"""83.61, 良好; its 结果应用 end in the remark of an older template."""
VETO = """
## 加减分
| 事项 | 类别 | 分值 | 后果 | 依据 |
|---|---|---|---|---|
| 重大事故（示例） | 否决 | | 最低等级 | 示例〔2023〕1号 |
"""


def cells(text: str) -> dict[str, str | float]:
    """What the sheet shows, by address."""
    outcome = score_documents([Document("试.xlsx", documents.book(text))])[0]
    book = scored(outcome, pipeline._choose_form_template(outcome, None))
    return {a1(*at): cell.value for at, cell in book.named("等级").every_cell() if cell.value != ""}


@pytest.mark.parametrize(("more", "row"), [("", "7"), (VETO, "9")])
def test_only_the_grade_reached_is_marked(more: str, row: str) -> None:
    """Of 优秀, 良好, 中等 and 较差 the total is above the bounds of three; 否决 leaves the last."""
    found = cells(TEXT + more)
    assert [at for at, value in found.items() if value == "✓"] == [f"E{row}"]
    assert not any(value == "达到" or value == "未达到" for value in found.values())


def test_a_templates_remark_is_not_on_a_sheet_that_is_signed() -> None:
    assert TEXT.count("（可按本地规定修改）") == 4
    found = cells(TEXT)
    assert found["D7"] == "建议继续支持，对未完成的指标限期改进。"
    assert found["D7"] in [value for at, value in found.items() if at > "A9" and at != "D7"]
    assert not any("可按本地规定" in str(value) for value in found.values())


def test_no_template_says_so_in_what_it_fills_in() -> None:
    for path in documents.ROOT.glob("workbook_templates/*.md"):
        assert "可按本地规定修改" not in path.read_text(encoding="utf-8"), path.name


def test_the_column_of_shares_is_there_where_a_band_names_one() -> None:
    assert "建议安排比例" not in cells(TEXT).values()
    assert not any("建议安排比例" in str(value) for value in cells(TEXT).values())
    named = cells(TEXT.replace("建议继续支持", "建议按本年预算的 90% 安排"))
    assert named["F5"] == "建议安排比例"
    assert [named[f"F{row}"] for row in (6, 7, 8, 9)] == ["—", 0.9, "—", "—"]


@pytest.mark.usefixtures("office")
def test_the_mark_and_the_text_follow_what_is_changed(tmp_path: Path) -> None:
    """A mark is lowered and a text changed inside the result: ✓ goes down, the new text is shown whole."""
    path = documents.scored(tmp_path, "结果", documents.book(TEXT + VETO))
    steps = [
        {"do": "unprotect", "sheet": "加减分"},
        {"do": "set", "sheet": "加减分", "cell": "A5", "value": ""},
        {"do": "unprotect", "sheet": "等级标准"},
        {"do": "set", "sheet": "等级标准", "cell": "D6", "value": "继续支持"},
    ]
    (unchanged,) = libreoffice.recalculated([path], tmp_path / "同")
    assert libreoffice.disagreements(path, unchanged) == []
    held = libreoffice.cells(libreoffice.edited(path, tmp_path / "改.xlsx", steps))["等级"]
    found = {at: str(value) for at, value in held.items()}
    assert [at for at, value in found.items() if value == "✓"] == ["E7"]
    assert found["D7"] == "继续支持"
