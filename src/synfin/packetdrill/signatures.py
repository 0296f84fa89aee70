"""``md5 valid``: TCP MD5 signatures (RFC 2385) that the runner makes and checks itself.

``--tcp_md5_secret`` is the key; the host has its own from a ``setkey`` line (setkey(8)).
"""

import re
from typing import Final

from synfin.packetdrill.model import Option
from synfin.packetdrill.options import MD5, SIGNED, encode
from synfin.wire.address import parse_address
from synfin.wire.malformed import Malformed
from synfin.wire.signature import md5_digest
from synfin.wire.tcp import Segment, decode_segment

_ADD: Final = re.compile(r"\badd\s+(\S+)\s+(\S+)\s+tcp\s+\S+\s+-A\s+tcp-md5\s+\"([^\"]*)\"\s*;")
FLUSH: Final = "setkey -F"


def read_setkey(text: str) -> dict[bytes, bytes] | None:
    """Key by peer that a ``setkey -c`` line sets (none for ``-F``); None for another line.

    An entry per direction is what it writes; the address that a key belongs to is either.
    """
    if text.strip() == FLUSH:
        return {}
    if not text.rstrip().endswith("setkey -c"):
        return None
    keys: dict[bytes, bytes] = {}
    for src, dst, secret in _ADD.findall(text):
        for address in (src, dst):
            keys[parse_address(address)] = secret.encode()
    return keys or None


def signed(body: bytes, src: bytes, dst: bytes, options: tuple[Option, ...], key: bytes) -> bytes:
    """``body`` (a TCP header with options and text) with its signature where ``md5 valid``
    stands."""
    if Option(MD5, SIGNED) not in options:
        return body
    segment = decode_segment(body, src, dst, verify=False)
    if isinstance(segment, Malformed):
        return body
    digest = md5_digest(segment, src, dst, key)
    before = options[: options.index(Option(MD5, SIGNED))]
    at = 20 + len(encode(before)) + 2
    return body[:at] + digest + body[at + len(digest) :]


def is_signed(segment: Segment, src: bytes, dst: bytes, key: bytes) -> bool:
    """Whether the segment's own signature is right."""
    return segment.options.md5 == md5_digest(segment, src, dst, key)
