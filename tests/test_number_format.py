"""What number formats show, and which of it misleads: a document, laws, and LibreOffice as the judge."""

from __future__ import annotations

import pytest

from xlkpi.number_format import always_plain, display, misleads

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
0;0;0;@                       | 50        | 50               | fine
0.00;@                        | -50       | -50.00           | fine
@"0"                          | 50        | 500              | stop
@"分"                         | 50        | 50分             | fine
"""

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
    assert ("stop" if misleads(code, stored) is not None else "fine") == verdict


@pytest.mark.parametrize("code", NOT_NUMBERS)
def test_a_date_and_a_broken_code_are_not_shown(code: str) -> None:
    assert display(code, 45000) is None
    assert not always_plain(code)
