"""Fragmenting and cutting: the pieces are the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.wire.ip import (
    PROTO_TCP,
    PROTO_UDP,
    Packet,
    decode_packet,
    encode_body,
    encode_packet,
    packet_length,
)
from synfin.wire.pieces import cut, fragment
from synfin.wire.tcp import ACK, CWR, ECE, FIN, PSH, SYN, URG, Options, Segment
from synfin.wire.udp import Datagram
from tests.wire.strategies import packet_fields, packets

A = bytes((10, 0, 0, 1))
B = bytes((10, 0, 0, 2))


def test_the_fragments_of_scenario_39b() -> None:
    """UDP 3000: 3008 octets become 1480, 1480 and 48 at 0, 185 and 370."""
    packet = Packet(A, B, PROTO_UDP, Datagram(1, 2, bytes(3000)), ident=9)
    pieces = fragment(packet, 1500)
    assert [packet_length(piece) - 20 for piece in pieces] == [1480, 1480, 48]
    assert [piece.frag_offset // 8 for piece in pieces] == [0, 185, 370]
    assert [piece.more_fragments for piece in pieces] == [True, True, False]
    assert {piece.ident for piece in pieces} == {9}


@given(packets(), st.integers(96, 400))
def test_fragments_hold_everything_and_fit(packet: Packet, mtu: int) -> None:
    pieces = fragment(packet, mtu)
    if packet_length(packet) <= mtu:
        assert pieces == [packet]
        return
    whole = encode_body(packet)
    at = 0
    for piece in pieces:
        assert packet_length(piece) <= mtu
        assert isinstance(piece.body, bytes)
        assert piece.frag_offset == at
        assert len(piece.body) % 8 == 0 or piece is pieces[-1]
        at += len(piece.body)
    assert b"".join(encode_body(piece) for piece in pieces) == whole
    assert [piece.more_fragments for piece in pieces] == [True] * (len(pieces) - 1) + [False]


def test_a_fragment_is_cut_again() -> None:
    packet = Packet(A, B, PROTO_UDP, Datagram(1, 2, bytes(range(250)) * 4), ident=9)
    pieces = [small for piece in fragment(packet, 500) for small in fragment(piece, 100)]
    assert b"".join(encode_body(piece) for piece in pieces) == encode_body(packet)
    offsets = [piece.frag_offset for piece in pieces]
    assert offsets == sorted(offsets)
    assert [piece.more_fragments for piece in pieces] == [True] * (len(pieces) - 1) + [False]


def test_only_some_ip_options_are_copied() -> None:
    """RFC 791 §3.1: the copied flag is the first bit of the kind."""
    route = bytes((7, 7, 4, 0, 0, 0, 0))
    security = bytes((0x82, 4, 0xAA, 0xBB))
    packet = Packet(A, B, PROTO_UDP, bytes(200), options=b"\x01" + route + security)
    first, second = fragment(packet, 150)[:2]
    assert first.options == packet.options
    assert second.options == security


def test_no_room_for_a_fragment() -> None:
    with pytest.raises(ValueError, match="MTU of 27"):
        fragment(Packet(A, B, PROTO_UDP, bytes(200)), 27)


large = st.builds(
    lambda seq, payload, flags, urgent, mss: Segment(
        1, 2, seq, 5, flags | ACK, 99, Options(ts_val=3, ts_ecr=4), payload, urgent, mss
    ),
    st.integers(0, 0xFFFFFFFF),
    st.binary(max_size=300),
    st.sampled_from((0, PSH, FIN, URG, PSH | FIN | URG, CWR | ECE, 0xFF & ~SYN)),
    st.integers(0, 400),
    st.integers(1, 80),
)


@given(large)
def test_the_pieces_are_the_whole_stream(segment: Segment) -> None:
    packets_ = cut(Packet(A, B, PROTO_TCP, segment, ident=0xFFFF, df=True))
    seq = segment.seq
    data = b""
    for at, packet in enumerate(packets_):
        piece = packet.body
        assert isinstance(piece, Segment)
        first, last = at == 0, at == len(packets_) - 1
        assert piece.seq == seq
        assert len(piece.payload) == segment.mss or last
        assert piece.options is segment.options
        assert (piece.ack, piece.window) == (5, 99)
        assert packet.ident == (0xFFFF + at) & 0xFFFF
        for bit in (FIN, PSH):
            assert piece.flags & bit == (segment.flags & bit if last else 0)
        assert piece.flags & CWR == (segment.flags & CWR if first else 0)
        assert piece.flags & ECE == segment.flags & ECE
        if piece.flags & URG and segment.urgent:
            assert piece.urgent > 0
            assert (
                piece.seq + piece.urgent & 0xFFFFFFFF == segment.seq + segment.urgent & 0xFFFFFFFF
            )
        data += bytes(piece.payload)
        seq = seq + len(piece.payload) & 0xFFFFFFFF
    assert data == bytes(segment.payload)


def test_urgent_data_ends_where_it_ended() -> None:
    """Octets 1-3 are urgent: the pieces after them are not."""
    segment = Segment(1, 2, 100, 0, ACK | URG, 9, payload=b"abcdef", urgent=3, mss=2)
    pieces = [packet.body for packet in cut(Packet(A, B, PROTO_TCP, segment))]
    assert [(p.flags & URG, p.urgent) for p in pieces if isinstance(p, Segment)] == [
        (URG, 3),
        (URG, 1),
        (0, 0),
    ]


@given(packets())
def test_what_need_not_be_cut_stays_itself(packet: Packet) -> None:
    assert cut(packet) == [packet]


@given(packets())
def test_bytes_and_objects_are_the_same(packet: Packet) -> None:
    """A packet that travels as an object and one that travels as bytes."""
    found = decode_packet(encode_packet(packet))
    assert isinstance(found, Packet)
    assert packet_fields(found) == packet_fields(packet)
