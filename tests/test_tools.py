"""The set-up says in one line what is missing, and the build says which form it made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import stale_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="make and sh are not Windows's")

OLD_PYTHON = "#!/bin/sh\nexit 1\n"
NO_VENV = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\nexec {python} "$@"\n'


def set_up(root: Path, folder: Path, python: str, path: str = "") -> tuple[int, list[str]]:
    """Runs a copy of tools/setup.sh in ``folder``; its status and the lines it printed."""
    (folder / "tools").mkdir()
    shutil.copy(root / "tools" / "setup.sh", folder / "tools")
    environment = dict(os.environ, PYTHON=python)
    if path:
        environment["PATH"] = path
    shell = shutil.which("sh")
    assert shell
    done = subprocess.run(
        [shell, "tools/setup.sh"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.splitlines()


def script(path: Path, text: str) -> str:
    """Writes an executable script and returns its path."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_a_python_that_is_not_there(root: Path, tmp_path: Path) -> None:
    status, lines = set_up(root, tmp_path, "no-such-python")
    assert (status, lines) == (1, ["synfin: PYTHON=no-such-python is not a command"])


def test_a_python_that_is_too_old(root: Path, tmp_path: Path) -> None:
    status, lines = set_up(root, tmp_path, script(tmp_path / "old", OLD_PYTHON))
    assert status == 1
    assert len(lines) == 1
    assert "older than Python 3.11" in lines[0]


def test_no_python_at_all(root: Path, tmp_path: Path) -> None:
    """Only an old ``python3`` can be found."""
    tools = tmp_path / "bin"
    tools.mkdir()
    script(tools / "python3", OLD_PYTHON)
    for name in ("dirname", "rm"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    status, lines = set_up(root, tmp_path, "", str(tools))
    assert status == 1
    assert len(lines) == 1
    assert "install one" in lines[0]


def test_a_python_without_venv(root: Path, tmp_path: Path) -> None:
    python = script(tmp_path / "python", NO_VENV.format(python=sys.executable))
    status, lines = set_up(root, tmp_path, python)
    assert status == 1
    assert len(lines) == 1
    assert f"python{sys.version_info.major}.{sys.version_info.minor}-venv" in lines[0]


def copy_of_the_build(root: Path, folder: Path) -> Path:
    """A tree of its own with tools/build.py, for trials that install nothing."""
    (folder / "tools").mkdir()
    shutil.copy(root / "tools" / "build.py", folder / "tools")
    return folder


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"SYNFIN_PURE": "1"}, "SYNFIN_PURE=1 asks for it"),
        ({"SYNFIN_PURE": "0", "CC": "false"}, "no working C compiler"),
    ],
)
def test_why_the_engine_stays_plain(
    root: Path, tmp_path: Path, change: dict[str, str], expected: str
) -> None:
    tree = copy_of_the_build(root, tmp_path)
    (tree / "build").mkdir()
    code = "import sys; sys.path.insert(0, 'tools'); import build; print(build.why_plain())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tree,
        env=dict(os.environ, PYTHONPATH="", **change),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith(expected)


LEFT_BEHIND = (".mypy_cache/3.11/a.json", "core/.hidden/b", "core/__pycache__/c.pyc", ".d.swp")


def a_source(folder: Path) -> Path:
    """A small package with one module, and what tools leave behind."""
    source = folder / "src" / "synfin"
    for name in ("core/one.py", *LEFT_BEHIND):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("x")
    return source


def test_caches_under_the_source_do_not_make_the_build_stale(root: Path, tmp_path: Path) -> None:
    tree = copy_of_the_build(root, tmp_path)
    a_source(tree)
    code = "import sys; sys.path.insert(0, 'tools'); import build; print(*build.source_files())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, env=dict(os.environ, PYTHONPATH=""),
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.split() == ["src/synfin/core/one.py"]


def test_nor_the_installed_package(tmp_path: Path) -> None:
    source, package = a_source(tmp_path), tmp_path / "installed"
    assert stale_files(package, source) == ["core/one.py"]
    shutil.copytree(source / "core", package / "core")
    assert stale_files(package, source) == []
    (package / "core" / "one.py").write_text("y")
    assert stale_files(package, source) == ["core/one.py"]


# --- continuous integration -------------------------------------------------------

APT = '#!/bin/sh\necho "apt-get $*" >> "$LOG"\nexit {status}\n'
MAKE = '#!/bin/sh\necho "make $* CI=$CI SYNFIN_REQUIRE_ALL=$SYNFIN_REQUIRE_ALL" >> "$LOG"\n'
THERE = ("gcc", "curl", "ip", "ss", "redis-server", "unshare")


def continuous_integration(
    root: Path, folder: Path, apt: int | None, there: tuple[str, ...] = THERE
) -> tuple[int, str, list[str]]:
    """Runs a copy of .ci/run where only ``there`` is installed and apt-get ends with ``apt``
    (None: there is none); its status, what it said, what it called."""
    tools = folder / "bin"
    tools.mkdir()
    (folder / ".ci").mkdir()
    shutil.copy(root / ".ci" / "run", folder / ".ci")
    for name in ("dirname", "env"):
        (tools / name).symlink_to(shutil.which(name) or name)
    script(tools / "python3", "#!/bin/sh\nexit 0\n")  # works, and has its headers
    script(tools / "id", "#!/bin/sh\necho 0\n")  # root needs no sudo
    script(tools / "make", MAKE)
    for name in there:
        script(tools / name, "#!/bin/sh\n")
    if apt is not None:
        script(tools / "apt-get", APT.format(status=apt))
    log = folder / "log"
    log.touch()
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, ".ci/run"], cwd=folder, env={"PATH": str(tools), "LOG": str(log)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout, log.read_text(encoding="utf-8").splitlines()


TESTED = "make test CI=true SYNFIN_REQUIRE_ALL=1"
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="CI's script is bash's")


@needs_bash
def test_ci_installs_what_is_missing_and_nothing_else(root: Path, tmp_path: Path) -> None:
    status, said, called = continuous_integration(root, tmp_path, apt=0)
    assert (status, said) == (0, "ci: installing tshark\n")
    update, install, tested = called
    assert update.startswith("apt-get update")
    assert install.endswith(" tshark")
    assert tested == TESTED


@needs_bash
def test_ci_knows_the_package_of_each_command(root: Path, tmp_path: Path) -> None:
    _, said, _ = continuous_integration(root, tmp_path, apt=0, there=("tshark",))
    assert said == "ci: installing gcc libc6-dev curl iproute2 redis-server util-linux\n"


@needs_bash
@pytest.mark.parametrize("apt", [None, 100])
def test_ci_goes_on_without_packages_and_says_so(
    root: Path, tmp_path: Path, apt: int | None
) -> None:
    status, said, called = continuous_integration(root, tmp_path, apt)
    assert status == 0
    assert "tshark" in said.splitlines()[-1]
    assert called[-1] == TESTED, "the tests that need it fail there, with the reason"


@needs_bash
def test_ci_asks_for_nothing_where_all_is_there(root: Path, tmp_path: Path) -> None:
    status, said, called = continuous_integration(root, tmp_path, 0, (*THERE, "tshark"))
    assert (status, said, called) == (0, "", [TESTED])


def test_a_test_that_needs_tshark_fails_where_all_is_required(root: Path, tmp_path: Path) -> None:
    """With a PATH that lacks tshark: skipped with the reason, or failed with it."""
    for required, word in (("", "1 skipped"), ("1", "1 error")):
        wishes = {"PATH": str(tmp_path), "CI": "", "SYNFIN_REQUIRE_ALL": required}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-rsf", "-p", "no:cacheprovider",
             "tests/show/test_pcapng.py", "-k", "test_tshark_would_say_so"],
            cwd=root, env={**os.environ, **wishes},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert word in done.stdout
        assert "tshark is not installed" in done.stdout


def test_make_knows_its_targets(root: Path) -> None:
    make = shutil.which("make")
    assert make, "make runs the tests"
    for target in ("demo", "test", "build", "lint", "format", "bench", "soak", "clean", "help"):
        done = subprocess.run(
            [make, "--dry-run", target], cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
