"""What `--json` prints against docs/schema, and the schemas against their own laxness."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from tests import documents
from xlkpi.interfaces.cli.commands import cli
from xlkpi.writing import text as plain

SCHEMAS = documents.ROOT / "docs" / "schema"
Files = dict[str, tuple[Path, str, int]]
BASE = documents.RECIPES / "基本示例.md"


def schema(command: str) -> dict[str, Any]:
    return json.loads((SCHEMAS / f"{command}-1.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """By what it is like: a file, the status it must get, the exit code."""
    folder = tmp_path_factory.mktemp("files")
    without_budget = (
        ("删表", "预算执行", "", ""), ("写", "三级指标", "H8", "数 98"), ("写", "三级指标", "I8", "按比例"),
    )  # fmt: skip
    made = {
        "sound": (changed(), "scored", 0),
        "without a budget": (changed(*without_budget), "scored", 0),
        "no decimals": (changed(("写", "参数", "B8", "数 0")), "scored", 0),
        "with errors": (changed(("写", "评分_甲", "H5", "数 99")), "refused", 1),
        "with errors and no info": (changed(("删表", "基本信息", "", "")), "refused", 1),
        "text": ("编号,得分\n".encode(), "unreadable", 3),
        "empty": (b"", "unreadable", 3),
    }
    found = {"missing": (folder / "没有.xlsx", "unreadable", 3)}
    for name, (data, status, code) in made.items():
        path = folder / f"{name}.xlsx"
        path.write_bytes(data)
        found[name] = (path, status, code)
    return found


def changed(*steps: documents.Step) -> bytes:
    """The sound workbook after these steps."""
    return documents.mishandled(documents.sample(BASE), steps)


def printed(command: str, *paths: Path) -> tuple[list[dict[str, Any]], int]:
    run = CliRunner().invoke(cli, [command, "--json", *map(str, paths)])
    return [json.loads(line) for line in run.stdout_bytes.decode().splitlines()], run.exit_code


@pytest.mark.parametrize("command", ["score", "check"])
def test_what_is_printed_keeps_to_the_schema(command: str, files: Files) -> None:
    validator = jsonschema.Draft202012Validator(schema(command))
    for name, (path, status, code) in files.items():
        (said,), exit_code = printed(command, path)
        validator.validate(said)
        assert (said["status"], exit_code) == (status, code), (name, said["findings"])


def test_a_scored_workbook_given_again_keeps_to_the_schema(files: Files) -> None:
    path = files["sound"][0]
    (said,), _ = printed("score", path)
    for command in ("score", "check"):
        (again,), _ = printed(command, Path(said["outputs"]["scored"]))
        jsonschema.validate(again, schema(command))


def test_many_files_are_one_line_each_in_the_order_given(files: Files) -> None:
    paths = [path for path, _, _ in files.values()]
    said, exit_code = printed("check", *paths)
    assert [each["source"]["file"] for each in said] == [str(path) for path in paths]
    assert exit_code == 3


@pytest.mark.parametrize("command", ["score", "check"])
def test_the_schema_is_one_and_names_what_it_describes(command: str) -> None:
    held = schema(command)
    jsonschema.Draft202012Validator.check_schema(held)
    name = {"score": plain.SCORE_SCHEMA, "check": plain.CHECK_SCHEMA}[command]
    assert held["title"] == held["properties"]["schema"]["const"] == name


def test_both_schemas_describe_what_they_share_alike() -> None:
    score, check = schema("score"), schema("check")
    assert check["$defs"]["finding"] == score["$defs"]["finding"]
    for key in check["properties"].keys() - {"schema"}:
        assert check["properties"][key] == score["properties"][key], key


@pytest.mark.parametrize("command", ["score", "check"])
def test_every_object_is_closed_and_every_key_required(command: str) -> None:
    objects = [each for each in _parts(schema(command)) if each.get("type") == "object"]
    assert len(objects) > 2
    for each in objects:
        assert each["additionalProperties"] is False
        assert sorted(each["required"]) == sorted(each["properties"])


def _parts(held: object) -> Iterator[dict[str, Any]]:
    if isinstance(held, dict):
        yield held
    for part in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
        yield from _parts(part)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("total",), None),
        (("total",), 93.57),
        (("tiers",), []),
        (("status",), "refused"),
        (("outputs", "scored"), None),
        (("budget", "executed"), "190.2"),
        (("tiers", 0, "rate"), "0.9"),
        (("more",), 1),
    ],
)
def test_what_contradicts_itself_is_refused(
    where: tuple[str | int, ...], value: object, files: Files
) -> None:
    (said,), _ = printed("score", files["sound"][0])
    wrong = copy.deepcopy(said)
    target: Any = wrong
    for key in where[:-1]:
        target = target[key]
    target[where[-1]] = value
    validator = jsonschema.Draft202012Validator(schema("score"))
    assert validator.is_valid(said)
    assert not validator.is_valid(wrong)
