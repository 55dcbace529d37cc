"""`score`: score one source, and put the scored workbook or the marked copy beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from xlkpi.runtime import files
from xlkpi.runtime.folders import Skipped, find_reason, say_open
from xlkpi.runtime.form_template import read_office_form
from xlkpi.runtime.outputs import (
    CORRECTION,
    RESULT,
    Standing,
    find_stem,
    is_same_file,
    list_existing,
    make_path,
    name_older_results,
    put,
    retire_copies,
    retire_results,
    say_done,
)
from xlkpi.runtime.protocol import Json, Lost, Report, SourcePath, report_lost
from xlkpi.runtime.supervisor import Worker, use_worker

KINDS = ("scored", "correction", "public")
"""The kinds of outputs; the public one is 自评表 alone."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the results of one source go."""

    scored: Path
    correction: Path
    public: Path | None = None

    @property
    def results(self) -> list[Path]:
        """Those of a source without errors."""
        return [self.scored, *([self.public] if self.public else [])]

    @property
    def paths(self) -> list[Path]:
        """All that are asked for."""
        return [*self.results, self.correction]


@dataclass(frozen=True, slots=True)
class Written:
    """The temporary names of the outputs."""

    scored: Path | None = None
    correction: Path | None = None
    public: Path | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """The source, and where its outputs go."""

    source: SourcePath
    target: Target
    form: Path | None
    """The office's own layout of 自评表."""
    in_folder: bool = False
    """Whether the source's folder was given, so that it may be no source."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The source was scored or refused, and its outputs are written under temporary names."""

    report: Report
    written: Written
    unwritten: str
    """Why an output could not be written."""
    identity: str
    """Whose workbook it is; "" if it could not be read."""
    mended: bool
    """Whether it is a marked copy of ours."""


@dataclass(frozen=True, slots=True)
class Existing:
    """The files that have the names of the outputs, by their paths."""

    known: dict[str, Standing]


def handle(request: Request) -> Iterator[Prepared | Existing | Skipped]:
    """Score a source and prepare its outputs, then look at the old files of their names."""
    from xlkpi import pipeline
    from xlkpi.runtime.earlier_outputs import Earlier

    form = read_office_form(request.form)
    source, target = request.source, request.target
    document = pipeline.open_document(source.path, source.name)
    if request.in_folder and (skipped := find_reason(document, source.path)):
        yield skipped
        return
    outcome = pipeline.score_document(document)
    identity = outcome.filled.identity if outcome.filled else ""
    written, unwritten = Written(), ""
    own: list[bytes] = []
    try:
        for kind, data in pipeline.write_outputs(
            outcome, document, form, target.public is not None
        ):
            prepared = files.prepare(getattr(target, kind), data)
            written = replace(written, **{kind: prepared})
            own.append(data)
    except files.Unwritten as problem:
        unwritten = str(problem)
    mended = outcome.filled is not None and document.workbook.marked_from is not None
    yield Prepared(Report.of(outcome), written, unwritten, identity, mended)
    if outcome.filled is None:
        return
    # A separate reply: if an old output crashes this process, the new ones must not be lost.
    try:
        earlier = Earlier(source.path, document.workbook, identity, own)
        yield Existing(earlier.judge(target.results, target.correction))
    except Exception:  # noqa: BLE001  (then none of them is replaced)
        return


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one source."""

    report: Report
    scored: Path | None = None
    correction: Path | None = None
    public: Path | None = None
    """自评表 alone, if asked for; not in `outputs` of the JSON."""
    remarks: tuple[str, ...] = ()
    """Sentences about files that were not replaced, or were removed."""
    unwritten: str = ""
    """Why the output could not be written; "" if it was."""
    identity: str = ""
    """Whose workbook it is; "" if that is not known."""

    @property
    def partial(self) -> bool:
        """Whether merging may help: it is a part, or only marks are missing."""
        errors = self.report.errors
        return errors in ({"X801"}, {"X802"}) or (bool(errors) and errors <= {"X201", "X246"})

    @property
    def json(self) -> Json:
        """As `score --json` prints it."""
        outputs = {
            "scored": str(self.scored) if self.scored else None,
            "correction": str(self.correction) if self.correction else None,
            "report": None,
        }
        return {**self.report.json, "outputs": outputs}

    @property
    def exit_code(self) -> int:
        """As of `Report`, but 2 if the output was not written."""
        return 2 if self.unwritten else self.report.exit_code


def score(
    path: Path,
    out: Path | None = None,
    folder: bool = False,
    taken: set[Path] | None = None,
    *,
    form: Path | None = None,
    public: Path | None = None,
    worker: Worker | None = None,
    in_folder: bool = False,
) -> Result | Skipped:
    """Score one source and put the scored workbook, or the marked copy, where it belongs.

    `taken` contains what this run has already written, so that two sources of one name never replace
    each other's results; it grows. `form` is a layout of 自评表; `public` is a file for 自评表 alone,
    as values. Of a folder that was given, what is no source is skipped (`in_folder`). Raises Refused if
    `form` is not a layout.
    """
    target = choose_target(path, out, folder, public)
    _sweep(target)
    request = Request(SourcePath.of(path), target, form, in_folder)
    prepared: Prepared | None = None
    skipped: Skipped | None = None
    known: dict[str, Standing] = {}
    with use_worker(worker) as chosen:
        try:
            for reply in chosen.ask(handle, request):
                if isinstance(reply, Existing):
                    known = reply.known
                elif isinstance(reply, Skipped):
                    skipped = reply
                else:
                    prepared = reply
        except Lost as lost:
            # If it died only while it looked at old outputs, none of them is replaced.
            if prepared is None:
                _sweep(target)
                return Result(report_lost(path, lost))
        if skipped:
            return skipped
        if prepared is None:
            return Result(report_lost(path, Lost("X035", code="JSON")))
        # Keep the worker until its files are in place: `sweep` of another run removes those of the dead.
        return _place_outputs(path, prepared, target, known, set() if taken is None else taken)


def choose_target(
    source: Path, out: Path | None, folder: bool, public: Path | None = None
) -> Target:
    """Return where results go: beside the source, to the file `out`, or into the folder `out`."""
    if out is not None and not folder:
        return Target(out, make_path(out.parent, out.stem, CORRECTION), public)
    home = out if out is not None else source.parent
    base = find_stem(source)
    return Target(make_path(home, base, RESULT), make_path(home, base, CORRECTION), public)


def _sweep(target: Target) -> None:
    for folder in {each.parent for each in target.paths}:
        files.sweep(folder)


def _place_outputs(
    path: Path, prepared: Prepared, target: Target, known: dict[str, Standing], taken: set[Path]
) -> Result:
    """Put the prepared outputs in place, and see to those of earlier runs."""
    temporaries = {kind: at for kind in KINDS if (at := getattr(prepared.written, kind))}
    placed: dict[str, Path] = {}
    remarks = [*say_open(path)]
    unwritten = prepared.unwritten
    try:
        for kind, temporary in temporaries.items():
            placed[kind], explanation = put(getattr(target, kind), temporary, known, taken)
            remarks += explanation
    except files.Unwritten as problem:
        unwritten = str(problem)
    finally:
        for temporary in temporaries.values():
            files.discard(temporary)
    remarks += _retire_earlier(path, prepared, target, placed, known, taken)
    return Result(
        report=prepared.report,
        scored=placed.get("scored"),
        correction=placed.get("correction"),
        public=placed.get("public"),
        remarks=tuple(remarks),
        unwritten=unwritten,
        identity=prepared.identity,
    )


def _retire_earlier(
    path: Path,
    prepared: Prepared,
    target: Target,
    placed: Mapping[str, Path],
    known: dict[str, Standing],
    taken: set[Path],
) -> Iterator[str]:
    """Remove outputs of earlier runs that nobody needs, and yield what is to be said of the others."""
    own = {each for each in list_existing(target.correction) if is_same_file(each, path)}
    kept = {*taken, *placed.values(), *own}
    if "scored" in placed:
        for result in target.results:
            yield from name_older_results(result, known, kept)
        yield from retire_copies(target.correction, known, kept, scored=True)
        if prepared.mended:
            yield say_done(path)
    elif "correction" in placed:
        for result in target.results:
            yield from retire_results(result, known, kept)
        yield from retire_copies(target.correction, known, kept, scored=False)
        if target.public:
            yield "有错误要改，没有写公开版"
