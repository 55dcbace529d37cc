"""One source → its outcome → the right file beside it. Every door comes through here.

Ours or the user's: every output carries a fingerprint of its own cells. One that still matches is
ours and may be replaced or removed; one that does not has been worked on, and is left alone.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from xlkpi import disk
from xlkpi.findings import finding
from xlkpi.intake import untouched
from xlkpi.layout import SOURCE_SHEET
from xlkpi.model import Outcome, Status
from xlkpi.pipeline import Document, outcomes
from xlkpi.place import Place
from xlkpi.write.correction import correction
from xlkpi.write.emit import emit
from xlkpi.write.scored import scored

RESULT = "_评分结果"
CORRECTION = "_待修改"
_OURS = re.compile(rf"{CORRECTION}(\(\d+\))?\Z")
_MOST_COPIES = 1000


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one source."""

    outcome: Outcome
    scored: Path | None = None
    correction: Path | None = None
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
    stem = _OURS.sub("", source.stem)
    if out is not None and not folder:
        return Target(out, out.with_name(f"{out.stem}{CORRECTION}.xlsx"))
    home = out if out is not None else source.parent
    return Target(home / f"{stem}{RESULT}.xlsx", home / f"{stem}{CORRECTION}.xlsx")


def document(path: Path) -> Document:
    """Open a source; one that cannot be opened is told in its outcome."""
    try:
        return Document(str(path), disk.load(path))
    except disk.Unopened as problem:
        return Document(str(path), None, str(problem))


def checked(path: Path) -> Outcome:
    """Return the outcome of one source, writing nothing."""
    return _not_a_result(outcomes([document(path)])[0])


def handled(
    path: Path, out: Path | None = None, folder: bool = False, taken: set[Path] | None = None
) -> Handled:
    """Score one source and put the scored workbook, or the marked copy, where it belongs.

    `taken` holds what this run has already written, so that two sources of one name never replace
    each other's results; it grows.
    """
    opened = document(path)
    outcome = _not_a_result(outcomes([opened])[0])
    if outcome.status is Status.UNREADABLE or opened.data is None or _is_result(outcome):
        return Handled(outcome)
    where = target(path, out, folder)
    sound = outcome.status is Status.SCORED
    wanted, stale = (where.scored, where.correction) if sound else (where.correction, where.scored)
    try:
        put = _put(
            wanted, _bytes(outcome, opened.data), path, taken if taken is not None else set()
        )
    except disk.Unwritten as problem:
        return Handled(outcome, unwritten=str(problem))
    said = (*put.words, *_retire(stale, path, taken or set()))
    if sound:
        return Handled(outcome, scored=put.path, said=said)
    return Handled(outcome, correction=put.path, said=said)


def _bytes(outcome: Outcome, data: bytes) -> bytes:
    if outcome.scored:
        return emit(scored(outcome))
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


@dataclass(frozen=True, slots=True)
class _Put:
    path: Path
    words: tuple[str, ...] = ()


def _put(path: Path, data: bytes, source: Path, taken: set[Path]) -> _Put:
    """Write an output under its name, or under the next free one where that is not ours to take."""
    chosen = _free(path, source, taken)
    disk.store(chosen, data)
    taken.add(chosen)
    if chosen == path:
        return _Put(chosen)
    return _Put(chosen, (f"“{path.name}”已有内容，没有覆盖；新的结果写入“{chosen.name}”",))


def _free(path: Path, source: Path, taken: set[Path]) -> Path:
    for number in range(1, _MOST_COPIES):
        name = path.name if number == 1 else f"{path.stem}({number}){path.suffix}"
        candidate = path.with_name(name)
        if candidate in taken:
            continue
        if not os.path.lexists(candidate) or (
            not _same_file(candidate, source) and _ours(candidate)
        ):
            return candidate
    raise disk.Unwritten(f"“{path.name}”已有太多份，请先清理")


def _same_file(left: Path, right: Path) -> bool:
    try:
        return left.samefile(right)
    except OSError:
        return False


def _ours(path: Path) -> bool:
    """Whether a file is an output of ours that nobody has worked on."""
    if path.is_symlink():
        return False
    try:
        return untouched(disk.load(path))
    except disk.Unopened:
        return False


def _retire(path: Path, source: Path, taken: set[Path]) -> tuple[str, ...]:
    """Remove an output of ours that an earlier run left and this run has made stale."""
    if path in taken or not path.exists() or _same_file(path, source):
        return ()
    if not _ours(path):
        return (f"“{path.name}”是以前留下的，已有人改动过，没有删除；请以新的结果为准",)
    try:
        path.unlink()
    except OSError:
        return (f"“{path.name}”已经过时，但正被占用，请自行删除",)
    return ()


def exit_code(outcome: Outcome, unwritten: str = "") -> int:
    """Return the exit code of one outcome: 0 scored, 1 errors, 2 not written, 3 not a workbook."""
    if unwritten:
        return 2
    return {Status.SCORED: 0, Status.REFUSED: 1, Status.UNREADABLE: 3}[outcome.status]
