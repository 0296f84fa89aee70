"""Delay, jitter, rate, queues and bad luck."""

import pytest

from synfin.sim.network import Network
from synfin.sim.tap import LogTap, Tap, Transmission
from tests.sim.fakes import MS, A, B, FakeHost, fake, network, pair, tcp, udp


class Fates(Tap):
    """What became of each packet."""

    def __init__(self) -> None:
        self.sent: list[Transmission] = []

    def transmitted(self, sent: Transmission) -> None:
        self.sent.append(sent)

    def fates(self) -> list[str]:
        return [sent.fate for sent in self.sent]


def burst(net: Network, a: FakeHost, count: int, size: int = 72) -> None:
    """``count`` datagrams, numbered, at once; 28 octets of headers each."""
    for number in range(count):
        a.outbox.append(udp(A, B, number.to_bytes(2, "big") + bytes(size - 2)))


def test_delay_is_the_whole_transit_time() -> None:
    net, a, b = pair(50 * MS)
    burst(net, a, 2)
    net.run()
    assert b.times() == [50 * MS, 50 * MS]


def test_rate_spaces_packets_by_their_ip_length() -> None:
    net = network()
    a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
    net.link("A", "B", 10 * MS, rate_bps=8_000_000)
    burst(net, a, 3, 972)  # 1000 octets: 1 ms each
    net.run()
    assert b.times() == [11 * MS, 12 * MS, 13 * MS]


def test_drop_tail_counts_those_that_wait() -> None:
    net = network()
    fates = Fates()
    net.tap(fates)
    a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
    link = net.link("A", "B", 10 * MS, rate_bps=8_000_000, queue_packets=2)
    burst(net, a, 5, 972)
    net.run()
    assert len(b.inbox) == 3
    assert fates.fates() == ["delivered"] * 3 + ["queue-full"] * 2
    assert link.toward("B").overflowed == 2
    assert link.toward("B").queue_length() == 0


def test_drop_tail_in_octets() -> None:
    net = network()
    a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
    net.link("A", "B", 10 * MS, rate_bps=8_000_000, queue_bytes=2500)
    burst(net, a, 5, 972)
    net.run()
    assert len(b.inbox) == 3


def test_the_other_direction_has_its_own_queue_and_may_differ() -> None:
    net = network()
    a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
    link = net.link("A", "B", 10 * MS)
    link.toward("A").delay = 70 * MS
    a.outbox.append(udp(A, B))
    b.outbox.append(udp(B, A))
    net.run()
    assert (b.times(), a.times()) == ([10 * MS], [70 * MS])
    with pytest.raises(ValueError, match="does not end"):
        link.toward("C")


@pytest.mark.parametrize("reorders", [False, True])
def test_jitter_reorders_only_when_allowed(reorders: bool) -> None:
    net = network()
    a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
    net.link("A", "B", 10 * MS, jitter_ns=20 * MS, allow_reorder=reorders)
    burst(net, a, 50)
    net.run()
    assert all(10 * MS <= time <= 30 * MS for time in b.times())
    assert len(set(b.times())) >= 4
    payloads = b.payloads()
    assert (payloads != sorted(payloads)) is reorders


def test_loss_duplication_reordering_and_corruption_at_the_rates_asked() -> None:
    net = network()
    fates = Fates()
    net.tap(fates)
    a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
    net.link("A", "B", MS, loss=0.1, duplicate=0.1, reorder=0.1, corrupt=0.1)
    burst(net, a, 2000)
    net.run()
    lost = fates.fates().count("dropped")
    copies = sum(1 for sent in fates.sent if sent.copy_of)
    assert 150 < lost < 250
    assert 130 < copies < 230
    # of 2,000 - 200 + 180 carried a tenth, and the copies of damaged ones: 214, sigma 15
    assert 154 < len(b.damaged) < 274
    assert len(b.damaged) == fates.fates().count("corrupted")
    assert len(b.inbox) + len(b.damaged) + lost == 2000 + copies
    late = sum(1 for time in b.times() if time > MS)
    assert 100 < late < 220


def test_adding_a_link_does_not_change_what_another_draws() -> None:
    outcomes = []
    for extra in (False, True):
        net = network(seed=7)
        a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
        if extra:
            net.add_host("C", "10.0.0.3")
            net.link("A", "C", MS, loss=0.5)
        net.link("A", "B", MS, loss=0.5)
        burst(net, a, 200)
        net.run()
        outcomes.append(b.payloads())
    assert outcomes[0] == outcomes[1]
    assert 50 < len(outcomes[0]) < 150


def test_other_seed_other_luck() -> None:
    outcomes = []
    for seed in (1, 2):
        net = network(seed=seed)
        a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
        net.link("A", "B", MS, loss=0.5)
        burst(net, a, 64)
        net.run()
        outcomes.append(b.payloads())
    assert outcomes[0] != outcomes[1]


def test_a_link_that_goes_down_loses_what_is_on_it() -> None:
    net, a, b = pair(50 * MS)
    fates = Fates()
    net.tap(fates)
    host = net.host("B")
    burst(net, a, 1)
    net.at(20 * MS, host.link_down, "B")
    net.at(60 * MS, lambda: burst(net, a, 1), "A")
    net.at(70 * MS, host.link_up, "B")
    net.at(80 * MS, lambda: burst(net, a, 1), "A")
    net.run()
    assert b.times() == [130 * MS]
    assert [(s.fate, s.cause, s.arrives) for s in fates.sent] == [
        ("dropped", "link-down", None),
        ("dropped", "link-down", None),
        ("delivered", "", 130 * MS),
    ]


def test_a_large_segment_is_cut_before_anything_sees_it() -> None:
    net, a, b = pair()
    log = LogTap()
    net.tap(log)
    a.outbox.append(tcp(A, B, seq=100, payload=bytes(2500), mss=1000))
    net.run()
    sizes = [len(payload) for payload in b.payloads()]
    assert sizes == [1000, 1000, 500]
    assert sum(" #" in line and "seq=" in line for line in log.lines) == 3


def test_a_host_cuts_what_its_link_does_not_take() -> None:
    net = network()
    a, b = fake(net.add_host("A", A)), fake(net.add_host("B", B))
    fates = Fates()
    net.tap(fates)
    net.link("A", "B", MS, mtu=1000)
    assert a.mtu == 1000
    a.outbox.append(udp(A, B, bytes(1500)))
    a.outbox.append(udp(A, B, bytes(1500), df=True))
    net.run()
    assert [packet.frag_offset for _, packet in b.inbox] == [0, 976]
    assert [(s.fate, s.cause, s.part_of) for s in fates.sent] == [
        ("fragmented", "", 0),
        ("delivered", "", 1),
        ("delivered", "", 1),
        ("dropped", "too-big", 0),
    ]
