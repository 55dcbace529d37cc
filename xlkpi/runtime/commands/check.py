"""`check`: list the problems of a source; no file is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from xlkpi.runtime.folders import Skipped, find_reason
from xlkpi.runtime.protocol import Report, SourcePath
from xlkpi.runtime.supervisor import Worker, ask_once


@dataclass(frozen=True, slots=True)
class Request:
    """The source."""

    source: SourcePath
    in_folder: bool = False


def handle(request: Request) -> Iterator[Report | Skipped]:
    """Read and check it; for a workbook without marks, also report whether it can be a template."""
    from xlkpi import pipeline
    from xlkpi.exchange.template_contents import blocking_errors, is_unmarked, lost_formulas
    from xlkpi.writing import text as plain

    document = pipeline.open_document(request.source.path, request.source.name)
    if request.in_folder and (skipped := find_reason(document, request.source.path)):
        yield skipped
        return
    outcome = pipeline.score_document(document)
    report = Report.of(outcome, check=True)
    filled = outcome.filled
    if filled and report.codes != ["X124"] and is_unmarked(filled):
        problems = blocking_errors(filled, outcome.findings)
        lines = plain.as_template(Path(outcome.source.file).name, problems, lost_formulas(filled))
        report = replace(report, text="\n".join(filter(None, [report.text, *lines])))
    yield report


def check(path: Path, worker: Worker | None = None, in_folder: bool = False) -> Report | Skipped:
    """Check one source; of a folder that was given, skip what is none (`in_folder`)."""
    return ask_once(path, handle, Request(SourcePath.of(path), in_folder), worker)
