"""The commands: each parses its arguments, makes one call, prints what came of it and exits."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlkpi.domain.text import file_name, one_line
from xlkpi.domain.version import VERSION
from xlkpi.interfaces.cli import printing
from xlkpi.interfaces.cli.group import Commands, looks_like_a_file, report_refusals

if TYPE_CHECKING:
    from xlkpi.runtime.supervisor import Worker

# An unreadable file gets a finding of its own; if click tested it, no other file would be scored.
_PATHS = click.Path(path_type=Path, readable=False)
_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(
    cls=Commands,
    options_metavar="[选项]",
    subcommand_metavar="命令 [参数]…",
    context_settings=_HELP,
    epilog="直接写文件名等同于 score：xlkpi 工作簿.xlsx",
)
@click.version_option(VERSION, "--version", message="xlkpi %(version)s", help="显示版本并退出。")
def cli() -> None:
    """预算绩效自评工作簿的检查和评分。

    填好的工作簿拖进来，没有问题就得到评分结果，有问题就得到一份逐格标明问题和改法的副本。
    """


@cli.command(options_metavar="[选项]")
@click.argument("out", type=_PATHS, metavar="新文件.xlsx")
@click.option(
    "--template",
    "name",
    metavar="模板",
    help="自带模板的名称，或任何一个标准格式的工作簿（去年的也可以）。",
)
@click.option("--department", default="", metavar="部门名称", help="填入“部门名称”。")
@click.option("--year", default="", metavar="年度", help="填入“评价年度”，例如 2023。")
@click.option(
    "--scorer",
    "scorers",
    multiple=True,
    metavar="姓名[,职务[,分工[,权重]]]",
    help="评分人，每人一次；各得一张评分表。",
)
@click.option(
    "--with", "wanted", multiple=True, metavar="工作表,…", help="另加的工作表，例如 复核,加减分。"
)
def new(
    out: Path, name: str | None, department: str, year: str, scorers: tuple[str, ...],
    wanted: tuple[str, ...],
) -> None:  # fmt: skip
    """生成一份空白工作簿。已有的文件不会被覆盖。

    用去年的工作簿作模板时，带入的是指标、指标值、评分规则、等级标准、参数这些定下来的内容；去年的完成值、
    得分、加减分、签字人、联系电话和填报日期不带入。换了部门（--department）的，“基本信息”只带入评价类型和金额单位，工作组成员也不带入。
    模板有错误、有公式带不过来的，会逐格说明。
    """
    from xlkpi.runtime.commands import new

    with report_refusals():
        created = new.new(out, name or "", department, year, scorers, wanted)
    printing.print_new_workbooks(created)


@cli.command(options_metavar="[选项]")
def templates() -> None:
    """列出自带的模板。"""
    from xlkpi.exchange import new as blanks

    for name, about in blanks.builtin():
        click.echo(f"{name}\n    {about}")


@cli.command(options_metavar="[选项]")
@click.argument("given", nargs=-1, required=True, type=_PATHS, metavar="文件或文件夹…")
@click.option("--json", "as_json", is_flag=True, help="每个文件输出一行 JSON。")
def check(given: tuple[Path, ...], as_json: bool) -> None:
    """检查工作簿，列出每一个问题、所在的格子和改法。不写任何文件。

    给出文件夹的，检查其中的每一个工作簿；子文件夹、临时文件和已有的评分结果除外。
    """
    from xlkpi.runtime import folders, supervisor
    from xlkpi.runtime.commands import check

    listing = folders.list_files(given)
    printing.print_remarks(listing.remarks)
    worst = 0
    with supervisor.take_worker() as worker:
        for path, in_folder in listing.files:
            report = check.check(path, worker, in_folder)
            if isinstance(report, folders.Skipped):
                printing.print_skipped(path, report)
                continue
            worst = max(worst, report.exit_code)
            printing.print_check(path, report, as_json)
            printing.print_remarks(folders.say_open(path))
    sys.exit(worst)


@cli.command(options_metavar="[选项]")
@click.argument("given", nargs=-1, required=True, type=_PATHS, metavar="文件或文件夹…")
@click.option(
    "-o", "--output", "out", metavar="输出", help="结果写到哪里：一个文件名，或一个文件夹。"
)
@click.option("--form", type=_PATHS, metavar="版式.xlsx", help="“自评表”按本单位自己的版式。")
@click.option(
    "--public",
    type=_PATHS,
    metavar="公开版.xlsx",
    help="另写一份只有“自评表”的公开版：没有公式、评分人和电话；只能用于一个文件。",
)
@click.option("--json", "as_json", is_flag=True, help="每个文件输出一行 JSON。")
def score(
    given: tuple[Path, ...], out: str | None, form: Path | None, public: Path | None, as_json: bool
) -> None:
    """给工作簿评分。

    没有错误时在原文件旁写出“_评分结果.xlsx”；有错误时写出“_待修改.xlsx”，每个问题都标在格子上。
    给出文件夹的，给其中的每一个工作簿评分；子文件夹、临时文件、已有的评分结果和没有改动过的“待修改”除外。
    """
    from xlkpi.runtime import folders, supervisor
    from xlkpi.runtime.commands import score

    listing = folders.list_files(given)
    several = len(given) > 1 or any(each.in_folder for each in listing.files)
    if public is not None and several:
        raise click.UsageError("--public 只能用于一个文件")
    folder = out is not None and (
        several or out.endswith(("/", os.sep)) or os.path.isdir(out)  # noqa: PTH112  (no error for a name too long)
    )
    printing.print_remarks(listing.remarks)
    home = Path(out) if out is not None else None
    worst = 0
    taken: set[Path] = set()
    partial: list[tuple[Path, str]] = []
    with supervisor.take_worker() as worker:
        for path, in_folder in listing.files:
            with report_refusals():
                result = score.score(
                    path, home, folder, taken,
                    form=form, public=public, worker=worker, in_folder=in_folder,
                )  # fmt: skip
            if isinstance(result, folders.Skipped):
                printing.print_skipped(path, result)
                continue
            if result.report.codes == ["X114"]:  # a scored workbook is verified, not scored again
                if as_json:
                    printing.print_result(path, result, as_json)
                worst = max(worst, _verify(path, None, None, False, worker, err=as_json))
                continue
            worst = max(worst, result.exit_code)
            printing.print_result(path, result, as_json)
            if result.partial:
                partial.append((path, result.identity))
    printing.offer_merge(partial)
    sys.exit(worst)


@cli.command(options_metavar="[选项]")
@click.argument("scored", type=_PATHS, metavar="评分结果.xlsx")
@click.option(
    "--source", type=_PATHS, metavar="原工作簿", help="同时核对填报内容是否就是这份原工作簿的。"
)
@click.option(
    "--form", type=_PATHS, metavar="版式.xlsx", help="评分时所用的、本单位自己的“自评表”版式。"
)
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def verify(scored: Path, source: Path | None, form: Path | None, as_json: bool) -> None:
    """核对一份评分结果：由其中的填报内容重新生成，逐格比较数值、公式、文字和版面。

    不需要信任评分的人或程序留下的任何数字；改动过的格子逐个列出。
    """
    from xlkpi.runtime import supervisor

    with supervisor.take_worker() as worker:
        sys.exit(_verify(scored, source, form, as_json, worker))


def _verify(
    scored: Path,
    source: Path | None,
    form: Path | None,
    as_json: bool,
    worker: Worker,
    err: bool = False,
) -> int:
    """Verify, print, and return the exit code; with `err` print to stderr, as stdout has other JSON."""
    from xlkpi.runtime.commands import verify
    from xlkpi.runtime.protocol import Report

    with report_refusals(f"{file_name(scored)}："):
        verification = verify.verify(scored, source, form, worker)
    if isinstance(verification, Report):
        return printing.print_unreadable(verification, err=as_json or err)
    if as_json:
        printing.print_json(verify.make_json(verification))
    else:
        printing.print_verification(file_name(scored), verification, source is not None, err=err)
    return 1 if verification.differs else 0


@cli.command(options_metavar="[选项]")
@click.argument("what", metavar="评分结果.xlsx或代码")
@click.argument("code", metavar="[编号]", default="")
def explain(what: str, code: str) -> None:
    """说明一个得分是怎么来的，或一个问题代码是什么意思。

    评分结果：从总分一路到各评分人的格子；给出指标编号时，只说这一个，往下到格子，往上到等级。
    问题代码：例如 xlkpi explain X203。
    """
    from xlkpi.domain.findings import CODES

    if what.upper() in CODES and not os.path.lexists(what):
        from xlkpi.writing import text as plain

        click.echo(plain.code_text(what.upper()))
        return
    if not looks_like_a_file(what):
        raise click.UsageError(f"没有代码“{what}”，也没有这个文件")
    from xlkpi.runtime.commands import explain
    from xlkpi.runtime.protocol import Report

    path = Path(what)
    with report_refusals(f"{file_name(path)}："):
        explanation = explain.explain(path, code)
    if isinstance(explanation, Report):
        sys.exit(printing.print_unreadable(explanation, err=False))
    click.echo(explanation.text)


@cli.command(options_metavar="[选项]")
@click.argument("old", type=_PATHS, metavar="旧工作簿")
@click.argument("new", type=_PATHS, metavar="新工作簿")
@click.option(
    "-o", "--output", "out", type=_PATHS, metavar="差异.xlsx", help="把差异另写成一份工作簿。"
)
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def diff(old: Path, new: Path, out: Path | None, as_json: bool) -> None:
    """比较两份工作簿：两稿，或者两年；填报的、评分结果都可以。

    先列总分、等级和指标得分，再按工作表列出新增、删去和改动的每一格，并给出两边的位置。有差异时退出码是 1。
    """
    from xlkpi.runtime.commands import diff
    from xlkpi.runtime.protocol import Report

    with report_refusals():
        comparison = diff.diff(old, new, out)
    if isinstance(comparison, Report):
        sys.exit(printing.print_unreadable(comparison, err=as_json))
    for name in comparison.worked_on:
        click.echo(
            f"注意：{one_line(name)} 这份评分结果被改动过，这里按其中现有的填报内容比较，"
            "与表上显示的可能不同；请用 xlkpi verify 核对。",
            err=True,
        )
    if as_json:
        printing.print_json(comparison.json)
    else:
        click.echo(comparison.text or "没有差异")
        if out is not None:
            click.echo(f"差异：{out}")
    sys.exit(1 if comparison.changes else 0)


@cli.command(options_metavar="[选项]")
@click.argument("file", type=_PATHS, metavar="工作簿")
@click.option(
    "-o",
    "--output",
    "home",
    type=_PATHS,
    required=True,
    metavar="文件夹",
    help="主表和各分册写到这里。",
)
def split(file: Path, home: Path) -> None:
    """把一份工作簿拆成“主表.xlsx”和每名评分人一个的分册。

    分册里只有评分所需的内容和本人的评分表，看不到别人的得分。已有的文件不会被覆盖。填好后用 merge 合并。
    """
    from xlkpi.runtime.commands import split
    from xlkpi.runtime.protocol import Report

    with report_refusals():
        parts = split.split(file, home)
    if isinstance(parts, Report):
        sys.exit(printing.print_unreadable(parts, err=False))
    printing.print_new_workbooks(parts)


@cli.command(options_metavar="[选项]")
@click.argument("files", nargs=-1, required=True, type=_PATHS, metavar="文件…")
@click.option(
    "-o",
    "--output",
    "out",
    type=_PATHS,
    required=True,
    metavar="合并.xlsx",
    help="合并后的工作簿。",
)
def merge(files: tuple[Path, ...], out: Path) -> None:
    """把主表和各评分人的分册合并成一份工作簿。

    也可以是同一份工作簿的几个副本，每人只填了自己的评分表；文件名不限。同一张评分表有两种填法、其余各表不一致、
    部门、年度、模板或指标不同的，都不合并，并逐个指出。已有的文件不会被覆盖。
    """
    from xlkpi.runtime.commands import merge
    from xlkpi.runtime.outputs import NewWorkbooks

    with report_refusals():
        merged = merge.merge(files, out)
    if isinstance(merged, NewWorkbooks):
        printing.print_new_workbooks(merged)
        return
    worst = max(printing.print_unreadable(report, err=False) for report in merged)
    click.echo("没有合并", err=True)
    sys.exit(worst)
