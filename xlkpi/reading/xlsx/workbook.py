"""The workbook part: the list of the sheets, the defined names, and the links to other parts."""

from __future__ import annotations

import posixpath
from typing import NamedTuple
from urllib.parse import unquote

from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.xlsx.facts import Link
from xlkpi.reading.xlsx.limits import check_limit
from xlkpi.reading.xlsx.parts import Element, Parts, read_elements


class Links(list[Link]):
    """The relationships of one part."""

    def __init__(self, parts: Parts, source: str) -> None:
        super().__init__()
        self.parts = parts
        self.source = source

    def find_part(self, kind: str, default: str) -> str | None:
        """Return the part of that kind, or the one at the default place, or None.

        Some programs follow the relationship and some look at the default place;
        where both are there and differ, what they read would differ.
        """
        linked = next((link.part for link in self if link.kind == kind), None)
        there = self.parts.find(default)
        if linked is not None and there is not None and linked != there:
            raise Unreadable("X014", part=linked, what=f"与 {there} 重复")
        return linked or there


def _read_links(parts: Parts, source: str) -> Links:
    """The internal relationships of the part `source` (empty: of the package)."""
    folder, name = posixpath.split(source)
    links = Links(parts, source)
    part = posixpath.join(folder, "_rels", f"{name}.rels")
    for item in read_elements(parts, part, "Relationship"):
        attributes = item.attributes
        if attributes.get("TargetMode", "").lower() != "external":
            kind, target = attributes.get("Type", ""), attributes.get("Target", "")
            meant = _resolve_target(parts, folder, target)
            links.append(Link(attributes.get("Id", ""), kind.rpartition("/")[2], meant, target))
    return links


def _resolve_target(parts: Parts, folder: str, target: str) -> str:
    """The part that a target means, relative to `folder` or absolute."""
    target = target.replace("\\", "/")
    relative = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    # Some programs write `xl/…` for `/xl/…`, and calamine takes it so.
    absolute = posixpath.normpath(target).lstrip("/")
    meant = {relative, unquote(relative)} | ({absolute} if target.startswith("xl/") else set())
    found = {name for name in map(parts.find, meant) if name is not None}
    if len(found) > 1:
        raise Unreadable("X014", part=relative, what="引用含糊")
    return found.pop() if found else relative


def find_main_part(parts: Parts) -> tuple[Link, list[Element], Links]:
    """The workbook part: what refers to it, its elements, and its relationships."""
    roots = _read_links(parts, "")
    main = roots.find_part("officeDocument", "xl/workbook.xml")
    if main is None:
        raise Unreadable("X014", part="_rels/.rels", what="没有指向工作簿")
    book = read_elements(parts, main, "workbook", "workbookPr", "sheet", "definedName")
    if not book or book[-1].name != "workbook":
        raise Unreadable("X014", part=main, what="不是工作簿")
    link = next((each for each in roots if each.part == main), Link("", "", main, main))
    return link, book, _read_links(parts, main)


class ListedSheet(NamedTuple):
    """A sheet as the workbook part lists it."""

    name: str
    state: str
    part: str
    kind: str = "worksheet"
    """Or `chartsheet`, `dialogsheet`."""


def list_sheets(parts: Parts, book: list[Element], links: Links) -> list[ListedSheet]:
    """The sheets in the workbook's order; X009 for a macro sheet of Excel 4, which no engine reads."""
    items = [item for item in book if item.name == "sheet"]
    check_limit(parts.limits.sheets, len(items), "工作表数")
    by_id = {link.id: link for link in links}
    listed: list[ListedSheet] = []
    taken: set[str] = set()
    for item in items:
        name = item.attributes.get("name", "")
        link = by_id.get(_relationship_id(item.attributes))
        if link is None:
            raise Unreadable("X014", part=links.source, what=f"找不到工作表“{name}”")
        if link.part.lower() in taken:
            what = f"工作表“{name}”与另一个工作表指向同一部件"
            raise Unreadable("X014", part=link.part, what=what)
        taken.add(link.part.lower())
        if link.kind.lower().endswith("macrosheet"):
            raise Unreadable("X009", sheet=name)
        listed.append(
            ListedSheet(name, item.attributes.get("state", "visible"), link.part, link.kind)
        )
    return listed


def _relationship_id(attributes: dict[str, str]) -> str:
    """The value of `r:id`, whatever the prefix."""
    return next((value for key, value in attributes.items() if key.endswith(":id")), "")


def read_defined_names(book: list[Element]) -> dict[str, str]:
    """Defined names and what they refer to; one local to a sheet is `Sheet!name`."""
    sheets = [item.attributes.get("name", "") for item in book if item.name == "sheet"]
    names: dict[str, str] = {}
    for item in book:
        if item.name == "definedName":
            name, local = item.attributes.get("name", ""), item.attributes.get("localSheetId")
            if local is not None and local.isdecimal() and int(local) < len(sheets):
                name = f"{sheets[int(local)]}!{name}"
            names[name] = item.text
    return names


def read_producer(parts: Parts) -> str:
    """The program that wrote the file, as it calls itself; empty where it gives no name."""
    part = parts.find("docProps/app.xml")
    if part is None:
        return ""
    items = read_elements(parts, part, "Application")
    return items[0].text.strip() if items else ""
