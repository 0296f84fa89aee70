"""The usual packet in one go: TCP over IPv4, without IP options, in one piece, with no TCP
options or timestamps alone.

What a device reads and writes is nearly always such a packet, with checksums left to the
kernel. :mod:`synfin.wire.ip` reads and writes everything, and means the same by these; a
property test holds both equal.
"""

import struct
from typing import Final

from synfin.wire.checksum import MODULUS, fold
from synfin.wire.ip import PROTO_TCP, Packet
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

_PLAIN: Final = struct.Struct("!BBHHHBBH4s4sHHIIHHHH")
_STAMPED: Final = struct.Struct("!BBHHHBBH4s4sHHIIHHHHIII")
_PLAIN_OUT: Final = struct.Struct("!10sHHHHHH4s4sHHIIHHHH")
_STAMPED_OUT: Final = struct.Struct("!10sHHHHHH4s4sHHIIHHHHIII")


def read(buffer: bytearray, start: int, end: int) -> Packet | None:
    """The packet in ``buffer[start:end]``, whose sums need not be verified; None if it is
    not of the usual kind. A long payload is a read-only view of ``buffer``."""
    if end - start >= STAMPED_LEN:
        (first, tos, total, ident, fragment, ttl, proto, _sum, src, dst,
         src_port, dst_port, seq, ack, offset_flags, window, _sum, urgent,
         kind, value, echo) = _STAMPED.unpack_from(buffer, start)  # fmt: skip
    elif end - start >= PLAIN_LEN:
        (first, tos, total, ident, fragment, ttl, proto, _sum, src, dst,
         src_port, dst_port, seq, ack, offset_flags, window, _sum, urgent,
         ) = _PLAIN.unpack_from(buffer, start)  # fmt: skip
        kind = value = echo = 0
    else:
        return None
    if first != _VERSION_AND_LENGTH or proto != PROTO_TCP or fragment & _PIECE:
        return None
    header_len: int = PLAIN_LEN
    options = NO_OPTIONS
    if offset_flags >> 12 == 8 and kind == _STAMPS:
        header_len = STAMPED_LEN
        options = Options(-1, -1, False, value, echo)
    elif offset_flags >> 12 != 5:
        return None
    if not header_len <= total <= end - start:
        return None
    flags: int = offset_flags & 0xFF
    payload: bytes | memoryview = b""
    size: int = total - header_len
    if size >= COPY_LIMIT:
        payload = memoryview(buffer).toreadonly()[start + header_len : start + header_len + size]
    elif size > 0:
        payload = bytes(buffer[start + header_len : start + header_len + size])
    segment = Segment(
        src_port, dst_port, seq, ack, flags, window, options, payload, urgent
    )  # fmt: skip
    return Packet(src, dst, PROTO_TCP, segment, ttl, tos, ident, fragment & _DF != 0)


class Writer:
    """Forms headers; knows the sum of the addresses it wrote last."""

    def __init__(self) -> None:
        self._src: bytes = b""
        self._dst: bytes = b""
        self._addresses: int = 0
        self._gso: int = -1
        self._stamped: bool = False
        self._vnet: bytes = b""

    def headers(self, packet: Packet, segment: Segment, gso_size: int) -> bytes:
        """Everything before the payload, from the vnet header on, with the TCP checksum left
        to the kernel; ``b""`` if it is not of the usual kind."""
        options = segment.options
        stamped = options is not NO_OPTIONS
        if stamped and not _only_stamps(options):
            return b""
        src, dst = packet.src, packet.dst
        if packet.options or packet.fragmented or len(src) != 4:
            return b""
        header_len = STAMPED_LEN if stamped else PLAIN_LEN
        total = header_len + len(segment.payload)
        if total > 0xFFFF:
            return b""
        if src is not self._src or dst is not self._dst:
            self._src, self._dst = src, dst
            self._addresses = (int.from_bytes(src, "big") + int.from_bytes(dst, "big")) % MODULUS
        if gso_size != self._gso or stamped != self._stamped:
            self._gso, self._stamped = gso_size, stamped
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
        if not stamped:
            return _PLAIN_OUT.pack(
                self._vnet, version_tos, total, ident, fragment, ttl_proto, ip_sum, src, dst,
                segment.src_port & 0xFFFF, segment.dst_port & 0xFFFF,
                segment.seq & 0xFFFFFFFF, segment.ack & 0xFFFFFFFF, offset_flags,
                segment.window & 0xFFFF, tcp_sum, segment.urgent & 0xFFFF,
            )  # fmt: skip
        return _STAMPED_OUT.pack(
            self._vnet, version_tos, total, ident, fragment, ttl_proto, ip_sum, src, dst,
            segment.src_port & 0xFFFF, segment.dst_port & 0xFFFF,
            segment.seq & 0xFFFFFFFF, segment.ack & 0xFFFFFFFF, offset_flags,
            segment.window & 0xFFFF, tcp_sum, segment.urgent & 0xFFFF,
            _STAMPS, options.ts_val & 0xFFFFFFFF, options.ts_ecr & 0xFFFFFFFF,
        )  # fmt: skip


def _only_stamps(options: Options) -> bool:
    """Nothing but timestamps, in the place where Linux puts them."""
    if options.ts_val < 0 or options.sack or options.sack_permitted or options.bsd_order:
        return False
    if options.mss >= 0 or options.window_scale >= 0:
        return False
    return options.fastopen is None and options.md5 is None
