"""The usual packet in one go: TCP over IPv4, without IP options, in one piece.

What a device reads and writes is nearly always such a packet, with checksums left to the
kernel. :mod:`synfin.wire.ip` reads and writes everything, and means the same by these; a
property test holds both equal.
"""

import struct
from typing import Final

from synfin.wire.checksum import MODULUS, fold
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.options import encode_options, parse_options
from synfin.wire.tcp import COPY_LIMIT, NO_OPTIONS, Options, Segment

NEEDS_CSUM: Final = 1
GSO_NONE: Final = 0
GSO_TCPV4: Final = 1
GSO_TCPV6: Final = 4

VNET: Final = struct.Struct("=BBHHHH")
"""flags, gso_type, hdr_len, gso_size, csum_start, csum_offset; the machine's byte order."""

IP_LEN: Final = 20
TCP_LEN: Final = 20
PLAIN_LEN: Final = 40
STAMPED_LEN: Final = 52
TCP_SUM_AT: Final = 16
"""Where the checksum stands in a TCP header."""

_STAMPS: Final = 0x0101080A
"""NOP NOP kind 8 length 10."""
_VERSION_AND_LENGTH: Final = 0x45
_DF: Final = 0x4000
_PIECE: Final = 0x3FFF
"""More fragments, and the fragment's offset."""

# Neighbouring fields go together: each one is an object that has to be made.
_PLAIN: Final = struct.Struct("!IIH2x4s4sIIII2xH")
"""Version to length; identification, fragment; TTL, protocol; addresses; ports; sequence
and acknowledgment; offset, flags, window; urgent pointer."""
_STAMPED: Final = struct.Struct("!IIH2x4s4sIIII2xHIII")
_PLAIN_OUT: Final = struct.Struct("!10sIII8sIIIII")
"""vnet header; as above, with the sums: TTL, protocol and the IP header's sum; the TCP
checksum and the urgent pointer."""
_STAMPED_OUT: Final = struct.Struct("!10sIII8sIIIIIIII")


def read(buffer: bytearray, start: int, end: int) -> Packet | None:
    """The packet in ``buffer[start:end]``, whose sums need not be verified; None if it is
    not of the usual kind. A long payload is a read-only view of ``buffer``."""
    if end - start >= STAMPED_LEN:
        (first, piece, ttl_proto, src, dst, ports, seq, ack, offset_window, urgent,
         kind, value, echo) = _STAMPED.unpack_from(buffer, start)  # fmt: skip
    elif end - start >= PLAIN_LEN:
        (first, piece, ttl_proto, src, dst, ports, seq, ack, offset_window, urgent,
         ) = _PLAIN.unpack_from(buffer, start)  # fmt: skip
        kind = value = echo = 0
    else:
        return None
    return _made(
        buffer, start, end, first, piece, ttl_proto, src, dst, ports, seq, ack,
        offset_window, urgent, kind, value, echo,
    )  # fmt: skip


def _made(
    buffer: bytearray,
    start: int,
    end: int,
    first: int,
    piece: int,
    ttl_proto: int,
    src: bytes,
    dst: bytes,
    ports: int,
    seq: int,
    ack: int,
    offset_window: int,
    urgent: int,
    kind: int,
    value: int,
    echo: int,
) -> Packet | None:
    """The packet of these fields, if it is of the usual kind."""
    if first >> 24 != _VERSION_AND_LENGTH or ttl_proto & 0xFF != PROTO_TCP or piece & _PIECE:
        return None
    total = first & 0xFFFF
    header_len = IP_LEN + (offset_window >> 28 << 2)
    if header_len < PLAIN_LEN or total < header_len or total > end - start:
        return None
    options = NO_OPTIONS
    if header_len == STAMPED_LEN and kind == _STAMPS:
        options = Options(-1, -1, False, value, echo)
    elif header_len > PLAIN_LEN:
        options = parse_options(bytes(buffer[start + PLAIN_LEN : start + header_len]))
    payload: bytes | memoryview = b""
    at = start + header_len
    size = total - header_len
    if size >= COPY_LIMIT:
        payload = memoryview(buffer).toreadonly()[at : at + size]
    elif size > 0:
        payload = bytes(buffer[at : at + size])
    segment = Segment(
        ports >> 16, ports & 0xFFFF, seq, ack, offset_window >> 16 & 0xFF,
        offset_window & 0xFFFF, options, payload, urgent,
    )  # fmt: skip
    tos = first >> 16 & 0xFF
    return Packet(src, dst, PROTO_TCP, segment, ttl_proto >> 8, tos, piece >> 16, piece & _DF != 0)


class Writer:
    """Forms headers; knows the sum of the addresses it wrote last."""

    def __init__(self) -> None:
        self._src: bytes = b""
        self._dst: bytes = b""
        self._addresses: int = 0
        self._both: bytes = b""
        self._gso: int = -1
        self._header_len: int = 0
        self._vnet: bytes = b""

    def headers(self, packet: Packet, segment: Segment, gso_size: int) -> bytes:
        """Everything before the payload, from the vnet header on, with the TCP checksum left
        to the kernel; ``b""`` if it is not of the usual kind."""
        options = segment.options
        others = b""
        header_len = PLAIN_LEN
        stamped = options is not NO_OPTIONS and _only_stamps(options)
        if stamped:
            header_len = STAMPED_LEN
        elif options is not NO_OPTIONS:
            others = encode_options(options)
            header_len += len(others)
        src, dst = packet.src, packet.dst
        if packet.options or packet.fragmented or len(src) != 4:
            return b""
        total = header_len + len(segment.payload)
        if total > 0xFFFF:
            return b""
        if src is not self._src or dst is not self._dst:
            self._src = src
            self._dst = dst
            self._both = src + dst
            self._addresses = (int.from_bytes(src, "big") + int.from_bytes(dst, "big")) % MODULUS
        if gso_size != self._gso or header_len != self._header_len:
            self._gso = gso_size
            self._header_len = header_len
            kind = GSO_TCPV4 if gso_size else GSO_NONE
            length = header_len if gso_size else PLAIN_LEN
            self._vnet = VNET.pack(NEEDS_CSUM, kind, length, gso_size, IP_LEN, TCP_SUM_AT)
        addresses = self._addresses
        version_tos = _VERSION_AND_LENGTH << 8 | packet.tos & 0xFF
        ident = packet.ident & 0xFFFF
        fragment = _DF if packet.df else 0
        ttl_proto = (packet.ttl & 0xFF) << 8 | PROTO_TCP
        ip_sum = version_tos + total + ident + fragment + ttl_proto + addresses
        ip_sum = (MODULUS - ip_sum % MODULUS) % MODULUS
        tcp_sum = fold(addresses + PROTO_TCP + total - IP_LEN)
        offset_flags = (header_len - IP_LEN) << 10 | segment.flags & 0xFF
        length = version_tos << 16 | total
        piece = ident << 16 | fragment
        ttl = ttl_proto << 16 | ip_sum
        ports = (segment.src_port & 0xFFFF) << 16 | segment.dst_port & 0xFFFF
        seq = segment.seq & 0xFFFFFFFF
        ack = segment.ack & 0xFFFFFFFF
        window = offset_flags << 16 | segment.window & 0xFFFF
        sums = tcp_sum << 16 | segment.urgent & 0xFFFF
        vnet, both = self._vnet, self._both
        if stamped:
            return _STAMPED_OUT.pack(
                vnet, length, piece, ttl, both, ports, seq, ack, window, sums,
                _STAMPS, options.ts_val & 0xFFFFFFFF, options.ts_ecr & 0xFFFFFFFF,
            )  # fmt: skip
        head = _PLAIN_OUT.pack(vnet, length, piece, ttl, both, ports, seq, ack, window, sums)
        return head + others if others else head


def _only_stamps(options: Options) -> bool:
    """Nothing but timestamps, in the place where Linux puts them."""
    if options.ts_val < 0 or options.sack or options.sack_permitted or options.bsd_order:
        return False
    if options.mss >= 0 or options.window_scale >= 0:
        return False
    return options.fastopen is None and options.md5 is None
