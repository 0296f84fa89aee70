"""Queues that mark (RFC 3168 §5, RFC 7567), and the fault that does."""

import random
from itertools import pairwise

import pytest

from synfin.core.connection import Connection
from synfin.core.settings import PROFILES, RFC, Settings
from synfin.sim.aqm import DROP, MARK, PASS, Red, Threshold
from synfin.sim.fault import Fault
from synfin.sim.faults import parse_fault
from synfin.sim.network import Network
from synfin.sim.tap import Tap, Transmission
from synfin.wire.ip import Packet
from synfin.wire.tcp import CE, ECT_0, NOT_ECT
from tests.sim.fakes import MS, A, B, FakeHost, fake, network, pair, udp
from tests.sim.programs import SECOND, Programs, Stream


class Kept(Tap):
    """Every transmission."""

    def __init__(self) -> None:
        self.sent: list[Transmission] = []

    def transmitted(self, sent: Transmission) -> None:
        self.sent.append(sent)


def marked(tos: int, octets: int = 972) -> Packet:
    packet = udp(A, B, bytes(octets))
    packet.tos = tos
    return packet


# --- the managers ---------------------------------------------------------------------
def test_a_threshold_marks_from_there_on_and_drops_nothing() -> None:
    queue = Threshold(2)
    assert [queue.judge(n, True) for n in range(4)] == [PASS, PASS, MARK, MARK]
    assert [queue.judge(n, False) for n in range(4)] == [PASS] * 4
    with pytest.raises(ValueError, match="from 1"):
        Threshold(0)


def test_red_chooses_nothing_below_everything_above_and_some_between() -> None:
    """Floyd and Jacobson 1993: by the average, not by the length of the moment."""
    queue = Red(5, 15, random.Random(1))
    assert [queue.judge(4, True) for _ in range(1000)] == [PASS] * 1000
    assert queue.judge(30, True) == PASS, "one burst moves the average little"
    between = [queue.judge(10, True) for _ in range(2000)]
    # p = 0.05 there; the gap between two is even between 1 and 1/p packets.
    assert 160 <= between.count(MARK) <= 260
    gaps = [n for n, verdict in enumerate(between) if verdict == MARK]
    assert max(b - a for a, b in pairwise(gaps)) <= 21
    above = [queue.judge(40, False) for _ in range(100)]
    assert above[-50:] == [DROP] * 50
    with pytest.raises(ValueError, match="below the upper"):
        Red(5, 5, random.Random(1))


# --- on a link ---------------------------------------------------------------------------
def crowded(net: Network, tos: int, count: int) -> tuple[FakeHost, Kept]:
    """``count`` packets of 1 ms each at once, over a link that is there already."""
    kept = Kept()
    net.tap(kept)
    sender = fake(net.host("A"))
    sender.outbox.extend(marked(tos) for _ in range(count))
    net.run()
    return fake(net.host("B")), kept


@pytest.mark.parametrize(
    ("tos", "arrives"),
    [
        (0xB8 | ECT_0, [0xBA, 0xBA, 0xBA, 0xBB, 0xBB]),
        (0xB8 | NOT_ECT, [0xB8] * 5),
        (0xB8 | CE, [0xBB] * 5),
    ],
)
def test_a_queue_marks_what_declares_ect(tos: int, arrives: list[int]) -> None:
    """The upper six bits stay; what is CE stays CE."""
    net = network()
    net.add_host("A", A)
    net.add_host("B", B)
    link = net.link("A", "B", 10 * MS, rate_bps=8_000_000, mark=2)
    b, kept = crowded(net, tos, 5)
    assert [packet.tos for _, packet in b.inbox] == arrives
    assert [sent.packet.tos for sent in kept.sent] == [tos] * 5, "as they left"
    changed = [a != tos for a in arrives]
    assert [sent.marked for sent in kept.sent] == changed
    assert link.toward("B").marked == sum(changed)


def test_red_drops_what_declares_no_ect() -> None:
    net = network()
    net.add_host("A", A)
    net.add_host("B", B)
    net.link("A", "B", 10 * MS, rate_bps=8_000_000, red=(2, 4))
    b, kept = crowded(net, 0, 60)
    causes = {sent.cause for sent in kept.sent if sent.fate == "dropped"}
    assert causes == {"aqm"}
    assert 0 < len(b.inbox) < 60


def test_a_link_without_rate_has_no_queue_to_manage() -> None:
    net = network()
    net.add_host("A", A)
    net.add_host("B", B)
    net.link("A", "B", 10 * MS, mark=1)
    b, _ = crowded(net, ECT_0, 5)
    assert [packet.tos for _, packet in b.inbox] == [ECT_0] * 5


# --- as a fault ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tos", "arrives"), [(ECT_0, [CE]), (0x21, [0x23]), (CE, [CE]), (NOT_ECT, [])]
)
def test_the_fault_does_what_a_congested_router_does(tos: int, arrives: list[int]) -> None:
    """RFC 3168 §5: CE where ECT is declared; dropped where it is not."""
    net, a, b = pair()
    fault = parse_fault("A>B UDP mark")
    assert isinstance(fault, Fault)
    net.add_fault(fault)
    a.outbox.append(marked(tos))
    net.run()
    assert [packet.tos for _, packet in b.inbox] == arrives
    assert fault.acted == (tos != CE)


# --- what it is for ----------------------------------------------------------------------
def transfer(settings: Settings, mark: int) -> Connection:
    """Half a million octets over 10 Mbit/s with room for 20 packets; the sender."""
    net = Network(seed=3)
    net.add_host("A", A, settings=settings)
    net.add_host("B", B, settings=settings)
    net.link("A", "B", 10 * MS, rate_bps=10_000_000, queue_packets=20, mark=mark)
    a, b = Programs(net, "A"), Programs(net, "B")
    b.listen(lambda sock: Stream(sock))
    stream = a.connect(B, data=bytes(500_000))
    sender = stream.sock.conn
    assert sender is not None
    net.run(until_ns=60 * SECOND, max_events=200_000)
    (received,) = b.accepted
    assert received.got == 500_000
    return sender


def test_marks_spare_the_retransmissions() -> None:
    """The same queue, full and lossy without ECN: with it nothing goes twice."""
    settings = RFC.but(ecn="ask", window_scale=7, receive_buffer=1 << 20)
    assert transfer(settings.but(ecn="off"), mark=5).snd.retransmitted > 0
    lossless = transfer(settings, mark=5)
    assert lossless.snd.retransmitted == 0
    assert lossless.ecn.reductions >= 1


@pytest.mark.parametrize("profile", ["rfc", "linux", "bsd44"])
@pytest.mark.parametrize("seed", range(4))
def test_marks_losses_and_reordering_together_lose_nothing(profile: str, seed: int) -> None:
    """Both ways at once: every octet arrives, and when it is over no echo is left behind."""
    settings = PROFILES[profile].but(ecn="ask")
    net = Network(seed=seed)
    net.add_host("A", A, settings=settings)
    net.add_host("B", B, settings=settings)
    net.link("A", "B", 5 * MS, rate_bps=20_000_000, queue_packets=30, red=(3, 20),
             loss=0.01, duplicate=0.01, reorder=0.01)  # fmt: skip
    for fault in ("A>B DATA p=0.05 mark", "B>A DATA p=0.05 mark", "* ACK p=0.02 mark"):
        net.add_fault(parse_fault(fault))
    a, b = Programs(net, "A"), Programs(net, "B")
    b.listen(lambda sock: Stream(sock, bytes(100_000)))
    one = a.connect(B, data=bytes(100_000))
    net.run(until_ns=600 * SECOND, max_events=200_000)
    (other,) = b.accepted
    assert (one.got, other.got) == (100_000, 100_000)
    assert (one.eof, other.eof) == (True, True)
    for stream in (one, other):
        assert stream.sock.conn is not None
        assert stream.sock.conn.ecn.marks > 0
        assert stream.sock.conn.ecn.reductions > 0
