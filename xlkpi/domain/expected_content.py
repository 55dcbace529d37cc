"""What a workbook is expected to say beyond what the score needs: one list for the blank and the checks.

The blank's 还缺什么 counts it while staff type, the checks warn of it, and 汇总 counts it as 待补. Whatever
the score needs is an error instead, with a code of its own; 还缺什么 names that as well.
"""

from __future__ import annotations

from typing import NamedTuple

from xlkpi.domain import schema
from xlkpi.domain.methods import BANDED, NOT_APPLICABLE
from xlkpi.domain.methods.satisfaction import Satisfaction
from xlkpi.domain.methods.standard import BUDGET_EXECUTION

CELLS_MISSING, SHEET_MISSING, GOALS_MISSING = "X140", "X141", "X142"
"""Codes of the warnings: cells of a column, a whole sheet, and what 年度总体目标 of 自评表 shows."""


class ExpectedColumn(NamedTuple):
    """A column that is to be filled in wherever another one is."""

    sheet: schema.Sheet
    header: str
    beside: str
    """The column whose content makes a row of it."""
    words: str
    """How 还缺什么 says it."""
    code: str = CELLS_MISSING
    """What the checks say; of what the score needs, another finding for each cell."""
    by: str = ""
    """The column that decides whether it is expected."""
    only: str = ""
    """The one content of that column with which it is; "" for all but `unless`."""
    unless: tuple[str, ...] = ()
    """What that column begins with where it is not."""


COLUMNS = (
    ExpectedColumn(
        schema.TIER3, schema.ACTUAL.header, schema.TIER3.name, "实际完成值缺 {count} 项",
        by="评分方式", unless=(BUDGET_EXECUTION, Satisfaction.name, NOT_APPLICABLE),
    ),
    ExpectedColumn(
        schema.TIER3, "完成程度", schema.TIER3.name, "完成程度缺 {count} 项", "X614",
        by="评分方式", only=BANDED,
    ),
    ExpectedColumn(schema.SURVEY, "发放问卷", "很满意", "发放问卷缺 {count} 项", "X647"),
    ExpectedColumn(
        schema.TEXTS, "正文", "章节", "文字材料缺 {count} 章", by="章节", unless=schema.OPTIONAL_CHAPTERS
    ),
)  # fmt: skip
SHEETS = (schema.PROBLEMS,)
"""Sheets that are to have a row."""
