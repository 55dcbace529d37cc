"""The header row of a sheet: found by its texts, whatever synonym, letter or unit it contains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.schema import (
    HEADER_SEARCH_ROWS,
    INITIAL,
    OWN_COLUMNS,
    TARGET,
    Sheet,
    bare_header,
    canonical,
)
from xlkpi.reading.xlsx.cache import Memo

Heads = dict[str, list[int]]
"""The contract's header text → the columns that are taken for it."""
_MOST_NAMED = 6


@lru_cache(maxsize=64)
def known_headers(layout: Sheet) -> Mapping[str, str]:
    """Return every header text, synonyms included, as compared → the contract's text."""
    found: dict[str, str] = {}
    for column in layout.columns:
        for text in column.synonyms:
            found[canonical(text)] = column.header
    for column in layout.columns:  # a sheet's own headers win over another column's synonym
        found[canonical(column.header)] = column.header
    return found


@lru_cache(maxsize=64)
def headers_of(layout: Sheet) -> Memo[str | None]:
    """Return a memo: the text of a cell → the contract's header, None where it is none."""
    texts = known_headers(layout)

    def header(raw: str) -> str | None:
        plain = canonical(raw)
        return texts.get(plain) or texts.get(bare_header(plain)) if raw else None

    return Memo(header, room=2_000)


def known(layout: Sheet, raw: object) -> str | None:
    """Return the contract's header for the value of a cell, None where it is none."""
    return headers_of(layout)[raw] if isinstance(raw, str) else None


def find_headers(layout: Sheet, cells: Iterable[object]) -> set[str]:
    """Return the contract's headers among the cells."""
    headers = headers_of(layout)
    found = {headers[raw] for raw in cells if isinstance(raw, str)}
    return {header for header in found if header}


def find_header_row(layout: Sheet, grid: Grid) -> tuple[int, Heads]:
    """Return the header row and its columns: the row among the first with the most known headers."""
    required = {column.header for column in layout.columns if column.required}
    best: tuple[bool, int] = (False, 0)
    best_row, best_heads = 0, Heads()
    headers = headers_of(layout)  # once: it takes a while to hash a layout
    for row in range(min(HEADER_SEARCH_ROWS, len(grid.rows))):
        heads = _heads(layout, headers, grid.rows[row])
        score = (required <= heads.keys(), len(heads))
        if heads and score > best:
            best, best_row, best_heads = score, row, heads
    return best_row, best_heads


def _heads(layout: Sheet, headers: Memo[str | None], cells: Sequence[object]) -> Heads:
    heads, own = Heads(), Heads()
    for column, raw in enumerate(cells):
        header = headers[raw] if raw and isinstance(raw, str) else None
        if header:
            heads.setdefault(header, []).append(column)
            if bare_header(str(raw)) == canonical(header):
                own.setdefault(header, []).append(column)
    if not heads:
        return heads
    heads |= own  # next to the header itself a synonym is somebody's own column
    for stand_in in layout.columns:
        header = stand_in.instead_of
        if header and stand_in.header in heads and header not in heads:
            heads[header] = heads.pop(stand_in.header)
    return heads


def find_doubled(grid: Grid, row: int, heads: Heads) -> Iterator[Finding]:
    """Report columns that may each be the one of a header."""
    for header, columns in heads.items():
        first = _typed(grid, row, columns[0])
        for column in columns[1:]:
            typed = _typed(grid, row, column)
            reason = (
                "出现了两次" if typed == first else f"和“{first}”都认作“{header}”，不知以哪一列为准"
            )
            yield finding("X103", grid.place(row, column), header, header=typed, said=reason)


def list_unknown(layout: Sheet, grid: Grid, row: int) -> str:
    """Return a phrase that lists the unknown headers of a row: one may be the wanted one, misspelt."""
    unknown = [
        f"“{raw.strip()}”（{grid.place(row, column).cell}）"
        for column, raw in enumerate(grid.rows[row])
        if isinstance(raw, str)
        and canonical(raw) not in ("", *OWN_COLUMNS)
        and not known(layout, raw)
    ]
    more = " 等" if len(unknown) > _MOST_NAMED else ""
    return (
        f"；第 {row + 1} 行有不认识的表头 {'、'.join(unknown[:_MOST_NAMED])}{more}"
        if unknown
        else ""
    )


def adjusts(found: Table, head: str) -> bool:
    """Whether a foreign header may be that of the adjusted target, where January's is all there is."""
    at = found.columns.get(TARGET.header)
    if at is None or bare_header(_typed(found.grid, found.header_row, at)) != canonical(INITIAL):
        return False
    return "调整" in head and not known(found.sheet, head)


def _typed(grid: Grid, row: int, column: int) -> str:
    return str(grid.raw(row, column)).strip()
