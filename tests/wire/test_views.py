"""The permissive views say what the strict decoders say, and more."""

from hypothesis import given
from hypothesis import strategies as st

from synfin.wire.ip import Packet, encode_packet, header_length
from synfin.wire.tcp import Segment, encode_segment
from synfin.wire.views import (
    UPPER_VIEWS,
    HeaderView,
    Ipv4HeaderView,
    Ipv6HeaderView,
    TcpHeaderView,
    ip_view,
)
from tests.wire.strategies import packets, segments


@given(segments())
def test_a_view_and_the_decoder_agree(segment: Segment) -> None:
    raw = encode_segment(segment, bytes(4), bytes(4))
    view = TcpHeaderView(raw)
    assert (view.src_port, view.dst_port) == (segment.src_port, segment.dst_port)
    assert (view.seq, view.ack) == (segment.seq, segment.ack)
    assert (view.flags, view.window, view.urgent) == (
        segment.flags,
        segment.window,
        segment.urgent,
    )
    assert view.reserved == 0
    assert view.payload == bytes(segment.payload)
    assert raw[20 : view.header_len] == view.options
    assert view.checksum == int.from_bytes(raw[16:18], "big")
    for name, _at, _width, value in view.fields():
        assert view.value(name) == value


@given(packets())
def test_ip_views(packet: Packet) -> None:
    raw = encode_packet(packet)
    view = ip_view(raw)
    assert isinstance(view, Ipv4HeaderView if packet.version == 4 else Ipv6HeaderView)
    assert view.header_len == header_length(packet)
    assert view.value("src") == int.from_bytes(packet.src, "big")
    assert view.options == packet.options


@given(st.binary(max_size=60))
def test_any_bytes_have_a_view(data: bytes) -> None:
    ip_view(data)
    for kind in UPPER_VIEWS.values():
        view = kind(data)
        end = 8 * len(data)
        for _name, at, width, value in view.fields():
            assert (value is None) == (at + width > end)
        assert data.endswith(view.payload)


def test_fields_cover_every_bit_once() -> None:
    kinds: list[type[HeaderView]] = [*UPPER_VIEWS.values(), Ipv4HeaderView, Ipv6HeaderView]
    for kind in kinds:
        at = 0
        for _name, first, width in kind.LAYOUT:
            assert first == at
            at += width
        assert at % 32 == 0
