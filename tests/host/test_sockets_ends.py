"""How connections end, as sockets tell it: resets, SO_LINGER, pending errors, close()."""

import pytest

from synfin.core.errno import (
    EADDRINUSE,
    EADDRNOTAVAIL,
    ECONNREFUSED,
    ECONNRESET,
    EHOSTUNREACH,
    EINVAL,
    EPIPE,
    ETIMEDOUT,
)
from synfin.core.settings import LINUX, RFC, SECOND
from synfin.host import constants as c
from synfin.host.icmp import error_packet
from synfin.host.sockets import Socket
from synfin.wire.address import parse_address
from synfin.wire.ip import Packet
from synfin.wire.tcp import ACK, FIN, RST, Segment
from tests.core.pair import MS
from tests.host.two import A, B, Lone, Two, errno_of

LINGER_0 = (1).to_bytes(4, "little") + bytes(4)
LINGER_5 = (1).to_bytes(4, "little") + (5).to_bytes(4, "little")


def was_reset() -> tuple[Two, Socket, Socket]:
    """The server aborted; the client has got the RST."""
    two = Two()
    client, server = two.pair()
    server.abort()
    two.run()
    return two, client, server


# --- after a reset (MUST-12) -------------------------------------------------------


def test_send_after_a_reset() -> None:
    """ECONNRESET once, then EPIPE; recv is at the end."""
    _, client, _ = was_reset()
    assert errno_of(lambda: client.send(b"x")) == ECONNRESET
    assert client.recv(1) == b""
    assert errno_of(lambda: client.send(b"x")) == EPIPE
    assert errno_of(lambda: client.send(b"x")) == EPIPE


def test_recv_after_a_reset() -> None:
    """MUST-12: not an end of file the first time."""
    _, client, _ = was_reset()
    assert client.readable()
    assert errno_of(lambda: client.recv(1)) == ECONNRESET
    assert client.recv(1) == b""
    assert errno_of(lambda: client.send(b"x")) == EPIPE


def test_so_error_after_a_reset() -> None:
    """getsockopt takes it away."""
    _, client, _ = was_reset()
    assert client.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == ECONNRESET
    assert client.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == 0
    assert client.recv(1) == b""


def test_what_came_before_the_reset_can_be_read() -> None:
    two = Two()
    client, server = two.pair()
    server.send(b"last words")
    two.run()
    server.abort()
    two.run()
    assert client.recv(99) == b"last words"
    assert errno_of(lambda: client.recv(99)) == ECONNRESET


def test_an_orderly_end_is_no_error() -> None:
    """MUST-12, the other half."""
    two = Two()
    client, server = two.pair()
    server.close()
    two.run()
    assert client.recv(1) == b""
    assert client.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == 0
    assert client.send(b"still open this way") == 19


def test_a_timeout_is_told() -> None:
    two = Two()
    client, _ = two.pair()
    two.cut = True
    client.send(b"x")
    two.run(200 * SECOND)
    assert errno_of(lambda: client.recv(1)) == ETIMEDOUT


# --- soft errors (MUST-47, SHLD-20, SHLD-25) ---------------------------------------


def soft_error() -> tuple[Two, Socket]:
    two = Two()
    client, _ = two.pair()
    client.send(b"x")
    two.run(0)
    ((_, _, packet),) = two.sent
    assert isinstance(packet, Packet)
    two.a.receive(error_packet(packet, parse_address("10.0.0.9"), 3, 1), two.now)
    return two, client


def test_a_soft_error_can_be_asked_for() -> None:
    """MUST-47, SHLD-25: SO_ERROR."""
    _, client = soft_error()
    assert client.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == EHOSTUNREACH
    assert client.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == 0


def test_who_does_not_ask_is_not_troubled() -> None:
    """SHLD-20: no call fails because of it, nothing is pushed at the application."""
    two, client = soft_error()
    assert client.send(b"y") == 1
    two.run()
    assert not client.readable()
    assert client.conn is not None
    assert client.conn.error == 0


# --- close() -----------------------------------------------------------------------


def test_close_is_a_fin() -> None:
    two = Two()
    client, _ = two.pair()
    client.close()
    two.run()
    assert [s.flags for s in two.of("A")] == [FIN | ACK]


def test_close_with_unread_text_is_a_reset() -> None:
    """SHLD-3."""
    two = Two()
    client, server = two.pair()
    client.send(b"nobody reads this")
    two.run()
    server.close()
    two.run()
    assert two.of("B")[-1].flags & RST
    assert errno_of(lambda: client.recv(1)) == ECONNRESET


@pytest.mark.parametrize(("linger", "flags"), [(LINGER_0, RST), (LINGER_5, FIN), (None, FIN)])
def test_linger(linger: bytes | None, flags: int) -> None:
    """SO_LINGER on with 0 s turns close() into ABORT; nothing else does."""
    two = Two()
    client, server = two.pair()
    if linger is not None:
        client.setsockopt(c.SOL_SOCKET, c.SO_LINGER, linger)
    client.close()
    two.run()
    assert two.of("A")[0].flags & (RST | FIN) == flags
    assert [row.state for row in two.a.connections()] == ([] if flags == RST else ["FIN-WAIT-2"])
    assert server.readable()


def test_linger_0_throws_away_what_was_not_sent() -> None:
    two = Two(RFC.but(initial_window_segments=1))
    client, server = two.pair()
    client.setsockopt(c.SOL_SOCKET, c.SO_LINGER, LINGER_0)
    client.send(bytes(50_000))
    client.close()
    two.run()
    assert [s.flags & RST for s in two.of("A")][-1] == RST
    assert errno_of(lambda: server.recv(99_999)) == ECONNRESET


def test_close_sends_what_is_queued_first() -> None:
    two = Two(RFC.but(receive_buffer=1 << 20))
    client, server = two.pair()
    client.send(bytes(100_000))
    client.close()
    two.run(5 * SECOND)
    got = 0
    while data := server.recv(65536):
        got += len(data)
    assert got == 100_000


def test_abort_whatever_linger_says() -> None:
    """§3.10.5."""
    two = Two()
    client, _ = two.pair()
    client.abort()
    two.run()
    assert [s.flags & RST for s in two.of("A")] == [RST]
    assert client.fileno() == -1


def test_an_orphan_does_not_stay_for_ever_on_linux() -> None:
    """tcp_fin_timeout; shutdown() is not enough to be an orphan."""
    two = Two(LINUX)
    client, server = two.pair()
    client.close()
    two.run(59 * SECOND)
    assert [row.state for row in two.a.connections()] == ["FIN-WAIT-2"]
    two.run(2 * SECOND)
    assert two.a.connections() == []
    server.send(b"anybody?")
    two.run()
    assert two.of("A")[-1].flags & RST


def test_closing_while_connecting_is_silent() -> None:
    """§3.10.4, SYN-SENT; the late SYN,ACK is then refused (§3.10.7.1)."""
    two = Two()
    two.listen()
    client = two.connect()
    two.run(two.delay)
    client.close()
    two.run()
    assert [s.flags for s in two.of("A")][1:] == [RST]
    assert two.a.connections() == []


def test_the_port_is_free_after_the_end() -> None:
    lone = Lone()
    sock = lone.listen()
    sock.close()
    assert lone.listen().port == 80


def test_text_after_close_is_answered_by_a_reset() -> None:
    """SHLD-3: and the peer's next send fails."""
    two = Two()
    client, server = two.pair()
    server.close()
    two.run()
    client.send(b"late")
    two.run()
    (last,) = [s for s in two.of("B") if s.flags & RST]
    assert isinstance(last, Segment)
    assert errno_of(lambda: client.send(b"x")) == EPIPE


# --- shutdown() of a listener -------------------------------------------------------


def test_a_listener_stops_to_listen_and_may_listen_again() -> None:
    """Linux inet_shutdown(); its port stays its own."""
    two = Two()
    listener = two.listen(81)
    waiting = two.connect(port=81)
    two.run(100 * MS)
    listener.shutdown(c.SHUT_WR)
    assert listener.readable()
    listener.shutdown(c.SHUT_RD)
    two.run(100 * MS)
    assert errno_of(lambda: waiting.recv(1)) == ECONNRESET
    assert errno_of(listener.accept) == EINVAL
    assert two.b.socket().connect_ex((A, 9)) == 115
    refused = two.connect(port=81)
    two.run(100 * MS)
    assert refused.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == ECONNREFUSED
    other = two.b.socket()
    assert errno_of(lambda: other.bind((B, 81))) == EADDRINUSE
    listener.listen(5)
    two.connect(port=81)
    two.run(100 * MS)
    assert listener.accept()[1][0] == A


def test_a_port_that_was_not_chosen_is_given_back() -> None:
    lone = Lone()
    sock = lone.socket()
    sock.listen(5)
    port = sock.getsockname()[1]
    sock.shutdown(c.SHUT_RDWR)
    assert sock.getsockname()[1] == 0
    other = lone.socket()
    other.bind((B, port))


def test_connect_chooses_no_port_that_somebody_was_bound_to() -> None:
    """Linux inet_hash_connect(): whoever the peer is."""
    lone = Lone(RFC.but(ephemeral_low=5000, ephemeral_high=5002))
    bound = lone.socket()
    bound.bind((B, 5001))
    ports = set()
    for _ in range(2):
        sock = lone.socket()
        assert sock.connect_ex((A, 80)) == 115
        ports.add(sock.getsockname()[1])
    assert ports == {5000, 5002}
    assert lone.socket().connect_ex((A, 80)) == EADDRNOTAVAIL
    bound.close()
    assert lone.socket().connect_ex((A, 80)) == 115
