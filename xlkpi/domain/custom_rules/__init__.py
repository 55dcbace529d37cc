"""评分规则: an office's own rules by name, each 方式 one class with its points beside its formula.

分档: the highest band that a value reaches gives what it earns. 直线: points run straight between
values. 步长: every step on the bad side of a base costs points, down to a floor. 偏离: the distance
from the target on either side costs. 超额完成: what was reached far beyond the target counts for less.
Values are in the indicator's own unit; with % in percentage points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlkpi.domain.custom_rules.bands import (
    Bands,
    OverAchievement,
    band,
    band_formula,
    kept_share,
)
from xlkpi.domain.custom_rules.entries import (
    A_STEP,
    BANDS,
    COLUMNS,
    DEVIATION,
    GAP_PLACES,
    HIGHER,
    IN_PROPORTION,
    KINDS,
    LINE,
    OVER_ACHIEVEMENT,
    PARTS,
    STEPS,
    Entry,
    Flaw,
    Rule,
    earned_text,
)
from xlkpi.domain.custom_rules.kind import Kind, Measured
from xlkpi.domain.custom_rules.line import Line, points_around, rises
from xlkpi.domain.custom_rules.steps import (
    Deviation,
    Steps,
    by_steps,
    excess,
    points_before_floor,
    reference_value,
    step_count,
)

__all__ = [
    "A_STEP", "BANDS", "COLUMNS", "DEVIATION", "GAP_PLACES", "HIGHER", "IN_PROPORTION", "KINDS",
    "LINE", "OVER_ACHIEVEMENT", "PARTS", "STEPS", "Entry", "Flaw", "Measured", "Rule", "band", "band_formula",
    "by_steps", "earned_text", "excess", "explain", "flaws", "kept_share", "kind_of", "make_rule",
    "points_around", "points_before_floor", "reference_value", "rises", "step_count",
]  # fmt: skip

_OF_KIND: dict[str, Kind] = {
    BANDS: Bands(), STEPS: Steps(), OVER_ACHIEVEMENT: OverAchievement(), LINE: Line(), DEVIATION: Deviation(),
}  # fmt: skip


def kind_of(rule: Rule) -> Kind:
    """Return the 方式 that computes a rule."""
    return _OF_KIND[rule.kind]


def make_rule(name: str, entries: Sequence[Entry]) -> Rule:
    """Return the rule of these rows, of which `flaws` finds nothing wrong."""
    return _OF_KIND[entries[0].kind].rule(name, entries)


def flaws(entries: Sequence[Entry]) -> Iterator[Flaw]:
    """Yield why the rows of one name make no rule; unreadable cells have findings already."""
    sound = [entry for entry in entries if "方式" not in entry.broken]
    kinds = list(dict.fromkeys(entry.kind for entry in sound if entry.kind))
    for entry in sound:
        place = entry.places["方式"]
        if not entry.kind:
            yield Flaw(place, "这一行没有写方式", "请从下拉列表选择；同一条规则每行都要写。")
        elif entry.kind != kinds[0]:
            what = f"前面各行是“{kinds[0]}”，这一行是“{entry.kind}”"
            yield Flaw(place, what, "一条规则只能用一种方式；是另一条规则的，请换一个规则名。")
            return
    if kinds:
        yield from _OF_KIND[kinds[0]].flaws(sound)


def explain(rule: Rule) -> str:
    """Say the rule, for someone who audits it."""
    return kind_of(rule).explain(rule)
