"""`diff` between a scored and a refused draft says why one of them has no score."""

from __future__ import annotations

from tests.test_diff import RICH, base, edited, told
from xlkpi.audit import diff
from xlkpi.domain.findings import errors
from xlkpi.pipeline import Document, score_documents


def test_why_a_draft_was_not_scored_is_told_after_the_total() -> None:
    """How many errors it has, and the first ones: code, place and sentence, on its own side."""
    refused = edited(("写", "评分_站长", "H17", "好"))
    (why,) = errors(score_documents([Document("乙.xlsx", refused)])[0].findings)
    found = told(base(RICH), refused)
    whats = [each.what for each in found]
    assert whats[:4] == ["总分", "没有评分的原因", "错误", "等级"]
    assert (found[1].old, found[1].new) == ("没有错误", "1 个错误")
    assert (found[2].code, found[2].old, found[2].new) == (why.code, "", why.message)
    assert (str(found[2].old_place), str(found[2].new_place)) == ("", "评分_站长!H17")
    back = told(refused, base(RICH))
    assert (back[2].code, back[2].old, back[2].new) == (why.code, why.message, "")
    assert str(back[2].old_place) == "评分_站长!H17"


def test_of_many_errors_the_first_ones_are_told_and_all_are_counted() -> None:
    wrong = edited(*(("写", "评分_站长", f"H{row}", "好") for row in (17, 18, 19, 20, 21)))
    many = errors(score_documents([Document("乙.xlsx", wrong)])[0].findings)
    assert len(many) > diff._REASONS
    found = told(base(RICH), wrong)
    assert found[1].new == f"{len(many)} 个错误"
    assert [each.new for each in found if each.what == "错误"] == [
        each.message for each in many[: diff._REASONS]
    ]


def test_two_drafts_alike_scored_or_refused_have_no_reason() -> None:
    refused, other = (
        edited(("写", "评分_站长", "H17", "好")),
        edited(("写", "评分_站长", "H17", "差")),
    )
    for old, new in ((refused, other), (base(RICH), base(RICH))):
        assert not [each for each in told(old, new) if each.what in ("没有评分的原因", "错误")]
