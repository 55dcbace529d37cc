"""Compare what a workbook shows beside its cells' values: widths, colours, links, footers, drawings, names.

A file that we saved last is compared part by part. If another program has saved it, no part is the
same any more, and every program writes formats in its own way: of such a file we only compare what
could show a reader something else, and only what all programs keep.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from xlkpi.domain.colours import BLACK, indexed, themed
from xlkpi.domain.number_format.suffix import behind
from xlkpi.domain.verification import Difference
from xlkpi.reading.open import OpenedWorkbook

Parts = Mapping[str, bytes]


def compare(found: OpenedWorkbook, expected: OpenedWorkbook) -> tuple[bool, list[Difference]]:
    """Return whether we saved the file last, and where it looks different from one just written."""
    left, right = found.parts, expected.parts
    kept = [name for name in right if name.startswith(_REWRITTEN)]
    if any(left.get(name) == right[name] for name in kept):
        return True, list(_compare_parts(left, right))
    return False, list(_compare_visible(found, expected))


_REWRITTEN = ("xl/worksheets/sheet", "xl/styles.xml", "xl/workbook.xml")
"""Parts that no other program writes exactly as we do."""
_BESIDE = ("docProps/", "customXml/", "[Content_Types].xml", "_rels/")
"""Parts that readers do not see; document management systems write their stamps into them."""


def _report(sheet: str, cell: str, what: str) -> Difference:
    return Difference(sheet, cell, "look", what, "")


# A file that we saved last: part by part.


def _compare_parts(left: Parts, right: Parts) -> Iterator[Difference]:
    sheets = _map_sheets(right)
    for name in sorted({*left, *right}):
        if left.get(name) == right.get(name) or name.startswith(_BESIDE):
            continue
        if name not in left or name not in right:
            yield _report(
                sheets.get(name, ""), "", f"{'多出' if name in left else '缺少'}部件 {name}"
            )
        elif name in sheets:
            yield from _compare_sheet_parts(sheets[name], left[name], right[name])
        elif name != "xl/sharedStrings.xml":
            yield _report("", "", f"部件 {name} 被改动")
        elif b"<r>" in left[name] or b"<rPh" in left[name]:
            yield _report("", "", "文字里另有格式")


def _map_sheets(parts: Parts) -> dict[str, str]:
    """Map part names to sheet names: we number the parts in the order of the sheets."""
    names = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"].decode())
    return {f"xl/worksheets/sheet{n}.xml": _unescape(name) for n, name in enumerate(names, 1)}


def _unescape(text: str) -> str:
    for escape, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(escape, character)
    return text


_ELEMENTS = {
    "sheetPr": "标签或页面", "sheetViews": "显示方式", "sheetFormatPr": "行高", "cols": "列宽或隐藏的列",
    "sheetProtection": "保护", "autoFilter": "筛选", "mergeCells": "合并单元格",
    "conditionalFormatting": "条件格式", "dataValidations": "输入限制或提示", "hyperlinks": "链接",
    "printOptions": "打印", "pageMargins": "页边距", "pageSetup": "页面", "headerFooter": "页眉页脚",
    "rowBreaks": "分页", "drawing": "图形", "legacyDrawing": "批注",
}  # fmt: skip
_ELEMENT = re.compile(
    rb"<(?P<name>" + "|".join(_ELEMENTS).encode() + rb")\b[^>]*?(?:/>|>.*?</(?P=name)>)", re.DOTALL
)
_ROW = re.compile(rb'<row r="(\d+)"([^>]*)>')
_CELL = re.compile(rb'<c r="([A-Z]+\d+)"(?: s="(\d+)")?[^>]*?(/)?>(?:<f([^>]*)>)?')
_SHOWN = re.compile(rb' display="[^"]*"')
"""A link's text repeats the cell's value, which is compared by itself."""


def _compare_sheet_parts(sheet: str, left: bytes, right: bytes) -> Iterator[Difference]:
    """Compare everything in a sheet's part except the values of its cells."""
    (left, cells), (right, own) = (_split_off_cells(xml) for xml in (left, right))
    ours, theirs = _collect_elements(right), _collect_elements(left)
    for name in sorted({*ours, *theirs}):
        if ours.get(name) != theirs.get(name):
            yield _report(sheet, "", f"{_ELEMENTS.get(name, '版面')}与评分时不同")
    heights, found = (dict(_ROW.findall(xml)) for xml in (own, cells))
    for row in heights.keys() | found.keys():
        if row in heights and row in found and heights[row] != found[row]:
            yield _report(sheet, "", f"第 {row.decode()} 行的行高或隐藏与评分时不同")
    styles, others = ({each[0]: each[1:] for each in _CELL.findall(xml)} for xml in (own, cells))
    for at in styles.keys() | others.keys():
        (style, empty, kind), (other, blank, array) = (
            each.get(at, (b"", b"/", b"")) for each in (styles, others)
        )
        if style != other and ((at in styles and at in others) or (empty and blank)):
            yield _report(sheet, at.decode(), "单元格的格式与评分时不同")
        if array != kind:
            yield _report(sheet, at.decode(), "公式的种类与评分时不同")


def _split_off_cells(xml: bytes) -> tuple[bytes, bytes]:
    """Return a sheet's part without its cells, and the cells."""
    head, _, rest = xml.partition(b"<sheetData")
    cells, _, tail = rest.rpartition(b"</sheetData>")
    return head + tail, cells


def _collect_elements(xml: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for element in _ELEMENT.finditer(xml):
        name = element["name"].decode()
        found[name] = found.get(name, b"") + _SHOWN.sub(b"", element[0])
    rest = re.sub(rb"<dimension[^>]*>", b"", _ELEMENT.sub(b"", xml))
    return {**found, "": rest}


# A file that another program saved.


def _compare_visible(found: OpenedWorkbook, expected: OpenedWorkbook) -> Iterator[Difference]:
    """Compare what a reader sees, if every program keeps it."""
    yield from _compare_packages(found.parts, expected.parts)
    try:
        left, right = (_open(each.data) for each in (found, expected))
    except Exception:  # noqa: BLE001  (openpyxl does not open every workbook that others do)
        yield _report("", "", "版面无从核对：有少见的写法")
        return
    yield from _compare_names(left, right)
    for sheet in right.worksheets:
        if sheet.title in left.sheetnames:
            yield from _compare_sheets(sheet.title, left[sheet.title], sheet)


def _open(data: bytes) -> Any:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about features it would lose; we do not save the file
        return load_workbook(io.BytesIO(data))


def _compare_packages(left: Parts, right: Parts) -> Iterator[Difference]:
    if any("comments" in name.lower() for name in left):
        yield _report("", "", "有批注")
    shapes = sum(_SHAPE.findall(xml) != [] for name, xml in left.items() if "/drawings/" in name)
    if shapes:
        yield _report("", "", "有文本框、图片或图形")
    charts, own = (sum(_CHART.match(name) is not None for name in each) for each in (left, right))
    if charts > own:
        yield _report("", "", "多出图表")
    book = left.get("xl/workbook.xml", b"")
    if re.search(rb'<calcPr[^>]*(fullPrecision="(0|false)"|calcMode="manual")', book):
        yield _report("", "", "计算方式与评分时不同")


_SHAPE = re.compile(rb"<(?:xdr:|v:)?(?:sp|pic|cxnSp|shape)[\s>]")
_CHART = re.compile(r"xl/charts/chart[^/]*\.xml\Z")


def _compare_names(left: Any, right: Any) -> Iterator[Difference]:
    for name in left.defined_names:
        if name not in right.defined_names and not name.startswith("_xlnm"):
            yield _report("", "", f"多出名称 {name}")


def _compare_sheets(name: str, left: Any, right: Any) -> Iterator[Difference]:
    if left.sheet_view.showFormulas:
        yield _report(name, "", "显示的是公式，不是结果")
    for letter, column in left.column_dimensions.items():
        if column.hidden or column.width < _NARROW:
            yield _report(name, "", f"{letter} 列被隐藏")
    for number, row in left.row_dimensions.items():
        if row.hidden or (row.height is not None and row.height < _NARROW):
            yield _report(name, "", f"第 {number} 行被隐藏")
    for block in {str(each) for each in left.merged_cells} ^ {str(m) for m in right.merged_cells}:
        yield _report(name, block.partition(":")[0], "合并单元格与评分时不同")
    yield from _compare_margins(name, left, right)
    yield from _compare_links(name, left, right)
    yield from _compare_conditional_formats(name, left, right)
    for row in right.iter_rows():
        for cell in row:
            if cell.value is not None:
                yield from _compare_cells(name, left[cell.coordinate], cell)


_NARROW = 0.5


def _compare_margins(name: str, left: Any, right: Any) -> Iterator[Difference]:
    """Compare page header and footer, which say whose the page is, and its 校验码."""
    for which in (
        "oddHeader",
        "evenHeader",
        "firstHeader",
        "oddFooter",
        "evenFooter",
        "firstFooter",
    ):
        text, own = (_join_margin(getattr(each, which)) for each in (left, right))
        if text != own and not (which.startswith(("even", "first")) and not text):
            yield _report(name, "", "页眉页脚与评分时不同")


def _join_margin(margin: Any) -> str:
    texts = (margin.left.text, margin.center.text, margin.right.text)
    return "".join("".join(text or "" for text in texts).split())


def _compare_links(name: str, left: Any, right: Any) -> Iterator[Difference]:
    own = {cell.coordinate: _find_target(cell) for row in right.iter_rows() for cell in row}
    for row in left.iter_rows():
        for cell in row:
            target = _find_target(cell)
            if target and target != own.get(cell.coordinate):
                yield _report(name, cell.coordinate, f"链接通向 {target}")


def _find_target(cell: Any) -> str:
    link = cell.hyperlink
    target = (link.location or link.target or "") if link else ""
    return target.lstrip("#").replace("'", "").replace("$", "")


def _compare_conditional_formats(name: str, left: Any, right: Any) -> Iterator[Difference]:
    known = {rule for rule, _ in _list_rules(right)}
    for rule, at in _list_rules(left):
        if rule not in known:
            yield _report(name, at, "条件格式与评分时不同")


def _list_rules(sheet: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    for block in sheet.conditional_formatting:
        for rule in block.rules:
            formulas = [f"={text}" for text in rule.formula]
            yield (
                tuple(_normalise_formula(text) for text in formulas),
                str(block.sqref).partition(":")[0],
            )


def _normalise_formula(formula: str) -> str:
    return "".join(formula.split()).replace("'", "").replace("$", "").upper()


def _compare_cells(name: str, left: Any, right: Any) -> Iterator[Difference]:
    number = isinstance(right.value, int | float | dt.date) or str(right.value).startswith("=")
    ours, found = (_normalise_format(cell.number_format) for cell in (right, left))
    # LibreOffice gives a formula without a number format the one of the cells it refers to.
    if number and found != ours and not (ours == "general" and _PLAIN.fullmatch(found)):
        yield _report(name, right.coordinate, f"数字格式是 {left.number_format}")
    if _find_colour(left) != _find_colour(right):
        yield _report(name, right.coordinate, "文字颜色与评分时不同")
    if left.font.strike and not right.font.strike:
        yield _report(name, right.coordinate, "画了删除线")


_PLAIN = re.compile(r"[#0,.]+%?")


def _normalise_format(code: str) -> str:
    if unit := behind(code):  # LibreOffice escapes what we put in quotes
        return f'general"{unit}"'
    return re.sub(r"[\s\\_]|\[\$[^\]]*\]", "", code).lower()


def _find_colour(cell: Any) -> str:
    """Return the RGB colour of a cell's text: black may be written as none, as the theme's first, or as RGB."""
    colour = cell.font.color
    if colour is None:
        return BLACK
    if colour.type == "theme":
        return themed(colour.theme, colour.tint)
    return indexed(colour.indexed) if colour.type == "indexed" else str(colour.rgb)[-6:]
