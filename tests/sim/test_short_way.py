"""What nobody watches goes a shorter way through the simulator: with the same result."""

from hypothesis import given, settings
from hypothesis import strategies as st

from synfin.core.settings import FREEBSD, LINUX, RFC, Settings
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.sim.network import Network
from synfin.sim.tap import Tap, Transmission
from tests.sim.programs import MS, SECOND, A, B

Facts = list[tuple[object, ...]]

PLAIN = {
    "delay_ns": st.sampled_from([0, MS, 20 * MS]),
    "rate_bps": st.sampled_from([0, 1_000_000, 10_000_000]),
    "queue_packets": st.sampled_from([0, 2, 10]),
    "queue_bytes": st.sampled_from([0, 4000]),
    "loss": st.sampled_from([0.0, 0.05]),
    "mtu": st.sampled_from([1500, 600]),
}
BAD = {
    "jitter_ns": st.sampled_from([0, 2 * MS]),
    "reorder": st.sampled_from([0.0, 0.1]),
    "duplicate": st.sampled_from([0.0, 0.1]),
    "corrupt": st.sampled_from([0.0, 0.05]),
}
SHORT = st.fixed_dictionaries(PLAIN)
LONG = st.fixed_dictionaries({**PLAIN, **BAD})
LINKS = st.one_of(
    st.tuples(SHORT, st.just(False)),
    st.tuples(SHORT, st.just(False)),
    st.tuples(LONG, st.booleans()),
)
"""A link's qualities (mostly such that allow the short way), and whether a switch lies
before it."""


class Numbers(Tap):
    """The last packet's number."""

    def __init__(self) -> None:
        self.last = 0
        self.fates: list[tuple[int, str, int | None]] = []

    def transmitted(self, sent: Transmission) -> None:
        self.last = sent.n

    def settled(self, sent: Transmission) -> None:
        self.fates.append((sent.n, sent.fate, sent.arrives))


class Exchange:
    """Three streams from A to B; everything that the programs notice is kept."""

    def __init__(self, seed: int, profile: Settings, link: dict[str, float], hub: bool) -> None:
        self.net = Network(seed=seed)
        self.told: Facts = []
        self.left: dict[Socket, int] = {}
        for name, address in (("A", A), ("B", B)):
            self.net.add_host(name, address, settings=profile)
        if hub:
            self.net.add_switch("S")
            self.net.link("A", "S", MS)
        self.net.link("S" if hub else "A", "B", **link)  # type: ignore[arg-type]
        self.net.on_ready("A", self.write)
        self.net.on_ready("B", self.read)
        self.listener = self.engine("B").socket()
        self.listener.bind(("", 80))
        self.listener.listen()
        for number in range(3):
            self.net.at(number * 7 * MS, self.connect, "A")

    def engine(self, name: str) -> Host:
        engine = self.net.host(name).engine
        assert isinstance(engine, Host)
        return engine

    def connect(self) -> None:
        sock = self.engine("A").socket()
        self.left[sock] = 30_000
        sock.connect_ex((B, 80))

    def write(self, sock: object) -> None:
        assert isinstance(sock, Socket)
        self.told.append((self.net.now, "A", sock.descriptor))
        try:
            while self.left[sock] and sock.writable():
                self.left[sock] -= sock.send(bytes(min(self.left[sock], 5000)))
        except OSError as problem:
            self.told.append((self.net.now, "A", problem.errno))
            self.left[sock] = 0
        if not self.left[sock]:
            sock.close()

    def read(self, sock: object) -> None:
        assert isinstance(sock, Socket)
        if sock is self.listener:
            while sock.readable():
                sock.accept()
            return
        try:
            while sock.readable():
                data = sock.recv(3000)
                self.told.append((self.net.now, "B", sock.descriptor, len(data)))
                if not data:
                    sock.close()
        except OSError as problem:
            self.told.append((self.net.now, "B", problem.errno))
            sock.close()

    def run(self, watch_after: int = -1) -> Facts:
        """All facts; from ``watch_after`` ns on a tap looks on (-1: it never does)."""
        tap = Numbers()
        if watch_after >= 0:
            self.net.run(watch_after, 20_000)
            self.net.tap(tap)
        self.net.run(100 * SECOND, 50_000)
        wires = [wire for link in self.net.links for wire in (link.forward, link.backward)]
        counts: Facts = [
            (wire.carried, wire.lost, wire.overflowed, wire.in_flight, wire.queue_length())
            for wire in wires
        ]
        assert watch_after != 0 or tap.last == self.net.sent
        return [*self.told, *counts, (self.net.now, self.net.events, self.net.sent)]


@settings(max_examples=40)
@given(
    st.integers(1, 1000), st.sampled_from([RFC, LINUX, FREEBSD]), LINKS,
    st.sampled_from([0, 21 * MS, 300 * MS]),
)  # fmt: skip
def test_a_run_is_the_same_whether_somebody_watches_or_not(
    seed: int, profile: Settings, way: tuple[dict[str, float], bool], later: int
) -> None:
    link, hub = way
    unseen = Exchange(seed, profile, link, hub).run()
    assert Exchange(seed, profile, link, hub).run(watch_after=later) == unseen


def test_a_tap_hears_of_what_was_under_way_when_it_came() -> None:
    class Arrivals(Tap):
        def __init__(self) -> None:
            self.seen: list[tuple[int, int, str, str, str, int | None]] = []

        def arrived(self, sent: Transmission, host: str, packet: object, time: int) -> None:
            self.seen.append((sent.n, sent.time, sent.origin, sent.target, sent.fate, sent.arrives))

    exchange = Exchange(1, RFC, {"delay_ns": 20 * MS}, False)
    exchange.net.run(10 * MS)  # two SYNs are on their way
    tap = Arrivals()
    exchange.net.tap(tap)
    exchange.net.run(28 * MS)
    assert tap.seen == [
        (1, 0, "A", "B", "delivered", 20 * MS),
        (2, 7 * MS, "A", "B", "delivered", 27 * MS),
    ]
