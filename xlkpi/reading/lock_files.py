"""The small files that spreadsheet programs put beside a workbook that somebody has open."""

from __future__ import annotations

import os
from pathlib import Path

_EXCEL, _WPS, _OFFICE = "~$", ".~", ".~lock."
"""How their names begin; LibreOffice's end in # besides."""


def find_owner(name: str) -> str:
    """Return the name of the workbook that a lock file belongs to; "" if it is no lock file."""
    if name.startswith(_OFFICE) and name.endswith("#"):
        return name.removeprefix(_OFFICE).removesuffix("#")
    for prefix in (_EXCEL, _WPS):
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return ""


def is_open(path: Path) -> bool:
    """Whether a lock file beside a workbook says that somebody has it open."""
    names = (f"{_EXCEL}{path.name}", f"{_WPS}{path.name}", f"{_OFFICE}{path.name}#")
    return any(os.path.lexists(path.with_name(name)) for name in names) if path.name else False
