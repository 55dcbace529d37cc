"""A scorer's row for one indicator: the mark, or the words by which the scorer steps aside."""

from __future__ import annotations

from xlkpi.domain import schema
from xlkpi.domain.cells import Table, Text
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Mark
from xlkpi.domain.numbers import ValueRange
from xlkpi.domain.recusal import is_recusal
from xlkpi.domain.text import trimmed
from xlkpi.reading.values import Reader


def read_mark(
    reader: Reader, table: Table, row: int, code: tuple[Text, str], within: ValueRange
) -> Mark:
    """Read a row of a ballot; `code` is its code and that as compared, `within` what a mark may be.

    A text as 得分 beside a recusal gets the recusal's advice from the checks, and no other.
    """
    remark = reader.text(table, row, "评分说明")
    recused = remark.value is not None and is_recusal(str(remark.typed))
    start = len(reader.findings)
    mark = reader.number(table, row, "得分", ("分",), within)
    if recused and mark.broken and isinstance(mark.typed, str):
        del reader.findings[start:]
    elif recused and mark.blank:
        _note_words(reader, remark)
    elif mark.broken:
        reader.findings[start:] = map(_or_step_aside, reader.findings[start:])
    return Mark(row, code[0], code[1], mark, remark, recused)


def _note_words(reader: Reader, remark: Text) -> None:
    """Note a recusal in other words; invisible characters in the word itself are noted by the reader."""
    typed = str(remark.typed)
    plain = remark.value == schema.RECUSED
    if typed != schema.RECUSED and (not plain or trimmed(typed) == schema.RECUSED):
        how = "不是回避的，请填得分"
        reader.findings.append(finding("X507", remark.place, typed, read=schema.RECUSED, how=how))


def _or_step_aside(each: Finding) -> Finding:
    """Add to the advice about a text that is no number what else it may have been meant to say."""
    if each.code != "X505":
        return each
    aside = f"；需要回避的，清空得分，在“评分说明”写“{schema.RECUSED}”"
    return each._replace(params={**each.params, "otherwise": aside})
