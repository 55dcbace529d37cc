"""`explain`: the way of a figure of a scored workbook, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xlkpi.runtime.protocol import Refused, Report, SourcePath
from xlkpi.runtime.supervisor import Worker, ask_once

_WORKED_ON = (
    "注意：这份评分结果被改动过，下面按现有的填报内容说明，与表上显示的可能不同；"
    "请用 xlkpi verify 核对。\n\n"
)


@dataclass(frozen=True, slots=True)
class Request:
    """Which figure is to be explained."""

    scored: SourcePath
    code: str
    """An indicator's; "" for all of them."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The words, in lines."""

    text: str


def handle(request: Request) -> Iterator[Explanation | Report]:
    """Score the workbook's own inputs, and explain them; Refused where no indicator has the code."""
    from xlkpi import pipeline
    from xlkpi.audit import explain as words

    document = pipeline.open_document(request.scored.path, request.scored.name)
    (outcome,) = pipeline.score_documents([document])
    if outcome.scored is None or outcome.filled is None:
        yield Report.of(outcome)
        return
    try:
        said = (
            words.explain_indicator(outcome, request.code)
            if request.code
            else words.explain_all(outcome)
        )
    except words.NoSuchCode as problem:
        known = "、".join(each.code.value or "" for each in outcome.filled.indicators[:60])
        raise Refused(f"没有编号“{request.code}”；三级指标的编号有：{known}") from problem
    yield Explanation((_WORKED_ON if document.workbook.worked_on else "") + said)


def explain(path: Path, code: str, worker: Worker | None = None) -> Explanation | Report:
    """Return the way of a figure; a report where the workbook cannot be read, or does not score.

    Raises Refused where it has no indicator of that code.
    """
    return ask_once(path, handle, Request(SourcePath.of(path), code), worker)
