"""Every sample: the good ones score, the broken ones give exactly their findings."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests import documents
from tests.counts import chosen
from tests.mutants import survivors
from tests.zips import unzipped, zipped
from xlkpi import pipeline
from xlkpi.checks import CHECKS
from xlkpi.domain.findings import CODES, OF_MARKS, Severity
from xlkpi.domain.location import without_overlaps
from xlkpi.domain.results import Status
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.open import read_all_sheets
from xlkpi.reading.xlsx import scan
from xlkpi.writing import editable_source, marked_copy


def found(data: bytes) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(code, place) of errors and warnings, and of notes."""
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    loud, notes = set(), set()
    for each in outcome.findings:
        at = (each.code, str(each.place) or "整个工作簿")
        (notes if each.severity is Severity.NOTE else loud).add(at)
    return loud, notes


@pytest.mark.parametrize("path", documents.recipes(), ids=lambda path: path.stem)
def test_a_broken_sample_gives_exactly_its_findings(path: Path) -> None:
    recipe = documents.recipe(path)
    loud, notes = found(recipe.workbook())
    expected = set(recipe.findings)
    assert expected - notes == loud
    assert expected <= loud | notes


def test_the_base_of_the_broken_samples_is_sound() -> None:
    loud, notes = found(documents.sample(documents.RECIPES / "基本示例.md"))
    assert not loud
    assert {code for code, _ in notes} <= set(OF_MARKS)


def test_every_code_is_raised_by_a_sample() -> None:
    raised = {code for path in documents.recipes() for code, _ in documents.recipe(path).findings}
    asked = {code for code in CODES if "X1" <= code < "X8"} - {
        "X114",
        "X117",
        "X122",
        "X244",
        "X245",
    }  # a result, a macro, a picture: no recipe can make them; what was done to a marked copy
    assert asked - raised == set()
    assert raised <= set(CODES)


def test_a_renamed_guide_sheet_still_tells_the_format() -> None:
    data = documents.mishandled(
        documents.sample(documents.RECIPES / "基本示例.md"),
        [("写", "填表说明", "B3", "9"), ("改名", "填表说明", "", "封面"), ("名称", "", "xlkpi_format", "'封面'!$B$3")],
    )  # fmt: skip
    loud, _ = found(data)
    assert loud == {("X104", "封面!B3")}


def test_a_copy_of_what_openpyxl_cannot_open_is_as_broken_as_its_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The copy is then written anew from what was read: an error must not become a blank."""
    recipe = documents.recipe(documents.RECIPES / "常见错误.md")
    data = recipe.workbook()
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    opened = editable_source._open
    monkeypatch.setattr(
        editable_source, "_open", lambda held: None if held == data else opened(held)
    )
    copy = marked_copy.correction(data, outcome.filled, outcome.findings)
    again, _ = found(copy)
    places = {place for _, place in again}
    assert {place for code, place in found(data)[0] if code != "X503"} <= places
    assert "评分_乙!H9" in places  # the date: now a text, still no mark


@pytest.mark.parametrize("path", chosen(documents.recipes(), 40), ids=lambda path: path.stem)
def test_an_untouched_marked_copy_is_as_broken_as_its_source(path: Path) -> None:
    data = documents.recipe(path).workbook()
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    marked = outcome.status is Status.REFUSED and {"X124"} != {f.code for f in outcome.findings}
    if outcome.filled is not None and marked:
        copy = marked_copy.correction(data, outcome.filled, outcome.findings)
        codes = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(copy))["问题清单"]["C"]]
        if {"X244", "X245"} & set(
            codes
        ):  # the ballots have the rows of 三级指标 now, some unmarked
            assert {code for code, _ in found(copy)[0]} - {"X201"} <= {c for c, _ in found(data)[0]}
        else:
            assert found(copy) == found(data)


def injected(sheet: str, edit: Callable[[bytes], bytes], *steps: documents.Step) -> bytes:
    """The base of the broken samples with the part of a sheet changed, past all libraries."""
    data = documents.mishandled(documents.sample(documents.RECIPES / "基本示例.md"), list(steps))
    part = next(each.part for each in scan(data).sheets if each.name == sheet)
    parts = unzipped(data)
    return zipped({**parts, part: edit(parts[part])})


def merging(block: str) -> Callable[[bytes], bytes]:
    def edit(xml: bytes) -> bytes:
        one = b'<mergeCell ref="%s"/>' % block.encode()
        if b"</mergeCells>" in xml:
            return xml.replace(b"</mergeCells>", one + b"</mergeCells>")
        whole = b"</sheetData><mergeCells>%s</mergeCells>" % one
        return xml.replace(b"</sheetData>", whole)

    return edit


def cell(address: str, new: bytes) -> Callable[[bytes], bytes]:
    whole = rb'<c r="%s"( s="\d+")?[^>]*?(/>|>.*?</c>)' % address.encode()
    written = rb'<c r="%s"\1 %s</c>' % (address.encode(), new)
    return lambda xml: re.sub(whole, written, xml, count=1)


@pytest.mark.parametrize(
    "value",
    [b"><v>0_4</v>", b' t="d"><v>1900-01-03</v>', b' t="d"><v>12:00:00</v>', b' t="d"><v>1900-01-03T00:00:00Z</v>'],
)  # fmt: skip
def test_a_copy_never_scores_what_nobody_typed(value: bytes) -> None:
    """openpyxl makes numbers of these."""
    data = injected("评分_甲", cell("H5", value))
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    assert found(data)[0] & {("X505", "评分_甲!H5"), ("X503", "评分_甲!H5")}
    copy = marked_copy.correction(data, outcome.filled, outcome.findings)
    assert found(copy) == found(data)


@pytest.mark.parametrize(("sheet", "block"), [("评分_甲", "H5:I6"), ("三级指标", "A4:B4")])
def test_what_lies_beneath_a_merge_is_in_the_copy(sheet: str, block: str) -> None:
    """Other programs keep it, and a clerk who takes the merge off finds it again."""
    steps = [("写", "评分_乙", "H5", "数 99"), ("写", "评分_甲", "I6", "属实")]
    data = injected(sheet, merging(block), *steps)
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    copy = marked_copy.correction(data, outcome.filled, outcome.findings)
    assert found(copy) == found(data)
    source, made = (
        next(grid for grid in read_all_sheets(each)[1] if grid.name == sheet)
        for each in (data, copy)
    )
    beneath = sorted(source.covered)
    assert any(source.occupied(*at) for at in beneath)
    assert [made.raw(*at) for at in beneath] == [source.raw(*at) for at in beneath]
    assert sorted(made.merges) == sorted(source.merges)


@pytest.mark.parametrize(
    ("sheet", "block"),
    [("评分_甲", "A1:I1"), ("评分_甲", "A1:J1"), ("评分_甲", "A1:A2"), ("评分_甲", "A2:A2")],
)  # fmt: skip
def test_merges_that_overlap_beside_the_data_do_no_harm(sheet: str, block: str) -> None:
    """Written twice, or over a title of ours that is merged already: Excel mends such files."""
    sound = documents.sample(documents.RECIPES / "基本示例.md")
    known = score_documents([Document("示例.xlsx", sound)])[0]
    data = injected(sheet, merging(block))
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    assert outcome.scored is not None
    assert known.scored is not None
    assert outcome.scored.total == known.scored.total
    book = openpyxl.load_workbook(io.BytesIO(pipeline.write_scored(outcome)))
    broken = injected(sheet, merging(block), ("写", "评分_乙", "H5", "数 99"))
    refused = score_documents([Document("示例.xlsx", broken)])[0]
    copy = marked_copy.correction(broken, refused.filled, refused.findings)
    assert found(copy) == found(broken)
    for made in (book, openpyxl.load_workbook(io.BytesIO(copy))):
        blocks = [each.bounds for each in made[sheet].merged_cells.ranges]
        assert len(without_overlaps(blocks)) == len(blocks)


def test_a_merge_says_what_lies_beneath_it() -> None:
    data = injected("评分_甲", merging("H5:I6"), ("写", "评分_甲", "I6", "属实"))
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    (told,) = [each for each in outcome.findings if each.code == "X110"]
    assert "盖住的 I6 里还有内容" in told.message


@pytest.mark.thorough
def test_every_check_is_missed_by_a_sample_when_it_is_removed(
    record_property: Callable[[str, object], None],
) -> None:
    assert survivors() == []
    record_property("checks removed one at a time, each missed by a sample", len(CHECKS))


FORMATS = sorted((documents.SAMPLES / "formats").glob("格式*.xlsx"))


@pytest.mark.parametrize("path", FORMATS, ids=lambda path: path.stem)
def test_an_older_workbook_scores_as_it_did(path: Path) -> None:
    """One of each format, as it was written then: columns that came later are no matter."""
    (then,) = score_documents([Document(path.name, path.read_bytes())])
    now = documents.sample(documents.SAMPLES / "示例局2023_各种计分.md")
    (today,) = score_documents([Document(path.name, now)])
    assert then.scored is not None
    assert today.scored is not None
    assert f"{then.scored.total:f}" == "93.34"
    assert then.scored.total == today.scored.total
    kept = [each.message for each in then.findings if each.code != "X142"]  # it says no goals
    assert kept == [each.message for each in today.findings]
