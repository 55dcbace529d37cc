"""The one exception of intake: these bytes are not a workbook that can be read."""

from __future__ import annotations


class Unreadable(Exception):
    """Raised when a file is not a workbook that can be read.

    Each code is a row in the table of findings, which contains the sentence and
    the remedy; `params` are what that sentence is filled in with.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code: str = code
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{key}={value!r}" for key, value in self.params.items())])
