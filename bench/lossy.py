"""A TUN device that loses data segments after cutting: 64 KB lose 1,448 octets, not all.

The loss is seeded, one draw per segment of data, both ways. What is left of a large
segment travels on as the large segments before and behind the gap, so that the offloads
stay in force.
"""

import random

from synfin.tun.device import TunDevice
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.malformed import Malformed
from synfin.wire.pieces import piece
from synfin.wire.tcp import Segment

GSO_SIZE = slice(4, 6)
"""Where virtio_net_hdr says how large the pieces are."""


class LossyDevice(TunDevice):
    """``loss``: the probability with which each segment of data is lost."""

    def __init__(self, fd: int, name: str, mtu: int, vnet: bool, max_segment: int) -> None:
        super().__init__(fd, name, mtu, vnet, max_segment)
        self.loss = 0.0
        self.dropped = 0
        self._dice = random.Random(1)
        self._waiting: list[Packet] = []

    def read(self) -> Packet | Malformed | None:
        """As it came, or a piece of it. A piece is a view of the device's buffer, which
        the next read from the kernel overwrites: that waits for the pieces."""
        while True:
            if self._waiting:
                return self._waiting.pop(0)
            packet = super().read()
            if packet is None or isinstance(packet, Malformed):
                return packet
            size = int.from_bytes(self._head[GSO_SIZE], "little") if self.vnet else 0
            self._waiting = self.survivors(packet, size)

    def write(self, packet: Packet) -> bool:
        """What the dice leave of it."""
        segment = packet.body
        size = segment.mss if isinstance(segment, Segment) else 0
        good = True
        for left in self.survivors(packet, size):
            good = super().write(left) and good
        return good

    def survivors(self, packet: Packet, mss: int) -> list[Packet]:
        """``packet`` cut at ``mss`` (0: not large), without what was lost, joined again."""
        segment = packet.body
        if not isinstance(segment, Segment) or packet.proto != PROTO_TCP or not segment.payload:
            return [packet]
        size = len(segment.payload)
        step = mss if 0 < mss < size else size
        lost = [at for at in range(0, size, step) if self._dice.random() < self.loss]
        if not lost:
            return [packet]
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
