"""What a text means, remembered: the hot loops look up and do not call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

_Known = TypeVar("_Known")


_LONGEST = 1_000
"""Characters of a text that is remembered: whatever a file holds, its memory is bounded."""


class Memo(dict[str, _Known], Generic[_Known]):
    """What a text means, worked out once for each; when there are too many, all are forgotten."""

    def __init__(self, work: Callable[[str], _Known], room: int = 20_000) -> None:
        super().__init__()
        self.work = work
        self.room = room

    def __missing__(self, text: str) -> _Known:
        known = self.work(text)
        if len(text) <= _LONGEST:
            if len(self) >= self.room:
                self.clear()
            self[text] = known
        return known
