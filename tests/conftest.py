"""What a test may do is what it asks for: LibreOffice (`office`), processes of its own (`processes`).

A test that asks for neither does its work in this process, handlers of the worker included, and
is part of `make quick`. One that starts a process without asking fails: so the list stays true.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.counts import QUICK, drawn, spread
from tests.made_once import FOLDER
from xlkpi.runtime import protocol, worker
from xlkpi.runtime.supervisor import Worker

settings.register_profile(
    "ci",
    max_examples=drawn(20, 2000),
    derandomize=True,  # the same examples on every machine: a red test is red for everybody
    database=None,
    deadline=None,  # a slow machine is not a wrong answer
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def office() -> None:
    """Asked for by what drives LibreOffice (`tests.libreoffice`)."""


@pytest.fixture(scope="session")
def processes() -> None:
    """Asked for by what is about processes: workers, consoles, limits, kills."""


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a folder for what is made once; workers of xdist have the environment of the first."""
    config.addinivalue_line(
        "markers", "thorough: counts over very many cases; no part of make quick"
    )
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="xlkpi-made-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER, ""), ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `make quick` leaves out, and keep the users of one costly fixture together."""
    if QUICK:
        kept = _quick(items)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = [item for item in items if item in kept]
    for item in items:
        if "office" in _asked(item):  # what LibreOffice made for a module is made once, too
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def _quick(items: list[pytest.Item]) -> set[pytest.Item]:
    """What needs no other process; of a test with many cases two."""
    cases: dict[object, list[pytest.Item]] = {}
    for item in items:
        if not _asked(item) & {"office", "processes"} and not item.get_closest_marker("thorough"):
            cases.setdefault(getattr(item, "function", item), []).append(item)
    return {item for each in cases.values() for item in spread(each, 2)}


def pytest_collection_finish() -> None:
    """Collect garbage seldom, as workers do: else a tenth of the time goes into looking for it."""
    gc.collect()
    gc.freeze()  # what was imported and collected stays
    gc.set_threshold(100_000, 20, 100)


def _asked(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Allow what the test asked for while it and its fixtures run."""
    with pytest.MonkeyPatch.context() as patch:
        asked = _asked(item)
        if "processes" not in asked:
            _serve_here(patch)
            if "office" not in asked:
                patch.setattr(subprocess.Popen, "__init__", _refuse)
        return (yield)


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError(
        "a test that starts a process asks for the fixture `processes` or `office`"
    )


def _serve_here(patch: pytest.MonkeyPatch) -> None:
    """Let workers answer in this process: what they do is the same, and starting one takes a second."""
    patch.setattr(Worker, "_start", lambda *_: None)
    patch.setattr(Worker, "_send", _keep)
    patch.setattr(Worker, "_replies", _replies)
    patch.setattr(worker, "_limit", lambda _: None)


def _keep(asked: Worker, _: None, line: bytes) -> None:
    asked._question = line  # type: ignore[attr-defined]


def _replies(asked: Worker, _: None, command: str) -> Iterator[object]:
    """The replies to the question that was sent, each through the line that it would be."""
    kinds = protocol.load_command(command).replies
    for reply in list(worker.answer(asked._question)):  # type: ignore[attr-defined]  # to its end
        yield protocol.decode_reply(protocol.encode_reply(reply), kinds)
