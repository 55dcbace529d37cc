"""`make prove` itself: every test file is in one part, and the figures in TESTING.md are as it writes them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from tests import counts, prove
from tests.documents import ROOT

ONE_GO = re.escape(prove.IN_ONE_GO).replace(r"\{minutes:\.0f\}", r"\d+")
ONE_GO = ONE_GO.replace(r"\{processors\}", r"\d+").replace(r"\{version\}", r"[\w.]+")


def test_every_test_file_is_in_one_part() -> None:
    listed = [file for files in prove.parts().values() for file in files]
    assert sorted(listed) == sorted((ROOT / "tests").glob("test_*.py"))


def test_the_figures_of_the_page_are_as_they_are_written() -> None:
    page = prove.PAGE.read_text(encoding="utf-8")
    head, rows = prove.read(page)
    assert prove.block(head, rows) in page
    assert head == prove.IN_PARTS or re.fullmatch(ONE_GO, head)
    if head != prove.IN_PARTS:
        assert [row.part for row in rows] == list(prove.parts())


def test_a_report_becomes_a_row_and_is_read_again() -> None:
    case = '<testcase><properties><property name="books" value="{}"/></properties></testcase>'
    report = f"<s>{case.format(1200)}{case.format(34)}<testcase/></s>"
    row = prove._row("verify", 12.34, ET.fromstring(report))
    assert row == prove.Row("verify", 3, 12.3, (("books", 1234),))
    page = f"before\n{prove.block(prove.IN_PARTS, [row])}\nafter"
    assert "| verify | 3 | 12.3 | books: 1,234 |" in page
    assert prove.read(page) == (prove.IN_PARTS, [row])


@pytest.mark.parametrize(
    "spoilt", ["| verify | 3 | 12.3 |  |", "| verify | drei | 12.3 | — |", "verify"]
)
def test_a_row_that_is_none_is_an_error(spoilt: str) -> None:
    page = prove.block(prove.IN_PARTS, [prove.Row("verify", 3, 12.3, ())])
    with pytest.raises(ValueError, match=re.escape(spoilt)):
        prove.read(page.replace("| verify | 3 | 12.3 | — |", spoilt))


def test_how_many_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few, all, a share that is never less than the few; a quarter in `make quick`."""
    for share, quick, drawn in (
        (0, False, 8),
        (1, False, 100),
        (0.5, False, 50),
        (0.01, False, 8),
        (0, True, 2),
    ):
        monkeypatch.setattr(counts, "SHARE", share)
        monkeypatch.setattr(counts, "PROVE", share > 0)
        monkeypatch.setattr(counts, "QUICK", quick)
        assert counts.drawn(8, 100) == drawn
        assert len(counts.chosen(range(100), 8)) == drawn
    assert counts.spread("abcdef", 2) == ["a", "d"]
