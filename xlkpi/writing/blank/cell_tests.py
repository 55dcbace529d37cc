"""Tests of a cell that the live checks share, as formula texts: a number, a total's name, a code.

A formula sees a cell's content and the class of its number format; whatever else may be wrong with it
(its font, a merge) only the program sees, so a check that is not sure says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from xlkpi.domain.schema import TOTAL_WORDS

OK = "✓"
UNSURE = "○ 交工具检查"
"""Nothing was found wrong, but a formula cannot tell: the program decides."""

_WORDS = (*TOTAL_WORDS, "共计")
_WHAT = ("", "本年", "本页", "本表", "全年", "基本支出", "项目支出")
TOTALS = tuple(what + word for what in _WHAT for word in _WORDS)
"""Names of a control total, as they are usually written."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"
_LONGEST_CODE = 16


def one_of(value: str, words: Iterable[str]) -> str:
    """Return the test whether a value, or each of an array, is one of the words."""
    listed = ",".join(f'"{word}"' for word in words)
    return f"ISNUMBER(MATCH({value},{{{listed}}},0))"


def stripped(value: str) -> str:
    """Return a text without spaces, half or full width: 合 计."""
    return f'SUBSTITUTE(SUBSTITUTE({value}," ",""),"\u3000","")'


def is_total(value: str) -> str:
    """Return the test whether a cell names a control total."""
    return one_of(stripped(value), _WORDS)


def summed(amounts: str, *names: str) -> str:
    """Return the sum of a column without the rows that are control totals by one of their names."""
    real = "*".join(f"(1-{one_of(stripped(name), TOTALS)})" for name in names)
    return f"ROUND(SUMPRODUCT({real},{amounts}),6)"


def is_code(cell: str) -> str:
    """Return the test whether a text has only letters, digits and signs that no program confuses."""
    places = ",".join(str(n) for n in range(1, _LONGEST_CODE + 1))
    padded = f'{cell}&"{"A" * _LONGEST_CODE}"'  # LibreOffice finds no empty text
    found = f'ISNUMBER(FIND(MID({padded},{{{places}}},1),"{_LETTERS}"))'
    return f"AND(LEN({cell})<={_LONGEST_CODE},SUMPRODUCT(--{found})={_LONGEST_CODE})"


_FIRST_DAY, _LAST_DAY = 32_874, 54_788
"""The numbers of the days from 1990 to 2049, of which programs do not always tell that they are dates."""


def is_no_date(*cells: str) -> str:
    """Return the test whether cells are no dates, nor numbers that may be shown as such."""
    tests = (
        f"OR(N({cell})<{_FIRST_DAY},N({cell})>{_LAST_DAY}),NOT(ISLOGICAL({cell}))" for cell in cells
    )
    return f"AND({','.join(tests)})"


def may_be_date(value: Decimal) -> bool:
    """Whether a number may be one that is shown as a date."""
    return _FIRST_DAY <= value <= _LAST_DAY


def is_shown_plainly(*cells: str) -> str:
    """Return the test whether cells are shown as the numbers that they hold: no per cent, no date."""
    tests = (
        f'ISNUMBER(FIND(LEFT(CELL("format",{cell}),1),"GF,")),{is_no_date(cell)}' for cell in cells
    )
    return f"AND({','.join(tests)})"


def first_of(cases: Iterable[tuple[str, str]], otherwise: str) -> str:
    """Return nested IFs: the verdict of the first test that holds. Verdicts are formula texts."""
    text = otherwise
    for test, verdict in reversed(list(cases)):
        text = f"IF({test},{verdict},{text})"
    return text


def quoted(words: str) -> str:
    """Return a text as a formula writes it."""
    return f'"{words}"'
