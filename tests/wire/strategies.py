"""Hypothesis strategies for segments, datagrams, ICMP messages and packets."""

from hypothesis import strategies as st

from synfin.wire.icmp import IcmpMessage
from synfin.wire.ip import PROTO_ICMP, PROTO_ICMPV6, PROTO_TCP, PROTO_UDP, Body, Packet
from synfin.wire.tcp import NO_OPTIONS, Options, Segment
from synfin.wire.udp import Datagram

u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)
payloads = st.binary(max_size=200)
versions = st.sampled_from((4, 6))


@st.composite
def option_sets(draw: st.DrawFn) -> Options:
    """Options that fit their 40 octets (SACK beside a cookie never does)."""
    options = Options(
        mss=draw(st.just(-1) | u16),
        window_scale=draw(st.just(-1) | u8),
        sack_permitted=draw(st.booleans()),
        ts_val=draw(st.just(-1) | u32),
    )
    if options.ts_val >= 0:
        options.ts_ecr = draw(u32)
    kind = draw(st.sampled_from(("none", "sack", "fastopen")))
    if kind == "sack":
        options.sack = tuple(draw(st.lists(st.tuples(u32, u32), min_size=1, max_size=2)))
        options.mss = options.window_scale = -1
    if kind == "fastopen":
        size = draw(st.sampled_from((0, 4, 6, 8, 14)))
        options.fastopen = draw(st.binary(min_size=size, max_size=size))
        options.fastopen_experimental = draw(st.booleans())
    return options


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    return Segment(
        draw(u16),
        draw(u16),
        draw(u32),
        draw(u32),
        draw(u8),
        draw(u16),
        draw(st.just(NO_OPTIONS) | option_sets()),
        draw(payloads),
        draw(u16),
    )


@st.composite
def datagrams(draw: st.DrawFn, version: int) -> Datagram:
    off = version == 4 and draw(st.booleans())
    return Datagram(draw(u16), draw(u16), draw(payloads), off)


@st.composite
def messages(draw: st.DrawFn) -> IcmpMessage:
    return IcmpMessage(draw(u8), draw(u8), draw(u32), draw(payloads))


@st.composite
def addresses(draw: st.DrawFn, version: int) -> bytes:
    size = 4 if version == 4 else 16
    return draw(st.binary(min_size=size, max_size=size))


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    """Whole packets of both versions and all bodies, unfragmented."""
    version = draw(versions)
    kind = draw(st.sampled_from(("tcp", "udp", "icmp", "other")))
    body: Body
    if kind == "tcp":
        proto, body = PROTO_TCP, draw(segments())
    elif kind == "udp":
        proto, body = PROTO_UDP, draw(datagrams(version))
    elif kind == "icmp":
        proto, body = (PROTO_ICMP if version == 4 else PROTO_ICMPV6), draw(messages())
    else:
        proto, body = 132, draw(payloads)
    packet = Packet(draw(addresses(version)), draw(addresses(version)), proto, body)
    packet.ttl = draw(u8)
    packet.tos = draw(u8)
    if version == 4:
        packet.ident = draw(u16)
        packet.df = draw(st.booleans())
        words = draw(st.integers(0, 10))
        packet.options = bytes([1]) * (4 * words)
    return packet


def option_fields(options: Options) -> tuple[object, ...]:
    """What an option set says, to be compared."""
    return (
        options.mss,
        options.window_scale,
        options.sack_permitted,
        options.ts_val,
        options.ts_ecr,
        options.sack,
        options.fastopen,
        options.fastopen_experimental,
        options.unknown,
        options.malformed,
    )


def body_fields(body: Body) -> tuple[object, ...]:
    """What a body says, to be compared."""
    if isinstance(body, Segment):
        return (
            "tcp", body.src_port, body.dst_port, body.seq, body.ack, body.flags, body.window,
            option_fields(body.options), bytes(body.payload), body.urgent,
        )  # fmt: skip
    if isinstance(body, Datagram):
        return ("udp", body.src_port, body.dst_port, bytes(body.payload), body.checksum_off)
    if isinstance(body, IcmpMessage):
        return ("icmp", body.type, body.code, body.rest, body.data)
    return ("bytes", body)


def packet_fields(packet: Packet) -> tuple[object, ...]:
    """What a packet says, to be compared."""
    return (
        packet.src, packet.dst, packet.proto, body_fields(packet.body), packet.ttl, packet.tos,
        packet.ident, packet.df, packet.more_fragments, packet.frag_offset, packet.options,
    )  # fmt: skip
