"""One source → a worker's answer → the right file beside it. Every door but the Python one comes here.

Light on purpose: nothing that reads or writes workbooks is imported, for the worker does that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlkpi import disk
from xlkpi.outputs import CORRECTION, RESULT, Put, Seen, named, put, retire, stem
from xlkpi.supervisor import Answer, Lost, Worker

Report = dict[str, Any]


class Refused(Exception):
    """What was asked cannot be done; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker says of one source."""

    status: str
    """`scored`, `refused` or `unreadable`."""
    report: Report
    """As `--json` prints it, without outputs."""
    text: str
    """The findings for a console, a line each."""
    counts: str
    """How many findings of each kind."""
    traceback: str = ""
    """Of our own bug, for developers."""

    @property
    def codes(self) -> list[str]:
        """The findings' codes."""
        return [each["code"] for each in self.report["findings"]]

    @property
    def exit_code(self) -> int:
        """0 scored, 1 errors, 3 not a workbook, 4 our own bug."""
        if self.codes == ["X901"]:
            return 4
        return {"scored": 0, "refused": 1, "unreadable": 3}[self.status]


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one source."""

    told: Told
    scored: Path | None = None
    correction: Path | None = None
    public: Path | None = None
    """自评表 alone, where it was asked for; no part of `outputs`."""
    said: tuple[str, ...] = ()
    """Sentences about files: what was put beside what, and why."""
    unwritten: str = ""
    """Why the output could not be written; nothing was."""

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
        """As `Told` says, and 2 where the output was not written."""
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


def checked(path: Path, worker: Worker | None = None) -> Told:
    """Return what there is to say of one source, writing nothing."""
    with _at_hand(worker) as at_hand:
        try:
            first, *_ = at_hand.ask({"do": "check", **_source(path)})
        except Lost as lost:
            return _lost(path, lost)
    return _told(path, first)


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
    first: Answer | None = None
    ours: dict[str, Seen] = {}
    with _at_hand(worker) as at_hand:
        try:
            for answer in at_hand.ask(_question(path, where, form)):
                first = first or answer
                ours.update(answer.get("ours", {}))
        except Lost as lost:
            # Lost while it looked at old outputs: then none of them is ours, and all stay.
            if first is None:
                _swept(folders)
                return Handled(_lost(path, lost))
        assert first is not None
        # The worker is kept until its files have their names: it is their owner.
        return _placed(path, first, where, ours, set() if taken is None else taken)


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of verifying a scored workbook."""

    report: Report
    """As `verify --json` prints it."""
    seal: str
    """校验码 of the workbook's own inputs and results."""

    @property
    def exit_code(self) -> int:
        """1 where something differs."""
        return 1 if self.report["differences"] or self.report["status"] == "changed" else 0


def verified(path: Path, source: Path | None, worker: Worker | None = None) -> Verified | Told:
    """Compare a scored workbook with what it should be; Told where it cannot be read.

    Raises Refused where it is no scored workbook of ours.
    """
    given = str(source.absolute()) if source else None
    with _at_hand(worker) as at_hand:
        try:
            first, *_ = at_hand.ask({"do": "verify", **_source(path), "source": given})
        except Lost as lost:
            return _lost(path, lost)
    if "unreadable" in first:
        code, params = first["unreadable"]
        return _named(path, code, **params)
    if "verified" in first:
        return Verified(first["verified"], first["seal"])
    return _told(path, first)


def explained(path: Path, code: str, worker: Worker | None = None) -> str | Told:
    """Return the way of a figure of a scored workbook in words; Told where it cannot be read.

    Raises Refused where it has no indicator of that code.
    """
    with _at_hand(worker) as at_hand:
        try:
            first, *_ = at_hand.ask({"do": "explain", **_source(path), "code": code})
        except Lost as lost:
            return _lost(path, lost)
    return str(first["text"]) if "text" in first else _told(path, first)


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between two workbooks."""

    report: Report
    """As `diff --json` prints it."""
    text: str
    """The changes for a console, a line each; "" where nothing differs."""


def compared(
    old: Path, new: Path, out: Path | None = None, worker: Worker | None = None
) -> Compared | Told:
    """Compare two workbooks, filled in or scored; Told of the first that cannot be read.

    With `out` the changes are written there too; an existing file is never overwritten (Refused).
    """
    other = {"other": str(new.absolute()), "other_file": str(new)}
    with _at_hand(worker) as at_hand:
        try:
            question = {"do": "diff", **_source(old), **other, "out": str(out) if out else None}
            first, *_ = at_hand.ask(question)
        except Lost as lost:
            return _lost(old, lost)
        if "report" not in first:
            return _told(old, first)
        if out is not None:
            _new(Path(first["written"]), out)
    return Compared(first["report"], first["text"])


def _new(temporary: Path, out: Path) -> None:
    """Put a prepared file where there is none yet; Refused where there is."""
    try:
        disk.place(temporary, out, new=True)
    except disk.Taken as problem:
        raise Refused(f"“{out.name}”已经存在，没有覆盖；请换一个文件名") from problem
    except disk.Unwritten as problem:
        raise Refused(str(problem)) from problem
    finally:
        disk.discard(temporary)


def _question(path: Path, where: Target, form: Path | None) -> dict[str, object]:
    return {
        "do": "score",
        **_source(path),
        "scored": str(where.scored),
        "correction": str(where.correction),
        "public": str(where.public) if where.public else None,
        "form": str(form) if form else None,
    }


def _source(path: Path) -> dict[str, object]:
    return {"path": str(path.absolute()), "file": str(path)}


def _swept(folders: set[Path]) -> None:
    for folder in folders:
        disk.sweep(folder)


@contextmanager
def _at_hand(worker: Worker | None) -> Iterator[Worker]:
    """Use the worker that is there, or one for this source alone."""
    if worker is not None:
        yield worker
        return
    with Worker() as own:
        yield own


def _told(path: Path, answer: Answer) -> Told:
    if "refused" in answer:
        raise Refused(answer["refused"])
    if "internal" in answer:
        return _internal(path, answer)
    return Told(**answer["told"])


def _placed(
    path: Path, first: Answer, where: Target, ours: dict[str, Seen], taken: set[Path]
) -> Handled:
    """Put what the worker prepared where it belongs, and take away what has become stale."""
    made = Handled(_told(path, first), unwritten=first.get("unwritten", ""))
    prepared = {kind: Path(name) for kind, name in first.get("written", {}).items()}
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
) -> Path:
    """Write a new workbook; an existing file is never overwritten. Raises Refused."""
    asked = {"template": template, "department": department, "year": year}
    question = {"do": "new", "out": str(out), **asked, "scorers": scorers, "with": wanted}
    disk.sweep(out.parent)
    with Worker() as worker:
        try:
            first, *_ = worker.ask(question)
            if "written" not in first:
                raise Refused(_told(out, first).text)
        except Lost as lost:
            disk.sweep(out.parent)
            raise Refused(_lost(out, lost).text) from lost
        _new(Path(first["written"]["blank"]), out)
    return out


def _lost(path: Path, lost: Lost) -> Told:
    """Return what is told of a source whose worker gave no answer."""
    return _named(path, lost.code, **lost.params)


def _internal(path: Path, answer: Answer) -> Told:
    from xlkpi.version import VERSION

    told = _named(path, "X901", version=VERSION, code=answer["internal"])
    return replace(told, traceback=answer["traceback"])


def _named(path: Path, code: str, /, **params: object) -> Told:
    """Return what is told of a source of which nothing is known but this."""
    import hashlib

    from xlkpi.findings import finding
    from xlkpi.model import Outcome, Source
    from xlkpi.place import Place
    from xlkpi.write import plain

    try:
        data = disk.load(path)
    except disk.Unopened:
        data = b""
    digest = hashlib.sha256(data).hexdigest() if data else ""
    source = Source(str(path), digest, len(data))
    return Told(**plain.told(Outcome(source, (finding(code, Place(""), **params),))))
