"""When a 评分说明 says that the scorer steps aside: patterns that a formula and the reading share.

Only words that cannot mean anything else are read: `申请回避`, `本人分管，回避`. Anything that may deny it,
put a condition or speak of another time stays a mark that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable

from xlkpi.domain.schema import RECUSED, canonical

_LEADS = (
    "，", ",", "。", "；", "：", "）", " ", "申请", "需", "须", "应", "需要", "应当", "主动", "本人", "我",
)  # fmt: skip
"""What stands before the word where it ends a remark."""
_SIGNS = ("，", ",", "。", "；", "：", ":", "（", "(", "、", " ")
"""What stands behind it where it begins one: 回避（本人分管）."""
_SAID = (
    RECUSED, " ".join(RECUSED),
    *(f"{RECUSED}{sign}*" for sign in _SIGNS),
    *(f"*{lead}{RECUSED}{end}" for lead in _LEADS for end in ("", "。", " ")),
)  # fmt: skip
_DENIED = (
    "不", "无", "未", "没", "非", "否", "免", "勿", "别", "拒", "吗", "？", "取消", "撤", "解除", "停", "可", "如", "若", "拟",
    "建议", "上年", "去年", "往年", "曾",
)  # fmt: skip
_STAYS = (
    "不回避", "未回避", "无需回避", "无须回避", "不用回避", "不必回避", "不需回避", "不需要回避", "没有回避", "无需申请回避", "取消回避",
)  # fmt: skip
"""With a mark beside it only these are no recusal: whatever else has the word contradicts the mark."""


def is_recusal(remark: str) -> bool:
    """Whether a 评分说明, as it was typed, is a recusal where no mark stands beside it."""
    if canonical(remark) == RECUSED:
        return True
    return any(_matches(remark, each) for each in _SAID) and not _has_any(remark, _DENIED)


def denies_mark(remark: str) -> bool:
    """Whether a 评分说明 contradicts a mark beside it."""
    text = canonical(remark)
    return RECUSED in text and not _has_any(text, _STAYS)


def recusal_formula(cell: str) -> str:
    """Return the formula text of `is_recusal`, TRUE or FALSE."""
    return f"AND({_count(cell, _SAID)}>0,{_count(cell, _anywhere(_DENIED))}=0)"


def denial_formula(cell: str) -> str:
    """Return the formula text of `denies_mark`, TRUE or FALSE."""
    words = (RECUSED, " ".join(RECUSED))
    return f"AND({_count(cell, _anywhere(words))}>0,{_count(cell, _anywhere(_STAYS))}=0)"


def _matches(text: str, pattern: str) -> bool:
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _has_any(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


def _anywhere(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"*{word}*" for word in words)


def _count(cell: str, patterns: Iterable[str]) -> str:
    listed = ",".join(f'"{each}"' for each in patterns)
    return f"SUMPRODUCT(COUNTIF({cell},{{{listed}}}))"
