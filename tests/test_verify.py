"""`verify` finds any changed cell of a scored workbook; with the source it names the cell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest

from tests import documents, libreoffice, random_books
from tests.zips import unzipped, zipped
from xlkpi import job, reference, verify
from xlkpi.figures import disagreements
from xlkpi.pipeline import Document, outcomes

PROVE = os.environ.get("XLKPI_PROVE") == "1"
BASE = documents.RECIPES / "基本示例.md"
CELL = re.compile(r'<c r="([A-Z]+\d+)"([^>]*?)(/>|>(.*?)</c>)', re.DOTALL)
PARTS = 8
CHOSEN = 6
"""Cells a part in the normal run; all of them with `make prove`."""


@cache
def scored() -> bytes:
    source = documents.sample(BASE)
    return job.result(outcomes([Document("甲.xlsx", source)])[0])


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
    assert verify.verified(scored(), "甲_评分结果.xlsx").status == "same"
    made = verify.verified(scored(), "别的名字.xlsx", documents.sample(BASE))
    assert (made.status, made.differences) == ("same", ())
    assert re.fullmatch(r"[0-9a-f]{12}", made.seal)


@pytest.mark.parametrize("word", ["读入的工作表", "有内容的格", "合计"])
def test_a_table_of_counts_that_is_not_found_any_more_is_a_change(word: str) -> None:
    """What only the source knows is taken from the workbook itself; it may have been destroyed."""
    parts = held()
    texts = parts["xl/sharedStrings.xml"].decode()
    spoilt = re.sub(rf"<t([^>]*)>{word}</t>", r"<t\1>别的字</t>", texts)
    assert spoilt != texts
    made = verify.verified(zipped({**parts, "xl/sharedStrings.xml": spoilt.encode()}), "甲.xlsx")
    assert made.status == "changed"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_changed_cell_is_found_and_with_the_source_named(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    """Value, text, formula and the value that a formula shows, one at a time."""
    mine = list(changes())[part::PARTS]
    mine = mine if PROVE else Random(part).sample(mine, CHOSEN)
    for sheet, address, new in mine:
        data = changed(sheet, address, new)
        where = (sheets()[sheet], address)
        assert verify.verified(data, "甲.xlsx").status == "changed", where
        made = verify.verified(data, "结果.xlsx", documents.sample(BASE), "甲.xlsx")
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
        told = verify.verified(zipped(made), "甲.xlsx")
        assert told.status == "changed", kind
        kinds = {each.kind for each in told.differences}
        assert kinds & {kind, "inputs"}, (kind, told.differences[:4])


def test_saved_again_by_libreoffice_it_is_resaved(tmp_path: Path) -> None:
    paths = []
    for source in [BASE, *sorted(documents.SAMPLES.glob("*.xlsx"))]:
        data = documents.sample(source) if source.suffix == ".md" else source.read_bytes()
        paths.append(tmp_path / f"{source.stem}.xlsx")
        paths[-1].write_bytes(job.result(outcomes([Document(source.name, data)])[0]))
    for again in libreoffice.recalculated(paths, tmp_path / "re", strip=False):
        made = verify.verified(again.read_bytes(), again.name)
        assert (made.status, made.differences[:3]) == ("resaved", ()), again.name


def test_an_offices_own_layout_of_the_form_is_no_change() -> None:
    """It is not in the file; the fingerprint speaks for that sheet."""
    outcome = outcomes([Document("甲.xlsx", documents.sample(BASE))])[0]
    layout = job.form(documents.ROOT / "workbook_templates/自评表版式/项目支出.xlsx")
    own = job.result(outcome, layout)
    for source in (None, documents.sample(BASE)):
        assert verify.verified(own, "甲.xlsx", source).status == "same"
    parts = unzipped(own)
    part = next(part for part, name in sheets().items() if name == "自评表")
    parts[part] = re.sub(rb"<v>[^<]*</v>", b"<v>1</v>", parts[part], count=1)
    assert verify.verified(zipped(parts), "甲.xlsx").status == "changed"


def test_another_source_is_not_its_source() -> None:
    other = documents.mishandled(documents.sample(BASE), [("写", "评分_甲", "H5", "数 27")])
    made = verify.verified(scored(), "甲.xlsx", other)
    assert made.status == "changed"
    assert ("评分_甲", "H5") in [(each.sheet, each.cell) for each in made.differences]


def test_another_version_is_said_and_its_figures_are_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = next(part for part, name in sheets().items() if name == "来源与指纹")
    lie = changed(part, "B10", '<c r="B10" t="str"><v>xlkpi 99.0，格式版本 1</v></c>')
    assert verify.verified(lie, "甲.xlsx").status == "changed"  # the fingerprint says so
    monkeypatch.setattr(verify, "VERSION", "99.0")
    assert verify.verified(scored(), "甲.xlsx").status == "other-version"


@pytest.mark.parametrize("part", range(4))
def test_engine_and_reference_agree_on_random_workbooks(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    """All ways to combine, both 打分制, recusals, computed indicators: to the last digit."""
    seeds = range(50_000 + part, 50_000 + (1000 if PROVE else 60), 4)
    figures = 0
    for seed in seeds:
        made = outcomes([Document("随机.xlsx", random_books.workbook(seed))])[0]
        assert made.scored, seed
        assert list(disagreements(made)) == [], seed
        figures += sum(map(len, made.scored.tiers)) + 2
    record_property("random workbooks whose figures the reference gives too", len(seeds))
    record_property("figures of them", figures)


def test_an_engine_that_is_wrong_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong here and in the workbook alike: only a second computation can tell."""
    right = reference.verdict

    def other(*arguments: Any) -> reference.Verdict:
        said = right(*arguments)
        return reference.Verdict(said.total + 1, said.grade, said.tiers)

    monkeypatch.setattr(reference, "verdict", other)
    made = verify.verified(scored(), "甲.xlsx")
    assert [each.kind for each in made.differences] == ["figure"]


def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "xlkpi", *map(str, arguments)], capture_output=True, timeout=60,
        check=False, env={**os.environ, "PYTHONPATH": str(documents.ROOT)},
    )  # fmt: skip


def test_on_the_command_line(tmp_path: Path) -> None:
    schema = json.loads((documents.ROOT / "docs/schema/verify-1.json").read_text(encoding="utf-8"))
    source, good, bad, html = (tmp_path / f"{name}.xlsx" for name in ("甲", "好", "坏", "网页"))
    source.write_bytes(documents.sample(BASE))
    good.write_bytes(scored())
    bad.write_bytes(changed(*next(iter(changes()))))
    html.write_text("<html></html>", encoding="utf-8")
    said = run("verify", good, "--source", source)
    assert (said.returncode, "没有改动" in said.stdout.decode()) == (0, True)
    said = run("score", good)  # a result that is dropped again is verified
    assert (said.returncode, "没有改动" in said.stdout.decode()) == (0, True)
    said = run("verify", bad)
    assert said.returncode == 1
    assert "汇总!A1" in said.stdout.decode()
    for path, code in ((good, 0), (bad, 1)):
        told = run("verify", path, "--json")
        jsonschema.validate(json.loads(told.stdout.decode()), schema)
        assert told.returncode == code
    assert run("verify", source).returncode == 2
    assert run("verify", html).returncode == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "坏.xlsx",
        "好.xlsx",
        "甲.xlsx",
        "网页.xlsx",
    ]
