"""A workbook that is not of the format at all gets one finding: what it is taken for, and what to do.

A clerk may have lost or renamed most of the sheets, and then needs the findings and the marked copy:
a workbook is foreign only where hardly anything in it looks like the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlkpi.domain import fingerprint, schema
from xlkpi.domain.cells import Grid
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Filled
from xlkpi.domain.location import CellRef
from xlkpi.domain.schema import BALLOT, TIER3, Sheet, canonical
from xlkpi.domain.text import as_text, tidy
from xlkpi.reading.misnamed_sheets import looks_like
from xlkpi.reading.open import KnownSheets, OpenedWorkbook

_OWN_NAMES = "xlkpi_"
_ENOUGH = 3
"""So much evidence makes a workbook one of the format: a third-tier sheet, or a filled-in table and a name."""
_TELLING = (TIER3, BALLOT)
"""Sheets whose headers occur nowhere else."""
_ROWS, _COLUMNS = 60, 40
"""The part of a sheet that is looked at."""

_FORM_TITLE = "自评表"
_TARGET_TITLE = ("绩效目标表", "绩效目标申报表")
_FORM_LABELS = frozenset(
    canonical(label)
    for label in (
        "一级指标", "二级指标", "三级指标", "年度总体目标", "年度指标值", "指标值", "实际完成值", "全年完成值", "分值",
        "得分", "全年预算数", "全年执行数", "主管部门", "实施单位", "偏差原因分析及改进措施",
    )
)  # fmt: skip
_MOST_FORMS = 5
"""So many of these labels make a form, whatever its title."""


def find_foreign(workbook: OpenedWorkbook, filled: Filled) -> Finding | None:
    """Return what a workbook is taken for that is not of the format; None for one that is."""
    book, _ = workbook.known
    if filled.from_result:
        return None
    if workbook.marked_from or any(
        name.casefold().startswith(_OWN_NAMES) for name in book.package.names
    ):
        return None
    evidence = _weigh_sheets(filled)
    if sum(evidence.values()) >= _ENOUGH:
        return None
    return _describe(book, [name for name, weight in evidence.items() if weight > 1])


def is_public_version(workbook: OpenedWorkbook) -> bool:
    """Whether a workbook is a public version of ours: 自评表 alone."""
    grids = workbook.known[0].foreign
    return len(workbook.package.sheets) == 1 and any(_is_public(grid) for grid in grids)


def _weigh_sheets(filled: Filled) -> dict[str, int]:
    """Return how much the sheets speak for the format: a name 1, what only that sheet contains more."""
    evidence: dict[str, int] = {}

    def add(sheet: Sheet, weight: int) -> None:
        evidence[sheet.name] = max(weight, evidence.get(sheet.name, 0))

    for grid in filled.grids:
        sheet = schema.sheet_named(grid.name)
        assert sheet is not None
        found = looks_like(sheet, grid)
        add(sheet, (3 if sheet in _TELLING else 2) if found else 1)
    for each in filled.misnamed_sheets:
        add(each.sheet, 3 if each.sheet in _TELLING else 2)
    return evidence


def _describe(book: KnownSheets, known: list[str]) -> Finding:
    order = [facts.name for facts in book.package.sheets]
    grids = sorted((*book.grids, *book.foreign), key=lambda grid: order.index(grid.name))
    title = next((text for grid in grids for text in _texts(grid)), "")
    form = next((text for grid in grids for text in _texts(grid) if _is_title(text)), "")
    if any(_is_public(grid) for grid in grids):
        return _tell("本程序写出的公开版自评表", "要重新评分，请拖入原来的工作簿")
    if form and any(each in canonical(form) for each in _TARGET_TITLE):
        return _tell(f"财政部门的绩效目标表（“{form}”）", _FILL_IN)
    if form or any(_is_form(grid) for grid in grids):
        named = f"（“{form}”）" if form else ""
        return _tell(f"财政部门的自评表{named}", f"{_FILL_IN}；评分后会得到填好的“自评表”")
    if not title:
        return _tell("空的工作簿", _NEW)
    if known:
        like = "、".join(f"“{name}”" for name in known)
        return _tell(
            f"别的表格，只有{like}像标准格式的表",
            f"{_NEW}；是标准工作簿删剩下的，请从原件找回其余的表",
        )
    return _tell(f"别的表格（开头是“{title}”）", _NEW)


_FILL_IN = "请用 xlkpi new 生成一份空白工作簿，把这张表的内容填进去，再拖入那一份"
_NEW = "请拖入用空白模板填写的工作簿；还没有的，请用 xlkpi new 生成一份"


def _tell(what: str, how: str) -> Finding:
    return finding("X124", CellRef(""), what=what, how=how)


def _texts(grid: Grid) -> Iterator[str]:
    """Yield the texts at the beginning of a sheet."""
    for row in grid.rows[:_ROWS]:
        for raw in row[:_COLUMNS]:
            text = tidy(as_text(raw)) if isinstance(raw, str) else ""
            if text:
                yield text


def _is_title(text: str) -> bool:
    plain = canonical(text)
    return (
        len(plain) < 60
        and "绩效" in plain
        and any(each in plain for each in (_FORM_TITLE, *_TARGET_TITLE))
    )


def _is_form(grid: Grid) -> bool:
    return len(_FORM_LABELS & _plain(_texts(grid))) >= _MOST_FORMS


def _is_public(grid: Grid) -> bool:
    """Whether it is a public version of ours, with the labels of its source below the form."""
    labels = (fingerprint.SOURCE_LABEL, fingerprint.IDENTITY_LABEL, fingerprint.LABEL)
    own = canonical(grid.name) == canonical(schema.FORM_SHEET)
    return own and {canonical(label) for label in labels} <= _plain(
        raw for row in grid.rows for raw in row[:1] if isinstance(raw, str)
    )


def _plain(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(schema.bare_header(canonical(text)) for text in texts)
