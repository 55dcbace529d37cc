"""Scorers, ballots and marks, both ways. An absent mark is never 0."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from xlkpi.checks.lookups import ballots_by_scorer, clear_indicators, members_by_name
from xlkpi.checks.tiers import control_total
from xlkpi.domain import methods, schema
from xlkpi.domain.cells import Grid
from xlkpi.domain.findings import Finding, finding, shown
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.inputs import Ballot, Filled, Mark, Member
from xlkpi.domain.numbers import from_text, plain
from xlkpi.domain.recusal import denies_mark
from xlkpi.domain.text import as_text


def _limit(filled: Filled, indicator: Indicator) -> Decimal | None:
    return Decimal(100) if filled.parameters.out_of_100 else indicator.points.value


def _scorer_ballots(filled: Filled) -> Iterator[tuple[Member, Ballot]]:
    """Yield the members who score, with their ballots."""
    ballots = ballots_by_scorer(filled)
    for key, member in members_by_name(filled).items():
        if member.is_scorer and key in ballots:
            yield member, ballots[key]


def members_unique(filled: Filled) -> Iterator[Finding]:
    """No two members share a name, and a name can be a sheet's."""
    seen: dict[str, Member] = {}
    for member in filled.members:
        key, name = schema.folded(member.name.value), member.name.value or ""
        if key and key in seen:
            yield finding("X216", member.name.place, name, other=seen[key].name.place.cell)
        if member.is_scorer and not _can_be_a_sheet(name):
            yield finding("X221", member.name.place, name)
        if member.name.blank:
            yield finding("X222", member.name.place)
        seen.setdefault(key, member)


def someone_scores(filled: Filled) -> Iterator[Finding]:
    """At least one member is to score."""
    table = filled.tables.get(schema.MEMBERS.name)
    unsure = any(member.status.broken for member in filled.members)
    if table and table.rows and not unsure and not any(m.is_scorer for m in filled.members):
        yield finding("X220", table.head("姓名"))


def weights(filled: Filled) -> Iterator[Finding]:
    """加权平均 needs a positive weight for everyone who scores."""
    if filled.parameters.text("综合方法") != "加权平均":
        return
    for member in filled.members:
        if not member.is_scorer:
            continue
        if member.weight.blank:
            scorer = member.name.value or "这名成员"
            yield finding("X212", member.weight.place, scorer=scorer)
        if member.weight.value is not None and member.weight.value <= 0:
            yield finding("X213", member.weight.place, plain(member.weight.value))


def weights_alike(filled: Filled) -> Iterator[Finding]:
    """A weight of 40% beside one of 30 would count as 0.4 beside 30."""
    table = filled.tables.get(schema.MEMBERS.name)
    if filled.parameters.text("综合方法") != "加权平均" or table is None:
        return
    known = [m for m in filled.members if m.is_scorer and m.weight.value is not None]
    shares = [member for member in known if _is_share(member, table.grid)]
    for member in known if shares else ():
        value = member.weight.value
        if member not in shares and value is not None and value > 1:
            first = shares[0].weight
            share = f"{plain(first.value * 100)}%" if first.value is not None else ""
            params = {"other": first.place.cell, "share": share}
            yield finding("X229", member.weight.place, plain(value), **params)


def _is_share(member: Member, grid: Grid) -> bool:
    weight = member.weight
    typed = isinstance(weight.typed, str) and "%" in schema.canonical(weight.typed)
    at = (weight.place.row, weight.place.column)
    return typed or at in grid.percents or at in grid.percent_signed


def scorer_in_name(ballot: Ballot) -> str:
    """Return the scorer's name in the name of a ballot's sheet, as it is compared."""
    return schema.folded(ballot.table.grid.name)[len(schema.BALLOT_PREFIX) :]


def _misnamed(ballot: Ballot, members: dict[str, Member], ballots: dict[str, Ballot]) -> bool:
    """Whether the scorer's cell is itself in doubt: nobody's name, or one that has a ballot."""
    key = schema.folded(ballot.scorer.value)
    return key not in members or ballots[key] is not ballot


def ballots_present(filled: Filled) -> Iterator[Finding]:
    """Everyone who is to score has a ballot."""
    ballots, members = ballots_by_scorer(filled), members_by_name(filled)
    sheets = [grid for grid in filled.grids if schema.sheet_named(grid.name) is schema.BALLOT]
    elsewhere = {
        schema.folded(each.scorer) for each in filled.misnamed_sheets if each.sheet is schema.BALLOT
    }
    unsure = len(sheets) > len(filled.ballots) or any(b.scorer.broken for b in filled.ballots)
    if any(key not in members for key in (*ballots, *elsewhere)):
        return  # a ballot under an unknown name has a finding; it may well be the missing one
    doubtful = elsewhere | {
        scorer_in_name(ballot) for ballot in filled.ballots if _misnamed(ballot, members, ballots)
    }
    for key, member in members.items():
        if (
            member.is_scorer
            and key not in ballots
            and key not in doubtful
            and (sheets or elsewhere)
            and not unsure
        ):
            yield finding("X207", member.name.place, scorer=member.name.value)


def ballots_of_members(filled: Filled) -> Iterator[Finding]:
    """Every ballot belongs to a member."""
    members = members_by_name(filled)
    known = bool(members) and not any(member.name.broken for member in filled.members)
    for ballot in filled.ballots:
        if known and ballot.scorer.good and schema.folded(ballot.scorer.value) not in members:
            yield finding("X208", ballot.scorer.place, ballot.scorer.value or "")


def sheet_names(filled: Filled) -> Iterator[Finding]:
    """A ballot's sheet is named after its scorer; the cell inside is what counts."""
    members, ballots = members_by_name(filled), ballots_by_scorer(filled)
    for ballot in filled.ballots:
        name = ballot.scorer.value or ""
        if (
            not ballot.scorer.good
            or scorer_in_name(ballot) == schema.folded(name)
            or not _can_be_a_sheet(name)
        ):
            continue
        if not members or not _misnamed(ballot, members, ballots):
            yield finding("X209", ballot.scorer.place, name, sheet=ballot.table.grid.name)


def _can_be_a_sheet(name: str) -> bool:
    return len(name) <= schema.SCORER_NAME_LENGTH and not any(
        sign in name for sign in schema.FORBIDDEN_IN_NAMES
    )


def ballots_unique(filled: Filled) -> Iterator[Finding]:
    """A scorer has one ballot."""
    first = ballots_by_scorer(filled)
    for ballot in filled.ballots:
        key = schema.folded(ballot.scorer.value)
        if key and first[key] is not ballot:
            other = first[key].table.grid.name
            yield finding("X210", ballot.scorer.place, ballot.scorer.value or "", other=other)


def codes_known(filled: Filled) -> Iterator[Finding]:
    """A mark, or a word about it, belongs to an indicator that exists."""
    known = filled.of_which_by_key(3).keys() | {each.key for each in filled.indicators}
    if not known or "" in known:
        return  # the code that is missing there has a finding
    for _, mark in _marks(filled):
        if mark.key and mark.key not in known and says_something(mark):
            yield finding("X204", mark.code.place, mark.code.value or "")


def says_something(mark: Mark) -> bool:
    """Whether a row of a ballot has more than its code and the template's words."""
    said = mark.remark.value not in (None, methods.UNMARKED, methods.NOT_APPLICABLE)
    return mark.mark.good or mark.mark.broken or said


def codes_unique(filled: Filled) -> Iterator[Finding]:
    """A ballot has one row for each indicator."""
    for ballot in filled.ballots:
        first = ballot.by_key()
        for mark in ballot.marks:
            if mark.key and first[mark.key] is not mark:
                other = first[mark.key].code.place.cell
                yield finding("X205", mark.code.place, mark.code.value or "", other=other)


def codes_present(filled: Filled) -> Iterator[Finding]:
    """A mark has a code beside it."""
    for _, mark in _marks(filled):
        if mark.code.blank and not mark.mark.blank:
            shown = plain(mark.mark.value) if mark.mark.value is not None else ""
            yield finding("X206", mark.code.place, shown or mark.remark.value or "")


def all_marked(filled: Filled) -> Iterator[Finding]:
    """Every scorer marked every judged indicator, or stepped aside."""
    known = {key: each for key, each in clear_indicators(filled).items() if each.judged}
    for member, ballot in _scorer_ballots(filled):
        rows = ballot.by_key()
        unsure = any(mark.code.broken for mark in ballot.marks)
        for key, indicator in known.items():
            mark = rows.get(key)
            if mark is None and unsure:
                continue
            if mark is None:
                yield finding(
                    "X223", ballot.table.head("编号"),
                    scorer=member.name.value, indicator=indicator.name.value or "",
                    code=indicator.label,
                )  # fmt: skip
            elif mark.mark.blank and not mark.recused and not mark.remark.broken:
                limit = _limit(filled, indicator)
                yield finding(
                    "X201", mark.mark.place,
                    scorer=member.name.value, indicator=indicator.name.value or "",
                    code=indicator.label, limit=plain(limit) if limit is not None else "分值",
                    hint=_mark_hint(ballot, mark) or _recusal_hint(mark),
                )  # fmt: skip


def _mark_hint(ballot: Ballot, mark: Mark) -> str:
    """Return a hint at a number in no column of the table: it may be the mark."""
    table, known = ballot.table, set(ballot.table.columns.values())
    cells = table.grid.rows[mark.row] if mark.row < len(table.grid.rows) else ()
    for column, value in enumerate(cells):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if column not in known and (number or (isinstance(value, str) and from_text(value))):
            cell = table.grid.place(mark.row, column).cell
            return f"（{cell} 的 {as_text(value)} 如果就是得分，请移到“得分”一栏）"
    return ""


def _recusal_hint(mark: Mark) -> str:
    """Return a hint at a remark that has the word, and may mean it or not."""
    remark = mark.remark.value or ""
    return (
        f"（评分说明写的是“{shown(remark)}”，看不出是不是回避）" if schema.RECUSED in remark else ""
    )


def within_limits(filled: Filled) -> Iterator[Finding]:
    """0 ≤ 得分 ≤ 分值, or 100 in 百分制."""
    what = "百分制满分" if filled.parameters.out_of_100 else "分值"
    limits = {key: _limit(filled, each) for key, each in clear_indicators(filled).items()}
    silent = {key for key, member in members_by_name(filled).items() if not member.is_scorer}
    for ballot, mark in _marks(filled):
        value, limit = mark.mark.value, limits.get(mark.key)
        if value is None or limit is None or schema.folded(ballot.scorer.value) in silent:
            continue
        if value < 0:
            yield finding("X202", mark.mark.place, plain(value), limit=plain(limit))
        elif value > limit:
            yield finding("X203", mark.mark.place, plain(value), limit=plain(limit), what=what)


def mark_or_recusal(filled: Filled) -> Iterator[Finding]:
    """A recusal has no mark."""
    for _, mark in _marks(filled):
        if mark.recused and mark.mark.broken and isinstance(mark.mark.typed, str):
            yield finding("X211", mark.mark.place, mark.mark.typed)
        elif mark.mark.value is not None and denies_mark(mark.remark.value or ""):
            yield finding("X211", mark.mark.place, plain(mark.mark.value))


def silent_members(filled: Filled) -> Iterator[Finding]:
    """A member who is not to score, or was absent, has no marks."""
    ballots = ballots_by_scorer(filled)
    for key, member in members_by_name(filled).items():
        ballot = ballots.get(key)
        if member.is_scorer or ballot is None or not member.status.good:
            continue
        marked = [mark for mark in ballot.marks if mark.mark.value is not None]
        if marked:
            yield finding(
                "X214", marked[0].mark.place,
                scorer=member.name.value, status=member.status.value or schema.YES,
            )  # fmt: skip


def somebody_left(filled: Filled) -> Iterator[Finding]:
    """Not everyone stepped aside from an indicator."""
    if any(ballot.scorer.broken for ballot in filled.ballots):
        return
    asked = [ballot.by_key() for _, ballot in _scorer_ballots(filled)]
    for key, indicator in clear_indicators(filled).items():
        rows = [marks[key] for marks in asked if key in marks]
        if indicator.judged and rows and len(rows) == len(asked) and all(r.recused for r in rows):
            yield finding(
                "X215", indicator.code.place,
                indicator=indicator.name.value or "", code=indicator.label,
            )  # fmt: skip


def computed_marked(filled: Filled) -> Iterator[Finding]:
    """Where a computed indicator was marked too, the computed points count."""
    known = clear_indicators(filled)
    computed = {key for key, each in known.items() if each.method.good and not each.judged}
    for ballot, mark in _marks(filled) if computed else ():
        indicator = known.get(mark.key)
        if indicator and mark.key in computed and mark.mark.value is not None:
            yield finding(
                "X217", mark.mark.place, plain(mark.mark.value),
                code=indicator.label, scorer=ballot.scorer.value or "",
            )  # fmt: skip


def control_totals(filled: Filled) -> Iterator[Finding]:
    """A total that a scorer added below the marks equals their sum."""
    for ballot in filled.ballots:
        parts = {
            mark.row: Decimal(0) if mark.mark.blank else mark.mark.value for mark in ballot.marks
        }
        yield from control_total(ballot.table, "得分", parts)


def _marks(filled: Filled) -> Iterator[tuple[Ballot, Mark]]:
    for ballot in filled.ballots:
        for mark in ballot.marks:
            yield ballot, mark
