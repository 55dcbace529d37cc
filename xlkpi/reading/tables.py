"""Grids → tables: the header row is found, columns are known by their text, rows by their inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from itertools import chain, pairwise

from xlkpi.domain import schema
from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.location import CellRef, a1
from xlkpi.domain.numbers import from_text
from xlkpi.domain.schema import Sheet, canonical
from xlkpi.domain.text import as_text
from xlkpi.reading import content_below, headers
from xlkpi.reading.xlsx.cache import Memo

_REMARK = re.compile(
    r"注\d*[:.、]|备注|说明[:：]|[*※].{6,}|以下(空白|无正文)|(以上|以下).{4,}|"
    r"(填报|填表|制表|审核|复核|经办|联系)(人|单位|日期|电话)?:|"
    r"(单位|财务|部门|项目)?(负责人|领导).*:|单位\(盖章\)|(日期|时间):|盖章|签字|签章"
)
"""How a note or a signature below a table begins, as compared."""
_LONGEST_NAME = 60
"""A lone text beyond it is no code and no name."""
_TOTAL = re.compile(
    rf"[*※]?(本年|本页|本表|全年|基本支出|项目支出)?({'|'.join(schema.TOTAL_WORDS)}|共计)(数|金额|额)?\d*(:|\(.*\))*\Z"
)


_NEEDED = (
    *(sheet for sheet in schema.SHEETS if sheet.required),
    schema.BALLOT,
    schema.EXECUTION,
    schema.ADJUSTMENT,
    schema.PARAMETERS,
)
"""Sheets without which nothing can be scored; others are then unused, and that is reported."""
_TIERS = (schema.TIER1, schema.TIER2, schema.TIER3)
_PARENTS = {schema.TIER2.name: "一级编号", schema.TIER3.name: "二级编号"}
_COUNTED = (*_NEEDED, schema.RULES, schema.SURVEY, schema.FUNDS, schema.REVIEW, schema.BASE_DATA)
"""Sheets whose rows count for a figure: none may be lost. The others are only printed."""


def find_table(layout: Sheet, grid: Grid) -> tuple[Table | None, list[Finding]]:
    """Find the sheet's table; None, and why, where its header row cannot be found."""
    header_row, heads = headers.find_header_row(layout, grid)
    required = [column.header for column in layout.columns if column.required]
    missing = [header for header in required if header not in heads]
    if missing:
        row = header_row if heads else 0
        return None, [
            finding(
                "X102" if layout in _NEEDED else "X116", grid.place(row, 0), rows=schema.HEADER_SEARCH_ROWS,
                missing="、".join(missing), expected=" · ".join(required),
                seen=headers.list_unknown(layout, grid, header_row) if heads else "",
            )
        ]  # fmt: skip
    columns = {header: places[0] for header, places in heads.items()}
    findings = list(headers.find_doubled(grid, header_row, heads))
    again = _second_header(layout, grid, header_row)
    rows, totals, remarks = _rows(layout, grid, range(header_row + 1, again), columns)
    found = Table(layout, grid, header_row, columns, rows, totals, remarks)
    found, below = content_below.leave_out(found, counted=layout in _COUNTED)
    findings += below
    found = _without_of_which(found)
    if again <= _last(grid):
        code = "X120" if layout in _COUNTED else "X123"
        findings.append(finding(code, _first(grid, again)))
    findings.extend(_gaps(found))
    findings.extend(_merges(found))
    findings.extend(_remarks(found))
    strange = list(_strange_columns(found, {at for places in heads.values() for at in places}))
    doubted = {h for each in strange if each.code == "X115" for h in _undecided(found)}
    return found._replace(doubted=frozenset(doubted)), findings + strange


def _undecided(found: Table) -> list[str]:
    """Return the headers on which the score depends and that the sheet does not have."""
    return [c.header for c in found.sheet.columns if c.decides and c.header not in found.columns]


def _rows(
    layout: Sheet, grid: Grid, below: range, columns: Mapping[str, int]
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    inputs = [
        columns[c.header]
        for c in layout.columns
        if not (c.computed or c.explanatory) and c.header in columns
    ]
    names = [columns[c.header] for c in layout.columns[:3] if c.header in columns]
    rows, totals, remarks = [], [], []
    for row in below:
        raw = grid.occupied_in(row, inputs)
        if not raw:
            continue
        texts = [value for column in raw if isinstance(value := grid.raw(row, column), str)]
        if _total(grid, row, names):
            totals.append(row)
        elif len(texts) == len(raw) and _remark(layout, texts, raw, columns):
            remarks.append(row)
        else:
            rows.append(row)
    return tuple(rows), tuple(totals), tuple(remarks)


def _without_of_which(found: Table) -> Table:
    """Move the rows of a tier that have no points to `of_which`."""
    if found.sheet not in _TIERS:
        return found
    of_which = tuple(row for row in found.rows if finding_code(found, row))
    rows = tuple(row for row in found.rows if row not in of_which)
    return found._replace(rows=rows, of_which=of_which) if of_which else found


def finding_code(found: Table, row: int) -> str:
    """Return the code of the finding about a row of a tier without points, "" for any other row."""
    layout = found.sheet
    if layout not in _TIERS:
        return ""
    points = found.grid.raw(row, found.columns.get("分值", -1))
    if isinstance(points, float) and points != 0:  # nearly always
        return ""
    headers = (layout.name, "编号", _PARENTS.get(layout.name, ""), "评分方式", "分值")
    return schema.of_which_code(*(_plainly(found, row, header) for header in headers))


def _plainly(found: Table, row: int, header: str) -> str:
    """Return a cell's text; ？ for a broken cell and one beneath a merge, which are not empty."""
    column = found.columns.get(header)
    if column is None:
        return ""
    if found.grid.occupied(row, column) and as_text(found.grid.raw(row, column)) == "":
        return "？"
    return as_text(found.grid.raw(row, column))


def _second_header(layout: Sheet, grid: Grid, header_row: int) -> int:
    """Return the row below the table that repeats its headers; the end where none does.

    What follows is another table, or more of this one in columns that may be others.
    """
    required = {column.header for column in layout.columns if column.required}
    below = range(header_row + 1, len(grid.rows))
    if not required <= headers.find_headers(
        layout, set(chain.from_iterable(grid.rows[header_row + 1 :]))
    ):
        return _last(grid) + 1  # nearly always
    for row in below:
        heads = headers.find_headers(layout, grid.rows[row])
        if required <= heads and len(heads) > 1:
            return row
    return _last(grid) + 1


def _first(grid: Grid, row: int) -> CellRef:
    """Return the place of the first cell of a row with content."""
    width = range(len(grid.rows[row]))
    return grid.place(row, next((at for at in width if grid.occupied(row, at)), 0))


def _gaps(found: Table) -> Iterator[Finding]:
    """Report rows far below the others: they count, and may be forgotten scraps."""
    for above, row in pairwise(found.rows):
        gap = row - above - 1
        if gap > schema.SPARE_ROWS and found.sheet in _COUNTED:
            yield finding("X121", _first(found.grid, row), gap=gap)


def _last(grid: Grid) -> int:
    broken = [at[0] for at in (*grid.errors, *grid.formulas)]
    return max([len(grid.rows) - 1, *broken])


def _total(grid: Grid, row: int, names: list[int]) -> bool:
    for column in names:
        raw = grid.raw(row, column)
        if isinstance(raw, str) and _TOTALS[raw]:
            return True
    return False


_TOTALS = Memo(lambda text: _TOTAL.match(canonical(text)) is not None)
_REMARKS = Memo(lambda text: _REMARK.match(canonical(text)) is not None)


def _remark(layout: Sheet, texts: list[str], raw: list[int], columns: Mapping[str, int]) -> bool:
    """Whether a row of texts in the columns `raw` is a note or signatures, as people write below a table."""
    remarks, lone = all(_REMARKS[text] for text in texts), len(raw) == 1
    if not (remarks or lone) or any(map(from_text, texts)):
        return False
    first = columns.get(layout.columns[0].header)
    plain = canonical(texts[0])
    if remarks:
        return True
    if layout is schema.BALLOT:  # a word about no indicator and no mark
        return lone and raw[0] == columns.get("评分说明")
    return lone and raw[0] == first and len(plain) > _LONGEST_NAME


def _merges(found: Table) -> Iterator[Finding]:
    last_column = max(found.columns.values())
    live = set(found.rows) | set(found.totals)
    for top, left, bottom, right in found.grid.merges:
        if bottom <= found.header_row or left > last_column or (top, left) == (bottom, right):
            continue
        if live.isdisjoint(range(top, bottom + 1)):
            continue
        block = f"{a1(top, left)}:{a1(bottom, right)}"
        beneath = _beneath(found.grid, (top, left, bottom, right))
        yield finding("X110", found.grid.place(top, left), range=block, beneath=beneath)


_MOST_NAMED = 5


def _beneath(grid: Grid, block: tuple[int, int, int, int]) -> str:
    """Return a phrase that lists the cells with content beneath a merge: some programs keep it."""
    top, left, bottom, right = block
    cells = [
        a1(row, column)
        for row in range(top, min(bottom + 1, len(grid.rows)))
        for column in range(left, min(right + 1, len(grid.rows[row])))
        if (row, column) != (top, left) and grid.occupied(row, column)
    ]
    if not cells:
        return ""
    more = f"等 {len(cells)} 格" if len(cells) > _MOST_NAMED else ""
    return f"；它盖住的 {'、'.join(cells[:_MOST_NAMED])} {more}里还有内容，取消合并后就能看到"


def _remarks(found: Table) -> Iterator[Finding]:
    grid = found.grid
    inputs = [
        found.columns[c.header]
        for c in found.sheet.columns
        if not (c.computed or c.explanatory) and c.header in found.columns
    ]
    for row in found.remarks:
        for column in inputs:
            if grid.occupied(row, column):
                yield finding("X109", grid.place(row, column), str(grid.raw(row, column)))


def _strange_columns(found: Table, taken: Set[int]) -> Iterator[Finding]:
    """Columns with content between the known ones, under a header that the format does not know.

    Where a column on which the score depends is missing at the same time, it may well be that one
    under another name: then the score would be a guess.
    """
    last, grid = max(found.columns.values()), found.grid
    missing = _undecided(found)
    for column in range(len(grid.rows[found.header_row])):
        head = str(grid.raw(found.header_row, column)).strip()
        if column in taken or canonical(head) in schema.OWN_COLUMNS:
            continue
        if not any(grid.occupied(row, column) for row in found.rows):
            continue
        shown, place = f"“{head}”" if head else "（空）", grid.place(found.header_row, column)
        if headers.adjusts(found, head):
            yield finding("X115", place, shown, missing=f"调整后的{schema.TARGET.header}")
        elif missing and column < last:
            yield finding("X115", place, shown, missing="、".join(missing))
        elif missing or column < last or headers.known(found.sheet, head):
            yield finding("X112", place, shown)
    if found.sheet is schema.BALLOT and not missing:
        yield from _scraps(found)


def _scraps(found: Table) -> Iterator[Finding]:
    """Report numbers right of a ballot's table in a column without a header: marks, perhaps."""
    grid, own = found.grid, max(found.columns.values())
    width = max((len(grid.rows[row]) for row in found.rows if row < len(grid.rows)), default=0)
    for column in range(own + 1, width):
        headless = not canonical(as_text(grid.raw(found.header_row, column)))
        if headless and any(_number(grid.raw(row, column)) for row in found.rows):
            yield finding("X112", grid.place(found.header_row, column), "（空）")


def _number(raw: object) -> bool:
    if isinstance(raw, str):
        return from_text(raw) is not None
    return isinstance(raw, int | float) and not isinstance(raw, bool)
