"""Which checks could be removed without a sample noticing? `make prove` prints them: none.

Checks do not see each other: taking one out changes a recipe's findings exactly where it has some
of its own. So every recipe is read once and every check is run once over it.
"""

from __future__ import annotations

from tests import documents
from xlkpi import checks
from xlkpi.reading.workbook import read


def survivors() -> list[str]:
    """Names of the checks whose removal changes no sample's findings."""
    books = [read(documents.recipe(path).workbook(), path.name)[0] for path in documents.recipes()]
    return [
        f"{each.__module__}.{each.__name__}"
        for each in checks.CHECKS
        if not any(found for book in books for found in each(book))
    ]


if __name__ == "__main__":
    alive = survivors()
    print(f"checks: {len(checks.CHECKS)}, survivors: {', '.join(alive) or 'none'}")
