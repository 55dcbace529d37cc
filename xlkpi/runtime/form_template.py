"""An office's own layout of 自评表, read in the worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlkpi.runtime.protocol import Refused

if TYPE_CHECKING:
    from xlkpi.domain.form_template import FormTemplate


def read_office_form(path: Path | None) -> FormTemplate | None:
    """Read the layout in a file; None without one. Raises Refused if it is not a layout."""
    from xlkpi import pipeline
    from xlkpi.reading.form_template import BadFormTemplate

    try:
        return pipeline.read_form_template(path) if path else None
    except BadFormTemplate as problem:
        assert path is not None
        raise Refused(f"“{path.name}”不能用作自评表的版式：{problem}") from problem
