"""What sending waited for: one clock of three runs, and looking changes nothing."""

from synfin.core.settings import LINUX
from synfin.host import constants as c
from synfin.host.send_times import SendTimes
from synfin.host.sockets import Socket
from synfin.wire.tcp import ACK, SYN
from tests.core.pair import MS
from tests.host.two import Lone


class Server:
    """An accepted connection whose peer has used number 1."""

    def __init__(self, window: int) -> None:
        self.lone = Lone(LINUX.but(send_buffer=4000))
        listener = self.lone.listen()
        answer = self.lone.arrive(SYN, 0, window=window or 65_535)[0]
        self.first = answer.seq + 1
        self.lone.arrive(ACK, 1, self.first & 0xFFFFFFFF, window=window)
        self.sock: Socket = listener.accept()[0]

    def acknowledge(self, octets: int, window: int = 65_535) -> None:
        """So many of our octets have arrived."""
        self.lone.arrive(ACK, 1, (self.first + octets) & 0xFFFFFFFF, window=window)

    def totals(self) -> tuple[int, int, int]:
        """(busy, rwnd, sndbuf) in ms."""
        assert self.sock.conn is not None
        busy, rwnd, sndbuf = self.sock.conn.times.totals(self.lone.now)
        return busy // MS, rwnd // MS, sndbuf // MS


def test_nothing_runs_without_text() -> None:
    server = Server(65_535)
    server.lone.now += 50 * MS
    assert server.totals() == (0, 0, 0)


def test_busy_until_the_last_octet_is_acknowledged() -> None:
    server = Server(65_535)
    server.sock.send(bytes(2000))
    server.lone.poll()
    server.lone.now += 30 * MS
    server.acknowledge(1000)
    server.lone.now += 20 * MS
    server.acknowledge(2000)
    server.lone.now += 70 * MS
    assert server.totals() == (50, 0, 0)


def test_a_closed_window_counts_for_the_receiver() -> None:
    server = Server(0)
    server.sock.send(bytes(1000))
    server.lone.poll()
    server.lone.now += 40 * MS
    server.acknowledge(0)
    server.lone.poll()
    server.lone.now += 10 * MS
    assert server.totals() == (50, 40, 0)


def test_a_small_buffer_counts_for_the_application() -> None:
    server = Server(4000)  # the congestion window holds more, and half of this is a unit
    server.sock.setsockopt(c.IPPROTO_TCP, c.TCP_NODELAY, 1)
    assert server.sock.send(bytes(9000)) < 9000  # more is wanted than fits
    server.lone.poll()
    server.lone.now += 15 * MS
    assert server.totals() == (15, 0, 15)


def test_totals_may_be_asked_for_twice() -> None:
    times = SendTimes()
    assert times.totals(5) == (0, 0, 0)
    assert times.totals(9) == (0, 0, 0)
