"""Targets and actual values in all the spellings that offices use: a table of what each is read as.

The document is tests/spellings.md. All its rows stand in one workbook and are read at once.
"""

from __future__ import annotations

import copy
import re
import time
from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import to_excel

from tests import documents, libreoffice, plain_workbook
from xlkpi.audit import reference
from xlkpi.audit.crosscheck import find_disagreements
from xlkpi.domain.findings import Finding
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.numbers import maybe_hundredfold, plain
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import is_percent
from xlkpi.domain.text import day
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading import dates, units
from xlkpi.reading.target_spellings import split_target

PAGE = documents.ROOT / "tests" / "spellings.md"
BASE = documents.sample(documents.RECIPES / "基本示例.md")
HEADERS = {"E": "性质", "F": "指标值", "G": "单位", "H": "完成值"}
FIRST = 5


class Line(NamedTuple):
    target: str
    unit: str
    nature: str
    actual: str
    method: str
    expected: str

    @property
    def stops(self) -> bool:
        return self.expected.startswith("X")


LINES = [
    Line(*row) for table in documents._tables(PAGE.read_text(encoding="utf-8")) for row in table
]


GOOD = [line for line in LINES if not line.stops]


def workbook(lines: list[Line], points: str = "数 1", base: bytes = BASE) -> bytes:
    """A workbook with an indicator a line in place of its own."""
    book = copy.deepcopy(plain_workbook._opened(base))
    rows = book.sheet("三级指标").rows
    del rows[FIRST - 1 :]
    for n, line in enumerate(lines):
        held = [
            f"A1.{n}", "A1", f"指标{n}", points, line.nature, line.target, line.unit, line.actual,
            line.method or "达标得满分",
        ]  # fmt: skip
        row = [plain_workbook.Cell() for _ in held]
        for cell, content in zip(row, held, strict=True):
            if " " in content or content == "空":
                plain_workbook._type(cell, content)
            else:
                cell.value = content
        rows.append(row)
    return plain_workbook.written(book)


@lru_cache(maxsize=1)
def read() -> Outcome:
    return score_documents([Document("甲.xlsx", workbook(LINES))])[0]


@lru_cache(maxsize=1)
def told() -> dict[int, list[Finding]]:
    found = defaultdict(list)
    for each in (*read().findings, *read().folded):
        if each.place.sheet == "三级指标" and each.place.cell[0] in HEADERS:
            found[each.place.row - FIRST + 1].append(each)
    return found


def said(indicator: Indicator) -> str:
    numbers = (indicator.target.value, indicator.actual.value)
    assert None not in numbers
    shown = [day(n) if indicator.dated else plain(n) for n in numbers if n is not None]
    return f"{indicator.nature.value} {shown[0]} · {shown[1]}"


def test_the_table_is_long_enough_and_says_nothing_twice() -> None:
    assert len(LINES) >= 120
    assert len({line[:5] for line in LINES}) == len(LINES)


@pytest.mark.parametrize("n", range(len(LINES)), ids=lambda n: "|".join(LINES[n][:5]))
def test_a_spelling_is_read_as_the_table_says(n: int) -> None:
    line, findings = LINES[n], told()[n]
    stopped = [f"{f.code} {HEADERS[f.place.cell[0]]}" for f in findings if f.severity == "error"]
    if line.stops:
        assert stopped == [line.expected]  # one cause, one finding
        return
    assert not stopped
    indicator = _indicators()[n]
    assert said(indicator) == line.expected
    changed = {cell.place for cell in (indicator.target, indicator.actual) if _changed(cell.typed)}
    notes = {f.place for f in findings if f.code == "X507"}
    assert changed <= notes, "a changed reading is listed"


def _indicators() -> tuple[Indicator, ...]:
    filled = read().filled
    assert filled is not None
    return filled.indicators


def _changed(typed: object) -> bool:
    """Whether a cell holds a text that is more than digits, or a plain date."""
    return isinstance(typed, str) and not re.fullmatch(r"[\d.-]+", typed)


def test_a_good_actual_beside_an_unreadable_target_is_left_alone() -> None:
    for n, line in enumerate(LINES):
        if line.stops and line.expected.endswith("指标值"):
            assert {f.place.cell[0] for f in told()[n] if f.severity == "error"} == {"F"}, line


def _written(content: str) -> reference.Content:
    """A cell as the reference is given it: it sees no formats."""
    kind, _, rest = content.partition(" ")
    if kind == "数":
        return Decimal(rest)
    if kind == "百分比":
        return f"{Decimal(rest) * 100}%"
    return rest if kind == "日期" else content


def test_the_reference_reads_them_alike_by_itself() -> None:
    bare = {"基本信息": [{"项目": "评价年度", "内容": "2023"}]}
    book = reference._Book(bare, [])
    for line in GOOD:
        cells = {"指标性质": line.nature, "年度指标值": line.target, "实际完成值": line.actual}
        row = {name: _written(held) for name, held in cells.items() if held != "空"}
        sign, *numbers = book.read_values(row)
        dated = reference.parse_day(row["年度指标值"], 2023) is not None
        shown = [str(date.fromordinal(int(n))) if dated else plain(n) for n in numbers]
        assert f"{sign} {shown[0]} · {shown[1]}" == line.expected, line


SKELETON = """# 部门整体支出绩效自评

只用来承载上面的各行。

## 基本信息
| 项目 | 内容 |
|---|---|
| 部门名称 | 示例办公室 |
| 评价年度 | 2023 |

## 评价工作组
| 姓名 | 是否评分 |
|---|---|
| 甲 | 是 |

## 一级指标
| 编号 | 一级指标 | 分值 |
|---|---|---|
| A | 产出指标 | 100 |

## 二级指标
| 编号 | 一级编号 | 二级指标 | 分值 |
|---|---|---|---|
| A1 | A | 数量指标 | 100 |

## 三级指标
| 编号 | 二级编号 | 三级指标 | 分值 | 指标性质 | 年度指标值 | 计量单位 | 实际完成值 | 评分方式 |
|---|---|---|---|---|---|---|---|---|
| A1.0 | A1 | 指标 | 100 | ≥ | 8 | 场 | 8 | 按比例 |

## 评分_甲
| 编号 | 得分 |
|---|---|

## 等级标准
| 等级 | 下限 |
|---|---|
| 优秀 | 90 |
| 较差 | 0 |
"""


@lru_cache(maxsize=1)
def sound() -> bytes:
    """A workbook of all the lines that are read, half a point each; the last one takes what is left."""
    last = Line("数 8", "场", "≥", "数 8", "", "≥ 8 · 8")
    data = workbook([*GOOD, last], "数 0.5", documents.book(SKELETON))
    left = 100 - Decimal("0.5") * len(GOOD)
    return plain_workbook.followed(
        data, [("写", "三级指标", f"D{FIRST + len(GOOD)}", f"数 {left}")]
    )


@pytest.mark.usefixtures("office")
def test_what_is_read_is_scored_alike_by_the_reference_and_by_libreoffice_and_verifies(
    tmp_path: Path,
) -> None:
    outcome = score_documents([Document("甲.xlsx", sound())])[0]
    assert not [each for each in outcome.findings if each.severity == "error"]
    assert outcome.scored
    assert not list(find_disagreements(outcome))
    path = documents.scored(tmp_path, "甲", sound())
    made = documents.verified(path.read_bytes(), path.name)
    assert (made.status, made.differences) == ("same", ())
    (theirs,) = libreoffice.recalculated([path], tmp_path / "office")
    assert libreoffice.disagreements(path, theirs) == []
    assert documents.verified(theirs.read_bytes(), path.name).differences == ()
    held = libreoffice.cells(path)["三级指标"]
    at = FIRST + next(n for n, line in enumerate(GOOD) if line.target == "2023年底前")
    days = [float(to_excel(date(2023, 12, 31))), float(to_excel(date(2023, 11, 30)))]
    assert [held[f"{column}{at}"] for column in "EFH"] == ["≤", *days]


def typed_formula(text: str, value: float, percent: bool, unit: str = "%") -> list[Finding]:
    """What is told of a target that was typed with = before it, beside an actual of 96."""
    data = workbook([Line("空", unit, "=", "数 96", "", "")])
    book = plain_workbook.opened(data)
    cell = plain_workbook._at(book.sheet("三级指标"), f"F{FIRST}")
    cell.value, cell.formula, cell.style = value, text, int(percent)
    found = score_documents([Document("甲.xlsx", plain_workbook.written(book))])[0].findings
    return [each for each in found if each.place.cell == f"F{FIRST}" and each.code != "X507"]


@pytest.mark.parametrize(
    ("text", "value", "percent", "unit", "codes"),
    [
        ("100%", 1.0, True, "%", ["X674"]),
        ("100%", 1.0, False, "%", ["X606", "X674"]),
        ("100%", 1.0, False, "空", ["X606", "X674"]),
        ("95", 95.0, False, "%", ["X674"]),
        ("+ 50", 50.0, False, "件", ["X674"]),
        ("B2*2", 50.0, False, "件", ["X504"]),
        ("95+5", 100.0, False, "%", ["X504"]),
    ],
)
def test_an_equals_sign_that_became_a_formula_is_explained(
    text: str, value: float, percent: bool, unit: str, codes: list[str]
) -> None:
    found = typed_formula(text, value, percent, unit)
    assert sorted(each.code for each in found) == codes
    if codes[-1] == "X674":
        told = next(each for each in found if each.code == "X674")
        assert f"“={text}”" in told.message
        assert told.remedy.endswith(f"只填 {text.strip()}。")


@pytest.mark.parametrize("family", units.ALIKE, ids=lambda family: family[0])
def test_units_of_one_line_are_alike_and_of_two_are_not(family: tuple[str, ...]) -> None:
    for unit in family:
        assert units.same_unit(unit, family[0])
        assert units.is_unit(unit)
        for other in units.ALIKE:
            assert other is family or not units.same_unit(unit, other[0])


@pytest.mark.parametrize(
    "unit", ["%", "％", "百分比", "百分数", "百分点（%）", "百分比（％）", "PCT", "个百分点"]
)
def test_all_words_for_per_cent_are_one_unit(unit: str) -> None:
    assert units.same_unit(unit, "%")
    assert not units.same_unit(unit, "‰")
    assert not is_percent("")


numbers_of_hands = st.decimals(min_value=0, max_value=1000, places=2)


@given(numbers_of_hands, numbers_of_hands)
def test_whether_two_numbers_may_be_a_per_cent_and_a_part_does_not_depend_on_their_order(
    left: Decimal, right: Decimal
) -> None:
    asked = maybe_hundredfold(left, right)
    assert asked == maybe_hundredfold(right, left)
    if 0 < left < 1 and left * 50 <= right <= left * 200 and right > 1:
        assert asked  # a factor near 100
    if left > 1 and right > 1:
        assert not asked


@pytest.mark.parametrize(
    ("text", "is_date"),
    [
        ("3917.9以内", False),
        ("1250.5之内", False),
        ("2010.73以内", False),
        ("2023.9以内", True),
        ("3917.9前", True),
    ],
)
def test_a_number_with_one_decimal_is_no_month_of_another_millennium(
    text: str, is_date: bool
) -> None:
    """Found by `make prove`: 3917.9以内 was taken for a September."""
    assert (dates.parse_days(text, 2023) is not None) == is_date


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_a_day_is_the_same_day_however_it_is_written(day_of: date) -> None:
    ways = (
        "{0:%Y-%m-%d}",
        "{0:%Y/%m/%d}",
        "{0.year}.{0.month}.{0.day}",
        "{0.year}年{0.month}月{0.day}日前",
    )
    for way in ways:
        found = dates.parse_days(way.format(day_of), None)
        assert isinstance(found, dates.Days)
        assert found.first == found.last == day_of
    month = dates.parse_days(f"{day_of.year}年{day_of.month}月底前", None)
    assert isinstance(month, dates.Days)
    assert month.first <= day_of <= month.last
    assert month.last.day >= 28


@given(st.text(alphabet="0123456789年月日底前季度以上内约不低于达%≥（）含.-/ 个", max_size=30))
def test_no_text_is_too_strange_to_be_taken_apart(text: str) -> None:
    said = split_target(text)
    assert said.rest.endswith(said.core) or said.core in said.rest or said.core.endswith("%")
    dates.parse_days(text, 2023)


@pytest.mark.parametrize(
    "text", [" " * 30_000 + "以上", "9" * 30_000, "5" + "(含" * 9_000 + "以上", "1-" * 15_000]
)
def test_a_page_of_text_takes_no_time(text: str) -> None:
    started = time.perf_counter()
    split_target(text)
    dates.parse_days(text, 2023, certain=True)
    units.is_unit(text)
    assert time.perf_counter() - started < 1


def test_a_judged_indicator_is_not_said_to_be_missed_where_its_unit_is_a_guess() -> None:
    lines = [
        Line("数 100", "空", "≥", "数 0.95", "评分人打分", ""),
        Line("95%", "空", "≥", "数 0.96", "评分人打分", ""),
        Line("数 100", "件", "≥", "数 0.95", "评分人打分", ""),
    ]
    found = score_documents([Document("甲.xlsx", workbook(lines))])[0].findings
    assert [each.place.row - FIRST + 1 for each in found if each.code == "X609"] == [2]
