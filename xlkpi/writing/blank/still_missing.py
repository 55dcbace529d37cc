"""还缺什么: the live line of 填表说明, and its text when the workbook is made.

What is expected is one list (`xlkpi.domain.expected_content`), which the checks go through as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlkpi.domain import methods, schema
from xlkpi.domain.expected_content import COLUMNS, SHEETS, ExpectedColumn
from xlkpi.domain.location import a1, block_reference, quoted
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.writing.blank import cell_tests, live_checks, live_marks, owed
from xlkpi.writing.computed_columns import FIRST_ROW, LIVE_ROW

_LAGGING = "评分表与三级指标对不上，拖到 xlkpi 上会在“待修改”里补好；"


def line(contents: Contents, ballots: Sequence[str]) -> tuple[str, str]:
    """Return the live line and its present text."""
    parts: list[str] = []
    said: list[str] = []
    if not contents.part.startswith(schema.SCORERS_PART):
        _asked(contents, parts, said)
    for name in ballots:
        cell = f"{quoted(name)}!{a1(LIVE_ROW, 7)}"
        who = name.removeprefix(schema.BALLOT_PREFIX).replace('"', '""')
        parts.append(f'IF({cell}>0,"{who} 未评 "&{cell}&" 项；","")')
    if ballots:
        lags = f"{quoted(ballots[0])}!{a1(*live_marks.LAGS_BEHIND)}"
        parts.append(f'IF(LEFT({lags},1)="✗","{_LAGGING}","")')
    joined = "&".join(parts)
    broken = '"✗ 有格子是错误值，请先改正"'
    sentence = f'SUBSTITUTE("还缺："&{joined}&"§","还缺：§","✓ 必填项已齐")'  # each part once only
    whole = f'=IFERROR(SUBSTITUTE({sentence},"§",""),{broken})'
    return whole, "".join(said)


def _asked(contents: Contents, parts: list[str], said: list[str]) -> None:
    """Ask for what everybody but the scorers has to fill in."""
    info = contents.sheets.get(schema.INFO.name, ())
    for offset, fields in enumerate(info):
        name = str(fields.get("项目", ""))
        if name in schema.REQUIRED_INFO:
            cell = f"{quoted(schema.INFO.name)}!{a1(FIRST_ROW + offset, 1)}"
            parts.append(f'IF({cell}="","{name}；","")')
            said.append("" if fields.get("内容") else f"{name}；")
    parts.append(_points_part(contents, said))
    _answers(contents, parts, said)


def _answers(contents: Contents, parts: list[str], said: list[str]) -> None:
    """Ask for the budget and its reasons, for what is expected, and for what the checks mark with ✗."""
    budget = contents.sheets.get(schema.EXECUTION.name, ())
    parts.append(f'IF(COUNT({_block(schema.EXECUTION, budget, "全年预算数")})=0,"预算执行；","")')
    said.append("" if any("全年预算数" in row for row in budget) else "预算执行；")
    for sheet in owed.SHEETS:
        if words := owed.said(sheet, contents):
            said.append(f"{sheet.name}{words}")
        if sheet is not schema.FUNDS or contents.sheets.get(sheet.name):
            cell = f"{quoted(sheet.name)}!{a1(*owed.place(sheet))}"
            parts.append(f'IF({cell}="","","{sheet.name}"&{cell})')
    for expected in COLUMNS:
        _column(contents, expected, parts, said)
    for sheet in SHEETS:
        rows = contents.sheets.get(sheet.name, ())
        parts.append(f'IF(COUNTA({_block(sheet, rows, sheet.key)})=0,"{sheet.name}；","")')
        said.append("" if any(row.get(sheet.key) for row in rows) else f"{sheet.name}；")
    tier3 = contents.sheets.get(schema.TIER3.name, ())
    _votes(tier3, contents.sheets.get(schema.SURVEY.name, ()), parts, said)
    for sheet in (schema.TIER1, schema.TIER2, schema.TIER3):
        marks = _block(sheet, contents.sheets.get(sheet.name, ()), "")
        parts.append(f'IF(SUMPRODUCT(--(LEFT({marks},1)="✗"))>0,"{sheet.name}有 ✗；","")')


def _column(
    contents: Contents, expected: ExpectedColumn, parts: list[str], said: list[str]
) -> None:
    """Ask for the cells of a column that are expected; the rule is that of the checks."""
    rows = contents.sheets.get(expected.sheet.name, ())
    beside, asked = (_block(expected.sheet, rows, h) for h in (expected.beside, expected.header))
    tests = [f'({beside}<>"")*({asked}="")']
    by = _block(expected.sheet, rows, expected.by) if expected.by else ""
    tests += [f'({by}="{expected.only}")'] if expected.only else []
    tests += [f'(LEFT({by},{len(each)})<>"{each}")' for each in expected.unless]
    if expected.sheet is schema.TIER3:
        tests.append(f'({_block(schema.TIER3, rows, "")}<>"{live_checks.UNSCORED}")')
    first, last = expected.words.split("{count}")
    count = f"SUMPRODUCT({'*'.join(tests)})"
    parts.append(f'IF({count}>0,"{first}"&{count}&"{last}；","")')
    empty = sum(1 for row in rows if _lacks(row, expected))
    said.append(f"{expected.words.format(count=empty)}；" if empty else "")


def _lacks(row: Fields, expected: ExpectedColumn) -> bool:
    """Whether a row of the workbook, as it is made, lacks what is expected."""
    by = str(row.get(expected.by, ""))
    if expected.sheet is schema.TIER3:
        by = methods.standard_name(by)
        if live_checks.row_said(row, schema.TIER3) == live_checks.UNSCORED:
            return False
    asked = by == expected.only if expected.only else not by.startswith(expected.unless or ("\0",))
    return asked and row.get(expected.beside, "") != "" and row.get(expected.header, "") == ""


def _votes(
    rows: Sequence[Fields], survey: Sequence[Fields], parts: list[str], said: list[str]
) -> None:
    """Ask for votes where an indicator is scored by them."""
    way, votes = _block(schema.TIER3, rows, "评分方式"), _block(schema.SURVEY, survey, "很满意")
    used = f'SUMPRODUCT(--({way}="满意度"))>0'
    parts.append(f'IF(AND({used},COUNT({votes})=0),"满意度调查；","")')
    asked = any(row.get("评分方式") == "满意度" for row in rows)
    voted = any(isinstance(row.get("很满意"), Decimal) for row in survey)
    said.append("满意度调查；" if asked and not voted else "")


def _block(sheet: schema.Sheet, rows: Sequence[Fields], header: str) -> str:
    """Return a column of a sheet of the blank; "" is its check column, right of the table."""
    headers = [column.header for column in sheet.shown(rows)]
    at = headers.index(header) if header else len(headers)
    last = FIRST_ROW + max(1, len(rows) + sheet.spare) - 1
    return block_reference(sheet.name, FIRST_ROW, at, last, at)


def _points_part(contents: Contents, said: list[str]) -> str:
    rows = contents.sheets.get(schema.TIER1.name, ())
    last = FIRST_ROW + max(1, len(rows) + schema.TIER1.spare) - 1
    blocks = (block_reference(schema.TIER1.name, FIRST_ROW, at, last, at) for at in range(3))
    code, name, points = blocks
    added = cell_tests.summed(points, code, name)
    whole = sum((v for row in rows if isinstance(v := row.get("分值"), Decimal)), Decimal(0))
    said.append("" if whole == 100 else "一级指标分值合计不是 100；")
    return f'IF({added}=100,"","一级指标分值合计不是 100；")'
