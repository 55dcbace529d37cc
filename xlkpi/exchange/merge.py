"""Parts, or whole copies, of one workbook → the workbook again; any doubt refuses it, by name.

The result depends on the files' contents and names, never on their order or folders.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.location import CellRef
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import MERGED, SCORERS_PART, SOURCE_SHEET
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.exchange import conflicts, parts
from xlkpi.exchange.conflicts import FileFinding, PartFile
from xlkpi.pipeline import Document, score_documents
from xlkpi.reading.open import reopen
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

_STOPS = frozenset((
    "X102", "X103", "X104", "X107", "X110", "X115", "X118", "X120", "X124",  # what is what
    "X204", "X205", "X206", "X210", "X218", "X219", "X225", "X227",  # whose mark it is, and of what
    "X241", "X243", "X324", "X325", "X326",  # the same, told at the one cell from which it follows
    "X216", "X221", "X309", "X311", "X314", "X703",
    "X501", "X502", "X503", "X513", "X515", "X516", "X517", "X518", "X522",  # what stands there
))  # fmt: skip
"""Errors of a file that merging would hide or guess at; the merged workbook still has all others."""
_MAIN = "（主表）"
_NOBODY = "（没有评分）"


class Merge(NamedTuple):
    """The merged workbook, or why there is none."""

    refused: tuple[Outcome, ...] = ()
    """The files that cannot be merged, each with the findings that say why."""
    data: bytes = b""
    empty: tuple[str, ...] = ()
    """Scorers whose ballots nobody has filled in yet."""
    uncarried: tuple[tuple[str, str, str], ...] = ()
    """Files, places and texts that were not carried over."""
    findings: tuple[tuple[str, tuple[Finding, ...]], ...] = ()


def merge(documents: Sequence[Document]) -> Merge:
    """Return the workbook that these are the parts or copies of; or what keeps them apart."""
    read = [score_documents([document])[0] for document in documents]
    unfit = [found for each in read if (found := _rejected(each))]
    if unfit:
        return Merge(tuple(unfit))
    given = _files(read)
    files = sorted(given, key=lambda each: (each.outcome.source.sha256, each.name, each.label))
    if findings := list(conflicts.incomplete(files)):
        return Merge(_refusals(given, findings))
    base = conflicts.base_of(files)
    findings = list(conflicts.content_conflicts(base, files))
    if findings := findings or list(conflicts.ballot_conflicts(base, files)):
        return Merge(_refusals(given, findings))
    return _merged(base, files)


def _rejected(outcome: Outcome) -> Outcome | None:
    """Return the file with the findings that make it unusable here; None if it is usable."""
    filled = outcome.filled
    if filled is None:
        return outcome
    found = [each for each in outcome.findings if each.code in _STOPS]
    if filled.from_result:
        found = [finding("X114", CellRef(SOURCE_SHEET))]
    elif filled.part.startswith(SCORERS_PART):
        found += [each for each in outcome.findings if each.code == "X106"]
    return Outcome(outcome.source, tuple(found), filled) if found else None


def _files(read: Sequence[Outcome]) -> list[PartFile]:
    names = Counter(PurePath(each.source.file).name for each in read)
    files = []
    for each in read:
        name = PurePath(each.source.file).name
        label = name if names[name] == 1 else each.source.file
        assert each.filled is not None
        ballots = parts.filled_ballots(each.filled)
        filled, signed = (
            tuple(one for one in ballots if one.cells),
            tuple(one._replace(cells={}) for one in ballots if one.signed),
        )
        files.append(PartFile(each, each.filled, label, filled, signed))
    return files


def _refusals(files: Sequence[PartFile], findings: Sequence[FileFinding]) -> tuple[Outcome, ...]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for file, each in findings:
        found[file.label].append(each)
    return tuple(
        Outcome(file.outcome.source, tuple(found[file.label]), file.filled)
        for file in files
        if file.label in found
    )


def _merged(base: PartFile, files: Sequence[PartFile]) -> Merge:
    contents = parts.whole_workbook(
        base.filled, [each for file in files for each in (*file.ballots, *file.signed)]
    )
    record = tuple(_record_rows(files, [scorer for scorer, _ in contents.ballots]))
    contents = contents._replace(part="", sheets={**contents.sheets, MERGED.name: record})
    book = blank(contents)
    data = emit(book)
    written = parts.ReadBack(reopen(data))
    changed = [(base, each) for each in written.changed(base.filled)]
    changed += [
        (file, each) for file in files for each in written.changed_in((*file.ballots, *file.signed))
    ]
    if changed:
        return Merge(_refusals(files, changed))
    beside = parts.written_texts([book])
    left = {
        (file.label if file.ballots or file is base else "", str(at), text): None
        for file in files
        for at, text in parts.uncarried_texts(file.filled, beside)
    }
    params = tuple((file.label, tuple(parts.not_carried(file.outcome.findings))) for file in files)
    return Merge(
        (), data, _empty_ballots(contents), tuple(left), tuple(each for each in params if each[1])
    )


def _record_rows(files: Sequence[PartFile], scorers: Sequence[str]) -> Iterator[Fields]:
    """Yield the rows of 合并记录: those of earlier merges, then (scorer, file, hash) of this one."""
    older = {
        (old.scorer.value or "", old.file.value or "", old.sha256.value or "")
        for file in files
        for old in file.filled.merged
    }
    new = {
        (who, file.name, file.outcome.source.sha256) for file in files for who in _scorers_of(file)
    }
    order = {who: n for n, who in enumerate((_MAIN, *scorers))}

    def key(row: tuple[str, str, str]) -> tuple[bool, int, tuple[str, str, str]]:
        return row not in older, order.get(row[0], len(order)), row

    for row in sorted(older | new, key=key):
        yield dict(zip((column.header for column in MERGED.columns), row, strict=True))


def _scorers_of(file: PartFile) -> list[str]:
    if file.main:
        return [_MAIN]
    return [each.scorer.value or "" for each in file.ballots] or [file.scorer or _NOBODY]


def _empty_ballots(contents: Contents) -> tuple[str, ...]:
    return tuple(scorer for scorer, rows in contents.ballots if not rows)
