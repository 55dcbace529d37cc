"""styles.xml: how a cell format changes the number or the text that a reader sees.

Only what may mislead a reader is kept, by the index that cells name, so that the rows, which are
read as fast as can be, need no look at any other cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from xlkpi.domain import colours
from xlkpi.reading.xlsx.cache import Memo
from xlkpi.reading.xlsx.limits import check_limit
from xlkpi.reading.xlsx.parts import Element, Parts, count_tags, parse_elements
from xlkpi.reading.xlsx.text_format import (
    alters_texts,
    hides_day,
    is_mixed,
    is_percent,
    split_sections,
    writes_percent,
)

_NOTHING: frozenset[str] = frozenset()
GENERAL = "General"
BUILT_IN = {
    "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "11": "0.00E+00",
    "12": "# ?/?", "13": "# ??/??", "37": "#,##0_);(#,##0)", "38": "#,##0_);[Red](#,##0)",
    "39": "#,##0.00_);(#,##0.00)", "40": "#,##0.00_);[Red](#,##0.00)", "48": "##0.0E+0", "49": "@",
    "17": "mmm-yy", **dict.fromkeys(("27", "36", "50", "52", "57"), 'yyyy"年"m"月"'),
}  # fmt: skip
"""[ECMA-376, 18.8.30]; the others are dates, or amounts that show what they are."""

HARMLESS_CODES = frozenset((
    GENERAL, "@", "0", "0.0", "0.00", "#,##0", "#,##0.00", "#,##0.00####", "0%", "0.0%", "0.00%", "0.0#####%",
))  # fmt: skip
"""The most frequent formats that no number is misread in: working that out is slow."""


class Styles(NamedTuple):
    """Cell formats, by their index as it is written, of which something is noted."""

    harmless: frozenset[str] = frozenset(("0",))
    """Formats of which nothing is noted. An index that is not among them may be one in another spelling."""
    percents: frozenset[str] = _NOTHING
    """Numbers are shown as per cent, by the first section."""
    formats: Mapping[str, str] = {}
    """Index → code, where a number may be read as another one."""
    texts: Mapping[str, str] = {}
    """Index → code, where a text is shown as another one."""
    struck: frozenset[str] = _NOTHING
    """The font is struck through."""
    unseen: frozenset[str] = _NOTHING
    """The font has the colour of what is behind it."""
    dark: frozenset[str] = _NOTHING
    """What is behind is not white."""
    numbers: frozenset[str] = _NOTHING
    """All that matter to a number."""
    words: frozenset[str] = _NOTHING
    """All that matter to a text."""


PLAIN = Styles()
"""Of a workbook without cell formats."""


class _Font(NamedTuple):
    struck: bool
    colour: str
    """"" for the program's own, which is always to be seen."""


class _Definitions(NamedTuple):
    """What styles.xml defines, for cell formats to refer to."""

    fonts: list[_Font]
    fills: list[str]
    """Colours; "" for none, "?" for a pattern."""
    codes: Mapping[str, str]
    xfs: list[Mapping[str, str]]


def read_styles(parts: Parts, part: str | None) -> Styles:
    """Read the cell formats of a workbook."""
    if part is None:
        return PLAIN
    xml = parts.read(part)
    check_limit(parts.limits.elements, count_tags(xml), "部件的元素数", part=part)
    return _parse_styles(xml, part)


# Workbooks of one template have the same formats.
@lru_cache(maxsize=8)
def _parse_styles(xml: bytes, part: str) -> Styles:
    items = parse_elements(
        xml, part, "numFmt", "xf", "font", "strike", "color", "fill", "patternFill", "fgColor", "rgbColor"
    )  # fmt: skip
    return _sort_formats(_collect_definitions(items))


def _collect_definitions(items: list[Element]) -> _Definitions:
    palette = [
        each.attributes.get("rgb", "")[-6:].upper() for each in items if each.name == "rgbColor"
    ]
    inside: dict[str, Element] = {}
    """The parts of a font or a fill, which end before it does."""
    made = _Definitions([], [], {**BUILT_IN}, [])
    codes = dict(made.codes)
    for item in items:
        if item.parent == "fonts":
            made.fonts.append(_font(inside, palette))
        elif item.parent == "fills":
            made.fills.append(_fill(inside, palette))
        elif item.parent == "numFmts":
            codes[item.attributes.get("numFmtId", "")] = item.attributes.get("formatCode", "")
        elif item.parent == "cellXfs":
            made.xfs.append(item.attributes)
        if item.name in ("font", "fill"):
            inside = {}
        elif item.parent in ("font", "fill", "patternFill"):
            inside[item.name] = item
    return made._replace(codes=codes)


def is_on(attributes: Mapping[str, str]) -> bool:
    """Whether an element that is a switch by itself is on."""
    return attributes.get("val", "1") in ("1", "true")


def read_colour(attributes: Mapping[str, str], palette: list[str] | None = None) -> str:
    """Return the colour that an element names; "" for the program's own."""
    tint = _number(attributes.get("tint", ""))
    if "rgb" in attributes:
        rgb = attributes["rgb"][-6:].upper()
        return colours.tinted(rgb, tint) if _is_rgb(rgb) else ""
    if attributes.get("theme", "").isdecimal():
        return colours.themed(int(attributes["theme"]), tint)
    if attributes.get("indexed", "").isdecimal() and attributes["indexed"] != "64":
        own = palette or colours.PALETTE
        return colours.tinted(colours.indexed(int(attributes["indexed"]), own), tint)
    return ""


def _is_rgb(text: str) -> bool:
    return len(text) == 6 and all(sign in "0123456789ABCDEF" for sign in text)


def _number(text: str) -> float:
    try:
        return max(-1.0, min(1.0, float(text)))
    except ValueError:
        return 0.0


def _font(inside: Mapping[str, Element], palette: list[str]) -> _Font:
    struck, own = inside.get("strike"), inside.get("color")
    return _Font(
        struck is not None and is_on(struck.attributes),
        read_colour(own.attributes, palette) if own else "",
    )


def _fill(inside: Mapping[str, Element], palette: list[str]) -> str:
    pattern = inside.get("patternFill")
    kind = pattern.attributes.get("patternType", "none") if pattern else "?"
    if kind == "none":
        return ""
    own = inside.get("fgColor")
    return (read_colour(own.attributes, palette) if own else "") or "?" if kind == "solid" else "?"


class _CellFormat(NamedTuple):
    """One cell format."""

    code: str
    font: _Font
    behind: str

    @property
    def dark(self) -> bool:
        """Whether white would be seen."""
        return colours.is_dark(self.behind)

    @property
    def unseen(self) -> bool:
        """Whether the font has the colour of what is behind it."""
        return colours.is_unseen(self.font.colour, self.behind)


_VISIBLE = _Font(False, "")


def _resolve_format(made: _Definitions, xf: Mapping[str, str]) -> _CellFormat:
    font, fill = _index(xf.get("fontId")), _index(xf.get("fillId"))
    return _CellFormat(
        made.codes.get(xf.get("numFmtId", "0"), GENERAL),
        made.fonts[font] if font < len(made.fonts) else _VISIBLE,
        made.fills[fill] if fill < len(made.fills) else "",
    )


def _index(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def is_percent_first(code: str) -> bool:
    """Whether the first section of a format multiplies by a hundred."""
    return "%" in code and is_percent(split_sections(code)[0])


def may_mislead(code: str) -> bool:
    """Whether a number may be read as another one.

    By its digits, in a unit of money or one behind it, or as per cent by more than a first section
    with `%`.
    """
    if code in HARMLESS_CODES:
        return False
    if any(sign in code for sign in "元圆‰") or _adds_suffix(code) or hides_day(code):
        return True
    from xlkpi.domain import number_format  # most workbooks do without: its expressions take 30 ms

    return not number_format.always_plain(code) or is_mixed(code) or writes_percent(code)


def _adds_suffix(code: str) -> bool:
    """Whether a format writes something behind a number that it leaves as it is: a unit, perhaps."""
    return code[:7].lower() == "general" and code[7:8] in ('"', "\\")


# The same codes come in every workbook.
_PERCENT = Memo(is_percent_first, room=2_000)
_MISLEADS = Memo(may_mislead, room=2_000)
_ALTERS = Memo(alters_texts, room=2_000)


def _sort_formats(made: _Definitions) -> Styles:
    at = {str(index): _resolve_format(made, xf) for index, xf in enumerate(made.xfs)}
    formats = {index: each.code for index, each in at.items() if _MISLEADS[each.code]}
    texts = {index: each.code for index, each in at.items() if _ALTERS[each.code]}
    percents = _select(at, lambda each: _PERCENT[each.code])
    struck = _select(at, lambda each: each.font.struck)
    unseen = _select(at, lambda each: each.unseen)
    numbers = frozenset({*percents, *formats, *struck, *unseen})
    words = frozenset({*texts, *struck, *unseen})
    return Styles(
        harmless=frozenset(at) - numbers - words if at else PLAIN.harmless,
        percents=percents,
        formats=formats,
        texts=texts,
        struck=struck,
        unseen=unseen,
        dark=_select(at, lambda each: each.dark),
        numbers=numbers,
        words=words,
    )


def _select(
    looks: Mapping[str, _CellFormat], fits: Callable[[_CellFormat], bool]
) -> frozenset[str]:
    return frozenset(index for index, each in looks.items() if fits(each))
