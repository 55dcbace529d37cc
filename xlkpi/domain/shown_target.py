"""年度指标值 as scorers see it beside their marks: ≥95%, with the sign of 指标性质 and 计量单位."""

from __future__ import annotations

from decimal import Decimal

from xlkpi.domain.numbers import plain
from xlkpi.domain.schema import NATURES

SIGNS = NATURES[:-1]
NO_UNIT = ("—", "-", "/", "无")
"""What people write where there is no unit."""


def shown_target(target: Decimal | str, nature: str, unit: str) -> str:
    """Return a target with its sign and its unit.

    A text that says more than a number, such as 不低于95%, says its sign itself.
    """
    sign = nature if nature in SIGNS else ""
    if isinstance(target, Decimal):
        share = unit == "%" and 0 < abs(target) <= 1  # a cell in per cent: a bare 0.95 stops
        number = plain(target * 100 if share else target)
        return f"{sign}{number}{'' if unit in NO_UNIT else unit}"
    bare = target[:1].isdecimal() and (target[-1:].isdecimal() or target[-1:] == "%")
    return f"{sign}{target}" if bare else target


def shown_target_formula(target: str, nature: str, unit: str) -> str:
    """Return `shown_target` as a formula text over three values; "" for an empty target."""
    signs, none = (",".join(f'"{each}"' for each in words) for words in (SIGNS, NO_UNIT))
    sign = f'IF(ISNUMBER(MATCH({nature},{{{signs}}},0)),{nature},"")'
    number = f'IF(AND({unit}="%",ABS({target})<=1),ROUND({target}*100,9),{target})'
    behind = f'IF(ISNUMBER(MATCH({unit},{{{none}}},0)),"",{unit})'
    bare = f'ISNUMBER(LEFT({target},1)+SUBSTITUTE(RIGHT({target},1),"%","0"))'
    text = f'IF({bare},{sign},"")&{target}'
    return f'IF({target}="","",IF(ISNUMBER({target}),{sign}&{number}&{behind},{text}))'
