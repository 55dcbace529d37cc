"""How many random cases a test draws: a few in `make test`, all that it is worth in `make prove`.

XLKPI_PROVE says which: unset or 0 for a few, 1 for all, and a share in between for trying out what
`make prove` does without waiting two hours for it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from random import Random
from typing import TypeVar

SHARE = float(os.environ.get("XLKPI_PROVE") or 0)
PROVE = SHARE > 0

T = TypeVar("T")


def drawn(few: int, full: int) -> int:
    """Return how many cases to draw."""
    return max(few, round(full * SHARE)) if PROVE else few


def chosen(cases: Sequence[T], few: int, seed: object = 0) -> list[T]:
    """Return so many of the cases, the same ones every time; in `make prove` all of them."""
    count = min(len(cases), drawn(few, len(cases)))
    return list(cases) if count == len(cases) else Random(str(seed)).sample(cases, count)
