"""What all commands share: a path alone means `score`, and a refusal is an error of usage."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator


class Commands(click.Group):
    """A group in which a path alone means `score`, as when a file is dropped on the program's icon."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Put `score` in front of a path."""
        if args and args[0] not in self.commands and looks_like_a_file(args[0]):
            args = ["score", *args]
        return super().resolve_command(ctx, args)


def looks_like_a_file(text: str) -> bool:
    """Whether it is no command: it exists, or has a workbook's ending even if there is no such file."""
    return os.path.lexists(text) or text.lower().endswith((".xlsx", ".xlsm", ".xls", ".et", ".ods"))


@contextlib.contextmanager
def report_refusals(whose: str = "") -> Iterator[None]:
    """Turn Refused into click's error of usage; `whose` is put in front of the message."""
    from xlkpi.runtime.protocol import Refused

    try:
        yield
    except Refused as problem:
        raise click.UsageError(f"{whose}{problem}") from problem
