"""指标得分: one row per third-level indicator, from each scorer's cell to the rounded score."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import a1, blocks
from xlkpi.domain.methods import NOT_APPLICABLE, VOTES
from xlkpi.domain.numbers import NOISE, decimals
from xlkpi.domain.results import IndicatorScore, Review, Scored
from xlkpi.domain.schema import RECUSED, SCORES_SHEET, folded
from xlkpi.writing.addresses import Addresses
from xlkpi.writing.book import Book, Sheet
from xlkpi.writing.styles import RATE, figure, sum_figure

TITLE, GUIDE, WEIGHTS, HEADER, FIRST = range(5)
_LEFT = ("编号", "二级编号", "三级指标", "分值", "评分方式")
_RIGHT = ("合成（未取整）", "得分", "得分率", "最高减最低", "计分过程")
REVIEWED = "复核得分"
"""Stands rightmost, where there is a review."""
_COMPUTED = "系统计分"
NOBODY = "无人评分"
"""Stands for what a group gave, where nobody of it marked."""


class Columns(NamedTuple):
    """Where the columns stand; they depend on the number of scorers, and of their groups."""

    scorers: int
    groups: int = 0

    @classmethod
    def of(cls, scored: Scored) -> Columns:
        """Return the columns of a scored workbook."""
        return cls(len(scored.scorers), len(scored.groups))

    @property
    def first_mark(self) -> int:
        """The first scorer's column."""
        return len(_LEFT)

    @property
    def last_mark(self) -> int:
        """The last scorer's column."""
        return len(_LEFT) + self.scorers - 1

    @property
    def first_group(self) -> int:
        """The first group's column, right of the scorers."""
        return len(_LEFT) + self.scorers

    @property
    def last_group(self) -> int:
        """The last group's column."""
        return len(_LEFT) + self.scorers + self.groups - 1

    def right(self, name: str) -> int:
        """Return a column right of the scorers and groups."""
        return len(_LEFT) + self.scorers + self.groups + (*_RIGHT, REVIEWED).index(name)


def write(book: Book, filled: Filled, scored: Scored, names: Addresses) -> None:
    """Fill in the sheet, which already stands in the book."""
    paper = names.sheet(book, SCORES_SHEET)
    columns = Columns.of(scored)
    _head(paper, filled, scored, columns)
    for offset, work in enumerate(scored.indicator_scores):
        _row(paper, FIRST + offset, filled, scored, work, columns, names)
    _total(paper, filled, scored, columns)
    _geometry(paper, scored, columns)
    if scored.review:
        _reviewed(paper, filled, scored, scored.review, names)


def _head(paper: Sheet, filled: Filled, scored: Scored, columns: Columns) -> None:
    last = columns.right("计分过程")
    paper.merge(TITLE, 0, last, "指标得分", "heading")
    hundred = "（百分制，折算前）" if filled.parameters.hundred else ""
    words = (
        f"每个三级指标一行：各评分人的得分{hundred}取自各自的评分表（点击可前往），"
        "合成后四舍五入得到该指标得分。灰色的指标由系统按公式计分。"
    )
    if scored.groups:
        words += _grouping(filled, scored)
    paper.merge(GUIDE, 0, last, words, "guide")
    scorers = (ballot.scorer.value or "" for ballot in scored.scorers)
    groups = (f"{group.name} 组得分" for group in scored.groups)
    paper.row(HEADER, [*_LEFT, *scorers, *groups, *_RIGHT], "head")
    members = {folded(member.name.value): member for member in filled.members}
    paper.text(WEIGHTS, columns.first_mark - 1, "评分权重", "label")
    for offset, ballot in enumerate(scored.scorers):
        member = members.get(folded(ballot.scorer.value))
        column = columns.first_mark + offset
        if _weighs(filled) and member and member.weight.value is not None:
            place = member.weight.place
            formula = "=" + place.reference
            paper.formula(WEIGHTS, column, formula, member.weight.value, "figure", place.link)
        else:
            paper.text(WEIGHTS, column, "—", "grey")
    for column, group in enumerate(scored.groups, start=columns.first_group):
        place, weight = group.weight.place, group.weight.value or Decimal(0)
        paper.formula(WEIGHTS, column, "=" + place.reference, weight, "figure", place.link)


def _grouping(filled: Filled, scored: Scored) -> str:
    """Say which scorers stand in which group."""
    names = [ballot.scorer.value or "" for ballot in scored.scorers]
    told, start = [], 0
    for group, count in zip(scored.groups, scored.grouped, strict=True):
        told.append(f"{group.name}（{'、'.join(names[start : start + count])}）")
        start += count
    way = filled.parameters.text("综合方法")
    return f"评分组：{'；'.join(told)}。先在组内合成（{way}），再按第 3 行的组权重加权平均。"


def _weighs(filled: Filled) -> bool:
    return filled.parameters.text("综合方法") == "加权平均"


def _row(
    paper: Sheet, row: int, filled: Filled, scored: Scored, work: IndicatorScore, columns: Columns,
    names: Addresses,
) -> None:  # fmt: skip
    indicator = work.indicator
    for column, value in ((0, indicator.code), (1, indicator.parent), (2, indicator.name)):
        names.copy(paper, row, column, value, "code" if column < 2 else "text")
    place = indicator.points.place
    points = indicator.points.value or Decimal(0)
    paper.formula(row, 3, "=" + place.reference, points, "figure", place.link)
    paper.text(row, 4, indicator.method.value or "", "center")
    _marks(paper, row, work, columns)
    _parts(paper, row, work, scored, columns, names)
    if not work.applies:
        _not_applicable(paper, row, work, columns)
        return
    exact, score = columns.right("合成（未取整）"), columns.right("得分")
    formula = work.formula.at(_addresses(row, work, filled, columns, names))
    paper.formula(row, exact, formula, work.exact, "figure:0.00####")
    rounding = _rounded(a1(row, exact), row, points, names)
    paper.formula(
        row, score, f"={rounding}", work.score, f"strong.figure:{score_format(work.score)}"
    )
    rate = Fraction(work.score) / Fraction(points) if points else Fraction(0)
    of_points = f"=IF({a1(row, 3)}=0,0,{a1(row, score)}/{a1(row, 3)})"
    paper.formula(row, columns.right("得分率"), of_points, rate, f"figure:{RATE}")
    _spread(paper, row, work, columns)
    paper.text(row, columns.right("计分过程"), work.words, "text")


def _rounded(exact: str, row: int, points: Decimal, names: Addresses) -> str:
    """Return the expression of a score: rounded, at most 分值, and 分值 itself when fully met.

    Whole 分值 are never passed by rounding, so there it is the rounding alone.
    """
    rounding = f"ROUND(ROUND({exact},{NOISE}),{names.parameter('小数位数')})"
    if not decimals(points):
        return rounding
    full = a1(row, 3)
    return f"IF(ROUND({exact},{NOISE})>={full},{full},MIN({full},{rounding}))"


def score_format(score: Decimal) -> str:
    """Return the number format of a score: it carries the decimals that it is printed with."""
    return figure(-int(score.as_tuple().exponent))


def _not_applicable(paper: Sheet, row: int, work: IndicatorScore, columns: Columns) -> None:
    """No score is no 0: words stand where the figures of the others do."""
    for name in ("合成（未取整）", "得分"):
        paper.text(row, columns.right(name), NOT_APPLICABLE, "grey")
    for name in ("得分率", "最高减最低"):
        paper.text(row, columns.right(name), "—", "grey")
    paper.text(row, columns.right("计分过程"), work.words, "text")


def _marks(paper: Sheet, row: int, work: IndicatorScore, columns: Columns) -> None:
    if not work.given:
        said = _COMPUTED if work.applies else "—"
        for column in range(columns.first_mark, columns.last_mark + 1):
            paper.text(row, column, said, "grey")
        return
    for offset, given in enumerate(work.given):
        cell = given.place.reference
        formula = f'=IF({cell}="","{RECUSED}",{cell})'  # a bare reference would make blank a 0
        value = RECUSED if given.mark is None else given.mark
        style = "link.figure"
        paper.formula(row, columns.first_mark + offset, formula, value, style, given.place.link)


def _parts(
    paper: Sheet, row: int, work: IndicatorScore, scored: Scored, columns: Columns, names: Addresses
) -> None:
    """Put what each group's marks come to; the marks of a group stand side by side."""
    if not work.parts:
        for column in range(columns.first_group, columns.last_group + 1):
            paper.text(row, column, "—", "grey")
        return
    first = columns.first_mark
    for offset, (part, count) in enumerate(zip(work.parts, scored.grouped, strict=True)):
        last = first + count - 1
        addresses = {
            "得分": f"{a1(row, first)}:{a1(row, last)}",
            "权重": f"{a1(WEIGHTS, first, 'row')}:{a1(WEIGHTS, last, 'row')}",
            "去极值最少人数": names.parameter("去极值最少人数"),
        }
        combined = work.group_formula.at(addresses).removeprefix("=")
        formula = f'=IF(COUNT({addresses["得分"]})=0,"{NOBODY}",{combined})'
        value = NOBODY if part.mean is None else part.mean
        paper.formula(row, columns.first_group + offset, formula, value, "figure:0.00####")
        first = last + 1


def _addresses(
    row: int, work: IndicatorScore, filled: Filled, columns: Columns, names: Addresses
) -> dict[str, str]:
    indicator = work.indicator
    first, last = columns.first_mark, columns.last_mark
    weights = f"{a1(WEIGHTS, first, 'row')}:{a1(WEIGHTS, last, 'row')}"
    return {
        "得分": f"{a1(row, first)}:{a1(row, last)}",
        "权重": weights,
        "组得分": f"{a1(row, columns.first_group)}:{a1(row, columns.last_group)}",
        "组权重": f"{a1(WEIGHTS, columns.first_group, 'row')}:{a1(WEIGHTS, columns.last_group, 'row')}",
        "分值": a1(row, 3),
        "年度指标值": indicator.target.place.reference,
        "实际完成值": indicator.actual.place.reference,
        "去极值最少人数": names.parameter("去极值最少人数"),
        "核减分": indicator.cut.place.reference,
        **names.budget,
        **(work.method.rule.cells if work.method and work.method.rule else {}),
        **(votes(work, filled) if work.method and work.method.surveyed else {}),
    }


def votes(work: IndicatorScore, filled: Filled) -> dict[str, str]:
    """Return the sum of each kind of vote over the survey's rows of an indicator, by its name."""
    own = [row for row in filled.surveys if row.key == work.indicator.key]
    rows = [row.row for row in own]
    places = [vote.place for vote in own[0].votes]
    return {
        name: f"SUM({blocks(place.sheet, place.column, rows)})"
        for name, place in zip(VOTES, places, strict=True)
    }


def _spread(paper: Sheet, row: int, work: IndicatorScore, columns: Columns) -> None:
    at = columns.right("最高减最低")
    marks = [given.mark for given in work.given if given.mark is not None]
    block = f"{a1(row, columns.first_mark)}:{a1(row, columns.last_mark)}"
    if marks:
        formula = f'=IF(COUNT({block})=0,"",ROUND(MAX({block})-MIN({block}),6))'
        paper.formula(row, at, formula, max(marks) - min(marks), "figure")
    else:
        paper.text(row, at, "—", "grey")


def _total(paper: Sheet, filled: Filled, scored: Scored, columns: Columns) -> None:
    row = FIRST + len(scored.indicator_scores)
    last = row - 1
    look = f"strong.figure:{sum_figure(filled.parameters.places, filled.finest_places)}"
    for column in range(columns.right("计分过程") + 1):
        paper.blank(row, column, "strong")
    paper.text(row, 2, "合计", "strong")
    points = sum(
        (work.indicator.points.value or Decimal(0) for work in scored.indicator_scores), Decimal()
    )
    block = f"{a1(FIRST, 3)}:{a1(last, 3)}"
    paper.formula(row, 3, f"=ROUND(SUM({block}),6)", points, "strong.figure")
    at = columns.right("得分")
    whole = sum((work.score for work in scored.indicator_scores), Decimal())
    formula = f"=ROUND(SUM({a1(FIRST, at)}:{a1(last, at)}),6)"
    paper.formula(row, at, formula, whole, look)


def _reviewed(
    paper: Sheet, filled: Filled, scored: Scored, review: Review, names: Addresses
) -> None:
    """Put the office above's score beside each: its own where it gave one, else the self-evaluation's."""
    columns = Columns.of(scored)
    at, own = columns.right(REVIEWED), columns.right("得分")
    paper.text(HEADER, at, REVIEWED, "head")
    paper.widths[at] = 10
    for row, tier in enumerate(review.score_totals.tiers[2], start=FIRST):
        if not tier.applies:
            paper.text(row, at, NOT_APPLICABLE, "grey")
            continue
        given = review.rows.get(tier.tier.key)
        formula, link = f"={a1(row, own)}", ""
        if given is not None:
            cell, link = given.score.place.reference, given.score.place.link
            rounding = _rounded(cell, row, tier.points, names)
            formula = f'=IF({cell}="",{a1(row, own)},{rounding})'
        paper.formula(row, at, formula, tier.score, f"figure:{score_format(tier.score)}", link)


def _geometry(paper: Sheet, scored: Scored, columns: Columns) -> None:
    widths = [9, 9, 24, 8, 13, *[9] * (columns.scorers + columns.groups), 12, 10, 10, 11, 40]
    paper.widths = dict(enumerate(widths))
    paper.heights.update({TITLE: 26, GUIDE: 20, HEADER: 32})
    if scored.groups:
        del paper.heights[GUIDE]  # who is in which group may take several lines
    paper.freeze = (FIRST, 3)
    paper.repeat = HEADER
    paper.landscape = True
    last = FIRST + len(scored.indicator_scores) - 1
    paper.filter = (HEADER, 0, last, len(widths) - 1)
