"""What a host believes of "fragmentation needed" (RFC 1191 §6, RFC 5927 §7)."""

import pytest

from synfin.core.settings import LINUX, RFC, Settings
from synfin.host import constants as c
from synfin.host.sockets import Socket
from synfin.wire.address import parse_address
from synfin.wire.icmp import FRAGMENTATION_NEEDED, UNREACHABLE
from synfin.wire.ip import PROTO_ICMP, PROTO_TCP, PROTO_UDP, Packet
from synfin.wire.quote import error_message
from synfin.wire.tcp import ACK, RST, Options, Segment
from synfin.wire.udp import Datagram
from tests.core.pair import MS
from tests.host.two import A, B, Lone

ROUTER = "10.0.0.254"
BARE = RFC.but(timestamps=False)


def accepted(lone: Lone, listener: Socket, sport: int) -> tuple[Socket, int]:
    """A connection from A with the default MSS for a large path; our ISS."""
    (answer,) = lone.arrive(2, 500, sport=sport, options=Options(mss=1460))
    lone.arrive(ACK, 501, answer.seq + 1, sport=sport)
    return listener.accept()[0], answer.seq


def too_big(lone: Lone, about: Packet, mtu: int) -> list[Segment]:
    """The router says so about ``about``; what is sent because of it."""
    message = error_message(about, UNREACHABLE, FRAGMENTATION_NEEDED, mtu)
    source = parse_address(ROUTER)
    lone.host.receive(Packet(source, parse_address(B), PROTO_ICMP, message), lone.now)
    return lone.segments()


def known(lone: Lone) -> int:
    return lone.host.path_mtu.get(parse_address(A), 1500, lone.now)


def test_each_connection_hears_of_its_own_segments() -> None:
    """RFC 1191 §6.4: the second one is told the same MTU, and is no less concerned."""
    lone = Lone(BARE)
    listener = lone.listen()
    for sport in (4000, 4001):
        sock, _ = accepted(lone, listener, sport)
        assert sock.conn is not None
        before = sock.conn.effective_mss
        sock.send(b"x" * before)
        (packet,) = lone.poll()
        # The second knows from its opening on what the first has learnt (§6.4).
        again = too_big(lone, packet, 1300)
        if sport == 4000:
            assert [len(s.payload) for s in again] == [1260, 200]
        assert sock.conn.effective_mss == 1260
    assert known(lone) == 1300


def test_two_connections_that_were_there_before() -> None:
    lone = Lone(BARE)
    listener = lone.listen()
    socks = [accepted(lone, listener, sport)[0] for sport in (4000, 4001)]
    packets = []
    for sock in socks:
        sock.send(b"x" * 1460)
        packets += lone.poll()
    for packet in packets:
        assert [len(s.payload) for s in too_big(lone, packet, 1300)] == [1260, 200]


@pytest.mark.parametrize("forgery", ["port", "number", "acknowledged", "nobody"])
def test_a_forged_one_changes_nothing(forgery: str) -> None:
    """RFC 5927 §7: what quotes nothing in flight is not believed, by nobody."""
    lone = Lone(BARE)
    listener = lone.listen()
    sock, iss = accepted(lone, listener, 4000)
    sock.send(b"x" * 1460)
    (packet,) = lone.poll()
    body = packet.body
    assert isinstance(body, Segment)
    if forgery == "acknowledged":
        lone.arrive(ACK, 501, iss + 1461)
    dport = 4009 if forgery == "port" else 4000
    seq = body.seq + 70_000 if forgery == "number" else body.seq
    if forgery == "nobody":
        lone.arrive(RST, 501)
    quoted = Segment(80, dport, seq, body.ack, body.flags, body.window, payload=body.payload)
    assert too_big(lone, Packet(packet.src, packet.dst, PROTO_TCP, quoted), 600) == []
    assert known(lone) == 1500


def test_datagrams_are_believed_if_a_socket_may_have_sent_them() -> None:
    lone = Lone()
    about = Datagram(5000, 53, b"x" * 1400)
    packet = Packet(parse_address(B), parse_address(A), PROTO_UDP, about)
    too_big(lone, packet, 1300)
    assert known(lone) == 1500
    sock = lone.host.socket(c.SOCK_DGRAM)
    sock.bind((B, 5000))
    too_big(lone, packet, 1300)
    assert known(lone) == 1300


@pytest.mark.parametrize(("settings", "announced"), [(RFC, 1460), (LINUX, 1260)])
def test_what_is_announced_is_what_can_be_received(settings: Settings, announced: int) -> None:
    """MUST-67, RFC 6691: the path to the peer says nothing of that, except to Linux."""
    lone = Lone(settings)
    link = 1500
    lone.host.path_mtu.learn(parse_address(A), 1300, 1500, link, lone.now)
    listener = lone.listen()
    (answer,) = lone.arrive(2, 500, options=Options(mss=1460))
    assert answer.options.mss == announced
    lone.arrive(ACK, 501, answer.seq + 1)
    conn = listener.accept()[0].conn
    assert conn is not None
    assert conn.effective_mss == 1260  # what goes out obeys the path in any case


def test_a_syn_goes_again_as_it_was() -> None:
    lone = Lone(BARE)
    sock = lone.socket()
    sock.connect_ex((A, 80))
    (packet,) = lone.poll()
    assert too_big(lone, packet, 600) == []
    sent = lone.wait(3000 * MS)
    assert isinstance(sent[0][1].body, Segment)
    assert sent[0][1].body.options.mss == 1460
