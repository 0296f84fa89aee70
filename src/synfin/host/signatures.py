"""Keys for TCP MD5 signatures (RFC 2385), by peer; the judgement on what arrives.

A socket's keys are those that TCP_MD5SIG and TCP_MD5SIG_EXT set (tcp(7)): one per
address or prefix; the longest prefix that fits counts.
"""

import struct
from typing import Final

from synfin.core import rules
from synfin.core.errno import EINVAL, ENOENT
from synfin.core.rules import Rule
from synfin.host.constants import AF_INET, AF_INET6
from synfin.wire.signature import md5_digest
from synfin.wire.tcp import Segment

MAX_KEY_LEN: Final = 80
"""Linux TCP_MD5SIG_MAXKEYLEN."""
FLAG_PREFIX: Final = 1
FLAG_IFINDEX: Final = 2
_TAIL: Final = struct.Struct("=BBHi80s")
_ADDRESS_LEN: Final = 128
"""struct sockaddr_storage."""
STRUCT_LEN: Final = _ADDRESS_LEN + _TAIL.size


class Md5Keys:
    """The keys of one socket or connection."""

    def __init__(self) -> None:
        self.entries: list[tuple[bytes, int, bytes]] = []
        """(network, prefix length in bits, key)."""

    def put(self, address: bytes, prefix_len: int, key: bytes) -> int:
        """Add or replace a key; an empty one removes it. 0 or ENOENT."""
        network = _network(address, prefix_len)
        kept = [e for e in self.entries if (e[0], e[1]) != (network, prefix_len)]
        if not key and len(kept) == len(self.entries):
            return ENOENT
        self.entries = [*kept, (network, prefix_len, key)] if key else kept
        return 0

    def find(self, address: bytes) -> bytes | None:
        """The key for ``address``: of the longest prefix that it lies in."""
        best: bytes | None = None
        longest = -1
        for network, prefix_len, key in self.entries:
            if prefix_len > longest and len(network) == len(address):
                if _network(address, prefix_len) == network:
                    best, longest = key, prefix_len
        return best

    def only_for(self, address: bytes) -> "Md5Keys":
        """What a listener's child takes over: the key of its own peer."""
        child = Md5Keys()
        key = self.find(address)
        if key is not None:
            child.put(address, 8 * len(address), key)
        return child


def _network(address: bytes, prefix_len: int) -> bytes:
    bits = 8 * len(address)
    mask = ((1 << prefix_len) - 1) << (bits - prefix_len)
    return (int.from_bytes(address, "big") & mask).to_bytes(len(address), "big")


def md5sig(
    address: bytes, key: bytes, prefix_len: int = -1, flags: int = -1, port: int = 0
) -> bytes:
    """A struct tcp_md5sig: what setsockopt() takes. ``prefix_len`` >= 0 is for
    TCP_MD5SIG_EXT."""
    if flags < 0:
        flags = FLAG_PREFIX if prefix_len >= 0 else 0
    if len(address) == 4:
        name = struct.pack("=HH", AF_INET, port) + address
    else:
        name = struct.pack("=HHI", AF_INET6, port, 0) + address
    tail = _TAIL.pack(flags, max(prefix_len, 0), len(key), 0, key[:MAX_KEY_LEN])
    return name.ljust(_ADDRESS_LEN, b"\0") + tail


def take_md5sig(keys: Md5Keys, value: int | bytes, size: int, extended: bool) -> int:
    """setsockopt(): put the key into force; 0 or an errno. ``size`` is the length of the
    socket's own addresses, octets (Linux tcp_v4_parse_md5_keys())."""
    if not isinstance(value, bytes) or len(value) < STRUCT_LEN:
        return EINVAL
    flags, prefix_len, key_len, index, key = _TAIL.unpack_from(value, _ADDRESS_LEN)
    family = struct.unpack_from("=H", value)[0]
    if family != (AF_INET if size == 4 else AF_INET6):
        return EINVAL
    address = value[4:8] if size == 4 else value[8:24]
    bits = 8 * size
    if extended and flags & FLAG_IFINDEX and index:
        return EINVAL  # there is no other interface that routes by itself
    if extended and flags & FLAG_PREFIX:
        if prefix_len > bits:
            return EINVAL
    else:
        prefix_len = bits
    if key_len > MAX_KEY_LEN:
        return EINVAL
    return keys.put(address, prefix_len, key[:key_len])


COUNTERS: Final = {
    rules.MD5_NOT_SIGNED: "TCPMD5NotFound",
    rules.MD5_UNEXPECTED: "TCPMD5Unexpected",
    rules.MD5_WRONG: "TCPMD5Failure",
}
"""What netstat -s counts."""


def judge(segment: Segment, src: bytes, dst: bytes, key: bytes | None) -> Rule | None:
    """The rule by which a segment is dropped, or None when it may pass (RFC 2385 §2.0)."""
    signature = segment.options.md5
    if key is None:
        return None if signature is None else rules.MD5_UNEXPECTED
    if signature is None:
        return rules.MD5_NOT_SIGNED
    return None if signature == md5_digest(segment, src, dst, key) else rules.MD5_WRONG
