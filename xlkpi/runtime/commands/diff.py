"""`diff`: what differs between two workbooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlkpi.runtime import files
from xlkpi.runtime.outputs import place_new
from xlkpi.runtime.protocol import Json, Report, SourcePath
from xlkpi.runtime.supervisor import Worker, ask_once, use_worker


@dataclass(frozen=True, slots=True)
class Request:
    """Which two are to be compared."""

    old: SourcePath
    new: SourcePath
    out: Path | None
    """Where the changes are written, too."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs."""

    json: Json
    """As `diff --json` prints it."""
    text: str
    """The changes for a console, a line each; "" where nothing differs."""
    changes: int
    worked_on: tuple[str, ...] = ()
    """Scored workbooks among the two that somebody has worked on since: what they show may be wrong."""
    written: Path | None = None
    """The changes as a workbook, under a temporary name."""


def handle(request: Request) -> Iterator[Comparison | Report]:
    """Compare two workbooks, filled in or scored; a report of the first that cannot be read."""
    from xlkpi import pipeline
    from xlkpi.audit import diff as differences
    from xlkpi.audit import diff_report

    documents = [
        pipeline.open_document(each.path, each.name) for each in (request.old, request.new)
    ]
    old, new = (pipeline.score_documents([document])[0] for document in documents)
    for outcome in (old, new):
        if outcome.filled is None:
            yield Report.of(outcome)
            return
    found = differences.find_changes(old, new)
    written = None
    if request.out:
        data = diff_report.write_workbook(request.old.name, request.new.name, found)
        written = files.prepare(request.out, data)
    yield Comparison(
        json=diff_report.make_json(old, new, found),
        text=diff_report.format_text(found),
        changes=len(found),
        worked_on=tuple(each.file for each in documents if each.workbook.worked_on),
        written=written,
    )


def diff(
    old: Path, new: Path, out: Path | None = None, worker: Worker | None = None
) -> Comparison | Report:
    """Compare two workbooks, filled in or scored; a report of the first that cannot be read.

    With `out` the changes are written there too; an existing file is never overwritten (Refused).
    """
    request = Request(SourcePath.of(old), SourcePath.of(new), out)
    with use_worker(worker) as asked:
        reply = ask_once(old, handle, request, asked)
        if isinstance(reply, Comparison) and reply.written and out is not None:
            place_new(reply.written, out)
    return reply
