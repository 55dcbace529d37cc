"""指标得分: one row per third-level indicator, from each scorer's cell to the rounded score."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import a1, block_references
from xlkpi.domain.methods import NOT_APPLICABLE, UNMARKED, VOTES
from xlkpi.domain.numbers import NOISE, decimals
from xlkpi.domain.results import IndicatorScore, Review, Scored
from xlkpi.domain.schema import RECUSED, SCORES_SHEET, folded
from xlkpi.domain.substitution import formula
from xlkpi.scoring import substitution
from xlkpi.writing.book import Book, Held, Sheet, Source
from xlkpi.writing.scored.addresses import FIRST_SCORE, REVIEWED, Addresses, ScoreColumns, copy
from xlkpi.writing.scored.result import Result
from xlkpi.writing.styles import RATE, figure, sum_figure

_TITLE, _GUIDE, _WEIGHTS, _HEADER = range(FIRST_SCORE)
_LONGEST = 8_000
"""Excel's limit of a formula is 8192 characters."""
_TOO_LONG = "数太多，不逐个列出"
NOBODY = "无人评分"
"""Stands for what a group gave, where nobody of it marked."""


def plan(book: Book, result: Result, names: Addresses) -> None:
    """Plan the sheet, which is already in the book; what `write` adds apart."""
    sheet, scored = book.named(SCORES_SHEET), result.scored
    columns = ScoreColumns.of(scored)
    _head(sheet, result.filled, scored, columns)
    for at, work in enumerate(scored.indicator_scores):
        _Row(sheet, at, result, work, columns, names).plan()
    _total(sheet, result, columns)
    _geometry(sheet, scored, columns)


def write(book: Book, result: Result, names: Addresses) -> None:
    """Add the scores of the reviewing authority, where there are any."""
    if result.scored.review:
        sheet = book.named(SCORES_SHEET)
        _reviewed(sheet, result.filled, result.scored, result.scored.review, names)


def _head(sheet: Sheet, filled: Filled, scored: Scored, columns: ScoreColumns) -> None:
    last = columns.right("计分过程")
    sheet.merge(_TITLE, 0, last, "指标得分", "heading")
    hundred = "（百分制，折算前）" if filled.parameters.out_of_100 else ""
    words = (
        f"每个三级指标一行：各评分人的得分{hundred}取自各自的评分表（点击可前往），"
        "合成后四舍五入得到该指标得分。灰色的指标由系统按公式计分。"
    )
    if scored.groups:
        words += _grouping(filled, scored)
    sheet.merge(_GUIDE, 0, last, words, "guide")
    scorers = [ballot.scorer.value or "" for ballot in scored.scorers]
    groups = [f"{group.name} 组得分" for group in scored.groups]
    sheet.row(_HEADER, columns.heads(scorers, groups), "head")
    _weights(sheet, filled, scored, columns)


def _weights(sheet: Sheet, filled: Filled, scored: Scored, columns: ScoreColumns) -> None:
    members = {folded(member.name.value): member for member in filled.members}
    sheet.text(_WEIGHTS, columns.first_mark - 1, "评分权重", "label")
    for column, ballot in enumerate(scored.scorers, start=columns.first_mark):
        member = members.get(folded(ballot.scorer.value))
        if _weighs(filled) and member and member.weight.value is not None:
            place = member.weight.place
            formula = "=" + place.reference
            sheet.formula(_WEIGHTS, column, formula, member.weight.value, "figure", place.link)
        else:
            sheet.text(_WEIGHTS, column, "—", "grey")
    for column, group in enumerate(scored.groups, start=columns.first_group):
        place, weight = group.weight.place, group.weight.value or Decimal(0)
        sheet.formula(_WEIGHTS, column, "=" + place.reference, weight, "figure", place.link)


def _grouping(filled: Filled, scored: Scored) -> str:
    """Return the words for which scorers are in which group."""
    names = [ballot.scorer.value or "" for ballot in scored.scorers]
    told, start = [], 0
    for group, count in zip(scored.groups, scored.group_sizes, strict=True):
        told.append(f"{group.name}（{'、'.join(names[start : start + count])}）")
        start += count
    way = filled.parameters.text("综合方法")
    return f"评分组：{'；'.join(told)}。先在组内合成（{way}），再按第 3 行的组权重加权平均。"


def _weighs(filled: Filled) -> bool:
    return filled.parameters.text("综合方法") == "加权平均"


class _Row:
    """The row of one indicator."""

    def __init__(
        self, sheet: Sheet, at: int, result: Result, work: IndicatorScore, columns: ScoreColumns,
        names: Addresses,
    ) -> None:  # fmt: skip
        self.sheet = sheet
        self.row = FIRST_SCORE + at
        self.filled = result.filled
        self.scored = result.scored
        self.work = work
        self.columns = columns
        self.names = names
        self.of: Callable[[Result], IndicatorScore] = lambda r: r.scored.indicator_scores[at]
        """Finds this indicator in whatever the plan is filled with."""
        self.points = work.indicator.points.value or Decimal(0)

    def plan(self) -> None:
        sheet, row, of, indicator = self.sheet, self.row, self.of, self.work.indicator
        copy(sheet, (row, 0), indicator.code, "code", lambda r: of(r).indicator.code.value or "")
        copy(
            sheet, (row, 1), indicator.parent, "code", lambda r: of(r).indicator.parent.value or ""
        )
        copy(sheet, (row, 2), indicator.name, "text", lambda r: of(r).indicator.name.value or "")
        place = indicator.points.place
        sheet.formula(row, 3, "=" + place.reference, self.points, "figure", place.link)
        sheet.text(row, 4, indicator.method.value or "", "center")
        self._marks()
        self._groups()
        sheet.text(row, self.columns.right("计分过程"), lambda r: of(r).explanation, "text")
        if self.work.applies:
            self._put_in()
            self._score()
            self._spread()
        else:
            self._not_applicable()

    def _put_in(self) -> None:
        """Put the computation with its numbers, joined of the same cells that the score is computed from."""
        at, of = self.columns.right("代入"), self.of
        made = formula(substitution.of(self.work, self.filled)).at(self._addresses())
        if len(made) > _LONGEST:
            self.sheet.text(self.row, at, _TOO_LONG, "grey")
        else:
            said: Source = lambda r: substitution.text(of(r), r.filled)  # noqa: E731
            self.sheet.formula(self.row, at, made, said, "text")

    def _score(self) -> None:
        sheet, row, of, points = self.sheet, self.row, self.of, self.points
        exact, score = self.columns.right("合成（未取整）"), self.columns.right("得分")
        formula = self.work.formula.at(self._addresses())
        sheet.formula(row, exact, formula, lambda r: of(r).exact, "figure:0.00####")
        rounding = _rounded(a1(row, exact), row, points, self.names)
        style = f"strong.figure:{score_format(self.work.score)}"
        sheet.formula(row, score, f"={rounding}", lambda r: of(r).score, style)
        formula = f"=IF({a1(row, 3)}=0,0,{a1(row, score)}/{a1(row, 3)})"
        rate = self.columns.right("得分率")
        sheet.formula(row, rate, formula, lambda r: of(r).rate, f"figure:{RATE}")

    def _not_applicable(self) -> None:
        """No score is no 0: words are where others have figures."""
        for name in ("合成（未取整）", "得分"):
            self.sheet.text(self.row, self.columns.right(name), NOT_APPLICABLE, "grey")
        for name in ("代入", "得分率", "最高减最低"):
            self.sheet.text(self.row, self.columns.right(name), "—", "grey")

    def _marks(self) -> None:
        first, last = self.columns.first_mark, self.columns.last_mark
        if not self.work.given:
            said = UNMARKED if self.work.applies else "—"
            for column in range(first, last + 1):
                self.sheet.text(self.row, column, said, "grey")
            return
        for n, given in enumerate(self.work.given):
            cell = given.place.reference
            formula = f'=IF({cell}="","{RECUSED}",{cell})'  # a bare reference would make blank a 0
            link = given.place.link
            self.sheet.formula(self.row, first + n, formula, self._mark(n), "link.figure", link)

    def _mark(self, scorer: int) -> Callable[[Result], Held]:
        def find(result: Result) -> Held:
            mark = self.of(result).given[scorer].mark
            return RECUSED if mark is None else mark

        return find

    def _groups(self) -> None:
        """Put what each group's marks come to; the marks of a group are side by side."""
        if not self.work.parts:
            for column in range(self.columns.first_group, self.columns.last_group + 1):
                self.sheet.text(self.row, column, "—", "grey")
            return
        first, row = self.columns.first_mark, self.row
        for n, count in enumerate(self.scored.group_sizes):
            last = first + count - 1
            addresses = {
                "得分": f"{a1(row, first)}:{a1(row, last)}",
                "权重": f"{a1(_WEIGHTS, first, 'row')}:{a1(_WEIGHTS, last, 'row')}",
                "去极值最少人数": self.names.parameters["去极值最少人数"],
            }
            combined = self.work.group_formula.at(addresses).removeprefix("=")
            formula = f'=IF(COUNT({addresses["得分"]})=0,"{NOBODY}",{combined})'
            column = self.columns.first_group + n
            self.sheet.formula(row, column, formula, self._mean(n), "figure:0.00####")
            first = last + 1

    def _mean(self, group: int) -> Callable[[Result], Held]:
        def find(result: Result) -> Held:
            mean = self.of(result).parts[group].mean
            return NOBODY if mean is None else mean

        return find

    def _addresses(self) -> dict[str, str]:
        row, columns, indicator = self.row, self.columns, self.work.indicator
        marks, groups = (
            (columns.first_mark, columns.last_mark), (columns.first_group, columns.last_group)
        )  # fmt: skip
        method = self.work.method
        cells = {
            "人得分": (row, "", columns.first_mark, columns.scorers),
            "人权重": (_WEIGHTS, "row", columns.first_mark, columns.scorers),
            "组得分": (row, "", columns.first_group, columns.groups),
            "组权重": (_WEIGHTS, "row", columns.first_group, columns.groups),
        }
        return {
            **{
                f"第{n + 1}{name}": a1(at, first + n, absolute)
                for name, (at, absolute, first, count) in cells.items()
                for n in range(count)
            },
            "得分": "{}:{}".format(*(a1(row, at) for at in marks)),
            "权重": "{}:{}".format(*(a1(_WEIGHTS, at, "row") for at in marks)),
            "组得分": "{}:{}".format(*(a1(row, at) for at in groups)),
            "组权重": "{}:{}".format(*(a1(_WEIGHTS, at, "row") for at in groups)),
            "分值": a1(row, 3),
            "年度指标值": indicator.target.place.reference,
            "实际完成值": indicator.actual.place.reference,
            "去极值最少人数": self.names.parameters["去极值最少人数"],
            "核减分": indicator.deduction.place.reference,
            **self.names.budget,
            **(method.rule.cells if method and method.rule else {}),
            **(votes(self.work, self.filled) if method and method.surveyed else {}),
        }

    def _spread(self) -> None:
        at = self.columns.right("最高减最低")
        block = f"{a1(self.row, self.columns.first_mark)}:{a1(self.row, self.columns.last_mark)}"
        if _known(self.work):
            formula = f'=IF(COUNT({block})=0,"",ROUND(MAX({block})-MIN({block}),6))'
            self.sheet.formula(self.row, at, formula, self._range, "figure")
        else:
            self.sheet.text(self.row, at, "—", "grey")

    def _range(self, result: Result) -> Held:
        marks = _known(self.of(result))
        return max(marks) - min(marks)


def _known(work: IndicatorScore) -> list[Decimal]:
    """Return the marks without recusals."""
    return [given.mark for given in work.given if given.mark is not None]


def _rounded(exact: str, row: int, points: Decimal, names: Addresses) -> str:
    """Return the expression of a score: rounded, at most 分值, and 分值 itself when fully met.

    Whole 分值 are never passed by rounding, so there it is the rounding alone.
    """
    rounding = f"ROUND(ROUND({exact},{NOISE}),{names.parameters['小数位数']})"
    if not decimals(points):
        return rounding
    full = a1(row, 3)
    return f"IF(ROUND({exact},{NOISE})>={full},{full},MIN({full},{rounding}))"


def score_format(score: Decimal) -> str:
    """Return the number format of a score: it carries the decimals that it is printed with."""
    return figure(-int(score.as_tuple().exponent))


def votes(work: IndicatorScore, filled: Filled) -> dict[str, str]:
    """Return the sum of each kind of vote over the survey's rows of an indicator, by its name."""
    own = [row for row in filled.surveys if row.key == work.indicator.key]
    rows = [row.row for row in own]
    places = [vote.place for vote in own[0].votes]
    return {
        name: f"SUM({block_references(place.sheet, place.column, rows)})"
        for name, place in zip(VOTES, places, strict=True)
    }


def _total(sheet: Sheet, result: Result, columns: ScoreColumns) -> None:
    filled, scored = result.filled, result.scored
    row = FIRST_SCORE + len(scored.indicator_scores)
    last = row - 1
    style = f"strong.figure:{sum_figure(filled.parameters.decimals, filled.finest_decimals)}"
    for column in range(columns.right("计分过程") + 1):
        sheet.blank(row, column, "strong")
    sheet.text(row, 2, "合计", "strong")
    points = sum((each.indicator.points.value or 0 for each in scored.indicator_scores), Decimal())
    block = f"{a1(FIRST_SCORE, 3)}:{a1(last, 3)}"
    sheet.formula(row, 3, f"=ROUND(SUM({block}),6)", points, "strong.figure")
    at = columns.right("得分")
    formula = f"=ROUND(SUM({a1(FIRST_SCORE, at)}:{a1(last, at)}),6)"
    sheet.formula(row, at, formula, _whole, style)


def _whole(result: Result) -> Held:
    return sum((each.score for each in result.scored.indicator_scores), Decimal())


def _reviewed(
    sheet: Sheet, filled: Filled, scored: Scored, review: Review, names: Addresses
) -> None:
    """Put the reviewing authority's score beside each: its own where it gave one, else the self-evaluation's."""
    columns = ScoreColumns.of(scored)
    at, own = columns.right(REVIEWED), columns.right("得分")
    sheet.text(_HEADER, at, REVIEWED, "head")
    sheet.widths[at] = 10
    for row, tier in enumerate(review.score_totals.tiers[2], start=FIRST_SCORE):
        if not tier.applies:
            sheet.text(row, at, NOT_APPLICABLE, "grey")
            continue
        given = review.rows.get(tier.tier.key)
        formula, link = f"={a1(row, own)}", ""
        if given is not None:
            cell, link = given.score.place.reference, given.score.place.link
            rounding = _rounded(cell, row, tier.points, names)
            formula = f'=IF({cell}="",{a1(row, own)},{rounding})'
        sheet.formula(row, at, formula, tier.score, f"figure:{score_format(tier.score)}", link)


def _geometry(sheet: Sheet, scored: Scored, columns: ScoreColumns) -> None:
    widths = [9, 9, 24, 8, 13, *[9] * (columns.scorers + columns.groups), 24, 12, 10, 10, 11, 40]
    sheet.widths = dict(enumerate(widths))
    sheet.heights.update({_TITLE: 26, _GUIDE: 20, _HEADER: 32})
    if scored.groups:
        del sheet.heights[_GUIDE]  # who is in which group may take several lines
    sheet.freeze = (FIRST_SCORE, 3)
    sheet.repeat = _HEADER
    sheet.landscape = True
    last = FIRST_SCORE + len(scored.indicator_scores) - 1
    sheet.filter = (_HEADER, 0, last, len(widths) - 1)
