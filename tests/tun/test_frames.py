"""The short way to read and write the usual packet means what the general one does."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.tun.frames import GSO_NONE, GSO_TCPV4, NEEDS_CSUM, TCP_SUM_AT, VNET, Writer, read
from synfin.wire.ip import PROTO_TCP, Packet, decode_packet, encode_packet, encode_parts
from synfin.wire.tcp import COPY_LIMIT, NO_OPTIONS, Options, Segment
from tests.wire.strategies import addresses, option_sets, packet_fields, packets, u8, u16, u32

HEAD = VNET.size
LONG = b"0123456789" * (COPY_LIMIT // 10 + 1)


@st.composite
def usual_packets(draw: st.DrawFn) -> Packet:
    stamps = st.builds(Options, ts_val=u32, ts_ecr=u32)
    options = draw(st.just(NO_OPTIONS) | stamps | option_sets())
    payload = draw(st.binary(max_size=100) | st.just(LONG))
    segment = Segment(
        draw(u16), draw(u16), draw(u32), draw(u32), draw(u8), draw(u16), options, payload, draw(u16)
    )
    src, dst = draw(addresses(4)), draw(addresses(4))
    return Packet(src, dst, PROTO_TCP, segment, draw(u8), draw(u8), draw(u16), draw(st.booleans()))


def buffer_with(data: bytes, rest: bytes) -> bytearray:
    return bytearray(bytes(HEAD) + data + rest)


@given(usual_packets(), st.binary(max_size=30))
def test_the_usual_packet_is_read(packet: Packet, rest: bytes) -> None:
    data = encode_packet(packet)
    found = read(buffer_with(data, rest), HEAD, HEAD + len(data) + len(rest))
    assert found is not None
    assert packet_fields(found) == packet_fields(packet)


@given(usual_packets() | packets(), st.data())
def test_what_is_read_is_what_the_general_way_reads(packet: Packet, data: st.DataObject) -> None:
    octets = bytearray(encode_packet(packet))
    for _ in range(data.draw(st.integers(0, 3))):
        octets[data.draw(st.integers(0, min(len(octets), 60) - 1))] = data.draw(u8)
    octets = octets[: data.draw(st.just(len(octets)) | st.integers(0, len(octets)))]
    found = read(buffer_with(bytes(octets), b"more"), HEAD, HEAD + len(octets))
    if found is not None:
        general = decode_packet(bytes(octets), verify=False)
        assert isinstance(general, Packet)
        assert packet_fields(found) == packet_fields(general)


def test_a_long_payload_is_a_view_that_cannot_be_written_to() -> None:
    segment = Segment(1, 2, 3, 4, 16, 5, NO_OPTIONS, LONG)
    buffer = buffer_with(encode_packet(Packet(b"\1" * 4, b"\2" * 4, PROTO_TCP, segment)), b"")
    found = read(buffer, HEAD, len(buffer))
    assert found is not None
    assert isinstance(found.body, Segment)
    assert isinstance(found.body.payload, memoryview)
    assert found.body.payload.readonly
    assert found.body.payload.obj is buffer


@given(st.lists(usual_packets() | packets(), max_size=4), st.just(0) | st.integers(1, 9000))
def test_headers_are_those_of_the_general_way(some: list[Packet], gso_size: int) -> None:
    """With one writer for all, which remembers the addresses and the vnet header."""
    writer = Writer()
    for packet in some:
        if not isinstance(packet.body, Segment):
            continue
        headers = writer.headers(packet, packet.body, gso_size)
        if headers:
            general, _ = encode_parts(packet, checksum=False)
            kind = GSO_TCPV4 if gso_size else GSO_NONE
            length = len(general) if gso_size else 40
            vnet = VNET.pack(NEEDS_CSUM, kind, length, gso_size, 20, TCP_SUM_AT)
            assert headers == vnet + general


@given(usual_packets())
def test_the_usual_packet_gets_headers(packet: Packet) -> None:
    assert isinstance(packet.body, Segment)
    assert Writer().headers(packet, packet.body, 0)
