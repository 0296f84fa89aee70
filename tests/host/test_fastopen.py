"""TCP Fast Open, both sides (RFC 7413), and its cookies."""

from random import Random

import pytest

from synfin.core.errno import EINVAL
from synfin.core.settings import LINUX, RFC, SECOND
from synfin.host import constants as c
from synfin.host.fastopen import COOKIE_LEN, FastOpen
from synfin.host.sockets import Socket
from synfin.wire.address import parse_address
from synfin.wire.tcp import ACK, SYN, Options
from tests.core.pair import MS
from tests.host.two import A, B, Lone, Two, errno_of

FAST = RFC.but(fastopen_client=True, fastopen_server=True, delayed_ack_ns=0)


def client_of(two: Two) -> Socket:
    """A socket at A that connects with Fast Open."""
    sock = two.a.socket()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT, 1)
    return sock


def prepared() -> tuple[Two, Socket]:
    """B listens with Fast Open and A has B's cookie."""
    two = Two(FAST)
    listener = two.listen()
    listener.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN, 5)
    first = client_of(two)
    assert first.connect_ex((B, 80)) == 115
    two.run()
    listener.accept()
    assert len(two.of("B")[0].options.fastopen or b"") == COOKIE_LEN
    two.sent.clear()
    return two, listener


# --- cookies ------------------------------------------------------------------------


def test_a_cookie_belongs_to_one_client_and_one_server() -> None:
    """§4.1.2."""
    one, other = FastOpen(Random(1).randbytes), FastOpen(Random(2).randbytes)
    cookie = one.cookie_for(b"\n\0\0\1", b"\n\0\0\2")
    assert len(cookie) == 8
    assert cookie == one.cookie_for(b"\n\0\0\1", b"\n\0\0\2")
    assert cookie != one.cookie_for(b"\n\0\0\3", b"\n\0\0\2")
    assert cookie != other.cookie_for(b"\n\0\0\1", b"\n\0\0\2")


def test_the_client_remembers_a_bounded_number() -> None:
    """§4.1.3."""
    made = FastOpen(Random(1).randbytes)
    assert made.known(b"\n\0\0\1") == b""
    for n in range(2000):
        made.learn(n.to_bytes(4, "big"), b"12345678")
    assert made.known((1999).to_bytes(4, "big")) == b"12345678"
    assert made.known((0).to_bytes(4, "big")) == b""


# --- on the wire ------------------------------------------------------------------------


def test_the_first_time_a_cookie_is_asked_for() -> None:
    """§4.1.1, §4.1.2: an empty option, and no text on the SYN."""
    two = Two(FAST)
    listener = two.listen()
    listener.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN, 5)
    sock = client_of(two)
    sock.connect_ex((B, 80))
    two.run()
    syn, syn_ack = two.of("A")[0], two.of("B")[0]
    assert (syn.options.fastopen, bytes(syn.payload)) == (b"", b"")
    assert syn_ack.options.fastopen == two.a.tcp.fastopen.known(bytes((10, 0, 0, 2)))


def test_the_second_time_text_rides_on_the_syn() -> None:
    """§4.2: connect() returns at once, the SYN leaves with the first send; the server
    reads and answers before the handshake has ended."""
    two, listener = prepared()
    sock = client_of(two)
    assert sock.connect_ex((B, 80)) == 0
    assert two.sent == []
    assert sock.send(b"GET /") == 5
    two.run(two.delay)
    (syn,) = two.of("A")
    assert (syn.flags, bytes(syn.payload)) == (SYN, b"GET /")
    server, _ = listener.accept()
    assert server.recv(99) == b"GET /"
    assert server.send(b"200 OK") == 6
    two.run(0)
    answer = two.of("B")
    assert (answer[0].flags, (answer[0].ack - syn.seq) & 0xFFFFFFFF) == (SYN | ACK, 6)
    assert bytes(answer[1].payload) == b"200 OK"
    two.run(two.delay)
    assert sock.recv(99) == b"200 OK", "one round trip for question and answer"


def test_a_wrong_cookie_is_an_ordinary_handshake_and_a_new_cookie() -> None:
    """§4.2 (2.b): only the SYN is acknowledged; the text goes again with the ACK."""
    two, listener = prepared()
    two.a.tcp.fastopen.learn(bytes((10, 0, 0, 2)), b"wrong!!!")
    sock = client_of(two)
    sock.connect_ex((B, 80))
    sock.send(b"GET /")
    two.run()
    syn, *later = two.of("A")
    assert (two.of("B")[0].ack - syn.seq) & 0xFFFFFFFF == 1
    assert two.of("B")[0].options.fastopen not in (None, b"wrong!!!")
    assert b"".join(bytes(s.payload) for s in later) == b"GET /"
    assert listener.accept()[0].recv(99) == b"GET /"
    assert two.a.tcp.fastopen.known(bytes((10, 0, 0, 2))) == two.of("B")[0].options.fastopen


def test_a_lost_syn_goes_again_without_option_and_text() -> None:
    """§4.1.3.1: somebody on the way may dislike the option."""
    two, _ = prepared()
    two.cut = True
    sock = client_of(two)
    sock.connect_ex((B, 80))
    sock.send(b"GET /")
    two.run(4 * SECOND)
    first, second, *_ = two.of("A")
    assert first.options.fastopen
    assert bytes(first.payload) == b"GET /"
    assert second.options.fastopen is None
    assert bytes(second.payload) == b""


def test_both_sides_must_want_it() -> None:
    """§2: without TCP_FASTOPEN on the listener, no cookie and no early text."""
    two = Two(FAST)
    listener = two.listen()
    sock = client_of(two)
    sock.connect_ex((B, 80))
    two.run()
    assert two.of("B")[0].options.fastopen is None
    assert listener.readable()
    assert two.a.tcp.fastopen.known(bytes((10, 0, 0, 2))) == b""


def test_a_host_that_does_not_want_it_connects_as_ever() -> None:
    """The host's switch stands above the socket's option."""
    two = Two(RFC.but(fastopen_client=False, fastopen_server=True))
    two.listen().setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN, 5)
    assert client_of(two).connect_ex((B, 80)) == 115
    two.run()
    assert two.of("A")[0].options.fastopen is None


def test_a_stranger_gets_a_cookie_but_no_early_delivery() -> None:
    """§4.2 (1): text with a cookie that is not his."""
    lone = Lone(FAST)
    sock = lone.listen()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN, 5)
    (answer,) = lone.arrive(SYN, 500, text=b"evil", options=Options(mss=1460, fastopen=b"12345678"))
    assert answer.ack == 501
    assert len(answer.options.fastopen or b"") == COOKIE_LEN
    assert not sock.readable()


def test_the_number_of_early_connections_is_bounded() -> None:
    """§5.1: PendingFastOpenRequests; beyond it, ordinary handshakes."""
    lone = Lone(FAST)
    sock = lone.listen()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN, 2)
    cookie = lone.host.tcp.fastopen.cookie_for(bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
    acked = []
    for port in range(4000, 4004):
        (answer,) = lone.arrive(
            SYN, 500, text=b"hello", sport=port, options=Options(mss=1460, fastopen=cookie)
        )
        acked.append(answer.ack - 500)
    assert acked == [6, 6, 1, 1]


def test_the_third_segment_ends_an_ordinary_handshake() -> None:
    two, listener = prepared()
    sock = client_of(two)
    sock.connect_ex((B, 80))
    sock.send(b"x")
    two.run(100 * MS)
    server, _ = listener.accept()
    assert server.conn is not None
    assert sock.conn is not None
    assert (server.conn.state.value, sock.conn.state.value) == ("ESTABLISHED", "ESTABLISHED")


# --- FreeBSD -----------------------------------------------------------------------


def test_a_server_without_cookies_is_asked_no_more() -> None:
    """Switches fastopen_gives_up and implied_connect's sendto."""
    two = Two(FAST.but(fastopen_gives_up=True), FAST)
    two.listen()
    asked: list[bool] = []
    for _ in range(2):
        two.sent.clear()
        sock = two.a.socket()
        sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN, 1)
        assert sock.connect_and_send((B, 80), b"hello") == 5
        two.run()
        asked.append(two.of("A")[0].options.fastopen is not None)
        sock.close()
    assert asked == [True, False]


# --- black holes (RFC 7413 §4.1.3.1) ----------------------------------------------------


def asks(two: Two) -> bool:
    """Whether A's next connection uses Fast Open; it is torn down at once."""
    two.sent.clear()
    sock = client_of(two)
    if sock.connect_ex((B, 80)) == 0:
        sock.send(b"hello")
    two.run(100 * MS)
    syn = two.of("A")[0]
    sock.setsockopt(c.SOL_SOCKET, c.SO_LINGER, bytes((1, 0, 0, 0, 0, 0, 0, 0)))
    sock.close()
    two.run(100 * MS)
    return syn.options.fastopen is not None


def test_a_path_that_swallows_fast_open_is_spared_it_for_a_while() -> None:
    """Three timeouts in a row; then a minute, two when it happens again."""
    two, _ = prepared()
    two.a.settings = two.a.settings.but(fastopen_blackhole_ns=60 * SECOND)
    for pause in (60, 120):
        two.cut = True
        sock = client_of(two)
        assert sock.connect_ex((B, 80)) == 0
        sock.send(b"hello")
        two.run(8 * SECOND)  # timeouts at 1, 3 and 7 s
        sock.close()
        two.cut = False
        at = two.now - SECOND
        assert not asks(two)
        two.run(at + (pause - 2) * SECOND - two.now)
        assert not asks(two)
        two.run(at + (pause + 1) * SECOND - two.now)
        assert two.a.tcp.fastopen.rests(60 * SECOND, two.now) is False
    assert asks(two)


def test_text_that_comes_clears_the_path() -> None:
    two, listener = prepared()
    two.a.settings = two.a.settings.but(fastopen_blackhole_ns=60 * SECOND)
    fastopen = two.a.tcp.fastopen
    fastopen._swallow(60 * SECOND, two.now)
    two.run(61 * SECOND)
    sock = client_of(two)
    assert sock.connect_ex((B, 80)) == 0
    sock.send(b"hello")
    two.run()
    child = listener.accept()[0]
    assert child.recv(100) == b"hello"
    child.send(b"answer")
    child.close()
    two.run()
    assert sock.recv(100) == b"answer"
    sock.close()
    two.run()
    fastopen._swallow(60 * SECOND, two.now)
    assert not fastopen.rests(60 * SECOND, two.now + 61 * SECOND)  # not two minutes


def test_without_the_switch_nothing_is_spared() -> None:
    """Linux's own default since 2021, too."""
    two, _ = prepared()
    two.cut = True
    sock = client_of(two)
    assert sock.connect_ex((B, 80)) == 0
    sock.send(b"hello")
    two.run(8 * SECOND)
    two.cut = False
    assert asks(two)


def test_a_listener_may_have_keys_of_its_own() -> None:
    """TCP_FASTOPEN_KEY: its cookies are not the host's; the second key is the one before."""
    lone = Lone(LINUX.but(fastopen_server=True))
    sock = lone.listen()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN, 5)
    own, before = bytes(range(16)), bytes(16)
    host_cookie = lone.host.tcp.fastopen.cookie_for(parse_address(A), parse_address(B))
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN_KEY, before)
    (answer,) = lone.arrive(SYN, 500, options=Options(fastopen=b""), sport=4001)
    older = answer.options.fastopen
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN_KEY, own + before)
    (answer,) = lone.arrive(SYN, 500, options=Options(fastopen=b""), sport=4002)
    mine = answer.options.fastopen
    assert mine is not None
    assert mine != host_cookie
    (taken,) = lone.arrive(SYN, 500, text=b"hi", options=Options(fastopen=mine), sport=4003)
    assert taken.ack == 503
    (renewed,) = lone.arrive(SYN, 500, text=b"hi", options=Options(fastopen=older), sport=4005)
    assert (renewed.ack, renewed.options.fastopen) == (503, mine)
    (refused,) = lone.arrive(
        SYN, 500, text=b"hi", options=Options(fastopen=host_cookie), sport=4004
    )
    assert refused.ack == 501
    assert refused.options.fastopen == mine


@pytest.mark.parametrize("value", [b"", bytes(3), bytes(17), 1])
def test_a_key_has_sixteen_octets(value: int | bytes) -> None:
    sock = Lone(LINUX).socket()
    wanted = errno_of(lambda: sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN_KEY, value))
    assert wanted == EINVAL
