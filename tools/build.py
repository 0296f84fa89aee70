"""Builds synfin in a copy of the source and installs the wheel into this Python.

The engine is compiled when a trial build of one small module succeeds, and is
plain Python otherwise; the last line printed says which. Building in a copy
(``build/tree``) keeps compiled modules away from the source, so none can shadow
a file that was edited. Nothing is done when nothing changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
TREE = BUILD / "tree"
STAMP = Path(sys.prefix, ".synfin-build")
LOG = BUILD / "build.log"
TOP_FILES = ("setup.py", "pyproject.toml", "README.md", "LICENSE")
TRIAL = "def twice(n: int) -> int:\n    return 2 * n\n"


def source_files(root: Path = ROOT) -> list[Path]:
    """All files that go into the wheel, relative to the root; no caches, nothing hidden."""
    tops = [Path(name) for name in TOP_FILES if (root / name).exists()]
    inside = [
        path.relative_to(root)
        for path in sorted((root / "src" / "synfin").rglob("*"))
        if path.is_file() and not is_cache(path.relative_to(root))
    ]
    return tops + inside


def is_cache(path: Path) -> bool:
    """Whether ``path`` lies in what tools leave behind (.mypy_cache, __pycache__ ...)."""
    return any(part == "__pycache__" or part.startswith(".") for part in path.parts)


def machine() -> str:
    """What decides about the form besides the source: Python, its headers, a compiler."""
    headers = Path(sysconfig.get_path("include"), "Python.h").exists()
    compilers = [shutil.which(name) for name in (os.environ.get("CC", "cc"), "cc", "gcc", "clang")]
    return f"{sys.version} {headers} {compilers} {os.environ.get('SYNFIN_PURE', '')}"


def digest(files: list[Path]) -> str:
    """One hash over the machine, and the names and contents of the files."""
    total = hashlib.sha256(machine().encode())
    total.update(Path(__file__).read_bytes())
    for name in files:
        content = (ROOT / name).read_bytes()
        total.update(f"\0{name.as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def run(command: list[str], cwd: Path, pure: bool = False) -> subprocess.CompletedProcess[str]:
    """Runs ``command`` quietly; its output goes to the log."""
    environment = dict(os.environ, PYTHONPATH="", SYNFIN_PURE="1" if pure else "0")
    done = subprocess.run(
        command, cwd=cwd, env=environment, text=True, encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    return done


def why_plain() -> str:
    """Why the engine cannot be compiled here; empty when it can."""
    if os.environ.get("SYNFIN_PURE") == "1":
        return "SYNFIN_PURE=1 asks for it"
    trial = BUILD / "trial"
    shutil.rmtree(trial, ignore_errors=True)
    trial.mkdir(parents=True)
    (trial / "trial.py").write_text(TRIAL, encoding="utf-8")
    if run([sys.executable, "-c", "import mypyc.build, setuptools"], trial).returncode:
        return "mypyc is not installed"
    built = run([sys.executable, "-m", "mypyc", "trial.py"], trial)
    check = "import trial; assert trial.__file__[-3:] != '.py' and trial.twice(21) == 42"
    if built.returncode == 0 and run([sys.executable, "-c", check], trial).returncode == 0:
        return ""
    if "Python.h" in built.stdout:
        return "Python.h is missing; to compile, install this Python's headers (python3-dev)"
    return "no working C compiler; to compile, install one (Debian, Ubuntu: gcc and python3-dev)"


def mirror(files: list[Path]) -> None:
    """Makes ``build/tree`` a copy of the source, keeping objects of an unchanged engine."""
    names = "\n".join(path.as_posix() for path in files)
    listing = TREE / "files.txt"
    if not listing.exists() or listing.read_text(encoding="utf-8") != names:
        shutil.rmtree(TREE, ignore_errors=True)
    for name in files:
        target = TREE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        content = (ROOT / name).read_bytes()
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
    listing.write_text(names, encoding="utf-8")
    for stale in TREE.glob("build/lib*/**/*.py"):
        stale.unlink()


def install(pure: bool) -> bool:
    """Builds the wheel and installs it over whatever was there; False if the build failed."""
    wheels = BUILD / "dist"
    shutil.rmtree(wheels, ignore_errors=True)
    if pure:
        shutil.rmtree(TREE / "build", ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    wheel = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), "."]
    if run(wheel, TREE, pure).returncode:
        return False
    (made,) = wheels.glob("synfin-*.whl")
    put = [*pip, "install", "--no-deps", "--no-index", "--force-reinstall", str(made)]
    return run(put, TREE).returncode == 0


def build() -> str:
    """Builds and installs; returns the line that says which form it is."""
    reason = why_plain()
    if not reason:
        print("synfin: compiling the engine, this takes a minute or two", flush=True)
        if install(pure=False):
            return "engine: compiled with mypyc"
        if os.environ.get("CI"):
            raise SystemExit(f"synfin: the engine does not compile; see {LOG}\n{tail()}")
        reason = f"it did not compile, please report {LOG.relative_to(ROOT)}"
    if not install(pure=True):
        raise SystemExit(f"synfin: the build failed; see {LOG}\n{tail()}")
    return f"engine: plain Python ({reason})"


def tail() -> str:
    """The end of the log."""
    return "\n".join(LOG.read_text(encoding="utf-8").splitlines()[-30:])


def main() -> None:
    """Builds if something changed; prints one line that names the form."""
    files = source_files()
    wanted = digest(files)
    if STAMP.exists():
        had, line = STAMP.read_text(encoding="utf-8").split("\n", 1)
        if had == wanted:
            print(f"synfin: {line.strip()}")
            return
    STAMP.unlink(missing_ok=True)
    BUILD.mkdir(exist_ok=True)
    LOG.write_text("", encoding="utf-8")
    mirror(files)
    line = build()
    STAMP.write_text(f"{wanted}\n{line}\n", encoding="utf-8")
    print(f"synfin: {line}")


if __name__ == "__main__":
    main()
