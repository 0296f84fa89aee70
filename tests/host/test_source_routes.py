"""Source routes at a host: RFC 9293 §3.9.2.1, RFC 1122 §3.2.1.8, §3.3.5, §4.2.3.8."""

import pytest

from synfin.core.errno import EHOSTUNREACH, EINPROGRESS, EINVAL, ENOPROTOOPT, EOPNOTSUPP
from synfin.core.settings import LINUX, RFC
from synfin.host import constants as c
from synfin.host.sockets import Socket
from synfin.wire.address import format_address, parse_address
from synfin.wire.icmp import IcmpMessage, echo_request
from synfin.wire.ip import PROTO_ICMP, PROTO_TCP, Packet
from synfin.wire.quote import error_message
from synfin.wire.source_route import SourceRoute, advance
from synfin.wire.tcp import ACK, RST, SYN, Options, Segment
from tests.host.two import A, B, Lone, errno_of

QUICK = RFC.but(delayed_ack_ns=0)
G1, G2, G3 = "10.1.0.1", "10.2.0.1", "10.3.0.1"
MSS = Options(mss=1460)


def names(*hops: str, strict: bool = False) -> bytes:
    """What an application gives to IP_OPTIONS."""
    raw = b"".join(parse_address(hop) for hop in hops)
    return bytes((137 if strict else 131, 3 + len(raw), 4)) + raw


def came_by(*hops: str) -> bytes:
    """The options of a datagram that has passed ``hops``, in that order."""
    options, at = SourceRoute(tuple(parse_address(hop) for hop in hops)).option(b"last"), b""
    for hop in hops:
        at, options = advance(at, options, parse_address(hop))
    return options


def arrive(
    lone: Lone,
    flags: int,
    seq: int,
    ack: int,
    text: bytes = b"",
    options: bytes = b"",
    port: int = 80,
) -> list[Packet]:
    """A segment from A with IP options; what is answered."""
    segment = Segment(4000, port, seq, ack, flags, 65535, MSS if flags & SYN else Options(), text)
    packet = Packet(parse_address(A), parse_address(B), PROTO_TCP, segment, options=options)
    lone.host.receive(packet, lone.now)
    return lone.poll()


def way(packet: Packet) -> tuple[str, ...]:
    """Where a sent packet goes: its waypoints in order, then the host it is for."""
    stops = [format_address(packet.dst)]
    dst, options = packet.dst, packet.options
    for _ in range(9):
        following, options = advance(dst, options, dst)
        if following == dst:
            break
        stops.append(format_address(following))
        dst = following
    return tuple(stops)


def routed_child(lone: Lone, *hops: str) -> tuple[Socket, int]:
    """A connection that came along ``hops``; its socket and our ISS."""
    listener = lone.listen()
    (answer,) = arrive(lone, SYN, 100, 0, options=came_by(*hops))
    assert isinstance(answer.body, Segment)
    iss = answer.body.seq
    arrive(lone, ACK, 101, iss + 1, options=came_by(*hops))
    return listener.accept()[0], iss


# --- active OPEN -------------------------------------------------------------------


def test_connect_along_a_route() -> None:
    """MUST-51: the SYN and all that follows goes by way of the routers named."""
    lone = Lone(QUICK)
    sock = lone.socket()
    sock.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, names(G1, G2))
    assert sock.connect_ex((A, 80)) == EINPROGRESS
    (syn,) = lone.poll()
    assert way(syn) == (G1, G2, A)
    assert isinstance(syn.body, Segment)
    answer = Segment(80, syn.body.src_port, 900, syn.body.seq + 1, SYN | ACK, 65535, MSS)
    lone.host.receive(Packet(syn.final_dst, syn.src, PROTO_TCP, answer), lone.now)
    (ack,) = lone.poll()
    assert way(ack) == (G1, G2, A)
    sock.send(b"hello")
    (text,) = lone.poll()
    assert way(text) == (G1, G2, A)
    assert sock.getpeername() == (A, 80)
    assert sock.source_route() == SourceRoute((parse_address(G1), parse_address(G2)))


def test_the_route_of_the_application_wins() -> None:
    """MUST-52: a route in what arrives changes nothing."""
    lone = Lone(QUICK)
    sock = lone.socket()
    sock.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, names(G1))
    assert sock.connect_ex((A, 80)) == EINPROGRESS
    (syn,) = lone.poll()
    assert isinstance(syn.body, Segment)
    answer = Segment(80, syn.body.src_port, 900, syn.body.seq + 1, SYN | ACK, 65535, MSS)
    packet = Packet(syn.final_dst, syn.src, PROTO_TCP, answer, options=came_by(G3, G2))
    lone.host.receive(packet, lone.now)
    (ack,) = lone.poll()
    assert way(ack) == (G1, A)


def test_so_does_one_given_to_an_accepted_connection() -> None:
    """MUST-52."""
    lone = Lone(QUICK)
    child, iss = routed_child(lone, G1)
    child.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, names(G3))
    (ack,) = arrive(lone, ACK, 101, iss + 1, b"text", came_by(G1))
    assert way(ack) == (G3, A)
    child.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, b"")
    (ack,) = arrive(lone, ACK, 105, iss + 1, b"text", b"")
    assert (way(ack), ack.options) == ((A,), b"")


def test_options_leave_less_room_for_text() -> None:
    """MUST-16: Eff.snd.MSS has IPoptionsize taken off; the MSS announced has not."""
    lone = Lone(RFC.but(timestamps=False))
    sock = lone.socket()
    sock.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, names(G1, G2))
    assert sock.connect_ex((A, 80)) == EINPROGRESS
    (syn,) = lone.poll()
    assert isinstance(syn.body, Segment)
    assert syn.body.options.mss == 1460
    answer = Segment(80, syn.body.src_port, 900, syn.body.seq + 1, SYN | ACK, 65535, MSS)
    lone.host.receive(Packet(syn.final_dst, syn.src, PROTO_TCP, answer), lone.now)
    sock.send(b"x" * 4000)
    sizes = [len(segment.payload) for segment in lone.segments()]
    assert sizes[:2] == [1460 - 12, 1460 - 12]


def test_a_strict_route_begins_next_door() -> None:
    """ip(7); RFC 791 §3.1: no router may lie before the first hop of a strict one."""
    lone = Lone(QUICK)
    sock = lone.socket()
    sock.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, names(G1, strict=True))
    assert sock.connect_ex((A, 80)) == EHOSTUNREACH
    sock.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, names("10.0.0.254", strict=True))
    assert sock.connect_ex((A, 80)) == EINPROGRESS


def test_what_is_no_route_is_refused() -> None:
    lone = Lone(QUICK)
    sock = lone.socket()
    bad = bytes((131, 7, 8)) + parse_address(G1)
    assert errno_of(lambda: sock.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, bad)) == EINVAL
    assert errno_of(lambda: sock.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, 7)) == EINVAL
    six = lone.socket(six=True)
    assert errno_of(lambda: six.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, b"")) == ENOPROTOOPT
    udp = lone.host.socket(c.SOCK_DGRAM)
    assert errno_of(lambda: udp.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, b"")) == ENOPROTOOPT


# --- passive OPEN -------------------------------------------------------------------


def test_a_passive_open_answers_the_way_the_syn_came() -> None:
    """MUST-53: SYN,ACK, ACKs and text go back along the reverse."""
    lone = Lone(QUICK)
    listener = lone.listen()
    (answer,) = arrive(lone, SYN, 100, 0, options=came_by(G1, G2))
    assert way(answer) == (G2, G1, A)
    assert isinstance(answer.body, Segment)
    iss = answer.body.seq
    arrive(lone, ACK, 101, iss + 1, options=came_by(G1, G2))
    child = listener.accept()[0]
    assert child.source_route() == SourceRoute((parse_address(G2), parse_address(G1)))
    (ack,) = arrive(lone, ACK, 101, iss + 1, b"hello", options=came_by(G1, G2))
    assert way(ack) == (G2, G1, A)
    child.send(b"hello")
    (text,) = lone.poll()
    assert way(text) == (G2, G1, A)
    # a retransmission, too
    assert {way(packet) for _, packet in lone.wait(5_000_000_000)} == {(G2, G1, A)}


def test_without_a_route_in_the_syn_there_is_none() -> None:
    lone = Lone(QUICK)
    lone.listen()
    (answer,) = arrive(lone, SYN, 100, 0)
    assert (way(answer), answer.options) == ((A,), b"")


def test_a_later_route_takes_the_place_of_an_earlier_one() -> None:
    """SHLD-24."""
    lone = Lone(QUICK)
    child, iss = routed_child(lone, G1)
    (ack,) = arrive(lone, ACK, 101, iss + 1, b"text", came_by(G3, G2))
    assert way(ack) == (G2, G3, A)
    (ack,) = arrive(lone, ACK, 105, iss + 1, b"more", b"")
    assert way(ack) == (G2, G3, A)  # none is no other route
    assert child.source_route() == SourceRoute((parse_address(G2), parse_address(G3)))


@pytest.mark.parametrize(
    ("flags", "seq", "ack"), [(ACK, 101 + 70_000, 1), (ACK, 101, 2), (ACK, 90, 1), (RST, 101, 0)]
)
def test_a_forger_cannot_turn_a_connection_his_way(flags: int, seq: int, ack: int) -> None:
    """SHLD-24 only for segments within both windows."""
    lone = Lone(QUICK)
    child, iss = routed_child(lone, G1)
    arrive(lone, flags, seq, iss + ack if flags & ACK else 0, b"", came_by(G3))
    assert child.source_route() == SourceRoute((parse_address(G1),))


def test_answers_without_a_connection_go_back_as_well() -> None:
    """RFC 1122 §4.2.3.8: the reset of a port where nobody listens."""
    lone = Lone(QUICK)
    (reset,) = arrive(lone, SYN, 100, 0, options=came_by(G1, G2), port=81)
    assert isinstance(reset.body, Segment)
    assert reset.body.flags & RST
    assert way(reset) == (G2, G1, A)


def test_and_so_do_cookies() -> None:
    """MUST-53 without a record of the SYN: the last ACK tells the way again."""
    lone = Lone(RFC.but(syn_cookies="always"))
    listener = lone.listen()
    (answer,) = arrive(lone, SYN, 100, 0, options=came_by(G1))
    assert way(answer) == (G1, A)
    assert isinstance(answer.body, Segment)
    arrive(lone, ACK, 101, answer.body.seq + 1, options=came_by(G1))
    child = listener.accept()[0]
    assert child.source_route() == SourceRoute((parse_address(G1),))


def test_pings_go_back_the_way_they_came() -> None:
    """RFC 1122 §3.2.2.6."""
    lone = Lone(QUICK)
    request = echo_request(4, 7, 1, b"abc")
    packet = Packet(
        parse_address(A), parse_address(B), PROTO_ICMP, request, options=came_by(G1, G2)
    )
    lone.host.receive(packet, lone.now)
    (reply,) = lone.poll()
    assert way(reply) == (G2, G1, A)


# --- refusing and failing -----------------------------------------------------------


def test_linux_drops_what_bears_a_source_route() -> None:
    """accept_source_route=0 (RFC 7126 §4.3): silently, completed or not."""
    lone = Lone(LINUX)
    lone.listen()
    assert arrive(lone, SYN, 100, 0, options=came_by(G1)) == []
    assert arrive(lone, SYN, 100, 0, options=SourceRoute((b"next",)).option(b"last")) == []
    assert lone.watch.rules("packet")[-1] == "ip.source-route-refused"
    (answer,) = arrive(lone, SYN, 100, 0, options=bytes((7, 7, 4)) + bytes(4))
    assert answer.options == b""  # other options do no harm


def test_a_host_is_no_waypoint() -> None:
    """RFC 1122 §3.3.5: ICMP 3/5, source route failed."""
    lone = Lone(QUICK)
    lone.listen()
    route = SourceRoute((parse_address(B),)).option(parse_address(G1))
    (answer,) = arrive(lone, SYN, 100, 0, options=route)
    assert isinstance(answer.body, IcmpMessage)
    assert (answer.body.type, answer.body.code) == (3, 5)
    assert format_address(answer.dst) == A


def test_a_route_that_fails_is_a_soft_error() -> None:
    """MUST-54, MUST-56, SHLD-25: a router's word about a SYN under way reaches the
    connection, though the quoted header bears the address of a waypoint."""
    lone = Lone(QUICK)
    sock = lone.socket()
    sock.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, names(G1, G2))
    sock.connect_ex((A, 80))
    (syn,) = lone.poll()
    syn.dst, syn.options = advance(syn.dst, syn.options, parse_address(G1))
    message = error_message(syn, 3, 5)
    lone.host.receive(Packet(parse_address(G1), syn.src, PROTO_ICMP, message), lone.now)
    assert lone.states() == ["SYN-SENT"]
    assert sock.getsockopt(c.SOL_SOCKET, c.SO_ERROR) == EOPNOTSUPP


# --- Diffserv ------------------------------------------------------------------------


def test_the_diffserv_field_that_came_can_be_read() -> None:
    """MAY-9: of the most recent segment."""
    lone = Lone(QUICK)
    listener = lone.listen()
    iss = lone.handshake()
    child = listener.accept()[0]
    assert child.received_tos() == 0
    segment = Segment(4000, 80, 501, iss + 1, ACK, 65535, payload=b"hello")
    packet = Packet(parse_address(A), parse_address(B), PROTO_TCP, segment, tos=0xB8)
    lone.host.receive(packet, lone.now)
    assert child.received_tos() == 0xB8
