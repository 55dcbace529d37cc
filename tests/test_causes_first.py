"""`verify` tells a changed input before the results that follow from it, and does not bury it in them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests import documents, libreoffice, test_verify
from xlkpi.interfaces.cli.commands import cli


@pytest.fixture
def recalculated(tmp_path: Path, office: None) -> tuple[Path, Path]:
    """A result whose first mark was changed and all formulas computed again; and the source."""
    part = next(part for part, name in test_verify.sheets().items() if name == "评分_甲")
    cell = re.search(r'<c r="H5"([^>]*)><v>([^<]+)</v></c>', test_verify.held()[part].decode())
    assert cell
    new = f'<c r="H5"{cell[1]}><v>{float(cell[2]) - 1:g}</v></c>'
    path, source = tmp_path / "甲_评分结果.xlsx", tmp_path / "甲.xlsx"
    path.write_bytes(test_verify.changed(part, "H5", new))
    source.write_bytes(documents.sample(test_verify.BASE))
    (again,) = libreoffice.recalculated([path], tmp_path / "re")
    return again, source


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["verify", *arguments])


def test_after_a_changed_mark_its_cell_leads_and_what_follows_is_one_line(
    recalculated: tuple[Path, Path],
) -> None:
    result, source = recalculated
    made = verify(str(result), "--source", str(source))
    lines = [line for line in made.stdout.splitlines() if " › " in line]
    assert made.exit_code == 1
    assert " › 评分_甲!H5  " in lines[0]
    everything = json.loads(verify(str(result), "--source", str(source), "--json").stdout)
    listed = everything["differences"]
    assert (listed[0]["sheet"], listed[0]["cell"]) == ("评分_甲", "H5")
    results = [each for each in listed if each["kind"] == "result"]
    assert len(results) > 5
    (folded,) = [line for line in lines if "公式显示的结果" in line]
    assert (
        f" 等 {len(results)} 处" in folded
        and f" › {results[0]['sheet']}!{results[0]['cell']} " in folded
    )
    assert len(lines) == len(listed) - len(results) + 1
    assert f"共 {len(listed)} 处" in made.stdout


def test_without_a_changed_input_no_result_is_folded() -> None:
    """A result that somebody wrote into a formula's cell is no follower of anything."""
    from xlkpi.domain.verification import Difference, Verification
    from xlkpi.interfaces.cli import printing

    wrong = tuple(Difference("汇总", f"B{row}", "result", "1", "2") for row in (3, 4, 5))
    assert not printing._find_followers(Verification("changed", wrong, ""))
    assert len(printing._find_followers(Verification("changed", wrong, "", "", 1))) == 3
