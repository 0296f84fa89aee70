"""Socket options: kept, inherited, applied, refused (socket(7), tcp(7), ip(7))."""

import pytest

from synfin.core.errno import (
    ECONNREFUSED,
    EINPROGRESS,
    EINVAL,
    ENOENT,
    ENOPROTOOPT,
    ETIMEDOUT,
)
from synfin.core.settings import RFC, SECOND
from synfin.host import constants as c
from synfin.wire.tcp import PSH, SYN, Options
from tests.core.pair import MS
from tests.host.two import A, B, Lone, Two, errno_of

IMMEDIATE = RFC.but(delayed_ack_ns=0)


@pytest.mark.parametrize(
    ("level", "option", "value"),
    [
        (c.SOL_SOCKET, c.SO_REUSEADDR, 1),
        (c.SOL_SOCKET, c.SO_KEEPALIVE, 1),
        (c.SOL_SOCKET, c.SO_RCVBUF, 9000),
        (c.SOL_SOCKET, c.SO_SNDBUF, 9000),
        (c.IPPROTO_TCP, c.TCP_NODELAY, 1),
        (c.IPPROTO_TCP, c.TCP_CORK, 1),
        (c.IPPROTO_TCP, c.TCP_MAXSEG, 700),
        (c.IPPROTO_TCP, c.TCP_KEEPIDLE, 10),
        (c.IPPROTO_TCP, c.TCP_KEEPINTVL, 5),
        (c.IPPROTO_TCP, c.TCP_KEEPCNT, 3),
        (c.IPPROTO_TCP, c.TCP_SYNCNT, 2),
        (c.IPPROTO_TCP, c.TCP_USER_TIMEOUT, 5000),
        (c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT, 5),
        (c.IPPROTO_TCP, c.TCP_FASTOPEN, 5),
        (c.IPPROTO_IP, c.IP_TOS, 0x10),
        (c.IPPROTO_IP, c.IP_TTL, 5),
    ],
)
def test_what_was_set_can_be_read(level: int, option: int, value: int) -> None:
    sock = Lone().socket()
    sock.setsockopt(level, option, value)
    assert sock.getsockopt(level, option) == value


@pytest.mark.parametrize(
    ("option", "default"),
    [(c.TCP_KEEPIDLE, 7200), (c.TCP_KEEPINTVL, 75), (c.TCP_KEEPCNT, 9), (c.TCP_NODELAY, 0)],
)
def test_defaults(option: int, default: int) -> None:
    assert Lone().socket().getsockopt(c.IPPROTO_TCP, option) == default


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (c.TCP_MAXSEG, 87),
        (c.TCP_MAXSEG, 32_768),
        (c.TCP_KEEPIDLE, 0),
        (c.TCP_KEEPCNT, 128),
        (c.TCP_SYNCNT, 0),
        (c.TCP_USER_TIMEOUT, -1),
    ],
)
def test_values_out_of_range(option: int, value: int) -> None:
    sock = Lone().socket()
    assert errno_of(lambda: sock.setsockopt(c.IPPROTO_TCP, option, value)) == EINVAL


def test_unknown_options() -> None:
    sock = Lone().socket()
    assert errno_of(lambda: sock.setsockopt(c.IPPROTO_TCP, 999, 1)) == ENOPROTOOPT
    assert errno_of(lambda: sock.getsockopt(c.SOL_SOCKET, 999)) == ENOPROTOOPT


def test_questions_that_only_can_be_asked() -> None:
    lone = Lone()
    assert lone.socket().getsockopt(c.SOL_SOCKET, c.SO_TYPE) == c.SOCK_STREAM
    assert lone.listen().getsockopt(c.SOL_SOCKET, c.SO_ACCEPTCONN) == 1
    assert lone.socket().getsockopt(c.SOL_SOCKET, c.SO_ACCEPTCONN) == 0


# --- in force ----------------------------------------------------------------------


def test_keepalive_by_its_three_numbers() -> None:
    """MUST-24, MUST-27: per connection; tcp(7)."""
    two = Two()
    client, _ = two.pair()
    client.setsockopt(c.IPPROTO_TCP, c.TCP_KEEPIDLE, 10)
    client.setsockopt(c.IPPROTO_TCP, c.TCP_KEEPINTVL, 5)
    client.setsockopt(c.IPPROTO_TCP, c.TCP_KEEPCNT, 2)
    client.setsockopt(c.SOL_SOCKET, c.SO_KEEPALIVE, 1)
    two.cut = True
    two.run(9 * SECOND)
    assert two.of("A") == []
    two.run(30 * SECOND)
    assert len(two.of("A")) == 2
    assert client.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == ETIMEDOUT


def test_set_before_connecting_they_hold_too() -> None:
    two = Two()
    listener = two.listen()
    client = two.a.socket()
    client.setsockopt(c.IPPROTO_TCP, c.TCP_KEEPIDLE, 10)
    client.setsockopt(c.SOL_SOCKET, c.SO_KEEPALIVE, 1)
    client.connect_ex((B, 80))
    two.run(15 * SECOND)
    assert len(two.of("A")) == 3, "SYN, ACK, one keep-alive"
    assert listener.readable()


def test_nodelay() -> None:
    """MUST-17."""
    two = Two(IMMEDIATE)
    client, _ = two.pair()
    for on, expected in ((0, 1), (1, 3)):
        client.setsockopt(c.IPPROTO_TCP, c.TCP_NODELAY, on)
        two.sent.clear()
        for _ in range(3):
            client.send(b"x")
            two.run(0)
        assert len(two.of("A")) == expected
        two.run()


def test_cork_and_uncork() -> None:
    two = Two(IMMEDIATE)
    client, _ = two.pair()
    client.setsockopt(c.IPPROTO_TCP, c.TCP_CORK, 1)
    for word in (b"one", b"two", b"three"):
        client.send(word)
        two.run(20 * MS)
    assert two.of("A") == []
    client.setsockopt(c.IPPROTO_TCP, c.TCP_CORK, 0)
    two.run(0)
    assert [(bytes(s.payload), s.flags & PSH) for s in two.of("A")] == [(b"onetwothree", PSH)]


def test_maxseg() -> None:
    """tcp(7): announced, and sent no larger."""
    two = Two(IMMEDIATE.but(timestamps=False))
    two.listen()
    client = two.a.socket()
    client.setsockopt(c.IPPROTO_TCP, c.TCP_MAXSEG, 700)
    client.connect_ex((B, 80))
    two.run()
    assert two.of("A")[0].options.mss == 700
    client.send(bytes(2100))
    two.run(0)
    assert [len(s.payload) for s in two.of("A") if s.payload] == [700, 700, 700]
    assert client.getsockopt(c.IPPROTO_TCP, c.TCP_MAXSEG) == 700


@pytest.mark.parametrize(("forgets", "mss"), [(False, 700), (True, 1460)])
def test_maxseg_after_a_connect_that_failed(forgets: bool, mss: int) -> None:
    """Linux tcp_disconnect() forgets it, whether shutdown() or a RST ended the attempt."""
    two = Two(IMMEDIATE.but(disconnect_forgets_maxseg=forgets))
    for ends in ("shutdown", "reset"):
        client = two.a.socket()
        client.setsockopt(c.IPPROTO_TCP, c.TCP_MAXSEG, 700)
        client.connect_ex((B, 80))
        if ends == "shutdown":
            client.shutdown(c.SHUT_RD)
        two.run()
        if ends == "reset":
            assert client.connect_ex((B, 80)) == ECONNREFUSED
        assert client.connect_ex((B, 80)) == EINPROGRESS
        two.run()
        assert [s.options.mss for s in two.of("A") if s.options.mss > 0][-1] == mss
        client.close()


def test_syncnt() -> None:
    """tcp(7): two retransmissions, 1 + 2 + 4 s."""
    two = Two()
    two.cut = True
    client = two.a.socket()
    client.setsockopt(c.IPPROTO_TCP, c.TCP_SYNCNT, 2)
    client.connect_ex((B, 80))
    two.run(7 * SECOND)
    assert len(two.of("A")) == 3
    assert client.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == ETIMEDOUT


def test_user_timeout() -> None:
    """MUST-21: in ms (tcp(7))."""
    two = Two()
    client, _ = two.pair()
    client.setsockopt(c.IPPROTO_TCP, c.TCP_USER_TIMEOUT, 2500)
    two.cut = True
    client.send(b"x")
    two.run(2499 * MS)
    assert client.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == 0
    two.run(2 * MS)
    assert client.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == ETIMEDOUT


def test_a_receive_buffer_bounds_the_window() -> None:
    lone = Lone(RFC.but(window_scale=-1))
    sock = lone.listen()
    sock.setsockopt(c.SOL_SOCKET, c.SO_RCVBUF, 4000)
    (answer,) = lone.arrive(SYN, 500)
    assert answer.window == 4000


def test_the_diffserv_field() -> None:
    """MUST-48, SHLD-21, SHLD-22: as given, unchanged, and it may change (SHLD-23)."""
    two = Two()
    client, _ = two.pair()
    for tos in (0x10, 0xB8, 0):
        client.setsockopt(c.IPPROTO_IP, c.IP_TOS, tos)
        two.sent.clear()
        client.send(b"x")
        two.run()
        assert {p.tos for _, who, p in two.sent if who == "A"} == {tos}


@pytest.mark.parametrize(("address", "level", "option"), [
    (B, c.IPPROTO_IP, c.IP_TTL), ("fd00::2", c.IPPROTO_IPV6, c.IPV6_UNICAST_HOPS),
])  # fmt: skip
def test_the_ttl(address: str, level: int, option: int) -> None:
    """MUST-49: per socket; the host's default else."""
    two = Two(RFC.but(ttl=77))
    client, _ = two.pair(address)
    client.send(b"x")
    two.run()
    client.setsockopt(level, option, 5)
    client.send(b"y")
    two.run()
    assert [p.ttl for _, who, p in two.sent if who == "A"] == [77, 5]


def test_the_diffserv_field_of_ipv6() -> None:
    two = Two()
    client, _ = two.pair("fd00::2")
    client.setsockopt(c.IPPROTO_IPV6, c.IPV6_TCLASS, 0x20)
    client.send(b"x")
    two.run()
    assert two.sent[0][2].tos == 0x20


# --- inherited ---------------------------------------------------------------------


def test_children_inherit_from_their_listener() -> None:
    """tcp(7), socket(7)."""
    lone = Lone()
    sock = lone.listen()
    for level, option, value in (
        (c.IPPROTO_TCP, c.TCP_NODELAY, 1),
        (c.SOL_SOCKET, c.SO_KEEPALIVE, 1),
        (c.IPPROTO_IP, c.IP_TTL, 9),
    ):
        sock.setsockopt(level, option, value)
    sock.setsockopt(c.SOL_SOCKET, c.SO_LINGER, (1).to_bytes(4, "little") + bytes(4))
    (answer,) = lone.arrive(SYN, 500, options=Options(mss=1460))
    lone.arrive(16, 501, answer.seq + 1)
    child, _ = sock.accept()
    conn = child.conn
    assert conn is not None
    assert (conn.nodelay, conn.keepalive, conn.ttl) == (True, True, 9)
    assert child.getsockopt(c.IPPROTO_TCP, c.TCP_NODELAY) == 1
    child.close()
    assert [s.flags & 4 for s in lone.segments()] == [4]


def test_but_not_a_deferred_accept() -> None:
    lone = Lone()
    sock = lone.listen()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT, 5)
    lone.handshake(text=b"x")
    child, (address, _) = sock.accept()
    assert address == A
    assert child.getsockopt(c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT) == 0


def test_the_congestion_control_by_its_name() -> None:
    """TCP_CONGESTION (tcp(7)), before there is a connection."""
    sock = Lone().socket()
    assert sock.congestion_control() == "reno"
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_CONGESTION, b"cubic\0")
    assert sock.congestion_control() == "cubic"
    assert (
        errno_of(lambda: sock.setsockopt(c.IPPROTO_TCP, c.TCP_CONGESTION, b"none such")) == ENOENT
    )
    assert errno_of(lambda: sock.setsockopt(c.IPPROTO_TCP, c.TCP_CONGESTION, 7)) == EINVAL
    assert sock.congestion_control() == "cubic"


def test_the_congestion_control_while_connected() -> None:
    """The windows stay; what was set on the listener its children have."""
    lone = Lone()
    sock = lone.listen()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_CONGESTION, b"cubic")
    (answer,) = lone.arrive(SYN, 500, options=Options(mss=1460))
    lone.arrive(16, 501, answer.seq + 1)
    child, _ = sock.accept()
    conn = child.conn
    assert conn is not None
    assert conn.snd.cc.name() == "cubic"
    conn.snd.cc.cwnd, conn.snd.cc.ssthresh = 5 * 1460, 7 * 1460
    child.setsockopt(c.IPPROTO_TCP, c.TCP_CONGESTION, b"reno")
    assert conn.snd.cc.name() == "newreno"
    assert (conn.snd.cc.cwnd, conn.snd.cc.ssthresh) == (5 * 1460, 7 * 1460)
    assert child.congestion_control() == "reno"


@pytest.mark.parametrize(
    ("level", "option", "value"),
    [
        (c.IPPROTO_IP, c.IP_TTL, 40),
        (c.IPPROTO_IPV6, c.IPV6_UNICAST_HOPS, 40),
        (c.IPPROTO_TCP, c.TCP_SYNCNT, 3),
        (c.IPPROTO_TCP, c.TCP_LINGER2, 7),
        (c.IPPROTO_TCP, c.TCP_USER_TIMEOUT, 9000),
        (c.IPPROTO_TCP, c.TCP_NODELAY, 1),
    ],
)
def test_what_was_never_set_is_as_the_host_says(level: int, option: int, value: int) -> None:
    settings = RFC.but(
        ttl=40,
        syn_retries=3,
        fin_wait_2_timeout_ns=7 * SECOND,
        user_timeout_ns=9 * SECOND,
        nagle=False,
    )
    assert Lone(settings).socket().getsockopt(level, option) == value
