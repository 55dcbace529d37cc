"""The formulas: what LibreOffice computes from our workbooks, with our own results taken out first.

Excel has to find the same; nobody can run it here, so LibreOffice stands for the other program.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import isclose
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from tests import custom_rule_rows, documents, libreoffice, random_books
from tests.counts import drawn
from xlkpi import pipeline
from xlkpi.audit import reference
from xlkpi.domain import custom_rules, methods
from xlkpi.domain.custom_rules import Rule
from xlkpi.domain.formula import Formula
from xlkpi.domain.location import a1
from xlkpi.domain.methods import BY_NAME, Case, Votes
from xlkpi.domain.numbers import NOISE
from xlkpi.domain.results import Outcome
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.exchange import markdown
from xlkpi.pipeline import Document, score_documents
from xlkpi.scoring import aggregate
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

BATCH = drawn(8, 50)
BATCHES = drawn(1, 4)
ROWS = drawn(300, 5000)
"""Cases of each method, and of each way of combining."""
FIRST_SEED = 10_000  # other workbooks than those of test_scoring


# whole workbooks


def outcome(data: bytes, name: str) -> Outcome:
    """What comes of a workbook, which must be sound."""
    made = score_documents([Document(name, data)])[0]
    assert made.scored is not None, [finding.message for finding in made.findings]
    return made


def disagreements(books: Mapping[str, Outcome], folder: Path) -> list[tuple[str, ...]]:
    """(workbook, sheet, cell, ours, theirs) of every formula of the scored workbooks."""
    paths = []
    for name, made in books.items():
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(pipeline.write_scored(made))
    theirs = libreoffice.recalculated(paths, folder / "theirs")
    return [
        (path.stem, *map(str, found))
        for path, other in zip(paths, theirs, strict=True)
        for found in libreoffice.disagreements(path, other)
    ]


@pytest.mark.parametrize("batch", range(BATCHES))
@pytest.mark.usefixtures("office")
def test_libreoffice_computes_every_formula_of_random_workbooks_alike(
    batch: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seeds = range(FIRST_SEED + batch * BATCH, FIRST_SEED + (batch + 1) * BATCH)
    books = {str(s): outcome(random_books.workbook(s), f"{s}.xlsx") for s in seeds}
    assert disagreements(books, tmp_path) == []
    cells = sum(
        len(held)
        for path in tmp_path.glob("*.xlsx")
        for held in libreoffice.formulas(path).values()
    )
    record_property(
        "random workbooks recalculated by LibreOffice without a disagreement", len(books)
    )
    record_property("formula cells of random workbooks, the same in LibreOffice", cells)


# every rule alone


@dataclass(frozen=True)
class Line:
    """A row of a sheet of cases: what stands in its cells, its formula, what must come out."""

    cells: Mapping[str, Decimal]
    marks: Sequence[Decimal | str]
    weights: Sequence[Decimal]
    formula: Formula
    exact: Fraction
    places: int


_COLUMNS = (
    "分值", "年度指标值", "实际完成值", "全年预算数", "全年执行数", "去极值最少人数", "小数位数",
)  # fmt: skip
_MARKS, _WEIGHTS = len(_COLUMNS), len(_COLUMNS) + 9
_FORMULA, _ROUNDED = len(_COLUMNS) + 18, len(_COLUMNS) + 19
_MORE = len(_COLUMNS) + 20
"""Where the cells of a rule, the votes of a survey and 核减分 begin."""


def write(path: Path, sheets: Mapping[str, Sequence[Line]]) -> Path:
    """A workbook with a sheet of cases for each rule."""
    with xlsxwriter.Workbook(path) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for row, line in enumerate(lines):
                _write(sheet, row, line)
    return path


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, line: Line) -> None:
    more = [name for name in line.cells if name not in _COLUMNS]
    columns = {name: at for at, name in enumerate(_COLUMNS)}
    columns |= {name: at for at, name in enumerate(more, start=_MORE)}
    for name, value in line.cells.items():
        sheet.write_number(row, columns[name], float(value))
    for start, held in ((_MARKS, line.marks), (_WEIGHTS, line.weights)):
        for column, value in enumerate(held, start=start):
            sheet.write(row, column, float(value) if isinstance(value, Decimal) else value)
    last = len(line.marks) - 1
    addresses = {name: a1(row, column) for name, column in columns.items()}
    addresses["得分"] = f"{a1(row, _MARKS)}:{a1(row, _MARKS + last)}"
    addresses["权重"] = f"{a1(row, _WEIGHTS)}:{a1(row, _WEIGHTS + last)}"
    sheet.write_number(row, _COLUMNS.index("小数位数"), line.places)
    sheet.write_formula(row, _FORMULA, line.formula.at(addresses))
    rounding = f"=ROUND(ROUND({a1(row, _FORMULA)},{NOISE}),{addresses['小数位数']})"
    sheet.write_formula(row, _ROUNDED, rounding)


def wrong(lines: Sequence[Line], computed: Mapping[str, object]) -> list[tuple[object, ...]]:
    """(row, what, theirs, exact, cells) where LibreOffice finds something else than the reference."""
    found: list[tuple[object, ...]] = []
    for row, line in enumerate(lines):
        shown = [*map(str, line.cells.values()), *map(str, line.marks), *map(str, line.weights)]
        score = reference.round_score(line.exact, line.places)
        raw, fine = computed.get(a1(row, _FORMULA)), computed.get(a1(row, _ROUNDED))
        if not isinstance(fine, int | float) or Fraction(str(fine)) != score:
            found.append((row + 1, "rounded", fine, float(score), shown))
        if not isinstance(raw, int | float) or not isclose(
            raw, float(line.exact), rel_tol=1e-12, abs_tol=1e-12
        ):
            found.append((row + 1, "unrounded", raw, float(line.exact), shown))
    return found


def measured(name: str, rng: Random) -> Line:
    """A case of 按比例 or 达标得满分."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    points = random_books.number(rng, Decimal("0.5"), Decimal(60), rng.choice((0, 0, 1, 2, 3)))
    target, actual = random_books.measure(rng, points, places)
    if rng.random() < 0.1:
        target, actual = noisy(rng)
    sign, inverse = rng.choice(tuple(random_books.NATURES)), rng.choice(("线性", "比例"))
    numbers = (Fraction(points), sign, Fraction(target), Fraction(actual))
    case = Case(*numbers, inverse=inverse)
    if name == "达标得满分":
        exact = reference.score_all_or_nothing(*numbers)
    else:
        exact = reference.score_proportional(*numbers, inverse)
    cells = {"分值": points, "年度指标值": target, "实际完成值": actual}
    return Line(cells, (), (), BY_NAME[name].formula(case), exact, places)


def noisy(rng: Random) -> tuple[Decimal, Decimal]:
    """Decimals whose difference is not what doubles make of it: 100.3 - 100 is not 0.3."""
    whole = Decimal(rng.choice((0, 1, 100, 1000, 123456)))
    step = Decimal(rng.randint(1, 9)).scaleb(-rng.choice((1, 2, 3)))
    target = whole + rng.randint(1, 9) * step
    return target, target + rng.choice((-1, 0, 1)) * step


def funded(rng: Random) -> Line:
    """A case of 预算执行率."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    points = random_books.number(rng, Decimal(1), Decimal(30), rng.choice((0, 0, 1, 3)))
    budget = random_books.number(rng, Decimal(0), Decimal(10) ** rng.randint(1, 9), 2)
    executed = random_books.number(rng, Decimal(0), budget, 2)
    kind = rng.random()
    if kind < 0.1:
        budget = Decimal(0)
    elif kind < 0.2:
        executed = budget
    elif kind < 0.3:
        executed = budget + rng.choice((1, -1)) * Decimal("0.01")
    elif kind < 0.6:
        times = 10 ** rng.randint(1, 6)
        budget, executed = (
            points * times,
            random_books.tied(rng, Decimal(0), points, places) * times,
        )
    executed = max(Decimal(0), executed)
    exact = reference.score_execution(Fraction(points), Fraction(budget), Fraction(executed))
    cells = {"分值": points, "全年预算数": budget, "全年执行数": executed}
    return Line(cells, (), (), BY_NAME["预算执行率"].formula(Case(Fraction(points))), exact, places)


# the field's own rules

_OFF = [
    Decimal(text) for text in ("0", "0", "0", "0.001", "-0.001", "0.01", "-0.1", "4e-10", "-4e-10")
]
"""On a bound, and beside it."""


def _worth(rng: Random, places: int) -> tuple[Decimal, Decimal]:
    """分值, and a part of it that is a tie more often than not."""
    points = random_books.number(rng, Decimal(1), Decimal(60), rng.choice((0, 0, 1, 2, 3)))
    if rng.random() < 0.5:
        points = Decimal(rng.choice((5, 10, 20)))
        return points, random_books.tied(rng, Decimal(0), points, places)
    return points, random_books.number(rng, Decimal(0), points, rng.choice((0, 1, 2, 3)))


def _own(
    rule: Rule, case: Case, exact: Fraction, places: int, more: Mapping[str, Decimal],
    name: str = "甲",
) -> Line:  # fmt: skip
    """A case of a rule: its numbers stand in cells under the names that its formula uses."""
    cells = dict(more)
    for n, row in enumerate(rule.entries, start=1):
        held = {
            "下限": row.bound, "得分比例": row.share, "基准": row.base, "步长": row.step, "每步扣分": row.cost,
            "封底": row.floor, "得分": row.points,
        }  # fmt: skip
        cells |= {f"{header}{n}": value for header, value in held.items() if value is not None}
    method = methods.find(name, {"甲": rule})
    assert method is not None
    return Line(cells, (), (), method.formula(case), exact, places)


def _edges(rng: Random, low: int, high: int, most: int) -> list[tuple[Decimal, bool]]:
    """Bounds with either bracket, both on one bound at times."""
    made = [
        (random_books.number(rng, Decimal(low), Decimal(high), rng.choice((0, 0, 1, 2))), rng.random() < 0.6)
        for _ in range(rng.choice((1, 2, 3, 5, most)))
    ]  # fmt: skip
    return sorted({*made, *((bound, not way) for bound, way in made[: rng.randint(0, 1)])})


def banded(rng: Random) -> Line:
    """A case of 分档: on a bound, a hair beside it, or anywhere."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    points, part = _worth(rng, places)
    edges = _edges(rng, *rng.choice(((0, 120), (-50, 50), (0, 100000))), most=30)
    share = Decimal(str(round(part / points, 6)))
    shares = [rng.choice((share, share, random_books.number(rng, Decimal(0), Decimal(1), 3))) for _ in edges]  # fmt: skip
    bands: list[custom_rule_rows.Band] = [
        (b, i, s) for (b, i), s in zip(edges, shares, strict=True)
    ]
    rule = custom_rule_rows.banded([(None, True, share), *bands])
    if rng.random() < 0.3:
        amounts = [rng.choice((part, part, points, Decimal(0))) for _ in rule.entries]
        rule = custom_rule_rows.pointed(rule, amounts)
    value = rng.choice(edges)[0] + rng.choice(_OFF)
    if rng.random() < 0.3:
        value = random_books.number(rng, edges[0][0] - 9, edges[-1][0] + 9, 3)
    exact = reference.score_banded(Fraction(points), custom_rule_rows.table(rule), Fraction(value))
    case = Case(Fraction(points), actual=Fraction(value))
    return _own(rule, case, exact, places, {"分值": points, "实际完成值": value})


def _steps(rng: Random, points: Decimal, part: Decimal) -> Rule:
    base = Decimal(
        rng.choice((100, 100, 0, 95, rng.randint(-200, 20000), rng.randint(10**5, 10**6)))
    )
    base += random_books.number(rng, Decimal(0), Decimal(1), rng.choice((0, 1, 2)))
    step = Decimal(rng.choice(("0.1", "0.1", "0.01", "0.3", "0.7", "1", "2.5", "5", "1000")))
    cost = part / rng.choice((1, 2, 4, 5, 10)) or Decimal("0.5")
    floor = rng.choice((None, None, random_books.number(rng, Decimal(0), points, 2)))
    part = rng.choice(("", *custom_rules.PARTS))
    return custom_rule_rows.stepped(
        base, rng.choice(custom_rule_rows.DIRECTIONS), step, cost, floor, part
    )


def _steps_off(rng: Random, rule: Rule) -> Decimal:
    """A value that is so many whole steps from the base, or nearly."""
    row = rule.entries[0]
    assert row.base is not None
    assert row.step is not None
    side = 1 if (row.direction == custom_rules.HIGHER) == (rng.random() < 0.9) else -1
    count = rng.choice((0, 1, 2, 3, 3, 5, 7, 11, 29, 99, rng.randint(0, 999)))
    off = rng.choice((Decimal(0), Decimal(0), row.step / 2, row.step / 10, -row.step / 10))
    return row.base + side * (count * row.step + off)


def stepped(rng: Random) -> Line:
    """A case of 步长: whole steps whose difference is no whole number of steps in doubles."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    points, part = _worth(rng, places)
    rule = _steps(rng, points, part)
    value = _steps_off(rng, rule)
    (row,) = custom_rule_rows.table(rule)
    exact = reference.score_stepped(Fraction(points), row, Fraction(value))
    case = Case(Fraction(points), actual=Fraction(value))
    return _own(rule, case, exact, places, {"分值": points, "实际完成值": value})


def _line(rng: Random, points: Decimal, part: Decimal) -> tuple[Rule, Decimal]:
    """A rule of 直线, rising or falling, and a value on one of its points, beside or between them."""
    low, high = rng.choice(((0, 120), (-50, 50), (0, 10**6), (123456, 123457)))
    places = rng.choice((0, 0, 1, 2)) if high - low > 1 else 2
    count = rng.choice((2, 2, 2, 3, 5, 20))
    values = {random_books.number(rng, Decimal(low), Decimal(high), places) for _ in range(count)}
    values |= {Decimal(low), Decimal(high)}
    bounds = rng.sample(sorted(values), min(count, len(values)))
    middle = Decimal(str(round(part / points, 6)))
    shares = [rng.choice((middle, random_books.number(rng, Decimal(0), Decimal(1), 3))) for _ in bounds[2:]]  # fmt: skip
    shares = sorted([rng.choice((Decimal(0), Decimal(0), middle)), *shares, Decimal(1)])
    if rng.random() < 0.3:
        shares[-1] = Decimal(str(max(shares[-2], middle, Decimal("0.01"))))
        shares[0] = Decimal(0)
    falls = rng.random() < 0.5
    rule = custom_rule_rows.straight(list(zip(sorted(bounds, reverse=falls), shares, strict=True)))
    if rng.random() < 0.3:
        amounts = sorted((points * (each.share or 0) for each in rule.entries), reverse=not falls)
        rule = custom_rule_rows.pointed(rule, [Decimal(str(round(each, 6))) for each in amounts])
    one, two = rng.choice(bounds), rng.choice(bounds)
    value = rng.choice((one, one, (one + two) / 2, one + (two - one) / 4)) + rng.choice(_OFF)
    if rng.random() < 0.2:
        value = random_books.number(rng, Decimal(low - 9), Decimal(high + 9), 3)
    return rule, value


def straight(rng: Random) -> Line:
    """A case of 直线."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    points, part = _worth(rng, places)
    rule, value = _line(rng, points, part)
    exact = reference.score_straight(
        Fraction(points), custom_rule_rows.table(rule), Fraction(value)
    )
    case = Case(Fraction(points), actual=Fraction(value))
    return _own(rule, case, exact, places, {"分值": points, "实际完成值": value})


def _astray(rng: Random, points: Decimal, part: Decimal, base: Decimal | None) -> Rule:
    floor = rng.choice((None, None, random_books.number(rng, Decimal(0), points, 2)))
    if rng.random() < 0.5:
        return custom_rule_rows.astray(base, floor=floor)
    row = _steps(rng, points, part).entries[0]
    return custom_rule_rows.astray(base, row.step, row.cost, floor, row.part)


def astray(rng: Random) -> Line:
    """A case of 偏离: from the target or from a base of the rule's own, on either side."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    points, part = _worth(rng, places)
    target, value = random_books.measure(rng, points, places)
    if rng.random() < 0.1:
        target, value = noisy(rng)
    target = target or Decimal(100)
    base = rng.choice((None, None, Decimal(rng.choice((100, 0, -40, target)))))
    rule = _astray(rng, points, part, base)
    if base == 0 and rule.entries[0].step is None:
        rule = custom_rule_rows.astray(Decimal(100))
    base = rule.entries[0].base
    goal = target if base is None else base
    if rng.random() < 0.5:
        away = (rule.entries[0].step or goal / 10) * rng.randint(0, 12)
        value = goal + rng.choice((1, -1)) * away + rng.choice(_OFF)
    elif rng.random() < 0.5:
        value = 2 * goal - value
    (row,) = custom_rule_rows.table(rule)
    exact = reference.score_deviation(Fraction(points), row, Fraction(target), Fraction(value))
    case = Case(Fraction(points), target=Fraction(target), actual=Fraction(value))
    cells = {"分值": points, "年度指标值": target, "实际完成值": value}
    return _own(rule, case, exact, places, cells)


def overdone(rng: Random) -> Line:
    """A case of 超额完成."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    points, part = _worth(rng, places)
    edges, factor = _edges(rng, 100, 400, most=8), Decimal(str(round(part / points, 6)))
    rule = custom_rule_rows.banded(
        [(b, i, rng.choice((factor, factor, None))) for b, i in edges],
        custom_rules.OVER_ACHIEVEMENT,
    )
    target, actual = random_books.measure(rng, points, places)
    target = abs(target) or Decimal(8)
    if rng.random() < 0.6:
        actual = target * rng.choice(edges)[0] / 100 + rng.choice(_OFF) * target
    worth, goal, value = Fraction(points), Fraction(target), Fraction(actual)
    sign = rng.choice(methods.UPWARDS)
    exact = reference.score_proportional(worth, sign, goal, value, "线性")
    exact *= reference.find_overachievement_factor(custom_rule_rows.table(rule), goal, value)
    cells = {"分值": points, "年度指标值": target, "实际完成值": actual}
    return _own(rule, Case(worth, sign, goal, value), exact, places, cells)


def spent(rng: Random) -> Line:
    """A case of 预算执行率 by a rule of bands, of steps, of a line or from 100, over percentage points."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    points, part = _worth(rng, places)
    budget = Decimal(rng.choice((0, 100, 1000, 4969, 10**6)))
    if rng.random() < 0.4:
        budget = random_books.number(rng, Decimal(1), Decimal(10**7), 2)
    kind = rng.random()
    if kind < 0.3:
        rule = _steps(rng, points, part)
        rate = _steps_off(rng, rule)
    elif kind < 0.5:
        rule, rate = _line(rng, points, part)
    elif kind < 0.6:
        rule = _astray(rng, points, part, Decimal(100))
        rate = 100 + rng.choice((1, -1)) * random_books.number(rng, Decimal(0), Decimal(120), 2)
    else:
        edges, share = _edges(rng, 0, 120, most=10), Decimal(str(round(part / points, 6)))
        rule = custom_rule_rows.banded(
            [(None, True, share), *((b, i, rng.choice((share, Decimal(1)))) for b, i in edges)]
        )
        rate = rng.choice(edges)[0] + rng.choice(_OFF)
    executed = max(Decimal(0), budget * rate / 100)
    now = 100 * Fraction(executed) / Fraction(budget) if budget else Fraction(0)
    rows = custom_rule_rows.table(rule)
    worth = Fraction(points)
    exact = {
        custom_rules.STEPS: lambda: reference.score_stepped(worth, rows[0], now),
        custom_rules.BANDS: lambda: reference.score_banded(worth, rows, now),
        custom_rules.LINE: lambda: reference.score_straight(worth, rows, now),
        custom_rules.DEVIATION: lambda: reference.score_deviation(worth, rows[0], Fraction(0), now),
    }[rule.kind]()
    cells = {"分值": points, "全年预算数": budget, "全年执行数": executed}
    return _own(rule, Case(worth), exact, places, cells, "预算执行率:甲")


def surveyed(rng: Random) -> Line:
    """A case of 满意度."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    points, part = _worth(rng, places)
    criterion = rng.choice(tuple(custom_rule_rows.CALIBERS))
    target = Decimal(rng.choice((90, 95, 100, 0)))
    if rng.random() < 0.3:
        target = random_books.number(rng, Decimal(1), Decimal(100), 2)
    counts = [rng.choice((0, 1, 7, 50, rng.randint(0, 4000))) for _ in range(4)]
    if rng.random() < 0.5:  # a rate that makes `part` of the points of a target of 100
        most = 10**7
        target, pleased = Decimal(100), int(part / points * most)
        counts = [pleased, 0, 0, most - pleased] if criterion != custom_rule_rows.CALIBERS[2] else [pleased, 0, most - pleased, 0]  # fmt: skip
    counts[0] += not any(counts)
    votes, worth = [Fraction(n) for n in counts], Fraction(points)
    rate = reference.compute_satisfaction(criterion, votes)
    exact = reference.score_proportional(worth, "≥", Fraction(target), rate, "线性")
    case = Case(worth, "≥", Fraction(target), votes=Votes(*counts), criterion=criterion)
    cells = {"分值": points, "年度指标值": target}
    cells |= dict(zip(("很满意", "满意", "基本满意", "不满意"), map(Decimal, counts), strict=True))
    return Line(cells, (), (), BY_NAME["满意度"].formula(case), exact, places)


def cut(rng: Random) -> Line:
    """Any of the others, less 核减分."""
    makers = (
        banded,
        stepped,
        straight,
        astray,
        overdone,
        spent,
        surveyed,
        funded,
        lambda dice: measured("按比例", dice),
    )
    line = rng.choice(makers)(rng)
    less = random_books.number(rng, Decimal("0.001"), line.cells["分值"], rng.choice((0, 1, 2, 3)))
    if rng.random() < 0.4:
        less = random_books.tied(rng, Decimal("0.001"), line.cells["分值"], line.places)
    exact = max(Fraction(0), line.exact - Fraction(less))
    return replace(
        line,
        cells={**line.cells, "核减分": less},
        formula=methods.deducted_formula(line.formula),
        exact=exact,
    )


OWN: Mapping[str, Callable[[Random], Line]] = {
    "满意度": surveyed, "分档": banded, "步长": stepped, "超额完成": overdone, "直线": straight, "偏离": astray,
    "预算执行率的规则": spent, "核减分": cut,
}  # fmt: skip


def panel(way: str, rng: Random) -> Line:
    """Marks of one to nine scorers, some of whom stepped aside, and their weights."""
    places = rng.choice((2, 2, 2, 2, 0, 1, 3, 4))
    hundred, enough = rng.random() < 0.4, rng.randint(3, 7)
    each = rng.choice((1, 1, 2, 3))
    points = random_books.number(rng, Decimal(1), Decimal(60), rng.choice((0, 0, 1, 3)))
    top = Decimal(100) if hundred else points
    count = rng.randint(1, 9)
    marks: list[Decimal | str] = []
    for _ in range(count):
        tie = random_books.tied(rng, Decimal(0), top, min(places, 2))
        free = random_books.number(rng, Decimal(0), top, rng.choice((0, 1, 2, 3)))
        marks.append(rng.choice((top, tie, free, free)))
    for at in rng.sample(range(count), rng.choice((0, 0, rng.randrange(count)))):
        marks[at] = "回避"
    weights = [
        random_books.number(rng, Decimal("0.1"), Decimal(5), rng.choice((0, 1, 2))) for _ in marks
    ]
    left = [(m, w) for m, w in zip(marks, weights, strict=True) if isinstance(m, Decimal)]
    given, weighed = [Fraction(m) for m, _ in left], [Fraction(w) for _, w in left]
    exact = reference.combine(way, given, weighed, enough, each)
    if hundred:
        exact = exact * Fraction(points) / 100
    cells = {"分值": points, "去极值最少人数": Decimal(enough)}
    formula = aggregate.formula(aggregate.BY_NAME[way], hundred, each)
    return Line(cells, marks, weights, formula, exact, places)


def _cases() -> Iterator[tuple[str, list[Line]]]:
    for name in ("按比例", "达标得满分"):
        rng = Random(name)
        yield name, [measured(name, rng) for _ in range(ROWS)]
    rng = Random("预算执行率")
    yield "预算执行率", [funded(rng) for _ in range(ROWS)]
    for name, made in OWN.items():
        rng = Random(name)
        yield name, [made(rng) for _ in range(ROWS)]
    for way in aggregate.BY_NAME:
        rng = Random(way)
        yield way, [panel(way, rng) for _ in range(ROWS)]


CASES = dict(_cases())


@pytest.fixture(scope="module")
def computed(
    office: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, object]]:
    """What LibreOffice makes of all cases, by sheet and cell."""
    folder = tmp_path_factory.mktemp("rules")
    path = write(folder / "规则.xlsx", CASES)
    (theirs,) = libreoffice.recalculated([path], folder / "theirs")
    return libreoffice.cells(theirs)


def test_no_rule_is_left_out() -> None:
    assert set(CASES) == {
        *BY_NAME,
        *custom_rules.KINDS,
        "预算执行率的规则",
        "核减分",
        *aggregate.BY_NAME,
    }


@pytest.mark.parametrize("rule", CASES)
def test_a_rules_formula_is_its_exact_rounding(
    rule: str, computed: dict[str, dict[str, object]]
) -> None:
    assert wrong(CASES[rule], computed[rule]) == []


@pytest.mark.parametrize("rule", CASES)
def test_the_cases_hold_ties(rule: str) -> None:
    """Cases in which a half has to be rounded; without them the test above is too easy."""
    ties = [line for line in CASES[rule] if (line.exact * 10**line.places * 2) % 2 == 1]
    assert len(ties) >= ROWS // 100, len(ties)


# workbooks that are odd in one way


def book(
    third: Sequence[Fields], marks: Mapping[str, Sequence[Fields]], **sheets: Sequence[Fields]
) -> Contents:
    """A workbook of one branch: these indicators under A1, the base sample's other sheets."""
    base = markdown.parse((documents.RECIPES / "基本示例.md").read_text(encoding="utf-8"))
    rows = tuple({"编号": f"A1.{n}", "二级编号": "A1", "三级指标": f"指标{n}", **row} for n, row in enumerate(third))  # fmt: skip
    made: dict[str, tuple[Fields, ...]] = {
        **base.sheets,
        "评价工作组": tuple({"姓名": name} for name in marks),
        "一级指标": ({"编号": "A", "一级指标": "产出", "分值": Decimal(100)},),
        "二级指标": ({"编号": "A1", "一级编号": "A", "二级指标": "数量", "分值": Decimal(100)},),
        "三级指标": rows,
        **{name: tuple(held) for name, held in sheets.items()},
    }
    ballots = tuple((name, tuple(held)) for name, held in marks.items())
    return base._replace(sheets=made, ballots=ballots)


def measures(cases: Mapping[str, tuple[str, str, float, float]], low: str = "2.675") -> bytes:
    """A workbook of measured indicators; another's mark is 2.675 but for a weight of 1e-11."""
    third: list[Fields] = [
        {
            "三级指标": name, "分值": Decimal(10), "指标性质": sign, "评分方式": method,
            "年度指标值": Decimal(f"7000{n}"), "实际完成值": Decimal(f"8000{n}"),
        }
        for n, (name, (method, sign, _, _)) in enumerate(cases.items())
    ]  # fmt: skip
    code = f"A1.{len(third)}"
    third.append({"分值": Decimal(100 - 10 * len(third))})
    near: Fields = {"编号": code, "得分": Decimal(low)}
    tie: Fields = {"编号": code, "得分": Decimal("2.675")}
    members: list[Fields] = [
        {"姓名": "甲", "评分权重": Decimal(1)}, {"姓名": "乙", "评分权重": Decimal(10**11)},
    ]  # fmt: skip
    made = book(third, {"甲": [near], "乙": [tie]}, 评价工作组=members, 参数=WEIGHING)
    numbers = {
        f"{kind}000{n}": repr(value)  # every digit; xlsxwriter and openpyxl write 16 at most
        for n, (_, _, *values) in enumerate(cases.values())
        for kind, value in zip("78", values, strict=True)
    }
    return _exchanged(emit(blank(made)), numbers)


def _exchanged(data: bytes, numbers: Mapping[str, str]) -> bytes:
    """The workbook with other numbers in its cells, as Excel would have written them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(buffer, "w") as after:
        for entry in before.infolist():
            content = before.read(entry)
            for old, new in numbers.items():
                content = content.replace(f"<v>{old}</v>".encode(), f"<v>{new}</v>".encode())
            after.writestr(entry, content)
    return buffer.getvalue()


WEIGHING: tuple[Fields, ...] = ({"参数": "综合方法", "值": "加权平均"},)
COMPUTED_ELSEWHERE = {
    "0.1+0.2 不超过 0.3": ("达标得满分", "≤", 0.3, 0.1 + 0.2),
    "0.3 达到 0.1+0.2": ("达标得满分", "≥", 0.1 + 0.2, 0.3),
    "0.7+0.1 达到 0.8": ("达标得满分", "≥", 0.8, 0.7 + 0.1),
    "0.1+0.2-0.3 不超过 0": ("按比例", "≤", 0, 0.1 + 0.2 - 0.3),
    "0.1+0.2-0.3 等于 0": ("按比例", "=", 0, 0.1 + 0.2 - 0.3),
    "8×0.7+0.1": ("按比例", "≥", 8, 8 * 0.7 + 0.1),
    "28/3": ("按比例", "≥", 10, 28 / 3),
}
"""What a template's formula, or a pasted value, leaves in 年度指标值 and 实际完成值."""

NEAR_A_JUMP = {
    "按比例 2.6749999999": ("按比例", "≥", 1e11, 26749999999.0),
    "按比例 2.6749999999 反向": ("按比例", "≤", 1e11, 173250000001.0),
    "按比例 2.67499999999": ("按比例", "≥", 1e12, 267499999999.0),
    "差 1e-10 达标": ("达标得满分", "≥", 1.0, 0.9999999999),
    "超 1e-10 不达标": ("达标得满分", "≤", 0.0, 1e-10),
    "指标值 4e-10": ("按比例", "≥", 4e-10, 1e-10),
}
"""So close to where a score jumps that doubles cannot be trusted to know on which side they are."""


def spelled() -> Contents:
    """Scorers on their ballots, parents and names that are not written to the letter."""
    third: list[Fields] = [
        {"三级指标": " 前后有空格 ", "分值": Decimal(40), "二级编号": "a1"},
        {"三级指标": "全角编号", "分值": Decimal(60), "二级编号": "Ａ１"},
    ]
    members: list[Fields] = [
        {"姓名": "欧阳修", "评分权重": Decimal(1)}, {"姓名": "Li Lei", "评分权重": Decimal(2)},
    ]  # fmt: skip
    low: list[Fields] = [
        {"编号": "A1.0", "得分": Decimal(30)},
        {"编号": "A1.1", "得分": Decimal(50)},
    ]
    high: list[Fields] = [
        {"编号": "A1.0", "得分": Decimal(40)},
        {"编号": "A1.1", "得分": Decimal(60)},
    ]
    return book(third, {"欧阳 修": low, "LI LEI": high}, 评价工作组=members, 参数=WEIGHING)


def overfull() -> Contents:
    """Full marks on 22.5 points, in whole numbers."""
    points = [Decimal("22.5")] * 4 + [Decimal(10)]
    marks: list[Fields] = [{"编号": f"A1.{n}", "得分": each} for n, each in enumerate(points)]
    places: list[Fields] = [{"参数": "小数位数", "值": Decimal(0)}]
    return book([{"分值": each} for each in points], {"甲": marks}, 参数=places)


ODD: Mapping[str, Callable[[], bytes]] = {
    "写法不同": lambda: emit(blank(spelled())),
    "满分取整超过100": lambda: emit(blank(overfull())),
    "别处算出的数": lambda: measures(COMPUTED_ELSEWHERE),
    "离分界极近": lambda: measures(NEAR_A_JUMP, low="1.675"),
}


@pytest.fixture(scope="module")
def odd(office: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, ...]]]:
    """The disagreements over each of them."""
    books = {name: outcome(made(), f"{name}.xlsx") for name, made in ODD.items()}
    found: dict[str, list[tuple[str, ...]]] = {name: [] for name in books}
    for name, *rest in disagreements(books, tmp_path_factory.mktemp("odd")):
        found[name].append(tuple(rest))
    return found


@pytest.mark.parametrize("name", ODD)
def test_libreoffice_computes_an_odd_workbook_alike(
    name: str, odd: dict[str, list[tuple[str, ...]]]
) -> None:
    """Above all: what 1e-10 decides is decided alike by the program and by its own formulas."""
    assert odd[name] == []
