"""SYN queue, accept queue, what happens when they are full (listen(2), RFC 4987)."""

import pytest

from synfin.core.errno import EAGAIN, ECONNRESET
from synfin.core.settings import LINUX, RFC, SECOND
from synfin.host import constants as c
from synfin.wire.tcp import ACK, FIN, RST, SYN, Options, Segment
from tests.host.two import Lone, Two, errno_of


def test_a_syn_makes_a_child_the_third_segment_queues_it() -> None:
    lone = Lone()
    sock = lone.listen()
    assert sock.listener is not None
    iss = lone.handshake()
    assert (len(sock.listener.half_open), len(sock.listener.accept_queue)) == (0, 1)
    assert sock.readable()
    child, (address, port) = sock.accept()
    assert (address, port) == ("10.0.0.1", 4000)
    assert child.conn is not None
    assert child.conn.snd.iss & 0xFFFFFFFF == iss
    assert errno_of(sock.accept) == EAGAIN


def test_accept_is_first_come_first_served() -> None:
    lone = Lone()
    sock = lone.listen()
    for port in (4002, 4000, 4001):
        lone.handshake(port)
    assert [sock.accept()[1][1] for _ in range(3)] == [4002, 4000, 4001]


@pytest.mark.parametrize("backlog", [0, 1, 5])
def test_one_more_than_the_backlog_is_let_in(backlog: int) -> None:
    """Linux sk_acceptq_is_full(): "greater than", so backlog + 1 wait."""
    lone = Lone()
    sock = lone.listen(backlog=backlog)
    assert sock.listener is not None
    for n in range(backlog + 1):
        lone.handshake(4000 + n)
    assert len(sock.listener.accept_queue) == backlog + 1
    assert lone.arrive(SYN, 1, sport=5000) == [], "a full accept queue drops SYNs"
    assert lone.counter("ListenOverflows") == 1


def test_the_syn_queue_is_bounded() -> None:
    lone = Lone(RFC.but(syn_backlog=3))
    sock = lone.listen(backlog=100)
    assert sock.listener is not None
    answers = [len(lone.arrive(SYN, 1, sport=4000 + n)) for n in range(6)]
    assert answers == [1, 1, 1, 0, 0, 0]
    assert len(sock.listener.half_open) == 3
    assert lone.counter("ListenDrops") == 3


def test_a_third_segment_that_finds_the_queue_full_is_dropped_and_comes_again() -> None:
    """The client believes in its connection; SYN,ACK repeats until there is room."""
    lone = Lone(RFC.but(syn_backlog=10))
    sock = lone.listen(backlog=0)
    (one,) = lone.arrive(SYN, 500, sport=4000)
    (two,) = lone.arrive(SYN, 500, sport=4001)
    assert lone.arrive(ACK, 501, one.seq + 1, sport=4000) == []
    assert lone.arrive(ACK, 501, two.seq + 1, sport=4001) == []
    assert lone.states() == ["ESTABLISHED", "SYN-RECEIVED"]
    sent = lone.wait(SECOND)
    assert [p.body.flags for _, p in sent] == [SYN | ACK]  # type: ignore[union-attr]
    sock.accept()
    lone.arrive(ACK, 501, two.seq + 1, sport=4001)
    assert lone.states() == ["ESTABLISHED", "ESTABLISHED"]


def test_or_it_is_reset() -> None:
    """tcp_abort_on_overflow."""
    lone = Lone(LINUX.but(abort_on_overflow=True, syn_backlog=10))
    lone.listen(backlog=0)
    (one,) = lone.arrive(SYN, 500, sport=4000)
    (two,) = lone.arrive(SYN, 500, sport=4001)
    lone.arrive(ACK, 501, one.seq + 1, sport=4000)
    (reset,) = lone.arrive(ACK, 501, two.seq + 1, sport=4001)
    assert (reset.flags, reset.seq) == (RST, two.seq + 1)
    assert lone.states() == ["ESTABLISHED"]


def test_listen_again_changes_the_backlog_only() -> None:
    lone = Lone()
    sock = lone.listen(backlog=1)
    lone.handshake()
    sock.listen(7)
    assert sock.listener is not None
    assert (sock.listener.backlog, len(sock.listener.accept_queue)) == (7, 1)


def test_somaxconn_is_the_limit() -> None:
    lone = Lone(RFC.but(somaxconn=2))
    sock = lone.listen(backlog=1000)
    assert sock.listener is not None
    assert sock.listener.backlog == 2


def test_a_reset_frees_the_place_of_a_half_open_child() -> None:
    """MUST-11, Figure 5 note 1: the listener goes on as if nothing had happened."""
    lone = Lone()
    sock = lone.listen()
    lone.arrive(SYN, 500)
    assert lone.arrive(RST, 501) == []
    assert sock.listener is not None
    assert len(sock.listener.half_open) == 0
    assert lone.states() == []
    lone.handshake()
    assert sock.readable()


def test_a_connection_reset_before_accept_is_still_accepted() -> None:
    """Linux: accept() succeeds and the read tells ECONNRESET."""
    lone = Lone()
    sock = lone.listen()
    lone.handshake()
    lone.arrive(RST, 501)
    child, _ = sock.accept()
    assert errno_of(lambda: child.recv(1)) == ECONNRESET


def test_text_and_fin_may_come_before_accept() -> None:
    lone = Lone()
    sock = lone.listen()
    iss = lone.handshake(text=b"GET /")
    lone.arrive(ACK | FIN, 506, iss + 1)
    child, _ = sock.accept()
    assert child in lone.host.take_ready()
    assert (child.recv(99), child.recv(99)) == (b"GET /", b"")


def test_closing_the_listener_resets_those_never_accepted() -> None:
    lone = Lone()
    sock = lone.listen()
    lone.handshake(4000)
    lone.arrive(SYN, 500, sport=4001)
    sock.close()
    assert [(s.flags & RST, s.dst_port) for s in lone.segments()] == [(RST, 4000)]
    assert lone.states() == []
    (answer,) = lone.arrive(ACK, 501, 77, sport=4001)
    assert answer.flags == RST


# --- TCP_DEFER_ACCEPT --------------------------------------------------------------


def test_defer_accept_waits_for_text() -> None:
    """tcp(7): the bare third segment does not wake the listener."""
    lone = Lone()
    sock = lone.listen()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT, 5)
    iss = lone.handshake()
    assert not sock.readable()
    lone.arrive(ACK, 501, iss + 1, b"GET /")
    child, _ = sock.accept()
    assert child.recv(99) == b"GET /"


def test_but_not_for_ever() -> None:
    """After the time the repeated SYN,ACK's answer is enough."""
    lone = Lone()
    sock = lone.listen()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT, 5)
    iss = lone.handshake()
    lone.wait(7 * SECOND)
    lone.arrive(ACK, 501, iss + 1)
    assert sock.readable()


def test_the_syn_ack_is_not_repeated_while_text_is_waited_for() -> None:
    """Linux syn_ack_recalc(): the peer has it; the last repetition is its last chance."""
    lone = Lone(LINUX)
    sock = lone.listen()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_DEFER_ACCEPT, 5)
    lone.handshake()
    sent = [(at, p.body.flags) for at, p in lone.wait(8 * SECOND) if isinstance(p.body, Segment)]
    assert sent == [(7 * SECOND, SYN | ACK)]


# --- SYN cookies -------------------------------------------------------------------


@pytest.mark.parametrize("timestamps", [True, False])
def test_a_cookie_needs_no_memory_and_makes_a_connection(timestamps: bool) -> None:
    lone = Lone(LINUX.but(syn_cookies="always"))
    sock = lone.listen()
    offer = Options(mss=1400, ts_val=900, window_scale=7, sack_permitted=True)
    if not timestamps:
        offer = Options(mss=1400, window_scale=7, sack_permitted=True)
    (answer,) = lone.arrive(SYN, 500, options=offer)
    assert lone.states() == []
    echo = Options(ts_val=901, ts_ecr=answer.options.ts_val) if timestamps else Options()
    lone.arrive(ACK, 501, answer.seq + 1, options=echo)
    child, _ = sock.accept()
    conn = child.conn
    assert conn is not None
    assert conn.state.value == "ESTABLISHED"
    assert conn.snd.mss == 1300, "1400 rounded down to the cookie's table"
    assert lone.watch.rules("state") == ["cookie.accepted"], "what is replayed is not reported"
    assert (conn.sack_ok, conn.snd.scale) == ((True, 7) if timestamps else (False, 0))


def test_a_guessed_cookie_is_answered_by_a_reset() -> None:
    lone = Lone(LINUX.but(syn_cookies="always"))
    lone.listen()
    (reset,) = lone.arrive(ACK, 501, 123456)
    assert (reset.flags, reset.seq) == (RST, 123456)


def test_cookies_only_when_the_queue_is_full() -> None:
    """tcp_syncookies = 1."""
    lone = Lone(LINUX.but(syn_backlog=2))
    lone.listen()
    for port in range(4000, 4005):
        assert len(lone.arrive(SYN, 500, sport=port)) == 1
    assert lone.states() == ["SYN-RECEIVED"] * 2
    assert lone.counter("SyncookiesSent") == 3


def test_two_hosts_under_cookies() -> None:
    two = Two(LINUX.but(syn_cookies="always"))
    client, server = two.pair()
    client.send(b"hello")
    two.run()
    assert server.recv(99) == b"hello"
