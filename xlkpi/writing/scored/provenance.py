"""来源与指纹: the file that was read, what became of its cells, where each figure comes from."""

from __future__ import annotations

from decimal import Decimal
from pathlib import PurePath

from xlkpi.domain import fingerprint, schema
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef, a1, listed, quoted, span
from xlkpi.domain.results import IndicatorScore, Outcome, Scored
from xlkpi.domain.schema import METHODS_SHEET, SCORES_SHEET, SOURCE_SHEET
from xlkpi.domain.version import VERSION
from xlkpi.scoring import trace
from xlkpi.writing.addresses import Addresses
from xlkpi.writing.book import Book, Sheet
from xlkpi.writing.scored.indicator_scores import FIRST

FORM_LABEL = "自评表版式"


def write(book: Book, outcome: Outcome, names: Addresses, form: FormTemplate) -> None:
    """Fill in 来源与指纹; the fingerprint is put in last, by `seal`."""
    filled = outcome.filled
    assert filled is not None
    paper = names.sheet(book, SOURCE_SHEET)
    paper.merge(0, 0, 2, "来源与指纹", "heading")
    source = outcome.source
    lines: list[tuple[str, str]] = [
        (fingerprint.SOURCE_LABEL, PurePath(source.file).name),
        (fingerprint.IDENTITY_LABEL, filled.identity),
        ("源文件 SHA-256", source.sha256),
        ("源文件大小（字节）", str(source.size)),
        ("源文件由何程序保存", source.producer or "未注明"),
        ("模板", filled.template or "未注明"),
        ("格式版本", str(filled.version) if filled.version is not None else "未注明"),
        ("计分程序", f"xlkpi {VERSION}，格式版本 {schema.FORMAT_VERSION}"),
        ("有内容的单元格", str(source.cells)),
        (FORM_LABEL, form.label),
    ]
    for row, (label, value) in enumerate(lines, start=2):
        paper.text(row, 0, label, "label")
        paper.merge(row, 1, 2, value, "text")
    row = 2 + len(lines)
    paper.text(row, 0, fingerprint.LABEL, "label")
    paper.merge(row, 1, 2, "", "text")
    names.cells["指纹"] = a1(row, 1)
    row = _census(paper, filled, row + 2, names)
    row = _merged(paper, filled, row)
    assert outcome.scored is not None
    _origins(paper, filled, outcome.scored, row + 2)
    paper.widths = {0: 24, 1: 40, 2: 40, **dict.fromkeys(range(3, 3 + len(CELL_COUNT_HEADS)), 11.0)}
    paper.landscape = True


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


def _census(paper: Sheet, filled: Filled, row: int, names: Addresses) -> int:
    """Put a line for every sheet: what became of its cells; the last line adds them up."""
    paper.row(row, [CELL_COUNTS, "数据行数", "说明", *CELL_COUNT_HEADS], "head")
    paper.heights[row] = 32
    tables = [*filled.tables.values(), *(ballot.table for ballot in filled.ballots)]
    by_name = {table.grid.name: table for table in tables}
    own = {grid.name for grid in filled.grids} | ({filled.guide.name} if filled.guide else set())
    first = row + 1
    for row, line in enumerate(filled.cell_counts, start=first):
        table = by_name.get(line.sheet)
        link = f"internal:{quoted(line.sheet)}!A1" if line.sheet in own else ""
        paper.text(row, 0, line.sheet, "link.box" if link else "text", link)
        paper.number(row, 1, Decimal(len(table.rows) if table else 0), "figure")
        heads = f"表头在第 {table.header_row + 1} 行" if table else "" if link else "不属于标准格式"
        skipped = f"，附注 {len(table.remarks)} 行" if table and table.remarks else ""
        skipped += f"，没有分值的行 {len(table.of_which)} 行" if table and table.of_which else ""
        paper.text(row, 2, heads + skipped, "text")
        for column, count in enumerate((line.cells, *line.kinds), start=3):
            paper.number(row, column, count, "figure")
    row = first + len(filled.cell_counts)
    paper.row(row, ["合计", "", ""], "strong")
    for column, count in enumerate(totals(filled), start=3):
        block = f"{a1(first, column)}:{a1(row - 1, column)}"
        paper.formula(row, column, f"=SUM({block})", count, "strong.figure")
    names.cells["格数"] = paper.absolute(row, 3)
    names.cells["各类格数"] = span(SOURCE_SHEET, row, 4, row, 2 + len(CELL_COUNT_HEADS))
    return row


def _merged(paper: Sheet, filled: Filled, row: int) -> int:
    """List the files that a merged workbook came of, under row `row`; return the last row."""
    if not filled.merged:
        return row
    row += 2
    last = 2 + len(CELL_COUNT_HEADS)
    paper.row(row, ["合并：评分人", "文件"], "head")
    paper.merge(row, 2, last, "SHA-256", "head")
    for each in filled.merged:
        row += 1
        paper.row(row, [each.scorer.value or "", each.file.value or ""], "text")
        paper.merge(row, 2, last, each.sha256.value or "", "text")
    return row


def totals(filled: Filled) -> list[int]:
    """Return the cells of all sheets, then what became of them, kind by kind."""
    lines = [(line.cells, *line.kinds) for line in filled.cell_counts]
    return [sum(line[at] for line in lines) for at in range(len(CELL_COUNT_HEADS))]


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
    return [*places, indicator.cut.place] if indicator.cut.value else places


def _origins(paper: Sheet, filled: Filled, scored: Scored, row: int) -> None:
    """Put the cells that each indicator's figures come from, as an auditor would write them down.

    Several cells have no link of their own here: the indicator's leads to 指标得分, where each has.
    """
    last = 2 + len(CELL_COUNT_HEADS)
    paper.row(row, ["指标（点击看计分过程）", "分值取自"], "head")
    paper.merge(row, 2, last, "得分取自", "head")
    for at, work in enumerate(scored.indicator_scores):
        row += 1
        indicator, points = work.indicator, work.indicator.points.place
        named = f"{indicator.code.value} {indicator.name.value}"
        paper.text(row, 0, named, "link.box", f"internal:{quoted(SCORES_SHEET)}!A{FIRST + at + 1}")
        paper.text(row, 1, str(points), "link.box", points.link)
        places = _places(filled, work)
        said = listed(places) or f"{work.words}（见“{METHODS_SHEET}”）"
        paper.merge(row, 2, last, said, "text")


def seal(book: Book, names: Addresses) -> str:
    """Put the fingerprint of all cells into its own, and return it."""
    paper = names.sheet(book, SOURCE_SHEET)
    said = book.fingerprint()
    row = int(names.cells["指纹"][1:]) - 1
    paper.text(row, 1, said, "text")
    return said
