"""Ours or the user's: where an output may go, and which old one may go away.

Every output carries a fingerprint of its own cells and the name of its source. One whose cells are
untouched and that came of the same source is ours to replace or remove; any other file in the way
belongs to its user: it is never overwritten, and the new output takes the next free number.

An old output is a stranger's file like any other: it is judged in the worker (`find_replaceable`), and put
away or replaced by the parent, if it is still the file that was judged.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from xlkpi.domain.text import one_line
from xlkpi.reading import source_file
from xlkpi.runtime import files
from xlkpi.runtime.protocol import Refused

RESULT = "_评分结果"
CORRECTION = "_待修改"
_COPY = re.compile(rf"{CORRECTION}(\(\d+\))?\Z")
_MOST_COPIES = 1000
_RETIRED_COPIES = 20
_LONGEST_NAME = 255
"""Bytes of a file name that common file systems take; a Chinese character has three."""


FileState = tuple[int, int, int]
"""A file as it was when it was looked at: its number, size and time of change."""


class Put(NamedTuple):
    """An output that was written."""

    path: Path
    words: tuple[str, ...] = ()
    """What must be said of where it went."""


def find_stem(source: Path) -> str:
    """Return the name that outputs are named after: X of X.xlsx and of X_待修改(2).xlsx."""
    return _COPY.sub("", source.stem)


def make_path(home: Path, base: str, ending: str) -> Path:
    """Return `home`/`base``ending`.xlsx, the base shortened where the file system would refuse it."""
    room = _LONGEST_NAME - len(os.fsencode(f"{ending}(99).xlsx"))
    if len(os.fsencode(base)) > room:
        mark = "~" + hashlib.sha256(os.fsencode(base)).hexdigest()[:6]
        while len(os.fsencode(base + mark)) > room:
            base = base[:-1]
        base += mark
    return home / f"{base}{ending}.xlsx"


def find_replaceable(
    paths: Collection[Path], source: Path, identity: str, written: Collection[bytes] = ()
) -> dict[str, FileState]:
    """Return which files under the names `paths`, and under their numbers, are ours to replace.

    For the worker: they are opened here. `identity` says whose workbook `source` is; `written` is what
    has just been made of it: a file that holds the same is ours, and need not be looked into.
    """
    ours: dict[str, FileState] = {}
    for path in dict.fromkeys(paths):
        for candidate in _list_existing(path):
            seen = _look_at(candidate)
            same = _is_same_file(candidate, source)
            if seen and identity and not same and _is_ours(candidate, source, identity, written):
                ours[str(candidate)] = seen
    return ours


def _list_existing(path: Path) -> Iterator[Path]:
    """The files that stand under a name and its numbers: up to the first free one, or a few more."""
    for n, candidate in enumerate(_list_candidates(path)):
        if os.path.lexists(candidate):
            yield candidate
        elif n >= _RETIRED_COPIES:
            return


def _is_ours(path: Path, source: Path, identity: str, written: Collection[bytes]) -> bool:
    """Whether a file is an untouched output of ours that came of this source: its name, and whose it is."""
    from xlkpi.domain.fingerprint import masked_name
    from xlkpi.reading.open import OpenedWorkbook

    if path.is_symlink():
        return False
    try:
        data = source_file.load(path)
    except source_file.Unopened:
        return False
    if data in written:
        return True
    origin = OpenedWorkbook(path.name, data).origin
    if origin is None or origin.identity != identity:
        return False
    return origin.file == masked_name(source.name) or _find_family(
        Path(origin.file)
    ) == _find_family(source)


def _find_family(source: Path) -> str:
    """Return what X.xlsx and its marked copies have in common; X.xls beside it is another."""
    from xlkpi.writing.book import legal  # as an output tells the name; loaded in the worker alone

    return legal(f"{find_stem(source)}{source.suffix.lower()}").casefold()


def _look_at(path: Path) -> FileState | None:
    try:
        now = path.lstat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns


def _still_ours(path: Path, ours: Mapping[str, FileState]) -> bool:
    """Whether a file that was judged to be ours is still the same."""
    before = ours.get(str(path))
    return before is not None and _look_at(path) == tuple(before)


def put(path: Path, temporary: Path, ours: Mapping[str, FileState], taken: set[Path]) -> Put:
    """Put a prepared output under its name, or under the next free one where that is not ours to take.

    `ours` is what `find_replaceable` found; `taken` holds what this run has written, and grows. Raises
    files.Unwritten; the prepared file is gone in either case.
    """
    try:
        return _put(path, temporary, ours, taken)
    finally:
        files.discard(temporary)


def _put(path: Path, temporary: Path, ours: Mapping[str, FileState], taken: set[Path]) -> Put:
    busy = False
    for candidate in _list_candidates(path):
        new = not os.path.lexists(candidate)
        if candidate in taken or not (new or _still_ours(candidate, ours)):
            continue
        try:
            files.place(temporary, candidate, new=new)
        except files.Busy:
            busy = True
        except files.Taken:
            pass
        else:
            taken.add(candidate)
            return Put(candidate, _explain_name(path, candidate, busy))
    raise files.Unwritten(f"“{one_line(path.name)}”已有太多份，请先清理")


def _list_candidates(path: Path) -> Iterator[Path]:
    yield path
    for n in range(2, _MOST_COPIES):
        yield path.with_name(f"{path.stem}({n}){path.suffix}")


def _explain_name(path: Path, chosen: Path, busy: bool) -> tuple[str, ...]:
    if chosen == path:
        return ()
    why = "正在别的程序中打开" if busy else "已有内容"
    return (f"“{one_line(path.name)}”{why}，没有覆盖；新的结果写入“{one_line(chosen.name)}”",)


def _is_same_file(left: Path, right: Path) -> bool:
    try:
        return left.samefile(right)
    except OSError:
        return False


def remove_stale(
    path: Path, source: Path, ours: Mapping[str, FileState], taken: Collection[Path]
) -> tuple[str, ...]:
    """Remove outputs of ours that earlier runs left and this run has made stale, numbered ones too.

    Return what must be said of those that stay.
    """
    said: list[str] = []
    for candidate in _list_existing(path):
        if candidate not in taken and not _is_same_file(candidate, source):
            said += _remove_one(candidate, ours)
    return tuple(said)


def _remove_one(path: Path, ours: Mapping[str, FileState]) -> list[str]:
    if not _still_ours(path, ours):
        return [f"“{one_line(path.name)}”是以前留下的，已有人改动过，没有删除；请以新的结果为准"]
    try:
        path.unlink()
    except OSError:
        return [f"“{one_line(path.name)}”已经过时，但正被占用，请自行删除"]
    return [f"“{one_line(path.name)}”已经过时，已删除"]


@dataclass(frozen=True, slots=True)
class NewWorkbooks:
    """Workbooks made of others: parts of one, one of its parts, or one of its template."""

    paths: tuple[Path, ...]
    remarks: tuple[str, ...]
    """What is still missing, what was not carried over, and what is wrong with a template."""


def place_new(temporary: Path, path: Path) -> None:
    """Put a prepared file where there is none yet; Refused where there is. The prepared one is gone."""
    try:
        files.place(temporary, path, new=True)
    except files.Taken as problem:
        raise Refused(f"“{one_line(path.name)}”已经存在，没有覆盖；请换一个文件名") from problem
    except files.Unwritten as problem:
        raise Refused(str(problem)) from problem
    finally:
        files.discard(temporary)


def refuse_existing(path: Path) -> None:
    """Raise Refused where something stands under the name of a new workbook."""
    if os.path.lexists(path):
        raise Refused(f"“{one_line(path.name)}”已经存在，没有覆盖；请换一个文件名或文件夹")
