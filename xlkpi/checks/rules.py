"""评分规则: every rule that is used is sound, and what it is used for is one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from xlkpi.checks.rule_percents import unread_target, unstated_percent
from xlkpi.domain import custom_rules, methods
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import plain, rounded
from xlkpi.domain.schema import RULES, canonical, folded
from xlkpi.domain.text import as_text

_BUDGET = "预算执行率:"
"""How the name of a rule over 执行率 begins, as read."""


def _used(filled: Filled) -> dict[str, Indicator]:
    """Return the folded name of each rule → the first indicator that uses it."""
    used: dict[str, Indicator] = {}
    for indicator in filled.indicators:
        name = (indicator.method.value or "").removeprefix(_BUDGET)
        used.setdefault(folded(name), indicator)
    return used


def _groups(filled: Filled) -> dict[str, list[custom_rules.Entry]]:
    groups: dict[str, list[custom_rules.Entry]] = {}
    for entry in filled.entries:
        groups.setdefault(folded(entry.name), []).append(entry)
    return groups


def sound(filled: Filled) -> Iterator[Finding]:
    """A rule that is used can be computed; a flaw of an unused one is only a warning."""
    used = _used(filled)
    for key, entries in _groups(filled).items():
        name = entries[0].name
        if not key:
            yield from _nameless(entries)
            continue
        for flaw in (*_names(entries[0]), *custom_rules.flaws(entries)):
            params = {"name": name, "what": flaw.what, "how": flaw.how}
            yield finding("X630" if key in used else "X631", flaw.place, **params)


def _nameless(entries: list[custom_rules.Entry]) -> Iterator[Finding]:
    """It may well belong to the rule above it, which is then another one: it stops."""
    how = "请写规则名；属于上面那条规则的，写同一个规则名；不用的请清空这一行。"
    for entry in entries:
        if "规则" not in entry.broken:
            place = entry.places["规则"]
            yield finding("X630", place, name="（空）", what="这一行没有写规则名", how=how)


def _names(entry: custom_rules.Entry) -> Iterator[custom_rules.Flaw]:
    spelled = methods.standard_name(entry.name)
    if spelled in methods.NAMES or spelled.startswith(_BUDGET):
        how = "请换一个规则名，并照样改“三级指标”的评分方式。"
        yield custom_rules.Flaw(entry.places["规则"], "与系统自带的评分方式同名", how)


def fits(filled: Filled) -> Iterator[Finding]:
    """预算执行率 takes no 超额完成; a floor and what a row earns lie within the points."""
    for indicator in filled.indicators:
        name = indicator.method.value or ""
        rule = filled.rules.get(folded(name.removeprefix(_BUDGET)))
        if rule is None:
            continue
        if name.startswith(_BUDGET) and rule.kind == custom_rules.OVER_ACHIEVEMENT:
            yield finding("X632", indicator.method.place, name, rule=rule.name)
        points = indicator.points.value
        for code, header, value, place in _in_points(rule):
            if points is not None and value > points and header in custom_rules.COLUMNS[rule.kind]:
                params = {"name": rule.name, "code": indicator.label, "limit": plain(points)}
                yield finding(code, place, plain(value), **params)


def _in_points(rule: custom_rules.Rule) -> Iterator[tuple[str, str, Decimal, CellRef]]:
    """Yield what a rule gives in points, and the finding code for too much."""
    for entry in rule.entries:
        for code, header, value in (("X633", "封底", entry.floor), ("X681", "得分", entry.points)):
            if value is not None:
                yield code, header, value, entry.places[header]


def line_ends(filled: Filled) -> Iterator[Finding]:
    """Nothing is earned beyond a line's bad end, and all beyond its good one: a jump is reported."""
    reported: set[CellRef] = set()
    for indicator in filled.indicators:
        method, worth = filled.method_of(indicator), indicator.points.value
        if (
            method is None
            or method.rule is None
            or method.rule.kind != custom_rules.LINE
            or worth is None
        ):
            continue
        rule = method.rule
        for entry, side, rising in ((rule.entries[0], "高", True), (rule.entries[-1], "低", False)):
            good = rising == custom_rules.rises(rule)
            header, earned, full = "得分比例", entry.share, Decimal(1)
            if rule.in_points:
                header, earned, full = "得分", entry.points, worth
            place = entry.places[header]
            jump = earned is not None and (earned < full if good else earned > 0)
            if jump and place not in reported:
                reported.add(place)
                params = {
                    "share": custom_rules.earned_text(entry),
                    "beyond": "得满分" if good else "不得分",
                }
                bound = plain(entry.bound or Decimal(0))
                yield finding("X680", place, bound, name=rule.name, side=side, **params)


def deviations(filled: Filled) -> Iterator[Finding]:
    """偏离 costs on both sides of one target, by which it can divide."""
    for indicator in filled.indicators:
        method, nature = filled.method_of(indicator), indicator.nature
        if method is None or method.rule is None or method.rule.kind != custom_rules.DEVIATION:
            continue
        params = {"code": indicator.label, "name": method.rule.name}
        if nature.good and nature.value not in ("", "="):
            yield finding("X684", nature.place, nature.value or "", **params)
        entry, target = method.rule.entries[0], indicator.target
        if entry.base is None and target.value == 0 and not custom_rules.by_steps(entry):
            yield finding("X682", target.place, **params)
        value, points = unread_target(filled, indicator), method.budgeted or indicator.in_points
        if entry.base is None or "基准" in (entry.bare if points else entry.percents):
            continue  # a base on another scale has a finding
        if value is not None and value != entry.base:
            found = plain(value)
            yield finding("X683", indicator.target.place, found, base=plain(entry.base), **params)


_DOWN, _UP = ("≤", "<", "反向", "逆向", "负向"), ("≥", ">", "正向")
"""How 指标性质 begins where less is better, and where more is."""


def natures(filled: Filled) -> Iterator[Finding]:
    """A rule that pays for more where 指标性质 asks for less, or the contrary, is reported."""
    for indicator in filled.indicators:
        method, nature = filled.method_of(indicator), indicator.nature
        if method is None or method.rule is None or nature.broken:
            continue
        better = _better(method.rule)
        against = _DOWN if better == "高" else _UP
        if better and canonical(nature.value or "").startswith(against):
            entry = method.rule.entries[0]
            header = "方向" if method.rule.kind == custom_rules.STEPS else "下限"
            params = {
                "code": indicator.label,
                "name": method.rule.name,
                "cell": entry.places[header],
            }
            yield finding("X696", nature.place, nature.value or "", better=better, **params)


def _better(rule: custom_rules.Rule) -> str:
    """Return which values a rule earns more for, 高 or 低; "" where neither is always so."""
    if rule.kind == custom_rules.STEPS:
        return "低" if rule.entries[0].direction == custom_rules.HIGHER else "高"
    if rule.kind == custom_rules.LINE:
        return "高" if custom_rules.rises(rule) else "低"
    if rule.kind != custom_rules.BANDS:
        return ""
    earned = [each.share if each.points is None else each.points for each in rule.entries]
    known = [each for each in earned if each is not None]
    if known[0] == known[-1]:
        return ""
    if known == sorted(known, reverse=True):
        return "高"
    return "低" if known == sorted(known) else ""


def renamed_parts(filled: Filled) -> Iterator[Finding]:
    """不足一步 under an unknown header is an error: without it, steps would cost something else."""
    table = filled.tables.get(RULES.name)
    if table is None or "不足一步" in table.columns:
        return
    known, grid = set(table.columns.values()), table.grid
    for column in range(len(grid.rows[table.header_row])):
        value = [canonical(as_text(grid.raw(row, column))) for row in table.rows]
        words = [word for word in value if word in custom_rules.PARTS]
        if column not in known and words:
            place = grid.place(table.header_row, column)
            yield finding(
                "X685", place, as_text(grid.raw(place.row, column)) or "（空）", held=words[0]
            )


def unused_columns(filled: Filled) -> Iterator[Finding]:
    """A value in a column that the kind of rule does not use is reported."""
    table = filled.tables.get(RULES.name)
    headers = [column.header for column in RULES.columns[2:]]
    kinds = {folded(each.name): each.kind for each in reversed(filled.entries) if each.kind}
    for entry in filled.entries:
        if entry.kind not in custom_rules.COLUMNS or entry.kind != kinds[folded(entry.name)]:
            continue  # rows of another kind than their rule's first have a finding
        row = entry.places["规则"].row
        for header in headers:
            seen = header in custom_rules.COLUMNS[entry.kind] or header in entry.broken
            seen |= (
                entry.kind == custom_rules.OVER_ACHIEVEMENT and header == "得分"
            )  # that it has none is a flaw
            if table and not seen and table.has(row, header):
                yield _unused(entry, header, table.grid.raw(row, table.columns[header]))


def _unused(entry: custom_rules.Entry, header: str, value: object) -> Finding:
    kinds = "".join(f"“{kind}”" for kind, seen in custom_rules.COLUMNS.items() if header in seen)
    params = {"name": entry.name, "kind": entry.kind, "header": header, "kinds": kinds}
    return finding("X637", entry.places[header], as_text(value), **params)


def covered(filled: Filled) -> Iterator[Finding]:
    """A value below the lowest band has no points of its own: to give it 0 would be a guess."""
    for indicator in filled.indicators:
        method = filled.method_of(indicator)
        if method is None or method.rule is None or method.rule.kind != custom_rules.BANDS:
            continue
        if unstated_percent(filled, indicator):
            continue
        value = _rate(filled) if method.budgeted else indicator.actual.value
        if value is not None and custom_rules.band(method.rule, Fraction(value)) is None:
            place = indicator.method.place if method.budgeted else indicator.actual.place
            params = {"code": indicator.label, "name": method.rule.name}
            yield finding("X634", place, plain(rounded(value, 6)), **params)


def lowest(filled: Filled) -> Iterator[Finding]:
    """A rule that is used covers the lowest values, even where none is so low this year."""
    used, reported = _used(filled), {each.params["name"] for each in covered(filled)}
    for key, rule in filled.rules.items():
        last = rule.entries[-1]
        open_below = last.bound is None or (last.bound <= 0 and last.inclusive)
        if (
            rule.kind == custom_rules.BANDS
            and key in used
            and not open_below
            and rule.name not in reported
        ):
            yield finding(
                "X635", last.places["下限"], plain(last.bound or Decimal(0)), name=rule.name
            )


def _rate(filled: Filled) -> Fraction | None:
    """Return 执行率 in percentage points; None where an amount is missing, which has a finding."""
    amounts = [(each.budget.value, each.executed.value) for each in filled.projects]
    if not amounts or any(None in pair for pair in amounts):
        return None
    budget = sum((Fraction(left or 0) for left, _ in amounts), Fraction(0))
    executed = sum((Fraction(right or 0) for _, right in amounts), Fraction(0))
    return executed / budget * 100 if budget else Fraction(0)
