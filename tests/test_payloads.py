"""Staff text is only ever text: through every output, and after LibreOffice has opened and saved it."""

from __future__ import annotations

import copy
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from xml.sax.saxutils import unescape

import openpyxl
import pytest
from click.testing import CliRunner

from tests import clerical_mishaps, documents, libreoffice, plain_workbook
from tests.counts import chosen
from tests.payloads import PAYLOADS
from tests.plain_workbook import Book, Cell
from xlkpi import pipeline
from xlkpi.interfaces.cli.commands import cli
from xlkpi.pipeline import Document, score_documents
from xlkpi.writing import text as plain

BASE = documents.RECIPES / "基本示例.md"
TYPED = {
    "基本信息": ("主管部门", "实施单位", "单位负责人", "财务负责人", "填报人", "联系电话"),
}
COLUMNS = {
    "评价工作组": ("姓名", ("职务",)),
    "预算执行": ("项目名称", ("项目名称", "偏差原因")),
    "一级指标": ("编号", ("一级指标",)),
    "二级指标": ("编号", ("二级指标",)),
    "三级指标": (
        "编号",
        ("三级指标", "评分标准", "佐证材料", "偏差原因分析及改进措施", "计量单位"),
    ),
    "等级标准": ("等级", ("含义", "结果应用")),
    "文字材料": ("章节", ("正文",)),
}
COPIES = 3
"""Workbooks, each with other texts in other cells, so that every text stands in many places."""


def fillable(book: Book) -> Iterator[Cell]:
    """Every cell that staff fill in with free text."""
    info = clerical_mishaps.table(book.sheet("基本信息"), "项目")
    known = {str(row[0].value): row for row in info.filled}
    for name in TYPED["基本信息"]:
        if name in known:
            yield info.cell(known[name], "内容")
    for sheet, (first, headers) in COLUMNS.items():
        table = clerical_mishaps.table(book.sheet(sheet), first)
        for row in table.filled:
            yield from (table.cell(row, header) for header in headers)
    problems = clerical_mishaps.table(book.sheet("问题与措施"), "问题")
    for row in problems.sheet.rows[problems.head + 1 :][:4]:
        yield from (
            problems.cell(row, header) for header in ("问题", "改进措施", "责任人", "完成时限")
        )
    for each in clerical_mishaps.ballots(book):
        for row in each.filled:
            if each.cell(row, "评分说明").value in (None, ""):
                yield each.cell(row, "评分说明")


def filled(number: int, texts: list[str]) -> tuple[Book, dict[str, str]]:
    """A workbook with these texts wherever one may stand, and which text stands where."""
    book = copy.deepcopy(plain_workbook.opened(documents.sample(BASE)))
    book.inline = True
    for sheet in book.sheets:
        if sheet.name == "问题与措施":
            while len(sheet.rows) < 10:
                sheet.rows.append([Cell() for _ in range(4)])
    where = {}
    for n, cell in enumerate(fillable(book)):
        text = texts[(n * 7 + number * 5) % len(texts)]
        cell.value, cell.formula = text, None
        where[str(book.find(cell))] = text
    return book, where


def escaped(text: str) -> str:
    """As a spreadsheet program writes it: what looks like an escape is escaped itself."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


@pytest.fixture(scope="module")
def made(
    office: None, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[dict[str, str], Path, Path]]:
    """What stands where; an output; the same after LibreOffice. Scored, marked and public ones."""
    folder = tmp_path_factory.mktemp("payloads")
    texts = list(PAYLOADS.values())
    found: list[tuple[dict[str, str], Path]] = []
    for number in range(COPIES):
        book, where = filled(number, texts)
        for sheet in book.sheets:
            for row in sheet.rows:
                for cell in row:
                    if isinstance(cell.value, str) and cell.formula is None:
                        cell.value = escaped(cell.value)
        source = folder / f"来源{number}.xlsx"
        source.write_bytes(plain_workbook.written(book))
        outputs = dict(documents.outputs(source, public=True))
        assert set(outputs) == {"scored", "public"}, score_documents(
            [Document("x", source.read_bytes())]
        )[0].findings
        table, _, cell = clerical_mishaps.mark(book, Random(1)) or (None, None, None)
        assert table is not None and cell is not None
        cell.value = 999
        source.write_bytes(plain_workbook.written(book))
        outputs |= dict(documents.outputs(source))
        for kind, data in outputs.items():
            path = folder / f"{kind}{number}.xlsx"
            path.write_bytes(data)
            found.append(({} if kind == "public" else where, path))
    again = libreoffice.recalculated([path for _, path in found], folder / "re", strip=False)
    return [(where, path, other) for (where, path), other in zip(found, again, strict=True)]


def test_every_text_stands_at_its_cell_as_text_before_and_after(
    made: list[tuple[dict[str, str], Path, Path]],
) -> None:
    for where, path, again in made:
        for which in (path, again):
            book = openpyxl.load_workbook(which)
            for place, text in where.items():
                sheet, _, at = place.rpartition("!")
                cell = book[sheet][at]
                assert cell.data_type == "s", (which.name, place, cell.value)
                if path.stem.startswith("correction") and "_x00" in text:
                    continue  # openpyxl reads such an escape and does not write it
                assert _same(cell.value, text), (which.name, place, cell.value[:50], text[:50])


def _same(held: str, text: str) -> bool:
    """The text itself; openpyxl does not read `_x005F_` back, and LibreOffice drops a noncharacter."""
    return held.replace("_x005F_", "_").replace("\r", "") == text or _bare(held) == _bare(text)


def _bare(text: str) -> str:
    return re.sub("[\ufdd0\ufeff\u200b\u200d\u202a-\u202e\u2066-\u2069\t\n ]|_x005F", "", text)


def test_no_formula_link_or_code_is_made_of_a_text(
    made: list[tuple[dict[str, str], Path, Path]],
) -> None:
    """All formulas are those of the same workbook with plain words in it; all links lead inside."""
    words = {}
    for number in range(COPIES):
        book, _ = filled(number, [f"字{n}" for n in range(len(PAYLOADS))])
        source = plain_workbook.written(book)
        outcome = score_documents([Document(f"来源{number}.xlsx", source)])[0]
        words[f"scored{number}"] = formulas(pipeline.write_scored(outcome))
    for _, path, _ in made:
        data = path.read_bytes()
        if path.stem in words:
            assert formulas(data) == words[path.stem], path.name
        for text in PAYLOADS.values():
            assert len(text) < 6 or text not in all_formulas(data), (path.name, text)
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            assert not [n for n in names if "externalLink" in n or "vba" in n or "activeX" in n]
            for name in names:
                xml = package.read(name).decode("utf-8") if name.endswith((".xml", ".rels")) else ""
                assert 'TargetMode="External"' not in xml or not name.endswith(".rels"), (
                    path.name,
                    name,
                )
                assert "ddeLink" not in xml
                for footer in re.findall(r"<(?:odd|even|first)(?:Header|Footer)>(.*?)</", xml):
                    assert "[Picture]" not in footer
                    assert "&amp;20" not in footer
        for sheet in openpyxl.load_workbook(path).worksheets:
            for link in sheet._hyperlinks:
                assert link.target is None or link.target.startswith("#"), (path.name, link.target)


def formulas(data: bytes) -> dict[tuple[str, str], str]:
    """By place; those of 自评表 not, whose rows move with the length of the texts."""
    return {
        (sheet.title, cell.coordinate): str(cell.value)
        for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets
        if sheet.title != "自评表"
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def all_formulas(data: bytes) -> str:
    """As they stand in the file, on every sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheets = [
            package.read(name).decode() for name in package.namelist() if "worksheets/sheet" in name
        ]
    return unescape(
        "\n".join(found for xml in sheets for found in re.findall("<f[^>]*>(.*?)</f>", xml))
    )


HARD_NAMES = ("=1+1", "李'四", "History", "王 五", "A&B", "<x>", "{姓名}", "%s", "人" * 28)


@pytest.mark.usefixtures("office")
def test_a_scorers_name_is_a_name(tmp_path: Path) -> None:
    """On sheets, in formulas that refer to them, in links; after LibreOffice as before."""
    text = BASE.read_text(encoding="utf-8")
    paths = []
    for number, name in enumerate(chosen(HARD_NAMES, 4)):
        source = tmp_path / f"{number}.xlsx"
        source.write_bytes(
            documents.book(
                text.replace("| 甲 | 主任", f"| {name} | 主任").replace("评分_甲", f"评分_{name}")
            )
        )
        outcome = pipeline.score_file(source)
        assert outcome.scored, (name, [(f.code, f.message) for f in outcome.findings])
        assert str(outcome.scored.total) == "93.57"
        paths.append(tmp_path / f"{number}_结果.xlsx")
        paths[-1].write_bytes(pipeline.write_scored(outcome))
    for path, again in zip(paths, libreoffice.recalculated(paths, tmp_path / "re"), strict=True):
        assert libreoffice.disagreements(path, again) == [], path.name


@pytest.mark.parametrize("name", sorted(set(PAYLOADS) - {"long"}))
def test_what_is_printed_is_one_line_of_json_and_plain_text(name: str, tmp_path: Path) -> None:
    book = copy.deepcopy(plain_workbook.opened(documents.sample(BASE)))
    found = clerical_mishaps.mark(book, Random(2))
    assert found
    found[2].value = escaped(PAYLOADS[name])
    path = tmp_path / "甲.xlsx"
    path.write_bytes(plain_workbook.written(book))
    told = plain.told(pipeline.score_file(path, path.name))
    line = json.dumps(told["report"], ensure_ascii=False)
    assert json.loads(line.encode("utf-8").decode("utf-8")) == told["report"]
    assert "\n" not in line
    for each in str(told["text"]).splitlines():
        assert each.startswith("甲.xlsx › ")
        assert each.isprintable()


@pytest.mark.parametrize(
    "name",
    [
        "formula",
        "dde",
        "address",
        "script",
        "header",
        "braces",
        "escape",
        "bidi",
        "tab",
        "emoji",
        "long",
    ],
)
def test_a_new_workbooks_department_and_posts_are_text(name: str, tmp_path: Path) -> None:
    text = PAYLOADS[name].replace(",", "，")
    out = tmp_path / "新.xlsx"
    options = ["--department", text, "--scorer", f"甲,{text[:50]}"]
    run = CliRunner().invoke(cli, ["new", str(out), *options], catch_exceptions=False)
    said = run.stderr
    if run.exit_code == 2:
        assert "评分人" in said or "部门" in said
        return
    assert run.exit_code == 0, said
    cell = openpyxl.load_workbook(out)["基本信息"]["B5"]
    assert cell.data_type == "s"
    assert _same(cell.value, text)


@pytest.mark.usefixtures("processes")
def test_a_lone_surrogate_in_a_file_name_or_a_cell_is_no_trouble(tmp_path: Path) -> None:
    book = plain_workbook.opened(documents.sample(BASE))
    clerical_mishaps.tiers(book)[2].filled[0][2].value = "坏_xD800_字"
    path = tmp_path / b"\xff\xfe.xlsx".decode("utf-8", "surrogateescape")
    path.write_bytes(plain_workbook.written(book))
    run = subprocess.run(
        [sys.executable, "-m", "xlkpi", "score", path, "--json"], capture_output=True, check=False,
        timeout=60, cwd=documents.ROOT,
    )  # fmt: skip
    assert b"Traceback" not in run.stderr
    assert run.returncode in (0, 1, 3), run.stderr.decode()
    assert json.loads(run.stdout.decode("utf-8"))["status"] in ("scored", "refused", "unreadable")
