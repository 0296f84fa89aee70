"""The repository's own scripts pass, exactly; a mutation of any compared field fails."""

from pathlib import Path

import pytest

from synfin.packetdrill.config import Config
from synfin.packetdrill.language import parse
from synfin.packetdrill.model import Script
from synfin.packetdrill.runner import run_script
from tests.packetdrill.mutants import mutants

FOLDER = Path(__file__).parent / "scripts"
SCRIPTS = sorted(FOLDER.rglob("*.pkt"))


def config(path: Path) -> Config:
    """Each subfolder has the name of its profile."""
    return Config() if path.parent == FOLDER else Config(profile=path.parent.name)


def read(path: Path) -> Script:
    return parse(path.read_text(encoding="utf-8"), path.name, None, config(path).platform)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
@pytest.mark.parametrize("tolerance", [-1, 0])
def test_own_scripts(path: Path, tolerance: int) -> None:
    result = run_script(read(path), config(path), FOLDER, tolerance)
    assert result.status == "pass", result


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_every_mutant_is_refused(path: Path) -> None:
    changed = list(mutants(read(path)))
    survivors = [
        what
        for what, mutant in changed
        if run_script(mutant, config(path), FOLDER).status not in ("fail", "error")
    ]
    assert len(changed) >= 5
    assert survivors == []


def test_a_script_for_everything_named_here() -> None:
    assert len(SCRIPTS) >= 14
