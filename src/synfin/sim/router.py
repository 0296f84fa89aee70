"""Routers: TTL, ICMP errors, fragments, and rules that reject or swallow packets."""

from synfin.core.events import Reason, Value
from synfin.core.rules import (
    ICMP_ECHO,
    IP_NO_ROUTE,
    IP_ROUTE_FAILED,
    IP_TOO_BIG,
    IP_TTL,
)
from synfin.sim.fault import Selector
from synfin.sim.flows import FlowMemory
from synfin.sim.node import Carrier, Channel, Flight, Node, is_icmp_error, with_ttl
from synfin.sim.tap import DROPPED, EXPIRED
from synfin.wire.address import (
    format_address,
    is_broadcast,
    is_multicast,
    is_unspecified,
    same_network,
)
from synfin.wire.checksum import checksum
from synfin.wire.icmp import (
    ECHO,
    ECHO_REPLY,
    FRAGMENTATION_NEEDED,
    HOST_UNREACHABLE,
    NET_UNREACHABLE,
    SOURCE_ROUTE_FAILED,
    TIME_EXCEEDED,
    UNREACHABLE,
    V6_ADDRESS_UNREACHABLE,
    V6_ECHO,
    V6_ECHO_REPLY,
    V6_NO_ROUTE,
    V6_PACKET_TOO_BIG,
    V6_TIME_EXCEEDED,
    V6_UNREACHABLE,
    IcmpMessage,
)
from synfin.wire.ip import PROTO_ICMP, PROTO_ICMPV6, V6_MIN_MTU, Packet
from synfin.wire.quote import error_message
from synfin.wire.source_route import advance, find_route, is_strict, is_unfinished, record


class Filter:
    """A router's rule: packets that ``selector`` takes are not forwarded. ``type`` and
    ``code`` are the ICMP error to answer with; ``type`` -1 swallows silently."""

    def __init__(self, selector: Selector, type_: int, code: int, mtu: int) -> None:
        self.selector: Selector = selector
        self.type: int = type_
        self.code: int = code
        self.mtu: int = mtu


class Router(Node):
    """Forwards by the shortest path; ``filters`` are asked in order."""

    def __init__(self, name: str, carrier: Carrier, flows: FlowMemory) -> None:
        super().__init__(name, carrier, "router")
        self.forwards = True
        self.filters: list[Filter] = []
        self.source_routing: bool = True
        """False: what bears a source route is dropped (RFC 7126 §4.3; a choice that RFC
        1812 §5.3.13.4 allows, but not as the default)."""
        self.flows: FlowMemory = flows
        self._ident: int = 0

    def reject(self, selector: Selector, type_: int = -1, code: int = 0, mtu: int = 0) -> None:
        """Adds a rule: drop what ``selector`` takes; with ``type_`` >= 0 say so by ICMP."""
        self.filters.append(Filter(selector, type_, code, mtu))

    def arrive(self, flight: Flight) -> None:
        """TTL (RFC 1812 §5.3.1), rules, route, MTU - in this order."""
        packet = flight.packet
        if flight.group:
            self.carrier.settle(flight, DROPPED, "not-forwarded", None)
        elif packet.options and find_route(packet.options) >= 0 and not self.source_routing:
            self.carrier.settle(flight, DROPPED, "source-route", None)
        elif self.owns(packet.dst) and not is_unfinished(packet.options):
            self._local(flight)
        elif packet.ttl <= 1:
            self._expired(flight)
        elif not self._filtered(flight):
            following, strict = packet.dst, False
            if self.owns(packet.dst):
                following, _ = advance(packet.dst, packet.options, packet.dst)
                strict = is_strict(packet.options)
            channel = self.channel_for(following)
            if channel is None:
                self._no_route(flight)
            elif strict and not self._is_neighbour(following, channel):
                self._route_failed(flight, following)
            else:
                self._pass_on(flight, channel)

    def _pass_on(self, flight: Flight, channel: Channel) -> None:
        """One hop less to live, and what the IP options ask of a router."""
        packet = flight.packet
        onward = with_ttl(packet, packet.ttl - 1)
        if packet.options:
            own = self._leaving_by(channel)
            if own and self.owns(packet.dst):
                onward.dst, onward.options = advance(packet.dst, packet.options, own)
            if own:
                onward.options = record(onward.options, own)
        flight.packet = onward
        if flight.data:
            flight.data = next_header(flight.data, onward)
        self.forward(flight, channel)

    def _leaving_by(self, channel: Channel) -> bytes:
        """The router's IPv4 address on that side; its first one where none is."""
        fitting = b""
        for own, prefix in zip(self.addresses, self.prefixes, strict=True):
            near = any(same_network(own, there, prefix) for there in channel.target.addresses)
            if len(own) == 4 and (near or not fitting):
                fitting = own
                if near:
                    break
        return fitting

    def _is_neighbour(self, address: bytes, channel: Channel) -> bool:
        """Whether ``address`` is on a network of the router's, as strict routes want."""
        if channel.target.owns(address):
            return True
        networks = zip(self.addresses, self.prefixes, strict=True)
        return any(same_network(own, address, prefix) for own, prefix in networks)

    def _route_failed(self, flight: Flight, following: bytes) -> None:
        """RFC 792: a strict route whose next hop is no neighbour (RFC 1812 §5.2.4.1)."""
        packet = flight.packet
        self.carrier.settle(flight, DROPPED, "source-route", None)
        values: dict[str, Value] = {
            "dst": format_address(packet.dst),
            "next": format_address(following),
        }
        reason = Reason(IP_ROUTE_FAILED, values)
        self.error(packet, UNREACHABLE, SOURCE_ROUTE_FAILED, 0, reason)

    def too_big(self, flight: Flight, channel: Channel, length: int) -> None:
        """Fragments, or says how much would fit (RFC 1191 §4, RFC 8200 §5)."""
        packet = flight.packet
        if len(packet.src) == 4 and not packet.df and not flight.data:
            self.cut_for(flight, channel)
            return
        super().too_big(flight, channel, length)
        reason = Reason(IP_TOO_BIG, {"length": length, "mtu": channel.mtu})
        if len(packet.src) == 4:
            self.error(packet, UNREACHABLE, FRAGMENTATION_NEEDED, channel.mtu, reason)
        else:
            self.error(packet, V6_PACKET_TOO_BIG, 0, max(channel.mtu, V6_MIN_MTU), reason)

    def error(
        self, packet: Packet, type_: int, code: int, rest: int = 0, reason: Reason | None = None
    ) -> None:
        """Sends an ICMP error about ``packet`` to its source, unless RFC 1122 §3.2.2
        forbids one; ``rest`` is the second header word (the MTU)."""
        if not may_answer(packet):
            return
        source = self.source_for(packet.src)
        if not source:
            return
        message = error_message(packet, type_, code, rest)
        message.reason = reason
        self.send_icmp(source, packet.src, message)

    def send_icmp(self, source: bytes, dst: bytes, message: IcmpMessage) -> None:
        """Sends an ICMP message of the router's own."""
        self._ident = self._ident + 1 & 0xFFFF
        proto = PROTO_ICMP if len(dst) == 4 else PROTO_ICMPV6
        self.carrier.originate(self, Packet(source, dst, proto, message, ident=self._ident))

    def source_for(self, dst: bytes) -> bytes:
        """The router's first address of ``dst``'s version; empty if it has none."""
        for address in self.addresses:
            if len(address) == len(dst):
                return address
        return b""

    def _filtered(self, flight: Flight) -> bool:
        if not self.filters:
            return False
        packet = flight.packet
        sent = flight.sent
        for rule in self.filters:
            look = self.flows.look(packet, sent.n, sent.origin, sent.target, self.carrier.now)
            if rule.selector.takes(look):
                self.carrier.settle(flight, DROPPED, "filtered", None)
                if rule.type >= 0:
                    values: dict[str, Value] = {"dst": format_address(packet.dst)}
                    reason = Reason(IP_NO_ROUTE, values)
                    self.error(packet, rule.type, rule.code, rule.mtu, reason)
                return True
        return False

    def _expired(self, flight: Flight) -> None:
        packet = flight.packet
        self.carrier.settle(flight, EXPIRED, "ttl", None)
        type_ = TIME_EXCEEDED if len(packet.src) == 4 else V6_TIME_EXCEEDED
        self.error(packet, type_, 0, 0, Reason(IP_TTL, {"ttl": packet.ttl}))

    def _no_route(self, flight: Flight) -> None:
        """Code 1 (v6: 3) when the network is known but nobody has the address."""
        packet = flight.packet
        self.carrier.settle(flight, DROPPED, "no-route", None)
        known = self.carrier.knows_network(packet.dst)
        reason = Reason(IP_NO_ROUTE, {"dst": format_address(packet.dst)})
        if len(packet.src) == 4:
            code = HOST_UNREACHABLE if known else NET_UNREACHABLE
            self.error(packet, UNREACHABLE, code, 0, reason)
        else:
            code = V6_ADDRESS_UNREACHABLE if known else V6_NO_ROUTE
            self.error(packet, V6_UNREACHABLE, code, 0, reason)

    def _local(self, flight: Flight) -> None:
        """For the router itself: it answers echo requests, nothing else."""
        packet = flight.packet
        for tap in self.carrier.taps:
            tap.arrived(flight.sent, self.name, packet, self.carrier.now)
        body = packet.body
        if flight.data or not isinstance(body, IcmpMessage):
            return
        v4 = len(packet.src) == 4
        if body.type == (ECHO if v4 else V6_ECHO):
            reply = IcmpMessage(ECHO_REPLY if v4 else V6_ECHO_REPLY, 0, body.rest, body.data)
            values: dict[str, Value] = {"ident": body.rest >> 16, "seq": body.rest & 0xFFFF}
            reply.reason = Reason(ICMP_ECHO, values)
            self.send_icmp(packet.dst, packet.src, reply)


def may_answer(packet: Packet) -> bool:
    """RFC 1122 §3.2.2: no error about an ICMP error, a later fragment, a broadcast or
    multicast, nor to a source that is no single host."""
    if is_icmp_error(packet) or packet.frag_offset > 0:
        return False
    for address in (packet.src, packet.dst):
        if is_multicast(address) or is_broadcast(address):
            return False
    return not is_unspecified(packet.src)


def next_header(data: bytes, onward: Packet) -> bytes:
    """The octets of an IP packet one hop later: the TTL less one, IPv4's destination and
    options as in ``onward``, the header's sum made good."""
    octets = bytearray(data)
    if octets[0] >> 4 == 4 and onward.options:
        octets[16:20] = onward.dst
        octets[20 : 20 + len(onward.options)] = onward.options
    return lower_ttl(bytes(octets))


def lower_ttl(data: bytes) -> bytes:
    """The octets of an IP packet one hop later: TTL less one, header sum made good."""
    octets = bytearray(data)
    if octets[0] >> 4 == 6:
        octets[7] -= 1
        return bytes(octets)
    octets[8] -= 1
    header_len = (octets[0] & 0x0F) << 2
    octets[10:12] = b"\x00\x00"
    octets[10:12] = checksum(octets[:header_len]).to_bytes(2, "big")
    return bytes(octets)
