"""Workbooks are made once in a run, whichever of the workers asks first.

The run's folder is named in the environment, which pytest's workers inherit; without one (a script,
`python -m tests.…`) everything is made anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

FOLDER = "XLKPI_MADE_ONCE"

P = ParamSpec("P")


def made_once(make: Callable[P, bytes]) -> Callable[P, bytes]:
    """Keep what a function makes by its name and arguments; it must depend on nothing else."""

    @wraps(make)
    def kept(*given: P.args, **named: P.kwargs) -> bytes:
        folder = os.environ.get(FOLDER)
        if not folder:
            return make(*given, **named)
        told = repr((make.__module__, make.__qualname__, given, sorted(named.items())))
        path = Path(folder, hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest())
        try:
            return path.read_bytes()
        except FileNotFoundError:
            data = make(*given, **named)
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.write_bytes(data)
        new.replace(path)
        return data

    return kept
