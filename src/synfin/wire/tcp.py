"""The TCP header (RFC 9293 §3.1) and the segment it stands before.

A :class:`Segment` holds *wire* numbers (32-bit, wrapping); absolute numbers
exist only inside :mod:`synfin.core`. :func:`decode_segment` is the engine's
strict reader; for tools that want every field of any bytes there is
:class:`synfin.wire.views.TcpHeaderView`.
"""

import struct
from typing import Final, NewType

from synfin.wire.checksum import MODULUS, Buffer, fold, number, pseudo_sum
from synfin.wire.interpreted import mypyc_attr
from synfin.wire.malformed import Malformed, bad_checksum, bad_header
from synfin.wire.options import (
    NO_OPTIONS,
    Options,
    encode_options,
    options_length,
    parse_options,
)

__all__ = [
    "ACK", "CE", "COPY_LIMIT", "CWR", "ECE", "ECT_0", "ECT_1", "FIN", "FLAG_NAMES", "HEADER_LEN",
    "NOT_ECT", "NO_OPTIONS", "PSH", "RST", "SYN", "URG", "Options", "Segment", "WireSeq",
    "decode_segment", "encode_header", "encode_options", "encode_segment", "flag_names",
    "options_length", "parse_options", "segment_length",
]  # fmt: skip

WireSeq = NewType("WireSeq", int)
"""A sequence number as it stands in a header: 0 .. 2**32-1, wrapping."""

FIN: Final = 0x01
SYN: Final = 0x02
RST: Final = 0x04
PSH: Final = 0x08
ACK: Final = 0x10
URG: Final = 0x20
ECE: Final = 0x40
CWR: Final = 0x80

NOT_ECT: Final = 0
ECT_1: Final = 1
ECT_0: Final = 2
CE: Final = 3
"""The ECN field, the low two bits of IPv4's TOS and IPv6's traffic class (RFC 3168 §5)."""

FLAG_NAMES: Final = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")
"""Name by bit, the lowest bit first."""

HEADER_LEN: Final = 20
"""Length of the TCP header without options, octets (RFC 9293 §3.1)."""

PROTO_TCP: Final = 6

COPY_LIMIT: Final = 2048
"""A shorter payload is copied out of the buffer it was read into; a longer one
is a view, and whoever keeps it keeps the buffer."""

_HEADER: Final = struct.Struct("!HHIIHHHH")


@mypyc_attr(acyclic=True, free_list_len=1)
class Segment:
    """One TCP segment: header fields as numbers, payload by reference.

    ``mss`` > 0 means "a device may cut this payload into pieces of ``mss``
    octets" (segmentation offload); 0 means the segment travels as it is.
    ``ecn`` is the ECN field of its IP header (RFC 3168 §5): beside it, not in it.
    ``reason`` is carried for whoever watches and never read by the engine.
    ``window`` is the field of 16 bits, unsigned (MUST-1).
    """

    def __init__(
        self,
        src_port: int,
        dst_port: int,
        seq: int,
        ack: int,
        flags: int,
        window: int,
        options: Options = NO_OPTIONS,
        payload: bytes | memoryview = b"",
        urgent: int = 0,
        mss: int = 0,
    ) -> None:
        self.src_port: int = src_port
        self.dst_port: int = dst_port
        self.seq: int = seq
        self.ack: int = ack
        self.flags: int = flags
        self.window: int = window
        self.options: Options = options
        self.payload: bytes | memoryview = payload
        self.urgent: int = urgent
        self.mss: int = mss
        self.ecn: int = 0
        self.reason: object | None = None

    @property
    def seg_len(self) -> int:
        """SEG.LEN: octets of sequence space, SYN and FIN counted (RFC 9293 §3.4)."""
        flags = self.flags
        return len(self.payload) + ((flags >> 1) & 1) + (flags & 1)

    def __repr__(self) -> str:
        names = ",".join(flag_names(self.flags))
        return (
            f"Segment({self.src_port}>{self.dst_port} {names} seq={self.seq} ack={self.ack} "
            f"win={self.window} len={len(self.payload)})"
        )


def flag_names(flags: int) -> list[str]:
    """The names of the bits set, in header order from the lowest: FIN, SYN, RST …"""
    return [FLAG_NAMES[bit] for bit in range(8) if flags >> bit & 1]


def segment_length(segment: Segment) -> int:
    """Octets on the wire, TCP header and options included."""
    return HEADER_LEN + options_length(segment.options) + len(segment.payload)


def encode_header(segment: Segment, src: bytes, dst: bytes, checksum: bool = True) -> bytes:
    """Header and options; the payload follows by reference. MUST-2: the checksum is
    always computed, here or by the device.

    ``checksum`` False leaves the work to the device: the field then holds the
    uninverted pseudo-header sum over the whole segment (vnet_hdr's NEEDS_CSUM),
    and the payload is never looked at.
    """
    options = b"" if segment.options is NO_OPTIONS else encode_options(segment.options)
    payload = segment.payload
    header_len = HEADER_LEN + len(options)
    src_port = segment.src_port & 0xFFFF
    dst_port = segment.dst_port & 0xFFFF
    seq = segment.seq & 0xFFFFFFFF
    ack = segment.ack & 0xFFFFFFFF
    offset_flags = header_len << 10 | segment.flags & 0xFF
    window = segment.window & 0xFFFF
    urgent = segment.urgent & 0xFFFF
    total = pseudo_sum(src, dst, PROTO_TCP, header_len + len(payload))
    if checksum:
        # 2**16 is 1 modulo 0xFFFF: fields of 32 bits may be added whole.
        total += src_port + dst_port + seq + ack + offset_flags + window + urgent
        total += number(options) + number(payload)
        sum_field = (MODULUS - total % MODULUS) % MODULUS
    else:
        sum_field = fold(total)
    head = _HEADER.pack(src_port, dst_port, seq, ack, offset_flags, window, sum_field, urgent)
    return head + options


def encode_segment(segment: Segment, src: bytes, dst: bytes, checksum: bool = True) -> bytes:
    """The segment's octets between addresses ``src`` and ``dst`` (4 or 16 octets
    each), reserved bits zero. Numbers too large for their field are cut to it."""
    return encode_header(segment, src, dst, checksum) + bytes(segment.payload)


def decode_segment(buf: Buffer, src: bytes, dst: bytes, verify: bool = True) -> Segment | Malformed:
    """The segment in ``buf``, or why it is none (MUST-3); never raises.

    Reserved bits are ignored (RFC 9293 §3.1). ``verify`` False trusts a device
    that has checked the sum, or that left it unfinished.
    """
    size = len(buf)
    if size < HEADER_LEN:
        return bad_header("tcp", "tcp-truncated")
    src_port, dst_port, seq, ack, offset_flags, window, _sum, urgent = _HEADER.unpack_from(buf)
    header_len = offset_flags >> 10 & 0x3C
    if header_len < HEADER_LEN or header_len > size:
        return bad_header("tcp", "tcp-data-offset")
    if verify and (pseudo_sum(src, dst, PROTO_TCP, size) + number(buf)) % MODULUS != 0:
        return bad_checksum("tcp")
    options = NO_OPTIONS
    if header_len > HEADER_LEN:
        options = parse_options(buf[HEADER_LEN:header_len])
    return Segment(
        src_port,
        dst_port,
        seq,
        ack,
        offset_flags & 0xFF,
        window,
        options,
        take_payload(buf, header_len, size),
        urgent,
    )


def take_payload(buf: Buffer, start: int, end: int) -> bytes | memoryview:
    """``buf[start:end]``: copied when short, a view of ``buf`` when long."""
    if end - start < COPY_LIMIT:
        return bytes(buf[start:end])
    return memoryview(buf)[start:end]
