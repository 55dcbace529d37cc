"""What stands above a table while staff type: how many amounts and reasons it still lacks.

The checks warn of the same (X411, X420, X609); 还缺什么 repeats it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xlkpi.domain import methods, schema
from xlkpi.domain.location import Address
from xlkpi.domain.methods.satisfaction import Satisfaction
from xlkpi.domain.methods.standard import BUDGET_EXECUTION
from xlkpi.domain.numbers import from_text, plain
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.writing.blank.cell_tests import one_of
from xlkpi.writing.book import Sheet as Worksheet
from xlkpi.writing.computed_columns import LIVE_ROW, Spot

SHEETS = (schema.EXECUTION, schema.FUNDS, schema.TIER3)
_COLUMNS = {schema.EXECUTION.name: (5, 8), schema.FUNDS.name: (0, 3), schema.TIER3.name: (9, 13)}
"""From which column to which one it is said, beside what else stands above the table."""
_AMOUNTS = "有 {count} 格金额没填；"
_REASONS = "缺偏差原因 {count} 项；"
_TOTALS = ("合计", "总计", "小计", "共计")
"""How the name of a control total ends."""
_MISSED = {"≥": "<", ">": "<=", "=": "<>", "≤": ">", "<": ">="}
"""The sign of a target → how an actual compares with it that misses it."""
_MEASURED_ELSEWHERE = (BUDGET_EXECUTION, Satisfaction.name, methods.NOT_APPLICABLE)


def place(sheet: schema.Sheet) -> Address:
    """Return where a sheet says it."""
    return LIVE_ROW, _COLUMNS[sheet.name][0]


def put(worksheet: Worksheet, sheet: schema.Sheet, spot: Spot, contents: Contents) -> None:
    """Say above a table what it still lacks."""
    if sheet not in SHEETS:
        return
    counts = _counts(sheet, spot, contents)
    parts = (_part(words, count) for words, count in counts)
    first, last = _COLUMNS[sheet.name]
    worksheet.merge(LIVE_ROW, first, last, "", "strong")
    formula = "=" + "&".join(parts)
    worksheet.formula(LIVE_ROW, first, formula, said(sheet, contents), "strong")


def _part(words: str, count: str) -> str:
    before, after = words.split("{count}")
    return f'IF({count}>0,"{before}"&{count}&"{after}","")'


def _counts(sheet: schema.Sheet, spot: Spot, contents: Contents) -> list[tuple[str, str]]:
    """Return the words, and the formula text that counts what is missing."""
    if sheet is schema.TIER3:
        return [(_REASONS, _unexplained(spot))]
    counts = [(_AMOUNTS, _gaps(sheet, spot))]
    if sheet is schema.EXECUTION:
        counts.append((_REASONS, _low_rates(spot, _line(contents))))
    return counts


def said(sheet: schema.Sheet, contents: Contents) -> str:
    """Return what is said when the workbook is made."""
    rows = contents.sheets.get(sheet.name, ())
    if sheet is schema.TIER3:
        counts = [(_REASONS, sum(map(_owes_reason, rows)))]
    else:
        real = [row for row in rows if _is_real(sheet, row)]
        counts = [(_AMOUNTS, sum(_gap(real, header) for header in _optional(sheet)))]
        if sheet is schema.EXECUTION:
            line = _line(contents)
            low = sum(1 for row in real if not row.get("偏差原因") and _is_low(row, line))
            counts.append((_REASONS, low))
    return "".join(words.format(count=count) for words, count in counts if count)


# Amounts.


def _money(sheet: schema.Sheet) -> list[str]:
    return [each.header for each in sheet.columns if each.kind is schema.Kind.MONEY]


def _optional(sheet: schema.Sheet) -> list[str]:
    return [header for header in _money(sheet) if not sheet.column(header).required]


def _real(sheet: schema.Sheet, spot: Spot) -> str:
    """Return the test, of each row, that it is no control total and has a name and, of 资金来源, an amount."""
    name = spot.block(sheet.key)
    end = f'RIGHT(SUBSTITUTE({name}," ",""),2)'
    test = f'({name}<>"")*(1-{one_of(end, _TOTALS)})'
    if sheet is schema.FUNDS:  # a template lists the names
        given = "+".join(f'({spot.block(header)}<>"")' for header in _money(sheet))
        test += f"*(({given})>0)"
    return test


def _is_real(sheet: schema.Sheet, row: Fields) -> bool:
    name = str(row.get(sheet.key, "")).replace(" ", "")
    given = any(row.get(header, "") != "" for header in _money(sheet))
    return bool(name) and not name.endswith(_TOTALS) and (given or sheet is not schema.FUNDS)


def _gaps(sheet: schema.Sheet, spot: Spot) -> str:
    """Return how many cells are empty of optional columns of money that are not empty as a whole."""
    real = _real(sheet, spot)
    empty = [f'SUMPRODUCT({real}*({spot.block(header)}=""))' for header in _optional(sheet)]
    return f"({'+'.join(f'{each}*({each}<SUMPRODUCT({real}))' for each in empty)})"


def _gap(rows: Sequence[Fields], header: str) -> int:
    empty = sum(1 for row in rows if row.get(header, "") == "")
    return empty if empty < len(rows) else 0


# Reasons.


def _low_rates(spot: Spot, line: Decimal) -> str:
    """Return how many projects below 执行率说明线, as it is when the workbook is made, have no reason."""
    rate, reason, budget = (spot.block(h) for h in ("执行率", "偏差原因", "全年预算数"))
    low = f'({budget}<>0)*({rate}<>"")*({rate}<{plain(line)})*({rate}>=0)*({reason}="")'
    return f"SUMPRODUCT({_real(schema.EXECUTION, spot)}*{low})"


def _is_low(row: Fields, line: Decimal) -> bool:
    budget, executed = row.get("全年预算数", ""), row.get("全年执行数", "")
    if isinstance(budget, str) or isinstance(executed, str) or not budget:
        return False
    return 0 <= executed / budget < line


def _line(contents: Contents) -> Decimal:
    """Return 执行率说明线 as a part of one."""
    name = "执行率说明线"
    rows = contents.sheets.get(schema.PARAMETERS.name, ())
    held = next((row.get("值", "") for row in rows if row.get("参数") == name), "")
    read = from_text(str(held)) or from_text(schema.PARAMETER_BY_NAME[name].default)
    assert read is not None
    return read.value / 100 if read.suffix else read.value


def _unexplained(spot: Spot) -> str:
    """Return how many indicators miss their target, by their numbers or 完成程度, without a reason."""
    reason, way, degree, nature, target, actual = (
        spot.block(header)
        for header in (
            schema.REASON.header, "评分方式", "完成程度", "指标性质", "年度指标值", "实际完成值",
        )
    )  # fmt: skip
    numbers = f"ISNUMBER({target})*ISNUMBER({actual})*({target}>=0)"
    signs = "+".join(f'({nature}="{at}")*({actual}{how}{target})' for at, how in _MISSED.items())
    here = "*".join(f'(LEFT({way},{len(each)})<>"{each}")' for each in _MEASURED_ELSEWHERE)
    weak = "+".join(f'({degree}="{each}")' for each in schema.DEGREES[1:])
    applies = f'({reason}="")*({way}<>"{methods.NOT_APPLICABLE}")'
    return f"SUMPRODUCT({applies}*((({numbers}*({signs})*{here})+{weak})>0))"


def _owes_reason(row: Fields) -> bool:
    way = methods.standard_name(str(row.get("评分方式", "")))
    if row.get(schema.REASON.header, "") != "" or way == methods.NOT_APPLICABLE:
        return False
    missed = not way.startswith(_MEASURED_ELSEWHERE) and _is_missed(row)
    return missed or row.get("完成程度") in schema.DEGREES[1:]


def _is_missed(row: Fields) -> bool:
    target, actual = row.get("年度指标值", ""), row.get("实际完成值", "")
    if not isinstance(target, Decimal) or not isinstance(actual, Decimal) or target < 0:
        return False
    tests = {"≥": actual < target, ">": actual <= target, "=": actual != target,
             "≤": actual > target, "<": actual >= target}  # fmt: skip
    return tests.get(str(row.get("指标性质", "")), False)
