"""Virtual time: the simulator under the event loop."""

from synfin.aio.driver import Driver
from synfin.aio.errors import Fenced, OutOfTime, TooManyEvents
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.sim.host import Factory, SimHost
from synfin.sim.network import Network
from synfin.wire.address import format_address


class SimDriver(Driver):
    """Virtual time: it passes only while every program waits."""

    def __init__(self, network: Network, max_time_ns: int, max_events: int) -> None:
        self.network: Network = network
        self.max_time_ns: int = max_time_ns
        self.max_events: int = max_events
        self._touched: dict[str, None] = {}
        self._known: dict[str, SimHost] = {}
        self._news: bool = False
        self.find_hosts()

    def find_hosts(self) -> None:
        """Hosts may be added to the network at any time between runs."""
        for name, node in self.network.nodes.items():
            if isinstance(node, SimHost) and name not in self._known:
                self._known[name] = node
                self.network.on_ready(name, self._ready)

    def _ready(self, sock: object) -> None:
        self._news = True
        if isinstance(sock, Socket):
            self.readiness.socket_ready(sock)

    def wake(self) -> None:
        """:meth:`wait` shall return: something other than a socket happened."""
        self._news = True

    # -- Driver --------------
    def now(self) -> int:
        """See :class:`Driver`."""
        return self.network.now

    def engine(self, host: str) -> Host:
        """See :class:`Driver`."""
        engine = self._known[host].engine
        if not isinstance(engine, Host):
            raise Fenced(f"host {host} runs in a process of its own: nothing of it is here")
        return engine

    def set_apart(self, host: str, factory: Factory) -> None:
        """From now on ``factory`` makes the engine of ``host``; it begins anew."""
        node = self._known[host]
        node._factory = factory
        node.boots -= 1
        node.engine = node._boot()

    def sim_host(self, host: str) -> SimHost:
        """The simulator's node."""
        return self._known[host]

    def hosts(self) -> list[str]:
        """See :class:`Driver`."""
        return list(self._known)

    def names(self) -> dict[str, list[str]]:
        """See :class:`Driver`: each host by its name, and as NAME.net."""
        table: dict[str, list[str]] = {}
        for name, node in self._known.items():
            shown = [format_address(address) for address in node.addresses]
            table[name.lower()] = shown
            table[f"{name.lower()}.net"] = shown
        return table

    def touched(self, host: str) -> None:
        """See :class:`Driver`."""
        self._touched[host] = None

    def flush(self) -> None:
        """See :class:`Driver`."""
        while self._touched:
            touched, self._touched = self._touched, {}
            for name in touched:
                self._known[name].service()

    def wait(self, until: int | None) -> bool:
        """See :class:`Driver`. Everything of one instant happens before programs go on:
        arrivals come before application calls. Raises OutOfTime, TooManyEvents."""
        network = self.network
        self._news = False
        self.flush()
        while not self._news:
            time = network.next_time()
            if time is None and until is None:
                return False
            if time is None or (until is not None and time > until):
                assert until is not None
                self._move_to(until)
                return True
            if time > self.max_time_ns:
                self._move_to(time)
            self._step()
            while network.next_time() == network.now:
                self._step()
        return True

    def _step(self) -> None:
        network = self.network
        network.step()
        if network.events > self.max_events:
            raise TooManyEvents(
                f"{network.events} events have happened at {network.now / 1e9:.6f} s: "
                "raise max_events if that is meant"
            )

    def _move_to(self, until: int) -> None:
        bound = min(until, self.max_time_ns)
        self.network.now = max(self.network.now, bound)
        if until > self.max_time_ns:
            raise OutOfTime(
                f"the run reached {self.max_time_ns / 1e9:g} s of virtual time: "
                "raise max_time_ns if that is meant"
            )
