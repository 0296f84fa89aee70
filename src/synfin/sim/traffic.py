"""Packets between nodes: numbering, faults, copies, fates, and the ways they take."""

from synfin.core.events import Reason
from synfin.core.problems import Problem
from synfin.core.rules import SPOOFED
from synfin.sim.fault import Fault, Verdict, judge
from synfin.sim.flows import FlowMemory
from synfin.sim.links import flip_bit
from synfin.sim.node import UNSET, Carrier, Channel, Flight, Node
from synfin.sim.queue import ARRIVAL, Item
from synfin.sim.routes import gateway, tree_towards
from synfin.sim.tap import CORRUPTED, DELIVERED, DROPPED, FRAGMENTED, IN_FLIGHT, Tap, Transmission
from synfin.wire.address import (
    directed_broadcast,
    format_address,
    is_broadcast,
    is_loopback,
    is_multicast,
)
from synfin.wire.ip import Packet, decode_packet
from synfin.wire.malformed import Malformed
from synfin.wire.pieces import cut
from synfin.wire.tcp import Segment


class Traffic(Carrier):
    """What travels, and what is done to it."""

    def __init__(self, seed: int, start: int, bytes_mode: bool) -> None:
        super().__init__()
        self.seed: int = seed
        self.now = start
        self.bytes_mode = bytes_mode
        self.nodes: dict[str, Node] = {}
        self.faults: list[Fault] = []
        self.flows: FlowMemory = FlowMemory()
        self._owners: dict[bytes, Node] = {}
        self._broadcasts: set[bytes] = set()
        self._networks: set[tuple[int, int, int]] = set()
        self._trees: dict[Node, dict[Node, Channel]] = {}
        self._copies: list[tuple[Flight, Channel]] = []
        self._held: dict[tuple[str, str], Held] = {}
        self._fault_names: dict[str, int] = {}
        self._learning: bool = False

    def clock(self) -> int:
        """Virtual time, ns."""
        return self.now

    def node(self, name: str) -> Node:
        """The node called ``name``; ValueError when there is none."""
        found = self.nodes.get(name)
        if found is None:
            raise Problem("net.node", "there is no node '{name}'", name=name)
        return found

    def tap(self, tap: Tap) -> None:
        """``tap`` hears of everything from now on."""
        self.taps.append(tap)

    def add_fault(self, fault: Fault) -> None:
        """``fault`` meets packets sent from now on; it learns ISNs from now on, too."""
        count = self._fault_names.get(fault.text, 0)
        self._fault_names[fault.text] = count + 1
        fault.seed(self.seed, f"fault/{fault.text}/{count}")
        self.faults.append(fault)
        self._learning = True

    def spoof(self, name: str, packet: Packet) -> None:
        """Node ``name`` sends ``packet`` as it stands, whatever its source address."""
        body = packet.body
        if isinstance(body, bytes):
            packet.reason = packet.reason or spoof_reason(packet)
        elif body.reason is None:
            body.reason = spoof_reason(packet)
        self.originate(self.node(name), packet)

    def spoof_bytes(self, name: str, data: bytes) -> None:
        """Node ``name`` sends these octets, right or wrong; ValueError when they have no
        IP header to send them by."""
        decoded = decode_packet(data, verify=False)
        packet = decoded.packet if isinstance(decoded, Malformed) else decoded
        if not isinstance(packet, Packet):
            raise Problem(
                "net.packet", "expected an IPv4 or IPv6 packet that begins with its header"
            )
        self.originate(self.node(name), packet, data)

    # --- packets ------------------------------------------------------------------

    def undisturbed(self) -> bool:
        """See :class:`Carrier`."""
        if self.taps or self._held:
            return False
        return not self._learning and not self.bytes_mode

    def originate(self, node: Node, packet: Packet, data: bytes = b"") -> None:
        """See :class:`Carrier`: cuts, numbers, shows to the faults, sends."""
        body = packet.body
        if not data and isinstance(body, Segment) and body.mss > 0:
            for piece in cut(packet):
                self._send(node, piece, data)
        else:
            self._send(node, packet, data)

    def _send(self, node: Node, packet: Packet, data: bytes) -> None:
        target = self._target(packet.final_dst)
        spoofed = not node.owns(packet.src) and not is_loopback(packet.src)
        verdict = self._judge(node, target, packet, spoofed)
        if verdict is not None and verdict.packet is not packet:
            packet = verdict.packet
            data = b""
        flight = self._flight(node.name, target, packet, data, spoofed)
        if verdict is None or not verdict.texts:
            node_depart(node, flight, self)
            self.announce(flight.sent)
        else:
            self._disturbed(node, flight, verdict)
        self._release(node.name, target, flight)
        if self._copies:
            self._send_copies()

    def _flight(
        self, origin: str, target: str, packet: Packet, data: bytes, spoofed: bool
    ) -> Flight:
        self.sent += 1
        sent = Transmission(self.sent, self.now, packet, data, origin, target, spoofed)
        flight = Flight(self.sent, self.now, packet, self.nodes[origin])
        flight.tell_as(sent)
        flight.data = data
        flight.group = self.is_group(packet.dst)
        return flight

    def _judge(self, node: Node, target: str, packet: Packet, spoofed: bool) -> Verdict | None:
        if not self._learning:
            return None
        flows = self.flows
        verdict = None
        if self.faults:
            flow = flows.flow(packet)
            peer = flows.reverse(packet)
            isn = flow.isn if flow is not None else -1
            peer_isn = peer.isn if peer is not None else -1
            look = flows.look(packet, self.sent + 1, node.name, target, self.now)
            verdict = judge(self.faults, look, max(isn, 0), max(peer_isn, 0))
        if not spoofed:
            flows.learn(packet)
        return verdict

    def _disturbed(self, node: Node, flight: Flight, verdict: Verdict) -> None:
        """A packet that faults act on."""
        sent = flight.sent
        sent.fault = "; ".join(verdict.texts)
        if verdict.corrupt is not None:
            flight.data = flip_bit(flight.packet, flight.data, verdict.corrupt.rng)
            sent.raw = flight.data
            sent.damaged = True
        if verdict.transit >= 0:
            flight.due = self.now + verdict.transit
        if verdict.dropped:
            self.settle(flight, DROPPED, "fault", None)
        elif verdict.hold >= 0 and (node.name, sent.target) not in self._held:
            self._hold(node, flight, verdict.hold)
        else:
            node_depart(node, flight, self)
        self.announce(sent)
        for transit in verdict.copies:
            twin = self._twin(flight, node.name)
            if transit >= 0:
                twin.due = self.now + transit
            twin.sent.fault = sent.fault
            node_depart(node, twin, self)
            self.announce(twin.sent)

    def _twin(self, flight: Flight, origin: str) -> Flight:
        sent = flight.sent
        twin = self._flight(origin, sent.target, flight.packet, flight.data, sent.spoofed)
        twin.sent.copy_of = sent.n
        twin.sent.damaged = sent.damaged
        return twin

    def _hold(self, node: Node, flight: Flight, limit: int) -> None:
        held = Held(self, node, flight)
        self._held[(node.name, flight.sent.target)] = held
        self.schedule(self.now + limit, ARRIVAL, held)

    def _release(self, origin: str, target: str, flight: Flight) -> None:
        """The next packet has left: what was held for it follows."""
        if self._held:
            held = self._held.get((origin, target))
            if held is not None and held.flight is not flight:
                held.let_go()

    def forget_held(self, held: "Held") -> None:
        """``held`` is on its way."""
        del self._held[(held.node.name, held.flight.sent.target)]

    def duplicate(self, flight: Flight, channel: Channel) -> None:
        """See :class:`Carrier`; the copy follows when the original has been told of."""
        self._copies.append((flight, channel))

    def _send_copies(self) -> None:
        copies, self._copies = self._copies, []
        for flight, channel in copies:
            twin = self._twin(flight, flight.sent.origin)
            twin.hops = flight.hops
            twin.channel = channel
            twin.node = channel.target
            twin.sent.next_hop = channel.target.name
            twin.sent.hop_arrives = channel.carry(twin)
            self.announce(twin.sent)

    def pieces(self, node: Node, flight: Flight, packets: list[Packet]) -> list[Flight]:
        """See :class:`Carrier`."""
        sent = flight.sent
        self.settle(flight, FRAGMENTED, "", None)
        self.announce(sent)
        flights: list[Flight] = []
        for packet in packets:
            piece = self._flight(node.name, sent.target, packet, b"", sent.spoofed)
            piece.sent.part_of = sent.n
            piece.due = flight.due
            piece.hops = flight.hops
            flights.append(piece)
        return flights

    def settle(self, flight: Flight, fate: str, cause: str, arrives: int | None) -> None:
        """See :class:`Carrier`. Of a broadcast's branches the first delivery counts."""
        sent = flight.sent
        if flight.group and sent.fate in (DELIVERED, CORRUPTED):
            return
        sent.fate = fate
        sent.cause = cause
        sent.arrives = arrives
        if sent.announced:
            for tap in self.taps:
                tap.settled(sent)

    def announce(self, sent: Transmission) -> None:
        """See :class:`Carrier`; once only."""
        if sent.announced:
            return
        sent.announced = True
        for tap in self.taps:
            tap.transmitted(sent)
        if sent.fate != IN_FLIGHT:
            for tap in self.taps:
                tap.settled(sent)

    # --- ways -----------------------------------------------------------------------

    def route(self, node: Node, dst: bytes) -> Channel | None:
        """See :class:`Carrier`."""
        owner = self._owners.get(dst)
        if owner is None:
            return None if node.kind == "router" else gateway(node)
        tree = self._trees.get(owner)
        if tree is None:
            tree = tree_towards(owner)
            self._trees[owner] = tree
        return tree.get(node)

    def knows_network(self, dst: bytes) -> bool:
        """See :class:`Carrier`."""
        number = int.from_bytes(dst, "big")
        shifts = {shift for size, shift, _ in self._networks if size == len(dst)}
        return any((len(dst), shift, number >> shift) in self._networks for shift in shifts)

    def owner(self, address: bytes) -> str | None:
        """The name of the node that has ``address``."""
        node = self._owners.get(address)
        return None if node is None else node.name

    def _target(self, dst: bytes) -> str:
        node = self._owners.get(dst)
        return format_address(dst) if node is None else node.name

    def is_group(self, dst: bytes) -> bool:
        """See :class:`Carrier`."""
        if is_multicast(dst) or is_broadcast(dst):
            return True
        return dst in self._broadcasts and dst not in self._owners

    # --- addresses ------------------------------------------------------------

    def _own(self, address: bytes, prefix_len: int, node: Node) -> None:
        if address in self._owners:
            raise Problem(
                "net.address",
                "two nodes have the address {address}",
                address=format_address(address),
            )
        self._owners[address] = node
        shift = len(address) * 8 - prefix_len
        network = int.from_bytes(address, "big") >> shift
        self._networks.add((len(address), shift, network))
        directed = directed_broadcast(address, prefix_len)
        if directed:
            self._broadcasts.add(directed)
        self._forget_routes()

    def _forget_routes(self) -> None:
        self._trees.clear()
        for node in self.nodes.values():
            node.forget_ways()


class Held(Item):
    """A packet kept back until the next one to the same host has left."""

    def __init__(self, network: Traffic, node: Node, flight: Flight) -> None:
        super().__init__()
        self.network: Traffic = network
        self.node: Node = node
        self.flight: Flight = flight
        self.gone: bool = False

    def fire(self) -> None:
        """No next one came in time."""
        if not self.gone:
            self.let_go()

    def let_go(self) -> None:
        """It leaves now."""
        self.gone = True
        self.network.forget_held(self)
        node_depart(self.node, self.flight, self.network)


def node_depart(node: Node, flight: Flight, network: Traffic) -> None:
    """First hop; what a node sends to itself comes back at once (or when a fault says)."""
    dst = flight.packet.dst
    if node.owns(dst) or is_loopback(dst):
        arrives = network.now if flight.due == UNSET else flight.due
        flight.node = node
        flight.sent.next_hop = node.name
        flight.sent.hop_arrives = arrives
        network.schedule(arrives, ARRIVAL, flight)
        fate = CORRUPTED if flight.sent.damaged else DELIVERED
        network.settle(flight, fate, "", arrives)
        return
    node.depart(flight)


def spoof_reason(packet: Packet) -> Reason:
    """Why a hand-made packet was sent."""
    return Reason(SPOOFED, {"src": format_address(packet.src), "dst": format_address(packet.dst)})
