"""Content of a package other than its sheets: it never scores, but results lose it, so it is reported."""

from __future__ import annotations

import re

from xlkpi.reading.xlsx.parts import Parts

_DRAWN = "图片、图形或图表"
_KINDS = tuple(
    (what, re.compile(parts))
    for what, parts in (
        (_DRAWN, r"(?:.*/)?(?:media|charts|pictures)/|.*/cellimages\.xml|object \d+/"),
        ("数据透视表或切片器", r".*/(?:pivottables|pivotcache|slicers|timelines)/"),
        ("嵌入的文件或控件", r".*/(?:embeddings|ctrlprops|activex)/"),
        ("外部数据的连接", r".*/(?:connections\.xml|querytables/|model/)"),
        ("引用其他工作簿的链接", r".*/externallinks/"),
        ("数字签名", r"_xmlsignatures/|meta-inf/documentsignatures"),
        ("敏感度标签", r"docmetadata/labelinfo\.xml"),
    )
)
"""In Chinese, and how the parts' names begin, in lower case; .xlsx and .ods."""


def find_other_content(parts: Parts) -> tuple[str, ...]:
    """Return the kinds of content by their Chinese names; `parts.drawn` is known once all parts were read."""
    return tuple(
        what
        for what, known in _KINDS
        if any(known.match(name) for name in parts) or (what == _DRAWN and parts.drawn)
    )
