"""TCP in UDP datagrams: there and back, and how ICMP finds the way in."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.core.settings import RFC
from synfin.host import constants as c
from synfin.host.tunnel import inner_quote, unwrap, wrap
from synfin.wire.address import parse_address
from synfin.wire.ip import PROTO_TCP, Packet, encode_packet
from synfin.wire.quote import parse_quote
from synfin.wire.tcp import ACK, SYN, Options, Segment
from synfin.wire.udp import Datagram
from tests.host.two import A, B, Two

TUNNELLING = RFC.but(udp_tunneling_port=9811)


def tunnelled(segment: Segment, six: bool = False) -> Packet:
    src, dst = ("fd00::1", "fd00::2") if six else (A, B)
    packet = Packet(parse_address(src), parse_address(dst), PROTO_TCP, segment)
    return wrap(packet, 9811, 7)


@given(st.binary(max_size=100), st.integers(0, (1 << 32) - 1), st.booleans())
def test_what_goes_in_comes_out(text: bytes, seq: int, six: bool) -> None:
    packet = tunnelled(Segment(80, 4000, seq, 9, ACK, 5, Options(mss=1000), text), six)
    assert isinstance(packet.body, Datagram)
    assert (packet.body.src_port, packet.body.dst_port) == (9811, 7)
    found = unwrap(packet, packet.body)
    assert isinstance(found, Segment)
    assert (found.seq, found.options.mss, bytes(found.payload)) == (seq, 1000, text)


def test_a_quotation_that_reaches_into_the_segment() -> None:
    octets = encode_packet(tunnelled(Segment(80, 4000, 1234, 0, SYN, 0)))
    outer = parse_quote(octets)
    assert outer is not None
    inner = inner_quote(octets, outer)
    assert inner is not None
    assert (inner.src_port, inner.dst_port, inner.seq) == (80, 4000, 1234)
    assert inner_quote(octets[:28], outer) is None


def test_two_hosts_talk_through_it() -> None:
    two = Two(TUNNELLING)
    listener = two.listen()
    sock = two.a.socket()
    sock.setsockopt(c.IPPROTO_TCP, c.TCP_REMOTE_UDP_ENCAPS_PORT, 9811)
    sock.connect_ex((B, 80))
    two.run()
    assert two.of("A") == two.of("B") == []  # nothing but datagrams
    peer, _ = listener.accept()
    assert sock.send(bytes(100_000)) > 0
    two.run()
    assert peer.recv(10) == bytes(10)
    assert peer.getsockopt(c.IPPROTO_TCP, c.TCP_MAXSEG) == 1460 - 8 - 12
