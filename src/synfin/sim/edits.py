"""Rewriting one field of a packet in flight; checksums are made good again, since
packets travel as objects and are encoded afresh."""

from typing import Final

from synfin.sim.node import with_ttl
from synfin.wire.ip import Packet
from synfin.wire.options import Options
from synfin.wire.tcp import Segment
from synfin.wire.udp import Datagram

RELATIVE: Final = 0
ABSOLUTE: Final = 1
DELTA: Final = 2

NUMBERS: Final[dict[str, int]] = {
    "seq": 0xFFFFFFFF,
    "ack": 0xFFFFFFFF,
    "flags": 0xFF,
    "win": 0xFFFF,
    "urg": 0xFFFF,
    "sport": 0xFFFF,
    "dport": 0xFFFF,
    "ttl": 0xFF,
    "tos": 0xFF,
    "id": 0xFFFFFFFF,
    "df": 1,
    "mss": 0xFFFF,
    "wscale": 0xFF,
    "sackok": 1,
    "tsval": 0xFFFFFFFF,
    "tsecr": 0xFFFFFFFF,
}
"""Fields and their largest values; ``data`` (text) comes beside them."""

OPTION_FIELDS: Final = frozenset(("mss", "wscale", "sackok", "tsval", "tsecr"))
IP_FIELDS: Final = frozenset(("ttl", "tos", "id", "df"))
FIELDS: Final = (*NUMBERS, "data")


class Edit:
    """``field`` := ``value``.

    ``mode``: for ``seq`` and ``ack``, RELATIVE counts from the ISN (of the sender,
    of the receiver), ABSOLUTE is as on the wire; DELTA adds to what is there.
    For other fields RELATIVE and ABSOLUTE are the same. ``value`` -1 takes an
    option out. ``data`` is the new payload for the field of that name.
    """

    def __init__(self, field: str, value: int, mode: int = RELATIVE, data: bytes = b"") -> None:
        self.field: str = field
        self.value: int = value
        self.mode: int = mode
        self.data: bytes = data

    def apply(self, packet: Packet, isn: int, peer_isn: int) -> Packet:
        """The packet with the field changed; the very same object when it has no such
        field. ISNs that are not known are given as 0."""
        if self.field in IP_FIELDS:
            return self._ip(packet)
        body = packet.body
        if isinstance(body, Datagram):
            return self._datagram(packet, body)
        if not isinstance(body, Segment):
            return packet
        twin = copy_segment(body)
        if self.field in OPTION_FIELDS:
            twin.options = self._options(body.options)
        elif self.field == "data":
            twin.payload = self.data
        elif self.field == "seq":
            twin.seq = self._number(body.seq, isn)
        elif self.field == "ack":
            twin.ack = self._number(body.ack, peer_isn)
        else:
            self._plain(twin)
        changed = with_ttl(packet, packet.ttl)
        changed.body = twin
        return changed

    def _number(self, old: int, base: int) -> int:
        if self.mode == DELTA:
            return (old + self.value) & 0xFFFFFFFF
        if self.mode == RELATIVE:
            return (base + self.value) & 0xFFFFFFFF
        return self.value

    def _moved(self, old: int) -> int:
        if self.mode == DELTA:
            return (old + self.value) & NUMBERS[self.field]
        return self.value

    def _plain(self, segment: Segment) -> None:
        field = self.field
        if field == "flags":
            segment.flags = self.value
        elif field == "win":
            segment.window = self._moved(segment.window)
        elif field == "urg":
            segment.urgent = self._moved(segment.urgent)
        elif field == "sport":
            segment.src_port = self._moved(segment.src_port)
        else:
            segment.dst_port = self._moved(segment.dst_port)

    def _options(self, old: Options) -> Options:
        new = old.copy()
        field = self.field
        if field == "mss":
            new.mss = self.value if self.value < 0 else self._moved(old.mss)
        elif field == "wscale":
            new.window_scale = self.value if self.value < 0 else self._moved(old.window_scale)
        elif field == "sackok":
            new.sack_permitted = self.value > 0
        elif field == "tsval":
            gone = self.value < 0 and self.mode != DELTA
            new.ts_val = -1 if gone else self._moved(old.ts_val)
        else:
            new.ts_ecr = self._moved(old.ts_ecr)
        return new

    def _ip(self, packet: Packet) -> Packet:
        twin = with_ttl(packet, packet.ttl)
        if self.field == "ttl":
            twin.ttl = self._moved(packet.ttl)
        elif self.field == "tos":
            twin.tos = self._moved(packet.tos)
        elif self.field == "id":
            twin.ident = self._moved(packet.ident)
        else:
            twin.df = self.value != 0
        return twin

    def _datagram(self, packet: Packet, old: Datagram) -> Packet:
        new = Datagram(old.src_port, old.dst_port, old.payload, old.checksum_off)
        new.reason = old.reason
        if self.field == "sport":
            new.src_port = self._moved(old.src_port)
        elif self.field == "dport":
            new.dst_port = self._moved(old.dst_port)
        elif self.field == "data":
            new.payload = self.data
        else:
            return packet
        twin = with_ttl(packet, packet.ttl)
        twin.body = new
        return twin


def copy_segment(old: Segment) -> Segment:
    """A segment with the same fields; payload and options are shared."""
    new = Segment(
        old.src_port,
        old.dst_port,
        old.seq,
        old.ack,
        old.flags,
        old.window,
        old.options,
        old.payload,
        old.urgent,
        old.mss,
    )
    new.ecn = old.ecn
    new.reason = old.reason
    return new
