"""The device, the namespace, the driver and netcat, each in a namespace of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synfin.tun.device import MAX_SEGMENT, TunDevice
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.tcp import ACK, CWR, URG, Segment

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


@pytest.mark.parametrize(("flags", "pieces"), [(ACK, 1), (ACK | CWR, 3), (ACK | URG, 3)])
def test_what_only_some_pieces_may_say_is_cut_here(flags: int, pieces: int) -> None:
    """Whoever cuts a large segment in hardware copies flags and urgent pointer to each piece
    as they are (for Linux's own TCP, too: tcp_write_xmit() cuts in urgent mode)."""
    end, ours = os.pipe2(os.O_NONBLOCK)
    device = TunDevice(ours, "pipe", 1500, True, MAX_SEGMENT)
    segment = Segment(1, 2, 3, 4, flags, 5, payload=bytes(3000), urgent=1500, mss=1000)
    with os.fdopen(end, "rb"):
        assert device.write(Packet(bytes(4), bytes(4), PROTO_TCP, segment))
        assert device.packets_out == pieces
        device.close()
