"""The device, the namespace, the driver and netcat, each in a namespace of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs_tun

INSIDE = (
    "answers_with_vnet",
    "answers_without_vnet",
    "refused_write",
    "own_address",
    "refused_connection",
    "kernel_resets",
    "slow_reader",
    "small_queue",
    "without_rights_of_root",
    "table_of_its_own",
    "signatures",
    "netcat_listens",
    "netcat_connects",
    "netcat_on_a_device_that_is_not_configured",
)


@pytest.mark.parametrize("name", INSIDE)
def test_inside(name: str, root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.tun.inside", name],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
