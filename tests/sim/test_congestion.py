"""Congestion controllers at work on a whole path: slow start, the curve, one link shared."""

import pytest

from synfin.core.settings import LINUX, MILLISECOND, RFC, SECOND, Settings
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.sim.network import Network

BUFFER = 4 << 20
RATE = 10_000_000
SLOW = 2_000_000
CUBIC = LINUX.but(send_buffer=BUFFER, receive_buffer=BUFFER)
NEWRENO = RFC.but(send_buffer=BUFFER, receive_buffer=BUFFER)


class Bulk:
    """Senders without end through one bottleneck, 40 ms each way, with a queue."""

    def __init__(self, settings: Settings, rate: int, queue: int, senders: int = 1) -> None:
        self.net = Network(seed=1)
        self.net.add_host("A", "10.0.0.1", settings=settings)
        self.net.add_host("B", "10.0.0.2", settings=settings)
        self.link = self.net.link("A", "B", 40 * MILLISECOND, rate_bps=rate, queue_packets=queue)
        self.net.on_ready("A", self.write)
        self.net.on_ready("B", self.read)
        self.listener = self.engine("B").socket()
        self.listener.bind(("", 80))
        self.listener.listen()
        self.socks = [self.engine("A").socket() for _ in range(senders)]
        self.got: dict[int, int] = {}

    def engine(self, name: str) -> Host:
        engine = self.net.host(name).engine
        assert isinstance(engine, Host)
        return engine

    def start(self, index: int = 0) -> None:
        self.socks[index].connect_ex(("10.0.0.2", 80))

    def write(self, sock: object) -> None:
        assert isinstance(sock, Socket)
        while sock.writable():
            sock.send(bytes(65_536))

    def read(self, sock: object) -> None:
        assert isinstance(sock, Socket)
        if sock is self.listener:
            sock, _ = sock.accept()
        while sock.readable():
            number = id(sock)
            self.got[number] = self.got.get(number, 0) + len(sock.recv(1 << 20))


@pytest.mark.parametrize(
    ("settings", "hystart"), [(CUBIC, "classic"), (NEWRENO, "plus")], ids=["classic", "plus"]
)
def test_hystart_leaves_slow_start_before_the_queue_overflows(
    settings: Settings, hystart: str
) -> None:
    """67 packets fill the path, 150 more may wait: doubling loses a window's worth."""
    lost = {}
    for name in ("off", hystart):
        bulk = Bulk(settings.but(hystart=name), RATE, 150)
        bulk.net.at(0, bulk.start, "A")
        bulk.net.run(2 * SECOND, 10_000_000)
        lost[name] = bulk.link.forward.overflowed
    assert lost["off"] > 100
    assert lost[hystart] < lost["off"] // 3


def test_cubic_fills_the_link_and_newreno_nearly() -> None:
    """A queue of less than the path's capacity, the first losses included."""
    for settings in (CUBIC, NEWRENO):
        bulk = Bulk(settings, SLOW, 10)
        bulk.net.at(0, bulk.start, "A")
        bulk.net.run(20 * SECOND, 10_000_000)
        assert sum(bulk.got.values()) * 8 > 0.85 * SLOW * 20


def test_two_share_a_link() -> None:
    """A late-comer gets its share (fast convergence, RFC 9438 §4.7)."""
    bulk = Bulk(CUBIC, SLOW, 10, senders=2)
    bulk.net.at(0, bulk.start, "A")
    bulk.net.at(5 * SECOND, lambda: bulk.start(1), "A")
    bulk.net.run(15 * SECOND, 10_000_000)
    before = dict(bulk.got)
    bulk.net.run(45 * SECOND, 20_000_000)
    shares = [bulk.got[number] - before[number] for number in bulk.got]
    assert len(shares) == 2
    assert min(shares) > 0.25 * sum(shares)
    assert sum(shares) * 8 > 0.85 * SLOW * 30
