"""The format: which sheets a workbook has, their columns, synonyms, choices and parameters.

Reading, the blank, the scored workbook and the documentation are all driven by this one table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from xlkpi.domain.patterns import pattern

FORMAT_VERSION = 1
FORMAT_NAME = "xlkpi_format"
"""Defined name of the cell with the format version, which is visible."""
TEMPLATE_NAME = "xlkpi_template"
"""Defined name of the cell with the template's name."""
PART_NAME = "xlkpi_part"
"""Defined name of the cell that says which part of a split workbook a file is."""
MAIN_PART = "主表"
SCORERS_PART = "评分人："
"""Its values: the one, or the other followed by the scorer's name."""

BALLOT_PREFIX = "评分_"
SCORER_LABEL = "评分人"
SIGN_LABELS = ("签字", "日期")
"""Labels beside it, each with a cell of its own."""
RECUSED = "回避"
TOTAL_WORDS = ("合计", "总计", "小计")
CHECKS = "检查"
SHOWN_TARGET = "评分表上的指标值"
OWN_COLUMNS = (CHECKS, SHOWN_TARGET)
"""Headers right of a table, over a blank's own formulas."""
HEADER_SEARCH_ROWS = 10
SPARE_ROWS = 20
SCORER_NAME_LENGTH = 28
FORBIDDEN_IN_NAMES = "[]:*?/\\"

GUIDE_SHEET = "填表说明"
PROBLEMS_SHEET = "问题清单"
SUMMARY_SHEET = "汇总"
GRADE_SHEET = "等级"
FORM_SHEET = "自评表"
SCORES_SHEET = "指标得分"
COMPARISON_SHEET = "评分对比"
FINDINGS_SHEET = "检查记录"
METHODS_SHEET = "方法与参数"
RECONCILIATION_SHEET = "校验"
SOURCE_SHEET = "来源与指纹"
LAYOUT_SHEET = "自评表版式"
"""Only where 自评表 has an office's own layout."""
RESULT_SHEETS = (
    SUMMARY_SHEET, GRADE_SHEET, FORM_SHEET, SCORES_SHEET, COMPARISON_SHEET, "目标质量",
    FINDINGS_SHEET, METHODS_SHEET, RECONCILIATION_SHEET, SOURCE_SHEET, LAYOUT_SHEET,
)  # fmt: skip
"""Sheets that a scored workbook has beyond the inputs; none of them is ever read as an input."""
PRINT_SET = (SUMMARY_SHEET, GRADE_SHEET, FORM_SHEET, SCORES_SHEET, FINDINGS_SHEET)
"""Those that are filed on paper: each page says whose it is, of which year, and the 校验码."""


class Kind(StrEnum):
    """The content of a column's cells."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    MONEY = "money"
    CHOICE = "choice"
    DATE = "date"
    """A date or any text about time."""
    ANY = "any"
    """A number where a rule needs one, else text."""


class Column(NamedTuple):
    """One column of a table."""

    header: str
    kind: Kind = Kind.TEXT
    width: int = 12
    required: bool = False
    """The table cannot be found without this header."""
    computed: bool = False
    """The template computes it: never trusted, never required."""
    decides: bool = False
    """Not required, but the score depends on its content."""
    explanatory: bool = False
    """It only explains; a text there makes no row."""
    choices: tuple[str, ...] = ()
    prompt: str = ""
    """The tip that appears when the cell is selected."""
    synonyms: tuple[str, ...] = ()
    """Other headers, as compared; a letter or a unit in brackets behind any of them never matters."""
    folded: bool = False
    """Seldom used: a blank folds it away, with a hint above the table."""
    instead_of: str = ""
    """It is read if present, as the column of that header where the sheet lacks it; blanks omit it."""


class Sheet(NamedTuple):
    """One sheet of the format."""

    name: str
    columns: tuple[Column, ...]
    guide: str
    """The instruction above the table."""
    required: bool = False
    optional: bool = False
    """Stands in a blank only where its template needs it or it is asked for."""
    tab: str = "fill"
    """"fill", "need" or "rare": how often staff touch it."""
    key: str = ""
    """The column that names a row; a total is named there or in the column after it."""
    spare: int = SPARE_ROWS

    def shown(self, rows: Iterable[Mapping[str, object]]) -> tuple[Column, ...]:
        """Return a blank's columns: those with `instead_of` only if one of the rows has them."""
        given = {header for row in rows for header in row}
        return tuple(c for c in self.columns if not c.instead_of or c.header in given)

    def column(self, header: str) -> Column:
        """Return the column of that header; KeyError where there is none."""
        for column in self.columns:
            if column.header == header:
                return column
        raise KeyError(header)


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Return a name or header as it is compared: full-width forms folded, all spaces left out."""
    folded = unicodedata.normalize("NFKC", text)
    if folded.isprintable() and " " not in folded:  # no other character to leave out is printable
        return folded
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")


_MONEY_UNIT = r"(?:单位[:：]?)?(?:[百千]?万?元|亿元)"
_HARMLESS = (
    rf"[a-z](?:[÷×*]\d*%?)?|{_MONEY_UNIT}|%|分|\d+分?|(?:19|20)\d\d年度?|[≥>=≤<]+|"
    "符号|名称|必填|选填|可选|可不填|自评|填数字"
)
_BRACKETED = re.compile(
    rf"[(\[【〔](?:{_HARMLESS})(?:[,，、/;+](?:{_HARMLESS}))*[)\]】〕]", re.IGNORECASE
)
"""What published forms put behind a header: 全年执行数（B）, 执行率（B/A）, 年初预算数（万元）, 权重（100）."""
_LETTER = re.compile(r"(?<=[\u4e00-\u9fff])[A-Da-d]\Z")
_MONEY = re.compile(rf"[(\[【〔,，、/;]{_MONEY_UNIT}(?=[)\]】〕,，、/;])")


@lru_cache(maxsize=4096)
def bare_header(text: str) -> str:
    """Return a header as compared, without the letters, units and years behind it."""
    return _LETTER.sub("", _BRACKETED.sub("", canonical(text)))


def header_unit(text: str) -> str:
    """Return the unit of money that a header names in brackets, "" where it names none."""
    found = _MONEY.search(canonical(text))
    return found[0][1:].removeprefix("单位").lstrip(":：") if found else ""


@lru_cache(maxsize=4096)
def folded(text: str | None) -> str:
    """Return a code or a name as it is compared: also without regard to case, as Excel's = has none."""
    return canonical(text or "").casefold()


_PART = pattern(r"\W*(?:[\d一二三四五六七八九十]+\W*)*其中")
"""How the name of a row begins that explains the row above, as compared: 其中：甲, （1）其中，乙."""
_NO_POINTS = pattern(r"(?:[-‐‑–—―−─━/\\|]+|无|不计分|不评分|不单独计分|不单独评分)?\Z")
"""The content of 分值, as compared, where a row has no points."""
_NOTHING = pattern(r"0+(?:\.0+)?分?\Z")


def of_which_code(name: str, code: str, parent: str, method: str, points: str) -> str:
    """Return the code of the finding about a row of a tier that has no points; "" for any other row.

    Its name begins with 其中, or it has no codes either, so that nobody could mark it.
    """
    points_text = canonical(points)
    if _PART.match(canonical(name)) and (
        _NO_POINTS.match(points_text) or _NOTHING.match(points_text)
    ):
        return "X318"
    bare = not any(canonical(each) for each in (code, parent, method))
    return "X319" if canonical(name) and bare and _NO_POINTS.match(points_text) else ""


PERCENT_WORDS = (
    "%", "百分比", "百分率", "百分点", "个百分点", "百分数", "百分之", "百分号", "pct", "percent", "percentage",
)  # fmt: skip
"""All of them are one unit, in 计量单位 as behind digits; with brackets too: 百分比（%）."""


@lru_cache(maxsize=4096)
def is_percent(unit: str | None) -> bool:
    """Whether a 计量单位 means percentage points."""
    plain = folded(unit)
    words = [word for word in re.split(r"[()%]", plain) if word]  # 百分比（%）, 百分比%
    return bool(words or "%" in plain) and all(word in PERCENT_WORDS for word in words)


_NO_UNIT = pattern(r"(?:[-‐‑–—―−─━/\\|]+|无|没有|比率|比例|率)\Z")
"""The content of 计量单位 where it names none: 率 may be a part of one or a per cent."""


def names_unit(unit: str) -> bool:
    """Whether a 计量单位 names a unit."""
    return not _NO_UNIT.match(folded(unit))


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text: a long list of synonyms in few lines."""
    return tuple(text.split())


_T, _C, _N, _M, _D, _A = Kind.TEXT, Kind.CODE, Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.ANY
_CHOICE = Kind.CHOICE

POINTS = Column(
    "分值", _N, 8, True, prompt="正数，最多 6 位小数。",
    synonyms=("权重", "指标权重", "权数", "指标分值", "标准分值", "标准分", "满分", "满分值", "权重分值"),
)  # fmt: skip
TARGET = Column(
    "年度指标值",
    _A,
    14,
    prompt="年初确定的目标。按公式计分的指标只填数字，单位写在“计量单位”。",
    synonyms=_words(
        "指标值 年初目标值 年初设定目标 目标值 年度目标值 绩效目标值 计划指标值 "
        "计划值 计划完成值 预期值 预期指标值 年初设定指标值 年度绩效指标值 "
        "调整后指标值 调整指标值 调整后目标值 调整目标值 年中调整指标值 "
        "调整后的指标值 年度调整目标值 调整后绩效目标值 调整后年度指标值"
    ),
    decides=True,
)
ACTUAL = Column(
    "实际完成值",
    _A,
    14,
    prompt="年末实际完成的数值。按公式计分的指标只填数字。",
    synonyms=_words(
        "全年实际值 全年完成值 完成值 年终完成值 年末完成值 年终实际完成值 "
        "年末实际完成值 实际完成数 实际值 全年实际完成值 年度完成值 指标完成值 "
        "实际完成指标值 实际完成情况 完成情况"
    ),
    decides=True,
)
MARK = Column(
    "得分",
    _N,
    9,
    True,
    prompt="0 到分值之间的数；需回避时留空，并在“评分说明”写“回避”。",
    synonyms=_words("自评得分 指标得分 自评分 自评分数 自评分值 评分 打分 实际得分 评价得分"),
)
REASON = Column(
    "偏差原因分析及改进措施",
    _T,
    26,
    prompt="没有完成或明显超额时，写原因和改进措施。",
    synonyms=_words(
        "未完成原因分析 未完成原因及拟采取的改进措施 扣分原因 偏差原因分析 偏差原因 "
        "偏差原因及改进措施 偏差原因分析和改进措施 偏差原因分析与改进措施 未完成原因 "
        "未完成原因及改进措施 未完成原因和改进措施 未完成原因分析及改进措施 "
        "扣分原因和其他说明 扣分原因及其他说明"
    ),
)
BUDGET = Column(
    "全年预算数",
    _M,
    13,
    prompt="调整后的全年预算。",
    synonyms=("调整后预算数", "调整预算数", "调整后预算", "全年预算", "调整后全年预算数"),
)
EXECUTED = Column(
    "全年执行数",
    _M,
    13,
    prompt="截至年末的实际支出。",
    synonyms=("预算执行数", "执行数", "全年实际支出数", "实际支出数", "实际执行数", "全年支出数"),
)

INITIAL = "年初指标值"
"""The target of January beside an adjusted one; alone it is the target."""
_CODES = ("指标编号", "指标编码", "指标代码")
_NAMES = ("三级指标名称", "指标名称(三级指标)", "指标名称")
_CRITERIA = ("评分细则", "评分办法", "得分计算方法", "计分标准")

NATURES = ("≥", ">", "=", "≤", "<", "定性")
DEGREES = ("达成", "部分达成", "未达成")
DEGREE_PHRASES = {
    **{degree: degree for degree in DEGREES},
    **{f"{start}{what}{end}": degree
       for what in ("", "预期指标", "年度指标", "预期目标", "年度目标")
       for start, end, degree in (
           ("达成", "", "达成"), ("全部达成", "", "达成"), ("部分达成", "", "部分达成"),
           ("部分达成", "并具有一定效果", "部分达成"), ("未达成", "", "未达成"), ("未达成", "且效果较差", "未达成"),
       )},
}  # fmt: skip
"""完成程度 as the official form words it."""
ASPECTS = (
    "项目目标设定", "预算配置", "预算执行", "预算管理", "预算安排情况", "资金到位情况",
    "资金执行情况", "预算执行进度",
)  # fmt: skip
YES, NO, ABSENT = "是", "否", "缺席"

INFO = Sheet(
    "基本信息",
    (
        Column("项目", _T, 16, True),
        Column("内容", _A, 36, True),
        Column("填写说明", _T, 46, explanatory=True),
    ),
    "在“内容”一栏填写本单位情况；部门名称、评价年度必填。",
    required=True,
    key="项目",
    spare=0,
)
YEAR = "评价年度"
REQUIRED_INFO = ("部门名称", YEAR)
INFO_ROWS: tuple[tuple[str, str], ...] = (
    ("部门名称", "必填。填单位全称，与公章一致。"),
    ("评价年度", "必填。填四位年份，例如 2023。"),
    ("预算单位编码", "按部门预算批复填写。"),
    ("评价类型", "部门整体支出，或项目支出。"),
    ("项目名称", "评价类型为项目支出时填写。"),
    ("项目编码", "评价类型为项目支出时填写。"),
    ("部门类别", "同类部门才互相比较，例如：党务部门、经济部门。"),
    ("主管部门", "上级主管部门全称。"),
    ("实施单位", "具体实施的单位；与部门相同时可不填。"),
    ("金额单位", "本工作簿所有金额的单位：万元，或元。"),
    ("单位负责人", "签字人姓名。"),
    ("财务负责人", "签字人姓名。"),
    ("填报人", "填报人姓名。"),
    ("联系电话", "不会出现在公开版中。"),
    ("填报日期", "例如 2024-06-07。"),
    ("是否涉密", "填“是”的材料不得在本工具中处理。"),
)
INFO_CHOICES: dict[str, tuple[str, ...]] = {
    "评价类型": ("部门整体支出", "项目支出"),
    "金额单位": ("万元", "元"),
    "是否涉密": (NO, YES),
}

MEMBERS = Sheet(
    "评价工作组",
    (
        Column("姓名", _T, 14, True, prompt="与评分表上的评分人一致。"),
        Column("职务", _T, 20),
        Column("分工", _T, 10, choices=("组长", "副组长", "成员")),
        Column(
            "评分组",
            _T,
            10,
            prompt="只在分组评分时填写，例如：领导、同级、群众。先在组内合成，再按组权重合成。",
            synonyms=_words(
                "评分组别 评分组名称 评分小组 评委组 评委组别 评委分组 评委类别 打分组"
            ),
        ),
        Column(
            "是否评分",
            _CHOICE,
            10,
            choices=(YES, NO, ABSENT),
            prompt="不填视为“是”。",
            decides=True,
        ),
        Column("评分权重", _N, 10, prompt="任意正数，只在“加权平均”时使用。", decides=True),
        Column(
            "组权重",
            _N,
            9,
            prompt="评分组的权重，任意正数；同组的人填一样的数，或只在其中一行填写。",
            synonyms=_words(
                "评分组权重 评分小组权重 小组权重 评委组权重 各组权重 组别权重 分组权重 类别权重"
            ),
        ),
    ),
    "每名成员一行。参加评分的人各有一张“评分_姓名”表；不评分填“否”，缺席填“缺席”。分组评分的，再填“评分组”和“组权重”。",
    required=True,
    key="姓名",
)
EXECUTION = Sheet(
    "预算执行",
    (
        Column("项目名称", _T, 30, True),
        Column(
            "支出类别", _CHOICE, 11, choices=("基本支出", "项目支出"), prompt="不填视为项目支出。"
        ),
        Column("年初预算数", _M, 13, synonyms=("年初预算",)),
        Column(BUDGET.header, _M, 13, True, prompt=BUDGET.prompt, synonyms=BUDGET.synonyms),
        Column("其中：财政资金", _M, 13, synonyms=("财政资金", "其中：财政拨款", "财政拨款")),
        Column(
            "到位资金", _M, 13, prompt="可不填。", synonyms=("资金到位数", "实际到位资金", "到位数")
        ),
        Column(EXECUTED.header, _M, 13, True, prompt=EXECUTED.prompt, synonyms=EXECUTED.synonyms),
        Column("执行率", _N, 10, computed=True, synonyms=("预算执行率",)),
        Column(
            "偏差原因",
            _T,
            28,
            prompt="执行率偏低时写明原因。",
            synonyms=("偏差原因分析", "未完成原因分析"),
        ),
    ),
    "每个项目一行，金额单位见“基本信息”。执行率自动计算，不用填。",
    tab="fill",
    key="项目名称",
)
FUNDS = Sheet(
    "资金来源",
    (
        Column("资金来源", _T, 24, True),
        Column("年初预算数", _M, 14, synonyms=("年初预算",)),
        Column(BUDGET.header, _M, 14, True, synonyms=BUDGET.synonyms),
        Column(EXECUTED.header, _M, 14, True, synonyms=EXECUTED.synonyms),
    ),
    "按资金来源分行填写，合计应与“预算执行”一致。",
    optional=True,
    tab="need",
    key="资金来源",
)
GOALS = Sheet(
    "年度总体目标",
    (
        Column("序号", _A, 7),
        Column("类型", _CHOICE, 11, choices=("总体目标", "主要任务")),
        Column("预期目标", _T, 40, True),
        Column("实际完成情况", _T, 40),
        Column("完成程度", _T, 12, decides=True),
        Column("未完成原因", _T, 26),
    ),
    "逐条填写年初目标和年末完成情况。",
    optional=True,
    tab="need",
    key="序号",
)
TIER1 = Sheet(
    "一级指标",
    (
        Column("编号", _C, 10, True, prompt="以字母开头，例如 A。", synonyms=_CODES),
        Column("一级指标", _T, 26, True, synonyms=("一级指标名称", "指标名称(一级指标)")),
        POINTS,
    ),
    "一级指标的分值合计必须是 100。",
    required=True,
    tab="need",
    key="编号",
)
TIER2 = Sheet(
    "二级指标",
    (
        Column("编号", _C, 10, True, prompt="例如 A1。", synonyms=_CODES),
        Column("一级编号", _C, 10, True, prompt="它所属的一级指标的编号。"),
        Column("二级指标", _T, 26, True, synonyms=("二级指标名称", "指标名称(二级指标)")),
        POINTS,
    ),
    "同一个一级指标下，二级指标的分值合计等于一级指标的分值。",
    required=True,
    tab="need",
    key="编号",
)
TIER3 = Sheet(
    "三级指标",
    (
        Column("编号", _C, 9, True, prompt="例如 A1.1。", synonyms=_CODES),
        Column("二级编号", _C, 9, True, prompt="它所属的二级指标的编号。"),
        Column("三级指标", _T, 22, True, synonyms=_NAMES),
        POINTS,
        Column("指标性质", _T, 9, choices=NATURES, synonyms=("性质",), decides=True),
        Column(INITIAL, _A, 14, instead_of=TARGET.header, synonyms=("年初绩效指标值",)),
        TARGET,
        Column("计量单位", _T, 9, synonyms=("度量单位", "指标单位"), decides=True),
        ACTUAL,
        Column("评分方式", _T, 13, prompt="不填视为评分人打分。", decides=True),
        Column("完成程度", _T, 10, choices=DEGREES, prompt="只在定性三档时填写。", decides=True),
        Column("评分标准", _T, 30, synonyms=_CRITERIA),
        Column("佐证材料", _T, 20),
        REASON,
        Column("评价方面", _T, 13, choices=ASPECTS, folded=True),
        Column(
            "核减分",
            _N,
            8,
            prompt="按公式计分的指标可在此核减，须写理由。",
            decides=True,
            folded=True,
        ),
        Column("核减理由", _T, 18, folded=True),
    ),
    "同一个二级指标下，三级指标的分值合计等于二级指标的分值。年末填写实际完成值、佐证材料和偏差原因。",
    required=True,
    key="编号",
)
BALLOT = Sheet(
    BALLOT_PREFIX,
    (
        Column("编号", _C, 9, True, synonyms=_CODES),
        Column("三级指标", _T, 24, computed=True, synonyms=_NAMES),
        Column(TARGET.header, _A, 13, computed=True, synonyms=(*TARGET.synonyms, INITIAL)),
        Column(ACTUAL.header, _A, 13, computed=True, synonyms=ACTUAL.synonyms),
        Column("评分标准", _T, 34, computed=True, synonyms=_CRITERIA),
        Column("佐证材料", _T, 20, computed=True),
        Column(POINTS.header, _N, 8, computed=True, synonyms=POINTS.synonyms),
        MARK,
        Column("评分说明", _T, 20, prompt="需回避时写“回避”，得分留空。", decides=True),
    ),
    "只填黄色的“得分”：0 到分值之间。需要回避的，得分留空并在“评分说明”写“回避”。变灰、右边写着“系统计分”的不用填。",
    key="编号",
)
RULES = Sheet(
    "评分规则",
    (
        Column("规则", _T, 16, True),
        Column("方式", _CHOICE, 10, True, choices=("分档", "步长", "超额完成", "直线", "偏离")),
        Column("下限", _N, 9),
        Column("含下限", _CHOICE, 8, choices=(YES, NO)),
        Column("得分比例", _N, 9),
        Column("基准", _N, 9),
        Column("方向", _CHOICE, 10, choices=("高于扣分", "低于扣分")),
        Column("步长", _N, 9),
        Column("每步扣分", _N, 9),
        Column("封底", _N, 9),
        Column(
            "不足一步",
            _CHOICE,
            9,
            choices=("不计", "按一步", "按比例"),
            prompt="步长、偏离用：不到一步的怎样扣分。不填视为不计。",
            synonyms=("不足一步时", "不足一个步长", "不满一步"),
        ),
        Column("得分", _N, 9, prompt="固定得几分；随分值折算的填“得分比例”，两者只填一个。"),
    ),
    "本单位自定的计分规则，一条规则可占多行；在“三级指标”的评分方式中写规则名即可引用。",
    tab="rare",
    key="规则",
)
SURVEY = Sheet(
    "满意度调查",
    (
        Column("指标编号", _C, 10, True),
        Column("调查对象", _T, 18),
        Column("调查方式", _T, 12, choices=("问卷", "第三方评议", "电话")),
        Column("发放问卷", _N, 9),
        Column("很满意", _N, 9),
        Column("满意", _N, 9),
        Column("基本满意", _N, 9),
        Column("不满意", _N, 9),
        Column("有效问卷", _N, 9, computed=True),
        Column("满意度", _N, 9, computed=True),
    ),
    "评分方式为“满意度”的指标，在这里填写各档票数。有效问卷和满意度自动计算。",
    tab="need",
    key="指标编号",
)
ADJUSTMENT = Sheet(
    "加减分",
    (
        Column("事项", _T, 26, True),
        Column("类别", _CHOICE, 9, True, choices=("加分", "减分", "否决")),
        Column("分值", _N, 9),
        Column("后果", _T, 16, choices=("最低等级", "不得评为最高等级", "总分记零")),
        Column("依据", _T, 26),
    ),
    "有正式文件依据的加分、减分和一票否决事项，依据须写文号。",
    optional=True,
    tab="rare",
    key="事项",
)
REVIEW = Sheet(
    "复核",
    (
        Column("编号", _C, 10, True, synonyms=_CODES),
        Column("三级指标", _T, 24, computed=True, synonyms=_NAMES),
        Column("分值", _N, 9, computed=True, synonyms=POINTS.synonyms),
        Column("自评完成值", _A, 13, computed=True),
        Column("自评得分", _N, 9, computed=True),
        Column("复核完成值", _A, 13),
        Column("复核得分", _N, 9, True, synonyms=("复核分", "复核评分")),
        Column(
            "扣分原因", _T, 26, synonyms=("扣分原因和其他说明", "扣分原因及其他说明", "扣分理由")
        ),
        Column("复核人", _T, 12),
    ),
    "由上级或财政部门填写。复核得分留空表示同意自评得分；扣分必须写原因。",
    optional=True,
    tab="rare",
    key="编号",
)
EVIDENCE = Sheet(
    "佐证材料清单",
    (
        Column("序号", _A, 7),
        Column("指标编号", _C, 10, True),
        Column("材料名称", _T, 34, True),
        Column("文号或日期", _D, 18),
        Column("存放位置", _T, 24),
        Column("提供人", _T, 12),
    ),
    "逐件登记佐证材料，便于审计核对。",
    optional=True,
    tab="need",
    key="序号",
)
BASE_DATA = Sheet(
    "基础数据",
    (
        Column("数据项", _T, 30, True),
        Column("本年", _N, 14, True),
        Column("上年", _N, 14),
        Column("单位", _T, 9),
        Column("来源", _T, 32),
    ),
    "计算指标实际完成值所用的原始数据：在“本年”“上年”填数，没有发生的填 0；“三级指标”里灰色的实际完成值由它们自动算出。",
    optional=True,
    tab="need",
    key="数据项",
)
VAGUE_WORDS = Sheet(
    "倒查词表",
    (Column("词语", _T, 14, True), Column("说明", _T, 34), Column("建议写法", _T, 34)),
    "倒查年初目标时要提示的模糊词语。",
    optional=True,
    tab="rare",
    key="词语",
)
REPORT_PARTS = (
    "一、基本情况", "二、自评工作情况", "三、项目执行及绩效实现情况", "四、评价结论和评价等级",
    "五、存在的问题及改进措施", "六、评价工作组人员名单",
)  # fmt: skip
"""The parts of a report; the chapters of 文字材料 are numbered as in it."""
TEXTS = Sheet(
    "文字材料",
    (
        Column("章节", _T, 20, True),
        Column("填写说明", _T, 34, explanatory=True),
        Column("正文", _T, 70, True),
        Column("字数", _N, 8, computed=True),
        Column("上限", _N, 8),
    ),
    "按章节填写报告文字，一格写一章，不要改动“章节”一栏。章节编号就是报告里的编号，报告分六部分："
    + "；".join(REPORT_PARTS)
    + "。表中没有的一（二）取自“预算执行”，六取自“评价工作组”，不在这里填。",
    key="章节",
    spare=0,
)
CHAPTERS = (
    "引言", "一（一）部门概况", "一（三）绩效目标", "二（一）组织工作", "二（二）前期准备",
    "二（二）组织实施", "二（二）分析评价", "三（一）总体目标", "三（二）补充说明", "四 结论补充",
    "五（一）存在的问题", "五（二）改进措施",
)  # fmt: skip
GOAL_CHAPTERS = ("一（三）绩效目标", "三（一）总体目标")
"""预期目标 and 实际完成情况 of 自评表, where 年度总体目标 is not filled in."""
OPTIONAL_CHAPTERS = ("三（二）补充说明", "四 结论补充")
"""Chapters that only add to what the program writes; they may be empty."""
PROBLEMS = Sheet(
    "问题与措施",
    (
        Column("问题", _T, 44, True),
        Column("改进措施", _T, 44, True),
        Column("责任人", _T, 14),
        Column("完成时限", _D, 14),
    ),
    "一行一个问题，措施要具体、可检查。",
    key="问题",
)
GRADES = Sheet(
    "等级标准",
    (
        Column("等级", _T, 10, True),
        Column("下限", _N, 10, True, prompt="达到这个分数（含）即评为该等级。"),
        Column("含义", _T, 40),
        Column("结果应用", _T, 44),
    ),
    "从高到低排列，最后一档的下限为 0；总分达到下限（含）即为该等级。等级、含义和结果应用可按本地规定修改。",
    required=True,
    tab="rare",
    key="等级",
    spare=6,
)
PARAMETERS = Sheet(
    "参数",
    (
        Column("参数", _T, 18, True),
        Column("值", _A, 16, True),
        Column("说明", _T, 70, explanatory=True),
    ),
    "一般不用改动；改动会写进评分结果的“方法与参数”。",
    tab="rare",
    key="参数",
    spare=0,
)
MERGED = Sheet(
    "合并记录",
    (Column("评分人", _T, 18, True), Column("文件", _T, 40, True), Column("SHA-256", _C, 68, True)),
    "由 xlkpi merge 写入：每张评分表来自哪个文件。不用填，也不要改。",
    optional=True,
    tab="rare",
    key="评分人",
    spare=0,
)

SHEETS: tuple[Sheet, ...] = (
    INFO, MEMBERS, EXECUTION, FUNDS, GOALS, TIER1, TIER2, TIER3, RULES, SURVEY, ADJUSTMENT, REVIEW,
    EVIDENCE, BASE_DATA, VAGUE_WORDS, TEXTS, PROBLEMS, GRADES, PARAMETERS, MERGED,
)  # fmt: skip
"""Every sheet but the ballots, in the contract's order; ballots come after 三级指标."""

SETTINGS: tuple[Sheet, ...] = (RULES, VAGUE_WORDS, GRADES, PARAMETERS)
"""What an office decides once and seldom changes: open to change, and not asked for."""

PART_SHEETS: tuple[Sheet, ...] = (
    INFO, TIER1, TIER2, TIER3, RULES, SURVEY, EVIDENCE, BASE_DATA, PARAMETERS,
)  # fmt: skip
"""What a scorer's part shows besides the ballot."""
PART_INFO = (
    "部门名称", "评价年度", "预算单位编码", "评价类型", "项目名称", "项目编码", "部门类别", "金额单位", "是否涉密",
)  # fmt: skip
"""Lines of 基本信息 that a part shows: what is judged, and no persons."""
PART_DROPPED = {EVIDENCE.name: ("提供人",)}
"""Columns that a part does not show, because they are about persons."""

_BY_NAME = {canonical(sheet.name): sheet for sheet in SHEETS}


def sheet_named(name: str) -> Sheet | None:
    """Return the format's sheet of that name, spaces and full-width forms aside; None if foreign."""
    plain = canonical(name)
    if plain.startswith(canonical(BALLOT_PREFIX)):
        return BALLOT
    return _BY_NAME.get(plain)


class Parameter(NamedTuple):
    """A setting of the 参数 sheet."""

    name: str
    default: str
    choices: tuple[str, ...] = ()
    """The allowed words; empty for a number."""
    low: int = 0
    high: int = 0
    percent: bool = False
    words: str = ""
    decides: bool = False
    """Every score depends on it: a sheet of settings without it has a finding."""


PARAMETER_LIST: tuple[Parameter, ...] = (
    Parameter("打分制", "分值制", ("分值制", "百分制"), words="分值制：每项在 0 到分值之间打分；百分制：每项在 0 到 100 之间打分，再按分值折算。", decides=True),
    Parameter("综合方法", "算术平均", ("算术平均", "加权平均", "去掉最高最低", "中位数"), words="几名评分人的得分怎样合成一个得分。", decides=True),
    Parameter("去极值最少人数", "6", low=3, high=1000, words="有效评分达到这个人数才去掉一个最高分和一个最低分，否则用算术平均。"),
    Parameter("去极值个数", "1", low=1, high=100, words="两端各去掉几个得分。去极值最少人数须大于它的两倍。"),
    Parameter("小数位数", "2", low=0, high=4, words="每个三级指标得分四舍五入保留的小数位数。", decides=True),
    Parameter("反向公式", "线性", ("线性", "比例"), words="“≤”“<”指标超过目标时：线性为 1－(完成－目标)÷目标，比例为 目标÷完成。", decides=True),
    Parameter("定性达成下限", "80%", percent=True, low=0, high=100, words="定性三档中“达成”的得分不低于分值的这个比例。"),
    Parameter("定性部分达成下限", "60%", percent=True, low=0, high=100, words="定性三档中“部分达成”的得分不低于分值的这个比例。"),
    Parameter("超额完成说明线", "130%", percent=True, low=100, high=10000, words="实际完成值达到年度指标值的这个比例时，要说明原因。"),
    Parameter("执行率说明线", "90%", percent=True, low=0, high=100, words="预算执行率低于这个比例时，要说明原因。"),
    Parameter("满意度口径", "满意以上", ("满意以上", "基本满意以上", "指数100-80-60-40"), words="满意度按哪些票计算。"),
    Parameter("离群线", "20%", percent=True, low=0, high=100, words="某人的得分与其他人的平均相差超过分值的这个比例时，列出供复核。"),
)  # fmt: skip
PARAMETER_BY_NAME = {canonical(parameter.name): parameter for parameter in PARAMETER_LIST}
