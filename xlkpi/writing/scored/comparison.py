"""评分对比: who marks high or low, which marks stand apart, and how far the scorers agree.

Nothing here moves a score. Figures are live formulas over 指标得分; lists name what was found when
the workbook was scored, each line beside a formula that says whether it still holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.indicators import Indicator
from xlkpi.domain.location import a1, block_reference, quoted
from xlkpi.domain.numbers import NOISE, plain
from xlkpi.domain.schema import COMPARISON_SHEET, RECUSED, SCORES_SHEET
from xlkpi.writing.book import Book, Condition, Held, Sheet, Source
from xlkpi.writing.scored.addresses import FIRST_SCORE, Addresses, ScoreColumns, copy
from xlkpi.writing.scored.agreement import (
    ALONE,
    ALPHA_PLACES,
    EQUAL,
    FAIR,
    GOOD,
    LENIENCY,
    NOISE_PLACES,
    NOTHING,
    POINT_PLACES,
    SCARCE,
    UNIT,
    VERDICTS,
    Line,
    Outlier,
    Panel,
)
from xlkpi.writing.scored.result import Result

_TITLE, _GUIDE, _VERDICT, _APART, _LENIENCY, _TOP = range(6)
"""Rows above the first block."""
_LEFT = ("编号", "三级指标", "分值")
_RIGHT = ("人数", "平均", "最高", "最低", "极差", "离群数", "离差平方和", "折算系数")
_WIDEST = 15
"""Texts are spread over the columns up to this one, however many scorers there are."""
_LISTED = 200
"""As many outliers are listed; a longer list helps nobody, and all are marked in the matrix."""
_SHARE, _GAP, _SQUARES = "0.0%", "+0.0;-0.0;0.0", "0.000000"
_OUTLIER = (
    "编号", "三级指标", "评分人", "", "得分", "得分率", "其他人\n平均", "相差\n（百分点）", "核对",
)  # fmt: skip
_NONE = "—"
_FAR, _NEAR = "离群", "不离群"
_SAME, _DIFFERENT = "雷同", "不雷同"


class _Matrix(NamedTuple):
    """Where the matrix stands, and the references to its parts."""

    scorers: int
    lines: int
    first: int = _TOP + 4
    """The row of the first indicator."""

    @classmethod
    def of(cls, result: Result) -> _Matrix:
        """Return the matrix of a scored workbook."""
        return cls(len(result.panel.scorers), len(result.panel.lines))

    @property
    def leniency(self) -> int:
        """The row of the heading of 宽严度."""
        return self.last + 2

    @property
    def agreement(self) -> int:
        """The row of the heading of 一致性系数."""
        return self.leniency + 8

    @property
    def last(self) -> int:
        """The row of the last indicator."""
        return self.first + self.lines - 1

    @property
    def last_column(self) -> int:
        """The last column of all."""
        return self.right(_RIGHT[-1])

    @property
    def words(self) -> int:
        """The last column that texts are spread over."""
        return min(self.last_column, _WIDEST)

    def mark(self, scorer: int) -> int:
        """Return a scorer's column."""
        return len(_LEFT) + scorer

    def right(self, name: str) -> int:
        """Return a column right of the scorers."""
        return len(_LEFT) + self.scorers + _RIGHT.index(name)

    def row(self, line: int) -> int:
        """Return an indicator's row."""
        return self.first + line

    def marks(self, row: int) -> str:
        """Return the block of an indicator's marks."""
        return f"{a1(row, self.mark(0), 'column')}:{a1(row, self.mark(self.scorers - 1), 'column')}"

    def down(self, column: int) -> str:
        """Return the block of a column over all indicators."""
        return block_reference("", self.first, column, self.last, column)

    def at(self, row: int, name: str) -> str:
        """Return a cell right of the scorers."""
        return a1(row, self.right(name), "column")


_FAR_LINE = a1(_APART, 1, "both")
_LENIENCY_LINE = a1(_LENIENCY, 1, "both")


def plan(book: Book, result: Result, names: Addresses) -> None:
    """Plan the sheet, which is already in the book; what `write` adds apart."""
    sheet, panel = book.named(COMPARISON_SHEET), result.panel
    matrix = _Matrix.of(result)
    _geometry(sheet, matrix)
    sheet.merge(_TITLE, 0, matrix.words, "评分对比", "heading")
    if not panel.lines:
        sheet.merge(_GUIDE, 0, matrix.words, "没有由评分人打分的指标，不需要对比。", "guide")
        return
    words = (
        "比较各评分人打分的宽严、离群、雷同和一致性，供复核参考，不影响计分。"
        f"得分率＝得分÷{'100（百分制）' if result.filled.parameters.out_of_100 else '分值'}；回避的不计。"
    )
    sheet.merge(_GUIDE, 0, matrix.words, words, "guide")
    _lines(sheet, matrix, result.filled.parameters.numbers["离群线"], names)
    _matrix(sheet, matrix, panel, result)
    _leniency(sheet, matrix, panel)
    _agreement(sheet, matrix)


def write(book: Book, result: Result) -> None:
    """Add what was found among the marks: outliers, ballots that are alike, and the conclusion."""
    sheet, panel = book.named(COMPARISON_SHEET), result.panel
    if not panel.lines:
        return
    matrix = _Matrix.of(result)
    row = _outliers(sheet, matrix, panel, result.outliers, matrix.agreement + _AGREEMENT_ROWS + 1)
    alike = _alike(sheet, matrix, panel, row + 1)
    verdict = a1(matrix.agreement + _AGREEMENT_ROWS - 1, 3, "both"), result.agreement.words
    _conclusion(sheet, matrix, verdict, alike, len(result.outliers))


def _block(sheet: Sheet, matrix: _Matrix, row: int, title: str, words: str) -> int:
    """Put a block's heading and its explaining line; return the row below."""
    sheet.merge(row, 0, matrix.words, title, "block")
    sheet.merge(row + 1, 0, matrix.words, words, "guide")
    return row + 2


def _lines(sheet: Sheet, matrix: _Matrix, limit: Decimal, names: Addresses) -> None:
    """Put the two lines that figures are held against, in percentage points."""
    said = "个百分点。某人的得分率与其他人平均相差超过它，即为离群；在“参数”中设定。"
    formula = f"=ROUND(100*{names.parameters['离群线']},{POINT_PLACES})"
    sheet.text(_APART, 0, "离群线", "label")
    sheet.formula(_APART, 1, formula, limit, "center")
    sheet.merge(_APART, 2, matrix.words, said, "text")
    said = "个百分点。某人与其他人在同样指标上的平均得分率相差超过它，即为偏宽或偏严；本程序设定。"
    sheet.text(_LENIENCY, 0, "宽严线", "label")
    sheet.number(_LENIENCY, 1, LENIENCY, "center")
    sheet.merge(_LENIENCY, 2, matrix.words, said, "text")


# 一、得分率和离散度


def _matrix(sheet: Sheet, matrix: _Matrix, panel: Panel, result: Result) -> None:
    words = (
        "每行一个由评分人打分的指标。带 ▲ 的与其他人平均相差超过离群线；极差＝最高－最低。"
        "灰色两列只用于计算：折算系数＝人数÷（人数－1）。"
    )
    row = _block(sheet, matrix, _TOP + 1, "一、得分率和离散度", words)
    sheet.row(row, [*_LEFT, *panel.scorers, *_RIGHT], "head")
    judged = [at for at, work in enumerate(result.scored.indicator_scores) if work.given]
    for n, at in enumerate(judged):
        _indicator(sheet, matrix.row(n), n, panel.lines[n], FIRST_SCORE + at)
        _rates(
            sheet, matrix, n, panel.lines[n], FIRST_SCORE + at, result.filled.parameters.out_of_100
        )
        _spread(sheet, matrix, matrix.row(n), n)
    if matrix.scorers > 1:
        _marked(sheet, matrix)


def _indicator(sheet: Sheet, row: int, n: int, line: Line, source: int) -> None:
    def of(result: Result) -> Indicator:
        return result.panel.lines[n].work.indicator

    indicator = line.work.indicator
    copy(sheet, (row, 0), indicator.code, "code", lambda r: of(r).code.value or "")
    copy(sheet, (row, 1), indicator.name, "text", lambda r: of(r).name.value or "")
    points = indicator.points.value or Decimal(0)
    sheet.formula(row, 2, f"={quoted(SCORES_SHEET)}!{a1(source, 3)}", points, "figure")


def _rates(sheet: Sheet, matrix: _Matrix, n: int, line: Line, source: int, hundred: bool) -> None:
    row = matrix.row(n)
    full = "100" if hundred else a1(row, 2, "column")
    first = ScoreColumns(matrix.scorers).first_mark
    for scorer, rate in enumerate(line.rates):
        cell = f"{quoted(SCORES_SHEET)}!{a1(source, first + scorer)}"
        formula = f'=IF(ISNUMBER({cell}),ROUND({cell}/{full},{NOISE}),"{RECUSED}")'
        style = "grey" if rate is None else f"figure:{_SHARE}"
        sheet.formula(row, matrix.mark(scorer), formula, _rate(n, scorer), style)


def _rate(n: int, scorer: int) -> Callable[[Result], Held]:
    def find(result: Result) -> Held:
        rate = result.panel.lines[n].rates[scorer]
        return RECUSED if rate is None else rate / UNIT

    return find


def _spread(sheet: Sheet, matrix: _Matrix, row: int, n: int) -> None:
    def of(result: Result) -> Line:
        return result.panel.lines[n]

    block, count = matrix.marks(row), matrix.at(row, "人数")
    mean, factor = matrix.at(row, "平均"), matrix.at(row, "折算系数")
    hair = "0." + "0" * POINT_PLACES + "5"  # spelled out: programs save 5E-7 in their own ways
    edge = f"({_FAR_LINE}+{hair})/100/{factor}"  # what rounds to more than the line
    beyond = (
        f'COUNTIF({block},">"&ROUND({mean}+{edge},{NOISE}))'
        f'+COUNTIF({block},"<"&ROUND({mean}-{edge},{NOISE}))'
    )
    held: dict[str, tuple[str, Callable[[Result], Held], str]] = {
        "人数": (f"COUNT({block})", lambda r: len(of(r).known), "figure"),
        "平均": (f"IF({count}=0,0,AVERAGE({block}))", lambda r: of(r).shown_mean, f"strong.figure:{_SHARE}"),
        "最高": (f"MAX({block})", lambda r: of(r).highest / UNIT, f"figure:{_SHARE}"),
        "最低": (f"MIN({block})", lambda r: of(r).lowest / UNIT, f"figure:{_SHARE}"),
        "极差": (f"ROUND(MAX({block})-MIN({block}),{NOISE})",
               lambda r: (of(r).highest - of(r).lowest) / UNIT, f"strong.figure:{_SHARE}"),
        "离群数": (f"IF({count}<2,0,{beyond})", lambda r: r.far[n], "figure"),
        "离差平方和": (f"IF({count}<2,0,DEVSQ({block}))", lambda r: of(r).shown_squares, f"grey:{_SQUARES}"),
        "折算系数": (f"IF({count}<2,0,{count}/({count}-1))", lambda r: of(r).factor, "grey:0.000"),
    }  # fmt: skip
    for name, (formula, value, style) in held.items():
        sheet.formula(row, matrix.right(name), formula, value, style)


def _marked(sheet: Sheet, matrix: _Matrix) -> None:
    """Mark outliers in the matrix, also those that come up when a mark is changed."""
    first = matrix.first
    test = f"=ABS({_gap(matrix, first, a1(first, matrix.mark(0)))})>{_FAR_LINE}"
    options: dict[str, object] = {"type": "formula", "criteria": test}
    block = (first, matrix.mark(0), matrix.last, matrix.mark(matrix.scorers - 1))
    sheet.conditions.append(Condition(block, options, "outlier"))


def _gap(matrix: _Matrix, row: int, mark: str) -> str:
    """Return the formula of a mark's distance from the others' mean."""
    mean, factor = matrix.at(row, "平均"), matrix.at(row, "折算系数")
    return f"ROUND(ROUND(100*({mark}-{mean})*{factor},{NOISE_PLACES}),{POINT_PLACES})"


# 二、宽严度


def _leniency(sheet: Sheet, matrix: _Matrix, panel: Panel) -> None:
    words = (
        "“相差”只比较同一指标：先算每个指标上本人与其他人平均的差，再平均。"
        f"超过宽严线的写明偏宽、偏严；没有可比得分的写“{_NONE}”。"
    )
    row = _block(sheet, matrix, matrix.leniency, "二、宽严度", words)
    sheet.merge(row, 0, len(_LEFT) - 1, "评分人", "head")
    labels = ("打分个数", "平均得分率", "与其他人相差（百分点）", "宽严")
    for offset, label in enumerate(labels, start=1):
        sheet.merge(row + offset, 0, len(_LEFT) - 1, label, "label")
    for scorer, name in enumerate(panel.scorers):
        sheet.text(row, matrix.mark(scorer), name, "head")
        _scorer(sheet, matrix, scorer, row + 1)


def _scorer(sheet: Sheet, matrix: _Matrix, scorer: int, row: int) -> None:
    at = matrix.mark(scorer)
    own, mean, factor = (
        matrix.down(c) for c in (at, matrix.right("平均"), matrix.right("折算系数"))
    )
    count = f"COUNT({own})"
    sheet.formula(row, at, count, lambda r: len(r.panel.marks(scorer)), "figure")
    formula = f'IF({a1(row, at)}=0,"{_NONE}",AVERAGE({own}))'
    average = lambda r: _or_none(r.panel.mean(scorer))  # noqa: E731
    sheet.formula(row + 1, at, formula, average, f"figure:{_SHARE}")
    shared = f"SUMPRODUCT(ISNUMBER({own})*({factor}>0))"
    apart = f"SUMPRODUCT({own},{factor})-SUMPRODUCT(ISNUMBER({own})*{factor}*{mean})"
    formula = f'IF({shared}=0,"{_NONE}",ROUND(ROUND(100*({apart})/{shared},{NOISE_PLACES}),{POINT_PLACES}))'
    gap = lambda r: _or_none(r.leniency[scorer])  # noqa: E731
    sheet.formula(row + 2, at, formula, gap, f"figure:{_GAP}")
    cell = a1(row + 2, at)
    formula = (
        f'IF(NOT(ISNUMBER({cell})),"{_NONE}",IF({cell}>{_LENIENCY_LINE},"偏宽",'
        f'IF({cell}<-{_LENIENCY_LINE},"偏严","居中")))'
    )
    strictness = lambda r: _strictness(r.leniency[scorer])  # noqa: E731
    sheet.formula(row + 3, at, formula, strictness, "center")


def _or_none(value: Held | None) -> Held:
    return _NONE if value is None else value


def _strictness(gap: Decimal | None) -> str:
    if gap is None:
        return _NONE
    return "偏宽" if gap > LENIENCY else "偏严" if gap < -LENIENCY else "居中"


# 三、一致性系数


_AGREEMENT_ROWS = 10
"""Its heading, its explaining line, and the rows of figures."""


def _agreement(sheet: Sheet, matrix: _Matrix) -> None:
    """Put alpha with the sums it is made of, and what it means."""
    words = (
        "Krippendorff α（区间型）：1 为完全一致，0 相当于随意打分。"
        f"不低于 {GOOD} 一致性好，{FAIR} 到 {GOOD} 可以接受，更低为分歧较大；"
        "得分很接近或指标很少时会偏低，应结合极差判断。"
    )
    row = _block(sheet, matrix, matrix.agreement, "三、一致性系数", words)
    count, mean, squares, factor = (
        matrix.down(matrix.right(name)) for name in ("人数", "平均", "离差平方和", "折算系数")
    )
    heads = block_reference(
        "", matrix.first - 1, matrix.mark(0), matrix.first - 1, matrix.right("人数") - 1
    )
    people, units, values, middle, within, whole, alpha = (
        a1(row + offset, 3, "both") for offset in range(7)
    )
    paired = f"({factor}>0)*{count}"
    formulas: tuple[tuple[str, str, Held | Callable[[Result], Held], str], ...] = (
        ("评分人数", f"COUNTA({heads})", matrix.scorers, "figure"),
        ("至少有两个得分的指标数", f"SUMPRODUCT(--({factor}>0))", lambda r: r.agreement.units, "figure"),
        ("这些指标的得分个数 n", f"SUMPRODUCT({paired})", lambda r: r.agreement.values, "figure"),
        ("这些得分的平均", f"IF({values}=0,0,SUMPRODUCT({paired}*{mean})/{values})",
         lambda r: r.agreement.mean, f"figure:{_SHARE}"),
        ("指标内分歧＝Σ 折算系数×离差平方和", f"SUMPRODUCT({factor},{squares})",
         lambda r: r.agreement.within, f"figure:{_SQUARES}"),
        ("总分歧＝全部得分的离差平方和",
         f"SUM({squares})+SUMPRODUCT({paired}*({mean}-{middle})*({mean}-{middle}))",
         lambda r: r.agreement.whole, f"figure:{_SQUARES}"),
        ("α＝1－（n－1）×指标内分歧÷（n×总分歧）",
         f'IF({people}<2,"{ALONE}",IF({units}<2,"{SCARCE}",IF(ROUND({whole},{NOTHING})=0,"{EQUAL}",'
         f"ROUND(1-({values}-1)*{within}/({values}*{whole}),{ALPHA_PLACES}))))",
         lambda r: r.agreement.alpha, "strong.figure:0.000"),
        ("结论", _verdict(alpha), lambda r: r.agreement.words, "strong"),
    )  # fmt: skip
    for label, formula, value, style in formulas:
        sheet.merge(row, 0, 2, label, "text")
        _wide(sheet, row, 3, formula, value, style)
        row += 1


def _wide(
    sheet: Sheet, row: int, column: int, formula: str, value: Held | Source, style: str
) -> None:
    """Put a formula over four columns: it may say why there is no number."""
    sheet.merge(row, column, column + 3, "", style)
    sheet.formula(row, column, formula, value, style)


def _verdict(alpha: str) -> str:
    (good, best), (fair, middling), (_, worst) = VERDICTS
    return (
        f'IF(ISNUMBER({alpha}),IF({alpha}>={good},"{best}",'
        f'IF({alpha}>={fair},"{middling}","{worst}")),{alpha})'
    )


# 四、离群的得分


def _outliers(
    sheet: Sheet, matrix: _Matrix, panel: Panel, outliers: Sequence[Outlier], row: int
) -> int:
    words = (
        "相差超过离群线的得分，相差大的在前；只有两人打分时互为离群。点击得分可前往评分表。"
        "名单在计分时生成；改动得分后看“核对”和矩阵中的 ▲。"
    )
    row = _block(sheet, matrix, row, "四、离群的得分", words)
    if not outliers:
        sheet.merge(row, 0, matrix.words, "没有离群的得分", "center")
        return row + 1
    sheet.row(row, list(_OUTLIER), "head")
    sheet.heights[row] = 32
    sheet.merges.append((row, 2, row, 3))
    for outlier in outliers[:_LISTED]:
        row += 1
        _outlier(sheet, matrix, panel, outlier, row)
    if len(outliers) > _LISTED:
        row += 1
        said = f"另有 {len(outliers) - _LISTED} 处，见上面矩阵中的 ▲"
        sheet.merge(row, 0, matrix.words, said, "center")
    return row + 1


def _outlier(sheet: Sheet, matrix: _Matrix, panel: Panel, outlier: Outlier, row: int) -> None:
    line = panel.lines[outlier.line]
    given, rate = line.work.given[outlier.scorer], line.rates[outlier.scorer]
    assert given.mark is not None and rate is not None
    copy(sheet, (row, 0), line.work.indicator.code, "code")
    copy(sheet, (row, 1), line.work.indicator.name, "text")
    sheet.merge(row, 2, 3, panel.scorers[outlier.scorer], "text")
    cell, place = given.place.reference, given.place
    formula = f'IF({cell}="","{RECUSED}",{cell})'
    sheet.formula(row, 4, formula, given.mark, "link.figure", place.link)
    at = matrix.row(outlier.line)
    mark = a1(at, matrix.mark(outlier.scorer))
    count, mean = matrix.at(at, "人数"), matrix.at(at, "平均")
    sheet.formula(row, 5, f"={mark}", Fraction(rate, UNIT), f"figure:{_SHARE}")
    comparable = f"AND(ISNUMBER({mark}),{count}>1)"
    others = f'IF({comparable},({count}*{mean}-{mark})/({count}-1),"{_NONE}")'
    value = Fraction(line.sum - rate, (len(line.known) - 1) * UNIT)
    sheet.formula(row, 6, others, value, f"figure:{_SHARE}")
    gap = f'IF({comparable},{_gap(matrix, at, mark)},"{_NONE}")'
    sheet.formula(row, 7, gap, outlier.gap, f"figure:{_GAP}")
    shown = a1(row, 7)
    test = f'IF(ISNUMBER({shown}),IF(ABS({shown})>{_FAR_LINE},"{_FAR}","{_NEAR}"),"{_NEAR}")'
    sheet.formula(row, 8, test, _FAR, "center")


# 五、雷同的评分


def _alike(sheet: Sheet, matrix: _Matrix, panel: Panel, row: int) -> tuple[str, int]:
    """List uniform and repeated ballots; return the formula that counts them, and the count."""
    words = (
        "一人所有得分的得分率都相同，或两人的各项得分（含回避）完全相同。"
        "不一定有错，请确认是逐项独立打分。"
    )
    row = _block(sheet, matrix, row, "五、雷同的评分", words)
    found = [*_uniform(matrix, panel), *_repeats(matrix, panel)]
    if not found:
        sheet.merge(row, 0, matrix.words, "没有", "center")
        return "0", 0
    sheet.merge(row, 0, 1, "评分人", "head")
    sheet.merge(row, 2, 7, "发现", "head")
    sheet.text(row, 8, "核对", "head")
    for at, (name, said, test) in enumerate(found, start=row + 1):
        sheet.merge(at, 0, 1, name, "text")
        sheet.merge(at, 2, 7, said, "text")
        sheet.formula(at, 8, f'IF({test},"{_SAME}","{_DIFFERENT}")', _SAME, "center")
    last = row + len(found)
    count = f'SUMPRODUCT(--({block_reference("", row + 1, 8, last, 8)}="{_SAME}"))'
    return count, len(found)


def _uniform(matrix: _Matrix, panel: Panel) -> list[tuple[str, str, str]]:
    found = []
    for scorer in panel.uniform():
        marks, own = panel.marks(scorer), matrix.down(matrix.mark(scorer))
        rate = plain(Fraction(100 * marks[0], UNIT), 1)
        level = "满分" if marks[0] == UNIT else f"同一得分率（{rate}%）"
        said = f"{len(marks)} 项得分全部是{level}"
        found.append((panel.scorers[scorer], said, f"MAX({own})=MIN({own})"))
    return found


def _repeats(matrix: _Matrix, panel: Panel) -> list[tuple[str, str, str]]:
    found = []
    for scorer, earlier in panel.repeats():
        own, other = (matrix.down(matrix.mark(each)) for each in (scorer, earlier))
        said = f"与 {panel.scorers[earlier]} 的各项得分完全相同"
        test = f"SUMPRODUCT(--({own}={other}))={matrix.lines}"
        found.append((panel.scorers[scorer], said, test))
    return found


def _conclusion(
    sheet: Sheet, matrix: _Matrix, verdict: tuple[str, str], alike: tuple[str, int], far: int
) -> None:
    """Say above all what was found; each pair is a formula and its value."""
    (verdict_at, said), (alike_at, pairs) = verdict, alike
    outlying = f"SUM({matrix.down(matrix.right('离群数'))})"
    formula = f'={verdict_at}&"；离群的得分 "&{outlying}&" 处；雷同的评分 "&{alike_at}&" 处。"'
    sheet.text(_VERDICT, 0, "结论", "label")
    sheet.merge(_VERDICT, 1, matrix.words, "", "strong")
    value = f"{said}；离群的得分 {far} 处；雷同的评分 {pairs} 处。"
    sheet.formula(_VERDICT, 1, formula, value, "strong")


def _geometry(sheet: Sheet, matrix: _Matrix) -> None:
    widths = [9, 28, 9, *[10] * matrix.scorers, 9, 9, 10, 10, 10, 9, 12, 10]
    sheet.widths = dict(enumerate(widths))
    sheet.heights[_TITLE] = 26
    sheet.freeze = (0, 2)
    sheet.landscape = True
