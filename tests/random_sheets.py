"""Sheets of odd but mostly legal XML, as a stranger's program might write them, from a seed."""

from __future__ import annotations

from random import Random

# Mostly what calamine can read: one value that it cannot hides all others of the sheet.
_NUMBERS = (
    "0", "-0", "12", "1.5", "1e5", "1E+5", "0.1000000000000000055511151231257827", "00012", "1.", ".5", "45000.5", "",
    "123456789012345678901234567890e-20", "+5", " 7",
)  # fmt: skip
_TEXTS = (
    "x", "50%", "%b", "%%", "%(a)s", "%d %s", "a&amp;b", "&lt;v&gt;1", "", " ", "\t", " x ", "a>b", '"q"', "'1", "甲", "\u3000",
    "_x0041_", "_x000D_", "#N/A", "=1", "1,000", "a\nb", "&#65;", "a\rb", "a\x7fb", "\uffff", "]]>",
)  # fmt: skip
_VALUES = {
    "": _NUMBERS, ' t="n"': _NUMBERS, ' t="str"': _TEXTS, ' t="s"': ("0", "1", "2", "3", "4", ""),
    ' t="b"': ("0", "1"), ' t="e"': ("#N/A", "#DIV/0!", "#REF!"), ' t="inlineStr"': _TEXTS, ' t="d"': ("2023-12-01",),
}  # fmt: skip
_KINDS = tuple(_VALUES)
_FORMULAS = (
    *("",) * 8, "<f>A1</f>", "<f></f>", "<f/>", "<f>1%*2</f>", "<f> A1 </f>", '<f>"%b&lt;"</f>', "<f >A1</f>",
    '<f t="shared" si="0"/>', '<f t="shared" ref="A1:B9" si="0">A1*2%</f>', '<f t="array" ref="B1:C2">A1</f>',
    '<f ca="1">NOW()</f>', '<f t="array" t="array">A1</f>', '<f xml:space="preserve"> A1</f>',
)  # fmt: skip
_WRAPPED = (*("<v>{}</v>",) * 12, "<v/>", "<v />", "")
_ODDLY_WRAPPED = (
    "<v >{}</v>", '<v xml:space="preserve">{}</v>', "<v>{}<!-- %b --></v>", "<v>{}<!-- -->2</v>", "<v><![CDATA[{}]]></v>",
    "<v><?x?>{}</v>", "<v>{}</v><v>{}</v>", "<extLst/><v>{}</v>", "<v>{}</v><f>A1</f>", "<x/><v>{}</v>",
)  # fmt: skip
_INLINE = (
    "<is><t>{}</t></is>", '<is><t xml:space="preserve"> {} </t></is>', "<is><r><t>{}</t></r><r><t>b</t></r></is>",
    '<is><t>{}</t><rPh sb="0" eb="1"><t>x</t></rPh></is>', "<is/>", "<is><t/></is>", "<is><t>{}</t></is><v>1</v>",
)  # fmt: skip
_STYLES = ("", "", ' s="0"', ' s="1"', ' s="2"', ' s="3"', ' s="4"')
_ODD_CELLS = ("<c{1}{2}{3}>{4}</c>", "<c r='{0}'{2}{3}>{4}</c>", '<c r="A1"{2}{3}>{4}</c>', '<c{3}{2} r="{0}">{4}</c>',
    '<c r="{0}"{2}{3} cm="1">{4}</c>', '<c r="{0}" s="99"{3}>{4}</c>', '<c r="{0}"{2}{3}\n>{4}</c>', "<!-- x -->", "\n",
)  # fmt: skip
_ODD_ROWS = (
    '<row r="{}" spans="1:9" a="15%b">', '<row r="{}" hidden="1">', '<row spans="1:3" r="{}">', "<row>", '<row r="0{}">',
    "<row r='{}'>", '<row r="{}" ht="{}">', '<row r="{}" a="A{}">', '<row r="{}" a="/>">', '<row r="{}" a="1" a="2">',
    '<row r="{}" a="&lt;v&gt;">', '<row r="{}" 1a="x">', '<row r="{}" >',
)  # fmt: skip


def rows(rng: Random) -> str:
    """The rows of one sheet; how many of them are odd depends on the sheet, so that most are plain."""
    odd = rng.choice((0, 0, 0, 0.02, 0.1))
    text, number = "", 0
    for _ in range(rng.randint(1, 4)):
        number += rng.choice((1, 1, 1, 2, 10, 111))
        head = rng.choice(_ODD_ROWS[:2]) if rng.random() < 0.2 else '<row r="{}">'
        head = (rng.choice(_ODD_ROWS) if rng.random() < odd else head).replace("{}", str(number))
        cells = _cells(rng, number, odd)
        text += f"{head[:-1]}/>" if not cells else f"{head}{cells}</row>"
    return text


def _cells(rng: Random, row: int, odd: float) -> str:
    text, column = "", rng.choice((-1, -1, -1, 23))
    for _ in range(rng.randint(0, 5)):
        column += rng.choice((1, 1, 1, 3))
        letters = chr(65 + column) if column < 26 else "A" + chr(65 + column - 26)
        text += _cell(rng, f"{letters}{row}", odd)
    return text


def _cell(rng: Random, address: str, odd: float) -> str:
    kind, style = rng.choice(_KINDS[: 6 if rng.random() >= odd else None]), rng.choice(_STYLES)
    wrapped = (
        _INLINE if kind == ' t="inlineStr"' else _ODDLY_WRAPPED if rng.random() < odd else _WRAPPED
    )
    values = _VALUES[kind][: None if rng.random() < odd else 23]
    content = rng.choice(_FORMULAS) + rng.choice(wrapped).replace("{}", rng.choice(values))
    cell = rng.choice(_ODD_CELLS) if rng.random() < odd else '<c r="{0}"{2}{3}>{4}</c>'
    if not content and rng.random() < 0.8:
        cell = '<c r="{0}"{2}{3}/>'
    return cell.format(address, "", style, kind, content)
