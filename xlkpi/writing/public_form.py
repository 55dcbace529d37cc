"""The public version: 自评表 alone, values without formulas or links, without persons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from xlkpi.domain import fingerprint
from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.placeholders import PERSONS
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import FORM_SHEET
from xlkpi.writing.book import Book
from xlkpi.writing.scored import scored


def published(outcome: Outcome, layout: FormTemplate) -> Book:
    """Return the workbook to be published of an outcome that was scored."""
    form = scored(outcome, layout.without(PERSONS)).named(FORM_SHEET)
    cells = {at: cell._replace(formula="", link="") for at, cell in form.every_cell()}
    worksheet = replace(form, cells=cells, planned=None)
    assert outcome.filled is not None and worksheet.print_to is not None
    said = outcome.filled.info_text
    book = Book(f"{said('部门名称')}{said('评价年度')}年度自评表", [worksheet])
    row = worksheet.print_to[0] + 1
    source = outcome.source
    name = fingerprint.masked_source(PurePath(source.file).name, source.sha256)  # may tell a person
    worksheet.text(row, 0, fingerprint.SOURCE_LABEL, "form.note")
    worksheet.text(row, 1, name, "form.note")
    row += 1
    worksheet.text(row, 0, fingerprint.IDENTITY_LABEL, "form.note")
    worksheet.text(row, 1, outcome.filled.identity, "form.note")
    row += 1
    worksheet.text(row, 0, fingerprint.LABEL, "form.note")
    worksheet.text(row, 1, book.fingerprint(), "form.note")
    worksheet.print_to = (row, worksheet.print_to[1])
    return book
