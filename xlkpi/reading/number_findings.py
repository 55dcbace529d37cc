"""What is wrong with a cell that should hold a number, and what to fill in instead."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from xlkpi.domain import numbers
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import ValueRange
from xlkpi.domain.schema import canonical


def report_percent(
    place: CellRef, typed: str, points: Decimal, within: ValueRange = numbers.ANY
) -> Finding:
    """Report a per cent where a number belongs, with what it may mean there: 85% for 85 or 0.85.

    Where the cell has an upper limit, it may also be a share of that.
    """
    share = points.scaleb(-2, numbers.EXACT)
    meant = [] if within.high is None else [share * within.high]
    fit = [numbers.plain(each) for each in (points, *meant, share) if within.contain(each)]
    digits = f"数字：{' 或 '.join(dict.fromkeys(fit))}" if fit else within.words
    return finding("X506", place, typed, digits=digits)


def check_size(place: CellRef, read: Decimal, limit: int | None) -> Finding | None:
    """Report a number that is too large, or has more decimals than `limit`."""
    if abs(read) >= numbers.LARGEST:
        return finding("X514", place, numbers.plain(read))
    if limit is not None and numbers.decimals(read) > limit:
        return finding("X508", place, numbers.plain(read), limit=limit)
    return None


def report_text(place: CellRef, typed: str, within: ValueRange, units: tuple[str, ...]) -> Finding:
    """Report a text that is no number; `units` are those that may stand behind one."""
    hidden = [c for c in typed.strip() if unicodedata.category(c) in ("Cf", "Cc")]
    if hidden:
        which = "、".join(dict.fromkeys(f"U+{ord(c):04X}" for c in hidden))
        return finding("X511", place, typed, which=which)
    return _no_number(place, typed, within, units)


def _no_number(place: CellRef, typed: str, within: ValueRange, units: tuple[str, ...]) -> Finding:
    """Report a text that is no number; what is proposed is the number itself, or nothing."""
    likely = numbers.likely_number(typed, units[0] if units else "")
    inside = likely and within.contain(Decimal(likely))
    proposed = f"，例如 {likely}" if inside else ""
    return finding("X505", place, typed, wanted=within.words, proposed=proposed)


def report_unit(
    place: CellRef, typed: str, unit: str, units: tuple[str, ...], within: ValueRange
) -> Finding:
    """Report a number with another unit behind it."""
    known = canonical(unit) in {"万元", "元", "亿元", "千元", "分"}
    if units and known:
        return finding("X512", place, typed, unit=unit, expected=units[0])
    return _no_number(place, typed, within, units)
