"""LibreOffice as the judge: what another program computes from, does to and shows of our workbooks.

Every process that asks has a headless office of its own with a throw-away profile, for starting one
takes longer than what it is asked; each order has a time limit. A missing or hanging office is an
error, never a skipped test.
"""

from __future__ import annotations

import atexit
import contextlib
import csv
import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import uuid
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isclose
from pathlib import Path

Step = Mapping[str, object]
Disagreement = tuple[str, str, object, object]


STARTING = 60  # seconds that an office may take to be there
A_WORKBOOK = 15  # seconds that each workbook may add
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}
"""By what a workbook is saved as."""
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

    return _converted(paths, {into: "xlsx"}, staged)[into]


def saved_as(paths: Sequence[Path], into: Path, *kinds: str) -> dict[str, list[Path]]:
    """The workbooks as LibreOffice saves them, by kind: `into`/<kind>/<stem>.<kind>.

    Each is opened once for all kinds, which is half of the work.
    """
    made = _converted(paths, {into / kind: kind for kind in kinds}, shutil.copyfile)
    return {kind: made[into / kind] for kind in kinds}


def pictures(path: Path, into: Path) -> list[Path]:
    """The printed pages, as PNG files in `into`, in order."""
    ((pdf,),) = _converted([path], {into: "pdf"}, shutil.copyfile).values()
    _run([_program("pdftoppm"), "-r", "70", "-png", str(pdf), str(into / path.stem)], STARTING)
    return sorted(into.glob(f"{_escaped(path.stem)}-*.png"))


def printed(path: Path, into: Path) -> list[str]:
    """The text of each printed page, in order."""
    ((pdf,),) = _converted([path], {into: "pdf"}, shutil.copyfile).values()
    return _run([_program("pdftotext"), "-layout", str(pdf), "-"], STARTING).split("\f")[:-1]


AS_SHOWN = "Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true"
"""Comma, quotes, UTF-8, from row 1; the last: cells as they are shown, not as they are stored."""


def displayed(path: Path, into: Path) -> list[list[str]]:
    """The first sheet's cells as LibreOffice shows them, row by row."""
    ((made,),) = _converted([path], {into: "csv"}, shutil.copyfile).values()
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
    source = path.absolute().as_uri()
    _ask(STARTING + A_WORKBOOK, do="edit", source=source, target=_target(out), steps=list(steps))
    return out


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
    return "" if value is None else value


_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _read(path: Path, results: bool) -> dict[str, dict[str, object]]:
    """Sheet → A1 → result or formula, read from the parts themselves: openpyxl takes ten times as long."""
    with zipfile.ZipFile(path) as package:
        texts = _shared_texts(package)
        return {
            name: dict(_held(ET.fromstring(package.read(part)), texts, results))
            for name, part in _parts(package)
        }


def _parts(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    links = ET.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {link.attrib["Id"]: link.attrib["Target"].removeprefix("/xl/") for link in links}
    for sheet in ET.fromstring(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        yield sheet.attrib["name"], f"xl/{targets[sheet.attrib[_ID]]}"


def _shared_texts(package: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    root = ET.fromstring(package.read("xl/sharedStrings.xml"))
    return ["".join(_runs(text)) for text in root.iter(f"{_MAIN}si")]


def _runs(text: ET.Element) -> Iterator[str]:
    """The pieces of a text; how it is pronounced is no part of it."""
    for piece in text:
        held = piece if piece.tag == f"{_MAIN}t" else piece.find(f"{_MAIN}t")
        if held is not None and piece.tag != f"{_MAIN}rPh":
            yield held.text or ""


def _held(root: ET.Element, texts: Sequence[str], results: bool) -> Iterator[tuple[str, object]]:
    for cell in root.iter(f"{_MAIN}c"):
        formula = cell.find(f"{_MAIN}f")
        if not results and formula is not None:
            assert formula.text, f"{cell.attrib['r']}: shared formulas are not read"
            yield cell.attrib["r"], f"={formula.text}"
            continue
        value = _value(cell, texts)
        if value is not None:
            yield cell.attrib["r"], value


def _value(cell: ET.Element, texts: Sequence[str]) -> object:
    kind, held = cell.get("t", "n"), cell.find(f"{_MAIN}v")
    if kind == "inlineStr":
        return "".join(_runs(cell.find(f"{_MAIN}is")))  # type: ignore[arg-type]
    if held is None or held.text is None:
        return None
    if kind == "s":
        return texts[int(held.text)]
    if kind == "n":
        number = float(held.text)
        return int(number) if number.is_integer() else number
    return held.text == "1" if kind == "b" else held.text


def _formula(value: object) -> str | None:
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
    paths: Sequence[Path], into: Mapping[Path, str], staged: Callable[[Path, Path], object]
) -> dict[Path, list[Path]]:
    """All paths through one office, by folder; under numbers, for two folders may hold one name."""
    made = {
        home: [home / f"{path.stem}.{suffix}" for path in paths] for home, suffix in into.items()
    }
    targets = [target for each in made.values() for target in each]
    if len({*targets, *paths}) < len(targets) + len({*paths}):
        raise ValueError(f"results would overwrite each other or their sources: {targets}")
    for home in into if paths else ():
        home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="xlkpi-lo-") as folder:
        for n, path in enumerate(paths):
            source = Path(folder, f"{n}{path.suffix}")
            staged(path, source)
            exports = [
                _export(Path(folder, f"made{n}.{suffix}"), suffix) for suffix in into.values()
            ]
            _ask(STARTING + A_WORKBOOK, do="convert", source=source.as_uri(), exports=exports)
            for home, suffix in into.items():
                shutil.move(Path(folder, f"made{n}.{suffix}"), made[home][n])
    return made


def _export(target: Path, suffix: str) -> dict[str, str]:
    name, _, options = {**FILTERS, "pdf": "calc_pdf_Export", "csv": AS_SHOWN}[suffix].partition(":")
    return {"target": target.as_uri(), "filter": name, "options": options}


def _ask(limit: float, **order: object) -> None:
    """Have the process's office do something; it is started when it is first asked."""
    try:
        _running().ask(order, limit)
    except Crashed:  # UNO's client does, rarely, beside an office that starts or ends
        _running().ask(order, limit)


def _running() -> _Office:
    global _office
    if _office is None:
        _office = _Office()
        atexit.register(end)
    return _office


def end() -> None:
    """End the process's office; the next order starts another."""
    global _office
    if _office is not None:
        _office.end()
    _office = None


class _Office:
    """An office with a profile of its own, and the client that hands orders to it."""

    def __init__(self) -> None:
        self.profile = tempfile.TemporaryDirectory(prefix="xlkpi-lo-", ignore_cleanup_errors=True)
        user = Path(self.profile.name, "user")
        user.mkdir()
        (user / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
        pipe = f"xlkpi{uuid.uuid4().hex}"
        command = [
            _program("soffice"),
            f"-env:UserInstallation={Path(self.profile.name).as_uri()}",
            *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
            f"--accept=pipe,name={pipe};urp;",
        ]
        self.program = _started(command, stdout=subprocess.DEVNULL)
        script = Path(__file__).with_name("uno_steps.py")
        self.client = _started([UNO_PYTHON, "-I", str(script), pipe])

    def ask(self, order: Mapping[str, object], limit: float) -> None:
        """Do one thing; whatever goes wrong with the office itself ends it."""
        assert self.client.stdin is not None
        assert self.client.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended, and reading says how
            self.client.stdin.write(json.dumps(order) + "\n")
            self.client.stdin.flush()
        ready, _, _ = select.select([self.client.stdout], [], [], limit)
        said = self.client.stdout.readline() if ready else ""
        if not ready:
            end()
            raise TimeoutError(f"longer than {limit} s: {order}")
        while said and not said.startswith('"'):  # what UNO itself has to say
            said = self.client.stdout.readline()
        if not said:
            code = self.client.wait(5)
            end()
            raise (Crashed if code < 0 else RuntimeError)(f"the client ended with {code}")
        error = json.loads(said)
        if "DisposedException" in error:  # the office is gone
            end()
            raise Crashed(error)
        if error:
            raise RuntimeError(error)

    def end(self) -> None:
        if self.client.stdin:
            with contextlib.suppress(OSError):
                self.client.stdin.close()  # then it tells the office to end
        for process in (self.client, self.program):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            _stop(process)
        self.profile.cleanup()


_office: _Office | None = None


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


def _started(command: Sequence[str], stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=stdout,
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
