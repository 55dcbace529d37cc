"""A plan made for one workbook serves every other of its shape, as if it had been made for that one."""

from __future__ import annotations

import os
from decimal import Decimal
from itertools import islice
from random import Random

import pytest

from tests import documents, random_books
from xlkpi import pipeline
from xlkpi.domain.results import Outcome, Status
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.exchange import markdown
from xlkpi.pipeline import Document, score_documents
from xlkpi.writing import scored as scored_workbook
from xlkpi.writing import xlsx_rows
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

PROVE = os.environ.get("XLKPI_PROVE") == "1"
SEEDS, EACH = (200, 4) if PROVE else (8, 2)
SAMPLES = sorted(documents.SAMPLES.glob("*.md"))
KINDS = (
    ("部门名称", "三级指标", "二级指标", "一级指标", "项目名称"),
    ("评分标准", "佐证材料", "正文", "说明", "备注", "打分理由", "结果应用", "含义", "扣分原因"),
    ("偏差原因分析及改进措施",),
    ("年初预算数",),
    ("全年执行数",),
    ("得分",),
    ("得分",),
    ("实际完成值",),
)  # fmt: skip
"""What another department fills in otherwise; some of it together."""


KEPT = scored_workbook._PLANS.maxlen or 0


def fresh(outcome: Outcome) -> bytes:
    """The result as a process writes it that has written no other."""
    scored_workbook._PLANS.clear()
    xlsx_rows.forget()
    return pipeline.write_scored(outcome)


def outcome(contents: Contents) -> Outcome:
    return score_documents([Document("甲.xlsx", emit(blank(contents)))])[0]


def varied(contents: Contents, rng: Random) -> Contents:
    """The same workbook with other marks, amounts and words: what another department hands in."""
    headers = {header for kind in rng.sample(KINDS, 3) for header in kind}
    sheets = {
        name: tuple(changed(row, headers, rng) for row in rows)
        for name, rows in contents.sheets.items()
    }
    sheets["基本信息"] = tuple(
        {**row, "内容": f"{row['内容']}{rng.randint(1, 9)}"}
        if row.get("项目") == "部门名称"
        else row
        for row in sheets["基本信息"]
    )
    ballots = tuple(
        (name, tuple(changed(row, headers, rng) for row in rows)) for name, rows in contents.ballots
    )
    return contents._replace(sheets=sheets, ballots=ballots)


def changed(row: Fields, headers: set[str], rng: Random) -> Fields:
    made = dict(row)
    for header in headers & set(row):
        held = row[header]
        if rng.random() < 0.5:
            continue
        if isinstance(held, Decimal):
            made[header] = (held * rng.randint(1, 8) / 8).quantize(Decimal("0.01"))
        elif held:
            made[header] = f"{held}{rng.choice(('甲', '乙', '，另见附件' * 9))}"
    return made


def sound(base: Contents, rng: Random, count: int) -> list[Outcome]:
    """The workbook and so many variants of it that can be scored; fewer where most cannot."""
    tried = (outcome(varied(base, rng)) for _ in range(6 * count))
    found = (each for each in (outcome(base), *tried) if each.status is Status.SCORED)
    return list(islice(found, count + 1))


def check(made: list[Outcome]) -> int:
    """Write them with plans that others left, and anew; return how many plans were used again."""
    expected = [fresh(each) for each in made]
    scored_workbook._PLANS.clear()
    for each, data in zip(made, expected, strict=True):
        assert pipeline.write_scored(each) == data
    return len(made) - len(scored_workbook._PLANS)


def test_a_plan_serves_other_values() -> None:
    bases = {path.stem: markdown.parse(path.read_text(encoding="utf-8")) for path in SAMPLES}
    reused = [check(sound(base, Random(name), EACH)) for name, base in bases.items()]
    assert sum(reused) >= len(bases)


@pytest.mark.parametrize("seed", range(0, SEEDS, 4))
def test_a_plan_of_a_random_workbook_serves_other_values(seed: int) -> None:
    """Whatever decides a formula, a style or a place is part of the shape."""
    reused = 0
    for each in range(seed, seed + 4):
        reused += check(sound(random_books.contents(each), Random(f"形状 {each}"), EACH))
    assert reused


def test_another_shape_gets_another_plan() -> None:
    """One column more, one recusal, another parameter: each changes formulas or styles."""
    scored_workbook._PLANS.clear()
    base = markdown.parse(SAMPLES[0].read_text(encoding="utf-8"))
    pipeline.write_scored(outcome(base))
    assert len(scored_workbook._PLANS) == 1
    parameters = tuple(
        {**row, "值": "中位数"} if row.get("参数") == "综合方法" else row
        for row in base.sheets["参数"]
    )
    pipeline.write_scored(outcome(base._replace(sheets={**base.sheets, "参数": parameters})))
    assert len(scored_workbook._PLANS) == 2


def test_plans_are_kept_for_a_few_shapes_only() -> None:
    scored_workbook._PLANS.clear()
    for seed in range(KEPT + 8):
        made = outcome(random_books.contents(seed))
        if made.status is Status.SCORED:
            pipeline.write_scored(made)
    assert 1 < len(scored_workbook._PLANS) <= KEPT
