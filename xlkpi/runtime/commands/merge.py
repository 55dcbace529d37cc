"""`merge`: make one workbook of its parts or copies."""

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
    """The files, and the name of the merged workbook."""

    sources: tuple[SourcePath, ...]
    out: Path


@dataclass(frozen=True, slots=True)
class Reading:
    """Sent before a file is opened: if the worker dies now, this file is the cause."""

    number: int
    """Index into `Request.sources`."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged workbook, under a temporary name."""

    written: Path
    remarks: tuple[str, ...]
    """Which ballots are empty, and what was not carried over."""


@dataclass(frozen=True, slots=True)
class NotMerged:
    """Why the files cannot be merged."""

    reports: tuple[Report, ...]


def handle(request: Request) -> Iterator[Reading | Merged | NotMerged]:
    """Merge the files, and write the merged workbook."""
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
    """Merge parts or copies into `out`; reports if they do not belong together.

    Raises Refused if `out` exists already or does not end in .xlsx.
    """
    refuse_existing(out)
    if out.suffix.lower() != ".xlsx":
        raise Refused(f"“{one_line(out.name)}”应以 .xlsx 结尾，否则双击打不开")
    # A file given by two names counts once, by the first.
    given = list({files.resolve(path): path for path in reversed(paths)}.values())[::-1]
    files.sweep(out.parent)
    with use_worker(worker, _raise_limits(len(given))) as chosen:
        reply = _ask_to_merge(given, out, chosen)
        if isinstance(reply, NotMerged):
            return list(reply.reports)
        place_new(reply.written, out)
    return NewWorkbooks((out,), reply.remarks)


def _raise_limits(files_to_read: int) -> Limits:
    """Return the limits for one question about many files: a second more for every eight."""
    more = files_to_read // 8
    return LIMITS._replace(cpu=LIMITS.cpu + more, wall=LIMITS.wall + more)


def _ask_to_merge(paths: Sequence[Path], out: Path, worker: Worker) -> Merged | NotMerged:
    """Ask the worker; if it dies, report the file that it was reading."""
    reading = paths[0]
    request = Request(tuple(SourcePath.of(path) for path in paths), out)
    try:
        for reply in worker.ask(handle, request):
            if not isinstance(reply, Reading):
                return reply
            reading = paths[reply.number]
        raise Lost("X035", code="JSON")
    except Lost as lost:
        files.sweep(out.parent)
        return NotMerged((report_lost(reading, lost),))
