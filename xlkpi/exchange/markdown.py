r"""A workbook as Markdown: one table a sheet. Templates are reviewed, and tests written, in it.

`# template`, a paragraph about it, then `## sheet` and a pipe table with the format's headers. A
line break in a cell is `<br>`, a pipe `\|`; a cell in back-ticks is text whatever it looks like. 实际完成值 may
hold a formula over the names of 基础数据: `=[在职人员数]/[编制人数]*100`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from xlkpi.domain.base_data_formula import NamedFormula
from xlkpi.domain.numbers import from_text
from xlkpi.domain.schema import ACTUAL, BALLOT, BALLOT_PREFIX, TIER3, Kind, Sheet, sheet_named
from xlkpi.domain.workbook_contents import Contents, Fields

_NUMBERS = (Kind.NUMBER, Kind.MONEY, Kind.ANY)
_PIPE = re.compile(r"(?<!\\\\)\|")


class NotMarkdown(ValueError):
    """A text that is not a workbook in Markdown; the message names the line."""


def parse(text: str) -> Contents:
    """Return the contents of a Markdown workbook; NotMarkdown if a sheet or header is unknown."""
    template, about, tables = _split(text)
    sheets: dict[str, tuple[Fields, ...]] = {}
    ballots: list[tuple[str, tuple[Fields, ...]]] = []
    for name, lines in tables:
        sheet = sheet_named(name)
        if sheet is None:
            raise NotMarkdown(f"unknown sheet: {name}")
        rows = tuple(_rows(sheet, name, lines))
        if sheet is BALLOT:
            ballots.append((name.removeprefix(BALLOT_PREFIX), rows))
        else:
            sheets[sheet.name] = rows
    return Contents(template, about, sheets, tuple(ballots))


def _split(text: str) -> tuple[str, str, list[tuple[str, list[str]]]]:
    template, about = "", list[str]()
    tables: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("## "):
            tables.append((line[3:].strip(), []))
        elif line.startswith("# "):
            template = line[2:].strip()
        elif line.startswith("|") and tables:
            tables[-1][1].append(line.strip())
        elif line.strip() and not tables:
            about.append(line.strip())
    return template, "".join(about), tables


def _rows(sheet: Sheet, name: str, lines: list[str]) -> list[Fields]:
    if not lines:
        return []
    headers = _cells(lines[0])
    known = {column.header for column in sheet.columns}
    unknown = [header for header in headers if header not in known]
    if unknown:
        raise NotMarkdown(f"{name}: unknown headers {unknown}")
    rows: list[Fields] = []
    for line in lines[2:]:
        cells = _cells(line)
        if len(cells) != len(headers):
            raise NotMarkdown(f"{name}: {len(cells)} cells under {len(headers)} headers: {line}")
        pairs = zip(headers, cells, strict=True)
        rows.append({h: _value(sheet, h, cell) for h, cell in pairs if cell})
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in _PIPE.split(line.strip()[1:-1])]


def _value(sheet: Sheet, header: str, cell: str) -> str | Decimal:
    if len(cell) > 1 and cell[0] == cell[-1] == "`":
        return cell[1:-1]
    if sheet.column(header).kind in _NUMBERS:
        number = from_text(cell)
        if number and number.plain:
            return number.value
    if sheet is TIER3 and header == ACTUAL.header and cell.startswith("="):
        return NamedFormula(cell)
    return cell.replace("<br>", "\n")


def same(left: Mapping[str, tuple[Fields, ...]], right: Mapping[str, tuple[Fields, ...]]) -> bool:
    """Whether two workbooks have the same rows; empty sheets do not count."""
    return {k: v for k, v in left.items() if v} == {k: v for k, v in right.items() if v}
