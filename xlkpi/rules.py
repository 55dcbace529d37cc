"""评分规则: an office's own rules by name, each with its points beside its formula.

分档: the highest band that a value reaches gives a share of the points. 步长: every whole step on the
bad side of a base costs points, down to a floor. 超额完成: what was reached far beyond the target
counts for less. Values are in the indicator's own unit; with % in percentage points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from xlkpi.numbers import rounded
from xlkpi.place import Place

KINDS = ("分档", "步长", "超额完成")
"""What 方式 may say."""
BANDS, STEPS, OVERDONE = KINDS
HIGHER = "高于扣分"
"""方向: else 低于扣分."""
MOST = 60
"""Bands of a rule: a formula may nest 64 deep."""
GAP_PLACES = 9
"""A gap is rounded before it is compared or counted in steps: 100.3 − 100 is three steps of 0.1."""


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
    places: dict[str, Place]
    """The cell of each header."""
    broken: frozenset[str] = frozenset()
    """Headers whose cells could not be read, which was told."""
    bare: frozenset[str] = frozenset()
    """Headers under which 0 < |x| ≤ 1 stands without a per cent sign."""
    percents: frozenset[str] = frozenset()
    """Headers whose numbers were typed as per cents, and count in percentage points."""


class Flaw(NamedTuple):
    """Why a rule cannot be used."""

    place: Place
    what: str
    """Continues “the rule …”."""
    how: str
    """How to mend it."""


class Rule(NamedTuple):
    """A sound rule."""

    name: str
    kind: str
    entries: tuple[Entry, ...]
    """Of bands the highest first."""

    @property
    def cells(self) -> dict[str, str]:
        """The names that its formula uses → references to its cells."""
        return {
            f"{header}{n}": entry.places[header].reference
            for n, entry in enumerate(self.entries, start=1)
            for header in _NAMED[self.kind]
            if header in entry.places
        }

    @property
    def lowest(self) -> Decimal | None:
        """The lowest bound; None where a band has none and takes everything."""
        return self.entries[-1].bound


COLUMNS = {
    BANDS: ("下限", "含下限", "得分比例"),
    STEPS: ("基准", "方向", "步长", "每步扣分", "封底"),
    OVERDONE: ("下限", "含下限", "得分比例"),
}
"""方式 → the columns that it looks at, besides 规则 and 方式."""
_NAMED = {
    BANDS: ("下限", "得分比例"),
    STEPS: ("基准", "步长", "每步扣分", "封底"),
    OVERDONE: ("下限", "得分比例"),
}


def rule(name: str, entries: Sequence[Entry]) -> Rule:
    """Return the rule of these rows, of which `flaws` finds nothing wrong."""
    kind = entries[0].kind
    if kind == STEPS:
        return Rule(name, kind, tuple(entries))
    return Rule(name, kind, tuple(sorted(entries, key=_height, reverse=True)))


def _height(entry: Entry) -> tuple[bool, Decimal, bool]:
    """An empty bound is below all; of two equal ones the exclusive one is the higher."""
    return entry.bound is not None, entry.bound or Decimal(0), not entry.inclusive


def flaws(entries: Sequence[Entry]) -> Iterator[Flaw]:
    """Find why the rows of one name make no rule; what could not be read was told before."""
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
    if kinds == [STEPS]:
        yield from _step_flaws(sound)
    elif kinds:
        yield from _band_flaws(kinds[0], sound)


def _step_flaws(entries: Sequence[Entry]) -> Iterator[Flaw]:
    first = entries[0]
    for entry in entries[1:]:
        how = "请删去多余的行；是另一条规则的，请换一个规则名。"
        yield Flaw(entry.places["规则"], "是“步长”，只能有一行", how)
    for header, held, how in (
        ("基准", first.base, "填开始扣分的数，例如 100"),
        ("方向", first.direction, "从下拉列表选择：高于扣分，或低于扣分"),
        ("步长", first.step, "填每差多少扣一次分，例如 1"),
        ("每步扣分", first.cost, "填每一步扣几分，例如 0.5"),
    ):
        if held in (None, "") and header not in first.broken:
            yield Flaw(first.places[header], f"没有填{header}", f"请{how}。")
    for header, value in (("步长", first.step), ("每步扣分", first.cost)):
        if value is not None and value <= 0:
            what = f"的{header} {_plain(value)} 不是正数"
            yield Flaw(first.places[header], what, "请填大于 0 的数。")
    if first.floor is not None and first.floor < 0:
        what = f"的封底 {_plain(first.floor)} 小于 0"
        yield Flaw(first.places["封底"], what, "请填最少得几分；扣完为止的留空。")


def _band_flaws(kind: str, entries: Sequence[Entry]) -> Iterator[Flaw]:
    for entry in entries:
        place, share = entry.places["得分比例"], entry.share
        if share is None and kind == BANDS and "得分比例" not in entry.broken:
            how = "请填这一档得分值的百分之几，例如 80%；不得分的填 0。"
            yield Flaw(place, "没有填得分比例", how)
        if share is not None and not 0 <= share <= 1:
            yield Flaw(place, f"的得分比例 {_plain(share)} 不在 0 到 100% 之间", _meant(share))
        if entry.bound is None and kind == OVERDONE and "下限" not in entry.broken:
            how = "请填完成值达到指标值的百分之几起，例如 150%。"
            yield Flaw(entry.places["下限"], "没有填下限", how)
        if kind == OVERDONE:
            yield from _not_over(entry)
    known = [entry for entry in entries if "下限" not in entry.broken]
    for above, below in pairwise(sorted(known, key=_height, reverse=True)):
        if _height(above) == _height(below):
            said = "留空" if below.bound is None else f"是 {_plain(below.bound)}"
            how = "请删去一行，或改成不同的下限。"
            yield Flaw(below.places["下限"], f"有两行的下限都{said}", how)
    if len(entries) > MOST:
        yield Flaw(entries[MOST].places["规则"], f"超过 {MOST} 行", "请合并相近的档次。")


_ALL = 100
"""The target itself, in per cent of it."""


def _not_over(entry: Entry) -> Iterator[Flaw]:
    """What only reaches the target has its full points: over-completion begins above 100 %."""
    bound, place = entry.bound, entry.places["下限"]
    if bound is None or bound > _ALL or (bound == _ALL and not entry.inclusive):
        return
    sign = "%" if "下限" in entry.percents else ""
    what = f"的下限 {_plain(bound)}{sign} 不是超额：这里填完成值为指标值的百分之几，要大于 100"
    how = "请填大于 100 的百分数，例如 130 或“130%”。"
    if bound == _ALL:
        how = "超过 100% 就算超额的，请在“含下限”选“否”；另有界限的，请填大于 100 的百分数，例如“130%”。"
    elif 1 < bound <= _TIMES and not sign:
        meant = _plain(bound * 100)
        how = f"如果是指标值的 {_plain(bound)} 倍，请写成 {meant} 或“{meant}%”。"
    yield Flaw(place, what, how)


_TIMES = 10
"""Up to here a bound without a per cent sign was most likely meant as a multiple of the target."""


def _meant(share: Decimal) -> str:
    """A share above 1 was most likely meant in per cent."""
    if 1 < share <= 100:
        return f"如果是百分之 {_plain(share)}，请写成“{_plain(share)}%”，带上百分号。"
    return "请填 0 到 100% 之间的比例，例如“80%”。"


def band(made: Rule, value: Fraction) -> Entry | None:
    """Return the highest band that a value reaches; None where it is below all of them."""
    return next((entry for entry in made.entries if _reaches(entry, value)), None)


def _reaches(entry: Entry, value: Fraction) -> bool:
    if entry.bound is None:
        return True
    gap = rounded(value - Fraction(entry.bound), GAP_PLACES)
    return gap >= 0 if entry.inclusive else gap > 0


def share(made: Rule, value: Fraction) -> Fraction | None:
    """Return what a value earns of the points (分档) or keeps of them (超额完成); None below all bands."""
    found = band(made, value)
    if found is None:
        return None
    return Fraction(1) if found.share is None else Fraction(found.share)


def share_formula(made: Rule, value: str, below: str = "0") -> str:
    """Return the same over names; `below` is for a value below all bands."""
    said = below
    for n, entry in reversed(list(enumerate(made.entries, start=1))):
        earned = "1" if entry.share is None else f"{{得分比例{n}}}"
        if entry.bound is None:
            said = earned
        else:
            sign = ">=" if entry.inclusive else ">"
            said = f"IF(ROUND({value}-{{下限{n}}},{GAP_PLACES}){sign}0,{earned},{said})"
    return said


def stepped(made: Rule, points: Fraction, value: Fraction) -> Fraction:
    """Return the points left after every whole step on the bad side of the base."""
    floor = Fraction(made.entries[0].floor or 0)
    return min(points, max(floor, unfloored(made, points, value)))


def unfloored(made: Rule, points: Fraction, value: Fraction) -> Fraction:
    """Return the same before 封底: below 0 where the steps cost more than there is."""
    cost = made.entries[0].cost
    assert cost is not None
    return points - steps(made, value) * Fraction(cost)


def beyond(made: Rule, value: Fraction) -> Fraction:
    """Return how far a value is on the bad side of the base, below 0 where it is on the good one."""
    entry = made.entries[0]
    assert entry.base is not None
    gap = value - Fraction(entry.base)
    return Fraction(rounded(gap if entry.direction == HIGHER else -gap, GAP_PLACES))


def steps(made: Rule, value: Fraction) -> int:
    """Return how many whole steps that is."""
    step = made.entries[0].step
    assert step is not None
    return int(rounded(max(Fraction(0), beyond(made, value) / Fraction(step)), GAP_PLACES))


def stepped_formula(made: Rule, value: str) -> str:
    """Return the same over names."""
    entry = made.entries[0]
    gap = f"{value}-{{基准1}}" if entry.direction == HIGHER else f"{{基准1}}-{value}"
    floor = "0" if entry.floor is None else "{封底1}"
    beyond = f"ROUND({gap},{GAP_PLACES})"  # by itself: 123456.7 − 123456 in steps of 0.01
    steps = f"INT(ROUND(MAX(0,{beyond}/{{步长1}}),{GAP_PLACES}))"
    return f"MIN({{分值}},MAX({floor},{{分值}}-{steps}*{{每步扣分1}}))"


def words(made: Rule) -> str:
    """Say the rule, for someone who audits it."""
    if made.kind == STEPS:
        entry = made.entries[0]
        side = "高" if entry.direction == HIGHER else "低"
        floor = f"，最低 {_plain(entry.floor)} 分" if entry.floor else "，扣完为止"
        return (
            f"步长：基准 {_plain(entry.base)}，每{side} {_plain(entry.step)}"
            f"（不足一步不扣）扣 {_plain(entry.cost)} 分{floor}"
        )
    ends = [f"{_from(entry)}得{_share(entry)}" for entry in made.entries]
    what = "分档" if made.kind == BANDS else "超额完成（完成值÷指标值，%）"
    return f"{what}：{'，'.join(ends)}"


def _from(entry: Entry) -> str:
    if entry.bound is None:
        return "其余"
    return f"{'≥' if entry.inclusive else '>'}{_plain(entry.bound)} "


def _share(entry: Entry) -> str:
    return "全部，须说明原因" if entry.share is None else f" {_plain(entry.share * 100)}%"


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
