"""The rows of 评分规则 as they were read, why they make no rule, and a sound rule of them."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from xlkpi.domain.location import CellRef

KINDS = ("分档", "步长", "超额完成", "直线", "偏离")
"""The values of 方式."""
BANDS, STEPS, OVER_ACHIEVEMENT, LINE, DEVIATION = KINDS
HIGHER = "高于扣分"
"""方向: else 低于扣分."""
PARTS = ("不计", "按一步", "按比例")
"""不足一步: what less than a whole step costs; an empty cell is the first."""
NOTHING, A_STEP, IN_PROPORTION = PARTS
GAP_PLACES = 9
"""A gap is rounded before it is compared or counted in steps: 100.3 − 100 is three steps of 0.1."""

COLUMNS = {
    BANDS: ("下限", "含下限", "得分比例", "得分"),
    STEPS: ("基准", "方向", "步长", "每步扣分", "封底", "不足一步"),
    OVER_ACHIEVEMENT: ("下限", "含下限", "得分比例"),
    LINE: ("下限", "得分比例", "得分"),
    DEVIATION: ("基准", "步长", "每步扣分", "封底", "不足一步"),
}
"""方式 → the columns that it looks at, besides 规则 and 方式."""
_NUMBERS = ("下限", "得分比例", "得分", "基准", "步长", "每步扣分", "封底")


class Entry(NamedTuple):
    """One row of 评分规则 as it was read; numbers are None where the cell is empty or broken."""

    name: str
    kind: str
    bound: Decimal | None
    inclusive: bool
    share: Decimal | None
    base: Decimal | None
    direction: str
    step: Decimal | None
    cost: Decimal | None
    floor: Decimal | None
    places: dict[str, CellRef]
    """The cell of each header."""
    broken: frozenset[str] = frozenset()
    """Headers whose cells could not be read; each has a finding."""
    bare: frozenset[str] = frozenset()
    """Headers with 0 < |x| ≤ 1 and no per cent sign."""
    percents: frozenset[str] = frozenset()
    """Headers whose numbers were typed as per cents, and count in percentage points."""
    points: Decimal | None = None
    """得分: what the row earns in points, whatever the 分值."""
    part: str = ""
    """不足一步, "" where the cell is empty."""


class Flaw(NamedTuple):
    """Why a rule cannot be used."""

    place: CellRef
    what: str
    """Continues “the rule …”."""
    how: str
    """How to mend it."""


class Rule(NamedTuple):
    """A sound rule."""

    name: str
    kind: str
    entries: tuple[Entry, ...]
    """Of bands and points of a line the highest first."""

    @property
    def cells(self) -> dict[str, str]:
        """The names that its formula uses → references to its cells."""
        named = [header for header in _NUMBERS if header in COLUMNS[self.kind]]
        return {
            f"{header}{n}": entry.places[header].reference
            for n, entry in enumerate(self.entries, start=1)
            for header in named
            if header in entry.places
        }

    @property
    def lowest(self) -> Decimal | None:
        """The lowest bound; None where a band has none and takes everything."""
        return self.entries[-1].bound

    @property
    def in_points(self) -> bool:
        """Whether its rows give 得分 in points instead of a share of 分值."""
        return any(entry.points is not None for entry in self.entries)


def sort_key(entry: Entry) -> tuple[bool, Decimal, bool]:
    """An empty bound is below all; of two equal ones the exclusive one is the higher."""
    return entry.bound is not None, entry.bound or Decimal(0), not entry.inclusive


def shown(value: Decimal | None) -> str:
    """Return a number of a row as people write it; "" where there is none."""
    return "" if value is None else f"{value.normalize():f}"


def earned_text(entry: Entry) -> str:
    """Say what a row earns: a share of the points, or points."""
    if entry.points is not None:
        return f"{shown(entry.points)} 分"
    return f"{shown((entry.share or Decimal(0)) * 100)}%"
