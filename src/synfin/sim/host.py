"""Hosts in the simulator: they can crash, lose power, reboot, be unplugged.

The engine (:class:`synfin.host.host.Host`) is driven by a few doors only, named
in :class:`Engine`; anything with the same doors will do.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from synfin.core.events import Observer
from synfin.core.settings import Settings
from synfin.core.timers import NEVER
from synfin.host.host import Host
from synfin.sim.errors import SimulationError
from synfin.sim.links import Link
from synfin.sim.node import Carrier, Channel, Flight, Node
from synfin.sim.queue import TIMER, Item
from synfin.sim.streams import host_random
from synfin.sim.tap import DROPPED
from synfin.wire.ip import Packet, encode_packet

POLL_BUDGET: Final = 64
MAX_ROUNDS: Final = 100_000
"""Rounds of reactions and polls at one instant; more is an endless loop."""


class Engine(Protocol):
    """What the simulator needs of a host (docs/architecture.md, ``host.host.Host``)."""

    def add_address(self, addr: bytes, prefix_len: int = 24, mtu: int = 1500) -> None:
        """Gives the host an address."""

    def receive(self, packet: Packet, now: int) -> None:
        """A packet arrived."""

    def receive_bytes(self, data: bytes, now: int) -> None:
        """Octets arrived; they may be damaged."""

    def tick(self, now: int) -> None:
        """Timers may be due."""

    def deadline(self) -> int:
        """When it next wants :meth:`tick`; ``NEVER`` if not at all."""

    def poll(self, now: int, budget: int = 64) -> Sequence[Packet]:
        """What to send now; empty when there is nothing more."""

    def take_ready(self) -> Sequence[object]:
        """Sockets whose readiness changed since the last call."""


Factory = Callable[
    [str, Settings, Callable[[], int], Callable[[int], bytes], Observer | None], Engine
]
"""Makes the engine of a host: name, settings, clock, random octets, observer."""


class SimHost(Node):
    """An end system. ``engine`` is a new object after each boot."""

    def __init__(
        self,
        name: str,
        carrier: Carrier,
        factory: Factory,
        clock: Callable[[], int],
        seed: int,
        settings: Settings,
        observer: Observer | None,
        kind: str = "host",
    ) -> None:
        super().__init__(name, carrier, kind)
        self.settings: Settings = settings
        self.observer: Observer | None = observer
        self.up: bool = True
        self.boots: int = 0
        self.mtu: int = 0
        self.links: list[Link] = []
        self.ready_callbacks: list[Callable[[object], None]] = []
        self.boot_callbacks: list[Callable[[], None]] = []
        self._factory: Factory = factory
        self._clock: Callable[[], int] = clock
        self._seed: int = seed
        self._alarms: list[Alarm] = []
        """Those in the queue; each is earlier than the one before it."""
        self._busy: bool = False
        self._host: Host | None = None
        """The engine, when it is the real one: that is called without detours."""
        self.engine: Engine = self._boot()

    # --- life and death -----------------------------------------------------

    def add_address(self, address: bytes, prefix_len: int) -> None:
        """One more address of this host."""
        self.addresses.append(address)
        self.prefixes.append(prefix_len)
        self.engine.add_address(address, prefix_len, self.mtu or 1500)

    def crash(self) -> None:
        """Memory is lost at once and nothing is sent; packets vanish here until
        :meth:`reboot`."""
        self._go_down("crash")

    def power_off(self) -> None:
        """The same as :meth:`crash`, by another name in the trace."""
        self._go_down("power-off")

    def reboot(self) -> None:
        """A fresh engine with the same addresses and settings; nothing listens until
        an application does. Functions given to ``on_boot`` are called, then it runs."""
        if self.up:
            self._go_down("crash")
        self.up = True
        self.engine = self._boot()
        self._tell("reboot")
        for callback in self.boot_callbacks:
            callback()
        self.service()

    def link_down(self) -> None:
        """Pulls all cables of this host; what is on them is lost."""
        for link in self.links:
            link.set_up(False)
        self._tell("link-down")

    def link_up(self) -> None:
        """Plugs them in again."""
        for link in self.links:
            link.set_up(True)
        self._tell("link-up")

    def attach(self, link: Link, mtu: int) -> None:
        """A link was made to this host; its MTU becomes the interface's."""
        self.links.append(link)
        if self.mtu:
            return
        if mtu != 1500:
            for address, prefix_len in zip(self.addresses, self.prefixes, strict=True):
                self.engine.add_address(address, prefix_len, mtu)

    def _boot(self) -> Engine:
        self.boots += 1
        self._host = None
        random = host_random(self._seed, self.name, self.boots)
        engine = self._factory(self.name, self.settings, self._clock, random, self.observer)
        mtu = self.mtu or (self.channels[0].mtu if self.channels else 1500)
        for address, prefix_len in zip(self.addresses, self.prefixes, strict=True):
            engine.add_address(address, prefix_len, mtu)
        if isinstance(engine, Host):
            engine.timekeeper = self.carrier
            self._host = engine
        return engine

    def _go_down(self, action: str) -> None:
        self.up = False
        self._tell(action)

    def _tell(self, action: str) -> None:
        for tap in self.carrier.taps:
            tap.host(self.name, action, self.carrier.now)

    # --- what happens to it ---------------------------------------------------

    def arrive(self, flight: Flight) -> None:
        """A packet reaches the host; one that is down notices nothing."""
        carrier = self.carrier
        if not self.up:
            carrier.settle(flight, DROPPED, "host-down", None)
            return
        packet = flight.packet
        if carrier.taps:
            for tap in carrier.taps:
                tap.arrived(flight.sent, self.name, packet, carrier.now)
        host = self._host
        if flight.data:
            self.engine.receive_bytes(flight.data, carrier.now)
        elif carrier.bytes_mode:
            self.engine.receive_bytes(encode_packet(packet), carrier.now)
        elif host is not None:
            host.receive(packet, carrier.now)
        else:
            self.engine.receive(packet, carrier.now)
        if carrier.taps:
            for tap in carrier.taps:
                tap.handled(flight.sent, self.name, carrier.now)
        self.service()

    def alarm_is_stale(self, time: int) -> bool:
        """The deadline is not at ``time`` any more, or the host is down."""
        if not self.up:
            return True
        host = self._host
        return (self.engine.deadline() if host is None else host.deadline()) > time

    def alarm_dropped(self) -> None:
        """The first alarm meant nothing any more."""
        self._alarms.pop()
        if self.up:
            self._arm()

    def alarm(self) -> None:
        """A timer is due."""
        self._alarms.pop()
        self.engine.tick(self.carrier.now)
        self.service()

    def service(self) -> None:
        """Reactions of the applications, then everything the host has to send, until
        both are done; then the deadline. Calls from within reactions do nothing."""
        if not self.up or self._busy:
            return
        self._busy = True
        try:
            self._run()
        finally:
            self._busy = False
        if self.up:
            self._arm()

    def _run(self) -> None:
        rounds = 0
        while rounds < MAX_ROUNDS:
            rounds += 1
            host = self._host
            if host is not None and not host.stirs():
                return
            if not self._react() and not self._send():
                return
            if not self.up:
                return
        raise SimulationError(
            f"host {self.name} is still busy after {MAX_ROUNDS} rounds at "
            f"{self.carrier.now} ns: a reaction or the engine loops"
        )

    def _react(self) -> bool:
        """Tells whoever waits for readiness; False when nothing is ready."""
        engine = self.engine
        host = self._host
        ready: Sequence[object]
        if host is None:
            ready = engine.take_ready()
        else:
            only = host.take_only_ready()
            if only is not None:
                self._tell_ready(only)
                return True
            if not host.has_ready():
                return False
            ready = host.take_ready()
        for socket in ready:
            if not self._tell_ready(socket):
                return True
        return len(ready) > 0

    def _tell_ready(self, socket: object) -> bool:
        """False when the host went down, or came up anew, over it."""
        engine = self.engine
        for callback in self.ready_callbacks:
            callback(socket)
            if self.engine is not engine or not self.up:
                return False
        return True

    def _send(self) -> bool:
        carrier = self.carrier
        host = self._host
        if host is None:
            packets = self.engine.poll(carrier.now, POLL_BUDGET)
            for packet in packets:
                carrier.originate(self, packet)
            return len(packets) > 0
        polled = host.poll(carrier.now, POLL_BUDGET)
        if carrier.undisturbed():
            for packet in polled:
                if not self.launch(packet):
                    carrier.originate(self, packet)
        else:
            for packet in polled:
                carrier.originate(self, packet)
        return len(polled) > 0

    def _arm(self) -> None:
        """One alarm for the next deadline, unless an earlier one will look again."""
        host = self._host
        deadline = self.engine.deadline() if host is None else host.not_before()
        if deadline >= NEVER:
            return
        deadline = max(deadline, self.carrier.now)
        alarms = self._alarms
        if not alarms or deadline < alarms[-1].time:
            alarm = Alarm(self)
            alarms.append(alarm)
            self.carrier.schedule(deadline, TIMER, alarm)

    # --- sending ----------------------------------------------------------------

    def too_big(self, flight: Flight, channel: Channel, length: int) -> None:
        """The host's own packet does not fit its link: fragments where allowed."""
        packet = flight.packet
        if flight.data or (len(packet.src) == 4 and packet.df):
            super().too_big(flight, channel, length)
        else:
            self.cut_for(flight, channel)


class Alarm(Item):
    """A host's next deadline, as it was when the alarm was set."""

    def __init__(self, host: SimHost) -> None:
        super().__init__()
        self.host: SimHost = host

    def stale(self, time: int) -> bool:
        """See :class:`synfin.sim.queue.Item`: the deadline moved, or the host is down."""
        return self.host.alarm_is_stale(time)

    def dropped(self, time: int) -> None:
        """See :class:`synfin.sim.queue.Item`."""
        self.host.alarm_dropped()

    def fire(self) -> None:
        """A timer is due."""
        self.host.alarm()


class Attacker(SimHost):
    """Off the path: a host that may send any packet (``Network.spoof``), and sees
    only what is sent to it."""
