"""The check columns of a blank, as LibreOffice computes them, beside what the program finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import openpyxl
import pytest

from tests import documents, libreoffice
from xlkpi.domain.findings import Finding
from xlkpi.pipeline import Document, score_documents

WAYS = ("评分人打分", "", "按比例", "达标得满分", "预算执行率", "定性三档", "不适用", "满意度")
TYPED = (
    "９", "9分", "85%", "8。5", " 9", "9 ", "nan", "1e3", "八", "数 -1", "数 0", "数 0.5", "数 1", "数 999",
    "数 9.3333333", "百分比 0.85", "百分比 95", "日期 2023-03-25", "错误 #DIV/0!", "逻辑 TRUE", "回避",
    "≥95", "2023-12-31", "空",
)  # fmt: skip
"""What is typed into a column, a row each."""
CODES = (
    "数 1.1",
    "数 7",
    "Ａ1.2",
    "a1.3",
    "A1.4 ",
    "A*",
    "A 5",
    "合计",
    "小 计",
    "编号",
    "空",
    "错误 #N/A",
)
WORDS = (
    "无",
    "—",
    "也许",
    "达成预期指标",
    "数 5",
    "百分比 0.5",
    "错误 #REF!",
    "逻辑 FALSE",
    " ",
    "空",
)
COLUMNS: dict[str, dict[str, tuple[str, Sequence[str]]]] = {
    "一级指标": {"编号": ("A", CODES), "一级指标": ("B", WORDS), "分值": ("C", TYPED)},
    "二级指标": {
        "编号": ("A", CODES), "一级编号": ("B", CODES), "二级指标": ("C", WORDS), "分值": ("D", TYPED),
    },
    "三级指标": {
        "编号": ("A", CODES), "二级编号": ("B", CODES), "三级指标": ("C", WORDS), "分值": ("D", TYPED),
        "指标性质": ("E", WORDS), "年度指标值": ("F", TYPED), "计量单位": ("G", WORDS),
        "实际完成值": ("H", TYPED), "评分方式": ("I", WORDS), "完成程度": ("J", WORDS),
        "评分标准": ("K", WORDS), "偏差原因分析及改进措施": ("M", WORDS), "核减分": ("O", TYPED),
        "核减理由": ("P", WORDS),
    },
    "评分_甲": {"编号": ("A", CODES), "得分": ("H", TYPED), "评分说明": ("I", ("回避", "不回避", "本人分管，回避", *WORDS))},
}  # fmt: skip
FIRST = 5


@lru_cache
def workbook(way: str, unit: str = "项", count: int = 24) -> bytes:
    """A sound workbook of so many indicators, all scored one way, with a tier of its own above each."""
    points = [Decimal("0.4")] * (count - 1)
    points.append(100 - sum(points))
    each = [(n, format(p.normalize(), "f")) for n, p in enumerate(points, start=1)]
    degree = "达成" if way == "定性三档" else ""
    sheets = {
        "基本信息": ["| 项目 | 内容 |", "|-|-|", "| 部门名称 | 示例局 |", "| 评价年度 | 2023 |", "| 金额单位 | 万元 |"],
        "评价工作组": ["| 姓名 | 是否评分 |", "|-|-|", "| 甲 | 是 |", "| 乙 | 是 |"],
        "预算执行": ["| 项目名称 | 全年预算数 | 全年执行数 |", "|-|-|-|", "| 示例项目 | 100 | 95 |"],
        "一级指标": ["| 编号 | 一级指标 | 分值 |", "|-|-|-|", *(f"| A{n} | 一级{n} | {p} |" for n, p in each)],
        "二级指标": ["| 编号 | 一级编号 | 二级指标 | 分值 |", "|-|-|-|-|", *(f"| B{n} | A{n} | 二级{n} | {p} |" for n, p in each)],
        "三级指标": [
            "| 编号 | 二级编号 | 三级指标 | 分值 | 指标性质 | 年度指标值 | 计量单位 | 实际完成值 | 评分方式 | 完成程度 |",
            "|-|-|-|-|-|-|-|-|-|-|",
            *(f"| C{n} | B{n} | 指标{n} | {p} | ≥ | 50 | {unit} | 60 | {way} | {degree} |" for n, p in each),
        ],
        "评分_甲": ["| 编号 | 得分 |", "|-|-|", *(f"| C{n} | {p} |" for n, p in each)],
        "等级标准": ["| 等级 | 下限 |", "|-|-|", "| 优秀 | 90 |", "| 较差 | 0 |"],
        "参数": ["| 参数 | 值 |", "|-|-|", "| 打分制 | 分值制 |"],
    }  # fmt: skip
    sheets["评价工作组"].pop()
    text = "".join(f"\n## {name}\n" + "\n".join(lines) + "\n" for name, lines in sheets.items())
    return documents.book("# 示例\n" + text)


def cases() -> Iterator[tuple[str, str, bytes]]:
    """A name, the sheet, and the workbook in which each line has one cell that people typed wrong."""
    for sheet in COLUMNS:
        headers = [header for header in COLUMNS[sheet] if header in STRUCTURE]
        for part in (
            headers[:2],
            headers[2:],
        ):  # a missing code keeps the program from other findings
            if part:
                yield f"{sheet}_{'、'.join(part)}", sheet, spoilt("评分人打分", "项", sheet, part)
    answers = [header for header in COLUMNS["三级指标"] if header not in STRUCTURE]
    for way in WAYS:
        for unit in ("项", "%") if way in COMPARED else ("%",):
            name = f"三级指标_{way}_{'百分数' if unit == '%' else '数'}"
            yield name, "三级指标", spoilt(way, unit, "三级指标", answers)
    for way in ("评分人打分", "定性三档"):
        yield f"评分_甲_{way}", "评分_甲", spoilt(way, "项", "评分_甲", ("得分", "评分说明"))


STRUCTURE = ("编号", "一级编号", "二级编号", "一级指标", "二级指标", "三级指标", "分值")
COMPARED = ("评分人打分", "按比例", "达标得满分")


def spoilt(way: str, unit: str, sheet: str, headers: Sequence[str]) -> bytes:
    """A workbook with each content of these columns in a line of its own."""
    typed = [(COLUMNS[sheet][h][0], each) for h in headers for each in COLUMNS[sheet][h][1]]
    steps = [("写", sheet, f"{at}{FIRST + n}", each) for n, (at, each) in enumerate(typed)]
    return documents.mishandled(workbook(way, unit, len(steps) + 1), steps)


Checked = tuple[str, dict[str, dict[str, object]], Sequence[Finding]]
"""A sheet, the workbook as LibreOffice computes it, and what the program says of it."""


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory, office: None) -> dict[str, Checked]:
    folder = tmp_path_factory.mktemp("live")
    made = {name: (sheet, data) for name, sheet, data in cases()}
    paths = [folder / f"{name}.xlsx" for name in made]
    for path in paths:
        path.write_bytes(made[path.stem][1])
    results = libreoffice.recalculated(paths, folder / "lo")
    return {
        name: (sheet, libreoffice.cells(result), findings(data))
        for (name, (sheet, data)), result in zip(made.items(), results, strict=True)
    }


def findings(data: bytes) -> Sequence[Finding]:
    return score_documents([Document("甲.xlsx", data)])[0].findings


def checks(held: Mapping[str, Mapping[str, object]], sheet: str) -> dict[int, str]:
    """Row → what the check column of a sheet says."""
    column = next(at.rstrip("0123456789") for at, said in held[sheet].items() if said == "检查")
    return {
        int(at.removeprefix(column)): str(said)
        for at, said in held[sheet].items()
        if at.rstrip("0123456789") == column and said != "检查"
    }


def test_a_tick_never_stands_beside_what_the_program_refuses(checked: dict[str, Checked]) -> None:
    ticked = []
    for name, (sheet, held, told) in checked.items():
        said = checks(held, sheet)
        refused = [
            (name, each.code, each.place.cell, each.found, said[each.place.row + 1])
            for each in told
            if each.severity == "error" and each.place.sheet == sheet and each.place.row + 1 in said
        ]
        assert refused or name.endswith(("不适用_百分数", "评分说明"))
        ticked += [each for each in refused if each[-1].startswith("✓")]
    assert not ticked, "\n".join(map(str, ticked))


@pytest.mark.usefixtures("office")
def test_a_sound_workbook_is_ticked_wherever_a_formula_can_tell(tmp_path: Path) -> None:
    unsure = {"定性三档": "评分_甲", "满意度": "三级指标"}
    paths = []
    for way in WAYS:
        paths.append(tmp_path / f"_{way}.xlsx")
        paths[-1].write_bytes(workbook(way))
    for path in libreoffice.recalculated(paths, tmp_path / "lo"):
        held, way = libreoffice.cells(path), path.stem.removeprefix("_")
        for sheet in ("一级指标", "二级指标", "三级指标", "评分_甲"):
            said = {words for row, words in checks(held, sheet).items() if row < FIRST + 24}
            if sheet == "评分_甲" and way not in ("", "评分人打分", "定性三档"):
                assert said == {"不适用" if way == "不适用" else "系统计分"}
            else:
                assert said == {"○ 交工具检查" if unsure.get(way) == sheet else "✓"}, (way, sheet)


@pytest.mark.usefixtures("office")
def test_what_is_typed_turns_a_cell_yellow_or_grey_and_locks_none(tmp_path: Path) -> None:
    """An indicator that scorers marked is scored by the system now, and the other way round."""
    source = tmp_path / "原.xlsx"
    source.write_bytes(documents.sample(documents.RECIPES / "基本示例.md"))
    book = openpyxl.load_workbook(source)
    ballot = book["评分_甲"]
    assert [ballot.cell(row, 1).value for row in (5, 6)] == ["A1.1", "A1.2"]
    for row in range(5, ballot.max_row + 1):
        assert not ballot.cell(row, 8).protection.locked
        assert not ballot.cell(row, 9).protection.locked
    typed = [("三级指标", "I5", "按比例"), ("三级指标", "I6", None), ("评分_甲", "H6", 19)]
    steps = [{"do": "set", "sheet": s, "cell": c, "value": v} for s, c, v in typed]  # all protected
    held = libreoffice.cells(libreoffice.edited(source, tmp_path / "改.xlsx", steps))
    assert (held["评分_甲"]["J5"], held["评分_甲"]["J6"]) == ("系统计分", "✓")
    assert held["评分_甲"]["C6"] == "≥8场"
    greyed = {
        str(each.sqref): rule for each in ballot.conditional_formatting for rule in each.rules
    }
    for column in "HI":
        (rule,) = (rule for at, rule in greyed.items() if at.startswith(f"{column}5:"))
        assert rule.formula == ['OR($J5="系统计分",$J5="不适用")']
        assert rule.dxf.fill.bgColor.rgb == "FFEFEFEF"


@pytest.mark.usefixtures("office")
def test_a_total_that_the_clerk_adds_is_counted_by_no_running_total(tmp_path: Path) -> None:
    source = tmp_path / "原.xlsx"
    source.write_bytes(documents.sample(documents.RECIPES / "基本示例.md"))
    before = libreoffice.cells(source)
    names = ("合计", "合 计", "总计", "\u3000小计", "基本支出合计")
    for n, name in enumerate(names):
        typed = [("预算执行", "A7", name), ("预算执行", "D7", 200.5), ("预算执行", "G7", 190.25),
                 ("一级指标", "A8", name), ("一级指标", "C8", 100)]  # fmt: skip
        steps = [{"do": "set", "sheet": s, "cell": c, "value": v} for s, c, v in typed]
        held = libreoffice.cells(libreoffice.edited(source, tmp_path / f"{n}.xlsx", steps))
        assert (
            held["预算执行"]["A3"]
            == before["预算执行"]["A3"]
            == "合计：全年预算数 200.5，全年执行数 190.25，执行率 94.89%"
        )
        assert held["一级指标"]["A3"] == before["一级指标"]["A3"]
        if n < 4:
            assert held["一级指标"]["D8"] == "○ 合计行，不计入"
        assert "一级指标分值合计" not in held["填表说明"]["B4"]


@pytest.mark.usefixtures("office")
def test_without_a_budget_its_indicator_is_not_ticked(tmp_path: Path) -> None:
    source = tmp_path / "原.xlsx"
    text = (documents.RECIPES / "基本示例.md").read_text(encoding="utf-8")
    kept = text[: text.index("| 项目一（示例）")] + text[text.index("## 一级指标") :]
    source.write_bytes(documents.book(kept))
    (result,) = libreoffice.recalculated([source], tmp_path / "lo")
    assert libreoffice.cells(source)["三级指标"]["Q8"] == "○ 缺预算执行"
    assert libreoffice.cells(result)["三级指标"]["Q8"] == "○ 缺预算执行"
    assert ("X402", "三级指标!I8") in [
        (each.code, str(each.place)) for each in findings(source.read_bytes())
    ]
