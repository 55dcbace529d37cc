"""An outcome → the scored workbook: results and workings in front, the inputs behind."""

from __future__ import annotations

from collections import deque

from xlkpi.domain.form_template import FormTemplate
from xlkpi.domain.results import Outcome
from xlkpi.domain.schema import (
    COMPARISON_SHEET,
    FINDINGS_SHEET,
    FORM_SHEET,
    GRADE_SHEET,
    LAYOUT_SHEET,
    METHODS_SHEET,
    PRINT_SET,
    RECONCILIATION_SHEET,
    SCORES_SHEET,
    SOURCE_SHEET,
    SUMMARY_SHEET,
)
from xlkpi.writing.book import Book, page_header
from xlkpi.writing.plan import BookPlan
from xlkpi.writing.scored import (
    comparison,
    comparison_findings,
    form,
    grades,
    indicator_scores,
    input_sheets,
    kept_form,
    provenance,
    reconciliation,
    records,
    summary,
    summary_findings,
    verification_code,
)
from xlkpi.writing.scored.addresses import Addresses
from xlkpi.writing.scored.plan_shape import Shape, shape
from xlkpi.writing.scored.result import Result

_RESULTS = (
    SUMMARY_SHEET,
    GRADE_SHEET,
    FORM_SHEET,
    SCORES_SHEET,
    COMPARISON_SHEET,
    FINDINGS_SHEET,
    METHODS_SHEET,
    RECONCILIATION_SHEET,
    SOURCE_SHEET,
)


def scored(outcome: Outcome, layout: FormTemplate, own: bool = False) -> Book:
    """Return the scored workbook of an outcome that was scored, its 自评表 laid out like that.

    A layout of an office's own is kept in it, on a sheet of its own.
    """
    result = Result(outcome)
    names = Addresses.of(result, reconciliation.count(result))
    said = result.filled.info_text
    title = f"{said('部门名称')}{said('评价年度')}绩效自评评分结果"
    book = _planned(result, names, layout, own).fill(title, result)
    code = verification_code.of_book(book, result.filled, result.scored)
    _write(book, result, names, layout, code)
    if own:
        kept_form.write(book, layout)
    header = page_header(said("部门名称"), f"{said('评价年度')}年度{said('评价类型')}绩效自评")
    for name in PRINT_SET:
        book.named(name).header, book.named(name).footer = header, f"校验码 {code}"
    provenance.seal(book, result.filled)
    return book


_PLANS: deque[tuple[Shape, BookPlan]] = deque(maxlen=12)
"""The latest plans with their shapes; one takes a few megabytes.

Looked through, not looked up: shapes that differ do so early, and to hash one takes as long as to make it.
"""


def _planned(result: Result, names: Addresses, layout: FormTemplate, own: bool) -> BookPlan:
    """Return the plan of this shape, made now or for an earlier workbook."""
    own_shape = shape(result, names, layout, own)
    for known, plan in _PLANS:
        if known == own_shape:
            return plan
    plan = _plan(result, names, layout, own)
    _PLANS.appendleft((own_shape, plan))
    return plan


def _plan(result: Result, names: Addresses, layout: FormTemplate, own: bool) -> BookPlan:
    """Plan what all workbooks of this shape have in common."""
    book = Book("")
    for name in (*_RESULTS, LAYOUT_SHEET) if own else _RESULTS:
        book.sheet(name)
    input_sheets.plan(book, result)
    indicator_scores.plan(book, result, names)
    comparison.plan(book, result, names)
    provenance.plan(book, result, layout)
    summary.plan(book, result, names)
    reconciliation.plan(book, result, names)
    return BookPlan(book)


def _write(book: Book, result: Result, names: Addresses, layout: FormTemplate, code: str) -> None:
    """Add what depends on more than the shape: lists of what was found, the form, the grade."""
    records.write_methods(book, result.filled, result.scored)
    records.write_findings(book, result.outcome)
    indicator_scores.write(book, result, names)
    comparison_findings.write(book, result)
    grades.write(book, result, names)
    form.write(book, result, names, layout)
    summary_findings.write(book, result, names, code)
