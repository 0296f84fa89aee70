"""A host of the surface the simulator needs, without TCP: it keeps what comes,
echoes datagrams to port 7 and sends what tests put into its outbox."""

from collections.abc import Callable

from synfin.core.events import Observer
from synfin.core.settings import Settings
from synfin.core.timers import NEVER
from synfin.sim.host import Engine, SimHost
from synfin.sim.network import Network
from synfin.wire.address import parse_address
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import PROTO_TCP, PROTO_UDP, Packet, decode_packet
from synfin.wire.malformed import Malformed
from synfin.wire.tcp import ACK, SYN, Segment
from synfin.wire.udp import Datagram

MS = 1_000_000
SECOND = 1000 * MS


class FakeHost:
    """See the module."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        clock: Callable[[], int],
        random: Callable[[int], bytes],
        observer: Observer | None,
    ) -> None:
        self.name = name
        self.key = random(8)
        self.clock = clock
        self.addresses: list[bytes] = []
        self.mtu = 0
        self.inbox: list[tuple[int, Packet]] = []
        self.damaged: list[tuple[int, bytes]] = []
        self.outbox: list[Packet] = []
        self.ready: list[object] = []
        self.timers: list[int] = []
        self.fired: list[int] = []
        self.deadline_calls = 0

    def add_address(self, addr: bytes, prefix_len: int = 24, mtu: int = 1500) -> None:
        if addr not in self.addresses:
            self.addresses.append(addr)
        self.mtu = mtu

    def receive(self, packet: Packet, now: int) -> None:
        self.inbox.append((now, packet))
        self.ready.append("socket")
        body = packet.body
        if isinstance(body, Datagram) and body.dst_port == 7:
            answer = Datagram(7, body.src_port, bytes(body.payload))
            self.outbox.append(Packet(packet.dst, packet.src, PROTO_UDP, answer))

    def receive_bytes(self, data: bytes, now: int) -> None:
        decoded = decode_packet(data)
        if isinstance(decoded, Malformed):
            self.damaged.append((now, data))
        else:
            self.receive(decoded, now)

    def tick(self, now: int) -> None:
        self.fired.extend(t for t in self.timers if t <= now)
        self.timers = [t for t in self.timers if t > now]

    def deadline(self) -> int:
        self.deadline_calls += 1
        return min(self.timers, default=NEVER)

    def poll(self, now: int, budget: int = 64) -> list[Packet]:
        packets, self.outbox = self.outbox[:budget], self.outbox[budget:]
        return packets

    def take_ready(self) -> list[object]:
        ready, self.ready = self.ready, []
        return ready

    def payloads(self) -> list[bytes]:
        """What came, without the headers, in order."""
        out: list[bytes] = []
        for _, packet in self.inbox:
            body = packet.body
            if isinstance(body, Segment | Datagram):
                out.append(bytes(body.payload))
        return out

    def times(self) -> list[int]:
        """When packets came."""
        return [time for time, _ in self.inbox]

    def errors(self) -> list[tuple[int, int, int]]:
        """ICMP messages: type, code, second header word."""
        return [
            (packet.body.type, packet.body.code, packet.body.rest)
            for _, packet in self.inbox
            if isinstance(packet.body, IcmpMessage)
        ]


def make(
    name: str,
    settings: Settings,
    clock: Callable[[], int],
    random: Callable[[int], bytes],
    observer: Observer | None,
) -> Engine:
    """The factory for :class:`Network`."""
    return FakeHost(name, settings, clock, random, observer)


def network(seed: int = 1, bytes_mode: bool = False, start: int = 0) -> Network:
    """A network of fake hosts."""
    return Network(seed, start, bytes_mode, make)


def fake(host: SimHost) -> FakeHost:
    """The fake inside."""
    assert isinstance(host.engine, FakeHost)
    return host.engine


def udp(src: str, dst: str, payload: bytes = b"x", ttl: int = 64, df: bool = False) -> Packet:
    """A datagram to port 9 (discard)."""
    body = Datagram(5000, 9, payload)
    return Packet(parse_address(src), parse_address(dst), PROTO_UDP, body, ttl, df=df)


def echo(src: str, dst: str, payload: bytes = b"x") -> Packet:
    """A datagram to port 7."""
    return Packet(parse_address(src), parse_address(dst), PROTO_UDP, Datagram(5000, 7, payload))


def tcp(
    src: str,
    dst: str,
    flags: int = ACK,
    seq: int = 0,
    ack: int = 0,
    payload: bytes = b"",
    window: int = 65535,
    sport: int = 40000,
    dport: int = 80,
    mss: int = 0,
    ttl: int = 64,
    df: bool = False,
) -> Packet:
    """A segment."""
    body = Segment(sport, dport, seq, ack, flags, window, payload=payload, mss=mss)
    return Packet(parse_address(src), parse_address(dst), PROTO_TCP, body, ttl, df=df)


def syn(src: str, dst: str, seq: int = 0, ttl: int = 64) -> Packet:
    """A SYN."""
    return tcp(src, dst, SYN, seq, ttl=ttl)


A = "10.0.0.1"
B = "10.0.0.2"


def pair(
    delay: int = 50 * MS, seed: int = 1, bytes_mode: bool = False
) -> tuple[Network, FakeHost, FakeHost]:
    """A - B with one link."""
    net = network(seed, bytes_mode)
    a = net.add_host("A", A)
    b = net.add_host("B", B)
    net.link("A", "B", delay)
    return net, fake(a), fake(b)
