"""The repository's own scripts pass, exactly; a mutation of any compared field fails."""

from pathlib import Path

import pytest

from synfin.packetdrill.config import Config
from synfin.packetdrill.language import parse
from synfin.packetdrill.runner import run_script
from tests.packetdrill.mutants import mutants

FOLDER = Path(__file__).parent / "scripts"
SCRIPTS = sorted(FOLDER.glob("*.pkt"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("tolerance", [-1, 0])
def test_own_scripts(path: Path, tolerance: int) -> None:
    script = parse(path.read_text(encoding="utf-8"), path.name)
    result = run_script(script, Config(), FOLDER, tolerance)
    assert result.status == "pass", result


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_mutant_is_refused(path: Path) -> None:
    script = parse(path.read_text(encoding="utf-8"), path.name)
    changed = list(mutants(script))
    survivors = [
        what
        for what, mutant in changed
        if run_script(mutant, Config(), FOLDER).status not in ("fail", "error")
    ]
    assert len(changed) >= 5
    assert survivors == []


def test_a_script_for_everything_named_here() -> None:
    assert len(SCRIPTS) >= 14
