"""`new`: make a blank workbook from a built-in template or from any workbook in the format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlkpi.runtime import files
from xlkpi.runtime.outputs import NewWorkbooks, place_new
from xlkpi.runtime.protocol import Refused, Report
from xlkpi.runtime.supervisor import Worker, ask_once, use_worker


@dataclass(frozen=True, slots=True)
class Request:
    """The new workbook, and what to fill in."""

    out: Path
    template: str
    """The name of a built-in one, or a path; "" for the default."""
    department: str
    year: str
    scorers: tuple[str, ...]
    """姓名[,职务[,分工[,权重]]] each."""
    sheets: tuple[str, ...]
    """Optional sheets to add."""


@dataclass(frozen=True, slots=True)
class Blank:
    """The new workbook, under a temporary name."""

    written: Path
    remarks: tuple[str, ...]
    """Problems of its template."""


def handle(request: Request) -> Iterator[Blank]:
    """Make the workbook and write it under a temporary name."""
    from xlkpi.exchange import new as blanks

    try:
        blank = blanks.new_workbook(
            request.out,
            request.template,
            request.department,
            request.year,
            [blanks.Scorer.parse(text) for text in request.scorers],
            request.sheets,
        )
    except blanks.Refused as problem:
        raise Refused(str(problem)) from problem
    yield Blank(files.prepare(request.out, blank.data), blank.remarks)


def new(
    out: Path,
    template: str,
    department: str,
    year: str,
    scorers: Sequence[str],
    sheets: Sequence[str],
    worker: Worker | None = None,
) -> NewWorkbooks:
    """Write a new workbook. Raises Refused if the file exists, or if it cannot be made as asked."""
    request = Request(out, template, department, year, tuple(scorers), tuple(sheets))
    files.sweep(out.parent)
    with use_worker(worker) as chosen:
        reply = ask_once(out, handle, request, chosen)
        if isinstance(reply, Report):  # the worker is lost
            files.sweep(out.parent)
            raise Refused(reply.text)
        place_new(reply.written, out)
    return NewWorkbooks((out,), reply.remarks)
