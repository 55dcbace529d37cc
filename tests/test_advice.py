"""What a remedy proposes is the value itself or nothing, and lies inside what the cell may hold."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests import documents
from xlkpi.domain.findings import Finding
from xlkpi.domain.numbers import likely_number
from xlkpi.pipeline import Document, score_documents

BASE = documents.RECIPES / "基本示例.md"
OUT_OF_100 = ("写", "参数", "B5", "百分制")
HIGHEST = {"A1.1": Decimal(30), "C1.1": Decimal(30)}


def only(*steps: documents.Step) -> Finding:
    """The one error or warning that comes of the small sample after these steps."""
    data = documents.mishandled(documents.sample(BASE), steps)
    made = score_documents([Document("示例.xlsx", data)])[0]
    (found,) = (each for each in made.findings if each.severity != "note")
    return found


def proposed(remedy: str) -> list[Decimal]:
    """The numbers that a remedy offers."""
    offered = re.findall(r"(?:例如|数字：| 或) ?(\d+(?:\.\d+)?)", remedy)
    return [Decimal(each) for each in offered]


TYPED = ("9O", "9。5", "3O0", "优", "90%", "4成", "约28", "28分半", "1.2万", "0.9%", "-1O")


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize(("steps", "highest"), [((), 30), ((OUT_OF_100,), 100)])
def test_what_is_proposed_for_a_mark_is_a_possible_mark(
    typed: str, steps: tuple[documents.Step, ...], highest: int
) -> None:
    marks = [("写", sheet, cell, f"数 {value}")  # in 百分制 others' marks would seem out of 分值
             for sheet, cell, value in (("评分_甲", "H9", 95), ("评分_乙", "H5", 90), ("评分_乙", "H9", 95), ("评分_丙", "H5", 92))
             if steps]  # fmt: skip
    found = only(*steps, *marks, ("写", "评分_甲", "H5", typed))
    assert found.code in ("X505", "X506")
    assert all(0 <= each <= highest for each in proposed(found.remedy)), found.remedy
    if found.code == "X505":
        assert f"只填 0 到 {highest} 之间的数" in found.remedy
        assert "需要回避的，清空得分" in found.remedy


def test_a_share_of_the_points_is_named() -> None:
    found = only(("写", "评分_甲", "H5", "90%"))
    assert proposed(found.remedy) == [27, Decimal("0.9")]  # 90 is above the 30 of this indicator


@pytest.mark.parametrize(
    ("cell", "typed", "told"),
    [
        ("D5", "118.6万", "请只填不小于 0 的数，例如 118.6；"),
        ("D5", "1.2亿", "请只填不小于 0 的数，例如 12000；"),
        ("D5", "12O.5", "请只填不小于 0 的数，例如 120.5；"),
        ("D5", "约120", "请只填不小于 0 的数，例如 120；"),
        ("D5", "120.5万左右", "请只填不小于 0 的数，例如 120.5；"),
        ("D5", "120多", "请只填不小于 0 的数；"),
        ("D5", "118.6万余", "请只填不小于 0 的数；"),
    ],
)
def test_an_amount_is_proposed_as_it_is_or_not_at_all(cell: str, typed: str, told: str) -> None:
    found = only(("写", "预算执行", cell, typed))
    assert (found.code, str(found.place)) == ("X505", f"预算执行!{cell}")
    assert found.remedy.startswith(told)


@pytest.mark.parametrize(
    ("text", "unit", "meant"),
    [
        ("118.6万", "元", "1186000"), ("118.6万元", "元", "1186000"), ("３万", "万元", "3"),
        ("5000元", "万元", "0.5"), ("118.6万", "个", ""), ("7万多", "万元", ""), ("9分", "元", ""), ("大约7场", "", "7"), ("7多场", "", ""), ("9成", "", ""),
    ],
)  # fmt: skip
def test_an_amount_in_another_unit_is_proposed_in_the_columns(
    text: str, unit: str, meant: str
) -> None:
    assert likely_number(text, unit) == meant


@pytest.mark.parametrize("typed", ["7场半", "7万多", "9成", "完成3场，共8场", "八场"])
def test_an_actual_value_in_words_gets_no_number_of_another(typed: str) -> None:
    found = only(("写", "三级指标", "H6", typed))
    assert found.code == "X505"
    assert proposed(found.remedy) == []


def test_a_bare_share_beside_a_judged_indicator_is_asked_by_its_own_number() -> None:
    steps = [
        ("写", "三级指标", "E5", "≥"),
        ("写", "三级指标", "G5", "%"),
        ("写", "三级指标", "F5", "数 95"),
    ]
    data = documents.mishandled(
        documents.sample(BASE), [*steps, ("写", "三级指标", "H5", "数 0.93")]
    )
    made = score_documents([Document("示例.xlsx", data)])[0]
    found = next(each for each in made.findings if each.code == "X611")
    assert found.remedy == "若是 93%，请写成“93%”；若真是 0.93%，请写成“0.93%”。"


@pytest.mark.parametrize(
    ("sheet", "cell", "typed", "asked"),
    [
        ("三级指标", "D6", "2O0", "大于 0、不超过 100 的数；"),
        ("三级指标", "O6", "3O", " 0 到 20 之间的数；"),
        ("评价工作组", "F5", "两", "大于 0 的数；"),
        ("等级标准", "B5", "9OO", " 0 到 100 之间的数；"),
    ],
)
def test_every_number_cell_says_what_it_may_hold(
    sheet: str, cell: str, typed: str, asked: str
) -> None:
    data = documents.mishandled(documents.sample(BASE), [("写", sheet, cell, typed)])
    made = score_documents([Document("示例.xlsx", data)])[0]
    found = next(each for each in made.findings if each.place.cell == cell)
    assert found.code == "X505"
    assert found.remedy.startswith(f"请只填{asked}")


@pytest.mark.parametrize(
    ("target", "actual", "code"),
    [("2021-12-31", "空", "X678"), ("12月中旬", "2021-11-02", "X668"), ("2021-12-31", "数 45250", "X672"),
     ("2021-12-15", "2021年12月", "X673")],
)  # fmt: skip
def test_a_date_is_proposed_in_the_year_that_is_assessed(
    target: str, actual: str, code: str
) -> None:
    """A date of another year would get a finding of its own."""
    data = documents.mishandled(
        documents.sample(BASE),
        [("写", "基本信息", "B6", "2021"), ("写", "三级指标", "E7", "≤"), ("写", "三级指标", "G7", "空"),
         ("写", "三级指标", "F7", target), ("写", "三级指标", "H7", actual)],
    )  # fmt: skip
    made = score_documents([Document("示例.xlsx", data)])[0]
    (found,) = (each for each in made.findings if each.severity == "error")
    assert found.code == code
    assert set(re.findall(r"20\d\d(?=-)", found.remedy)) == {"2021"}
