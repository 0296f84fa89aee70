"""Links: delay, jitter, rate, a drop-tail queue, an MTU - and bad luck, seeded."""

import random
from typing import Final

from synfin.core.problems import Problem
from synfin.sim.aqm import DROP, MARK, QueueManager, Red, Threshold
from synfin.sim.luck import Luck
from synfin.sim.node import UNSET, Carrier, Channel, Flight, Node, with_ttl
from synfin.sim.queue import Lane
from synfin.sim.streams import stream
from synfin.sim.tap import CORRUPTED, DELIVERED, DROPPED, QUEUE_FULL
from synfin.wire.ip import Packet, decode_packet, encode_packet, header_length, packet_length
from synfin.wire.malformed import Malformed
from synfin.wire.tcp import CE, NOT_ECT, Segment

DEFAULT_QUEUE: Final = 1000
"""Packets that may wait for a link with a rate when nothing is said."""
MAX_IN_FLIGHT: Final = 100_000
"""Packets that fit on one link at once; the next one is dropped (drop-tail)."""
SECOND: Final = 1_000_000_000


class Wire(Channel):
    """One direction of a link. All of it may be changed while the run goes on.

    - ``delay``, ``jitter``: ns; each packet takes delay + U(0, jitter). Jitter
      alone never reorders, unless ``allow_reorder``.
    - ``rate``: bit/s, counted over the whole IP packet; 0 is endless.
    - ``queue_packets``, ``queue_bytes``: what may wait beside the packet being
      sent (0: 1000 packets, no limit in octets); only a link with a rate queues.
    - ``manager``: what a queue does before it is full: :meth:`mark_from`, :meth:`red`.
    - ``loss``, ``duplicate``, ``reorder``, ``corrupt``: probabilities, 0 to 1;
      a reordered packet takes ``reorder_delay`` longer (0: as long again). What they
      strike is in ``losses``, ``duplicates``, ``reorders``, ``corruptions``.
    """

    def __init__(
        self,
        carrier: Carrier,
        source: Node,
        target: Node,
        delay: int,
        mtu: int,
        seed: int,
        name: str,
    ) -> None:
        super().__init__(source, target, mtu)
        self.carrier: Carrier = carrier
        self.delay: int = delay
        self.jitter: int = 0
        self.rate: int = 0
        self.queue_packets: int = 0
        self.queue_bytes: int = 0
        self.allow_reorder: bool = False
        self.loss: float = 0.0
        self.duplicate: float = 0.0
        self.reorder: float = 0.0
        self.reorder_delay: int = 0
        self.corrupt: float = 0.0
        self.up: bool = True
        self.in_flight: int = 0
        self.carried: int = 0
        self.lost: int = 0
        self.overflowed: int = 0
        self.marked: int = 0
        self.manager: QueueManager | None = None
        self.losses: Luck = Luck(seed, name + "/loss")
        self.duplicates: Luck = Luck(seed, name + "/duplicate")
        self.reorders: Luck = Luck(seed, name + "/reorder")
        self.corruptions: Luck = Luck(seed, name + "/corrupt")
        self._rng: random.Random = stream(seed, name)
        self._lane: Lane = Lane()
        self._waiting: int = 0
        """Packets not yet wholly sent, the one being sent included."""
        self._waiting_bytes: int = 0
        self._leaving: Flight | None = None
        """The first of them; each knows the one behind it."""
        self._entering: Flight | None = None
        """The last of them."""
        self._timed_length: int = -1
        self._timed_rate: int = 0
        self._timed: int = 0
        """How long ``_timed_length`` octets take at ``_timed_rate``, ns."""
        self._busy_until: int = -(1 << 62)
        self._last_arrival: int = -(1 << 62)

    def queue_length(self) -> int:
        """Packets waiting or being sent now."""
        self._drain(self.carrier.now)
        return self._waiting

    def carry(self, flight: Flight) -> int | None:
        """See :class:`Channel`: loss, queue, transmission, propagation."""
        if not self.up:
            self._lose(flight, DROPPED, "link-down")
            return None
        if self.loss and self.losses.strikes(self.loss):
            self._lose(flight, DROPPED, "loss")
            return None
        if self.in_flight >= MAX_IN_FLIGHT or not self._room(flight):
            self.overflowed += 1
            self._lose(flight, QUEUE_FULL, "queue")
            return None
        if self.manager is not None and not self._managed(flight, self.manager):
            self._lose(flight, DROPPED, "aqm")
            return None
        if self.corrupt and self.corruptions.strikes(self.corrupt):
            flight.data = flip_bit(flight.packet, flight.data, self._rng)
            flight.sent.damaged = True
            if flight.sent.next_hop == "":
                flight.sent.raw = flight.data
        arrival = self._arrival(flight)
        self.in_flight += 1
        self.carried += 1
        if self.carrier.bytes_mode and not flight.data:
            through_bytes(flight)
        self.carrier.queue.push_arrival(arrival, flight, self._lane)
        if not self.target.forwards or self.target.owns(flight.packet.final_dst):
            fate = CORRUPTED if flight.sent.damaged else DELIVERED
            self.carrier.settle(flight, fate, "", arrival)
        if self.duplicate and self.duplicates.strikes(self.duplicate):
            self.carrier.duplicate(flight, self)
        return arrival

    def landed(self, flight: Flight) -> bool:
        """See :class:`Channel`."""
        self.in_flight -= 1
        self._drain(self.carrier.now)
        if self.up:
            return True
        self._lose(flight, DROPPED, "link-down")
        return False

    def _lose(self, flight: Flight, fate: str, cause: str) -> None:
        self.lost += 1
        self.carrier.settle(flight, fate, cause, None)

    def _drain(self, now: int) -> None:
        flight = self._leaving
        if flight is None or flight.leaves > now:
            return
        while flight is not None and flight.leaves <= now:
            self._waiting -= 1
            self._waiting_bytes -= flight.length
            flight = flight.behind
        self._leaving = flight

    def _room(self, flight: Flight) -> bool:
        """Drop-tail: a packet that finds the queue full is lost."""
        if self.rate == 0 or flight.due != UNSET:
            return True
        return self._has_room(len(flight.data) or packet_length(flight.packet))

    def _has_room(self, length: int) -> bool:
        self._drain(self.carrier.now)
        if self._waiting > (self.queue_packets or DEFAULT_QUEUE):
            return False
        leaving = self._leaving
        if self.queue_bytes == 0 or leaving is None:
            return True
        return self._waiting_bytes - leaving.length + length <= self.queue_bytes

    def mark_from(self, packets: int) -> None:
        """From so many waiting packets on mark what declares ECT. Raises ValueError for
        less than 1."""
        self.manager = Threshold(packets)

    def red(self, low: int, high: int) -> None:
        """Random Early Detection between these lengths. Raises ValueError unless
        0 <= low < high."""
        self.manager = Red(low, high, self._rng)

    def _managed(self, flight: Flight, manager: QueueManager) -> bool:
        """Ask the queue's manager; False when the packet is dropped. Octets that travel
        as they are cannot be marked."""
        if self.rate == 0 or flight.due != UNSET:
            return True
        tos = flight.packet.tos
        ect = tos & 3 != NOT_ECT and not flight.data
        verdict = manager.judge(max(self._waiting - 1, 0), ect)
        if verdict == MARK and tos & 3 != CE:
            flight.packet = with_ttl(flight.packet, flight.packet.ttl)
            flight.packet.tos = tos | CE
            flight.sent.marked = True
            self.marked += 1
        return verdict != DROP

    def _arrival(self, flight: Flight) -> int:
        now = self.carrier.now
        if flight.due != UNSET:
            return max(flight.due, now)
        leaves = now
        if self.rate:
            leaves = self._wait(flight, len(flight.data) or packet_length(flight.packet))
        arrival = leaves + self.delay
        if self.jitter:
            arrival += self._rng.randrange(self.jitter + 1)
        if self.reorder and self.reorders.strikes(self.reorder):
            return arrival + (self.reorder_delay or self.delay)
        if not self.allow_reorder and arrival < self._last_arrival:
            arrival = self._last_arrival
        self._last_arrival = arrival
        return arrival

    def _wait(self, flight: Flight, length: int) -> int:
        """``flight`` queues for the link: when its last bit leaves, ns."""
        if length != self._timed_length or self.rate != self._timed_rate:
            self._timed_length = length
            self._timed_rate = self.rate
            self._timed = -(-length * 8 * SECOND // self.rate)
        leaves = max(self.carrier.now, self._busy_until) + self._timed
        self._busy_until = leaves
        flight.leaves = leaves
        flight.length = length
        flight.behind = None
        last = self._entering
        if self._leaving is None or last is None:
            self._leaving = flight
        else:
            last.behind = flight
        self._entering = flight
        self._waiting += 1
        self._waiting_bytes += length
        return leaves

    def _is_plain(self) -> bool:
        """Nothing but loss, delay, rate and queue."""
        if not self.up or self.manager is not None or self.jitter:
            return False
        return self.reorder == 0.0 and self.corrupt == 0.0 and self.duplicate == 0.0

    def launch(self, packet: Packet) -> bool:
        """See :class:`Channel`."""
        length = packet_length(packet)
        if length > self.mtu or not self._is_plain():
            return False
        carrier = self.carrier
        carrier.sent += 1
        if self.loss > 0.0 and self.losses.strikes(self.loss):
            self.lost += 1
            return True
        if self.in_flight >= MAX_IN_FLIGHT or (self.rate and not self._has_room(length)):
            self.overflowed += 1
            self.lost += 1
            return True
        now = carrier.now
        flight = Flight(carrier.sent, now, packet, self.target)
        flight.channel = self
        arrival = (self._wait(flight, length) if self.rate else now) + self.delay
        if not self.allow_reorder and arrival < self._last_arrival:
            arrival = self._last_arrival
        self._last_arrival = arrival
        self.in_flight += 1
        self.carried += 1
        carrier.queue.push_arrival(arrival, flight, self._lane)
        return True


class Link:
    """Both directions between two nodes; :meth:`toward` gives one of them."""

    def __init__(self, carrier: Carrier, a: Node, b: Node, delay: int, mtu: int, seed: int) -> None:
        self.a: Node = a
        self.b: Node = b
        twins = sum(1 for channel in a.channels if channel.target is b)
        name = f"link/{a.name}/{b.name}/{twins}"
        self.forward: Wire = Wire(carrier, a, b, delay, mtu, seed, name + "/>")
        self.backward: Wire = Wire(carrier, b, a, delay, mtu, seed, name + "/<")

    def toward(self, name: str) -> Wire:
        """The direction that ends at node ``name``; ValueError when none does."""
        if name == self.b.name:
            return self.forward
        if name == self.a.name:
            return self.backward
        raise Problem(
            "net.link-end",
            "the link {a}-{b} does not end at '{name}'",
            a=self.a.name,
            b=self.b.name,
            name=name,
        )

    def set_up(self, up: bool) -> None:
        """Plugs or pulls the cable; what is on it when it is down is lost."""
        self.forward.up = up
        self.backward.up = up


def through_bytes(flight: Flight) -> None:
    """Encodes and decodes the packet; only the reasons are carried over. What cannot
    be decoded travels on as octets."""
    packet = flight.packet
    data = encode_packet(packet)
    decoded = decode_packet(data)
    if isinstance(decoded, Malformed):
        flight.data = data
        return
    decoded.reason = packet.reason
    if not isinstance(decoded.body, bytes) and not isinstance(packet.body, bytes):
        decoded.body.reason = packet.body.reason
    flight.packet = decoded


def flip_bit(packet: Packet, data: bytes, rng: random.Random) -> bytes:
    """The octets of ``packet`` (or ``data``) with one bit flipped: in the payload, or,
    where there is none, in the upper layer's header; the IP header stays whole."""
    octets = bytearray(data or encode_packet(packet))
    start = header_length(packet)
    body = packet.body
    if isinstance(body, Segment):
        if len(body.payload):
            start = len(octets) - len(body.payload)
    elif not isinstance(body, bytes) and len(octets) - start > 8:
        start += 8
    if start >= len(octets):
        return bytes(octets)
    bit = rng.randrange((len(octets) - start) * 8)
    octets[start + bit // 8] ^= 0x80 >> bit % 8
    return bytes(octets)
