"""`make prove`: the tests with their full counts, part by part, and what they counted.

    python -m tests.prove                     all parts, some half an hour on two quiet processors
    python -m tests.prove figures files       these parts alone
    python -m tests.prove --share 0.02        all parts with a fiftieth of the counts, to try it out

Each part is a run of pytest by itself. Its row is written into TESTING.md as soon as it has passed, and
the line that all of it was run in one go only where all of it was, with full counts.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.documents import ROOT
from xlkpi.domain.version import VERSION

PAGE = ROOT / "TESTING.md"
BEGIN, END = "<!-- figures: written by make prove -->", "<!-- end of figures -->"
HEAD = "| part | tests | minutes | counted |\n| --- | --- | --- | --- |"
IN_PARTS = "Not yet run to its end in one go. Parts that were run by themselves, with full counts:"
IN_ONE_GO = "Run in one go in {minutes:.0f} minutes on {processors} processors, version {version}:"

PARTS: dict[str, tuple[str, ...]] = {
    "figures": (
        "scoring",
        "methods",
        "rule_kinds",
        "custom_rules",
        "scorer_groups",
        "number_readings",
    ),
    "formulas": ("formulas", "comparison", "points_and_decimals", "official_form", "number_format"),
    "verify": ("verify",),
    "diff": ("diff", "explain"),
    "mishaps": ("clerical_mishaps", "samples"),
    "files": ("file_formats", "scan", "hostile", "payloads"),
    "processes": ("worker", "atomic_outputs", "isolation", "libreoffice"),
}
"""Test files by what they are about; all others are the last part."""
REST = "the rest"


class Row(NamedTuple):
    """What came of a part that passed."""

    part: str
    tests: int
    minutes: float
    counted: tuple[tuple[str, int], ...]
    """What tests recorded of themselves: a sentence and a number."""


def parts() -> dict[str, list[Path]]:
    """Every test file, by part."""
    files = sorted((ROOT / "tests").glob("test_*.py"))
    named = {
        part: [ROOT / "tests" / f"test_{name}.py" for name in names]
        for part, names in PARTS.items()
    }
    known = {file for each in named.values() for file in each}
    return {**named, REST: [file for file in files if file not in known]}


def main(arguments: Sequence[str]) -> int:
    """Run the parts, tell each as it ends, and write down those that passed with full counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove")
    parser.add_argument("part", nargs="*", help="all unless named")
    parser.add_argument("--share", type=float, default=1.0, help="of the full counts")
    asked = parser.parse_args(arguments)
    begun, failed = time.monotonic(), []
    for part in asked.part or parts():
        row = _run(part, parts()[part], asked.share)
        if row is None:
            failed.append(part)
            print(f"{part}: failed", flush=True)
            continue
        print(_line(row), flush=True)
        if asked.share == 1:
            _, known = read(PAGE.read_text(encoding="utf-8"))
            _write(IN_PARTS, [*(each for each in known if each.part != part), row])
    minutes = (time.monotonic() - begun) / 60
    print(f"{minutes:.1f} minutes, {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    if not failed and not asked.part and asked.share == 1:
        head = IN_ONE_GO.format(minutes=minutes, processors=os.cpu_count(), version=VERSION)
        _write(head, read(PAGE.read_text(encoding="utf-8"))[1])
    return 1 if failed else 0


def _run(part: str, files: Sequence[Path], share: float) -> Row | None:
    """What came of a part; None where it failed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
        command += [f"--junitxml={report}", *map(str, files)]
        begun = time.monotonic()
        run = subprocess.run(
            command, env={**os.environ, "XLKPI_PROVE": f"{share:g}"}, cwd=ROOT, check=False
        )
        minutes = (time.monotonic() - begun) / 60
        return None if run.returncode else _row(part, minutes, ET.parse(report).getroot())


def _row(part: str, minutes: float, report: ET.Element) -> Row:
    cases = list(report.iter("testcase"))
    counted: Counter[str] = Counter()
    for case in cases:
        for told in case.iter("property"):
            counted[told.attrib["name"]] += int(told.attrib["value"])
    return Row(part, len(cases), round(minutes, 1), tuple(sorted(counted.items())))


def _line(row: Row) -> str:
    counted = "; ".join(f"{what}: {number:,}" for what, number in row.counted) or "—"
    return f"| {row.part} | {row.tests:,} | {row.minutes:.1f} | {counted} |"


_LINE = re.compile(r"\| ([\w ]+) \| ([\d,]+) \| ([\d.]+) \| (.+) \|")
_COUNTED = re.compile(r"(.+): ([\d,]+)")


def block(head: str, rows: Sequence[Row]) -> str:
    """What stands between the marks of the page."""
    order = list(parts())
    lines = [_line(row) for row in sorted(rows, key=lambda row: order.index(row.part))]
    return "\n".join([BEGIN, head, "", HEAD, *lines, END])


def read(page: str) -> tuple[str, list[Row]]:
    """The first line of the block and its rows; ValueError where it is not as `block` writes it."""
    found = re.search(rf"{BEGIN}\n(.+)\n\n{re.escape(HEAD)}\n(.*?){END}", page, re.DOTALL)
    if not found:
        raise ValueError("TESTING.md has no figures")
    rows = []
    for line in found[2].splitlines():
        cells = _LINE.fullmatch(line)
        if not cells:
            raise ValueError(line)
        told = (
            [] if cells[4] == "—" else [_COUNTED.fullmatch(each) for each in cells[4].split("; ")]
        )
        counted = tuple((each[1], _number(each[2])) for each in told if each)
        if len(counted) != len(told):
            raise ValueError(line)
        rows.append(Row(cells[1], _number(cells[2]), float(cells[3]), counted))
    return found[1], rows


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _write(head: str, rows: Sequence[Row]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + block(head, rows) + after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
