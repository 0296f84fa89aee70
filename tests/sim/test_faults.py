"""Faults: reading them, choosing packets, and what happens to those."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.sim.faults import parse_duration, parse_fault, parse_time
from synfin.sim.network import Network
from synfin.sim.tap import Tap, Transmission
from synfin.wire.address import parse_address
from synfin.wire.icmp import echo_request
from synfin.wire.ip import PROTO_ICMP, Packet
from synfin.wire.tcp import ACK, FIN, PSH, RST, SYN, Options, Segment
from synfin.wire.udp import Datagram
from tests.sim.fakes import MS, SECOND, A, B, FakeHost, fake, pair, tcp, udp


class Kept(Tap):
    """Every transmission."""

    def __init__(self) -> None:
        self.sent: list[Transmission] = []

    def transmitted(self, sent: Transmission) -> None:
        self.sent.append(sent)


def run(fault: str, *packets: Packet, bytes_mode: bool = False) -> tuple[FakeHost, Kept]:
    """Sends ``packets`` from A to B, one each ms, with ``fault``."""
    net, a, b = pair(bytes_mode=bytes_mode)
    kept = Kept()
    net.tap(kept)
    net.add_fault(parse_fault(fault))
    play(net, a, *packets)
    return b, kept


def play(net: Network, a: FakeHost, *packets: Packet) -> None:
    for number, packet in enumerate(packets):
        net.at(number * MS, lambda packet=packet: a.outbox.append(packet), "A")  # type: ignore[misc]
    net.run()


def numbered(count: int) -> list[Packet]:
    return [udp(A, B, bytes([number])) for number in range(count)]


# --- reading ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "A>B SYN nth=1 drop",
        "* drop",
        "A>* ACK after=FIN nth=1 drop",
        "*>B DATA seq=100-200 delay=300ms",
        "A>B SYN,ACK nth=2-4 dup=5s",
        "A>10.0.0.9 UDP nth=2- dup",
        "A>B * from=1.0 to=2.0 p=0.01 corrupt",
        "A>B packet=7 reorder",
        "A>B DATA set seq=+5 win=0 mss=none flags=SYN,ACK",
        'A>B DATA set data="two words"',
        "B>A WINDOW-UPDATE drop",
        "A>B PROBE nth=1 drop",
    ],
)
def test_text_is_given_back(text: str) -> None:
    assert str(parse_fault(text)) == text
    if '"' not in text:
        assert str(parse_fault("  " + text.replace(" ", "  "))) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected an action"),
        ("A>B SYN", "expected an action"),
        ("drop", "expected a direction first"),
        ("AB SYN drop", "expected a direction such as A>B"),
        ("A> drop", "expected a direction such as A>B"),
        ("A>B SIN drop", "expected flags such as SYN"),
        ("A>B SYN nth=0 drop", "expected a number (from 1) or a range"),
        ("A>B SYN nth=4-2 drop", "expected a number (from 1) or a range"),
        ("A>B SYN nth=x drop", "expected a number (from 1) or a range"),
        ("A>B SYN n=1 drop", "expected nth=, after="),
        ("A>B SYN delay", "expected how long: delay=300ms"),
        ("A>B SYN delay=300", "expected a duration such as 300ms"),
        ("A>B SYN delay=-3s", "expected a duration such as 300ms"),
        ("A>B SYN drop=1", "drop takes no value"),
        ("A>B SYN drop dup", "one action only"),
        ("A>B SYN set", "expected FIELD=VALUE after set"),
        ("A>B SYN set colour=3", "expected set FIELD=VALUE with a field of seq"),
        ("A>B SYN set win=65536", "expected a number up to 65535 after win="),
        ("A>B SYN set flags=FOO", "expected flags such as SYN,ACK"),
        ("A>B p=2 drop", "expected a probability between 0 and 1"),
        ("A>B packet=0 drop", "expected the packet's number"),
        ("A>B from=soon drop", "expected a time in seconds"),
        ("A>B after=NOW drop", "expected flags such as SYN"),
        ("A>B SYN ACK drop", "expected a condition or an action"),
    ],
)
def test_mistakes_say_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_fault(text)
    message = str(caught.value)
    assert message.startswith("fault ")
    assert expected in message
    assert "\n" not in message


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    message = ""
    try:
        parse_fault(text)
    except ValueError as error:
        message = str(error)
    assert message == "" or message.startswith("fault ")
    assert len(message.splitlines()) <= 1


def test_durations_and_times() -> None:
    assert parse_duration("300ms") == 300 * MS
    assert parse_duration("1.5s") == 1500 * MS
    assert parse_duration("10us") == 10_000
    assert parse_duration("2min") == 120 * SECOND
    assert parse_duration("0") == 0
    assert parse_time("0.3") == 300 * MS
    assert parse_time("-1") == -SECOND
    assert parse_time("-50ms") == -50 * MS


# --- choosing -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        ("SYN", [0]),
        ("SYN,ACK", [1]),
        ("ACK", [2]),
        ("DATA", [3, 5, 7]),
        ("FIN", [4, 5]),
        ("RST", [6]),
        ("UDP", [7]),
        ("ICMP", [8]),
        ("TCP", [0, 1, 2, 3, 4, 5, 6]),
        ("PSH,ACK", [3]),
        ("*", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_kinds(kind: str, taken: list[int]) -> None:
    packets = [
        tcp(A, B, SYN),
        tcp(A, B, SYN | ACK),
        tcp(A, B, ACK, seq=1),
        tcp(A, B, PSH | ACK, seq=1, payload=b"abc"),
        tcp(A, B, FIN | ACK, seq=4),
        tcp(A, B, FIN | ACK, seq=4, payload=b"abc"),
        tcp(A, B, RST | ACK, seq=5),
        udp(A, B),
        Packet(parse_address(A), parse_address(B), PROTO_ICMP, echo_request(4, 1, 1)),
    ]
    _, kept = run(f"A>B {kind} drop", *packets)
    dropped = [number for number, sent in enumerate(kept.sent) if sent.fate == "dropped"]
    assert dropped == taken
    assert all(kept.sent[n].cause == "fault" for n in taken)
    assert all(kept.sent[n].fault == f"A>B {kind} drop" for n in taken)


def test_nth_counts_what_matches() -> None:
    b, _ = run("A>B UDP nth=2-3 drop", *numbered(5))
    assert b.payloads() == [b"\x00", b"\x03", b"\x04"]
    b, _ = run("A>B UDP nth=4- drop", *numbered(5))
    assert b.payloads() == [b"\x00", b"\x01", b"\x02"]


def test_direction_by_name_by_address_and_any() -> None:
    for direction in ("A>B", "A>10.0.0.2", "10.0.0.1>B", "*>B", "A>*", "*", "A->B"):
        assert run(f"{direction} drop", udp(A, B))[0].inbox == [], direction
    for direction in ("B>A", "A>10.0.0.1", "*>A", "B>*"):
        assert len(run(f"{direction} drop", udp(A, B))[0].inbox) == 1, direction


def test_times_both_included() -> None:
    b, _ = run("A>B from=0.001 to=0.003 drop", *numbered(5))
    assert b.payloads() == [b"\x00", b"\x04"]


def test_packet_is_the_number_in_the_whole_run() -> None:
    b, kept = run("* packet=3 drop", *numbered(4))
    assert b.payloads() == [b"\x00", b"\x01", b"\x03"]
    assert [sent.n for sent in kept.sent] == [1, 2, 3, 4]


def test_seq_is_relative_to_the_isn() -> None:
    isn = 0xFFFFFFF0
    packets = [tcp(A, B, SYN, seq=isn)]
    for start in (1, 101, 201):
        seq = (isn + start) & 0xFFFFFFFF
        packets.append(tcp(A, B, ACK, seq=seq, payload=bytes(100)))
    for text in ("seq=101", "seq=150-160", "seq=101-200"):
        _, kept = run(f"A>B DATA {text} drop", *packets)
        assert [s.fate for s in kept.sent] == ["delivered", "delivered", "dropped", "delivered"]
    _, kept = run("A>B DATA seq=100-101 drop", *packets)
    assert [s.fate for s in kept.sent] == ["delivered", "dropped", "dropped", "delivered"]


def test_after_counts_from_a_flag_in_either_direction() -> None:
    net, a, b = pair()
    net.add_fault(parse_fault("A>B ACK after=FIN nth=1 drop"))
    a.outbox += [tcp(A, B, ACK, seq=1), tcp(A, B, ACK, seq=2)]
    net.run()
    b.outbox.append(tcp(B, A, FIN | ACK, seq=9, sport=80, dport=40000))
    net.run()
    a.outbox += [tcp(A, B, ACK, seq=3), tcp(A, B, ACK, seq=4)]
    net.run()
    seqs = [p.body.seq for _, p in b.inbox if isinstance(p.body, Segment)]
    assert seqs == [1, 2, 4]


def test_after_does_not_take_the_packet_that_begins_the_counting() -> None:
    fin = tcp(A, B, FIN | ACK, seq=5)
    b, _ = run("A>B FIN after=FIN drop", fin, fin)
    assert len(b.inbox) == 1


def test_probability_is_seeded_and_each_fault_has_its_own_stream() -> None:
    first, _ = run("A>B p=0.5 drop", *numbered(60))
    again, _ = run("A>B p=0.5 drop", *numbered(60))
    other, _ = run("A>B UDP p=0.5 drop", *numbered(60))
    assert first.payloads() == again.payloads()
    assert 10 < len(first.inbox) < 50
    assert first.payloads() != other.payloads()


def test_probe_is_recognised() -> None:
    net, a, b = pair()
    net.add_fault(parse_fault("A>B PROBE drop"))
    a.outbox += [tcp(A, B, SYN, seq=100)]
    net.run()
    b.outbox.append(tcp(B, A, SYN | ACK, 300, 101, window=0, sport=80, dport=40000))
    net.run()
    a.outbox += [
        tcp(A, B, ACK, seq=101, ack=301),  # plain ACK
        tcp(A, B, ACK, seq=100, ack=301),  # SND.NXT-1: Linux, keep-alive
        tcp(A, B, ACK, seq=101, ack=301, payload=b"p"),  # one octet into a closed window
    ]
    net.run()
    assert [p.body.seq for _, p in b.inbox if isinstance(p.body, Segment)] == [100, 101]


def test_window_update_is_recognised() -> None:
    closed = tcp(A, B, ACK, seq=1, ack=11, window=0)
    update = tcp(A, B, ACK, seq=1, ack=11, window=10)
    b, _ = run("A>B WINDOW-UPDATE drop", closed, closed, update, update)
    windows = [p.body.window for _, p in b.inbox if isinstance(p.body, Segment)]
    assert windows == [0, 0, 10], "the repeated one opens nothing new"


# --- acting ---------------------------------------------------------------------------


def test_delay_is_the_whole_transit_time_and_overtakes() -> None:
    net, a, b = pair()
    net.add_fault(parse_fault("A>B nth=1 delay=300ms"))
    net.add_fault(parse_fault("A>B nth=2 delay=0"))
    play(net, a, *numbered(2))
    assert list(zip(b.times(), b.payloads(), strict=True)) == [(MS, b"\x01"), (300 * MS, b"\x00")]


def test_dup_follows_at_once_or_later() -> None:
    b, kept = run("A>B nth=1 dup", *numbered(2))
    assert b.payloads() == [b"\x00", b"\x00", b"\x01"]
    assert [(s.n, s.copy_of) for s in kept.sent] == [(1, 0), (2, 1), (3, 0)]
    b, kept = run("A>B nth=1 dup=5s", *numbered(2))
    assert b.times() == [50 * MS, 51 * MS, 5 * SECOND]
    assert kept.sent[1].arrives == 5 * SECOND


def test_copies_are_not_counted() -> None:
    net, a, b = pair()
    net.add_fault(parse_fault("A>B nth=1 dup"))
    net.add_fault(parse_fault("A>B nth=2 drop"))
    play(net, a, *numbered(3))
    assert b.payloads() == [b"\x00", b"\x00", b"\x02"]


def test_reorder_swaps_with_the_next() -> None:
    b, kept = run("A>B nth=2 reorder", *numbered(4))
    assert b.payloads() == [b"\x00", b"\x02", b"\x01", b"\x03"]
    assert [s.n for s in kept.sent] == [1, 2, 3, 4]
    assert kept.sent[1].arrives == 52 * MS
    b, _ = run("A>B reorder", *numbered(4))
    assert b.payloads() == [b"\x01", b"\x00", b"\x03", b"\x02"]


def test_reorder_without_a_next_one_waits_a_little() -> None:
    b, _ = run("A>B nth=1 reorder", *numbered(1))
    assert b.times() == [250 * MS]
    b, _ = run("A>B nth=1 reorder=10ms", *numbered(1))
    assert b.times() == [60 * MS]


@pytest.mark.parametrize("packet", [udp(A, B, b"payload"), tcp(A, B, SYN, 5)])
def test_corrupt_flips_one_bit_and_the_checksum_fails(packet: Packet) -> None:
    b, kept = run("A>B corrupt", packet)
    assert b.inbox == []
    (sent,) = kept.sent
    assert (sent.fate, sent.arrives) == ("corrupted", 50 * MS)
    good = Transmission(1, 0, packet, b"", "A", "B", False).data()
    damaged = b.damaged[0][1]
    assert sent.data() == damaged
    differing = int.from_bytes(good, "big") ^ int.from_bytes(damaged, "big")
    assert differing.bit_count() == 1
    assert good[:20] == damaged[:20]
    if isinstance(packet.body, Datagram):
        assert good[:28] == damaged[:28]


def test_corrupt_without_a_udp_checksum_is_delivered() -> None:
    packet = udp(A, B, b"payload")
    assert isinstance(packet.body, Datagram)
    packet.body.checksum_off = True
    b, _ = run("A>B corrupt", packet)
    assert b.damaged == []
    assert len(b.payloads()[0]) == 7
    assert b.payloads()[0] != b"payload"


@pytest.mark.parametrize("bytes_mode", [False, True])
def test_set_rewrites_fields_and_the_checksum_is_good(bytes_mode: bool) -> None:
    segment = Segment(1, 2, 1000, 2000, ACK, 5, Options(mss=1460, ts_val=7), b"abc")
    packet = Packet(parse_address(A), parse_address(B), 6, segment)
    text = "A>B TCP set seq=abs:7 ack=+1 flags=SYN,ACK win=9 mss=100 tsval=none ttl=3 data=hello"
    b, kept = run(text, packet, bytes_mode=bytes_mode)
    body = b.inbox[0][1].body
    assert isinstance(body, Segment)
    assert (body.seq, body.ack, body.flags, body.window) == (7, 2001, SYN | ACK, 9)
    assert (body.options.mss, body.options.ts_val) == (100, -1)
    assert bytes(body.payload) == b"hello"
    assert b.inbox[0][1].ttl == 3
    assert (segment.seq, segment.options.mss) == (1000, 1460)
    assert kept.sent[0].fault == text


def test_set_counts_from_the_isns() -> None:
    net, a, b = pair()
    net.add_fault(parse_fault("A>B ACK set seq=5 ack=7"))
    a.outbox.append(tcp(A, B, SYN, seq=1000))
    net.run()
    b.outbox.append(tcp(B, A, SYN | ACK, 0xFFFFFFFE, 1001, sport=80, dport=40000))
    net.run()
    a.outbox.append(tcp(A, B, ACK, 1001, 0xFFFFFFFF))
    net.run()
    body = b.inbox[1][1].body
    assert isinstance(body, Segment)
    assert (body.seq, body.ack) == (1005, 5)


def test_a_field_the_packet_does_not_have_leaves_it_alone() -> None:
    _, kept = run("A>B set win=0", udp(A, B))
    assert kept.sent[0].fault is None


def test_several_faults_on_one_packet_all_act() -> None:
    net, a, b = pair()
    kept = Kept()
    net.tap(kept)
    for text in ("A>B nth=1 delay=80ms", "A>B nth=1 dup=90ms", "A>B nth=1 set ttl=9"):
        net.add_fault(parse_fault(text))
    play(net, a, *numbered(1))
    assert b.times() == [80 * MS, 90 * MS]
    assert [packet.ttl for _, packet in b.inbox] == [9, 9]
    fault = kept.sent[0].fault
    assert fault is not None
    assert fault.count(";") == 2


def test_faults_can_be_added_while_a_run_goes_on() -> None:
    net, a, b = pair()
    net.at(0, lambda: a.outbox.append(udp(A, B, b"0")), "A")
    net.at(MS, lambda: a.outbox.append(udp(A, B, b"1")), "A")
    net.step()
    net.add_fault(parse_fault("* packet=2 drop"))
    net.run()
    assert b.payloads() == [b"0"]
    assert fake(net.host("B")) is b
