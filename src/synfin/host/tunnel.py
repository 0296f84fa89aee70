"""TCP segments in UDP datagrams (FreeBSD's net.inet.tcp.udp_tunneling_port).

The way of draft-cheshire-tcp-over-udp and of RFC 6951 for SCTP: the TCP header stands
whole behind the UDP header; UDP's checksum covers it, its own is zero.
"""

from synfin.wire.ip import PROTO_UDP, Packet
from synfin.wire.malformed import Malformed
from synfin.wire.quote import Quote, quoted_body
from synfin.wire.tcp import Segment, decode_segment, encode_segment
from synfin.wire.udp import HEADER_LEN, Datagram


def wrap(packet: Packet, port: int, remote_port: int) -> Packet:
    """``packet``, whose body is a segment, as a datagram from ``port`` to ``remote_port``."""
    segment = packet.body
    assert isinstance(segment, Segment)
    octets = bytearray(encode_segment(segment, packet.src, packet.dst))
    octets[16:18] = b"\0\0"
    datagram = Datagram(port, remote_port, bytes(octets))
    datagram.reason = segment.reason
    packet.proto = PROTO_UDP
    packet.body = datagram
    return packet


def unwrap(packet: Packet, datagram: Datagram) -> Segment | Malformed:
    """The segment in ``datagram``."""
    return decode_segment(datagram.payload, packet.src, packet.dst, verify=False)


def inner_quote(data: bytes | memoryview, outer: Quote) -> Quote | None:
    """The TCP ports and number behind a quoted UDP header; None when too little of it was
    quoted (RFC 792 asks for eight octets only)."""
    body = quoted_body(data)[HEADER_LEN:]
    if len(body) < 8:
        return None
    inner = Quote(outer.src, outer.dst, outer.proto, outer.length)
    inner.src_port = int.from_bytes(body[0:2], "big")
    inner.dst_port = int.from_bytes(body[2:4], "big")
    inner.seq = int.from_bytes(body[4:8], "big")
    return inner
