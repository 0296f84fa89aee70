"""docs/recovery.md names switches and their values: they must be the profiles'."""

from pathlib import Path

import pytest

from synfin.cli.switches_cmd import shown
from synfin.core.settings import PROFILES, switch_names

ROOT = Path(__file__).parent.parent
LINES = (ROOT / "docs" / "recovery.md").read_text(encoding="utf-8").splitlines()
ROWS = [
    [cell.strip().strip("`") for cell in line.strip("|").split("|")]
    for line in LINES
    if line.startswith("|") and line.count("|") == 7
]


@pytest.mark.parametrize("row", ROWS[2:], ids=lambda row: row[0])
def test_a_switch_has_the_values_of_the_page(row: list[str]) -> None:
    if not row[3]:
        assert row[4:] == ["always", "always"]
        return
    (name,) = [name for name in switch_names() if name.removesuffix("_ns") == row[3]]
    values = [shown(name, getattr(PROFILES[profile], name)) for profile in ("rfc", "linux")]
    assert values == row[4:]


@pytest.mark.parametrize("row", ROWS[2:], ids=lambda row: row[0])
def test_the_files_are_there(row: list[str]) -> None:
    for word in row[2].replace("`", "").split(", "):
        assert (ROOT / "src" / "synfin" / "core" / word).is_file(), word
