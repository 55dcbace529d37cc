"""An outcome → the scored workbook: results and workings in front, the inputs behind."""

from __future__ import annotations

from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import (
    COMPARISON_SHEET,
    FINDINGS_SHEET,
    FORM_SHEET,
    GRADE_SHEET,
    LAYOUT_SHEET,
    METHODS_SHEET,
    PROOF_SHEET,
    SCORES_SHEET,
    SOURCE_SHEET,
    SUMMARY_SHEET,
)
from xlkpi.writing.addresses import Addresses
from xlkpi.writing.book import Book
from xlkpi.writing.scored import (
    comparison,
    form,
    grades,
    indicator_scores,
    kept_form,
    provenance,
    reconciliation,
    records,
    summary,
    verification_code,
)
from xlkpi.writing.scored.input_sheets import Inputs

_RESULTS = (
    SUMMARY_SHEET,
    GRADE_SHEET,
    FORM_SHEET,
    SCORES_SHEET,
    COMPARISON_SHEET,
    FINDINGS_SHEET,
    METHODS_SHEET,
    PROOF_SHEET,
    SOURCE_SHEET,
)
_STAMPED = (SUMMARY_SHEET, GRADE_SHEET, FORM_SHEET)
"""Sheets whose footer carries the 校验码."""


def scored(outcome: Outcome, layout: FormTemplate, own: bool = False) -> Book:
    """Return the scored workbook of an outcome that was scored, its 自评表 laid out like that.

    A layout of an office's own is kept in it, on a sheet of its own.
    """
    filled, result = outcome.filled, outcome.scored
    assert filled is not None and result is not None
    book = Book(f"{filled.said('部门名称')}{filled.said('评价年度')}绩效自评评分结果")
    names = Addresses()
    for name in (*_RESULTS, LAYOUT_SHEET) if own else _RESULTS:
        book.sheet(name)
    Inputs(filled, result).write(book)
    names.cells["校验码"] = verification_code.of_book(book, filled, result)
    # Filled in by who needs whose addresses, not in the order of the tabs.
    records.write_methods(book, filled, result, names)
    summary.locate(book, filled, result, names)
    indicator_scores.write(book, filled, result, names)
    comparison.write(book, filled, result, names)
    grades.write(book, outcome, names)
    form.write(book, outcome, names, layout)
    provenance.write(book, outcome, names, layout)
    if own:
        kept_form.write(book, layout, names)
    summary.write(book, outcome, names)
    reconciliation.write(book, filled, result, names)
    summary.headline(book, filled, result, names)
    records.write_findings(book, outcome, names)
    for name in _STAMPED:
        names.sheet(book, name).footer = f"校验码 {names.cells['校验码']}"
    provenance.seal(book, names)
    return book
