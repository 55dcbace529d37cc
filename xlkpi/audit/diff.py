"""Compare two workbooks, two drafts or two years: what was added, dropped and changed, with both places.

Every input cell of the format's sheets is compared, column by column of `xlkpi.domain.schema`: a
new column there needs no change here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from xlkpi.audit.diff_report import Change
from xlkpi.audit.diff_rows import TIERS, Row, Side, list_input_columns, match_rows
from xlkpi.domain import schema
from xlkpi.domain.cells import Grid
from xlkpi.domain.findings import errors
from xlkpi.domain.inputs import Ballot, Filled
from xlkpi.domain.location import NOWHERE, CellRef
from xlkpi.domain.methods import NOT_APPLICABLE
from xlkpi.domain.results import IndicatorScore, Outcome
from xlkpi.domain.schema import SCORES_SHEET, SUMMARY_SHEET, TIER3, Column, folded
from xlkpi.domain.text import as_text, tidy
from xlkpi.writing.scored.addresses import FIRST_SCORE, GRADE_AT, TOTAL_AT, ScoreColumns
from xlkpi.writing.scored.input_sheets import LIVE_WORDS

T = TypeVar("T")

UNSCORED = "没有评分"
NO_ERRORS = "没有错误"
_REASONS = 3
"""Errors that are told of a draft that was not scored; its own check lists them all."""
UNREAD = "找不到表头，没有读取，这张表没有比较"


_ALONE = (*TIERS, schema.EXECUTION, schema.BALLOT, schema.REVIEW)
"""Sheets whose headers are clear without the name of the sheet."""
_BY_NAME = {schema.INFO.name: "内容", schema.PARAMETERS.name: "值"}
"""Sheets in which a row's name says what this column contains."""
_ROWS = {
    schema.EXECUTION.name: "预算执行项目", schema.MEMBERS.name: "评价工作组成员", schema.EVIDENCE.name: "佐证材料",
    schema.GRADES.name: "等级", schema.ADJUSTMENT.name: "加减分事项", schema.BALLOT.name: "评分行",
}  # fmt: skip
"""What a row is called if the sheet's name does not fit."""


def find_changes(old: Outcome, new: Outcome) -> list[Change]:
    """Return all differences: the results first, then in the order of the sheets and rows."""
    assert old.filled is not None and new.filled is not None
    # A scored workbook contains what was read, not what was typed: 90 for 90分.
    typed = not (_has_results(old.filled) or _has_results(new.filled))
    return [
        *_compare_results(old, new),
        *_compare_inputs(Side(old.filled), Side(new.filled), typed),
    ]


def _has_results(filled: Filled) -> bool:
    """Whether it is a scored workbook. A sheet 汇总 is no sign of one: it may be the office's own."""
    return schema.SOURCE_SHEET in {schema.canonical(name) for name in filled.result_sheets}


def _compare_results(old: Outcome, new: Outcome) -> Iterator[Change]:
    totals, grades = ([show(each) for each in (old, new)] for show in (_show_total, _show_grade))
    for what, (left, right), at in (("总分", totals, TOTAL_AT), ("等级", grades, GRADE_AT)):
        if left != right:
            places = (
                _find_result_place(old, SUMMARY_SHEET, *at),
                _find_result_place(new, SUMMARY_SHEET, *at),
            )
            yield Change(what, "", left, right, *places)
            if what == "总分":
                yield from _give_reasons(old, new)
    if not (old.scored and new.scored):
        return
    before = {work.indicator.key: at for at, work in enumerate(old.scored.indicator_scores)}
    for now, work in enumerate(new.scored.indicator_scores):
        was = before.get(work.indicator.key)
        if was is not None:
            left, right = _show_score(old.scored.indicator_scores[was]), _show_score(work)
            if left != right:
                places = (_find_score_place(old, was), _find_score_place(new, now))
                yield Change("指标得分", work.indicator.label, left, right, *places)


def _give_reasons(old: Outcome, new: Outcome) -> Iterator[Change]:
    """Say why one of two drafts was not scored: how many errors it has, and what the first ones are."""
    if bool(old.scored) == bool(new.scored):
        return
    left, right = (_count_errors(each) for each in (old, new))
    yield Change("没有评分的原因", "", left, right, NOWHERE, NOWHERE)
    for each in errors((new if old.scored else old).findings)[:_REASONS]:
        if old.scored:
            yield Change("错误", each.code, "", each.message, NOWHERE, each.place)
        else:
            yield Change("错误", each.code, each.message, "", each.place, NOWHERE)


def _count_errors(outcome: Outcome) -> str:
    found = errors(outcome.findings)
    return f"{len(found)} 个错误" if found else NO_ERRORS


def _show_total(outcome: Outcome) -> str:
    return f"{outcome.scored.total:f}" if outcome.scored else UNSCORED


def _show_grade(outcome: Outcome) -> str:
    return (outcome.scored.grade.name.value or "") if outcome.scored else UNSCORED


def _show_score(work: IndicatorScore) -> str:
    """An absent score is not 0."""
    return f"{work.score:f}" if work.applies else NOT_APPLICABLE


def _find_score_place(outcome: Outcome, at: int) -> CellRef:
    """Return the cell of a score: in 指标得分 of a scored workbook, else the indicator's code."""
    scored = outcome.scored
    assert scored is not None
    column = ScoreColumns.of(scored).right("得分")
    place = _find_result_place(outcome, SCORES_SHEET, FIRST_SCORE + at, column)
    return place if place.sheet else scored.indicator_scores[at].indicator.code.place


def _find_result_place(outcome: Outcome, sheet: str, row: int, column: int) -> CellRef:
    """Return a cell of a result sheet; NOWHERE if the file is not a scored workbook."""
    filled = outcome.filled
    if filled is None or outcome.scored is None or not _has_results(filled):
        return NOWHERE
    names = {schema.canonical(name): name for name in filled.result_sheets}
    return CellRef(names[sheet], row, column) if sheet in names else NOWHERE


def _compare_inputs(old: Side, new: Side, typed: bool) -> Iterator[Change]:
    yield from _compare_unread_sheets(old, new)
    unread = {*old.unread, *new.unread}
    for sheet in schema.SHEETS:
        if schema.folded(sheet.name) not in unread:
            left, right = (side.rows(side.filled.tables.get(sheet.name)) for side in (old, new))
            for was, now in match_rows(left, right):
                yield from _compare_rows(was, now, old, new, typed, "")
        if sheet is TIER3:
            yield from _compare_ballots(old, new, typed)


def _compare_unread_sheets(old: Side, new: Side) -> Iterator[Change]:
    """Report sheets that only one workbook could read; compare the raw cells where neither could."""
    for name in dict.fromkeys([*old.unread, *new.unread]):
        was, now = old.unread.get(name), new.unread.get(name)
        if was and now:
            yield from _compare_grids(was, now)
        elif was:
            yield Change("工作表", was.name, UNREAD, "", CellRef(was.name), NOWHERE)
        elif now:
            yield Change("工作表", now.name, "", UNREAD, NOWHERE, CellRef(now.name))


def _read_constant(grid: Grid, row: int, column: int) -> str:
    """Return a cell's text; "" for formulas and the words of live checks, which scored workbooks lack."""
    text = tidy(as_text(grid.raw(row, column)))
    return "" if (row, column) in grid.formulas or text in LIVE_WORDS else text


def _compare_grids(old: Grid, new: Grid) -> Iterator[Change]:
    width = max(len(row) for row in (*old.rows, *new.rows, ()))
    for row in range(max(len(old.rows), len(new.rows))):
        for column in range(width):
            left, right = (_read_constant(grid, row, column) for grid in (old, new))
            if left != right:
                places = old.place(row, column), new.place(row, column)
                yield Change("工作表", new.name, left, right, *places)


def _compare_ballots(old: Side, new: Side, typed: bool) -> Iterator[Change]:
    before, after = (_number_by_name(side.filled.ballots, _find_owner) for side in (old, new))
    unread = {*old.unread, *new.unread}
    for was, now in _pair_by_name(before, after):
        either = was or now
        if either and schema.folded(either.table.grid.name) in unread:
            continue
        if was and now:
            left, right = was.scorer.value or "", now.scorer.value or ""
            if left != right:
                yield Change(
                    schema.SCORER_LABEL, right, left, right, was.scorer.place, now.scorer.place
                )
            rows = (side.rows(each.table) for side, each in ((old, was), (new, now)))
            for one, other in match_rows(*rows):
                yield from _compare_rows(one, other, old, new, typed, right)
        elif was:
            yield _report_dropped(
                "评分表", _name_ballot(was), _describe_ballot(old, was), was.scorer.place
            )
        elif now:
            yield _report_added(
                "评分表", _name_ballot(now), _describe_ballot(new, now), now.scorer.place
            )


def _find_owner(ballot: Ballot) -> str:
    return folded(ballot.scorer.value) or ballot.table.grid.name


def _name_ballot(ballot: Ballot) -> str:
    return ballot.scorer.value or ballot.table.grid.name


def _describe_ballot(side: Side, ballot: Ballot) -> str:
    """Return a ballot in one line: the scorer, then every row with more than its code."""
    rows = (row for row in side.rows(ballot.table) if not row.total)
    given = [
        " ".join(value for value in row.values if value) for row in rows if any(row.other_values)
    ]  # fmt: skip
    return "；".join([_name_ballot(ballot), *given])


def _compare_rows(
    was: Row | None, now: Row | None, old: Side, new: Side, typed: bool, scorer: str
) -> Iterator[Change]:
    if was and now:
        for column in list_input_columns(now.table.sheet):
            yield from _compare_cells(was, now, column, typed, scorer)
    elif was:
        yield from _report_unpaired(was, new, scorer, _report_dropped)
    elif now:
        yield from _report_unpaired(now, old, scorer, _report_added)


def _compare_cells(
    was: Row, now: Row, column: Column, typed: bool, scorer: str
) -> Iterator[Change]:
    left, right = was.fields[column.header], now.fields[column.header]
    if left == right and typed:
        left, right = (row.side.typed(row.table, row.row, column) for row in (was, now))
    if left != right:
        places = was.place_of(column), now.place_of(column)
        yield Change(*_name_cell(now, column, scorer), left, right, *places)


def _name_cell(row: Row, column: Column, scorer: str) -> tuple[str, str]:
    """Return what a cell is called, and the row it belongs to."""
    sheet, header = row.table.sheet, column.header
    code = f"{scorer} {row.label}" if scorer else row.label
    if header == _BY_NAME.get(sheet.name) and not row.total:
        return f"{sheet.name}：{row.label}", ""
    if sheet in TIERS and header == sheet.name:
        return "名称", code
    if sheet in TIERS and column is sheet.columns[1]:
        return "上级编号", code
    if sheet is schema.GRADES and header == "下限":
        return "等级下限", code
    return header if sheet in _ALONE else f"{sheet.name}：{header}", code


_OneSided = Callable[[str, str, str, CellRef], Change]


def _report_unpaired(row: Row, other: Side, scorer: str, report: _OneSided) -> Iterator[Change]:
    """Report a row that only one of the two has; `report` is _report_dropped or _report_added."""
    sheet = row.table.sheet
    code = f"{scorer} {row.label}" if scorer else row.label
    if sheet is schema.PARAMETERS and not row.total:
        known = schema.PARAMETER_BY_NAME.get(schema.canonical(row.names[0]))
        if known:  # without its row the default is in force
            value, default = row.fields["值"], known.default
            if schema.folded(value) != schema.folded(default):
                change = report(sheet.name, "", value, row.place_of(sheet.column("值")))
                yield _fill_in_default(change, f"{sheet.name}：{known.name}", f"{default}（默认）")
            return
    follows = (
        sheet in (schema.BALLOT, schema.REVIEW)
        and schema.folded("".join(row.names)) not in other.indicators
    )
    if follows and not any(row.other_values) and not row.total:
        return  # an empty row: its indicator was added or dropped, and is reported
    noun = f"{sheet.name}合计行" if row.total else _ROWS.get(sheet.name, sheet.name)
    yield report(noun, code, row.description, row.place)


def _fill_in_default(change: Change, what: str, default: str) -> Change:
    old, new = change.old or default, change.new or default
    return Change(what, "", old, new, change.old_place, change.new_place)


def _report_dropped(what: str, code: str, text: str, place: CellRef) -> Change:
    return Change(f"删去{what}", code, text, "", place, NOWHERE)


def _report_added(what: str, code: str, text: str, place: CellRef) -> Change:
    return Change(f"新增{what}", code, "", text, NOWHERE, place)


def _number_by_name(items: Iterable[T], name: Callable[[T], str]) -> dict[tuple[str, int], T]:
    """Return the items by (name, how many items before have the same name)."""
    seen: Counter[str] = Counter()
    numbered = {}
    for item in items:
        own = name(item)
        numbered[own, seen[own]] = item
        seen[own] += 1
    return numbered


def _pair_by_name(
    old: Mapping[tuple[str, int], T], new: Mapping[tuple[str, int], T]
) -> Iterator[tuple[T | None, T | None]]:
    """Yield (old, new) pairs: those of the old workbook first, each in its own order."""
    for key in dict.fromkeys([*old, *new]):
        yield old.get(key), new.get(key)
