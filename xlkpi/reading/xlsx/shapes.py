"""Rows as text: what a row is apart from its number, its values and its formulas."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from xlkpi.reading.xlsx.addresses import COLUMNS
from xlkpi.reading.xlsx.facts import Formula
from xlkpi.reading.xlsx.parts import is_true

_CONTROLS = bytes(code for code in range(32) if code not in (9, 10))
_ENTITY = re.compile("&[a-z]+;")
_STRANGE_ENTITY = re.compile(rb"&(?!(?:lt|gt|quot|apos|amp);)")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
ATTRIBUTE = r' [\w:.]+="[^"<>&]*"'
_ROW_TAIL = re.compile(rf"((?:{ATTRIBUTE})*)>")
# The values and the formulas have been taken out by then, and the row's number is a mark.
_CELL = re.compile(
    r'<c r="([A-Z]+)\0"(?: s="(0|[1-9][0-9]*)")?(?: t="(n|s|b|e|str|inlineStr)")?'
    rf"(?: ?/>|>(<f></f>|<f(?:{ATTRIBUTE})*(?:>([^<]*)</f>| ?/>))?"
    r'(<v></v>|<v ?/>|<is><t(?: xml:space="preserve")?></t></is>)?</c>)'
)


def plain_text(rows: bytes) -> str | None:
    """The rows as text, or None where only a parser knows what they mean."""
    # One byte is looked for ten times as fast as two, and these hardly ever stand in a sheet.
    if (b"?" in rows and b"<?" in rows) or (b"]" in rows and b"]]>" in rows):
        return None
    if len(rows.translate(None, _CONTROLS)) != len(rows) or _STRANGE_ENTITY.search(rows):
        return None
    try:
        return rows.decode("utf-8")
    except UnicodeDecodeError:
        return None


class Noted(NamedTuple):
    """A cell of a row that is noted whatever it holds.

    `formula` and `value` say which of the row's texts they are; −1 for none.
    """

    column: int
    formula: int
    value: int
    written: str | None
    """A formula with attributes, which stays in the skeleton; None for any other."""
    text: bool
    """The value is a text, and an empty one is a value."""
    number: bool
    style: str
    """Where it is noted what the cell's format does; "" elsewhere."""
    error: bool


class Shape(NamedTuple):
    """All of a row but its number, its values and its formulas; most rows share one."""

    hidden: bool
    valued: int
    """How many of the cells are valued."""
    last: int
    """Column of the last valued cell; −1 for none."""
    shared: tuple[int, ...]
    """Which of the row's texts are numbers of shared texts."""
    sharing: tuple[tuple[int, str], ...]
    """Column and style of the cells with those."""
    whole: tuple[int, ...]
    """Which of them are values that the engine reads up to the first entity: all but texts."""
    formulas: tuple[tuple[int, int, int, bool], ...]
    """Cells with a formula and a value and nothing else to note: column, formula, value, text."""
    noted: tuple[Noted, ...]
    """The others that are noted."""
    texts: int
    """How many values and formulas were taken out."""
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


# Workbooks of one template have the same rows, so these two remember them from file to file.
@lru_cache(maxsize=1_024)
def shape_of(skeleton: str, numbers: frozenset[str], words: frozenset[str]) -> Shape | None:
    """The shape of a row, of formats that matter to numbers and to texts; None where it is not plain."""
    head = _ROW_TAIL.match(skeleton)
    hidden = is_hidden(head[1]) if head else None
    cells = _cells(skeleton, head.end()) if head else None
    if hidden is None or cells is None:
        return None
    last, valued, texts = -1, 0, 0
    shared, sharing, whole, formulas, noted = [], [], [], [], []
    for cell in cells:
        if cell.formula is None and cell.value is None:
            continue
        last, valued = cell.column, valued + 1
        note = _noted(cell, texts, numbers if cell.kind == "n" else words)
        texts += (note.formula >= 0) + (note.value >= 0)
        if cell.kind == "s" and note.value >= 0:
            shared.append(note.value)
            sharing.append((cell.column, cell.style))
        elif cell.kind not in ("str", "inlineStr") and note.value >= 0:
            whole.append(note.value)
        if note.formula >= 0 and note.value >= 0 and not (note.style or note.error):
            formulas.append((note.column, note.formula, note.value, note.text))
        elif cell.formula or note.style or note.error:
            noted.append(note)
    told = tuple(shared), tuple(sharing), tuple(whole), tuple(formulas), tuple(noted)
    return Shape(hidden, valued, last, *told, texts, len(cells))


def _cells(skeleton: str, at: int) -> list[_Cell] | None:
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
        cells.append(cell)
    return cells


def _noted(cell: _Cell, texts: int, styles: frozenset[str]) -> Noted:
    """What is noted of a cell, before which the row has so many texts."""
    formula_at = value_at = -1
    if cell.formula == "<f></f>":
        formula_at, texts = texts, texts + 1
    if cell.value is not None and not cell.value.endswith("/>"):
        value_at = texts
    return Noted(
        column=cell.column,
        formula=formula_at,
        value=value_at,
        written=cell.written if cell.formula and formula_at < 0 else None,
        text=cell.kind == "str" and cell.value is not None,
        number=cell.kind == "n",
        style=cell.style if cell.style in styles and cell.kind not in ("b", "e") else "",
        error=cell.kind == "e",
    )


@lru_cache(maxsize=1_024)
def formula_pair(written: str) -> tuple[Formula, Formula]:
    """A formula without and with a value, from how it is written."""
    text = unescaped(written).strip()
    return Formula(text, False), Formula(text, True)


def is_hidden(attributes: str) -> bool | None:
    """Whether a row is hidden; None where an attribute comes twice."""
    pairs = re.findall(r'([\w:.]+)="([^"]*)"', attributes)
    named = dict(pairs)
    if len(named) != len(pairs) or "r" in named:
        return None
    return is_true(named.get("hidden")) or named.get("ht") == "0"


def unescaped(text: str) -> str:
    """A text with its entities resolved; `plain_text` lets through only those that are known."""
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)
