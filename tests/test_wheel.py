"""The wheel that ``make build`` makes: whole, and of use where there is no compiler."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import engine_form

WHEELS = Path(__file__).parents[1] / "build" / "dist"
TRANSFER = """
import sys
sys.path.insert(0, sys.argv[1])
import synfin.core.connection as engine
assert not engine.__file__.endswith(".py"), engine.__file__
assert engine.__file__.startswith(sys.argv[1]), engine.__file__
from synfin.__main__ import main
sys.argv = ["synfin", "play", "1", "--json"]
main()
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What installing the wheel without its dependencies puts into a folder."""
    if engine_form() != "compiled":
        pytest.skip("the engine is plain Python here: the wheel was not built with a compiler")
    (wheel,) = WHEELS.glob("synfin-*.whl")
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_it_works_without_a_compiler(unpacked: Path) -> None:
    environment = {"PATH": str(unpacked), "LANG": "C.UTF-8", "SYSTEMROOT": os.devnull}
    done = subprocess.run(
        [sys.executable, "-c", TRANSFER, str(unpacked)],
        env=environment, capture_output=True, text=True, check=False, timeout=120, cwd=unpacked,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ESTABLISHED" in done.stdout


def test_it_has_sources_and_compiled_modules_and_nothing_that_builds_them(unpacked: Path) -> None:
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    for room in ("wire", "core", "host", "sim"):
        for source in (unpacked / "synfin" / room).glob("*.py"):
            plain = source.name in ("__init__.py", "interpreted.py")
            assert source.with_name(source.stem + suffix).exists() != plain, source
    assert not [path for path in unpacked.rglob("*") if path.suffix in (".c", ".h", ".o")]
