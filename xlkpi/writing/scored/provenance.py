"""来源与指纹: the file that was read, what became of its cells, where each figure comes from."""

from __future__ import annotations

from pathlib import PurePath

from xlkpi.domain import fingerprint, schema
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.inputs import CellCounts, Filled
from xlkpi.domain.location import CellRef, a1, list_places, quoted
from xlkpi.domain.results import IndicatorScore, Scored
from xlkpi.domain.schema import METHODS_SHEET, SCORES_SHEET, SOURCE_SHEET
from xlkpi.domain.version import VERSION
from xlkpi.scoring import trace
from xlkpi.writing.book import Book, Sheet, Source
from xlkpi.writing.scored.addresses import FINGERPRINT_AT, FIRST_SCORE, FORMAT_AT, TEMPLATE_AT
from xlkpi.writing.scored.result import Result

FORM_LABEL = "自评表版式"
SIZE_LABEL = "源文件大小（字节）"
PRODUCER_LABEL = "源文件由何程序保存"
TEMPLATE_LABEL = "模板"
VERSION_LABEL = "格式版本"
PROGRAM_LABEL = "计分程序"
_RESULT_LAYOUT = 2
"""What the result sheets look like; with the version of the program it changes what `verify` expects."""
PROGRAM = f"xlkpi {VERSION}，格式版本 {schema.FORMAT_VERSION}，结果版式 {_RESULT_LAYOUT}"
CELLS_LABEL = "有内容的单元格"
NOT_STATED = "未注明"
"""Labels on the sheet, by which `verify` finds what is right of them."""


def plan(book: Book, result: Result, form: FormTemplate) -> None:
    """Plan 来源与指纹; the fingerprint is put in last, by `seal`."""
    sheet = book.named(SOURCE_SHEET)
    sheet.merge(0, 0, 2, "来源与指纹", "heading")
    lines: list[tuple[str, str | Source]] = [
        (fingerprint.SOURCE_LABEL, lambda r: PurePath(r.outcome.source.file).name),
        (fingerprint.IDENTITY_LABEL, lambda r: r.filled.identity),
        (fingerprint.SHA256_LABEL, lambda r: r.outcome.source.sha256),
        (SIZE_LABEL, lambda r: str(r.outcome.source.size)),
        (PRODUCER_LABEL, lambda r: r.outcome.source.producer or NOT_STATED),
        (TEMPLATE_LABEL, lambda r: r.filled.template or NOT_STATED),
        (
            VERSION_LABEL,
            lambda r: NOT_STATED if r.filled.version is None else str(r.filled.version),
        ),
        (PROGRAM_LABEL, PROGRAM),
        (CELLS_LABEL, lambda r: str(r.outcome.source.cells)),
        (FORM_LABEL, form.label),
    ]
    for row, (label, value) in enumerate(lines, start=2):
        sheet.text(row, 0, label, "label")
        sheet.merge(row, 1, 2, value, "text")
    row = 2 + len(lines)
    rows = {label: row for row, (label, _) in enumerate(lines, start=2)}
    assert (row, 1) == FINGERPRINT_AT
    assert (rows[TEMPLATE_LABEL], 1) == TEMPLATE_AT
    assert (rows[VERSION_LABEL], 1) == FORMAT_AT
    sheet.text(row, 0, fingerprint.LABEL, "label")
    sheet.blank(row, 2, "text")
    sheet.merges.append((row, 1, row, 2))
    row = _counts(sheet, result.filled, row + 2)
    row = _merged(sheet, result.filled, row)
    _origins(sheet, result.scored, row + 2)
    sheet.widths = {0: 24, 1: 40, 2: 40, **dict.fromkeys(range(3, 3 + len(CELL_COUNT_HEADS)), 11.0)}
    sheet.landscape = True


CELL_COUNTS = "读入的工作表"
"""Header of the table that says what became of every cell; `verify` finds it by this text."""
CELL_COUNT_HEADS = (
    "有内容的格",
    "读入",
    "合计核对",
    "自动计算",
    "表头和说明",
    "列出或未用",
    "空文本",
)


def _counts(sheet: Sheet, filled: Filled, row: int) -> int:
    """Put a line for every sheet: what became of its cells; the last line adds them up."""
    sheet.row(row, [CELL_COUNTS, "数据行数", "说明", *CELL_COUNT_HEADS], "head")
    sheet.heights[row] = 32
    tables = [*filled.tables.values(), *(ballot.table for ballot in filled.ballots)]
    by_name = {table.grid.name: table for table in tables}
    own = {grid.name for grid in filled.grids}
    first = row + 1
    for at, line in enumerate(filled.cell_counts):
        row, table = first + at, by_name.get(line.sheet)
        link = f"internal:{quoted(line.sheet)}!A1" if line.sheet in own else ""
        sheet.text(row, 0, line.sheet, "link.box" if link else "text", link)
        sheet.number(row, 1, len(table.rows) if table else 0, "figure")
        heads = f"表头在第 {table.header_row + 1} 行" if table else "" if link else _apart(line)
        skipped = f"，附注 {len(table.remarks)} 行" if table and table.remarks else ""
        skipped += f"，没有分值的行 {len(table.of_which)} 行" if table and table.of_which else ""
        sheet.text(row, 2, heads + skipped, "text")
        for kind in range(len(CELL_COUNT_HEADS)):
            sheet.number(row, 3 + kind, _count(at, kind), "figure")
    row = first + len(filled.cell_counts)
    sheet.row(row, ["合计", "", ""], "strong")
    for kind in range(len(CELL_COUNT_HEADS)):
        column = 3 + kind
        block = f"{a1(first, column)}:{a1(row - 1, column)}"
        sheet.formula(row, column, f"=SUM({block})", _whole(kind), "strong.figure")
    return row


def _apart(line: CellCounts) -> str:
    """Say why a sheet is not in the result: only of 填表说明 all cells are words."""
    return "填写说明，没有带入评分结果" if line.words else "不属于标准格式"


def _count(at: int, kind: int) -> Source:
    """Return what finds the cells of a sheet, 0, or those of a kind, from 1."""
    return lambda result: result.filled.cell_counts[at][1 + kind]


def _whole(kind: int) -> Source:
    return lambda result: result.cells[kind]


def _merged(sheet: Sheet, filled: Filled, row: int) -> int:
    """List the files that a merged workbook came of, under row `row`; return the last row."""
    if not filled.merged:
        return row
    row += 2
    last = 2 + len(CELL_COUNT_HEADS)
    sheet.row(row, ["合并：评分人", "文件"], "head")
    sheet.merge(row, 2, last, "SHA-256", "head")
    for each in filled.merged:
        row += 1
        sheet.row(row, [each.scorer.value or "", each.file.value or ""], "text")
        sheet.merge(row, 2, last, each.sha256.value or "", "text")
    return row


def _places(filled: Filled, work: IndicatorScore) -> list[CellRef]:
    """Return the cells that a score comes from: marks, else what its method looks at."""
    indicator, method = work.indicator, work.method
    places = [*(given.place for given in work.given), *trace.weight_places(work)]
    places += [cell.place for cell in (indicator.target, indicator.actual) if cell.good and method]
    if method and method.surveyed:
        rows = (row for row in filled.surveys if row.key == indicator.key)
        places += [vote.place for row in rows for vote in row.votes]
    if method and method.budgeted:
        executed, planned = trace.budget_places(filled)
        places += [*executed, *planned]
    places += trace.rule_places(work)
    return [*places, indicator.deduction.place] if indicator.deduction.value else places


def _origins(sheet: Sheet, scored: Scored, row: int) -> None:
    """Put the cells that each indicator's figures come from, as an auditor would write them down.

    Several cells have no link of their own here: the indicator's leads to 指标得分, where each has.
    """
    last = 2 + len(CELL_COUNT_HEADS)
    sheet.row(row, ["指标（点击看计分过程）", "分值取自"], "head")
    sheet.merge(row, 2, last, "得分取自", "head")
    for at, work in enumerate(scored.indicator_scores):
        row += 1
        points = work.indicator.points.place
        there = f"internal:{quoted(SCORES_SHEET)}!A{FIRST_SCORE + at + 1}"
        sheet.text(row, 0, _name(at), "link.box", there)
        sheet.text(row, 1, str(points), "link.box", points.link)
        sheet.merge(row, 2, last, _origin(at), "text")


def _name(at: int) -> Source:
    def find(result: Result) -> str:
        indicator = result.scored.indicator_scores[at].indicator
        return f"{indicator.code.value} {indicator.name.value}"

    return find


def _origin(at: int) -> Source:
    def find(result: Result) -> str:
        work = result.scored.indicator_scores[at]
        return (
            list_places(_places(result.filled, work))
            or f"{work.explanation}（见“{METHODS_SHEET}”）"
        )

    return find


def seal(book: Book, filled: Filled) -> None:
    """Name the cells of the template and the format version, and put in the fingerprint of all cells."""
    sheet = book.named(SOURCE_SHEET)
    if filled.template:
        book.names[schema.TEMPLATE_NAME] = sheet.absolute(*TEMPLATE_AT)
    if filled.version is not None:
        book.names[schema.FORMAT_NAME] = sheet.absolute(*FORMAT_AT)
    sheet.text(*FINGERPRINT_AT, book.fingerprint(), "text")
