"""Contents → a standard workbook to be filled in: instructions, inputs, and checks while typing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlkpi.domain import methods, schema
from xlkpi.domain.contents import Contents, Fields
from xlkpi.domain.location import a1
from xlkpi.domain.schema import (
    BALLOT,
    BALLOT_PREFIX,
    BASE_DATA,
    EXECUTION,
    GRADES,
    GUIDE_SHEET,
    INFO,
    REVIEW,
    RULES,
    SURVEY,
    TEXTS,
    TIER1,
    TIER2,
    TIER3,
    Column,
    Kind,
    Sheet,
)
from xlkpi.writing import computed_columns
from xlkpi.writing.blank import base_data, guide, live_checks
from xlkpi.writing.book import Book, Validation
from xlkpi.writing.book import Sheet as Paper
from xlkpi.writing.computed_columns import (
    FIRST_ROW,
    GUIDE_ROW,
    HEADER_ROW,
    LIVE_ROW,
    TITLE_ROW,
    Spot,
)

_CHECKED = (TIER1, TIER2, TIER3)


def blank(contents: Contents, extra: Sequence[str] = ()) -> Book:
    """Return the workbook of these contents; `extra` names optional sheets that are wanted."""
    book = Book(contents.template)
    front = book.sheet(GUIDE_SHEET, "rare")
    ballots = contents.ballots
    spots = {
        sheet.name: _spot(sheet, sheet.name, contents.sheets.get(sheet.name, ()))
        for sheet in schema.SHEETS
    }
    contents, computed = base_data.computed(contents, spots[BASE_DATA.name], spots[TIER3.name])
    for sheet in schema.SHEETS:
        rows = contents.sheets.get(sheet.name, ())
        if sheet is REVIEW and sheet.name in extra and not rows:
            rows = tuple({"编号": row["编号"]} for row in _listed(contents))
            spots[sheet.name] = _spot(sheet, sheet.name, rows)
        if not _stands(sheet, contents, extra):
            continue
        _table(book, sheet, rows, spots, contents)
        if sheet is TIER3:
            base_data.put(book.sheets[-1], computed)
            listed = _listed(contents)
            for scorer, marks in ballots:
                beside = contents.signed.get(scorer, {})
                _ballot(book, scorer, listed, marks, beside, spots)
    guide.front(front, book, contents, [BALLOT_PREFIX + scorer for scorer, _ in ballots])
    return book


def _stands(sheet: Sheet, contents: Contents, extra: Sequence[str]) -> bool:
    if contents.sheets.get(sheet.name):
        return True
    if contents.part.startswith(schema.SCORERS_PART):
        return (
            sheet.required or sheet is schema.PARAMETERS if sheet in schema.PART_SHEETS else False
        )
    return not sheet.optional or sheet.name in extra


def _spot(sheet: Sheet, name: str, rows: Sequence[Fields]) -> Spot:
    columns = {column.header: at for at, column in enumerate(sheet.shown(rows))}
    last = FIRST_ROW + max(1, len(rows) + sheet.spare) - 1
    return Spot(name, columns, FIRST_ROW, last)


def _table(
    book: Book, sheet: Sheet, rows: Sequence[Fields], spots: dict[str, Spot], contents: Contents
) -> None:
    """Put a table; in a scorer's part it is only to be seen."""
    seen = contents.part.startswith(schema.SCORERS_PART)
    spot = spots[sheet.name]
    paper = book.sheet(sheet.name, "rare" if seen else sheet.tab)
    columns = sheet.shown(rows)
    _head(paper, columns, sheet.name, guide.SEEN if seen else sheet.guide)
    for row in range(spot.first, spot.last + 1):
        given = rows[row - spot.first] if row - spot.first < len(rows) else {}
        for column in columns:
            _input(paper, sheet, spot, row, column, given)
    _computed(paper, sheet, spots, rows, _caliber(contents))
    if sheet is REVIEW:
        _reviewed(paper, spot, rows, contents, spots[TIER3.name])
    for column in columns:
        _validate(paper, sheet, spot, column)
    if sheet is INFO:
        _info_choices(paper, rows)
    live_checks.checks(paper, sheet, spots, rows)
    if seen or sheet is schema.MERGED:
        _lock(paper)


def _lock(paper: Paper) -> None:
    """Take away what invites to fill in a sheet."""
    paper.validations.clear()
    for at, cell in paper.cells.items():
        if cell.style == "head.need":
            paper.cells[at] = cell._replace(style="head")
        elif cell.style.startswith("input"):
            paper.cells[at] = cell._replace(style="locked" + cell.style.removeprefix("input"))


def _head(paper: Paper, columns: Sequence[Column], title: str, words: str) -> None:
    last = len(columns) - 1
    paper.merge(TITLE_ROW, 0, last, title, "heading")
    paper.merge(GUIDE_ROW, 0, last, words, "guide")
    paper.heights.update({TITLE_ROW: 26, HEADER_ROW: 32})
    for at, column in enumerate(columns):
        style = "head.need" if column.required and not column.computed else "head"
        paper.text(HEADER_ROW, at, column.header, style)
        paper.widths[at] = column.width
    paper.freeze = (FIRST_ROW, 2 if last > 5 else 0)
    paper.repeat = HEADER_ROW
    paper.landscape = sum(column.width for column in columns) > 100


def _style(sheet: Sheet, column: Column, given: Fields) -> str:
    fixed = (sheet in (INFO, schema.PARAMETERS) and column.header in ("项目", "参数", "填写说明", "说明")) or (
        sheet is TEXTS and column.header in ("章节", "填写说明", "上限")
    )  # fmt: skip
    look = "locked" if column.computed or fixed else "input"
    if column.kind is Kind.CODE:
        return f"{look}.code"
    if column.kind in (Kind.NUMBER, Kind.MONEY):
        return f"{look}.number"
    if column.kind is Kind.CHOICE or column.width <= 9:
        return f"{look}.center"
    return look


def _input(paper: Paper, sheet: Sheet, spot: Spot, row: int, column: Column, given: Fields) -> None:
    at, style = spot.columns[column.header], _style(sheet, column, given)
    value = given.get(column.header, "")
    if isinstance(value, Decimal):
        paper.number(
            row, at, value, f"{style}:#,##0.00####" if column.kind is Kind.MONEY else style
        )
    elif value:
        paper.text(row, at, value, style)
    else:
        paper.blank(row, at, f"{style}:#,##0.00####" if column.kind is Kind.MONEY else style)


def _computed(
    paper: Paper, sheet: Sheet, spots: dict[str, Spot], rows: Sequence[Fields], caliber: str
) -> None:
    """Put the formulas of a table's computed columns; `caliber` is what 参数 says now."""
    spot, parameters = spots[sheet.name], spots[schema.PARAMETERS.name]
    for row in range(spot.first, spot.last + 1):
        given = rows[row - spot.first] if row - spot.first < len(rows) else {}
        if sheet is EXECUTION:
            value = _rate(given)
            at = spot.columns["执行率"]
            paper.formula(
                row, at, computed_columns.execution_rate(row, spot), value, "locked.number:0.00%"
            )
        elif sheet is TEXTS:
            text = str(given.get("正文", ""))
            at = spot.columns["字数"]
            paper.formula(
                row, at, computed_columns.length(row, spot), len(text) or "", "locked.number"
            )
        elif sheet is SURVEY:
            votes, share = _votes(given, caliber)
            paper.formula(
                row,
                spot.columns["有效问卷"],
                computed_columns.valid_votes(row, spot),
                votes,
                "locked.number",
            )
            paper.formula(
                row, spot.columns["满意度"], computed_columns.satisfaction_as_set(row, spot, parameters), share,
                "locked.number:0.00%",
            )  # fmt: skip


def _reviewed(
    paper: Paper, spot: Spot, rows: Sequence[Fields], contents: Contents, tier3: Spot
) -> None:
    """Look up what 复核 shows of each indicator; 自评得分 is there once the workbook is scored."""
    listed = {str(row["编号"]): row for row in _listed(contents)}
    for row in range(spot.first, spot.last + 1):
        given = rows[row - spot.first] if row - spot.first < len(rows) else {}
        indicator = listed.get(str(given.get("编号", "")), {})
        for header, name in computed_columns.REVIEW_COPIES.items():
            formula = computed_columns.looked_up(name, a1(row, 0), tier3)
            style = "locked.number" if header == "分值" else "locked"
            paper.formula(row, spot.columns[header], formula, indicator.get(name, ""), style)


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
    rows = contents.sheets.get(schema.PARAMETERS.name, ())
    said = next((str(row.get("值", "")) for row in rows if row.get("参数") == "满意度口径"), "")
    return said if said in methods.CRITERIA else methods.CRITERIA[0]


def _validate(paper: Paper, sheet: Sheet, spot: Spot, column: Column) -> None:
    at = spot.columns[column.header]
    options = {} if column.computed else _allowed(sheet, column)
    if column.prompt:
        options.setdefault("validate", "any")
        options["input_title"] = column.header[:32]
        options["input_message"] = column.prompt[:255]
    if options:
        paper.validations.append(Validation((spot.first, at, spot.last, at), options))


def _allowed(sheet: Sheet, column: Column) -> dict[str, object]:
    """Return what may be typed into a column; paste gets past it, so the checks ask again."""
    choices = methods.NAMES if column.header == "评分方式" else column.choices
    if choices:
        kind = "stop" if column.kind is Kind.CHOICE else "information"
        return {
            "validate": "list", "source": list(choices), "error_type": kind,
            "error_title": "不在列表中", "error_message": "请从下拉列表中选择。",
        }  # fmt: skip
    if column.kind is Kind.MONEY:
        return _number(">=", 0, "金额", "请填 0 或正数，不要写单位。")
    if column.kind is not Kind.NUMBER:
        return {}
    if column.header in ("评分权重", "组权重", "步长") or (
        sheet in _CHECKED and column.header == "分值"
    ):
        return _number(">", 0, column.header, "请填大于 0 的数，不要写单位。")
    low = -999_999_999 if sheet in (RULES, GRADES) else 0
    return _number(">=", low, column.header, "请填数字，不要写单位。")


def _number(criterion: str, value: object, what: str, message: str) -> dict[str, object]:
    return {
        "validate": "decimal", "criteria": criterion, "value": value,
        "error_title": f"{what}不对"[:32], "error_message": message,
    }  # fmt: skip


def _info_choices(paper: Paper, rows: Sequence[Fields]) -> None:
    for offset, given in enumerate(rows):
        choices = schema.INFO_CHOICES.get(str(given.get("项目", "")))
        if choices:
            row = FIRST_ROW + offset
            options: dict[str, object] = {"validate": "list", "source": list(choices)}
            paper.validations.append(Validation((row, 1, row, 1), options))


def _listed(contents: Contents) -> list[Fields]:
    rows = contents.sheets.get(TIER3.name, ())
    return [row for row in rows if row.get("编号") and not live_checks.aside(row, TIER3)]


def _ballot(
    book: Book, scorer: str, listed: list[Fields], marks: Sequence[Fields], signed: Fields,
    spots: dict[str, Spot],
) -> None:  # fmt: skip
    name = BALLOT_PREFIX + scorer
    paper = book.sheet(name, "fill")
    spot = _spot(BALLOT, name, listed)
    _head(paper, BALLOT.columns, f"评分表（{scorer}）", BALLOT.guide)
    given = {str(mark.get("编号", "")): mark for mark in marks}
    for row in range(spot.first, spot.last + 1):
        at = row - spot.first
        indicator = listed[at] if at < len(listed) else {}
        _ballot_row(paper, spot, row, indicator, given, spots[TIER3.name])
    _identity(paper, scorer, signed)
    _mark_limits(paper, spot, spots)
    live_checks.ballot(paper, spot, listed, given, spots)


def _ballot_row(
    paper: Paper, spot: Spot, row: int, indicator: Fields, given: dict[str, Fields], tier3: Spot
) -> None:
    code = str(indicator.get("编号", ""))
    mark = given.get(code, {}) if code else {}
    judged = _judged(indicator)
    if code:
        paper.text(row, 0, code, "locked.code")
    else:
        paper.blank(row, 0, "input.code")
    for column in BALLOT.columns[1:]:
        at = spot.columns[column.header]
        if column.computed:
            formula = computed_columns.looked_up(column.header, a1(row, 0), tier3)
            cached = indicator.get(column.header, "")
            style = "locked.number" if column.kind is Kind.NUMBER else "locked"
            paper.formula(row, at, formula, cached, style)
        elif code and not judged:
            shown = live_checks.unmarked(indicator) if column.header == "评分说明" else ""
            paper.text(row, at, shown, "locked.center") if shown else paper.blank(row, at, "locked")
        else:
            value = mark.get(column.header, "")
            style = "input.number" if column.kind is Kind.NUMBER else "input"
            if isinstance(value, Decimal):
                paper.number(row, at, value, style)
            elif value:
                paper.text(row, at, value, style)
            else:
                paper.blank(row, at, style)


def _judged(indicator: Fields) -> bool:
    return methods.is_judged(methods.standard_name(str(indicator.get("评分方式", ""))))


def _identity(paper: Paper, scorer: str, signed: Fields) -> None:
    row = LIVE_ROW
    paper.text(row, 0, schema.SCORER_LABEL, "label")
    paper.text(row, 1, scorer, "input.code")
    for column, label, style in zip(
        (2, 4), schema.SIGN_LABELS, ("label", "sign.label"), strict=True
    ):
        paper.text(row, column, label, style)
        if label in signed:
            paper.text(row, column + 1, str(signed[label]), "input")
        else:
            paper.blank(row, column + 1, "input")
    paper.heights[row] = 24


def _mark_limits(paper: Paper, spot: Spot, spots: dict[str, Spot]) -> None:
    mark = spot.columns["得分"]
    points = a1(spot.first, spot.columns["分值"], "column")
    options = {
        "validate": "decimal", "criteria": "between", "minimum": 0,
        "maximum": "=" + live_checks.limit(points, spots), "error_title": "得分不对",
        "error_message": "得分应在 0 到分值之间（百分制为 0 到 100）；回避时留空并在“评分说明”写“回避”。",
        "input_title": "得分", "input_message": "0 到分值之间的数；回避时留空，在右边写“回避”。",
    }  # fmt: skip
    paper.validations.append(Validation((spot.first, mark, spot.last, mark), options))
