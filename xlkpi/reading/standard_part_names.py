"""A package with names of its own → the same parts under the names that the engine knows.

A part may have any name, and a relationship gives its kind: Excel on the web writes
`xl/workbook22.xml`, others `./worksheets/sheet1.xml` or `%73heet1.xml`. The scan follows them all;
calamine looks for the texts and the formats at their usual places, and resolves no path.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping

from xlkpi.reading.xlsx import Package
from xlkpi.reading.xlsx.facts import Link
from xlkpi.reading.xlsx.package import normalize_name

_WORKBOOK = "workbook.xml"
_BESIDE = {"sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}
"""Kinds of parts that the engine expects in the workbook's folder, and their names there."""
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def with_standard_names(data: bytes, package: Package) -> bytes:
    """Return the package with all that is read of it at the usual places; it has been scanned."""
    folder = posixpath.dirname(package.main)
    beside = {link.kind: link.part for link in reversed(package.links) if link.kind in _BESIDE}
    names = {package.main: posixpath.join(folder, _WORKBOOK)}
    names |= {part: posixpath.join(folder, _BESIDE[kind]) for kind, part in beside.items()}
    targets = [(package.main_target, "", package.main)]
    targets += [
        (each.target, folder, each.part) for each in package.links if each.kind == "worksheet"
    ]
    if all(_is_found(*each) for each in targets) and all(_is_same(*each) for each in names.items()):
        return data
    names |= {sheet.part: sheet.part for sheet in package.sheets}
    return _rename_parts(data, names, package)


def _is_same(part: str, other: str) -> bool:
    return part.lower() == other.lower()


def _is_found(target: str, folder: str, part: str) -> bool:
    """Whether the engine finds the part: it joins folder and target as they are written."""
    rooted = target.startswith(("/", "xl/"))
    return _is_same(target.lstrip("/") if rooted else posixpath.join(folder, target), part)


def _rename_parts(data: bytes, names: Mapping[str, str], package: Package) -> bytes:
    """Return a package of the parts in `names` alone, and of the relationships between them."""
    made = io.BytesIO()
    main = names[package.main]
    folder, name = posixpath.split(main)
    root = [Link("rId1", "officeDocument", main, "")]
    linked = [link._replace(part=names[link.part]) for link in package.links if link.part in names]
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        new.writestr("_rels/.rels", _write_relationships(root))
        new.writestr(posixpath.join(folder, "_rels", f"{name}.rels"), _write_relationships(linked))
        for entry in old.infolist():
            part = normalize_name(entry.filename)
            if part in names:
                new.writestr(names[part], old.read(entry))
    return made.getvalue()


def _write_relationships(links: list[Link]) -> str:
    # It imports all of urllib: only for the few files that need it.
    from xml.sax.saxutils import quoteattr

    items = (
        f"<Relationship Id={quoteattr(link.id)} Type={quoteattr(_TYPE + link.kind)} "
        f"Target={quoteattr('/' + link.part)}/>"
        for link in links
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{"".join(items)}</Relationships>'
