"""The device, the namespace, the driver and netcat, each in a namespace of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synfin.tun.device import TunDevice

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


def test_a_closed_device_reads_from_nobody_elses_descriptor() -> None:
    """Its number is given to the next file that is opened."""
    ours, other = os.pipe2(os.O_NONBLOCK)
    device = TunDevice(ours, "pipe", 1500, False, 0)
    assert device.read() is None
    device.close()
    theirs = os.dup(other)
    assert theirs == ours
    with os.fdopen(theirs, "wb"), os.fdopen(other, "wb"), pytest.raises(ValueError):
        device.read()
