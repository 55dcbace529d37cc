"""Ours or the user's: where an output may go, and which old one may go away.

Every output carries a fingerprint of its own cells and the name of its source. One whose cells are
untouched and that came of the same source is ours to replace or remove; any other file in the way
belongs to its user: it is never overwritten, and the new output takes the next free number.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from xlkpi import disk
from xlkpi.fingerprint import hidden
from xlkpi.intake import origin

RESULT = "_评分结果"
CORRECTION = "_待修改"
_COPY = re.compile(rf"{CORRECTION}(\(\d+\))?\Z")
_MOST_COPIES = 1000
_RETIRED_COPIES = 20
_LONGEST_NAME = 255
"""Bytes of a file name that common file systems take; a Chinese character has three."""


@dataclass(frozen=True, slots=True)
class Put:
    """An output that was written."""

    path: Path
    words: tuple[str, ...] = ()
    """What must be said of where it went."""


def stem(source: Path) -> str:
    """Return the name that outputs are named after: X of X.xlsx and of X_待修改(2).xlsx."""
    return _COPY.sub("", source.stem)


def named(home: Path, base: str, ending: str) -> Path:
    """Return `home`/`base``ending`.xlsx, the base shortened where the file system would refuse it."""
    room = _LONGEST_NAME - len(os.fsencode(f"{ending}(99).xlsx"))
    if len(os.fsencode(base)) > room:
        mark = "~" + hashlib.sha256(os.fsencode(base)).hexdigest()[:6]
        while len(os.fsencode(base + mark)) > room:
            base = base[:-1]
        base += mark
    return home / f"{base}{ending}.xlsx"


def put(path: Path, data: bytes, source: Path, identity: str, taken: set[Path]) -> Put:
    """Write an output under its name, or under the next free one where that is not ours to take.

    `taken` holds what this run has written, and grows. Raises disk.Unwritten.
    """
    busy = False
    for candidate in _candidates(path):
        if candidate in taken or not _free(candidate, source, identity):
            continue
        try:
            disk.store(candidate, data)
        except disk.Busy:
            busy = True
            continue
        taken.add(candidate)
        return Put(candidate, _words(path, candidate, busy))
    raise disk.Unwritten(f"“{path.name}”已有太多份，请先清理")


def _candidates(path: Path) -> list[Path]:
    numbered = (path.with_name(f"{path.stem}({n}){path.suffix}") for n in range(2, _MOST_COPIES))
    return [path, *numbered]


def _words(path: Path, chosen: Path, busy: bool) -> tuple[str, ...]:
    if chosen == path:
        return ()
    why = "正在别的程序中打开" if busy else "已有内容"
    return (f"“{path.name}”{why}，没有覆盖；新的结果写入“{chosen.name}”",)


def _free(path: Path, source: Path, identity: str) -> bool:
    if not os.path.lexists(path):
        return True
    return not _same_file(path, source) and _ours(path, source, identity)


def _same_file(left: Path, right: Path) -> bool:
    try:
        return left.samefile(right)
    except OSError:
        return False


def _ours(path: Path, source: Path, identity: str) -> bool:
    """Whether a file is an untouched output of ours that came of this source: its name, and whose it is."""
    if path.is_symlink():
        return False
    try:
        told = origin(disk.load(path))
    except disk.Unopened:
        return False
    if told is None or told[1] != identity:
        return False
    return told[0] == hidden(source.name) or _family(Path(told[0])) == _family(source)


def _family(source: Path) -> str:
    """Return what X.xlsx and its marked copies have in common; X.xls beside it is another."""
    return f"{stem(source)}{source.suffix.lower()}".casefold()


def retire(path: Path, source: Path, identity: str, taken: set[Path]) -> tuple[str, ...]:
    """Remove outputs of ours that earlier runs left and this run has made stale, numbered ones too.

    Return what must be said of those that stay.
    """
    said: list[str] = []
    for candidate in _candidates(path)[:_RETIRED_COPIES]:
        if not os.path.lexists(candidate):
            continue
        if candidate not in taken and not _same_file(candidate, source):
            said += _retired(candidate, source, identity)
    return tuple(said)


def _retired(path: Path, source: Path, identity: str) -> list[str]:
    if not _ours(path, source, identity):
        return [f"“{path.name}”是以前留下的，已有人改动过，没有删除；请以新的结果为准"]
    try:
        path.unlink()
    except OSError:
        return [f"“{path.name}”已经过时，但正被占用，请自行删除"]
    return [f"“{path.name}”已经过时，已删除"]
