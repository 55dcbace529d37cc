"""Contents → a standard workbook to be filled in: instructions, inputs, and checks while typing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlkpi.domain import methods, schema
from xlkpi.domain.location import a1
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.writing import computed_columns
from xlkpi.writing.blank import base_data, guide, live_checks, owed, setting_choices, unasked
from xlkpi.writing.blank.ballots import put_ballot
from xlkpi.writing.blank.head import put_filter, put_head, spot_of
from xlkpi.writing.book import Book, Validation
from xlkpi.writing.book import Sheet as Worksheet
from xlkpi.writing.computed_columns import Spot

_CHECKED = (schema.TIER1, schema.TIER2, schema.TIER3)


def blank(contents: Contents, extra: Sequence[str] = ()) -> Book:
    """Return the workbook of these contents; `extra` names optional sheets that are wanted."""
    book = Book(contents.template)
    front = book.sheet(schema.GUIDE_SHEET, "rare")
    ballots = contents.ballots
    spots = {
        sheet.name: spot_of(sheet, sheet.name, contents.sheets.get(sheet.name, ()))
        for sheet in schema.SHEETS
    }
    contents, computed = base_data.computed(
        contents, spots[schema.BASE_DATA.name], spots[schema.TIER3.name]
    )
    for sheet in schema.SHEETS:
        rows = contents.sheets.get(sheet.name, ())
        if sheet is schema.REVIEW and sheet.name in extra and not rows:
            rows = tuple({"编号": row["编号"]} for row in _listed(contents))
            spots[sheet.name] = spot_of(sheet, sheet.name, rows)
        if not _stands(sheet, contents, extra):
            continue
        _table(book, sheet, rows, spots, contents)
        if sheet is schema.TIER3:
            base_data.put(book.sheets[-1], computed)
            listed = _listed(contents)
            for scorer, marks in ballots:
                beside = contents.signed.get(scorer, {})
                put_ballot(book, scorer, listed, marks, beside, spots)
    guide.front(front, book, contents, [schema.BALLOT_PREFIX + scorer for scorer, _ in ballots])
    return book


def _stands(sheet: schema.Sheet, contents: Contents, extra: Sequence[str]) -> bool:
    if contents.sheets.get(sheet.name):
        return True
    if contents.part.startswith(schema.SCORERS_PART):
        return (
            sheet.required or sheet is schema.PARAMETERS if sheet in schema.PART_SHEETS else False
        )
    return not sheet.optional or sheet.name in extra


def _table(
    book: Book,
    sheet: schema.Sheet,
    rows: Sequence[Fields],
    spots: dict[str, Spot],
    contents: Contents,
) -> None:
    """Put a table; in a scorer's part it is only to be seen."""
    seen = contents.part.startswith(schema.SCORERS_PART)
    spot = spots[sheet.name]
    worksheet = book.sheet(sheet.name, "rare" if seen else sheet.tab)
    columns = sheet.shown(rows)
    needed = [column for column in columns if column.required and not _fixed(sheet, column)]
    put_head(worksheet, columns, sheet.name, guide.SEEN if seen else sheet.guide, needed)
    for row in range(spot.first, spot.last + 1):
        given = rows[row - spot.first] if row - spot.first < len(rows) else {}
        for column in columns:
            _input(worksheet, sheet, spot, row, column, given)
    _computed(worksheet, sheet, spots, rows, _caliber(contents))
    if sheet is schema.REVIEW:
        _reviewed(worksheet, spot, rows, contents, spots[schema.TIER3.name])
    for column in columns:
        _validate(worksheet, sheet, spot, column)
    setting_choices.put(worksheet, sheet, rows)
    projects = None if seen else contents.sheets.get(schema.EXECUTION.name, ())
    live_checks.checks(worksheet, sheet, spots, rows, projects)
    if not seen:
        owed.put(worksheet, sheet, spot, contents)
    combined = _set(contents, "综合方法")
    unasked.grey(worksheet, sheet, spot, spots[schema.PARAMETERS.name], combined)
    unasked.fold(worksheet, sheet, spot, frozenset(header for row in rows for header in row))
    if sheet not in _FORMS:
        put_filter(worksheet, spot)
    if seen or sheet is schema.MERGED:
        _lock(worksheet)


def _lock(worksheet: Worksheet) -> None:
    """Take away what invites to fill in a sheet."""
    worksheet.validations.clear()
    for at, cell in worksheet.cells.items():
        if cell.style == "head.need":
            worksheet.cells[at] = cell._replace(style="head")
        elif cell.style.partition(":")[0].partition(".")[0] in ("input", "setting"):
            kind = cell.style.removeprefix("input").removeprefix("setting")
            worksheet.cells[at] = cell._replace(style=f"locked{kind}")


_FORMS = (schema.INFO, schema.PARAMETERS, schema.TEXTS, schema.MERGED)
"""Sheets with the same lines in every workbook, where there is nothing to filter."""


def _fixed(sheet: schema.Sheet, column: schema.Column) -> bool:
    """Whether the template fills in a column of a sheet."""
    if sheet in (schema.INFO, schema.PARAMETERS):
        return column.header in ("项目", "参数", "填写说明", "说明")
    return sheet is schema.TEXTS and column.header in ("章节", "填写说明", "上限")


def _style(sheet: schema.Sheet, column: schema.Column) -> str:
    open_to_change = "setting" if sheet in schema.SETTINGS else "input"
    look = "locked" if column.computed or _fixed(sheet, column) else open_to_change
    if column.kind is schema.Kind.CODE:
        return f"{look}.code"
    if column.kind in (schema.Kind.NUMBER, schema.Kind.MONEY):
        return f"{look}.number"
    if column.kind is schema.Kind.CHOICE or column.width <= 9:
        return f"{look}.center"
    return look


def _input(
    worksheet: Worksheet,
    sheet: schema.Sheet,
    spot: Spot,
    row: int,
    column: schema.Column,
    given: Fields,
) -> None:
    at, style = spot.columns[column.header], _style(sheet, column)
    value = given.get(column.header, "")
    if isinstance(value, Decimal):
        worksheet.number(
            row, at, value, f"{style}:#,##0.00####" if column.kind is schema.Kind.MONEY else style
        )
    elif value:
        worksheet.text(row, at, value, style)
    else:
        worksheet.blank(
            row, at, f"{style}:#,##0.00####" if column.kind is schema.Kind.MONEY else style
        )


def _computed(
    worksheet: Worksheet,
    sheet: schema.Sheet,
    spots: dict[str, Spot],
    rows: Sequence[Fields],
    caliber: str,
) -> None:
    """Put the formulas of a table's computed columns; `caliber` is the 满意度口径 in 参数."""
    spot, parameters = spots[sheet.name], spots[schema.PARAMETERS.name]
    for row in range(spot.first, spot.last + 1):
        given = rows[row - spot.first] if row - spot.first < len(rows) else {}
        if sheet is schema.EXECUTION:
            value = _rate(given)
            at = spot.columns["执行率"]
            worksheet.formula(
                row, at, computed_columns.execution_rate(row, spot), value, "locked.number:0.00%"
            )
        elif sheet is schema.TEXTS:
            text = str(given.get("正文", ""))
            at = spot.columns["字数"]
            worksheet.formula(
                row, at, computed_columns.length(row, spot), len(text) or "", "locked.number"
            )
        elif sheet is schema.SURVEY:
            votes, share = _votes(given, caliber)
            worksheet.formula(
                row,
                spot.columns["有效问卷"],
                computed_columns.valid_votes(row, spot),
                votes,
                "locked.number",
            )
            worksheet.formula(
                row, spot.columns["满意度"], computed_columns.satisfaction_as_set(row, spot, parameters), share,
                "locked.number:0.00%",
            )  # fmt: skip


def _reviewed(
    worksheet: Worksheet, spot: Spot, rows: Sequence[Fields], contents: Contents, tier3: Spot
) -> None:
    """Look up what 复核 shows of each indicator; 自评得分 is there once the workbook is scored."""
    listed = {str(row["编号"]): row for row in _listed(contents)}
    for row in range(spot.first, spot.last + 1):
        given = rows[row - spot.first] if row - spot.first < len(rows) else {}
        indicator = listed.get(str(given.get("编号", "")), {})
        for header, name in computed_columns.REVIEW_COPIES.items():
            formula = computed_columns.looked_up(name, a1(row, 0), tier3)
            style = "locked.number" if header == "分值" else "locked"
            worksheet.formula(row, spot.columns[header], formula, indicator.get(name, ""), style)


def _rate(given: Fields) -> float | str:
    budget, executed = given.get("全年预算数", ""), given.get("全年执行数", "")
    if isinstance(budget, str) or isinstance(executed, str):
        return ""
    return float(executed / budget) if budget else 0


def _votes(given: Fields, caliber: str) -> tuple[float | str, float | str]:
    held = [given.get(name, "") for name in methods.VOTES]
    votes = [int(value) if isinstance(value, Decimal) else 0 for value in held]
    if not any(isinstance(value, Decimal) for value in held):
        return "", ""
    whole = methods.Votes(*votes)
    rate = float(methods.satisfaction_rate(whole, caliber) / 100) if whole.valid else ""
    return float(whole.valid), rate


def _caliber(contents: Contents) -> str:
    """Return 满意度口径 as the workbook sets it when it is made."""
    said = _set(contents, "满意度口径")
    return said if said in methods.CRITERIA else methods.CRITERIA[0]


def _set(contents: Contents, name: str) -> str:
    """Return the value of a line of 参数, "" where it has none."""
    rows = contents.sheets.get(schema.PARAMETERS.name, ())
    return next((str(row.get("值", "")) for row in rows if row.get("参数") == name), "")


def _validate(worksheet: Worksheet, sheet: schema.Sheet, spot: Spot, column: schema.Column) -> None:
    at = spot.columns[column.header]
    options = {} if column.computed else _allowed(sheet, column)
    if column.prompt:
        options.setdefault("validate", "any")
        options["input_title"] = column.header[:32]
        options["input_message"] = column.prompt[:255]
    if options:
        worksheet.validations.append(Validation((spot.first, at, spot.last, at), options))


def _allowed(sheet: schema.Sheet, column: schema.Column) -> dict[str, object]:
    """Return what may be typed into a column; paste gets past it, so the checks ask again."""
    choices = methods.NAMES if column.header == "评分方式" else column.choices
    if choices:
        kind = "stop" if column.kind is schema.Kind.CHOICE else "information"
        return {
            "validate": "list", "source": list(choices), "error_type": kind,
            "error_title": "不在列表中", "error_message": "请从下拉列表中选择。",
        }  # fmt: skip
    if column.kind is schema.Kind.MONEY:
        return _number(">=", 0, "金额", "请填 0 或正数，不要写单位。")
    if column.kind is not schema.Kind.NUMBER:
        return {}
    if column.header in ("评分权重", "组权重", "步长") or (
        sheet in _CHECKED and column.header == "分值"
    ):
        return _number(">", 0, column.header, "请填大于 0 的数，不要写单位。")
    low = -999_999_999 if sheet in (schema.RULES, schema.GRADES) else 0
    return _number(">=", low, column.header, "请填数字，不要写单位。")


def _number(criterion: str, value: object, what: str, message: str) -> dict[str, object]:
    return {
        "validate": "decimal", "criteria": criterion, "value": value,
        "error_title": f"{what}不对"[:32], "error_message": message,
    }  # fmt: skip


def _listed(contents: Contents) -> list[Fields]:
    rows = contents.sheets.get(schema.TIER3.name, ())
    return [row for row in rows if row.get("编号") and not live_checks.aside(row, schema.TIER3)]
