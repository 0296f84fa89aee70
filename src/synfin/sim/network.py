"""The network: virtual time, nodes, links, and packets between them.

Deterministic: the same calls with the same seed give the same run, octet for
octet. At equal times arrivals come before timers, timers before application
calls, and among themselves in the order in which they were scheduled.
"""

from collections.abc import Callable
from typing import Final

from synfin.core.events import Observer
from synfin.core.problems import Problem
from synfin.core.settings import RFC, Settings
from synfin.host.host import Host
from synfin.sim.errors import SimulationError
from synfin.sim.faults import parse_selector
from synfin.sim.host import Attacker, Engine, Factory, SimHost
from synfin.sim.links import Link
from synfin.sim.luck import Luck
from synfin.sim.middlebox import MAX_ENTRIES, Middlebox
from synfin.sim.node import Node, Switch
from synfin.sim.queue import CALL, NOTHING, Item
from synfin.sim.router import Router
from synfin.sim.routes import channel_between
from synfin.sim.traffic import Traffic
from synfin.wire.address import parse_address

QUIESCENT: Final = "quiescent"
LIMIT: Final = "limit"
TIME: Final = "time"

FOREVER: Final = (1 << 62) - 1
MAX_AT_ONE_INSTANT: Final = 1_000_000
"""Events without virtual time moving; more is an endless loop."""

Address = str | bytes


class Network(Traffic):
    """See docs/architecture.md. Times are ns; ``start`` may be negative.

    ``bytes_mode`` encodes and decodes every packet on every link: slower, and the
    same result. ``factory`` makes the hosts' engines (:class:`synfin.host.host.Host`).
    """

    def __init__(
        self,
        seed: int = 1,
        start: int = 0,
        bytes_mode: bool = False,
        factory: Factory | None = None,
    ) -> None:
        super().__init__(seed, start, bytes_mode)
        self.links: list[Link] = []
        self.events: int = 0
        self._factory: Factory = factory or default_factory
        self._instant: int = 0

    # --- building ---------------------------------------------------------------

    def add_host(
        self,
        name: str,
        *addresses: Address,
        settings: Settings = RFC,
        observer: Observer | None = None,
    ) -> SimHost:
        """A host; an address may carry its prefix length (``10.0.0.1/24``)."""
        host = SimHost(name, self, self._factory, self.clock, self.seed, settings, observer)
        self._add_host(host, addresses)
        return host

    def add_attacker(
        self,
        name: str,
        *addresses: Address,
        settings: Settings = RFC,
        observer: Observer | None = None,
    ) -> Attacker:
        """A host off the path that may :meth:`spoof`."""
        host = Attacker(
            name, self, self._factory, self.clock, self.seed, settings, observer, "attacker"
        )
        self._add_host(host, addresses)
        return host

    def add_router(self, name: str, *addresses: Address) -> Router:
        """A router; without addresses it sends no ICMP."""
        router = Router(name, self, self.flows)
        self._add_node(router)
        for address in addresses:
            octets, prefix_len = read_address(address)
            router.addresses.append(octets)
            router.prefixes.append(prefix_len)
            self._own(octets, prefix_len, router)
        return router

    def add_middlebox(self, name: str, idle_ns: int, most: int = MAX_ENTRIES) -> Middlebox:
        """A stateful firewall (or what of an address translator the ends notice): see
        :class:`synfin.sim.middlebox.Middlebox`."""
        if idle_ns <= 0 or most < 1:
            raise ValueError("a middlebox remembers at least one entry for a while")
        box = Middlebox(name, self, self.flows, idle_ns, most)
        self._add_node(box)
        return box

    def add_switch(self, name: str) -> Switch:
        """An Ethernet switch (or a LAN)."""
        switch = Switch(name, self)
        self._add_node(switch)
        return switch

    def link(
        self,
        a: str,
        b: str,
        delay_ns: int,
        jitter_ns: int = 0,
        rate_bps: int = 0,
        queue_packets: int = 0,
        mtu: int = 1500,
        queue_bytes: int = 0,
        loss: float = 0.0,
        duplicate: float = 0.0,
        reorder: float = 0.0,
        corrupt: float = 0.0,
        allow_reorder: bool = False,
        mark: int = 0,
        red: tuple[int, int] | None = None,
    ) -> Link:
        """Connects two nodes; both directions alike (see :class:`synfin.sim.links.Wire`;
        ``link.toward("B")`` is one direction, to be changed by itself). ``mark``: from so
        many waiting packets on CE is set, 0: never; ``red``: the two thresholds of
        Random Early Detection (:mod:`synfin.sim.aqm`)."""
        one = self.node(a)
        other = self.node(b)
        link = Link(self, one, other, delay_ns, mtu, self.seed)
        for wire in (link.forward, link.backward):
            wire.jitter = jitter_ns
            wire.rate = rate_bps
            wire.queue_packets = queue_packets
            wire.queue_bytes = queue_bytes
            wire.loss = loss
            wire.duplicate = duplicate
            wire.reorder = reorder
            wire.corrupt = corrupt
            wire.allow_reorder = allow_reorder
            if red is not None:
                wire.red(*red)
            elif mark:
                wire.mark_from(mark)
        one.channels.append(link.forward)
        other.channels.append(link.backward)
        self.links.append(link)
        for node in (one, other):
            if isinstance(node, SimHost):
                node.attach(link, mtu)
        self._forget_routes()
        return link

    def route_via(self, at: str, destination: Address, via: str) -> None:
        """At node ``at``, packets to ``destination`` (an address or a node's name) leave
        toward its neighbour ``via``, whatever the shortest path (so loops can be made)."""
        node = self.node(at)
        channel = channel_between(node, self.node(via))
        if channel is None:
            raise Problem("net.no-link", "{at} has no link to {via}", at=at, via=via)
        if isinstance(destination, str) and destination in self.nodes:
            for address in self.nodes[destination].addresses:
                node.overrides[address] = channel
        else:
            node.overrides[read_address(destination)[0]] = channel
        node.forget_ways()

    def reject(self, router: str, selector: str, type_: int = -1, code: int = 0) -> None:
        """``router`` does not forward what ``selector`` (``"A>B SYN nth=1"``) takes: it
        answers by the ICMP error ``type_``/``code``, or (-1) not at all."""
        node = self.node(router)
        if not isinstance(node, Router):
            raise Problem("net.no-router", "{name} is no router", name=router)
        chosen = parse_selector(selector)
        chosen.seed(Luck(self.seed, f"reject/{router}/{len(node.filters)}"))
        node.reject(chosen, type_, code)
        self._learning = True

    def host(self, name: str) -> SimHost:
        """The host (or attacker) called ``name``; ValueError when it is none."""
        node = self.node(name)
        if not isinstance(node, SimHost):
            raise Problem("net.no-host", "{name} is no host", name=name)
        return node

    def _add_node(self, node: Node) -> None:
        if node.name in self.nodes:
            raise Problem("net.twice", "there are two nodes '{name}'", name=node.name)
        self.nodes[node.name] = node

    def _add_host(self, host: SimHost, addresses: tuple[Address, ...]) -> None:
        self._add_node(host)
        for address in addresses:
            octets, prefix_len = read_address(address)
            self._own(octets, prefix_len, host)
            host.add_address(octets, prefix_len)

    # --- watching and disturbing ----------------------------------------------

    def at(self, time: int, callback: Callable[[], None], host: str = "") -> None:
        """Calls ``callback`` at ``time`` (ns; not before now), after the arrivals and
        timers of that instant. ``host`` names the one host whose sockets it uses;
        without it every host is looked after."""
        if time < self.now:
            raise ValueError(f"at {time}: that is before now ({self.now})")
        self.schedule(time, CALL, Call(self, callback, host))

    def on_ready(self, host: str, callback: Callable[[object], None]) -> None:
        """``callback(socket)`` for each socket of ``host`` whose readiness changed: after
        an arrival, a timer or a call, before the host is polled."""
        self.host(host).ready_callbacks.append(callback)

    def on_boot(self, host: str, callback: Callable[[], None]) -> None:
        """``callback()`` after each reboot of ``host``."""
        self.host(host).boot_callbacks.append(callback)

    # --- running ----------------------------------------------------------------

    def step(self) -> bool:
        """One event; False when nothing is left to happen."""
        first = self.queue.first()
        if first is None:
            return False
        self._happen(first.time)
        return True

    def _happen(self, time: int) -> None:
        """The first event of the queue, at ``time``."""
        if time > self.now:
            self.now = time
            self._instant = 0
        self._instant += 1
        if self._instant > MAX_AT_ONE_INSTANT:
            raise SimulationError(f"time stands still at {self.now} ns: something loops")
        self.events += 1
        self.queue.pop().fire()
        if self._copies:
            self._send_copies()

    def run(self, until_ns: int | None = None, max_events: int | None = None) -> str:
        """Runs until nothing is left ('quiescent'), the next event lies after
        ``until_ns`` ('time'; now is ``until_ns`` then), or ``max_events`` have happened
        ('limit'). Looks after all hosts first, as calls may have been made outside."""
        self.service()
        queue = self.queue
        left = -1 if max_events is None else max_events
        until = FOREVER if until_ns is None else until_ns
        while left != 0:
            first = queue.first()
            if first is None:
                return QUIESCENT
            if first.time > until:
                self.now = max(self.now, until)
                self._instant = 0
                return TIME
            self._happen(first.time)
            left -= 1
        return LIMIT

    def service(self) -> None:
        """Reactions, polls and deadlines of every host, after calls from outside."""
        for node in self.nodes.values():
            if isinstance(node, SimHost):
                node.service()
        if self._copies:
            self._send_copies()

    def next_time(self) -> int | None:
        """When the next event is due, or None."""
        time = self.queue.next_time()
        return None if time == NOTHING else time

    def schedule(self, time: int, priority: int, item: Item) -> None:
        """See :class:`Carrier`."""
        self.queue.push(time, priority, item)


class Call(Item):
    """An application's call at its time."""

    def __init__(self, network: Network, callback: Callable[[], None], host: str) -> None:
        super().__init__()
        self.network: Network = network
        self.callback: Callable[[], None] = callback
        self.host: str = host

    def fire(self) -> None:
        """Calls, then looks after the host (or all of them)."""
        self.callback()
        if self.host:
            self.network.host(self.host).service()
        else:
            self.network.service()


def read_address(text: Address) -> tuple[bytes, int]:
    """Octets and prefix length (24, or 64 for IPv6, unless ``/len`` says otherwise)."""
    if isinstance(text, bytes):
        return text, 24 if len(text) == 4 else 64
    address, slash, length = text.partition("/")
    octets = parse_address(address)
    if not slash:
        return octets, 24 if len(octets) == 4 else 64
    if not length.isdecimal() or int(length) > len(octets) * 8:
        raise Problem("word.prefix", "expected a prefix length after / in '{word}'", word=text)
    return octets, int(length)


def default_factory(
    name: str,
    settings: Settings,
    clock: Callable[[], int],
    random: Callable[[int], bytes],
    observer: Observer | None,
) -> Engine:
    """The real engine."""
    return Host(name, settings, clock, random, observer)


def lab_factory(
    name: str,
    settings: Settings,
    clock: Callable[[], int],
    random: Callable[[int], bytes],
    observer: Observer | None,
) -> Engine:
    """The real engine with counterfactual settings allowed."""
    return Host(name, settings, clock, random, observer, lab=True)
