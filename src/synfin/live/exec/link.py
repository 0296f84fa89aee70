"""The link in real time: a network of the simulator whose hosts are TUN devices.

Links, faults, dice and taps are :mod:`synfin.sim`'s; here is only what keeps their time
in step with the clock. Packets travel as the octets that came, unless a fault rewrites
them. Devices give bare packets of at most the MTU, so what faults meet is what would
be on the wire.
"""

import errno
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from synfin.core.events import Observer
from synfin.core.settings import LINUX, MICROSECOND, MILLISECOND, SECOND, Settings
from synfin.core.timers import NEVER
from synfin.host.host import Host
from synfin.live.exec.relay import Far, Relay
from synfin.sim.faults import parse_fault
from synfin.sim.host import Engine, SimHost
from synfin.sim.network import Network
from synfin.wire.ip import Packet, decode_packet, encode_packet
from synfin.wire.malformed import Malformed

CLIENT: Final = "client"
SERVER: Final = "server"
ADDRESSES: Final = {CLIENT: "10.77.0.1", SERVER: "10.77.0.2"}
PREFIX: Final = 24

BATCH: Final = 16
"""Packets read from a device before what is due is looked after."""
STEPS: Final = 256
"""Events that happen before devices are looked at again."""
MAX_WAIT_NS: Final = SECOND
MAX_READ: Final = 65_535
_LOST: Final = frozenset(
    {errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.EIO, errno.EINVAL, errno.EBADFD}
)


@dataclass(frozen=True)
class LinkWish:
    """How the link shall be, both ways alike: ns, bit/s, octets, probabilities 0 to 1.
    ``faults`` are texts (:func:`synfin.sim.faults.parse_fault`)."""

    delay: int = 0
    jitter: int = 0
    rate: int = 0
    queue: int = 0
    mtu: int = 1500
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    corrupt: float = 0.0
    faults: tuple[str, ...] = ()
    seed: int = 1
    settings: Settings = field(default=LINUX)
    """TCP at the far end, where synfin answers for the machine's services."""


class Gate:
    """What the simulator wants of a host; behind it is the kernel of a namespace."""

    def __init__(self, device: int) -> None:
        self.device = device
        self.refused = 0
        """Packets that the device did not take."""

    def add_address(self, addr: bytes, prefix_len: int = 24, mtu: int = 1500) -> None:
        """The kernel has its own."""

    def receive(self, packet: Packet, now: int) -> None:
        """A packet that a fault rewrote."""
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
        """What the kernel sends comes by :meth:`RealLink.watch`."""
        return []

    def take_ready(self) -> list[object]:
        """The programs have sockets of their own."""
        return []


class RealLink:
    """Carries packets between the device ``client`` and the device ``server``, or, where
    that is None, the machine's loopback services. Raises ValueError for a bad fault.

    ``net.tap`` takes watchers. ``late_ns``: the most by which a packet was late.
    """

    def __init__(self, wish: LinkWish, client: int, server: int | None = None) -> None:
        self._zero = time.monotonic_ns()
        self._epoll = select.epoll()
        self._watched: dict[int, Callable[[int], None]] = {}
        self._devices = {CLIENT: client} if server is None else {CLIENT: client, SERVER: server}
        self.late_ns = 0
        self.unreadable = 0
        """Packets that were no IP packets."""
        self.last_sent = 0
        """When a device last gave a packet, ns."""
        self.relay: Relay | None = None
        self.net = Network(seed=wish.seed, factory=self._make)
        for name, address in ADDRESSES.items():
            self.net.add_host(name, f"{address}/{PREFIX}", settings=wish.settings)
        self.net.link(
            CLIENT,
            SERVER,
            wish.delay,
            jitter_ns=wish.jitter,
            rate_bps=wish.rate,
            queue_packets=wish.queue,
            mtu=wish.mtu,
            loss=wish.loss,
            duplicate=wish.duplicate,
            reorder=wish.reorder,
            corrupt=wish.corrupt,
        )
        for text in wish.faults:
            self.net.add_fault(parse_fault(text))
        for name, device in self._devices.items():
            self.watch(device, select.EPOLLIN, partial(self._read, self.net.host(name), device))

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
        far = Host(name, settings, clock, random, observer)
        self.relay = Relay(self, far, ADDRESSES[name])
        return Far(far, self.relay)

    # -- descriptors ---------------------------------------------------------------------
    def watch(self, fd: int, events: int, callback: Callable[[int], None]) -> None:
        """``callback(events)`` when ``fd`` has some of ``events``; again: other events."""
        if fd in self._watched:
            self._epoll.modify(fd, events)
        else:
            self._epoll.register(fd, events)
        self._watched[fd] = callback

    def forget(self, fd: int) -> None:
        """No more; before ``fd`` is closed."""
        if self._watched.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def close(self) -> None:
        """Ends the relayed connections and lets go of the epoll; devices are their owners'."""
        if self.relay is not None:
            self.relay.close()
        self._epoll.close()

    # -- time ------------------------------------------------------------------------------
    def real(self) -> int:
        """ns since the link was made, in whole microseconds."""
        now = time.monotonic_ns() - self._zero
        return now - now % MICROSECOND

    def _catch_up(self) -> None:
        self.net.now = max(self.net.now, self.real())

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
                self._catch_up()
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

    def service(self) -> None:
        """After calls to the far end's sockets: what it has to send leaves."""
        self._catch_up()
        self.net.host(SERVER).service()

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

    # -- is there anything left? --------------------------------------------------------
    def idle(self, quiet: int) -> bool:
        """Nothing is on the way, and nothing more is to be expected: no connection of the
        far end is open, or (where that is a kernel, too) none has sent for ``quiet`` ns."""
        if any(w.in_flight for link in self.net.links for w in (link.forward, link.backward)):
            return False
        if self.relay is not None:
            return self.relay.idle()
        return self.real() - self.last_sent >= quiet


def names() -> dict[str, str]:
    """Host name -> address, as the programs' /etc/hosts has them."""
    return {SERVER: ADDRESSES[SERVER], CLIENT: ADDRESSES[CLIENT]}
