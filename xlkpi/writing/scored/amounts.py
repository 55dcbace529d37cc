"""The live sum of a column of money: whole, or a dash that says how many amounts are not filled in."""

from __future__ import annotations

from collections.abc import Sequence

from xlkpi.domain.cells import Table
from xlkpi.domain.location import block_references

LONGEST_FORMULA = 8_000
"""Excel's limit is 8192 characters."""


def add_column(table: Table, header: str, rows: Sequence[int]) -> str:
    """Return what `AmountSum.shown` says of a column as an expression; "" where Excel cannot take it.

    Without the amounts of a required column nothing is scored, so all of those are there.
    """
    added = block_references(table.grid.name, table.columns[header], rows)
    expression = f"SUM({added})"
    if not table.sheet.column(header).required:
        count = f"COUNT({added})"
        missing = f'IF({count}=0,"—","—（"&{len(rows)}-{count}&" 项未填）")'
        expression = f"IF({count}={len(rows)},{expression},{missing})"
    return expression if len(expression) < LONGEST_FORMULA else ""
