"""检查记录, 方法与参数, 校验, 来源与指纹: what an auditor checks the figures against."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import PurePath

from xlkpi import fingerprint, layout
from xlkpi.findings import Finding
from xlkpi.layout import (
    FINDINGS_SHEET,
    METHODS_SHEET,
    PARAMETER_LIST,
    PARAMETERS,
    PROOF_SHEET,
    RECUSED,
    SCORES_SHEET,
    SOURCE_SHEET,
)
from xlkpi.model import Filled, FormLayout, Outcome, Scored
from xlkpi.place import a1, quoted, span
from xlkpi.version import VERSION
from xlkpi.write.book import Book, Held, Sheet
from xlkpi.write.names import Names
from xlkpi.write.scores import FIRST, Columns
from xlkpi.write.styles import SHARE
from xlkpi.write.summary import Rows


def write_findings(book: Book, findings: Sequence[Finding], names: Names) -> None:
    """Fill in 检查记录: every finding and every reading that was normalised."""
    paper = names.sheet(book, FINDINGS_SHEET)
    paper.merge(0, 0, 5, "检查记录", "heading")
    words = "读取和检查时的每一条提醒、提示和换算；都不影响计分。点击位置可前往。"
    paper.merge(1, 0, 5, words, "guide")
    list_findings(paper, findings, 3)
    if not findings:
        paper.merge(4, 0, 5, "没有提醒，也没有换算。", "center")


def list_findings(paper: Sheet, findings: Sequence[Finding], header: int) -> None:
    """Put a table of findings with links; its header stands in row `header`."""
    paper.row(header, ["序号", "级别", "代码", "位置", "发现", "怎么改"], "head")
    for row, finding in enumerate(findings, start=header + 1):
        paper.number(row, 0, row - header, "center")
        paper.text(row, 1, f"{finding.severity.sign} {finding.severity.chinese}", "center")
        paper.text(row, 2, finding.code, "center")
        where = str(finding.place) or "整个工作簿"
        link = finding.place.link if finding.place.sheet else ""
        paper.text(row, 3, where, "link.box" if link else "text", link)
        paper.text(row, 4, finding.message, "text")
        paper.text(row, 5, finding.remedy, "text")
    paper.widths = {0: 6, 1: 9, 2: 8, 3: 24, 4: 48, 5: 48}
    paper.freeze = (header + 1, 0)
    paper.repeat = header
    paper.landscape = True


def write_methods(book: Book, filled: Filled, scored: Scored, names: Names) -> None:
    """Fill in 方法与参数: the parameters in force, then every rule in words."""
    paper = names.sheet(book, METHODS_SHEET)
    paper.merge(0, 0, 3, "方法与参数", "heading")
    paper.merge(
        1,
        0,
        3,
        "“去极值最少人数”“小数位数”“离群线”改动后公式随之变化；其余参数在评分时已定，改动后请重新评分。",
        "guide",
    )
    paper.row(3, ["参数", "生效值", "来源", "说明"], "head")
    row = 3
    for parameter in PARAMETER_LIST:
        row += 1
        paper.text(row, 0, parameter.name, "text")
        value = filled.parameters.values[parameter.name]
        held = filled.parameters.in_force(parameter)
        style = f"center:{SHARE}" if parameter.percent else "center"
        if value.place.sheet:
            paper.formula(row, 1, f"={value.place.reference}", held, style, value.place.link)
            paper.text(row, 2, f"“{PARAMETERS.name}”表", "center")
        else:
            paper.text(row, 1, held, style) if isinstance(held, str) else paper.number(
                row, 1, held, style
            )
            paper.text(row, 2, "默认值", "center")
        paper.text(row, 3, parameter.words, "text")
        names.parameters[parameter.name] = paper.absolute(row, 1)
    _rules(paper, filled, scored, row + 2)
    paper.widths = {0: 20, 1: 16, 2: 14, 3: 70}
    paper.landscape = True


def _rules(paper: Sheet, filled: Filled, scored: Scored, row: int) -> None:
    paper.merge(row, 0, 3, "计分规则", "block")
    used = dict.fromkeys(
        (work.indicator.method.value or "", _without_people(work.words)) for work in scored.workings
    )
    rules = [
        ("打分制", filled.parameters.text("打分制")),
        *used,
        ("取整", f"每个三级指标的得分四舍五入到 {filled.parameters.places} 位小数，再逐级相加；"
         "公式先取到 12 位小数，消除二进制误差。总分以四舍五入后的数为准。"),
        ("等级", "从高到低，总分第一个达到（含）的下限所在的等级。"),
        ("回避和缺席", "回避、缺席的人不计入该指标，也不按 0 分计算。"),
        ("依据", "财预〔2020〕10号（项目支出绩效评价管理办法及自评表）、财预〔2013〕53号（共性指标体系框架）；本单位在“参数”“等级标准”中的设定。"),
    ]  # fmt: skip
    for name, words in rules:
        row += 1
        paper.text(row, 0, name, "text")
        paper.merge(row, 1, 3, words, "text")


def _without_people(words: str) -> str:
    return words.partition("；")[0]


def write_proof(book: Book, filled: Filled, scored: Scored, names: Names) -> None:
    """Fill in 校验: sums and counts, and every score's formula against the program's own figure."""
    paper = names.sheet(book, PROOF_SHEET)
    paper.merge(0, 0, 4, "校验", "heading")
    words = "左右两栏应当相等。“程序结果”是计分时另行算出的数：改动得分、分值、等级下限或计分办法后，这里会显示“不符”。"
    paper.merge(1, 0, 4, words, "guide")
    paper.row(3, ["核对内容", "公式结果", "应为 / 程序结果", "差", "结论"], "head")
    row = 3
    for what, formula, found, expected in _proofs(filled, scored, names):
        row += 1
        paper.text(row, 0, what, "text")
        paper.formula(row, 1, formula, found, "figure")
        if isinstance(expected, tuple):
            paper.formula(row, 2, expected[0], expected[1], "figure")
        elif isinstance(expected, str):
            paper.text(row, 2, expected, "figure")
        else:
            paper.number(row, 2, expected, "figure")
        left, right = a1(row, 1), a1(row, 2)
        gap = f"=IF(AND(ISNUMBER({left}),ISNUMBER({right})),ROUND({left}-{right},9),0)"
        paper.formula(row, 3, gap, 0, "figure")
        test = f'=IF(AND({a1(row, 3)}=0,OR(ISNUMBER({left}),{left}={right})),"✓ 通过","✗ 不符")'
        paper.formula(row, 4, test, "✓ 通过", "center")
    block = f"E5:E{row + 1}"
    row += 2
    paper.text(row, 0, "总结论", "label")
    verdict = f'=IF(COUNTIF({block},"✓ 通过")={row - 5},"全部通过","有不符项")'
    paper.formula(row, 1, verdict, "全部通过", "big.text")
    names.cells["校验"] = paper.absolute(row, 1)
    paper.widths = {0: 52, 1: 18, 2: 18, 3: 12, 4: 14}


Proof = tuple[str, str, Held, Held | tuple[str, Held]]


def _proofs(filled: Filled, scored: Scored, names: Names) -> list[Proof]:
    columns = Columns(len(scored.scorers))
    sheet = quoted(SCORES_SHEET)
    last = FIRST + len(scored.workings)
    points = f"{sheet}!$D${FIRST + 1}:$D${last}"
    score = columns.right("得分")
    scores = f"{sheet}!{a1(FIRST, score, 'both')}:{a1(last - 1, score, 'both')}"
    digits = names.parameter("小数位数")
    judged = [work for work in scored.workings if work.given]
    marks = sum(1 for work in judged for given in work.given if given.mark is not None)
    recused = sum(len(work.given) for work in judged) - marks
    block = (
        f"{sheet}!{a1(FIRST, columns.first_mark, 'both')}:{a1(last - 1, columns.last_mark, 'both')}"
    )
    total = names.cells["总分"]
    rows = Rows.of(scored)
    first, second = rows.first, rows.second
    tier1 = f"'汇总'!$C${first + 1}:$C${first + len(scored.tiers[0])}"
    tier2 = f"'汇总'!$C${second + 1}:$C${second + len(scored.tiers[1])}"
    tier2_scores = tier2.replace("$C$", "$D$")
    proofs: list[Proof] = [
        ("一级指标分值合计 = 100", f"=ROUND(SUM({tier1}),6)", 100, 100),
        ("二级指标分值合计 = 100", f"=ROUND(SUM({tier2}),6)", 100, 100),
        ("三级指标分值合计 = 100", f"=ROUND(SUM({points}),6)", 100, 100),
        ("三级指标得分合计（0 到 100 之间）= 总分", _kept(f"ROUND(SUM({scores}),{digits})"), scored.total, (f"={total}", scored.total)),
        ("二级指标得分合计（0 到 100 之间）= 总分", _kept(f"ROUND(SUM({tier2_scores}),{digits})"), scored.total, (f"={total}", scored.total)),
        ("得分个数 + 回避个数 = 评分人 × 打分指标", f'=COUNT({block})+COUNTIF({block},"{RECUSED}")',
         marks + recused, len(scored.scorers) * len(judged)),
        ("得分个数 = 读入的得分个数", f"=COUNT({block})", marks, marks),
        ("总分：公式 = 程序结果", f"={total}", scored.total, scored.total),
        ("等级：公式 = 程序结果", f"={names.cells['等级']}", scored.grade.name.value or "", scored.grade.name.value or ""),
    ]  # fmt: skip
    proofs += _tier_proofs(scored, first, second)
    proofs += _input_proofs(filled, scored, names)
    for offset, work in enumerate(scored.workings):
        cell = f"{sheet}!{a1(FIRST + offset, score, 'both')}"
        what = f"{work.indicator.code.value} {work.indicator.name.value}：公式 = 程序结果"
        proofs.append((what, f"={cell}", work.score, work.score))
    if scored.budget:
        for name, value in (
            ("全年预算数", scored.budget.budget),
            ("全年执行数", scored.budget.executed),
        ):
            proofs.append((f"{name}合计：公式 = 程序结果", f"={names.budget[name]}", value, value))
    return proofs


def _input_proofs(filled: Filled, scored: Scored, names: Names) -> list[Proof]:
    """Hold the inputs that move no total by themselves: marks, points, bounds, the way of scoring."""
    columns, last = Columns(len(scored.scorers)), FIRST + len(scored.workings) - 1
    proofs: list[Proof] = []
    for offset, ballot in enumerate(scored.scorers):
        at = columns.first_mark + offset
        given = [work.given[offset].mark for work in scored.workings if work.given]
        found = sum((mark for mark in given if mark is not None), Decimal())
        formula = f"=ROUND(SUM({span(SCORES_SHEET, FIRST, at, last, at)}),6)"
        proofs.append((f"{ballot.scorer.value} 的得分合计 = 读入时", formula, found, found))
    for tiers in scored.tiers:
        for tier in tiers:
            what = f"{tier.tier.code.value} {tier.tier.name.value}：分值 = 读入时"
            cell = f"={tier.tier.points.place.reference}"
            proofs.append((what, cell, tier.points, tier.points))
    for grade in filled.grades:
        bound = grade.bound.value or Decimal()
        cell = f"={grade.bound.place.reference}"
        proofs.append((f"等级“{grade.name.value}”的下限 = 读入时", cell, bound, bound))
    for name in ("打分制", "综合方法", "反向公式"):
        used = filled.parameters.text(name)
        proofs.append((f"{name} = 计分时所用", f"={names.parameter(name)}", used, used))
    return proofs


def _kept(formula: str) -> str:
    """Return the formula of a total, which stays within 0 and 100 whatever rounding adds."""
    return f"=MAX(0,MIN(100,{formula}))"


def _tier_proofs(scored: Scored, first: int, second: int) -> list[Proof]:
    proofs: list[Proof] = []
    for start, tiers in ((first, scored.tiers[0]), (second, scored.tiers[1])):
        for offset, tier in enumerate(tiers):
            what = f"{tier.tier.code.value} {tier.tier.name.value}：公式 = 程序结果"
            cell = f"='汇总'!$D${start + offset + 1}"
            proofs.append((what, cell, tier.score, tier.score))
    return proofs


FORM_LABEL = "自评表版式"


def write_source(book: Book, outcome: Outcome, names: Names, form: FormLayout) -> None:
    """Fill in 来源与指纹; the fingerprint is put in last, by `seal`."""
    filled = outcome.filled
    assert filled is not None
    paper = names.sheet(book, SOURCE_SHEET)
    paper.merge(0, 0, 2, "来源与指纹", "heading")
    source = outcome.source
    lines: list[tuple[str, str]] = [
        (fingerprint.SOURCE_LABEL, PurePath(source.file).name),
        (fingerprint.IDENTITY_LABEL, filled.identity),
        ("源文件 SHA-256", source.sha256),
        ("源文件大小（字节）", str(source.size)),
        ("源文件由何程序保存", source.producer or "未注明"),
        ("模板", filled.template or "未注明"),
        ("格式版本", str(filled.version) if filled.version is not None else "未注明"),
        ("计分程序", f"xlkpi {VERSION}，格式版本 {layout.FORMAT_VERSION}"),
        ("有内容的单元格", str(source.cells)),
        (FORM_LABEL, form.label),
    ]
    for row, (label, value) in enumerate(lines, start=2):
        paper.text(row, 0, label, "label")
        paper.merge(row, 1, 2, value, "text")
    row = 2 + len(lines)
    paper.text(row, 0, fingerprint.LABEL, "label")
    paper.merge(row, 1, 2, "", "text")
    names.cells["指纹"] = a1(row, 1)
    row += 2
    paper.row(row, ["读入的工作表", "数据行数", "说明"], "head")
    tables = [*filled.tables.values(), *(ballot.table for ballot in filled.ballots)]
    by_name = {table.grid.name: table for table in tables}
    for grid in filled.grids:
        row += 1
        table = by_name.get(grid.name)
        paper.text(row, 0, grid.name, "link.box", f"internal:{quoted(grid.name)}!A1")
        paper.number(row, 1, Decimal(len(table.rows) if table else 0), "figure")
        heads = f"表头在第 {table.header_row + 1} 行" if table else ""
        skipped = f"，附注 {len(table.remarks)} 行" if table and table.remarks else ""
        paper.text(row, 2, heads + skipped, "text")
    _merged(paper, filled, row + 2)
    paper.widths = {0: 24, 1: 40, 2: 40}


def _merged(paper: Sheet, filled: Filled, row: int) -> None:
    """List the files that a merged workbook came of."""
    if not filled.merged:
        return
    paper.row(row, ["合并：评分人", "文件", "SHA-256"], "head")
    for each in filled.merged:
        row += 1
        paper.row(row, [held.value or "" for held in each], "text")


def seal(book: Book, names: Names) -> str:
    """Put the fingerprint of all cells into its own, and return it."""
    paper = names.sheet(book, SOURCE_SHEET)
    said = fingerprint.digest(book.contents())
    row = int(names.cells["指纹"][1:]) - 1
    paper.text(row, 1, said, "text")
    return said
