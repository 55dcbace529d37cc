"""A small table of the clerk's own below the data: it has its own header, and none of its rows counts.

Only what cannot be a part of the table is left out: blank rows stand before it, its header names
what this sheet does not ask for, and none of its rows could be a row of this sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from xlkpi.domain import schema
from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.location import a1
from xlkpi.domain.numbers import from_text
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import Column, Kind, bare_header, canonical
from xlkpi.domain.text import as_text
from xlkpi.reading.headers import known_headers


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BLANK_ROWS = 2
"""So many stand between a table and what does not belong to it; fewer may be a slip."""
_WORDS = _split(
    "序号 科目 款项 用途 摘要 经办人 负责人 责任人 联系人 姓名 性别 年龄 职务 部门 科室 处室 街道 乡镇 社区 "
    "村 区县 地区 单位 名称 类型 事项 日期 时间 月份 季度 年度 地点 地址 电话 手机 联系电话 金额 单价 数量 人数 "
    "户数 次数 件数 份数 天数 面积 占比 比例 比重 百分比 增减 增长率 平均分 最高分 最低分 总分 备注 说明 附注 "
    "来源 依据 文号 收入 支出 结余 余额 预算 决算"
)
"""Headers that clerks give to tables of their own, as compared."""
_QUANTITY = pattern(
    r".*(数|额|率|量|价|费|款|金|支出|收入|占比|比例|得分|分数|平均分|面积|日期|时间|人|单位|备注|说明)\Z"
)
"""A text that names a quantity: where a number, a choice or a code belongs it is a header, and no slip."""
_CODE = pattern(r"[A-Za-z]{0,3}\d+(?:[.\-]\d+)*\Z")
_LATIN = pattern(r".*[A-Za-z0-9]")
_BY_NAME: Mapping[str, frozenset[str]] = {
    schema.INFO.name: frozenset(canonical(name) for name, _ in schema.INFO_ROWS),
    schema.PARAMETERS.name: frozenset(schema.PARAMETER_BY_NAME),
}
"""Sheets with fixed rows: no other name is one of theirs."""


class _Block(NamedTuple):
    """Rows below a table that have a header of their own."""

    first: int
    """Its header, or the title above that."""
    header: int


def leave_out(found: Table, counted: bool) -> tuple[Table, list[Finding]]:
    """Return the table without the clerk's own one below it, and the finding about that.

    Where one of its rows might be a row of this sheet after all, and the sheet is counted, it stops.
    """
    block = _find_block(found)
    if block is None:
        return found, []
    left = _rows_above(found, block.first)
    head = _occupied(found.grid, block.header)
    rows = (row for row in found.rows if row > block.header)
    if counted and any(_could_belong(left, row) for row in rows):
        return left, [finding("X120", found.grid.place(block.header, head[0]))]
    return left, [_report(found, block, head)]


def _rows_above(found: Table, first: int) -> Table:
    parts = (found.rows, found.totals, found.remarks)
    rows, totals, remarks = (tuple(row for row in part if row < first) for part in parts)
    return found._replace(rows=rows, totals=totals, remarks=remarks)


def _report(found: Table, block: _Block, head: Sequence[int]) -> Finding:
    grid, below = found.grid, [*found.rows, *found.totals, *found.remarks]
    last = max(below)
    right = max(at for row in range(block.first, last + 1) for at in [*_occupied(grid, row), 0])
    left = min(_occupied(grid, block.first)[0], head[0])
    heads = " · ".join(as_text(grid.raw(block.header, at)).strip() for at in head)
    block_range = f"{a1(block.first, left)}:{a1(last, right)}"
    return finding("X125", grid.place(block.first, left), heads, range=block_range)


def _find_block(found: Table) -> _Block | None:
    """Find the first row after blank rows that is a header, and no row of this table."""
    live = sorted((*found.rows, *found.totals, *found.remarks))
    for above, row in pairwise((found.header_row, *live)):
        if row - above <= _BLANK_ROWS:
            continue  # nearly always
        header = row + 1 if _is_title(found.grid, row) else row
        below = header + 1 in live and header not in found.totals
        if below and _is_header(_rows_above(found, row), header):
            return _Block(row, header)
    return None


def _occupied(grid: Grid, row: int) -> list[int]:
    """Return the columns with typed content; spare rows have the blank's own formulas."""
    width = len(grid.rows[row]) if row < len(grid.rows) else 0
    return [at for at in range(width) if (row, at) not in grid.formulas and grid.occupied(row, at)]


def _is_title(grid: Grid, row: int) -> bool:
    """Whether a row contains one text that is no number, as above a table."""
    cells = _occupied(grid, row)
    return len(cells) == 1 and bool(_texts(grid, row, cells))


def _texts(grid: Grid, row: int, cells: Iterable[int]) -> list[str]:
    """Return the texts of cells as compared; none where one is a number or broken."""
    texts = []
    for at in cells:
        raw = grid.raw(row, at)
        plain = canonical(raw) if isinstance(raw, str) else ""
        if not plain or from_text(plain) or _CODE.match(plain):
            return []
        texts.append(plain)
    return texts


def _is_header(found: Table, row: int) -> bool:
    """Whether a row below a table names columns: by words that are headers, or by what cannot stand there."""
    cells = _occupied(found.grid, row)
    texts = _texts(found.grid, row, cells)
    if len(texts) < 2 or len(set(texts)) < len(texts):  # a header names each column
        return False
    words = sum(bare_header(text) in _header_words() for text in texts)
    if words > 1 and 2 * words >= len(texts):
        return True
    strange = dict(_find_strange(found, zip(cells, texts, strict=True)))
    names = words + sum(map(bool, map(_QUANTITY.match, texts)))
    coded = found.columns.get(found.sheet.columns[0].header, -1) in strange
    return any(map(_QUANTITY.match, strange.values())) or (coded and names > 0)


def _find_strange(found: Table, cells: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the texts that stand where a number, a choice or a code belongs, by their columns."""
    columns = {
        found.columns[column.header]: column
        for column in found.sheet.columns
        if column.header in found.columns
    }
    for at, text in cells:
        column = columns.get(at)
        if column and (
            _numeric(column)
            or (column.kind is Kind.CHOICE and text not in column.choices)
            or (column is found.sheet.columns[0] and _unlike_codes(found, text))
        ):
            yield at, text


@lru_cache(maxsize=1)
def _header_words() -> frozenset[str]:
    layouts = (*schema.SHEETS, schema.BALLOT)
    return _WORDS.union(*(known_headers(layout) for layout in layouts))


def _numeric(column: Column) -> bool:
    return column.kind in (Kind.NUMBER, Kind.MONEY)


def _could_belong(found: Table, row: int) -> bool:
    """Whether a row below has all that a row of the table needs."""
    layout, grid = found.sheet, found.grid
    first = as_text(grid.raw(row, found.columns.get(layout.key or layout.columns[0].header, -1)))
    names = _BY_NAME.get(layout.name)
    if names is not None:
        return canonical(first) in names
    return all(
        _fits(column, found, row)
        for column in layout.columns
        if column.required and column.header in found.columns
    ) and not _unlike_codes(found, first)


def _fits(column: Column, found: Table, row: int) -> bool:
    at = found.columns[column.header]
    raw = found.grid.raw(row, at)
    if not found.grid.occupied(row, at):
        return False
    if _numeric(column):  # a broken number may be one
        return not isinstance(raw, str) or not raw or from_text(canonical(raw)) is not None
    return column.kind is not Kind.CHOICE or isinstance(raw, str)


def _unlike_codes(found: Table, code: str) -> bool:
    """Whether a code has no letter and no digit, while all others of the table do."""
    column = found.sheet.columns[0]
    if column.kind is not Kind.CODE or _LATIN.match(code):
        return False
    at = found.columns.get(column.header, -1)
    return bool(found.rows) and all(
        _LATIN.match(as_text(found.grid.raw(row, at))) for row in found.rows
    )
