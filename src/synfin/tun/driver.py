"""The real-time driver: one host, one TUN device, the monotonic clock.

The counterpart of :class:`synfin.sim.network.Network`: it alone calls the host's
doors, and never from within one another.
"""

import os
import select
import time
from collections.abc import Callable
from typing import Final

from synfin.core.events import Observer
from synfin.core.interpreted import mypyc_attr
from synfin.core.settings import LINUX, Settings
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.tun.device import TunDevice
from synfin.wire.address import parse_address
from synfin.wire.ip import Packet
from synfin.wire.malformed import Malformed

_monotonic_ns: Final[Callable[[], int]] = time.monotonic_ns

BATCH: Final = 16
"""How many packets are read before what they caused is sent, so that one ACK answers them
all. RFC 9293 asks for that (MUST-59: process all that is queued first), and it departs from
SHLD-19, by which every second full-sized segment is acknowledged: on one host the round
trip is so short that ACKs clock nothing, and each costs as much as several segments."""
REACT_EVERY: Final = 4
"""How many packets are read before the application hears of them: views that are done with
give their buffers back while those are in the processor's cache."""
POLL_BUDGET: Final = 64
MAX_ROUNDS: Final = 10_000
"""Rounds of reactions and polls in one turn; more is an endless loop."""
MAX_WAIT_NS: Final = 1_000_000_000


@mypyc_attr(allow_interpreted_subclasses=True)
class Watcher:
    """Told of each packet that passes the device; the default looks away."""

    def sent(self, packet: Packet, now: int, lost: bool) -> None:
        """synfin sent it; ``lost``: the device refused it."""

    def arrived(self, packet: Packet, now: int) -> None:
        """It came from the kernel; synfin looks at it next."""

    def handled(self, now: int) -> None:
        """synfin has looked at it."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Driver:
    """Runs :attr:`host` on ``device`` in real time.

    ``ready(socket)`` is called for each socket whose readiness changed. Other file
    descriptors may be watched with :meth:`add_reader`. Time is ns since the driver
    was made.
    """

    def __init__(
        self,
        device: TunDevice,
        address: str,
        settings: Settings = LINUX,
        name: str = "synfin",
        observer: Observer | None = None,
        watcher: Watcher | None = None,
        prefix_len: int = 24,
        batch: int = BATCH,
    ) -> None:
        """``batch``: see :data:`BATCH`; 1 sends an ACK for what each packet caused."""
        self.device = device
        self.batch = batch
        self.watcher = watcher
        self._origin = _monotonic_ns()
        self.host = Host(name, settings, self.now, os.urandom, observer)
        self.host.add_address(parse_address(address), prefix_len, device.mtu)
        self.host.set_offload(device.max_segment)
        self.ready: Callable[[Socket], None] = _ignore
        self.late_ns = 0
        """The most by which a timer was served late."""
        self._epoll = select.epoll()
        self._epoll.register(device.fd, select.EPOLLIN)
        self._last_batch = 0
        self._readers: dict[int, Callable[[], None]] = {}

    def now(self) -> int:
        """ns since the driver was made, in whole microseconds."""
        now = _monotonic_ns() - self._origin
        return now - now % 1000

    def add_reader(self, fd: int, callback: Callable[[], None]) -> None:
        """Calls ``callback`` when ``fd`` can be read. PermissionError for a file, which
        always can."""
        self._epoll.register(fd, select.EPOLLIN)
        self._readers[fd] = callback

    def remove_reader(self, fd: int) -> None:
        """No more."""
        if self._readers.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def close(self) -> None:
        """Lets go of the epoll; the device stays its owner's."""
        self._epoll.close()

    # -- running --------------
    def run(self, done: Callable[[], bool], timeout_ns: int) -> bool:
        """Turns until ``done()`` or ``timeout_ns`` have passed; whether it was done."""
        end = self.now() + timeout_ns
        self.service()
        while not done():
            now = self.now()
            if now >= end:
                return False
            self.turn(end - now)
        return True

    def turn(self, most_ns: int) -> None:
        """Waits for a packet or a deadline, at most ``most_ns``, and does what is due."""
        host = self.host
        now = self.now()
        due = host.not_before()
        arrived = self.device.holds_more()
        wait = 0 if arrived else max(0, min(min(due - now, most_ns), MAX_WAIT_NS))
        # Rounded up to a millisecond: rounded down it would spin.
        events = self._epoll.poll(-(-wait // 1_000_000) / 1000)
        now = self.now()
        for fd, _ in events:
            if fd == self.device.fd:
                arrived = True
            elif fd in self._readers:
                self._readers[fd]()
        if arrived:
            self._arrivals()  # before timers: the ACK that a timer waits for may have come
        if now >= due:
            now = self.now()
            due = host.deadline()
            if now >= due:
                self.late_ns = max(self.late_ns, now - due)
                host.tick(now)
        self.service()

    def _arrivals(self) -> None:
        """At most one batch of packets. What they make ready is looked at now and then:
        views that are done with give their buffers back while those are in the cache."""
        device, host, watcher = self.device, self.host, self.watcher
        alone = self._last_batch == 1
        self._last_batch = 0
        for count in range(1, self.batch + 1):
            packet = device.read()
            if packet is None:
                return
            self._last_batch = count
            now = self.now()
            if isinstance(packet, Malformed):
                host.receive_bytes(device.last(), now)
            elif watcher is None:
                host.receive(packet, now)
            else:
                watcher.arrived(packet, now)
                host.receive(packet, now)
                watcher.handled(now)
            packet = None  # the device may have its buffer back
            if alone:
                # Most likely there is nothing more: no answer waits for the read that says so.
                alone = False
                self.service()
            elif count % REACT_EVERY == 0:
                for sock in host.take_ready():
                    self.ready(sock)

    def service(self) -> None:
        """Reactions and packets, until there are no more."""
        host = self.host
        for _ in range(MAX_ROUNDS):
            if not host.stirs():
                return
            ready = host.take_ready()
            for sock in ready:
                self.ready(sock)
            packets = host.poll(self.now(), POLL_BUDGET)
            for packet in packets:
                self._send(packet)
        raise RuntimeError("the host is still busy after many rounds: a reaction loops")

    def _send(self, packet: Packet) -> None:
        if self.host.addresses.is_own(packet.dst):
            self.host.receive(packet, self.now())
            return
        good = self.device.write(packet)
        if self.watcher is not None:
            self.watcher.sent(packet, self.now(), not good)


def _ignore(_sock: Socket) -> None:
    """Nobody waits for readiness."""
