"""ICMP (RFC 792, RFC 1191) and ICMPv6 (RFC 4443) messages."""

import struct
from typing import Final

from synfin.wire.checksum import Buffer, checksum, pseudo_sum, verifies
from synfin.wire.malformed import Malformed, bad_checksum, bad_header

HEADER_LEN: Final = 8
PROTO_ICMPV6: Final = 58

# ICMP types (RFC 792)
ECHO_REPLY: Final = 0
UNREACHABLE: Final = 3
SOURCE_QUENCH: Final = 4
REDIRECT: Final = 5
ECHO: Final = 8
TIME_EXCEEDED: Final = 11
PARAMETER_PROBLEM: Final = 12

# Codes of Destination Unreachable (RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1)
NET_UNREACHABLE: Final = 0
HOST_UNREACHABLE: Final = 1
PROTOCOL_UNREACHABLE: Final = 2
PORT_UNREACHABLE: Final = 3
FRAGMENTATION_NEEDED: Final = 4
SOURCE_ROUTE_FAILED: Final = 5
ADMIN_PROHIBITED: Final = 13

# Codes of Time Exceeded, the same in both versions
TTL_EXPIRED: Final = 0
REASSEMBLY_EXPIRED: Final = 1

# ICMPv6 types (RFC 4443); below 128 stand the errors
V6_UNREACHABLE: Final = 1
V6_PACKET_TOO_BIG: Final = 2
V6_TIME_EXCEEDED: Final = 3
V6_PARAMETER_PROBLEM: Final = 4
V6_ECHO: Final = 128
V6_ECHO_REPLY: Final = 129

# Codes of ICMPv6 Destination Unreachable (RFC 4443 §3.1)
V6_NO_ROUTE: Final = 0
V6_ADMIN_PROHIBITED: Final = 1
V6_BEYOND_SCOPE: Final = 2
V6_ADDRESS_UNREACHABLE: Final = 3
V6_PORT_UNREACHABLE: Final = 4

_V4_ERRORS: Final = frozenset(
    (UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM)
)

_HEADER: Final = struct.Struct("!BBHI")

_V4_NAMES: Final[dict[int, str]] = {
    ECHO_REPLY: "echo reply",
    UNREACHABLE: "destination unreachable",
    SOURCE_QUENCH: "source quench",
    REDIRECT: "redirect",
    ECHO: "echo request",
    TIME_EXCEEDED: "time exceeded",
    PARAMETER_PROBLEM: "parameter problem",
}
_V6_NAMES: Final[dict[int, str]] = {
    V6_UNREACHABLE: "destination unreachable",
    V6_PACKET_TOO_BIG: "packet too big",
    V6_TIME_EXCEEDED: "time exceeded",
    V6_PARAMETER_PROBLEM: "parameter problem",
    V6_ECHO: "echo request",
    V6_ECHO_REPLY: "echo reply",
}


class IcmpMessage:
    """One ICMP or ICMPv6 message.

    ``rest`` is the second header word (echo: identifier << 16 | sequence;
    fragmentation needed: next-hop MTU; ICMPv6 packet too big: MTU).
    ``data`` is what follows: the quoted packet of an error, an echo's payload.
    """

    def __init__(self, type_: int, code: int, rest: int = 0, data: bytes = b"") -> None:
        self.type: int = type_
        self.code: int = code
        self.rest: int = rest
        self.data: bytes = data
        self.reason: object | None = None

    def __repr__(self) -> str:
        return f"IcmpMessage({self.type}/{self.code} rest={self.rest} len={len(self.data)})"


def is_error(type_: int, version: int) -> bool:
    """True for the types that quote a packet (RFC 1122 §3.2.2; RFC 4443 §2.1)."""
    return type_ < 128 if version == 6 else type_ in _V4_ERRORS


def type_name(type_: int, version: int) -> str:
    """``"time exceeded"`` …, or ``"type 42"`` for one that has no name here."""
    names = _V6_NAMES if version == 6 else _V4_NAMES
    return names.get(type_, f"type {type_}")


def echo_request(version: int, ident: int, seq: int, data: bytes = b"") -> IcmpMessage:
    """An echo request; ``ident`` and ``seq`` are 16 bits each."""
    type_ = V6_ECHO if version == 6 else ECHO
    return IcmpMessage(type_, 0, (ident & 0xFFFF) << 16 | seq & 0xFFFF, data)


def encode_icmp(message: IcmpMessage, src: bytes, dst: bytes) -> bytes:
    """The octets; only ICMPv6 sums over the pseudo-header (RFC 4443 §2.3)."""
    type_ = message.type & 0xFF
    code = message.code & 0xFF
    rest = message.rest & 0xFFFFFFFF
    body = _HEADER.pack(type_, code, 0, rest) + message.data
    initial = pseudo_sum(src, dst, PROTO_ICMPV6, len(body)) if len(src) == 16 else 0
    return _HEADER.pack(type_, code, checksum(body, initial), rest) + message.data


def decode_icmp(
    buf: Buffer, src: bytes, dst: bytes, verify: bool = True
) -> IcmpMessage | Malformed:
    """The message in ``buf``, or why it is none; never raises."""
    name = "icmpv6" if len(src) == 16 else "icmp"
    if len(buf) < HEADER_LEN:
        return bad_header(name, "icmp-truncated")
    if verify:
        initial = pseudo_sum(src, dst, PROTO_ICMPV6, len(buf)) if len(src) == 16 else 0
        if not verifies(buf, initial):
            return bad_checksum(name)
    type_, code, _sum, rest = _HEADER.unpack_from(buf)
    return IcmpMessage(type_, code, rest, bytes(buf[HEADER_LEN:]))
