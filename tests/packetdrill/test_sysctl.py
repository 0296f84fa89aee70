"""Backtick lines: sysctls by every road, restoring, other scripts, and what is refused."""

from pathlib import Path

import pytest

from synfin.core.settings import LINUX, SECOND
from synfin.packetdrill.model import Unsupported
from synfin.packetdrill.sysctl import Sysctls, fastopen_keys

HERE = Path(__file__).parent


def after(text: str, folder: Path = HERE) -> Sysctls:
    """The sysctls once ``text`` has run."""
    made = Sysctls(LINUX, folder)
    made.run(text)
    return made


def test_the_roads() -> None:
    assert not after("sysctl -q net.ipv4.tcp_timestamps=0").settings().timestamps
    assert not after("sysctl -w net/ipv4/tcp_sack=0 > /dev/null 2>&1").settings().sack
    made = after("../x/set_sysctls.py /proc/sys/net/ipv4/tcp_fin_timeout=7 \\\n  "
                 "/proc/sys/net/ipv4/tcp_syn_retries=2 # why")  # fmt: skip
    assert made.settings().fin_wait_2_timeout_ns == 7 * SECOND
    assert made.settings().syn_retries == 2


def test_buffers() -> None:
    settings = after('sysctl -q net.ipv4.tcp_rmem="4096 540000 $((15*1024*1024))"').settings()
    assert (settings.window_scale, settings.receive_buffer) == (8, 270_000)


def test_restoring() -> None:
    made = after("sysctl -q net.ipv4.tcp_syn_retries=3")
    made.run("set_sysctls.py /proc/sys/net/ipv4/tcp_syn_retries=1 /proc/sys/net/ipv4/tcp_sack=0")
    assert (made.settings().syn_retries, made.settings().sack) == (1, False)
    made.run("/tmp/sysctl_restore_${PPID}.sh")
    assert (made.settings().syn_retries, made.settings().sack) == (3, True)


def test_a_script_beside_the_script(tmp_path: Path) -> None:
    (tmp_path / "common.sh").write_text("#!/bin/bash\n# x\nsysctl -q net.ipv4.tcp_sack=0\n")
    assert not after("./common.sh\ntc qdisc add dev tun0 root pfifo", tmp_path).settings().sack


def test_what_changes_nothing_is_named() -> None:
    assert after("sysctl -q net.ipv4.tcp_autocorking=1").without_effect() == ("tcp_autocorking",)
    assert after("sysctl -q net.ipv4.tcp_sack=1").without_effect() == ()


@pytest.mark.parametrize(
    "text",
    [
        "rm -rf /",
        "sysctl -q net.ipv4.tcp_no_such_thing=1",
        "sysctl -q kernel.panic=1",
        "sysctl net.ipv4.tcp_sack",
        "./missing.sh",
        "tc qdisc add dev tun0 root pfifo limit 0",
        "sysctl 'net.ipv4.tcp_sack=1",
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(Unsupported):
        after(text)


def test_a_value_that_cannot_be() -> None:
    with pytest.raises(Unsupported, match="tcp_rmem"):
        after("sysctl -q net.ipv4.tcp_rmem=x").settings()


def test_an_alternative() -> None:
    made = after("sysctl -q net.ipv4.no_such=1 &> /dev/null || ip tcp_metrics flush all")
    assert made.flushed


def test_keys() -> None:
    assert fastopen_keys("04030201-0-0-1") == (bytes([1, 2, 3, 4]) + bytes(8) + b"\1\0\0\0",)
    assert len(fastopen_keys("1-2-3-4,5-6-7-8")) == 2
    with pytest.raises(ValueError, match="1-2"):
        fastopen_keys("1-2")


def test_congestion_control() -> None:
    """By the kernel's names; what nobody has here is refused."""
    name = "sysctl -q net.ipv4.tcp_congestion_control="
    assert after(name + "reno").settings().congestion_control == "newreno"
    assert after(name + "cubic").settings().congestion_control == "cubic"
    with pytest.raises(Unsupported, match="tcp_congestion_control=bbr"):
        after(name + "bbr").settings()
    detect = "/sys/module/tcp_cubic/parameters/hystart_detect"
    assert after(f"echo 3 > {detect}").settings().hystart == "classic"
    with pytest.raises(Unsupported):
        after(f"echo 2 > {detect}")


def test_the_send_buffer_its_mark_dsack_and_the_ports() -> None:
    made = after('sysctl -q net.ipv4.tcp_wmem="4096 50000 4194304" net.ipv4.tcp_dsack=0')
    settings = made.settings()
    assert (settings.send_buffer, settings.send_buffer_limit) == (50_000, 4_194_304)
    assert not settings.dsack
    assert after("sysctl net.ipv4.tcp_notsent_lowat=4000").settings().notsent_lowat == 4000
    assert after("sysctl net.ipv4.tcp_notsent_lowat=4294967295").settings().notsent_lowat == 0
    ports = after('sysctl net.ipv4.ip_local_port_range="1024 2048"').settings()
    assert (ports.ephemeral_low, ports.ephemeral_high) == (1024, 2048)
