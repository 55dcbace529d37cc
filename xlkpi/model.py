"""The nouns of the field, frozen. Every value knows the cell it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from xlkpi import fingerprint, methods
from xlkpi.derived import Named
from xlkpi.findings import Finding, Severity
from xlkpi.formula import Formula
from xlkpi.layout import Parameter, Sheet, folded, sheet_named
from xlkpi.methods import Method
from xlkpi.numbers import decimals, plain
from xlkpi.place import Address, Place
from xlkpi.rules import Entry, Rule
from xlkpi.texts import Pieces

T = TypeVar("T")
NOTHING: Mapping[Address, Any] = MappingProxyType({})
"""What a grid holds of things that it has none of."""


class State(StrEnum):
    """What a cell turned out to hold. Broken is not blank."""

    BLANK = "blank"
    GOOD = "good"
    BROKEN = "broken"


class Value(NamedTuple, Generic[T]):
    """A value and the cell where it stands."""

    place: Place
    state: State = State.BLANK
    value: T | None = None
    """None unless the state is GOOD."""
    typed: object = None
    """What the cell holds, before it was read."""

    @property
    def blank(self) -> bool:
        """Whether the cell is empty; a broken one is not."""
        return self.state is State.BLANK

    @property
    def good(self) -> bool:
        """Whether there is a value to work with."""
        return self.state is State.GOOD

    @property
    def broken(self) -> bool:
        """Whether something stands there that cannot be read; a finding says what."""
        return self.state is State.BROKEN


Text = Value[str]
Number = Value[Decimal]


class Grid(NamedTuple):
    """The cells of one sheet as the reader gave them, and what only the package tells of them."""

    name: str
    rows: Sequence[Sequence[object]]
    """Row by row from A1; "" is blank. Rows may be shorter than `columns`."""
    errors: Mapping[Address, str] = NOTHING
    """Error values: '#DIV/0!'."""
    formulas: Mapping[Address, tuple[str, bool]] = NOTHING
    """Formula text, and whether the file holds its value."""
    percents: frozenset[Address] = frozenset()
    """Numbers shown as per cent: 0.95 as 95%."""
    signed: frozenset[Address] = frozenset()
    """Numbers with a sign for per cent that only stands there: 95 shown as 95%."""
    formats: Mapping[Address, str] = NOTHING
    """Number formats that may show another number, or another text, than the cell holds."""
    struck: frozenset[Address] = frozenset()
    """Cells that are struck through as a whole."""
    unseen: frozenset[Address] = frozenset()
    """Cells whose font has the colour of what is behind it."""
    pieces: Mapping[Address, Pieces] = NOTHING
    """Texts in pieces that look unlike each other."""
    zeros_hidden: bool = False
    """Whether the sheet shows nothing where 0 stands."""
    merges: tuple[tuple[int, int, int, int], ...] = ()
    """First row, first column, last row, last column."""
    covered: frozenset[Address] = frozenset()
    """Cells under a merge, of which only the first can hold a value."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    hidden: bool = False
    cells: int = 0
    """Cells that hold something, as the package itself tells."""

    def raw(self, row: int, column: int) -> object:
        """Return what the cell holds, "" beyond the edge."""
        if row < 0 or column < 0:
            return ""
        try:
            return self.rows[row][column]
        except IndexError:
            return ""

    def occupied(self, row: int, column: int) -> bool:
        """Whether anything stands in the cell: a broken one counts."""
        held = self.raw(row, column)
        if held is not None and (not isinstance(held, str) or held.strip()):
            return True
        at = (row, column)
        return at in self.errors or (at in self.formulas and not self.formulas[at][1])

    def place(self, row: int, column: int) -> Place:
        """Return the place of a cell of this sheet."""
        return Place(self.name, row, column)


class Datum(NamedTuple):
    """A cell of 基础数据 that a formula refers to."""

    name: str
    """数据项."""
    year: str
    """本年 or 上年."""
    number: Number

    @property
    def words(self) -> str:
        """Say it, and where it stands."""
        value = self.number.value
        said = "（空）" if value is None else plain(value)
        return f"{self.name}（{self.year}）{said}（{self.number.place}）"


class Derived(NamedTuple):
    """实际完成值 that the template computes from 基础数据: recomputed, whatever the cell shows."""

    place: Place
    formula: str
    """As the scored workbook carries it, without the equals sign."""
    named: Named
    """Over names, as a template holds it."""
    value: Decimal | None
    """None where a number is missing or broken, or the formula comes to none."""
    data: tuple[Datum, ...]
    clear: bool
    """Whether it tells per cent from fractions: a 0.8 of it is 0.8 and no 80 %."""
    quotient: bool
    """Whether it divides: 1.2 may be 120 % then."""
    percent: bool
    """Whether the cell shows per cent; `value` counts in percentage points then."""
    problem: str = ""
    """The code of what keeps it from a value when all the numbers are there."""

    @property
    def missing(self) -> tuple[Datum, ...]:
        """The numbers that are not there."""
        return tuple(each for each in self.data if each.number.blank)

    @property
    def state(self) -> State:
        """A missing number is no missing answer: its own cell is told."""
        return State.GOOD if self.value is not None else State.BROKEN


class Table(NamedTuple):
    """The table of one sheet, found by its headers."""

    layout: Sheet
    grid: Grid
    header_row: int
    columns: Mapping[str, int]
    """The contract's header text → column."""
    rows: tuple[int, ...]
    """Rows in which at least one input stands."""
    totals: tuple[int, ...] = ()
    """Rows named 合计, 总计 or 小计."""
    remarks: tuple[int, ...] = ()
    """Rows that hold only a note below or between the data."""
    asides: tuple[int, ...] = ()
    """Rows of a tier without points: 其中：…; kept, listed, never scored."""
    derived: Mapping[Address, Derived] = NOTHING
    """Cells that the template computes from 基础数据."""
    doubted: frozenset[str] = frozenset()
    """Headers that are missing while a foreign one stands there, which is told: no cell of them is."""
    dates: frozenset[Address] = frozenset()
    """Cells where a date may be the answer, or has a finding of its own."""

    def place(self, row: int, header: str) -> Place:
        """Return the place of a row's cell; the row itself where the sheet lacks the column."""
        return Place(self.grid.name, row, self.columns.get(header, 0))

    def head(self, header: str) -> Place:
        """Return the place of a header; the header row's start where the sheet lacks the column."""
        return self.place(self.header_row, header)

    def has(self, row: int, header: str) -> bool:
        """Whether anything stands in that cell."""
        return header in self.columns and self.grid.occupied(row, self.columns[header])


class Source(NamedTuple):
    """The file that was read."""

    file: str
    """Path as given."""
    sha256: str
    size: int = 0
    producer: str = ""
    """The program that wrote it, as it says itself."""
    cells: int = 0
    """Non-blank cells in the package."""


class Parameters(NamedTuple):
    """The settings in force: the sheet's, else the defaults."""

    values: Mapping[str, Value[str]]
    """By name; `place` tells the cell, or the file as a whole for a default."""
    numbers: Mapping[str, Decimal]
    """The numeric ones; per cents as percentage points."""

    def text(self, name: str) -> str:
        """Return the setting as text."""
        return self.values[name].value or ""

    def in_force(self, parameter: Parameter) -> str | Decimal:
        """Return the setting as an output's cell holds it: a word, a number, 0.8 for 80%."""
        if parameter.choices:
            return self.text(parameter.name)
        number = self.numbers[parameter.name]
        return number.scaleb(-2) if parameter.percent else number

    @property
    def places(self) -> int:
        """小数位数."""
        return int(self.numbers["小数位数"])

    @property
    def hundred(self) -> bool:
        """Whether marks are out of 100 (百分制) instead of out of 分值."""
        return self.text("打分制") == "百分制"

    @property
    def trim_from(self) -> int:
        """去极值最少人数."""
        return int(self.numbers["去极值最少人数"])

    @property
    def trimmed(self) -> int:
        """去极值个数: how many marks go at either end."""
        return int(self.numbers["去极值个数"])


class Member(NamedTuple):
    """A member of the group, a row of 评价工作组."""

    row: int
    name: Text
    post: Text
    role: Text
    status: Text
    """是, 否 or 缺席."""
    weight: Number
    group: Text
    """评分组, as the first of its members spells it."""
    group_weight: Number

    @property
    def scores(self) -> bool:
        """Whether this member is to score."""
        return self.status.value == "是"

    @property
    def group_key(self) -> str:
        """The 评分组 as it is compared; "" where there is none."""
        return folded(self.group.value)


class Group(NamedTuple):
    """Scorers whose marks become one before the groups' weights count: a 评分组."""

    name: str
    key: str
    weight: Number
    """组权重, in the first row that tells it."""


class Project(NamedTuple):
    """A row of 预算执行."""

    row: int
    name: Text
    kind: Text
    initial: Number
    budget: Number
    fiscal: Number
    received: Number
    executed: Number
    reason: Text


class Fund(NamedTuple):
    """A row of 资金来源."""

    row: int
    name: Text
    initial: Number
    budget: Number
    executed: Number


class Aside(NamedTuple):
    """A row of a tier without points, which explains the row above: 其中：…."""

    level: int
    name: Text
    code: Text
    key: str
    """The code as it is compared, "" where there is none, or where it is an indicator's."""
    why: str
    """The code of the finding that tells it."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A first- or second-level indicator."""

    level: int
    row: int
    code: Text
    key: str
    """The code as it is compared; "" where it is missing or broken."""
    parent: Text
    parent_key: str
    name: Text
    points: Number

    @property
    def label(self) -> str:
        """What it is called in a sentence: its code, else its name, else its row."""
        return self.code.value or self.name.value or f"第 {self.row + 1} 行"


@dataclass(frozen=True, slots=True)
class Indicator(Tier):
    """A third-level indicator."""

    nature: Text
    target: Number
    """The number in 年度指标值; blank where a text stands there and no rule needs a number."""
    target_text: Text
    unit: Text
    actual: Number
    actual_sign: str
    """The operator typed before it, "" where there is none."""
    actual_text: Text
    in_points: bool
    """Whether 实际完成值 was read in percentage points, by its unit or by the per cent typed there."""
    dated: bool
    """Whether target and actual are dates; their numbers are then those that a spreadsheet holds for days."""
    target_unit: str
    """What was typed behind the number that was read as the target, where 计量单位 is empty."""
    actual_unit: str
    method: Text
    degree: Text
    cut: Number
    cut_reason: Text
    reason: Text
    """偏差原因分析及改进措施."""

    @property
    def judged(self) -> bool:
        """Whether scorers mark it."""
        return methods.judged(self.method.value)

    @property
    def applies(self) -> bool:
        """Whether it is scored at all."""
        return self.method.value != methods.NOT_APPLICABLE


class Mark(NamedTuple):
    """One scorer's row for one indicator."""

    row: int
    code: Text
    key: str
    mark: Number
    remark: Text
    recused: bool


class Ballot(NamedTuple):
    """One scorer's sheet."""

    table: Table
    scorer: Text
    marks: tuple[Mark, ...]
    signed: Mapping[str, Text] = MappingProxyType({})
    """签字 and 日期 beside the scorer's name, where something stands there."""

    def by_key(self) -> dict[str, Mark]:
        """Return the first row of each code."""
        found: dict[str, Mark] = {}
        for mark in self.marks:
            found.setdefault(mark.key, mark)
        return found


class Stranger(NamedTuple):
    """A sheet under a name that the format does not know, whose table looks like one of the format's."""

    layout: Sheet
    """What it looks like."""
    head: Place
    """Where its header row begins."""
    scorer: str = ""
    """The name beside 评分人, where it looks like a ballot."""


class Survey(NamedTuple):
    """A row of 满意度调查."""

    row: int
    code: Text
    key: str
    asked: Text
    """调查对象."""
    way: Text
    """调查方式."""
    sent: Number
    """发放问卷."""
    votes: tuple[Number, Number, Number, Number]
    """很满意, 满意, 基本满意, 不满意."""


class Extra(NamedTuple):
    """A row of 加减分: what a document adds, takes away, or forbids."""

    row: int
    what: Text
    kind: Text
    """加分, 减分 or 否决."""
    points: Number
    effect: Text
    """后果 of a 否决."""
    basis: Text
    """依据."""


class Reviewed(NamedTuple):
    """A row of 复核: what the office above made of one indicator."""

    row: int
    code: Text
    key: str
    actual: Text
    """复核完成值."""
    score: Number
    """复核得分; blank: the self-evaluation's stands."""
    reason: Text
    """扣分原因."""
    reviewer: Text
    own: Text
    """自评得分 as somebody typed it; the blank leaves it empty, and a result computes it."""

    @property
    def done(self) -> bool:
        """Whether anything but the code stands there."""
        return not (self.score.blank and self.actual.blank and self.reason.blank)


class Grade(NamedTuple):
    """A row of 等级标准."""

    row: int
    name: Text
    bound: Number
    meaning: Text
    use: Text


class Merged(NamedTuple):
    """A row of 合并记录: whose ballot came of which file."""

    scorer: Text
    file: Text
    sha256: Text


class Counted(NamedTuple):
    """What became of the cells of one sheet; the kinds add up to `cells`."""

    sheet: str
    cells: int
    """Cells that hold something, as the package tells."""
    used: int = 0
    """Read as answers."""
    checked: int = 0
    """Totals, which are held against their parts."""
    computed: int = 0
    """Computed by the template: never trusted, worked out anew."""
    words: int = 0
    """Headers, instructions, explanations."""
    listed: int = 0
    """Not used: notes, columns and sheets of one's own."""
    empty: int = 0
    """Texts without a letter."""

    @property
    def kinds(self) -> tuple[int, ...]:
        """The counts that add up to `cells`."""
        return self[2:]


class Filled(NamedTuple):
    """A workbook as it was filled in."""

    source: Source
    grids: tuple[Grid, ...]
    """The format's sheets that stand in the file, in its order."""
    tables: Mapping[str, Table]
    """By sheet name of the format; ballots are under `ballots`."""
    template: str
    version: int | None
    format_places: tuple[Place, Place]
    """Where the template's name and the version stand; the file as a whole where they do not."""
    info: Mapping[str, Text]
    parameters: Parameters
    members: tuple[Member, ...]
    projects: tuple[Project, ...]
    funds: tuple[Fund, ...]
    tier1: tuple[Tier, ...]
    tier2: tuple[Tier, ...]
    indicators: tuple[Indicator, ...]
    ballots: tuple[Ballot, ...]
    grades: tuple[Grade, ...]
    entries: tuple[Entry, ...]
    """The rows of 评分规则, sound or not."""
    rules: Mapping[str, Rule]
    """The sound ones, by folded name."""
    surveys: tuple[Survey, ...]
    extras: tuple[Extra, ...]
    reviews: tuple[Reviewed, ...]
    """复核, row by row; a sheet of which only the codes stand there says nothing."""
    readings: Mapping[Place, Decimal]
    """Every number that was read from something else than itself: "90分" → 90."""
    guide: Grid | None = None
    """填表说明, whose words are carried into the outputs."""
    strangers: tuple[Stranger, ...] = ()
    """Sheets that look like the format's under another name; nothing in them was used."""
    result_sheets: tuple[str, ...] = ()
    """Result sheets that stand in the file: those of a scored workbook."""
    part: str = ""
    """Of a split workbook: 主表, or 评分人： and the name; "" for a whole workbook."""
    merged: tuple[Merged, ...] = ()
    asides: tuple[Aside, ...] = ()
    census: tuple[Counted, ...] = ()
    """What became of every cell, a line a sheet."""

    def misplaced(self, sheet: Sheet) -> bool:
        """Whether a sheet that is missing or empty seems to stand under another name: a finding tells."""
        table = self.tables.get(sheet.name)
        return not (table and table.rows) and any(s.layout is sheet for s in self.strangers)

    def has_sheet(self, sheet: Sheet) -> bool:
        """Whether a sheet of the format stands in the file, whether its table was found or not."""
        return any(sheet_named(grid.name) is sheet for grid in self.grids)

    @property
    def finest_places(self) -> int:
        """小数位数, or the most decimals that a 分值 has: no sum of scores has more."""
        points = (each.points.value for each in self.indicators if each.applies)
        return max(self.parameters.places, *(decimals(each) for each in points if each), 0)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The 评分组 of those who are to score or were absent, in order; () unless there are two."""
        named: dict[str, Group] = {}
        for member in self.members:
            key = member.group_key
            if key and member.status.value != "否":
                group = Group(member.group.value or "", key, member.group_weight)
                named.setdefault(key, group)
        for member in self.members:
            known = named.get(member.group_key)
            if known and known.weight.blank and not member.group_weight.blank:
                named[known.key] = known._replace(weight=member.group_weight)
        return tuple(named.values()) if len(named) > 1 else ()

    def asides_of(self, level: int) -> dict[str, Aside]:
        """Return the rows without points of a tier by their codes, of those that have one of their own."""
        return {each.key: each for each in self.asides if each.level == level and each.key}

    @property
    def identity(self) -> str:
        """Whose workbook it is, whatever the file is called."""
        names = ("部门名称", "评价年度", "评价类型", "项目名称")
        return fingerprint.identity(*(self.said(name) for name in names))

    def way(self, indicator: Indicator) -> Method | None:
        """Return what computes an indicator; None where scorers mark it or it does not apply."""
        return methods.find(indicator.method.value, self.rules)

    def votes(self, key: str) -> methods.Votes | None:
        """Add up the rows of 满意度调查 of an indicator; None where a number is missing."""
        rows = [row.votes for row in self.surveys if row.key == key]
        kinds = [[vote.value for vote in kind] for kind in zip(*rows, strict=True)]
        counts = [[value for value in kind if value is not None] for kind in kinds]
        if not rows or [len(kind) for kind in counts] != [len(rows)] * len(kinds):
            return None
        return methods.Votes(*(int(sum(kind)) for kind in counts))

    @property
    def dates(self) -> frozenset[Place]:
        """The cells that were read as dates."""
        dated = (each for each in self.indicators if each.dated)
        return frozenset(cell.place for each in dated for cell in (each.target, each.actual))

    def said(self, name: str) -> str:
        """Return a line of 基本信息, "" where it is empty."""
        held = self.info.get(name)
        return (held.value or "") if held else ""


class Given(NamedTuple):
    """What one scorer gave one indicator."""

    scorer: str
    place: Place
    mark: Decimal | None
    """As typed; None for a recusal."""
    weight: Number | None = None
    """评分权重, where it counts: by 加权平均, of who marked."""
    group: str = ""
    """The key of the 评分组, where groups count."""


class Part(NamedTuple):
    """What a 评分组 gave one indicator."""

    group: Group
    mean: Fraction | None
    """By 综合方法, in the scale of the marks; None where nobody of the group marked it."""
    words: str
    """How it came of the group's marks."""


class Working(NamedTuple):
    """How one third-level indicator got its score."""

    indicator: Indicator
    given: tuple[Given, ...]
    """One for each scorer in the order of the ballots; empty where the indicator is computed."""
    exact: Fraction
    """Before rounding."""
    score: Decimal
    """Rounded half-up to 小数位数, at most 分值; 0, and nowhere printed, where it does not apply.

    It carries the decimals that it is printed with."""
    formula: Formula
    """The unrounded value over names that the writer knows."""
    words: str
    """What was done, for this indicator."""
    method: Method | None = None
    """What computed it; None where scorers marked it or it does not apply."""
    case: methods.Case | None = None
    """What that looked at."""
    parts: tuple[Part, ...] = ()
    """One for each of the groups that score, where groups count; `formula` is over their means."""
    part_formula: Formula = Formula("")
    """The mean of one group, over its own marks."""

    @property
    def applies(self) -> bool:
        """Whether there is a score."""
        return self.indicator.applies


class TierScore(NamedTuple):
    """The score of an indicator of any tier."""

    tier: Tier
    points: Decimal
    score: Decimal
    applicable: Decimal
    """The part of the points that applies; less where an indicator below is 不适用."""

    @property
    def applies(self) -> bool:
        """Whether any indicator below applies: if none, `score` is 0 and nowhere printed."""
        return self.applicable != 0

    @property
    def rate(self) -> Fraction:
        """Score ÷ the points that apply, 0 where there are none."""
        return Fraction(self.score) / Fraction(self.applicable) if self.applicable else Fraction(0)


class Budget(NamedTuple):
    """The sums of 预算执行, over the projects and the basic expenditure together."""

    projects: int
    """Rows of 项目支出."""
    budget: Decimal
    fiscal: Decimal
    executed: Decimal

    @property
    def rate(self) -> Fraction:
        """执行率, 0 where the budget is 0."""
        return Fraction(self.executed) / Fraction(self.budget) if self.budget else Fraction(0)


Tiers = tuple[tuple[TierScore, ...], tuple[TierScore, ...], tuple[TierScore, ...]]
"""First, second and third level, in the order of their sheets."""


class Extras(NamedTuple):
    """What 加减分 comes to."""

    plus: tuple[Extra, ...]
    minus: tuple[Extra, ...]
    zero: Extra | None = None
    """The first 否决 by which the total counts as 0."""
    lowest: Extra | None = None
    """The first by which the grade is the lowest."""
    not_best: Extra | None = None
    """The first by which the grade is not the best."""

    @property
    def points(self) -> Decimal:
        """Σ 加分 − Σ 减分."""
        signed = [(each, 1) for each in self.plus] + [(each, -1) for each in self.minus]
        return sum((sign * (each.points.value or Decimal(0)) for each, sign in signed), Decimal(0))

    @property
    def vetoes(self) -> tuple[Extra, ...]:
        """Those of 否决 that do something, the gravest first."""
        return tuple(each for each in (self.zero, self.lowest, self.not_best) if each)


NO_EXTRAS = Extras((), ())


class Summed(NamedTuple):
    """What the scores of the third level come to."""

    tiers: Tiers
    added: Decimal
    """Σ of tier one."""
    applicable: Decimal
    """分值 of the indicators that apply; below 100 the sum is rescaled."""
    rescaled: Decimal
    """`added` × 100 ÷ `applicable`, rounded once more; `added` itself where all apply."""
    total: Decimal
    grade: Grade


class Review(NamedTuple):
    """What the office above came to, beside the self-evaluation, whose figures stand."""

    summed: Summed
    rows: Mapping[str, Reviewed]
    """By the key of the indicator."""
    deviation: Fraction
    """(自评 − 复核) ÷ 自评; 0 where the self-evaluation's total is 0."""


class Scored(NamedTuple):
    """What came of scoring a workbook."""

    scorers: tuple[Ballot, ...]
    """Those whose marks were asked for, in the order of 评价工作组."""
    workings: tuple[Working, ...]
    tiers: Tiers
    total: Decimal
    grade: Grade
    summed: Summed
    """How total and grade came of the scores."""
    budget: Budget | None
    review: Review | None = None
    extras: Extras = NO_EXTRAS
    """What 加减分 does to the total and the grade."""
    groups: tuple[Group, ...] = ()
    """The 评分组 that score; the scorers of each stand side by side. () where groups do not count."""
    grouped: tuple[int, ...] = ()
    """How many scorers each of them has."""


class Status(StrEnum):
    """How it ended."""

    SCORED = "scored"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that is known of one source, whether it could be scored or not."""

    source: Source
    findings: tuple[Finding, ...]
    filled: Filled | None = None
    scored: Scored | None = None
    folded: tuple[Finding, ...] = ()
    """The notes of which one of `findings` stands for many, each by itself."""

    @property
    def status(self) -> Status:
        """Scored, refused (errors), or unreadable (not a workbook)."""
        if self.filled is None:
            return Status.UNREADABLE
        return Status.SCORED if self.scored else Status.REFUSED

    def count(self, severity: Severity) -> int:
        """Return how many findings of that severity there are."""
        return sum(1 for each in self.findings if each.severity is severity)


Fields = Mapping[str, "str | Decimal"]
"""One row to be written: header → what stands there; what is not named stays empty."""


class Contents(NamedTuple):
    """What a standard workbook is made of: a template's text, or a sample's."""

    template: str
    about: str
    """What the template is for, one paragraph."""
    sheets: Mapping[str, tuple[Fields, ...]]
    """Rows by sheet name of the format."""
    ballots: tuple[tuple[str, tuple[Fields, ...]], ...] = ()
    """Scorers and the rows that their sheets already have; empty in a template."""
    signed: Mapping[str, Fields] = MappingProxyType({})
    """Scorers and what stands beside 签字 and 日期 on their sheets."""
    part: str = ""
    """Which part of a split workbook it is, as in `Filled`."""
