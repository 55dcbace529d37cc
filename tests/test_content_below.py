"""A small table of the clerk's own below the data is one finding and no figure; what may be data stops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import pytest

from tests.documents import SAMPLES
from tests.plain_workbook import followed
from xlkpi.domain.cells import Table
from xlkpi.domain.findings import Finding, Severity
from xlkpi.domain.location import CellRef, a1
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents

SAMPLE = "示例局2023_七人评分"
Rows = Sequence[Sequence[str]]
COSTS: Rows = (("科目", "金额", "经办人"), ("水费", "数 120", "示例"), ("电费", "数 300", "示例"))
STREETS: Rows = (
    ("附：受益明细",), ("街道", "受益人数", "资金"), ("甲街道", "数 100", "数 5"), ("合计", "数 100", "数 5"),
    ("制表人：示例",),
)  # fmt: skip
ANSWERS: Rows = (
    ("问卷对象", "份数", "满意率"),
    ("群众", "数 100", "95%"),
    ("企业", "数 20", "90%"),
)


@lru_cache
def scored(*steps: tuple[str, str, str, str]) -> Outcome:
    data = followed((SAMPLES / f"{SAMPLE}.xlsx").read_bytes(), steps)
    return score_documents([Document("示例.xlsx", data)])[0]


def table_of(sheet: str) -> Table:
    filled = scored().filled
    assert filled is not None
    ballots = {each.table.grid.name: each.table for each in filled.ballots}
    return (dict(filled.tables) | ballots)[sheet]


def below(sheet: str, rows: Rows, blank: int = 2) -> tuple[str, list[tuple[str, str, str, str]]]:
    """Return the first cell of a small table below a sheet's data, and the steps that write it."""
    table = table_of(sheet)
    last = max((*table.rows, *table.totals, *table.remarks, table.header_row))
    first = last + 1 + blank
    steps = [
        ("写", sheet, a1(first + n, at), text)
        for n, row in enumerate(rows)
        for at, text in enumerate(row)
        if text
    ]
    return a1(first, 0), steps


def new(found: Iterable[Finding]) -> list[tuple[str, str]]:
    known: set[tuple[str, CellRef]] = {(each.code, each.place) for each in scored().findings}
    return [(each.code, str(each.place)) for each in found if (each.code, each.place) not in known]


def errors(outcome: Outcome) -> list[tuple[str, str]]:
    return [
        (each.code, str(each.place)) for each in outcome.findings if each.severity is Severity.ERROR
    ]


TIERS = ("一级指标", "二级指标", "三级指标")
SHEETS = ("预算执行", "资金来源", *TIERS, "评分_会计", "基本信息", "参数", "问题与措施", "文字材料")


@pytest.mark.parametrize("rows", [COSTS, STREETS, ANSWERS], ids=["costs", "streets", "answers"])
@pytest.mark.parametrize("sheet", ["预算执行", *TIERS, "评分_会计"])
def test_a_small_table_below_is_one_reminder_and_no_figure(sheet: str, rows: Rows) -> None:
    cell, steps = below(sheet, rows)
    made = scored(*steps)
    assert new(made.findings) == [("X125", f"{sheet}!{cell}")]
    before = scored().scored
    assert made.scored is not None and before is not None
    assert made.scored.total == before.total
    assert made.scored.budget == before.budget


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_sheet_reads_it_so(sheet: str) -> None:
    cell, steps = below(sheet, COSTS)
    assert new(scored(*steps).findings) == [("X125", f"{sheet}!{cell}")]


def test_the_finding_names_the_range_and_the_header() -> None:
    cell, steps = below("预算执行", STREETS)
    (told,) = [each for each in scored(*steps).findings if each.code == "X125"]
    assert told.found == "街道 · 受益人数 · 资金"
    assert told.params["range"] == f"{cell}:C{int(cell[1:]) + len(STREETS) - 1}"


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        ("预算执行", (("科目", "", "", "金额", "", "", "备注"), ("桥梁（示例）", "", "", "数 100", "", "", "数 90"))),
        ("一级指标", (("序号", "科目", "金额"), ("数 1", "水费", "数 20"))),
        ("评价工作组", (("姓名", "电话"), ("示例人", "数 1"))),
        ("评分_会计", (("序号", "", "", "", "", "", "", "分数"), ("C4.3", "", "", "", "", "", "", "数 3"))),
    ],
)  # fmt: skip
def test_where_a_row_may_be_one_of_the_sheet_it_stops_once(sheet: str, rows: Rows) -> None:
    cell, steps = below(sheet, rows)
    made = scored(*steps)
    assert errors(made) == [("X120", f"{sheet}!{cell}")]
    assert made.scored is None


@pytest.mark.parametrize(
    "rows",
    [
        (("道路（示例）", "其他", "待定"), ("桥梁（示例）", "其他", "数 100")),  # no header
        (("道路（示例）", "项目支出", "数 100"), ("桥梁（示例）", "项目支出", "数 90")),
        (("科目", "金额"),),  # nothing below it
    ],
)
def test_rows_after_blank_ones_are_still_rows(rows: Rows) -> None:
    _, steps = below("预算执行", rows)
    made = scored(*steps)
    assert "X125" not in {each.code for each in made.findings}
    assert {place for _, place in errors(made)} >= {f"预算执行!D{int(steps[0][2][1:])}"}


def test_one_blank_row_does_not_part_a_table() -> None:
    _, steps = below("预算执行", COSTS, blank=1)
    made = scored(*steps)
    assert errors(made)
    assert "X125" not in {each.code for each in made.findings}
