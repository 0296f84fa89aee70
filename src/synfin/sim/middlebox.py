"""A middlebox with state: it lets pass what belongs to a connection that it remembers.

Stateful firewalls and address translators forget a connection that was idle for too long
(RFC 5382 §5 asks for 2 h 4 min; 350 s and less are usual). The ends are not told: what they
send then is dropped in silence.
"""

from typing import Final

from synfin.sim.flows import FlowMemory
from synfin.sim.node import Carrier, Flight
from synfin.sim.router import Router
from synfin.sim.tap import DROPPED
from synfin.wire.ip import Packet
from synfin.wire.tcp import ACK, RST, SYN, Segment
from synfin.wire.udp import Datagram

MAX_ENTRIES: Final = 65_536
"""Entries kept when nothing else is said; the one idle for longest makes room."""

Entry = tuple[bytes, int, bytes, int]


class Middlebox(Router):
    """Forwards as a router does; TCP and UDP only where it has an entry.

    A SYN or a datagram makes one, a reset ends it, each packet in either direction renews it.
    ``idle_ns``: how long an entry outlives the last packet. ``most``: how many it keeps.
    ``evicted`` counts entries lost by idleness, for room, or by :meth:`forget`.
    """

    def __init__(
        self, name: str, carrier: Carrier, flows: FlowMemory, idle_ns: int, most: int = MAX_ENTRIES
    ) -> None:
        super().__init__(name, carrier, flows)
        self.idle_ns: int = idle_ns
        self.most: int = most
        self.evicted: int = 0
        self._entries: dict[Entry, int] = {}
        """Entry -> time of its last packet, the longest idle one first."""

    def forget(self) -> None:
        """Loses all entries at once, as when it restarts."""
        self.evicted += len(self._entries)
        self._entries.clear()

    @property
    def entries(self) -> int:
        """How many connections it remembers now."""
        self._expire(self.carrier.now)
        return len(self._entries)

    def _filtered(self, flight: Flight) -> bool:
        if super()._filtered(flight):
            return True
        if self._passes(flight.packet):
            return False
        self.carrier.settle(flight, DROPPED, "no-state", None)
        return True

    def _passes(self, packet: Packet) -> bool:
        body = packet.body
        if not isinstance(body, Segment | Datagram):
            return True
        now = self.carrier.now
        self._expire(now)
        key = entry_of(packet.src, body.src_port, packet.final_dst, body.dst_port)
        known = self._entries.pop(key, -1) >= 0
        if isinstance(body, Segment):
            if not known and body.flags & (SYN | ACK) != SYN:
                return False
            if body.flags & RST:
                return True
        if len(self._entries) >= self.most:
            del self._entries[next(iter(self._entries))]
            self.evicted += 1
        self._entries[key] = now
        return True

    def _expire(self, now: int) -> None:
        entries = self._entries
        while entries:
            oldest = next(iter(entries))
            if entries[oldest] + self.idle_ns > now:
                return
            del entries[oldest]
            self.evicted += 1


def entry_of(src: bytes, src_port: int, dst: bytes, dst_port: int) -> Entry:
    """Both directions of a connection have the same entry."""
    if (src, src_port) < (dst, dst_port):
        return (src, src_port, dst, dst_port)
    return (dst, dst_port, src, src_port)
