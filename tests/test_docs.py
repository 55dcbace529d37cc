"""The documentation against what it speaks of: generated files, names of commands, files and tests."""

from __future__ import annotations

import re
import runpy
import struct
import tomllib
from pathlib import Path

import pytest

from tests.documents import ROOT
from xlkpi.interfaces.cli.commands import cli

PAGES = (
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "TESTING.md",
    "docs/填表指南.md",
)
MADE = runpy.run_path(str(ROOT / "scripts" / "docs.py"))["generate_pages"]()
BEHIND = "run `make docs`"


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def code(text: str) -> list[str]:
    """What stands in back-ticks, and the lines of fenced blocks."""
    fenced = re.findall(r"^ *```\w*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [line.strip() for block in fenced for line in block.splitlines()] + spans


def commands(text: str) -> set[str]:
    """Every X of `xlkpi X`: a word, not a path or a placeholder."""
    return set(re.findall(r"^xlkpi ([a-z]+)\b(?!\.)", "\n".join(code(text)), re.MULTILINE))


@pytest.mark.parametrize("path", sorted(MADE))
def test_a_generated_page_is_what_the_code_says(path: str) -> None:
    assert read(path) == MADE[path], BEHIND


def test_nothing_generated_lies_around_that_is_no_longer_made() -> None:
    marked = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "docs").rglob("*.md")
        if "由 scripts/docs.py 生成" in path.read_text(encoding="utf-8")
    }
    assert marked == set(MADE)


def test_a_code_is_listed_among_those_of_its_subject() -> None:
    """A code with the first digit of another subject would split its list in two."""
    heads = re.findall(r"^## (.+)$", MADE["docs/findings.md"], re.MULTILINE)
    assert len(heads) == len(set(heads)) > 5


def test_the_help_is_chinese() -> None:
    for english in ("Usage", "Options", "Commands", "Show"):
        assert english not in MADE["docs/commands.md"]


def test_every_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)", "\n".join(code(read("README.md"))), re.MULTILINE))
    assert {"demo", "test"} <= named
    named |= set(re.findall(r"make ([a-z]+)\b", "\n".join(code(read("CONTRIBUTING.md")))))
    assert named - targets == set()


def test_make_help_has_a_line_for_every_target() -> None:
    makefile = read("Makefile")
    phony = set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split())  # type: ignore[index]
    assert set(re.findall(r"^## .+\n([a-z]+):", makefile, re.MULTILINE)) == phony


@pytest.mark.parametrize("path", [*PAGES, *sorted(MADE)])
def test_every_command_that_a_page_names_exists(path: str) -> None:
    assert commands(read(path)) - set(cli.commands) == set()


def test_the_readme_names_every_command() -> None:
    assert set(cli.commands) - commands(read("README.md")) == set()


@pytest.mark.parametrize("path", ["ARCHITECTURE.md", "CONTRIBUTING.md", "TESTING.md"])
def test_every_file_that_a_page_names_exists(path: str) -> None:
    named = {
        held.partition("::")[0]
        for held in re.findall(r"`([^`\s]+)`", read(path))
        if re.match(r"(xlkpi|tests|scripts|docs|samples|workbook_templates)/", held)
        or re.search(r"\.(py|md|toml|json)\Z", held)
    }
    assert named
    assert [each for each in sorted(named) if not (ROOT / each).exists()] == []


def test_every_test_that_is_named_exists() -> None:
    named = re.findall(r"`(tests/\w+\.py)::(\w+)`", read("TESTING.md"))
    assert len(named) > 10
    assert [(f, name) for f, name in named if f"def {name}(" not in read(f)] == []


@pytest.mark.parametrize("path", [*PAGES, *sorted(MADE)])
def test_every_link_leads_somewhere(path: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", read(path))
    here = [target for target in targets if not target.startswith("http")]
    home = (ROOT / path).parent
    assert [target for target in here if not (home / target).exists()] == []


def test_the_rows_of_the_house_are_those_that_are_enforced() -> None:
    contract = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]
    block = re.search(r"```\n(\(__main__\).*?)```", read("ARCHITECTURE.md"), re.DOTALL)
    assert block
    rows = [re.split(r"\s{2,}", line)[0] for line in block[1].splitlines()]
    assert rows == contract["layers"]


def test_what_the_recipes_for_additions_name_exists() -> None:
    """A word in back-ticks is a class, a function or a constant of the program."""
    named = set(re.findall(r"`(_?[A-Za-z]\w+)`", read("ARCHITECTURE.md")))
    assert {"CHECKS", "METHODS", "AGGREGATIONS", "CODES", "RESULT_SHEETS"} <= named
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "xlkpi").rglob("*.py"))
    defined = set(re.findall(r"^\s*(?:class |def |)(\w+)\b", code, re.MULTILINE))
    assert named - defined - {"Decimal", "Fraction"} == set()


def test_all_twelve_promises_are_accounted_for() -> None:
    rows = re.findall(
        r"^\| (\d+) \| (.+?) \| (.+?) \| (.*?) ?\|$", read("TESTING.md"), re.MULTILINE
    )
    assert [int(number) for number, *_ in rows] == list(range(1, 13))


@pytest.mark.parametrize("name", ["summary.png", "marked.png"])
def test_the_pictures_are_small_pngs(name: str) -> None:
    data = Path(ROOT / "docs" / "pictures" / name).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(data) < 250_000
    assert min(struct.unpack(">II", data[16:24])) > 400


def test_the_pages_name_no_machine_and_no_registry() -> None:
    for path in (*PAGES, *sorted(MADE)):
        addresses = re.findall(r"https?://([\w.]+)", read(path))
        assert set(addresses) <= {"keepachangelog.com"}, path
        assert not re.search(r"(^|[\s`(])(/home|/work|/tmp|/root|C:\\)", read(path)), path
