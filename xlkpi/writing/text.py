"""Outcomes as text for a console and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from xlkpi.domain.findings import CODES, Finding, Severity, general, shown
from xlkpi.domain.numbers import money, plain
from xlkpi.domain.results import Outcome, Review, Scored, TierScore
from xlkpi.domain.text import file_name, one_line

SCORE_SCHEMA = "xlkpi.score/1"
CHECK_SCHEMA = "xlkpi.check/1"


def finding_line(finding: Finding) -> str:
    """Return one finding as people read it, place first."""
    where = finding.place.label
    severity = f"{finding.severity.sign} {finding.severity.chinese}"
    return f"{where}  {finding.code} {severity}  {finding.message}。{finding.remedy}"


def findings_text(name: str, findings: Sequence[Finding]) -> str:
    """Return the findings of one file, errors first."""
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    lines = [finding_line(each) for each in sorted(findings, key=lambda f: order[f.severity])]
    return "\n".join(f"{name} › {line}" for line in lines)


def as_template(
    name: str, hindrances: Sequence[Finding], uncarried: Sequence[Finding] = ()
) -> list[str]:
    """Return whether a workbook in which nobody has scored may serve as a template, in lines.

    `uncarried` are the formulas that a workbook made of it would not have.
    """
    lines = [findings_text(one_line(name), uncarried)] if uncarried else []
    lost = f"；有 {len(uncarried)} 处公式不能带入，见上" if uncarried else ""
    if hindrances:
        return [*lines, f"作为模板：不能使用，请先改正：{_places(hindrances)}{lost}"]
    use = f"xlkpi new 新工作簿.xlsx --template {one_line(name)}"
    return [*lines, f"作为模板：可以使用（{use}）{lost}"]


def taken_over(name: str, hindrances: Sequence[Finding], uncarried: Sequence[Finding]) -> list[str]:
    """Return what to say of the template that a new workbook was made of; nothing of a sound one."""
    lines = [findings_text(one_line(name), uncarried)] if uncarried else []
    if hindrances:
        told = _places(hindrances)
        lines.append(f"模板“{one_line(name)}”有错误，新工作簿照样生成了，请在其中改正：{told}")
    return lines


def _places(found: Sequence[Finding]) -> str:
    """Return where the first of these findings are, and what they are."""
    told = "；".join(f"{each.place.label} {each.title}" for each in found[:5])
    return told + (f"，等 {len(found)} 处" if len(found) > 5 else "")


_MOST_LEFT = 20


def not_carried(
    said: Iterable[tuple[str, Sequence[Finding]]], left: Sequence[tuple[str, str, str]]
) -> list[str]:
    """Return the lines about what is in files (name, place, text) and not in those made of them."""
    lines = [findings_text(one_line(name), findings) for name, findings in said if findings]
    for name, place, text in left[:_MOST_LEFT]:
        where = f"{one_line(name)} › {place}" if name else place
        lines.append(f"没有带入新文件：{where}  “{shown(text)}”")
    if len(left) > _MOST_LEFT:
        lines.append(f"没有带入新文件的共有 {len(left)} 处，以上是其中 {_MOST_LEFT} 处")
    return lines


def counts(outcome: Outcome) -> str:
    """Return how many findings there are of each kind."""
    return "、".join(
        f"{outcome.count(severity)} 个{severity.chinese}"
        for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
    )


def told(outcome: Outcome, check: bool = False) -> dict[str, Any]:
    """Return all that is reported of one outcome: status, JSON report, text and counts.

    The report is that of `score --json` without outputs, or with `check` that of `check --json`:
    the same without totals.
    """
    return {
        "status": outcome.status.value,
        "report": check_report(outcome) if check else score_report(outcome),
        "text": findings_text(file_name(outcome.source.file), outcome.findings),
        "counts": counts(outcome),
    }


def score_report(outcome: Outcome) -> dict[str, Any]:
    """Return what `score --json` prints, without outputs."""
    return {**_head(outcome, SCORE_SCHEMA), **_result(outcome)}


def check_report(outcome: Outcome) -> dict[str, Any]:
    """Return what `check --json` prints."""
    return {**_head(outcome, CHECK_SCHEMA), "findings": _findings(outcome)}


def _head(outcome: Outcome, schema: str) -> dict[str, object]:
    filled = outcome.filled
    return {
        "schema": schema,
        "source": {"file": outcome.source.file, "sha256": outcome.source.sha256 or None},
        "status": outcome.status.value,
        "department": (filled.info_text("部门名称") or None) if filled else None,
        "year": (filled.info_text("评价年度") or None) if filled else None,
    }


def _result(outcome: Outcome) -> dict[str, object]:
    scored = outcome.scored
    return {
        "total": f"{scored.total:f}" if scored else None,
        "grade": scored.grade.name.value if scored else None,
        "tiers": _tiers(scored) if scored else [],
        "budget": _budget(scored) if scored else None,
        "findings": _findings(outcome),
        "review": _review(scored.review) if scored and scored.review else None,
    }


def _review(review: Review) -> dict[str, object]:
    return {
        "total": f"{review.score_totals.total:f}",
        "grade": review.score_totals.grade.name.value,
        "deviation": plain(review.deviation, 4),
    }


def _tiers(scored: Scored) -> list[dict[str, object]]:
    return [
        _tier(level, tier) for level, tiers in enumerate(scored.tiers, start=1) for tier in tiers
    ]


def _tier(level: int, tier: TierScore) -> dict[str, object]:
    places = -int(tier.score.as_tuple().exponent)
    return {
        "tier": level,
        "code": tier.tier.code.value,
        "name": tier.tier.name.value,
        "points": plain(tier.points, places),
        "score": plain(tier.score, places) if tier.applies else None,
        "rate": plain(tier.rate, 4) if tier.applies else None,
    }


def _budget(scored: Scored) -> dict[str, object] | None:
    budget = scored.budget
    if budget is None:
        return None
    fiscal = budget.fiscal.shown
    return {
        "projects": budget.projects,
        "budget": money(budget.budget),
        "fiscal": None if isinstance(fiscal, str) else money(fiscal),
        "executed": money(budget.executed),
        "rate": plain(budget.rate, 4),
    }


def _findings(outcome: Outcome) -> list[dict[str, object]]:
    return [
        {
            "code": each.code,
            "severity": each.severity.value,
            "sheet": each.place.sheet or None,
            "cell": each.place.cell or None,
            "found": each.found,
            "message": each.message,
            "remedy": each.remedy,
        }
        for each in outcome.findings
    ]


def code_text(code: str) -> str:
    """Return what `explain CODE` prints; KeyError for an unknown code."""
    row = CODES[code]
    return (
        f"{code}  {row.severity.chinese}：{row.title}\n"
        f"  发现：{general(row.sentence)}\n"
        f"  怎么改：{general(row.remedy)}"
    )
