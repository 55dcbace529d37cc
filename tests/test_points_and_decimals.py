"""Points finer than 小数位数: fully met is exactly 分值, and no tier is above its own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import libreoffice
from xlkpi import pipeline
from xlkpi.domain.numbers import capped_score, decimals
from xlkpi.domain.results import Outcome
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.pipeline import Document, score_documents
from xlkpi.writing.blank import blank
from xlkpi.writing.text import score_report
from xlkpi.writing.xlsx import emit

Marked = tuple[str, str, str]
"""First-level code, 分值, 得分."""


def contents(places: int, marked: Sequence[Marked], *, extra: Sequence[Fields] = ()) -> Contents:
    """A workbook of judged indicators, one scorer, a second level for each first one."""
    tops: dict[str, Decimal] = {}
    third: list[Fields] = []
    marks: list[Fields] = []
    for at, (top, points, mark) in enumerate(marked, start=1):
        tops[top] = tops.get(top, Decimal(0)) + Decimal(points)
        code = f"{top}1.{at}"
        third.append(
            {"编号": code, "二级编号": f"{top}1", "三级指标": f"指标{at}", "分值": Decimal(points)}
        )
        marks.append({"编号": code, "得分": Decimal(mark)})
    sheets: dict[str, tuple[Fields, ...]] = {
        "基本信息": (
            {"项目": "部门名称", "内容": "示例局"},
            {"项目": "评价年度", "内容": Decimal(2023)},
        ),
        "评价工作组": ({"姓名": "评分人1"},),
        "一级指标": tuple({"编号": t, "一级指标": f"一级{t}", "分值": p} for t, p in tops.items()),
        "二级指标": tuple(
            {"编号": f"{t}1", "一级编号": t, "二级指标": f"二级{t}", "分值": p}
            for t, p in tops.items()
        ),
        "三级指标": tuple(third),
        "等级标准": tuple(
            {"等级": name, "下限": Decimal(bound)}
            for name, bound in (("优秀", 90), ("良好", 80), ("中等", 60), ("较差", 0))
        ),
        "参数": ({"参数": "小数位数", "值": Decimal(places)},),
    }
    if extra:
        sheets["加减分"] = tuple(extra)
    return Contents("示例", "", sheets, (("评分人1", tuple(marks)),))


def outcome(made: Contents) -> Outcome:
    """What comes of it; it must be sound."""
    found = score_documents([Document("示例.xlsx", emit(blank(made)))])[0]
    assert found.scored is not None, [each.message for each in found.findings]
    return found


WHOLE = contents(0, [*[("A", "12.5", "12.5")] * 4, ("B", "40", "28"), ("C", "10", "10")])
SIXTEEN = contents(2, [*[("A", "3.125", "3.125")] * 16, ("B", "40", "39.92"), ("C", "10", "10")])


@pytest.mark.parametrize(
    ("made", "total", "grade", "first", "third"),
    [
        (WHOLE, "88", "良好", ["50", "28", "10"], "12.5"),
        (SIXTEEN, "99.92", "优秀", ["50.00", "39.92", "10.00"], "3.125"),
        (contents(0, [("A", "12.5", "12.5"), ("B", "87.5", "70.4")]), "82.5", "良好", ["12.5", "70.0"], "12.5"),
        (contents(2, [("A", "3.124", "3.124"), ("B", "96.876", "96.8755")]), "100.00", "优秀", ["3.124", "96.876"], "3.124"),
        (contents(2, [("A", "3.125", "3.12"), ("B", "96.875", "86.875")]), "90.00", "优秀", ["3.120", "86.880"], "3.120"),
    ],
)  # fmt: skip
def test_fully_met_is_exactly_the_points(
    made: Contents, total: str, grade: str, first: list[str], third: str
) -> None:
    found = outcome(made)
    line = score_report(found)
    assert (line["total"], line["grade"]) == (total, grade)
    assert [tier["score"] for tier in line["tiers"] if tier["tier"] == 1] == first
    assert next(tier["score"] for tier in line["tiers"] if tier["tier"] == 3) == third
    assert [each.place.cell for each in found.findings if each.code == "X315"] == ["D5"]


def test_points_as_fine_as_the_setting_are_no_matter() -> None:
    found = outcome(contents(2, [("A", "12.25", "12.25"), ("B", "87.75", "80")]))
    assert [each.code for each in found.findings if each.code == "X315"] == []
    assert score_report(found)["total"] == "92.25"


@pytest.mark.parametrize(
    ("points", "total"),
    [("0.5", "90.500"), ("0.0625", "90.063"), ("0.0004", "90.000"), ("11", "100.00")],
)
def test_what_is_added_is_rounded_as_the_finest_score(points: str, total: str) -> None:
    extra = {"事项": "表彰", "类别": "加分", "分值": Decimal(points), "依据": "文号"}
    made = contents(2, [("A", "3.125", "3.125"), ("B", "96.875", "86.875")], extra=[extra])
    # 86.875 is not fully met and becomes 86.88: the sum before is 90.005
    assert Decimal(str(score_report(outcome(made))["total"])) == min(
        Decimal(100), Decimal(total) + Decimal("0.005")
    )


@pytest.mark.usefixtures("office")
def test_libreoffice_and_the_formulas_say_the_same(tmp_path: Path) -> None:
    """The scored workbooks recalculate unchanged, 校验 says 全部通过, and nothing is cut off."""
    extra = {"事项": "表彰", "类别": "加分", "分值": Decimal("0.0625"), "依据": "文号"}
    made = {
        "whole": WHOLE,
        "sixteen": SIXTEEN,
        "added": contents(1, [("A", "3.125", "3.1"), ("B", "96.875", "80")], extra=[extra]),
    }
    paths = []
    for name, each in made.items():
        paths.append(tmp_path / f"{name}.xlsx")
        paths[-1].write_bytes(pipeline.write_scored(outcome(each)))
    theirs = libreoffice.recalculated(paths, tmp_path / "theirs")
    for path, other in zip(paths, theirs, strict=True):
        assert list(libreoffice.disagreements(path, other)) == []


@given(
    value=st.fractions(min_value=0, max_value=1),
    points=st.decimals(min_value="0.000001", max_value=100, places=6),
    places=st.integers(0, 4),
)
def test_a_score_is_never_above_its_points(value: Fraction, points: Decimal, places: int) -> None:
    """From nothing to fully met: within half a unit of what is exact, never above 分值."""
    score = capped_score(value * Fraction(points), points, places)
    assert 0 <= score <= points
    assert abs(Fraction(score) - value * Fraction(points)) <= Fraction(1, 2 * 10**places)
    assert capped_score(Fraction(points), points, places) == points
    assert decimals(score) <= max(places, decimals(points))
