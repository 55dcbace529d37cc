"""`split`: 主表 and a part for every scorer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlkpi.runtime import files
from xlkpi.runtime.outputs import NewWorkbooks, place_new, refuse_existing
from xlkpi.runtime.protocol import Refused, Report, SourcePath
from xlkpi.runtime.supervisor import Worker, ask_once, use_worker


@dataclass(frozen=True, slots=True)
class Request:
    """Which workbook is to be split."""

    source: SourcePath
    home: Path
    """The folder of the parts."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts."""

    written: tuple[tuple[str, Path], ...]
    """Their names, and the temporary ones."""
    remarks: tuple[str, ...]
    """What stands in none of them."""


def handle(request: Request) -> Iterator[Parts | Report]:
    """Write the parts of a workbook; a report where its structure is wrong."""
    from xlkpi import pipeline
    from xlkpi.domain.text import file_name
    from xlkpi.exchange.split import split as parts_of
    from xlkpi.writing import text as plain

    made = parts_of(pipeline.open_document(request.source.path, request.source.name))
    if not made.files:
        yield Report.of(made.outcome)
        return
    name = file_name(request.source.name)
    yield Parts(
        tuple((part, files.prepare(request.home / part, data)) for part, data in made.files),
        tuple(
            plain.not_carried([(name, made.findings)], [(name, *each) for each in made.uncarried])
        ),
    )


def split(path: Path, home: Path, worker: Worker | None = None) -> NewWorkbooks | Report:
    """Write 主表 and a part for every scorer into a folder, all or none; a report where it cannot be split.

    Raises Refused where one of the files exists already.
    """
    files.sweep(home)
    stood = home.exists()
    with use_worker(worker) as asked:
        try:
            reply = ask_once(path, handle, Request(SourcePath.of(path), home), asked)
            if isinstance(reply, Report):
                files.sweep(home)
                return reply
            prepared = {home / name: temporary for name, temporary in reply.written}
            _place_all(prepared)
        except Refused:
            if not stood:
                files.remove_empty(home)
            raise
    return NewWorkbooks(tuple(prepared), reply.remarks)


def _place_all(prepared: dict[Path, Path]) -> None:
    """Put prepared files where there are none yet, all of them or none. Raises Refused."""
    placed: list[Path] = []
    try:
        for path in prepared:
            refuse_existing(path)
        for path, temporary in prepared.items():
            place_new(temporary, path)
            placed.append(path)
    except Refused:
        for path in placed:
            files.discard(path)
        raise
    finally:
        for temporary in prepared.values():
            files.discard(temporary)
