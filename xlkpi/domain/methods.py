"""How an indicator gets its points without a scorer: each rule once, its points beside its formula.

A rule is stated over exact fractions for the engine and as a live formula for the workbook; a test
holds the two together through a spreadsheet program. Sources: the national form of 财预〔2020〕10号
(正向, 反向, 预算执行率) and the local tables described in the field's notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain import custom_rules
from xlkpi.domain.custom_rules import Rule
from xlkpi.domain.formula import Formula
from xlkpi.domain.numbers import rounded
from xlkpi.domain.schema import canonical, folded

JUDGED = "评分人打分"
"""The default: scorers mark it, and `scoring.combine` makes one score of their marks."""

JUDGED_ALIASES = ("", "评委打分")
"""What is read as 评分人打分: an empty cell, and the word of other forms."""

BANDED = "定性三档"
"""Judged too; a mark must lie in the band that 完成程度 names."""

NOT_APPLICABLE = "不适用"
"""No score; the others are rescaled to 100."""

UPWARDS = ("≥", ">", "=")
DIRECTIONS = (*UPWARDS, "≤", "<")
_BUDGET = "预算执行率"


class Votes(NamedTuple):
    """What a survey came to: the valid answers of all its rows, by how pleased they are."""

    very: int
    pleased: int
    fairly: int
    not_pleased: int

    @property
    def valid(self) -> int:
        """Valid answers."""
        return sum(self)


class Case(NamedTuple):
    """What a rule may look at. Numbers are exact; None where the workbook has none."""

    points: Fraction
    nature: str = ""
    target: Fraction | None = None
    actual: Fraction | None = None
    budget: Fraction | None = None
    """Σ 全年预算数."""
    executed: Fraction | None = None
    """Σ 全年执行数."""
    inverse: str = "线性"
    """反向公式: 线性 or 比例."""
    votes: Votes | None = None
    criterion: str = "满意以上"
    """满意度口径."""
    actual_sign: str = ""
    """The operator typed before 实际完成值: what is "<5" meets < 5, though its number equals the target."""

    @property
    def lower_is_better(self) -> bool:
        """Whether 指标性质 is ≤ or <."""
        return self.nature in ("≤", "<")


class Method:
    """A way to compute points; `points` and `formula` must agree for every case."""

    name: str
    measured = False
    """Needs numbers in 年度指标值 and 实际完成值."""
    natures: tuple[str | None, ...] = ()
    """What 指标性质 may say, None for an empty cell; () where it does not matter."""
    scaled = False
    """Divides by the target, which then may not be below 0."""
    budgeted = False
    """Needs 预算执行."""
    surveyed = False
    """Needs 满意度调查, and a target in percentage points."""
    dates = False
    """Whether target and actual may be dates."""
    rule: Rule | None = None
    """The rule of 评分规则 that it follows."""

    def __eq__(self, other: object) -> bool:
        """Whether it computes alike, so that what came of two workbooks can be compared."""
        if not isinstance(other, Method) or type(self) is not type(other):
            return False
        return (self.name, self.rule) == (other.name, other.rule)

    def __hash__(self) -> int:
        """Go by the name."""
        return hash((type(self), self.name))

    @property
    def targeted(self) -> bool:
        """Whether it needs a number in 年度指标值."""
        return self.measured or self.surveyed

    def share(self, case: Case) -> Fraction:
        """Return the part of the points that is earned, from 0 to 1."""
        raise NotImplementedError

    def formula(self, case: Case) -> Formula:
        """Return the unrounded points as a formula over names."""
        raise NotImplementedError

    def explain(self, case: Case) -> str:
        """Say what is done, for someone who audits it."""
        raise NotImplementedError

    def points(self, case: Case) -> Fraction:
        """Return the unrounded points."""
        return case.points * self.share(case)

    def value(self, case: Case) -> Fraction | None:
        """Return what its rule of 评分规则 looks at; None where there is no rule, or nothing to look at."""
        return None


def _execution_rate(case: Case) -> Fraction:
    """Return 执行率 as a part of one, 0 where the budget is 0."""
    if not case.budget or case.executed is None:
        return Fraction(0)
    return case.executed / case.budget


_EXECUTION_RATE = "IF({全年预算数}=0,0,{全年执行数}/{全年预算数})"


class BudgetExecution(Method):
    """预算执行率: w × Σ执行 ÷ Σ预算 over all funds, at most w; a budget of 0 earns nothing."""

    name = _BUDGET
    budgeted = True

    def share(self, case: Case) -> Fraction:
        """Return the rate kept within 0 and 1."""
        return min(Fraction(1), max(Fraction(0), _execution_rate(case)))

    def formula(self, case: Case) -> Formula:
        """Return points × rate."""
        return Formula(f"{{分值}}*MAX(0,MIN(1,{_EXECUTION_RATE}))")

    def explain(self, case: Case) -> str:
        """Say the rule."""
        return "预算执行率：分值×全年执行数÷全年预算数，最多得满分"


def is_reached(case: Case) -> bool:
    """Whether the actual reaches the target, in the direction of 指标性质."""
    assert case.actual is not None and case.target is not None
    gap = rounded(case.actual - case.target, _GAP_PLACES)
    if case.lower_is_better or (case.nature == "=" and case.target == 0):
        return gap <= 0
    return gap >= 0


def is_met(case: Case) -> bool:
    """Whether the target is met to the letter: what only equals it does not meet > or <."""
    assert case.actual is not None and case.target is not None
    if not _strict(case):
        return is_reached(case)
    gap = rounded(case.actual - case.target, _GAP_PLACES)
    return gap < 0 if case.lower_is_better else gap > 0


def _strict(case: Case) -> bool:
    return case.nature in _STRICT and case.actual_sign != case.nature


_STRICT = (">", "<")
_GAP_PLACES = custom_rules.GAP_PLACES
_GAP = f"ROUND({{实际完成值}}-{{年度指标值}},{_GAP_PLACES})"


def _reached_formula(case: Case) -> str:
    if case.lower_is_better:
        return f"{_GAP}<=0"
    if case.nature == "=":
        return f"IF({{年度指标值}}=0,{_GAP}<=0,{_GAP}>=0)"
    return f"{_GAP}>=0"


def _met_formula(case: Case) -> str:
    return f"{_GAP}{case.nature}0" if _strict(case) else _reached_formula(case)


def _equality_text(case: Case) -> str:
    """Say what equality is worth where the ratio decides and the nature leaves it open."""
    text = f"；性质是“{case.nature}”，等于指标值时比例为 1，也得满分"
    return text if case.nature in _STRICT else ""


class Proportional(Method):
    """按比例: the target reached earns w; below it w × a ÷ t, or one of two inverse forms.

    What equals a target of > or < earns w as well: the ratio is 1.
    """

    name = "按比例"
    measured = True
    natures = DIRECTIONS
    scaled = True

    def share(self, case: Case) -> Fraction:
        """Return 1 where the target is reached, else how near the actual comes, never below 0."""
        if is_reached(case):
            return Fraction(1)
        assert case.actual is not None and case.target is not None
        if not case.target:
            return Fraction(0)
        if not case.lower_is_better:
            return max(Fraction(0), case.actual / case.target)
        if case.inverse == "比例":
            return case.target / case.actual
        return max(Fraction(0), 1 - (case.actual - case.target) / case.target)

    def formula(self, case: Case) -> Formula:
        """Return the same over names."""
        short = "MAX(0,{实际完成值}/{年度指标值})"
        if case.lower_is_better and case.inverse == "比例":
            short = "{年度指标值}/{实际完成值}"
        elif case.lower_is_better:
            short = "MAX(0,1-({实际完成值}-{年度指标值})/{年度指标值})"
        reached = _reached_formula(case)
        return Formula(f"{{分值}}*IF({reached},1,IF({{年度指标值}}=0,0,{short}))")

    def explain(self, case: Case) -> str:
        """Say the rule in the direction that applies."""
        return self._direction(case) + _equality_text(case)

    def _direction(self, case: Case) -> str:
        if not case.lower_is_better:
            return "按比例（正向）：达到指标值得满分，否则 分值×完成值÷指标值"
        if case.inverse == "比例":
            return "按比例（反向，比例）：不超过指标值得满分，否则 分值×指标值÷完成值"
        return "按比例（反向，线性）：不超过指标值得满分，否则 分值×(1－(完成值－指标值)÷指标值)，最低 0"


class AllOrNothing(Method):
    """达标得满分: the target met earns w, else nothing; what equals it does not meet > or <."""

    name = "达标得满分"
    measured = True
    natures = DIRECTIONS
    dates = True

    def share(self, case: Case) -> Fraction:
        """Return 1 or 0."""
        return Fraction(1 if is_met(case) else 0)

    def formula(self, case: Case) -> Formula:
        """Return the same over names."""
        return Formula(f"{{分值}}*IF({_met_formula(case)},1,0)")

    def explain(self, case: Case) -> str:
        """Say the rule."""
        side = "低于" if case.lower_is_better else "高于"
        if case.nature in _STRICT:
            return f"达标得满分：{side}指标值得满分，否则得 0；性质是“{case.nature}”，等于指标值不算达到"
        return "达标得满分：达到指标值得满分，否则得 0"


class Satisfaction(Method):
    """满意度: what a survey came to, by 满意度口径, then as 按比例 against the target.

    The survey's rate is in percentage points; its formula stands in for {实际完成值}.
    """

    name = "满意度"
    surveyed = True
    natures = (*UPWARDS, None)

    def share(self, case: Case) -> Fraction:
        """Return 1 where the target is reached, else rate ÷ target."""
        return _PROPORTIONAL.share(_as_proportional(case))

    def formula(self, case: Case) -> Formula:
        """Return the formula of 按比例 with the rate in the place of the actual value."""
        formula = _PROPORTIONAL.formula(_as_proportional(case)).text
        return Formula(formula.replace("{实际完成值}", f"({satisfaction_formula(case.criterion)})"))

    def explain(self, case: Case) -> str:
        """Name the sample and what counts as satisfied."""
        assert case.votes is not None
        rate = f"{rounded(satisfaction_rate(case.votes, case.criterion), 2):f}"
        return (
            f"满意度：有效问卷 {case.votes.valid} 份，口径“{case.criterion}”，"
            f"满意度 {rate}%；达到指标值得满分，否则 分值×满意度÷指标值{_equality_text(case)}"
        )


def _as_proportional(case: Case) -> Case:
    assert case.votes is not None
    return case._replace(nature="≥", actual=satisfaction_rate(case.votes, case.criterion))


_WEIGHTS = {
    "满意以上": (100, 100, 0, 0),
    "基本满意以上": (100, 100, 100, 0),
    "指数100-80-60-40": (100, 80, 60, 40),
}
"""满意度口径 → what a vote of each kind counts, in percentage points."""
CRITERIA = tuple(_WEIGHTS)
"""满意度口径, the default first."""
VOTES = ("很满意", "满意", "基本满意", "不满意")


def satisfaction_rate(votes: Votes, caliber: str) -> Fraction:
    """Return the rate of a survey in percentage points."""
    counted = sum(weight * count for weight, count in zip(_WEIGHTS[caliber], votes, strict=True))
    return Fraction(counted, votes.valid)


def satisfaction_formula(caliber: str) -> str:
    """Return the same over {很满意} … {不满意}, each the sum of a column of 满意度调查."""
    pairs = zip(VOTES, _WEIGHTS[caliber], strict=True)
    counted = "+".join(f"{weight}*{{{name}}}" for name, weight in pairs if weight)
    return f"({counted})/({'+'.join(f'{{{name}}}' for name in VOTES)})"


class ByRule(Method):
    """A rule of 评分规则 over 实际完成值, or over 执行率 in percentage points."""

    def __init__(self, rule: Rule, budgeted: bool = False) -> None:
        """Follow that rule."""
        self.rule = rule
        self.name = f"{_BUDGET}:{rule.name}" if budgeted else rule.name
        self.budgeted = budgeted
        self.measured = not budgeted
        self.formula_of_value = f"({_EXECUTION_RATE}*100)" if budgeted else "{实际完成值}"

    @property
    def targeted(self) -> bool:
        """Whether the rule looks at the target: 偏离 does where it has no 基准."""
        assert self.rule is not None
        return self.rule.kind == custom_rules.DEVIATION and self.rule.entries[0].base is None

    def value(self, case: Case) -> Fraction:
        """Return what the rule looks at."""
        if self.budgeted:
            return _execution_rate(case) * 100
        assert case.actual is not None
        return case.actual

    def points(self, case: Case) -> Fraction:
        """Return what the rule says of the value."""
        assert self.rule is not None
        kind = custom_rules.kind_of(self.rule)
        return kind.points(self.rule, case.points, self.value(case), case.target)

    def formula(self, case: Case) -> Formula:
        """Return the same over names."""
        assert self.rule is not None
        kind = custom_rules.kind_of(self.rule)
        return Formula(kind.formula(self.rule, self.formula_of_value, "{年度指标值}"))

    def explain(self, case: Case) -> str:
        """Name the rule and say it."""
        assert self.rule is not None
        over = "，按预算执行率（%）" if self.budgeted else ""
        return f"评分规则“{self.rule.name}”{over}：{custom_rules.explain(self.rule)}"


class OverAchievement(Method):
    """超额完成: 按比例, and what was reached far beyond the target counts for less."""

    measured = True
    natures = UPWARDS
    scaled = True

    def __init__(self, rule: Rule) -> None:
        """Follow that rule."""
        self.rule = rule
        self.name = rule.name

    def share(self, case: Case) -> Fraction:
        """Return the share of 按比例 times what the ratio actual ÷ target keeps of it."""
        assert self.rule is not None
        own, ratio = _PROPORTIONAL.share(case), self.value(case)
        kept = None if ratio is None else custom_rules.kept_share(self.rule, ratio)
        return own * (Fraction(1) if kept is None else kept)

    def value(self, case: Case) -> Fraction | None:
        """Return actual ÷ target in per cent; None of a target of 0."""
        assert case.actual is not None
        return case.actual / case.target * 100 if case.target else None

    def formula(self, case: Case) -> Formula:
        """Return the same over names."""
        assert self.rule is not None
        own = _PROPORTIONAL.formula(case).text
        ratio = "({实际完成值}/{年度指标值}*100)"
        kept = custom_rules.band_formula(self.rule, ratio, below="1")
        return Formula(f"{own}*IF({{年度指标值}}=0,1,{kept})")

    def explain(self, case: Case) -> str:
        """Name the rule and say it."""
        assert self.rule is not None
        return f"评分规则“{self.rule.name}”：{_PROPORTIONAL.explain(case)}；{custom_rules.explain(self.rule)}"


def deducted(points: Fraction, less: Decimal) -> Fraction:
    """Return what 核减分 leaves of computed points: never less than nothing."""
    return max(Fraction(0), points - Fraction(less))


def deducted_formula(points: Formula) -> Formula:
    """Return the same over names."""
    return Formula(f"MAX(0,{points.text}-{{核减分}})")


_PROPORTIONAL = Proportional()
METHODS: tuple[Method, ...] = (BudgetExecution(), _PROPORTIONAL, AllOrNothing(), Satisfaction())
BY_NAME = {method.name: method for method in METHODS}
NAMES = (JUDGED, *BY_NAME, BANDED, NOT_APPLICABLE)
"""Every word that 评分方式 may hold besides the names of a workbook's own rules."""


def find(name: str | None, known: Mapping[str, Rule]) -> Method | None:
    """Return the method of a name, `known` being the workbook's own rules by folded name.

    None where scorers mark, where the indicator does not apply, and for a name that is none.
    """
    if name in NAMES:  # a rule of such a name is told, and never stands in for it
        return BY_NAME.get(name)
    head, colon, tail = (name or "").partition(":")
    if colon and head == _BUDGET:
        rule = known.get(folded(tail))
        fits = rule is not None and rule.kind != custom_rules.OVER_ACHIEVEMENT
        return ByRule(rule, budgeted=True) if rule and fits else None
    rule = known.get(folded(name))
    if rule is None:
        return None
    return OverAchievement(rule) if rule.kind == custom_rules.OVER_ACHIEVEMENT else ByRule(rule)


def standard_name(typed: str) -> str:
    """Return a method as the format spells it; a rule's name comes back as it is.

    `预算执行率：甲` is read with either colon.
    """
    plain = canonical(typed)
    if plain in JUDGED_ALIASES:
        return JUDGED
    if plain.startswith(f"{_BUDGET}:"):
        return plain
    return _SPELLED.get(plain, typed)


_SPELLED = {canonical(name): name for name in reversed(NAMES)}
"""As compared → as the format spells it."""


def is_judged(name: str | None) -> bool:
    """Whether scorers mark an indicator of that method."""
    return name in (JUDGED, BANDED)
