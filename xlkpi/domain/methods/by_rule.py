"""The methods that follow a rule of the workbook's own 评分规则."""

from __future__ import annotations

from fractions import Fraction

from xlkpi.domain import custom_rules
from xlkpi.domain.custom_rules import Measured, Rule
from xlkpi.domain.formula import Formula
from xlkpi.domain.methods.method import UPWARDS, Case, Method, worth
from xlkpi.domain.methods.standard import (
    BUDGET_EXECUTION,
    EXECUTION_RATE,
    PROPORTIONAL,
    execution_rate,
    rate_substitution,
)
from xlkpi.domain.substitution import Choice, Number, Substitution, measured, percent


class ByRule(Method):
    """A rule of 评分规则 over 实际完成值, or over 执行率 in percentage points."""

    def __init__(self, rule: Rule, budgeted: bool = False) -> None:
        self.rule = rule
        self.name = f"{BUDGET_EXECUTION}:{rule.name}" if budgeted else rule.name
        self.budgeted = budgeted
        self.measured = not budgeted
        self.formula_of_value = f"({EXECUTION_RATE}*100)" if budgeted else "{实际完成值}"

    @property
    def targeted(self) -> bool:
        """Whether the rule uses the target: 偏离 does, if it has no 基准."""
        assert self.rule is not None
        return self.rule.kind == custom_rules.DEVIATION and self.rule.entries[0].base is None

    def value(self, case: Case) -> Fraction:
        if self.budgeted:
            return execution_rate(case) * 100
        assert case.actual is not None
        return case.actual

    def points(self, case: Case) -> Fraction:
        assert self.rule is not None
        kind = custom_rules.kind_of(self.rule)
        return kind.points(self.rule, case.points, self.value(case), case.target)

    def formula(self, case: Case) -> Formula:
        assert self.rule is not None
        kind = custom_rules.kind_of(self.rule)
        return Formula(kind.formula(self.rule, self.formula_of_value, "{年度指标值}"))

    def substitution(self, case: Case) -> Substitution:
        assert self.rule is not None
        value = self.value(case)
        said: Substitution = (measured("{实际完成值}", value),)
        if self.budgeted:
            said = (*rate_substitution(case), "×100")
        subject = Measured(value, self.formula_of_value, said)
        target = Number("{年度指标值}", case.target or 0)
        return custom_rules.kind_of(self.rule).substitution(self.rule, worth(case), subject, target)

    def explain(self, case: Case) -> str:
        assert self.rule is not None
        over = "，按预算执行率（%）" if self.budgeted else ""
        return f"评分规则“{self.rule.name}”{over}：{custom_rules.explain(self.rule)}"


class OverAchievement(Method):
    """超额完成: 按比例, and what was reached far beyond the target counts for less."""

    measured = True
    natures = UPWARDS
    scaled = True

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.name = rule.name

    def share(self, case: Case) -> Fraction:
        """Return the share of 按比例 times the share that the ratio actual ÷ target keeps."""
        assert self.rule is not None
        own, ratio = PROPORTIONAL.share(case), self.value(case)
        kept = None if ratio is None else custom_rules.kept_share(self.rule, ratio)
        return own * (Fraction(1) if kept is None else kept)

    def value(self, case: Case) -> Fraction | None:
        """Return actual ÷ target in per cent; None of a target of 0."""
        assert case.actual is not None
        return case.actual / case.target * 100 if case.target else None

    def formula(self, case: Case) -> Formula:
        assert self.rule is not None
        own = PROPORTIONAL.formula(case).text
        ratio = "({实际完成值}/{年度指标值}*100)"
        kept = custom_rules.band_formula(self.rule, ratio, below="1")
        return Formula(f"{own}*IF({{年度指标值}}=0,1,{kept})")

    def substitution(self, case: Case) -> Substitution:
        """Return 按比例 times what is kept; a target of 0 keeps all."""
        assert self.rule is not None
        ratio = self.value(case)
        kept = custom_rules.kept_share(self.rule, ratio) if ratio is not None else None
        formula = custom_rules.band_formula(self.rule, "({实际完成值}/{年度指标值}*100)", below="1")
        share = percent(formula, Fraction(1) if kept is None else kept)
        return (
            *PROPORTIONAL.substitution(case), Choice("{年度指标值}=0", not case.target, (), ("×", *share)),
        )  # fmt: skip

    def explain(self, case: Case) -> str:
        assert self.rule is not None
        return f"评分规则“{self.rule.name}”：{PROPORTIONAL.explain(case)}；{custom_rules.explain(self.rule)}"
