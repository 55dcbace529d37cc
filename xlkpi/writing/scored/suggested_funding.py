"""What 结果应用 suggests: the part of this year's budget that its words name beyond doubt.

Only two forms are read, each in a clause of its own with nothing else about it: “按…80%…安排”, which is
80 %, and “压减…20%”, which leaves 80 %. A second number, a condition, another base or a word of growth
makes it a sentence to be read by people: no share, and no amount.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from xlkpi.domain.numbers import EXACT
from xlkpi.domain.patterns import pattern

_CLAUSES = pattern(r"[，。；！？：,;!?:（）()\[\]]|\.(?!\d)")
_N = r"(?P<per>\d{1,3}(?:\.\d{1,4})?)%"
_OPENING = r"(?:建议|原则上|可|应|一律|统一)*(?:对|将)?"
_NEXT = r"(?:下(?:一)?(?:年度?)|次年度?|明年|来年)?(?:的)?"
_MONEY = r"(?:项目)?(?:支出)?(?:资金)?(?:预算)?(?:安排)?(?:资金|数|额度?)?"
_THIS = r"(?:本年度?|当年度?|全年)(?:的)?(?:项目)?(?:支出)?预算(?:安排)?(?:数|额度?)?(?:的)?"
_LIMIT = r"(?:不超过|不高于|不低于|不少于|最高不超过|最低不低于|最高|最低|至多|最多|至少)"
_GRANTED = r"(?:安排|保障|拨付|核定)"

_SHARES = pattern(
    rf"{_OPENING}{_NEXT}{_MONEY}{_NEXT}"
    rf"(?:按照?{_LIMIT}?|{_LIMIT})(?:{_THIS})?{_N}(?:以内)?(?:的比例)?(?:予以|给予)?{_GRANTED}"
    rf"(?:{_NEXT}{_MONEY}|或(?:暂停|停止|取消|、|项目)+)\Z",
    re.ASCII,
)
_CUTS = pattern(
    rf"{_OPENING}{_NEXT}{_MONEY}(?:[在较比]?{_THIS}(?:基础上)?)?"
    rf"(?:压减|扣减|核减|调减|削减|减少)(?:{_THIS}|{_NEXT}{_MONEY}(?:的)?){_N}"
    rf"(?:后(?:予以|再)?{_GRANTED}(?:{_NEXT}{_MONEY}))?\Z",
    re.ASCII,
)
_NUMBER = pattern(r"\d|[一二三四五六七八九两]成|[百千]分之|翻番|倍")
_OTHER = pattern(
    r"[压扣核调削缩]减|压缩|减少|扣除|收回|增长|增加|增幅|上浮|下浮|[上下]调|提高|降低|上年|上一年|同比|"
    r"执行率|完成率|得分|满意度|达到|未达|低于|高于|超过|不足|如果|若|凡|否则|其余|除外|不予|不再|每|但|仅"
)
"""What elsewhere in the text makes a share conditional, or one of several."""
_CONDITION = pattern(r"对.*|属.*|.*[的后时者前下]")
"""A clause before the share: of what it is, or under which condition."""


def share(text: str) -> Decimal | None:
    """Return the part of this year's budget that 结果应用 says to grant: 0.8; None where it is not plain."""
    said = "".join(unicodedata.normalize("NFKC", text).split())
    clauses = _CLAUSES.split(said)
    telling = [clause for clause in clauses if _NUMBER.search(clause)]
    if len(telling) != 1:
        return None
    at = clauses.index(telling[0])
    before, after = clauses[:at], clauses[at + 1 :]
    if _OTHER.search("，".join(before + after)) or any(map(_CONDITION.fullmatch, before)):
        return None
    granted, cut = _SHARES.match(telling[0]), _CUTS.match(telling[0])
    if granted:
        return Decimal(granted["per"]).scaleb(-2, EXACT)
    if not cut:
        return None
    left = EXACT.subtract(Decimal(100), Decimal(cut["per"]))
    return left.scaleb(-2, EXACT) if left >= 0 else None
