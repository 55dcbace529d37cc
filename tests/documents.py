"""Workbooks for tests and samples: from Markdown, with the mishaps of a clumsy clerk on top.

A *recipe* is a Markdown text: what happened, on which workbook, step by step, and what the tool
must find. Recipes are samples and tests at once: adding a file adds a test.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string

from tests.made_once import made_once
from xlkpi import pipeline
from xlkpi.audit import verify
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.verification import Verification
from xlkpi.exchange import markdown
from xlkpi.exchange.new import Scorer, prepare
from xlkpi.pipeline import Document, score_documents
from xlkpi.writing.blank import blank
from xlkpi.writing.marked_copy import steady
from xlkpi.writing.xlsx import emit

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
RECIPES = SAMPLES / "有错误的"

Step = tuple[str, str, str, str]
"""操作, 工作表, 单元格, 内容."""


@lru_cache(maxsize=32)
@made_once
def book(text: str) -> bytes:
    """The workbook of a Markdown text; a template without a scorer gets one."""
    contents = markdown.parse(text)
    if not contents.ballots:
        contents = prepare(contents, "", "", [Scorer("评分人1")])
    return emit(blank(contents))


def sample(path: Path) -> bytes:
    """The workbook of a Markdown file."""
    return book(path.read_text(encoding="utf-8"))


def scored(folder: Path, name: str, data: bytes) -> Path:
    """The scored workbook of a sound one, as a file of that name."""
    path = folder / f"{name}.xlsx"
    path.write_bytes(pipeline.write_scored(score_documents([Document(path.name, data)])[0]))
    return path


def outputs(path: Path, public: bool = False) -> Iterator[tuple[str, bytes]]:
    """Kind and bytes of what is written for a source."""
    document = pipeline.open_document(path, path.name)
    return pipeline.write_outputs(pipeline.score_document(document), document, public=public)


def mishandled(data: bytes, steps: Sequence[Step]) -> bytes:
    """The workbook after these steps, saved by openpyxl with the template's values kept."""
    return _mishandled(data, tuple(steps))


@made_once
def _mishandled(data: bytes, steps: tuple[Step, ...]) -> bytes:
    opened = openpyxl.load_workbook(io.BytesIO(data))
    for what, sheet, cell, content in steps:
        _OPERATIONS[what](opened, sheet, cell, content)
    buffer = io.BytesIO()
    opened.save(buffer)
    for what, sheet, cell, content in steps:
        if what == "写" and content.startswith("算得 "):
            part = f"xl/worksheets/sheet{opened.sheetnames.index(sheet) + 1}.xml"
            buffer = _calculated(buffer, part, cell, content.split(" ")[1])
    return steady(buffer.getvalue())  # what is kept in the repository changes with its text alone


def _calculated(data: io.BytesIO, part: str, cell: str, value: str) -> io.BytesIO:
    """The package with a value for the formula in a cell, which openpyxl cannot write."""
    made = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            held = old.read(info)
            if info.filename == part:
                found = rf'(<c r="{cell}"[^>]*><f>[^<]*</f>)<v ?(/>|></v>)'.encode()
                held, count = re.subn(found, rf"\g<1><v>{value}</v>".encode(), held)
                assert count == 1, (part, cell)
            new.writestr(info, held)
    return made


def _write(opened: Any, sheet: str, cell: str, content: str) -> None:
    opened[sheet][cell].value = None
    target = opened[sheet][cell]
    content = re.sub(r"\\u([0-9A-F]{4})", lambda found: chr(int(found[1], 16)), content)
    kind, _, rest = content.partition(" ")
    if kind == "数":
        target.value = float(rest)
    elif kind == "公式":
        target.value = rest
    elif kind == "算得":
        target.value = rest.partition(" ")[2]
    elif kind == "错误":
        target.value, target.data_type = rest, "e"
    elif kind == "日期":
        target.value = dt.datetime.fromisoformat(rest)
        target.number_format = "yyyy-mm-dd"
    elif kind == "逻辑":
        target.value = rest == "TRUE"
    elif kind == "百分比":
        target.value, target.number_format = float(rest), "0%"
    elif content != "空":
        target.value, target.data_type = content, "s"


def _rename(opened: Any, sheet: str, cell: str, content: str) -> None:
    opened[sheet].title = content


def _drop(opened: Any, sheet: str, cell: str, content: str) -> None:
    del opened[sheet]


def _copy(opened: Any, sheet: str, cell: str, content: str) -> None:
    opened.copy_worksheet(opened[sheet]).title = content


def _create(opened: Any, sheet: str, cell: str, content: str) -> None:
    opened.create_sheet(sheet)


def _insert(opened: Any, sheet: str, cell: str, content: str) -> None:
    if cell.isalpha():
        opened[sheet].insert_cols(column_index_from_string(cell))
    else:
        opened[sheet].insert_rows(int(cell))


def _delete(opened: Any, sheet: str, cell: str, content: str) -> None:
    opened[sheet].delete_rows(int(cell))


def _merge(opened: Any, sheet: str, cell: str, content: str) -> None:
    opened[sheet].merge_cells(cell)


def _hide(opened: Any, sheet: str, cell: str, content: str) -> None:
    if cell.isalpha():
        opened[sheet].column_dimensions[cell].hidden = True
    elif cell:
        opened[sheet].row_dimensions[int(cell)].hidden = True
    else:
        opened[sheet].sheet_state = "hidden"


def _name(opened: Any, sheet: str, cell: str, content: str) -> None:
    if content == "空":
        del opened.defined_names[cell]
    else:
        opened.defined_names[cell].attr_text = content


def _format(opened: Any, sheet: str, cell: str, content: str) -> None:
    opened[sheet][cell].number_format = content


def _font(opened: Any, sheet: str, cell: str, content: str) -> None:
    target = opened[sheet][cell]
    target.font = Font(strike=content == "删除线", color="FFFFFF" if content == "白色" else None)
    target.fill = PatternFill() if content == "白色" else copy(target.fill)


_LOOKS = {"上标": {"vertAlign": "superscript"}, "下标": {"vertAlign": "subscript"}, "删除线": {"strike": True}, "白色": {"color": "FFFFFF"}}  # fmt: skip


def _piece(opened: Any, sheet: str, cell: str, content: str) -> None:
    """`8+上标 2`: a text in pieces."""
    blocks = []
    for piece in content.split("+"):
        look, _, text = piece.rpartition(" ")
        blocks.append(TextBlock(InlineFont(**_LOOKS.get(look, {})), text))
    opened[sheet][cell].value = CellRichText(*blocks)


def _hide_zeros(opened: Any, sheet: str, cell: str, content: str) -> None:
    opened[sheet].sheet_view.showZeros = False


_OPERATIONS = {
    "不显示零": _hide_zeros, "格式": _format, "字体": _font, "分段": _piece, "写": _write, "改名": _rename, "删表": _drop, "复制表": _copy, "新表": _create, "插入": _insert,
    "删除行": _delete, "合并": _merge, "隐藏": _hide, "名称": _name,
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """A broken sample: how it is made, and the findings that it must give."""

    title: str
    base: Path
    steps: tuple[Step, ...]
    findings: tuple[tuple[str, str], ...]
    """(code, place) of every error and warning, and of the notes that are named."""

    def workbook(self) -> bytes:
        """The broken workbook."""
        return mishandled(sample(self.base), self.steps)


def recipe(path: Path) -> Recipe:
    """Read a recipe."""
    text = path.read_text(encoding="utf-8")
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    base = re.search(r"^基于 (\S+)$", text, re.MULTILINE)
    assert title, path
    assert base, path
    tables = list(_tables(text))
    steps = tuple(_step(row) for row in tables[0])
    findings = tuple((row[0], row[1]) for row in tables[1])
    return Recipe(title[1], path.parent / base[1], steps, findings)


def _step(row: list[str]) -> Step:
    what, sheet, cell, content = row
    return what, sheet, cell, content


def _tables(text: str) -> Iterator[list[list[str]]]:
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip()[1:-1])
            rows.append(
                [c.strip().replace("\\|", "|").replace("<br>", "\n").strip("`") for c in cells]
            )
        elif rows:
            yield rows[2:]
            rows = []


def recipes() -> list[Path]:
    """All recipes."""
    return sorted(
        path for path in RECIPES.glob("*.md") if path.name not in ("README.md", "基本示例.md")
    )


def verified(
    data: bytes,
    file: str,
    source: bytes | None = None,
    source_file: str = "",
    form: FormTemplate | None = None,
) -> Verification:
    """What `verify` says of a scored workbook's bytes, and of those of its source."""
    of_source = score_documents([Document(source_file, source)])[0] if source is not None else None
    return verify.verify(Document(file, data, keep_parts=True), of_source, form)
