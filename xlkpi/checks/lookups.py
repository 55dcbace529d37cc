"""Rows by the name or code that others refer to them by: the first of each, or only those that are clear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Ballot, Filled, Member
from xlkpi.domain.schema import folded

T = TypeVar("T")


def first_by(items: Iterable[T], key: Callable[[T], str]) -> dict[str, T]:
    """Return the first item of each key; those without one are left out."""
    found: dict[str, T] = {}
    for item in items:
        found.setdefault(key(item), item)
    found.pop("", None)
    return found


def members_by_name(filled: Filled) -> dict[str, Member]:
    """Return the first member of each name, as it is compared."""
    return first_by(filled.members, lambda each: folded(each.name.value))


def ballots_by_scorer(filled: Filled) -> dict[str, Ballot]:
    """Return the first ballot of each scorer, by the name as it is compared."""
    return first_by(filled.ballots, lambda each: folded(each.scorer.value))


def clear_indicators(filled: Filled) -> dict[str, Indicator]:
    """Return the third-level indicators whose code is theirs alone."""
    times = Counter(each.key for each in filled.indicators)
    return {each.key: each for each in filled.indicators if each.key and times[each.key] == 1}
