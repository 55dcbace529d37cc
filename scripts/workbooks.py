"""Make the .xlsx of every template, sample and layout of 自评表 from its Markdown text.

A test holds the two together, so run this (`make workbooks`) after editing a text. The broken
samples are recipes; one of them is kept as a workbook, all of them are made under build/.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests import documents, form_templates  # noqa: E402

KEPT = documents.RECIPES / "常见错误.md"


def main() -> None:
    for folder in ("workbook_templates", "samples"):
        for text in sorted((ROOT / folder).glob("*.md")):
            _write(text.with_suffix(".xlsx"), documents.sample(text))
    for text in sorted(form_templates.FOLDER.glob("*.md")):
        _write(text.with_suffix(".xlsx"), form_templates.layout(text))
    broken = ROOT / "build" / documents.RECIPES.name
    broken.mkdir(parents=True, exist_ok=True)
    for text in documents.recipes():
        _write(broken / f"{text.stem}.xlsx", documents.recipe(text).workbook())
    _write(KEPT.with_suffix(".xlsx"), documents.recipe(KEPT).workbook())


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
