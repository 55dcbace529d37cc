"""What clerks do to good workbooks, at random, each deed with what must come of it.

A harmless deed moves no figure. A harmful one is found at its cell, by one of its codes; where the
tool may read on (a warning, a note), no figure moves either. There is no third kind.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from random import Random

from tests import documents, plain_workbook
from tests.plain_workbook import Book, Cell, Row, Sheet
from xlkpi.domain.schema import PARAMETER_BY_NAME, canonical, sheet_named


@dataclass
class Expected:
    """What must be found: one of the codes, at a cell, on a sheet, or anywhere."""

    codes: set[str]
    cell: Cell | None = None
    sheet: Sheet | None = None
    moves: bool = False
    """It is told and read on, and what was typed counts: the figures are others."""


@dataclass
class Table:
    """A sheet's table as the clerk sees it: headers, and the rows with something in their first column."""

    sheet: Sheet
    head: int
    columns: dict[str, int]

    @property
    def filled(self) -> list[Row]:
        rows = self.sheet.rows[self.head + 1 :]
        return [
            row for row in rows if row and row[0].value not in (None, "") and row[0].formula is None
        ]

    def cell(self, row: Row, header: str) -> Cell:
        while len(row) <= self.columns[header]:
            row.append(Cell())
        return row[self.columns[header]]


Deed = Callable[[Book, Random], list[Expected] | None]
"""Deforms a book; None where it has nothing to do it to."""


def table(sheet: Sheet, first: str = "编号") -> Table:
    for number, row in enumerate(sheet.rows[:10]):
        heads = {str(cell.value): n for n, cell in enumerate(row) if cell.value}
        if first in heads and len(heads) > 1:
            return Table(sheet, number, heads)
    raise ValueError(sheet.name)


def ballots(book: Book) -> list[Table]:
    return [table(sheet) for sheet in book.sheets if sheet.name.startswith("评分_")]


def voting(book: Book) -> list[Table]:
    """The ballots that count: someone has marked on them."""
    return [
        each
        for each in ballots(book)
        if any(isinstance(each.cell(row, "得分").value, int | float) for row in each.filled)
    ]


def tiers(book: Book) -> list[Table]:
    return [table(book.sheet(name)) for name in ("一级指标", "二级指标", "三级指标")]


def any_table(book: Book, rng: Random) -> Table:
    return rng.choice([*ballots(book), *tiers(book)])


def own_tables(book: Book) -> list[Table]:
    """The sheets that some ways of scoring look at, where they are filled in."""
    kinds = {"评分规则": "规则", "满意度调查": "指标编号", "加减分": "事项"}
    found = [table(each, kinds[each.name]) for each in book.sheets if each.name in kinds]
    return [each for each in found if each.filled]


def every_table(book: Book, rng: Random) -> Table:
    own = own_tables(book)
    return rng.choice(own) if own and rng.random() < 0.4 else any_table(book, rng)


def mark(book: Book, rng: Random, number: bool = True) -> tuple[Table, Row, Cell] | None:
    """A mark that counts: typed, a plain number, of a ballot."""
    found = [
        (each, row, each.cell(row, "得分"))
        for each in ballots(book)
        for row in each.filled
        if isinstance(each.cell(row, "得分").value, int | float)
        and each.cell(row, "得分").formula is None
        and not each.cell(row, "得分").style
        and not each.cell(row, "得分").error
    ]
    return rng.choice(found) if found else None


def blank_row(table: Table) -> Row:
    return [Cell() for _ in range(max(len(row) for row in table.sheet.rows))]


# --- harmless --------------------------------------------------------------------------------


def blank_rows_in_the_table(book: Book, rng: Random) -> list[Expected]:
    each = every_table(book, rng)
    last = each.head + 1 + len(each.filled)
    for _ in range(rng.randint(1, 3)):
        each.sheet.rows.insert(rng.randint(each.head + 1, last), blank_row(each))
    return []


def rows_above(book: Book, rng: Random) -> list[Expected]:
    each = every_table(book, rng)
    for _ in range(rng.randint(1, 3)):
        each.sheet.rows.insert(0, [Cell("内部资料" if rng.random() < 0.3 else None)])
    return []


def sorted_rows(book: Book, rng: Random) -> list[Expected]:
    each = every_table(book, rng)
    places = [
        n for n, row in enumerate(each.sheet.rows) if any(row is other for other in each.filled)
    ]
    rows = [each.sheet.rows[n] for n in places]
    rng.shuffle(rows)
    for place, row in zip(places, rows, strict=True):
        each.sheet.rows[place] = row
    return []


def filtered_rows(book: Book, rng: Random) -> list[Expected]:
    """A filter that leaves some of the rows to be seen."""
    each = every_table(book, rng)
    each.sheet.filtered = True
    first = each.head + 1
    each.sheet.hidden_rows |= {first + n for n in range(len(each.filled)) if rng.random() < 0.6}
    return []


def title_rows_deleted(book: Book, rng: Random) -> list[Expected]:
    """The template's own rows above the headers, but for the scorer's."""
    each = every_table(book, rng)
    each.sheet.rows = [
        row for n, row in enumerate(each.sheet.rows)
        if n >= each.head or any("评分人" in str(cell.value) for cell in row)
    ]  # fmt: skip
    return []


def hidden_things(book: Book, rng: Random) -> list[Expected]:
    each = every_table(book, rng)
    what = rng.randrange(3)
    if what == 0:
        each.sheet.hidden_rows |= {each.head + 1 + n for n in range(rng.randint(1, 3))}
    elif what == 1:
        each.sheet.hidden_columns.add(rng.randrange(5))
    else:
        each.sheet.hidden = True
    return []


def sheets_in_another_order(book: Book, rng: Random) -> list[Expected]:
    rng.shuffle(book.sheets)
    return []


def a_name_with_spaces(book: Book, rng: Random) -> list[Expected]:
    sheet = rng.choice([each.sheet for each in [*ballots(book), *tiers(book)]])
    ways: list[Callable[[str], str]] = [
        lambda name: f" {name}", lambda name: f"{name} ", lambda name: name.replace("_", "＿"),
        lambda name: f"{name}\u3000", lambda name: f"\u200b{name}",
    ]  # fmt: skip
    sheet.name = rng.choice(ways)(sheet.name)
    return []


def columns_moved(book: Book, rng: Random) -> list[Expected]:
    each = every_table(book, rng)
    left, right = rng.sample(range(len(each.columns)), 2)
    for row in each.sheet.rows[each.head :]:
        while len(row) <= max(left, right):
            row.append(Cell())
        row[left], row[right] = row[right], row[left]
    return []


def a_column_of_ones_own(book: Book, rng: Random) -> list[Expected]:
    each = every_table(book, rng)
    width = max(len(row) for row in each.sheet.rows) + rng.randint(0, 2)
    for row in each.sheet.rows[each.head :]:
        row.extend(Cell() for _ in range(width + 1 - len(row)))
    each.sheet.rows[each.head][width].value = "经办备注"
    for row in each.filled:
        row[width].value = rng.choice(["已核", 3, None, "见附件"])
    return []


def a_sheet_of_ones_own(book: Book, rng: Random) -> list[Expected]:
    kinds: list[list[list[object]]] = [
        [["编号", "说明"], ["A1.1", 99]],
        [["姓名", "职务", "电话"], ["甲", "主任", 12345]],
        [["事项", "类别", "依据"], ["采购", "货物", "合同"]],
        [["编号", "三级指标", "得分"], ["A1.1", "去年的指标", 9]],
        [["参数", "值"], ["打印份数", 3]],
        [["项目", "内容", "填写说明"], ["会议", "第一季度", "略"]],
        [["项目名称", "经办", "电话", "全年预算数"], ["项目一", "甲", 1, 5]],
        [["规则", "方式", "说明"], ["加班", "调休", ""]],
        [["问题", "答复"], ["何时交", "三月"]],
    ]
    rows = [[Cell(held) for held in row] for row in rng.choice(kinds)]
    book.sheets.insert(
        rng.randint(0, len(book.sheets)), Sheet(f"草稿{rng.randint(1, 9)}{len(book.sheets)}", rows)
    )
    return []


def notes_below(book: Book, rng: Random) -> list[Expected]:
    each = every_table(book, rng)
    last = max(
        n for n, row in enumerate(each.sheet.rows) if any(row is other for other in each.filled)
    )
    below = [[Cell()], [Cell("注：以上分值经办公会研究确定。")]]
    each.sheet.rows[last + 1 : last + 1] = below
    return []


def a_right_total(book: Book, rng: Random) -> list[Expected]:
    each = rng.choice(tiers(book))
    total = sum(float(str(each.cell(row, "分值").value)) for row in each.filled if isinstance(each.cell(row, "分值").value, int | float))  # fmt: skip
    if any(not isinstance(each.cell(row, "分值").value, int | float) for row in each.filled):
        return []
    row = blank_row(each)
    row[0].value = rng.choice(["合计", "总计"])
    each.cell(row, "分值").value = round(total, 6)
    last = max(
        n for n, other in enumerate(each.sheet.rows) if any(other is some for some in each.filled)
    )
    each.sheet.rows.insert(last + 1, row)
    return []


def headers_typed_otherwise(book: Book, rng: Random) -> list[Expected]:
    each = every_table(book, rng)
    ways: list[Callable[[str], str]] = [
        lambda text: f" {text} ", lambda text: text[:1] + "\n" + text[1:], lambda text: text + "\u00a0",
        lambda text: text[:1] + "\u3000" + text[1:], lambda text: text.replace("：", ":"),
    ]  # fmt: skip
    for cell in each.sheet.rows[each.head]:
        if isinstance(cell.value, str) and rng.random() < 0.5:
            cell.value = rng.choice(ways)(cell.value)
    return []


SYNONYMS = {
    "年度指标值": ("指标值", "年初目标值(A)", "年初设定目标"), "实际完成值": ("全年实际值", "完成值", "全年完成值"),
    "得分": ("自评得分", "指标得分"), "偏差原因分析及改进措施": ("未完成原因分析", "扣分原因"),
}  # fmt: skip


def headers_of_the_official_form(book: Book, rng: Random) -> list[Expected]:
    each = any_table(book, rng)
    for header, others in SYNONYMS.items():
        if (
            header in each.columns
            and each.sheet.rows[each.head][each.columns[header]].value == header
        ):
            each.sheet.rows[each.head][each.columns[header]].value = rng.choice(others)
    return []


def looked_up_cells_gone(book: Book, rng: Random) -> list[Expected]:
    """Formulas of the template deleted, or their values pasted over them."""
    each = rng.choice(ballots(book))
    for row in each.filled:
        for cell in row[1:]:
            if cell is each.cell(row, "得分"):
                continue
            if cell.formula is not None and rng.random() < 0.7:
                cell.formula = None
                cell.value = cell.value if rng.random() < 0.5 else None
    return []


def spare_rows_deleted(book: Book, rng: Random) -> list[Expected]:
    each = every_table(book, rng)
    kept = each.filled
    each.sheet.rows = [
        row for n, row in enumerate(each.sheet.rows)
        if n <= each.head or any(row is other for other in kept)
    ]  # fmt: skip
    return []


def written_by_another_program(book: Book, rng: Random) -> list[Expected]:
    book.inline = rng.random() < 0.5
    book.addresses = rng.random() < 0.5
    book.dimension = rng.choice(["", "A1", "A1:XFD1048576"])
    return []


def a_member_who_does_not_score(book: Book, rng: Random) -> list[Expected]:
    each = table(book.sheet("评价工作组"), "姓名")
    row = blank_row(each)
    each.cell(row, "姓名").value = f"临时{len(each.filled)}"
    each.cell(row, "是否评分").value = rng.choice(["否", "缺席"])
    last = max(
        n for n, other in enumerate(each.sheet.rows) if any(other is some for some in each.filled)
    )
    each.sheet.rows.insert(last + 1, row)
    return []


def _number(cell: Cell) -> str:
    value = cell.value
    assert isinstance(value, int | float)
    return f"{value:.6f}".rstrip("0").rstrip(".") if float(value) != int(value) else str(int(value))


WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


def a_mark_typed_otherwise(book: Book, rng: Random) -> list[Expected] | None:
    """Read all the same, and said: typed → read."""
    found = mark(book, rng)
    if found is None or float(str(found[2].value)) != float(_number(found[2])):
        return None
    text = _number(found[2])
    ways = [
        text, text.translate(WIDE), f" {text}", f"{text}\u00a0", f"{text}分", f"{text} 分", f"\u3000{text}",
        f"＋{text}", f"{text}.0" if "." not in text else text + "0",
    ]  # fmt: skip
    found[2].value = rng.choice(ways)
    return [Expected({"X507"}, found[2])]


def of(book: Book, name: str, rng: Random) -> tuple[Table, Row]:
    """A row of one of those sheets; LookupError where there is none."""
    each = next((each for each in own_tables(book) if each.sheet.name == name), None)
    if each is None:
        raise LookupError(name)
    return each, rng.choice(each.filled)


def computed(book: Book, rng: Random) -> tuple[Table, Row]:
    """An indicator that is measured, with a unit and with numbers in both cells."""
    third = tiers(book)[2]
    ways = {"按比例", "达标得满分"}
    rows = [
        row for row in third.filled
        if third.cell(row, "评分方式").value in ways and third.cell(row, "计量单位").value
        and all(
            isinstance((cell := third.cell(row, header)).value, int | float) and cell.formula is None
            for header in ("年度指标值", "实际完成值")
        )
    ]  # fmt: skip
    return third, rng.choice(rows)


def a_vote_typed_otherwise(book: Book, rng: Random) -> list[Expected]:
    each, row = of(book, "满意度调查", rng)
    cell = each.cell(row, rng.choice(["很满意", "满意", "基本满意", "不满意"]))
    text = _number(cell)
    cell.value = rng.choice([f"{text}票", f"{text} 份", text.translate(WIDE), f" {text}"])
    return [Expected({"X507"}, cell)]


def a_share_typed_otherwise(book: Book, rng: Random) -> list[Expected]:
    each, row = of(book, "评分规则", rng)
    cell = each.cell(row, "得分比例")
    text = str(cell.value)
    if not text.endswith("%"):
        return []
    share = float(text[:-1]) / 100
    cell.value, cell.style = rng.choice(
        [(share, 0), (share, 1), (f" {text} ", 0), (text.translate(WIDE), 0)]
    )
    return []


def a_way_typed_otherwise(book: Book, rng: Random) -> list[Expected]:
    third = tiers(book)[2]
    cell = third.cell(rng.choice(third.filled), "评分方式")
    if isinstance(cell.value, str):
        text = cell.value
        cell.value = rng.choice(
            [f" {text}", text.replace(":", "："), f"{text[:2]} {text[2:]}", f"{text}\u3000"]
        )
    return []


def a_measure_typed_otherwise(book: Book, rng: Random) -> list[Expected]:
    """With its unit behind it, or with its operator before it."""
    third, row = computed(book, rng)
    header = rng.choice(["年度指标值", "实际完成值"])
    cell, unit = third.cell(row, header), third.cell(row, "计量单位").value
    text, nature = _number(cell), third.cell(row, "指标性质").value
    ways = [f"{text}{unit}", f"{text} {unit}", text.translate(WIDE)]
    if header == "年度指标值":
        ways += [f"{nature}{text}", f"{nature} {text} {unit}"]
    cell.value = rng.choice(ways)
    return [Expected({"X507"}, cell)]


HARMLESS_DEEDS: tuple[Deed, ...] = (
    blank_rows_in_the_table, rows_above, sorted_rows, hidden_things, sheets_in_another_order,
    a_name_with_spaces, columns_moved, a_column_of_ones_own, a_sheet_of_ones_own, notes_below,
    filtered_rows, title_rows_deleted, a_right_total, headers_typed_otherwise, headers_of_the_official_form, looked_up_cells_gone,
    spare_rows_deleted, written_by_another_program, a_member_who_does_not_score,
    a_mark_typed_otherwise, a_vote_typed_otherwise, a_share_typed_otherwise, a_way_typed_otherwise,
    a_measure_typed_otherwise,
)  # fmt: skip

# --- harmful, in a cell -----------------------------------------------------------------------


def a_spoilt_mark(book: Book, rng: Random) -> list[Expected] | None:
    found = mark(book, rng)
    if found is None:
        return None
    cell = found[2]
    text = _number(cell)
    kinds: dict[str, tuple[object, set[str]]] = {
        "high": (100.5, {"X203"}), "low": (-1, {"X202"}), "word": ("优", {"X505"}), "blank": (None, {"X201"}),
        "dash": ("—", {"X505", "X201"}), "range": ("8-9", {"X505"}), "chinese": ("九", {"X505"}),
        "underscore": ("1_0", {"X505"}), "nan": ("nan", {"X505"}), "bool": (True, {"X509"}),
        "full stop": (f"{text}。5", {"X505"}), "letter": (f"{text}O", {"X505"}), "comma": (f"{text},5", {"X505"}),
        "half": (f"{text}分半", {"X505"}), "about": (f"约{text}", {"X505"}), "no decimals": (f"{text}.", {"X505"}),
        "division": (28 / 3, {"X508", "X203"}), "percent": ("85%", {"X506"}), "two": (f"{text} {text}", {"X505"}),
        "zero width": (f"{text[:1]}\u200b{text[1:]}", {"X511"}), "bidi": (f"\u202e{text}", {"X511", "X505"}),
        "unit": (f"{text}万元", {"X512", "X505"}), "picture": ('=DISPIMG("ID_1",1)', {"X513"}),
    }  # fmt: skip
    value, codes = kinds[rng.choice(sorted(kinds))]
    cell.value = value
    return [Expected(codes, cell)]


def a_broken_mark(book: Book, rng: Random) -> list[Expected] | None:
    found = mark(book, rng)
    if found is None:
        return None
    cell = found[2]
    what = rng.randrange(5)
    if what == 0:
        cell.value, cell.error = rng.choice(["#DIV/0!", "#REF!", "#N/A", "#VALUE!"]), True
        return [Expected({"X501"}, cell)]
    if what == 1:
        cell.formula, cell.cached = "10+10", False
        return [Expected({"X502"}, cell)]
    if what == 2:
        cell.formula = "0+" + _number(cell)
        return [Expected({"X504"}, cell)]
    if what == 3:
        cell.style = 2
        return [Expected({"X503"}, cell)]
    cell.value, cell.style = 0.85, 1
    return [Expected({"X506"}, cell)]


def a_spoilt_code(book: Book, rng: Random) -> list[Expected] | None:
    found = mark(book, rng)
    if found is None:
        return None
    each, row, _ = found
    code = each.cell(row, "编号")
    others = [other for other in each.filled if other is not row]
    what = rng.randrange(4)
    if what == 0:
        code.value = f"{code.value}x"
        return [Expected({"X204"}, code)]
    if what == 1 and others:
        code.value = each.cell(rng.choice(others), "编号").value
        return [Expected({"X205"}, sheet=each.sheet)]
    if what == 2:
        code.value = None
        return [Expected({"X206", "X223"}, sheet=each.sheet)]
    code.value = 1.1
    return [Expected({"X204", "X309", "X310"}, code)]


def marked_and_recused(book: Book, rng: Random) -> list[Expected] | None:
    found = mark(book, rng)
    if found is None:
        return None
    found[0].cell(found[1], "评分说明").value = "回避"
    return [Expected({"X211"}, found[2]), Expected({"X211"}, sheet=found[0].sheet)][1:]


def merged_marks(book: Book, rng: Random) -> list[Expected] | None:
    found = mark(book, rng)
    if found is None:
        return None
    each, row, cell = found
    at = next(n for n, other in enumerate(each.sheet.rows) if other is row)
    if at + 1 >= len(each.sheet.rows) or each.sheet.merges:
        return None
    if not any(each.sheet.rows[at + 1] is other for other in each.filled):
        return None
    below = each.cell(each.sheet.rows[at + 1], "得分")
    below.value = None
    each.sheet.merges.append((cell, below))
    return [Expected({"X110"}, sheet=each.sheet)]


def spoilt_points(book: Book, rng: Random) -> list[Expected] | None:
    level = rng.randrange(3)
    each = tiers(book)[level]
    row = rng.choice(each.filled)
    cell = each.cell(row, "分值")
    what = rng.randrange(6)
    if what == 0 and isinstance(cell.value, int | float):
        cell.value = round(cell.value + 1, 6)
        if level == 0:
            return [Expected({"X301"})]
        above = tiers(book)[level - 1]
        key = each.cell(row, ("", "一级编号", "二级编号")[level]).value
        parent = next(
            (other for other in above.filled if other[above.columns["编号"]].value == key), None
        )
        return [Expected({"X302"}, above.cell(parent, "分值") if parent else None)]
    value, codes = rng.choice(
        [
            (None, {"X307"}), (0, {"X308"}), (-5, {"X308"}), ("十分", {"X505"}), ("10%", {"X506", "X505"}),
            (10.1234567, {"X508"}), (True, {"X509"}),
        ]
    )  # fmt: skip
    cell.value = value
    return [Expected(codes, cell)]


def spoilt_tree(book: Book, rng: Random) -> list[Expected] | None:
    level = rng.randrange(3)
    each = tiers(book)[level]
    row = rng.choice(each.filled)
    code = each.cell(row, "编号")
    others = [other for other in each.filled if other is not row]
    what = rng.randrange(4)
    if what == 0 and level:
        cell = each.cell(row, ("", "一级编号", "二级编号")[level])
        cell.value = "无此编号"
        return [Expected({"X303"}, cell)]
    if what == 1 and others:
        code.value = str(each.cell(others[0], "编号").value).lower()
        return [Expected({"X305"}, sheet=each.sheet)]
    if what == 2:
        each.cell(row, ("一级指标", "二级指标", "三级指标")[level]).value = None
        return [Expected({"X312"}, sheet=each.sheet)]
    code.value = "A*1"
    return [Expected({"X314"}, code)]


def a_wrong_total(book: Book, rng: Random) -> list[Expected] | None:
    each = rng.choice(tiers(book))
    row = blank_row(each)
    row[0].value = "合计"
    cell = each.cell(row, "分值")
    cell.value = 110.5
    last = max(
        n for n, other in enumerate(each.sheet.rows) if any(other is some for some in each.filled)
    )
    each.sheet.rows.insert(last + 1, row)
    return [Expected({"X311"}, cell)]


def spoilt_parameters(book: Book, rng: Random) -> list[Expected] | None:
    each = table(book.sheet("参数"), "参数")
    row = rng.choice(each.filled)
    cell = each.cell(row, "值")
    cell.value = "随便"
    return [Expected({"X710", "X709"}, sheet=each.sheet)]


def spoilt_basics(book: Book, rng: Random) -> list[Expected] | None:
    each = table(book.sheet("基本信息"), "项目")
    name, value, codes = rng.choice(
        [
            ("部门名称", None, {"X701"}), ("评价年度", None, {"X701"}), ("评价年度", "23", {"X702"}), ("评价年度", 2203, {"X702"}),
            ("评价年度", "2O23", {"X702"}),
            ("是否涉密", "是", {"X703"}),
        ]
    )  # fmt: skip
    row = next((row for row in each.filled if row[each.columns["项目"]].value == name), None)
    if row is None:
        return None
    cell = each.cell(row, "内容")
    cell.value = value
    return [Expected(codes, cell)]


def judged_marks(book: Book) -> list[tuple[Table, Row]]:
    """The rows of ballots whose mark is asked for, and typed as a plain number."""
    third = tiers(book)[2]
    way = {third.cell(row, "编号").value: third.cell(row, "评分方式").value for row in third.filled}
    return [
        (each, row)
        for each in voting(book)
        for row in each.filled
        if way.get(each.cell(row, "编号").value, "?") in (None, "评分人打分")
        and isinstance(each.cell(row, "得分").value, int | float)
        and each.cell(row, "得分").formula is None
    ]


def typed(cell: Cell, value: object) -> None:
    """Type over a cell, whatever stood there."""
    cell.value, cell.formula, cell.error, cell.style = value, None, False, 0


def anothers_name_beside_a_mark(book: Book, rng: Random) -> list[Expected] | None:
    third = tiers(book)[2]
    names = {
        third.cell(row, "编号").value: str(third.cell(row, "三级指标").value)
        for row in third.filled
    }
    found = judged_marks(book)
    if not found:
        return None
    each, row = rng.choice(found)
    own = names[each.cell(row, "编号").value]
    others = [name for name in names.values() if canonical(name) != canonical(own)]
    if not others:
        return None
    cell = each.cell(row, "三级指标")
    typed(cell, rng.choice(others))
    return [Expected({"X225"}, cell)]


def a_look_up_typed_over(book: Book, rng: Random) -> list[Expected] | None:
    found = judged_marks(book)
    if not found:
        return None
    each, row = rng.choice(found)
    header, value = rng.choice([("分值", 77.25), ("年度指标值", "随手写的"), ("实际完成值", 123456.5), ("三级指标", "随手写的")])  # fmt: skip
    if header not in each.columns:
        return None
    cell = each.cell(row, header)
    typed(cell, value)
    return [Expected({"X226"}, cell)]


def a_mark_beside_the_table(book: Book, rng: Random) -> list[Expected] | None:
    """In a column without a header: instead of 得分, or besides it."""
    found = mark(book, rng)
    if found is None:
        return None
    each, row, cell = found
    width = max(len(other) for other in each.sheet.rows)
    row.extend(Cell() for _ in range(width + 1 - len(row)))
    row[width].value = cell.value
    if rng.random() < 0.5:
        return [Expected({"X112"}, sheet=each.sheet)]
    cell.value = None
    return [Expected({"X201"}, cell), Expected({"X112"}, sheet=each.sheet)]


def a_parameter_emptied(book: Book, rng: Random) -> list[Expected] | None:
    """One that says the default, so that nothing else moves."""
    each = table(book.sheet("参数"), "参数")
    cells = [
        each.cell(row, "值")
        for row in each.filled
        if (known := PARAMETER_BY_NAME.get(canonical(str(each.cell(row, "参数").value))))
        and str(each.cell(row, "值").value).removesuffix(".0") == known.default
    ]
    if not cells:
        return None
    cell = rng.choice(cells)
    if rng.random() < 0.6:
        typed(cell, None)
        return [Expected({"X714"}, cell)]
    row = next(row for row in each.filled if any(other is cell for other in row))
    name = canonical(str(each.cell(row, "参数").value))
    each.sheet.rows = [other for other in each.sheet.rows if other is not row]
    return [Expected({"X716"}, sheet=each.sheet)] if PARAMETER_BY_NAME[name].decides else []


def a_bound_written_as_a_share(book: Book, rng: Random) -> list[Expected] | None:
    each = table(book.sheet("等级标准"), "等级")
    cell = each.cell(rng.choice(each.filled), "下限")
    typed(cell, rng.choice([0.9, 0.6, "0.8", 1]))
    return [Expected({"X715"}, cell)]


def a_total_under_a_name_of_its_own(book: Book, rng: Random) -> list[Expected] | None:
    """Counted as a project: the rate stays, the sums double."""
    each = table(book.sheet("预算执行"), "项目名称")
    if any(sheet.name == "资金来源" for sheet in book.sheets):
        return None  # whose sums are then others, and it stops
    sums = {}
    for header in ("全年预算数", "全年执行数"):
        held = [each.cell(row, header).value for row in each.filled]
        if len(held) < 2 or not all(isinstance(value, int | float) for value in held):
            return None
        sums[header] = sum(Decimal(str(value)) for value in held)
    if not all(sums.values()) or 2 * max(len(str(amount)) for amount in sums.values()) > 28:
        return None
    row = blank_row(each)
    row[0].value = rng.choice(["年度资金总额", "各项目", "全部"])
    for header, amount in sums.items():
        each.cell(row, header).value = float(amount)
    last = max(n for n, r in enumerate(each.sheet.rows) if any(r is some for some in each.filled))
    each.sheet.rows.insert(last + 1, row)
    return [Expected({"X413"}, row[0])]


def rates_for_marks(book: Book, rng: Random) -> list[Expected] | None:
    """One scorer writes 得分率: every mark far too low, and allowed."""
    each = rng.choice(voting(book))
    marks = [each.cell(row, "得分") for row in each.filled]
    if any(isinstance(cell.value, str) or cell.formula is not None for cell in marks):
        return None  # a text may be a mark as well
    large = [
        row for other, row in judged_marks(book)
        if other.sheet is each.sheet and float(str(each.cell(row, "分值").value or 0)) > 1
    ]  # fmt: skip
    if len(large) < 3:
        return None
    for row in large:
        typed(each.cell(row, "得分"), rng.choice([0.8, 0.85, 0.9, 0.95]))
    return [Expected({"X228"}, sheet=each.sheet, moves=True)]


def a_weight_as_a_share(book: Book, rng: Random) -> list[Expected] | None:
    """One of the weights as per cent, where the others are numbers above 1."""
    settings = table(book.sheet("参数"), "参数")
    way = next(row for row in settings.filled if row[0].value == "综合方法")
    each = table(book.sheet("评价工作组"), "姓名")
    scoring = [row for row in each.filled if each.cell(row, "是否评分").value in (None, "是")]
    if settings.cell(way, "值").value != "加权平均" or len(scoring) < 2:
        return None
    for row in scoring:
        typed(each.cell(row, "评分权重"), rng.randint(20, 60))
    typed(each.cell(rng.choice(scoring), "评分权重"), "40%")
    return [Expected({"X229"}, sheet=each.sheet)]


def a_spoilt_vote(book: Book, rng: Random) -> list[Expected]:
    each, row = of(book, "满意度调查", rng)
    cell = each.cell(row, rng.choice(["很满意", "满意", "基本满意", "不满意"]))
    value, codes = rng.choice([(None, {"X644"}), (-1, {"X645"}), (2.5, {"X645"}), ("约五十", {"X505"}), ("60%", {"X506"}), ("—", {"X505"})])  # fmt: skip
    typed(cell, value)
    return [Expected(codes, cell)]


def a_spoilt_rule(book: Book, rng: Random) -> list[Expected]:
    """In a rule that an indicator uses: its share, its way, its name."""
    each, row = of(book, "评分规则", rng)
    if each.cell(row, "方式").value != "分档":
        return []
    what, value, codes = rng.choice(
        [
            ("得分比例", 80, {"X630", "X631"}), ("得分比例", None, {"X630", "X631"}), ("得分比例", "八成", {"X505"}), ("方式", None, {"X630", "X631"}),
            ("方式", "分级", {"X510"}), ("规则", None, {"X630"}), ("下限", "90以上", {"X505"}), ("含下限", "不含", {"X510"}),
        ]
    )  # fmt: skip
    cell = each.cell(row, what)
    typed(cell, value)
    return [Expected(codes, cell)]


def a_spoilt_extra(book: Book, rng: Random) -> list[Expected]:
    each, row = of(book, "加减分", rng)
    veto = each.cell(row, "类别").value == "否决"
    kinds: list[tuple[str, object, set[str]]] = [
        ("依据", None, {"X651"}),
        ("类别", None, {"X651"}),
        ("类别", "奖励", {"X510"}),
    ]
    kinds += [("后果", None, {"X651"}), ("分值", 3, {"X653"})] if veto else [("分值", -2, {"X652"}), ("分值", None, {"X651"}), ("分值", "两分", {"X505"}), ("后果", "总分记零", {"X654"})]  # fmt: skip
    what, value, codes = rng.choice(kinds)
    cell = each.cell(row, what)
    typed(cell, value)
    return [Expected(codes, cell)]


def a_spoilt_measure(book: Book, rng: Random) -> list[Expected]:
    third, row = computed(book, rng)
    cell = third.cell(row, "实际完成值")
    text = _number(cell)
    value, codes = rng.choice(
        [
            ("—", {"X608"}), ("/", {"X608"}), ("无", {"X608"}), (None, {"X602"}), (f"约{text}", {"X505"}), (f"{text}左右", {"X505"}),
            (f"{text}-{text}", {"X505"}), (f"{text}光年", {"X512"}), ("全部完成", {"X505"}),
        ]
    )  # fmt: skip
    typed(cell, value)
    return [Expected(codes, cell)]


CELL_DEEDS: tuple[Deed, ...] = (
    a_spoilt_mark, a_broken_mark, a_spoilt_mark, a_broken_mark, a_spoilt_code, marked_and_recused, merged_marks,
    spoilt_points, spoilt_tree, a_wrong_total, spoilt_parameters, spoilt_basics, anothers_name_beside_a_mark,
    a_look_up_typed_over, a_mark_beside_the_table, a_parameter_emptied,
    a_bound_written_as_a_share, a_total_under_a_name_of_its_own, rates_for_marks, a_weight_as_a_share,
    a_spoilt_vote, a_spoilt_rule, a_spoilt_extra, a_spoilt_measure,
)  # fmt: skip

# --- harmful, to the whole --------------------------------------------------------------------


def a_sheet_renamed(book: Book, rng: Random) -> list[Expected] | None:
    sheet = book.sheet(
        rng.choice(["基本信息", "评价工作组", "一级指标", "二级指标", "三级指标", "等级标准"])
    )
    sheet.name = rng.choice(
        ["我的表", f"{sheet.name}2", f"{sheet.name} (2)", f"{sheet.name}（终稿）"]
    )
    return [Expected({"X101", "X118"})]


def a_sheet_that_may_be_missing_renamed(book: Book, rng: Random) -> list[Expected] | None:
    """Without it there would be defaults, or no budget: never in silence."""
    name, first = rng.choice([("参数", "参数"), ("预算执行", "项目名称")])
    each = table(book.sheet(name), first)
    each.sheet.name = rng.choice([f"{name}2", f"{name} (2)", "执行", "设置", f"附表{name}"])
    return [Expected({"X118"}, sheet=each.sheet)] if each.filled else None


def a_copy_kept(book: Book, rng: Random) -> list[Expected] | None:
    """A copy under a name of its own beside the sheet that counts."""
    kept = [book.sheet(name) for name in ("参数", "等级标准", "一级指标", "二级指标", "三级指标")]
    other = copy.deepcopy(rng.choice([*kept, *(each.sheet for each in voting(book))]))
    other.name = f"{other.name.removeprefix('评分_')}{rng.choice([' (2)', '备份', '2022', '草稿'])}"
    book.sheets.insert(rng.randint(0, len(book.sheets)), other)
    return [Expected({"X119"}, sheet=other)]


def a_row_far_below(book: Book, rng: Random) -> list[Expected] | None:
    each = every_table(book, rng)
    if len(each.filled) < 2:
        return None
    row = each.filled[-1]
    each.sheet.rows = [other for other in each.sheet.rows if other is not row]
    each.sheet.rows += [blank_row(each) for _ in range(rng.randint(30, 60))]
    each.sheet.rows.append(row)
    return [Expected({"X121"}, row[0])]


def a_second_table_below(book: Book, rng: Random) -> list[Expected] | None:
    """Pasted under the first, in the same columns or beside them."""
    each = every_table(book, rng)
    other = every_table(book, rng) if rng.random() < 0.3 else each
    rows = [other.sheet.rows[other.head], *other.filled]
    if not required(each) <= set(other.columns):
        return None  # another kind of table: strange codes, or a note's business
    aside: Row = [Cell() for _ in range(rng.choice([0, 0, 1, 3]))]
    each.sheet.rows += [blank_row(each) for _ in range(rng.randint(0, 4))]
    first = len(each.sheet.rows)
    each.sheet.rows += [[*copy.deepcopy(aside), *copy.deepcopy(row)] for row in rows]
    return [Expected({"X120"}, each.sheet.rows[first][len(aside)])]


def required(each: Table) -> set[str]:
    layout = sheet_named(each.sheet.name)
    return {column.header for column in layout.columns if column.required} if layout else set()


def a_sheet_deleted(book: Book, rng: Random) -> list[Expected] | None:
    names = ["基本信息", "评价工作组", "一级指标", "二级指标", "三级指标", "等级标准"]
    chosen = rng.choice(
        [book.sheet(name) for name in names] + [each.sheet for each in voting(book)]
    )
    book.sheets = [sheet for sheet in book.sheets if sheet is not chosen]
    return [Expected({"X101", "X106", "X207"})]


def the_parameters_deleted(book: Book, rng: Random) -> list[Expected] | None:
    """The sheet may be missing: then everything is as it is by default, and that is told."""
    each = table(book.sheet("参数"), "参数")
    if any(each.cell(row, "值").value == "百分制" for row in each.filled):
        return None  # the marks are then above 分值 as well, and it stops
    book.sheets = [sheet for sheet in book.sheets if sheet.name != "参数"]
    return [Expected({"X717"}, moves=True)]


def one_of_its_own_renamed(book: Book, rng: Random) -> list[Expected] | None:
    """评分规则, 满意度调查 or 加减分: without it there would be other figures."""
    own = own_tables(book)
    if not own:
        return None
    each = rng.choice(own)
    each.sheet.name = rng.choice([f"{each.sheet.name}2", f"{each.sheet.name}（终稿）", "附表"])
    return [Expected({"X118"}, sheet=each.sheet)]


def a_ballot_renamed(book: Book, rng: Random) -> list[Expected] | None:
    rng.choice(voting(book)).sheet.name = "打分"
    return [Expected({"X118"})]


def a_ballot_doubled(book: Book, rng: Random) -> list[Expected] | None:
    each = rng.choice(ballots(book))
    other = copy.deepcopy(each.sheet)
    other.name = f"{each.sheet.name} (2)"
    book.sheets.append(other)
    return [Expected({"X210"})]


def a_sheet_doubled_under_a_like_name(book: Book, rng: Random) -> list[Expected] | None:
    other = copy.deepcopy(rng.choice([each.sheet for each in [*ballots(book), *tiers(book)]]))
    other.name = f"{other.name}\u3000"
    book.sheets.append(other)
    return [Expected({"X107", "X210"})]


def a_ballot_from_elsewhere(book: Book, rng: Random) -> list[Expected] | None:
    other = copy.deepcopy(rng.choice(ballots(book)).sheet)
    other.name = "评分_外单位人"
    for row in other.rows[:10]:
        for left, right in pairwise(row):
            if left.value == "评分人":
                right.value, right.formula = "外单位人", None
    book.sheets.append(other)
    return [Expected({"X208"})]


def names_of_another_department(book: Book, rng: Random) -> list[Expected] | None:
    """A ballot out of another workbook: the codes are the same, the indicators are not."""
    each = rng.choice(voting(book))
    rows = [row for other, row in judged_marks(book) if other.sheet is each.sheet]
    if len(rows) < 2:
        return None
    for number, row in enumerate(each.filled):
        typed(each.cell(row, "三级指标"), f"别处的工作{number}")
    return [Expected({"X227"}, each.sheet.rows[each.head][each.columns["三级指标"]])]


def a_ballot_from_another_file(book: Book, rng: Random) -> list[Expected] | None:
    """In a voter's place, under the voter's name."""
    each = rng.choice(voting(book))
    name = scorer_cell(each)
    other = rng.choice(voting(another(rng)))
    rows = [str(other.cell(row, header).value) for row in other.filled for header in ("编号", "三级指标")]  # fmt: skip
    own = [str(each.cell(row, header).value) for row in each.filled for header in ("编号", "三级指标")]  # fmt: skip
    if rows == own or name is None:
        return None
    for row in other.filled:
        for cell in row:
            cell.formula = None  # pasted as values
    theirs = scorer_cell(other)
    assert theirs is not None
    theirs.value = name.value
    each.sheet.rows = other.sheet.rows
    return [Expected({"X204", "X205", "X223", "X225", "X227"}, sheet=each.sheet)]


@cache
def _others() -> list[Book]:
    return [
        plain_workbook.opened(path.read_bytes())
        for path in sorted(documents.SAMPLES.glob("*.xlsx"))
    ]


def another(rng: Random) -> Book:
    """Another workbook, for things to be copied from."""
    return copy.deepcopy(rng.choice(_others()))


def scorer_cell(each: Table) -> Cell | None:
    for row in each.sheet.rows[: each.head]:
        for left, right in pairwise(row):
            if left.value == "评分人":
                return right
    return None


def a_ballot_copied_for_another_scorer(book: Book, rng: Random) -> list[Expected] | None:
    """Only the name was changed; the marks are now counted twice."""
    found = voting(book)
    if len(found) < 2:
        return None
    first, second = sorted(rng.sample(range(len(found)), 2))
    source, name = found[first], scorer_cell(found[second])
    marked = [row for each, row in judged_marks(book) if each.sheet is source.sheet]
    rates = {
        round(float(str(source.cell(row, "得分").value)) / float(str(source.cell(row, "分值").value)), 6)
        for row in marked
    }  # fmt: skip
    recused = any(source.cell(row, "评分说明").value == "回避" for row in source.filled)
    if name is None or len(marked) < 8 or len(rates) < 2 or recused:  # nobody may be left
        return None
    sheet = found[second].sheet
    sheet.rows = copy.deepcopy(source.sheet.rows)
    copied = scorer_cell(table(sheet))
    assert copied is not None
    copied.value = name.value
    return [Expected({"X224"}, moves=True)]


def two_scorers_names_swapped(book: Book, rng: Random) -> list[Expected] | None:
    found = [cell for each in voting(book) if (cell := scorer_cell(each))]
    if len(found) < 2:
        return None
    first, second = rng.sample(found, 2)
    first.value, second.value = second.value, first.value
    return [Expected({"X209"}, first, moves=True), Expected({"X209"}, second, moves=True)]


def a_row_deleted(book: Book, rng: Random) -> list[Expected] | None:
    """An indicator on one ballot, or for all."""
    found = mark(book, rng)
    if found is None:
        return None
    each, row, _ = found
    if rng.random() < 0.5:
        each.sheet.rows = [other for other in each.sheet.rows if other is not row]
        return [Expected({"X223"}, sheet=each.sheet)]
    third = tiers(book)[2]
    code = row[each.columns["编号"]].value
    gone = next((r for r in third.filled if r[third.columns["编号"]].value == code), None)
    third.sheet.rows = [other for other in third.sheet.rows if other is not gone]
    return [Expected({"X302", "X304", "X204", "X325", "X326"})] if gone else None


def a_member_deleted(book: Book, rng: Random) -> list[Expected] | None:
    each = table(book.sheet("评价工作组"), "姓名")
    voting = {sheet.sheet.name.removeprefix("评分_") for sheet in ballots(book)}
    rows = [row for row in each.filled if str(row[each.columns["姓名"]].value) in voting]
    if not rows:
        return None
    gone = rng.choice(rows)
    each.sheet.rows = [row for row in each.sheet.rows if row is not gone]
    return [Expected({"X208", "X220", "X113"})]


def two_of_one_name(book: Book, rng: Random) -> list[Expected] | None:
    each = table(book.sheet("评价工作组"), "姓名")
    if len(each.filled) < 2:
        return None
    first, second = rng.sample(each.filled, 2)
    each.cell(second, "姓名").value = each.cell(first, "姓名").value
    return [Expected({"X216", "X241"})]


def a_header_deleted(book: Book, rng: Random) -> list[Expected] | None:
    each = any_table(book, rng)
    header = "得分" if "得分" in each.columns else "分值"
    each.sheet.rows[each.head][each.columns[header]].value = rng.choice([None, "其他", "分"])
    return [Expected({"X102", "X115"})]


def a_header_twice(book: Book, rng: Random) -> list[Expected] | None:
    each = any_table(book, rng)
    header = "得分" if "得分" in each.columns else "分值"
    width = max(len(row) for row in each.sheet.rows)
    for row in each.sheet.rows[each.head :]:
        row.extend(Cell() for _ in range(width + 1 - len(row)))
    each.sheet.rows[each.head][width].value = header
    return [Expected({"X103"})]


STRUCTURE_DEEDS: tuple[Deed, ...] = (
    a_sheet_renamed, a_sheet_deleted, a_ballot_renamed, a_ballot_doubled, a_sheet_doubled_under_a_like_name,
    a_sheet_that_may_be_missing_renamed, one_of_its_own_renamed, the_parameters_deleted, a_copy_kept, a_row_far_below, a_second_table_below,
    names_of_another_department, a_ballot_from_another_file, a_ballot_copied_for_another_scorer,
    two_scorers_names_swapped, a_ballot_from_elsewhere, a_row_deleted, a_member_deleted, two_of_one_name, a_header_deleted, a_header_twice,
)  # fmt: skip


def deformed(book: Book, rng: Random) -> tuple[Book, list[str], list[Expected]]:
    """A deformed copy, what was done to it, and what must be found; nothing where all was harmless.

    Cells first, then the whole, then what only moves things about: so that every deed finds what
    it needs. At most one deed to the whole, alone with harmless ones: two may hide each other.
    """
    made = copy.deepcopy(book)
    kind = rng.choice(["harmless", "cell", "structure"])
    harmful: list[Deed] = []
    if kind == "cell":
        harmful = [rng.choice(CELL_DEEDS)]
    elif kind == "structure":
        harmful = [rng.choice(STRUCTURE_DEEDS)]
    harmless = rng.sample(HARMLESS_DEEDS, rng.randint(0 if harmful else 1, 3))
    if kind == "structure":  # what is not read any more cannot be found either
        harmless = [deed for deed in harmless if deed is not a_mark_typed_otherwise]
    if merged_marks in harmful:  # no program sorts what is merged
        harmless = [deed for deed in harmless if deed is not sorted_rows]
    if a_row_far_below in harmful:  # the gap is what it is about
        harmless = [deed for deed in harmless if deed is not spare_rows_deleted]
    # Deeds that find their table by its usual headers and names come before those that change them.
    late = (
        headers_typed_otherwise,
        headers_of_the_official_form,
        columns_moved,
        a_name_with_spaces,
    )
    harmless.sort(key=lambda deed: late.index(deed) if deed in late else -1)
    done, expected = [], []
    for deed in [*harmful, *harmless]:
        try:
            found = deed(made, rng)
        except (ValueError, StopIteration, LookupError):
            continue  # an earlier deed has taken away what this one needs
        if found is not None:
            done.append(deed.__name__)
            expected += found
    return made, done, expected
