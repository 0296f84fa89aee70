"""Defects once found by reading or by random runs; each stays away.

What Linux does was measured on a kernel's loopback with the same calls.
"""

import contextlib
import struct

import pytest

from synfin.core.errno import ECONNRESET, ENOTCONN, EPIPE, name_of
from synfin.core.settings import LINUX, RFC, SECOND, Settings
from synfin.core.states import State
from synfin.host import constants as c
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.wire.ip import Packet
from synfin.wire.tcp import ACK, FIN, RST, SYN, Options, Segment

A = b"\n\0\0\1"
B = b"\n\0\0\2"
MS = 1_000_000
LINGER_ZERO = struct.pack("ii", 1, 0)


class Two:
    """Hosts A and B on a wire without delay; packets are kept."""

    def __init__(self, a: Settings = LINUX, b: Settings | None = None) -> None:
        self.now = SECOND
        self.a = self._host("A", A, a)
        self.b = self._host("B", B, b or a)
        self.carries = True
        self.sent: list[Packet] = []
        self.ready: list[Socket] = []

    def _host(self, name: str, address: bytes, settings: Settings) -> Host:
        host = Host(name, settings, lambda: self.now, lambda n: bytes([7] * n))
        host.add_address(address)
        return host

    def settle(self) -> None:
        """Carry packets until nobody has any."""
        for _ in range(1000):
            moved = False
            for host in (self.a, self.b):
                for packet in host.poll(self.now):
                    moved = True
                    self.sent.append(packet)
                    if self.carries:
                        (self.a if packet.dst == A else self.b).receive(packet, self.now)
                self.ready += host.take_ready()
            if not moved:
                return
        raise AssertionError("packets without end")

    def wait(self, duration: int) -> None:
        """Time passes, timers expire."""
        end = self.now + duration
        for _ in range(10_000):
            due = min(self.a.deadline(), self.b.deadline())
            if due > end:
                break
            self.now = max(self.now, due)
            for host in (self.a, self.b):
                host.tick(self.now)
            self.settle()
        self.now = end

    def listener(self, backlog: int = 8, fastopen: int = 0) -> Socket:
        """B listens on port 80."""
        sock = self.b.socket()
        sock.setsockopt(c.SOL_SOCKET, c.SO_REUSEADDR, 1)
        if fastopen:
            sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN, fastopen)
        sock.bind(("", 80))
        sock.listen(backlog)
        return sock

    def connected(self) -> tuple[Socket, Socket]:
        """(A's socket, B's socket), the listener closed again."""
        listener = self.listener()
        sock = self.a.socket()
        with contextlib.suppress(BlockingIOError):
            sock.connect(("10.0.0.2", 80))
        self.settle()
        child, _ = listener.accept()
        listener.close()
        return sock, child


def outcome(call: object, *args: object) -> object:
    """What a call returns, or its errno's name."""
    assert callable(call)
    try:
        return call(*args)
    except OSError as error:
        return name_of(error.errno or 0)


def reset(sock: Socket) -> None:
    sock.setsockopt(c.SOL_SOCKET, c.SO_LINGER, LINGER_ZERO)
    sock.close()


def nothing_left(host: Host) -> None:
    """Every table of ``host`` is empty."""
    tcp = host.tcp
    assert not tcp.demux.connections
    assert not tcp.demux.time_waits
    assert not tcp.demux.listeners
    assert not tcp.ports.holders()
    assert not host.descriptors


# -- TIME-WAIT ---------------------------------------------------------------------------
def in_time_wait(two: Two) -> tuple[Socket, Socket]:
    sock, child = two.connected()
    sock.shutdown(c.SHUT_WR)
    two.settle()
    child.shutdown(c.SHUT_WR)
    two.settle()
    assert sock.conn is not None
    assert sock.conn.state is State.TIME_WAIT
    return sock, child


def test_abort_after_time_wait_has_expired() -> None:
    two = Two()
    sock, child = in_time_wait(two)
    two.wait(300 * SECOND)
    sock.abort()
    child.close()
    two.settle()
    nothing_left(two.a)
    nothing_left(two.b)


def test_abort_in_time_wait_deletes_the_record() -> None:
    """RFC 9293 §3.10.5; a SYN for the four-tuple then meets no record."""
    two = Two()
    sock, child = in_time_wait(two)
    assert sock.conn is not None
    port = sock.conn.local_port
    sock.abort()
    child.close()
    nothing_left(two.a)
    syn = Segment(80, port, 1 << 31, 0, SYN, 1000)
    two.a.receive(Packet(B, A, 6, syn), two.now)
    (answer,) = two.a.poll(two.now)
    assert isinstance(answer.body, Segment)
    assert answer.body.flags == RST | ACK


def test_linger_zero_leaves_time_wait_alone() -> None:
    """Linux: the socket is closed already when its connection is in TIME-WAIT."""
    two = Two()
    sock, _ = in_time_wait(two)
    reset(sock)
    assert len(two.a.tcp.demux.time_waits) == 1


@pytest.mark.parametrize("profile", [RFC, LINUX])
def test_a_syn_ends_time_wait_only_where_somebody_listens(profile: Settings) -> None:
    """MAY-2 is for reopening; elsewhere it would let anybody assassinate TIME-WAIT."""
    two = Two(profile)
    sock, _ = in_time_wait(two)
    assert sock.conn is not None
    conn = sock.conn
    seq = (conn.rcv.rcv_nxt + 100_000) & 0xFFFFFFFF
    stamp = Options(ts_val=(conn.rcv.ts_recent + 1000) & 0xFFFFFFFF, ts_ecr=0)
    syn = Segment(80, conn.local_port, seq, 0, SYN, 1000, stamp)
    two.a.receive(Packet(B, A, 6, syn), two.now)
    (answer,) = two.a.poll(two.now)
    assert isinstance(answer.body, Segment)
    assert answer.body.flags == ACK
    assert len(two.a.tcp.demux.time_waits) == 1


# -- Fast Open ---------------------------------------------------------------------------
FAST = LINUX.but(fastopen_client=True, fastopen_server=True)


def fast_open(two: Two, data: bytes = b"hello") -> Socket:
    """A's SYN carries ``data``; it has left, the wire being cut."""
    two.a.tcp.fastopen.learn(B, two.b.tcp.fastopen.cookie_for(A, B))
    sock = two.a.socket()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT, 1)
    sock.connect(("10.0.0.2", 80))
    sock.send(data)
    return sock


def accept_in_syn_received(two: Two, listener: Socket) -> tuple[Socket, Socket]:
    """B has accepted; its SYN,ACK has not left yet."""
    sock = fast_open(two)
    for packet in two.a.poll(two.now):
        two.b.receive(packet, two.now)
    child, _ = listener.accept()
    assert child.conn is not None
    assert child.conn.state is State.SYN_RECEIVED
    return sock, child


def test_fast_open_children_leave_the_syn_queue_when_accepted() -> None:
    two = Two(FAST)
    listener = two.listener(fastopen=8)
    for _ in range(20):
        sock, child = accept_in_syn_received(two, listener)
        two.settle()
        child.close()
        sock.close()
        two.settle()
    assert listener.listener is not None
    assert not listener.listener.half_open


def test_reset_of_an_accepted_fast_open_child_reaches_its_socket() -> None:
    two = Two(FAST)
    _, child = accept_in_syn_received(two, two.listener(fastopen=8))
    conn = child.conn
    assert conn is not None
    two.carries = False
    two.settle()
    two.ready.clear()
    rst = Segment(conn.remote_port, 80, conn.rcv.rcv_nxt & 0xFFFFFFFF, 0, RST, 0)
    two.b.receive(Packet(A, B, 6, rst), two.now)
    two.settle()
    assert child in two.ready
    assert child.recv(5) == b"hello"
    assert outcome(child.recv, 5) == "ECONNRESET"


def test_an_answer_with_fin_sent_in_syn_received_is_acknowledged_in_one_go() -> None:
    """Accept, answer, shut down before the client's ACK: that ACK covers our FIN, too."""
    two = Two(FAST)
    sock, child = accept_in_syn_received(two, two.listener(fastopen=8))
    assert child.recv(10) == b"hello"
    child.send(b"bye")
    child.shutdown(c.SHUT_WR)
    conn, peer = child.conn, sock.conn
    assert conn is not None
    assert peer is not None
    two.carries = False
    two.settle()
    both = Segment(
        conn.remote_port, 80, conn.rcv.rcv_nxt & 0xFFFFFFFF, conn.snd.snd_nxt & 0xFFFFFFFF,
        ACK | FIN, 1000, Options(ts_val=(conn.rcv.ts_recent + 1) & 0xFFFFFFFF, ts_ecr=0),
    )  # fmt: skip
    two.b.receive(Packet(A, B, 6, both), two.now)
    assert conn.state is State.TIME_WAIT


def test_a_deferred_fast_open_that_is_closed_unused_leaves_nothing() -> None:
    two = Two(FAST)
    two.a.tcp.fastopen.learn(B, bytes(8))
    sock = two.a.socket()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_FASTOPEN_CONNECT, 1)
    sock.connect(("10.0.0.2", 80))
    sock.close()
    two.settle()
    nothing_left(two.a)


# -- errors as Linux gives them ------------------------------------------------------------
def test_a_socket_that_never_connected() -> None:
    sock = Two().a.socket()
    assert outcome(sock.send, b"x") == "EPIPE"
    assert outcome(sock.recv, 1) == "ENOTCONN"
    assert outcome(sock.shutdown, c.SHUT_WR) == "ENOTCONN"
    assert outcome(sock.getpeername) == "ENOTCONN"
    assert outcome(sock.accept) == "EINVAL"


def test_a_listening_socket() -> None:
    sock = Two().listener()
    assert outcome(sock.send, b"x") == "EPIPE"
    assert outcome(sock.recv, 1) == "ENOTCONN"
    assert outcome(sock.connect, ("10.0.0.1", 1)) == "EISCONN"
    assert outcome(sock.bind, ("", 0)) == "EINVAL"


def test_shut_rd_leaves_what_has_come() -> None:
    two = Two()
    sock, child = two.connected()
    sock.send(b"hello")
    two.settle()
    child.shutdown(c.SHUT_RD)
    assert child.recv(10) == b"hello"
    assert child.recv(10) == b""
    sock.send(b"more")
    two.settle()
    assert child.recv(10) == b"more"
    assert child.recv(10) == b""


def test_a_reset_after_the_peers_fin_reads_as_its_fin() -> None:
    """The FIN was the end of the stream; only a write learns of the reset."""
    two = Two()
    sock, child = two.connected()
    sock.shutdown(c.SHUT_WR)
    two.settle()
    reset(sock)
    two.settle()
    assert outcome(child.recv, 10) == b""
    assert outcome(child.recv, 10) == b""
    assert outcome(child.send, b"x") == "EPIPE"
    assert outcome(child.send, b"x") == "EPIPE"
    assert child.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == 0
    assert outcome(child.shutdown, c.SHUT_WR) == "ENOTCONN"


def test_a_reset_behind_unread_octets() -> None:
    two = Two()
    sock, child = two.connected()
    child.send(b"abc")
    two.settle()
    reset(child)
    two.settle()
    assert sock.recv(10) == b"abc"
    assert outcome(sock.recv, 10) == "ECONNRESET"
    assert sock.recv(10) == b""
    assert outcome(sock.send, b"x") == "EPIPE"


def test_a_socket_whose_connection_is_in_time_wait() -> None:
    two = Two()
    sock, child = in_time_wait(two)
    for one in (sock, child):
        assert outcome(one.recv, 1) == b""
        assert outcome(one.send, b"x") == "EPIPE"
        assert outcome(one.shutdown, c.SHUT_WR) == "ENOTCONN"
        assert outcome(one.getpeername) == "ENOTCONN"


def test_writing_nothing_after_shutdown() -> None:
    sock, _ = Two().connected()
    assert sock.send(b"") == 0
    sock.shutdown(c.SHUT_WR)
    assert outcome(sock.send, b"") == "EPIPE"
    sock.shutdown(c.SHUT_WR)


def test_a_child_reset_in_the_accept_queue_is_still_accepted() -> None:
    two = Two()
    listener = two.listener()
    sock = two.a.socket()
    with contextlib.suppress(BlockingIOError):
        sock.connect(("10.0.0.2", 80))
    two.settle()
    reset(sock)
    two.settle()
    child, _ = listener.accept()
    assert outcome(child.recv, 1) == name_of(ECONNRESET)
    assert child.recv(1) == b""
    assert outcome(child.getpeername) == name_of(ENOTCONN)
    assert outcome(child.send, b"x") == name_of(EPIPE)
    child.close()
    listener.close()
    sock.close()
    nothing_left(two.a)
    nothing_left(two.b)


# -- memory --------------------------------------------------------------------------------
def test_a_keepalive_far_away_does_not_fill_the_heap_of_timers() -> None:
    """Each short timer used to leave one more entry for the long one behind."""
    two = Two()
    sock, child = two.connected()
    sock.setsockopt(c.SOL_SOCKET, c.SO_KEEPALIVE, 1)
    child.setsockopt(c.SOL_SOCKET, c.SO_KEEPALIVE, 1)
    for _ in range(3000):
        sock.send(b"x")
        two.settle()
        child.recv(10)
        two.wait(300 * MS)
    assert len(two.a.tcp.demux._deadlines) <= 1
    assert len(two.b.tcp.demux._deadlines) <= 1
    two.carries = False
    sock.send(b"x")
    two.settle()
    two.wait(1100 * SECOND)
    assert outcome(sock.recv, 1) == "ETIMEDOUT"


def test_replies_without_a_connection_are_bounded() -> None:
    two = Two()
    two.listener()
    for port in range(5000):
        two.b.receive(Packet(A, B, 6, Segment(port, 80, 0, 1, ACK, 0)), two.now)
    assert len(two.b.poll(two.now)) <= 1024
