"""What all sheets share: texts and cell formats, which cells name by their index."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from xlkpi.domain.text import Pieces
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx.cache import Memo
from xlkpi.reading.xlsx.limits import Limits, check_limit
from xlkpi.reading.xlsx.parts import Parts, local_name, new_parser, parse, refuse_sections
from xlkpi.reading.xlsx.rich_text import find_pieces, may_contain_pieces
from xlkpi.reading.xlsx.shapes import Row
from xlkpi.reading.xlsx.styles import PLAIN, Styles


class Texts(NamedTuple):
    """The shared texts, by their indices as they are written."""

    known: frozenset[str] = frozenset()
    """Those that a cell may use."""
    pieces: Mapping[str, Pieces] = MappingProxyType({})
    """Those in pieces that look unlike each other."""


def read_shared_texts(parts: Parts, part: str | None) -> Texts:
    """Read which texts there are; every one is within its limit."""
    if part is None:
        return Texts()
    xml = parts.read(part)
    refuse_sections(xml, part)
    parts.count_tags(xml)
    plain = _count_plain_texts(xml, parts.limits.text)
    declared, lengths = _measure_texts(xml, part, count_only=plain is not None)
    count = len(lengths) if plain is None else plain
    check_limit(parts.limits.text, max(lengths, default=0), "一个单元格的字数", part=part)
    # calamine reserves room for as many as are declared, and aborts at 4 billion.
    if declared > count + 1_000_000:
        raise Unreadable("X013", what="声明的文字条数", found=declared, limit=count)
    found = find_pieces(xml, part) if may_contain_pieces(xml) else {}
    return Texts(frozenset(map(str, range(count))), found)


def _count_plain_texts(xml: bytes, limit: int) -> int | None:
    """How many texts there are, if that can be seen without parsing and none is long."""
    texts = xml.split(b"<si>")
    count = len(texts) - 1
    if not (xml.count(b"<si") == count == xml.count(b"</si>")):
        return None
    if b"<!" in xml or b":si" in xml or b"\0" in xml or max(map(len, texts)) > limit:
        return None
    return count


def _measure_texts(xml: bytes, part: str, *, count_only: bool) -> tuple[int, list[int]]:
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

    def __init__(
        self, limits: Limits, texts: Texts = Texts(), styles: Styles = PLAIN,  # noqa: B008
        engine_parts: dict[str, bytes] | None = None,
    ) -> None:  # fmt: skip
        self.limits = limits
        self.engine_parts = engine_parts
        """The parts as the engine needs them; None where nobody asks for that."""
        self.shared = texts.known
        """Indices of the shared texts, as written."""
        self.pieces = texts.pieces
        self.whole = texts.known - texts.pieces.keys() if texts.pieces else texts.known
        """Indices of those that need no look."""
        self.styles = styles
        self.cells = 0
        """Valued cells so far."""
        self.merges = 0
        """Merged ranges so far."""
        self.local: Memo[str] = Memo(local_name)
        self.rows: dict[bytes, Row] = {}
        """Rows without their values, as they are written."""
        self.skeletons: set[str] = set()
        """Those of their shapes."""
