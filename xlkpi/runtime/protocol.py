"""The messages between the parent and a worker: lines of JSON in which every field has a type.

A command is a function `handle(request) -> Iterator[reply]` in a file of its own under
`xlkpi.runtime.commands`; its annotations name the dataclasses that are sent. Nothing that a worker
sends is trusted: what is not exactly one of those replies is `Malformed`.
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
"""A document that is only passed on and printed."""

T = TypeVar("T")


class Limits(NamedTuple):
    """The resources that one file may use."""

    memory: int = 1024 * 1024 * 1024
    """Bytes of address space; only where the system can limit it (not on Windows)."""
    cpu: int = 15
    """Seconds of computing; likewise only where the system can."""
    wall: float = 20.0
    """Seconds until an answer; everywhere."""
    answer: int = 16 * 1024 * 1024
    """Bytes of one answer."""
    output: int = 256 * 1024 * 1024
    """Bytes of a file that is written; only where the system can limit it."""


LIMITS = Limits()


class Lost(Exception):
    """A worker gave no answer. Has the code of a finding and the parameters of its sentence."""

    def __init__(self, code: str, /, *, traceback: str = "", **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
        self.traceback = traceback
        """The worker's, if it is our own bug."""


class Refused(Exception):
    """The request cannot be done; the text says why, in Chinese. Raised in both processes."""


@dataclass(frozen=True, slots=True)
class SourcePath:
    """The absolute path of a source, and the name that messages call it."""

    path: Path
    name: str

    @classmethod
    def of(cls, path: Path) -> SourcePath:
        """Make one of a path, whose name is the path as it was given."""
        return cls(files.make_absolute(path), str(path))


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of one source; also the reply of every command that cannot read it."""

    status: Literal["scored", "refused", "unreadable"]
    json: Json
    """As `--json` prints it, without outputs."""
    text: str
    """The findings for a console, a line each."""
    counts: str
    """How many findings of each severity, in Chinese."""
    traceback: str = ""
    """Of our own bug, for developers."""

    @classmethod
    def of(cls, outcome: Outcome, check: bool = False) -> Report:
        """Report an outcome; with `check` in the form of `check --json`."""
        from xlkpi.writing import text as plain

        parts = plain.told(outcome, check)
        return cls(parts["status"], parts["report"], parts["text"], parts["counts"])

    @property
    def codes(self) -> list[str]:
        """The codes of all findings."""
        return [each["code"] for each in self.json["findings"]]

    @property
    def errors(self) -> set[str]:
        """The codes of the errors."""
        return {each["code"] for each in self.json["findings"] if each["severity"] == "error"}

    @property
    def exit_code(self) -> int:
        """0 scored, 1 errors, 3 not a workbook, 4 our own bug or no worker."""
        if self.codes in (["X901"], ["X902"]):
            return 4
        return {"scored": 0, "refused": 1, "unreadable": 3}[self.status]


@dataclass(frozen=True, slots=True)
class End:
    """The last reply to every question: how it ended. One class only: each more delays a worker's start."""

    refused: str = ""
    """The text of `Refused`, if the worker raised it."""
    failure: str = ""
    """The class of any other exception, which is our own bug."""
    traceback: str = ""
    """Of that exception."""
    out_of_memory: bool = False
    grown: bool = False
    """Whether the process uses so much memory that the next file should get a fresh one."""


def report_unreadable(path: Path, code: str, /, **params: object) -> Report:
    """Report a source of which nothing else is known."""
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
    """Report a source whose worker gave no answer."""
    report = report_unreadable(path, lost.code, **lost.params)
    if lost.__cause__ is None:
        return replace(report, traceback=lost.traceback)
    import traceback

    return replace(report, traceback="".join(traceback.format_exception(lost.__cause__)).rstrip())


# Commands, by the name of their file.

_HOME = "xlkpi.runtime.commands"


class Command(NamedTuple):
    """What a worker does with a request."""

    handle: Callable[[Any], Iterator[object]]
    request: type
    replies: Mapping[str, type]
    """Their classes by name, including `End`."""


class Question(NamedTuple):
    """A request, the function that handles it, and its limits."""

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
    """A line is not a message of the expected type."""


def encode_question(handle: Callable[[T], object], request: T, limits: Limits) -> bytes:
    """Encode a question as a line."""
    return _encode({"command": find_command_name(handle), "limits": limits, "request": request})


def decode_question(line: bytes) -> Question:
    """Decode a question; raises Malformed."""
    value = _load(line)
    if not isinstance(value, dict) or value.keys() != {"command", "limits", "request"}:
        raise Malformed
    handle, kind, _ = load_command(_decode(str, value["command"]))
    return Question(handle, _decode(Limits, value["limits"]), _decode(kind, value["request"]))


def encode_reply(reply: object) -> bytes:
    """Encode a reply as a line, under the name of its class."""
    return _encode({type(reply).__name__: reply})


def decode_reply(line: bytes, kinds: Mapping[str, type]) -> object:
    """Decode a reply of one of these kinds; raises Malformed."""
    value = _load(line)
    if not isinstance(value, dict) or len(value) != 1:
        raise Malformed
    ((name, content),) = value.items()
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


def _decode(kind: Any, value: object) -> Any:
    """Return JSON as a value of that type; raises Malformed, also if a field is missing or unknown."""
    if kind is Any:
        return value
    if kind is float and type(value) in (int, float):
        return value
    if kind in _PLAIN and type(value) is kind:  # to isinstance, True is an int
        return value
    if kind is Path and isinstance(value, str):
        return Path(value)
    if is_dataclass(kind) and isinstance(value, dict):
        return _decode_fields(kind, value)
    return _decode_compound(kind, value)


def _decode_fields(kind: Any, value: dict[str, object]) -> Any:
    hints = _find_types(kind)
    if value.keys() != hints.keys():
        raise Malformed
    return kind(**{name: _decode(hint, value[name]) for name, hint in hints.items()})


def _decode_compound(kind: Any, value: object) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal and value in arguments:
        return value
    if origin in _UNIONS and type(None) in arguments:
        (other,) = (each for each in arguments if each is not type(None))
        return None if value is None else _decode(other, value)
    if origin is dict and isinstance(value, dict):
        return {_decode(arguments[0], k): _decode(arguments[1], v) for k, v in value.items()}
    if origin is tuple and isinstance(value, list):
        endless = arguments[1:] == (...,)
        return tuple(_decode_each(arguments[:1] * len(value) if endless else arguments, value))
    if hasattr(kind, "_fields") and isinstance(value, list):
        return kind(*_decode_each(tuple(_find_types(kind).values()), value))
    raise Malformed


def _decode_each(kinds: tuple[Any, ...], value: list[object]) -> list[Any]:
    if len(kinds) != len(value):
        raise Malformed
    return [_decode(*each) for each in zip(kinds, value, strict=True)]


@cache
def _find_types(kind: Any) -> dict[str, Any]:
    """The types of a dataclass's fields, or of a NamedTuple's."""
    return get_type_hints(kind)
