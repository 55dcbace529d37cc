"""How people spell a direction: "≧50", "不低于95%", "95%（含）以上", "控制在5%以内".

One table for all forms. Whether a word includes the number itself follows Chinese law: 以上,
以下, 以内 include it, 超过, 不满, 以外 do not (民法典 第1259条). Two forms that disagree stop.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import canonical

BEFORE, BEHIND = "数前", "数后"


class Form(NamedTuple):
    """Ways to write one direction."""

    sign: str
    """What it is read as; "" where it names no direction."""
    where: str
    """Before or behind the number."""
    words: tuple[str, ...]
    soft: bool = False
    """"达到95%" is at least 95 %, but as well exactly 95 %: it gives way to what is clearer."""


FORMS = (
    Form("≥", BEFORE, (
        "≥", "≧", "⩾", "≮", ">=", "=>", "大于等于", "大于或等于", "大于或者等于", "等于或大于", "高于或等于", "多于或等于",
        "不低于", "不少于", "不小于", "不得低于", "不得少于", "不得小于", "不能低于", "不能少于", "不应低于", "不应少于",
        "不可低于", "不可少于", "至少", "最少", "最低", "起码",
    )),
    Form("≤", BEFORE, (
        "≤", "≦", "⩽", "≯", "<=", "=<", "小于等于", "小于或等于", "小于或者等于", "等于或小于", "低于或等于", "少于或等于",
        "不高于", "不超过", "不大于", "不多于", "不超", "不突破", "未超过", "没有超过", "不得高于", "不得超过", "不得大于",
        "不得多于", "不得突破", "不能高于", "不能超过", "不应高于", "不应超过", "不可高于", "不可超过", "至多", "最多", "最高",
        "不迟于", "不晚于", "不得迟于", "不得晚于", "最迟", "最晚",
    )),
    Form(">", BEFORE, (">", "大于", "高于", "多于", "超过", "超出", "晚于")),
    Form("<", BEFORE, ("<", "小于", "低于", "少于", "不足", "不满", "不到", "未满", "早于")),
    Form("=", BEFORE, ("=", "═", "﹦", "等于")),
    Form("≥", BEFORE, (
        "达到", "达", "完成", "实现", "已完成", "已达到", "已达", "已实现", "实际完成", "实际达到", "共完成", "累计完成",
    ), soft=True),
    Form("", BEFORE, ("控制在", "保持在", "维持在", "稳定在", "累计", "共计", "合计", "共", "应", "须", "必须", "确保")),
    Form("≥", BEHIND, ("以上", "及以上", "及其以上", "或以上", "或者以上", "和以上", "含以上")),
    Form("≤", BEHIND, (
        "以下", "及以下", "及其以下", "或以下", "或者以下", "和以下", "含以下", "以内", "及以内", "之内", "内",
    )),
)  # fmt: skip
"""Brackets behind the number may repeat it: 95%（含）以上, 95%以上（含95%）; （不含） is the contrary."""

STRICT = {"≥": ">", "≤": "<"}
SIGNS = {
    word: form.sign for form in FORMS if form.where == BEFORE and form.sign and not form.soft
    for word in form.words
}  # fmt: skip
"""Also valid in 指标性质."""
QUANTITATIVE = {
    "定量": (), "定量指标": (), "正向": ("≥", ">", "="), "正向指标": ("≥", ">", "="),
    "反向": ("≤", "<"), "反向指标": ("≤", "<"), "逆向": ("≤", "<"), "逆向指标": ("≤", "<"),
    "负向": ("≤", "<"), "负向指标": ("≤", "<"),
}  # fmt: skip
"""Words in 指标性质 for a number, or for which way is better, that name no operator: the
operators that fit it, () for any."""

_BEFORE = {word: form for form in FORMS if form.where == BEFORE for word in form.words}
_BEHIND = {word: form.sign for form in FORMS if form.where == BEHIND for word in form.words}
_WIDE = str.maketrans("＞＜＝（）﹥﹤", "><=()><")
_ENDS = " \t\r\n\u3000。；;"
"""Trailing characters without a meaning."""


def _any(words: dict[str, object]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_LEAD = pattern(rf"\s*({_any({**_BEFORE})})\s*")
_INCLUDED = r"\s*(?:\(\s*(?P<{0}not>不)?含(?P<{0}number>[^()]*)\))?\s*"
_TAIL = pattern(
    rf"(?P<core>.*?[^\s(]){_INCLUDED.format('a')}(?P<word>{_any({**_BEHIND})}){_INCLUDED.format('b')}\Z",
    re.DOTALL,
)
_SAID_AGAIN = pattern(r"\s*[(（]含(?:本数)?[)）]\s*\Z")
_NUMBER_ITSELF = ("", "本数", "此数", "该数")


_LONGEST = 100
"""Characters of a target; patterns take their time over a page of spaces."""


class TargetText(NamedTuple):
    """A text, taken apart."""

    sign: str
    """The operator; "" where no form was found."""
    soft: bool
    """Whether `sign` gives way to 指标性质."""
    core: str
    """The number and its unit."""
    rest: str
    """All behind the forms before the number."""
    clash: tuple[str, str] = ("", "")
    """Two forms that disagree."""

    def fits(self, nature: str) -> bool:
        """Whether 指标性质 means the same."""
        return nature == self.sign or (self.soft and nature == "=" and self.sign == "≥")


def split_target(text: str) -> TargetText:
    """Take the forms off a text; what is none of them stays with the number."""
    if len(text) > _LONGEST:
        return TargetText("", False, text, text)
    rest, found_forms, soft = _split_leads(text.rstrip(_ENDS))
    core, behind = _split_tail(rest)
    found_forms += behind
    if found_forms and found_forms[0][1] in STRICT and not behind:  # ≥95%（含） repeats itself
        core = _SAID_AGAIN.sub("", core)
    signs = {sign for _, sign in found_forms}
    if len(signs) > 1:
        first = found_forms[0]
        other = next(each for each in found_forms if each[1] != first[1])
        return TargetText("", False, core, rest, (first[0], other[0]))
    if found_forms:
        return TargetText(found_forms[0][1], False, core, rest)
    return TargetText(soft, bool(soft), core, rest)


def _split_leads(text: str) -> tuple[str, list[tuple[str, str]], str]:
    """Return what is left, the forms found with their signs, and the sign of a soft one."""
    narrow, at, found_forms, soft = text.translate(_WIDE), 0, [], ""
    while found := _LEAD.match(narrow, at):
        form = _BEFORE[found[1]]
        if form.soft:
            soft = form.sign
        elif form.sign:
            found_forms.append((found[1], form.sign))
        at = found.end()
    return text[at:], found_forms, soft


def _split_tail(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the number with its unit, and the form behind it."""
    found = _TAIL.match(text.translate(_WIDE).rstrip())
    if found is None:
        return _as_percent(text), []
    core = text[: found.end("core")]
    numbers = [canonical(found[group] or "") for group in ("anumber", "bnumber")]
    if any(number not in (*_NUMBER_ITSELF, canonical(core)) for number in numbers):
        return text, []
    sign = _BEHIND[found["word"]]
    without = found["anot"] or found["bnot"]
    return _as_percent(core), [(found["word"], STRICT[sign] if without else sign)]


_OF_A_HUNDRED = pattern(r"\s*百分之\s*(?=[\d０-９])")


def _as_percent(core: str) -> str:
    """Return 百分之95 as 95%."""
    found = _OF_A_HUNDRED.match(core)
    return f"{core[found.end() :].rstrip()}%" if found else core
