"""What a number format shows, and whether a reader would read the stored number in it.

A number format can scale (`0!.0,"万元"`), replace (`"60"`), add to (`0"0"`) or hide (`;;;`) the number
that a cell contains, and the engines that read workbooks return the stored number only. The law: the
number that a reader would read in the cell, to the precision shown, is the stored one.

How a cell is read:

- The digits of the value are read together with what the format puts between them. Only thousands
  (comma, space, apostrophe before three digits) and one decimal point may be there; anything else
  (`00-00`, `0"."0`) makes another number, or none.
- Rounding is fine, to zero as well: 8.6 shown as 9, 0.4 as 0. No digit at all (`#` for 0, `;;;`) is not:
  a blank is no mark. A zero may be shown as a dash or 零. White letters are no letters.
- A digit that the format itself writes misleads, in a superscript too; only `m2` and `m3` are units. So
  does a Chinese numeral beside the digits, and a letter that looks like a digit.
- 万, 千, 百, 亿 (K, M) directly behind the digits multiply, unless a unit follows: `50万元` and `50千克` are
  50 of that unit, `50万` is 500,000.
- A minus, 负, ▼ or ↓ before the digits, a minus directly behind, or brackets around them make a negative.
  Colour does not: a red 5 is a 5 on paper.
- One `%` of the format is a hundredth. Quoted `%` and `‰` are units; what unit a cell has is judged
  elsewhere. Two signs, or one on a second line, mislead.
- Where offices show one code differently (signs under conditions, `[Red]` alone, stray commas), each
  reading must be the stored number.

The figures are taken to 15 digits, as Excel takes them, and rounded half up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from xlkpi.domain.number_format.codes import LONGEST, Kind, Section, parse
from xlkpi.domain.number_format.display import Of, Piece, pieces, text
from xlkpi.domain.number_format.reading import differs

A_DATE = "日期或时间"
"""The text that `misleads` returns where a later section turns a number into a date."""


def display(code: str, value: float) -> str | None:
    """Return the text that Excel shows for a number; None for a date or a code that is not understood."""
    sections = parse(code)
    if sections is None or not math.isfinite(value):
        return None
    shown = _decimal(value)
    section, signed = _section_for(sections, shown)
    if section is None:
        return "#" * 8
    if section.kind is Kind.DATE:
        return None
    return text(section, pieces(section, shown, signed=signed))


def misleads(code: str, value: float) -> str | None:
    """Return what is shown where a reader would read another number than the stored one, else None.

    What is shown may be "": the cell looks empty. A code that is not understood is returned itself.
    A date is reported elsewhere (X503), by whoever sees its letters in the first section; where only a
    later section, or an era or weekday, makes a date of the number, it is reported here.
    """
    sections = parse(code)
    if sections is None or not math.isfinite(value):
        return code[:LONGEST]
    stored = _decimal(value)
    section, _ = _section_for(sections, stored)
    if section and section.kind is Kind.DATE:
        return None if _is_told_as_date(sections[0]) else A_DATE
    if section is None or any(
        differs(section, shown, stored) for shown in _office_readings(sections, stored)
    ):
        hidden = section is not None and section.white
        return "" if hidden else display(code, value)
    return None


@lru_cache(maxsize=1024)
def always_plain(code: str) -> bool:
    """Whether no number at all can mislead under this code; False when unsure."""
    sections = parse(code)
    if sections is None or any(section.condition for section in sections):
        return False
    used = {id(s): s for s in (_section_for(sections, Decimal(v))[0] for v in (1, -1, 0)) if s}
    if not all(_is_regular(section) or _is_dash(section, sections) for section in used.values()):
        return False
    samples = map(Decimal, ("1234567.25", "7", "0.3", "-0.3", "-7", "-1234567.25", "0"))
    return not any(
        differs(section, shown, value)
        for value in samples
        for section in [_section_for(sections, value)[0]]
        if section
        for shown in _office_readings(sections, value)
    )


def _is_regular(section: Section) -> bool:
    """Whether the digits of any number are adjacent, the units always among them."""
    if section.kind in {Kind.GENERAL, Kind.TEXT}:
        return sum(token.kind in {"general", "text"} for token in section.tokens) == 1
    if section.kind is not Kind.NUMBER or section.thousands or section.stray:
        return False
    kinds = [token.kind for token in section.tokens]
    if "digit" not in kinds:
        return False
    first, last = kinds.index("digit"), len(kinds) - kinds[::-1].index("digit")
    inner = section.tokens[first:last]
    whole = inner[: kinds.index("point") - first] if "point" in kinds else inner
    together = all(token.kind in {"digit", "point"} for token in inner)
    return together and kinds.count("point") < 2 and bool(whole) and whole[-1].text == "0"


def _is_dash(section: Section, sections: tuple[Section, ...]) -> bool:
    """Whether the section is for zero alone: the sample of zero shows its text."""
    return len(sections) > 2 and section is sections[2]


def _decimal(value: float) -> Decimal:
    """Return the number as Excel takes it: to 15 significant digits."""
    return Decimal(f"{value:.15g}")


def _section_for(sections: tuple[Section, ...], value: Decimal) -> tuple[Section | None, bool]:
    """Return the section that shows the value, and whether Excel puts a minus before a negative.

    Excel leaves the minus out in the second section, and in a first one that has a condition.
    None where no condition is true: Excel fills the cell with #.
    """
    numeric = sections[:-1] if _has_text_section(sections) else sections
    first = numeric[0]
    if len(numeric) == 1:
        fits = first.condition is None or first.condition.holds(value)
        return (first, first.condition is None) if fits else (_GENERAL, True)
    if first.condition.holds(value) if first.condition else value > 0:
        return first, first.condition is None
    if len(numeric) == 2 and value == 0 and not first.condition and not numeric[1].condition:
        return first, True
    return _later(numeric, value)


def _later(numeric: tuple[Section, ...], value: Decimal) -> tuple[Section | None, bool]:
    first, second = numeric[:2]
    if second.condition:
        if second.condition.holds(value):
            return second, False
    elif value < 0 or (len(numeric) == 2 and first.condition):
        return second, False
    if len(numeric) == 2:
        return (first, True) if not first.condition and value == 0 else (None, False)
    return numeric[2], True


def _has_text_section(sections: tuple[Section, ...]) -> bool:
    return len(sections) == 4 or (len(sections) > 1 and sections[-1].kind is Kind.TEXT)


def _office_readings(sections: tuple[Section, ...], value: Decimal) -> Iterator[list[Piece]]:
    """Yield what the offices show for the value, each its own way."""
    section, signed = _section_for(sections, value)
    if section is None:
        return
    yield pieces(section, value, signed=signed)
    if section.bare:
        yield []
    if value < 0 and any(each.condition for each in sections):
        yield pieces(section, value, signed=not signed)
    if section.kind is Kind.TEXT:
        shown = pieces(section, value, signed=signed)
        yield [piece for piece in shown if piece.of in {Of.SIGN, Of.VALUE}]


def _is_told_as_date(first: Section) -> bool:
    """Whether a reader of workbooks takes the code for a date: by letters in its first section."""
    letters = "".join(token.text for token in first.tokens if token.kind == "date").lower()
    return any(letter in letters for letter in "dmhys")


_GENERAL = (parse("General") or ())[0]
