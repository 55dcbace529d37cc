"""Two workbooks side by side: two drafts, or two years; what was added, dropped and changed, with both places.

Every input cell of the format's sheets is compared, by one walk over the columns of `layout`: what is
new there is compared without a word here. Nouns have their own names for what people ask for most.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from xlkpi.layout import (
    BALLOT,
    EVIDENCE,
    EXECUTION,
    EXTRA,
    GRADES,
    GROUP,
    INFO,
    PARAMETER_BY_NAME,
    PARAMETERS,
    PROBLEMS,
    REVIEW,
    RULES,
    SCORER_LABEL,
    SCORES_SHEET,
    SHEETS,
    SOURCE_SHEET,
    SUMMARY_SHEET,
    TIER1,
    TIER2,
    TIER3,
    Column,
    Sheet,
    canonical,
    folded,
)
from xlkpi.methods import NOT_APPLICABLE
from xlkpi.model import Ballot, Filled, Grid, Outcome, Table, Working
from xlkpi.numbers import EXACT, from_double, plain
from xlkpi.place import Place
from xlkpi.speak import one_line
from xlkpi.texts import as_text, tidy
from xlkpi.write.book import Book, Cell
from xlkpi.write.emit import emit
from xlkpi.write.fit import HIGHEST, height
from xlkpi.write.inputs import LIVE_WORDS, codes, shares
from xlkpi.write.scores import FIRST, Columns
from xlkpi.write.summary import GRADE_AT, TOTAL_AT

T = TypeVar("T")

SCHEMA = "xlkpi.diff/1"
UNSCORED = "没有评分"
UNREAD = "找不到表头，没有读取，这张表没有比较"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs."""

    what: str
    """In Chinese: 总分, 等级, 新增三级指标, 分值, 得分 …"""
    code: str
    """The indicator, project, scorer or row that it concerns; "" for the whole."""
    old: str
    new: str
    old_place: Place
    new_place: Place


_NOWHERE = Place("")
_KEYS: dict[str, tuple[str, ...]] = {
    EVIDENCE.name: ("指标编号", "材料名称"),
    PROBLEMS.name: (),
}
"""Columns by which rows are told apart where that is not the sheet's key: 序号 only counts them."""
_TIERS = (TIER1, TIER2, TIER3)
_ALONE = (*_TIERS, EXECUTION, BALLOT, REVIEW)
"""Sheets whose headers need not say where they stand."""
_CODED = (*_TIERS, BALLOT, REVIEW)
"""Sheets whose rows are an indicator's."""
_BY_NAME = {INFO.name: "内容", PARAMETERS.name: "值"}
"""Sheets in which a row's name says what stands in this column of it."""
_ROWS = {
    EXECUTION.name: "预算执行项目", GROUP.name: "评价工作组成员", EVIDENCE.name: "佐证材料",
    GRADES.name: "等级", EXTRA.name: "加减分事项", BALLOT.name: "评分行",
}  # fmt: skip
"""What a row is called, where the sheet's name is no name for it."""


def changes(old: Outcome, new: Outcome) -> list[Change]:
    """Return what differs, the results first, then as one leafs through the workbook."""
    assert old.filled is not None and new.filled is not None
    # A scored workbook holds what was read, not what was typed: 90 where 90分 stood.
    typed = not (_has_results(old.filled) or _has_results(new.filled))
    return [*_results(old, new), *_inputs(_Side(old.filled), _Side(new.filled), typed)]


def _has_results(filled: Filled) -> bool:
    """Whether it is a scored workbook; a sheet 汇总 may also be somebody's own."""
    return SOURCE_SHEET in {canonical(name) for name in filled.result_sheets}


def _results(old: Outcome, new: Outcome) -> Iterator[Change]:
    totals, grades = ([said(each) for each in (old, new)] for said in (_total, _grade))
    for what, (left, right), at in (("总分", totals, TOTAL_AT), ("等级", grades, GRADE_AT)):
        if left != right:
            places = _result_place(old, SUMMARY_SHEET, *at), _result_place(new, SUMMARY_SHEET, *at)
            yield Change(what, "", left, right, *places)
    if not (old.scored and new.scored):
        return
    before = {work.indicator.key: at for at, work in enumerate(old.scored.workings)}
    for now, work in enumerate(new.scored.workings):
        was = before.get(work.indicator.key)
        if was is not None:
            left, right = _score(old.scored.workings[was]), _score(work)
            if left != right:
                places = (_score_place(old, was), _score_place(new, now))
                yield Change("指标得分", work.indicator.label, left, right, *places)


def _total(outcome: Outcome) -> str:
    return f"{outcome.scored.total:f}" if outcome.scored else UNSCORED


def _grade(outcome: Outcome) -> str:
    return (outcome.scored.grade.name.value or "") if outcome.scored else UNSCORED


def _score(work: Working) -> str:
    """An absent score is no 0."""
    return f"{work.score:f}" if work.applies else NOT_APPLICABLE


def _score_place(outcome: Outcome, at: int) -> Place:
    """Return the cell of a score: of 指标得分 in a scored workbook, else the indicator's row."""
    scored = outcome.scored
    assert scored is not None
    column = Columns(len(scored.scorers)).right("得分")
    place = _result_place(outcome, SCORES_SHEET, FIRST + at, column)
    return place if place.sheet else scored.workings[at].indicator.code.place


def _result_place(outcome: Outcome, sheet: str, row: int, column: int) -> Place:
    """Return a cell of a result sheet, nowhere where the file has none: it is not a scored workbook."""
    filled = outcome.filled
    if filled is None or outcome.scored is None or not _has_results(filled):
        return _NOWHERE
    names = {canonical(name): name for name in filled.result_sheets}
    return Place(names[sheet], row, column) if sheet in names else _NOWHERE


class _Side:
    """One of the two workbooks, as it was read."""

    def __init__(self, filled: Filled) -> None:
        self.filled = filled
        self.codes = codes(filled)
        self.shares = shares(filled.parameters)
        self.indicators = {each.key for each in filled.indicators}
        tables = (*filled.tables.values(), *(ballot.table for ballot in filled.ballots))
        read = {table.grid.name for table in tables}
        self.unread = {folded(each.name): each for each in filled.grids if each.name not in read}
        """Sheets of the format whose headers were not found, by folded name."""

    def said(self, table: Table, row: int, column: Column) -> str:
        """Return what a cell was read as, "" for an empty one."""
        at = table.columns.get(column.header)
        if at is None:
            return ""
        place = table.grid.place(row, at)
        if place in self.shares:
            return _share(self.shares[place])
        if place in self.codes:
            return self.codes[place]
        number = self.filled.readings.get(place)
        if (row, at) in table.derived:
            number = table.derived[row, at].value
            return "" if number is None else plain(number)
        if number is None:
            return _held(table, row, at, column)
        return _share(number) if _is_share(table, column) else plain(number)

    def typed(self, table: Table, row: int, column: Column) -> str:
        """Return what a cell holds, however it was read."""
        at = table.columns.get(column.header)
        if at is None:
            return ""
        if (row, at) in table.derived:
            found = table.derived[row, at]
            return found.named or f"={found.formula}"
        held = table.grid.raw(row, at)
        if (row, at) in table.grid.percents and isinstance(held, int | float):
            number = from_double(float(held))
            return as_text(held) if number is None else _share(number)
        return _held(table, row, at, column)

    def rows(self, table: Table | None) -> list[_Row]:
        """Return the rows of a table, totals among them."""
        if table is None:
            return []
        totals = set(table.totals)
        return [
            _Row(self, table, row, row in totals, tuple(
                self.said(table, row, column) for column in _columns(table.layout)
            ))
            for row in sorted((*table.rows, *totals))
        ]  # fmt: skip


def _held(table: Table, row: int, at: int, column: Column) -> str:
    """Return what stands in a cell as it is: broken is not blank."""
    grid = table.grid
    if (row, at) in grid.errors:
        return grid.errors[row, at]
    text, cached = grid.formulas.get((row, at), ("", True))
    if not cached:
        return f"={text}"
    held = grid.raw(row, at)
    if _is_share(table, column) and isinstance(held, int | float) and not isinstance(held, bool):
        number = from_double(float(held))
        return as_text(held) if number is None else _share(number)
    return tidy(as_text(held))


def _is_share(table: Table, column: Column) -> bool:
    """Whether numbers of a column are parts of one, which people write in per cent."""
    return table.layout is RULES and column.header == "得分比例"


def _share(number: Decimal) -> str:
    return f"{plain(number.scaleb(2, EXACT))}%"


def _columns(sheet: Sheet) -> list[Column]:
    """Return the columns in which something is filled in."""
    return [column for column in sheet.columns if not (column.computed or column.words)]


class _Row(NamedTuple):
    """A row of a table."""

    side: _Side
    table: Table
    row: int
    total: bool
    said: tuple[str, ...]
    """What its cells were read as, one for each of `_columns`."""

    @property
    def fields(self) -> dict[str, str]:
        """The same by header."""
        headers = (column.header for column in _columns(self.table.layout))
        return dict(zip(headers, self.said, strict=True))

    @property
    def names(self) -> tuple[str, ...]:
        """What stands in the columns by which it is told from others."""
        fields = self.fields
        return tuple(fields[header] for header in _keys(self.table.layout))

    @property
    def beyond(self) -> tuple[str, ...]:
        """What stands in the other columns."""
        names = _keys(self.table.layout)
        return tuple(said for header, said in self.fields.items() if header not in names)

    @property
    def key(self) -> tuple[bool, tuple[str, ...]]:
        """What it is paired by: totals with totals, the others by their names."""
        if self.total:
            return True, ()
        own = (folded(name) for name in self.names)
        info = self.table.layout is INFO
        return False, tuple(name.rstrip(":?*") if info else name for name in own)

    @property
    def label(self) -> str:
        """What it is called in a sentence: its names, the indicator's name, else its row."""
        if self.total:
            return next((said for said in self.said if said), "")
        names = " ".join(name for name in self.names if name)
        return names or self.fields.get(self.table.layout.name) or f"第 {self.row + 1} 行"

    @property
    def whole(self) -> str:
        """Everything that stands in it, its name first."""
        sheet, fields = self.table.layout, self.fields
        bare = [sheet.name] if sheet.name in fields else list(_keys(sheet))
        left = ["编号"] if sheet in _TIERS and fields[sheet.name] else []
        first = [fields[header] for header in bare if fields[header]]
        others = [
            f"{header} {said}"
            for header, said in fields.items()
            if said and header not in (*bare, *left)
        ]
        return "；".join([*first, *others])

    @property
    def place(self) -> Place:
        """The cell of its name; of what stands in it, where it has none."""
        fields, columns = self.fields, self.table.columns
        ordered = [*_keys(self.table.layout), *fields]
        held = next((h for h in ordered if fields[h] and h in columns), ordered[0])
        return self.table.place(self.row, held)

    def place_of(self, column: Column) -> Place:
        """Return the place of a cell, nowhere where the sheet lacks the column."""
        known = column.header in self.table.columns
        return self.table.place(self.row, column.header) if known else _NOWHERE


def _keys(sheet: Sheet) -> tuple[str, ...]:
    return _KEYS.get(sheet.name, (sheet.key,))


def _inputs(old: _Side, new: _Side, typed: bool) -> Iterator[Change]:
    """Every input cell, sheet by sheet in the format's order."""
    yield from _unread(old, new)
    unread = {*old.unread, *new.unread}
    for sheet in SHEETS:
        if folded(sheet.name) not in unread:
            left, right = (side.rows(side.filled.tables.get(sheet.name)) for side in (old, new))
            for was, now in _matched(left, right):
                yield from _row(was, now, old, new, typed, "")
        if sheet is TIER3:
            yield from _ballots(old, new, typed)


def _unread(old: _Side, new: _Side) -> Iterator[Change]:
    """Sheets that were not read on one side are told; those that neither has read are compared as they are."""
    for name in dict.fromkeys([*old.unread, *new.unread]):
        was, now = old.unread.get(name), new.unread.get(name)
        if was and now:
            yield from _grids(was, now)
        elif was:
            yield Change("工作表", was.name, UNREAD, "", Place(was.name), _NOWHERE)
        elif now:
            yield Change("工作表", now.name, "", UNREAD, _NOWHERE, Place(now.name))


def _constant(grid: Grid, row: int, column: int) -> str:
    """Return what a cell holds and a scored workbook takes over: no formulas, nor the words beside them."""
    held = tidy(as_text(grid.raw(row, column)))
    return "" if (row, column) in grid.formulas or held in LIVE_WORDS else held


def _grids(old: Grid, new: Grid) -> Iterator[Change]:
    width = max(len(row) for row in (*old.rows, *new.rows, ()))
    for row in range(max(len(old.rows), len(new.rows))):
        for column in range(width):
            left, right = (_constant(grid, row, column) for grid in (old, new))
            if left != right:
                places = old.place(row, column), new.place(row, column)
                yield Change("工作表", new.name, left, right, *places)


def _ballots(old: _Side, new: _Side, typed: bool) -> Iterator[Change]:
    before, after = (_numbered(side.filled.ballots, _owner) for side in (old, new))
    unread = {*old.unread, *new.unread}
    for was, now in _paired(before, after):
        either = was or now
        if either and folded(either.table.grid.name) in unread:
            continue
        if was and now:
            left, right = was.scorer.value or "", now.scorer.value or ""
            if left != right:
                yield Change(SCORER_LABEL, right, left, right, was.scorer.place, now.scorer.place)
            rows = (side.rows(each.table) for side, each in ((old, was), (new, now)))
            for one, other in _matched(*rows):
                yield from _row(one, other, old, new, typed, right)
        elif was:
            yield _dropped("评分表", _called(was), _marks(old, was), was.scorer.place)
        elif now:
            yield _added("评分表", _called(now), _marks(new, now), now.scorer.place)


def _owner(ballot: Ballot) -> str:
    return folded(ballot.scorer.value) or ballot.table.grid.name


def _called(ballot: Ballot) -> str:
    return ballot.scorer.value or ballot.table.grid.name


def _marks(side: _Side, ballot: Ballot) -> str:
    """Return a whole ballot: the scorer, then every row of which more than the code is filled in."""
    rows = (row for row in side.rows(ballot.table) if not row.total)
    given = [
        " ".join(said for said in row.said if said) for row in rows if any(row.beyond)
    ]  # fmt: skip
    return "；".join([_called(ballot), *given])


def _row(
    was: _Row | None, now: _Row | None, old: _Side, new: _Side, typed: bool, scorer: str
) -> Iterator[Change]:
    if was and now:
        for column in _columns(now.table.layout):
            yield from _cell(was, now, column, typed, scorer)
    elif was:
        yield from _alone(was, new, scorer, _dropped)
    elif now:
        yield from _alone(now, old, scorer, _added)


def _cell(was: _Row, now: _Row, column: Column, typed: bool, scorer: str) -> Iterator[Change]:
    left, right = was.fields[column.header], now.fields[column.header]
    if left == right and typed:
        left, right = (row.side.typed(row.table, row.row, column) for row in (was, now))
    if left != right:
        places = was.place_of(column), now.place_of(column)
        yield Change(*_named(now, column, scorer), left, right, *places)


def _named(row: _Row, column: Column, scorer: str) -> tuple[str, str]:
    """Return what a cell is called, and what it belongs to."""
    sheet, header = row.table.layout, column.header
    code = f"{scorer} {row.label}" if scorer else row.label
    if header == _BY_NAME.get(sheet.name) and not row.total:
        return f"{sheet.name}：{row.label}", ""
    if sheet in _TIERS and header == sheet.name:
        return "名称", code
    if sheet in _TIERS and column is sheet.columns[1]:
        return "上级编号", code
    if sheet is GRADES and header == "下限":
        return "等级下限", code
    return header if sheet in _ALONE else f"{sheet.name}：{header}", code


_OneSided = Callable[[str, str, str, Place], Change]


def _alone(row: _Row, other: _Side, scorer: str, told: _OneSided) -> Iterator[Change]:
    """A row that only one of the two has."""
    sheet = row.table.layout
    code = f"{scorer} {row.label}" if scorer else row.label
    if sheet is PARAMETERS and not row.total:
        known = PARAMETER_BY_NAME.get(canonical(row.names[0]))
        if known:  # without its row the default is in force
            value, default = row.fields["值"], known.default
            if folded(value) != folded(default):
                change = told(sheet.name, "", value, row.place_of(sheet.column("值")))
                yield _defaulted(change, f"{sheet.name}：{known.name}", f"{default}（默认）")
            return
    follows = sheet in (BALLOT, REVIEW) and folded("".join(row.names)) not in other.indicators
    if follows and not any(row.beyond) and not row.total:
        return  # an empty row of an indicator that was added or dropped, which is told
    noun = f"{sheet.name}合计行" if row.total else _ROWS.get(sheet.name, sheet.name)
    yield told(noun, code, row.whole, row.place)


def _defaulted(change: Change, what: str, default: str) -> Change:
    old, new = change.old or default, change.new or default
    return Change(what, "", old, new, change.old_place, change.new_place)


def _dropped(what: str, code: str, said: str, place: Place) -> Change:
    return Change(f"删去{what}", code, said, "", place, _NOWHERE)


def _added(what: str, code: str, said: str, place: Place) -> Change:
    return Change(f"新增{what}", code, "", said, _NOWHERE, place)


def _matched(old: Sequence[_Row], new: Sequence[_Row]) -> Iterator[tuple[_Row | None, _Row | None]]:
    """Yield the rows in pairs, those of the old workbook first; None where one has no other."""
    theirs: dict[object, list[_Row]] = defaultdict(list)
    mine: dict[object, list[_Row]] = defaultdict(list)
    for rows, grouped in ((old, mine), (new, theirs)):
        for row in rows:
            grouped[row.key].append(row)
    other: dict[int, _Row] = {}
    for key, group in mine.items():
        other |= _aligned(group, theirs.get(key, []))
    taken = {row.row for row in other.values()}
    other |= _renamed(
        [row for row in old if row.row not in other],
        [row for row in new if row.row not in taken],
    )
    taken = {row.row for row in other.values()}
    yield from ((row, other.get(row.row)) for row in old)
    yield from ((None, row) for row in new if row.row not in taken)


def _aligned(old: Sequence[_Row], new: Sequence[_Row]) -> dict[int, _Row]:
    """Pair rows of one name, by the number of the old one's row: equal ones first, then in order.

    So a second project of the same name has its own partner, and a band put between two others of a
    rule is the one that was added.
    """
    pairs = {a.row: b for a, b in zip(old, new, strict=False) if a.said == b.said}
    rest: dict[tuple[str, ...], deque[_Row]] = defaultdict(deque)
    taken = {row.row for row in pairs.values()}
    for row in new:
        if row.row not in taken:
            rest[row.said].append(row)
    for row in old:
        if row.row not in pairs and rest[row.said]:
            pairs[row.row] = rest[row.said].popleft()
    taken = {row.row for row in pairs.values()}
    left = (row for row in old if row.row not in pairs)
    right = (row for row in new if row.row not in taken)
    return pairs | {a.row: b for a, b in zip(left, right, strict=False)}


def _renamed(old: Iterable[_Row], new: Iterable[_Row]) -> dict[int, _Row]:
    """Pair rows of which all but the name is the same; an indicator's code is more than a name."""
    known: dict[tuple[str, ...], list[_Row]] = defaultdict(list)
    for row in new:
        if row.table.layout not in _CODED and not row.total:
            known[row.beyond].append(row)
    pairs = {}
    for row in old:
        likely = known.get(row.beyond, []) if any(row.beyond) or len(row.names) > 1 else []
        other = next((each for each in likely if _shares(row, each)), None)
        if other is not None and not row.total:
            likely.remove(other)
            pairs[row.row] = other
    return pairs


def _shares(one: _Row, other: _Row) -> bool:
    return any(a and a == b for a, b in zip(one.said, other.said, strict=True))


def _numbered(items: Iterable[T], name: Callable[[T], str]) -> dict[tuple[str, int], T]:
    """Return things by their name and how many of that name stood before."""
    seen: Counter[str] = Counter()
    found = {}
    for item in items:
        own = name(item)
        found[own, seen[own]] = item
        seen[own] += 1
    return found


def _paired(
    old: Mapping[tuple[str, int], T], new: Mapping[tuple[str, int], T]
) -> Iterator[tuple[T | None, T | None]]:
    """Yield (what it was, what it is), the old ones first, in their order."""
    for key in dict.fromkeys([*old, *new]):
        yield old.get(key), new.get(key)


_LINE = 60
"""Characters of a text on a console's line; the JSON has all of it."""
_ROW = 120
"""Of a whole row that only one of the two has."""
_EXCERPT = 300
"""And in a cell that is too long to be shown on a sheet."""
_BEFORE = 15


def text(found: Iterable[Change]) -> str:
    """Return the changes as people read them, a line each."""
    return "\n".join(
        one_line(
            f"{each.what}{' ' + each.code if each.code else ''}："
            f"{_one(each.old, each.new, each.old_place)} → {_one(each.new, each.old, each.new_place)}"
        )
        for each in found
    )


def _one(said: str, other: str, place: Place) -> str:
    where = f"（{place}）" if str(place) else ""
    room = _LINE if other else _ROW
    return f"{_excerpt(said, other, room) or '（空）'}{where}"


def _excerpt(said: str, other: str, room: int) -> str:
    """Return a text on one line, of a longer one the part where it begins to differ."""
    said, other = (" ".join(each.split("\n")) for each in (said, other))
    if len(said) <= room:
        return said
    same = next(
        (n for n, (a, b) in enumerate(zip(said, other, strict=False)) if a != b),
        min(len(said), len(other)),
    )
    start = max(0, min(same - _BEFORE, len(said) - room))
    end = start + room
    return f"{'…' if start else ''}{said[start:end]}{'…' if end < len(said) else ''}"


def report(old: Outcome, new: Outcome, found: Iterable[Change]) -> dict[str, Any]:
    """Return what `diff --json` prints."""
    listed = [
        {
            "what": each.what, "code": each.code or None, "old": each.old, "new": each.new,
            "old_place": str(each.old_place) or None, "new_place": str(each.new_place) or None,
        }
        for each in found
    ]  # fmt: skip
    return {"schema": SCHEMA, "old": old.source.file, "new": new.source.file, "changes": listed}


_HEADS = ("序号", "内容", "指标、项目或评分人", "旧", "旧的位置", "新", "新的位置")
_WIDTHS = (6, 22, 22, 38, 18, 38, 18)


def workbook(old: str, new: str, found: Iterable[Change]) -> bytes:
    """Return the changes as a workbook of one sheet."""
    book = Book("两份工作簿的差异")
    paper = book.sheet("差异")
    last = len(_HEADS) - 1
    paper.merge(0, 0, last, "两份工作簿的差异", "heading")
    paper.merge(1, 0, last, f"旧：{old}    新：{new}", "guide")
    paper.row(3, list(_HEADS), "head")
    row = 3
    for row, each in enumerate(found, start=4):
        paper.number(row, 0, row - 3, "center")
        held = (_shown(each.old, each.new), _shown(each.new, each.old))
        places = (str(each.old_place), str(each.new_place))
        for column, said in enumerate(
            (each.what, each.code, held[0], places[0], held[1], places[1]), start=1
        ):
            paper.text(row, column, said, "text")
    if row == 3:
        paper.merge(4, 0, last, "没有差异", "center")
    else:
        paper.filter = (3, 0, row, last)
    paper.widths = dict(enumerate(_WIDTHS))
    paper.freeze = (4, 0)
    paper.repeat = 3
    paper.landscape = True
    return emit(book)


def _shown(said: str, other: str) -> str:
    """Return what a cell of the sheet shows: all of it where a row can be high enough."""
    high = height(Cell(said, "text"), _WIDTHS[3])
    return said if high <= HIGHEST else _excerpt(said, other, _EXCERPT)
