"""FreeBSD's sysctls as switches; sockstat and tcpdrop over the host's table."""

from pathlib import Path

import pytest

from synfin.core.settings import FREEBSD, MILLISECOND, SECOND, Settings
from synfin.host.host import Host
from synfin.packetdrill.config import Config
from synfin.packetdrill.findings import Failure
from synfin.packetdrill.machine import Machine
from synfin.packetdrill.model import Unsupported
from synfin.packetdrill.sockstat import run_tool
from synfin.packetdrill.sysctl import Sysctls

HERE = Path(__file__).parent


def settings(*commands: str) -> Settings:
    made = Sysctls(FREEBSD, HERE)
    for command in commands:
        made.run(f"sysctl -w {command}")
    assert made.without_effect() == ()
    return made.settings()


def test_the_defaults_are_the_profile() -> None:
    """What the suite sets before each script changes nothing."""
    assert (
        settings(
            "net.inet.tcp.rfc1323=1",
            "net.inet.tcp.blackhole=0",
            "net.inet.tcp.sack.enable=1",
            "net.inet.tcp.ecn.enable=2",
            "net.inet.tcp.ecn.maxretries=1",
            "kern.ipc.maxsockbuf=2097152",
            "net.inet.tcp.recvspace=65536",
            "net.inet.tcp.sendspace=32768",
            "net.inet.tcp.rexmit_initial=1000",
            "net.inet.tcp.rexmit_slop=200",
            "net.inet.tcp.rexmit_drop_options=0",
            "net.inet.tcp.keepinit=75000",
            "net.inet.tcp.keepidle=7200000",
            "net.inet.tcp.keepintvl=75000",
            "net.inet.tcp.keepcnt=8",
            "net.inet.tcp.delacktime=40",
            "net.inet.tcp.insecure_rst=0",
            "net.inet.tcp.insecure_syn=0",
            "net.inet.tcp.drop_synfin=0",
            "net.inet.tcp.icmp_may_rst=1",
            "net.inet.tcp.syncookies=1",
            "net.inet.tcp.syncookies_only=0",
            "net.inet.tcp.hostcache.purgenow=1",
        )
        == FREEBSD
    )


@pytest.mark.parametrize(
    ("octets", "scale"), [(73_728, 1), (2_097_152, 6), (4_294_967_295, 14), (65_535, 0)]
)
def test_the_scale_lets_the_largest_buffer_be_offered(octets: int, scale: int) -> None:
    assert settings(f"kern.ipc.maxsockbuf={octets}").window_scale == scale


def test_without_rfc1323_there_is_no_scale_whatever_the_buffer() -> None:
    made = settings("kern.ipc.maxsockbuf=4294967295", "net.inet.tcp.rfc1323=0")
    assert (made.window_scale, made.timestamps) == (-1, False)


def test_timers() -> None:
    made = settings("net.inet.tcp.rexmit_initial=500", "net.inet.tcp.rexmit_slop=0")
    assert made.initial_rto_ns == 500 * MILLISECOND
    assert made.syn_schedule_ns[:3] == (SECOND // 2, SECOND, 2 * SECOND)


def test_cookies() -> None:
    assert settings("net.inet.tcp.syncookies=0").syn_cookies == "off"
    only = settings("net.inet.tcp.syncookies_only=1", "net.inet.tcp.syncookies=1")
    assert only.syn_cookies == "always"


def test_switching_the_client_off_forgets_the_cookies() -> None:
    made = Sysctls(FREEBSD, HERE)
    made.run("sysctl -w net.inet.tcp.fastopen.client_enable=1")
    assert not made.flushed
    made.run("sysctl -w net.inet.tcp.fastopen.client_enable=0")
    assert made.flushed


def test_what_is_refused() -> None:
    with pytest.raises(Unsupported, match="no_such"):
        settings("net.inet.tcp.no_such=1")
    with pytest.raises(Unsupported, match="recvspace"):
        settings("net.inet.tcp.recvspace=many")


# --- sockstat, tcpdrop ---------------------------------------------------------------


def machine() -> Host:
    """One listener, one socket that does nothing."""
    made = Machine(Config(profile="freebsd"), FREEBSD).host
    listener = made.socket()
    listener.bind(("192.168.0.1", 8080))
    listener.listen(1)
    made.socket()
    return made


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("sockstat -4 -P tcp -s -p 8080 | grep -c LISTEN | grep 1", True),
        ("sockstat -4 -P tcp -s | grep packetdril | grep -c CLOSED | grep 1", True),
        ("sockstat -4 -P tcp -s | grep -c SYN_RCVD | grep 0", True),
        ("sockstat -4 -P tcp -s -p 8080 | grep -c LISTEN | grep 2", False),
        ("sockstat -6 -P tcp -s | grep -c LISTEN | grep 0", True),
        ("sockstat -4 -P tcp -s | grep ESTABLISHED", False),
    ],
)
def test_sockstat(line: str, found: bool) -> None:
    if found:
        assert run_tool(line, machine())
        return
    with pytest.raises(Failure):
        run_tool(line, machine())


def test_others_are_not_tools() -> None:
    assert not run_tool("sysctl -w net.inet.tcp.recvspace=1", machine())
    for line in ("sockstat -l", "sockstat -4 | wc -l", "tcpdrop -s NO_SUCH_STATE"):
        with pytest.raises(Unsupported):
            run_tool(line, machine())


def test_tcpdrop_of_a_state_that_nobody_is_in() -> None:
    host = machine()
    assert run_tool("tcpdrop -s TIME_WAIT", host)
    assert [info.state for info in host.connections()] == ["LISTEN"]
