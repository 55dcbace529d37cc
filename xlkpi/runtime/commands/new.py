"""`new`: a blank workbook, of a built-in template or of any workbook in the format."""

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
    """What is to be made."""

    out: Path
    template: str
    """A built-in one's name, or a path; "" for the usual one."""
    department: str
    year: str
    scorers: tuple[str, ...]
    """姓名[,职务[,分工[,权重]]] each."""
    sheets: tuple[str, ...]
    """Those that are to be there beside the necessary ones."""


@dataclass(frozen=True, slots=True)
class Blank:
    """The new workbook, under a temporary name."""

    written: Path
    remarks: tuple[str, ...]
    """What is to be said of its template."""


def handle(request: Request) -> Iterator[Blank]:
    """Make and write it; Refused where it cannot be made as asked."""
    from xlkpi.exchange import new as blanks

    try:
        made = blanks.new_workbook(
            request.out,
            request.template,
            request.department,
            request.year,
            [blanks.Scorer.parse(text) for text in request.scorers],
            request.sheets,
        )
    except blanks.Refused as problem:
        raise Refused(str(problem)) from problem
    yield Blank(files.prepare(request.out, made.data), made.remarks)


def new(
    out: Path,
    template: str,
    department: str,
    year: str,
    scorers: Sequence[str],
    sheets: Sequence[str],
    worker: Worker | None = None,
) -> NewWorkbooks:
    """Write a new workbook; an existing file is never overwritten. Raises Refused."""
    request = Request(out, template, department, year, tuple(scorers), tuple(sheets))
    files.sweep(out.parent)
    with use_worker(worker) as asked:
        reply = ask_once(out, handle, request, asked)
        if isinstance(reply, Report):  # the worker is gone
            files.sweep(out.parent)
            raise Refused(reply.text)
        place_new(reply.written, out)
    return NewWorkbooks((out,), reply.remarks)
