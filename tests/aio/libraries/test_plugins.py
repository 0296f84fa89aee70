"""pytest-asyncio and anyio's plugin beside ours, in one run: each does its own tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SUITE = """
import asyncio

import anyio
import pytest

from synfin.aio.loop import Loop


def simulated():
    return isinstance(asyncio.get_running_loop(), Loop)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.asyncio
async def test_pytest_asyncio():
    assert not simulated()
    await asyncio.sleep(0)


@pytest.mark.anyio
async def test_anyio_plugin():
    assert not simulated()
    assert await anyio.to_thread.run_sync(lambda: 42) == 42


async def test_ours(net):
    assert simulated()
    before = asyncio.get_running_loop().time()
    await asyncio.sleep(3_000)
    assert asyncio.get_running_loop().time() - before == 3_000


@pytest.mark.synfin
async def test_ours_by_marker(net):
    assert simulated()
    with anyio.move_on_after(60) as scope:
        await anyio.sleep_forever()
    assert scope.cancelled_caught


@pytest.mark.asyncio
async def test_pytest_asyncio_again():
    assert not simulated()


def test_plain():
    pass
"""


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_three_plugins_in_one_run(tmp_path: Path, mode: str) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    plugins = ["synfin.pytest_plugin", "pytest_asyncio.plugin", "anyio.pytest_plugin"]
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    for plugin in plugins:
        command += ["-p", plugin]
    command += ["-o", "asyncio_default_fixture_loop_scope=function", f"--asyncio-mode={mode}"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    if "PYTHONPATH" in environment:
        paths = environment["PYTHONPATH"].split(os.pathsep)
        environment["PYTHONPATH"] = os.pathsep.join(str(ROOT / path) for path in paths if path)
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout
