"""Hosts without a network: :class:`Lone`, one host against hand-made packets, and
:class:`Two`, two hosts with a delay between them. No simulator, no device."""

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random

import pytest

from synfin.core.settings import RFC, SECOND, Settings
from synfin.host import constants as c
from synfin.host.host import Host
from synfin.host.sockets import Socket
from synfin.wire.address import parse_address
from synfin.wire.ip import PROTO_TCP, Packet
from synfin.wire.tcp import ACK, NO_OPTIONS, SYN, Options, Segment
from tests.core.pair import MS, Watch

A = "10.0.0.1"
B = "10.0.0.2"
A6 = "fd00::1"
B6 = "fd00::2"
START = 1000 * SECOND
MAX_EVENTS = 100_000


def errno_of(call: Callable[[], object]) -> int:
    """The errno with which ``call`` fails; it must fail."""
    with pytest.raises(OSError) as caught:
        call()
    assert caught.value.errno is not None
    return caught.value.errno


class Lone:
    """Host B (10.0.0.2, fd00::2); the test plays everybody else."""

    def __init__(self, settings: Settings = RFC, mtu: int = 1500) -> None:
        self.now = START
        self.iss = 0
        """Of the host's connection, where a test notes it."""
        self.watch = Watch()
        self.host = Host("B", settings, lambda: self.now, Random(7).randbytes, self.watch)
        self.host.add_address(parse_address(B), 24, mtu)
        self.host.add_address(parse_address(B6), 64, mtu)

    def listen(self, port: int = 80, backlog: int = 16, address: str = B) -> Socket:
        """A listening socket."""
        sock = self.socket(six=":" in address)
        sock.bind((address, port))
        sock.listen(backlog)
        return sock

    def socket(self, six: bool = False) -> Socket:
        """A stream socket."""
        return self.host.socket(c.SOCK_STREAM, c.AF_INET6 if six else c.AF_INET)

    def poll(self) -> list[Packet]:
        """What the host sends now."""
        return self.host.poll(self.now)

    def segments(self) -> list[Segment]:
        """The TCP segments among it."""
        return [p.body for p in self.poll() if isinstance(p.body, Segment)]

    def arrive(
        self,
        flags: int,
        seq: int = 0,
        ack: int = 0,
        text: bytes = b"",
        sport: int = 4000,
        dport: int = 80,
        options: Options = NO_OPTIONS,
        src: str = A,
        dst: str = B,
        window: int = 65535,
    ) -> list[Segment]:
        """A segment arrives (absolute wire numbers); what is answered at once."""
        segment = Segment(sport, dport, seq, ack, flags, window, options, text)
        packet = Packet(parse_address(src), parse_address(dst), PROTO_TCP, segment)
        self.host.receive(packet, self.now)
        return self.segments()

    def handshake(self, sport: int = 4000, seq: int = 500, text: bytes = b"") -> int:
        """A client connects; returns our ISS."""
        (answer,) = self.arrive(SYN, seq, sport=sport)
        assert answer.flags == SYN | ACK
        self.arrive(ACK, seq + 1, answer.seq + 1, text, sport=sport)
        return answer.seq

    def wait(self, duration: int) -> list[tuple[int, Packet]]:
        """Time passes; what the timers send."""
        began, end = self.now, self.now + duration
        out: list[tuple[int, Packet]] = []
        for _ in range(MAX_EVENTS):
            if self.host.deadline() > end:
                break
            self.now = max(self.now, self.host.deadline())
            self.host.tick(self.now)
            out += [(self.now - began, packet) for packet in self.poll()]
        self.now = end
        return out

    def states(self) -> list[str]:
        """States of all connections, listeners left out."""
        return [row.state for row in self.host.connections() if row.state != "LISTEN"]

    def counter(self, name: str) -> int:
        """A counter of netstat -s."""
        return self.host.tcp.counters.values.get(name, 0)


class Two:
    """Hosts A and B, both with an IPv4 and an IPv6 address, ``delay`` apart."""

    def __init__(self, a: Settings = RFC, b: Settings | None = None, delay: int = 10 * MS) -> None:
        self.now = START
        self.delay = delay
        self.watch_a = Watch()
        self.watch_b = Watch()
        self.a = Host("A", a, lambda: self.now, Random(1).randbytes, self.watch_a)
        self.b = Host("B", b or a, lambda: self.now, Random(2).randbytes, self.watch_b)
        for host, four, six in ((self.a, A, A6), (self.b, B, B6)):
            host.add_address(parse_address(four))
            host.add_address(parse_address(six), 64)
        self.sent: list[tuple[int, str, Packet]] = []
        self.cut = False
        """Nothing arrives any more."""
        self._flying: list[tuple[int, int, Packet]] = []

    def listen(self, port: int = 80, backlog: int = 16, address: str = B) -> Socket:
        """A listening socket at B."""
        family = c.AF_INET6 if ":" in address else c.AF_INET
        sock = self.b.socket(c.SOCK_STREAM, family)
        sock.bind((address, port))
        sock.listen(backlog)
        return sock

    def connect(self, address: str = B, port: int = 80) -> Socket:
        """A socket at A, connecting."""
        sock = self.a.socket(c.SOCK_STREAM, c.AF_INET6 if ":" in address else c.AF_INET)
        assert sock.connect_ex((address, port)) == 115
        return sock

    def pair(self, address: str = B) -> tuple[Socket, Socket]:
        """Connected sockets: A's and B's."""
        listener = self.listen(address=address)
        client = self.connect(address)
        self.run(4 * self.delay)
        server, _ = listener.accept()
        self.sent.clear()
        return client, server

    def _pump(self) -> None:
        for name, host in (("A", self.a), ("B", self.b)):
            for packet in host.poll(self.now):
                self.sent.append((self.now, name, packet))
                if not self.cut:
                    heappush(self._flying, (self.now + self.delay, len(self.sent), packet))

    def run(self, duration: int = SECOND) -> None:
        """Let time pass."""
        end = self.now + duration
        self._pump()
        for _ in range(MAX_EVENTS):
            due = min(self.a.deadline(), self.b.deadline())
            arrival = self._flying[0][0] if self._flying else end + 1
            if min(due, arrival) > end:
                break
            if arrival <= due:
                self.now, _, packet = heappop(self._flying)
                host = self.a if self.a.addresses.is_own(packet.dst) else self.b
                host.receive(packet, self.now)
            else:
                self.now = max(self.now, due)
                for host in (self.a, self.b):
                    if host.deadline() <= due:
                        host.tick(due)
            self._pump()
        self.now = end

    def of(self, name: str) -> list[Segment]:
        """TCP segments of ``name``, in order."""
        return [p.body for _, who, p in self.sent if who == name and isinstance(p.body, Segment)]
