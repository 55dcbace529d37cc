"""A package whose workbook part has a name of its own → the same under the name that the engine knows.

Which part is the workbook's is said by a relationship; Excel on the web writes `xl/workbook22.xml`.
"""

from __future__ import annotations

import io
import posixpath
import zipfile

from xlkpi.intake.scan.package import slashed

_USUAL = "workbook.xml"
_TELLING = ("_rels/.rels", "[content_types].xml")
"""The parts that name the workbook's."""


def usual(data: bytes, main: str) -> bytes:
    """Return the package with its workbook part `main` called as usual; it has been scanned."""
    folder, name = posixpath.split(main)
    if name.lower() == _USUAL:
        return data
    renamed = {main: posixpath.join(folder, _USUAL)}
    links = posixpath.join(folder, "_rels", "{}.rels")
    renamed[links.format(name)] = links.format(_USUAL)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            part, held = slashed(entry.filename), old.read(entry)
            if part.lower() in _TELLING:
                held = held.replace(main.encode(), renamed[main].encode())
            new.writestr(renamed.get(part, part), held)
    return made.getvalue()
