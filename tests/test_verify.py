"""`verify` finds any changed cell of a scored workbook; with the source it names the cell."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from tests import documents, libreoffice, random_books
from tests.counts import PROVE, chosen, drawn
from tests.zips import unzipped, zipped
from xlkpi import pipeline
from xlkpi.audit import reference, verify
from xlkpi.audit.crosscheck import find_disagreements
from xlkpi.domain.form_template import FormTemplate
from xlkpi.interfaces.cli.commands import cli
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.open import OpenedWorkbook

BASE = documents.RECIPES / "基本示例.md"
CELL = re.compile(r'<c r="([A-Z]+\d+)"([^>]*?)(/>|>(.*?)</c>)', re.DOTALL)
PARTS = 8
CHOSEN = 4
"""Cells a part in the normal run; all of them with `make prove`."""


@cache
def scored() -> bytes:
    source = documents.sample(BASE)
    return pipeline.write_scored(score_documents([Document("甲.xlsx", source)])[0])


@cache
def held() -> dict[str, bytes]:
    return unzipped(scored())


def sheets() -> dict[str, str]:
    """Parts of the sheets, by part: the sheet's name."""
    book = held()["xl/workbook.xml"].decode()
    names = re.findall(r'<sheet name="([^"]+)"', book)
    return {f"xl/worksheets/sheet{n}.xml": name for n, name in enumerate(names, 1)}


def changes() -> Iterator[tuple[str, str, str]]:
    """(part, address, the cell's new XML): each cell with something in it, its value changed."""
    for part in sheets():
        for cell in CELL.finditer(held()[part].decode()):
            address, attributes, inside = cell[1], cell[2], cell[4] or ""
            value = re.search(r"<v>(.*?)</v>", inside, re.DOTALL)
            if value is None:
                continue
            formula = "".join(re.findall(r"<f>.*?</f>", inside, re.DOTALL))
            if 't="s"' in attributes or 't="str"' in attributes:
                attributes = re.sub(r' t="s(tr)?"', ' t="str"', attributes)
                new = "改过的字"
            else:
                new = str(float(value[1]) + 0.01)
            yield part, address, f'<c r="{address}"{attributes}>{formula}<v>{new}</v></c>'
            if formula:
                other = formula.replace("<f>", "<f>0+")
                yield part, address, cell[0].replace(formula, other)


def changed(part: str, address: str, new: str) -> bytes:
    xml = held()[part].decode()
    start = re.compile(rf'<c r="{address}"[^>]*?(/>|>.*?</c>)', re.DOTALL)
    return zipped({**held(), part: start.sub(lambda _: new, xml, count=1).encode()})


def test_an_untouched_one_is_the_same() -> None:
    assert documents.verified(scored(), "甲_评分结果.xlsx").status == "same"
    made = documents.verified(scored(), "别的名字.xlsx", documents.sample(BASE))
    assert (made.status, made.differences) == ("same", ())
    assert re.fullmatch(r"[0-9a-f]{12}", made.verification_code)


@pytest.mark.parametrize("word", ["读入的工作表", "有内容的格", "合计"])
def test_a_table_of_counts_that_is_not_found_any_more_is_a_change(word: str) -> None:
    """What only the source knows is taken from the workbook itself; it may have been destroyed."""
    parts = held()
    texts = parts["xl/sharedStrings.xml"].decode()
    spoilt = re.sub(rf"<t([^>]*)>{word}</t>", r"<t\1>别的字</t>", texts)
    assert spoilt != texts
    made = documents.verified(zipped({**parts, "xl/sharedStrings.xml": spoilt.encode()}), "甲.xlsx")
    assert made.status == "changed"


@pytest.mark.parametrize("count", ["1e300", "1e999", "-5", "0.5"])
def test_a_count_that_is_none_is_a_change(count: str) -> None:
    part = next(part for part, name in sheets().items() if name == "来源与指纹")
    cell = next(each for each in CELL.finditer(held()[part].decode()) if each[1].startswith("D1"))
    lie = changed(part, cell[1], f'<c r="{cell[1]}"><v>{count}</v></c>')
    assert documents.verified(lie, "甲.xlsx").status == "changed"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_changed_cell_is_found_and_with_the_source_named(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    """Value, text, formula and the value that a formula shows, one at a time."""
    mine = list(changes())[part::PARTS]
    mine = chosen(mine, CHOSEN, part)
    for sheet, address, new in mine:
        data = changed(sheet, address, new)
        where = (sheets()[sheet], address)
        assert documents.verified(data, "甲.xlsx").status == "changed", where
        made = documents.verified(data, "结果.xlsx", documents.sample(BASE), "甲.xlsx")
        assert where in [(each.sheet, each.cell) for each in made.differences], where
    record_property(
        "cells of a scored workbook changed one at a time, all found and named", len(mine)
    )


def test_what_stands_beyond_it_is_found() -> None:
    parts = held()
    book = parts["xl/workbook.xml"].decode()
    names = re.findall(r'<sheet name="([^"]+)"', book)
    hidden = book.replace(f'name="{names[-1]}"', f'name="{names[-1]}" state="hidden"')
    swapped = (
        book.replace(f'"{names[-1]}"', '"~"')
        .replace(f'"{names[-2]}"', f'"{names[-1]}"')
        .replace('"~"', f'"{names[-2]}"')
    )
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    shorter = re.sub(r'<row r="5".*?</row>', "", sheet, count=1, flags=re.DOTALL)
    assert shorter != sheet
    tried = {
        "hidden": {**parts, "xl/workbook.xml": hidden.encode()},
        "sheets": {**parts, "xl/workbook.xml": swapped.encode()},
        "macro": {**parts, "xl/vbaProject.bin": b"x"},
        "missing": {**parts, "xl/worksheets/sheet1.xml": shorter.encode()},
    }
    for kind, made in tried.items():
        told = documents.verified(zipped(made), "甲.xlsx")
        assert told.status == "changed", kind
        kinds = {each.kind for each in told.differences}
        assert kinds & {kind, "inputs"}, (kind, told.differences[:4])


@pytest.mark.usefixtures("office")
def test_saved_again_by_libreoffice_it_is_resaved(tmp_path: Path) -> None:
    paths = []
    samples = sorted(documents.SAMPLES.glob("*.xlsx"))
    for source in [BASE, *(samples if PROVE else ())]:
        data = documents.sample(source) if source.suffix == ".md" else source.read_bytes()
        paths.append(tmp_path / f"{source.stem}.xlsx")
        paths[-1].write_bytes(
            pipeline.write_scored(score_documents([Document(source.name, data)])[0])
        )
    for again in libreoffice.recalculated(paths, tmp_path / "re", strip=False):
        made = documents.verified(again.read_bytes(), again.name)
        assert (made.status, made.differences[:3]) == ("resaved", ()), again.name


SUMMARY = "xl/worksheets/sheet1.xml"
LOOKS: dict[str, tuple[str, str, str]] = {
    "a footer with another 校验码": (SUMMARY, r"校验码 [0-9a-f]{4}", "校验码 0000"),
    "a header": (SUMMARY, "<oddFooter>", "<oddHeader>&amp;C总分 100.00</oddHeader><oddFooter>"),
    "a hidden row": (SUMMARY, '<row r="7"', '<row r="7" hidden="1"'),
    "a row of no height": (SUMMARY, r'<row r="4" ht="[^"]*"', '<row r="4" ht="0"'),
    "a hidden column": (SUMMARY, '<col min="2"', '<col hidden="1" min="2"'),
    "a link that leads elsewhere": (SUMMARY, "location=\"'指标得分'!A1\"", "location=\"'汇总'!A9\""),
    "no links": (SUMMARY, "<hyperlinks>.*</hyperlinks>", ""),
    "a merge over a figure": (SUMMARY, '<mergeCell ref="A1:G1"/>', '<mergeCell ref="A1:G1"/><mergeCell ref="A4:B4"/>'),
    "another style": (SUMMARY, r'<c r="B4" s="\d+"', '<c r="B4" s="1"'),
    "an array formula": (SUMMARY, r'(<c r="B4"[^>]*>)<f>', r'\1<f t="array" ref="B4">'),
    "formulas instead of results": (SUMMARY, "<sheetView ", '<sheetView showFormulas="1" '),
    "no protection": (SUMMARY, "<sheetProtection[^>]*/>", ""),
    "a condition that paints": (SUMMARY, "<mergeCells", '<conditionalFormatting sqref="B4"><cfRule type="expression" priority="9"><formula>TRUE</formula></cfRule></conditionalFormatting><mergeCells'),
    "another number format": ("xl/styles.xml", 'formatCode="0.00"', 'formatCode="&quot;100&quot;"'),
    "a name": ("xl/workbook.xml", "</definedNames>|(?=<calcPr)", '<definedName name="总分">100</definedName></definedNames>'),
    "precision as displayed": ("xl/workbook.xml", "<calcPr ", '<calcPr fullPrecision="0" '),
    "another name in the chart": ("xl/charts/chart1.xml", "<c:v>[^<]*</c:v>", "<c:v>100</c:v>"),
    "a text box": ("xl/drawings/drawing1.xml", "</xdr:wsDr>", "<xdr:twoCellAnchor><xdr:sp/></xdr:twoCellAnchor></xdr:wsDr>"),
}  # fmt: skip
"""What a reader would see otherwise, the cells being the same: (part, what stands there, what then)."""


@pytest.mark.parametrize("look", LOOKS)
def test_what_a_reader_would_see_otherwise_is_found(look: str) -> None:
    part, before, after = LOOKS[look]
    xml, count = re.subn(before, after, held()[part].decode(), count=1, flags=re.DOTALL)
    assert count == 1
    data = zipped({**held(), part: xml.encode()})
    for source in (None, documents.sample(BASE)):
        made = documents.verified(data, "甲.xlsx", source)
        assert made.status == "changed"
        assert "look" in {each.kind for each in made.differences}


@pytest.fixture(scope="module")
def resaved(office: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("重存")
    path = folder / "甲_评分结果.xlsx"
    path.write_bytes(scored())
    (again,) = libreoffice.recalculated([path], folder / "re", strip=False)
    assert documents.verified(again.read_bytes(), "甲.xlsx").status == "resaved"
    return unzipped(again.read_bytes())


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        (SUMMARY, '(<row [^>]*)hidden="false"', r'\1hidden="true"'),
        (SUMMARY, '(<col [^>]*)hidden="false"', r'\1hidden="true"'),
        (SUMMARY, "校验码 [0-9a-f]{4}", "校验码 0000"),
        (SUMMARY, r"<mergeCell ref=[^>]*>", ""),
        (SUMMARY, "location=\"&apos;指标得分&apos;!A1\"", 'location="汇总!A9"'),
        (SUMMARY, 'showFormulas="false"', 'showFormulas="true"'),
        ("xl/styles.xml", 'formatCode="0.00"|formatCode="0.0#####%"', 'formatCode="&quot;100.00&quot;"'),
        ("xl/styles.xml", '<color rgb="FF[0-9A-F]*"/>', '<color rgb="FFFFFFFE"/>'),
        ("xl/styles.xml", '<color rgb="FF[0-9A-F]*"/>', '<color theme="0"/>'),
        ("xl/styles.xml", '<color rgb="FF[0-9A-F]*"/>', '<color indexed="9"/>'),
        ("xl/workbook.xml", "<definedNames>", '<definedNames><definedName name="总分">100</definedName>'),
        ("xl/drawings/drawing1.xml", "</xdr:wsDr>", "<xdr:twoCellAnchor><xdr:sp /></xdr:twoCellAnchor></xdr:wsDr>"),
    ],
)  # fmt: skip
def test_in_a_file_that_was_saved_again_what_shows_something_else_is_found(
    resaved: dict[str, bytes], part: str, before: str, after: str
) -> None:
    xml, count = re.subn(before, after, resaved[part].decode())
    assert count
    made = documents.verified(zipped({**resaved, part: xml.encode()}), "甲.xlsx")
    assert made.status == "changed"


@pytest.mark.parametrize("part", range(4))
def test_what_was_scored_is_the_same_to_the_last_byte(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    """Also where inputs were typed in other ways than they are read: "0.8%", a cell shown as per cent."""
    seeds = range(400 + part, 400 + drawn(12, 200), 4)
    for seed in seeds:
        source = random_books.workbook(seed)
        data = pipeline.write_scored(score_documents([Document("随机.xlsx", source)])[0])
        for given in (None, source):
            made = documents.verified(data, "随机_评分结果.xlsx", given, "随机.xlsx")
            assert (made.status, made.differences[:3]) == ("same", ()), seed
    record_property("random workbooks that verify as the same to the last byte", len(seeds))


@pytest.mark.parametrize("seed", [496, 599])
def test_a_sign_before_the_actual_value_is_no_change(seed: int) -> None:
    """Found by `make prove`: >47.6 beside > 46.6 was scored by another formula than 47.6."""
    data = pipeline.write_scored(
        score_documents([Document("随机.xlsx", random_books.workbook(seed))])[0]
    )
    assert documents.verified(data, "随机_评分结果.xlsx").status == "same"


@pytest.mark.parametrize("words", ["内容指纹", "源文件", "来源标识", "校验码："])
def test_our_own_labels_are_only_words_where_staff_write_them(words: str) -> None:
    steps = [("写", "三级指标", "C5", words), ("写", "评价工作组", "B5", words)]
    source = documents.mishandled(documents.sample(BASE), steps)
    data = pipeline.write_scored(score_documents([Document("甲.xlsx", source)])[0])
    assert documents.verified(data, "甲_评分结果.xlsx", source, "甲.xlsx").status == "same"
    origin = OpenedWorkbook("", data).origin
    assert origin is not None
    assert origin.file == "甲.xlsx"


def own_form() -> tuple[FormTemplate, dict[str, bytes], str]:
    """An office's own layout, the parts of what was scored with it, and the part of 自评表."""
    outcome = score_documents([Document("甲.xlsx", documents.sample(BASE))])[0]
    layout = pipeline.read_form_template(
        documents.ROOT / "workbook_templates/自评表版式/项目支出.xlsx"
    )
    part = next(part for part, name in sheets().items() if name == "自评表")
    return layout, unzipped(pipeline.write_scored(outcome, layout)), part


def test_an_offices_own_layout_of_the_form_is_kept_and_verified() -> None:
    layout, parts, form = own_form()
    for source in (None, documents.sample(BASE)):
        made = documents.verified(zipped(parts), "甲.xlsx", source)
        assert (made.status, made.form) == ("same", layout.label)
        made = documents.verified(zipped(parts), "甲.xlsx", source, form=layout)
        assert (made.status, made.form) == ("same", "")
    total = re.compile(r"(<f>[^<]*汇总[^<]*</f>)<v>[^<]*</v>")
    parts[form] = total.sub(r"\1<v>100</v>", parts[form].decode(), count=1).encode()
    made = documents.verified(zipped(parts), "甲.xlsx")
    assert [(each.sheet, each.kind) for each in made.differences] == [("自评表", "result")]


def test_another_layout_than_the_one_it_was_scored_with_is_found() -> None:
    layout, parts, _ = own_form()
    other = layout._replace(cells={**layout.cells, (0, 0): "另一个标题"})
    made = documents.verified(zipped(parts), "甲.xlsx", form=other)
    assert ("自评表", "A1") in [(each.sheet, each.cell) for each in made.differences]


def test_a_layout_that_was_destroyed_is_a_change() -> None:
    _, parts, _ = own_form()
    texts = parts["xl/sharedStrings.xml"].decode()
    spoilt = re.sub("版式名称", "别的", texts)
    made = documents.verified(zipped({**parts, "xl/sharedStrings.xml": spoilt.encode()}), "甲.xlsx")
    assert made.status == "changed"


def test_another_source_is_not_its_source() -> None:
    other = documents.mishandled(documents.sample(BASE), [("写", "评分_甲", "H5", "数 27")])
    made = documents.verified(scored(), "甲.xlsx", other)
    assert made.status == "changed"
    assert ("评分_甲", "H5") in [(each.sheet, each.cell) for each in made.differences]


def test_another_version_is_said_and_its_figures_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = next(part for part, name in sheets().items() if name == "来源与指纹")
    lie = changed(part, "B10", '<c r="B10" t="str"><v>xlkpi 99.0，格式版本 1</v></c>')
    assert documents.verified(lie, "甲.xlsx").status == "changed"  # the fingerprint says so
    monkeypatch.setattr(verify, "PROGRAM", "xlkpi 99.0，格式版本 1，结果版式 2")
    made = documents.verified(scored(), "甲.xlsx", documents.sample(BASE))
    assert (made.status, made.differences) == ("other-version", ())
    total = re.compile(r'(<c r="B4"[^>]*>.*?)<v>[^<]*</v>', re.DOTALL)
    xml = total.sub(r"\1<v>100</v>", held()[SUMMARY].decode(), count=1)
    made = documents.verified(zipped({**held(), SUMMARY: xml.encode()}), "甲.xlsx")
    assert [(each.sheet, each.cell) for each in made.differences] == [("汇总", "B4")]
    other = documents.mishandled(documents.sample(BASE), [("写", "评分_甲", "H5", "数 27")])
    made = documents.verified(scored(), "甲.xlsx", other)
    assert ("评分_甲", "H5") in [(each.sheet, each.cell) for each in made.differences]


@pytest.mark.parametrize("part", range(4))
def test_engine_and_reference_agree_on_random_workbooks(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    """All ways to combine, both 打分制, recusals, computed indicators: to the last digit."""
    seeds = range(50_000 + part, 50_000 + drawn(28, 1000), 4)
    figures = 0
    for seed in seeds:
        made = score_documents([Document("随机.xlsx", random_books.workbook(seed))])[0]
        assert made.scored, seed
        assert list(find_disagreements(made)) == [], seed
        figures += sum(map(len, made.scored.tiers)) + 2
    record_property("scored workbooks whose figures the reference gives too", len(seeds))
    record_property("figures of scored workbooks that the reference gives too", figures)


def test_an_engine_that_is_wrong_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong here and in the workbook alike: only a second computation can tell."""
    right = reference.compute_verdict

    def other(*arguments: Any) -> reference.Verdict:
        said = right(*arguments)
        return reference.Verdict(said.total + 1, said.grade, said.tiers)

    monkeypatch.setattr(reference, "compute_verdict", other)
    made = documents.verified(scored(), "甲.xlsx")
    assert [each.kind for each in made.differences] == ["figure"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def test_on_the_command_line(tmp_path: Path) -> None:
    schema = json.loads((documents.ROOT / "docs/schema/verify-1.json").read_text(encoding="utf-8"))
    source, good, bad, html = (tmp_path / f"{name}.xlsx" for name in ("甲", "好", "坏", "网页"))
    source.write_bytes(documents.sample(BASE))
    good.write_bytes(scored())
    bad.write_bytes(changed(*next(iter(changes()))))
    html.write_text("<html></html>", encoding="utf-8")
    said = run("verify", good, "--source", source)
    assert (said.exit_code, "没有改动" in said.stdout) == (0, True)
    said = run("score", good)  # a result that is dropped again is verified
    assert (said.exit_code, "没有改动" in said.stdout) == (0, True)
    said = run("verify", bad)
    assert said.exit_code == 1
    assert "汇总!A1" in said.stdout
    for path, code in ((good, 0), (bad, 1)):
        told = run("verify", path, "--json")
        jsonschema.validate(json.loads(told.stdout), schema)
        assert told.exit_code == code
    assert run("verify", source).exit_code == 2
    assert run("verify", html).exit_code == 3
    for unread in (html, tmp_path / "没有.xlsx"):
        said = run("verify", good, "--source", unread)
        assert (said.exit_code, said.stdout.startswith(unread.name)) == (3, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "坏.xlsx",
        "好.xlsx",
        "甲.xlsx",
        "网页.xlsx",
    ]


def test_whatever_a_workbook_is_warned_of_its_result_is_verified_without_the_source() -> None:
    """What a result shows of a finding can be had of 检查记录, where only the sentence is."""
    checked = 0
    for path in documents.recipes():
        outcome = score_documents([Document("示例.xlsx", documents.recipe(path).workbook())])[0]
        if outcome.scored is None:
            continue
        made = documents.verified(pipeline.write_scored(outcome), f"{path.stem}_评分结果.xlsx")
        assert (made.status, made.differences[:3]) == ("same", ()), path.stem
        checked += 1
    assert checked > 20
