"""A recusal in the scorer's own words: read where it can mean nothing else, on the sheet as by the engine."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice
from xlkpi.domain.recusal import denies_mark, is_recusal
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents

BASE = documents.RECIPES / "基本示例.md"
STEPS_ASIDE = (
    "回避", "回避 ", "回 避", "回避。", "申请回避", "申请回避。", "本人分管，回避", "本人分管,回避", "本人分管 回避", "因亲属在该单位任职需回避",
    "因分管该项目，应回避。", "回避（本人分管）", "回避：亲属在该单位", "需要回避", "本人回避",
)  # fmt: skip
"""Remarks that are a recusal where 得分 is empty."""
DOES_NOT = (
    "不回避", "无需回避", "不需要回避", "没有申请回避", "是否需回避？", "如需回避", "建议回避", "拟申请回避", "上年需回避", "取消回避", "已核实，可不回避",
    "回避情况见附件", "张三回避", "属实", "避免重复，回避无必要", "需回避的另行说明",
)  # fmt: skip
"""Remarks that are none, or might be none."""


def outcome(*steps: documents.Step) -> Outcome:
    data = documents.mishandled(documents.sample(BASE), steps)
    return score_documents([Document("示例.xlsx", data)])[0]


@pytest.mark.parametrize("remark", STEPS_ASIDE[1:])
def test_a_recusal_in_other_words_is_read_and_listed(remark: str) -> None:
    made = outcome(("写", "评分_甲", "H5", "空"), ("写", "评分_甲", "I5", remark))
    assert made.scored
    assert made.scored.indicator_scores[0].given[0].mark is None
    said = [(each.code, str(each.place), each.params["read"]) for each in made.findings]
    assert said == [("X507", "评分_甲!I5", "回避")]


@pytest.mark.parametrize("remark", DOES_NOT)
def test_what_may_be_no_recusal_leaves_the_mark_missing(remark: str) -> None:
    made = outcome(("写", "评分_甲", "H5", "空"), ("写", "评分_甲", "I5", remark))
    said = [(each.code, str(each.place)) for each in made.findings if each.severity == "error"]
    assert said == [("X201", "评分_甲!H5")]
    if "回避" in remark:
        assert f"评分说明写的是“{remark}”，看不出是不是回避" in made.findings[0].remedy


@pytest.mark.parametrize("remark", ["本人分管，回避", "张三回避"])
@pytest.mark.parametrize("mark", ["数 28", "—", "28分左右"])
def test_a_mark_beside_a_recusal_gets_the_advice_about_recusals_alone(
    remark: str, mark: str
) -> None:
    made = outcome(("写", "评分_甲", "H5", mark), ("写", "评分_甲", "I5", remark))
    sure = is_recusal(remark) or mark == "数 28"
    said = [(each.code, str(each.place)) for each in made.findings]
    assert said == [("X211" if sure else "X505", "评分_甲!H5")]
    assert "回避" in made.findings[0].remedy


@pytest.mark.parametrize("remark", ["不回避", "无需回避", "属实"])
def test_a_mark_beside_words_that_stay_counts(remark: str) -> None:
    assert outcome(("写", "评分_甲", "I5", remark)).scored


@pytest.mark.usefixtures("office")
def test_the_sheets_own_check_says_the_same(tmp_path: Path) -> None:
    """LibreOffice judges every remark, with and without a mark beside it, as the engine does."""
    source = documents.SAMPLES / "示例局2023_七人评分.xlsx"
    ballots = openpyxl.load_workbook(source)
    lines: dict[tuple[str, int], str] = {}
    for sheet, remarks in (("评分_组长", STEPS_ASIDE), ("评分_会计", DOES_NOT)):
        marked = [
            cell.row for cell in ballots[sheet]["H"][4:] if isinstance(cell.value, float | int)
        ]
        lines |= {(sheet, row): remark for row, remark in zip(marked, remarks, strict=False)}
    assert len(lines) == len(STEPS_ASIDE) + len(DOES_NOT)
    for mark in (None, 1):
        steps = [
            {"do": "set", "sheet": sheet, "cell": f"{column}{row}", "value": value}
            for (sheet, row), remark in lines.items()
            for column, value in (("H", mark), ("I", remark))
        ]
        shown = libreoffice.cells(libreoffice.edited(source, tmp_path / f"{mark}.xlsx", steps))
        for (sheet, row), remark in lines.items():
            without = "✓ 回避" if is_recusal(remark) else "○ 未评分"
            beside = "✗ 回避应留空" if denies_mark(remark) else "✓"
            assert shown[sheet][f"J{row}"] == (beside if mark else without), remark
