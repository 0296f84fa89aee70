"""UDP sockets: ports, one to one, one to many, and what is lost."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.core import errno, rules
from synfin.core.settings import RFC
from synfin.host.addresses import Addresses
from synfin.host.icmp import read_error
from synfin.host.udp import Received, UdpSocket, UdpTable
from synfin.wire.address import parse_address as addr
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import PROTO_ICMP, PROTO_UDP, Packet
from synfin.wire.quote import error_message
from synfin.wire.udp import Datagram

A, B, C = addr("10.0.0.1"), addr("10.0.0.2"), addr("10.0.0.3")
A6, B6 = addr("fd00::1"), addr("fd00::2")
ANY, ANY6 = bytes(4), bytes(16)
BROADCAST, DIRECTED = addr("255.255.255.255"), addr("10.0.0.255")
GROUP = addr("239.1.2.3")


def zeros(count: int) -> bytes:
    return bytes(count)


def table(*own: bytes, low: int = 40_000, high: int = 40_009) -> UdpTable:
    addresses = Addresses()
    for each in own or (B, B6):
        addresses.add(each, 24 if len(each) == 4 else 64)
    settings = RFC.but(ephemeral_low=low, ephemeral_high=high, receive_buffer=100)
    random: Callable[[int], bytes] = zeros
    return UdpTable(addresses, random, settings)


def bound(where: UdpTable, port: int, address: bytes = ANY, reuse: bool = False) -> UdpSocket:
    sock = where.open(4 if len(address) == 4 else 6)
    sock.reuse_address = reuse
    assert sock.bind(address, port) == 0
    return sock


def packet(data: bytes, dst: bytes = B, port: int = 53, src: bytes = A, sport: int = 9) -> Packet:
    return Packet(src, dst, PROTO_UDP, Datagram(sport, port, data))


def read(sock: UdpSocket) -> bytes | None:
    number, found = sock.recv()
    assert number in (0, errno.EAGAIN)
    return found.data if found is not None else None


# --- names --------------------------------------------------------------------


def test_bind() -> None:
    where = table()
    assert where.open().bind(A, 53) == errno.EADDRNOTAVAIL
    assert where.open().bind(B6, 53) == errno.EAFNOSUPPORT
    assert where.open().bind(ANY, 65_536) == errno.EINVAL
    sock = bound(where, 53, B)
    assert sock.bind(B, 54) == errno.EINVAL
    assert where.open().bind(B, 53) == errno.EADDRINUSE
    assert where.open().bind(ANY, 53) == errno.EADDRINUSE
    assert where.open(6).bind(ANY6, 53) == 0
    assert where.open().bind(GROUP, 53) == 0
    sock.close()
    assert where.open().bind(B, 53) == 0


def test_reuse_needs_both() -> None:
    where = table()
    bound(where, 53, reuse=True)
    assert where.open().bind(ANY, 53) == errno.EADDRINUSE
    bound(where, 53, reuse=True)


def test_ephemeral_ports_run_out() -> None:
    where = table(low=40_000, high=40_001)
    first, second = where.open(), where.open()
    assert first.bind(ANY, 0) == 0
    assert second.bind(ANY, 0) == 0
    assert {first.port, second.port} == {40_000, 40_001}
    assert where.open().bind(ANY, 0) == errno.EADDRINUSE
    assert where.open().send(b"x", A, 53).errno == errno.EAGAIN
    second.close()
    third = where.open()
    assert third.send(b"x", A, 53).errno == 0
    assert third.port == second.port


def test_connect_narrows() -> None:
    where = table()
    sock = where.open()
    assert sock.connect(A, 0) == errno.EINVAL
    assert sock.connect(A6, 9) == errno.EAFNOSUPPORT
    assert sock.connect(BROADCAST, 9) == errno.EACCES
    assert sock.connect(A, 9) == 0
    assert (sock.local, sock.port) == (B, 40_000)
    assert where.receive(packet(b"other", port=40_000, src=C)).rule is rules.ICMP_PORT
    assert where.receive(packet(b"peer", port=40_000)).sockets == [sock]
    sock.disconnect()
    assert sock.local == ANY
    assert where.receive(packet(b"other", port=40_000, src=C)).sockets == [sock]


def test_no_address_of_that_version() -> None:
    where = table(B6)
    assert where.open().connect(A, 9) == errno.ENETUNREACH
    assert where.open().send(b"", A, 9).errno == errno.ENETUNREACH


# --- sending ------------------------------------------------------------------


def test_a_datagram_as_sent() -> None:
    sock = bound(table(), 1000)
    sent = sock.send(b"hello", A, 53)
    assert (sent.errno, len(sent.packets), sent.loop) == (0, 1, [])
    out = sent.packets[0]
    assert isinstance(out.body, Datagram)
    assert (out.src, out.dst, out.ttl, out.df) == (B, A, 64, True)
    assert (out.body.src_port, out.body.dst_port, out.body.payload) == (1000, 53, b"hello")


def test_what_cannot_be_sent() -> None:
    sock = table().open()
    assert sock.send(b"x").errno == errno.EDESTADDRREQ
    assert sock.send(b"x", A, 0).errno == errno.EINVAL
    assert sock.send(b"x", A6, 1).errno == errno.EAFNOSUPPORT
    assert sock.send(bytes(65_508), A, 1).errno == errno.EMSGSIZE
    assert sock.send(bytes(65_507), A, 1).errno == 0
    sock.close()
    assert sock.send(b"x", A, 1).errno == errno.EBADF
    assert sock.recv() == (errno.EBADF, None)
    assert not sock.writable()


def test_this_host_is_the_unspecified_address() -> None:
    where = table()
    sock = bound(where, 1000)
    out = sock.send(b"x", ANY, 53).packets[0]
    assert (out.src, out.dst) == (B, B)


@pytest.mark.parametrize("dst", [BROADCAST, DIRECTED])
def test_broadcast_must_be_asked_for(dst: bytes) -> None:
    sock = bound(table(), 1000)
    assert sock.send(b"x", dst, 53).errno == errno.EACCES
    sock.broadcast = True
    sent = sock.send(b"x", dst, 53)
    assert sent.errno == 0
    assert sent.packets[0].dst == dst
    assert sent.packets[0].src == B
    assert len(sent.loop) == 1


def test_multicast_goes_one_hop_and_comes_back() -> None:
    sock = bound(table(), 1000)
    sent = sock.send(b"x", GROUP, 53)
    assert (sent.packets[0].ttl, len(sent.loop)) == (1, 1)
    sock.multicast_ttl = 0
    sock.multicast_loop = False
    sent = sock.send(b"x", GROUP, 53)
    assert (sent.errno, sent.packets, sent.loop) == (0, [], [])


# --- receiving ----------------------------------------------------------------


def test_each_recv_is_one_datagram() -> None:
    where = table()
    sock = bound(where, 53)
    for data in (b"one", b"", b"three"):
        verdict = where.receive(packet(data))
        assert verdict.rule is rules.UDP_DELIVERED
        assert verdict.values == {"length": len(data), "port": 53}
        assert verdict.sockets == [sock]
    number, first = sock.recv(peek=True)
    assert number == 0
    assert isinstance(first, Received)
    assert (first.data, first.src, first.src_port, first.dst) == (b"one", A, 9, B)
    assert [read(sock) for _ in range(4)] == [b"one", b"", b"three", None]
    assert sock.queued == 0
    assert not sock.readable()


def test_a_full_queue_drops_the_new_one() -> None:
    where = table()
    sock = bound(where, 53)
    assert where.receive(packet(bytes(80))).rule is rules.UDP_DELIVERED
    lost = where.receive(packet(bytes(5)))
    assert lost.rule is rules.UDP_NO_ROOM
    assert lost.values == {"length": 5, "room": 12}
    assert lost.replies == []
    assert sock.dropped == 1
    assert where.receive(packet(bytes(4))).rule is rules.UDP_DELIVERED
    read(sock)
    assert where.receive(packet(bytes(5))).rule is rules.UDP_DELIVERED


def test_empty_datagrams_are_bounded_too() -> None:
    where = table()
    sock = bound(where, 53)
    for _ in range(50):
        where.receive(packet(b""))
    assert sock.queued == 96
    assert sock.dropped == 38


def test_the_best_match_gets_it() -> None:
    where = table()
    wide = bound(where, 53, reuse=True)
    exact = bound(where, 53, B, reuse=True)
    assert where.receive(packet(b"x")).sockets == [exact]
    fixed = bound(where, 53, reuse=True)
    fixed.connect(A, 9)
    assert where.receive(packet(b"x")).sockets == [fixed]
    assert where.receive(packet(b"x", sport=10)).sockets == [exact]
    exact.close()
    assert where.receive(packet(b"x", sport=10)).sockets == [wide]
    last = bound(where, 53, reuse=True)
    assert where.receive(packet(b"x", sport=10)).sockets == [last]


def test_a_broadcast_reaches_all() -> None:
    where = table()
    one, two = bound(where, 53, reuse=True), bound(where, 53, reuse=True)
    other = bound(where, 54)
    verdict = where.receive(packet(b"x", DIRECTED))
    assert verdict.sockets == [one, two]
    assert read(one) == read(two) == b"x"
    assert read(other) is None


def test_nobody_listens() -> None:
    where = table()
    verdict = where.receive(packet(b"x"))
    assert verdict.rule is rules.ICMP_PORT
    assert verdict.values == {"port": 53}
    [reply] = verdict.replies
    assert (reply.src, reply.dst, reply.proto) == (B, A, PROTO_ICMP)
    assert isinstance(reply.body, IcmpMessage)
    assert (reply.body.type, reply.body.code) == (3, 3)
    for dst in (BROADCAST, DIRECTED, GROUP):
        silent = where.receive(packet(b"x", dst))
        assert (silent.rule, silent.values["why"]) == (rules.ICMP_NOT_SENT, "broadcast")
        assert silent.replies == []
    [six] = where.receive(packet(b"x", B6, src=A6)).replies
    assert isinstance(six.body, IcmpMessage)
    assert (six.body.type, six.body.code) == (1, 4)


# --- groups -------------------------------------------------------------------


def test_groups() -> None:
    where = table()
    one, two = bound(where, 53, reuse=True), bound(where, 53, reuse=True)
    assert not where.accepts_group(GROUP)
    assert one.join(B) == errno.EINVAL
    assert one.join(GROUP, A) == errno.ENODEV
    assert one.leave(GROUP) == errno.EADDRNOTAVAIL
    assert one.join(GROUP, B) == 0
    assert one.join(GROUP) == errno.EADDRINUSE
    assert where.accepts_group(GROUP)
    assert where.receive(packet(b"x", GROUP)).sockets == [one]
    assert two.join(GROUP) == 0
    assert where.receive(packet(b"x", GROUP)).sockets == [one, two]
    one.close()
    assert where.accepts_group(GROUP)
    assert two.leave(GROUP) == 0
    assert not where.accepts_group(GROUP)
    assert where.accepts_group(addr("224.0.0.1"))


def test_groups_are_bounded() -> None:
    sock = table().open()
    for last in range(20):
        assert sock.join(bytes((239, 0, 0, last))) == 0
    assert sock.join(GROUP) == errno.ENOBUFS


# --- errors -------------------------------------------------------------------


def icmp_about(out: Packet, type_: int, code: int) -> Packet:
    return Packet(out.dst, out.src, PROTO_ICMP, error_message(out, type_, code))


def bring(where: UdpTable, out: Packet, type_: int, code: int) -> list[UdpSocket]:
    found = read_error(icmp_about(out, type_, code))
    assert found is not None
    return where.network_error(*found)


def test_refused_shows_on_a_connected_socket_once() -> None:
    where = table()
    sock = where.open()
    sock.connect(A, 53)
    [out] = sock.send(b"x").packets
    assert bring(where, out, 3, 3) == [sock]
    assert sock.readable()
    assert sock.send(b"y").errno == errno.ECONNREFUSED
    assert sock.send(b"y").errno == 0
    bring(where, out, 3, 3)
    assert sock.recv() == (errno.ECONNREFUSED, None)
    assert sock.recv() == (errno.EAGAIN, None)
    bring(where, out, 3, 3)
    assert sock.error == errno.ECONNREFUSED
    assert sock.take_error() == errno.ECONNREFUSED
    assert sock.take_error() == 0


def test_an_unconnected_socket_is_not_told() -> None:
    where = table()
    sock = where.open()
    [out] = sock.send(b"x", A, 53).packets
    assert bring(where, out, 3, 3) == []
    assert sock.take_error() == 0


def test_soft_errors_wait_for_so_error() -> None:
    where = table()
    sock = where.open()
    sock.connect(A, 53)
    [out] = sock.send(b"x").packets
    assert bring(where, out, 11, 0) == []
    assert sock.send(b"y").errno == 0
    assert sock.take_error() == errno.EHOSTUNREACH
    assert bring(where, out, 4, 0) == []
    assert sock.take_error() == 0


def test_somebody_elses_error() -> None:
    where = table()
    sock = where.open()
    sock.connect(A, 53)
    [out] = sock.send(b"x").packets
    out.dst = C
    assert bring(where, out, 3, 3) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from((B, DIRECTED, BROADCAST, GROUP, B6)),
            st.sampled_from((53, 54, 40_000)),
            st.sampled_from((A, C, ANY, BROADCAST)),
            st.binary(max_size=30),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_queues_stay_bounded(script: "list[tuple[bytes, int, bytes, bytes, bool]]") -> None:
    where = table()
    socks = [bound(where, 53, reuse=True), bound(where, 53, B, reuse=True), bound(where, 54)]
    socks[0].join(GROUP)
    for dst, port, src, data, reading in script:
        source = A6 if len(dst) == 16 else src
        verdict = where.receive(packet(data, dst, port, source))
        assert all(sock in socks for sock in verdict.sockets)
        for sock in socks:
            assert sock.queued <= sock.receive_buffer
            if reading:
                sock.recv()
