"""Which checks could be removed without a sample noticing? `make prove` prints them: none.

Every recipe is read once; then each check is taken out of its tuple in turn, and at least one
recipe's findings must change.
"""

from __future__ import annotations

from collections import Counter

from tests import documents
from xlkpi import checks
from xlkpi.domain.inputs import Filled
from xlkpi.reading.workbook import read


def survivors() -> list[str]:
    """Names of the checks whose removal changes no sample's findings."""
    books = [read(documents.recipe(path).workbook(), path.name)[0] for path in documents.recipes()]
    whole = [_findings(book, checks.CHECKS) for book in books]
    alive = []
    for each in checks.CHECKS:
        rest = tuple(other for other in checks.CHECKS if other is not each)
        if [_findings(book, rest) for book in books] == whole:
            alive.append(f"{each.__module__}.{each.__name__}")
    return alive


def _findings(book: Filled, checks: tuple[checks.Check, ...]) -> Counter[tuple[str, str]]:
    return Counter((found.code, str(found.place)) for one in checks for found in one(book))


if __name__ == "__main__":
    alive = survivors()
    print(f"checks: {len(checks.CHECKS)}, survivors: {', '.join(alive) or 'none'}")
