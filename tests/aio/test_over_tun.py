"""asyncio programs over a TUN device: the kernel's curl, a real Redis, a real PostgreSQL."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs_tun


def inside(name: str, root: Path) -> None:
    """Runs one function of tests/aio/inside_tun.py in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.aio.inside_tun", name],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "curl_bare",
        "curl_through_a_bad_link",
        "lost_syn",
        "the_rest_is_real",
        "refusals_and_ends",
        "closing_says_goodbye",
        "interrupted",
    ],
)
def test_programs(name: str, root: Path) -> None:
    inside(name, root)


@pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")
@pytest.mark.parametrize("name", ["real_redis", "real_redis_behind_faults", "lost_answer"])
def test_redis(name: str, root: Path) -> None:
    inside(name, root)


def why_no_postgres() -> str:
    """Empty where PostgreSQL can run."""
    found = shutil.which("postgres") or any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        return "PostgreSQL is not installed"
    return "" if os.geteuid() == 0 else "without root PostgreSQL sees itself as root, and refuses"


@pytest.mark.skipif(why_no_postgres() != "", reason=why_no_postgres() or "it can run")
@pytest.mark.parametrize("name", ["real_postgres", "real_postgres_behind_faults"])
def test_postgres(name: str, root: Path) -> None:
    inside(name, root)
