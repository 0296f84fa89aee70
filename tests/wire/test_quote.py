"""ICMP errors quote the packet that caused them."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.wire.ip import PROTO_TCP, PROTO_UDP, Packet, encode_packet
from synfin.wire.pieces import fragment
from synfin.wire.quote import error_message, parse_quote
from synfin.wire.tcp import ACK, Segment
from synfin.wire.udp import Datagram

A = bytes((10, 0, 0, 1))
B = bytes((10, 0, 0, 2))
A6 = bytes.fromhex("fd000000000000000000000000000001")
B6 = bytes.fromhex("fd000000000000000000000000000002")


def test_ipv4_quotes_the_header_and_eight_octets() -> None:
    packet = Packet(A, B, PROTO_TCP, Segment(40000, 80, 7, 0, ACK, 1, payload=bytes(100)))
    packet.options = b"\x01\x01\x01\x01"
    message = error_message(packet, 11, 0)
    assert message.data == encode_packet(packet)[:32]
    quote = parse_quote(message.data)
    assert quote is not None
    assert (quote.src, quote.dst, quote.proto) == (A, B, PROTO_TCP)
    assert (quote.src_port, quote.dst_port, quote.seq, quote.length) == (40000, 80, 7, 144)


def test_ipv6_quotes_what_fits_the_minimum_mtu() -> None:
    packet = Packet(A6, B6, PROTO_UDP, Datagram(1000, 53, bytes(3000)))
    message = error_message(packet, 1, 4)
    assert len(encode_packet(Packet(B6, A6, 58, message))) == 1280
    quote = parse_quote(message.data)
    assert quote is not None
    assert (quote.src_port, quote.dst_port, quote.seq) == (1000, 53, -1)


def test_only_the_first_fragment_has_ports() -> None:
    for src, dst in ((A, B), (A6, B6)):
        packet = Packet(src, dst, PROTO_UDP, Datagram(1000, 53, bytes(3000)))
        quotes = [parse_quote(error_message(p, 11, 1).data) for p in fragment(packet, 1500)]
        assert [quote.src_port for quote in quotes if quote] == [1000, -1, -1]
        assert [quote.proto for quote in quotes if quote] == [PROTO_UDP] * 3


@given(st.binary(max_size=100))
def test_any_bytes_are_survived(data: bytes) -> None:
    quote = parse_quote(data)
    assert quote is None or len(quote.src) == len(quote.dst)


@given(st.binary(max_size=60))
def test_any_ipv6_quotation_is_survived(data: bytes) -> None:
    quote = parse_quote(b"\x60" + data)
    assert quote is None or len(quote.src) == 16
