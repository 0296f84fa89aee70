"""IP addresses between text and the octets the engine uses (4 or 16)."""

import ipaddress
from functools import lru_cache
from typing import Final

ANY_V4: Final = bytes(4)
ANY_V6: Final = bytes(16)
LIMITED_BROADCAST: Final = b"\xff\xff\xff\xff"
LOOPBACK_V4: Final = b"\x7f\x00\x00\x01"
LOOPBACK_V6: Final = bytes(15) + b"\x01"


@lru_cache(maxsize=1024)
def parse_address(text: str) -> bytes:
    """``"10.0.0.1"`` or ``"fe80::1"`` as octets; ValueError names what is wrong."""
    try:
        return ipaddress.ip_address(text.split("%", 1)[0]).packed
    except ValueError:
        raise ValueError(f"not an IPv4 or IPv6 address: {text!r}") from None


def format_address(address: bytes) -> str:
    """The usual text (IPv6 as RFC 5952 wants it); ValueError unless 4 or 16 octets."""
    if len(address) == 4:
        return f"{address[0]}.{address[1]}.{address[2]}.{address[3]}"
    return ipaddress.IPv6Address(address).compressed


MAPPED: Final = bytes(10) + b"\xff\xff"
"""The first twelve octets of an IPv4 address in IPv6 notation (RFC 4291 §2.5.5.2)."""


def is_unspecified(address: bytes) -> bool:
    """0.0.0.0 or ``::``."""
    return address in (ANY_V4, ANY_V6)


def is_multicast(address: bytes) -> bool:
    """224.0.0.0/4 (RFC 1112) or ff00::/8 (RFC 4291 §2.7)."""
    if len(address) == 4:
        return address[0] & 0xF0 == 0xE0
    return address[0] == 0xFF


def is_broadcast(address: bytes) -> bool:
    """The limited broadcast 255.255.255.255; IPv6 has none."""
    return address == LIMITED_BROADCAST


def directed_broadcast(address: bytes, prefix_len: int) -> bytes:
    """The broadcast address of an IPv4 network (10.0.0.255 for 10.0.0.1/24); empty
    for IPv6 and for /31 and /32, which have none (RFC 3021)."""
    if len(address) != 4 or prefix_len > 30:
        return b""
    host = (1 << (32 - prefix_len)) - 1
    return (int.from_bytes(address, "big") | host).to_bytes(4, "big")


def is_loopback(address: bytes) -> bool:
    """127.0.0.0/8 or ``::1``."""
    return address[0] == 127 if len(address) == 4 else address == LOOPBACK_V6


def is_link_local(address: bytes) -> bool:
    """169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291 §2.5.6)."""
    if len(address) == 4:
        return address[0] == 169 and address[1] == 254
    return address[0] == 0xFE and address[1] & 0xC0 == 0x80


def same_network(one: bytes, other: bytes, prefix_len: int) -> bool:
    """True when both share their first ``prefix_len`` bits (and their version)."""
    if len(one) != len(other):
        return False
    whole = prefix_len >> 3
    if one[:whole] != other[:whole]:
        return False
    shift = 8 - (prefix_len & 7)
    return shift == 8 or one[whole] >> shift == other[whole] >> shift
