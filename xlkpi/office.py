"""One source → its outcome → the right file beside it. Every door comes through here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from xlkpi import disk
from xlkpi.findings import finding
from xlkpi.intake import layouts
from xlkpi.layout import SOURCE_SHEET
from xlkpi.model import FormLayout, Outcome, Status
from xlkpi.outputs import CORRECTION, RESULT, named, put, retire, stem
from xlkpi.pipeline import Document, outcomes
from xlkpi.place import Place
from xlkpi.write.correction import correction
from xlkpi.write.emit import emit
from xlkpi.write.publish import published
from xlkpi.write.scored import scored

FORMS = "自评表版式"
"""The folder of the built-in layouts."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one source."""

    outcome: Outcome
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


@dataclass(frozen=True, slots=True)
class Target:
    """Where the results of one source go."""

    scored: Path
    correction: Path


def target(source: Path, out: Path | None, folder: bool) -> Target:
    """Return where results go: beside the source, to `out`, or into it where it is a folder."""
    if out is not None and not folder:
        return Target(out, named(out.parent, out.stem, CORRECTION))
    home = out if out is not None else source.parent
    base = stem(source)
    return Target(named(home, base, RESULT), named(home, base, CORRECTION))


def document(path: Path) -> Document:
    """Open a source; one that cannot be opened is told in its outcome."""
    try:
        return Document(str(path), disk.load(path))
    except disk.Unopened as problem:
        return Document(str(path), None, str(problem))


def checked(path: Path) -> Outcome:
    """Return the outcome of one source, writing nothing."""
    return _not_a_result(outcomes([document(path)])[0])


def form(path: Path) -> FormLayout:
    """Return an office's own layout of 自评表; BadLayout where the file is none."""
    try:
        return layouts.read(disk.load(path), path.name)
    except disk.Unopened as problem:
        raise layouts.BadLayout(str(problem)) from problem


@cache
def _built_in(kind: str) -> FormLayout:
    return form(disk.templates() / FORMS / f"{kind}.xlsx")


def _form(outcome: Outcome, own: FormLayout | None) -> FormLayout:
    """Return the office's own layout, else the built-in one for the kind of expenditure."""
    assert outcome.filled is not None
    project = "项目" in outcome.filled.said("评价类型")
    return own or _built_in("项目支出" if project else "部门整体支出")


def result(outcome: Outcome, own: FormLayout | None = None) -> bytes:
    """Return the scored workbook of an outcome that was scored."""
    return emit(scored(outcome, _form(outcome, own)))


def handled(
    path: Path,
    out: Path | None = None,
    folder: bool = False,
    taken: set[Path] | None = None,
    *,
    form: FormLayout | None = None,
    public: Path | None = None,
) -> Handled:
    """Score one source and put the scored workbook, or the marked copy, where it belongs.

    `taken` holds what this run has already written, so that two sources of one name never replace
    each other's results; it grows. `form` lays out 自评表; `public` gets it alone, as values.
    """
    taken = taken if taken is not None else set()
    opened = document(path)
    outcome = _not_a_result(outcomes([opened])[0])
    if outcome.status is Status.UNREADABLE or opened.data is None or _is_result(outcome):
        return Handled(outcome)
    where = target(path, out, folder)
    assert outcome.filled is not None
    whose = outcome.filled.identity
    sound = outcome.status is Status.SCORED
    wanted, stale = (where.scored, where.correction) if sound else (where.correction, where.scored)
    try:
        written = put(wanted, _bytes(outcome, opened.data, form), path, whose, taken)
    except disk.Unwritten as problem:
        return Handled(outcome, unwritten=str(problem))
    said = (*written.words, *retire(stale, path, whose, taken))
    if not sound:
        retired = retire(public, path, whose, taken) if public else ()
        if public:
            retired = (*retired, "有错误要改，没有写公开版")
        return Handled(outcome, correction=written.path, said=(*said, *retired))
    made = Handled(outcome, scored=written.path, said=said)
    return _with_public(made, form, public, path, taken) if public else made


def _with_public(
    made: Handled, own: FormLayout | None, public: Path, source: Path, taken: set[Path]
) -> Handled:
    """Put the public version where it was asked for, beside what has been written already."""
    data = emit(published(made.outcome, _form(made.outcome, own)))
    assert made.outcome.filled is not None
    try:
        written = put(public, data, source, made.outcome.filled.identity, taken)
    except disk.Unwritten as problem:
        return replace(made, unwritten=str(problem))
    return replace(made, public=written.path, said=(*made.said, *written.words))


def _bytes(outcome: Outcome, data: bytes, own: FormLayout | None) -> bytes:
    if outcome.scored:
        return result(outcome, own)
    assert outcome.filled is not None
    return correction(data, outcome.filled, outcome.findings)


def _not_a_result(outcome: Outcome) -> Outcome:
    """Stop a scored workbook of ours from being scored again."""
    filled = outcome.filled
    if filled is None or SOURCE_SHEET not in filled.result_sheets:
        return outcome
    found = finding("X114", Place(SOURCE_SHEET))
    return Outcome(outcome.source, (found,), filled)


def _is_result(outcome: Outcome) -> bool:
    return [each.code for each in outcome.findings] == ["X114"]


def exit_code(outcome: Outcome, unwritten: str = "") -> int:
    """Return the exit code of one outcome: 0 scored, 1 errors, 2 not written, 3 not a workbook."""
    if unwritten:
        return 2
    return {Status.SCORED: 0, Status.REFUSED: 1, Status.UNREADABLE: 3}[outcome.status]
