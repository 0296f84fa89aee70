"""Packets between script and host: octets made from what the script says, and what
the host sent, as the script would write it."""

import struct
from copy import copy
from typing import Final

from synfin.packetdrill import options as tcp_options
from synfin.packetdrill.model import IpInfo, Option, TcpSpec, Unsupported
from synfin.packetdrill.signatures import is_signed, signed
from synfin.wire.checksum import checksum, pseudo_sum
from synfin.wire.ip import PROTO_TCP, PROTO_UDP, Packet, encode_packet
from synfin.wire.malformed import Malformed
from synfin.wire.options import encode_options
from synfin.wire.tcp import ACK, FIN, PSH, Segment, decode_segment
from synfin.wire.udp import Datagram

_HEADER: Final = struct.Struct("!HHIIHHHH")
ECN_BITS: Final = {"noecn": 0, "ect1": 1, "ect0": 2, "ce": 3}
LETTERS: Final = "FSRP.UEW"


def flag_letters(flags: int) -> str:
    """``S.`` for SYN and ACK; ``-`` for none, in a script's order."""
    order = (1, 0, 2, 6, 7, 3, 5, 4)
    return "".join(LETTERS[bit] for bit in order if flags >> bit & 1) or "-"


class Actual:
    """A segment that the host sent, in the script's numbers."""

    def __init__(self, packet: Packet, segment: Segment, time: int) -> None:
        self.time: int = time
        self.tos: int = packet.tos
        self.ttl: int = packet.ttl
        self.src: bytes = packet.src
        self.dst: bytes = packet.dst
        self.src_port: int = segment.src_port
        self.dst_port: int = segment.dst_port
        self.flags: int = segment.flags
        self.seq: int = segment.seq
        self.ack: int = segment.ack
        self.length: int = len(segment.payload)
        self.window: int = segment.window
        self.urgent: int = segment.urgent
        self.options: tuple[Option, ...] = tcp_options.decode(encode_options(segment.options))
        self.mss: int = segment.mss
        """> 0: a device may cut it into pieces of so many octets."""
        self.udp: tuple[int, int] | None = None
        """The ports of the datagram that the segment travelled in."""
        self.segment: Segment = segment
        """As it left, in live numbers."""
        self.reason: object | None = segment.reason

    def cut(self, length: int) -> "Actual":
        """Keep the first ``length`` octets; the rest, which follows in a segment of its own.

        A first part of one MSS is cut by nobody and so has no PSH of its own.
        """
        rest = copy(self)
        rest.seq = (self.seq + length) & 0xFFFFFFFF
        rest.length = self.length - length
        self.length = length
        self.flags &= ~(FIN if length > self.mss else FIN | PSH)
        return rest

    def text(self) -> str:
        """As a script's line."""
        end = (self.seq + self.length) & 0xFFFFFFFF
        out = f"> {flag_letters(self.flags)} {self.seq}:{end}({self.length})"
        if self.flags & ACK:
            out += f" ack {self.ack}"
        out += f" win {self.window}"
        if self.urgent:
            out += f" urg {self.urgent}"
        if self.options:
            out += f" <{tcp_options.shown(self.options)}>"
        if self.udp is not None:
            out += f"/udp({self.udp[0]} > {self.udp[1]})"
        return out


def seen_segment(packet: Packet, time: int, encapsulated: bool) -> Actual | None:
    """The segment that the host sent, out of its datagram, too; None for anything else."""
    body = packet.body
    if isinstance(body, Segment):
        return Actual(packet, body, time)
    if not encapsulated or not isinstance(body, Datagram):
        return None
    segment = decode_segment(body.payload, packet.src, packet.dst, verify=False)
    if isinstance(segment, Malformed):
        return None
    segment.reason = body.reason
    actual = Actual(packet, segment, time)
    actual.options = tcp_options.decode(_option_octets(bytes(body.payload)))
    actual.udp = body.src_port, body.dst_port
    return actual


def _option_octets(tcp: bytes) -> bytes:
    """As they stand: what was read has lost their order and padding."""
    return tcp[20 : (tcp[12] >> 4) * 4]


def judge_signature(actual: Actual, secret: bytes) -> None:
    """A right signature becomes ``md5 valid``, which is how the script names it."""
    if secret and is_signed(actual.segment, actual.src, actual.dst, secret):
        actual.options = tuple(
            Option(o.kind, tcp_options.SIGNED) if o.kind == tcp_options.MD5 else o
            for o in actual.options
        )


def tos_octet(ip: IpInfo) -> int:
    """The octet that the script asks for."""
    if ip.tos >= 0:
        return ip.tos
    if ip.ecn == "ect01":
        raise Unsupported("< [ect01]")
    return ECN_BITS.get(ip.ecn, 0)


def tcp_octets(
    spec: TcpSpec,
    src: tuple[bytes, int],
    dst: tuple[bytes, int],
    options: tuple[Option, ...],
    secret: bytes = b"",
) -> bytes:
    """The packet of ``spec`` (live numbers); the payload is zeros. ``secret`` signs."""
    field = tcp_options.encode(options)
    head_len = 20 + len(field)
    body = bytearray(
        _HEADER.pack(
            src[1],
            dst[1],
            spec.seq,
            spec.ack,
            head_len << 10 | spec.flags,
            spec.window if spec.window >= 0 else 0,
            0,
            spec.urgent,
        )
        + field
        + bytes(spec.length)
    )
    if secret:
        body = bytearray(signed(bytes(body), src[0], dst[0], options, secret))
    ttl = spec.ip.ttl if spec.ip.ttl >= 0 else 255
    if spec.udp is not None:
        datagram = Datagram(spec.udp[0], spec.udp[1], bytes(body))
        inside = Packet(src[0], dst[0], PROTO_UDP, datagram, ttl, tos_octet(spec.ip))
        return encode_packet(inside)
    total = checksum(body, pseudo_sum(src[0], dst[0], PROTO_TCP, len(body)))
    body[16:18] = total.to_bytes(2, "big")
    return encode_packet(Packet(src[0], dst[0], PROTO_TCP, bytes(body), ttl, tos_octet(spec.ip)))
