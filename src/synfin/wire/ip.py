"""IP packets (RFC 791, RFC 8200) as the rest of the house passes them around,
and between bytes and :class:`Packet`."""

import struct
from typing import Final

from synfin.wire.checksum import MODULUS, Buffer, number
from synfin.wire.icmp import HEADER_LEN as ICMP_HEADER_LEN
from synfin.wire.icmp import IcmpMessage, decode_icmp, encode_icmp
from synfin.wire.interpreted import mypyc_attr
from synfin.wire.malformed import Malformed, bad_checksum, bad_header
from synfin.wire.source_route import SourceRoute, final_destination
from synfin.wire.tcp import (
    COPY_LIMIT,
    Segment,
    decode_segment,
    encode_header,
    encode_segment,
    segment_length,
)
from synfin.wire.udp import HEADER_LEN as UDP_HEADER_LEN
from synfin.wire.udp import Datagram, decode_datagram, encode_datagram

PROTO_ICMP: Final = 1
PROTO_TCP: Final = 6
PROTO_UDP: Final = 17
PROTO_ICMPV6: Final = 58

# IPv6 extension headers (RFC 8200 §4)
PROTO_HOP_BY_HOP: Final = 0
PROTO_ROUTING: Final = 43
PROTO_FRAGMENT: Final = 44
PROTO_NO_NEXT: Final = 59
PROTO_DESTINATION: Final = 60

V4_HEADER_LEN: Final = 20
V6_HEADER_LEN: Final = 40
V6_FRAGMENT_LEN: Final = 8
MAX_LEN: Final = 65_535
"""Largest total length (IPv4) or payload length (IPv6) that the header can say."""

V4_MIN_MTU: Final = 68
"""Every IPv4 module forwards 68 octets unfragmented (RFC 791 §3.2)."""
V6_MIN_MTU: Final = 1280
"""RFC 8200 §5."""

_DF: Final = 0x4000
_MF: Final = 0x2000

_V4: Final = struct.Struct("!BBHHHBBH4s4s")
_V6: Final = struct.Struct("!IHBB16s16s")
_V6_FRAGMENT: Final = struct.Struct("!BBHI")

Body = Segment | Datagram | IcmpMessage | bytes


@mypyc_attr(acyclic=True, free_list_len=1)
class Packet:
    """One IP packet; ``src``/``dst`` are 4 octets (IPv4) or 16 (IPv6).

    ``body`` is the decoded upper layer, or plain bytes for a fragment or a
    protocol nobody here speaks. ``frag_offset`` is in octets. ``ttl`` is the
    hop limit for IPv6, ``tos`` the whole Diffserv + ECN octet. ``reason`` is
    used where the body is bytes (fragments); other bodies carry their own. With a
    source route among the IPv4 ``options`` ``dst`` is the next waypoint only.
    """

    def __init__(
        self,
        src: bytes,
        dst: bytes,
        proto: int,
        body: Body,
        ttl: int = 64,
        tos: int = 0,
        ident: int = 0,
        df: bool = False,
        more_fragments: bool = False,
        frag_offset: int = 0,
        options: bytes = b"",
    ) -> None:
        self.src: bytes = src
        self.dst: bytes = dst
        self.proto: int = proto
        self.body: Body = body
        self.ttl: int = ttl
        self.tos: int = tos
        self.ident: int = ident
        self.df: bool = df
        self.more_fragments: bool = more_fragments
        self.frag_offset: int = frag_offset
        self.options: bytes = options
        self.reason: object | None = None

    @property
    def version(self) -> int:
        """4 or 6."""
        return 4 if len(self.src) == 4 else 6

    @property
    def final_dst(self) -> bytes:
        """Whom the packet is for: ``dst``, or the end of its source route."""
        return final_destination(self.dst, self.options) if self.options else self.dst

    @property
    def fragmented(self) -> bool:
        """True for a piece of a packet, the first and the last one included."""
        return self.more_fragments or self.frag_offset > 0

    def go_along(self, route: SourceRoute) -> None:
        """Send it along ``route`` (IPv4; the packet has no other options)."""
        self.options = route.option(self.dst)
        self.dst = route.hops[0]

    def __repr__(self) -> str:
        return f"Packet({self.src.hex()}>{self.dst.hex()} proto={self.proto} {self.body!r})"


# --- lengths ------------------------------------------------------------------


def header_length(packet: Packet) -> int:
    """Octets before the body: IP header, IPv4 options, IPv6 fragment header."""
    if len(packet.src) == 4:
        return V4_HEADER_LEN + (len(packet.options) + 3 & ~3)
    return V6_HEADER_LEN + (V6_FRAGMENT_LEN if packet.fragmented else 0)


def body_length(packet: Packet) -> int:
    """Octets of the upper layer, its header included."""
    body = packet.body
    if isinstance(body, Segment):
        return segment_length(body)
    if isinstance(body, Datagram):
        return UDP_HEADER_LEN + len(body.payload)
    if isinstance(body, IcmpMessage):
        return ICMP_HEADER_LEN + len(body.data)
    return len(body)


def packet_length(packet: Packet) -> int:
    """Octets of the whole packet, what an MTU is compared with; nothing is encoded."""
    return header_length(packet) + body_length(packet)


# --- writing ------------------------------------------------------------------


def encode_body(packet: Packet, checksum: bool = True) -> bytes:
    """The upper layer's octets; ``checksum`` False leaves TCP's and UDP's sum to
    the device (ICMP's is always made)."""
    body = packet.body
    if isinstance(body, Segment):
        return encode_segment(body, packet.src, packet.final_dst, checksum)
    if isinstance(body, Datagram):
        return encode_datagram(body, packet.src, packet.final_dst, checksum)
    if isinstance(body, IcmpMessage):
        return encode_icmp(body, packet.src, packet.dst)
    return body


def encode_ip_header(packet: Packet, body_len: int) -> bytes:
    """The IP header before a body of ``body_len`` octets.

    Raises ValueError when the length does not fit its field.
    """
    if len(packet.src) == 4:
        return _encode_v4(packet, body_len)
    return _encode_v6(packet, body_len)


def _encode_v4(packet: Packet, body_len: int) -> bytes:
    options = packet.options
    if len(options) & 3:
        options += bytes(-len(options) & 3)
    header_len = V4_HEADER_LEN + len(options)
    total_len = header_len + body_len
    if total_len > MAX_LEN or header_len > 60:
        raise ValueError(f"IPv4 packet of {total_len} octets (header {header_len}) is too long")
    version_tos = (0x40 | header_len >> 2) << 8 | packet.tos & 0xFF
    ident = packet.ident & 0xFFFF
    fragment = (
        (_DF if packet.df else 0)
        | (_MF if packet.more_fragments else 0)
        | packet.frag_offset >> 3 & 0x1FFF
    )
    ttl = packet.ttl & 0xFF
    proto = packet.proto & 0xFF
    total = version_tos + total_len + ident + fragment + (ttl << 8 | proto)
    total += int.from_bytes(packet.src, "big") + int.from_bytes(packet.dst, "big")
    total += number(options)
    header = _V4.pack(
        version_tos >> 8,
        version_tos & 0xFF,
        total_len,
        ident,
        fragment,
        ttl,
        proto,
        (MODULUS - total % MODULUS) % MODULUS,
        packet.src,
        packet.dst,
    )
    return header + options


def _encode_v6(packet: Packet, body_len: int) -> bytes:
    pieces = b""
    proto = packet.proto & 0xFF
    if packet.fragmented:
        offset = packet.frag_offset & 0xFFF8 | (1 if packet.more_fragments else 0)
        pieces = _V6_FRAGMENT.pack(proto, 0, offset, packet.ident & 0xFFFFFFFF)
        proto = PROTO_FRAGMENT
        body_len += V6_FRAGMENT_LEN
    if body_len > MAX_LEN:
        raise ValueError(f"IPv6 payload of {body_len} octets is too long")
    first = 6 << 28 | (packet.tos & 0xFF) << 20
    header = _V6.pack(first, body_len, proto, packet.ttl & 0xFF, packet.src, packet.dst)
    return header + pieces


def encode_packet(packet: Packet, checksum: bool = True) -> bytes:
    """The whole packet's octets; ``checksum`` as in :func:`encode_body`.

    Raises ValueError for more than fits the length field (65,535 octets).
    """
    body = encode_body(packet, checksum)
    return encode_ip_header(packet, len(body)) + body


def encode_parts(packet: Packet, checksum: bool = True) -> tuple[bytes, bytes | memoryview]:
    """The headers' octets, and a TCP payload by reference, for a gathering write;
    with any other body the second part is empty."""
    body = packet.body
    if isinstance(body, Segment):
        head = encode_header(body, packet.src, packet.final_dst, checksum)
        return encode_ip_header(packet, len(head) + len(body.payload)) + head, body.payload
    return encode_packet(packet, checksum), b""


# --- reading ------------------------------------------------------------------


def decode_packet(buf: Buffer, verify: bool = True) -> Packet | Malformed:
    """The packet in ``buf``, down to TCP, UDP or ICMP; never raises.

    Octets after the packet's own length are ignored (link padding); one longer
    than ``buf`` is malformed. A fragment's body stays bytes. IPv6 hop-by-hop,
    destination and spent routing headers are skipped, and not kept; IPv4 options
    are kept; only source routes mean something above (MUST-50). ``verify`` False checks
    no sum, neither the IP header's nor the body's.
    """
    if len(buf) == 0:
        return bad_header("ip", "ip-truncated")
    version = buf[0] >> 4
    if len(buf) > COPY_LIMIT:
        buf = memoryview(buf)  # slices of it are no copies
    if version == 4:
        return _decode_v4(buf, verify)
    if version == 6:
        return _decode_v6(buf, verify)
    return bad_header("ip", "ip-version")


def _decode_v4(buf: Buffer, verify: bool) -> Packet | Malformed:
    if len(buf) < V4_HEADER_LEN:
        return bad_header("ip", "ip-truncated")
    first, tos, total_len, ident, fragment, ttl, proto, _sum, src, dst = _V4.unpack_from(buf)
    header_len = (first & 0x0F) << 2
    if header_len < V4_HEADER_LEN or header_len > len(buf):
        return bad_header("ip", "ip-header-length")
    options = bytes(buf[V4_HEADER_LEN:header_len]) if header_len > V4_HEADER_LEN else b""
    packet = Packet(
        src,
        dst,
        proto,
        b"",
        ttl,
        tos,
        ident,
        fragment & _DF != 0,
        fragment & _MF != 0,
        (fragment & 0x1FFF) << 3,
        options,
    )
    if verify and number(buf[:header_len]) % MODULUS != 0:
        return _with_packet(bad_checksum("ip"), packet)
    if total_len < header_len or total_len > len(buf):
        return _with_packet(bad_header("ip", "ip-total-length"), packet)
    return _finish(packet, buf, header_len, total_len, verify)


def _decode_v6(buf: Buffer, verify: bool) -> Packet | Malformed:
    if len(buf) < V6_HEADER_LEN:
        return bad_header("ip", "ip-truncated")
    first, payload_len, proto, ttl, src, dst = _V6.unpack_from(buf)
    packet = Packet(src, dst, proto, b"", ttl, first >> 20 & 0xFF)
    end = V6_HEADER_LEN + payload_len
    if end > len(buf):
        return _with_packet(bad_header("ip", "ip-total-length"), packet)
    return _finish(packet, buf, V6_HEADER_LEN, end, verify)


def _finish(packet: Packet, buf: Buffer, start: int, end: int, verify: bool) -> Packet | Malformed:
    if len(packet.src) == 16:
        start = _skip_extensions(packet, buf, start, end)
        if start < 0:
            return _with_packet(bad_header("ip", "ipv6-extension"), packet)
    if packet.fragmented:
        packet.body = bytes(buf[start:end])
        return packet
    return _decode_upper(packet, buf[start:end], verify)


def _skip_extensions(packet: Packet, buf: Buffer, at: int, end: int) -> int:
    """Walk the IPv6 extension headers (RFC 8200 §4): where the body begins, or -1.
    Leaves the last next-header value and the fragment fields in ``packet``."""
    while True:
        kind = packet.proto
        if kind == PROTO_FRAGMENT:
            if at + V6_FRAGMENT_LEN > end:
                return -1
            packet.proto, _reserved, offset, packet.ident = _V6_FRAGMENT.unpack_from(buf, at)
            packet.frag_offset = offset & 0xFFF8
            packet.more_fragments = offset & 1 != 0
            at += V6_FRAGMENT_LEN
            if packet.fragmented:
                return at
        elif kind in (PROTO_HOP_BY_HOP, PROTO_ROUTING, PROTO_DESTINATION):
            if at + 8 > end:
                return -1
            if kind == PROTO_ROUTING and buf[at + 3] != 0:
                return -1  # segments left: we are no waypoint (RFC 8200 §4.4)
            packet.proto = buf[at]
            at += (buf[at + 1] + 1) << 3
            if at > end:
                return -1
        else:
            return at


def decode_body(packet: Packet, data: bytes, verify: bool = True) -> Packet | Malformed:
    """``packet`` with its body decoded from ``data``: the last step of reassembly."""
    packet.more_fragments = False
    packet.frag_offset = 0
    return _finish(packet, data, 0, len(data), verify)


def _decode_upper(packet: Packet, data: Buffer, verify: bool) -> Packet | Malformed:
    proto = packet.proto
    src = packet.src
    body: Body | Malformed
    if proto == PROTO_TCP:
        body = decode_segment(data, src, packet.final_dst, verify)
    elif proto == PROTO_UDP:
        body = decode_datagram(data, src, packet.final_dst, verify)
    elif proto == (PROTO_ICMP if len(src) == 4 else PROTO_ICMPV6):
        body = decode_icmp(data, src, packet.dst, verify)
    else:
        body = bytes(data)
    if isinstance(body, Malformed):
        packet.body = bytes(data)
        body.packet = packet
        return body
    packet.body = body
    return packet


def _with_packet(bad: Malformed, packet: Packet) -> Malformed:
    bad.packet = packet
    return bad
