"""Parts of ``synfin exec`` that need no rights."""

import socket
import sys

import pytest

from synfin.core.settings import MILLISECOND
from synfin.live.exec.link import LinkWish
from synfin.live.exec.listening import loopback_target
from synfin.live.exec.report import Report, segment_words
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="sock_diag(7) is Linux's"
)


def free_port() -> int:
    """One on which nobody listened a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.mark.parametrize(
    ("family", "address", "target"),
    [
        (socket.AF_INET, "127.0.0.1", "127.0.0.1"),
        (socket.AF_INET, "127.0.0.5", "127.0.0.5"),
        (socket.AF_INET, "0.0.0.0", "127.0.0.1"),
        (socket.AF_INET6, "::1", "::1"),
        (socket.AF_INET6, "::", "::1"),
    ],
)
def test_who_listens_is_found(family: int, address: str, target: str) -> None:
    try:
        listener = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip("there is no IPv6 here")
    with listener:
        assert loopback_target(listener.getsockname()[1]) == target


def test_nobody_listens_where_a_socket_is_only_bound() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        assert loopback_target(sock.getsockname()[1]) == ""
    assert loopback_target(free_port()) == ""


def test_who_waits_for_datagrams_is_found() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        assert loopback_target(port, socket.IPPROTO_UDP) == "127.0.0.1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", port))
            own = client.getsockname()[1]
            assert loopback_target(own, socket.IPPROTO_UDP) == ""
    assert loopback_target(port, socket.IPPROTO_UDP) == ""


def test_the_report_counts_and_remembers() -> None:
    net = Network(seed=1)
    net.add_host("client", "10.77.0.1")
    server = net.add_host("server", "10.77.0.2")
    net.link("client", "server", 10 * MILLISECOND)
    net.add_fault(parse_fault("client>server SYN nth=1 drop"))
    net.add_fault(parse_fault("client>server ACK nth=1 dup"))
    report = Report()
    net.tap(report)
    listener = server.engine.socket()  # type: ignore[attr-defined]
    listener.bind(("", 80))
    listener.listen()
    sock = net.host("client").engine.socket()  # type: ignore[attr-defined]
    net.at(0, lambda: sock.connect_ex(("10.77.0.2", 80)))
    net.run(until_ns=3_000 * MILLISECOND)
    told = report.as_dict(net.faults)
    assert told["directions"]["client>server"]["fates"] == {"fault": 1}
    assert told["directions"]["client>server"]["sent"] == 3
    assert told["directions"]["client>server"]["copies"] == 1
    assert told["directions"]["client>server"]["delivered"] == 3
    assert [fault["acted"] for fault in told["faults"]] == [1, 1]
    lost, copied, copy = told["affected"]
    port = lost["ports"][0]
    assert segment_words(lost) == f"SYN {port}>80 seq=0"
    assert segment_words(copied) == f"ACK {port}>80 seq=1 ack=1"
    assert (lost["fate"], copied["fate"], copy["copy_of"]) == ("fault", "delivered", copied["n"])


def test_a_link_is_perfect_unless_told() -> None:
    wish = LinkWish()
    assert (wish.delay, wish.loss, wish.rate, wish.faults) == (0, 0.0, 0, ())
