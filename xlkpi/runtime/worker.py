"""The disposable process: a question in, an answer out, a line of JSON each.

Everything that opens a stranger's file happens here, under limits of memory, computing time and
written bytes where the system knows them. Outputs are left under temporary names; to put them in
place is the parent's (`xlkpi.runtime.service`), who is there even if this process is not.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

from xlkpi import pipeline
from xlkpi.domain.results import Outcome, Status
from xlkpi.domain.schema import SOURCE_SHEET
from xlkpi.domain.text import file_name
from xlkpi.exchange.contents import hindrances, uncarried, untouched
from xlkpi.pipeline import Document
from xlkpi.reading.form_template import BadFormTemplate
from xlkpi.reading.unreadable import Unreadable
from xlkpi.runtime import files
from xlkpi.runtime.outputs import judged
from xlkpi.writing import text as plain

Question = dict[str, Any]
Answer = dict[str, object]

_GROWN = 600 * 1024  # KiB of peak memory after which the next file gets a fresh process


def main() -> None:
    """Serve questions until the parent is gone."""
    answers = _private_stdout()
    gc.freeze()  # what was imported stays; it was not collected while it was
    gc.set_threshold(100_000)  # short-lived and limited: collecting rarely is a tenth of the time
    gc.enable()
    questions: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    while True:
        for answer in served(json.loads(questions.get())):
            answers.write(json.dumps(answer).encode("ascii") + b"\n")
            answers.flush()


def _private_stdout() -> BinaryIO:
    """Keep the answers' pipe for answers: what a library prints goes nowhere."""
    own = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(own, "wb")


def _listen(questions: SimpleQueue[bytes]) -> None:
    """Hand on what is asked; when nobody can ask any more, leave at once and leave no litter."""
    for line in sys.stdin.buffer:
        questions.put(line)
    files.discard_own()
    os._exit(0)


def served(question: Question) -> Iterator[Answer]:
    """Yield the answers to one question; whatever goes wrong is the last of them."""
    try:
        _limit(question["limits"])
        yield from _DO[question["do"]](question)
        yield {"last": True, "grown": _grown()}
    except MemoryError:
        yield {"lost": "X019"}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as problem:  # noqa: BLE001  (a panic of calamine is no Exception)
        files.discard_own()
        said = "".join(traceback.format_exception(problem))
        yield {"internal": type(problem).__name__, "traceback": said, "last": True}


def _scored(question: Question) -> Iterator[Answer]:
    try:
        own = pipeline.form(Path(question["form"])) if question["form"] else None
    except BadFormTemplate as problem:
        name = Path(question["form"]).name
        yield {"refused": f"“{name}”不能用作自评表的版式：{problem}"}
        return
    made = pipeline.made(Path(question["path"]), question["file"], own, bool(question["public"]))
    homes = {"scored": question["scored"], "correction": question["correction"]}
    homes["public"] = question["public"]
    written: dict[str, str] = {}
    unwritten = ""
    own_bytes: list[bytes] = []
    try:
        for kind, data in made.outputs:
            written[kind] = str(files.prepare(Path(homes[kind]), data))
            own_bytes.append(data)
    except files.Unwritten as problem:
        unwritten = str(problem)
    yield {
        "told": made.told, "written": written, "unwritten": unwritten, "identity": made.identity,
    }  # fmt: skip
    # Told apart from the first answer: an old output that ends this process must not cost the new one.
    paths = [Path(path) for path in homes.values() if path]
    try:
        yield {"ours": judged(paths, Path(question["path"]), made.identity, own_bytes)}
    except Exception:  # noqa: BLE001  (then none is ours, and all of them stay)
        return


def _checked(question: Question) -> Iterator[Answer]:
    outcome = pipeline.checked(Path(question["path"]), question["file"])
    told = plain.told(outcome, check=True)
    filled = outcome.filled
    if filled and untouched(filled):
        found = hindrances(filled, outcome.findings)
        lines = plain.as_template(Path(outcome.source.file).name, found, uncarried(filled))
        told["text"] = "\n".join(filter(None, [told["text"], *lines]))
    yield {"told": told}


def _verified(question: Question) -> Iterator[Answer]:
    from xlkpi.audit import verify

    result = pipeline.document(Path(question["path"]), question["file"], keep_parts=True)
    if result.data is None:
        yield {"told": plain.told(pipeline.understood(result))}
        return
    source = form = None
    if question["source"]:
        opened = pipeline.document(Path(question["source"]), question["source_file"])
        (source,) = pipeline.outcomes([opened])
        if source.status is Status.UNREADABLE:
            yield {"told": plain.told(source)}
            return
    try:
        if question["form"]:
            form = pipeline.form(Path(question["form"]))
        made = verify.verify(result, source, form)
    except BadFormTemplate as problem:
        yield {"refused": f"“{Path(question['form']).name}”不能用作自评表的版式：{problem}"}
    except verify.NotScored:
        yield {"refused": "这不是 xlkpi 的评分结果工作簿，没有可以核对的内容"}
    except Unreadable as problem:
        yield {"told": plain.told(pipeline.unreadable(result.workbook, problem))}
    else:
        yield {"verified": verify.report(made), "seal": made.seal, "form": made.form}


def _explained(question: Question) -> Iterator[Answer]:
    from xlkpi.audit import explain

    document = pipeline.document(Path(question["path"]), question["file"])
    (outcome,) = pipeline.outcomes([document])
    if outcome.scored is None:
        yield {"told": plain.told(outcome)}
        return
    code = question["code"]
    try:
        said = explain.of_code(outcome, code) if code else explain.tree(outcome)
        yield {"text": _warned(document, outcome) + said}
    except explain.NoSuchCode:
        known = "、".join(each.code.value or "" for each in outcome.filled.indicators[:60])  # type: ignore[union-attr]
        yield {"refused": f"没有编号“{code}”；三级指标的编号有：{known}"}


def _warned(document: Document, outcome: Outcome) -> str:
    """Say before the way of a figure that the workbook is not as it was written."""
    if not _touched(document, outcome):
        return ""
    return "注意：这份评分结果被改动过，下面按现有的填报内容说明，与表上显示的可能不同；请用 xlkpi verify 核对。\n\n"


def _touched(document: Document, outcome: Outcome) -> bool:
    """Whether it is a scored workbook that somebody has worked on since."""
    scored = outcome.filled is not None and SOURCE_SHEET in outcome.filled.result_sheets
    return scored and document.workbook.origin is None


def _compared(question: Question) -> Iterator[Answer]:
    from xlkpi.audit import diff, diff_report

    documents = [
        pipeline.document(Path(question[path]), question[file])
        for path, file in (("path", "file"), ("other", "other_file"))
    ]
    old, new = (pipeline.outcomes([document])[0] for document in documents)
    for outcome in (old, new):
        if outcome.filled is None:
            yield {"told": plain.told(outcome)}
            return
    found = diff.changes(old, new)
    answer: Answer = {
        "text": diff_report.text(found),
        "report": diff_report.report(old, new, found),
    }
    answer["touched"] = [
        outcome.source.file
        for document, outcome in zip(documents, (old, new), strict=True)
        if _touched(document, outcome)
    ]
    if question["out"]:
        data = diff_report.workbook(question["file"], question["other_file"], found)
        try:
            answer["written"] = str(files.prepare(Path(question["out"]), data))
        except files.Unwritten as problem:
            answer = {"refused": str(problem)}
    yield answer


def _blank(question: Question) -> Iterator[Answer]:
    from xlkpi.exchange import new as blanks

    try:
        scorers = [blanks.Scorer.parse(text) for text in question["scorers"]]
        made = blanks.made(
            Path(question["out"]),
            question["template"],
            question["department"],
            question["year"],
            scorers,
            question["with"],
        )
        written = {"blank": str(files.prepare(Path(question["out"]), made.data))}
        yield {"written": written, "said": made.said}
    except (blanks.Refused, files.Unwritten) as problem:
        yield {"refused": str(problem)}


def _split(question: Question) -> Iterator[Answer]:
    from xlkpi.exchange.split import split

    made = split(pipeline.document(Path(question["path"]), question["file"]))
    if not made.files:
        yield {"told": plain.told(made.outcome)}
        return
    home = Path(question["home"])
    try:
        written = [(name, str(files.prepare(home / name, data))) for name, data in made.files]
    except files.Unwritten as problem:
        files.discard_own()
        yield {"refused": str(problem)}
        return
    name = file_name(question["file"])
    yield {
        "written": written,
        "said": plain.not_carried([(name, made.said)], [(name, *each) for each in made.left]),
    }


def _merged(question: Question) -> Iterator[Answer]:
    from xlkpi.exchange.merge import merge

    documents = []
    for n, (path, file) in enumerate(question["files"]):
        yield {"at": n}
        documents.append(pipeline.document(Path(path), file))
    made = merge(documents)
    if made.refused:
        yield {"tolds": [plain.told(each) for each in made.refused]}
        return
    said = [f"{scorer} 的评分表还是空的" for scorer in made.empty]
    said += plain.not_carried(made.said, made.left)
    try:
        yield {"written": str(files.prepare(Path(question["out"]), made.data)), "said": said}
    except files.Unwritten as problem:
        yield {"refused": str(problem)}


_DO: dict[str, Callable[[Question], Iterator[Answer]]] = {
    "score": _scored,
    "check": _checked,
    "new": _blank,
    "verify": _verified,
    "explain": _explained,
    "diff": _compared,
    "split": _split,
    "merge": _merged,
}


def _limit(limits: dict[str, int]) -> None:
    """Limit what this file may cost; computing time counts from here."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, spent + limits["cpu"]),
        (resource.RLIMIT_FSIZE, limits["output"]),
        (resource.RLIMIT_CORE, 0),  # a core file would hold the department's data
    ):
        hard = resource.getrlimit(kind)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # a system that knows the name only
            resource.setrlimit(kind, (soft, hard))


def _grown() -> bool:
    """Whether so much memory was needed that the next file should get a fresh process.

    Asked of the process itself: what `resource` tells counts the parent's memory at the start too.
    """
    try:
        told = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:  # not Linux
        return False
    peak = next((line for line in told.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(peak.split()[1]) > _GROWN
