"""What number formats show, and which of it misleads: a document, laws, and LibreOffice as the judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests import libreoffice
from xlkpi.domain import numbers
from xlkpi.domain.number_format import always_plain, display, misleads

# code → stored → shown → verdict. ␣ is a space, ∅ nothing.
SHOWN = r"""
General                       | 196000    | 196000           | fine
General                       | 0.1       | 0.1              | fine
General                       | 1234567.891 | 1234567.891    | fine
General                       | 123456789012 | 1.23457E+11   | fine
General                       | 0.00001   | 0.00001          | fine
General                       | 0.0000123456 | 1.23456E-05   | fine
General                       | 0.12345678912 | 0.123456789  | fine
0                             | 8.6       | 9                | fine
0                             | 0.4       | 0                | fine
0                             | -50       | -50              | fine
0                             | -0.4      | 0                | fine
0.00                          | 2.675     | 2.68             | fine
0.00                          | 7.0000000000000009 | 7.00    | fine
#,##0                         | 196000.4  | 196,000          | fine
#,##0.00                      | 1234567.891 | 1,234,567.89   | fine
@                             | 50        | 50               | fine
000                           | 50        | 050              | fine
0.0#                          | 50        | 50.0             | fine
0.##                          | 50        | 50.              | fine
#.##                          | 0.5       | .5               | fine
# ##0                         | 196000    | 196 000          | fine
# ##0                         | 1960000   | 1960 000         | stop
#"'"##0                       | 1234      | 1'234            | fine
0%                            | 0.95      | 95%              | fine
0%                            | 95        | 9500%            | fine
0.00%                         | 0.956789  | 95.68%           | fine
%0                            | 0.95      | %95              | fine
0"%"                          | 95        | 95%              | fine
0.95"%"                       | 0         | 0.95%            | stop
0.00"%"                       | 0.95      | 0.95%            | fine
0.0"‰"                        | 5         | 5.0‰             | fine
0%%                           | 0.95      | 9500%%           | stop
0%"%"                         | 0.95      | 95%%             | stop
0%,                           | 0.95      | 95%,             | stop
0,%                           | 0.95      | 0%               | stop
0%0                           | 0.95      | 9%5              | stop
0.00E+00                      | 196000    | 1.96E+05         | fine
0E+0                          | 196000    | 2E+5             | fine
##0.0E+0                      | 196000    | 196.0E+3         | fine
0.0E-00                       | 0.00123   | 1.2E-03          | fine
# ?/?                         | 0.75      | ␣3/4             | fine
# ?/?                         | 5.5       | 5 1/2            | fine
# ?/?                         | 5         | 5␣␣␣␣            | fine
# ??/??                       | 3.14159   | 3 14/99          | fine
?/?                           | 5.5       | 11/2             | fine
# ?/4                         | 5.5       | 5 2/4            | fine
# ?/?                         | -0.75     | - 3/4            | fine
"约"0                         | 50        | 约50             | fine
"约"0                         | -50       | -约50            | fine
0"分"                         | 50        | 50分             | fine
0分                           | 50        | 50分             | fine
General"分"                   | 9.5       | 9.5分            | fine
G/通用格式"分"                | 9.5       | 9.5分            | fine
通用格式                      | 9.5       | 9.5              | fine
[$¥-804]#,##0.00              | 50        | ¥50.00           | fine
[$-804]0                      | 50        | 50               | fine
[$€]0                         | -50       | -€50             | fine
\$0                           | 50        | $50              | fine
¥0.00                         | 50        | ¥50.00           | fine
#,##0 "kr"                    | 50        | 50 kr            | fine
0" 元"                        | 50        | 50 元            | fine
[DBNum1]General               | 196000    | 一十九万六千     | fine
[DBNum1][$-804]0              | 2023      | 二〇二三         | fine
[DBNum2]General"元整"         | 1050      | 壹仟零伍拾元整   | fine
[DBNum3]0                     | 50        | ５０             | fine
[DBNum1]                      | 50        | 五十             | fine
[红色]0                       | 50        | 50               | fine
[颜色3]0                      | 50        | 50               | fine
[Color3]0;[Color 5]-0         | -50       | -50              | fine
0;[Red]-0                     | -50       | -50              | fine
0_);(0)                       | -50       | (50)             | fine
#,##0.00_);[Red](#,##0.00)    | -50       | (50.00)          | fine
0;（0）                       | -50       | （50）           | fine
0;"负"0                       | -50       | 负50             | fine
"▲"0;"▼"0                     | -50       | ▼50              | fine
0;0-                          | -50       | 50-              | fine
0;0                           | -50       | 50               | stop
0;[Red]0                      | -50       | 50               | stop
0;0                           | 50        | 50               | fine
0;"▲"0                        | -50       | ▲50              | stop
"-"0                          | 50        | -50              | stop
(0)                           | 50        | (50)             | stop
0-                            | 50        | 50-              | stop
"±"0                          | 50        | ±50              | stop
"+"0;"-"0                     | 50        | +50              | fine
_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ | 0 | ␣-␣␣␣    | fine
_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ | -50 | ␣-50.00␣ | fine
_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ | 50 | ␣¥50.00␣ | fine
0;-0;"—"                      | 0         | —                | fine
_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ | 0 | ␣¥-␣␣␣  | fine
0;-0;"无"                     | 0         | 无               | stop
0;-0;"零"                     | 0         | 零               | fine
0;-0;"0.00"                   | 0         | 0.00             | fine
[=0]"—";0                     | 0         | —                | fine
[=0]"—";0                     | 50        | 50               | fine
0;-0;                         | 0         | ∅                | stop
#                             | 0         | ∅                | stop
#                             | 0.4       | ∅                | stop
#.##                          | 0         | .                | stop
#                             | 50        | 50               | fine
0!.0,"万元"                   | 196000    | 19.6万元         | stop
0\.0,"万元"                   | 196000    | 19.6万元         | stop
0"."0,"万元"                  | 196000    | 19.6万元         | stop
0.0,"千元"                    | 196000    | 196.0千元        | stop
#,##0,                        | 196000    | 196              | stop
#,##0,                        | 0         | 0                | fine
0.00,                         | 196000    | 196.00           | stop
0.00,,                        | 196000    | 0.20             | stop
0,.0                          | 196000    | 196.0            | stop
[>=10000]0.00,"万";0          | 196000    | 196.00万         | stop
[>=10000]0!.0,"万";0          | 196000    | 19.6万           | stop
[>=10000]0.00,"万";0          | 50        | 50               | fine
[>=10000]0.00,"万"            | 50        | 50               | fine
0!.0000                       | 196000    | 19.6000          | stop
0!.00                         | 50        | 0.50             | stop
0!.00                         | 0         | 0.00             | fine
0"万"                         | 50        | 50万             | stop
0"万"                         | 0         | 0万              | fine
0"万元"                       | 50        | 50万元           | fine
0" 万元"                      | 50        | 50 万元          | fine
0"千克"                       | 50        | 50千克           | fine
0"百分点"                     | 50        | 50百分点         | fine
0"百万元"                     | 50        | 50百万元         | fine
0"百"                         | 50        | 50百             | stop
0"千"                         | 50        | 50千             | stop
0"亿"                         | 50        | 50亿             | stop
0"十"                         | 5         | 5十              | stop
0"万以上"                     | 50        | 50万以上         | stop
0"K"                          | 50        | 50K              | stop
0"kg"                         | 50        | 50kg             | fine
0"million"                    | 5         | 5million         | stop
"六"0                         | 5         | 六5              | stop
0"个半"                       | 5         | 5个半            | stop
"60"                          | 50        | 60               | stop
"60"                          | 60        | 60               | fine
"60"                          | -60       | -60              | fine
"六十"                        | 60        | 六十             | stop
0"0"                          | 50        | 500              | stop
General"0"                    | 50        | 500              | stop
"1"0                          | 50        | 150              | stop
0\5                           | 50        | 505              | stop
05                            | 50        | 505              | stop
5                             | 50        | 5                | stop
0"５"                         | 50        | 50５             | stop
0"²"                          | 5         | 5²               | stop
0"½"                          | 5         | 5½               | stop
0"m²"                         | 5         | 5m²              | fine
0"m2"                         | 5         | 5m2              | fine
0"O"                          | 5         | 5O               | stop
0*0                           | 5         | 50               | stop
*-0                           | 5         | -5               | stop
* 0                           | 5         | 5                | fine
**0                           | 5         | *5               | fine
;;;                           | 50        | ∅                | stop
;;;                           | 0         | ∅                | stop
""                            | 50        | ∅                | stop
0;;                           | 50        | 50               | fine
0;;                           | -50       | ∅                | stop
0;                            | -50       | ∅                | stop
[White]0                      | 50        | 50               | stop
[白色]0                       | 50        | 50               | stop
[Color2]0                     | 50        | 50               | stop
[Red]                         | 50        | 50               | stop
[Red][<=100];[Blue][>100]     | 50        | 50               | fine
[=50]"满分";0                 | 50        | 满分             | stop
[=50]"满分";0                 | 40        | 40               | fine
"是";"否"                     | 1         | 是               | stop
"是";"否";"否"                | 0         | 否               | stop
"达标"                        | 50        | 达标             | stop
[<60]"不及格";0               | 59        | 不及格           | stop
[<60]0;0                      | 50        | 50               | fine
[<60]0;0                      | -50       | 50               | stop
[>100]0;[<0]-0                | 50        | ########         | stop
[>0]0;[<0]-0;0                | -50       | -50              | fine
00-00                         | 1234      | 12-34            | stop
0"."0                         | 50        | 5.0              | stop
000\-000                      | 196000    | 196-000          | stop
(000) 000-0000                | 2125551234 | (212) 555-1234  | stop
0" "0                         | 50        | 5 0              | stop
0"年"00                       | 2023      | 20年23           | stop
0.0.0                         | 0.55      | 0.5.5            | stop
"."0                          | 5         | .5               | stop
"百分之"0                     | 95        | 百分之95         | fine
"第"0"名"                     | 5         | 第5名            | fine
"√"0                          | 5         | √5               | stop
0"多万"                       | 5         | 5多万            | stop
0"余万元"                     | 5         | 5余万元          | fine
0"（万元）"                   | 5         | 5（万元）        | fine
0"（万）"                     | 5         | 5（万）          | stop
"（万）"0                     | 5         | （万）5          | stop
0"点五"                       | 5         | 5点五            | stop
0"又二分之一"                 | 5         | 5又二分之一      | stop
0"l"                          | 5         | 5l               | fine
"负债"0                       | 5         | 负债5            | fine
"A-类"0                       | 5         | A-类5            | fine
"得分——"0                     | 5         | 得分——5          | fine
"得分-"0                      | 5         | 得分-5           | stop
"No."0                        | 5         | No.5             | fine
"人民币"0.00;"人民币"-0.00    | -5        | 人民币-5.00      | fine
0"元/人·天"                   | 50        | 50元/人·天       | fine
"≥"0                          | 50        | ≥50              | fine
"百分之"0%                    | 0.95      | 百分之95%        | stop
.00                           | 50        | 50.00            | fine
0;0;0;@                       | 50        | 50               | fine
0.00;@                        | -50       | -50.00           | fine
@"0"                          | 50        | 500              | stop
@"分"                         | 50        | 50分             | fine
"""

# Told by whoever sees a date in the first section (X503), or told here.
DATES = {
    "yyyy-mm-dd": None, "h:mm": None, "[h]:mm": None, 'yyyy"年"m"月"': None, "yyyy;0": None,
    "[$-411]ggge": "日期或时间", "aaaa": "日期或时间", "[<10]0;yyyy-mm-dd": "日期或时间",
}  # fmt: skip

NOT_NUMBERS = [
    "yyyy-mm-dd", "h:mm", "[h]:mm", "mm:ss.0", 'yyyy"年"m"月"', "[$-804]aaaa", "[$-411]ggge", "AM/PM h",
    "0;0;0;0;0", '0"', "0\\", "[oops!]0", "0E+",
]  # fmt: skip


def rows() -> list[tuple[str, float, str, str]]:
    found = []
    for line in SHOWN.strip().splitlines():
        code, stored, shown, verdict = line.rsplit("|", 3)
        text = shown.strip().replace("␣", " ").replace("∅", "")
        found.append(
            (code.rstrip() if code[-2] == " " else code, float(stored), text, verdict.strip())
        )
    return found


@pytest.mark.parametrize(("code", "stored", "shown", "verdict"), rows())
def test_what_is_shown_and_whether_it_misleads(
    code: str, stored: float, shown: str, verdict: str
) -> None:
    assert display(code, stored) == shown
    told = misleads(code, stored)
    assert ("fine" if told is None else "stop") == verdict
    assert told in {None, shown, ""}


@pytest.mark.parametrize("code", NOT_NUMBERS)
def test_a_date_and_a_broken_code_are_not_shown(code: str) -> None:
    assert display(code, 45000) is None
    assert not always_plain(code)


@pytest.mark.parametrize("code", NOT_NUMBERS[8:])
def test_a_broken_code_is_quoted(code: str) -> None:
    assert misleads(code, 45000) == code


@pytest.mark.parametrize("code", DATES)
def test_a_date_that_only_this_module_sees_is_told(code: str) -> None:
    assert misleads(code, 45000) == DATES[code]


HOSTILE = [
    "%" * 254 + "0", "0" + "," * 254, "0." + "0" * 253, "#" * 255, "?" * 120 + "/" + "?" * 120, "0E+" + "0" * 250,
    "0" * 120 + "." + "0" * 120 + "E+0", "[>=1e99999999999999999999]0;0", "[<-1e400]0", "General" * 36,
    '"' + "（" * 200 + '"0', '0"' + "余" * 250 + '"', "0" * 256, ";" * 3 + "0" * 10**6, "[]", "[$]0", "# ?/0",
    "# ?/9999999999999999", "[DBNum1]" + "General" * 15, "_", "*",
]  # fmt: skip


@pytest.mark.parametrize("code", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("value", [0.0, -1.0, 1e308, 5e-324, float("nan"), float("inf")])
def test_no_code_of_a_stranger_breaks_or_stalls_it(code: str, value: float) -> None:
    assert len(display(code, value) or "") < 5000
    assert isinstance(misleads(code, value), str | None)
    assert isinstance(always_plain(code), bool)


@pytest.mark.parametrize("break_", ["\n", "\r\n"])
def test_per_cent_on_a_second_line_is_not_seen(break_: str) -> None:
    assert misleads(f"0.00{break_}%", 0.95) is not None
    assert misleads(f"0.00{break_}%", 0) is not None


@pytest.mark.parametrize("mark", ["\u202e", "\u200b", "\u0338", "\u20de"])
def test_a_mark_that_turns_or_strikes_the_digits_misleads(mark: str) -> None:
    assert misleads(f'"{mark}"0', 12) is not None


PLAIN = [
    "General", "G/通用格式", "", "@", "0", "0.00", "#,##0", "#,##0.00", "0%", "0.00%", "0_ ", "0.00_ ", '0"分"',
    "0.0_);(0.0)", "0.00_);[Red](0.00)", "0_ ;[Red]-0 ", "#,##0_);[Red](#,##0)", "¥#,##0.00;¥-#,##0.00",
    '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', '_-[$€-2] * #,##0_-;-[$€-2] * #,##0_-;_-* "-"_-;_-@_-',
    "[$-804]0.00", "[$¥-804]#,##0.00", "[Red]0", "0_);\\(0\\)", r"#,##0.00;[红色]\-#,##0.00", '0"万元"', '"约"0',
]  # fmt: skip
NEVER_PLAIN = [
    "0,", "0.00,", "0!.0", '0"0"', '"60"', ";;;", "0;;", "0;0", "0;[Red]0", "#", "#.##", "0;-0;", '[=50]"满分";0',
    '0"万"', "0%%", "00-00", "[White]0", "5", "[Red]", "0.00\n%", "-0", "(0)", "yyyy", "# ##0",
]  # fmt: skip


@pytest.mark.parametrize("code", PLAIN)
def test_usual_codes_need_no_looking_at_their_cells(code: str) -> None:
    assert always_plain(code)


@pytest.mark.parametrize("code", NEVER_PLAIN)
def test_codes_that_may_mislead_are_looked_at(code: str) -> None:
    assert not always_plain(code)


# Laws ------------------------------------------------------------------------------------------

NUMBERS = st.one_of(
    st.floats(-1e15, 1e15), st.integers(-10**6, 10**6).map(float),
    st.decimals(-1000, 1000, places=3).map(float), st.sampled_from([0.0, 0.5, -0.5, 1e-9, 9.995, 1e300]),
)  # fmt: skip
PARTS = ["0", "#", "?", ".", ",", "%", ";", "-", "(", ")", "_ ", "* ", '"分"', '"0"', '"-"', "5", " ", "General",
         "[Red]", "[>=60]", "@", r"\.", "#,##0", "0.00", "E+0", "/", '"万"', "[DBNum1]"]  # fmt: skip
ANY_CODE = st.lists(st.sampled_from(PARTS), max_size=8).map("".join)
ROUNDED = st.tuples(st.sampled_from(["0", "00", "#,##0"]), st.integers(0, 9))


@given(ANY_CODE | st.sampled_from(PLAIN), NUMBERS)
def test_under_a_plain_code_no_number_misleads(code: str, value: float) -> None:
    if always_plain(code):
        assert misleads(code, value) is None


@given(ROUNDED, NUMBERS)
def test_rounding_never_misleads(code: tuple[str, int], value: float) -> None:
    whole, places = code
    assert misleads(whole + (f".{'0' * places}" if places else ""), value) is None


@given(st.integers(0, 9), st.decimals(-(10**6), 10**6, places=6).map(float))
def test_what_is_shown_is_the_number_rounded_half_up(places: int, value: float) -> None:
    exact = numbers.from_double(value)
    assert exact is not None
    shown = display(f"0{'.' if places else ''}{'0' * places}", value)
    assert shown is not None
    assert shown.replace("-0", "0", 1) == numbers.plain(exact, places).replace("-0", "0", 1)


@given(
    st.sampled_from(["0", "0.00", "#,##0", "General", "0%"]),
    st.integers(0, 9),
    st.booleans(),
    NUMBERS,
)
def test_a_digit_that_the_format_adds_always_misleads(
    code: str, digit: int, behind: bool, value: float
) -> None:
    added = f'{code}"{digit}"' if behind else f'"{digit}"{code}'
    assert misleads(added, value) is not None


@given(st.sampled_from(["0,", "0.00,", "#,##0,,", '0.0,"千元"', '0!.0,"万元"', "0!.0"]), NUMBERS)
def test_scaling_always_misleads_unless_nothing_is_there(code: str, value: float) -> None:
    if abs(value) >= 1:
        assert misleads(code, value) is not None


@given(ANY_CODE, NUMBERS)
def test_every_code_is_shown_or_refused_without_a_crash(code: str, value: float) -> None:
    shown, told = display(code, value), misleads(code, value)
    assert shown is None or told is None or told in {shown, ""}


# LibreOffice as the judge ----------------------------------------------------------------------

VALUES = [
    0.0, 1.0, 5.0, -5.0, 8.6, 0.4, -0.4, 0.5, -0.5, 2.5, 0.05, 0.95, 12.345, 2.675, -12.345, 50.0, 95.0,
    -95.5, 100.0, 999.995, 1234.567, -1234.5, 10500.0, 196000.0, 3102000.0, -1234567.891, 99999999.5,
]  # fmt: skip

WHOLE = [
    "0",
    "#",
    "00",
    "000",
    "00000",
    "0#",
    "#0",
    "#,##0",
    "#,###",
    "?0",
    "??0",
    "0,000",
    "#,#00",
]
DECIMALS = ["", ".0", ".00", ".000", ".0#", ".0?", ".0##", ".#0", ".??0"]
SECTIONS = [
    "0;-0", "0;(0)", "0_);(0)", "0;0", "0;[Red]0", "0;[Red]-0", "0;;", "0;-0;", "0;-0;0", '0;-0;"-"',
    '0;-0;"零"', ";;;", "#,##0_);[Red](#,##0)", "#,##0.00_);(#,##0.00)", "0.0;-0.0;0;@", '"增"0;"减"0;"平"',
    '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', '_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-',
    "0.00;@", "[Blue]0;[Red]-0;[Green]0", '"是";"否";"零"', '"盈"0.00;"亏"0.00',
]  # fmt: skip
CONDITIONS = [
    '[=50]"满分";0', '[=0]"—";0', "[>=10000]0.00,;0", '[>=10000]0.00,"万";0', "[<60]0.0;0.00",
    "[>=60]0;[<60]0.0", "[<1]0.00;[<100]0.0;0", "[>=90]0;[>=60]0.0;0.00", "[<>5]0;0.000", "[=1]0.0;[=2.5]0.00;0",
    "[Red][<60]0;[Blue]0", "[<=0]0;0.0", "[>100]#,##0;[>10]0.0;0.00", '[<1]"不足1";0', "[>=1e3]0;0.0",
]  # fmt: skip
SCALES = [
    "0,", "#,##0,", "0.00,", "0.00,,", "0.0,", '0.0,"千元"', "0,.0", "#,##0.0,,", '0.00,,"百万"', '0,"K"',
    "0%", "0.0%", "0.00%", "#,##0%", "%0", "0 %", "0%%", "0%0", "0,%", "0%,", "0.0%;-0.0%", '0"%"', "0.##0%",
]  # fmt: skip
LITERALS = [
    '0"分"', "0分", '"约"0', '"约"0.0"分"', '0"0"', '"1"0', '0"万"', '0" 元"', '0"."0', r"0\.0", r"0\.00", r"0\5",
    '0.0,"万元"', r'0\.0,"万元"', r"000\-000", "00-00", "0-00", '0"年"00"月"', "(0)", "-0", "0-", "+0", "$0",
    "¥0.00", "[$¥-804]0.00", "[$€]0", r"[$USD]\ 0.00", "[$kr-41D]0", "0_)", "_)0", "_-0_-", "* 0", "0* ",
    '#"\'"##0', "# ##0", "0 000", ".00", ".##", "#.##", "0.", '0"x"0.0"y"0', "(000) 000-0000", "0.0.0", "[$-804]0", "0:00", "0=0", "0/", "~0",
    "<0>", "{0}", "0^", "0&0", '"a""b"0', r"\a0\b", "0.00元", "≥0", "0（分）", '"第"0"名"', '0"°"', "[Red]0.0",
    "[Color3]0.0", "0'", '""0', '0""', "0.00_);0.00_)",
]  # fmt: skip
POWERS = [
    "0E+0",
    "0.0E+0",
    "0.00E+00",
    "##0.0E+0",
    "#0.0E+0",
    "0.00E-00",
    "0.0E+000",
    "0.###E+0",
    '0.0E+0"x"',
]
FRACTIONS = [
    "# ?/?",
    "# ??/??",
    "?/?",
    "??/??",
    "# ?/2",
    "# ?/4",
    "# ??/16",
    "# ??/100",
    "#/?",
    "0 ?/?",
]
GENERALS = ["General", 'General"分"', '"约"General', "General;-General", "[Red]General", "General General",
            "@", "General%"]  # fmt: skip

CODES = [
    *(whole + decimals for whole in WHOLE for decimals in DECIMALS),
    *SECTIONS, *CONDITIONS, *SCALES, *LITERALS, *POWERS, *FRACTIONS, *GENERALS,
]  # fmt: skip


def under_conditions(code: str, value: float) -> bool:
    return value < 0 and "[" in code


def always(_code: str, _value: float) -> bool:
    return True


def negative(_code: str, value: float) -> bool:
    return value < 0


Where = Callable[[str, float], bool]
DIFFERENT: list[tuple[str, Where, list[str]]] = [
    ("? before a 0 behind the point: LibreOffice shows spaces between the digits of 1.000", always,
     [f"{whole}.??0" for whole in WHOLE]),
    ("a negative that leaves no digit: Excel still shows its minus", negative, ["#", "#,###", '"60"', '"a"', '""', "5"]),
    ("a negative under conditions: Excel leaves the minus out in the first and second section, "
     "LibreOffice where a section can only hold negatives", under_conditions, CONDITIONS),
    ("a condition alone that does not hold: Excel shows General", under_conditions, ['[=50]"满分"', "[<5]0"]),
    ("LibreOffice drops a point without decimals", always, [".##", "#.##", "0.", "0.###E+0"]),
    ("LibreOffice refuses a comma before the point, a bar without a fraction, per cent of a fraction",
     always, ["0,.0", "0/", "# ?/?%"]),
    ("LibreOffice multiplies once for two signs", always, ["0%%", "0.0%%"]),
    ("other widths of a fraction of zero", always, ["# ?/2", "# ?/4", "# ??/16", "# ??/100"]),
    ("! is an escape only in East Asian offices; here it is always one", always, ["0!.0", "!a0"]),
    ("a digit of the format without quotes: LibreOffice refuses it", always, ["05"]),
    ("names of colours in other languages", always, ["[红色]0"]),
    ("nothing but a colour: Excel shows the number", always, ["[Red]"]),
    ("LibreOffice repeats no character in CSV", always, ["0*-"]),
    ("LibreOffice leaves out text beside @ for a number", always, ['@"x"']),
    ("LibreOffice reads out the digits of 0, and writes 点 for the point", always,
     ["[DBNum1][$-804]0", "[DBNum2][$-804]0.00"]),
]  # fmt: skip
MORE_CODES = sorted({code for _, _, codes in DIFFERENT for code in codes} - set(CODES))
CHINESE = ["[DBNum1][$-804]General", "[DBNum2][$-804]General", '[DBNum2][$-804]General"元整"']


def write_table(path: Path, codes: list[str]) -> None:
    """A row for each code, a column for each value."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.set_column(0, len(VALUES), 60)
        for row, code in enumerate(codes):
            shown = book.add_format({"num_format": code})
            for column, value in enumerate(VALUES):
                sheet.write_number(row, column, value, shown)


def is_known(code: str, value: float) -> bool:
    if code in CHINESE:
        return not value.is_integer() or value < 0
    return any(code in codes and where(code, value) for _, where, codes in DIFFERENT)


@pytest.fixture(scope="module")
def judged(office: None, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, float], str]:
    """What LibreOffice shows, by code and value."""
    folder = tmp_path_factory.mktemp("shown")
    codes = [*CODES, *MORE_CODES, *CHINESE]
    write_table(folder / "shown.xlsx", codes)
    shown = libreoffice.displayed(folder / "shown.xlsx", folder / "out")
    return {
        (code, value): text
        for code, row in zip(codes, shown, strict=True)
        for value, text in zip(VALUES, row, strict=True)
    }


def test_libreoffice_shows_the_same(
    judged: dict[tuple[str, float], str], record_property: Callable[[str, object], None]
) -> None:
    compared = {at: text for at, text in judged.items() if not is_known(*at)}
    wrong = [(*at, text, display(*at)) for at, text in compared.items() if text != display(*at)]
    assert wrong == []
    assert len({code for code, _ in compared}) >= 250
    record_property("numbers shown as LibreOffice shows them", len(compared))


def test_every_difference_that_is_listed_is_one(judged: dict[tuple[str, float], str]) -> None:
    different = {code for (code, value), text in judged.items() if text != display(code, value)}
    listed = {code for _, _, codes in DIFFERENT for code in codes}
    assert listed - different <= set(CONDITIONS)
