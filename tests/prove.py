"""`make prove`: the tests with their full counts, and what they counted, written into TESTING.md."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

from tests import documents, mutants
from xlkpi import checks

PAGE = documents.ROOT / "TESTING.md"
BEGIN, END = "<!-- figures: written by make prove -->", "<!-- end of figures -->"


def main() -> int:
    """Run everything; write the figures only where all of it passed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-n", "2", f"--junitxml={report}"]
        run = subprocess.run(command, env={**os.environ, "XLKPI_PROVE": "1"}, check=False)
        alive = mutants.survivors()
        print(
            f"checks removed one at a time: {len(checks.CHECKS)}, survivors: {', '.join(alive) or 'none'}"
        )
        if run.returncode or alive:
            return 1
        _write(_figures(report))
    return 0


def _figures(report: Path) -> list[str]:
    """What the run counted, a line each: tests, and the properties that tests recorded."""
    counted: Counter[str] = Counter()
    cases = list(ET.parse(report).iter("testcase"))
    for case in cases:
        for told in case.iter("property"):
            counted[told.attrib["name"]] += int(told.attrib["value"])
    lines = [f"- tests passed: {len(cases)}"]
    lines += [f"- {name}: {number:,}" for name, number in sorted(counted.items())]
    lines.append(
        f"- checks removed one at a time, each missed by a sample: {len(checks.CHECKS)} of {len(checks.CHECKS)}"
    )
    return lines


def _write(lines: list[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text("\n".join([before + BEGIN, *lines, END]) + after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
