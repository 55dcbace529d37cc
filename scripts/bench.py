"""How fast it is, as ratios against what people would otherwise use, measured in one run.

`make bench` prints the table. Nothing here is a test: machines differ, ratios less. The typical
workbook has 5 scorers × 50 indicators, and the full scored workbook comes out.
"""

from __future__ import annotations

import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import openpyxl  # noqa: E402
import pandas as pd  # noqa: E402

from tests.documents import SAMPLES  # noqa: E402
from xlkpi import pipeline  # noqa: E402
from xlkpi.domain.workbook_contents import Contents, Fields  # noqa: E402
from xlkpi.exchange import markdown  # noqa: E402
from xlkpi.pipeline import Document, score_documents  # noqa: E402
from xlkpi.reading.xlsx import scan  # noqa: E402
from xlkpi.writing import xlsx  # noqa: E402
from xlkpi.writing.blank import blank  # noqa: E402

RUNS = 7
MANY = 40


def make_workbook(scorers: int, indicators: int, seed: int = 0) -> bytes:
    """Make a filled workbook of that size; each seed gives another department's, by the same template."""
    text = (SAMPLES / "高新区考核办2023.md").read_text(encoding="utf-8")
    base = markdown.parse(text)
    points = [Decimal(100) / indicators] * indicators
    points = [Decimal(int(p * 100)) / 100 for p in points]
    points[-1] += 100 - sum(points)
    third: list[Fields] = [
        {"编号": f"A1.{n}", "二级编号": "A1", "三级指标": f"指标{n}（示例）", "分值": p, "评分标准": "酌情给分"}
        for n, p in enumerate(points, start=1)
    ]  # fmt: skip
    names = [f"评分人{n}" for n in range(1, scorers + 1)]
    ballots = tuple(
        (
            name,
            tuple(
                {"编号": f"A1.{n}", "得分": p - Decimal((n * 7 + s * 3 + seed * 11) % 50) / 100}
                for n, p in enumerate(points, start=1)
            ),
        )
        for s, name in enumerate(names)
    )
    info = tuple(
        {**row, "内容": f"示例单位{seed}"} if row["项目"] == "部门名称" else row
        for row in base.sheets["基本信息"]
    )
    sheets = {
        **base.sheets,
        "基本信息": info,
        "评价工作组": tuple({"姓名": name} for name in names),
        "一级指标": ({"编号": "A", "一级指标": "产出指标", "分值": Decimal(100)},),
        "二级指标": (
            {"编号": "A1", "一级编号": "A", "二级指标": "数量指标", "分值": Decimal(100)},
        ),
        "三级指标": tuple(third),
    }
    return xlsx.emit(blank(Contents(base.template, "", sheets, ballots)))


def run_xlkpi(data: bytes) -> bytes:
    """Read, check, score and write, in memory."""
    outcome = score_documents([Document("示例.xlsx", data)])[0]
    assert outcome.scored, [each.message for each in outcome.findings][:3]
    return pipeline.write_scored(outcome)


def run_user_script(data: bytes) -> bytes:
    """Do what a user's script would: pandas and openpyxl both ways, five plain result sheets."""
    tables = pd.read_excel(io.BytesIO(data), sheet_name=None, header=3, engine="openpyxl")
    ballots = {name: table for name, table in tables.items() if name.startswith("评分_")}
    marks = pd.concat(
        [
            table[["编号", "得分"]].dropna().assign(评分人=name[3:])
            for name, table in ballots.items()
        ]
    )
    wide = marks.pivot_table(index="编号", columns="评分人", values="得分", sort=False)
    wide["得分"] = wide.mean(axis=1).round(2)
    third = (
        tables["三级指标"]
        .dropna(subset=["编号"])
        .merge(wide[["得分"]], left_on="编号", right_index=True)
    )
    second = third.groupby("二级编号", sort=False)[["分值", "得分"]].sum().reset_index()
    total = pd.DataFrame({"总分": [second["得分"].sum()]})
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as book:
        total.to_excel(book, sheet_name="汇总", index=False)
        second.to_excel(book, sheet_name="二级", index=False)
        third.to_excel(book, sheet_name="三级", index=False)
        wide.to_excel(book, sheet_name="得分")
        marks.to_excel(book, sheet_name="明细", index=False)
    return buffer.getvalue()


def read_with_calamine(data: bytes) -> None:
    """Open the workbook with calamine and read every cell."""
    book = pd.ExcelFile(io.BytesIO(data), engine="calamine").book
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def make_floor(data: bytes, result: bytes) -> Callable[[], object]:
    """Return the least work: calamine reads all cells, xlsxwriter writes the same output cells."""
    import xlsxwriter

    sheets = [
        (sheet.title, [(c.row - 1, c.column - 1, c.value) for row in sheet.iter_rows() for c in row if c.value is not None])
        for sheet in openpyxl.load_workbook(io.BytesIO(result)).worksheets
    ]  # fmt: skip

    def run() -> bytes:
        read_with_calamine(data)
        buffer = io.BytesIO()
        out = xlsxwriter.Workbook(buffer, {"in_memory": True})
        for name, cells in sheets:
            sheet = out.add_worksheet(name)
            for row, column, value in cells:
                sheet.write(row, column, value)
        out.close()
        return buffer.getvalue()

    return run


def measure_each(run: Callable[[bytes], object], sources: Sequence[bytes]) -> float:
    """Return the median computing time of these workbooks; the first, which warms up, does not count."""
    times = [measure_computing(partial(run, data), 1, warm=True) for data in sources]
    return statistics.median(times[1:])


def measure_computing(run: Callable[[], object], times: int = RUNS, warm: bool = False) -> float:
    """Return the median computing time of a call in this process, after one to warm up."""
    return _measure(run, times, warm, time.process_time)


def measure_elapsed(run: Callable[[], object], times: int = RUNS) -> float:
    """Return the median time that a process takes, on the clock."""
    return _measure(run, times, True, time.perf_counter)


def _measure(
    run: Callable[[], object], times: int, warm: bool, clock: Callable[[], float]
) -> float:
    if not warm:
        run()
    taken = []
    for _ in range(times):
        begun = clock()
        run()
        taken.append(clock() - begun)
    return statistics.median(taken)


def make_process(*command: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True)


def measure_peak(code: str) -> float:
    """Return the peak memory of a process that runs the code, in MiB."""
    report = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], check=True, capture_output=True, cwd=ROOT
    )
    return int(run.stdout.split()[-1]) / 1024


def print_row(what: str, ratio: float, must: str, note: str = "") -> None:
    print(f"| {what} | {ratio:.2f} | {must} | {note} |")


def main() -> None:
    print("| what | measured | must | |\n| --- | --- | --- | --- |")
    typical = make_workbook(5, 50)
    with tempfile.TemporaryDirectory() as home:
        source = Path(home) / "示例.xlsx"
        source.write_bytes(typical)
        out = str(Path(home) / "结果.xlsx")
        both: list[list[float]] = [[], []]
        commands = (
            make_process("-m", "xlkpi", "score", str(source), "-o", out),
            make_process("-c", "import pandas"),
        )
        for _ in range(RUNS):  # in turn, so that a machine that slows down slows both
            for taken, command in zip(both, commands, strict=True):
                Path(out).unlink(missing_ok=True)
                taken.append(measure_elapsed(command, 1))
        one, pandas = (statistics.median(taken) for taken in both)
        print_row(
            "`xlkpi score FILE`, whole process ÷ `import pandas`",
            one / pandas,
            "≤ 1.3",
            f"{one:.2f} s",
        )
        inside = make_process("-c", f"import xlkpi; xlkpi.score({str(source)!r}).save({out!r})")
        print_row(
            "the same with the worker process ÷ without it (`xlkpi.score` in Python)",
            one / measure_elapsed(inside),
            "",
        )
        print_row(
            "scan ÷ calamine's read of all cells",
            measure_computing(lambda: scan(typical))
            / measure_computing(lambda: read_with_calamine(typical)),
            "≤ 1",
        )
        many = [make_workbook(5, 50, seed) for seed in range(MANY)]
        mine, theirs = (
            measure_each(run_xlkpi, many),
            measure_each(run_user_script, many[: MANY // 4]),
        )
        print_row(
            f"workbooks 2 to {MANY} of one template in one process, per second ÷ the script a user would write",
            theirs / mine,
            "≥ 3",
            f"{mine * 1000:.0f} ms each",
        )
        least = measure_computing(make_floor(typical, run_xlkpi(typical)))
        print_row("the same ÷ the floor", least / mine, "≥ 2.5", f"{least * 1000:.0f} ms")
        large = make_workbook(200, 60)
        (Path(home) / "大.xlsx").write_bytes(large)
        mine, theirs = (
            measure_computing(lambda: run_xlkpi(large), 1),
            measure_computing(lambda: run_user_script(large), 1),
        )
        print_row(
            "200 scorers × 60 indicators, wall ÷ that script",
            mine / theirs,
            "≤ 0.3",
            f"{mine:.1f} s",
        )
        load = f"import sys; sys.path.insert(0, 'scripts'); import bench; data = open({str(Path(home) / '大.xlsx')!r}, 'rb').read()"
        memory = measure_peak(f"{load}; bench.run_xlkpi(data)") / measure_peak(
            f"{load}; bench.run_user_script(data)"
        )
        print_row("the same, peak memory ÷ that script", memory, "≤ 0.8")
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\npeak of the largest process started: {workers:.0f} MiB")
    print(
        f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
    )
    print("Not measured here: batches on several cores and the cluster, which do not exist yet.")


if __name__ == "__main__":
    main()
