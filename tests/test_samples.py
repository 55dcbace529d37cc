"""Every sample: the good ones score, the broken ones give exactly their findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import documents
from tests.mutants import survivors
from xlkpi.findings import CODES, Severity
from xlkpi.pipeline import Document, outcomes
from xlkpi.write import correction


def found(data: bytes) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(code, place) of errors and warnings, and of notes."""
    outcome = outcomes([Document("示例.xlsx", data)])[0]
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
    assert not notes


def test_every_code_is_raised_by_a_sample() -> None:
    raised = {code for path in documents.recipes() for code, _ in documents.recipe(path).findings}
    asked = {code for code in CODES if "X1" <= code < "X8"} - {
        "X114",
        "X117",
        "X122",
    }  # a result, a macro, a picture: no recipe can make them
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
    outcome = outcomes([Document("示例.xlsx", data)])[0]
    opened = correction._open
    monkeypatch.setattr(correction, "_open", lambda held: None if held == data else opened(held))
    copy = correction.correction(data, outcome.filled, outcome.findings)
    again, _ = found(copy)
    places = {place for _, place in again}
    assert {place for code, place in found(data)[0] if code != "X503"} <= places
    assert "评分_乙!H9" in places  # the date: now a text, still no mark


def test_every_check_is_missed_by_a_sample_when_it_is_removed() -> None:
    assert survivors() == []
