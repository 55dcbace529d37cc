"""填表说明: who fills in what, in which order, the colours, the format, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence

from xlkpi.domain import schema
from xlkpi.domain.location import quoted
from xlkpi.domain.workbook_contents import Contents
from xlkpi.writing.blank import still_missing
from xlkpi.writing.book import Book, Cell, Sheet
from xlkpi.writing.computed_columns import LIVE_ROW

STEPS: tuple[tuple[str, str, str], ...] = (
    ("填报人", "基本信息、评价工作组、预算执行", "年末先填单位情况、工作组名单和各项目预算与执行数。"),
    ("填报人", "三级指标", "填写各指标的实际完成值、佐证材料；没有完成或明显超额的，写明偏差原因和改进措施。"),
    ("每名评分人", "评分_本人姓名", "只填自己那一张表的“得分”；需要回避的，得分留空并在“评分说明”写“回避”。打印后在表上方签字。"),
    ("填报人", "文字材料、问题与措施", "按章节填写报告文字，列出问题和改进措施。"),
    ("填报人", "上方“还缺什么”", "显示“必填项已齐”后，把整个工作簿交给会计。"),
    ("会计", "xlkpi", "把工作簿拖到 xlkpi 上：没有问题就得到“_评分结果”，有问题就得到“_待修改”，按其中的“问题清单”逐条改好，再拖一次。"),
)  # fmt: skip
STEPS_OF_THE_MAIN_PART: tuple[tuple[str, str, str], ...] = (
    *STEPS[:2],
    ("填报人", "分册里也有的各表", "“基本信息”、各级指标、“参数”等表，拆分以后不要再改；非改不可的，改好后重新拆分、重新评分。"),
    ("每名评分人", "各自的分册", "每人一个文件，只填自己的“得分”，填好后交给会计。本文件里没有评分表。"),
    STEPS[3],
    ("填报人", "上方“还缺什么”", "显示“必填项已齐”后，把本文件交给会计。"),
    ("会计", "xlkpi", "收齐本文件和各分册后合并：xlkpi merge 主表.xlsx 评分_….xlsx -o 合并.xlsx，再给合并后的工作簿评分。"),
)  # fmt: skip
SEEN = "供评分时查看，不要改动；以主表为准。"
"""The guide of a sheet of a scorer's part other than the ballot."""
COLOURS: tuple[tuple[str, str, str], ...] = (
    ("input.center", "浅黄", "要填写的格子"),
    (
        "locked.center",
        "灰色",
        "不用填：自动计算的（已锁定，没有密码），或按现在的评分方式用不到的（改了评分方式会自动变黄）",
    ),
    ("setting.center", "白色", "很少改的设置（等级标准、参数、评分规则），需要时可以改"),
    ("head.need", "棕色表头", "这一列必填"),
    ("head", "蓝色表头", "这一列按需填，或自动计算"),
)
SIGNS = (
    "检查栏：✓ 没有发现问题；✗ 有误，按提示修改；○ 还没有填，或表格自己看不准、交给会计后由工具检查。"
    "有错没错，以工具检查的为准。"
)
UNLOCK = (
    "要排序、插入或删除行时，先在“审阅 → 撤消工作表保护”取消保护（Excel 和 WPS 相同，没有密码），改完再保护即可。"
    "筛选（点表头右下角的箭头）、调整列宽和行高、显示折叠的列不用取消保护。"
)


CHANGED = (
    "要加或删三级指标：改“三级指标”和各级分值就行，评分表不用动。把工作簿拖到 xlkpi 上，得到的“待修改”里各评分表已补上新指标的行、"
    "取下删掉的行，原有的得分都在，取下的得分列在“问题清单”里。还没有打分的，也可以用 xlkpi new 新工作簿.xlsx --template 改过的工作簿.xlsx "
    "另做一份。"
)


def _steps(part: str) -> tuple[tuple[str, str, str], ...]:
    """Return who fills in what: in a whole workbook, in 主表, or in one scorer's part."""
    if not part.startswith(schema.SCORERS_PART):
        return STEPS_OF_THE_MAIN_PART if part else STEPS
    scorer = part.removeprefix(schema.SCORERS_PART)
    return (
        (scorer, schema.BALLOT_PREFIX + scorer, "只填黄色的“得分”；需要回避的，得分留空并在“评分说明”写“回避”。打印后在表上方签字。"),
        (scorer, "其余各表", "供评分时查看，不要改动：与主表不一致的分册不能合并。有不同意见，请告诉填报人。"),
        (scorer, "上方“还缺什么”", "显示“必填项已齐”后，把本文件交给会计；文件名可以改。"),
        ("会计", "xlkpi", "收齐主表和各分册后合并：xlkpi merge 主表.xlsx 评分_….xlsx -o 合并.xlsx，再给合并后的工作簿评分。"),
    )  # fmt: skip


_DATA_STEP = (
    "填报人",
    schema.BASE_DATA.name,
    "先填这张表的“本年”（来源一栏写明要填上年的，“上年”也填），没有发生的填 0；“三级指标”里灰色的实际完成值由它们算出，不用填。",
)


def _told(contents: Contents) -> Sequence[tuple[str, str, str]]:
    """Return the steps; base data come before what is computed from them."""
    steps = _steps(contents.part)
    if contents.part.startswith(schema.SCORERS_PART) or not contents.sheets.get(
        schema.BASE_DATA.name
    ):
        return steps
    return (steps[0], _DATA_STEP, *steps[1:])


def front(worksheet: Sheet, book: Book, contents: Contents, ballots: Sequence[str]) -> None:
    """Fill in the first sheet; every other sheet is already in the book."""
    worksheet.widths = {0: 14, 1: 34, 2: 66}
    worksheet.merge(0, 0, 2, f"{contents.template} 工作簿", "heading")
    worksheet.heights[0] = 28
    row = _format(worksheet, book, contents)
    row = _missing(worksheet, contents, ballots, row)
    worksheet.row(row, ["谁来填", "填哪里", "怎么填"], "head")
    for who, where, how in _told(contents):
        row += 1
        worksheet.row(row, [who, where, how], "text")
    row = _colours(worksheet, row + 2, not contents.part)
    _sheets(worksheet, book, row + 1, contents.part.startswith(schema.SCORERS_PART))
    _settle(worksheet, book)


def _format(worksheet: Sheet, book: Book, contents: Contents) -> int:
    lines = [
        ("模板名称", contents.template, schema.TEMPLATE_NAME),
        ("格式版本", str(schema.FORMAT_VERSION), schema.FORMAT_NAME),
    ]
    if contents.part:
        lines.append(("本文件是", contents.part, schema.PART_NAME))
    for row, (label, value, name) in enumerate(lines, start=1):
        worksheet.text(row, 0, label, "label")
        worksheet.text(row, 1, value, "text")
        book.names[name] = worksheet.absolute(row, 1)
    worksheet.text(1, 2, contents.about, "guide")
    return 1 + len(lines)


def _missing(worksheet: Sheet, contents: Contents, ballots: Sequence[str], row: int) -> int:
    formula, value = still_missing.line(contents, ballots)
    worksheet.text(row, 0, "还缺什么", "label")
    worksheet.formula(row, 1, formula, value, "strong")
    worksheet.blank(row, 2, "strong")
    worksheet.merges.append((row, 1, row, 2))
    worksheet.heights[row] = 34
    return row + 2


def _settle(worksheet: Sheet, book: Book) -> None:
    """Give the live line its value: every ballot has counted its missing marks by now."""
    counts = ""
    for sheet in book.sheets:
        if sheet.name.startswith(schema.BALLOT_PREFIX):
            missing = int(float(sheet.cells[LIVE_ROW, 7].value))
            who = sheet.name.removeprefix(schema.BALLOT_PREFIX)
            counts += f"{who} 未评 {missing} 项；" if missing else ""
    for at, cell in worksheet.cells.items():
        if cell.formula:
            said = f"{cell.value}{counts}"
            value = f"还缺：{said}" if said else "✓ 必填项已齐"
            worksheet.cells[at] = Cell(value, cell.style, cell.formula)


def _colours(worksheet: Sheet, row: int, whole: bool) -> int:
    worksheet.row(row, ["颜色和标记", "含义", ""], "head")
    for style, name, meaning in COLOURS:
        row += 1
        worksheet.text(row, 0, name, style)
        worksheet.text(row, 1, meaning, "text")
        worksheet.blank(row, 2, "text")
        worksheet.merges.append((row, 1, row, 2))
    for words in (SIGNS, UNLOCK, CHANGED) if whole else (SIGNS, UNLOCK):
        row += 1
        worksheet.merge(row, 0, 2, words, "guide")
    return row + 1


def _sheets(worksheet: Sheet, book: Book, row: int, part: bool) -> None:
    worksheet.row(row, ["标签颜色", "工作表（点击前往）", "用途"], "head")
    words = {"fill": "橙：要填", "need": "绿：按需", "rare": "灰：供查看" if part else "灰：很少改"}
    for sheet in book.sheets[1:]:
        row += 1
        known = schema.sheet_named(sheet.name)
        worksheet.text(row, 0, words[sheet.tab], "center")
        worksheet.text(row, 1, sheet.name, "link.box", f"internal:{quoted(sheet.name)}!A1")
        seen = part and sheet.tab == "rare"
        worksheet.text(row, 2, SEEN if seen else known.guide if known else "", "text")
