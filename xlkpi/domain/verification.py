"""What came of comparing a scored workbook with what it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the workbook is not what it should be."""

    sheet: str
    cell: str
    kind: str
    """`value`, `formula`, `result` (what a formula shows), `extra`, `missing`, `figure` (of which a
    second, independent computation says something else), `look` (of a cell, a sheet or a part); of the
    whole workbook `sheets`, `hidden`, `macro`, `link`, `fingerprint`, `source`, `inputs`."""
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it."""

    status: Literal["same", "resaved", "changed", "other-version"]
    """`same`; `resaved` by another program and otherwise the same; `changed`; `other-version`, of
    which the figures alone were compared."""
    differences: tuple[Difference, ...]
    verification_code: str
    """校验码 as the workbook's own inputs and results give it; "" where they cannot be read."""
    form: str = ""
    """The office's own layout of 自评表, if the workbook alone defines it."""
    inputs: int = 0
    """How many of `differences`, the first ones, are cells that people fill in."""

    @property
    def differs(self) -> bool:
        """Whether anything differs, of what was compared."""
        return bool(self.differences) or self.status == "changed"
