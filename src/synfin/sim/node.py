"""Nodes, links and packets on their way: the base classes, and how one hop is made."""

from typing import Final

from synfin.core.interpreted import mypyc_attr
from synfin.host.timekeeper import Timekeeper
from synfin.sim.queue import EventQueue, Item
from synfin.sim.tap import DELIVERED, DROPPED, Hop, Tap, Transmission
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import Packet, packet_length
from synfin.wire.pieces import fragment

MAX_HOPS = 1024
"""A packet that crosses more links than this loops where no TTL stops it (switches)."""
UNSET: Final = -(1 << 62)
"""No time."""


class Carrier(Timekeeper):
    """What nodes and links know of the network (:class:`synfin.sim.network.Network`)."""

    def __init__(self) -> None:
        super().__init__()
        self.taps: list[Tap] = []
        self.bytes_mode: bool = False
        self.sent: int = 0
        """Packets sent so far: the last one's number."""
        self.queue: EventQueue = EventQueue()

    def undisturbed(self) -> bool:
        """Nobody watches or disturbs the packets: they may take the short way."""
        raise NotImplementedError

    def schedule(self, time: int, priority: int, item: Item) -> None:
        """``item`` happens at ``time``."""
        raise NotImplementedError

    def originate(self, node: "Node", packet: Packet, data: bytes = b"") -> None:
        """``node`` puts a packet of its own on the wire, where faults meet it.
        ``data`` are the very octets to send; empty: those of ``packet``."""
        raise NotImplementedError

    def duplicate(self, flight: "Flight", channel: "Channel") -> None:
        """``channel`` makes a second copy of what it carries."""
        raise NotImplementedError

    def pieces(self, node: "Node", flight: "Flight", packets: list[Packet]) -> list["Flight"]:
        """``node`` cut the flight's packet into ``packets``: their flights."""
        raise NotImplementedError

    def announce(self, sent: Transmission) -> None:
        """A transmission's first hop is decided: the taps may hear of it."""
        raise NotImplementedError

    def is_group(self, dst: bytes) -> bool:
        """Whether ``dst`` is several hosts."""
        raise NotImplementedError

    def route(self, node: "Node", dst: bytes) -> "Channel | None":
        """The channel by which ``node`` sends to ``dst``; None: no way known."""
        raise NotImplementedError

    def settle(self, flight: "Flight", fate: str, cause: str, arrives: int | None) -> None:
        """What became of a packet."""
        raise NotImplementedError

    def knows_network(self, dst: bytes) -> bool:
        """Whether ``dst`` lies in a network that some node belongs to."""
        raise NotImplementedError


@mypyc_attr(free_list_len=1)
class Flight(Item):
    """A packet on its way: one hop after the other in the same object.

    ``number`` and ``sent_at`` (ns) are those of :attr:`sent`, which for a packet that takes
    the short way (:meth:`Channel.launch`) is made when somebody asks. ``data`` (if any) are
    the very octets that travel: damaged or hand-made ones. ``due`` is the arrival time that
    a fault imposed, or UNSET. ``group``: to several hosts (broadcast, multicast). ``node``
    is where it arrives next. ``leaves`` (ns), ``length`` (octets) and ``behind`` belong to
    the queue of the link that it is on.
    """

    def __init__(self, number: int, sent_at: int, packet: Packet, node: "Node") -> None:
        super().__init__()
        self.number: int = number
        self.sent_at: int = sent_at
        self.packet: Packet = packet
        self.data: bytes = b""
        self.node: Node = node
        self.channel: Channel | None = None
        self.due: int = UNSET
        self.group: bool = False
        self.hops: int = 0
        self.leaves: int = UNSET
        self.length: int = 0
        self.behind: Flight | None = None
        self._sent: Transmission | None = None

    @property
    def sent(self) -> Transmission:
        """What taps are told of it."""
        return self._sent or self._make_known()

    def tell_as(self, sent: Transmission) -> None:
        """``sent`` is what taps are told of it."""
        self._sent = sent

    def _make_known(self) -> Transmission:
        """A tap came while the packet was on the only link of its way."""
        channel = self.channel
        assert channel is not None
        there = channel.target.name
        sent = Transmission(
            self.number, self.sent_at, self.packet, b"", channel.source.name, there, False
        )
        sent.announced = True
        sent.fate = DELIVERED
        sent.arrives = sent.hop_arrives = self.time
        sent.next_hop = there
        self._sent = sent
        return sent

    def branch(self) -> "Flight":
        """A second flight of the same packet, for another link."""
        twin = Flight(self.number, self.sent_at, self.packet, self.node)
        twin.tell_as(self.sent)
        twin.data = self.data
        twin.due = self.due
        twin.group = self.group
        twin.hops = self.hops
        return twin

    def fire(self) -> None:
        """It reaches its next node."""
        channel = self.channel
        if channel is None or channel.landed(self):
            self.node.arrive(self)


class Channel:
    """One direction of a link, as nodes see it."""

    def __init__(self, source: "Node", target: "Node", mtu: int) -> None:
        self.source: Node = source
        self.target: Node = target
        self.mtu: int = mtu

    def carry(self, flight: Flight) -> int | None:
        """Puts ``flight`` on the link: when it is at the other end, or None (lost)."""
        raise NotImplementedError

    def launch(self, packet: Packet) -> bool:
        """The short way of a packet from ``source`` to ``target`` itself, with nobody
        watching: the same as :meth:`carry` would do. False: it must go the long way."""
        raise NotImplementedError

    def landed(self, flight: Flight) -> bool:
        """``flight`` came out at the other end; False when the link is down by then."""
        raise NotImplementedError


class Node(Item):
    """Something with links: a host, a router, a switch."""

    def __init__(self, name: str, carrier: Carrier, kind: str) -> None:
        super().__init__()
        self.name: str = name
        self.carrier: Carrier = carrier
        self.kind: str = kind
        self.addresses: list[bytes] = []
        self.prefixes: list[int] = []
        self.channels: list[Channel] = []
        self.routes: dict[bytes, Channel | None] = {}
        self.overrides: dict[bytes, Channel] = {}
        self.forwards: bool = False
        """Others' packets may pass through here."""
        self._near_src: bytes = b""
        self._near_dst: bytes = b""
        self._near: Channel | None = None
        """The link straight to ``_near_dst``."""

    def owns(self, address: bytes) -> bool:
        """Whether ``address`` is this node's."""
        return address in self.addresses

    def channel_for(self, dst: bytes) -> Channel | None:
        """The way to ``dst``, remembered until the topology changes."""
        if dst in self.overrides:
            return self.overrides[dst]
        if dst in self.routes:
            return self.routes[dst]
        channel = self.carrier.route(self, dst)
        if len(self.routes) >= MAX_ROUTES:
            self.routes.clear()
        self.routes[dst] = channel
        return channel

    def forget_ways(self) -> None:
        """The topology changed."""
        self.routes.clear()
        self._near_src = self._near_dst = b""
        self._near = None

    def launch(self, packet: Packet) -> bool:
        """Sends an own packet the short way, if it has one; only when the carrier is
        :meth:`~Carrier.undisturbed`."""
        if packet.dst is not self._near_dst or packet.src is not self._near_src:
            self._look_around(packet)
        near = self._near
        return near is not None and not packet.options and near.launch(packet)

    def _look_around(self, packet: Packet) -> None:
        """Remembers whether a link leads straight to the packet's destination."""
        dst = packet.dst
        self._near = None
        self._near_src = packet.src
        self._near_dst = dst
        if self.carrier.is_group(dst) or self.owns(dst) or not self.owns(packet.src):
            return
        channel = self.channel_for(dst)
        if channel is not None and not channel.target.forwards and channel.target.owns(dst):
            self._near = channel

    def arrive(self, flight: Flight) -> None:
        """A packet is here."""
        raise NotImplementedError

    def depart(self, flight: Flight) -> None:
        """Sends the node's own packet on its first hop."""
        if flight.group:
            self.flood(flight, None)
            return
        channel = self.channel_for(flight.packet.dst)
        if channel is None:
            self.carrier.settle(flight, DROPPED, "no-route", None)
            return
        self.send_on(flight, channel)

    def forward(self, flight: Flight, channel: Channel) -> None:
        """Sends on somebody else's packet and tells the taps."""
        if not self.carrier.taps:
            self.send_on(flight, channel)
            return
        hop = Hop(self.name, channel.target.name, flight.packet, self.carrier.now)
        hop.arrives = self.send_on(flight, channel)
        for tap in self.carrier.taps:
            tap.forwarded(flight.sent, hop)

    def send_on(self, flight: Flight, channel: Channel) -> int | None:
        """One hop: when the packet is at its other end, or None (lost, or cut)."""
        length = len(flight.data) or packet_length(flight.packet)
        if length > channel.mtu:
            self.too_big(flight, channel, length)
            return None
        flight.hops += 1
        if flight.hops > MAX_HOPS:
            self.carrier.settle(flight, DROPPED, "loop", None)
            return None
        flight.channel = channel
        flight.node = channel.target
        arrives = channel.carry(flight)
        sent = flight.sent
        if sent.next_hop == "":
            sent.next_hop = channel.target.name
            sent.hop_arrives = arrives
        return arrives

    def flood(self, flight: Flight, entry: Channel | None) -> None:
        """A copy on every link but the one it came by."""
        for channel in self.channels:
            if entry is None or channel.target is not entry.source:
                twin = flight.branch()
                if entry is None:
                    self.send_on(twin, channel)
                else:
                    self.forward(twin, channel)

    def too_big(self, flight: Flight, channel: Channel, length: int) -> None:
        """The packet does not fit ``channel``; dropped silently here."""
        self.carrier.settle(flight, DROPPED, "too-big", None)

    def cut_for(self, flight: Flight, channel: Channel) -> None:
        """Fragments the packet (RFC 791 §3.2) and sends the pieces by ``channel``."""
        packets = fragment(flight.packet, channel.mtu)
        for piece in self.carrier.pieces(self, flight, packets):
            self.send_on(piece, channel)
            self.carrier.announce(piece.sent)


MAX_ROUTES = 65_536
"""Destinations a node remembers the way to; then it starts afresh."""


class Switch(Node):
    """An Ethernet: unicast goes where it belongs, broadcast and multicast everywhere.
    It lowers no TTL and sends nothing of its own."""

    def __init__(self, name: str, carrier: Carrier) -> None:
        super().__init__(name, carrier, "switch")
        self.forwards = True

    def arrive(self, flight: Flight) -> None:
        """Sends the packet on at once."""
        entry = flight.channel
        if flight.group:
            self.flood(flight, entry)
            return
        channel = self.channel_for(flight.packet.dst)
        if channel is None or (entry is not None and channel.target is entry.source):
            self.carrier.settle(flight, DROPPED, "no-route", None)
            return
        self.forward(flight, channel)


def with_ttl(packet: Packet, ttl: int) -> Packet:
    """The same packet with another TTL; the body is shared."""
    twin = Packet(
        packet.src,
        packet.dst,
        packet.proto,
        packet.body,
        ttl,
        packet.tos,
        packet.ident,
        packet.df,
        packet.more_fragments,
        packet.frag_offset,
        packet.options,
    )
    twin.reason = packet.reason
    return twin


def is_icmp_error(packet: Packet) -> bool:
    """An ICMP error, about which nobody may send another one (RFC 1122 §3.2.2).
    Only echo request and reply count as harmless."""
    body = packet.body
    if not isinstance(body, IcmpMessage):
        return False
    return body.type < 128 if len(packet.src) == 16 else body.type not in (0, 8)
