"""What every 方式 defines for its rules: flaws, points, formula, explanation, each in one class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from xlkpi.domain.custom_rules.entries import Entry, Flaw, Rule, shown, sort_key
from xlkpi.domain.substitution import Number, Substitution


class Measured(NamedTuple):
    """The value that a rule is applied to."""

    exact: Fraction
    formula: str
    """Over names; what is not a name is in parentheses."""
    said: Substitution
    """The value with its numbers put in."""

    @property
    def factor(self) -> Substitution:
        """The same inside a computation."""
        return self.said if len(self.said) == 1 else ("(", *self.said, ")")


class Kind:
    """A 方式; `points` and `formula` must agree for every value."""

    ordered = True
    """Whether a rule has several rows, distinguished by 下限; else it has one."""

    def rule(self, name: str, entries: Sequence[Entry]) -> Rule:
        """Return the rule of these rows, of which `flaws` finds nothing wrong."""
        rows = sorted(entries, key=sort_key, reverse=True) if self.ordered else entries
        return Rule(name, entries[0].kind, tuple(rows))

    def flaws(self, entries: Sequence[Entry]) -> Iterator[Flaw]:
        """Yield why the rows of one name make no rule; unreadable cells have findings already."""
        raise NotImplementedError

    def points(
        self, rule: Rule, worth: Fraction, value: Fraction, target: Fraction | None
    ) -> Fraction:
        """Return the unrounded points of a value, `worth` being the 分值."""
        raise NotImplementedError

    def formula(self, rule: Rule, value: str, target: str) -> str:
        """Return the same as a formula; `value` and `target` are the cells' names, in braces."""
        raise NotImplementedError

    def substitution(
        self, rule: Rule, worth: Number, value: Measured, target: Number
    ) -> Substitution:
        """Return the unrounded points with the numbers put in."""
        raise NotImplementedError

    def explain(self, rule: Rule) -> str:
        """Return a Chinese sentence that explains the rule to an auditor."""
        raise NotImplementedError


def earned_flaws(entries: Sequence[Entry], example: str) -> Iterator[Flaw]:
    """得分比例 or 得分: each row has one of them, and all rows of a rule the same one."""
    first = next((each for each in entries if _headers(each)), None)
    for entry in entries:
        headers = _headers(entry)
        if len(headers) > 1:
            how = "请只填一个：随分值折算的填“得分比例”，固定几分的填“得分”。"
            yield Flaw(entry.places["得分"], "同时填了得分比例和得分", how)
        elif first and len(_headers(first)) == 1 and headers and headers != _headers(first):
            (seen,), (other,) = headers, _headers(first)
            what = f"别的行填的是{other}，这一行填的是{seen}"
            yield Flaw(entry.places[seen], what, "一条规则只能用其中一种，请改成一样的。")
        elif not headers and not entry.broken & {"得分比例", "得分"}:
            header = "得分" if first and _headers(first) == ["得分"] else "得分比例"
            how = "请填这一行得几分；不得分的填 0。" if header == "得分" else example
            yield Flaw(entry.places[header], f"没有填{header}", how)
        yield from _beyond_limits(entry)


def _headers(entry: Entry) -> list[str]:
    values = {"得分比例": entry.share, "得分": entry.points}
    return [header for header, value in values.items() if value is not None]


def _beyond_limits(entry: Entry) -> Iterator[Flaw]:
    if entry.points is not None and entry.points < 0:
        what = f"的得分 {shown(entry.points)} 小于 0"
        yield Flaw(entry.places["得分"], what, "请填 0 到分值之间的数；不得分的填 0。")
    yield from share_flaws(entry)


def share_flaws(entry: Entry) -> Iterator[Flaw]:
    """得分比例 is a part of the points."""
    share = entry.share
    if share is not None and not 0 <= share <= 1:
        what = f"的得分比例 {shown(share)} 不在 0 到 100% 之间"
        yield Flaw(entry.places["得分比例"], what, _meant(share))


def _meant(share: Decimal) -> str:
    """A share above 1 was most likely meant in per cent."""
    if 1 < share <= 100:
        return f"如果是百分之 {shown(share)}，请写成“{shown(share)}%”，带上百分号。"
    return "请填 0 到 100% 之间的比例，例如“80%”。"


def earned_points(entry: Entry, worth: Fraction) -> Fraction:
    """Return what a row earns of the points: its 得分, else its share of them."""
    if entry.points is not None:
        return Fraction(entry.points)
    return worth * Fraction(1 if entry.share is None else entry.share)


def within_points(rule: Rule, earned: str) -> str:
    """Return a formula of points over what the rows earn: never more than 分值."""
    return f"MIN({{分值}},{earned})" if rule.in_points else f"{{分值}}*{earned}"


def earned_name(rule: Rule, n: int) -> str:
    """Return the name of the cell with what the n-th row earns."""
    return f"{{得分{n}}}" if rule.in_points else f"{{得分比例{n}}}"


def row_limit_flaws(entries: Sequence[Entry], most: int, how: str) -> Iterator[Flaw]:
    """Report more rows than one formula can contain."""
    if len(entries) > most:
        yield Flaw(entries[most].places["规则"], f"超过 {most} 行", how)


def single_row_flaws(entries: Sequence[Entry], kind: str) -> Iterator[Flaw]:
    """A rule of that 方式 has one row."""
    for entry in entries[1:]:
        how = "请删去多余的行；是另一条规则的，请换一个规则名。"
        yield Flaw(entry.places["规则"], f"是“{kind}”，只能有一行", how)
