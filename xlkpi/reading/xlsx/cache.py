"""A cache of what texts mean, as a dict: hot loops look up and call nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

_Known = TypeVar("_Known")


_LONGEST = 1_000
"""Characters of a text that is cached: memory is bounded, whatever a file contains."""


class Memo(dict[str, _Known], Generic[_Known]):
    """Text → its meaning, computed once; when there are too many, all are dropped."""

    def __init__(self, compute: Callable[[str], _Known], room: int = 20_000) -> None:
        super().__init__()
        self.compute = compute
        self.room = room

    def __missing__(self, text: str) -> _Known:
        known = self.compute(text)
        if len(text) <= _LONGEST:
            if len(self) >= self.room:
                self.clear()
            self[text] = known
        return known
