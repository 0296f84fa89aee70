"""What every test shares: which form of the engine runs, what this machine offers."""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import synfin.wire.tcp

pytest_plugins = ["pytester"]  # for tests/pytest_plugin; pytest wants it said here

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "") not in ("", "0", "false")
REQUIRE_ALL = IN_CI or os.environ.get("SYNFIN_REQUIRE_ALL") == "1"

SLOW_MACHINE = [HealthCheck.too_slow]
settings.register_profile("dev", deadline=None, max_examples=50, suppress_health_check=SLOW_MACHINE)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=50,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=SLOW_MACHINE,
)
settings.register_profile(
    "soak", deadline=None, max_examples=5000, suppress_health_check=SLOW_MACHINE
)
settings.load_profile(os.environ.get("SYNFIN_HYPOTHESIS") or ("ci" if IN_CI else "dev"))

TUN_TRIAL = """
import ctypes, fcntl, os, struct, sys
NEWUSER, NEWNET = 0x10000000, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
flags = NEWNET if os.geteuid() == 0 else NEWUSER | NEWNET
if libc.unshare(flags):
    sys.exit("a network namespace is refused: " + os.strerror(ctypes.get_errno()))
try:
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, 0x400454CA, struct.pack("16sH22x", b"trial0", 0x1001))
except OSError as error:
    sys.exit("a TUN device is refused: " + str(error))
"""


def engine_form() -> str:
    """'compiled' or 'plain', by where the engine was really loaded from."""
    return "plain" if str(synfin.wire.tcp.__file__).endswith(".py") else "compiled"


@cache
def why_no_tshark() -> str:
    """Why tshark cannot be used here; empty when it can. Found by trying."""
    program = shutil.which("tshark")
    if program is None:
        return "tshark is not installed"
    done = subprocess.run([program, "--version"], capture_output=True, check=False, timeout=60)
    return "" if done.returncode == 0 else f"{program} --version fails"


@cache
def why_no_tun() -> str:
    """Why no TUN device in a namespace of our own; empty when it works. Found by trying."""
    if not sys.platform.startswith("linux"):
        return "TUN devices and network namespaces are Linux's"
    done = subprocess.run(
        [sys.executable, "-c", TUN_TRIAL], capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode == 0:
        return ""
    return done.stderr.strip().rsplit("\n", 1)[-1] or "a TUN device is refused"


NEEDS = {"needs_tshark": why_no_tshark, "needs_tun": why_no_tun}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what this machine cannot do; where all is required, that is a failure."""
    for marker, why_not in NEEDS.items():
        if item.get_closest_marker(marker) is not None and (reason := why_not()):
            if REQUIRE_ALL:
                pytest.fail(f"{marker}: {reason}", pytrace=False)
            pytest.skip(reason)


def stale_files(package: Path, source: Path) -> list[str]:
    """Files of ``source`` that are not the same in what is imported (an old wheel, forgotten
    data); caches and hidden files do not count."""
    if package == source:
        return []
    return [
        path.relative_to(source).as_posix()
        for path in sorted(source.rglob("*"))
        if path.is_file()
        if not any(p == "__pycache__" or p[0] == "." for p in path.relative_to(source).parts)
        if not (package / path.relative_to(source)).is_file()
        or (package / path.relative_to(source)).read_bytes() != path.read_bytes()
    ]


def pytest_configure(config: pytest.Config) -> None:
    """Refuses to test another engine than the one that was meant."""
    expected = os.environ.get("SYNFIN_FORM", "")
    if expected and expected != engine_form():
        raise pytest.UsageError(f"the {expected} engine was to be tested, not {engine_form()}")
    if stale := stale_files(Path(synfin.__file__).parent, ROOT / "src" / "synfin"):
        raise pytest.UsageError(
            f"the installed synfin is not this source ({stale[0]} differs): "
            "run 'make build', or set PYTHONPATH=src to test the plain source"
        )


def pytest_report_header() -> str:
    """The line that tells which form runs."""
    name = {"plain": "plain Python", "compiled": "compiled with mypyc"}[engine_form()]
    return f"synfin: {name} ({Path(synfin.__file__).parent})"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says again, beside the result, which form ran."""
    terminalreporter.write_line(f"synfin: {engine_form()} engine")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the source tree."""
    return ROOT
