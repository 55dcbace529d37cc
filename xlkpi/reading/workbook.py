"""Tables → the filled workbook: every noun with typed values, and the findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xlkpi.domain import methods, schema
from xlkpi.domain.cells import Number, State, Table, Text, Value
from xlkpi.domain.custom_rules import Rule
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.indicators import Indicator, OfWhichRow, Tier
from xlkpi.domain.inputs import (
    Ballot,
    Filled,
    Fund,
    Grade,
    Mark,
    Member,
    MergedBallot,
    Project,
    ReviewRow,
    Source,
)
from xlkpi.domain.location import CellRef
from xlkpi.domain.schema import (
    ADJUSTMENT,
    BALLOT,
    EXECUTION,
    FUNDS,
    GRADES,
    INFO,
    MEMBERS,
    MERGED,
    PARAMETERS,
    RECUSED,
    REVIEW,
    RULES,
    SOURCE_SHEET,
    SURVEY,
    TIER1,
    TIER2,
    TIER3,
    canonical,
)
from xlkpi.domain.text import as_text, tidy
from xlkpi.reading import broken_cells, deadlines, displayed, optional_sheets, tables
from xlkpi.reading.base_data import mark_derived_cells
from xlkpi.reading.cell_counts import CellCountLines
from xlkpi.reading.misnamed_sheets import find_misnamed_sheets
from xlkpi.reading.open import KnownSheets, OpenedWorkbook, find_named_cell
from xlkpi.reading.parameters import read_parameters
from xlkpi.reading.scorer_name import read_scorer, read_signatures
from xlkpi.reading.targets import read_indicator_values
from xlkpi.reading.values import Reader

_VERSION = re.compile(r"\d+")


def read(data: bytes, file: str) -> tuple[Filled, list[Finding]]:
    """Read the bytes of a workbook that is needed only here: see `read_workbook`."""
    return read_workbook(OpenedWorkbook(file, data))


def read_workbook(workbook: OpenedWorkbook) -> tuple[Filled, list[Finding]]:
    """Read what is filled in; Unreadable where the file is no workbook.

    The findings are those that concern single cells and the finding of tables; what relates cells
    to one another is for the checks.
    """
    book, about_sheets = workbook.known
    findings = list(about_sheets)
    found: dict[str, Table] = {}
    ballots: list[Table] = []
    for grid in book.grids:
        sheet = schema.sheet_named(grid.name)
        assert sheet is not None
        table, problems = tables.find_table(sheet, grid)
        findings.extend(problems)
        if table is None:
            continue
        if sheet is BALLOT:
            ballots.append(table)
        else:
            found[sheet.name] = table
    likely, others = find_misnamed_sheets(book.foreign)
    findings += [finding("X108", CellRef(name), name) for name in others]
    reader = Reader(from_result=SOURCE_SHEET in book.result_sheets)
    found = deadlines.mark_date_cells(dict(mark_derived_cells(reader, found)))
    for table in (*found.values(), *ballots):
        findings.extend(broken_cells.find_broken_inputs(table))
    filled = _Reading(reader, found).filled(book, ballots, _source(workbook))
    unused = [*book.foreign, *([book.problems] if book.problems else [])]
    lines = CellCountLines(book.grids, (*found.values(), *ballots), book.guide, unused)
    findings += reader.all_findings()
    known = frozenset(each.place for each in findings if each.code in displayed.STOPPING_CODES)
    findings += displayed.find_misleading_cells([*found.values(), *ballots], known)
    return filled._replace(misnamed_sheets=likely, cell_counts=lines), findings


def _source(workbook: OpenedWorkbook) -> Source:
    package = workbook.package
    return Source(
        workbook.file, workbook.sha256, len(workbook.data), package.producer, package.cells
    )


class _Reading:
    """One workbook being read: the tables found, and the reader that collects findings."""

    def __init__(self, reader: Reader, found: dict[str, Table]) -> None:
        self.reader = reader
        self.tables = found
        self.year: int | None = None
        """评价年度, where it is one."""

    def filled(self, book: KnownSheets, ballots: list[Table], source: Source) -> Filled:
        info = self._info()
        self.year = deadlines.year_of(info.get("评价年度"))
        money = (info["金额单位"].value or "万元") if "金额单位" in info else "万元"
        template, version = _format(book)
        digits = _VERSION.search(version.value or "")
        tier1 = tuple(self._tiers(1, {}))
        tier2 = tuple(self._tiers(2, _spelling(tier1)))
        entries = tuple(optional_sheets.read_rule_entries(self.reader, self.tables.get(RULES.name)))
        own = optional_sheets.build_rules(entries)
        third = tuple(self._indicators(own, _spelling(tier2)))
        return Filled(
            source=source,
            grids=book.grids,
            tables=self.tables,
            template=template.value or "",
            version=int(digits[0]) if digits and len(digits[0]) < 9 else None,
            format_places=(template.place, version.place),
            info=info,
            parameters=read_parameters(self.reader, self.tables.get(PARAMETERS.name)),
            members=tuple(self._members()),
            projects=tuple(self._projects(money)),
            funds=tuple(self._funds(money)),
            tier1=tier1,
            tier2=tier2,
            indicators=third,
            ballots=tuple(self._ballot(table, _spelling(third)) for table in ballots),
            grades=tuple(self._grades()),
            entries=entries,
            rules=own,
            surveys=tuple(optional_sheets.read_surveys(self.reader, self.tables.get(SURVEY.name))),
            adjustments=tuple(
                optional_sheets.read_adjustments(self.reader, self.tables.get(ADJUSTMENT.name))
            ),
            reviews=tuple(self._reviews(_spelling(third))),
            readings=self.reader.readings,
            guide=book.guide,
            result_sheets=book.result_sheets,
            part=_named_cell(book, schema.PART_NAME).value or "",
            merged=tuple(self._merged()),
            of_which=tuple(self._of_which((*tier1, *tier2, *third))),
        )

    def _rows(self, sheet: schema.Sheet) -> Iterator[tuple[Table, int]]:
        table = self.tables.get(sheet.name)
        if table:
            for row in table.rows:
                yield table, row

    def _info(self) -> dict[str, Text]:
        info: dict[str, Text] = {}
        for table, row in self._rows(INFO):
            name = canonical(self.reader.text(table, row, "项目").value or "").rstrip(":?*")
            value = self.reader.text(table, row, "内容", dates=True)
            if name in info:
                other = info[name].place.cell
                self.reader.findings.append(finding("X712", value.place, name, other=other))
                continue
            info[name] = self._one_of(value, schema.INFO_CHOICES.get(name, ()))
        return info

    def _one_of(self, value: Text, choices: tuple[str, ...]) -> Text:
        if not choices or not value.good:
            return value
        for choice in choices:
            if canonical(choice) == canonical(value.value or ""):
                return value._replace(value=choice)
        listed = "、".join(choices)
        self.reader.findings.append(finding("X510", value.place, value.value or "", choices=listed))
        return Value(value.place, State.BROKEN, typed=value.typed)

    def _members(self) -> Iterator[Member]:
        groups: dict[str, str] = {}
        for table, row in self._rows(MEMBERS):
            group = self.reader.text(table, row, "评分组")
            yield Member(
                row=row,
                name=self.reader.text(table, row, "姓名"),
                post=self.reader.text(table, row, "职务"),
                role=self.reader.text(table, row, "分工"),
                status=self.reader.choice(table, row, "是否评分", default=schema.YES),
                weight=self.reader.number(table, row, "评分权重", example="1", percent="fraction"),
                group=self._spelled(group, groups),
                group_weight=self.reader.number(
                    table, row, "组权重", example="40", percent="fraction"
                ),
            )

    def _spelled(self, name: Text, known: dict[str, str]) -> Text:
        """Return a name as it was spelled first; another spelling of it is reported."""
        if not name.good or name.value is None:
            return name
        spelled = known.setdefault(schema.folded(name.value), name.value)
        if spelled != name.value:
            self.reader.findings.append(finding("X507", name.place, name.value, read=spelled))
        return name._replace(value=spelled)

    def _of_which(self, tiers: Iterable[Tier]) -> Iterator[OfWhichRow]:
        """The rows without points; a code that an indicator has too is the indicator's."""
        known = {(tier.level, tier.key) for tier in tiers}
        for level, sheet in enumerate((TIER1, TIER2, TIER3), start=1):
            table = self.tables.get(sheet.name)
            for row in table.of_which if table else ():
                assert table is not None
                code = self.reader.text(table, row, "编号")
                key = schema.folded(code.value)
                yield OfWhichRow(
                    level, self.reader.text(table, row, sheet.name), code,
                    "" if (level, key) in known else key, tables.finding_code(table, row),
                )  # fmt: skip

    def _amount(self, table: Table, row: int, header: str, unit: str) -> Number:
        return self.reader.number(table, row, header, (unit,), "120.50", limit=None)

    def _merged(self) -> Iterator[MergedBallot]:
        for table, row in self._rows(MERGED):
            yield MergedBallot(*(self.reader.text(table, row, c.header) for c in MERGED.columns))

    def _projects(self, unit: str) -> Iterator[Project]:
        for table, row in self._rows(EXECUTION):
            yield Project(
                row=row,
                name=self.reader.text(table, row, "项目名称"),
                kind=self.reader.choice(table, row, "支出类别", default="项目支出"),
                initial=self._amount(table, row, "年初预算数", unit),
                budget=self._amount(table, row, "全年预算数", unit),
                fiscal=self._amount(table, row, "其中：财政资金", unit),
                received=self._amount(table, row, "到位资金", unit),
                executed=self._amount(table, row, "全年执行数", unit),
                reason=self.reader.text(table, row, "偏差原因"),
            )

    def _funds(self, unit: str) -> Iterator[Fund]:
        for table, row in self._rows(FUNDS):
            yield Fund(
                row=row,
                name=self.reader.text(table, row, "资金来源"),
                initial=self._amount(table, row, "年初预算数", unit),
                budget=self._amount(table, row, "全年预算数", unit),
                executed=self._amount(table, row, "全年执行数", unit),
            )

    def _tiers(self, level: int, spelling: Mapping[str, str]) -> Iterator[Tier]:
        sheet = TIER1 if level == 1 else TIER2
        for table, row in self._rows(sheet):
            yield Tier(**self._tier(table, row, level, spelling))  # type: ignore[arg-type]

    def _tier(
        self, table: Table, row: int, level: int, spelling: Mapping[str, str]
    ) -> dict[str, object]:
        """Read what all tiers have; `spelling` is that of the tier above."""
        parent_header = {1: "", 2: "一级编号", 3: "二级编号"}[level]
        code, key = self.reader.code(table, row, "编号")
        nobody: Text = Value(table.place(row, "编号"))
        parent, parent_key = (
            self.reader.code(table, row, parent_header, spelling) if parent_header else (nobody, "")
        )
        return {
            "level": level,
            "row": row,
            "code": code,
            "key": key,
            "parent": parent,
            "parent_key": parent_key,
            "name": self.reader.text(table, row, table.sheet.name),
            "points": self.reader.number(table, row, "分值", ("分",)),
        }

    def _indicators(
        self, own: Mapping[str, Rule], spelling: Mapping[str, str]
    ) -> Iterator[Indicator]:
        for table, row in self._rows(TIER3):
            method = self._method(table, row)
            unit = self.reader.text(table, row, "计量单位")
            if unit.value and not schema.names_unit(unit.value):
                unit = Value(unit.place)
            way = methods.find(method.value, own)
            found = read_indicator_values(self.reader, table, row, unit, way, self.year)
            yield Indicator(
                **self._tier(table, row, 3, spelling),  # type: ignore[arg-type]
                nature=found.nature,
                target=found.target,
                target_text=self.reader.text(table, row, "年度指标值"),
                unit=unit,
                actual=found.actual,
                actual_sign=found.actual_sign,
                actual_text=self.reader.text(table, row, "实际完成值"),
                in_points=found.in_points,
                dated=found.dated,
                target_unit=found.units[0],
                actual_unit=found.units[1],
                method=method,
                degree=self._degree(table, row),
                deduction=self.reader.number(table, row, "核减分", ("分",)),
                deduction_reason=self.reader.text(table, row, "核减理由"),
                reason=self.reader.text(table, row, "偏差原因分析及改进措施"),
            )

    def _degree(self, table: Table, row: int) -> Text:
        """完成程度: the word, or the official phrase for it."""
        value = self.reader.text(table, row, "完成程度")
        read = schema.DEGREE_PHRASES.get(canonical(value.value or ""))
        if read is None:
            return self.reader.choice(table, row, "完成程度")
        if read != canonical(value.value or ""):
            self.reader.findings.append(finding("X507", value.place, value.value or "", read=read))
        return value._replace(value=read)

    def _method(self, table: Table, row: int) -> Text:
        value = self.reader.text(table, row, "评分方式")
        if value.broken:
            return value
        return Value(value.place, State.GOOD, methods.standard_name(value.value or ""), value.typed)

    def _ballot(self, table: Table, spelling: dict[str, str]) -> Ballot:
        scorer = read_scorer(self.reader, table)
        marks = []
        for row in table.rows:
            code, key = self.reader.code(table, row, "编号", spelling)
            remark = self.reader.text(table, row, "评分说明")
            marks.append(
                Mark(
                    row=row,
                    code=code,
                    key=key,
                    mark=self.reader.number(table, row, "得分", ("分",), "8.5"),
                    remark=remark,
                    recused=bool(remark.value) and canonical(remark.value or "") == RECUSED,
                )
            )
        return Ballot(table, scorer, tuple(marks), read_signatures(self.reader, table, scorer))

    def _reviews(self, spelling: dict[str, str]) -> Iterator[ReviewRow]:
        for table, row in self._rows(REVIEW):
            code, key = self.reader.code(table, row, "编号", spelling)
            yield ReviewRow(
                row=row,
                code=code,
                key=key,
                actual=self.reader.text(table, row, "复核完成值"),
                score=self.reader.number(table, row, "复核得分", ("分",), "8.5"),
                reason=self.reader.text(table, row, "扣分原因"),
                reviewer=self.reader.text(table, row, "复核人"),
                own=self._typed_over(table, row, "自评得分"),
            )

    def _typed_over(self, table: Table, row: int, header: str) -> Text:
        """Return what somebody typed into a computed column; blank where its formula still is."""
        place = table.place(row, header)
        formula = (row, table.columns.get(header, -1)) in table.grid.formulas
        return Value(place) if formula else self.reader.text(table, row, header, dates=True)

    def _grades(self) -> Iterator[Grade]:
        for table, row in self._rows(GRADES):
            yield Grade(
                row=row,
                name=self.reader.text(table, row, "等级"),
                bound=self.reader.number(table, row, "下限", ("分",), "80"),
                meaning=self.reader.text(table, row, "含义"),
                use=self.reader.text(table, row, "结果应用"),
            )


def _spelling(tiers: Sequence[Tier]) -> dict[str, str]:
    """Return each code's key → the code as its own row spells it."""
    return {tier.key: tier.code.value for tier in tiers if tier.code.value}


def _format(book: KnownSheets) -> tuple[Text, Text]:
    """Return the template's name and the format version, from the defined names' visible cells."""
    return _named_cell(book, schema.TEMPLATE_NAME), _named_cell(book, schema.FORMAT_NAME)


def _named_cell(book: KnownSheets, name: str) -> Text:
    """Return the text of the cell that a defined name points to, blank where it points to none."""
    sheet, cell = find_named_cell(book.package, name)
    for grid in (*book.grids, *([book.guide] if book.guide else [])):
        if canonical(grid.name) == canonical(sheet) and cell is not None:
            text = tidy(as_text(grid.raw(*cell)))
            return Value(grid.place(*cell), State.GOOD, text) if text else Value(grid.place(*cell))
    return Value(CellRef(""))
