"""What the parent and a worker say to each other: exactly what each command declares, or it is nothing."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from pkgutil import iter_modules
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from xlkpi.interfaces.cli.commands import cli
from xlkpi.runtime import commands, protocol
from xlkpi.runtime.protocol import LIMITS, Malformed

NAMES = sorted(each.name for each in iter_modules(commands.__path__))


def example(kind: Any) -> Any:
    """A value of a type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return example(next(each for each in arguments if each is not NoneType))
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return tuple(example(each) for each in arguments if each is not ...)
    if origin is dict:
        return {"甲\udcff": example(arguments[1])}
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: example(hint) for name, hint in hints.items()})
    plain = {
        str: "字\n\udcff",
        int: 7,
        bool: True,
        float: 1.5,
        Any: [None, 1],
        Path: Path("某/表.xlsx"),
    }
    return plain[kind]


def replies() -> Iterator[Any]:
    for name in NAMES:
        for kind in protocol.load_command(name).replies.values():
            yield pytest.param(name, kind, id=f"{name}-{kind.__name__}")


def test_every_command_has_its_file_and_its_function() -> None:
    """No second list: a worker finds a command by the file in which its `handle` stands."""
    assert set(NAMES) < set(cli.commands)
    for name in NAMES:
        command = protocol.load_command(name)
        assert protocol.find_command_name(command.handle) == name
        module = __import__(f"{commands.__name__}.{name}", fromlist=[name])
        assert command.request is module.Request
        assert callable(getattr(module, name))
        for kind in (command.request, *command.replies.values()):
            assert dataclasses.is_dataclass(kind)
            assert kind.__dataclass_params__.frozen


@pytest.mark.parametrize("name", NAMES)
def test_a_question_arrives_as_it_was_asked(name: str) -> None:
    command = protocol.load_command(name)
    asked = protocol.Question(command.handle, LIMITS._replace(wall=3), example(command.request))
    line = protocol.encode_question(asked.handle, asked.request, asked.limits)
    assert protocol.decode_question(line) == asked
    for wrong in spoilt(json.loads(line)):
        with pytest.raises(Malformed):
            protocol.decode_question(json.dumps(wrong).encode())


@pytest.mark.parametrize(("name", "kind"), list(replies()))
def test_a_reply_arrives_as_it_was_sent_and_nothing_else_does(name: str, kind: Any) -> None:
    kinds = protocol.load_command(name).replies
    sent = example(kind)
    line = protocol.encode_reply(sent)
    assert line.isascii() and line.count(b"\n") == 1
    assert protocol.decode_reply(line, kinds) == sent
    held = json.loads(line)[kind.__name__]
    for wrong in [*spoilt(held), [], None, "", [*held.values()]]:
        with pytest.raises(Malformed):
            protocol.decode_reply(json.dumps({kind.__name__: wrong}).encode(), kinds)


def spoilt(held: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """With a field too many, with one missing, and with one that is of another type."""
    yield {**held, "zu viel": 1}
    for name, value in held.items():
        yield {key: other for key, other in held.items() if key != name}
        for other in (1, True, "1", 1.5, [1], {"1": 1}):
            if type(other) is not type(value):
                yield {**held, name: other}


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"1", b"{}", b'{"End": {}, "End2": {}}', b'{"No": {}}',
             b'{"End": {"grown": true}}', b'{"End": {}}', b"\xff", b"[" * 100_000]
)  # fmt: skip
def test_what_is_no_reply_is_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        protocol.decode_reply(line, protocol.load_command("check").replies)


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        (int, True), (int, 1.0), (float, True), (float, "1"), (bool, 0), (str, None), (str, []), (str, 1),
        (Path, 1), (tuple[int, ...], [1, "2"]), (tuple[int, str], [1]), (tuple[int, str], {"0": 1}),
        (dict[str, int], {"a": "1"}), (dict[str, int], []), (int | None, "1"), (protocol.Limits, [1, 2]), (Literal["a"], "b"), (Literal["a"], []),
        (protocol.Limits, [1, 2, 3.0, 4, "5"]), (protocol.End, ["", "", "", False, True]),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_malformed(kind: Any, held: object) -> None:
    with pytest.raises(Malformed):
        protocol._decode(kind, held)
