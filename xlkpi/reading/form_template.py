"""The bytes of a layout workbook → the layout of the official form, or why it is none.

A layout is an ordinary workbook with one sheet: texts, placeholders in braces, merges, column
widths, row heights and the direction of the page. Its colours and fonts are not looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from xlkpi.domain import placeholders
from xlkpi.domain.cells import Grid
from xlkpi.domain.findings import finding
from xlkpi.domain.form_template import FIRST_LINE, FormTemplate
from xlkpi.domain.location import Address, CellRef, a1
from xlkpi.domain.schema import LAYOUT_SHEET
from xlkpi.domain.text import as_text, tidy
from xlkpi.reading.open import read_all_sheets
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx import LIMITS, Package
from xlkpi.reading.xlsx.parts import Element, Parts, read_elements

_LIMITS = LIMITS._replace(cells=2_000, rows=200, columns=40, merges=2_000, elements=200_000)
_LONGEST = 500
"""Characters of a text with placeholders: it becomes one formula."""
_PADDING = 0.7109375
"""What a file adds to the width that people see."""
_TOLD = 8
"""Problems that one message lists."""


class BadFormTemplate(Exception):
    """A workbook that cannot be used as a layout; the message is the cause, in Chinese."""


def read(data: bytes, name: str) -> FormTemplate:
    """Return the layout in these bytes; BadFormTemplate, with every problem, where there is none."""
    try:
        package, grids = read_all_sheets(data, _LIMITS)
        grid = _the_one(grids)
        measures = _measures(data, package, grid.name)
    except Unreadable as problem:
        problem_finding = finding(problem.code, CellRef(""), **problem.params)
        raise BadFormTemplate(f"{problem_finding.message}。{problem_finding.remedy}") from problem
    layout = _layout(name, grid, measures)
    problems = [*_cells(grid), *_merges(layout), *_repeated(layout), *_missing(layout)]
    if problems:
        more = f"；等共 {len(problems)} 处" if len(problems) > _TOLD else ""
        raise BadFormTemplate("；".join(problems[:_TOLD]) + more)
    return layout


def kept(grids: Sequence[Grid]) -> FormTemplate | None:
    """Return the layout that a scored workbook keeps of its 自评表; None where it keeps no sound one."""
    grid = next((grid for grid in grids if grid.name == LAYOUT_SHEET), None)
    rows = grid.rows[FIRST_LINE:] if grid else []
    lines = [(as_text(row[0]), as_text(row[1]), as_text(row[2])) for row in rows if len(row) > 2]
    try:
        layout = FormTemplate.of_lines(lines)
    except (ValueError, KeyError):
        return None
    small = layout.rows <= _LIMITS.rows and layout.columns <= _LIMITS.columns
    sound = small and not [*_merges(layout), *_repeated(layout), *_missing(layout)]
    return layout if sound and layout.names <= placeholders.KNOWN else None


def _the_one(grids: list[Grid]) -> Grid:
    raw = [grid for grid in grids if any(cell != "" for row in grid.rows for cell in row)]
    if not raw:
        raise BadFormTemplate("里面是空的")
    if len(raw) > 1:
        names = "、".join(f"“{grid.name}”" for grid in raw[:_TOLD])
        raise BadFormTemplate(f"版式只能有一张有内容的工作表，这里有 {names}")
    return raw[0]


def _measures(data: bytes, package: Package, sheet: str) -> list[Element]:
    """Return the elements for columns, rows and the page in the sheet's part."""
    part = next(facts.part for facts in package.sheets if facts.name == sheet)
    return read_elements(Parts(data, _LIMITS), part, "col", "row", "pageSetup")


def _layout(name: str, grid: Grid, measures: list[Element]) -> FormTemplate:
    covered = grid.covered
    cells = {
        (row, column): text
        for row, raw in enumerate(grid.rows)
        for column, value in enumerate(raw)
        if (row, column) not in covered and (text := _text(value))
    }
    inside = [merge for merge in grid.merges if _inside(merge)]
    rows = max([row for row, _ in cells] + [merge[2] for merge in inside], default=-1) + 1
    columns = max([column for _, column in cells] + [merge[3] for merge in inside], default=-1) + 1
    return FormTemplate(
        name=name,
        cells=cells,
        merges=tuple(sorted(grid.merges)),
        rows=rows,
        columns=columns,
        widths=_widths(measures, columns),
        heights=_heights(measures, rows),
        landscape=any(each.attributes.get("orientation") == "landscape" for each in measures),
    )


def _text(value: object) -> str:
    """Return a cell's text; what is set in with wide spaces stays set in."""
    text = as_text(value)
    plain = tidy(text)
    return text[: len(text) - len(text.lstrip("\u3000"))] + plain if plain else ""


def _inside(merge: tuple[int, int, int, int]) -> bool:
    top, left, bottom, right = merge
    return 0 <= top <= bottom < _LIMITS.rows and 0 <= left <= right < _LIMITS.columns


def _widths(measures: list[Element], columns: int) -> dict[int, float]:
    widths: dict[int, float] = {}
    for each in measures:
        first, last = _number(each, "min"), _number(each, "max")
        width = _number(each, "width")
        if each.name == "col" and first and last and width and width > _PADDING:
            for column in range(int(first) - 1, min(int(last), columns)):
                widths[column] = min(255.0, width - _PADDING)
    return widths


def _heights(measures: list[Element], rows: int) -> dict[int, float]:
    heights: dict[int, float] = {}
    row = 0
    for each in measures:
        if each.name == "row":
            row = int(_number(each, "r") or row + 1)
            height = _number(each, "ht")
            if height and row <= rows:
                heights[row - 1] = min(400.0, height)
    return heights


def _number(element: Element, attribute: str) -> float | None:
    """Return a positive number, None for anything else."""
    try:
        value = float(element.attributes.get(attribute, ""))
    except ValueError:
        return None
    return value if 0 < value < 1e7 else None


def _cells(grid: Grid) -> Iterator[str]:
    """What single cells must not hold."""
    for at in [*grid.errors, *grid.formulas]:
        yield f"{a1(*at)} 是公式或错误值，版式里只能有文字"
    for row, raw in enumerate(grid.rows):
        for column, value in enumerate(raw):
            text, cell = _text(value), a1(row, column)
            named = placeholders.names(text)
            for name in dict.fromkeys(named):
                if name not in placeholders.KNOWN:
                    yield f"{cell} 的占位符 {{{name[:30]}}} 不认识"
            if named and len(text) > _LONGEST:
                yield f"{cell} 有占位符，又超过 {_LONGEST} 个字"


def _merges(layout: FormTemplate) -> Iterator[str]:
    """Merged ranges that no sheet can have."""
    taken: set[Address] = set()
    for merge in layout.merges:
        top, left, bottom, right = merge
        if not _inside(merge):
            yield f"从 {a1(top, max(0, left))} 起的合并单元格太大"
            continue
        block = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        if block & taken:
            yield f"从 {a1(top, left)} 起的合并单元格与别的合并重叠"
        taken |= block


def _repeated(layout: FormTemplate) -> Iterator[str]:
    """Rows that repeat: one a group, one group a row, each within its row."""
    tall = {(top, left) for top, left, bottom, _ in layout.merges if bottom > top}
    found: dict[str, Counter[int]] = {}
    for (row, column), text in layout.cells.items():
        for group in {placeholders.group(name) for name in placeholders.names(text)} - {""}:
            found.setdefault(group, Counter())[row] += 1
            if (row, column) in tall:
                yield f"{a1(row, column)} 的“{group}”占了几行，逐行重复的内容只能占一行"
    for group, rows in found.items():
        if len(rows) > 1:
            listed = "、".join(str(row + 1) for row in sorted(rows)[:_TOLD])
            yield f"“{group}”的占位符只能在同一行，这里在第 {listed} 行"
    mixed = Counter(row for rows in found.values() for row in rows)
    for row in sorted(row for row, groups in mixed.items() if groups > 1):
        yield f"第 {row + 1} 行混有几种逐行重复的内容"


def _missing(layout: FormTemplate) -> Iterator[str]:
    for name in placeholders.NEEDED:
        if name not in layout.names:
            yield f"缺少占位符 {{{name}}}"
