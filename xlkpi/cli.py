"""The command line: parse, one call, hand to a writer, exit."""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlkpi.speak import chinese, console
from xlkpi.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlkpi.office import Handled, Told
    from xlkpi.supervisor import Worker

_PATHS = click.Path(path_type=Path)
_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(click.Group):
    """A group for which a path alone means `score`, as when a file is dropped on the program."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and _looks_like_a_file(args[0]):
            args = ["score", *args]
        return super().resolve_command(ctx, args)


def _looks_like_a_file(text: str) -> bool:
    return os.path.lexists(text) or text.lower().endswith((".xlsx", ".xlsm", ".xls", ".et", ".ods"))


@click.group(
    cls=_Commands,
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
    """生成一份空白工作簿。已有的文件不会被覆盖。"""
    from xlkpi import office

    try:
        made = office.blank(out, name or "", department, year, scorers, wanted)
    except office.Refused as problem:
        raise click.UsageError(str(problem)) from problem
    click.echo(f"已生成 {made}")


@cli.command(options_metavar="[选项]")
def templates() -> None:
    """列出自带的模板。"""
    from xlkpi import blanks

    for name, about in blanks.builtin():
        click.echo(f"{name}\n    {about}")


@cli.command(options_metavar="[选项]")
@click.argument("files", nargs=-1, required=True, type=_PATHS, metavar="文件…")
@click.option("--json", "as_json", is_flag=True, help="每个文件输出一行 JSON。")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """检查工作簿，列出每一个问题、所在的格子和改法。不写任何文件。"""
    from xlkpi import office, supervisor

    worst = 0
    with supervisor.worker() as worker:
        for path in files:
            told = office.checked(path, worker)
            worst = max(worst, told.exit_code)
            _developers(told)
            if as_json:
                _json(told.report)
                continue
            if told.text:
                click.echo(told.text)
            verdict = "可以评分" if told.status == "scored" else "不能评分"
            click.echo(f"{path.name}：{verdict}（{told.counts}）")
    sys.exit(worst)


@cli.command(options_metavar="[选项]")
@click.argument("files", nargs=-1, required=True, type=_PATHS, metavar="文件…")
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
    files: tuple[Path, ...], out: str | None, form: Path | None, public: Path | None, as_json: bool
) -> None:
    """给工作簿评分。

    没有错误时在原文件旁写出“_评分结果.xlsx”；有错误时写出“_待修改.xlsx”，每个问题都标在格子上。
    """
    from xlkpi import office, supervisor

    if public is not None and len(files) > 1:
        raise click.UsageError("--public 只能用于一个文件")
    folder = out is not None and (
        len(files) > 1 or out.endswith(("/", os.sep)) or Path(out).is_dir()
    )
    home = Path(out) if out is not None else None
    worst = 0
    taken: set[Path] = set()
    with supervisor.worker() as worker:
        for path in files:
            try:
                handled = office.handled(
                    path, home, folder, taken, form=form, public=public, worker=worker
                )
            except office.Refused as problem:
                raise click.UsageError(str(problem)) from problem
            if handled.told.codes == ["X114"]:  # a result is verified, not scored again
                if as_json:
                    _tell(path, handled, as_json)
                worst = max(worst, _verify(path, None, False, worker, err=as_json))
                continue
            worst = max(worst, handled.exit_code)
            _tell(path, handled, as_json)
    sys.exit(worst)


def _tell(path: Path, handled: Handled, as_json: bool) -> None:
    """Print what became of one file: results on stdout, talk on stderr."""
    _developers(handled.told)
    if as_json:
        _json({**handled.told.report, "outputs": handled.outputs})
        if handled.public:
            click.echo(f"公开版：{handled.public}", err=True)
    else:
        _tell_people(path, handled)
    if handled.unwritten:
        click.echo(
            f"{path.name}：结果没有写出：{handled.unwritten}。请换一个位置，例如 -o 另一文件夹/",
            err=True,
        )
    for words in handled.said:
        click.echo(words, err=True)


def _tell_people(path: Path, handled: Handled) -> None:
    told = handled.told
    if told.status == "scored":
        total, grade = told.report["total"], told.report["grade"]
        click.echo(f"{path.name}：总分 {total}，等级 {grade}")
        if told.text:
            click.echo(told.text, err=True)
    else:
        click.echo(told.text)
        click.echo(f"{path.name}：没有评分（{told.counts}）")
    for label, written in (
        ("评分结果", handled.scored),
        ("待修改", handled.correction),
        ("公开版", handled.public),
    ):
        if written:
            click.echo(f"{label}：{written}")


def _developers(told: Told) -> None:
    """Print the traceback of our own bug, where a developer asked for it."""
    if told.traceback and os.environ.get("XLKPI_TRACEBACK") == "1":
        click.echo(told.traceback, err=True)


@cli.command(options_metavar="[选项]")
@click.argument("scored", type=_PATHS, metavar="评分结果.xlsx")
@click.option(
    "--source", type=_PATHS, metavar="原工作簿", help="同时核对填报内容是否就是这份原工作簿的。"
)
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def verify(scored: Path, source: Path | None, as_json: bool) -> None:
    """核对一份评分结果：由其中的填报内容重新生成，逐格比较数值、公式和文字。

    不需要信任评分的人或程序留下的任何数字；改动过的格子逐个列出。
    """
    from xlkpi import supervisor

    with supervisor.worker() as worker:
        sys.exit(_verify(scored, source, as_json, worker))


def _verify(
    scored: Path, source: Path | None, as_json: bool, worker: Worker, err: bool = False
) -> int:
    """Verify and print; `err` where stdout belongs to another line of JSON."""
    from xlkpi import office

    try:
        made = office.verified(scored, source, worker)
    except office.Refused as problem:
        raise click.UsageError(f"{scored.name}：{problem}") from problem
    if isinstance(made, office.Told):
        _developers(made)
        click.echo(made.text, err=as_json or err)
        return made.exit_code
    if as_json:
        _json(made.report)
        return made.exit_code
    status = made.report["status"]
    for each in made.report["differences"]:
        place = "!".join(part for part in (each["sheet"], each["cell"]) if part) or "整个工作簿"
        click.echo(
            f"{scored.name} › {place}  {_KINDS[each['kind']]}："
            f"现在是“{each['found']}”，应为“{each['expected']}”",
            err=err,
        )
    count = len(made.report["differences"])
    said = f"，共 {count} 处" if count else ""
    click.echo(f"{scored.name}：{_STATUS[status]}{said}；校验码 {made.seal or '无从计算'}", err=err)
    return made.exit_code


_STATUS = {
    "same": "与应有的内容一致，没有改动",
    "resaved": "内容一致，只是由别的程序打开保存过",
    "changed": "有改动",
    "other-version": "由别的版本生成，只核对了总分和等级",
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


@cli.command(options_metavar="[选项]")
@click.argument("what", metavar="评分结果.xlsx或代码")
@click.argument("code", metavar="[编号]", default="")
def explain(what: str, code: str) -> None:
    """说明一个得分是怎么来的，或一个问题代码是什么意思。

    评分结果：从总分一路到各评分人的格子；给出指标编号时，只说这一个，往下到格子，往上到等级。
    问题代码：例如 xlkpi explain X203。
    """
    from xlkpi.findings import CODES

    if what.upper() in CODES and not os.path.lexists(what):
        from xlkpi.write import plain

        click.echo(plain.code_text(what.upper()))
        return
    if not _looks_like_a_file(what):
        raise click.UsageError(f"没有代码“{what}”，也没有这个文件")
    from xlkpi import office

    path = Path(what)
    try:
        made = office.explained(path, code)
    except office.Refused as problem:
        raise click.UsageError(f"{path.name}：{problem}") from problem
    if isinstance(made, str):
        click.echo(made)
        return
    _developers(made)
    click.echo(made.text)
    sys.exit(made.exit_code)


@cli.command(options_metavar="[选项]")
@click.argument("old", type=_PATHS, metavar="旧工作簿")
@click.argument("new", type=_PATHS, metavar="新工作簿")
@click.option(
    "-o", "--output", "out", type=_PATHS, metavar="差异.xlsx", help="把差异另写成一份工作簿。"
)
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def diff(old: Path, new: Path, out: Path | None, as_json: bool) -> None:
    """比较两份工作簿：两稿，或者两年；填报的、评分结果都可以。

    列出新增、删去、改动的指标、分值、目标、得分、预算和等级，并给出两边的位置。有差异时退出码是 1。
    """
    from xlkpi import office

    try:
        made = office.compared(old, new, out)
    except office.Refused as problem:
        raise click.UsageError(str(problem)) from problem
    if isinstance(made, office.Told):
        _developers(made)
        click.echo(made.text, err=as_json)
        sys.exit(made.exit_code)
    if as_json:
        _json(made.report)
    else:
        click.echo(made.text or "没有差异")
        if out is not None:
            click.echo(f"差异：{out}")
    sys.exit(1 if made.report["changes"] else 0)


def _json(report: Mapping[str, object]) -> None:
    """Print one line of JSON as UTF-8, whatever the console."""
    line = json.dumps(report, ensure_ascii=False)
    sys.stdout.flush()
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        click.echo(line)
        return
    stream.write(line.encode("utf-8", "replace") + b"\n")
    stream.flush()


def main() -> None:
    """Run the command line; whatever goes wrong inside is one Chinese sentence."""
    chinese()
    console()
    try:
        cli(prog_name="xlkpi")
    except Exception as problem:  # noqa: BLE001  (the last resort: never a traceback)
        _internal(problem)


def _internal(problem: Exception) -> None:
    from xlkpi.findings import finding
    from xlkpi.place import Place

    if os.environ.get("XLKPI_TRACEBACK") == "1":
        traceback.print_exception(problem)
    said = finding("X901", Place(""), version=VERSION, code=type(problem).__name__)
    click.echo(f"{said.message}。{said.remedy}", err=True)
    sys.exit(4)
