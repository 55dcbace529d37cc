"""The settings of 参数 that are in force."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from xlkpi.domain.cells import Value
from xlkpi.domain.schema import Parameter


class Parameters(NamedTuple):
    """The settings in force: the sheet's, else the defaults."""

    values: Mapping[str, Value[str]]
    """By name; `place` is the cell, or the file as a whole for a default."""
    numbers: Mapping[str, Decimal]
    """The numeric ones; per cents as percentage points."""

    def text(self, name: str) -> str:
        return self.values[name].value or ""

    def output_value(self, parameter: Parameter) -> str | Decimal:
        """Return the setting as an output's cell shows it: a word, a number, 0.8 for 80%."""
        if parameter.choices:
            return self.text(parameter.name)
        number = self.numbers[parameter.name]
        return number.scaleb(-2) if parameter.percent else number

    @property
    def decimals(self) -> int:
        """小数位数."""
        return int(self.numbers["小数位数"])

    @property
    def out_of_100(self) -> bool:
        """Whether marks are out of 100 (百分制) instead of out of 分值."""
        return self.text("打分制") == "百分制"

    @property
    def trim_from(self) -> int:
        """去极值最少人数."""
        return int(self.numbers["去极值最少人数"])

    @property
    def trim_count(self) -> int:
        """去极值个数: how many marks go at either end."""
        return int(self.numbers["去极值个数"])
