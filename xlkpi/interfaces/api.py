"""The Python API: `xlkpi.score(path)` does everything in memory, in the caller's process."""

from __future__ import annotations

from decimal import Decimal
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from xlkpi import pipeline
from xlkpi.domain import results
from xlkpi.domain.findings import Finding
from xlkpi.runtime import files

if TYPE_CHECKING:
    import pandas as pd


class Outcome:
    """The outcome of one workbook. No file has been written."""

    def __init__(self, outcome: results.Outcome) -> None:
        self._outcome = outcome

    @property
    def status(self) -> str:
        """One of "scored", "refused" (errors; nothing scored) or "unreadable" (not a workbook)."""
        return self._outcome.status.value

    @property
    def total(self) -> Decimal | None:
        """The total as printed, with at least 小数位数 places; None unless scored."""
        return self._outcome.scored.total if self._outcome.scored else None

    @property
    def grade(self) -> str | None:
        """The grade's name; None unless scored."""
        return self._outcome.scored.grade.name.value if self._outcome.scored else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All problems and remarks, errors first."""
        return self._outcome.findings

    @property
    def tiers(self) -> pd.DataFrame:
        """One row per indicator of all tiers: tier, code, name, points, score (Decimal), rate."""
        import pandas as pd

        scored = self._outcome.scored
        rows = [
            (
                level,
                each.tier.code.value,
                each.tier.name.value,
                each.points,
                each.score,
                float(each.rate),
            )
            for level, tiers in enumerate(scored.tiers if scored else (), start=1)
            for each in tiers
        ]
        return pd.DataFrame(rows, columns=["tier", "code", "name", "points", "score", "rate"])

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the scored workbook, whole or not at all; ValueError unless scored.

        An existing file is replaced: the caller named it.
        """
        if self._outcome.scored is None:
            raise ValueError("the workbook has errors; nothing was scored")
        target = Path(fspath(path))
        files.store(target, pipeline.write_scored(self._outcome))
        return target


def score(path: str | PathLike[str]) -> Outcome:
    """Read, check and score one workbook in memory. Problems are in `findings`; nothing is raised."""
    return Outcome(pipeline.score_file(Path(fspath(path))))
