"""What the command line prints: results on stdout, remarks on stderr, JSON as UTF-8."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from itertools import count
from typing import TYPE_CHECKING

import click

from xlkpi.domain.text import file_name, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from xlkpi.domain.verification import Difference, Verification
    from xlkpi.runtime.commands.score import Result
    from xlkpi.runtime.folders import Skipped
    from xlkpi.runtime.outputs import NewWorkbooks
    from xlkpi.runtime.protocol import Report

_STATUS = {
    "same": "与应有的内容一致，没有改动",
    "resaved": "内容一致，只是由别的程序打开保存过",
    "changed": "有改动",
    "other-version": "由别的版本生成，只核对了总分、等级和填报内容",
}
_KINDS = {
    "value": "数值或文字不同",
    "formula": "公式不同",
    "result": "公式显示的结果不同",
    "figure": "与另行计算的数不同",
    "extra": "多出内容",
    "missing": "缺少内容",
    "sheets": "工作表不同",
    "hidden": "工作表被隐藏",
    "macro": "含有宏",
    "link": "有通向文件外的链接",
    "fingerprint": "内容指纹不符，有单元格被改动过",
    "source": "来源不符",
    "inputs": "填报内容已不能评分",
}


def print_result(path: Path, made: Result, as_json: bool) -> None:
    """Print the result of one file."""
    print_traceback(made.report)
    if as_json:
        print_json(made.json)
        if made.public:
            click.echo(f"公开版：{one_line(made.public)}", err=True)
    else:
        _print_lines(path, made)
    if made.unwritten:
        click.echo(
            f"{file_name(path)}：结果没有写出：{made.unwritten}。请换一个位置，例如 -o 另一文件夹/",
            err=True,
        )
    print_remarks(made.remarks)


def print_remarks(remarks: Iterable[str]) -> None:
    """Print sentences about files."""
    for words in remarks:
        click.echo(words, err=True)


def print_skipped(path: Path, skipped: Skipped) -> None:
    """Print why a file of a folder is none to work on."""
    click.echo(f"“{file_name(path)}”{skipped.why}", err=True)


def print_check(path: Path, report: Report, as_json: bool) -> None:
    """Print what `check` found in one file."""
    print_traceback(report)
    if as_json:
        print_json(report.json)
        return
    if report.text:
        click.echo(report.text)
    verdict = "可以评分" if report.status == "scored" else "不能评分"
    click.echo(f"{file_name(path)}：{verdict}（{report.counts}）")


def _print_lines(path: Path, made: Result) -> None:
    report = made.report
    if report.status == "scored":
        total, grade = report.json["total"], report.json["grade"]
        click.echo(
            f"{file_name(path)}：总分 {total}，等级 {grade}{_format_review(report.json['review'])}"
        )
        if report.text:
            click.echo(report.text, err=True)
    else:
        click.echo(report.text)
        click.echo(f"{file_name(path)}：没有评分（{report.counts}）")
    for label, written in (
        ("评分结果", made.scored),
        ("待修改", made.correction),
        ("公开版", made.public),
    ):
        if written:
            click.echo(f"{label}：{one_line(written)}")


def print_new_workbooks(made: NewWorkbooks) -> None:
    """Print the paths of new workbooks, and the remarks about them."""
    for path in made.paths:
        click.echo(f"已生成 {one_line(path)}")
    print_remarks(made.remarks)


def offer_merge(partial: list[tuple[Path, str]]) -> None:
    """Suggest the merge command where several files seem to be parts or copies of one workbook.

    `partial`: (path, identity) of the files that could not be scored by themselves.
    """
    groups: dict[str, list[Path]] = {}
    for path, identity in dict(partial).items():
        groups.setdefault(identity, []).append(path)
    for paths in groups.values():
        if len(paths) > 1:
            out = next(each for each in _find_free(paths[0].with_name("合并.xlsx")))
            named = " ".join(shlex.quote(one_line(path)) for path in paths)
            click.echo(
                f"这 {len(paths)} 个文件像是同一份工作簿的分册或副本，可以先合并再评分："
                f"xlkpi merge {named} -o {shlex.quote(one_line(out))}",
                err=True,
            )


def _find_free(path: Path) -> Iterator[Path]:
    """Yield names that no file has, `path` first."""
    names = (path.with_stem(f"{path.stem}({n})") if n > 1 else path for n in count(1))
    return (each for each in names if not os.path.lexists(each))


def _format_review(review: Mapping[str, str] | None) -> str:
    return f"；复核 {review['total']}，{review['grade']}" if review else ""


def print_traceback(report: Report) -> None:
    """Print the traceback of our own bug if a developer asked for it by XLKPI_TRACEBACK=1."""
    if report.traceback and os.environ.get("XLKPI_TRACEBACK") == "1":
        click.echo(report.traceback, err=True)


def print_unreadable(report: Report, err: bool) -> int:
    """Print why a file could not be opened or scored, and return the exit code."""
    print_traceback(report)
    click.echo(report.text, err=err)
    return report.exit_code


def print_verification(name: str, made: Verification, sourced: bool, err: bool = False) -> None:
    """Print a verification; with `err` to stderr, as stdout has another line of JSON.

    `sourced`: the inputs were compared with their source, too.
    """
    followers = _find_followers(made)
    folded = frozenset(followers[1:])
    for each in made.differences:
        if each not in folded:
            alike = len(followers) if each in followers[:1] else 1
            click.echo(f"{name} › {_format_difference(each, alike)}", err=err)
    count = len(made.differences)
    total = f"，共 {count} 处" if count else ""
    code = made.verification_code or "无从计算"
    click.echo(f"{name}：{_STATUS[made.status]}{total}；校验码 {code}", err=err)
    if made.form:
        click.echo(
            f"“自评表”按本单位自己的版式 {one_line(made.form)}，版式以文件中所录的为准；"
            "要连同版式一起核对，请加 --form 版式.xlsx",
            err=True,
        )
    if made.status == "changed" and not sourced:
        click.echo(
            "上面的“应为”按文件中现有的填报内容算出；填报内容本身是否被改过、改在哪一格，"
            "请加 --source 原工作簿 再核对",
            err=True,
        )


def _find_followers(made: Verification) -> list[Difference]:
    """Return the results of formulas that differ beside changed inputs, from which they follow."""
    return [each for each in made.differences if each.kind == "result"] if made.inputs else []


def _format_difference(each: Difference, alike: int) -> str:
    """Return a difference on a line; `alike`: of how many results of formulas it is the first."""
    place = "!".join(part for part in (each.sheet, each.cell) if part) or "整个工作簿"
    if each.kind == "look":
        return f"{place}  {each.found}"
    values = f"现在是“{each.found}”，应为“{each.expected}”"
    if alike > 1:
        return (
            f"{place} 等 {alike} 处  上面的格子改了，公式显示的结果也不同，例如这一格{values}；"
            "逐处列出请加 --json"
        )
    return f"{place}  {_KINDS[each.kind]}：{values}"


_SURROGATE = re.compile("[\ud800-\udfff]")


def print_json(document: Mapping[str, object]) -> None:
    """Print one line of JSON as UTF-8, whatever the console's encoding."""
    # A file name that is not valid text has lone surrogates, which UTF-8 cannot encode: escape them.
    text = _SURROGATE.sub(lambda c: f"\\u{ord(c[0]):04x}", json.dumps(document, ensure_ascii=False))
    if sys.stdout is None:  # closed: click prints nothing either
        return
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        click.echo(text)
        return
    stream.write(text.encode("utf-8", "replace") + b"\n")
    stream.flush()
