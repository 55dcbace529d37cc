"""Targets and actual values in all the spellings that offices use: a table of what each is read as.

The document is tests/spellings.md. All its rows stand in one workbook and are read at once.
"""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import clerk_book, documents, libreoffice
from xlkpi import reference
from xlkpi.figures import disagreements
from xlkpi.findings import Finding
from xlkpi.model import Indicator, Outcome
from xlkpi.numbers import plain
from xlkpi.pipeline import Document, outcomes
from xlkpi.texts import day
from xlkpi.verify import verified

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
    book = copy.deepcopy(clerk_book._opened(base))
    rows = book.sheet("三级指标").rows
    del rows[FIRST - 1 :]
    for n, line in enumerate(lines):
        held = [
            f"A1.{n}", "A1", f"指标{n}", points, line.nature, line.target, line.unit, line.actual,
            line.method or "达标得满分",
        ]  # fmt: skip
        row = [clerk_book.Cell() for _ in held]
        for cell, content in zip(row, held, strict=True):
            if " " in content or content == "空":
                clerk_book._type(cell, content)
            else:
                cell.value = content
        rows.append(row)
    return clerk_book.written(book)


@lru_cache(maxsize=1)
def read() -> Outcome:
    return outcomes([Document("甲.xlsx", workbook(LINES))])[0]


@lru_cache(maxsize=1)
def told() -> dict[int, list[Finding]]:
    found = defaultdict(list)
    for each in read().findings:
        if each.place.sheet == "三级指标" and each.place.cell[0] in HEADERS:
            found[each.place.row - FIRST + 1].append(each)
    return found


def said(indicator: Indicator) -> str:
    numbers = (indicator.target.value, indicator.actual.value)
    assert None not in numbers
    spelled = [day(n) if indicator.dated else plain(n) for n in numbers if n is not None]
    return f"{indicator.nature.value} {spelled[0]} · {spelled[1]}"


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


def _written(content: str) -> reference.Held:
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
        sign, *numbers = book.read(row)
        dated = reference.day(row["年度指标值"], 2023) is not None
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
    return clerk_book.followed(data, [("写", "三级指标", f"D{FIRST + len(GOOD)}", f"数 {left}")])


def test_what_is_read_is_scored_alike_by_the_reference_and_by_libreoffice_and_verifies(
    tmp_path: Path,
) -> None:
    outcome = outcomes([Document("甲.xlsx", sound())])[0]
    assert not [each for each in outcome.findings if each.severity == "error"]
    assert outcome.scored
    assert not list(disagreements(outcome))
    path = documents.scored(tmp_path, "甲", sound())
    made = verified(path.read_bytes(), path.name)
    assert (made.status, made.differences) == ("same", ())
    (theirs,) = libreoffice.recalculated([path], tmp_path / "office")
    assert libreoffice.disagreements(path, theirs) == []
    assert verified(theirs.read_bytes(), path.name).differences == ()
    held = libreoffice.cells(path)["三级指标"]
    at = FIRST + next(n for n, line in enumerate(GOOD) if line.target == "2023年底前")
    assert [str(held[f"{column}{at}"])[:10] for column in "EFH"] == [
        "≤",
        "2023-12-31",
        "2023-11-30",
    ]
