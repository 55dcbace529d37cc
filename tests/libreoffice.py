"""LibreOffice as the judge: what another program computes from, does to and shows of our workbooks.

Every call runs its own headless office with a throw-away profile and a time limit, so calls may
run side by side. A missing or hanging office is an error, never a skipped test.
"""

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from math import isclose
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula

Step = Mapping[str, object]
Disagreement = tuple[str, str, object, object]


STARTING = 60  # seconds that an office may take to be there
A_WORKBOOK = 15  # seconds that each workbook may add
XLSX = "Calc MS Excel 2007 XML"
UNO_PYTHON = "/usr/bin/python3"  # python3-uno belongs to the system's Python, not to our .venv

ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


class Crashed(RuntimeError):
    """A program was ended by a signal."""


def recalculated(paths: Sequence[Path], into: Path, strip: bool = True) -> list[Path]:
    """The workbooks as LibreOffice recalculates them: `into`/<stem>.xlsx, in the order given.

    With `strip` the cached results of formulas are taken out first: what comes back then cannot
    be an echo of ours.
    """

    def staged(path: Path, at: Path) -> None:
        if strip and path.suffix in {".xlsx", ".xlsm"}:
            _without_cached_results(path, at)
        else:
            shutil.copyfile(path, at)

    return _converted(paths, into, "xlsx", XLSX, staged)


def pictures(path: Path, into: Path) -> list[Path]:
    """The printed pages, as PNG files in `into`, in order."""
    (pdf,) = _converted([path], into, "pdf", "calc_pdf_Export", shutil.copyfile)
    _run([_program("pdftoppm"), "-r", "70", "-png", str(pdf), str(into / path.stem)], STARTING)
    return sorted(into.glob(f"{_escaped(path.stem)}-*.png"))


AS_SHOWN = "Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true"
"""Comma, quotes, UTF-8, from row 1; the last: cells as they are shown, not as they are stored."""


def displayed(path: Path, into: Path) -> list[list[str]]:
    """The first sheet's cells as LibreOffice shows them, row by row."""
    (made,) = _converted([path], into, "csv", AS_SHOWN, shutil.copyfile)
    with made.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def edited(path: Path, out: Path, steps: Sequence[Step]) -> Path:
    """`out`: the workbook as a person leaves it who opens it, does the steps and saves.

    Steps (rows and columns count from zero; `column` of a sort counts within its range):

        {"do": "set", "sheet", "cell", "value"}          a text or a number, None empties
        {"do": "formula", "sheet", "cell", "value"}      as typed into Excel
        {"do": "unprotect", "sheet"}
        {"do": "insert_rows" | "delete_rows", "sheet", "row", "count"}
        {"do": "sort", "sheet", "range", "column", "ascending", "header"}
        {"do": "rename", "sheet", "to"}
        {"do": "delete_sheet", "sheet"}

    A step that LibreOffice refuses (a locked cell, say) raises.
    """
    try:
        _edit(path, out, steps)
    except Crashed:  # UNO's client does, rarely, beside an office that starts or ends
        _edit(path, out, steps)
    return out


def _edit(path: Path, out: Path, steps: Sequence[Step]) -> None:
    script = Path(__file__).with_name("uno_steps.py")
    pipe = f"xlkpi{uuid.uuid4().hex}"
    with _office() as office:
        listening = _started([*office, f"--accept=pipe,name={pipe};urp;"])
        try:
            _run(
                [UNO_PYTHON, "-I", str(script), pipe, path.absolute().as_uri(), _target(out)],
                STARTING + A_WORKBOOK,
                json.dumps(list(steps)),
            )
        finally:
            with contextlib.suppress(subprocess.TimeoutExpired):
                listening.wait(5)  # the script has told it to end
            _stop(listening)


def cells(path: Path) -> dict[str, dict[str, object]]:
    """Sheet → A1 → value, of the cells that have one; a formula counts with its cached result."""
    return _read(path, results=True)


def formulas(path: Path) -> dict[str, dict[str, str]]:
    """Sheet → A1 → formula, of the formula cells only."""
    return {
        sheet: {at: text for at, value in found.items() if (text := _formula(value))}
        for sheet, found in _read(path, results=False).items()
    }


def disagreements(path: Path, recalculated_path: Path) -> list[Disagreement]:
    """(sheet, cell, ours, theirs) of every formula cell with another result in LibreOffice.

    Numbers agree to 1e-12; those of =ROUND(…) agree exactly. LibreOffice stores 15 significant
    digits, so a rounded number with more of them would be told as a disagreement.
    """
    ours, theirs = cells(path), cells(recalculated_path)
    return [
        (sheet, at, left, right)
        for sheet, found in formulas(path).items()
        for at, formula in found.items()
        for left, right in [(ours[sheet].get(at), theirs.get(sheet, {}).get(at))]
        if not _same(left, right, exactly=formula.startswith("=ROUND("))
    ]


def _same(left: object, right: object, exactly: bool) -> bool:
    left, right = _plain(left), _plain(right)
    if isinstance(left, int | float) and isinstance(right, int | float) and not exactly:
        return isclose(left, right, rel_tol=1e-12, abs_tol=1e-12)
    return left == right


def _plain(value: object) -> object:
    """Blank for None, the serial number for a date."""
    if isinstance(value, date | time | timedelta):  # a datetime is a date
        return to_excel(value)
    return "" if value is None else value


def _read(path: Path, results: bool) -> dict[str, dict[str, object]]:
    book = load_workbook(path, data_only=results)
    try:
        return {
            sheet.title: {
                cell.coordinate: cell.value
                for row in sheet.iter_rows()
                for cell in row
                if cell.value is not None
            }
            for sheet in book.worksheets
        }
    finally:
        book.close()


def _formula(value: object) -> str | None:
    if isinstance(value, ArrayFormula):
        value = value.text
    return value if isinstance(value, str) and value.startswith("=") else None


_CELL = re.compile(rb"<c(\s[^>]*)?(?<!/)>(.*?)</c>", re.DOTALL)
_RESULT = re.compile(rb"<v\s*/>|<v(?:\s[^>]*)?>.*?</v>", re.DOTALL)
_TYPE = re.compile(rb"""\st=("[^"]*"|'[^']*')""")


def _without_cached_results(path: Path, at: Path) -> None:
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(at, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            content = before.read(entry)
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename):
                content = _CELL.sub(_without_result, content)
            after.writestr(entry, content)


def _without_result(cell: re.Match[bytes]) -> bytes:
    attributes, content = cell[1] or b"", cell[2]
    if b"<f" not in content:
        return cell[0]
    # t="str" would promise a text that is no longer there
    return b"<c%s>%s</c>" % (_TYPE.sub(b"", attributes), _RESULT.sub(b"", content))


def _converted(
    paths: Sequence[Path],
    into: Path,
    suffix: str,
    export_filter: str,
    staged: Callable[[Path, Path], object],
) -> list[Path]:
    """All paths through one office process, under numbers: two folders may hold one name."""
    targets = [into / f"{path.stem}.{suffix}" for path in paths]
    if len({*targets, *paths}) < len(targets) + len({*paths}):
        raise ValueError(f"results would overwrite each other or their sources: {targets}")
    if not paths:
        return []
    into.mkdir(parents=True, exist_ok=True)
    with _office() as office, tempfile.TemporaryDirectory(prefix="xlkpi-lo-") as folder:
        sources = [Path(folder, f"{n}{path.suffix}") for n, path in enumerate(paths)]
        for path, source in zip(paths, sources, strict=True):
            staged(path, source)
        made = Path(folder, "made")
        said = _run(
            [*office, "--convert-to", f"{suffix}:{export_filter}", "--outdir", str(made)]
            + [str(source) for source in sources],
            STARTING + A_WORKBOOK * len(paths),
        )
        for path, source, target in zip(paths, sources, targets, strict=True):
            result = made / f"{source.stem}.{suffix}"
            if not result.exists():
                raise RuntimeError(f"LibreOffice did not convert {path}: {said}")
            shutil.move(result, target)
    return targets


@contextlib.contextmanager
def _office() -> Iterator[list[str]]:
    """The command of an office with a profile that is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="xlkpi-lo-", ignore_cleanup_errors=True) as profile:
        user = Path(profile, "user")
        user.mkdir()
        (user / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
        yield [
            _program("soffice"),
            f"-env:UserInstallation={Path(profile).as_uri()}",
            *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
        ]


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise RuntimeError(f"{name} is missing: run tests/system.sh")
    return path


def _run(command: Sequence[str], limit: float, stdin: str = "") -> str:
    """What the command said; it and its children are gone afterwards, whatever happened."""
    process = _started(command)
    try:
        said, _ = process.communicate(stdin, timeout=limit)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"longer than {limit} s: {' '.join(command)}") from None
    finally:
        _stop(process)
    if process.returncode != 0:
        failure = Crashed if process.returncode < 0 else RuntimeError
        raise failure(f"{' '.join(command)} ended with {process.returncode}: {said}")
    return said


def _started(command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"},
        start_new_session=True,  # soffice is a script: only its group reaches the program itself
    )


def _stop(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()


def _target(out: Path) -> str:
    out.parent.mkdir(parents=True, exist_ok=True)
    return out.absolute().as_uri()


def _escaped(stem: str) -> str:
    return re.sub(r"([\[*?])", r"[\1]", stem)
