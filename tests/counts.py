"""How many random cases a test draws: a few in `make test`, all that it is worth in `make prove`.

XLKPI_PROVE is 1 in `make prove`; a share below 1 tries out what it does without waiting two hours.
XLKPI_QUICK is 1 in `make quick`, which draws a quarter of the few.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from random import Random
from typing import TypeVar

SHARE = float(os.environ.get("XLKPI_PROVE") or 0)
PROVE = SHARE > 0
QUICK = os.environ.get("XLKPI_QUICK") == "1"

T = TypeVar("T")


def drawn(few: int, full: int) -> int:
    """Return how many cases to draw."""
    if PROVE:
        return max(few, round(full * SHARE))
    return max(1, few // 4) if QUICK else few


def chosen(cases: Sequence[T], few: int, seed: object = 0) -> list[T]:
    """Return so many of the cases, the same ones every time; in `make prove` all of them."""
    count = min(len(cases), drawn(few, len(cases)))
    return list(cases) if count == len(cases) else Random(str(seed)).sample(cases, count)


def spread(cases: Sequence[T], most: int) -> list[T]:
    """Return so many of the cases at most, evenly from the first on."""
    count = min(len(cases), most)
    return [cases[len(cases) * at // count] for at in range(count)]
