"""Headers as published forms have them: synonyms, letters and units in brackets, two targets."""

from __future__ import annotations

import pytest

from tests import documents
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import BALLOT, SHEETS, TIER3, Sheet, header_unit
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading import headers

BASE = documents.RECIPES / "基本示例.md"
SHEET = {sheet.name: sheet for sheet in (*SHEETS, BALLOT)}


def outcome(*steps: documents.Step) -> Outcome:
    data = documents.mishandled(documents.sample(BASE), steps)
    return score_documents([Document("示例.xlsx", data)])[0]


SEEN = """
| 工作表 | 表头 | 认作 |
|---|---|---|
| 预算执行 | 全年执行数（B） | 全年执行数 |
| 预算执行 | 全年预算数（A） | 全年预算数 |
| 预算执行 | 全年预算数(A)(万元) | 全年预算数 |
| 预算执行 | 执行率（B/A） | 执行率 |
| 预算执行 | 执行率(%) | 执行率 |
| 预算执行 | 年初预算数（单位：万元） | 年初预算数 |
| 预算执行 | 其中:财政拨款 | 其中：财政资金 |
| 预算执行 | 执行数（B） | 全年执行数 |
| 三级指标 | 指标值(A) | 年度指标值 |
| 三级指标 | 年度指标值（A） | 年度指标值 |
| 三级指标 | 全年实际值（B） | 实际完成值 |
| 三级指标 | 年终完成值 | 实际完成值 |
| 三级指标 | 目标值 | 年度指标值 |
| 三级指标 | 年初目标值(A) | 年度指标值 |
| 三级指标 | 实际完成值(B) | 实际完成值 |
| 三级指标 | 指标名称（三级指标） | 三级指标 |
| 三级指标 | 指标权重(分) | 分值 |
| 三级指标 | 分 值 | 分值 |
| 三级指标 | 权重（%） | 分值 |
| 三级指标 | 偏差原因分析 | 偏差原因分析及改进措施 |
| 三级指标 | 扣分原因和其他说明 | 偏差原因分析及改进措施 |
| 三级指标 | 得分计算方法 | 评分标准 |
| 三级指标 | 度量单位 | 计量单位 |
| 评分_ | 自评分 | 得分 |
| 评分_ | 自评得分（分） | 得分 |
| 评分_ | 年初指标值 | 年度指标值 |
| 复核 | 扣分原因和其他说明 | 扣分原因 |
| 复核 | 复核分 | 复核得分 |
| 预算执行 | 全年执行数[B] | 全年执行数 |
| 预算执行 | 全年执行数【B】 | 全年执行数 |
| 预算执行 | 全年执行数（B，万元） | 全年执行数 |
| 预算执行 | 全年执行数 B | 全年执行数 |
| 预算执行 | 全年预算数A | 全年预算数 |
| 预算执行 | 执行率(B/A×100%) | 执行率 |
| 三级指标 | 分值（100） | 分值 |
| 三级指标 | 分值(100分) | 分值 |
| 三级指标 | 年度指标值（2023年） | 年度指标值 |
| 三级指标 | 指标性质（≥/≤/=） | 指标性质 |
| 三级指标 | 指标性质(符号) | 指标性质 |
| 三级指标 | 三级指标（名称） | 三级指标 |
| 三级指标 | 预期值 | 年度指标值 |
| 三级指标 | 年末实际完成值 | 实际完成值 |
| 三级指标 | 调整后目标值 | 年度指标值 |
| 评分_ | 得分（自评） | 得分 |
| 评价工作组 | 评委分组 | 评分组 |
| 评价工作组 | 各组权重 | 组权重 |
| 三级指标 | 得分（第一季度） |  |
| 三级指标 | 分值（调整后） |  |
| 三级指标 | 年度指标值（含税） |  |
| 评分_ | 得分率 |  |
"""


@pytest.mark.parametrize(
    ("sheet", "typed", "read"), [row for table in documents._tables(SEEN) for row in table]
)
def test_a_header_is_known_whatever_letter_or_unit_stands_behind_it(
    sheet: str, typed: str, read: str
) -> None:
    assert (headers.known(SHEET[sheet], typed) or "") == read


@pytest.mark.parametrize("sheet", [*SHEETS, BALLOT], ids=lambda sheet: sheet.name)
def test_no_word_is_two_columns_of_a_sheet(sheet: Sheet) -> None:
    """Each column's own header is known as itself, and no synonym is another's header."""
    texts = [
        (text, column) for column in sheet.columns for text in (column.header, *column.synonyms)
    ]
    for text, column in texts:
        assert headers.known(sheet, text) == column.header, text


def test_headers_with_letters_score_as_before() -> None:
    plain = outcome()
    lettered = outcome(
        ("写", "预算执行", "D4", "全年预算数（A）"),
        ("写", "预算执行", "G4", "全年执行数（B）"),
        ("写", "三级指标", "F4", "年初指标值"),
        ("写", "三级指标", "H4", "年终完成值"),
        ("写", "评分_甲", "H4", "自评分"),
    )
    assert plain.scored is not None
    assert lettered.scored is not None
    assert lettered.scored.total == plain.scored.total
    assert lettered.findings == plain.findings


def test_a_unit_of_money_above_the_table_stops_too() -> None:
    made = outcome(("写", "预算执行", "F3", "单位：元"))
    (told,) = [each for each in made.findings if each.code == "X418"]
    assert str(told.place) == "预算执行!F3"
    assert "把“基本信息”的金额单位改为“元”" in told.remedy
    (told,) = [
        each
        for each in outcome(("写", "预算执行", "D4", "全年预算数（亿元）")).findings
        if each.code == "X418"
    ]
    assert "改为“亿元”，或" not in told.remedy


def test_of_two_targets_the_adjusted_one_counts() -> None:
    """年初指标值 is kept beside it, and is no column of a blank that has none."""
    text = BASE.read_text(encoding="utf-8")
    both = text.replace(
        "| 指标性质 | 年度指标值 |", "| 指标性质 | 年初指标值 | 年度指标值 |"
    ).replace(
        "| 指标性质 | 年初指标值 | 年度指标值 | 计量单位 | 实际完成值 | 评分方式 | 评分标准 | 偏差原因分析及改进措施 |\n|---",
        "| 指标性质 | 年初指标值 | 年度指标值 | 计量单位 | 实际完成值 | 评分方式 | 评分标准 | 偏差原因分析及改进措施 |\n|---|---",
    )
    for nature, target in (
        ("定性", "全部完成"),
        ("≥", "8"),
        ("≤", "10"),
        ("≥", "100"),
        ("定性", "明显提升"),
    ):
        both = both.replace(f"| {nature} | {target} |", f"| {nature} | 6 | {target} |")
    made = score_documents([Document("示例.xlsx", documents.book(both))])[0]
    plain = score_documents([Document("示例.xlsx", documents.book(text))])[0]
    assert made.scored is not None and plain.scored is not None
    assert made.scored.total == plain.scored.total
    assert made.findings == plain.findings
    assert made.filled is not None
    assert "年初指标值" in made.filled.tables[TIER3.name].columns


def test_a_missing_header_is_named_with_what_stands_there_instead() -> None:
    made = outcome(("写", "评分_甲", "H4", "打的分数"))
    (told,) = [each for each in made.findings if each.code == "X102"]
    assert "缺少列：得分；第 4 行有不认识的表头 “打的分数”（H4）" in told.message


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("全年预算数（元）", "元"),
        ("全年预算数(单位：万元)", "万元"),
        ("全年执行数（B）", ""),
        ("执行率(%)", ""),
    ],
)
def test_the_unit_of_a_header_is_known(header: str, unit: str) -> None:
    assert header_unit(header) == unit


def test_another_unit_of_money_in_a_header_stops() -> None:
    """3,102,000 元 under a workbook in 万元 would be printed as 万元."""
    made = outcome(("写", "预算执行", "D4", "全年预算数（元）"))
    assert [(each.code, str(each.place)) for each in made.findings if each.code == "X418"] == [
        ("X418", "预算执行!D4")
    ]
    assert outcome(("写", "预算执行", "D4", "全年预算数（万元）")).scored is not None


def test_beside_the_header_itself_a_synonym_is_a_column_of_ones_own() -> None:
    """实际完成情况 in words beside 实际完成值, as published tables have it: told, not used, no error."""
    made = outcome(("写", "三级指标", "Q4", "实际完成情况"), ("写", "三级指标", "Q5", "按期完成"))
    assert made.scored is not None
    assert [(each.code, str(each.place)) for each in made.findings if each.code == "X112"] == [
        ("X112", "三级指标!Q4")
    ]


def test_two_synonyms_and_no_header_stop_with_both_named() -> None:
    made = outcome(
        ("写", "三级指标", "H4", "完成值"), ("写", "三级指标", "Q4", "实际值"), ("写", "三级指标", "Q6", "7")
    )  # fmt: skip
    (told,) = [each for each in made.findings if each.code == "X103"]
    assert "表头“实际值”和“完成值”都认作“实际完成值”" in told.message


def test_an_adjusted_target_under_a_foreign_header_stops() -> None:
    """Scored by January's target in silence, it would be the wrong one."""
    steps = [("写", "三级指标", "F4", "年初指标值"), ("写", "三级指标", "Q4", "年中调整后的数"), ("写", "三级指标", "Q6", "数 7")]  # fmt: skip
    made = outcome(*steps)
    assert [(each.code, str(each.place)) for each in made.findings if each.severity == "error"] == [
        ("X115", "三级指标!Q4")
    ]


def test_a_column_under_a_foreign_header_is_one_error() -> None:
    made = outcome(("写", "三级指标", "F4", "打算做到多少"))
    assert [(each.code, str(each.place)) for each in made.findings if each.severity == "error"] == [
        ("X115", "三级指标!F4")
    ]
