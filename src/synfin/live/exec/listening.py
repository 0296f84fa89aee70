"""Who listens on the machine's loopback, asked of the kernel by sock_diag(7).

/proc/net/tcp would tell as well, but walks the whole table of connections for it.
"""

import socket
import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Final

NETLINK_SOCK_DIAG: Final = 4
SOCK_DIAG_BY_FAMILY: Final = 20
REQUEST_DUMP: Final = 0x301
NLMSG_ERROR: Final = 2
NLMSG_DONE: Final = 3
TCP_CLOSE: Final = 7
TCP_LISTEN: Final = 10
STATES: Final = {socket.IPPROTO_TCP: TCP_LISTEN, socket.IPPROTO_UDP: TCP_CLOSE}
"""In which state sock_diag shows what waits for whoever comes."""

_HEADER: Final = struct.Struct("=IHHII")
_REQUEST: Final = struct.Struct("=BBBxI")
_ID: Final = struct.Struct("!HH16s16s12x")
_ANSWER: Final = struct.Struct("!BBxxHH16s")
MOST_READS: Final = 1_000

LOOPBACK: Final = "127.0.0.1"
LOOPBACK_6: Final = "::1"


def loopback_target(port: int, protocol: int = socket.IPPROTO_TCP) -> str:
    """The address by which a service on ``port`` of this machine can be reached over its
    loopback; "" when nobody listens there (by UDP: when no unconnected socket is bound to
    it). Where the kernel refuses to tell: 127.0.0.1."""
    try:
        found = [
            *(_by_v4(address) for address in _listeners(socket.AF_INET, port, protocol)),
            *(_by_v6(address) for address in _listeners(socket.AF_INET6, port, protocol)),
        ]
    except OSError:
        return LOOPBACK
    return next((target for target in found if target), "")


def _by_v4(raw: bytes) -> str:
    address = IPv4Address(raw[:4])
    if address.is_unspecified:
        return LOOPBACK
    return str(address) if address.is_loopback else ""


def _by_v6(raw: bytes) -> str:
    address = IPv6Address(raw)
    if address.ipv4_mapped is not None:
        return _by_v4(address.ipv4_mapped.packed)
    return LOOPBACK_6 if address.is_unspecified or address.is_loopback else ""


def _listeners(family: int, port: int, protocol: int) -> list[bytes]:
    """The local addresses (16 octets each) that listen on ``port``. Raises OSError."""
    ends = _ID.pack(port, 0, bytes(16), bytes(16))
    body = _REQUEST.pack(family, protocol, 0, 1 << STATES[protocol]) + ends
    header = _HEADER.pack(_HEADER.size + len(body), SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 1, 0)
    found: list[bytes] = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as asking:
        asking.send(header + body)
        for _ in range(MOST_READS):
            if not _take(asking.recv(65_536), port, STATES[protocol], found):
                break
    return found


def _take(data: bytes, port: int, wanted: int, found: list[bytes]) -> bool:
    """One datagram of the answer; False at its end."""
    at = 0
    while at + _HEADER.size <= len(data):
        size, kind = _HEADER.unpack_from(data, at)[:2]
        if kind == NLMSG_DONE:
            return False
        if kind == NLMSG_ERROR:
            number = -struct.unpack_from("=i", data, at + _HEADER.size)[0]
            raise OSError(number, "sock_diag")
        _, state, local, _, address = _ANSWER.unpack_from(data, at + _HEADER.size)
        if state == wanted and local == port:
            found.append(address)
        at += size + 3 & ~3
    return True
