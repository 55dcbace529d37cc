"""The footnote of 评分对比: Krippendorff's alpha, and what it means where it means anything."""

from __future__ import annotations

from xlkpi.domain import agreement
from xlkpi.domain.location import a1, block_reference
from xlkpi.writing.book import Held, Sheet
from xlkpi.writing.scored.marks_matrix import SHARE, SQUARES, Matrix, put_heading
from xlkpi.writing.scored.result import Result

_GUIDE = (
    "供熟悉统计的读者参考：克里彭多夫 α（区间型），1 为完全一致，0 相当于随意打分；"
    f"不低于 {agreement.GOOD} 一致性好，{agreement.FAIR} 到 {agreement.GOOD} 可以接受，更低为分歧较大。"
    "大家的得分都很接近时，α 会很低而并没有分歧，所以只在两个条件都满足时下结论："
    f"至少 {agreement.ENOUGH} 个指标有两个以上得分，且这些得分率的标准差不小于 {agreement.SPREAD} 个百分点。"
)
_AT = 4
"""The column of the figures."""


def put_alpha(sheet: Sheet, matrix: Matrix, row: int, result: Result) -> None:
    """Put alpha with the sums it is made of, and what it means, below the row."""
    row = put_heading(sheet, matrix, row, "附：一致性系数", _GUIDE)
    for label, formula, value, style in _figures(matrix, row, result.agreement):
        sheet.merge(row, 0, _AT - 1, label, "text")
        sheet.merge(row, _AT, _AT + 3, "", style)  # it may say why there is no number
        sheet.formula(row, _AT, formula, value, style)
        row += 1


def _figures(
    matrix: Matrix, row: int, found: agreement.Agreement
) -> tuple[tuple[str, str, Held, str], ...]:
    count, mean, squares, factor = (
        matrix.down(matrix.right(name)) for name in ("人数", "平均", "离差平方和", "折算系数")
    )
    heads = block_reference(
        "", matrix.first - 1, matrix.mark(0), matrix.first - 1, matrix.right("人数") - 1
    )
    people, units, values, middle, within, whole, spread, alpha = (
        a1(row + offset, _AT, "both") for offset in range(8)
    )
    paired = f"({factor}>0)*{count}"
    noise, places = agreement.NOISE_PLACES, agreement.POINT_PLACES
    return (
        ("评分人数", f"COUNTA({heads})", matrix.scorers, "figure"),
        ("至少有两个得分的指标数", f"SUMPRODUCT(--({factor}>0))", found.units, "figure"),
        ("这些指标的得分个数 n", f"SUMPRODUCT({paired})", found.values, "figure"),
        ("这些得分率的平均", f"IF({values}=0,0,SUMPRODUCT({paired}*{mean})/{values})",
         found.mean, f"figure:{SHARE}"),
        ("指标内分歧＝Σ 折算系数×离差平方和", f"SUMPRODUCT({factor},{squares})",
         found.within, f"figure:{SQUARES}"),
        ("总分歧＝全部得分率的离差平方和",
         f"SUM({squares})+SUMPRODUCT({paired}*({mean}-{middle})*({mean}-{middle}))",
         found.whole, f"figure:{SQUARES}"),
        ("标准差（百分点）＝100×√（总分歧÷n）",
         f"IF({values}=0,0,ROUND(ROUND(100*({whole}/{values})^0.5,{noise}),{places}))",
         found.spread, "figure:0.0"),
        ("α＝1－（n－1）×指标内分歧÷（n×总分歧）",
         f'IF({people}<2,"{agreement.ALONE}",IF({units}<2,"{agreement.SCARCE}",'
         f'IF(ROUND({whole},{agreement.NOTHING})=0,"{agreement.EQUAL}",'
         f"ROUND(1-({values}-1)*{within}/({values}*{whole}),{agreement.ALPHA_PLACES}))))",
         found.alpha, "figure:0.000"),
        ("说明什么", _verdict(alpha, units, spread), found.words, "text"),
    )  # fmt: skip


def _verdict(alpha: str, units: str, spread: str) -> str:
    (good, best), (fair, middling), (_, worst) = agreement.VERDICTS
    return (
        f'IF(NOT(ISNUMBER({alpha})),{alpha},IF({units}<{agreement.ENOUGH},"{agreement.FEW}",'
        f'IF({spread}<{agreement.SPREAD},"{agreement.CLOSE}",'
        f'IF({alpha}>={good},"{best}",IF({alpha}>={fair},"{middling}","{worst}")))))'
    )
