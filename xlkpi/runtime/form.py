"""An office's own layout of 自评表, which a command was given; for the worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlkpi.runtime.protocol import Refused

if TYPE_CHECKING:
    from xlkpi.domain.form_template import FormTemplate


def read_office_form(path: Path | None) -> FormTemplate | None:
    """Return the layout in a file, None where none was given; Refused where it is no layout."""
    from xlkpi import pipeline
    from xlkpi.reading.form_template import BadFormTemplate

    try:
        return pipeline.read_form_template(path) if path else None
    except BadFormTemplate as problem:
        assert path is not None
        raise Refused(f"“{path.name}”不能用作自评表的版式：{problem}") from problem
