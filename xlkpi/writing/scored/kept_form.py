"""自评表版式: an office's own layout of 自评表, as text, so that 自评表 can be made again and verified."""

from __future__ import annotations

from xlkpi.domain.form_template import FIRST_LINE, FormTemplate
from xlkpi.domain.schema import LAYOUT_SHEET
from xlkpi.writing.book import Book

_WORDS = "“自评表”按本单位自己的版式填写；这里逐格照录那份版式，供核对用。花括号里的由程序填入。"


def write(book: Book, layout: FormTemplate) -> None:
    """Fill in 自评表版式, a line each; `intake.layouts.kept` reads them."""
    sheet = book.named(LAYOUT_SHEET)
    sheet.merge(0, 0, 2, LAYOUT_SHEET, "heading")
    sheet.merge(1, 0, 2, _WORDS, "guide")
    sheet.row(FIRST_LINE - 1, ["内容", "位置", "文字或数"], "head")
    for row, line in enumerate(layout.lines(), start=FIRST_LINE):
        for column, said in enumerate(line):
            sheet.text(row, column, said, "text")
    sheet.widths = {0: 12, 1: 14, 2: 80}
    sheet.freeze = (FIRST_LINE, 0)
    sheet.repeat = FIRST_LINE - 1
