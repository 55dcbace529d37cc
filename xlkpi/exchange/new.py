"""New workbooks: the built-in templates, and any workbook in the format as a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from xlkpi.checks import check
from xlkpi.domain import schema
from xlkpi.domain.assessed_year import read_year
from xlkpi.domain.findings import finding
from xlkpi.domain.location import CellRef
from xlkpi.domain.numbers import from_text
from xlkpi.domain.workbook_contents import Contents, Fields
from xlkpi.exchange import markdown
from xlkpi.exchange.template_contents import blocking_errors, contents, lost_formulas
from xlkpi.reading import source_file
from xlkpi.reading.unreadable import Unreadable
from xlkpi.reading.workbook import read
from xlkpi.writing import text as plain
from xlkpi.writing.blank import blank
from xlkpi.writing.xlsx import emit

DEFAULT = "部门整体支出绩效自评"
_NOBODY = "评分人1"


class Refused(Exception):
    """A new workbook cannot be made; the message is a Chinese sentence for the user."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """Someone who is to score."""

    name: str
    post: str = ""
    role: str = ""
    weight: Decimal | None = None
    group: str = ""
    """评分组, taken from a template's 评价工作组."""
    group_weight: str | Decimal = ""

    @classmethod
    def parse(cls, text: str) -> Scorer:
        """Read 姓名[,职务[,分工[,权重]]]; a full-width comma will do. Raises Refused."""
        parts = [part.strip() for part in text.replace("，", ",").split(",")]
        if len(parts) > 4:
            raise Refused(f"评分人“{text}”写法不对，应为：姓名,职务,分工,权重")
        name, post, role, weight = [*parts, "", "", ""][:4]
        number = from_text(weight) if weight else None
        if weight and (number is None or number.suffix or number.value <= 0):
            raise Refused(f"评分人“{name}”的权重“{weight}”不是正数")
        return cls(name, post, role, number.value if number else None)


def folder() -> Path:
    """Return the folder of the built-in templates."""
    return source_file.templates_folder()


def builtin() -> list[tuple[str, str]]:
    """Return (name, description) of the built-in templates."""
    found = []
    for path in sorted(folder().glob("*.md")):
        template = markdown.parse(path.read_text(encoding="utf-8"))
        found.append((path.stem, template.about))
    return found


class Template(NamedTuple):
    """What a new workbook takes over, and remarks about it."""

    contents: Contents
    remarks: tuple[str, ...] = ()
    """Errors in what is taken over, and what cannot be taken over."""


def template(name: str, department: str = "") -> Template:
    """Return a template by its built-in name or a path; Refused if there is none.

    `department` is the new workbook's, "" for the template's.
    """
    inside = folder() / f"{name}.xlsx"
    path = inside if inside.is_file() else Path(name)
    if not path.is_file():
        known = "、".join(each for each, _ in builtin())
        raise Refused(f"没有名为“{name}”的模板，也没有这个文件；自带的模板有：{known}")
    if path.suffix == ".md":
        return Template(markdown.parse(path.read_text(encoding="utf-8")))
    try:
        filled, findings = read(source_file.load(path), str(path))
    except (Unreadable, source_file.Unopened) as problem:
        raise Refused(_unreadable(path, problem)) from problem
    if not filled.indicators:
        raise Refused(f"“{path.name}”里没有指标，不能用作模板；可先用 xlkpi check 检查")
    if filled.part not in ("", schema.MAIN_PART):
        raise Refused(f"“{path.name}”是评分人的分册，不能用作模板；请用主表或合并后的工作簿")
    kept = contents(filled, path.stem, department)
    about = dict(builtin()).get(kept.template, "")
    wrong = blocking_errors(filled, [*findings, *check(filled)])
    remarks = plain.taken_over(path.name, wrong, lost_formulas(filled))
    return Template(kept._replace(about=about), tuple(remarks))


def _unreadable(path: Path, problem: Exception) -> str:
    if isinstance(problem, Unreadable):
        said = finding(problem.code, CellRef(""), **problem.params)
        return f"“{path.name}”不能用作模板：{said.message}。{said.remedy}"
    return f"“{path.name}”打不开：{problem}"


class NewWorkbook(NamedTuple):
    """A new workbook."""

    data: bytes
    remarks: tuple[str, ...]
    """Remarks about its template."""


def new_workbook(
    out: Path,
    name: str = DEFAULT,
    department: str = "",
    year: str = "",
    scorers: Sequence[Scorer] = (),
    wanted: Sequence[str] = (),
) -> NewWorkbook:
    """Return a blank workbook for the path `out`, which must not exist yet. Raises Refused.

    A template's errors are carried over and remarked on: an office may mend them in the new workbook.
    """
    if out.exists():
        raise Refused(f"“{out.name}”已经存在，没有覆盖；请换一个文件名")
    if out.suffix.lower() != ".xlsx":
        raise Refused(f"“{out.name}”应以 .xlsx 结尾，否则双击打不开")
    year, typed = read_year(year), year
    if typed and not year:
        raise Refused(f"年度“{typed}”不是四位年份，例如 2023")
    _names_fit(scorers)
    base, remarks = template(name or DEFAULT, department)
    filled = prepare(base, department, year, scorers or _members(base) or [Scorer(_NOBODY)])
    return NewWorkbook(emit(blank(filled, [*_optional(wanted), *base.sheets])), remarks)


def _names_fit(scorers: Sequence[Scorer]) -> None:
    seen: set[str] = set()
    for scorer in scorers:
        key = schema.canonical(scorer.name).casefold()
        if not key:
            raise Refused("评分人的姓名是空的")
        if len(scorer.name) > schema.SCORER_NAME_LENGTH:
            raise Refused(f"评分人姓名“{scorer.name}”太长，最多 {schema.SCORER_NAME_LENGTH} 个字")
        wrong = [sign for sign in schema.FORBIDDEN_IN_NAMES if sign in scorer.name]
        wrong += ["'"] if scorer.name.endswith("'") else []
        if wrong or not scorer.name.isprintable():
            raise Refused(f"评分人姓名“{scorer.name}”含有不能用在表名里的符号 {' '.join(wrong)}")
        if key in seen:
            raise Refused(f"评分人“{scorer.name}”重名（大小写不作区分），请加以区分")
        seen.add(key)


def _members(contents: Contents) -> list[Scorer]:
    """Return the scorers of the template's own 评价工作组, such as last year's."""
    found = []
    rows = contents.sheets.get(schema.MEMBERS.name, ())
    weights = {schema.folded(str(r.get("评分组", ""))): r["组权重"] for r in rows if "组权重" in r}
    for row in rows:
        weight, group = row.get("评分权重"), str(row.get("评分组", ""))
        name, post, role = (str(row.get(header, "")) for header in ("姓名", "职务", "分工"))
        if name and row.get("是否评分", "是") == "是":
            own = weight if isinstance(weight, Decimal) else None
            found.append(
                Scorer(name, post, role, own, group, weights.get(schema.folded(group), ""))
            )
    return found


def _optional(wanted: Sequence[str]) -> list[str]:
    known = {sheet.name for sheet in schema.SHEETS if sheet is not schema.MERGED}
    names = [part.strip() for text in wanted for part in text.replace("，", ",").split(",")]
    for name in names:
        if name not in known:
            optional = "、".join(
                sheet.name for sheet in schema.SHEETS if sheet.optional and sheet.name in known
            )
            raise Refused(f"没有名为“{name}”的工作表；可以另加的有：{optional}")
    return names


def prepare(contents: Contents, department: str, year: str, scorers: Sequence[Scorer]) -> Contents:
    """Return the contents with the department's name, the year, the scorers, and a ballot for each."""
    given = {"部门名称": department, "评价年度": year}
    kept = {str(row.get("项目")): dict(row) for row in contents.sheets.get(schema.INFO.name, ())}
    info: list[Fields] = []
    for name, words in schema.INFO_ROWS:
        row = kept.pop(name, {"项目": name, "填写说明": words})
        if given.get(name):
            row["内容"] = given[name]
        info.append(row)
    info.extend(kept.values())
    group = tuple(_member(scorer) for scorer in scorers)
    sheets = {**contents.sheets, schema.INFO.name: tuple(info), schema.MEMBERS.name: group}
    return contents._replace(sheets=sheets, ballots=tuple((scorer.name, ()) for scorer in scorers))


def _member(scorer: Scorer) -> Fields:
    row = {
        "姓名": scorer.name, "职务": scorer.post, "分工": scorer.role, "评分组": scorer.group, "是否评分": "是",
    }  # fmt: skip
    row_fields: dict[str, str | Decimal] = {header: text for header, text in row.items() if text}
    if scorer.weight is not None:
        row_fields["评分权重"] = scorer.weight
    if scorer.group_weight:
        row_fields["组权重"] = scorer.group_weight
    return row_fields
