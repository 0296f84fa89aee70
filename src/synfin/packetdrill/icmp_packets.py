"""ICMP and ICMPv6 errors that a script sends to the host."""

from typing import Final

from synfin.host.tunnel import wrap
from synfin.packetdrill.model import IcmpSpec, Unsupported
from synfin.packetdrill.packets import tos_octet
from synfin.wire import icmp
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import PROTO_ICMP, PROTO_ICMPV6, PROTO_TCP, Packet, encode_packet
from synfin.wire.tcp import ACK, Segment

_TYPES: Final = {
    4: {
        "echo_reply": icmp.ECHO_REPLY,
        "unreachable": icmp.UNREACHABLE,
        "source_quench": icmp.SOURCE_QUENCH,
        "redirect": icmp.REDIRECT,
        "echo_request": icmp.ECHO,
        "time_exceeded": icmp.TIME_EXCEEDED,
        "parameter_problem": icmp.PARAMETER_PROBLEM,
    },
    6: {
        "unreachable": icmp.V6_UNREACHABLE,
        "packet_too_big": icmp.V6_PACKET_TOO_BIG,
        "time_exceeded": icmp.V6_TIME_EXCEEDED,
        "parameter_problem": icmp.V6_PARAMETER_PROBLEM,
        "echo_request": icmp.V6_ECHO,
        "echo_reply": icmp.V6_ECHO_REPLY,
    },
}
_CODES: Final = {
    (4, "unreachable"): (
        "net_unreachable", "host_unreachable", "protocol_unreachable", "port_unreachable",
        "frag_needed", "source_route_failed", "net_unknown", "host_unknown",
        "source_host_isolated", "net_prohibited", "host_prohibited", "net_unreachable_for_tos",
        "host_unreachable_for_tos", "packet_filtered", "precedence_violation",
        "precedence_cutoff",
    ),
    (4, "time_exceeded"): ("ttl_exceeded_in_transit", "frag_reass_exceeded"),
    (4, "parameter_problem"): ("code_0", "code_1", "code_2"),
    (6, "unreachable"): (
        "no_route", "admin_prohibited", "not_neighbour", "address_unreachable",
        "port_unreachable",
    ),
    (6, "time_exceeded"): ("exceeded_hop_limit", "exceeded_frag_time"),
    (6, "parameter_problem"): ("header_field", "unknown_next_header", "unknown_option"),
}  # fmt: skip
"""The names of codes 0, 1, 2 … by version and type."""


def icmp_octets(
    spec: IcmpSpec, router: bytes, host: tuple[bytes, int], peer: tuple[bytes, int], seq: int
) -> bytes:
    """An ICMP error about a segment that ``host`` sent to ``peer``, from ``router``."""
    version = 4 if len(router) == 4 else 6
    type_, code = type_and_code(spec, version)
    length = spec.quoted[1] if spec.quoted is not None else 0
    quoted = Segment(host[1], peer[1], seq, 0, ACK, 0, payload=bytes(length))
    about = Packet(host[0], peer[0], PROTO_TCP, quoted)
    if spec.udp is not None:
        about = wrap(about, *spec.udp)
    quote = encode_packet(about)[: 48 if version == 4 else 88]
    rest = max(spec.mtu, 0)
    message = IcmpMessage(type_, code, rest & 0xFFFF if version == 4 else rest, quote)
    ttl = spec.ip.ttl if spec.ip.ttl >= 0 else 255
    proto = PROTO_ICMP if version == 4 else PROTO_ICMPV6
    return encode_packet(Packet(router, host[0], proto, message, ttl, tos_octet(spec.ip)))


def type_and_code(spec: IcmpSpec, version: int) -> tuple[int, int]:
    """The numbers of a script's words. Raises Unsupported for words without any."""
    type_ = _TYPES[version].get(spec.type)
    if type_ is None:
        raise Unsupported(f"icmp {spec.type}")
    return type_, _code(spec, version)


def code_name(type_: int, code: int, version: int) -> str:
    """A script's words for the numbers."""
    word = next((name for name, number in _TYPES[version].items() if number == type_), str(type_))
    names = _CODES.get((version, word), ())
    if code < len(names):
        return f"{word} {names[code]}"
    return f"{word} {code}" if code else word


def _code(spec: IcmpSpec, version: int) -> int:
    if not spec.code:
        return 0
    names = _CODES.get((version, spec.type), ())
    if spec.code not in names:
        raise Unsupported(f"icmp {spec.type} {spec.code}")
    return names.index(spec.code)
