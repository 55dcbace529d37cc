"""Generate docs/findings.md, docs/commands.md and docs/format.md from the code.

A test compares the files with `generate_pages`, so run this (`make docs`) after changing a sentence, an
option or a column. `--pictures` also draws docs/pictures again, which needs LibreOffice.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from pathlib import Path

import click

from xlkpi.domain import methods, placeholders, schema
from xlkpi.domain.findings import CODES, general
from xlkpi.domain.schema import Column, Kind, Parameter, Sheet
from xlkpi.interfaces.cli.commands import cli
from xlkpi.reading import dates, target_spellings, units

ROOT = Path(__file__).parent.parent
_MADE = "<!-- 由 scripts/docs.py 生成（make docs），请勿手工修改。 -->"
_GROUPS = {
    "X0": "文件不能读取（退出码 3）",
    "X1": "工作簿的结构",
    "X2": "评分人和得分",
    "X3": "指标和分值",
    "X4": "预算执行",
    "X5": "单元格的内容",
    "X6": "评分方式",
    "X7": "基本信息、等级、参数",
    "X8": "拆分和合并",
    "X9": "程序本身（退出码 4）",
}
_KINDS = {
    Kind.TEXT: "文字",
    Kind.CODE: "编号（文本）",
    Kind.NUMBER: "数",
    Kind.MONEY: "金额",
    Kind.CHOICE: "选项",
    Kind.DATE: "日期或文字",
    Kind.ANY: "数或文字",
}
_TABS = {"fill": "要填", "need": "按需填", "rare": "很少改"}


def generate_pages() -> dict[str, str]:
    """Return the text of every generated file by its path from the root."""
    return {
        "docs/findings.md": _make_page("问题代码", _list_findings()),
        "docs/commands.md": _make_page("命令", _list_commands()),
        "docs/format.md": _make_page("工作簿格式", _describe_format()),
    }


def _make_page(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", _MADE, "", *lines]).rstrip() + "\n"


def _make_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield "| " + " | ".join(_escape(text) for text in row) + " |"
    yield ""


def _escape(text: str) -> str:
    return re.sub(r"([\\*_<|~\[\]`])", r"\\\1", text).replace("\n", "<br>")


def _list_findings() -> Iterator[str]:
    yield "每一条问题都有一个代码。错误会使评分停止；提醒和提示不会。"
    yield "“〔〕”和“…”处填入具体的工作表、姓名或数字。单独查看一条：`xlkpi explain X203`。"
    yield ""
    for prefix, codes in groupby(CODES, key=lambda code: code[:2]):
        yield f"## {prefix} {_GROUPS[prefix]}"
        yield ""
        yield from _make_table(
            ("代码", "级别", "标题", "发现", "怎么改"),
            (
                (code, row.severity.chinese, row.title, *map(general, (row.sentence, row.remedy)))
                for code, row in ((code, CODES[code]) for code in codes)
            ),
        )


def _list_commands() -> Iterator[str]:
    yield "结果写到标准输出，说明和提醒写到标准错误。退出码见 [README](../README.md)。"
    yield ""
    for name in ("", *sorted(cli.commands)):
        yield f"## xlkpi {name}".rstrip()
        yield ""
        yield "```text"
        yield from _run_help(name).splitlines()
        yield "```"
        yield ""


def _run_help(name: str) -> str:
    """Return what `--help` prints.

    In a process of its own: click caches its own messages in the first language that was used, and
    the caller may have used English.
    """
    completed = subprocess.run(
        [sys.executable, "-m", "xlkpi", *([name] if name else []), "--help"],
        env={**os.environ, "COLUMNS": "100", "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    return "\n".join(line.rstrip() for line in completed.stdout.strip().splitlines())


def _describe_format() -> Iterator[str]:
    yield f"格式版本 {schema.FORMAT_VERSION}。一张工作表一个表格，表头在前 {schema.HEADER_SEARCH_ROWS} 行之内；"
    yield "列按表头文字辨认，不按位置；表名和表头不计空格和全角半角。空行、插入的行、右侧多出的列、多出的工作表都不影响读取。"
    yield f"名为{'、'.join(schema.TOTAL_WORDS)}的行只作核对，不参加计算。"
    yield ""
    yield '数按看得见的读：单元格里显示的与所存的不是同一个数（`0!.0,"万元"`、`#,##0,`、`;;;`）、整格画了删除线、'
    yield "由上标、下标或画了删除线的几段合成、字色与底色相同的，都会停下来；四舍五入、千位分隔、货币符号和单位不影响。"
    yield "百分比格式的数按显示的算（0.95 显示成 95%，就是 95%）；显示超过 1000% 的停下来，真是这么多的写成文字，例如“1200%”。"
    yield ""
    yield "“表头”一栏：**必需**的表头缺了就认不出这张表；“计算”的列由模板算出，填了也不采用。"
    yield ""
    yield from _list_overview()
    for sheet in _list_sheets():
        yield from _describe_sheet(sheet)
    yield from _describe_form_layout()


def _list_sheets() -> Iterator[Sheet]:
    for sheet in schema.SHEETS:
        yield sheet
        if sheet is schema.TIER3:
            yield schema.BALLOT


def _list_overview() -> Iterator[str]:
    yield "## 工作表一览"
    yield ""
    rows = ((_name_sheet(s), _describe_presence(s), _TABS[s.tab], s.guide) for s in _list_sheets())
    yield from _make_table(("工作表", "是否要有", "填写", "说明"), rows)


def _name_sheet(sheet: Sheet) -> str:
    return f"{schema.BALLOT_PREFIX}姓名" if sheet is schema.BALLOT else sheet.name


def _describe_presence(sheet: Sheet) -> str:
    if sheet is schema.BALLOT:
        return "至少一张"
    if sheet.required:
        return "必须有"
    return "可选，用时才加" if sheet.optional else "可以没有"


def _describe_sheet(sheet: Sheet) -> Iterator[str]:
    yield f"## {_name_sheet(sheet)}"
    yield ""
    yield from _make_table(
        ("列", "表头", "内容", "可选的内容", "也认作", "填写提示"),
        (
            (
                column.header,
                "必需" if column.required else "计算" if column.computed else "",
                _KINDS[column.kind],
                _list_choices(column),
                "、".join(column.synonyms),
                column.prompt,
            )
            for column in sheet.columns
        ),
    )
    if sheet is schema.TIER3:
        yield from _list_spellings()
    if sheet is schema.INFO:
        yield from _make_table(
            ("项目", "填写说明", "可选的内容"),
            (
                (name, words, "、".join(schema.INFO_CHOICES.get(name, ())))
                for name, words in schema.INFO_ROWS
            ),
        )
    if sheet is schema.TEXTS:
        yield f"章节：{'、'.join(schema.CHAPTERS)}。"
        yield ""
    if sheet is schema.PARAMETERS:
        yield from _list_parameters()


def _list_spellings() -> Iterator[str]:
    yield "### 指标值和完成值的写法"
    yield ""
    yield "系统计分的指标，符号、数、单位可以写在一格里。换了读法的都列在“检查记录”；互相矛盾的、约数和范围会停下来。"
    yield "以上、以下、以内包括本数，超过、低于、不足、不满不包括（民法典第一千二百五十九条）；写明“（不含）”的不包括。"
    yield ""
    yield from _make_table(
        ("位置", "写法", "读作", "本数"),
        (
            (f.where, "、".join(f.words), f.sign or "（不看）", _describe_bound(f))
            for f in target_spellings.FORMS
        ),
    )
    yield "“指标性质”是空的，或只写了定量指标、正向、反向的，符号取自年度指标值；与指标性质不一致的停下来。完成值里的符号，只有足以断定达到的才读。"
    yield ""
    yield f"百分数的单位：{'、'.join(schema.PERCENT_WORDS)}，都是一个单位。"
    yield "计量单位是空的，而指标值和完成值一个不超过 1、一个像是百分数的（100 和 0.95：小于 1 的与另一个相差 10 倍以上、另一个不超过 1000，或 1 与 50 到 200 之间的数），停下来问；填了不是百分数的单位就不问。"
    yield ""
    yield f"写法不同、大小相同的单位：{'；'.join(' = '.join(line) for line in units.ALIKE)}。斜线之下不分次序：元/人·天 = 元/人/天。"
    yield ""
    yield "日期（只用于达标得满分；没有写年份的是评价年度，下表按 2023 年）：不迟于这一天得满分，“前”包括写明的那一天。完成值只写到月的，按那个月的最后一天；是否按期因此不同的停下来。"
    yield ""
    yield from _make_table(
        ("写法", "读作"), ((text, _describe_date(text)) for text in dates.EXAMPLES)
    )


def _describe_bound(form: target_spellings.Form) -> str:
    """Say whether the number itself is included."""
    if form.soft:
        return "包括；指标性质是 = 的也一致"
    return {"": "", ">": "不包括", "<": "不包括"}.get(form.sign, "包括")


def _describe_date(text: str) -> str:
    read = dates.parse_days(text, 2023, certain=True)
    return (
        read.last.isoformat()
        if isinstance(read, dates.Days)
        else f"停下来：{read.why if read else ''}"
    )


def _list_choices(column: Column) -> str:
    if column.header == "评分方式":
        return "、".join(methods.NAMES) + "，或评分规则表中的规则名"
    return "、".join(column.choices)


def _list_parameters() -> Iterator[str]:
    yield "不填的参数按默认值；生效的值都写在评分结果的“方法与参数”里。"
    yield ""
    yield from _make_table(
        ("参数", "默认", "可以填", "说明"),
        ((p.name, p.default, _describe_allowed(p), p.words) for p in schema.PARAMETER_LIST),
    )


def _describe_form_layout() -> Iterator[str]:
    yield "## “自评表”的版式"
    yield ""
    yield "评分结果里的“自评表”按一个版式工作簿生成。自带的两个在 workbook_templates/自评表版式；本单位的版式用 `xlkpi score --form 版式.xlsx` 指定。"
    yield "版式是一个普通工作簿，只有一张有内容的工作表，格子里写文字和花括号中的占位符，例如 `（{评价年度}年度）`。"
    yield "合并、列宽、行高（作为最小行高）和纸张方向照搬，字体和边框由程序统一。边框从第一个多格的行起，到 `{总分}` 之下第一个带冒号的签字行或空行之前为止。"
    yield ""
    yield f"必须有 {'、'.join(f'`{{{name}}}`' for name in placeholders.NEEDED)}。"
    yield "逐行重复的占位符各占一行：有几个指标、目标、资金来源，这一行就重复几次；一级、二级指标相同的上下合并；以冒号结尾的文字（如“其中：”）只在第一行出现。"
    yield "版式里没有 `{指标.指标性质}`、`{指标.计量单位}` 时，它们写在指标值和完成值的前后（≥12项）。"
    yield "有 `{执行率.得分}` 时，独占一个一级指标的预算执行率写在那里，不再列入指标。"
    yield f"公开版不写 {'、'.join(placeholders.PERSONS)}。"
    yield ""
    rows = [("只出现一次", placeholders.SINGLE)]
    rows += [
        (f"逐行重复：{group}", [f"{group}.{name}" for name in names])
        for group, names in placeholders.ROWS.items()
    ]
    listed = ((what, "、".join(f"{{{name}}}" for name in names)) for what, names in rows)
    yield from _make_table(("占位符", "可以写"), listed)


def _describe_allowed(parameter: Parameter) -> str:
    if parameter.choices:
        return "、".join(parameter.choices)
    unit = "%" if parameter.percent else ""
    return f"{parameter.low}{unit} 到 {parameter.high}{unit}"


# Pictures: LibreOffice prints, pdftoppm draws, and the standard library is enough to crop them.

_DOTS = 110
"""Dots per inch, good for a screen."""
Picture = tuple[int, list[bytes]]
"""Width, and rows of RGB."""


def draw_pictures(into: Path) -> None:
    """Draw the README's pictures. Raises RuntimeError or TimeoutError if LibreOffice fails."""
    sys.path.insert(0, str(ROOT))  # the tests know how to drive LibreOffice
    from tests import documents
    from xlkpi.runtime.commands import score

    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        good, bad = home / "示例办公室.xlsx", home / "示例办公室（有错误）.xlsx"
        good.write_bytes(documents.sample(documents.RECIPES / "基本示例.md"))
        bad.write_bytes(documents.recipe(documents.RECIPES / "常见错误.md").workbook())
        scored, marked = score.score(good).scored, score.score(bad).correction
        assert scored and marked
        summary = _draw_page(scored, home, "绩效自评汇总")
        listed, ballot = (
            _draw_page(marked, home, "问题清单"),
            _draw_page(marked, home, "评分表（乙）"),
        )
        (into / "summary.png").write_bytes(_make_png(_crop(summary)))
        upper, lower = _crop(listed), _crop(ballot, highest=260)
        (into / "marked.png").write_bytes(_make_png(_stack(upper, lower)))


def _draw_page(workbook: Path, home: Path, title: str) -> Picture:
    """Return the first printed page that contains the title."""
    from tests.libreoffice import pictures

    into = home / workbook.stem
    pdf = into / f"{workbook.stem}.pdf"
    pages = len(list(into.glob("*.png"))) or len(pictures(workbook, into))
    for page in range(1, pages + 1):
        at = ["-f", str(page), "-l", str(page)]
        if title in _run("pdftotext", *at, str(pdf), "-").decode():
            return _parse_ppm(_run("pdftoppm", "-r", str(_DOTS), *at, str(pdf)))
    raise RuntimeError(f"no page of {workbook.name} bears {title}")


def _run(*command: str) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def _parse_ppm(data: bytes) -> Picture:
    kind, size, _, pixels = data.split(b"\n", 3)
    assert kind == b"P6", kind
    width, height = map(int, size.split())
    return width, [pixels[y * width * 3 : (y + 1) * width * 3] for y in range(height)]


def _crop(picture: Picture, highest: int = 10_000, margin: int = 12) -> Picture:
    """Cut off the white margins and the footer."""
    width, rows = picture
    inked = [y for y, row in enumerate(rows) if row.strip(b"\xff")]
    ends = (y for y, after in pairwise(inked) if after - y > _DOTS)
    top, bottom = inked[0], next(ends, inked[-1])
    kept = rows[max(0, top - margin) : min(bottom + margin, top + highest)]
    left = min(width - len(row.lstrip(b"\xff")) // 3 for row in kept)
    right = max(len(row.rstrip(b"\xff")) // 3 for row in kept)
    left, right = max(0, left - margin), min(width, right + margin)
    return right - left, [row[left * 3 : right * 3] for row in kept]


def _stack(upper: Picture, lower: Picture) -> Picture:
    width = max(upper[0], lower[0])
    rows = [row.ljust(width * 3, b"\xff") for _, rows in (upper, lower) for row in rows]
    return width, rows


def _make_png(picture: Picture) -> bytes:
    width, rows = picture
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    parts = (_make_chunk(b"IHDR", head), _make_chunk(b"IDAT", body), _make_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _make_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@click.command()
@click.option("--pictures", is_flag=True, help="Also make docs/pictures, through LibreOffice.")
def main(pictures: bool) -> None:
    """Write the generated documentation."""
    for path, text in generate_pages().items():
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
        print(path)
    if pictures:
        draw_pictures(ROOT / "docs" / "pictures")
        print("docs/pictures")


if __name__ == "__main__":
    main()
