"""One host: IP, ICMP, UDP, TCP and sockets behind the doors that a driver uses.

A driver (simulator, TUN, script runner) calls :meth:`Host.receive` or
:meth:`Host.receive_bytes`, :meth:`Host.tick` at :meth:`Host.deadline`,
:meth:`Host.poll` until it returns nothing, and :meth:`Host.take_ready`; never
from within one another. A polled packet is sent; if the device refuses it, it
is lost. Times are ns.
"""

from collections.abc import Callable

from synfin.core import rules
from synfin.core.errno import EMFILE
from synfin.core.errors import NetworkError
from synfin.core.events import Event, Observer, Reason, Value
from synfin.core.problems import Problem
from synfin.core.rules import Rule
from synfin.core.settings import Settings, counterfactuals_in
from synfin.host.addresses import Addresses
from synfin.host.constants import AF_INET, SOCK_STREAM
from synfin.host.descriptors import Numbers
from synfin.host.icmp import (
    ErrorLimit,
    echo_reply,
    protocol_unreachable,
    read_error,
    source_route_failed,
    why_silent,
)
from synfin.host.icmp import time_exceeded as icmp_time_exceeded
from synfin.host.ip import PathMtu, Reassembler, fit
from synfin.host.sockets import Socket, socket_error
from synfin.host.status import ConnectionInfo, list_connections
from synfin.host.tcp import TcpLayer
from synfin.host.timekeeper import Timekeeper
from synfin.host.tunnel import inner_quote, unwrap
from synfin.host.udp import UdpTable
from synfin.host.udp_socket import UdpSocket
from synfin.wire.address import format_address
from synfin.wire.icmp import ECHO, V6_ECHO, IcmpMessage
from synfin.wire.ip import (
    PROTO_ICMP,
    PROTO_ICMPV6,
    PROTO_TCP,
    PROTO_UDP,
    Packet,
    decode_packet,
    packet_length,
)
from synfin.wire.malformed import CHECKSUM, Malformed
from synfin.wire.quote import Quote
from synfin.wire.source_route import advance, find_route, is_unfinished
from synfin.wire.tcp import CE, Segment
from synfin.wire.udp import Datagram

FIRST_DESCRIPTOR = 3
"""0 to 2 are the standard streams."""
MAX_WAITING = 4096
"""Packets of UDP and ICMP that may wait for a poll; more are lost."""


class Host:
    """``clock`` gives the time for socket calls made between doors; ``random(n)``
    gives n octets, for ISN keys, ports and cookies only. Raises ValueError for
    counterfactual settings, unless ``lab`` says that nobody else will be hurt."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        observer: Observer | None = None,
        lab: bool = False,
    ) -> None:
        self.lab: bool = lab
        self._check(settings)
        self.name: str = name
        self.clock: Callable[[], int] = clock
        self.timekeeper: Timekeeper | None = None
        """Who has the time, too, if a driver says so: then ``clock`` need not be called."""
        self.observer: Observer | None = observer
        self.addresses: Addresses = Addresses()
        self.path_mtu: PathMtu = PathMtu()
        self.reassembler: Reassembler = Reassembler(wait_v4_ns=settings.reassembly_ns)
        self.error_limit: ErrorLimit = ErrorLimit()
        self.tcp: TcpLayer = TcpLayer(self.addresses, settings, random, observer, self.path_mtu)
        self.udp: UdpTable = UdpTable(self.addresses, random, settings)
        self.waiting: list[Packet] = []
        self.descriptors: dict[int, Socket] = {}
        self._numbers: Numbers = Numbers(FIRST_DESCRIPTOR)
        self._ident: int = 0

    def time(self) -> int:
        """Now, ns."""
        return self.clock() if self.timekeeper is None else self.timekeeper.now

    # -- settings and addresses --------------
    @property
    def settings(self) -> Settings:
        """The host's configuration; assign a whole new one to change it."""
        return self.tcp.settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._check(settings)
        self.tcp.settings = settings
        self.udp.settings = settings

    def _check(self, settings: Settings) -> None:
        broken = counterfactuals_in(settings)
        if broken and not self.lab:
            raise Problem(
                "settings.lab-only",
                "only the lab may set {names}: it breaks TCP on purpose",
                names=", ".join(broken),
            )

    def add_address(self, addr: bytes, prefix_len: int = 24, mtu: int = 1500) -> None:
        """One more address, 4 or 16 octets, on a link of ``mtu`` octets."""
        self.addresses.add(addr, prefix_len, mtu)
        self.tcp.last = None

    def set_offload(self, max_segment: int) -> None:
        """The device cuts TCP payloads of up to ``max_segment`` octets itself; 0: no."""
        self.tcp.max_segment = max_segment

    def force_iss(self, *values: int) -> None:
        """For the lab: the ISS of the next connections, in order."""
        self.tcp.isn.forced.extend(values)

    # -- arrivals --------------
    def receive_bytes(self, data: bytes | memoryview, now: int) -> None:
        """Octets as they came; anything that is no sound packet is reported and dropped."""
        packet = decode_packet(data)
        if isinstance(packet, Malformed):
            self.tcp.now = now
            self._refuse(packet)
        else:
            self.receive(packet, now)

    def _refuse(self, bad: Malformed) -> None:
        """MUST-3, MUST-7: silently towards the peer."""
        if bad.kind == CHECKSUM:
            self.tcp.count("InCsumErrors")
            self._report(rules.CHECKSUM_BAD, {"protocol": bad.protocol}, None)
        else:
            self._report(rules.WIRE_MALFORMED, {"what": bad.what}, None)

    def receive(self, packet: Packet, now: int) -> None:
        """A decoded packet arrived (checksums are good or were done by the device)."""
        tcp = self.tcp
        tcp.now = now
        body = packet.body
        if isinstance(body, Segment) and tcp.continues(packet, body):
            body.ecn = packet.tos & 3
            if body.ecn == CE:
                tcp.count("InCEPkts")
            tcp.receive_next(packet, body, now)
            return
        own = self.addresses
        if not own.is_own(packet.dst) and not self._for_many(packet.dst):
            self._report(rules.IP_NOT_OURS, {"dst": packet.dst.hex()}, packet)
            return
        if packet.options and self._stopped_by_route(packet, now):
            return
        if packet.fragmented:
            self._fragment(packet, now)
            return
        if isinstance(body, Segment):
            body.ecn = packet.tos & 3
            if body.ecn == CE:
                tcp.count("InCEPkts")
            tcp.receive(packet, body, now)
        elif isinstance(body, Datagram):
            self._datagram(packet)
        elif isinstance(body, IcmpMessage):
            self._icmp(packet, body, now)
        elif not why_silent(packet, 3, 2, own) and self.error_limit.allows(now):
            self._send(protocol_unreachable(packet, packet.dst, self.settings.ttl))

    def _for_many(self, dst: bytes) -> bool:
        return self.addresses.is_broadcast(dst) or self.udp.accepts_group(dst)

    def _stopped_by_route(self, packet: Packet, now: int) -> bool:
        """A source route that is not wanted here, or that would lead on: hosts are no
        routers (RFC 1122 §3.3.5)."""
        if find_route(packet.options) < 0:
            return False
        if not self.settings.accept_source_route:
            values: dict[str, Value] = {
                "src": format_address(packet.src),
                "dst": format_address(packet.dst),
            }
            self._report(rules.IP_ROUTE_REFUSED, values, packet)
            return True
        if not is_unfinished(packet.options):
            return False
        following, _ = advance(packet.dst, packet.options, packet.dst)
        values = {"dst": format_address(packet.dst), "next": format_address(following)}
        self._report(rules.IP_ROUTE_FAILED, values, packet)
        if not why_silent(packet, 3, 5, self.addresses) and self.error_limit.allows(now):
            answer = source_route_failed(packet, packet.dst, self.settings.ttl)
            self._send_because(answer, rules.IP_ROUTE_FAILED, values)
        return True

    def _fragment(self, packet: Packet, now: int) -> None:
        assembly = self.reassembler.receive(packet, now)
        self._report(assembly.rule, assembly.values, packet)
        if assembly.bad is not None:
            self._refuse(assembly.bad)
        elif assembly.packet is not None:
            self.receive(assembly.packet, now)

    def _datagram(self, packet: Packet) -> None:
        datagram, tunnel = packet.body, self.settings.udp_tunneling_port
        if tunnel and isinstance(datagram, Datagram) and datagram.dst_port == tunnel:
            segment = unwrap(packet, datagram)
            if isinstance(segment, Malformed):
                self._refuse(segment)
            else:
                self.tcp.receive(packet, segment, self.tcp.now, datagram.src_port)
            return
        verdict = self.udp.receive(packet)
        self._report(verdict.rule, verdict.values, packet)
        self._mark_ready(verdict.sockets)
        for reply in verdict.replies:
            if self.error_limit.allows(self.tcp.now):
                self._send_because(reply, verdict.rule, verdict.values)

    def _icmp(self, packet: Packet, message: IcmpMessage, now: int) -> None:
        """§3.9.2.2, RFC 1122 §3.2.2: errors to whom they concern, echoes answered."""
        reply = echo_reply(packet, self.addresses, self.settings.ttl)
        if reply is not None:
            values: dict[str, Value] = {"ident": message.rest >> 16, "seq": message.rest & 0xFFFF}
            self._report(rules.ICMP_ECHO, values, packet)
            self._send_because(reply, rules.ICMP_ECHO, values)
            return
        found = read_error(packet)
        if found is None:
            values = {"type": message.type, "code": message.code}
            self._report(rules.ICMP_RECEIVED, values, packet)
            return
        quote, error = found
        tunnel = self.settings.udp_tunneling_port
        if quote.proto == PROTO_UDP and tunnel and quote.src_port == tunnel:
            inner = inner_quote(message.data, quote)
            if inner is not None:
                error.seq = inner.seq
                self.tcp.network_error(inner, error, now, quote.dst_port)
        elif quote.proto == PROTO_TCP:
            self.tcp.network_error(quote, error, now)
        elif quote.proto == PROTO_UDP and self._path_is_news(quote, error, now):
            self._mark_ready(self.udp.network_error(quote, error))

    def _path_is_news(self, quote: Quote, error: NetworkError, now: int) -> bool:
        """Too big: the path is learnt if some socket here may have sent that (RFC 5927 §7.1
        asks for more, but a datagram has no number). True: the sockets shall hear of it."""
        if not error.too_big:
            return True
        if not self.udp.may_have_sent(quote):
            return False
        link = self.addresses.mtu_for(quote.dst)
        error.mtu = self.path_mtu.learn(quote.dst, error.mtu, quote.length, link, now)
        return error.mtu > 0

    def _mark_ready(self, sockets: list[UdpSocket]) -> None:
        for sock in sockets:
            if sock.owner is not None:
                self.tcp.is_ready(sock.owner)

    # -- sending --------------
    def _send(self, packet: Packet) -> None:
        if len(self.waiting) < MAX_WAITING:
            self.waiting.append(packet)

    def _send_because(self, packet: Packet, rule: Rule, values: dict[str, Value]) -> None:
        if self.observer is not None and isinstance(packet.body, IcmpMessage | Datagram):
            packet.body.reason = Reason(rule, values)
        self._send(packet)

    def send_datagrams(self, packets: list[Packet], loop: list[Packet]) -> None:
        """What a UDP socket sends: fragments where the path needs them."""
        now = self.clock()
        self.tcp.now = now
        for packet in packets:
            datagram = packet.body
            if isinstance(datagram, Datagram) and self.observer is not None:
                datagram.reason = Reason(rules.UDP_SENT, {"length": len(datagram.payload)})
            packet.ident = self._next_ident(1)
            mtu = self.path_mtu.get(packet.dst, self.addresses.mtu_for(packet.dst), now)
            length = packet_length(packet)
            pieces = fit(packet, mtu) or []
            if len(pieces) > 1:
                values: dict[str, Value] = {"length": length, "mtu": mtu, "pieces": len(pieces)}
                self._report(rules.IP_FRAGMENTED, values, None)
            for piece in pieces:
                piece.reason = datagram.reason if isinstance(datagram, Datagram) else None
                self._send(piece)
        for packet in loop:
            self._datagram(packet)

    def ping(self, dst: bytes, ident: int, seq: int, payload: bytes = b"") -> None:
        """Send an echo request; the reply shows as an event."""
        source = self.addresses.source_for(dst)
        version6 = len(dst) == 16
        message = IcmpMessage(V6_ECHO if version6 else ECHO, 0, (ident << 16) | seq, payload)
        proto = PROTO_ICMPV6 if version6 else PROTO_ICMP
        if source:
            self._send(Packet(source, dst, proto, message, self.settings.ttl))

    def _next_ident(self, count: int) -> int:
        ident = self._ident + 1
        self._ident = (self._ident + count) & 0xFFFF
        return ident & 0xFFFF

    def poll(self, now: int, budget: int = 64) -> list[Packet]:
        """What to send now; ``budget`` bounds one connection's turn, in segments."""
        out = self.tcp.poll(now, budget)
        if self.waiting:
            out.extend(self.waiting)
            self.waiting = []
        for packet in out:
            if packet.ident == 0 and len(packet.src) == 4:
                body = packet.body
                pieces = 1
                if isinstance(body, Segment) and body.mss > 0:
                    pieces = -(-len(body.payload) // body.mss)
                packet.ident = self._next_ident(max(pieces, 1))
        return out

    def stirs(self) -> bool:
        """Whether :meth:`take_ready` or :meth:`poll` may have something (cheap)."""
        tcp = self.tcp
        if tcp.first_turn is not None or tcp.ready_first is not None:
            return True
        return bool(tcp.ready) or bool(tcp.replies) or bool(self.waiting)

    # -- time --------------
    def deadline(self) -> int:
        """When :meth:`tick` is wanted next; NEVER if not at all."""
        due = self.tcp.demux.deadline()
        return due if self.reassembler.waiting == 0 else min(due, self.reassembler.deadline())

    def not_before(self) -> int:
        """At or before :meth:`deadline`, and cheaper: no timer is looked at that has moved."""
        due = self.tcp.demux.not_before()
        return due if self.reassembler.waiting == 0 else min(due, self.reassembler.deadline())

    def tick(self, now: int) -> None:
        """Timers due at ``now`` expire."""
        self.tcp.tick(now)
        if self.reassembler.deadline() <= now:
            for expired in self.reassembler.expire(now):
                self._reassembly_expired(expired.first, expired.ident, now)

    def _reassembly_expired(self, first: Packet | None, ident: int, now: int) -> None:
        """RFC 1122 §3.3.2: time exceeded, code 1, if the first fragment came."""
        values: dict[str, Value] = {"ident": ident}
        self._report(rules.IP_REASSEMBLY_TIMEOUT, values, None)
        if first is None or why_silent(first, 11, 1, self.addresses):
            return
        if self.error_limit.allows(now):
            answer = icmp_time_exceeded(first, first.dst, 1, self.settings.ttl)
            self._send_because(answer, rules.IP_REASSEMBLY_TIMEOUT, values)

    # -- applications --------------
    def has_ready(self) -> bool:
        """Whether :meth:`take_ready` may have something (cheap)."""
        return self.tcp.ready_first is not None or bool(self.tcp.ready)

    def take_only_ready(self) -> Socket | None:
        """The socket that :meth:`take_ready` would return alone, without a list around it;
        None: none is ready, or several."""
        tcp = self.tcp
        first = tcp.ready_first
        if first is None or tcp.ready:
            return None
        tcp.ready_first = None
        return first if isinstance(first, Socket) and not first.closed else None

    def take_ready(self) -> list[Socket]:
        """Sockets whose readiness changed since the last call, each once."""
        if not self.has_ready():
            return []
        first = self.tcp.ready_first
        ready = self.tcp.ready if first is None else [first, *self.tcp.ready]
        self.tcp.ready_first = None
        self.tcp.ready = []
        sockets: list[Socket] = []
        for item in dict.fromkeys(ready):
            if isinstance(item, Socket) and not item.closed:
                sockets.append(item)
        return sockets

    def socket(self, type_: int = SOCK_STREAM, family: int = AF_INET) -> Socket:
        """socket(2). Raises OSError: EMFILE at the limit of descriptors."""
        descriptor = self.take_descriptor()
        sock = Socket(self, family, type_, descriptor)
        self.descriptors[descriptor] = sock
        return sock

    def take_descriptor(self) -> int:
        """The lowest free descriptor (POSIX). Raises OSError: EMFILE."""
        if len(self.descriptors) >= self.settings.max_descriptors:
            raise socket_error(EMFILE)
        return self._numbers.take()

    def give_descriptor(self, descriptor: int) -> None:
        """close(2) frees it."""
        if self.descriptors.pop(descriptor, None) is not None:
            self._numbers.give(descriptor)

    def connections(self) -> list[ConnectionInfo]:
        """Listeners, connections and TIME-WAIT records, as ss(8) would list them."""
        return list_connections(self.tcp)

    def _report(self, rule: Rule, values: dict[str, Value], packet: Packet | None) -> None:
        if self.observer is not None:
            body = None if packet is None else packet.body
            event = Event("packet", self.tcp.now, 0, Reason(rule, values), {}, body)
            self.observer.event(event)
