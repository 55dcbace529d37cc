"""Rows as text: all of a row but its values, parsed once for all equal rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from xlkpi.domain.location import Address
from xlkpi.reading.xlsx.addresses import COLUMNS
from xlkpi.reading.xlsx.engine_package import shorten_row
from xlkpi.reading.xlsx.facts import Formula
from xlkpi.reading.xlsx.parts import is_true

_CONTROLS = bytes(code for code in range(32) if code not in (9, 10))
_ENTITY = re.compile("&[a-z]+;")
_STRANGE_ENTITY = re.compile(rb"&(?!(?:lt|gt|quot|apos|amp);)")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
ATTRIBUTE = r' [A-Za-z_][A-Za-z0-9_:.]*="[^"<>&]*"'
_ROW_TAIL = re.compile(rf"((?:{ATTRIBUTE})*)>")
_CLOSED_ROW = re.compile(rf'<row r="([1-9][0-9]{{0,6}})"((?:{ATTRIBUTE})*) ?/>')
_NUMBER = re.compile("[1-9][0-9]{0,6}")
_FORMULA = re.compile("<f>([^<]*)")
_MARK = "\0"
"""Replaces the row's number in a row's skeleton; XML cannot contain it."""
# Where the number ends a style, a height or a span, and not an address.
_NOT_ADDRESS = re.compile("\0(?<=[^A-Z]\0)")
# The values and the formulas have been taken out by then, and the row's number is a mark.
_CELL = re.compile(
    r'<c r="([A-Z]+)\0"(?: s="(0|[1-9][0-9]*)")?(?: t="(n|s|b|e|str|inlineStr)")?'
    rf"(?: ?/>|>(<f></f>|<f(?:{ATTRIBUTE})*(?:>([^<]*)</f>| ?/>))?"
    r'(<v></v>|<v ?/>|<is><t(?: xml:space="preserve")?></t></is>)?</c>)'
)


def decode_plain(rows: bytes) -> str | None:
    """The rows as text, or None where only a parser knows what they mean."""
    # One byte is looked for ten times as fast as two, and these are rare in a sheet.
    if (b"?" in rows and b"<?" in rows) or (b"]" in rows and b"]]>" in rows):
        return None
    if len(rows.translate(None, _CONTROLS)) != len(rows):
        return None
    if b"&" in rows and _STRANGE_ENTITY.search(rows):
        return None
    try:
        text = rows.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\ufffe" in text or "\uffff" in text else text  # neither is XML


class WatchedCell(NamedTuple):
    """A cell of a row of which more is noted than its formula."""

    column: int
    value: int
    """Which of the row's values is its own; −1 for none."""
    number: bool
    style: str
    """Where it is noted what the cell's format does; "" elsewhere."""
    error: bool


class _FormulaCell(NamedTuple):
    """A cell with a formula."""

    column: int
    formula: int
    """Which of the row's formulas it is; −1 where it is `written`."""
    written: str
    """A formula with attributes, which stays in the skeleton."""
    value: int
    """Which of the row's values is its own; −1 for none."""
    text: bool
    """The value is a text, and an empty one is a value."""


class Shape(NamedTuple):
    """All of a row but its number, its values and its formulas; most rows share one."""

    hidden: bool
    valued: int
    """How many of the cells are valued."""
    last: int
    """Column of the last valued cell; −1 for none."""
    values: int
    """How many values were taken out."""
    shared: tuple[int, ...]
    """Which of the row's values are numbers of shared texts."""
    shared_cells: tuple[tuple[int, str], ...]
    """Column and style of the cells with those."""
    whole: tuple[int, ...]
    """Which of them are values that the engine reads up to the first entity: all but texts."""
    with_formula: tuple[_FormulaCell, ...]
    watched: tuple[WatchedCell, ...]
    size: int
    """Cells, the blank ones too."""


class _Cell(NamedTuple):
    """A cell as its skeleton has it: with the text of its value taken out."""

    column: int
    style: str
    kind: str
    formula: str | None
    """The element, empty or with its attributes; None for no formula."""
    written: str
    """A formula with attributes keeps its text."""
    value: str | None
    """The empty element; None for no value."""


class Row(NamedTuple):
    """All of a row but its values."""

    number: int
    before: tuple[tuple[int, bool], ...]
    """Number and whether hidden of the rows without cells right before it."""
    shape: Shape
    formulas: Mapping[Address, Formula]
    """As they are where each of them has its value."""
    maybe_empty: tuple[tuple[int, Address], ...]
    """Which of the values may be blank, so that the formula there has none."""
    skeleton: str
    longest: int
    """Characters of its longest formula, or of what is left without them."""
    engine_bytes: bytes
    """The row for the engine, a template to fill with the values."""


class Layout(NamedTuple):
    """All of a sheet's rows but their values."""

    rows: int
    """Number of the last valued row, counted from 1."""
    columns: int
    cells: int
    """How many of the cells are valued."""
    hidden: tuple[int, ...]
    formulas: Mapping[Address, Formula]
    """As they are where each of them has its value."""
    placed_rows: tuple[tuple[int, Row], ...]
    """The rows, and which of the values is their first."""
    watched_rows: tuple[tuple[int, Row], ...]
    """Those whose values matter one by one."""
    shared: tuple[int, ...]
    """Which of the values are numbers of shared texts."""
    whole: tuple[int, ...]
    """Which of them the engine reads up to the first entity."""
    engine_bytes: bytes
    """What the engine needs of the rows, to be filled with the values."""


# Workbooks of one template have the same rows: these two caches outlive a file.
_REMEMBERED = 8_192
"""Bytes of a row that is cached: 2,000 of them take little memory, whatever a file contains."""


def parse_row(line: bytes, numbers: frozenset[str], words: frozenset[str]) -> Row | None:
    """A row without its end tag and its values, of formats that matter to numbers and to texts.

    None where it is not plain.
    """
    work = _parse_row if len(line) <= _REMEMBERED else _parse_row.__wrapped__
    return work(line, numbers, words)


@lru_cache(maxsize=2_048)
def _parse_row(line: bytes, numbers: frozenset[str], words: frozenset[str]) -> Row | None:
    text = decode_plain(line)
    before, start = find_empty_rows(text) if text else ((), 0)
    if text is None or not text.startswith('<row r="', start):
        return None
    end = text.find('"', start + 8)
    number = text[start + 8 : end]
    parts = _FORMULA.split(text[end + 1 :])
    marked = "<f>".join(parts[::2]).replace(f'{number}"', f'{_MARK}"')
    marked = _NOT_ADDRESS.sub(number, marked)
    shape = parse_shape(marked, numbers, words) if _NUMBER.fullmatch(number) else None
    if shape is None:
        return None
    formulas, maybe_empty = _place_formulas(shape, int(number) - 1, parts[1::2])
    longest = max(map(len, (marked, *parts[1::2])))
    return Row(
        int(number), before, shape, formulas, maybe_empty, marked, longest, shorten_row(line)
    )


def find_empty_rows(text: str) -> tuple[tuple[tuple[int, bool], ...], int]:
    """The rows without any cell at the start of `text`, and where they end; −1 for never."""
    found: list[tuple[int, bool]] = []
    at = 0
    while (match := _CLOSED_ROW.match(text, at)) is not None:
        hidden = is_hidden(match[2])
        if hidden is None:
            return (), -1
        found.append((int(match[1]), hidden))
        at = match.end()
    return tuple(found), at


def _place_formulas(
    shape: Shape, row: int, written: list[str]
) -> tuple[dict[Address, Formula], tuple[tuple[int, Address], ...]]:
    """The formulas of a row where their values are there, and which of those are to be looked at."""
    found: dict[Address, Formula] = {}
    maybe_empty: list[tuple[int, Address]] = []
    for cell in shape.with_formula:
        at = row, cell.column
        text = written[cell.formula] if cell.formula >= 0 else cell.written
        found[at] = make_formulas(text)[cell.text or cell.value >= 0]
        if cell.value >= 0 and not cell.text:
            maybe_empty.append((cell.value, at))
    return found, tuple(maybe_empty)


@lru_cache(maxsize=1_024)
def parse_shape(skeleton: str, numbers: frozenset[str], words: frozenset[str]) -> Shape | None:
    """The shape of a row, of formats that matter to numbers and to texts; None where it is not plain."""
    head = _ROW_TAIL.match(skeleton)
    hidden = is_hidden(head[1]) if head else None
    cells = _parse_cells(skeleton, head.end()) if head else None
    if hidden is None or cells is None:
        return None
    last, valued, values, formulas = -1, 0, 0, 0
    shared, shared_cells, whole = list[int](), list[tuple[int, str]](), list[int]()
    with_formula, watched = list[_FormulaCell](), list[WatchedCell]()
    for cell in cells:
        if cell.formula is None and cell.value is None:
            continue
        last, valued = cell.column, valued + 1
        own = values if cell.value is not None and not cell.value.endswith("/>") else -1
        values += own >= 0
        if cell.formula is not None:
            cut = cell.formula == "<f></f>"
            text = cell.kind == "str" and cell.value is not None
            with_formula.append(
                _FormulaCell(cell.column, formulas if cut else -1, cell.written, own, text)
            )
            formulas += cut
        if own >= 0 and cell.kind == "s":
            shared.append(own)
            shared_cells.append((cell.column, cell.style))
        elif own >= 0 and cell.kind not in ("str", "inlineStr"):
            whole.append(own)
        note = _watch(cell, own, numbers if cell.kind == "n" else words)
        if note.style or note.error:
            watched.append(note)
    collected = (
        tuple(shared),
        tuple(shared_cells),
        tuple(whole),
        tuple(with_formula),
        tuple(watched),
    )
    return Shape(hidden, valued, last, values, *collected, len(cells))


def _parse_cells(skeleton: str, at: int) -> list[_Cell] | None:
    """The cells from `at` to the end; None where anything else is there."""
    cells: list[_Cell] = []
    before = -1
    while at < len(skeleton):
        match = _CELL.match(skeleton, at)
        if match is None or COLUMNS[match[1]] <= before:
            return None
        before, at = COLUMNS[match[1]], match.end()
        cell = _Cell(before, match[2] or "0", match[3] or "n", match[4], match[5] or "", match[6])
        if cell.value is not None and (cell.kind == "inlineStr") != cell.value.startswith("<is>"):
            return None
        if _by_name((match[4] or "").partition(">")[0]) is None:
            return None
        cells.append(cell)
    return cells


def _watch(cell: _Cell, value: int, styles: frozenset[str]) -> WatchedCell:
    """What is noted of a cell beside its formula."""
    is_watched = cell.style in styles and cell.kind not in ("b", "e")
    return WatchedCell(
        column=cell.column,
        value=value,
        number=cell.kind == "n",
        style=cell.style if is_watched else "",
        error=cell.kind == "e",
    )


@lru_cache(maxsize=1_024)
def make_formulas(written: str) -> tuple[Formula, Formula]:
    """A formula without and with a value, from how it is written."""
    text = unescape(written).strip()
    return Formula(text, False), Formula(text, True)


def is_hidden(attributes: str) -> bool | None:
    """Whether a row is hidden; None where an attribute comes twice."""
    named = _by_name(attributes)
    if named is None or "r" in named:
        return None
    return is_true(named.get("hidden")) or named.get("ht") == "0"


def _by_name(attributes: str) -> dict[str, str] | None:
    """Return attributes by their names; None where one comes twice, which is no XML."""
    pairs = re.findall(r' ([\w:.]+)="([^"]*)"', attributes)
    named = dict(pairs)
    return named if len(named) == len(pairs) else None


def unescape(text: str) -> str:
    """A text with its entities resolved; one with an entity that is not known is refused elsewhere."""
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda match: _ENTITIES.get(match[0], ""), text)
