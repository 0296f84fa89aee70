"""Connections over a source route, with real endpoints, routers and bad links:
RFC 9293 §3.9.2.1, RFC 1812 §5.2.4.1, §5.3.13.4."""

import hashlib

import pytest

from synfin.core.errno import EOPNOTSUPP, ETIMEDOUT
from synfin.core.settings import LINUX, RFC, Settings
from synfin.core.states import State
from synfin.host import constants as c
from synfin.host.sockets import Socket
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network, lab_factory
from synfin.sim.router import Router
from synfin.sim.tap import Hop, Tap, Transmission
from synfin.wire.address import parse_address
from synfin.wire.source_route import SourceRoute
from tests.sim.programs import MS, SECOND, A, B, Programs, Stream
from tests.sim.test_two_endpoints import octets

FAR = "10.9.0.2"
R1, R2, R3 = "10.1.0.1", "10.2.0.1", "10.3.0.1"


class Ways(Tap):
    """Which way each packet went: the names of the nodes it passed."""

    def __init__(self) -> None:
        self.ways: dict[int, list[str]] = {}
        self.of: dict[int, tuple[str, str]] = {}
        self.fates: list[tuple[str, str]] = []

    def transmitted(self, sent: Transmission) -> None:
        self.ways[sent.n] = [sent.origin, sent.next_hop]
        self.of[sent.n] = (sent.origin, sent.target)

    def forwarded(self, sent: Transmission, hop: Hop) -> None:
        self.ways[sent.n].append(hop.target)

    def settled(self, sent: Transmission) -> None:
        self.fates.append((sent.fate, sent.cause))

    def taken(self, origin: str, target: str) -> set[str]:
        """All ways from one host to the other."""
        ways = [self.ways[n] for n, ends in self.of.items() if ends == (origin, target)]
        return {"-".join(way) for way in ways if way[1]}  # a fault drops before the first hop


def diamond(settings: Settings = RFC, bytes_mode: bool = False) -> tuple[Network, Ways]:
    """A - R1 - R2 - B is the short way; R1 - R3 - R2 is the detour."""
    net = Network(seed=3, bytes_mode=bytes_mode, factory=lab_factory)
    ways = Ways()
    net.tap(ways)
    for name, address in (("A", A), ("B", B)):
        net.add_host(name, address, settings=settings)
    for name, address in (("R1", R1), ("R2", R2), ("R3", R3)):
        net.add_router(name, address)
    net.link("A", "R1", 10 * MS)
    net.link("R1", "R2", 10 * MS)
    net.link("R1", "R3", 10 * MS)
    net.link("R3", "R2", 10 * MS)
    net.link("R2", "B", 10 * MS)
    return net, ways


def option(*hops: str, strict: bool = False) -> bytes:
    raw = b"".join(parse_address(hop) for hop in hops)
    return bytes((137 if strict else 131, 3 + len(raw), 4)) + raw


def client(net: Network, route: bytes, data: bytes, server: str = B) -> Stream:
    """A connects to B along ``route`` and sends ``data``."""
    programs = Programs(net, "A")
    sock: Socket = programs.host.socket(c.SOCK_STREAM)
    sock.setsockopt(c.IPPROTO_IP, c.IP_OPTIONS, route)
    stream = Stream(sock, data)
    programs.streams[sock] = stream
    with pytest.raises(BlockingIOError):
        sock.connect((server, 80))
    return stream


@pytest.mark.parametrize("bytes_mode", [False, True])
def test_a_connection_takes_the_detour_both_ways(bytes_mode: bool) -> None:
    """MUST-51, MUST-53: from the first SYN to the last ACK, retransmissions included."""
    net, ways = diamond(bytes_mode=bytes_mode)
    net.add_fault(parse_fault("A>B DATA nth=3 drop"))
    net.add_fault(parse_fault("B>A SYN,ACK nth=1 drop"))
    server = Programs(net, "B")
    server.listen(lambda sock: Stream(sock, b"thank you"))
    data = octets(5, 50_000)
    stream = client(net, option(R3), data)
    net.run(until_ns=60 * SECOND)
    assert server.accepted[0].digest.digest() == hashlib.sha256(data).digest()
    assert bytes(stream.text) == b"thank you"
    assert stream.eof
    assert server.accepted[0].eof
    assert ways.taken("A", "B") == {"A-R1-R3-R2-B"}
    assert ways.taken("B", "A") == {"B-R2-R3-R1-A"}


def test_without_a_route_the_short_way_is_taken() -> None:
    net, ways = diamond()
    Programs(net, "B").listen(lambda sock: Stream(sock, b"thank you"))
    client(net, b"", b"hello")
    net.run(until_ns=60 * SECOND)
    assert ways.taken("A", "B") == {"A-R1-R2-B"}
    assert ways.taken("B", "A") == {"B-R2-R1-A"}


def test_each_waypoint_records_the_address_it_is_left_by() -> None:
    """RFC 791 §3.1; what B gets back is its way to A."""
    net, _ = diamond()
    server = Programs(net, "B")
    server.listen(lambda sock: Stream(sock))
    client(net, option(R1, R3, R2), b"hello")
    net.run(until_ns=SECOND)
    back = server.accepted[0].sock.source_route()
    assert back == SourceRoute(tuple(parse_address(hop) for hop in (R2, R3, R1)))


@pytest.mark.parametrize("seed", range(3))
def test_it_survives_a_bad_network(seed: int) -> None:
    """Loss, reordering and corruption (octets instead of objects) on each link."""
    net = Network(seed=seed)
    for name, address in (("A", A), ("B", B)):
        net.add_host(name, address)
    for name, address in (("R1", R1), ("R2", R2)):
        net.add_router(name, address)
    for one, other in (("A", "R1"), ("R1", "R2"), ("R2", "B")):
        net.link(one, other, 5 * MS, loss=0.02, reorder=0.02, corrupt=0.01, duplicate=0.01)
    server = Programs(net, "B")
    server.listen(lambda sock: Stream(sock))
    data = octets(seed, 60_000)
    client(net, option(R2), data)
    net.run(until_ns=600 * SECOND)
    assert server.accepted[0].digest.digest() == hashlib.sha256(data).digest()


def test_path_mtu_discovery_counts_the_options() -> None:
    """MUST-16 with RFC 1191: ICMP from under way finds the connection (MUST-54)."""
    net = Network()
    net.add_host("A", A)
    net.add_host("B", B)
    net.add_router("R1", R1)
    net.add_router("R2", R2)
    net.link("A", "R1", MS)
    net.link("R1", "R2", MS, mtu=1000)
    net.link("R2", "B", MS)
    server = Programs(net, "B")
    server.listen(lambda sock: Stream(sock))
    data = octets(5, 100_000)
    stream = client(net, option(R1, R2), data)
    net.run(until_ns=60 * SECOND)
    assert server.accepted[0].digest.digest() == hashlib.sha256(data).digest()
    assert stream.sock.conn is not None
    assert stream.sock.conn.effective_mss == 1000 - 40 - 12 - 12


def subnets(settings: Settings = RFC) -> tuple[Network, Ways]:
    """A - R1 - R3 - R2 - B, each link a network of its own, as strict routes need it."""
    net = Network(seed=3)
    ways = Ways()
    net.tap(ways)
    net.add_host("A", A, settings=settings)
    net.add_router("R1", "10.0.0.254", "10.1.0.1")
    net.add_router("R3", "10.1.0.3", "10.3.0.1")
    net.add_router("R2", "10.3.0.2", "10.9.0.254")
    net.add_host("B", FAR, settings=settings)
    for one, other in (("A", "R1"), ("R1", "R3"), ("R3", "R2"), ("R2", "B")):
        net.link(one, other, 10 * MS)
    return net, ways


def test_a_strict_route_names_every_router() -> None:
    """RFC 791 §3.1; the addresses recorded are those of the far sides, so that the way
    back is a strict one as well."""
    net, ways = subnets()
    server = Programs(net, "B")
    server.listen(lambda sock: Stream(sock))
    stream = client(net, option("10.0.0.254", "10.1.0.3", "10.3.0.2", strict=True), b"hello", FAR)
    net.run(until_ns=SECOND)
    assert stream.shut
    assert bytes(server.accepted[0].text) == b"hello"
    back = ("10.9.0.254", "10.3.0.1", "10.1.0.1")
    route = SourceRoute(tuple(parse_address(hop) for hop in back), strict=True)
    assert server.accepted[0].sock.source_route() == route
    assert ways.taken("B", "A") == {"B-R2-R3-R1-A"}


def test_a_strict_route_with_a_gap_fails() -> None:
    """RFC 1812 §5.2.4.1: ICMP 3/5; a soft error, so connect() tries on (MUST-56)."""
    net, ways = subnets()
    stream = client(net, option("10.0.0.254", "10.3.0.2", strict=True), b"hello", FAR)
    net.run(until_ns=SECOND // 2)
    assert ("dropped", "source-route") in ways.fates
    assert stream.sock.conn is not None
    assert stream.sock.conn.state is State.SYN_SENT
    assert stream.sock.conn.soft_error == EOPNOTSUPP


def test_routers_of_today_drop_source_routes() -> None:
    """RFC 7126 §4.3: the SYN vanishes, and connect() times out."""
    net, ways = diamond()
    router = net.node("R1")
    assert isinstance(router, Router)
    router.source_routing = False
    stream = client(net, option(R3), b"hello")
    net.run(until_ns=400 * SECOND)
    assert set(ways.fates) == {("dropped", "source-route")}
    assert stream.errno == ETIMEDOUT


def test_linux_hosts_do_so_as_well() -> None:
    """accept_source_route=0."""
    net, _ = diamond(LINUX)
    server = Programs(net, "B")
    server.listen(lambda sock: Stream(sock))
    client(net, option(R3), b"hello")
    net.run(until_ns=10 * SECOND)
    assert server.accepted == []
