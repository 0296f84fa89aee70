"""One packet made of several: IP fragments, and large segments cut as a
network card cuts them."""

from typing import Final

from synfin.wire.ip import V6_FRAGMENT_LEN as _V6_FRAGMENT_LEN
from synfin.wire.ip import Body, Packet, encode_body, header_length, packet_length
from synfin.wire.tcp import CWR, FIN, PSH, SYN, URG, Segment
from synfin.wire.udp import Datagram

_COPIED: Final = 0x80
"""IPv4 options with this bit stand in every fragment (RFC 791 §3.1)."""


def fragment(packet: Packet, mtu: int) -> list[Packet]:
    """``packet`` in pieces of at most ``mtu`` octets (RFC 791 §3.2, RFC 8200 §4.5).

    One that fits is returned alone and unchanged. The pieces' bodies are bytes,
    their lengths multiples of 8 except the last; a fragment may be cut again.
    Whether cutting is allowed (DF; IPv6: only at the source) is the caller's
    question, and so is a fresh ``packet.ident``. Raises ValueError when ``mtu``
    leaves no room for 8 octets.
    """
    if packet_length(packet) <= mtu:
        return [packet]
    head = header_length(packet)
    if len(packet.src) == 16 and not packet.fragmented:
        head += _V6_FRAGMENT_LEN
    room = (mtu - head) & ~7
    if room < 8:
        raise ValueError(f"an MTU of {mtu} octets leaves no room for a fragment")
    data = encode_body(packet)
    pieces: list[Packet] = []
    for start in range(0, len(data), room):
        last = start + room >= len(data)
        piece = _like(packet, data[start : start + room], packet.ident)
        piece.more_fragments = packet.more_fragments or not last
        piece.frag_offset = packet.frag_offset + start
        piece.reason = packet.reason or _reason_of(packet.body)
        if start > 0:
            piece.options = copied_options(packet.options)
        pieces.append(piece)
    return pieces


def copied_options(options: bytes) -> bytes:
    """The IPv4 options that later fragments repeat, padded to words."""
    out = b""
    at = 0
    while at < len(options):
        kind = options[at]
        if kind == 0:
            break
        if kind == 1:
            at += 1
            continue
        length = options[at + 1] if at + 1 < len(options) else 0
        if length < 2 or at + length > len(options):
            break
        if kind & _COPIED:
            out += options[at : at + length]
        at += length
    return out + bytes(-len(out) & 3)


def cut(packet: Packet) -> list[Packet]:
    """A large segment (``mss`` > 0) as the packets a device with segmentation
    offload would send; any other packet alone and unchanged.

    Numbers advance; FIN and PSH stand on the last piece only, CWR on the first
    (RFC 3168 §6.1.2); the urgent pointer goes on pointing at the same octet, and
    pieces beyond it carry none. The IPv4 identification counts up.
    """
    segment = packet.body
    if not isinstance(segment, Segment):
        return [packet]
    mss = segment.mss
    payload = segment.payload
    size = len(payload)
    if mss <= 0 or size <= mss or segment.flags & SYN:
        return [packet]
    return [
        piece(packet, segment, start, min(start + mss, size), start // mss)
        for start in range(0, size, mss)
    ]


def piece(packet: Packet, segment: Segment, start: int, end: int, number: int) -> Packet:
    """The octets from ``start`` to ``end`` of the ``segment`` in ``packet``, as the piece of
    that ``number``."""
    flags = segment.flags
    if end < len(segment.payload):
        flags &= ~(FIN | PSH)
    if start > 0:
        flags &= ~CWR
    urgent = segment.urgent
    if flags & URG:
        urgent -= start
        if urgent <= 0:
            flags &= ~URG
            urgent = 0
    small = Segment(
        segment.src_port,
        segment.dst_port,
        (segment.seq + start) & 0xFFFFFFFF,
        segment.ack,
        flags,
        segment.window,
        segment.options,
        segment.payload[start:end],
        urgent,
    )
    small.reason = segment.reason
    return _like(packet, small, packet.ident + number)


def cut_datagram(packet: Packet, size: int) -> list[Packet]:
    """One datagram that stands for several with ``size`` octets of data each (the last may
    have fewer), as Linux's UDP_SEGMENT sends them; 0, or with no more data than that: alone
    and unchanged. The IPv4 identification counts up."""
    body = packet.body
    if not isinstance(body, Datagram) or size <= 0 or len(body.payload) <= size:
        return [packet]
    return [
        _like(
            packet,
            Datagram(body.src_port, body.dst_port, body.payload[at : at + size], body.checksum_off),
            packet.ident + number,
        )
        for number, at in enumerate(range(0, len(body.payload), size))
    ]


def _like(packet: Packet, body: Body, ident: int) -> Packet:
    return Packet(
        packet.src,
        packet.dst,
        packet.proto,
        body,
        packet.ttl,
        packet.tos,
        ident & (0xFFFF if len(packet.src) == 4 else 0xFFFFFFFF),
        packet.df,
        packet.more_fragments,
        packet.frag_offset,
        packet.options,
    )


def _reason_of(body: Body) -> object | None:
    return None if isinstance(body, bytes) else body.reason
