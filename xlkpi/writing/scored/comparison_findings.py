"""What 评分对比 lists: outlying marks and ballots that are alike; and the conclusion on top."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from xlkpi.domain import agreement
from xlkpi.domain.location import a1, block_reference
from xlkpi.domain.numbers import plain, rounded
from xlkpi.domain.schema import COMPARISON_SHEET, RECUSED
from xlkpi.writing.book import Book, Sheet
from xlkpi.writing.scored.addresses import copy
from xlkpi.writing.scored.comparison_alpha import put_alpha
from xlkpi.writing.scored.marks_matrix import (
    FAR_LINE,
    GAP,
    NONE,
    SHARE,
    VERDICT,
    Matrix,
    gap_formula,
    put_heading,
)
from xlkpi.writing.scored.result import Result

_LISTED = 200
"""As many outliers are listed; a longer list helps nobody, and all are marked in the matrix."""


_OUTLIER = (
    "编号", "三级指标", "评分人", "", "得分", "得分率", "其他人\n平均", "相差\n（百分点）", "核对",
)  # fmt: skip


_FAR, _NEAR = "离群", "不离群"


_SAME, _DIFFERENT = "雷同", "不雷同"


def write(book: Book, result: Result) -> None:
    """Add what was found among the marks: outliers, ballots that are alike, alpha, and on top the gist."""
    sheet, panel = book.named(COMPARISON_SHEET), result.panel
    if not panel.lines:
        return
    matrix = Matrix.of(result)
    row = _outliers(sheet, matrix, panel, result.outliers, matrix.outliers)
    alike, row = _alike(sheet, matrix, panel, row + 1)
    put_alpha(sheet, matrix, row + 1, result)
    _conclusion(sheet, matrix, alike, result)


def row_of(code: str, result: Result) -> int:
    """Return the row of the heading under which a finding about the marks is shown."""
    matrix, count = Matrix.of(result), len(result.outliers)
    if code == "X254":
        return matrix.leniency
    if code == "X253":
        return matrix.outliers
    return matrix.outliers + 4 + min(count, _LISTED) + (count > _LISTED)


def _outliers(
    sheet: Sheet,
    matrix: Matrix,
    panel: agreement.Panel,
    outliers: Sequence[agreement.Outlier],
    row: int,
) -> int:
    words = (
        "相差超过离群线的得分，相差大的在前；只有两人打分时互为离群。点击得分可前往评分表。"
        "名单在计分时生成；改动得分后看“核对”和矩阵中的 ▲。"
    )
    row = put_heading(sheet, matrix, row, "三、离群的得分", words)
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


def _outlier(
    sheet: Sheet, matrix: Matrix, panel: agreement.Panel, outlier: agreement.Outlier, row: int
) -> None:
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
    sheet.formula(row, 5, f"={mark}", Fraction(rate, agreement.UNIT), f"figure:{SHARE}")
    comparable = f"AND(ISNUMBER({mark}),{count}>1)"
    others = f'IF({comparable},({count}*{mean}-{mark})/({count}-1),"{NONE}")'
    value = Fraction(line.sum - rate, (len(line.known) - 1) * agreement.UNIT)
    sheet.formula(row, 6, others, value, f"figure:{SHARE}")
    gap = f'IF({comparable},{gap_formula(matrix, at, mark)},"{NONE}")'
    sheet.formula(row, 7, gap, outlier.gap, f"figure:{GAP}")
    shown = a1(row, 7)
    test = f'IF(ISNUMBER({shown}),IF(ABS({shown})>{FAR_LINE},"{_FAR}","{_NEAR}"),"{_NEAR}")'
    sheet.formula(row, 8, test, _FAR, "center")


def _alike(sheet: Sheet, matrix: Matrix, panel: agreement.Panel, row: int) -> tuple[str, int]:
    """List uniform and repeated ballots; return the formula that counts them, and the row below."""
    words = (
        "一人所有得分的得分率都相同，或两人的各项得分（含回避）完全相同。"
        "不一定有错，请确认是逐项独立打分。"
    )
    row = put_heading(sheet, matrix, row, "四、雷同的评分", words)
    found = [*_uniform(matrix, panel), *_repeats(matrix, panel)]
    if not found:
        sheet.merge(row, 0, matrix.words, "没有雷同的评分", "center")
        return "0", row + 1
    sheet.merge(row, 0, 1, "评分人", "head")
    sheet.merge(row, 2, 7, "发现", "head")
    sheet.text(row, 8, "核对", "head")
    for at, (name, said, test) in enumerate(found, start=row + 1):
        sheet.merge(at, 0, 1, name, "text")
        sheet.merge(at, 2, 7, said, "text")
        sheet.formula(at, 8, f'IF({test},"{_SAME}","{_DIFFERENT}")', _SAME, "center")
    last = row + len(found)
    count = f'SUMPRODUCT(--({block_reference("", row + 1, 8, last, 8)}="{_SAME}"))'
    return count, last + 1


def _uniform(matrix: Matrix, panel: agreement.Panel) -> list[tuple[str, str, str]]:
    found = []
    for scorer in panel.uniform():
        marks, own = panel.marks(scorer), matrix.down(matrix.mark(scorer))
        rate = plain(Fraction(100 * marks[0], agreement.UNIT), 1)
        level = "满分" if marks[0] == agreement.UNIT else f"同一得分率（{rate}%）"
        said = f"{len(marks)} 项得分全部是{level}"
        found.append((panel.scorers[scorer], said, f"MAX({own})=MIN({own})"))
    return found


def _repeats(matrix: Matrix, panel: agreement.Panel) -> list[tuple[str, str, str]]:
    found = []
    for scorer, earlier in panel.repeats():
        own, other = (matrix.down(matrix.mark(each)) for each in (scorer, earlier))
        said = f"与 {panel.scorers[earlier]} 的各项得分完全相同"
        test = f"SUMPRODUCT(--({own}={other}))={matrix.lines}"
        found.append((panel.scorers[scorer], said, test))
    return found


def _conclusion(sheet: Sheet, matrix: Matrix, alike: str, result: Result) -> None:
    """Say above all what was found, in figures that follow the marks."""
    outlying = f"SUM({matrix.down(matrix.right('离群数'))})"
    high, low = (f'COUNTIF({matrix.strictness},"{side}")' for side in ("偏宽", "偏严"))
    same = f'"；雷同的评分 "&{alike}&" 处"'
    formula = f'"只有一名评分人，极差、离群和宽严无从比较"&{same}&"。"'
    if matrix.scorers > 1:
        formula = (
            f'{_range_formula(matrix)}&"；离群的得分 "&{outlying}&" 处"&{same}'
            f'&"；打分偏宽的 "&{high}&" 人、偏严的 "&{low}&" 人。"'
        )
    sheet.text(VERDICT, 0, "结论", "label")
    sheet.merge(VERDICT, 1, matrix.words, "", "strong")
    sheet.formula(VERDICT, 1, formula, conclusion(result), "strong")


def conclusion(result: Result) -> str:
    """Return the gist of 评分对比 in one sentence."""
    panel, partial = result.panel, [gap for _, gap in result.panel.partial()]
    same = f"；雷同的评分 {len(panel.uniform()) + len(panel.repeats())} 处"
    if len(panel.scorers) < 2:
        return f"只有一名评分人，极差、离群和宽严无从比较{same}。"
    high = sum(gap > 0 for gap in partial)
    return (
        f"{_range_words(panel)}；离群的得分 {len(result.outliers)} 处{same}"
        f"；打分偏宽的 {high} 人、偏严的 {len(partial) - high} 人。"
    )


def _range_formula(matrix: Matrix) -> str:
    """极差: the largest, where it is, and the mean over the indicators that two marked at least."""
    apart, count = (matrix.down(matrix.right(name)) for name in ("极差", "人数"))
    codes, shared = matrix.down(0), f'COUNTIF({count},">1")'
    mean = f"SUM({apart})/{shared}"
    return (
        f'IF({shared}=0,"{_NOT_SHARED}",IF(MAX({apart})=0,"{_NO_RANGE}",'
        f'"{_LARGEST}"&{_in_points(f"MAX({apart})")}&" 个百分点（"&INDEX({codes},MATCH(MAX({apart}),{apart},0))'
        f'&"），平均 "&{_in_points(mean)}&" 个百分点"))'
    )


def _in_points(share: str) -> str:
    return f'TEXT(ROUND(ROUND(100*{share},{agreement.NOISE_PLACES}),1),"0.0")'


def _range_words(panel: agreement.Panel) -> str:
    shared = [line for line in panel.lines if len(line.known) > 1]
    if not shared:
        return _NOT_SHARED
    widest = max(panel.lines, key=lambda line: line.highest - line.lowest)
    if widest.highest == widest.lowest:
        return _NO_RANGE
    apart = sum(line.highest - line.lowest for line in shared)
    largest, mean = (
        plain(Fraction(rounded(Fraction(100 * each, agreement.UNIT), agreement.NOISE_PLACES)), 1)
        for each in (widest.highest - widest.lowest, Fraction(apart, len(shared)))
    )
    code = widest.work.indicator.code.value or ""
    return f"{_LARGEST}{largest} 个百分点（{code}），平均 {mean} 个百分点"


_NOT_SHARED = "没有两人以上打分的指标，无从比较"
_NO_RANGE = "各人打分完全一致，极差都是 0"
_LARGEST = "各指标的极差最大 "
