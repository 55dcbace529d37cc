"""`verify`: compare a scored workbook with what it should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlkpi.domain.verification import Verification
from xlkpi.runtime import files
from xlkpi.runtime.form_template import read_office_form
from xlkpi.runtime.protocol import Json, Refused, Report, SourcePath
from xlkpi.runtime.supervisor import Worker, ask_once

SCHEMA = "xlkpi.verify/1"


@dataclass(frozen=True, slots=True)
class Request:
    """The scored workbook, and what to compare it with."""

    scored: SourcePath
    source: SourcePath | None
    form: Path | None
    """The office's own layout of 自评表."""


def handle(request: Request) -> Iterator[Verification | Report]:
    """Write the workbook again and compare; a report if it or the source cannot be read."""
    from xlkpi import pipeline
    from xlkpi.audit import verify as audit
    from xlkpi.domain.results import Status
    from xlkpi.reading.unreadable import Unreadable

    result = pipeline.open_document(request.scored.path, request.scored.name, keep_parts=True)
    if result.data is None:
        yield Report.of(pipeline.score_document(result))
        return
    source = None
    if request.source:
        given = pipeline.open_document(request.source.path, request.source.name)
        (source,) = pipeline.score_documents([given])
        if source.status is Status.UNREADABLE:
            yield Report.of(source)
            return
    try:
        yield audit.verify(result, source, read_office_form(request.form))
    except audit.NotScored as problem:
        raise Refused("这不是 xlkpi 的评分结果工作簿，没有可以核对的内容") from problem
    except Unreadable as problem:
        yield Report.of(pipeline.reject(result.workbook, problem))


def verify(
    path: Path, source: Path | None, form: Path | None = None, worker: Worker | None = None
) -> Verification | Report:
    """Compare a scored workbook with what it should be; a report if it or `source` cannot be read.

    `form` is the office's own layout of 自评表. Raises Refused if it is not a layout, or if the
    workbook is not a scored one of ours.
    """
    request = Request(
        scored=SourcePath.of(path),
        source=SourcePath.of(source) if source else None,
        form=files.make_absolute(form) if form else None,
    )
    return ask_once(path, handle, request, worker)


def make_json(verification: Verification) -> Json:
    """Return what `verify --json` prints."""
    listed = [
        {
            "sheet": each.sheet or None, "cell": each.cell or None, "kind": each.kind,
            "found": each.found, "expected": each.expected,
        }
        for each in verification.differences
    ]  # fmt: skip
    return {"schema": SCHEMA, "status": verification.status, "differences": listed}
