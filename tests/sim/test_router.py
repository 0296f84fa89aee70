"""TTL, ICMP errors, rules, fragments, loops - scenario 11's and 39's networks."""

import pytest

from synfin.sim.network import Network
from synfin.sim.router import Router, lower_ttl
from synfin.sim.tap import Hop, LogTap, Tap, Transmission
from synfin.wire.address import format_address, parse_address
from synfin.wire.icmp import IcmpMessage, echo_request
from synfin.wire.ip import PROTO_ICMP, PROTO_ICMPV6, PROTO_UDP, Packet, decode_packet, encode_packet
from synfin.wire.udp import Datagram
from tests.sim.fakes import MS, A, B, FakeHost, echo, fake, network, syn, tcp, udp

SIX_A = "fd00::1"
SIX_B = "fd00::2"


class Record(Tap):
    def __init__(self) -> None:
        self.sent: list[Transmission] = []
        self.hops: list[tuple[int, str, int]] = []

    def transmitted(self, sent: Transmission) -> None:
        self.sent.append(sent)

    def forwarded(self, sent: Transmission, hop: Hop) -> None:
        self.hops.append((hop.time, f"{hop.source}>{hop.target}", hop.packet.ttl))


def chain(mtu: int = 1500) -> tuple[Network, FakeHost, FakeHost, Record]:
    """A - R1 - R2 - B, 10 ms per hop; the middle link has ``mtu``."""
    net = network()
    record = Record()
    net.tap(record)
    a = net.add_host("A", A, SIX_A)
    net.add_router("R1", "10.0.1.1", "fd00:1::1")
    net.add_router("R2", "10.0.1.2", "fd00:1::2")
    b = net.add_host("B", B, SIX_B)
    net.link("A", "R1", 10 * MS)
    net.link("R1", "R2", 10 * MS, mtu=mtu)
    net.link("R2", "B", 10 * MS)
    return net, fake(a), fake(b), record


def test_three_hops_take_three_delays_and_two_of_the_ttl() -> None:
    net, a, b, record = chain()
    a.outbox.append(udp(A, B))
    net.run()
    assert [(time, packet.ttl) for time, packet in b.inbox] == [(30 * MS, 62)]
    assert record.hops == [(10 * MS, "R1>R2", 63), (20 * MS, "R2>B", 62)]
    (sent,) = record.sent
    assert (sent.origin, sent.target, sent.next_hop) == ("A", "B", "R1")
    assert (sent.time, sent.hop_arrives, sent.arrives) == (0, 10 * MS, 30 * MS)
    assert (sent.fate, sent.packet.ttl) == ("delivered", 64)


def test_ttl_one_ends_at_the_first_router() -> None:
    net, a, _, record = chain()
    a.outbox.append(syn(A, B, ttl=1))
    net.run()
    assert a.errors() == [(11, 0, 0)]
    assert a.times() == [20 * MS]
    assert (record.sent[0].fate, record.sent[0].cause) == ("expired", "ttl")
    message = record.sent[1].packet
    assert record.sent[1].origin == "R1"
    assert format_address(message.src) == "10.0.1.1"
    assert isinstance(message.body, IcmpMessage)
    assert message.body.reason is not None
    quoted = message.body.data
    assert len(quoted) == 28
    assert quoted == encode_packet(syn(A, B, ttl=1))[:28]


def test_a_loop_between_two_routers_ends_when_the_ttl_does() -> None:
    net, a, b, record = chain()
    net.route_via("R2", "B", "R1")
    a.outbox.append(syn(A, B))
    net.run()
    assert b.inbox == []
    assert record.sent[0].fate == "expired"
    assert len(record.hops) == 63 + 1, "63 for the SYN, one for the message from R2 by R1"
    assert record.sent[1].origin == "R2"
    assert record.sent[1].time == 640 * MS
    assert a.times() == [660 * MS]


def test_ipv6_hop_limit_and_no_route() -> None:
    net, a, _, _ = chain()
    data = Datagram(1, 2, b"x")
    one, two = parse_address(SIX_A), parse_address(SIX_B)
    a.outbox.append(Packet(one, two, PROTO_UDP, data, ttl=2))
    a.outbox.append(Packet(one, parse_address("fd99::1"), PROTO_UDP, data))
    a.outbox.append(Packet(one, parse_address("fd00::77"), PROTO_UDP, data))
    net.run()
    assert sorted(a.errors()) == [(1, 0, 0), (1, 3, 0), (3, 0, 0)]


def test_no_route_is_network_or_host_unreachable() -> None:
    net, a, _, record = chain()
    a.outbox += [udp(A, "192.0.2.1"), udp(A, "10.0.0.77")]
    net.run()
    assert a.errors() == [(3, 0, 0), (3, 1, 0)]
    assert [sent.target for sent in record.sent[:2]] == ["192.0.2.1", "10.0.0.77"]
    assert [sent.cause for sent in record.sent[:2]] == ["no-route", "no-route"]


def test_without_a_router_nobody_answers_for_unknown_addresses() -> None:
    net = network()
    a = fake(net.add_host("A", A))
    net.add_host("B", B)
    net.link("A", "B", MS)
    a.outbox.append(udp(A, "10.0.0.77"))
    assert net.run() == "quiescent"
    assert a.inbox == []


@pytest.mark.parametrize("code", [0, 1, 2, 3, 13])
def test_a_rule_rejects_by_icmp(code: int) -> None:
    net, a, b, record = chain()
    net.reject("R1", "A>B SYN nth=1", 3, code)
    a.outbox += [syn(A, B), syn(A, B)]
    net.run()
    assert a.errors() == [(3, code, 0)]
    assert a.times() == [20 * MS]
    assert len(b.inbox) == 1
    assert record.sent[0].cause == "filtered"


def test_a_firewall_swallows_silently() -> None:
    net, a, b, _ = chain()
    net.reject("R2", "A>B TCP")
    a.outbox += [syn(A, B), udp(A, B)]
    net.run()
    assert len(b.inbox) == 1
    assert a.inbox == []


def test_too_big_with_df_says_how_much_fits() -> None:
    net, a, b, record = chain(mtu=1000)
    a.outbox.append(tcp(A, B, payload=bytes(1460), df=True))
    net.run()
    assert a.errors() == [(3, 4, 1000)]
    assert b.inbox == []
    assert record.sent[0].cause == "too-big"


def test_too_big_in_ipv6_is_never_cut() -> None:
    net, a, b, _ = chain(mtu=1300)
    one, two = parse_address(SIX_A), parse_address(SIX_B)
    a.outbox.append(Packet(one, two, PROTO_UDP, Datagram(1, 2, bytes(1400))))
    net.run()
    assert a.errors() == [(2, 0, 1300)]
    assert b.inbox == []


def test_without_df_the_router_cuts() -> None:
    net, a, b, record = chain(mtu=1000)
    a.outbox.append(udp(A, B, bytes(1400)))
    net.run()
    assert [(p.frag_offset, p.more_fragments) for _, p in b.inbox] == [(0, True), (976, False)]
    assert [(s.origin, s.fate, s.part_of) for s in record.sent] == [
        ("A", "fragmented", 0),
        ("R1", "delivered", 1),
        ("R1", "delivered", 1),
    ]
    assert [s.n for s in record.sent] == [1, 2, 3]


def test_no_error_about_errors_fragments_and_groups() -> None:
    net, a, b, _ = chain()
    about = IcmpMessage(3, 1, 0, encode_packet(udp(B, A))[:28])
    a.outbox.append(Packet(parse_address(A), parse_address(B), PROTO_ICMP, about, ttl=1))
    piece = Packet(parse_address(A), parse_address(B), PROTO_UDP, bytes(8), ttl=1, frag_offset=8)
    a.outbox.append(piece)
    a.outbox.append(udp(A, "224.0.0.5", ttl=1))
    a.outbox.append(udp("0.0.0.0", B, ttl=1))
    net.run()
    assert a.inbox == []
    assert b.inbox == []


def test_a_router_without_address_is_silent_and_one_with_it_answers_pings() -> None:
    net, a, _, _ = chain()
    ping = echo_request(4, 7, 1, b"hi")
    a.outbox.append(Packet(parse_address(A), parse_address("10.0.1.2"), PROTO_ICMP, ping))
    ping6 = Packet(
        parse_address(SIX_A), parse_address("fd00:1::1"), PROTO_ICMPV6, echo_request(6, 7, 2)
    )
    a.outbox.append(ping6)
    net.run()
    assert a.errors() == [(129, 0, 7 << 16 | 2), (0, 0, 7 << 16 | 1)]
    router = net.node("R1")
    assert isinstance(router, Router)
    router.addresses.clear()
    a.inbox.clear()
    a.outbox.append(udp(A, B, ttl=1))
    net.run()
    assert a.inbox == []


def test_damaged_octets_are_forwarded_damaged() -> None:
    net, a, b, _ = chain()
    good = encode_packet(udp(A, B, b"payload"))
    bad = good[:-1] + b"\x00"
    net.spoof_bytes("A", bad)
    net.run()
    ((_, data),) = b.damaged
    assert data[8] == 62
    assert data[20:] == bad[20:]
    assert a.inbox == []


def test_lower_ttl_keeps_the_header_good() -> None:
    six = Packet(parse_address(SIX_A), parse_address(SIX_B), PROTO_UDP, Datagram(1, 2, b""))
    for packet in (udp(A, B), six):
        lowered = decode_packet(lower_ttl(encode_packet(packet)))
        assert isinstance(lowered, Packet)
        assert lowered.ttl == 63


def test_shortest_path_and_overrides() -> None:
    net = network()
    record = Record()
    net.tap(record)
    a = fake(net.add_host("A", A))
    b = fake(net.add_host("B", B))
    for name in ("R1", "R2", "R3"):
        net.add_router(name)
    net.link("A", "R1", MS)
    net.link("R1", "R2", MS)
    net.link("R2", "R3", MS)
    net.link("R3", "B", MS)
    net.link("R1", "R3", MS)
    a.outbox.append(echo(A, B))
    net.run()
    assert [hop for _, hop, _ in record.hops] == ["R1>R3", "R3>B", "R3>R1", "R1>A"]
    assert a.times() == [6 * MS]
    net.route_via("R1", B, "R2")
    record.hops.clear()
    a.outbox.append(udp(A, B))
    net.run()
    assert [hop for _, hop, _ in record.hops] == ["R1>R2", "R2>R3", "R3>B"]
    with pytest.raises(ValueError, match="no link"):
        net.route_via("R1", B, "B")
    assert len(b.inbox) == 2


def test_hosts_do_not_forward() -> None:
    net = network()
    a = fake(net.add_host("A", A))
    net.add_host("H", "10.0.0.9")
    b = fake(net.add_host("B", B))
    net.link("A", "H", MS)
    net.link("H", "B", MS)
    log = LogTap()
    net.tap(log)
    a.outbox.append(udp(A, B))
    net.run()
    assert b.inbox == []
    assert "no-route" in log.lines[1]
