"""The text of one .ods cell, as the program that wrote it shows it.

[OpenDocument 1.3, part 3, 6.1]: tabs, line breaks and runs of spaces are elements of their own, and
notes, readings and drawings are among the words they belong to. calamine leaves the first two out
and reads the others as words, so a 2, a tab and a 5 would be 25 points.
"""

from __future__ import annotations

from itertools import groupby

from xlkpi.domain.text import Piece, Pieces

_SIGNS = {"tab": "\t", "line-break": "\n", "s": " "}
_PARAGRAPHS = frozenset(("p", "h"))
_ASIDE = frozenset((
    "annotation", "note", "ruby-text", "frame", "custom-shape", "g", "rect", "ellipse", "circle", "line",
    "polyline", "polygon", "path", "connector", "caption", "measure", "control",
))  # fmt: skip
"""Elements in a paragraph that are not its text: remarks, readings, drawings."""
_ENGINE = frozenset(("p", "s", "span", "a"))
"""What calamine reads as it is shown."""


class CellText:
    """Collects the text of one cell."""

    def __init__(self) -> None:
        """Start with an empty cell."""
        self.misread = False
        """Whether the engine may read another text."""
        self.paragraphs = 0
        self.open = 0
        """Elements open inside the cell."""
        self._words: list[Piece] = []
        self._spans: list[tuple[int, str]] = []
        """Depth and look of each span that looks different."""
        self._aside = 0
        """Depth of the element whose words are not the cell's; 0: none."""

    @property
    def shown(self) -> str:
        """The text, its paragraphs as lines."""
        return "".join(word.text for word in self._words)

    @property
    def pieces(self) -> Pieces:
        """The text in pieces; none where they all look alike."""
        if not any(word.look and word.text.strip() for word in self._words):
            return ()
        runs = groupby(self._words, key=lambda word: word.look)
        return tuple(Piece("".join(word.text for word in run), look) for look, run in runs)

    def start(self, tag: str, times: int, look: str = "") -> None:
        """Start an element; `times`: how many characters it means, `look`: how a span looks."""
        self.open += 1
        if look:
            self._spans.append((self.open, look))
        if self._aside:
            return
        # Of what is not text the engine leaves out remarks alone.
        self.misread = self.misread or tag not in _ENGINE | {"annotation"}
        if tag in _ASIDE or (self.open == 1 and tag not in _PARAGRAPHS):
            self._aside = self.open
        elif tag in _SIGNS:
            self._add(_SIGNS[tag] * times)
        elif self.open == 1:
            if self.paragraphs:
                self._add("\n")
            self.paragraphs += 1

    def end(self) -> None:
        """End an element."""
        if self._aside == self.open:
            self._aside = 0
        if self._spans and self._spans[-1][0] == self.open:
            self._spans.pop()
        self.open -= 1

    def _add(self, text: str) -> None:
        self._words.append(Piece(text, self._spans[-1][1] if self._spans else ""))

    def add(self, data: str) -> None:
        """Add characters; those between paragraphs only lay out the XML."""
        if self.open and not self._aside:
            self._add(data)
