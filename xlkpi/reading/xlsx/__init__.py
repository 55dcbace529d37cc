"""The scan: facts of a workbook's package that no engine reports (limits, errors, formulas, formats).

pandas reads `#DIV/0!`, a formula without a value and a blank alike; calamine
aborts the process on two far-apart cells; openpyxl drops rows out of order. So
the package itself is read first, once, by a streaming parser, and whatever
would mislead an engine is refused here with its cause.

Each module imports only those before it: limits, facts, memo, engine_package; package (the zip),
addresses; parts; workbook, other_content, text_format; styles, shapes; pieces, shared, notes,
sheet_parsed, sheet_fast.
"""

from __future__ import annotations

from xlkpi.reading.xlsx.facts import Formula, Package, SheetFacts
from xlkpi.reading.xlsx.limits import LIMITS, Limits, check_limit
from xlkpi.reading.xlsx.other_content import find_other_content
from xlkpi.reading.xlsx.parts import Parts, is_true, refuse_sections
from xlkpi.reading.xlsx.properties import read_properties
from xlkpi.reading.xlsx.shared import Book, read_shared_texts
from xlkpi.reading.xlsx.sheet_fast import read_plain_facts
from xlkpi.reading.xlsx.sheet_parsed import parse_facts
from xlkpi.reading.xlsx.styles import is_percent_first, may_mislead, read_styles
from xlkpi.reading.xlsx.text_format import (
    alters_texts,
    date_letters,
    hides_day,
    is_mixed,
    shown_text,
    writes_percent,
)
from xlkpi.reading.xlsx.workbook import (
    ListedSheet,
    find_main_part,
    list_sheets,
    read_defined_names,
    read_producer,
)

__all__ = [
    "LIMITS", "Formula", "Limits", "Package", "SheetFacts", "alters_texts", "check_limit", "date_letters",
    "hides_day", "is_mixed", "is_percent_first", "may_mislead", "read_properties", "scan", "shown_text",
    "writes_percent",
]  # fmt: skip


class _KeptParts(Parts):
    """Parts that also keeps what it inflates, by the entry's own name."""

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
    engine_parts: dict[str, bytes] | None = None,
) -> Package:
    """Read the facts of the package in `data`.

    The inflated parts are put into `kept`, and those for the engine, of a small package, into `engine_parts`.

    Raises `Unreadable`: X009 a macro sheet of Excel 4, X002 locked entries, X006 damaged zip, X010 DOCTYPE,
    X011 colliding part names, X012 cells out of order, X013 over a limit,
    X014 broken or missing parts.
    """
    parts = Parts(data, limits) if kept is None else _KeptParts(data, limits, kept)
    parts.engine_parts = engine_parts if parts.small else None  # all of it is in memory at once
    link, main, links = find_main_part(parts)
    sheets = list_sheets(parts, main, links)
    shared = read_shared_texts(parts, links.find_part("sharedStrings", "xl/sharedStrings.xml"))
    formats = read_styles(parts, links.find_part("styles", "xl/styles.xml"))
    book = Book(limits, shared, formats, parts.engine_parts)
    facts = tuple(_sheet(parts, each, book) for each in sheets if each.kind == "worksheet")
    written_by = read_producer(parts)
    parts.engine_parts = None
    parts.check_unread()
    return Package(
        sheets=facts,
        names=read_defined_names(main),
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
        other_content=find_other_content(parts),
    )


def _sheet(parts: Parts, sheet: ListedSheet, book: Book) -> SheetFacts:
    """Return the facts of one worksheet, by the byte path where its rows are plain, else by the parser."""
    xml = parts.read(sheet.part)
    refuse_sections(xml, sheet.part)
    parts.count_tags(xml, sheet=sheet.name)
    before = book.cells
    facts = read_plain_facts(sheet, xml, book) or parse_facts(sheet, xml, book)
    return facts._replace(cells=book.cells - before)
