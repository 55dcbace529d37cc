"""A date counts as far as its format shows it: a month is all of its days, as in a text."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice
from xlkpi.domain.results import Outcome
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.ods.displayed import disguise_date
from xlkpi.reading.xlsx import hides_day

BASE = documents.RECIPES / "基本示例.md"
MONTH = 'yyyy"年"m"月"'


def workbook(target: object, actual: object, formats: tuple[str, str] = ("", "")) -> bytes:
    """The small sample whose A1.3 is 达标得满分 against a date; its year is 2023."""
    book = openpyxl.load_workbook(io.BytesIO(documents.sample(BASE)))
    sheet = book["三级指标"]
    sheet["G7"].value = None
    for cell, held, code in (("F7", target, formats[0]), ("H7", actual, formats[1])):
        sheet[cell].value = held
        if code:
            sheet[cell].number_format = code
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def outcome(target: object, actual: object, formats: tuple[str, str] = ("", "")) -> Outcome:
    return score_documents([Document("示例.xlsx", workbook(target, actual, formats))])[0]


def score(made: Outcome) -> str:
    """The score of A1.3, of 10 points, or the errors."""
    if made.scored is None:
        return " ".join(f"{f.code} {f.place.cell}" for f in made.findings if f.severity == "error")
    return f"{made.scored.indicator_scores[2].score:f}"


@pytest.mark.parametrize(
    ("target", "actual", "formats", "expected"),
    [
        (dt.date(2023, 12, 1), dt.date(2023, 12, 20), (MONTH, "yyyy-mm-dd"), "10.00"),
        (dt.date(2023, 12, 1), dt.date(2023, 12, 20), ("mmm-yy", "yyyy-mm-dd"), "10.00"),
        (dt.date(2023, 12, 1), dt.date(2023, 12, 20), ("yyyy-mm-dd", "yyyy-mm-dd"), "0.00"),
        (dt.date(2023, 12, 15), dt.date(2023, 12, 1), ("yyyy-mm-dd", MONTH), "X673 H7"),
        (dt.date(2023, 12, 15), dt.date(2023, 11, 1), ("yyyy-mm-dd", MONTH), "10.00"),
        (dt.date(2023, 1, 1), dt.date(2023, 12, 20), ('yyyy"年"', "yyyy-mm-dd"), "10.00"),
        (dt.date(2023, 12, 1), dt.date(2023, 12, 1), ("dddd", "yyyy-mm-dd"), "X668 F7"),
        (2023.1, 2023.9, ("", ""), "X668 F7"),
        ("2023.10", "2023.9", ("", ""), "X668 F7"),
        (2023, 2023.9, ("", ""), "X668 F7"),
        (2023, 2023, ("", ""), "10.00"),
        ("2024年3月底前", "4月10日", ("", ""), "X668 H7"),
        ("2024年3月底前", "2024年4月10日", ("", ""), "0.00"),
        ("明显提升", "明显提升", ("", ""), "X671 F7"),
        ("全覆盖", "全覆盖", ("", ""), "X671 F7"),
    ],
)  # fmt: skip
def test_a_date_is_read_to_the_precision_shown(
    target: object, actual: object, formats: tuple[str, str], expected: str
) -> None:
    assert score(outcome(target, actual, formats)) == expected


def test_the_note_quotes_what_is_shown() -> None:
    made = outcome(dt.date(2023, 12, 1), dt.date(2023, 12, 20), (MONTH, "yyyy-mm-dd"))
    said = [f.message for f in made.findings if f.code == "X507" and f.place.cell == "F7"]
    assert said == ["“2023年12月”读作 ≤ 2023-12-31"]


@pytest.mark.parametrize(
    ("code", "hidden"),
    [
        ("yyyy-mm", True), (MONTH, True), ("mmm-yy", True), ('m"月底前"', True), ('yyyy"年"', True), ("dddd", True),
        ("yyyy-mm-dd", False), ('m"月"d"日"', False), ("General", False), ("0.00", False), ("h:mm", False), ("@", False),
        ("yyyy/m/d h:mm", False), ("[$-804]yyyy年m月d日", False), ("0.00E+00", False),
    ],
)  # fmt: skip
def test_which_formats_hide_the_day(code: str, hidden: bool) -> None:
    assert hides_day(code) is hidden


@pytest.mark.parametrize(
    ("shown", "value", "code"),
    [
        ("2023年12月", "2023-12-01", 'yyyy"年"m"月"'), ("2023-12", "2023-12-01", 'yyyy"年"m"月"'),
        ("Dec-23", "2023-12-01", 'yyyy"年"m"月"'), ("Dec-23", "2023-12-23", 'yyyy"年"m"月"'),
        ("2023年", "2023-12-01", "yyyy"), ("12月底前", "2023-12-01", 'yyyy"年"m"月"'), ("星期五", "2023-12-01", "dddd"),
        ("2023-12-01", "2023-12-01", None), ("2023-12-12", "2023-12-12", None), ("12月23日", "2023-12-23", None),
        ("2023/12/1 08:30", "2023-12-01T08:30:00", None), ("1-Dec-23", "2023-12-01", None), ("", "2023-12-01", None),
        ("二〇二三年十二月一日", "2023-12-01", None), ("2001-01-01", "2001-01-01", None),
    ],
)  # fmt: skip
def test_what_an_ods_shows_of_a_date(shown: str, value: str, code: str | None) -> None:
    assert disguise_date(shown, value) == code


@pytest.mark.usefixtures("office")
def test_other_formats_are_read_as_far_as_they_show(tmp_path: Path) -> None:
    """.xls and .ods, where a month would count as its first day."""
    path = tmp_path / "月.xlsx"
    path.write_bytes(workbook(dt.date(2023, 12, 1), dt.date(2023, 12, 20), (MONTH, "yyyy-mm-dd")))
    for suffix, (saved,) in libreoffice.saved_as([path], tmp_path, "xls", "ods").items():
        (made,) = score_documents([Document(saved.name, saved.read_bytes())])
        assert score(made) == "10.00", suffix
        notes = [f.message for f in made.findings if f.code == "X507" and f.place.cell == "F7"]
        assert notes == ["“2023年12月”读作 ≤ 2023-12-31"], suffix
