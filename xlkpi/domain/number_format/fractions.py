"""How a section with a bar lays out a fraction: # ?/?, # ??/100."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.number_format.codes import Token, Tokens, slash


class Layout(NamedTuple):
    """The parts of the section."""

    before: Tokens
    """The whole number, and text."""
    above: str
    """The placeholders of the numerator."""
    below: str
    """Those of the denominator, or the denominator itself."""
    behind: Tokens

    @property
    def fixed(self) -> int:
        """The denominator that the code demands; 0 for none."""
        return int(self.below) if self.below.isdigit() and self.below.strip("0") else 0

    @property
    def finest(self) -> int:
        """The largest denominator that may be shown."""
        return self.fixed or int(10 ** len(self.below)) - 1

    @property
    def has_whole(self) -> bool:
        """Whether the whole number has a place of its own."""
        return any(token.kind == "digit" for token in self.before)

    @property
    def width(self) -> int:
        """The number of spaces in place of a fraction of zero."""
        return len(self.above) + 1 + len(self.below)

    def nearest(self, exact: Fraction) -> Fraction:
        """Return the fraction that is shown for a number."""
        if self.fixed:
            return Fraction((2 * exact * self.fixed + 1) // 2, self.fixed)
        return exact.limit_denominator(self.finest)

    def shown(self, part: Fraction) -> str:
        """Return the numerator, to the right, and the denominator."""
        bottom = self.fixed or part.denominator
        padding = {"?": " ", "0": "0"}.get(self.above[0], "")
        top = str(int(part * bottom))
        return f"{padding * (len(self.above) - len(top))}{top}/{bottom}"

    def padding(self, part: Fraction) -> str:
        """Return the spaces behind the denominator."""
        missing = len(self.below) - len(str(self.fixed or part.denominator))
        return " " * missing if "?" in self.below else ""


def fraction_of(tokens: Tokens) -> Layout:
    """Return the layout of a section that has a bar."""
    first = bar = slash(tokens)
    while first and tokens[first - 1].kind == "digit":
        first -= 1
    last = bar + 1
    while last < len(tokens) and _is_below(tokens[last]):
        last += 1
    above, below = (
        "".join(token.text for token in part)
        for part in (tokens[first:bar], tokens[bar + 1 : last])
    )
    return Layout(tokens[:first], above, below, tokens[last:])


def _is_below(token: Token) -> bool:
    return token.kind == "digit" or (token.kind == "literal" and token.text in set("123456789"))
