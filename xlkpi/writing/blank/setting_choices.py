"""What may be typed into the lines of 基本信息 and 参数, each of which is another thing."""

from __future__ import annotations

from collections.abc import Sequence

from xlkpi.domain import schema
from xlkpi.domain.workbook_contents import Fields
from xlkpi.writing.book import Sheet, Validation
from xlkpi.writing.computed_columns import FIRST_ROW


def put(worksheet: Sheet, sheet: schema.Sheet, rows: Sequence[Fields]) -> None:
    """Add the drop-downs and limits of a sheet of settings."""
    if sheet not in (schema.INFO, schema.PARAMETERS):
        return
    for row, given in enumerate(rows, start=FIRST_ROW):
        name = str(given.get(sheet.key, ""))
        options = _info(name) if sheet is schema.INFO else _parameter(name)
        if options:
            worksheet.validations.append(Validation((row, 1, row, 1), options))


def _info(name: str) -> dict[str, object]:
    choices = schema.INFO_CHOICES.get(name)
    return {"validate": "list", "source": list(choices)} if choices else {}


def _parameter(name: str) -> dict[str, object]:
    parameter = schema.PARAMETER_BY_NAME.get(schema.canonical(name))
    if parameter is None:
        return {}
    error = {"error_title": "参数值不对"}
    if parameter.choices:
        listed = list(parameter.choices)
        return {
            "validate": "list",
            "source": listed,
            "error_message": "请从下拉列表中选择。",
            **error,
        }
    low, high = parameter.low, parameter.high
    if parameter.percent:
        words = f"请填百分数，例如 {parameter.default}；{low}% 到 {high}%。"
        return {
            "validate": "decimal", "criteria": "between", "minimum": low / 100, "maximum": high / 100,
            "input_title": name, "input_message": words, "error_message": words, **error,
        }  # fmt: skip
    words = f"请填 {low} 到 {high} 之间的整数。"
    return {
        "validate": "integer", "criteria": "between", "minimum": low, "maximum": high,
        "input_title": name, "input_message": words, "error_message": words, **error,
    }  # fmt: skip
