"""Source routes hop by hop: RFC 791 §3.1, RFC 1122 §3.2.1.8 (c), RFC 9293 §3.9.2.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import PROTO_TCP, Packet, decode_packet, encode_packet
from synfin.wire.pieces import fragment
from synfin.wire.quote import error_message, parse_quote
from synfin.wire.source_route import (
    SourceRoute,
    advance,
    final_destination,
    find_route,
    is_strict,
    is_unfinished,
    parse_option,
    record,
    return_route,
)
from synfin.wire.tcp import ACK, Segment

A = bytes((10, 0, 0, 1))
B = bytes((10, 0, 0, 2))
G1 = bytes((10, 1, 0, 1))
G2 = bytes((10, 2, 0, 1))
G3 = bytes((10, 3, 0, 1))

hops = st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=9).map(tuple)


def test_the_option_as_it_leaves_the_source() -> None:
    """The IP destination is the first waypoint, the last address the host itself."""
    assert SourceRoute((G1,)).option(B) == bytes((131, 7, 4)) + B + b"\0"
    strict = SourceRoute((G1, G2), strict=True).option(B)
    assert strict == bytes((137, 11, 4)) + G2 + B + b"\0"


def test_each_waypoint_exchanges_destination_and_place() -> None:
    """RFC 791 §3.1: the recorded address replaces the one just used, pointer + 4."""
    options = SourceRoute((G1, G2)).option(B)
    assert is_unfinished(options)
    there, options = advance(G1, options, G3)
    assert there == G2
    assert options == bytes((131, 11, 8)) + G3 + B + b"\0"
    there, options = advance(G2, options, G2)
    assert there == B
    assert options == bytes((131, 11, 12)) + G3 + G2 + b"\0"
    assert not is_unfinished(options)
    assert advance(B, options, B) == (B, options)


def test_the_way_back_is_the_reverse_of_what_was_recorded() -> None:
    options = bytes((131, 11, 12)) + G1 + G2 + b"\0"
    assert return_route(A, options) == SourceRoute((G2, G1))
    assert return_route(A, b"\x01\x01" + options) == SourceRoute((G2, G1))
    assert return_route(A, bytes((137, 7, 8)) + G1) == SourceRoute((G1,), strict=True)


def test_a_source_that_records_itself_is_no_waypoint() -> None:
    """RFC 1122 §3.2.1.8, case (B)."""
    assert return_route(A, bytes((131, 11, 12)) + A + G1) == SourceRoute((G1,))
    assert return_route(A, bytes((131, 7, 8)) + A) is None


@pytest.mark.parametrize(
    "options",
    [
        b"",
        bytes((131, 3, 4)),  # no address at all
        bytes((131, 7, 4)) + B,  # not completed
        bytes((131, 6, 8)) + G1,  # no whole addresses
        bytes((131, 7, 3)) + B,  # pointer below the first address
        bytes((131, 7, 7)) + B,  # pointer into an address
        bytes((131, 2)),
        bytes((131,)),
        bytes((131, 40, 8)) + G1,  # longer than what is there
        bytes((0, 131, 7, 8)) + G1,  # behind the end of the options
        bytes((131, 7, 8)) + G1 + bytes((137, 7, 8)) + G2,  # two routes
        bytes((7, 7, 8)) + G1,  # record route only
        bytes((148, 0)) + bytes((131, 7, 8)) + G1,  # behind a length that makes no sense
    ],
)
def test_what_tells_no_way_back(options: bytes) -> None:
    assert return_route(A, options) is None


@given(hops, st.booleans())
def test_there_and_back(route: tuple[bytes, ...], strict: bool) -> None:
    """A datagram that passes all its waypoints names the same ones backwards."""
    out = SourceRoute(route, strict)
    options, at = out.option(B), out.hops[0]
    assert len(options) <= 40
    assert is_strict(options) == strict
    for _ in route:
        assert is_unfinished(options)
        assert final_destination(at, options) == B
        at, options = advance(at, options, at)
    assert at == B
    assert final_destination(at, options) == B
    back = return_route(b"\xff" * 4, options)
    if route[0] != b"\xff" * 4:
        assert back == SourceRoute(tuple(reversed(route)), strict)


@given(st.binary(max_size=40), st.binary(min_size=4, max_size=4))
def test_any_octets_are_survived(options: bytes, own: bytes) -> None:
    """MUST-50: nonsense is no source route, and never raises."""
    there, after = advance(B, options, own)
    assert len(after) == len(options)
    assert len(there) == 4
    assert len(final_destination(B, options)) == 4
    assert len(record(options, own)) == len(options)
    assert find_route(options) < len(options)
    return_route(A, options)
    parse_option(options)


def test_what_an_application_may_name() -> None:
    """ip(7) IP_OPTIONS: the waypoints only, in order."""
    assert parse_option(bytes((131, 11, 4)) + G1 + G2 + b"\0") == SourceRoute((G1, G2))
    assert parse_option(bytes((1, 137, 7, 4)) + G1) == SourceRoute((G1,), strict=True)
    assert parse_option(bytes((131, 7, 8)) + G1) is None
    assert parse_option(bytes((131, 3, 4))) is None
    assert parse_option(bytes((131, 7, 4)) + G1 + bytes((7, 7, 4)) + bytes(4)) is None
    assert parse_option(b"") is None


def test_record_route_is_filled_until_it_is_full() -> None:
    options = bytes((7, 11, 4)) + bytes(8) + b"\0"
    options = record(options, G1)
    options = record(options, G2)
    assert options == bytes((7, 11, 12)) + G1 + G2 + b"\0"
    assert record(options, G3) == options


def routed(dst: bytes, options: bytes, payload: bytes = b"hello") -> Packet:
    segment = Segment(40000, 80, 1, 1, ACK, 65535, payload=payload)
    return Packet(A, dst, PROTO_TCP, segment, options=options)


def test_the_checksum_covers_the_ultimate_destination() -> None:
    """RFC 9293 §3.9.2.1: the same sum at every hop, though the address changes."""
    straight = encode_packet(routed(B, b""))[20:]
    packet = routed(B, b"")
    packet.go_along(SourceRoute((G1, G2)))
    assert packet.dst == G1
    assert packet.final_dst == B
    for own in (G1, G2):
        data = encode_packet(packet)
        assert data[32:] == straight
        decoded = decode_packet(data)
        assert isinstance(decoded, Packet)
        assert isinstance(decoded.body, Segment)
        packet.dst, packet.options = advance(packet.dst, packet.options, own)
    assert packet.dst == B
    assert encode_packet(packet)[32:] == straight


def test_a_wrong_sum_is_still_found() -> None:
    packet = routed(B, b"")
    packet.go_along(SourceRoute((G1,)))
    data = bytearray(encode_packet(packet))
    data[-1] ^= 1
    assert not isinstance(decode_packet(bytes(data)), Packet)


def test_an_icmp_error_from_under_way_names_the_connection() -> None:
    """MUST-54: the quoted header bears the address of a waypoint."""
    packet = routed(B, b"")
    packet.go_along(SourceRoute((G1, G2)))
    message = error_message(packet, 11, 0)
    assert isinstance(message, IcmpMessage)
    quote = parse_quote(message.data)
    assert quote is not None
    assert (quote.src, quote.dst) == (A, B)
    assert (quote.src_port, quote.dst_port) == (40000, 80)


def test_every_fragment_bears_the_route() -> None:
    """RFC 791 §3.1: both options are copied."""
    packet = routed(B, b"", b"x" * 100)
    packet.go_along(SourceRoute((G1, G2)))
    pieces = fragment(packet, 80)
    assert len(pieces) > 2
    assert all(is_unfinished(piece.options) and piece.dst == G1 for piece in pieces)
