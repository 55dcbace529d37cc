"""A folder that is given stands for the workbooks in it: not those below it, and not our own outputs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlkpi.domain.text import file_name, one_line
from xlkpi.reading import lock_files
from xlkpi.runtime.outputs import CORRECTION, RESULT, find_stem, list_existing, make_path

if TYPE_CHECKING:
    from xlkpi.pipeline import Document
    from xlkpi.reading.open import OpenedWorkbook

_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".xlsb")
_RESULT = re.compile(rf"{RESULT}(\(\d+\))?\Z")
_LEFT = ("评分结果", "临时文件", "子文件夹", "别的文件")
"""What is in a folder besides workbooks."""
_MOST_NAMED = 8


class Given(NamedTuple):
    """A file to work on."""

    path: Path
    in_folder: bool = False
    """Whether its folder was given, so that it may be no source."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of a folder that is no source."""

    why: str
    """A phrase that follows its name."""


class Listing(NamedTuple):
    """The files to work on, and what is to be said of those that are not."""

    files: tuple[Given, ...]
    remarks: tuple[str, ...]


def list_files(given: Iterable[Path]) -> Listing:
    """Put the workbooks of a folder in its place; an empty folder stays, and is reported as one."""
    files: list[Given] = []
    remarks: list[str] = []
    for path in given:
        inside = _list_folder(path) if os.path.isdir(path) else None  # noqa: PTH112  (no error for a name too long)
        if inside is None:
            files.append(Given(path))
            continue
        files += inside.files or [Given(path)]
        remarks += inside.remarks
    return Listing(tuple(files), tuple(remarks))


def _list_folder(folder: Path) -> Listing | None:
    """Return what is in a folder, by name; None if it cannot be looked into."""
    try:
        paths = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError:
        return None
    kinds: dict[str, list[Path]] = {}
    for path in paths:
        kinds.setdefault(_sort(path), []).append(path)
    files = tuple(Given(path, in_folder=True) for path in kinds.pop("", ()))
    said = [f"{kind}（{_list_names(kinds[kind])}）" for kind in _LEFT if kind in kinds]
    where = f"文件夹“{file_name(folder)}”"
    words = f"{where}：{len(files)} 个工作簿" if files else f"{where}里没有可以处理的工作簿"
    more = f"；没有处理：{'；'.join(said)}" if said else ""
    return Listing(files, (f"{words}{more}",))


def _sort(path: Path) -> str:
    """Return what a thing in a folder is; "" for a workbook."""
    if path.is_dir():
        return "子文件夹"
    if lock_files.find_owner(path.name) or path.name.startswith("."):
        return "临时文件"
    if path.suffix.lower() not in _WORKBOOKS:
        return "别的文件"
    return "评分结果" if _RESULT.search(path.stem) else ""


def _list_names(paths: list[Path]) -> str:
    names = "、".join(one_line(path.name) for path in paths[:_MOST_NAMED])
    return names if len(paths) <= _MOST_NAMED else f"{names} 等 {len(paths)} 个"


def say_open(path: Path) -> tuple[str, ...]:
    """Return a sentence if somebody has a source open."""
    if not lock_files.is_open(path):
        return ()
    return (
        f"有人正打开着“{one_line(path.name)}”，读到的是已保存的内容；还有没保存的改动，请保存后再来一次",
    )


# For the worker


def find_reason(document: Document, path: Path) -> Skipped | None:
    """Return why a file of a folder is no source: an output of ours, or one that was mended in a copy."""
    from xlkpi.domain.schema import SOURCE_SHEET
    from xlkpi.reading.foreign_workbook import is_public_version
    from xlkpi.reading.unreadable import Unreadable

    if document.data is None:
        return None
    try:
        workbook = document.workbook
        if SOURCE_SHEET in workbook.known[0].result_sheets:
            return Skipped("是评分结果，没有处理；要核对，请用 xlkpi verify")
        if is_public_version(workbook):
            return Skipped("是公开版的自评表，没有处理")
        return _find_better(workbook, path)
    except Unreadable:
        return None


def _find_better(workbook: OpenedWorkbook, path: Path) -> Skipped | None:
    """Return which file is to be worked on instead of this one."""
    base = find_stem(path)
    marked = workbook.marked_from
    if marked and workbook.origin and path.with_name(marked.file).is_file():
        return Skipped(f"还没有人改动过，没有处理；它是由“{one_line(marked.file)}”标出来的")
    for copy in list_existing(make_path(path.parent, base, CORRECTION)):
        if copy.name != path.name and _is_mended(copy, workbook.sha256):
            return Skipped(f"已经在“{one_line(copy.name)}”里改，没有处理；以那一份为准")
    return None


def _is_mended(copy: Path, sha256: str) -> bool:
    """Whether somebody has worked on a marked copy of the file with this digest."""
    from xlkpi.reading import source_file
    from xlkpi.reading.open import OpenedWorkbook
    from xlkpi.reading.unreadable import Unreadable

    try:
        workbook = OpenedWorkbook(copy.name, source_file.load(copy))
        marked = workbook.marked_from
    except (source_file.Unopened, Unreadable):
        return False
    return marked is not None and marked.sha256 == sha256 and workbook.origin is None
