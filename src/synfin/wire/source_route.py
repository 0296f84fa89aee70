"""Source routes: IPv4 options by which a sender names the routers to pass (RFC 791 §3.1).

On the wire the destination field holds the next place to visit, and the option
the places after it, the last of which is the host the datagram is for. Each
waypoint exchanges the two and leaves its own address in the option, so that what
arrives is a list of where the datagram has been: reversed, it is the way back
(RFC 1122 §3.2.1.8 (c)). A pointer beyond the option's end says that the route is
completed.

Options are octets here, as in :attr:`Packet.options`; addresses are 4 octets.
"""

from typing import Final

END: Final = 0
NO_OPERATION: Final = 1
RECORD_ROUTE: Final = 7
LOOSE_ROUTE: Final = 131
"""Any path to the next waypoint will do."""
STRICT_ROUTE: Final = 137
"""The next waypoint must be on a network of ours."""

MAX_OPTIONS: Final = 40
"""Octets of options that an IPv4 header has room for."""
MAX_HOPS: Final = 9
"""Addresses that fit into one option: 3 octets and 4 for each."""
_FIRST: Final = 4
"""The smallest pointer: it counts from 1 and leads to the first address."""


class SourceRoute:
    """Waypoints in the order in which they are to be visited; the host that the
    datagrams are for is not among them. ``len(hops)`` is from 1 to 9."""

    def __init__(self, hops: tuple[bytes, ...], strict: bool = False) -> None:
        self.hops: tuple[bytes, ...] = hops
        self.strict: bool = strict

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, SourceRoute)
            and self.hops == other.hops
            and self.strict == other.strict
        )

    def __repr__(self) -> str:
        kind = "strict" if self.strict else "loose"
        return f"SourceRoute({kind}, {' '.join(hop.hex() for hop in self.hops)})"

    def option(self, dst: bytes) -> bytes:
        """The option as it leaves the source of a datagram for ``dst``, padded to
        words; the datagram itself is addressed to ``hops[0]``."""
        kind = STRICT_ROUTE if self.strict else LOOSE_ROUTE
        places = (*self.hops[1:], dst)
        option = bytes((kind, 3 + 4 * len(places), _FIRST)) + b"".join(places)
        return option + bytes(-len(option) & 3)

    def named(self) -> bytes:
        """The option as an application gives it to ``IP_OPTIONS``: the waypoints alone."""
        kind = STRICT_ROUTE if self.strict else LOOSE_ROUTE
        return bytes((kind, 3 + 4 * len(self.hops), _FIRST)) + b"".join(self.hops)


def find(options: bytes, kinds: tuple[int, ...]) -> int:
    """Where the first option of one of ``kinds`` begins; -1 when there is none, or when
    the lengths before it make no sense (what follows them cannot be trusted)."""
    at = 0
    while at < len(options):
        kind = options[at]
        if kind == END:
            return -1
        if kind == NO_OPERATION:
            at += 1
            continue
        length = options[at + 1] if at + 1 < len(options) else 0
        if length < 2 or at + length > len(options):
            return -1
        if kind in kinds:
            return at
        at += length
    return -1


def find_route(options: bytes) -> int:
    """Where a well-formed source route begins, or -1. With two of them there is none:
    no host may send such a datagram (RFC 1122 §3.2.1.8 (c))."""
    kinds = (LOOSE_ROUTE, STRICT_ROUTE)
    at = find(options, kinds)
    if at < 0 or not _well_formed(options, at):
        return -1
    return -1 if find(options[at + options[at + 1] :], kinds) >= 0 else at


def _well_formed(options: bytes, at: int) -> bool:
    """Whole addresses, and a pointer that leads to one of them or past the last."""
    length = options[at + 1]
    if length < 3 or (length - 3) % 4 != 0:
        return False
    pointer = options[at + 2]
    return pointer >= _FIRST and pointer % 4 == 0


def is_unfinished(options: bytes) -> bool:
    """True for a datagram that has waypoints, or the host it is for, still ahead."""
    at = find_route(options)
    return at >= 0 and options[at + 2] <= options[at + 1]


def is_strict(options: bytes) -> bool:
    """True when ``options`` hold a strict source route."""
    at = find_route(options)
    return at >= 0 and options[at] == STRICT_ROUTE


def final_destination(dst: bytes, options: bytes) -> bytes:
    """Whom a datagram is for: the address that TCP and UDP sum up, and that names the
    connection (RFC 9293 §3.9.2.1), whatever waypoint ``dst`` is."""
    if not options or len(dst) != 4:
        return dst
    at = find_route(options)
    if at < 0 or options[at + 2] > options[at + 1]:
        return dst
    end = at + options[at + 1]
    return options[end - 4 : end]


def advance(dst: bytes, options: bytes, own: bytes) -> tuple[bytes, bytes]:
    """At the waypoint ``dst``: the next destination, and the options with ``own`` (the
    address by which the datagram leaves) in its place and the pointer moved on."""
    at = find_route(options)
    if at < 0 or options[at + 2] > options[at + 1]:
        return dst, options
    place = at + options[at + 2] - 1
    out = bytearray(options)
    out[place : place + 4] = own
    out[at + 2] += 4
    return options[place : place + 4], bytes(out)


def record(options: bytes, own: bytes) -> bytes:
    """A record-route option with ``own`` added, if there is one with room."""
    at = find(options, (RECORD_ROUTE,))
    if at < 0 or not _well_formed(options, at):
        return options
    pointer = options[at + 2]
    if pointer + 3 > options[at + 1]:
        return options
    out = bytearray(options)
    out[at + pointer - 1 : at + pointer + 3] = own
    out[at + 2] += 4
    return bytes(out)


def return_route(src: bytes, options: bytes) -> SourceRoute | None:
    """The way back to ``src`` that a completed source route tells; None without one.
    Some hosts record themselves as well: they are no waypoint (RFC 1122 §3.2.1.8)."""
    at = find_route(options)
    if at < 0 or options[at + 2] <= options[at + 1]:
        return None
    end = at + options[at + 1]
    hops = [options[place : place + 4] for place in range(at + 3, end, 4)]
    if hops and hops[0] == src:
        hops = hops[1:]
    if not hops:
        return None
    return SourceRoute(tuple(reversed(hops)), options[at] == STRICT_ROUTE)


def parse_option(options: bytes) -> SourceRoute | None:
    """The route that an application names by ``IP_OPTIONS`` (ip(7)): one option whose
    addresses are the waypoints, pointer 4, alone or among no-operations. None when it
    is anything else."""
    at = find_route(options)
    if at < 0 or options[at + 2] != _FIRST or len(options) > MAX_OPTIONS:
        return None
    end = at + options[at + 1]
    hops = tuple(options[place : place + 4] for place in range(at + 3, end, 4))
    rest = options[:at] + options[end:]
    if not hops or any(octet not in (END, NO_OPERATION) for octet in rest):
        return None
    return SourceRoute(hops, options[at] == STRICT_ROUTE)
