"""How the cells of an old workbook look: their number formats, their fonts, and the runs of their texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from xlkpi.domain import colours
from xlkpi.domain.location import Address
from xlkpi.domain.text import LOWERED, PALE, RAISED, STRUCK, Piece, Pieces
from xlkpi.reading.xlsx import alters_texts, hides_day, is_percent_first, may_mislead
from xlkpi.reading.xlsx.styles import BUILT_IN, GENERAL

_ALIGNED = {1: RAISED, 2: LOWERED}
_SOLID = 1


class CellFormat(NamedTuple):
    """How a cell format looks."""

    code: str
    percent: bool
    misleads: bool
    hides_day: bool
    alters: bool
    struck: bool
    unseen: bool
    dark: bool


class Formats:
    """The looks of the cells of one sheet; each cell format is worked out once."""

    def __init__(self, book: Any, sheet: Any) -> None:
        """Take the second reader's book and sheet."""
        self.book, self.sheet = book, sheet
        self.known: dict[int, CellFormat] = {}

    def of(self, at: Address) -> CellFormat:
        """Return how a cell looks."""
        index = self.sheet.cell_xf_index(*at)
        if index not in self.known:
            self.known[index] = self._look(self.book.xf_list[index])
        return self.known[index]

    def _look(self, xf: Any) -> CellFormat:
        made = self.book.format_map.get(xf.format_key)
        # Of the built-in formats of East Asia xlrd knows the number alone.
        code = (made and made.format_str) or BUILT_IN.get(str(xf.format_key), GENERAL)
        font = self.book.font_list[xf.font_index]
        own, behind = self._colour(font.colour_index), self._behind(xf.background)
        return CellFormat(
            code,
            percent=is_percent_first(code),
            misleads=may_mislead(code),
            hides_day=hides_day(code),
            alters=alters_texts(code),
            struck=bool(font.struck_out),
            unseen=own != "" and colours.alike(own, behind or colours.WHITE),
            dark=behind != "" and not colours.alike(behind, colours.WHITE),
        )

    def _colour(self, index: int) -> str:
        """Return a colour of the workbook's palette; "" for the system's own."""
        rgb = self.book.colour_map.get(index)
        return "" if rgb is None else "{:02X}{:02X}{:02X}".format(*rgb)

    def _behind(self, background: Any) -> str:
        """Return what is behind a cell: "" for nothing, "?" for a pattern."""
        if not background.fill_pattern:
            return ""
        if background.fill_pattern != _SOLID:
            return "?"
        return self._colour(background.pattern_colour_index) or "?"

    def pieces(self, at: Address, text: str) -> Pieces:
        """Return a text in pieces; nothing where they all look alike."""
        found = tuple(self._runs(at, text))
        return found if any(each.look and each.text.strip() for each in found) else ()

    def whole(self, at: Address) -> bool:
        """Whether a cell has one font: of a text in runs it is that of the first alone."""
        return at not in self.sheet.rich_text_runlist_map

    def _runs(self, at: Address, text: str) -> Iterator[Piece]:
        own = self.book.xf_list[self.sheet.cell_xf_index(*at)].font_index
        runs = [(0, own), *self.sheet.rich_text_runlist_map[at]]
        ends = [start for start, _ in runs[1:]] + [len(text)]
        for (start, font), end in zip(runs, ends, strict=True):
            if text[start:end]:
                yield Piece(text[start:end], self._run(font, self.of(at).dark))

    def _run(self, index: int, dark: bool) -> str:
        """Return how a run differs by its font."""
        if not 0 <= index < len(self.book.font_list):
            return ""
        font = self.book.font_list[index]
        if font.struck_out:
            return STRUCK
        white = not dark and colours.alike(self._colour(font.colour_index), colours.WHITE)
        return _ALIGNED.get(font.escapement, PALE if white else "")
