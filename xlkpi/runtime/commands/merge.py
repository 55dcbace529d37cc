"""`merge`: the workbook that parts, or whole copies, belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlkpi.domain.text import one_line
from xlkpi.runtime import files
from xlkpi.runtime.outputs import NewWorkbooks, place_new, refuse_existing
from xlkpi.runtime.protocol import LIMITS, Limits, Lost, Refused, Report, SourcePath, report_lost
from xlkpi.runtime.supervisor import Worker, use_worker


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be merged."""

    sources: tuple[SourcePath, ...]
    out: Path


@dataclass(frozen=True, slots=True)
class Reading:
    """Said before a file is opened: where the worker ends here, this file is why."""

    number: int
    """Of `Request.sources`, from 0."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The workbook, under a temporary name."""

    written: Path
    remarks: tuple[str, ...]
    """Which ballots are empty, and what was not carried over."""


@dataclass(frozen=True, slots=True)
class NotMerged:
    """What keeps the files apart."""

    reports: tuple[Report, ...]


def handle(request: Request) -> Iterator[Reading | Merged | NotMerged]:
    """Merge the files, and write what comes out."""
    from xlkpi import pipeline
    from xlkpi.exchange.merge import merge as merged
    from xlkpi.writing import text as plain

    documents = []
    for number, source in enumerate(request.sources):
        yield Reading(number)
        documents.append(pipeline.open_document(source.path, source.name))
    made = merged(documents)
    if made.refused:
        yield NotMerged(tuple(Report.of(each) for each in made.refused))
        return
    empty = (f"{scorer} 的评分表还是空的" for scorer in made.empty)
    remarks = (*empty, *plain.not_carried(made.findings, made.uncarried))
    yield Merged(files.prepare(request.out, made.data), remarks)


def merge(
    paths: Sequence[Path], out: Path, worker: Worker | None = None
) -> NewWorkbooks | list[Report]:
    """Write the workbook that these are the parts or copies of; what stands in the way where it cannot be.

    Raises Refused where `out` exists already or cannot be a workbook's name.
    """
    refuse_existing(out)
    if out.suffix.lower() != ".xlsx":
        raise Refused(f"“{one_line(out.name)}”应以 .xlsx 结尾，否则双击打不开")
    # Of two names of one file the first.
    given = list({files.resolve(path): path for path in reversed(paths)}.values())[::-1]
    files.sweep(out.parent)
    with use_worker(worker, _raise_limits(len(given))) as asked:
        reply = _ask_to_merge(given, out, asked)
        if isinstance(reply, NotMerged):
            return list(reply.reports)
        place_new(reply.written, out)
    return NewWorkbooks((out,), reply.remarks)


def _raise_limits(files_to_read: int) -> Limits:
    """Return what one question about many files may cost: a little more for every eighth."""
    more = files_to_read // 8
    return LIMITS._replace(cpu=LIMITS.cpu + more, wall=LIMITS.wall + more)


def _ask_to_merge(paths: Sequence[Path], out: Path, worker: Worker) -> Merged | NotMerged:
    """Ask for it; the worker's end is told of the file at which it came."""
    at = paths[0]
    request = Request(tuple(SourcePath.of(path) for path in paths), out)
    try:
        for reply in worker.ask(handle, request):
            if not isinstance(reply, Reading):
                return reply
            at = paths[reply.number]
        raise Lost("X035", code="JSON")
    except Lost as lost:
        files.sweep(out.parent)
        return NotMerged((report_lost(at, lost),))
