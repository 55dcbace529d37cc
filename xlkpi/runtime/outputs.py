"""Where an output may be put, and what becomes of the outputs of earlier runs.

Every output contains a fingerprint of its own cells, and the name and the digest of the file that it
came of. One whose cells have changed belongs to whoever changed them; any file that is not an output
of this source's does, too. What is left may be replaced or removed, as its `Standing` says.

An old output is as untrusted as any file: it is opened in the worker (`xlkpi.runtime.earlier_outputs`).
The parent replaces or removes it, but only if the file has not changed since.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from xlkpi.domain.text import one_line
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

Relation = Literal[
    "same", "before", "again", "itself", "unmended", "later", "beside", "apart", "mended", "worked",
    "other", "foreign",
]  # fmt: skip
"""What an existing file is to the source that is scored now.

same     an output of the very content
before   an output of what the source, or a file that it was made of, contained before it was changed
again    a marked copy of another file, which can be made again of it
itself   the source itself
unmended the source itself: a marked copy that nobody has worked on, and that would be the same again
later    a result of a copy that was mended later than this source
beside   a result of another file as it still is
apart    an output of another file, which is gone
mended   a marked copy that was worked on, and of which a result was made
worked   an output that somebody has worked on
other    an output of another department, year or project, or of a file of another name
foreign  no output of this program, or one that cannot be read
"""

_REPLACED: Collection[Relation] = ("same", "before", "again")
"""Those that a new output of their kind replaces."""

_WHY: Mapping[Relation, str] = {
    "itself": "就是这次拖入的文件",
    "later": "来自后来改好的“{origin}”",
    "beside": "来自另一份内容，即“{origin}”现在的内容",
    "apart": "来自另一份内容（“{origin}”），原文件已不在这里",
    "mended": "已经改好、评出过结果",
    "worked": "已有人改动过",
    "other": "来自别的工作簿（“{origin}”）",
    "foreign": "不是本程序写的",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An existing file under a name that an output may get."""

    state: FileState
    relation: Relation
    origin: str = ""
    """The name of the file that it came of, for people."""

    @property
    def why(self) -> str:
        """Why it is not replaced, a phrase."""
        return _WHY.get(self.relation, "刚刚被别的程序改动").format(origin=one_line(self.origin))


Standings = Mapping[str, Standing]
"""By their paths."""


class Put(NamedTuple):
    """An output that was written."""

    path: Path
    remarks: tuple[str, ...] = ()
    """Why it has another name than it should."""


def find_stem(source: Path) -> str:
    """Return the name that outputs are named after: X for X.xlsx and for X_待修改(2).xlsx."""
    return _COPY.sub("", source.stem)


def is_copy(name: str) -> bool:
    """Whether a file has the name of a marked copy."""
    return _COPY.search(Path(name).stem) is not None


def make_path(home: Path, base: str, ending: str) -> Path:
    """Return `home`/`base``ending`.xlsx, with the base shortened if the name would be too long.

    It is shortened alike for all endings, so that a marked copy's result has the name of its source's.
    """
    room = _LONGEST_NAME - len(os.fsencode(f"{RESULT}(99).xlsx"))
    if len(os.fsencode(base)) > room:
        mark = "~" + hashlib.sha256(os.fsencode(base)).hexdigest()[:6]
        while len(os.fsencode(base + mark)) > room:
            base = base[:-1]
        base += mark
    return home / f"{base}{ending}.xlsx"


def list_existing(path: Path) -> Iterator[Path]:
    """Yield the files of this name and its numbered ones; numbers after a gap only up to a few."""
    for n, candidate in enumerate(_list_candidates(path)):
        if os.path.lexists(candidate):
            yield candidate
        elif n >= _RETIRED_COPIES:
            return


def is_same_file(left: Path, right: Path) -> bool:
    """Whether two paths lead to one file that is there."""
    try:
        return left.samefile(right)
    except OSError:
        return False


def look_at(path: Path) -> FileState | None:
    """Return the state of a file, a link's own; None where there is none."""
    try:
        now = path.lstat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns


def _find(path: Path, known: Standings) -> Standing | None:
    """Return the standing of a file; None if it is not known or the file has changed since."""
    standing = known.get(str(path))
    return standing if standing and look_at(path) == tuple(standing.state) else None


def _is_replaced(path: Path, known: Standings) -> bool:
    standing = _find(path, known)
    return standing is not None and standing.relation in _REPLACED


def put(path: Path, temporary: Path, known: Standings, taken: set[Path]) -> Put:
    """Put a prepared output under its name, or under the next free one if the name is another's.

    `taken` contains what this run has written, and grows. Raises files.Unwritten; the prepared file is
    gone in either case.
    """
    try:
        return _find_unchanged(path, known) or _put(path, temporary, known, taken)
    finally:
        files.discard(temporary)


def _find_unchanged(path: Path, known: Standings) -> Put | None:
    """Return the source, if it is a marked copy that need not be written again."""
    for candidate in map(Path, known):
        standing = _find(candidate, known)
        if standing and standing.relation == "unmended" and candidate in set(list_existing(path)):
            words = f"“{one_line(candidate.name)}”还没有改动，问题与上次相同；请在其中改好、保存后再拖入"
            return Put(candidate, (words,))
    return None


def _put(path: Path, temporary: Path, known: Standings, taken: set[Path]) -> Put:
    busy = False
    for candidate in _list_candidates(path):
        new = not os.path.lexists(candidate)
        if candidate in taken or not (new or _is_replaced(candidate, known)):
            continue
        try:
            files.place(temporary, candidate, new=new)
        except files.Busy:
            busy = True
        except files.Taken:
            pass
        else:
            why = "正在别的程序中打开" if busy else _explain(path, known, taken)
            taken.add(candidate)
            return Put(candidate, () if candidate == path else (_say_named(path, candidate, why),))
    raise files.Unwritten(f"“{one_line(path.name)}”已有太多份，请先清理")


def _list_candidates(path: Path) -> Iterator[Path]:
    yield path
    for n in range(2, _MOST_COPIES):
        yield path.with_name(f"{path.stem}({n}){path.suffix}")


def _explain(path: Path, known: Standings, taken: Collection[Path]) -> str:
    """Return why a name is not free, a phrase."""
    if path in taken:
        return "是这一次刚写出的"
    standing = _find(path, known)
    return standing.why if standing else "已有内容"


def _say_named(path: Path, chosen: Path, why: str) -> str:
    there = "，请在那里改" if is_copy(chosen.name) else ""
    return f"“{one_line(path.name)}”{why}，没有覆盖；这一次的写入“{one_line(chosen.name)}”{there}"


def retire_results(path: Path, known: Standings, taken: Collection[Path]) -> Iterator[str]:
    """Of a refused source: remove results of the very content, keep all others, and say so."""
    for candidate in list_existing(path):
        if candidate in taken:
            continue
        standing = _find(candidate, known)
        if standing and standing.relation == "same":
            yield _remove(candidate, "是同样的内容以前评出的，已经过时")
        else:
            yield f"“{one_line(candidate.name)}”{_say_kept(standing)}"


def _say_kept(standing: Standing | None) -> str:
    """Return why a result stays although its source was refused."""
    if standing is None:
        return "没有能核对，保留；它不是这一次评出的"
    origin = one_line(standing.origin)
    if standing.relation == "before":
        return f"来自改动以前的“{origin}”，保留；它不是现在的内容，改好后再评会换成新的"
    if standing.relation == "later":
        return f"{standing.why}，保留；这一次拖入的是另一份内容，有错误要改。要重新评分，请拖入“{origin}”"
    return f"{standing.why}，保留；它不是这一次评出的"


def name_older_results(path: Path, known: Standings, taken: Collection[Path]) -> Iterator[str]:
    """Of a scored source: name the results under numbered names that are older than this one."""
    for candidate in list_existing(path):
        standing = _find(candidate, known) if candidate not in {*taken, path} else None
        if standing and standing.relation == "before":
            origin = one_line(standing.origin)
            yield f"“{one_line(candidate.name)}”来自改动以前的“{origin}”，保留；请以这一次的评分结果为准"


def retire_copies(
    path: Path, known: Standings, kept: Collection[Path], scored: bool
) -> Iterator[str]:
    """Remove marked copies that nobody has worked on, but those of `kept`.

    Of a `scored` source, say of the others that they are no longer needed.
    """
    for candidate in list_existing(path):
        if candidate in kept:
            continue
        standing = _find(candidate, known)
        if standing and standing.relation in _REPLACED:
            yield _remove(candidate, "没有人改动过，已经过时")
        elif scored and standing and standing.relation not in ("foreign", "other"):
            yield (
                f"“{one_line(candidate.name)}”{standing.why}，没有删除；"
                "以这一次的评分结果为准，不再需要的请自行删除"
            )


def say_done(source: Path) -> str:
    """Return that a marked copy was mended and scored."""
    return f"“{one_line(source.name)}”已经改好、评出结果；以后还要改分、补原因的，就在这一份里改，再拖一次"


def _remove(path: Path, why: str) -> str:
    try:
        path.unlink()
    except OSError:
        return f"“{one_line(path.name)}”{why}，但正被占用，请自行删除"
    return f"“{one_line(path.name)}”{why}，已删除"


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
