"""A TUN device that loses data segments after cutting: 64 KB lose 1,448 octets, not all.

The loss is seeded, the same for every segment of data, both ways; drawn is how many
survive until the next one is lost, so that a packet that loses nothing costs next to
nothing. What is left of a large segment travels on as the large segments before and
behind the gap, so that the offloads stay in force.
"""

import math
import random

from synfin.tun.device import TunDevice
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.malformed import Malformed
from synfin.wire.pieces import piece
from synfin.wire.tcp import Segment

NEVER = 1 << 60


class LossyDevice(TunDevice):
    """``loss``: the probability with which each segment of data is lost."""

    def __init__(self, fd: int, name: str, mtu: int, vnet: bool, max_segment: int) -> None:
        super().__init__(fd, name, mtu, vnet, max_segment)
        self.loss = 0.0
        self.dropped = 0
        self._dice = random.Random(1)
        self._until_next = -1
        """So many segments survive before the next loss; -1: not drawn yet."""
        self._waiting: list[Packet] = []

    def read(self) -> Packet | Malformed | None:
        """As it came, or a piece of it."""
        while True:
            if self._waiting:
                return self._waiting.pop(0)
            packet = TunDevice.read(self)
            if packet is None or isinstance(packet, Malformed):
                return packet
            segment = packet.body
            if not isinstance(segment, Segment) or not segment.payload:
                return packet
            gso_size = self.last_gso_size()
            if self._spared(segment, gso_size):
                return packet
            self._waiting = self.survivors(packet, gso_size)

    def write(self, packet: Packet) -> bool:
        """What the dice leave of it."""
        segment = packet.body
        if not isinstance(segment, Segment) or self._spared(segment, segment.mss):
            return TunDevice.write(self, packet)
        good = True
        for left in self.survivors(packet, segment.mss):
            good = TunDevice.write(self, left) and good
        return good

    def _spared(self, segment: Segment, mss: int) -> bool:
        """The next loss is not in this one; then it has been counted."""
        size = len(segment.payload)
        if size == 0:
            return True
        count = -(-size // mss) if 0 < mss < size else 1
        if self._until_next < count:
            return False
        self._until_next -= count
        return True

    def _gap(self) -> int:
        """How many segments survive between two losses (a geometric distribution)."""
        if self.loss <= 0:
            return NEVER
        if self.loss >= 1:
            return 0
        return int(min(math.log(1 - self._dice.random()) / math.log1p(-self.loss), NEVER))

    def survivors(self, packet: Packet, mss: int) -> list[Packet]:
        """``packet`` cut at ``mss`` (0: not large), without what was lost, joined again."""
        segment = packet.body
        if not isinstance(segment, Segment) or packet.proto != PROTO_TCP or not segment.payload:
            return [packet]
        size = len(segment.payload)
        step = mss if 0 < mss < size else size
        count = -(-size // step)
        if self._until_next < 0:
            self._until_next = self._gap()
        if self._until_next >= count:
            self._until_next -= count
            return [packet]
        lost: list[int] = []
        place = self._until_next
        while place < count:
            lost.append(place * step)
            place += 1 + self._gap()
        self._until_next = place - count
        self.dropped += len(lost)
        pieces: list[Packet] = []
        start = 0
        for gap in [*lost, size]:
            if gap > start:
                pieces.append(part(packet, segment, start, gap, step))
            start = gap + step
        return pieces


def part(packet: Packet, segment: Segment, start: int, end: int, mss: int) -> Packet:
    """The octets from ``start`` to ``end`` of it, as a large segment if they need it."""
    made = piece(packet, segment, start, end, start // mss)
    body = made.body
    assert isinstance(body, Segment)
    body.mss = mss if end - start > mss else 0
    return made
