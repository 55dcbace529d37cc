"""评分对比: how far the marks of each indicator are apart, and who marks high or low.

Nothing here moves a score. Figures are live formulas over 指标得分; lists name what was found when
the workbook was scored, each line beside a formula that says whether it still holds.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from xlkpi.domain import agreement
from xlkpi.domain.indicators import Indicator
from xlkpi.domain.location import a1, quoted
from xlkpi.domain.numbers import NOISE
from xlkpi.domain.schema import COMPARISON_SHEET, RECUSED, SCORES_SHEET
from xlkpi.writing.book import Book, Condition, Held, Sheet
from xlkpi.writing.scored.addresses import FIRST_SCORE, Addresses, ScoreColumns, copy
from xlkpi.writing.scored.marks_matrix import (
    APART,
    FAR_LINE,
    GAP,
    GUIDE,
    LEFT,
    LENIENCY,
    LENIENCY_LINE,
    NONE,
    RIGHT,
    SHARE,
    SQUARES,
    TITLE,
    TOP,
    Matrix,
    gap_formula,
    put_heading,
)
from xlkpi.writing.scored.result import Result


def plan(book: Book, result: Result, names: Addresses) -> None:
    """Plan the sheet, which is already in the book; lists of what was found come later (`comparison_findings`)."""
    sheet, panel = book.named(COMPARISON_SHEET), result.panel
    matrix = Matrix.of(result)
    _geometry(sheet, matrix)
    sheet.merge(TITLE, 0, matrix.words, "评分对比", "heading")
    if not panel.lines:
        sheet.merge(GUIDE, 0, matrix.words, "没有由评分人打分的指标，不需要对比。", "guide")
        return
    words = (
        "比较各评分人打分的宽严、离群、雷同和一致性，供复核参考，不影响计分。"
        f"得分率＝得分÷{'100（百分制）' if result.filled.parameters.out_of_100 else '分值'}；回避的不计。"
    )
    sheet.merge(GUIDE, 0, matrix.words, words, "guide")
    _lines(sheet, matrix, result.filled.parameters.numbers["离群线"], names)
    _matrix(sheet, matrix, panel, result)
    _leniency(sheet, matrix, panel)


def _lines(sheet: Sheet, matrix: Matrix, limit: Decimal, names: Addresses) -> None:
    """Put the two lines that figures are held against, in percentage points."""
    said = "个百分点。某人的得分率与其他人平均相差超过它，即为离群；在“参数”中设定。"
    formula = f"=ROUND(100*{names.parameters['离群线']},{agreement.POINT_PLACES})"
    sheet.text(APART, 0, "离群线", "label")
    sheet.formula(APART, 1, formula, limit, "center")
    sheet.merge(APART, 2, matrix.words, said, "text")
    said = "个百分点。某人与其他人在同样指标上的平均得分率相差超过它，即为偏宽或偏严；本程序设定。"
    sheet.text(LENIENCY, 0, "宽严线", "label")
    sheet.number(LENIENCY, 1, agreement.LENIENCY, "center")
    sheet.merge(LENIENCY, 2, matrix.words, said, "text")


# 一、得分率和极差


def _matrix(sheet: Sheet, matrix: Matrix, panel: agreement.Panel, result: Result) -> None:
    words = (
        "每行一个由评分人打分的指标。带 ▲ 的与其他人平均相差超过离群线；极差＝最高－最低。"
        "灰色两列只用于计算：折算系数＝人数÷（人数－1）。"
    )
    row = put_heading(sheet, matrix, TOP + 1, "一、得分率和极差", words)
    sheet.row(row, [*LEFT, *panel.scorers, *RIGHT], "head")
    judged = [at for at, work in enumerate(result.scored.indicator_scores) if work.given]
    for n, at in enumerate(judged):
        _indicator(sheet, matrix.row(n), n, panel.lines[n], FIRST_SCORE + at)
        _rates(
            sheet, matrix, n, panel.lines[n], FIRST_SCORE + at, result.filled.parameters.out_of_100
        )
        _spread(sheet, matrix, matrix.row(n), n)
    if matrix.scorers > 1:
        _marked(sheet, matrix)


def _indicator(sheet: Sheet, row: int, n: int, line: agreement.Line, source: int) -> None:
    def of(result: Result) -> Indicator:
        return result.panel.lines[n].work.indicator

    indicator = line.work.indicator
    copy(sheet, (row, 0), indicator.code, "code", lambda r: of(r).code.value or "")
    copy(sheet, (row, 1), indicator.name, "text", lambda r: of(r).name.value or "")
    points = indicator.points.value or Decimal(0)
    sheet.formula(row, 2, f"={quoted(SCORES_SHEET)}!{a1(source, 3)}", points, "figure")


def _rates(
    sheet: Sheet, matrix: Matrix, n: int, line: agreement.Line, source: int, hundred: bool
) -> None:
    row = matrix.row(n)
    full = "100" if hundred else a1(row, 2, "column")
    first = ScoreColumns(matrix.scorers).first_mark
    for scorer, rate in enumerate(line.rates):
        cell = f"{quoted(SCORES_SHEET)}!{a1(source, first + scorer)}"
        formula = f'=IF(ISNUMBER({cell}),ROUND({cell}/{full},{NOISE}),"{RECUSED}")'
        style = "grey" if rate is None else f"figure:{SHARE}"
        sheet.formula(row, matrix.mark(scorer), formula, _rate(n, scorer), style)


def _rate(n: int, scorer: int) -> Callable[[Result], Held]:
    def find(result: Result) -> Held:
        rate = result.panel.lines[n].rates[scorer]
        return RECUSED if rate is None else rate / agreement.UNIT

    return find


def _spread(sheet: Sheet, matrix: Matrix, row: int, n: int) -> None:
    def of(result: Result) -> agreement.Line:
        return result.panel.lines[n]

    block, count = matrix.marks(row), matrix.at(row, "人数")
    mean, factor = matrix.at(row, "平均"), matrix.at(row, "折算系数")
    hair = (
        "0." + "0" * agreement.POINT_PLACES + "5"
    )  # spelled out: programs save 5E-7 in their own ways
    edge = f"({FAR_LINE}+{hair})/100/{factor}"  # what rounds to more than the line
    beyond = (
        f'COUNTIF({block},">"&ROUND({mean}+{edge},{NOISE}))'
        f'+COUNTIF({block},"<"&ROUND({mean}-{edge},{NOISE}))'
    )
    held: dict[str, tuple[str, Callable[[Result], Held], str]] = {
        "人数": (f"COUNT({block})", lambda r: len(of(r).known), "figure"),
        "平均": (f"IF({count}=0,0,AVERAGE({block}))", lambda r: of(r).shown_mean, f"strong.figure:{SHARE}"),
        "最高": (f"MAX({block})", lambda r: of(r).highest / agreement.UNIT, f"figure:{SHARE}"),
        "最低": (f"MIN({block})", lambda r: of(r).lowest / agreement.UNIT, f"figure:{SHARE}"),
        "极差": (f"ROUND(MAX({block})-MIN({block}),{NOISE})",
               lambda r: (of(r).highest - of(r).lowest) / agreement.UNIT, f"strong.figure:{SHARE}"),
        "离群数": (f"IF({count}<2,0,{beyond})", lambda r: r.far[n], "figure"),
        "离差平方和": (f"IF({count}<2,0,DEVSQ({block}))", lambda r: of(r).shown_squares, f"grey:{SQUARES}"),
        "折算系数": (f"IF({count}<2,0,{count}/({count}-1))", lambda r: of(r).factor, "grey:0.000"),
    }  # fmt: skip
    for name, (formula, value, style) in held.items():
        sheet.formula(row, matrix.right(name), formula, value, style)


def _marked(sheet: Sheet, matrix: Matrix) -> None:
    """Mark outliers in the matrix, also those that come up when a mark is changed."""
    first = matrix.first
    test = f"=ABS({gap_formula(matrix, first, a1(first, matrix.mark(0)))})>{FAR_LINE}"
    options: dict[str, object] = {"type": "formula", "criteria": test}
    block = (first, matrix.mark(0), matrix.last, matrix.mark(matrix.scorers - 1))
    sheet.conditions.append(Condition(block, options, "outlier"))


# 二、宽严度


def _leniency(sheet: Sheet, matrix: Matrix, panel: agreement.Panel) -> None:
    words = (
        "“相差”只比较同一指标：先算每个指标上本人与其他人平均的差，再平均。"
        f"超过宽严线的写明偏宽、偏严；没有可比得分的写“{NONE}”。"
    )
    row = put_heading(sheet, matrix, matrix.leniency, "二、宽严度", words)
    sheet.merge(row, 0, len(LEFT) - 1, "评分人", "head")
    labels = ("打分个数", "平均得分率", "与其他人相差（百分点）", "宽严")
    for offset, label in enumerate(labels, start=1):
        sheet.merge(row + offset, 0, len(LEFT) - 1, label, "label")
    for scorer, name in enumerate(panel.scorers):
        sheet.text(row, matrix.mark(scorer), name, "head")
        _scorer(sheet, matrix, scorer, row + 1)


def _scorer(sheet: Sheet, matrix: Matrix, scorer: int, row: int) -> None:
    at = matrix.mark(scorer)
    own, mean, factor = (
        matrix.down(c) for c in (at, matrix.right("平均"), matrix.right("折算系数"))
    )
    count = f"COUNT({own})"
    sheet.formula(row, at, count, lambda r: len(r.panel.marks(scorer)), "figure")
    formula = f'IF({a1(row, at)}=0,"{NONE}",AVERAGE({own}))'
    style = f"figure:{SHARE}"
    sheet.formula(row + 1, at, formula, lambda r: _or_none(r.panel.mean(scorer)), style)
    shared = f"SUMPRODUCT(ISNUMBER({own})*({factor}>0))"
    apart = f"SUMPRODUCT({own},{factor})-SUMPRODUCT(ISNUMBER({own})*{factor}*{mean})"
    formula = f'IF({shared}=0,"{NONE}",ROUND(ROUND(100*({apart})/{shared},{agreement.NOISE_PLACES}),{agreement.POINT_PLACES}))'
    style = f"figure:{GAP}"
    sheet.formula(row + 2, at, formula, lambda r: _or_none(r.leniency[scorer]), style)
    cell = a1(row + 2, at)
    formula = (
        f'IF(NOT(ISNUMBER({cell})),"{NONE}",IF({cell}>{LENIENCY_LINE},"偏宽",'
        f'IF({cell}<-{LENIENCY_LINE},"偏严","居中")))'
    )
    sheet.formula(row + 3, at, formula, lambda r: _strictness(r.leniency[scorer]), "center")


def _or_none(value: Held | None) -> Held:
    return NONE if value is None else value


def _strictness(gap: Decimal | None) -> str:
    if gap is None:
        return NONE
    return "偏宽" if gap > agreement.LENIENCY else "偏严" if gap < -agreement.LENIENCY else "居中"


def _geometry(sheet: Sheet, matrix: Matrix) -> None:
    widths = [9, 28, 9, *[10] * matrix.scorers, 9, 9, 10, 10, 10, 9, 12, 10]
    sheet.widths = dict(enumerate(widths))
    sheet.heights[TITLE] = 26
    sheet.freeze = (0, 2)
    sheet.landscape = True
