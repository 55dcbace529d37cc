"""What a workbook's package says that no engine tells: limits, errors, formulas, formats.

pandas reads `#DIV/0!`, a formula without a value and a blank alike; calamine
aborts the process on two far-apart cells; openpyxl drops rows out of order. So
the package itself is read first, once, by a streaming parser, and whatever
would mislead an engine is refused here with its cause.

Each module imports only those before it: limits, facts, memo, addresses;
package (the zip), parts, workbook and beside; styles, pieces, lean (what the engine gets), shapes, shared,
notes, sheet_parsed, sheet_fast.
"""

from __future__ import annotations

from xlkpi.reading.xlsx.beside import beside
from xlkpi.reading.xlsx.facts import Formula, Package, SheetFacts
from xlkpi.reading.xlsx.limits import LIMITS, Limits, within
from xlkpi.reading.xlsx.parts import Parts, is_true, refuse_sections
from xlkpi.reading.xlsx.shared import Book, shared_texts
from xlkpi.reading.xlsx.sheet_fast import plain_facts
from xlkpi.reading.xlsx.sheet_parsed import parsed_facts
from xlkpi.reading.xlsx.styles import is_percent_first, may_mislead, styles
from xlkpi.reading.xlsx.text_format import (
    alters_texts,
    hides_day,
    is_mixed,
    letters,
    shown_text,
    writes_percent,
)
from xlkpi.reading.xlsx.workbook import Listed, defined_names, listed_sheets, main_part, producer

__all__ = [
    "LIMITS",
    "Formula",
    "Limits",
    "Package",
    "SheetFacts",
    "alters_texts",
    "hides_day",
    "is_mixed",
    "is_percent_first",
    "letters",
    "may_mislead",
    "scan",
    "shown_text",
    "within",
    "writes_percent",
]


class _KeptParts(Parts):
    """Parts that are wanted again: what is inflated is kept, by the entry's own name."""

    def __init__(self, data: bytes, limits: Limits, kept: dict[str, bytes]) -> None:
        super().__init__(data, limits)
        self.kept = kept

    def read(self, part: str) -> bytes:
        entry = self.unread.get(part.lower())
        content = super().read(part)
        if entry is not None:
            self.kept[entry.filename] = content
        return content


def scan(
    data: bytes,
    limits: Limits = LIMITS,
    kept: dict[str, bytes] | None = None,
    lean: dict[str, bytes] | None = None,
) -> Package:
    """Read the facts of the package in `data`.

    What is inflated for them is put into `kept`; `lean` takes up what the engine needs of a small one.

    Raises `Unreadable`: X009 a macro sheet of Excel 4, X002 locked entries, X006 damaged zip, X010 DOCTYPE,
    X011 colliding part names, X012 cells out of order, X013 over a limit,
    X014 broken or missing parts.
    """
    parts = Parts(data, limits) if kept is None else _KeptParts(data, limits, kept)
    parts.lean = lean if parts.small else None  # all of it is in memory at once
    link, main, links = main_part(parts)
    sheets = listed_sheets(parts, main, links)
    shared = shared_texts(parts, links.usual("sharedStrings", "xl/sharedStrings.xml"))
    looks = styles(parts, links.usual("styles", "xl/styles.xml"))
    book = Book(limits, shared, looks, parts.lean)
    facts = tuple(_sheet(parts, each, book) for each in sheets if each.kind == "worksheet")
    written_by = producer(parts)
    parts.lean = None
    parts.check_unread()
    return Package(
        sheets=facts,
        names=defined_names(main),
        date1904=any(
            is_true(item.attributes.get("date1904")) for item in main if item.name == "workbookPr"
        ),
        macros=any(part.endswith("vbaproject.bin") for part in parts),
        external_links=sum(link.kind == "externalLink" for link in links),
        cells=book.cells,
        producer=written_by,
        main=link.part,
        main_target=link.target,
        links=tuple(links),
        other_sheets=tuple(each.name for each in sheets if each.kind != "worksheet"),
        beside=beside(parts),
    )


def _sheet(parts: Parts, sheet: Listed, book: Book) -> SheetFacts:
    """The facts of one worksheet, by the fast way where its rows allow it."""
    xml = parts.read(sheet.part)
    refuse_sections(xml, sheet.part)
    parts.count_tags(xml, sheet=sheet.name)
    before = book.cells
    facts = plain_facts(sheet, xml, book) or parsed_facts(sheet, xml, book)
    return facts._replace(cells=book.cells - before)
