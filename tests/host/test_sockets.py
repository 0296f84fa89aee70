"""Socket calls in their non-blocking form: opening, sending, receiving, readiness."""

import pytest

from synfin.core.errno import (
    EAGAIN,
    EALREADY,
    ECONNABORTED,
    ECONNREFUSED,
    EINPROGRESS,
    EINVAL,
    EISCONN,
    EPIPE,
    ETIMEDOUT,
)
from synfin.core.settings import RFC, SECOND
from synfin.host import constants as c
from synfin.host.sockets import Socket
from synfin.wire.tcp import FIN, PSH, URG
from tests.core.pair import MS
from tests.host.two import A6, B6, A, B, Lone, Two, errno_of

IMMEDIATE = RFC.but(delayed_ack_ns=0)


# --- connect -----------------------------------------------------------------------


def test_connect_by_its_errnos() -> None:
    """EINPROGRESS, EALREADY, 0, EISCONN."""
    two = Two()
    two.listen()
    sock = two.a.socket()
    assert sock.connect_ex((B, 80)) == EINPROGRESS
    assert sock.connect_ex((B, 80)) == EALREADY
    assert not sock.writable()
    two.run()
    assert sock.writable()
    assert sock.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == 0
    assert sock.connect_ex((B, 80)) == 0
    assert sock.connect_ex((B, 80)) == EISCONN


def test_a_refused_connect_is_told_once_and_may_be_tried_again() -> None:
    two = Two()
    sock = two.connect()
    two.run()
    assert sock.writable()
    assert sock.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == ECONNREFUSED
    assert sock.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == 0
    assert sock.connect_ex((B, 80)) == ECONNABORTED  # the attempt that failed
    two.listen()
    assert sock.connect_ex((B, 80)) == EINPROGRESS
    two.run()
    assert sock.connect_ex((B, 80)) == 0


def test_a_connect_to_nobody_times_out() -> None:
    """MUST-23."""
    two = Two()
    two.cut = True
    sock = two.connect()
    two.run(200 * SECOND)
    assert sock.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == ETIMEDOUT


def test_python_classes_of_the_errors() -> None:
    """As Linux's Python raises them."""
    two = Two()
    sock = two.a.socket()
    with pytest.raises(BlockingIOError):
        sock.connect((B, 80))
    two.run()
    with pytest.raises(ConnectionRefusedError):
        sock.connect((B, 80))


def test_self_connect() -> None:
    """Simultaneous open with oneself (MUST-10): one socket, both ends."""
    two = Two()
    sock = two.a.socket()
    sock.bind((A, 5000))
    sock.connect_ex((A, 5000))
    for _ in range(10):
        two.run(20 * MS)
    assert sock.conn is not None
    assert sock.conn.state.value == "ESTABLISHED"
    sock.send(b"echo")
    two.run()
    assert sock.recv(99) == b"echo"
    assert sock.getpeername() == sock.getsockname() == (A, 5000)


# --- send and recv -----------------------------------------------------------------


def test_text_both_ways_over_both_families() -> None:
    """IPv6 end to end, as IPv4."""
    for address, here in ((B, A), (B6, A6)):
        two = Two()
        client, server = two.pair(address)
        assert client.getsockname()[0] == here
        data = bytes(range(256)) * 400
        sent = 0
        got = bytearray()
        for _ in range(100):
            if sent < len(data):
                sent += client.send(data[sent : sent + 30_000])
            two.run(50 * MS)
            while server.readable() and len(got) < len(data):
                got += server.recv(65536)
        assert bytes(got) == data
        assert server.send(b"answer") == 6
        two.run()
        assert client.recv(3) + client.recv(99) == b"answer"


def test_recv_says_eagain_when_there_is_nothing() -> None:
    two = Two()
    client, _ = two.pair()
    assert errno_of(lambda: client.recv(1)) == EAGAIN
    connecting = two.connect(port=81)
    assert errno_of(lambda: connecting.recv(1)) == EAGAIN
    assert errno_of(lambda: connecting.send(b"x")) == EAGAIN


def test_queue_is_the_rfcs_send() -> None:
    """§3.10.2: before ESTABLISHED it queues."""
    two = Two()
    listener = two.listen()
    client = two.connect()
    assert client.queue(b"early") == 5
    two.run()
    assert listener.accept()[0].recv(99) == b"early"


def test_peek_leaves_the_text_there() -> None:
    """MSG_PEEK."""
    two = Two()
    client, server = two.pair()
    client.send(b"hello")
    two.run()
    assert server.recv(3, c.MSG_PEEK) == b"hel"
    assert server.recv(99) == b"hello"


def test_recv_into() -> None:
    two = Two()
    client, server = two.pair()
    client.send(b"hello")
    two.run()
    buffer = bytearray(8)
    assert server.recv_into(buffer) == 5
    assert bytes(buffer) == b"hello\0\0\0"


def test_msg_oob_is_urgent() -> None:
    """MUST-30, RFC 6093; MUST-33: urgent_left() (SIOCATMARK's question)."""
    two = Two(IMMEDIATE)
    client, server = two.pair()
    client.send(b"!", c.MSG_OOB)
    two.run()
    assert two.of("A")[0].flags & URG
    assert server.urgent_left() == 1
    assert errno_of(lambda: server.recv(9, c.MSG_OOB)) == EINVAL, "it stays in the stream"
    assert server.recv(9) == b"!"
    assert server.urgent_left() == 0


def test_msg_more_waits_for_the_rest() -> None:
    """MAY-15."""
    two = Two(IMMEDIATE)
    client, server = two.pair()
    client.send(b"head", c.MSG_MORE)
    two.run(100 * MS)
    assert two.of("A") == []
    client.send(b"tail")
    two.run(20 * MS)
    assert [(bytes(s.payload), s.flags & PSH) for s in two.of("A")] == [(b"headtail", PSH)]
    assert server.readable()


def test_a_full_buffer_blocks_and_writability_comes_back() -> None:
    two = Two(RFC.but(send_buffer=9000, receive_buffer=2000))
    client, server = two.pair()
    assert client.send(bytes(10_000)) == 9000
    assert errno_of(lambda: client.send(b"x")) == EAGAIN
    assert not client.writable()
    two.run()
    assert not client.writable(), "2000 octets of room are less than a third"
    server.recv(9999)
    two.run()
    assert client.writable()


@pytest.mark.parametrize(("taken", "writable"), [(2999, False), (3000, True)])
def test_a_third_of_the_buffer_makes_it_writable(taken: int, writable: bool) -> None:
    """Linux sk_stream_is_writeable()."""
    two = Two(RFC.but(send_buffer=9000, receive_buffer=taken, window_scale=-1))
    client, _ = two.pair()
    client.send(bytes(9000))
    two.run()
    assert client.writable() is writable


def test_an_empty_send_does_nothing() -> None:
    two = Two()
    client, _ = two.pair()
    assert client.send(b"") == 0


# --- half-close, ends --------------------------------------------------------------


def test_half_close() -> None:
    """shutdown(SHUT_WR): the peer reads to the end and still answers."""
    two = Two()
    client, server = two.pair()
    client.send(b"question")
    client.shutdown(c.SHUT_WR)
    two.run()
    assert (server.recv(99), server.recv(99)) == (b"question", b"")
    assert errno_of(lambda: client.send(b"x")) == EPIPE
    server.send(b"answer")
    server.close()
    two.run()
    assert (client.recv(99), client.recv(99)) == (b"answer", b"")
    assert [s.flags & FIN for s in two.of("A")].count(FIN) == 1


def test_shutdown_of_the_reading_side() -> None:
    """SHUT_RD sends nothing; recv says end."""
    two = Two()
    client, server = two.pair()
    server.shutdown(c.SHUT_RD)
    two.run()
    assert two.sent == []
    assert server.recv(1) == b""
    assert errno_of(lambda: client.shutdown(7)) == EINVAL


def test_ready_sockets_are_told_once() -> None:
    two = Two()
    client, server = two.pair()
    two.b.take_ready()
    client.send(b"a")
    two.run()
    assert two.b.take_ready() == [server]
    assert two.b.take_ready() == []


def test_readable_and_writable_of_every_kind() -> None:
    lone = Lone()
    fresh: Socket = lone.socket()
    listening = lone.listen()
    assert (listening.readable(), listening.writable()) == (False, False)
    assert fresh.readable()
    assert fresh.writable()
