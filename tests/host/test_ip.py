"""Reassembly and path MTU."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.core import rules
from synfin.core.settings import SECOND
from synfin.core.timers import NEVER
from synfin.host.ip import (
    PATH_MTU_AGE_NS,
    PIECE_OVERHEAD,
    REASSEMBLY_V4_NS,
    REASSEMBLY_V6_NS,
    Assembly,
    PathMtu,
    Reassembler,
    fit,
)
from synfin.wire.ip import PROTO_TCP, PROTO_UDP, Packet, encode_body, packet_length
from synfin.wire.pieces import fragment
from synfin.wire.tcp import ACK, Segment
from synfin.wire.udp import Datagram

A = bytes((10, 0, 0, 1))
B = bytes((10, 0, 0, 2))
A6 = bytes.fromhex("fd000000000000000000000000000001")
B6 = bytes.fromhex("fd000000000000000000000000000002")
BOTH = pytest.mark.parametrize(("src", "dst"), [(A, B), (A6, B6)], ids=["v4", "v6"])

DATA = bytes(range(256)) * 12


def udp(src: bytes, dst: bytes, ident: int = 7, data: bytes = DATA) -> Packet:
    return Packet(src, dst, PROTO_UDP, Datagram(1000, 53, data), ttl=9, ident=ident)


def piece(src: bytes, dst: bytes, offset: int, data: bytes, more: bool = True) -> Packet:
    packet = Packet(src, dst, PROTO_UDP, data, ident=7, more_fragments=more)
    packet.frag_offset = offset
    return packet


def payload(done: Assembly) -> bytes:
    assert done.rule is rules.IP_REASSEMBLED
    assert done.packet is not None
    assert isinstance(done.packet.body, Datagram)
    return bytes(done.packet.body.payload)


@BOTH
@given(st.data())
def test_any_order_gives_the_whole(src: bytes, dst: bytes, data: st.DataObject) -> None:
    content = data.draw(st.binary(max_size=3000))
    mtu = data.draw(st.integers(100, 1500))
    if packet_length(udp(src, dst, 7, content)) <= mtu:
        return
    pieces = data.draw(st.permutations(fragment(udp(src, dst, 7, content), mtu)))
    twice = data.draw(st.integers(0, len(pieces) - 1))
    box = Reassembler()
    outcomes = [box.receive(p, 0) for p in [*pieces[: twice + 1], *pieces[twice:-1]]]
    assert not [o for o in outcomes if o.rule is rules.IP_REASSEMBLED]
    done = box.receive(pieces[-1], 0)
    assert payload(done) == content
    assert done.packet is not None
    assert (done.packet.ttl, done.packet.ident, done.packet.fragmented) == (9, 7, False)
    assert (box.waiting, box.charged, box.deadline()) == (0, 0, NEVER)


@BOTH
def test_two_packets_are_kept_apart(src: bytes, dst: bytes) -> None:
    one = fragment(udp(src, dst, 1, b"1" * 3000), 1500)
    two = fragment(udp(src, dst, 2, b"2" * 3000), 1500)
    box = Reassembler()
    for first, second in zip(one[:-1], two[:-1], strict=True):
        box.receive(first, 0)
        box.receive(second, 0)
    assert payload(box.receive(two[-1], 0)) == b"2" * 3000
    assert payload(box.receive(one[-1], 0)) == b"1" * 3000


def test_ipv4_keeps_what_came_first() -> None:
    whole = encode_body(udp(A, B, data=b"x" * 24))
    box = Reassembler()
    box.receive(piece(A, B, 8, whole[8:16]), 0)
    box.receive(piece(A, B, 16, b"!" * 8), 0)  # to be found wrong by the checksum
    done = box.receive(piece(A, B, 0, whole[:8] + b"?" * 8), 0)
    assert done.rule is rules.IP_FRAGMENT_KEPT
    done = box.receive(piece(A, B, 16, whole[16:], more=False), 0)
    assert done.bad is not None
    assert done.bad.kind == "checksum"
    box = Reassembler()
    box.receive(piece(A, B, 8, whole[8:16]), 0)
    box.receive(piece(A, B, 0, whole[:8] + b"?" * 8), 0)
    assert payload(box.receive(piece(A, B, 16, whole[16:], more=False), 0)) == b"x" * 24


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5), st.binary(max_size=1))))
def test_ipv4_overlaps_fill_gaps_only(layout: "list[tuple[int, int, bytes]]") -> None:
    """Against a plain array in which an octet once written stays."""
    model: dict[int, int] = {}
    box = Reassembler()
    for number, (start, units, _unused) in enumerate(layout):
        data = bytes((number & 0xFF,)) * (8 * units)
        box.receive(piece(A, B, 8 * start, data), 0)
        for at in range(8 * start, 8 * start + len(data)):
            model.setdefault(at, number & 0xFF)
    if set(model) != set(range(136)):
        for at in range(136):
            if at not in model and at % 8 == 0:
                box.receive(piece(A, B, at, bytes((255,)) * 8), 0)
        model = {at: model.get(at, 255) for at in range(136)}
    done = box.receive(piece(A, B, 136, bytes(8), more=False), 0)
    assert done.rule is rules.IP_REASSEMBLED
    assert done.bad is not None  # no proper datagram, so its octets are in `bad`
    assert isinstance(done.bad.packet, Packet)
    assert done.bad.packet.body == bytes(model[at] for at in range(136)) + bytes(8)
    assert box.charged == 0


def test_the_end_may_be_known_by_octets_that_are_there() -> None:
    whole = encode_body(udp(A, B, data=b"x" * 24))
    box = Reassembler()
    box.receive(piece(A, B, 0, whole), 0)
    assert payload(box.receive(piece(A, B, 24, whole[24:], more=False), 0)) == b"x" * 24


def test_ipv6_discards_a_packet_with_an_overlap() -> None:
    """RFC 5722 §4: also the fragments still to come."""
    whole = encode_body(udp(A6, B6, data=b"x" * 24))
    box = Reassembler()
    box.receive(piece(A6, B6, 0, whole[:16]), 0)
    assert box.receive(piece(A6, B6, 0, whole[:16]), 0).values["why"] == "duplicate"
    assert box.receive(piece(A6, B6, 8, whole[8:24]), 0).values["why"] == "overlap"
    late = box.receive(piece(A6, B6, 16, whole[16:], more=False), 1)
    assert late.values["why"] == "overlap"
    assert box.charged == 0
    assert box.expire(REASSEMBLY_V6_NS) == []
    assert box.waiting == 0


@BOTH
@pytest.mark.parametrize(
    ("offset", "size", "more"), [(0, 7, True), (0, 0, True), (65_528, 16, False)]
)
def test_impossible_fragments(src: bytes, dst: bytes, offset: int, size: int, more: bool) -> None:
    box = Reassembler()
    done = box.receive(piece(src, dst, offset, bytes(size), more), 0)
    assert (done.rule, done.values["why"]) == (rules.IP_FRAGMENT_REFUSED, "length")
    assert (box.waiting, box.charged) == (0, 0)


@BOTH
def test_two_ends_cannot_be(src: bytes, dst: bytes) -> None:
    box = Reassembler()
    box.receive(piece(src, dst, 16, bytes(8), more=False), 0)
    for offset, size, more in ((16, 16, False), (24, 8, True), (8, 8, False)):
        done = box.receive(piece(src, dst, offset, bytes(size), more), 0)
        assert done.values["why"] == "beyond-end"


@BOTH
def test_time_runs_out(src: bytes, dst: bytes) -> None:
    """The first fragment's arrival starts the clock; later ones do not wind it up."""
    wait = REASSEMBLY_V4_NS if len(src) == 4 else REASSEMBLY_V6_NS
    pieces = fragment(udp(src, dst), 1500)
    box = Reassembler()
    box.receive(pieces[0], 100)
    box.receive(pieces[1], 10 * SECOND)
    assert box.deadline() == 100 + wait
    assert box.expire(99 + wait) == []
    gone = box.expire(100 + wait)
    assert [expired.first for expired in gone] == [pieces[0]]
    assert (box.waiting, box.charged, box.deadline()) == (0, 0, NEVER)
    assert box.receive(pieces[-1], 101 + wait).rule is rules.IP_FRAGMENT_KEPT


def test_without_the_first_fragment_nobody_is_told() -> None:
    box = Reassembler()
    box.receive(fragment(udp(A, B), 1500)[1], 0)
    assert [expired.first for expired in box.expire(REASSEMBLY_V4_NS)] == [None]


def test_an_overdue_packet_is_not_completed() -> None:
    pieces = fragment(udp(A, B), 1500)
    box = Reassembler()
    for each in pieces[:-1]:
        box.receive(each, 0)
    assert box.receive(pieces[-1], REASSEMBLY_V4_NS).rule is rules.IP_FRAGMENT_KEPT
    assert box.waiting == 1


def test_packets_are_bounded() -> None:
    box = Reassembler(max_packets=3)
    for ident in range(3):
        box.receive(fragment(udp(A, B, ident), 1500)[0], 0)
    assert box.receive(fragment(udp(A, B, 9), 1500)[0], 0).rule is rules.IP_REASSEMBLY_FULL
    for rest in fragment(udp(A, B, 1), 1500)[1:]:
        done = box.receive(rest, 0)
    assert payload(done) == DATA


def test_octets_are_bounded_and_tiny_fragments_cost() -> None:
    limit = 40 * (8 + PIECE_OVERHEAD)
    box = Reassembler(max_bytes=limit)
    for number in range(100):
        box.receive(piece(A, B, 16 * number, bytes(8)), 0)
    assert box.charged == limit
    assert box.receive(piece(A, B, 8, bytes(8)), 0).rule is rules.IP_REASSEMBLY_FULL


@pytest.mark.parametrize("marked", [0, 1])
def test_congestion_marks_survive(marked: int) -> None:
    """RFC 3168 §5.3: one CE among ECT makes the packet CE."""
    pieces = fragment(udp(A, B), 1500)
    for each in pieces:
        each.tos = 2
    pieces[marked].tos = 3
    box = Reassembler()
    for each in pieces:
        done = box.receive(each, 0)
    assert done.packet is not None
    assert done.packet.tos == 3


@pytest.mark.parametrize("marked", [0, 1])
def test_a_mark_beside_a_piece_without_ect_drops_the_packet(marked: int) -> None:
    """RFC 3168 §5.3: it must neither be lost nor be given to who would not hear of it."""
    pieces = fragment(udp(A, B), 1500)
    pieces[marked].tos = 3
    box = Reassembler()
    for each in pieces:
        done = box.receive(each, 0)
    assert done.packet is None
    assert (done.rule, done.values["why"]) == (rules.IP_FRAGMENT_REFUSED, "ecn")
    assert box.waiting == 0


@given(
    st.lists(
        st.tuples(
            st.booleans(), st.integers(0, 3), st.integers(0, 9000), st.binary(max_size=40),
            st.booleans(), st.integers(0, 20 * SECOND),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_any_fragments_are_survived(
    script: "list[tuple[bool, int, int, bytes, bool, int]]",
) -> None:
    box = Reassembler(max_packets=4, max_bytes=2000)
    now = 0
    for six, ident, units, data, more, step in script:
        now += step
        each = piece(A6 if six else A, B6 if six else B, units * 8 & 0xFFF8, data, more)
        each.ident = ident
        box.expire(now)
        box.receive(each, now)
        assert box.waiting <= 4
        assert 0 <= box.charged <= 2000
        assert box.deadline() > now
    box.expire(now + REASSEMBLY_V6_NS)
    assert (box.waiting, box.charged) == (0, 0)


# --- path MTU -----------------------------------------------------------------


def test_a_path_mtu_is_learnt_and_aged() -> None:
    paths = PathMtu()
    assert paths.get(B, 1500, 0) == 1500
    assert paths.learn(B, 1000, 1500, 1500, 5) == 1000
    assert paths.get(B, 1500, 5) == 1000
    assert paths.get(B, 900, 5) == 900
    assert paths.get(A, 1500, 5) == 1500
    assert paths.get(B, 1500, PATH_MTU_AGE_NS + 4) == 1000
    assert paths.get(B, 1500, PATH_MTU_AGE_NS + 5) == 1500


def test_it_is_never_raised() -> None:
    """RFC 1191 §6.3."""
    paths = PathMtu()
    paths.learn(B, 1000, 1500, 1500, 0)
    assert paths.learn(B, 1400, 1500, 1500, 0) == 0
    assert paths.learn(B, 1000, 1500, 1500, 0) == 0
    assert paths.learn(A, 9000, 1500, 1500, 0) == 0
    assert paths.get(B, 1500, 0) == 1000


@pytest.mark.parametrize(("quoted", "mtu"), [(1500, 1492), (1492, 1006), (576, 552), (0, 552)])
def test_old_routers_tell_no_mtu(quoted: int, mtu: int) -> None:
    """RFC 1191 §7.1: the next plateau below what did not fit."""
    assert PathMtu().learn(B, 0, quoted, 1500, 0) == mtu


def test_the_floor_of_ipv4() -> None:
    paths = PathMtu()
    assert paths.learn(B, 68, 1500, 1500, 0) == 552
    assert not paths.may_set_df(B, 0)
    assert paths.may_set_df(A, 0)
    assert paths.learn(B, 68, 1500, 1500, 0) == 0
    assert paths.may_set_df(B, PATH_MTU_AGE_NS)
    low = PathMtu(floor_v4=68)
    assert low.learn(B, 296, 1500, 1500, 0) == 296
    assert low.may_set_df(B, 0)


def test_ipv6_never_goes_below_1280() -> None:
    """RFC 8201 §4."""
    paths = PathMtu()
    assert paths.learn(B6, 1279, 1500, 1500, 0) == 0
    assert paths.learn(B6, 1280, 1500, 1500, 0) == 1280


def test_paths_are_bounded() -> None:
    paths = PathMtu(max_paths=2)
    for last in range(3):
        paths.learn(bytes((10, 0, 0, last)), 1000, 1500, 1500, 0)
    assert [paths.get(bytes((10, 0, 0, last)), 1500, 0) for last in range(3)] == [1500, 1000, 1000]


def test_what_fits_a_path() -> None:
    small = udp(A, B, data=bytes(100))
    assert fit(small, 1500) == [small]
    large = udp(A, B, data=bytes(3000))
    large.df = True
    pieces = fit(large, 1500)
    assert pieces is not None
    assert [packet_length(each) for each in pieces] == [1500, 1500, 68]
    assert not any(each.df for each in pieces)
    segment = Segment(1, 2, 3, 4, ACK, 5, payload=bytes(5000), mss=1000)
    packet = Packet(A, B, PROTO_TCP, segment, df=True)
    assert fit(packet, 1040) == [packet]
    assert fit(packet, 1039) is None
    segment.mss = 0
    assert fit(packet, 1500) is None
