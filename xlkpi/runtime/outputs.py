"""Where an output may be put, and which old outputs may be replaced or removed.

Every output contains a fingerprint of its own cells and the name of its source. If its cells are
unchanged and it was made from the same source, we may replace or remove it. Any other file belongs
to the user: it is never overwritten, and the new output gets the next free number in its name.

An old output is as untrusted as any file: it is opened in the worker (`find_replaceable`). The parent
replaces or removes it, but only if the file has not changed since.
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
"""Bytes of a file name that common file systems allow; a Chinese character has three."""


FileState = tuple[int, int, int]
"""A file's inode, size and time of change: if they are the same, so is the file."""


class Put(NamedTuple):
    """An output that was written."""

    path: Path
    remarks: tuple[str, ...] = ()
    """Why it has another name than it should."""


def find_stem(source: Path) -> str:
    """Return the name that outputs are named after: X for X.xlsx and for X_待修改(2).xlsx."""
    return _COPY.sub("", source.stem)


def make_path(home: Path, base: str, ending: str) -> Path:
    """Return `home`/`base``ending`.xlsx, with the base shortened if the name would be too long."""
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
    """Return the state of each file of these names, numbered ones too, that we may replace.

    For the worker: this opens the files. `identity` says whose workbook `source` is. `written` are the
    outputs just made: a file with the same bytes is ours, and need not be opened.
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
    """Yield the files of this name and its numbered ones; numbers after a gap only up to a few."""
    for n, candidate in enumerate(_list_candidates(path)):
        if os.path.lexists(candidate):
            yield candidate
        elif n >= _RETIRED_COPIES:
            return


def _is_ours(path: Path, source: Path, identity: str, written: Collection[bytes]) -> bool:
    """Whether a file is an unchanged output of ours from this source, by the source's name and identity."""
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
    """Return the name that X.xlsx and its marked copies share, but not X.xls."""
    from xlkpi.writing.book import legal  # the name as outputs record it; import only in the worker

    return legal(f"{find_stem(source)}{source.suffix.lower()}").casefold()


def _look_at(path: Path) -> FileState | None:
    try:
        now = path.lstat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns


def _still_ours(path: Path, ours: Mapping[str, FileState]) -> bool:
    """Whether a file that was ours to replace has not changed since."""
    before = ours.get(str(path))
    return before is not None and _look_at(path) == tuple(before)


def put(path: Path, temporary: Path, ours: Mapping[str, FileState], taken: set[Path]) -> Put:
    """Put a prepared output under its name, or under the next free one if the name is the user's.

    `ours` is the result of `find_replaceable`. `taken` contains what this run has written, and grows.
    Raises files.Unwritten; the prepared file is gone in either case.
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
    """Remove outputs of earlier runs that this run has made stale, numbered ones too.

    Return remarks on what was removed and what was not.
    """
    remarks: list[str] = []
    for candidate in _list_existing(path):
        if candidate not in taken and not _is_same_file(candidate, source):
            remarks += _remove_one(candidate, ours)
    return tuple(remarks)


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
    """New workbooks: the parts of one, a merged one, or a blank one."""

    paths: tuple[Path, ...]
    remarks: tuple[str, ...]
    """What is still missing, was not carried over, or is wrong with a template."""


def place_new(temporary: Path, path: Path) -> None:
    """Put a prepared file under a free name. Raises Refused; the prepared file is gone in either case."""
    try:
        files.place(temporary, path, new=True)
    except files.Taken as problem:
        raise Refused(f"“{one_line(path.name)}”已经存在，没有覆盖；请换一个文件名") from problem
    except files.Unwritten as problem:
        raise Refused(str(problem)) from problem
    finally:
        files.discard(temporary)


def refuse_existing(path: Path) -> None:
    """Raise Refused if there is already a file of this name."""
    if os.path.lexists(path):
        raise Refused(f"“{one_line(path.name)}”已经存在，没有覆盖；请换一个文件名或文件夹")
