"""click's own words are Chinese: every one of them, and whatever the console."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from tests import documents
from xlkpi.domain import text
from xlkpi.interfaces.cli import console

HOME = Path(console.__file__).with_name("locale") / "zh_CN" / "LC_MESSAGES"
Id = str | tuple[str, ...]


def words_of_click() -> list[Id]:
    sources = Path(click.__file__).parent
    found = extract_from_dir(str(sources), method_map=[("**.py", "python")])
    return sorted({message for _, _, message, _, _ in found}, key=str)


def catalog() -> Catalog:
    with (HOME / "messages.po").open("rb") as file:
        return read_po(file, locale="zh_CN", abort_invalid=True)


def placeholders(text: str) -> set[str]:
    percent = re.findall(r"%(?:\(\w+\))?[-#0 +]*[\d.*]*[diouxXeEfFgGcrsa]", text)
    braces = [
        f"{name}!{conversion}:{spec}"
        for _, name, spec, conversion in Formatter().parse(text)
        if name is not None
    ]
    return {*percent, *braces}


def contents(made: Catalog) -> list[str]:
    words = sorted(f"{message.id!r}: {message.string!r}" for message in made if message.id)
    return [made.plural_forms, *words]


def run(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {k: v for k, v in os.environ.items() if k not in ("LANGUAGE", "PYTHONUTF8")}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**kept, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_click_has_words() -> None:
    assert len(words_of_click()) > 50


@pytest.mark.parametrize("message", words_of_click(), ids=str)
def test_every_word_of_click_is_translated_with_its_placeholders(message: Id) -> None:
    # Chinese has one form for all numbers, so that of the plural, which names every figure.
    singular, source = (message, message) if isinstance(message, str) else (message[0], message[-1])
    found = catalog().get(singular)
    assert found is not None, f"not in messages.po: {message!r}"
    assert not found.fuzzy
    assert isinstance(found.id, str) == isinstance(message, str)
    forms = [found.string] if isinstance(found.string, str) else list(found.string or ())
    assert len(forms) == 1
    assert forms[0].strip()
    assert placeholders(forms[0]) == placeholders(source)
    assert forms[0].endswith("\n") == source.endswith("\n")


def test_the_compiled_catalog_is_that_of_the_text() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalog())
    compiled.seek(0)
    with (HOME / "messages.mo").open("rb") as file:
        assert contents(read_mo(file)) == contents(read_mo(compiled))


COMMANDS = """
import gettext
assert gettext.gettext("Options") == "Options"  # gettext is in use before we come
import click
from xlkpi.interfaces.cli.console import set_up_streams, translate_click
translate_click(); translate_click(); set_up_streams(); set_up_streams()

@click.group()
def cli(): pass

@cli.command()
@click.argument("name")
@click.option("--size", type=int, required=True)
@click.option("--kind", type=click.Choice(["a", "b"]))
def make(name, size, kind): raise click.Abort

cli(prog_name="xlkpi")
"""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--help"], ["用法: xlkpi", "选项:", "命令:", "显示本帮助并退出。"]),
        (["make", "--help"], ["[必填]"]),
        (
            ["make", "x", "--none"],
            ["运行“xlkpi make --help”可查看帮助。", "错误：", "选项", "--none"],
        ),
        (["make", "--size", "1"], ["错误：缺少参数"]),
        (["make", "x"], ["错误：缺少选项"]),
        (["make", "x", "y", "--size", "1"], ["错误：多出了参数（y）"]),
        (["make", "x", "y", "z", "--size", "1"], ["错误：多出了参数（y z）"]),
        (["make", "x", "--size"], ["后面要有 1 个值"]),
        (
            ["make", "x", "--size", "1", "--kind", "c"],
            ["的值无效：'c' 不在可选的值之内：'a', 'b'。"],
        ),
        (["make", "x", "--size", "1"], ["已中止！"]),
    ],
)
@pytest.mark.usefixtures("processes")
def test_click_speaks_chinese_on_an_ascii_console(
    arguments: list[str], expected: list[str]
) -> None:
    said = run(COMMANDS, *arguments)
    text = (said.stdout + said.stderr).decode()
    assert [words for words in expected if words not in text] == [], text
    for english in ("Usage", "Options", "Error", "Missing", "Show", "Try", "Abort", "Invalid"):
        assert english not in text


PRINTS = """
import sys
from xlkpi.interfaces.cli.console import set_up_streams
set_up_streams()
for stream in (sys.stdout, sys.stderr):
    stream.write("中文\\udcff\\U0001f600")
"""


@pytest.mark.parametrize(
    ("encoding", "used", "printed"),
    [
        ("ascii", "utf-8", "中文?😀"),
        ("latin-1", "utf-8", "中文?😀"),
        ("utf-8", "utf-8", "中文?😀"),
        ("gbk", "gbk", "中文??"),  # a Chinese Windows keeps its own encoding
        ("ascii:strict", "utf-8", "中文?😀"),
    ],
)
@pytest.mark.usefixtures("processes")
def test_a_console_prints_chinese_and_never_raises(encoding: str, used: str, printed: str) -> None:
    said = run(PRINTS, PYTHONIOENCODING=encoding)
    assert said.returncode == 0
    assert said.stdout.decode(used) == printed
    assert said.stderr.decode(used) == printed


def test_streams_that_cannot_be_changed_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    closed.close()
    for stream in (None, io.StringIO(), closed):
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "stderr", stream)
        console.set_up_streams()


@pytest.mark.usefixtures("processes")
def test_a_file_with_a_chinese_name_is_scored_where_file_names_are_ascii(tmp_path: Path) -> None:
    """Python cannot name the result there: the program starts once more, in UTF-8 mode."""
    source = tmp_path / "示例 办公室（一）.xlsx"
    source.write_bytes(documents.sample(documents.RECIPES / "基本示例.md"))
    ascii_names = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    made = subprocess.run(
        [sys.executable, "-m", "xlkpi", "score", source.name],
        cwd=tmp_path,
        env={**os.environ, **ascii_names, "PYTHONPATH": str(documents.ROOT)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert made.returncode == 0, made.stderr.decode()
    assert "总分 93.57，等级 优秀" in made.stderr.decode() + made.stdout.decode()
    assert (tmp_path / "示例 办公室（一）_评分结果.xlsx").exists()


def test_a_folder_is_told_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "上报" / "下级").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "上报" / "下级")
    assert [text.file_name(given) for given in (".", "..", "甲.xlsx", "../乙.xlsx")] == [
        "下级", "上报", "甲.xlsx", "乙.xlsx",
    ]  # fmt: skip
    assert text.file_name("/") == "/"
