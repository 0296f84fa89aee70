"""What an ICMP error quotes of the packet that caused it: writing and reading."""

from typing import Final

from synfin.wire.checksum import Buffer
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import (
    PROTO_DESTINATION,
    PROTO_FRAGMENT,
    PROTO_HOP_BY_HOP,
    PROTO_ROUTING,
    PROTO_TCP,
    PROTO_UDP,
    V4_HEADER_LEN,
    V6_HEADER_LEN,
    V6_MIN_MTU,
    Packet,
    encode_packet,
    header_length,
)
from synfin.wire.source_route import final_destination

V4_QUOTED: Final = 8
"""Octets of the body that RFC 792 quotes: both ports and the sequence number."""
V6_QUOTED: Final = V6_MIN_MTU - V6_HEADER_LEN - 8
"""RFC 4443 §2.4 (c): as much as fits the minimum MTU."""


class Quote:
    """What a quotation tells of our packet.

    ``src``/``dst`` are the quoted packet's, so ``src`` is ours. Ports and
    ``seq`` are -1 where the quotation ends too early; ``length`` is the quoted
    header's total length (RFC 1191 §5 wants it); ``frag_offset`` is in octets.
    """

    def __init__(self, src: bytes, dst: bytes, proto: int, length: int) -> None:
        self.src: bytes = src
        self.dst: bytes = dst
        self.proto: int = proto
        self.length: int = length
        self.src_port: int = -1
        self.dst_port: int = -1
        self.seq: int = -1
        self.frag_offset: int = 0


def error_message(packet: Packet, type_: int, code: int, rest: int = 0) -> IcmpMessage:
    """An ICMP (or, for an IPv6 packet, ICMPv6) error about ``packet``."""
    data = encode_packet(packet)
    if len(packet.src) == 4:
        data = data[: header_length(packet) + V4_QUOTED]
    else:
        data = data[:V6_QUOTED]
    return IcmpMessage(type_, code, rest, data)


def parse_quote(data: Buffer) -> Quote | None:
    """What ``data``, an ICMP error's text, quotes; None when even the IP header is
    not whole. Never raises."""
    if len(data) < V4_HEADER_LEN:
        return None
    version = data[0] >> 4
    if version == 4:
        return _parse_v4(bytes(data))
    if version == 6 and len(data) >= V6_HEADER_LEN:
        return _parse_v6(bytes(data))
    return None


def quoted_body(data: Buffer) -> bytes:
    """What stands behind the IP header that ``data`` quotes; nothing for IPv6 extension
    headers, which no caller needs."""
    octets = bytes(data)
    if len(octets) >= V4_HEADER_LEN and octets[0] >> 4 == 4:
        return octets[(octets[0] & 0x0F) << 2 :]
    return octets[V6_HEADER_LEN:]


def _parse_v4(data: bytes) -> Quote | None:
    header_len = (data[0] & 0x0F) << 2
    if header_len < V4_HEADER_LEN:
        return None
    # On its way along a source route a datagram bears a waypoint's address.
    dst = final_destination(data[16:20], data[V4_HEADER_LEN:header_len])
    quote = Quote(data[12:16], dst, data[9], _u16(data, 2))
    quote.frag_offset = (_u16(data, 6) & 0x1FFF) << 3
    _parse_ports(quote, data[header_len:])
    return quote


def _parse_v6(data: bytes) -> Quote:
    quote = Quote(data[8:24], data[24:40], data[6], V6_HEADER_LEN + _u16(data, 4))
    at = V6_HEADER_LEN
    skipped = (PROTO_HOP_BY_HOP, PROTO_ROUTING, PROTO_DESTINATION, PROTO_FRAGMENT)
    while quote.proto in skipped and at + 8 <= len(data):
        length = (data[at + 1] + 1) << 3
        if quote.proto == PROTO_FRAGMENT:
            length = 8
            quote.frag_offset = _u16(data, at + 2) & 0xFFF8
        quote.proto = data[at]
        at += length
    _parse_ports(quote, data[at:])
    return quote


def _parse_ports(quote: Quote, body: bytes) -> None:
    """Ports and number; only the first fragment has them."""
    if quote.frag_offset > 0 or quote.proto not in (PROTO_TCP, PROTO_UDP) or len(body) < 4:
        return
    quote.src_port = _u16(body, 0)
    quote.dst_port = _u16(body, 2)
    if quote.proto == PROTO_TCP and len(body) >= 8:
        quote.seq = int.from_bytes(body[4:8], "big")


def _u16(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]
