"""TCP at a host: addresses, ports, who gets what, TIME-WAIT, ICMP (RFC 9293 §3.9)."""

import pytest

from synfin.core.errno import (
    EADDRINUSE,
    EADDRNOTAVAIL,
    ENETUNREACH,
    ENOBUFS,
)
from synfin.core.settings import RFC, SECOND, Settings
from synfin.host import constants as c
from synfin.wire.address import parse_address
from synfin.wire.tcp import ACK, FIN, RST, SYN
from tests.host.two import A6, B6, A, B, Lone, Two, errno_of

BROADCAST = ["255.255.255.255", "10.0.0.255", "224.0.0.1", "239.1.2.3"]


# --- addresses (MUST-46, MUST-57, MUST-63) -----------------------------------------


@pytest.mark.parametrize("remote", BROADCAST)
def test_nobody_connects_to_broadcast_or_multicast(remote: str) -> None:
    """MUST-46: an error, and nothing is sent."""
    lone = Lone()
    sock = lone.socket()
    assert errno_of(lambda: sock.connect((remote, 80))) == ENETUNREACH
    assert lone.poll() == []
    assert errno_of(lambda: lone.socket(six=True).connect(("ff02::1", 80))) == ENETUNREACH


@pytest.mark.parametrize("dst", BROADCAST)
def test_a_syn_to_broadcast_or_multicast_is_dropped(dst: str) -> None:
    """MUST-57: silently."""
    lone = Lone()
    lone.listen(address="0.0.0.0")
    assert lone.arrive(SYN, 1, dst=dst) == []
    assert lone.states() == []


@pytest.mark.parametrize("src", [*BROADCAST, "0.0.0.0", "240.0.0.1"])
def test_a_syn_from_an_impossible_source_is_dropped(src: str) -> None:
    """MUST-63."""
    lone = Lone()
    lone.listen()
    assert lone.arrive(SYN, 1, src=src) == []
    assert lone.states() == []


# --- who gets a segment ------------------------------------------------------------


def test_nobody_there_is_a_reset() -> None:
    """§3.10.7.1."""
    lone = Lone()
    (reset,) = lone.arrive(SYN, 500, dport=81)
    assert (reset.flags, reset.seq, reset.ack) == (RST | ACK, 0, 501)
    assert (reset.src_port, reset.dst_port) == (81, 4000)
    assert lone.arrive(RST, 500, dport=81) == []
    assert lone.counter("OutRsts") == 1


def test_a_passive_open_does_not_disturb_what_is_there() -> None:
    """MUST-41: a connection from that very port goes on, and newcomers are the listener's."""
    lone = Lone(RFC.but(delayed_ack_ns=0))
    first = lone.socket()
    first.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, 1)
    first.bind((B, 80))
    first.listen(1)
    iss = lone.handshake()
    child, _ = first.accept()
    first.close()
    again = lone.socket()
    again.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, 1)
    again.bind((B, 80))
    again.listen(1)
    (ack,) = lone.arrive(ACK, 501, iss + 1, b"still here")
    assert (ack.seq, ack.ack) == (iss + 1, 511)
    assert child.recv(99) == b"still here"
    lone.handshake(4001)
    assert again.accept()[1] == (A, 4001)


@pytest.mark.parametrize("state", ["SYN-SENT", "SYN-RECEIVED"])
def test_listening_on_a_port_from_which_somebody_connects(state: str) -> None:
    """MUST-42: both, the active one by its four-tuple, the passive one for all others."""
    lone = Lone()
    active = lone.socket()
    active.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, 1)
    active.bind((B, 80))
    active.connect_ex((A, 9000))
    (syn,) = lone.segments()
    if state == "SYN-RECEIVED":
        lone.arrive(SYN, 700, sport=9000)
    passive = lone.socket()
    passive.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, 1)
    passive.bind((B, 80))
    passive.listen(5)
    lone.handshake(4000)
    assert sorted(lone.states()) == ["ESTABLISHED", state]
    lone.arrive(SYN | ACK, 700, syn.seq + 1, sport=9000)
    assert sorted(lone.states()) == ["ESTABLISHED", "ESTABLISHED"]
    assert passive.accept()[1] == (A, 4000)


def test_a_local_address_may_be_given_or_asked_for() -> None:
    """MUST-43, MUST-44, MUST-45: chosen before the first SYN, and kept."""
    lone = Lone()
    lone.host.add_address(parse_address("10.9.0.2"))
    chosen = lone.socket()
    chosen.bind(("10.9.0.2", 0))
    chosen.connect_ex((A, 80))
    asked = lone.socket()
    asked.connect_ex((A, 80))
    far = lone.socket()
    far.connect_ex(("10.9.0.77", 80))
    assert [sock.getsockname()[0] for sock in (chosen, asked, far)] == [
        "10.9.0.2", B, "10.9.0.2",
    ]  # fmt: skip
    assert [p.src for p in lone.poll()] == [parse_address("10.9.0.2"), parse_address(B),
                                            parse_address("10.9.0.2")]  # fmt: skip
    lone.host.addresses.remove(parse_address(B))
    assert {p.src for _, p in lone.wait(SECOND)} >= {parse_address(B)}


def test_without_an_address_of_that_family_there_is_no_way() -> None:
    two = Two()
    two.a.addresses.remove(parse_address(A6))
    sock = two.a.socket(c.SOCK_STREAM, c.AF_INET6)
    assert errno_of(lambda: sock.connect((B6, 80))) == ENETUNREACH


# --- limits ------------------------------------------------------------------------


def test_when_all_ports_are_taken() -> None:
    """EADDRNOTAVAIL: per destination; another destination has room."""
    lone = Lone(RFC.but(ephemeral_low=5000, ephemeral_high=5003))
    socks = [lone.socket() for _ in range(6)]
    assert [sock.connect_ex((A, 80)) for sock in socks[:4]] == [115] * 4
    assert errno_of(lambda: socks[4].connect((A, 80))) == EADDRNOTAVAIL
    assert socks[5].connect_ex((A, 81)) == 115
    assert {sock.getsockname()[1] for sock in socks[:4]} == {5000, 5001, 5002, 5003}


def test_when_memory_is_gone() -> None:
    """ENOBUFS for connect(); SYNs are dropped."""
    lone = Lone(RFC.but(max_connections=1))
    lone.listen()
    lone.handshake()
    assert errno_of(lambda: lone.socket().connect((A, 80))) == ENOBUFS
    assert lone.arrive(SYN, 1, sport=4001) == []


@pytest.mark.parametrize("reuse", [0, 1])
def test_time_wait_keeps_its_port_and_its_four_tuple(reuse: int) -> None:
    """§3.4.2: EADDRINUSE for bind(); with SO_REUSEADDR on both, EADDRNOTAVAIL for the
    same peer, and no trouble with another."""
    two = Two()
    listener = two.listen()
    first = two.a.socket()
    first.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, reuse)
    first.bind((A, 5000))
    first.connect_ex((B, 80))
    two.run()
    server, _ = listener.accept()
    first.close()
    two.run()
    server.close()
    two.run()
    assert [row.state for row in two.a.connections()] == ["TIME-WAIT"]
    second = two.a.socket()
    second.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, 1)
    if not reuse:
        assert errno_of(lambda: second.bind((A, 5000))) == EADDRINUSE
        return
    second.bind((A, 5000))
    assert errno_of(lambda: second.connect((B, 80))) == EADDRNOTAVAIL
    assert second.connect_ex((B, 81)) == 115


# --- TIME-WAIT at a host -----------------------------------------------------------


def in_time_wait(settings: Settings = RFC) -> tuple[Lone, int]:
    """B closed first; the peer's FIN came. Returns our ISS; RCV.NXT is 502."""
    lone = Lone(settings)
    sock = lone.listen()
    iss = lone.handshake()
    child, _ = sock.accept()
    child.close()
    assert [s.flags for s in lone.segments()] == [FIN | ACK]
    lone.arrive(ACK | FIN, 501, iss + 2)
    assert lone.states() == ["TIME-WAIT"]
    return lone, iss


def test_time_wait_ends_after_two_msl() -> None:
    """MUST-13."""
    lone, _ = in_time_wait()
    lone.wait(240 * SECOND - 1)
    assert lone.states() == ["TIME-WAIT"]
    lone.wait(1)
    assert lone.states() == []
    assert not lone.host.tcp.ports.in_use(4000)


def test_a_newer_syn_opens_anew_from_time_wait() -> None:
    """MAY-2: with an ISS above the old numbers."""
    lone, iss = in_time_wait()
    (answer,) = lone.arrive(SYN, 600)
    assert (answer.flags, answer.ack) == (SYN | ACK, 601)
    assert (answer.seq - (iss + 2)) & 0xFFFFFFFF == 65_537
    assert lone.states() == ["SYN-RECEIVED"]


def test_an_older_syn_does_not() -> None:
    lone, iss = in_time_wait()
    (answer,) = lone.arrive(SYN, 400)
    assert (answer.flags, answer.seq, answer.ack) == (ACK, iss + 2, 502)
    assert lone.states() == ["TIME-WAIT"]


def test_a_reset_does_not_end_it() -> None:
    """RFC 1337."""
    lone, iss = in_time_wait()
    assert lone.arrive(RST, 502, iss + 2) == []
    assert lone.states() == ["TIME-WAIT"]


# --- FreeBSD's silence -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("hole", "answered"), [(0, (True, True)), (1, (False, True)), (2, (False, False))]
)
def test_blackhole(hole: int, answered: tuple[bool, bool]) -> None:
    """Switch blackhole: no RST for a SYN, or for anything, that meets no socket."""
    for flags, expected in zip((SYN, ACK), answered, strict=True):
        lone = Lone(RFC.but(blackhole=hole))
        assert bool(lone.arrive(flags, 7, 9, dport=81)) is expected


def test_syn_with_fin_is_dropped() -> None:
    """Switch drop_syn_fin."""
    for dropped in (False, True):
        lone = Lone(RFC.but(drop_syn_fin=dropped))
        lone.listen()
        assert bool(lone.arrive(SYN | FIN, 7, 0)) is not dropped


def test_a_syn_ack_for_a_listener() -> None:
    """Switch listen_syn_ack_silent."""
    for silent in (False, True):
        lone = Lone(RFC.but(listen_syn_ack_silent=silent))
        lone.listen()
        assert bool(lone.arrive(SYN | ACK, 7, 9)) is not silent
