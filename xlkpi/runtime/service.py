"""One source → a worker's answer → the right file beside it. Every door but the Python one comes here.

Light on purpose: nothing that reads or writes workbooks is imported, for the worker does that.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from xlkpi.domain.text import one_line
from xlkpi.runtime import files as disk
from xlkpi.runtime.outputs import CORRECTION, RESULT, Put, Seen, named, put, retire, stem
from xlkpi.runtime.protocol import (
    Json,
    Refused,
    Report,
    at_hand,
    first,
    lost_told,
    source,
    told,
)
from xlkpi.runtime.supervisor import LIMITS, Answer, Limits, Lost, Worker


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one source."""

    told: Report
    scored: Path | None = None
    correction: Path | None = None
    public: Path | None = None
    """自评表 alone, where it was asked for; no part of `outputs`."""
    said: tuple[str, ...] = ()
    """Sentences about files: what was put beside what, and why."""
    unwritten: str = ""
    """Why the output could not be written; nothing was."""
    identity: str = ""
    """Whose workbook it is, "" where that is not known."""

    @property
    def partial(self) -> bool:
        """Whether others of the same workbook may have what it lacks: a part, or marks alone are missing."""
        errors = {
            each["code"] for each in self.told.report["findings"] if each["severity"] == "error"
        }
        return len(errors) == 1 and errors <= {"X201", "X801", "X802"}

    @property
    def outputs(self) -> dict[str, str | None]:
        """As `--json` prints them."""
        return {
            "scored": str(self.scored) if self.scored else None,
            "correction": str(self.correction) if self.correction else None,
            "report": None,
        }

    @property
    def exit_code(self) -> int:
        """As `Report` says, and 2 where the output was not written."""
        return 2 if self.unwritten else self.told.exit_code


@dataclass(frozen=True, slots=True)
class Target:
    """Where the results of one source go."""

    scored: Path
    correction: Path
    public: Path | None = None


def target(source: Path, out: Path | None, folder: bool, public: Path | None = None) -> Target:
    """Return where results go: beside the source, to `out`, or into it where it is a folder."""
    if out is not None and not folder:
        return Target(out, named(out.parent, out.stem, CORRECTION), public)
    home = out if out is not None else source.parent
    base = stem(source)
    return Target(named(home, base, RESULT), named(home, base, CORRECTION), public)


def checked(path: Path, worker: Worker | None = None) -> Report:
    """Return what there is to say of one source, writing nothing."""
    answer = first(path, {"do": "check", **source(path)}, worker)
    return answer if isinstance(answer, Report) else told(path, answer)


def handled(
    path: Path,
    out: Path | None = None,
    folder: bool = False,
    taken: set[Path] | None = None,
    *,
    form: Path | None = None,
    public: Path | None = None,
    worker: Worker | None = None,
) -> Handled:
    """Score one source and put the scored workbook, or the marked copy, where it belongs.

    `taken` holds what this run has already written, so that two sources of one name never replace
    each other's results; it grows. `form` lays out 自评表; `public` gets it alone, as values.
    Raises Refused where `form` is no layout.
    """
    where = target(path, out, folder, public)
    folders = {each.parent for each in (where.scored, where.public) if each}
    _swept(folders)
    answered: Answer | None = None
    ours: dict[str, Seen] = {}
    with at_hand(worker) as asked:
        try:
            for answer in asked.ask(_question(path, where, form)):
                answered = answered or answer
                ours.update(answer.get("ours", {}))
        except Lost as lost:
            # Lost while it looked at old outputs: then none of them is ours, and all stay.
            if answered is None:
                _swept(folders)
                return Handled(lost_told(path, lost))
        assert answered is not None
        # The worker is kept until its files have their names: it is their owner.
        return _placed(path, answered, where, ours, set() if taken is None else taken)


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of verifying a scored workbook."""

    report: Json
    """As `verify --json` prints it."""
    seal: str
    """校验码 of the workbook's own inputs and results."""
    form: str
    """The office's own layout of 自评表, where the workbook alone says what it is."""

    @property
    def exit_code(self) -> int:
        """1 where something differs."""
        return 1 if self.report["differences"] or self.report["status"] == "changed" else 0


def verified(
    path: Path, against: Path | None, form: Path | None = None, worker: Worker | None = None
) -> Verified | Report:
    """Compare a scored workbook with what it should be; Told where it or `against` cannot be read.

    `form` is the office's own layout of 自评表. Raises Refused where it is no layout, and where the
    workbook is no scored one of ours.
    """
    question: dict[str, object] = {
        "do": "verify", **source(path), "source": None, "source_file": "", "form": None
    }  # fmt: skip
    if against:
        question |= {"source": str(disk.absolute(against)), "source_file": str(against)}
    if form:
        question["form"] = str(disk.absolute(form))
    answer = first(path, question, worker)
    if isinstance(answer, Report):
        return answer
    if "verified" in answer:
        return Verified(answer["verified"], answer["seal"], answer["form"])
    return told(path, answer)


def explained(path: Path, code: str, worker: Worker | None = None) -> str | Report:
    """Return the way of a figure of a scored workbook in words; Told where it cannot be read.

    Raises Refused where it has no indicator of that code.
    """
    answer = first(path, {"do": "explain", **source(path), "code": code}, worker)
    if isinstance(answer, Report):
        return answer
    return str(answer["text"]) if "text" in answer else told(path, answer)


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between two workbooks."""

    report: Json
    """As `diff --json` prints it."""
    text: str
    """The changes for a console, a line each; "" where nothing differs."""
    touched: tuple[str, ...] = ()
    """Scored workbooks among the two that somebody has worked on since: what they show may be wrong."""


def compared(
    old: Path, new: Path, out: Path | None = None, worker: Worker | None = None
) -> Compared | Report:
    """Compare two workbooks, filled in or scored; Told of the first that cannot be read.

    With `out` the changes are written there too; an existing file is never overwritten (Refused).
    """
    other = {"other": str(disk.absolute(new)), "other_file": str(new)}
    with at_hand(worker) as asked:
        try:
            question = {"do": "diff", **source(old), **other, "out": str(out) if out else None}
            answer, *_ = asked.ask(question)
        except Lost as lost:
            return lost_told(old, lost)
        if "report" not in answer:
            return told(old, answer)
        if out is not None:
            _new(Path(answer["written"]), out)
    return Compared(answer["report"], answer["text"], tuple(answer["touched"]))


@dataclass(frozen=True, slots=True)
class Parted:
    """New workbooks made of others: parts of one, one of its parts, or one of its template."""

    paths: tuple[Path, ...]
    said: tuple[str, ...]
    """What is still missing, what was not carried over, and what is wrong with a template."""


def split(path: Path, home: Path, worker: Worker | None = None) -> Parted | Report:
    """Write 主表 and a part for every scorer into a folder, all or none; Told where it cannot be split.

    Raises Refused where one of the files exists already.
    """
    _swept({home})
    stood = home.exists()
    with at_hand(worker) as asked:
        answer = first(path, {"do": "split", **source(path), "home": str(home)}, asked)
        if isinstance(answer, Report):
            _swept({home})
            return answer
        try:
            if "written" not in answer:
                return told(path, answer)
            prepared = {home / name: Path(temporary) for name, temporary in answer["written"]}
            _all_new(prepared)
        except Refused:
            if not stood:
                disk.remove_empty(home)
            raise
    return Parted(tuple(prepared), tuple(answer["said"]))


def _all_new(prepared: dict[Path, Path]) -> None:
    """Put prepared files where there are none yet, all of them or none. Raises Refused."""
    placed: list[Path] = []
    try:
        for path in prepared:
            if os.path.lexists(path):
                raise Refused(_exists(path))
        for path, temporary in prepared.items():
            _new(temporary, path)
            placed.append(path)
    except Refused:
        for path in placed:
            disk.discard(path)
        raise
    finally:
        for temporary in prepared.values():
            disk.discard(temporary)


def _for_many(files: int) -> Limits:
    """Return what one question about many files may cost: a little more for every eighth."""
    more = files // 8
    return LIMITS._replace(cpu=LIMITS.cpu + more, wall=LIMITS.wall + more)


def merged(paths: Sequence[Path], out: Path, worker: Worker | None = None) -> Parted | list[Report]:
    """Write the workbook that these are the parts or copies of; what stands in the way where it cannot be.

    Raises Refused where `out` exists already or cannot be a workbook's name.
    """
    if os.path.lexists(out):
        raise Refused(_exists(out))
    if out.suffix.lower() != ".xlsx":
        raise Refused(f"“{one_line(out.name)}”应以 .xlsx 结尾，否则双击打不开")
    files = list({disk.resolved(path): path for path in reversed(paths)}.values())[::-1]
    question = {
        "do": "merge", "files": [(str(disk.absolute(p)), str(p)) for p in files], "out": str(out),
    }  # fmt: skip
    _swept({out.parent})
    at = files[0]
    with nullcontext(worker) if worker else Worker(_for_many(len(files))) as asked:
        answer: Answer = {}
        try:
            for said in asked.ask(question):
                at = files[said["at"]] if "at" in said else at
                answer = answer if "at" in said else answer or said
        except Lost as lost:
            _swept({out.parent})
            return [lost_told(at, lost)]
        if "tolds" in answer:
            return [Report(**each) for each in answer["tolds"]]
        if "written" not in answer:
            return [told(at, answer)]
        _new(Path(answer["written"]), out)
    return Parted((out,), tuple(answer["said"]))


def _exists(path: Path) -> str:
    return f"“{one_line(path.name)}”已经存在，没有覆盖；请换一个文件名或文件夹"


def _new(temporary: Path, out: Path) -> None:
    """Put a prepared file where there is none yet; Refused where there is."""
    try:
        disk.place(temporary, out, new=True)
    except disk.Taken as problem:
        raise Refused(f"“{one_line(out.name)}”已经存在，没有覆盖；请换一个文件名") from problem
    except disk.Unwritten as problem:
        raise Refused(str(problem)) from problem
    finally:
        disk.discard(temporary)


def _question(path: Path, where: Target, form: Path | None) -> dict[str, object]:
    return {
        "do": "score",
        **source(path),
        "scored": str(where.scored),
        "correction": str(where.correction),
        "public": str(where.public) if where.public else None,
        "form": str(form) if form else None,
    }


def _swept(folders: set[Path]) -> None:
    for folder in folders:
        disk.sweep(folder)


def _placed(
    path: Path, answer: Answer, where: Target, ours: dict[str, Seen], taken: set[Path]
) -> Handled:
    """Put what the worker prepared where it belongs, and take away what has become stale."""
    made = Handled(told(path, answer), unwritten=answer.get("unwritten", ""))
    made = replace(made, identity=answer.get("identity", ""))
    prepared = {kind: Path(name) for kind, name in answer.get("written", {}).items()}
    try:
        for kind, temporary in prepared.items():
            written = put(getattr(where, kind), temporary, ours, taken)
            made = _with(made, kind, written)
    except disk.Unwritten as problem:
        made = replace(made, unwritten=str(problem))
    finally:
        for temporary in prepared.values():
            disk.discard(temporary)
    stale = [where.correction] if made.scored else []
    if made.correction:
        stale = [each for each in (where.scored, where.public) if each]
    said = [words for each in stale for words in retire(each, path, ours, taken)]
    if made.correction and where.public:
        said.append("有错误要改，没有写公开版")
    return replace(made, said=(*made.said, *said))


def _with(made: Handled, kind: str, written: Put) -> Handled:
    """Return what became of the source, one output further."""
    said = (*made.said, *written.words)
    if kind == "scored":
        return replace(made, scored=written.path, said=said)
    if kind == "public":
        return replace(made, public=written.path, said=said)
    return replace(made, correction=written.path, said=said)


def blank(
    out: Path,
    template: str,
    department: str,
    year: str,
    scorers: Sequence[str],
    wanted: Sequence[str],
) -> Parted:
    """Write a new workbook; an existing file is never overwritten. Raises Refused."""
    asked = {"template": template, "department": department, "year": year}
    question = {"do": "new", "out": str(out), **asked, "scorers": scorers, "with": wanted}
    disk.sweep(out.parent)
    with Worker() as worker:
        try:
            answer, *_ = worker.ask(question)
            if "written" not in answer:
                raise Refused(told(out, answer).text)
        except Lost as lost:
            disk.sweep(out.parent)
            raise Refused(lost_told(out, lost).text) from lost
        _new(Path(answer["written"]["blank"]), out)
    return Parted((out,), tuple(answer["said"]))
