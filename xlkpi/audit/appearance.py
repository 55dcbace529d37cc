"""What a scored workbook shows beside its cells: widths, colours, links, footers, drawings, names.

A file that we wrote last is compared part for part. One that another program saved again has no part
left as it was, and programs write looks in their own ways: of such a file only what could show a
reader something else is compared, and only as far as all programs keep it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from xlkpi.domain.colours import BLACK, indexed, themed
from xlkpi.domain.number_format.suffix import behind
from xlkpi.reading.open import OpenedWorkbook

Found = tuple[str, str, str, str, str]
"""(sheet, cell, kind, what was found, what was expected), as `verify` tells them."""
Parts = Mapping[str, bytes]


class Looked(NamedTuple):
    """What came of it."""

    ours: bool
    """Whether we wrote the file last."""
    found: tuple[Found, ...] = ()


def compared(found: OpenedWorkbook, expected: OpenedWorkbook) -> Looked:
    """Compare the looks of a workbook with those of one that has just been written."""
    left, right = found.parts, expected.parts
    kept = [name for name in right if name.startswith(_REWRITTEN)]
    if any(left.get(name) == right[name] for name in kept):
        return Looked(True, tuple(_by_part(left, right)))
    return Looked(False, tuple(_by_look(found, expected)))


_REWRITTEN = ("xl/worksheets/sheet", "xl/styles.xml", "xl/workbook.xml")
"""Parts that no other program writes as we do."""
_BESIDE = ("docProps/", "customXml/", "[Content_Types].xml", "_rels/")
"""Parts that readers do not see, and that filing systems put their stamps into."""


def _look(sheet: str, cell: str, what: str) -> Found:
    return sheet, cell, "look", what, ""


# Part for part.


def _by_part(left: Parts, right: Parts) -> Iterator[Found]:
    sheets = _sheets(right)
    for name in sorted({*left, *right}):
        if left.get(name) == right.get(name) or name.startswith(_BESIDE):
            continue
        if name not in left or name not in right:
            yield _look(
                sheets.get(name, ""), "", f"{'多出' if name in left else '缺少'}部件 {name}"
            )
        elif name in sheets:
            yield from _of_sheet(sheets[name], left[name], right[name])
        elif name != "xl/sharedStrings.xml":
            yield _look("", "", f"部件 {name} 被改动")
        elif b"<r>" in left[name] or b"<rPh" in left[name]:
            yield _look("", "", "文字里另有格式")


def _sheets(parts: Parts) -> dict[str, str]:
    """Part → sheet: we number them in the workbook's order."""
    names = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"].decode())
    return {f"xl/worksheets/sheet{n}.xml": _unescaped(name) for n, name in enumerate(names, 1)}


def _unescaped(text: str) -> str:
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
"""A link's own text: it follows the cell's value, which is compared by itself."""


def _of_sheet(sheet: str, left: bytes, right: bytes) -> Iterator[Found]:
    """Compare a sheet's part but for what its cells hold."""
    (left, cells), (right, own) = (_apart(xml) for xml in (left, right))
    ours, theirs = _elements(right), _elements(left)
    for name in sorted({*ours, *theirs}):
        if ours.get(name) != theirs.get(name):
            yield _look(sheet, "", f"{_ELEMENTS.get(name, '版面')}与评分时不同")
    heights, found = (dict(_ROW.findall(xml)) for xml in (own, cells))
    for row in heights.keys() | found.keys():
        if row in heights and row in found and heights[row] != found[row]:
            yield _look(sheet, "", f"第 {row.decode()} 行的行高或隐藏与评分时不同")
    styles, others = ({each[0]: each[1:] for each in _CELL.findall(xml)} for xml in (own, cells))
    for at in styles.keys() | others.keys():
        (style, empty, kind), (other, blank, array) = (
            each.get(at, (b"", b"/", b"")) for each in (styles, others)
        )
        if style != other and ((at in styles and at in others) or (empty and blank)):
            yield _look(sheet, at.decode(), "单元格的格式与评分时不同")
        if array != kind:
            yield _look(sheet, at.decode(), "公式的种类与评分时不同")


def _apart(xml: bytes) -> tuple[bytes, bytes]:
    """A sheet's part without its cells, and the cells."""
    head, _, rest = xml.partition(b"<sheetData")
    cells, _, tail = rest.rpartition(b"</sheetData>")
    return head + tail, cells


def _elements(xml: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for element in _ELEMENT.finditer(xml):
        name = element["name"].decode()
        found[name] = found.get(name, b"") + _SHOWN.sub(b"", element[0])
    rest = re.sub(rb"<dimension[^>]*>", b"", _ELEMENT.sub(b"", xml))
    return {**found, "": rest}


# What another program saved.


def _by_look(found: OpenedWorkbook, expected: OpenedWorkbook) -> Iterator[Found]:
    """Compare what a reader sees, as far as every program keeps it."""
    yield from _of_package(found.parts, expected.parts)
    try:
        left, right = (_opened(each.data) for each in (found, expected))
    except Exception:  # noqa: BLE001  (openpyxl does not open every workbook that others do)
        yield _look("", "", "版面无从核对：有少见的写法")
        return
    yield from _names(left, right)
    for sheet in right.worksheets:
        if sheet.title in left.sheetnames:
            yield from _seen(sheet.title, left[sheet.title], sheet)


def _opened(data: bytes) -> Any:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it does not keep; nothing is written here
        return load_workbook(io.BytesIO(data))


def _of_package(left: Parts, right: Parts) -> Iterator[Found]:
    if any("comments" in name.lower() for name in left):
        yield _look("", "", "有批注")
    shapes = sum(_SHAPE.findall(xml) != [] for name, xml in left.items() if "/drawings/" in name)
    if shapes:
        yield _look("", "", "有文本框、图片或图形")
    charts, own = (sum(_CHART.match(name) is not None for name in each) for each in (left, right))
    if charts > own:
        yield _look("", "", "多出图表")
    book = left.get("xl/workbook.xml", b"")
    if re.search(rb'<calcPr[^>]*(fullPrecision="(0|false)"|calcMode="manual")', book):
        yield _look("", "", "计算方式与评分时不同")


_SHAPE = re.compile(rb"<(?:xdr:|v:)?(?:sp|pic|cxnSp|shape)[\s>]")
_CHART = re.compile(r"xl/charts/chart[^/]*\.xml\Z")


def _names(left: Any, right: Any) -> Iterator[Found]:
    for name in left.defined_names:
        if name not in right.defined_names and not name.startswith("_xlnm"):
            yield _look("", "", f"多出名称 {name}")


def _seen(name: str, left: Any, right: Any) -> Iterator[Found]:
    if left.sheet_view.showFormulas:
        yield _look(name, "", "显示的是公式，不是结果")
    for letter, column in left.column_dimensions.items():
        if column.hidden or column.width < _NARROW:
            yield _look(name, "", f"{letter} 列被隐藏")
    for number, row in left.row_dimensions.items():
        if row.hidden or (row.height is not None and row.height < _NARROW):
            yield _look(name, "", f"第 {number} 行被隐藏")
    for block in {str(each) for each in left.merged_cells} ^ {str(m) for m in right.merged_cells}:
        yield _look(name, block.partition(":")[0], "合并单元格与评分时不同")
    yield from _margins(name, left, right)
    yield from _links(name, left, right)
    yield from _conditions(name, left, right)
    for row in right.iter_rows():
        for cell in row:
            if cell.value is not None:
                yield from _cell(name, left[cell.coordinate], cell)


_NARROW = 0.5


def _margins(name: str, left: Any, right: Any) -> Iterator[Found]:
    """The header, which has nothing, and the footer, which has 校验码."""
    for which in (
        "oddHeader",
        "evenHeader",
        "firstHeader",
        "oddFooter",
        "evenFooter",
        "firstFooter",
    ):
        said, own = (_plain(getattr(each, which)) for each in (left, right))
        if said != own and not (which.startswith(("even", "first")) and not said):
            yield _look(name, "", "页眉页脚与评分时不同")


def _plain(margin: Any) -> str:
    said = (margin.left.text, margin.center.text, margin.right.text)
    return "".join("".join(part or "" for part in said).split())


def _links(name: str, left: Any, right: Any) -> Iterator[Found]:
    own = {cell.coordinate: _target(cell) for row in right.iter_rows() for cell in row}
    for row in left.iter_rows():
        for cell in row:
            target = _target(cell)
            if target and target != own.get(cell.coordinate):
                yield _look(name, cell.coordinate, f"链接通向 {target}")


def _target(cell: Any) -> str:
    link = cell.hyperlink
    said = (link.location or link.target or "") if link else ""
    return said.lstrip("#").replace("'", "").replace("$", "")


def _conditions(name: str, left: Any, right: Any) -> Iterator[Found]:
    known = {rule for rule, _ in _rules(right)}
    for rule, at in _rules(left):
        if rule not in known:
            yield _look(name, at, "条件格式与评分时不同")


def _rules(sheet: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    for block in sheet.conditional_formatting:
        for rule in block.rules:
            formulas = [f"={text}" for text in rule.formula]
            yield tuple(_normal(text) for text in formulas), str(block.sqref).partition(":")[0]


def _normal(formula: str) -> str:
    return "".join(formula.split()).replace("'", "").replace("$", "").upper()


def _cell(name: str, left: Any, right: Any) -> Iterator[Found]:
    number = isinstance(right.value, int | float | dt.date) or str(right.value).startswith("=")
    ours, found = (_format(cell.number_format) for cell in (right, left))
    # LibreOffice gives a formula without a format of its own that of the cells it refers to.
    if number and found != ours and not (ours == "general" and _PLAIN.fullmatch(found)):
        yield _look(name, right.coordinate, f"数字格式是 {left.number_format}")
    if _colour(left) != _colour(right):
        yield _look(name, right.coordinate, "文字颜色与评分时不同")
    if left.font.strike and not right.font.strike:
        yield _look(name, right.coordinate, "画了删除线")


_PLAIN = re.compile(r"[#0,.]+%?")


def _format(code: str) -> str:
    if unit := behind(code):  # LibreOffice escapes what we put in quotes
        return f'general"{unit}"'
    return re.sub(r"[\s\\_]|\[\$[^\]]*\]", "", code).lower()


def _colour(cell: Any) -> str:
    """The colour of a cell's text; programs write black as none, as the theme's first, or as it is."""
    colour = cell.font.color
    if colour is None:
        return BLACK
    if colour.type == "theme":
        return themed(colour.theme, colour.tint)
    return indexed(colour.indexed) if colour.type == "indexed" else str(colour.rgb)[-6:]
