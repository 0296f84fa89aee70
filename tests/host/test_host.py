"""One host's doors: packets in, packets out, time, sockets, ICMP of its own."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.core.settings import RFC, SECOND
from synfin.core.timers import NEVER
from synfin.host import constants as c
from synfin.host.host import Host
from synfin.wire.address import parse_address
from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import PROTO_TCP, Packet, encode_packet
from synfin.wire.tcp import ACK, SYN, Segment
from tests.host.two import A6, B6, A, B, Lone, Two


def packet(segment: Segment, src: str = A, dst: str = B) -> Packet:
    return Packet(parse_address(src), parse_address(dst), PROTO_TCP, segment)


def syn(port: int = 80) -> Segment:
    return Segment(4000, port, 500, 0, SYN, 65535)


def test_octets_and_objects_are_the_same() -> None:
    answers = []
    for octets in (False, True):
        lone = Lone()
        lone.listen()
        if octets:
            lone.host.receive_bytes(encode_packet(packet(syn())), lone.now)
        else:
            lone.host.receive(packet(syn()), lone.now)
        answers.append([encode_packet(p) for p in lone.poll()])
    assert answers[0] == answers[1]
    assert len(answers[0]) == 1


@given(st.binary(max_size=120))
def test_any_octets_at_all_are_survived(data: bytes) -> None:
    lone = Lone()
    lone.listen()
    lone.host.receive_bytes(data, lone.now)
    lone.host.receive_bytes(b"\x45" + data, lone.now)
    lone.poll()


@given(st.binary(min_size=20, max_size=80), st.booleans())
def test_any_octets_in_tcp_are_survived(data: bytes, six: bool) -> None:
    """MUST-7 as a whole host."""
    lone = Lone()
    lone.listen()
    src, dst = (A6, B6) if six else (A, B)
    raw = Packet(parse_address(src), parse_address(dst), PROTO_TCP, data)
    lone.host.receive_bytes(encode_packet(raw), lone.now)
    lone.poll()


def test_what_is_for_others_is_dropped() -> None:
    lone = Lone()
    lone.listen(address="0.0.0.0")
    lone.host.receive(packet(syn(), dst="10.0.0.77"), lone.now)
    assert lone.poll() == []
    assert lone.watch.rules("packet") == ["ip.not-ours"]


def test_fragments_of_a_segment_are_put_together() -> None:
    lone = Lone()
    sock = lone.listen()
    iss = lone.handshake()
    whole = packet(Segment(4000, 80, 501, iss + 1, ACK, 1000, payload=bytes(3000)))
    raw = encode_packet(whole)
    for at in (1480, 0):
        piece = Packet(whole.src, whole.dst, PROTO_TCP, raw[20 + at : 20 + at + 1480], ident=9)
        piece.frag_offset = at
        piece.more_fragments = True
        lone.host.receive(piece, lone.now)
    last = Packet(whole.src, whole.dst, PROTO_TCP, raw[20 + 2960 :], ident=9)
    last.frag_offset = 2960
    lone.host.receive(last, lone.now)
    child, _ = sock.accept()
    assert child.recv(9999) == bytes(3000)


def test_missing_fragments_are_told_after_a_minute() -> None:
    """RFC 1122 §3.3.2."""
    lone = Lone()
    first = Packet(parse_address(A), parse_address(B), PROTO_TCP, bytes(1480), ident=9)
    first.more_fragments = True
    lone.host.receive(first, lone.now)
    ((when, answer),) = lone.wait(3600 * SECOND)
    assert when == 60 * SECOND
    assert isinstance(answer.body, IcmpMessage)
    assert (answer.body.type, answer.body.code) == (11, 1)


def test_echo() -> None:
    two = Two()
    two.a.ping(parse_address(B), 7, 1, b"hello")
    two.a.ping(parse_address(B6), 7, 2, b"hello")
    two.run()
    replies = [p.body for _, who, p in two.sent if who == "B"]
    assert [(r.type, r.data) for r in replies if isinstance(r, IcmpMessage)] == [
        (0, b"hello"),
        (129, b"hello"),
    ]


def test_an_idle_host_wants_nothing() -> None:
    lone = Lone()
    lone.listen()
    assert lone.host.deadline() == NEVER
    assert lone.poll() == []
    lone.host.tick(lone.now)
    assert lone.host.take_ready() == []


def test_settings_are_replaced_whole_and_hold_for_new_connections() -> None:
    """Three layers: profile, host, connection."""
    lone = Lone()
    lone.listen()
    (before,) = lone.arrive(SYN, 500)
    lone.host.settings = lone.host.settings.but(mss=700)
    (after,) = lone.arrive(SYN, 500, sport=4001)
    assert (before.options.mss, after.options.mss) == (1460, 700)
    assert lone.host.settings.mss == 700


def test_iss_can_be_forced_for_the_lab() -> None:
    lone = Lone()
    lone.listen()
    lone.host.force_iss(111, 222)
    assert [lone.arrive(SYN, 500, sport=p)[0].seq for p in (4000, 4001)] == [111, 222]


def test_every_packet_has_an_identification_of_its_own() -> None:
    """RFC 6864 asks it only of what may be fragmented; it costs nothing."""
    two = Two(RFC.but(delayed_ack_ns=0))
    client, _ = two.pair()
    client.send(bytes(30_000))
    two.run()
    idents = [p.ident for _, who, p in two.sent if who == "A"]
    assert len(set(idents)) == len(idents) > 10


def test_the_budget_is_per_connection() -> None:
    lone = Lone(RFC.but(nagle=False))
    sock = lone.listen()
    for port in (4000, 4001):
        lone.handshake(port)
    children = [sock.accept()[0] for _ in range(2)]
    for child in children:
        child.send(bytes(20_000))
    out = lone.host.poll(lone.now, 2)
    ports = [p.body.dst_port for p in out if isinstance(p.body, Segment)]
    assert ports == [4000, 4000, 4001, 4001]
    again = lone.host.poll(lone.now, 2)
    assert len(again) == 4, "who had more to say stands in line again"


def test_large_segments_when_the_device_cuts_them() -> None:
    lone = Lone()
    lone.host.set_offload(65_000)
    sock = lone.listen()
    lone.handshake()
    child, _ = sock.accept()
    child.send(bytes(5360))
    (large,) = lone.segments()
    assert (len(large.payload), large.mss) == (5360, 536)


@pytest.mark.parametrize("seed", [1, 2])
def test_two_hosts_with_the_same_seed_do_the_same(seed: int) -> None:
    runs = []
    for _ in range(2):
        host = Host("X", RFC, lambda: 5, Random(seed).randbytes)
        host.add_address(parse_address(A))
        sock = host.socket(c.SOCK_STREAM)
        assert sock.connect_ex((B, 80)) == 115
        runs.append([encode_packet(p) for p in host.poll(5)])
    assert runs[0] == runs[1]
