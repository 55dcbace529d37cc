"""The rows of the three tiers of indicators, as people filled them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from xlkpi.domain import methods
from xlkpi.domain.cells import Number, Text


class OfWhichRow(NamedTuple):
    """A row of a tier without points, which explains the row above: 其中：…."""

    level: int
    name: Text
    code: Text
    key: str
    """The code as it is compared, "" where there is none, or where it is an indicator's."""
    finding_code: str
    """The code of the finding about this row."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A first- or second-level indicator."""

    level: int
    row: int
    code: Text
    key: str
    """The code as it is compared; "" where it is missing or broken."""
    parent: Text
    parent_key: str
    name: Text
    points: Number

    @property
    def label(self) -> str:
        """Its name in a sentence: the code, else the name, else the row."""
        return self.code.value or self.name.value or f"第 {self.row + 1} 行"


@dataclass(frozen=True, slots=True)
class Indicator(Tier):
    """A third-level indicator."""

    nature: Text
    target: Number
    """The number in 年度指标值; blank where it is a text and no rule needs a number."""
    target_text: Text
    unit: Text
    actual: Number
    actual_sign: str
    """The operator typed before it, "" where there is none."""
    actual_text: Text
    in_points: bool
    """Whether 实际完成值 was read in percentage points, by its unit or by the per cent typed there."""
    dated: bool
    """Whether target and actual are dates; their numbers are then a spreadsheet's numbers for days."""
    target_unit: str
    """What was typed behind the number that was read as the target, where 计量单位 is empty."""
    actual_unit: str
    method: Text
    degree: Text
    deduction: Number
    deduction_reason: Text
    reason: Text
    """偏差原因分析及改进措施."""

    @property
    def judged(self) -> bool:
        """Whether scorers mark it."""
        return methods.is_judged(self.method.value)

    @property
    def applies(self) -> bool:
        """Whether it is scored at all."""
        return self.method.value != methods.NOT_APPLICABLE
