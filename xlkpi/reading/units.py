"""Units that are the same size in another spelling: ㎡ and 平方米, 元/人·天 and 元/人/日.

True equalities alone: 亩 is no 公顷, and 8 件 are no 8 件（套）.
"""

from __future__ import annotations

from xlkpi.domain.patterns import pattern
from xlkpi.domain.schema import folded, is_percent

ALIKE: tuple[tuple[str, ...], ...] = (
    ("平方米", "平米", "㎡", "m²", "m2", "m^2"),
    ("立方米", "立米", "㎥", "m³", "m3", "m^3"),
    ("平方公里", "平方千米", "k㎡", "㎢", "km²", "km2", "km^2"),
    ("公里", "千米", "km", "㎞"),
    ("米", "m"),
    ("厘米", "公分", "cm", "㎝"),
    ("毫米", "mm", "㎜"),
    ("公顷", "hm²", "hm2", "ha"),
    ("公斤", "千克", "kg", "㎏"),
    ("克", "g"),
    ("吨", "公吨", "t"),
    ("升", "l", "ℓ"),
    ("毫升", "ml", "㎖"),
    ("千瓦时", "kwh", "kw·h"),
    ("千瓦", "kw"),
    ("小时", "个小时", "h"),
    ("分钟", "min"),
    ("天", "日"),
    ("工作日", "个工作日"),
    ("周", "星期", "个星期"),
    ("月", "个月"),
    ("人", "名"),
    ("人次", "人·次"),
    ("户次", "户·次"),
    ("人天", "人日", "人·天", "人·日"),
    ("摄氏度", "℃", "°C"),
)
"""Each line is one unit. In a unit with a slash, the units below it may come in any order:
元/人·天 = 元/人/天 = 元/天·人."""

_DOTS = pattern(r"[·・•⋅∙‧●*×.]")
_PARTS = pattern(r"[/·]")
_LETTER = r"(?:[^\W\d_]|[㎡㎥℃°‰²³])"
_WORD = rf"{_LETTER}+(?:\^?[23](?![\d]))?"
_UNIT = pattern(
    rf"{_WORD}(?:[（(]{_WORD}[）)])?(?:\s*[/／·・•⋅∙‧.*×]\s*{_WORD}(?:[（(]{_WORD}[）)])?)*\Z"
)
_VAGUE = pattern("以上|以下|以内|以外|左右|上下|多|余|约|近|半|成|折|至|到|不足|未")
"""What behind a number makes it no number: "50个左右"."""


def _key(unit: str) -> str:
    return _DOTS.sub("·", folded(unit).replace("每", "/")).replace("//", "/").strip("/")


_FIRST = {_key(word): _key(line[0]) for line in ALIKE for word in line}


def _size(unit: str) -> tuple[str, ...]:
    """Return a key that all spellings of one unit share."""
    key = _key(unit)
    if key in _FIRST:
        return (_FIRST[key],)
    above, slash, below = key.partition("/")
    if not slash:
        return (key,)
    parts = [part for each in _PARTS.split(below) for part in _PARTS.split(_FIRST.get(each, each))]
    named = [_FIRST.get(part, part) for part in parts if part]
    # "人天" is one word for two things; below a slash each counts by itself.
    apart = [part for each in named for part in (("人", "天") if each == "人天" else (each,))]
    return (_FIRST.get(above, above), *sorted(apart))


def same_unit(left: str, right: str) -> bool:
    """Whether two units are the same size, however they are spelled."""
    if is_percent(left) or is_percent(right):
        return is_percent(left) and is_percent(right)
    return _size(left) == _size(right)


def is_unit(text: str) -> bool:
    """Whether the text behind a number is a unit, and not a word that makes the number vague."""
    return _key(text) in _FIRST or (bool(_UNIT.match(text)) and not _VAGUE.search(text))
