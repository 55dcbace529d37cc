"""What people filled in: the rows of the input sheets as typed values, and the whole workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from xlkpi.domain import fingerprint, methods
from xlkpi.domain.cells import Grid, Number, Table, Text
from xlkpi.domain.custom_rules import Entry, Rule
from xlkpi.domain.indicators import Indicator, OfWhichRow, Tier
from xlkpi.domain.location import CellRef
from xlkpi.domain.methods import Method
from xlkpi.domain.numbers import decimals
from xlkpi.domain.parameters import Parameters
from xlkpi.domain.schema import SOURCE_SHEET, TEXTS, Sheet, canonical, folded, sheet_named


class Source(NamedTuple):
    """The file that was read."""

    file: str
    """Path as given."""
    sha256: str
    size: int = 0
    producer: str = ""
    """The program that wrote it, by its own account."""
    cells: int = 0
    """Non-blank cells in the package."""


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
    def is_scorer(self) -> bool:
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
    """组权重, from the first row that has it."""


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
    """签字 and 日期 → the texts beside them, where there are any."""

    def by_key(self) -> dict[str, Mark]:
        """Return the first row of each code."""
        found: dict[str, Mark] = {}
        for mark in self.marks:
            found.setdefault(mark.key, mark)
        return found


class MisnamedSheet(NamedTuple):
    """A sheet under a name that the format does not know, whose table looks like one of the format's."""

    sheet: Sheet
    """What it looks like."""
    head: CellRef
    """Where its header row begins."""
    scorer: str = ""
    """The name beside 评分人, where it looks like a ballot."""


class Survey(NamedTuple):
    """A row of 满意度调查."""

    row: int
    code: Text
    key: str
    respondents: Text
    """调查对象."""
    method: Text
    """调查方式."""
    sent: Number
    """发放问卷."""
    votes: tuple[Number, Number, Number, Number]
    """很满意, 满意, 基本满意, 不满意."""


class Adjustment(NamedTuple):
    """A row of 加减分: points that a document adds or deducts, or a grade that it forbids."""

    row: int
    what: Text
    kind: Text
    """加分, 减分 or 否决."""
    points: Number
    effect: Text
    """后果 of a 否决."""
    basis: Text
    """依据."""


class ReviewRow(NamedTuple):
    """A row of 复核: the reviewing authority's result for one indicator."""

    row: int
    code: Text
    key: str
    actual: Text
    """复核完成值."""
    score: Number
    """复核得分; if blank, the self-evaluation's score counts."""
    reason: Text
    """扣分原因."""
    reviewer: Text
    own: Text
    """自评得分 as somebody typed it; the blank leaves it empty, and a result computes it."""

    @property
    def done(self) -> bool:
        """Whether anything but the code is filled in."""
        return not (self.score.blank and self.actual.blank and self.reason.blank)


class Grade(NamedTuple):
    """A row of 等级标准."""

    row: int
    name: Text
    bound: Number
    meaning: Text
    use: Text


class MergedBallot(NamedTuple):
    """A row of 合并记录: which file a scorer's ballot comes from."""

    scorer: Text
    file: Text
    sha256: Text


class CellCounts(NamedTuple):
    """How the cells of one sheet were used; the kinds add up to `cells`."""

    sheet: str
    cells: int
    """Non-blank cells, as counted in the package."""
    used: int = 0
    """Read as answers."""
    checked: int = 0
    """Totals, which are compared with the sum of their parts."""
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
    """The format's sheets that the file contains, in its order."""
    tables: Mapping[str, Table]
    """By sheet name of the format; ballots are under `ballots`."""
    template: str
    version: int | None
    format_places: tuple[CellRef, CellRef]
    """The cells of the template's name and of the version; the file as a whole if it has none."""
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
    adjustments: tuple[Adjustment, ...]
    reviews: tuple[ReviewRow, ...]
    """复核, row by row; a sheet with nothing but codes counts as empty."""
    readings: Mapping[CellRef, Decimal]
    """Every number that was read from something else than itself: "90分" → 90."""
    guide: Grid | None = None
    """填表说明, whose words are carried into the outputs."""
    misnamed_sheets: tuple[MisnamedSheet, ...] = ()
    """Sheets that look like the format's under another name; nothing in them was used."""
    result_sheets: tuple[str, ...] = ()
    """Result sheets in the file: those of a scored workbook."""
    part: str = ""
    """Of a split workbook: 主表, or 评分人： and the name; "" for a whole workbook."""
    merged: tuple[MergedBallot, ...] = ()
    of_which: tuple[OfWhichRow, ...] = ()
    cell_counts: Sequence[CellCounts] = ()
    """How every cell was used, one entry for each sheet."""

    def misplaced(self, sheet: Sheet) -> bool:
        """Whether a missing or empty sheet seems to have another name, which has a finding."""
        table = self.tables.get(sheet.name)
        return not (table and table.rows) and any(s.sheet is sheet for s in self.misnamed_sheets)

    def has_sheet(self, sheet: Sheet) -> bool:
        """Whether the file contains a sheet of the format, with or without its table."""
        return any(sheet_named(grid.name) is sheet for grid in self.grids)

    def chapter_row(self, chapter: str) -> int | None:
        """Return the row of a chapter of 文字材料, known by the number before its name; None without one."""
        table = self.tables.get(TEXTS.name)
        number = canonical(chapter).partition(")")[0] + ")"
        column = table.columns.get(TEXTS.key, -1) if table else -1
        for row in table.rows if table else ():
            if canonical(str(table.grid.raw(row, column) if table else "")).startswith(number):
                return row
        return None

    @property
    def from_result(self) -> bool:
        """Whether the file is a scored workbook: its inputs were checked before, and are what was read."""
        return SOURCE_SHEET in self.result_sheets

    @property
    def finest_decimals(self) -> int:
        """小数位数, or the most decimals that a 分值 has: no sum of scores has more."""
        points = (each.points.value for each in self.indicators if each.applies)
        return max(self.parameters.decimals, *(decimals(each) for each in points if each), 0)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The 评分组 of those who are to score or were absent, in order; () unless there are two."""
        if not any(member.group.value for member in self.members):
            return ()
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

    def of_which_by_key(self, level: int) -> dict[str, OfWhichRow]:
        """Return the rows without points of a tier by their codes, of those that have one of their own."""
        return {each.key: each for each in self.of_which if each.level == level and each.key}

    @property
    def identity(self) -> str:
        """A hash of department, year, kind and project, which does not depend on the file's name."""
        names = ("部门名称", "评价年度", "评价类型", "项目名称")
        return fingerprint.identity(*(self.info_text(name) for name in names))

    def method_of(self, indicator: Indicator) -> Method | None:
        """Return the method that computes an indicator; None if scorers mark it or it does not apply."""
        name = indicator.method.value
        return None if name == methods.JUDGED else methods.find(name, self.rules)

    def votes(self, key: str) -> methods.Votes | None:
        """Add up the rows of 满意度调查 of an indicator; None where a number is missing."""
        rows = [row.votes for row in self.surveys if row.key == key]
        kinds = [[vote.value for vote in kind] for kind in zip(*rows, strict=True)]
        counts = [[value for value in kind if value is not None] for kind in kinds]
        if not rows or [len(kind) for kind in counts] != [len(rows)] * len(kinds):
            return None
        return methods.Votes(*(int(sum(kind)) for kind in counts))

    @property
    def dates(self) -> frozenset[CellRef]:
        """The cells that were read as dates."""
        dated = (each for each in self.indicators if each.dated)
        return frozenset(cell.place for each in dated for cell in (each.target, each.actual))

    def info_text(self, name: str) -> str:
        """Return a line of 基本信息, "" where it is empty."""
        value = self.info.get(name)
        return (value.value or "") if value else ""
