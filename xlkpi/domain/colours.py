"""Colours as workbooks name them: by red, green and blue, by a number, by a place in the theme.

[ECMA-376, 18.8.3 and 18.8.27]: a number looks into a palette of sixty-four, and two more stand for
the system's text and window; the first two places of a theme are the window and the text.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

_RGB = """
    000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF 000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF
    800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF
    000080 FF00FF FFFF00 00FFFF 800080 800000 008080 0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99
    3366FF 33CCCC 99CC00 FFCC00 FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333
"""
PALETTE = tuple(_RGB.split())
"""Unless the workbook brings its own."""
WHITE, BLACK = "FFFFFF", "000000"
_SYSTEM = {64: BLACK, 65: WHITE}
_THEME = {0: WHITE, 1: BLACK}
_CLOSE = 48
"""Steps of 255 by which two colours may differ and still look like one: white on our light yellow."""
_CONTRAST = 1.2
"""[WCAG 2, 1.4.3]: what is to be read needs 4.5."""


def indexed(number: int, palette: Sequence[str] = PALETTE) -> str:
    """Return the colour of a number, as RRGGBB; black if it has none."""
    known = 0 <= number < len(palette)
    return palette[number] if known else _SYSTEM.get(number, BLACK)


def themed(place: int, tint: float = 0.0) -> str:
    """Return the colour of a place in the theme; "theme 4 0.5" where only the theme itself knows it."""
    known = _THEME.get(place)
    return f"theme {place} {tint:.3f}" if known is None else tinted(known, tint)


def tinted(colour: str, tint: float) -> str:
    """Return a colour made lighter (up to 1) or darker (down to −1)."""
    if not tint or len(colour) != 6:
        return colour
    hue, light, full = colorsys.rgb_to_hls(*(part / 255 for part in _parts(colour)))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    mixed = colorsys.hls_to_rgb(hue, min(1.0, max(0.0, light)), full)
    return "".join(f"{round(part * 255):02X}" for part in mixed)


def alike(one: str, other: str) -> bool:
    """Whether nobody reads the one on the other."""
    if one == other:
        return True
    if len(one) != 6 or len(other) != 6:
        return False
    close = all(abs(a - b) <= _CLOSE for a, b in zip(_parts(one), _parts(other), strict=True))
    dim, bright = sorted((_light(one), _light(other)))
    return close and (bright + 0.05) / (dim + 0.05) < _CONTRAST


def _light(colour: str) -> float:
    """Return how bright a colour is, 0 to 1."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (part / 255 for part in _parts(colour))
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)


def is_dark(behind: str) -> bool:
    """Whether white would be seen on a fill; "" is the paper."""
    return behind != "" and not alike(behind, WHITE)


def is_unseen(own: str, behind: str) -> bool:
    """Whether a font has the colour of its fill; "" is a font's own colour, which is always seen."""
    return own != "" and alike(own, behind or WHITE)
