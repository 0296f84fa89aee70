"""The UDP header (RFC 768): ports, length, checksum; eight octets."""

import struct
from typing import Final

from synfin.wire.checksum import MODULUS, Buffer, fold, number, pseudo_sum
from synfin.wire.malformed import Malformed, bad_checksum, bad_header
from synfin.wire.tcp import take_payload

HEADER_LEN: Final = 8
PROTO_UDP: Final = 17
MAX_PAYLOAD_V4: Final = 65_535 - 20 - 8
"""What fits one IPv4 packet; a longer datagram is EMSGSIZE."""
MAX_PAYLOAD_V6: Final = 65_535 - 8

_HEADER: Final = struct.Struct("!HHHH")


class Datagram:
    """One UDP datagram. ``checksum_off`` sends the field as 0 (RFC 768; IPv4 only)."""

    def __init__(
        self,
        src_port: int,
        dst_port: int,
        payload: bytes | memoryview,
        checksum_off: bool = False,
    ) -> None:
        self.src_port: int = src_port
        self.dst_port: int = dst_port
        self.payload: bytes | memoryview = payload
        self.checksum_off: bool = checksum_off
        self.reason: object | None = None

    def __repr__(self) -> str:
        return f"Datagram({self.src_port}>{self.dst_port} len={len(self.payload)})"


def encode_datagram(datagram: Datagram, src: bytes, dst: bytes, checksum: bool = True) -> bytes:
    """Header and payload. A sum that comes out as zero is sent as 0xFFFF, since
    zero says "no checksum" (RFC 768); IPv6 always has one (RFC 8200 §8.1).

    ``checksum`` False stores the uninverted pseudo-header sum for a device that
    finishes the work. Raises ValueError for a payload over 65,527 octets.
    """
    length = HEADER_LEN + len(datagram.payload)
    if length > 0xFFFF:
        raise ValueError(f"UDP payload of {length - HEADER_LEN} octets exceeds 65527")
    src_port = datagram.src_port & 0xFFFF
    dst_port = datagram.dst_port & 0xFFFF
    total = pseudo_sum(src, dst, PROTO_UDP, length)
    if datagram.checksum_off and len(src) == 4:
        sum_field = 0
    elif checksum:
        total += src_port + dst_port + length + number(datagram.payload)
        sum_field = MODULUS - total % MODULUS
    else:
        sum_field = fold(total)
    return _HEADER.pack(src_port, dst_port, length, sum_field) + bytes(datagram.payload)


def decode_datagram(
    buf: Buffer, src: bytes, dst: bytes, verify: bool = True
) -> Datagram | Malformed:
    """The datagram in ``buf``, or why it is none; never raises.

    Its own length counts: octets beyond it belong to the surplus area of
    RFC 9868 and are ignored.
    """
    if len(buf) < HEADER_LEN:
        return bad_header("udp", "udp-truncated")
    src_port, dst_port, length, sum_field = _HEADER.unpack_from(buf)
    if length < HEADER_LEN or length > len(buf):
        return bad_header("udp", "udp-length")
    off = sum_field == 0
    if off and len(src) == 16:
        return bad_checksum("udp")
    if verify and not off:
        total = pseudo_sum(src, dst, PROTO_UDP, length) + number(buf[:length])
        if total % MODULUS != 0:
            return bad_checksum("udp")
    return Datagram(src_port, dst_port, take_payload(buf, HEADER_LEN, length), off)
