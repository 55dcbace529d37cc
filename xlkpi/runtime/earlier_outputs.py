"""For the worker: what the files that bear the names of a source's outputs are to that source.

The older source never does away with the result of a newer one: X was refused, its marked copy was
mended and scored, and X is given once more. What is newer is known by names and contents alone, no
clock: a copy is newer than what it was made of, and what a file contained is older than what it does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path

from xlkpi.domain.fingerprint import masked_name
from xlkpi.reading import source_file
from xlkpi.reading.open import OpenedWorkbook, Origin
from xlkpi.reading.unreadable import Unreadable
from xlkpi.runtime.outputs import (
    CORRECTION,
    FileState,
    Relation,
    Standing,
    find_stem,
    is_copy,
    is_same_file,
    list_existing,
    look_at,
)
from xlkpi.writing.book import legal

_MASKED_COPIES = 20
"""Numbers of copies whose masked names are known."""


class Earlier:
    """The files under the names that the outputs of one source may get."""

    def __init__(
        self, source: Path, workbook: OpenedWorkbook, identity: str, made: Collection[bytes]
    ) -> None:
        """`identity` says whose workbook the source is; `made` are the outputs made just now."""
        self.source = source
        self.workbook = workbook
        self.identity = identity
        self.made = made
        self._target = ""
        self._scored_from: set[str] = set()
        """Digests of the files that existing results came of."""
        self._digests: dict[Path, str] = {}

    def judge(self, results: Collection[Path], copies: Path) -> dict[str, Standing]:
        """Return the standing of every file of these names, numbered ones too, by their paths."""
        known: dict[str, Standing] = {}
        self._target = _find_family(copies)
        for result in dict.fromkeys(results):
            for path in list_existing(result):
                self._add(known, path, False)
        for path in list_existing(copies):
            if str(path) not in known:
                self._add(known, path, True)
        return known

    def _add(self, known: dict[str, Standing], path: Path, copy: bool) -> None:
        state = look_at(path)
        if state:
            known[str(path)] = self._judge(path, copy, state)

    def _judge(self, path: Path, copy: bool, state: FileState) -> Standing:
        if is_same_file(path, self.source):
            return Standing(state, "unmended" if copy and self._is_made_again() else "itself")
        try:
            data = source_file.load(path)
        except source_file.Unopened:
            return Standing(state, "foreign")
        if path.is_symlink():
            return Standing(state, "foreign")
        if data in self.made:
            return Standing(state, "same")
        return self._judge_contents(OpenedWorkbook(path.name, data), copy, state)

    def _judge_contents(self, workbook: OpenedWorkbook, copy: bool, state: FileState) -> Standing:
        origin = workbook.origin
        if origin is None:
            return Standing(state, self._judge_worked_on(workbook))
        if not copy:
            self._scored_from.add(origin.sha256)
        name = self._find_name(origin)
        if not self.identity or origin.identity != self.identity or not name:
            return Standing(state, "other", name or origin.file)
        return Standing(state, self._relate(origin, name, copy), name)

    def _judge_worked_on(self, workbook: OpenedWorkbook) -> Relation:
        try:
            stated = workbook.stamp.stated
        except Unreadable:
            return "foreign"
        if stated is None:
            return "foreign"
        return "mended" if workbook.sha256 in self._scored_from else "worked"

    def _is_made_again(self) -> bool:
        """Whether the source is a marked copy that nobody has worked on, and would be the same again."""
        if not self.workbook.marked_from or not self.workbook.origin:
            return False
        stated = self.workbook.stamp.stated
        return any(OpenedWorkbook("", each).stamp.stated == stated for each in self.made)

    def _relate(self, origin: Origin, name: str, copy: bool) -> Relation:
        """Return what an output that nobody has worked on is to the source.

        A marked copy contains nothing of its own, if what it was made of is there.
        """
        if _is_of(origin, self.workbook.sha256):
            return "same"
        if name == self._own_name:
            return "before"
        if not copy and _rank(name) > _rank(self._own_name):
            return "later"
        now = self._find_digest(name)
        if not now:
            return "apart"
        if not _is_of(origin, now):
            return "before"
        return "again" if copy else "beside"

    @cached_property
    def _own_name(self) -> str:
        return legal(self.source.name)

    @cached_property
    def _relatives(self) -> set[str]:
        """The names, as compared, of the file that started it: X.xlsx, but not X.xls."""
        marked = self.workbook.marked_from
        named = [self.source.name, *([marked.file] if marked else [])]
        return {_find_family(Path(each)) for each in named}

    def _find_name(self, origin: Origin) -> str:
        """Return the name of the file that an output came of; "" if that is no relative of the source."""
        family = _find_family(Path(origin.file))
        ours = is_copy(origin.file) and family == self._target  # as with -o
        if ours or family in self._relatives or origin.file == self._own_name:
            return origin.file
        return next((each for each in self._list_masked() if masked_name(each) == origin.file), "")

    def _list_masked(self) -> Iterator[str]:
        yield self._own_name
        marked = self.workbook.marked_from
        if marked:
            yield marked.file
        stem = legal(find_stem(self.source))
        yield f"{stem}{self.source.suffix}"
        yield f"{stem}{CORRECTION}.xlsx"
        yield from (f"{stem}{CORRECTION}({n}).xlsx" for n in range(2, _MASKED_COPIES))

    def _find_digest(self, name: str) -> str:
        """Return the digest of a file of that name beside the source; "" if there is none."""
        path = self.source.with_name(name)
        if path not in self._digests:
            try:
                data = source_file.load(path)
            except (source_file.Unopened, ValueError):
                data = b""
            self._digests[path] = OpenedWorkbook(name, data).sha256 if data else ""
        return self._digests[path]


def _is_of(origin: Origin, sha256: str) -> bool:
    return bool(origin.sha256) and sha256.startswith(origin.sha256)


def _rank(name: str) -> int:
    """Return 0 for a file that is no marked copy, else the copy's number."""
    if not is_copy(name):
        return 0
    number = Path(name).stem.rpartition("(")[2].rstrip(")")
    return int(number) if number.isdecimal() else 1


def _find_family(source: Path) -> str:
    """Return the name that X.xlsx and its marked copies share, but not X.xls."""
    return legal(f"{find_stem(source)}{source.suffix.lower()}").casefold()
