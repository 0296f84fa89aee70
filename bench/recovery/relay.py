"""The link between two TUN devices, in real time: rate, queue, delay, seeded loss.

It does what :class:`synfin.sim.links.Wire` does in virtual time, with the octets of
the kernel's own packets.
"""

import os
import random
import select
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from bench.recovery.capture import Capture
from bench.recovery.cells import QUEUE_PACKETS, RATE_BPS
from synfin.core.settings import SECOND

MOST_AT_ONCE: Final = 64
LATE_NS: Final = SECOND // 1000
"""A packet handed over later than this is counted: the machine was too busy to measure."""


class OneWay:
    """One direction: packets read from ``source`` reach ``target`` later, or never."""

    def __init__(
        self, source: int, target: int, delay_ns: int, loss: float, rng: random.Random | None
    ) -> None:
        self.source = source
        self.target = target
        self.delay = delay_ns
        self.loss = loss
        self.rng = rng
        self.flying: deque[tuple[int, bytes]] = deque()
        self.waiting: deque[int] = deque()
        self.busy_until = 0
        self.data_packets = 0
        self.lost = 0
        self.overflowed = 0
        self.late = 0

    def take(self, now: int, capture: Capture | None, start: int) -> None:
        """Reads what the kernel has sent by ``now``."""
        for _ in range(MOST_AT_ONCE):
            try:
                packet = os.read(self.source, 65_535)
            except BlockingIOError:
                return
            if capture is not None:
                capture.add(now - start, packet)
            self.enter(packet, now)

    def enter(self, packet: bytes, now: int) -> None:
        """A packet comes to the link: it is lost, refused, or on its way."""
        if has_payload(packet):
            self.data_packets += 1
            if self.rng is not None and self.rng.random() < self.loss:
                self.lost += 1
                return
        waiting = self.waiting
        while waiting and waiting[0] <= now:
            waiting.popleft()
        if len(waiting) > QUEUE_PACKETS:
            self.overflowed += 1
            return
        leaves = max(now, self.busy_until) + -(-len(packet) * 8 * SECOND // RATE_BPS)
        self.busy_until = leaves
        waiting.append(leaves)
        self.flying.append((leaves + self.delay, packet))

    def give(self, now: int) -> None:
        """Hands over what has arrived by ``now``."""
        flying = self.flying
        while flying and flying[0][0] <= now:
            due, packet = flying.popleft()
            self.late += now - due > LATE_NS
            os.write(self.target, packet)

    def next_due(self) -> int:
        """When the next packet arrives; far away if none is on its way."""
        return self.flying[0][0] if self.flying else 1 << 62


def has_payload(packet: bytes) -> bool:
    """Whether an IPv4 packet is TCP with text."""
    if len(packet) < 40 or packet[0] >> 4 != 4 or packet[9] != 6:
        return False
    header = (packet[0] & 15) * 4
    return len(packet) > header + (packet[header + 12] >> 4) * 4


def relay(
    ways: tuple[OneWay, OneWay],
    done: Callable[[], bool],
    watch: list[int],
    limit_ns: int,
    capture: Capture | None,
) -> bool:
    """Carries packets until ``done()`` (asked when a descriptor of ``watch`` has something)
    or, False, ``limit_ns`` have passed."""
    start = time.monotonic_ns()
    sources = [way.source for way in ways]
    while True:
        now = time.monotonic_ns()
        if now - start > limit_ns:
            return False
        due = min(way.next_due() for way in ways)
        pause = min(max(0, due - now), SECOND // 10) / SECOND
        readable = select.select(sources + watch, [], [], pause)[0]
        now = time.monotonic_ns()
        for way in ways:
            if way.source in readable:
                way.take(now, capture, start)
        for way in ways:
            way.give(now)
        if any(fd in readable for fd in watch) and done():
            return True
