"""The TCP MD5 signature option (RFC 2385): the digest over one segment.

Old, and weak by today's measure, but it is what BGP routers have; TCP-AO (RFC 5925)
replaces it.
"""

import hashlib
import struct
from typing import Final

from synfin.wire.options import options_length
from synfin.wire.tcp import HEADER_LEN, PROTO_TCP, Segment

DIGEST_LEN: Final = 16
_HEADER: Final = struct.Struct("!HHIIHHHH")


def md5_digest(segment: Segment, src: bytes, dst: bytes, key: bytes) -> bytes:
    """§2.0: pseudo-header, header without options and with a checksum of zero, text, key.

    The option's own place, which must be there, counts in the lengths. ``src`` and
    ``dst`` have 4 or 16 octets.
    """
    size = segment.options.wire_length
    if size < 0:
        size = options_length(segment.options)
    header_len = HEADER_LEN + size
    length = header_len + len(segment.payload)
    # Old enough that some builds of Python refuse it for anything but such a use.
    digest = hashlib.md5(src, usedforsecurity=False)
    digest.update(dst)
    if len(src) == 4:
        digest.update(struct.pack("!BBH", 0, PROTO_TCP, length & 0xFFFF))
    else:
        digest.update(struct.pack("!II", length, PROTO_TCP))
    digest.update(
        _HEADER.pack(
            segment.src_port,
            segment.dst_port,
            segment.seq & 0xFFFFFFFF,
            segment.ack & 0xFFFFFFFF,
            header_len << 10 | segment.flags & 0xFF,
            segment.window & 0xFFFF,
            0,
            segment.urgent & 0xFFFF,
        )
    )
    digest.update(segment.payload)
    digest.update(key)
    return digest.digest()


def sign(segment: Segment, src: bytes, dst: bytes, key: bytes) -> None:
    """Put the signature on a segment that is otherwise finished."""
    if segment.options.md5 is None:
        # Options may be shared between segments: the signature needs its own.
        segment.options = segment.options.copy()
        segment.options.md5 = bytes(DIGEST_LEN)
    segment.options.md5 = md5_digest(segment, src, dst, key)
