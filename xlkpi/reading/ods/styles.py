"""How the cells and the runs of an .ods look: what is struck through, raised, lowered, or has no contrast.

[OpenDocument 1.3, part 3, chapter 16]: a style has a name within its family and follows its parent;
the workbook's own styles are in styles.xml, those of single cells before the sheets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from xlkpi.domain import colours
from xlkpi.domain.text import LOWERED, PALE, RAISED, STRUCK, Pieces

_FAMILIES = ("table-cell", "text")
_DEEP = 50
"""Parents of a style that are followed; a file may make a ring of them."""


class Appearance(NamedTuple):
    """How a cell or a run looks."""

    struck: bool
    aligned: str
    """上标, 下标 or nothing."""
    colour: str
    """"" for the program's own."""
    behind: str

    @property
    def dark(self) -> bool:
        """Whether white would be seen."""
        return colours.is_dark(self.behind)

    @property
    def unseen(self) -> bool:
        """Whether the words have the colour of what is behind them."""
        return colours.is_unseen(self.colour, self.behind)

    @property
    def run(self) -> str:
        """How a run differs from what a reader takes for it."""
        if self.struck:
            return STRUCK
        return self.aligned or (
            PALE if self.colour and colours.alike(self.colour, colours.WHITE) else ""
        )

    def against(self, pieces: Pieces) -> Pieces:
        """Return a text in pieces as they look in a cell of this style; nothing where they look alike."""
        if self.dark:
            pieces = tuple(each._replace(look="") if each.look == PALE else each for each in pieces)
        return pieces if any(each.look for each in pieces) else ()


class Styles:
    """The styles of a workbook, as their elements go by."""

    def __init__(self) -> None:
        """Start with none."""
        self.own: dict[tuple[str, str], dict[str, str]] = {}
        """Family and name → what a style itself sets."""
        self.known: dict[tuple[str, str], Appearance] = {}
        self.open: dict[str, str] | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Add an element from before the sheets; attributes by their local names."""
        if tag in ("style", "default-style"):
            family = attributes.get("family", "")
            self.open = None
            if family in _FAMILIES:
                self.open = {"parent-style-name": attributes.get("parent-style-name", "")}
                self.own[family, attributes.get("name", "")] = self.open
        elif tag in ("text-properties", "table-cell-properties") and self.open is not None:
            self.open.update(attributes)

    def look(self, family: str, name: str) -> Appearance:
        """Return how what has a style looks; of the style of no name the default."""
        key = (family, name)
        if key not in self.known:
            self.known[key] = _resolve(self._whole(family, name))
        return self.known[key]

    def _whole(self, family: str, name: str) -> dict[str, str]:
        """Return what a style sets, its parents' first."""
        chain = [self.own.get((family, ""), {})] if family == "table-cell" else []
        own: list[dict[str, str]] = []
        while name and len(own) < _DEEP and (family, name) in self.own:
            own.append(self.own[family, name])
            name = own[-1]["parent-style-name"]
        whole: dict[str, str] = {}
        for each in (*chain, *reversed(own)):
            whole.update(each)
        return whole


def _resolve(properties: Mapping[str, str]) -> Appearance:
    line = properties.get("text-line-through-style", "none")
    line = properties.get("text-line-through-type", "none") if line == "none" else line
    own = properties.get("use-window-font-color") != "true"
    return Appearance(
        line != "none",
        _aligned(properties.get("text-position", "")),
        _colour(properties.get("color", "")) if own else "",
        _colour(properties.get("background-color", "")),
    )


def _aligned(position: str) -> str:
    """`super 58%`, `sub`, `33% 58%`, `0% 100%`."""
    raised = position.split(" ")[0]
    if raised in ("super", "sub"):
        return RAISED if raised == "super" else LOWERED
    if not raised.rstrip("%").strip("0.-+") or not position:
        return ""
    return LOWERED if raised.startswith("-") else RAISED


def _colour(text: str) -> str:
    plain = text.removeprefix("#").upper()
    sound = len(plain) == 6 and all(sign in "0123456789ABCDEF" for sign in plain)
    return plain if sound and text.startswith("#") else ""
