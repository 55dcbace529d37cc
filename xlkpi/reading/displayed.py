"""What a reader sees in a cell, compared with what the cell contains.

A format may scale a number (`0!.0,"万元"`), replace it (`"60"`) or hide it (`;;;`); a font may strike
it through or have the colour of the paper; a text that is read as a number may be in pieces, of which
one is raised or struck through. Then it is not known which number is meant, and that stops.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import NamedTuple, TypeGuard

from xlkpi.domain.cells import Grid, Table
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.location import Address, CellRef
from xlkpi.domain.numbers import from_text
from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import INFO, Column, Kind
from xlkpi.domain.text import LOWERED, PALE, RAISED, STRUCK, Piece, as_text
from xlkpi.reading.xlsx import is_mixed, shown_text, writes_percent

STOPPING_CODES = frozenset(("X515", "X516", "X517", "X518"))
"""Codes of cells in which a reader does not see what would be read."""
_MOST = 3
"""Cells of one sheet that are reported one by one."""
_UNITS = ("m", "M", "米")
"""Behind these a raised 2 or 3 makes a unit."""
_NUMBERS = (Kind.NUMBER, Kind.MONEY, Kind.ANY, Kind.CODE)


class Percents(NamedTuple):
    """Numbers behind which a reader sees a sign for per cent."""

    shown: frozenset[Address]
    """The format multiplies them by a hundred: 0.95 is shown as 95%."""
    signed: frozenset[Address]
    """It only writes the sign: 95 is shown as 95%."""


def find_percents(
    rows: Sequence[Sequence[object]], formats: Mapping[Address, str], first: frozenset[Address]
) -> Percents:
    """Sort out which numbers are per cents; `first`: those of whose format the first section is.

    Where sections differ the number decides which one counts.
    """
    unclear = [at for at, code in formats.items() if is_mixed(code) or writes_percent(code)]
    if not unclear:
        return Percents(first, frozenset())
    found, signed = set(first), set[Address]()
    for row, column in unclear:
        raw = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
        if _is_number(raw) and isfinite(raw):
            sign = _percent_sign_effect(formats[row, column], raw)
            (found.add if sign == _MULTIPLIED else found.discard)((row, column))
            (signed.add if sign == _WRITTEN else signed.discard)((row, column))
    return Percents(frozenset(found), frozenset(signed))


_MULTIPLIED, _WRITTEN = "multiplied", "written"
_PERCENT = pattern(r"(\d[\d,]*(?:\.\d*)?)\s*[%％]", re.ASCII)


def _percent_sign_effect(code: str, raw: float) -> str:
    """Return what the sign for per cent does that is shown with a number; "" where there is none."""
    from xlkpi.domain import number_format

    shown = _PERCENT.search(number_format.display(code, raw) or "")
    if shown is None:
        return ""
    figure = Decimal(shown[1].replace(",", ""))
    size = abs(Decimal(repr(float(raw))))
    return _MULTIPLIED if abs(figure - size * 100) <= abs(figure - size) else _WRITTEN


def _is_number(raw: object) -> TypeGuard[int | float]:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def find_unclear_number(grid: Grid, at: Address, unit: str = "") -> Finding | None:
    """Return the finding where it is unclear which number a cell means; None where clear."""
    if at not in grid.peculiar:
        return None
    place, raw = grid.place(*at), as_text(grid.raw(*at))
    if at in grid.struck:
        return finding("X516", place, raw)
    if at in grid.pieces and (pieces := _describe_pieces(grid.pieces[at])):
        return finding("X517", place, raw, pieces=pieces)
    if at in grid.unseen:
        return finding("X518", place, raw)
    shown = shown_instead(grid, at)
    if shown is None:
        return _other_unit(grid, at, unit)
    details = {"shown": _quote(shown), "unit": unit and f"以{unit}为单位"}
    return finding("X515", place, raw, **details, format=grid.formats.get(at, ""))


def _other_unit(grid: Grid, at: Address, unit: str) -> Finding | None:
    """Report a number that shows as it is stored, but in another unit than it counts in."""
    shown = _in_other_money(grid, at, unit)
    if shown is None:
        return None
    own = "、".join(_MONEY.findall(shown)) or "‰"
    return finding("X512", grid.place(*at), shown, unit=own, expected=unit or "数")


_MONEY = pattern(r"((?:十|百|千)?[万亿]?[元圆])")


def _in_other_money(grid: Grid, at: Address, unit: str) -> str | None:
    """Return what the format of a cell shows, where it is in another unit than the cell counts in.

    Money in another unit than that of its column, and ‰ where no such unit is asked for.
    """
    code, raw = grid.formats.get(at, ""), grid.raw(*at)
    if not any(sign in code for sign in "元圆‰") or not _is_number(raw) or not isfinite(raw):
        return None
    from xlkpi.domain import number_format

    shown = number_format.display(code, raw) or ""
    if "‰" in shown and "‰" not in unit:
        return shown
    units = {each.replace("圆", "元") for each in _MONEY.findall(shown)}
    return shown if units and unit.endswith("元") and units != {unit} else None


def shown_instead(grid: Grid, at: Address) -> str | None:
    """Return what the format of a cell shows, where that is not what the cell contains."""
    code, raw = grid.formats.get(at), grid.raw(*at)
    if code is None:
        return None
    if isinstance(raw, str):
        shown = shown_text(code, raw)
        return None if _same_text(shown, raw) else shown
    if not _is_number(raw) or not isfinite(raw):
        return None
    from xlkpi.domain import number_format

    return number_format.misleads(code, float(raw))


def _same_text(shown: str, raw: str) -> bool:
    """Whether a text is shown as it is, but for a unit behind its number."""
    if shown.strip() == raw.strip():
        return True
    left, right = from_text(shown), from_text(raw)
    return left is not None and right is not None and left.value == right.value


def _quote(shown: str) -> str:
    return f"“{shown}”" if shown.strip() else "空白"


def _describe_pieces(pieces: Sequence[Piece]) -> str:
    """Return how a text is put together; "" where only a unit has a raised figure."""
    parts, is_unclear = [], False
    for n, (text, look) in enumerate(pieces):
        unit = look == RAISED and text in ("2", "3") and n and pieces[n - 1][0].endswith(_UNITS)
        is_unclear = is_unclear or (look != "" and bool(text.strip()) and not unit)
        parts.append(f"{_LOOKS[look]}“{text}”")
    return "和".join(parts) if is_unclear else ""


_LOOKS = {"": "", RAISED: "上标", LOWERED: "下标", STRUCK: "画了删除线的", PALE: "白色的"}


def find_misleading_cells(tables: Iterable[Table], known: frozenset[CellRef]) -> Iterator[Finding]:
    """Report cells that no number was read from and that do not look as they are read.

    `known`: the cells that already have such a finding.
    """
    for table in tables:
        grid = table.grid
        yield from _find_hidden_zeros(table)
        noted = {*grid.formats, *grid.struck, *grid.unseen, *grid.pieces}
        if not noted:
            continue
        heads = {at: header for header, at in table.columns.items()}
        struck: list[Address] = []
        for at in sorted(noted):
            if grid.place(*at) in known or not grid.occupied(*at):
                continue
            column = table.sheet.column(heads[at[1]]) if at[1] in heads else None
            yield from _check_cell(table, at, column, struck)
        yield from _list_struck(grid, struck)


def _find_hidden_zeros(table: Table) -> Iterator[Finding]:
    """Report zeros that count on a sheet that hides zeros: they look like empty cells."""
    if not table.grid.zeros_hidden:
        return
    columns = [
        table.columns[column.header]
        for column in table.sheet.columns
        if column.header in table.columns and column.kind in _NUMBERS and not column.computed
    ]
    zeros = [
        table.grid.place(row, column).cell
        for row in table.rows
        for column in columns
        if table.grid.raw(row, column) == 0 and (row, column) not in table.grid.formulas
    ]
    if zeros:
        where = "、".join(zeros[:_MOST]) + (f" 等 {len(zeros)} 格" if len(zeros) > _MOST else "")
        yield finding("X523", CellRef(table.grid.name), where)


def _check_cell(
    table: Table, at: Address, column: Column | None, struck: list[Address]
) -> Iterator[Finding]:
    grid, problem = table.grid, None
    inside = column is not None and at[0] in table.rows
    if inside and column and (column.computed or at in table.derived):
        return
    counts = column and column.kind in _NUMBERS and table.sheet is not INFO
    if inside and counts and _is_number(grid.raw(*at)):
        problem = find_unclear_number(grid, at)
    elif _is_struck(grid, at):
        if inside or at[0] < table.header_row:
            struck.append(at)
    elif inside:
        problem = _warning(grid, at)
    if problem:
        yield problem


def _is_struck(grid: Grid, at: Address) -> bool:
    return at in grid.struck or any(look == STRUCK for _, look in grid.pieces.get(at, ()))


def _warning(grid: Grid, at: Address) -> Finding | None:
    raw = as_text(grid.raw(*at))
    if at in grid.unseen:
        return finding("X521", grid.place(*at), raw)
    shown = shown_instead(grid, at)
    return None if shown is None else finding("X520", grid.place(*at), raw, shown=_quote(shown))


def _list_struck(grid: Grid, cells: Sequence[Address]) -> Iterator[Finding]:
    """Report the texts that are struck through; of many the first, and their number."""
    if len(cells) > _MOST:
        where = "、".join(grid.place(*at).cell for at in cells[:_MOST])
        yield finding("X519", CellRef(grid.name), what=f"有 {len(cells)} 格文字（{where} 等）")
        return
    for at in cells:
        pieces = grid.pieces.get(at, ())
        lined = [text for text, look in pieces if look == STRUCK and text.strip()]
        what = "”“".join(lined) if lined and at not in grid.struck else as_text(grid.raw(*at))
        yield finding("X519", grid.place(*at), as_text(grid.raw(*at)), what=f"“{what}”")
