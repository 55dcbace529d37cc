"""Texts in pieces: runs that are raised, lowered, struck through or white do not read as their characters.

`8` with a superscript `2` is 82 to every engine. Readings above characters (phonetic runs) are no
text of the cell, and are passed over.
"""

from __future__ import annotations

import re

from xlkpi.domain import colours
from xlkpi.domain.patterns import pattern
from xlkpi.domain.text import LOWERED, PALE, RAISED, STRUCK, Piece, Pieces
from xlkpi.reading.xlsx.cache import Memo
from xlkpi.reading.xlsx.parts import local_name, new_parser, parse
from xlkpi.reading.xlsx.styles import is_on, read_colour

_ALIGNED = {"superscript": RAISED, "subscript": LOWERED}
_ODD = pattern(
    rb"vertAlign|strike|[ :]rgb=[\"'](?:[0-9A-F]{2})?(?:[D-F][0-9A-F]){3}|theme=[\"']0|indexed=[\"']", re.IGNORECASE
)  # fmt: skip


def may_contain_pieces(xml: bytes) -> bool:
    """Whether any run of a part can be such a one; most parts have no runs at all."""
    return b"rPr" in xml and _ODD.search(xml) is not None


def find_pieces(xml: bytes, part: str) -> dict[str, Pieces]:
    """Return the texts in pieces among those of a part, by their index as it is written."""
    runs = _Runs(part)
    parse(runs.parser, xml, part)
    return runs.found


class _Runs:
    """Follows the texts (`si`, or `is` for one) and their runs."""

    def __init__(self, part: str) -> None:
        self.parser = new_parser(part)
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.local: Memo[str] = Memo(local_name)
        self.found: dict[str, Pieces] = {}
        self.count = 0
        self.runs: list[Piece] = []
        self.text: list[str] = []
        self.look = ""
        self.inside = False
        """In the `t` of a text or of a run."""
        self.reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self.local[name]
        if tag in ("si", "is"):
            self.runs, self.look = [], ""
        elif tag == "r":
            self.look = ""
        elif tag == "t":
            self.inside, self.text = not self.reading, []
        elif tag == "rPh":
            self.reading = True
        elif not self.reading:
            self.look = _look(tag, attributes) or self.look

    def end(self, name: str) -> None:
        tag = self.local[name]
        if tag == "t" and self.inside:
            self.inside = False
            self.runs.append(Piece("".join(self.text), self.look))
        elif tag == "rPh":
            self.reading = False
        elif tag in ("si", "is"):
            if any(run.look and run.text.strip() for run in self.runs):
                self.found[str(self.count)] = tuple(_join_alike(self.runs))
            self.count += 1

    def characters(self, data: str) -> None:
        if self.inside:
            self.text.append(data)


def _look(tag: str, attributes: dict[str, str]) -> str:
    """Return how the properties of a run make it differ; the last property counts."""
    if tag == "strike" and is_on(attributes):
        return STRUCK
    if tag == "vertAlign":
        return _ALIGNED.get(attributes.get("val", ""), "")
    if tag == "color" and (own := read_colour(attributes)):
        return PALE if colours.alike(own, colours.WHITE) else ""
    return ""


def _join_alike(runs: list[Piece]) -> list[Piece]:
    """Return the runs, those beside each other that look alike as one; empty ones left out."""
    joined: list[Piece] = []
    for run in runs:
        if joined and joined[-1].look == run.look:
            joined[-1] = Piece(joined[-1].text + run.text, run.look)
        elif run.text:
            joined.append(run)
    return joined
