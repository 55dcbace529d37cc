"""What people do to a workbook in a spreadsheet program before they drop it: fill, sort, insert."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice
from xlkpi.domain.results import Outcome
from xlkpi.exchange.new import Scorer, new_workbook
from xlkpi.pipeline import Document, score_documents

BASE = documents.RECIPES / "基本示例.md"


def outcome(path: Path) -> Outcome:
    return score_documents([Document(path.name, path.read_bytes())])[0]


def errors(path: Path) -> list[tuple[str, str]]:
    return [(f.code, str(f.place)) for f in outcome(path).findings if f.severity == "error"]


def answers(path: Path) -> list[tuple[str, str, object]]:
    """What two scorers and a clerk type into the blank: (sheet, cell, value)."""
    book = openpyxl.load_workbook(path)
    typed: list[tuple[str, str, object]] = [
        ("基本信息", "B5", "示例局"), ("基本信息", "B6", "2023"),
        ("预算执行", "A5", "示例项目"), ("预算执行", "D5", 120.5), ("预算执行", "G5", 100.25),
    ]  # fmt: skip
    for at, row in enumerate(range(5, 30)):
        code, method = (book["三级指标"].cell(row, column).value for column in (1, 9))
        if code and method == "评分人打分":
            points = book["三级指标"].cell(row, 4).value
            typed.append(("评分_甲", f"H{row}", round(points * 0.9, 2)))
            if at == 3:
                typed.append(("评分_乙", f"I{row}", "回避"))
            else:
                typed.append(("评分_乙", f"H{row}", points - 0.37))
    return typed


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("blank") / "空白.xlsx"
    out.write_bytes(new_workbook(out, scorers=[Scorer("甲"), Scorer("乙")]).data)
    return out


@pytest.mark.usefixtures("office")
def test_filled_by_libreoffice_or_by_openpyxl_it_scores_the_same(
    blank: Path, tmp_path: Path
) -> None:
    typed = answers(blank)
    book = openpyxl.load_workbook(blank)
    for sheet, cell, value in typed:
        book[sheet][cell].value = value
    book.save(tmp_path / "甲.xlsx")
    steps = [{"do": "set", "sheet": s, "cell": c, "value": v} for s, c, v in typed]
    libreoffice.edited(blank, tmp_path / "乙.xlsx", steps)  # on protected sheets, as staff do
    left, right = outcome(tmp_path / "甲.xlsx"), outcome(tmp_path / "乙.xlsx")
    assert left.scored is not None
    assert right.scored is not None
    codes = [f.code for f in left.findings]
    assert codes == [f.code for f in right.findings]
    assert codes == [
        "X411",
        "X140",
        "X140",
        "X142",
        "X141",
        "X251",
    ]  # texts are missing; all full marks
    assert left.scored.total == right.scored.total
    assert [w.score for w in left.scored.indicator_scores] == [
        w.score for w in right.scored.indicator_scores
    ]
    assert Decimal(60) < left.scored.total < Decimal(100)


@pytest.mark.usefixtures("office")
def test_satisfaction_follows_the_caliber_while_staff_change_it(tmp_path: Path) -> None:
    """满意度 of a blank is by 满意度口径 as it stands on 参数, and empty without votes."""
    source = tmp_path / "原.xlsx"
    source.write_bytes(documents.sample(documents.SAMPLES / "示例局2023_各种计分.md"))
    held = libreoffice.cells(source)
    cell = next(at for at, said in held["参数"].items() if said == "满意度口径").replace("A", "B")
    rates = {
        "满意以上": 179 / 192, "基本满意以上": 188 / 192,
        "指数100-80-60-40": (12100 + 4640 + 540 + 160) / 19200, None: 179 / 192,
    }  # fmt: skip
    for n, (caliber, rate) in enumerate(rates.items()):
        steps = [
            {"do": "unprotect", "sheet": "参数"},
            {"do": "set", "sheet": "参数", "cell": cell, "value": caliber},
        ]
        out = libreoffice.edited(source, tmp_path / f"{n}.xlsx", steps)
        shown = libreoffice.cells(out)["满意度调查"]
        assert shown["J5"] == pytest.approx(rate)
        assert not shown.get("J8")  # a row without votes
        made = outcome(out)  # and a workbook that LibreOffice saved says nothing of its formulas
        assert not {"X414", "X650"} & {each.code for each in made.findings}


@pytest.mark.usefixtures("office")
def test_the_checks_work_while_staff_type(tmp_path: Path) -> None:
    """LibreOffice recalculates the blank's own checks: running totals, 还差, unknown and repeated codes."""
    source = tmp_path / "原.xlsx"
    source.write_bytes(documents.sample(BASE))
    typed: list[tuple[str, str, object]] = [
        ("一级指标", "C5", 58), ("三级指标", "B6", "Z9"), ("三级指标", "A8", "A1.3"),
        ("评分_甲", "H5", 31), ("评分_甲", "H9", None), ("评分_乙", "I5", "回避"),
        ("评分_丙", "A10", "X1"), ("评分_丙", "H10", 3), ("基本信息", "B6", None),
    ]  # fmt: skip
    sheets = dict.fromkeys(sheet for sheet, _, _ in typed)
    steps = [{"do": "unprotect", "sheet": sheet} for sheet in sheets]
    steps += [{"do": "set", "sheet": s, "cell": c, "value": v} for s, c, v in typed]
    held = libreoffice.cells(libreoffice.edited(source, tmp_path / "改.xlsx", steps))
    assert held["一级指标"]["A3"] == "分值合计 98，应为 100  ✗ 还差 2 分"
    assert held["一级指标"]["D5"] == "✗ 多出 2 分"  # its children still add up to 60
    assert held["三级指标"]["Q6"] == "✗ 上级不存在"
    assert held["三级指标"]["Q7"] == "✗ 编号重复"
    assert held["二级指标"]["E5"] == "✗ 还差 20 分"
    assert held["评分_甲"]["J5"] == "✗ 超出范围"
    assert (held["评分_甲"]["J9"], held["评分_甲"]["H3"]) == ("○ 未评分", 1)
    assert held["评分_乙"]["J5"] == "✗ 回避应留空"
    assert held["评分_丙"]["J10"] == "✗ 编号不存在"
    missing = held["填表说明"]["B4"]
    assert missing.startswith("还缺：")
    assert "评价年度；" in missing
    assert "甲 未评 1 项；" in missing
    assert "一级指标分值合计不是 100；" in missing


@pytest.mark.usefixtures("office")
def test_sorting_inserting_and_deleting_moves_no_mark(tmp_path: Path) -> None:
    source = tmp_path / "原.xlsx"
    source.write_bytes(documents.sample(BASE))
    before = outcome(source)
    assert before.scored is not None
    scores = {w.indicator.code.value: w.score for w in before.scored.indicator_scores}
    lift = {"do": "unprotect", "sheet": "三级指标"}
    sort = {
        "do": "sort", "sheet": "三级指标", "range": "A5:P9", "column": 2, "ascending": False,
        "header": False,
    }  # fmt: skip
    insert = {"do": "insert_rows", "sheet": "三级指标", "row": 6, "count": 3}
    libreoffice.edited(source, tmp_path / "排序.xlsx", [lift, sort])
    libreoffice.edited(source, tmp_path / "插入.xlsx", [lift, insert])
    for name in ("排序.xlsx", "插入.xlsx"):
        after = outcome(tmp_path / name)
        assert after.scored is not None, [f.message for f in after.findings]
        assert {w.indicator.code.value: w.score for w in after.scored.indicator_scores} == scores
    order = [
        w.indicator.code.value for w in outcome(tmp_path / "排序.xlsx").scored.indicator_scores
    ]
    assert order != list(scores)


@pytest.mark.usefixtures("office")
def test_a_deleted_indicator_is_named_not_dropped(tmp_path: Path) -> None:
    source = tmp_path / "原.xlsx"
    source.write_bytes(documents.sample(BASE))
    lift = {"do": "unprotect", "sheet": "三级指标"}
    delete = {"do": "delete_rows", "sheet": "三级指标", "row": 4, "count": 1}
    libreoffice.edited(source, tmp_path / "删除.xlsx", [lift, delete])
    assert errors(tmp_path / "删除.xlsx") == [("X325", "三级指标!A4")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("错误 #DIV/0!", "X501"),
        ("公式 =1/3", "X502"),
        ("日期 2023-03-25", "X503"),
        ("９", None),
        ("9分", None),
        ("1_0", "X505"),
        ("空", "X201"),
        ("85%", "X506"),
        ("nan", "X505"),
        ("inf", "X505"),
        ("八", "X505"),
        ("逻辑 TRUE", "X509"),
        ("9\u200b", "X511"),
        ("9.3333333333333339", "X508"),
        ("-1", "X202"),
        ("31", "X203"),
    ],
)
def test_each_kind_of_mark_is_what_the_contract_says(content: str, code: str | None) -> None:
    data = documents.mishandled(documents.sample(BASE), [("写", "评分_甲", "H5", content)])
    made = score_documents([Document("示例.xlsx", data)])[0]
    said = [(f.code, str(f.place)) for f in made.findings if f.severity == "error"]
    if code is None:
        assert made.scored is not None
        note = next(f for f in made.findings if f.code == "X507")
        assert str(note.place) == "评分_甲!H5"
        assert note.found == content
        assert "读作 9" in note.message
        assert made.scored.indicator_scores[0].given[0].mark == 9
    else:
        assert said == [(code, "评分_甲!H5")]
        assert made.scored is None


@pytest.mark.parametrize(
    ("content", "meant"),
    [
        ("8。5", "8.5"), ("8,5", "8.5"), ("8，5", "8.5"), ("8·5", "8.5"), ("８：５", "8.5"), ("1O", "10"),
        ("l0", "10"), ("8.", "8"), ("8．", "8"), (".5", "0.5"),
        ("8分半", ""), ("约8", "8"), ("8-9", ""), ("O", ""), ("优", ""), ("8O", ""),
    ],
)  # fmt: skip
def test_a_slip_of_the_hand_is_proposed_and_never_used(content: str, meant: str) -> None:
    data = documents.mishandled(documents.sample(BASE), [("写", "评分_甲", "H5", content)])
    made = score_documents([Document("示例.xlsx", data)])[0]
    said = [each for each in made.findings if each.severity == "error"]
    assert [(each.code, str(each.place)) for each in said] == [("X505", "评分_甲!H5")]
    assert said[0].remedy.startswith(f"请只填 0 到 30 之间的数{meant and f'，例如 {meant}'}；")
    assert made.scored is None


@pytest.mark.parametrize(
    ("cell", "content", "told"),
    [
        (("评分_甲", "I5"), "属\u200b实", "“属�实”读作 属实"),
        (("评分_甲", "I5"), "实" * 60 + "\ufeff属实", "“…" + "实" * 10 + "�属实”读作 …" + "实" * 10 + "属实"),
        (("评分_甲", "I5"), " \u3000属实\u00a0\n", ""),
        (("评分_甲", "I5"), "属实\r\n已核", ""),
        (("三级指标", "H7"), "8\u200b", ""),  # X511: it is no number, and was read as none
    ],
)  # fmt: skip
def test_a_text_read_without_invisible_characters_is_listed(
    cell: tuple[str, str], content: str, told: str
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(documents.sample(BASE)))
    book[cell[0]][cell[1]] = content
    data = io.BytesIO()
    book.save(data)
    made = score_documents([Document("示例.xlsx", data.getvalue())])[0]
    notes = [
        f.message for f in made.findings if f.code == "X507" and str(f.place) == "!".join(cell)
    ]
    assert notes == ([told] if told else [])


def test_the_scorers_name_behind_the_colon_is_listed_too() -> None:
    steps = [("写", "评分_甲", "A3", "评分人：\u200b甲"), ("写", "评分_甲", "B3", "空")]
    made = score_documents(
        [Document("示例.xlsx", documents.mishandled(documents.sample(BASE), steps))]
    )[0]
    assert made.scored
    assert [(str(f.place), f.message) for f in made.findings if f.code == "X507"] == [
        ("评分_甲!A3", "“�甲”读作 甲")
    ]
