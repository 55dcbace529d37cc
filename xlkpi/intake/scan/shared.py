"""What all sheets share: texts and number formats, which cells name by their index."""

from __future__ import annotations

import re

from xlkpi.intake.scan.facts import Formula
from xlkpi.intake.scan.limits import Limits, within
from xlkpi.intake.scan.memo import Memo
from xlkpi.intake.scan.parts import (
    Parts,
    count_tags,
    elements,
    local_name,
    new_parser,
    parse,
    refuse_sections,
)
from xlkpi.intake.scan.shapes import Shape, formula_pair
from xlkpi.intake.unreadable import Unreadable

_NOT_SHOWN = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]')
"""What a number format's letters do not stand for themselves in."""


def percent_styles(parts: Parts, part: str | None) -> frozenset[str]:
    """Indices (as written in `s="…"`) of the cell formats that show per cent."""
    if part is None:
        return frozenset()
    items = elements(parts, part, "numFmt", "xf")
    codes = {"9": "0%", "10": "0.00%"} | {
        item.attributes.get("numFmtId", ""): item.attributes.get("formatCode", "")
        for item in items
        if item.parent == "numFmts"
    }
    formats = [item for item in items if item.parent == "cellXfs"]
    return frozenset(
        str(index)
        for index, item in enumerate(formats)
        if _is_percent(codes.get(item.attributes.get("numFmtId", "0"), ""))
    )


def _is_percent(code: str) -> bool:
    """True where the first section of a number format multiplies by a hundred."""
    return "%" in _NOT_SHOWN.sub("", code).partition(";")[0]


def shared_texts(parts: Parts, part: str | None) -> frozenset[str]:
    """The indices (as written) that a cell may use; every text is within its limit."""
    if part is None:
        return frozenset()
    xml = parts.read(part)
    refuse_sections(xml, part)
    parts.tags += count_tags(xml)
    within(parts.limits.tags, parts.tags, "表格与文字的标记数")
    plain = _plain_texts(xml, parts.limits.text)
    declared, lengths = _text_lengths(xml, part, count_only=plain is not None)
    count = len(lengths) if plain is None else plain
    within(parts.limits.text, max(lengths, default=0), "一个单元格的字数", part=part)
    # calamine reserves room for as many as are declared, and aborts at 4 billion.
    if declared > count + 1_000_000:
        raise Unreadable("X013", what="声明的文字条数", found=declared, limit=count)
    return frozenset(map(str, range(count)))


def _plain_texts(xml: bytes, limit: int) -> int | None:
    """How many texts there are, if that can be seen without parsing and none is long."""
    texts = xml.split(b"<si>")
    count = len(texts) - 1
    if not (xml.count(b"<si") == count == xml.count(b"</si>")):
        return None
    if b"<!" in xml or b":si" in xml or b"\0" in xml or max(map(len, texts)) > limit:
        return None
    return count


def _text_lengths(xml: bytes, part: str, *, count_only: bool) -> tuple[int, list[int]]:
    """The declared number of texts, and the length of each unless only that is wanted."""
    local = Memo(local_name)
    texts: list[str] = []
    lengths: list[int] = []
    declared = 0

    def start_root(_name: str, attributes: dict[str, str]) -> None:
        nonlocal declared
        declared = int(attributes.get("uniqueCount", "0"))
        parser.StartElementHandler = None if count_only else start

    def start(name: str, _attributes: dict[str, str]) -> None:
        if local[name] == "si":
            texts.clear()

    def end(name: str) -> None:
        if local[name] == "si":
            lengths.append(sum(map(len, texts)))

    parser = new_parser(part)
    parser.StartElementHandler = start_root
    if not count_only:
        parser.EndElementHandler = end
        parser.CharacterDataHandler = texts.append
    parse(parser, xml, part)
    return declared, lengths


class Book:
    """What the sheets of one workbook share; the two counts go on from sheet to sheet."""

    def __init__(self, limits: Limits, shared: frozenset[str], percents: frozenset[str]) -> None:
        self.limits = limits
        self.shared = shared
        """Indices of the shared texts, as written."""
        self.percent_styles = percents
        """Indices of the cell formats that show per cent, as written."""
        self.cells = 0
        """Valued cells so far."""
        self.merges = 0
        """Merged ranges so far."""
        self.local: Memo[str] = Memo(local_name)
        self.shapes: dict[str, Shape | None] = {}
        """Rows by their skeleton; None for one that is not plain."""
        self.rows: dict[str, tuple[int, Shape | None]] = {}
        """Rows without their values, as they are written: number and shape."""
        self.formulas: Memo[tuple[Formula, Formula]] = Memo(formula_pair)
