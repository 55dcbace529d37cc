"""Grids → tables: the header row is found, columns are known by their text, rows by their inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from xlkpi.findings import Finding, finding
from xlkpi.layout import HEADER_SEARCH_ROWS, TOTAL_WORDS, Sheet, canonical
from xlkpi.model import Grid, Table
from xlkpi.place import a1

_REMARK_WORDS = ("注", "说明", "备注", "填表", "制表", "审核", "*", "※")


@lru_cache(maxsize=64)
def known_headers(layout: Sheet) -> Mapping[str, str]:
    """Return every header text, synonyms included, as compared → the contract's text."""
    known: dict[str, str] = {}
    for column in layout.columns:
        for text in column.synonyms:
            known[canonical(text)] = column.header
    for column in layout.columns:  # a sheet's own headers win over another column's synonym
        known[canonical(column.header)] = column.header
    return known


def table(layout: Sheet, grid: Grid) -> tuple[Table | None, list[Finding]]:
    """Find the sheet's table; None, and why, where its header row cannot be found."""
    header_row, heads = _header_row(layout, grid)
    required = [column.header for column in layout.columns if column.required]
    missing = [header for header in required if header not in heads]
    if missing:
        row = header_row if heads else 0
        return None, [
            finding(
                "X102", grid.place(row, 0), rows=HEADER_SEARCH_ROWS,
                missing="、".join(missing), expected=" · ".join(required),
            )
        ]  # fmt: skip
    columns = {header: places[0] for header, places in heads.items()}
    findings = [
        finding("X103", grid.place(header_row, column), header, header=header)
        for header, places in heads.items()
        for column in places[1:]
    ]
    rows, totals, remarks = _rows(layout, grid, header_row, columns)
    found = Table(layout, grid, header_row, columns, rows, totals, remarks)
    findings.extend(_merges(found))
    findings.extend(_remarks(found))
    findings.extend(_homeless(found))
    return found, findings


def _header_row(layout: Sheet, grid: Grid) -> tuple[int, dict[str, list[int]]]:
    known = known_headers(layout)
    required = {column.header for column in layout.columns if column.required}
    best: tuple[bool, int] = (False, 0)
    best_row, best_heads = 0, dict[str, list[int]]()
    for row in range(min(HEADER_SEARCH_ROWS, len(grid.rows))):
        heads: dict[str, list[int]] = {}
        for column, held in enumerate(grid.rows[row]):
            if isinstance(held, str) and held:
                header = known.get(canonical(held))
                if header:
                    heads.setdefault(header, []).append(column)
        score = (required <= heads.keys(), len(heads))
        if heads and score > best:
            best, best_row, best_heads = score, row, heads
    return best_row, best_heads


def _rows(
    layout: Sheet, grid: Grid, header_row: int, columns: Mapping[str, int]
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    inputs = [columns[c.header] for c in layout.columns if not c.computed and c.header in columns]
    first = columns.get(layout.columns[0].header, 0)
    names = [columns[c.header] for c in layout.columns[:3] if c.header in columns]
    rows, totals, remarks = [], [], []
    for row in range(header_row + 1, _last(grid) + 1):
        held = [column for column in inputs if grid.occupied(row, column)]
        if not held:
            continue
        if _total(grid, row, names):
            totals.append(row)
        elif held == [first] and _remark(grid.raw(row, first)):
            remarks.append(row)
        else:
            rows.append(row)
    return tuple(rows), tuple(totals), tuple(remarks)


def _last(grid: Grid) -> int:
    broken = [at[0] for at in (*grid.errors, *grid.formulas)]
    return max([len(grid.rows) - 1, *broken])


def _total(grid: Grid, row: int, names: list[int]) -> bool:
    for column in names:
        held = grid.raw(row, column)
        if isinstance(held, str) and canonical(held).rstrip(":") in TOTAL_WORDS:
            return True
    return False


def _remark(held: object) -> bool:
    """Whether a lone text in the first column is a note: 注：…, or longer than any code or name."""
    if not isinstance(held, str):
        return False
    plain = canonical(held)
    return plain.startswith(_REMARK_WORDS) or len(plain) > 30


def _merges(found: Table) -> Iterator[Finding]:
    last_column = max(found.columns.values())
    live = set(found.rows) | set(found.totals)
    for top, left, bottom, right in found.grid.merges:
        if bottom <= found.header_row or left > last_column or (top, left) == (bottom, right):
            continue
        if live.isdisjoint(range(top, bottom + 1)):
            continue
        block = f"{a1(top, left)}:{a1(bottom, right)}"
        yield finding("X110", found.grid.place(top, left), range=block)


def _remarks(found: Table) -> Iterator[Finding]:
    first = min(found.columns.values())
    for row in found.remarks:
        held = str(found.grid.raw(row, first))
        yield finding("X109", found.grid.place(row, first), held)


def _homeless(found: Table) -> Iterator[Finding]:
    """Cells inside the table's range that stand under no header at all."""
    headed = {
        column
        for column in range(len(found.grid.rows[found.header_row]))
        if found.grid.occupied(found.header_row, column)
    }
    last = max(found.columns.values())
    for row in found.rows:
        for column in range(last):
            if column not in headed and found.grid.occupied(row, column):
                held = str(found.grid.raw(row, column))
                yield finding("X112", found.grid.place(row, column), held)
