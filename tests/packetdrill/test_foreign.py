"""Other people's scripts, where SYNFIN_PACKETDRILL says where they are (folders, joined as in
PATH): what passes today must pass tomorrow. They are no part of this repository."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import Result
from synfin.packetdrill.suite import Job, find_scripts, run_jobs

PLACES: Final = tuple(
    Path(place) for place in os.environ.get("SYNFIN_PACKETDRILL", "").split(os.pathsep) if place
)
WORKERS: Final = 2

GOOGLE: Final = {
    # A current kernel (6.18) does not pass these, either.
    "cubic/cubic-bulk-166k-idle-restart.pkt",
    "cubic/cubic-bulk-166k.pkt",
    "cwnd_moderation/cwnd-moderation-ecn-enter-cwr-no-moderation-700.pkt",
    "fast_retransmit/fr-4pkt-fack-last-mss.pkt",
    "fastopen/client/syn-data-icmp-unreach-frag-needed-with-seq-ipv6.pkt",
    "fastopen/server/client-ack-dropped-then-recovery-ms-timestamps.pkt",
    "fastopen/server/sockopt-fastopen-key.pkt",
    "gro/gro-mss-option.pkt",
    "mtu_probe/basic-v6.pkt",
    "slow_start/slow-start-fq-ack-per-2pkt.pkt",
    "shutdown/shutdown-rdwr-write-queue-close.pkt",
    "ts_recent/invalid_ack.pkt",
    # A local queue that refuses packets, and probing for a larger path MTU (RFC 4821).
    "cubic/cubic-rack-reo-timeout-retrans-failed-incoming-data.pkt",
    "user_timeout/user-timeout-probe.pkt",
    "mtu_probe/basic-v4.pkt",
}
"""Scripts of google/packetdrill's gtests/net/tcp that do not pass."""
GVISOR: Final = {"netstack/tcp_user_timeout.pkt"}
"""gVisor's own timer; the same folder has the script for Linux, which passes."""
FREEBSD_AT_LEAST: Final = 0.99


def results(place: Path, config: Config, tolerance: int = -1) -> Sequence[Result]:
    """All scripts below ``place``."""
    jobs = [
        Job(path, name, config, tolerance_usecs=tolerance) for path, name in find_scripts([place])
    ]
    return run_jobs(jobs, WORKERS)


def not_passed(found: Sequence[Result]) -> set[str]:
    """The names of those that failed, could not be read, or are not supported."""
    return {result.name for result in found if result.status != "pass"}


@pytest.mark.skipif(not PLACES, reason="SYNFIN_PACKETDRILL names no scripts")
def test_what_passed_still_passes() -> None:
    for place in PLACES:
        if (place / "fastopen" / "server" / "opt34").is_dir():
            assert not_passed(results(place, Config())) <= GOOGLE
        elif (place / "netstack" / "tcp_user_timeout.pkt").is_file():
            assert not_passed(results(place, Config(), 100_000)) <= GVISOR
        elif (place / "state-event-engine").is_dir():
            found = results(place, Config(profile="freebsd"))
            assert len(not_passed(found)) <= (1 - FREEBSD_AT_LEAST) * len(found)
        else:
            pytest.fail(f"{place}: no suite that is known here")
