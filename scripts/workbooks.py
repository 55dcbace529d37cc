"""Make the .xlsx of every template and sample from its Markdown text.

A test holds the two together, so run this (`make workbooks`) after editing a text.
"""

from __future__ import annotations

from pathlib import Path

from xlkpi.blanks import Scorer, prepared
from xlkpi.intake import markdown
from xlkpi.write.blank import blank
from xlkpi.write.emit import emit

ROOT = Path(__file__).parent.parent


def main() -> None:
    for folder in ("workbook_templates", "samples"):
        for text in sorted((ROOT / folder).rglob("*.md")):
            if text.name == "README.md":
                continue
            contents = markdown.parse(text.read_text(encoding="utf-8"))
            if not contents.ballots:
                contents = prepared(contents, "", "", [Scorer("评分人1")])
            text.with_suffix(".xlsx").write_bytes(emit(blank(contents)))
            print(text.relative_to(ROOT).with_suffix(".xlsx"))


if __name__ == "__main__":
    main()
