"""Which one of several cells that should say the same is wrong: the decision, in one place.

Cells are witnesses of what is meant. What most of them say is taken for it; where as many say the
one as the other, what is repeated, or breaks a rule that all others keep, is taken for the mistake.
Where that does not tell either, nobody can: then one finding names both cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from xlkpi.domain.findings import Finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef

_MOST = 2_000
"""Longer lists are compared by their one stray entry alone: finding the gaps takes too long."""
_END = "\n"
"""No code and no name."""


class Correction(NamedTuple):
    """A workbook as it was most likely meant, and what was taken for mistakes."""

    filled: Filled
    findings: tuple[Finding, ...] = ()
    explained: frozenset[tuple[str, CellRef]] = frozenset()
    """Codes and places of what follows from these findings and still shows in the workbook as meant."""

    def then(self, later: Correction) -> Correction:
        """Return both corrections as one; `later` was made in this one's workbook."""
        return Correction(
            later.filled, self.findings + later.findings, self.explained | later.explained
        )


class Support(NamedTuple):
    """What speaks for one spelling; compared in this order."""

    cells: int
    """Cells that say it, each independent of the others."""
    unrepeated: bool = True
    """Whether it would be the only one of its list."""
    regular: bool = True
    """Whether it keeps a rule that its neighbours keep."""


def choose(supports: Mapping[str, Support]) -> str | None:
    """Return the spelling that is meant; None where two are equally likely."""
    first, *others = sorted(supports, key=lambda each: supports[each], reverse=True)
    return None if others and supports[others[0]] == supports[first] else first


def pair_strays(own: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Return which entries of two lists stand for each other, though they differ: index → index.

    A stray entry is not in the other list, or is repeated in its own. Two strays belong together
    where they fill the same gap between entries that both lists have, or are the only ones.
    """
    left, right = _find_strays(own, other), _find_strays(other, own)
    if not left or not right:
        return {}
    pairs: dict[int, int] = {}
    if max(len(own), len(other)) <= _MOST:
        lists = [*own, _END], [*other, _END]  # so that the last gap is like the others
        blocks = SequenceMatcher(None, *lists, autojunk=False).get_opcodes()
        for kind, top, bottom, start, end in blocks:
            if kind == "replace" and bottom - top == end - start:
                both = zip(range(top, bottom), range(start, end), strict=True)
                pairs |= {i: j for i, j in both if i in left and j in right}
    rest = [i for i in left - pairs.keys() if own[i] not in other]
    others = [j for j in right - set(pairs.values()) if other[j] not in own]
    if len(rest) == len(others) == 1:
        pairs[rest[0]] = others[0]
    return pairs


def _find_strays(own: Sequence[str], other: Sequence[str]) -> set[int]:
    known, times = set(other), Counter(own)
    return {i for i, each in enumerate(own) if each and (each not in known or times[each] > 1)}
