"""Packets between objects and bytes, down to TCP, UDP and ICMP."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synfin.wire.checksum import checksum, partial_sum
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import (
    PROTO_TCP,
    PROTO_UDP,
    Packet,
    decode_body,
    decode_packet,
    encode_packet,
    encode_parts,
    packet_length,
)
from synfin.wire.malformed import Malformed
from synfin.wire.tcp import ACK, PSH, RST, SYN, URG, Options, Segment
from synfin.wire.udp import Datagram
from tests.wire.strategies import packet_fields, packets

A = bytes((10, 0, 0, 1))
B = bytes((10, 0, 0, 2))
A6 = bytes.fromhex("fd000000000000000000000000000001")
B6 = bytes.fromhex("fd000000000000000000000000000002")


def tcp(ident: int, segment: Segment, src: bytes = A, dst: bytes = B) -> Packet:
    return Packet(src, dst, PROTO_TCP, segment, ident=ident, df=True)


GOLDEN = {
    "SYN": (
        tcp(1, Segment(40000, 80, 100, 0, SYN, 65535, Options(mss=1460))),
        "4500002c00014000400626c90a0000010a0000029c40005000000064000000006002ffffe72f0000020405b4",
    ),
    "SYN,ACK": (
        tcp(1, Segment(80, 40000, 300, 101, SYN | ACK, 65535, Options(mss=1460)), B, A),
        "4500002c00014000400626c90a0000020a00000100509c400000012c000000656012ffffe5f20000020405b4",
    ),
    "ACK": (
        tcp(2, Segment(40000, 80, 101, 301, ACK, 65535)),
        "4500002800024000400626cc0a0000010a0000029c400050000000650000012d5010fffffdaf0000",
    ),
    "hello": (
        tcp(3, Segment(40000, 80, 101, 301, PSH | ACK, 65535, payload=b"hello")),
        "4500002d00034000400626c60a0000010a0000029c400050000000650000012d5018ffffb9d0000068656c6c6f",
    ),
    "RST,ACK": (
        tcp(1, Segment(81, 40000, 0, 101, RST | ACK, 0), B, A),
        "4500002800014000400626cd0a0000020a00000100519c40000000000000006550140000fed70000",
    ),
    "URG": (
        tcp(4, Segment(40000, 80, 101, 301, URG | PSH | ACK, 65535, payload=b"ab!", urgent=3)),
        "4500002b00044000400626c70a0000010a0000029c400050000000650000012d5038ffff7b1f0003616221",
    ),
    "UDP": (
        Packet(A, B, PROTO_UDP, Datagram(40000, 53, b"hello"), ident=1, df=True),
        "4500002100014000401126c90a0000010a0000029c400035000d0b8a68656c6c6f",
    ),
}
"""The packets of scenario 04; tshark finds their checksums good."""


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_bytes_written(name: str) -> None:
    packet, raw = GOLDEN[name]
    assert encode_packet(packet).hex() == raw


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_bytes_read(name: str) -> None:
    packet, raw = GOLDEN[name]
    found = decode_packet(bytes.fromhex(raw))
    assert isinstance(found, Packet)
    assert packet_fields(found) == packet_fields(packet)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_changed_bit_is_noticed(name: str) -> None:
    """Every single bit of the seven packets; a few make a length or a version
    that cannot be, all others a wrong sum (MUST-3). Bit 2 is left out: it makes an
    IPv6 header, which has no sum, of unknown addresses and protocol 64."""
    whole = bytes.fromhex(GOLDEN[name][1])
    for bit in [0, 1, *range(3, len(whole) * 8)]:
        bad = bytearray(whole)
        bad[bit // 8] ^= 0x80 >> bit % 8
        assert isinstance(decode_packet(bad), Malformed), f"bit {bit}"


@given(packets())
def test_round_trip(packet: Packet) -> None:
    raw = encode_packet(packet)
    found = decode_packet(raw)
    assert isinstance(found, Packet)
    assert packet_fields(found) == packet_fields(packet)
    assert packet_length(packet) == len(raw)
    head, rest = encode_parts(packet)
    assert head + bytes(rest) == raw


@given(packets())
def test_any_buffer_type_will_do(packet: Packet) -> None:
    raw = encode_packet(packet)
    for buf in (bytearray(raw), memoryview(raw), memoryview(raw + bytes(3000))):
        found = decode_packet(buf)
        assert isinstance(found, Packet)
        assert packet_fields(found) == packet_fields(packet)


@given(st.binary(max_size=120), st.booleans())
@example(bytes.fromhex("60000000000800ff") + bytes(32) + bytes((6, 255)) + bytes(6), True)
def test_any_bytes_are_survived(raw: bytes, verify: bool) -> None:
    found = decode_packet(raw, verify)
    assert isinstance(found, Packet | Malformed)


@given(st.data())
def test_any_change_of_a_packet_is_survived(data: st.DataObject) -> None:
    """Near-packets reach deeper than random bytes: cut, and with octets changed."""
    raw = bytearray(encode_packet(data.draw(packets())))
    for _ in range(data.draw(st.integers(0, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(raw)))
    for verify in (True, False):
        found = decode_packet(bytes(raw[:end]), verify)
        assert isinstance(found, Packet | Malformed)


@pytest.mark.parametrize("src_dst", [(A, B), (A6, B6)])
def test_offload_leaves_the_pseudo_header_sum(src_dst: tuple[bytes, bytes]) -> None:
    """vnet_hdr NEEDS_CSUM: the device sums from the TCP header to the end, field
    included, and what it stores must be the right checksum."""
    src, dst = src_dst
    segment = Segment(40000, 80, 1, 2, ACK, 65535, payload=b"abc")
    full = encode_packet(Packet(src, dst, PROTO_TCP, segment))
    part = encode_packet(Packet(src, dst, PROTO_TCP, segment), checksum=False)
    start = 20 if len(src) == 4 else 40
    assert checksum(part[start:]) == int.from_bytes(full[start + 16 : start + 18], "big")
    assert isinstance(decode_packet(part), Malformed)
    assert isinstance(decode_packet(part, verify=False), Packet)


def test_udp_without_a_checksum() -> None:
    raw = encode_packet(Packet(A, B, PROTO_UDP, Datagram(1, 2, b"x", checksum_off=True)))
    assert raw[26:28] == b"\0\0"
    found = decode_packet(raw)
    assert isinstance(found, Packet)
    assert isinstance(found.body, Datagram)
    assert found.body.checksum_off


def test_ipv6_demands_the_udp_checksum() -> None:
    """RFC 8200 §8.1: it is written even when told not to, and zero is refused."""
    raw = bytearray(encode_packet(Packet(A6, B6, PROTO_UDP, Datagram(1, 2, b"x", True))))
    assert isinstance(decode_packet(raw), Packet)
    raw[46:48] = b"\0\0"
    found = decode_packet(raw)
    assert isinstance(found, Malformed)
    assert (found.kind, found.protocol) == ("checksum", "udp")


def test_a_udp_sum_of_zero_is_sent_as_all_ones() -> None:
    """RFC 768: zero would say that there is none."""
    plain = encode_packet(Packet(A, B, PROTO_UDP, Datagram(0, 0, b"\0\0")))
    filler = int.from_bytes(plain[26:28], "big")
    raw = encode_packet(Packet(A, B, PROTO_UDP, Datagram(0, 0, filler.to_bytes(2, "big"))))
    assert raw[26:28] == b"\xff\xff"
    assert isinstance(decode_packet(raw), Packet)


def test_the_udp_length_counts_not_the_packet_length() -> None:
    """RFC 9868: octets after the datagram are no payload."""
    data = encode_packet(Packet(A, B, PROTO_UDP, Datagram(1, 2, b"abc")))[20:]
    found = decode_packet(encode_packet(Packet(A, B, PROTO_UDP, data + b"surplus")))
    assert isinstance(found, Packet)
    assert isinstance(found.body, Datagram)
    assert found.body.payload == b"abc"


def test_link_padding_is_ignored() -> None:
    packet, raw = GOLDEN["ACK"]
    found = decode_packet(bytes.fromhex(raw) + bytes(6))
    assert isinstance(found, Packet)
    assert packet_fields(found) == packet_fields(packet)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        ("", "ip-truncated"),
        ("50", "ip-version"),
        ("45000014", "ip-truncated"),
        ("4400001400000000400600000a0000010a000002", "ip-header-length"),
        ("60000000", "ip-truncated"),
    ],
)
def test_bytes_that_are_no_packet(raw: str, what: str) -> None:
    found = decode_packet(bytes.fromhex(raw), verify=False)
    assert isinstance(found, Malformed)
    assert (found.kind, found.what) == ("header", what)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (bytes(19), "tcp-truncated"),
        (bytes(12) + b"\x40" + bytes(7), "tcp-data-offset"),
        (bytes(12) + b"\x60" + bytes(7), "tcp-data-offset"),
        (bytes(12) + b"\x50" + bytes(7), "bad-checksum"),
    ],
)
def test_segments_that_are_none(body: bytes, what: str) -> None:
    found = decode_packet(encode_packet(Packet(A, B, PROTO_TCP, body)))
    assert isinstance(found, Malformed)
    assert (found.protocol, found.what) == ("tcp", what)
    assert isinstance(found.packet, Packet)
    assert (found.packet.src, found.packet.body) == (A, body)


def test_reserved_bits_are_ignored() -> None:
    """RFC 9293 §3.1: "must be ignored in received segments"."""
    raw = bytearray(encode_packet(Packet(A, B, PROTO_TCP, Segment(1, 2, 3, 4, ACK, 5))))
    raw[32] |= 0x0F
    raw[36:38] = b"\0\0"
    total = partial_sum(raw[20:], partial_sum(A + B + bytes((0, 6, 0, 20))))
    raw[36:38] = (0xFFFF - total).to_bytes(2, "big")
    found = decode_packet(raw)
    assert isinstance(found, Packet)
    assert isinstance(found.body, Segment)
    assert found.body.flags == ACK


def test_ipv6_extension_headers_are_skipped() -> None:
    inner = encode_packet(Packet(A6, B6, PROTO_TCP, Segment(1, 2, 3, 4, ACK, 5)))[40:]
    hop_by_hop = bytes((60, 0)) + bytes(6)
    destination = bytes((43, 1)) + bytes(14)
    routing = bytes((6, 0, 0, 0)) + bytes(4)
    raw = encode_packet(Packet(A6, B6, 0, hop_by_hop + destination + routing + inner))
    found = decode_packet(raw)
    assert isinstance(found, Packet)
    assert found.proto == PROTO_TCP
    assert isinstance(found.body, Segment)
    waypoint = bytes((6, 0, 0, 1)) + bytes(4)
    refused = decode_packet(encode_packet(Packet(A6, B6, 43, waypoint + inner)))
    assert isinstance(refused, Malformed)
    assert refused.what == "ipv6-extension"


def test_fragments_stay_bytes_and_can_be_put_together() -> None:
    for src, dst in ((A, B), (A6, B6)):
        packet = Packet(src, dst, PROTO_TCP, b"12345678", ident=7, more_fragments=True)
        packet.frag_offset = 16
        found = decode_packet(encode_packet(packet))
        assert isinstance(found, Packet)
        assert packet_fields(found) == packet_fields(packet)
        whole = encode_packet(Packet(src, dst, PROTO_TCP, Segment(1, 2, 3, 4, ACK, 5)))
        done = decode_body(found, whole[len(whole) - 20 :])
        assert isinstance(done, Packet)
        assert isinstance(done.body, Segment)
        assert not done.fragmented


def test_long_payloads_are_not_copied() -> None:
    raw = encode_packet(Packet(A, B, PROTO_TCP, Segment(1, 2, 3, 4, ACK, 5, payload=bytes(5000))))
    found = decode_packet(raw)
    assert isinstance(found, Packet)
    assert isinstance(found.body, Segment)
    assert isinstance(found.body.payload, memoryview)
    assert found.body.payload.obj is raw


@pytest.mark.parametrize("src_dst", [(A, B), (A6, B6)])
def test_too_long_for_the_header(src_dst: tuple[bytes, bytes]) -> None:
    packet = Packet(*src_dst, 200, bytes(65_536))
    with pytest.raises(ValueError, match="too long"):
        encode_packet(packet)


def test_icmp_of_both_versions() -> None:
    message = IcmpMessage(8, 0, 0x00010002, b"ping")
    raw = encode_packet(Packet(A, B, 1, message))
    assert checksum(raw[20:]) == 0
    six = IcmpMessage(128, 0, 0x00010002, b"ping")
    raw6 = bytearray(encode_packet(Packet(A6, B6, 58, six)))
    assert isinstance(decode_packet(raw6), Packet)
    raw6[39] ^= 1  # another destination: only ICMPv6 sums over the addresses
    found = decode_packet(raw6)
    assert isinstance(found, Malformed)
    assert found.protocol == "icmpv6"
