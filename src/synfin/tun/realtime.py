"""A network of the simulator in real time; some of its hosts are the kernel behind a TUN device.

Links, faults, dice and taps are :mod:`synfin.sim`'s; here is only what keeps their time in
step with the clock, and the way of packets in and out of devices. Packets travel as the
octets that came, unless a fault rewrites them. Devices give bare packets of at most the
MTU, so what faults meet is what would be on the wire.
"""

import errno
import os
import select
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from synfin.core.events import Observer
from synfin.core.settings import MICROSECOND, MILLISECOND, SECOND, Settings
from synfin.core.timers import NEVER
from synfin.sim.faults import parse_fault
from synfin.sim.host import Engine, Factory, SimHost
from synfin.sim.network import Network, default_factory
from synfin.wire.ip import Packet, decode_packet, encode_packet
from synfin.wire.malformed import Malformed

BATCH: Final = 16
"""Packets read from a device before what is due is looked after."""
STEPS: Final = 256
"""Events that happen before devices are looked at again."""
MAX_WAIT_NS: Final = SECOND
MAX_READ: Final = 65_535
_LOST: Final = frozenset(
    {errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.EIO, errno.EINVAL}
    | {getattr(errno, "EBADFD", errno.EBADF)}
)


@dataclass(frozen=True)
class Link:
    """A way between two hosts, both directions alike: ns, bit/s, probabilities 0 to 1.
    ``faults`` are texts such as ``client>server SYN nth=1 drop``
    (:func:`synfin.sim.faults.parse_fault`); ``seed`` is that of all dice."""

    delay: int = 0
    jitter: int = 0
    rate: int = 0
    queue: int = 0
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    corrupt: float = 0.0
    faults: Sequence[str] = ()
    seed: int = 1

    def join(self, network: Network, a: str, b: str, mtu: int) -> None:
        """Puts it between the hosts ``a`` and ``b``. Raises ValueError for a bad fault."""
        network.link(
            a,
            b,
            self.delay,
            jitter_ns=self.jitter,
            rate_bps=self.rate,
            queue_packets=self.queue,
            mtu=mtu,
            loss=self.loss,
            duplicate=self.duplicate,
            reorder=self.reorder,
            corrupt=self.corrupt,
        )
        for text in self.faults:
            network.add_fault(parse_fault(text))


class Gate:
    """What the simulator wants of a host; behind it is the kernel of a namespace."""

    def __init__(self, device: int) -> None:
        self.device = device
        self.refused = 0
        """Packets that the device did not take."""

    def add_address(self, addr: bytes, prefix_len: int = 24, mtu: int = 1500) -> None:
        """The kernel has its own."""

    def receive(self, packet: Packet, now: int) -> None:
        """A packet of a simulated host, or one that a fault rewrote."""
        self.receive_bytes(encode_packet(packet), now)

    def receive_bytes(self, data: bytes, now: int) -> None:
        """A packet for the kernel."""
        try:
            os.write(self.device, data)
        except OSError as error:
            if error.errno not in _LOST:
                raise
            self.refused += 1

    def tick(self, now: int) -> None:
        """The kernel has its own timers."""

    def deadline(self) -> int:
        """See :meth:`tick`."""
        return NEVER

    def poll(self, now: int, budget: int = 64) -> list[Packet]:
        """What the kernel sends is read by :class:`RealTime`."""
        return []

    def take_ready(self) -> list[object]:
        """The programs have sockets of their own."""
        return []


class RealTime:
    """``net`` in real time. ``devices``: which of its hosts are gates, and the descriptor of
    each one's TUN device (non-blocking, bare packets). The other hosts have ``factory``'s
    engines. Add hosts and links to ``net``, then call :meth:`begin`.

    ``late_ns``: the most by which an event was late.
    """

    def __init__(
        self, devices: Mapping[str, int], seed: int = 1, factory: Factory = default_factory
    ) -> None:
        self._zero = time.monotonic_ns()
        self._epoll = select.epoll()
        self._watched: dict[int, Callable[[int], None]] = {}
        self._devices = dict(devices)
        self._factory = factory
        self.late_ns = 0
        self.unreadable = 0
        """Packets that were no IP packets."""
        self.last_sent = 0
        """When a device last gave a packet, ns."""
        self.net = Network(seed=seed, factory=self._make)

    def _make(
        self,
        name: str,
        settings: Settings,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        observer: Observer | None,
    ) -> Engine:
        if name in self._devices:
            return Gate(self._devices[name])
        return self._factory(name, settings, clock, random, observer)

    def begin(self) -> None:
        """The devices are listened to."""
        for name, device in self._devices.items():
            self.watch(device, select.EPOLLIN, partial(self._read, self.net.host(name), device))

    def close(self) -> None:
        """Lets go of the epoll; devices are their owners'."""
        self._epoll.close()

    # -- descriptors ---------------------------------------------------------------------
    def watch(self, fd: int, events: int, callback: Callable[[int], None]) -> None:
        """``callback(events)`` when ``fd`` has some of ``events``; again: other events.
        PermissionError for a file, which always can."""
        if fd in self._watched:
            self._epoll.modify(fd, events)
        else:
            self._epoll.register(fd, events)
        self._watched[fd] = callback

    def forget(self, fd: int) -> None:
        """No more; before ``fd`` is closed."""
        if self._watched.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    # -- time ------------------------------------------------------------------------------
    def real(self) -> int:
        """ns since the beginning, in whole microseconds."""
        now = time.monotonic_ns() - self._zero
        return now - now % MICROSECOND

    def catch_up(self) -> int:
        """The network's time is the clock's; before calls to its hosts."""
        now = max(self.net.now, self.real())
        self.net.now = now
        return now

    def run(self, done: Callable[[], bool], until: int = NEVER) -> bool:
        """Until ``done()`` or the time ``until`` (ns of :meth:`real`); whether it was done."""
        while not done():
            left = until - self.real()
            if left <= 0:
                return False
            self.turn(left)
        return True

    def turn(self, most: int) -> None:
        """What is due; else waits for news or the next event, at most ``most`` ns."""
        due = self.net.next_time()
        wait = min(most, MAX_WAIT_NS)
        if due is not None:
            wait = min(wait, due - self.real())
        # Rounded up to a millisecond: rounded down it would spin.
        events = self._epoll.poll(max(0, -(-wait // MILLISECOND)) / 1000)
        for fd, flags in events:
            callback = self._watched.get(fd)
            if callback is not None:  # an earlier one may have closed it
                self.catch_up()
                callback(flags)
        self._happen()

    def _happen(self) -> None:
        net = self.net
        for _ in range(STEPS):
            due = net.next_time()
            if due is None:
                return
            now = self.real()
            if due > now:
                return
            self.late_ns = max(self.late_ns, now - due)
            net.step()

    def _read(self, host: SimHost, device: int, _events: int) -> None:
        for _ in range(BATCH):
            try:
                data = os.read(device, MAX_READ)
            except BlockingIOError:
                return
            packet = decode_packet(data, verify=False)
            if isinstance(packet, Malformed):
                self.unreadable += 1
                continue
            self.last_sent = self.net.now
            self.net.originate(host, packet, data)

    def in_flight(self) -> int:
        """Packets on the links."""
        return sum(w.in_flight for link in self.net.links for w in (link.forward, link.backward))
