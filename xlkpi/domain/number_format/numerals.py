"""The Chinese numerals of [DBNum1], [DBNum2] and [DBNum3]."""

from __future__ import annotations

_DIGITS = {"1": "〇一二三四五六七八九", "2": "零壹贰叁肆伍陆柒捌玖", "3": "０１２３４５６７８９"}
_STEPS = {"1": ("", "十", "百", "千"), "2": ("", "拾", "佰", "仟"), "3": ("", "十", "百", "千")}
_GROUPS = ("", "万", "亿", "万亿")


def numerals(shown: str, style: str, *, general: bool) -> str:
    """Return what is shown in the numerals of a style: one for each digit, or read out (General)."""
    digits = _DIGITS.get(style)
    if digits is None:
        return shown
    whole, point, decimals = shown.partition(".")
    if general and whole.isdigit() and len(whole) <= 16:
        return _read_out(whole, style) + point + _each(decimals, digits)
    return _each(shown, digits)


def _each(shown: str, digits: str) -> str:
    return "".join(digits[int(each)] if each.isdigit() else each for each in shown)


def _read_out(whole: str, style: str) -> str:
    """Read a whole number out: 10,050 is 一万〇五十."""
    digits, steps = _DIGITS[style], _STEPS[style]
    text, gap = "", False
    for at, each in enumerate(whole):
        left = len(whole) - at - 1
        if each == "0":
            gap = True
        else:
            text += (digits[0] if gap and text else "") + digits[int(each)] + steps[left % 4]
            gap = False
        if left % 4 == 0 and whole[max(0, at - 3) : at + 1].strip("0"):
            text += _GROUPS[left // 4]
            gap = False  # 三百一十万二千: zeros at the end of a group are not read
    return text or digits[0]
