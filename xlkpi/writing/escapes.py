"""What is escaped in the texts of a package, for openpyxl, which neither reads nor writes it so.

[ECMA-376, part 1, 22.9.2.19]: `_x000D_` is a carriage return, and `_x005F_x000D_` the seven
characters `_x000D_`.
"""

from __future__ import annotations

import re

from xlkpi.domain.patterns import pattern

_ESCAPE = pattern("_x([0-9A-Fa-f]{4})_")
_BARE = "x005F_"
"""What openpyxl takes out of shared texts, with an underscore before it or not."""
_RAW = pattern("[\x00-\x08\x0b-\x1f]")
"""Control characters that XML cannot hold, and the one that it turns into another."""


def is_literal(text: str) -> bool:
    """Whether a text, as it is meant, contains what would be taken for an escape."""
    return _BARE in text or _ESCAPE.search(text) is not None


def escaped(text: str) -> str:
    """Return how a text is written, so that it is read as it is meant."""
    literal = _ESCAPE.sub(lambda found: "_x005F" + found[0], text)
    return _RAW.sub(lambda found: f"_x{ord(found[0]):04X}_", literal)


def unescaped(text: str) -> str:
    """Return what a written text means; an escape that is no character stays."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    meant = chr(int(found[1], 16))
    return found[0] if "\ud800" <= meant <= "\udfff" else meant
