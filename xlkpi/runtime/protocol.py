"""What the parent and a worker say to each other: a line of JSON each, every field of it typed.

A command is a function `handle(request) -> Iterator[reply]` in a file of its own under
`xlkpi.runtime.commands`; its annotations say which dataclasses go there and come back. Nothing is
trusted that a worker sends: what is not exactly one of those replies is `Malformed`.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from xlkpi.reading import source_file
from xlkpi.runtime import files

if TYPE_CHECKING:
    from xlkpi.domain.results import Outcome

Json = dict[str, Any]
"""A document that is printed as it is; of what is read here every field has a type."""

T = TypeVar("T")


class Limits(NamedTuple):
    """What one file may cost."""

    memory: int = 1024 * 1024 * 1024
    """Bytes of address space; only where the system can limit it (not on Windows)."""
    cpu: int = 15
    """Seconds of computing; likewise."""
    wall: float = 20.0
    """Seconds until an answer; everywhere."""
    answer: int = 16 * 1024 * 1024
    """Bytes of one answer."""
    output: int = 256 * 1024 * 1024
    """Bytes of a file that is written; only where the system can limit it."""


LIMITS = Limits()


class Lost(Exception):
    """A worker gave no answer: the finding's code and what its sentence is filled in with."""

    def __init__(self, code: str, /, *, traceback: str = "", **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
        self.traceback = traceback
        """Of our own bug in the worker."""


class Refused(Exception):
    """What was asked cannot be done; the text says why, in Chinese. It is raised on both sides."""


@dataclass(frozen=True, slots=True)
class SourcePath:
    """Where a source is, as every process finds it, and the name that it goes by."""

    path: Path
    name: str

    @classmethod
    def of(cls, path: Path) -> SourcePath:
        """Return a path as it was given."""
        return cls(files.make_absolute(path), str(path))


@dataclass(frozen=True, slots=True)
class Report:
    """What is said of one source; a reply of every command that cannot read it."""

    status: Literal["scored", "refused", "unreadable"]
    json: Json
    """As `--json` prints it, without outputs."""
    text: str
    """The findings for a console, a line each."""
    counts: str
    """How many findings of each kind."""
    traceback: str = ""
    """Of our own bug, for developers."""

    @classmethod
    def of(cls, outcome: Outcome, check: bool = False) -> Report:
        """Return what is said of an outcome; with `check` as `check --json` prints it."""
        from xlkpi.writing import text as plain

        made = plain.told(outcome, check)
        return cls(made["status"], made["report"], made["text"], made["counts"])

    @property
    def codes(self) -> list[str]:
        """The findings' codes."""
        return [each["code"] for each in self.json["findings"]]

    @property
    def errors(self) -> set[str]:
        """The codes of those that are errors."""
        return {each["code"] for each in self.json["findings"] if each["severity"] == "error"}

    @property
    def exit_code(self) -> int:
        """0 scored, 1 errors, 3 not a workbook, 4 our own bug or no worker."""
        if self.codes in (["X901"], ["X902"]):
            return 4
        return {"scored": 0, "refused": 1, "unreadable": 3}[self.status]


@dataclass(frozen=True, slots=True)
class End:
    """The last reply to every question: how it ended. One class, for a worker's start pays for each."""

    refused: str = ""
    """Why it cannot be done: `Refused` in the worker."""
    failure: str = ""
    """The class of an exception, which is our own bug."""
    traceback: str = ""
    """Of that exception."""
    out_of_memory: bool = False
    grown: bool = False
    """Whether the process has become so large that the next file should get a fresh one."""


def report_unreadable(path: Path, code: str, /, **params: object) -> Report:
    """Return what is said of a source of which nothing is known but this."""
    import hashlib

    from xlkpi.domain.findings import finding
    from xlkpi.domain.inputs import Source
    from xlkpi.domain.location import CellRef
    from xlkpi.domain.results import Outcome

    try:
        data = source_file.load(path)
    except source_file.Unopened:
        data = b""
    digest = hashlib.sha256(data).hexdigest() if data else ""
    source = Source(str(path), digest, len(data))
    return Report.of(Outcome(source, (finding(code, CellRef(""), **params),)))


def report_lost(path: Path, lost: Lost) -> Report:
    """Return what is said of a source whose worker gave no answer."""
    made = report_unreadable(path, lost.code, **lost.params)
    if lost.__cause__ is None:
        return replace(made, traceback=lost.traceback)
    import traceback

    return replace(made, traceback="".join(traceback.format_exception(lost.__cause__)).rstrip())


# Commands, by the file that they stand in.

_HOME = "xlkpi.runtime.commands"


class Command(NamedTuple):
    """What a worker does with a request."""

    handle: Callable[[Any], Iterator[object]]
    request: type
    replies: Mapping[str, type]
    """By name, `End` among them."""


class Question(NamedTuple):
    """What a worker is to do, and what it may cost."""

    handle: Callable[[Any], Iterator[object]]
    limits: Limits
    request: object


@cache
def load_command(name: str) -> Command:
    """Return the command in the file of that name."""
    handle = import_module(f"{_HOME}.{name}").handle
    hints = get_type_hints(handle)
    (yielded,) = get_args(hints["return"])
    own = get_args(yielded) if get_origin(yielded) in _UNIONS else (yielded,)
    return Command(handle, hints["request"], {each.__name__: each for each in (*own, End)})


def find_command_name(handle: Callable[..., object]) -> str:
    """Return the name of the command that a function handles."""
    home, _, name = handle.__module__.rpartition(".")
    assert home == _HOME
    return name


# Dataclasses, NamedTuples, tuples, mappings, paths and plain values ↔ a line of JSON.


class Malformed(ValueError):
    """A line is not what was to come."""


def encode_question(handle: Callable[[T], object], request: T, limits: Limits) -> bytes:
    """Return a question as it is sent."""
    return _encode({"command": find_command_name(handle), "limits": limits, "request": request})


def decode_question(line: bytes) -> Question:
    """Return what was asked; Malformed where it is no question."""
    held = _load(line)
    if not isinstance(held, dict) or held.keys() != {"command", "limits", "request"}:
        raise Malformed
    handle, kind, _ = load_command(_decode(str, held["command"]))
    return Question(handle, _decode(Limits, held["limits"]), _decode(kind, held["request"]))


def encode_reply(reply: object) -> bytes:
    """Return a reply as it is sent: under the name of its class."""
    return _encode({type(reply).__name__: reply})


def decode_reply(line: bytes, kinds: Mapping[str, type]) -> object:
    """Return a reply of one of these kinds; Malformed where it is none."""
    held = _load(line)
    if not isinstance(held, dict) or len(held) != 1:
        raise Malformed
    ((name, content),) = held.items()
    if name not in kinds:
        raise Malformed
    return _decode(kinds[name], content)


def _encode(value: object) -> bytes:
    return json.dumps(value, default=_simplify).encode("ascii") + b"\n"


def _simplify(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    raise TypeError(type(value).__name__)


def _load(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise Malformed from problem


_UNIONS = (Union, types.UnionType)
_PLAIN = (str, int, bool, type(None))


def _decode(kind: Any, held: object) -> Any:
    """Return what JSON holds as a value of that type, of which no field is missing or too many."""
    if kind is Any:
        return held
    if kind is float and type(held) in (int, float):
        return held
    if kind in _PLAIN and type(held) is kind:  # True is an int to isinstance
        return held
    if kind is Path and isinstance(held, str):
        return Path(held)
    if is_dataclass(kind) and isinstance(held, dict):
        return _decode_fields(kind, held)
    return _decode_compound(kind, held)


def _decode_fields(kind: Any, held: dict[str, object]) -> Any:
    hints = _find_types(kind)
    if held.keys() != hints.keys():
        raise Malformed
    return kind(**{name: _decode(hint, held[name]) for name, hint in hints.items()})


def _decode_compound(kind: Any, held: object) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal and held in arguments:
        return held
    if origin in _UNIONS and type(None) in arguments:
        (other,) = (each for each in arguments if each is not type(None))
        return None if held is None else _decode(other, held)
    if origin is dict and isinstance(held, dict):
        return {_decode(arguments[0], k): _decode(arguments[1], v) for k, v in held.items()}
    if origin is tuple and isinstance(held, list):
        endless = arguments[1:] == (...,)
        return tuple(_decode_each(arguments[:1] * len(held) if endless else arguments, held))
    if hasattr(kind, "_fields") and isinstance(held, list):
        return kind(*_decode_each(tuple(_find_types(kind).values()), held))
    raise Malformed


def _decode_each(kinds: tuple[Any, ...], held: list[object]) -> list[Any]:
    if len(kinds) != len(held):
        raise Malformed
    return [_decode(*each) for each in zip(kinds, held, strict=True)]


@cache
def _find_types(kind: Any) -> dict[str, Any]:
    """The types of a dataclass's fields, or of a NamedTuple's."""
    return get_type_hints(kind)
