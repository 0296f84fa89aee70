"""ICMP and ICMPv6 at a host: what to answer, when to be silent, and what a
received error means for a socket.

Everything here is a function of packets; who sends, counts and reports is the
host.
"""

from typing import Final

from synfin.core import errno
from synfin.core.errors import NetworkError
from synfin.core.settings import SECOND
from synfin.host.addresses import Addresses
from synfin.wire import icmp
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import PROTO_ICMP, PROTO_ICMPV6, Packet
from synfin.wire.quote import Quote, error_message, parse_quote
from synfin.wire.source_route import return_route

# --- answering ----------------------------------------------------------------


def echo_reply(packet: Packet, addresses: Addresses, ttl: int = 64) -> Packet | None:
    """The reply to an echo request (RFC 1122 §3.2.2.6, RFC 4443 §4.2), or None.

    A request to a broadcast, or to an IPv4 multicast address, goes unanswered
    (RFC 1122 lets a host do so; it is how amplified floods are made). A source
    route is gone back.
    """
    message = packet.body
    version = packet.version
    request = icmp.V6_ECHO if version == 6 else icmp.ECHO
    if not isinstance(message, IcmpMessage) or message.type != request or message.code != 0:
        return None
    if not addresses.is_unicast(packet.src):
        return None
    src = packet.dst
    if not addresses.is_unicast(src):
        if version == 4:
            return None
        src = addresses.source_for(packet.src)
    reply = icmp.V6_ECHO_REPLY if version == 6 else icmp.ECHO_REPLY
    body = IcmpMessage(reply, 0, message.rest, message.data)
    answer = Packet(src, packet.src, packet.proto, body, ttl)
    back = return_route(packet.src, packet.options)
    if back is not None:
        answer.go_along(back)
    return answer


def why_silent(about: Packet, type_: int, code: int, addresses: Addresses) -> str:
    """Why no error may be sent about a packet, as a slug; empty when one may.

    RFC 1122 §3.2.2 and RFC 4443 §2.4 (e): ``about-error``, ``fragment`` (not the
    first), ``broadcast`` (or multicast) destination, ``source`` that is no host.
    """
    version = about.version
    if about.frag_offset > 0:
        return "fragment"
    if about.proto == (PROTO_ICMPV6 if version == 6 else PROTO_ICMP):
        kind = _icmp_type(about)
        if kind < 0 or icmp.is_error(kind, version) or (version == 6 and kind == 137):
            return "about-error"
    if not addresses.is_unicast(about.src):
        return "source"
    if not addresses.is_unicast(about.dst):
        too_big = version == 6 and type_ == icmp.V6_PACKET_TOO_BIG
        bad_option = version == 6 and type_ == icmp.V6_PARAMETER_PROBLEM and code == 2
        if not (too_big or bad_option):
            return "broadcast"
    return ""


def _icmp_type(packet: Packet) -> int:
    """The ICMP type, out of a fragment's bytes too; -1 when it is not there."""
    body = packet.body
    if isinstance(body, IcmpMessage):
        return body.type
    if isinstance(body, bytes) and body:
        return body[0]
    return -1


def error_packet(
    about: Packet,
    src: bytes,
    type_: int,
    code: int,
    rest: int = 0,
    ttl: int = 64,
) -> Packet:
    """An error about ``about``, sent from ``src`` to whom it came from; ask
    :func:`why_silent` first."""
    proto = PROTO_ICMPV6 if about.version == 6 else PROTO_ICMP
    return Packet(src, about.src, proto, error_message(about, type_, code, rest), ttl)


def port_unreachable(about: Packet, src: bytes, ttl: int = 64) -> Packet:
    """Nobody listens on that UDP port (RFC 1122 §4.1.3.1; RFC 4443 §3.1)."""
    if about.version == 6:
        return error_packet(about, src, icmp.V6_UNREACHABLE, icmp.V6_PORT_UNREACHABLE, 0, ttl)
    return error_packet(about, src, icmp.UNREACHABLE, icmp.PORT_UNREACHABLE, 0, ttl)


def protocol_unreachable(about: Packet, src: bytes, ttl: int = 64) -> Packet:
    """Nobody speaks that protocol (RFC 1122 §3.2.2.1; ICMPv6: parameter problem 1,
    pointing at the IPv6 header's next-header field)."""
    if about.version == 6:
        return error_packet(about, src, icmp.V6_PARAMETER_PROBLEM, 1, 6, ttl)
    return error_packet(about, src, icmp.UNREACHABLE, icmp.PROTOCOL_UNREACHABLE, 0, ttl)


def source_route_failed(about: Packet, src: bytes, ttl: int = 64) -> Packet:
    """A host does not pass on what others route through it (RFC 1122 §3.3.5)."""
    return error_packet(about, src, icmp.UNREACHABLE, icmp.SOURCE_ROUTE_FAILED, 0, ttl)


def no_route(about: Packet, src: bytes, ttl: int = 64) -> Packet:
    """A router knows no way (RFC 1812 §5.2.7.1; RFC 4443 §3.1)."""
    if about.version == 6:
        return error_packet(about, src, icmp.V6_UNREACHABLE, icmp.V6_NO_ROUTE, 0, ttl)
    return error_packet(about, src, icmp.UNREACHABLE, icmp.NET_UNREACHABLE, 0, ttl)


def time_exceeded(about: Packet, src: bytes, code: int, ttl: int = 64) -> Packet:
    """Code 0: the TTL ran out on the way; 1: fragments were missing for too long."""
    type_ = icmp.V6_TIME_EXCEEDED if about.version == 6 else icmp.TIME_EXCEEDED
    return error_packet(about, src, type_, code, 0, ttl)


def too_big(about: Packet, src: bytes, mtu: int, ttl: int = 64) -> Packet:
    """The next link takes only ``mtu`` octets (RFC 1191 §4; RFC 4443 §3.2)."""
    if about.version == 6:
        return error_packet(about, src, icmp.V6_PACKET_TOO_BIG, 0, mtu, ttl)
    code = icmp.FRAGMENTATION_NEEDED
    return error_packet(about, src, icmp.UNREACHABLE, code, mtu & 0xFFFF, ttl)


class ErrorLimit:
    """A token bucket for errors sent (RFC 4443 §2.4 (f); RFC 1812 §4.3.2.8)."""

    def __init__(self, per_second: int = 1000, burst: int = 50) -> None:
        self._interval: int = SECOND // per_second
        self._full: int = burst * self._interval
        self._credit: int = self._full
        self._last: int = 0

    def allows(self, now: int) -> bool:
        """True when one more may be sent at ``now`` (ns), and counts it."""
        self._credit = min(self._full, self._credit + max(0, now - self._last))
        self._last = now
        if self._credit < self._interval:
            return False
        self._credit -= self._interval
        return True


# --- being told ---------------------------------------------------------------

_V4_ERRNO: Final = (
    errno.ENETUNREACH,  # 0 network unreachable
    errno.EHOSTUNREACH,  # 1 host unreachable
    errno.ENOPROTOOPT,  # 2 protocol unreachable
    errno.ECONNREFUSED,  # 3 port unreachable
    errno.EMSGSIZE,  # 4 fragmentation needed
    errno.EOPNOTSUPP,  # 5 source route failed
    errno.ENETUNREACH,  # 6 network unknown
    errno.EHOSTDOWN,  # 7 host unknown
    errno.ENONET,  # 8 host isolated
    errno.ENETUNREACH,  # 9 network prohibited
    errno.EHOSTUNREACH,  # 10 host prohibited
    errno.ENETUNREACH,  # 11 network unreachable for this TOS
    errno.EHOSTUNREACH,  # 12 host unreachable for this TOS
    errno.EHOSTUNREACH,  # 13 filtered
    errno.EHOSTUNREACH,  # 14 precedence violation
    errno.EHOSTUNREACH,  # 15 precedence cut-off
)
"""Linux's errno for each code of IPv4 Destination Unreachable."""

_V6_ERRNO: Final = (
    errno.ENETUNREACH,  # 0 no route
    errno.EACCES,  # 1 prohibited
    errno.EHOSTUNREACH,  # 2 beyond the scope of the source
    errno.EHOSTUNREACH,  # 3 address unreachable
    errno.ECONNREFUSED,  # 4 port unreachable
    errno.EACCES,  # 5 source address failed policy
    errno.EACCES,  # 6 rejected route
)
"""Linux's errno for each code of ICMPv6 Destination Unreachable."""

_V4_HARD: Final = frozenset((icmp.PROTOCOL_UNREACHABLE, icmp.PORT_UNREACHABLE))
"""RFC 9293 §3.9.2.2: codes 2-4; 4 belongs to path-MTU discovery since RFC 1191."""

_V6_HARD: Final = frozenset((icmp.V6_ADMIN_PROHIBITED, icmp.V6_PORT_UNREACHABLE))
"""RFC 9293 §3.9.2.2 names only ICMPv6's soft codes (0 and 3); these two are what
corresponds to IPv4's hard ones (RFC 5461 §2.1)."""

_V4_ENDS_UDP: Final = frozenset((2, 3, 6, 7, 8, 9, 10, 13, 14, 15))
_V6_ENDS_UDP: Final = frozenset((1, 4, 5, 6))


def read_error(packet: Packet) -> "tuple[Quote, NetworkError] | None":
    """What a received ICMP error says, and about which of our packets.

    None for what is no error, for redirects, for unknown unreachable codes and
    when the quotation cannot be read. Whether the quotation really is ours (ports,
    ``seq`` in the window, RFC 5927 §4.1) is for the caller to check.
    """
    message = packet.body
    if not isinstance(message, IcmpMessage):
        return None
    quote = parse_quote(message.data)
    if quote is None or len(quote.src) != len(packet.src):
        return None
    error = _map_v6(message) if packet.version == 6 else _map_v4(message)
    if error is None:
        return None
    error.seq = quote.seq
    error.length = quote.length
    return quote, error


def _map_v4(message: IcmpMessage) -> NetworkError | None:
    type_, code = message.type, message.code
    if type_ == icmp.UNREACHABLE:
        if code >= len(_V4_ERRNO):
            return None
        error = NetworkError(_V4_ERRNO[code], code in _V4_HARD, 0, -1, type_, code)
        error.unreachable = True
        if code == icmp.FRAGMENTATION_NEEDED:
            error.too_big = True
            error.mtu = message.rest & 0xFFFF
        return error
    if type_ == icmp.TIME_EXCEEDED:
        return NetworkError(errno.EHOSTUNREACH, False, 0, -1, type_, code)
    if type_ == icmp.PARAMETER_PROBLEM:
        return NetworkError(errno.EPROTO, False, 0, -1, type_, code)
    if type_ == icmp.SOURCE_QUENCH:
        return NetworkError(0, False, 0, -1, type_, code, quench=True)
    return None


def _map_v6(message: IcmpMessage) -> NetworkError | None:
    type_, code = message.type, message.code
    error: NetworkError | None = None
    if type_ == icmp.V6_UNREACHABLE:
        number = _V6_ERRNO[code] if code < len(_V6_ERRNO) else errno.EPROTO
        error = NetworkError(number, code in _V6_HARD, 0, -1, type_, code, version=6)
        error.unreachable = True
    elif type_ == icmp.V6_PACKET_TOO_BIG:
        error = NetworkError(errno.EMSGSIZE, False, message.rest, -1, type_, code, version=6)
        error.too_big = True
    elif type_ == icmp.V6_TIME_EXCEEDED:
        error = NetworkError(errno.EHOSTUNREACH, False, 0, -1, type_, code, version=6)
    elif type_ == icmp.V6_PARAMETER_PROBLEM:
        error = NetworkError(errno.EPROTO, False, 0, -1, type_, code, version=6)
    return error


def ends_udp(error: NetworkError) -> bool:
    """True when Linux makes a connected UDP socket's next call fail with it; the
    others are only remembered for SO_ERROR."""
    if error.unreachable:
        return error.too_big or error.code in (_V6_ENDS_UDP if error.version == 6 else _V4_ENDS_UDP)
    return error.too_big or error.errno == errno.EPROTO
