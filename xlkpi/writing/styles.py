"""How everything looks. A style is a name; a number format may follow a colon: "figure:0.00"."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

FONT = "宋体"
HEAD_FONT = "黑体"

INPUT_FILL = "#FFF9D6"
"""Light yellow: to be filled in."""
LOCKED_FILL = "#EFEFEF"
HEAD_FILL = "#1F4E79"
BLOCK_FILL = "#DCE6F1"
MARKED_FILL = "FFFFB3B3"
"""ARGB of a marked cell in a marked copy."""
WARNED_FILL = "FFFFE0A3"

TABS = {"fill": "#FFC000", "need": "#70AD47", "rare": "#A6A6A6", "result": "#1F4E79"}

_BASE = {"font_name": FONT, "font_size": 10.5, "valign": "vcenter"}
_BOX = {"border": 1, "border_color": "#9A9A9A"}
_LEFT = {"align": "left", "indent": 1}
_RIGHT = {"align": "right", "indent": 1}
"""Nothing touches a line."""
_LINES = {"border": 1}
"""Of the official form: black, as it is printed."""
_STYLES: dict[str, dict[str, object]] = {
    "plain": {},
    "title": {"font_name": HEAD_FONT, "font_size": 16, "align": "center"},
    "heading": {"font_name": HEAD_FONT, "font_size": 14},
    "guide": {"font_color": "#444444", "text_wrap": True, "valign": "top"},
    "block": {**_LEFT, "font_name": HEAD_FONT, "font_size": 11.5, "bg_color": BLOCK_FILL, **_BOX},
    "head": {
        "font_name": HEAD_FONT, "bg_color": HEAD_FILL, "font_color": "#FFFFFF",
        "align": "center", "text_wrap": True, **_BOX,
    },
    "head.need": {
        "font_name": HEAD_FONT, "bg_color": "#9C6500", "font_color": "#FFFFFF",
        "align": "center", "text_wrap": True, **_BOX,
    },
    "input": {"bg_color": INPUT_FILL, "locked": False, "text_wrap": True, **_BOX},
    "input.code": {"bg_color": INPUT_FILL, "locked": False, "num_format": "@", **_BOX},
    "input.number": {"bg_color": INPUT_FILL, "locked": False, "align": "right", **_BOX},
    "input.center": {"bg_color": INPUT_FILL, "locked": False, "align": "center", **_BOX},
    "setting": {"locked": False, "text_wrap": True, **_BOX},
    "setting.code": {"locked": False, "num_format": "@", **_BOX},
    "setting.number": {"locked": False, "align": "right", **_BOX},
    "setting.center": {"locked": False, "align": "center", **_BOX},
    "locked": {"bg_color": LOCKED_FILL, "text_wrap": True, **_BOX},
    "locked.code": {"bg_color": LOCKED_FILL, "num_format": "@", **_BOX},
    "locked.number": {"bg_color": LOCKED_FILL, "align": "right", **_BOX},
    "locked.center": {"bg_color": LOCKED_FILL, "align": "center", **_BOX},
    "text": {**_LEFT, "text_wrap": True, **_BOX},
    "code": {**_LEFT, "num_format": "@", **_BOX},
    "center": {"align": "center", "text_wrap": True, **_BOX},
    "figure": {**_RIGHT, **_BOX},
    "strong": {**_LEFT, "bold": True, "text_wrap": True, **_BOX},
    "strong.figure": {"bold": True, **_RIGHT, **_BOX},
    "label": {"font_name": HEAD_FONT, "bg_color": BLOCK_FILL, "align": "center", **_BOX},
    "big": {
        "font_name": HEAD_FONT, "font_size": 20, "bold": True, "align": "center",
        "font_color": "#1F4E79", **_BOX,
    },
    "big.text": {"font_name": HEAD_FONT, "font_size": 14, "bold": True, "align": "center", **_BOX},
    "link": {"font_color": "#0563C1", "underline": 1},
    "link.box": {**_LEFT, "font_color": "#0563C1", "underline": 1, "text_wrap": True, **_BOX},
    "link.center": {"font_color": "#0563C1", "underline": 1, "align": "center", **_BOX},
    "link.figure": {"font_color": "#0563C1", **_RIGHT, **_BOX},
    "link.strong": {"font_color": "#0563C1", "bold": True, **_RIGHT, **_BOX},
    "grey": {"font_color": "#7F7F7F", "align": "center", **_BOX},
    "grey.text": {**_LEFT, "font_color": "#595959", "text_wrap": True, **_BOX},
    "grey.figure": {"font_color": "#595959", **_RIGHT, **_BOX},
    "check": {"align": "center", "font_color": "#7F7F7F"},
    "sign": {"bottom": 1, "align": "left"},
    "sign.label": {"align": "right"},
    "form.label": {"font_name": HEAD_FONT, "align": "center", "text_wrap": True, **_LINES},
    "form.text": {**_LEFT, "text_wrap": True, **_LINES},
    "form.center": {"align": "center", "text_wrap": True, **_LINES},
    "form.figure": {"align": "center", "shrink": True, **_LINES},
    "form.subtitle": {"align": "center"},
    "form.line": {},
    "form.note": {"font_size": 7, "font_color": "#7F7F7F"},
    "unasked": {"bg_color": LOCKED_FILL, "font_color": "#7F7F7F"},
    "good": {"font_color": "#2E7D32"},
    "bad.box": {**_LEFT, "font_color": "#C00000", "bold": True, "text_wrap": True, **_BOX},
    "bad": {"font_color": "#C00000", "bold": True},
    "reached": {"bold": True, "bg_color": "#E2EFDA"},
    "outlier": {"font_color": "#C00000", "bold": True, "num_format": '"▲"0.0%'},
}  # fmt: skip


@lru_cache(maxsize=512)
def properties(style: str) -> dict[str, object]:
    """Return xlsxwriter's properties of a style; KeyError for a name that is none."""
    name, _, number_format = style.partition(":")
    found = {**_BASE, **_STYLES[name]}
    if number_format:
        found["num_format"] = number_format
    return found


@lru_cache(maxsize=512)
def wraps(style: str) -> bool:
    """Whether a text goes on in the next line where the column ends."""
    return bool(properties(style).get("text_wrap"))


def condition(style: str) -> dict[str, object]:
    """Return the properties of a style that a conditional format may set."""
    return dict(_STYLES[style])


def figure(places: int) -> str:
    """Return the number format of a score."""
    return "0." + "0" * places if places else "0"


def sum_figure(places: int, finest: int) -> str:
    """Return the number format of a sum of scores, of which some may have more decimals.

    Without decimals of its own it is General, for `0.#` would leave a point behind a whole number.
    """
    if finest <= places:
        return figure(places)
    return figure(places) + "#" * (finest - places) if places else "General"


DATE = "yyyy-mm-dd"
RATE = "0.00%"
SHARE = "0.0#####%"
MONEY = "#,##0.00####"


def numbered(styles: Iterable[str]) -> dict[str, int]:
    """Number styles as a file does, from 1; those that look the same are one."""
    known: dict[str, int] = {}
    numbers = {}
    for style in styles:
        numbers[style] = known.setdefault(_looks(style), len(known) + 1)
    return numbers


@lru_cache(maxsize=512)
def _looks(style: str) -> str:
    """Return a text that is the same for styles that look the same."""
    looks = {key: value for key, value in properties(style).items() if value != "General"}
    return repr(sorted(looks.items()))
