"""What each placeholder of the official form is replaced with: a live formula and its value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from xlkpi.domain import placeholders, schema
from xlkpi.domain.cells import Number, Table, add_amounts
from xlkpi.domain.findings import MIXED_UNITS, OVERRULED
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.indicators import Indicator, Tier
from xlkpi.domain.inputs import Project
from xlkpi.domain.location import block_reference
from xlkpi.domain.methods import DIRECTIONS
from xlkpi.domain.numbers import from_text, total
from xlkpi.domain.placeholders import AMOUNTS, INDICATORS, ROWS
from xlkpi.domain.results import IndicatorScore
from xlkpi.domain.text import as_text
from xlkpi.writing.scored import form_scores
from xlkpi.writing.scored.addresses import FIRST_SCORE, REVIEWED, Addresses
from xlkpi.writing.scored.amounts import add_column
from xlkpi.writing.scored.form_scores import (
    AMOUNT_OF,
    CENTER,
    FIGURE,
    NONE_TO_SHOW,
    NOTHING,
    TEXT,
    Shown,
    copied,
    is_rate,
    rate,
    same,
    spelled,
    worded,
)  # fmt: skip
from xlkpi.writing.scored.inputs_shown import shown
from xlkpi.writing.scored.result import Result
from xlkpi.writing.styles import DATE, MONEY, RATE

_JUDGED = "定性"
_OWN_WORDS = ("以", "内", "含", "上", "下", "年", "月", "底", "前", "后")
"""Words behind a number that already give its direction, or make it a date."""

Record = dict[str, Shown]


class Filling:
    """The values of one outcome's form. Result sheets that it refers to have named their cells."""

    def __init__(self, result: Result, names: Addresses, layout: FormTemplate) -> None:
        """Take what was scored, and the layout, which decides how indicators are shown."""
        self.filled, self.scored = result.filled, result.scored
        self.names = names
        self.wanted = layout.names
        self.units = result.units
        self.codes = result.codes
        self.dates = result.dates
        findings = result.outcome.findings
        self.mixed_units = [each for each in findings if each.code == MIXED_UNITS]
        self.overruled = {each.place for each in findings if each.code in OVERRULED}

    def of(self, name: str) -> Shown:
        """Return what a placeholder that is not repeated shows."""
        whole, _, part = name.partition(".")
        if whole == "年度资金总额":
            return self._all(part)
        if whole in ("基本支出", "项目支出"):
            return self._kind(whole, part)
        if whole == "执行率":
            return self._execution(part)
        if whole == "总分":
            return self._total(part)
        if whole == "等级":
            return Shown(self.names.grade, self.scored.grade.name.value or "")
        return self._info(name)

    def records(self, group: str) -> list[Record]:
        """Return what the rows of a repeating group show; at least one row."""
        made = {placeholders.FUNDS: self._funds, INDICATORS: self._indicators}.get(
            group, self._goals
        )()
        found = [{f"{group}.{name}": each for name, each in record.items()} for record in made]
        return found or [{f"{group}.{name}": NOTHING for name in ROWS[group]}]

    # Once.

    def _info(self, name: str) -> Shown:
        text = self.filled.info.get(name)
        table = self.filled.tables.get(schema.INFO.name)
        if name == "金额单位" and (text is None or text.blank):
            return Shown("", "万元")
        if name == "实施单位" and (text is None or text.blank):  # the same as the department
            return self._info("部门名称")
        if text is None or table is None:
            return NOTHING
        return self._copy(table, text.place.row, "内容", CENTER)

    def _total(self, part: str) -> Shown:
        if part != "分值":
            reviewed = part == REVIEWED
            return form_scores.total(self.filled, self.scored, self.names, reviewed)
        row = FIRST_SCORE + len(self.scored.indicator_scores)
        points = [
            work.indicator.points.value or Decimal(0) for work in self.scored.indicator_scores
        ]
        return Shown(block_reference(schema.SCORES_SHEET, row, 3, row, 3), total(points), FIGURE)

    def _all(self, part: str) -> Shown:
        """年度资金总额: the sums that 汇总 has, and the one that it has not."""
        budget = self.scored.budget
        if part == "执行率":
            return self._execution("")
        if budget is None:
            return NONE_TO_SHOW
        if part in self.names.budget:
            value = budget.budget if part == "全年预算数" else budget.executed
            return Shown(self.names.budget[part], value, f"{FIGURE}:{MONEY}")
        return self._sum(self.filled.projects, part)

    def _kind(self, kind: str, part: str) -> Shown:
        projects = [each for each in self.filled.projects if each.kind.value == kind]
        if part != "执行率":
            return self._sum(projects, part)
        return rate(self._sum(projects, "全年执行数"), self._sum(projects, "全年预算数"))

    def _sum(self, projects: Sequence[Project], header: str) -> Shown:
        """Add up a column of 预算执行 over some of its rows."""
        table = self.filled.tables.get(schema.EXECUTION.name)
        if not projects or table is None or header not in table.columns:
            return NONE_TO_SHOW
        formula = add_column(table, header, [project.row for project in projects])
        value = add_amounts(AMOUNT_OF[header](project) for project in projects).shown
        return Shown(formula, value, CENTER if isinstance(value, str) else f"{FIGURE}:{MONEY}")

    def _execution(self, part: str) -> Shown:
        work = self.lifted
        if not part:
            return rate(self._all("全年执行数"), self._all("全年预算数"))
        if work is None:
            return NOTHING if part == "偏差原因" else NONE_TO_SHOW
        return self._indicator(work, part)

    @cached_property
    def lifted(self) -> IndicatorScore | None:
        """The indicator of 预算执行率 that is shown beside the money and not among the others.

        It must be alone in its first-level tier, and the layout must have a place for its score.
        """
        if "执行率.得分" not in self.wanted:
            return None
        tops = Counter(self._top(work) for work in self.scored.indicator_scores)
        found = [
            work
            for work in self.scored.indicator_scores
            if work.method and work.method.budgeted and tops[self._top(work)] == 1
        ]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _tiers(self) -> dict[tuple[int, str], tuple[int, Tier]]:
        """Level and key → the indicator above others, and its place among its like."""
        filled = self.filled
        tiers = [*enumerate(filled.tier1), *enumerate(filled.tier2)]
        return {(tier.level, tier.key): (at, tier) for at, tier in tiers}

    def _top(self, work: IndicatorScore) -> str:
        """Return the key of the first-level indicator that a third-level one belongs to."""
        return self._tiers[2, work.indicator.parent_key][1].parent_key

    # Row by row.

    def _funds(self) -> Iterator[Record]:
        table = self.filled.tables.get(schema.FUNDS.name)
        if table is None or not self.filled.funds:
            yield self._fiscal()
            return
        for fund in self.filled.funds:
            amounts = {name: self._amount(table, AMOUNT_OF[name](fund), name) for name in AMOUNTS}
            yield {
                "资金来源": self._copy(table, fund.row, "资金来源", CENTER),
                **amounts,
                "执行率": rate(amounts["全年执行数"], amounts["全年预算数"]),
            }

    def _fiscal(self) -> Record:
        """The one row where 资金来源 is not filled in: 其中：财政资金 of 预算执行."""
        cell, budget = self.names.budget.get("其中：财政资金"), self.scored.budget
        named = Shown("", "当年财政拨款")
        record = {"资金来源": named, **dict.fromkeys((*AMOUNTS, "执行率"), NONE_TO_SHOW)}
        if cell and budget:
            record["全年预算数"] = Shown(cell, budget.fiscal.shown, f"{FIGURE}:{MONEY}")
        return record

    def _amount(self, table: Table, amount: Number, header: str) -> Shown:
        if header not in table.columns:
            return NONE_TO_SHOW
        return self._copy(table, amount.place.row, header, f"{FIGURE}:{MONEY}")

    def _goals(self) -> Iterator[Record]:
        table = self.filled.tables.get(schema.GOALS.name)
        centred = ("序号", "类型", "完成程度")
        texts = self.filled.tables.get(schema.TEXTS.name)
        if texts and not (table and table.rows):
            yield self._goals_in_words(texts)
        for row in table.rows if table else ():
            assert table is not None
            yield {
                name: self._copy(table, row, name, CENTER if name in centred else TEXT)
                for name in ROWS["目标"]
            }

    def _goals_in_words(self, texts: Table) -> Record:
        """The one row where 年度总体目标 is not filled in: the chapters of 文字材料 about goals."""
        rows = [self.filled.chapter_row(chapter) for chapter in schema.GOAL_CHAPTERS]
        said = [NOTHING if row is None else self._copy(texts, row, "正文", TEXT) for row in rows]
        named = dict(zip(("预期目标", "实际完成情况"), said, strict=True))
        return {**dict.fromkeys(ROWS["目标"], NOTHING), **named}

    def _indicators(self) -> Iterator[Record]:
        """The indicators in the order of the tiers above them."""

        def order(work: IndicatorScore) -> tuple[int, int]:
            second = self._tiers[2, work.indicator.parent_key]
            return self._tiers[1, second[1].parent_key][0], second[0]

        names = [name for name in ROWS[INDICATORS] if f"{INDICATORS}.{name}" in self.wanted]
        for work in sorted(self.scored.indicator_scores, key=order):
            if work is not self.lifted:
                yield {name: self._indicator(work, name) for name in names}

    def _indicator(self, work: IndicatorScore, name: str) -> Shown:
        indicator = work.indicator
        table = self.filled.tables[schema.TIER3.name]
        if name in form_scores.NAMES:
            return self._score(work, name)
        if name == "编号":
            return same(indicator.code)
        if name in (schema.TIER1.name, schema.TIER2.name):
            return self._parent(work, name)
        if name in (schema.INITIAL, "年度指标值", "实际完成值"):
            return self._measure(table, work, name)
        header = "偏差原因分析及改进措施" if name == "偏差原因" else name
        centred = name in ("三级指标", "指标性质", "计量单位")
        return self._copy(table, indicator.row, header, CENTER if centred else TEXT)

    def _score(self, work: IndicatorScore, name: str) -> Shown:
        """A figure of 指标得分; how scorers marked an indicator is explained by its 评分标准, if it has one."""
        if name == "得分计算方法" and work.given:
            table = self.filled.tables[schema.TIER3.name]
            criteria = self._copy(table, work.indicator.row, "评分标准", TEXT)
            if criteria.value:
                return criteria
        return form_scores.of_indicator(self.scored, work, name)

    def _parent(self, work: IndicatorScore, sheet: str) -> Shown:
        at = (1, self._top(work)) if sheet == schema.TIER1.name else (2, work.indicator.parent_key)
        tier = self._tiers[at][1]
        return self._copy(self.filled.tables[sheet], tier.row, sheet, CENTER)

    def _measure(self, table: Table, work: IndicatorScore, header: str) -> Shown:
        """A target or an actual: with its sign and unit, unless the layout has cells for them."""
        indicator, typed = work.indicator, work.indicator.actual_text
        if header == "实际完成值" and (typed.blank or typed.place in self.overruled):
            if work.method and work.method.surveyed:
                return form_scores.surveyed(self.filled, work)
            if work.method and work.method.budgeted:
                return form_scores.executed(self.scored, self.names)
        bare = self._copy(table, indicator.row, header, CENTER)
        if indicator.dated:
            return bare
        if not isinstance(bare.value, float):
            return worded(self._typed(table, indicator, header, bare))
        return self._figure(table, work, header, bare)

    def _figure(self, table: Table, work: IndicatorScore, header: str, bare: Shown) -> Shown:
        """A number, with its sign and its unit; what is compared with a rate is in per cent."""
        assert isinstance(bare.value, float)
        indicator = work.indicator
        cell = table.place(indicator.row, header).reference
        percent = bare.style != CENTER
        if not percent and bare.value and not 1e-4 <= abs(bare.value) < 1e11:
            return bare  # programs differ in how they would spell it
        number = f'ROUND({cell}*100,9)&"%"' if percent else cell
        said = spelled(bare.value * 100, 9) + "%" if percent else spelled(bare.value, 15)
        before, sign = "", ""
        if header != "实际完成值":
            before, sign = self._beside(table, indicator, "指标性质")
        after, unit = ("", "") if percent else self._beside(table, indicator, "计量单位")
        typed_unit = self.units.get(table.place(indicator.row, header), "")
        if typed_unit and not percent:
            after, unit = f'"{typed_unit}"', typed_unit
        elif not percent and is_rate(work) and indicator.unit.blank:
            after, unit = '"%"', "%"
        joined = "&".join(part for part in (before, number, after) if part)
        if joined == cell:
            return bare
        return Shown(f"IF(ISNUMBER({cell}),{joined},{bare.expression})", sign + said + unit)

    def _typed(self, table: Table, indicator: Indicator, header: str, bare: Shown) -> Shown:
        """A text that no method reads: a number has its unit; a target such as 50个 its sign, if not in words."""
        read = from_text(str(bare.value))
        if read is None or header == schema.INITIAL:
            return bare
        cell = table.place(indicator.row, header).reference
        sign_cell, sign = self._beside(table, indicator, "指标性质")
        if (
            header == "实际完成值"
            or sign not in DIRECTIONS
            or any(w in read.suffix for w in _OWN_WORDS)
        ):
            sign_cell, sign = "", ""
        unit_cell, unit = ("", "") if read.suffix else self._beside(table, indicator, "计量单位")
        joined = "&".join(part for part in (sign_cell, cell, unit_cell) if part)
        if joined == cell:
            return bare
        return Shown(f'IF({cell}="","",{joined})', f"{sign}{bare.value}{unit}")

    def _beside(self, table: Table, indicator: Indicator, header: str) -> tuple[str, str]:
        """Return the expression and the text of what is beside a number: its sign, its unit."""
        if f"{INDICATORS}.{header}" in self.wanted or header not in table.columns:
            return "", ""
        text = as_text(self._held(table, indicator.row, header))
        cell = table.place(indicator.row, header).reference
        if not text or header == "计量单位":
            return (cell, text) if text else ("", "")
        return f'IF({cell}="{_JUDGED}","",{cell})', "" if text == _JUDGED else text

    def _held(self, table: Table, row: int, header: str) -> str | float:
        """Return what an input cell contains in the scored workbook."""
        taken = self.codes.get(table.place(row, header))
        return shown(self.filled, table, row, header) if taken is None else taken

    def _copy(self, table: Table, row: int, header: str, style: str) -> Shown:
        """A live copy of an input cell; a number shown as per cent stays one."""
        if header not in table.columns:
            return NOTHING._replace(style=style)
        place = table.place(row, header)
        if place in self.dates:
            day = float(self.filled.readings[place])
            return Shown(copied(place), day, f"{FIGURE}:{DATE}")
        value = self._held(table, row, header)
        percent = (place.row, place.column) in table.grid.percents
        if percent and place not in self.filled.readings:
            style = f"{FIGURE}:{RATE}"
        return Shown(copied(place), value, style)
