"""Hosts that die and come back, switches, attackers, taps, determinism."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.sim.errors import SimulationError
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network, read_address
from synfin.sim.tap import LogTap, Tap, Transmission
from synfin.wire.ip import Packet, encode_packet
from synfin.wire.tcp import SYN
from tests.sim.fakes import MS, SECOND, A, B, FakeHost, echo, fake, network, pair, syn, tcp, udp


class Record(Tap):
    def __init__(self) -> None:
        self.sent: list[Transmission] = []
        self.arrivals: list[tuple[int, str, int]] = []
        self.actions: list[tuple[str, str, int]] = []

    def transmitted(self, sent: Transmission) -> None:
        self.sent.append(sent)

    def arrived(self, sent: Transmission, host: str, packet: Packet, time: int) -> None:
        self.arrivals.append((sent.n, host, time))

    def host(self, name: str, action: str, time: int) -> None:
        self.actions.append((name, action, time))


def test_an_echo_there_and_back() -> None:
    net, a, _ = pair()
    record = Record()
    net.tap(record)
    net.at(SECOND, lambda: a.outbox.append(echo(A, B, b"hello")), "A")
    assert net.run() == "quiescent"
    assert a.payloads() == [b"hello"]
    assert net.now == SECOND + 100 * MS
    assert record.arrivals == [(1, "B", SECOND + 50 * MS), (2, "A", SECOND + 100 * MS)]
    assert [sent.arrives for sent in record.sent] == [SECOND + 50 * MS, SECOND + 100 * MS]


def test_run_stops_at_a_time_or_after_so_many_events() -> None:
    net, a, b = pair()
    for second in range(3):
        net.at(second * SECOND, lambda: a.outbox.append(udp(A, B)), "A")
    assert net.run(until_ns=SECOND + 50 * MS) == "time"
    assert len(b.inbox) == 2, "what happens at that time is included"
    assert net.now == SECOND + 50 * MS
    assert net.run(max_events=1) == "limit"
    assert net.run() == "quiescent"
    assert len(b.inbox) == 3
    assert not net.step()


def test_time_may_begin_below_zero_and_never_goes_back() -> None:
    net = network(start=-SECOND)
    a = fake(net.add_host("A", A))
    b = fake(net.add_host("B", B))
    net.link("A", "B", MS)
    net.at(-SECOND, lambda: a.outbox.append(udp(A, B)), "A")
    net.run(until_ns=0)
    assert b.times() == [MS - SECOND]
    with pytest.raises(ValueError, match="before now"):
        net.at(MS - SECOND - 1, lambda: None)


def test_reactions_run_before_the_host_is_polled() -> None:
    net, a, b = pair()
    order: list[bytes] = []

    def react(socket: object) -> None:
        assert socket == "socket"
        b.outbox.insert(0, udp(B, A, b"reaction"))

    net.on_ready("B", react)
    a.outbox.append(echo(A, B, b"echo"))
    net.run()
    order += a.payloads()
    assert order == [b"reaction", b"echo"]


def test_a_reaction_that_never_ends_is_named() -> None:
    net, a, b = pair()
    net.on_ready("B", lambda _: b.ready.append("again"))
    a.outbox.append(udp(A, B))
    with pytest.raises(SimulationError, match="host B is still busy"):
        net.run()


# --- hosts that die -----------------------------------------------------------------


def test_a_crashed_host_notices_nothing_and_a_rebooted_one_knows_nothing() -> None:
    net, a, b = pair()
    record = Record()
    net.tap(record)
    host = net.host("B")
    b.timers = [30 * MS, SECOND]
    net.at(20 * MS, host.crash)
    for time in (0, 10 * MS, 100 * MS, 200 * MS):
        net.at(time, lambda: a.outbox.append(udp(A, B)), "A")
    booted: list[int] = []
    net.on_boot("B", lambda: booted.append(net.now))
    net.at(210 * MS, host.reboot)
    net.run()
    fresh = fake(host)
    assert b.inbox == []
    assert b.fired == []
    assert fresh is not b
    assert fresh.times() == [250 * MS]
    assert fresh.addresses == b.addresses
    assert fresh.key != b.key, "another boot draws other keys"
    assert booted == [210 * MS]
    assert record.actions == [("B", "crash", 20 * MS), ("B", "reboot", 210 * MS)]
    assert [(s.fate, s.cause) for s in record.sent] == [("dropped", "host-down")] * 3 + [
        ("delivered", "")
    ]


def test_power_off_stays_off() -> None:
    net, a, b = pair()
    net.host("B").power_off()
    a.outbox.append(echo(A, B))
    net.run()
    assert b.inbox == []
    assert a.inbox == []
    assert not net.host("B").up


def test_what_was_to_be_sent_when_it_crashed_is_not() -> None:
    net, a, b = pair()

    def crash(_: object) -> None:
        net.host("B").crash()

    net.on_ready("B", crash)
    a.outbox.append(echo(A, B))
    net.run()
    assert a.inbox == []
    assert len(b.outbox) == 1


# --- one to many ------------------------------------------------------------------------


def lan(count: int) -> tuple[Network, list[FakeHost], Record]:
    net = network()
    record = Record()
    net.tap(record)
    net.add_switch("S")
    hosts = []
    for number in range(count):
        host = net.add_host(f"H{number}", f"10.0.0.{number + 1}")
        net.link(host.name, "S", MS)
        hosts.append(fake(host))
    return net, hosts, record


@pytest.mark.parametrize("group", ["255.255.255.255", "10.0.0.255", "224.0.0.5"])
def test_a_switch_floods_broadcast_and_multicast(group: str) -> None:
    net, hosts, record = lan(4)
    hosts[0].outbox.append(udp("10.0.0.1", group))
    net.run()
    assert [len(host.inbox) for host in hosts] == [0, 1, 1, 1]
    (sent,) = record.sent
    assert (sent.target, sent.fate, sent.arrives) == (group, "delivered", 2 * MS)
    assert {host for _, host, _ in record.arrivals} == {"H1", "H2", "H3"}
    assert {n for n, _, _ in record.arrivals} == {1}


def test_a_switch_forwards_unicast_to_one_and_lowers_no_ttl() -> None:
    net, hosts, _ = lan(4)
    hosts[0].outbox.append(udp("10.0.0.1", "10.0.0.3"))
    net.run()
    assert [len(host.inbox) for host in hosts] == [0, 0, 1, 0]
    assert hosts[2].inbox[0][1].ttl == 64


def test_a_router_behind_the_switch_gets_what_nobody_there_has() -> None:
    net, hosts, _ = lan(2)
    net.add_router("R", "10.0.0.254")
    net.link("S", "R", MS)
    hosts[0].outbox += [udp("10.0.0.1", "192.0.2.9"), udp("10.0.0.1", "255.255.255.255")]
    net.run()
    assert hosts[0].errors() == [(3, 0, 0)]
    assert len(hosts[1].inbox) == 1


def test_a_ring_of_switches_does_not_flood_for_ever() -> None:
    net = network()
    for name in ("S1", "S2", "S3"):
        net.add_switch(name)
    a = fake(net.add_host("A", A))
    net.link("A", "S1", MS)
    net.link("S1", "S2", MS)
    net.link("S2", "S3", MS)
    net.link("S3", "S1", MS)
    a.outbox.append(udp(A, "255.255.255.255"))
    assert net.run(max_events=20_000) == "quiescent"


def test_oneself_and_loopback() -> None:
    net, a, b = pair()
    a.outbox += [udp(A, A, b"self"), udp("127.0.0.1", "127.0.0.1", b"loop")]
    net.run()
    assert a.payloads() == [b"self", b"loop"]
    assert a.times() == [0, 0]
    assert b.inbox == []


# --- the attacker ---------------------------------------------------------------------


def attacked() -> tuple[Network, FakeHost, FakeHost, FakeHost, Record]:
    net = network()
    record = Record()
    net.tap(record)
    a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
    x = fake(net.add_attacker("X", "10.0.0.66"))
    net.add_router("R", "10.0.9.1")
    for name in ("A", "B", "X"):
        net.link(name, "R", 5 * MS)
    return net, a, b, x, record


def test_spoofed_packets_arrive_and_the_answers_go_to_the_victim() -> None:
    net, a, b, x, record = attacked()
    net.spoof("X", echo(A, B, b"evil"))
    net.run()
    assert b.payloads() == [b"evil"]
    assert a.payloads() == [b"evil"]
    assert x.inbox == [], "off the path nothing is seen"
    first, second = record.sent
    assert (first.origin, first.spoofed, second.origin, second.spoofed) == ("X", True, "B", False)
    body = first.packet.body
    assert not isinstance(body, bytes)
    assert body.reason is not None


def test_faults_know_the_attacker_by_its_name() -> None:
    net, _, b, _, record = attacked()
    net.add_fault(parse_fault("A>B drop"))
    net.spoof("X", udp(A, B))
    net.run()
    assert len(b.inbox) == 1
    net.add_fault(parse_fault("X>B drop"))
    net.spoof("X", udp(A, B))
    net.run()
    assert len(b.inbox) == 1
    assert record.sent[1].fate == "dropped"


def test_spoofed_syns_teach_faults_no_isn() -> None:
    net, a, b, _, _ = attacked()
    net.add_fault(parse_fault("A>B DATA seq=1 drop"))
    a.outbox.append(syn(A, B, 1000))
    net.run()
    net.spoof("X", syn(A, B, 5000))
    net.run()
    a.outbox.append(tcp(A, B, SYN, 1000))
    a.outbox.append(tcp(A, B, seq=1001, payload=b"gone"))
    net.run()
    assert b"gone" not in b.payloads()


def test_octets_by_hand() -> None:
    net, _, b, _, _ = attacked()
    net.spoof_bytes("X", encode_packet(udp(A, B, b"by hand")))
    net.run()
    assert len(b.payloads()) == 1
    with pytest.raises(ValueError, match="begins with its header"):
        net.spoof_bytes("X", b"\x45")


# --- building ---------------------------------------------------------------------------


def test_mistakes_in_building_are_named() -> None:
    net, _, _ = pair()
    with pytest.raises(ValueError, match="two nodes 'A'"):
        net.add_host("A", "10.0.0.9")
    with pytest.raises(ValueError, match=r"two nodes have the address 10\.0\.0\.1"):
        net.add_host("C", A)
    with pytest.raises(ValueError, match="no node 'Z'"):
        net.link("A", "Z", MS)
    with pytest.raises(ValueError, match="B is no router"):
        net.reject("B", "* SYN")
    net.add_switch("S")
    with pytest.raises(ValueError, match="S is no host"):
        net.host("S")
    with pytest.raises(ValueError, match="not an IPv4 or IPv6 address"):
        net.add_host("D", "10.0.0")
    with pytest.raises(ValueError, match="prefix length"):
        read_address("10.0.0.1/33")
    assert read_address("10.0.0.1/8") == (b"\x0a\x00\x00\x01", 8)
    assert read_address("::1")[1] == 64


# --- determinism --------------------------------------------------------------------------


def busy_run(seed: int, bytes_mode: bool, sizes: list[int]) -> list[str]:
    """Echoes through a bad network with faults; everything that happened, as lines."""
    net = network(seed, bytes_mode)
    log = LogTap()
    net.tap(log)
    a = fake(net.add_host("A", A))
    net.add_router("R", "10.0.1.1")
    b = fake(net.add_host("B", B))
    bad = {"loss": 0.05, "duplicate": 0.05, "reorder": 0.1, "corrupt": 0.05}
    net.link("A", "R", 3 * MS, jitter_ns=MS, **bad)  # type: ignore[arg-type]
    net.link("R", "B", 4 * MS, rate_bps=1_000_000, queue_packets=5, mtu=600)
    for text in ("A>B p=0.1 drop", "B>A nth=2 dup=30ms", "A>B nth=3 reorder", "* p=0.1 corrupt"):
        net.add_fault(parse_fault(text))
    for number, size in enumerate(sizes):
        net.at(number * MS, lambda size=size: a.outbox.append(echo(A, B, bytes(size))), "A")  # type: ignore[misc]
    assert net.run(max_events=100_000) == "quiescent"
    log.lines.append(repr([(t, encode_packet(p)) for t, p in a.inbox + b.inbox]))
    return log.lines


@given(st.integers(0, 10), st.lists(st.integers(0, 1400), min_size=1, max_size=40))
def test_same_inputs_same_run_octet_for_octet(seed: int, sizes: list[int]) -> None:
    assert busy_run(seed, False, sizes) == busy_run(seed, False, sizes)


@given(st.integers(0, 10), st.lists(st.integers(0, 1400), min_size=1, max_size=40))
def test_packets_as_objects_or_as_octets_make_the_same_run(seed: int, sizes: list[int]) -> None:
    assert busy_run(seed, True, sizes) == busy_run(seed, False, sizes)
