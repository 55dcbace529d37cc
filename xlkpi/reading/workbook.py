"""Tables → the filled workbook: every noun with typed values, and the findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from xlkpi.domain import schema
from xlkpi.domain.assessed_year import read_year
from xlkpi.domain.cells import Number, State, Table, Text, Value
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import (
    Ballot,
    Filled,
    Fund,
    Grade,
    Member,
    MergedBallot,
    Project,
    ReviewRow,
    Source,
)
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import ANY, NOT_NEGATIVE, POSITIVE, UP_TO_100, ValueRange
from xlkpi.domain.schema import canonical
from xlkpi.domain.text import as_text, tidy
from xlkpi.reading import broken_cells, deadlines, displayed, optional_sheets, tables
from xlkpi.reading.base_data import mark_derived_cells
from xlkpi.reading.cell_counts import CellCountLines
from xlkpi.reading.marks import read_mark
from xlkpi.reading.misnamed_sheets import find_misnamed_sheets
from xlkpi.reading.open import KnownSheets, OpenedWorkbook, find_named_cell
from xlkpi.reading.parameters import read_parameters
from xlkpi.reading.scorer_name import read_scorer, read_signatures
from xlkpi.reading.tiers import code_spellings, read_indicators, read_of_which, read_tiers
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
        if sheet is schema.BALLOT:
            ballots.append(table)
        else:
            found[sheet.name] = table
    likely, others = find_misnamed_sheets(book.foreign)
    findings += [finding("X108", CellRef(name), name) for name in others]
    reader = Reader(from_result=schema.SOURCE_SHEET in book.result_sheets)
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

    def filled(self, book: KnownSheets, ballots: list[Table], source: Source) -> Filled:
        info = self._info()
        year = deadlines.year_of(info.get(schema.YEAR))
        money = (info["金额单位"].value or "万元") if "金额单位" in info else "万元"
        template, version = _format(book)
        digits = _VERSION.search(version.value or "")
        tier1 = tuple(read_tiers(self.reader, self._table(schema.TIER1), 1, {}))
        tier2 = tuple(read_tiers(self.reader, self._table(schema.TIER2), 2, code_spellings(tier1)))
        entries = tuple(optional_sheets.read_rule_entries(self.reader, self._table(schema.RULES)))
        rules = optional_sheets.build_rules(entries)
        tier3 = self._table(schema.TIER3)
        above = code_spellings(tier2)
        indicators = tuple(read_indicators(self.reader, tier3, rules, above, year))
        spelling = code_spellings(indicators)
        parameters = read_parameters(self.reader, self._table(schema.PARAMETERS))
        whole = {each.key: ValueRange(Decimal(0), each.points.value) for each in indicators}
        marks = dict.fromkeys(whole, UP_TO_100) if parameters.out_of_100 else whole
        return Filled(
            source=source,
            grids=book.grids,
            tables=self.tables,
            template=template.value or "",
            version=int(digits[0]) if digits and len(digits[0]) < 9 else None,
            format_places=(template.place, version.place),
            info=info,
            parameters=parameters,
            members=tuple(self._members()),
            projects=tuple(self._projects(money)),
            funds=tuple(self._funds(money)),
            tier1=tier1,
            tier2=tier2,
            indicators=indicators,
            ballots=tuple(self._ballot(table, spelling, marks) for table in ballots),
            grades=tuple(self._grades()),
            entries=entries,
            rules=rules,
            surveys=tuple(optional_sheets.read_surveys(self.reader, self._table(schema.SURVEY))),
            adjustments=tuple(
                optional_sheets.read_adjustments(self.reader, self._table(schema.ADJUSTMENT))
            ),
            reviews=tuple(self._reviews(spelling, whole)),
            readings=self.reader.readings,
            guide=book.guide,
            result_sheets=book.result_sheets,
            part=_named_cell(book, schema.PART_NAME).value or "",
            merged=tuple(self._merged()),
            of_which=tuple(read_of_which(self.reader, self.tables, (*tier1, *tier2, *indicators))),
        )

    def _table(self, sheet: schema.Sheet) -> Table | None:
        return self.tables.get(sheet.name)

    def _rows(self, sheet: schema.Sheet) -> Iterator[tuple[Table, int]]:
        table = self._table(sheet)
        if table:
            for row in table.rows:
                yield table, row

    def _info(self) -> dict[str, Text]:
        info: dict[str, Text] = {}
        for table, row in self._rows(schema.INFO):
            name = canonical(self.reader.text(table, row, "项目").value or "").rstrip(":?*")
            value = self.reader.text(table, row, "内容", dates=True)
            if name in info:
                other = info[name].place.cell
                self.reader.findings.append(finding("X712", value.place, name, other=other))
                continue
            if name == schema.YEAR:
                value = self._assessed_year(table, value)
            info[name] = self._one_of(value, schema.INFO_CHOICES.get(name, ()))
        return info

    def _assessed_year(self, table: Table, value: Text) -> Text:
        """Return 评价年度 as four digits, where it is certain; what is none has a finding later."""
        code = table.grid.formats.get((value.place.row, value.place.column), "")
        typed = deadlines.show_partial_date(value.typed, code) or value.value or ""
        year = read_year(typed)
        if not year or year == value.value:
            return value
        self.reader.findings.append(finding("X507", value.place, typed, read=year))
        return value._replace(value=year)

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
        for table, row in self._rows(schema.MEMBERS):
            group = self.reader.text(table, row, "评分组")
            yield Member(
                row=row,
                name=self.reader.text(table, row, "姓名"),
                post=self.reader.text(table, row, "职务"),
                role=self.reader.text(table, row, "分工"),
                status=self.reader.choice(table, row, "是否评分", default=schema.YES),
                weight=self.reader.number(
                    table, row, "评分权重", within=POSITIVE, percent="fraction"
                ),
                group=self._spelled(group, groups),
                group_weight=self.reader.number(
                    table, row, "组权重", within=POSITIVE, percent="fraction"
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

    def _amount(self, table: Table, row: int, header: str, unit: str) -> Number:
        return self.reader.number(table, row, header, (unit,), NOT_NEGATIVE, limit=None)

    def _merged(self) -> Iterator[MergedBallot]:
        for table, row in self._rows(schema.MERGED):
            yield MergedBallot(
                *(self.reader.text(table, row, c.header) for c in schema.MERGED.columns)
            )

    def _projects(self, unit: str) -> Iterator[Project]:
        for table, row in self._rows(schema.EXECUTION):
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
        for table, row in self._rows(schema.FUNDS):
            yield Fund(
                row=row,
                name=self.reader.text(table, row, "资金来源"),
                initial=self._amount(table, row, "年初预算数", unit),
                budget=self._amount(table, row, "全年预算数", unit),
                executed=self._amount(table, row, "全年执行数", unit),
            )

    def _ballot(
        self, table: Table, spelling: dict[str, str], limits: dict[str, ValueRange]
    ) -> Ballot:
        scorer = read_scorer(self.reader, table)
        marks = []
        for row in table.rows:
            code, key = self.reader.code(table, row, "编号", spelling)
            marks.append(read_mark(self.reader, table, row, (code, key), limits.get(key, ANY)))
        return Ballot(table, scorer, tuple(marks), read_signatures(self.reader, table, scorer))

    def _reviews(
        self, spelling: dict[str, str], limits: dict[str, ValueRange]
    ) -> Iterator[ReviewRow]:
        for table, row in self._rows(schema.REVIEW):
            code, key = self.reader.code(table, row, "编号", spelling)
            yield ReviewRow(
                row=row,
                code=code,
                key=key,
                actual=self.reader.text(table, row, "复核完成值"),
                score=self.reader.number(table, row, "复核得分", ("分",), limits.get(key, ANY)),
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
        for table, row in self._rows(schema.GRADES):
            yield Grade(
                row=row,
                name=self.reader.text(table, row, "等级"),
                bound=self.reader.number(table, row, "下限", ("分",), UP_TO_100),
                meaning=self.reader.text(table, row, "含义"),
                use=self.reader.text(table, row, "结果应用"),
            )


def _format(book: KnownSheets) -> tuple[Text, Text]:
    """Return the template's name and the format version, from the defined names' visible cells."""
    return _named_cell(book, schema.TEMPLATE_NAME), _named_cell(book, schema.FORMAT_NAME)


def _named_cell(book: KnownSheets, name: str) -> Text:
    """Return the text of the cell that a defined name points to, blank where it points to none."""
    sheet, cell = find_named_cell(book.package, name)
    for grid in (*book.grids, book.guide, book.provenance):
        if grid and canonical(grid.name) == canonical(sheet) and cell is not None:
            text = tidy(as_text(grid.raw(*cell)))
            return Value(grid.place(*cell), State.GOOD, text) if text else Value(grid.place(*cell))
    return Value(CellRef(""))
