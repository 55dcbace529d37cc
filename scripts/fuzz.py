"""Coverage-guided fuzzing of sniff, scan and reading: whatever the bytes, nothing but Unreadable comes out.

`make fuzz` runs it for ten minutes (`make fuzz SECONDS=60` for one). libFuzzer mutates one part of a
good package at a time, so that the zip itself stays right and the XML inside is what is tried; every
eighth input is the package's bytes themselves. Escapes: any other exception, and a run over 25 s.

calamine runs in this process too, for a file that the scan let through: a crash of it ends the run
and counts.
"""

from __future__ import annotations

import io
import sys
import tempfile
import zipfile
from pathlib import Path

import atheris

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import pandas  # noqa: E402, F401  (before instrumenting: its own coverage is nobody's business)

with atheris.instrument_imports(include=["xlkpi"]):
    from xlkpi.domain.findings import finding
    from xlkpi.domain.location import CellRef
    from xlkpi.pipeline import Document, score_documents
    from xlkpi.reading.unreadable import Unreadable
    from xlkpi.reading.workbook import read

from tests import documents  # noqa: E402

BASE = (documents.SAMPLES / "示例局2023_各种计分.xlsx").read_bytes()  # every rule, survey and table
with zipfile.ZipFile(io.BytesIO(BASE)) as package:
    PARTS = {name: package.read(name) for name in package.namelist()}
TRIED = [
    *(name for name in PARTS if name.startswith("xl/worksheets/sheet")),
    "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
]  # fmt: skip


def packed(part: int, content: bytes) -> bytes:
    """The good package with another content of one part; beyond the parts, the bytes themselves."""
    if part >= len(TRIED):
        return content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as made:
        for name, data in PARTS.items():
            made.writestr(name, content if name == TRIED[part] else data)
    return buffer.getvalue()


def one(data: bytes) -> None:
    """Read what libFuzzer made: a byte says which part, the rest is its content."""
    if not data:
        return
    try:
        read(packed(data[0] % (len(TRIED) + 1), data[1:]), "试.xlsx")
    except Unreadable as cause:
        finding(cause.code, CellRef(""), **cause.params)  # its sentence can be said
        return
    score_documents([Document("试.xlsx", packed(data[0] % (len(TRIED) + 1), data[1:]))])


def seeds(folder: Path) -> None:
    """Every part that is tried, as it is, and the whole package."""
    for number, name in enumerate(TRIED):
        (folder / f"{number}").write_bytes(bytes([number]) + PARTS[name])
    (folder / "whole").write_bytes(bytes([len(TRIED)]) + BASE)


def main() -> None:
    seconds = sys.argv[1] if len(sys.argv) > 1 else "600"
    with tempfile.TemporaryDirectory() as folder:
        seeds(Path(folder))
        limits = ["-timeout=25", "-rss_limit_mb=2048", "-max_len=200000", "-print_final_stats=1"]
        atheris.Setup(
            [
                sys.argv[0],
                folder,
                f"-max_total_time={seconds}",
                f"-artifact_prefix={folder}/",
                *limits,
            ],
            one,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
