"""Scorers' names that one cell spells unlike the others: in 评价工作组, or on a ballot.

A scorer's name stands in three places: in 评价工作组, on the ballot, and in the name of its sheet.
Where two of them agree, the third is wrong. A sheet's name alone has a finding of its own, X209.
"""

from __future__ import annotations

from xlkpi.checks.ballots import scorer_in_name
from xlkpi.checks.odd_one_out import Correction, pair_strays
from xlkpi.domain.findings import Finding, finding
from xlkpi.domain.inputs import Ballot, Filled
from xlkpi.domain.schema import MEMBERS, folded


def correct_names(filled: Filled) -> Correction:
    """Correct the names of ballots and of members, each by the other and by the sheets' names."""
    if not filled.members or any(each.name.broken for each in filled.members):
        return Correction(filled)
    made = _correct_ballots(filled)
    return made.then(_correct_members(made.filled))


def _correct_ballots(filled: Filled) -> Correction:
    """Correct the cell of a ballot whose sheet is named after a member without a ballot."""
    members = {folded(each.name.value): each.name for each in reversed(filled.members)}
    names = [folded(each.scorer.value) for each in filled.ballots]
    findings, ballots = list[Finding](), list[Ballot]()
    for ballot, name in zip(filled.ballots, names, strict=True):
        right = members.get(scorer_in_name(ballot))
        odd = name not in members or names.count(name) > 1
        if (
            ballot.scorer.good
            and odd
            and right
            and right.good
            and scorer_in_name(ballot) not in names
        ):
            why = f"表名和“{MEMBERS.name}”（{right.place}）写的都是“{right.value}”"
            findings.append(
                finding(
                    "X241", ballot.scorer.place, ballot.scorer.value or "",
                    expected=right.value, why=why, others="表名和“评价工作组”",
                )
            )  # fmt: skip
            ballot = ballot._replace(scorer=ballot.scorer._replace(value=right.value))
        ballots.append(ballot)
    return Correction(filled._replace(ballots=tuple(ballots)), tuple(findings))


def _correct_members(filled: Filled) -> Correction:
    """Correct the member without a ballot whose place in the list is that of a ballot of nobody's."""
    scorers = [n for n, each in enumerate(filled.members) if each.is_scorer and each.name.good]
    agreeing = [
        each for each in filled.ballots
        if each.scorer.good and folded(each.scorer.value) == scorer_in_name(each)
    ]  # fmt: skip
    names = [folded(each.name.value) for each in filled.members]
    own = [names[n] for n in scorers]
    strangers = [folded(each.scorer.value) for each in agreeing]
    findings, members = list[Finding](), list(filled.members)
    for i, j in pair_strays(own, strangers).items():
        ballot, member = agreeing[j], members[scorers[i]]
        if strangers[j] in names:
            continue
        right, found = ballot.scorer.value or "", member.name.value or ""
        alone = names.count(names[scorers[i]]) == 1
        rest = f"“{found}”没有评分表" if alone else f"“{found}”另有一行"
        why = f"有一张评分表的表名和评分人（{ballot.scorer.place}）都是“{right}”，而{rest}"
        findings.append(
            finding("X241", member.name.place, found, expected=right, why=why, others="评分表")
        )
        members[scorers[i]] = member._replace(name=member.name._replace(value=right))
    return Correction(filled._replace(members=tuple(members)), tuple(findings))
